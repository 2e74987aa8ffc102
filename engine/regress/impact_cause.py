"""Why two versions decide a case differently: the conditions that answered otherwise, and the values that differ."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from engine.decide.answer import NOT_RELEVANT

Json = dict[str, Any]
Months = frozenset[tuple[str, str, str]]

#: said of a condition that one version did not come to
ABSENT = "ikke vurdert"


@dataclass(frozen=True, slots=True)
class Cause:
    """A condition that answered differently, in the months it did so alike. `decides` tells that a changed month hangs on it,
    or on the days it lets count."""

    rule: str
    rule_set: str
    citation: str
    doctor: str | None
    component: str | None
    months: tuple[str, ...]
    before: str
    after: str
    reasons: tuple[str, str]
    decides: bool

    @property
    def answers(self) -> bool:
        """Whether the answer itself differs, not only what is said of it."""
        return self.before != self.after and not {self.before, self.after} <= {ABSENT, NOT_RELEVANT}

    @property
    def one_sided(self) -> bool:
        """Whether only one version came to the condition."""
        return ABSENT in (self.before, self.after)


@dataclass(frozen=True, slots=True)
class ValueCause:
    """A rate or threshold that the same months are calculated with in both versions, and that differs."""

    name: str
    doctor: str
    component: str
    months: tuple[str, ...]
    before: str
    after: str


def causes(before: Json, after: Json, changed: Months) -> tuple[Cause, ...]:
    """Every condition whose finding differs; those that changed months hang on come first."""
    old, new = _by_place(before), _by_place(after)
    deciding = _deciding(before) | _deciding(after)
    gathered: dict[Cause, set[str]] = {}
    for place in dict.fromkeys((*old, *new)):
        was, now = old.get(place), new.get(place)
        if was is not None and now is not None and _said(was) == _said(now):
            continue
        rule, doctor, component, month, _ = place
        where = (doctor or "", component or "", month or "")
        shown = now or was
        assert shown is not None
        decides = where in changed and ((rule, *where) in deciding or shown["nivå"] == "dag")
        one = Cause(
            rule=rule,
            rule_set=shown["fra_regelsett"],
            citation=f"{shown['hjemmel']['kilde']}, {shown['hjemmel']['punkt']}",
            doctor=doctor,
            component=component,
            months=(),
            before=_answer(was),
            after=_answer(now),
            reasons=(was["begrunnelse"] if was else "", now["begrunnelse"] if now else ""),
            decides=decides,
        )
        gathered.setdefault(one, set()).update([month] if month else [])
    found = [replace(one, months=tuple(sorted(months))) for one, months in gathered.items()]
    return tuple(sorted(found, key=_rank))


def leading(found: tuple[Cause, ...], changed: bool) -> tuple[Cause, ...]:
    """The causes worth telling: of a changed decision, for the application and for each doctor, those nearest to the answer;
    of a decision that only words its reasons differently, one a condition."""
    if not changed:
        return tuple({one.rule: one for one in reversed(found)}.values())[::-1]
    if any(one.doctor is None and one.answers and not one.one_sided for one in found):
        # what follows from the application itself is not told again for each doctor
        found = tuple(one for one in found if not one.one_sided)
    nearest: dict[str | None, int] = {}
    for one in found:
        nearest[one.doctor] = min(nearest.get(one.doctor, _WORDING), _rank(one))
    return tuple(one for one in found if one.answers and _rank(one) == nearest[one.doctor])


_WORDING = 4


def _rank(one: Cause) -> int:
    """How near a cause is to what changed: 0 a changed month hangs on it, 1 it is about the application, 2 it answered otherwise,
    3 only one version came to it, 4 it is only worded otherwise."""
    if not one.answers:
        return _WORDING
    if one.decides:
        return 0
    if one.one_sided:
        return 3
    return 2 if one.doctor else 1


def _by_place(decision: Json) -> dict[tuple[str, str | None, str | None, str | None, int], Json]:
    """The findings by rule, doctor, component, month and number among those; one for several months stands once for each."""
    found: dict[tuple[str, str | None, str | None, str | None, int], Json] = {}
    counts: Counter[tuple[str | None, ...]] = Counter()
    for finding in decision["vilkår"]:
        months = [finding["måned"]] if "måned" in finding else finding.get("måneder") or [None]
        for month in months:
            place = (finding["id"], finding.get("lege"), finding.get("komponent"), month)
            found[(*place, counts[place])] = finding
            counts[place] += 1
    return found


def _said(finding: Json) -> tuple[object, ...]:
    return tuple(
        finding.get(key) for key in ("resultat", "følge", "unntak", "dager", "begrunnelse", "hjemmel", "fra_regelsett")
    )


def _answer(finding: Json | None) -> str:
    """`ikke oppfylt, avslag`; for a condition on days also how many it was about."""
    if finding is None:
        return ABSENT
    parts = [finding["resultat"]]
    if finding["resultat"] != "oppfylt" and finding["følge"]:
        parts.append(finding["følge"])
    if "unntak" in finding:
        parts.append(f"unntaket {finding['unntak']}")
    if "dager" in finding:
        parts.append(f"{finding['dager']} dager")
    return ", ".join(parts)


def _deciding(decision: Json) -> set[tuple[str, str, str, str]]:
    return {
        (rule, doctor["id"], component, month["måned"])
        for doctor in decision["leger"]
        for month in doctor["måneder"]
        for component, rules in month["avgjort_av"].items()
        for rule in rules
    }


def value_causes(before: Json, after: Json) -> tuple[ValueCause, ...]:
    """The values that lines were calculated with and that differ."""
    old, new = _values(before), _values(after)
    gathered: dict[tuple[str, str, str, str, str], list[str]] = {}
    for (name, doctor, component, month), now in new.items():
        was = old.get((name, doctor, component, month))
        if was is not None and was != now:
            gathered.setdefault((name, doctor, component, was, now), []).append(month)
    return tuple(
        ValueCause(name, doctor, component, tuple(sorted(months)), was, now)
        for (name, doctor, component, was, now), months in gathered.items()
    )


def _values(decision: Json) -> dict[tuple[str, str, str, str], str]:
    return {
        (used["navn"], doctor["id"], component, month): used["verdi"]
        + (f" = {used['regnet_ut']}" if used.get("regnet_ut") else "")
        for doctor in decision["leger"]
        for component, line in doctor["komponenter"].items()
        for used in line.get("beregning", {}).get("verdier", ())
        for month in used["måneder"]
    }
