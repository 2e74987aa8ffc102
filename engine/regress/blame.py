"""Which rules stand behind the part of a decision that a test case did not expect."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from engine.regress.expectation import Deviation

_MONTH = re.compile(r"leger\[([^\]]*)\]\.måneder\[([^\]]*)\](?:\.(?:rett|avgjort_av)\.(\w+))?")
_MONEY = re.compile(r"beløp(?:\.|$)|leger\[([^\]]*)\]\.komponenter\.(\w+)\.(?:beløp|beregning)\b")
_CONDITION = re.compile(r"vilkår\[([^\]]*)\]")
_DOCTOR = re.compile(r"leger\[([^\]]*)\]")

#: a doctor, a month and a component; None is all of them
Scope = tuple[str | None, str | None, str | None]

#: reasons told for one deviation
MOST = 3


@dataclass(frozen=True, slots=True)
class Blame:
    """A rule's finding, or a rate, that bears on a deviation: its reason and where it stands in the sources.

    `rule_set` is empty for a rate.
    """

    rule: str
    rule_set: str
    citation: str
    reason: str

    @property
    def name(self) -> str:
        """`vilkåret (2031/ordningen)`, `satsen`"""
        return f"{self.rule} ({self.rule_set})" if self.rule_set else self.rule


def blame(deviation: Deviation, decision: dict[str, Any], others: Iterable[Deviation] = ()) -> tuple[Blame, ...]:
    """The findings that decided what deviates, in the doctor, month and component at hand.

    A deviation in a condition is that condition's. Otherwise first come the conditions that some deviation of the case (`others`) expects
    to have decided there and that did not; without any, those that were not met or are open. Where nothing but amounts deviate, it is the
    rates they were calculated with.
    """
    others = tuple(others)
    doctor, month, component = _where(deviation.path)
    if _MONEY.match(deviation.path) and not any(_bears_on(other.path, doctor) for other in others):
        calculated = _calculated(deviation.path, decision)
        if calculated:
            return calculated
    awaited = [place for other in others for place in _awaited(other, decision)]
    scopes = ((doctor, month, component), (doctor, month, None))
    bearing = _stated(deviation.path, decision)
    for scope in scopes:
        bearing = bearing or _findings([place for place in awaited if _within(place, scope)], decision)
    for scope in scopes:
        bearing = bearing or _against(scope, decision)
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


def _bears_on(path: str, doctor: str | None) -> bool:
    """Whether a deviation is about more than money, and about a doctor; about any, for None."""
    other = _where(path)[0]
    return not _MONEY.match(path) and (doctor is None or other is None or other == doctor)


def _calculated(path: str, decision: dict[str, Any]) -> tuple[Blame, ...]:
    """The rates and thresholds behind an amount, or behind every amount of the application."""
    match = _MONEY.match(path)
    doctor, component = match.groups() if match else (None, None)
    told: dict[str, Blame] = {}
    for one in decision["leger"]:
        for name, line in one["komponenter"].items():
            if doctor not in (None, one["id"]) or component not in (None, name):
                continue
            for used in line.get("beregning", {}).get("verdier", ()):
                value = used["verdi"] + (f" = {used['regnet_ut']}" if used.get("regnet_ut") else "")
                cited = used.get("hjemmel")
                source = f"{cited['kilde']}, {cited['punkt']}" if cited else ""
                reason = f"Beløpet er regnet med {value}."
                told.setdefault(f"{used['navn']} {value}", Blame(used["navn"], "", source, reason))
    return tuple(told.values())


def _stated(path: str, decision: dict[str, Any]) -> list[dict[str, Any]]:
    """The findings that a path to a condition names."""
    match = _CONDITION.match(path)
    if match is None:
        return []
    rule, *about = match.group(1).split(", ")
    return [
        finding
        for finding in decision["vilkår"]
        if finding["id"] == rule and set(about) <= {finding.get(key) for key in ("lege", "måned", "komponent")}
    ]


def _awaited(deviation: Deviation, decision: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """The conditions that a deviation expects to have decided a month: doctor, month, component and condition."""
    doctor, month, component = _where(deviation.path)
    if doctor is None or month is None or component is None or ".avgjort_av." not in deviation.path:
        return []
    expected = {name.strip() for name in deviation.expected.strip("[]").split(",")}
    decided = {
        rule
        for one in decision["leger"]
        if one["id"] == doctor
        for found in one["måneder"]
        if found["måned"] == month
        for rule in found["avgjort_av"].get(component, ())
    }
    return [(doctor, month, component, name) for name in sorted(expected - decided)]


def _findings(places: list[tuple[str, str, str, str]], decision: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        finding
        for doctor, month, component, rule in places
        for finding in decision["vilkår"]
        if (finding["id"], finding.get("lege"), finding.get("komponent")) == (rule, doctor, component)
        and month in (finding.get("måned"), *finding.get("måneder", ()))
    ]


def _against(scope: Scope, decision: dict[str, Any]) -> list[dict[str, Any]]:
    """The findings within a scope that were not met or are open, and lead to something."""
    doctor, month, component = scope
    return [
        finding
        for finding in decision["vilkår"]
        if finding["resultat"] in ("ikke oppfylt", "uavklart")
        and finding["følge"] not in (None, "ingen", "merknad")
        and (doctor is None or finding.get("lege") in (None, doctor))
        and (month is None or finding.get("måned") in (None, month))
        and (component is None or finding.get("komponent") in (None, component))
    ]


def _within(place: tuple[str, str, str, str], scope: Scope) -> bool:
    return all(wanted is None or wanted == own for wanted, own in zip(scope, place, strict=False))


def _where(path: str) -> Scope:
    match = _MONTH.match(path)
    if match is not None:
        return match.group(1), match.group(2), match.group(3)
    match = _DOCTOR.match(path)
    return (match.group(1) if match else None), None, None
