"""The peers: zen-engine with a decision graph a component, and durable-rules fed directly. Both compiled from ``month_rules``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import zen
from month_facts import Answer, Facts, Month
from month_rules import ALIS, COMPONENTS, FACTS, RULES, STATUSES, SUPERVISION, MonthRule, Way, rules_of, ways

from engine.decide.forward import Conjunction, Layer, Program, Test

_OPENING = frozenset(rule.id for rule in RULES if rule.opens)


class Peer(Protocol):
    """``prepared`` puts facts in the form the peer takes; ``status`` is the timed call; ``answer`` tells the deciding rules too."""

    name: str

    def prepared(self, component: str, facts: Facts) -> Any: ...

    def status(self, component: str, prepared: Any) -> str: ...

    def answer(self, component: str, prepared: Any) -> Answer: ...


def answers(peer: Peer, month: Month) -> dict[str, Answer]:
    """A month by a peer: what is applied for, and supervision where ALIS is refused and that opens for it."""
    found = {month.applied: peer.answer(month.applied, peer.prepared(month.applied, month.facts[month.applied]))}
    first = found[month.applied]
    if month.applied == ALIS and first.status == "nei" and (month.subsidiary or first.decided_by & _OPENING):
        found[SUPERVISION] = peer.answer(SUPERVISION, peer.prepared(SUPERVISION, month.facts[SUPERVISION]))
    return found


# --- zen-engine ----------------------------------------------------------------------------------------------------------

_ASCII = str.maketrans({"å": "a", "ø": "o", "æ": "a", "-": "_"})
_TRACE: Any = {"trace": True}


def zen_name(rule: MonthRule) -> str:
    """ZEN's names are ASCII letters, digits and underscores."""
    return rule.id.translate(_ASCII)


def graph(component: str) -> dict[str, Any]:
    """A decision graph: one expression a rule, giving what the rule says of the month, and one for the month's status."""
    rules = rules_of(component)
    expressions = [(zen_name(rule), _effect(rule)) for rule in rules]
    listed = ", ".join(f"$.{zen_name(rule)}" for rule in rules)
    status = "'ja'"
    for one in reversed(STATUSES):
        waits = " or venter == 1" if one == "uavklart" else ""
        status = f"('{one}' in [{listed}]{waits}) ? '{one}' : ({status})"
    expressions.append(("status", status))
    content = {
        "expressions": [{"id": key, "key": key, "value": value} for key, value in expressions],
        "passThrough": False,
    }
    nodes: list[dict[str, Any]] = [
        {"id": "facts", "name": "facts", "type": "inputNode"},
        {"id": "rules", "name": "rules", "type": "expressionNode", "content": content},
        {"id": "month", "name": "month", "type": "outputNode"},
    ]
    edges = [
        {"id": f"{source}-{target}", "type": "edge", "sourceId": source, "targetId": target}
        for source, target in (("facts", "rules"), ("rules", "month"))
    ]
    for node in nodes:
        node["position"] = {"x": 0, "y": 0}
    return {"nodes": nodes, "edges": edges}


def _effect(rule: MonthRule) -> str:
    unmet = f"'{rule.unmet_gives}'"
    if rule.judged:
        unmet = f"(({rule.judged}) ? 'skjønn' : {unmet})"
    return f"({rule.met}) ? 'ja' : (({rule.unmet}) ? {unmet} : '{rule.open_gives}')"


class ZenEngine:
    """``ZenEngine.evaluate`` on graphs it has loaded itself: its quickest way to evaluate a graph from Python."""

    name = "zen-engine, trace: ZenEngine.evaluate"

    def __init__(self) -> None:
        loader: Any = {"type": "static", "content": {component: graph(component) for component in COMPONENTS}}
        self.engine = zen.ZenEngine({"loader": loader})

    def prepared(self, component: str, facts: Facts) -> Facts:
        return facts

    def status(self, component: str, prepared: Facts) -> str:
        return str(self.engine.evaluate(component, prepared, _TRACE)["result"]["status"])

    def answer(self, component: str, prepared: Facts) -> Answer:
        return _answer_of_zen(component, self.engine.evaluate(component, prepared, _TRACE)["result"])

    def untraced(self, component: str, prepared: Facts) -> str:
        return str(self.engine.evaluate(component, prepared)["result"]["status"])

    def batch(self, component: str, prepared: Sequence[Facts], _: object = None) -> list[str]:
        """Many at once, with trace."""
        requests: Any = [{"key": component, "context": facts} for facts in prepared]
        return [str(one["data"]["result"]["status"]) for one in self.engine.evaluate_batch(requests, _TRACE)]


class ZenDecision:
    """``ZenDecision.evaluate``, as zen-engine's README shows. It hands every evaluation to a worker thread."""

    name = "zen-engine, trace: ZenDecision.evaluate"

    def __init__(self) -> None:
        engine = zen.ZenEngine()
        self.decisions = {one: engine.create_decision(json.dumps(graph(one))) for one in COMPONENTS}

    def prepared(self, component: str, facts: Facts) -> Facts:
        return facts

    def status(self, component: str, prepared: Facts) -> str:
        return str(self.decisions[component].evaluate(prepared, _TRACE)["result"]["status"])

    def answer(self, component: str, prepared: Facts) -> Answer:
        return _answer_of_zen(component, self.decisions[component].evaluate(prepared, _TRACE)["result"])


def _answer_of_zen(component: str, result: Mapping[str, str]) -> Answer:
    status = result["status"]
    deciding = (rule.id for rule in rules_of(component) if result[zen_name(rule)] == status != "ja")
    return Answer(status, frozenset(deciding))


# --- durable-rules -------------------------------------------------------------------------------------------------------

_FIELD = {name: number for number, name in enumerate(FACTS)}
_MET, _UNMET, _JUDGED, _SORTS = 0, 1, 2, 3
_WAITS = -1


class DurableRules:
    """A program a component: rules over the month's facts, then the strongest of what they say. Run in the safe way."""

    name = "durable-rules: Program.run"

    def __init__(self) -> None:
        self.programs = {component: _program(rules_of(component)) for component in COMPONENTS}

    def prepared(self, component: str, facts: Facts) -> list[int]:
        return [facts[name] for name in FACTS]

    def status(self, component: str, prepared: Sequence[int]) -> str:
        strongest = self.programs[component].run(prepared)[1]
        return STATUSES[strongest[0]] if strongest else "ja"

    def answer(self, component: str, prepared: Sequence[int]) -> Answer:
        fired, strongest = self.programs[component].run(prepared)
        status = STATUSES[strongest[0]] if strongest else "ja"
        rules = rules_of(component)
        effects = zip(rules, _effects(rules, fired), strict=True)
        return Answer(status, frozenset(rule.id for rule, effect in effects if effect == status != "ja"))


def _program(rules: Sequence[MonthRule]) -> Program:
    conjunctions = [Conjunction((Test(_FIELD["venter"], "==", 1),), _WAITS)]
    for number, rule in enumerate(rules):
        sorts = [(rule.met, "", _MET), (rule.unmet, "", _UNMET)]
        if rule.judged:
            sorts.append((rule.unmet, rule.judged, _JUDGED))
        for condition, also, sort in sorts:
            for way in ways(condition):
                for more in ways(also) if also else ((),):
                    conjunctions.append(Conjunction(_tests((*way, *more)), _SORTS * number + sort))
    strongest = [
        Conjunction((*(Test(before, "==", 0) for before in range(number)), Test(number, "==", 1)), number)
        for number in range(len(STATUSES))
    ]
    return Program([Layer(len(FACTS), tuple(conjunctions)), Layer(len(STATUSES), tuple(strongest))], [_present(rules)])


def _tests(way: Way) -> tuple[Test, ...]:
    return tuple(Test(_FIELD[fact], op, value) for fact, op, value in way)


def _present(rules: Sequence[MonthRule]) -> Callable[[Sequence[int]], tuple[int, ...]]:
    def present(fired: Sequence[int]) -> tuple[int, ...]:
        effects = set(_effects(rules, fired))
        if _WAITS in fired:
            effects.add("uavklart")
        return tuple(int(one in effects) for one in STATUSES)

    return present


def _effects(rules: Sequence[MonthRule], fired: Sequence[int]) -> list[str]:
    held = set(fired)
    effects = []
    for number, rule in enumerate(rules):
        base = _SORTS * number
        if base + _MET in held:
            effects.append("ja")
        elif base + _JUDGED in held:
            effects.append("skjønn")
        else:
            effects.append(rule.unmet_gives if base + _UNMET in held else rule.open_gives)
    return effects
