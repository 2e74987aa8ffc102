"""Findings: a group's answers on one frame, and which missing facts an open answer hangs on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from engine.case.comparison import unknowns
from engine.case.frame import Frame, Slots
from engine.case.truth import JA, NEI, NO, YES
from engine.case.value import Asked, Unknown
from engine.decide.answer import UNRESOLVED, Answer
from engine.decide.decision import Finding
from engine.decide.group import Clause, Group, Tree, tree_leaves
from engine.decide.naive import walk
from engine.language.condition import operand_names
from engine.text.month import Month

_NOTHING: frozenset[Asked] = frozenset()


def findings(
    answers: Iterable[Answer],
    group: Group,
    codes: Sequence[int],
    frame: Frame,
    slots: Slots,
    doctor: str | None = None,
    month: Month | None = None,
    component: str | None = None,
) -> list[Finding]:
    """One finding an answer."""
    found = []
    for answer in answers:
        missing = _NOTHING
        if answer.result == UNRESOLVED:
            missing = missing_facts([answer.clause.value], group, codes, slots, frame)
        elif answer.lacking:
            missing = _suppliable(answer.clause, group, codes, slots)
        found.append(Finding(answer, frame, doctor, month, component, None, missing))
    return found


def lacking(trees: Iterable[Tree], group: Group, codes: Sequence[int], slots: Slots, frame: Frame) -> Unknown:
    """What the leaves that still matter lack: facts of the application and values of the rules."""
    found = Unknown()
    for tree in trees:
        for number in open_leaves(tree, codes):
            leaf = group.leaves[number]
            if leaf is not None:
                found |= unknowns(leaf, slots, frame, group.of_list)
    return found


def missing_facts(
    trees: Iterable[Tree], group: Group, codes: Sequence[int], slots: Slots, frame: Frame
) -> frozenset[Asked]:
    """The missing facts of the leaves that still matter: an answer that is settled without a leaf does not ask for it."""
    return lacking(trees, group, codes, slots, frame).facts


def open_leaves(tree: Tree, codes: Sequence[int]) -> set[int]:
    """The numbers of the leaves an unsettled answer hangs on; none of a settled one."""
    if walk(tree)(codes) & (YES | NO):
        return set()
    return {tree} if isinstance(tree, int) else set().union(*(open_leaves(part, codes) for part in tree[1]))


def _suppliable(clause: Clause, group: Group, codes: Sequence[int], slots: Slots) -> frozenset[Asked]:
    """The facts that, were one of them other than stated, would meet the requirement."""
    by_fact: dict[str, list[int]] = {}
    for number in tree_leaves(clause.requirement):
        leaf = group.leaves[number]
        for operand in operand_names(leaf) if leaf is not None else ():
            by_fact.setdefault(operand.name, []).append(number)
    test = walk(clause.requirement)
    found = set()
    for name, numbers in by_fact.items():
        fact = slots.vocabulary.facts.get(name)
        if fact is None or _needed_as_it_is(name, clause, group, codes):
            continue
        if any(test(changed) & YES for changed in _other_answers(numbers, codes)):
            found.add(Asked(name, fact.level, None, ""))
    return frozenset(found)


def _other_answers(numbers: Sequence[int], codes: Sequence[int]) -> Iterator[list[int]]:
    """The codes as they would be were a fact stated otherwise: all its leaves met, each alone met, or each turned about."""
    for met in (set(numbers), *({number} for number in numbers), {number for number in numbers if codes[number] & NO}):
        changed = list(codes)
        for number in numbers:
            changed[number] = JA if number in met else NEI
        yield changed


def _needed_as_it_is(name: str, clause: Clause, group: Group, codes: Sequence[int]) -> bool:
    """Whether another requirement, which decides the application, is met by the fact as it is stated."""
    for other in group.clauses:
        if other is clause or other.rule.consequence not in ("avvist", "avslag"):
            continue
        reads = any(
            operand.name == name
            for number in tree_leaves(other.requirement)
            for leaf in (group.leaves[number],)
            if leaf is not None
            for operand in operand_names(leaf)
        )
        if reads and walk(other.requirement)(codes) & YES:
            return True
    return False
