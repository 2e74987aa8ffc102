"""Changes of one rule, exception or note: when it holds, whom it is for, what it asks, and what follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from engine.language.check import CONSEQUENCES
from engine.language.condition import ALWAYS, Condition
from engine.language.expression import Expression
from engine.language.in_force import ByAgreement, ByGrantYear, Days, InForce, Months
from engine.language.model import Exemption, Note, Rule
from engine.regress.mutation_change import NO_HINTS, ONE_DAY, Change, Reader, hints, short
from engine.regress.mutation_tree import condition_changes, expression_changes
from engine.text.month import Month, month_in_words
from engine.text.norsk import date_text, list_text

RULE, NOTE, EXEMPTION = "vilkår fjernet", "merknad fjernet", "unntak fjernet"
FORCE_DAY, FORCE_MONTH, TRANSITION = "dato for nye avtaler", "måned for eldre avtaler", "overgang fjernet"
FORCE_YEAR, MONTHS, DATES = "tilskuddsår i kraft", "måneder", "avtaledatoer for unntak"
SCOPE, PART = "gjelder_når fjernet", "delvis_når eller skjønn_når fjernet"
CONSEQUENCE, OPENS = "følge byttet", "åpner_for fjernet"
COMPONENT, COMPONENT_MORE = "komponent fjernet", "komponent lagt til"

#: consequences that decide nothing and so are the same to a decision
_SILENT = frozenset({"merknad", "ingen"})


def rule_changes(rule: Rule, reader: Reader) -> Iterator[Change[Rule | None]]:
    """Every change of a rule; None is the rule left out."""
    own = reader.about(rule.per)
    yield Change(None, RULE, "uten", f"vilkåret «{rule.id}» fjernet", place=rule.place)
    for change in force_changes(rule.in_force):
        yield change.within(lambda value: replace(rule, in_force=value), "i_kraft", ("i_kraft",))
    for months in months_changes(rule.months):
        yield months.within(lambda value: replace(rule, months=value), "måneder", ("måneder",))
    yield from _conditions(rule, own)
    yield from _consequences(rule, own)
    for component in rule.components:
        rest = tuple(one for one in rule.components if one != component)
        if rest:
            said = f"gjelder {list_text(rule.components)} → {list_text(rest)}"
            yield Change(
                replace(rule, components=rest), COMPONENT, f"gjelder/uten {component}", said, keys=("gjelder",)
            )
    for component in reader.scheme.components if rule.components else ():
        if component not in rule.components:
            more = (*rule.components, component)
            said = f"gjelder {list_text(rule.components)} → {list_text(more)}"
            yield Change(
                replace(rule, components=more), COMPONENT_MORE, f"gjelder/med {component}", said, keys=("gjelder",)
            )
    yield from _exemptions(rule, own)


def _conditions(rule: Rule, reader: Reader) -> Iterator[Change[Rule | None]]:
    for name, key in (
        ("scope", "gjelder_når"),
        ("requirement", "krav"),
        ("partial_when", "delvis_når"),
        ("judgement_when", "skjønn_når"),
    ):
        condition: Condition | None = getattr(rule, name)
        if condition is None:
            continue
        if name != "requirement":
            kind = SCOPE if name == "scope" else PART
            yield Change(
                _with(rule, name, None),
                kind,
                f"{key}/uten",
                f"«{key}» fjernet",
                keys=(key,),
            )
        for change in condition_changes(condition, reader):
            yield change.within(partial(_with, rule, name), key, (key,))


def _with(rule: Rule, name: str, condition: Condition | None) -> Rule:
    changed: dict[str, Any] = {name: condition}
    return replace(rule, **changed)


def _consequences(rule: Rule, reader: Reader) -> Iterator[Change[Rule | None]]:
    level = "post" if rule.per == reader.of_list else rule.per
    for other in sorted(CONSEQUENCES[level]):
        if other == rule.consequence or {other, rule.consequence} <= _SILENT or (other == "merknad"):
            continue
        yield Change(
            replace(rule, consequence=other),
            CONSEQUENCE,
            f"ikke_oppfylt/{rule.consequence}→{other}",
            f"følgen {rule.consequence} → {other}",
            keys=("ikke_oppfylt",),
        )
    for component in rule.opens_for:
        rest = tuple(one for one in rule.opens_for if one != component)
        said = f"åpner ikke lenger for {component}"
        yield Change(replace(rule, opens_for=rest), OPENS, f"åpner_for/uten {component}", said, keys=("åpner_for",))


def _exemptions(rule: Rule, reader: Reader) -> Iterator[Change[Rule | None]]:
    for index, exemption in enumerate(rule.exemptions):
        before, after = rule.exemptions[:index], rule.exemptions[index + 1 :]

        def put(
            changed: Exemption | None,
            before: tuple[Exemption, ...] = before,
            after: tuple[Exemption, ...] = after,
        ) -> Rule:
            return replace(rule, exemptions=(*before, *(() if changed is None else (changed,)), *after))

        where, keys = f"unntak/{exemption.id}", ("unntak", exemption.id)
        for change in _exemption(exemption, reader):
            yield change.within(put, where, keys)


def _exemption(exemption: Exemption, reader: Reader) -> Iterator[Change[Exemption | None]]:
    yield Change(None, EXEMPTION, "uten", f"unntaket «{exemption.id}» fjernet", place=exemption.place)
    for days in days_changes(exemption.agreements):
        yield days.within(lambda value: replace(exemption, agreements=value), "avtaler", ("avtaler",))
    for change in condition_changes(exemption.when, reader):
        yield change.within(lambda value: replace(exemption, when=value), "når", ("når",))


# --- when something holds ------------------------------------------------------------------------------------------------


def force_changes(in_force: InForce) -> Iterator[Change[InForce]]:
    """Changes of `i_kraft`."""
    match in_force:
        case ByAgreement(new_from, existing_from):
            if new_from is not None:
                for day in (new_from - ONE_DAY, new_from + ONE_DAY):
                    yield Change(
                        ByAgreement(day, existing_from),
                        FORCE_DAY,
                        f"nye_avtaler/{new_from.isoformat()}→{day.isoformat()}",
                        f"nye avtaler fra {date_text(new_from)} → {date_text(day)}",
                        hints(new_from, day, kind="dato"),
                        keys=("nye_avtaler",),
                    )
            if existing_from is not None:
                for month in (Month(existing_from - 1), Month(existing_from + 1)):
                    yield Change(
                        ByAgreement(new_from, month),
                        FORCE_MONTH,
                        f"eksisterende_avtaler/{short(existing_from, 'måned')}→{short(month, 'måned')}",
                        f"eldre avtaler fra {month_in_words(existing_from)} → {month_in_words(month)}",
                        hints(existing_from, month, kind="måned"),
                        keys=("eksisterende_avtaler",),
                    )
                yield Change(
                    ByAgreement(new_from, None),
                    TRANSITION,
                    "eksisterende_avtaler/ingen",
                    f"eldre avtaler fra {month_in_words(existing_from)} → ingen eldre avtaler",
                    hints(existing_from, kind="måned"),
                    keys=("eksisterende_avtaler",),
                )
        case ByGrantYear(first):
            for year in (first - 1, first + 1):
                yield Change(
                    ByGrantYear(year),
                    FORCE_YEAR,
                    f"tilskuddsår/{first}→{year}",
                    f"fra og med tilskuddsåret {first} → {year}",
                    keys=("tilskuddsår",),
                )


def months_changes(months: Months) -> Iterator[Change[Months]]:
    """Changes of `måneder`: either end one month, or open."""
    for field, key in (("first", "fra"), ("last", "til")):
        month: Month | None = getattr(months, field)
        if month is None:
            continue
        for after in (Month(month - 1), Month(month + 1)):
            changed = _ended(months, field, after)
            if changed.first is not None and changed.last is not None and changed.first > changed.last:
                continue
            yield _month_change(changed, month, after, key)
        yield _month_change(_ended(months, field, None), month, None, key)


def _ended(months: Months, field: str, month: Month | None) -> Months:
    return Months(month, months.last) if field == "first" else Months(months.first, month)


def _month_change(changed: Months, month: Month, after: Month | None, key: str) -> Change[Months]:
    end = month_in_words(after) if after is not None else "uten grense"
    return Change(
        changed,
        MONTHS,
        f"{key}/{short(month, 'måned')}→{short(after, 'måned') if after is not None else 'åpen'}",
        f"måneder {key} {month_in_words(month)} → {end}",
        hints(month, after, kind="måned"),
        keys=(key,),
    )


def days_changes(days: Days) -> Iterator[Change[Days]]:
    """Changes of agreement dates: either end one day."""
    for field, key in (("first", "fra"), ("last", "til")):
        day = getattr(days, field)
        for after in (day - ONE_DAY, day + ONE_DAY) if day is not None else ():
            yield Change(
                replace(days, **{field: after}),
                DATES,
                f"{key}/{day.isoformat()}→{after.isoformat()}",
                f"avtaler {key} {date_text(day)} → {date_text(after)}",
                hints(day, after, kind="dato"),
                keys=(key,),
            )


# --- notes -------------------------------------------------------------------------------------------------------------


def note_changes(note: Note, reader: Reader) -> Iterator[Change[Note | None]]:
    """Every change of a note; None is the note left out."""
    yield Change(None, NOTE, "uten", f"merknaden «{note.id}» fjernet", place=note.place)
    for months in months_changes(note.months):
        yield months.within(lambda value: replace(note, months=value), "måneder", ("måneder",))
    for change in condition_changes(note.when, reader.about(note.per)) if note.when != ALWAYS else ():
        yield change.within(lambda value: replace(note, when=value), "når", ("når",))
    for formula in formula_changes(note.formula, reader.about(note.per)):
        yield formula.within(lambda value: replace(note, formula=value), "formel", ("formel",))
    for component in note.components if len(note.components) > 1 else ():
        rest: Any = tuple(one for one in note.components if one != component)
        said = f"gjelder {list_text(note.components)} → {list_text(rest)}"
        yield Change(replace(note, components=rest), COMPONENT, f"gjelder/uten {component}", said, NO_HINTS)


def formula_changes(formula: Expression | None, reader: Reader) -> Iterator[Change[Expression]]:
    """Changes of a formula that may be missing."""
    if formula is not None:
        yield from expression_changes(formula, reader)
