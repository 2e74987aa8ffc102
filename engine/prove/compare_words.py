"""The words a comparison is told in, on the screen and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.case.stated import written_value
from engine.decide.decision import Decision
from engine.explain.contract import as_json
from engine.prove.comparison import Comparison, SchemeResult
from engine.prove.difference import Answer, Witness
from engine.prove.moment import dates
from engine.prove.witness import component_month
from engine.regress.impact_words import difference, rule_change
from engine.regress.witness_file import application_text
from engine.text.month import month_in_words, month_text
from engine.text.norsk import list_text, money_text

Json = dict[str, Any]

NO_DIFFERENCE, UNDECIDED, DIFFERENCE = "ingen forskjell", "ikke avgjort", "forskjell"


def verdict(answer: Answer) -> str:
    """What is known of a rule or of a month."""
    if answer.witness is not None:
        return DIFFERENCE
    return NO_DIFFERENCE if answer.equal else UNDECIDED


def scheme_verdict(result: SchemeResult) -> str:
    """What is known of all the decisions of a scheme."""
    if result.differs:
        return DIFFERENCE
    return NO_DIFFERENCE if result.equal else UNDECIDED


def sentence(result: SchemeResult) -> str:
    """The verdict as a sentence."""
    match scheme_verdict(result):
        case "forskjell":
            return "Noen søknader får et annet vedtak."
        case "ingen forskjell":
            return "Bevist: Ingen søknad får et annet vedtak."
    return "Ikke avgjort: Det er verken bevist at vedtakene er like, eller funnet en søknad der de er ulike."


def where(answer: Answer) -> list[str]:
    """Where a difference may lie. Everywhere else it is proved that there is none."""
    return dates(place.moment for place in answer.places)


def decided(decision: Decision, witness: Witness) -> str:
    """A decision on a witness in one line: the outcome, the month, and the rules that decided."""
    told = decision.outcome
    month = component_month(decision, witness.moment.month, witness.component)
    if month is not None:
        by = f" (avgjort av {list_text(month.decided_by)})" if month.decided_by else ""
        told += f"; {witness.component} i {month_in_words(witness.moment.month)}: {month.status}{by}"
    elif not witness.component:
        failed = [one.rule.id for one in decision.findings if one.result == "ikke oppfylt"]
        told += f" (ikke oppfylt: {list_text(failed)})" if failed else ""
    money = "ukjent sum" if decision.total is None else money_text(decision.total)
    return f"{told}; {money}"


def unusual(witness: Witness) -> list[str]:
    """What is off the ordinary in a witness, with its value; days that are not whole months are told once."""
    found = []
    for key in witness.off:
        owner, _, name = key.rpartition(".")
        if not owner:
            continue
        facts = [witness.application.facts] if owner == "søknad" else []
        for doctor in witness.application.doctors:
            facts += [doctor.facts] if owner == "lege" else []
            if owner.startswith("periode "):
                place = int(owner.removeprefix("periode ")) - 1
                facts += [period.facts for period in doctor.periods[place : place + 1]]
        value = next((one[name] for one in facts if name in one), None)
        found.append(f"{name}: {'ikke oppgitt' if value is None else written_value(value)}")
    if any("." not in key for key in witness.off):
        found.append("periodene dekker ikke én hel måned hver for seg")
    return found


def text_changes(comparison: Comparison) -> Iterator[tuple[str, list[str]]]:
    """Each part of the rules that differs, and how."""
    for change in comparison.changes:
        told = rule_change(change)
        yield told[0].upper() + told[1:], [difference(one) for one in change.differences]


def as_object(comparison: Comparison) -> Json:
    """The whole comparison as JSON."""
    return {
        "fra": comparison.names[0],
        "til": comparison.names[1],
        "svar": DIFFERENCE if comparison.differs else NO_DIFFERENCE if comparison.equal else UNDECIDED,
        "endringer": [
            {
                "fil": change.file,
                "del": change.section,
                "navn": change.name,
                "hva": change.what,
                "verdier": [{"sti": one.path, "før": one.before, "etter": one.after} for one in change.differences],
            }
            for change in comparison.changes
        ],
        "ordninger": [_scheme(one) for one in comparison.schemes],
        "uendrede_ordninger": comparison.alike,
        "bare_i_den_ene": comparison.missing,
    }


def _scheme(result: SchemeResult) -> Json:
    return {
        "ordning": result.scheme,
        "svar": scheme_verdict(result),
        "kan_være_ulikt_for": where(result.whole),
        "bare_dekket_av_den_ene": dates(result.covered),
        "ikke_avgjort": result.open,
        "vitne": _witness(result.witness),
        "vilkår": [
            {"id": id, "svar": verdict(answer), "vitne": _witness(answer.witness)}
            for id, answer in sorted(result.rules.items())
        ],
        "største_endring_per_måned": [
            {
                "komponent": name,
                "måned": month_text(largest.moment.month),
                "før": str(largest.before),
                "etter": str(largest.after),
                "endring": str(largest.change),
            }
            for name, largest in result.money.items()
        ],
    }


def _witness(witness: Witness | None) -> Json | None:
    if witness is None:
        return None
    return {
        "komponent": witness.component or None,
        "måned": month_text(witness.moment.month),
        "uvanlig": unusual(witness),
        "søknad": application_text(witness.application, witness.after.compiled.vocabulary.facts),
        "før": _side(witness.before, witness),
        "etter": _side(witness.after, witness),
    }


def _side(decision: Decision, witness: Witness) -> Json:
    month = component_month(decision, witness.moment.month, witness.component)
    return {
        "utfall": decision.outcome,
        "måned": None if month is None else month.status,
        "avgjort_av": [] if month is None else list(month.decided_by),
        "beløp": as_json(decision)["beløp"],
    }
