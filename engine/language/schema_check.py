"""JSON Schema 2020-12 on what a file holds, with every error in Norwegian at its own line and column.

One short function per keyword; a failing `anyOf` or `oneOf` is told through its most relevant branch.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.text.fault import Fault, FaultList
from engine.text.node import Mapping, Node, Sequence, at, plain
from engine.text.norsk import list_text
from engine.text.place import Place
from engine.text.suggest import did_you_mean

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

FOLDER = Path(__file__).parent / "schema"

_GUIDANCE = "se hva editoren foreslår, eller språkreferansen"


@cache
def published(name: str) -> dict[str, Any]:
    """A schema from `engine/language/schema/`, by name without `.schema.json`."""
    loaded: dict[str, Any] = json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))
    return loaded


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    """A validator for a schema that is known to be valid itself."""
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema)


def check(node: Node, schema: Draft202012Validator, faults: FaultList) -> None:
    """Report everything in `node` that the schema does not allow."""
    for error in schema.iter_errors(plain(node)):
        faults.extend(_faults(error, node))


def _faults(error: ValidationError, node: Node) -> Iterator[Fault]:
    error = _narrow(error)
    tell = _KEYWORDS.get(str(error.validator), _other)
    yield from tell(error, node)


def _narrow(error: ValidationError) -> ValidationError:
    """Go down into the branch of an anyOf/oneOf that is about the same kind of value and got furthest."""
    while error.validator in ("anyOf", "oneOf") and error.context:
        branches: dict[int, list[ValidationError]] = {}
        for inner in error.context:
            branches.setdefault(int(inner.schema_path[0]), []).append(inner)
        same_kind = [
            errors
            for errors in branches.values()
            if not any(e.validator in ("type", "enum", "const") and not e.relative_path for e in errors)
        ]
        if not same_kind:
            return error
        best = max(same_kind, key=lambda errors: (max(len(e.absolute_path) for e in errors), -len(errors)))
        error = max(best, key=lambda e: len(e.absolute_path))
    return error


def _place(error: ValidationError, node: Node) -> Place:
    return at(node, error.absolute_path)


def _key_place(error: ValidationError, node: Node, key: str) -> Place:
    holder: Node = node
    for step in error.absolute_path:
        if isinstance(holder, Mapping) and isinstance(step, str):
            holder = holder.entries[step]
        elif isinstance(holder, Sequence) and isinstance(step, int):
            holder = holder.items[step]
    return holder.keys.get(key, holder.place) if isinstance(holder, Mapping) else holder.place


def _owner(error: ValidationError) -> str:
    words = [str(step) for step in error.absolute_path if isinstance(step, str)]
    return f"«{words[-1]}»" if words else "filen"


def _required(error: ValidationError, node: Node) -> Iterator[Fault]:
    for key in error.validator_value:
        if key not in error.instance and key in error.message.split("'"):
            what = f"«{key}» mangler i {_owner(error)}"
            yield Fault(_place(error, node), "SKJEMA-MANGLER", what, "opplysningen må være med", f"legg til «{key}»")


def _unknown(error: ValidationError, node: Node) -> Iterator[Fault]:
    known = list(error.schema.get("properties", {}))
    for key in error.instance:
        if key not in known:
            hint = did_you_mean(key, known)
            what = f"«{key}» er ikke kjent i {_owner(error)}" + ("," + hint if hint else "")
            yield Fault(
                _key_place(error, node, key),
                "SKJEMA-UKJENT",
                what,
                f"her kan det stå {list_text(known)}" if known else "her kan det ikke stå noe",
                "rett navnet eller fjern linjen",
            )


def _type(error: ValidationError, node: Node) -> Iterator[Fault]:
    yield Fault(
        _place(error, node),
        "SKJEMA-TYPE",
        f"{_found(error.instance)} passer ikke i {_owner(error)}",
        f"forventet {_expected(error.schema)}",
        _GUIDANCE,
    )


def _enum(error: ValidationError, node: Node) -> Iterator[Fault]:
    allowed = [str(value) for value in error.validator_value if not isinstance(value, bool)]
    allowed = [word for word in allowed if word not in ("true", "false")] or allowed
    hint = did_you_mean(error.instance, allowed) if isinstance(error.instance, str) else ""
    yield Fault(
        _place(error, node),
        "SKJEMA-VALG",
        f"{_found(error.instance)} er ikke et gyldig svar i {_owner(error)}" + ("," + hint if hint else ""),
        f"gyldige svar er {list_text(allowed)}",
        "velg ett av svarene",
    )


def _const(error: ValidationError, node: Node) -> Iterator[Fault]:
    yield Fault(
        _place(error, node),
        "SKJEMA-VALG",
        f"{_found(error.instance)} er ikke et gyldig svar i {_owner(error)}",
        f"det eneste gyldige svaret er «{error.validator_value}»",
        "rett svaret",
    )


def _pattern(error: ValidationError, node: Node) -> Iterator[Fault]:
    yield Fault(
        _place(error, node),
        "SKJEMA-FORM",
        f"{_found(error.instance)} er ikke skrevet riktig i {_owner(error)}",
        f"forventet {_expected(error.schema)}",
        "rett verdien",
    )


def _empty(error: ValidationError, node: Node) -> Iterator[Fault]:
    yield Fault(
        _place(error, node),
        "SKJEMA-TOM",
        f"{_owner(error)} er tom",
        f"forventet {_expected(error.schema)}",
        "fyll inn verdien eller fjern linjen",
    )


def _branches(error: ValidationError, node: Node) -> Iterator[Fault]:
    options = [_expected(branch) for branch in error.validator_value]
    if error.validator == "oneOf" and all("required" in branch for branch in error.validator_value):
        keys = [branch["required"][0] for branch in error.validator_value]
        given = [key for key in keys if isinstance(error.instance, dict) and key in error.instance]
        what = f"{_owner(error)} har " + (f"både {list_text(given)}" if given else "ikke noe innhold")
        yield Fault(
            _place(error, node),
            "SKJEMA-ETT-AV",
            what,
            f"det skal stå nøyaktig én av {list_text(keys)}",
            "la det stå bare én av dem",
        )
        return
    yield Fault(
        _place(error, node),
        "SKJEMA-TYPE",
        f"{_found(error.instance)} passer ikke i {_owner(error)}",
        f"forventet {' eller '.join(dict.fromkeys(options))}",
        _GUIDANCE,
    )


def _names(error: ValidationError, node: Node) -> Iterator[Fault]:
    yield Fault(
        _key_place(error, node, str(error.instance)),
        "SKJEMA-NAVN",
        f"«{error.instance}» kan ikke brukes som navn",
        f"forventet {_expected(error.schema)}",
        "rett navnet",
    )


def _range(error: ValidationError, node: Node) -> Iterator[Fault]:
    yield Fault(
        _place(error, node),
        "SKJEMA-STØRRELSE",
        f"{_found(error.instance)} er utenfor det som er lov i {_owner(error)}",
        f"forventet {_expected(error.schema)}",
        "rett tallet",
    )


def _other(error: ValidationError, node: Node) -> Iterator[Fault]:
    yield Fault(
        _place(error, node),
        "SKJEMA",
        f"{_found(error.instance)} passer ikke i {_owner(error)}",
        f"regelen «{error.validator}» i skjemaet er ikke oppfylt",
        _GUIDANCE,
    )


_KEYWORDS: dict[str, Callable[[ValidationError, Node], Iterator[Fault]]] = {
    "required": _required,
    "additionalProperties": _unknown,
    "unevaluatedProperties": _unknown,
    "type": _type,
    "enum": _enum,
    "const": _const,
    "pattern": _pattern,
    "minLength": _empty,
    "minItems": _empty,
    "minProperties": _empty,
    "anyOf": _branches,
    "oneOf": _branches,
    "propertyNames": _names,
    "minimum": _range,
    "maximum": _range,
}


def _found(instance: Any) -> str:
    if isinstance(instance, dict):
        return "en gruppe med linjer"
    if isinstance(instance, list):
        return "en liste"
    text = str(instance)
    return "en tom verdi" if not text else f"«{text if len(text) <= 60 else text[:57] + '…'}»"


def _expected(schema: Any) -> str:
    if not isinstance(schema, dict):
        return "noe annet"
    if "$ref" in schema:
        return _NAMED.get(
            schema["$ref"].rsplit("/", 1)[-1], schema.get("description", schema["$ref"].rsplit("/", 1)[-1])
        )
    if "description" in schema:
        text = str(schema["description"]).rstrip(".")
        return text[:1].lower() + text[1:]
    if "enum" in schema:
        return list_text([str(value) for value in schema["enum"]])
    if "const" in schema:
        return f"«{schema['const']}»"
    kinds: Iterable[str] = [schema["type"]] if isinstance(schema.get("type"), str) else schema.get("type", [])
    return " eller ".join(_KINDS.get(kind, kind) for kind in kinds) or "noe annet"


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
}
