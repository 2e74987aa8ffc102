"""The receipt: what a decision rests on, as hashes that formatting and key order do not change."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from engine import __version__
from engine.case.stated import Application
from engine.decide.decision import Receipt
from engine.language.rulebook import Rulebook


def receipt(book: Rulebook, application: Application, evaluators: Sequence[str]) -> Receipt:
    """The receipt of a decision on an application by the rules of its scheme."""
    key = ("kvittering", application.scheme)
    if key not in book.compiled:
        book.compiled[key] = _of_rules(book, application.scheme)
    return Receipt(book.compiled[key], application.digest, __version__, tuple(evaluators), book.overlay)


def _of_rules(book: Rulebook, scheme: str) -> str:
    digest = hashlib.sha256()
    for file, content in book.digests:
        if "/" not in file or file.endswith(f"/{scheme}.yaml"):
            digest.update(f"{file}\0{content}\n".encode())
    if book.overlay is not None:
        digest.update(f"satser\0{book.overlay}\n".encode())
    return digest.hexdigest()
