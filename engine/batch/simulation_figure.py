"""Figures of a simulation, drawn by Vega-Lite to SVG that stands in the page: no script, and the colours are the page's own.

A figure is for the eye alone, hidden from those who listen to the page: a table beside it says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from engine.batch.simulation_effect import Group
from engine.batch.simulation_pair import SIDES
from engine.batch.simulation_spread import Bin
from engine.batch.simulation_words import interval
from engine.text.norsk import MINUS, NBSP

Json = dict[str, Any]

_WIDTH, _HEIGHT = 760, 260

#: numbers as Norwegian reads them
_LOCALE = {
    "decimal": ",",
    "thousands": NBSP,
    "grouping": [3],
    "currency": ["", f"{NBSP}kr"],
    "minus": MINUS,
}

#: a page knows the namespaces of SVG by itself, and nothing on it shall look like an address
_NAMES = (' xmlns="http://www.w3.org/2000/svg"', ' xmlns:xlink="http://www.w3.org/1999/xlink"')

_AXIS = {
    "labelColor": "var(--ink)",
    "titleColor": "var(--soft)",
    "gridColor": "var(--line)",
    "domainColor": "var(--soft)",
    "tickColor": "var(--soft)",
    "labelFontSize": 13,
    "titleFontSize": 13,
    "titleFontWeight": "normal",
    "gridOpacity": 0.6,
}
_LEGEND = {"labelColor": "var(--ink)", "labelFontSize": 13, "title": None, "orient": "top"}

#: what falls and what rises
_SIGNED = {
    "condition": {"test": "datum.kroner < 0", "value": "var(--down)"},
    "value": "var(--up)",
}


def levels(groups: Sequence[Group]) -> str:
    """The known amount of each group, before and after, side by side."""
    rows = [
        {"gruppe": one.group, "side": side, "kroner": float(amount)}
        for one in groups
        for side, amount in zip(SIDES, (one.before, one.after), strict=True)
    ]
    return _drawn(
        rows,
        {"type": "bar", "cornerRadiusEnd": 1},
        {
            "x": {"field": "gruppe", "type": "nominal", "axis": {"labelAngle": 0, "title": None}},
            "xOffset": {"field": "side", "sort": list(SIDES)},
            "y": _kroner(None),
            "color": {
                "field": "side",
                "scale": {"domain": list(SIDES), "range": ["var(--soft)", "var(--up)"]},
                "legend": _LEGEND,
            },
        },
    )


def ranked(groups: Sequence[Group]) -> str:
    """The change of each group that has any, from the largest fall to the largest rise."""
    found = sorted((one.difference for one in groups if one.difference), key=lambda one: one)
    rows = [{"plass": place, "kroner": float(one)} for place, one in enumerate(found)]
    return _drawn(
        rows,
        {"type": "bar"},
        {
            "x": {
                "field": "plass",
                "type": "ordinal",
                "axis": None,
                "scale": {"padding": 0.1 if len(rows) < 100 else 0},
            },
            "y": _kroner("Endring i kjent beløp (kr)"),
            "color": _SIGNED,
        },
    )


def histogram(bins: Sequence[Bin]) -> str:
    """How many applications change by how much."""
    rows = [
        {
            "endring": interval(one),
            "søknader": one.number,
            "kroner": float(one.least if one.least is not None else _below(one)),
        }
        for one in bins
    ]
    titles = [row["endring"] for row in rows]
    return _drawn(
        rows,
        {"type": "bar"},
        {
            "x": {
                "field": "endring",
                "type": "ordinal",
                "sort": titles,
                "axis": {"title": None, "labelAngle": -40, "labelOverlap": False, "labelLimit": 220},
                "scale": {"padding": 0.05},
            },
            "y": {
                "field": "søknader",
                "type": "quantitative",
                "axis": {"title": "Søknader", "tickMinStep": 1, "format": ",d"},
            },
            "color": _SIGNED,
        },
    )


def _below(one: Bin) -> Decimal:
    """A number in an interval that is open downwards."""
    return Decimal(0) if one.most is None else one.most - 1


def _kroner(title: str | None) -> Json:
    return {
        "field": "kroner",
        "type": "quantitative",
        "axis": {"title": title, "format": ",.0f", "tickCount": 6},
    }


def _drawn(rows: Sequence[Json], mark: Json, encoding: Json) -> str:
    import vl_convert

    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": _WIDTH,
        "height": _HEIGHT,
        "background": None,
        "padding": {"left": 16, "right": 16, "top": 8, "bottom": 16},
        "data": {"values": list(rows)},
        "mark": mark,
        "encoding": encoding,
        "config": {
            "aria": False,
            "font": "system-ui, sans-serif",
            "view": {"stroke": None},
            "axis": _AXIS,
            "axisX": {"grid": False},
            "axisY": {"titleAngle": 0, "titleAlign": "left", "titleBaseline": "bottom", "titleX": 0, "titleY": -10},
        },
    }
    drawn: str = vl_convert.vegalite_to_svg(spec, format_locale=_LOCALE)
    for name in _NAMES:
        drawn = drawn.replace(name, "")
    return drawn.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
