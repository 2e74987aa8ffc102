"""A new grant year is data: a file for the year, an end to the year before, an answer in the vocabulary. Then everything knows it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from engine.cli.main import main

RULES = Path(__file__).parents[2] / "rules"
FILE = "2026/nasjonal-alis.yaml"
RULE_SET = """\
# yaml-language-server: $schema=../../engine/language/schema/regelsett.schema.json
regelsett: 2026/nasjonal-alis
tittel: Nasjonal ALIS og veiledning 2025/26
ordning: nasjonal-alis
bygger_på: 2025/nasjonal-alis

avtaler:
  fra: 2025-06-01
  hjemmel: {kilde: oppdiktet, punkt: perioden}

tilskuddsår:
  år: 2026
  måneder: {fra: 2025-06, til: 2026-05}
  hjemmel: {kilde: oppdiktet, punkt: perioden}

kilder:
  oppdiktet: {tittel: En oppdiktet forskrift, utgiver: Ingen}

grenser:
  færre_dager:
    tittel: Minste antall tellende dager for nye avtaler
    enhet: dager
    verdier: [{verdi: 15, hjemmel: {kilde: oppdiktet, punkt: dager}, sikkerhet: publisert}]
  søknadsfrist:
    verdier: [{for: 2026, verdi: 2026-08-31, hjemmel: {kilde: oppdiktet, punkt: frist}, sikkerhet: publisert}]
  attestfrist:
    verdier: [{for: 2026, verdi: 2027-04-01, hjemmel: {kilde: oppdiktet, punkt: frist}, sikkerhet: publisert}]
  andel_kommunen_kan_beholde:
    verdier: [{for: 2026, verdi: 5, hjemmel: {kilde: oppdiktet, punkt: andel}, sikkerhet: publisert}]

satser:
  salærsats:
    verdier: [{måneder: {fra: 2025-06, til: 2026-05}, verdi: 1315, hjemmel: {kilde: oppdiktet, punkt: sats}, sikkerhet: publisert}]
  alis_beløp:
    verdier: [{måneder: {fra: 2025-06, til: 2026-05}, verdi: 20000, hjemmel: {kilde: oppdiktet, punkt: sats}, sikkerhet: publisert}]

vilkår:
  over-tre-kalenderuker:
    tittel: Legen har minst 15 dager i måneden
    hjemmel: {kilde: oppdiktet, punkt: dager}
    vurderes_per: måned
    gjelder: [alis, veiledning]
    i_kraft: {nye_avtaler: 2025-06-01, eksisterende_avtaler: ingen}
    krav: {tellende_dager: {minst: færre_dager}}
    ikke_oppfylt: avslag
    begrunnelse:
      oppfylt: "{tellende_dager} teller. Kravet er minst {færre_dager}."
      ikke_oppfylt: Bare {tellende_dager} teller. Kravet er minst {færre_dager}.

opphever:
  vikar-fra-vikarbyrå:
    i_kraft: {nye_avtaler: 2025-06-01, eksisterende_avtaler: 2025-06}
    hjemmel: {kilde: oppdiktet, punkt: vikarer}
"""
APPLICATION = """\
søknad:
  id: ny
  ordning: nasjonal-alis
  tilskuddsår: 2026
  mottatt: 2026-08-31T23:59
  søkertype: kommune
  kommunenummer: "0301"
  sentralitetsklasse: 1
leger:
  - id: lege-1
    tilskuddstype: alis
    avtale_inngått: {avtale}
    mal_brukt: ja
    spesialisering: ny ordning
    tiltak_gjennomført: ja
    perioder:
      - {{fra: 2025-06-{fra}, til: 2025-07-31, stilling: ansatt fastlege, stillingsandel: 50}}
"""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rules with a year more."""
    root = Path(shutil.copytree(RULES, tmp_path_factory.mktemp("nytt-år") / "rules"))
    change(
        root / "2025" / "nasjonal-alis.yaml",
        "avtaler:\n  fra: 2024-09-01\n",
        "avtaler:\n  fra: 2024-09-01\n  til: 2025-05-31\n",
    )
    change(root / "vokabular.yaml", "verdier: [2022, 2023, 2024, 2025]", "verdier: [2022, 2023, 2024, 2025, 2026]")
    (root / FILE).parent.mkdir()
    (root / FILE).write_text(RULE_SET, encoding="utf-8")
    return root


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def answer(capsys: pytest.CaptureFixture[str], *command: str) -> Any:
    assert main([*command, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_shipped_rules_are_sound(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["valider", str(RULES)]) == 0
    assert capsys.readouterr().out.startswith("Ingen feil. 6 regelsett ")


def test_the_new_year_is_sound(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["valider", str(rules)]) == 0
    assert capsys.readouterr().out.startswith("Ingen feil. 7 regelsett ")


@pytest.mark.parametrize(
    ("agreed", "rule_set", "days_from"),
    [
        ("2025-05-31", "2025/nasjonal-alis", "2023/nasjonal-alis"),
        ("2025-06-01", "2026/nasjonal-alis", "2026/nasjonal-alis"),
    ],
)
def test_the_date_selects_the_new_year(
    rules: Path, capsys: pytest.CaptureFixture[str], agreed: str, rule_set: str, days_from: str
) -> None:
    told = answer(capsys, "regelsett", "--avtaledato", agreed, "--måned", "2025-06", "--regler", str(rules))
    assert told["regelsett"] == rule_set
    standing = {one["id"]: one for one in told["vilkår"]}
    assert standing["over-tre-kalenderuker"]["fra_regelsett"] == days_from
    assert standing["over-tre-kalenderuker"]["i_kraft"] and standing["mal-brukt"]["i_kraft"]
    assert standing["mal-brukt"]["fra_regelsett"] == "2023/nasjonal-alis"
    assert not standing["vikar-fra-vikarbyrå"]["i_kraft"]
    assert standing["vikar-fra-vikarbyrå"]["hvorfor"] == "Vilkåret er opphevet i 2026/nasjonal-alis."


def test_before_its_month_the_repeal_does_not_reach_older_agreements(
    rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = answer(capsys, "regelsett", "--avtaledato", "2025-05-31", "--måned", "2025-05", "--regler", str(rules))
    assert {one["id"]: one["i_kraft"] for one in told["vilkår"]}["vikar-fra-vikarbyrå"]


def test_the_text_of_the_new_year(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["vis", "2026/nasjonal-alis", "--regler", str(rules)]) == 0
    text = capsys.readouterr().out
    assert "Legen har minst 15 dager i måneden" in text and "(over-tre-kalenderuker, fra 2026/nasjonal-alis)" in text
    assert "Helsedirektoratets mal er brukt" in text  # stands from 2023
    assert "Legen har mer enn tre kalenderuker i måneden" not in text  # replaced
    assert "### Legen er ikke vikar fra vikarbyrå" not in text  # repealed
    assert "\nIngen, «En oppdiktet forskrift»." in text


@pytest.mark.parametrize(
    ("agreed", "first", "months", "amount"),
    [
        ("2025-06-01", "16", 2, "20000.00"),  # 15 days in June
        ("2025-06-01", "17", 1, "10000.00"),  # 14 days
        ("2025-05-31", "09", 2, "20000.00"),  # an older agreement: 22 days
        ("2025-05-31", "16", 1, "10000.00"),  # 15 days
    ],
)
def test_a_decision_by_the_new_year(
    rules: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], agreed: str, first: str, months: int, amount: str
) -> None:
    file = tmp_path / "sak.yaml"
    file.write_text(APPLICATION.format(avtale=agreed, fra=first), encoding="utf-8")
    decision = answer(capsys, "vurder", str(file), "--regler", str(rules))
    assert decision["beløp"] == {"sum": amount, "kjent": amount, "mangler_satser": []}
    doctor = decision["leger"][0]
    assert doctor["regelsett"] == ("2026/nasjonal-alis" if agreed >= "2025-06-01" else "2025/nasjonal-alis")
    assert doctor["komponenter"]["alis"] == {**doctor["komponenter"]["alis"], "måneder": months, "beløp": amount}


def test_the_shipped_rules_do_not_know_the_year(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "sak.yaml"
    file.write_text(APPLICATION.format(avtale="2025-06-01", fra="16"), encoding="utf-8")
    assert main(["vurder", str(file), "--regler", str(RULES)]) == 2
    assert "«2026» er ikke et gyldig svar i «tilskuddsår»" in capsys.readouterr().err
