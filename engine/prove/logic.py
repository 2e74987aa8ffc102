"""Formulas with what is already known folded away: Python's own booleans and exact numbers, and the solver's expressions.

Equal formulas are the same object to the solver, so what has not changed between two rulebooks is seen to be equal at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import z3

#: a truth value: bool or z3.BoolRef; a number: int, Fraction or z3.ArithRef
Bool = Any
Num = Any

_CONTEXT = z3.main_ctx()

#: each formula with its opposite, by the solver's own address of it; the formula is kept so that the address stays its own
_OPPOSITES: dict[int, tuple[Any, Any]] = {}


def conj(*parts: Bool) -> Bool:
    """All of them."""
    kept: dict[int, Any] = {}
    for part in parts:
        if part is False:
            return False
        if part is not True:
            kept[part.ast.value] = part
    if len(kept) < 2:
        return next(iter(kept.values()), True)
    return z3.BoolRef(z3.Z3_mk_and(_CONTEXT.ref(), len(kept), _row(kept)), _CONTEXT)


def disj(*parts: Bool) -> Bool:
    """At least one of them."""
    kept: dict[int, Any] = {}
    for part in parts:
        if part is True:
            return True
        if part is not False:
            kept[part.ast.value] = part
    if len(kept) < 2:
        return next(iter(kept.values()), False)
    return z3.BoolRef(z3.Z3_mk_or(_CONTEXT.ref(), len(kept), _row(kept)), _CONTEXT)


def _row(parts: dict[int, Any]) -> Any:
    """Expressions as the solver's own array; its wrapping in Python costs more than the solver itself."""
    row = (z3.Ast * len(parts))()
    for place, part in enumerate(parts.values()):
        row[place] = part.ast
    return row


def neg(part: Bool) -> Bool:
    if isinstance(part, bool):
        return not part
    known = _OPPOSITES.get(part.ast.value)
    if known is not None:
        return known[1]
    opposite = z3.BoolRef(z3.Z3_mk_not(_CONTEXT.ref(), part.ast), _CONTEXT)
    _OPPOSITES[part.ast.value] = (part, opposite)
    _OPPOSITES[opposite.ast.value] = (opposite, part)
    return opposite


def implies(left: Bool, right: Bool) -> Bool:
    return disj(neg(left), right)


def differ(left: Bool, right: Bool) -> Bool:
    """One and not the other."""
    if isinstance(left, bool):
        return neg(right) if left else right
    if isinstance(right, bool):
        return neg(left) if right else left
    if left.ast.value == right.ast.value:
        return False
    return z3.BoolRef(z3.Z3_mk_xor(_CONTEXT.ref(), left.ast, right.ast), _CONTEXT)


def one_of(choices: Iterable[tuple[Bool, Num]], otherwise: Num) -> Num:
    """The number of the first choice that holds."""
    value = otherwise
    for holds, number in reversed(list(choices)):
        value = either(holds, number, value)
    return value


def either(holds: Bool, first: Num, second: Num) -> Num:
    """One number or the other."""
    if isinstance(holds, bool):
        return first if holds else second
    if alike(first, second):
        return first
    one, other = lift(first), lift(second)
    if one.is_int() != other.is_int():
        one, other = (z3.ToReal(value) if value.is_int() else value for value in (one, other))
    return z3.ArithRef(z3.Z3_mk_ite(_CONTEXT.ref(), holds.ast, one.ast, other.ast), _CONTEXT)


def alike(first: Any, second: Any) -> bool:
    """Whether two numbers or truth values are the same formula."""
    if isinstance(first, z3.ExprRef):
        return isinstance(second, z3.ExprRef) and first.ast.value == second.ast.value
    return not isinstance(second, z3.ExprRef) and bool(first == second)


def _is_expr(value: Any) -> bool:
    return isinstance(value, z3.ExprRef)


def lift(value: Num) -> Any:
    """A number as an expression."""
    if isinstance(value, Fraction):
        return z3.IntVal(value.numerator) if value.denominator == 1 else z3.Q(value.numerator, value.denominator)
    return z3.IntVal(value) if isinstance(value, int) else value


def _pair(left: Num, right: Num) -> tuple[Any, Any] | None:
    """Both as expressions; None when both are plain numbers."""
    if not _is_expr(left) and not _is_expr(right):
        return None
    return lift(left), lift(right)


def plus(left: Num, right: Num) -> Num:
    if isinstance(left, int) and left == 0:
        return right
    if isinstance(right, int) and right == 0:
        return left
    pair = _pair(left, right)
    return left + right if pair is None else pair[0] + pair[1]


def minus(left: Num, right: Num) -> Num:
    if isinstance(right, int) and right == 0:
        return left
    pair = _pair(left, right)
    return left - right if pair is None else pair[0] - pair[1]


def times(left: Num, right: Num) -> Num:
    for one, other in ((left, right), (right, left)):
        if not _is_expr(one) and one in (0, 1):
            return other if one == 1 else 0
    pair = _pair(left, right)
    return left * right if pair is None else pair[0] * pair[1]


def over(left: Num, right: Num) -> Num:
    """The quotient, exact; the caller sees to it that the divisor is not zero."""
    if not _is_expr(right):
        if not _is_expr(left):
            return Fraction(left) / right
        return times(left, 1 / Fraction(right)) if right != 1 else left
    first = lift(left)
    return (z3.ToReal(first) if first.is_int() else first) / right


def floor(value: Num) -> Num:
    """The whole number at or below."""
    if not _is_expr(value):
        return value // 1
    return value if value.is_int() else z3.ToInt(value)


def compare(left: Num, op: str, right: Num) -> Bool:
    """`op` is one of = < <= > >=."""
    pair = _pair(left, right)
    if pair is None:
        return {
            "=": left == right,
            "<": left < right,
            "<=": left <= right,
            ">": left > right,
            ">=": left >= right,
        }[op]
    if pair[0].ast.value == pair[1].ast.value:
        return op in ("=", "<=", ">=")
    one, other = pair
    return {
        "=": lambda: one == other,
        "<": lambda: one < other,
        "<=": lambda: one <= other,
        ">": lambda: one > other,
        ">=": lambda: one >= other,
    }[op]()


def least(numbers: list[Num]) -> Num:
    """The smallest."""
    return _extreme(numbers, "<=")


def greatest(numbers: list[Num]) -> Num:
    """The largest."""
    return _extreme(numbers, ">=")


def _extreme(numbers: list[Num], op: str) -> Num:
    found = numbers[0]
    for number in numbers[1:]:
        found = either(compare(found, op, number), found, number)
    return found
