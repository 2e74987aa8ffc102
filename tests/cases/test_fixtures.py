"""Every kept case decides as expected, and the cases together show every rule on both sides."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from application_builder import Json

from engine.case.application import Application, read_application
from engine.decide.decide import decide, evaluators
from engine.explain.contract import as_json
from engine.language.rulebook import Rulebook
from engine.regress.expectation import deviations
from engine.text import yaml
from engine.text.node import Node, plain

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"
CASES = sorted(path for path in FIXTURES.rglob("*") if path.suffix in (".yaml", ".yml", ".json"))

OUTCOMES = {"innvilget", "delvis innvilget", "avslag", "avvist", "til skjønn", "mangler opplysninger"}
SOURCES = {"publisert", "avledet", "tolkning", "øyeblikksbilde"}

#: rules that cannot be met, or cannot be unmet, and what they can be instead
ONE_SIDED = {
    "skjønnsmessig-tildeling": ({"uavklart"}, "is always for a person: the scheme has no answer of its own"),
    "stillingsandel-oppgitt": ({"oppfylt", "uavklart"}, "an application cannot state a fraction of nothing"),
}

#: day rules tell only of the days they leave out, or let in by an exception
ONLY_TOLD_WHEN_UNMET = {"konvertert": "a day rule is told only when it leaves days out, and this has no exception"}


def name(path: Path) -> str:
    return path.relative_to(FIXTURES).as_posix()


@pytest.fixture(scope="session")
def applications(book: Rulebook) -> dict[Path, Application]:
    return {path: read_application(path, book) for path in CASES}


@pytest.fixture(scope="session")
def decisions(applications: dict[Path, Application], book: Rulebook) -> dict[Path, Json]:
    return {path: as_json(decide(one, book)) for path, one in applications.items()}


@pytest.mark.parametrize("path", CASES, ids=name)
def test_case(path: Path, applications: dict[Path, Application], decisions: dict[Path, Json]) -> None:
    case, decision = applications[path], decisions[path]
    assert case.expected is not None, "a case says what it expects"
    assert [str(one) for one in deviations(case.expected, decision)] == []
    assert decision["kvittering"]["evaluatorer"] == [one.name for one in evaluators()]
    assert case.description
    assert case.provenance
    assert {kind for kind, _ in case.provenance} <= SOURCES
    assert all(reference.strip() for _, reference in case.provenance)
    assert case.id == path.stem, "the id and the file name are the same, so that a case is found"


def test_an_untrue_expectation_is_seen(applications: dict[Path, Application], decisions: dict[Path, Json]) -> None:
    """The comparison itself: any scalar changed in what a case expects gives exactly that deviation."""
    path = FIXTURES / "2017/veiledet-tjeneste/tolv-hele-måneder-70404.yaml"
    expected = yaml.read_text("beløp: {sum: '70403.00', kjent: '70404.00'}\nsøknad: {utfall: avslag}", "f.yaml")
    assert [(one.path, one.expected, one.found) for one in deviations(expected, decisions[path])] == [
        ("beløp.sum", "70403.00", "70404.00"),
        ("søknad.utfall", "avslag", "innvilget"),
    ]


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 80
    assert len({path.stem for path in CASES}) == len(CASES)


def test_both_evaluators_run() -> None:
    assert [one.name for one in evaluators()] == ["naiv", "durable-rules"]


def test_every_scheme_year_and_outcome_occurs(decisions: dict[Path, Json], book: Rulebook) -> None:
    tops = [one["søknad"] for one in decisions.values()]
    assert {one["ordning"] for one in tops} == set(book.vocabulary.schemes)
    years = {one["tilskuddsår"] for one in tops if "tilskuddsår" in one}
    assert years == {2022, 2023, 2024, 2025}
    assert {one["utfall"] for one in tops} == OUTCOMES
    lines = [doctor for one in decisions.values() for doctor in one["leger"]]
    assert {doctor["utfall"] for doctor in lines} == OUTCOMES
    sets = {one.id for scheme in book.schemes.values() for one in scheme.sets if one.agreements is not None}
    assert {doctor["regelsett"] for doctor in lines} == {*sets, None}
    months = [right for doctor in lines for month in doctor["måneder"] for right in month["rett"].values()]
    assert set(months) == {"ja", "nei", "skjønn", "uavklart"}


def test_every_outcome_occurs_in_every_scheme_where_it_can(decisions: dict[Path, Json]) -> None:
    found = defaultdict(set)
    for one in decisions.values():
        found[one["søknad"]["ordning"]].add(one["søknad"]["utfall"])
    assert found["nasjonal-alis"] == found["veiledet-tjeneste"] == OUTCOMES
    assert found["spesialisering"] == {"avslag", "avvist", "til skjønn", "mangler opplysninger"}


# --- interpretations ------------------------------------------------------------------------------------------------------


def interpretations(node: Node) -> Iterator[str]:
    """The numbers under every `tolkning` in a rule file."""

    def walk(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for key, inner in value.items():
                if key == "tolkning" and isinstance(inner, dict):
                    yield str(inner["nr"])
                yield from walk(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner)

    yield from walk(plain(node))


def test_every_interpretation_stands_in_the_rules_and_none_is_invented(rules: Path) -> None:
    numbers = [one for path in sorted(rules.rglob("*.yaml")) for one in interpretations(yaml.read_path(path))]
    assert all(re.fullmatch(r"A\d+((, A\d+)* og A\d+)?", one) for one in numbers), numbers
    assert {part for one in numbers for part in re.findall(r"A\d+", one)} == {f"A{number}" for number in range(1, 40)}


def test_every_interpretation_has_a_text_and_a_reason(rules: Path) -> None:
    for path in sorted(rules.rglob("*.yaml")):
        stack = [plain(yaml.read_path(path))]
        while stack:
            value = stack.pop()
            if isinstance(value, dict):
                if "tolkning" in value:
                    assert set(value["tolkning"]) == {"nr", "tekst", "fordi"}, path
                    assert all(len(text) > 1 for text in value["tolkning"].values()), path
                stack += value.values()
            elif isinstance(value, list):
                stack += value


# --- both sides of every rule ---------------------------------------------------------------------------------------------


def test_every_rule_is_met_and_not_met_somewhere(decisions: dict[Path, Json], book: Rulebook) -> None:
    for scheme in book.schemes.values():
        seen = defaultdict(set)
        for one in decisions.values():
            if one["søknad"]["ordning"] == scheme.id:
                for finding in one["vilkår"]:
                    seen[finding["id"]].add(finding["resultat"])
        for rule in scheme.rules:
            if rule in ONE_SIDED:
                assert seen[rule] - {"ikke aktuelt"} == ONE_SIDED[rule][0], rule
            elif rule in ONLY_TOLD_WHEN_UNMET:
                assert seen[rule] == {"ikke oppfylt"}, rule
            else:
                assert {"oppfylt", "ikke oppfylt"} <= seen[rule], f"{scheme.id}: {rule}: {seen[rule]}"


def test_every_note_and_every_exception_occurs(decisions: dict[Path, Json], book: Rulebook) -> None:
    notes = {note["id"] for one in decisions.values() for note in one["merknader"]}
    assert notes == {id for scheme in book.schemes.values() for id in scheme.notes}
    used = {finding["unntak"] for one in decisions.values() for finding in one["vilkår"] if "unntak" in finding}
    declared = {
        exemption.id
        for scheme in book.schemes.values()
        for versions in scheme.rules.values()
        for rule in versions
        for exemption in rule.exemptions
    }
    assert used == declared


def test_every_rule_is_out_of_force_or_out_of_scope_somewhere_when_it_can_be(
    decisions: dict[Path, Json], book: Rulebook
) -> None:
    """A rule with a scope, or with dates, is also shown `ikke aktuelt`, with the reason."""
    reasons = defaultdict(set)
    for one in decisions.values():
        for finding in one["vilkår"]:
            if finding["resultat"] == "ikke aktuelt":
                assert finding["begrunnelse"]
                assert finding["følge"] is None
                reasons[finding["id"]].add(finding["begrunnelse"])
    scoped = {
        rule.id
        for scheme in book.schemes.values()
        for versions in scheme.rules.values()
        for rule in versions
        if rule.scope
    }
    assert scoped <= set(reasons)
    assert {"kommersiell-tilknytning", "hel-måned", "over-tre-kalenderuker", "mal-brukt"} <= set(reasons)


def test_every_finding_cites_a_source_of_the_rules(decisions: dict[Path, Json], book: Rulebook) -> None:
    sources = set(book.vocabulary.sources)
    sources |= {source for scheme in book.schemes.values() for one in scheme.sets for source in one.sources}
    for one in decisions.values():
        for part in (*one["vilkår"], *one["merknader"], *one["skjønn"]):
            assert part["hjemmel"]["kilde"] in sources
            assert part["hjemmel"]["punkt"]
            assert part.get("begrunnelse") or part.get("tekst") or part.get("spørsmål")
            assert not re.search(r"[{}]", part.get("begrunnelse") or part.get("tekst") or part["spørsmål"])
