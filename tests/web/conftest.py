"""A service on a store of its own, for each module of tests: the rules, real workers, a real SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from browsing import Browser

from engine.web.app import create_app
from engine.web.settings import Settings


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, rules: Path) -> Settings:
    """Local, without login."""
    return Settings(rules, str(tmp_path_factory.mktemp("lager") / "saker.sqlite3"), workers=1)


@pytest.fixture(scope="module")
def browser(settings: Settings) -> Iterator[Browser]:
    """A browser at a running service."""
    with Browser(create_app(replace(settings)), base_url="http://localhost", raise_server_exceptions=False) as opened:
        yield opened
