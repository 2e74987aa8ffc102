"""A mutation run on the terminal: figures, what nobody noticed with the smallest application that would, what is recorded."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from engine.regress.mutation import REFUSED, SURVIVED, Trial
from engine.regress.mutation_report import EXEMPT, STATUSES, Mutation, Places, differs, percent

#: deviations shown for one witness
_MOST = 4
_LONGEST = 120


def show(found: Mutation, places: Places, console: Console) -> None:
    """Print all of it. Lines are not cut where the terminal's width is unknown."""
    for part in _parts(found, places):
        console.print(part, soft_wrap=isinstance(part, Text))


def _parts(found: Mutation, places: Places) -> Iterator[RenderableType]:
    for file, why in found.unfit:
        yield Text(f"{file} {why}, og er holdt utenfor.", style="yellow")
    if found.trials:
        yield _table(found)
    for trial in found.survivors():
        yield from _survivor(trial, found, places)
    yield from _exempt(found)
    for one in found.unneeded():
        yield Text(f"{one.place}: unntaket for «{one.id}» trengs ikke. Endringen blir merket.", style="yellow")
    for one in found.outdated:
        yield Text(f"{one.place}: ingen endring heter «{one.id}» lenger. Fjern unntaket.", style="yellow")
    yield Text(summary(found), style="bold")


def _table(found: Mutation) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in ("Slag", "Endringer", "Merket", "Stanset", "Unntatt", "Ikke merket"):
        table.add_column(title, justify="left" if title == "Slag" else "right")
    for kind, counts in found.by(lambda mutant: mutant.kind):
        cells = [Text(str(counts[status])) for status in STATUSES]
        if counts[SURVIVED]:
            cells[-1].stylize("red")
        table.add_row(Text(kind), Text(str(sum(counts.values()))), *cells)
    return table


def _survivor(trial: Trial, found: Mutation, places: Places) -> Iterator[Text]:
    mutant = found.mutant(trial)
    yield Text.assemble(("\n✗ ", "red"), (mutant.id, "bold"))
    yield Text(f"  {places.of(mutant)}: {mutant}", style="italic")
    witness = found.witnesses.get(trial.mutant)
    if witness is None:
        yield Text("  Det er ikke funnet noen søknad som merker den. Prøv å begrunne at ingen kan gjøre det.")
        return
    yield Text(f"  Ingen sak merker den. Med denne søknaden blir {differs(witness)} annerledes:")
    for line in _application(witness.saved.text):
        yield Text(f"    {line}", style="dim")
    for one in witness.saved.differences[:_MOST]:
        yield Text(f"  {one.path}: {_cut(one.expected)} etter reglene, {_cut(one.found)} etter endringen")
    saved = found.saved.get(trial.mutant)
    if saved is not None:
        yield Text(f"  Lagret i {saved}.")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _application(text: str) -> Iterator[str]:
    """The application alone, without what is said about it and what is expected."""
    inside = False
    for line in text.splitlines():
        if line and not line.startswith(" "):
            inside = line.startswith(("søknad:", "leger:"))
        if inside:
            yield line


def _exempt(found: Mutation) -> Iterator[Text]:
    reasons: dict[str, list[str]] = {}
    for trial in found.trials:
        if found.status(trial) == EXEMPT:
            mutant = found.mutant(trial)
            reasons.setdefault(found.exempt[mutant.id].reason, []).append(mutant.id)
    if reasons:
        yield Text("\nRegnet som uten virkning, med grunnen:", style="bold")
    for reason, ids in reasons.items():
        for id in ids:
            yield Text(f"  {id}")
        yield Text(f"    {reason}", style="dim italic")


def summary(found: Mutation) -> str:
    """The figures in one line."""
    counts = found.counts()
    if not found.trials:
        return f"Ingen regler er endret siden {found.since}." if found.since else "Det er ingenting å endre i utvalget."
    parts = [f"{_count(len(found.trials))}: {len(found.trials) - sum(counts[one] for one in STATUSES[1:])} merket"]
    if counts[REFUSED]:
        parts.append(f"{counts[REFUSED]} stanset av kontrollen")
    if counts[EXEMPT]:
        parts.append(f"{counts[EXEMPT]} unntatt med begrunnelse")
    parts.append(f"{counts[SURVIVED]} ikke merket")
    score = percent(found.score()).removesuffix(".0").replace(".", ",")
    seconds = f"{found.seconds:.0f} sekunder" if found.seconds >= 2 else "under 2 sekunder"
    cases = "1 sak" if found.cases == 1 else f"{found.cases} saker"
    return f"\n{', '.join(parts)}. Mutasjonspoeng {score} %. {cases}, {seconds}."


def _count(number: int) -> str:
    return "1 endring av reglene" if number == 1 else f"{number} endringer av reglene"
