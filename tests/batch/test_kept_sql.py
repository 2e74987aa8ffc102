"""SQL kept between runs: found again for the same expression, and for no other."""

import json
from itertools import count
from pathlib import Path

import ibis
import ibis.expr.operations as ops
import pytest

from engine.batch.kept_sql import KeptSql, fingerprint
from engine.language.kept import SWITCH


def table(name: str = "t") -> ibis.Table:
    return ibis.table({"a": "int64", "b": "int64", "c": "string"}, name=name)


def written(expression: ibis.Table) -> str:
    return str(ibis.to_sql(expression, dialect="duckdb"))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "alis-regler"


def different() -> list[ibis.Table]:
    """Expressions of which no two give the same SQL, though some differ in one number, type, name or place alone."""
    t = table()
    return [
        t.filter(t["a"] > 1),
        t.filter(t["a"] > 2),
        t.filter(t["b"] > 1),
        t.filter(t["a"] >= 1),
        t.filter(t["a"] > ibis.literal(1, "int64")).select("a"),
        t.select(a=t["a"] - t["b"]),
        t.select(a=t["b"] - t["a"]),
        t.select(b=t["a"] - t["b"]),
        t.select(a=t["a"].cast("int8")),
        t.select(a=t["a"].cast("int16")),
        t.select(x=ibis.literal("1")),
        t.select(x=ibis.literal(1)),
        t.join(t.view(), "a").select("a"),
        t.join(table("u"), "a").select("a"),
        table("u").filter(table("u")["a"] > 1),
        t.group_by("c").aggregate(n=t["a"].sum()),
        t.group_by("c").aggregate(n=t["a"].max()),
    ]


def test_no_two_expressions_are_taken_for_one_another() -> None:
    texts, prints = [written(one) for one in different()], [fingerprint(one, "") for one in different()]
    assert len(set(texts)) == len(set(prints)) == len(texts)
    assert prints == [fingerprint(one, "") for one in different()]
    assert fingerprint(different()[0], "duckdb 1") != fingerprint(different()[0], "duckdb 2")


def test_how_many_views_were_made_before_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first view of a process has the same number as the first table of a join."""
    prints = set()
    for made in (0, 1, 7):
        monkeypatch.setattr(ops.Reference, "_uid_counter", count(made))
        prints.add(fingerprint(table().join(table().view(), "a").select("a"), ""))
    assert len(prints) == 1


def test_kept_between_runs(folder: Path) -> None:
    first = KeptSql("duckdb", written)
    given = [first.sql(one) for one in different()]
    first.keep()
    asked: list[ibis.Table] = []
    second = KeptSql("duckdb", lambda one: asked.append(one) or "")
    assert [second.sql(one) for one in different()] == given and not asked
    other = KeptSql("spark", lambda one: "SELECT 1")
    assert other.sql(different()[0]) == "SELECT 1"
    other.keep()
    assert [KeptSql("duckdb", lambda one: "").sql(one) for one in different()] == given
    assert [one.name for one in folder.iterdir()] == ["setninger.json"]


@pytest.mark.parametrize("text", ["", "{", "[1]", json.dumps({"x": "y"})])
def test_what_is_kept_may_be_damaged(text: str, folder: Path) -> None:
    folder.mkdir(mode=0o700)
    (folder / "setninger.json").write_text(text, encoding="utf-8")
    run = KeptSql("duckdb", written)
    assert run.sql(different()[0]) == written(different()[0])
    run.keep()
    assert KeptSql("duckdb", lambda one: "").sql(different()[0]) == written(different()[0])


def test_turned_off(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SWITCH, "1")
    run = KeptSql("duckdb", written)
    run.sql(different()[0])
    run.keep()
    assert not folder.exists()
