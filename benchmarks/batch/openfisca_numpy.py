"""Peer: the rules of nasjonal-alis as OpenFisca variables (numpy). Tables as for `duckdb_sql.py`.

A person in OpenFisca's sense is a period; doctors and applications are groups of periods. One simulation for each grant year, so that few
months are worked out that nobody applies for. OpenFisca's whole numbers have 32 bits: kroner are worked out in 64 inside a formula.
It runs on one thread, as OpenFisca does.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from openfisca_core import periods
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

logging.disable(logging.CRITICAL)

PERIOD = build_entity("periode", "perioder", "En periode", is_person=True)
DOCTOR = build_entity("lege", "leger", "En lege", roles=[{"key": "del_av_lege", "plural": "deler_av_lege"}])
CASE = build_entity("sak", "saker", "En søknad", roles=[{"key": "del_av_sak", "plural": "deler_av_sak"}])

NONE, OUTSIDE, NO, JUDGED, YES = range(5)
RIGHT = pa.array(["", "nei", "nei", "skjønn", "ja"])
ALIS_RULES = (
    "ett-tilskudd-per-måned", "hel-måned", "introduksjonsavtale", "kommersiell-tilknytning", "mal-brukt", "ny-ordning",
    "over-tre-kalenderuker", "samlet-stillingsandel", "tiltak-gjennomført", "vikar-fra-vikarbyrå", "vikariatets-varighet",
)  # fmt: skip
SUPERVISION_RULES = (
    "ett-tilskudd-per-måned", "hel-måned", "ny-ordning", "over-tre-kalenderuker", "samlet-stillingsandel",
    "veiledning-for-vikar-fra-vikarbyrå", "vikariatets-varighet",
)  # fmt: skip
OUTCOMES = pa.array(["avslag", "til skjønn", "innvilget", "delvis innvilget", "avvist"])
SETS = pa.array(["2022/nasjonal-alis", "2023/nasjonal-alis", "2024/nasjonal-alis", "2025/nasjonal-alis"])
YEARS = {
    2022: ((2022, 1), (2022, 9)),
    2023: ((2022, 10), (2023, 8)),
    2024: ((2023, 9), (2024, 8)),
    2025: ((2024, 9), (2025, 5)),
}
DEADLINES = {2022: date(2022, 10, 1), 2023: date(2023, 9, 1), 2025: date(2025, 8, 31)}
RATES = {2023: 6309187500, 2024: 6724265625}
EPOCH, FAR_BACK = date(1970, 1, 1), -(2**30)

Formula = Callable[[Any, Any], Any]
VARIABLES: list[type] = []


def day(*parts: int) -> int:
    return (date(*parts) - EPOCH).days


def bounds(period: Any) -> tuple[int, int, int]:
    """First and last day of a month, as days since 1970, and its number of days."""
    start = day(period.start.year, period.start.month, 1)
    return start, start + period.days - 1, period.days


def is_new(period: Any) -> bool:
    return bool((period.start.year, period.start.month) >= (2022, 10))


def variable(entity: Any, name: str, formula: Formula | None = None, kind: type = bool, monthly: bool = False) -> None:
    known = {"value_type": kind, "entity": entity, "label": name}
    known["definition_period"] = DateUnit.MONTH if monthly else DateUnit.ETERNITY if formula is None else DateUnit.YEAR
    if formula is not None:
        known["formula"] = lambda population, period, _=None: formula(population, period)
    VARIABLES.append(type(name, (Variable,), known))


def stated(entity: Any, kind: type, *names: str) -> None:
    for name in names:
        variable(entity, name, None, kind)


def monthly(entity: Any, kind: type = bool) -> Callable[[Formula], Formula]:
    """A formula for each month; its name is the variable's."""

    def made(formula: Formula) -> Formula:
        variable(entity, formula.__name__, formula, kind, True)
        return formula

    return made


stated(PERIOD, int, "fra", "til", "andel", "annen")
stated(PERIOD, bool, "vikar", "intro", "annet", "kommersiell", "uklar", "byrå")
stated(DOCTOR, int, "avtale", "tidligere", "konvertert", "kontrakt", "tilbake")
stated(DOCTOR, bool, "alis", "subsidiær", "ny_ordning", "mal_brukt", "tiltak", "intro_godkjent")
stated(CASE, int, "mottatt", "år")
stated(CASE, bool, "er_kommune")


# --- days ------------------------------------------------------------------------------------------------------------------


def alis_fra(lege: Any, period: Any) -> Any:
    agreed, back, contract = lege("avtale", period), lege("tilbake", period), lege("kontrakt", period)
    earliest = day(2022, 10, 1)
    excepted = (agreed >= earliest) & (agreed <= day(2023, 8, 31)) & (back > FAR_BACK) & (contract >= earliest)
    started = np.where(excepted, np.minimum(agreed, np.maximum(np.maximum(back, contract), earliest)), agreed)
    return np.maximum(started, lege("konvertert", period))


variable(DOCTOR, "alis_fra", alis_fra, int)


def _days(periode: Any, period: Any, start: Any) -> Any:
    first, last, _ = bounds(period)
    begins = np.maximum(np.maximum(periode("fra", period), first), start)
    return np.maximum(0, np.minimum(periode("til", period), last) - begins + 1)


@monthly(PERIOD, int)
def a_del(periode: Any, period: Any) -> Any:
    return _days(periode, period, periode.lege("alis_fra", periode.simulation.whole))


@monthly(PERIOD, int)
def v_del(periode: Any, period: Any) -> Any:
    return _days(periode, period, periode.lege("konvertert", period))


@monthly(PERIOD)
def i_måneden(periode: Any, period: Any) -> Any:
    first, last, _ = bounds(period)
    return (periode("fra", period) <= last) & (periode("til", period) >= first)


@monthly(DOCTOR)
def har_måneden(lege: Any, period: Any) -> Any:
    return lege.any(lege.members("i_måneden", period))


@monthly(PERIOD)
def er_sist(periode: Any, period: Any) -> Any:
    """Whether the period is the last of its doctor's in the month. The periods are in order."""
    own, within = _doctor_of(periode), periode("i_måneden", period)
    follows = np.zeros(len(own), bool)
    follows[:-1] = (own[1:] == own[:-1]) & within[1:]
    return within & ~follows


def _doctor_of(periode: Any) -> Any:
    return periode.simulation.populations["lege"].members_entity_id


for letter, what in product("av", ("", "_annet", "_kom", "_uklar", "_byrå", "_byrå_uklar")):

    def counted(lege: Any, period: Any, letter: str = letter, what: str = what) -> Any:
        days, members = lege.members(f"{letter}_del", period), lege.members
        if what == "_annet":
            days = days * members("annet", period)
        elif what == "_kom":
            days = days * members("kommersiell", period)
        elif what == "_byrå":
            days = days * members("byrå", period)
        elif what:
            days = days * members("uklar", period)
        if what == "_byrå_uklar":
            days = days * members("vikar", period)
        return lege.sum(days)

    variable(DOCTOR, f"{letter}{what}", counted, int, True)

for name, kind in (("vikar", bool), ("intro", bool), ("andel", int), ("annen", int), ("kort_vikariat", bool)):

    def last_of(lege: Any, period: Any, name: str = name) -> Any:
        when = lege.simulation.whole if name == "kort_vikariat" else period
        return lege.sum(lege.members(name, when) * lege.members("er_sist", period))

    variable(DOCTOR, f"månedens_{name}", last_of, kind, True)


def kort_vikariat(periode: Any, period: Any) -> Any:
    """Stand-ins: periods that follow each other day by day are one, which must last three months from date to date."""
    own, stand_in = _doctor_of(periode), periode("vikar", period)
    first, last = periode("fra", period).astype("int64"), periode("til", period).astype("int64")
    joined = np.zeros(len(own), bool)
    joined[1:] = (own[1:] == own[:-1]) & stand_in[1:] & stand_in[:-1] & (last[:-1] + 1 == first[1:])
    island = np.cumsum(~joined) - 1
    starts = first[np.flatnonzero(~joined)][island]
    ends = np.zeros(island[-1] + 1 if len(island) else 0, "int64")
    np.maximum.at(ends, island, last)
    begun = starts.astype("datetime64[D]")
    month = begun.astype("datetime64[M]")
    number, third = (begun - month).astype("int64"), month + 3
    length = ((third + 1).astype("datetime64[D]") - third.astype("datetime64[D]")).astype("int64")
    over = third.astype("datetime64[D]").astype("int64") + np.minimum(number, length)
    return stand_in & (ends[island] + 1 < over)


variable(PERIOD, "kort_vikariat", kort_vikariat)


# --- the rules of a month --------------------------------------------------------------------------------------------------


def _least(period: Any) -> int:
    return 22 if is_new(period) else bounds(period)[2]


def _agency(lege: Any, period: Any, letter: str) -> tuple[Any, Any]:
    """Whether the requirement on agencies is not surely met, and whether it is surely not."""
    days, own, open_ = (lege(f"{letter}{what}", period) for what in ("", "_byrå", "_byrå_uklar"))
    if not is_new(period):
        return np.zeros(len(days), bool), np.zeros(len(days), bool)
    unmet = (own + open_ > 0) & (days - own - open_ < 22)
    return unmet, unmet & (own > 0) & (days - own < 22)


def _commercial(lege: Any, period: Any) -> tuple[Any, Any]:
    days, own, open_ = (lege(f"a{what}", period) for what in ("", "_kom", "_uklar"))
    every = (period.start.year, period.start.month) >= (2024, 9)
    in_force = every | (lege("avtale", period) >= day(2024, 4, 18))
    unmet = in_force & (own + open_ > 0) & (days - own - open_ < 22)
    earlier = lege("tidligere", period)
    judged = (earlier > FAR_BACK) & (earlier < day(2024, 4, 18)) & (not every)
    return unmet, unmet & (own > 0) & (days - own < 22) & ~judged


def _joint(lege: Any, period: Any) -> Any:
    other = lege("månedens_annen", period)
    return (other > 0) & (lege("månedens_andel", period) + other > 100_000)


def _bits(rules: tuple[str, ...], holds: dict[str, Any]) -> Any:
    return sum(value.astype("int32") << rules.index(name) for name, value in holds.items())


@monthly(DOCTOR, int)
def alis_nei(lege: Any, period: Any) -> Any:
    new, short = is_new(period), lege("a", period) < _least(period)
    holds = {
        "ett-tilskudd-per-måned": lege("a_annet", period) > 0,
        "over-tre-kalenderuker" if new else "hel-måned": short,
        "introduksjonsavtale": lege("månedens_intro", period) & ~lege("intro_godkjent", period),
        "kommersiell-tilknytning": _commercial(lege, period)[1],
        "mal-brukt": ~lege("mal_brukt", period) & (lege("avtale", period) >= day(2023, 1, 1)),
        "ny-ordning": ~lege("ny_ordning", period),
        "vikar-fra-vikarbyrå": _agency(lege, period, "a")[1],
    }
    if new:
        holds["tiltak-gjennomført"] = ~lege("tiltak", period)
        holds["vikariatets-varighet"] = lege("månedens_kort_vikariat", period)
    return _bits(ALIS_RULES, holds)


@monthly(DOCTOR, int)
def alis_skjønn(lege: Any, period: Any) -> Any:
    holds = {
        "kommersiell-tilknytning": _commercial(lege, period)[0],
        "samlet-stillingsandel": _joint(lege, period),
        "vikar-fra-vikarbyrå": _agency(lege, period, "a")[0],
    }
    return _bits(ALIS_RULES, holds)


@monthly(DOCTOR, int)
def veiledning_nei(lege: Any, period: Any) -> Any:
    new, short = is_new(period), lege("v", period) < _least(period)
    holds = {
        "ett-tilskudd-per-måned": lege("v_annet", period) > 0,
        "over-tre-kalenderuker" if new else "hel-måned": short,
        "ny-ordning": ~lege("ny_ordning", period),
    }
    if new:
        holds["vikariatets-varighet"] = lege("månedens_kort_vikariat", period)
    return _bits(SUPERVISION_RULES, holds)


@monthly(DOCTOR, int)
def veiledning_skjønn(lege: Any, period: Any) -> Any:
    holds = {
        "samlet-stillingsandel": _joint(lege, period),
        "veiledning-for-vikar-fra-vikarbyrå": _agency(lege, period, "v")[0],
    }
    return _bits(SUPERVISION_RULES, holds)


@monthly(DOCTOR)
def innenfor(lege: Any, period: Any) -> Any:
    """All the applications of a simulation are of one grant year."""
    first, last = YEARS[lege.simulation.grant_year]
    return np.full(lege.count, first <= (period.start.year, period.start.month) <= last)


@monthly(DOCTOR, int)
def alis_svar(lege: Any, period: Any) -> Any:
    no, judged = lege("alis_nei", period) != 0, lege("alis_skjønn", period) != 0
    applied = lege("alis", period) & lege("har_måneden", period)
    return np.select([~applied, ~lege("innenfor", period), no, judged], [NONE, OUTSIDE, NO, JUDGED], YES)


@monthly(DOCTOR, int)
def veiledning_svar(lege: Any, period: Any) -> Any:
    no, judged = lege("veiledning_nei", period) != 0, lege("veiledning_skjønn", period) != 0
    opening = (1 << ALIS_RULES.index("kommersiell-tilknytning")) | (1 << ALIS_RULES.index("vikar-fra-vikarbyrå"))
    opens = ((lege("alis_nei", period) & opening) != 0) | lege("subsidiær", period)
    applied = lege("har_måneden", period) & (~lege("alis", period) | ((lege("alis_svar", period) == NO) & opens))
    return np.select([~applied, ~lege("innenfor", period), no, judged], [NONE, OUTSIDE, NO, JUDGED], YES)


# --- the whole -------------------------------------------------------------------------------------------------------------


def _outcome(count: Any, judged: Any, yes: Any, no: Any) -> Any:
    return np.select([count == 0, judged > 0, yes == count, no == count], [0, 1, 2, 0], 3)


def _over_months(population: Any, what: Callable[[Any], Any]) -> Any:
    return sum(what(month) for month in population.simulation.months)


for component in ("alis", "veiledning"):
    for code, word in ((YES, "ja"), (NO, "nei"), (JUDGED, "skjønn")):

        def months_with(lege: Any, period: Any, component: str = component, code: int = code) -> Any:
            return _over_months(lege, lambda month: (lege(f"{component}_svar", month) == code).astype("int32"))

        variable(DOCTOR, f"{component}_{word}_måneder", months_with, int)


def andeler(lege: Any, period: Any) -> Any:
    return _over_months(lege, lambda month: lege("månedens_andel", month) * (lege("veiledning_svar", month) == YES))


def veiledning_kroner(lege: Any, period: Any) -> Any:
    rate = RATES.get(lege.simulation.grant_year, 0)
    return (lege("andeler", period).astype("int64") * rate + 50_000_000_000) // 100_000_000_000


def lege_utfall(lege: Any, period: Any) -> Any:
    def months_of(codes: tuple[int, ...], partial: bool = False) -> Any:
        def one(month: Any) -> Any:
            own, instead = lege("alis_svar", month), lege("veiledning_svar", month)
            status = np.where(instead != NONE, instead, own)
            held = np.isin(status, codes)
            return held & ~((own == NO) & (instead == YES)) if partial else held

        return _over_months(lege, lambda month: one(month).astype("int32"))

    found = _outcome(months_of((NO, JUDGED, YES)), months_of((JUDGED,)), months_of((YES,), True), months_of((NO,)))
    found = np.where(lege("avtale", period) < day(2017, 3, 1), 0, found)
    return np.where(_of_case(lege, "avvist", period), 4, found)


def _of_case(lege: Any, name: str, period: Any) -> Any:
    return lege.simulation.calculate(name, period)[lege.simulation.case_of_doctor]


def avvist(sak: Any, period: Any) -> Any:
    deadline = DEADLINES.get(sak.simulation.grant_year)
    late = sak("mottatt", period) > (2**31 - 1 if deadline is None else (deadline - EPOCH).days)
    return late | ~sak("er_kommune", period)


variable(DOCTOR, "andeler", andeler, int)
variable(DOCTOR, "veiledning_kroner", veiledning_kroner, int)
variable(DOCTOR, "lege_utfall", lege_utfall, int)
variable(CASE, "avvist", avvist)


# --- tables ----------------------------------------------------------------------------------------------------------------


class Tables:
    """The three tables as numpy arrays; periods in order, each with the rows of its doctor and application."""

    def __init__(self, folder: Path) -> None:
        cases, doctors, spans = (
            pq.read_table(folder / f"{name}.parquet") for name in ("søknader", "leger", "perioder")
        )
        self.case_ids, self.doctor_cases, self.doctor_ids = cases["id"], doctors["søknad"], doctors["id"]
        self.case_of_doctor = pc.index_in(doctors["søknad"], cases["id"].combine_chunks()).to_numpy()
        key = pc.binary_join_element_wise(doctors["søknad"], doctors["id"], "|").combine_chunks()
        of_span = pc.index_in(pc.binary_join_element_wise(spans["søknad"], spans["lege"], "|"), key).to_numpy()
        order = np.lexsort((_days_of(spans["fra"]), of_span))
        self.doctor_of_span = of_span[order]
        tie, position = spans["tilknytning"], spans["stilling"]
        commercial = pa.array(["vikarbyrå", "kommersiell arbeidsgiver", "kommersiell kontordrift"])
        stand_in = _is(position, "fastlegevikar")
        self.spans = {
            "fra": _days_of(spans["fra"]), "til": _days_of(spans["til"]),
            "andel": _thousandths(spans["stillingsandel"]), "annen": _thousandths(spans["stillingsandel_annen_kommune"]),
            "vikar": stand_in, "intro": _is(position, "introduksjonslege"), "annet": _is(spans["annet_tilskudd"], "ja"),
            "kommersiell": pc.fill_null(pc.is_in(tie, commercial), False).to_numpy(),
            "uklar": _is(tie, "uavklart"), "byrå": stand_in & _is(tie, "vikarbyrå"),
        }  # fmt: skip
        self.spans = {name: values[order] for name, values in self.spans.items()}
        self.doctors = {
            "avtale": _days_of(doctors["avtale_inngått"]), "tidligere": _days_of(doctors["tidligere_avtale_inngått"]),
            "konvertert": _days_of(doctors["konvertert_til_ny_ordning"]), "kontrakt": _days_of(doctors["kontrakt_med_kommunen"]),
            "tilbake": _days_of(doctors["tilbakedatert_til"]), "alis": _is(doctors["tilskuddstype"], "alis"),
            "subsidiær": _is(doctors["subsidiær_veiledning"], "ja"), "ny_ordning": _is(doctors["spesialisering"], "ny ordning"),
            "mal_brukt": _is(doctors["mal_brukt"], "ja"), "tiltak": _is(doctors["tiltak_gjennomført"], "ja"),
            "intro_godkjent": _is(doctors["introduksjonsavtale_godkjent"], "ja"),
        }  # fmt: skip
        received = pc.cast(pc.floor_temporal(cases["mottatt"], unit="day"), pa.date32(), safe=False)
        self.cases = {
            "mottatt": _days_of(received), "år": cases["tilskuddsår"].to_numpy(), "er_kommune": _is(cases["søkertype"], "kommune"),
        }  # fmt: skip


def _days_of(column: Any) -> Any:
    return pc.fill_null(pc.cast(column, pa.int32()), FAR_BACK).to_numpy()


def _thousandths(column: Any) -> Any:
    """Percent as thousandths, exactly: the point is moved before it becomes a whole number."""
    moved = pc.multiply(pc.cast(column, pa.decimal128(18, 3)), pa.scalar(1000, pa.decimal128(4, 0)))
    return pc.fill_null(pc.cast(moved, pa.int32()), 0).to_numpy()


def _is(column: Any, value: str) -> Any:
    return pc.fill_null(pc.equal(column, value), False).to_numpy()


# --- running ---------------------------------------------------------------------------------------------------------------


def run(folder_in: Path, folder_out: Path, threads: int) -> None:
    tables = Tables(folder_in)
    system = TaxBenefitSystem([PERIOD, DOCTOR, CASE])
    for one in VARIABLES:
        system.add_variable(one)
    writers: dict[str, Any] = {}
    for year in YEARS:
        for name, table in _year(system, tables, year):
            path = folder_out / f"{name}.parquet"
            writers.setdefault(name, None)
            writers[name] = writers[name] or pq.ParquetWriter(path, table.schema)
            writers[name].write_table(table)
    for writer in writers.values():
        writer.close()


def _simulation(system: TaxBenefitSystem, tables: Tables, year: int, cases: Any, doctors: Any, spans: Any) -> Any:
    case_rows, doctor_rows = np.full(len(tables.case_ids), -1), np.full(len(tables.doctor_ids), -1)
    case_rows[cases], doctor_rows[doctors] = np.arange(len(cases)), np.arange(len(doctors))
    of_doctor = doctor_rows[tables.doctor_of_span[spans]]
    builder = SimulationBuilder()
    builder.create_entities(system)
    builder.declare_person_entity("periode", np.arange(len(spans)))
    case_of_doctor = case_rows[tables.case_of_doctor[doctors]]
    for key, count, owner in (("lege", len(doctors), of_doctor), ("sak", len(cases), case_of_doctor[of_doctor])):
        group = builder.declare_entity(key, np.arange(count))
        builder.join_with_persons(group, owner, ["del_av_" + key] * len(spans))
    simulation = builder.build(system)
    simulation.grant_year, simulation.case_of_doctor = year, case_of_doctor
    simulation.whole = periods.period(str(year))
    eternity = periods.period("ETERNITY")
    for values, rows in ((tables.spans, spans), (tables.doctors, doctors), (tables.cases, cases)):
        for name, value in values.items():
            simulation.set_input(name, eternity, value[rows])
    first, last = tables.spans["fra"][spans].min(), tables.spans["til"][spans].max()
    months = np.arange(
        np.datetime64(int(first), "D").astype("datetime64[M]"),
        np.datetime64(int(last), "D").astype("datetime64[M]") + 1,
    )
    simulation.months = [periods.period(str(month)) for month in months]
    return simulation


def _year(system: TaxBenefitSystem, tables: Tables, year: int) -> Any:
    cases = np.flatnonzero(tables.cases["år"] == year)
    in_year = tables.cases["år"] == year
    doctors = np.flatnonzero(in_year[tables.case_of_doctor])
    spans = np.flatnonzero(in_year[tables.case_of_doctor[tables.doctor_of_span]])
    if not len(spans):
        return
    simulation = _simulation(system, tables, year, cases, doctors, spans)

    def of(name: str, period: Any = simulation.whole) -> Any:
        return simulation.calculate(name, period)

    refused = of("avvist")[simulation.case_of_doctor]
    outside = of("avtale") < day(2017, 3, 1)
    heard = ~(refused | outside)
    case_texts, doctor_texts = tables.doctor_cases.take(pa.array(doctors)), tables.doctor_ids.take(pa.array(doctors))
    for month in simulation.months:
        for component, rules in (("alis", ALIS_RULES), ("veiledning", SUPERVISION_RULES)):
            answer = of(f"{component}_svar", month)
            rows = np.flatnonzero(heard & (answer != NONE))
            if len(rows):
                yield (
                    "måneder",
                    _months_table(
                        of, month, component, rules, answer[rows], rows, case_texts, doctor_texts, RATES.get(year)
                    ),
                )
    yield from _whole(of, year, tables, cases, case_texts, doctor_texts, refused, heard, simulation.case_of_doctor)


def _months_table(
    of: Any, month: Any, component: str, rules: Any, answer: Any, rows: Any, cases: Any, doctors: Any, rate: Any
) -> Any:
    share = of("månedens_andel", month)[rows].astype("int64")
    bits = np.select(
        [answer == NO, answer == JUDGED],
        [of(f"{component}_nei", month)[rows], of(f"{component}_skjønn", month)[rows]],
        0,
    )
    codes, place = np.unique(np.where(answer == OUTSIDE, -1, bits), return_inverse=True)
    texts = [_named(int(code), rules) for code in codes]
    amount = np.zeros(len(rows), "int64")
    unknown = (answer == JUDGED) | ((answer == YES) & (component == "alis" or rate is None))
    if component == "veiledning" and rate is not None:
        amount = np.where(answer == YES, (share * rate + 500_000_000) // 1_000_000_000, 0)
    taken = pa.array(rows)
    return pa.table(
        {
            "søknad": cases.take(taken), "lege": doctors.take(taken),
            "måned": pa.repeat(str(month), len(rows)), "komponent": pa.repeat(component, len(rows)),
            "rett": RIGHT.take(pa.array(answer)),
            "tellende_dager": pa.array(of(component[0], month)[rows], pa.int64()),
            "avgjort_av": pa.array(texts).take(pa.array(place)),
            "beløp": _decimals(pa.array(amount, mask=unknown), 2),
            "stillingsandel": _decimals(pa.array(share), 3),
        }
    )  # fmt: skip


def _named(code: int, rules: tuple[str, ...]) -> str:
    return (
        "innenfor-tilskuddsåret"
        if code < 0
        else ";".join(rule for place, rule in enumerate(rules) if code >> place & 1)
    )


def _decimals(whole: Any, scale: int) -> Any:
    step = pa.scalar(Decimal(1).scaleb(-scale), pa.decimal128(scale + 1, scale))
    return pc.cast(pc.multiply(pc.cast(whole, pa.decimal128(19, 0)), step), pa.decimal128(18, scale))


def _kroner(values: Any, absent: Any) -> Any:
    return _decimals(pa.array(values.astype("int64") * 100, mask=absent), 2)


def _whole(
    of: Any,
    year: int,
    tables: Tables,
    cases: Any,
    case_texts: Any,
    doctor_texts: Any,
    refused: Any,
    heard: Any,
    case_of: Any,
) -> Any:
    alis = of("alis") & heard
    counts = {
        (name, word): of(f"{name}_{word}_måneder")
        for name in ("alis", "veiledning")
        for word in ("ja", "nei", "skjønn")
    }
    total = {name: sum(counts[name, word] for word in ("ja", "nei", "skjønn")) for name in ("alis", "veiledning")}
    supervision = heard & (~of("alis") | (total["veiledning"] > 0))
    needed = {name: counts[name, "ja"] + counts[name, "skjønn"] > 0 for name in total}
    unknown = {"alis": alis & needed["alis"], "veiledning": supervision & needed["veiledning"] & (year not in RATES)}
    kroner = {"alis": np.zeros(len(heard), "int64"), "veiledning": of("veiledning_kroner")}
    outcome = of("lege_utfall")
    columns = {"søknad": case_texts, "lege": doctor_texts}
    starts = [day(2022, 10, 1), day(2023, 9, 1), day(2024, 9, 1)]
    columns["regelsett"] = SETS.take(pa.array(np.searchsorted(starts, of("avtale"), "right"), mask=~heard))
    columns["utfall"] = OUTCOMES.take(pa.array(outcome))
    for name, has in (("alis", alis), ("veiledning", supervision)):
        own = _outcome(total[name], counts[name, "skjønn"], counts[name, "ja"], counts[name, "nei"])
        columns[f"{name}_utfall"] = OUTCOMES.take(pa.array(own, mask=~has))
        columns[f"{name}_måneder"] = pa.array(counts[name, "ja"], pa.int64(), mask=~has)
        columns[f"{name}_beløp"] = _kroner(kroner[name], ~has | unknown[name])
        columns[f"{name}_kjent"] = _kroner(kroner[name], ~has)
    yield "leger", pa.table(columns)

    def summed(values: Any) -> Any:
        return np.bincount(case_of, weights=values, minlength=len(cases)).astype("int64")

    own = _outcome(summed(np.ones(len(outcome))), summed(outcome == 1), summed(outcome == 2), summed(outcome == 0))
    known = summed(np.where(supervision, kroner["veiledning"], 0))
    open_ = summed(unknown["alis"] | unknown["veiledning"]) > 0
    nobody = np.zeros(len(cases), bool)
    yield "søknader", pa.table(
        {
            "søknad": tables.case_ids.take(pa.array(cases)), "tilskuddsår": pa.repeat(year, len(cases)),
            "utfall": OUTCOMES.take(pa.array(np.where(of("avvist"), 4, own))),
            "sum": _kroner(known, open_), "kjent": _kroner(known, nobody),
        }
    )  # fmt: skip
