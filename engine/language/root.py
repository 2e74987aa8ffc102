"""Where the rules are."""

from __future__ import annotations

import os
from pathlib import Path

from engine.language.rulebook import VOCABULARY_FILE, Rulebook

ENVIRONMENT = "ALIS_REGLER"


def open_rules(given: str | None, only_scheme: str | None = None) -> Rulebook:
    """The rulebook of the folder named, or of the usual one. Raises Faults."""
    from engine.language.kept import open_kept

    return open_kept(rule_root(given), only_scheme)


def rule_root(given: str | None) -> Path:
    """The folder named, or in ALIS_REGLER, or `rules` where the user stands, or the rules shipped with the program."""
    if given:
        return Path(given)
    if os.environ.get(ENVIRONMENT):
        return Path(os.environ[ENVIRONMENT])
    here = Path("rules")
    if (here / VOCABULARY_FILE).is_file():
        return here
    package = Path(__file__).resolve().parent.parent
    shipped = package / "data" / "rules"
    return shipped if shipped.is_dir() else package.parent / "rules"
