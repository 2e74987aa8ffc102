"""What is wrong with a row rejects its application, with the row, the column, a code and a reason; the rest are kept."""

import dataclasses
import json
import math
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from application_builder import Json, discretionary, doctor, guided, guided_doctor, guided_period, national, period
from table_files import kept_ids, read, rejections, table_rows, write_tables

from engine.batch.reading import read_tables
from engine.batch.row import applications_of
from engine.batch.schema import largest, tables
from engine.case.application import application
from engine.language.rulebook import Rulebook
from engine.text import yaml

Check = Callable[..., list[Any]]


def good(id: str, **facts: Any) -> Json:
    return national(2024, doctor(period("2024-01-01", "2024-03-31")), id=id, **facts)


@pytest.fixture
def refused(tmp_path: Path, book: Rulebook) -> Check:
    """The rows refused when a good application stands beside some cases; the good one must be kept."""

    def check(*cases: Json, format: str = "csv", columns: str = "tabell, rad, kolonne, kode, søknad") -> list[Any]:
        folder = write_tables(tmp_path / "inn", table_rows([good("god"), *cases]), format)
        intake, connection = read(folder, book)
        assert kept_ids(connection) == {"god"}
        assert intake.applications.kept == 1 and intake.applications.rejected == len(cases)
        for count in intake.counts:
            row = connection.execute(f'SELECT count(*) FROM "inn_{count.table}"').fetchone()
            assert row is not None and row[0] == count.kept == count.rows - count.rejected
        return rejections(connection, columns)

    return check


def test_nothing_wrong(tmp_path: Path, book: Rulebook) -> None:
    folder = write_tables(
        tmp_path / "inn",
        table_rows(
            [good("a"), guided(guided_doctor(guided_period("2020-01-01", "2020-12-31")), id="b"), discretionary(id="c")]
        ),
        "csv",
    )
    intake, connection = read(folder, book)
    assert rejections(connection) == [] and kept_ids(connection) == {"a", "b", "c"}
    assert [(count.table, count.rows, count.kept) for count in intake.counts] == [
        ("søknader", 3, 3), ("leger", 2, 2), ("perioder", 2, 2), ("budsjett", 1, 1), ("fravær", 0, 0),
    ]  # fmt: skip


CELLS = [
    ("søkertype", "komune", "SKJEMA-VALG"),
    ("tilskuddsår", "2019", "SKJEMA-VALG"),
    ("mottatt", "2024-02-30T12:00", "VERDI"),
    ("mottatt", "i går", "SKJEMA-FORM"),
    ("kommunenummer", "301", "SKJEMA-FORM"),
    ("sentralitetsklasse", "7", "VERDI-GRENSE"),
    ("sentralitetsklasse", "3,5", "SKJEMA-FORM"),
    ("revisorattest_mottatt", "2024-13-01", "VERDI"),
    ("tildelt_beløp", "-1", "VERDI-GRENSE"),
    ("tildelt_beløp", "1,005", "VERDI-DESIMALER"),
    ("tildelt_beløp", "0301", "VERDI"),
    ("tildelt_beløp", "NaN", "SKJEMA-FORM"),
    ("tildelt_beløp", "12345678901234567890", "VERDI-STØRRELSE"),
    ("tildelt_beløp", "1000000000000,01", "VERDI-STØRRELSE"),
    ("ordning", "nasjonal", "ORDNING"),
    ("altinn_rolle_delegert", "ja", "SKJEMA-UKJENT"),
    ("innhold", ["formål"], "SKJEMA-UKJENT"),
]


@pytest.mark.parametrize("format", ["csv", "parquet"])
@pytest.mark.parametrize(("column", "value", "code"), CELLS)
def test_a_cell(column: str, value: Any, code: str, format: str, refused: Check) -> None:
    assert refused(good("dårlig", **{column: value}), format=format) == [("søknader", 2, column, code, "dårlig")]


@pytest.mark.parametrize("kind", ["csv", "text", "decimal", "float"])
@pytest.mark.parametrize("fact", ["tildelt_beløp", "nødvendige_måneder"])
def test_the_largest_number_that_tables_take(fact: str, kind: str, tmp_path: Path, book: Rulebook) -> None:
    most = largest(book.vocabulary.facts[fact])
    written = [str(most), f"{most},01"] if kind in ("csv", "text") else [str(most), f"{most}.01"]
    cases = [
        guided(guided_doctor(guided_period("2020-01-01", "2020-12-31"), nødvendige_måneder=number), id=f"v{place}")
        if fact == "nødvendige_måneder"
        else good(f"v{place}", tildelt_beløp=number)
        for place, number in enumerate(written)
    ]
    folder = write_tables(tmp_path / "inn", table_rows(cases), "csv" if kind == "csv" else "parquet")
    table = "leger" if fact == "nødvendige_måneder" else "søknader"
    if kind in ("decimal", "float"):
        path = folder / f"{table}.parquet"
        given = pq.read_table(path)
        type = pa.decimal128(20, 2) if kind == "decimal" else pa.float64()
        place = given.schema.get_field_index(fact)
        pq.write_table(given.set_column(place, fact, given.column(place).cast(type)), path)
    _, connection = read(folder, book)
    assert kept_ids(connection) == {"v0"}
    assert rejections(connection, "tabell, rad, kolonne, kode") == [(table, 2, fact, "VERDI-STØRRELSE")]
    (reason,) = rejections(connection, "grunn")[0]
    assert "er for stort for" in reason and "alis vurder" in reason


def test_a_list_of_answers(refused: Check) -> None:
    assert refused(discretionary(id="a", innhold=["formål", "formål"]), discretionary(id="b", innhold=["formaal"])) == [
        ("søknader", 2, "innhold", "SKJEMA-DUPLIKAT", "a"),
        ("søknader", 3, "innhold", "SKJEMA-VALG", "b"),
    ]


def test_a_fact_of_another_scheme_that_cannot_be_read_either(refused: Check) -> None:
    assert refused(good("x", altinn_rolle_delegert="kanskje")) == [
        ("søknader", 2, "altinn_rolle_delegert", "SKJEMA-UKJENT", "x"),
        ("søknader", 2, "altinn_rolle_delegert", "SKJEMA-VALG", "x"),
    ]


def test_the_reason_says_what_why_and_what_to_do(refused: Check) -> None:
    found = refused(
        good("a", søkertype="komune"), good("b", sentralitetsklasse="9"), columns="grunn"
    )  # fmt: skip
    assert [reason for (reason,) in found] == [
        "«komune» er ikke et gyldig svar i «søkertype», mente du «kommune»? – gyldige svar er kommune, fylkeskommune og annen – "
        "velg ett av svarene",
        "«9» er ikke mulig for «sentralitetsklasse» – tallet må være minst 1 og høyst 6 – rett tallet",
    ]


def test_every_bad_row_of_an_application_is_named(refused: Check) -> None:
    bad = national(
        2024,
        doctor(
            period("2024-01-01", "2024-03-31", stillingsandel=0), period("2024-04-01", "2024-05-31", stilling="sjef")
        ),
        id="x",
        søkertype="hvem",
    )
    assert refused(bad) == [
        ("søknader", 2, "søkertype", "SKJEMA-VALG", "x"),
        ("perioder", 2, "stillingsandel", "VERDI-GRENSE", "x"),
        ("perioder", 3, "stilling", "SKJEMA-VALG", "x"),
    ]


def test_ids(refused: Check) -> None:
    unnamed = good("")
    del unnamed["søknad"]["id"]
    assert refused(good("lik"), good("lik"), unnamed) == [
        ("søknader", 2, "id", "SØKNAD-DUPLIKAT", "lik"),
        ("søknader", 3, "id", "SØKNAD-DUPLIKAT", "lik"),
        ("søknader", 4, "id", "SKJEMA-MANGLER", None),
        ("leger", 4, "søknad", "SØKNAD-UKJENT", "uten-id-3"),
        ("perioder", 4, "søknad", "SØKNAD-UKJENT", "uten-id-3"),
    ]  # fmt: skip


def test_two_doctors_of_one_id(refused: Check) -> None:
    one = doctor(period("2024-01-01", "2024-03-31"))
    assert [row[3] for row in refused(national(2024, one, one, id="x"))] == ["LEGE-DUPLIKAT"] * 2 + ["PERIODE-OVERLAPP"]


def test_rows_of_nobody_reject_no_application(tmp_path: Path, book: Rulebook) -> None:
    rows = table_rows([good("god")])
    rows["leger"].append({"søknad": "borte", "id": "x"})
    rows["perioder"].append({"søknad": "borte", "lege": "x", "fra": "2024-01-01", "til": "2024-01-02"})
    rows["fravær"].append({"søknad": "borte", "lege": "x"})
    intake, connection = read(write_tables(tmp_path / "inn", rows, "csv"), book)
    assert kept_ids(connection) == {"god"}
    assert [(row[0], row[3], row[4]) for row in rejections(connection)] == [
        ("leger", "SØKNAD-UKJENT", "borte"),
        ("perioder", "SØKNAD-UKJENT", "borte"),
        ("fravær", "SØKNAD-UKJENT", "borte"),
    ]
    assert [count.rejected for count in intake.counts] == [0, 1, 1, 0, 1]


def test_rows_of_a_doctor_who_is_not_there(tmp_path: Path, book: Rulebook) -> None:
    rows = table_rows([good("god"), good("x")])
    rows["perioder"].append({"søknad": "x", "lege": "lege-7", "fra": "2024-01-01", "til": "2024-01-02"})
    _, connection = read(write_tables(tmp_path / "inn", rows, "csv"), book)
    assert kept_ids(connection) == {"god"}
    assert rejections(connection) == [("perioder", 3, "lege", "LEGE-UKJENT", "x")]


def test_periods(refused: Check) -> None:
    turned = national(2024, doctor(period("2024-02-01", "2024-01-31")), id="snudd")
    crossing = national(
        2024, doctor(period("2024-03-01", "2024-04-30"), period("2024-01-01", "2024-03-01")), id="krysser"
    )
    touching = national(
        2024, doctor(period("2024-01-01", "2024-01-31"), period("2024-02-01", "2024-02-02", fra=None)), id="uten-fra"
    )
    assert refused(turned, crossing, touching) == [
        ("perioder", 2, "til", "PERIODE-REKKEFØLGE", "snudd"),
        ("perioder", 3, "fra", "PERIODE-OVERLAPP", "krysser"),
        ("perioder", 6, "fra", "SKJEMA-MANGLER", "uten-fra"),
    ]


def test_periods_in_any_order_are_the_single_cases(tmp_path: Path, book: Rulebook) -> None:
    case = national(
        2024,
        doctor(
            period("2024-03-01", "2024-03-31"), period("2024-01-01", "2024-01-31"), period("2024-02-01", "2024-02-29")
        ),
    )
    _, connection = read(write_tables(tmp_path / "inn", table_rows([case]), "csv"), book)
    single = application(yaml.read_text(json.dumps(case), "sak.json"), book)
    [batch] = applications_of(connection, book, ["sak-1"])
    assert batch.doctors == single.doctors and batch.digest == single.digest


def test_what_only_one_scheme_requires(tmp_path: Path, book: Rulebook) -> None:
    """The column may be absent or empty for the other schemes."""
    vocabulary = book.vocabulary
    strict = dataclasses.replace(vocabulary.facts["tilskuddsår"], required=True)
    changed = dataclasses.replace(
        book, vocabulary=dataclasses.replace(vocabulary, facts={**vocabulary.facts, "tilskuddsår": strict})
    )
    assert not tables(changed.vocabulary)["søknader"].column("tilskuddsår").required
    rows = table_rows(
        [good("god"), good("uten", tilskuddsår=None), good("ulesbar", tilskuddsår="x"), discretionary(id="annen")]
    )
    _, connection = read(write_tables(tmp_path / "inn", rows, "csv"), changed)
    assert kept_ids(connection) == {"god", "annen"}
    assert rejections(connection) == [
        ("søknader", 2, "tilskuddsår", "SKJEMA-MANGLER", "uten"),
        ("søknader", 3, "tilskuddsår", "SKJEMA-VALG", "ulesbar"),
    ]


def test_doctors_and_schemes(refused: Check) -> None:
    without = {"søknad": good("uten-leger")["søknad"]}
    idle = national(2024, doctor(), id="uten-perioder")
    surplus = {
        **discretionary(id="med-lege"),
        "leger": [{"id": "l", "perioder": [{"fra": "2024-01-01", "til": "2024-01-02"}]}],
    }
    assert refused(without, idle, surplus) == [
        ("søknader", 2, "id", "SKJEMA-MANGLER", "uten-leger"),
        ("leger", 2, "id", "SKJEMA-MANGLER", "uten-perioder"),
        ("leger", 3, "søknad", "SKJEMA-UKJENT", "med-lege"),
    ]


def test_the_scheme_is_found_by_the_agreement_dates(tmp_path: Path, book: Rulebook) -> None:
    new = good("ny", ordning=None)
    old = guided(guided_doctor(guided_period("2020-01-01", "2020-12-31")), id="gammel", ordning=None)
    first = doctor(period("2024-01-01", "2024-01-31"))
    second = doctor(period("2024-01-01", "2024-01-31"), id="lege-2", avtale_inngått="2016-01-01")
    between = national(None, first, second, id="begge", ordning=None)
    none = discretionary(id="ingen", ordning=None)
    _, connection = read(write_tables(tmp_path / "inn", table_rows([new, old, between, none]), "csv"), book)
    schemes = connection.execute("SELECT id, ordning FROM inn_søknader ORDER BY nr").fetchall()
    assert schemes == [("ny", "nasjonal-alis"), ("gammel", "veiledet-tjeneste")]
    assert rejections(connection) == [
        ("søknader", 3, "ordning", "ORDNING", "begge"),
        ("søknader", 4, "ordning", "ORDNING", "ingen"),
    ]


def test_a_list_of_another_scheme(tmp_path: Path, book: Rulebook) -> None:
    rows = table_rows([good("god"), good("x")])
    rows["budsjett"].append({"søknad": "x", "formål": "vikar"})
    _, connection = read(write_tables(tmp_path / "inn", rows, "csv"), book)
    assert rejections(connection) == [("budsjett", 1, "søknad", "SKJEMA-UKJENT", "x")]


# --- types of a Parquet file ----------------------------------------------------------------------------------------------


def typed(folder: Path, periods: dict[str, pa.Array], **more: pa.Array) -> Path:
    """One good application with periods of given columns, each a month of its own."""
    count = len(next(iter(periods.values())))
    folder.mkdir()
    ids = [f"s{number}" for number in range(count)]
    pq.write_table(pa.table({"id": ids, "ordning": ["nasjonal-alis"] * count, **more}), folder / "søknader.parquet")
    pq.write_table(pa.table({"søknad": ids, "id": ["l"] * count}), folder / "leger.parquet")
    dates = [date(2024, 1, 1)] * count
    columns = {"søknad": ids, "lege": ["l"] * count, "fra": dates, "til": dates, **periods}
    pq.write_table(pa.table(columns), folder / "perioder.parquet")
    return folder


def test_floats_count_as_their_shortest_decimal(tmp_path: Path, book: Rulebook) -> None:
    values = [62.5, 0.1, 33.333, 100.0, 99.999, 33.3333, math.nan, math.inf, -1.0, 0.0, 100.001, 1e300, 1e-9, None]
    folder = typed(tmp_path / "inn", {"stillingsandel": pa.array(values, pa.float64())})
    _, connection = read(folder, book)
    kept = connection.execute("SELECT CAST(stillingsandel AS VARCHAR) FROM inn_perioder ORDER BY nr").fetchall()
    assert [value for (value,) in kept] == ["62.500", "0.100", "33.333", "100.000", "99.999", None]
    assert [(row, code) for _, row, _, code, _ in rejections(connection)] == [
        (6, "VERDI-DESIMALER"), (7, "SKJEMA-FORM"), (8, "SKJEMA-FORM"), (9, "VERDI-GRENSE"), (10, "VERDI-GRENSE"),
        (11, "VERDI-GRENSE"), (12, "VERDI-STØRRELSE"), (13, "VERDI-DESIMALER"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("type", "values"),
    [(pa.int8(), [50, 100]), (pa.float32(), [50, 62.5]), (pa.decimal128(9, 2), None), (pa.decimal128(38, 10), None)],
)  # fmt: skip
def test_other_numbers(type: pa.DataType, values: list[Any] | None, tmp_path: Path, book: Rulebook) -> None:
    numbers = pa.array(values or ["50", "62.5"]).cast(type)
    _, connection = read(typed(tmp_path / "inn", {"stillingsandel": numbers}), book)
    kept = connection.execute("SELECT stillingsandel::DOUBLE FROM inn_perioder ORDER BY nr").fetchall()
    assert [value for (value,) in kept] == (values or [50, 62.5])


def test_dates_and_times(tmp_path: Path, book: Rulebook) -> None:
    moments = [
        datetime(2024, 1, 1),
        datetime(2024, 1, 1, 12, 30, 5),
        datetime(2024, 1, 1, 12, 30, 5, 1),
        datetime(1850, 1, 1),
    ]
    folder = typed(
        tmp_path / "inn",
        {"annet_tilskudd": pa.array([True, False, None, True])},
        mottatt=pa.array(moments, pa.timestamp("us")),
        revisorattest_mottatt=pa.array([moments[0]] * 4, pa.timestamp("ns")),
    )
    _, connection = read(folder, book)
    query = "SELECT mottatt, revisorattest_mottatt, annet_tilskudd FROM inn_søknader s JOIN inn_perioder p ON p.søknad_nr = s.nr ORDER BY s.nr"
    assert connection.execute(query).fetchall() == [
        (datetime(2024, 1, 1), date(2024, 1, 1), "ja"),
        (datetime(2024, 1, 1, 12, 30, 5), date(2024, 1, 1), "nei"),
    ]
    assert [(row, column, code) for _, row, column, code, _ in rejections(connection)] == [
        (3, "mottatt", "VERDI"),
        (4, "mottatt", "VERDI"),
    ]


def test_a_dictionary_and_a_decomposed_letter(tmp_path: Path, book: Rulebook) -> None:
    positions = pa.array(["ansatt fastlege", "na\u0308ringsdrivende", "na\u0301r"]).dictionary_encode()
    folder = typed(tmp_path / "inn", {"stilling": positions})
    _, connection = read(folder, book)
    assert kept_ids(connection) == {"s0"}
    decomposed = pa.array(["vikarbyra\u030a"])
    folder = typed(tmp_path / "inn2", {"tilknytning": decomposed})
    _, connection = read(folder, book)
    assert connection.execute("SELECT tilknytning FROM inn_perioder").fetchall() == [("vikarbyrå",)]


# --- CSV ------------------------------------------------------------------------------------------------------------------


def test_csv_as_users_write_it(tmp_path: Path, book: Rulebook) -> None:
    folder = tmp_path / "inn"
    folder.mkdir()
    (folder / "søknader.csv").write_text(
        "\ufeffid,ordning,kommunenummer,mottatt\r\n007,nasjonal-alis,0301,18.4.2024 09:30\r\n", encoding="utf-8"
    )
    (folder / "leger.csv").write_text("søknad;id;avtale_inngått;mal_brukt\n007;l;18.4.2024;true\n", encoding="utf-8")
    (folder / "perioder.csv").write_text(
        'søknad;lege;fra;til;stillingsandel\n007;l;1.5.2024;2024-05-31;"62,5"\n', encoding="utf-8"
    )
    _, connection = read(folder, book)
    assert rejections(connection) == []
    assert connection.execute("SELECT id, kommunenummer, mottatt FROM inn_søknader").fetchall() == [
        ("007", "0301", datetime(2024, 4, 18, 9, 30))
    ]
    assert connection.execute("SELECT fra, CAST(stillingsandel AS VARCHAR) FROM inn_perioder").fetchall() == [
        (date(2024, 5, 1), "62.500")
    ]


def test_the_line_in_the_file(tmp_path: Path, book: Rulebook) -> None:
    folder = tmp_path / "inn"
    folder.mkdir()
    text = 'id;ordning;søkertype\n"a\nb";spesialisering;x\n\nc;spesialisering;kommune\nd;spesialisering;y\n'
    (folder / "søknader.csv").write_text(text, encoding="utf-8")
    _, connection = read(folder, book)
    assert rejections(connection, "rad, linje, søknad") == [(1, 2, "a\nb"), (3, 6, "d")]
    assert kept_ids(connection) == {"c"}


def test_signs_that_are_not_text(tmp_path: Path, book: Rulebook) -> None:
    folder = tmp_path / "inn"
    folder.mkdir()
    ids = ["god", "a\x07", "b\ufeff", "", "c\u0085"]
    pq.write_table(pa.table({"id": ids, "ordning": ["spesialisering"] * 5}), folder / "søknader.parquet")
    _, connection = read(folder, book)
    assert kept_ids(connection) == {"god", "c\u0085"}
    assert rejections(connection, "rad, kode") == [(2, "TABELL-TEGN"), (3, "TABELL-TEGN"), (4, "SKJEMA-TOM")]


@pytest.mark.parametrize("ordered", ["true", "false"])
def test_rows_are_numbered_as_they_stand(ordered: str, tmp_path: Path, book: Rulebook) -> None:
    """Also where DuckDB reads a file with several threads, and whatever the connection's setting is."""
    folder = tmp_path / "inn"
    folder.mkdir()
    count = 400_000
    lines = "".join(
        f"{number};spesialisering;{'kommune' if number % 100_000 else 'x'}\n" for number in range(1, count + 1)
    )
    (folder / "søknader.csv").write_text("id;ordning;søkertype\n" + lines, encoding="utf-8")
    connection = duckdb.connect()
    connection.execute(f"SET preserve_insertion_order = {ordered}")
    intake = read_tables(folder, book, connection)
    assert intake.applications.rejected == 4
    assert connection.execute("SELECT count(*) FROM inn_søknader WHERE nr <> CAST(id AS BIGINT)").fetchall() == [(0,)]
    told = rejections(connection, "rad, linje, søknad")
    assert told == [(row, row + 1, str(row)) for row in range(100_000, count + 1, 100_000)]
    setting = connection.execute("SELECT current_setting('preserve_insertion_order')").fetchall()
    assert setting == [(ordered == "true",)]
