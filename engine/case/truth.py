"""Four answers as four bits, so that a condition tree is bitwise arithmetic.

An answer says: is it surely met, surely not met, met if a person judges so, not met if a person judges so. A missing fact gives
none of them. `and` and `or` keep all four right at once, and a tree's answer is the same however it is rewritten by De Morgan or
the distributive laws; that is what lets a second evaluator work on the same conditions in disjunctive form.
"""

from __future__ import annotations

YES, NO, MAYBE_YES, MAYBE_NO = 1, 2, 4, 8

JA = YES | MAYBE_YES
NEI = NO | MAYBE_NO
SKJØNN = MAYBE_YES | MAYBE_NO
UAVKLART = 0

_POSITIVE = YES | MAYBE_YES
_NEGATIVE = NO | MAYBE_NO

#: the answer a code settles to, by code
SETTLED = tuple(
    "ja" if code & YES else "nei" if code & NO else "skjønn" if code & SKJØNN == SKJØNN else "uavklart"
    for code in range(16)
)

CODE_OF = {"ja": JA, "nei": NEI, "skjønn": SKJØNN, "uavklart": UAVKLART}


def both(left: int, right: int) -> int:
    """Kleene and."""
    return (left & right & _POSITIVE) | ((left | right) & _NEGATIVE)


def either(left: int, right: int) -> int:
    """Kleene or."""
    return ((left | right) & _POSITIVE) | (left & right & _NEGATIVE)


def opposite(code: int) -> int:
    """Kleene not."""
    return ((code & _POSITIVE) << 1) | ((code & _NEGATIVE) >> 1)
