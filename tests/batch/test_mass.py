"""`alis masse INN UT` as a person meets it: what it tells, what it refuses, and that a run that dies leaves nothing half done."""

import csv
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from application_builder import (
    Json,
    decided,
    discretionary,
    doctor,
    guided,
    guided_doctor,
    guided_period,
    national,
    period,
)
from table_files import table_rows, write_tables

from engine.batch.database import LEAST, database, memory_of
from engine.cli.main import main
from engine.language.rulebook import Rulebook
from engine.text.fault import Faults

ROOT = Path(__file__).resolve().parents[2]

ALIS = [sys.executable, "-m", "engine.cli.main"]


def good(id: str, **facts: Any) -> Json:
    return national(2024, doctor(period("2024-01-01", "2024-03-31")), id=id, **facts)


def call(*words: object) -> int:
    return main([str(word) for word in words])


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file as a spreadsheet reads it."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two good applications."""
    return write_tables(tmp_path_factory.mktemp("inn") / "inn", table_rows([good("a"), good("b")]), "parquet")


@pytest.fixture(scope="module")
def answer(tables: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run gave of them."""
    target = tmp_path_factory.mktemp("ut") / "ut"
    assert call("masse", tables, target, "--format", "parquet") == 0
    return target


@pytest.fixture
def earlier(answer: Path, tmp_path: Path) -> Path:
    """A copy of the answer, marked, as what an earlier run wrote."""
    target = shutil.copytree(answer, tmp_path / "ut")
    receipt = json.loads((target / "kvittering.json").read_text(encoding="utf-8"))
    (target / "kvittering.json").write_text(json.dumps(receipt | {"motor": "tidligere"}), encoding="utf-8")
    return target


def is_earlier(target: Path) -> bool:
    return "tidligere" in (target / "kvittering.json").read_text(encoding="utf-8")


# --- what goes in and what comes out ----------------------------------------------------------------------------------------


def test_bad_rows_are_refused_and_the_rest_decided(
    tmp_path: Path, book: Rulebook, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = {
        "negativ": national(2024, doctor(period("2024-01-01", "2024-03-31", stillingsandel="-20")), id="negativ"),
        "ikke-et-tall": national(
            2024, doctor(period("2024-01-01", "2024-03-31", stillingsandel="NaN")), id="ikke-et-tall"
        ),
        "ukjent-stilling": national(
            2024, doctor(period("2024-01-01", "2024-03-31", stilling="sjef")), id="ukjent-stilling"
        ),
        "for-stor": good("for-stor", tildelt_beløp="1000000000001"),
    }
    right = [good("a"), guided(guided_doctor(guided_period("2020-01-01", "2020-12-31")), id="b"), discretionary(id="c")]
    folder = write_tables(tmp_path / "inn", table_rows([*right, *bad.values(), good("to"), good("to")]), "csv")
    assert call("masse", folder, tmp_path / "ut") == 0
    shown = capsys.readouterr().out.replace("\u00a0", " ")
    assert "Lest               9 søknader\nAvgjort            3 søknader\nAvvist             6 søknader\n" in shown
    assert f"Grunnene står i {tmp_path / 'ut' / 'avvist.csv'}." in shown
    refused = {
        (row["tabell"], row["rad"], row["linje"], row["kolonne"], row["kode"])
        for row in rows(tmp_path / "ut/avvist.csv")
    }
    assert refused >= {
        ("perioder", "3", "4", "stillingsandel", "VERDI-GRENSE"),
        ("perioder", "4", "5", "stillingsandel", "SKJEMA-FORM"),
        ("perioder", "5", "6", "stilling", "SKJEMA-VALG"),
        ("søknader", "7", "8", "tildelt_beløp", "VERDI-STØRRELSE"),
        ("søknader", "8", "9", "id", "SØKNAD-DUPLIKAT"),
        ("søknader", "9", "10", "id", "SØKNAD-DUPLIKAT"),
    }
    assert all(row["grunn"] for row in rows(tmp_path / "ut/avvist.csv"))
    told = sorted(rows(tmp_path / "ut" / "søknader.csv"), key=lambda row: row["søknad"])
    assert [row["søknad"] for row in told] == ["a", "b", "c"]
    for row, case in zip(told, right, strict=True):
        expected = decided(case, book)
        assert row["utfall"] == expected["søknad"]["utfall"]
        assert row["sum"].replace(",", ".") == (expected["beløp"]["sum"] or "")
    receipt = json.loads((tmp_path / "ut" / "kvittering.json").read_text(encoding="utf-8"))
    assert receipt["inn"]["søknader"] == {"rader": 9, "med": 3, "avvist": 6}
    assert receipt["avgjort"]["søknader"] == sum(one["søknader"] for one in receipt["utfall"]) == 3
    for count in receipt["inn"].values():
        assert count["rader"] == count["med"] + count["avvist"]


def test_a_missing_column_is_unusable_input(tables: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = shutil.copytree(tables, tmp_path / "inn")
    path = folder / "perioder.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["fra"]), path)
    assert call("masse", folder, tmp_path / "ut") == 2
    assert f"{path}:1:1: SKJEMA-MANGLER: kolonnen «fra» mangler i tabellen «perioder»" in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["inn"]


def test_every_row_refused_is_a_result_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_tables(tmp_path / "inn", table_rows([good("a", søkertype="komune")]), "csv")
    assert call("masse", folder, tmp_path / "ut", "--format", "parquet") == 0
    assert "Avgjort            0 søknader" in capsys.readouterr().out.replace("\u00a0", " ")
    for name in ("søknader", "leger", "måneder"):
        assert duckdb.read_parquet(str(tmp_path / "ut" / name / "*.parquet")).fetchall() == []


def test_rates_laid_over_give_what_the_single_case_gives(tables: Path, tmp_path: Path, book: Rulebook) -> None:
    from engine.language.overlay import lay_over

    rates = ROOT / "docs" / "eksempler" / "foreslåtte-satser-2024.yaml"
    assert call("masse", tables, tmp_path / "ut", "--satser", rates, "--format", "csv", "--tråder", 1) == 0
    (first, _) = rows(tmp_path / "ut" / "søknader.csv")
    expected = decided(good("a"), lay_over(book, rates))
    assert first["sum"].replace(",", ".") == (expected["beløp"]["sum"] or "")
    assert first["kjent"].replace(",", ".") == expected["beløp"]["kjent"]


# --- arguments --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["inn"], "det må stå to mapper"),
        (["inn", ""], "det må stå to mapper"),
        (["inn", "ut", "--minne", "mye"], "--minne er «mye», som ikke er en mengde minne"),
        (["inn", "ut", "--minne", "2"], "--minne er «2», som ikke er en mengde minne"),
        (["inn", "ut", "--minne=-2GB"], "som ikke er en mengde minne"),
        (["inn", "ut", "--minne", "1MB"], "--minne er «1MB», og det er for lite"),
        (["inn", "ut", "--tråder", "0"], "--tråder er «0», som ikke er et antall tråder"),
        (["inn", "ut", "--tråder", "²"], "som ikke er et antall tråder"),
        (["borte", "ut"], "MAPPE-MANGLER"),
    ],
)
def test_what_cannot_be_asked_for(
    words: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("masse", *words) == 2
    assert told in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "memory"),
    [("2GB", 2_000_000_000), ("1,5 GB", 1_500_000_000), ("500mb", 500_000_000), ("1GiB", 1 << 30), ("GB", None), ("1TB", None), ("1..5GB", None)],
)  # fmt: skip
def test_memory(text: str, memory: int | None) -> None:
    assert memory_of(text) == memory


# --- what may go wrong on the way -------------------------------------------------------------------------------------------


def start(*words: object, before: Any = None, script: str | None = None) -> subprocess.Popen[str]:
    """The command in a process of its own; `script` is run first in it."""
    command = (
        ALIS
        if script is None
        else [sys.executable, "-c", f"{script}\nfrom engine.cli.main import main\nsys.exit(main())"]
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    return subprocess.Popen(
        [*command, *map(str, words)],
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=before,
    )


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    """Until there is a file that fits, which must be before the process ends."""
    while not list(path.parent.glob(path.name)):
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)


@pytest.mark.parametrize("moment", ["base", "ny/leger/*", "ny/måneder/*"])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_stopped_leaves_the_earlier_one(
    moment: str, how: signal.Signals, tables: Path, earlier: Path
) -> None:
    """Killed, the leftovers wait for the next run; interrupted, there are none."""
    process = start("masse", tables, earlier, "--format", "parquet")
    work = earlier.with_name(".ut.arbeid")
    wait_for(work / moment, process)
    process.send_signal(how)
    told = process.communicate(timeout=60)[1]
    assert process.returncode == (-how if how == signal.SIGKILL else 2)
    assert is_earlier(earlier)
    assert len(list(earlier.rglob("*.parquet"))) == 4
    assert work.exists() is (how == signal.SIGKILL)
    if how == signal.SIGINT:
        assert told == "avbrutt\n"


def test_a_killed_run_can_be_repeated(tables: Path, earlier: Path, answer: Path) -> None:
    script = "import os, sys\nfrom pathlib import Path\nPath.rename = lambda *_: os.kill(os.getpid(), 9)"
    process = start("masse", tables, earlier, "--format", "parquet", script=script)
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL and is_earlier(earlier)
    assert (earlier.with_name(".ut.arbeid") / "ny" / "kvittering.json").is_file()
    assert call("masse", tables, earlier, "--format", "parquet") == 0
    assert not is_earlier(earlier)
    assert [one.name for one in earlier.parent.iterdir()] == ["ut"]
    for name in ("søknader", "leger", "måneder"):
        found = [sorted(duckdb.read_parquet(str(one / name / "*.parquet")).fetchall()) for one in (earlier, answer)]
        assert found[0] == found[1] and found[0]
    assert (earlier / "kvittering.json").read_bytes() == (answer / "kvittering.json").read_bytes()


def small_files() -> None:
    """No file may grow: what a full disk is to a program, for who may not make a small disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16_000, 16_000))


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_a_full_disk(format: str, earlier: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The disk is full when the answer is half written."""
    many = table_rows([good(f"sak-{number}") for number in range(4000)])
    tables = write_tables(tmp_path_factory.mktemp("mange") / "inn", many, "parquet")
    process = start("masse", tables, earlier, "--format", format, before=small_files)
    told = process.communicate(timeout=120)[1]
    assert process.returncode == 2
    assert told.startswith(f"{earlier}:1:1: FIL-SKRIV: disken er full – ") and told.count("\n") == 1
    assert is_earlier(earlier) and [one.name for one in earlier.parent.iterdir()] == ["ut"]


def test_too_little_memory(tmp_path: Path) -> None:
    with pytest.raises(Faults) as told, database(tmp_path, "ut", LEAST, 1) as connection:
        connection.execute("SET max_temp_directory_size = '0KB'")
        connection.execute("SELECT list(range) FROM range(100_000_000)").fetchall()
    assert str(told.value).startswith("ut:1:1: ")
    (tmp_path / "b").mkdir()
    with pytest.raises(Faults) as told, database(tmp_path / "b", "ut", LEAST, 1) as connection:
        raise duckdb.OutOfMemoryException("Out of Memory Error: could not allocate block of size 256.0 KiB")
    assert str(told.value) == (
        "ut:1:1: MINNE: 200 MB minne er for lite til disse tabellene – en del av tabellene fikk ikke plass – "
        "gi mer med --minne, for eksempel «--minne 8GB», eller bruk færre tråder med «--tråder 1»"
    )


def test_a_number_that_might_not_fit(tables: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A rate so large that a line's kroner might not fit in a whole number."""
    rules = shutil.copytree(ROOT / "rules", tmp_path / "rules")
    path = rules / "2024" / "nasjonal-alis.yaml"
    text = path.read_text(encoding="utf-8")
    assert "verdi: 1215" in text
    path.write_text(text.replace("verdi: 1215", "verdi: 12150000000000000000", 1), encoding="utf-8")
    assert call("masse", tables, tmp_path / "ut", "--regler", rules) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"{tables}:1:1: TABELL-REGEL: ordningen «nasjonal-alis» kan ikke vurderes i tabeller – ")
    assert told.endswith(" – vurder søknadene for seg med «alis vurder»\n") and not (tmp_path / "ut").exists()
