"""Proposed or missing rates laid over the rules for one run.

The file names the scheme and, for each rate, the rows that replace the rules' values in the months they are for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from engine.language import schema_check
from engine.language.field import Fields
from engine.language.model import Parameter, Quantity
from engine.language.rulebook import Rulebook, SchemeRules
from engine.language.rulefile import read_quantity
from engine.text import yaml
from engine.text.fault import FaultList
from engine.text.node import at, plain
from engine.text.norsk import list_text
from engine.text.suggest import did_you_mean


def lay_over(book: Rulebook, path: Path) -> Rulebook:
    """The rulebook with the file's rates over its own. Raises Faults."""
    node = yaml.read_path(path, str(path))
    faults = FaultList()
    schema_check.check(node, schema_check.validator(schema_check.published("satser")), faults)
    faults.raise_if_any()
    top = Fields(node, faults)
    scheme = top.text("ordning")
    if scheme not in book.schemes:
        hint = did_you_mean(scheme, book.schemes)
        what = f"ordningen «{scheme}» finnes ikke" + ("," + hint if hint else "")
        place = at(node, ["ordning"])
        faults.add(place, "ORDNING", what, f"ordningene er {list_text(list(book.schemes))}", "rett navnet")
        faults.raise_if_any()
    rules = book.schemes[scheme]
    parameters = dict(rules.parameters)
    for name, place, _ in top.items("satser"):
        if name not in parameters:
            hint = did_you_mean(name, [rate for rate, one in parameters.items() if one.is_rate])
            what = f"«{name}» er ikke en sats i reglene" + ("," + hint if hint else "")
            faults.add(place, "SATS-NAVN", what, "bare satser som finnes, kan legges over reglene", "rett navnet")
            continue
        parameter = parameters[name]
        if not parameter.is_rate:
            what = f"«{name}» er en grense, ikke en sats"
            faults.add(
                place,
                "SATS-NAVN",
                what,
                "bare satser kan legges over reglene",
                "endre grensen i en kopi av reglene i stedet",
            )
            continue
        rows = [read_quantity(row, parameter.kind, str(path)) for row in top.fields("satser").rows(name)]
        _check(parameter, rows, faults)
        parameters[name] = replace(parameter, values=_laid(parameter, rows))
    faults.raise_if_any()
    schemes: Mapping[str, SchemeRules] = {**book.schemes, scheme: replace(rules, parameters=parameters)}
    digest = hashlib.sha256(json.dumps(plain(node), ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    return replace(book, schemes=schemes, overlay=digest, compiled={})


def _check(parameter: Parameter, rows: list[Quantity], faults: FaultList) -> None:
    variants = [variant.id for variant in parameter.variants]
    for row in rows:
        if row.unknown and not row.unread:
            what = f"«{parameter.name}» har ingen verdi"
            faults.add(row.place, "SATS-UKJENT", what, "et forslag må være et tall", "skriv «verdi» med et tall")
        if row.variant is not None and row.variant not in variants:
            hint = did_you_mean(row.variant, variants)
            what = f"«{parameter.name}» har ingen variant «{row.variant}»" + ("," + hint if hint else "")
            why = f"variantene er {list_text(variants)}" if variants else "den har ingen varianter"
            faults.add(row.at("variant"), "VARIANT", what, why, "rett navnet" if variants else "fjern «variant»")
        if isinstance(row.value, Fraction) and row.value < 0:
            what = f"«{row.written}» er ikke en mulig verdi for «{parameter.name}»"
            faults.add(row.at("verdi"), "SATS-NEGATIV", what, "en sats kan ikke være under 0", "fjern minustegnet")
        if row.formula is not None:
            what = f"«{parameter.name}» har en formel"
            faults.add(row.at("formel"), "SATS-FORMEL", what, "foreslåtte satser er tall", "skriv «verdi» med et tall")
    for index, row in enumerate(rows):
        for other in rows[:index]:
            same = row.variant == other.variant or row.variant is None or other.variant is None
            dated = not row.misdated and not other.misdated
            if same and dated and row.key == other.key and row.months.meet(other.months):
                what = f"«{parameter.name}» har to verdier for samme måned"
                why = f"den første står i {other.place}"
                faults.add(row.at("måneder"), "SATS-OVERLAPP", what, why, "rett månedene")


def _laid(parameter: Parameter, rows: list[Quantity]) -> tuple[Quantity, ...]:
    """The new rows first: the first row whose months hold counts. Rows for one variant leave the others' values alone."""
    return (*rows, *parameter.values)
