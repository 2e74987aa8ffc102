"""Where something stands in a file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import total_ordering


@total_ordering
@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file, line and column from 1, the column in characters; in a workbook also the sheet it is on.

    Places sort by file, sheet, line and column.
    """

    file: str
    line: int
    column: int
    sheet: str = ""

    def right(self, columns: int) -> Place:
        """The place so many columns further on the same line."""
        return Place(self.file, self.line, self.column + columns, self.sheet)

    @property
    def row_words(self) -> str:
        """The row by itself, as a message tells it: `linje 3`, in a workbook `rad 3`."""
        return f"{'rad' if self.sheet else 'linje'} {self.line}"

    def __lt__(self, other: Place) -> bool:
        return (self.file, self.sheet, self.line, self.column) < (other.file, other.sheet, other.line, other.column)

    def __str__(self) -> str:
        if self.sheet:
            return f"{self.file}:{self.sheet}!{column_letters(self.column)}{self.line}"
        return f"{self.file}:{self.line}:{self.column}"


def column_letters(number: int) -> str:
    """`A` for 1, `Z` for 26, `AA` for 27."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
