"""Text whose lines are broken at spaces only, never at a no-break space: an amount stays on one line with its unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from engine.text.norsk import NBSP

if TYPE_CHECKING:
    from rich.console import Console
    from rich.containers import Lines

#: a letter of the private area, as wide as a space, that stands in for one while the lines are broken
_HELD = "\ue000"


class Unbroken(Text):
    """Rich breaks lines at everything Python calls space, the no-break space included; this does not."""

    def wrap(self, console: Console, width: int, **keywords: Any) -> Lines:
        """The text in lines of a width."""
        held = self.copy()
        held.plain = held.plain.replace(NBSP, _HELD)
        lines = held.wrap(console, width, **keywords)
        for line in lines:
            line.plain = line.plain.replace(_HELD, NBSP)
        return lines
