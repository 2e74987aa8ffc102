"""The file of arguments: what no test can or need show, each with the reason why.

`dekning-unntak.yaml` in the folder of rules is a list. `regel` is a rule's id, with its set before it where ids are shared
(`ÅR/ordning/vilkår`); `del` is one part or several, by the keys the coverage report gives; `fordi` says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.regress.coverage_part import Subject
from engine.text import yaml
from engine.text.fault import FaultList
from engine.text.node import Mapping, Node, Scalar
from engine.text.node import Sequence as SequenceNode
from engine.text.suggest import did_you_mean

ARGUMENTS_FILE = "dekning-unntak.yaml"
_KEYS = ("regel", "del", "fordi")


def argue(subjects: Sequence[Subject], root: Path) -> tuple[tuple[str, str], ...]:
    """Give the parts their arguments, if the folder has any. Returns those that were not needed, as (rule, part).

    Raises Faults for a file that cannot be read, and for rules and parts that do not exist.
    """
    path = root / ARGUMENTS_FILE
    if not path.is_file():
        return ()
    faults = FaultList()
    unneeded: list[tuple[str, str]] = []
    node = yaml.read_path(path, str(path))
    if isinstance(node, SequenceNode):
        for item in node.items:
            unneeded += _entry(item, subjects, faults)
    else:
        faults.add(node.place, "DEKNING-UNNTAK", "dette er ikke en liste", "unntakene er en liste", _advice())
    faults.raise_if_any()
    return tuple(unneeded)


def _advice() -> str:
    return "skriv «- regel: …», «del: …» og «fordi: …»"


def _entry(item: Node, subjects: Sequence[Subject], faults: FaultList) -> list[tuple[str, str]]:
    entries = item.entries if isinstance(item, Mapping) else {}
    rule, why = entries.get("regel"), entries.get("fordi")
    wrong = [key for key in entries if key not in _KEYS]
    if not isinstance(rule, Scalar) or not isinstance(why, Scalar) or not why.text.strip() or wrong:
        what = f"«{wrong[0]}» er ikke kjent her" if wrong else "det mangler «regel», «del» eller «fordi»"
        faults.add(item.place, "DEKNING-UNNTAK", what, "et unntak har bare disse tre", _advice())
        return []
    found = [one for one in subjects if rule.text in (one.key, one.id)]
    if not found:
        hint = did_you_mean(rule.text, {one.id: None for one in subjects})
        what = f"«{rule.text}» finnes ikke i reglene" + ("," + hint if hint else "")
        faults.add(rule.place, "DEKNING-UNNTAK", what, "et unntak gjelder en regel som finnes", "rett navnet")
        return []
    unneeded = []
    for wanted in _parts(entries.get("del"), item, faults):
        parts = [part for one in found for part in one.parts if part.key == wanted.text]
        if not parts:
            hint = did_you_mean(wanted.text, [part.key for one in found for part in one.parts])
            what = f"«{rule.text}» har ingen del «{wanted.text}»" + ("," + hint if hint else "")
            faults.add(wanted.place, "DEKNING-UNNTAK", what, "delene står i dekningsrapporten", "rett navnet på delen")
        for part in parts:
            part.argued = why.text.strip()
        if parts and all(part.seen for part in parts):
            unneeded.append((rule.text, wanted.text))
    return unneeded


def _parts(node: Node | None, item: Node, faults: FaultList) -> list[Scalar]:
    items = node.items if isinstance(node, SequenceNode) else (node,)
    found = [one for one in items if isinstance(one, Scalar) and one.text]
    if not found or len(found) != len(items):
        faults.add(item.place, "DEKNING-UNNTAK", "«del» er ikke en eller flere deler", "delen må sies", _advice())
    return found
