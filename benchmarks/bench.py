"""`make bench`: how fast, as ratios to something measured in the same run, and whether every figure is right.

    python -m benchmarks.bench [--cases N] [--write docs/benchmarks.md] [--start]

The unit of one case is `hand.by_hand`. Passes over the same cases take turns, and the pass with the lowest median
counts, so that a busy machine moves both sides. The peer is GoRules ZEN, where it is installed and `../shared/bench`
holds its graph of the same clauses; what could not be run is listed.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TypeVar

from benchmarks import chart, p12
from benchmarks.hand import by_hand
from subsidy_rules import Calculator, Case, Range, evaluate, load_policies
from subsidy_rules.award import untrusted

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT.parent / "shared" / "bench"
PASSES, STARTS = 7, 15


@dataclass(frozen=True)
class Row:
    """One figure: what was measured, as a ratio to what, and the ratio wished for."""

    what: str
    unit: str
    ratio: float
    wish: float
    least: bool = False

    @property
    def met(self) -> bool:
        """Whether it is as wished: at most so much, or at least."""
        return self.ratio >= self.wish if self.least else self.ratio <= self.wish


def median_of(function: Callable[[T], object], inputs: Sequence[T], *, asked: int = 3) -> float:
    """Return the median time of a call over the inputs, in nanoseconds.

    Each is asked about so many times in a row and its quickest call counts: what is measured is the work, not how long
    it takes to fetch a case from among thousands.
    """
    clock, times = time.perf_counter_ns, []
    for one in inputs:
        spent = []
        for _ in range(asked):
            start = clock()
            function(one)
            spent.append(clock() - start)
        times.append(min(spent))
    return median(times)


def ratios(unit: Callable[[], float], others: Iterable[Callable[[], float]]) -> list[float]:
    """Return each one's lowest figure as a ratio to the unit's lowest, measured in turns."""
    runs = [unit, *others]
    gc.collect()
    found = [[run() for run in runs] for _ in range(PASSES)]
    lowest = [min(column) for column in zip(*found, strict=True)]
    return [one / lowest[0] for one in lowest[1:]]


def one_case(count: int) -> tuple[list[Row], list[str], int]:
    """Measure one case of P12, itemised; return the rows, what could not be run, and how many figures are wrong."""
    rng = random.Random(20261130)  # noqa: S311 - cases need to repeat, not to be secret
    drawn = [p12.facts(rng) for _ in range(count)]
    trees = [p12.case(one) for one in drawn]
    policies = load_policies(ROOT / "benchmarks" / "p12.yaml")
    calculator = Calculator(policies)
    cases = [Case.from_dict(tree) for tree in trees]
    wrong = 0
    for one, case in zip(drawn, cases, strict=True):
        figures, (amounts, counts, total) = calculator.figures(case), by_hand(one)
        same = {award.sentence.id: award.gross.lo for award in figures.awards} == amounts
        chosen = {award.sentence.id for award in figures.awards if award.status == "outranked"} ^ set(amounts)
        alone = {name for name in ("xa30_3_8", "xa30_3_9", "xa31_3_4", "xy70_10") if name in amounts}
        zero = {name for name, amount in amounts.items() if not amount}
        right = chosen - alone - zero == ({counts} if counts else set())
        wrong += not (figures.quick and same and right and figures.total == Range(Fraction(total), Fraction(total)))

    def strictly(tree: dict[str, object]) -> object:
        return calculator.figures(Case.from_dict(tree))

    def unmet() -> float:
        """Measure cases in which hardly a figure was met before."""
        untrusted._READERS.clear()  # noqa: SLF001 - what was met is forgotten
        return median_of(Calculator(policies).figures, trees[: count // 4], asked=1)

    some, few = cases[: count // 20], trees[: count // 20]
    peers, missing = zen_peers(drawn)
    figures_, traced, read, new, strict, whole, *zen = ratios(
        lambda: median_of(by_hand, drawn),
        [
            lambda: median_of(calculator.figures, cases),
            lambda: median_of(calculator.traced, cases),
            lambda: median_of(calculator.figures, few),
            unmet,
            lambda: median_of(strictly, few),
            lambda: median_of(lambda case: evaluate(case, policies), some),
            *peers,
        ],
    )
    rows = [
        Row("one case, itemised (`figures`)", "by hand", figures_, 1.5),
        Row("with what each step leaves (`traced`)", "by hand", traced, 2.5),
        Row("from an untrusted dict (`figures`), its figures met before", "by hand", read, 6),
        Row("the same, each figure met for the first time", "by hand", new, float("inf")),
        Row("the same, read strictly (`Case.from_dict` and `figures`)", "by hand", strict, float("inf")),
        Row("the whole record (`evaluate`)", "by hand", whole, float("inf")),
    ]
    if zen:
        rows += [
            Row("one case, itemised", "GoRules ZEN's time is so many times ours", zen[0] / figures_, 10, least=True),
            Row("with trace", "GoRules ZEN's time is so many times ours", zen[1] / traced, 10, least=True),
        ]
    return rows, missing, wrong


def zen_peers(drawn: Sequence[dict[str, int]]) -> tuple[list[Callable[[], float]], list[str]]:
    """Return the peer's runs over the same cases (plain and traced), or what is missing for them."""
    if not PEERS.is_dir() or importlib.util.find_spec("zen") is None:
        return [], ["GoRules ZEN: not installed (`pip install zen-engine`), or no `../shared/bench` beside this folder"]
    sys.path.insert(0, str(PEERS))
    import zen
    from common import to_natural
    from peers.zen_p12 import graph

    engines = [
        zen.ZenEngine({"loader": {"type": "static", "content": {"p": graph(1, layout)[0]}}})
        for layout in ("one", "nodes")
    ]
    natural = [to_natural(one) for one in drawn[: len(drawn) // 10]]

    def fastest(options: dict[str, bool]) -> Callable[[], float]:
        def ask(engine: zen.ZenEngine, case: dict[str, object]) -> object:
            return engine.evaluate("p", case, options)

        return lambda: min(median_of(partial(ask, engine), natural) for engine in engines)

    return [fastest({}), fastest({"trace": True})], []


def start_up() -> list[Row]:
    """Measure fresh interpreters: the import, the first result, the help.

    As after an installation, all bytecode is there; what the library keeps is there too, but for one row.
    """
    packs = "from subsidy_rules import Case, evaluate, load_policies; policies = load_policies()"
    first = f"{packs}; evaluate(Case.load('examples/xian_enterprise.yaml'), policies)"
    with tempfile.TemporaryDirectory() as folder:
        env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        env |= {"PYTHONPYCACHEPREFIX": f"{folder}/bytecode", "SUBSIDY_RULES_CACHE": f"{folder}/kept"}

        def run(*command: str, **changed: str) -> Callable[[], float]:
            def once() -> float:
                start = time.perf_counter()
                subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env=env | changed)  # noqa: S603
                return time.perf_counter() - start

            once()
            return once

        def python(code: str, **changed: str) -> Callable[[], float]:
            return run(sys.executable, "-c", code, **changed)

        anew = python(first, SUBSIDY_RULES_CACHE="0")
        runs = [python("pass"), python("import pydantic, yaml"), python(packs), python(first), anew]
        lowest = [min(times) for times in zip(*([one() for one in runs] for _ in range(STARTS)), strict=True)]
        unit, *timed = (one - lowest[0] for one in lowest[1:])
        empty = Path(folder, "empty.py")
        empty.write_text("import typer\napp = typer.Typer()\n@app.command()\ndef main() -> None: ...\napp()\n", "utf-8")
        console = str(Path(sys.executable).with_name("subsidy-rules"))
        (help_,) = ratios(run(sys.executable, str(empty), "--help"), [run(console, "--help")])
    return [
        Row("import and the four packs", "`import pydantic, yaml`", timed[0] / unit, 1.5),
        Row("import, the packs and a first result", "`import pydantic, yaml`", timed[1] / unit, 2),
        Row("the same with nothing kept", "`import pydantic, yaml`", timed[2] / unit, float("inf")),
        Row("`--help`", "`--help` of an empty typer program", help_, 1.2),
    ]


def bad_inputs() -> list[Row]:
    """Measure the worst of all bad inputs, in a process of its own."""
    ran = subprocess.run([sys.executable, "-m", "benchmarks.bad"], check=True, capture_output=True, cwd=ROOT)
    found = json.loads(ran.stdout)
    unit = f"evaluating the largest example (`{found['largest']}`); worst is `{found['which']}`"
    return [
        Row(f"the worst of {found['inputs']} bad inputs", unit, found["worst"] / found["unit"], 1),
        Row("memory over that of the import, all of them in a row", "MiB", found["mib"], 50),
    ]


def growth() -> list[Row]:
    """Measure a policy a hundred times as long: 1,200 clauses against 12."""
    text = (ROOT / "benchmarks" / "p12.yaml").read_text("utf-8")
    head, _, rest = text.partition("\nclauses:\n")
    clauses, _, tail = rest.partition("\ncumulation:\n")
    rng = random.Random(12)  # noqa: S311
    cases = [Case.from_dict(p12.case(p12.facts(rng))) for _ in range(200)]
    times = []
    for copies in (1, 100):
        parts = [clauses.replace("- id: ", f"- id: c{n}_") for n in range(copies)]
        names = [
            line.removeprefix("- id: ") for part in parts for line in part.splitlines() if line.startswith("- id: ")
        ]
        alone = {"xa30_3_8", "xa30_3_9", "xa31_3_4", "xy70_10"}
        grouped = [name for name in names if name.partition("_")[2] not in alone]
        before, _, after = tail.partition("  clauses: ")
        cumulation = f"{before}  clauses: [{', '.join(grouped)}]\n{after.partition(chr(10))[2]}"
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "p12.yaml")
            file.write_text(f"{head}\nclauses:\n{''.join(parts)}\ncumulation:\n{cumulation}", "utf-8")
            calculator = Calculator(load_policies(file))
        times.append(min(median_of(calculator.figures, cases) for _ in range(PASSES)))
    return [Row("1,200 clauses", "12 clauses", times[1] / times[0], 100)]


def shown(rows: Iterable[Row]) -> list[str]:
    """Write rows as a table."""
    made = ["| what | unit | ratio | wished | |", "|---|---|---|---|---|"]
    for row in rows:
        wish = "reported" if row.wish == float("inf") else f"{'≥' if row.least else '≤'} {row.wish:g}"
        made.append(f"| {row.what} | {row.unit} | {row.ratio:.2f} | {wish} | {'yes' if row.met else '**no**'} |")
    return made


def bars(rows: Iterable[Row]) -> list[chart.Bar]:
    """Return the figures of which something is wished, each as its share of that."""
    wished = [row for row in rows if row.wish != float("inf")]
    share = [(row.wish / row.ratio if row.least else row.ratio / row.wish) for row in wished]
    said = [f"{row.ratio:.2f} ({'≥' if row.least else '≤'} {row.wish:g})" for row in wished]
    plain = [row.what.replace("`", "") + (", against ZEN" if row.least else "") for row in wished]
    return list(zip(plain, share, said, strict=True))


def main() -> None:
    """Measure, print, and write the page where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=4000, help="how many random cases of P12")
    parser.add_argument("--write", type=Path, help="the page whose table and machine are replaced")
    parser.add_argument("--start", action="store_true", help="measure the start alone, and print it")
    given = parser.parse_args()
    if given.start:
        sys.stdout.write("\n".join(shown(start_up())) + "\n")
        return
    rows, missing, wrong = one_case(given.cases)
    right = f"{given.cases - wrong} of {given.cases} cases right to the fen, by award, choice and total"
    rows += start_up() + growth() + bad_inputs()
    versions = ", ".join(f"{name} {version(name)}" for name in ("pydantic", "pyyaml", "typer"))
    if importlib.util.find_spec("zen"):
        versions += f", zen-engine {version('zen-engine')}"
    about = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {versions}"
    lines = [f"{right}. {about}.", "", *shown(rows), "", "Not run: " + ("; ".join(missing) or "nothing") + "."]
    sys.stdout.write("\n".join(lines) + "\n")
    if given.write:
        before, mark, _ = given.write.read_text("utf-8").partition("<!-- measured -->")
        given.write.write_text(f"{before}{mark}\n\n" + "\n".join(lines) + "\n", "utf-8")
        given.write.with_suffix(".svg").write_text(chart.svg(bars(rows)), "utf-8")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
