"""The nearest valid word to one that was misspelt."""

import re
import unicodedata
from collections.abc import Iterable

_CLOSE_ENOUGH = (7, 10)  # the share of the letters that must agree
_LONGEST = 100  # comparing takes quadratic time, and no name is longer
_SPELLINGS = (("å", "a"), ("aa", "a"), ("ø", "o"), ("oe", "o"), ("æ", "ae"))


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """` mente du «rød grøt»?`, with the leading space, or an empty text when nothing is near."""
    choice = nearest(word, choices)
    return "" if choice is None else f" mente du «{choice}»?"


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice nearest to `word`, or None when none is near or `word` is itself a choice.

    Spellings such as `roed_groet`, `RØD_GRØT` and `rød-grøt` count as the same word as `rød_grøt`. Of equally near
    choices the first is taken.
    """
    known = list(choices)
    folded = _folded(word)
    if word in known or not folded or len(word) > _LONGEST:
        return None
    for choice in known:
        if _folded(choice) == folded:
            return choice
    return _most_alike(folded, known)


def _most_alike(folded: str, known: list[str]) -> str | None:
    from difflib import SequenceMatcher  # only needed once something is wrong

    best, best_share = None, _CLOSE_ENOUGH
    matcher = SequenceMatcher(None, b=folded, autojunk=False)
    for choice in known:
        other = _folded(choice)
        if not other or len(other) > _LONGEST:
            continue
        matcher.set_seq1(other)
        same = 2 * sum(block.size for block in matcher.get_matching_blocks())
        share = (same, len(folded) + len(other))
        gain = share[0] * best_share[1] - best_share[0] * share[1]
        if gain > 0 or (gain == 0 and best is None):
            best, best_share = choice, share
    return best


def _folded(word: str) -> str:
    text = re.sub(r"[\s_-]", "", unicodedata.normalize("NFC", word).casefold())
    for sign, plain in _SPELLINGS:
        text = text.replace(sign, plain)
    return text
