"""One more source written in a test case, last among them, and nothing else changed."""

from __future__ import annotations

import json
from collections.abc import Iterator

from engine.regress.renewal import cannot
from engine.text import yaml
from engine.text.fault import Faults
from engine.text.node import Mapping, Node, Sequence, plain


def with_source(text: str, name: str, kind: str, reference: str) -> str:
    """The case's text with one more source, last among them. Raises Faults (FORVENTNING) when it cannot be written there."""
    text = text.replace("\r\n", "\n").removeprefix("\ufeff")
    node = yaml.read_text(text, name)
    assert isinstance(node, Mapping)
    sources = node.entries.get("kilde")
    held = plain(sources) if sources is not None else []
    entry = {kind: reference}
    if isinstance(held, list) and entry in held:
        return text
    wanted = {**plain(node), "kilde": [*held, entry]} if isinstance(held, list) else None
    for after in _with_entry(text, node, sources, f"{kind}: {json.dumps(reference, ensure_ascii=False)}"):
        try:
            if plain(yaml.read_text(after, name)) == wanted:
                return after
        except Faults:
            continue
    raise cannot(name, "kilden kan ikke settes inn", "«kilde» er skrevet på en uvanlig måte")


def _with_entry(text: str, node: Mapping, sources: Node | None, entry: str) -> Iterator[str]:
    """The text with an entry after the last source; where there is none, before the first key."""
    rows = text.split("\n")
    if isinstance(sources, Sequence) and sources.items:
        last = sources.items[-1].place
        below = [place.line for place in node.keys.values() if place.line > last.line]
        at = min(below, default=len(rows) + 1) - 1
        while rows[at - 1].strip() == "" or rows[at - 1].startswith("#"):
            at -= 1
        dash = rows[last.line - 1][: last.column - 1]
        yield "\n".join([*rows[:at], f"{dash.replace('{', '')}{entry}", *rows[at:]])
    at = min(place.line for place in node.keys.values()) - 1
    yield "\n".join([*rows[:at], "kilde:", f"  - {entry}", *rows[at:]])
