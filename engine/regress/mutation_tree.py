"""Changes inside conditions and formulas: a sign, a number, an answer, a part left out or turned around."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.explain.prose import Prose
from engine.language.condition import ALWAYS, All, Among, Compare, Condition, Given, Includes, Judgement, Not, leaves
from engine.language.condition import Any as AnyOf
from engine.language.expression import Binary, Call, Day, Expression, MonthOf, Name, Number
from engine.regress.mutation_change import (
    NO_HINTS,
    WORDS,
    Change,
    Hints,
    Reader,
    first_place,
    hints,
    label,
    operands,
    short,
    steps,
)

STRICTNESS = "streng eller ikke streng"
VALUE = "verdi i krav"
DROPPED, TURNED, JOINED = "del av krav fjernet", "del av krav snudd", "alle og minst én byttet"
FEWER, MORE, OTHER = "svar fjernet", "svar lagt til", "svar byttet"
FORMULA = "formel"

#: the sign that differs from another only where both sides are equal
_NEIGHBOURS = {">=": (">",), ">": (">=",), "<=": ("<",), "<": ("<=",), "=": (">=", "<=")}
_SIGNS = {"+": "-", "-": "+", "*": "/", "/": "*"}
_FUNCTIONS = {
    "min": "maks",
    "maks": "min",
    "rund_ned": "rund_opp",
    "rund_opp": "rund_ned",
    "rund_halv_opp": "rund_ned",
}
_SHOWN = {"*": "×", "/": "÷", "-": "−", "+": "+"}


def condition_changes(condition: Condition, reader: Reader) -> Iterator[Change[Condition]]:
    """Every change of a condition, each as the whole condition with one thing changed."""
    yield from _changes(condition, reader, turned=False)


def _changes(condition: Condition, reader: Reader, turned: bool) -> Iterator[Change[Condition]]:
    """`turned` says that the condition stands right under an `ikke`, whose removal turns it already."""
    if not turned and not isinstance(condition, Not | Judgement):
        yield _turned(condition, Not(condition), reader)
    match condition:
        case All(parts) | AnyOf(parts):
            yield from _combined(condition, parts, reader)
        case Not(part):
            yield _turned(condition, part, reader)
            for change in _changes(part, reader, turned=True):
                yield change.within(Not)
        case Judgement():
            yield Change(ALWAYS, DROPPED, "skjønn→alltid", "en person må vurdere → alltid oppfylt")
        case _:
            yield from _leaf(condition, reader)


def _turned(condition: Condition, turned: Condition, reader: Reader) -> Change[Condition]:
    said = f"«{told(condition, reader)}» → «{told(turned, reader)}»"
    return Change(turned, TURNED, f"{label(condition)}/ikke", said, _hints(condition, reader), first_place(condition))


def _combined(whole: All | AnyOf, parts: tuple[Condition, ...], reader: Reader) -> Iterator[Change[Condition]]:
    combine = type(whole)
    if len(parts) > 1:
        other = AnyOf if combine is All else All
        words = ("alle", "minst_én") if combine is All else ("minst_én", "alle")
        yield Change(
            other(parts),
            JOINED,
            f"{label(whole)}/{words[0]}→{words[1]}",
            f"«{told(whole, reader)}» → {'minst én av delene' if combine is All else 'alle delene'}",
            place=first_place(whole),
        )
        for index, part in enumerate(parts):
            rest = parts[:index] + parts[index + 1 :]
            yield Change(
                rest[0] if len(rest) == 1 else combine(rest),
                DROPPED,
                f"{label(part)}/uten",
                f"«{told(part, reader)}» fjernet",
                _hints(part, reader),
                first_place(part),
            )
    for index, part in enumerate(parts):
        for change in _changes(part, reader, turned=False):
            before, after = parts[:index], parts[index + 1 :]
            yield change.within(lambda value, before=before, after=after: combine((*before, value, *after)))  # type: ignore[misc]


def _hints(condition: Condition, reader: Reader) -> Hints:
    """The values that the comparisons are with, those in tables too."""
    found = NO_HINTS
    for leaf in leaves(condition):
        if isinstance(leaf, Compare):
            found = found | _of_expression(leaf.left, reader) | _of_expression(leaf.right, reader)
    return found


def _of_expression(expression: Expression, reader: Reader) -> Hints:
    match expression:
        case Number(value):
            return hints(value)
        case Day(value):
            return hints(value, kind="dato")
        case MonthOf(value):
            return hints(value, kind="måned")
        case Name(name) if name in reader.scheme.parameters:
            parameter = reader.scheme.parameters[name]
            return hints(*(quantity.value for quantity in parameter.values), kind=parameter.kind)
        case _:
            return NO_HINTS


# --- comparisons -----------------------------------------------------------------------------------------------------------


def _leaf(leaf: Compare | Among | Includes | Given, reader: Reader) -> Iterator[Change[Condition]]:
    match leaf:
        case Compare():
            yield from _compare(leaf, reader)
        case Among(name, values):
            yield from _among(leaf, name, values, reader)
        case Includes(name, value):
            choices = reader.choices(name.name)
            if value in choices and len(choices) > 1:
                after = choices[(choices.index(value) + 1) % len(choices)]
                changed = replace(leaf, value=after)
                yield _said(leaf, changed, OTHER, f"{name.name}/{value}→{after}", reader)


def _compare(leaf: Compare, reader: Reader) -> Iterator[Change[Condition]]:
    where = operands(leaf)
    for op in _NEIGHBOURS[leaf.op]:
        yield _said(leaf, replace(leaf, op=op), STRICTNESS, f"{where}/{WORDS[leaf.op]}→{WORDS[op]}", reader)
    sides = [(change, replace(leaf, left=change.value)) for change in expression_changes(leaf.left, reader)]
    sides += [(change, replace(leaf, right=change.value)) for change in expression_changes(leaf.right, reader)]
    for change, changed in sides:
        said = _said(leaf, changed, change.kind, f"{where}/{change.where}", reader)
        yield replace(said, hints=said.hints | change.hints)


def _among(leaf: Among, name: Name, values: tuple[str, ...], reader: Reader) -> Iterator[Change[Condition]]:
    if len(values) > 1:
        for value in values:
            fewer = replace(leaf, values=tuple(one for one in values if one != value), places=())
            yield _said(leaf, fewer, FEWER, f"{name.name}/uten {value}", reader)
    for value in reader.choices(name.name):
        if value not in values:
            yield _said(
                leaf, replace(leaf, values=(*values, value), places=()), MORE, f"{name.name}/med {value}", reader
            )


def _said(leaf: Condition, changed: Condition, kind: str, where: str, reader: Reader) -> Change[Condition]:
    said = f"{told(leaf, reader)} → {told(changed, reader)}"
    return Change(changed, kind, where, said, _hints(leaf, reader), first_place(leaf))


# --- formulas --------------------------------------------------------------------------------------------------------------


def expression_changes(expression: Expression, reader: Reader) -> Iterator[Change[Expression]]:
    """Every change of a formula, each as the whole formula with one thing changed."""
    prose = Prose(reader.scheme)
    for change in _expression(expression):
        yield replace(change, told=f"{prose.operand(expression)} → {prose.operand(change.value)}")


def _expression(expression: Expression) -> Iterator[Change[Expression]]:
    match expression:
        case Number(value, unit):
            for after in steps(value, "tall"):
                yield _stepped(Number(after, unit), value, after, "tall")
        case Day(value):
            for after in steps(value, "dato"):
                yield _stepped(Day(after), value, after, "dato")
        case MonthOf(value):
            for after in steps(value, "måned"):
                yield _stepped(MonthOf(after), value, after, "måned")
        case Binary(op, left, right):
            yield Change(Binary(_SIGNS[op], left, right), FORMULA, f"{_SHOWN[op]}→{_SHOWN[_SIGNS[op]]}", "")
            for change in _expression(left):
                yield change.within(lambda value: Binary(op, value, right))
            for change in _expression(right):
                yield change.within(lambda value: Binary(op, left, value))
        case Call(function, arguments):
            other = _FUNCTIONS[function]
            yield Change(Call(other, arguments), FORMULA, f"{function}→{other}", "")
            if function in ("min", "maks"):
                yield from _fewer_arguments(function, arguments)
            for index, argument in enumerate(arguments):
                for change in _expression(argument):
                    before, after_ = arguments[:index], arguments[index + 1 :]
                    yield change.within(
                        lambda value, before=before, after_=after_: Call(function, (*before, value, *after_))  # type: ignore[misc]
                    )
        case _:
            return


def _stepped(changed: Expression, before: object, after: object, kind: str) -> Change[Expression]:
    where = f"{short(before, kind)}→{short(after, kind)}"
    return Change(changed, VALUE, where, "", hints(before, after, kind=kind))


def _fewer_arguments(function: str, arguments: tuple[Expression, ...]) -> Iterator[Change[Expression]]:
    for index in range(len(arguments)):
        rest = arguments[:index] + arguments[index + 1 :]
        yield Change(
            rest[0] if len(rest) == 1 else Call(function, rest), FORMULA, f"{function}/uten verdi {index + 1}", ""
        )


def told(condition: Condition, reader: Reader) -> str:
    """A condition in one line of bokmål."""
    match condition:
        case All(()):
            return "alltid"
        case All(parts):
            return " og ".join(_inner(part, reader) for part in parts)
        case AnyOf(parts):
            return " eller ".join(_inner(part, reader) for part in parts)
        case Not(All() | AnyOf() | Not() as part):
            return f"ikke ({told(part, reader)})"
        case Not(part):
            return Prose(reader.scheme).sentence(part, negated=True)
        case _:
            return Prose(reader.scheme).sentence(condition)


def _inner(part: Condition, reader: Reader) -> str:
    text = told(part, reader)
    return f"({text})" if isinstance(part, All | AnyOf) and len(part.parts) > 1 else text
