"""What the commands print, and with which exit code."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.cli import main as command_line
from engine.language.rulebook import Rulebook
from engine.language.vocabulary import Fact
from engine.ruleset.force import standings
from engine.text.month import Month

ROOT = Path(__file__).resolve().parents[2]
RULES = str(ROOT / "rules")
FIXTURES = ROOT / "fixtures"
TIED = FIXTURES / "2024" / "alis-avtale-18-april-kommersiell.yaml"

Run = Callable[..., tuple[int, str, str]]
Json = dict[str, Any]

NO_BREAK = "\u00a0"


def process(*arguments: str | Path, cwd: Path = ROOT) -> list[str]:
    return [sys.executable, "-m", "engine.cli.main", *(str(one) for one in arguments)]


# --- vurder: text ---------------------------------------------------------------------------------------------------------


def in_order(text: str, *parts: str) -> None:
    """Each part stands after the one before it."""
    position = 0
    for part in parts:
        found = text.find(part, position)
        assert found >= 0, f"«{part}» mangler etter tegn {position}"
        position = found + len(part)


def test_text_begins_with_the_outcome_and_the_sum(run: Run) -> None:
    code, out, err = run("vurder", TIED, "--format", "tekst")
    assert (code, err) == (0, "")
    in_order(
        out,
        "alis-avtale-18-april-kommersiell",
        "Nasjonal ALIS og veiledning",
        "tilskuddsår 2024",
        "Utfall: delvis innvilget\n",
        f"Sum: 33{NO_BREAK}621,00{NO_BREAK}kr\n",
        "Søknaden",
        "lege-1: delvis innvilget",
        "avtale 18.4.2024",
        "regelsett 2024/nasjonal-alis",
        "avslag, 0 måneder, 0,00",
        f"innvilget, 5 måneder, 33{NO_BREAK}621,00",
        "jan feb mar apr mai jun jul aug sep okt nov des",
        "2024 alis",
        "2024 veiledning",
        "Merknader",
        "Tolkninger",
        "Kvittering",
    )


def test_reasons_stand_with_their_citation(run: Run) -> None:
    _, out, _ = run("vurder", TIED, "--format", "tekst")
    flat = re.sub(r"\s+", " ", out)
    in_order(
        flat,
        "Legen er ikke knyttet til vikarbyrå eller annen privat kommersiell aktør [alis,",
        "Legen har kommersiell tilknytning i 31 dager og bare 0 dager uten.",
        "Helsedirektoratet, «560 millioner for å få flere fastleger» (2024-04-18): nye regler for tilskuddet",
        "Legen spesialiserer seg i allmennmedisin i ny ordning.",
        "«Allmennlegetjenesten – statusrapport høsten 2023»",
    )
    refused = flat.index("Legen har kommersiell tilknytning")
    assert refused < flat.index("✓ Legen spesialiserer seg i ny ordning"), "why not comes before what is in order"
    leaned_on = flat.partition("Tolkninger")[2]
    assert all(number in leaned_on for number in ("A8", "A13", "A28", "A38"))


def test_the_months_are_a_strip(run: Run) -> None:
    _, out, _ = run("vurder", TIED, "--format", "tekst")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    first = lines.index("2024 alis ✗ ✗ ✗ ✗ ✗")
    assert lines[first + 1 : first + 4] == [
        "tellende dager 13 31 30 31 31",
        "2024 veiledning ✓ ✓ ✓ ✓ ✓",
        "tellende dager 30 31 30 31 31",
    ]


def test_what_is_taken_for_granted_is_told_once(run: Run) -> None:
    _, out, _ = run("vurder", FIXTURES / "2023" / "fem-leger-alle-utfall.yaml", "--format", "tekst")
    granted = re.sub(r"\s+", " ", out).partition("Forutsatt fordi det ikke er oppgitt")[2].partition("Tolkninger")[0]
    assert granted.split(" • ")[1:] == [
        "Søkes det om veiledning for måneder som får avslag på ALIS? Ikke besvart for lege-1, lege-2, lege-3, lege-4 og lege-5."
        " Vi bruker «nei».",
        "Har legen tilknytning til et vikarbyrå eller en annen kommersiell aktør? Ikke besvart for lege-1, lege-2, lege-3 og"
        " lege-5. Vi bruker «ingen».",
        "Får en annen kommune tilskudd for legen i samme periode? For hvor stor stillingsandel? Ikke besvart for lege-1,"
        " lege-2, lege-3, lege-4 og lege-5. Vi bruker «0 %».",
        "Dekkes legen av et annet av disse tilskuddene i samme periode? Ikke besvart for lege-1, lege-2, lege-3, lege-4 og"
        " lege-5. Vi bruker «nei». ",
    ]


def test_values_and_rates_go_by_their_titles_and_publishers(run: Run) -> None:
    flat = re.sub(r"\s+", " ", run("vurder", TIED, "--format", "tekst")[1])
    assert (
        "salærsats: 1 215 kr/time, april–august 2024 (ALIS-kontorene (alis.no), «ALIS-tilskudd» (2024): avsnittet om salærsats)"
        in flat
    )
    flat = re.sub(r"\s+", " ", run("vurder", FIXTURES / "2022" / "alis-hele-perioden.yaml", "--format", "tekst")[1])
    assert (
        "Ukjente satser: ALIS-tilskudd per måned for full stilling, fastlege eller fastlegevikar (alis_beløp.fastlege)"
        in flat
    )


def test_alt_also_shows_what_was_not_relevant(run: Run) -> None:
    plain = run("vurder", TIED, "--format", "tekst")[1]
    whole = run("vurder", TIED, "--format", "tekst", "--alt")[1]
    assert "Legen er ikke introduksjonslege denne måneden." not in plain
    assert "Legen er ikke introduksjonslege denne måneden." in whole
    assert len(whole) > len(plain)
    assert whole.splitlines()[:5] == plain.splitlines()[:5]


@pytest.mark.parametrize(
    ("fixture", "parts"),
    [
        (
            "2023/tiltak-ikke-oppgitt.yaml",
            ["Utfall: mangler opplysninger", "Dette mangler", "Er tilretteleggingen som er avtalt, gjennomført?", "tiltak_gjennomført"],
        ),
        ("2024/tilknytning-uavklart-betyr-noe.yaml", ["Utfall: til skjønn", "Dette må en person avgjøre", "kommersiell aktør"]),
        ("2023/frist-2-september-midnatt.yaml", ["Utfall: avvist", "Sum: 0,00", "2.9.2023", "1.9.2023", "Helsedirektoratet"]),
        ("2022/alis-hele-perioden.yaml", ["Utfall: innvilget", "Sum: kan ikke regnes ut", "Kjent beløp: 0,00", "alis_beløp.fastlege"]),
        ("2017/veiledet-tjeneste/tolv-hele-måneder-70404.yaml", ["Utfall: innvilget", "Sum: 70 404,00", "70 400,00"]),
        ("2017/spesialisering/kompensasjon-til-kandidaten.yaml", ["Utfall: til skjønn", "regner ikke ut", "kan ikke dekkes"]),
        ("2023/avtale-28-februar-2017-2023.yaml", ["avslag", "Avtalen er datert 28.2.2017. Ingen regelsett"]),
    ],
)  # fmt: skip
def test_text_of_each_outcome(fixture: str, parts: list[str], run: Run) -> None:
    code, out, err = run("vurder", FIXTURES / fixture, "--format", "tekst")
    assert (code, err) == (0, "")
    in_order(re.sub(r"\s+", " ", out), *parts)


def test_several_files_give_a_line_each(run: Run) -> None:
    paths = [FIXTURES / "2023" / name for name in ("veiledning-full-stilling.yaml", "alis-hele-året-beløp-ukjent.yaml")]
    code, out, err = run("vurder", *paths, "--format", "tekst")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith(f"{paths[0]}: innvilget, 69{NO_BREAK}401,00{NO_BREAK}kr")
    assert lines[1].startswith(f"{paths[1]}: innvilget, sum ikke kjent")
    assert lines[2] == "2 vurdert"
    whole = run("vurder", *paths, "--format", "tekst", "--alt")[1]
    in_order(
        whole,
        "Søknad veiledning-full-stilling",
        "Utfall: ",
        "Søknad alis-hele-året-beløp-ukjent",
        "Utfall: ",
        "2 vurdert",
    )


def test_a_folder_is_every_file_in_it_once(run: Run) -> None:
    code, out, err = run("vurder", FIXTURES / "2025", FIXTURES / "2025" / "bare-juni-2025.yaml", "--format", "json")
    assert (code, err) == (0, "")
    expected = sorted(path.stem for path in (FIXTURES / "2025").rglob("*.yaml"))
    assert sorted(one["søknad"]["id"] for one in json.loads(out)) == expected


# --- vurder: JSON ---------------------------------------------------------------------------------------------------------

CONTRACT = {
    "": {"søknad", "beløp", "leger", "vilkår", "mangler", "skjønn", "merknader", "kvittering"},
    "søknad": {"id", "ordning", "utfall"},
    "beløp": {"sum", "kjent", "mangler_satser"},
    "kvittering": {"regler_sha256", "søknad_sha256", "motor"},
    "lege": {"id", "regelsett", "utfall", "komponenter", "måneder"},
    "komponent": {"utfall", "måneder", "beløp"},
    "måned": {"måned", "rett", "dager", "stillingsandel", "avgjort_av"},
    "vilkår": {"id", "nivå", "resultat", "følge", "hjemmel", "begrunnelse"},
    "mangler": {"faktum", "nivå", "sti", "spørsmål"},
    "skjønn": {"id", "spørsmål", "hjemmel"},
    "merknad": {"id", "nivå", "tekst", "hjemmel"},
}
RESULTS = {"oppfylt", "ikke oppfylt", "uavklart", "ikke aktuelt"}
FOLLOWS = {None, "avslag", "avvist", "skjønn", "mangler opplysninger", "utenfor", "ingen", "merknad"}
MONEY = re.compile(r"\d+\.\d\d")
SHA = re.compile(r"[0-9a-f]{64}")


def has(part: Json, name: str) -> None:
    assert set(part) >= CONTRACT[name], CONTRACT[name] - set(part)


def check_contract(answer: Json) -> None:
    """Every key of the contract where it belongs, with a value of its kind."""
    has(answer, "")
    for name in ("søknad", "beløp", "kvittering"):
        has(answer[name], name)
    assert ("tilskuddsår" in answer["søknad"]) <= (answer["søknad"]["ordning"] == "nasjonal-alis")
    assert answer["beløp"]["sum"] is None or MONEY.fullmatch(answer["beløp"]["sum"])
    assert MONEY.fullmatch(answer["beløp"]["kjent"])
    assert all(SHA.fullmatch(answer["kvittering"][key]) for key in ("regler_sha256", "søknad_sha256"))
    for doctor in answer["leger"]:
        has(doctor, "lege")
        for line in doctor["komponenter"].values():
            has(line, "komponent")
            assert line["beløp"] is None or MONEY.fullmatch(line["beløp"])
            assert isinstance(line["måneder"], int)
        for month in doctor["måneder"]:
            has(month, "måned")
            assert re.fullmatch(r"\d{4}-\d\d", month["måned"])
            assert set(month["avgjort_av"]) == set(month["rett"])
            assert month["dager"] is None or isinstance(month["dager"], int)
            assert month["stillingsandel"] is None or isinstance(month["stillingsandel"], str)
    for finding in answer["vilkår"]:
        has(finding, "vilkår")
        assert finding["resultat"] in RESULTS
        assert finding["følge"] in FOLLOWS
        if finding["resultat"] in ("oppfylt", "ikke aktuelt"):
            assert finding["følge"] is None
        elif finding["resultat"] == "ikke oppfylt":
            assert (finding["følge"] is None) == (finding["nivå"] == "dag"), "a day only counts or does not count"
        assert set(finding["hjemmel"]) == {"kilde", "punkt"}
        assert finding["nivå"] in ("søknad", "lege", "måned", "dag", "budsjett")
        if finding["nivå"] in ("måned", "dag"):
            assert {"lege", "måned", "komponent"} <= set(finding)
    for key, name in (("mangler", "mangler"), ("skjønn", "skjønn"), ("merknader", "merknad")):
        for part in answer[key]:
            has(part, name)


def test_the_kept_cases_keep_the_contract(run: Run) -> None:
    paths = sorted(path for path in FIXTURES.rglob("*") if path.suffix in (".yaml", ".json"))[::5]
    code, out, err = run("vurder", *paths, "--format", "json")
    assert (code, err) == (0, "")
    answers = json.loads(out)
    assert [one["søknad"]["id"] for one in answers] == [path.stem for path in paths]
    for answer in answers:
        check_contract(answer)


def test_one_file_gives_an_object_and_several_a_list(run: Run) -> None:
    one = run("vurder", TIED)[1]
    several = run("vurder", TIED, FIXTURES / "2025" / "bare-juni-2025.yaml")[1]
    assert json.loads(one) == json.loads(several)[0]
    assert isinstance(json.loads(several), list)


def test_the_example_of_the_contract(run: Run, folder: Path) -> None:
    """`format.md`: four months of supervision in place of ALIS, 26 897 kroner."""
    (folder / "sak.yaml").write_text(
        """søknad:
  id: alis-2024-0317
  ordning: nasjonal-alis
  tilskuddsår: 2024
  mottatt: 2024-08-28T14:03
  søkertype: kommune
  kommunenummer: "4642"
  sentralitetsklasse: 6
leger:
  - id: lege-1
    tilskuddstype: alis
    avtale_inngått: 2024-04-18
    mal_brukt: ja
    spesialisering: ny ordning
    tiltak_gjennomført: ja
    perioder:
      - {fra: 2024-05-01, til: 2024-08-31, stilling: ansatt fastlege, stillingsandel: 100, tilknytning: kommersiell arbeidsgiver}
""",
        encoding="utf-8",
    )
    answer = json.loads(run("vurder", "sak.yaml", "--format", "json")[1])
    assert answer["søknad"] == {
        "id": "alis-2024-0317", "ordning": "nasjonal-alis", "tilskuddsår": 2024, "utfall": "delvis innvilget",
    }  # fmt: skip
    assert answer["beløp"] == {"sum": "26897.00", "kjent": "26897.00", "mangler_satser": []}
    [doctor] = answer["leger"]
    assert (doctor["id"], doctor["regelsett"], doctor["utfall"]) == ("lege-1", "2024/nasjonal-alis", "delvis innvilget")
    lines = {name: (line["utfall"], line["måneder"], line["beløp"]) for name, line in doctor["komponenter"].items()}
    assert lines == {"alis": ("avslag", 0, "0.00"), "veiledning": ("innvilget", 4, "26897.00")}
    may = doctor["måneder"][0]
    assert {key: may[key] for key in ("måned", "rett", "dager", "stillingsandel")} == {
        "måned": "2024-05", "rett": {"alis": "nei", "veiledning": "ja"}, "dager": 31, "stillingsandel": "100",
    }  # fmt: skip
    assert may["avgjort_av"]["alis"] == ["kommersiell-tilknytning"]
    [finding] = [
        one for one in answer["vilkår"] if one["id"] == "kommersiell-tilknytning" and one["måned"] == "2024-05"
    ]
    expected = {
        "id": "kommersiell-tilknytning", "nivå": "måned", "lege": "lege-1", "måned": "2024-05", "komponent": "alis",
        "resultat": "ikke oppfylt", "følge": "avslag", "hjemmel": {"kilde": "hdir-2024-04-18", "punkt": "nye regler for tilskuddet"},
    }  # fmt: skip
    assert expected.items() <= finding.items()
    assert answer["mangler"] == answer["skjønn"] == []


def test_only_the_naive_evaluator_stands_in_the_receipt(run: Run) -> None:
    both = json.loads(run("vurder", TIED)[1])
    alone = json.loads(run("vurder", TIED, "--bare-naiv")[1])
    assert both["kvittering"].pop("evaluatorer") == ["naiv", "durable-rules"]
    assert alone["kvittering"].pop("evaluatorer") == ["naiv"]
    assert both == alone


# --- vurder: rates laid over ----------------------------------------------------------------------------------------------


@pytest.fixture
def four_months(folder: Path) -> Path:
    """An application with four months of ALIS in full position, May to August 2024, that expects nothing."""
    text = (FIXTURES / "2024" / "alis-avtale-17-april-kommersiell.yaml").read_text(encoding="utf-8")
    path = folder / "fire-måneder.yaml"
    path.write_text(text.partition("\nforventet:")[0] + "\n", encoding="utf-8")
    return path


def test_rates_laid_over_make_the_sum_known_and_are_told(run: Run, folder: Path, four_months: Path) -> None:
    before = json.loads(run("vurder", four_months)[1])
    assert before["beløp"] == {"sum": None, "kjent": "0.00", "mangler_satser": ["alis_beløp.fastlege"]}
    assert before["kvittering"]["foreslåtte_satser_sha256"] is None
    rates = folder / "satser.yaml"
    rates.write_text(
        "ordning: nasjonal-alis\nsatser:\n  alis_beløp:\n"
        '    - {variant: fastlege, måneder: {fra: 2023-09, til: 2024-08}, verdi: "20000,50"}\n',
        encoding="utf-8",
    )
    code, out, err = run("vurder", four_months, "--satser", rates)
    assert (code, err) == (0, "")
    after = json.loads(out)
    assert after["beløp"] == {"sum": "80002.00", "kjent": "80002.00", "mangler_satser": []}
    assert SHA.fullmatch(after["kvittering"]["foreslåtte_satser_sha256"])
    assert after["kvittering"]["regler_sha256"] != before["kvittering"]["regler_sha256"]
    assert after["kvittering"]["søknad_sha256"] == before["kvittering"]["søknad_sha256"]
    assert [month["rett"] for month in after["leger"][0]["måneder"]] == [
        month["rett"] for month in before["leger"][0]["måneder"]
    ]
    text = run("vurder", four_months, "--satser", rates, "--format", "tekst")[1]
    in_order(re.sub(r"\s+", " ", text), "Utfall: delvis innvilget", "Sum: 80 002,00 kr", "foreslåtte satser")
    assert "foreslåtte satser" not in run("vurder", four_months, "--format", "tekst")[1]


def test_only_the_months_of_the_rate_are_known(run: Run, folder: Path, four_months: Path) -> None:
    """20 000 for May and June, nothing for July and August."""
    rates = folder / "satser.yaml"
    rates.write_text(
        "ordning: nasjonal-alis\nsatser:\n  alis_beløp:\n    - {måneder: {fra: 2024-05, til: 2024-06}, verdi: 20000}\n",
        encoding="utf-8",
    )
    answer = json.loads(run("vurder", four_months, "--satser", rates)[1])
    assert answer["beløp"] == {"sum": None, "kjent": "40000.00", "mangler_satser": ["alis_beløp.fastlege"]}


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        ("20000,12", "80000.00"),  # four months: 80 000.48
        ("20000,125", "80001.00"),  # 80 000.5, and the half goes up
        ("20000,20", "80001.00"),  # 80 000.8
        ("0", "0.00"),
    ],
)
def test_an_alis_line_is_rounded_half_up_once(
    rate: str, expected: str, run: Run, folder: Path, four_months: Path
) -> None:
    (folder / "satser.yaml").write_text(
        f'ordning: nasjonal-alis\nsatser:\n  alis_beløp:\n    - {{verdi: "{rate}"}}\n', encoding="utf-8"
    )
    answer = json.loads(run("vurder", four_months, "--satser", "satser.yaml")[1])
    assert answer["beløp"] == {"sum": expected, "kjent": expected, "mangler_satser": []}


def test_the_spelling_of_the_rates_does_not_change_the_receipt(run: Run, folder: Path, four_months: Path) -> None:
    receipts = []
    for text in (
        "ordning: nasjonal-alis\nsatser:\n  alis_beløp:\n    - {verdi: 20000}\n",
        "# et forslag\nsatser: {alis_beløp: [{verdi: '20000'}]}\nordning: nasjonal-alis\n",
    ):
        (folder / "satser.yaml").write_text(text, encoding="utf-8")
        receipts.append(json.loads(run("vurder", four_months, "--satser", "satser.yaml")[1])["kvittering"])
    assert receipts[0] == receipts[1]


# --- exit codes -----------------------------------------------------------------------------------------------------------


def test_a_case_that_deviates_gives_code_1(run: Run, folder: Path) -> None:
    text = TIED.read_text(encoding="utf-8")
    place = text.index("søknad: {utfall: delvis innvilget}")
    line = text[:place].count("\n") + 1
    (folder / "sak.yaml").write_text(
        text.replace("søknad: {utfall: delvis innvilget}", "søknad: {utfall: avslag}"), encoding="utf-8"
    )
    code, out, err = run("vurder", "sak.yaml", "--format", "json")
    assert code == 1
    assert json.loads(out)["søknad"]["utfall"] == "delvis innvilget"
    assert err == f"sak.yaml:{line}:20: AVVIK: søknad.utfall: forventet avslag, fikk delvis innvilget\n"


def test_a_refusal_is_a_result(run: Run) -> None:
    for fixture in (
        "2023/gammel-ordning-veiledning.yaml",
        "2023/frist-2-september-midnatt.yaml",
        "2023/tiltak-ikke-oppgitt.yaml",
    ):
        assert run("vurder", FIXTURES / fixture)[0] == 0


def test_validating(run: Run, folder: Path) -> None:
    code, out, err = run("valider", RULES)
    assert (code, err) == (0, "")
    assert out.startswith("Ingen feil. 6 regelsett med ")
    assert run("valider", f"{RULES}/2024/nasjonal-alis.yaml")[0] == 0
    copy = folder / "regler"
    shutil.copytree(RULES, copy)
    path = copy / "2024" / "nasjonal-alis.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("ikke_oppfylt: avslag", "ikke_oppfylt: avslå"), encoding="utf-8")
    code, out, err = run("valider", "regler")
    assert (code, out) == (1, "")
    assert err.startswith("regler/2024/nasjonal-alis.yaml:")
    path.write_text(text + "\t- a", encoding="utf-8")
    assert run("valider", "regler")[0] == 2


def test_the_version_and_nothing_at_all(run: Run) -> None:
    code, out, err = run("--versjon")
    assert (code, err) == (0, "")
    assert re.fullmatch(r"alis \d+\.\d+\.\d+\n", out)
    code, out, err = run()
    assert (code, err) == (0, "")
    assert out.startswith("Bruk: alis ")


def test_the_generated_files_are_fresh(run: Run) -> None:
    assert run("skjema", "--sjekk") == (0, "", "")


# --- regelsett ------------------------------------------------------------------------------------------------------------

FROM_2022 = {
    "ny-ordning", "avtalen-er-inngått", "konvertert", "introduksjonsavtale", "stillingsandel-oppgitt", "samlet-stillingsandel",
    "ett-tilskudd-per-måned",
}  # fmt: skip
FROM_OCTOBER_2022 = {
    "over-tre-kalenderuker", "tiltak-gjennomført", "vikariatets-varighet", "vikar-fra-vikarbyrå", "veiledning-for-vikar-fra-vikarbyrå",
}  # fmt: skip
ALWAYS = {"søker-er-kommune", "søknadsfrist", "innenfor-tilskuddsåret"}
DATES = [
    "2017-03-01", "2022-09-30", "2022-10-01", "2022-12-31", "2023-01-01", "2023-08-31", "2023-09-01", "2024-04-17", "2024-04-18",
    "2024-04-19", "2024-08-31", "2024-09-01", "2030-01-01",
]  # fmt: skip
MONTHS = ["2022-01", "2022-09", "2022-10", "2023-08", "2023-09", "2024-04", "2024-08", "2024-09", "2025-05"]


def in_force_by_hand(agreed: str, month: str) -> set[str]:
    """Sections 3 to 6, and A1, A4, A8, A16 and A28, read by a person."""
    found = ALWAYS | FROM_2022
    found |= FROM_OCTOBER_2022 if month >= "2022-10" else {"hel-måned"}
    if agreed >= "2023-01-01":
        found |= {"mal-brukt"}
    if agreed >= "2024-04-18" or month >= "2024-09":
        found |= {"kommersiell-tilknytning"}
    return found


def month_of_text(text: str) -> Month:
    year, number = text.split("-")
    return Month(int(year) * 12 + int(number) - 1)


def grant_year(month: str) -> int:
    return next(
        year
        for year, last in ((2022, "2022-09"), (2023, "2023-08"), (2024, "2024-08"), (2025, "2025-05"))
        if month <= last
    )


@pytest.mark.parametrize("agreed", DATES)
def test_which_conditions_are_in_force(agreed: str, book: Rulebook) -> None:
    scheme = book.schemes["nasjonal-alis"]
    for month in MONTHS:
        found = standings(scheme, date.fromisoformat(agreed), month_of_text(month), grant_year(month))
        assert len({one.rule.id for one in found}) == len(found) == len(scheme.rules)
        assert {one.rule.id for one in found if one.in_force} == in_force_by_hand(agreed, month), month
        assert all(one.why.endswith(".") for one in found)
        signing = next(one for one in found if one.rule.id == "avtalen-er-inngått")
        assert signing.rule.origin == ("2023/nasjonal-alis" if agreed >= "2022-10-01" else "2022/nasjonal-alis")


@pytest.mark.parametrize(
    ("agreed", "month"),
    [
        ("2022-03-01", "2022-09"), ("2022-03-01", "2022-10"), ("2024-04-17", "2024-08"), ("2024-04-17", "2024-09"), ("18.4.2024", "8.2024"),
        ("2022-12-31", "2023-05"), ("2023-01-01", "2023-05"),
    ],
)  # fmt: skip
def test_the_command_tells_what_is_in_force(agreed: str, month: str, run: Run) -> None:
    code, out, err = run("regelsett", "--avtaledato", agreed, "--måned", month, "--format", "json")
    assert (code, err) == (0, "")
    answer = json.loads(out)
    iso = {"18.4.2024": "2024-04-18", "8.2024": "2024-08"}
    expected = in_force_by_hand(iso.get(agreed, agreed), iso.get(month, month))
    assert {one["id"] for one in answer["vilkår"] if one["i_kraft"]} == expected
    for one in answer["vilkår"]:
        assert {"id", "fra_regelsett", "i_kraft", "hvorfor"} <= set(one)
        assert isinstance(one["i_kraft"], bool)
        assert re.fullmatch(r"20\d\d/nasjonal-alis", one["fra_regelsett"])


@pytest.mark.parametrize(
    ("agreed", "scheme", "expected"),
    [
        ("2017-02-28", None, "2017/veiledet-tjeneste"),
        ("2017-03-01", None, "2022/nasjonal-alis"),
        ("2017-02-28", "nasjonal-alis", None),
        ("2017-03-01", "veiledet-tjeneste", None),
        ("2022-09-30", None, "2022/nasjonal-alis"),
        ("1.10.2022", None, "2023/nasjonal-alis"),
        ("2023-08-31", None, "2023/nasjonal-alis"),
        ("2023-09-01", None, "2024/nasjonal-alis"),
        ("2024-08-31", None, "2024/nasjonal-alis"),
        ("2024-09-01", None, "2025/nasjonal-alis"),
        ("2015-01-01", "spesialisering", "2017/spesialisering"),
    ],
)
def test_which_rule_set_a_date_selects(agreed: str, scheme: str | None, expected: str | None, run: Run) -> None:
    extra = ["--ordning", scheme] if scheme else []
    code, out, err = run("regelsett", "--avtaledato", agreed, *extra)
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert answer["regelsett"] == expected
    assert (answer["vilkår"] == []) == (expected is None)
    text = run("regelsett", "--avtaledato", agreed, *extra, "--format", "tekst")[1]
    assert text.startswith((expected or "Ingen regelsett") + "\n")


def test_why_a_condition_is_in_force_or_not(run: Run) -> None:
    def why(agreed: str, month: str) -> str:
        answer = json.loads(run("regelsett", "--avtaledato", agreed, "--måned", month)[1])
        return str(next(one["hvorfor"] for one in answer["vilkår"] if one["id"] == "kommersiell-tilknytning"))

    assert "18.4.2024" in why("2024-04-18", "2024-05")
    assert "september 2024" in why("2024-04-17", "2024-05")
    assert "september 2024" in why("2024-04-17", "2024-09")
    assert why("2024-04-17", "2024-05") != why("2024-04-17", "2024-09")


# --- vis ------------------------------------------------------------------------------------------------------------------


def test_the_consolidated_text(run: Run) -> None:
    code, out, err = run("vis", "2025/nasjonal-alis")
    assert (code, err) == (0, "")
    in_order(
        out,
        "# Nasjonal ALIS og veiledning 2024/25\n",
        "Regelsettet velges for avtaler inngått fra og med 1.9.2024.",
        "Tilskuddsåret 2025 er september 2024 til mai 2025.",
        "## Hva det kan gis tilskudd til",
        "## Vilkår",
        "### Søkeren er en kommune",
        "### Legen har mer enn tre kalenderuker i måneden",
        "Tolkning A28:",
        "### Legen er ikke knyttet til vikarbyrå eller annen privat kommersiell aktør",
        "Hjemmel: Helsedirektoratet, «560 millioner for å få flere fastleger»: nye regler for tilskuddet.",
        "## Satser",
        "ukjent",
        "## Grenser",
        "## Beregning",
        "halve kroner rundes opp",
        "## Kilder",
        "Helsedirektoratet, «Nasjonal ALIS og veiledning» (2025-05-16).",
    )
    assert not re.search(r"[{}]|None|True|False", out)


@pytest.mark.parametrize(
    ("agreed", "month", "there", "not_there"),
    [
        ("2024-04-17", "2024-08", ["Legen har mer enn tre kalenderuker"], ["privat kommersiell aktør\nGjelder", "Hele måneden er dekket"]),
        ("2024-04-18", "2024-08", ["### Legen er ikke knyttet til vikarbyrå eller annen privat kommersiell aktør"], ["Hele måneden er dekket"]),
        ("2024-04-17", "2024-09", ["### Legen er ikke knyttet til vikarbyrå eller annen privat kommersiell aktør"], []),
    ],
)  # fmt: skip
def test_the_text_for_a_date_and_a_month(
    agreed: str, month: str, there: list[str], not_there: list[str], run: Run
) -> None:
    code, out, err = run("vis", "2024/nasjonal-alis", "--avtaledato", agreed, "--måned", month)
    assert (code, err) == (0, "")
    assert all(part in out for part in there)
    assert not any(part in out for part in not_there)
    day = date.fromisoformat(agreed)
    assert f"{day.day}.{day.month}.{day.year}" in out.splitlines()[2]


def test_the_text_of_2022_has_whole_months(run: Run) -> None:
    out = run("vis", "2022/nasjonal-alis", "--avtaledato", "2022-03-01", "--måned", "2022-09")[1]
    assert "### Hele måneden er dekket" in out
    assert "tre kalenderuker i måneden\n" not in out


# --- ny-søknad ------------------------------------------------------------------------------------------------------------

SAMPLES = {
    "ja_nei": "ja",
    "dato": "2022-11-01",
    "tidspunkt": "2022-11-01T10:00",
    "måned": "2022-11",
    "heltall": "3",
    "desimal": "50",
    "tekst": "0301",
}


def sample(fact: Fact) -> str:
    return str(fact.choices[0]) if fact.choices else SAMPLES[fact.kind]


def filled(template: str, facts: dict[str, Fact]) -> str:
    """The template with every fact uncommented and given an answer, as its first lines say."""
    lines = []
    inside: Fact | None = None
    for line in template.splitlines():
        start = re.fullmatch(r"(\s*)# (\w+):", line)
        row = re.fullmatch(r"(\s*)#   ([- ]) (\w+):   # .*", line)
        choice = re.fullmatch(r"(\s*)#   - (.+)", line)
        if start and start[2] in facts:
            inside = facts[start[2]]
            lines.append(
                f"{start[1]}{start[2]}:" + ("" if inside.kind in ("liste", "flervalg") else f" {sample(inside)}")
            )
        elif inside is not None and inside.kind == "liste" and row:
            lines.append(f"{row[1]}  {row[2]} {row[3]}: {sample(inside.fields[row[3]])}")
        elif inside is not None and inside.kind == "flervalg" and choice:
            lines.append(f"{choice[1]}  - {choice[2]}")
        else:
            inside = None
            lines.append(line)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("scheme", ["nasjonal-alis", "veiledet-tjeneste", "spesialisering"])
def test_the_template_is_an_application(scheme: str, run: Run, folder: Path, book: Rulebook) -> None:
    code, out, err = run("ny-søknad", scheme)
    assert (code, err) == (0, "")
    assert "# Fjern # foran det som skal fylles ut." in out, "it says how to use it"
    (folder / "mal.yaml").write_text(out, encoding="utf-8")
    code, decision, err = run("vurder", "mal.yaml")
    assert (code, err) == (0, "")
    assert json.loads(decision)["søknad"] == {"id": "ny-søknad", "ordning": scheme, "utfall": "mangler opplysninger"}
    facts = {name: fact for name, fact in book.vocabulary.facts.items() if scheme in fact.schemes and not fact.required}
    for name, fact in facts.items():
        assert re.search(rf"^ *# {name}:$", out, re.MULTILINE), name
        assert fact.question.split()[0] in out
    text = filled(out, facts)
    assert not re.search(r"^\s*# \w+:$", text, re.MULTILINE)
    (folder / "utfylt.yaml").write_text(text, encoding="utf-8")
    code, decision, err = run("vurder", "utfylt.yaml")
    assert (code, err) == (0, "")
    if scheme == "spesialisering":
        assert json.loads(decision)["mangler"] == []


def test_the_template_is_written_to_a_new_file_and_never_over_one(run: Run, folder: Path) -> None:
    code, out, err = run("ny-søknad", "nasjonal-alis", "--til", "min.yaml")
    assert (code, out, err) == (0, "Malen er skrevet til min.yaml.\n", "")
    text = (folder / "min.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=")
    assert (
        folder / text.splitlines()[0].partition("=")[2]
    ).resolve() == ROOT / "engine" / "language" / "schema" / "søknad.schema.json"
    assert text.partition("\n")[2] == run("ny-søknad", "nasjonal-alis")[1]
    code, out, err = run("ny-søknad", "spesialisering", "--til", "min.yaml")
    assert (code, out) == (2, "")
    assert err.startswith("kommandolinjen:1:1: ARGUMENT: filen «min.yaml» finnes fra før – ")
    assert (folder / "min.yaml").read_text(encoding="utf-8") == text
    assert [path.name for path in folder.iterdir()] == ["min.yaml"]


def test_a_template_that_cannot_be_written_leaves_nothing(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = run("ny-søknad", "nasjonal-alis", "--til", "borte/min.yaml")
    assert (code, out) == (2, "")
    assert (
        err
        == "borte/min.yaml:1:1: FIL-SKRIV: filen kan ikke skrives – mappen finnes ikke – lag mappen først, eller rett navnet\n"
    )

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("engine.text.file.os.replace", full)
        code, out, err = run("ny-søknad", "nasjonal-alis", "--til", "min.yaml")
    assert (code, out) == (2, "")
    assert err == "min.yaml:1:1: FIL-SKRIV: filen kan ikke skrives – disken er full – frigjør plass og prøv igjen\n"
    assert list(folder.iterdir()) == []


# --- help -----------------------------------------------------------------------------------------------------------------

ENGLISH = re.compile(
    r"\b(usage|options?|optional|positional|arguments?|show|this|message|exit|default|required|invalid|choices?|folder|output|input"
    r"|the|and|with|error|version|commands?|see|file|files|name|path)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("command", [None, *command_line.COMMANDS])
@pytest.mark.parametrize("flag", ["--help", "--hjelp", "-h"])
def test_help_is_in_norwegian(command: str | None, flag: str, run: Run) -> None:
    code, out, err = run(*([command] if command else []), flag)
    assert (code, err) == (0, "")
    assert out.startswith(f"Bruk: alis {command or '['}")
    assert not ENGLISH.findall(out.replace("--help", "")), out
    assert "vis denne hjelpen" in out
    if command:
        in_order(out, "Valg:", "Eksempler:", f"  alis {command}")
    assert max(len(line) for line in out.splitlines()) <= 140


# --- processes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("vurder", FIXTURES, "--format", "json"),
        ("vurder", TIED, "--format", "tekst", "--alt"),
        ("vis", "2024/nasjonal-alis"),
    ],
    ids=["json", "text", "vis"],
)
def test_a_reader_that_leaves_early_gets_no_stack_trace(arguments: tuple[Any, ...]) -> None:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(
        process(*arguments), cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as started:
        assert started.stdout is not None
        assert started.stderr is not None
        started.stdout.close()
        told = started.stderr.read().decode()
        code = started.wait(timeout=60)
    assert told == ""
    assert code in (0, 1)


def test_a_process_without_a_home_or_a_terminal(tmp_path: Path) -> None:
    """No HOME, no locale, nothing to keep rulebooks in: the answer is the same."""
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": "/dev/null", "LC_ALL": "C", "PYTHONUTF8": "1"}
    ran = subprocess.run(
        process("vurder", TIED),
        cwd=tmp_path,
        env={**bare, "ALIS_REGLER": RULES},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert json.loads(ran.stdout)["søknad"]["utfall"] == "delvis innvilget"


# --- lines, rates and exit codes ------------------------------------------------------------------------------------------


def test_an_amount_is_not_torn_over_two_lines(run: Run) -> None:
    out = run("vurder", FIXTURES / "2017" / "veiledet-tjeneste" / "tolv-hele-måneder-70404.yaml", "--format", "tekst")[
        1
    ]
    assert f"70{NO_BREAK}400,00{NO_BREAK}kr" in out
    assert not re.search(rf"{NO_BREAK} *$", out, re.MULTILINE)


def test_rates_of_another_scheme_leave_an_application_alone(run: Run, folder: Path) -> None:
    rates = folder / "satser.yaml"
    rates.write_text("ordning: veiledet-tjeneste\nsatser:\n  månedsbeløp:\n    - {verdi: 6000}\n", encoding="utf-8")
    assert run("vurder", TIED, TIED.with_name("veiledning-full-stilling-80691.yaml"), "--satser", rates)[0] == 0
    code, out, err = run("vurder", TIED, "--satser", rates)
    assert (code, err) == (0, "")
    assert json.loads(out)["beløp"]["sum"] == "33621.00"


def test_supervision_in_place_of_alis_tells_the_interpretation_it_leans_on(run: Run) -> None:
    numbers = " ".join(one["nr"] for one in json.loads(run("vurder", TIED)[1])["tolkninger"])
    assert "A9" in numbers.split()
    assert "A29" in numbers.split()


@pytest.mark.parametrize(
    ("words", "code"), [("vurder fixtures/2024", 0), ("vurder fixtures/2024 --format tekst", 0), ("test wrong", 1)]
)
def test_a_reader_that_leaves_does_not_change_the_exit_code(words: str, code: int, tmp_path: Path) -> None:
    """`alis … | head`: the output is far more than a pipe holds, and the reader takes one byte."""
    wrong = tmp_path / "wrong"
    wrong.mkdir()
    text = (FIXTURES / "2024" / "alis-avtale-17-april-kommersiell.yaml").read_text(encoding="utf-8")
    for number in range(40):
        (wrong / f"sak-{number}.yaml").write_text(text.replace("delvis innvilget", "avslag"), encoding="utf-8")
    given = [str(wrong) if word == "wrong" else word.replace("fixtures", str(FIXTURES)) for word in words.split()]
    command = [sys.executable, "-c", "import sys; from engine.cli.main import script; sys.exit(script())", *given]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == code


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only where there is a device that is always full")
@pytest.mark.parametrize("words", [["vurder", str(TIED)], ["vis", "2024/nasjonal-alis"], ["--versjon"], []])
def test_an_answer_that_cannot_be_written_is_an_error(words: list[str]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        told = subprocess.run(process(*words), stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False)
    assert (told.returncode, told.stderr) == (
        2,
        "utdata:1:1: FIL-SKRIV: svaret kunne ikke skrives ferdig – disken er full – frigjør plass og prøv igjen\n",
    )


def test_every_command_has_the_same_progress_bar() -> None:
    own = [path.name for path in (ROOT / "engine").rglob("*.py") if "rich.progress" in path.read_text(encoding="utf-8")]
    assert own == ["progress.py"]


# --- vurder: documents ----------------------------------------------------------------------------------------------------


def test_documents_are_written_beside_the_answer(run: Run, folder: Path) -> None:
    code, out, err = run("vurder", TIED, "--pdf", "grunnlag.pdf", "--brev", "brev.pdf", "--format", "json")
    assert code == 0
    assert json.loads(out)["søknad"]["utfall"] == "delvis innvilget"
    assert err == "Vedtaksgrunnlaget er skrevet til grunnlag.pdf.\nBrevutkastet er skrevet til brev.pdf.\n"
    assert sorted(path.name for path in folder.iterdir()) == ["brev.pdf", "grunnlag.pdf"]
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    run("vurder", TIED, "--pdf", "grunnlag.pdf", "--brev", "brev.pdf", "--format", "json")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--pdf", "ut.txt"], "som ikke er navnet på en PDF"),
        (["--pdf", "ut.pdf", "--brev", "ut.pdf"], "--pdf og --brev har samme filnavn"),
        (["--brev", "ut.pdf", "--felt", "mottager=x"], "«mottager», mente du «mottaker»?"),
        (["--brev", "ut.pdf", "--felt", "mottaker"], "har ingen tekst"),
        (["--brev", "ut.pdf", "--felt", "frist=a", "--felt", "frist=b"], "oppgitt to ganger"),
        (["--pdf", "ut.pdf", "--felt", "frist=a"], "--felt hører til brevet"),
        (["--felt", "frist=a"], "legg til --pdf FIL eller --brev FIL"),
        (["--brev", "ut.pdf", "--dato", "2024-02-30"], "finnes ikke: februar 2024"),
        ([str(FIXTURES / "2022" / "gammel-ordning.yaml"), "--pdf", "ut.pdf"], "bare brukes med én søknad, ikke 2"),
    ],
)
def test_what_documents_cannot_be_is_told_before_anything_is_done(
    run: Run, folder: Path, arguments: list[str], told: str
) -> None:
    code, out, err = run("vurder", TIED, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("kommandolinjen:1:1: ARGUMENT: ") and told in err
    assert list(folder.iterdir()) == []


def test_a_document_that_cannot_be_written_leaves_nothing(run: Run, folder: Path) -> None:
    code, _, err = run("vurder", TIED, "--pdf", "finnes-ikke/ut.pdf", "--format", "json")
    assert code == 2
    assert "finnes-ikke/ut.pdf:1:1: FIL-SKRIV: " in err
    assert list(folder.iterdir()) == []


def test_without_typst_the_extra_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    code, out, err = run("vurder", TIED, "--pdf", "ut.pdf")
    assert (code, out) == (2, "")
    assert err == (
        "kommandolinjen:1:1: MANGLER-PAKKE: pakken «typst» er ikke installert – PDF-dokumenter settes med den – "
        "kjør pip install 'alis-regler[pdf]'\n"
    )


# --- applications in Excel ------------------------------------------------------------------------------------------------


def test_a_workbook_is_made_filled_in_and_decided(run: Run, folder: Path) -> None:
    from openpyxl import load_workbook

    assert run("ny-søknad", "nasjonal-alis", "--excel", "søknad.xlsx")[:2] == (0, "Malen er skrevet til søknad.xlsx.\n")
    workbook = load_workbook(folder / "søknad.xlsx")
    stated = {"id": "sak-1", "tilskuddsår": 2024, "mottatt": "2024-08-28T14:03", "søkertype": "kommune"}
    for row in workbook["søknad"].iter_rows(min_row=2):
        if row[0].value in stated:
            row[2].value = stated[row[0].value]
    columns = {cell.value: cell.column for cell in workbook["leger"][2]}
    of_doctor = {"id": "lege-1", "tilskuddstype": "veiledning", "avtale_inngått": date(2024, 4, 17)}
    for name, value in {**of_doctor, "spesialisering": "ny ordning"}.items():
        workbook["leger"].cell(3, columns[name]).value = value
    columns = {cell.value: cell.column for cell in workbook["perioder"][2]}
    period = {"lege": "lege-1", "fra": date(2024, 5, 1), "til": date(2024, 8, 31), "stilling": "ansatt fastlege"}
    for name, value in {**period, "stillingsandel": 80}.items():
        workbook["perioder"].cell(3, columns[name]).value = value
    workbook.save(folder / "søknad.xlsx")
    code, out, err = run("vurder", "søknad.xlsx", "--format", "json")
    assert (code, err) == (0, "")
    assert json.loads(out)["beløp"]["sum"] == "21518.00"
    (folder / "~$søknad.xlsx").write_bytes(b"what Excel puts beside an open file")
    code, out, err = run("vurder", ".", "--format", "json")
    assert (code, err) == (0, "")
    workbook["perioder"]["E3"] = "=40+40"
    workbook.save(folder / "søknad.xlsx")
    code, out, err = run("vurder", "søknad.xlsx", "--format", "json")
    assert (code, out) == (2, "")
    assert err.startswith("søknad.xlsx:perioder!E3: CELLE-FORMEL: ")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--excel", "ut.yaml"], "som ikke er navnet på en Excel-fil"),
        (["--excel", "ut.xlsx", "--til", "ut.yaml"], "--til og --excel kan ikke brukes sammen"),
    ],
)
def test_a_workbook_that_cannot_be_made(run: Run, folder: Path, arguments: list[str], told: str) -> None:
    code, out, err = run("ny-søknad", "nasjonal-alis", *arguments)
    assert (code, out) == (2, "")
    assert told in err
    assert list(folder.iterdir()) == []


def test_a_workbook_is_not_written_over(run: Run, folder: Path) -> None:
    (folder / "ut.xlsx").write_bytes(b"min")
    code, _, err = run("ny-søknad", "nasjonal-alis", "--excel", "ut.xlsx")
    assert code == 2 and "finnes fra før" in err
    assert (folder / "ut.xlsx").read_bytes() == b"min"


def test_without_openpyxl_the_extra_is_named(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "sak.xlsx").write_bytes(b"PK")
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    for arguments in (("ny-søknad", "nasjonal-alis", "--excel", "ut.xlsx"), ("vurder", "sak.xlsx")):
        code, out, err = run(*arguments)
        assert (code, out) == (2, "")
        assert err.endswith("kjør pip install 'alis-regler[excel]'\n") and ": MANGLER-PAKKE: " in err
