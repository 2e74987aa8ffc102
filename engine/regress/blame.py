"""Which rules stand behind the part of a decision that a test case did not expect."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from engine.regress.expectation import Deviation

_MONTH = re.compile(r"leger\[([^\]]*)\]\.måneder\[([^\]]*)\](?:\.(?:rett|avgjort_av)\.(\w+))?")
_DOCTOR = re.compile(r"leger\[([^\]]*)\]")

#: reasons told for one deviation
MOST = 3


@dataclass(frozen=True, slots=True)
class Blame:
    """A rule's finding that bears on a deviation: its reason and where it stands in the sources."""

    rule: str
    rule_set: str
    citation: str
    reason: str


def blame(deviation: Deviation, decision: dict[str, Any]) -> tuple[Blame, ...]:
    """The findings that decided what deviates: those that were not met or are open, in the doctor, month and component at hand."""
    doctor, month, component = _where(deviation.path)
    bearing = [
        finding
        for finding in decision["vilkår"]
        if finding["resultat"] in ("ikke oppfylt", "uavklart")
        and finding["følge"] not in (None, "ingen", "merknad")
        and (doctor is None or finding.get("lege") in (None, doctor))
        and (month is None or finding.get("måned") in (None, month))
        and (component is None or finding.get("komponent") in (None, component))
    ]
    if not bearing and month is not None:
        bearing = [
            finding
            for finding in decision["vilkår"]
            if finding["resultat"] == "oppfylt" and finding.get("måned") == month and finding.get("lege") == doctor
        ]
    told: dict[str, Blame] = {}
    for finding in bearing:
        citation = f"{finding['hjemmel']['kilde']}, {finding['hjemmel']['punkt']}"
        one = Blame(finding["id"], finding["fra_regelsett"], citation, finding["begrunnelse"])
        told.setdefault(finding["id"], one)
    return tuple(told.values())[:MOST]


def _where(path: str) -> tuple[str | None, str | None, str | None]:
    match = _MONTH.match(path)
    if match is not None:
        return match.group(1), match.group(2), match.group(3)
    match = _DOCTOR.match(path)
    return (match.group(1) if match else None), None, None
