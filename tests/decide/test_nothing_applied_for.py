"""A doctor for whom nothing is applied for that the scheme can give: refused, with a reason, and no months."""

import io
import json
import shutil
from pathlib import Path

import pytest
from application_builder import decided, doctor, national, period
from rich.console import Console

from engine.case.application import application
from engine.decide.decide import decide, evaluators
from engine.explain.screen import screen
from engine.language.rulebook import Rulebook, open_rulebook
from engine.text import yaml

RULES = Path(__file__).resolve().parents[2] / "rules"
WHY = "Det er ikke søkt om noe som ordningen kan gi."


@pytest.fixture(scope="module")
def wider(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    """The rules with one more answer to what is applied for, which no component is given for."""
    root = tmp_path_factory.mktemp("utvidet") / "rules"
    shutil.copytree(RULES, root)
    path = root / "vokabular.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count("verdier: [alis, veiledning]") == 1
    path.write_text(text.replace("verdier: [alis, veiledning]", "verdier: [alis, veiledning, annet]"), encoding="utf-8")
    return open_rulebook(root)


CASE = national(2024, doctor(period("2024-05-01", "2024-06-30"), tilskuddstype="annet"))


@pytest.mark.parametrize("count", range(1, len(evaluators()) + 1))
def test_nothing_applied_for(count: int, wider: Rulebook) -> None:
    decision = decided(CASE, wider, evaluators()[:count])
    (one,) = decision["leger"]
    assert (one["utfall"], one["komponenter"], one["måneder"], one["begrunnelse"]) == ("avslag", {}, [], WHY)
    assert (decision["søknad"]["utfall"], decision["beløp"]["sum"]) == ("avslag", "0.00")


def test_nothing_applied_for_on_the_screen(wider: Rulebook) -> None:
    read = application(yaml.read_text(json.dumps(CASE, ensure_ascii=False), "sak.json"), wider)
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(screen(decide(read, wider)))
    assert WHY in console.export_text()
