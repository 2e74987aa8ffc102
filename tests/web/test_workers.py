"""The processes that hold the rules: killed, worn out, overfull, and with rules that change under them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from engine.language.rulebook import Rulebook
from engine.text.fault import Faults
from engine.web.work import decided
from engine.web.workers import Workers

ROOT = Path(__file__).parents[2]
CASE = (ROOT / "fixtures/2024/alis-avtale-18-april-kommersiell.yaml").read_text(encoding="utf-8")


@pytest.fixture
def workers(rules: Path) -> Iterator[Workers]:
    made = Workers(rules, 2)
    yield made
    made.close()


def process(_: Rulebook) -> int:
    return os.getpid()


def killed(_: Rulebook, mark: Path) -> str:
    """Kills its process the first time it is done."""
    if not mark.exists():
        mark.write_text("x")
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def test_work_lost_with_its_process_is_done_again(workers: Workers, tmp_path: Path) -> None:
    assert workers.run(killed, tmp_path / "mark") == "done"
    assert workers.run(process) != os.getpid()


def test_many_who_lose_their_process_at_once_all_get_their_answer(workers: Workers, tmp_path: Path) -> None:
    expected = workers.run(decided, CASE, "s.yaml")

    def ask(number: int) -> object:
        if number == 8:
            return workers.run(killed, tmp_path / "mark") and expected
        return workers.run(decided, CASE, "s.yaml")

    with ThreadPoolExecutor(8) as pool:
        assert all(one == expected for one in pool.map(ask, range(24)))


def test_processes_end_when_the_service_is_killed(rules: Path) -> None:
    """They hold its output open, so that its end is seen only when they are gone."""
    service = (
        "import pathlib, sys; from engine.web.workers import Workers; "
        "Workers(pathlib.Path(sys.argv[1]), 2).warm(); print('varm', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", service, str(rules)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "varm\n"
            process.kill()
            assert process.communicate(timeout=60) == ("", None)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def test_worn_out_processes_are_replaced_and_nothing_waits_for_ever(rules: Path) -> None:
    worn = Workers(rules, 2, lasts=5)
    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(lambda _: worn.run(process), range(30)))
    worn.close()
    assert len(seen) == 30 and 3 <= len(set(seen)) <= 12


def test_too_much_work_is_refused(rules: Path) -> None:
    few = Workers(rules, 1, most=2)
    waiting = [few.start(process) for _ in range(2)]
    with pytest.raises(Faults, match="WEB-OPPTATT"):
        few.start(process)
    assert len({future.result() for future in waiting}) == 1
    assert few.run(process)
    few.close()


def test_changed_rules_are_read_anew_and_broken_ones_told_of(rules: Path, tmp_path: Path) -> None:
    own = shutil.copytree(rules, tmp_path / "rules")
    workers = Workers(own, 1)
    before = workers.run(decided, CASE, "s.yaml").content
    path = own / "2024/nasjonal-alis.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("verdi: 2024-04-18", "verdi: 2024-05-18"), encoding="utf-8")
    after = workers.run(decided, CASE, "s.yaml").content
    assert before["søknad"] == after["søknad"] and before != after
    path.write_text("regelsett: [", encoding="utf-8")
    with pytest.raises(Faults, match="2024/nasjonal-alis"):
        workers.run(decided, CASE, "s.yaml")
    path.write_text(text, encoding="utf-8")
    assert workers.run(decided, CASE, "s.yaml").content == before
    workers.close()
