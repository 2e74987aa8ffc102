"""Long work in steps: done one after another, stopped by what is wrong, told without the inside, and never more than can be done."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.language.rulebook import Rulebook
from engine.text.fault import Fault, Faults
from engine.text.place import Place
from engine.web.jobs import Job, Jobs
from engine.web.workers import Workers


@pytest.fixture
def jobs(rules: Path) -> Iterator[Jobs]:
    heavy = Workers(rules, 1)
    yield Jobs(heavy)
    heavy.close()


def told(_: Rulebook, text: str) -> str:
    return text


def wrong(_: Rulebook) -> None:
    raise Faults([Fault(Place("fil", 2, 1), "KODE", "noe er galt", "fordi", "rett det")])


def broken(_: Rulebook) -> None:
    raise KeyError("hemmelig")


def waits(_: Rulebook, pipe: Path) -> None:
    """Waits for someone to write to the pipe."""
    pipe.read_bytes()


def done(job: Job) -> Job:
    for thread in [one for one in threading.enumerate() if one.name == f"jobb {job.id[:8]}"]:
        thread.join()
    return job


def test_steps_are_done_in_order_and_then_what_comes_after(jobs: Jobs) -> None:
    kept: list[dict[str, object]] = []
    job = jobs.start([("a", told, ("x",)), ("b", told, ("y",))], {"hva": 1}, lambda one: kept.append(dict(one.found)))
    assert done(job).done and job.step == "" and job.faults == ()
    assert kept == [{"a": "x", "b": "y"}] and jobs.find(job.id) is job


def test_a_fault_ends_the_job_and_nothing_comes_after(jobs: Jobs) -> None:
    kept: list[Job] = []
    job = done(jobs.start([("a", wrong, ()), ("b", told, ("y",))], {}, kept.append))
    assert job.done and [one.code for one in job.faults] == ["KODE"] and "b" not in job.found and not kept


def test_what_nobody_foresaw_is_told_without_the_inside(jobs: Jobs, caplog: pytest.LogCaptureFixture) -> None:
    job = done(jobs.start([("a", broken, ())], {}))
    assert [one.code for one in job.faults] == ["WEB-AVBRUTT"]
    assert "hemmelig" not in str(job.faults) and "hemmelig" not in caplog.text and "KeyError" in caplog.text


def test_more_than_can_be_done_is_refused(jobs: Jobs, tmp_path: Path) -> None:
    pipe = tmp_path / "rør"
    os.mkfifo(pipe)
    first = jobs.start([("a", waits, (pipe,))], {})
    others = [jobs.start([("a", told, ("x",))], {}) for _ in range(5)]
    with pytest.raises(Faults) as refused:
        jobs.start([("a", told, ("x",))], {})
    assert refused.value.faults[0].code == "WEB-OPPTATT"
    pipe.write_bytes(b"x")
    assert all(done(one).done for one in (first, *others))
    assert done(jobs.start([("a", told, ("x",))], {})).found == {"a": "x"}
