"""Peer: the rules of nasjonal-alis written by hand in lazy Polars, run by its streaming engine. Tables as for `duckdb_sql.py`."""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
from polars import col, lit, when

BEFORE_ALL = date(1900, 1, 1)
YEARS = pl.DataFrame(
    {
        "tilskuddsår": [2022, 2023, 2024, 2025],
        "å_fra": [2022 * 12, 2022 * 12 + 9, 2023 * 12 + 8, 2024 * 12 + 8],
        "å_til": [2022 * 12 + 8, 2023 * 12 + 7, 2024 * 12 + 7, 2025 * 12 + 4],
        "frist": [date(2022, 10, 1), date(2023, 9, 1), None, date(2025, 8, 31)],
        "sats": [None, 6309187500, 6724265625, None],
    },
    schema_overrides={"å_fra": pl.Int32, "å_til": pl.Int32, "sats": pl.Int64},
)


def calendar() -> pl.DataFrame:
    months = pl.DataFrame({"m": range(2017 * 12, 2037 * 12)}, schema={"m": pl.Int32})
    first = pl.date(col.m // 12, col.m % 12 + 1, 1)
    return months.with_columns(første=first, siste=first.dt.month_end(), måned=first.dt.strftime("%Y-%m")).with_columns(
        minst=when(col.første < date(2022, 10, 1)).then(col.siste.dt.day().cast(pl.Int32)).otherwise(22),
        ny=col.første >= date(2022, 10, 1),
        alle=col.første >= date(2024, 9, 1),
    )


def month_of(name: str) -> pl.Expr:
    return col(name).dt.year() * 12 + col(name).dt.month().cast(pl.Int32) - 1


def applications(folder: Path) -> pl.LazyFrame:
    late = (col.mottatt.dt.date() > col.frist).fill_null(False)
    return (
        pl.scan_parquet(folder / "søknader.parquet")
        .with_row_index("sak_nr")
        .join(YEARS.lazy(), on="tilskuddsår")
        .with_columns(avvist=(col.søkertype != "kommune") | late)
        .select("sak_nr", "id", "tilskuddsår", "å_fra", "å_til", "sats", "avvist")
    )


def doctors(folder: Path, cases: pl.LazyFrame) -> pl.LazyFrame:
    agreed, contract, back = col.avtale_inngått, col.kontrakt_med_kommunen, col.tilbakedatert_til
    excepted = (
        agreed.is_between(date(2022, 10, 1), date(2023, 8, 31)) & back.is_not_null() & (contract >= date(2022, 10, 1))
    )
    from_day = when(excepted.fill_null(False)).then(
        pl.min_horizontal(agreed, pl.max_horizontal(lit(date(2022, 10, 1)), back, contract))
    )
    converted = col.konvertert_til_ny_ordning.fill_null(BEFORE_ALL)
    rule_set = (
        when(col.avvist | col.utenfor)
        .then(None)
        .when(agreed < date(2022, 10, 1))
        .then(lit("2022/nasjonal-alis"))
        .when(agreed < date(2023, 9, 1))
        .then(lit("2023/nasjonal-alis"))
        .when(agreed < date(2024, 9, 1))
        .then(lit("2024/nasjonal-alis"))
        .otherwise(lit("2025/nasjonal-alis"))
    )
    return (
        pl.scan_parquet(folder / "leger.parquet")
        .with_row_index("nr")
        .rename({"id": "lege"})
        .join(cases, left_on="søknad", right_on="id")
        .with_columns(utenfor=agreed < date(2017, 3, 1))
        .select(
            "nr", "lege", "søknad", "sak_nr", "avvist", "utenfor", "å_fra", "å_til", "sats",
            regelsett=rule_set,
            alis=col.tilskuddstype == "alis",
            subsidiær=(col.subsidiær_veiledning == "ja").fill_null(False),
            alis_fra=pl.max_horizontal(from_day.otherwise(agreed), converted),
            konvertert=converted,
            gammel=col.spesialisering != "ny ordning",
            uten_mal=(col.mal_brukt != "ja") & (agreed >= date(2023, 1, 1)),
            uten_tiltak=col.tiltak_gjennomført != "ja",
            uten_intro=col.introduksjonsavtale_godkjent != "ja",
            aktør=agreed >= date(2024, 4, 18),
            tidligere=(col.tidligere_avtale_inngått < date(2024, 4, 18)).fill_null(False),
        )
    )  # fmt: skip


def periods(folder: Path, known: pl.LazyFrame) -> pl.LazyFrame:
    """The periods in order, each with whether it shares its first and last month, and whether it is of too short a stand-in."""
    tie = col.tilknytning.fill_null("ingen")
    rows = (
        pl.scan_parquet(folder / "perioder.parquet")
        .join(known.filter(~col.avvist & ~col.utenfor), on=["søknad", "lege"])
        .select(
            "nr", "fra", "til", "alis_fra", "konvertert",
            m0=month_of("fra"),
            m1=month_of("til"),
            vikar=col.stilling == "fastlegevikar",
            intro=col.stilling == "introduksjonslege",
            andel=(col.stillingsandel * 1000).cast(pl.Int32),
            annen=(col.stillingsandel_annen_kommune.fill_null(0) * 1000).cast(pl.Int32),
            annet=(col.annet_tilskudd == "ja").fill_null(False),
            kommersiell=tie.is_in(["vikarbyrå", "kommersiell arbeidsgiver", "kommersiell kontordrift"]),
            uklar=tie == "uavklart",
            byrå=(col.stilling == "fastlegevikar") & (tie == "vikarbyrå"),
        )
        .sort("nr", "fra")
    )  # fmt: skip
    same, next_same = col.nr == col.nr.shift(1), col.nr == col.nr.shift(-1)
    joined = same & col.vikar & col.vikar.shift(1) & (col.til.shift(1).dt.offset_by("1d") == col.fra)
    rows = rows.with_columns(
        først=(same & (col.m1.shift(1) == col.m0)).fill_null(False),
        sist=(next_same & (col.m0.shift(-1) == col.m1)).fill_null(False),
        øy=(~joined.fill_null(False)).cum_sum(),
    )
    runs = rows.filter("vikar").group_by("øy").agg(start=col.fra.min(), slutt=col.til.max())
    three = col.start.dt.month_start().dt.offset_by("3mo")
    rolls = col.start.dt.day() > three.dt.month_end().dt.day()
    over = (
        when(rolls)
        .then(three.dt.offset_by("1mo"))
        .otherwise(three + pl.duration(days=col.start.dt.day().cast(pl.Int64) - 1))
    )
    runs = runs.select("øy", kort_vikariat=col.slutt.dt.offset_by("1d") < over)
    return (
        rows.join(runs, on="øy", how="left")
        .with_columns(kort_vikariat=col.vikar & col.kort_vikariat.fill_null(False))
        .drop("øy")
    )


def facts(spans: pl.LazyFrame) -> pl.LazyFrame:
    """What is known of each month of each doctor; a month that several periods share is added up."""
    rows = (
        spans.with_columns(m=pl.int_ranges(col.m0, col.m1 + 1, dtype=pl.Int32))
        .explode("m")
        .with_columns(felles=(col.først & (col.m == col.m0)) | (col.sist & (col.m == col.m1)))
        .join(calendar().lazy().select("m", "første", "siste"), on="m")
    )

    def days(start: str) -> pl.Expr:
        last, first = pl.min_horizontal("til", "siste"), pl.max_horizontal("fra", "første", start)
        return pl.max_horizontal(lit(0), (last - first).dt.total_days() + 1).cast(pl.Int32)

    rows = rows.with_columns(a=days("alis_fra"), v=days("konvertert"))
    alone, shared = ["vikar", "intro", "andel", "annen", "kort_vikariat"], ["a", "v"]
    counts = {
        "a_annet": col.annet & (col.a > 0),
        "v_annet": col.annet & (col.v > 0),
        "a_kom": col.kommersiell * col.a,
        "a_uklar": col.uklar * col.a,
        "a_byrå": col.byrå * col.a,
        "v_byrå": col.byrå * col.v,
        "a_byrå_uklar": (col.vikar & col.uklar) * col.a,
        "v_byrå_uklar": (col.vikar & col.uklar) * col.v,
    }
    rows = rows.select("nr", "m", "felles", "fra", *alone, *shared, **counts)
    added = [col(name).any() if name.endswith("annet") else col(name).sum() for name in (*shared, *counts)]
    last = col(*alone).sort_by("fra").last()
    gathered = rows.filter("felles").group_by("nr", "m").agg(last, *added)
    return pl.concat(
        [rows.filter(~col.felles).drop("felles", "fra"), gathered.select("nr", "m", *alone, *shared, *counts)]
    )


def months(known: pl.LazyFrame, found: pl.LazyFrame) -> pl.LazyFrame:
    table = found.join(known, on="nr").join(calendar().lazy().select("m", "måned", "minst", "ny", "alle"), on="m")
    table = table.with_columns(
        utenfor=~col.m.is_between(col.å_fra, col.å_til),
        n_tiltak=col.ny & col.uten_tiltak,
        n_intro=col.intro & col.uten_intro,
        n_vikariat=col.ny & col.kort_vikariat,
        s_samlet=(col.annen > 0) & (col.andel + col.annen > 100_000),
        na_dager=col.a < col.minst,
        nv_dager=col.v < col.minst,
        a_byrå_ikke=col.ny & (col.a_byrå + col.a_byrå_uklar > 0) & (col.a - col.a_byrå - col.a_byrå_uklar < 22),
        a_byrå_sikkert=(col.a_byrå > 0) & (col.a - col.a_byrå < 22),
        s_byrå=col.ny & (col.v_byrå + col.v_byrå_uklar > 0) & (col.v - col.v_byrå - col.v_byrå_uklar < 22),
        kom_ikke=(col.aktør | col.alle) & (col.a_kom + col.a_uklar > 0) & (col.a - col.a_kom - col.a_uklar < 22),
        kom_sikkert=(col.a_kom > 0) & (col.a - col.a_kom < 22) & ~(col.tidligere & ~col.alle),
    )
    table = table.with_columns(n_byrå=col.a_byrå_ikke & col.a_byrå_sikkert, n_kom=col.kom_ikke & col.kom_sikkert)
    refused = pl.any_horizontal(
        "gammel", "na_dager", "n_intro", "a_annet", "uten_mal", "n_tiltak", "n_vikariat", "n_byrå", "n_kom"
    )
    table = table.with_columns(
        alis_svar=when(~col.alis).then(None).when("utenfor").then(lit("utenfor")).when(refused).then(lit("nei"))
        .when(col.s_samlet | col.a_byrå_ikke | col.kom_ikke).then(lit("skjønn")).otherwise(lit("ja"))
    )  # fmt: skip
    steps_in = ~col.alis | ((col.alis_svar == "nei") & (col.n_byrå | col.n_kom | col.subsidiær))
    refused = pl.any_horizontal("gammel", "nv_dager", "v_annet", "n_vikariat")
    table = table.with_columns(
        v_svar=when(~steps_in).then(None).when("utenfor").then(lit("utenfor")).when(refused).then(lit("nei"))
        .when(col.s_samlet | col.s_byrå).then(lit("skjønn")).otherwise(lit("ja"))
    )  # fmt: skip
    return table.with_columns(alis_avgjort_av=_alis_deciding(), veiledning_avgjort_av=_supervision_deciding())


def _named(**rules: pl.Expr) -> pl.Expr:
    told = [when(holds).then(lit(name.replace("_", "-"))) for name, holds in rules.items()]
    return pl.concat_str(told, separator=";", ignore_nulls=True)


def _alis_deciding() -> pl.Expr:
    refused = {
        "ett-tilskudd-per-måned": col.a_annet, "hel-måned": col.na_dager & ~col.ny, "introduksjonsavtale": col.n_intro,
        "kommersiell-tilknytning": col.n_kom, "mal-brukt": col.uten_mal, "ny-ordning": col.gammel,
        "over-tre-kalenderuker": col.na_dager & col.ny, "tiltak-gjennomført": col.n_tiltak, "vikar-fra-vikarbyrå": col.n_byrå,
        "vikariatets-varighet": col.n_vikariat,
    }  # fmt: skip
    judged = {
        "kommersiell-tilknytning": col.kom_ikke,
        "samlet-stillingsandel": col.s_samlet,
        "vikar-fra-vikarbyrå": col.a_byrå_ikke,
    }
    return _deciding(col.alis_svar, refused, judged)


def _supervision_deciding() -> pl.Expr:
    refused = {
        "ett-tilskudd-per-måned": col.v_annet, "hel-måned": col.nv_dager & ~col.ny, "ny-ordning": col.gammel,
        "over-tre-kalenderuker": col.nv_dager & col.ny, "vikariatets-varighet": col.n_vikariat,
    }  # fmt: skip
    judged = {"samlet-stillingsandel": col.s_samlet, "veiledning-for-vikar-fra-vikarbyrå": col.s_byrå}
    return _deciding(col.v_svar, refused, judged)


def _deciding(status: pl.Expr, refused: dict[str, pl.Expr], judged: dict[str, pl.Expr]) -> pl.Expr:
    return (
        when(status == "nei").then(_named(**refused)).when(status == "skjønn").then(_named(**judged))
        .when(status == "utenfor").then(lit("innenfor-tilskuddsåret")).when(status == "ja").then(lit(""))
    )  # fmt: skip


def outcome(count: str, judged: str, yes: str, no: str) -> pl.Expr:
    return (
        when(col(count) == 0).then(lit("avslag")).when(col(judged) > 0).then(lit("til skjønn"))
        .when(col(yes) == col(count)).then(lit("innvilget")).when(col(no) == col(count)).then(lit("avslag"))
        .otherwise(lit("delvis innvilget"))
    )  # fmt: skip


def decided(known: pl.LazyFrame, table: pl.LazyFrame) -> pl.LazyFrame:
    own = pl.coalesce("v_svar", "alis_svar")
    count: dict[str, pl.Expr] = {"antall": pl.len(), "v_antall": col.v_svar.count()}
    for name, status in (("a", col.alis_svar), ("v", col.v_svar), ("m", own)):
        count |= {f"{name}_{one}": (status == one).sum() for one in ("ja", "nei", "skjønn")}
    # a month in which supervision stepped in for ALIS is only partly granted
    count["m_ja"] = ((col.alis_svar == "ja") | (col.alis_svar.is_null() & (col.v_svar == "ja"))).sum()
    count["andeler"] = when(col.v_svar == "ja").then(col.andel.cast(pl.Int64)).sum()
    gathered = table.filter(~col.utenfor).group_by("nr").agg(**count)
    has_alis, has_v = (
        col.alis & col.regelsett.is_not_null(),
        (col.v_antall > 0) | (~col.alis & col.regelsett.is_not_null()),
    )
    kroner = ((col.andeler * col.sats).fill_null(0) + 50_000_000_000) // 100_000_000_000
    unknown_v = has_v & col.sats.is_null() & (col.v_ja + col.v_skjønn > 0)
    unknown_a = has_alis & (col.a_ja + col.a_skjønn > 0)
    filled = list(count)
    return known.join(gathered, on="nr", how="left").with_columns(col(*filled).fill_null(0)).select(
        "sak_nr", "søknad", "lege", "regelsett",
        utfall=when("avvist").then(lit("avvist")).when("utenfor").then(lit("avslag"))
        .otherwise(outcome("antall", "m_skjønn", "m_ja", "m_nei")),
        alis_utfall=when(has_alis).then(outcome("antall", "a_skjønn", "a_ja", "a_nei")),
        alis_måneder=when(has_alis).then("a_ja"),
        alis_beløp=_kroner(when(has_alis & ~unknown_a).then(0)),
        alis_kjent=_kroner(when(has_alis).then(0)),
        veiledning_utfall=when(has_v).then(outcome("v_antall", "v_skjønn", "v_ja", "v_nei")),
        veiledning_måneder=when(has_v).then("v_ja"),
        veiledning_beløp=_kroner(when(has_v & ~unknown_v).then(kroner)),
        veiledning_kjent=_kroner(when(has_v).then(kroner)),
        kjent=when(has_v).then(kroner).otherwise(0),
        ukjent=unknown_a | unknown_v,
    )  # fmt: skip


def summed(cases: pl.LazyFrame, lines: pl.LazyFrame) -> pl.LazyFrame:
    by_outcome = {"skj": "til skjønn", "ja": "innvilget", "nei": "avslag"}
    gathered = lines.group_by("sak_nr").agg(
        pl.len().alias("antall"),
        col.ukjent.any(),
        col.kjent.sum(),
        **{n: (col.utfall == u).sum() for n, u in by_outcome.items()},
    )
    return cases.join(gathered, on="sak_nr").select(
        "tilskuddsår", søknad="id",
        utfall=when("avvist").then(lit("avvist")).otherwise(outcome("antall", "skj", "ja", "nei")),
        sum=_kroner(when(~col.ukjent).then("kjent")),
        kjent=_kroner(col.kjent),
    )  # fmt: skip


def _written(table: pl.LazyFrame, component: str, status: str, days: str) -> pl.LazyFrame:
    refused = col(status).is_in(["nei", "utenfor"])
    øre = (col.andel.cast(pl.Int64) * col.sats + 500_000_000) // 1_000_000_000
    amount = when(refused).then(0).when((col(status) == "ja") & (component == "veiledning")).then(øre)
    return table.filter(col(status).is_not_null()).select(
        "søknad", "lege", "måned",
        komponent=lit(component),
        rett=when(refused).then(lit("nei")).otherwise(status),
        tellende_dager=days,
        avgjort_av=f"{component}_avgjort_av",
        beløp=_decimal(amount, 2),
        stillingsandel=_decimal(col.andel, 3),
    )  # fmt: skip


def _decimal(value: pl.Expr, scale: int) -> pl.Expr:
    """A whole number with the point moved."""
    return (value.cast(pl.Decimal(18, 0)) * lit(Decimal(1).scaleb(-scale))).cast(pl.Decimal(18, scale))


def _kroner(value: pl.Expr) -> pl.Expr:
    return value.cast(pl.Decimal(18, 2))


def run(folder_in: Path, folder_out: Path, threads: int) -> None:
    """`threads` is told by the environment (POLARS_MAX_THREADS), which Polars reads when it is imported."""
    assert int(os.environ.get("POLARS_MAX_THREADS", threads)) == threads
    cases = applications(folder_in)
    known = doctors(folder_in, cases).collect(engine="streaming")
    table = months(known.lazy(), facts(periods(folder_in, known.lazy()))).select(
        "nr", "søknad", "lege", "måned", "utenfor", "alis_svar", "v_svar", "andel", "sats", "a", "v", "alis_avgjort_av", "veiledning_avgjort_av",
    ).collect(engine="streaming")  # fmt: skip
    written = [_written(table.lazy(), *one) for one in (("alis", "alis_svar", "a"), ("veiledning", "v_svar", "v"))]
    pl.concat(written).sink_parquet(folder_out / "måneder.parquet")
    lines = decided(known.lazy(), table.lazy()).collect(engine="streaming")
    lines.lazy().drop("sak_nr", "kjent", "ukjent").sink_parquet(folder_out / "leger.parquet")
    summed(cases, lines.lazy()).sink_parquet(folder_out / "søknader.parquet")
