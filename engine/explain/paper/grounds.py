"""The grounds of a decision as a document: everything it rests on, for the file of the case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from engine.decide.decision import Decision, DoctorDecision, Line
from engine.explain.basis import Basis, basis
from engine.explain.outline import (
    MET,
    NOT_RELEVANT,
    OPEN,
    REFUSED,
    DoctorOutline,
    Reason,
    cited,
    met_once,
    months_in_words,
    outline,
    source_text,
    sums,
)
from engine.explain.paper.document import (
    Blank,
    Block,
    Box,
    Bullets,
    Document,
    Heading,
    Pairs,
    Paragraph,
    Reasoned,
    Span,
    Strong,
    Table,
)
from engine.explain.paper.stated import stated
from engine.explain.paper.strip import strip
from engine.explain.reason import NOTHING_APPLIED_FOR, texts
from engine.text.norsk import date_text, list_text, money_text, number_text

TONES = {"innvilget": "god", "delvis innvilget": "delvis", "avslag": "imot", "avvist": "imot"}

_SIGNS = {REFUSED: ("Ikke oppfylt", "imot"), MET: ("Oppfylt", "god"), NOT_RELEVANT: ("Ikke aktuelt", "nøytral")}
_OPEN = {"skjønn": "Må avgjøres av en person"}


@dataclass(frozen=True, slots=True)
class Judged:
    """What a person decided on a point of judgement: the rule, the doctor it was for (None for the application), what, why and who."""

    rule: str
    doctor: str | None
    judgement: str
    because: str
    by: str


def grounds(decision: Decision, dated: date | None = None, judged: Sequence[Judged] = ()) -> Document:
    """The document. `dated` is the day of the decision, if there is one; `judged` what persons have decided so far."""
    application = decision.application
    footer = f"Vedtaksgrunnlag · søknad {application.id} · kvittering {application.digest[:12]}"
    return Document(
        f"Vedtaksgrunnlag for søknad {application.id}", footer, list(_blocks(decision, dated, judged)), dated
    )


def _blocks(decision: Decision, dated: date | None, judged: Sequence[Judged]) -> Iterator[Block]:
    out = outline(decision)
    yield from _head(decision, dated)
    yield from _section("Søknaden", _reasons(out.application))
    for doctor in out.doctors:
        yield from _doctor(doctor, decision)
    yield from _section("Dette mangler", [_bullets(out.missing)] if out.missing else [])
    yield from _section("Dette må en person avgjøre", _judgements(out.judgements, judged))
    yield from _section("Merknader", [_bullets(out.notes)] if out.notes else [])
    yield from _section("Forutsatt fordi det ikke er oppgitt", [_bullets(out.defaults)] if out.defaults else [])
    readings: list[list[Span]] = [
        [Strong(f"{number}: "), f"{text} ", f"Fordi: {because}"] for number, text, because in out.readings
    ]
    yield from _section("Tolkninger vedtaket bygger på", [Bullets(readings)] if readings else [])
    yield from _section("Opplysningene i søknaden", stated(decision))
    yield from _section("Kilder", _sources(decision))
    yield from _section("Kvittering", _receipt(decision))


def _section(title: str, content: Iterable[Block]) -> Iterator[Block]:
    parts = list(content)
    if parts:
        yield Heading(1, title)
        yield from parts


def _bullets(lines: Iterable[str]) -> Bullets:
    return Bullets([[line] for line in lines])


def _head(decision: Decision, dated: date | None) -> Iterator[Block]:
    application = decision.application
    scheme = decision.compiled.vocabulary.schemes[application.scheme]
    rows: list[tuple[str, Sequence[Span]]] = [("Ordning", [scheme.title])]
    if decision.grant_year is not None:
        rows.append(("Tilskuddsår", [str(decision.grant_year)]))
    if dated is not None:
        rows.append(("Dato", [date_text(dated)]))
    yield Pairs(rows)
    if application.description:
        yield Paragraph([application.description])
    lines: list[Sequence[Span]] = [[line] for line in sums(decision)]
    yield Box(TONES.get(decision.outcome, "åpen"), f"Utfall: {decision.outcome}", lines)
    if decision.receipt.overlay is not None:
        told = "Vedtaket bygger ikke bare på reglene."
        yield Box("utkast", "Beregnet med foreslåtte satser", [[told]])


# --- a doctor ---------------------------------------------------------------------------------------------------------------


def _doctor(doctor: DoctorOutline, decision: Decision) -> Iterator[Block]:
    one = doctor.decision
    yield Heading(1, f"{one.doctor.id}: {one.outcome}")
    rows: list[tuple[str, Sequence[Span]]] = []
    if one.agreed is not None:
        rows.append(("Avtale inngått", [date_text(one.agreed)]))
    if one.rule_set is not None:
        rows.append(("Regelsett", [one.rule_set.id]))
    if rows:
        yield Pairs(rows)
    yield from without_months(one, decision)
    if one.lines:
        yield Table(
            ["Tilskudd", "Utfall", "Måneder", "Beløp"],
            [_line(line, decision) for line in one.lines.values()],
            numbers=(2, 3),
            widths=(6, 3, 2, 4),
        )
    for line in one.lines.values():
        found = basis(line, one, decision)
        if found is not None:
            yield from _worked_out(line, found, decision)
    if one.months:
        yield Heading(2, "Måned for måned")
        yield strip(one)
    reasons = list(_reasons(doctor.reasons))
    if reasons:
        yield Heading(2, "Begrunnelse")
        yield from reasons


def without_months(one: DoctorDecision, decision: Decision) -> Iterator[Paragraph]:
    """Why a doctor has no months at all."""
    if one.outside:
        scheme = decision.compiled.vocabulary.schemes[decision.application.scheme]
        yield Paragraph([texts(decision).plain(scheme.outside_reason, one.doctor.facts)])
        if scheme.outside_citation is not None:
            yield Paragraph([source_text(scheme.outside_citation, decision)], quiet=True)
    elif one.idle:
        yield Paragraph([NOTHING_APPLIED_FOR])


def _line(line: Line, decision: Decision) -> list[str]:
    title = decision.compiled.components[line.component].component.title
    money = money_text(line.amount) if line.amount is not None else f"ukjent sats, kjent {money_text(line.known)}"
    return [title, line.outcome, str(line.months), money]


def _worked_out(line: Line, found: Basis, decision: Decision) -> Iterator[Block]:
    """How the amount came about: the formula, each value with its months and source, and what it was before rounding."""
    yield Paragraph([f"{decision.compiled.components[line.component].component.title} er regnet som {found.formula}."])
    items: list[list[Span]] = []
    for used in found.used:
        quantity = used.quantity
        source = f" {source_text(quantity.citation, decision)}." if quantity.citation is not None else ""
        certainty = {"avledet": ", avledet", "foreslått": ", foreslått"}.get(quantity.certainty, "")
        sign = ". Forslag, avledet:" if quantity.unknown else " ="
        value = used.value + (f"{sign} {used.worked_out}" if used.worked_out else "")
        name = used.parameter.name.replace("_", " ")
        items.append([f"{name}: {value}{certainty}, {months_in_words(used.months)}.{source}"])
    if line.amount is not None and line.exact != line.known:
        items.append([f"Før avrunding: {number_text(line.exact)} kr."])
    yield Bullets(items)


# --- reasons ----------------------------------------------------------------------------------------------------------------


def _reasons(reasons: Sequence[Reason]) -> Iterator[Block]:
    """The reasons in full; the conditions that were not relevant, gathered by why, last."""
    told = [one for one in met_once(reasons) if one.bearing != NOT_RELEVANT]
    yield from (_reasoned(one) for one in told)
    aside: dict[tuple[str, str], list[str]] = {}
    for one in reasons:
        if one.bearing == NOT_RELEVANT:
            titles = aside.setdefault((one.text, one.when), [])
            titles += [one.title] if one.title not in titles else []
    if aside:
        yield Paragraph(["Ikke aktuelt:"], quiet=True)
        lines = [f"{'; '.join(titles)}{f' ({when})' if when else ''}: {text}" for (text, when), titles in aside.items()]
        yield Bullets([[line] for line in lines], quiet=True)


def _reasoned(one: Reason) -> Reasoned:
    sign, tone = _SIGNS.get(one.bearing, ("", ""))
    if one.bearing == OPEN:
        sign, tone = _OPEN.get(one.follows, "Mangler opplysninger"), "åpen"
    days = f"{one.days} dager" if one.days is not None else ""
    when = " · ".join(part for part in (one.component or "", one.when, days) if part)
    cited = (one.citation.source, one.citation.point) if one.citation is not None else ("", "")
    return Reasoned(tone, sign, one.title, when, one.text, one.source, one.rule, cited)


def _judgements(points: Sequence[Reason], judged: Sequence[Judged]) -> Iterator[Block]:
    """Each point with what was decided, or room to write it."""
    for one in points:
        yield _reasoned(one)
        found = [judgement for judgement in judged if (judgement.rule, judgement.doctor) == (one.rule, one.doctor)]
        for judgement in found:
            yield Pairs(
                [
                    ("Avgjørelse", [judgement.judgement]),
                    ("Begrunnelse", [judgement.because]),
                    ("Avgjort av", [judgement.by]),
                ]
            )
        if not found:
            yield Pairs(
                [
                    ("Avgjørelse", [Blank("avgjørelse", "Skriv inn avgjørelsen")]),
                    ("Begrunnelse", [Blank("begrunnelse", "Skriv inn begrunnelsen")]),
                    ("Avgjort av", [Blank("avgjort-av", "Navn")]),
                ]
            )


# --- what it rests on -------------------------------------------------------------------------------------------------------


def _sources(decision: Decision) -> Iterator[Block]:
    lines = []
    for source in cited(decision):
        told = [source.publisher, f"«{source.title}»", source.dated, source.address]
        lines.append(", ".join(part for part in told if part) + ".")
    if lines:
        yield _bullets(sorted(lines))


def _receipt(decision: Decision) -> Iterator[Block]:
    receipt = decision.receipt
    rows: list[tuple[str, Sequence[Span]]] = [
        ("Regler", [receipt.rules]),
        ("Søknad", [receipt.application]),
        ("Motor", [f"{receipt.engine}, vurdert av {list_text(list(receipt.evaluators))}"]),
    ]
    if receipt.overlay is not None:
        rows.append(("Foreslåtte satser", [receipt.overlay]))
    yield Pairs(rows)
    yield Paragraph(
        ["Med de samme reglene, den samme søknaden og den samme motoren blir vedtaket det samme, på alle maskiner."],
        quiet=True,
    )
