"""The words a simulation is told in, the same on the screen and on a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from engine.batch.simulation_effect import Answer, Effect, Group, Mover
from engine.batch.simulation_pair import ONLY_AFTER, ONLY_BEFORE, SIDES
from engine.batch.simulation_spread import Bin
from engine.regress.impact_words import COLUMNS, change, count, counted, signed
from engine.text.norsk import list_text, money_text, number_text

if TYPE_CHECKING:
    from engine.batch.simulation import Simulation

#: what the columns of a table of totals are called
TOTALS = ("Søknader", *COLUMNS[1:])
MOVERS = ("Søknad", "Utfall", "Kjent før", "Kjent etter", "Endring")
ANSWERS = ("Komponent og svar", "Før", "Etter", "Endring")
DECIDED_BY = ("Komponent, svar og hva som avgjorde", "Før", "Etter", "Endring")
OUTCOMES = ("Utfall", "Søknader")
SPREAD = ("Endring i kroner", "Søknader")


def applications(number: int) -> str:
    """`1 søknad`, `12 345 søknader`."""
    return counted(number, "søknad", "søknader")


def summary(effect: Effect) -> list[str]:
    """What it all comes to, in sentences."""
    whole = effect.whole
    told = [f"{count(whole.changed)} av {applications(whole.cases)} får et annet vedtak."]
    if whole.cases > whole.changed:
        told.append(f"{applications(whole.cases - whole.changed)} er uendret.")
    if whole.up or whole.down:
        told.append(f"Det kjente beløpet {list_text(list(_moved(whole)))}.")
    return told


def _moved(whole: Group) -> Iterator[str]:
    for word, number in (("opp", whole.up), ("ned", whole.down)):
        if number:
            yield f"går {word} for {applications(number)}"


def caveats(effect: Effect) -> list[str]:
    """What the known amounts do not say, in sentences."""
    whole, told = effect.whole, list[str]()
    if whole.open_before or whole.open_after:
        about = _sides(whole.open_before, whole.open_after)
        told.append(f"En sats er ukjent i {about}. Bare det som er kjent, er regnet med.")
    if whole.unfinished_before or whole.unfinished_after:
        about = _sides(whole.unfinished_before, whole.unfinished_after)
        told.append(f"Summen er ikke regnet ut i {about}, fordi noe mangler eller må vurderes av en person.")
    if effect.inexact:
        told.append(
            f"Blant dem som får et annet vedtak, har {applications(effect.inexact)} ukjent sum før eller etter. "
            "Der kan hele endringen være en annen enn den kjente, også med motsatt fortegn."
        )
    return told


def _sides(before: int, after: int) -> str:
    return applications(after) if before == after else f"{applications(before)} før og {count(after)} etter"


def not_compared(effect: Effect) -> list[str]:
    """The applications that are not in the totals, in sentences."""
    told = []
    for status, word, other in ((ONLY_BEFORE, "før", "etter"), (ONLY_AFTER, "etter", "før")):
        one = effect.one_sided[status]
        if one.applications:
            told.append(
                f"{applications(one.applications)} kan bare avgjøres med reglene {word} og er avvist {other}. "
                f"Kjent beløp {word}: {money_text(one.known)}."
            )
    if effect.unread:
        told.append(f"{applications(effect.unread)} er avvist med begge versjonene.")
    if told:
        told.append("De er ikke med i summene.")
    return told


def rejected(simulation: Simulation) -> list[str]:
    """The rows that were refused, by side when the versions read tables differently."""
    told: list[str] = []
    for side, intake in zip(SIDES, simulation.intakes, strict=True):
        rows = [f"{count(one.rejected)} av {count(one.rows)} i {one.table}" for one in intake.counts if one.rejected]
        about = "" if simulation.alike else f" {side}"
        if rows and not (simulation.alike and told):
            told.append(f"Rader som ikke er med{about}: {list_text(rows)}.")
    return told


def answers(found: Sequence[Answer], by_rule: bool) -> list[tuple[str, ...]]:
    """Rows under ANSWERS, or under DECIDED_BY those that differ, largest difference first."""
    sums: dict[str, list[int]] = {}
    for one in found:
        name = f"{one.component}: {one.right}"
        if by_rule:
            name += f", {list_text(one.decided_by.split(';'))}" if one.decided_by else ""
        numbers = sums.setdefault(name, [0, 0])
        numbers[0] += one.before
        numbers[1] += one.after
    rows = [(name, before, after) for name, (before, after) in sums.items() if not by_rule or before != after]
    if by_rule:
        rows.sort(key=lambda row: -abs(row[2] - row[1]))
    return [(name, count(before), count(after), signed_count(after - before)) for name, before, after in rows]


def signed_count(number: int) -> str:
    """`+12`, `−3`, `0`."""
    return ("+" if number > 0 else "") + count(number)


def outcomes(effect: Effect) -> list[tuple[str, str]]:
    """Rows under OUTCOMES."""
    return [(outcome_change(before, after), count(number)) for before, after, number in effect.outcomes]


def outcome_change(before: str, after: str) -> str:
    """`avslag → innvilget`, or the outcome both have."""
    return change(before, after) if before != after else f"{before} før og etter, med annet innhold"


def mover(one: Mover, groups: bool) -> tuple[str, ...]:
    """A row under MOVERS, with what the application is totalled by in brackets when that is asked for."""
    about = f" ({', '.join(value for _, value in one.groups)})" if groups else ""
    difference = signed(one.difference) if one.exact else f"{signed(one.difference)}*"
    return one.id + about, change(*one.outcomes), *(money_text(amount) for amount in one.known), difference


def interval(one: Bin) -> str:
    """`−200 til −100`, `under −1 000`, `minst 5 000`: kroner, whole ones."""
    if one.least is None:
        return "alle" if one.most is None else f"under {_bare(one.most)}"
    return f"minst {_bare(one.least)}" if one.most is None else f"{_bare(one.least)} til {_bare(one.most)}"


def _bare(amount: Decimal) -> str:
    return number_text(Fraction(amount))


def months_of(groups: Sequence[Group]) -> Iterator[str]:
    """The months paid of each component, in sentences."""
    for one in groups:
        if one.months_before is not None and one.months_after is not None:
            difference = one.months_after - one.months_before
            told = f" ({signed_count(difference)})" if difference else ""
            yield f"{one.group}: {change(count(one.months_before), count(one.months_after))} måneder med tilskudd{told}"
