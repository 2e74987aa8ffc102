"""`alis sammenlign`: equal rewritings are proved equal; a changed rule is shown on the smallest application, which is saved as a test."""

import json
import shutil
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from defects import DISCRETIONARY, GUIDED, NATIONAL_2023, NATIONAL_2024, Edit, in_rule, replace

from engine.cli.main import main
from engine.language.kept import open_kept
from engine.language.rulebook import open_rulebook
from engine.prove.comparison import Comparison, compare
from engine.prove.difference import Witness
from engine.prove.solver import Clock

ROOT = Path(__file__).resolve().parents[2] / "rules"


def changed(tmp_path: Path, *edits: Edit) -> Path:
    """A copy of the rules with these changes."""
    root = tmp_path / "etter"
    shutil.copytree(ROOT, root)
    for edit in edits:
        edit(root)
    return root


def compared(after: Path, before: Path = ROOT) -> Comparison:
    return compare(open_kept(before), open_rulebook(after), ("før", "etter"), Clock(), 1)


def witness_of(found: Comparison) -> Witness:
    (scheme,) = found.schemes
    assert scheme.witness is not None
    return scheme.witness


# --- equal ------------------------------------------------------------------------------------------------------------------

NONE, SOME = (f"{{dager_med_kommersiell_tilknytning: {{{test}: 0}}}}" for test in ("høyst", "over"))
ENOUGH, FEW = (
    f"{{dager_uten_kommersiell_tilknytning: {{{test}: minste_antall_dager}}}}" for test in ("minst", "under")
)

EQUAL: dict[str, tuple[Edit, ...]] = {
    "leddene i en annen rekkefølge": (
        in_rule(
            NATIONAL_2024,
            "kommersiell-tilknytning",
            f"        - {NONE}\n        - {ENOUGH}\n",
            f"        - {ENOUGH}\n        - {NONE}\n",
        ),
    ),
    "De Morgan på kravet": (
        in_rule(
            NATIONAL_2024,
            "kommersiell-tilknytning",
            f"      minst_én:\n        - {NONE}\n        - {ENOUGH}\n",
            f"      ikke:\n        alle:\n        - {SOME}\n        - {FEW}\n",
        ),
    ),
    "De Morgan på en dag": (
        replace(
            NATIONAL_2023,
            "{der: {ikke: {alle: [{stilling: fastlegevikar}, {tilknytning: vikarbyrå}]}}, grunnlag: tellende}",
            "{der: {minst_én: [{ikke: {stilling: fastlegevikar}}, {ikke: {tilknytning: vikarbyrå}}]}, grunnlag: tellende}",
        ),
    ),
    "22 dager som over 21": (
        in_rule(NATIONAL_2023, "over-tre-kalenderuker", "{tellende_dager: {minst: minste_antall_dager}}", "{tellende_dager: {over: 21}}"),
    ),
    "minst én dag som over 0": (
        in_rule(GUIDED, "minste-stillingsandel", "{dager_med_nok_stilling: {over: 0}}", "{dager_med_nok_stilling: {minst: 1}}"),
    ),
    "et svar som ikke er noe annet svar": (
        in_rule(
            GUIDED,
            "veileder-ikke-nær-familie",
            "{veileder_relasjon: ingen}",
            "{veileder_relasjon: {ingen_av: [ektefelle, forelder, annen nær familie]}}",
        ),
    ),
    "en annen tittel": (in_rule(DISCRETIONARY, "evaluering", "tittel: Kommunen deltar", "tittel: Søkeren deltar"),),
}  # fmt: skip


@pytest.mark.parametrize("edits", EQUAL.values(), ids=EQUAL)
def test_an_equal_rewriting_is_proved_equal(edits: tuple[Edit, ...], tmp_path: Path) -> None:
    found = compared(changed(tmp_path, *edits))
    assert found.changes or not found.schemes
    assert found.equal and not found.differs
    assert [one.open for one in found.schemes] == [[] for _ in found.schemes]


def test_the_same_rules_are_equal() -> None:
    found = compared(ROOT)
    assert found.equal and not found.changes and found.schemes == []


# --- unlike -----------------------------------------------------------------------------------------------------------------

LATER = in_rule(NATIONAL_2024, "aktørregel_nye_avtaler", "verdi: 2024-04-18", "verdi: 2024-04-19")


def test_the_agency_rule_a_day_later(tmp_path: Path) -> None:
    """An agreement dated that day with a commercial tie is decided otherwise, and nothing else about it is off the ordinary.

    Later agreements may differ too: the rule asks a person about one that replaces an agreement from before it.
    """
    found = compared(changed(tmp_path, LATER))
    (scheme,) = found.schemes
    witness = witness_of(found)
    (doctor,) = witness.application.doctors
    assert doctor.facts["avtale_inngått"] == date(2024, 4, 18)
    assert [one.facts["tilknytning"] for one in doctor.periods] == [doctor.periods[0].facts["tilknytning"]]
    assert doctor.periods[0].facts["tilknytning"] in (
        "vikarbyrå",
        "kommersiell arbeidsgiver",
        "kommersiell kontordrift",
    )
    assert [key.rpartition(".")[2] for key in witness.off] == ["tilknytning"]
    assert witness.statuses == ("nei", "ja")
    assert scheme.rules.keys() == {"kommersiell-tilknytning"}
    places = {place.moment.agreed and place.moment.agreed[0] for place in scheme.whole.places}
    assert places == {date(2024, 4, 18), date(2024, 4, 19)}
    assert scheme.whole.open == [] and scheme.open == []


@pytest.mark.parametrize(
    ("edit", "before", "after", "near"),
    [
        (in_rule(NATIONAL_2023, "minste_antall_dager", "verdi: 22", "verdi: 23"), "ja", "nei", 22),
        (in_rule(NATIONAL_2023, "minste_antall_dager", "verdi: 22", "verdi: 20"), "nei", "ja", 21),
    ],
    ids=["strengere", "mildere"],
)
def test_the_witness_is_nearest_the_border(edit: Edit, before: str, after: str, near: int, tmp_path: Path) -> None:
    witness = witness_of(compared(changed(tmp_path, edit)))
    assert witness.statuses == (before, after)
    (period,) = witness.application.doctors[0].periods
    assert (period.last - period.first).days + 1 == near
    assert all(not key.startswith(("lege", "søknad")) for key in witness.off)


def test_a_day_counted_otherwise_is_found_where_only_counts_of_days_are_read(tmp_path: Path) -> None:
    """No rule of the month is touched, only one on its days: the exemption of an agreement signed on its last date."""
    sooner = in_rule(
        NATIONAL_2023, "avtalen-er-inngått", "fra: 2022-10-01, til: 2023-08-31", "fra: 2022-10-01, til: 2023-08-30"
    )
    found = compared(changed(tmp_path, sooner))
    (scheme,) = found.schemes
    assert found.differs and not found.equal and scheme.open == []
    witness = witness_of(found)
    assert witness.application.doctors[0].facts["avtale_inngått"] == date(2023, 8, 31)
    assert witness.statuses == ("ja", "nei")
    assert {place.moment.agreed for place in scheme.whole.places} == {(date(2023, 8, 31), date(2023, 8, 31))}
    assert scheme.rules.keys() == {"avtalen-er-inngått"} and scheme.rules["avtalen-er-inngått"].witness is witness


def test_the_largest_change_of_a_month(tmp_path: Path) -> None:
    higher = replace(NATIONAL_2024, "        verdi: 1215\n", "        verdi: 1300\n")
    (scheme,) = compared(changed(tmp_path, higher)).schemes
    largest = scheme.money["veiledning"]
    assert largest.before == Fraction("1.15") * 1215 * Fraction("57.75") / 12
    assert largest.after == Fraction("1.15") * 1300 * Fraction("57.75") / 12
    assert scheme.rules == {}


def test_a_note_alone_changes_no_decision(tmp_path: Path) -> None:
    added = replace(NATIONAL_2023, "    når:\n      tilskuddstype: alis\n      avtale_inngått: {før: malkrav_fra}\n",
                    "    når:\n      tilskuddstype: alis\n      avtale_inngått: {til_og_med: malkrav_fra}\n")  # fmt: skip
    found = compared(changed(tmp_path, added))
    assert found.changes and found.equal


def test_agreement_dates_only_one_version_answers(tmp_path: Path) -> None:
    closed = replace("2025/nasjonal-alis", "  fra: 2024-09-01\n", "  fra: 2024-09-01\n  til: 2025-05-31\n")
    (scheme,) = compared(changed(tmp_path, closed)).schemes
    assert [one.agreed and one.agreed[0] for one in scheme.covered] == [date(2025, 6, 1)]
    assert scheme.differs and not scheme.equal


# --- the command --------------------------------------------------------------------------------------------------------------


def called(capsys: pytest.CaptureFixture[str], *words: Any) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main([str(word) for word in words])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_the_command_saves_a_test_that_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    after, kept = changed(tmp_path, LATER), tmp_path / "saker"
    kept.mkdir()
    code, out, err = called(capsys, "sammenlign", ROOT, after, "--format", "json", "--lagre", kept, "--prosesser", 1)
    assert code == 0
    told = json.loads(out)
    assert told["svar"] == "forskjell"
    (scheme,) = told["ordninger"]
    assert scheme["vitne"]["uvanlig"][0].startswith("tilknytning: ")
    assert (scheme["vitne"]["før"]["måned"], scheme["vitne"]["etter"]["måned"]) == ("nei", "ja")
    (saved,) = kept.glob("*.yaml")
    assert saved.name in err
    assert called(capsys, "test", kept, "--regler", after)[0] == 0
    assert called(capsys, "test", kept, "--regler", ROOT)[0] == 1


def test_the_command_tells_equal_and_unlike_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    after = changed(tmp_path, *EQUAL["22 dager som over 21"])
    code, out, _ = called(capsys, "sammenlign", ROOT, after, "--format", "tekst", "--forvent-ingen", "--prosesser", 1)
    assert code == 0 and "Bevist: Ingen søknad får et annet vedtak." in out
    LATER(after)
    code, out, _ = called(capsys, "sammenlign", ROOT, after, "--format", "tekst", "--forvent-ingen", "--prosesser", 1)
    assert code == 1 and "Noen søknader får et annet vedtak." in out


def test_without_time_nothing_is_claimed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    after = changed(tmp_path, *EQUAL["22 dager som over 21"])
    code, out, _ = called(capsys, "sammenlign", ROOT, after, "--format", "json", "--forvent-ingen", "--tid", 0)
    assert code == 1 and json.loads(out)["svar"] == "ikke avgjort"
