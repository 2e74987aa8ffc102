"""Make the pictures in this folder anew: a service on the shipped rules, and Debian's Chromium. Run from the root of the checkout.

python docs/skjermbilder/lag.py
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests" / "web"))

from chromium import opened, page  # noqa: E402
from serving import served  # noqa: E402

#: picture → address (`{sak}` is a case with a bit of everything), width, height and scheme
PICTURES = {
    "forside": ("/", 1280, 700, "light"),
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
}

#: the same for pages of policy staff; `{endring}` is what a lowered threshold comes to
OFFICER_PICTURES = {
    "testsaker": ("/provesaker", 1280, 1100, "light"),
    "endre": ("{grense}", 1280, 1100, "light"),
    "endre-smal": ("{grense}", 320, 1200, "light"),
    "endring": ("{endring}", 1280, 1300, "light"),
    "endring-mork": ("{endring}", 1280, 1300, "dark"),
}
LIMIT = "/regler/2023/nasjonal-alis/endre/grenser/minste_antall_dager"
PATIENCE = 600_000


def main() -> None:
    cases()
    rules()


def rules() -> None:
    """Pages of policy staff, at a service with the cases of one year."""
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder) / "saker.sqlite3", "--saker", "fixtures/2023", LOGNAME="kari.nordmann") as (client, _),
        opened() as browser,
    ):
        address = str(client.base_url).rstrip("/")
        with page(browser, address) as at:
            at.goto("/provesaker")
            at.get_by_role("button", name="Kjør alle testsakene").click()
            at.get_by_text("Alle sakene stemmer").wait_for(timeout=PATIENCE)
            at.goto(LIMIT)
            at.get_by_label("verdier – 1 – verdi").fill("21")
            at.get_by_role("button", name="Se hva endringen fører til").click()
            at.get_by_role("button", name="Foreslå endringen").wait_for(timeout=PATIENCE)
            change = at.url.removeprefix(address)
        for name, (where, width, height, scheme) in OFFICER_PICTURES.items():
            with page(browser, address, width, scheme) as at:
                at.set_viewport_size({"width": width, "height": height})
                at.goto(where.format(grense=LIMIT, endring=change))
                at.screenshot(path=HERE / f"{name}.png")


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
        for name, (where, width, height, scheme) in PICTURES.items():
            with page(browser, address, width, scheme) as at:
                at.set_viewport_size({"width": width, "height": height})
                at.goto(where.format(sak=case))
                at.screenshot(path=HERE / f"{name}.png")


if __name__ == "__main__":
    main()
