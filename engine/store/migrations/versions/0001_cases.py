"""Ledger, content, cases and sessions, with triggers that keep the ledger as it was written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_REFUSED = "hendelser og innhold endres ikke"
_DELETED = "SELECT 1 FROM hendelse s JOIN hendelse h ON h.sak = s.sak WHERE h.nr = OLD.nr AND s.slag = 'slettet'"


def upgrade() -> None:
    op.create_table(
        "hendelse",
        sa.Column("nr", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("sak", sa.String(36)),
        sa.Column("slag", sa.String(32), nullable=False),
        sa.Column("tid", sa.String(32), nullable=False),
        sa.Column("hvem", sa.String(200), nullable=False),
        sa.Column("innhold", sa.String(64), nullable=False),
        sa.Column("forrige", sa.String(64), nullable=False),
        sa.Column("kjede", sa.String(64), nullable=False, unique=True),
    )
    op.create_index("hendelse_sak", "hendelse", ["sak", "nr"])
    op.create_table(
        "innhold",
        sa.Column("nr", _NUMBER, sa.ForeignKey("hendelse.nr"), primary_key=True, autoincrement=False),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.Column("tekst", sa.Text, nullable=False),
    )
    op.create_table(
        "sak",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("merke", sa.String(300), nullable=False),
        sa.Column("ordning", sa.String(100), nullable=False),
        sa.Column("soknad", sa.String(200), nullable=False),
        sa.Column("versjon", sa.Integer, nullable=False),
        sa.Column("utfall", sa.String(50), nullable=False),
        sa.Column("opprettet", sa.String(32), nullable=False),
        sa.Column("endret", sa.String(32), nullable=False),
    )
    op.create_index("sak_endret", "sak", ["endret"])
    op.create_index("sak_merke", "sak", ["merke"])
    op.create_table(
        "sesjon",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("bruker", sa.String(200), nullable=False),
        sa.Column("navn", sa.String(200), nullable=False),
        sa.Column("roller", sa.String(200), nullable=False),
        sa.Column("skjemanokkel", sa.String(64), nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("opprettet", sa.BigInteger, nullable=False),
        sa.Column("sett", sa.BigInteger, nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        _sqlite_triggers()
    else:
        _postgresql_triggers()


def _sqlite_triggers() -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
    op.execute(f"CREATE TRIGGER hendelse_endres_ikke BEFORE UPDATE ON hendelse {refuse}")
    op.execute(f"CREATE TRIGGER hendelse_slettes_ikke BEFORE DELETE ON hendelse {refuse}")
    op.execute(f"CREATE TRIGGER innhold_endres_ikke BEFORE UPDATE ON innhold {refuse}")
    op.execute(
        f"CREATE TRIGGER innhold_slettes_med_saken BEFORE DELETE ON innhold WHEN NOT EXISTS ({_DELETED}) {refuse}"
    )


def _postgresql_triggers() -> None:
    refuse = f"BEGIN RAISE EXCEPTION '{_REFUSED}'; END"
    op.execute(f"CREATE FUNCTION alis_avvis() RETURNS trigger LANGUAGE plpgsql AS $$ {refuse} $$")
    op.execute(
        "CREATE FUNCTION alis_bare_slettede() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF NOT EXISTS ({_DELETED}) THEN RAISE EXCEPTION '{_REFUSED}'; END IF; RETURN OLD; END $$"
    )
    for name, moment in (
        ("hendelse_endres_ikke", "BEFORE UPDATE OR DELETE ON hendelse FOR EACH ROW"),
        ("hendelse_tommes_ikke", "BEFORE TRUNCATE ON hendelse FOR EACH STATEMENT"),
        ("innhold_endres_ikke", "BEFORE UPDATE ON innhold FOR EACH ROW"),
        ("innhold_tommes_ikke", "BEFORE TRUNCATE ON innhold FOR EACH STATEMENT"),
    ):
        op.execute(f"CREATE TRIGGER {name} {moment} EXECUTE FUNCTION alis_avvis()")
    op.execute(
        "CREATE TRIGGER innhold_slettes_med_saken BEFORE DELETE ON innhold "
        "FOR EACH ROW EXECUTE FUNCTION alis_bare_slettede()"
    )
