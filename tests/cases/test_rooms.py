"""Data takes the way down the rooms of `engine/`, as README's table has them: a room imports only rooms above it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENGINE = ROOT / "engine"
ROOMS = re.findall(r"^\| `engine/(\w+)/` \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every module or name of a module that is imported, wherever in the text and for whatever use, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, one.name) for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"line {node.lineno}: a relative import"
            yield from ((node.lineno, f"{node.module}.{one.name}") for one in node.names)


def climbing(room: str, text: str) -> list[tuple[int, str]]:
    """The imports of a module that go to a room below its own."""
    below = {f"engine.{one}" for one in ROOMS[ROOMS.index(room) + 1 :]}
    return [(line, name) for line, name in imported(ast.parse(text)) if ".".join(name.split(".")[:2]) in below]


def test_the_readme_names_every_room() -> None:
    assert sorted(ROOMS) == sorted(path.parent.name for path in ENGINE.glob("*/__init__.py"))


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_rooms_above_it(room: str) -> None:
    found = {
        f"{path.relative_to(ROOT)}:{line}": name
        for path in (ENGINE / room).rglob("*.py")
        for line, name in climbing(room, path.read_text(encoding="utf-8"))
    }
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "from engine.web import app",
        "from engine import web",
        "import engine.web.app as app",
        "def f() -> None:\n    from engine.cli.main import main",
        "if TYPE_CHECKING:\n    from engine.web.app import create_app",
    ],
)
def test_imports_of_rooms_below_are_found(text: str) -> None:
    assert climbing("store", text) and not climbing("cli", text)
