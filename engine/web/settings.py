"""How the service is set up: where the rules and the store are, who may log in, and how much it takes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from engine.text.fault import Fault, Faults
from engine.text.norsk import list_text
from engine.text.place import Place

READER, CASEWORKER, OFFICER = "leser", "saksbehandler", "fagansvarlig"
ROLES = (READER, CASEWORKER, OFFICER)

#: the names of this machine's own loopback, and so what a browser on it may call the service
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

_PREFIX = "ALIS_OIDC_"
_REQUIRED = ("UTSTEDER", "KLIENT", "HEMMELIGHET")


@dataclass(frozen=True, slots=True)
class Login:
    """The organisation's OpenID provider. `groups` translates what the claim holds to a role, where it is not the role's name."""

    issuer: str
    client: str
    secret: str = field(repr=False)
    claim: str = "roles"
    groups: Mapping[str, str] = field(default_factory=dict)

    def roles(self, given: object) -> frozenset[str]:
        """The roles in a claim: a list, or words in a text. What is not a role gives none."""
        words = given.split() if isinstance(given, str) else given if isinstance(given, list) else []
        named = (self.groups.get(word, word) for word in words if isinstance(word, str))
        return frozenset(role for role in named if role in ROLES)


@dataclass(frozen=True, slots=True)
class Settings:
    """Seconds, bytes and counts. `address` is what users write in the browser; without it, this machine's own."""

    rules: Path
    database: str
    host: str = "127.0.0.1"
    port: int = 8642
    address: str = ""
    login: Login | None = None
    cases: Path | None = None
    workers: int = 2
    idle: int = 1_800
    longest: int = 36_000
    most_bytes: int = 5_000_000
    most_fields: int = 5_000

    @property
    def secure(self) -> bool:
        """Whether browsers reach the service over TLS."""
        return self.address.startswith("https://")

    @property
    def hosts(self) -> frozenset[str]:
        """The host names a request may carry."""
        named = urlsplit(self.address).hostname if self.address else None
        return frozenset({named}) if named else LOOPBACK

    def check(self) -> Settings:
        """Raises Faults for a service that strangers could reach without logging in, or log in to in the clear."""
        if self.login is not None and not _private(self.login.issuer):
            what = "innloggingstjenesten har ikke en adresse med https"
            why = "den som leser linjen, kan gi seg ut for å være den"
            raise _fault("WEB-INNLOGGING", what, why, "sett ALIS_OIDC_UTSTEDER til en adresse med https://")
        if self.host in LOOPBACK:
            return self
        if self.login is None:
            what = f"tjenesten kan ikke lytte på «{self.host}» uten innlogging"
            why = "alle som når maskinen, ville fått full tilgang"
            needed = list_text([_PREFIX + name for name in _REQUIRED])
            raise _fault("WEB-INNLOGGING", what, why, f"sett {needed}, eller utelat --vert")
        if not self.secure:
            what = f"tjenesten kan ikke lytte på «{self.host}» uten en adresse med https"
            why = "innlogging over en åpen linje kan leses av andre"
            raise _fault("WEB-ADRESSE", what, why, "sett ALIS_ADRESSE til adressen brukerne skriver, med https://")
        return self


def read_login(environment: Mapping[str, str]) -> Login | None:
    """The login set up in the environment, or None when none is. Raises Faults for half of one."""
    given = {name: environment.get(_PREFIX + name, "") for name in (*_REQUIRED, "ROLLER", "GRUPPER")}
    if not any(given.values()):
        return None
    lacking = [_PREFIX + name for name in _REQUIRED if not given[name]]
    if lacking:
        what, why = f"{list_text(lacking)} mangler", "innloggingen er bare delvis satt opp"
        raise _fault("WEB-INNLOGGING", what, why, "sett alle, eller ingen")
    groups = {}
    for pair in filter(None, (one.strip() for one in given["GRUPPER"].split(","))):
        group, _, role = pair.rpartition("=")
        if not group or role not in ROLES:
            what, why = f"«{pair}» i {_PREFIX}GRUPPER kan ikke brukes", f"rollene er {list_text(ROLES)}"
            raise _fault("WEB-INNLOGGING", what, why, "skriv GRUPPE=ROLLE, med komma mellom")
        groups[group] = role
    return Login(given["UTSTEDER"], given["KLIENT"], given["HEMMELIGHET"], given["ROLLER"] or "roles", groups)


def _private(address: str) -> bool:
    """Whether nobody on the way can read or change what is sent there."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _fault(code: str, what: str, why: str, next_step: str) -> Faults:
    return Faults([Fault(Place("kommandolinjen", 1, 1), code, what, why, next_step)])
