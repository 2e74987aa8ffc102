"""Plans: how a group is assessed where certain versions of its rules are in force, and what its codes answer.

Months, doctors and applications in which the same versions are in force for the same reasons share a plan, and with it the answers
already worked out from the same codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from engine.case.frame import Frame
from engine.case.names import OF_DATE
from engine.case.truth import JA, NEI, NO, SKJØNN, YES
from engine.decide.answer import MET, NOT_MET, NOT_RELEVANT, SUPPLIED, UNRESOLVED, Answer
from engine.decide.comparing import Codes, no_leaf, steps
from engine.decide.group import Clause, Group, Tree, Verdict, effect, tree_leaves
from engine.decide.naive import walk
from engine.ruleset.force import Standing


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


class Plan:
    """A group with the versions in force. Leaves of rules that are not in force, or out of scope, are not compared."""

    def __init__(self, group: Group, standing: Mapping[str, Standing], agreed: date | None) -> None:
        self.group = group
        self.standing = standing
        self.base: Codes = bytearray(len(group.leaves))
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
        self.steps = steps(group, always, within)
        self._filled = [step for step in self.steps if step is not no_leaf]
        self.is_dated = self.steps[OF_DATE] is not no_leaf
        self._answers: dict[bytes, Answers] = {}

    @staticmethod
    def _gather(clause: Clause, base: Codes, always: set[int], within: dict[int, set[int]]) -> None:
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

    def codes(self, frame: Frame, extra: str | None = None) -> bytes:
        """The answer code of every leaf on a frame; `extra` is one of the group's extra statuses, when it has it."""
        codes = self.base.copy()
        for step in self._filled:
            step(codes, frame)
        return self._finished(codes, extra)

    def dated(self, before: Codes, frame: Frame, extra: str | None = None) -> bytes:
        """As `codes`, where all is compared already but what hangs on the date."""
        codes = before.copy()
        self.steps[OF_DATE](codes, frame)
        return self._finished(codes, extra)

    def _finished(self, codes: Codes, extra: str | None) -> bytes:
        if extra is not None:
            codes[self.group.extra[extra]] = NEI
        return bytes(codes)

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
            else:
                result = {"ja": MET, "nei": NOT_MET}.get(value, UNRESOLVED)
                exemption = _exemption(clause, codes) if value == "ja" else None
                then = follows(rule.consequence, value, judgement)
                answers.append(Answer(clause, result, then, None, exemption, value == "nei" and judgement == "ja"))
        return answers


def follows(consequence: str, value: str, judgement: str) -> str:
    """What a rule's answer leads to, empty for nothing."""
    if value == "ja":
        return ""
    if value == "nei":
        return "skjønn" if judgement == "ja" else consequence
    return "" if consequence in ("merknad", "ingen") else "skjønn" if value == "skjønn" else SUPPLIED


def _exemption(clause: Clause, codes: bytes) -> str | None:
    if not clause.exemptions or walk(clause.requirement)(codes) & YES:
        return None
    return next(
        (one.id for one, flag, when in clause.exemptions if codes[flag] & YES and walk(when)(codes) & YES), None
    )
