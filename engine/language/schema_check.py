"""JSON Schema 2020-12 on what a file holds, with every error in Norwegian at its own line and column.

One short function per keyword; a failing `anyOf` or `oneOf` is told through its most relevant branch. What is missing from a group
of lines is told at the name of the group, what is wrong with a value at the value, and what is wrong with a key at the key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.language.schema_words import ANYTHING, expected, found, kinds_of, lowered
from engine.text.fault import Fault, FaultList
from engine.text.node import Mapping, Node, Sequence, at, plain
from engine.text.norsk import list_text, quoted
from engine.text.place import Place
from engine.text.suggest import did_you_mean, nearest

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

FOLDER = Path(__file__).parent / "schema"

#: the code of a key that has no place where it stands
UNKNOWN = "SKJEMA-UKJENT"

_GUIDANCE = "se hva editoren foreslår, eller språkreferansen"

#: a text longer than this is not repeated in the advice
_LONGEST_ADVICE = 60

Path_ = tuple[str | int, ...]


@cache
def published(name: str) -> dict[str, Any]:
    """A schema from `engine/language/schema/`, by name without `.schema.json`."""
    loaded: dict[str, Any] = json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))
    return loaded


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    """A validator for a schema that is known to be valid itself."""
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema)


def check(node: Node, schema: Draft202012Validator, faults: FaultList) -> list[Path_]:
    """Report everything in `node` that the schema does not allow. Gives the paths to what is refused."""
    refused: list[Path_] = []
    for error in schema.iter_errors(plain(node)):
        path = tuple(error.absolute_path)
        refused.append((*path, error.instance) if _is_name(error) else path)
        told = _narrow(error)
        tell = _names if _is_name(told) else _KEYWORDS.get(str(told.validator), _other)
        faults.extend(tell(told, node))
    return refused


def _is_name(error: ValidationError) -> bool:
    """Whether the error is about a key that the writer has chosen."""
    return "propertyNames" in error.relative_schema_path


def _narrow(error: ValidationError) -> ValidationError:
    """Go down into the branch of an anyOf/oneOf that is about the same kind of value and got furthest."""
    while error.validator in ("anyOf", "oneOf") and error.context and not _is_choice_of_keys(error):
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


def _is_choice_of_keys(error: ValidationError) -> bool:
    branches: Any = error.validator_value
    return error.validator == "oneOf" and all("required" in branch for branch in branches)


def _schema(error: ValidationError) -> dict[str, Any]:
    return error.schema if isinstance(error.schema, dict) else {}


def _place(error: ValidationError, node: Node) -> Place:
    return at(node, error.absolute_path)


def _holder(error: ValidationError, node: Node, up: int = 0) -> Node:
    """The node the error is in, or one `up` levels above it."""
    path = list(error.absolute_path)
    for step in path[: len(path) - up]:
        if isinstance(node, Mapping) and isinstance(step, str):
            node = node.entries[step]
        elif isinstance(node, Sequence) and isinstance(step, int):
            node = node.items[step]
    return node


def _key_place(error: ValidationError, node: Node, key: str) -> Place:
    holder = _holder(error, node)
    return holder.keys.get(key, holder.place) if isinstance(holder, Mapping) else holder.place


def _name_place(error: ValidationError, node: Node) -> Place:
    """Where the name of the group of lines stands; for one that has none, where it begins."""
    step = error.absolute_path[-1] if error.absolute_path else None
    holder = _holder(error, node, 1) if step is not None else node
    if isinstance(holder, Mapping) and isinstance(step, str):
        return holder.keys.get(step, holder.place)
    return _place(error, node)


def _owner(error: ValidationError) -> str:
    words = [str(step) for step in error.absolute_path if isinstance(step, str)]
    of_list = "en linje i " if error.absolute_path and isinstance(error.absolute_path[-1], int) else ""
    return of_list + (quoted(words[-1]) if words else "filen")


def _keys(schema: Any) -> list[str]:
    return list(schema.get("properties", {})) if isinstance(schema, dict) else []


def _required(error: ValidationError, node: Node) -> Iterator[Fault]:
    """One fault for the key that this error is about, unless it stands there misspelt."""
    wanted: Any = error.validator_value
    given: Any = error.instance
    known = _keys(error.schema)
    misspelt = {nearest(key, known) for key in given if key not in known}
    for key in wanted:
        if key not in given and key not in misspelt and error.message.startswith(f"{key!r} "):
            what = f"{quoted(key)} mangler i {_owner(error)}"
            about = expected(_schema(error).get("properties", {}).get(key, {}))
            why = f"det må stå her: {about}" if about != ANYTHING else "det må stå her"
            yield Fault(_name_place(error, node), "SKJEMA-MANGLER", what, why, f"legg til {quoted(key)}")


def _unknown(error: ValidationError, node: Node) -> Iterator[Fault]:
    known = _keys(error.schema)
    for key in error.instance if isinstance(error.instance, dict) else ():
        if key not in known:
            hint = did_you_mean(key, known)
            what = f"{quoted(key)} er ikke kjent i {_owner(error)}" + ("," + hint if hint else "")
            why = f"her kan det stå {list_text(known)}" if known else "her kan det ikke stå noe"
            yield Fault(_key_place(error, node, key), UNKNOWN, what, why, "rett navnet, eller fjern linjen")


def _type(error: ValidationError, node: Node) -> Iterator[Fault]:
    schema = _schema(error)
    what = f"{found(error.instance)} passer ikke i {_owner(error)}"
    about = schema.get("description")
    why = f"forventet {kinds_of(schema)}" + (f": {lowered(about)}" if about else "")
    yield Fault(_place(error, node), "SKJEMA-TYPE", what, why, _rewritten(error.instance, schema))


def _rewritten(instance: Any, schema: dict[str, Any]) -> str:
    """What to write, when that can be told."""
    kind = schema.get("type")
    if kind == "array" and isinstance(instance, str) and instance:
        if len(instance) > _LONGEST_ADVICE or "\n" in instance or instance.startswith("- "):
            return "skriv hvert punkt på en egen linje med «-» foran, uten «|», «>» eller anførselstegn"
        return f"sett klammer rundt: [{instance}]"
    keys = schema.get("required") or _keys(schema)
    if kind == "object" and isinstance(instance, str) and keys:
        return f"skriv for eksempel {{{', '.join(f'{key}: …' for key in keys[:4])}}}"
    if kind == "object" and isinstance(instance, list):
        return "skriv linjene uten «-» foran, hver med et navn og kolon"
    return _GUIDANCE


def _enum(error: ValidationError, node: Node) -> Iterator[Fault]:
    values: Any = error.validator_value
    allowed = [str(value) for value in values if not isinstance(value, bool)]
    allowed = list(dict.fromkeys(word for word in allowed if word not in ("true", "false"))) or allowed
    given = error.instance
    hint = did_you_mean(given, allowed) if isinstance(given, str) and not given.isdigit() else ""
    what = f"{found(error.instance)} er ikke et gyldig svar i {_owner(error)}" + ("," + hint if hint else "")
    why = f"gyldige svar er {list_text(allowed)}"
    yield Fault(_place(error, node), "SKJEMA-VALG", what, why, "velg ett av svarene")


def _const(error: ValidationError, node: Node) -> Iterator[Fault]:
    what = f"{found(error.instance)} er ikke et gyldig svar i {_owner(error)}"
    why = f"det eneste gyldige svaret er «{error.validator_value}»"
    yield Fault(_place(error, node), "SKJEMA-VALG", what, why, "rett svaret")


def _pattern(error: ValidationError, node: Node) -> Iterator[Fault]:
    what = f"{found(error.instance)} er ikke skrevet riktig i {_owner(error)}"
    yield Fault(_place(error, node), "SKJEMA-FORM", what, f"forventet {_described(error)}", "rett verdien")


def _described(error: ValidationError) -> str:
    """What was expected, in the words of the innermost schema of this value that has any."""
    told: ValidationError | None = error
    while told is not None and list(told.absolute_path) == list(error.absolute_path):
        if "description" in _schema(told):
            return lowered(_schema(told)["description"])
        told = told.parent  # type: ignore[assignment]  # declared as another class than it is
    return expected(error.schema)


def _empty(error: ValidationError, node: Node) -> Iterator[Fault]:
    about = expected(error.schema)
    next_step = "fyll inn verdien, eller fjern linjen"
    yield Fault(_place(error, node), "SKJEMA-TOM", f"{_owner(error)} er tom", f"her skal det stå {about}", next_step)


def _branches(error: ValidationError, node: Node) -> Iterator[Fault]:
    branches: Any = error.validator_value
    if _is_choice_of_keys(error):
        keys = [branch["required"][0] for branch in branches]
        given = [key for key in error.instance if key in keys] if isinstance(error.instance, dict) else []
        if given:
            what = f"{_owner(error)} har både {list_text([quoted(key) for key in given])}"
            next_step = "behold bare én av dem"
        else:
            what, next_step = f"{_owner(error)} sier ikke hva den er", "legg til én av dem"
        why = f"det skal stå nøyaktig én av disse: {list_text(keys, 'eller')}"
        yield Fault(_name_place(error, node), "SKJEMA-ETT-AV", what, why, next_step)
        return
    what = f"{found(error.instance)} passer ikke i {_owner(error)}"
    options = " eller ".join(dict.fromkeys(expected(branch) for branch in branches))
    yield Fault(_place(error, node), "SKJEMA-TYPE", what, f"forventet {options}", _GUIDANCE)


def _names(error: ValidationError, node: Node) -> Iterator[Fault]:
    name = str(error.instance)
    place = _key_place(error, node, name)
    schema = _schema(error)
    join = "_" if "understrek" in str(schema.get("description")) else "-"
    better = re.sub(r"[^a-zæøå0-9]+", join, name.lower()).strip(join)
    fits = re.fullmatch(schema["pattern"], better) if better and "pattern" in schema else None
    next_step = f"skriv for eksempel «{better}»" if fits else "velg et annet navn"
    what = f"{quoted(name)} kan ikke brukes som navn i {_owner(error)}"
    yield Fault(place, "SKJEMA-NAVN", what, f"forventet {expected(schema)}", next_step)


def _too_many(error: ValidationError, node: Node) -> Iterator[Fault]:
    given: Any = error.instance
    what = f"{_owner(error)} har {list_text([quoted(key) for key in given])}"
    why = f"det kan bare stå én av disse: {list_text(_keys(error.schema), 'eller')}"
    yield Fault(_place(error, node), "SKJEMA-ETT-AV", what, why, "del dem på hver sin linje med «-» foran")


def _again(error: ValidationError, node: Node) -> Iterator[Fault]:
    """Each item of a list that stands there before."""
    items: Any = error.instance
    for number, item in enumerate(items):
        if item in items[:number]:
            place = at(node, [*error.absolute_path, number])
            what = f"{found(item)} står to ganger i {_owner(error)}"
            yield Fault(place, "SKJEMA-DUPLIKAT", what, "hvert svar kan bare stå én gang", "fjern den ene")


def _other(error: ValidationError, node: Node) -> Iterator[Fault]:
    what = f"{found(error.instance)} passer ikke i {_owner(error)}"
    why = f"regelen «{error.validator}» i skjemaet er ikke oppfylt"
    yield Fault(_place(error, node), "SKJEMA", what, why, _GUIDANCE)


_KEYWORDS: dict[str, Callable[[ValidationError, Node], Iterator[Fault]]] = {
    "required": _required,
    "additionalProperties": _unknown,
    "type": _type,
    "enum": _enum,
    "const": _const,
    "pattern": _pattern,
    "minLength": _empty,
    "minItems": _empty,
    "minProperties": _empty,
    "anyOf": _branches,
    "oneOf": _branches,
    "maxProperties": _too_many,
    "uniqueItems": _again,
}
