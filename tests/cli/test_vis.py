"""`alis vis` reads the rules aloud: in words, whole, and only what is in force when a date is given."""

import re

import pytest

from engine.cli.main import main
from engine.language.model import Citation
from engine.language.rulebook import Rulebook

SETS = (
    "2017/veiledet-tjeneste",
    "2017/spesialisering",
    "2022/nasjonal-alis",
    "2023/nasjonal-alis",
    "2024/nasjonal-alis",
    "2025/nasjonal-alis",
)


def shown(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["vis", *words]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("id", SETS)
def test_names_are_told_in_words(id: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A name of the rules stands only in brackets behind a title, and a source goes by its publisher and title."""
    text = shown(capsys, id)
    assert "_" not in re.sub(r"^### .* \([^ ]+\)$|\([^ ]+, fra [^ ]+\)$", "", text, flags=re.MULTILINE)
    assert not re.findall(r"\b(?:hdir|alis-no|statsforvalteren|legeforeningen)-[\w-]+", text)
    assert "None" not in text and "(((" not in text


@pytest.mark.parametrize("id", SETS)
def test_everything_that_decides_is_there(id: str, book: Rulebook, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, id)
    one = book.rule_set(id)
    for part in (one.rules, one.notes, one.definitions, one.parameters, one.calculations):
        for each in part.values():
            title = book.schemes[one.scheme].parameters[each.name].title if part is one.parameters else each.title
            assert f"### {title}" in text, title
            citation = getattr(each, "citation", None)
            if isinstance(citation, Citation):
                assert f": {citation.point}." in text, citation


def test_every_interpretation_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    text = "".join(shown(capsys, id) for id in SETS)
    numbers = {
        int(number)
        for found in re.findall(r"^Tolkning (.*?):", text, re.MULTILINE)
        for number in re.findall(r"A(\d+)", found)
    }
    assert numbers == set(range(1, 40))


def test_what_a_count_counts_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, "2024/nasjonal-alis")
    assert (
        "### Tellende dager med kommersiell tilknytning\nAntall tellende dager i måneden, der:\n"
        "  tilknytningen er «vikarbyrå», «kommersiell arbeidsgiver» eller «kommersiell kontordrift»\n"
    ) in text
    assert (
        "  tellende dager i måneden er minst 22\u00a0dager (minste antall tellende dager i måneden)\n"
        in text.replace("22 d", "22\u00a0d")
    )
    assert "Ellers er svaret nei. Da vurderes veiledning i stedet.\n" in text
    assert (
        "    dagen er tidligst den seneste av tidligste dato avtalen kan tilbakedateres til, datoen for tilbakedatering og"
        " datoen på kontrakten med kommunen\n"
    ) in text


def test_only_what_is_in_force(capsys: pytest.CaptureFixture[str]) -> None:
    title = "### Legen er ikke knyttet til vikarbyrå eller annen privat kommersiell aktør\n"
    before = shown(capsys, "2024/nasjonal-alis", "--avtaledato", "17.4.2024", "--måned", "2024-08")
    after = shown(capsys, "2024/nasjonal-alis", "--avtaledato", "18.4.2024", "--måned", "2024-08")
    assert title not in before and title in after
    assert "1 215 kr/time" in after.replace("\u00a0", " ") and "1 140 kr/time" not in after.replace("\u00a0", " ")
    assert "### Hele måneden er dekket\n" not in after
