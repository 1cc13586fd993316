"""What was computed from files of ours and of the user, kept as data for the next process.

An entry is named after what it was made from: the digests of what was read, the version of the library, and the code
that made it. So an entry can be old, but never of something else; what changes has another name. It holds rows of a
`Codec` (never code) under the digest of its own bytes: one that is cut off, altered or of another form is made anew, in
silence. The same goes where nothing can be written. Facts of a case are never kept.

Entries that are made when the library is packed stand beside it (`subsidy_rules/kept`). The others are in the user's
cache folder, `SUBSIDY_RULES_CACHE` where that is set; `SUBSIDY_RULES_CACHE=0` keeps and reads none there.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final, TypeVar

from subsidy_rules.values.coding import Codec, NotData
from subsidy_rules.version import __version__

T = TypeVar("T")

FORM: Final = 1
"""The form of an entry; another form has other names."""
MOST: Final = 64
"""How many entries the user's folder holds; the oldest go."""
LARGEST: Final = 64 * 2**20
_NAME: Final = re.compile(r"[a-z]+-[0-9a-f]{64}\.json(?:\.[0-9]+-[0-9]+)?")
"""An entry, or what is left of one whose writing was broken off."""
_PACKAGE: Final = Path(__file__).resolve().parents[1]
_ROOMS: Final = ("", "values", "facts", "mechanisms", "policy", "plan")
"""The folders of the code that what is kept depends on."""
PACKED: Final = _PACKAGE / "kept"


def kept(kind: str, digests: Iterable[str], codec: Codec, make: Callable[[], T], like: type[T]) -> T:
    """Return what `make` returns, from an entry where there is one.

    `digests` are those of everything that `make` reads, apart from the library's own code. What it raises is raised,
    and nothing is kept.
    """
    code, folder = code_digest(), user_folder()
    if code is None:
        return make()
    name = f"{kind}-{sha256(' '.join([str(FORM), __version__, code, *digests]).encode()).hexdigest()}.json"
    for place in (PACKED, folder):
        found = None if place is None else read(place / name, codec)
        if isinstance(found, like):
            return found
    made = make()
    if folder is not None:
        with contextlib.suppress(OSError, NotData, RecursionError):  # it is made anew the next time
            write(folder, name, entry(made, codec))
    return made


@cache
def code_digest() -> str | None:
    """Return the digest of the code that makes what is kept; None where it can't be read, and nothing is kept."""
    made = sha256()
    try:
        for room in _ROOMS:
            with os.scandir(_PACKAGE / room) as files:
                paths = sorted(file.path for file in files if file.name.endswith(".py"))
            for path in paths:
                with open(path, "rb") as file:  # noqa: PTH123 - some forty files at every start
                    made.update(b"%d " % len(data := file.read()) + data)
    except OSError:
        return None
    return made.hexdigest()


def user_folder(env: Mapping[str, str] = os.environ, system: str = sys.platform) -> Path | None:
    """Return the user's cache folder of this library; None where none is wanted or there is no home."""
    given = env.get("SUBSIDY_RULES_CACHE", "")
    if given:
        return None if given == "0" else Path(given)
    home = env.get("USERPROFILE" if system == "win32" else "HOME", "")
    caches = {
        "win32": env.get("LOCALAPPDATA", ""),
        "darwin": home and f"{home}/Library/Caches",
    }.get(system, env.get("XDG_CACHE_HOME", "") or (home and f"{home}/.cache"))
    return Path(caches, "subsidy-rules") if os.path.isabs(caches) else None  # noqa: PTH117 - it may be empty


def entry(value: object, codec: Codec) -> bytes:
    """Write an entry: the digest of what follows, and the rows of a value. Raises `NotData` for what is not data."""
    rows = json.dumps(codec.rows(value), ensure_ascii=False, separators=(",", ":")).encode()
    return sha256(rows).hexdigest().encode() + b"\n" + rows


def read(path: Path, codec: Codec) -> object:
    """Read an entry; None where there is none that is whole and the user's own."""
    try:
        with path.open("rb") as file:
            if path.parent != PACKED and not _own(os.fstat(file.fileno())):
                return None
            digest, _, rows = file.read(LARGEST).partition(b"\n")
        if sha256(rows).hexdigest().encode() != digest:
            return None
        return codec.value(json.loads(rows))
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None


def _own(found: os.stat_result) -> bool:
    """Whether nobody but the user and the administrator may have written a file, as far as the system tells."""
    if not hasattr(os, "getuid"):
        return stat.S_ISREG(found.st_mode)
    ours = found.st_uid in (os.getuid(), 0) and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return stat.S_ISREG(found.st_mode) and ours


def write(folder: Path, name: str, data: bytes) -> None:
    """Write an entry as a whole or not at all, and take away the oldest. Raises `OSError` where that can't be done."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = folder / f"{name}.{os.getpid()}-{threading.get_ident()}"
    try:
        with open(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123 - with its mode
            file.write(data)
        own.replace(folder / name)
    finally:
        own.unlink(missing_ok=True)
    with os.scandir(folder) as files:
        found = [(file.stat().st_mtime_ns, file.path) for file in files if _NAME.fullmatch(file.name)]
    for _, path in sorted(found, reverse=True)[MOST:]:
        Path(path).unlink(missing_ok=True)
