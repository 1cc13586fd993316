"""The first layout: the table of entries, which the database lets nobody change or delete."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

SAID = "the ledger is only added to"
SQLITE = """CREATE TRIGGER entries_no_{word} BEFORE {verb} ON entries
BEGIN SELECT RAISE(ABORT, '{said}'); END"""
POSTGRES = (
    f"""CREATE FUNCTION entries_only_added_to() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{SAID}'; END $$""",
    """CREATE TRIGGER entries_no_change BEFORE UPDATE OR DELETE ON entries
    FOR EACH ROW EXECUTE FUNCTION entries_only_added_to()""",
    """CREATE TRIGGER entries_no_truncate BEFORE TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION entries_only_added_to()""",
)


def upgrade() -> None:
    """Make the table, its indexes and its guards."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "entries",
        sa.Column("number", number, primary_key=True, autoincrement=False),
        sa.Column("id", sa.String(200), nullable=False, unique=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("beneficiary", sa.String(200), nullable=False),
        sa.Column("policy", sa.String(80), nullable=False),
        sa.Column("clause", sa.String(80), nullable=False),
        sa.Column("project", sa.String(200), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("fen", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False, unique=True),
    )
    op.create_index("entries_beneficiary", "entries", ["beneficiary", "day"])
    op.create_index("entries_project", "entries", ["project"])
    op.create_index("entries_clause", "entries", ["policy", "clause"])
    if op.get_bind().dialect.name == "sqlite":
        for word, verb in (("change", "UPDATE"), ("delete", "DELETE")):
            op.execute(SQLITE.format(word=word, verb=verb, said=SAID))
    else:
        for statement in POSTGRES:
            op.execute(statement)
