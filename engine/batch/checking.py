"""Checks of rows against each other: ids, schemes, what belongs to whom, and the periods of one doctor.

Each check is one query that adds the rows it refuses to the list of faults. The codes are the single case's where it has the check.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.batch import sql
from engine.batch.schema import APPLICATIONS, DOCTORS, ID, OF_APPLICATION, OF_DOCTOR, PERIODS, SCHEME
from engine.batch.stage import APPLICATION_NUMBER, DOCTOR_NUMBER, FOUND, Stage
from engine.language.rulebook import Rulebook
from engine.language.vocabulary import Fact
from engine.ruleset.selection import infer_scheme
from engine.text.norsk import list_text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

APPLICATION_KEYS, DOCTOR_KEYS = "trinn_søknad_id", "trinn_lege_id"
_DAY = "'%-d.%-m.%Y'"


def key_applications(connection: DuckDBPyConnection, stage: Stage) -> None:
    """The applications by id; those that share one are all refused."""
    _keys(connection, APPLICATION_KEYS, f"SELECT id, nr FROM {stage.name}", "id")
    reason = _told("søknaden «' || id || '» står flere ganger", "hver søknad skal ha én rad", "gi dem hver sin id")
    shared = f"SELECT nr, id FROM {stage.name} WHERE id IN (SELECT id FROM {APPLICATION_KEYS} WHERE antall > 1)"
    _refuse(connection, stage, ID, "SØKNAD-DUPLIKAT", reason, shared)


def key_doctors(connection: DuckDBPyConnection, stage: Stage, applications: Stage) -> None:
    """The doctors by application and id; those of one application that share an id are all refused."""
    numbered = f"SELECT søknad_nr, id, nr FROM {stage.name} WHERE søknad_nr IS NOT NULL"
    _keys(connection, DOCTOR_KEYS, numbered, "søknad_nr, id")
    reason = _told(
        "legen «' || id || '» står flere ganger", "hver lege i søknaden skal ha én rad", "gi dem hver sin id"
    )
    shared = (
        f"SELECT d.nr, d.id FROM {stage.name} AS d JOIN {DOCTOR_KEYS} AS k USING (søknad_nr, id) WHERE k.antall > 1 "
        f"AND d.søknad_nr NOT IN ({_faulted(applications, ID)})"
    )
    _refuse(connection, stage, ID, "LEGE-DUPLIKAT", reason, shared)


def _keys(connection: DuckDBPyConnection, name: str, rows: str, key: str) -> None:
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {key}, min(nr) AS nr, count(*) AS antall FROM ({rows}) AS rows "
        f"WHERE id IS NOT NULL GROUP BY {key}"
    )


def settle_schemes(connection: DuckDBPyConnection, stages: Mapping[str, Stage], book: Rulebook) -> None:
    """Every application's scheme: the one it names, or the one its agreement dates point at, as the single case finds it."""
    applications, doctors = stages[APPLICATIONS], stages[DOCTORS]
    unnamed = (
        f"SELECT nr FROM {applications.name} WHERE {SCHEME} IS NULL AND nr NOT IN ({_faulted(applications, SCHEME)})"
    )
    if connection.execute(f"{unnamed} LIMIT 1").fetchone() is None:
        return
    date = sql.name(book.vocabulary.agreement_date)
    dates = (
        f"SELECT søknad_nr, {date} AS dato FROM {doctors.name} WHERE søknad_nr IN ({unnamed}) AND {date} IS NOT NULL"
    )
    connection.execute("CREATE OR REPLACE TEMP TABLE trinn_datoer (dato DATE, ordning VARCHAR)")
    known = [day for (day,) in connection.execute(f"SELECT DISTINCT dato FROM ({dates}) AS dates").fetchall()]
    fits = [(day, scheme) for day in known for scheme in sorted(infer_scheme(book, [day]))]
    if fits:
        values = ", ".join(f"(DATE '{day}', {sql.text(scheme)})" for day, scheme in fits)
        connection.execute(f"INSERT INTO trinn_datoer VALUES {values}")
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE trinn_ordninger AS SELECT nr, list_sort(list(DISTINCT ordning)) AS ordninger "
        f"FROM ({unnamed}) AS unnamed JOIN ({dates}) AS dates ON søknad_nr = nr JOIN trinn_datoer USING (dato) GROUP BY nr"
    )
    connection.execute(
        f"UPDATE {applications.name} SET {SCHEME} = found.ordninger[1] FROM trinn_ordninger AS found "
        f"WHERE found.nr = {applications.name}.nr AND len(found.ordninger) = 1"
    )
    next_step = f"fyll ut «{SCHEME}» med {list_text(list(book.vocabulary.schemes), 'eller')}"
    why = f"uten «{SCHEME}» må avtaledatoene peke på én ordning"
    found = "coalesce('avtaledatoene passer til ' || array_to_string(ordninger, ' og '), 'søknaden sier ikke hvilken ordning den gjelder')"
    reason = f"{found} || {sql.text(f' – {why} – {next_step}')}"
    open_ = f"SELECT nr, ordninger FROM ({unnamed}) AS unnamed LEFT JOIN trinn_ordninger USING (nr)"
    _refuse(connection, applications, SCHEME, "ORDNING", reason, open_)


def check_belonging(connection: DuckDBPyConnection, stage: Stage) -> None:
    """Rows of an application or a doctor that is not there."""
    lost = [(OF_APPLICATION, "SØKNAD-UKJENT", f"{APPLICATION_NUMBER} IS NULL", "søknaden", APPLICATIONS)]
    if DOCTOR_NUMBER in stage.parents:
        absent = f"{DOCTOR_NUMBER} IS NULL AND {APPLICATION_NUMBER} IS NOT NULL"
        lost.append((OF_DOCTOR, "LEGE-UKJENT", absent, "legen", DOCTORS))
    for column, code, absent, whom, where in lost:
        reason = _told(f"{whom} raden hører til, finnes ikke", f"ingen rad i «{where}» har den id-en", "rett id-en")
        rows = f"SELECT nr FROM {stage.name} WHERE {absent} AND nr NOT IN ({_faulted(stage, column)})"
        _refuse(connection, stage, column, code, reason, rows)


def check_doctors(connection: DuckDBPyConnection, stages: Mapping[str, Stage], book: Rulebook) -> None:
    """Whether applications have the doctors their scheme asks for, and doctors have periods."""
    applications, doctors, periods = stages[APPLICATIONS], stages[DOCTORS], stages[PERIODS]
    schemes = book.vocabulary.schemes
    with_, without = ([name for name in schemes if schemes[name].has_doctors is has] for has in (True, False))
    reason = _told("søknaden har ingen leger", "ordningen gis per lege", f"legg dem inn i tabellen «{DOCTORS}»")
    rows = f"SELECT nr FROM {applications.name} WHERE {SCHEME} IN ({sql.texts(with_)}) AND nr NOT IN ({_numbers(doctors, APPLICATION_NUMBER)}) "
    rows += f"AND nr NOT IN ({_faulted(applications, ID)})"
    if with_:
        _refuse(connection, applications, ID, "SKJEMA-MANGLER", reason, rows)
    reason = _told(
        "legen hører ikke til i søknaden", "ordningen gis ikke per lege", "fjern raden, eller rett ordningen"
    )
    rows = f"SELECT d.nr FROM {doctors.name} AS d JOIN {applications.name} AS a ON a.nr = d.søknad_nr WHERE a.{SCHEME} IN ({sql.texts(without)})"
    if without:
        _refuse(connection, doctors, OF_APPLICATION, "SKJEMA-UKJENT", reason, rows)
    reason = _told("legen har ingen perioder", "det søkes for perioder", f"legg dem inn i tabellen «{PERIODS}»")
    rows = (
        f"SELECT nr FROM {doctors.name} WHERE nr NOT IN ({_numbers(periods, DOCTOR_NUMBER)}) "
        f"AND søknad_nr IS NOT NULL AND søknad_nr NOT IN ({_faulted(applications, ID)}) AND nr NOT IN ({_faulted(doctors, ID)})"
    )
    _refuse(connection, doctors, ID, "SKJEMA-MANGLER", reason, rows)


def check_periods(connection: DuckDBPyConnection, stage: Stage, applications: Stage) -> None:
    """Periods that end before they start, and periods of one doctor that overlap."""
    what = f"perioden slutter ' || strftime(til, {_DAY}) || ', før den starter ' || strftime(fra, {_DAY}) || '"
    reason = _told(what, "«til» kan ikke være før «fra»", "bytt om eller rett datoene")
    _refuse(connection, stage, "til", "PERIODE-REKKEFØLGE", reason, f"SELECT * FROM {stage.name} WHERE fra > til")
    what = f"perioden fra ' || strftime(fra, {_DAY}) || ' overlapper en periode som slutter ' || strftime(forrige, {_DAY}) || '"
    reason = _told(what, "periodene til en lege kan ikke overlappe", "rett datoene, eller slå sammen periodene")
    before = (
        f"SELECT nr, søknad_nr, fra, lag(til) OVER (PARTITION BY lege_nr ORDER BY fra, nr) AS forrige FROM {stage.name} "
        "WHERE lege_nr IS NOT NULL AND fra <= til"
    )
    rows = (
        f"SELECT * FROM ({before}) AS ordered WHERE fra <= forrige AND søknad_nr NOT IN ({_faulted(applications, ID)})"
    )
    _refuse(connection, stage, "fra", "PERIODE-OVERLAPP", reason, rows)


def check_facts(connection: DuckDBPyConnection, stage: Stage, book: Rulebook) -> None:
    """Facts of another scheme, and facts that a scheme requires and a row lacks."""
    if stage.file is None:
        return
    schemes = book.vocabulary.schemes
    of_level = [name for name in schemes if stage.table.level == "søknad" or schemes[name].has_doctors]
    foreign: list[_Foreign] = []
    if stage.table.lines_of is not None:
        foreign = [_Foreign(stage, stage.table.lines_of, of_level, OF_APPLICATION, "true", "false")]
    else:
        for fact in (column.fact for column in stage.table.columns if column.fact is not None):
            filled, unreadable = f"row.{sql.name(fact.name)} IS NOT NULL", f"row.nr IN ({_faulted(stage, fact.name)})"
            if fact.name in stage.file.columns:
                foreign.append(_Foreign(stage, fact, of_level, fact.name, filled, unreadable))
            if fact.required and not stage.table.column(fact.name).required:
                _check_required(connection, stage, fact)
    foreign = [one for one in foreign if one.others]
    faulty = f"SELECT 1 FROM {FOUND} WHERE tabell = {sql.text(stage.table.name)} LIMIT 1"
    probe = f"SELECT 1 FROM {_with_scheme(stage)} WHERE {sql.any_of(one.when for one in foreign)} LIMIT 1"
    if connection.execute(faulty).fetchone() is not None or connection.execute(probe).fetchone() is not None:
        for one in foreign:
            one.refuse(connection)


@dataclass(frozen=True)
class _Foreign:
    """A fact where a row's scheme may not have it. `filled` and `unreadable` are SQL: whether something stands in the cell."""

    stage: Stage
    fact: Fact
    schemes: list[str]
    column: str
    filled: str
    unreadable: str

    @property
    def others(self) -> list[str]:
        return [name for name in self.schemes if name not in self.fact.schemes]

    @property
    def when(self) -> str:
        return f"{self.filled} AND scheme.ordning IN ({sql.texts(self.others)})"

    def refuse(self, connection: DuckDBPyConnection) -> None:
        what = f"«{self.fact.name}» er ikke kjent i ordningen «' || ordning || '»"
        why = f"opplysningen hører til {list_text(self.fact.schemes)}"
        reason = _told(what, why, "la cellen stå tom, eller rett ordningen")
        rows = (
            f"SELECT row.nr, scheme.ordning FROM {_with_scheme(self.stage)} "
            f"WHERE ({self.filled} OR {self.unreadable}) AND scheme.ordning IN ({sql.texts(self.others)})"
        )
        _refuse(connection, self.stage, self.column, "SKJEMA-UKJENT", reason, rows)


def _check_required(connection: DuckDBPyConnection, stage: Stage, fact: Fact) -> None:
    """A fact that only some schemes require, so that its column as a whole need not be filled in."""
    reason = _told(f"«{fact.name}» mangler", "den må være fylt ut i denne ordningen", "fyll inn verdien")
    rows = (
        f"SELECT row.nr FROM {_with_scheme(stage)} WHERE row.{sql.name(fact.name)} IS NULL AND scheme.ordning IN "
        f"({sql.texts(fact.schemes)}) AND row.nr NOT IN ({_faulted(stage, fact.name)})"
    )
    _refuse(connection, stage, fact.name, "SKJEMA-MANGLER", reason, rows)


def _with_scheme(stage: Stage) -> str:
    """The rows, each with its application's scheme."""
    number = "nr" if stage.table.name == APPLICATIONS else APPLICATION_NUMBER
    schemes = f"(SELECT nr, {SCHEME} AS ordning FROM {sql.name('trinn_' + APPLICATIONS)})"
    return f"{stage.name} AS row JOIN {schemes} AS scheme ON scheme.nr = row.{number}"


def _faulted(stage: Stage, column: str) -> str:
    """The rows already refused for a column."""
    return f"SELECT nr FROM {FOUND} WHERE tabell = {sql.text(stage.table.name)} AND kolonne = {sql.text(column)}"


def _numbers(stage: Stage, column: str) -> str:
    return f"SELECT {column} FROM {stage.name} WHERE {column} IS NOT NULL"


def _told(what: str, why: str, next_step: str) -> str:
    """SQL for the reason; `what` may close and open its quotes to take in a value."""
    return f"'{what} – {why} – {next_step}'"


def _refuse(connection: DuckDBPyConnection, stage: Stage, column: str, code: str, reason: str, rows: str) -> None:
    """Refuse the rows of a query, which has `nr` and what `reason`, an SQL expression, is told of."""
    refused = f"SELECT {sql.text(stage.table.name)}, nr, {sql.text(column)}, {sql.text(code)}, {reason} FROM ({rows}) AS refused"
    connection.execute(f"INSERT INTO {FOUND} {refused}")
