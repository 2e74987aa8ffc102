"""A case with new expected values: what it asks about is renewed where it stands, and nothing else is touched."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.decide.check import open_checked
from engine.language.rulebook import Rulebook
from engine.regress.case import case_files
from engine.regress.renewal import renewed
from engine.regress.renewal_source import with_source
from engine.regress.run import DEVIATES, PASSED, run_case
from engine.text import yaml
from engine.text.fault import Faults
from engine.text.node import plain

ROOT = Path(__file__).parents[2]

#: changes of the rules that take away months, components, reasons and whole lists from what cases expect
CHANGES = (
    ("2023/nasjonal-alis.yaml", "verdi: 22", "verdi: 40", 1),
    ("2024/nasjonal-alis.yaml", "ikke_oppfylt: avslag", "ikke_oppfylt: skjønn", -1),
    ("2022/nasjonal-alis.yaml", "ikke_oppfylt: avvist", "ikke_oppfylt: avslag", -1),
    ("2017/veiledet-tjeneste.yaml", "ikke_oppfylt: avslag", "ikke_oppfylt: mangler opplysninger", -1),
)


@pytest.fixture(scope="module", params=CHANGES, ids=lambda one: one[0])
def changed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rulebook, str]]:
    file, old, new, count = request.param
    root = tmp_path_factory.mktemp("endret") / "rules"
    shutil.copytree(ROOT / "rules", root)
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new, count), encoding="utf-8")
    yield open_checked(root), file


def test_every_case_that_breaks_can_be_renewed_and_keeps_everything_else(
    changed: tuple[Rulebook, str], tmp_path: Path
) -> None:
    book, file = changed
    year, scheme = file.removesuffix(".yaml").split("/")
    folder = ROOT / "fixtures" / year
    paths = case_files([folder / scheme if (folder / scheme).is_dir() else folder])
    broken = [path for path in paths[:40] if run_case(path, book, False).status == DEVIATES]
    assert broken
    for path in broken:
        text = path.read_text(encoding="utf-8")
        after = renewed(text, path.name, book)
        (tmp_path / path.name).write_text(after, encoding="utf-8")
        assert run_case(tmp_path / path.name, book, False).status == PASSED
        before, now = (plain(yaml.read_text(one, path.name)) for one in (text, after))
        assert {key: value for key, value in now.items() if key != "forventet"} == {
            key: value for key, value in before.items() if key != "forventet"
        }
        assert set(now["forventet"]) == set(before["forventet"])  # it asks about nothing more
        head = text[: text.index("\nforventet:")]
        assert after.startswith(head) and [row for row in after.split("\n") if row.lstrip().startswith("#")] == [
            row for row in text.split("\n") if row.lstrip().startswith("#")
        ]


def test_a_case_that_stands_is_not_touched(rules: Path) -> None:
    book = open_checked(rules)
    path = ROOT / "fixtures/2023/veiledning-21-og-22-dager.yaml"
    text = path.read_text(encoding="utf-8")
    assert renewed(text, path.name, book) == text
    with pytest.raises(Faults) as told:
        renewed(text.partition("forventet:")[0], path.name, book)
    assert told.value.faults[0].code == "FORVENTNING"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("kilde:\n  - tolkning: A1\n\nsøknad: {}\n", "kilde:\n  - tolkning: A1\n  - avledet: \"Ny: «x» # y\"\n\nsøknad: {}\n"),
        (
            "kilde:\n- tolkning: >-\n    lang\n    tekst\n# om søknaden\nsøknad: {}\n",
            "kilde:\n- tolkning: >-\n    lang\n    tekst\n- avledet: \"Ny: «x» # y\"\n# om søknaden\nsøknad: {}\n",
        ),
        ("# topp\nsøknad: {}\n", "# topp\nkilde:\n  - avledet: \"Ny: «x» # y\"\nsøknad: {}\n"),
    ],
)  # fmt: skip
def test_a_source_is_written_last_among_them(before: str, after: str) -> None:
    assert with_source(before, "sak.yaml", "avledet", "Ny: «x» # y") == after
    assert with_source(after, "sak.yaml", "avledet", "Ny: «x» # y") == after


def test_sources_written_in_an_unusual_way_are_left_alone() -> None:
    with pytest.raises(Faults):
        with_source("kilde: [{tolkning: A1}]\nsøknad: {}\n", "sak.yaml", "avledet", "ny")
