"""`alis konsekvens`: which kept cases a change of rules decides otherwise, by how many kroner, because of which rule."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pytest
from commands import Run, caller, git
from rich.console import Console
from twenty_one_days import AFFECTED, FIXTURES, ROOT, THRESHOLD, by_year, change, make

from engine.regress.case import case_files
from engine.regress.impact import Impact, compare_cases, impact
from engine.regress.impact_case import CHANGED, ONE_SIDED, UNCHANGED, UNREAD, WORDING, CaseImpact
from engine.regress.impact_json import as_json
from engine.regress.impact_markdown import MARK, MOST_BYTES, as_markdown
from engine.regress.impact_page import as_html
from engine.regress.impact_screen import screen
from engine.regress.impact_version import Version, find_version
from engine.regress.impact_words import signed
from engine.text.fault import Faults

RULES = ROOT / "rules"
FACTS = ("kommunenummer",)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return caller(capsys)


def compared(before: Path, after: Path, paths: list[Path]) -> Impact:
    versions = Version(str(before), before), Version(str(after), after)
    books = versions[0].open(), versions[1].open()
    return impact(*versions, books, compare_cases(case_files(paths), *versions, FACTS, 1, books), FACTS)


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rules with 21 days."""
    return make(tmp_path_factory.mktemp("utkast") / "rules")


@pytest.fixture(scope="module")
def found(drafted: Path) -> Impact:
    """What 21 days come to in every shipped case."""
    return compared(RULES, drafted, [FIXTURES])


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """A copy of the rules to change."""
    return Path(shutil.copytree(RULES, tmp_path / "utkast"))


def shown(impact: Impact) -> str:
    """The impact as it stands on the screen."""
    console = Console(file=StringIO(), width=110, highlight=False, color_system=None)
    with console.capture() as captured:
        console.print(screen(impact))
    return captured.get()


def edit(root: Path, file: str, old: str, new: str) -> None:
    """Change the one place a text stands in a rule file."""
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} står {text.count(old)} ganger"
    path.write_text(text.replace(old, new), encoding="utf-8")


def only(changed: Impact) -> CaseImpact:
    (case,) = changed.cases
    return case


# --- 22 days become 21 ----------------------------------------------------------------------------------------------------


def test_exactly_the_affected_cases_are_named_with_their_kroner(found: Impact) -> None:
    cases = {Path(case.path).relative_to(ROOT).as_posix(): case for case in found.of(CHANGED)}
    assert {path: f"{case.difference:.2f}" for path, case in cases.items()} == {
        path: kroner for path, (_, kroner) in AFFECTED.items()
    }


def test_each_names_the_rule_it_changed_because_of(found: Impact) -> None:
    for case in found.of(CHANGED):
        path = Path(case.path).relative_to(ROOT).as_posix()
        assert case.causes[0].rule == AFFECTED[path][0], path
        assert all(cause.before != cause.after and cause.citation for cause in case.causes), path
        assert [(change.section, change.name) for change in found.behind(case)] == [("grenser", THRESHOLD)], path


def test_the_change_itself_is_told_with_its_place(found: Impact) -> None:
    ((one, cases),) = found.by_change
    assert (one.file, one.section, one.name, one.what) == ("2023/nasjonal-alis.yaml", "grenser", THRESHOLD, "endret")
    assert [(part.path, part.before, part.after) for part in one.differences] == [
        ("verdier[måneder fra 2022-10].verdi", "22", "21")
    ]
    text = (RULES / one.file).read_text(encoding="utf-8").split("\n")
    assert text[(one.lines[0] or 0) - 1] == f"  {THRESHOLD}:"
    assert len(cases) == len(AFFECTED)
    assert not one.explains_only


def test_one_case_in_full(found: Impact) -> None:
    case = next(case for case in found.cases if case.id == "veiledning-21-og-22-dager")
    assert case.before is not None and case.after is not None
    assert (case.before.outcome, case.after.outcome) == ("delvis innvilget", "innvilget")
    assert (case.before.money.total, case.after.money.total) == (Decimal("6309.00"), Decimal("12618.00"))
    changed, same = case.lines
    assert not same.changed and (same.doctor, same.component) == ("lege-2", "veiledning")
    assert changed.before is not None and changed.after is not None
    assert (changed.doctor, changed.before.outcome, changed.after.outcome) == ("lege-1", "avslag", "innvilget")
    assert (changed.before.months, changed.after.months) == (0, 1)
    assert [(one.month, one.before, one.after) for one in changed.months] == [("2023-06", "nei", "ja")]
    assert [(one.what, one.before, one.after) for one in case.others] == [
        ("utfall for lege-1", ("avslag",), ("innvilget",))
    ]
    (cause,) = case.causes
    assert (cause.doctor, cause.component, cause.months) == ("lege-1", "veiledning", ("2023-06",))
    assert (cause.before, cause.after) == ("ikke oppfylt, avslag", "oppfylt")
    assert "minst 22 dager" in cause.reasons[0] and "minst 21 dager" in cause.reasons[1]
    assert case.exact and case.difference == Decimal("6309.00")


def test_a_known_amount_that_falls_while_a_rate_is_unknown_is_no_cut(found: Impact) -> None:
    """Months that go from a component with a known rate to one without look like a cut in the known kroner, and are a rise in grants."""
    told = "I 4 saker går det kjente beløpet ned mens en sats er ukjent. Hele summen kan likevel ha gått opp."
    falling = [kroner for _, kroner in AFFECTED.values() if kroner.startswith("-")]
    assert len(falling) == 4
    for text in (as_markdown(found), as_html(found), " ".join(shown(found).split())):
        assert told in text


def test_totals_tell_where_sums_are_unknown(found: Impact) -> None:
    """A component whose rate is unknown has 0 known kroner before and after, which is not that nothing changed."""
    (one,) = [one for one in found.totals["komponent"] if one.group == "alis"]
    assert one.difference == 0 and one.changed > 0 and one.open_after > one.open_before
    assert one.open_after <= one.cases, "cases are counted, not the doctors in them"
    told = f"{one.open_before} → {one.open_after}"
    row = re.search(r"^ +alis +.*$", shown(found), re.MULTILINE)
    assert row is not None and told in row[0]
    assert re.search(rf"^\| alis \|.*\| {told} \|$", as_markdown(found), re.MULTILINE)
    assert re.search(rf'<th scope="row">alis</th>.*<td data-t="Ukjent sum">{told}</td>', as_html(found))


def test_the_page_keeps_the_months_under_their_line(found: Impact) -> None:
    """Two lines of one doctor may change in the same month, in different ways."""
    text = as_html(found)
    assert re.search(
        r"<li>lege-21, alis: [^<]*<ul><li>august 2024: nei → ja</li></ul></li><li>lege-21, veiledning: [^<]*"
        r"<ul><li>august 2024: ja → ikke vurdert</li></ul></li>",
        text,
    )


def test_amounts_are_not_broken_over_lines(found: Impact) -> None:
    for line in shown(found).splitlines():
        assert not re.match(r"\s+\d{3},\d\d\s", line), line


def test_a_cut_is_a_cut(draft: Path) -> None:
    edit(draft, "2023/nasjonal-alis.yaml", "verdi: 1140", "verdi: 1130")
    cut = compared(RULES, draft, [FIXTURES / "2023/veiledning-full-stilling.yaml"])
    assert only(cut).difference < 0
    assert "går det kjente beløpet ned" not in shown(cut)


def test_totals_add_up(found: Impact) -> None:
    whole = found.whole
    assert whole.cases == len(found.cases)
    assert whole.changed == len(AFFECTED)
    assert whole.difference == sum(Decimal(kroner) for _, kroner in AFFECTED.values())
    assert set(found.totals) == {"tilskuddsår", "ordning", "komponent", "kommunenummer"}
    for groups in found.totals.values():
        assert sum(one.difference for one in groups) == whole.difference
        assert sum(one.before for one in groups) == whole.before
    years = {one.group: one for one in found.totals["tilskuddsår"]}
    assert {year: (one.changed, f"{one.difference:.2f}") for year, one in years.items() if one.changed} == by_year()
    schemes = {one.group: one.changed for one in found.totals["ordning"]}
    assert schemes == {"nasjonal-alis": len(AFFECTED), "spesialisering": 0, "veiledet-tjeneste": 0}
    assert {one.group for one in found.totals["kommunenummer"]} >= {"4642", "ikke oppgitt"}
    components = {one.group: one for one in found.totals["komponent"]}
    assert components["alis"].open_after > components["alis"].open_before, "new months need a rate that is not known"


def test_other_schemes_are_not_even_worded_otherwise(found: Impact) -> None:
    assert {case.status for case in found.cases if case.scheme != "nasjonal-alis"} == {UNCHANGED}
    assert {case.scheme for case in found.of(WORDING)} == {"nasjonal-alis"}


def test_the_command_tells_it(drafted: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    words = ("konsekvens", "--fra", "rules", "--til", drafted, "--format", "tekst", "--saker")
    code, out, err = run(*words, "fixtures/2023")
    assert (code, err) == (0, "")
    for path, (rule, _) in AFFECTED.items():
        assert (path in out and f"Fordi {rule}" in out) == path.startswith("fixtures/2023/")
    assert "delvis innvilget → innvilget, 6 309,00 kr → 12 618,00 kr (+6 309,00 kr)" in out.replace("\u00a0", " ")
    assert run(*words, "fixtures/2023/veiledning-21-og-22-dager.yaml", "--forvent-ingen")[0] == 1


def test_changed_back_nothing_is_changed(drafted: Path, tmp_path: Path, run: Run) -> None:
    shutil.copytree(drafted, tmp_path / "rules")
    change(tmp_path / "rules", "21", "22")
    words = ("konsekvens", "--fra", RULES, "--til", tmp_path / "rules", "--saker", FIXTURES / "2023", "--forvent-ingen")
    code, out, err = run(*words)
    told = json.loads(out)
    assert (code, err, told["saker"], told["regelendringer"]) == (0, "", [], [])
    assert told["antall"]["uendret"] == told["antall"]["saker"] > 50


def test_two_processes_give_what_one_gives(drafted: Path) -> None:
    paths = case_files([FIXTURES / "2025"])
    versions = Version("rules", RULES), Version("utkast", drafted)
    assert list(compare_cases(paths, *versions, FACTS, 2)) == list(compare_cases(paths, *versions, FACTS, 1))


# --- other kinds of change ------------------------------------------------------------------------------------------------


def test_a_rate(draft: Path) -> None:
    edit(draft, "2023/nasjonal-alis.yaml", "verdi: 1140", "verdi: 1150")
    changed = compared(RULES, draft, [FIXTURES / "2023/veiledning-full-stilling.yaml"])
    case = only(changed)
    assert case.status == CHANGED and case.difference > 0 and case.exact
    rates = {
        (value.name, value.before.replace("\u00a0", " "), value.after.replace("\u00a0", " ")) for value in case.values
    }
    assert ("salærsats", "1 140 kr/time", "1 150 kr/time") in rates
    assert [one.name for one in changed.behind(case)] == ["salærsats"]
    assert [len(cases) for _, cases in changed.by_change] == [1]


def test_a_rate_that_becomes_known(draft: Path) -> None:
    edit(
        draft,
        "2023/nasjonal-alis.yaml",
        "        verdi: ukjent\n        undersøkt: [alis-no-2024, alis-no-2023-04-20, alis-no-honorering]\n",
        "        verdi: 10000\n        hjemmel: {kilde: alis-no-2024, punkt: oppdiktet}\n",
    )
    case = only(compared(RULES, draft, [FIXTURES / "2023/alis-hele-året-beløp-ukjent.yaml"]))
    assert case.before is not None and case.before.money.total is None
    assert case.after is not None and case.after.money.total is not None
    assert not case.exact
    assert any(value.name == "alis_beløp" and "ukjent" in value.before for value in case.values)
    assert any(one.what == "ukjente satser" for one in case.others)


def test_a_rule_that_is_gone(draft: Path) -> None:
    path = draft / "2024/nasjonal-alis.yaml"
    path.write_text(
        path.read_text(encoding="utf-8")
        + "\nopphever:\n  over-tre-kalenderuker:\n    i_kraft: {nye_avtaler: 2023-09-01, eksisterende_avtaler: 2023-09}\n"
        "    hjemmel: {kilde: hdir-2024-04-18, punkt: oppdiktet}\n",
        encoding="utf-8",
    )
    changed = compared(RULES, draft, [FIXTURES / "2024/tre-kalenderuker-februar-i-skuddår.yaml"])
    case = only(changed)
    assert case.status == CHANGED
    assert {cause.rule for cause in case.causes} == {"over-tre-kalenderuker"}
    assert {cause.after.split(",")[0] for cause in case.causes} == {"ikke aktuelt"}
    assert [(one.section, one.what) for one in changed.behind(case)] == [("opphever", "ny")]


def test_a_new_rule(draft: Path) -> None:
    path = draft / "2024/nasjonal-alis.yaml"
    text = path.read_text(encoding="utf-8")
    rule = (
        "vilkår:\n  ny-regel:\n    tittel: Legen arbeider fullt\n    hjemmel: {kilde: hdir-2024-04-18, punkt: oppdiktet}\n"
        "    vurderes_per: måned\n    gjelder: [veiledning]\n"
        "    i_kraft: {nye_avtaler: 2024-04-18, eksisterende_avtaler: 2023-09}\n"
        "    krav: {månedens_stillingsandel: {minst: 100}}\n    ikke_oppfylt: avslag\n"
        "    begrunnelse: {ikke_oppfylt: Legen arbeider ikke fullt.}\n"
    )
    assert text.count("vilkår:\n") == 1
    path.write_text(text.replace("vilkår:\n", rule), encoding="utf-8")
    changed = compared(RULES, draft, [FIXTURES / "2024/veiledning-deltid.yaml"])
    case = only(changed)
    assert case.difference < 0
    assert {(cause.rule, cause.before, cause.after) for cause in case.causes} == {
        ("ny-regel", "ikke vurdert", "ikke oppfylt, avslag")
    }
    assert [(one.name, one.what) for one in changed.behind(case)] == [("ny-regel", "ny")]


def test_a_date_that_rules_name_as_their_first_day(draft: Path) -> None:
    """The rule's own text is as before; the threshold its `i_kraft` names is not."""
    edit(draft, "2023/nasjonal-alis.yaml", "{verdi: 2023-01-01, hjemmel", "{verdi: 2023-03-01, hjemmel")
    changed = compared(RULES, draft, [FIXTURES / "2023/mal-avtale-2-januar-2023.yaml"])
    case = only(changed)
    assert case.status == CHANGED
    assert {cause.rule for cause in case.causes} == {"mal-brukt"}
    assert [one.name for one in changed.behind(case)] == ["malkrav_fra"]


def test_a_rule_about_days(draft: Path) -> None:
    """The number of days decides the month, and the rule that lets them count is told beside it."""
    edit(draft, "2023/nasjonal-alis.yaml", "{verdi: 2022-10-01, hjemmel", "{verdi: 2022-12-01, hjemmel")
    changed = compared(RULES, draft, [FIXTURES / "2023/tilbakedatering-kontrakt-1-oktober-2022.yaml"])
    case = only(changed)
    assert case.status == CHANGED
    assert {cause.rule for cause in case.causes} == {"avtalen-er-inngått", "over-tre-kalenderuker"}
    assert [one.name for one in changed.behind(case)] == ["tidligste_tilbakedatering"]


def test_only_words(draft: Path, run: Run) -> None:
    old = "oppfylt: Tilretteleggingen som er avtalt, er gjennomført."
    edit(draft, "2023/nasjonal-alis.yaml", old, "oppfylt: Tilretteleggingen er gjennomført.")
    paths = [FIXTURES / "2023/mal-avtale-1-januar-2023.yaml", FIXTURES / "2022/gammel-ordning.yaml"]
    changed = compared(RULES, draft, paths)
    assert [case.status for case in changed.cases] == [WORDING, UNCHANGED]
    assert [cause.rule for cause in changed.cases[0].causes] == ["tiltak-gjennomført"]
    assert [one.explains_only for one in changed.changes] == [True]
    words = ("konsekvens", "--fra", RULES, "--til", draft, "--saker", *paths, "--format", "tekst")
    code, out, _ = run(*words)
    assert code == 0
    assert "0 av 2 saker får et annet vedtak. 1 sak får samme vedtak med en annen begrunnelse. 1 sak er uendret." in out
    assert "er endret (bare forklarende tekst)" in out
    assert run(*words, "--forvent-ingen")[0] == 1


def test_layout_and_comments_are_no_change(draft: Path, run: Run) -> None:
    path = draft / "2023/nasjonal-alis.yaml"
    path.write_text("# en ny kommentar\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    code, out, _ = run("konsekvens", "--fra", RULES, "--til", draft, "--saker", FIXTURES / "2025", "--forvent-ingen")
    assert (code, json.loads(out)["regelendringer"]) == (0, [])


# --- cases that cannot be read --------------------------------------------------------------------------------------------


def test_a_broken_case_is_told_and_the_rest_go_on(drafted: Path, tmp_path: Path, run: Run) -> None:
    cases = tmp_path / "saker"
    cases.mkdir()
    shutil.copy(FIXTURES / "2023/veiledning-21-og-22-dager.yaml", cases)
    (cases / "ødelagt.yaml").write_text("søknad: {id: x\n", encoding="utf-8")
    code, out, err = run("konsekvens", "--fra", RULES, "--til", drafted, "--saker", cases, "--format", "tekst")
    assert code == 2
    assert "1 av 2 saker får et annet vedtak. 1 sak kan ikke leses." in out
    assert f"{cases}/ødelagt.yaml:2:1: YAML-" in err or f"{cases}/ødelagt.yaml:1" in err
    assert "Traceback" not in out + err


def test_a_case_that_only_one_version_can_read(draft: Path, tmp_path: Path, run: Run) -> None:
    """The draft has a new fact, and a case that states it: that is a change, and no fault."""
    edit(
        draft,
        "vokabular.yaml",
        "  sentralitetsklasse:\n    nivå: søknad\n",
        "  ny_opplysning:\n    nivå: søknad\n    ordninger: [nasjonal-alis]\n    type: ja_nei\n    valgfri: ja\n"
        "    spørsmål: Er dette nytt?\n  sentralitetsklasse:\n    nivå: søknad\n",
    )
    text = (FIXTURES / "2023/veiledning-full-stilling.yaml").read_text(encoding="utf-8")
    case = tmp_path / "ny.yaml"
    case.write_text(
        text.replace("  søkertype: kommune\n", "  søkertype: kommune\n  ny_opplysning: ja\n"), encoding="utf-8"
    )
    (found,) = compared(RULES, draft, [case]).cases
    assert found.status == ONE_SIDED
    assert [side for side, _ in found.problems] == ["før"]
    assert "ny_opplysning" in found.problems[0][1]
    words = ("konsekvens", "--fra", RULES, "--til", draft, "--saker", case, "--format", "tekst")
    code, out, _ = run(*words)
    assert code == 0
    assert "1 sak kan bare avgjøres med den ene versjonen." in out
    assert run(*words, "--forvent-ingen")[0] == 1


def test_a_fact_to_total_by(found: Impact, drafted: Path, run: Run) -> None:
    words = ("konsekvens", "--fra", RULES, "--til", drafted, "--saker", FIXTURES / "2023", "--etter")
    code, out, _ = run(*words, "sentralitetsklasse")
    assert code == 0
    assert {one["gruppe"] for one in json.loads(out)["summer"]["sentralitetsklasse"]} >= {"3"}
    code, _, err = run(*words, "sentralitetklasse")
    assert code == 2
    assert "mente du «sentralitetsklasse»?" in err


# --- revisions ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the rules on `main`, 21 days on `utkast`, and broken rules on `ødelagt`; some odd files beside them."""
    top = tmp_path_factory.mktemp("lager")
    git("init", "--quiet", "--initial-branch=main", at=top)
    shutil.copytree(RULES, top / "rules")
    (top / "saker").mkdir()
    shutil.copy(FIXTURES / "2023/veiledning-21-og-22-dager.yaml", top / "saker")
    (top / "rules/2023/lenke.yaml").symlink_to("/etc/passwd")
    (top / "rules/2023/les-meg.md").write_text("ikke en regel", encoding="utf-8")
    git("add", "--all", at=top)
    git("commit", "--quiet", "--message=main", at=top)
    git("switch", "--quiet", "--create=ødelagt", at=top)
    change(top / "rules", "22", "mange")
    git("commit", "--quiet", "--all", "--message=feil", at=top)
    git("switch", "--quiet", "--create=utkast", "main", at=top)
    change(top / "rules")
    git("commit", "--quiet", "--all", "--message=21", at=top)
    git("switch", "--quiet", "main", at=top)
    (top / "rules/2023/lenke.yaml").unlink()
    return top


@pytest.mark.parametrize(
    ("where", "before", "after", "cases"),
    [
        ("", "main", "utkast", "saker"),
        ("", "rules", "rules@utkast", "saker"),
        ("", "utkast~1", "utkast@{0}", "saker"),
        ("saker", "main", "../rules@utkast", "."),
        ("", ".", "utkast", "saker"),
        ("saker", "..", "utkast", "."),
    ],
)
def test_revisions(
    repository: Path, run: Run, monkeypatch: pytest.MonkeyPatch, where: str, before: str, after: str, cases: str
) -> None:
    monkeypatch.chdir(repository / where)
    code, out, err = run("konsekvens", "--fra", before, "--til", after, "--saker", cases)
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert [case["id"] for case in told["saker"]] == ["veiledning-21-og-22-dager"]
    assert told["kroner"]["endring"] == "6309.00"
    assert told["til"]["commit"] == git("rev-parse", "utkast", at=repository)


def test_only_rule_files_are_written(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    found = find_version("main", tmp_path)
    written = {path.relative_to(found.folder).as_posix() for path in found.folder.rglob("*") if not path.is_dir()}
    assert written == {
        path.relative_to(RULES).as_posix()
        for path in RULES.rglob("*.yaml")
        if path.parent != RULES or path.name in ("vokabular.yaml", "dekning-unntak.yaml")
    }
    assert not any(path.is_symlink() for path in tmp_path.rglob("*"))
    assert found.folder.parent == tmp_path


def test_nothing_is_written_outside_the_folder(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tree that git itself would never make, with a name that leads up and out."""
    monkeypatch.chdir(repository)
    blob = git("rev-parse", "main:rules/vokabular.yaml", at=repository)

    def tree(*entries: tuple[str, str, str]) -> str:
        content = b"".join(f"{mode} {name}\0".encode() + bytes.fromhex(sha) for mode, name, sha in entries)
        made = subprocess.run(
            ["git", "hash-object", "-t", "tree", "--literally", "-w", "--stdin"],
            input=content, capture_output=True, check=True, cwd=repository,
        )  # fmt: skip
        return made.stdout.decode().strip()

    up = tree(("100644", "ut.yaml", blob))
    year = tree(("100644", "../ut.yaml", blob), ("100644", "x.yaml", blob))
    rules = tree(("40000", "..", up), ("40000", "2023", year), ("100644", "vokabular.yaml", blob))
    commit = git("commit-tree", tree(("40000", "rules", rules)), "-m", "ond", at=repository)
    found = find_version(commit, tmp_path)
    assert {path.relative_to(tmp_path).as_posix().partition("/")[2] for path in tmp_path.rglob("*.yaml")} == {
        "vokabular.yaml",
        "2023/x.yaml",
    }
    assert found.commit == commit


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("utkastt", "«utkastt» er verken en mappe eller en revisjon, mente du «utkast»?"),
        ("regler@main", "revisjonen i «regler@main» har ingen regler i mappen «regler»"),
        ("../../ute@main", "mappen «../../ute» ligger utenfor git-lageret"),
        ("--help", "«--help» er verken en mappe eller en revisjon"),
        ("--output=x@main", "revisjonen i «--output=x@main» har ingen regler"),
        ("", "«» er verken en mappe eller en revisjon"),
        ("main:rules", "«main:rules» er verken en mappe eller en revisjon"),
    ],
)
def test_what_is_no_version(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, told: str
) -> None:
    monkeypatch.chdir(repository)
    with pytest.raises(Faults) as problem:
        find_version(name, tmp_path)
    assert told in str(problem.value)
    assert str(problem.value).startswith("kommandolinjen:1:1: VERSJON: ")
    assert list(tmp_path.iterdir()) == []
    assert git("status", "--porcelain", at=repository) == "D rules/2023/lenke.yaml"


def test_outside_a_repository(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    code, _, err = run("konsekvens", "--fra", "main", "--til", RULES, "--saker", FIXTURES / "2025")
    assert code == 2
    assert "«main» er ikke en mappe – her er det heller ikke noe git-lager – oppgi en mappe med regler" in err


def test_broken_rules_are_told_as_the_user_knows_them(
    repository: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    code, out, err = run("konsekvens", "--fra", "main", "--til", "ødelagt", "--saker", "saker")
    assert (code, out) == (2, "")
    commit = git("rev-parse", "--short=12", "ødelagt", at=repository)
    assert re.match(rf"rules@{commit}/2023/nasjonal-alis\.yaml:\d+:\d+: ", err)
    assert "/tmp" not in err


# --- Markdown and the page ------------------------------------------------------------------------------------------------


def test_json_has_what_the_other_forms_have(found: Impact) -> None:
    told = json.loads(as_json(found))
    assert told["antall"] == {
        "saker": len(found.cases),
        "endret": len(AFFECTED),
        "bare begrunnelsen": len(found.of(WORDING)),
        "uendret": len(found.of(UNCHANGED)),
        "lest i bare én versjon": 0,
        "kunne ikke leses": 0,
    }
    (change_,) = told["regelendringer"]
    assert len(change_["saker"]) == len(AFFECTED)
    one = next(case for case in told["saker"] if case["id"] == "veiledning-21-og-22-dager")
    assert one["kommunenummer"] == "4642"
    assert one["fordi"][0]["vilkår"] == "over-tre-kalenderuker"
    assert one["før"] == {"utfall": "delvis innvilget", "sum": "6309.00", "kjent": "6309.00"}


def test_markdown(found: Impact) -> None:
    text = as_markdown(found)
    assert text.startswith(MARK + "\n")
    assert f"**{len(AFFECTED)} av {len(found.cases)} saker får et annet vedtak.**" in text
    assert f"| verdier&#91;måneder fra 2022-10&#93;.verdi: 22 → 21 | {len(AFFECTED)} |" in text
    for path in AFFECTED:
        assert f"| {Path(path).stem} |" in text
    assert text.count("<details>") == text.count("</details>") == 2
    assert len(text.encode()) <= MOST_BYTES
    for line in text.splitlines():
        if line.startswith("|"):
            assert line.endswith("|")


def nasty(tmp_path: Path) -> Path:
    """A case whose name and id try to be something else than text."""
    text = (FIXTURES / "2023/veiledning-21-og-22-dager.yaml").read_text(encoding="utf-8")
    path = tmp_path / "<img src=x onerror=alert(1)> @alle [x](y) |.yaml"
    path.write_text(text.replace("id: veiledning-21-og-22-dager", "id: <script>`a`|@alle #1"), encoding="utf-8")
    return path


def test_markdown_shows_names_as_they_are(drafted: Path, tmp_path: Path) -> None:
    text = as_markdown(compared(RULES, drafted, [nasty(tmp_path)]))
    assert "<script" not in text and "<img" not in text and "@alle" not in text and "[x](y)" not in text
    row = next(line for line in text.splitlines() if "script" in line)
    assert row.count("|") == 6


def test_markdown_has_room_in_a_comment(found: Impact) -> None:
    many = Impact(found.before, found.after, found.cases * 40, found.changes, found.dependencies, found.facts)
    text = as_markdown(many)
    assert len(text.encode()) <= MOST_BYTES
    assert f"**{40 * len(AFFECTED)} av" in text
    assert "saker til. Alle står i nettsiden og i JSON." in text


EMPTY = {"meta", "rect", "line", "br"}


class _Page(HTMLParser):
    """What a page holds: its tags, checked for balance, attributes and text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> _Page:
    page = _Page()
    page.feed(html)
    page.close()
    assert page.open == []
    return page


def test_the_page_is_whole_in_itself(found: Impact) -> None:
    html = as_html(found)
    page = read(html)
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(page.tags)
    assert not [pair for pair in page.attributes if pair[0] in ("src", "href", "srcset") or pair[0].startswith("on")]
    assert not re.search(r"url\(|@import|https?:", html)
    assert ("lang", "nb") in page.attributes
    assert "default-src 'none'" in html
    for part in ("prefers-color-scheme: dark", "@media print", "max-width: 44rem"):
        assert part in html


def test_the_page_says_in_text_what_the_bars_show(found: Impact) -> None:
    page = read(as_html(found))
    assert page.tags.count("svg") == page.attributes.count(("aria-hidden", "true")) > 10
    text = page.text.replace("\u00a0", " ")
    sums = [signed(Decimal(kroner)).replace("\u00a0", " ") for _, kroner in by_year().values()]
    for shown in (*sums, "delvis innvilget → innvilget", "Etter kommunenummer"):
        assert shown in text
    for path in AFFECTED:
        assert path in text
    ids = [value for name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {value for name, value in page.attributes if name == "aria-labelledby"} <= set(ids)


def widths(html: str) -> Iterator[tuple[int, int]]:
    for x, width in re.findall(r'<rect class="\w+" x="(\d+)" y="1" width="(\d+)"', html):
        yield int(x), int(width)


def test_bars_stay_inside_their_drawing(found: Impact) -> None:
    bars = list(widths(as_html(found)))
    assert bars and all(x >= 0 and x + width <= 1000 for x, width in bars)


def test_the_page_shows_names_as_they_are(drafted: Path, tmp_path: Path) -> None:
    page = read(as_html(compared(RULES, drafted, [nasty(tmp_path)])))
    assert "script" not in page.tags and "img" not in page.tags
    assert "<img src=x onerror=alert(1)>" in page.text


def test_the_page_of_no_change(tmp_path: Path) -> None:
    page = read(as_html(compared(RULES, RULES, [FIXTURES / "2025"])))
    assert "Reglene er like i de to versjonene." in page.text
    assert "svg" not in page.tags


def test_files_are_written(drafted: Path, tmp_path: Path, run: Run) -> None:
    code, out, _ = run(
        "konsekvens", "--fra", RULES, "--til", drafted, "--saker", FIXTURES / "2025",
        "--markdown", tmp_path / "k.md", "--html", tmp_path / "k.html",
    )  # fmt: skip
    assert code == 0
    assert json.loads(out)["antall"]["endret"] == by_year()["2025"][0]
    assert (tmp_path / "k.md").read_text(encoding="utf-8").startswith(MARK)
    assert read((tmp_path / "k.html").read_text(encoding="utf-8")).tags.count("article") == by_year()["2025"][0]


def test_unread_cases_are_on_every_form(drafted: Path, tmp_path: Path) -> None:
    (tmp_path / "ødelagt.yaml").write_text("søknad: {id: x\n", encoding="utf-8")
    changed = compared(RULES, drafted, [tmp_path])
    assert [case.status for case in changed.cases] == [UNREAD]
    assert "### Saker som ikke kan leses" in as_markdown(changed)
    assert "Saker som ikke kan leses" in read(as_html(changed)).text
    assert list(json.loads(as_json(changed))["saker"][0]["feil"]) == ["før", "etter"]


# --- what is not told -----------------------------------------------------------------------------------------------------


def test_what_follows_from_the_application_is_not_told_for_each_doctor(draft: Path) -> None:
    edit(
        draft,
        "2023/nasjonal-alis.yaml",
        "{for: 2023, verdi: 2023-09-01, hjemmel",
        "{for: 2023, verdi: 2023-08-01, hjemmel",
    )
    changed = compared(RULES, draft, [FIXTURES / "2023/veiledning-full-stilling.yaml"])
    case = only(changed)
    assert case.after is not None and case.after.outcome == "avvist"
    assert [(cause.rule, cause.doctor, cause.after) for cause in case.causes] == [
        ("søknadsfrist", None, "ikke oppfylt, avvist")
    ]
    assert [one.name for one in changed.behind(case)] == ["søknadsfrist"]


def test_a_scheme_without_amounts_waits_for_no_rate(draft: Path, run: Run) -> None:
    edit(draft, "2017/spesialisering.yaml", "krav: {deltar_i_evaluering: ja}", "krav: {deltar_i_evaluering: nei}")
    path = FIXTURES / "2017/spesialisering/fullstendig-søknad.yaml"
    code, out, _ = run("konsekvens", "--fra", RULES, "--til", draft, "--saker", path, "--format", "tekst")
    assert code == 0
    assert "til skjønn → avslag, beløpet er ikke regnet ut → 0,00 kr" in out.replace("\u00a0", " ")
    assert "ukjent" not in out and "Etter komponent" not in out


def test_a_calculation(draft: Path) -> None:
    path = draft / "2022/nasjonal-alis.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("til: 1 kr", "til: 10 kr"), encoding="utf-8")
    changed = compared(RULES, draft, [FIXTURES / "2023/veiledning-full-stilling.yaml"])
    case = only(changed)
    assert f"{case.difference:.2f}" == "-1.00"
    assert [(one.section, one.name) for one in changed.behind(case)] == [("beregning", "veiledning")]


def test_which_rule_set_a_date_selects(draft: Path) -> None:
    edit(draft, "2023/nasjonal-alis.yaml", "  til: 2023-08-31\n", "  til: 2023-07-31\n")
    edit(draft, "2024/nasjonal-alis.yaml", "avtaler:\n  fra: 2023-09-01\n", "avtaler:\n  fra: 2023-08-01\n")
    changed = compared(RULES, draft, [FIXTURES / "2023/avtale-31-august-2023.yaml"])
    case = only(changed)
    assert case.others[0].what == "regelsett for lege-1"
    assert (case.others[0].before, case.others[0].after) == (("2023/nasjonal-alis",), ("2024/nasjonal-alis",))
    assert {one.section for one in changed.behind(case)} == {"avtaler"}
