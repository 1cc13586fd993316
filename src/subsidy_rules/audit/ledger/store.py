"""Opening a ledger, adding to it, reading it, checking its chain.

A writer holds the ledger while it adds (SQLite: an immediate transaction; PostgreSQL: a lock on the table), so that
several may write at once and each entry has one predecessor. What is added in one call is there whole or not at all; an
entry whose id is there is left out, so that a call which was broken off can be made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import sqlalchemy
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, Row, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import StaticPool

from subsidy_rules.audit.ledger.entry import START, Entry, linked, read_entry
from subsidy_rules.audit.ledger.tables import entries as table
from subsidy_rules.errors import UsageError

CHUNK: Final = 500
SECONDS: Final = 30
"""How long a writer waits for another one."""


@dataclass(frozen=True, slots=True)
class Chain:
    """What became of the chain: how many entries, its last digest, and the number of the first that does not follow.

    `broken` is 0 where every entry follows from the one before it.
    """

    entries: int
    head: str
    broken: int = 0


class Ledger:
    """An open ledger. Use it as a context, or `close` it. Each thread and process opens its own."""

    def __init__(self, engine: Engine) -> None:
        """Keep the engine; `open_store` makes one."""
        self._engine = engine

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Give its connections back."""
        self._engine.dispose()

    def append(self, entries: Iterable[Entry]) -> int:
        """Add entries in their order, all or none, and return how many were new.

        Raises `UsageError` where an id is there already and says something else, where another writer holds the ledger
        for too long, or where the database can't write.
        """
        added = 0
        with self._writing() as connection:
            tail = connection.execute(select(table).order_by(table.c.number.desc()).limit(1)).first()
            number, previous = (0, START) if tail is None else (tail.number, tail.sha256)
            waiting = iter(entries)
            while chunk := list(islice(waiting, CHUNK)):
                ids = [one.id for one in chunk]
                there = connection.execute(select(table.c.id, table.c.body).where(table.c.id.in_(ids)))
                known = {row.id: row.body for row in there}
                rows = []
                for one in chunk:
                    written = one.written()
                    if one.id in known:
                        if known[one.id] != written:
                            raise UsageError(f"entry '{one.id[:80]}' is in the ledger and says something else")
                        continue
                    known[one.id] = written
                    number += 1
                    digest = linked(previous, written)
                    rows.append(_row(number, one, written, previous, digest))
                    previous = digest
                if rows:
                    connection.execute(table.insert(), rows)
                    added += len(rows)
        self._is_there()
        return added

    def _is_there(self) -> None:
        """Refuse to call written what went to a file that somebody took away: SQLite itself does not notice."""
        address, name = self._engine.url, self._engine.url.database or ""
        in_file = address.get_backend_name() == "sqlite" and name and not name.startswith((":", "file:"))
        if in_file and not Path(name).exists():
            raise UsageError("the ledger can't be read or written: its file is gone")

    def entries(self, *, beneficiaries: Sequence[str] = (), before: str = "") -> Iterator[Entry]:
        """Give the entries in their order: all, or those of some beneficiaries, of days before one."""
        wanted = select(table.c.body).order_by(table.c.number)
        if beneficiaries:
            wanted = wanted.where(table.c.beneficiary.in_(list(beneficiaries)))
        if before:
            wanted = wanted.where(table.c.day < before, table.c.day != "")
        with self._reading() as connection:
            for (body,) in connection.execution_options(yield_per=CHUNK).execute(wanted):
                yield read_entry(body)

    def verify(self) -> Chain:
        """Follow the chain from its beginning."""
        previous, count = START, 0
        with self._reading() as connection:
            rows = connection.execution_options(yield_per=CHUNK).execute(select(table).order_by(table.c.number))
            for row in rows:
                count += 1
                if not _follows(row, count, previous):
                    return Chain(count - 1, previous, count)
                previous = row.sha256
        return Chain(count, previous)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with _said_plainly(), self._engine.begin() as connection:
            if connection.dialect.name != "sqlite":
                connection.execute(text(f"SET LOCAL lock_timeout = '{SECONDS}s'"))
                connection.execute(text("LOCK TABLE entries IN SHARE ROW EXCLUSIVE MODE"))
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _said_plainly(), self._engine.connect() as connection:
            yield connection


def open_store(url: str | Path) -> Ledger:
    """Open a ledger, and bring its layout up to date: the path of a SQLite file, or a database URL.

    Raises `UsageError` where the database can't be reached.
    """
    given = str(url)
    if "://" not in given:
        given = f"sqlite:///{given}"
    given = given.replace("postgresql://", "postgresql+psycopg://", 1)
    try:
        address = sqlalchemy.make_url(given)
    except ArgumentError:
        raise UsageError(f"'{str(url)[:80]}' is neither a file nor the address of a database") from None
    if address.get_backend_name() not in ("sqlite", "postgresql"):
        raise UsageError(f"a ledger is kept in SQLite or PostgreSQL, not in {address.get_backend_name()}")
    with _said_plainly():
        engine = _sqlite(given) if address.get_backend_name() == "sqlite" else sqlalchemy.create_engine(address)
        try:
            _migrate(engine)
        except BaseException:
            engine.dispose()
            raise
    return Ledger(engine)


def _sqlite(address: str) -> Engine:
    """Open SQLite so that a transaction begins by holding the file: two writers never read the same tail."""
    given: dict[str, Any] = {"connect_args": {"timeout": SECONDS, "check_same_thread": False}}
    if address == "sqlite://":
        given["poolclass"] = StaticPool
    engine = sqlalchemy.create_engine(address, **given)

    def connected(connection: Any, _record: object) -> None:  # noqa: ANN401 - of any driver
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous = FULL")

    def begins(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    sqlalchemy.event.listen(engine, "connect", connected)
    sqlalchemy.event.listen(engine, "begin", begins)
    return engine


def _migrate(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        if connection.dialect.name != "sqlite":
            connection.execute(text("SELECT pg_advisory_xact_lock(8723104)"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Say what a database could not do as what is wrong with the call."""
    try:
        yield
    except DBAPIError as error:
        said = str(error.orig).strip().splitlines()[0] if error.orig is not None else "no answer"
        if "locked" in said or "lock timeout" in said:
            raise UsageError(f"another writer holds the ledger: {said}") from error
        raise UsageError(f"the ledger can't be read or written: {said}") from error
    except UnicodeEncodeError as error:
        raise UsageError("the ledger can't be read or written: the system can't write its name") from error


def _row(number: int, entry: Entry, written: str, previous: str, digest: str) -> dict[str, object]:
    return {
        "number": number,
        "id": entry.id,
        "kind": entry.kind,
        "beneficiary": entry.beneficiary,
        "policy": entry.policy,
        "clause": entry.clause,
        "project": entry.project,
        "day": entry.day,
        "fen": entry.fen,
        "body": written,
        "previous": previous,
        "sha256": digest,
    }


def _follows(row: Row[Any], number: int, previous: str) -> bool:
    """Whether a row is what was entered, and follows from the one before it."""
    try:
        entry = read_entry(row.body)
    except UsageError:
        return False
    return dict(row._mapping) == _row(number, entry, row.body, previous, linked(previous, row.body))  # noqa: SLF001 - it is its public name
