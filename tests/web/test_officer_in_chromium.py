"""Policy staff in a real browser: a threshold changed, seen to break a case, put right and proposed; and pages everyone can read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import need, opened, page
from playwright.sync_api import Browser
from rule_repository import git, repository_in, small_rules_in, untouched
from serving import served

from engine.language.kept import open_kept
from engine.store.case import Cases
from engine.store.database import Database
from engine.web import mutation_run
from engine.web.mutation import MUTATED

LIMIT = "/regler/2023/nasjonal-alis/endre/grenser/minste_antall_dager"
#: how long a page that fetches itself may take to be done, in milliseconds; it bounds a hang, and is no measure
PATIENCE = 400_000


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return repository_in(tmp_path_factory.mktemp("lager-av-regler"))


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[str]:
    need()
    store = tmp_path_factory.mktemp("lager") / "saker.sqlite3"
    noted(store, tmp_path_factory.mktemp("lite"))
    given = ("--regler", str(repository / "rules"), "--saker", str(repository / "fixtures"))
    with served(store, *given) as (client, _):
        yield str(client.base_url).rstrip("/")


def noted(store: Path, top: Path) -> None:
    """A run of changes kept in the store: of a small rule set, for that takes a moment."""
    small_rules_in(top)
    root, folder = top / "rules", top / "fixtures"
    book = open_kept(root)
    ready = mutation_run.prepared(book, root, folder)
    found = [mutation_run.tried(book, root, folder, origin) for origin in mutation_run.origins(book)]
    database = Database(str(store))
    Cases(database).note("kari", MUTATED, None, mutation_run.together(ready, found))
    database.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with opened() as browser:
        yield browser


@pytest.fixture(scope="module")
def broken(service: str, chromium: Browser) -> str:
    """The address of what a lowered threshold comes to, reached without scripts: the pages fetch themselves until all is done."""
    with page(chromium, service, scripts=False) as at:
        at.goto("/provesaker")
        at.get_by_role("button", name="Kjør alle testsakene").click()
        at.get_by_text("Alle sakene stemmer").wait_for(timeout=PATIENCE)
        at.goto("/regler/2024/nasjonal-alis/vilkar/over-tre-kalenderuker")
        assert at.get_by_role("link", name="Endre vilkåret").is_visible()
        at.goto(LIMIT)
        at.get_by_label("verdier – 1 – verdi").fill("21")
        at.get_by_role("button", name="Se hva endringen fører til").click()
        at.get_by_role("button", name="Foreslå endringen").wait_for(timeout=PATIENCE)
        return at.url.removeprefix(service)


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_read_and_use_every_page(
    service: str, chromium: Browser, broken: str, width: int, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    addresses = (
        "/provesaker",
        "/provesaker?vis=alle",
        "/provesaker/sak?fil=veiledning-21-og-22-dager.yaml",
        "/provesaker/mutasjon",
        "/provesaker/ny",
        "/regler/2023/nasjonal-alis/endre",
        LIMIT,
        "/regler/2023/nasjonal-alis/endre/vilkar/over-tre-kalenderuker",
        "/regler/2023/nasjonal-alis/endre/tekster",
        "/regler/2023/nasjonal-alis/endre/fil",
        broken,
        f"{broken}/testsak?fil=veiledning-21-og-22-dager.yaml",
        f"{LIMIT}?utkast={broken.rpartition('/')[2]}",
        "/endringer",
        "/endringer/finnes-ikke",
    )
    wrong = []
    with page(chromium, service, width, scheme) as at:
        for address in addresses:
            at.goto(address)
            for one in Axe().run(at).response["violations"]:
                if one["impact"] in ("serious", "critical"):
                    wrong.append((address, one["id"], [node["html"][:120] for node in one["nodes"][:3]]))
            wide = at.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                wrong.append((address, "wider than the window", [str(wide)]))
    assert wrong == []


def test_a_policy_officer_sees_what_breaks_puts_it_right_and_proposes(
    service: str, chromium: Browser, broken: str, repository: Path
) -> None:
    with page(chromium, service, scripts=False) as at:
        at.goto(broken)
        assert at.get_by_text("1 brytes").is_visible()
        assert at.get_by_text("Den minste søknaden som får et annet vedtak").is_visible()
        at.get_by_label("Hvorfor skal reglene endres?").fill("Tre uker er 21 dager.")
        at.get_by_role("button", name="Foreslå endringen").click()
        at.get_by_role("alert").get_by_role("link", name="Kryss av").click()
        at.get_by_role("link", name="Endre videre").click()
        at.get_by_label("verdier – 1 – verdi").fill("22")
        at.get_by_label("tittel").fill("Minste antall dager som teller i måneden")
        at.get_by_role("button", name="Se hva endringen fører til").click()
        at.get_by_text("ingen brytes").wait_for(timeout=PATIENCE)
        at.get_by_role("button", name="Foreslå endringen").wait_for(timeout=PATIENCE)
        at.get_by_label("Hvorfor skal reglene endres?").fill("Tittelen er klarere slik.")
        at.get_by_role("button", name="Foreslå endringen").click()
        assert at.get_by_text("Forslaget er lagret").is_visible()
    assert "Tittelen er klarere slik." in git(repository, "log", "-1", "--format=%B", "--branches=forslag/*")
    assert untouched(repository)


def test_with_scripts_the_form_is_checked_as_one_types(service: str, chromium: Browser) -> None:
    with page(chromium, service) as at:
        at.goto(LIMIT)
        field = at.get_by_label("verdier – 1 – verdi")
        field.fill("mange")
        at.locator(".feltfeil", has_text="mange").wait_for(timeout=PATIENCE)
        assert field.get_attribute("aria-invalid") == "true"
        assert at.locator("[data-utsnitt]", has_text="verdi: mange").is_visible()
        field.fill("23")
        at.locator("[data-utsnitt]", has_text="verdi: 23").wait_for(timeout=PATIENCE)
        assert field.get_attribute("aria-invalid") is None
