"""Test cases made ready to be tried against mutants: read once, sound by the rules as they are, and sorted by what they turn on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Sequence as SequenceOf
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from engine.case.application import read_application
from engine.case.stated import Application, Facts
from engine.decide.agreement import Evaluator
from engine.decide.decide import decide
from engine.decide.naive import NaiveEvaluator
from engine.explain.contract import as_json
from engine.language.rulebook import Rulebook
from engine.regress.expectation import deviations
from engine.regress.mutant import Mutant, Part
from engine.text import literal
from engine.text.fault import Faults
from engine.text.month import Month, month_of
from engine.text.node import Mapping, Node, Scalar, Sequence

_ONE_DAY = timedelta(days=1)

#: why a case is left out that is no test
NOTHING_EXPECTED = "har ikke «forventet»"

#: how much a case bears on a rule it fails, and on one it only meets; on what its expectation names; and for a date, a month, a rule
#: set, and a fact that few cases state
_TURNS_ON, _MEETS, _NAMES = 4.0, 1.0, 3.0
_DATE, _MONTH, _SET, _RARE = 5.0, 2.0, 1.0, 3.0

#: a fact stated in fewer of the cases than this is rare
_FEW = 0.2


@dataclass(frozen=True, slots=True)
class Case:
    """A test case with what it turns on: rules, notes and rule sets by weight, its dates, its months, and the facts it states."""

    path: str
    application: Application
    parts: dict[tuple[str, str], float]
    sets: frozenset[str]
    dates: frozenset[date]
    months: frozenset[Month]
    stated: frozenset[str] = frozenset()
    rare: frozenset[str] = frozenset()

    def bearing(self, mutant: Mutant, reached: frozenset[Part], names: frozenset[str]) -> float:
        """How likely the case is to notice a mutant: higher is likelier, and short cases come before long ones.

        `reached` are the parts whose answers the mutant can change, `names` what these answers hang on.
        """
        found = max((self.parts.get((part.section, part.name), 0.0) for part in reached), default=0.0)
        found += _RARE * bool(self.rare & names)
        found += _SET * (mutant.part.origin in self.sets)
        if mutant.hints.dates:
            close = {day + shift for day in mutant.hints.dates for shift in (-_ONE_DAY, 0 * _ONE_DAY, _ONE_DAY)}
            found += _DATE * bool(close & self.dates)
        if mutant.hints.months:
            found += _MONTH * bool(mutant.hints.months & self.months)
        return found - 0.01 * len(self.months)


def naive() -> tuple[Evaluator]:
    """A naive evaluator of its own: what it remembers goes with the mutant."""
    return (NaiveEvaluator(),)


def written(application: Application, book: Rulebook, by: SequenceOf[Evaluator]) -> dict[str, Any]:
    """The decision's JSON."""
    return as_json(decide(application, book, by))


def prepare(files: Iterable[Path], book: Rulebook) -> tuple[list[Case], list[tuple[str, str]]]:
    """The cases that stand by the rules as they are; and the files that do not, each with why."""
    cases: list[Case] = []
    unfit: list[tuple[str, str]] = []
    by = naive()
    for path in files:
        try:
            application = read_application(path, book)
        except Faults:
            unfit.append((str(path), "kan ikke leses"))
            continue
        if application.expected is None:
            unfit.append((str(path), NOTHING_EXPECTED))
            continue
        try:
            decision = written(application, book, by)
        except Exception:  # what stops one case must not stop the others
            unfit.append((str(path), "kan ikke avgjøres"))
            continue
        if deviations(application.expected, decision):
            unfit.append((str(path), "stemmer ikke med reglene slik de er"))
        else:
            cases.append(case_of(str(path), application, decision))
    counts = Counter(name for case in cases for name in case.stated)
    rare = frozenset(name for name, count in counts.items() if count < _FEW * len(cases))
    return [replace(case, rare=case.stated & rare) for case in cases], unfit


def case_of(path: str, application: Application, decision: dict[str, Any]) -> Case:
    """An application with what its decision turns on."""
    parts: dict[tuple[str, str], float] = {}
    sets: set[str] = set()
    for finding in decision["vilkår"]:
        sets.add(finding["fra_regelsett"])
        if finding["resultat"] == "ikke aktuelt":
            continue
        weight = _MEETS if finding["resultat"] == "oppfylt" and "unntak" not in finding else _TURNS_ON
        key = ("vilkår", finding["id"])
        parts[key] = max(parts.get(key, 0.0), weight)
    for note in decision["merknader"]:
        parts["merknader", note["id"]] = _TURNS_ON
    months: set[Month] = set()
    for doctor in decision["leger"]:
        if doctor["regelsett"] is not None:
            sets.add(doctor["regelsett"])
        for name, line in doctor["komponenter"].items():
            parts["beregning", name] = _TURNS_ON if line["måneder"] else _MEETS
            parts["komponenter", name] = _MEETS
        months |= {literal.month(month["måned"]) for month in doctor["måneder"]}
    year = decision["søknad"].get("tilskuddsår")
    if year is not None:
        sets |= {f"{year}/{application.scheme}"}
    for key in _expected(application.expected):
        parts[key] = parts.get(key, 0.0) + _NAMES
    return Case(
        path,
        application,
        parts,
        frozenset(sets),
        frozenset(_dates(application)),
        frozenset(months),
        frozenset(_stated(application)),
    )


def _expected(expected: Node | None) -> set[tuple[str, str]]:
    """The rules and notes that an expectation names, by section and id, and the defaults it tells of."""
    found: set[tuple[str, str]] = set()
    entries = expected.entries if isinstance(expected, Mapping) else {}
    for key, value in entries.items():
        section = {"vilkår": "vilkår", "skjønn": "vilkår", "merknader": "merknader"}.get(key.partition("_")[0])
        for item in value.items if isinstance(value, Sequence) else ():
            name = item.entries.get("id") if isinstance(item, Mapping) else item
            fact = item.entries.get("faktum") if isinstance(item, Mapping) else None
            if section is not None and isinstance(name, Scalar):
                found.add((section, name.text))
            elif key == "forvalg" and isinstance(fact, Scalar):
                found.add(("fakta", fact.text))
    return found


def _stated(application: Application) -> Iterable[str]:
    yield from (*application.facts, *application.lists)
    for doctor in application.doctors:
        yield from (*doctor.facts, *doctor.lists)
        for rows in doctor.lists.values():
            yield from (name for row in rows for name in row)
        for period in doctor.periods:
            yield from period.facts


def _dates(application: Application) -> Iterable[date]:
    yield from _days(application.facts)
    for doctor in application.doctors:
        yield from _days(doctor.facts)
        for period in doctor.periods:
            yield from (period.first, period.last)
            yield from _days(period.facts)


def _days(facts: Facts) -> Iterable[date]:
    for value in facts.values():
        if isinstance(value, date):
            yield value.date() if isinstance(value, datetime) else value


def months_around(application: Application) -> set[Month]:
    """The months an application's periods touch."""
    return {
        Month(month)
        for doctor in application.doctors
        for period in doctor.periods
        for month in range(month_of(period.first), month_of(period.last) + 1)
    }
