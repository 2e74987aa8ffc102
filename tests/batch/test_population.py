"""The made-up population: of the size asked for, the same for the same seed, all of it readable, and at every boundary."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest

from engine.batch.boundary import boundaries
from engine.batch.draw import MACROS
from engine.batch.population import Population, write_population
from engine.batch.reading import read_tables
from engine.batch.row import applications_of
from engine.batch.schema import tables
from engine.case.calendar import months_of
from engine.cli.main import main
from engine.decide.decide import decide
from engine.language.rulebook import Rulebook
from engine.text.fault import Faults

MISSING = Fraction(15, 2)


def _made(folder: Path, book: Rulebook, wanted: Population, format: str = "parquet", threads: int = 2) -> Path:
    write_population(folder, book, wanted, format, threads)
    return folder


def _rows(folder: Path, name: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(f"FROM '{folder / name}.parquet'").fetchall()


@pytest.fixture(scope="module")
def folder(book: Rulebook, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _made(tmp_path_factory.mktemp("folk") / "alle", book, Population(60_000))


@pytest.fixture(scope="module")
def connection(book: Rulebook, folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        read_tables(folder, book, connection)
        yield connection


@pytest.mark.parametrize("size", [1, 1_000, 10_000, 123_456])
def test_the_size_is_hit_within_two_per_cent(size: int, book: Rulebook, tmp_path: Path) -> None:
    made = write_population(tmp_path / "ut", book, Population(size))
    assert abs(made.doctor_months - size) <= max(size // 50, 12)
    counted = (
        "SELECT count(DISTINCT (søknad, lege, m)) FROM (SELECT søknad, lege, unnest(range(year(fra) * 12 + month(fra), "
    )
    with duckdb.connect() as connection:
        told = connection.execute(
            f"{counted} year(til) * 12 + month(til) + 1)) AS m FROM '{tmp_path}/ut/perioder.parquet')"
        )
        assert told.fetchone() == (made.doctor_months,)
        for name, rows in made.rows.items():
            assert connection.execute(f"SELECT count(*) FROM '{tmp_path}/ut/{name}.parquet'").fetchone() == (rows,)


def test_the_same_seed_gives_the_same_rows_whatever_the_threads(book: Rulebook, tmp_path: Path) -> None:
    wanted = Population(30_000, seed=11, missing=MISSING)
    one, two = _made(tmp_path / "en", book, wanted, threads=1), _made(tmp_path / "to", book, wanted, threads=3)
    other = _made(tmp_path / "annen", book, Population(30_000, seed=12, missing=MISSING))
    for name in tables(book.vocabulary):
        assert _rows(one, name) == _rows(two, name)
    assert _rows(one, "leger") != _rows(other, "leger")


def test_a_draw_is_our_own_arithmetic() -> None:
    """A new version of the database must not change a population, so nothing rests on its own hashes."""
    bits = 2**32 - 1

    def first(x: int) -> int:
        return ((x ^ x >> 16) * 2146121005) & bits

    def second(x: int) -> int:
        return ((x ^ x >> 15) * 2221713035) & bits

    with duckdb.connect() as connection:
        for macro in MACROS:
            connection.execute(macro)
        for seed, number in ((0, 0), (1, 1), (bits, bits), (12345, 2**31), (77, 999_999_999)):
            state = second(first(second(first(seed)) ^ number))
            drawn = second(first(state ^ number)) >> 8
            told = f"SELECT tilstand_av({seed}, {number}), trekk({state}::UBIGINT, {number})"
            assert connection.execute(told).fetchone() == (state, drawn)


@pytest.mark.parametrize("format", ["parquet", "csv"])
@pytest.mark.parametrize("missing", [Fraction(0), MISSING])
def test_every_application_can_be_read(format: str, missing: Fraction, book: Rulebook, tmp_path: Path) -> None:
    folder = _made(tmp_path / "ut", book, Population(20_000, seed=3, missing=missing), format)
    with duckdb.connect() as connection:
        intake = read_tables(folder, book, connection)
        assert connection.execute("SELECT * FROM avvist LIMIT 5").fetchall() == []
    assert intake.faults == 0 and all(count.rejected == 0 for count in intake.counts)
    assert all(count.rows > 0 for count in intake.counts)


def test_csv_and_parquet_say_the_same(book: Rulebook, tmp_path: Path) -> None:
    read = []
    for format in ("parquet", "csv"):
        with duckdb.connect() as connection:
            read_tables(_made(tmp_path / format, book, Population(5_000), format), book, connection)
            read.append(
                [connection.execute(f"FROM inn_{name} ORDER BY nr").fetchall() for name in tables(book.vocabulary)]
            )
    assert read[0] == read[1]


def test_the_single_case_decides_them(book: Rulebook, connection: duckdb.DuckDBPyConnection) -> None:
    ids = [id for (id,) in connection.execute("SELECT id FROM inn_søknader WHERE nr % 13 = 0").fetchall()]
    decisions = [decide(application, book) for application in applications_of(connection, book, ids)]
    assert len(decisions) == len(ids) > 100
    assert {one.application.scheme for one in decisions} == set(book.schemes)
    for one in decisions:
        for doctor in one.doctors:
            assert (
                doctor.outside or one.outcome == "avvist" or len(doctor.months) == len(months_of(doctor.doctor.periods))
            )
    statuses = Counter(month.status for one in decisions for doctor in one.doctors for month in doctor.months)
    assert min(statuses[status] for status in ("ja", "nei", "skjønn", "utenfor")) > 20
    decisive = {
        rule
        for one in decisions
        for doctor in one.doctors
        for month in doctor.months
        for component in month.components.values()
        for rule in component.decided_by
    }
    of_months = {
        rule.id
        for scheme in book.schemes.values()
        for versions in scheme.rules.values()
        for rule in versions
        if rule.per in ("måned", "lege") and rule.consequence not in ("", "merknad", "ingen")
    }
    never = of_months - decisive
    assert len(never) <= len(of_months) // 5, never


def test_every_choice_is_taken(book: Rulebook, connection: duckdb.DuckDBPyConnection) -> None:
    for table in tables(book.vocabulary).values():
        for column in table.columns:
            fact = column.fact
            if fact is None or fact.kind == "liste":
                continue
            taken = f'SELECT DISTINCT CAST(%s AS VARCHAR) FROM "inn_{table.name}" WHERE "{column.name}" IS NOT NULL'
            values = {value for (value,) in connection.execute(taken % _single(column.name, fact.kind)).fetchall()}
            choices = set(("ja", "nei") if fact.kind == "ja_nei" else fact.choices)
            assert values, column.name
            assert not choices or values == choices, column.name


def _single(name: str, kind: str) -> str:
    return f'unnest("{name}")' if kind == "flervalg" else f'"{name}"'


def test_every_date_of_the_rules_has_the_day_before_and_after(
    book: Rulebook, connection: duckdb.DuckDBPyConnection
) -> None:
    axis = book.vocabulary.agreement_date
    for scheme, found in boundaries(book).items():
        if not book.vocabulary.schemes[scheme].has_doctors:
            continue
        dates = f'SELECT DISTINCT l."{axis}" FROM inn_leger AS l JOIN inn_søknader AS s ON s.nr = l.søknad_nr WHERE s.ordning = ?'
        agreed = {day for (day,) in connection.execute(dates, [scheme]).fetchall()}
        assert {day + timedelta(days=off) for day in found.agreements for off in (-1, 0, 1)} <= agreed
        changes = "SELECT DISTINCT p.fra FROM inn_perioder AS p JOIN inn_søknader AS s ON s.nr = p.søknad_nr WHERE s.ordning = ?"
        begun = {day for (day,) in connection.execute(changes, [scheme]).fetchall()}
        assert sum(day in begun for day in found.days) >= len(found.days) - 1
        for fact in ("mottatt", *(name for name, own in found.dates.items() if own)):
            _has(connection, book, scheme, fact, {day for _, day in found.dates.get(fact, ())})


def _has(connection: duckdb.DuckDBPyConnection, book: Rulebook, scheme: str, name: str, days: set[date]) -> None:
    table = {"søknad": "inn_søknader", "lege": "inn_leger"}[book.vocabulary.facts[name].level]
    join = "" if table == "inn_søknader" else "JOIN inn_søknader AS s ON s.nr = r.søknad_nr"
    where = f"{'r' if not join else 's'}.ordning = ?"
    told = connection.execute(
        f'SELECT DISTINCT CAST(r."{name}" AS DATE) FROM {table} AS r {join} WHERE {where}', [scheme]
    )
    seen = {day for (day,) in told.fetchall()}
    assert {day + timedelta(days=off) for day in days for off in (-1, 0, 1)} <= seen, name


def test_counts_of_days_lie_on_both_sides(book: Rulebook, connection: duckdb.DuckDBPyConnection) -> None:
    """Months with so many days in a period as the rules name, one fewer and one more."""
    for found in boundaries(book).values():
        for count in found.day_counts:
            for days in (count - 1, count, count + 1):
                part = f"til - fra + 1 = {days} OR day(til) = {days} OR day(last_day(fra)) - day(fra) + 1 = {days}"
                assert connection.execute(f"SELECT count(*) > 20 FROM inn_perioder WHERE {part}").fetchone() == (True,)
        for count in found.month_counts:
            for off in (-1, 0, 1):
                exact = f"(fra + INTERVAL {count} MONTH)::DATE - 1 + ({off}) = til"
                assert connection.execute(f"SELECT count(*) > 20 FROM inn_perioder WHERE {exact}").fetchone() == (True,)


def test_nothing_is_missing_unless_it_is_asked_for(book: Rulebook, folder: Path, tmp_path: Path) -> None:
    holes = _made(tmp_path / "ut", book, Population(60_000, missing=MISSING))
    lacking, complete = _shares(holes, book), _shares(folder, book)
    assert set(complete.values()) == {0.0}
    assert all(abs(share - MISSING / 100) < 0.03 for share in lacking.values()), lacking


def _shares(folder: Path, book: Rulebook) -> dict[str, float]:
    """The share that is missing of each fact of doctors that must be told."""
    scheme = next(name for name, one in book.vocabulary.schemes.items() if one.has_doctors)
    facts = [fact for fact in book.vocabulary.facts_of(scheme, "lege") if not fact.optional and fact.default is None]
    with duckdb.connect() as connection:
        rows = f"FROM '{folder}/leger.parquet' AS l JOIN '{folder}/søknader.parquet' AS s ON s.id = l.søknad WHERE s.ordning = ?"
        shares = ", ".join(f'avg((l."{fact.name}" IS NULL)::INTEGER)' for fact in facts)
        found = connection.execute(f"SELECT {shares} {rows}", [scheme]).fetchone()
    assert found is not None
    return dict(zip([fact.name for fact in facts], found, strict=True))


def test_one_scheme_alone(book: Rulebook, tmp_path: Path) -> None:
    for scheme in book.schemes:
        folder = _made(tmp_path / scheme, book, Population(2_000, schemes=(scheme,)))
        assert {row[1] for row in _rows(folder, "søknader")} == {scheme}
        assert (folder / "leger.parquet").exists() is book.vocabulary.schemes[scheme].has_doctors


def test_what_is_there_is_not_written_over(book: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "noe").write_text("noe")
    with pytest.raises(Faults, match="MAPPE-OPPTATT"):
        write_population(tmp_path, book, Population(1_000))
    assert (tmp_path / "noe").read_text() == "noe"


def test_the_command_makes_an_example(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "eksempel"
    assert (
        main(["masse", "--eksempel", "1500", str(folder), "--frø", "7", "--mangler", "2,5", "--format", "parquet"]) == 0
    )
    assert "legemåneder er skrevet til" in capsys.readouterr().out
    assert {path.stem for path in folder.iterdir()} >= {"søknader", "leger", "perioder"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["0", "x"],
        ["tull", "x"],
        ["1,5", "x"],
        ["1000"],
        ["1000", "x", "y"],
        ["1000", "x", "--frø", "x"],
        ["1000", "x", "--mangler", "101"],
    ],
)
def test_the_command_refuses_what_cannot_be_made(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["masse", "--eksempel", *arguments]) == 2
    told = capsys.readouterr().err
    assert "ARGUMENT" in told and "Traceback" not in told
    assert list(tmp_path.iterdir()) == []
