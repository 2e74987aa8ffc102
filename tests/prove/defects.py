"""Faults to sow in copies of the rules, each with what `alis bevis` must say of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

NATIONAL_2022, NATIONAL_2023 = "2022/nasjonal-alis", "2023/nasjonal-alis"
NATIONAL_2024 = "2024/nasjonal-alis"
GUIDED, DISCRETIONARY = "2017/veiledet-tjeneste", "2017/spesialisering"

Edit = Callable[[Path], None]


@dataclass(frozen=True)
class Defect:
    """What is done to the rules, and the code, part and (when it matters) detail of the finding."""

    name: str
    edits: tuple[Edit, ...]
    code: str
    part: str
    detail: str = ""

    @property
    def scheme(self) -> str:
        """The scheme the finding is in."""
        return next(one for one in self.part.split("/") if "-" in one or one == "spesialisering")


def replace(name: str, old: str, new: str) -> Edit:
    """Text in a rule file, which must stand there once, replaced."""

    def edit(root: Path) -> None:
        path = root / f"{name}.yaml"
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"«{old}» står {text.count(old)} ganger i {name}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    return edit


def in_rule(name: str, rule: str, old: str, new: str) -> Edit:
    """Text in one rule (or other part two steps in) replaced."""

    def edit(root: Path) -> None:
        path = root / f"{name}.yaml"
        text = path.read_text(encoding="utf-8")
        start = text.index(f"\n  {rule}:\n")
        at = text.index(old, start)
        assert at - start < 2_500, f"«{old}» står ikke i {rule}"
        path.write_text(text[:at] + new + text[at + len(old) :], encoding="utf-8")

    return edit


def added_rule(name: str, rule: str, body: str, source: str) -> Edit:
    """One more rule, before the others."""
    text = f"""vilkår:
  {rule}:
    tittel: Et vilkår til
    hjemmel: {{kilde: {source}, punkt: sådd feil}}
{body}
    begrunnelse: {{oppfylt: Oppfylt., ikke_oppfylt: Ikke oppfylt., uavklart: Uavklart., ikke_aktuelt: Ikke aktuelt.}}
"""
    return replace(name, "vilkår:\n", text)


def added_exemption(name: str, rule: str, source: str, dates: str, when: str) -> Edit:
    """An exemption added to a rule."""
    text = f"""    unntak:
      sådd-unntak:
        tittel: Et unntak til
        hjemmel: {{kilde: {source}, punkt: sådd feil}}
        avtaler: {dates}
        når: {when}
        begrunnelse: Unntatt.
    begrunnelse:
"""
    return in_rule(name, rule, "    begrunnelse:\n", text)


def harmless(root: Path) -> None:
    """Every rule of the guided scheme made one that decides nothing."""
    path = root / f"{GUIDED}.yaml"
    text = path.read_text(encoding="utf-8")
    for word in ("avslag", "skjønn"):
        text = text.replace(f"ikke_oppfylt: {word}\n", "ikke_oppfylt: ingen\n")
    start = text.index("\n  attest-vedlagt:\n")
    text = text[:start] + text[start:].replace("ikke_oppfylt: mangler opplysninger", "ikke_oppfylt: ingen")
    path.write_text(text, encoding="utf-8")


_GUIDED_SOURCE, _NATIONAL_SOURCE = "hdir-2020-02-04", "hdir-2022-03-16"
_DOCTOR = "    vurderes_per: lege\n    gjelder: [veiledning]\n    i_kraft: alltid\n"
_MONTH = "    vurderes_per: måned\n    gjelder: [veiledning]\n    i_kraft: alltid\n"

DEFECTS = (
    # --- time
    Defect(
        "en avtaledato uten regelsett",
        (replace(NATIONAL_2023, "  til: 2023-08-31\n", "  til: 2023-08-30\n"),),
        "HULL-AVTALEDATO",
        NATIONAL_2024,
        "fra 2023-08-31",
    ),
    Defect(
        "en avtaledato med to regelsett",
        (replace(NATIONAL_2023, "  til: 2023-08-31\n", "  til: 2023-09-01\n"),),
        "OVERLAPP-AVTALEDATO",
        NATIONAL_2024,
        "fra 2023-09-01",
    ),
    Defect(
        "et tilskuddsår uten regelsett",
        (replace("vokabular", "verdier: [2022, 2023, 2024, 2025]", "verdier: [2022, 2023, 2024, 2025, 2026]"),),
        "HULL-TILSKUDDSÅR",
        "2025/nasjonal-alis",
        "2026",
    ),
    Defect(
        "en måned mellom to tilskuddsår",
        (
            replace(
                NATIONAL_2023,
                "  måneder: {fra: 2022-10, til: 2023-08}\n  hjemmel",
                "  måneder: {fra: 2022-11, til: 2023-08}\n  hjemmel",
            ),
        ),
        "HULL-MÅNED",
        NATIONAL_2023,
    ),
    Defect(
        "en måned mellom to krav om dager",
        (in_rule(NATIONAL_2023, "over-tre-kalenderuker", "måneder: {fra: 2022-10}", "måneder: {fra: 2022-11}"),),
        "HULL-I-TID",
        NATIONAL_2022 + "/hel-måned",
    ),
    Defect(
        "to krav om dager i den samme måneden",
        (in_rule(NATIONAL_2022, "hel-måned", "måneder: {til: 2022-09}", "måneder: {til: 2022-10}"),),
        "OVERLAPP",
        NATIONAL_2023 + "/over-tre-kalenderuker",
        "mot 2022/nasjonal-alis/hel-måned",
    ),
    Defect(
        "ingenting som må være oppfylt",
        (harmless,),
        "HULL-REGLER",
        "veiledet-tjeneste/veiledning",
    ),
    # --- rates
    Defect(
        "en sats som slutter en måned for tidlig",
        (in_rule(NATIONAL_2023, "salærsats", "{fra: 2022-10, til: 2023-08}", "{fra: 2022-10, til: 2023-07}"),),
        "HULL-SATS",
        "nasjonal-alis/salærsats",
        "veiledning",
    ),
    Defect(
        "en grense som begynner en måned for sent",
        (in_rule(NATIONAL_2023, "minste_vikariat", "måneder: {fra: 2022-10}", "måneder: {fra: 2022-11}"),),
        "HULL-SATS",
        "nasjonal-alis/minste_vikariat",
    ),
    Defect(
        "en sats med verdi for bare én variant",
        (
            replace(
                NATIONAL_2024,
                "      - måneder: {fra: 2023-09, til: 2024-08}\n        verdi: ukjent\n",
                "      - måneder: {fra: 2023-09, til: 2024-08}\n        variant: fastlege\n        verdi: ukjent\n",
            ),
        ),
        "HULL-SATS",
        "nasjonal-alis/alis_beløp",
        "alis introduksjonslege",
    ),
    Defect(
        "opplysninger som ingen variant passer for",
        (
            replace(
                NATIONAL_2022,
                "{månedens_stilling: annen kommunal stilling, sentralitetsklasse: 6}",
                "{månedens_stilling: annen kommunal stilling, sentralitetsklasse: 5}",
            ),
        ),
        "HULL-VARIANT",
        "nasjonal-alis/alis_beløp",
    ),
    Defect(
        "en måned uten beregning",
        (
            replace(
                NATIONAL_2022,
                "    tittel: Tilskudd til veiledning\n",
                "    tittel: Tilskudd til veiledning\n    måneder: {fra: 2022-02}\n",
            ),
        ),
        "HULL-BEREGNING",
        "nasjonal-alis/veiledning",
    ),
    # --- rules that never apply, fail, hold or decide
    Defect(
        "et vilkår som aldri er i kraft",
        (in_rule(NATIONAL_2023, "vikar-fra-vikarbyrå", "måneder: {fra: 2022-10}", "måneder: {fra: 2032-10}"),),
        "GJELDER-ALDRI",
        NATIONAL_2023 + "/vikar-fra-vikarbyrå",
    ),
    Defect(
        "et vilkår med umulig virkeområde",
        (
            in_rule(
                GUIDED,
                "veileder-ikke-nær-familie",
                "    krav: ",
                "    gjelder_når: {nødvendige_måneder: {under: 0}}\n    krav: ",
            ),
        ),
        "GJELDER-ALDRI",
        GUIDED + "/veileder-ikke-nær-familie",
    ),
    Defect(
        "et krav som alltid er oppfylt",
        (in_rule(GUIDED, "minste-stillingsandel", "{over: 0}}\n    delvis", "{minst: 0}}\n    delvis"),),
        "SVIKTER-ALDRI",
        GUIDED + "/minste-stillingsandel",
    ),
    Defect(
        "en øvre grense som ingen når",
        (in_rule(NATIONAL_2022, "samlet_stillingsandel_høyst", "verdi: 100", "verdi: 200"),),
        "SVIKTER-ALDRI",
        NATIONAL_2022 + "/samlet-stillingsandel",
    ),
    Defect(
        "en nedre grense over månedens lengde",
        (in_rule(NATIONAL_2023, "minste_antall_dager", "verdi: 22", "verdi: 32"),),
        "OPPFYLLES-ALDRI",
        NATIONAL_2023 + "/over-tre-kalenderuker",
    ),
    Defect(
        "en nedre grense over full stilling",
        (in_rule(GUIDED, "minste_stillingsandel", "verdi: 60", "verdi: 101"),),
        "OPPFYLLES-ALDRI",
        GUIDED + "/minste-stillingsandel",
    ),
    Defect(
        "et krav som motsier seg selv",
        (
            in_rule(
                DISCRETIONARY,
                "evaluering",
                "krav: {deltar_i_evaluering: ja}",
                "krav: {alle: [{deltar_i_evaluering: ja}, {ikke: {deltar_i_evaluering: ja}}]}",
            ),
        ),
        "OPPFYLLES-ALDRI",
        DISCRETIONARY + "/evaluering",
    ),
    Defect(
        "et vilkår i skyggen av et strengere",
        (
            added_rule(
                GUIDED,
                "ikke-ektefelle",
                _DOCTOR + "    krav: {ikke: {veileder_relasjon: ektefelle}}\n    ikke_oppfylt: avslag",
                _GUIDED_SOURCE,
            ),
        ),
        "AVGJØR-ALDRI",
        GUIDED + "/ikke-ektefelle",
    ),
    Defect(
        "det samme vilkåret to ganger",
        (
            added_rule(
                GUIDED,
                "attestert-igjen",
                _DOCTOR + "    krav: {veiledning_attestert: ja}\n    ikke_oppfylt: avslag",
                _GUIDED_SOURCE,
            ),
        ),
        "AVGJØR-ALDRI",
        GUIDED + "/attestert-igjen",
    ),
    # --- parts of rules
    Defect(
        "et ledd som et annet ledd dekker",
        (
            in_rule(
                DISCRETIONARY,
                "evaluering",
                "krav: {deltar_i_evaluering: ja}",
                "krav: {minst_én: [{deltar_i_evaluering: ja}, {alle: [{deltar_i_evaluering: ja}, {søkertype: kommune}]}]}",
            ),
        ),
        "LEDD-UTEN-VIRKNING",
        DISCRETIONARY + "/evaluering",
        "søkertype er «kommune»",
    ),
    Defect(
        "et ledd som alltid er oppfylt der de andre er det",
        (
            in_rule(
                GUIDED,
                "minste-stillingsandel",
                "krav: {dager_med_nok_stilling: {over: 0}}",
                "krav: {dager_med_nok_stilling: {over: 0}, tellende_dager: {over: 0}}",
            ),
        ),
        "LEDD-UTEN-VIRKNING",
        GUIDED + "/minste-stillingsandel",
    ),
    Defect(
        "et unntak med byttede datoer",
        (
            in_rule(
                NATIONAL_2023,
                "avtalen-er-inngått",
                "avtaler: {fra: 2022-10-01, til: 2023-08-31}",
                "avtaler: {fra: 2021-10-01, til: 2022-09-30}",
            ),
        ),
        "UNNTAK-UTEN-VIRKNING",
        NATIONAL_2023 + "/avtalen-er-inngått",
        "unntak tilbakedatering-2023",
    ),
    Defect(
        "et unntak som bare gjelder dem som oppfyller kravet",
        (
            added_exemption(
                GUIDED, "veileder-ikke-nær-familie", _GUIDED_SOURCE, "{til: 2017-02-28}", "{veileder_relasjon: ingen}"
            ),
        ),
        "UNNTAK-UTEN-VIRKNING",
        GUIDED + "/veileder-ikke-nær-familie",
        "unntak sådd-unntak",
    ),
    Defect(
        "et unntak som sluker vilkåret",
        (
            added_exemption(
                GUIDED,
                "veileder-ikke-nær-familie",
                _GUIDED_SOURCE,
                "{til: 2017-02-28}",
                "{veileder_relasjon: {en_av: [ektefelle, forelder, annen nær familie]}}",
            ),
        ),
        "UNNTAK-SLUKER",
        GUIDED + "/veileder-ikke-nær-familie",
        "unntak sådd-unntak",
    ),
    Defect(
        "et unntak fra en dagregel som slipper alle dager inn",
        (
            replace(
                NATIONAL_2023,
                "          dag: {fra_og_med: maks(tidligste_tilbakedatering; tilbakedatert_til; kontrakt_med_kommunen)}\n",
                "",
            ),
            replace(
                NATIONAL_2023,
                "          tilbakedatert_til: {oppgitt: ja}\n          kontrakt_med_kommunen: {fra_og_med: tidligste_tilbakedatering}\n",
                "          dag: {før: avtale_inngått}\n",
            ),
        ),
        "UNNTAK-SLUKER",
        NATIONAL_2023 + "/avtalen-er-inngått",
        "unntak tilbakedatering-2023",
    ),
    # --- contradictions
    Defect(
        "to vilkår som ingen kan oppfylle begge",
        (
            added_rule(
                GUIDED,
                "ingen-dager",
                _MONTH + "    krav: {dager_med_nok_stilling: {høyst: 0}}\n    ikke_oppfylt: avslag",
                _GUIDED_SOURCE,
            ),
        ),
        "MOTSTRID",
        GUIDED + "/ingen-dager",
        "mot 2017/veiledet-tjeneste/minste-stillingsandel",
    ),
    Defect(
        "to vilkår som ingen vikar kan oppfylle begge",
        (
            added_rule(
                NATIONAL_2023,
                "vikariatet-er-kort",
                "    vurderes_per: måned\n    gjelder: [alis]\n    i_kraft: {nye_avtaler: 2022-10-01, eksisterende_avtaler: 2022-10}\n"
                "    måneder: {fra: 2022-10}\n    gjelder_når: {månedens_stilling: fastlegevikar}\n"
                "    krav: {vikariatets_hele_måneder: {under: minste_vikariat}}\n    ikke_oppfylt: avslag",
                "alis-no-2024",
            ),
        ),
        "MOTSTRID",
        NATIONAL_2023 + "/vikariatet-er-kort",
        "mot 2023/nasjonal-alis/vikariatets-varighet",
    ),
    Defect(
        "to vilkår om søkeren som ingen kan oppfylle begge",
        (
            added_rule(
                DISCRETIONARY,
                "søker-er-annen",
                "    vurderes_per: søknad\n    i_kraft: alltid\n    krav: {søkertype: annen}\n    ikke_oppfylt: avvist",
                "hdir-spesialistutdanning",
            ),
        ),
        "MOTSTRID",
        DISCRETIONARY + "/søker-er-annen",
        "mot 2017/spesialisering/søker-er-kommune",
    ),
    # --- notes
    Defect(
        "en merknad som krever at noe både er og ikke er oppgitt",
        (
            in_rule(
                NATIONAL_2023,
                "mal-for-eldre-avtale",
                "      minst_én:\n        - {mal_brukt",
                "      alle:\n        - {mal_brukt",
            ),
        ),
        "MERKNAD-ALDRI",
        NATIONAL_2023 + "/mal-for-eldre-avtale",
    ),
    Defect(
        "en merknad om en lengde ingen har",
        (in_rule(GUIDED, "kort-veiledningsperiode", "{under: vanlig_minstetid}", "{under: 0 måneder}"),),
        "MERKNAD-ALDRI",
        GUIDED + "/kort-veiledningsperiode",
    ),
)
