"""How much work a bad input takes: the worst of all in `tests/bad`, once imported, as time and as memory.

    python -m benchmarks.bad        prints, as JSON, the worst and the unit in seconds, which is worst, and MiB

The unit is what evaluating the largest example takes. Memory is the most that the process held over what it held when
everything was imported and one good rule file, case and guide had been read.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from subsidy_rules import Case, evaluate, load_policies
from tests.bad import page

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES: Final = Path(__file__).resolve().parents[1] / "examples"
TIMES: Final = 3


def quickest(function: Callable[[], object]) -> float:
    """Return the lowest time of a few calls, in seconds."""
    spent = []
    for _ in range(TIMES):
        start = time.perf_counter()
        function()
        spent.append(time.perf_counter() - start)
    return min(spent)


def held() -> float:
    """Return the most that this process has held so far, in MiB."""
    status = Path("/proc/self/status")
    if status.is_file():  # what `getrusage` says there begins with what the process held that started this one
        line = next(line for line in status.read_text("utf-8").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    """Read every bad input, and print what the worst takes."""
    from subsidy_rules.sheets import cells  # noqa: F401 - imported, as the rest of the library is

    page.problems_of(page.names()[0])
    names = [name for name in page.names() if not name.startswith("checks/")]  # those are not refused
    before = held()
    worst, which = max((quickest(lambda name=name: page.problems_of(name)), name) for name in names)  # type: ignore[misc]
    more = held() - before
    policies, largest = load_policies(), max(EXAMPLES.glob("*.yaml"), key=lambda file: file.stat().st_size)
    unit = quickest(lambda: evaluate(Case.load(largest), policies).to_json())
    said = {"worst": worst, "which": which, "unit": unit, "largest": largest.stem, "mib": more, "inputs": len(names)}
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main()
