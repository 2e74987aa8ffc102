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


def main() -> None:
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
