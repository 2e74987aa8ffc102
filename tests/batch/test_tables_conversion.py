"""Applications in files become tables, and the tables are the same applications."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from application_builder import doctor, national, period
from table_files import read, rejections

from engine.batch.conversion import convert
from engine.batch.row import applications_of
from engine.case.application import read_application
from engine.cli.main import main
from engine.language.rulebook import Rulebook
from engine.regress.case import case_files

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_every_fixture_comes_back_the_same(format: str, tmp_path: Path, book: Rulebook) -> None:
    paths = case_files([ROOT / "fixtures"])
    done = convert(paths, tmp_path / "ut", book, format)
    assert done.files == done.converted == len(paths) > 300
    intake, connection = read(tmp_path / "ut", book)
    assert rejections(connection) == [] and intake.applications.kept == len(paths)
    single = [read_application(path, book) for path in paths]
    batch = applications_of(connection, book, [one.id for one in single])
    assert [one.digest for one in batch] == [one.digest for one in single]
    assert [one.doctors for one in batch] == [one.doctors for one in single]


def test_what_cannot_be_read_is_told_and_the_rest_converts(tmp_path: Path, book: Rulebook) -> None:
    cases = tmp_path / "saker"
    cases.mkdir()
    good = national(2024, doctor(period("2024-01-01", "2024-03-31")), id="god")
    (cases / "a.json").write_text(json.dumps(good), encoding="utf-8")
    (cases / "b.json").write_text(json.dumps(good), encoding="utf-8")
    (cases / "c.json").write_text('{"søknad": {"id": "c"}}', encoding="utf-8")
    (cases / "d.yaml").write_text("søknad: [\n", encoding="utf-8")
    exact = national(2024, doctor(period("2024-01-01", "2024-03-31", stillingsandel="33,3333")), id="e")
    (cases / "e.json").write_text(json.dumps(exact), encoding="utf-8")
    done = convert(case_files([cases]), tmp_path / "ut", book, "parquet")
    assert (done.files, done.converted, done.rejected) == (5, 1, 4)
    told = pq.read_table(tmp_path / "ut" / "avvist.parquet").to_pylist()
    assert [(Path(row["fil"]).name, row["kode"]) for row in told] == [
        ("b.json", "SØKNAD-DUPLIKAT"),
        ("c.json", "ORDNING"),
        ("d.yaml", "YAML-SYNTAKS"),
        ("e.json", "VERDI-DESIMALER"),
    ]
    assert pq.read_table(tmp_path / "ut" / "søknader.parquet").column("id").to_pylist() == ["god"]


def test_the_folder_appears_whole_or_not_at_all(tmp_path: Path, book: Rulebook) -> None:
    def breaks() -> list[Path]:
        yield from case_files([ROOT / "fixtures" / "2022"])[:3]  # type: ignore[misc]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        convert(breaks(), tmp_path / "ut", book, "csv")
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "fil").write_text("viktig", encoding="utf-8")
    assert main(["masse", "--mal", str(tmp_path)]) == 2
    assert "MAPPE-OPPTATT" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["fil"]


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_empty_tables(format: str, tmp_path: Path, book: Rulebook) -> None:
    assert main(["masse", "--mal", str(tmp_path / "mal"), "--format", format]) == 0
    intake, _ = read(tmp_path / "mal", book)
    assert [count.rows for count in intake.counts] == [0, 0, 0, 0, 0]
    text = (tmp_path / "mal" / "LES-MEG.md").read_text(encoding="utf-8")
    for fact in book.vocabulary.facts.values():
        assert fact.question in text and fact.help in text, fact.name
        assert f"`{fact.name}`" in text or f"## {fact.name}" in text
    assert ("CSV" in text) == (format == "csv")


def test_the_command_converts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = str(ROOT / "fixtures" / "2025")
    assert main(["masse", "--fra-saker", source, str(tmp_path / "ut")]) == 0
    assert "søknader er skrevet til" in capsys.readouterr().out
    assert (tmp_path / "ut" / "perioder.csv").is_file()
    (tmp_path / "tom.yaml").write_text("søknad: {}\n", encoding="utf-8")
    assert main(["masse", "--fra-saker", str(tmp_path / "tom.yaml"), str(tmp_path / "ut2")]) == 2


@pytest.mark.parametrize(
    "words", [["--mal"], ["--mal", "a", "b"], ["--mal", ""], ["--fra-saker", "fixtures"], ["--fra-saker", "", "x"], ["--format", "xml", "--mal", "x"]]
)  # fmt: skip
def test_wrong_arguments(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code = main(["masse", *words])
    except SystemExit as stop:
        code = int(stop.code or 0)
    assert code == 2
    assert capsys.readouterr().err.startswith("kommandolinjen:1:1: ARGUMENT: ")


def test_what_to_install(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["masse", "--mal", "x"]) == 2
    assert "pip install 'alis-regler[masse]'" in capsys.readouterr().err
