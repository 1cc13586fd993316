"""Lists of what was paid, as entries of the ledger.

An entry's id is made of the digest of its file and of its row, so that reading a file again adds nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

from subsidy_rules.audit.columns import NO_MAP, Map
from subsidy_rules.audit.ledger.entry import Entry
from subsidy_rules.audit.lines import PaidLine
from subsidy_rules.audit.listing import load_list
from subsidy_rules.values.quantity import CNY, Currency, format_date


def entries_of(paths: Iterable[str | Path], use: Map = NO_MAP, currency: Currency = CNY) -> Iterator[Entry]:
    """Give the entries of lists, file by file, whose amounts are of a currency.

    Raises `InputError` and `UsageError` as `load_list` does. A line whose amount or beneficiary can't be read makes no
    entry; `unread` gives those.
    """
    for path in paths:
        digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
        for line in load_list([path], use, currency).lines:
            entry = entry_of(line, digest, currency)
            if entry is not None:
                yield entry


def unread(paths: Iterable[str | Path], use: Map = NO_MAP, currency: Currency = CNY) -> list[PaidLine]:
    """Return the lines that make no entry: without an amount in whole fen, or without a beneficiary."""
    return [line for path in paths for line in load_list([path], use, currency).lines if entry_of(line, "-") is None]


def entry_of(line: PaidLine, digest: str, currency: Currency = CNY) -> Entry | None:
    """Return a line as an entry, `digest` being that of its file; None where it has no amount or no beneficiary."""
    stated, beneficiary = line.paid or line.granted, line.uscc or line.applicant
    if stated is None or stated.fen.denominator != 1 or not beneficiary:
        return None
    fen = stated.fen.numerator
    return Entry(
        "payment" if fen >= 0 else "correction",
        f"{digest[:16]}/{line.place.sheet or line.sheet}/{line.place.row}",
        beneficiary,
        fen=fen,
        name=line.applicant if line.uscc else "",
        project=line.project,
        policy=line.policy,
        clause=line.clause,
        object=line.object,
        channel=line.department,
        decided=_day(line.decided),
        paid_on=_day(line.paid_on),
        batch=line.batch,
        source=str(line.place),
        currency="" if currency == CNY else currency.code,
    )


def _day(days: tuple[int, int] | None) -> str:
    """Return the last day that a date may be: what is not known to be earlier is not earlier."""
    return "" if days is None else format_date(Fraction(days[1]))
