"""Drafts outlive the service, are not overwritten by someone who did not see them, and run out when nobody touches them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.store.chain import check
from engine.store.database import Database
from engine.store.draft import LASTS, Drafts
from engine.text.fault import Faults


class Clock:
    """A clock that moves when told."""

    now = datetime(2020, 5, 17, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


NASTY = {"tekst": "linje\r\n\0 \ud800 «æøå»", "ingen": None}


def test_a_draft_is_found_by_another_service(address: str, database: Database) -> None:
    made = Drafts(database).create("kari", NASTY)
    other = Database(address)
    found = Drafts(other).find(made.id)
    assert found == made and found.content == NASTY and found.version == 1
    other.close()
    assert all(Drafts(database).find(id) is None for id in ("", "x" * 32, made.id[:-1], f"{made.id}\0", "\udcff"))


def test_who_did_not_see_the_last_version_overwrites_nothing(database: Database) -> None:
    drafts = Drafts(database)
    made = drafts.create("kari", {"n": 1})
    assert drafts.save(made.id, "ola", 1, {"n": 2}).version == 2
    for id, version in ((made.id, 1), (made.id, 3), ("0" * 32, 1)):
        with pytest.raises(Faults) as told:
            drafts.save(id, "kari", version, {"n": 3})
        assert told.value.faults[0].code == "UTKAST-ENDRET"
    found = drafts.find(made.id)
    assert found is not None and (found.content, found.who) == ({"n": 2}, "ola")


def test_drafts_run_out_and_can_be_thrown_away_and_the_ledger_is_untouched(database: Database) -> None:
    clock = Clock()
    drafts = Drafts(database, clock)
    old, kept = drafts.create("kari", {}), drafts.create("ola", {})
    clock.now += LASTS
    drafts.save(kept.id, "ola", 1, {"n": 1})
    clock.now += timedelta(seconds=1)
    newest = drafts.create("kari", {})
    assert [one.id for one in drafts.listed(9)] == [newest.id, kept.id] and drafts.find(old.id) is None
    drafts.delete(kept.id)
    assert [one.id for one in drafts.listed(9)] == [newest.id] and check(database).rows == 0
