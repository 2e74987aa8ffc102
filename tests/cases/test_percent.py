"""A percentage counts as hundredths in a product wherever it stands among a function's arguments."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from engine.case.application import read_application
from engine.decide.decide import decide
from engine.language.rulebook import open_rulebook

ROOT = Path(__file__).parents[2]
CASE = ROOT / "fixtures" / "2024" / "veiledning-full-stilling-80691.yaml"
SHARE = "månedens_stillingsandel\n    hjemmel: {kilde: alis-no-honorering"


@pytest.mark.parametrize(
    "share",
    [
        "månedens_stillingsandel",
        "maks(månedens_stillingsandel; 0)",
        "maks(0; månedens_stillingsandel)",
        "min(100; månedens_stillingsandel)",
        "maks(0; min(100; månedens_stillingsandel))",
    ],
)
def test_a_percentage_among_arguments_is_hundredths(share: str, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", rules)
    path = rules / "2022" / "nasjonal-alis.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count(SHARE) == 1
    path.write_text(text.replace(SHARE, SHARE.replace("månedens_stillingsandel", share, 1)), encoding="utf-8")
    book = open_rulebook(rules)
    assert decide(read_application(CASE, book), book).total == Decimal("80691.00")
