"""One rulebook's side of the loose scene: its rules over values that any application fits."""

from __future__ import annotations

from typing import Any

import z3

from engine.case.calendar import DAY, DAYS_IN_MONTH, MONTH
from engine.decide.compiled import CompiledComponent, CompiledScheme
from engine.language.condition import Condition
from engine.language.meaning import DaysCounted, EarliestOf, LastOf, Run, SumOfEarlier, SumOverDays
from engine.language.model import Definition
from engine.prove import code as codes
from engine.prove.code import Code
from engine.prove.domain import Variable
from engine.prove.frame import Frame
from engine.prove.logic import Bool, compare, conj, disj, lift, neg
from engine.prove.loose import ALL_DAYS, DAYS, LAST, RUN, SUM, Count, Loose
from engine.prove.meaning import GroupMeaning
from engine.prove.moment import Moment
from engine.prove.reading import conditions, names_in, reached_from, table_content
from engine.prove.scene import Scene, counted
from engine.prove.solver import Undecided
from engine.prove.vector import Cause, Number, Vector
from engine.prove.world import World, calendar, vectors

#: whose facts a day's are, when it is any day
ANY = "en dag"


class LooseScene(Scene):
    """A scene that any application fits."""

    def __init__(
        self, compiled: CompiledScheme, world: World, moment: Moment, loose: Loose, held: Bool = False
    ) -> None:
        super().__init__(compiled, world, moment, held)
        self.loose = loose
        self.values: dict[str, Vector] = {**self.doctor}
        known = calendar(self.slots, moment.month)
        if MONTH in known:
            self.values |= {MONTH: loose.month, DAYS_IN_MONTH: loose.length}
        facts = world.of(ANY, "periode")
        self.any_day = Frame(self.slots, {**self.values, **vectors(facts), DAY: loose.day}, moment.month)

    def month_frame(self, part: CompiledComponent) -> Frame:
        days = self.day_rules(part)
        return Frame(
            self.slots, self.values, self.moment.month, lambda name, definition: self._derive(definition, days, name)
        )

    def days_of(self, name: str) -> list[tuple[Bool, GroupMeaning]]:
        part = self.compiled.components[name]
        assert part.days is not None
        return [(self.loose.within, GroupMeaning(self.compiled, part.days, self.moment, self.any_day, True))]

    def day_rules(self, part: CompiledComponent) -> tuple[Any, ...]:
        """Whether any day counts for the component: the four bits, and what it lacks."""
        if part.days is None:
            return codes.known(True)
        code, lacks = counted(GroupMeaning(self.compiled, part.days, self.moment, self.any_day, True))
        return (*code, lacks.facts)

    def _derive(self, definition: Definition, days: tuple[Any, ...], name: str) -> Vector:
        loose = self.loose
        match definition.meaning:
            case DaysCounted(where, counting):
                parts = (*self._test(where), *(days if counting else ()))
                whole = where is None
                kind = DAYS if counting else ALL_DAYS
                return loose.value(
                    kind, name, parts, lambda key: self._days(key, whole, days if counting else (), parts)
                )
            case LastOf(fact):
                return loose.value(LAST, name, (fact, *days), lambda key: self._fact(key, fact))
            case EarliestOf(fact):
                return loose.value(f"tidligste {fact}", name, (), lambda key: self._fact(key, fact))
            case Run(where, measures):
                return loose.value(RUN, name, (measures, *self._test(where), *days), loose.number)
            case SumOverDays(value, where):
                number = self.any_day.formula(value)
                parts = (number.low, number.high, number.unknown, *self._test(where), *days)
                return loose.value(SUM, name, parts, lambda key: self._sum(key, number))
            case SumOfEarlier(earlier):
                return loose.value(
                    "tidligere", name, (earlier, self._content(earlier)), lambda key: self._sum(key, None)
                )
            case _:
                raise Undecided(f"«{name}» har ingen formel")

    def _test(self, where: Condition | None) -> Code:
        return codes.known(True) if where is None else self.any_day.tree(where)

    def _days(self, key: str, whole: bool, days: tuple[Any, ...], parts: tuple[Any, ...]) -> Number:
        """A count of days; of the days that count, no more than there are of them."""
        number = self.loose.number(key, self.loose.length.low)
        sure, perhaps = conj(parts[0], days[0] if days else True), conj(neg(parts[1]), neg(days[1]) if days else True)
        of = tuple(one if isinstance(one, bool) else one.ast.value for one in days)
        if conj(perhaps, neg(sure)) is False:
            self.loose.formulas.append(compare(number.low, "=", number.high))
        self.loose.count(Count(number, sure, perhaps, of))
        if days and not whole:
            every = (*codes.known(True), *days)
            total = self.loose.value(DAYS, "", every, lambda name: self._days(name, True, days, every))
            assert isinstance(total, Number)
            self.loose.formulas += [number.low <= lift(total.low), number.high <= lift(total.high)]
        return number

    def _fact(self, key: str, fact: str) -> Vector:
        variable = Variable(key, self.world.vocabulary.facts[fact], self.world.horizon)
        self.loose.formulas.append(variable.limits)
        return variable.vector

    def _sum(self, key: str, each: Number | None) -> Number:
        found = self.loose.number(key, whole=False)
        none = z3.Bool(f"{key} ukjent")
        cause = Cause(*(z3.Bool(f"{key}: {why}") for why in ("facts", "rates", "judged")))
        return Number(
            found.low,
            found.high,
            none,
            Cause(*(disj(one, conj(none, two)) for one, two in zip(found.cause, cause, strict=True))),
        )

    def _content(self, name: str) -> tuple[Any, ...]:
        """What a name is said to be and to be worked out from, for a sum over other months: the same words mean the same."""
        scheme = self.compiled.scheme
        days = [rule for rules in scheme.rules.values() for rule in rules if rule.per == "dag"]
        asked = [name, *(one for rule in days for part in conditions(rule) for one in names_in(part))]
        reached = sorted(reached_from(scheme, asked))
        definitions = {
            one: [(each.meaning, each.months) for each in scheme.definitions.get(one, ())] for one in reached
        }
        return (
            tuple((one.requirement, one.scope, one.in_force, one.exemptions) for one in days),
            {one: meanings for one, meanings in definitions.items() if meanings},
            {one: table_content(scheme.parameters[one]) for one in reached if one in scheme.parameters},
        )
