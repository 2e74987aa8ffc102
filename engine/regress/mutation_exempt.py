"""The file of equivalent changes: changes of the rules that change no decision, each with the reason why.

`mutasjon-unntak.yaml` in the folder of rules is a list. `endring` is the id of a change or a list of ids, as the report gives them;
`fordi` says why no application can notice it. An id holds the values before and after, so it stops fitting when the rule is edited.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from engine.text import yaml
from engine.text.fault import FaultList
from engine.text.node import Mapping, Node, Scalar, Sequence
from engine.text.place import Place

EXEMPT_FILE = "mutasjon-unntak.yaml"
_CODE = "MUTASJON-UNNTAK"
_KEYS = ("endring", "fordi")
_ADVICE = "skriv «- endring: …» og «fordi: …»"


@dataclass(frozen=True, slots=True)
class Exempt:
    """A change recorded as equivalent."""

    id: str
    reason: str
    place: Place


def read_exempt(root: Path) -> dict[str, Exempt]:
    """The changes recorded in a folder of rules, by id; none without the file. Raises Faults."""
    path = root / EXEMPT_FILE
    if not path.is_file():
        return {}
    node = yaml.read_path(path, str(path))
    faults = FaultList()
    found: dict[str, Exempt] = {}
    if not isinstance(node, Sequence):
        faults.add(node.place, _CODE, "dette er ikke en liste", "unntakene er en liste", _ADVICE)
    for item in node.items if isinstance(node, Sequence) else ():
        for one in _entry(item, faults):
            if one.id in found:
                first = found[one.id].place.line
                what = f"endringen «{one.id}» står to ganger"
                faults.add(one.place, _CODE, what, f"den første står på linje {first}", "fjern en av dem")
            found.setdefault(one.id, one)
    faults.raise_if_any()
    return found


def _entry(item: Node, faults: FaultList) -> list[Exempt]:
    entries = item.entries if isinstance(item, Mapping) else {}
    changes, why = entries.get("endring"), entries.get("fordi")
    wrong = [key for key in entries if key not in _KEYS]
    ids = [one for one in (changes.items if isinstance(changes, Sequence) else (changes,)) if isinstance(one, Scalar)]
    if wrong or not ids or not isinstance(why, Scalar) or not why.text.strip():
        what = f"«{wrong[0]}» er ikke kjent her" if wrong else "det mangler «endring» eller «fordi»"
        faults.add(item.place, _CODE, what, "et unntak har bare disse to", _ADVICE)
        return []
    return [Exempt(one.text, why.text.strip(), one.place) for one in ids]


def outdated(exempt: dict[str, Exempt], known: Container[str]) -> list[Exempt]:
    """Those that no longer fit any change of the rules."""
    return [one for id, one in exempt.items() if id not in known]
