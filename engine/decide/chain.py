"""The forward-chaining evaluator: groups, months and outcomes as layers of conjunctions for the durable-rules runtime.

A leaf's answer enters as two small integers, how far it says ja and how far nei (2 surely, 1 if a person judges so, 0 not). Every
rule's tree is brought to disjunctive form once for ja and once for nei; what fires tells each rule's answer, the answers' effects
wake the next layer, and that settles the status.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from engine.case.truth import MAYBE_NO, MAYBE_YES, NO, YES
from engine.decide.forward import Conjunction, Layer, Program, Test
from engine.decide.group import FIRST, Assessed, Tree, Verdict, effect
from engine.language.vocabulary import OutcomeRule

#: conjunctions one rule part may need; a rule past it is refused when the rules are checked
MAX_WAYS = 200

_YES_LEVEL = tuple(2 if code & YES else 1 if code & MAYBE_YES else 0 for code in range(16))
_NO_LEVEL = tuple(2 if code & NO else 1 if code & MAYBE_NO else 0 for code in range(16))
_SURE, _JUDGED = 2, 1
_STATUSES = ("ja", "delvis", "nei", "uavklart", "skjønn", "utenfor")

Way = frozenset[tuple[int, bool]]


class TooManyWays(ValueError):
    """A condition whose disjunctive form is too large."""


def ways(tree: Tree, wanted: bool) -> set[Way]:
    """The disjunctive form of "the tree answers ja" (`wanted`) or nei: sets of (leaf, answer) that suffice. Raises TooManyWays."""
    if isinstance(tree, int):
        return {frozenset({(tree, wanted)})}
    sign, parts = tree
    if sign == "!":
        return ways(parts[0], not wanted)
    if (sign == "&") == wanted:
        found = {frozenset[tuple[int, bool]]()}
        for part in parts:
            found = _shortest({left | right for left, right in product(found, ways(part, wanted))})
            if len(found) > MAX_WAYS:
                raise TooManyWays()
        return found
    found = set[Way]()
    for part in parts:
        found |= ways(part, wanted)
    if len(found) > MAX_WAYS:
        raise TooManyWays()
    return _shortest(found)


def _shortest(found: set[Way]) -> set[Way]:
    """Without the ways that a shorter way makes needless."""
    return {way for way in found if not any(other < way for other in found)}


class ForwardEvaluator:
    """The same questions as the naive evaluator answers, inferred by durable-rules."""

    name = "durable-rules"

    def __init__(self) -> None:
        self._groups: dict[tuple[Assessed, bool], _GroupProgram] = {}
        self._months: dict[int, Program] = {}
        self._outcomes: dict[tuple[OutcomeRule, ...], tuple[Program, tuple[str, ...]]] = {}

    def verdict(self, group: Assessed, codes: Sequence[int]) -> Verdict:
        """The answers of a group's rules, from the answer codes of its leaves."""
        judged = any(code & (MAYBE_YES | MAYBE_NO) and not code & (YES | NO) for code in codes)
        key = (group, judged)
        program = self._groups.get(key)
        if program is None:
            program = self._groups[key] = _GroupProgram(group, judged)
        return program.run(codes)

    def month(self, parts: Sequence[tuple[str, str | None]]) -> str:
        """A month's status from its applied-for components: (status, status of the one that stepped in, or None)."""
        program = self._months.get(len(parts))
        if program is None:
            program = self._months[len(parts)] = _month_program(len(parts))
        values = [
            number
            for own, instead in parts
            for number in (_STATUSES.index(own), len(_STATUSES) if instead is None else _STATUSES.index(instead))
        ]
        return _MONTH_ANSWERS[program.run(values)[-1][0]]

    def outcome(self, rules: Sequence[OutcomeRule], counts: Mapping[str, int]) -> str:
        """The first outcome that fits the counts of statuses."""
        key = tuple(rules)
        if key not in self._outcomes:
            self._outcomes[key] = _outcome_program(key)
        program, statuses = self._outcomes[key]
        unknown = set(counts) - set(statuses)
        if any(counts[status] for status in unknown):
            raise LookupError(f"no outcome rule tells of {unknown}")
        fitting = program.run([counts.get(status, 0) for status in statuses])[0]
        return key[fitting[0]].outcome


class _GroupProgram:
    """Layer 1: leaves → each rule's answers. Layer 2: which effects there are → the status."""

    def __init__(self, group: Assessed, judged: bool) -> None:
        self.group = group
        self.parts: list[tuple[int, str]] = []
        rules: list[Conjunction] = []
        for number, clause in enumerate(group.clauses):
            for name, tree in (("value", clause.value), ("judgement", clause.judgement), ("partial", clause.partial)):
                if tree is not None:
                    rules += self._conjunctions(tree, len(self.parts), judged)
                    self.parts.append((number, name))
        self.extras = list(group.extra.items())
        for position, (_, leaf) in enumerate(self.extras):
            rules.append(Conjunction((Test(2 * leaf, ">=", _SURE),), 4 * (len(self.parts) + position)))
        self.order = (*FIRST, *(one for one in group.order if one != "ja"), "delvis")
        self.program = Program([Layer(2 * group.size, tuple(rules)), _first_of(len(self.order))], [self._effects])

    def _conjunctions(self, tree: Tree, part: int, judged: bool) -> Iterator[Conjunction]:
        """Conclusions 4·part + 0 surely ja, 1 surely nei, 2 ja if judged so, 3 nei if judged so."""
        for wanted in (True, False):
            for way in ways(tree, wanted):
                for level in (_SURE, _JUDGED) if judged else (_SURE,):
                    tests = tuple(Test(2 * leaf + (not answer), ">=", level) for leaf, answer in sorted(way))
                    yield Conjunction(tests, 4 * part + (not wanted) + (0 if level == _SURE else 2))

    def run(self, codes: Sequence[int]) -> Verdict:
        values = [level for code in codes for level in (_YES_LEVEL[code], _NO_LEVEL[code])]
        fired, settled = self.program.run(values)
        answers = self._answers(fired)
        status = self.order[settled[0]] if settled else "ja"
        return Verdict(tuple(answers["value"]), tuple(answers["judgement"]), tuple(answers["partial"]), status)

    def _answers(self, fired: Sequence[int]) -> dict[str, list[str]]:
        held = set(fired)
        answers = {name: ["nei"] * len(self.group.clauses) for name in ("value", "judgement", "partial")}
        for part, (number, name) in enumerate(self.parts):
            base = 4 * part
            answers[name][number] = (
                "ja"
                if base in held
                else "nei"
                if base + 1 in held
                else "skjønn"
                if base + 2 in held and base + 3 in held
                else "uavklart"
            )
        return answers

    def _effects(self, fired: Sequence[int]) -> tuple[int, ...]:
        answers = self._answers(fired)
        held = set(fired)
        effects = {
            effect(clause.consequence, *triple)
            for clause, *triple in zip(
                self.group.clauses, answers["value"], answers["judgement"], answers["partial"], strict=True
            )
        }
        effects |= {
            name for position, (name, _) in enumerate(self.extras) if 4 * (len(self.parts) + position) not in held
        }
        return tuple(int(one in effects) for one in self.order)


def _first_of(count: int) -> Layer:
    """Fires the number of the first field that is 1, or nothing."""
    return Layer(
        count,
        tuple(
            Conjunction((*(Test(earlier, "==", 0) for earlier in range(number)), Test(number, "==", 1)), number)
            for number in range(count)
        ),
    )


_MONTH_ANSWERS = ("uavklart", "skjønn", "ja", "delvis", "nei", "utenfor")


def _month_program(parts: int) -> Program:
    """Layer 1: each component's contribution. Layer 2: uavklart, skjønn, all alike, else delvis."""
    rules = []
    nei, none = _STATUSES.index("nei"), len(_STATUSES)
    for part in range(parts):
        own, instead = 2 * part, 2 * part + 1
        for number, status in enumerate(_STATUSES):
            if status != "nei":
                rules.append(Conjunction((Test(own, "==", number),), _MONTH_ANSWERS.index(status)))
            effective = "delvis" if status in ("ja", "delvis") else status
            rules.append(
                Conjunction((Test(own, "==", nei), Test(instead, "==", number)), _MONTH_ANSWERS.index(effective))
            )
        rules.append(Conjunction((Test(own, "==", nei), Test(instead, "==", none)), _MONTH_ANSWERS.index("nei")))

    def present(fired: Sequence[int]) -> tuple[int, ...]:
        return (*(int(number in fired) for number in range(len(_MONTH_ANSWERS))), len(fired))

    count = len(_MONTH_ANSWERS)
    settled = [
        Conjunction((Test(0, "==", 1),), 0),
        Conjunction((Test(0, "==", 0), Test(1, "==", 1)), 1),
        *(
            Conjunction((Test(0, "==", 0), Test(1, "==", 0), Test(number, "==", 1), Test(count, "==", 1)), number)
            for number in range(2, count)
        ),
        Conjunction((Test(0, "==", 0), Test(1, "==", 0), Test(count, ">=", 2)), _MONTH_ANSWERS.index("delvis")),
    ]
    return Program([Layer(2 * parts, tuple(rules)), Layer(count + 1, tuple(settled))], [present])


def _outcome_program(rules: tuple[OutcomeRule, ...]) -> tuple[Program, tuple[str, ...]]:
    """Conclusion n: outcome rule n fits."""
    statuses = ("ja", "delvis", "nei", "uavklart", "skjønn")
    fitting = []
    for number, rule in enumerate(rules):
        if rule.quantifier == "ellers":
            fitting.append(Conjunction((), number))
        elif rule.quantifier == "noen":
            fitting.append(Conjunction((Test(statuses.index(rule.status), ">=", 1),), number))
        else:
            tests = tuple(
                Test(position, ">=", 1) if status == rule.status else Test(position, "==", 0)
                for position, status in enumerate(statuses)
            )
            fitting.append(Conjunction(tests, number))
    return Program([Layer(len(statuses), tuple(fitting))], []), statuses
