"""Where something stands in a file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file, line and column from 1, the column in characters. Places sort by file, line and column."""

    file: str
    line: int
    column: int

    def right(self, columns: int) -> Place:
        """The place so many columns further on the same line."""
        return Place(self.file, self.line, self.column + columns)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"
