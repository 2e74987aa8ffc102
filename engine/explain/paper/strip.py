"""A doctor's months as a strip in words, so that neither colour nor a sign is needed to read it."""

from __future__ import annotations

from engine.decide.decision import DoctorDecision, DoctorMonth
from engine.explain.paper.document import Strip
from engine.text.month import NAMES

_EMPTY = ("", "")
_WORDS = {
    "ja": ("ja", "god"),
    "delvis": ("delvis", "delvis"),
    "nei": ("nei", "imot"),
    "skjønn": ("skjønn", "åpen"),
    "uavklart": ("mangler", "åpen"),
    "utenfor": ("utenfor", "nøytral"),
}


def strip(one: DoctorDecision) -> Strip:
    """Twelve cells a calendar year and component."""
    components = dict.fromkeys(name for month in one.months for name in month.components)
    years: dict[int, dict[int, DoctorMonth]] = {}
    for month in one.months:
        years.setdefault(month.month // 12, {})[month.month % 12] = month
    rows = [
        (f"{year} {name}", [_cell(months.get(index), name) for index in range(12)])
        for year, months in sorted(years.items())
        for name in components
    ]
    return Strip(["Måned", *(name[:3] for name in NAMES)], rows)


def _cell(month: DoctorMonth | None, name: str) -> tuple[str, str]:
    if month is None or name not in month.components:
        return _EMPTY
    return _WORDS[month.components[name].status]
