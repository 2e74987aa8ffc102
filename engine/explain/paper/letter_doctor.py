"""What a letter says of one doctor: what is granted and refused in which months, what that comes to, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.decide.decision import Decision, DoctorDecision, Line
from engine.explain.basis import basis
from engine.explain.outline import MET, REFUSED, DoctorOutline, Reason, months_in_words
from engine.explain.paper.document import Block, Bullets, Cited, Heading, Paragraph, Span, Strong
from engine.explain.paper.grounds import without_months
from engine.language.rulebook import SchemeRules
from engine.text.month import Month
from engine.text.norsk import list_text, money_text

#: a condition that only gives a note refuses nothing
_NO_REFUSAL = "merknad"

_UNPAID = (
    ("nei", "Dere får ikke tilskudd for {months}."),
    ("uavklart", "Vi kan ikke svare for {months} før vi har fått det som mangler."),
    ("skjønn", "Svaret for {months} avgjøres av en saksbehandler."),
    ("utenfor", "{months} ligger utenfor det søknaden kan gjelde."),
)


def doctor_part(doctor: DoctorOutline, decision: Decision) -> Iterator[Block]:
    """The doctor's part of the letter."""
    one = doctor.decision
    yield Heading(1, one.doctor.id)
    yield from without_months(one, decision)
    items = [item for line in one.lines.values() for item in _granted(line, one, decision)]
    if items:
        yield Bullets(items)
    for line in one.lines.values():
        found = basis(line, one, decision)
        title = _title(line.component, decision)
        if found is not None and line.amount:
            values = [f"{used.parameter.name.replace('_', ' ')} {used.worked_out or used.value}" for used in found.used]
            yield Paragraph([f"{title} er regnet som {found.formula}: {list_text(values)}."], quiet=True)
    for name in one.lines:
        title = _title(name, decision)
        own = [reason for reason in doctor.reasons if reason.component in (name, None)]
        refused = "Hvorfor noe er avslått" if one.lines[name].months else "Hvorfor det er avslag"
        yield from refusals(own, Heading(2, f"{refused}: {title}"))
        if one.lines[name].months:
            yield from _met(own, f"Krav som er oppfylt: {title}")


def refusals(reasons: Sequence[Reason], heading: Heading) -> Iterator[Block]:
    """The reasons against, each with its months and where it is written; those that say the same together."""
    gathered: dict[tuple[str, str], list[Month]] = {}
    for one in reasons:
        if one.bearing == REFUSED and one.follows != _NO_REFUSAL:
            gathered.setdefault((one.text, one.source), []).extend(one.months)
    if gathered:
        yield heading
        yield Bullets(
            [
                [*([Strong(f"{_capital(months_in_words(months))}: ")] if months else []), f"{text} ", Cited(source)]
                for (text, source), months in gathered.items()
            ]
        )


def _met(reasons: Sequence[Reason], heading: str) -> Iterator[Block]:
    """The conditions that were met, each once with where it is written."""
    met = dict.fromkeys((one.title, one.source) for one in reasons if one.bearing == MET)
    if met:
        yield Heading(2, heading)
        yield Bullets([[f"{title}. ", Cited(source)] for title, source in met], quiet=True)


def _granted(line: Line, one: DoctorDecision, decision: Decision) -> Iterator[list[Span]]:
    """One sentence for the months with the same answer."""
    title = Strong(f"{_title(line.component, decision)}: ")
    by_status: dict[str, list[Month]] = {}
    for month in one.months:
        if line.component in month.components:
            by_status.setdefault(month.components[line.component].status, []).append(month.month)
    paid = by_status.get("ja", []) + by_status.get("delvis", [])
    if paid:
        months = f"{months_in_words(paid)} ({len(paid)} {'måned' if len(paid) == 1 else 'måneder'})"
        if line.amount is not None:
            yield [title, "Dere får ", Strong(money_text(line.amount)), f" for {months}."]
        else:
            rates = list_text([_rate_title(rate, decision.compiled.scheme) for rate in sorted(line.rates)])
            told = (
                f"Dere har rett til tilskudd for {months}. Beløpet er ikke fastsatt, for satsen er ikke kjent: {rates}."
            )
            yield [title, told]
    if by_status.get("delvis"):
        yield [title, f"For {months_in_words(by_status['delvis'])} får dere bare en del."]
    for status, told in _UNPAID:
        if by_status.get(status):
            yield [title, _capital(told.format(months=months_in_words(by_status[status])))]


def _title(component: str, decision: Decision) -> str:
    return decision.compiled.components[component].component.title


def _rate_title(rate: str, scheme: SchemeRules) -> str:
    """A rate in words: its title, and that of the variant when it has any."""
    name, _, key = rate.partition(".")
    parameter = scheme.parameters.get(name)
    if parameter is None:
        return rate.replace("_", " ")
    title = next((one.title for one in parameter.variants if one.id == key), key)
    words = parameter.title or name.replace("_", " ")
    return f"{words} ({title})" if title else words


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
