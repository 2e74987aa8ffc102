"""The law is only in the data: the program names no date, amount, threshold, choice, scheme, source or rule.

The words to look for are taken from the rules and the vocabulary, so that a new rule is looked for too.
"""

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine.language.rulebook import Rulebook, open_rulebook
from engine.text import yaml
from engine.text.month import NAMES
from engine.text.node import plain

ROOT = Path(__file__).resolve().parents[2]
ENGINE = ROOT / "engine"
RULES = ROOT / "rules"
MODULES = sorted(ENGINE.rglob("*.py"))

#: made by `alis skjema` from the vocabulary
GENERATED = {"søknad.schema.json"}

#: words of the rules that are also plain words, or words of the rule language or of the contract, and may stand anywhere
PLAIN_WORDS = {
    "fra": "a preposition, and a key of the rule language",
    "til": "a preposition, and a key of the rule language",
    "annen": "a pronoun",
    "annet": "a pronoun",
    "ingen": "a pronoun, and a word of the rule language",
    "uavklart": "an answer of the contract",
    "måned": "a word of the calendar",
    "dager": "a unit",
    "timer": "a unit",
    "sats": "what the rule language calls a rate",
    "beløp": "a key of the contract",
    "innhold": "a plain word",
    "tilskuddsår": "an axis of the rule language",
    "formål": "a plain word",
    "budsjett": "a plain word",
    "vikar": "only a choice in the budget; `fastlegevikar` is the position",
    "tellende_dager": "a key of the contract",
    "alis": "the name of the command",
    "hele måneder": "a measure of the rule language",
}

#: numbers of the rules that are also numbers of the calendar or of arithmetic, or too small to tell anything
PLAIN_NUMBERS = {*range(13), 100}

#: numbers that have nothing to do with the rules' number, each by module
OTHER_NUMBERS = {
    ("engine/text/norsk.py", "60"): "the longest quotation in a message",
    ("engine/language/schema_check.py", "60"): "the longest quotation in a message",
    ("engine/store/tables.py", "36"): "the length of an identifier",
    ("engine/store/migrations/versions/0001_cases.py", "36"): "the length of an identifier",
}

#: where the command's name alone is a text
COMMAND_NAME = {"engine/cli/main.py", "engine/regress/report.py"}

#: words that are looked for inside longer words as well
INSIDE = (
    "fastlege",
    "vikarbyrå",
    "kommersiell",
    "helsedirektorat",
    "statsforvalter",
    "legeforening",
    "salær",
    "introduksjon",
    "rådmann",
)


@dataclass(frozen=True)
class Piece:
    """A text in a module: where it stands, and what kind of text it is (`doc`, `code`, `name`, `number`)."""

    file: str
    line: int
    kind: str
    text: str


@cache
def pieces(path: Path) -> tuple[Piece, ...]:
    """Every string, comment, name and number of a module."""
    file, text = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
    return tuple(_pieces(file, text))


def _pieces(file: str, text: str) -> Iterator[Piece]:
    tree = ast.parse(text)
    documents = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                documents.add(first.value)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            documents.add(node.value)  # the documentation of a field or a constant
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield Piece(file, node.lineno, "doc" if node in documents else "code", node.value)
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
            yield Piece(file, node.lineno, "number", repr(node.value))
        elif isinstance(node, ast.Name):
            yield Piece(file, node.lineno, "name", node.id)
        elif isinstance(node, ast.Attribute):
            yield Piece(file, node.lineno, "name", node.attr)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield Piece(file, node.lineno, "name", node.name)
        elif isinstance(node, ast.arg):
            yield Piece(file, node.lineno, "name", node.arg)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield Piece(file, token.start[0], "doc", token.string)


# --- what to look for -----------------------------------------------------------------------------------------------------


def scalars(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from scalars(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from scalars(inner)
    else:
        yield str(value)


def all_scalars() -> list[str]:
    files = [path for path in sorted(RULES.rglob("*.yaml")) if not path.name.endswith("-unntak.yaml")]
    return [text for path in files for text in scalars(plain(yaml.read_path(path)))]


def words_of(book: Rulebook) -> set[str]:
    """Names and choices in the rules and the vocabulary."""
    vocabulary = book.vocabulary
    found: set[str] = {*vocabulary.schemes, *vocabulary.sources, *vocabulary.derived}
    for fact in vocabulary.facts.values():
        found |= {fact.name, *fact.choices, *fact.fields}
        found |= {choice for field in fact.fields.values() for choice in field.choices}
    for scheme in book.schemes.values():
        found |= {*scheme.components, *scheme.rules, *scheme.parameters, *scheme.notes, *scheme.definitions}
        found |= {variant.id for parameter in scheme.parameters.values() for variant in parameter.variants}
        found |= {one.id for versions in scheme.rules.values() for rule in versions for one in rule.exemptions}
        for one in scheme.sets:
            found |= {one.id, *one.sources}
            found |= {
                text
                for source in one.sources.values()
                for text in (source.title, source.publisher, source.address)
                if text
            }
            found |= {rule.citation.point for rule in one.rules.values()}
    return {str(word) for word in found} - set(PLAIN_WORDS)


def dates_of(texts: list[str]) -> set[str]:
    """Dates and months in the rules, in every spelling: `2024-04-18`, `18.4.2024`, `18. april 2024`, `2024-09`, `september 2024`."""
    found = set()
    for text in texts:
        for year, month, day in re.findall(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)", text):
            found |= {f"{year}-{month}-{day}", f"{int(day)}.{int(month)}.{year}", f"{day}.{month}.{year}"}
            found.add(f"{int(day)}. {NAMES[int(month) - 1]} {year}")
        for year, month in re.findall(r"(?<![\d-])(\d{4})-(\d{2})(?![\d-])", text):
            found |= {f"{year}-{month}", f"{NAMES[int(month) - 1]} {year}"}
    return found


def numbers_of(texts: list[str]) -> set[str]:
    """Amounts, thresholds and years in the rules, in every spelling: `5867`, `5 867`, `57,75`, `57.75`, `80/12`."""
    found = set()
    for text in texts:
        if re.fullmatch(r"\d+", text) and int(text) not in PLAIN_NUMBERS:
            found |= {text, f"{int(text):,}".replace(",", " "), f"{int(text):,}".replace(",", "\u00a0")}
        elif re.fullmatch(r"\d+[.,]\d+|\d+/\d+", text):
            found |= {text, text.replace(",", "."), text.replace(".", ",")}
    return found


@cache
def patterns() -> list[re.Pattern[str]]:
    texts = all_scalars()
    words = sorted(words_of(open_rulebook(RULES)), key=len, reverse=True)
    whole = "|".join(re.escape(word).replace("\\ ", r"\s+") for word in words)
    dates = "|".join(re.escape(date) for date in sorted(dates_of(texts)))
    numbers = "|".join(re.escape(number) for number in sorted(numbers_of(texts), key=len, reverse=True))
    return [
        re.compile(rf"(?<![\w-])(?:{whole})(?![\w-])", re.IGNORECASE),
        re.compile(rf"(?<![\w-])(?:{dates})(?![\w-])", re.IGNORECASE),
        re.compile(rf"(?<![\w.,/-])(?:{numbers})(?![\w/-]|[.,]\d)"),
        re.compile("|".join(INSIDE), re.IGNORECASE),
    ]


@cache
def law_in(text: str) -> set[str]:
    """What in a text belongs in the rules."""
    return {match[0] for pattern in patterns() for match in pattern.finditer(text)}


def hits(kinds: set[str]) -> list[str]:
    return [
        f"{piece.file}:{piece.line}: {word}"
        for path in MODULES
        for piece in pieces(path)
        if piece.kind in kinds
        for word in sorted(law_in(piece.text))
        if (piece.file, word) not in OTHER_NUMBERS
    ]


# --- the tests ------------------------------------------------------------------------------------------------------------


def test_the_search_finds_what_it_should() -> None:
    for text in (
        "x == 'ansatt fastlege'", "kommersiell arbeidsgiver", "nasjonal-alis", "2024/nasjonal-alis", "hdir-2024-04-18", "veiledning",
        "kommersiell-tilknytning", "alis_beløp", "fastlege_sentralitet_6", "Helsedirektoratet", "2024-04-18", "18.4.2024", "2024-09",
        "18. april 2024", "september 2024", "5867", "5 867", "5\u00a0867", "57,75", "57.75", "1,15", "0.85", "80/12", "1215", "22",
        "60", "2022", "tilbakedatering-2023", "mal_brukt", "ny ordning", "nye regler for tilskuddet", "er 22 dager",
    ):  # fmt: skip
        assert law_in(text), text
    for text in (
        "måned",
        "fra 1 til 12",
        "alis vurder",
        "ingen",
        "2020-05-17",
        "17.5.2020",
        "62,5",
        "220",
        "122",
        "1.222",
        "avslag",
    ):
        assert not law_in(text), text
    found = list(
        _pieces("f.py", 'x = 22  # mal_brukt\ndef f(stilling):\n    "2024-04-18"\n    return f"{x} kommune"\n')
    )
    assert {piece.text.strip() for piece in found if law_in(piece.text)} == {
        "22",
        "# mal_brukt",
        "stilling",
        "2024-04-18",
        "kommune",
    }


def test_there_is_something_to_search() -> None:
    assert len(MODULES) > 40
    assert sum(len(pieces(path)) for path in MODULES) > 10_000


@pytest.mark.parametrize("kind", ["number", "name"])
def test_no_law_in_numbers_and_names(kind: str) -> None:
    assert hits({kind}) == []


def test_no_law_in_strings() -> None:
    assert hits({"code"}) == []


def test_no_law_in_docstrings_and_comments() -> None:
    assert hits({"doc"}) == []


def test_the_commands_name_is_all_that_is_called_alis() -> None:
    """`alis` is also a component and a choice: it may stand only where the command is meant."""
    command = re.compile(r"(?<![\w-])alis (?:[a-zæøå-]+|KOMMANDO|\{|--)|`alis`|(?<![\w-])alis-regler|alis-tilskudd")
    for path in MODULES:
        for piece in pieces(path):
            if piece.kind in ("code", "doc") and re.search(r"(?<![\w-])alis(?![\w-])", command.sub("", piece.text)):
                assert piece.text.strip() == "alis" and piece.file in COMMAND_NAME, (
                    f"{piece.file}:{piece.line}: {piece.text}"
                )


def test_no_law_in_the_hand_written_schemas() -> None:
    found = []
    for path in sorted((ENGINE / "language" / "schema").glob("*.json")):
        if path.name not in GENERATED:
            for text in scalars(json.loads(path.read_text(encoding="utf-8"))):
                found += [f"{path.name}: {word} i «{text[:60]}»" for word in sorted(law_in(text))]
    assert found == []


def test_the_other_numbers_are_where_they_are_said_to_be() -> None:
    """An excuse that is no longer needed would hide a number of the rules that comes later."""
    found = {(piece.file, word) for path in MODULES for piece in pieces(path) for word in law_in(piece.text)}
    assert set(OTHER_NUMBERS) <= found


def test_the_plain_words_are_words_of_the_rules() -> None:
    """The list of what may stand anywhere holds nothing that need not be on it."""
    assert set(PLAIN_WORDS) <= set(all_scalars())
