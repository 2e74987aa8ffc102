"""Stated facts into frames: one frame for the application, one for each doctor, one for each period, one for each list row."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from engine.case.calendar import MONTH, Span
from engine.case.comparison import comparable
from engine.case.frame import PERIODS, Frame, Slots
from engine.case.stated import Application, Doctor, Facts, Stated, read_stated
from engine.case.value import Asked, Between, Unknown
from engine.language.model import RuleSet

#: a default that was taken because the fact was not stated
Defaults = list[tuple[Asked, str]]

_FIRST_MONTH, _LAST_MONTH = "tilskuddsårets_første_måned", "tilskuddsårets_siste_måned"


def fill(
    frame: Frame, level: str, stated: Facts, slots: Slots, path: str, doctor: str | None, defaults: Defaults
) -> None:
    """Put stated facts, defaults and missing facts of a level in a frame's slots."""
    if level not in slots.to_fill:
        slots.to_fill[level] = _to_fill(level, slots)
    for name, slot, default, taken, bounds in slots.to_fill[level]:
        value = stated.get(name)
        if value is not None:
            frame[slot] = value if type(value) is str else comparable(value)
            continue
        if default is not None:
            frame[slot] = taken
            defaults.append((Asked(name, level, doctor, f"{path}.{name}"), default))
        else:
            unknown = _not_stated(name, level, doctor, path)
            frame[slot] = unknown if bounds is None else Between(bounds[0], bounds[1], unknown)


@lru_cache(maxsize=4096)
def _not_stated(name: str, level: str, doctor: str | None, path: str) -> Unknown:
    """What is not known where a fact is not stated; most applications number their doctors alike and leave out the same."""
    return Unknown(frozenset({Asked(name, level, doctor, f"{path}.{name}")}))


class _ToFill(NamedTuple):
    """A fact to be put in its slot. Where it is not stated: the default, as written and as taken, or the bounds of a number that can only
    lie between two, and so is at least known to do that.
    """

    name: str
    slot: int
    default: str | None
    taken: Stated | None
    bounds: tuple[Fraction, Fraction] | None


def _to_fill(level: str, slots: Slots) -> list[_ToFill]:
    found = []
    for fact in slots.vocabulary.facts_of(slots.scheme.id, level):
        if fact.kind != "liste":
            low = fact.at_least if fact.at_least is not None else fact.above
            bounds = None if low is None or fact.at_most is None else (low, fact.at_most)
            taken = None if fact.default is None else comparable(read_stated(fact, fact.default))
            found.append(_ToFill(fact.name, slots.index[fact.name], fact.default, taken, bounds))
    return found


def application_frame(application: Application, slots: Slots, grant_set: RuleSet | None, defaults: Defaults) -> Frame:
    """The application's frame, with the first and last month of its grant year."""
    frame = slots.empty()
    fill(frame, "søknad", application.facts, slots, "søknad", None, defaults)
    if slots.vocabulary.grant_year in slots.index:
        year = frame[slots.index[slots.vocabulary.grant_year]]
        window = grant_set.grant_year.months if grant_set is not None and grant_set.grant_year is not None else None
        frame[slots.index[_FIRST_MONTH]] = year if type(year) is Unknown or window is None else window.first
        frame[slots.index[_LAST_MONTH]] = year if type(year) is Unknown or window is None else window.last
    return frame


def doctor_frame(base: Frame, doctor: Doctor, slots: Slots, defaults: Defaults) -> tuple[Frame, list[Span]]:
    """The doctor's frame and the periods, each with its own."""
    frame = base.copy()
    fill(frame, "lege", doctor.facts, slots, doctor.path, doctor.id, defaults)
    spans = []
    for period in doctor.periods:
        own = frame.copy()
        fill(own, "periode", period.facts, slots, period.path, doctor.id, defaults)
        spans.append(Span(period.first, period.last, own))
    frame[PERIODS] = spans
    return frame, spans


def row_frames(
    base: Frame, name: str, rows: Iterable[Facts], path: str, doctor: str | None, slots: Slots
) -> list[Frame]:
    """A frame for each row of a list fact. A field called `måned` is the row's month."""
    fields = slots.lists[name].fields
    frames = []
    for number, row in enumerate(rows):
        frame = base.copy()
        for field in fields.values():
            value = row.get(field.name)
            asked = Asked(f"{name}.{field.name}", name, doctor, f"{path}.{name}[{number}].{field.name}")
            filled = Unknown(frozenset({asked})) if value is None else comparable(value)
            frame[slots.index[f"{name}.{field.name}"]] = filled
            if field.name == MONTH:
                frame[slots.index[MONTH]] = filled
        frames.append(frame)
    return frames
