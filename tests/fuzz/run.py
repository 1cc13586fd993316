"""Many changed inputs at one door, from a seed.

    python -m tests.fuzz.run TARGET --count N --seed S [--corpus DIR] [--guided]

TARGET is `money`, `expression`, `case` or `rules`. It begins with the kept inputs, the files of the tests and what is
in DIR; an input with an outcome not seen before is changed in its turn, and written to DIR. `--guided` lets atheris
choose by coverage what is changed further (`pip install atheris`, in the environment of the tests).

Printed at the end: inputs, seed, seconds, distinct outcomes, the slowest input, memory, and of each kind of fault the
smallest input that was found. An input that takes ten seconds, or 2 GB, is a fault. The exit code is 1 if there is any.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import time
import traceback
from collections import Counter
from contextlib import nullcontext
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, Final

from tests.fuzz.mutate import mutate

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

NAMES: Final = ("money", "expression", "case", "rules")
LIMIT: Final = 10
"""Seconds for one input."""
MEMORY: Final = 2 * 2**30
POOL: Final = 3000
ATTEMPTS: Final = 400


WEIGHTS: Final = (1, 3, 6)
"""How often an input is changed that was no text of its kind, one that was refused, one that was taken."""
SYNTAX: Final = ("yaml-syntax", "json-syntax", "bad-encoding", "not-text", "yaml-anchor", "yaml-tag", "yaml-alias")


def depth(outcome: str) -> int:
    """How far an input came: 0 no text of its kind, 1 refused, 2 taken."""
    if outcome.startswith("+"):
        return 2
    return 0 if any(code in outcome for code in SYNTAX) else 1


class Slow(BaseException):
    """An input took too long. Nothing in between may catch it."""


def late(_signal: int, _frame: FrameType | None) -> None:
    raise Slow


class Session:
    """What has been seen so far at one door."""

    def __init__(
        self, run: Callable[[bytes], str], longest: int, corpus: Path | None = None, *, nodes: bool = False
    ) -> None:
        self.run, self.longest, self.corpus, self.nodes = run, longest, corpus, nodes
        self.outcomes: Counter[str] = Counter()
        self.faults: dict[str, bytes] = {}
        self.times: Counter[str] = Counter()
        self.slowest: tuple[float, bytes] = (0.0, b"")
        self.began = time.monotonic()
        signal.signal(signal.SIGALRM, late)

    def outcome(self, data: bytes) -> str:
        """Run one input. A fault is an outcome that begins with `!`."""
        signal.setitimer(signal.ITIMER_REAL, LIMIT)
        try:
            return self.run(data)
        except (Exception, Slow) as error:  # noqa: BLE001 - whatever comes out is what is looked for
            frames = traceback.extract_tb(error.__traceback__)
            place = next((one for one in reversed(frames) if "subsidy_rules" in one.filename), frames[-1])
            law = f" {str(error)[:40]}" if type(error).__name__ == "Broken" else ""
            return f"!{type(error).__name__} {Path(place.filename).name}:{place.lineno}{law}"
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def see(self, data: bytes) -> str | None:
        """Run an input and keep what came of it; return the outcome if it is new."""
        start = time.perf_counter()
        made = self.outcome(data)
        took = time.perf_counter() - start
        if took > self.slowest[0]:
            self.slowest = (took, data)
        if made.startswith("!"):
            self.times[made] += 1
            if len(data) < len(self.faults.get(made, b" " * 10**6)):
                self.faults[made] = data
        self.outcomes[made] += 1
        fresh = self.outcomes[made] == 1
        if fresh and self.corpus is not None:
            (self.corpus / sha256(data).hexdigest()[:16]).write_bytes(data)
        return made if fresh else None

    def smaller(self, fault: str) -> bytes:
        """Take pieces out of an input for as long as the same fault stays."""
        data, size, left = self.faults[fault], len(self.faults[fault]) // 2, ATTEMPTS
        while size and left:
            for start in range(0, len(data), size):
                shorter = data[:start] + data[start + size :]
                left -= 1
                if self.outcome(shorter) == fault:
                    data = shorter
                    break
                if not left:
                    break
            else:
                size //= 2
        return data

    def report(self, name: str, seed: int) -> int:
        """Print the figures and the faults."""
        took, inputs = time.monotonic() - self.began, self.outcomes.total()
        sys.stdout.write(
            f"{name}: {inputs:,} inputs, seed {seed}, {took:.0f} s, {inputs / max(took, 0.001):,.0f}/s, "
            f"{len(self.outcomes):,} outcomes, slowest {self.slowest[0]:.2f} s, {memory()} MB, "
            f"{len(self.faults)} kinds of fault\n"
        )
        for fault in self.faults:
            data = self.smaller(fault)
            sys.stdout.write(f"  {self.times[fault]:,} × {fault}\n    {data!r}\n")
        sys.stdout.flush()
        return 1 if self.faults else 0


def memory() -> int:
    """The most memory used, in MB."""
    import resource  # noqa: PLC0415 - not on every system

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def bound_memory() -> None:
    """Let what asks for too much memory be told of it."""
    import resource  # noqa: PLC0415 - not on every system

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def plainly(session: Session, seeds: list[bytes], count: int, seed: int) -> None:
    """Change what is in the pool; what has a new outcome goes into it."""
    rng = random.Random(seed)
    pools: tuple[list[bytes], ...] = ([b""], [], [])
    for number in range(count):
        if number < len(seeds):
            data = seeds[number]
        else:
            pool = rng.choices([one for one in pools if one], WEIGHTS[-sum(map(bool, pools)) :])[0]
            data = mutate(rng, rng.choice(pool), pool, session.longest, nodes=session.nodes)
        made = session.see(data)
        if made is None and number >= len(seeds):
            continue
        pool = pools[depth(made or session.outcome(data))]
        if len(pool) < POOL:
            pool.append(data)
        else:
            pool[rng.randrange(len(pool))] = data


def guided(session: Session, seeds: list[bytes], count: int, seed: int, report: Callable[[], int]) -> None:
    """Let atheris choose, with our changes. It ends the process, so that the report is made at the last input."""
    atheris: Any = import_module("atheris")
    folder = Path(mkdtemp())
    for number, data in enumerate(seeds):
        (folder / str(number)).write_bytes(data)

    def change(data: bytes, longest: int, number: int) -> bytes:
        return mutate(random.Random(number), data, seeds, min(longest, session.longest), nodes=session.nodes)

    def one(data: bytes) -> None:
        session.see(data)
        if session.outcomes.total() >= count:
            code = report()
            shutil.rmtree(folder)
            os._exit(code)

    args = ["run", f"-seed={seed}", f"-max_len={session.longest}", "-verbosity=0", f"-timeout={LIMIT * 2}", str(folder)]
    atheris.Setup(args, one, custom_mutator=change)
    atheris.Fuzz()


def seeds_of(name: str) -> list[bytes]:
    """The first inputs: those that are kept, and the files of the tests that are not too long."""
    from tests.fuzz import targets  # noqa: PLC0415 - what is imported here may be watched

    target = targets.TARGETS[name]
    return targets.kept(name) + [data for data in target.seeds() if len(data) <= 2 * target.longest]


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=NAMES)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--guided", action="store_true")
    given = parser.parse_args(argv)
    watched: Any = import_module("atheris").instrument_imports(include=["subsidy_rules"]) if given.guided else None
    with watched or nullcontext():
        from tests.fuzz import targets  # noqa: PLC0415 - what is imported here may be watched

    target = targets.TARGETS[given.target]
    seeds = seeds_of(given.target)
    if given.corpus is not None:
        given.corpus.mkdir(parents=True, exist_ok=True)
        seeds += [path.read_bytes() for path in sorted(given.corpus.iterdir())]
    session = Session(target.run, target.longest, given.corpus, nodes=target.nodes)
    bound_memory()
    if given.guided:
        guided(session, seeds, given.count, given.seed, lambda: session.report(given.target, given.seed))
    else:
        plainly(session, seeds, given.count, given.seed)
    return session.report(given.target, given.seed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
