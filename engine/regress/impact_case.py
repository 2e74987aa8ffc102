"""One case decided by two versions of the rules: what it came to before and after, line by line and month by month."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.regress.impact_cause import Cause, ValueCause, causes, leading, value_causes

Json = dict[str, Any]

#: what came of comparing a case. A decision is changed when its outcomes, months, amounts, missing facts, judgements or notes are
UNCHANGED, WORDING, CHANGED, ONE_SIDED, UNREAD = (
    "uendret",
    "bare begrunnelsen",
    "endret",
    "lest i bare én versjon",
    "kunne ikke leses",
)


@dataclass(frozen=True, slots=True)
class Money:
    """`total` is None while it cannot be said; `known` is what the known rates come to; `waits` that a needed rate is unknown."""

    total: Decimal | None
    known: Decimal
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """What a case came to by one version."""

    outcome: str
    money: Money


@dataclass(frozen=True, slots=True)
class LineSide:
    """What a component came to for one doctor by one version."""

    outcome: str
    months: int
    money: Money


@dataclass(frozen=True, slots=True)
class MonthChange:
    """The right to a component in a month, before and after; None where the month was not looked at."""

    month: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class LineImpact:
    """One doctor's component, whether changed or not."""

    doctor: str
    component: str
    before: LineSide | None
    after: LineSide | None
    months: tuple[MonthChange, ...]

    @property
    def changed(self) -> bool:
        return self.before != self.after or bool(self.months)


@dataclass(frozen=True, slots=True)
class OtherChange:
    """Something beside outcome and money that differs: a rule set, a missing fact, a judgement, a note. `names` are their ids."""

    what: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseImpact:
    """What two versions make of one case. `groups` are the values it is totalled by; `problems` is why a version could not."""

    path: str
    id: str
    scheme: str
    year: str
    status: str
    groups: tuple[tuple[str, str], ...] = ()
    before: Side | None = None
    after: Side | None = None
    lines: tuple[LineImpact, ...] = ()
    others: tuple[OtherChange, ...] = ()
    causes: tuple[Cause, ...] = ()
    values: tuple[ValueCause, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()

    @property
    def difference(self) -> Decimal:
        """Kroner on known rates, after less before."""
        if self.before is None or self.after is None:
            return Decimal(0)
        return self.after.money.known - self.before.money.known

    @property
    def exact(self) -> bool:
        """Whether the difference is the whole difference: no needed rate is unknown before or after."""
        return not any(side is not None and side.money.waits for side in (self.before, self.after))


def compare(path: str, year: str, groups: tuple[tuple[str, str], ...], before: Json, after: Json) -> CaseImpact:
    """Two decisions on the same case, as the contract writes them."""
    sides = tuple(Side(one["søknad"]["utfall"], _money(one["beløp"])) for one in (before, after))
    lines = tuple(_lines(before, after))
    others = tuple(_others(before, after))
    changed = sides[0] != sides[1] or any(line.changed for line in lines) or bool(others)
    same = _without_receipt(before) == _without_receipt(after)
    status = CHANGED if changed else UNCHANGED if same else WORDING
    months = frozenset((line.doctor, line.component, change.month) for line in lines for change in line.months)
    return CaseImpact(
        path=path,
        id=after["søknad"]["id"],
        scheme=after["søknad"]["ordning"],
        year=year,
        status=status,
        groups=groups,
        before=sides[0],
        after=sides[1],
        lines=lines,
        others=others,
        causes=() if status == UNCHANGED else leading(causes(before, after, months), changed),
        values=() if status == UNCHANGED else value_causes(before, after),
    )


def _without_receipt(decision: Json) -> Json:
    return {key: value for key, value in decision.items() if key != "kvittering"}


def _money(written: Json) -> Money:
    """From the application's sums, or from a line, where `kjent` stands only beside an unknown amount."""
    total = written["sum"] if "sum" in written else written["beløp"]
    known = written.get("kjent", total)
    return Money(None if total is None else Decimal(total), Decimal(known or 0), bool(written.get("mangler_satser")))


def _lines(before: Json, after: Json) -> Iterator[LineImpact]:
    doctors = [{doctor["id"]: doctor for doctor in one["leger"]} for one in (before, after)]
    for id in dict.fromkeys((*doctors[0], *doctors[1])):
        was, now = doctors[0].get(id, {}), doctors[1].get(id, {})
        sides = [one.get("komponenter", {}) for one in (was, now)]
        rights = [{month["måned"]: month["rett"] for month in one.get("måneder", ())} for one in (was, now)]
        names = [*sides[0], *sides[1], *(name for one in rights for month in one.values() for name in month)]
        for name in dict.fromkeys(names):
            changes = []
            for month in sorted({*rights[0], *rights[1]}):
                right = [one.get(month, {}).get(name) for one in rights]
                if right[0] != right[1]:
                    changes.append(MonthChange(month, right[0], right[1]))
            yield LineImpact(id, name, _side(sides[0].get(name)), _side(sides[1].get(name)), tuple(changes))


def _side(line: Json | None) -> LineSide | None:
    return None if line is None else LineSide(line["utfall"], line["måneder"], _money(line))


def _others(before: Json, after: Json) -> Iterator[OtherChange]:
    doctors = [{doctor["id"]: doctor for doctor in one["leger"]} for one in (before, after)]
    for what, key in (("regelsett", "regelsett"), ("utfall", "utfall")):
        for id in dict.fromkeys((*doctors[0], *doctors[1])):
            was, now = (str(one.get(id, {}).get(key) or "ingen") for one in doctors)
            if was != now:
                yield OtherChange(f"{what} for {id}", (was,), (now,))
    for what, said in _SAID.items():
        old, new = said(before), said(after)
        if sorted(old) != sorted(new):
            gone = [item for item in old if item not in new]
            come = [item for item in new if item not in old]
            names = dict.fromkeys(name for _, name in (*gone, *come))
            yield OtherChange(what, tuple(text for text, _ in gone), tuple(text for text, _ in come), tuple(names))


def _listed(key: str, name: str) -> Callable[[Json], list[tuple[str, str]]]:
    return lambda decision: [(_named(item, name), item[name]) for item in decision[key]]


def _named(item: Json, key: str) -> str:
    """An entry by its name, doctor, component and months."""
    parts = [item.get("lege"), item.get("komponent"), ", ".join(item.get("måneder") or ())]
    about = "; ".join(part for part in parts if part)
    return f"{item[key]} ({about})" if about else str(item[key])


_SAID: dict[str, Callable[[Json], list[tuple[str, str]]]] = {
    "ukjente satser": lambda decision: [(rate, rate) for rate in decision["beløp"]["mangler_satser"]],
    "mangler": _listed("mangler", "faktum"),
    "skjønn": _listed("skjønn", "id"),
    "merknader": _listed("merknader", "id"),
}
