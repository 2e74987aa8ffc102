"""Which answers a condition can come to at all. What can never be unclear need not be seen unclear."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from engine.case.calendar import DAY, DAYS_IN_MONTH, MONTH
from engine.case.frame import Slots
from engine.case.truth import JA, NEI, SKJØNN, UAVKLART, both, either, opposite
from engine.language.condition import (
    All,
    Among,
    Condition,
    Given,
    Includes,
    Judgement,
    Leaf,
    Not,
    leaves,
    operand_names,
)
from engine.language.condition import Any as AnyOf
from engine.language.expression import names
from engine.language.meaning import DaysCounted, EarliestOf, LastOf, Run, SumOfEarlier, SumOverDays
from engine.language.model import Definition, Parameter
from engine.language.vocabulary import Fact
from engine.regress.coverage_site import told

_ALWAYS_KNOWN = frozenset({DAY, MONTH, DAYS_IN_MONTH})


class Possible:
    """Answers for one scheme. Errs on the side of asking: what is said to be impossible, is."""

    def __init__(self, slots: Slots, day_conditions: Iterable[Condition]) -> None:
        self.slots = slots
        self._lacking: dict[tuple[str, str | None], bool] = {}
        self._days = False
        self._days = any(self.unclear(leaf) for condition in day_conditions for leaf in leaves(condition))

    def unclear(self, leaf: Leaf, of_list: str | None = None, known: frozenset[str] = frozenset()) -> bool:
        """Whether a leaf can be unclear. The `known` facts are always stated where it is asked."""
        if isinstance(leaf, Given):
            table = self.slots.parameter(leaf.name.name)
            return leaf.word == "kjent" and table is not None and self._row_unclear(table)
        judged = isinstance(leaf, Among | Includes) and leaf.name.name in self.slots.unclear
        return judged or any(self._lacks(name.name, of_list) for name in operand_names(leaf) if name.name not in known)

    def answers(
        self, condition: Condition, of_list: str | None = None, known: frozenset[str] = frozenset()
    ) -> frozenset[str]:
        """Which of `sant`, `usant` and `uavklart` the condition can come to.

        Its leaves count as independent of each other, but for whether a fact is stated at all.
        """
        asked = sorted(
            {leaf.name.name for leaf in leaves(condition) if isinstance(leaf, Given) and leaf.word == "oppgitt"}
        )
        found: set[str] = set()
        for stated in product((True, False), repeat=len(asked)):
            given = dict(zip(asked, stated, strict=True))
            found |= {told(code) for code in self._codes(condition, of_list, known, given)}
        return frozenset(found)

    def _codes(
        self, condition: Condition, of_list: str | None, known: frozenset[str], given: dict[str, bool]
    ) -> frozenset[int]:
        match condition:
            case All(parts) | AnyOf(parts):
                every = isinstance(condition, All)
                codes = frozenset({JA if every else NEI})
                for part in parts:
                    own = self._codes(part, of_list, known, given)
                    codes = frozenset((both if every else either)(*pair) for pair in product(codes, own))
                return codes
            case Not(part):
                return frozenset(opposite(code) for code in self._codes(part, of_list, known, given))
            case Judgement():
                return frozenset({SKJØNN})
            case Given(name, "oppgitt"):
                return frozenset({JA if given[name.name] else NEI})
            case _:
                if any(given.get(name.name) is False for name in operand_names(condition)):
                    return frozenset({UAVKLART})
                stated = known | {name for name, is_given in given.items() if is_given}
                return frozenset({JA, NEI, UAVKLART} if self.unclear(condition, of_list, stated) else {JA, NEI})

    # --- names ---------------------------------------------------------------------------------------------------------------

    def _lacks(self, name: str, of_list: str | None = None) -> bool:
        """Whether a name's value can be unknown."""
        key = (name, of_list)
        if key not in self._lacking:
            self._lacking[key] = True  # a circle is refused elsewhere; until then it may lack
            self._lacking[key] = self._work_out(name, of_list)
        return self._lacking[key]

    def _work_out(self, name: str, of_list: str | None) -> bool:
        if of_list is not None and name in self.slots.lists[of_list].fields:
            return _fact_lacks(self.slots.lists[of_list].fields[name])
        if name in _ALWAYS_KNOWN:
            return of_list is not None and name == MONTH
        vocabulary = self.slots.vocabulary
        known = self.slots.types[name]
        if known.source == "kalender":
            return self._lacks(vocabulary.grant_year)
        if known.source == "fakta":
            return _fact_lacks(vocabulary.facts[name])
        if known.source == "tabell":
            return self._table_lacks(self.slots.scheme.parameters[name])
        return any(self._definition_lacks(one) for one in self.slots.scheme.definitions.get(name, ()))

    def _table_lacks(self, table: Parameter) -> bool:
        if any(value.unknown for value in table.values) or self._row_unclear(table):
            return True
        if any(value.months.first is not None or value.months.last is not None for value in table.values):
            return True  # a month that no row covers
        return any(
            self._lacks(name.name)
            for value in table.values
            if value.formula is not None
            for name in names(value.formula)
        )

    def _row_unclear(self, table: Parameter) -> bool:
        """Whether it can be unknown which row of a table counts."""
        if table.keyed_by is not None:
            return self._lacks(table.keyed_by)
        return any(self.unclear(leaf) for variant in table.variants for leaf in leaves(variant.when))

    def _definition_lacks(self, definition: Definition) -> bool:
        meaning = definition.meaning
        match meaning:
            case LastOf(fact) | EarliestOf(fact):
                return self._lacks(fact) or fact in self.slots.unclear
            case SumOfEarlier(name):
                return self._lacks(name)
            case DaysCounted(where, counting):
                return (counting and self._days) or self._where_unclear(where)
            case Run(where):
                return self._where_unclear(where)
            case SumOverDays(value, where):
                return self._days or self._where_unclear(where) or any(self._lacks(one.name) for one in names(value))
            case _:
                return any(self._lacks(one.name) for one in names(meaning.value))

    def _where_unclear(self, where: Condition | None) -> bool:
        return where is not None and any(self.unclear(leaf) for leaf in leaves(where))


def _fact_lacks(fact: Fact) -> bool:
    return not fact.required and fact.default is None
