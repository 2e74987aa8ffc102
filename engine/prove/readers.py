"""Which rules read which facts, directly or through what is worked out from them, and which facts are asked whether they are stated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from engine.language.condition import Condition, Given, leaves
from engine.language.expression import names
from engine.language.meaning import EarliestOf, Formula, LastOf
from engine.language.model import Rule
from engine.language.rulebook import SchemeRules
from engine.prove.reading import conditions, names_in, read_by

#: what a month comes to, among the rules that can fail
AMOUNT = "beløpet"


class Readers:
    """The rules of one scheme as readers of facts."""

    def __init__(self, scheme: SchemeRules) -> None:
        self.scheme = scheme

    def of(self, fact: str) -> frozenset[str]:
        """The rules that read a fact; AMOUNT for what a month comes to."""
        return frozenset(id for id, reached in self._reached.items() if fact in reached)

    @cached_property
    def _reached(self) -> dict[str, set[str]]:
        scheme = self.scheme
        found = {
            id: self._closure(name for rule in versions for name in _names_of(rule))
            for id, versions in scheme.rules.items()
        }
        calculations = (one for versions in scheme.calculations.values() for one in versions)
        found[AMOUNT] = self._closure(name.name for one in calculations for name in names(one.formula))
        return found

    @cached_property
    def _by_day(self) -> set[str]:
        """What decides whether a day counts."""
        rules = (rule for versions in self.scheme.rules.values() for rule in versions if rule.per == "dag")
        return {name for rule in rules for name in _names_of(rule)}

    def _closure(self, start: Iterable[str]) -> set[str]:
        """Every name that some names are worked out from. What is counted or measured in periods rests on the dates of the periods,
        and on what decides whether a day counts.
        """
        found: set[str] = set()
        waiting = list(start)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += read_by(self.scheme, name)
                if any(not isinstance(one.meaning, Formula) for one in self.scheme.definitions.get(name, ())):
                    waiting += [*self._by_day, "fra", "til"]
        return found

    @cached_property
    def asked_whether_stated(self) -> frozenset[str]:
        """The facts that rules ask whether are stated."""
        found = {
            leaf.name.name
            for one in self._every_condition()
            if one is not None
            for leaf in leaves(one)
            if isinstance(leaf, Given)
        }
        passed_on = {
            name: one.meaning.fact
            for name, versions in self.scheme.definitions.items()
            for one in versions
            if isinstance(one.meaning, LastOf | EarliestOf)
        }
        return frozenset(found | {passed_on[name] for name in found if name in passed_on})

    def _every_condition(self) -> Iterator[Condition | None]:
        scheme = self.scheme
        for versions in scheme.rules.values():
            for rule in versions:
                yield from conditions(rule)
        for component in scheme.components.values():
            yield from (component.applied_when, component.subsidiary_when)
        for definitions in scheme.definitions.values():
            yield from (getattr(one.meaning, "where", None) for one in definitions)
        for parameter in scheme.parameters.values():
            yield from (one.when for one in parameter.variants)


def _names_of(rule: Rule) -> list[str]:
    """The names a rule and its exemptions read."""
    return [name for part in conditions(rule) for name in names_in(part)]
