"""`alis test --oppdater` and `--opphav`: only snapshots are written anew, in place, whole or not at all."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from commands import Run, caller
from twenty_one_days import FIXTURES

from engine.case.application import application
from engine.decide.decide import decide
from engine.explain.contract import as_json
from engine.language.rulebook import Rulebook
from engine.regress.expectation import deviations
from engine.regress.origin import origins
from engine.regress.provenance import expected_values, provenance
from engine.regress.snapshot import Update, _extents, update
from engine.text import yaml
from engine.text.fault import Faults
from engine.text.node import Mapping, Scalar

HEAD = """\
# Saken er skrevet for hånd.
beskrivelse: Legen har 22 tellende dager i juni.   # mer enn tre uker
kilde:
{sources}

søknad:
  id: sak
  ordning: nasjonal-alis
  tilskuddsår: 2023
  mottatt: 2023-08-31T15:20
  søkertype: kommune

leger:
  - id: lege-1
    tilskuddstype: veiledning
    avtale_inngått: 2022-10-01
    spesialisering: ny ordning
    perioder:
      - {{fra: 2023-06-09, til: 2023-06-30, stilling: ansatt fastlege, stillingsandel: 100}}

forventet:
"""


def case(sources: str, expected: str) -> str:
    listed = "\n".join(f"  - {source}" for source in sources.split("; "))
    return HEAD.format(sources=listed) + expected


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, rules: Path) -> Run:
    """A command beside the cases, by the shipped rules → code, what it printed and what it complained of."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALIS_REGLER", str(rules))
    return caller(capsys)


def written(tmp_path: Path, text: str | bytes, name: str = "sak.yaml") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def only_files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- what is a snapshot ---------------------------------------------------------------------------------------------------

MIXED = """\
  søknad:   {utfall: "avslag"}        # ikke et bilde
  beløp: {sum: '1.00',   kjent: 1.00, mangler_satser: []}   # summen er et bilde
  leger:
    # én lege
    - id: lege-1
      utfall: avslag
      måneder:
        - {måned: 2023-06, rett: {veiledning: nei}, dager: 3, avgjort_av: {veiledning: []}}
"""


def test_only_what_is_named_is_changed_and_the_layout_stands(tmp_path: Path, run: Run) -> None:
    text = case("tolkning: A28; øyeblikksbilde: beløp.sum, leger.lege-1.måneder.2023-06", MIXED)
    path = written(tmp_path, text)
    code, out, err = run("test", "sak.yaml", "--oppdater")
    new = text.replace("sum: '1.00'", "sum: '6309.00'").replace(
        "veiledning: nei}, dager: 3", "veiledning: ja}, dager: 22"
    )
    assert path.read_text(encoding="utf-8") == new
    assert (code, err) == (1, "")
    assert out.splitlines()[-1] == (
        "3 øyeblikksbilder er oppdatert i 1 fil. 3 avvik gjelder verdier som ikke er øyeblikksbilder, og de står som de var."
    )
    assert only_files(tmp_path) == ["sak.yaml"]


def test_the_diff_is_shown(tmp_path: Path, run: Run) -> None:
    written(tmp_path, case("øyeblikksbilde: beløp.sum", '  beløp: {sum: "1.00"} # bilde\n'))
    code, out, _ = run("test", "sak.yaml", "--oppdater")
    assert code == 0
    assert out == (
        "--- sak.yaml (før)\n+++ sak.yaml (etter)\n@@ -20,3 +20,3 @@\n \n forventet:\n"
        '-  beløp: {sum: "1.00"} # bilde\n+  beløp: {sum: "6309.00"} # bilde\n'
        "1 øyeblikksbilde er oppdatert i 1 fil.\n"
    )


@pytest.mark.parametrize("kind", ["publisert", "avledet", "tolkning"])
def test_other_kinds_are_never_written(tmp_path: Path, run: Run, kind: str) -> None:
    text = case(f"{kind}: beløp.sum", MIXED)
    path = written(tmp_path, text)
    code, out, _ = run("test", "sak.yaml", "--oppdater")
    assert (code, path.read_text(encoding="utf-8")) == (1, text)
    assert out.startswith("Ingen øyeblikksbilder er endret. 6 avvik gjelder verdier som ikke er øyeblikksbilder")


@pytest.mark.parametrize("reference", ["alt", "tatt 3. mai fra versjon 0.1.0", "hele saken, etter kontroll"])
def test_a_case_that_is_nothing_else_is_wholly_one(tmp_path: Path, run: Run, reference: str) -> None:
    path = written(tmp_path, case(f"øyeblikksbilde: {reference}", MIXED))
    assert run("test", "sak.yaml", "--oppdater")[0] == 0
    assert run("test", "sak.yaml")[0] == 0
    text = path.read_text(encoding="utf-8")
    assert '  søknad:   {utfall: "innvilget"}        # ikke et bilde\n' in text
    assert "  beløp: {sum: '6309.00',   kjent: 6309.00, mangler_satser: []}   # summen er et bilde\n" in text


def test_without_saying_which_nothing_is_one_when_there_are_other_kinds(tmp_path: Path, run: Run) -> None:
    text = case("tolkning: A28; øyeblikksbilde: alt", MIXED)
    path = written(tmp_path, text)
    code, _, err = run("test", "sak.yaml", "--oppdater")
    assert (code, path.read_text(encoding="utf-8")) == (1, text)
    assert err == (
        "sak.yaml:5:21: KILDE: «alt» sier ikke hvilke verdier som er øyeblikksbilder – "
        "saken har også andre kilder; skriv for eksempel «øyeblikksbilde: beløp.sum»\n"
    )


@pytest.mark.parametrize("path", ["beløpp.sum", "beløp.summ", "leger[lege-2]", "belop", "x.y"])
def test_a_path_that_leads_nowhere_is_told_and_makes_nothing_a_snapshot(tmp_path: Path, run: Run, path: str) -> None:
    text = case(f"øyeblikksbilde: {path}", MIXED)
    file = written(tmp_path, text)
    code, _, err = run("test", "sak.yaml", "--oppdater")
    assert (code, file.read_text(encoding="utf-8")) == (1, text)
    assert err.startswith(f"sak.yaml:4:21: KILDE: «{path}» står ikke i «forventet»")


@pytest.mark.parametrize(
    ("reference", "snapshots"),
    [
        ("beløp", {"beløp.sum", "beløp.kjent", "beløp.mangler_satser"}),
        ("leger[lege-1].måneder[2023-06].rett", {"leger.lege-1.måneder.2023-06.rett.veiledning"}),
        ("vilkår[over-tre-kalenderuker, lege-1, 2023-06, veiledning].resultat", {"vilkår.over-tre-kalenderuker.lege-1.2023-06.veiledning.resultat"}),
        ("vilkår.over-tre-kalenderuker, søknad", {"vilkår.over-tre-kalenderuker.lege-1.2023-06.veiledning.resultat", "søknad.utfall"}),
        ("merknader_inneholder", {"merknader_inneholder.noe"}),
    ],
)  # fmt: skip
def test_paths(reference: str, snapshots: set[str]) -> None:
    node = yaml.read_text(
        "kilde: [{tolkning: A1}]\nforventet:\n  søknad: {utfall: avslag}\n  beløp: {sum: null, kjent: '1.00', mangler_satser: []}\n"
        "  leger: [{id: lege-1, måneder: [{måned: 2023-06, rett: {veiledning: ja}, dager: 3}]}]\n"
        "  vilkår: [{id: over-tre-kalenderuker, lege: lege-1, måned: 2023-06, komponent: veiledning, resultat: oppfylt}]\n"
        "  merknader_inneholder: [noe]\n",
        "f.yaml",
    )
    assert isinstance(node, Mapping)
    sources = yaml.read_text(f"- tolkning: A1\n- øyeblikksbilde: '{reference}'\n", "f.yaml")
    said = provenance(sources, node.entries["forventet"])
    assert said.problems == ()
    found = {".".join(steps) for steps, _ in expected_values(node.entries["forventet"]) if said.snapshot(steps)}
    assert found == snapshots


# --- how it is written ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('{sum: "1.00"}', '{sum: "6309.00"}'),
        ("{sum: '1.00'}", "{sum: '6309.00'}"),
        ("{sum: 1.00}", "{sum: 6309.00}"),
        ("{sum: null}", '{sum: "6309.00"}'),
        ("{sum: ~}", '{sum: "6309.00"}'),
        ("{sum: ingen}", "{sum: 6309.00}"),
        ("{sum:   1.00   } # slik", "{sum:   6309.00   } # slik"),
        ("\n    sum: 1.00   # slik\n    kjent: 6309.00", "\n    sum: 6309.00   # slik\n    kjent: 6309.00"),
        ("{sum: 1.00, mangler_satser: []}", "{sum: 6309.00, mangler_satser: []}"),
    ],
)
def test_the_way_of_writing_stands(tmp_path: Path, run: Run, old: str, new: str) -> None:
    text = case("øyeblikksbilde: alt", f"  beløp: {old}\n".replace(" \n", "\n"))
    path = written(tmp_path, text)
    assert run("test", "sak.yaml", "--oppdater")[0] == 0
    assert path.read_text(encoding="utf-8") == text.replace(old, new)


def test_an_unknown_sum_becomes_null(tmp_path: Path, run: Run) -> None:
    text = case("øyeblikksbilde: alt", '  beløp: {sum: "1.00"}\n')
    text = text.replace(
        "tilskuddstype: veiledning", "tilskuddstype: alis\n    mal_brukt: ja\n    tiltak_gjennomført: ja"
    )
    path = written(tmp_path, text)
    code, _, err = run("test", "sak.yaml", "--oppdater")
    assert (code, err) == (0, "")
    assert path.read_text(encoding="utf-8") == text.replace('"1.00"', "null")


@pytest.mark.parametrize("change", ["crlf", "bom", "nfd", "no newline at the end"])
def test_bytes_beside_the_values_stand(tmp_path: Path, run: Run, change: str) -> None:
    import unicodedata

    def changed(text: str) -> bytes:
        match change:
            case "crlf":
                text = text.replace("\n", "\r\n")
            case "bom":
                text = "\ufeff" + text
            case "nfd":
                text = unicodedata.normalize("NFD", text)
            case _:
                text = text.rstrip("\n")
        return text.encode()

    text = case("øyeblikksbilde: alt", "  søknad: {utfall: avslag}   # ærlig\n  beløp: {sum: '1.00'}\n")
    path = written(tmp_path, changed(text))
    assert run("test", "sak.yaml", "--oppdater")[0] == 0
    assert path.read_bytes() == changed(
        text.replace("utfall: avslag", "utfall: innvilget").replace("'1.00'", "'6309.00'")
    )


def test_json(tmp_path: Path, run: Run) -> None:
    content = {
        "kilde": [{"øyeblikksbilde": "alt"}],
        "søknad": {
            "id": "sak",
            "ordning": "nasjonal-alis",
            "tilskuddsår": 2023,
            "mottatt": "2023-08-31",
            "søkertype": "kommune",
        },
        "leger": [
            {
                "id": "lege-1",
                "tilskuddstype": "veiledning",
                "avtale_inngått": "2022-10-01",
                "spesialisering": "ny ordning",
                "perioder": [
                    {"fra": "2023-06-09", "til": "2023-06-30", "stilling": "ansatt fastlege", "stillingsandel": 100}
                ],
            }
        ],
        "forventet": {
            "beløp": {"sum": None, "kjent": "1.00"},
            "leger": [{"id": "lege-1", "måneder": [{"måned": "2023-06", "dager": 3}]}],
        },
    }
    for indent in (None, 2, "\t"):
        text = json.dumps(content, ensure_ascii=False, indent=indent)
        path = written(tmp_path, text, "sak.json")
        assert run("test", "sak.json", "--oppdater")[0] == 0
        new = (
            text.replace('"sum": null', '"sum": "6309.00"')
            .replace('"1.00"', '"6309.00"')
            .replace('"dager": 3', '"dager": 22')
        )
        assert path.read_text(encoding="utf-8") == new
        json.loads(new)


# --- what it does not dare ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        ("  mangler: [{faktum: spesialisering, lege: lege-1}]\n", "sak.yaml:22:13: IKKE-OPPDATERT: mangler – det er ikke én verdi mot én"),
        ("  beløp: {mangler_satser: [a, b]}\n", "sak.yaml:22:28: IKKE-OPPDATERT: beløp.mangler_satser – det er ikke én verdi mot én"),
        ("  leger: [{id: lege-9, utfall: avslag}]\n", "sak.yaml:22:11: IKKE-OPPDATERT: leger[lege-9] – det er ikke én verdi mot én"),
        ("  leger: [{id: lege-1, finnes_ikke: 3}]\n", "sak.yaml:22:24: IKKE-OPPDATERT: leger[lege-1].finnes_ikke – det er ikke én"),
        ("  søknad: avslag\n", "sak.yaml:22:11: IKKE-OPPDATERT: søknad – det er ikke én verdi mot én"),
        ("  søknad: {utfall: {a: b}}\n", "sak.yaml:22:20: IKKE-OPPDATERT: søknad.utfall – det er ikke én verdi mot én"),
        ("  merknader_inneholder: [noe]\n", "sak.yaml:22:26: IKKE-OPPDATERT: merknader – det er ikke én verdi mot én"),
        ("  søknad:\n    utfall: >-\n      avslag\n", "sak.yaml:23:13: IKKE-OPPDATERT: søknad.utfall – verdien går over flere linjer"),
        ("  søknad:\n    utfall: delvis\n      innvilget\n", "sak.yaml:23:13: IKKE-OPPDATERT: søknad.utfall – verdien går over flere linjer"),
        ("  søknad: {utfall: }\n", "sak.yaml:22:18: IKKE-OPPDATERT: søknad.utfall – det står ingen verdi der"),
    ],
)  # fmt: skip
def test_what_it_does_not_dare_to_change_is_told(tmp_path: Path, run: Run, expected: str, told: str) -> None:
    text = case("øyeblikksbilde: alt", expected)
    path = written(tmp_path, text)
    code, out, err = run("test", "sak.yaml", "--oppdater")
    assert path.read_text(encoding="utf-8") == text
    assert code == 1
    assert err.splitlines()[0].startswith(told)
    assert err.splitlines()[0].endswith(" – rett den for hånd")
    assert "Ingen øyeblikksbilder er endret." in out and "må rettes for hånd." in out


def test_the_rest_is_changed_beside_what_it_does_not_dare(tmp_path: Path, run: Run) -> None:
    text = case("øyeblikksbilde: alt", "  beløp: {sum: '1.00'}\n  mangler: [{faktum: spesialisering, lege: lege-1}]\n")
    path = written(tmp_path, text)
    code, out, _ = run("test", "sak.yaml", "--oppdater")
    assert path.read_text(encoding="utf-8") == text.replace("1.00", "6309.00")
    assert (code, out.splitlines()[-1]) == (1, "1 øyeblikksbilde er oppdatert i 1 fil. 1 må rettes for hånd.")


def test_single_values_of_a_list_are_changed_one_for_one(tmp_path: Path, book: Rulebook) -> None:
    text = case(
        "øyeblikksbilde: alt", "  leger: [{id: lege-1, måneder: [{måned: 2023-06, avgjort_av: {veiledning: [noe]}}]}]\n"
    )
    text = text.replace("fra: 2023-06-09", "fra: 2023-06-10")
    found = update(written(tmp_path, text), book)
    assert (found.changed, found.left) == (1, ())
    assert found.after == text.replace("[noe]", "[over-tre-kalenderuker]")


# --- interruptions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [OSError(28, "full"), KeyboardInterrupt(), MemoryError()])
def test_interrupted_the_file_is_whole(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    text = case("øyeblikksbilde: alt", "  beløp: {sum: '1.00'}\n")
    path = written(tmp_path, text)
    with monkeypatch.context() as patch:

        def stop(*_: object) -> None:
            raise error

        patch.setattr(os, "replace", stop)
        if isinstance(error, MemoryError):
            with pytest.raises(MemoryError):
                run("test", "sak.yaml", "--oppdater")
        else:
            code, _, err = run("test", "sak.yaml", "--oppdater")
            assert code == 2
            assert ("FIL-SKRIV" in err) == isinstance(error, OSError)
            assert "Traceback" not in err
    assert path.read_text(encoding="utf-8") == text
    assert only_files(tmp_path) == ["sak.yaml"]


def test_one_file_that_cannot_be_written_does_not_stop_the_rest(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = case("øyeblikksbilde: alt", "  beløp: {sum: '1.00'}\n")
    (tmp_path / "saker").mkdir()
    for name in ("a", "b", "c"):
        written(tmp_path / "saker", text.replace("id: sak", f"id: {name}"), f"{name}.yaml")
    real = os.replace

    def refuse(source: str, target: Path) -> None:
        if target.name == "b.yaml":
            raise PermissionError(13, "nei")
        real(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    code, out, err = run("test", "saker", "--oppdater")
    assert code == 2
    assert (
        err
        == "saker/b.yaml:1:1: FIL-SKRIV: filen kan ikke skrives – brukeren mangler tilgang – gi brukeren tilgang til filen og mappen\n"
    )
    sums = {path.name: "6309.00" in path.read_text(encoding="utf-8") for path in (tmp_path / "saker").iterdir()}
    assert sums == {"a.yaml": True, "b.yaml": False, "c.yaml": True}
    assert out.splitlines()[-1] == "2 øyeblikksbilder er oppdatert i 2 filer. 1 fil kunne ikke leses eller skrives."


KILLED = """
import os, signal, sys
from engine.cli.main import main
count = 0
real = os.replace
def replace(source, target):
    global count
    if str(target).endswith(".yaml"):
        count += 1
        if count == 2:
            os.kill(os.getpid(), signal.SIGKILL)
    real(source, target)
os.replace = replace
main(["test", "saker", "--oppdater", "--regler", sys.argv[1]])
"""


def test_killed_in_the_middle_every_file_is_whole(tmp_path: Path, rules: Path, run: Run) -> None:
    text = case("øyeblikksbilde: alt", "  beløp: {sum: '1.00'}\n")
    (tmp_path / "saker").mkdir()
    for name in ("a", "b", "c"):
        written(tmp_path / "saker", text.replace("id: sak", f"id: {name}"), f"{name}.yaml")
    done = subprocess.run([sys.executable, "-c", KILLED, str(rules)], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    for name, summed in (("a", "6309.00"), ("b", "1.00"), ("c", "1.00")):
        found = (tmp_path / "saker" / f"{name}.yaml").read_text(encoding="utf-8")
        assert found == text.replace("id: sak", f"id: {name}").replace("1.00", summed)
    code, out, _ = run("test", "saker", "--oppdater")
    assert code == 0, "what was left behind is no case, and the rest is done the next time"
    assert out.splitlines()[-1] == "2 øyeblikksbilder er oppdatert i 2 filer."


def test_a_file_that_someone_else_changes_meanwhile_is_left_alone(tmp_path: Path, book: Rulebook) -> None:
    path = written(tmp_path, case("øyeblikksbilde: alt", "  beløp: {sum: '1.00'}\n"))
    found = update(path, book)
    path.write_text("noe annet", encoding="utf-8")
    with pytest.raises(Faults, match="FIL-ENDRET"):
        found.write()
    assert path.read_text(encoding="utf-8") == "noe annet"


def test_a_broken_case_does_not_stop_the_rest(tmp_path: Path, run: Run) -> None:
    (tmp_path / "saker").mkdir()
    written(tmp_path / "saker", "søknad: {id: x\n", "a.yaml")
    path = written(tmp_path / "saker", case("øyeblikksbilde: alt", "  beløp: {sum: '1.00'}\n"), "b.yaml")
    code, _, err = run("test", "saker", "--oppdater")
    assert code == 2
    assert "saker/a.yaml:" in err
    assert "6309.00" in path.read_text(encoding="utf-8")


# --- every kind of expectation --------------------------------------------------------------------------------------------

SOME = sorted(FIXTURES.rglob("*.yaml"))[::9]


def spoilt(path: Path) -> str:
    """A shipped case as a snapshot, every single expected value wrong in the way it is written."""
    text = path.read_text(encoding="utf-8")
    node = yaml.read_text(text, "f.yaml")
    assert isinstance(node, Mapping)
    extents = _extents(text, "f.yaml")
    edits = []
    for steps, value in expected_values(node.entries["forventet"]):
        if not isinstance(value, Scalar) or steps[0].startswith(("merknader_", "skjønn_")):
            continue
        start, end, style = extents[value.place.line, value.place.column]
        edits.append((start, end, f"{style}99{style}"))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    place = node.entries["kilde"].place
    lines = text.split("\n")
    after = next(at for at in range(place.line - 1, len(lines)) if not lines[at].startswith(" "))
    return "\n".join([*lines[: place.line - 1], "  - øyeblikksbilde: alt", *lines[after:]])


@pytest.mark.parametrize("path", SOME, ids=lambda path: path.stem)
def test_a_spoilt_case_is_mended_and_nothing_else_is_touched(path: Path, tmp_path: Path, book: Rulebook) -> None:
    text = spoilt(path)
    found: Update = update(written(tmp_path, text), book)
    node = yaml.read_text(found.after, "f.yaml")
    assert isinstance(node, Mapping)
    left = deviations(node.entries["forventet"], as_json(decide(application(node, book), book)))
    assert len(left) == len(found.left)
    assert all(one.scalar is None for one in left)
    assert found.changed > 0 and not found.kept
    rest = [
        re.sub(r"(?<=[\s{\[:,])(?:\"[^\"]*\"|'[^']*'|[^\s{}\[\],:#][^{}\[\],:#\n]*)", "·", one.split("\nforventet:")[1])
        for one in (text, found.after)
    ]
    assert rest[0] == rest[1], "spaces, brackets, keys and comments stand"
    assert text.split("\nforventet:")[0] == found.after.split("\nforventet:")[0]


# --- where expectations come from -----------------------------------------------------------------------------------------


def test_origins_count_by_rule_and_kind(tmp_path: Path, book: Rulebook) -> None:
    sums = "  beløp: {sum: '1.00', kjent: '1.00'}\n  søknad: {utfall: avslag}\n"
    right = "  leger: [{id: lege-1, måneder: [{måned: 2023-06, rett: {veiledning: ja}}]}]\n"
    paths = [
        written(tmp_path, case("tolkning: A28; øyeblikksbilde: beløp", sums), "a.yaml"),
        written(tmp_path, case("øyeblikksbilde: alt", right), "b.yaml"),
    ]
    found = origins(paths, book)
    rule = found.rules["over-tre-kalenderuker", "2023/nasjonal-alis"]
    assert dict(rule.values) == {"øyeblikksbilde": 3, "tolkning": 1}
    assert {kind: len(cases) for kind, cases in rule.cases.items()} == {"øyeblikksbilde": 2, "tolkning": 1}
    assert not rule.snapshot_only
    assert {one.name for one in found.snapshot_only()} == {
        "veiledningssats", "veiledningsfaktor", "salærsats", "veiledningstimer_per_år", "måneder_per_år",
    }  # fmt: skip
    assert ("kommersiell-tilknytning", "2024/nasjonal-alis") in {(one.name, one.rule_set) for one in found.without()}
    assert origins(paths[1:], book).rules["over-tre-kalenderuker", "2023/nasjonal-alis"].snapshot_only


def test_the_report_names_rules_that_only_snapshots_verify(tmp_path: Path, run: Run) -> None:
    written(tmp_path, case("øyeblikksbilde: alt", "  søknad: {utfall: innvilget}\n"))
    code, out, err = run("test", "sak.yaml", "--opphav", "--json", "o.json")
    assert (code, err) == (0, "")
    only = out.split("Bare prøvd med øyeblikksbilder:\n")[1].split("\n\n")[0].splitlines()
    assert "  over-tre-kalenderuker (2023/nasjonal-alis)" in only
    told = json.loads(Path("o.json").read_text(encoding="utf-8"))
    assert {f"  {one['navn']} ({one['regelsett']})" for one in told["bare_øyeblikksbilder"]} == set(only)
    assert {one["navn"] for one in told["uten_forventning"]} >= {"kommersiell-tilknytning"}
    row = next(one for one in told["vilkår"] if one["navn"] == "over-tre-kalenderuker")
    assert row["verdier"] == {"publisert": 0, "avledet": 0, "tolkning": 0, "øyeblikksbilde": 1}


def test_no_shipped_rule_is_verified_by_snapshots_alone(book: Rulebook) -> None:
    found = origins(sorted(FIXTURES.rglob("*.yaml")), book)
    assert (found.problems, found.unread) == ([], [])
    assert found.snapshot_only() == []
    assert found.without() == []


def test_the_report_tells_of_a_broken_case_and_goes_on(tmp_path: Path, run: Run) -> None:
    (tmp_path / "saker").mkdir()
    written(tmp_path / "saker", "søknad: {id: x\n", "a.yaml")
    written(tmp_path / "saker", case("tolkning: A28", "  søknad: {utfall: innvilget}\n"), "b.yaml")
    code, out, err = run("test", "saker", "--opphav")
    assert code == 2
    assert "saker/a.yaml:" in err
    assert re.search(r"over-tre-kalenderuker +2023/nasjonal-alis +· +· +1 +·", out)


def test_every_kind_of_source_may_name_the_values_it_is_for() -> None:
    """What one source names is its alone; the rest belongs to those that name nothing; `alis.no` is a document."""
    node = yaml.read_text(
        "kilde:\n  - avledet: 12 × 5 867, beløp.sum\n  - tolkning: A2, leger.lege-1\n  - publisert: alis.no\n"
        "forventet:\n  søknad: {utfall: x}\n  beløp: {sum: '1.00', kjent: '1.00'}\n  leger: [{id: lege-1, utfall: x}]\n",
        "f.yaml",
    )
    assert isinstance(node, Mapping)
    said = provenance(node.entries["kilde"], node.entries["forventet"])
    assert said.problems == ()
    assert {steps: set(said.kinds(steps)) for steps, _ in expected_values(node.entries["forventet"])} == {
        ("søknad", "utfall"): {"publisert"},
        ("beløp", "sum"): {"avledet"},
        ("beløp", "kjent"): {"publisert"},
        ("leger", "lege-1", "utfall"): {"tolkning"},
    }


def test_a_source_for_a_value_that_is_not_expected_is_told() -> None:
    node = yaml.read_text("kilde:\n  - avledet: beløp.smu\nforventet:\n  beløp: {sum: '1.00'}\n", "f.yaml")
    assert isinstance(node, Mapping)
    (problem,) = provenance(node.entries["kilde"], node.entries["forventet"]).problems
    assert problem.startswith("f.yaml:2:14: KILDE: «beløp.smu» står ikke i «forventet»")


@pytest.mark.parametrize(("sources", "lacking"), [("", 2), ("kilde:\n  - avledet: beløp.sum\n", 1)])
def test_values_without_a_source_are_told(tmp_path: Path, run: Run, sources: str, lacking: int) -> None:
    text = case("øyeblikksbilde: alt", "  søknad: {utfall: innvilget}\n  beløp: {sum: '6309.00'}\n")
    path = written(tmp_path, re.sub(r"kilde:\n(  - .*\n)+", sources, text))
    code, out, err = run("test", path, "--opphav")
    values = "1 forventet verdi" if lacking == 1 else f"{lacking} forventede verdier"
    assert f"KILDE: {values} i saken har ingen kilde" in err
    code, out, _ = run("test", path)
    assert (code, "1 sak sier ikke hvor det forventede kommer fra" in out) == (0, not sources)
