"""Work on applications that the workers do. Each takes the rules first, and gives what can go between processes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import orjson
from starlette.exceptions import HTTPException

from engine.case.application import application, workbook_application
from engine.decide.agreement import Disagreement
from engine.decide.decide import decide
from engine.decide.decision import Decision
from engine.explain.contract import as_json
from engine.explain.selected import lookup
from engine.language.rulebook import Rulebook
from engine.language.sheet_template import sheet_template
from engine.regress.witness_file import application_text
from engine.text import literal, yaml
from engine.text.fault import Fault, Faults
from engine.text.file import read_bytes
from engine.text.norsk import quoted
from engine.text.place import Place
from engine.text.source import MOST_BYTES

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of an application: its id and scheme, and the decision as the contract writes it, indented."""

    id: str
    scheme: str
    decision: str

    @property
    def content(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.decision)
        return read


def decided(book: Rulebook, text: str | bytes, name: str) -> Decided:
    """The decision on an application as text: YAML, or JSON when the name ends in `.json`. Raises Faults."""
    decision = decision_on(book, text, name)
    read = decision.application
    return Decided(read.id, read.scheme, indented(as_json(decision)))


def decision_on(book: Rulebook, text: str | bytes, name: str) -> Decision:
    """The same as the decision itself, for work in the same process. Raises Faults."""
    read = application(yaml.read_text(text, name), book)
    try:
        return decide(read, book)
    except Disagreement as difference:
        why, next_step = "et vedtak gis bare når begge evaluatorene svarer det samme", "meld feilen, med søknaden"
        raise Faults([Fault(Place(name, 1, 1), "MOTOR-UENIG", str(difference), why, next_step)]) from None


def indented(content: dict[str, Any]) -> str:
    """JSON as the commands write it (`json.dumps` with two spaces), written ten times as fast; a fifth of a decision's time goes there."""
    try:
        return orjson.dumps(content, option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONEncodeError:  # whole numbers past 64 bits
        return json.dumps(content, ensure_ascii=False, indent=2)


def workbook_text(book: Rulebook, content: bytes, name: str) -> str:
    """The application in an Excel workbook, as YAML. Raises Faults."""
    return application_text(workbook_application(content, name, book), book.vocabulary.facts)


def template_workbook(book: Rulebook, scheme: str) -> bytes:
    """An empty workbook for a scheme. Raises Faults for a scheme there is not."""
    if scheme not in book.vocabulary.schemes:
        raise HTTPException(404)
    return sheet_template(book.vocabulary, scheme)


def decided_files(book: Rulebook, paths: list[Path]) -> list[tuple[str, Decided | Faults]]:
    """The text of each file with its decision, or with what is wrong with it."""
    found: list[tuple[str, Decided | Faults]] = []
    for path in paths:
        text = ""
        try:
            text = read_bytes(path, path.name, MOST_BYTES + 1).decode("utf-8-sig", "replace")
            found.append((text, decided(book, text, path.name)))
        except Faults as faults:
            found.append((text, faults))
    return found


def looked_up(book: Rulebook, agreed: str, scheme: str | None, month: str | None) -> str:
    """What `alis regelsett --format json` writes. Raises Faults."""
    date = _read("avtaledato", agreed, literal.date)
    when = _read("måned", month, literal.month) if month else None
    answer = lookup(book, date, scheme, when, Place("spørsmålet", 1, 1))
    return json.dumps(answer, ensure_ascii=False, indent=2)


def rule_sets(book: Rulebook) -> list[dict[str, Any]]:
    """Every rule set, with the agreement dates that select it."""
    found = []
    for scheme in book.schemes.values():
        for one in scheme.sets:
            agreements = one.agreements
            first, last = (agreements.first, agreements.last) if agreements is not None else (None, None)
            dates = {"fra": first and first.isoformat(), "til": last and last.isoformat()}
            year = one.grant_year.year if one.grant_year is not None else None
            found.append(
                {"id": one.id, "tittel": one.title, "ordning": one.scheme, "avtaledatoer": dates, "tilskuddsår": year}
            )
    return found


def _read(name: str, text: str, read: Callable[[str], T]) -> T:
    try:
        return read(text)
    except ValueError as error:
        why, next_step = str(error), f"rett «{name}»"
        what = f"{quoted(text)} kan ikke brukes som {name}"
        raise Faults([Fault(Place("spørsmålet", 1, 1), "ARGUMENT", what, why, next_step)]) from None
