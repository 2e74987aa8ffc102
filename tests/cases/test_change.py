"""One place in the rules changed, and the decision changes as that place says: the law is in the YAML and nowhere else.

Each change is made in a copy of the rules. What comes before and after is worked out by hand.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from application_builder import (
    Json,
    amount,
    decided,
    discretionary,
    doctor,
    found,
    guided,
    guided_doctor,
    guided_period,
    national,
    notes,
    period,
    right,
    rights,
    supervised,
)

from engine.case.application import read_application
from engine.decide.decide import decide
from engine.explain.contract import as_json
from engine.language.rulebook import Rulebook, open_rulebook
from engine.text.fault import Faults

ROOT = Path(__file__).resolve().parents[2]

GUIDED, N2022, N2023, N2024, N2025 = (
    "2017/veiledet-tjeneste.yaml",
    "2022/nasjonal-alis.yaml",
    "2023/nasjonal-alis.yaml",
    "2024/nasjonal-alis.yaml",
    "2025/nasjonal-alis.yaml",
)

Edit = tuple[str, str, str]
Read = Callable[[Json], Any]


@dataclass(frozen=True)
class Change:
    """Texts replaced in rule files, each of which stands there once; an application or a kept case; what is read of its decision."""

    edits: tuple[Edit, ...]
    case: Json | str
    read: Read
    before: Any
    after: Any


def changed(rules: Path, target: Path, *edits: Edit, scheme: str | None = None) -> Rulebook:
    """A copy of the rules with the edits, read; with `scheme`, that scheme's rules alone."""
    shutil.copytree(rules, target)
    for file, old, new in edits:
        path = target / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"«{old}» står {text.count(old)} ganger i {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")
    return open_rulebook(target, scheme)


def total(answer: Json) -> Any:
    return answer["beløp"]["sum"]


def outcome(answer: Json) -> Any:
    return answer["søknad"]["utfall"]


def alis(month: str) -> Read:
    return lambda answer: right(answer, "alis")[month]


def both(month: str) -> Read:
    return lambda answer: rights(answer)[month]


def noted(note: str) -> Read:
    return lambda answer: note in notes(answer)


MAY_2023 = period("2023-05-01", "2023-05-31")
HALF = "2023/veiledning-halv-stilling-34701.yaml"
FULL_YEAR = "2017/veiledet-tjeneste/tolv-hele-måneder-70404.yaml"
NEW_AGREEMENT = "2024/alis-avtale-18-april-kommersiell.yaml"

CHANGES: dict[str, Change] = {
    # --- guided service
    "60 % to 61 %": Change(
        ((GUIDED, "verdi: 60,", "verdi: 61,"),),
        guided(guided_doctor(guided_period("2019-07-01", "2020-06-30", 60))),
        lambda answer: (outcome(answer), total(answer)),
        ("innvilget", "42242.00"),
        ("avslag", "0.00"),
    ),
    "5 867 to 5 868": Change(((GUIDED, "verdi: 5867", "verdi: 5868"),), FULL_YEAR, total, "70404.00", "70416.00"),
    "half up to down": Change(
        ((GUIDED, "måte: halv opp", "måte: ned"),),
        guided(guided_doctor(guided_period("2020-03-01", "2020-04-30", 75))),  # 8 800.5
        total,
        "8801.00",
        "8800.00",
    ),
    "rounded to ten kroner": Change(((GUIDED, "til: 1 kr", "til: 10 kr"),), FULL_YEAR, total, "70404.00", "70400.00"),
    "the published amount a month earlier": Change(
        ((GUIDED, "{til: 2019-06}", "{til: 2019-05}"), (GUIDED, "{fra: 2019-07, til: 2021-06}", "{fra: 2019-06, til: 2021-06}")),
        guided(guided_doctor(guided_period("2019-06-01", "2019-06-30"))),
        lambda answer: (outcome(answer), total(answer)),
        ("til skjønn", None),
        ("innvilget", "5867.00"),
    ),
    "no cap": Change(
        (
            (
                GUIDED,
                "formel: min(opptjente_måneder; maks(0 måneder; nødvendige_måneder − opptjent_tidligere))",
                "formel: opptjente_måneder",
            ),
            (
                GUIDED,
                "krav: {formel: nødvendige_måneder − opptjent_tidligere, over: 0 måneder}",
                "krav: {godskrevne_måneder: {over: 0}}",
            ),
        ),
        guided(guided_doctor(guided_period("2019-07-01", "2020-06-30"), nødvendige_måneder=11)),
        lambda answer: (outcome(answer), total(answer)),
        ("delvis innvilget", "64537.00"),
        ("innvilget", "70404.00"),
    ),
    "two months to three": Change(
        ((GUIDED, "verdi: 2,", "verdi: 3,"),),
        guided(guided_doctor(guided_period("2020-03-01", "2020-04-30"))),
        noted("kort-veiledningsperiode"),
        False,
        True,
    ),
    "a spouse may supervise": Change(
        ((GUIDED, "krav: {veileder_relasjon: ingen}", "krav: {veileder_relasjon: {en_av: [ingen, ektefelle]}}"),),
        guided(guided_doctor(guided_period("2020-03-01", "2020-04-30"), veileder_relasjon="ektefelle")),
        outcome,
        "avslag",
        "innvilget",
    ),
    "unsettled invoices reject": Change(
        (
            (
                GUIDED,
                "krav: {uoppgjorte_fakturaer: nei}\n    ikke_oppfylt: mangler opplysninger",
                "krav: {uoppgjorte_fakturaer: nei}\n    ikke_oppfylt: avvist",
            ),
        ),
        guided(guided_doctor(guided_period("2020-03-01", "2020-04-30")), uoppgjorte_fakturaer="ja"),
        outcome,
        "mangler opplysninger",
        "avvist",
    ),
    "the border between the schemes": Change(
        (
            (GUIDED, "til: 2017-02-28", "til: 2017-02-27"),
            (N2022, "avtaler:\n  fra: 2017-03-01", "avtaler:\n  fra: 2017-02-28"),
        ),
        guided(guided_doctor(guided_period("2020-03-01", "2020-04-30"), avtale_inngått="2017-02-28")),
        lambda answer: (answer["leger"][0]["regelsett"], outcome(answer)),
        ("2017/veiledet-tjeneste", "innvilget"),
        (None, "avslag"),
    ),
    # --- 2022
    "the deadline of 2022 a day earlier": Change(
        ((N2022, "{for: 2022, verdi: 2022-10-01,", "{for: 2022, verdi: 2022-09-30,"),),
        national(2022, doctor(period("2022-09-01", "2022-09-30")), mottatt="2022-10-01T12:00"),
        outcome,
        "innvilget",
        "avvist",
    ),
    "20 days instead of whole months": Change(
        ((N2022, "krav: {tellende_dager: {minst: dager_i_måneden}}", "krav: {tellende_dager: {minst: 20 dager}}"),),
        national(2022, doctor(period("2022-09-11", "2022-09-30"))),
        alis("2022-09"),
        "nei",
        "ja",
    ),
    "the grant year 2022 ends in August": Change(
        ((N2022, "  måneder: {fra: 2022-01, til: 2022-09}\n  hjemmel", "  måneder: {fra: 2022-01, til: 2022-08}\n  hjemmel"),
         (N2023, "  måneder: {fra: 2022-10, til: 2023-08}\n  hjemmel", "  måneder: {fra: 2022-09, til: 2023-08}\n  hjemmel")),
        national(2022, doctor(period("2022-09-01", "2022-09-30"))),
        outcome,
        "innvilget",
        "avslag",
    ),
    "the old order counts": Change(
        ((N2022, "krav: {spesialisering: ny ordning}", "krav: {spesialisering: {en_av: [ny ordning, gammel ordning]}}"),),
        national(2023, doctor(MAY_2023, spesialisering="gammel ordning")),
        alis("2023-05"),
        "nei",
        "ja",
    ),
    "two kommuner may share 120 %": Change(
        ((N2022, "verdi: 100\n", "verdi: 120\n"),),
        national(2023, doctor({**MAY_2023, "stillingsandel_annen_kommune": 20})),
        alis("2023-05"),
        "skjønn",
        "ja",
    ),
    "a year's supervision over 10.5 months": Change(
        ((N2022, "verdi: 12\n", 'verdi: "10,5"\n'),),
        HALF,  # 57.75 × 1 311 ÷ 10.5 × 0.5 × 11 = 39 657.75
        total,
        "34701.00",
        "39658.00",
    ),
    "an introduction doctor is paid as a GP": Change(
        (
            (
                N2022,
                "      fastlege:\n        tittel: fastlege eller fastlegevikar\n        når: {månedens_stilling: {en_av: [næringsdrivende"
                " fastlege, ansatt fastlege, fastlegevikar]}",
                "      fastlege:\n        tittel: fastlege eller fastlegevikar\n        når: {månedens_stilling: {en_av: [næringsdrivende"
                " fastlege, introduksjonslege, fastlegevikar]}",
            ),
            (
                N2022,
                "      introduksjonslege:\n        tittel: introduksjonslege\n        når: {månedens_stilling: introduksjonslege,",
                "      introduksjonslege:\n        tittel: introduksjonslege\n        når: {månedens_stilling: ansatt fastlege,",
            ),
        ),
        national(2023, doctor({**MAY_2023, "stilling": "introduksjonslege"}, introduksjonsavtale_godkjent="ja")),
        lambda answer: answer["beløp"]["mangler_satser"],
        ["alis_beløp.introduksjonslege"],
        ["alis_beløp.fastlege"],
    ),
    # --- 2023
    "22 days to 21": Change(
        ((N2023, "verdi: 22\n", "verdi: 21\n"),),
        national(2023, doctor(period("2023-05-01", "2023-05-21"))),
        alis("2023-05"),
        "nei",
        "ja",
    ),
    "22 days to 23": Change(
        ((N2023, "verdi: 22\n", "verdi: 23\n"),),
        national(2023, doctor(period("2023-05-01", "2023-05-22"))),
        alis("2023-05"),
        "ja",
        "nei",
    ),
    "three months to four": Change(
        ((N2023, "verdi: 3\n", "verdi: 4\n"),),
        national(2023, doctor(period("2023-03-01", "2023-05-31", stilling="fastlegevikar"))),
        lambda answer: (alis("2023-03")(answer), noted("vikariat-nøyaktig-tre-måneder")(answer)),
        ("ja", True),
        ("nei", False),
    ),
    "at least three months to over three": Change(
        ((N2023, "krav: {vikariatets_hele_måneder: {minst: minste_vikariat}}", "krav: {vikariatets_hele_måneder: {over: minste_vikariat}}"),),
        national(2023, doctor(period("2023-03-01", "2023-05-31", stilling="fastlegevikar"))),
        alis("2023-03"),
        "ja",
        "nei",
    ),
    "the earliest backdating a day later": Change(
        ((N2023, "{verdi: 2022-10-01, hjemmel", "{verdi: 2022-10-02, hjemmel"),),
        national(
            2023,
            doctor(
                period("2022-10-01", "2022-10-31"),
                avtale_inngått="2023-02-01",
                kontrakt_med_kommunen="2022-10-01",
                tilbakedatert_til="2022-10-01",
            ),
        ),
        lambda answer: answer["leger"][0]["måneder"][0]["dager"],
        31,
        0,
    ),
    "backdating for a day less": Change(
        ((N2023, "        avtaler: {fra: 2022-10-01, til: 2023-08-31}", "        avtaler: {fra: 2022-10-01, til: 2023-08-30}"),),
        national(
            2023,
            doctor(MAY_2023, avtale_inngått="2023-08-31", kontrakt_med_kommunen="2022-10-01", tilbakedatert_til="2022-10-01"),
        ),
        alis("2023-05"),
        "ja",
        "nei",
    ),
    "the template a day later": Change(
        ((N2023, "{verdi: 2023-01-01, hjemmel", "{verdi: 2023-01-02, hjemmel"),),
        national(2023, doctor(MAY_2023, avtale_inngått="2023-01-01", mal_brukt="nei")),
        lambda answer: (alis("2023-05")(answer), noted("mal-for-eldre-avtale")(answer)),
        ("nei", False),
        ("ja", True),
    ),
    "the deadline of 2023 a day earlier": Change(
        ((N2023, "{for: 2023, verdi: 2023-09-01,", "{for: 2023, verdi: 2023-08-31,"),),
        national(2023, doctor(MAY_2023), mottatt="2023-09-01"),
        outcome,
        "innvilget",
        "avvist",
    ),
    "the attest of 2023 a day earlier": Change(
        ((N2023, "{for: 2023, verdi: 2024-04-01,", "{for: 2023, verdi: 2024-03-31,"),),
        national(2023, doctor(MAY_2023), revisorattest_mottatt="2024-04-01"),
        noted("revisorattest"),
        False,
        True,
    ),
    "5 % to 6 %": Change(
        ((N2023, "{for: 2023, verdi: 5,", "{for: 2023, verdi: 6,"),),
        national(2023, doctor(MAY_2023), tildelt_beløp=100_000, beholdt_beløp=6_000),
        noted("andel-beholdt"),
        True,
        False,
    ),
    "0,85 to 0,86": Change(
        ((N2023, 'verdi: "0,85"', 'verdi: "0,86"'),),
        national(2023, doctor(MAY_2023, fravær=[{"måned": "2023-05", "timer": 1, "sats": "980.4"}])),  # 0.86 × 1 140
        noted("fraværssats"),
        True,
        False,
    ),
    "8 hours to 7.5": Change(
        ((N2023, "verdi: 8,", 'verdi: "7,5",'),),
        national(2023, doctor(MAY_2023, fravær=[{"måned": "2023-05", "dager": 1, "sats": "7267.5"}])),  # 7.5 × 969
        noted("fraværssats"),
        True,
        False,
    ),
    "1,15 to 1,16": Change(((N2023, 'verdi: "1,15"', 'verdi: "1,16"'),), HALF, total, "34701.00", "35002.00"),  # 35 002.275
    "1 140 to 1 141": Change(((N2023, "verdi: 1140\n", "verdi: 1141\n"),), HALF, total, "34701.00", "34731.00"),  # 34 730.97
    "57,75 hours to 58": Change(((N2023, 'verdi: "57,75"', "verdi: 58"),), HALF, total, "34701.00", "34851.00"),  # 34 850.75
    "facilitation only for new agreements": Change(
        (
            (
                N2023,
                "    i_kraft: {nye_avtaler: 2022-10-01, eksisterende_avtaler: 2022-10}\n    måneder: {fra: 2022-10}\n"
                "    krav: {tiltak_gjennomført: ja}",
                "    i_kraft: {nye_avtaler: 2022-10-01, eksisterende_avtaler: ingen}\n    måneder: {fra: 2022-10}\n"
                "    krav: {tiltak_gjennomført: ja}",
            ),
        ),
        national(2023, doctor(MAY_2023, tiltak_gjennomført="nei")),
        alis("2023-05"),
        "nei",
        "ja",
    ),
    "supervision of a locum from an agency is refused": Change(
        (
            (
                N2023,
                "    ikke_oppfylt: skjønn\n",
                "    ikke_oppfylt: avslag\n",
            ),
        ),
        national(2023, doctor(period("2023-03-01", "2023-06-30", stilling="fastlegevikar", tilknytning="vikarbyrå"))),
        lambda answer: (both("2023-05")(answer), outcome(answer)),
        ({"alis": "nei", "veiledning": "skjønn"}, "til skjønn"),
        ({"alis": "nei", "veiledning": "nei"}, "avslag"),
    ),
    # --- 2024
    "18 April to 19 April": Change(
        ((N2024, "verdi: 2024-04-18,", "verdi: 2024-04-19,"),),
        NEW_AGREEMENT,
        both("2024-05"),
        {"alis": "nei", "veiledning": "ja"},
        {"alis": "ja"},
    ),
    "existing agreements a month later": Change(
        ((N2024, "verdi: 2024-09,", "verdi: 2024-10,"),),
        national(2025, doctor(period("2024-09-01", "2024-10-31", tilknytning="kommersiell kontordrift"))),
        lambda answer: list(right(answer, "alis").values()),
        ["nei", "nei"],
        ["ja", "nei"],
    ),
    "existing agreements never": Change(
        ((N2024, "eksisterende_avtaler: aktørregel_alle_avtaler}", "eksisterende_avtaler: ingen}"),),
        national(2025, doctor(period("2024-09-01", "2024-10-31", tilknytning="kommersiell kontordrift"))),
        lambda answer: list(right(answer, "alis").values()),
        ["nei", "nei"],
        ["ja", "ja"],
    ),
    "whoever runs the office does not matter": Change(
        (
            (
                N2024,
                "der: {tilknytning: {en_av: [vikarbyrå, kommersiell arbeidsgiver, kommersiell kontordrift]}}",
                "der: {tilknytning: {en_av: [vikarbyrå, kommersiell arbeidsgiver]}}",
            ),
        ),
        national(2025, doctor(period("2024-09-01", "2024-09-30", tilknytning="kommersiell kontordrift"))),
        alis("2024-09"),
        "nei",
        "ja",
    ),
    "supervision is not looked at by itself": Change(
        ((N2024, "    åpner_for: [veiledning]\n", ""),),
        NEW_AGREEMENT,
        lambda answer: (both("2024-05")(answer), outcome(answer)),
        ({"alis": "nei", "veiledning": "ja"}, "delvis innvilget"),
        ({"alis": "nei"}, "avslag"),
    ),
    "a replaced agreement is not a question": Change(
        (
            (
                N2024,
                "    skjønn_når:\n      tidligere_avtale_inngått: {oppgitt: ja, før: aktørregel_nye_avtaler}\n"
                "      måned: {før: aktørregel_alle_avtaler}\n",
                "",
            ),
        ),
        national(
            2024,
            doctor(
                period("2024-06-01", "2024-06-30", tilknytning="kommersiell arbeidsgiver"),
                avtale_inngått="2024-05-02",
                tidligere_avtale_inngått="2024-04-17",
            ),
        ),
        alis("2024-06"),
        "skjønn",
        "nei",
    ),
    "1 215 to 1 216": Change(
        ((N2024, "verdi: 1215\n", "verdi: 1216\n"),),
        "2024/veiledning-full-stilling-80691.yaml",  # 57.75 × 1.15 × 1 216 = 80 757.6
        total,
        "80691.00",
        "80758.00",
    ),
    "a deadline for 2024": Change(
        ((N2024, "      - for: 2024\n        verdi: ukjent\n        undersøkt: [alis-no-2024, hdir-2024-04-18]\n",
          "      - for: 2024\n        verdi: 2024-09-15\n        hjemmel: {kilde: hdir-2024-04-18, punkt: en kunngjøring}\n"
          "        sikkerhet: publisert\n"),),
        national(2024, doctor(period("2024-05-01", "2024-05-31")), mottatt="2024-09-16"),
        lambda answer: (outcome(answer), noted("søknadsfrist-ikke-registrert")(answer)),
        ("innvilget", True),
        ("avvist", False),
    ),
    "the amount for 2024 filled in": Change(
        (
            (
                N2024,
                "  alis_beløp:\n    verdier:\n      - måneder: {fra: 2023-09, til: 2024-08}\n        verdi: ukjent\n"
                "        undersøkt: [alis-no-2024, hdir-2024-04-18]\n",
                "  alis_beløp:\n    verdier:\n      - måneder: {fra: 2023-09, til: 2024-08}\n        verdi: 20000\n"
                "        hjemmel: {kilde: hdir-2024-04-18, punkt: en sats}\n        sikkerhet: publisert\n",
            ),
        ),
        national(2024, doctor(period("2024-05-01", "2024-08-31", stillingsandel="62,5"))),
        lambda answer: (total(answer), answer["beløp"]["mangler_satser"], amount(answer, "alis")),
        (None, ["alis_beløp.fastlege"], None),
        ("50000.00", [], "50000.00"),  # 4 × 20 000 × 0.625
    ),
    # --- 2025
    "the deadline of 2025 a day earlier": Change(
        ((N2025, "{for: 2025, verdi: 2025-08-31,", "{for: 2025, verdi: 2025-08-30,"),),
        national(2025, doctor(period("2025-05-01", "2025-05-31")), mottatt="2025-08-31T10:00"),
        outcome,
        "innvilget",
        "avvist",
    ),
    "the attest of 2025 a day later": Change(
        ((N2025, "{for: 2025, verdi: 2026-04-01,", "{for: 2025, verdi: 2026-04-02,"),),
        national(2025, doctor(period("2025-05-01", "2025-05-31")), revisorattest_mottatt="2026-04-02"),
        noted("revisorattest"),
        True,
        False,
    ),
    # --- the vocabulary
    "a doubt is worse than a no": Change(
        (("vokabular.yaml", "måned: [nei, uavklart, skjønn, ja]", "måned: [uavklart, nei, skjønn, ja]"),),
        national(2023, doctor(MAY_2023, spesialisering="gammel ordning", tiltak_gjennomført=None)),
        lambda answer: (alis("2023-05")(answer), outcome(answer)),
        ("nei", "avslag"),
        ("uavklart", "mangler opplysninger"),
    ),
    "a tie that is not stated is unclear": Change(
        (("vokabular.yaml", "    forvalg: ingen\n    kan_endres: ja\n", "    forvalg: uavklart\n    kan_endres: ja\n"),),
        national(2025, doctor(period("2024-09-01", "2024-09-30"))),
        alis("2024-09"),
        "ja",
        "skjønn",
    ),
    "a late discretionary application is rejected": Change(
        (
            (
                "2017/spesialisering.yaml",
                "krav: {mottatt: {til_og_med: søknadsfrist}}\n    ikke_oppfylt: skjønn",
                "krav: {mottatt: {til_og_med: søknadsfrist}}\n    ikke_oppfylt: avvist",
            ),
        ),
        discretionary(mottatt="2015-04-02"),
        outcome,
        "til skjønn",
        "avvist",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_change(name: str, book: Rulebook, rules: Path, tmp_path: Path) -> None:
    change = CHANGES[name]
    named = {Path(file).stem for file, _, _ in change.edits if "/" in file}
    scheme = named.pop() if len(named) == 1 else None
    other = changed(rules, tmp_path / "rules", *change.edits, scheme=scheme)
    answers = []
    for one in (book, other):
        if isinstance(change.case, str):
            answers.append(as_json(decide(read_application(ROOT / "fixtures" / change.case, one), one)))
        else:
            answers.append(decided(change.case, one))
    assert change.read(answers[0]) == change.before
    assert change.read(answers[1]) == change.after
    first, second = (answer["kvittering"] for answer in answers)
    assert first["regler_sha256"] != second["regler_sha256"], "the receipt tells that the rules were others"
    assert first["søknad_sha256"] == second["søknad_sha256"]


def test_a_comment_in_the_rules_changes_nothing(book: Rulebook, rules: Path, tmp_path: Path) -> None:
    other = changed(rules, tmp_path / "rules", (N2024, "vilkår:\n", "# en merknad\n\nvilkår:   # en til\n"))
    case = national(2024, doctor(period("2024-05-01", "2024-05-31")))
    assert decided(case, other) == decided(case, book)


def test_rules_of_another_scheme_do_not_touch_the_receipt(book: Rulebook, rules: Path, tmp_path: Path) -> None:
    other = changed(rules, tmp_path / "rules", (GUIDED, "verdi: 5867", "verdi: 5868"))
    case = national(2024, doctor(period("2024-05-01", "2024-05-31")))
    assert decided(case, other) == decided(case, book)


def test_the_new_year_2026_needs_no_code(rules: Path, tmp_path: Path) -> None:
    """A grant year after the last: June 2025 to May 2026, with a rate, written as YAML alone."""
    new = tmp_path / "rules" / "2026"
    shutil.copytree(rules, tmp_path / "rules")
    new.mkdir()
    (new / "nasjonal-alis.yaml").write_text(
        """regelsett: 2026/nasjonal-alis
tittel: Nasjonal ALIS og veiledning 2025/26
ordning: nasjonal-alis
bygger_på: 2025/nasjonal-alis
avtaler:
  fra: 2025-06-01
  hjemmel: {kilde: hdir-2025-05-16, punkt: perioden}
tilskuddsår:
  år: 2026
  måneder: {fra: 2025-06, til: 2026-05}
  hjemmel: {kilde: hdir-2025-05-16, punkt: perioden}
grenser:
  søknadsfrist:
    verdier:
      - {for: 2026, verdi: 2026-08-31, hjemmel: {kilde: hdir-2025-05-16, punkt: frist}, sikkerhet: publisert}
  attestfrist:
    verdier:
      - {for: 2026, verdi: 2027-04-01, hjemmel: {kilde: hdir-2025-05-16, punkt: attest}, sikkerhet: publisert}
  andel_kommunen_kan_beholde:
    verdier:
      - {for: 2026, verdi: 5, hjemmel: {kilde: hdir-2025-05-16, punkt: andel}, sikkerhet: publisert}
satser:
  salærsats:
    verdier:
      - {måneder: {fra: 2025-06, til: 2026-05}, verdi: 1315, hjemmel: {kilde: hdir-2025-05-16, punkt: sats}, sikkerhet: publisert}
  alis_beløp:
    verdier:
      - {måneder: {fra: 2025-06, til: 2026-05}, verdi: 20000, hjemmel: {kilde: hdir-2025-05-16, punkt: sats}, sikkerhet: publisert}
""",
        encoding="utf-8",
    )
    for file, old, replacement in (
        (N2025, "avtaler:\n  fra: 2024-09-01\n", "avtaler:\n  fra: 2024-09-01\n  til: 2025-05-31\n"),
        ("vokabular.yaml", "verdier: [2022, 2023, 2024, 2025]", "verdier: [2022, 2023, 2024, 2025, 2026]"),
    ):
        path = tmp_path / "rules" / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, replacement), encoding="utf-8")
    book = open_rulebook(tmp_path / "rules")
    june = period("2025-06-01", "2025-08-31")
    tied = {**june, "tilknytning": "kommersiell arbeidsgiver"}
    case = national(
        2026,
        doctor(june, avtale_inngått="2025-06-01"),
        doctor(tied, avtale_inngått="2025-05-31", id="lege-2"),
        mottatt="2026-08-31T23:59",
    )
    answer = decided(case, book)
    assert [one["regelsett"] for one in answer["leger"]] == ["2026/nasjonal-alis", "2025/nasjonal-alis"]
    # 3 × 20 000, and 3 × 57.75 × 1.15 × 1 315 ÷ 12 = 21 833.1
    assert [
        [(name, line["utfall"], line["måneder"], line["beløp"]) for name, line in one["komponenter"].items()]
        for one in answer["leger"]
    ] == [
        [("alis", "innvilget", 3, "60000.00")],
        [("alis", "avslag", 0, "0.00"), ("veiledning", "innvilget", 3, "21833.00")],
    ]
    assert answer["beløp"] == {"sum": "81833.00", "kjent": "81833.00", "mangler_satser": []}
    late = {**case, "søknad": {**case["søknad"], "mottatt": "2026-09-01"}}
    assert outcome(decided(late, book)) == "avvist"


def test_a_gap_between_rule_sets_is_refused(rules: Path, tmp_path: Path) -> None:
    with pytest.raises(Faults) as refused:
        changed(rules, tmp_path / "rules", (N2023, "  til: 2023-08-31\n  hjemmel", "  til: 2023-08-30\n  hjemmel"))
    assert "31.8.2023" in str(refused.value)


# --- acceptance: agreements of 17 and 18 April 2024 with a commercial employer ---------------------------------------------


def test_17_and_18_april_differ_from_may_and_not_from_september(book: Rulebook) -> None:
    def by_month(agreed: str, year: int, first: str, last: str) -> Json:
        one = doctor(period(first, last, tilknytning="kommersiell arbeidsgiver"), avtale_inngått=agreed)
        return decided(national(year, one), book)

    old, new = (by_month(agreed, 2024, "2024-04-18", "2024-08-31") for agreed in ("2024-04-17", "2024-04-18"))
    months = ["2024-05", "2024-06", "2024-07", "2024-08"]
    assert {month: rights(old)[month] for month in months} == {month: {"alis": "ja"} for month in months}
    assert {month: rights(new)[month] for month in months} == {
        month: {"alis": "nei", "veiledning": "ja"} for month in months
    }
    assert found(new, "kommersiell-tilknytning", måned="2024-05", komponent="alis")["resultat"] == "ikke oppfylt"
    assert found(old, "kommersiell-tilknytning", måned="2024-05", komponent="alis")["resultat"] == "ikke aktuelt"
    assert (outcome(old), outcome(new)) == ("delvis innvilget", "delvis innvilget")  # April has 13 days

    old, new = (by_month(agreed, 2025, "2024-09-01", "2025-05-31") for agreed in ("2024-04-17", "2024-04-18"))
    assert rights(old) == rights(new)
    assert set(right(new, "alis").values()) == {"nei"}
    assert set(right(new, "veiledning").values()) == {"ja"}
    for answer in (old, new):
        assert answer["leger"][0]["regelsett"] == "2024/nasjonal-alis"
    same = [{**one, "kvittering": None} for one in (old, new)]
    for one in same:
        for finding in one["vilkår"]:
            finding["begrunnelse"] = finding["fra_regelsett"] = ""
    assert [finding["resultat"] for finding in same[0]["vilkår"]] == [
        finding["resultat"] for finding in same[1]["vilkår"]
    ]


def test_the_two_published_sums(book: Rulebook) -> None:
    for file, expected in ((FULL_YEAR, "70404.00"), (HALF, "34701.00")):
        answer = as_json(decide(read_application(ROOT / "fixtures" / file, book), book))
        assert answer["beløp"] == {"sum": expected, "kjent": expected, "mangler_satser": []}


def test_supervision_only_for_the_whole_year_at_half_time(book: Rulebook) -> None:
    """11 × 6 309.1875 × 0.5 = 34 700.53, whatever the doctor's own agreement date."""
    for agreed in ("2018-01-01", "2023-08-31"):
        one = supervised(period("2022-10-01", "2023-08-31", stillingsandel=50), avtale_inngått=agreed)
        assert total(decided(national(2023, one), book)) == "34701.00"
