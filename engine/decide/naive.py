"""The naive evaluator: walks the trees. Small on purpose; it is what the explanation follows and what checks the other one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter

from engine.case.truth import JA, NEI, SETTLED, both, either, opposite
from engine.decide.group import FIRST, Assessed, Tree, Verdict, effect
from engine.language.vocabulary import OutcomeRule

_KEPT = 10_000

Walk = Callable[[Sequence[int]], int]


class NaiveEvaluator:
    """Conditions, months and outcomes by direct evaluation."""

    name = "naiv"

    def __init__(self) -> None:
        self._walks: dict[Assessed, list[tuple[Walk, Walk | None, Walk | None, str]]] = {}
        self._known: dict[tuple[Assessed, bytes], Verdict] = {}

    def verdict(self, group: Assessed, codes: bytes) -> Verdict:
        """The answers of a group's rules, from the answer codes of its leaves; worked out once for the same codes."""
        key = (group, codes)
        known = self._known.get(key)
        if known is None:
            if len(self._known) > _KEPT:
                self._known.clear()
            known = self._known[key] = self._verdict(group, codes)
        return known

    def _verdict(self, group: Assessed, codes: bytes) -> Verdict:
        walks = self._walks.get(group) or self._prepare(group)
        values, judgements, partials = [], [], []
        effects = set()
        for value_of, judgement_of, partial_of, consequence in walks:
            value = SETTLED[value_of(codes)]
            judgement = SETTLED[judgement_of(codes)] if judgement_of is not None else "nei"
            partial = SETTLED[partial_of(codes)] if partial_of is not None else "nei"
            values.append(value)
            judgements.append(judgement)
            partials.append(partial)
            effects.add(effect(consequence, value, judgement, partial))
        for name, number in group.extra.items():
            if SETTLED[codes[number]] != "ja":
                effects.add(name)
        return Verdict(tuple(values), tuple(judgements), tuple(partials), status(group.order, effects))

    def _prepare(self, group: Assessed) -> list[tuple[Walk, Walk | None, Walk | None, str]]:
        self._walks[group] = [
            (
                walk(clause.value),
                None if clause.judgement is None else walk(clause.judgement),
                None if clause.partial is None else walk(clause.partial),
                clause.consequence,
            )
            for clause in group.clauses
        ]
        return self._walks[group]

    def month(self, parts: Sequence[tuple[str, str | None]]) -> str:
        """A month's status from its applied-for components: (status, status of the one that stepped in, or None)."""
        statuses = {_stepped_in(own, instead) for own, instead in parts}
        return next(
            (one for one in ("uavklart", "skjønn") if one in statuses),
            statuses.pop() if len(statuses) == 1 else "delvis",
        )

    def outcome(self, rules: Sequence[OutcomeRule], counts: Mapping[str, int]) -> str:
        """The first outcome that fits the counts of statuses."""
        present = {status for status, count in counts.items() if count}
        for rule in rules:
            if (
                rule.quantifier == "ellers"
                or (rule.quantifier == "noen" and rule.status in present)
                or (rule.quantifier == "alle" and present == {rule.status})
            ):
                return rule.outcome
        raise LookupError("no outcome fits")


def _stepped_in(own: str, instead: str | None) -> str:
    if own != "nei" or instead is None:
        return own
    return "delvis" if instead in ("ja", "delvis") else instead


def status(order: Sequence[str], effects: set[str | None]) -> str:
    """The status that wins."""
    for one in (*FIRST, *order):
        if one == "ja":
            return "delvis" if "delvis" in effects else "ja"
        if one in effects:
            return one
    return order[-1]


def walk(tree: Tree) -> Walk:
    """A tree as a function of its leaves' codes."""
    if isinstance(tree, int):
        return itemgetter(tree)
    sign, parts = tree
    walks = [walk(part) for part in parts]
    if sign == "!":
        inner = walks[0]
        return lambda codes: opposite(inner(codes))
    combine, start, settled = (both, JA, NEI) if sign == "&" else (either, NEI, JA)

    def combined(codes: Sequence[int]) -> int:
        code = start
        for one in walks:
            code = combine(code, one(codes))
            if code == settled:  # as no other part can change
                return code
        return code

    return combined
