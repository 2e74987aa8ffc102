"""What is told of a simulation: what it came to, the versions it was of, and what differs in their rules."""

from __future__ import annotations

from dataclasses import dataclass

from engine.batch.simulation import Simulation
from engine.batch.simulation_effect import Effect
from engine.regress.impact_rules import RuleChange, RuleTexts, rule_changes
from engine.regress.impact_version import Version


@dataclass(frozen=True)
class Report:
    """`versions` are before and after; `rates` the files of rates laid over each; `changes` what differs in the files of rules."""

    versions: tuple[Version, Version]
    rates: tuple[tuple[str, ...], tuple[str, ...]]
    changes: tuple[RuleChange, ...]
    simulation: Simulation
    effect: Effect

    @property
    def titles(self) -> tuple[str, str]:
        """The versions as a reader knows them, with the rates laid over."""
        before, after = (
            " med satsene i ".join([version.title, *([" og ".join(rates)] if rates else [])])
            for version, rates in zip(self.versions, self.rates, strict=True)
        )
        return before, after


def differing(simulation: Simulation) -> tuple[RuleChange, ...]:
    """The parts of the rules that differ, as the files are written."""
    before, after = (RuleTexts(book) for book in simulation.books)
    return tuple(rule_changes(before, after))
