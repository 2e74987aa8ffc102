"""Whatever is wrong with the input: exit code 2, a located error in Norwegian, nothing on stdout, no stack trace."""

import io
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from itertools import pairwise
from pathlib import Path

import pytest

from engine.case.application import application
from engine.cli.main import main
from engine.decide.decide import decide, evaluators
from engine.explain.contract import as_json
from engine.language.rulebook import Rulebook
from engine.text import yaml
from engine.text.fault import Faults

ROOT = Path(__file__).resolve().parents[2]
RULES = str(ROOT / "rules")

GOOD = """søknad:
  id: sak-1
  ordning: nasjonal-alis
  tilskuddsår: 2024
  mottatt: 2024-08-28T14:03
  søkertype: kommune
  sentralitetsklasse: 6
leger:
  - id: lege-1
    tilskuddstype: alis
    avtale_inngått: 2024-04-17
    mal_brukt: ja
    spesialisering: ny ordning
    tiltak_gjennomført: ja
    perioder:
      - {fra: 2024-05-01, til: 2024-08-31, stilling: ansatt fastlege, stillingsandel: 100}
"""

OF_DOCTOR = (
    "id, tilskuddstype, avtale_inngått, tidligere_avtale_inngått, mal_brukt, spesialisering, konvertert_til_ny_ordning,"
    " kontrakt_med_kommunen, tilbakedatert_til, tiltak_gjennomført, introduksjonsavtale_godkjent, subsidiær_veiledning,"
    " fravær og perioder"
)
OF_APPLICATION = (
    "id, ordning, tilskuddsår, mottatt, søkertype, kommunenummer, sentralitetsklasse, revisorattest_mottatt, tildelt_beløp og"
    " beholdt_beløp"
)
POSITIONS = "næringsdrivende fastlege, ansatt fastlege, fastlegevikar, introduksjonslege og annen kommunal stilling"
SCHEMES = "nasjonal-alis, veiledet-tjeneste"
PLACE = "hver verdi skal stå der den gjelder"

Run = Callable[..., tuple[int, str, str]]


def but(old: str, new: str) -> str:
    """The good application with one place changed."""
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new)


def bomb() -> str:
    letters = "abcdefg"
    lines = ["a: &a [x, x]"] + [f"{now}: &{now} [*{was}, *{was}]" for was, now in pairwise(letters)]
    return "\n".join(lines) + "\n"


def bomb_errors() -> str:
    anchor = "– slett ankeret; er & en del av teksten, sett teksten i anførselstegn"
    alias = "– skriv verdien rett inn; er * en del av teksten, sett teksten i anførselstegn"
    lines = []
    for number, name in enumerate("abcdefg", 1):
        lines.append(f"sak.yaml:{number}:4: YAML-ALIAS: ankeret «&{name}» kan ikke brukes – {PLACE} {anchor}")
        if number > 1:
            was = "abcdefg"[number - 2]
            for column in (8, 12):
                lines.append(
                    f"sak.yaml:{number}:{column}: YAML-ALIAS: henvisningen «*{was}» kan ikke brukes – {PLACE} {alias}"
                )
    return "\n".join(lines)


#: what is wrong → the file, and the error
BROKEN: dict[str, tuple[str | bytes, str]] = {
    "unclosed bracket": (
        but("stillingsandel: 100}", "stillingsandel: 100"),
        "16:9: YAML-SYNTAKS: klammen «{» blir ikke lukket – filen slutter før «}» kommer – sett inn «}» der gruppen slutter",
    ),
    "two colons": (
        but("mottatt: 2024-08-28T14:03", "mottatt: 2024: 08"),
        "5:16: YAML-SYNTAKS: kolon kan ikke stå her – linjen har allerede en nøkkel med kolon"
        " – sett teksten etter det første kolonet i anførselstegn",
    ),
    "crooked indentation": (
        but("    mal_brukt: ja", "   mal_brukt: ja"),
        "12:4: YAML-SYNTAKS: her kan det ikke stå en ny nøkkel – linjen hører ikke til det som begynner i sak.yaml:9:3"
        " – gi linjer på samme nivå like mange mellomrom foran",
    ),
    "unclosed quotation": (
        but("id: sak-1", 'id: "sak-1'),
        "2:7: YAML-SYNTAKS: anførselstegnet blir ikke avsluttet – teksten har et tegn foran seg og ikke noe bak"
        " – sett inn anførselstegnet som mangler",
    ),
    "tab": (
        but("    mal_brukt: ja", "\tmal_brukt: ja"),
        "12:1: YAML-TABULATOR: linjen er rykket inn med tabulator – innrykk skrives bare med mellomrom"
        " – bytt hvert tabulatortegn med to mellomrom",
    ),
    "latin-1": (
        GOOD.encode("latin-1"),
        "1:2: YAML-KODING: byten 0xF8 er ikke gyldig UTF-8 – filen er trolig lagret som Windows-1252, der byten er «ø»"
        " – lagre filen på nytt med tegnkodingen UTF-8",
    ),
    "UTF-16": (
        GOOD.encode("utf-16"),
        "1:1: YAML-KODING: filen er lagret som UTF-16 – bare UTF-8 leses – lagre filen på nytt med tegnkodingen UTF-8",
    ),
    "UTF-32": (
        GOOD.encode("utf-32"),
        "1:1: YAML-KODING: filen er lagret som UTF-32 – bare UTF-8 leses – lagre filen på nytt med tegnkodingen UTF-8",
    ),
    "binary": (
        b"\x7fELF\x02\x01\x01" + bytes(range(128, 256)),
        "1:8: YAML-KODING: byten 0x80 er ikke gyldig UTF-8 – bare UTF-8 leses – lagre filen på nytt med tegnkodingen UTF-8",
    ),
    "NUL": (
        but("sak-1", "sak\0-1"),
        "2:10: YAML-BINÆR: kontrolltegnet U+0000 er ikke tekst – filen er skadet, eller den er ikke en tekstfil"
        " – slett tegnet, eller lagre innholdet på nytt som ren tekst i UTF-8",
    ),
    "NUL as an escape": (
        but("id: sak-1", 'id: "a\\0b"'),
        "2:7: YAML-BINÆR: teksten «a<U+0000>b» har en kode for tegnet U+0000 – usynlige styretegn er ikke tekst – slett koden",
    ),
    "half a sign": (
        but("id: sak-1", 'id: "\\uD800"'),
        "2:7: YAML-SYNTAKS: en tegnkode fra \\uD800 til \\uDFFF står alene – den er bare et halvt tegn"
        " – skriv tegnet selv i stedet for koden",
    ),
    "empty": (
        "",
        "1:1: YAML-TOM: filen er tom – det finnes ikke noe innhold å lese – skriv inn innholdet, eller velg riktig fil",
    ),
    "blank": (
        "  \n\n",
        "1:1: YAML-TOM: filen er tom – det finnes ikke noe innhold å lese – skriv inn innholdet, eller velg riktig fil",
    ),
    "only comments": (
        "# bare en merknad\n# og en til\n",
        "1:1: YAML-TOM: filen har bare kommentarer – det finnes ikke noe innhold å lese – skriv inn innholdet, eller velg riktig fil",
    ),
    "a list": (
        "- a\n- b\n",
        "1:1: SØKNAD: filen inneholder ingen søknad – en søknad står under «søknad:» – lag en mal med «alis ny-søknad»",
    ),
    "a word": (
        "null\n",
        "1:1: SØKNAD: filen inneholder ingen søknad – en søknad står under «søknad:» – lag en mal med «alis ny-søknad»",
    ),
    "duplicate key": (
        but("    mal_brukt: ja", "    mal_brukt: ja\n    mal_brukt: nei"),
        "13:5: YAML-DUPLIKAT: nøkkelen «mal_brukt» står flere ganger – den står først i sak.yaml:12:5"
        " – slett den ene, eller gi den et annet navn",
    ),
    "duplicate key in another normal form": (
        but("  id: sak-1", "  id: sak-1\n  tilskuddsa\u030ar: 2023"),
        "5:3: YAML-DUPLIKAT: nøkkelen «tilskuddsår» står flere ganger – den står først i sak.yaml:3:3"
        " – slett den ene, eller gi den et annet navn",
    ),
    "alias bomb": (bomb(), bomb_errors().removeprefix("sak.yaml:")),
    "python tag": (
        but("id: sak-1", "id: !!python/object/apply:os.system [rm]"),
        "2:7: YAML-TAGG: typemerket «!!python/object/apply:os.system» kan ikke brukes – verdier leses som de er skrevet, uten"
        " typemerker – slett merket; er ! en del av teksten, sett teksten i anførselstegn",
    ),
    "merge key": (
        but("  - id: lege-1", "  - id: lege-1\n    <<: {mal_brukt: nei}"),
        f"10:5: YAML-NØKKEL: flettenøkkelen «<<» kan ikke brukes – {PLACE} – skriv nøklene rett inn",
    ),
    "several documents": (
        GOOD + "---\nsøknad: {id: b}\n",
        "17:1: YAML-DOKUMENTER: her begynner et dokument til – en fil kan bare ha ett"
        " – slett linjen med «---» eller «...», eller flytt resten til en egen fil",
    ),
    "too deep": (
        "a: " + "[" * 100_000,
        "1:43: YAML-DYBDE: innholdet er mer enn 40 nivåer dypt – så dypt går ingen søknad eller regelfil"
        " – rett innrykket, eller slett overflødige klammer",
    ),
    "too deep, balanced": (
        "a: " + "[" * 100_000 + "]" * 100_000,
        "1:43: YAML-DYBDE: innholdet er mer enn 40 nivåer dypt – så dypt går ingen søknad eller regelfil"
        " – rett innrykket, eller slett overflødige klammer",
    ),
    "too large": (
        "# " + "x" * 2_100_000 + "\n" + GOOD,
        "1:1: YAML-STØRRELSE: filen er større enn 2 MB – ingen søknad eller regelfil er så stor, og større filer leses ikke"
        " – del innholdet på flere filer",
    ),
    "too many values": (
        "a: [" + "x," * 250_000 + "]",
        "1:399999: YAML-STØRRELSE: filen har mer enn 200 000 nøkler og verdier – større filer leses ikke"
        " – del innholdet på flere filer",
    ),
    "unknown key of a doctor": (
        but("mal_brukt: ja", "mal_burkt: ja"),
        f"12:5: SKJEMA-UKJENT: «mal_burkt» er ikke kjent i en linje i «leger», mente du «mal_brukt»? – her kan det stå {OF_DOCTOR}"
        " – rett navnet, eller fjern linjen",
    ),
    "unknown key without Norwegian letters": (
        but("  søkertype: kommune", "  soekertype: kommune"),
        f"6:3: SKJEMA-UKJENT: «soekertype» er ikke kjent i «søknad», mente du «søkertype»? – her kan det stå {OF_APPLICATION}"
        " – rett navnet, eller fjern linjen",
    ),
    "unknown key at the top": (
        GOOD + "kommentar: x\n",
        "17:1: SKJEMA-UKJENT: «kommentar» er ikke kjent i filen – her kan det stå søknad, leger, beskrivelse, kilde og forventet"
        " – rett navnet, eller fjern linjen",
    ),
    "fact of another scheme": (
        but("  søkertype: kommune", "  søkertype: kommune\n  altinn_rolle_delegert: ja"),
        f"7:3: SKJEMA-UKJENT: «altinn_rolle_delegert» er ikke kjent i «søknad» – her kan det stå {OF_APPLICATION}"
        " – rett navnet, eller fjern linjen",
    ),
    "choice that is not one": (
        but("stilling: ansatt fastlege", "stilling: fastlege"),
        "16:54: SKJEMA-VALG: «fastlege» er ikke et gyldig svar i «stilling», mente du «fastlegevikar»?"
        f" – gyldige svar er {POSITIONS} – velg ett av svarene",
    ),
    "list for a choice": (
        but("  søkertype: kommune", "  søkertype: [kommune]"),
        "6:14: SKJEMA-VALG: en liste er ikke et gyldig svar i «søkertype» – gyldige svar er kommune, fylkeskommune og annen"
        " – velg ett av svarene",
    ),
    "maybe": (
        but("mal_brukt: ja", "mal_brukt: kanskje"),
        "12:16: SKJEMA-VALG: «kanskje» er ikke et gyldig svar i «mal_brukt» – gyldige svar er ja og nei – velg ett av svarene",
    ),
    "Ja": (
        but("mal_brukt: ja", "mal_brukt: Ja"),
        "12:16: SKJEMA-VALG: «Ja» er ikke et gyldig svar i «mal_brukt», mente du «ja»? – gyldige svar er ja og nei"
        " – velg ett av svarene",
    ),
    "yes": (
        but("mal_brukt: ja", "mal_brukt: yes"),
        "12:16: SKJEMA-VALG: «yes» er ikke et gyldig svar i «mal_brukt» – gyldige svar er ja og nei – velg ett av svarene",
    ),
    "no value": (
        but("mal_brukt: ja", "mal_brukt:"),
        "12:14: SKJEMA-VALG: en tom verdi er ikke et gyldig svar i «mal_brukt» – gyldige svar er ja og nei – velg ett av svarene",
    ),
    "impossible date": (
        but("avtale_inngått: 2024-04-17", "avtale_inngått: 2024-02-30"),
        "11:21: VERDI: «2024-02-30» kan ikke leses i «avtale_inngått»"
        " – datoen «2024-02-30» finnes ikke: februar 2024 har dagene 1 til 29 – rett verdien",
    ),
    "impossible month": (
        but("    mal_brukt: ja", "    mal_brukt: ja\n    fravær: [{måned: 2024-13, timer: 2, sats: 100}]"),
        "13:22: VERDI: «2024-13» kan ikke leses i «måned» – måneden «2024-13» finnes ikke: måneder går fra 1 til 12"
        " – rett verdien",
    ),
    "hour 24": (
        but("2024-08-28T14:03", "2024-08-28T24:00"),
        "5:12: VERDI: «2024-08-28T24:00» kan ikke leses i «mottatt» – klokkeslettet i «2024-08-28T24:00» finnes ikke:"
        " midnatt skrives 00:00 på dagen som begynner – rett verdien",
    ),
    "hour 25": (
        but("2024-08-28T14:03", "2024-08-28T25:00"),
        "5:12: VERDI: «2024-08-28T25:00» kan ikke leses i «mottatt» – klokkeslettet i «2024-08-28T25:00» finnes ikke:"
        " forventet 00:00 til 23:59 – rett verdien",
    ),
    "a year out of range": (
        but("avtale_inngått: 2024-04-17", "avtale_inngått: 1824-04-17"),
        "11:21: VERDI: «1824-04-17» kan ikke leses i «avtale_inngått» – datoen «1824-04-17» kan ikke brukes:"
        " forventet et år fra 1900 til 2200 – rett verdien",
    ),
    "reversed period": (
        but("fra: 2024-05-01, til: 2024-08-31", "fra: 2024-08-31, til: 2024-05-01"),
        "16:9: PERIODE-REKKEFØLGE: perioden slutter 1.5.2024, før den starter 31.8.2024 – «til» kan ikke være før «fra»"
        " – bytt om eller rett datoene",
    ),
    "overlapping periods": (
        GOOD + "      - {fra: 2024-08-31, til: 2024-09-30}\n",
        "17:9: PERIODE-OVERLAPP: perioden fra 31.8.2024 overlapper perioden 1.5.2024–31.8.2024"
        " – periodene til en lege kan ikke overlappe – rett datoene, eller slå sammen periodene",
    ),
    "period without a start": (
        but("fra: 2024-05-01, ", ""),
        "16:9: SKJEMA-MANGLER: «fra» mangler i en linje i «perioder» – det må stå her: en dato, for eksempel 2020-05-17"
        " – legg til «fra»",
    ),
    "130 %": (
        but("stillingsandel: 100", "stillingsandel: 130"),
        "16:87: VERDI-GRENSE: «130» er ikke mulig for «stillingsandel» – tallet må være over 0 og høyst 100 – rett tallet",
    ),
    "0 %": (
        but("stillingsandel: 100", "stillingsandel: 0"),
        "16:87: VERDI-GRENSE: «0» er ikke mulig for «stillingsandel» – tallet må være over 0 og høyst 100 – rett tallet",
    ),
    "negative": (
        but("stillingsandel: 100", "stillingsandel: -5"),
        "16:87: VERDI-GRENSE: «-5» er ikke mulig for «stillingsandel» – tallet må være over 0 og høyst 100 – rett tallet",
    ),
    "divided by nothing": (
        but("stillingsandel: 100", "stillingsandel: 1/0"),
        "16:87: VERDI: «1/0» kan ikke leses i «stillingsandel» – forventet et tall, fant «1/0»: det går ikke an å dele på 0"
        " – rett verdien",
    ),
    "too many digits": (
        but("stillingsandel: 100", "stillingsandel: 0." + "1" * 40),
        f"16:87: VERDI: «0.{'1' * 40}» kan ikke leses i «stillingsandel» – forventet høyst 30 sifre, fant «0.{'1' * 40}»"
        " – rett verdien",
    ),
    "class out of range": (
        but("sentralitetsklasse: 6", "sentralitetsklasse: 7"),
        "7:23: VERDI-GRENSE: «7» er ikke mulig for «sentralitetsklasse» – tallet må være minst 1 og høyst 6 – rett tallet",
    ),
    "duplicate doctor": (
        GOOD + "  - id: lege-1\n    perioder: [{fra: 2024-05-01, til: 2024-05-31}]\n",
        "17:9: LEGE-DUPLIKAT: legen «lege-1» står to ganger – den første står på linje 9"
        " – slå dem sammen, eller gi dem hver sin id",
    ),
    "no doctors": (
        GOOD[: GOOD.index("leger:")],
        "1:1: SKJEMA-MANGLER: «leger» mangler i filen – det må stå her: legene det søkes for – legg til «leger»",
    ),
    "no id": (
        but("  id: sak-1\n", ""),
        "1:1: SKJEMA-MANGLER: «id» mangler i «søknad» – det må stå her: saksnummeret eller et annet navn på søknaden"
        " – legg til «id»",
    ),
    "unknown scheme, nearly": (
        but("ordning: nasjonal-alis", "ordning: nasjonal-ails"),
        "3:12: ORDNING: ordningen «nasjonal-ails» finnes ikke, mente du «nasjonal-alis»?"
        f" – ordningene er {SCHEMES} og spesialisering – rett navnet",
    ),
    "unknown scheme": (
        but("ordning: nasjonal-alis", "ordning: tull"),
        f"3:12: ORDNING: ordningen «tull» finnes ikke – ordningene er {SCHEMES} og spesialisering – rett navnet",
    ),
    "no scheme and no date": (
        but("  ordning: nasjonal-alis\n", "").replace("    avtale_inngått: 2024-04-17\n", ""),
        "2:3: ORDNING: søknaden sier ikke hvilken ordning den gjelder – uten «ordning» må avtaledatoene peke på én ordning"
        f" – skriv «ordning:» med {SCHEMES} eller spesialisering",
    ),
    "no scheme and dates of two": (
        but("  ordning: nasjonal-alis\n", "")
        + "  - id: lege-2\n    avtale_inngått: 2016-01-01\n    perioder: [{fra: 2024-05-01, til: 2024-05-31}]\n",
        "2:3: ORDNING: avtaledatoene passer til nasjonal-alis og veiledet-tjeneste"
        f" – uten «ordning» må avtaledatoene peke på én ordning – skriv «ordning:» med {SCHEMES} eller spesialisering",
    ),
}


@pytest.fixture(scope="module")
def told_of_all(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is told of each broken application when all are decided at once, so that the rules are read once."""
    root = tmp_path_factory.mktemp("ødelagte")
    kinds = {**BROKEN, **PARTLY}
    for number, (content, _) in enumerate(kinds.values()):
        (root / f"{number:03}").mkdir()
        (root / f"{number:03}" / "sak.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    errors, output = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stderr(errors), redirect_stdout(output):
        patch.chdir(root)
        code = main(["vurder", ".", "--format", "json", "--regler", RULES])
    assert (code, output.getvalue()) == (2, "")
    by_folder: dict[str, list[str]] = {}
    for line in errors.getvalue().splitlines(keepends=True):
        by_folder.setdefault(line[:3], []).append(line.replace(f"{line[:3]}/sak.yaml", "sak.yaml"))
    return {kind: "".join(by_folder[f"{number:03}"]) for number, kind in enumerate(kinds)}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_application(kind: str, told_of_all: dict[str, str]) -> None:
    assert told_of_all[kind] == f"sak.yaml:{BROKEN[kind][1]}\n"


@pytest.mark.parametrize(
    "kind", ["unclosed bracket", "latin-1", "empty", "alias bomb", "maybe", "130 %", "unknown scheme"]
)
@pytest.mark.parametrize("output", ["json", "tekst"])
def test_broken_application_alone(kind: str, output: str, run: Run, folder: Path) -> None:
    content, error = BROKEN[kind]
    (folder / "sak.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    assert run("vurder", "sak.yaml", "--format", output) == (2, "", f"sak.yaml:{error}\n")


def test_the_good_application_is_good(run: Run, folder: Path) -> None:
    (folder / "sak.yaml").write_text(GOOD, encoding="utf-8")
    code, out, err = run("vurder", "sak.yaml")
    assert (code, err) == (0, "")
    assert out.startswith("{")


#: the start of the error, for what is told in words that follow the vocabulary
PARTLY = {
    "zone": (but("2024-08-28T14:03", "2024-08-28T14:03+02:00"), "5:12: SKJEMA-FORM: «2024-08-28T14:03+02:00» er ikke skrevet riktig i «mottatt» – "),
    "Z": (but("2024-08-28T14:03", "2024-08-28T14:03Z"), "5:12: SKJEMA-FORM: «2024-08-28T14:03Z» er ikke skrevet riktig i «mottatt» – "),
    "date in words": (but("2024-04-17", "17. april 2024"), "11:21: SKJEMA-FORM: «17. april 2024» er ikke skrevet riktig i «avtale_inngått» – "),
    "grant year": (but("tilskuddsår: 2024", "tilskuddsår: 2026"), "4:16: SKJEMA-VALG: «2026» er ikke et gyldig svar i «tilskuddsår»"),
    "percent sign": (but("andel: 100", "andel: 100 %"), "16:87: SKJEMA-FORM: «100 %» er ikke skrevet riktig i «stillingsandel» – "),
    "exponent": (but("andel: 100", "andel: 1e2"), "16:87: SKJEMA-FORM: «1e2» er ikke skrevet riktig i «stillingsandel» – "),
    "not a number": (but("andel: 100", "andel: .nan"), "16:87: SKJEMA-FORM: «.nan» er ikke skrevet riktig i «stillingsandel» – "),
    "word for a list": (but("leger:\n", "leger: ingen\nx:\n"), "8:8: SKJEMA-TYPE: «ingen» passer ikke i «leger» – "),
    "no periods": (GOOD.partition("perioder:")[0] + "perioder: []\n", "15:15: SKJEMA-TOM: «perioder» er tom – "),
    "three digits": (
        but("  søkertype: kommune", "  søkertype: kommune\n  kommunenummer: 301"),
        "7:18: SKJEMA-FORM: «301» er ikke skrevet riktig i «kommunenummer» – ",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", PARTLY)
def test_broken_value(kind: str, told_of_all: dict[str, str]) -> None:
    told = told_of_all[kind]
    assert told.startswith(f"sak.yaml:{PARTLY[kind][1]}")
    assert all(line.count(" – ") == 2 for line in told.splitlines())


def test_there_are_enough_kinds() -> None:
    assert len(BROKEN) + len(PARTLY) >= 60


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (
            '{"søknad": {"id": "a"',
            "1:12: YAML-SYNTAKS: klammen «{» blir ikke lukket – filen slutter før «}» kommer – sett inn «}» der gruppen slutter",
        ),
        (
            '{"søknad": {"id": "a"}} x',
            "1:25: YAML-SYNTAKS: her kan det ikke stå en tekst – verdien foran er avsluttet"
            " – fjern resten, eller sett hele teksten i anførselstegn",
        ),
        (
            '[{"søknad": {"id": "a"}}]',
            "1:1: SØKNAD: filen inneholder ingen søknad – en søknad står under «søknad:» – lag en mal med «alis ny-søknad»",
        ),
        (
            '{"søknad": {"id": "a", "id": "b"}}',
            "1:24: YAML-DUPLIKAT: nøkkelen «id» står flere ganger – den står først i sak.json:1:13"
            " – slett den ene, eller gi den et annet navn",
        ),
    ],
)
def test_broken_json(content: str, error: str, run: Run, folder: Path) -> None:
    (folder / "sak.json").write_text(content, encoding="utf-8")
    assert run("vurder", "sak.json") == (2, "", f"sak.json:{error}\n")


# --- files and folders ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (
            ["vurder", "fines-ikke.yaml"],
            "fines-ikke.yaml:1:1: FIL-MANGLER: filen finnes ikke – det ligger ingen fil med dette navnet i mappen – kontroller navnet",
        ),
        (
            ["vurder", "sak1.yaml"],
            "sak1.yaml:1:1: FIL-MANGLER: filen finnes ikke – det ligger ingen fil med dette navnet i mappen"
            " – kontroller navnet; mente du «sak.yaml»?",
        ),
        (
            ["vurder", "borte/sak.yaml"],
            "borte/sak.yaml:1:1: FIL-MANGLER: filen finnes ikke – mappen «borte» finnes ikke – kontroller navnet",
        ),
        (
            ["vurder", "tom"],
            "tom:1:1: MAPPE-TOM: mappen har ingen saker – en sak er en fil som slutter på .yaml, .yml eller .json"
            " – oppgi en annen mappe",
        ),
        (
            ["vurder", "sak.yaml", "--regler", "borte"],
            "borte/vokabular.yaml:1:1: FIL-MANGLER: filen finnes ikke – mappen «borte» finnes ikke – kontroller navnet",
        ),
        (
            ["vurder", "sak.yaml", "--regler", "tom"],
            "tom/vokabular.yaml:1:1: FIL-MANGLER: filen finnes ikke – en mappe med regler har ordlisten i vokabular.yaml"
            " – oppgi mappen med reglene, eller hent filen tilbake",
        ),
        (
            ["vurder", "sak.yaml", "--regler", "sak.yaml"],
            "sak.yaml/vokabular.yaml:1:1: FIL-MANGLER: filen finnes ikke – mappen «sak.yaml» finnes ikke – kontroller navnet",
        ),
        (
            ["vurder", "sak.yaml", "--satser", "borte.yaml"],
            "borte.yaml:1:1: FIL-MANGLER: filen finnes ikke – det ligger ingen fil med dette navnet i mappen – kontroller navnet",
        ),
        (
            ["vurder", "sak.yaml", "--satser", "tom"],
            "tom:1:1: FIL-LES: dette er en mappe – her leses én fil – oppgi navnet på en fil i mappen",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_missing_file_or_folder(arguments: list[str], error: str, run: Run, folder: Path) -> None:
    (folder / "sak.yaml").write_text(GOOD, encoding="utf-8")
    (folder / "tom").mkdir()
    (folder / "tom" / "les.txt").write_text("x", encoding="utf-8")
    assert run(*arguments) == (2, "", error + "\n")


def test_a_folder_of_rules_holds_no_applications(run: Run) -> None:
    code, out, err = run("vurder", f"{RULES}/2024")
    assert (code, out) == (2, "")
    assert err == (
        f"{RULES}/2024/nasjonal-alis.yaml:3:1: SØKNAD: filen inneholder ingen søknad – en søknad står under «søknad:»"
        " – lag en mal med «alis ny-søknad»\n"
    )
    code, out, err = run("vurder", RULES)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == len(list(Path(RULES).rglob("*.yaml")))
    assert all(": SØKNAD: " in line for line in err.splitlines())


def test_one_broken_file_does_not_stop_the_others(run: Run, folder: Path) -> None:
    (folder / "a.yaml").write_text(GOOD, encoding="utf-8")
    (folder / "b.yaml").write_text("a: [", encoding="utf-8")
    (folder / "c.yaml").write_text(but("sak-1", "sak-2"), encoding="utf-8")
    error = (
        "b.yaml:1:5: YAML-SYNTAKS: filen slutter midt i en liste eller gruppe – en klamme «[» eller «{» blir ikke lukket"
        " – sett inn «]» eller «}» der den slutter\n"
    )
    code, out, err = run("vurder", "a.yaml", "b.yaml", "c.yaml")
    assert (code, err) == (2, error)
    assert out.startswith("[")
    assert '"id": "sak-1"' in out
    assert '"id": "sak-2"' in out
    code, out, err = run("vurder", ".", "--format", "tekst")
    assert (code, err) == (2, error)
    assert out.splitlines() == [
        "a.yaml: innvilget, sum ikke kjent",
        "c.yaml: innvilget, sum ikke kjent",
        "2 vurdert, 1 kunne ikke leses",
    ]


def test_only_broken_files_give_no_output(run: Run, folder: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (folder / name).write_text("", encoding="utf-8")
    code, out, err = run("vurder", "a.yaml", "b.yaml", "--format", "json")
    assert (code, out) == (2, "")
    assert [line.partition(":")[0] for line in err.splitlines()] == ["a.yaml", "b.yaml"]


# --- broken rules ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command", [["vurder", "sak.yaml"], ["regelsett", "--avtaledato", "2020-05-17"], ["ny-søknad", "spesialisering"]]
)
def test_broken_rules_are_told_by_every_command(command: list[str], run: Run, folder: Path) -> None:
    (folder / "sak.yaml").write_text(GOOD, encoding="utf-8")
    copy = folder / "regler"
    for path in Path(RULES).rglob("*.yaml"):
        target = copy / path.relative_to(RULES)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    broken = copy / "2024" / "nasjonal-alis.yaml"
    text = broken.read_text(encoding="utf-8")
    assert text.count("tilskuddsår:\n") == 1
    broken.write_text(text.replace("tilskuddsår:\n", "tilskudsår:\n"), encoding="utf-8")
    line = text[: text.index("tilskuddsår:\n")].count("\n") + 1
    code, out, err = run(*command, "--regler", "regler")
    assert (code, out) == (2, "")
    assert err.startswith(
        f"regler/2024/nasjonal-alis.yaml:{line}:1: SKJEMA-UKJENT: «tilskudsår» er ikke kjent i filen, mente du «tilskuddsår»? – "
    )


# --- arguments ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "what", "next_step"),
    [
        (["vurder"], "det mangler FIL", "se «alis vurder --help»"),
        (["vurder", "sak.yaml", "--ukjent"], "«--ukjent» er ikke kjent", "se «alis vurder --help»"),
        (["vurder", "sak.yaml", "--format", "xml"], "«xml» kan ikke brukes i --format. Velg mellom tekst og json", "se «alis vurder --help»"),
        (
            ["vurder", "sak.yaml", "--format", "jsn"],
            "«jsn» kan ikke brukes i --format, mente du «json»? Velg mellom tekst og json",
            "se «alis vurder --help»",
        ),
        (["vurder", "sak.yaml", "--format"], "--format mangler en verdi", "se «alis vurder --help»"),
        (["vurder", "sak.yaml", "--alt=ja"], "--alt tar ingen verdi, men fikk «ja»", "se «alis vurder --help»"),
        (["--tull"], "«--tull» er ikke kjent", "se «alis --help»"),
        (["regelsett"], "det mangler --avtaledato", "se «alis regelsett --help»"),
        (["regelsett", "--avtaledato"], "--avtaledato mangler en verdi", "se «alis regelsett --help»"),
        (
            ["regelsett", "--avtaledato", "2024-02-30"],
            "«2024-02-30» kan ikke brukes i --avtaledato: datoen «2024-02-30» finnes ikke: februar 2024 har dagene 1 til 29",
            "se «alis --help»",
        ),
        (
            ["regelsett", "--avtaledato", "2024-01-01", "--måned", "2024-13"],
            "«2024-13» kan ikke brukes i --måned: måneden «2024-13» finnes ikke: måneder går fra 1 til 12",
            "se «alis --help»",
        ),
        (["regelsett", "--avtaledato", "2024-01-01", "ekstra"], "«ekstra» er ikke kjent", "se «alis regelsett --help»"),
        (["vis"], "det mangler ÅR/ORDNING", "se «alis vis --help»"),
        (
            ["vis", "2024/nasjonal"],
            "regelsettet «2024/nasjonal» finnes ikke, mente du «2024/nasjonal-alis»?",
            "velg 2022/nasjonal-alis, 2023/nasjonal-alis, 2024/nasjonal-alis, 2025/nasjonal-alis, 2017/veiledet-tjeneste eller"
            " 2017/spesialisering",
        ),
        (["vis", "2024/nasjonal-alis", "--måned", "2024-09"], "--måned er gitt uten --avtaledato", "legg til --avtaledato"),
        (
            ["vis", "2024/nasjonal-alis", "--avtaledato", "2022-01-01"],
            "avtaledatoen passer ikke til 2024/nasjonal-alis: 1.1.2022 velger 2022/nasjonal-alis",
            "rett datoen eller regelsettet",
        ),
        (
            ["vis", "2022/nasjonal-alis", "--avtaledato", "2016-01-01"],
            "avtaledatoen passer ikke til 2022/nasjonal-alis: ingen regelsett dekker 1.1.2016",
            "rett datoen eller regelsettet",
        ),
        (["ny-søknad"], "det mangler ORDNING", "se «alis ny-søknad --help»"),
        (
            ["ny-søknad", "nasjonal"],
            "ordningen «nasjonal» finnes ikke, mente du «nasjonal-alis»?",
            "velg nasjonal-alis, veiledet-tjeneste eller spesialisering",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_broken_arguments(arguments: list[str], what: str, next_step: str, run: Run) -> None:
    expected = f"kommandolinjen:1:1: ARGUMENT: {what} – kommandoen kan ikke kjøres slik – {next_step}\n"
    assert run(*arguments) == (2, "", expected)


def test_facts_of_another_scheme_tell_why_that_scheme_was_read(run: Run, tmp_path: Path) -> None:
    """Without `ordning` the agreement dates decide, and a mistyped one makes every other fact unknown."""
    path = tmp_path / "sak.yaml"
    without = GOOD.replace("  ordning: nasjonal-alis\n", "")
    path.write_text(without.replace("2024-04-17", "2014-04-17"), encoding="utf-8")
    code, out, err = run("vurder", str(path))
    assert (code, out) == (2, "")
    assert err.splitlines()[0] == (
        f"{path}:2:3: ORDNING: søknaden er lest som en søknad om «veiledet-tjeneste», fordi avtaledatoene peker dit"
        " – den sier ikke selv hvilken ordning den gjelder"
        " – gjelder den en annen, skriv «ordning:» med nasjonal-alis, veiledet-tjeneste eller spesialisering"
    )
    assert ":3:3: SKJEMA-UKJENT: «tilskuddsår»" in err
    path.write_text(without.replace("stillingsandel: 100", "stillingsandel: 130"), encoding="utf-8")
    assert "ORDNING" not in run("vurder", str(path))[2]


def test_a_scheme_that_is_not_there(run: Run) -> None:
    expected = (
        "kommandolinjen:1:1: ARGUMENT: ordningen «nasjonal-ails» finnes ikke, mente du «nasjonal-alis»?"
        " – spørsmålet kan ikke besvares slik – velg nasjonal-alis, veiledet-tjeneste eller spesialisering\n"
    )
    assert run("regelsett", "--avtaledato", "2024-01-01", "--ordning", "nasjonal-ails") == (2, "", expected)


def test_an_unknown_command_lists_the_commands(run: Run) -> None:
    code, out, err = run("vurderr", "x")
    assert (code, out) == (2, "")
    assert err.startswith(
        "kommandolinjen:1:1: ARGUMENT: «vurderr» kan ikke brukes i KOMMANDO, mente du «vurder»? Velg mellom vurder, masse, "
    )
    assert err.endswith(" – kommandoen kan ikke kjøres slik – se «alis --help»\n")


# --- rates laid over ------------------------------------------------------------------------------------------------------

LAID = "ordning: nasjonal-alis\nsatser:\n"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (
            LAID + "  alis_belop:\n    - {verdi: 20000}\n",
            "3:3: SATS-NAVN: «alis_belop» er ikke en sats i reglene, mente du «alis_beløp»? – ",
        ),
        (
            "ordning: nasjonal\nsatser:\n  alis_beløp:\n    - {verdi: 1}\n",
            "1:10: ORDNING: ordningen «nasjonal» finnes ikke, mente du «nasjonal-alis»? – ",
        ),
        (
            LAID + "  alis_beløp:\n    - {variant: fastlge, verdi: 1}\n",
            "4:17: VARIANT: «alis_beløp» har ingen variant «fastlge», mente du «fastlege»? – ",
        ),
        (
            LAID + "  alis_beløp:\n    - {verdi: ukjent, undersøkt: [a]}\n",
            "4:7: SATS-UKJENT: «alis_beløp» har ingen verdi – ",
        ),
        (
            LAID + "  salærsats:\n    - {verdi: 1}\n    - {verdi: 2}\n",
            "5:7: SATS-OVERLAPP: «salærsats» har to verdier for samme måned – ",
        ),
        (
            LAID + "  veiledningssats:\n    - {formel: 2 × salærsats}\n",
            "4:16: SATS-FORMEL: «veiledningssats» har en formel – ",
        ),
        (
            LAID + "  salærsats:\n    - {verdi: 1, maneder: 2024-09}\n",
            "4:18: SKJEMA-UKJENT: «maneder» er ikke kjent i en linje i «salærsats», mente du «måneder»? – ",
        ),
        ("", "1:1: YAML-TOM: filen er tom – "),
        ("ordning: nasjonal-alis\n", "1:1: SKJEMA-MANGLER: «satser» mangler i filen – "),
    ],
)
def test_broken_rates(content: str, error: str, run: Run, folder: Path) -> None:
    (folder / "sak.yaml").write_text(GOOD, encoding="utf-8")
    (folder / "satser.yaml").write_text(content, encoding="utf-8")
    code, out, err = run("vurder", "sak.yaml", "--satser", "satser.yaml")
    assert (code, out) == (2, "")
    assert err.startswith(f"satser.yaml:{error}")
    assert len(err.splitlines()) == 1


# --- whatever the file says -----------------------------------------------------------------------------------------------

SCRAPS = [
    "{", "}", "[", "]", ":", "-", "  ", "\n", "ja", "nei", "0", "1/3", "-1", "1e5", "2024-02-29", "2024-13-01", "null", "~", '"', "'",
    "#", "|", ">", "&a", "*a", "!!x", "?", ",", "å", "\u030a", "\t", "\0", "%", "søknad:", "perioder:", "id:", "1900-01-01", "9" * 29,
    "ukjent", "<<:", "---", "\ufeff", "\u2028",
]  # fmt: skip


def damaged(text: str, chance: random.Random) -> str:
    """A few letters, lines or values changed."""
    for _ in range(chance.randint(1, 4)):
        lines = text.split("\n")
        place = chance.randrange(len(lines))
        kind = chance.choice(["scrap", "scrap", "lose", "again", "value"])
        if kind == "scrap":
            column = chance.randrange(len(lines[place]) + 1)
            lines[place] = lines[place][:column] + chance.choice(SCRAPS) + lines[place][column + chance.randint(0, 5) :]
        elif kind == "lose":
            del lines[place]
        elif kind == "again":
            lines.insert(chance.randrange(len(lines)), lines[place])
        else:
            lines[place] = lines[place].partition(":")[0] + ": " + chance.choice(SCRAPS)
        text = "\n".join(lines) or "\n"
    return text


def test_a_damaged_file_is_decided_or_told_of(book: Rulebook) -> None:
    """Never anything else than located errors, each on a line of its own with its three parts."""
    chance = random.Random(2024)
    sources = [GOOD, *(path.read_text(encoding="utf-8") for path in sorted((ROOT / "fixtures").rglob("*.yaml"))[::20])]
    told = 0
    for number in range(300):
        text = damaged(chance.choice(sources), chance)
        try:
            as_json(decide(application(yaml.read_text(text, "f.yaml"), book), book, evaluators()[:1]))
        except Faults as faults:
            told += 1
            assert all(str(one).startswith("f.yaml:") for one in faults), number
            assert all(str(one).count(" – ") >= 2 and one.place.line > 0 for one in faults), number
    assert 150 < told < 300


# --- as a process of its own ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["latin-1", "too deep", "python tag"])
def test_as_a_process(kind: str, tmp_path: Path) -> None:
    content, error = BROKEN[kind]
    (tmp_path / "sak.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    command = [sys.executable, "-m", "engine.cli.main", "vurder", "sak.yaml", "--regler", RULES]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, timeout=60, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr.decode()) == (2, b"", f"sak.yaml:{error}\n")


def test_the_installed_command(tmp_path: Path) -> None:
    """`alis` itself, as pip installs it."""
    command = Path(sys.executable).with_name("alis")
    if not command.exists():
        pytest.skip("the package is not installed")
    ran = subprocess.run([command, "vurder", "borte.yaml"], cwd=tmp_path, capture_output=True, timeout=60, check=False)
    assert ran.returncode == 2
    assert ran.stdout == b""
    assert ran.stderr.decode().startswith("borte.yaml:1:1: FIL-MANGLER: filen finnes ikke – ")


# --- wordings and limits --------------------------------------------------------------------------------------------------


def test_an_unknown_grant_year_lists_each_year_once(run: Run, folder: Path) -> None:
    (folder / "sak.yaml").write_text(but("tilskuddsår: 2024", "tilskuddsår: 2026"), encoding="utf-8")
    assert run("vurder", "sak.yaml")[2] == (
        "sak.yaml:4:16: SKJEMA-VALG: «2026» er ikke et gyldig svar i «tilskuddsår»"
        " – gyldige svar er 2022, 2023, 2024 og 2025 – velg ett av svarene\n"
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (but("andel: 100", "andel: 100 %"), "forventet et tall over 0 og høyst 100"),
        (but("andel: 100", "andel: 1e2"), "forventet et tall over 0 og høyst 100"),
        (but("klasse: 6", "klasse: 6,5"), "forventet et helt tall minst 1 og høyst 6"),
        (but("  søkertype: kommune", "  søkertype: kommune\n  kommunenummer: 301"), "siffer"),
    ],
)
def test_what_was_expected_is_told(content: str, expected: str, run: Run, folder: Path) -> None:
    (folder / "sak.yaml").write_text(content, encoding="utf-8")
    assert expected in run("vurder", "sak.yaml")[2]


def test_all_independent_errors_of_an_application_come_in_one_run(run: Run, folder: Path) -> None:
    content = but("mal_brukt: ja", "mal_brukt: kanskje").replace("søkertype: kommune", "søkertype: komune")
    content = content.replace("andel: 100", "andel: 130").replace("2024-04-17", "2024-13-17")
    (folder / "sak.yaml").write_text(content, encoding="utf-8")
    found = [line.split(": ")[0] for line in run("vurder", "sak.yaml")[2].splitlines()]
    assert found == ["sak.yaml:6:14", "sak.yaml:11:21", "sak.yaml:12:16", "sak.yaml:16:87"]


def test_a_name_that_is_too_long(run: Run) -> None:
    name = "x" * 300 + ".yaml"
    code, out, err = run("vurder", name)
    assert (code, out) == (2, "")
    assert err.startswith(f"{name}:1:1: FIL-LES: filen kan ikke leses – ")


def test_an_empty_name_is_no_file(run: Run, folder: Path) -> None:
    (folder / "sak.yaml").write_text(GOOD, encoding="utf-8")
    code, out, _ = run("vurder", "")
    assert (code, out) == (2, "")


def test_a_rate_that_cannot_be_read_is_told_of_once(run: Run, folder: Path) -> None:
    (folder / "sak.yaml").write_text(GOOD, encoding="utf-8")
    (folder / "satser.yaml").write_text(LAID + "  salærsats:\n    - {verdi: mye}\n", encoding="utf-8")
    code, out, err = run("vurder", "sak.yaml", "--satser", "satser.yaml")
    assert (code, out) == (2, "")
    assert err.startswith("satser.yaml:4:15: VERDI: «mye» kan ikke leses – ")
    assert len(err.splitlines()) == 1


def test_an_error_is_one_line(run: Run, folder: Path) -> None:
    head, _, periods = GOOD.partition("    perioder:\n")
    (folder / "sak.yaml").write_text(f"{head}    perioder: |\n{periods}", encoding="utf-8")
    code, out, err = run("vurder", "sak.yaml")
    assert (code, out) == (2, "")
    assert err.startswith("sak.yaml:15:15: SKJEMA-TYPE: ")
    assert len(err.splitlines()) == 1


def test_a_rate_is_not_negative(run: Run, folder: Path) -> None:
    (folder / "sak.yaml").write_text(GOOD, encoding="utf-8")
    (folder / "satser.yaml").write_text(LAID + "  alis_beløp:\n    - {verdi: -20000}\n", encoding="utf-8")
    code, out, err = run("vurder", "sak.yaml", "--satser", "satser.yaml")
    assert (code, out) == (2, "")
    assert err.startswith("satser.yaml:4:15: ")


def test_validating_what_is_nothing_to_validate(run: Run, folder: Path) -> None:
    """Also among rules, where nothing reads it and the rules' own errors are no answer."""
    told = "FIL-SLAG: filen er verken en regelfil, en søknad eller en fil med satser – "
    shutil.copytree(RULES, folder / "regler")
    for name in ("huskeliste.yaml", "regler/huskeliste.yaml"):
        (folder / name).write_text("melk: 2\n", encoding="utf-8")
        code, out, err = run("valider", name)
        assert (code, out) == (2, "")
        assert err.startswith(f"{name}:1:1: {told}")


def test_validating_a_file_that_lies_among_rules(run: Run, folder: Path) -> None:
    """It is checked for what it is."""
    shutil.copytree(RULES, folder / "regler")
    (folder / "regler" / "sak.yaml").write_text(but("klasse: 6", "klasse: 9"), encoding="utf-8")
    code, out, err = run("valider", "regler/sak.yaml")
    assert (code, out) == (1, "")
    assert err.startswith("regler/sak.yaml:7:23: ")
    (folder / "regler" / "satser.yaml").write_text(LAID + "  salærsats:\n    - {verdi: mye}\n", encoding="utf-8")
    assert run("valider", "regler/satser.yaml")[2].startswith("regler/satser.yaml:4:15: VERDI: ")
    for name in ("dekning-unntak.yaml", "mutasjon-unntak.yaml"):
        assert run("valider", f"regler/{name}") == (0, f"Ingen feil i regler/{name}.\n", "")
        (folder / "regler" / name).write_text("- {fordi: derfor}\n", encoding="utf-8")
        code, out, err = run("valider", f"regler/{name}")
        assert (code, out) == (1, "")
        assert f"{name}:1:3: {name.split('-')[0].upper()}-UNNTAK: " in err
