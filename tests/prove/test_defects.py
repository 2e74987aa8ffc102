"""Faults sown in copies of the rules: each is found, and its witness is decided as the finding says. Untouched rules have none."""

import shutil
from pathlib import Path

import pytest
from defects import DEFECTS, Defect

from engine.case.application import application
from engine.decide.decide import decide
from engine.language.rulebook import Rulebook, open_rulebook
from engine.prove.argued import argue, read_arguments
from engine.prove.examine import Report, examine
from engine.prove.finding import KINDS, Finding
from engine.prove.solver import Clock
from engine.regress.witness_file import application_text
from engine.text import yaml

ROOT = Path(__file__).resolve().parents[2] / "rules"
LOOKED_INTO = ("AVTALER-HULL", "AVTALER-OVERLAPP", "SATS-HULL", "TABELL-HULL")


def examined(root: Path, scheme: str) -> tuple[Report, Rulebook]:
    book = open_rulebook(root, passed_over=LOOKED_INTO)
    return examine(book, Clock(), 1, [scheme]), book


def sown(defect: Defect, root: Path) -> Path:
    shutil.copytree(ROOT, root)
    for edit in defect.edits:
        edit(root)
    return root


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda one: one.name)
def test_a_sown_fault_is_found(defect: Defect, tmp_path: Path) -> None:
    report, book = examined(sown(defect, tmp_path / "regler"), defect.scheme)
    wanted = [one for one in report.findings if (one.code, one.part) == (defect.code, defect.part)]
    found = [one for one in wanted if not defect.detail or one.detail == defect.detail]
    assert found, [one.id for one in report.findings]
    assert found[0].witness is not None, found[0].no_witness
    shows(found[0], book)


def shows(finding: Finding, book: Rulebook) -> None:
    """The witness, written to a file and read back, is decided as the finding says."""
    witness = finding.witness
    assert witness is not None
    text = application_text(witness.application, book.vocabulary.facts)
    decision = decide(application(yaml.read_text(text, "vitne.yaml"), book), book)
    rule = finding.part.rpartition("/")[2]
    told = [one for one in decision.findings if one.rule.id == rule]
    months = [
        month.components[witness.component]
        for doctor in decision.doctors
        for month in doctor.months
        if month.month == witness.month and witness.component in month.components
    ]
    match finding.code:
        case "HULL-AVTALEDATO":
            assert decision.doctors[0].outside
        case "HULL-MÅNED":
            assert [one.status for one in months] == ["utenfor"]
        case "HULL-SATS" | "HULL-VARIANT":
            assert any(one.partition(".")[0] == rule for one in decision.rates)
            assert decision.total is None
        case "HULL-BEREGNING":
            assert [(one.status, one.amount) for one in months] == [("ja", None)]
        case "GJELDER-ALDRI":
            assert {one.result for one in told} <= {"ikke aktuelt"}
        case "SVIKTER-ALDRI":
            assert "oppfylt" in {one.result for one in told} <= {"oppfylt", "ikke aktuelt"}
        case "OPPFYLLES-ALDRI" | "AVGJØR-ALDRI" | "OVERLAPP":
            assert "ikke oppfylt" in {one.result for one in told}
            assert any(one.status == "nei" for one in months) or decision.outcome == "avslag" or not decision.doctors
        case "UNNTAK-SLUKER":
            assert any(one.answer.exemption is not None for one in told)
        case "UNNTAK-UTEN-VIRKNING":
            assert all(one.answer.exemption is None for one in told)
        case "MERKNAD-ALDRI":
            assert rule not in {one.note.note.id for one in decision.notes}
        case "MOTSTRID":
            both = {rule, *(one.rpartition("/")[2] for one in finding.others)}
            failed = any(one.result == "ikke oppfylt" and one.rule.id in both for one in decision.findings)
            assert failed or decision.outcome == "avvist"


@pytest.mark.parametrize("scheme", ["nasjonal-alis", "veiledet-tjeneste", "spesialisering"])
def test_the_rules_as_they_are_have_only_argued_findings(scheme: str) -> None:
    """And every argument is needed: all are about one of the schemes."""
    report, _ = examined(ROOT, scheme)
    argued, unneeded = argue(report.findings, read_arguments(ROOT))
    assert [one.id for one in argued if not one.argued] == []
    assert report.open == []
    assert unneeded == [] or not argued


def test_the_catalogue_has_every_kind_of_finding() -> None:
    assert {one.code for one in DEFECTS} | {"EVALUATORENE"} == set(KINDS)
