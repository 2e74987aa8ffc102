"""Rates and thresholds that are needed where they have no value: no row at all, which is another thing than one written as unknown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.language.condition import Condition, Given, leaves, operand_names
from engine.language.expression import names
from engine.language.model import Calculation, Parameter, Quantity, Variant
from engine.prove.logic import Bool, conj, disj, neg
from engine.prove.meaning import GroupMeaning
from engine.prove.moment import Moment
from engine.prove.reading import names_in, reached_in
from engine.prove.rule_claims import INFORMS, conditions_of
from engine.prove.scene import Scene
from engine.prove.site import DAYS, LIST, MONTHS, Site, sites
from engine.prove.stage import Looks, Stages, is_late
from engine.text.month import Month

#: so many whole numbers that a table may go by are looked at one by one
_COUNTED = 12


@dataclass(frozen=True)
class RateGap:
    """A table without a row in these months, for a value of what it goes by (`key`) or a variant; or a variant that is lacking."""

    parameter: Parameter
    component: str
    moments: tuple[Moment, ...]
    key: str | None = None
    variant: Variant | None = None
    none_fits: bool = False
    by_calculation: bool = True


@dataclass(frozen=True)
class NoCalculation:
    """Months of a component that nothing says how to calculate."""

    component: str
    calculations: tuple[Calculation, ...]
    moments: tuple[Moment, ...]


def calculation_gaps(stages: Stages) -> Iterator[NoCalculation]:
    """Months inside the grant year without a calculation."""
    for name, part in stages.scheme.components.items():
        lacking = [one for one in stages.inside(name) if part.calculation(one.month) is None and not is_late(one)]
        if lacking:
            yield NoCalculation(name, tuple(one for one, _ in part.calculations), tuple(lacking))


def rate_gaps(stages: Stages) -> Iterator[RateGap]:
    """Every table with a hole where it is needed, by table, component, key and variant."""
    found: dict[tuple[object, ...], RateGap] = {}
    for site in sites(stages.scheme):
        for moment in stages.moments(site):
            if site.timed and is_late(moment):
                continue
            for gap in _at(stages, site, moment):
                key = (gap.parameter.name, gap.component, gap.key, gap.variant and gap.variant.id, gap.none_fits)
                known = found.get(key)
                moments = (*known.moments, moment) if known is not None else (moment,)
                found[key] = RateGap(
                    gap.parameter, gap.component, moments, gap.key, gap.variant, gap.none_fits, gap.by_calculation
                )
    yield from found.values()


def _at(stages: Stages, site: Site, moment: Moment) -> Iterator[RateGap]:
    month = moment.month if site.timed else None
    calculated: set[str] = set()
    if site.kind == MONTHS:
        calculation = stages.scheme.components[site.name].calculation(moment.month)
        if calculation is not None:
            calculated = {one.name for one in names(calculation[0].formula)}
    asked = calculated | {
        name
        for clause in site.rules(stages.scheme, moment).values()
        for name in _unguarded(conditions_of(clause.rule))
        if site.kind in (MONTHS, DAYS, LIST) or name
    }
    for name in sorted(reached_in(stages.scheme.scheme, asked, month)):
        parameter = stages.scheme.scheme.parameters.get(name)
        if parameter is not None:
            yield from _holes(
                stages,
                parameter,
                site.component,
                moment,
                month,
                name in reached_in(stages.scheme.scheme, calculated, month),
            )


def _unguarded(conditions: list[Condition]) -> set[str]:
    """The names a rule reads, without those it asks for itself whether they are known."""
    found = {name for condition in conditions for name in names_in(condition)}
    guarded = {
        leaf.name.name
        for condition in conditions
        for leaf in leaves(condition)
        if isinstance(leaf, Given) and leaf.word == "kjent"
    }
    return found - guarded


def _holes(
    stages: Stages, parameter: Parameter, component: str, moment: Moment, month: Month | None, calculated: bool
) -> Iterator[RateGap]:
    rows = [row for row in parameter.values if month is None or row.months.holds(month)]
    keys = _keys(stages, parameter, moment)
    for key in keys:
        own = [row for row in rows if key is None or row.key == key]
        if not parameter.variants:
            if not own:
                yield RateGap(parameter, component, (moment,), key, by_calculation=calculated)
            continue
        for variant in parameter.variants:
            if not any(row.variant in (None, variant.id) for row in own):
                yield RateGap(parameter, component, (moment,), key, variant, by_calculation=calculated)
    if parameter.variants and calculated and component and _none_fits_possible(stages, parameter, component, moment):
        yield RateGap(parameter, component, (moment,), none_fits=True)


def _keys(stages: Stages, parameter: Parameter, moment: Moment) -> list[str | None]:
    """The values of what the table goes by that can occur at the moment."""
    if parameter.keyed_by is None:
        return [None]
    vocabulary = stages.book.vocabulary
    if parameter.keyed_by == vocabulary.grant_year:
        return [None if moment.year is None else str(moment.year)]
    fact = vocabulary.facts.get(parameter.keyed_by)
    if fact is None:
        return []
    if fact.choices:
        return list(fact.choices)
    low, high = fact.at_least, fact.at_most
    if fact.kind == "heltall" and low is not None and high is not None and high - low < _COUNTED:
        return [str(number) for number in range(int(low), int(high) + 1)]
    return []


def lacks_rate(stages: Stages, parameter: Parameter, group: GroupMeaning) -> Bool:
    """That a rule that applies cannot be answered for want of the table's value."""
    found: list[Bool] = []
    for rule in group.rules:
        if rule.clause.rule.consequence in INFORMS:
            continue
        for leaf in (leaf for condition in conditions_of(rule.clause.rule) for leaf in leaves(condition)):
            reached = reached_in(stages.scheme.scheme, {name.name for name in operand_names(leaf)}, group.moment.month)
            if parameter.name in reached:
                applies = True if rule.scope is None else rule.scope.yes
                found.append(conj(applies, rule.value.uavklart, group.frame.lacks(leaf).rates))
    return disj(*found)


def none_fits(parameter: Parameter, component: str) -> Looks:
    """That the month is granted, and none of the variants is for it."""

    def looks(scene: Scene) -> Bool:
        own = scene.component(component)
        return conj(
            scene.applied(component).yes,
            own.rules.status["ja"],
            *(neg(own.frame.tree(one.when).maybe_yes) for one in parameter.variants),
            *(own.frame.tree(one.when).no for one in parameter.variants),
        )

    return looks


def _none_fits_possible(stages: Stages, parameter: Parameter, component: str, moment: Moment) -> bool:
    """Whether it may be. The variants are the same in all months: the first moment of the component stands for all."""
    first = next((one for one in stages.inside(component) if not is_late(one)), None)
    if moment != first:
        return False
    stage = stages.stage(moment)
    looks = none_fits(parameter, component)
    return stage.holds(looks(stage.scene)) and stages.shown(moment, component, looks)


def unknown_rates(stages: Stages) -> Iterator[tuple[Parameter, Quantity]]:
    """The values written as unknown: no findings, but good to know of."""
    for parameter in stages.scheme.scheme.parameters.values():
        for row in parameter.values:
            if row.unknown:
                yield parameter, row
