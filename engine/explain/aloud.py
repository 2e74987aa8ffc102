"""Conditions and formulas in the words a reader would say: names by their titles, yes and no by their questions."""

from __future__ import annotations

from collections.abc import Iterator

from engine.explain.prose import Prose
from engine.language.check_reasons import PLACEHOLDER
from engine.language.condition import Among, Condition, Given
from engine.language.expression import Call, Expression
from engine.language.model import Citation, Reading, Source
from engine.language.rulebook import SchemeRules
from engine.language.vocabulary import Fact, Vocabulary
from engine.text.norsk import list_text

#: what the calendar gives, in the definite form
_CALENDAR = {
    "dag": "dagen",
    "måned": "måneden",
    "dager_i_måneden": "antall dager i måneden",
}

#: a function that chooses: among numbers, and among dates or months
_CHOSEN = {"min": ("den minste", "den tidligste"), "maks": ("den største", "den seneste")}
_ROUNDED = {
    "rund_ned": "rundet ned til nærmeste",
    "rund_opp": "rundet opp til nærmeste",
    "rund_halv_opp": "rundet av til nærmeste",
}


class Aloud(Prose):
    """Reads the conditions of one scheme aloud."""

    def __init__(self, scheme: SchemeRules, vocabulary: Vocabulary, rows: str | None = None) -> None:
        """`rows` is the list whose rows the conditions are about, if any: its fields go before other names."""
        super().__init__(scheme)
        self.vocabulary = vocabulary
        self.fields = vocabulary.facts[rows].fields if rows is not None and rows in vocabulary.facts else {}

    def about(self, rows: str) -> Aloud:
        """The same for conditions on the rows of a list; on anything else it is this one."""
        return Aloud(self.scheme, self.vocabulary, rows) if rows in self.vocabulary.facts else self

    def when(self, condition: Condition) -> str:
        """A condition as lines under what it is said of."""
        return "\n".join(self.lines(condition, 1))

    def text(self, template: str) -> str:
        """A text of the rules with what is filled in told in brackets."""
        return PLACEHOLDER.sub(lambda match: f"[{self.named(match.group(1), None)}]", template)

    def cited(self, citation: Citation) -> str:
        """`Utgiver, «Tittel»: punkt`; the dates are in the list of sources."""
        source = self.source(citation.source)
        return f"{source.publisher}, «{source.title}»: {citation.point}" if source is not None else citation.point

    def source(self, id: str) -> Source | None:
        for one in self.scheme.sets:
            if id in one.sources:
                return one.sources[id]
        return self.vocabulary.sources.get(id)

    def footing(self, citation: Citation | None, reading: Reading | None) -> Iterator[str]:
        """What a part rests on: its citation, and its interpretation with the reason for it."""
        if citation is not None:
            yield f"Hjemmel: {self.cited(citation)}."
        if reading is not None:
            yield f"Tolkning {reading.number}: {reading.text} Fordi: {reading.because}"

    def sentence(self, leaf: Condition, negated: bool = False) -> str:
        match leaf:
            case Among(name, (answer,)) if (fact := self._fact(name.name)) is not None and fact.kind == "ja_nei":
                return f"svaret på «{fact.question}» er {'ikke ' if negated else ''}{answer}"
            case Given(name, word) if (
                word == "oppgitt" and (fact := self._fact(name.name)) is not None and fact.kind == "ja_nei"
            ):
                return f"«{fact.question}» er {'ikke ' if negated else ''}besvart"
            case _:
                return super().sentence(leaf, negated)

    def operand(self, expression: Expression, explain: bool = False) -> str:
        match expression:
            case Call(function, arguments) if function in _CHOSEN:
                number, moment = _CHOSEN[function]
                chosen = moment if self._kind(arguments[0]) in ("dato", "måned") else number
                return f"{chosen} av {list_text([self.operand(argument) for argument in arguments])}"
            case Call(function, (value, step)) if function in _ROUNDED:
                return f"{self.operand(value)}, {_ROUNDED[function]} {self.operand(step)}"
            case _:
                return super().operand(expression, explain)

    def named(self, name: str, value: str | None) -> str:
        title = self._title(name)
        return title if value is None else f"{value} ({title})"

    def _title(self, name: str) -> str:
        fact = self._fact(name)
        if fact is not None:
            return fact.title or super().named(name, None)
        if name in self.scheme.parameters:
            return uncapitalized(self.scheme.parameters[name].title)
        versions = self.scheme.definitions.get(name)
        if versions:
            return uncapitalized(versions[-1].title)
        return _CALENDAR.get(name) or super().named(name, None)

    def _fact(self, name: str) -> Fact | None:
        if name in self.fields:
            return self.fields[name]
        fact = self.vocabulary.facts.get(name)
        return fact if fact is not None and self.scheme.id in fact.schemes else None


def capitalized(text: str) -> str:
    """A text as it begins a sentence."""
    return text[:1].upper() + text[1:]


def uncapitalized(title: str) -> str:
    """A title as it stands inside a sentence; an abbreviation keeps its capitals."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
