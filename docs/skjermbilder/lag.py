"""Make the pictures in this folder anew: a service on the shipped rules, and Debian's Chromium. Run from the root of the checkout.

python docs/skjermbilder/lag.py [saker] [regler]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests" / "web"))

from chromium import opened, page  # noqa: E402
from rule_repository import git  # noqa: E402
from serving import served  # noqa: E402

#: picture → address (`{sak}` is a case with a bit of everything), width, height and scheme
PICTURES = {
    "forside": ("/", 1280, 700, "light"),
    "saker": ("/saker", 1280, 800, "light"),
    "saker-smal": ("/saker", 320, 900, "light"),
    "ny-sak": ("/saker/ny", 1280, 800, "light"),
    "soknad": ("/saker/ny?ordning=nasjonal-alis", 1280, 1100, "light"),
    "sak": ("{sak}", 1280, 1200, "light"),
    "sak-smal": ("{sak}", 320, 1200, "light"),
    "sak-mork": ("{sak}", 1280, 1100, "dark"),
    "neste": ("{sak}/neste", 1280, 600, "light"),
    "hva-skal-til": ("{sak}/hva-skal-til", 1280, 900, "light"),
    "brev": ("{sak}/brev", 1280, 900, "light"),
    "regler": ("/regler", 1280, 1000, "light"),
    "regelsett": ("/regler/2024/nasjonal-alis", 1280, 1100, "light"),
    "vilkar": ("/regler/2024/nasjonal-alis/vilkar/kommersiell-tilknytning", 1280, 900, "light"),
    "forskjell": ("/regler/forskjell?fra=2023/nasjonal-alis&til=2024/nasjonal-alis", 1280, 900, "light"),
    "kilde": ("/kilder/hdir-2024-04-18", 1280, 700, "light"),
    "revisjon": ("/revisjon", 1280, 800, "light"),
    "kontroll": ("/revisjon/kontroll", 1280, 800, "light"),
    "soknad-rett": ("{sak}/soknad", 1280, 1100, "light"),
    "finnes-ikke": ("/saker/finnes-ikke", 1280, 600, "light"),
}

#: the same for pages of policy staff; `{endring}` is what a lowered threshold comes to, `{sak}` a case that it breaks
OFFICER_PICTURES = {
    "mutasjon": ("/provesaker/mutasjon", 1280, 1100, "light"),
    "mutasjon-smal": ("/provesaker/mutasjon", 320, 1200, "light"),
    "endringer": ("/endringer", 1280, 800, "light"),
    "testsak": ("{endring}/testsak?fil={sak}", 1280, 1200, "light"),
    "testsak-mork": ("{endring}/testsak?fil={sak}", 1280, 1200, "dark"),
    "testsak-smal": ("{endring}/testsak?fil={sak}", 320, 1200, "light"),
    "testsaker": ("/provesaker", 1280, 1100, "light"),
    "testsak-i-kjoring": ("/provesaker/sak?fil={sak}", 1280, 1000, "light"),
    "regelfil": ("/regler/2024/nasjonal-alis/endre", 1280, 1100, "light"),
    "endre": ("{grense}", 1280, 1100, "light"),
    "endre-smal": ("{grense}", 320, 1200, "light"),
    "endring": ("{endring}", 1280, 1300, "light"),
    "endring-mork": ("{endring}", 1280, 1300, "dark"),
}
LIMIT = "/regler/2023/nasjonal-alis/endre/grenser/minste_antall_dager"
TITLE = "/regler/2023/nasjonal-alis/endre/grenser/minste_vikariat"
#: cases that are left out, so that there are changes that none of the others notices
LEFT_OUT = ("2017/spesialisering/frist-*.yaml", "2024/tilknytning-én-dag.yaml")
BROKEN = ("2023/veiledning-21-og-22-dager.yaml", "2023/eldre-avtaler-møter-kravene-i-oktober-2022.yaml")
PATIENCE = 600_000


def main() -> None:
    chosen = sys.argv[1:] or ["saker", "regler"]
    if "saker" in chosen:
        cases()
    if "regler" in chosen:
        rules()


def repository_in(top: Path) -> None:
    """The rules and the cases in a repository of their own, so that proposals can be made."""
    for name in ("rules", "fixtures"):
        shutil.copytree(ROOT / name, top / name)
    for pattern in LEFT_OUT:
        for path in (top / "fixtures").glob(pattern):
            path.unlink()
    git(top, "init", "-q", "-b", "hovedgren")
    git(top, "add", "-A")
    git(top, "-c", "user.name=Kari", "-c", "user.email=kari@kommune", "commit", "-qm", "Reglene")


def rules() -> None:
    """Pages of policy staff, at a service with rules and cases in a repository."""
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        repository_in(top)
        given = ("--regler", str(top / "rules"), "--saker", str(top / "fixtures"))
        with (
            served(top / "saker.sqlite3", *given, LOGNAME="kari.nordmann") as (client, _),
            opened() as browser,
        ):
            address = str(client.base_url).rstrip("/")
            with page(browser, address) as at:
                change = _worked(at, address)
            for name, (where, width, height, scheme) in OFFICER_PICTURES.items():
                with page(browser, address, width, scheme) as at:
                    at.set_viewport_size({"width": width, "height": height})
                    at.goto(where.format(grense=LIMIT, endring=change, sak=BROKEN[1]))
                    at.screenshot(path=HERE / f"{name}.png")


def _worked(at: Page, address: str) -> str:
    """Do what the pictures show: run everything, propose, meet a conflict, and lower a threshold. The address of that change."""
    at.goto("/provesaker")
    at.get_by_role("button", name="Kjør alle testsakene").click()
    at.get_by_text("Alle sakene stemmer").wait_for(timeout=PATIENCE)
    at.goto("/provesaker/mutasjon")
    at.get_by_role("button", name="Prøv alle endringene").click()
    at.get_by_role("heading", name="Siste kjøring", exact=True).wait_for(timeout=PATIENCE)
    for title in ("Korteste vikariat", "Minste lengde på et vikariat"):
        _tried(at, TITLE, "tittel", title)
        at.get_by_label("Hvorfor skal reglene endres?").fill("Tittelen skal si det samme som kilden.")
        at.get_by_role("button", name="Foreslå endringen").click()
    at.set_viewport_size({"width": 1280, "height": 1000})
    at.screenshot(path=HERE / "konflikt.png")
    _tried(at, LIMIT, "verdier – 1 – verdi", "21")
    change = at.url.removeprefix(address).partition("#")[0]
    at.goto(f"{change}/testsak?fil={BROKEN[0]}")
    at.get_by_label("Hvorfor skal saken vente dette?").fill(
        "Tre kalenderuker er 21 dager. Kravet er oppfylt når alle er med."
    )
    at.get_by_label("Hva slags kilde?").select_option("tolkning")
    at.get_by_label("Kilde", exact=True).fill("A28, slik den er foreslått endret")
    at.get_by_role("button", name="La saken vente dette").click()
    at.get_by_role("button", name="Prøv på nytt").click()
    at.get_by_role("button", name="Foreslå endringen").wait_for(timeout=PATIENCE)
    return change


def _tried(at: Page, form: str, field: str, value: str) -> None:
    at.goto(form)
    at.get_by_label(field, exact=True).fill(value)
    at.get_by_role("button", name="Se hva endringen fører til").click()
    at.get_by_role("button", name="Foreslå endringen").wait_for(timeout=PATIENCE)


def cases() -> None:
    """Pages of caseworkers, and those everyone reads."""
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder) / "saker.sqlite3", LOGNAME="kari.nordmann") as (client, _),
        opened() as browser,
    ):
        address = str(client.base_url).rstrip("/")
        with page(browser, address) as at:
            at.goto("/saker/ny")
            at.locator("#fil").set_input_files(ROOT / "tests/web/mye-i-en-sak.yaml")
            at.get_by_role("button", name="Last opp og vurder").click()
            case = at.url.removeprefix(address)
            for path in sorted((ROOT / "fixtures/2024").glob("tilknytning-*.yaml"))[:6]:
                at.goto("/saker/ny")
                at.locator("#fil").set_input_files(path)
                at.get_by_role("button", name="Last opp og vurder").click()
        for name, (where, width, height, scheme) in PICTURES.items():
            with page(browser, address, width, scheme) as at:
                at.set_viewport_size({"width": width, "height": height})
                at.goto(where.format(sak=case))
                at.screenshot(path=HERE / f"{name}.png")


if __name__ == "__main__":
    main()
