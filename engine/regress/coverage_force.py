"""The dates and months from which rules, exemptions and rule sets hold, and the cases on each side of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TypeVar

from engine.language.in_force import ByAgreement, ByGrantYear, Days, Months
from engine.language.model import Repeal, Rule, RuleSet
from engine.language.vocabulary import Vocabulary
from engine.regress.coverage_limit import day_limits, month_limits
from engine.regress.coverage_part import LIMITS, RULES, Part
from engine.regress.coverage_rule import NoteWatch, RuleWatch
from engine.regress.coverage_watch import Moment, SchemeWatch
from engine.ruleset.selection import select
from engine.text.month import Month

Key = TypeVar("Key")
#: whether something holds of a rule at a moment, were it in the month
Test = Callable[[Rule, Moment, Month], bool]


def at(found: Mapping[Key, str], key: Key) -> list[str]:
    """The case kept under a key, if any."""
    return [found[key]] if key in found else []


class Force:
    """Finds the cases for one scheme."""

    def __init__(self, watch: SchemeWatch, vocabulary: Vocabulary) -> None:
        self.watch = watch
        self.scheme = watch.scheme
        self.years = vocabulary.facts[vocabulary.grant_year].choices

    def rule(self, watch: RuleWatch) -> Iterator[Part]:
        """Where a rule version begins and ends to hold, and its exemptions."""
        rule = watch.rule
        if isinstance(rule.in_force, ByGrantYear):
            yield from self._grant_years(rule.in_force.first, "vilkåret gjelder")
        if not rule.components:
            return
        if isinstance(rule.in_force, ByAgreement):
            yield from self._agreements(rule, rule.in_force, "vilkåret gjelder", self._holds)
        first = rule.months.first
        yield from month_limits(
            rule.months,
            "måneder ",
            "vilkåret gjelder",
            lambda month: self._holding(rule, lambda moment: moment.month == month, self._holds),
            lambda month: self._holding_beside(
                rule, month, +1 if first is not None and month < first else -1, self._holds
            ),
        )
        for one in rule.exemptions:
            yield from day_limits(
                one.agreements,
                f"unntak {one.id} avtaler ",
                f"unntaket «{one.id}» gjelder",
                lambda day, used=watch.used[one.id]: at(used, day),  # type: ignore[misc]
                lambda day: self._assessed(rule, lambda moment: moment.agreed == day),
            )

    def repeal(self, repeal: Repeal) -> Iterator[Part]:
        """That a repeal takes a rule out of force, and from where."""
        rule = self.scheme.rules[repeal.rule][-1]

        def repealed(rule: Rule, moment: Moment, month: Month) -> bool:
            one = self.watch.ready.standing(moment.agreed, month, moment.year)[rule.id]
            return not one.in_force and repeal.origin in one.why

        cases = self._assessed(rule, lambda it: repealed(rule, it, it.month))
        if not rule.components:
            cases = [case for year, case in self.watch.years.items() if self._repealed_for(repeal, year)]
        yield Part(RULES, "virker", "virker", "ingen test viser at vilkåret er opphevet", tuple(dict.fromkeys(cases)))
        if isinstance(repeal.in_force, ByGrantYear):
            yield from self._grant_years(repeal.in_force.first, "vilkåret er opphevet")
        elif isinstance(repeal.in_force, ByAgreement) and rule.components:
            yield from self._agreements(rule, repeal.in_force, "vilkåret er opphevet", repealed)

    def _repealed_for(self, repeal: Repeal, year: int) -> bool:
        one = self.watch.ready.standing(None, None, year)[repeal.rule]
        return not one.in_force and repeal.origin in one.why

    def _grant_years(self, first: int, holds: str) -> Iterator[Part]:
        sides = (
            (first, "første år", f"det første {holds} for"),
            (first - 1, "året før", f"året før det første {holds} for"),
        )
        for year, key, which in sides:
            if not self.years or str(year) in self.years:
                lack = f"ingen test har tilskuddsåret {year}, {which}"
                yield Part(LIMITS, f"tilskuddsår {key}", f"tilskuddsår {key}", lack, tuple(at(self.watch.years, year)))

    def _agreements(self, rule: Rule, force: ByAgreement, holds: str, test: Test) -> Iterator[Part]:
        new_from = force.new_from

        def older(moment: Moment) -> bool:
            return new_from is None or (moment.agreed is not None and moment.agreed < new_from)

        def before(day: date) -> list[str]:
            outside = at(self.watch.doctors, day) if select(self.scheme, day) is None else []
            return outside or self._assessed(rule, lambda moment: moment.agreed == day)

        yield from day_limits(
            Days(new_from, None),
            "nye avtaler ",
            f"{holds} for nye avtaler",
            lambda day: self._holding(rule, lambda moment: moment.agreed == day, test),
            before,
        )
        yield from month_limits(
            Months(force.existing_from, None),
            "eksisterende avtaler ",
            f"{holds} for eldre avtaler",
            lambda month: self._holding(rule, lambda moment: moment.month == month and older(moment), test),
            lambda month: self._holding_beside(rule, month, +1, test, older),
        )

    def note(self, watch: NoteWatch) -> Iterator[Part]:
        """Where a note begins and ends to be given."""
        first = watch.note.months.first

        def outside(month: Month) -> list[str]:
            return at(watch.latest if first is not None and month < first else watch.earliest, month)

        yield from month_limits(
            watch.note.months,
            "måneder ",
            "merknaden gis",
            lambda month: [*at(watch.latest, month), *at(watch.earliest, month)],
            outside,
        )

    def rule_set(self, one: RuleSet) -> Iterator[Part]:
        """The agreement dates that select a rule set, and the months of its grant year."""
        doctors = self.watch.doctors
        if one.agreements is not None:
            yield from day_limits(
                one.agreements,
                "avtaler ",
                "regelsettet velges",
                lambda day: at(doctors, day),
                lambda day: at(doctors, day),
            )
        if one.grant_year is not None:
            year = one.grant_year.year

            def cases(month: Month, inside: bool) -> list[str]:
                return self._moments(lambda it: it.year == year and it.month == month and it.inside is inside)

            yield from month_limits(
                one.grant_year.months,
                "tilskuddsår ",
                f"i tilskuddsåret {year}",
                lambda month: cases(month, True),
                lambda month: cases(month, False),
            )

    # --- cases -----------------------------------------------------------------------------------------------------------

    def _moments(self, wanted: Callable[[Moment], bool]) -> list[str]:
        return [case for moment, case in self.watch.moments.items() if wanted(moment)]

    def _assessed(self, rule: Rule, wanted: Callable[[Moment], bool]) -> list[str]:
        """Cases where a component that the rule is for was assessed in its grant year."""
        return self._moments(lambda it: it.inside and it.component in rule.components and wanted(it))

    def _holding(self, rule: Rule, wanted: Callable[[Moment], bool], test: Test) -> list[str]:
        """Cases where the test holds of the rule."""
        return self._assessed(rule, lambda it: wanted(it) and test(rule, it, it.month))

    def _holding_beside(
        self, rule: Rule, month: Month, step: int, test: Test, wanted: Callable[[Moment], bool] = lambda it: True
    ) -> list[str]:
        """Cases in a month where the test does not hold of the rule, but does for the same agreement the next month over."""
        return self._assessed(
            rule,
            lambda it: (
                it.month == month and wanted(it) and not test(rule, it, month) and test(rule, it, Month(month + step))
            ),
        )

    def _holds(self, rule: Rule, moment: Moment, month: Month) -> bool:
        one = self.watch.ready.standing(moment.agreed, month, moment.year)[rule.id]
        return one.in_force and one.rule.origin == rule.origin
