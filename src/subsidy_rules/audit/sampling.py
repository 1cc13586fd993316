"""Which lines to look into by hand: a seeded plan that another auditor can draw again and get the same.

Nothing is random but the seed: the order of a draw is that of SHA-256 of the seed and the place of a line.

- `random`: every line has the same chance.
- `monetary`: every unit of money has the same chance; one line in each interval of the money paid, and each line that
  is as large as an interval for sure.
- `stratified`: lines in bands of ten times the amount; each band gets its part of the sample by the money in it, one at
  least.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from typing import Final, Literal, TypeAlias

from subsidy_rules.audit.lines import PaidLine
from subsidy_rules.errors import UsageError
from subsidy_rules.values.quantity import ZERO

Method: TypeAlias = Literal["random", "monetary", "stratified"]
METHODS: Final[tuple[Method, ...]] = ("random", "monetary", "stratified")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line that was drawn, by which method, and why: its rank, the unit of money that hit it, or its band."""

    method: Method
    line: PaidLine
    why: str


def draw(lines: Sequence[PaidLine], size: int, seed: str) -> tuple[Drawn, ...]:
    """Draw `size` lines by each method from those that pay something. Raises `UsageError` for a size below one."""
    if size < 1:
        raise UsageError(f"a sample has at least one line, not {size}")
    paying = [line for line in lines if line.tested is not None and line.tested.fen > ZERO]
    if not paying:
        return ()
    return (*_random(paying, size, seed), *_monetary(paying, size, seed), *_stratified(paying, size, seed))


def _rank(seed: str, line: PaidLine) -> str:
    return sha256(f"{seed}\n{line.place}".encode()).hexdigest()


def _fen(line: PaidLine) -> int:
    return int(line.tested.fen) if line.tested is not None else 0


def _chosen(lines: Sequence[PaidLine], size: int, seed: str) -> list[PaidLine]:
    """Return the first lines by rank, in the order of the list."""
    kept = {line.place for line in sorted(lines, key=lambda line: _rank(seed, line))[:size]}
    return [line for line in lines if line.place in kept]


def _random(lines: Sequence[PaidLine], size: int, seed: str) -> list[Drawn]:
    return [Drawn("random", line, _rank(seed, line)[:12]) for line in _chosen(lines, size, seed)]


def _monetary(lines: Sequence[PaidLine], size: int, seed: str) -> list[Drawn]:
    whole = sum(map(_fen, lines))
    step = Fraction(whole, size)
    start = Fraction(int(sha256(f"{seed}\nmonetary".encode()).hexdigest(), 16) % max(1, int(step)))
    hits = [start + step * number for number in range(size)]
    found: list[Drawn] = []
    end, at = 0, 0
    for line in lines:
        end += _fen(line)
        first = at
        while at < size and hits[at] < end:
            at += 1
        if at > first:
            found.append(Drawn("monetary", line, f"{int(hits[first]) + 1}/{whole}"))
    return found


def _stratified(lines: Sequence[PaidLine], size: int, seed: str) -> list[Drawn]:
    bands: dict[int, list[PaidLine]] = {}
    for line in lines:
        bands.setdefault(len(str(_fen(line))), []).append(line)
    whole = sum(map(_fen, lines))
    found: list[Drawn] = []
    for digits in sorted(bands):
        band = bands[digits]
        share = -(-size * sum(map(_fen, band)) // whole)
        name = f"10^{digits - 1}–10^{digits}"
        found += [Drawn("stratified", line, name) for line in _chosen(band, min(len(band), max(1, share)), seed)]
    return found
