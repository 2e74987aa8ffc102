"""Periods in a row: which neighbours adjoin, and how long the unbroken run around each period is."""

from __future__ import annotations

from typing import Any

import ibis

from engine.batch.vector import Expr, Number, floored, number, whole

#: the columns that tell a date by month and day, as month × 32 + day, so that dates compare and can be taken apart
_DAY_BITS = 5


def packed(month: Expr, day: Expr) -> Expr:
    return month * whole(1 << _DAY_BITS) + day


def _month(date: Expr) -> Expr:
    return floored(date, 1 << _DAY_BITS)


def _day(date: Expr) -> Expr:
    return date % whole(1 << _DAY_BITS)


def days_in(month: Expr) -> Expr:
    """The number of days in a month."""
    index = month % whole(12)
    february = month - whole(1)
    leap = (february % whole(48) == whole(0)) & (
        (february % whole(1200) != whole(0)) | (february % whole(4800) == whole(0))
    )
    short = (index == whole(3)) | (index == whole(5)) | (index == whole(8)) | (index == whole(10))
    return ibis.cases(
        ((index == whole(1)) & leap, whole(29)), (index == whole(1), whole(28)), (short, whole(30)), else_=whole(31)
    )


def _after(start: Expr, months: Expr) -> Expr:
    """The first day after some whole months counted date to date; a day the month lacks rolls to the first of the next."""
    end = _month(start) + months
    return (_day(start) > days_in(end)).ifelse(packed(end + whole(1), whole(1)), packed(end, _day(start)))


def whole_months(start: Expr, end: Expr) -> Expr:
    """Whole months, counted date to date, from `start` to the day before `end`."""
    months = _month(end) - _month(start)
    return (end >= _after(start, months)).ifelse(months, months - whole(1))


def _ordinal(date: Expr) -> Expr:
    """Days since some fixed day."""
    month = _month(date)
    year, index = floored(month, 12), month % whole(12)
    before = year - whole(1)
    leaps = floored(before, 4) - floored(before, 100) + floored(before, 400)
    firsts = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
    first = ibis.cases(*((index == whole(place), whole(days)) for place, days in enumerate(firsts)))
    leap = (days_in(year * whole(12) + whole(1)) == whole(29)) & (index > whole(1))
    return year * whole(365) + leaps + first + leap.ifelse(whole(1), whole(0)) + _day(date)


def with_runs(table: Any, name: str, unsure: bool) -> Any:
    """The table with whole months and days over of the run around each period, at least and at most.

    `table` has lege_nr, fra and til as ordinals, `fra|dag` and `slutt|dag` packed (the day the period begins, the day after it), and
    `…|der` and `…|ikke` for whether a period surely belongs, and surely does not; `unsure` says that some may do neither.
    """
    found = _ends(table.mutate(**{f"{name}|hører": table[f"{name}|der"]}), name, "")
    if unsure:
        found = _ends(found.mutate(**{f"{name}|hører": ~found[f"{name}|ikke"]}), name, "|kanskje")
    found = found.view()
    columns: dict[str, Expr] = {f"{name}|hele": whole_months(found[f"{name}|første"], found[f"{name}|slutt"])}
    if unsure:
        whole_high = whole_months(found[f"{name}|første|kanskje"], found[f"{name}|slutt|kanskje"])
        same = (found[f"{name}|første"] == found[f"{name}|første|kanskje"]) & (
            found[f"{name}|slutt"] == found[f"{name}|slutt|kanskje"]
        )
        columns |= {f"{name}|hele|høyst": whole_high, f"{name}|lik": same}
    found = found.mutate(**columns).view()
    rest = found.mutate(**{"~etter": _after(found[f"{name}|første"], found[f"{name}|hele"])}).view()
    over = _ordinal(rest[f"{name}|slutt"]) - _ordinal(rest["~etter"])
    return rest.mutate(**{f"{name}|over": over}).drop("~etter").view()


def _ends(table: Any, name: str, suffix: str) -> Any:
    table = table.view()
    own = ibis.window(group_by="lege_nr", order_by="fra|nr")
    belongs = f"{name}|hører"
    one = table.mutate(
        **{
            "~før": (table["til|nr"].lag().over(own) + whole(1) == table["fra|nr"]).fill_null(False),
            "~etter": (table["fra|nr"].lead().over(own) - whole(1) == table["til|nr"]).fill_null(False),
            "~hører_før": table[belongs].lag().over(own).fill_null(False),
            "~hører_etter": table[belongs].lead().over(own).fill_null(False),
        }
    )
    one = one.view()
    joined = one["~før"] & one[belongs] & one["~hører_før"]
    two = one.mutate(**{"~brudd": joined.ifelse(whole(0), whole(1))})
    two = two.view()
    running = ibis.window(group_by="lege_nr", order_by="fra|nr", preceding=None, following=0)
    three = two.mutate(**{"~rekke": two["~brudd"].sum().over(running)})
    three = three.view()
    row = ibis.window(group_by=["lege_nr", "~rekke"])
    four = three.mutate(
        **{"~første": three["fra|dag"].min().over(row), "~slutt": three["slutt|dag"].max().over(row)}
    )
    four = four.view()
    before, after = four["~første"].lag().over(own), four["~slutt"].lead().over(own)
    five = four.mutate(**{"~første_før": before, "~slutt_etter": after})
    five = five.view()
    first = (five["~før"] & five["~hører_før"]).ifelse(five["~første_før"], five["fra|dag"])
    end = (five["~etter"] & five["~hører_etter"]).ifelse(five["~slutt_etter"], five["slutt|dag"])
    six = five.mutate(**{f"{name}|første{suffix}": first, f"{name}|slutt{suffix}": end})
    return six.drop(*(column for column in six.columns if column.startswith("~")))


def run_vector(table: Any, name: str, part: str, cause: str | None, longest: int) -> Number:
    """The run's whole months, or its days over, as a vector."""
    low = table[f"{name}|hele"] if part == "hele måneder" else table[f"{name}|over"]
    if cause is None:
        return number(low, low, 1, 0, longest)
    same = table[f"{name}|lik"]
    why = same.ifelse(whole(0), table[cause])
    if part == "hele måneder":
        return number(low, same.ifelse(low, table[f"{name}|hele|høyst"]), 1, 0, longest, why)
    return number(same.ifelse(low, whole(0)), same.ifelse(low, whole(31)), 1, 0, 31, why)
