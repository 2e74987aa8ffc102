"""The pytest plugin: `pytest fixtures/` runs test cases, one test each, by the same runner as `alis test`.

A YAML or JSON file is a test case when it has both `søknad` and `forventet` outermost. Nothing of the engine is imported before such a
file is met, and only files in the folders pytest is told to look in are looked at.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from engine.language.rulebook import Rulebook
    from engine.regress.run import Result

SUFFIXES = (".yaml", ".yml", ".json")
OPTION = "alis_regler"

_MOST_BYTES = 2_000_000
_WANTED = ("søknad", "forventet")
_AT_MARGIN = tuple(re.compile(rf"^\ufeff?(['\"]?){key}\1[ ]*:(?:\s|$)", re.MULTILINE) for key in _WANTED)
_ANYWHERE = tuple(re.compile(rf"(['\"]?)\b{key}\1\s*:") for key in _WANTED)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("saker", "saker med forventet vedtak")
    words = "mappen med reglene som saker (søknad med forventet) prøves mot"
    group.addoption("--alis-regler", dest=OPTION, metavar="MAPPE", default=None, help=words)
    parser.addini(OPTION, words, default="")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "sak: en sak med forventet vedtak, lest fra en YAML-fil")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Test cases by their suffix and keys; every other file is left to others."""
    if file_path.suffix in SUFFIXES and _is_case(file_path):
        return CaseFile.from_parent(parent, path=file_path)
    return None


def _is_case(path: Path) -> bool:
    try:
        if path.stat().st_size > _MOST_BYTES:
            return False
        text = path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return False
    text = unicodedata.normalize("NFC", text.replace("\r", "\n"))
    if text.lstrip("\ufeff \t\n").startswith("{"):
        return _is_object(text)
    return all(key.search(text) for key in _AT_MARGIN)


def _is_object(text: str) -> bool:
    """Of one in braces; a broken one counts when it names both, so that what is wrong with it is told."""
    try:
        found = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return all(key.search(text) for key in _ANYWHERE)
    return isinstance(found, dict) and all(key in found for key in _WANTED)


class CaseFile(pytest.File):
    """A file with one test case."""

    def collect(self) -> Iterator[pytest.Item]:
        yield CaseItem.from_parent(self, name=self.path.stem)


class CaseDeviates(Exception):
    """A case that is not as expected, or cannot be decided."""

    def __init__(self, result: Result) -> None:
        self.result = result
        super().__init__(result.id)


class CaseItem(pytest.Item):
    """One case, decided and held against what it expects."""

    def __init__(self, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.add_marker("sak")

    def runtest(self) -> None:
        from engine.regress.run import UNTESTED, run_case

        result = run_case(_shown(self.path), _book(self.config))
        if result.status == UNTESTED:
            pytest.skip("saken har ikke «forventet»")
        if not result.ok:
            raise CaseDeviates(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        from engine.regress.told import told_text
        from engine.text.fault import Faults

        if isinstance(excinfo.value, CaseDeviates):
            return told_text(excinfo.value.result)
        if isinstance(excinfo.value, Faults):
            return f"Reglene kan ikke leses:\n{excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, f"sak: {self.name}"


def _shown(path: Path) -> Path:
    """The path as a reader would write it: from where they stand, when it lies there."""
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path


_BOOK = pytest.StashKey["Rulebook | Exception"]()


def _book(config: pytest.Config) -> Rulebook:
    """The rules, read once a run. Raises Faults, the same ones every time, when they cannot be read."""
    from engine.text.fault import Faults

    if _BOOK not in config.stash:
        from engine.language.root import open_rules

        try:
            config.stash[_BOOK] = open_rules(_rules(config))
        except Faults as faults:
            config.stash[_BOOK] = faults
    found = config.stash[_BOOK]
    if isinstance(found, Exception):
        raise found
    return found


def _rules(config: pytest.Config) -> str | None:
    """The folder from the command line, from the ini-file (seen from where it lies), or the one `alis` itself would use."""
    given: str | None = config.getoption(OPTION)
    if given:
        return given
    stated: str = config.getini(OPTION)
    if not stated:
        return None
    base = config.inipath.parent if config.inipath is not None else config.rootpath
    return str(base / stated)
