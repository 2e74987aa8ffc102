"""Derived facts: what each kind of definition means, as a function of a month's frame (or a doctor's)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from engine.case.calendar import MONTH, Span, Stretch, run_around
from engine.case.comparison import Comparator, tree, unknowns
from engine.case.formula import between, bounds, formula
from engine.case.frame import EARLIER, PERIODS, STRETCHES, Frame, Reader, Slots
from engine.case.names import SPAN, Names
from engine.case.truth import JA, NO, YES, both
from engine.case.value import NOTHING, UNSET, Asked, Between, Unknown, Value
from engine.language.condition import Condition, leaves
from engine.language.meaning import DaysCounted, EarliestOf, Formula, LastOf, Run, SumOfEarlier, SumOverDays
from engine.language.model import Definition
from engine.text.month import whole_months

_ZERO = Fraction(0)


def install(slots: Slots) -> None:
    """Give every derived name of the scheme its reader."""
    for name, versions in slots.scheme.definitions.items():
        if name in slots.index:
            slots.readers[name] = _by_month([(version, _reader(version, slots)) for version in versions], slots)


def _by_month(versions: list[tuple[Definition, Reader]], slots: Slots) -> Reader:
    """The last version whose months hold counts."""
    if len(versions) == 1:
        return versions[0][1]
    month_slot = slots.index[MONTH]

    def read(frame: Frame) -> Value:
        month = frame[month_slot]
        for definition, reader in reversed(versions):
            if month is UNSET or definition.months.holds(month):
                return reader(frame)
        return Unknown()

    return read


def _reader(definition: Definition, slots: Slots) -> Reader:
    match definition.meaning:
        case DaysCounted(where, counting):
            return _days_counted(_Filter(where, slots), counting)
        case LastOf(fact):
            return _last_of(slots.index[fact])
        case EarliestOf(fact):
            return _earliest_of(slots.index[fact])
        case Run(where, measures):
            return _run(_Filter(where, slots), 0 if measures == "hele måneder" else 1)
        case SumOverDays(value, where):
            return _sum_over_days(formula(value, slots), _Filter(where, slots))
        case SumOfEarlier(name):
            return _sum_of_earlier(slots.index[definition.name], name, slots)
        case Formula(value):
            return formula(value, slots)


class _Filter:
    """A condition on days or periods, with what it lacks when it cannot tell.

    What answers the same on all days of a period is asked once a period; `slot` is where the period's frame keeps the answer.
    """

    def __init__(self, where: Condition | None, slots: Slots) -> None:
        self.slots = slots
        self.leaves = tuple(leaves(where)) if where is not None else ()
        self.test: Comparator = tree(where, slots) if where is not None else (lambda frame: JA)
        of_period = all(Names(slots).stated_by(leaf, SPAN) for leaf in self.leaves)
        self.slot = slots.unnamed() if of_period else None

    def on(self, span: Span) -> int:
        """What it answers on a period."""
        if self.slot is None:
            return self.test(span.frame)
        code: int = span.frame[self.slot]
        if code is UNSET:
            code = span.frame[self.slot] = self.test(span.frame)
        return code

    def cause(self, frame: Frame) -> Unknown:
        cause = NOTHING
        for leaf in self.leaves:
            cause |= unknowns(leaf, self.slots, frame)
            cause |= judged(leaf, self.slots, frame)
        return cause


def judged(leaf: object, slots: Slots, frame: Frame) -> Unknown:
    """The facts of a leaf whose stated value means that a person must judge."""
    name = getattr(leaf, "name", None)
    if name is None or name.name not in slots.unclear:
        return Unknown()
    value = slots.reader(name.name)(frame)
    if value not in slots.unclear[name.name]:
        return Unknown()
    return Unknown(judged=frozenset({Asked(name.name, slots.types[name.name].level, None, "")}))


def _days_counted(where: _Filter, counting: bool) -> Reader:
    test, slot = where.test, where.slot

    def count(frame: Frame) -> Value:
        low = perhaps = 0
        cause = NOTHING
        periods = frame[PERIODS]
        for stretch in frame[STRETCHES]:
            period, _, days, own, counts, _ = stretch
            if counting and counts & NO:
                continue
            if slot is None:
                code = test(own)
            else:  # as `on`, without a call for each of many stretches
                of_period = periods[period].frame
                code = of_period[slot]
                if code is UNSET:
                    code = of_period[slot] = test(of_period)
            if code & YES and (not counting or counts & YES):
                low += days
            elif not code & NO:
                perhaps += days
                cause |= where.cause(own) | _why_uncertain(stretch)
        return Between(low, low + perhaps, cause) if perhaps else low

    return count


def _why_uncertain(stretch: Stretch) -> Unknown:
    """Whether the days count may itself be uncertain; the reason was left in the stretch's frame."""
    reason = stretch.frame[STRETCHES]
    return reason if type(reason) is Unknown and not stretch.code & (YES | NO) else Unknown()


def last_stretch(stretches: list[Stretch]) -> Stretch:
    """The stretch with the last counting day; else the last that may count; else the last."""
    for stretch in reversed(stretches):
        if stretch.code & YES:
            return stretch
    for stretch in reversed(stretches):
        if not stretch.code & NO:
            return stretch
    return stretches[-1]


def _last_of(slot: int) -> Reader:
    def read(frame: Frame) -> Value:
        value: Value = last_stretch(frame[STRETCHES]).frame[slot]
        return value

    return read


def _earliest_of(slot: int) -> Reader:
    def read(frame: Frame) -> Value:
        values = [span.frame[slot] for span in frame[PERIODS]]
        unknown = [value for value in values if type(value) is Unknown]
        if unknown or not values:
            return unknown[0] if unknown else Unknown()
        earliest: date = min(values)
        return earliest

    return read


def _run(where: _Filter, part: int) -> Reader:
    """Shortest and longest run, when it is not known whether a neighbour belongs."""

    def measure(frame: Frame) -> Value:
        spans: list[Span] = frame[PERIODS]
        index = last_stretch(frame[STRETCHES]).span
        surely = run_around(spans, index, lambda span: bool(where.on(span) & YES))
        perhaps = run_around(spans, index, lambda span: not where.on(span) & NO)
        low = whole_months(*surely)
        if surely == perhaps:
            return low[part]
        high = whole_months(*perhaps)
        cause = NOTHING
        for span in spans:
            if not where.on(span) & (YES | NO):
                cause |= where.cause(span.frame)
        return Between(low[0], high[0], cause) if part == 0 else Between(0, 31, cause)

    return measure


def _sum_over_days(value: Reader, where: _Filter) -> Reader:
    def total(frame: Frame) -> Value:
        low = high = _ZERO
        cause = NOTHING
        for stretch in frame[STRETCHES]:
            code = both(stretch.code, where.test(stretch.frame))
            if code & NO:
                continue
            per_day = value(stretch.frame)
            if type(per_day) is Unknown:
                return per_day | where.cause(stretch.frame)
            least, most = bounds(per_day)
            if not code & YES:
                least, most = min(least, 0), max(most, 0)
                cause |= where.cause(stretch.frame) | _why_uncertain(stretch)
            if type(per_day) is Between:
                cause |= per_day.cause
            low += stretch.days * least
            high += stretch.days * most
        return between(low, high, cause)

    return total


def _sum_of_earlier(slot: int, name: str, slots: Slots) -> Reader:
    """Worked out from the earliest month on, so that a long row of months needs no deep recursion."""
    term = slots.reader(name)

    def total(frame: Frame) -> Value:
        waiting = [frame]
        while waiting[-1][EARLIER] is not None and waiting[-1][EARLIER][slot] is UNSET:
            waiting.append(waiting[-1][EARLIER])
        for one in reversed(waiting):
            earlier = one[EARLIER]
            if earlier is None:
                one[slot] = _ZERO
                continue
            one[slot] = _added(earlier[slot], term(earlier))
        value: Value = frame[slot]
        return value

    return total


def _added(before: Value, added: Value) -> Value:
    if type(before) is Unknown or type(added) is Unknown:
        causes = [part for part in (before, added) if type(part) is Unknown]
        return causes[0] if len(causes) == 1 else causes[0] | causes[1]
    (low, high), (least, most) = bounds(before), bounds(added)
    causes = [part.cause for part in (before, added) if type(part) is Between]
    return between(low + least, high + most, causes[0] | causes[-1]) if causes else low + least
