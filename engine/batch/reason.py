"""Why a cell cannot be read: its code and what, why and next step, as SQL over the few rows that are refused.

The codes and words are those the single case uses for the same fault (`engine.case.application`, `engine.language.schema_check`).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from engine.batch import cell, sql
from engine.batch.schema import DIGITS, ID, SCHEME, Column, largest
from engine.language.application_schema import bounds_in_words, fact_schema
from engine.text.literal import EARLIEST_YEAR, LATEST_YEAR
from engine.text.norsk import list_text, number_text

_ANY_DATE = r"\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4}"
_ANY_MOMENT = rf"({_ANY_DATE})([T ]\d{{2}}:\d{{2}}(:\d{{2}})?)?"
_ANY_MONTH = r"\d{4}-\d{2}|\d{1,2}\.\d{4}"
_ANY_NUMBER = "[-−]?\\d[\\d \u00a0]*([.,]\\d+)?(/\\d+)?"
_ANY_INTEGER = r"[-−]?\d+"
_YEARS = f"årene er fra {EARLIEST_YEAR} til {LATEST_YEAR}"

_FORMS = {
    "dato": (_ANY_DATE, "en dato, for eksempel 2020-05-17", f"dagen må finnes i kalenderen, og {_YEARS}"),
    "tidspunkt": (
        _ANY_MOMENT,
        "en dato, eller dato og klokkeslett i norsk tid, for eksempel 2020-05-17T14:03",
        f"dagen må finnes, klokken går fra 00:00 til 23:59, og {_YEARS}",
    ),
    "måned": (_ANY_MONTH, "en måned, for eksempel 2020-05", f"måneder går fra 1 til 12, og {_YEARS}"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """When a cell is refused for this reason, its code, and what, why and next step. `when` and `what` are SQL."""

    when: str
    code: str
    what: str
    why: str
    next_step: str

    @property
    def told(self) -> str:
        """SQL for the three as one text."""
        return f"{self.what} || {sql.text(f' – {self.why} – {self.next_step}')}"


def written(raw: str, type: str) -> str:
    """SQL for the cell's text."""
    return f"array_to_string({raw}, '{cell.BETWEEN} ')" if type == "VARCHAR[]" else f"CAST({raw} AS VARCHAR)"


def reasons(column: Column, raw: str, type: str, schemes: list[str], hint: str) -> list[Reason]:
    """The reasons in the order they are tried; the last one always holds. `hint` is SQL for « mente du …» or NULL."""
    text = written(raw, type)
    found = sql.shown(text)
    if column.fact is None:
        return _of_key(column, text, found, schemes, hint)
    at = f"«{column.name}»"
    match column.kind:
        case "ja_nei":
            return [_wrong_choice(found, at, ["ja", "nei"], hint)]
        case "valg":
            return [_wrong_choice(found, at, list(column.fact.choices), hint)]
        case "flervalg":
            return _of_choices(column, cell.items(raw, type), at)
        case "heltall" if column.fact.choices:
            return [_wrong_choice(found, at, list(column.fact.choices), hint)]
        case "heltall" | "desimal":
            return _of_number(column, raw, type, text, found)
        case "tekst":
            return [_hidden(text, at), _form(found, at, str(fact_schema(column.fact)["description"]))]
        case _:
            shape, about, why = _FORMS[column.kind]
            read = f"regexp_full_match({text}, {sql.text(shape)})" if cell.is_text(type) else "true"
            what = f"{found} || {sql.text(f' kan ikke leses i {at}')}"
            return [Reason(read, "VERDI", what, why, "rett verdien"), _form(found, at, about)]


def _of_key(column: Column, text: str, found: str, schemes: list[str], hint: str) -> list[Reason]:
    at = f"«{column.name}»"
    if column.name == SCHEME:
        what = f"'ordningen ' || {found} || ' finnes ikke' || coalesce(',' || {hint}, '')"
        return [Reason("true", "ORDNING", what, f"ordningene er {list_text(schemes)}", "rett navnet")]
    about = "her skal det stå et navn på raden" if column.name == ID else "her skal det stå hvem raden hører til"
    empty = Reason(f"{text} = ''", "SKJEMA-TOM", sql.text(f"{at} er tom"), about, "fyll inn verdien")
    return [empty, _hidden(text, at)]


def _of_choices(column: Column, listed: str, at: str) -> list[Reason]:
    assert column.fact is not None
    choices = list(column.fact.choices)
    odd = f"list_filter({listed}, lambda one: one IS NULL OR NOT list_contains([{sql.texts(choices)}], one))"
    again = Reason(
        f"len({odd}) = 0",
        "SKJEMA-DUPLIKAT",
        sql.text(f"samme svar står flere ganger i {at}"),
        "hvert svar kan bare stå én gang",
        "fjern gjentakelsen",
    )
    return [again, _wrong_choice(sql.shown(f"coalesce({odd}[1], '')"), at, choices, "NULL")]


def _of_number(column: Column, raw: str, type: str, text: str, found: str) -> list[Reason]:
    assert column.fact is not None
    at, whole = f"«{column.name}»", column.kind == "heltall"
    bounds = bounds_in_words(column.fact)
    about = ("et helt tall" if whole else "et tall") + bounds
    most, limit = DIGITS - (column.scale or 0), largest(column.fact)
    possible = " AND ".join(["true", *cell.stated_bounds(column, "value")])
    exact = cell.INTEGER if whole else rf"{cell.WHOLE}([.,][0-9]+)?"
    too_many = Reason(
        f"regexp_full_match({text}, {sql.text(rf'{cell.WHOLE}[.,][0-9]{{{(column.scale or 0) + 1},}}')}) "
        f"OR regexp_full_match({text}, '-?[0-9.]+e-[0-9]+')",
        "VERDI-DESIMALER",
        f"{found} || {sql.text(f' har for mange desimaler i {at}')}",
        f"kolonnen tar høyst {column.scale} desimaler, og ingenting avrundes",
        "rett tallet, eller vurder søknaden for seg med «alis vurder»",
    )
    return [
        Reason(
            f"value IS NOT NULL AND {possible}",
            "VERDI-STØRRELSE",
            f"{found} || {sql.text(f' er for stort for {at}')}",
            f"i tabeller går tallet fra {number_text(Fraction(-limit))} til {number_text(Fraction(limit))}",
            "rett tallet, eller vurder søknaden for seg med «alis vurder»",
        ),
        Reason(
            "value IS NOT NULL",
            "VERDI-GRENSE",
            f"{found} || {sql.text(f' er ikke mulig for {at}')}",
            f"tallet må være{bounds}",
            "rett tallet",
        ),
        *([] if whole else [too_many]),
        Reason(
            f"regexp_full_match({text}, {sql.text(exact)}) OR regexp_full_match({text}, '-?[0-9.]+e[+][0-9]+')",
            "VERDI-STØRRELSE",
            f"{found} || {sql.text(f' er for stort for {at}')}",
            "så store tall kan kolonnen ikke holde" if whole else f"kolonnen tar høyst {most} sifre foran komma",
            "rett tallet",
        ),
        Reason(
            f"regexp_full_match({text}, {sql.text(_ANY_INTEGER if whole else _ANY_NUMBER)})",
            "VERDI",
            f"{found} || {sql.text(f' kan ikke leses i {at}')}",
            f"forventet {about}, med alle sifrene og uten 0 foran",
            "rett tallet",
        ),
        _form(found, at, about),
    ]


def _wrong_choice(found: str, at: str, choices: list[str], hint: str) -> Reason:
    what = f"{found} || {sql.text(f' er ikke et gyldig svar i {at}')} || coalesce(',' || {hint}, '')"
    return Reason("true", "SKJEMA-VALG", what, f"gyldige svar er {list_text(choices)}", "velg ett av svarene")


def _hidden(text: str, at: str) -> Reason:
    what = sql.text(f"{at} har et usynlig styretegn")
    when = f"regexp_matches({text}, '{cell.HIDDEN}')"
    return Reason(when, "TABELL-TEGN", what, "slike tegn er ikke tekst", "slett tegnet")


def _form(found: str, at: str, about: str) -> Reason:
    what = f"{found} || {sql.text(f' er ikke skrevet riktig i {at}')}"
    return Reason("true", "SKJEMA-FORM", what, f"forventet {about}", "rett verdien")
