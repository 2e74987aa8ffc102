"""The two sides of thresholds and dates: exactly on them, and the nearest value on the other side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from engine.case.frame import Slots
from engine.language.condition import Compare
from engine.language.expression import Binary, Call, Day, Expression, MonthOf, Name, Number
from engine.language.in_force import Days, Months
from engine.language.meaning import DaysCounted, EarliestOf, LastOf, Run
from engine.regress.coverage_part import LIMITS, Part
from engine.regress.coverage_site import Site
from engine.text.month import Month, month_in_words, month_text
from engine.text.norsk import date_text, exact_decimal, number_text

_ONE_DAY = timedelta(days=1)
DayCases = Callable[[date], list[str]]
MonthCases = Callable[[Month], list[str]]

#: operator → where the other side lies
_ACROSS = {">=": -1, "<": -1, ">": 1, "<=": 1, "=": 0}
#: kinds of facts that go by whole steps
_STEPWISE = ("dato", "tidspunkt", "måned", "heltall")


# --- thresholds in conditions ----------------------------------------------------------------------------------------------


def limits_of(site: Site, number: int, key: str, called: str, slots: Slots) -> Iterator[Part]:
    """The parts of one comparison: for every value its threshold has, on it and on the other side of it."""
    leaf = site.leaves[number]
    if not isinstance(leaf, Compare):
        return
    direction = _ACROSS[leaf.op]
    steps = _stepwise(leaf.left, slots, site.of_list) and _stepwise(leaf.right, slots, site.of_list)
    kind = _kind(leaf.left, slots, site.of_list)
    side = _side(direction, kind, steps)
    for value in _values(leaf, slots):
        pairs = [(pair, case) for pair, case in site.pairs[number].items() if value is None or value in pair]
        on = [case for (left, right), case in pairs if left == right]
        across = [case for (left, right), case in pairs if _across(_distance(left, right), direction, steps)]
        written, read = ("", "") if value is None else (f" {_written(value, kind)}", f" {_read(value, kind)}")
        never = f"{called} er aldri prøvd"
        for label, where, cases in (("på", "nøyaktig på", on), ("ved siden av", side, across)):
            label = f"{label} grensen{written}"
            yield Part(LIMITS, f"{key}{label}", label, f"{never} {where} grensen{read} i noen test", tuple(cases[:1]))


def _distance(left: Any, right: Any) -> Fraction:
    """How far left lies above right, in days for dates."""
    return Fraction((left - right).days) if isinstance(left, date) else Fraction(left) - Fraction(right)


def _across(distance: Fraction, direction: int, steps: bool) -> bool:
    if direction == 0:
        return abs(distance) == 1 if steps else distance != 0
    return distance == direction if steps else distance * direction > 0


def _side(direction: int, kind: str, steps: bool) -> str:
    if direction == 0:
        return "like ved siden av" if steps else "ved siden av"
    if kind in ("dato", "måned"):
        return f"{'dagen' if kind == 'dato' else 'måneden'} {'etter' if direction > 0 else 'før'}"
    return f"{'like ' if steps else ''}{'over' if direction > 0 else 'under'}"


def _values(leaf: Compare, slots: Slots) -> list[Any]:
    """The values of a threshold that has several; else None, for any value."""
    for side in (leaf.right, leaf.left):
        table = slots.parameter(side.name) if isinstance(side, Name) else None
        known = {one.value: None for one in table.values if one.value is not None} if table is not None else {}
        if len(known) > 1:
            return list(known)
    return [None]


def _written(value: Any, kind: str) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return month_text(Month(int(value))) if kind == "måned" else exact_decimal(Fraction(value))


def _read(value: Any, kind: str) -> str:
    if isinstance(value, date):
        return date_text(value)
    return month_in_words(Month(int(value))) if kind == "måned" else number_text(Fraction(value))


def _kind(expression: Expression, slots: Slots, of_list: str | None) -> str:
    match expression:
        case Name(name):
            field = slots.lists[of_list].fields.get(name) if of_list is not None else None
            return slots.types[name].kind if field is None else field.kind
        case Day():
            return "dato"
        case MonthOf():
            return "måned"
        case Call(arguments=arguments):
            return _kind(arguments[0], slots, of_list)
        case _:
            return "tall"


def _stepwise(expression: Expression, slots: Slots, of_list: str | None) -> bool:
    """Whether an operand goes by whole steps: dates, months, whole numbers, counts of days. Whole constants are no hindrance."""
    match expression:
        case Name(name):
            return _steps(name, slots, of_list)
        case Number(value):
            return value.denominator == 1
        case Binary(op, left, right):
            return op in "+-" and _stepwise(left, slots, of_list) and _stepwise(right, slots, of_list)
        case Call(function, arguments):
            return function in ("min", "maks") and all(_stepwise(one, slots, of_list) for one in arguments)
        case _:
            return True


def _steps(name: str, slots: Slots, of_list: str | None) -> bool:
    field = slots.lists[of_list].fields.get(name) if of_list is not None else None
    if field is not None:
        return field.kind in _STEPWISE
    table = slots.parameter(name)
    if table is not None:
        return all(
            one.value is None or not isinstance(one.value, Fraction) or one.value.denominator == 1
            for one in table.values
        ) and not any(one.formula for one in table.values)
    if slots.types[name].source == "fakta":
        return slots.vocabulary.facts[name].kind in _STEPWISE
    meanings = [one.meaning for one in slots.scheme.definitions.get(name, ())]
    return all(
        isinstance(one, DaysCounted | Run) or (isinstance(one, LastOf | EarliestOf) and _steps(one.fact, slots, None))
        for one in meanings
    )


# --- dates and months that rules are in force from and to ------------------------------------------------------------------


def day_limits(days: Days, prefix: str, holds: str, on: DayCases, off: DayCases) -> Iterator[Part]:
    """Agreement dates from–to: the first, the day before, the last and the day after. `holds` is the sentence that begins and
    ends to be true (`unntaket gjelder`); `on` and `off` find the cases inside and outside."""
    first, last = days.first, days.last
    if first is not None:
        yield _day(f"{prefix}første dag", first, f"den første dagen {holds}", on(first))
        before = first - _ONE_DAY
        yield _day(f"{prefix}dagen før", before, f"dagen før den første dagen {holds}", off(before))
    if last is not None:
        yield _day(f"{prefix}siste dag", last, f"den siste dagen {holds}", on(last))
        after = last + _ONE_DAY
        yield _day(f"{prefix}dagen etter", after, f"dagen etter den siste dagen {holds}", off(after))


def _day(key: str, day: date, which: str, cases: list[str]) -> Part:
    return Part(LIMITS, key, key, f"ingen test har en avtale inngått {date_text(day)}, {which}", tuple(cases[:1]))


def month_limits(months: Months, prefix: str, holds: str, on: MonthCases, off: MonthCases) -> Iterator[Part]:
    """Supported months from–to, as `day_limits`."""
    first, last = months.first, months.last
    if first is not None:
        yield _month(f"{prefix}første måned", first, f"den første måneden {holds}", on(first))
        before = Month(first - 1)
        yield _month(f"{prefix}måneden før", before, f"måneden før den første måneden {holds}", off(before))
    if last is not None:
        yield _month(f"{prefix}siste måned", last, f"den siste måneden {holds}", on(last))
        after = Month(last + 1)
        yield _month(f"{prefix}måneden etter", after, f"måneden etter den siste måneden {holds}", off(after))


def _month(key: str, month: Month, which: str, cases: list[str]) -> Part:
    return Part(LIMITS, key, key, f"ingen test viser {month_in_words(month)}, {which}", tuple(cases[:1]))
