"""Peer: the rules of nasjonal-alis written by hand in DuckDB SQL, as an engineer would who had only this scheme and complete facts.

Takes the three tables as Parquet, gives `måneder`, `leger` and `søknader` as Parquet (columns: README.md).
"""

from __future__ import annotations

from pathlib import Path

import duckdb

CALENDAR = """
CREATE TEMP TABLE kalender AS
SELECT m, d - DATE '1970-01-01' AS første, last_day(d) - DATE '1970-01-01' AS siste, strftime(d, '%Y-%m') AS måned,
    CASE WHEN d < DATE '2022-10-01' THEN day(last_day(d)) ELSE 22 END AS minst,
    d >= DATE '2022-10-01' AS ny, d >= DATE '2024-09-01' AS alle
FROM (SELECT 2017 * 12 + range AS m, make_date(2017 + (range // 12)::INTEGER, (range % 12)::INTEGER + 1, 1) AS d
      FROM range(0, 20 * 12));
CREATE TEMP TABLE år (år INTEGER, fra INTEGER, til INTEGER, frist DATE, sats BIGINT);
-- kroner in millionths for a whole position: 1.15 × the fee × 57.75 hours ÷ 12; NULL where a rate is not known
INSERT INTO år VALUES
    (2022, 2022 * 12 + 0, 2022 * 12 + 8, DATE '2022-10-01', NULL),
    (2023, 2022 * 12 + 9, 2023 * 12 + 7, DATE '2023-09-01', 6309187500),
    (2024, 2023 * 12 + 8, 2024 * 12 + 7, NULL, 6724265625),
    (2025, 2024 * 12 + 8, 2025 * 12 + 4, DATE '2025-08-31', NULL);
"""

APPLICATIONS = """
CREATE TEMP TABLE sak AS
SELECT file_row_number AS sak_nr, s.id, s.tilskuddsår, å.fra AS å_fra, å.til AS å_til, å.sats,
    s.søkertype <> 'kommune' OR coalesce(CAST(s.mottatt AS DATE) > å.frist, false) AS avvist
FROM read_parquet('{inn}/søknader.parquet', file_row_number = true) AS s JOIN år AS å ON å.år = s.tilskuddsår;
"""

DOCTORS = """
CREATE TEMP TABLE lege AS
SELECT nr, id, søknad, sak_nr, avvist, utenfor, regelsett, alis, subsidiær, å_fra, å_til, sats, aktør, tidligere,
    greatest(avtale, konvertert) AS alis_fra, konvertert, gammel, uten_mal, uten_tiltak, uten_intro
FROM (SELECT file_row_number AS nr, l.id, l.søknad, s.sak_nr, s.avvist, s.å_fra, s.å_til, s.sats,
    l.avtale_inngått < DATE '2017-03-01' AS utenfor,
    CASE WHEN s.avvist OR l.avtale_inngått < DATE '2017-03-01' THEN NULL
         WHEN l.avtale_inngått < DATE '2022-10-01' THEN '2022/nasjonal-alis'
         WHEN l.avtale_inngått < DATE '2023-09-01' THEN '2023/nasjonal-alis'
         WHEN l.avtale_inngått < DATE '2024-09-01' THEN '2024/nasjonal-alis' ELSE '2025/nasjonal-alis' END AS regelsett,
    l.tilskuddstype = 'alis' AS alis,
    coalesce(l.subsidiær_veiledning = 'ja', false) AS subsidiær,
    CASE WHEN l.avtale_inngått BETWEEN DATE '2022-10-01' AND DATE '2023-08-31' AND l.tilbakedatert_til IS NOT NULL
              AND l.kontrakt_med_kommunen >= DATE '2022-10-01'
         THEN least(l.avtale_inngått, greatest(DATE '2022-10-01', l.tilbakedatert_til, l.kontrakt_med_kommunen))
         ELSE l.avtale_inngått END AS avtale,
    coalesce(l.konvertert_til_ny_ordning, DATE '1900-01-01') AS konvertert,
    l.spesialisering <> 'ny ordning' AS gammel,
    l.mal_brukt <> 'ja' AND l.avtale_inngått >= DATE '2023-01-01' AS uten_mal,
    l.tiltak_gjennomført <> 'ja' AS uten_tiltak,
    l.introduksjonsavtale_godkjent <> 'ja' AS uten_intro,
    l.avtale_inngått >= DATE '2024-04-18' AS aktør,
    coalesce(l.tidligere_avtale_inngått < DATE '2024-04-18', false) AS tidligere
    FROM read_parquet('{inn}/leger.parquet', file_row_number = true) AS l JOIN sak AS s ON s.id = l.søknad) AS l;
"""

PERIODS = """
CREATE TEMP TABLE periode AS
SELECT p.*, vikar AND coalesce(v.kort, false) AS kort_vikariat,
    coalesce(lag(m1) OVER w = m0, false) AS først, coalesce(lead(m0) OVER w = m1, false) AS sist
FROM (SELECT l.nr, l.søknad, l.id AS lege, l.alis, l.subsidiær, l.gammel, l.uten_mal, l.uten_tiltak, l.aktør, l.tidligere,
        l.å_fra, l.å_til, l.sats, l.alis_fra - DATE '1970-01-01' AS alis_fra, l.konvertert - DATE '1970-01-01' AS konvertert,
        p.fra, p.fra - DATE '1970-01-01' AS f, p.til - DATE '1970-01-01' AS t,
        year(p.fra) * 12 + month(p.fra) - 1 AS m0, year(p.til) * 12 + month(p.til) - 1 AS m1,
        p.stilling = 'fastlegevikar' AS vikar, l.uten_intro AND p.stilling = 'introduksjonslege' AS intro,
        CAST(p.stillingsandel * 1000 AS INTEGER) AS andel,
        coalesce(p.stillingsandel_annen_kommune > 0 AND p.stillingsandel + p.stillingsandel_annen_kommune > 100, false) AS samlet,
        coalesce(p.annet_tilskudd = 'ja', false) AS annet,
        coalesce(p.tilknytning, 'ingen') IN ('vikarbyrå', 'kommersiell arbeidsgiver', 'kommersiell kontordrift') AS kommersiell,
        coalesce(p.tilknytning = 'uavklart', false) AS uklar,
        p.stilling = 'fastlegevikar' AND coalesce(p.tilknytning = 'vikarbyrå', false) AS byrå
    FROM '{inn}/perioder.parquet' AS p JOIN lege AS l ON l.søknad = p.søknad AND l.id = p.lege
    WHERE NOT l.avvist AND NOT l.utenfor) AS p
LEFT JOIN (
    -- stand-ins: periods that follow each other day by day are one, which must last three months from date to date
    SELECT nr, fra, til + 1 < CASE WHEN day(start) > day(last_day(tre)) THEN last_day(tre) + 1 ELSE tre + (day(start) - 1)::INTEGER END
        AS kort
    FROM (SELECT *, (date_trunc('month', start) + INTERVAL 3 MONTH)::DATE AS tre
    FROM (SELECT nr, fra, min(fra) OVER (PARTITION BY nr, øy) AS start, max(til) OVER (PARTITION BY nr, øy) AS til
    FROM (SELECT nr, fra, til, sum(ny) OVER (PARTITION BY nr ORDER BY fra) AS øy
    FROM (SELECT l.nr, p.fra, p.til, CASE WHEN lag(p.til) OVER (PARTITION BY l.nr ORDER BY p.fra) = p.fra - 1 THEN 0 ELSE 1 END AS ny
        FROM '{inn}/perioder.parquet' AS p JOIN lege AS l ON l.søknad = p.søknad AND l.id = p.lege
        WHERE p.stilling = 'fastlegevikar'))))
) AS v ON v.nr = p.nr AND v.fra = p.fra
WINDOW w AS (PARTITION BY p.nr ORDER BY p.fra);
"""

#: what is known of each month of each doctor, and what each rule says of it: refused (n_), or for a person to judge (s_).
#: A month that several periods share is added up; in the others nothing has to be.
MONTHS = """
CREATE TEMP TABLE måned AS
WITH
egne AS (
    SELECT p.*, k.måned, k.minst, k.ny, k.alle,
        greatest(0, least(t, k.siste) - greatest(f, k.første, alis_fra) + 1)::INTEGER AS a,
        greatest(0, least(t, k.siste) - greatest(f, k.første, konvertert) + 1)::INTEGER AS v
    FROM (SELECT *, unnest(range(m0 + først::INTEGER, m1 + 1 - sist::INTEGER)) AS m FROM periode) AS p JOIN kalender AS k USING (m)),
felles AS MATERIALIZED (
    SELECT p.*, k.måned, k.minst, k.ny, k.alle,
        greatest(0, least(t, k.siste) - greatest(f, k.første, alis_fra) + 1)::INTEGER AS a,
        greatest(0, least(t, k.siste) - greatest(f, k.første, konvertert) + 1)::INTEGER AS v
    FROM (SELECT *, unnest(CASE WHEN først AND sist AND m0 < m1 THEN [m0, m1] WHEN først THEN [m0] ELSE [m1] END) AS m
        FROM periode WHERE først OR sist) AS p JOIN kalender AS k USING (m)),
delt AS MATERIALIZED (
    SELECT nr, m, max_by(fra, fra) AS fra, sum(a)::INTEGER AS a, sum(v)::INTEGER AS v,
        bool_or(annet AND a > 0) AS a_annet, bool_or(annet AND v > 0) AS v_annet,
        sum(if(kommersiell, a, 0))::INTEGER AS a_kom, sum(if(uklar, a, 0))::INTEGER AS a_uklar,
        sum(if(byrå, a, 0))::INTEGER AS a_byrå, sum(if(byrå, v, 0))::INTEGER AS v_byrå,
        sum(if(vikar AND uklar, a, 0))::INTEGER AS a_byrå_uklar, sum(if(vikar AND uklar, v, 0))::INTEGER AS v_byrå_uklar
    FROM felles GROUP BY nr, m),
fakta AS (
    SELECT nr, søknad, lege, m, måned, minst, ny, alle, alis, subsidiær, gammel, uten_mal, uten_tiltak, aktør, tidligere, å_fra, å_til,
        sats, andel, samlet, intro, kort_vikariat, a, v,
        annet AND a > 0 AS a_annet, annet AND v > 0 AS v_annet, if(kommersiell, a, 0) AS a_kom, if(uklar, a, 0) AS a_uklar,
        if(byrå, a, 0) AS a_byrå, if(byrå, v, 0) AS v_byrå,
        if(vikar AND uklar, a, 0) AS a_byrå_uklar, if(vikar AND uklar, v, 0) AS v_byrå_uklar
    FROM egne
    UNION ALL
    SELECT r.nr, søknad, lege, r.m, måned, minst, ny, alle, alis, subsidiær, gammel, uten_mal, uten_tiltak, aktør, tidligere, å_fra, å_til,
        sats, andel, samlet, intro, kort_vikariat, d.a, d.v,
        d.a_annet, d.v_annet, d.a_kom, d.a_uklar, d.a_byrå, d.v_byrå, d.a_byrå_uklar, d.v_byrå_uklar
    FROM felles AS r JOIN delt AS d ON d.nr = r.nr AND d.m = r.m AND d.fra = r.fra),
svar AS (
    SELECT nr, søknad, lege, måned, sats, andel, alis, subsidiær, a, v, m < å_fra OR m > å_til AS utenfor,
        ny AND a_byrå + a_byrå_uklar > 0 AND a - a_byrå - a_byrå_uklar < 22 AS s_byrå,
        a_byrå > 0 AND a - a_byrå < 22 AS n_byrå,
        ny AND v_byrå + v_byrå_uklar > 0 AND v - v_byrå - v_byrå_uklar < 22 AS sv_byrå,
        (aktør OR alle) AND a_kom + a_uklar > 0 AND a - a_kom - a_uklar < 22 AS s_kom,
        a_kom > 0 AND a - a_kom < 22 AND NOT (tidligere AND NOT alle) AS n_kom,
        samlet, a_annet, v_annet, a < minst AS a_kort, v < minst AS v_kort, ny, intro, uten_mal, gammel,
        ny AND uten_tiltak AS tiltak, ny AND kort_vikariat AS vikariat
    FROM fakta),
-- the rules that refuse, and those that leave it to a person, as bits in the order of their names
biter AS (
    SELECT nr, søknad, lege, måned, sats, andel, alis, subsidiær, a, v, utenfor,
        if(a_annet, 1, 0) + if(a_kort AND NOT ny, 2, 0) + if(intro, 4, 0) + if(s_kom AND n_kom, 8, 0) + if(uten_mal, 16, 0)
            + if(gammel, 32, 0) + if(a_kort AND ny, 64, 0) + if(tiltak, 256, 0) + if(s_byrå AND n_byrå, 1024, 0)
            + if(vikariat, 2048, 0) AS an,
        if(s_kom, 8, 0) + if(samlet, 128, 0) + if(s_byrå, 1024, 0) AS askj,
        if(v_annet, 1, 0) + if(v_kort AND NOT ny, 2, 0) + if(gammel, 32, 0) + if(v_kort AND ny, 64, 0) + if(vikariat, 2048, 0) AS vn,
        if(samlet, 128, 0) + if(sv_byrå, 512, 0) AS vskj
    FROM svar),
-- 0 outside the year, 1 no, 2 for a person, 3 yes; NULL where the component is not looked at
svart AS (
    SELECT *, CASE WHEN NOT alis THEN NULL WHEN utenfor THEN 0 WHEN an <> 0 THEN 1 WHEN askj <> 0 THEN 2 ELSE 3 END::TINYINT AS a_svar
    FROM biter)
SELECT * EXCLUDE (an, askj, vn, vskj, alis, subsidiær), (CASE a_svar WHEN 0 THEN 4096 WHEN 1 THEN an WHEN 2 THEN askj ELSE 0 END)::SMALLINT AS a_av,
    CASE WHEN alis AND (a_svar <> 1 OR NOT (subsidiær OR (an & 1032) <> 0)) THEN NULL
        WHEN utenfor THEN 0 WHEN vn <> 0 THEN 1 WHEN vskj <> 0 THEN 2 ELSE 3 END::TINYINT AS v_svar,
    (CASE v_svar WHEN 0 THEN 4096 WHEN 1 THEN vn WHEN 2 THEN vskj ELSE 0 END)::SMALLINT AS v_av
FROM svart;

CREATE TEMP TABLE navn AS
SELECT biter, array_to_string(list_filter(list_transform(range(13), lambda p: CASE WHEN (biter >> p) & 1 = 1 THEN
    ['ett-tilskudd-per-måned', 'hel-måned', 'introduksjonsavtale', 'kommersiell-tilknytning', 'mal-brukt', 'ny-ordning',
     'over-tre-kalenderuker', 'samlet-stillingsandel', 'tiltak-gjennomført', 'veiledning-for-vikar-fra-vikarbyrå', 'vikar-fra-vikarbyrå',
     'vikariatets-varighet', 'innenfor-tilskuddsåret'][p + 1] END), lambda n: n IS NOT NULL), ';') AS navn
FROM (SELECT DISTINCT a_av AS biter FROM måned UNION SELECT DISTINCT v_av FROM måned);
"""

#: a set of answers as bits (no 2, for a person 4, yes 8, partly 16) → what it comes to
DECIDED = """
CREATE TEMP MACRO utfall(sett) AS CASE WHEN sett = 0 THEN 'avslag' WHEN sett & 4 <> 0 THEN 'til skjønn' WHEN sett = 8 THEN 'innvilget'
    WHEN sett = 2 THEN 'avslag' ELSE 'delvis innvilget' END;
CREATE TEMP TABLE vedtak AS
SELECT *, CASE WHEN v THEN (coalesce(andeler * sats, 0) + 50000000000) // 100000000000 END AS v_kjent,
    coalesce(a AND a_sett & 12 <> 0, false) AS a_ukjent, coalesce(v AND sats IS NULL AND v_sett & 12 <> 0, false) AS v_ukjent
FROM (SELECT l.nr, l.sak_nr, l.søknad, l.id, l.regelsett, l.sats, andeler,
    l.alis AND l.regelsett IS NOT NULL AS a, (NOT l.alis AND l.regelsett IS NOT NULL) OR coalesce(v_sett, 0) <> 0 AS v,
    CASE WHEN l.avvist THEN 'avvist' WHEN l.utenfor THEN 'avslag' ELSE utfall(coalesce(sett, 0)) END AS utfall,
    coalesce(a_sett, 0) AS a_sett, coalesce(v_sett, 0) AS v_sett, coalesce(a_ja, 0) AS a_ja, coalesce(v_ja, 0) AS v_ja
    FROM lege AS l LEFT JOIN (
        SELECT nr, bit_or(CASE WHEN v_svar IS NULL THEN 1 << a_svar WHEN v_svar = 3 AND a_svar IS NOT NULL THEN 16 ELSE 1 << v_svar END) AS sett,
            bit_or(1 << a_svar) AS a_sett, bit_or(1 << v_svar) AS v_sett,
            sum(if(a_svar = 3, 1, 0))::INTEGER AS a_ja, sum(if(v_svar = 3, 1, 0))::INTEGER AS v_ja,
            sum(if(v_svar = 3, andel, 0))::BIGINT AS andeler
        FROM måned WHERE NOT utenfor GROUP BY nr) AS m ON m.nr = l.nr);
"""

WRITTEN = (
    """
COPY (SELECT søknad, lege, måned, komponent, ['nei', 'nei', 'skjønn', 'ja'][svar + 1] AS rett, dager AS tellende_dager, n.navn AS avgjort_av,
        -- thousandths of a per cent times millionths of a krone, to the nearest øre
        CASE WHEN svar < 2 THEN 0.00 WHEN svar = 3 AND komponent = 'veiledning'
            THEN (andel * sats + 500000000) // 1000000000 * 0.01 END::DECIMAL(18, 2) AS beløp,
        (andel * 0.001)::DECIMAL(9, 3) AS stillingsandel
    FROM (SELECT søknad, lege, måned, 'alis' AS komponent, a_svar AS svar, a AS dager, a_av AS av, andel, sats FROM måned WHERE a_svar IS NOT NULL
        UNION ALL
        SELECT søknad, lege, måned, 'veiledning', v_svar, v, v_av, andel, sats FROM måned WHERE v_svar IS NOT NULL) AS m
    JOIN navn AS n ON n.biter = m.av) TO '{ut}/måneder.parquet' (FORMAT parquet);
""",
    """
COPY (SELECT søknad, id AS lege, regelsett, utfall,
        CASE WHEN a THEN utfall(a_sett) END AS alis_utfall, CASE WHEN a THEN a_ja END AS alis_måneder,
        CASE WHEN a AND NOT a_ukjent THEN 0 END::DECIMAL(18, 2) AS alis_beløp, CASE WHEN a THEN 0 END::DECIMAL(18, 2) AS alis_kjent,
        CASE WHEN v THEN utfall(v_sett) END AS veiledning_utfall, CASE WHEN v THEN v_ja END AS veiledning_måneder,
        CASE WHEN NOT v_ukjent THEN v_kjent END::DECIMAL(18, 2) AS veiledning_beløp, v_kjent::DECIMAL(18, 2) AS veiledning_kjent
    FROM vedtak) TO '{ut}/leger.parquet' (FORMAT parquet);
""",
    """
COPY (SELECT s.id AS søknad, s.tilskuddsår, CASE WHEN s.avvist THEN 'avvist' ELSE utfall(sett) END AS utfall,
        CASE WHEN NOT ukjent THEN kjent END::DECIMAL(18, 2) AS sum, kjent::DECIMAL(18, 2) AS kjent
    FROM sak AS s JOIN (SELECT sak_nr, bool_or(a_ukjent OR v_ukjent) AS ukjent, CAST(coalesce(sum(v_kjent), 0) AS BIGINT) AS kjent,
            bit_or(CASE utfall WHEN 'avslag' THEN 2 WHEN 'til skjønn' THEN 4 WHEN 'innvilget' THEN 8 ELSE 16 END) AS sett
        FROM vedtak GROUP BY sak_nr) AS v ON v.sak_nr = s.sak_nr) TO '{ut}/søknader.parquet' (FORMAT parquet);
""",
)


def run(folder_in: Path, folder_out: Path, threads: int) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"SET threads = {threads}")
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(CALENDAR)
        for query in (APPLICATIONS, DOCTORS, PERIODS, MONTHS, DECIDED, *WRITTEN):
            connection.execute(query.replace("{inn}", str(folder_in)).replace("{ut}", str(folder_out)))
