"""From a group's verdict to findings: what was found for each rule, why, and which missing facts it hangs on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.case.comparison import unknowns
from engine.case.derived import judged
from engine.case.frame import Frame, Slots
from engine.case.truth import JA, NEI, NO, YES
from engine.case.value import Asked
from engine.decide.decision import MET, NOT_MET, NOT_RELEVANT, UNRESOLVED, Finding
from engine.decide.group import Clause, Group, Tree, Verdict, effect, tree_leaves
from engine.decide.naive import walk
from engine.language.condition import operand_names
from engine.ruleset.force import Standing

#: consequences whose unmet requirement is itself something to be supplied
SUPPLIED = "mangler opplysninger"


def effects(group: Group, verdict: Verdict) -> list[str | None]:
    """Each clause's effect on the status."""
    return [
        effect(clause.rule.consequence, *answers)
        for clause, *answers in zip(group.clauses, verdict.values, verdict.judgements, verdict.partials, strict=True)
    ]


def findings(
    group: Group,
    codes: Sequence[int],
    verdict: Verdict,
    standing: Mapping[str, Standing],
    frame: Frame,
    slots: Slots,
) -> Iterator[Finding]:
    """One finding a rule id: for the version in force, or for why none is."""
    told: set[str] = set()
    for clause, value, judgement in zip(group.clauses, verdict.values, verdict.judgements, strict=True):
        rule = clause.rule
        one = standing[rule.id]
        if rule.id in told or one.rule.origin != rule.origin:
            continue
        told.add(rule.id)
        if not one.in_force:
            yield Finding(rule, rule.per, NOT_RELEVANT, "", frame, why=one.why, clause=clause)
        elif clause.scope is not None and walk(clause.scope)(codes) & NO:
            yield Finding(rule, rule.per, NOT_RELEVANT, "", frame, clause=clause)
        elif value == "ja":
            yield Finding(rule, rule.per, MET, "", frame, exemption=_exemption(clause, codes), clause=clause)
        elif value == "nei":
            judged_instead = judgement == "ja"
            follows = "skjønn" if judged_instead else rule.consequence
            missing = _suppliable(clause, group, codes, slots, frame) if rule.consequence == SUPPLIED else frozenset()
            yield Finding(rule, rule.per, NOT_MET, follows, frame, judged=judged_instead, clause=clause, missing=missing)
        else:
            follows = "" if rule.consequence in ("merknad", "ingen") else "skjønn" if value == "skjønn" else SUPPLIED
            missing = missing_facts([clause.value], group, codes, slots, frame)
            yield Finding(rule, rule.per, UNRESOLVED, follows, frame, clause=clause, missing=missing)


def _exemption(clause: Clause, codes: Sequence[int]) -> str | None:
    if not clause.exemptions or walk(clause.requirement)(codes) & YES:
        return None
    return next((one.id for one, flag, when in clause.exemptions if codes[flag] & YES and walk(when)(codes) & YES), None)


def missing_facts(trees: Sequence[Tree], group: Group, codes: Sequence[int], slots: Slots, frame: Frame) -> frozenset[Asked]:
    """The missing facts of the leaves that still matter: an answer that is settled without a leaf does not ask for it."""
    found: frozenset[Asked] = frozenset()
    for tree in trees:
        for number in _open_leaves(tree, codes):
            leaf = group.leaves[number]
            if leaf is not None:
                found |= unknowns(leaf, slots, frame, group.of_list).facts
    return found


def _open_leaves(tree: Tree, codes: Sequence[int]) -> set[int]:
    if walk(tree)(codes) & (YES | NO):
        return set()
    return {tree} if isinstance(tree, int) else set().union(*(_open_leaves(part, codes) for part in tree[1]))


def _suppliable(clause: Clause, group: Group, codes: Sequence[int], slots: Slots, frame: Frame) -> frozenset[Asked]:
    """The facts that would have to be other than stated for the requirement to be met, each by itself."""
    by_fact: dict[str, list[int]] = {}
    for number in tree_leaves(clause.requirement):
        leaf = group.leaves[number]
        for name in operand_names(leaf) if leaf is not None else ():
            by_fact.setdefault(name.name, []).append(number)
    test = walk(clause.requirement)
    found = set()
    for name, numbers in by_fact.items():
        changed = list(codes)
        for number in numbers:
            changed[number] = NEI if codes[number] & YES else JA
        if test(changed) & YES:
            fact = slots.vocabulary.facts[name]
            found.add(Asked(name, fact.level, None, ""))
    return frozenset(found)


def doubts(group: Group, codes: Sequence[int], slots: Slots, frame: Frame) -> frozenset[Asked]:
    """The facts stated as unclear that a person must judge, in the leaves that still matter."""
    found: frozenset[Asked] = frozenset()
    for clause in group.clauses:
        for number in _open_leaves(clause.value, codes):
            leaf = group.leaves[number]
            if leaf is not None:
                found |= judged(leaf, slots, frame).judged
    return found
