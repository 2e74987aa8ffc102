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
from engine.language.expression import Binary, Call, Day, Expression, MonthOf, Name, Number
from engine.language.names import READABLE, Type
from engine.language.unit import PERCENT, PLAIN, Unit
from engine.text.fault import FaultList
from engine.text.node import Scalar
from engine.text.norsk import list_text
from engine.text.place import Place
from engine.text.suggest import did_you_mean

_SIGN = {"+": "+", "-": "−", "*": "×", "/": "÷"}
_LEVEL_WORDS = {
    "søknad": "søknaden",
    "lege": "legen",
    "kalender": "måneden",
    "måned": "måneden",
    "periode": "dagen eller perioden",
    "post": "posten",
}


@dataclass(frozen=True, slots=True)
class Gives:
    """What an expression gives. `unit` is None for a bare number, which takes the unit it meets."""

    kind: str
    unit: Unit | None


class Typer:
    """Checks expressions and conditions read at one level (`søknad`, `lege`, `måned`, `dag` or `post`)."""

    def __init__(self, known: Mapping[str, Type], level: str, faults: FaultList) -> None:
        self.known = known
        self.level = level
        self.faults = faults

    def name(self, name: Name) -> Type | None:
        found = self.known.get(name.name)
        if found is None:
            hint = did_you_mean(name.name, self.known)
            what = f"«{name.name}» er ikke navnet på noe" + ("," + hint if hint else "")
            self._wrong(
                name.place,
                "NAVN",
                what,
                "navnet må finnes i vokabularet, grensene, satsene eller definisjonene",
                "rett navnet",
            )
        elif found.level not in READABLE[self.level]:
            what = f"«{name.name}» har ikke én verdi for {_LEVEL_WORDS[self.level]}"
            why = f"den hører til {_LEVEL_WORDS.get(found.level, found.level)}"
            self._wrong(name.place, "NIVÅ", what, why, "endre hva regelen vurderes per, eller bruk en annen opplysning")
        return found

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
            self._wrong(
                place,
                "TYPE",
                f"{left.kind} {_SIGN[op]} {right.kind} kan ikke regnes ut",
                "bare tall kan regnes med",
                "rett formelen",
            )
            return None
        if op in "+-":
            unit = self._same(left.unit, right.unit, place)
            return None if unit is False else Gives("tall", unit)
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
            self._wrong(
                place,
                "TYPE",
                f"«{function}» får {list_text(sorted(kinds))}",
                "verdiene må være av samme slag",
                "rett formelen",
            )
            return None
        unit: Unit | bool | None = given[0].unit
        for argument in given[1:]:
            if unit is not False:
                unit = self._same(unit if isinstance(unit, Unit) else None, argument.unit, place)
        return None if isinstance(unit, bool) else Gives(given[0].kind, unit)

    def _same(self, left: Unit | None, right: Unit | None, place: Place) -> Unit | bool | None:
        """The unit both have, or False (reported) when they differ."""
        if left is None or right is None or left == right:
            return left if right is None else right
        self._wrong(
            place,
            "ENHET",
            f"{left} og {right} kan ikke legges sammen eller sammenlignes",
            "enhetene må være like" + ("; prosent er ikke kroner" if PERCENT in (left, right) else ""),
            "rett formelen eller enheten",
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
                    self._wrong_test(condition.place, condition.name, found, "inneholder")
                elif found is not None:
                    self._choice(condition.value, found, condition.place)
                return condition
            case Given():
                self._given(condition)
                return condition

    def _compare(self, leaf: Compare) -> Compare:
        left, right = self.expression(leaf.left, leaf.place), self.expression(leaf.right, leaf.place)
        if left is None or right is None:
            return leaf
        if left.kind not in ("tall", "dato", "måned"):
            if isinstance(leaf.left, Name):
                self._wrong_test(leaf.place, leaf.left, Type(left.kind, PLAIN, "", ""), "større eller mindre")
        elif left.kind != right.kind:
            what = f"{left.kind} er sammenlignet med {right.kind}"
            self._wrong(leaf.place, "TYPE", what, "bare verdier av samme slag kan sammenlignes", "rett kravet")
        elif left.kind == "tall":
            self._same(left.unit, right.unit, leaf.place)
        return leaf

    def _among(self, leaf: Among) -> Condition:
        found = self.name(leaf.name)
        if found is None:
            return leaf
        if found.kind in ("tall", "dato", "måned"):
            faults_before = len(self.faults)
            parts = tuple(self._equals(leaf, value) for value in leaf.values)
            if len(self.faults) > faults_before:
                return leaf
            return parts[0] if len(parts) == 1 else Any(parts)
        if found.kind in ("valg", "ja_nei"):
            for value in leaf.values:
                self._choice(value, found, leaf.place)
        elif found.kind == "flervalg":
            self._wrong_test(leaf.place, leaf.name, found, "er")
        return leaf

    def _equals(self, leaf: Among, value: str) -> Condition:
        right = expression_at(Scalar(value, leaf.place, False), self.faults)
        return self._compare(Compare(leaf.name, "=", right, leaf.place))

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

    def _wrong_test(self, place: Place, name: Name, found: Type, test: str) -> None:
        self._wrong(
            place,
            "TYPE",
            f"«{test}» passer ikke for «{name.name}»",
            f"opplysningen er {found.kind}",
            "bruk en annen sammenligning",
        )

    def _wrong(self, place: Place, code: str, what: str, why: str, next_step: str) -> None:
        self.faults.add(place, code, what, why, next_step)
