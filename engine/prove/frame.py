"""Names as formulas: what every fact, rate, threshold and definition is, seen from one month, one day or one application.

Rates, thresholds, formulas and conditions mean what `engine.case.table`, `engine.case.formula` and `engine.case.comparison` make of
them; this is the same meaning for all applications at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from engine.case.calendar import MONTH
from engine.case.formula import is_percent
from engine.case.frame import Slots
from engine.language.condition import All, Among, Compare, Condition, Given, Includes, Judgement, Leaf, Not, leaves
from engine.language.condition import Any as AnyOf
from engine.language.condition import operand_names as operands
from engine.language.expression import Binary, Call, Day, Expression, MonthOf, Name
from engine.language.expression import Number as Literal
from engine.language.in_force import Months
from engine.language.meaning import Formula
from engine.language.model import Definition, Parameter, Quantity
from engine.prove import code as codes
from engine.prove.code import Code
from engine.prove.logic import Bool, compare, conj, disj, implies, neg
from engine.prove.solver import Undecided
from engine.prove.vector import (
    NONE,
    Cause,
    Choice,
    Number,
    Several,
    Vector,
    binary,
    chosen,
    exact,
    extreme,
    percent,
    rounded,
    unknown,
)
from engine.text.month import Month

_ROUNDING = {"rund_ned": "ned", "rund_opp": "opp", "rund_halv_opp": "halv opp"}
_RATES = Cause(rates=True)

#: a definition that is not a formula, as a vector: given its name and its version
Derive = Callable[[str, Definition], Vector]


class Frame:
    """The vectors of names. `values` are the facts and calendar names; `month` is a month of the class the rules are seen in."""

    def __init__(
        self,
        slots: Slots,
        values: Mapping[str, Vector],
        month: Month | None,
        derive: Derive | None = None,
        of_list: str | None = None,
    ) -> None:
        self.slots = slots
        self.month = month
        self.of_list = of_list
        self._derive = derive
        self._vectors: dict[str, Vector] = dict(values)
        self._codes: dict[Leaf, Code] = {}

    def vector(self, name: str) -> Vector:
        """The vector of a name. Raises Undecided for what has no formula."""
        if self.of_list is not None and f"{self.of_list}.{name}" in self._vectors:
            return self._vectors[f"{self.of_list}.{name}"]
        if name not in self._vectors:
            self._vectors[name] = self._work_out(name)
        return self._vectors[name]

    def number(self, name: str) -> Number:
        """The vector of a name that is a number, a date or a month."""
        found = self.vector(name)
        if not isinstance(found, Number):
            raise Undecided(f"«{name}» er ikke et tall")
        return found

    def _work_out(self, name: str) -> Vector:
        parameter = self.slots.scheme.parameters.get(name)
        if parameter is not None:
            return self._parameter(parameter)
        for definition in reversed(self.slots.scheme.definitions.get(name, ())):
            if self.month is None or definition.months.holds(self.month):
                if isinstance(definition.meaning, Formula):
                    return self.formula(definition.meaning.value)
                if self._derive is None:
                    raise Undecided(f"«{name}» kan ikke regnes ut her")
                return self._derive(name, definition)
        return unknown(NONE)

    # --- rates and thresholds -------------------------------------------------------------------------------------------

    def _parameter(self, parameter: Parameter) -> Number:
        if parameter.variants:
            return self._by_variant(parameter)
        if parameter.keyed_by is None:
            return self._by_month(parameter, parameter.values)
        key = self.number(parameter.keyed_by)
        by_key: dict[str, list[Quantity]] = {}
        for row in parameter.values:
            by_key.setdefault(row.key or "", []).append(row)
        choices = [(key.unknown, unknown(key.cause, parameter.kind == "dato"))]
        choices += [
            (compare(key.low, "=", int(one)), self._by_month(parameter, tuple(rows))) for one, rows in by_key.items()
        ]
        return _number(chosen([*choices, (True, unknown(_RATES, parameter.kind == "dato"))]))

    def _by_month(self, parameter: Parameter, rows: tuple[Quantity, ...]) -> Number:
        missing = unknown(_RATES, parameter.kind == "dato")
        if len(rows) == 1 and rows[0].months == Months():
            return self._quantity(rows[0], parameter)
        if self.month is not None:
            row = next((one for one in rows if one.months.holds(self.month)), None)
            return missing if row is None else self._quantity(row, parameter)
        month = self._vectors.get(MONTH)
        if not isinstance(month, Number):
            return missing
        choices: list[tuple[Bool, Vector]] = [(month.unknown, missing)]
        for row in rows:
            first, last = row.months.first, row.months.last
            holds = conj(
                True if first is None else compare(month.low, ">=", int(first)),
                True if last is None else compare(month.low, "<=", int(last)),
            )
            choices.append((holds, self._quantity(row, parameter)))
        return _number(chosen([*choices, (True, missing)]))

    def _quantity(self, row: Quantity, parameter: Parameter) -> Number:
        if row.formula is not None:
            return self.formula(row.formula)
        if row.value is None:
            return unknown(_RATES, parameter.kind == "dato")
        if isinstance(row.value, int | Fraction):
            return exact(row.value)
        return exact(row.value.toordinal(), True)

    def _by_variant(self, parameter: Parameter) -> Number:
        """The first variant that surely applies; else the value all possible ones share; else what must be known to choose."""
        parts = [
            (
                one,
                self.tree(one.when),
                self._by_month(parameter, tuple(row for row in parameter.values if row.variant in (None, one.id))),
            )
            for one in parameter.variants
        ]
        possible = [(neg(when.no), value) for _, when, value in parts]
        any_known = disj(*(conj(holds, neg(value.unknown)) for holds, value in possible))
        all_known = conj(*(implies(holds, neg(value.unknown)) for holds, value in possible))
        first = _number(chosen([*possible, (True, unknown(_RATES))]))
        shared = conj(
            any_known,
            all_known,
            *(
                implies(holds, conj(compare(value.low, "=", first.low), compare(value.high, "=", first.high)))
                for holds, value in possible
            ),
        )
        rates = NONE
        for holds, value in possible:
            rates |= value.cause.when(conj(holds, value.unknown))
        asked = NONE
        for one, when, _ in parts:
            for leaf in leaves(one.when):
                asked |= self.lacks(leaf).when(neg(when.no))
        cause = Cause(*(disj(conj(any_known, a), conj(neg(any_known), r)) for a, r in zip(asked, rates, strict=True)))
        undecided: list[tuple[Bool, Vector]] = [(conj(when.yes), value) for _, when, value in parts]
        undecided += [
            (neg(disj(*(holds for holds, _ in possible))), unknown(_RATES)),
            (shared, first),
            (True, unknown(cause)),
        ]
        return _number(chosen(undecided))

    # --- formulas -------------------------------------------------------------------------------------------------------

    def formula(self, expression: Expression) -> Number:
        """The vector of a formula."""
        match expression:
            case Literal(value):
                return exact(value)
            case Day(value):
                return exact(value.toordinal(), True)
            case MonthOf(value):
                return exact(int(value))
            case Name(name):
                return self.number(name)
            case Binary(op, left, right):
                first, second = self.formula(left), self.formula(right)
                if op in "*/":
                    first = percent(first) if is_percent(left, self.slots, self.of_list) else first
                    second = percent(second) if is_percent(right, self.slots, self.of_list) else second
                return binary(op, first, second)
            case Call(function, arguments):
                parts = [self.formula(argument) for argument in arguments]
                if function in _ROUNDING:
                    return rounded(parts[0], parts[1], _ROUNDING[function])
                return extreme(function, parts)

    # --- conditions -----------------------------------------------------------------------------------------------------

    def tree(self, condition: Condition) -> Code:
        """A whole condition."""
        match condition:
            case All(parts):
                return codes.both([self.tree(part) for part in parts])
            case AnyOf(parts):
                return codes.either([self.tree(part) for part in parts])
            case Not(part):
                return codes.opposite(self.tree(part))
            case Judgement():
                return codes.Code(False, False, True, True)
            case _:
                return self.leaf(condition)

    def leaf(self, leaf: Leaf) -> Code:
        """One comparison."""
        if leaf not in self._codes:
            self._codes[leaf] = self._leaf(leaf)
        return self._codes[leaf]

    def _leaf(self, leaf: Leaf) -> Code:
        match leaf:
            case Compare(left, op, right):
                return _compared(self.formula(left), op, self.formula(right))
            case Among(name, values):
                value = self.vector(name.name)
                assert isinstance(value, Choice)
                holds = value.among(values)
                unclear = conj(neg(holds), value.is_unclear)
                judged = disj(unclear, conj(value.unknown, value.cause.only_judgement))
                return codes.answered(holds, conj(neg(holds), neg(value.unknown), neg(unclear)), judged)
            case Includes(name, wanted):
                several = self.vector(name.name)
                assert isinstance(several, Several)
                holds = several.answers.get(wanted, False)
                return codes.answered(
                    holds, conj(neg(holds), neg(several.unknown)), conj(several.unknown, several.cause.only_judgement)
                )
            case Given(name, word):
                value = self.vector(name.name)
                if word == "kjent":
                    ranged = value.ranged if isinstance(value, Number) else False
                    known = conj(neg(value.unknown), neg(ranged))
                    return codes.answered(known, conj(value.unknown, value.cause.rates))
                lacking = disj(value.unknown, value.cause.facts)
                return codes.known(neg(lacking))

    def lacks(self, leaf: Leaf) -> Cause:
        """What a leaf's operands lack."""
        cause = NONE
        for name in operands(leaf):
            cause |= self.vector(name.name).cause
        return cause

    def judged(self, leaf: Leaf) -> Bool:
        """Whether a leaf's stated value is one that a person must judge."""
        if not isinstance(leaf, Among):
            return False
        value = self.vector(leaf.name.name)
        return value.is_unclear if isinstance(value, Choice) else False


def _number(value: Vector) -> Number:
    assert isinstance(value, Number)
    return value


def _compared(left: Number, op: str, right: Number) -> Code:
    """Two numbers as intervals: the answer is sure when every value gives the same."""
    known = conj(neg(left.unknown), neg(right.unknown))
    if op == "=":
        met = conj(
            compare(left.low, "=", left.high), compare(right.low, "=", right.high), compare(left.low, "=", right.low)
        )
        missed = disj(compare(left.high, "<", right.low), compare(left.low, ">", right.high))
    elif op in (">", ">="):
        met = compare(left.low, op, right.high)
        missed = neg(compare(left.high, op, right.low))
    else:
        met = compare(left.high, op, right.low)
        missed = neg(compare(left.low, op, right.high))
    judged = disj(
        conj(neg(known), *(implies(one.unknown, one.cause.only_judgement) for one in (left, right))),
        conj(known, *(implies(one.ranged, one.cause.only_judgement) for one in (left, right))),
    )
    return codes.answered(conj(known, met), conj(known, missed), judged)
