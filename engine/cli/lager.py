"""`alis lager`: check that the store of cases is as it was written."""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path

from engine.cli.arguments import argument_fault
from engine.text.fault import Faults

EXAMPLES = """Eksempler:
  alis lager
  alis lager --database postgresql://bruker@localhost/saker
  alis lager --hode 912:5595…

Hver hendelse i lageret er lenket til hendelsen foran. Er noe endret, fjernet, satt inn eller flyttet, vises hvor, og koden er 1. Det
som er kuttet fra slutten, og en hel kjede som er laget på nytt, ses bare av den som har notert nummeret og koden til en hendelse.
De står i kvitteringen til hvert vedtak, og den siste skrives ut her.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--database", metavar="ADRESSE", help="filen eller databaseadressen; utelatt: lageret i din egen mappe"
    )
    parser.add_argument("--hode", metavar="NR:KODE", help="en hendelse du har notert før, som fortsatt skal stå der")


def run(chosen: argparse.Namespace) -> int:
    require()
    from engine.store.chain import check
    from engine.store.database import Database, read_address
    from engine.store.refusal import fault

    noted = _noted(chosen.hode)
    address = chosen.database or str(own_store())
    url = read_address(address)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).is_file():
        why, next_step = "det er ikke opprettet, eller navnet er feil", "kontroller --database"
        raise fault(str(url.database), "LAGER-MANGLER", "lageret finnes ikke", why, next_step)
    found = check(Database(address), noted)
    for breach in found.breaches:
        print(breach, file=sys.stderr)
    if not found.whole:
        print(f"Lageret er ikke som det ble skrevet: {len(found.breaches)} avvik.")
        return 1
    print(f"Lageret er som det ble skrevet, {found.rows} hendelser. Noter siste hendelse et annet sted:")
    print(f"{found.rows}:{found.head}")
    return 0


def own_store() -> Path:
    """The store in the user's own data folder."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "alis-regler" / "saker.sqlite3"


def require() -> None:
    """Raise Faults when what the store and the pages are built of is not installed."""
    try:
        import alembic  # noqa: F401
        import fastapi  # noqa: F401
        import sqlalchemy  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as missing:
        what = f"«{missing.name}» er ikke installert"
        raise Faults([argument_fault(what, "installer med «pip install 'alis-regler[web]'»")]) from None


def _noted(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    number, _, link = text.partition(":")
    if not re.fullmatch(r"[1-9][0-9]{0,17}", number) or not re.fullmatch(r"[0-9a-f]{64}", link):
        raise Faults(
            [argument_fault(f"«{text}» kan ikke brukes i --hode", "skriv nummer og kode slik de ble skrevet ut")]
        )
    return int(number), link
