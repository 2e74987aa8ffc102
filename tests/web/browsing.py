"""A browser without scripts, for the tests of pages."""

from __future__ import annotations

import re

from starlette.testclient import TestClient


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
        """Send a form, with the key; of a page that has a form when none was seen yet."""
        if not self.key:
            self.get("/saker/ny")
        return self.post(address, data={"skjemanøkkel": self.key} | (fields or {}), **named)  # type: ignore[arg-type]
