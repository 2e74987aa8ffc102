"""The file of arguments: findings that are as they should be, each with the reason why.

`bevis-unntak.yaml` in the folder of rules is a list. `funn` is the id of a finding or a list of ids, as the report gives them;
`fordi` says why the rules are right all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.language.rulebook import shown_folder
from engine.prove.finding import Finding
from engine.text import yaml
from engine.text.fault import FaultList
from engine.text.node import Mapping, Node, Scalar
from engine.text.node import Sequence as SequenceNode
from engine.text.place import Place

ARGUMENTS_FILE = "bevis-unntak.yaml"
_CODE = "BEVIS-UNNTAK"
_KEYS = ("funn", "fordi")
_ADVICE = "skriv «- funn: …» og «fordi: …»"


@dataclass(frozen=True, slots=True)
class Argument:
    """A finding argued for."""

    id: str
    reason: str
    place: Place


def read_arguments(root: Path) -> list[Argument]:
    """The arguments in a folder of rules; none without the file. Raises Faults."""
    path = root / ARGUMENTS_FILE
    if not path.is_file():
        return []
    node = yaml.read_path(path, f"{shown_folder(root)}{ARGUMENTS_FILE}")
    faults = FaultList()
    found: list[Argument] = []
    if not isinstance(node, SequenceNode):
        faults.add(node.place, _CODE, "dette er ikke en liste", "unntakene er en liste", _ADVICE)
    for item in node.items if isinstance(node, SequenceNode) else ():
        found += _entry(item, faults)
    faults.raise_if_any()
    return found


def _entry(item: Node, faults: FaultList) -> list[Argument]:
    entries = item.entries if isinstance(item, Mapping) else {}
    about, why = entries.get("funn"), entries.get("fordi")
    wrong = [key for key in entries if key not in _KEYS]
    ids = [one for one in (about.items if isinstance(about, SequenceNode) else (about,)) if isinstance(one, Scalar)]
    if wrong or not ids or not isinstance(why, Scalar) or not why.text.strip():
        what = f"«{wrong[0]}» er ikke kjent her" if wrong else "det mangler «funn» eller «fordi»"
        faults.add(item.place, _CODE, what, "et unntak har bare disse to", _ADVICE)
        return []
    return [Argument(one.text, why.text.strip(), one.place) for one in ids]


def argue(findings: Sequence[Finding], arguments: Sequence[Argument]) -> tuple[list[Finding], list[Argument]]:
    """The findings with their arguments, and the arguments that fit no finding."""
    by_id = {one.id: one for one in arguments}
    argued = [one.because(by_id[one.id].reason) if one.id in by_id else one for one in findings]
    known = {one.id for one in findings}
    return argued, [one for one in arguments if one.id not in known]
