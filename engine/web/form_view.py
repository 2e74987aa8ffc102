"""The form for an application, made from the vocabulary: parts with questions, each with what is filled in and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.case.application import application
from engine.decide.questions import questions as ordered
from engine.language.application_schema import bounds_in_words
from engine.language.rulebook import Rulebook
from engine.language.vocabulary import Fact
from engine.text import yaml
from engine.text.fault import Fault, Faults
from engine.web.form_values import APPLICATION, DOCTORS, PERIODS, Json, text_of

_EXAMPLES = {
    "dato": "For eksempel 17.5.2020.",
    "tidspunkt": "For eksempel 17.5.2020 eller 2020-05-17T14:03.",
    "måned": "For eksempel 2020-05.",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `kind` is valg, flervalg or tekst; `value` what is filled in, `chosen` the same for several choices."""

    name: str
    id: str
    label: str
    help: str
    kind: str
    choices: tuple[str, ...] = ()
    value: str = ""
    chosen: tuple[str, ...] = ()
    unit: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Questions under a heading, with the parts inside it. `rows` is the path rows are added to, `path` of a row its own."""

    title: str
    path: str
    fields: tuple[Field, ...]
    parts: tuple[Part, ...] = ()
    rows: str = ""
    add: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """The whole form. `faults` are those that belong to no question."""

    scheme: str
    title: str
    parts: tuple[Part, ...]
    text: str
    id: str = ""
    errors: tuple[tuple[str, str], ...] = ()
    faults: tuple[Fault, ...] = field(default=())


def schemes(book: Rulebook) -> list[tuple[str, str]]:
    """The schemes: id and title."""
    return [(one.id, one.title) for one in book.vocabulary.schemes.values()]


def form(book: Rulebook, scheme: str, given: Json, check: bool) -> Form:
    """The form with what is filled in; with `check`, also what is wrong with it."""
    text, places = text_of(book, given, scheme)
    wrong: dict[str, list[Fault]] = {}
    loose: list[Fault] = []
    if check:
        try:
            application(yaml.read_text(text, "skjemaet"), book)
        except Faults as faults:
            for fault in faults:
                name = places.get(fault.place.line, "")
                (wrong.setdefault(name, []) if name.count(".") else loose).append(fault)
    maker = _Maker(book, {name: " ".join(_told(one) for one in some) for name, some in wrong.items()}, scheme)
    parts = maker.parts(given)
    errors = tuple((one.id, f"{one.label} {one.error}") for one in maker.made if one.error)
    missed = [
        fault for name, some in wrong.items() if not any(one.name == name for one in maker.made) for fault in some
    ]
    own = given.get(APPLICATION)
    id = own.get("id", "") if isinstance(own, dict) else ""
    return Form(
        scheme,
        book.vocabulary.schemes[scheme].title,
        parts,
        text,
        id if isinstance(id, str) else "",
        errors,
        (*loose, *missed),
    )


def questions(book: Rulebook, text: str, name: str) -> list[Field]:
    """The questions whose answers can still change the decision, the one that can decide the most first. Raises Faults."""
    read = application(yaml.read_text(text, name), book)
    maker = _Maker(book, {})
    return [
        maker.field(
            one.fact,
            one.asked.path.replace("[", ".").replace("]", ""),
            {},
            f" ({one.asked.doctor})" if one.asked.doctor is not None else "",
        )
        for one in ordered(read, book).ordered
        if one.fact is not None
    ]


def _told(fault: Fault) -> str:
    what = fault.what[0].upper() + fault.what[1:]
    step = fault.next_step[0].upper() + fault.next_step[1:] if fault.next_step else ""
    return f"{what}. {step}.".strip()


class _Maker:
    def __init__(self, book: Rulebook, errors: Mapping[str, str], scheme: str = "") -> None:
        self.book, self.scheme, self.errors = book, scheme, errors
        self.made: list[Field] = []

    def parts(self, given: Json) -> tuple[Part, ...]:
        vocabulary = self.book.vocabulary
        own = _dict(given.get(APPLICATION))
        id = self._id(
            f"{APPLICATION}.id", "Hva skal saken hete?", "Bruk saksnummeret. Bruk ikke navn eller fødselsnummer.", own
        )
        facts = vocabulary.facts_of(self.scheme, "søknad")
        found = [
            Part(
                "Søknaden",
                APPLICATION,
                (id, *self._fields(facts, own, APPLICATION)),
                self._lists(facts, own, APPLICATION),
            )
        ]
        if vocabulary.schemes[self.scheme].has_doctors:
            rows = [self._doctor(number, _dict(one)) for number, one in enumerate(_list(given.get(DOCTORS)))]
            found.append(Part("Legene", "", (), tuple(rows), DOCTORS, "Legg til en lege"))
        return tuple(found)

    def _doctor(self, number: int, own: Json) -> Part:
        path = f"{DOCTORS}.{number}"
        vocabulary = self.book.vocabulary
        facts = vocabulary.facts_of(self.scheme, "lege")
        id = self._id(f"{path}.id", "Hva skal legen kalles i saken?", "Bruk ikke navn eller fødselsnummer.", own)
        periods = [
            Part(
                f"Periode {place + 1}",
                f"{path}.{PERIODS}.{place}",
                tuple(
                    self._fields(vocabulary.facts_of(self.scheme, "periode"), _dict(one), f"{path}.{PERIODS}.{place}")
                ),
                level="periode",
            )
            for place, one in enumerate(_list(own.get(PERIODS)))
        ]
        inside = (
            *self._lists(facts, own, path),
            Part("Perioder", "", (), tuple(periods), f"{path}.{PERIODS}", "Legg til en periode"),
        )
        return Part(f"Lege {number + 1}", path, (id, *self._fields(facts, own, path)), inside, level="lege")

    def _lists(self, facts: Iterable[Fact], own: Json, path: str) -> tuple[Part, ...]:
        found = []
        for fact in facts:
            if fact.kind == "liste":
                rows = f"{path}.{fact.name}"
                lines = [
                    Part(
                        f"Linje {number + 1}",
                        f"{rows}.{number}",
                        tuple(self._fields(fact.fields.values(), _dict(one), f"{rows}.{number}")),
                        level="periode",
                    )
                    for number, one in enumerate(_list(own.get(fact.name)))
                ]
                found.append(Part(fact.question, "", (), tuple(lines), rows, "Legg til en linje"))
        return tuple(found)

    def _fields(self, facts: Iterable[Fact], own: Json, path: str) -> list[Field]:
        return [self.field(fact, f"{path}.{fact.name}", own) for fact in facts if fact.kind != "liste"]

    def _id(self, name: str, label: str, help: str, own: Json) -> Field:
        return self._keep(
            Field(name, _html(name), label, help, "tekst", value=_text(own.get("id")), error=self.errors.get(name, ""))
        )

    def field(self, fact: Fact, name: str, own: Json, whose: str = "") -> Field:
        """The question of a fact."""
        value = own.get(fact.name)
        kind = "flervalg" if fact.kind == "flervalg" else "valg" if fact.choices or fact.kind == "ja_nei" else "tekst"
        choices = fact.choices or (("ja", "nei") if fact.kind == "ja_nei" else ())
        bounds = bounds_in_words(fact).strip(" ,")
        helped = [fact.help]
        if "eksempel" not in fact.help:
            helped.append(_EXAMPLES.get(fact.kind, ""))
        if bounds and not any(sign.isdigit() for sign in fact.help):
            helped.append(f"{bounds[0].upper()}{bounds[1:]}.")
        if fact.default is not None:
            helped.append(f"Uten svar regnes det som «{fact.default}».")
        elif fact.optional:
            helped.append("Kan stå tomt.")
        return self._keep(
            Field(
                name,
                _html(name),
                (fact.question or fact.name) + whose,
                " ".join(part for part in helped if part),
                kind,
                tuple(choices),
                _text(value),
                tuple(_text(one) for one in _list(value)),
                fact.unit.after(2) if fact.unit.powers else "",
                self.errors.get(name, ""),
            )
        )

    def _keep(self, one: Field) -> Field:
        self.made.append(one)
        return one


def _html(name: str) -> str:
    return "f-" + name.replace(".", "-")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _dict(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []
