"""Changes of what a rule set is: its agreement dates, grant year, components, definitions and calculations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from engine.case.formula import ROUNDING_MODES
from engine.language.condition import ALWAYS, Condition, Not
from engine.language.meaning import DaysCounted, Formula, Meaning, Run, SumOverDays
from engine.language.model import Calculation, Component, Definition, GrantYear, RuleSet
from engine.regress.mutation_change import ONE_DAY, Change, Reader, hints
from engine.regress.mutation_rule import formula_changes, months_changes
from engine.regress.mutation_tree import condition_changes
from engine.text.norsk import date_text, exact_decimal

DATES, WINDOW = "avtaledatoer for regelsettet", "måneder i tilskuddsåret"
APPLIED, SUBSIDIARY = "søkes_når", "subsidiær"
WHERE, BASIS, MEASURE = "definisjon: der", "definisjon: grunnlag", "definisjon: måler"
FORMULA, ROUNDING = "formel", "avrunding"
_MEASURES = ("hele måneder", "dager utover")
_NEVER = Not(ALWAYS)

#: changed rule sets, by id
Sets = Mapping[str, RuleSet]


def date_changes(sets: tuple[RuleSet, ...]) -> Iterator[tuple[RuleSet, Change[Sets]]]:
    """The agreement dates of each set one day; where two sets meet, both are moved."""
    dated = [one for one in sets if one.agreements is not None]
    for index, one in enumerate(dated):
        assert one.agreements is not None
        earlier = dated[index - 1] if index else None
        for key in ("first", "last"):
            day = getattr(one.agreements, key)
            if day is None or (key == "last" and index + 1 < len(dated)):
                continue
            for after in (day - ONE_DAY, day + ONE_DAY):
                changed = {one.id: replace(one, agreements=replace(one.agreements, **{key: after}))}
                if key == "first" and earlier is not None and earlier.agreements is not None:
                    until = replace(earlier.agreements, last=after - ONE_DAY)
                    changed[earlier.id] = replace(earlier, agreements=until)
                word = "fra" if key == "first" else "til"
                yield (
                    one,
                    Change(
                        changed,
                        DATES,
                        f"{word}/{day.isoformat()}→{after.isoformat()}",
                        f"regelsettet gjelder avtaler {word} {date_text(day)} → {date_text(after)}",
                        hints(day, after, kind="dato"),
                        keys=(word,),
                    ),
                )


def grant_year_changes(year: GrantYear) -> Iterator[Change[GrantYear]]:
    """The window of a grant year one month at either end."""
    for change in months_changes(year.months):
        if not change.where.endswith("åpen"):
            yield replace(change, kind=WINDOW).within(
                lambda value: replace(year, months=value), "måneder", ("måneder",)
            )


def component_changes(component: Component, reader: Reader) -> Iterator[Change[Component]]:
    """When a component is applied for, and when it steps in for another."""
    for change in condition_changes(component.applied_when, reader):
        yield change.within(lambda value: replace(component, applied_when=value), "søkes_når", ("søkes_når",), APPLIED)
    if component.subsidiary_to is None:
        return
    yield Change(
        replace(component, subsidiary_to=None),
        SUBSIDIARY,
        "subsidiær_til/uten",
        f"trer ikke lenger inn for {component.subsidiary_to}",
        keys=("subsidiær_til",),
    )
    if component.subsidiary_when is None:
        return
    replaced: list[tuple[Condition, str]] = [(ALWAYS, "alltid"), (_NEVER, "aldri")]
    for value, word in replaced:
        yield Change(
            replace(component, subsidiary_when=value),
            SUBSIDIARY,
            f"subsidiær_når/{word}",
            f"«subsidiær_når» → {word}",
            keys=("subsidiær_når",),
        )
    for change in condition_changes(component.subsidiary_when, reader):
        yield change.within(
            lambda value: replace(component, subsidiary_when=value), "subsidiær_når", ("subsidiær_når",), SUBSIDIARY
        )


def definition_changes(definition: Definition, reader: Reader) -> Iterator[Change[Definition]]:
    """What a definition counts, sums or measures, and in which months it is the one that counts."""
    for months in months_changes(definition.months):
        yield months.within(lambda value: replace(definition, months=value), "måneder", ("måneder",))
    for change in _meanings(definition.meaning, reader):
        yield change.within(lambda value: replace(definition, meaning=value))


def _meanings(meaning: Meaning, reader: Reader) -> Iterator[Change[Meaning]]:
    match meaning:
        case DaysCounted(where, counting):
            words = ("tellende", "alle") if counting else ("alle", "tellende")
            said = f"dager som telles: {words[0]} → {words[1]}"
            yield Change(DaysCounted(where, not counting), BASIS, f"grunnlag/{words[0]}→{words[1]}", said)
            for change in _where(where, reader):
                yield change.within(lambda value: DaysCounted(value, counting), "der", ("antall_dager", "der"))
        case Run(where, measures):
            other = next(one for one in _MEASURES if one != measures)
            yield Change(Run(where, other), MEASURE, f"måler/{measures}→{other}", f"måler {measures} → {other}")
            for change in _where(where, reader):
                yield change.within(lambda value: Run(value, measures), "der", ("sammenhengende", "der"))
        case SumOverDays(value, where):
            for change in _where(where, reader):
                yield change.within(lambda other: SumOverDays(value, other), "der", ("sum_over_dager", "der"))
            for formula in formula_changes(value, reader):
                yield formula.within(lambda other: SumOverDays(other, where), "verdi", ("sum_over_dager", "verdi"))
        case Formula(value):
            for formula in formula_changes(value, reader):
                yield formula.within(Formula, "formel", ("formel",))
        case _:
            return


def _where(where: Condition | None, reader: Reader) -> Iterator[Change[Condition | None]]:
    if where is None:
        return
    yield Change(None, WHERE, "uten", "«der» fjernet")
    for change in condition_changes(where, reader):
        yield change.within(lambda value: value)


def calculation_changes(calculation: Calculation, reader: Reader) -> Iterator[Change[Calculation]]:
    """The formula, its months, and how the line is rounded."""
    for months in months_changes(calculation.months):
        yield months.within(lambda value: replace(calculation, months=value), "måneder", ("måneder",))
    for change in formula_changes(calculation.formula, reader):
        yield change.within(lambda value: replace(calculation, formula=value), "formel", ("formel",))
    rounding = calculation.rounding
    for mode in ROUNDING_MODES:
        if mode != rounding.mode:
            yield Change(
                replace(calculation, rounding=replace(rounding, mode=mode)),
                ROUNDING,
                f"avrunding/måte/{rounding.mode}→{mode}",
                f"avrunding {rounding.mode} → {mode}",
                keys=("avrunding", "måte"),
            )
    for size in (rounding.step / 100, rounding.step * 10):
        before, after = exact_decimal(rounding.step), exact_decimal(Fraction(size))
        yield Change(
            replace(calculation, rounding=replace(rounding, step=size)),
            ROUNDING,
            f"avrunding/til/{before}→{after}",
            f"avrunding til {before} kr → {after} kr".replace(".", ","),
            keys=("avrunding", "til"),
        )
