"""The two evaluators' compilations of the same rules, proved to answer alike for every combination of their leaves' answers.

The naive evaluator walks a tree; the other infers from its disjunctive form. A leaf can answer anything, so what is proved holds
of every application. How answers are summed up to months and outcomes is compared for every mix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import z3

from engine.decide.chain import ForwardEvaluator, ways
from engine.decide.forward import available
from engine.decide.group import FIRST, Clause, Group, Tree, tree_leaves
from engine.decide.naive import NaiveEvaluator
from engine.decide.naive import status as naive_status
from engine.language.model import Rule
from engine.prove import code as codes
from engine.prove.code import Code
from engine.prove.logic import Bool, conj, differ, disj, implies
from engine.prove.meaning import GroupMeaning
from engine.prove.site import Site, sites
from engine.prove.solver import Question
from engine.prove.stage import Stages

_STATUSES = ("ja", "delvis", "nei", "uavklart", "skjønn")

#: mixes of components that a month's status is compared for
_MOST_MIXES = 2_000


@dataclass(frozen=True)
class Disparity:
    """Where the two differ: a rule's part (`krav`, `skjønn`, `delvis`) at a site, or in words what is summed up differently."""

    site: Site | None
    rule: Rule | None
    part: str
    tree: Tree | None
    told: str


def disparities(stages: Stages) -> Iterator[Disparity]:
    """Every difference, and none when there is only one evaluator."""
    if not available():
        return
    seen: set[tuple[str, str, str]] = set()
    for site in sites(stages.scheme):
        for clause in site.group.clauses:
            for part, tree in _trees(clause):
                key = (clause.rule.origin, clause.rule.id, part)
                told = "" if tree is None or key in seen else _apart(tree, stages)
                if told:
                    seen.add(key)
                    yield Disparity(site, clause.rule, part, tree, told)
        told = _orders(site.group)
        if told:
            yield Disparity(site, None, "status", None, told)
    yield from _summed_up(stages)


def _trees(clause: Clause) -> Sequence[tuple[str, Tree | None]]:
    return ("krav", clause.value), ("skjønn", clause.judgement), ("delvis", clause.partial)


def _apart(tree: Tree, stages: Stages) -> str:
    """How the forms of a tree differ; empty when they are proved alike."""
    leaves = {number: _free(number) for number in sorted(tree_leaves(tree))}
    whole = codes.walk(tree, leaves.__getitem__)
    sane = [implies(one.yes, one.maybe_yes) for one in leaves.values()]
    sane += [implies(one.no, one.maybe_no) for one in leaves.values()]
    question = Question(sane, stages.clock)
    for bit, wanted, sure in ((0, True, True), (1, False, True), (2, True, False), (3, False, False)):
        if question.holds(differ(whole[bit], _by_ways(tree, wanted, sure, leaves))):
            model = question.model()
            told = [f"ledd {number}: {_word(model, one)}" for number, one in leaves.items()]
            return "; ".join(told)
    return ""


def _word(model: Any, leaf: Code) -> str:
    """What a leaf answers in an answer."""
    for word, bit in (("ja", leaf.yes), ("nei", leaf.no)):
        if z3.is_true(model.eval(bit, model_completion=True)):
            return word
    return "åpent"


def _free(number: int) -> Code:
    """A leaf that can answer anything."""
    return Code(*(z3.Bool(f"ledd {number} {bit}") for bit in ("ja", "nei", "kanskje ja", "kanskje nei")))


def _by_ways(tree: Tree, wanted: bool, sure: bool, leaves: dict[int, Code]) -> Bool:
    """Whether some conjunction of the disjunctive form fires."""
    start = 0 if sure else 2
    return disj(
        *(
            conj(*(leaves[leaf][start] if answer else leaves[leaf][start + 1] for leaf, answer in way))
            for way in ways(tree, wanted)
        )
    )


def differs_in(rule: Rule, part: str) -> Callable[[GroupMeaning], Bool]:
    """That the two forms of a rule's part give different answers, in a group."""

    def looks(group: GroupMeaning) -> Bool:
        found: list[Bool] = []
        for clause in group.in_force:
            tree = dict(_trees(clause))[part] if clause.rule is rule else None
            if tree is not None:
                leaves = {number: group.leaf_code(number) for number in tree_leaves(tree)}
                whole = codes.walk(tree, leaves.__getitem__)
                found.append(
                    disj(
                        differ(whole.yes, _by_ways(tree, True, True, leaves)),
                        differ(whole.no, _by_ways(tree, False, True, leaves)),
                    )
                )
        return disj(*found)

    return looks


def _orders(group: Group) -> str:
    """Which effects the two weigh differently."""
    effects = [*FIRST, *(one for one in group.order if one != "ja"), "delvis"]
    for size in range(len(effects) + 1):
        for some in combinations(effects, size):
            inferred = next((one for one in effects if one in some), "ja")
            if naive_status(group.order, set(some)) != inferred:
                return ", ".join(some)
    return ""


def _summed_up(stages: Stages) -> Iterator[Disparity]:
    naive, forward = NaiveEvaluator(), ForwardEvaluator()
    outcomes = stages.scheme.summary.outcomes
    for size in range(1, len(_STATUSES) + 1):
        for mix in combinations(_STATUSES, size):
            counts = dict.fromkeys(mix, 1)
            if naive.outcome(outcomes, counts) != forward.outcome(outcomes, counts):
                yield Disparity(None, None, "utfall", None, ", ".join(mix))
    single = [(own, None) for own in (*_STATUSES, "utenfor")] + [("nei", other) for other in _STATUSES]
    several = max(1, min(2, len(stages.scheme.components)))
    for parts in list(product(single, repeat=several))[:_MOST_MIXES]:
        if naive.month(parts) != forward.month(parts):
            yield Disparity(None, None, "måned", None, str(parts))
            return
