"""The ledger: what was awarded, paid, corrected and recovered, over the years and by every department.

It is only added to. Each entry carries the SHA-256 of the one before it, so that an entry that was changed, taken out
or put in is found; the database itself refuses to change or delete one. It is kept by SQLAlchemy in SQLite, or in
PostgreSQL for an office (the extra `[ledger]`).

>>> from subsidy_rules.audit.ledger import Entry, open_ledger
>>> paid = Entry("payment", "2024/1", "91110000600037341L", fen=5_000_000, policy="xian_30", clause="air_relocation")
>>> with open_ledger("sqlite://") as ledger:
...     ledger.append([paid]), ledger.append([paid]), ledger.verify().broken
(1, 0, 0)
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from subsidy_rules.audit.ledger.entry import Entry
from subsidy_rules.errors import UsageError

if TYPE_CHECKING:
    from subsidy_rules.audit.ledger.store import Ledger

__all__ = ["Entry", "open_ledger"]


def open_ledger(url: str | Path) -> Ledger:
    """Open a ledger, and bring its layout up to date: the path of a SQLite file, or the address of a database.

    Raises `UsageError` without the extra `[ledger]`, and where the database can't be reached.
    """
    try:
        from subsidy_rules.audit.ledger import store  # noqa: PLC0415 - it needs the extra
    except ImportError:
        raise UsageError("the ledger needs the extra [ledger]: pip install 'subsidy-rules[ledger]'") from None
    return store.open_store(url)
