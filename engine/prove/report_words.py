"""The words a report of findings is told in, on the screen and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.case.stated import Application
from engine.decide.agreement import Disagreement
from engine.decide.decide import decide
from engine.explain.contract import as_json
from engine.language.model import Citation
from engine.language.rulebook import Rulebook
from engine.prove.examine import Report
from engine.prove.finding import KINDS, Finding, Shown
from engine.prove.witness import component_month
from engine.regress.exempt import Exempt
from engine.regress.witness_file import application_text
from engine.text.month import month_in_words, month_text
from engine.text.norsk import list_text, money_text

Json = dict[str, Any]


def cited(citation: Citation, scheme: str, book: Rulebook) -> str:
    """A citation as it is read: publisher, title and point."""
    for one in book.schemes[scheme].sets:
        source = one.sources.get(citation.source)
        if source is not None:
            return f"{source.publisher}, «{source.title}»: {citation.point}"
    source = book.vocabulary.sources.get(citation.source)
    return f"{citation.source if source is None else f'{source.publisher}, «{source.title}»'}: {citation.point}"


def citations(finding: Finding, book: Rulebook) -> list[str]:
    """Every citation of a finding, each once."""
    return list(dict.fromkeys(cited(one, finding.scheme, book) for one in finding.citations))


def witness_text(application: Application, book: Rulebook) -> str:
    """The application as a file."""
    return application_text(application, book.vocabulary.facts)


def decided(shown: Shown, book: Rulebook) -> str:
    """What the engine decides of a witness, in one line."""
    try:
        decision = decide(shown.application, book)
    except Disagreement as fault:
        return f"ikke avgjort: {fault}"
    told = decision.outcome
    month = None if shown.month is None else component_month(decision, shown.month, shown.component)
    if month is not None and shown.month is not None:
        by = f" (avgjort av {list_text(month.decided_by)})" if month.decided_by else ""
        told += f"; {shown.component} i {month_in_words(shown.month)}: {month.status}{by}"
    money = "ukjent sum" if decision.total is None else money_text(decision.total)
    return f"{told}; {money}"


def verdict(report: Report) -> Iterator[str]:
    """The whole in a few sentences."""
    standing, argued = len(report.standing), len(report.findings) - len(report.standing)
    if standing:
        yield f"{_count(standing, 'funn', 'funn')} som ingen har begrunnet."
    else:
        yield "Ingen funn."
    if argued:
        yield f"{_count(argued, 'funn', 'funn')} er begrunnet i bevis-unntak.yaml."
    if report.open:
        yield f"{_count(len(report.open), 'spørsmål', 'spørsmål')} ble ikke avgjort."
    elif report.complete:
        yield "Alle spørsmålene er avgjort med bevis, for alle søknader som kan skrives."


def _count(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"


def unknown_rates(report: Report) -> list[str]:
    """The values written as unknown, by name and scheme."""
    found: dict[tuple[str, str], int] = {}
    for scheme, parameter, _ in report.unknown:
        found[scheme, parameter.name] = found.get((scheme, parameter.name), 0) + 1
    return [f"{name} ({scheme}): {_count(count, 'verdi', 'verdier')}" for (scheme, name), count in found.items()]


def as_object(report: Report, unneeded: list[Exempt], book: Rulebook) -> Json:
    """The whole report as JSON."""
    return {
        "svar": "funn" if report.standing else "ikke avgjort" if report.open else "ingen funn",
        "spørsmål": report.asked,
        "funn": [_finding(one, book) for one in report.findings],
        "ikke_avgjort": [
            {"kode": one.code, "ordning": one.scheme, "del": one.part, "hvorfor": one.why} for one in report.open
        ],
        "ukjente_verdier": [
            {
                "ordning": scheme,
                "navn": parameter.name,
                "regelsett": row.origin,
                "måneder": [None if one is None else month_text(one) for one in (row.months.first, row.months.last)],
                "for": row.key,
                "undersøkt": list(row.searched),
            }
            for scheme, parameter, row in report.unknown
        ],
        "unntak_uten_funn": [one.id for one in unneeded],
    }


def _finding(one: Finding, book: Rulebook) -> Json:
    return {
        "id": one.id,
        "kode": one.code,
        "spørsmål": KINDS[one.code],
        "ordning": one.scheme,
        "del": one.part,
        "andre": list(one.others),
        "sted": str(one.place),
        "forklaring": one.text,
        "hjemmel": [{"kilde": each.source, "punkt": each.point} for each in one.citations],
        "begrunnet": one.argued or None,
        "vitne": None if one.witness is None else _witness(one.witness, book),
        "uten_vitne_fordi": one.no_witness or None,
    }


def _witness(shown: Shown, book: Rulebook) -> Json:
    found: Json = {
        "søknad": witness_text(shown.application, book),
        "komponent": shown.component or None,
        "måned": None if shown.month is None else month_text(shown.month),
    }
    try:
        decision = decide(shown.application, book)
    except Disagreement as fault:
        return {**found, "vedtak": None, "uenighet": str(fault)}
    month = None if shown.month is None else component_month(decision, shown.month, shown.component)
    return {
        **found,
        "vedtak": {
            "utfall": decision.outcome,
            "måned": None if month is None else month.status,
            "avgjort_av": [] if month is None else list(month.decided_by),
            "beløp": as_json(decision)["beløp"],
        },
    }
