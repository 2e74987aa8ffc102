"""Money: exact per month, rounded once per result line."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.case.formula import ROUNDING_MODES
from engine.case.frame import Frame
from engine.case.value import Between, Unknown, Value
from engine.decide.compiled import CompiledComponent
from engine.decide.decision import ComponentMonth, Line
from engine.text.month import Month

#: statuses whose months are paid, and those whose rates a decision needs all the same
PAID = ("ja", "delvis")
NEEDED = (*PAID, "skjønn")


def month_amount(part: CompiledComponent, frame: Frame, month: Month) -> Value | None:
    """What the component comes to for the month, exact kroner; None when nothing is calculated for it."""
    calculation = part.calculation(month)
    return None if calculation is None else calculation[1](frame)


def hangs_on_facts(amount: Value | None) -> bool:
    """Whether the amount is unknown because the application lacks something, not because a rate is unknown."""
    if type(amount) is Between:
        return True
    return type(amount) is Unknown and not amount.rates


def line(part: CompiledComponent, months: Sequence[ComponentMonth], outcome: str) -> Line:
    """The result line of a component for one doctor, from its months in order. Only months that are ja are paid."""
    calculation = part.calculation(months[-1].month) if months else None
    rates: set[str] = set()
    paid: dict[int, list[Any]] = {}  # months that look alike have one amount, which is added once, times their number
    number = 0
    for month in months:
        amount, status = month.amount, month.status
        if status in PAID:
            number += 1
        if type(amount) is Unknown:
            if status in NEEDED:
                rates |= amount.rates
        elif amount is not None and status in PAID:
            paid.setdefault(id(amount), [amount, 0])[1] += 1
    exact = sum((count * amount for amount, count in paid.values()), Fraction(0))
    known = Decimal(0)
    if calculation is not None and exact:
        rounding = calculation[0].rounding
        known = decimal(ROUNDING_MODES[rounding.mode](exact, rounding.step))
    return Line(
        component=part.component.id,
        outcome=outcome,
        months=number,
        amount=None if rates else known,
        known=known,
        exact=exact,
        rates=frozenset(rates),
        calculation=calculation[0] if calculation is not None else None,
    )


def decimal(amount: Fraction) -> Decimal:
    """An amount with at most two decimals as a Decimal. Raises ValueError when it has more."""
    øre, rest = divmod(amount.numerator * 100, amount.denominator)
    if rest:
        raise ValueError(f"{amount} has more than two decimals")
    return Decimal(øre).scaleb(-2)
