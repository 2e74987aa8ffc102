"""Peers that take one doctor-month at a time: zen-engine, and durable-rules alone run the safe way (`engine/decide/forward.py`).

python row_by_row.py zen|durable FOLDER COUNT: evaluates about COUNT doctor-months and prints JSON: months, seconds, differences.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from month_rows import ALIS, COMPONENTS, RULES, SUPERVISION, MonthRule, Row, prepared, rules_of
from month_rules import STATUSES

from engine.language.rulebook import open_rulebook

OPENING = frozenset(rule.id for rule in RULES if rule.opens)
Answer = tuple[str, frozenset[str]]
Evaluate = Callable[[str, Any], Answer]


def answers(evaluate: Evaluate, row: Row, ready: dict[str, Any]) -> tuple[tuple[str, str, frozenset[str]], ...]:
    """A month: what is applied for, and supervision where ALIS is refused and that opens for it."""
    status, deciding = evaluate(row.applied, ready[row.applied])
    found = ((row.applied, status, deciding),)
    if row.applied == ALIS and status == "nei" and (row.subsidiary or deciding & OPENING):
        found += ((SUPERVISION, *evaluate(SUPERVISION, ready[SUPERVISION])),)
    return found


def zen() -> tuple[Evaluate, Callable[[dict[str, int]], Any]]:
    import zen as library
    from peers import zen_name

    engine = library.ZenEngine(
        {"loader": {"type": "static", "content": {one: _graph(one, zen_name) for one in COMPONENTS}}}
    )
    names = {one: [(zen_name(rule), rule.id) for rule in rules_of(one)] for one in COMPONENTS}

    def evaluate(component: str, facts: Any) -> Answer:
        result = engine.evaluate(component, facts)["result"]
        status = result["status"]
        if status == "ja":
            return status, frozenset()
        return status, frozenset(id for name, id in names[component] if result[name] == status)

    return evaluate, lambda facts: facts


def _graph(component: str, zen_name: Callable[[MonthRule], str]) -> Any:
    from peers import _effect

    rules = rules_of(component)
    expressions = [(zen_name(rule), _effect(rule)) for rule in rules]
    listed = ", ".join(f"$.{name}" for name, _ in expressions)
    status = "'ja'"
    for one in reversed(STATUSES):
        status = f"('{one}' in [{listed}]) ? '{one}' : ({status})"
    written = [{"id": key, "key": key, "value": value} for key, value in (*expressions, ("status", status))]
    content = {"expressions": written, "passThrough": False}
    kinds = (("facts", "inputNode", {}), ("rules", "expressionNode", {"content": content}), ("month", "outputNode", {}))
    nodes = [{"id": id, "name": id, "type": kind, "position": {"x": 0, "y": 0}, **more} for id, kind, more in kinds]
    edges = [
        {"id": f"{a}-{b}", "type": "edge", "sourceId": a, "targetId": b}
        for a, b in (("facts", "rules"), ("rules", "month"))
    ]
    return {"nodes": nodes, "edges": edges}


def durable() -> tuple[Evaluate, Callable[[dict[str, int]], Any]]:
    programs: dict[str, Any] = {}
    fields: list[str] = []

    def ready(facts: dict[str, int]) -> list[int]:
        if not fields:
            fields.extend(facts)
            programs.update({one: _program(rules_of(one), fields) for one in COMPONENTS})
        return [facts[name] for name in fields]

    def evaluate(component: str, values: Any) -> Answer:
        fired, strongest = programs[component].run(values)
        status = STATUSES[strongest[0]] if strongest else "ja"
        if status == "ja":
            return status, frozenset()
        rules = rules_of(component)
        effects = zip(rules, _effects(rules, fired), strict=True)
        return status, frozenset(rule.id for rule, effect in effects if effect == status)

    return evaluate, ready


def _program(rules: Sequence[MonthRule], fields: Sequence[str]) -> Any:
    from engine.decide.forward import Conjunction, Layer, Program, Test

    def conjunctions(condition: str, also: str, conclusion: int) -> Any:
        for way in ways_of(condition):
            for more in ways_of(also) if also else ((),):
                yield Conjunction(
                    tuple(Test(fields.index(fact), op, value) for fact, op, value in (*way, *more)), conclusion
                )

    found = []
    for number, rule in enumerate(rules):
        found += conjunctions(rule.met, "", 3 * number)
        found += conjunctions(rule.unmet, "", 3 * number + 1)
        if rule.judged:
            found += conjunctions(rule.unmet, rule.judged, 3 * number + 2)
    strongest = [
        Conjunction((*(Test(before, "==", 0) for before in range(number)), Test(number, "==", 1)), number)
        for number in range(len(STATUSES))
    ]

    def present(fired: Sequence[int]) -> tuple[int, ...]:
        effects = set(_effects(rules, fired))
        return tuple(int(one in effects) for one in STATUSES)

    return Program([Layer(len(fields), tuple(found)), Layer(len(STATUSES), tuple(strongest))], [present])


def ways_of(text: str) -> tuple[tuple[tuple[str, str, int], ...], ...]:
    """As `month_rules.ways`, of facts that only this benchmark has too."""
    return tuple(
        tuple((fact, op, int(value)) for fact, op, value in (test.split() for test in way.split(" and ")))
        for way in text.split(" or ")
    )


def _effects(rules: Sequence[MonthRule], fired: Sequence[int]) -> list[str]:
    held, effects = set(fired), []
    for number, rule in enumerate(rules):
        if 3 * number in held:
            effects.append("ja")
        elif 3 * number + 2 in held:
            effects.append("skjønn")
        else:
            effects.append(rule.unmet_gives if 3 * number + 1 in held else rule.open_gives)
    return effects


def main() -> int:
    which, folder, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    rows = prepared(folder, open_rulebook(Path(__file__).resolve().parents[2] / "rules"), count)
    evaluate, ready = {"zen": zen, "durable": durable}[which]()
    given = [{name: ready(facts) for name, facts in row.facts.items()} for row in rows]
    for row, own in zip(rows[:200], given, strict=False):
        answers(evaluate, row, own)
    start, cpu = time.perf_counter(), time.process_time()
    found = [answers(evaluate, row, own) for row, own in zip(rows, given, strict=True)]
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    wrong = [(one, row.expected) for one, row in zip(found, rows, strict=True) if one != row.expected]
    for one in wrong[:3]:
        print(*one, sep="\n  and not ", file=sys.stderr)
    print(json.dumps({"months": len(rows), "seconds": seconds, "cpu": cpu, "differences": len(wrong)}))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
