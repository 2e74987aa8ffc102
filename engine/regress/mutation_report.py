"""The result of a mutation run: figures, the changes nobody noticed with their witnesses, the equivalent ones with their reasons."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from engine.regress.exempt import Exempt
from engine.regress.mutant import VOCABULARY, Mutant
from engine.regress.mutation import NOTICED, REFUSED, SURVIVED, Trial
from engine.regress.mutation_case import NOTHING_EXPECTED
from engine.regress.witness import FINDINGS, OUTCOME, Witness
from engine.text import yaml
from engine.text.fault import Faults
from engine.text.node import Node, at
from engine.text.norsk import plain_decimal
from engine.text.place import Place

EXEMPT = "unntatt"
STATUSES = (NOTICED, REFUSED, EXEMPT, SURVIVED)

#: what differs in a witness, by rank
DIFFERS = {OUTCOME: "vedtaket", FINDINGS: "funnene"}
WORDING = "ordlyden"


@dataclass(slots=True)
class Mutation:
    """A finished run. `since` names the version that the rules were compared with; `unfit` are the cases left out."""

    mutants: Sequence[Mutant]
    trials: Sequence[Trial]
    exempt: Mapping[str, Exempt]
    outdated: Sequence[Exempt]
    cases: int
    unfit: Sequence[tuple[str, str]]
    seconds: float
    since: str | None = None
    witnesses: dict[int, Witness] = field(default_factory=dict)
    saved: dict[int, Path] = field(default_factory=dict)

    def mutant(self, trial: Trial) -> Mutant:
        return self.mutants[trial.mutant]

    def status(self, trial: Trial) -> str:
        """The trial's status; what survived but is recorded as equivalent is `unntatt`."""
        return EXEMPT if trial.status == SURVIVED and self.mutant(trial).id in self.exempt else trial.status

    def counts(self, trials: Sequence[Trial] | None = None) -> Counter[str]:
        return Counter(self.status(trial) for trial in (self.trials if trials is None else trials))

    def score(self) -> Fraction:
        """Per cent of the changes, less the equivalent ones, that are noticed or refused; 100 when there are none."""
        counts = self.counts()
        total = sum(counts.values()) - counts[EXEMPT]
        return Fraction(100 * (counts[NOTICED] + counts[REFUSED]), total) if total else Fraction(100)

    def survivors(self) -> list[Trial]:
        return [trial for trial in self.trials if self.status(trial) == SURVIVED]

    def wrong(self) -> list[str]:
        """The cases left out for another reason than that they expect nothing."""
        return [file for file, why in self.unfit if why != NOTHING_EXPECTED]

    def unneeded(self) -> list[Exempt]:
        """Changes recorded as equivalent that a case or the rule check notices all the same."""
        noticed = {self.mutant(trial).id for trial in self.trials if trial.status != SURVIVED}
        return [one for id, one in self.exempt.items() if id in noticed]

    def by(self, key: Callable[[Mutant], str]) -> Iterator[tuple[str, Counter[str]]]:
        """Counts by status for each value of a key of the mutants, in the order first met."""
        groups: dict[str, list[Trial]] = {}
        for trial in self.trials:
            groups.setdefault(key(self.mutant(trial)), []).append(trial)
        for name, trials in groups.items():
            yield name, self.counts(trials)


def percent(score: Fraction) -> str:
    """One decimal, cut: less than all is never told as 100."""
    return plain_decimal(score * 10 // 1 / Fraction(10), 1)


class Places:
    """Where each change stands in the files, to the line; a file is read the first time it is asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._nodes: dict[str, Node | None] = {}

    def of(self, mutant: Mutant) -> Place:
        """The place of the value that is changed."""
        if not mutant.keys:
            return mutant.place
        name = "vokabular.yaml" if mutant.part.origin == VOCABULARY else f"{mutant.part.origin}.yaml"
        if name not in self._nodes:
            try:
                self._nodes[name] = yaml.read_path(self.root / name, mutant.place.file)
            except Faults:
                self._nodes[name] = None
        node = self._nodes[name]
        return mutant.place if node is None else at(node, mutant.keys)


def as_json(found: Mutation, places: Places) -> str:
    """Everything: figures, survivors with witnesses, equivalents with reasons, and every change with what came of it."""
    counts = found.counts()
    content: dict[str, Any] = {
        "endringer": len(found.trials),
        **{_key(status): counts[status] for status in STATUSES},
        "poeng": percent(found.score()),
        "saker": found.cases,
        "saker_holdt_utenfor": [{"fil": file, "fordi": why} for file, why in found.unfit],
        "siden": found.since,
        "sekunder": f"{found.seconds:.1f}",
        "etter_slag": [_row("slag", *row) for row in found.by(lambda mutant: mutant.kind)],
        "etter_regelsett": [_row("regelsett", *row) for row in found.by(lambda mutant: mutant.part.origin)],
        "overlevende": [_survivor(trial, found, places) for trial in found.survivors()],
        "unntak": [
            {**_about(trial, found, places), "fordi": found.exempt[found.mutant(trial).id].reason}
            for trial in found.trials
            if found.status(trial) == EXEMPT
        ],
        "unødvendige_unntak": [one.id for one in found.unneeded()],
        "foreldede_unntak": [one.id for one in found.outdated],
        "alle": [
            {
                **_about(trial, found, places),
                "status": found.status(trial),
                "sak": trial.noticed_by or None,
                "hva": trial.what or None,
                "saker_prøvd": trial.tried,
            }
            for trial in found.trials
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def _key(status: str) -> str:
    return status.replace(" ", "_")


def _row(name: str, value: str, counts: Counter[str]) -> dict[str, Any]:
    return {name: value, "endringer": sum(counts.values()), **{_key(status): counts[status] for status in STATUSES}}


def _about(trial: Trial, found: Mutation, places: Places) -> dict[str, Any]:
    mutant = found.mutant(trial)
    return {
        "id": mutant.id,
        "slag": mutant.kind,
        "regelsett": mutant.part.origin,
        "del": mutant.part.section,
        "navn": mutant.part.name or None,
        "endring": mutant.change,
        "sted": str(places.of(mutant)),
    }


def _survivor(trial: Trial, found: Mutation, places: Places) -> dict[str, Any]:
    witness = found.witnesses.get(trial.mutant)
    saved = found.saved.get(trial.mutant)
    written: dict[str, Any] = _about(trial, found, places)
    written["vitne"] = None
    if witness is not None:
        written["vitne"] = {
            "forskjell": differs(witness),
            "avvik": [
                {"hvor": one.path, "forventet": one.expected, "fikk": one.found} for one in witness.saved.differences
            ],
            "fil": str(saved) if saved is not None else None,
            "sak": witness.saved.text,
        }
    return written


def differs(witness: Witness) -> str:
    """What the changed rules make different: vedtaket, funnene or only ordlyden."""
    return DIFFERS.get(witness.rank, WORDING)
