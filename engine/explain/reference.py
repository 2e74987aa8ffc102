"""The language reference in Markdown, made from the published schemas and the vocabulary."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.language.unit import SPELLINGS
from engine.language.vocabulary import Fact, Vocabulary

Schema = dict[str, Any]

_HEAD = """# Språkreferanse

Denne siden er laget av skjemaene og vokabularet med «alis skjema». Ikke rediger den for hånd.

Editoren viser det samme mens du skriver. En regelfil er YAML: ett nivå innrykk er to mellomrom, og tekst med kolon, komma eller
krøllparentes settes i hermetegn. `ja` og `nei`, datoer og tall leses slik de er skrevet, så `0301` forblir `0301`.
"""

_FORMULAS = """## Formler

| Skriv | Betyr |
| --- | --- |
| `a + b`, `a − b` | legge sammen og trekke fra; begge må ha samme enhet |
| `a × b`, `a ÷ b` | gange og dele; `*` og `/` virker også |
| `min(a; b)`, `maks(a; b)` | den minste og den største; også for datoer |
| `rund_ned(a; 1 kr)`, `rund_opp(a; 1 kr)`, `rund_halv_opp(a; 1 kr)` | avrunding til nærmeste trinn |
| `12 måneder/år`, `5 %`, `2024-04-18`, `2024-09` | tall med enhet, dato og måned |

Det er semikolon mellom verdiene i en funksjon, fordi komma er desimaltegn. En prosent i et gangestykke regnes som hundredeler. Alt
regnes nøyaktig; ingenting rundes av uten at det står.
"""


def language_reference(rule_set: Schema, vocabulary_schema: Schema, vocabulary: Vocabulary) -> str:
    """The whole page."""
    return (
        "\n".join([_HEAD, *_rule_set(rule_set), _FORMULAS, *_units(), *_vocabulary(vocabulary_schema, vocabulary)])
        + "\n"
    )


def _rule_set(schema: Schema) -> Iterator[str]:
    yield "## Regelsett\n"
    yield schema["description"] + "\n"
    yield from _table(schema, schema)
    titles = {
        "vilkår": "Vilkår",
        "unntak": "Unntak",
        "begrunnelse": "Begrunnelse",
        "i_kraft": "I kraft",
        "krav": "Krav",
        "sammenligning": "Sammenligning",
        "sats": "Satser",
        "grense": "Grenser",
        "verdi": "Verdier i en sats eller grense",
        "definisjon": "Definisjoner",
        "komponent": "Komponenter",
        "beregning": "Beregning",
        "merknad": "Merknader",
        "hjemmel": "Hjemmel",
        "tolkning": "Tolkning",
        "kilder": "Kilder",
    }
    for name, title in titles.items():
        part = schema["$defs"][name]
        yield f"### {title}\n"
        if "description" in part:
            yield part["description"] + ".\n" if not part["description"].endswith(".") else part["description"] + "\n"
        for branch in [
            part,
            *part.get("anyOf", []),
            *([part["additionalProperties"]] if isinstance(part.get("additionalProperties"), dict) else []),
        ]:
            if "properties" in branch:
                yield from _table(branch, schema)


def _table(part: Schema, whole: Schema) -> Iterator[str]:
    yield "| Felt | Må være med | Innhold |"
    yield "| --- | --- | --- |"
    for name, field in part["properties"].items():
        required = "ja" if name in part.get("required", []) else ""
        yield f"| `{name}` | {required} | {_content(field, whole)} |"
    yield ""


def _content(field: Schema, whole: Schema) -> str:
    resolved = {**_resolve(field, whole), **{key: value for key, value in field.items() if key != "$ref"}}
    text = str(resolved.get("description", ""))
    if "enum" in resolved:
        choices = [
            str(choice)
            for choice in resolved["enum"]
            if not isinstance(choice, bool) and choice not in ("true", "false")
        ]
        text = f"{text}{': ' if text else ''}{', '.join(f'`{choice}`' for choice in choices)}"
    return text.replace("|", "\\|") or "et krav eller en verdi"


def _resolve(field: Schema, whole: Schema) -> Schema:
    if "$ref" not in field:
        return field
    found: Schema = whole["$defs"][field["$ref"].rsplit("/", 1)[-1]]
    return found


def _units() -> Iterator[str]:
    yield "## Enheter\n"
    yield (
        "Enhetene er "
        + ", ".join(f"`{word}`" for word in SPELLINGS)
        + ". Med skråstrek blir det per: `kr/time`, `timer/år`.\n"
    )


def _vocabulary(schema: Schema, vocabulary: Vocabulary) -> Iterator[str]:
    yield "## Vokabularet\n"
    yield schema["description"] + "\n"
    yield from _table(schema["$defs"]["faktum"], schema)
    for id, scheme in vocabulary.schemes.items():
        yield f"### Opplysninger i {scheme.title} (`{id}`)\n"
        yield "| Nivå | Opplysning | Svar | Spørsmål |"
        yield "| --- | --- | --- | --- |"
        for level in ("søknad", "lege", "periode"):
            for fact in vocabulary.facts_of(id, level):
                yield from _fact_rows(fact, level)
        yield ""
    yield "### Opplysninger som regnes ut\n"
    yield "| Opplysning | Hva den er |"
    yield "| --- | --- |"
    for definition in vocabulary.derived.values():
        yield f"| `{definition.name}` | {definition.title} |"
    yield "| `måned` | måneden det søkes for |"
    yield "| `dag` | dagen, i vilkår som vurderes per dag |"
    yield "| `dager_i_måneden` | antall dager i måneden |"
    yield "| `tilskuddsårets_første_måned`, `tilskuddsårets_siste_måned` | månedene i tilskuddsåret det søkes for |"


def _fact_rows(fact: Fact, level: str) -> Iterator[str]:
    answers = ", ".join(f"`{choice}`" for choice in fact.choices) or {"ja_nei": "`ja`, `nei`"}.get(fact.kind, fact.kind)
    unit = f" ({fact.unit})" if fact.unit.powers else ""
    yield f"| {level} | `{fact.name}` | {answers}{unit} | {fact.question} |"
    for field in fact.fields.values():
        yield from _fact_rows(field, f"{fact.name}-linje")
