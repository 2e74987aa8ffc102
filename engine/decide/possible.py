"""The answers to try to a question: what a fact could be stated as, as far as the rules tell such answers apart."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from fractions import Fraction

from engine.case.stated import Application, Stated, read_stated
from engine.case.value import Asked
from engine.decide.compiled import CompiledScheme
from engine.language.vocabulary import Fact
from engine.text.month import Month, last_day
from engine.text.norsk import date_text, number_text

#: the most dates tried as answers to one question
_DATES = 12


class Possible:
    """The possible answers to questions about one application."""

    def __init__(self, application: Application, compiled: CompiledScheme) -> None:
        self.given = application
        self.compiled = compiled

    def answers(self, fact: Fact, asked: Asked) -> list[Stated]:
        """Answers to try: every choice; for numbers the ends; for dates those on both sides of the dates that rules name."""
        match fact.kind:
            case "ja_nei":
                return ["ja", "nei"]
            case "flervalg":
                return [frozenset(fact.choices), frozenset()]
            case "dato" | "tidspunkt":
                days = self._days(fact, asked)
                return [datetime.combine(day, time(12)) if fact.kind == "tidspunkt" else day for day in days]
            case "heltall" | "desimal" if not fact.choices:
                ends = [fact.at_least if fact.at_least is not None else fact.above, fact.at_most]
                numbers = [Fraction(end) for end in ends if end is not None and end != fact.above]
                numbers = numbers or [Fraction(1)]
                return [int(one) if fact.kind == "heltall" else one for one in dict.fromkeys(numbers)]
            case "måned" | "tekst" | "liste":
                return []
            case _:
                return [read_stated(fact, choice) for choice in fact.choices]

    def _days(self, fact: Fact, asked: Asked) -> list[date]:
        one = timedelta(days=1)
        found: set[date] = set()
        for rule_set in self.compiled.scheme.sets:
            if fact.name == self.compiled.vocabulary.agreement_date and rule_set.agreements is not None:
                first, last = rule_set.agreements.first, rule_set.agreements.last
                found |= {day for day in (first, last) if day is not None}
                found |= {first - one} if first is not None else set()
                found |= {last + one} if last is not None else set()
        for parameter in self.compiled.scheme.parameters.values():
            for row in parameter.values:
                if isinstance(row.value, date):
                    found |= {row.value, row.value + one}
        for doctor in self.given.doctors:
            if asked.doctor in (None, doctor.id) and doctor.periods:
                found |= {doctor.periods[0].first, doctor.periods[-1].last}
        days = sorted(found)
        if len(days) > _DATES:
            step = Fraction(len(days) - 1, _DATES - 1)
            days = [days[int(number * step)] for number in range(_DATES)]
        return days or [last_day(Month(12 * 2000))]


def answer_text(value: Stated) -> str:
    """An answer as a person reads it."""
    if isinstance(value, frozenset):
        return "alle" if value else "ingen"
    if isinstance(value, date):
        return date_text(value)
    if isinstance(value, int):
        return str(value)
    return number_text(value) if isinstance(value, Fraction) else value
