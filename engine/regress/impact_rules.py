"""What differs between two versions of the rules, part by part as the files are written, and which conditions lean on it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.language.rulebook import VOCABULARY_FILE, Rulebook, rule_files
from engine.text import yaml
from engine.text.node import Mapping as MappingNode
from engine.text.node import Node, Scalar, plain

NEW, GONE, CHANGED = "ny", "borte", "endret"

#: how the sections of a rule file are spoken of; a section not named here is one part by itself
SECTIONS = {
    "vilkår": "vilkåret",
    "grenser": "grensen",
    "satser": "satsen",
    "definisjoner": "definisjonen",
    "merknader": "merknaden",
    "beregning": "beregningen av",
    "komponenter": "komponenten",
    "opphever": "opphevelsen av",
    "kilder": "kilden",
    "fakta": "opplysningen",
    "utledet": "definisjonen",
    "ordninger": "ordningen",
}
#: sections whose parts a condition or formula reads by name
_NAMED = ("grenser", "satser", "definisjoner", "fakta", "utledet")
#: what only explains, and never changes an answer or an amount
_EXPLAINING = (
    "tittel",
    "hjemmel",
    "begrunnelse",
    "tolkning",
    "merknad",
    "tekst",
    "sikkerhet",
    "undersøkt",
    "innledning",
    "kilder",
)

#: the keys of a value that say when it holds
_WHEN = ("måneder", "for", "variant")

_WORD = re.compile(r"[^\W\d][\w-]*")
_MOST_TEXT = 160


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that differs: the path to it within its part, and the text before and after; None where there is none."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A part of a file that differs. `file` is relative to the folder of rules; `lines` are before and after, None where gone."""

    file: str
    section: str
    name: str
    what: str
    differences: tuple[Difference, ...]
    lines: tuple[int | None, int | None]

    @property
    def title(self) -> str:
        """`grensen «navn» (2031/ordningen)`"""
        where = self.file.removesuffix(".yaml")
        if not self.name:
            return f"«{self.section}» ({where})"
        return f"{SECTIONS[self.section]} «{self.name}» ({where})"

    @property
    def explains_only(self) -> bool:
        """Whether only words that decide nothing differ."""
        if self.section in _EXPLAINING:
            return True
        return bool(self.differences) and all(
            any(step in _EXPLAINING for step in re.split(r"[.\[]", difference.path)) for difference in self.differences
        )


class RuleTexts:
    """The files of one version as they are written; with `beside`, only those that do not say the same there."""

    def __init__(self, book: Rulebook, beside: Rulebook | None = None) -> None:
        self.files: dict[str, MappingNode] = {}
        same = set(book.digests) & set(beside.digests) if beside is not None else set()
        passed_over = {file for file, _ in same}
        for path in (book.root / VOCABULARY_FILE, *rule_files(book.root)):
            name = path.relative_to(book.root).as_posix()
            node = None if name in passed_over else yaml.read_path(path)
            if isinstance(node, MappingNode):
                self.files[name] = node

    def parts(self, file: str) -> dict[tuple[str, str], tuple[Node, int]]:
        """(section, name) → the part and its line. A section without named parts has one part, named by nothing."""
        found: dict[tuple[str, str], tuple[Node, int]] = {}
        node = self.files.get(file)
        for section, value in node.entries.items() if node is not None else ():
            if section in SECTIONS and isinstance(value, MappingNode):
                for name, part in value.entries.items():
                    found[section, name] = (part, value.keys[name].line)
            else:
                found[section, ""] = (value, node.keys[section].line)  # type: ignore[union-attr]
        return found


def rule_changes(before: RuleTexts, after: RuleTexts) -> list[RuleChange]:
    """Every part that differs, file by file in the order written; layout and comments do not count."""
    found = []
    for file in dict.fromkeys((*before.files, *after.files)):
        old, new = before.parts(file), after.parts(file)
        for section, name in dict.fromkeys((*old, *new)):
            was, now = old.get((section, name)), new.get((section, name))
            differences = tuple(_differences(was and plain(was[0]), now and plain(now[0]), ""))
            if differences:
                what = NEW if was is None else GONE if now is None else CHANGED
                lines = (was[1] if was else None, now[1] if now else None)
                found.append(RuleChange(file, section, name, what, differences, lines))
    return sorted(found, key=lambda change: change.file)


def _differences(before: Any, after: Any, path: str) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            yield from _differences(before.get(key), after.get(key), f"{path}.{key}" if path else key)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (was, now) in enumerate(zip(before, after, strict=True)):
            yield from _differences(was, now, f"{path}[{_spoken(was, now) or index + 1}]")
    else:
        yield Difference(path, _text(before), _text(after))


def _spoken(before: Any, after: Any) -> str:
    """When an item of a list holds, where both versions say the same: a reader knows a value by that, not by its number."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return ""
    same = [key for key in _WHEN if key in before and before[key] == after.get(key)]
    said = (f"{key} {_flow(before[key]).replace(': ', ' ').replace(',', '')}" for key in same)
    return ", ".join(said)


def _text(value: Any) -> str | None:
    if value is None:
        return None
    text = _flow(value)
    return text if len(text) <= _MOST_TEXT else text[: _MOST_TEXT - 1] + "…"


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(
            f"{key}: {{{_flow(item)}}}" if isinstance(item, dict) else f"{key}: {_flow(item)}"
            for key, item in value.items()
        )
    return f"[{', '.join(_flow(item) for item in value)}]" if isinstance(value, list) else str(value)


class Dependencies:
    """Which parts a condition, or a calculation, leans on by name, through definitions and tables, in either version."""

    def __init__(self, versions: Iterable[RuleTexts]) -> None:
        self._words: dict[tuple[str, str, str], set[str]] = {}
        self._reached: dict[tuple[str, str, str], frozenset[str]] = {}
        for texts in versions:
            for file in texts.files:
                for (section, name), (node, _) in texts.parts(file).items():
                    self._words.setdefault((_scheme(file), section, name), set()).update(_names_in(node))

    def of(self, scheme: str, section: str, name: str) -> frozenset[str]:
        """The names that a part leans on."""
        key = (scheme, section, name)
        if key not in self._reached:
            self._reached[key] = frozenset(self._reach(scheme, self._words.get(key, set())))
        return self._reached[key]

    def _reach(self, scheme: str, words: set[str]) -> set[str]:
        reached: set[str] = set()
        waiting = list(words)
        while waiting:
            word = waiting.pop()
            if word in reached:
                continue
            found = [
                self._words[owner, section, word]
                for owner in (scheme, "")
                for section in _NAMED
                if (owner, section, word) in self._words
            ]
            if found:
                reached.add(word)
                waiting += set().union(*found)
        return reached

    def behind(self, changes: Iterable[RuleChange], scheme: str, section: str, name: str) -> list[RuleChange]:
        """Of some changes, those to the part itself and to what it leans on."""
        leans = self.of(scheme, section, name)
        own = ("vilkår", "opphever") if section == "vilkår" else (section,)
        return [
            change
            for change in changes
            if _scheme(change.file) in (scheme, "")
            and ((change.section in own and change.name == name) or (change.section in _NAMED and change.name in leans))
        ]


def of_scheme(changes: Iterable[RuleChange], scheme: str) -> list[RuleChange]:
    """The changes that can bear on a scheme: in its own files and in the vocabulary."""
    return [change for change in changes if _scheme(change.file) in (scheme, "")]


def _scheme(file: str) -> str:
    """The scheme a file is for; empty for the vocabulary, which is for all."""
    return Path(file).stem if "/" in file else ""


def _names_in(node: Node) -> set[str]:
    """Every word of a part outside the texts that only explain. More than the names read, never fewer."""
    if isinstance(node, Scalar):
        found = set(_WORD.findall(node.text))
        return found.union(*(word.split("-") for word in found))
    if not isinstance(node, MappingNode):
        return set().union(*(_names_in(item) for item in node.items))
    gathered: set[str] = set()
    for key, value in node.entries.items():
        if key not in _EXPLAINING:
            gathered |= {key} | _names_in(value)
    return gathered


def unchanged_schemes(before: Rulebook, after: Rulebook) -> frozenset[str]:
    """The schemes whose rules and vocabulary say the same in both: nothing can have changed for their cases."""

    def said(book: Rulebook, scheme: str) -> Mapping[str, str]:
        return {file: digest for file, digest in book.digests if _scheme(file) in (scheme, "")}

    return frozenset(
        scheme for scheme in before.schemes if scheme in after.schemes and said(before, scheme) == said(after, scheme)
    )
