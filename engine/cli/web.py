"""`alis web`: the pages and the API, on this machine."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from engine.cli.arguments import argument_fault
from engine.cli.root import rule_root
from engine.text.fault import Faults

EXAMPLES = """Eksempler:
  alis web
  alis web --saker fixtures --database eksempler.sqlite3
  alis web --database postgresql://bruker@localhost/saker --port 8080

Siden åpnes i nettleseren på adressen som vises. Uten innlogging svarer tjenesten bare på denne maskinen, og den som startet den, har
alle rollene. Skal flere bruke den, settes innloggingen opp med ALIS_ADRESSE, ALIS_OIDC_UTSTEDER, ALIS_OIDC_KLIENT og
ALIS_OIDC_HEMMELIGHET (og ALIS_OIDC_ROLLER og ALIS_OIDC_GRUPPER når rollene heter noe annet enn leser, saksbehandler og fagansvarlig).
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8642, metavar="PORT", help="porten; utelatt: 8642")
    parser.add_argument(
        "--vert", default="127.0.0.1", metavar="VERT", help="adressen det lyttes på; utelatt: 127.0.0.1"
    )
    parser.add_argument(
        "--database", metavar="ADRESSE", help="fil eller databaseadresse sakene lagres i; utelatt: i din egen mappe"
    )
    parser.add_argument("--saker", metavar="MAPPE", help="legg inn sakene i mappen som eksempler")
    parser.add_argument("--regler", metavar="MAPPE", help="mappen med reglene")


def run(chosen: argparse.Namespace) -> int:
    try:
        import uvicorn

        from engine.web.app import create_app
        from engine.web.settings import Settings, read_login
    except ImportError as missing:
        what = f"«{missing.name}» er ikke installert"
        raise Faults([argument_fault(what, "installer med «pip install 'alis-regler[web]'»")]) from None
    if not 0 < chosen.port < 65536:
        raise Faults([argument_fault(f"porten {chosen.port} finnes ikke", "velg et tall fra 1 til 65535")])
    settings = Settings(
        rules=rule_root(chosen.regler).resolve(),
        database=chosen.database or str(_own_store()),
        host=chosen.vert,
        port=chosen.port,
        address=os.environ.get("ALIS_ADRESSE", ""),
        login=read_login(os.environ),
        cases=Path(chosen.saker) if chosen.saker else None,
    )
    settings.check()
    _check_free(chosen.vert, chosen.port)
    app = create_app(settings)
    service = app.state.service
    try:
        service.workers.warm()
        if settings.cases is not None:
            from engine.web.examples import load_examples

            load_examples(service, settings.cases)
        print(f"Åpne {settings.address or f'http://{chosen.vert}:{chosen.port}'}  (stopp med Ctrl+C)", flush=True)
        print(f"Sakene lagres i {service.database.shown}", flush=True)
        uvicorn.run(app, host=chosen.vert, port=chosen.port, access_log=False, log_level="warning", server_header=False)
    finally:
        service.close()
    return 0


def _own_store() -> Path:
    """The user's own data folder."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "alis-regler" / "saker.sqlite3"


def _check_free(host: str, port: int) -> None:
    """Raise Faults when something else listens there, before anything is opened."""
    import socket

    try:
        with socket.create_server((host, port)):
            pass
    except OSError:
        what = f"tjenesten får ikke lytte på {host}:{port}"
        raise Faults([argument_fault(what, "stopp det som bruker porten, eller velg en annen med --port")]) from None
