"""Debian's Chromium at a real service: pages opened in it, with scripts or without, and what keeps people from reading them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
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


def hindrances(
    browser: Browser, service: str, addresses: Iterable[str], width: int
) -> list[tuple[str, str, list[str]]]:
    """What axe finds serious on pages with light colours, and in the contrasts of dark ones; and pages wider than the window.

    Each is told as the address, what it is, and where.
    """
    from axe_playwright_python.sync_playwright import Axe

    found = []
    with page(browser, service, width) as at:
        for address in addresses:
            at.emulate_media(color_scheme="light")
            at.goto(address)
            violations = Axe().run(at).response["violations"]
            at.emulate_media(color_scheme="dark")
            violations += Axe().run(at, options={"runOnly": ["color-contrast"]}).response["violations"]
            for one in violations:
                if one["impact"] in ("serious", "critical"):
                    found.append((address, one["id"], [node["html"][:120] for node in one["nodes"][:3]]))
            wide = at.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                found.append((address, "wider than the window", [str(wide)]))
    return found
