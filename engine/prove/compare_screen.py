"""A comparison on the terminal: the text, then what it comes to, each with its smallest witness."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from engine.explain.unbroken import Unbroken
from engine.prove import compare_words as words
from engine.prove.comparison import Comparison, SchemeResult
from engine.prove.difference import Witness
from engine.prove.moment import dates
from engine.regress.witness_file import application_text
from engine.text.month import month_in_words
from engine.text.norsk import list_text, money_text

#: reasons why something is not decided, and classes of agreement dates, told on the screen; JSON has all
MOST = 6


def screen(comparison: Comparison) -> RenderableType:
    """The comparison ready to print."""
    return Group(*_parts(comparison))


def _parts(comparison: Comparison) -> Iterator[RenderableType]:
    yield Text.assemble(("Fra  ", "dim"), comparison.names[0])
    yield Text.assemble(("Til  ", "dim"), comparison.names[1])
    if not comparison.changes:
        yield Unbroken("Reglene sier det samme.", style="bold")
    else:
        yield _title("Dette er endret i teksten")
    for title, lines in words.text_changes(comparison):
        yield _indented(title, 1)
        for line in lines:
            yield _indented(line, 2, "cyan")
    for name in comparison.missing:
        yield _title(f"Ordningen «{name}» finnes bare i den ene versjonen")
    for result in comparison.schemes:
        yield from _scheme(result)


def _scheme(result: SchemeResult) -> Iterator[RenderableType]:
    yield _title(f"Ordningen {result.scheme}")
    yield _indented(words.sentence(result), 1, "bold")
    if result.covered:
        yield _indented(f"Bare den ene versjonen har et regelsett for {list_text(dates(result.covered))}.", 1)
    if result.whole.places and result.witness is not None:
        places = words.where(result.whole)
        more = f" og {len(places) - MOST} til" if len(places) > MOST else ""
        yield _indented(f"Kan være ulikt for: {list_text(places[:MOST])}{more}. Ellers er månedene bevist like.", 1)
    for why in result.open[:MOST]:
        yield _indented(f"Ikke avgjort: {why}", 1, "yellow")
    if len(result.open) > MOST:
        yield _indented(f"… og {len(result.open) - MOST} til", 1, "dim")
    if result.witness is not None:
        yield from _witness(result.witness)
    for name, largest in result.money.items():
        month = month_in_words(largest.moment.month)
        yield _indented(
            f"Største endring i {name} for én måned ({month}): "
            f"{money_text(largest.before)} → {money_text(largest.after)}",
            1,
        )
    for id, answer in sorted(result.rules.items()):
        yield _indented(f"Vilkåret {id}: {words.verdict(answer)}", 1, "bold")
        if answer.witness is not None and answer.witness is not result.witness:
            yield from _witness(answer.witness)


def _witness(witness: Witness) -> Iterator[RenderableType]:
    odd = words.unusual(witness)
    yield _indented("Den minste søknaden som viser det" + (f" ({'; '.join(odd)}):" if odd else ":"), 1)
    text = application_text(witness.application, witness.after.compiled.vocabulary.facts)
    for line in text.splitlines():
        yield _indented(line, 2, "cyan")
    yield _indented(f"Før:   {words.decided(witness.before, witness)}", 2)
    yield _indented(f"Etter: {words.decided(witness.after, witness)}", 2)


def _title(text: str) -> RenderableType:
    return Unbroken(f"\n{text}", style="bold")


def _indented(text: str, steps: int, style: str = "") -> RenderableType:
    return Padding(Unbroken(text, style=style), (0, 0, 0, 2 * steps))
