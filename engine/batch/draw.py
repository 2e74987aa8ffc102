"""Made-up values as SQL: every draw is worked out from the row's own number and the seed, so that it is the same on every machine.

A row has a state, a whole number of 32 bits; a draw is the state mixed with the name of what is drawn. Nothing depends on the order
in which rows are made, or on how many threads make them. The mixing is our own: the database's may change with its version.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from engine.batch import sql
from engine.batch.boundary import Boundaries
from engine.batch.schema import decimals
from engine.language.vocabulary import Fact
from engine.text.norsk import exact_decimal

_BITS = 4294967295
_ROUND = "({x} * {by}::UBIGINT) & {bits}::UBIGINT"

#: in percent: facts that are as the rules require, facts with a default that are not told and that are as the default,
#: facts that need not be told and are, and dates that lie at a boundary
USUAL, UNTOLD, AS_DEFAULT, OPTIONAL, AT_BOUNDARY = 94, 25, 80, 16, 40

#: a draw is told apart in so many parts of the whole
PARTS = 10_000

#: what SQL calls a row's state
STATE = "tilstand"

MACROS = (
    f"CREATE OR REPLACE TEMP MACRO bland(x) AS ({_ROUND.format(x='(xor(x, x >> 16))', by=2146121005, bits=_BITS)})",
    f"CREATE OR REPLACE TEMP MACRO bland_om(x) AS ({_ROUND.format(x='(xor(x, x >> 15))', by=2221713035, bits=_BITS)})",
    "CREATE OR REPLACE TEMP MACRO tilstand_av(s, n) AS bland_om(bland(xor(bland_om(bland(s::UBIGINT)), n::UBIGINT & "
    f"{_BITS}::UBIGINT)))",
    "CREATE OR REPLACE TEMP MACRO trekk(s, n) AS (bland_om(bland(xor(s, n::UBIGINT))) >> 8)::BIGINT",
)


def draw(what: str, below: int | str, state: str = STATE) -> str:
    """SQL for a whole number from 0 to `below`, which may itself be SQL."""
    return f"(trekk({state}, {zlib.crc32(what.encode())}) % ({below}))"


def picked(what: str, among: Sequence[str], state: str = STATE) -> str:
    """SQL for one of some SQL values, all as likely."""
    return among[0] if len(among) == 1 else f"[{', '.join(among)}][1 + {draw(what, len(among), state)}]"


def by_share(what: str, choices: Iterable[tuple[int, str]], otherwise: str, state: str = STATE) -> str:
    """SQL for the first choice whose share, in percent, the draw falls in."""
    cases, total = [], 0
    for share, value in choices:
        total += share
        cases.append(f"WHEN {total} THEN {value}")
    own = draw(what, 100, state)
    told = " ".join(case.replace("WHEN ", f"WHEN {own} < ", 1) for case in cases)
    return f"CASE {told} ELSE {otherwise} END" if cases else otherwise


def day(value: date) -> str:
    return f"DATE '{value}'"


@dataclass(frozen=True)
class Values:
    """What rows of one level and scheme are made of. SQL finds the window as `w`, with its dates `første` and `siste`.

    `lists` gives, for a date fact, the column of the window with the dates that are boundaries of it there; `own` has the SQL of
    facts that are settled elsewhere. `before` is the state of the level above, `whose` that of who applies, `number` who it is.
    """

    facts: Sequence[Fact]
    boundaries: Boundaries
    lists: Mapping[str, str]
    own: Mapping[str, str] = field(default_factory=dict)
    before: str | None = None
    whose: str = STATE
    number: str = "0"

    def column(self, fact: Fact) -> str:
        """SQL for the fact, NULL where it is not told, as if nothing were missing. Facts that are compared are told together."""
        if fact.name in self.own:
            return self.own[fact.name]
        told, name = self.value(fact), fact.name
        if fact.default is not None:
            default = self.literal(fact, fact.default)
            mostly = by_share(f"{name} forvalg", [(AS_DEFAULT, default)], told)
            return by_share(f"{name} utelatt", [(UNTOLD, "NULL")], mostly)
        if fact.optional and fact.kind != "tekst":
            together = min({name, *self.boundaries.beside.get(name, ())})
            return by_share(f"{together} oppgitt", [(OPTIONAL, told)], "NULL")
        return told

    def value(self, fact: Fact) -> str:
        """SQL for a value of the fact."""
        match fact.kind:
            case "ja_nei" | "valg":
                return self._choice(fact, fact.choices or ("ja", "nei"))
            case "flervalg":
                return self._choices(fact)
            case "dato":
                return self.date(fact)
            case "tidspunkt":
                return self._moment(fact)
            case "måned":
                return f"strftime({self._within(fact.name, 'w.første', 'w.siste')}, '%Y-%m')"
            case "heltall":
                return self._integer(fact)
            case "desimal":
                return f"{self._decimal(fact)}::DECIMAL(18,{decimals(fact)})"
            case _:
                return self._text(fact)

    @staticmethod
    def literal(fact: Fact, text: str) -> str:
        return text if fact.kind in ("heltall", "desimal") else sql.text(text)

    def _choice(self, fact: Fact, choices: Sequence[str]) -> str:
        """A choice that the rules require is the usual one; what none requires is mostly the same in all of a doctor's periods."""
        any_of = picked(fact.name, [sql.text(one) for one in choices])
        usual = self.boundaries.usual.get(fact.name, ())
        if usual and len(usual) < len(choices):
            of_usual = picked(f"{fact.name} vanlig", [sql.text(one) for one in usual])
            return by_share(f"{fact.name} krav", [(USUAL, of_usual)], any_of)
        if self.before is not None and fact.default is None:
            same = picked(fact.name, [sql.text(one) for one in choices], self.before)
            return by_share(f"{fact.name} likt", [(65, same)], any_of)
        return any_of

    def _choices(self, fact: Fact) -> str:
        """All of them, or each by the toss of a coin."""
        every = f"[{sql.texts(fact.choices)}]"
        tossed = ", ".join(
            f"CASE WHEN {draw(f'{fact.name} {one}', 2)} = 0 THEN {sql.text(one)} END" for one in fact.choices
        )
        return by_share(fact.name, [(75, every)], f"list_filter([{tossed}], lambda one: one IS NOT NULL)")

    def _text(self, fact: Fact) -> str:
        """The number of who applies, in as many digits as the fact's pattern takes; without such a pattern, nothing."""
        import re

        for width in range(1, 13):
            if re.fullmatch(fact.pattern or ".+", "1".zfill(width)) is not None:
                return f"lpad(({self.number})::VARCHAR, {width}, '0')"
        return "NULL"

    # --- numbers -------------------------------------------------------------------------------------------------------

    def _integer(self, fact: Fact) -> str:
        if fact.choices:
            return picked(fact.name, fact.choices)
        low, high = int(fact.at_least or 0), int(fact.at_most if fact.at_most is not None else 1000)
        return f"{low} + {draw(fact.name, high - low + 1, self.whose)}"

    def _decimal(self, fact: Fact) -> str:
        """Often the most; else a boundary, the least step beside one, or some share of the most."""
        step = Fraction(1, 10 ** decimals(fact))
        lowest = (
            fact.above + step if fact.above is not None else fact.at_least if fact.at_least is not None else Fraction(0)
        )
        highest = fact.at_most
        far = (
            highest
            if highest is not None
            else lowest + 1_000_000
            if fact.unit.powers[:1] == (("kr", 1),)
            else lowest + 24
        )
        near = {lowest, lowest + step, far, far - step}
        for number in self.boundaries.numbers.get(fact.name, ()):
            near |= {number - step, number, number + step}
        shares = {
            Fraction(int(far * part / step)) * step
            for part in (
                Fraction(1, 5),
                Fraction(1, 4),
                Fraction(3, 8),
                Fraction(1, 2),
                Fraction(5, 8),
                Fraction(3, 4),
                Fraction(4, 5),
                Fraction(1, 3),
            )
        }
        fits = [n for n in sorted(near | shares) if lowest <= n <= far]
        spread = int((far - lowest) / step) + 1
        anything = f"({exact_decimal(lowest)} + {draw(f'{fact.name} hva som helst', spread)} * {exact_decimal(step)})"
        listed = picked(f"{fact.name} grense", [exact_decimal(n) for n in fits])
        return by_share(fact.name, [(45, exact_decimal(far)), (45, listed)], anything)

    # --- dates ---------------------------------------------------------------------------------------------------------

    def date(self, fact: Fact) -> str:
        """At a boundary of the fact, the day before or the day after; else some day from a little before the window to a little after."""
        some = self._within(fact.name, "w.første - 90", "w.siste + 30")
        return self.at_boundary(fact.name, AT_BOUNDARY, some)

    def at_boundary(self, name: str, share: int, otherwise: str) -> str:
        if name not in self.lists:
            return otherwise
        listed = f"w.{sql.name(self.lists[name])}"
        near = f"{listed}[1 + {draw(f'{name} grense', f'len({listed})')}] + ({draw(f'{name} ved', 3)} - 1)::INTEGER"
        return f"CASE WHEN len({listed}) > 0 AND {draw(f'{name} ved grense', 100)} < {share} THEN {near} ELSE {otherwise} END"

    def _within(self, name: str, first: str, last: str) -> str:
        return f"({first} + {draw(name, f'{last} - ({first}) + 1')}::INTEGER)"

    def _moment(self, fact: Fact) -> str:
        """Mostly the last weeks before what it is compared with; else just before, on and after, at the ends of the day."""
        limit = "w.siste + 30"
        for other in sorted(self.boundaries.beside.get(fact.name, ())):
            beside = next((one for one in self.facts if one.name == other and one.kind == "dato"), None)
            if beside is not None:
                limit = f"({self.column(beside)})"
        if fact.name in self.lists:
            limit = f"coalesce(w.{sql.name(self.lists[fact.name])}[1], {limit})"
        clock = picked(f"{fact.name} klokke", ["0", "86399", "43200", draw(f"{fact.name} tid", 86400)])
        days = by_share(
            f"{fact.name} dager", [(85, f"0 - {draw(f'{fact.name} uker', 45)}")], f"{draw(f'{fact.name} ved', 3)} - 1"
        )
        return f"(({limit}) + ({days})::INTEGER + to_seconds({clock}))::TIMESTAMP_S"


def unless_missing(name: str, value: str, percent: Fraction, state: str = STATE) -> str:
    """SQL for the value, left out in so many percent of the rows."""
    if percent <= 0:
        return value
    return f"CASE WHEN {draw(f'{name} mangler', PARTS, state)} >= {round(percent * PARTS / 100)} THEN {value} END"
