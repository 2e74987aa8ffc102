"""A witness that the engine decides otherwise than the proof says, is a fault that stops everything."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.cli.main import main
from engine.language.model import Quantity
from engine.language.rulebook import Rulebook, open_rulebook
from engine.prove import illustrate as illustrating
from engine.prove.claim import settle
from engine.prove.rule_claims import rule_claims
from engine.prove.solver import Clock
from engine.prove.stage import Stages
from engine.prove.told import of_claim
from engine.prove.witness import NotReplayed

ROOT = Path(__file__).resolve().parents[2] / "rules"


def other_rules(book: Rulebook) -> Rulebook:
    """The rules with one threshold out of reach."""
    scheme = book.schemes["nasjonal-alis"]
    table = scheme.parameters["minste_antall_dager"]
    rows: tuple[Quantity, ...] = tuple(replace(row, value=row.value + 10) for row in table.values)  # type: ignore[operator]
    changed = replace(scheme, parameters={**scheme.parameters, table.name: replace(table, values=rows)})
    return replace(book, schemes={**book.schemes, "nasjonal-alis": changed}, compiled={})


def test_a_witness_that_does_not_replay_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    stages = Stages(open_rulebook(ROOT), "nasjonal-alis", Clock())
    claims = [one for one in rule_claims(stages.scheme) if one.rules[0].id == "stillingsandel-oppgitt"]
    proved, _ = settle(stages, claims)
    assert of_claim(stages, proved[0]).witness is not None
    changed, replay = other_rules(stages.book), illustrating.replay
    monkeypatch.setattr(illustrating, "replay", lambda application, book: replay(application, changed))
    with pytest.raises(NotReplayed, match="BEVIS-SPILL"):
        of_claim(stages, proved[0])


def test_the_command_tells_of_it_without_a_stack_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    changed, replay = other_rules(open_rulebook(ROOT)), illustrating.replay
    monkeypatch.setattr(illustrating, "replay", lambda application, book: replay(application, changed))
    assert main(["bevis", str(ROOT), "--ordning", "nasjonal-alis", "--prosesser", "1"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "BEVIS-SPILL" in told.err and "Traceback" not in told.err
