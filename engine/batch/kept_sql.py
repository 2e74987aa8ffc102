"""SQL of expressions, kept between runs: Ibis takes longer to write it than the database to answer it for a small table.

What is kept is found again by what the expression is, node for node, and by the versions of what writes it. It lies in the user's
own cache folder, as checked rulebooks do.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from typing import Any

from ibis.expr.operations.core import Node

from engine.language.kept import cache_folder

#: the sentences that are kept; those longest unused go first
MOST = 600

_FILE = "setninger.json"

#: an argument that only tells two uses of one table apart; its number is another in each run, and counted for each kind of use
_IDENTIFIER = "identifier"


class KeptSql:
    """Expressions as SQL by `write`, of which `dialect` is the name; `keep` writes down what is new."""

    def __init__(self, dialect: str, write: Callable[[Any], str]) -> None:
        self._write = write
        self._versions = f"{dialect} {version('ibis-framework')} {version('sqlglot')}"
        self._found: dict[int, tuple[Any, str]] = {}
        self._folder = cache_folder()
        self._kept = self._read()
        self._used: dict[str, str] = {}
        self._new = False

    def sql(self, expression: Any) -> str:
        """The expression as SQL."""
        if id(expression) not in self._found:
            key = fingerprint(expression, self._versions)
            text = self._kept.get(key)
            if text is None:
                text, self._new = self._write(expression), True
            self._used[key] = text
            self._found[id(expression)] = (expression, text)
        return self._found[id(expression)][1]

    def keep(self) -> None:
        """Write whole or not at all what was used and not known before; a disk that is full only makes the next run slower."""
        if self._folder is None or not self._new:
            return
        every = {key: text for key, text in self._read().items() if key not in self._used} | self._used
        partial = self._folder / f"{_FILE}.{os.getpid()}"
        with contextlib.suppress(OSError):
            try:
                partial.write_text(json.dumps(dict(list(every.items())[-MOST:])), encoding="utf-8")
                partial.replace(self._folder / _FILE)
            finally:
                partial.unlink(missing_ok=True)
        self._new = False

    def _read(self) -> dict[str, str]:
        try:
            found = json.loads((self._folder / _FILE).read_text(encoding="utf-8")) if self._folder else {}
        except (OSError, ValueError):  # none yet, or a damaged one, which is as good as none
            return {}
        return found if isinstance(found, dict) else {}


def fingerprint(expression: Any, about: str) -> str:
    """A digest of every node of an expression with all it is made of, the same in every run; and of `about`."""
    digest = hashlib.sha256(about.encode())
    numbers: dict[Node, int] = {}
    identifiers: dict[Any, int] = {}
    for node in _inside_out(expression.op()):
        told = [type(node).__name__, repr(getattr(node, "dtype", ""))]
        for name, value in zip(node.argnames, node.args, strict=True):
            if name == _IDENTIFIER:
                value = identifiers.setdefault((type(node), value), len(identifiers))
            told.append(f"{name}={_told(value, numbers)}")
        numbers[node] = len(numbers)
        digest.update("\0".join((*told, "\n")).encode())
    return digest.hexdigest()


def _inside_out(top: Node) -> Iterator[Node]:
    """Every node once, after those it is made of."""
    done: set[Node] = set()
    waiting: list[tuple[Node, bool]] = [(top, False)]
    while waiting:
        node, is_open = waiting.pop()
        if node in done:
            continue
        if is_open:
            done.add(node)
            yield node
            continue
        waiting.append((node, True))
        waiting += [(part, False) for value in reversed(node.args) for part in _nodes(value) if part not in done]


def _nodes(value: Any) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _nodes(part)
    elif isinstance(value, tuple):
        for part in value:
            yield from _nodes(part)


def _told(value: Any, numbers: Mapping[Node, int]) -> str:
    if isinstance(value, Node):
        return f"#{numbers[value]}"
    if isinstance(value, Mapping):
        return f"{{{','.join(f'{name!r}:{_told(part, numbers)}' for name, part in value.items())}}}"
    if isinstance(value, tuple):
        return f"({','.join(_told(part, numbers) for part in value)})"
    return f"{type(value).__name__}:{value!r}"
