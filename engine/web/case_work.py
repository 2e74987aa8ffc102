"""A test case held against rules that are being changed: what it gets, and how it would read with new expected values. Work for workers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from engine.decide.check import open_checked
from engine.language.rulebook import Rulebook
from engine.regress import report
from engine.regress.provenance import KINDS, SNAPSHOT
from engine.regress.renewal import renewed
from engine.regress.renewal_source import with_source
from engine.regress.run import DEVIATES, PASSED, UNTESTED, run_case
from engine.text.fault import Fault, Faults
from engine.web.decision_view import as_test_case
from engine.web.draft import draft

#: the kinds of source that someone can vouch for
VOUCHED = tuple(kind for kind in KINDS if kind != SNAPSHOT)


@dataclass(frozen=True, slots=True)
class Shown:
    """A case by the changed rules. `result` is as `alis test --json` has it; `renewed` is the case's text expecting what it gets, or
    empty with `why` it cannot be written."""

    text: str
    result: Mapping[str, Any]
    renewed: str = ""
    why: tuple[Fault, ...] = ()

    @property
    def passes(self) -> bool:
        return bool(self.result["status"] == PASSED)


def shown(root: Path, files: Mapping[str, str], name: str, text: str) -> Shown:
    """A case by a draft of the rules. Raises Faults when the rules have faults."""
    with draft(root, files) as rules:
        book = open_checked(rules)
        result = _result(book, name, text)
        if result["status"] != DEVIATES:
            return Shown(text, result)
        try:
            return Shown(text, result, renewed(text, name, book))
        except Faults as faults:
            return Shown(text, result, "", faults.faults)


def begun(root: Path, files: Mapping[str, str], text: str, by: str) -> tuple[str, str]:
    """A file name and text: an application as a case that expects what the draft gives it. Raises Faults."""
    with draft(root, files) as rules:
        return as_test_case(open_checked(rules), text, "søknad.yaml", "Skriv hva saken viser.", by)


def sourced(text: str, name: str, kind: str, source: str, reason: str) -> str:
    """The case's text with where the new values come from, and why. Raises Faults (FORVENTNING)."""
    return with_source(text, name, kind, f"{source} – {reason}")


def _result(book: Rulebook, name: str, text: str) -> dict[str, Any]:
    with TemporaryDirectory(prefix="alis-") as scratch:
        path = Path(scratch) / f"sak{Path(name).suffix}"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        found = run_case(path, book)
        found = replace(found, path=name, problem=found.problem.replace(str(path), name))
    written: dict[str, Any] = json.loads(report.as_json([found]))["saker"][0]
    if found.status == UNTESTED:
        written["feil"] = ["Saken sier ikke hva den venter. Skriv det under «forventet»."]
    return written
