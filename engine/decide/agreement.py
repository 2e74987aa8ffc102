"""Both evaluators on every question. They must agree; a question on which they differ has no answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from engine.decide.group import Assessed, Verdict
from engine.language.vocabulary import OutcomeRule
from engine.text.fault import Fault
from engine.text.place import Place


class Evaluator(Protocol):
    """What an evaluator answers; see `NaiveEvaluator`."""

    name: str

    def verdict(self, group: Assessed, codes: bytes) -> Verdict: ...

    def month(self, parts: Sequence[tuple[str, str | None]]) -> str: ...

    def outcome(self, rules: Sequence[OutcomeRule], counts: Mapping[str, int]) -> str: ...


class Disagreement(Exception):
    """The evaluators differ: an engine fault, and the decision is refused."""

    def __init__(self, question: str, answers: Mapping[str, object]) -> None:
        self.question = question
        self.answers = dict(answers)
        super().__init__(question, self.answers)

    def __str__(self) -> str:
        told = "; ".join(f"{name} svarer {answer}" for name, answer in self.answers.items())
        return f"evaluatorene er uenige om {self.question}: {told}"

    def fault(self, shown: str) -> Fault:
        """As a fault of the file or folder that is shown."""
        why = "et vedtak gis bare når begge evaluatorene svarer det samme"
        next_step = "meld feilen til dem som utvikler motoren, med søknaden og kvitteringen"
        return Fault(Place(shown, 1, 1), "MOTOR-UENIG", str(self), why, next_step)


class Panel:
    """Asks every evaluator and gives the answer they share. Equal questions within one decision are asked once."""

    def __init__(self, evaluators: Sequence[Evaluator]) -> None:
        self.evaluators = tuple(evaluators)
        self._asked: dict[object, object] = {}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.evaluators)

    def verdict(self, group: Assessed, codes: bytes) -> Verdict:
        """Raises Disagreement."""
        key = (group, codes)
        known = self._asked.get(key)
        if known is None:
            known = self._asked[key] = self._agreed(
                f"vilkårene i {group.name}", [one.verdict(group, codes) for one in self.evaluators]
            )
        assert isinstance(known, Verdict)
        return known

    def month(self, parts: Sequence[tuple[str, str | None]]) -> str:
        """Raises Disagreement."""
        key = ("måned", tuple(parts))
        if key not in self._asked:
            self._asked[key] = self._agreed("en måned", [one.month(parts) for one in self.evaluators])
        return str(self._asked[key])

    def outcome(self, rules: Sequence[OutcomeRule], counts: Mapping[str, int]) -> str:
        """Raises Disagreement."""
        key = ("utfall", tuple(sorted(counts.items())))
        if key not in self._asked:
            self._asked[key] = self._agreed("et utfall", [one.outcome(rules, counts) for one in self.evaluators])
        return str(self._asked[key])

    def _agreed(self, question: str, answers: list[object]) -> object:
        if any(answer != answers[0] for answer in answers[1:]):
            raise Disagreement(question, dict(zip(self.names, answers, strict=True)))
        return answers[0]
