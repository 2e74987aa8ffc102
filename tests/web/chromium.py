"""Debian's Chromium at a real service: pages opened in it, with scripts or without."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

PROGRAM = shutil.which("chromium")

_FLAGS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def need() -> str:
    """The browser; without one the test is left out, unless it is demanded."""
    if PROGRAM is None:
        if os.environ.get("ALIS_KREV_CHROMIUM"):
            pytest.fail("ALIS_KREV_CHROMIUM er satt, men chromium finnes ikke")
        pytest.skip("chromium er ikke installert")
    return PROGRAM


@contextmanager
def opened() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=need(), chromium_sandbox=False, args=_FLAGS)
        yield browser
        browser.close()


@contextmanager
def page(
    browser: Browser, address: str, width: int = 1280, scheme: str = "light", scripts: bool = True
) -> Iterator[Page]:
    """A page in a window of its own."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=scripts,
        locale="nb-NO",
    )
    yield context.new_page()
    context.close()
