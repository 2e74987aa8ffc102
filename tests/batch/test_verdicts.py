"""Rows of answers judged together get what each gets alone from the whole group, and are refused where the evaluators differ."""

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import date
from operator import itemgetter
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from agreement import converted
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.batch import mass
from engine.batch.judged import STATUS, distinct
from engine.batch.verdict import Layout, Verdicts, of_day, of_line, of_month, on_hold
from engine.batch.word import CODES, Words
from engine.case.truth import JA, NEI, SKJØNN, UAVKLART
from engine.cli.main import main
from engine.decide.agreement import Disagreement, Panel
from engine.decide.compiled import HELD, CompiledScheme, compiled
from engine.decide.decide import evaluators
from engine.decide.finding import open_leaves
from engine.decide.group import Group, Verdict
from engine.decide.plan import Answers, Plan
from engine.language.rulebook import Rulebook, open_rulebook
from engine.text.month import Month

ROOT = Path(__file__).parents[2]
SCHEMES = ("nasjonal-alis", "veiledet-tjeneste", "spesialisering")


class Alone:
    """A group whose answers are judged one row at a time, as the single case is: with whole groups, and only the leaves a plan asks for."""

    def __init__(self, ready: CompiledScheme, group: Group, random: Random) -> None:
        self.group = group
        self.leaves = [number for number, leaf in enumerate(group.leaves) if leaf is not None]
        group.comparators = {number: itemgetter(number) for number in self.leaves}
        months = [None, *(Month(year * 12 + month) for year in range(2017, 2026) for month in (0, 5, 9))]
        self.plans = [self._plan(ready, random, months) for _ in range(12)]
        cut = random.randrange(len(self.leaves) + 1)
        self.layout = Layout((Words("a", self.leaves[:cut]), Words("b", self.leaves[cut:])))
        self.verdicts = Verdicts(group, self.layout, Panel(evaluators()))
        for plan in self.plans:
            self.verdicts.number(plan)
        self.panel = Panel(evaluators())

    def _plan(self, ready: CompiledScheme, random: Random, months: list[Month | None]) -> Plan:
        agreed = random.choice([None, date(random.randrange(2016, 2026), random.randrange(1, 13), 18)])
        return Plan(
            self.group, ready.standing(agreed, random.choice(months), random.choice([None, 2022, 2025])), agreed
        )

    def row(self, random: Random) -> tuple[list[int], Plan, dict[int, int]]:
        """A random key, and what it says."""
        seldom = random.choice([0, 0.02, 0.2, 0.5])  # of what is not met, so that one rule or many fail
        unmet = random.choice([(1, 1, 1), (0.1, 3, 0.1)])
        weights = [seldom * unmet[0], 1, seldom * unmet[1], seldom * unmet[2]]
        codes = random.choices([UAVKLART, JA, NEI, SKJØNN], weights, k=len(self.leaves))
        answers = dict(zip(self.leaves, codes, strict=True))
        packed = []
        for words in self.layout.words:
            for start in range(0, len(words.leaves), 31):
                own = words.leaves[start : start + 31]
                packed.append(sum(CODES.index(answers[leaf]) << 2 * place for place, leaf in enumerate(own)))
        plan = random.choice(self.plans)
        return [self.verdicts.number(plan), *packed], plan, answers

    def judged(self, plan: Plan, answers: Mapping[int, int], extra: str | None) -> tuple[bytes, Verdict, Answers]:
        codes = plan.codes(answers, extra)  # type: ignore[arg-type]
        verdict = self.panel.verdict(self.group, codes)
        return codes, verdict, plan.answers(codes, verdict)


def as_month(alone: Alone, ready: CompiledScheme, case: Any, held: bool, rated: dict[int, int]) -> tuple[Any, ...]:
    codes, verdict, answers = alone.judged(*case, HELD if held else None)
    components = enumerate(ready.components)
    sure = sum(1 << place for place, name in components if name in answers.opened)
    unsettled = {name for _, name in answers.unsettled}
    perhaps = sum(1 << place for place, name in enumerate(ready.components) if name in unsettled)
    open_ = verdict.status == "uavklart"
    leaves = {leaf for one in answers.decisive for leaf in open_leaves(one.value, codes)} if open_ else set()
    return STATUS[verdict.status], ";".join(answers.decided_by), sure, perhaps, sum(rated.get(one, 0) for one in leaves)


def as_hold(alone: Alone, case: Any) -> tuple[int, int]:
    _, verdict, answers = alone.judged(*case, None)
    supplied = "mangler opplysninger"
    told = (*answers.answers, *answers.once)
    return STATUS[verdict.status], int(any(one.clause.consequence == supplied == one.follows for one in told))


def as_day(alone: Alone, case: Any) -> tuple[int, int]:
    _, verdict, _ = alone.judged(*case, None)
    return {"ja": 1, "nei": 2}.get(verdict.status, 0), int(verdict.status == "uavklart")


def test_rows_judged_together_are_as_each_alone() -> None:
    book = open_rulebook(ROOT / "rules")  # its own, as its leaves are compared by looking them up
    met: set[Any] = set()

    @settings(max_examples=30)
    @given(st.sampled_from(SCHEMES), st.integers(0, 2**32))
    def same(scheme: str, seed: int) -> None:
        ready, random = compiled(book, scheme), Random(seed)
        for kind, group in kinds(ready):
            alone = Alone(ready, group, random)
            rows = [alone.row(random) for _ in range(60)]
            cases = [case for _, *case in rows]
            keys = [key for key, *_ in rows]
            if kind == "måned":
                held = [random.random() < 0.2 for _ in rows]
                rated = {
                    leaf: 1 << place
                    for place, leaf in enumerate(random.sample(alone.leaves, min(12, len(alone.leaves))))
                }
                keys = [[*key, int(one)] for key, one in zip(keys, held, strict=True)]
                found = list(of_month(alone.verdicts, np.array(keys), HELD, tuple(ready.components), rated))
                told = zip(cases, held, strict=True)
                assert found == [as_month(alone, ready, case, one, rated) for case, one in told]
                met.update((place, bool(one)) for row in found for place, one in enumerate(row[1:]))
            elif kind == "dag":
                assert list(of_day(alone.verdicts, np.array(keys))) == [as_day(alone, case) for case in cases]
            elif kind == "søknad":
                found_holds = list(on_hold(alone.verdicts, np.array(keys)))
                assert found_holds == [as_hold(alone, case) for case in cases]
                met.update(("på vent", one) for _, one in found_holds)
            else:
                found_lines = [status for (status,) in of_line(alone.verdicts, np.array(keys))]
                assert found_lines == [STATUS[alone.judged(*case, None)[1].status] for case in cases]

    same()
    assert met == {(place, one) for place in range(4) for one in (True, False)} | {("på vent", 0), ("på vent", 1)}


def kinds(ready: CompiledScheme) -> Iterator[tuple[str, Group]]:
    yield "søknad", ready.application
    yield from (("liste", group) for group in ready.lists.values())
    for part in ready.components.values():
        yield "måned", part.months
        if part.days is not None:
            yield "dag", part.days


@given(st.integers(0, 70), st.integers(1, 40), st.integers(0, 2**32))
def test_distinct_rows_of_answers(leaves: int, count: int, seed: int) -> None:
    random = Random(seed)
    one = [random.randrange(4) for _ in range(leaves)]
    kept = [one]
    for place in random.sample(range(leaves), min(leaves, 5)):  # which differ from it in one leaf
        kept.append([*one[:place], (one[place] + 1) % 4, *one[place + 1 :]])
    rows = [random.choice(kept) for _ in range(count)]
    columns = [np.array([row[leaf] for row in rows], np.uint8) for leaf in range(leaves)]
    places, codes = distinct(columns, count)
    assert [codes[place] for place in places] == [bytes(CODES[bits] for bits in row) for row in rows]
    assert len(codes) == len({tuple(row) for row in rows})


class Liar:
    """Answers as an honest evaluator does, but for what is false."""

    name = "løgner"

    def __init__(self, honest: Any, **false: Any) -> None:
        self._honest = honest
        vars(self).update(false)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._honest, name)


def test_rows_are_refused_where_the_evaluators_differ_about_a_rule(book: Rulebook) -> None:
    naive, forward = evaluators()
    group = compiled(book, "nasjonal-alis").application
    words = Words("a", [number for number, leaf in enumerate(group.leaves) if leaf is not None])
    plan = compiled(book, "nasjonal-alis").plan(group, None, None, 2024)

    def met(asked: Any, codes: bytes) -> Verdict:
        verdict = forward.verdict(asked, codes)
        return dataclasses.replace(verdict, values=tuple("ja" for _ in verdict.values))

    for panel in (Panel([naive, Liar(forward, verdict=met)]), Panel([Liar(forward, verdict=met), naive])):
        verdicts = Verdicts(group, Layout((words,)), panel)
        unmet = np.full((1, 1 + len(words.columns)), 0b10101010, np.int64)
        unmet[:, 0] = verdicts.number(plan)
        with pytest.raises(Disagreement, match=r"^evaluatorene er uenige om vilkårene i søknaden: "):
            list(on_hold(verdicts, unmet))


def test_tables_are_refused_where_the_evaluators_differ(
    book: Rulebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    naive, forward = evaluators()
    monkeypatch.setattr(mass, "evaluators", lambda: (naive, Liar(forward, month=lambda parts: "nei")))
    converted([ROOT / "fixtures" / "2024" / "alis-avtale-18-april-kommersiell.yaml"], book, tmp_path / "inn")
    code = main(["masse", str(tmp_path / "inn"), str(tmp_path / "ut"), "--regler", str(ROOT / "rules")])
    told = capsys.readouterr()
    assert code == 2 and not (tmp_path / "ut").exists()
    assert f"{tmp_path / 'inn'}:1:1: MOTOR-UENIG: evaluatorene er uenige om en måned: naiv svarer " in told.err
    assert "løgner svarer nei" in told.err and "Traceback" not in told.err
