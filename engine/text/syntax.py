"""What PyYAML's Python parser objects to, told in Norwegian, at the place where the writer has to look."""

import re
from dataclasses import dataclass

from yaml.error import MarkedYAMLError
from yaml.reader import Reader

from engine.text.fault import Fault
from engine.text.norsk import quoted
from engine.text.place import Place

_LEADING_TAB = re.compile(r"^[ ]*\t", re.MULTILINE)
_QUOTE_IT = "sett teksten i anførselstegn"


@dataclass(frozen=True, slots=True)
class _Saying:
    """One problem. `at_start` places it where the construct begins, not where the parser gave up."""

    pattern: re.Pattern[str]
    at_start: bool
    code: str
    what: str
    why: str
    next_step: str


def _saying(
    pattern: str, what: str, why: str, next_step: str, *, at_start: bool = False, code: str = "YAML-SYNTAKS"
) -> _Saying:
    return _Saying(re.compile(pattern), at_start, code, what, why, next_step)


# Matched in order against "context: problem".
_SAYINGS = (
    _saying(r"sequence entries are not allowed", "et listepunkt med «-» kan ikke stå her",
            "listen må begynne på en egen linje", "flytt punktet til linjen under nøkkelen"),
    _saying(r"mapping keys are not allowed", "«?» kan ikke stå her", "tegnet innleder en nøkkel", _QUOTE_IT),
    _saying(r"could not find expected ':'", "linjen mangler kolon etter nøkkelen",
            "her står det nøkler, og hver av dem skrives som «nøkkel: verdi»",
            "sett inn kolon og mellomrom, eller rykk linjen inn hvis den fortsetter teksten over", at_start=True),
    _saying(r"quoted scalar: found unexpected", "anførselstegnet blir ikke avsluttet",
            "teksten har et tegn foran seg og ikke noe bak", "sett inn anførselstegnet som mangler", at_start=True),
    _saying(r"found unknown escape character", "omvendt skråstrek står foran et tegn som ikke kan kodes",
            "i doble anførselstegn innleder «\\» en kode", "skriv «\\\\», eller bruk enkle anførselstegn"),
    _saying(r"expected escape sequence of", "tegnkoden etter omvendt skråstrek er ufullstendig",
            "i doble anførselstegn innleder «\\x», «\\u» og «\\U» en kode med 2, 4 eller 8 heksadesimale sifre",
            "skriv hele koden; er skråstreken en del av teksten, skriv «\\\\» eller bruk enkle anførselstegn"),
    _saying(r"scanning an alias", "teksten begynner med *", "tegnet innleder en henvisning, og den kan ikke brukes",
            _QUOTE_IT, at_start=True, code="YAML-ALIAS"),
    _saying(r"scanning an anchor", "teksten begynner med &", "tegnet innleder et anker, og det kan ikke brukes",
            _QUOTE_IT, at_start=True, code="YAML-ALIAS"),
    _saying(r"(?:scanning|parsing) an? tag|undefined tag handle|duplicate tag handle|tag directive",
            "teksten begynner med !", "tegnet innleder et typemerke, og typemerker kan ikke brukes",
            _QUOTE_IT, at_start=True, code="YAML-TAGG"),
    _saying(r"block scalar: expected", "blokktegnet «|» eller «>» har noe ukjent etter seg",
            "etter blokktegnet kan bare «-» eller «+» og et innrykk fra 1 til 9 stå",
            f"begynn teksten på neste linje, eller {_QUOTE_IT}"),
    _saying(r"scanning a directive|YAML directive|incompatible YAML", "linjen begynner med %",
            "tegnet innleder et direktiv, og dette er ikke et kjent direktiv", f"slett linjen, eller {_QUOTE_IT}",
            at_start=True),
    _saying(r"flow sequence: expected .*<stream end>", "klammen «[» blir ikke lukket",
            "filen slutter før «]» kommer", "sett inn «]» der listen slutter", at_start=True),
    _saying(r"flow mapping: expected .*<stream end>", "klammen «{» blir ikke lukket",
            "filen slutter før «}» kommer", "sett inn «}» der gruppen slutter", at_start=True),
    _saying(r"node content, but found '<stream end>'", "filen slutter midt i en liste eller gruppe",
            "en klamme «[» eller «{» blir ikke lukket", "sett inn «]» eller «}» der den slutter"),
    _saying(r"<document start>', but found '<stream end>'", "filen har ikke noe innhold etter linjen med %",
            "% først på en linje innleder et direktiv", f"slett linjen, eller {_QUOTE_IT}"),
    _saying(r"found ':'", "det mangler en nøkkel foran kolon", "hver verdi må ha et navn",
            f"skriv nøkkelen foran kolon, eller {_QUOTE_IT}", code="YAML-NØKKEL"),
)  # fmt: skip

_TOKENS = {
    "<alias>": "en henvisning", "<anchor>": "et anker", "<tag>": "et typemerke", "<scalar>": "en tekst",
    "<block end>": "en linje med mindre innrykk", "<block mapping start>": "en ny nøkkel", "<key>": "en nøkkel",
    "-": "et listepunkt",
    "<block sequence start>": "et listepunkt", "<document start>": "«---»", "<document end>": "«...»",
    "<stream end>": "slutten av filen", "<directive>": "en linje som begynner med %",
}  # fmt: skip


def syntax_fault(problem: MarkedYAMLError, text: str, file: str) -> Fault:
    """The fault for an error of the Python parser."""
    said = f"{problem.context or ''}: {problem.problem or ''}"
    place = _place(problem.problem_mark or problem.context_mark, file)
    start = _place(problem.context_mark or problem.problem_mark, file)
    if sign := re.search(r"found character (.+) that cannot start any token", said):
        return _tab(place, text) if sign[1] == r"'\t'" else _first_sign(place, sign[1])
    if "mapping values are not allowed" in said:
        return _colon(place, text)
    for saying in _SAYINGS:
        if saying.pattern.search(said):
            where = start if saying.at_start else place
            return Fault(where, saying.code, saying.what, saying.why, saying.next_step)
    return _unexpected(said, start, place, text)


def number_fault(parser: Reader, file: str) -> Fault:
    """The fault for a code such as `\\UFFFFFFFF`, which the parser takes and Python refuses."""
    what, why = "tegnkoden finnes ikke", "den siste tegnkoden er \\U0010FFFF"
    return Fault(_place(parser.get_mark(), file), "YAML-SYNTAKS", what, why, "rett koden, eller skriv tegnet selv")


def _place(mark: object, file: str) -> Place:
    line, column = getattr(mark, "line", 0), getattr(mark, "column", 0)
    return Place(file, line + 1, column + 1)


def _tab(place: Place, text: str) -> Fault:
    indented = len(_LEADING_TAB.findall(text))
    if _line_before(place, text).strip():
        what, why = "tabulatortegn mellom ordene", "bare mellomrom skiller ordene"
        return Fault(place, "YAML-TABULATOR", what, why, "bytt tabulatortegnet med mellomrom")
    more = f"; det gjelder {indented} linjer" if indented > 1 else ""
    what, why = "linjen er rykket inn med tabulator", f"innrykk skrives bare med mellomrom{more}"
    return Fault(place, "YAML-TABULATOR", what, why, "bytt hvert tabulatortegn med to mellomrom")


def _colon(place: Place, text: str) -> Fault:
    if ": " in _line_before(place, text):
        why = "linjen har allerede en nøkkel med kolon"
        next_step = "sett teksten etter det første kolonet i anførselstegn"
    else:
        why = "linjen er rykket for langt inn, eller linjen over mangler kolon"
        next_step = "rett innrykket, eller sett inn kolon på linjen over"
    return Fault(place, "YAML-SYNTAKS", "kolon kan ikke stå her", why, next_step)


def _first_sign(place: Place, shown: str) -> Fault:
    sign = shown[1:-1]
    what, why = f"teksten begynner med {sign}", "tegnet har en egen betydning i YAML"
    return Fault(place, "YAML-SYNTAKS", what, why, _QUOTE_IT)


def _unexpected(said: str, start: Place, place: Place, text: str) -> Fault:
    """Something stands where it cannot, most often because of an indentation, a bracket or a quotation mark."""
    found = re.search(r"(?:found|got) '([^']+)'", said)
    token = found[1] if found else ""
    if token == "?" and not _line(place, text)[place.column - 1 :].startswith("?"):
        token = "<key>"
    what = f"her kan det ikke stå {_TOKENS.get(token, quoted(token))}"
    if "expected ','" in said:
        closing = "]" if "sequence" in said else "}"
        why, next_step = f"klammen i {start} er ikke lukket", f"sett inn komma eller «{closing}»"
    elif "node content" in said:
        why, next_step = "her skal det stå en verdi", f"skriv verdien; er tegnet en del av teksten, {_QUOTE_IT}"
    elif _line_before(place, text).strip(" -"):
        why, next_step = "verdien foran er avsluttet", "fjern resten, eller sett hele teksten i anførselstegn"
    elif "<document start>" in said:
        why = "innholdet er avsluttet på linjene over"
        next_step = "rett innrykket, eller slett det som avslutter, for eksempel «...» eller en klamme"
    else:
        why = f"linjen hører ikke til det som begynner i {start}"
        next_step = "gi linjer på samme nivå like mange mellomrom foran"
    return Fault(place, "YAML-SYNTAKS", what, why, next_step)


def _line_before(place: Place, text: str) -> str:
    """What stands before a place on its line."""
    return _line(place, text)[: place.column - 1]


def _line(place: Place, text: str) -> str:
    return re.split(r"\r\n|\r|\n", text)[place.line - 1]
