"""Drafts of changes of the rules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "utkast",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("hvem", sa.String(200), nullable=False),
        sa.Column("endret", sa.String(32), nullable=False),
        sa.Column("versjon", sa.Integer, nullable=False),
        sa.Column("innhold", sa.Text, nullable=False),
    )
    op.create_index("utkast_endret", "utkast", ["endret"])
