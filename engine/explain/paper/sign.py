"""The signs that the shipped typefaces can show. Any other is shown by its code: a document never holds a sign nobody can read."""

from __future__ import annotations

import re

#: Latin with the letters of Norwegian, Sami and the neighbours, Greek, Cyrillic, and the punctuation that text has
_SHOWN = (
    "\u0020-\u007e\u00a0-\u00ac\u00ae-\u0137\u0139-\u0148\u014a-\u017f"
    "\u0391-\u03a1\u03a3-\u03a9\u03b1-\u03c9\u0410-\u044f"
    "\u2010-\u2014\u2018-\u201a\u201c-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122\u2190\u2192\u2212\u2248\u2260\u2264\u2265"
)
_HIDDEN = re.compile(f"[^{_SHOWN}]")


def shown(text: str) -> str:
    """The text with every sign that cannot be shown as `<U+4E2D>`; tabs and line breaks as a space."""
    return _HIDDEN.sub(lambda found: f"<U+{ord(found[0]):04X}>", re.sub(r"[\t\r\n]+", " ", text))
