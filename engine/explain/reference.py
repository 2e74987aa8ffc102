"""The language reference in Markdown, made from the published schemas and the vocabulary."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.language.application_schema import bounds_in_words
from engine.language.unit import SPELLINGS
from engine.language.vocabulary import Fact, Vocabulary
from engine.text.norsk import list_text

Schema = dict[str, Any]

_HEAD = """# Språkreferanse

Her slår du opp feltene i regelfilene og vokabularet. Siden er laget av skjemaene og vokabularet med «alis skjema». Ikke rediger den for
hånd. Vil du heller begynne med et eksempel, leser du [Endre en regel](endre-en-regel.md).

En editor med støtte for YAML-skjema viser det samme mens du skriver. En regelfil er YAML: ett nivå innrykk er to mellomrom. Tekst med kolon
og mellomrom etter, og tekst som begynner med krøllparentes, settes i hermetegn. Det samme gjelder desimalkomma mellom krøllparenteser.
`ja` og `nei`, datoer og tall leses slik de er skrevet, så `0301` forblir `0301`.
"""

#: the parts of a rule set in the order they are told, each with its heading
_PARTS = {
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

#: what a part of several shapes says before them, and before each
_SHAPES = {
    "i_kraft": (
        "Skriv `alltid` når vilkåret gjelder alle saker i ordningen. Ellers skriver du ett av disse to.",
        "Etter tilskuddsåret i søknaden:",
        "Etter avtaledatoen. Begge linjene må være med, så ingen glemmer de eldre avtalene:",
    ),
}

#: what a comparison asks for; the schema says the same of all: a number, date, name or formula
_COMPARISONS = {
    "minst": "Tallet er dette eller mer",
    "over": "Tallet er mer enn dette",
    "høyst": "Tallet er dette eller mindre",
    "under": "Tallet er mindre enn dette",
    "fra_og_med": "Datoen eller måneden er denne eller senere",
    "etter": "Datoen eller måneden er senere enn denne",
    "til_og_med": "Datoen eller måneden er denne eller tidligere",
    "før": "Datoen eller måneden er tidligere enn denne",
    "på": "Datoen eller måneden er denne",
    "er": "Verdien er lik denne",
}

#: what a field holds where the schema says only its form
_CONTENT = {
    "vurderes_per": "søknad, lege, måned, komponent, eller navnet på en liste i søknaden",
    "gjelder": "Komponentene det gjelder",
    "en_av": "Svaret er ett av disse",
    "ingen_av": "Svaret er ikke noe av dette",
    "inneholder_alle": "Alle disse svarene er valgt",
    "inneholder": "Dette svaret er valgt",
    "ordninger": "Ordningene opplysningen brukes i",
    "nivå": "Hva det er en opplysning om",
    "enhet": "Enheten, for eksempel kr, kr/time, dager, måneder, prosent eller timer/år",
    "måler": "Hva som måles",
    "måte": "Hvordan det rundes av",
    "der": "Bare når dette er oppfylt",
    "hjemmel": "Hvor det står",
    "akser": "Opplysningene som styrer tiden",
    "sammenfatning": "Hvordan svarene føres sammen til utfall",
    "vokabular": "Navnet på vokabularet",
}

#: fields inside another field that need no words
_PLAIN = frozenset({"fra", "til", "hjemmel", "tolkning"})

_ANSWERS = {
    "ja_nei": "`ja`, `nei`",
    "dato": "dato",
    "tidspunkt": "dato, eller dato og klokkeslett",
    "måned": "måned",
    "heltall": "helt tall",
    "desimal": "tall",
    "tekst": "tekst",
    "liste": "en linje for hver",
}

_FORMULAS = """## Formler

| Skriv | Betyr |
| --- | --- |
| `a + b`, `a − b` | legge sammen og trekke fra; begge må ha samme enhet |
| `a × b`, `a ÷ b` | gange og dele; `*` og `/` virker også |
| `min(a; b)`, `maks(a; b)` | den minste og den største; også for datoer |
| `rund_ned(a; 1 kr)`, `rund_opp(a; 1 kr)`, `rund_halv_opp(a; 1 kr)` | avrunding til nærmeste trinn |
| `12 måneder/år`, `5 %`, `2020-05-17`, `2020-05` | tall med enhet, dato og måned |

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
    for name, title in _PARTS.items():
        part = schema["$defs"][name]
        yield f"### {title}\n"
        if "description" in part:
            yield part["description"].rstrip(".") + ".\n"
        about, *before = _SHAPES.get(name, ("",))
        if about:
            yield about + "\n"
        for shape in _shapes(part):
            if before:
                yield before.pop(0) + "\n"
            yield from _table(shape, schema)


def _shapes(part: Schema) -> Iterator[Schema]:
    """The objects a part may be."""
    inner = part.get("additionalProperties")
    for shape in [part, *part.get("anyOf", []), *([inner] if isinstance(inner, dict) else [])]:
        if "properties" in shape:
            yield shape


def _table(part: Schema, whole: Schema) -> Iterator[str]:
    yield "| Felt | Må være med | Innhold |"
    yield "| --- | --- | --- |"
    for name, field in part["properties"].items():
        required = "ja" if name in part.get("required", []) else ""
        yield f"| `{name}` | {required} | {_content(name, field, whole)} |"
    yield ""


def _content(name: str, field: Schema, whole: Schema) -> str:
    """What a field holds: its description, its choices, and the fields inside it when they have no heading of their own."""
    resolved = {**_resolve(field, whole), **{key: value for key, value in field.items() if key != "$ref"}}
    said = _COMPARISONS.get(name) or field.get("description") or _CONTENT.get(name) or resolved.get("description", "")
    told = [str(said)] if said else []
    choices = [one for one in resolved.get("enum", ()) if isinstance(one, str) and one not in ("true", "false")]
    if not all(choice in said for choice in choices):
        told.append("Velg " + list_text([f"`{choice}`" for choice in choices], "eller"))
    inner = resolved.get("properties") or resolved.get("items", {}).get("properties")
    if inner and not _has_heading(field):
        told.append("Felter: " + ", ".join(_inner(key, one, whole) for key, one in inner.items()))
    return " ".join(part if part.endswith(("?", ".")) else part + "." for part in told).replace("|", "\\|")


def _inner(name: str, field: Schema, whole: Schema) -> str:
    """A field inside another field, with what it holds in brackets."""
    content = "" if name in _PLAIN else _content(name, field, whole).rstrip(".")
    return f"`{name}`" + (f" ({content[:1].lower()}{content[1:]})" if content else "")


def _has_heading(field: Schema) -> bool:
    return str(field.get("$ref", "")).rsplit("/", 1)[-1] in (*_PARTS, "faktum")


def _resolve(field: Schema, whole: Schema) -> Schema:
    if "$ref" not in field:
        return field
    found: Schema = whole["$defs"][field["$ref"].rsplit("/", 1)[-1]]
    return found


def _units() -> Iterator[str]:
    yield "## Enheter\n"
    words = ", ".join(f"`{word}`" for word in SPELLINGS)
    yield f"Enhetene er {words}. Med skråstrek blir det per: `kr/time`, `timer/år`.\n"


def _vocabulary(schema: Schema, vocabulary: Vocabulary) -> Iterator[str]:
    yield "## Vokabularet\n"
    yield schema["description"] + "\n"
    yield from _table(schema, schema)
    yield "### Opplysning\n"
    yield "Feltene for én opplysning under `fakta`, og for én linje under `felt` i en liste.\n"
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
    yield f"| {level} | `{fact.name}` | {_answer(fact)} | {fact.question} |"
    for field in fact.fields.values():
        yield from _fact_rows(field, f"linje i {fact.name}")


def _answer(fact: Fact) -> str:
    """The answers to choose between, or the kind of answer with its bounds and unit; and what is used when it is left out."""
    text = ", ".join(f"`{choice}`" for choice in fact.choices) or _ANSWERS[fact.kind] + bounds_in_words(fact)
    if fact.unit.powers:
        text += f" {fact.unit.after(2)}" if fact.unit.is_percent else f", i {fact.unit.after(2)}"
    return text + (f". Utelatt: `{fact.default}`" if fact.default is not None else "")
