"""The tables' schema follows the vocabulary."""

import ibis
import pyarrow as pa

from engine.batch.schema import arrow_schema, ibis_schema, sql_type, tables
from engine.language.rulebook import Rulebook


def test_a_table_for_each_level_and_each_list(book: Rulebook) -> None:
    schema = tables(book.vocabulary)
    assert list(schema) == ["søknader", "leger", "perioder", "budsjett", "fravær"]
    assert schema["søknader"].names[:3] == ("id", "ordning", "tilskuddsår")
    assert schema["leger"].names[:3] == ("søknad", "id", "tilskuddstype")
    assert schema["perioder"].names[:4] == ("søknad", "lege", "fra", "til")
    assert schema["budsjett"].names == ("søknad", "formål", "beløp")
    assert schema["fravær"].names == ("søknad", "lege", "måned", "dager", "timer", "sats")


def test_every_fact_has_a_column(book: Rulebook) -> None:
    schema = tables(book.vocabulary)
    held = {column.name for table in schema.values() for column in table.columns} | set(schema)
    assert set(book.vocabulary.facts) <= held


def test_what_is_required(book: Rulebook) -> None:
    required = {
        name: [column.name for column in table.columns if column.required]
        for name, table in tables(book.vocabulary).items()
    }
    assert required == {
        "søknader": ["id"],
        "leger": ["søknad", "id"],
        "perioder": ["søknad", "lege", "fra", "til"],
        "budsjett": ["søknad"],
        "fravær": ["søknad", "lege"],
    }


def test_types(book: Rulebook) -> None:
    schema = tables(book.vocabulary)
    expected = {
        ("søknader", "tilskuddsår"): (pa.int64(), "BIGINT"),
        ("søknader", "mottatt"): (pa.timestamp("s"), "TIMESTAMP_S"),
        ("søknader", "kommunenummer"): (pa.string(), "VARCHAR"),
        ("søknader", "innhold"): (pa.list_(pa.string()), "VARCHAR[]"),
        ("søknader", "tildelt_beløp"): (pa.decimal128(18, 2), "DECIMAL(18,2)"),
        ("leger", "mal_brukt"): (pa.string(), "VARCHAR"),
        ("leger", "avtale_inngått"): (pa.date32(), "DATE"),
        ("leger", "nødvendige_måneder"): (pa.decimal128(18, 4), "DECIMAL(18,4)"),
        ("perioder", "stillingsandel"): (pa.decimal128(18, 3), "DECIMAL(18,3)"),
        ("fravær", "måned"): (pa.string(), "VARCHAR"),
    }
    for (table, column), (arrow, sql) in expected.items():
        assert arrow_schema(schema[table]).field(column).type == arrow, column
        assert sql_type(schema[table].column(column)) == sql, column


def test_ibis_and_arrow_agree(book: Rulebook) -> None:
    for table in tables(book.vocabulary).values():
        same = ibis.Schema.from_pyarrow(arrow_schema(table))
        assert {name: str(type).lstrip("!") for name, type in same.items()} == {
            name: str(type) for name, type in ibis_schema(table).items()
        }
