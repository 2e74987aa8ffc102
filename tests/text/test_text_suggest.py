"""The nearest valid word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.text.suggest import did_you_mean, nearest

FACTS = ["kommune", "fylkeskommune", "søkertype", "tilskuddsår", "avtale_inngått", "nødvendige_måneder", "være", "id"]


@pytest.mark.parametrize(
    ("word", "choice"),
    [
        ("komune", "kommune"),
        ("Kommune", "kommune"),
        ("sokertype", "søkertype"),
        ("soekertype", "søkertype"),
        ("SØKER-TYPE", "søkertype"),
        ("so\u0308kertype", "søkertype"),
        ("tilskuddsaar", "tilskuddsår"),
        ("tilskuddsar", "tilskuddsår"),
        ("avtale-inngaatt", "avtale_inngått"),
        ("avtale inngått", "avtale_inngått"),
        ("nodvendige maneder", "nødvendige_måneder"),
        ("vaere", "være"),
    ],
)
def test_misspellings(word: str, choice: str) -> None:
    assert nearest(word, FACTS) == choice
    assert did_you_mean(word, iter(FACTS)) == f" mente du «{choice}»?"


@pytest.mark.parametrize("word", ["kommune", "bil", "", "-", "x" * 10_000, "stillingsandel"])
def test_no_suggestion(word: str) -> None:
    assert nearest(word, FACTS) is None
    assert did_you_mean(word, FACTS) == ""


@pytest.mark.parametrize(
    ("word", "choice"),
    [("ar", "år"), ("aar", "år"), ("oy", "øy"), ("oey", "øy"), ("ae", "æ"), ("a b", "a_b"), ("a-b", "ab")],
)
def test_short_words_are_known_by_their_spelling_alone(word: str, choice: str) -> None:
    assert nearest(word, ["x", choice]) == choice


def test_seven_letters_of_ten_are_near_and_six_are_not() -> None:
    assert nearest("bcdfghjxyz", ["bcdfghjklm"]) == "bcdfghjklm"
    assert nearest("bcdfghqxyz", ["bcdfghjklm"]) is None
    assert nearest("bcdfghjxyz", ["bcdfghjklm", "bcdfghjpqr"]) == "bcdfghjklm"


def test_words_over_a_hundred_letters_are_not_compared() -> None:
    hundred = "x" * 100
    assert nearest(hundred, [hundred[1:]]) == hundred[1:]
    assert nearest(hundred + "x", [hundred]) is None
    assert nearest(hundred, [hundred + "x"]) is None
    assert nearest(hundred[1:], ["-", hundred]) == hundred


def test_the_nearest_wins_and_then_the_first() -> None:
    assert nearest("legge", ["lege-1", "legge-2", "leger"]) == "legge-2"
    assert nearest("lege-3", ["lege-1", "lege-2"]) == "lege-1"
    assert nearest("lege_2", ["lege-1", "lege-2"]) == "lege-2"
    assert nearest("a", []) is None


@given(st.text(), st.lists(st.text()))
def test_a_suggestion_is_always_a_choice(word: str, choices: list[str]) -> None:
    assert nearest(word, choices) in [None, *choices]
