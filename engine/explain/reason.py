"""Reasons in plain bokmål: the texts of the rules with the values filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from engine.case.frame import Frame, Slots
from engine.case.stated import Stated
from engine.case.value import UNSET, Between, Unknown, Value
from engine.decide.decision import Decision, Finding, Noted
from engine.language.check_reasons import BARE, LACKING, PLACEHOLDER
from engine.language.condition import Includes, leaves
from engine.language.model import Reading
from engine.language.unit import PLAIN, Unit
from engine.text.month import Month, month_in_words
from engine.text.norsk import date_text, list_text, money_text, number_text

#: text before a name, the name, and how its value is written (None after the last)
Part = tuple[str, str, Callable[[Frame], str] | None]

#: why a doctor has no months
NOTHING_APPLIED_FOR = "Det er ikke søkt om noe som ordningen kan gi."

_KINDS = {"heltall": "tall", "desimal": "tall"}

_GENERAL = {
    "oppfylt": "Vilkåret er oppfylt.",
    "ikke oppfylt": "Vilkåret er ikke oppfylt.",
    "uavklart": "Det mangler opplysninger som trengs for å vurdere vilkåret.",
    "ikke aktuelt": "Vilkåret er ikke aktuelt i dette tilfellet.",
}


class Texts:
    """The texts of one scheme, made ready to fill in. `stated` holds facts whose full value the frames shorten (moments)."""

    def __init__(self, slots: Slots) -> None:
        self.slots = slots
        self._parts: dict[tuple[str, str | None], tuple[Part, ...]] = {}
        self.leaning: dict[tuple[str, str], tuple[Reading, ...]] = {}

    def reason(self, finding: Finding, stated: Mapping[str, Stated]) -> str:
        """The reason for a finding."""
        rule = finding.rule
        of_list = rule.per if rule.per in self.slots.lists else None
        if finding.answer.why is not None:
            return finding.answer.why
        if finding.answer.exemption is not None:
            text = next(one.reason for one in rule.exemptions if one.id == finding.answer.exemption)
        elif finding.answer.judged:
            text = rule.reasons.get("skjønn", rule.reasons.get("ikke_oppfylt", ""))
        else:
            text = rule.reasons.get(finding.result.replace(" ", "_"), "") or _GENERAL[finding.result]
        return self._filled(text, of_list, finding.frame, stated, finding)

    def note(self, noted: Noted, stated: Mapping[str, Stated]) -> str:
        """The text of a note."""
        note = noted.note.note
        of_list = note.per if note.per in self.slots.lists else None
        amount = None if noted.amount is None else money_text(_øre(noted.amount))
        return self._filled(note.text, of_list, noted.frame, stated, None, amount)

    def plain(self, text: str, values: Mapping[str, Stated]) -> str:
        """A text whose names are stated facts."""
        return PLACEHOLDER.sub(lambda match: stated_text(values.get(match.group(1), "ikke oppgitt")), text)

    def _filled(
        self,
        text: str,
        of_list: str | None,
        frame: Frame,
        stated: Mapping[str, Stated],
        finding: Finding | None,
        amount: str | None = None,
    ) -> str:
        key = (text, of_list)
        parts = self._parts.get(key)
        if parts is None:
            parts = self._parts[key] = self._split(text, of_list)
        filled = []
        for before, name, write in parts:
            filled.append(before)
            if write is None:
                continue
            if name.startswith(LACKING) and finding is not None:
                filled.append(self._lacking(name.removeprefix(LACKING), finding))
            elif name == "beløp" and amount is not None:
                filled.append(amount)
            else:
                moment = stated.get(name)
                filled.append(stated_text(moment) if type(moment) is datetime else write(frame))
        return "".join(filled)

    def _split(self, text: str, of_list: str | None) -> tuple[Part, ...]:
        parts: list[Part] = []
        end = 0
        for match in PLACEHOLDER.finditer(text):
            parts.append((text[end : match.start()], match.group(1), self._writer(match.group(1), of_list)))
            end = match.end()
        parts.append((text[end:], "", None))
        return tuple(parts)

    def _writer(self, name: str, of_list: str | None) -> Callable[[Frame], str]:
        """How a name's value is written; what only a finding or a note knows is written empty here."""
        bare = name.endswith(BARE)
        name = name.removesuffix(BARE)
        field = self.slots.lists[of_list].fields.get(name) if of_list else None
        if field is None and name not in self.slots.types:
            return lambda frame: ""
        unit = PLAIN if bare else field.unit if field else self.slots.types[name].unit
        kind = _KINDS.get(field.kind, field.kind) if field else self.slots.types[name].kind
        table = field is None and self.slots.types[name].source == "tabell"
        read = self.slots.reader(name, of_list)
        known: dict[object, str] = {}

        def write(frame: Frame) -> str:
            value = read(frame)
            if type(value) is not int and type(value) is not str:
                return value_text(value, kind, unit, table)
            text = known.get(value)
            if text is None:
                if len(known) > 1000:
                    known.clear()
                text = known[value] = value_text(value, kind, unit, table)
            return text

        return write

    def _lacking(self, name: str, finding: Finding) -> str:
        given: Any = finding.frame[self.slots.index[name]]
        wanted = [
            leaf.value
            for leaf in leaves(finding.rule.requirement)
            if isinstance(leaf, Includes) and leaf.name.name == name
        ]
        return list_text([word for word in wanted if not isinstance(given, frozenset) or word not in given])


def value_text(value: Value, kind: str, unit: Unit, table: bool = False) -> str:
    """A value as a reason writes it."""
    if value is UNSET:
        return "ikke kjent"
    if isinstance(value, Unknown):
        return "ukjent" if table else "ikke oppgitt"
    if isinstance(value, Between):
        if not table and value.cause.facts and isinstance(value.low, date):
            return "ikke kjent"
        return f"mellom {value_text(value.low, kind, PLAIN)} og {value_text(value.high, kind, unit)}"
    if isinstance(value, date):
        return date_text(value)
    if isinstance(value, frozenset):
        return list_text(sorted(value))
    if isinstance(value, str):
        return value
    return month_in_words(Month(int(value))) if kind == "måned" else _amount(Fraction(value), unit)


@lru_cache(maxsize=4096)
def _amount(value: Fraction, unit: Unit) -> str:
    """`7 dager`, `7,5 timer/år`, `700 kr/time`, `7 %`; a bare year or number as it is."""
    words = unit.after(value)
    if not words and value.denominator == 1:
        return str(value.numerator)
    number = number_text(value)
    if "/" in number and ("kr", 1) in unit.powers:  # decimals without end: to the nearest øre, and said so
        number = "ca. " + number_text(Fraction((value * 100 + Fraction(1, 2)) // 1, 100))
    return number + (" " + words if words else "")


def stated_text(value: Any) -> str:
    """A stated fact as a reason writes it."""
    if isinstance(value, datetime):
        return date_text(value.date()) + (
            f" klokken {value:%H.%M}" if (value.hour, value.minute, value.second) != (0, 0, 0) else ""
        )
    if isinstance(value, date):
        return date_text(value)
    if isinstance(value, Fraction):
        return number_text(value)
    return list_text(sorted(value)) if isinstance(value, frozenset) else str(value)


def _øre(amount: Fraction) -> Decimal:
    """To the nearest øre, for showing."""
    return Decimal((amount * 100 + Fraction(1, 2)) // 1).scaleb(-2)


def texts(decision: Decision) -> Texts:
    """The scheme's texts, made ready once."""
    book = decision.compiled.book
    key = ("tekster", decision.application.scheme)
    if key not in book.compiled:
        book.compiled[key] = Texts(decision.compiled.slots)
    found: Texts = book.compiled[key]
    return found
