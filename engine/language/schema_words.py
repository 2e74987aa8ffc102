"""What a schema allows and what was found instead, in words that fit into an error."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.text.norsk import list_text, quoted


def found(instance: Any) -> str:
    if isinstance(instance, dict):
        return "en gruppe med linjer"
    if isinstance(instance, list):
        return "en liste"
    text = str(instance)
    return "en tom verdi" if not text else quoted(text)


def expected(schema: Any) -> str:
    """What a schema allows, in words that can follow `forventet`."""
    if not isinstance(schema, dict):
        return ANYTHING
    if "description" in schema:
        return lowered(schema["description"])
    if "$ref" in schema:
        name = str(schema["$ref"]).rsplit("/", 1)[-1]
        return _NAMED.get(name, ANYTHING)
    if "enum" in schema:
        return list_text([str(value) for value in schema["enum"]], "eller")
    if "const" in schema:
        return f"«{schema['const']}»"
    return kinds_of(schema)


def kinds_of(schema: dict[str, Any]) -> str:
    """The kind of value, and for a group of lines the names it must have."""
    kinds: Iterable[str] = [schema["type"]] if isinstance(schema.get("type"), str) else schema.get("type", [])
    if list(kinds) == ["object"] and schema.get("required"):
        return f"linjer med {list_text([f'«{key}»' for key in schema['required']])}"
    if "string" in kinds:
        kinds = [kind for kind in kinds if kind not in ("number", "integer")]  # a number is a text too
    return " eller ".join(_KINDS.get(kind, kind) for kind in kinds) or ANYTHING


def lowered(text: Any) -> str:
    """A description as part of a sentence."""
    words = str(text).rstrip(".")
    return words[:1].lower() + words[1:]


ANYTHING = "noe annet"
_KINDS = {
    "object": "en gruppe med linjer",
    "array": "en liste",
    "string": "tekst",
    "number": "et tall",
    "integer": "et helt tall",
    "boolean": "ja eller nei",
}
_NAMED = {
    "janei": "ja eller nei",
    "dato": "en dato, for eksempel 2020-05-17",
    "måned": "en måned, for eksempel 2020-05",
    "heltall": "et helt tall",
    "tall": "et tall",
    "id": "et navn med små bokstaver, tall og bindestrek",
    "navn": "et navn med små bokstaver, tall og understrek",
    "krav": "et krav",
    "hjemmel": "hvor regelen står",
    "begrunnelse": "begrunnelsene",
    "i_kraft": "når regelen gjelder",
}
