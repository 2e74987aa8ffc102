"""The rates and thresholds of a rule set, readable aloud."""

from __future__ import annotations

from collections.abc import Iterator

from engine.explain.aloud import Aloud
from engine.explain.prose import months_text
from engine.language.model import Parameter, Quantity
from engine.text.month import Month
from engine.text.norsk import list_text


def tables(aloud: Aloud, chain: tuple[str, ...], month: Month | None) -> Iterator[tuple[int, str]]:
    """Heading level and text of every table with values from the chain of sets, in the month if one is asked for."""
    found = [
        (
            table,
            [value for value in table.values if value.origin in chain and (month is None or value.months.holds(month))],
        )
        for table in aloud.scheme.parameters.values()
    ]
    for title, is_rate in (("Satser", True), ("Grenser", False)):
        shown = [(table, values) for table, values in found if table.is_rate is is_rate and values]
        if shown:
            yield 2, title
        for table, values in shown:
            yield from _table(table, values, aloud)


def _table(table: Parameter, values: list[Quantity], aloud: Aloud) -> Iterator[tuple[int, str]]:
    yield 3, f"{table.title} ({table.name})"
    if table.note:
        yield 0, table.note
    for variant in table.variants:
        yield 0, f"{variant.title}, når:"
        yield 0, aloud.when(variant.when)
    for quantity in values:
        yield 0, _value(quantity, table, aloud)
        yield from ((0, line) for line in aloud.footing(None, quantity.reading))
    yield from ((0, line) for line in aloud.footing(table.citation, table.reading))


def _value(quantity: Quantity, table: Parameter, aloud: Aloud) -> str:
    variant = next((one.title for one in table.variants if one.id == quantity.variant), quantity.variant)
    label = ", ".join(part for part in (months_text(quantity.months), variant, quantity.key) if part)
    told = [f"{f'{label}: ' if label else ''}{aloud.value(quantity, table.unit, table.kind)}{_certainty(quantity)}."]
    if quantity.suggestion is not None:
        told.append(f"Forslag: {aloud.operand(quantity.suggestion)}.")
    if quantity.note:
        told.append(quantity.note)
    if quantity.searched:
        names = [f"«{source.title}»" for one in quantity.searched if (source := aloud.source(one)) is not None]
        told.append(f"Undersøkt uten funn: {list_text(names)}.")
    if quantity.citation is not None:
        told.append(f"Hjemmel: {aloud.cited(quantity.citation)}.")
    return " ".join(told)


def _certainty(quantity: Quantity) -> str:
    return f" ({quantity.certainty})" if quantity.certainty else ""
