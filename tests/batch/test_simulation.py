"""`alis simuler`: two versions of the rules over the same tables, held against each version alone and against one case at a time."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest
from agreement import Tables, decided_tables
from application_builder import Json, discretionary, doctor, national, period, supervised
from hypothesis import given
from hypothesis import strategies as st
from table_files import table_rows, write_tables

from engine.batch.conversion import convert
from engine.batch.simulation import Simulation, facts_to_total_by, read_alike
from engine.batch.simulation_effect import Effect, Group, effect
from engine.batch.simulation_spread import spread
from engine.cli.main import main
from engine.language.rulebook import open_rulebook
from engine.regress.impact import Impact, Total, compare_cases, impact
from engine.regress.impact_case import CHANGED, CaseImpact
from engine.regress.impact_version import Version
from engine.regress.impact_words import signed

ROOT = Path(__file__).resolve().parents[2]
RULES, FIXTURES = ROOT / "rules", ROOT / "fixtures"
RATES = ROOT / "docs" / "eksempler" / "foreslåtte-satser-2024.yaml"

FILE = "2023/nasjonal-alis.yaml"
THRESHOLD = ("verdi: 22\n", "verdi: 21\n")
RATE = ("verdi: 1140", "verdi: 1150")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """A command → its code, what it printed (with plain spaces) and what it complained of."""

    def call(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([str(word) for word in words])
        found = capsys.readouterr()
        return code, found.out.replace("\u00a0", " "), found.err

    return call


def drafted(folder: Path, old: str, new: str, file: str = FILE) -> Path:
    """The rules in a new folder, with one place changed."""
    shutil.copytree(RULES, folder)
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    return folder


def simulated(source: Path, before: Path, after: Path, part: int = 1_000_000) -> Effect:
    """What two folders of rules come to."""
    books = open_rulebook(before), open_rulebook(after)
    simulation = Simulation(source, books, duckdb.connect(), facts_to_total_by(books[1]), part)
    for phase in simulation.phases():
        assert sum(phase.amounts) == phase.total, phase.doing
    return effect(simulation)


def tables_of(cases: Path, folder: Path) -> Path:
    """Every shipped case under a folder, as tables."""
    done = convert(sorted(cases.rglob("*.yaml")), folder, open_rulebook(RULES), "parquet")
    assert done.rejected == 0 and done.converted > 100
    return folder


# --- the same as each version alone, and as one case at a time --------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "cases"), [(THRESHOLD, FIXTURES), (RATE, FIXTURES / "2023")], ids=["threshold", "rate"]
)
def test_totals_are_those_of_masse_and_of_konsekvens(change: tuple[str, str], cases: Path, tmp_path: Path) -> None:
    draft, source = drafted(tmp_path / "utkast", *change), tables_of(cases, tmp_path / "inn")
    found = simulated(source, RULES, draft, part=1500)
    assert found.whole.changed > 5
    sides = [decided_tables(source, open_rulebook(one), tmp_path / f"ut-{one.name}") for one in (RULES, draft)]
    assert_as_masse(found, sides)
    assert_as_konsekvens(found, one_at_a_time(cases, RULES, draft, found))


def assert_as_masse(found: Effect, sides: list[Tables]) -> None:
    """Sums, unknown sums, outcomes, months paid and answers are what each version alone gives."""
    for name, tables, place in zip(("before", "after"), sides, (0, 1), strict=True):
        rows = list(tables["søknader"].values())
        assert found.whole.cases == found.rows == len(rows)
        for group in [found.whole, *found.totals["ordning"]]:
            own = [row for row in rows if group is found.whole or row["ordning"] == group.group]
            assert getattr(group, name) == sum(row["kjent"] for row in own)
            unknown = [row for row in own if row["sum"] is None]
            assert getattr(group, f"open_{name}") == sum(bool(row["mangler_satser"]) for row in unknown)
            assert getattr(group, f"unfinished_{name}") == sum(not row["mangler_satser"] for row in unknown)
            known = sum(row["sum"] for row in own if row["sum"] is not None)
            assert getattr(group, name) == known + sum(row["kjent"] for row in unknown)
        for group in found.totals["komponent"]:
            doctors = tables["leger"].values()
            assert getattr(group, f"months_{name}") == sum(row[f"{group.group}_måneder"] or 0 for row in doctors)
            assert getattr(group, name) == sum(row[f"{group.group}_kjent"] or 0 for row in doctors)
        answers: dict[tuple[str, str, str], int] = {}
        for row in tables["måneder"].values():
            key = (row["komponent"], row["rett"], row["avgjort_av"] or "")
            answers[key] = answers.get(key, 0) + 1
        told = {(one.component, one.right, one.decided_by): (one.before, one.after)[place] for one in found.answers}
        assert {key: number for key, number in told.items() if number} == answers
    before, after = (one["søknader"] for one in sides)
    assert sum(before[key]["utfall"] != after[key]["utfall"] for key in before) == sum(
        number for was, now, number in found.outcomes if was != now
    )


def one_at_a_time(cases: Path, before: Path, after: Path, found: Effect) -> Impact:
    """The same cases by `alis konsekvens`."""
    versions = Version("fra", before), Version("til", after)
    books = versions[0].open(), versions[1].open()
    paths = sorted(cases.rglob("*.yaml"))
    return impact(*versions, books, compare_cases(paths, *versions, found.facts, 1, books), found.facts)


def assert_as_konsekvens(found: Effect, told: Impact) -> None:
    """Every group of every axis, and the cases that change most. What tables do not tell of is not counted as a change there."""
    hidden = [case for case in told.of(CHANGED) if not in_tables(case)]
    assert found.whole.changed == told.whole.changed - len(hidden)
    assert figures(found.whole) == figures(told.whole)
    assert list(found.totals) == list(told.totals)
    for axis, groups in told.totals.items():
        assert {one.group: figures(one) for one in found.totals[axis]} == {one.group: figures(one) for one in groups}, (
            axis
        )
    for axis in ("ordning", "komponent"):
        changed = {one.group: one.changed for one in told.totals[axis]}
        for case in hidden if axis == "ordning" else ():
            changed[case.scheme] -= 1
        assert {one.group: one.changed for one in found.totals[axis]} == changed
    largest = [case for case in told.of(CHANGED) if case.difference]
    sizes = [abs(case.difference) for case in largest]
    assert [abs(one.difference) for one in found.movers] == sizes[: len(found.movers)]
    by_id = {case.id: case for case in largest}
    for one in found.movers:
        case = by_id[one.id]
        assert case.before is not None and case.after is not None
        assert one.known == (case.before.money.known, case.after.money.known)
        assert one.outcomes == (case.before.outcome, case.after.outcome)
        assert dict(one.groups) == {"tilskuddsår": case.year, "ordning": case.scheme, **dict(case.groups)}
    assert found.whole.up == sum(case.difference > 0 for case in told.cases)
    assert found.whole.down == sum(case.difference < 0 for case in told.cases)
    assert sum(one.number for one in found.spread) == len(largest)


def figures(one: Total) -> tuple[int, Decimal, Decimal, int, int]:
    return one.cases, one.before, one.after, one.open_before, one.open_after


def in_tables(case: CaseImpact) -> bool:
    """Whether what differs is more than lists of missing facts, judgements and notes."""
    lists = ("mangler", "skjønn", "merknader")
    return (
        case.before != case.after
        or any(line.changed for line in case.lines)
        or any(other.what not in lists for other in case.others)
    )


# --- the command ------------------------------------------------------------------------------------------------------------


def full(id: str, **facts: Any) -> Json:
    """A doctor with supervision alone through a month of 30 days and one of 21 days."""
    return national(
        2023, supervised(period("2022-11-01", "2022-11-30"), period("2022-12-01", "2022-12-21")), id=id, **facts
    )


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three applications: one that 21 days change, one that waits for a rate, and one with a municipality's number that begins with 0."""
    cases = [
        full("a", kommunenummer="4642"),
        national(2024, doctor(period("2024-01-01", "2024-03-31")), id="b", kommunenummer="4642"),
        full("c", kommunenummer="0301"),
    ]
    return write_tables(tmp_path_factory.mktemp("små") / "inn", table_rows(cases), "csv")


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rules with 21 days."""
    return drafted(tmp_path_factory.mktemp("utkast") / "rules", *THRESHOLD)


def test_everything_that_is_written_says_the_same(small: Path, draft: Path, tmp_path: Path, run: Run) -> None:
    page, tables = tmp_path / "side.html", tmp_path / "svar"
    words = ("simuler", "--fra", RULES, "--til", draft, small, "--html", page, "--parquet", tables, "--tråder", 1)
    code, out, err = run(*words)
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert told["antall"] == {"søknader": 3, "endret": 2, "uendret": 1, "bare før": 0, "bare etter": 0, "avvist": 0}
    difference = Decimal(told["kroner"]["endring"])
    assert difference > 0 and told["kroner"]["opp"] == 2 and told["kroner"]["ned"] == 0
    assert told["kroner"]["ukjent_sum_før"] == told["kroner"]["ukjent_sum_etter"] == 1
    assert {one["gruppe"]: one["endret"] for one in told["summer"]["kommunenummer"]} == {"0301": 1, "4642": 1}
    assert [one["id"] for one in told["størst_endring"]] == ["a", "c"]
    assert [change["navn"] for change in told["regelendringer"]] == ["minste_antall_dager"]
    assert_as_tables(told, tables)
    assert_as_page(told, page.read_text(encoding="utf-8"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["side.html", "svar"]
    code, out, _ = run(*words, "--format", "tekst", "--forvent-ingen")
    assert code == 1
    assert "2 av 3 søknader får et annet vedtak. 1 søknad er uendret. Det kjente beløpet går opp for 2 søknader." in out
    assert "En sats er ukjent i 1 søknad. Bare det som er kjent, er regnet med." in out
    assert signed(difference).replace("\u00a0", " ") in out
    assert re.search(r"veiledning: ja +2 +4 +\+2", out)


def assert_as_tables(told: Json, folder: Path) -> None:
    def rows(name: str) -> list[Json]:
        return list(duckdb.read_parquet(str(folder / f"{name}.parquet")).to_arrow_table().to_pylist())

    by_id = {row["søknad"]: row for row in rows("søknader")}
    assert sum(row["endring_kjent"] for row in by_id.values()) == Decimal(told["kroner"]["endring"])
    assert {id for id, row in by_id.items() if row["endret"]} == {"a", "c"}
    assert by_id["b"]["sum_før"] is None and by_id["b"]["sum_etter"] is None and by_id["b"]["mangler_satser_før"]
    doctors = {row["søknad"]: row for row in rows("leger")}
    assert (doctors["a"]["veiledning_måneder_før"], doctors["a"]["veiledning_måneder_etter"]) == (1, 2)
    assert doctors["a"]["veiledning_måneder_endret"] and not doctors["b"]["endret"]
    whole, *groups = rows("summer")
    assert (whole["etter"], whole["søknader"], str(whole["endring"])) == ("alle", 3, told["kroner"]["endring"])
    assert {(row["etter"], row["gruppe"]) for row in groups} == {
        (axis, one["gruppe"]) for axis, found in told["summer"].items() for one in found
    }
    for side in ("før", "etter"):
        counted = sum(row["måneder"] for row in rows("avgjort") if row["versjon"] == side)
        assert counted == sum(one[side] for one in told["måneder"])
    assert rows("avvist") == []
    receipt = json.loads((folder / "kvittering.json").read_text(encoding="utf-8"))
    assert receipt["kommando"] == "simuler" and receipt["antall"] == told["antall"]
    assert receipt["fra"]["regler_sha256"] != receipt["til"]["regler_sha256"]


class _Page(HTMLParser):
    """A page's tags and attributes, and its text outside drawings."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.order: list[str] = []
        self.text = ""
        self.drawings = 0
        self.hidden: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag in ("figure", "table"):
            self.order.append(tag)
        if tag == "svg":
            self.drawings += 1
            self.hidden.append(("aria-hidden", "true") in attrs)

    def handle_endtag(self, tag: str) -> None:
        self.drawings -= tag == "svg"

    def handle_data(self, data: str) -> None:
        if not self.drawings:
            self.text += data


def assert_as_page(told: Json, html: str) -> None:
    page = _Page()
    page.feed(html)
    assert not {"script", "link", "img", "iframe", "object", "image", "use", "foreignobject"} & set(page.tags)
    assert not [
        pair for pair in page.attributes if pair[0] in ("src", "href", "xlink:href") or pair[0].startswith("on")
    ]
    assert not re.search(r"url\((?!#)|@import|https?:", html)
    assert "default-src 'none'" in html and ("lang", "nb") in page.attributes
    assert page.tags.count("figure") == 2
    assert page.order[page.order.index("figure") + 1] == "table", "each figure has a table beside it"
    assert page.hidden == [True] * page.tags.count("svg")
    ids = [value for name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {value for name, value in page.attributes if name == "aria-labelledby"} <= set(ids)
    text = page.text.replace("\u00a0", " ")
    for axis in told["summer"].values():
        for one in axis:
            assert signed(Decimal(one["endring"])).replace("\u00a0", " ") in text
    for shown in (
        "2 av 3 søknader får et annet vedtak.",
        "Etter kommunenummer",
        "Etter sentralitetsklasse",
        "22",
        "21",
    ):
        assert shown in text
    assert not re.search(r"\d\.\d\d kr", text)


def test_the_same_rules_change_nothing(small: Path, tmp_path: Path, run: Run) -> None:
    same = drafted(tmp_path / "rules", "grenser:\n", "grenser:  # bare en kommentar\n")
    page = tmp_path / "side.html"
    code, out, _ = run("simuler", "--fra", RULES, "--til", same, small, "--forvent-ingen", "--html", page)
    told = json.loads(out)
    assert code == 0
    assert told["antall"]["endret"] == 0 and told["antall"]["uendret"] == 3
    for one in (told["kroner"], *(one for axis in told["summer"].values() for one in axis)):
        assert (one["endret"], one["endring"], one["opp"], one["ned"]) == (0, "0.00", 0, 0)
        assert one["kjent_før"] == one["kjent_etter"]
    assert all(one["før"] == one["etter"] for one in told["måneder"])
    assert told["utfall"] == told["fordeling"] == told["størst_endring"] == told["regelendringer"] == []
    assert "Reglene er like i de to versjonene." in page.read_text(encoding="utf-8")
    assert "<figure" not in page.read_text(encoding="utf-8")


def test_rates_laid_over_one_version(small: Path, tmp_path: Path, run: Run) -> None:
    """What a rate would cost, without a copy of the rules; a sum that is unknown before is not 0 before."""
    words = ("simuler", "--fra", RULES, "--til", RULES, small, "--satser-til", RATES)
    code, out, _ = run(*words, "--format", "tekst")
    assert code == 0
    assert f"Til  {RULES} med satsene i {RATES}" in out.replace("\n", "")
    told = json.loads(run(*words, "--parquet", tmp_path / "svar")[1])
    assert (told["fra"]["satser"], told["til"]["satser"]) == ([], [str(RATES)])
    assert told["antall"]["endret"] == 1 and told["regelendringer"] == []
    row = (
        duckdb.read_parquet(str(tmp_path / "svar" / "søknader.parquet"))
        .filter("søknad = 'b'")
        .to_arrow_table()
        .to_pylist()[0]
    )
    assert row["sum_før"] is None and row["kjent_før"] is not None
    receipt = json.loads((tmp_path / "svar" / "kvittering.json").read_text(encoding="utf-8"))
    assert receipt["fra"]["satser_sha256"] is None and receipt["til"]["satser_sha256"]


def test_what_only_one_version_takes_is_told_and_not_compared(small: Path, tmp_path: Path, run: Run) -> None:
    stricter = drafted(tmp_path / "utkast", 'mønster: "[0-9]{4}"', 'mønster: "[1-9][0-9]{3}"', "vokabular.yaml")
    assert not read_alike(open_rulebook(RULES), open_rulebook(stricter))
    words = ("simuler", "--fra", RULES, "--til", stricter, small)
    told = json.loads(run(*words, "--parquet", tmp_path / "svar")[1])
    assert told["antall"] == {"søknader": 3, "endret": 0, "uendret": 2, "bare før": 1, "bare etter": 0, "avvist": 0}
    alone = Decimal(told["ikke_sammenlignet"]["bare før"]["kjent"])
    assert alone > 0 and Decimal(told["kroner"]["kjent_før"]) == alone  # a and c are alike, b waits for its rate
    assert told["avvist"]["før"]["søknader"] == {"rader": 3, "med": 3, "avvist": 0}
    assert told["avvist"]["etter"]["søknader"] == {"rader": 3, "med": 2, "avvist": 1}
    refused = duckdb.read_parquet(str(tmp_path / "svar" / "avvist.parquet")).to_arrow_table().to_pylist()
    assert [(one["versjon"], one["kolonne"], one["søknad"]) for one in refused] == [("etter", "kommunenummer", "c")]
    code, out, _ = run(*words, "--format", "tekst", "--forvent-ingen")
    assert code == 1
    text = " ".join(out.split())
    assert "1 søknad kan bare avgjøres med reglene før og er avvist etter. Kjent beløp før: " in text
    assert "De er ikke med i summene. Rader som ikke er med etter: 1 av 3 i søknader" in text


def test_what_neither_takes(tmp_path: Path, draft: Path, run: Run) -> None:
    folder = write_tables(
        tmp_path / "inn", table_rows([full("a"), full("b", søkertype="komune"), discretionary(id="c")]), "csv"
    )
    told = json.loads(run("simuler", "--fra", RULES, "--til", draft, folder, "--etter", "søkertype")[1])
    assert told["antall"] == {"søknader": 3, "endret": 1, "uendret": 1, "bare før": 0, "bare etter": 0, "avvist": 1}
    assert told["avvist"]["før"] == told["avvist"]["etter"]
    assert [one["gruppe"] for one in told["summer"]["søkertype"]] == ["kommune"]
    assert "kommunenummer" not in told["summer"]
    assert {one["gruppe"]: one["ikke_regnet_ut_etter"] for one in told["summer"]["ordning"]}["spesialisering"] == 1


# --- what cannot be asked for -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([""], "mappen med tabeller har ikke noe navn"),
        (["borte"], "MAPPE-MANGLER"),
        (["inn", "--html", ""], "--html har ikke noe navn"),
        (["inn", "--html", "borte/side.html"], "mappen som «borte/side.html» skal ligge i, finnes ikke"),
        (["inn", "--minne", "mye"], "--minne er «mye», som ikke er en mengde minne"),
        (
            ["inn", "--etter", "kommunenumer"],
            "«kommunenumer» er ikke en opplysning om søknaden, mente du «kommunenummer»?",
        ),
        (["inn", "--etter", "budsjett"], "«budsjett» er ikke en opplysning om søknaden"),
        (["inn", "--satser-til", "borte.yaml"], "borte.yaml:1:1: FIL-MANGLER"),
        (["inn", "--parquet", "brev"], "brev:1:1: MAPPE-OPPTATT"),
        (["inn", "--fra", "ukjent-gren"], "VERSJON"),
    ],
)
def test_what_cannot_be_asked_for(
    words: list[str], told: str, small: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(small, tmp_path / "inn")
    (tmp_path / "brev").write_text("et brev", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    code, out, err = run("simuler", "--fra", RULES, "--til", RULES, *words)
    assert (code, out) == (2, "") and told in err and "Traceback" not in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["brev", "inn"]


def test_a_page_that_cannot_be_written_leaves_the_tables_of_before(
    small: Path, draft: Path, tmp_path: Path, run: Run
) -> None:
    words = ("simuler", "--fra", RULES, "--til", draft, small, "--parquet", tmp_path / "svar")
    assert run(*words)[0] == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "svar").iterdir()}
    (tmp_path / "side.html").mkdir()
    code, out, err = run(*words[:4], RULES, small, *words[6:], "--html", tmp_path / "side.html")
    assert (code, out) == (2, "") and f"{tmp_path / 'side.html'}:1:1: FIL-SKRIV" in err
    assert {path.name: path.read_bytes() for path in (tmp_path / "svar").iterdir()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["side.html", "svar"]


def test_files_that_one_version_cannot_use_are_told_with_the_version(small: Path, tmp_path: Path, run: Run) -> None:
    other = drafted(tmp_path / "utkast", "  kommunenummer:\n", "  kommunekode:\n", "vokabular.yaml")
    code, out, err = run("simuler", "--fra", RULES, "--til", other, small)
    assert (code, out) == (2, "")
    assert "«kommunenummer»" in err and "(med reglene etter)" in err


# --- how differences are spread ---------------------------------------------------------------------------------------------


@given(st.lists(st.integers(-(10**9), 10**9) | st.integers(-500, 500), max_size=60))
def test_every_difference_is_in_one_interval(øre: list[int]) -> None:
    connection = _shared()
    connection.execute("CREATE OR REPLACE TABLE rader (kroner DECIMAL(18,2))")
    if øre:
        connection.executemany("INSERT INTO rader VALUES (?)", [[Decimal(one) / 100] for one in øre])
    bins = spread(connection, "SELECT kroner FROM rader")
    amounts = [Decimal(one) / 100 for one in øre if one]
    assert sum(one.number for one in bins) == len(amounts)
    for one in bins:
        inside = [
            amount
            for amount in amounts
            if (one.least is None or amount >= one.least) and (one.most is None or amount < one.most)
        ]
        assert one.number == len(inside)
        assert one.least is None or one.most is None or one.least >= 0 or one.most <= 0
    assert all(was.most == now.least for was, now in pairwise(bins))
    assert len(bins) <= 42


_connections: list[duckdb.DuckDBPyConnection] = []


def _shared() -> duckdb.DuckDBPyConnection:
    if not _connections:
        _connections.append(duckdb.connect())
    return _connections[0]


def test_the_figure_of_municipalities_ends_with_the_largest_rise() -> None:
    from engine.batch.simulation_figure import ranked

    groups = [Group(f"{number:04}", 1, 1, Decimal(0), Decimal(number - 30)) for number in range(60)]
    drawn = ranked(groups)
    bars = list(_bars(drawn))
    assert len(bars) == 59  # one has no change
    assert [kind for kind, _ in bars] == ["down"] * 30 + ["up"] * 29
    assert "−20" in drawn and 'aria-hidden="true"' in drawn


def _bars(svg: str) -> Iterator[tuple[str, str]]:
    for path in re.findall(r"<path [^>]*>", svg):
        kind = re.search(r'fill="var\(--(up|down)\)"', path)
        if kind:
            yield kind[1], path
