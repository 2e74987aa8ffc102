"""The periods of made-up doctors as SQL: when they begin and end, and when position and share change.

Most cover the window. The others begin, change and end where the rules may turn: at the start of a month, at a day the rules name, so
many days into a month or before its end, so many months after the day before; each of these also a day early and a day late.
"""

from __future__ import annotations

from collections.abc import Sequence
from string import Template

from engine.batch.draw import by_share, draw, picked

_MONTH = "(year({0}) * 12 + month({0}))"
_NEAR = "({} - 1)::INTEGER"

#: where rules name no number of days, or of months
_SOME_DAYS, _SOME_MONTHS = (15,), (1,)

_QUERY = Template("""
SELECT *, $m_t1 - $m_f1 + 1
    + CASE WHEN f2 IS NULL THEN 0 ELSE $m_t2 - $m_f2 + 1 - ($m_f2 = $m_t1)::INTEGER END
    + CASE WHEN f3 IS NULL THEN 0 ELSE $m_t3 - $m_f3 + 1 - ($m_f3 = year(coalesce(t2, t1)) * 12 + month(coalesce(t2, t1)))::INTEGER END
    AS måneder
FROM (SELECT sak_nr, nr, ordning_nr, vindu_nr, tilstand, f1, f2, f3,
    greatest(f1, coalesce(f2, f3, til + 1) - 1 - CASE WHEN coalesce(f2, f3) IS NULL THEN 0 ELSE $gap_1 END::INTEGER) AS t1,
    CASE WHEN f2 IS NOT NULL
        THEN greatest(f2, coalesce(f3, til + 1) - 1 - CASE WHEN f3 IS NULL THEN 0 ELSE $gap_2 END::INTEGER) END AS t2,
    CASE WHEN f3 IS NOT NULL THEN til END AS t3
FROM (SELECT *, fra AS f1,
    CASE WHEN antall >= 2 AND a > fra AND a <= til THEN a END AS f2,
    CASE WHEN antall = 3 AND b > greatest(a, fra) AND b <= til THEN b END AS f3
FROM (SELECT *, least(c1, c2) AS a, CASE WHEN antall = 3 THEN greatest(c1, c2) END AS b
FROM (SELECT *, $change_1 AS c1, CASE WHEN antall = 3 THEN $change_2 END AS c2
FROM (SELECT * EXCLUDE (start, slutt), least(start, slutt) AS fra, greatest(start, slutt) AS til
FROM (SELECT *, $ends AS slutt
FROM (SELECT *, $starts AS start, $count AS antall
FROM (SELECT s.nr AS sak_nr, n.nr, s.ordning_nr, s.vindu_nr, tilstand_av(s.tilstand, n.nr) AS tilstand
    FROM sak AS s, LATERAL (SELECT unnest(range(1, s.leger + 1)) AS nr) AS n) AS numre
JOIN vindu AS w ON w.nr = vindu_nr) AS w) AS w) AS w) AS w) AS delt) AS delt) AS delt
ORDER BY sak_nr, nr""")


def periods(day_counts: Sequence[int], month_counts: Sequence[int]) -> str:
    """The query for the doctors of the table `sak`, each with up to three periods `f1`–`t1` and so on, and its number of months."""
    days = [str(one) for one in day_counts or _SOME_DAYS]
    months = [str(one) for one in month_counts or _SOME_MONTHS]

    def counted(what: str) -> str:
        """So many days into a month, or so many before its end."""
        begun, count = _first(f"{what} måned"), picked(f"{what} dager", days)
        ahead, left = (
            f"({begun} + {count}::INTEGER + {_near(what)})",
            f"(last_day({begun}) + 1 - {count}::INTEGER + {_near(what)})",
        )
        return by_share(f"{what} side", [(50, ahead)], left)

    def lasting(what: str, start: str) -> str:
        """The day after so many months from a day."""
        return f"(({start} + to_months({picked(f'{what} måneder', months)}::INTEGER))::DATE + {_near(what)})"

    def change(what: str) -> str:
        ways = [
            (35, _first(f"{what} måned")),
            (23, counted(f"{what} teller")),
            (10, _named(f"{what} dag")),
            (15, lasting(f"{what} varer", "fra")),
        ]
        return by_share(what, ways, f"(fra + {draw(f'{what} hvilken', 'til - fra + 1')}::INTEGER)")

    starts = [
        (50, "w.første"),
        (14, _first("start måned")),
        (8, f"w.første - (1 + {draw('start før', 45)})::INTEGER"),
        (8, _named("start dag")),
        (10, counted("start teller")),
    ]
    ends = [
        (55, "w.siste"),
        (8, f"w.siste + (1 + {draw('slutt etter', 45)})::INTEGER"),
        (10, f"last_day({_first('slutt måned')})"),
        (8, f"{lasting('slutt varer', 'start')} - 1"),
        (8, f"{counted('slutt teller')} - 1"),
    ]
    parts = {f"m_{edge}": _MONTH.format(edge) for edge in ("f1", "t1", "f2", "t2", "f3", "t3")}
    parts |= {f"gap_{n}": by_share(f"opphold {n}", [(12, f"1 + {draw(f'dager borte {n}', 45)}")], "0") for n in (1, 2)}
    parts |= {f"change_{n}": change(f"skifte {n}") for n in (1, 2)}
    parts["starts"] = by_share("start", starts, _inside("start hvilken"))
    parts["ends"] = by_share("slutt", ends, _inside("slutt hvilken"))
    parts["count"] = by_share("perioder", [(55, "1"), (30, "2")], "3")
    return _QUERY.substitute(parts)


def _near(what: str) -> str:
    return _NEAR.format(draw(f"{what} ved", 3))


def _first(what: str) -> str:
    """The first day of some month of the window."""
    return f"(w.første + to_months({draw(what, 'w.måneder')}::INTEGER))::DATE"


def _inside(what: str) -> str:
    return f"(w.første + {draw(what, 'w.siste - w.første + 1')}::INTEGER)"


def _named(what: str) -> str:
    listed = f"w.dager[1 + {draw(what, 'greatest(len(w.dager), 1)')}]"
    return f"coalesce({listed} + {_near(what)}, {_inside(what)})"
