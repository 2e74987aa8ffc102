"""Months of a doctor that look alike share what is worked out in the first of them. That must never show in a decision."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from application_builder import Json, decided, doctor, national, period, right
from hypothesis import given, settings
from hypothesis import strategies as st
from random_applications import guided_applications, national_applications

from engine.case.application import read_application
from engine.case.names import OF_LOOK, OF_SETTING, Names
from engine.case.stated import Application
from engine.decide.alike import AlikeMonths
from engine.decide.decide import decide, evaluators
from engine.explain.contract import as_json
from engine.language.rulebook import Rulebook, open_rulebook

FIXTURES = sorted((Path(__file__).resolve().parents[2] / "fixtures").rglob("*.yaml"))
NAIVE = evaluators()[:1]


@pytest.fixture(scope="module")
def cases(book: Rulebook) -> list[Application]:
    return [read_application(path, book) for path in FIXTURES]


def unshared(work: Callable[[], Any]) -> Any:
    """The work, with no month looking like another."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AlikeMonths, "look", lambda self, component, month, stretches, limits: None)
        return work()


def decisions(cases: Sequence[Application], book: Rulebook) -> list[Json]:
    return [as_json(decide(one, book, NAIVE)) for one in cases]


def test_every_test_case_is_decided_as_if_no_month_looked_like_another(
    cases: list[Application], book: Rulebook
) -> None:
    assert decisions(cases, book) == unshared(lambda: decisions(cases, book))


@pytest.mark.parametrize("kind", [national_applications, guided_applications])
def test_so_is_any_application(kind: Callable[..., Any], book: Rulebook) -> None:
    @settings(max_examples=30)
    @given(st.sampled_from([0, 0.1]).flatmap(lambda missing: kind(missing)))
    def agree(case: Json) -> None:
        assert decided(case, book, NAIVE) == unshared(lambda: decided(case, book, NAIVE))

    agree()


def test_months_are_shared(cases: list[Application], book: Rulebook) -> None:
    parts = [
        (name, part)
        for case in cases
        for doctor in decide(case, book, NAIVE).doctors
        for month in doctor.months
        for name, part in month.components.items()
    ]
    assert len({part.alike for _, part in parts}) < len(parts) / 2
    assert len({part.alike.setting for _, part in parts}) < len(parts) / 4


@pytest.mark.parametrize("reach", [OF_SETTING, OF_LOOK], ids=["setting", "look"])
def test_what_reaches_no_farther_may_not_be_shared(
    reach: int, cases: list[Application], book: Rulebook, rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were nothing dated, months at the edge of the grant year and of the rules would be decided as their neighbours are; were nothing a
    count of days, half a month as a whole one in the same position.
    """
    as_is = decisions(cases, book)
    monkeypatch.setattr(Names, "reach", lambda self, names: reach)
    wrong = decisions(cases, open_rulebook(rules))
    assert sum(one != other for one, other in zip(as_is, wrong, strict=True)) > 10


def test_months_on_both_sides_of_what_the_month_is_compared_with_do_not_look_alike(
    rules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a rule with a month of its own, in the midst of the year, where no table has a new row."""
    shutil.copytree(rules, tmp_path / "regler")
    file = tmp_path / "regler" / "2022" / "nasjonal-alis.yaml"
    limits = "{fra_og_med: tilskuddsårets_første_måned, til_og_med: tilskuddsårets_siste_måned}"
    text = file.read_text(encoding="utf-8")
    assert limits in text
    file.write_text(text.replace(limits, "{etter: 2023-11}"), encoding="utf-8")
    changed = open_rulebook(tmp_path / "regler")
    case = national(2024, doctor(period("2023-09-01", "2024-08-31")))
    assert list(right(decided(case, changed, NAIVE), "alis").values()) == ["nei"] * 3 + ["ja"] * 9
    monkeypatch.setattr(AlikeMonths, "limits", lambda self, doctor: self._of_tables)
    assert list(right(decided(case, changed, NAIVE), "alis").values()) != ["nei"] * 3 + ["ja"] * 9
