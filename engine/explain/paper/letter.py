"""A draft of the letter that answers an application: outcome, sum, what each doctor gets and why, what is missing, and what next.

What neither the rules nor the application say is a blank for the caseworker, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from engine.decide.decision import Decision
from engine.explain.outline import Outline, asks, months_in_words, outline, source_text
from engine.explain.paper.document import (
    Blank,
    Block,
    Box,
    Bullets,
    Cited,
    Document,
    Heading,
    Pairs,
    Paragraph,
    Span,
    Strong,
    blanks,
)
from engine.explain.paper.grounds import TONES, Judged
from engine.explain.paper.letter_doctor import doctor_part, refusals
from engine.text.norsk import date_text, list_text, money_text

#: what a person must write, by the name to give the text under
BLANKS = {
    "mottaker": "Skriv inn mottakerens navn og adresse",
    "dato": "Skriv inn datoen",
    "beløp": "Skriv inn beløpet når det er fastsatt",
    "svar": "Skriv inn hvordan og til hvem opplysningene sendes",
    "frist": "Skriv inn svarfristen",
    "klage": "Skriv inn klageadgang, frist og hvor klagen sendes, eller at vedtaket ikke kan påklages",
    "kontakt": "Skriv inn hvem mottakeren kan kontakte",
    "saksbehandler": "Skriv inn navn og enhet",
}

#: each point of judgement has its own, so no text can be given for them all
_DECIDE = Blank("avgjørelse", "Skriv inn avgjørelsen og begrunnelsen")

_OPEN, _WAITING = "til skjønn", "mangler opplysninger"

_ANSWERS = {
    "innvilget": "Dere får tilskudd for alt dere har søkt om.",
    "delvis innvilget": "Dere får tilskudd for noe av det dere har søkt om. Under står det hva dere får, hva dere ikke får, og hvorfor.",
    "avslag": "Dere får ikke tilskudd. Under står det hvorfor.",
    "avvist": "Søknaden er avvist. Det betyr at vi ikke har vurdert om dere har rett til tilskudd.",
    _OPEN: "Søknaden er ikke ferdig behandlet. Noe i den må avgjøres av en saksbehandler.",
    _WAITING: "Vi kan ikke avgjøre hele søknaden ennå, fordi noe mangler.",
}


def letter(
    decision: Decision,
    dated: date | None = None,
    filled: Mapping[str, str] | None = None,
    judged: Sequence[Judged] = (),
) -> Document:
    """The draft. `filled` has texts for blanks, by their names in `BLANKS`; `judged` what persons have decided so far."""
    application = decision.application
    given = {name: text for name, text in (filled or {}).items() if text.strip()}
    if dated is not None:
        given.setdefault("dato", date_text(dated))
    title = decision.compiled.vocabulary.schemes[application.scheme].title
    year = f" {decision.grant_year}" if decision.grant_year is not None else ""
    lead = "Vi trenger mer fra dere" if decision.outcome == _WAITING else "Svar på søknad"
    document = Document(f"{lead}: {title}{year}", f"Brevutkast · søknad {application.id}", [], dated)
    document.blocks.extend(_Letter(decision, given, judged).blocks())
    open_ = blanks(document)
    if open_:
        told = "Utkast. Fyll ut det som står i klammer, før brevet sendes"
        document.blocks.insert(0, Box("utkast", told, [[f"Felt som ikke er fylt ut: {list_text(list(open_))}."]]))
    return document


class _Letter:
    def __init__(self, decision: Decision, filled: Mapping[str, str], judged: Sequence[Judged]) -> None:
        self.decision = decision
        self.filled = filled
        self.judged = judged
        self.out: Outline = outline(decision)

    def blank(self, name: str) -> Span:
        """The text given for a blank, or the blank."""
        return self.filled.get(name) or Blank(name, BLANKS[name])

    def settled(self, name: str) -> list[Span]:
        """The text given for a blank, or the vocabulary's own with where it is written, or the blank."""
        scheme = self.decision.compiled.vocabulary.schemes[self.decision.application.scheme]
        own = scheme.letter.get(name)
        if name in self.filled or own is None:
            return [self.blank(name)]
        return [f"{own.text} ", Cited(source_text(own.citation, self.decision))]

    def blocks(self) -> Iterator[Block]:
        yield Pairs(
            [
                ("Til", [self.blank("mottaker")]),
                ("Søknad", [self.decision.application.id]),
                ("Dato", [self.blank("dato")]),
            ]
        )
        yield from self._answer()
        yield from refusals(self.out.application, Heading(1, "Hvorfor"))
        if self.decision.outcome != "avvist":
            for doctor in self.out.doctors:
                yield from doctor_part(doctor, self.decision)
        yield from self._missing()
        yield from self._judgements()
        yield from self._assumed()
        yield from self._next()

    def _answer(self) -> Iterator[Block]:
        outcome = self.decision.outcome
        lines: list[Sequence[Span]] = [[_ANSWERS[outcome]]]
        lines += [[line] if isinstance(line, str) else line for line in self._money()]
        yield Box(TONES.get(outcome, "åpen"), outcome[:1].upper() + outcome[1:], lines)
        if self.decision.receipt.overlay is not None:
            told = "Reglene selv har ikke alle satsene."
            yield Box("utkast", "Beløpene er regnet ut med foreslåtte satser", [[told]])

    def _money(self) -> Iterator[str | Sequence[Span]]:
        """What it comes to, when it comes to anything; the sum of an unfinished case is told as what it is so far."""
        decision = self.decision
        if decision.outcome in ("avslag", "avvist"):
            return
        unfinished = decision.outcome in (_OPEN, _WAITING)
        if decision.total is None:
            yield ["Beløpet er ikke fastsatt: ", self.blank("beløp"), "."]
            if decision.known:
                yield f"Av dette er {money_text(decision.known)} regnet ut."
        elif not unfinished:
            yield ["Dere får ", Strong(money_text(decision.total)), "."]
        elif decision.total:
            yield f"Så langt er {money_text(decision.total)} regnet ut. Beløpet er ikke endelig."

    def _missing(self) -> Iterator[Block]:
        if not self.decision.missing:
            return
        yield Heading(1, "Dette mangler")
        items: list[list[Span]] = []
        for one in self.decision.missing:
            about = ", ".join(
                part for part in (one.asked.doctor, months_in_words(one.months) if one.months else "") if part
            )
            items.append([*([Strong(f"{about}: ")] if about else []), asks(one, self.decision)])
        yield Bullets(items)
        yield Heading(2, "Slik sender dere det som mangler")
        yield Paragraph(self.settled("svar"))
        yield Paragraph(["Svarfrist: ", self.blank("frist")])

    def _judgements(self) -> Iterator[Block]:
        if not self.out.judgements:
            return
        yield Heading(1, "Dette avgjør en saksbehandler")
        for one in self.out.judgements:
            found = [own for own in self.judged if (own.rule, own.doctor) == (one.rule, one.doctor)]
            about = f"{one.title} ({one.when})" if one.when else one.title
            yield Paragraph([Strong(f"{about}. "), one.text])
            for own in found:
                yield Paragraph([f"{own.judgement} {own.because}"])
            if not found:
                yield Paragraph([_DECIDE])
            yield Paragraph([one.source], quiet=True)

    def _assumed(self) -> Iterator[Block]:
        if not self.out.assumed or self.decision.outcome == "avvist":
            return
        yield Heading(1, "Dette har vi lagt til grunn")
        yield Paragraph(["Søknaden sier ikke noe om dette. Si fra hvis noe av det er feil."])
        gathered: dict[tuple[str, str], list[str]] = {}
        for question, doctor, value in self.out.assumed:
            gathered.setdefault((question, value), []).extend([doctor] if doctor else [])
        yield Bullets(
            [
                [f"{question} ", Strong(value), f" ({list_text(doctors)})" if doctors else ""]
                for (question, value), doctors in gathered.items()
            ]
        )

    def _next(self) -> Iterator[Block]:
        if self.decision.outcome != _WAITING:
            yield Heading(1, "Hvis dere mener svaret er feil")
            yield Paragraph(self.settled("klage"))
        yield Heading(1, "Spørsmål")
        yield Paragraph([self.blank("kontakt")])
        yield Paragraph(
            [
                f"Hele grunnlaget, med alle krav, kilder og tolkninger, står i vedtaksgrunnlaget for {self.decision.application.id}."
            ]
        )
        yield Paragraph(["Hilsen ", self.blank("saksbehandler")])
