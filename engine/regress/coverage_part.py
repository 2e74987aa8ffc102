"""What must be seen of the rules, one thing at a time, and whether it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

from engine.language.model import Citation

#: what parts are counted as: the answers of rules, notes and exemptions; what leaves say; that a leaf turns the answer by
#: itself (MC/DC); and the two sides of every threshold and date
RULES, NOTES, EXEMPTIONS, LEAVES, ALONE, LIMITS = "vilkår", "merknader", "unntak", "ledd", "ledd alene", "grenser"
SEEN, ARGUED, LACKING = "vist", "begrunnet", "mangler"
CATEGORIES = (RULES, NOTES, EXEMPTIONS, LEAVES, ALONE, LIMITS)


@dataclass(slots=True)
class Part:
    """One thing to see. `key` names it in the file of arguments and `label` where its place is clear; `lack` tells the hole as
    a sentence; `cases` show it."""

    category: str
    key: str
    label: str
    lack: str
    cases: tuple[str, ...]
    argued: str = ""

    @property
    def seen(self) -> bool:
        return bool(self.cases)

    @property
    def covered(self) -> bool:
        """Seen, or argued not to be needed."""
        return self.seen or bool(self.argued)

    @property
    def status(self) -> str:
        """`vist`, `begrunnet` or `mangler`."""
        return SEEN if self.seen else ARGUED if self.argued else LACKING


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a condition as it reads, with the parts to see of it when it is a leaf."""

    depth: int
    text: str
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """One condition of a subject, under its heading."""

    heading: str
    lines: tuple[Line, ...]


@dataclass(slots=True)
class Subject:
    """A piece of the regulation: a rule version, a note, a definition, a component, a rate with variants, or a rule set."""

    kind: str
    id: str
    origin: str
    scheme: str
    title: str
    citation: Citation | None
    intro: tuple[str, ...]
    passages: tuple[Passage, ...]
    parts: list[Part]
    results: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Its name among all rules: the rule set and the id; of a rule set, its own name."""
        return self.origin if self.id == self.origin else f"{self.origin}/{self.id}"

    @property
    def cited(self) -> str:
        """Its source and point, or its rule set when it cites nothing."""
        return self.origin if self.citation is None else f"{self.citation.source}, {self.citation.point}"

    @property
    def holes(self) -> list[Part]:
        return [part for part in self.parts if not part.covered]

    def has_exemption(self, id: str) -> bool:
        """Whether it is a rule with this exemption."""
        return any(part.category == EXEMPTIONS and part.key.startswith(f"unntak {id} ") for part in self.parts)

    @property
    def untested(self) -> bool:
        """No case shows anything of its conditions or answers."""
        own = [part for part in self.parts if part.category != LIMITS] or self.parts
        return bool(self.holes) and not any(part.covered for part in own)


@dataclass(frozen=True, slots=True)
class Share:
    """How many parts of a category there are, and how many are seen, and argued."""

    of: int
    seen: int
    argued: int

    @property
    def percent(self) -> Fraction:
        """Seen and argued of all, in percent; nothing to see is all seen."""
        return Fraction(100 * (self.seen + self.argued), self.of) if self.of else Fraction(100)


@dataclass(frozen=True, slots=True)
class Since:
    """What is lacking that was covered in an earlier version of the rules, or is new since: parts by subject."""

    version: str
    lost: tuple[tuple[Subject, list[Part]], ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a set of cases shows of the rules. `unneeded` are arguments for what was seen after all (rule, part)."""

    cases: int
    subjects: tuple[Subject, ...]
    snapshots: tuple[Subject, ...]
    unneeded: tuple[tuple[str, str], ...] = ()
    since: Since | None = None

    def shares(self) -> dict[str, Share]:
        """The share of every category, in the order they are told."""
        return {category: _share(part for part in self.parts if part.category == category) for category in CATEGORIES}

    @property
    def parts(self) -> Iterator[Part]:
        for subject in self.subjects:
            yield from subject.parts

    def after(self, earlier: Coverage, version: str) -> Coverage:
        """The same, with what is lacking now and was not lacking in the earlier version's rules."""
        before = {(subject.key, part.key) for subject in earlier.subjects for part in subject.holes}
        found = ((one, [part for part in one.holes if (one.key, part.key) not in before]) for one in self.subjects)
        return replace(self, since=Since(version, tuple((one, parts) for one, parts in found if parts)))

    def short(self, percent: Fraction) -> list[str]:
        """The categories below a percentage."""
        return [category for category, share in self.shares().items() if share.percent < percent]


def _share(parts: Iterable[Part]) -> Share:
    found = list(parts)
    return Share(
        len(found), sum(part.seen for part in found), sum(bool(part.argued) and not part.seen for part in found)
    )
