"""A change someone is working on: rule files and test cases, each as it was when it was begun and as it is to be.

It is kept in the store from the first time it is tried, so that it outlives the service, and several may work on it in turn.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from engine.store.draft import Draft, Drafts
from engine.web.problem import Refused

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Edit:
    """A file as it was and as it is to be. `base` is None for a new one. `reason` and `source` are of a test case's new expectation."""

    base: str | None
    text: str
    reason: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """`name` is what it is about and `address` where its form is. `made` is the proposal it has become: branch and commit."""

    id: str = ""
    who: str = ""
    time: str = ""
    version: int = 0
    name: str = ""
    address: str = ""
    rules: Mapping[str, Edit] = field(default_factory=dict)
    cases: Mapping[str, Edit] = field(default_factory=dict)
    made: tuple[str, str] | None = None

    @property
    def rule_texts(self) -> dict[str, str]:
        return {file: one.text for file, one in self.rules.items()}

    @property
    def case_texts(self) -> dict[str, str]:
        return {file: one.text for file, one in self.cases.items()}

    @property
    def rules_key(self) -> str:
        """The same for the same rules."""
        return _hash(self.rule_texts)

    @property
    def cases_key(self) -> str:
        """The same for the same test cases."""
        return _hash(self.case_texts)

    def with_rule(self, file: str, edit: Edit, name: str, address: str) -> Change:
        """With a rule file changed; with the same text as it began with, it is no longer part of the change."""
        rest = {one: kept for one, kept in self.rules.items() if one != file}
        rules = rest if edit.base == edit.text else {**rest, file: edit}
        return replace(self, rules=rules, name=name, address=address)

    def with_case(self, file: str, edit: Edit) -> Change:
        return replace(self, cases={**self.cases, file: edit}, name=self.name or file)

    def without_case(self, file: str) -> Change:
        return replace(self, cases={one: kept for one, kept in self.cases.items() if one != file})

    def proposed(self, branch: str, commit: str) -> Change:
        return replace(self, made=(branch, commit))


def kept(drafts: Drafts, who: str, change: Change) -> Change:
    """The change kept, with its new version. Raises Faults (UTKAST-ENDRET) when someone else has changed it meanwhile."""
    content = {
        "navn": change.name,
        "adresse": change.address,
        "regler": {file: asdict(one) for file, one in change.rules.items()},
        "saker": {file: asdict(one) for file, one in change.cases.items()},
        "forslag": change.made,
    }
    return _of(drafts.save(change.id, who, change.version, content) if change.id else drafts.create(who, content))


def found(drafts: Drafts, id: str) -> Change:
    """Raises Refused (404) when the draft has been thrown away."""
    draft = drafts.find(id)
    if draft is None:
        raise Refused(404, "Utkastet er slettet, eller så finnes det ikke. Begynn på nytt fra regelen.")
    return _of(draft)


def begun(drafts: Drafts, id: str, version: str) -> Change:
    """The draft a form was made from, at the version it had then; a new one without an id. What is proposed stays as it is: then a copy.

    Raises Refused (404) when the draft has been thrown away.
    """
    if not id:
        return Change()
    one = found(drafts, id)
    if one.made is not None:
        return replace(one, id="", version=0, made=None)
    return replace(one, version=int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0)


def unbroken(text: str, standing: str) -> str:
    """A text that went through a form, where line breaks become two signs, as it was."""
    text = text.replace("\r\n", "\n")
    return standing if standing.replace("\r\n", "\n") == text else text


def listed(drafts: Drafts, limit: int) -> list[Change]:
    """Those that have not become proposals, last changed first."""
    return [one for one in map(_of, drafts.listed(limit)) if one.made is None]


def _of(draft: Draft) -> Change:
    content = draft.content
    rules, cases = ({file: Edit(**one) for file, one in content[key].items()} for key in ("regler", "saker"))
    made = tuple(content["forslag"]) if content["forslag"] else None
    return Change(
        draft.id, draft.who, draft.time, draft.version, content["navn"], content["adresse"], rules, cases, made
    )


def _hash(texts: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(dict(sorted(texts.items()))).encode()).hexdigest()
