"""What a run came to, and the receipt that tells it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from engine import __version__
from engine.batch.reading import Intake
from engine.batch.run_folder import COMMAND
from engine.decide.decide import evaluators
from engine.language.rulebook import Rulebook


@dataclass
class Sums:
    """What the applications of a scheme come to, in øre: those whose sum is known, and what is known of the others."""

    known: int = 0
    open_known: int = 0
    open: int = 0


@dataclass
class Tally:
    """What a run came to. `outcomes` counts applications by scheme and outcome."""

    applications: int = 0
    rejected: int = 0
    faults: int = 0
    doctors: int = 0
    months: int = 0
    outcomes: dict[tuple[str, str], int] = field(default_factory=dict)
    sums: dict[str, Sums] = field(default_factory=dict)


def receipt(tally: Tally, intake: Intake, book: Rulebook) -> str:
    """What the run rests on, as JSON: the rules, the engine, and counts that add up. No clock inside."""
    told = {
        COMMAND: "masse",
        "regler_sha256": dict(book.digests),
        "motor": __version__,
        "evaluatorer": [one.name for one in evaluators()],
        "inn": counts_of(intake),
        "avgjort": {"søknader": tally.applications, "leger": tally.doctors, "måneder": tally.months},
        "utfall": [
            {"ordning": scheme, "utfall": outcome, "søknader": count}
            for (scheme, outcome), count in sorted(tally.outcomes.items())
        ],
        "feil": tally.faults,
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def counts_of(intake: Intake) -> dict[str, dict[str, int]]:
    """The rows of each table that were read, as a receipt tells them."""
    return {one.table: {"rader": one.rows, "med": one.kept, "avvist": one.rejected} for one in intake.counts}
