"""Mutants: the code is changed in one place at a time, and the tests have to notice.

    python -m tests.mutants.run ROOM [--sample N --seed S] [--only MODULE] [--seconds T] [--again FILE] [--tests TEST …]
        [--more TEST …]

ROOM is `values`, `mechanisms` or `award`. The changes are those of mutmut (`pip install mutmut`); the running is ours,
as the whole suite takes minutes: the tests are collected once, coverage says which test reaches which line, and for
each mutant a forked process puts the changed code into the function that everyone already holds and runs the tests that
reach it, those of its own module first, until one fails. What is decorated is changed as well, which mutmut leaves out.

A mutant survives if every one of them passes. What is printed for it is the change, for a person to judge.
"""

from __future__ import annotations

import argparse
import difflib
import functools
import gc
import importlib
import json
import os
import random
import signal
import sys
import time
import warnings
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final

import coverage
import hypothesis
import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import get_ignored_lines

import subsidy_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

SOURCE: Final = Path(subsidy_rules.__file__).parent
TOLD: Final = "tests/test_bad.py::test_what_is_told"
FUZZ: Final = "tests/fuzz/test_inputs.py::test_the_kept_inputs"
TESTS: Final = {
    "values": ["tests/values", "tests/test_errors.py", "tests/facts", TOLD, FUZZ],
    "mechanisms": ["tests/mechanisms", "tests/award/test_engine.py", "tests/semantics", TOLD, FUZZ],
    "award": ["tests/award", "tests/test_clauses.py", "tests/semantics", "--ignore=tests/award/test_explained.py"],
}
"""The tests that are asked of each room, of those in the everyday suite that are quick."""
_LAST: Final = 10**6
DECORATED: Final = ("__wrapped__", "fget", "__func__", "func")
NOTICED, PASSED, STUCK = range(3)


@dataclass(frozen=True)
class Mutant:
    """A function with one change: where it is, its text before and after, the lines of the change and of it all."""

    module: str
    name: str
    before: str
    after: str
    lines: range
    body: range

    def __str__(self) -> str:
        changed = difflib.unified_diff(self.before.splitlines(), self.after.splitlines(), n=0, lineterm="")
        told = [line for line in changed if line[:1] in "+-" and line[:3] not in ("+++", "---")]
        return "\n".join([f"{self.module}.{self.name}:{self.lines[0]}", *told])


class Visitor(MutationVisitor):  # type: ignore[misc] # mutmut has no types
    """mutmut's, which goes into decorated functions too; what decorates them stays."""

    METADATA_DEPENDENCIES = MutationVisitor.METADATA_DEPENDENCIES

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef) and node.decorators:
            return False
        return bool(super()._skip_node_and_children(node))


def mutants_of(path: Path) -> list[Callable[[], Mutant]]:
    """Return what makes each mutant of a module's functions and methods; to write one out takes a while."""
    text = path.read_text(encoding="utf-8")
    wrapper = MetadataWrapper(cst.parse_module(text))
    visitor = Visitor(mutation_operators, get_ignored_lines(str(path), text, wrapper, None))
    wrapper.visit(visitor)
    positions = wrapper.resolve(PositionProvider)
    module = "subsidy_rules." + ".".join(path.relative_to(SOURCE).with_suffix("").parts)
    names = {id(node): name for name, node in _functions(wrapper.module)}

    def write(function: cst.FunctionDef, old: cst.CSTNode, new: cst.CSTNode) -> Mutant:
        changed = cst.ensure_type(function.deep_replace(old, new), cst.FunctionDef)
        body, found = _range(positions[function]), positions.get(old)
        lines = body if found is None else _range(found)
        return Mutant(module, names[id(function)], _code(function), _code(changed), lines, body)

    return [
        functools.partial(write, function, mutation.original_node, mutation.mutated_node)
        for mutation in visitor.mutations
        if (function := mutation.contained_by_top_level_function) is not None and id(function) in names
    ]


def _range(place: Any) -> range:
    return range(place.start.line, place.end.line + 1)


def _loads_policies(cached: Any) -> bool:
    """Whether a function that keeps its result has no argument and returns policies."""
    inner = cached.__wrapped__
    return getattr(inner, "__annotations__", {}).get("return") == "Policies" and not inner.__code__.co_argcount


def ordered(names: set[str], mutant: Mutant, times: Mapping[str, float]) -> list[str]:
    """Put the tests of the same module first, then those of its room, each the quickest first."""
    _, room, module = mutant.module.split(".")
    return sorted(
        names, key=lambda name: (f"test_{module}" not in name, f"/{room}/" not in name, times.get(name, _LAST))
    )


def _functions(module: cst.Module) -> Iterator[tuple[str, cst.FunctionDef]]:
    for statement in module.body:
        if isinstance(statement, cst.FunctionDef):
            yield statement.name.value, statement
        elif isinstance(statement, cst.ClassDef) and isinstance(statement.body, cst.IndentedBlock):
            for inner in statement.body.body:
                if isinstance(inner, cst.FunctionDef):
                    yield f"{statement.name.value}.{inner.name.value}", inner


def _code(function: cst.FunctionDef) -> str:
    return str(cst.Module(body=[function.with_changes(decorators=[], leading_lines=[])]).code)


def function_of(module: str, name: str) -> FunctionType:
    """Find the function that everyone holds, under whatever decorates it."""
    found: Any = importlib.import_module(module)
    owner, _, last = name.rpartition(".")
    found = vars(getattr(found, owner) if owner else found)[last]
    while not isinstance(found, FunctionType) or hasattr(found, "__wrapped__"):
        found = next(getattr(found, one) for one in DECORATED if hasattr(found, one))
    return found


def made(mutant: Mutant, text: str) -> FunctionType:
    """Make the function of a text, as a method if it is one."""
    owner, _, last = mutant.name.rpartition(".")
    source = f"class {owner}:\n{indent(text, '    ')}" if owner else text
    scope = dict(vars(importlib.import_module(mutant.module)))
    flags = importlib.import_module("__future__").annotations.compiler_flag
    exec(compile(source, mutant.module, "exec", flags=flags, dont_inherit=True), scope)  # noqa: S102 - our own code
    found: Any = scope[owner].__dict__[last] if owner else scope[last]
    return getattr(found, "__func__", found)  # type: ignore[no-any-return]


def put(mutant: Mutant) -> bool:
    """Put the changed code into the function; whether that changes anything."""
    function, changed, same = (
        function_of(mutant.module, mutant.name),
        made(mutant, mutant.after),
        made(mutant, mutant.before),
    )
    if (changed.__code__, changed.__defaults__, changed.__kwdefaults__) == (
        same.__code__,
        same.__defaults__,
        same.__kwdefaults__,
    ):
        return False
    function.__code__ = changed.__code__
    function.__defaults__, function.__kwdefaults__ = changed.__defaults__, changed.__kwdefaults__
    return True


class Runner:
    """A pytest plugin: instead of running what was collected, it runs it once to see what it reaches, then mutants."""

    def __init__(self, room: str, mutants: list[Mutant], seconds: float, cache: Path) -> None:
        self.room, self.mutants, self.seconds, self.cache = room, mutants, seconds, cache
        self.failed = False
        self.survivors: list[Mutant] = []
        self.counts = {"noticed": 0, "survived": 0, "stuck": 0, "same": 0, "not reached": 0}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed |= report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        reached, times = self.measured(list(items.values()))
        self.caches = [one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper)]
        if self.room == "award":  # policies are made by the rooms before it: they are loaded once
            loaders = [one for one in self.caches if _loads_policies(one)]
            for load in loaders:
                load()
            self.caches = [one for one in self.caches if one not in loaders]
        gc.collect()
        gc.freeze()
        for number, mutant in enumerate(self.mutants):
            names: set[str] = set()
            for lines in (mutant.lines, mutant.body):  # no test is said to reach what stands at the head of a function
                names = names or {name for line in lines for name in reached.get((mutant.module, line), ())}
            names = (names & items.keys()) | (items.keys() - times.keys())
            said = self.outcome(mutant, [items[name] for name in ordered(names, mutant, times)])
            self.counts[said] += 1
            if said in ("survived", "not reached"):
                self.survivors.append(mutant)
                sys.stderr.write(f"-- {said} \n{mutant}\n")
            if number % 20 == 19:
                sys.stderr.write(f"== {number + 1} of {len(self.mutants)}: {self.counts}\n")
            sys.stderr.flush()
        return True

    def measured(self, items: Sequence[pytest.Item]) -> tuple[dict[tuple[str, int], set[str]], dict[str, float]]:
        """Run every test once, in a process of its own; return which of them reach a line, and how long each takes."""
        if not self.cache.exists():
            child = os.fork()
            if child == 0:
                try:
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore")
                        self.cache.write_text(json.dumps(self.watched(items)), encoding="utf-8")
                finally:
                    os._exit(0)
            os.waitpid(child, 0)
        found, times = json.loads(self.cache.read_text(encoding="utf-8"))
        split = {(key.rpartition(":")[0], int(key.rpartition(":")[2])): set(names) for key, names in found.items()}
        return split, times

    def watched(self, items: Sequence[pytest.Item]) -> tuple[dict[str, list[str]], dict[str, float]]:
        """Run every test under coverage, and forget what it reached of those that fail."""
        watch = coverage.Coverage(data_file=None, source=[str(SOURCE / self.room)], branch=False, messages=False)
        lines: defaultdict[str, list[str]] = defaultdict(list)
        times: dict[str, float] = {}
        for item in items:
            start, self.failed = time.process_time(), False
            watch.erase()
            watch.start()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            watch.stop()
            times[item.nodeid] = time.process_time() - start
            if self.failed:
                sys.stderr.write(f"left out, as it fails: {item.nodeid}\n")
                continue
            data = watch.get_data()
            for file in data.measured_files():
                module = f"subsidy_rules.{self.room}.{Path(file).stem}"
                for line in data.lines(file) or ():
                    lines[f"{module}:{line}"].append(item.nodeid)
        return lines, times

    def outcome(self, mutant: Mutant, order: Sequence[pytest.Item]) -> str:
        """Run the tests that reach a mutant, in a process of its own."""
        if not order:
            return "not reached"
        child = os.fork()
        if child == 0:
            os._exit(self.noticed(mutant, order))
        started = time.monotonic()
        while True:
            found, status = os.waitpid(child, os.WNOHANG)
            if found:
                break
            if time.monotonic() - started > self.seconds * 4 + 60:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return "stuck"
            time.sleep(0.003)
        code = os.waitstatus_to_exitcode(status)
        return {0: "survived", 3: "same"}.get(code, "noticed")

    def noticed(self, mutant: Mutant, order: Sequence[pytest.Item]) -> int:
        """Put a mutant in and run tests until one fails: 1 if it does, 0 if none does, 3 if nothing was changed."""
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        signal.setitimer(signal.ITIMER_VIRTUAL, 2 * self.seconds + 5)
        try:
            if not put(mutant):
                return 3
        except SyntaxError:
            return 1
        for one in self.caches:
            one.cache_clear()
        started = time.process_time()
        for item in order:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            if self.failed:
                return 1
            if time.process_time() - started > self.seconds:
                break
        return 0


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("room", choices=TESTS)
    parser.add_argument("--sample", type=int, default=0, help="so many mutants, chosen at random; 0 for all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--again", type=Path, help="what an earlier run printed: only its survivors")
    parser.add_argument("--tests", nargs="*", default=[], help="these are asked, instead of those of the room")
    parser.add_argument("--more", nargs="*", default=[], help="tests that were not measured; they are asked last")
    parser.add_argument("--only", default="", help="a module of the room")
    parser.add_argument("--seconds", type=float, default=60, help="of processor time for the tests of one mutant")
    parser.add_argument("--cache", type=Path, help="a file that keeps which tests reach what")
    given = parser.parse_args(argv)
    files = sorted(path for path in (SOURCE / given.room).glob("*.py") if given.only in ("", path.stem))
    writers = [write for path in files for write in mutants_of(path)]
    random.Random(given.seed).shuffle(writers)
    mutants = [write() for write in writers[: given.sample or len(writers)]]
    if given.again:
        printed = given.again.read_text(encoding="utf-8")
        mutants = [mutant for mutant in mutants if f"\n{mutant}\n" in printed]
    cache = given.cache or Path("build") / f"mutants-{given.room}.json"
    cache.parent.mkdir(parents=True, exist_ok=True)
    runner = Runner(given.room, mutants, given.seconds, cache)
    hypothesis.settings.register_profile("mutants", deadline=None, derandomize=True, database=None, max_examples=40)
    hypothesis.settings.load_profile("mutants")
    pytest.main(
        [
            "-q",
            "-s",
            "-p",
            "no:cacheprovider",
            "-W",
            "ignore::pytest.PytestAssertRewriteWarning",
            "-m",
            "not slow and not random",
            "--no-header",
            *(given.tests or TESTS[given.room]),
            *given.more,
        ],
        plugins=[runner],
    )
    counts = runner.counts
    real = sum(counts.values()) - counts["same"]
    score = (counts["noticed"] + counts["stuck"]) / max(real, 1)
    sys.stdout.write(f"{given.room}: {real:,} mutants, {score:.1%} noticed; {counts}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
