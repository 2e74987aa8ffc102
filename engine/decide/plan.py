"""Plans: how a group is assessed where certain versions of its rules are in force, and what its codes answer.

Months, doctors and applications in which the same versions are in force for the same reasons share a plan, and with it the answers
already worked out from the same codes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from operator import itemgetter
from typing import Any

from engine.case.comparison import Comparator
from engine.case.frame import Frame
from engine.case.truth import JA, NEI, NO, SKJØNN, YES
from engine.decide.answer import MET, NOT_MET, NOT_RELEVANT, SUPPLIED, UNRESOLVED, Answer
from engine.decide.group import Clause, Group, Tree, Verdict, effect, tree_leaves
from engine.decide.naive import walk
from engine.ruleset.force import Standing

#: a leaf's number and comparator; the number of a scope, and the leaves compared where it does not say no
_Numbered = tuple[int, Comparator]
_Scoped = tuple[int, tuple[_Numbered, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What a group's codes answer: one answer a rule, which rules decided the status, and what failing rules open for.

    `unsettled` are the rules that would open for another component if a missing fact made them fail: clause and component.
    `once` are the answers of rules about the doctor, `answers` the others. Outside the window only what decided is told. `lacking`
    and `judging` say that something is missing, or a person must judge, for one of `answers`.
    """

    answers: tuple[Answer, ...]
    once: tuple[Answer, ...]
    decided_by: tuple[str, ...]
    decisive: tuple[Clause, ...]
    opened: frozenset[str]
    unsettled: tuple[tuple[Clause, str], ...]
    lacking: bool
    judging: bool


class Settled:
    """A plan where some leaves are compared already: what remains to be compared on each frame."""

    __slots__ = ("_always", "_base", "_within", "group")

    def __init__(self, group: Group, base: list[int], always: Iterable[_Numbered], within: Iterable[_Scoped]) -> None:
        self.group = group
        self._base = base
        self._always = tuple(always)
        self._within = tuple(within)

    def codes(self, frame: Any, extra: str | None = None) -> bytes:
        """The answer code of every leaf on a frame; `extra` is one of the group's extra statuses, when it has it."""
        codes = self._base.copy()
        for number, compare in self._always:
            codes[number] = compare(frame)
        for scope, comparators in self._within:
            if not codes[scope] & NO:
                for number, compare in comparators:
                    codes[number] = compare(frame)
        if extra is not None:
            codes[self.group.extra[extra]] = NEI
        return bytes(codes)

    def comparing(self, comparator: Callable[[int], Callable[[Any], int]]) -> Settled:
        """The same with other comparators, by the leaf's number."""
        always = [(number, comparator(number)) for number, _ in self._always]
        within = [(scope, tuple((number, comparator(number)) for number, _ in own)) for scope, own in self._within]
        return Settled(self.group, self._base, always, within)

    def settled(self, frame: Frame, numbers: frozenset[int]) -> Settled:
        """With the leaves of these numbers compared too, on a frame: for all frames that they answer the same on."""
        codes = self._base.copy()
        for number, compare in self._always:
            if number in numbers:
                codes[number] = compare(frame)
        always = [one for one in self._always if one[0] not in numbers]
        left = {number for number, _ in always}
        within = []
        for scope, comparators in self._within:
            if scope in left:
                within.append((scope, comparators))
            elif not codes[scope] & NO:
                for number, compare in comparators:
                    if number in numbers:
                        codes[number] = compare(frame)
                always += [one for one in comparators if one[0] not in numbers]
        return Settled(self.group, codes, always, within)


class Plan:
    """A group with the versions in force. Leaves of rules that are not in force, or out of scope, are not compared."""

    def __init__(self, group: Group, standing: Mapping[str, Standing], agreed: date | None) -> None:
        self.group = group
        self.standing = standing
        self.base = [0] * len(group.leaves)
        self.excepting = False
        if group.judged is not None:
            self.base[group.judged] = SKJØNN
        for number in group.extra.values():
            self.base[number] = JA
        always: set[int] = set()
        within: dict[int, set[int]] = {}
        for clause in group.clauses:
            one = standing[clause.rule.id]
            in_force = one.in_force and one.rule.origin == clause.rule.origin
            self.base[clause.in_force] = JA if in_force else NEI
            for exemption, flag, _ in clause.exemptions:
                holds = agreed is not None and exemption.agreements.holds(agreed)
                self.base[flag] = JA if holds else NEI
                self.excepting = self.excepting or (in_force and holds)
            if in_force:
                self._gather(clause, self.base, always, within)
        scoped = [(scope, self._comparators(own - always)) for scope, own in within.items()]
        self.unsettled = Settled(group, self.base, self._comparators(always), scoped)
        dated = frozenset(range(len(group.leaves))) - group.steady - group.alike
        self._dated = self._comparators(always & dated)
        self._dated_within = [
            (scope, self._comparators((own - always) & (dated if scope not in dated else dated | own)))
            for scope, own in within.items()
            if scope in dated or (own - always) & dated
        ]
        self._answers: dict[bytes, Answers] = {}

    @staticmethod
    def _gather(clause: Clause, base: list[int], always: set[int], within: dict[int, set[int]]) -> None:
        """The leaves to compare always, and those only needed where a leaf that is the clause's scope does not say no."""
        own: set[int] = set()
        trees: list[Tree | None] = [
            clause.requirement,
            clause.judgement,
            *(when for _, flag, when in clause.exemptions if base[flag] & YES),
        ]
        for tree in trees:
            if tree is not None:
                own |= tree_leaves(tree)
        if isinstance(clause.scope, int) and clause.partial is None:
            always.add(clause.scope)
            within.setdefault(clause.scope, set()).update(own)
            return
        for tree in (clause.scope, clause.partial):
            if tree is not None:
                own |= tree_leaves(tree)
        always |= own

    def _comparators(self, numbers: set[int]) -> tuple[_Numbered, ...]:
        comparators = self.group.comparators
        return tuple((number, comparators[number]) for number in sorted(numbers) if number in comparators)

    def codes(self, frame: Frame, extra: str | None = None) -> bytes:
        """The answer code of every leaf on a frame; see `Settled.codes`."""
        return self.unsettled.codes(frame, extra)

    def again(self, first: bytes, frame: Frame) -> bytes:
        """The codes of a month that looks like one with the codes `first`: only leaves that hang on the date are compared anew."""
        if not self._changed(first, frame):
            return first
        codes = bytearray(first)
        base = self.base
        for number, compare in self._dated:
            codes[number] = compare(frame)
        if self._dated_within:
            for _, comparators in self._dated_within:
                for number, _ in comparators:
                    codes[number] = base[number]
            for scope, comparators in self._dated_within:
                if not codes[scope] & NO:
                    for number, compare in comparators:
                        codes[number] = compare(frame)
        return bytes(codes)

    def _changed(self, first: bytes, frame: Frame) -> bool:
        for number, compare in self._dated:
            if compare(frame) != first[number]:
                return True
        return any(
            compare(frame) != first[number]
            for scope, comparators in self._dated_within
            if not first[scope] & NO
            for number, compare in comparators
        )

    def codes_of(self, answers: Mapping[int, int], extra: str | None = None) -> bytes:
        """As `codes`, from answers that the leaves already have, by leaf number."""
        return self._looked_up.codes(answers, extra)

    @cached_property
    def _looked_up(self) -> Settled:
        """The plan with answers in place of a frame."""
        return self.unsettled.comparing(itemgetter)

    def answers(self, codes: bytes, verdict: Verdict) -> Answers:
        """What the codes answer, given the verdict on them."""
        found = self._answers.get(codes)
        if found is None:
            if len(self._answers) > 10_000:
                self._answers.clear()
            found = self._answers[codes] = self._work_out(codes, verdict)
        return found

    def _work_out(self, codes: bytes, verdict: Verdict) -> Answers:
        decisive = []
        for clause, *triple in zip(
            self.group.clauses, verdict.values, verdict.judgements, verdict.partials, strict=True
        ):
            one = effect(clause.rule.consequence, *triple)
            if one == verdict.status and one != "delvis":
                decisive.append(clause)
        failed = decisive if verdict.status == "nei" else []
        told = self._answer_each(codes, verdict)
        if verdict.status == "utenfor":
            told = [answer for answer in told if answer.clause in decisive]
        answers = tuple(answer for answer in told if answer.clause.rule.per != "lege")
        return Answers(
            answers,
            tuple(answer for answer in told if answer.clause.rule.per == "lege"),
            tuple(sorted({clause.rule.id for clause in decisive})),
            tuple(decisive),
            frozenset(name for clause in failed for name in clause.rule.opens_for),
            tuple(
                (clause, name)
                for clause, value in zip(self.group.clauses, verdict.values, strict=True)
                if value == UNRESOLVED and verdict.status == "nei"
                for name in clause.rule.opens_for
            ),
            any(answer.lacking for answer in answers),
            any(answer.follows == "skjønn" for answer in answers),
        )

    def _answer_each(self, codes: bytes, verdict: Verdict) -> list[Answer]:
        """One answer a rule id: for the version in force, or for why none is."""
        answers = []
        for clause, value, judgement in zip(self.group.clauses, verdict.values, verdict.judgements, strict=True):
            rule = clause.rule
            one = self.standing[rule.id]
            if one.rule.origin != rule.origin:
                continue
            if not one.in_force:
                answers.append(Answer(clause, NOT_RELEVANT, "", why=one.why))
            elif clause.scope is not None and walk(clause.scope)(codes) & NO:
                answers.append(Answer(clause, NOT_RELEVANT, ""))
            elif value == "ja":
                answers.append(Answer(clause, MET, "", exemption=_exemption(clause, codes)))
            elif value == "nei":
                instead = judgement == "ja"
                answers.append(Answer(clause, NOT_MET, "skjønn" if instead else rule.consequence, judged=instead))
            else:
                informs = rule.consequence in ("merknad", "ingen")
                answers.append(
                    Answer(clause, UNRESOLVED, "" if informs else "skjønn" if value == "skjønn" else SUPPLIED)
                )
        return answers


def _exemption(clause: Clause, codes: bytes) -> str | None:
    if not clause.exemptions or walk(clause.requirement)(codes) & YES:
        return None
    return next(
        (one.id for one, flag, when in clause.exemptions if codes[flag] & YES and walk(when)(codes) & YES), None
    )
