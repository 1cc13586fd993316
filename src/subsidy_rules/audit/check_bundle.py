"""Check an evidence bundle: every digest, every sum, every step. It needs Python 3.9 or later and nothing else.

    python check.py            in the folder that the bundle was unpacked into
    python check.py BUNDLE.zip

It prints what it checked and leaves with 0, or says what differs and leaves with 1.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple, Union

Files = Dict[str, bytes]
Tree = Union[str, List[Any]]

SUMS = "SHA256SUMS"
RESULT = "results/audit.json"
FIXED = (1980, 1, 1, 0, 0, 0)


def packed(files: Files) -> bytes:
    """Write files as the bundle is written, so that its very bytes can be compared."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as bundle:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, FIXED)
            info.create_system = 3
            info.external_attr = 0o644 << 16
            bundle.writestr(info, files[name])
    return made.getvalue()


def read(given: Optional[str]) -> Tuple[Files, List[str]]:
    """Return the files of a bundle or of a folder, and what is wrong with the bundle itself."""
    if given is None:
        here = Path(__file__).resolve().parent
        names = [path for path in here.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        return {path.relative_to(here).as_posix(): path.read_bytes() for path in names}, []
    raw = Path(given).read_bytes()
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as bundle:
            files = {name: bundle.read(name) for name in bundle.namelist()}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError) as error:
        return {}, [f"the bundle cannot be read: {error}"]
    return files, [] if packed(files) == raw else ["the bundle is not as it was written"]


def sums(files: Files) -> bytes:
    """Return the digests as the bundle lists them."""
    lines = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files) if name != SUMS]
    return "".join(lines).encode()


def digests(files: Files) -> List[str]:
    """Say which files differ from their digests."""
    if SUMS not in files:
        return ["there is no " + SUMS]
    stated = files[SUMS]
    if stated == sums(files):
        return []
    listed = {}
    for line in stated.decode("utf-8", "replace").splitlines():
        digest, _, name = line.partition("  ")
        listed[name] = digest
    wrong = []
    for name in sorted({*files, *listed} - {SUMS}):
        if name not in files:
            wrong.append(f"{name} is missing")
        elif name not in listed:
            wrong.append(f"{name} is not listed")
        elif listed[name] != hashlib.sha256(files[name]).hexdigest():
            wrong.append(f"{name} was changed")
    return wrong or [f"{SUMS} was changed"]


def value(tree: Tree) -> Fraction:
    """Return what a tree of arithmetic comes to, in the smallest unit of money."""
    if isinstance(tree, str):
        return Fraction(tree)
    sign, parts = tree[0], [value(part) for part in tree[1:]]
    if sign == "min":
        return min(parts)
    if sign == "max":
        return max(parts)
    first, second = parts
    if sign == "+":
        return first + second
    if sign == "-":
        return first - second
    return first * second if sign == "*" else first / second


def rounded(exact: Fraction, unit: int, mode: str) -> Fraction:
    """Round to a unit, half up, down or up."""
    whole = exact / unit
    down = whole.numerator // whole.denominator
    rest = whole - down
    up = rest > 0 if mode == "up" else rest >= Fraction(1, 2) if mode == "half_up" else False
    return Fraction((down + up) * unit)


def verdict(one: Dict[str, Any], smallest: int) -> List[str]:
    """Say what does not add up in one verdict."""
    paid, cut, short = (Fraction(one[key]) for key in ("paid", "cut", "short"))
    least, most = (None if one["due"][end] is None else Fraction(one["due"][end]) for end in ("min", "max"))
    amounts = [Fraction(line["amount"]) for line in one["lines"] if line["amount"] is not None]
    kept, name, test = one["expression"], one["class"], one["test"]
    due = None if kept is None else rounded(value(kept["tree"]), kept["unit"], kept["mode"]) / smallest
    above = most is not None and cut == paid - most and cut > 0
    below = least is not None and short == least - paid and short > 0
    within = least is not None and most is not None and least <= paid <= most
    checks = (
        (sum(amounts, Fraction(0)) == paid, "its lines do not come to what is paid"),
        (kept is None or due == most, "its steps do not come to what is due"),
        (name != "too_much" or above, "what to cut is not what was paid above what is due"),
        (name != "too_little" or below, "what is short is not what is due above what was paid"),
        (name != "not_eligible" or cut == paid, "nothing is due, and not all is to be cut"),
        (name != "right" or test == "none" or within, "it is not what is due"),
    )
    return [f"{', '.join(one['places'])}: {said}" for holds, said in checks if not holds]


def added(files: Files) -> Tuple[List[str], str]:
    """Say what does not add up in the results, and how much was added again."""
    result = json.loads(files[RESULT])
    verdicts = result["verdicts"]
    smallest = 10 ** result["digits"]
    wrong = [said for one in verdicts for said in verdict(one, smallest)]
    for name, kept in result["classes"].items():
        own = [one for one in verdicts if one["class"] == name]
        lines = sum(len(one["lines"]) for one in own)
        paid = sum((Fraction(one["paid"]) for one in own), Fraction(0))
        if (kept["verdicts"], kept["lines"], Fraction(kept["paid"])) != (len(own), lines, paid):
            wrong.append(f"the summary of '{name}' does not come to its verdicts")
    if sum(kept["lines"] for kept in result["classes"].values()) != result["lines"]:
        wrong.append("not every line has a verdict")
    steps = sum(one["expression"] is not None for one in verdicts)
    return wrong, f"{len(verdicts)} verdicts, {steps} added again step by step"


def main(arguments: List[str]) -> int:
    """Check, and say what was found."""
    files, wrong = read(arguments[0] if arguments else None)
    wrong = wrong or digests(files)
    told = ""
    if not wrong:
        wrong, told = added(files)
    for one in wrong:
        sys.stdout.write(f"WRONG {one}\n")
    if not wrong:
        sys.stdout.write(f"OK {len(files)} files; {told}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
