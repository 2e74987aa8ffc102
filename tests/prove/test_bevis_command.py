"""`alis bevis` as it is called: codes, the file of arguments, time that runs out, and rules that cannot be read."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from defects import DEFECTS

from engine.cli.main import main

ROOT = Path(__file__).resolve().parents[2] / "rules"
SWALLOWED = next(one for one in DEFECTS if one.name == "et unntak som sluker vilkåret")
ID = "UNNTAK-SLUKER 2017/veiledet-tjeneste/veileder-ikke-nær-familie unntak sådd-unntak"


@pytest.fixture
def sown(tmp_path: Path) -> Path:
    """The rules with one fault."""
    root = tmp_path / "utkast"
    shutil.copytree(ROOT, root)
    for edit in SWALLOWED.edits:
        edit(root)
    return root


def called(capsys: pytest.CaptureFixture[str], *words: Any) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(["bevis", *(str(word) for word in words)])
    told = capsys.readouterr()
    return code, told.out, told.err


def guided(capsys: pytest.CaptureFixture[str], root: Path, *words: Any) -> tuple[int, str, str]:
    return called(capsys, root, "--ordning", "veiledet-tjeneste", "--prosesser", 1, *words)


def test_a_finding_is_told_with_rule_citation_and_witness(sown: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = guided(capsys, sown, "--format", "json")
    told = json.loads(out)
    (finding,) = told["funn"]
    assert (code, err, told["svar"]) == (1, "", "funn")
    assert finding["id"] == ID
    assert {one["kilde"] for one in finding["hjemmel"]} == {"hdir-2020-02-04"}
    assert ".yaml:" in finding["sted"] and finding["begrunnet"] is None
    assert "veileder_relasjon: " in finding["vitne"]["søknad"]
    assert finding["vitne"]["vedtak"]["utfall"] == "til skjønn"
    code, out, _ = guided(capsys, sown, "--format", "tekst")
    assert code == 1
    for words in (ID, "Hjemmel: Helsedirektoratet", "Vitne:", "Vedtak: til skjønn", "1 funn som ingen har begrunnet."):
        assert words in " ".join(out.split())


def test_an_argued_finding_stands_with_its_reason(sown: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (sown / "bevis-unntak.yaml").open("a", encoding="utf-8") as file:
        file.write(f"\n- funn: {ID}\n  fordi: Det er meningen.\n")
    code, out, _ = guided(capsys, sown, "--format", "json")
    assert code == 0
    assert [(one["id"], one["begrunnet"]) for one in json.loads(out)["funn"]] == [(ID, "Det er meningen.")]


def test_an_argument_without_a_reason_is_refused(sown: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (sown / "bevis-unntak.yaml").write_text(f"- funn: {ID}\n", encoding="utf-8")
    code, out, err = guided(capsys, sown)
    assert (code, out) == (2, "")
    assert "bevis-unntak.yaml:1:" in err and "BEVIS-UNNTAK" in err


def test_without_time_nothing_is_claimed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = guided(capsys, ROOT, "--tid", 0, "--format", "json")
    told = json.loads(out)
    assert told["svar"] == "ikke avgjort" and told["ikke_avgjort"] and told["funn"] == []
    assert code == 1
    assert "ble ikke avgjort" in guided(capsys, ROOT, "--tid", 0, "--format", "tekst")[1]


def test_rules_and_schemes_that_are_not_there(sown: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = called(capsys, ROOT, "--ordning", "veiledet-tjenste")
    assert (code, out) == (2, "") and "mente du «veiledet-tjeneste»" in err
    path = sown / "2017" / "veiledet-tjeneste.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("krav: ", "krv: ", 1), encoding="utf-8")
    code, out, err = called(capsys, sown)
    assert (code, out) == (2, "") and "veiledet-tjeneste.yaml:" in err
