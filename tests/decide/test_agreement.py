"""Two evaluators that agree on everything or refuse; the same bytes from the same facts; sums and windows that hold."""

import dataclasses
import json
import os
import random
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from application_builder import (
    CONTENT,
    Json,
    decided,
    discretionary,
    doctor,
    guided,
    guided_doctor,
    guided_period,
    national,
    period,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st
from random_applications import applications, discretionary_applications, guided_applications, national_applications

from engine.case.application import application, read_application
from engine.cli.main import main
from engine.decide import decide as deciding
from engine.decide.agreement import Disagreement
from engine.decide.decide import decide, evaluators
from engine.explain.contract import as_json, dumps
from engine.language.rulebook import Rulebook
from engine.ruleset.selection import infer_scheme, select
from engine.text import yaml
from engine.text.month import Month, month_of

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"

# --- the evaluators agree -------------------------------------------------------------------------------------------------


def without_names(decision: Json) -> Json:
    """The decision but for which evaluators made it."""
    assert decision["kvittering"].pop("evaluatorer")
    return decision


def test_there_are_two_evaluators() -> None:
    assert [one.name for one in evaluators()] == ["naiv", "durable-rules"]


@pytest.mark.parametrize("kind", [national_applications, guided_applications, discretionary_applications])
def test_each_evaluator_alone_decides_what_both_decide(kind: Callable[..., Any], book: Rulebook) -> None:
    naive, forward = evaluators()

    @settings(max_examples=30)
    @given(st.sampled_from([0, 0.02, 0.15]).flatmap(lambda missing: kind(missing)))
    def agree(case: Json) -> None:
        both = decided(case, book)
        assert both["kvittering"]["evaluatorer"] == ["naiv", "durable-rules"]
        alone = [decided(case, book, [one]) for one in (naive, forward)]
        assert [one["kvittering"]["evaluatorer"] for one in alone] == [["naiv"], ["durable-rules"]]
        assert without_names(alone[0]) == without_names(alone[1]) == without_names(both)

    agree()


class Liar:
    """An evaluator that answers as another one does, but for one method."""

    def __init__(self, honest: Any, method: str, lie: Callable[[Any], Any]) -> None:
        self.name = "løgner"
        self._honest, self._method, self._lie = honest, method, lie

    def __getattr__(self, name: str) -> Any:
        answer = getattr(self._honest, name)
        return (lambda *asked: self._lie(answer(*asked))) if name == self._method else answer


def other_status(verdict: Any) -> Any:
    return dataclasses.replace(verdict, status="nei" if verdict.status != "nei" else "ja")


def other_value(verdict: Any) -> Any:
    """The same status, but one rule answered differently."""
    if not verdict.values:
        return verdict
    changed = "nei" if verdict.values[-1] == "ja" else "ja"
    return dataclasses.replace(verdict, values=(*verdict.values[:-1], changed))


LIES = [
    ("verdict", other_status, "vilkårene i søknaden"),
    ("verdict", other_value, "vilkårene i søknaden"),
    ("month", lambda status: "nei" if status != "nei" else "ja", "en måned"),
    ("outcome", lambda outcome: "avslag" if outcome != "avslag" else "innvilget", "et utfall"),
]


@pytest.mark.parametrize(("method", "lie", "question"), LIES)
@pytest.mark.parametrize("order", ["honest first", "liar first"])
def test_a_disagreement_refuses_the_decision(
    method: str, lie: Callable[[Any], Any], question: str, order: str, book: Rulebook
) -> None:
    naive, forward = evaluators()
    liar = Liar(forward, method, lie)
    panel = [naive, liar] if order == "honest first" else [liar, naive]
    case = national(2024, doctor(period("2024-05-01", "2024-05-31"), avtale_inngått="2024-04-18"))
    with pytest.raises(Disagreement) as refused:
        decided(case, book, panel)
    assert str(refused.value).startswith(f"evaluatorene er uenige om {question}: ")
    assert "naiv svarer " in str(refused.value)
    assert "løgner svarer " in str(refused.value)


@pytest.mark.parametrize("output", ["json", "tekst"])
@pytest.mark.parametrize(("method", "lie", "question"), LIES)
def test_the_command_prints_the_disagreement_and_no_decision(
    method: str,
    lie: Callable[[Any], Any],
    question: str,
    output: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    naive, forward = evaluators()
    monkeypatch.setattr(deciding, "evaluators", lambda: (naive, Liar(forward, method, lie)))
    path = FIXTURES / "2024" / "alis-avtale-18-april-kommersiell.yaml"
    code = main(["vurder", str(path), "--format", output, "--regler", str(ROOT / "rules")])
    told = capsys.readouterr()
    assert (code, told.out) == (2, "")
    assert told.err.startswith(f"{path}:1:1: MOTOR-UENIG: evaluatorene er uenige om {question}: naiv svarer ")
    assert told.err.endswith(
        " – et vedtak gis bare når begge evaluatorene svarer det samme"
        " – meld feilen til dem som utvikler motoren, med søknaden og kvitteringen\n"
    )
    assert told.err.count("\n") == 1
    assert "Traceback" not in told.err


def test_one_lie_does_not_stop_the_other_files(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The liar only lies about refusals: the granted application is decided, the refused one is not."""
    naive, forward = evaluators()
    liar = Liar(forward, "outcome", lambda outcome: "innvilget" if outcome == "delvis innvilget" else outcome)
    monkeypatch.setattr(deciding, "evaluators", lambda: (naive, liar))
    granted = FIXTURES / "2023" / "veiledning-full-stilling.yaml"
    partial = FIXTURES / "2024" / "alis-avtale-18-april-kommersiell.yaml"
    code = main(["vurder", str(granted), str(partial), "--format", "json", "--regler", str(ROOT / "rules")])
    told = capsys.readouterr()
    assert code == 2
    assert [one["søknad"]["id"] for one in json.loads(told.out)] == ["veiledning-full-stilling"]
    assert told.err.startswith(f"{partial}:1:1: MOTOR-UENIG: ")


# --- selection answers every date -----------------------------------------------------------------------------------------


def selected_by_hand(scheme: str, agreed: date) -> str | None:
    """Section 8, A1, read by a person."""
    if scheme == "spesialisering":
        return "2017/spesialisering"
    if scheme == "veiledet-tjeneste":
        return "2017/veiledet-tjeneste" if agreed < date(2017, 3, 1) else None
    for year, first in [
        (2025, date(2024, 9, 1)),
        (2024, date(2023, 9, 1)),
        (2023, date(2022, 10, 1)),
        (2022, date(2017, 3, 1)),
    ]:
        if agreed >= first:
            return f"{year}/nasjonal-alis"
    return None


def test_every_date_from_2010_to_2030_is_answered_once(book: Rulebook) -> None:
    day = date(2010, 1, 1)
    while day < date(2031, 1, 1):
        for scheme, rules in book.schemes.items():
            answer = select(rules, day)
            assert (answer.id if answer else None) == selected_by_hand(scheme, day)
        with_doctors = [rules for scheme, rules in book.schemes.items() if book.vocabulary.schemes[scheme].has_doctors]
        covering = [
            one.id for rules in with_doctors for one in rules.sets if one.agreements and one.agreements.holds(day)
        ]
        assert len(covering) == 1, day
        assert infer_scheme(book, [day]) == {covering[0].split("/")[1]}
        day += timedelta(days=1)


# --- the same bytes from the same facts -----------------------------------------------------------------------------------

STABLE_CASE: Json = {
    "søknad": {
        "id": "sak-å",
        "ordning": "nasjonal-alis",
        "tilskuddsår": 2024,
        "mottatt": "2024-08-28T14:03",
        "søkertype": "kommune",
        "kommunenummer": "0301",
        "sentralitetsklasse": 6,
        "revisorattest_mottatt": "2025-04-02",
        "tildelt_beløp": "1215.5",
        "beholdt_beløp": 100,
    },
    "leger": [
        {
            "id": "lege-ø",
            "tilskuddstype": "alis",
            "avtale_inngått": "2024-04-18",
            "mal_brukt": "ja",
            "spesialisering": "ny ordning",
            "subsidiær_veiledning": "nei",
            "fravær": [{"måned": "2024-05", "timer": "7.5", "sats": "1032.75"}],
            "perioder": [
                {
                    "fra": "2024-04-18",
                    "til": "2024-06-08",
                    "stilling": "næringsdrivende fastlege",
                    "stillingsandel": "62.5",
                    "tilknytning": "kommersiell kontordrift",
                },
                {"fra": "2024-06-09", "til": "2024-08-31", "stilling": "ansatt fastlege", "stillingsandel": 100},
            ],
        },
        {
            "id": "lege-2",
            "tilskuddstype": "veiledning",
            "avtale_inngått": "2023-09-01",
            "spesialisering": "ny ordning",
            "perioder": [{"fra": "2023-09-01", "til": "2024-08-31", "stillingsandel": "50.25"}],
        },
    ],
}


class Writer:
    """Writes one application in many spellings that mean the same."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.form = self.random.choice(["NFC", "NFD"])
        self.step = self.random.choice([1, 2, 4, 7])

    def file(self, case: Json) -> str:
        head = self.random.choice(["", "---\n", "# en merknad\n", "\n\n"])
        return unicodedata.normalize(
            self.form, head + "\n".join(self.block(case, 0)) + self.random.choice(["", "\n", "\n\n# slutt\n"])
        )

    def block(self, value: Any, depth: int) -> Iterator[str]:
        pad = " " * (depth * self.step)
        if isinstance(value, dict):
            for key in self.shuffled(value):
                yield from self.entry(pad, key, value[key], depth)
        else:
            for item in value:
                if self.random.random() < 0.3:
                    yield f"{pad}- {self.flow(item)}"
                else:
                    lines = list(self.block(item, depth + 1))
                    yield f"{pad}-{' ' * max(self.step - 1, 1)}{lines[0].strip()}" if self.step > 1 else f"{pad}-"
                    yield from lines[1:] if self.step > 1 else lines

    def entry(self, pad: str, key: str, value: Any, depth: int) -> Iterator[str]:
        name = self.random.choice([key, f'"{key}"', f"'{key}'"])
        if isinstance(value, dict | list) and self.random.random() < 0.75:
            yield f"{pad}{name}:{self.random.choice(['', '   # her'])}"
            yield from self.block(value, depth + 1)
        elif isinstance(value, dict | list):
            yield f"{pad}{name}: {self.flow(value)}"
        else:
            yield f"{pad}{name}:{self.random.choice([' ', '   '])}{self.scalar(value)}"

    def flow(self, value: Any) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{key}: {self.flow(value[key])}" for key in self.shuffled(value)) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(self.flow(item) for item in value) + "]"
        return self.scalar(value, in_flow=True)

    def shuffled(self, value: Json) -> list[str]:
        return self.random.sample(list(value), len(value))

    def scalar(self, value: Any, in_flow: bool = False) -> str:
        text = self.respelt(str(value))
        quoted = in_flow and "," in text
        return self.random.choice([f'"{text}"', f"'{text}'"] if quoted else [text, f'"{text}"', f"'{text}'"])

    def respelt(self, text: str) -> str:
        if text in ("ja", "nei"):
            return self.random.choice([text, {"ja": "true", "nei": "false"}[text]])
        if text == "2024-08-28T14:03":
            return self.random.choice(
                [text, "2024-08-28 14:03", "28.8.2024 14:03", "28.08.2024T14:03:00", "2024-08-28T14:03:00"]
            )
        if text == "2024-05":
            return self.random.choice([text, "5.2024", "05.2024"])
        if len(text) == 10 and text[4] == text[7] == "-":
            year, month, day = text.split("-")
            return self.random.choice([text, f"{int(day)}.{int(month)}.{year}", f"{day}.{month}.{year}"])
        if text == "1215.5":
            return self.random.choice(["1215.5", "1215,5", "1 215,50", "1215.500"])
        if text.replace(".", "").isdigit() and "." in text:
            return self.random.choice([text, text.replace(".", ","), text + "0"])
        return text


def decision_text(text: str, file: str, book: Rulebook) -> str:
    return dumps([decide(application(yaml.read_text(text, file), book), book)])


@pytest.fixture(scope="module")
def plain(book: Rulebook) -> str:
    """The decision on the stable case as it is written plainly."""
    return decision_text(json.dumps(STABLE_CASE), "sak.json", book)


@pytest.mark.parametrize("seed", range(40))
def test_spelling_order_and_layout_of_the_file_change_no_byte(seed: int, plain: str, book: Rulebook) -> None:
    assert decision_text(Writer(seed).file(STABLE_CASE), "annen.yaml", book) == plain


def test_json_and_yaml_of_the_same_application_give_the_same_bytes(plain: str, book: Rulebook) -> None:
    first = plain
    indented = json.dumps(STABLE_CASE, ensure_ascii=False, indent="\t")
    assert decision_text(indented, "sak.json", book) == first
    assert decision_text(json.dumps(STABLE_CASE, ensure_ascii=False, sort_keys=True), "sak.yaml", book) == first
    assert decision_text(unicodedata.normalize("NFD", indented), "sak.json", book) == first
    numbers = json.loads(json.dumps(STABLE_CASE))
    numbers["leger"][0]["perioder"][0]["stillingsandel"] = 62.5
    numbers["leger"][0]["mal_brukt"] = True
    assert decision_text(json.dumps(numbers), "sak.json", book) == first


def test_the_receipt_follows_every_fact_and_nothing_else(book: Rulebook) -> None:
    def digest(case: Json) -> str:
        return str(decided(case, book)["kvittering"]["søknad_sha256"])

    first = digest(STABLE_CASE)
    digests = {first}
    for path, value in [
        (("søknad", "id"), "sak-a"),
        (("søknad", "mottatt"), "2024-08-28T14:04"),
        (("søknad", "kommunenummer"), "0302"),
        (("søknad", "tildelt_beløp"), "1215.51"),
        (("leger", 0, "id"), "lege-o"),
        (("leger", 0, "avtale_inngått"), "2024-04-17"),
        (("leger", 0, "mal_brukt"), "nei"),
        (("leger", 0, "fravær", 0, "timer"), "7.6"),
        (("leger", 0, "perioder", 0, "stillingsandel"), "62.51"),
        (("leger", 0, "perioder", 1, "tilknytning"), "ingen"),
        (("leger", 1, "perioder", 0, "til"), "2024-08-30"),
    ]:
        changed = json.loads(json.dumps(STABLE_CASE))
        holder = changed
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = value
        digests.add(digest(changed))
    assert len(digests) == 12
    told = {
        **STABLE_CASE,
        "beskrivelse": "noe",
        "kilde": [{"avledet": "noe"}],
        "forventet": {"søknad": {"utfall": "avslag"}},
    }
    assert digest(told) == first


def test_repeated_decisions_and_a_newly_read_rulebook_give_the_same_bytes(book: Rulebook, rules: Path) -> None:
    from engine.language.rulebook import open_rulebook

    paths = sorted(FIXTURES.rglob("*.yaml"))[::15]
    first = [dumps([decide(read_application(path, book), book)]) for path in paths]
    again = open_rulebook(rules)
    backwards = [dumps([decide(read_application(path, again), again)]) for path in reversed(paths)]
    assert backwards[::-1] == first


def bare(scheme: str, doctors: int) -> Json:
    """An application that states next to nothing, so that much is missing at once."""
    if not doctors:
        return {
            "søknad": {
                "id": "bar",
                "ordning": scheme,
                "innhold": CONTENT[3:7],
                "prioritering": ["flerlegepraksis", "nyrekruttering"],
            }
        }
    periods = [{"fra": f"2023-{month:02d}-01", "til": f"2023-{month:02d}-28"} for month in (3, 4, 5)]
    agreed = "2016-01-01" if scheme == "veiledet-tjeneste" else "2023-02-01"
    ones = [{"id": f"lege-{number}", "avtale_inngått": agreed, "perioder": periods} for number in range(doctors)]
    return {"søknad": {"id": "bar", "ordning": scheme}, "leger": ones}


def test_separate_processes_give_the_same_bytes(tmp_path: Path) -> None:
    paths = [str(path) for path in sorted(FIXTURES.rglob("*.yaml"))[::25]]
    for scheme, doctors in (("nasjonal-alis", 2), ("veiledet-tjeneste", 2), ("spesialisering", 0)):
        path = tmp_path / f"{scheme}.json"
        path.write_text(json.dumps(bare(scheme, doctors)), encoding="utf-8")
        paths.append(str(path))
    outputs = set()
    for seed in ("0", "1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Pacific/Auckland" if seed == "1" else "UTC"}
        command = [
            sys.executable,
            "-m",
            "engine.cli.main",
            "vurder",
            *paths,
            "--format",
            "json",
            "--regler",
            str(ROOT / "rules"),
        ]
        ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=120, check=False)
        assert ran.returncode == 0, ran.stderr.decode()
        assert ran.stderr == b""
        outputs.add(ran.stdout)
    assert len(outputs) == 1
    answers = json.loads(outputs.pop())
    assert len(answers) == len(paths)
    assert all(len(one["mangler"]) > 4 for one in answers[-3:])


# --- what always holds ----------------------------------------------------------------------------------------------------

MONTHS_OF_YEAR = {
    2022: ("2022-01", "2022-09"),
    2023: ("2022-10", "2023-08"),
    2024: ("2023-09", "2024-08"),
    2025: ("2024-09", "2025-05"),
}


def months_with_a_period(doctor: Json) -> list[str]:
    found: set[Month] = set()
    for one in doctor["perioder"]:
        first, last = date.fromisoformat(one["fra"]), date.fromisoformat(one["til"])
        found.update(Month(month) for month in range(month_of(first), month_of(last) + 1))
    return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in sorted(found)]


@settings(max_examples=80)
@given(applications)
def test_what_always_holds(book: Rulebook, case: Json) -> None:
    answer = decided(case, book, evaluators()[:1])
    money = answer["beløp"]
    lines = [line for doctor in answer["leger"] for line in doctor["komponenter"].values()]
    known = [Decimal(line["beløp"] if line["beløp"] is not None else line["kjent"]) for line in lines]
    assert all(amount >= 0 and amount == amount.to_integral_value() for amount in known)
    assert Decimal(money["kjent"]) == sum(known, Decimal(0))
    missing = {rate for line in lines for rate in line.get("mangler_satser", [])}
    assert set(money["mangler_satser"]) == missing
    if money["sum"] is None:
        assert missing or case["søknad"]["ordning"] == "spesialisering"
    else:
        assert not missing
        assert Decimal(money["sum"]) == Decimal(money["kjent"])
    for line in lines:
        assert line["utfall"] in ("innvilget", "delvis innvilget", "avslag", "til skjønn", "mangler opplysninger")
        if line["utfall"] == "avslag":
            assert (line["beløp"], line["måneder"]) == ("0.00", 0)
    for one, stated in zip(answer["leger"], case.get("leger", []), strict=True):
        months = [month["måned"] for month in one["måneder"]]
        assert months in ([], months_with_a_period(stated)), "every month with a day in a period, in order"
        window = MONTHS_OF_YEAR.get(case["søknad"].get("tilskuddsår"), ("0000-00", "9999-99"))
        for month in one["måneder"]:
            assert set(month["rett"].values()) <= {"ja", "nei", "skjønn", "uavklart"}
            assert list(month["rett"].values()).count("ja") <= 1, "never both components in a month"
            if not window[0] <= month["måned"] <= window[1]:
                assert set(month["rett"].values()) == {"nei"}
            for component, right in month["rett"].items():
                if right == "ja":
                    assert month["avgjort_av"][component] == []
                else:
                    assert month["beløp"][component] in (None, "0.00")
        if one["utfall"] == "innvilget":
            inside = [month for month in one["måneder"] if window[0] <= month["måned"] <= window[1]]
            assert inside
            assert all("ja" in month["rett"].values() for month in inside)
    if answer["søknad"]["utfall"] == "avvist":
        assert all(doctor["utfall"] == "avvist" and doctor["måneder"] == [] for doctor in answer["leger"])
        assert answer["mangler"] == []
    if answer["søknad"]["utfall"] == "innvilget":
        assert answer["mangler"] == answer["skjønn"] == []
    if case["søknad"]["ordning"] == "spesialisering":
        assert answer["søknad"]["utfall"] in ("avvist", "avslag", "til skjønn", "mangler opplysninger")
        assert money["kjent"] == "0.00"


@settings(max_examples=25)
@given(national_applications(0, 1), st.integers(1, 3))
@example(national(2023, doctor(period("2023-01-01", "2023-03-31"))), 2)
def test_doctors_do_not_affect_one_another(book: Rulebook, case: Json, copies: int) -> None:
    alone = decided(case, book, evaluators()[:1])
    several = {**case, "leger": [{**case["leger"][0], "id": f"lege-{number}"} for number in range(copies)]}
    together = decided(several, book, evaluators()[:1])
    assert [{**one, "id": ""} for one in together["leger"]] == [{**alone["leger"][0], "id": ""}] * copies
    assert together["søknad"]["utfall"] == alone["søknad"]["utfall"]
    assert Decimal(together["beløp"]["kjent"]) == copies * Decimal(alone["beløp"]["kjent"])


@settings(max_examples=25)
@given(national_applications(0, 1))
def test_a_period_cut_in_two_with_the_same_facts_changes_nothing(book: Rulebook, case: Json) -> None:
    first = decided(case, book, evaluators()[:1])
    cut = []
    for one in case["leger"][0]["perioder"]:
        begins, ends = date.fromisoformat(one["fra"]), date.fromisoformat(one["til"])
        middle = begins + (ends - begins) // 2
        if middle == ends:
            cut.append(one)
        else:
            cut += [{**one, "til": middle.isoformat()}, {**one, "fra": (middle + timedelta(days=1)).isoformat()}]
    again = decided({**case, "leger": [{**case["leger"][0], "perioder": cut}]}, book, evaluators()[:1])
    for answer in (first, again):
        del answer["kvittering"]["søknad_sha256"], answer["forvalg"]
    assert again == first


def test_guided_service_sums_do_not_depend_on_the_order_of_periods(book: Rulebook) -> None:
    periods = [guided_period("2019-07-01", "2019-08-15", 80), guided_period("2019-08-16", "2020-01-31", 60)]
    answers = [decided(guided(guided_doctor(*order, nødvendige_måneder=3)), book) for order in (periods, periods[::-1])]
    # 1 × 0.8 + 15/31 × 0.8 + 16/31 × 0.6 … reaches 3 months: 3 × 5 867
    assert [one["beløp"]["sum"] for one in answers] == ["17601.00", "17601.00"]
    assert answers[0]["leger"] == answers[1]["leger"]


def test_as_json_is_json(book: Rulebook) -> None:
    """Only objects, lists, text, whole numbers, true, false and null: no floats, no dates."""

    def kinds(value: Any) -> set[type]:
        if isinstance(value, dict):
            return {type(key) for key in value} | {kind for inner in value.values() for kind in kinds(inner)}
        if isinstance(value, list):
            return {kind for inner in value for kind in kinds(inner)}
        return {type(value)}

    for path in sorted(FIXTURES.rglob("*.yaml"))[::12]:
        decision = as_json(decide(read_application(path, book), book))
        assert kinds(decision) <= {str, int, type(None)}
        assert json.loads(dumps([decide(read_application(path, book), book)])) == decision


def test_the_discretionary_scheme_never_gives_an_amount(book: Rulebook) -> None:
    answer = decided(discretionary(), book)
    assert answer["beløp"] == {"sum": None, "kjent": "0.00", "mangler_satser": []}
    assert answer["leger"] == []
    assert answer["søknad"]["utfall"] == "til skjønn"
