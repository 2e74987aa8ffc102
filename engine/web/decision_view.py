"""A decision as pages and papers show it. Work for the workers: the rules and the application go in, data comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.explain.contract import as_json
from engine.explain.paper.document import Block, Box, Document
from engine.explain.paper.grounds import Judged, grounds
from engine.explain.paper.letter import letter
from engine.explain.paper.typesetting import pdf
from engine.language.rulebook import Rulebook
from engine.regress.witness_file import case_text
from engine.text.fault import Fault, Faults
from engine.text.place import Place
from engine.web.work import decision_on

#: the papers that can be made of a decision, by the name in the address
GROUNDS, LETTER = "vedtaksgrunnlag", "brevutkast"


@dataclass(frozen=True, slots=True)
class Shown:
    """The grounds of a decision as a document, and the receipt by which it is known to be the one that was kept."""

    document: Document
    receipt: Mapping[str, Any]

    @property
    def answer(self) -> list[Block]:
        """What the document begins with, up to and with the outcome."""
        return self.document.blocks[: self._start]

    @property
    def grounds(self) -> list[Block]:
        """The rest of it."""
        return self.document.blocks[self._start :]

    @property
    def _start(self) -> int:
        return 1 + next(number for number, one in enumerate(self.document.blocks) if isinstance(one, Box))


def shown(book: Rulebook, text: str, name: str, judged: Sequence[Judged]) -> Shown:
    """The decision on an application as it is now, with what persons have judged. Raises Faults."""
    decision = decision_on(book, text, name)
    return Shown(grounds(decision, None, judged), as_json(decision)["kvittering"])


def paper(
    book: Rulebook,
    text: str,
    name: str,
    receipt: Mapping[str, Any],
    which: str,
    judged: Sequence[Judged],
    filled: Mapping[str, str],
    dated: date | None,
) -> bytes:
    """A paper as PDF, of the decision with this receipt. Raises Faults (VEDTAK-UTDATERT) when it comes out otherwise now."""
    decision = decision_on(book, text, name)
    if as_json(decision)["kvittering"] != receipt:
        why, next_step = "reglene eller motoren er endret siden", "vurder søknaden på nytt, og lag dokumentet da"
        what = "dokumentet kan ikke lages av det vedtaket som er lagret"
        raise Faults([Fault(Place("saken", 1, 1), "VEDTAK-UTDATERT", what, why, next_step)])
    document = grounds(decision, dated, judged) if which == GROUNDS else letter(decision, dated, filled, judged)
    return pdf(document)


def as_test_case(book: Rulebook, text: str, name: str, described: str, by: str) -> tuple[str, str]:
    """A file name and the application as a test case that expects the decision it has now. Raises Faults."""
    decision = decision_on(book, text, name)
    return case_text(decision.application, as_json(decision), described, by, book.vocabulary.facts)
