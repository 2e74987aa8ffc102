"""The form for a part of the rules, as a browser without scripts has it."""

from __future__ import annotations

import html
import re

from browsing import Browser
from waiting import finished


class Form:
    """A form with rules, as a browser without scripts has it: the fields by label, and what is sent along."""

    def __init__(self, browser: Browser, address: str) -> None:
        page = browser.get(address)
        assert page.status_code == 200, page.text
        self.browser, self.address, self.page = browser, page.url.path, page.text
        self.hidden = {
            name: html.unescape(value)
            for name, value in re.findall(
                r'<input type="hidden" name="(grunnlag|utkast|utkast_id|utkast_versjon)" value="([^"]*)"', self.page
            )
        }
        self.names = {
            html.unescape(label): id for id, label in re.findall(r'<label for="(f\d+)">([^<]*)</label>', self.page)
        }

    def send(self, given: dict[str, str], doing: str = "kontroller", **named: object):  # type: ignore[no-untyped-def]
        """Fill in some fields by label, and press a button. Line breaks go as browsers send them."""
        filled = {self.names.get(label, label): value for label, value in given.items()}
        sent = {name: value.replace("\n", "\r\n") for name, value in (self.hidden | filled).items()}
        return self.browser.submit(self.address, sent | {"handling": doing}, **named)


def tried(form: Form, given: dict[str, str]) -> tuple[str, str]:
    """The address and the page of what a change comes to, when all is done."""
    answer = form.send(given, "prøv")
    assert answer.url.path.startswith("/endringer/"), answer.text
    finished()
    return answer.url.path, form.browser.get(answer.url.path).text
