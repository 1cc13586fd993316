"""One entry of the ledger, and how it is written: canonical JSON, of which its place in the chain is a digest."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Final, Literal, TypeAlias, get_args

from subsidy_rules.errors import UsageError
from subsidy_rules.values.quantity import QuantityError, parse_date

Kind: TypeAlias = Literal["award", "payment", "correction", "recovery", "succession"]
KINDS: Final = get_args(Kind)
START: Final = "0" * 64
"""Stands before the first entry."""
_CODE: Final = re.compile(r"[A-Z]{3}", re.ASCII)
MOST: Final = 2**63 - 1
"""The greatest figure in fen that a database keeps exactly."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened once: `award` (decided), `payment`, `correction` or `recovery` of one, `succession` of enterprises.

    `id` is the key of the entry: one that is in the ledger is not added again. `beneficiary` is the unified social
    credit code, or the name where none is known. `fen` is signed, in 分: a recovery is negative; of another `currency`
    (its code, of ISO 4217; none is CNY) it is of the smallest unit. Days are `YYYY-MM-DD`,
    or empty. `marks` are numbers on the papers: `invoice`, `equipment`, `contract`. A succession says that `formerly`
    has become `beneficiary` (renamed or merged) on `decided`. `corrects` is the id of the entry that is corrected.
    """

    kind: Kind
    id: str
    beneficiary: str
    fen: int = 0
    name: str = ""
    type: str = ""
    project: str = ""
    policy: str = ""
    clause: str = ""
    object: str = ""
    level: str = ""
    channel: str = ""
    programme: str = ""
    payer: str = ""
    decided: str = ""
    paid_on: str = ""
    batch: str = ""
    counterparty: str = ""
    marks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    formerly: str = ""
    corrects: str = ""
    source: str = ""
    currency: str = ""

    def __post_init__(self) -> None:
        """Refuse what the ledger can't keep."""
        if self.kind not in KINDS:
            raise UsageError(f"an entry is one of {', '.join(KINDS)}, not '{str(self.kind)[:80]}'")
        if type(self.fen) is not int or not -MOST <= self.fen <= MOST:
            raise UsageError(f"entry '{self.id[:80]}': the amount is whole fen, below 2^63")
        if not self.id or not self.beneficiary:
            raise UsageError("an entry has an id and a beneficiary")
        if (self.kind == "succession") is not bool(self.formerly):
            raise UsageError(f"entry '{self.id[:80]}': a succession, and no other entry, says what was formerly")
        if self.currency and not _CODE.fullmatch(self.currency):
            raise UsageError(f"entry '{self.id[:80]}': '{self.currency[:40]}' is no code of a currency")
        for day in (self.decided, self.paid_on):
            if day and not _is_day(day):
                raise UsageError(f"entry '{self.id[:80]}': '{day[:40]}' is no day, YYYY-MM-DD")

    @property
    def day(self) -> str:
        """The day that counts in time: when it was decided, or else paid."""
        return self.decided or self.paid_on

    def written(self) -> str:
        """Write it as canonical JSON: what is empty is left out, keys in order."""
        tree = {key: value for key, value in asdict(self).items() if value not in ("", {}, 0)}
        return json.dumps(tree, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


NAMES: Final = frozenset(one.name for one in fields(Entry))


def read_entry(text: str) -> Entry:
    """Read an entry from its JSON. Raises `UsageError` for what is none."""
    try:
        tree = json.loads(text)
    except ValueError:
        raise UsageError(f"no entry: '{text[:80]}'") from None
    if not isinstance(tree, dict):
        raise UsageError(f"no entry: '{text[:80]}'")
    unknown = sorted(tree.keys() - NAMES)
    if unknown or not {"kind", "id", "beneficiary"} <= tree.keys():
        raise UsageError(f"no entry: {'unknown key ' + unknown[0] if unknown else 'it has kind, id and beneficiary'}")
    if not all(
        isinstance(value, int if key == "fen" else dict if key == "marks" else str) for key, value in tree.items()
    ):
        raise UsageError(f"no entry: '{text[:80]}'")
    marks = {key: tuple(value) for key, value in tree.pop("marks", {}).items()}
    return Entry(**tree, marks=marks)


def linked(previous: str, written: str) -> str:
    """Return the digest of an entry in the chain: of the one before it and of what it says."""
    return hashlib.sha256(f"{previous}\n{written}".encode()).hexdigest()


def _is_day(text: str) -> bool:
    try:
        parse_date(text)
    except QuantityError:
        return False
    return True
