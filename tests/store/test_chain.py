"""The chain: whatever is done to the tables behind the store's back shows."""

from __future__ import annotations

import pytest
from stored import DECISION, application, filled, raw, without_triggers

from engine.store import ledger
from engine.store.case import Cases
from engine.store.chain import check
from engine.store.database import Database

SWAP = (
    "UPDATE hendelse SET nr = -1 WHERE nr = 4",
    "UPDATE hendelse SET nr = 4 WHERE nr = 5",
    "UPDATE hendelse SET nr = 5 WHERE nr = -1",
)
FORGED = (
    "INSERT INTO hendelse SELECT 99, sak, slag, tid, hvem, innhold, forrige, 'a' FROM hendelse WHERE nr = 2",
)  # fmt: skip

TAMPERINGS = {
    "kind": (("UPDATE hendelse SET slag = 'lest' WHERE nr = 3",), {3}),
    "time": (("UPDATE hendelse SET tid = '2020-01-01T00:00:00+00:00' WHERE nr = 12",), {12}),
    "who": (("UPDATE hendelse SET hvem = 'per' WHERE nr = 11",), {11}),
    "case": (("UPDATE hendelse SET sak = 'x' WHERE nr = 5",), {5}),
    "commitment": (("UPDATE hendelse SET innhold = '' WHERE nr = 5",), {5}),
    "link": (("UPDATE hendelse SET kjede = 'x' WHERE nr = 5",), {5, 6}),
    "content": (("UPDATE innhold SET tekst = replace(tekst, 'avslag', 'innvilget') WHERE nr = 3",), {3}),
    "salt": (("UPDATE innhold SET salt = 'x' WHERE nr = 3",), {3}),
    "content gone": (("DELETE FROM innhold WHERE nr = 3",), {3}),
    "first row gone": (("DELETE FROM innhold WHERE nr = 1", "DELETE FROM hendelse WHERE nr = 1"), {2}),
    "row gone": (("DELETE FROM innhold WHERE nr = 5", "DELETE FROM hendelse WHERE nr = 5"), {6}),
    "two rows swapped": (SWAP, {4, 5}),
    "contents swapped": (
        (
            "UPDATE innhold SET nr = -1 WHERE nr = 2",
            "UPDATE innhold SET nr = 2 WHERE nr = 5",
            "UPDATE innhold SET nr = 5 WHERE nr = -1",
        ),
        {2, 5},
    ),
    "row put in": (FORGED, {99}),
    "outcome in the list": (("UPDATE sak SET utfall = 'innvilget' WHERE soknad = 'a-2'",), {13}),
    "case gone from the list": (("DELETE FROM sak WHERE soknad = 'a-2'",), {13}),
}


def test_what_the_store_wrote_is_whole(database: Database) -> None:
    filled(Cases(database))
    found = check(database)
    assert found.whole and found.rows == 13


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_shows_at_its_row(name: str, address: str, database: Database) -> None:
    statements, rows = TAMPERINGS[name]
    filled(Cases(database))
    connection = without_triggers(address)
    for statement in statements:
        connection.execute(statement)
    connection.close()
    found = check(database)
    assert not found.whole
    assert rows <= {breach.nr for breach in found.breaches}, found


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE hendelse SET hvem = 'per' WHERE nr = 1",
        "DELETE FROM hendelse WHERE nr = 13",
        "UPDATE innhold SET tekst = '{}' WHERE nr = 2",
        "DELETE FROM innhold WHERE nr = 2",
        "DELETE FROM innhold",
    ],
)
def test_the_database_itself_refuses_changes(statement: str, address: str, database: Database) -> None:
    filled(Cases(database))
    connection = raw(address)
    with pytest.raises(Exception, match="hendelser og innhold endres ikke"):
        connection.execute(statement)
    connection.close()
    assert check(database).whole


def test_rows_cut_off_at_the_end_show_to_who_noted_the_last(address: str, database: Database) -> None:
    cases = Cases(database)
    filled(cases)
    with database.reading() as connection:
        noted = ledger.head(connection)
    assert check(database, noted).whole
    connection = without_triggers(address)
    connection.execute("DELETE FROM hendelse WHERE nr = 13")
    connection.close()
    assert check(database).whole  # the chain alone cannot tell
    assert [breach.nr for breach in check(database, noted).breaches] == [13]


def test_a_chain_made_anew_shows_to_who_noted_a_row(address: str, database: Database) -> None:
    """Someone with the database and this program: every hash after the edit is worked out again."""
    cases = Cases(database)
    filled(cases)
    with database.reading() as connection:
        noted = ledger.head(connection)
        rows = [event for event, _ in ledger.stream(connection)]
    tampered = without_triggers(address)
    previous = ledger.BEGINNING
    sign = "?" if "://" not in address else "%s"
    for event in rows:
        who = "per" if event.nr == 4 else event.who
        new = ledger.Event(event.nr, event.case, event.kind, event.time, who, event.commitment, previous, "")
        link = ledger.chained(new)
        statement = f"UPDATE hendelse SET hvem = {sign}, forrige = {sign}, kjede = {sign} WHERE nr = {sign}"
        tampered.execute(statement, (who, previous, link, event.nr))
        previous = link
    tampered.close()
    assert check(database).whole
    assert not check(database, noted).whole


def test_a_row_that_is_gone_is_named(address: str, database: Database) -> None:
    filled(Cases(database))
    connection = without_triggers(address)
    connection.execute("DELETE FROM innhold WHERE nr = 5")
    connection.execute("DELETE FROM hendelse WHERE nr = 5")
    connection.close()
    assert "hendelse 6: hendelse 5 mangler" in [str(breach) for breach in check(database).breaches]


def test_a_case_put_back_in_the_list_after_it_was_erased_shows(address: str, database: Database) -> None:
    cases = Cases(database)
    case = cases.create("ola", application(), DECISION)
    cases.delete(case, "ola", "grunn")
    connection = raw(address)
    connection.execute(f"INSERT INTO sak VALUES ('{case}', '', '', 'a-1', 1, 'avslag', '', '')")
    connection.close()
    assert [str(breach) for breach in check(database).breaches] == [
        f"hendelse 4: sak {case} er slettet, men står i listen"
    ]


def test_a_commitment_tells_nothing_of_what_it_is_to(database: Database) -> None:
    """The same content is never committed to alike, so what was erased cannot be found by trying."""
    cases = Cases(database)
    made = [cases.create("ola", application(), DECISION) for _ in range(2)]
    one, other = ([event.commitment for event in cases.history(case)] for case in made)
    assert not set(one) & set(other)
