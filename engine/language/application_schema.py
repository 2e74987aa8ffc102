"""The JSON Schema of applications, generated from the vocabulary."""

from __future__ import annotations

import re
from typing import Any

from engine.language.vocabulary import Fact, Vocabulary
from engine.text.norsk import exact_decimal, list_text

Schema = dict[str, Any]

#: a text, which an editor takes for a number when it is written as one
_TEXT: Schema = {"type": ["string", "number"], "minLength": 1}

#: keys beside the application that make it a test case
CASE_KEYS: Schema = {
    "beskrivelse": {**_TEXT, "description": "Hva saken viser"},
    "kilde": {
        "description": "Hvor de forventede verdiene kommer fra",
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "properties": dict.fromkeys(("publisert", "avledet", "tolkning", "øyeblikksbilde"), _TEXT),
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        },
    },
    "forventet": {"type": "object", "description": "Den delen av vedtaket som skal stemme"},
}

_DIGITS = re.compile(r"(?:\[0-9\]|\\d)\{([0-9]+)\}")
_WHOLE = re.compile(r"0|-?[1-9][0-9]*")
_DATE = r"\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4}"


def _written(pattern: str, words: str) -> Schema:
    """A text of a certain form. The editor shows `patternErrorMessage` where it does not fit."""
    return {
        "type": "string",
        "pattern": f"^({pattern})$",
        "description": words,
        "patternErrorMessage": f"Forventet {words}.",
    }


_KINDS: dict[str, Schema] = {
    "ja_nei": {
        "enum": ["ja", "nei", "true", "false", True, False],
        "description": "ja eller nei",
        "errorMessage": "Gyldige svar er ja og nei.",
    },
    "dato": _written(_DATE, "en dato, for eksempel 2020-05-17"),
    "tidspunkt": _written(
        rf"({_DATE})([T ]\d{{2}}:\d{{2}}(:\d{{2}})?)?",
        "en dato, eller dato og klokkeslett i norsk tid, for eksempel 2020-05-17T14:03",
    ),
    "måned": {
        **_written(r"\d{4}-\d{2}|\d{1,2}\.\d{4}", "en måned, for eksempel 2020-05"),
        "type": ["string", "number"],  # an editor takes 10.2020 for a number
        "minimum": 1,
        "exclusiveMaximum": 13,
    },
}


def application_schema(vocabulary: Vocabulary, scheme: str) -> Schema:
    """The schema of one scheme's applications. Everything but what is `påkrevd` may be left out: a missing fact is an answer too."""
    top: dict[str, Schema] = {"søknad": _application(vocabulary, scheme)}
    if vocabulary.schemes[scheme].has_doctors:
        top["leger"] = {
            "type": "array",
            "minItems": 1,
            "description": "Legene det søkes for",
            "items": _doctor(vocabulary, scheme),
        }
    return {
        "type": "object",
        "description": f"en søknad i ordningen {scheme}",
        "properties": {**top, **CASE_KEYS},
        "required": list(top),
        "additionalProperties": False,
    }


def published_application_schema(vocabulary: Vocabulary) -> Schema:
    """The schema for editors: it takes the scheme from `ordning`, and allows the doctors' schemes when that is left out."""
    schemes = list(vocabulary.schemes)
    dated = [name for name in schemes if vocabulary.schemes[name].has_doctors]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "søknad.schema.json",
        "$comment": "Laget av vokabularet med «alis skjema». Ikke rediger denne filen.",
        "title": "Søknad",
        "description": "En søknad om tilskudd, eller en test (søknad med beskrivelse, kilde og forventet).",
        "type": "object",
        "required": ["søknad"],
        "allOf": [
            {
                "if": {"properties": {"søknad": {"properties": {"ordning": {"const": name}}, "required": ["ordning"]}}},
                "then": {"$ref": f"#/$defs/{name}"},
            }
            for name in schemes
        ]
        + [
            {
                "if": {"properties": {"søknad": {"not": {"required": ["ordning"]}}}},
                "then": {"anyOf": [{"$ref": f"#/$defs/{name}"} for name in dated]},
            }
        ],
        "properties": {"søknad": {"type": "object", "properties": {"ordning": _choice([*schemes])}}},
        "$defs": {name: application_schema(vocabulary, name) for name in schemes},
    }


def _application(vocabulary: Vocabulary, scheme: str) -> Schema:
    properties: dict[str, Schema] = {
        "id": {**_TEXT, "description": "Saksnummeret eller et annet navn på søknaden"},
        "ordning": {**_choice([scheme]), "description": "Ordningen det søkes i"},
    }
    facts = vocabulary.facts_of(scheme, "søknad")
    properties |= {fact.name: fact_schema(fact) for fact in facts}
    return _object(properties, ["id", *(fact.name for fact in facts if fact.required)], "Opplysninger om søknaden")


def _doctor(vocabulary: Vocabulary, scheme: str) -> Schema:
    properties: dict[str, Schema] = {
        "id": {
            **_TEXT,
            "description": "Et navn på legen i denne søknaden. Ikke bruk fødselsnummer.",
        }
    }
    facts = vocabulary.facts_of(scheme, "lege")
    properties |= {fact.name: fact_schema(fact) for fact in facts}
    periods = vocabulary.facts_of(scheme, "periode")
    properties["perioder"] = {
        "type": "array",
        "minItems": 1,
        "description": "Periodene det søkes for",
        "items": _object(
            {fact.name: fact_schema(fact) for fact in periods},
            [fact.name for fact in periods if fact.required],
            "En periode",
        ),
    }
    return _object(properties, ["id", "perioder"], "Opplysninger om legen")


def _object(properties: dict[str, Schema], required: list[str], description: str) -> Schema:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def fact_schema(fact: Fact) -> Schema:
    """The schema of one fact's value."""
    schema = _value_schema(fact)
    text = fact.question + (" " + fact.help if fact.help else "")
    return {**schema, "title": text} if text else schema


def _value_schema(fact: Fact) -> Schema:
    match fact.kind:
        case "valg":
            return _choice(list(fact.choices))
        case "flervalg":
            return {"type": "array", "uniqueItems": True, "items": _choice(list(fact.choices))}
        case "heltall":
            if fact.choices:
                return _choice(list(fact.choices))
            return _number(fact, "integer", r"^[-−]?\d+$", "et helt tall")
        case "desimal":
            return _number(fact, "number", r"^[-−]?\d[\d \u00a0]*([.,]\d+)?(/\d+)?$", "et tall")
        case "tekst":
            return _text(fact.pattern)
        case "liste":
            fields = {name: fact_schema(field) for name, field in fact.fields.items()}
            required = [name for name, field in fact.fields.items() if field.required]
            return {"type": "array", "items": _object(fields, required, fact.question)}
        case _:
            return _KINDS[fact.kind]


def _choice(choices: list[int | str]) -> Schema:
    """One of some answers; one that is a number may be written so. The editor shows `errorMessage` for another."""
    words = list(dict.fromkeys(str(choice) for choice in choices))
    choices = list(dict.fromkeys([*choices, *(int(word) for word in words if _WHOLE.fullmatch(word))]))
    told = f"Gyldige svar er {list_text(words)}." if len(words) > 1 else f"Det gyldige svaret er {words[0]}."
    return {"enum": choices, "errorMessage": told}


def _number(fact: Fact, kind: str, pattern: str, words: str) -> Schema:
    """A number or its text. The bounds hold for both: the editor checks the number, the loader the text."""
    bounded: Schema = {"type": kind}
    for key, bound in (("minimum", fact.at_least), ("exclusiveMinimum", fact.above), ("maximum", fact.at_most)):
        if bound is not None and bound.denominator == 1:
            bounded[key] = int(bound)
    return {"anyOf": [bounded, {"type": "string", "pattern": pattern}], "description": words + bounds_in_words(fact)}


def _text(pattern: str | None) -> Schema:
    """A text of a form, or of any."""
    digits = _DIGITS.fullmatch(pattern or "")
    number: Schema = (
        {"type": "integer", "minimum": 0, "maximum": 10 ** int(digits[1]) - 1} if digits else {"type": "number"}
    )
    words = pattern_in_words(pattern) if pattern else "tekst"
    return {"anyOf": [{"type": "string", "pattern": f"^({pattern or '.+'})$"}, number], "description": words}


def pattern_in_words(pattern: str) -> str:
    """`4 siffer` for the forms that are known, else the form itself."""
    digits = _DIGITS.fullmatch(pattern)
    return f"{digits[1]} siffer" if digits else f"tekst på formen {pattern}"


def bounds_in_words(fact: Fact) -> str:
    """` over 0 og høyst 100`, or nothing."""
    words = [
        f"{word} {exact_decimal(bound)}"
        for word, bound in (("minst", fact.at_least), ("over", fact.above), ("høyst", fact.at_most))
        if bound is not None
    ]
    return " " + " og ".join(words) if words else ""
