"""Standard output that outlives its reader: after `… | head` the work goes on, and the exit code is still the command's own."""

from __future__ import annotations

import io
import os
from typing import Any, TextIO

from engine.text.fault import Faults
from engine.text.file import refused
from engine.text.place import Place

_PLACE = Place("utdata", 1, 1)


class _Outlet(io.FileIO):
    """A file that throws away what is written once nobody reads it. Raises `Faults` when it cannot be written."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data) or 0
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())  # what is left to write has nowhere to go
            if isinstance(error, BrokenPipeError):
                return memoryview(data).nbytes
            raise Faults([refused(_PLACE, "FIL-SKRIV", "svaret kunne ikke skrives ferdig", error)]) from None


def outlet(stream: TextIO) -> TextIO:
    """The stream in another wrapping, on the same file descriptor, that does not mind its reader leaving."""
    return io.TextIOWrapper(
        io.BufferedWriter(_Outlet(stream.fileno(), "w", closefd=False)),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.isatty(),
    )
