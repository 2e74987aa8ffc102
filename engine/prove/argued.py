"""The file of arguments: findings that are as they should be, each with the reason why.

`bevis-unntak.yaml` in the folder of rules is a list. `funn` is the id of a finding or a list of ids, as the report gives them;
`fordi` says why the rules are right all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.language.rulebook import shown_folder
from engine.prove.finding import Finding
from engine.regress.exempt import Exempt, ExemptFile

ARGUMENTS_FILE = "bevis-unntak.yaml"
_FILE = ExemptFile(ARGUMENTS_FILE, "funn", "funnet", "BEVIS-UNNTAK")


def read_arguments(root: Path) -> list[Exempt]:
    """The arguments in a folder of rules; none without the file. Raises Faults."""
    return list(_FILE.read(root, f"{shown_folder(root)}{ARGUMENTS_FILE}").values())


def argue(findings: Sequence[Finding], arguments: Sequence[Exempt]) -> tuple[list[Finding], list[Exempt]]:
    """The findings with their arguments, and the arguments that fit no finding."""
    by_id = {one.id: one for one in arguments}
    argued = [one.because(by_id[one.id].reason) if one.id in by_id else one for one in findings]
    known = {one.id for one in findings}
    return argued, [one for one in arguments if one.id not in known]
