"""YAML and JSON files as nodes: every scalar is the text that was written, every key and value has its place.

Nothing is guessed: `0301`, `NO`, `on`, `12:30`, `1.10` and `null` stay text. What makes a file mean more than it shows
(anchors, tags, merge keys, several documents, duplicate keys) is refused.
"""

from pathlib import Path

from engine.text.fault import Faults
from engine.text.file import read_bytes
from engine.text.node import Node, Scalar
from engine.text.place import Place
from engine.text.refusal import nothing
from engine.text.source import MOST_BYTES, source


def read_path(path: Path, shown: str | None = None) -> Node:
    """The content of a file. `shown` is the name used in places, the path itself by default. Raises `Faults`."""
    name = str(path) if shown is None else shown
    return read_text(read_bytes(path, name, MOST_BYTES + 1), name)


def read_text(text: str | bytes, file: str) -> Node:
    """The content of a text whose name is `file`. Raises `Faults`, with every independent fault, and nothing else.

    A name that ends in `.json` lets tabs stand between the tokens, as JSON does.
    """
    checked = source(text, file)
    root = _root(checked, file)
    if root is None or (isinstance(root, Scalar) and not root.text and not root.quoted):
        raise Faults([nothing(Place(file, 1, 1), "#" in checked)])
    return root


def _root(text: str, file: str) -> Node | None:
    from engine.text.parser import fast_events, fast_reads  # here, for PyYAML takes longer to import than to use

    if fast_reads(text):
        from yaml.error import YAMLError

        from engine.text.tree import Tree

        tree = Tree(file)
        try:
            tree.grow(fast_events(text))
        except (YAMLError, ValueError):
            return _careful_root(text, file)
        if not tree.tagged:
            tree.faults.raise_if_any()
            return tree.root
    return _careful_root(text, file)


def _careful_root(text: str, file: str) -> Node | None:
    """The same by the Python parser, whose errors are the ones told."""
    from yaml.error import MarkedYAMLError

    from engine.text.parser import PythonParser, events
    from engine.text.syntax import number_fault, syntax_fault
    from engine.text.tree import Tree

    tree, parser = Tree(file), PythonParser(text)
    try:
        tree.grow(events(parser))
    except MarkedYAMLError as problem:
        tree.faults.extend([syntax_fault(problem, text, file)])
    except (ValueError, OverflowError):
        tree.faults.extend([number_fault(parser, file)])
    tree.faults.raise_if_any()
    return tree.root
