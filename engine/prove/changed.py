"""An application with other values, which may be ranges or open facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from engine.case.stated import Application, Doctor, Period, digest
from engine.case.value import Between
from engine.prove.changeable import Changeable


def changed(application: Application, values: dict[str, tuple[Changeable, Any]]) -> Application:
    """The application with other values, by path: for each the fact, and its value (None: not stated).

    The values may also be ranges or open facts; then the digest is not right, and only the rules may read it.
    """
    by_place: dict[tuple[int, ...], dict[str, Any]] = {}
    for one, value in values.values():
        by_place.setdefault(one.place, {})[one.fact.name] = value
    doctors = tuple(
        doctor if not any(place[:1] == (number,) for place in by_place) else _doctor(doctor, number, by_place)
        for number, doctor in enumerate(application.doctors)
    )
    facts = _with(application.facts, by_place.get((), {}))
    return replace(application, facts=facts, doctors=doctors, expected=None)


def _doctor(doctor: Doctor, number: int, by_place: dict[tuple[int, ...], dict[str, Any]]) -> Doctor:
    periods = []
    for index, period in enumerate(doctor.periods):
        new = by_place.get((number, index), {})
        facts = _with(period.facts, new)
        first, last = (_day(new.get(key), kept) for key, kept in (("fra", period.first), ("til", period.last)))
        periods.append(Period(first, last, facts, period.path))
    return replace(doctor, facts=_with(doctor.facts, by_place.get((number,), {})), periods=tuple(periods))


def _day(new: Any, kept: date) -> date:
    """Where a period begins or ends; of a range, the first day it could."""
    found = new.low if type(new) is Between else new
    return found if isinstance(found, date) else kept


def _with(facts: Any, new: dict[str, Any]) -> dict[str, Any]:
    found = {**facts, **new}
    return {name: value for name, value in found.items() if value is not None}


def with_digest(one: Application) -> Application:
    """The application with the digest of what it states."""
    return replace(one, digest=digest(one.scheme, one.id, one.facts, one.lists, one.doctors))
