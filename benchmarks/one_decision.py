"""Measures one decision with full reasons: one doctor, twelve months. See README.md beside this file.

python benchmarks/one_decision.py                 # everything, a few minutes
python benchmarks/one_decision.py --clock cpu     # processor time, for a machine that is busy with other things
python benchmarks/one_decision.py --profile naive # where the time goes, instead of how much it is
"""

from __future__ import annotations

import argparse
import cProfile
import itertools
import json
import os
import platform
import pstats
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import start
from applications import applications
from month_facts import Facts, Json, Month, months, read
from month_rules import RULES
from peers import DurableRules, Peer, ZenDecision, ZenEngine, answers
from stopwatch import Clock, Samples, Steps, aimed, cpu_of_processes, shown, side_by_side, table

from engine.case.application import read_application
from engine.decide.agreement import Evaluator
from engine.decide.decide import decide, evaluators
from engine.explain.contract import as_json
from engine.language.rulebook import Rulebook, open_rulebook
from engine.text import yaml
from engine.text.node import plain

HERE = Path(__file__).resolve().parent
MEASURED = HERE / "data" / "alis.yaml"
WITH_MONEY = HERE / "data" / "veiledning.yaml"

READ, DECIDE, REASONS, WRITE = "read", "decide", "reasons", "write"
STAGES = {
    READ: "read: file → YAML → schema → typed facts",
    DECIDE: "decide: calendar, selection, conditions, money, receipt",
    REASONS: "reasons: the whole JSON contract, with reasons and citations",
    WRITE: "write: JSON text",
}
PARTS = (("decide + reasons", (DECIDE, REASONS)), ("all four", tuple(STAGES)))
BOTH, NAIVE = "both evaluators", "naive alone"
AIMS = {BOTH: 3e-3, NAIVE: 0.5e-3}

#: for this process, and for processes it starts
CLOCKS: dict[str, tuple[Clock, Clock]] = {
    "wall": (time.perf_counter, time.perf_counter),
    "cpu": (time.process_time, cpu_of_processes),
}

Panels = Mapping[str, Sequence[Evaluator]]


def main() -> int:
    chosen = _arguments()
    book = open_rulebook(HERE.parent / "rules")
    by: Panels = {BOTH: evaluators(), NAIVE: evaluators()[:1]}
    if len(by[BOTH]) != 2:
        print("durable-rules cannot be used on this Python: nothing to compare", file=sys.stderr)
        return 2
    if chosen.profile:
        _profile(book, by[BOTH if chosen.profile == "both" else NAIVE], chosen.repetitions)
        return 0
    peers: list[Peer] = [ZenEngine(), ZenDecision(), DurableRules()]
    contents = list(applications(chosen.applications, chosen.seed))
    if not _checked(peers, contents, book):
        return 1
    clock, clock_of_processes = CLOCKS[chosen.clock]
    _machine(chosen.clock)
    _whole(peers, by, book, chosen.repetitions, clock)
    _mixed(contents, by, book, chosen.passes, clock)
    if chosen.start:
        print("\n## Start of the command\n")
        print(start.measured(MEASURED, chosen.starts, clock_of_processes))
    print(f"\nLoad average at the end: {os.getloadavg()[0]:.1f}.")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure one decision, beside zen-engine and durable-rules.")
    option = parser.add_argument
    option("--repetitions", type=int, default=1000, help="of the warm decision and of each peer")
    option("--applications", type=int, default=500, help="random applications that all must answer alike on")
    option("--passes", type=int, default=5, help="over the random applications, each decided once a pass")
    option("--seed", type=int, default=2024, help="of the random applications")
    option("--starts", type=int, default=20, help="runs of each whole process")
    option("--start", action=argparse.BooleanOptionalAction, default=True, help="measure whole processes")
    option("--clock", choices=CLOCKS, default="wall", help="time on the wall (usual) or processor time")
    option("--profile", choices=("both", "naive"), help="show the profile of decide and reasons, and nothing else")
    chosen = parser.parse_args()
    if min(chosen.repetitions, chosen.applications, chosen.passes, chosen.starts) < 1:
        parser.error("counts must be at least 1")
    return chosen


# --- equal answers ---------------------------------------------------------------------------------------------------------


def _checked(peers: Sequence[Peer], contents: Sequence[Json], book: Rulebook) -> bool:
    """Whether every peer answers as the engine does for every month: components assessed, statuses, deciding rules."""
    counts: Counter[str] = Counter()
    deciding = set()
    for content in (plain(yaml.read_path(MEASURED)), plain(yaml.read_path(WITH_MONEY)), *contents):
        for month in months(content, book):
            for peer in peers:
                found = answers(peer, month)
                if found != month.expected:
                    told = [
                        f"{type(peer).__name__} answers {found}",
                        f"the engine {month.expected}",
                        f"from {month.facts}",
                    ]
                    told += [f"in {json.dumps(content, ensure_ascii=False)}", "No figures: the answers differ."]
                    print("\n".join(told), file=sys.stderr)
                    return False
            for component, answer in month.expected.items():
                counts[f"{component} {answer.status}"] += 1
                deciding |= {(component, rule) for rule in answer.decided_by}
    rules = sum(len(rule.components) for rule in RULES)
    told = [f"{count} {name}" for name, count in sorted(counts.items())]
    print(f"Equal answers on {len(contents) + 2} applications: {sum(counts.values())} months of a component.")
    print(f"{', '.join(told)}. {len(deciding)} of the {rules} rules of a component decided some month.")
    return True


# --- one decision ----------------------------------------------------------------------------------------------------------


def _deciding(path: Path, book: Rulebook, by: Sequence[Evaluator]) -> Steps:
    return {
        READ: lambda _: read_application(path, book),
        DECIDE: lambda application: decide(application, book, by),
        REASONS: as_json,
        WRITE: lambda contract: json.dumps(contract, ensure_ascii=False),
    }


def _whole(peers: Sequence[Peer], by: Panels, book: Rulebook, repetitions: int, clock: Clock) -> None:
    twelve = months(plain(yaml.read_path(MEASURED)), book)
    beside = _peers(peers, twelve)
    contenders = {name: _deciding(MEASURED, book, own) for name, own in by.items()}
    contenders |= {f"{name}, with money": _deciding(WITH_MONEY, book, own) for name, own in by.items()}
    samples = side_by_side(contenders | beside, repetitions, clock)
    print(f"\n## One decision, warm ({len(twelve)} months, {repetitions} repetitions)\n")
    rows = [[text, *_pair(samples, (stage,))] for stage, text in STAGES.items()]
    rows.append(["**decide + reasons**", *_pair(samples, (DECIDE, REASONS))])
    rows.append(["**all four**", *_pair(samples, tuple(STAGES))])
    rows.append(["decide + reasons, supervision (80 691 kr)", *_pair(samples, (DECIDE, REASONS), ", with money")])
    print(table(["stage", f"{BOTH}: median", "p99", f"{NAIVE}: median", "p99"], rows))
    print()
    for name, aim in AIMS.items():
        print(f"Aim for decide + reasons, {name}: {aimed(samples[name].median(DECIDE, REASONS), aim)}")
    _ratios(samples, tuple(beside))


def _pair(samples: Mapping[str, Samples], stages: tuple[str, ...], of: str = "") -> list[str]:
    return [figure for name in (BOTH, NAIVE) for figure in shown(samples[name + of].seconds(*stages))]


def _peers(peers: Sequence[Peer], twelve: Sequence[Month]) -> dict[str, Steps]:
    """Each peer on the months of the measured application, one evaluation a month, the facts ready in the peer's own form."""
    component, count = twelve[0].applied, len(twelve)
    facts = [month.facts[component] for month in twelve]
    found: dict[str, Steps] = {}
    for peer in peers:
        found[f"{peer.name} × {count}"] = {
            "run": partial(_statuses, peer.status, component, _ready(peer, component, facts))
        }
        if isinstance(peer, ZenEngine):
            untraced = f"zen-engine, no trace: ZenEngine.evaluate × {count}"
            found[untraced] = {"run": partial(_statuses, peer.untraced, component, facts)}
            found[f"zen-engine, trace: evaluate_batch of {count}"] = {"run": partial(peer.batch, component, facts)}
    return found


def _ready(peer: Peer, component: str, facts: Sequence[Facts]) -> list[Any]:
    return [peer.prepared(component, one) for one in facts]


def _statuses(status: Callable[[str, Any], str], component: str, prepared: Sequence[Any], _: object) -> list[str]:
    return [status(component, one) for one in prepared]


def _ratios(samples: Mapping[str, Samples], peers: Sequence[str]) -> None:
    ours = [
        (f"{named}, {name.split()[0]} ÷ it", samples[name].median(*stages))
        for name in (BOTH, NAIVE)
        for named, stages in PARTS
    ]
    rows = []
    for name in sorted(peers, key=lambda one: samples[one].median()):
        median = samples[name].median()
        rows.append([name, *shown(samples[name].seconds()), *(f"{own / median:.2f}" for _, own in ours)])
    print("\n## Beside the peers (same run; the peers get prepared facts and answer the months alone)\n")
    print(table(["peer, all months of the same application", "median", "p99", *(head for head, _ in ours)], rows))
    quickest = min(samples[name].median() for name in peers if "zen-engine, trace" in name)
    print("\nAim: decide + reasons ahead of zen-engine's evaluations with trace, in its quickest form.", end="")
    for name in (BOTH, NAIVE):
        ratio = samples[name].median(*PARTS[0][1]) / quickest
        print(f" {name.capitalize()}: {ratio:.2f} of it, {'met' if ratio < 1 else 'NOT met'}.", end="")
    print()


def _mixed(contents: Sequence[Json], by: Panels, book: Rulebook, passes: int, clock: Clock) -> None:
    """Decide and give reasons on applications that are not the one before, with every kind of answer."""
    ready = [read(content, book) for content in contents]

    def steps(own: Sequence[Evaluator]) -> Steps:
        turn = itertools.cycle(ready)
        return {DECIDE: lambda _: decide(next(turn), book, own), REASONS: as_json}

    contenders = {name: steps(own) for name, own in by.items()}
    samples = side_by_side(contenders, passes * len(ready), clock, warm_up=len(ready))
    print(f"\n## {len(ready)} different applications, {passes} times each\n")
    rows = [[stage, *_pair(samples, (stage,))] for stage in (DECIDE, REASONS)]
    rows.append(["**decide + reasons**", *_pair(samples, (DECIDE, REASONS))])
    print(table(["stage", f"{BOTH}: median", "p99", f"{NAIVE}: median", "p99"], rows))


# --- around it -------------------------------------------------------------------------------------------------------------


def _machine(clock: str) -> None:
    packages = ", ".join(f"{name} {version(name)}" for name in ("zen-engine", "durable-rules", "PyYAML", "jsonschema"))
    python = f"{platform.python_implementation()} {platform.python_version()}"
    load = os.getloadavg()[0]
    print(f"\n{os.cpu_count()} cores, {python}; {packages}; {clock} clock; load average {load:.1f}.")
    if load > 1:
        print("The machine is busy: read the ratios, not the times.")


def _profile(book: Rulebook, by: Sequence[Evaluator], repetitions: int) -> None:
    application = read_application(MEASURED, book)
    for _ in range(20):
        as_json(decide(application, book, by))
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(repetitions):
        as_json(decide(application, book, by))
    profile.disable()
    for order in ("cumulative", "tottime"):
        pstats.Stats(profile).strip_dirs().sort_stats(order).print_stats(20)


if __name__ == "__main__":
    sys.exit(main())
