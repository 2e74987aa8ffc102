"""The published schemas: current, and right about every file here when it is read the way an editor reads it (YAML 1.2, core schema)."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from engine.cli.main import main
from engine.cli.skjema import generated
from engine.text import yaml
from engine.text.node import Mapping, Node, Scalar, plain

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "engine" / "language" / "schema"
MODELINE = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")
FILES = sorted(
    path
    for folder in ("rules", "fixtures", "docs/eksempler")
    for path in (ROOT / folder).rglob("*.yaml")
    if path.name == "vokabular.yaml" or path.parent != ROOT / "rules"
)


def schema(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    return read


def core(node: Node) -> Any:
    """A node as YAML 1.2 reads it by its core schema, where plain words may be null, a truth value or a number."""
    if isinstance(node, Mapping):
        return {key: core(value) for key, value in node.entries.items()}
    if not isinstance(node, Scalar):
        return [core(item) for item in node.items]
    text = node.text
    if node.quoted:
        return text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return text.lower() == "true"
    if re.fullmatch(r"[-+]?[0-9]+", text):
        return int(text)
    if re.fullmatch(r"0o[0-7]+|0x[0-9a-fA-F]+", text):
        return int(text, 0)
    if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", text):
        return float(text)
    return text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0301", 301), ('"0301"', "0301"), ("ja", "ja"), ("nei", "nei"), ("on", "on"), ("NO", "NO"), ("true", True), ("2024", 2024),
        ("2024-09", "2024-09"), ("2024-04-18", "2024-04-18"), ("12:30", "12:30"), ("62.5", 62.5), ("62,5", "62,5"), ("null", None),
        ("1 215", "1 215"), ("-3", -3), ("[a, 1]", ["a", 1]), ("{a: {b: 1}}", {"a": {"b": 1}}),
    ],
)  # fmt: skip
def test_core_schema(text: str, value: object) -> None:
    assert core(yaml.read_text(f"x: {text}", "f.yaml")) == {"x": value}


def test_generated_files_are_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["skjema", "--sjekk"]) == 0
    assert capsys.readouterr().err == ""


def test_a_new_choice_makes_the_generated_files_stale(tmp_path: Path) -> None:
    rules = Path(shutil.copytree(ROOT / "rules", tmp_path / "rules"))
    vocabulary = rules / "vokabular.yaml"
    vocabulary.write_text(
        vocabulary.read_text("utf-8").replace("fylkeskommune,", "fylkeskommune, statlig virksomhet,"), "utf-8"
    )
    stale = {path.name for path, text in generated(rules).items() if path.read_text(encoding="utf-8") != text}
    assert stale == {"søknad.schema.json", "språkreferanse.md"}


@pytest.mark.parametrize("name", ["regelsett", "vokabular", "satser", "søknad"])
def test_schemas_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))


def test_what_schemas_share_is_the_same_in_all() -> None:
    shared = [schema(name)["$defs"] for name in ("regelsett", "vokabular", "satser")]
    for name in {name for one in shared for name in one}:
        own = [one[name] for one in shared if name in one]
        assert own == [own[0]] * len(own), name


def test_every_file_names_its_schema() -> None:
    assert len(FILES) > 100
    for path in FILES:
        found = MODELINE.match(path.read_text(encoding="utf-8"))
        assert found is not None, path
        wanted = (
            "regelsett" if path.parent.parent.name == "rules" else "vokabular" if path.name == "vokabular.yaml" else "s"
        )
        assert (path.parent / found[1]).resolve().parent == SCHEMAS, path
        assert (path.parent / found[1]).is_file() and Path(found[1]).name.startswith(wanted), path


@pytest.mark.parametrize("name", ["regelsett", "vokabular", "satser", "søknad"])
def test_schemas_accept_every_file_as_an_editor_reads_it(name: str) -> None:
    check = Draft202012Validator(schema(name))
    own = [path for path in FILES if f"/{name}.schema.json\n" in path.read_text(encoding="utf-8")]
    assert own
    refused = {
        f"{path}: {error.json_path}: {error.message}"
        for path in own
        for error in check.iter_errors(core(yaml.read_path(path)))
    }
    assert refused == set()


def test_schemas_refuse_as_an_editor_reads_it() -> None:
    check = Draft202012Validator(schema("søknad"))
    case = core(
        yaml.read_path(
            next(path for path in FILES if "nasjonal-alis" in path.read_text("utf-8") and "fixtures" in str(path))
        )
    )
    assert check.is_valid(case)
    for change in (
        {"søkertype": "stat"},
        {"sentralitetsklasse": 7},
        {"ukjent": 1},
        {"mottatt": "i går"},
        {"tilskuddsår": True},
    ):
        assert not check.is_valid({**case, "søknad": {**case["søknad"], **change}}), change


BOUNDS = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")
#: texts that an editor takes for numbers
NUMBERS = (
    "0",
    "4",
    "12",
    "0301",
    "12345",
    "2024",
    "1000",
    "-3",
    "+3",
    "62.5",
    "10.2022",
    "1.2022",
    "12.2022",
    "13.2022",
    "1e3",
    "0x1F",
)


def places(part: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema inside a schema, with where it stands."""
    if isinstance(part, list):
        for number, one in enumerate(part):
            yield from places(one, f"{where}/{number}")
    elif isinstance(part, dict):
        if any(isinstance(part.get(key), str | list) for key in ("type", "anyOf", "enum", "$ref")):
            yield where, part
        for key, value in part.items():
            if key not in ("anyOf", "enum", "propertyNames", "if", "not"):  # a name is always a text
                yield from places(value, f"{where}/{key}")


def unbounded(part: Any) -> Any:
    """A schema without the bounds of its numbers, which the loader checks by itself later."""
    if isinstance(part, list):
        return [unbounded(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {key: unbounded(value) for key, value in part.items() if key not in BOUNDS or isinstance(value, dict)}


@pytest.mark.parametrize("name", ["regelsett", "vokabular", "satser", "søknad"])
def test_what_the_loader_takes_is_not_underlined_for_being_a_number(name: str) -> None:
    """The loader reads every value as its text. An editor reads some as numbers, and has to take these too."""
    whole = schema(name)
    refused, taken = [], 0
    for where, part in places(whole, name):
        check = Draft202012Validator(unbounded({"$defs": whole["$defs"], **part}))
        for text in NUMBERS:
            if check.is_valid(text):
                taken += 1
                if not check.is_valid(core(yaml.read_text(text, "f.yaml"))):
                    refused.append(f"{where}: {text}")
    assert taken > 100
    assert refused == []


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("regelsett", "måneder: {fra: 2022-10}", "måneder: {fra: 10.2022}"),
        ("regelsett", "formel: alis_beløp × månedens_stillingsandel", "formel: 1000"),
        ("regelsett", "punkt: perioden for 2023", "punkt: 4"),
        ("søknad", "id: alis-avtale-17-april-kommersiell", "id: 12345"),
    ],
)
def test_numbers_where_a_text_is_meant(name: str, before: str, after: str) -> None:
    """Taken by the loader's check and by an editor's alike."""
    text = next(found for path in FILES if before in (found := path.read_text("utf-8")) and f"/{name}.schema" in found)
    node = yaml.read_text(text.replace(before, after), "f.yaml")
    check = Draft202012Validator(schema(name))
    assert check.is_valid(plain(node))
    assert check.is_valid(core(node))


@pytest.mark.parametrize("month", ["13.2022", "0.5", "2022"])
def test_a_number_that_is_no_month_is_underlined(month: str) -> None:
    whole = schema("regelsett")
    assert not Draft202012Validator({"$defs": whole["$defs"], "$ref": "#/$defs/måned"}).is_valid(float(month))


def test_every_key_and_choice_is_explained() -> None:
    """An editor has something to show for each key of the rule language."""

    def silent(part: Any, where: str) -> list[str]:
        if not isinstance(part, dict):
            return []
        found = []
        for key, value in part.get("properties", {}).items():
            target = value.get("$ref", "").rsplit("/", 1)[-1]
            if not value.get("description") and not definitions.get(target, {}).get("description"):
                found.append(f"{where}.{key}")
            found += silent(value, f"{where}.{key}")
        for inner in ("items", "additionalProperties"):
            found += silent(part.get(inner), where)
        for branch in part.get("anyOf", []):
            found += silent(branch, where)
        return found

    for name in ("regelsett", "vokabular", "satser"):
        whole = schema(name)
        definitions = whole["$defs"]
        assert silent(whole, name) == []
        assert [one for key, part in definitions.items() for one in silent(part, key)] == []
