"""Cases in both databases: what is saved comes back, what two change is not lost, what is erased is gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from stored import DECISION, NAME, application, filled, raw

from engine.store import ledger
from engine.store.case import Cases
from engine.store.chain import check
from engine.store.database import Database
from engine.store.tables import metadata
from engine.text.fault import Faults


def test_the_migrations_make_the_tables(database: Database) -> None:
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_store_is_opened_again_as_it_was(address: str) -> None:
    first = Database(address)
    made = filled(Cases(first))
    before = [event for case in made for event in Cases(first).history(case)]
    first.close()
    again = Database(address)
    assert [event for case in made for event in Cases(again).history(case)] == before
    again.close()


def test_the_history_of_a_case_is_all_that_happened_in_it(database: Database) -> None:
    cases = Cases(database)
    case = cases.create("ola", application(), DECISION, "2024/x.yaml")
    assert cases.save_application(case, "kari", 1, application("a-2", "søknad: {id: a-2}")) == 2
    number = cases.save_decision(case, "kari", 2, DECISION)
    cases.save_judgement(case, "ola", {"vurdering": "oppfylt", "grunn": "g", "navn": "Ola"})
    history = cases.history(case)
    assert [(event.kind, event.who) for event in history] == [
        ("sak", "ola"), ("søknad", "ola"), ("vedtak", "ola"), ("søknad", "kari"), ("vedtak", "kari"), ("skjønn", "ola"),
    ]  # fmt: skip
    assert history[1].content["text"] == application().text and history[4].nr == number
    assert history[4].content == {"version": 2, "decision": DECISION}
    standing = cases.find(case)
    assert (standing.soknad, standing.versjon, standing.utfall, standing.merke) == ("a-2", 2, "avslag", "2024/x.yaml")


def test_a_new_version_of_the_application_is_not_decided_yet(database: Database) -> None:
    cases = Cases(database)
    case = cases.create("ola", application(), DECISION)
    cases.save_application(case, "ola", 1, application())
    assert cases.find(case).utfall == ""


def test_the_second_of_two_who_change_a_version_is_told(database: Database) -> None:
    cases = Cases(database)
    case = cases.create("ola", application())
    cases.save_application(case, "ola", 1, application(text="søknad: {id: ola}"))
    with pytest.raises(Faults, match=r"SAK-ENDRET.*ingenting ble lagret"):
        cases.save_application(case, "kari", 1, application(text="søknad: {id: kari}"))
    assert [event.content["text"] for event in cases.history(case) if event.kind == "søknad"][1:] == [
        "søknad: {id: ola}"
    ]


@pytest.mark.parametrize("lacks", ["vurdering", "grunn", "navn"])
def test_a_judgement_has_what_it_must(lacks: str, database: Database) -> None:
    cases = Cases(database)
    case = cases.create("ola", application())
    with pytest.raises(Faults, match=f"SKJØNN-MANGLER: «{lacks}»"):
        cases.save_judgement(case, "ola", {"vurdering": "oppfylt", "grunn": "g", "navn": "Ola"} | {lacks: " "})
    assert len(cases.history(case)) == 2


def test_erasing_leaves_that_it_was_there_and_nothing_of_what_it_held(address: str, tmp_path: Path) -> None:
    database = Database(address)
    cases = Cases(database)
    made = filled(cases)
    cases.delete(made[0], "ola", "ba om det")
    with pytest.raises(Faults, match="SAK-FINNES-IKKE"):
        cases.find(made[0])
    assert check(database).whole
    assert {case.id for case in cases.listed()[0]} == set(made[1:])
    for case in made[1:]:
        cases.delete(case, "ola", "ba om det")
    connection = raw(address)
    kept = "".join(
        str(row) for table in ("hendelse", "innhold", "sak") for row in connection.execute(f"SELECT * FROM {table}")
    )
    assert "slettet" in kept and "ba om det" in kept
    assert NAME not in kept and "god grunn" not in kept and "søknad.yaml" not in kept
    connection.close()
    files = [path for path in tmp_path.iterdir() if path.is_file()]
    assert all(NAME.encode() not in path.read_bytes() for path in files)
    assert check(database).whole
    database.close()


def test_an_export_holds_everything_and_is_noted(database: Database) -> None:
    cases = Cases(database)
    case = cases.create("ola", application(), DECISION)
    exported = json.loads(json.dumps(cases.export(case, "kari")))
    assert [one["kind"] for one in exported["hendelser"]] == ["sak", "søknad", "vedtak", "eksportert"]
    assert exported["hendelser"][1]["content"]["text"] == application().text
    assert exported["sak"]["utfall"] == "avslag"
    for row in exported["hendelser"]:
        salt = row.pop("salt")
        event = ledger.Event(**row)
        assert ledger.chained(event) == event.link
        assert event.content is None or ledger.commitment(salt, ledger.written(event.content)) == event.commitment


def test_the_list_is_searched_and_paged(database: Database) -> None:
    cases = Cases(database)
    cases.create_all("ola", ((application(f"a-{number:02}"), None, "") for number in range(7)))
    assert [case.soknad for case in cases.listed(limit=3)[0]] == ["a-06", "a-05", "a-04"]
    assert [case.soknad for case in cases.listed(limit=3, offset=6)[0]] == ["a-00"]
    found, total = cases.listed("A-03")
    assert ([case.soknad for case in found], total) == (["a-03"], 1)
    assert cases.listed("%")[1] == 0 and cases.listed("_")[1] == 0


def test_of_many_cases_all_are_opened_or_none(database: Database) -> None:
    cases = Cases(database)

    def broken():  # type: ignore[no-untyped-def]
        yield application("a-1"), DECISION, ""
        raise RuntimeError

    with pytest.raises(RuntimeError):
        cases.create_all("ola", broken())
    assert cases.listed() == ([], 0) and check(database).rows == 0


texts = st.text(st.characters(codec="utf-8"), max_size=40)


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One store for many examples."""
    database = Database(str(tmp_path_factory.mktemp("lager") / "saker.sqlite3"))
    yield database
    database.close()


@given(id=texts, text=texts, who=texts)
def test_any_text_comes_back_as_it_was(id: str, text: str, who: str, lasting: Database) -> None:
    cases = Cases(lasting)
    case = cases.create(who, application(id, text))
    assert (cases.find(case).soknad, cases.history(case)[1].content["text"]) == (id.replace("\0", ""), text)
    assert check(lasting).whole


@pytest.mark.parametrize("text", ["\0", "a\0b", "\U0010ffff", "'; DROP TABLE sak; --", "\u2028", "x" * 300_000])
def test_odd_texts_come_back_from_both(text: str, database: Database) -> None:
    cases = Cases(database)
    case = cases.create("ola", application(text[:50], text))
    assert cases.history(case)[1].content["text"] == text
    assert cases.listed(text[:50])[1] == 1
    for id in (text, case + "\0", case.upper()):
        with pytest.raises(Faults, match="SAK-FINNES-IKKE"):
            cases.find(id)
    assert check(database).whole
