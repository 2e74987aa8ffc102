"""Types and units: what a formula gives, and whether a condition compares like with like.

`Typer.condition` also settles what `{navn: verdi}` means once the name's type is known: a choice stays a choice, a number, date
or month becomes a comparison.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.language.condition import (
    All,
    Among,
    Any,
    Compare,
    Condition,
    Given,
    Includes,
    Judgement,
    Not,
    expression_at,
)
from engine.language.expression import UNREADABLE, Binary, Call, Day, Expression, MonthOf, Name, Number, names
from engine.language.names import DAY, READABLE, UNSURE, Type
from engine.language.type_words import ASSESSED, EXAMPLES, KINDS, LEVELS, SIGNS, TESTS_FOR
from engine.language.unit import KRONER, PERCENT, PLAIN, Unit
from engine.text.fault import FaultList
from engine.text.node import Scalar
from engine.text.norsk import list_text
from engine.text.place import Place
from engine.text.suggest import did_you_mean


@dataclass(frozen=True, slots=True)
class Gives:
    """What an expression gives. `unit` is None for a bare number, which takes the unit it meets."""

    kind: str
    unit: Unit | None


class Typer:
    """Checks expressions and conditions read at one level, one of `READABLE`.

    `last` tells for a period's fact the derived fact that has its value for a month; `movable` that the level is the writer's
    own choice (`vurderes_per`).
    """

    def __init__(
        self,
        known: Mapping[str, Type],
        level: str,
        faults: FaultList,
        last: Mapping[str, str] | None = None,
        movable: bool = False,
    ) -> None:
        self.known = known
        self.level = level
        self.faults = faults
        self.last = last or {}
        self.movable = movable

    def name(self, name: Name) -> Type | None:
        """The type of a name, or None when a fault in it has been reported, here or where it is defined."""
        if name.name == UNREADABLE:
            return None
        found = self.known.get(name.name)
        if found is None:
            self._no_name(name)
        elif found is UNSURE:
            return None
        elif found.kind == "liste":
            what = f"«{name.name}» er en liste, og har ikke én verdi"
            self._wrong(
                name.place, "TYPE", what, "bare hver linje i listen kan vurderes", f"skriv «vurderes_per: {name.name}»"
            )
            return None
        elif found.level not in READABLE[self.level] or (
            name.name == "dager_i_måneden" and self.level.startswith("post")
        ):
            self._no_value(name, found)
            return None
        return found

    def _no_name(self, name: Name) -> None:
        hint = did_you_mean(name.name, self.known)
        what = f"«{name.name}» er ikke navnet på noe" + ("," + hint if hint else "")
        why = "navnet må finnes i vokabularet, grensene, satsene eller definisjonene"
        self._wrong(name.place, "NAVN", what, why, "rett navnet, eller legg det til der det hører hjemme")

    def _no_value(self, name: Name, found: Type) -> None:
        if self.level == "verdi":
            what = f"«{name.name}» kan ikke brukes i en sats eller grense"
            why = "den kan være ulik for hver lege og måned, men satsen er den samme for alle"
            self._wrong(name.place, "NIVÅ", what, why, "bruk den i en definisjon eller under «beregning»")
            return
        reader = LEVELS.get(self.level, "linjen i listen")
        what = f"«{name.name}» har ikke én verdi for {reader}"
        why = f"opplysningen hører til {LEVELS.get(found.level, found.level)}"
        instead = self.last.get(name.name) if self.level == "måned" else None
        if instead is not None:
            next_step = f"bruk «{instead}», eller lag en definisjon som teller dager"
        elif self.movable and found.level in ASSESSED and not self.level.startswith("post"):
            next_step = f"bruk en annen opplysning, eller skriv «vurderes_per: {ASSESSED[found.level]}»"
        else:
            next_step = "bruk en annen opplysning"
        self._wrong(name.place, "NIVÅ", what, why, next_step)

    # --- expressions ---------------------------------------------------------------------------------------------------

    def expression(self, expression: Expression, place: Place) -> Gives | None:
        """What the expression gives, or None when a fault in it has been reported."""
        match expression:
            case Number(unit=unit):
                return Gives("tall", unit)
            case Day():
                return Gives("dato", PLAIN)
            case MonthOf():
                return Gives("måned", PLAIN)
            case Name():
                found = self.name(expression)
                return None if found is None else Gives(found.kind, found.unit)
            case Binary(op, left, right):
                return self._binary(op, self.expression(left, place), self.expression(right, place), place)
            case Call(function, arguments):
                return self._call(function, [self.expression(argument, place) for argument in arguments], place)

    def _binary(self, op: str, left: Gives | None, right: Gives | None, place: Place) -> Gives | None:
        if left is None or right is None:
            return None
        if left.kind != "tall" or right.kind != "tall":
            what = f"{KINDS[left.kind]} {SIGNS[op]} {KINDS[right.kind]} kan ikke regnes ut"
            self._wrong(place, "TYPE", what, "det går bare an å regne med tall", "rett formelen")
            return None
        if op in "+-":
            if not self._alike(left.unit, right.unit, place):
                return None
            return Gives("tall", left.unit if right.unit is None else right.unit)
        hundredths = [PLAIN if one in (None, PERCENT) else one for one in (left.unit, right.unit)]
        both_bare = left.unit is None and right.unit is None
        return Gives("tall", None if both_bare else hundredths[0].times(hundredths[1], 1 if op == "*" else -1))

    def _call(self, function: str, arguments: list[Gives | None], place: Place) -> Gives | None:
        given = [argument for argument in arguments if argument is not None]
        if len(given) < len(arguments):
            return None
        kinds = {argument.kind for argument in given}
        if (
            len(kinds) > 1
            or not kinds <= {"tall", "dato", "måned"}
            or (function.startswith("rund") and kinds != {"tall"})
        ):
            words = [KINDS[kind] for kind in sorted(kinds)]
            why = "bare tall kan rundes av" if function.startswith("rund") else "verdiene må være av samme slag"
            self._wrong(place, "TYPE", f"«{function}» får {list_text(words)}", why, "rett formelen")
            return None
        unit = given[0].unit
        for argument in given[1:]:
            if not self._alike(unit, argument.unit, place):
                return None
            unit = argument.unit if unit is None else unit
        return Gives(given[0].kind, unit)

    def _alike(self, left: Unit | None, right: Unit | None, place: Place) -> bool:
        """Whether two units may be added or compared; no is reported. A bare number takes the unit it meets."""
        if left is None or right is None or left == right:
            return True
        mixed = PERCENT in (left, right) and KRONER in (left, right)
        self._wrong(
            place,
            "ENHET",
            f"{left.name} og {right.name} kan ikke legges sammen eller sammenlignes",
            "en prosent er ikke et beløp i kroner" if mixed else "enhetene må være like",
            "gang prosenten med beløpet den skal regnes av" if mixed else "rett formelen eller enheten",
        )
        return False

    # --- conditions ----------------------------------------------------------------------------------------------------

    def condition(self, condition: Condition) -> Condition:
        """The condition checked, with `{navn: verdi}` settled by the type of the name."""
        match condition:
            case All(parts):
                return All(tuple(self.condition(part) for part in parts))
            case Any(parts):
                return Any(tuple(self.condition(part) for part in parts))
            case Not(part):
                return Not(self.condition(part))
            case Judgement():
                return condition
            case Compare():
                return self._compare(condition)
            case Among():
                return self._among(condition)
            case Includes():
                found = self.name(condition.name)
                if found is not None and found.kind != "flervalg":
                    what = f"«inneholder» passer ikke for «{condition.name.name}»"
                    self._wrong_test(condition.place, what, found.kind)
                elif found is not None:
                    self._choice(condition.value, found, condition.place)
                return condition
            case Given():
                self._given(condition)
                return condition

    def _compare(self, leaf: Compare) -> Compare:
        if not self._day_is_direct(leaf):
            return leaf
        left, right = self.expression(leaf.left, leaf.place), self.expression(leaf.right, leaf.place)
        if left is None or right is None:
            return leaf
        if left.kind not in EXAMPLES:
            if isinstance(leaf.left, Name):
                what = f"«{leaf.left.name}» kan ikke være større eller mindre enn noe"
                self._wrong_test(leaf.place, what, left.kind)
        elif left.kind != right.kind:
            subject = f"«{leaf.left.name}»" if isinstance(leaf.left, Name) else "formelen"
            what = f"{subject} er {KINDS[left.kind]}, men er sammenlignet med {KINDS[right.kind]}"
            next_step = f"skriv {EXAMPLES[left.kind]}, eller navnet på en slik"
            self._wrong(leaf.place, "TYPE", what, "bare verdier av samme slag kan sammenlignes", next_step)
        elif left.kind == "tall":
            self._alike(left.unit, right.unit, leaf.place)
        return leaf

    def _day_is_direct(self, leaf: Compare) -> bool:
        """Days are tried a stretch at a time, cut where `dag` passes a date: it must be compared with one date, and directly."""
        days = [[name for name in names(side) if name.name == DAY] for side in (leaf.left, leaf.right)]
        if not any(days) or self.level != "dag":
            return True
        other = leaf.right if days[0] else leaf.left
        direct = isinstance(leaf.left, Name) if days[0] else isinstance(leaf.right, Name)
        next_step = f"skriv «{DAY}:» og «fra_og_med», «etter», «til_og_med», «før» eller «på»"
        if not direct or all(days):
            what = f"«{DAY}» er sammenlignet med seg selv" if all(days) else f"«{DAY}» står i et regnestykke"
            place = days[1][0].place if all(days) else (days[0] or days[1])[0].place
            self._wrong(place, "DAG", what, "en dag kan bare sammenlignes rett med en dato", next_step)
            return False
        for name in names(other):
            known = self.known.get(name.name)
            if known is not None and known.level == "kalender":
                what = f"«{DAY}» er sammenlignet med «{name.name}», som skifter fra måned til måned"
                why = "datoen må være den samme i hele perioden"
                self._wrong(name.place, "DAG", what, why, "bruk en dato, eller en grense uten «måneder»")
                return False
        return True

    def _among(self, leaf: Among) -> Condition:
        found = self.name(leaf.name)
        if found is None:
            return leaf
        if found.kind in ("tall", "dato", "måned"):
            faults_before = len(self.faults)
            parts = tuple(self._equals(leaf, value, leaf.at(number)) for number, value in enumerate(leaf.values))
            if len(self.faults) > faults_before:
                return leaf
            return parts[0] if len(parts) == 1 else Any(parts)
        if found.kind in ("valg", "ja_nei"):
            for number, value in enumerate(leaf.values):
                self._choice(value, found, leaf.at(number))
        elif found.kind == "flervalg":
            self._wrong_test(leaf.place, f"«{leaf.name.name}» kan ha flere svar på en gang", found.kind)
        return leaf

    def _equals(self, leaf: Among, value: str, place: Place) -> Condition:
        right = expression_at(Scalar(value, place, False), self.faults)
        return self._compare(Compare(leaf.name, "=", right, place))

    def _choice(self, value: str, found: Type, place: Place) -> None:
        if found.choices and value not in found.choices:
            hint = did_you_mean(value, found.choices)
            what = f"«{value}» er ikke et svar som kan velges" + ("," + hint if hint else "")
            self._wrong(place, "SVAR", what, f"svarene er {list_text(found.choices)}", "velg ett av svarene")

    def _given(self, leaf: Given) -> None:
        found = self.name(leaf.name)
        if found is None:
            return
        wanted = {"oppgitt": "fakta", "kjent": "tabell"}[leaf.word]
        if found.source != wanted:
            word = "kjent" if found.source == "tabell" else "oppgitt"
            self._wrong(
                leaf.place,
                "TYPE",
                f"«{leaf.word}» kan ikke brukes om «{leaf.name.name}»",
                "«oppgitt» brukes om opplysninger i søknaden og «kjent» om satser og grenser",
                f"bruk «{word}»" if found.source in ("fakta", "tabell") else "fjern sammenligningen",
            )

    def _wrong_test(self, place: Place, what: str, kind: str) -> None:
        self._wrong(place, "TYPE", what, f"opplysningen er {KINDS[kind]}", TESTS_FOR[kind])

    def _wrong(self, place: Place, code: str, what: str, why: str, next_step: str) -> None:
        self.faults.add(place, code, what, why, next_step)
