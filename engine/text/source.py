"""From bytes to a text that is safe to parse: UTF-8, of a bounded size, without signs that no editor shows."""

import re

from engine.text.fault import Fault, Faults
from engine.text.place import Place

MOST_BYTES = 2_000_000
_MOST_SIGNS_TOLD = 20
_BOM = "\ufeff"
_FOREIGN = {b"\xff\xfe\x00\x00": "UTF-32", b"\x00\x00\xfe\xff": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_LINE_SIGNS = "\x85\u2028\u2029"  # PyYAML breaks lines at these, editors do not: line numbers would be off
_NEVER_TEXT = "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f\\ud800-\\udfff\\ufeff\\ufffe\\uffff"
_NOT_IN_FILE = re.compile(f"[{_NEVER_TEXT}{_LINE_SIGNS}]")
_NOT_IN_VALUE = re.compile(f"[{_NEVER_TEXT}]")
_JSON_STRING_OR_TAB = re.compile(r'"(?:[^"\\]++|\\.)*+"?|\t', re.DOTALL)


def source(content: str | bytes, file: str) -> str:
    """The text to parse, without a byte order mark. Raises `Faults` (YAML-STØRRELSE, YAML-KODING, YAML-BINÆR)."""
    if len(content) > MOST_BYTES:
        raise _too_large(file)
    text = _decoded(content, file) if isinstance(content, bytes) else content
    text = text.removeprefix(_BOM)
    if not text.isascii() and len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise _too_large(file)
    if _NOT_IN_FILE.search(text):
        raise _not_text(text, file)
    if "\t" in text and file.lower().endswith(".json"):
        return _JSON_STRING_OR_TAB.sub(lambda found: " " if found[0] == "\t" else found[0], text)
    return text


def hidden_sign(text: str) -> str | None:
    """The first control sign in a value, which an escape such as `\\0` can put there; None when there is none."""
    found = _NOT_IN_VALUE.search(text)
    return None if found is None else found[0]


def place_of(text: str, index: int, file: str) -> Place:
    """The place of a position in a text, with lines as editors count them (LF, CR LF, CR)."""
    before = text[:index]
    line = before.count("\n") + before.count("\r") - before.count("\r\n") + 1
    return Place(file, line, index - max(before.rfind("\n"), before.rfind("\r")))


def _too_large(file: str) -> Faults:
    what, why = "filen er større enn 2 MB", "ingen søknad eller regelfil er så stor, og større filer leses ikke"
    return Faults([Fault(Place(file, 1, 1), "YAML-STØRRELSE", what, why, "del innholdet på flere filer")])


def _decoded(content: bytes, file: str) -> str:
    save = "lagre filen på nytt med tegnkodingen UTF-8"
    for mark, name in _FOREIGN.items():
        if content.startswith(mark):
            fault = Fault(Place(file, 1, 1), "YAML-KODING", f"filen er lagret som {name}", "bare UTF-8 leses", save)
            raise Faults([fault])
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8").removeprefix(_BOM)
        what = f"byten 0x{content[error.start]:02X} er ikke gyldig UTF-8"
        letter = content[error.start : error.start + 1].decode("cp1252", "replace")
        windows = f"filen er trolig lagret som Windows-1252, der byten er «{letter}»"
        why = windows if letter.isalpha() else "bare UTF-8 leses"
        raise Faults([Fault(place_of(before, len(before), file), "YAML-KODING", what, why, save)]) from None


def _not_text(text: str, file: str) -> Faults:
    faults = []
    for found in _NOT_IN_FILE.finditer(text):
        sign = found[0]
        name, place = f"U+{ord(sign):04X}", place_of(text, found.start(), file)
        if sign in _LINE_SIGNS:
            what, why = f"usynlig linjeskille {name}", "linjer skilles bare med vanlig linjeskift"
            next_step = "slett tegnet, og trykk Enter der linjen skal deles"
        elif sign == _BOM:
            what, why = f"usynlig merke {name} midt i filen", "merket kan bare stå aller først"
            next_step = "slett tegnet; det følger ofte med når filer limes sammen"
        else:
            what, why = f"kontrolltegnet {name} er ikke tekst", "filen er skadet, eller den er ikke en tekstfil"
            next_step = "slett tegnet, eller lagre innholdet på nytt som ren tekst i UTF-8"
        faults.append(Fault(place, "YAML-BINÆR", what, why, next_step))
        if sign == "\0" or len(faults) == _MOST_SIGNS_TOLD:
            break  # a file with NUL is no text at all; one line says it
    return Faults(faults)
