"""What a group of rules answers at a moment, as formulas: each rule, the effects it has, and the status they give together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from engine.case.truth import JA, NEI, NO, YES
from engine.decide.answer import SUPPLIED
from engine.decide.compiled import HELD, CompiledScheme
from engine.decide.group import _BY_CONSEQUENCE, FIRST, Clause, Group
from engine.language.condition import Leaf
from engine.language.model import Exemption
from engine.prove import code as codes
from engine.prove.code import Code
from engine.prove.frame import Frame
from engine.prove.logic import Bool, conj, differ, disj, neg
from engine.prove.moment import Moment

NOTHING: Mapping[Leaf, Code] = {}

#: every status a group can have
STATUSES = ("avvist", "utenfor", "nei", "uavklart", "skjønn", "delvis", "ja")


@dataclass(frozen=True)
class Meaning:
    """One rule that is in force: the parts of it, and the whole (`value`)."""

    clause: Clause
    scope: Code | None
    requirement: Code
    exemptions: tuple[tuple[Exemption, Code], ...]
    value: Code
    judgement: Code | None
    partial: Code | None

    @property
    def relevant(self) -> Bool:
        """Whether the rule is not surely out of scope."""
        return True if self.scope is None else neg(self.scope.no)

    @cached_property
    def effects(self) -> dict[str, Bool]:
        """What the rule's answer does to the status: for each status, when."""
        consequence = self.clause.rule.consequence
        found: dict[str, Bool] = {}
        if consequence in ("merknad", "ingen"):
            return found
        failed = self.value.nei
        if consequence == "":
            found["nei"] = failed
        else:
            judgement = self.judgement or codes.constant(NEI)
            _note(found, "skjønn", conj(failed, judgement.ja))
            _note(found, "uavklart", conj(failed, judgement.uavklart))
            _note(found, _BY_CONSEQUENCE[consequence], conj(failed, neg(judgement.ja), neg(judgement.uavklart)))
        _note(found, "skjønn", self.value.skjønn)
        _note(found, "uavklart", self.value.uavklart)
        if self.partial is not None:
            _note(found, "delvis", conj(self.value.ja, self.partial.ja))
            _note(found, "uavklart", conj(self.value.ja, self.partial.uavklart))
        return found


def _note(found: dict[str, Bool], status: str, when: Bool) -> None:
    found[status] = disj(found.get(status, False), when)


class GroupMeaning:
    """A group at a moment. `held` tells whether its month is held back for want of something else."""

    def __init__(
        self, compiled: CompiledScheme, group: Group, moment: Moment, frame: Frame, per_month: bool, held: Bool = False
    ) -> None:
        self.compiled = compiled
        self.group = group
        self.moment = moment
        self.frame = frame
        agreed, month = (moment.day, moment.month) if per_month else (None, None)
        self.plan = compiled.plan(group, agreed, month, moment.year)
        self.held = held
        self.in_force = tuple(clause for clause in group.clauses if self.plan.base[clause.in_force] & YES)
        self._made: dict[int, Meaning] = {}

    @cached_property
    def rules(self) -> tuple[Meaning, ...]:
        """The rules in force."""
        return tuple(self.rule(clause) for clause in self.in_force)

    @cached_property
    def outside(self) -> bool:
        """Whether the status is `utenfor` whatever the application says. Only the rules that can tell are looked at."""
        if any(clause.rule.consequence == "avvist" for clause in self.in_force):
            return False
        telling = (clause for clause in self.in_force if clause.rule.consequence == "utenfor")
        return any(self.rule(clause).effects.get("utenfor", False) is True for clause in telling)

    @cached_property
    def is_outside(self) -> Bool:
        """When the status is `utenfor`. Only the rules that can tell are looked at."""
        when: dict[str, Bool] = {}
        for clause in self.in_force:
            if clause.rule.consequence in FIRST:
                for status, holds in self.rule(clause).effects.items():
                    _note(when, status, holds)
        return conj(neg(when.get(FIRST[0], False)), when.get(FIRST[1], False))

    def by_id(self, id: str) -> Meaning | None:
        """What the rule with an id answers, when it is in force."""
        found = next((clause for clause in self.in_force if clause.rule.id == id), None)
        return None if found is None else self.rule(found)

    def rule(self, clause: Clause) -> Meaning:
        """What one rule answers."""
        if id(clause) not in self._made:
            self._made[id(clause)] = self._meaning(clause)
        return self._made[id(clause)]

    def altered(self, clause: Clause, leaf: Leaf, answer: int) -> Meaning:
        """What one rule would answer if one of its comparisons always gave the same answer."""
        return self._meaning(clause, {leaf: codes.constant(answer)})

    def leaf_code(self, number: int) -> Code:
        """What a leaf of the group answers."""
        condition = self.group.leaves[number]
        return codes.constant(self.plan.base[number]) if condition is None else self.frame.leaf(condition)

    def _meaning(self, clause: Clause, instead: Mapping[Leaf, Code] = NOTHING) -> Meaning:
        base, leaves = self.plan.base, self.group.leaves

        def leaf(number: int) -> Code:
            found = instead.get(leaves[number]) if instead else None  # type: ignore[arg-type]
            return self.leaf_code(number) if found is None else found

        scope = None if clause.scope is None else codes.walk(clause.scope, leaf)
        requirement = codes.walk(clause.requirement, leaf)
        exemptions = tuple(
            (one, codes.walk(when, leaf)) for one, flag, when in clause.exemptions if not base[flag] & NO
        )
        ways = [requirement, *(when for _, when in exemptions)]
        if scope is not None:
            ways.append(codes.opposite(scope))
        partial = None
        if clause.rule.partial_when is not None and clause.partial is not None:
            partial = codes.walk(clause.partial, leaf)
        judgement = None if clause.judgement is None else codes.walk(clause.judgement, leaf)
        return Meaning(clause, scope, requirement, exemptions, codes.either(ways), judgement, partial)

    @cached_property
    def effects(self) -> Mapping[str, Bool]:
        """For each status, whether something has that effect."""
        return self.without(None)

    def without(self, left_out: Meaning | None) -> Mapping[str, Bool]:
        """The effects there would be without one of the rules."""
        found: dict[str, Bool] = {HELD: self.held} if HELD in self.group.extra else {}
        for rule in self.rules:
            if rule is not left_out:
                for status, when in rule.effects.items():
                    _note(found, status, when)
        return found

    @cached_property
    def status(self) -> dict[str, Bool]:
        """For each status, whether it is the group's."""
        return self.settled(self.effects)

    def settled(self, effects: Mapping[str, Bool]) -> dict[str, Bool]:
        """The status that wins."""
        found: dict[str, Bool] = dict.fromkeys(STATUSES, False)
        before: list[Bool] = []
        for one in (*FIRST, *self.group.order):
            if one == "ja":
                delvis = effects.get("delvis", False)
                found["delvis"] = conj(*before, delvis)
                found["ja"] = conj(*before, neg(delvis))
                return found
            holds = effects.get(one, False)
            found[one] = conj(*before, holds)
            before.append(neg(holds))
        return found

    def decisive(self, rule: Meaning) -> Bool:
        """Whether the rule is one of those that decided the status."""
        return disj(*(conj(self.status[status], when) for status, when in rule.effects.items() if status != "delvis"))

    def opened(self, component: str) -> Bool:
        """Whether a refusal opens for another component."""
        return disj(
            *(
                conj(self.status["nei"], rule.effects.get("nei", False))
                for rule in self.rules
                if component in rule.clause.rule.opens_for
            )
        )

    def unsettled(self, component: str) -> Bool:
        """Whether a missing fact leaves open if the refusal opens for another component."""
        return disj(
            *(
                conj(self.status["nei"], rule.value.uavklart)
                for rule in self.rules
                if component in rule.clause.rule.opens_for
            )
        )

    @property
    def holds_back(self) -> Bool:
        """Whether a requirement that can be supplied is not met, or not known to be, so that everything waits for it."""
        return disj(
            *(
                disj(rule.effects.get(HELD, False), rule.value.uavklart)
                for rule in self.rules
                if rule.clause.rule.consequence == SUPPLIED
            )
        )

    def tells_otherwise(self, other: GroupMeaning) -> Bool:
        """Whether some rule answers otherwise, whatever follows from it."""
        before = {rule.clause.rule.id: rule for rule in self.rules}
        after = {rule.clause.rule.id: rule for rule in other.rules}
        return disj(
            before.keys() != after.keys(),
            *(before[id].value.differs(after[id].value) for id in before.keys() & after.keys()),
        )

    def differs(self, other: GroupMeaning) -> Bool:
        """Whether the two statuses differ."""
        return disj(*(differ(self.status[one], other.status[one]) for one in STATUSES if one != "ja"))


__all__ = ["JA", "GroupMeaning", "Meaning"]
