"""What YAML allows and these files do not: the faults, each with its wording."""

from engine.text.fault import Fault
from engine.text.norsk import quoted
from engine.text.place import Place

_HERE = "hver verdi skal stå der den gjelder"
_STANDARD_TAG = "tag:yaml.org,2002:"


def anchor(place: Place, name: str) -> Fault:
    """`&name` before a value."""
    next_step = "slett ankeret; er & en del av teksten, sett teksten i anførselstegn"
    return Fault(place, "YAML-ALIAS", f"ankeret {quoted('&' + name)} kan ikke brukes", _HERE, next_step)


def alias(place: Place, name: str) -> Fault:
    """`*name` for a value."""
    next_step = "skriv verdien rett inn; er * en del av teksten, sett teksten i anførselstegn"
    return Fault(place, "YAML-ALIAS", f"henvisningen {quoted('*' + name)} kan ikke brukes", _HERE, next_step)


def tag(place: Place, name: str) -> Fault:
    """`!name` or `!!name` before a value."""
    shown = quoted("!!" + name.removeprefix(_STANDARD_TAG) if name.startswith(_STANDARD_TAG) else name)
    why = "verdier leses som de er skrevet, uten typemerker"
    next_step = "slett merket; er ! en del av teksten, sett teksten i anførselstegn"
    return Fault(place, "YAML-TAGG", f"typemerket {shown} kan ikke brukes", why, next_step)


def key_of_many(place: Place, mapping: bool) -> Fault:
    """A list or a mapping where a key should stand."""
    what = f"nøkkelen er {'en gruppe nøkler' if mapping else 'en liste'}"
    next_step = "er klammene en del av teksten, sett teksten i anførselstegn"
    return Fault(place, "YAML-NØKKEL", what, "en nøkkel må være én tekst", next_step)


def key_missing(place: Place) -> Fault:
    """A colon with nothing before it."""
    what = "det mangler en nøkkel foran kolon"
    return Fault(place, "YAML-NØKKEL", what, "hver verdi må ha et navn", "skriv nøkkelen foran kolon")


def key_merging(place: Place) -> Fault:
    """`<<`, which would copy another mapping in."""
    return Fault(place, "YAML-NØKKEL", "flettenøkkelen «<<» kan ikke brukes", _HERE, "skriv nøklene rett inn")


def key_again(place: Place, key: str, first: Place) -> Fault:
    """A key that stands earlier in the same mapping."""
    what, why = f"nøkkelen {quoted(key)} står flere ganger", f"den står først i {first}"
    return Fault(place, "YAML-DUPLIKAT", what, why, "slett den ene, eller gi den et annet navn")


def hidden_sign(place: Place, sign: str, text: str) -> Fault:
    """An escape that puts a control sign in a text."""
    what = f"teksten {quoted(text)} har en kode for tegnet U+{ord(sign):04X}"
    return Fault(place, "YAML-BINÆR", what, "usynlige styretegn er ikke tekst", "slett koden")


def half_sign(place: Place) -> Fault:
    """One half of a surrogate pair."""
    what, why = "en tegnkode fra \\uD800 til \\uDFFF står alene", "den er bare et halvt tegn"
    return Fault(place, "YAML-SYNTAKS", what, why, "skriv tegnet selv i stedet for koden")


def too_deep(place: Place, most: int) -> Fault:
    """Lists and mappings inside one another beyond the limit."""
    what, why = f"innholdet er mer enn {most} nivåer dypt", "så dypt går ingen søknad eller regelfil"
    return Fault(place, "YAML-DYBDE", what, why, "rett innrykket, eller slett overflødige klammer")


def too_many(place: Place, most: int) -> Fault:
    """More keys and values than the limit."""
    what = f"filen har mer enn {most // 1000} 000 nøkler og verdier"
    return Fault(place, "YAML-STØRRELSE", what, "større filer leses ikke", "del innholdet på flere filer")


def second_document(place: Place) -> Fault:
    """A document after the first."""
    next_step = "slett linjen med «---» eller «...», eller flytt resten til en egen fil"
    return Fault(place, "YAML-DOKUMENTER", "her begynner et dokument til", "en fil kan bare ha ett", next_step)


def nothing(place: Place, comments: bool) -> Fault:
    """No content at all."""
    what = "filen har bare kommentarer" if comments else "filen er tom"
    next_step = "skriv inn innholdet, eller velg riktig fil"
    return Fault(place, "YAML-TOM", what, "det finnes ikke noe innhold å lese", next_step)
