"""Results that are kept and replayed: each with its case, in `tests/audit/results`.

    python -m tests.audit.kept        writes a result for each case there that has none

The files never change: a result that is no longer equal is a change of law, of an amount or of what a result says, and
is looked at. `NAME.yaml` is the case, `NAME.json` its result; the first line of the case says of which packs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from subsidy_rules import Case, evaluate, load_policies

ROOT: Final = Path(__file__).parents[2]
RESULTS: Final = Path(__file__).parent / "results"


def packs_of(case: Path) -> list[Path]:
    """Return the packs that the first line of a case names, or none: those that ship."""
    first = case.read_text(encoding="utf-8").partition("\n")[0]
    return [ROOT / name for name in first.removeprefix("# packs:").split()] if first.startswith("# packs:") else []


def write() -> None:
    """Write the results that are not there yet."""
    for case in sorted(RESULTS.glob("*.yaml")):
        result = case.with_suffix(".json")
        if not result.exists():
            packs = packs_of(case)
            found = evaluate(Case.load(case), load_policies(packs) if packs else None)
            result.write_text(found.to_json(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write()
