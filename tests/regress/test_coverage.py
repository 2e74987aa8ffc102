"""Rule coverage: what the cases show of the regulation, told in its own words, and the gate that asks for all of it."""

import json
import re
import shutil
from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from commands import git

from engine.cli.main import main
from engine.regress.case import case_files
from engine.regress.coverage import Scope, measure
from engine.regress.coverage_argued import ARGUMENTS_FILE
from engine.regress.coverage_json import as_json
from engine.regress.coverage_page import as_html
from engine.regress.coverage_part import ALONE, CATEGORIES, LIMITS, Coverage, Part, Subject
from engine.text.fault import Faults

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
RULES = FIXTURES.parent / "rules"

Measure = Callable[..., Coverage]


def subject(coverage: Coverage, key: str) -> Subject:
    (found,) = (one for one in coverage.subjects if one.key == key)
    return found


def part(coverage: Coverage, rule: str, key: str) -> Part:
    (found,) = (one for one in subject(coverage, rule).parts if one.key == key)
    return found


def of(*names: str) -> list[Path]:
    """Shipped cases by name."""
    found = [path for name in names for path in FIXTURES.rglob(f"{name}.yaml")]
    assert len(found) == len(names)
    return found


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A folder with one rule set and no arguments."""
    root = tmp_path / "rules"
    (root / "2017").mkdir(parents=True)
    shutil.copy(RULES / "vokabular.yaml", root)
    shutil.copy(RULES / "2017" / "spesialisering.yaml", root / "2017")
    return root


def edited(path: Path, into: Path, *changes: tuple[str, str]) -> Path:
    """A copy of a case with some text changed."""
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    copy = into / path.name
    copy.write_text(text, encoding="utf-8")
    return copy


# --- the shipped rules -----------------------------------------------------------------------------------------------------


def test_the_shipped_cases_show_every_rule_exception_and_boundary() -> None:
    coverage = measure(case_files([FIXTURES]), RULES)
    assert [f"{one.key}: {hole.lack}" for one in coverage.subjects for hole in one.holes] == []
    assert coverage.unneeded == ()
    assert coverage.snapshots == ()
    shares = coverage.shares()
    assert list(shares) == list(CATEGORIES)
    assert all(share.of > 0 and share.percent == 100 for share in shares.values())


# --- what counts as seen ---------------------------------------------------------------------------------------------------


def test_a_leaf_that_is_never_false_is_told_in_the_words_of_the_regulation(small: Path) -> None:
    coverage = measure(of("fullstendig-søknad"), small)
    told = part(coverage, "2017/spesialisering/søknadens-innhold", "krav 2 usant")
    assert not told.covered
    assert told.lack == "andre ledd i kravet er aldri usant i noen test (innhold inneholder «formål»)"
    assert subject(coverage, "2017/spesialisering/søknadens-innhold").cited == (
        "hdir-spesialistutdanning, søknadens form og innhold"
    )


def test_a_leaf_matters_alone_only_when_the_others_do_not_decide(small: Path) -> None:
    rule = "2017/spesialisering/søknadens-innhold"
    both = measure(of("fullstendig-søknad", "innhold-mangler-formål"), small)
    assert part(both, rule, "krav 2 alene sant").seen
    assert part(both, rule, "krav 2 alene usant").seen
    assert not part(both, rule, "krav 3 alene usant").seen


def test_two_missing_leaves_show_neither_alone(small: Path, tmp_path: Path) -> None:
    rule = "2017/spesialisering/søknadens-innhold"
    case = edited(*of("innhold-mangler-formål"), tmp_path, ("    - beskrivelse av tiltak\n", ""))
    coverage = measure([case], small)
    assert part(coverage, rule, "krav 2 usant").seen
    assert not part(coverage, rule, "krav 2 alene usant").seen


def test_a_leaf_under_a_negation_reads_as_the_text_does(small: Path) -> None:
    coverage = measure(of("kompensasjon-til-kandidaten"), small)
    rule = subject(coverage, "2017/spesialisering/bruk-av-midlene")
    (line,) = rule.passages[0].lines
    assert line.text == "formål er ikke «kompensasjon til kandidaten»"
    assert part(coverage, rule.key, "krav usant").seen
    assert rule.results["ikke oppfylt"]


def test_what_a_refused_application_says_shows_nothing_else(small: Path) -> None:
    coverage = measure(of("fylkeskommune-avvist-spesialisering"), small)
    assert part(coverage, "2017/spesialisering/søker-er-kommune", "ikke oppfylt").seen
    assert subject(coverage, "2017/spesialisering/evaluering").untested


def test_a_judgement_is_never_asked_to_be_met(small: Path) -> None:
    coverage = measure(of("fullstendig-søknad"), small)
    rule = subject(coverage, "2017/spesialisering/skjønnsmessig-tildeling")
    assert [(one.key, one.seen) for one in rule.parts] == [("uavklart", True)]


def test_what_always_has_a_value_need_not_be_unclear() -> None:
    coverage = measure([], RULES)
    keys = {one.key for one in subject(coverage, "2022/nasjonal-alis/avtalen-er-inngått").parts}
    assert "krav usant" in keys
    assert "krav uavklart" not in keys
    converted = {one.key for one in subject(coverage, "2022/nasjonal-alis/konvertert").parts}
    assert "uavklart" not in converted
    assert "krav 2 uavklart" in converted


@pytest.mark.parametrize(
    ("cases", "on", "beside"),
    [
        (["veiledning-full-stilling"], False, False),
        (["veiledning-21-og-22-dager"], True, True),
    ],
)
def test_a_threshold_is_seen_exactly_and_one_step_away(cases: list[str], on: bool, beside: bool) -> None:
    coverage = measure(of(*cases), RULES)
    rule = "2023/nasjonal-alis/over-tre-kalenderuker"
    assert part(coverage, rule, "krav på grensen").seen is on
    assert part(coverage, rule, "krav ved siden av grensen").seen is beside


def test_each_value_of_a_threshold_has_its_own_boundary() -> None:
    coverage = measure(of("frist-1-september-siste-minutt", "frist-2-september-midnatt"), RULES)
    rule = "2022/nasjonal-alis/søknadsfrist"
    assert part(coverage, rule, "krav på grensen 2023-09-01").seen
    assert part(coverage, rule, "krav ved siden av grensen 2023-09-01").seen
    lacking = part(coverage, rule, "krav ved siden av grensen 2025-08-31")
    assert lacking.lack == "kravet er aldri prøvd dagen etter grensen 31.8.2025 i noen test"


def test_the_days_on_each_side_of_a_date_in_force() -> None:
    rule = "2024/nasjonal-alis/kommersiell-tilknytning"
    one = measure(of("alis-avtale-18-april-kommersiell"), RULES)
    assert part(one, rule, "nye avtaler første dag").seen
    assert part(one, rule, "nye avtaler dagen før").lack == (
        "ingen test har en avtale inngått 17.4.2024, dagen før den første dagen vilkåret gjelder for nye avtaler"
    )
    assert not part(one, rule, "nye avtaler dagen før").seen
    both = measure(of("alis-avtale-18-april-kommersiell", "alis-avtale-17-april-kommersiell"), RULES)
    assert part(both, rule, "nye avtaler dagen før").seen
    months = measure(of("eksisterende-avtale-august-og-september-2024"), RULES)
    assert not part(months, rule, "eksisterende avtaler første måned").seen  # outside its grant year
    assert part(months, rule, "eksisterende avtaler måneden før").seen


def test_an_exemption_is_used_only_where_the_requirement_fails() -> None:
    rule = "2023/nasjonal-alis/avtalen-er-inngått"
    used = measure(of("tilbakedatering-til-10-og-11-oktober"), RULES)
    assert part(used, rule, "unntak tilbakedatering-2023 brukt").seen
    unused = measure(of("tilbakedatering-ikke-bedt-om"), RULES)
    assert not part(unused, rule, "unntak tilbakedatering-2023 brukt").seen
    assert part(unused, rule, "unntak tilbakedatering-2023 holder ikke").seen


def test_cases_that_expect_nothing_show_nothing(small: Path, tmp_path: Path) -> None:
    case = edited(*of("fullstendig-søknad"), tmp_path)
    case.write_text(case.read_text(encoding="utf-8").partition("\nforventet:")[0] + "\n", encoding="utf-8")
    coverage = measure([case], small)
    assert coverage.cases == 0
    assert not any(one.seen for one in coverage.parts)


def test_rules_that_only_snapshots_verify_are_listed(small: Path, tmp_path: Path) -> None:
    case = edited(*of("fylkeskommune-avvist-spesialisering"), tmp_path)
    text = re.sub(r"kilde:\n(  - .*\n)+", "kilde:\n  - øyeblikksbilde: 2026-01-15\n", case.read_text(encoding="utf-8"))
    case.write_text(text, encoding="utf-8")
    alone = measure([case], small)
    assert [one.id for one in alone.snapshots] == ["søker-er-kommune"]
    assert measure([case, *of("fullstendig-søknad")], small).snapshots == ()


def test_only_the_rules_asked_about(small: Path) -> None:
    coverage = measure([], small, Scope(rule="evaluering"))
    assert [one.key for one in coverage.subjects] == ["2017/spesialisering/evaluering"]
    assert measure([], RULES, Scope(scheme="veiledet-tjeneste")).subjects
    assert {one.origin for one in measure([], RULES, Scope(year="2024")).subjects} == {"2024/nasjonal-alis"}


def test_a_repeal_has_its_own_dates(tmp_path: Path) -> None:
    root = tmp_path / "rules"
    shutil.copytree(RULES, root, ignore=shutil.ignore_patterns(ARGUMENTS_FILE))
    newest = root / "2025" / "nasjonal-alis.yaml"
    added = """
opphever:
  kommersiell-tilknytning:
    i_kraft: {nye_avtaler: 2024-09-01, eksisterende_avtaler: 2024-10}
    hjemmel: {kilde: hdir-2025-05-16, punkt: perioden}
"""
    newest.write_text(newest.read_text(encoding="utf-8") + added, encoding="utf-8")
    coverage = measure(of("avtaler-rundt-1-september-2024-2025"), root)
    rule = "2025/nasjonal-alis/kommersiell-tilknytning"
    assert subject(coverage, rule).kind == "opphevelse"
    assert {one.key: one.seen for one in subject(coverage, rule).parts} == {
        "virker": True,
        "nye avtaler første dag": True,
        "nye avtaler dagen før": True,
        "eksisterende avtaler første måned": True,
        "eksisterende avtaler måneden før": True,
    }
    assert not any(one.seen for one in subject(measure([], root), rule).parts)


# --- the file of arguments -------------------------------------------------------------------------------------------------


def argue(root: Path, text: str) -> None:
    (root / ARGUMENTS_FILE).write_text(text, encoding="utf-8")


def test_an_argued_hole_counts_and_is_listed(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argue(small, "- regel: evaluering\n  del: [ikke oppfylt, krav usant]\n  fordi: Alle deltar.\n")
    case = str(*of("fullstendig-søknad"))
    coverage = measure([Path(case)], small)
    told = part(coverage, "2017/spesialisering/evaluering", "ikke oppfylt")
    assert (told.covered, told.seen, told.argued, told.status) == (True, False, "Alle deltar.", "begrunnet")
    assert coverage.shares()["vilkår"].argued == 1
    main(["test", case, "--regler", str(small), "--dekning"])
    shown = capsys.readouterr().out
    assert "2017/spesialisering/evaluering: ikke oppfylt og krav usant\n  Alle deltar." in shown
    assert "Alle deltar." in as_html(coverage)


def test_an_argument_that_is_not_needed_is_told(small: Path) -> None:
    argue(small, "- regel: 2017/spesialisering/evaluering\n  del: oppfylt\n  fordi: Ingen deltar.\n")
    assert measure(of("fullstendig-søknad"), small).unneeded == (("2017/spesialisering/evaluering", "oppfylt"),)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("- regel: evalueringen\n  del: oppfylt\n  fordi: Slik er det.\n", 1, "mente du «evaluering»?"),
        ("- regel: evaluering\n  del: krav usand\n  fordi: Slik er det.\n", 2, "mente du «krav usant»?"),
        ("- regel: evaluering\n  del: oppfylt\n", 1, "«regel», «del» eller «fordi»"),
        ("- regel: evaluering\n  del: oppfylt\n  fordi: Slik er det.\n  når: nå\n", 1, "«når» er ikke kjent her"),
        ("- regel: evaluering\n  del: []\n  fordi: Slik er det.\n", 1, "«del»"),
        ("regel: evaluering\n", 1, "ikke en liste"),
    ],
)
def test_an_argument_for_nothing_is_an_error_at_its_place(small: Path, text: str, line: int, told: str) -> None:
    argue(small, text)
    with pytest.raises(Faults) as raised:
        measure([], small)
    (fault,) = raised.value
    assert (fault.code, fault.place.line) == ("DEKNING-UNNTAK", line)
    assert told in str(fault)


# --- the command -----------------------------------------------------------------------------------------------------------


def test_a_rule_with_no_test_fails_the_gate_by_name(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = small / "2017" / "spesialisering.yaml"
    added = """
  ny-regel:
    tittel: Budsjettposten er ikke for stor
    hjemmel: {kilde: hdir-spesialistutdanning, punkt: tildelingskriterier}
    vurderes_per: budsjett
    i_kraft: alltid
    krav: {beløp: {høyst: 100000}}
    ikke_oppfylt: skjønn
    begrunnelse: {oppfylt: Posten er liten nok., ikke_oppfylt: Posten er stor.}
"""
    written = rules.read_text(encoding="utf-8")
    assert written.count("\nvilkår:\n") == 1
    rules.write_text(written.replace("\nvilkår:\n", "\nvilkår:" + added), encoding="utf-8")
    case = edited(*of("fullstendig-søknad"), tmp_path)
    text = re.sub(r"  budsjett:\n(    - .*\n)+", "", case.read_text(encoding="utf-8"))
    case.write_text(text, encoding="utf-8")
    command = ["test", str(case), "--regler", str(small), "--regel", "ny-regel"]
    assert main([*command[:-2], "--dekning-krav", "0"]) == 0
    capsys.readouterr()
    assert main([*command[:-2], "--dekning-krav", "100"]) == 1
    shown = capsys.readouterr().out
    assert "vilkår 2017/spesialisering/ny-regel\n" in shown
    assert "  hdir-spesialistutdanning, tildelingskriterier: vilkåret er ikke prøvd i noen test\n" in shown
    assert "Dekningen er under kravet på 100 %: vilkår " in shown


def test_the_gate_is_quiet_when_it_holds(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = str(*of("fullstendig-søknad"))
    assert main(["test", case, "--regler", str(small), "--regel", "evaluering", "--dekning-krav", "33,3"]) == 0
    assert capsys.readouterr().out == "1 av 1 sak stemmer.\n"


def test_what_a_change_of_the_rules_leaves_untested_is_told(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rule is lost because its requirement was turned; holes that were there already are not repeated as lost."""
    monkeypatch.chdir(tmp_path)
    for words in (("init", "-q"), ("add", "rules"), ("commit", "-q", "-m", "reglene")):
        git(*words, at=tmp_path)
    page, data = tmp_path / "d.html", tmp_path / "d.json"
    command = ["test", *map(str, of("fullstendig-søknad")), "--regler", "rules", "--siden", "HEAD"]
    command += ["--dekning", "--dekning-json", str(data), "--dekning-html", str(page)]
    assert main(command) == 0
    told = "Ingen nye hull siden HEAD ("
    assert told in capsys.readouterr().out and told in page.read_text(encoding="utf-8")
    assert json.loads(data.read_text(encoding="utf-8"))["siden"]["nye_hull"] == []
    rules = small / "2017" / "spesialisering.yaml"
    text = rules.read_text(encoding="utf-8")
    assert text.count("krav: {deltar_i_evaluering: ja}") == 1
    rules.write_text(text.replace("krav: {deltar_i_evaluering: ja}", "krav: {deltar_i_evaluering: nei}"), "utf-8")
    assert main(command) == 1
    shown = capsys.readouterr().out
    lost = shown[shown.index("Nye hull siden HEAD (") : shown.index("\nIkke prøvd\n")].splitlines()
    assert lost[1] == "vilkår 2017/spesialisering/evaluering"
    assert lost[2].endswith("tildelingskriterier: ingen test viser vilkåret oppfylt")
    assert len([line for line in lost if line]) == 5
    assert {one["del"] for one in json.loads(data.read_text(encoding="utf-8"))["siden"]["nye_hull"]} == {
        "oppfylt", "krav sant", "krav alene sant",
    }  # fmt: skip
    assert "<h2>Nye hull siden HEAD (" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("wanted", ["101", "-1", "alt"])
def test_a_demand_that_is_no_percentage_is_refused(wanted: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["test", f"--dekning-krav={wanted}"])
    assert stopped.value.code == 2
    assert f"«{wanted}» er ikke et tall fra 0 til 100" in capsys.readouterr().err


def test_what_is_seen_of_a_few_cases_is_told(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", *map(str, of("fullstendig-søknad")), "--regler", str(small), "--dekning"]) == 0
    shown = capsys.readouterr().out
    assert "Dekning av reglene, 1 test" in shown
    assert (
        "hdir-spesialistutdanning, søknadens form og innhold: andre ledd i kravet er aldri usant i noen test" in shown
    )
    assert "Ingen regler er bare prøvd av øyeblikksbilder." in shown


def test_files_are_written(small: Path, tmp_path: Path) -> None:
    page, data = tmp_path / "dekning.html", tmp_path / "dekning.json"
    cases = [str(path) for path in of("fullstendig-søknad")]
    assert main(["test", *cases, "--regler", str(small), "--dekning-html", str(page), "--dekning-json", str(data)]) == 0
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert json.loads(data.read_text(encoding="utf-8"))["antall_saker"] == 1


# --- JSON and the page -----------------------------------------------------------------------------------------------------


def test_json_has_every_part(small: Path) -> None:
    coverage = measure(of("fullstendig-søknad"), small)
    content = json.loads(as_json(coverage))
    assert list(content) == [
        "antall_saker",
        "dekning",
        "regler",
        "bare_øyeblikksbilder",
        "unntak_som_ikke_trengs",
        "siden",
    ]
    assert content["siden"] is None
    assert list(content["dekning"]) == list(CATEGORIES)
    assert content["dekning"]["ledd"].keys() == {"antall", "vist", "begrunnet", "prosent"}
    rule = next(one for one in content["regler"] if one["id"] == "evaluering")
    assert rule["hjemmel"] == {"kilde": "hdir-spesialistutdanning", "punkt": "tildelingskriterier"}
    (case,) = rule["resultater"]["oppfylt"]
    assert case.endswith("fullstendig-søknad.yaml")
    shown = {one["del"]: one for one in rule["deler"]}
    assert shown["oppfylt"] == {
        "del": "oppfylt",
        "slag": "vilkår",
        "status": "vist",
        "vist_av": case,
        "antall_saker": 1,
        "mangel": None,
        "fordi": None,
    }
    assert shown["krav usant"]["status"] == "mangler"
    assert shown["krav usant"]["mangel"] == "kravet er aldri usant i noen test"
    assert sum(len(one["deler"]) for one in content["regler"]) == len(list(coverage.parts))


class _Page(HTMLParser):
    """Tags that were opened and not closed, and everything a page could fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.fetched: list[str] = []
        self.anchors: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Iterable[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                assert value not in self.anchors
                self.anchors.add(value or "")
            if name in ("src", "href", "srcset", "data") and not (value or "").startswith("#"):
                self.fetched.append(value or "")
            if name == "href":
                self.links.add((value or "").removeprefix("#"))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_in_itself() -> None:
    coverage = measure(of("alis-avtale-18-april-kommersiell", "fullstendig-søknad"), RULES)
    text = as_html(coverage)
    page = _Page()
    page.feed(text)
    assert page.open == []
    assert page.fetched == []
    assert page.links <= page.anchors
    assert not page.tags & {"script", "link", "img", "iframe", "object"}
    assert "http" not in text.replace('http-equiv="Content-Security-Policy"', "")
    assert "url(" not in text and "@import" not in text
    assert "prefers-color-scheme: dark" in text and "@media print" in text
    assert '<html lang="nb">' in text


def test_the_page_has_the_text_of_every_rule_and_its_marks(small: Path) -> None:
    coverage = measure(of("fullstendig-søknad"), small)
    text = as_html(coverage)
    for one in coverage.subjects:
        assert f"<h3>{one.title}</h3>" in text
        assert one.cited in text
    assert "søkertype er «kommune»" in text
    assert '<li class="seen">✓ sant</li>' in text
    assert '<li class="lacking">✗ usant mangler</li>' in text
    assert "<summary>oppfylt i 1 test</summary>" in text


# --- the order of things ---------------------------------------------------------------------------------------------------


def test_parts_have_names_of_their_own() -> None:
    coverage = measure([], RULES)
    for one in coverage.subjects:
        keys = [part.key for part in one.parts]
        assert len(keys) == len(set(keys)), one.key
    assert len({one.key for one in coverage.subjects}) == len(coverage.subjects)
    assert {LIMITS, ALONE} <= {one.category for one in coverage.parts}
