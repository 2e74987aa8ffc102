"""A file of exemptions beside the rules: a list of what a check found and need not be put right, each with the reason why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.text import yaml
from engine.text.fault import FaultList
from engine.text.node import Mapping, Node, Scalar, Sequence
from engine.text.place import Place


@dataclass(frozen=True, slots=True)
class Exempt:
    """What is exempted, by the id the check gives it, and why."""

    id: str
    reason: str
    place: Place


@dataclass(frozen=True, slots=True)
class ExemptFile:
    """A kind of such files: its name, the key its ids stand under, what an id is called, and the code of its faults."""

    name: str
    key: str
    called: str
    code: str

    def read(self, root: Path, shown: str) -> dict[str, Exempt]:
        """The exemptions in a folder of rules, by id; none without the file. `shown` is the file in faults. Raises Faults."""
        path = root / self.name
        if not path.is_file():
            return {}
        node = yaml.read_path(path, shown)
        faults = FaultList()
        found: dict[str, Exempt] = {}
        if not isinstance(node, Sequence):
            faults.add(node.place, self.code, "dette er ikke en liste", "unntakene er en liste", self._advice)
        for item in node.items if isinstance(node, Sequence) else ():
            for one in self._entry(item, faults):
                if one.id in found:
                    first = found[one.id].place.line
                    what = f"{self.called} «{one.id}» står to ganger"
                    faults.add(one.place, self.code, what, f"den første står på linje {first}", "fjern en av dem")
                found.setdefault(one.id, one)
        faults.raise_if_any()
        return found

    @property
    def _advice(self) -> str:
        return f"skriv «- {self.key}: …» og «fordi: …»"

    def _entry(self, item: Node, faults: FaultList) -> Iterator[Exempt]:
        entries = item.entries if isinstance(item, Mapping) else {}
        given, why = entries.get(self.key), entries.get("fordi")
        wrong = [key for key in entries if key not in (self.key, "fordi")]
        ids = [one for one in (given.items if isinstance(given, Sequence) else (given,)) if isinstance(one, Scalar)]
        if wrong or not ids or not isinstance(why, Scalar) or not why.text.strip():
            what = f"«{wrong[0]}» er ikke kjent her" if wrong else f"det mangler «{self.key}» eller «fordi»"
            faults.add(item.place, self.code, what, "et unntak har bare disse to", self._advice)
            return
        yield from (Exempt(one.text, why.text.strip(), one.place) for one in ids)
