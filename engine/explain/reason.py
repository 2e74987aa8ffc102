"""Reasons in plain bokmål: the texts of the rules with the values filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from engine.case.frame import Frame, Reader
from engine.case.names import Names
from engine.case.stated import Stated
from engine.case.value import UNSET, Between, Unknown, Value
from engine.decide.answer import Answer
from engine.decide.decision import Decision, Finding, Noted
from engine.language.check_reasons import AMOUNT, BARE, LACKING, PLACEHOLDER
from engine.language.condition import Includes, leaves
from engine.language.model import Reading, Rule
from engine.language.unit import PLAIN, Unit
from engine.text.month import Month, month_in_words
from engine.text.norsk import date_text, list_text, money_text, number_text

#: a text ready to be filled in: its case's frame, facts whose full value the frames shorten (moments), its rule, and its amount
Filling = Callable[[Frame, Mapping[str, Stated], Rule | None, str | None], str]
_Writable = tuple[int, Reader, Callable[[Value], str]]

#: why a doctor has no months
NOTHING_APPLIED_FOR = "Det er ikke søkt om noe som ordningen kan gi."

#: texts kept ready, of each kind
_KEPT = 10_000

_KINDS = {"heltall": "tall", "desimal": "tall"}

_GENERAL = {
    "oppfylt": "Vilkåret er oppfylt.",
    "ikke oppfylt": "Vilkåret er ikke oppfylt.",
    "uavklart": "Det mangler opplysninger som trengs for å vurdere vilkåret.",
    "ikke aktuelt": "Vilkåret er ikke aktuelt i dette tilfellet.",
}


class Texts:
    """The texts of one scheme, made ready to fill in."""

    def __init__(self, names: Names) -> None:
        self.slots = names.slots
        self._fillings: dict[tuple[str, str | None], Filling] = {}
        self._names = names
        self._reasons: dict[Answer, Filling] = {}
        self.leaning: dict[tuple[Answer, ...], dict[tuple[str, str], tuple[Reading, list[str]]]] = {}
        self.leaning_rules: dict[tuple[str, str], tuple[Reading, ...]] = {}

    def reason(self, finding: Finding, stated: Mapping[str, Stated]) -> str:
        """The reason for a finding. `stated` are the application's facts."""
        return self.filling(finding.answer)(finding.frame, stated, finding.rule, None)

    def filling(self, answer: Answer) -> Filling:
        """The reason for an answer, ready to be filled in."""
        filling = self._reasons.get(answer)
        if filling is None:
            if len(self._reasons) > _KEPT:
                self._reasons.clear()
            filling = self._reasons[answer] = self._reason(answer)
        return filling

    def fixed(self, answer: Answer) -> str | None:
        """The reason for an answer, if it is the same whatever the case."""
        text = answer.why if answer.why is not None else self._text(answer)
        return text if answer.why is not None or not PLACEHOLDER.search(text) else None

    def reach(self, answer: Answer) -> int:
        """The months of a doctor that the reason is the same in; see `OF_SETTING`."""
        text = "" if answer.why is not None else self._text(answer)
        return self._names.reach(name.removesuffix(BARE) for name in PLACEHOLDER.findall(text))

    def _reason(self, answer: Answer) -> Filling:
        why = answer.why
        if why is not None:
            return lambda frame, stated, rule, amount: why
        return self._filling(self._text(answer), answer.clause.rule.per)

    def _text(self, answer: Answer) -> str:
        rule = answer.clause.rule
        if answer.exemption is not None:
            return next(one.reason for one in rule.exemptions if one.id == answer.exemption)
        if answer.judged:
            return rule.reasons.get("skjønn", rule.reasons.get("ikke_oppfylt", ""))
        return rule.reasons.get(answer.result.replace(" ", "_"), "") or _GENERAL[answer.result]

    def note(self, noted: Noted, stated: Mapping[str, Stated]) -> str:
        """The text of a note."""
        note = noted.note.note
        amount = None if noted.amount is None else money_text(_øre(noted.amount))
        return self._filling(note.text, note.per)(noted.frame, stated, None, amount)

    def plain(self, text: str, values: Mapping[str, Stated]) -> str:
        """A text whose names are stated facts."""
        return PLACEHOLDER.sub(lambda match: stated_text(values.get(match.group(1), "ikke oppgitt")), text)

    def _filling(self, text: str, per: str) -> Filling:
        of_list = per if per in self.slots.lists else None
        key = (text, of_list)
        if key not in self._fillings:
            self._fillings[key] = self._split(text, of_list)
        return self._fillings[key]

    def _split(self, text: str, of_list: str | None) -> Filling:
        pieces = PLACEHOLDER.split(text)
        between, names = pieces[::2], pieces[1::2]
        if not names:
            return lambda frame, stated, rule, amount: text
        of_case = [self._of_case(name, of_list) for name in names]
        if not any(of_case):
            return _of_values([self._value(name, of_list) for name in names], between)
        parts = [
            own or _of_values([self._value(name, of_list)], ("", "")) for own, name in zip(of_case, names, strict=True)
        ]
        return _joined(parts, between)

    def _of_case(self, name: str, of_list: str | None) -> Filling | None:
        """How to write a name that stands for more than its value in the frame."""
        fact = self.slots.vocabulary.facts.get(name)
        if name == AMOUNT and of_list is None and name not in self.slots.types:
            return lambda frame, stated, rule, amount: amount or ""
        if name.startswith(LACKING):
            return lambda frame, stated, rule, amount: self._lacking(name.removeprefix(LACKING), frame, rule)
        if fact is not None and fact.kind == "tidspunkt":
            return lambda frame, stated, rule, amount: stated_text(stated.get(name, "ikke oppgitt"))
        known = name.removesuffix(BARE)
        if known not in self.slots.types and (of_list is None or known not in self.slots.lists[of_list].fields):
            return lambda frame, stated, rule, amount: ""
        return None

    def _value(self, name: str, of_list: str | None) -> _Writable:
        """How a name's value is read and written."""
        bare = name.endswith(BARE)
        name = name.removesuffix(BARE)
        field = self.slots.lists[of_list].fields.get(name) if of_list else None
        unit = PLAIN if bare else field.unit if field else self.slots.types[name].unit
        kind = _KINDS.get(field.kind, field.kind) if field else self.slots.types[name].kind
        table = field is None and self.slots.types[name].source == "tabell"
        return *self.slots.place(name, of_list), (lambda value: value_text(value, kind, unit, table))

    def _lacking(self, name: str, frame: Frame, rule: Rule | None) -> str:
        assert rule is not None
        given: Any = frame[self.slots.index[name]]
        wanted = [
            leaf.value for leaf in leaves(rule.requirement) if isinstance(leaf, Includes) and leaf.name.name == name
        ]
        return list_text([word for word in wanted if not isinstance(given, frozenset) or word not in given])


def _of_values(values: Sequence[_Writable], between: Sequence[str]) -> Filling:
    """A text that hangs on values of the frame alone, written once for the same values."""
    places = [(slot, read) for slot, read, _ in values]
    known: dict[tuple[Value, ...], str] = {}

    def fill(frame: Frame, stated: Mapping[str, Stated], rule: Rule | None, amount: str | None) -> str:
        read_values: tuple[Value, ...] = ()
        for slot, read in places:
            value = frame[slot]
            read_values += (read(frame) if value is UNSET else value,)
        text = known.get(read_values)
        if text is None:
            if len(known) > _KEPT:
                known.clear()
            written = [write(value) for (_, _, write), value in zip(values, read_values, strict=True)]
            text = known[read_values] = _interleaved(between, written)
        return text

    return fill


def _joined(parts: Sequence[Filling], between: Sequence[str]) -> Filling:
    def fill(frame: Frame, stated: Mapping[str, Stated], rule: Rule | None, amount: str | None) -> str:
        return _interleaved(between, [part(frame, stated, rule, amount) for part in parts])

    return fill


def _interleaved(between: Sequence[str], written: Sequence[str]) -> str:
    return between[0] + "".join(one + text for one, text in zip(written, between[1:], strict=True))


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
        book.compiled[key] = Texts(decision.compiled.names)
    found: Texts = book.compiled[key]
    return found
