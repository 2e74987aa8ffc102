"""The receipt: what a decision rests on, as hashes that formatting and key order do not change."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from engine.case.application import Application
from engine.decide.decision import Receipt
from engine.language.rulebook import Rulebook


@cache
def engine_version() -> str:
    """The installed version of the engine."""
    try:
        return version("alis-regler")
    except PackageNotFoundError:
        return "0.1.0"


def receipt(book: Rulebook, application: Application, evaluators: Sequence[str]) -> Receipt:
    """The receipt of a decision on an application by the rules of its scheme."""
    digest = hashlib.sha256()
    for file, content in book.digests:
        if "/" not in file or file.endswith(f"/{application.scheme}.yaml"):
            digest.update(f"{file}\0{content}\n".encode())
    if book.overlay is not None:
        digest.update(f"satser\0{book.overlay}\n".encode())
    return Receipt(digest.hexdigest(), application.digest, engine_version(), tuple(evaluators), book.overlay)
