"""What the rule files of a scheme declare that its other files lean on, learnt before any of them is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from engine.language.field import Fields
from engine.text import literal
from engine.text.fault import FaultList
from engine.text.month import Month
from engine.text.node import Node

UNKNOWN = "ukjent"


@dataclass
class Declared:
    """What the rule files of a scheme declare that its other files lean on.

    `kinds` is the kind of value of each rate and threshold; `anchors` are the thresholds that are a single date or month,
    which `i_kraft` may name. `explained` are the names some file has the title of: the kind of the others is not known. `keyed`
    go by a fact, `several` have more than one value. `unsure` are names whose own part of a file is faulty.
    """

    kinds: dict[str, str] = field(default_factory=dict)
    anchors: dict[str, date | Month] = field(default_factory=dict)
    explained: set[str] = field(default_factory=set)
    keyed: set[str] = field(default_factory=set)
    several: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)

    def learn(self, node: Node) -> None:
        """Add what one rule file declares. What cannot be read is left for the reading of the file itself."""
        top = Fields(node, FaultList())
        for key in ("grenser", "satser"):
            for name, _, part in top.items(key):
                if part.has("etter"):
                    self.keyed.add(name)
                if name not in self.explained and (part.has("tittel") or name not in self.kinds):
                    self.kinds[name] = part.text("type", "tall")
                if part.has("tittel"):
                    self.explained.add(name)
                if self.kinds[name] in ("dato", "måned") and name not in self.keyed:
                    self._anchor(name, self.kinds[name], part)

    def _anchor(self, name: str, kind: str, part: Fields) -> None:
        """Keep the date or month of a threshold that has just one."""
        read: Callable[[str], date | Month] = literal.date if kind == "dato" else literal.month
        for row in part.rows("verdier"):
            value = row.value("verdi", read) if row.text("verdi") != UNKNOWN else None
            if name in self.anchors or name in self.several:
                self.anchors.pop(name, None)
                self.several.add(name)
            elif value is not None:
                self.anchors[name] = value
