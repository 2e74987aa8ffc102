"""The file of equivalent changes: changes of the rules that change no decision, each with the reason why.

`mutasjon-unntak.yaml` in the folder of rules is a list. `endring` is the id of a change or a list of ids, as the report gives them;
`fordi` says why no application can notice it. An id holds the values before and after, so it stops fitting when the rule is edited.
"""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path

from engine.regress.exempt import Exempt, ExemptFile

EXEMPT_FILE = "mutasjon-unntak.yaml"
_FILE = ExemptFile(EXEMPT_FILE, "endring", "endringen", "MUTASJON-UNNTAK")


def read_exempt(root: Path) -> dict[str, Exempt]:
    """The changes recorded in a folder of rules, by id; none without the file. Raises Faults."""
    return _FILE.read(root, str(root / EXEMPT_FILE))


def outdated(exempt: dict[str, Exempt], known: Container[str]) -> list[Exempt]:
    """Those that no longer fit any change of the rules."""
    return [one for id, one in exempt.items() if id not in known]
