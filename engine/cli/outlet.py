"""Standard output that outlives its reader: after `… | head` the work goes on, and the exit code is still the command's own."""

from __future__ import annotations

import io
import os
from typing import Any, TextIO


class _Outlet(io.FileIO):
    """A file that throws away what is written once nobody reads it."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data) or 0
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            return memoryview(data).nbytes


def outlet(stream: TextIO) -> TextIO:
    """The stream in another wrapping, on the same file descriptor, that does not mind its reader leaving."""
    return io.TextIOWrapper(
        io.BufferedWriter(_Outlet(stream.fileno(), "w", closefd=False)),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.isatty(),
    )
