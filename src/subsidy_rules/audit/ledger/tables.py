"""The one table of the ledger. `body` is what was entered; the other columns are what it is looked up by."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

entries = Table(
    "entries",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("id", String(200), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("beneficiary", String(200), nullable=False),
    Column("policy", String(80), nullable=False),
    Column("clause", String(80), nullable=False),
    Column("project", String(200), nullable=False),
    Column("day", String(10), nullable=False),
    Column("fen", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),
    Index("entries_beneficiary", "beneficiary", "day"),
    Index("entries_project", "project"),
    Index("entries_clause", "policy", "clause"),
)
