"""A printed document as data: what stands on it, in reading order. How it looks is the typesetting's; nothing here is markup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Strong:
    """A word that stands out."""

    text: str


@dataclass(frozen=True, slots=True)
class Blank:
    """Something a person must write: `name` is what to call it when giving the text, `ask` what the reader is told to write."""

    name: str
    ask: str


@dataclass(frozen=True, slots=True)
class Cited:
    """Where something is written."""

    text: str


Span = str | Strong | Blank | Cited


@dataclass(frozen=True, slots=True)
class Heading:
    """Level 1 is the highest below the title."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`quiet` is smaller and dimmer: detail for whoever looks for it."""

    spans: Sequence[Span]
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    items: Sequence[Sequence[Span]]
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Pairs:
    """Names and values, one pair a line."""

    rows: Sequence[tuple[str, Sequence[Span]]]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; `numbers` are the columns, from 0, that are set to the right."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int] = ()
    widths: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """What must be seen first. `tone` is god, delvis, imot, åpen or utkast."""

    tone: str
    title: str
    lines: Sequence[Sequence[Span]] = ()


@dataclass(frozen=True, slots=True)
class Reasoned:
    """One reason: a sign in words with its tone, the claim, when it was so, the reason, and where that is written.

    `rule` and `cited` (source and point) say which rule and source it is, for who can look them up.
    """

    tone: str
    sign: str
    title: str
    when: str
    text: str
    source: str
    rule: str = ""
    cited: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Strip:
    """Months in a row a year and component: `cells` has twelve (word, tone), empty where nothing is applied for."""

    headings: Sequence[str]
    rows: Sequence[tuple[str, Sequence[tuple[str, str]]]]


Block = Heading | Paragraph | Bullets | Pairs | Table | Box | Reasoned | Strip


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document. `footer` stands on every page; `dated` is the date it bears, none when nobody has given one."""

    title: str
    footer: str
    blocks: list[Block] = field(default_factory=list)
    dated: date | None = None


def spans(document: Document) -> Iterator[Span]:
    """Every span of running text, in order."""
    for block in document.blocks:
        match block:
            case Paragraph(own):
                yield from own
            case Bullets(items) | Box(lines=items):
                for item in items:
                    yield from item
            case Pairs(rows):
                for _, value in rows:
                    yield from value
            case _:
                continue


def blanks(document: Document) -> dict[str, str]:
    """What is still to be written, each name once."""
    return {span.name: span.ask for span in spans(document) if isinstance(span, Blank)}
