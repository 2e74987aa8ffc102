"""Changes of rates and thresholds: a value one step, a neighbour's value, known or unknown, months moved, a formula.

The rows of a table may stand in several rule sets. Rows for the same key and variant are neighbours in the order of their months,
or of their keys; where two rows meet, both are moved, so that no month is left without a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from engine.explain.prose import Prose
from engine.language.condition import Condition
from engine.language.expression import Expression
from engine.language.in_force import Months
from engine.language.model import Parameter, Quantity, RuleSet, Variant
from engine.regress.mutation_change import Change, Hints, Reader, hints, short, steps
from engine.regress.mutation_tree import condition_changes, expression_changes
from engine.text.month import Month, month_in_words, month_text

STEP, SWAPPED, KNOWN = "verdi i tabell", "verdi byttet med naboens", "kjent eller ukjent verdi"
MONTHS, FORMULA, VARIANT = "måneder i tabell", "formel", "variant"

#: changed rows: (rule set, row number) → the row instead
Rows = Mapping[tuple[str, int], Quantity]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table with where it stands."""

    origin: str
    index: int
    quantity: Quantity

    @property
    def at(self) -> tuple[str, int]:
        return self.origin, self.index

    def label(self, kind: str) -> str:
        """The row by what it is for."""
        quantity = self.quantity
        words = [quantity.key, quantity.variant]
        if quantity.months.first is not None or quantity.months.last is not None:
            ends = [quantity.months.first, quantity.months.last]
            words.append("..".join("" if month is None else month_text(month) for month in ends))
        return "/".join(word for word in words if word)


def series(sets: tuple[RuleSet, ...], name: str) -> list[list[Row]]:
    """The rows of a table that follow each other: by months, or, for a table by another fact, by that fact."""
    found: dict[tuple[str | None, str | None], list[Row]] = {}
    keyed = any(one.parameters[name].keyed_by for one in sets if name in one.parameters)
    for one in sets:
        for index, quantity in enumerate(one.parameters[name].values if name in one.parameters else ()):
            key = None if keyed else quantity.key
            found.setdefault((key, quantity.variant), []).append(Row(one.id, index, quantity))
    return [sorted(rows, key=_order) for rows in found.values()]


def _order(row: Row) -> tuple[str, int]:
    first = row.quantity.months.first
    return row.quantity.key or "", -1 if first is None else int(first)


def table_changes(
    parameter: Parameter, sets: tuple[RuleSet, ...], reader: Reader
) -> Iterator[tuple[Row, Change[Rows]]]:
    """Every change of a table's rows, each with the row it is first of all a change of."""
    prose = Prose(reader.scheme)
    for rows in series(sets, parameter.name):
        for index, row in enumerate(rows):
            where = row.label(parameter.kind)
            for change in _values(parameter, rows, index, prose):
                yield row, change.within(_in_place(row), where)
            for formula in _formulas(row.quantity, reader):
                yield row, formula.within(_in_place(row), where)
            following = rows[index + 1] if index + 1 < len(rows) else None
            for moved in _ends(row, following, first=index == 0):
                yield row, moved.within(lambda value: value, where)


def _in_place(row: Row) -> Any:
    return lambda quantity: {row.at: quantity}


def _values(parameter: Parameter, rows: list[Row], index: int, prose: Prose) -> Iterator[Change[Quantity]]:
    quantity = rows[index].quantity
    kind = parameter.kind
    if quantity.value is not None:
        for after in steps(quantity.value, kind):
            yield _value(parameter, quantity, after, STEP, prose, hints(quantity.value, after, kind=kind))
        yield _value(parameter, quantity, None, KNOWN, prose, hints(quantity.value, kind=kind))
    if quantity.formula is not None:
        return
    if quantity.value is None and kind == "tall":
        yield _value(parameter, quantity, Fraction(0), KNOWN, prose, hints(0))
    told = {short(quantity.value, kind)}
    for neighbour in (index - 1, index + 1):
        if 0 <= neighbour < len(rows) and rows[neighbour].quantity.formula is None:
            after = rows[neighbour].quantity.value
            if after is not None and short(after, kind) not in told:
                told.add(short(after, kind))
                yield _value(parameter, quantity, after, SWAPPED, prose, _near(quantity))


def _near(quantity: Quantity) -> Hints:
    return hints(quantity.months.first, quantity.months.last, kind="måned")


def _value(
    parameter: Parameter, quantity: Quantity, after: Any, kind: str, prose: Prose, close_to: Hints
) -> Change[Quantity]:
    changed = replace(quantity, value=after)
    told = [prose.value(one, parameter.unit, parameter.kind) for one in (quantity, changed)]
    where = f"{short(quantity.value, parameter.kind)}→{short(after, parameter.kind)}"
    if kind == SWAPPED:
        where += " (naboens)"
    return Change(changed, kind, where, " → ".join(told), close_to | _near(quantity), quantity.place)


def _formulas(quantity: Quantity, reader: Reader) -> Iterator[Change[Quantity]]:
    for field, key in (("formula", "formel"), ("suggestion", "forslag")):
        expression: Expression | None = getattr(quantity, field)
        for change in expression_changes(expression, reader) if expression is not None else ():
            yield replace(change, kind=FORMULA, hints=change.hints | _near(quantity), place=quantity.place).within(
                lambda value, field=field: replace(quantity, **{field: value}),  # type: ignore[misc]
                key,
            )


def _ends(row: Row, following: Row | None, first: bool) -> Iterator[Change[Rows]]:
    """The row's last month and, for the first row, its first, one month earlier and later."""
    months = row.quantity.months
    if first and months.first is not None:
        for after in (Month(months.first - 1), Month(months.first + 1)):
            if months.last is None or after <= months.last:
                changed = replace(row.quantity, months=replace(months, first=after))
                yield _moved({row.at: changed}, "fra", months.first, after, row)
    if months.last is None:
        return
    for after in (Month(months.last - 1), Month(months.last + 1)):
        if months.first is not None and after < months.first:
            continue
        rows = {row.at: replace(row.quantity, months=replace(months, last=after))}
        if following is not None and following.quantity.key == row.quantity.key:
            own = following.quantity.months
            if own.first == months.last + 1:
                if own.last is not None and after >= own.last:
                    continue
                rows[following.at] = replace(following.quantity, months=Months(Month(after + 1), own.last))
        yield _moved(rows, "til", months.last, after, row)


def _moved(rows: Rows, key: str, before: Month, after: Month, row: Row) -> Change[Rows]:
    return Change(
        rows,
        MONTHS,
        f"{key}/{short(before, 'måned')}→{short(after, 'måned')}",
        f"måneder {key} {month_in_words(before)} → {month_in_words(after)}",
        hints(before, after, kind="måned"),
        row.quantity.place,
    )


def variant_changes(parameter: Parameter, reader: Reader) -> Iterator[Change[Parameter]]:
    """Changes of when each variant of a table is the one to use."""
    variants = parameter.variants
    for index, variant in enumerate(variants):

        def put(value: Condition, index: int = index, variant: Variant = variant) -> Parameter:
            return replace(
                parameter, variants=(*variants[:index], replace(variant, when=value), *variants[index + 1 :])
            )

        for change in condition_changes(variant.when, reader):
            named = replace(change, told=f"variant {variant.title}: {change.told}")
            yield named.within(put, variant.id, ("varianter", variant.id), VARIANT)
