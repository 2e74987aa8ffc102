"""The tables, the same in SQLite and PostgreSQL. `migrations/` makes them; a test holds the two against each other.

What is personal lies in one table only, `innhold`, and can go from there without the chain in `hendelse` breaking.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

#: the ledger: one row a thing that happened, never changed, never removed. `innhold` is a commitment to the content,
#: `kjede` the hash of the row and of the row before it. Times are UTC as text, so that both databases hash alike.
hendelse = Table(
    "hendelse",
    metadata,
    Column("nr", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("sak", String(36)),
    Column("slag", String(32), nullable=False),
    Column("tid", String(32), nullable=False),
    Column("hvem", String(200), nullable=False),
    Column("innhold", String(64), nullable=False),
    Column("forrige", String(64), nullable=False),
    Column("kjede", String(64), nullable=False, unique=True),
    Index("hendelse_sak", "sak", "nr"),
)

#: what the rows of the ledger commit to: JSON as text, with the salt that keeps it from being guessed from its commitment
innhold = Table(
    "innhold",
    metadata,
    Column("nr", ForeignKey("hendelse.nr"), primary_key=True, autoincrement=False),
    Column("salt", String(64), nullable=False),
    Column("tekst", Text, nullable=False),
)

#: where each case stands: worked out from the ledger, kept so that a list of cases is one question
sak = Table(
    "sak",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("merke", String(300), nullable=False),
    Column("ordning", String(100), nullable=False),
    Column("soknad", String(200), nullable=False),
    Column("versjon", Integer, nullable=False),
    Column("utfall", String(50), nullable=False),
    Column("opprettet", String(32), nullable=False),
    Column("endret", String(32), nullable=False),
    Index("sak_endret", "endret"),
    Index("sak_merke", "merke"),
)

#: who is logged in. `id` is the hash of what the browser holds, so that reading the table opens no door.
sesjon = Table(
    "sesjon",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("bruker", String(200), nullable=False),
    Column("navn", String(200), nullable=False),
    Column("roller", String(200), nullable=False),
    Column("skjemanokkel", String(64), nullable=False),
    Column("data", Text, nullable=False),
    Column("opprettet", BigInteger, nullable=False),
    Column("sett", BigInteger, nullable=False),
)

#: changes of the rules that are not proposed yet. No record: a draft is changed and thrown away, and is about nobody.
utkast = Table(
    "utkast",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("hvem", String(200), nullable=False),
    Column("endret", String(32), nullable=False),
    Column("versjon", Integer, nullable=False),
    Column("innhold", Text, nullable=False),
    Index("utkast_endret", "endret"),
)
