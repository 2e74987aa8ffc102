"""Which sources the expected values behind each rule come from, over many test cases."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.case.application import application
from engine.decide.decide import decide, evaluators
from engine.explain.contract import as_json
from engine.language.rulebook import Rulebook
from engine.regress.provenance import KINDS, SNAPSHOT, Steps, expected_values, provenance
from engine.text import yaml
from engine.text.fault import Faults
from engine.text.node import Mapping
from engine.text.norsk import list_text

Json = dict[str, Any]

#: values that are money, by the last step of their path
_MONEY = ("beløp", "sum", "kjent")


@dataclass(slots=True)
class Origin:
    """What stands behind a rule or a rate: expected values and cases by kind of source. A value may count under several kinds."""

    name: str
    rule_set: str
    values: Counter[str] = field(default_factory=Counter)
    cases: dict[str, set[str]] = field(default_factory=dict)

    def add(self, kinds: Iterable[str], case: str) -> None:
        """Count one value of a case."""
        for kind in kinds:
            self.values[kind] += 1
            self.cases.setdefault(kind, set()).add(case)

    @property
    def snapshot_only(self) -> bool:
        return set(self.values) == {SNAPSHOT}


@dataclass(slots=True)
class Origins:
    """Rules by id and rule set, rates by name, and what could not be understood or read."""

    rules: dict[tuple[str, str], Origin]
    rates: dict[str, Origin]
    problems: list[str]
    unread: list[str]

    @property
    def everything(self) -> Iterator[Origin]:
        yield from self.rules.values()
        yield from self.rates.values()

    def snapshot_only(self) -> list[Origin]:
        return [one for one in self.everything if one.snapshot_only]

    def without(self) -> list[Origin]:
        """The rules that no expected value rests on."""
        return [one for one in self.rules.values() if not one.values]


def origins(paths: Iterable[Path], book: Rulebook) -> Origins:
    """The origins over some cases. What is wrong with a case is told, and the rest go on."""
    found = Origins({}, {}, [], [])
    for scheme in book.schemes.values():
        for versions in scheme.rules.values():
            for rule in versions:
                found.rules[rule.id, rule.origin] = Origin(rule.id, rule.origin)
    for path in paths:
        try:
            _add(path, book, found)
        except Faults as faults:
            found.unread.append(str(faults))
    return found


def _add(path: Path, book: Rulebook, found: Origins) -> None:
    node = yaml.read_path(path, str(path))
    decision = as_json(decide(application(node, book), book, evaluators()[:1]))
    assert isinstance(node, Mapping)
    expected = node.entries.get("forventet")
    if expected is None:
        return
    said = provenance(node.entries.get("kilde"), expected)
    found.problems += said.problems
    without = [value.place for steps, value in expected_values(expected) if not said.kinds(steps)]
    if without:
        values = "1 forventet verdi" if len(without) == 1 else f"{len(without)} forventede verdier"
        found.problems.append(
            f"{without[0]}: KILDE: {values} i saken har ingen kilde – ingen kan se om svaret er regnet ut eller bare tatt vare på – "
            f"skriv under «kilde» om de er {list_text(KINDS, 'eller')}"
        )
    for steps, _ in expected_values(expected):
        kinds = said.kinds(steps)
        scope = _scope(steps)
        for key in _rules(steps, scope, decision):
            found.rules[key].add(kinds, str(path))
        if steps[-1] in _MONEY:
            for name in _rates(scope, decision):
                found.rates.setdefault(name, Origin(name, "")).add(kinds, str(path))


Scope = tuple[str | None, str | None, str | None]


def _scope(steps: Steps) -> Scope:
    """The doctor, month and component that a value is about; None is all."""
    if steps[0] != "leger" or len(steps) < 2:
        return None, None, None
    part = steps[2:]
    if part[:1] == ("komponenter",):
        return steps[1], None, part[1] if len(part) > 1 else None
    if part[:1] == ("måneder",) and len(part) > 1:
        return steps[1], part[1], part[3] if len(part) > 3 else None
    return steps[1], None, None


def _rules(steps: Steps, scope: Scope, decision: Json) -> set[tuple[str, str]]:
    """The rules that were relevant to what a value is about."""
    wanted = steps[1] if steps[0] == "vilkår" and len(steps) > 1 else None
    return {
        (finding["id"], finding["fra_regelsett"])
        for finding in decision["vilkår"]
        if (finding["resultat"] != "ikke aktuelt" if wanted is None else finding["id"] == wanted)
        and _holds(finding.get("lege"), scope[0])
        and (_holds(finding.get("måned"), scope[1]) and _in(finding.get("måneder"), scope[1]))
        and _holds(finding.get("komponent"), scope[2])
    }


def _holds(own: str | None, wanted: str | None) -> bool:
    return own is None or wanted is None or own == wanted


def _in(own: list[str] | None, wanted: str | None) -> bool:
    return not own or wanted is None or wanted in own


def _rates(scope: Scope, decision: Json) -> set[str]:
    return {
        used["navn"]
        for doctor in decision["leger"]
        if _holds(doctor["id"], scope[0])
        for component, line in doctor["komponenter"].items()
        if _holds(component, scope[2])
        for used in line.get("beregning", {}).get("verdier", ())
        if _in(used["måneder"], scope[1])
    }


def origins_json(found: Origins) -> str:
    """The origins as JSON."""

    def written(one: Origin) -> Json:
        return {
            "navn": one.name,
            **({"regelsett": one.rule_set} if one.rule_set else {}),
            "verdier": {kind: one.values[kind] for kind in KINDS},
            "saker": {kind: len(one.cases.get(kind, ())) for kind in KINDS},
        }

    content = {
        "vilkår": [written(one) for one in found.rules.values()],
        "satser": [written(one) for one in found.rates.values()],
        "bare_øyeblikksbilder": [written(one) for one in found.snapshot_only()],
        "uten_forventning": [written(one) for one in found.without()],
        "uforstått": [*found.problems, *found.unread],
    }
    return json.dumps(content, ensure_ascii=False, indent=2)
