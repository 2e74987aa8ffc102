"""Every link from one page of the documentation to another, to a heading or to a file leads somewhere."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(page for part in ("docs", "benchmarks") for page in (ROOT / part).rglob("*.md"))])
LINK = re.compile(r"\[[^\]]*\]\(<?([^)\s>]+)>?(?: \"[^\"]*\")?\)")


def prose(page: Path) -> str:
    """A page without what is only shown as code."""
    return re.sub(r"```.*?^```$|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def headings(page: Path) -> set[str]:
    """The names of a page's headings, as a link has them."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    found = re.findall(r"^#+ (.*?)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in found}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    lost = []
    for link in LINK.findall(prose(page)):
        if re.match(r"\w+:", link):
            continue
        file, _, heading = unquote(link).partition("#")
        to = (page.parent / file).resolve() if file else page
        if not to.exists() or (heading and heading not in headings(to)):
            lost.append(link)
    assert lost == []


def test_there_are_pages_with_links() -> None:
    assert len(PAGES) > 30 and sum(len(LINK.findall(prose(page))) for page in PAGES) > 60
