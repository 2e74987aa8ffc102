"""The facts an application states, as tables: each question with its answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.case.stated import Facts, Rows, Stated
from engine.decide.decision import Decision
from engine.explain.paper.document import Block, Heading, Table
from engine.explain.reason import stated_text
from engine.language.vocabulary import Fact
from engine.text.month import Month, month_in_words
from engine.text.norsk import list_text


def stated(decision: Decision) -> Iterator[Block]:
    """The application's own facts, then each doctor's, with the periods."""
    application, vocabulary = decision.application, decision.compiled.vocabulary
    of_application = list(
        _rows(vocabulary.facts_of(application.scheme, "søknad"), application.facts, application.lists)
    )
    if of_application:
        yield _answers(of_application)
    for doctor in application.doctors:
        yield Heading(2, doctor.id)
        own = list(_rows(vocabulary.facts_of(application.scheme, "lege"), doctor.facts, doctor.lists))
        if own:
            yield _answers(own)
        facts = vocabulary.facts_of(application.scheme, "periode")
        used = [fact for fact in facts if any(fact.name in period.facts for period in doctor.periods)]
        yield Table(
            [fact.name.replace("_", " ") for fact in used],
            [[answer_text(fact, period.facts.get(fact.name)) for fact in used] for period in doctor.periods],
        )


def answer_text(fact: Fact, value: Stated | None) -> str:
    """An answer as a person writes it; nothing for one that was not given."""
    if value is None:
        return ""
    if fact.kind == "måned" and isinstance(value, int):
        return month_in_words(Month(value))
    words = fact.unit.after(2) if fact.unit.powers else ""
    return stated_text(value) + (f"\u00a0{words}" if words else "")


def _answers(rows: list[list[str]]) -> Table:
    return Table(["Spørsmål", "Svar"], rows, widths=(3, 2))


def _rows(facts: Iterable[Fact], given: Facts, lists: Rows) -> Iterator[list[str]]:
    for fact in facts:
        if fact.name in given:
            yield [fact.question, answer_text(fact, given[fact.name])]
        for row in lists.get(fact.name, ()):
            parts = [f"{name}: {answer_text(fact.fields[name], value)}" for name, value in row.items()]
            yield [fact.question, list_text(parts)]
