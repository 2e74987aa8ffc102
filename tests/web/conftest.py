"""A service on a store of its own, for each module of tests: the rules, real workers, a real SQLite file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from engine.web.app import create_app
from engine.web.settings import Settings


class Browser(TestClient):
    """A browser without scripts: keeps cookies, follows redirects, and sends forms with the hidden key of the last page seen."""

    key = ""

    def get(self, *args: object, **named: object):  # type: ignore[no-untyped-def, override]
        """Fetch a page; the form key on it is remembered."""
        found = super().get(*args, **named)  # type: ignore[arg-type]
        key = re.search(r'name="skjemanøkkel" value="([^"]+)"', found.text)
        self.key = key[1] if key else self.key
        return found

    def submit(self, address: str, fields: dict[str, str] | None = None, **named: object):  # type: ignore[no-untyped-def]
        """Send a form, with the key."""
        return self.post(address, data={"skjemanøkkel": self.key} | (fields or {}), **named)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, rules: Path) -> Settings:
    """Local, without login."""
    return Settings(rules, str(tmp_path_factory.mktemp("lager") / "saker.sqlite3"), workers=1)


@pytest.fixture(scope="module")
def browser(settings: Settings) -> Iterator[Browser]:
    """A browser at a running service."""
    with Browser(create_app(replace(settings)), base_url="http://localhost", raise_server_exceptions=False) as opened:
        yield opened
