"""The two evaluators' compilations: proved alike as they are, and told apart when one of them is damaged."""

from pathlib import Path

import pytest

from engine.decide import chain
from engine.decide.agreement import Disagreement
from engine.decide.decide import decide
from engine.decide.group import Tree
from engine.language.rulebook import open_rulebook
from engine.prove import parity
from engine.prove.parity import disparities
from engine.prove.solver import Clock
from engine.prove.stage import Stages
from engine.prove.told import of_disparity

ROOT = Path(__file__).resolve().parents[2] / "rules"
SCHEMES = ("nasjonal-alis", "veiledet-tjeneste", "spesialisering")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_compilations_are_alike(scheme: str) -> None:
    assert list(disparities(Stages(open_rulebook(ROOT), scheme, Clock()))) == []


def test_a_lost_conjunction_is_found_and_its_witness_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = chain.ways

    def damaged(tree: Tree, wanted: bool) -> set[chain.Way]:
        """Without one of the ways to meet what can be met in two ways by leaves of its own."""
        found = whole(tree, wanted)
        longest = sorted(found, key=lambda way: (len(way), sorted(way)))
        return set(longest[:-1]) if wanted and len(found) > 2 else found

    monkeypatch.setattr(chain, "ways", damaged)
    monkeypatch.setattr(parity, "ways", damaged)
    stages = Stages(open_rulebook(ROOT), "veiledet-tjeneste", Clock())
    book = stages.book
    found = [one for one in disparities(stages) if one.rule is not None]
    assert not found  # no rule of this scheme has three ways to be met
    stages = Stages(book, "nasjonal-alis", Clock())
    found = [one for one in disparities(stages) if one.rule is not None]
    assert {one.rule.id for one in found if one.rule is not None} >= {"kommersiell-tilknytning"}
    kept = next(one for one in found if one.rule is not None and one.rule.id == "kommersiell-tilknytning")
    finding = of_disparity(stages, kept)
    assert finding.code == "EVALUATORENE" and finding.part == "2024/nasjonal-alis/kommersiell-tilknytning"
    assert finding.witness is not None, finding.no_witness
    with pytest.raises(Disagreement):
        decide(finding.witness.application, book)
