"""Periods in a row: which neighbours adjoin, and how long the unbroken run around each period is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import ibis

from engine.batch.arithmetic import floored
from engine.batch.join import without
from engine.batch.vector import Expr, Number, number, whole

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


#: a period's columns that its place in the row of periods is worked out from
ROW = ("periode_nr", "lege_nr", "fra|nr", "til|nr", "m0", "m1", "fra|dag", "slutt|dag")

#: what is told of a period's neighbours: whether they share its first month, and its last
SHARED = ("deler_først", "deler_sist")


def neighbours(periods: Any, runs: Mapping[str, bool]) -> Any:
    """A row for each period of doctors who have several: its `periode_nr`, `SHARED`, and the ends of its runs.

    `periods` has the columns of `ROW`, and for each run `…|der` and `…|ikke`: whether a period surely belongs, and surely does not.
    `runs` says of each run whether some periods may do neither; then there are also the ends of the longest it may be, and
    `…|årsak`, what is lacking.
    """
    tests = [f"{run}|{ending}" for run in runs for ending in ("der", "ikke")]
    tests += [f"{run}|hvorfor" for run, unsure in runs.items() if unsure]
    narrow = periods.select(*ROW, *tests)
    counted = narrow.group_by("lege_nr").aggregate(antall=narrow.count())
    several = counted.filter(counted["antall"] > 1).select("lege_nr")
    table = narrow.view().semi_join(several, "lege_nr").view()
    of_doctor = ibis.window(group_by="lege_nr")
    columns: dict[str, Expr] = {}
    kept = ["periode_nr", *SHARED]
    for run, unsure in runs.items():
        columns[f"{run}|her"] = table[f"{run}|der"]
        kept += [f"{run}|første", f"{run}|slutt"]
        if unsure:
            open_cause = (~table[f"{run}|der"] & ~table[f"{run}|ikke"]).ifelse(table[f"{run}|hvorfor"], whole(0))
            columns |= {
                f"{run}|her|kanskje": ~table[f"{run}|ikke"],
                f"{run}|årsak": open_cause.bit_or().over(of_doctor),
            }
            kept += [f"{run}|første|kanskje", f"{run}|slutt|kanskje", f"{run}|årsak"]
    found = _ends(table.mutate(**columns).view(), [name.replace("|her", "|{}") for name in columns if "|her" in name])
    return found.select(*kept)


def measured(table: Any, runs: Mapping[str, bool], over: Collection[str]) -> Any:
    """The periods with `SHARED` and each run's length. What `neighbours` tells is NULL for a lone period, a run by itself.

    The lengths are in whole months (`…|hele`), and for the runs in `over` also the days beyond them (`…|over`).
    """
    columns: dict[str, Expr] = {one: ibis.coalesce(table[one], False) for one in SHARED}
    ends: list[str] = []
    for run, unsure in runs.items():
        for end, day in (("første", "fra|dag"), ("slutt", "slutt|dag")):
            names = [f"{run}|{end}", f"{run}|{end}|kanskje"][: 2 if unsure else 1]
            columns |= {name: ibis.coalesce(table[name], table[day]) for name in names}
            ends += names
        if unsure:
            columns[f"{run}|årsak"] = ibis.coalesce(table[f"{run}|årsak"], whole(0))
    table = table.mutate(**columns).view()
    for run, unsure in runs.items():
        table = _measured(table, run, unsure, run in over)
    return without(table, *ends).view()


def _measured(table: Any, run: str, unsure: bool, over: bool) -> Any:
    first, end = table[f"{run}|første"], table[f"{run}|slutt"]
    columns: dict[str, Expr] = {f"{run}|hele": whole_months(first, end)}
    if unsure:
        widest = table[f"{run}|første|kanskje"], table[f"{run}|slutt|kanskje"]
        columns |= {f"{run}|hele|høyst": whole_months(*widest), f"{run}|lik": (first == widest[0]) & (end == widest[1])}
    table = table.mutate(**columns).view()
    if not over:
        return table
    table = table.mutate(**{"~etter": _after(table[f"{run}|første"], table[f"{run}|hele"])}).view()
    rest = _ordinal(table[f"{run}|slutt"]) - _ordinal(table["~etter"])
    return without(table.mutate(**{f"{run}|over": rest}), "~etter").view()


def _ends(table: Any, runs: Sequence[str]) -> Any:
    """The table with `SHARED`, and the first day of each period's run and the day after its last.

    `runs` are names of columns with `{}` in them: with `her`, whether a period belongs to a run (to its own it always does), and with
    `første` and `slutt`, what is found.
    """
    own = ibis.window(group_by="lege_nr", order_by="fra|nr")
    so_far = ibis.window(group_by="lege_nr", order_by="fra|nr", preceding=None, following=0)
    from_here = ibis.window(group_by="lege_nr", order_by="fra|nr", preceding=0, following=None)
    near: dict[str, Expr] = {
        "deler_først": (table["m1"].lag().over(own) == table["m0"]).fill_null(False),
        "deler_sist": (table["m0"].lead().over(own) == table["m1"]).fill_null(False),
    }
    before = (table["til|nr"].lag().over(own) + whole(1) == table["fra|nr"]).fill_null(False)
    after = (table["fra|nr"].lead().over(own) - whole(1) == table["til|nr"]).fill_null(False)
    for run in runs:
        member = table[run.format("her")]
        near[run.format("før")] = before & member.lag().over(own).fill_null(False)
        near[run.format("etter")] = after & member.lead().over(own).fill_null(False)
    table = table.mutate(**near).view()
    ends: dict[str, Expr] = {}
    for run in runs:  # the latest day that a run began on, and the next one that a run ends on
        here, nothing = table[run.format("her")], ibis.null("int64")
        began = (table[run.format("før")] & here).ifelse(nothing, table["fra|dag"])
        ended = (table[run.format("etter")] & here).ifelse(nothing, table["slutt|dag"])
        ends |= {run.format("began"): began.max().over(so_far), run.format("ended"): ended.min().over(from_here)}
    table = table.mutate(**ends).view()
    found: dict[str, Expr] = {}
    for run in runs:
        first, end = table[run.format("began")].lag().over(own), table[run.format("ended")].lead().over(own)
        found[run.format("første")] = table[run.format("før")].ifelse(first, table["fra|dag"])
        found[run.format("slutt")] = table[run.format("etter")].ifelse(end, table["slutt|dag"])
    return table.mutate(**found).view()


def run_vector(table: Any, name: str, part: str, unsure: bool, longest: int) -> Number:
    """A run's whole months, or its days over, as a vector."""
    low = table[f"{name}|hele"] if part == "hele måneder" else table[f"{name}|over"]
    if not unsure:
        return number(low, low, 1, 0, longest)
    same = table[f"{name}|lik"]
    why = same.ifelse(whole(0), table[f"{name}|årsak"])
    if part == "hele måneder":
        return number(low, same.ifelse(low, table[f"{name}|hele|høyst"]), 1, 0, longest, why)
    return number(same.ifelse(low, whole(0)), same.ifelse(low, whole(31)), 1, 0, 31, why)
