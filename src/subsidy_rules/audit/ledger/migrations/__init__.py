"""The migrations of the ledger, run by Alembic when it is opened."""
