"""A case as it stands: its newest application, the decision on that version if there is one, and what was judged."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.store import ledger
from engine.store.case import Case
from engine.store.ledger import Event
from engine.web.judgements import Point, points
from engine.web.service import Service


@dataclass(frozen=True)
class Standing:
    """`happened` is everything that happened in the case, first to last; a decision on an earlier version does not stand."""

    case: Case
    happened: tuple[Event, ...]

    @cached_property
    def application(self) -> Event:
        return next(one for one in reversed(self.happened) if one.kind == ledger.APPLICATION)

    @cached_property
    def decided(self) -> Event | None:
        """The row of the ledger with the decision that stands."""
        newest = next((one for one in reversed(self.happened) if one.kind == ledger.DECISION), None)
        content = (newest.content or {}) if newest is not None else {}
        return newest if content.get("version") == self.case.versjon else None

    @property
    def decision(self) -> dict[str, Any] | None:
        """The decision that stands, as the contract writes it."""
        return None if self.decided is None or self.decided.content is None else self.decided.content["decision"]

    @property
    def text(self) -> str:
        return str((self.application.content or {}).get("text", ""))

    @property
    def name(self) -> str:
        return str((self.application.content or {}).get("name", "søknad.yaml"))

    @cached_property
    def points(self) -> list[Point]:
        return points(self.decision, self.happened, self.case.versjon) if self.decision is not None else []

    @property
    def decisions(self) -> list[tuple[Event, str, dict[str, Any]]]:
        """Every decision there has been, with what it changed from the one before it."""
        told, before = [], None
        for one in self.happened:
            if one.kind == ledger.DECISION and one.content is not None:
                decision = one.content["decision"]
                told.append((one, _changed(before, decision), decision))
                before = decision
        return told


def standing(service: Service, sak: str) -> Standing:
    """Raises Faults (SAK-FINNES-IKKE)."""
    return Standing(service.cases.find(sak), tuple(service.cases.history(sak)))


def _changed(before: dict[str, Any] | None, after: dict[str, Any]) -> str:
    if before is None:
        return ""
    told = []
    if before["søknad"]["utfall"] != after["søknad"]["utfall"]:
        told.append(f"utfallet var {before['søknad']['utfall']}")
    if before["beløp"] != after["beløp"]:
        told.append("beløpet er endret")
    if before["kvittering"]["regler_sha256"] != after["kvittering"]["regler_sha256"]:
        told.append("reglene er endret")
    if before["kvittering"]["søknad_sha256"] != after["kvittering"]["søknad_sha256"]:
        told.append("søknaden er endret")
    return ", ".join(told) or "ingen forskjell"
