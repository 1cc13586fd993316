"""An audit in several processes: recipients are handed out in parts, and their verdicts come back in order.

Lines of one recipient stay together, so each verdict sees what it would in one process, and the outcome is the same to
the byte. No more parts are under way than the processes have to do next. A verdict comes back with its record as bytes;
lines are named by their place in the list.
"""

from __future__ import annotations

import io
import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from multiprocessing import get_context
from typing import Any, Final

from subsidy_rules.audit.lines import PaidLine
from subsidy_rules.audit.record import Names
from subsidy_rules.audit.verify import Asked, Auditor, Verdict
from subsidy_rules.errors import UsageError

PART: Final = 200
"""Lines of a part, at least: enough that handing it over costs little, few enough to show progress."""
AHEAD: Final = 3
"""Parts for each process that are handed out before the first is taken back."""


def judged_at_once(
    found: Iterable[Sequence[Asked]],
    auditor: Auditor,
    lines: Sequence[PaidLine],
    jobs: int,
    told: Callable[[int, int], None],
) -> list[Verdict]:
    """Return the verdicts on all recipients, judged by `jobs` processes; `told` hears how many lines are done.

    Raises `UsageError` where a process was ended from outside.
    """
    desk = replace(auditor.desk, _sets={}, _calculators={}, _owners={})
    setup = pickle.dumps((desk, auditor.use, auditor.as_of, auditor.whole))
    verdicts: list[Verdict] = []
    done = 0
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_begin, initargs=(setup,)) as pool:
        waiting: deque[tuple[list[PaidLine], Future[bytes]]] = deque()

        def finish() -> None:
            nonlocal done
            own, future = waiting.popleft()
            verdicts.extend(_read(future.result(), own, auditor.names))
            done += len(own)
            told(done, len(lines))

        try:
            for part in _parts(found):
                own = [one.line for recipient in part for one in recipient]
                waiting.append((own, pool.submit(_work, pickle.dumps(part))))
                if len(waiting) >= jobs * AHEAD:
                    finish()
            while waiting:
                finish()
        except BrokenProcessPool as error:
            raise UsageError(
                "a process of the audit was ended from outside; nothing was written: run it again"
            ) from error
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return verdicts


def _parts(found: Iterable[Sequence[Asked]]) -> Iterator[list[Sequence[Asked]]]:
    """Give recipients in parts of about as many lines."""
    part: list[Sequence[Asked]] = []
    many = 0
    for recipient in found:
        part.append(recipient)
        many += len(recipient)
        if many >= PART:
            yield part
            part, many = [], 0
    if part:
        yield part


_AUDITOR: list[Auditor] = []
"""The auditor of a child process."""


def _begin(setup: bytes) -> None:
    desk, use, as_of, whole = pickle.loads(setup)  # noqa: S301 - written by this program's parent
    _AUDITOR[:] = [Auditor(desk, use, as_of, whole=whole)]


def _work(raw: bytes) -> bytes:
    """Judge the recipients of a part."""
    part: list[list[Asked]] = pickle.loads(raw)  # noqa: S301 - as above
    (auditor,) = _AUDITOR
    auditor.forget()
    verdicts = [verdict for recipient in part for verdict in auditor.judge_recipient(recipient)]
    made = io.BytesIO()
    _Writer(made, [one.line for recipient in part for one in recipient]).dump(verdicts)
    return made.getvalue()


def _read(raw: bytes, lines: Sequence[PaidLine], names: Names) -> list[Verdict]:
    found: list[Verdict] = _Reader(io.BytesIO(raw), lines, names).load()
    return found


class _Writer(pickle.Pickler):
    """Writes a line as its place in the part, and the names of sentences as nothing but that."""

    def __init__(self, stream: io.BytesIO, lines: Iterable[PaidLine]) -> None:
        super().__init__(stream, pickle.HIGHEST_PROTOCOL)
        self.places = {id(line): place for place, line in enumerate(lines)}

    def persistent_id(self, one: object) -> int | None:
        if type(one) is Names:
            return -1
        return self.places[id(one)] if type(one) is PaidLine else None


class _Reader(pickle.Unpickler):
    def __init__(self, stream: io.BytesIO, lines: Sequence[PaidLine], names: Names) -> None:
        super().__init__(stream)
        self.lines, self.names = lines, names

    def persistent_load(self, place: Any) -> PaidLine | Names:  # noqa: ANN401 - as pickle has it
        return self.names if place < 0 else self.lines[place]
