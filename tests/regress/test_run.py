"""`alis test`: what fails and why when a rule changes, a wrong or broken case, and the results as JUnit XML and JSON."""

import json
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from commands import Run, caller
from twenty_one_days import AFFECTED, FIXTURES, ROOT, change, make

from engine.language.rulebook import open_rulebook
from engine.regress.case import case_files
from engine.regress.run import DEVIATES, PASSED, UNUSABLE, Choice, Result, chosen, run_case, run_cases
from engine.regress.told import told_text


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return caller(capsys)


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rules with 21 days."""
    return make(tmp_path_factory.mktemp("utkast") / "rules")


def results(root: Path) -> dict[str, Result]:
    """Every shipped case by the path it has in the repository."""
    found = run_cases(case_files([FIXTURES]), root, processes=1)
    return {Path(one.path).relative_to(ROOT).as_posix(): one for one in found}


# --- 22 days become 21 ----------------------------------------------------------------------------------------------------


def test_the_changed_rules_are_valid(run: Run, drafted: Path) -> None:
    code, out, err = run("valider", drafted)
    assert (code, err) == (0, "")
    assert out.startswith("Ingen feil.")


def test_exactly_the_affected_cases_fail_each_with_the_rule_that_made_the_difference(drafted: Path) -> None:
    found = results(drafted)
    failing = {path: one for path, one in found.items() if one.status != PASSED}
    assert set(failing) == set(AFFECTED)
    assert {one.status for one in failing.values()} == {DEVIATES}
    for path, one in failing.items():
        blamed = {(blame.rule, blame.rule_set) for _, behind in one.differences for blame in behind}
        assert AFFECTED[path][0] in {rule for rule, _ in blamed}, path
        assert all(blame.reason and blame.citation for _, behind in one.differences for blame in behind), path
        assert all(behind for deviation, behind in one.differences if "].rett." in deviation.path), path


def test_only_the_rule_that_made_the_difference_is_blamed(drafted: Path) -> None:
    (one,) = run_cases([FIXTURES / "2023/tre-kalenderuker-februar.yaml"], drafted, processes=1)
    ((rule, citation, reason),) = {
        (blame.rule, blame.citation, blame.reason) for _, behind in one.differences for blame in behind
    }
    assert (rule, citation) == ("over-tre-kalenderuker", "alis-no-2024, nytt for 2023, andre kulepunkt")
    assert re.fullmatch(r"21 .* 28 .*minst 21 dager\.", reason)


def test_changed_back_all_is_green(drafted: Path, tmp_path: Path) -> None:
    shutil.copytree(drafted, tmp_path / "rules")
    change(tmp_path / "rules", "21", "22")
    assert (tmp_path / "rules/2023/nasjonal-alis.yaml").read_bytes() == (
        ROOT / "rules/2023/nasjonal-alis.yaml"
    ).read_bytes()
    assert {one.status for one in results(tmp_path / "rules").values()} == {PASSED}


# --- a wrong expectation --------------------------------------------------------------------------------------------------

WRONG = """\
✗ saker/feil-forventning.yaml:22
  Legen har 22 tellende dager i juni. Den forventede summen er feil med vilje.
  Linje    Hvor i vedtaket                                    Forventet        Fikk
  22       søknad.utfall                                      avslag           innvilget
  23       beløp.sum                                          6308.00          6309.00
  28       leger[lege-1].måneder[2023-06].rett.veiledning     nei              ja
  29       leger[lege-1].måneder[2023-07]                     at den finnes    ingenting
  30       vilkår[over-tre-kalenderuker, 2023-06].resultat    ikke oppfylt     oppfylt
  31       merknader                                          noe              [revisorattest]
  innenfor-tilskuddsåret (2022/nasjonal-alis): Måneden hører til tilskuddsåret 2023.
    hdir-2022-03-16, endringene, andre kulepunkt
  stillingsandel-oppgitt (2022/nasjonal-alis): Stillingsandelen er 100 %.
    hdir-2022-03-16, endringene, tredje kulepunkt
  ett-tilskudd-per-måned (2022/nasjonal-alis): Ingen andre av disse tilskuddene dekker legen i måneden.
    alis-no-honorering, veiledning som del av ALIS-tilskuddet
  over-tre-kalenderuker (2023/nasjonal-alis): 22 av månedens 30 dager teller. Kravet er minst 22 dager.
    alis-no-2024, nytt for 2023, andre kulepunkt
0 av 1 sak stemmer, 1 avviker.
"""

CASE = """\
beskrivelse: Legen har 22 tellende dager i juni. Den forventede summen er feil med vilje.
kilde:
  - avledet: 1 × 6 309,1875 → 6 309

søknad:
  id: feil-forventning
  ordning: nasjonal-alis
  tilskuddsår: 2023
  mottatt: 2023-08-31T15:20
  søkertype: kommune
  kommunenummer: "4642"

leger:
  - id: lege-1
    tilskuddstype: veiledning
    avtale_inngått: 2022-10-01
    spesialisering: ny ordning
    perioder:
      - {fra: 2023-06-09, til: 2023-06-30, stilling: ansatt fastlege, stillingsandel: 100}

forventet:
  søknad: {utfall: avslag}
  beløp: {sum: "6308.00", kjent: "6309.00"}
  leger:
    - id: lege-1
      utfall: innvilget
      måneder:
        - {måned: 2023-06, rett: {veiledning: nei}, dager: 22}
        - {måned: 2023-07, rett: {veiledning: ja}}
  vilkår: [{id: over-tre-kalenderuker, måned: 2023-06, resultat: ikke oppfylt}]
  merknader_inneholder: [noe]
"""


@pytest.fixture
def cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rules: Path) -> Path:
    """A folder of cases beside which the user stands; the shipped rules count."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALIS_REGLER", str(rules))
    (tmp_path / "saker").mkdir()
    return tmp_path / "saker"


def test_a_wrong_expectation_fails_with_a_readable_difference(cases: Path, run: Run) -> None:
    (cases / "feil-forventning.yaml").write_text(CASE, encoding="utf-8")
    code, out, err = run("test", "saker")
    shown = "\n".join(line.rstrip() for line in out.splitlines()) + "\n"
    assert shown == WRONG
    assert (code, err) == (1, "")


def test_a_long_way_into_the_decision_is_broken_between_its_steps(drafted: Path) -> None:
    """`avgjort_av.al` and `is` on two lines can neither be read nor searched for."""
    told = told_text(run_case(FIXTURES / "2025/tilknytning-del-av-februar.yaml", open_rulebook(drafted)))
    cells = [line[11:].split("  ")[0] for line in told.splitlines() if re.match(r" {2}(\d+| +) {4,}\S", line)]
    assert "leger[lege-21].måneder[2025-02].avgjort_av." in cells
    assert cells[cells.index("leger[lege-21].måneder[2025-02].avgjort_av.") + 1] == "alis"


def test_a_wrong_amount_names_the_rates_it_was_calculated_with(cases: Path, run: Run, tmp_path: Path) -> None:
    """Nothing but the rate differs: the rules that refuse a month elsewhere in the case have nothing to do with it."""
    shutil.copytree(ROOT / "rules", tmp_path / "utkast")
    path = tmp_path / "utkast/2023/nasjonal-alis.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("verdi: 1140\n", "verdi: 1150\n"), encoding="utf-8")
    shutil.copy(FIXTURES / "2023/veiledning-21-og-22-dager.yaml", cases)
    code, out, _ = run("test", "saker", "--regler", "utkast", "--json", "r.json", "--junit", "r.xml")
    assert code == 1
    shown = [line.strip() for line in out.replace("\u00a0", " ").splitlines()]
    at = shown.index("salærsats: Beløpet er regnet med 1 150 kr/time.")
    assert shown[at + 1] == "alis-no-2024, nytt for 2023, andre kulepunkt"
    assert "veiledningssats: Beløpet er regnet med veiledningsfaktor × salærsats = 1 322,5 kr/time." in shown
    assert "over-tre-kalenderuker" not in out
    assert "salærsats (alis-no-2024, nytt for 2023, andre kulepunkt): " in Path("r.xml").read_text(encoding="utf-8")
    (case,) = json.loads(Path("r.json").read_text(encoding="utf-8"))["saker"]
    for one in case["avvik"]:
        assert "salærsats" in {rule["id"] for rule in one["regler"]}, one["hvor"]


# --- broken cases ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def mixed(cases: Path) -> Path:
    """Two good cases, one that deviates, one that is no YAML, one with an impossible value, one that expects nothing."""
    for name in ("veiledning-full-stilling", "veiledning-62-5-prosent"):
        shutil.copy(FIXTURES / "2023" / f"{name}.yaml", cases)
    (cases / "avvik.yaml").write_text(CASE, encoding="utf-8")
    (cases / "ikke-yaml.yaml").write_text("søknad: {id: x\nforventet: {}\n", encoding="utf-8")
    (cases / "umulig.yaml").write_text(CASE.replace("stillingsandel: 100", "stillingsandel: 101"), encoding="utf-8")
    (cases / "uten.yaml").write_text(CASE.split("forventet:")[0], encoding="utf-8")
    return cases


def test_a_broken_case_fails_alone_and_the_rest_run(mixed: Path, run: Run) -> None:
    code, out, _ = run("test", "saker", "--json", "r.json", "--junit", "r.xml")
    assert code == 2
    assert out.rstrip().endswith(
        "2 av 6 saker stemmer, 1 avviker, 2 kunne ikke leses, 1 sier ikke hva som er forventet."
    )
    assert "saker/umulig.yaml:19:87: VERDI-GRENSE: «101» er ikke mulig for «stillingsandel» – tallet må være" in out
    assert "saker/ikke-yaml.yaml:" in out
    assert "Traceback" not in out


def test_a_link_to_a_case_that_is_gone_is_not_left_out_unseen(cases: Path, run: Run) -> None:
    shutil.copy(FIXTURES / "2023/veiledning-full-stilling.yaml", cases)
    (cases / "borte.yaml").symlink_to("flyttet.yaml")
    code, out, _ = run("test", "saker")
    assert code == 2 and "saker/borte.yaml:1:1: FIL-MANGLER" in out
    assert out.rstrip().endswith("1 av 2 saker stemmer, 1 kunne ikke leses.")


def test_json(mixed: Path, run: Run) -> None:
    run("test", "saker", "--json", "r.json")
    found = json.loads(Path("r.json").read_text(encoding="utf-8"))
    cases = {one["fil"]: one for one in found.pop("saker")}
    assert found == {"antall": 6, "bestått": 2, "avvik": 1, "ubrukelig": 2, "uten forventning": 1}
    deviating = cases["saker/avvik.yaml"]
    assert (deviating["id"], deviating["ordning"], deviating["år"]) == ("feil-forventning", "nasjonal-alis", "2023")
    assert [(one["sted"], one["hvor"], one["forventet"], one["fikk"]) for one in deviating["avvik"]][:2] == [
        ("saker/avvik.yaml:22:20", "søknad.utfall", "avslag", "innvilget"),
        ("saker/avvik.yaml:23:16", "beløp.sum", "6308.00", "6309.00"),
    ]
    assert cases["saker/umulig.yaml"]["feil"][0].startswith("saker/umulig.yaml:19:87: VERDI-GRENSE")
    assert cases["saker/veiledning-full-stilling.yaml"] == {
        "fil": "saker/veiledning-full-stilling.yaml",
        "id": "veiledning-full-stilling",
        "ordning": "nasjonal-alis",
        "år": "2023",
        "status": "bestått",
    }


def test_json_names_the_rule_and_its_source(drafted: Path, cases: Path, run: Run) -> None:
    shutil.copy(FIXTURES / "2023/veiledning-21-og-22-dager.yaml", cases)
    assert run("test", "saker", "--regler", drafted, "--json", "r.json")[0] == 1
    (case,) = json.loads(Path("r.json").read_text(encoding="utf-8"))["saker"]
    right = next(one for one in case["avvik"] if one["hvor"] == "leger[lege-1].måneder[2023-06].rett.veiledning")
    (blamed,) = right["regler"]
    assert re.fullmatch(r"21 .* 30 .*minst 21 dager\.", blamed.pop("begrunnelse"))
    assert blamed == {
        "id": "over-tre-kalenderuker",
        "regelsett": "2023/nasjonal-alis",
        "hjemmel": "alis-no-2024, nytt for 2023, andre kulepunkt",
    }


def test_junit(mixed: Path, run: Run) -> None:
    run("test", "saker", "--junit", "r.xml")
    suites = {one.get("name"): one for one in ElementTree.parse("r.xml").getroot()}
    known = suites["nasjonal-alis 2023"]
    assert (known.get("tests"), known.get("failures"), known.get("errors"), known.get("skipped")) == (
        "4",
        "1",
        "0",
        "1",
    )
    assert {one.get("errors") for name, one in suites.items() if name != "nasjonal-alis 2023"} == {"2"}
    cases = {one.get("classname"): one for suite in suites.values() for one in suite}
    assert len(cases) == 6
    failure = cases["saker/avvik.yaml"].find("failure")
    assert failure is not None and failure.text is not None
    assert failure.get("message") == "saker/avvik.yaml:22:20: AVVIK: søknad.utfall: forventet avslag, fikk innvilget"
    assert len(failure.text.splitlines()) >= 6
    error = cases["saker/umulig.yaml"].find("error")
    assert error is not None and "VERDI-GRENSE" in str(error.get("message"))
    assert cases["saker/uten.yaml"].find("skipped") is not None
    assert not list(cases["saker/veiledning-full-stilling.yaml"])


#: element → the attributes it must and may have, and the elements it may hold, as in Jenkins' junit-10.xsd
SHAPE: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": ({"name"}, {"time", "classname", "group"}, {"skipped", "error", "failure", "system-out", "system-err"}),
    **{name: (set(), {"type", "message"}, set()) for name in ("failure", "error", "skipped")},
}


def test_junit_has_the_shape_that_readers_check(mixed: Path, run: Run) -> None:
    """Also where a file name has a character that XML cannot hold."""
    (mixed / "rar\x07navn.yaml").write_text("søknad: {id: x\n", encoding="utf-8")
    run("test", "saker", "--junit", "r.xml")
    root = ElementTree.parse("r.xml").getroot()
    for one in root.iter():
        must, may, children = SHAPE[one.tag]
        assert must <= set(one.attrib) <= must | may, one.tag
        assert {child.tag for child in one} <= children
        assert re.fullmatch(r"\d{1,3}\.\d{3}", one.get("time", "0.000"))
    assert root.tag == "testsuites" and root.get("tests") == "7"
    for key in ("tests", "failures", "errors"):
        assert root.get(key) == str(sum(int(suite.attrib[key]) for suite in root))


# --- which cases, and how many at once ------------------------------------------------------------------------------------


def test_two_processes_give_what_one_gives(drafted: Path) -> None:
    paths = case_files([FIXTURES / "2025"])
    assert list(run_cases(paths, drafted, processes=2)) == list(run_cases(paths, drafted, processes=1))


def test_a_process_that_is_killed_is_told_without_a_trace(
    cases: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the system does when memory runs out."""
    import multiprocessing

    from engine.regress import run as runner

    shutil.copy(FIXTURES / "2023/veiledning-full-stilling.yaml", cases)
    real = runner.ProcessPoolExecutor

    class Killed(real):  # type: ignore[valid-type, misc]
        def map(self, *words: object, **more: object) -> object:
            found = super().map(*words, **more)
            for process in multiprocessing.active_children():
                process.kill()
            return found

    monkeypatch.setattr(runner, "ProcessPoolExecutor", Killed)
    code, out, err = run("test", "saker", "--prosesser", "2")
    assert (code, out) == (2, "")
    assert (
        err.startswith("kommandolinjen:1:1: PROSESS: en av prosessene ble stanset utenfra")
        and len(err.splitlines()) == 1
    )


def test_choosing_cases(rules: Path) -> None:
    paths = case_files([FIXTURES / "2024", FIXTURES / "2017"])
    found = list(run_cases(paths, rules, processes=1))

    def kept(choice: Choice) -> list[Result]:
        return list(chosen(found, choice))

    assert {one.scheme for one in kept(Choice(scheme="spesialisering"))} == {"spesialisering"}
    assert {one.year for one in kept(Choice(year="2024"))} == {"2024"}
    assert all("attest" in one.path for one in kept(Choice(name="attest")))
    by_rule = kept(Choice(rules=frozenset({"kommersiell-tilknytning"})))
    assert by_rule and all("kommersiell-tilknytning" in one.rules for one in by_rule)
    assert kept(Choice()) == found


@pytest.mark.parametrize(
    ("name", "mentioned"),
    [
        ("minste_antall_dager", "21-og-22-dager"),  # a threshold that a rule reads
        ("veiledningsfaktor", "21-og-22-dager"),  # a number that a rate is worked out with
        ("salærsats", "21-og-22-dager"),  # a rate
        ("tilbakedatering-2023", "tilbakedatering"),  # an exemption
        ("revisorattest", "veiledning-62-5-prosent"),  # a note
        ("dager_med_nok_stilling", "tak-kutter"),  # a definition
    ],
)
def test_any_part_of_the_rules_chooses_the_cases_it_bears_on(
    run: Run, tmp_path: Path, name: str, mentioned: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    out = tmp_path / "r.json"
    assert run("test", "fixtures/2023", "fixtures/2017", "--regel", name, "--json", out)[0] == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    every = len(case_files([FIXTURES / "2023", FIXTURES / "2017"]))
    assert 0 < found["antall"] < every
    assert any(mentioned in case["fil"] for case in found["saker"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--oppdater", "--junit", "r.xml"), "--oppdater kan ikke brukes sammen med --junit"),
        (("--opphav", "--mutasjon", "--dekning"), "--opphav kan ikke brukes sammen med --mutasjon og --dekning"),
        (("--oppdater", "--opphav"), "--oppdater kan ikke brukes sammen med --opphav"),
    ],
)
def test_what_would_be_left_undone_is_refused(cases: Path, run: Run, words: tuple[str, ...], told: str) -> None:
    code, out, err = run("test", "saker", *words)
    assert (code, out) == (2, "")
    assert told in err and not Path("r.xml").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--ordning", "nasjonal-alsi"), "«nasjonal-alsi» er ikke en ordning i reglene, mente du «nasjonal-alis»?"),
        (
            ("--regel", "over-tre-kalenderuke"),
            "«over-tre-kalenderuke» er ikke et navn i reglene, mente du «over-tre-kalen",
        ),
        (("--år", "1999"), "ingen av de 2 sakene passer til valget"),
        (("--navn", "finnes ikke"), "ingen av de 2 sakene passer til valget"),
        (("--ordning", "spesialisering"), "ingen av de 2 sakene passer til valget"),
    ],
)
@pytest.mark.parametrize("doing", [(), ("--opphav",), ("--oppdater",), ("--dekning", "--json", "r.json")])
def test_a_choice_that_leaves_nothing_is_not_a_success(
    cases: Path, run: Run, words: tuple[str, str], told: str, doing: tuple[str, ...]
) -> None:
    """A name spelt wrong in a pipeline would otherwise be green for ever."""
    for name in ("veiledning-full-stilling", "veiledning-62-5-prosent"):
        shutil.copy(FIXTURES / "2023" / f"{name}.yaml", cases)
    code, out, err = run("test", "saker", *words, *doing)
    assert (code, out) == (2, "")
    assert told in err and err.startswith("kommandolinjen:1:1: ARGUMENT: ")
    assert not Path("r.json").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--ordning", "nasjonal-alsi"), "«nasjonal-alsi» er ikke en ordning i reglene"),
        (("--regel", "finnes-ikke"), "ingen endring av reglene passer til valget"),
        (("--år", "1999"), "ingen endring av reglene passer til valget"),
    ],
)
def test_a_choice_that_leaves_no_change_to_try_is_not_a_success(
    cases: Path, run: Run, words: tuple[str, str], told: str
) -> None:
    shutil.copy(FIXTURES / "2023/veiledning-full-stilling.yaml", cases)
    code, out, err = run("test", "saker", "--mutasjon", *words, "--prosesser", "1")
    assert (code, out) == (2, "")
    assert told in err


def test_a_file_that_cannot_be_read_is_told_whatever_is_chosen(mixed: Path, rules: Path) -> None:
    found = list(chosen(run_cases(case_files([mixed]), rules, processes=1), Choice(scheme="spesialisering")))
    assert [one.status for one in found] == [UNUSABLE, UNUSABLE]
