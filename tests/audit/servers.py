"""A PostgreSQL server for a test, made from the machine's own programs in a folder of its own, without a port."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACES = ("", *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True))


def program(name: str) -> str | None:
    """Find a program of PostgreSQL."""
    return next((found for place in PLACES if (found := shutil.which(name, path=place or None))), None)


def why_not() -> str | None:
    """Say why there can be no server here; None where there can."""
    missing = [name for name in ("initdb", "pg_ctl") if program(name) is None]
    if missing:
        return f"needs PostgreSQL's {' and '.join(missing)}"
    if os.geteuid() == 0 and shutil.which("runuser") is None:
        return "PostgreSQL does not run as root, and there is no runuser"
    return None


@contextmanager
def postgres() -> Iterator[str]:
    """Give the address of a server that runs while the block does."""
    folder = Path(tempfile.mkdtemp(prefix="ledger"))
    root = os.geteuid() == 0
    before = ["runuser", "-u", "postgres", "--"] if root else []
    if root:
        shutil.chown(folder, "postgres")
    user = "postgres" if root else getpass.getuser()
    data = folder / "data"

    def run(name: str, *arguments: str) -> None:
        found = program(name)
        assert found is not None
        subprocess.run([*before, found, *arguments], check=True, capture_output=True, cwd=folder, timeout=120)

    try:
        run("initdb", "-D", str(data), "-A", "trust", "-U", user, "-E", "UTF8", "--no-sync")
        options = f"-c listen_addresses='' -c fsync=off -k {folder}"
        run("pg_ctl", "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")
        try:
            yield f"postgresql+psycopg://{user}@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
