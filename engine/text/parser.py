"""The two YAML parsers of PyYAML, made to give the same events.

libyaml is many times as fast, and it is the looser of the two: it takes tabs for spaces, loses a bracket after `[? ]`
and words its errors differently. So it reads the texts where nothing of that can happen, and whatever it objects to is
read once more by the Python parser, which has the last word. Where libyaml is not installed the Python parser reads
everything, to the same result.
"""

import re
from collections.abc import Iterator

from yaml.events import Event, StreamEndEvent
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner
from yaml.tokens import ScalarToken

try:
    from yaml._yaml import CParser

    HAS_FAST = True
except ImportError:
    HAS_FAST = False

_ONLY_PYTHON = re.compile(r"\t|(?<![\w)»!?.…])\?|[|>][-+0-9]*#")


class PythonParser(Reader, Scanner, Parser):
    """PyYAML's Python parser, except that `?` may stand inside a plain text in brackets, as in YAML 1.2 and libyaml."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def scan_plain(self) -> ScalarToken:
        """Read one plain text; inside brackets a question mark passes for a letter meanwhile."""
        if not self.flow_level:
            return super().scan_plain()
        peek = self.peek
        vars(self)["peek"] = lambda index=0: "x" if peek(index) == "?" else peek(index)
        try:
            return super().scan_plain()
        finally:
            del vars(self)["peek"]


def fast_reads(text: str) -> bool:
    """Whether libyaml is here and reads this text exactly as the Python parser does, errors apart."""
    return HAS_FAST and _ONLY_PYTHON.search(text) is None


def fast_events(text: str) -> Iterator[Event]:
    """The events libyaml gives."""
    return _events(CParser(text))


def events(parser: PythonParser) -> Iterator[Event]:
    """The events of the Python parser, which the caller keeps to ask where it stopped."""
    return _events(parser)


def _events(parser: "PythonParser | CParser") -> Iterator[Event]:
    while True:
        event = parser.get_event()
        if event is None or isinstance(event, StreamEndEvent):
            return
        yield event
