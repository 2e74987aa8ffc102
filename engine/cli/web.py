"""`alis web`: the pages and the API, on this machine."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import socket
from pathlib import Path

from engine.cli.arguments import argument_fault
from engine.cli.lager import own_store, require
from engine.language.root import rule_root
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
    require()
    import uvicorn

    from engine.web.app import create_app
    from engine.web.settings import Settings, read_login

    if not 0 < chosen.port < 65536:
        raise Faults([argument_fault(f"porten {chosen.port} finnes ikke", "velg et tall fra 1 til 65535")])
    settings = Settings(
        rules=rule_root(chosen.regler).resolve(),
        database=chosen.database or str(own_store()),
        host=chosen.vert,
        port=chosen.port,
        address=os.environ.get("ALIS_ADRESSE", ""),
        login=read_login(os.environ),
        cases=_cases(chosen.saker),
    )
    settings.check()
    _log(logging.INFO if settings.login is not None else logging.ERROR)
    with _listening(chosen.vert, chosen.port) as door:
        app = create_app(settings)
        service = app.state.service
        try:
            service.workers.warm()
            if settings.cases is not None:
                from engine.web.examples import load_examples

                load_examples(service, settings.cases)
            print(f"Åpne {settings.address or f'http://{chosen.vert}:{chosen.port}'}  (stopp med Ctrl+C)", flush=True)
            print(f"Sakene lagres i {service.database.shown}", flush=True)
            config = uvicorn.Config(app, access_log=False, log_level="warning", server_header=False)
            with contextlib.suppress(KeyboardInterrupt):  # how it is meant to be stopped
                uvicorn.Server(config).run(sockets=[door])
        finally:
            service.close()
    return 0


def _log(level: int) -> None:
    """One line a request for a department, errors alone for one person."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    own = logging.getLogger("engine")
    own.addHandler(handler)
    own.setLevel(level)


def _cases(given: str | None) -> Path | None:
    if given is not None and not Path(given).is_dir():
        raise Faults([argument_fault(f"mappen «{given}» finnes ikke", "oppgi en mappe med saker i --saker")])
    return Path(given).resolve() if given else None


def _listening(host: str, port: int) -> socket.socket:
    """The door, opened before anything else is: who comes while the rules are read waits in it. Raises Faults when it is taken."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError:
        what = f"tjenesten får ikke lytte på {host}:{port}"
        raise Faults([argument_fault(what, "stopp det som bruker porten, eller velg en annen med --port")]) from None
