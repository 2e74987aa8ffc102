"""Empty tables to fill in, and what each column means, from the vocabulary."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from engine.batch.cell import BETWEEN, NONE
from engine.batch.folder_out import TableWriter, whole_folder
from engine.batch.schema import (
    APPLICATIONS,
    DOCTORS,
    ID,
    OF_APPLICATION,
    PERIODS,
    SCHEME,
    Column,
    Table,
    arrow_schema,
    tables,
)
from engine.language.application_schema import bounds_in_words, fact_schema
from engine.language.vocabulary import Vocabulary
from engine.text.file import write_whole
from engine.text.norsk import list_text

README = "LES-MEG.md"

_SHAPES = {
    "ja_nei": "ja eller nei",
    "dato": "dato, for eksempel 2020-05-17 eller 17.5.2020",
    "tidspunkt": "dato og klokkeslett i norsk tid, for eksempel 2020-05-17T14:03",
    "måned": "måned, for eksempel 2020-05",
    "heltall": "helt tall",
    "desimal": "tall",
}


def write_template(target: Path, vocabulary: Vocabulary, format: str) -> None:
    """A new folder with every table, empty, and `LES-MEG.md`. `format` is `csv` or `parquet`. Raises `Faults`."""
    schema = tables(vocabulary)
    with whole_folder(target) as folder:
        with ExitStack() as open_files:
            for name, table in schema.items():
                TableWriter(folder, name, arrow_schema(table), format, open_files)
        write_whole(folder / README, readme(vocabulary, format))


def readme(vocabulary: Vocabulary, format: str) -> str:
    """What the tables and their columns hold, as Markdown in Norwegian."""
    return "\n".join(_lines(vocabulary, format)) + "\n"


def _lines(vocabulary: Vocabulary, format: str) -> Iterator[str]:
    yield "# Tabeller med søknader"
    yield ""
    yield (
        "Fyll ut tabellene, og vurder alle søknadene i én kjøring med `alis masse`. Hver søknad har én rad i "
        f"`{APPLICATIONS}`, hver lege én i `{DOCTORS}` og hver periode én i `{PERIODS}`."
    )
    yield ""
    yield "- La en celle stå tom når opplysningen ikke er kjent. Kolonner og tabeller som ikke brukes, kan slettes."
    yield f"- `{OF_APPLICATION}` og `lege` er id-en til søknaden og legen som raden hører til."
    yield f"- Mangler `{SCHEME}`, bestemmer avtaledatoene ordningen."
    yield "- Er noe galt med én rad, blir hele søknaden avvist og raden forklart i tabellen `avvist`. Resten blir vurdert."
    if format == "csv":
        yield "- Filene er CSV i UTF-8 med semikolon eller komma mellom kolonnene. Tall kan ha komma eller punktum."
        yield f"- Flere svar i én celle skilles med «{BETWEEN}». «{NONE}» betyr at ingen av svarene passer."
        yield "- Pass på at regnearket ikke fjerner nuller foran tall. Gi slike kolonner formatet tekst."
    else:
        yield "- Filene er Parquet. Tall med desimaler er desimaltall med så mange desimaler som står her."
    for table in tables(vocabulary).values():
        yield ""
        yield f"## {table.name}"
        yield ""
        yield f"{_about_table(table, vocabulary)}"
        yield ""
        yield "| kolonne | svar | forklaring |"
        yield "| --- | --- | --- |"
        for column in table.columns:
            cells = (f"`{column.name}`", _answer(column, vocabulary), _meaning(column, table, vocabulary))
            yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _about_table(table: Table, vocabulary: Vocabulary) -> str:
    if table.lines_of is not None:
        fact = table.lines_of
        schemes = f" Gjelder {list_text(fact.schemes)}."
        return f"{fact.question} {fact.help}".strip() + " Én rad for hver linje." + schemes
    return {
        APPLICATIONS: "Én rad for hver søknad.",
        DOCTORS: "Én rad for hver lege i en søknad.",
        PERIODS: "Én rad for hver periode. Periodene til en lege kan ikke overlappe.",
    }[table.name]


def _answer(column: Column, vocabulary: Vocabulary) -> str:
    fact = column.fact
    if fact is None:
        words = list_text(list(vocabulary.schemes), "eller") if column.name == SCHEME else "tekst"
    elif fact.choices:
        words = list_text(fact.choices, "og/eller" if column.kind == "flervalg" else "eller")
    elif column.kind == "tekst":
        words = str(fact_schema(fact)["description"])
    else:
        words = _SHAPES[column.kind] + bounds_in_words(fact) + (f", i {fact.unit.name}" if fact.unit.powers else "")
    if column.scale is not None:
        words += f", høyst {column.scale} desimaler"
    if column.required:
        return words + ". Må fylles ut"
    return words + (f". Tom betyr {fact.default}" if fact is not None and fact.default is not None else "")


def _meaning(column: Column, table: Table, vocabulary: Vocabulary) -> str:
    fact = column.fact
    if fact is None:
        if column.name == SCHEME:
            return "Ordningen det søkes i."
        if column.name == ID and table.name == APPLICATIONS:
            return "Saksnummeret eller et annet navn på søknaden. To søknader kan ikke ha samme id."
        if column.name == ID:
            return "Et navn på legen i denne søknaden. Ikke bruk fødselsnummer."
        return "Id-en til søknaden." if column.name == OF_APPLICATION else "Id-en til legen."
    text = f"{fact.question} {fact.help}".strip()
    some = table.lines_of is None and set(fact.schemes) != _schemes(table, vocabulary)
    return text + (f" Gjelder bare {list_text(fact.schemes)}." if some else "")


def _schemes(table: Table, vocabulary: Vocabulary) -> set[str]:
    return {name for name, one in vocabulary.schemes.items() if table.name == APPLICATIONS or one.has_doctors}
