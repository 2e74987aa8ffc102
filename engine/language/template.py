"""An application template, made from the vocabulary: every fact with its question, help and allowed answers as comments."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from engine.language.application_schema import bounds_in_words
from engine.language.vocabulary import Fact, Vocabulary

_SHAPES = {
    "ja_nei": "ja eller nei",
    "dato": "dato, for eksempel 2020-05-17",
    "tidspunkt": "dato og klokkeslett, for eksempel 2020-05-17T14:03",
    "måned": "måned, for eksempel 2020-05",
    "heltall": "helt tall",
    "desimal": "tall",
    "tekst": "tekst",
}


def template(vocabulary: Vocabulary, scheme: str, modeline: str | None) -> str:
    """The text of an empty application. What is not filled in stays commented out, so the file is valid as soon as ids and dates are."""
    lines = list(_lines(vocabulary, scheme, modeline))
    return "\n".join(lines) + "\n"


def _lines(vocabulary: Vocabulary, scheme: str, modeline: str | None) -> Iterator[str]:
    if modeline is not None:
        yield f"# yaml-language-server: $schema={modeline}"
    yield f"# Søknad: {vocabulary.schemes[scheme].title}"
    yield "# Fjern # foran det som skal fylles ut. Det som ikke er kjent, lar du stå."
    yield ""
    yield "søknad:"
    yield "  id: ny-søknad"
    yield f"  ordning: {scheme}"
    for fact in vocabulary.facts_of(scheme, "søknad"):
        yield from _fact(fact, "  ")
    if not vocabulary.schemes[scheme].has_doctors:
        return
    yield "leger:"
    yield "  - id: lege-1   # ikke bruk navn eller fødselsnummer"
    for fact in vocabulary.facts_of(scheme, "lege"):
        yield from _fact(fact, "    ")
    yield "    perioder:"
    first = True
    for fact in vocabulary.facts_of(scheme, "periode"):
        if fact.required:
            yield f"      {'- ' if first else '  '}{fact.name}: {'2000-01-01' if first else '2000-01-31'}   # {about(fact)}"
            first = False
        else:
            yield from _fact(fact, "        ")


def _fact(fact: Fact, indent: str) -> Iterator[str]:
    yield ""
    for line in textwrap.wrap(f"{fact.question} {fact.help}".strip(), 100):
        yield f"{indent}# {line}"
    yield f"{indent}# Svar: {about(fact)}"
    if fact.kind == "liste":
        yield f"{indent}# {fact.name}:"
        mark = "- "
        for field in fact.fields.values():
            yield f"{indent}#   {mark}{field.name}:   # {about(field)}"
            mark = "  "
    elif fact.kind == "flervalg":
        yield f"{indent}# {fact.name}:"
        for choice in fact.choices:
            yield f"{indent}#   - {choice}"
    else:
        yield f"{indent}# {fact.name}:"


def about(fact: Fact) -> str:
    """How the fact is answered, in words."""
    if fact.kind == "liste":
        words = "en linje for hver"
    elif fact.kind == "flervalg":
        words = "velg de som passer"
    elif fact.choices:
        words = ", ".join(fact.choices)
    else:
        words = _SHAPES[fact.kind] + bounds_in_words(fact) + (f", i {fact.unit}" if fact.unit.powers else "")
    if fact.default is not None:
        words += f". Utelatt betyr {fact.default}"
    elif fact.optional:
        words += ". Kan utelates"
    return words
