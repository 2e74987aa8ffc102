"""Which sheets an application has in a workbook, and which columns: one layout for what writes the template and what reads it back.

`søknad` has a row a fact. Every other sheet has a row a thing (a doctor, a period, a line of a list, an answer among several) and a
column a fact, below a row with their names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.language.vocabulary import Fact, Vocabulary

APPLICATION, DOCTORS, PERIODS = "søknad", "leger", "perioder"

#: the column that says which doctor a row is about, and the one with an answer among several
DOCTOR, ANSWER = "lege", "svar"

#: the headings of the sheet with a row a fact
FACT, QUESTION, EXPLANATION = "felt", "spørsmål", "forklaring"

#: sheets that hold no answers
HELP, CHOICES = "hjelp", "svaralternativer"

#: the answer that none of the choices is true, where several may be
NONE_OF_THEM = "ingen av disse"

ID = "id"

#: a fact that the sheets have as a sheet of its own
MANY = ("liste", "flervalg")


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its name in row or heading; `fact` is None for what is no fact: ids, the scheme, and the doctor of a row."""

    name: str
    fact: Fact | None = None


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """`level` is søknad or lege: whose facts the rows of a list are. `of` is the list."""

    name: str
    columns: tuple[Column, ...]
    level: str
    of: Fact | None = None


def sheets(vocabulary: Vocabulary, scheme: str) -> list[SheetLayout]:
    """The sheets of a scheme's applications, in the order they are filled in."""
    of_application = vocabulary.facts_of(scheme, "søknad")
    found = [SheetLayout(APPLICATION, (Column(ID), Column("ordning"), *_single(of_application)), "søknad")]
    found += [many_sheet(fact) for fact in of_application if fact.kind in MANY]
    if vocabulary.schemes[scheme].has_doctors:
        of_doctor = vocabulary.facts_of(scheme, "lege")
        found.append(SheetLayout(DOCTORS, (Column(ID), *_single(of_doctor)), "lege"))
        periods = (Column(DOCTOR), *_single(vocabulary.facts_of(scheme, "periode")))
        found.append(SheetLayout(PERIODS, periods, "periode"))
        found += [many_sheet(fact) for fact in of_doctor if fact.kind in MANY]
    return found


def many_sheet(fact: Fact) -> SheetLayout:
    """The sheet of a fact that has a row each: a line of a list, or one of several answers."""
    whose = (Column(DOCTOR),) if fact.level != "søknad" else ()
    own = tuple(Column(name, field) for name, field in fact.fields.items()) or (Column(ANSWER, fact),)
    return SheetLayout(sheet_name(fact), (*whose, *own), fact.level, fact)


def sheet_name(fact: Fact) -> str:
    """A fact's name as the name of a sheet, which Excel keeps to 31 letters."""
    return fact.name[:31]


def _single(facts: tuple[Fact, ...]) -> Iterator[Column]:
    return (Column(fact.name, fact) for fact in facts if fact.kind not in MANY)
