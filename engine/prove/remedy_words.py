"""What would have made a refusal an award, in bokmål and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from engine.case.stated import Stated, written_value
from engine.language.check_vocabulary import ANSWER
from engine.prove.changeable import Changeable, Piece
from engine.prove.remedy import Answer, Remedies, Tried
from engine.prove.smallest import Changed, Way
from engine.text.month import Month, month_in_words, month_text
from engine.text.norsk import date_text, list_text, number_text

Json = dict[str, Any]

NOTHING = "Ingenting av det som kan endres, er nok"
NOT_STATED = "ikke oppgitt"
_UNITS = {"prosent": "%"}


# --- one value ---------------------------------------------------------------------------------------------------------


def value_text(one: Changeable, value: Stated | None) -> str:
    """A value as it is told."""
    if value is None:
        return NOT_STATED
    if one.fact.kind == "måned" and isinstance(value, int):
        return month_in_words(Month(value))
    if isinstance(value, date):
        return date_text(value)
    if isinstance(value, frozenset):
        return list_text([f"«{word}»" for word in sorted(value)]) or "ingenting"
    if isinstance(value, int | Fraction):
        unit = str(one.fact.unit)
        return f"{number_text(Fraction(value))} {_UNITS.get(unit, unit)}".strip()
    return f"«{value}»"


def answer_text(one: Changed) -> str:
    """What the answer must be: `senest 17.5.2020`, `minst 80 %`, `«rød» eller «grønn»`."""
    fact = one.fact
    if one.piece.low is None:
        choices = [one.piece, *one.also]
        return list_text([value_text(fact, piece.value) for piece in choices], "eller")
    low, high = one.lowest, one.highest
    if low == high and low is not None:
        return value_text(fact, fact.value(low))
    dated = fact.fact.kind in ("dato", "tidspunkt", "måned")
    least, most = ("tidligst", "senest") if dated else ("minst", "høyst")
    later = fact.near is not None and fact.stated and one.piece.low > fact.near
    told = [(least, low), (most, high)] if later else [(most, high), (least, low)]
    words = [f"{word} {value_text(fact, fact.value(end))}" for word, end in told if end is not None]
    return list_text(words) or "hva som helst"


def sentence(one: Changed, application_doctors: Sequence[Any]) -> str:
    """`avtalen må være signert senest 17.5.2020`, with the period it is about."""
    fact = one.fact.fact
    answer = answer_text(one)
    told = fact.change
    if told is None or (f"{{{ANSWER}}}" not in told and answer != "«ja»"):
        words = f"{fact.title or f'«{fact.name}»'} må være {answer}"
    elif one.piece.low is None and one.piece.value is None:
        words = f"{fact.title or f'«{fact.name}»'} må utelates"
    else:
        words = told.replace(f"{{{ANSWER}}}", answer)
    if fact.level != "periode":
        return words
    doctor, number = one.fact.place
    period = application_doctors[doctor].periods[number]
    return f"{words} (perioden {date_text(period.first)}–{date_text(period.last)})"


def now_text(one: Changeable) -> str:
    """What is stated now."""
    if one.stated or one.now is None:
        return value_text(one, one.now)
    return f"{NOT_STATED}, og da brukes {value_text(one, one.now)}"


# --- months that have the same answer ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """Months of a doctor's component, one after the other or not, that have the same answer."""

    doctor: int | None
    component: str | None
    months: tuple[Month, ...]
    answer: Answer

    @property
    def tried(self) -> tuple[Tried, ...]:
        return self.answer.tried


def gathered(found: Remedies) -> list[Told]:
    """Answers that are the same, told once."""
    groups: dict[Any, list[Answer]] = {}
    for one in found.answers:
        target = one.target
        key = (target.doctor, target.component, one.decided_by, _content(one))
        groups.setdefault(key, []).append(one)
    return [
        Told(
            some[0].target.doctor,
            some[0].target.component,
            tuple(one.target.month for one in some if one.target.month is not None),
            some[0],
        )
        for some in groups.values()
    ]


def _content(one: Answer) -> Any:
    ways = tuple(
        tuple((c.fact.path, c.piece, c.lowest, c.highest, c.also) for c in way.changes) for way in one.found.ways
    )
    return ways, one.found.impossible, one.found.open


def months_in_words(months: Sequence[Month]) -> str:
    """`mars–mai 2001 og august 2001`."""
    parts: list[list[Month]] = []
    for month in sorted(months):
        if parts and parts[-1][-1] + 1 == month:
            parts[-1].append(month)
        else:
            parts.append([month])
    return list_text([_stretch(one[0], one[-1]) for one in parts])


def _stretch(first: Month, last: Month) -> str:
    if first == last:
        return month_in_words(first)
    start, end = month_in_words(first), month_in_words(last)
    year = f" {end.rpartition(' ')[2]}"
    return f"{start.removesuffix(year)}–{end}"


def status_text(one: Answer) -> str:
    """Whether the answer is known, in a word."""
    if one.found.ways:
        return "mulig" if one.found.open is None else "mulig, andre måter ikke avgjort"
    return "ingenting" if one.found.impossible else "ikke avgjort"


# --- JSON ----------------------------------------------------------------------------------------------------------------


def as_object(found: Remedies) -> Json:
    """Everything, one entry for each doctor, month and component."""
    application = found.application
    return {
        "søknad": {"id": application.id, "ordning": application.scheme, "utfall": found.decision.outcome},
        "mål": found.goal,
        "svar": [_answer(one, found) for one in found.answers],
        "uten_måneder": list(found.outside),
    }


def _answer(one: Answer, found: Remedies) -> Json:
    target = one.target
    written: Json = {}
    if target.doctor is not None and target.month is not None:
        doctor = found.application.doctors[target.doctor].id
        written |= {"lege": doctor, "måned": month_text(target.month), "komponent": target.component}
    written |= {"avgjort_av": list(one.decided_by), "resultat": status_text(one)}
    if one.found.open is not None:
        written["hvorfor"] = one.found.open
    if one.found.ways:
        written["antall_opplysninger"] = len(one.found.ways[0].changes)
    written["måter"] = [_way(tried, found) for tried in one.tried]
    return written


def _way(tried: Tried, found: Remedies) -> Json:
    return {
        "avstand": tried.way.away,
        "endringer": [_change(one, found) for one in tried.way.changes],
        "utfall": tried.decision.outcome,
        "søknad_sha256": tried.application.digest,
    }


def _change(one: Changed, found: Remedies) -> Json:
    fact = one.fact
    written: Json = {
        "sti": fact.path,
        "faktum": fact.fact.name,
        "fra": None if fact.now is None else written_value(fact.now),
        "til": _written(fact, one.piece),
    }
    if one.piece.low is not None:
        written["minst"] = None if one.lowest is None else written_value(fact.value(one.lowest))
        written["høyst"] = None if one.highest is None else written_value(fact.value(one.highest))
    elif one.also:
        written["eller"] = [_written(fact, piece) for piece in one.also]
    written["tekst"] = sentence(one, found.application.doctors)
    return written


def _written(fact: Changeable, piece: Piece) -> Any:
    value = fact.seen(piece)
    if value is None:
        return None
    if fact.fact.kind == "måned":
        return month_text(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    return written_value(value)


__all__ = ["Told", "Way", "as_object", "gathered", "months_in_words", "now_text", "sentence", "status_text"]
