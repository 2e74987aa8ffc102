"""Gaps in time: agreement dates, grant years and months that no rules answer, and what is required before and after but not between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise

from engine.language.model import Rule, RuleSet
from engine.language.names import WINDOW
from engine.prove.moment import Moment
from engine.prove.reading import names_in
from engine.prove.rule_claims import INFORMS, conditions_of
from engine.prove.site import DAYS, MONTHS, Site, sites
from engine.prove.stage import Stages, is_late
from engine.text.month import Month

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class DateGap:
    """Agreement dates from–to, between two rule sets, that none selects, or that both do."""

    earlier: RuleSet
    later: RuleSet
    days: tuple[date, date]
    overlap: bool


def date_gaps(stages: Stages) -> Iterator[DateGap]:
    """Between the first and the last rule set; before and after them the vocabulary says what is decided."""
    dated = sorted(
        (one for one in stages.scheme.scheme.sets if one.agreements is not None),
        key=lambda one: (one.agreements and one.agreements.first) or date.min,
    )
    for earlier, later in pairwise(dated):
        assert earlier.agreements is not None and later.agreements is not None
        last, first = earlier.agreements.last, later.agreements.first
        if first is None:
            continue
        if last is None or first <= last:
            end = min((day for day in (last, later.agreements.last) if day is not None), default=first)
            yield DateGap(earlier, later, (first, end), True)
        elif first > last + _ONE_DAY:
            yield DateGap(earlier, later, (last + _ONE_DAY, first - _ONE_DAY), False)


def year_gaps(stages: Stages) -> Iterator[int]:
    """Grant years that an application may state and no rule set is for."""
    fact = stages.book.vocabulary.facts.get(stages.book.vocabulary.grant_year)
    years = {one.grant_year.year for one in stages.scheme.scheme.sets if one.grant_year is not None}
    if fact is None or not years or stages.scheme_id not in fact.schemes:
        return
    yield from (int(choice) for choice in fact.choices if int(choice) not in years)


@dataclass(frozen=True)
class MonthGap:
    """Months from–to that belong to no grant year, between two that do."""

    earlier: RuleSet
    later: RuleSet
    months: tuple[Month, Month]


def month_gaps(stages: Stages) -> Iterator[MonthGap]:
    """Between the first grant year and the last."""
    dated = [
        one
        for one in stages.scheme.scheme.sets
        if one.grant_year is not None and one.grant_year.months.first is not None
    ]
    dated.sort(key=lambda one: (one.grant_year and one.grant_year.months.first) or 0)
    for earlier, later in pairwise(dated):
        assert earlier.grant_year is not None and later.grant_year is not None
        last, first = earlier.grant_year.months.last, later.grant_year.months.first
        if last is not None and first is not None and first > last + 1:
            yield MonthGap(earlier, later, (Month(last + 1), Month(first - 1)))


@dataclass(frozen=True)
class Lapse:
    """What rules read at the moments around and no rule reads at these. Empty `names`: nothing at all is required at these."""

    component: str
    names: tuple[str, ...]
    before: tuple[Rule, ...]
    after: tuple[Rule, ...]
    moments: tuple[Moment, ...]


def lapses(stages: Stages) -> Iterator[Lapse]:
    """Along the months for agreements of each class, and along the agreements for each month."""
    found: dict[
        tuple[str, tuple[Month, Month]], dict[str, list[tuple[Moment, tuple[Rule, ...], tuple[Rule, ...]]]]
    ] = {}
    for component in stages.scheme.components:
        own = [one for one in sites(stages.scheme) if one.kind in (MONTHS, DAYS) and one.component == component]
        moments = [one for one in stages.inside(component) if not is_late(one)]
        read = {one: _read(stages, own, one) for one in moments}
        bare = [one for one in moments if not read[one]]
        if bare:
            yield Lapse(component, (), (), (), tuple(bare))
        for line in (*_lines(moments, False), *_lines(moments, True)):
            for before, moment, after, name in _missing(line, read):
                place = found.setdefault((component, moment.months), {})
                place.setdefault(name, []).append((moment, before, after))
    yield from _gathered(found)


def _gathered(
    found: dict[tuple[str, tuple[Month, Month]], dict[str, list[tuple[Moment, tuple[Rule, ...], tuple[Rule, ...]]]]],
) -> Iterator[Lapse]:
    """One lapse for all that the same rules read, and the same moments lack."""
    told: dict[tuple[object, ...], Lapse] = {}
    for (component, _), by_name in found.items():
        for name, places in by_name.items():
            moments = tuple(dict.fromkeys(moment for moment, _, _ in places))
            before, after = places[0][1], places[0][2]
            key = (component, moments, *((rule.origin, rule.id) for rule in (*before, *after)))
            names = {*told[key].names, name} if key in told else {name}
            told[key] = Lapse(component, tuple(sorted(names)), before, after, moments)
    yield from told.values()


Reads = dict[str, tuple[Rule, ...]]


def _read(stages: Stages, own: Sequence[Site], moment: Moment) -> Reads:
    """What the rules in force that decide something read, and which do."""
    found: Reads = {}
    for site in own:
        for clause in site.rules(stages.scheme, moment).values():
            rule = clause.rule
            if rule.consequence in (*INFORMS, "utenfor"):
                continue
            for condition in conditions_of(rule):
                for name in names_in(condition):
                    if name not in stages.scheme.scheme.parameters and name not in WINDOW:
                        found[name] = (*found.get(name, ()), rule) if rule not in found.get(name, ()) else found[name]
    return found


def _lines(moments: Sequence[Moment], along_agreements: bool) -> Iterator[list[Moment]]:
    """Moments that differ on one axis only, in order."""

    def fixed(one: Moment) -> tuple[object, ...]:
        return (one.months, one.year) if along_agreements else (one.agreed,)

    def moving(one: Moment) -> object:
        return one.agreed if along_agreements else (one.months, one.year or 0)

    ordered = sorted(moments, key=lambda one: (str(fixed(one)), moving(one)))
    for _, line in groupby(ordered, key=lambda one: str(fixed(one))):
        yield list(line)


def _missing(
    line: Sequence[Moment], read: dict[Moment, Reads]
) -> Iterator[tuple[tuple[Rule, ...], Moment, tuple[Rule, ...], str]]:
    """Where a name that is read before and after is not read, with the rules around."""
    for name in {name for moment in line for name in read[moment]}:
        reading = [position for position, moment in enumerate(line) if name in read[moment]]
        for before, after in pairwise(reading):
            for position in range(before + 1, after):
                yield read[line[before]][name], line[position], read[line[after]][name], name
