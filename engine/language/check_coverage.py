"""Coverage in time: agreement dates between rule sets, months within tables, and what every value must cite."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from engine.language.model import Parameter, Quantity
from engine.language.rulebook import SchemeRules
from engine.text.fault import FaultList
from engine.text.month import Month, month_text
from engine.text.norsk import date_text


def check_agreement_dates(scheme: SchemeRules, faults: FaultList) -> None:
    """No agreement date may select two rule sets, and none between the first and the last may select none."""
    dated = [one for one in scheme.sets if one.agreements is not None]
    if len(scheme.sets) > 1:
        for one in scheme.sets:
            if one.agreements is None:
                faults.add(
                    one.place,
                    "AVTALER",
                    f"«{one.id}» mangler «avtaler»",
                    "ordningen har flere regelsett, og avtaledatoen velger mellom dem",
                    "oppgi avtaledatoene regelsettet gjelder for",
                )
    for earlier, later in pairwise(dated):
        assert earlier.agreements is not None and later.agreements is not None
        last, first = earlier.agreements.last, later.agreements.first
        if last is None or first is None or first <= last:
            found = f"avtaler fra {date_text(first)}" if first else "avtaler uten startdato"
            faults.add(
                later.places["avtaler"],
                "AVTALER-OVERLAPP",
                f"«{earlier.id}» og «{later.id}» gjelder begge for {found}",
                "hver avtaledato kan bare velge ett regelsett",
                "rett «fra» eller «til» i ett av regelsettene",
            )
        elif first > last + timedelta(days=1):
            faults.add(
                later.places["avtaler"],
                "AVTALER-HULL",
                f"ingen regelsett gjelder avtaler fra {date_text(last + timedelta(days=1))} til {date_text(first - timedelta(days=1))}",
                "hver avtaledato må velge et regelsett",
                "rett «fra» eller «til» i ett av regelsettene",
            )


def check_tables(scheme: SchemeRules, faults: FaultList) -> None:
    """Values do not overlap, leave no month out, cover the grant years, and cite or say what was searched."""
    for parameter in scheme.parameters.values():
        if not parameter.title:
            what = f"«{parameter.name}» er brukt, men ikke forklart"
            faults.add(
                parameter.place,
                "TITTEL",
                what,
                "første gang en sats eller grense brukes, må den ha tittel",
                "legg til «tittel»",
            )
        for quantity in parameter.values:
            _value(parameter, quantity, faults)
        _rows(parameter, scheme, faults)


def _value(parameter: Parameter, quantity: Quantity, faults: FaultList) -> None:
    name = parameter.name
    if quantity.unknown and not quantity.searched:
        what = f"«{name}» er ukjent uten at det står hva som er undersøkt"
        faults.add(
            quantity.place,
            "SATS-UKJENT",
            what,
            "andre må kunne se hvor det er lett",
            "legg til «undersøkt» med kildene",
        )
    if not quantity.unknown and quantity.citation is None and quantity.certainty != "foreslått":
        what = f"«{name}» har en verdi uten hjemmel"
        faults.add(quantity.place, "HJEMMEL", what, "hver verdi må vise til en kilde", "legg til «hjemmel»")
    variants = [variant.id for variant in parameter.variants]
    if quantity.variant is not None and quantity.variant not in variants:
        what = f"«{name}» har ingen variant «{quantity.variant}»"
        faults.add(quantity.place, "VARIANT", what, f"variantene er {', '.join(variants) or 'ingen'}", "rett navnet")
    if (parameter.keyed_by is None) != (quantity.key is None):
        what = f"«{name}» " + ("mangler «for»" if quantity.key is None else "har «for», men ikke «etter»")
        faults.add(
            quantity.place,
            "TABELL",
            what,
            "verdier i en tabell må si hva de gjelder for",
            "legg til «for», eller fjern det",
        )


def _rows(parameter: Parameter, scheme: SchemeRules, faults: FaultList) -> None:
    rows: dict[tuple[str | None, str | None], list[Quantity]] = {}
    for quantity in parameter.values:
        for variant in (
            [quantity.variant] if quantity.variant or not parameter.variants else [one.id for one in parameter.variants]
        ):
            rows.setdefault((quantity.key, variant), []).append(quantity)
    for (_, variant), quantities in rows.items():
        ordered = sorted(quantities, key=lambda one: one.months.first if one.months.first is not None else -1)
        label = f"«{parameter.name}»" + (f" ({variant})" if variant else "")
        for earlier, later in pairwise(ordered):
            last, first = earlier.months.last, later.months.first
            if last is None or first is None or first <= last:
                when = f"fra {month_text(first)}" if first is not None else "i de samme månedene"
                what = f"{label} har to verdier {when}"
                faults.add(later.place, "SATS-OVERLAPP", what, "en måned kan bare ha én verdi", "rett månedene")
            elif first > last + 1:
                what = f"{label} har ingen verdi fra {month_text(Month(last + 1))} til {month_text(Month(first - 1))}"
                faults.add(
                    later.place,
                    "SATS-HULL",
                    what,
                    "hver måned må ha en verdi, eller stå som ukjent",
                    "legg til månedene",
                )
        if parameter.is_rate:
            _grant_years(parameter, label, ordered, scheme, faults)


def _grant_years(
    parameter: Parameter, label: str, rows: list[Quantity], scheme: SchemeRules, faults: FaultList
) -> None:
    """A rate that starts in one grant year covers the months of the later ones."""
    first = rows[0].months.first
    for one in scheme.sets:
        if one.grant_year is None or one.grant_year.months.first is None or one.grant_year.months.last is None:
            continue
        start, end = one.grant_year.months.first, one.grant_year.months.last
        if first is not None and start < first:
            continue
        missing = [month for month in range(start, end + 1) if not any(row.months.holds(Month(month)) for row in rows)]
        if missing:
            what = f"{label} mangler verdi for {month_text(Month(missing[0]))} til {month_text(Month(missing[-1]))}"
            why = f"månedene hører til tilskuddsåret {one.grant_year.year}"
            faults.add(
                one.grant_year.place,
                "SATS-HULL",
                what,
                why,
                "legg inn verdien, eller skriv «ukjent» med hva som er undersøkt",
            )
