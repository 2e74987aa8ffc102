"""What is told of coverage in words, on the screen and on the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from engine.regress.coverage_part import Coverage, Part, Share, Since, Subject
from engine.text.norsk import list_text, number_text

_DEFINITE = {
    "vilkår": "vilkåret",
    "opphevelse": "opphevelsen",
    "merknad": "merknaden",
    "definisjon": "definisjonen",
    "komponent": "komponenten",
    "sats": "satsen",
    "regelsett": "regelsettet",
}


def percent(value: Fraction) -> str:
    """`99,9 %`: one decimal, downwards, so that only what is whole reads as 100."""
    return f"{number_text(Fraction(int(value * 10), 10))} %"


def tests(count: int) -> str:
    return f"{count} test" if count == 1 else f"{count} tester"


def share(one: Share) -> str:
    """`118 av 120 vist, 2 begrunnet`"""
    return f"{one.seen} av {one.of} vist" + (f", {one.argued} begrunnet" if one.argued else "")


def holes(subject: Subject, parts: Sequence[Part] | None = None) -> Iterator[str]:
    """Every hole of a subject, or those given, with its source; one line when nothing at all is tested."""
    parts = subject.holes if parts is None else parts
    if subject.untested and len(parts) == len(subject.holes):
        yield f"{subject.cited}: {_DEFINITE[subject.kind]} er ikke prøvd i noen test"
        return
    for part in parts:
        yield f"{subject.cited}: {part.lack}"


def since(one: Since) -> str:
    """The heading of what is no longer or not yet tested, or the sentence that there is nothing."""
    return f"Nye hull siden {one.version}" if one.lost else f"Ingen nye hull siden {one.version}."


def arguments(subject: Subject) -> Iterator[tuple[str, str]]:
    """The argued parts of a subject, gathered by their reason: (parts, reason)."""
    gathered: dict[str, list[Part]] = {}
    for part in subject.parts:
        if part.argued and not part.seen:
            gathered.setdefault(part.argued, []).append(part)
    for reason, parts in gathered.items():
        yield list_text([part.key for part in parts]), reason


def snapshots(coverage: Coverage) -> str:
    """Which rules only snapshots verify."""
    if not coverage.snapshots:
        return "Ingen regler er bare prøvd av øyeblikksbilder."
    return f"Bare prøvd av øyeblikksbilder: {list_text([one.key for one in coverage.snapshots])}."


def short(coverage: Coverage, wanted: Fraction) -> str:
    """Which categories are below what is wanted, or nothing."""
    found = [f"{name} {percent(coverage.shares()[name].percent)}" for name in coverage.short(wanted)]
    return f"Dekningen er under kravet på {percent(wanted)}: {list_text(found)}." if found else ""
