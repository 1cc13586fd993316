"""Many cases from a table, evaluated on all cores, into a table: whole or not at all, and to be gone on with.

    report = run_batch("cases.csv", "awards.csv", mapping="columns.yaml", setup=Setup(policy=("xian_31",)))
    report.cases, report.rejected

The cases are read in the order of the rows, evaluated in chunks, and what each chunk gives is kept in a folder beside
the target (`.awards.csv.partial`), so that a run that was stopped goes on where it was. When all is there the target,
the rejects (`awards.csv.rejects.csv`) and the report (`awards.csv.report.json`) are written and take their names; then
the folder goes. A case of which any cell is wrong is rejected as a whole, with every reason and its cell.

The memory used does not grow with the number of cases. The same inputs give the same bytes of the target, however many
processes there are and however often the run was stopped.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from fractions import Fraction
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from subsidy_rules.award.evaluate import evaluate
from subsidy_rules.award.model import Award, Entitlement, ends_of, reasons_of
from subsidy_rules.errors import CaseError, InputError, Lang, UsageError, check_lang, expect
from subsidy_rules.facts.case import Case
from subsidy_rules.sheets.cells import json_lines, one_sheet
from subsidy_rules.sheets.mapping import Made, Mapper, mapping_of
from subsidy_rules.sheets.tables import TARGETS, write_rejects, write_table
from subsidy_rules.sheets.workbook import whole
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.quantity import yuan_text
from subsidy_rules.version import __version__

if TYPE_CHECKING:
    from subsidy_rules.plan import Guide, Policies

Rows: TypeAlias = Literal["awards", "cases", "full"]
CHUNK: Final = 100
"""Cases that a process is given at once."""
ROWS: Final = ("awards", "cases", "full")
_AHEAD: Final = 4
_SHAPE: Final = 1
"""Version of what is kept of a run that was stopped."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What cases are evaluated with, as the command names it; every process loads it for itself."""

    rules: tuple[str, ...] = ()
    policy: tuple[str, ...] = ()
    as_of: str | None = None
    readings: tuple[tuple[str, str], ...] = ()
    guides: tuple[str, ...] = ()
    rows: Rows = "awards"
    lang: Lang = "zh"

    def load(self) -> Loaded:
        """Load the policies and guides. Raises `RuleError` and `UsageError` as loading does."""
        from dataclasses import replace  # noqa: PLC0415 - as below

        from subsidy_rules.plan import load_guide, load_policies  # noqa: PLC0415 - reading guides needs pydantic

        loaded = load_policies(list(self.rules) or None)
        policies = replace(loaded.only(*self.policy), vocabulary=loaded.vocabulary) if self.policy else loaded
        guides = tuple(load_guide(path, policies) for path in self.guides)
        return Loaded(self, policies, guides, named=bool(self.policy or self.rules))


@dataclass(frozen=True, slots=True)
class Loaded:
    """Policies and guides, loaded."""

    setup: Setup
    policies: Policies
    guides: tuple[Guide, ...]
    named: bool

    def evaluate(self, case: Case) -> Entitlement:
        """Evaluate a case as the command does."""
        named = self.policies if self.named else None
        return evaluate(case, named, self.setup.as_of, readings=dict(self.setup.readings), guides=self.guides)


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did. `as_json` is what stands in the report file."""

    target: str
    cases: int
    rejected: int
    awards: int
    resumed: int
    seconds: float
    totals: Mapping[str, Mapping[str, object]]
    digests: Mapping[str, str]
    stamp: Mapping[str, object]
    said: tuple[tuple[str, str], ...] = ()

    @property
    def rate(self) -> float:
        """Cases a second, of those that this run evaluated."""
        done = self.cases + self.rejected - self.resumed
        return done / self.seconds if self.seconds else 0.0

    def as_json(self) -> dict[str, object]:
        """Return it as plain data."""
        return {
            "report": 1,
            "target": self.target,
            "cases": self.cases,
            "rejected": self.rejected,
            "awards": self.awards,
            "resumed": self.resumed,
            "totals": {kind: dict(one) for kind, one in self.totals.items()},
            "digests": dict(self.digests),
            "stamp": dict(self.stamp),
            "seconds": round(self.seconds, 3),
            "cases_per_second": round(self.rate, 1),
        }


# Cases, from whatever kind of file


def cases_of(
    source: Path, mapper: Mapper, mapping: str | Path | None
) -> tuple[Iterator[Made], tuple[tuple[str, str], ...]]:
    """Return the cases of a file in its order, and what should be said of how it was read."""
    if source.suffix.lower() == ".jsonl" and mapping is None and _whole_cases(source):
        return _documents(source), ()
    if source.suffix.lower() == ".xlsx" and mapping is None:
        from subsidy_rules.sheets.filled import is_template, read_filled  # noqa: PLC0415 - only where it is one

        if is_template(source):
            return read_filled(source, mapper.vocabulary), ()
    sheet = one_sheet(source, mapper.sheet)
    return mapper.cases(sheet), sheet.said


def _whole_cases(source: Path) -> bool:
    first = next(json_lines(source), None)
    return first is not None and any(isinstance(value, dict | list) for value in first[1].values())


def _documents(source: Path) -> Iterator[Made]:
    for number, record in json_lines(source):
        at = f"{source.stem}!{number}"
        yield Made(str(number), (number,), record, (), {}, at, str(source))


# One chunk

Line: TypeAlias = str
"""What is kept of one case, as JSON: `problems`, or `case` (its row), `awards` (theirs) and, of `full`, the result."""

_LOADED: list[Loaded] = []


def _begin(setup: Setup) -> None:
    """Prepare a process: it leaves Ctrl-C to the one that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _LOADED[:] = [setup.load()]


def _work(cases: Sequence[Made]) -> list[Line]:
    return [line_of(one, _LOADED[0]) for one in cases]


def line_of(made: Made, loaded: Loaded) -> Line:
    """Evaluate one case; return what is kept of it."""
    lang = loaded.setup.lang
    problems = made.problems
    if not problems:
        try:
            case = Case.from_dict(made.data, name=made.file)
            found = loaded.evaluate(case)
        except CaseError as error:
            problems = made.told(error)
        else:
            return json.dumps(_kept(made, found, loaded.setup.rows), ensure_ascii=False)
    told = [
        {
            "at": one.path or made.at,
            "code": one.code,
            "what": one.what_zh if lang == "zh" else one.what,
            "remedy": one.remedy_zh if lang == "zh" else one.remedy,
        }
        for one in problems
    ]
    return json.dumps({"name": made.name, "at": made.at, "problems": told}, ensure_ascii=False)


def _kept(made: Made, found: Entitlement, rows: Rows) -> dict[str, object]:
    decided, possible = found.total.decided, found.total.possible
    head: dict[str, object] = {"case": made.name, "at": made.at, "beneficiary": found.beneficiary}
    case = {
        **head,
        "decision_date": found.decision_date,
        "kind": decided.kind,
        **ends_of(decided, found.currency),
        "possible_kind": possible.kind,
        "possible_min": yuan_text(possible.minimum, found.currency),
        "possible_max": yuan_text(possible.maximum, found.currency),
        "awards": len(found.awards),
        "undecided": len(found.undecided),
        "covers": f"{found.total.covers[0]} of {found.total.covers[1]}",
        "reasons": " ".join(reasons_of(decided)),
        "needs": " ".join(found.deciding_facts),
        "flags": " ".join(found.flags),
        "case_sha256": found.stamp.case_sha256,
    }
    kept: dict[str, object] = {"case": case, "awards": [head | row for row in award_rows(found)]}
    return {**kept, "full": found.as_json()} if rows == "full" else kept


def award_rows(found: Entitlement) -> Iterator[dict[str, object]]:
    """Write each award, decided or not, as a row of a table."""
    for award, undecided in chain(((one, False) for one in found.awards), ((one, True) for one in found.undecided)):
        yield _award_row(award, undecided=undecided)


def _award_row(award: Award, *, undecided: bool) -> dict[str, object]:
    cited = "；".join(f"{one.document} {one.path} 第{one.sentence}句" for one in award.citations)
    return {
        "award": award.id,
        "policy": award.policy,
        "clause": award.clause,
        "object": award.object,
        "status": "undecided" if undecided else award.status,
        "kind": award.kind,
        "gross_min": yuan_text(award.amount.minimum, award.currency),
        "gross_max": yuan_text(award.amount.maximum, award.currency),
        "net_min": yuan_text(award.net.minimum, award.currency),
        "net_max": yuan_text(award.net.maximum, award.currency),
        "fund": award.fund,
        "rule": award.rule,
        "reasons": " ".join(award.reasons),
        "needs": " ".join(award.needs),
        "flags": " ".join(award.flags),
        "citation": cited,
        "quote": "；".join(one.quote for one in award.citations),
    }


# A run

Progress: TypeAlias = Callable[[int], None]
"""Is told after each chunk how many cases are done."""


def run_batch(
    source: str | Path,
    target: str | Path,
    *,
    mapping: str | Path | None = None,
    setup: Setup | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Report:
    """Evaluate the cases of a table into a table.

    `source` is CSV, XLSX (a template that was filled in too), JSON lines (of whole cases, or of records) or Parquet;
    `mapping` says which column is which fact, else the heads are paths of facts. `target` is of one of these kinds too;
    it holds a row for each award, for each case, or (JSON lines) each whole result, as `setup.rows` says. A workbook
    has the rows of cases and of awards. `jobs` processes work at once.

    Raises `InputError` where the source, the mapping or a policy cannot be read, `UsageError` where the call is wrong;
    then nothing is written. A case that is wrong is rejected, and the others are done.
    """
    begun = time.monotonic()
    expect(source, str | Path, "a table is read from a path: run_batch(IN, OUT)")
    setup = setup or Setup()
    check_lang(setup.lang)
    source, target = Path(source), Path(target)
    _check(source, target, setup, jobs)
    loaded = setup.load()
    mapper = mapping_of(mapping, loaded.policies.vocabulary)
    digests = {"source": _digest(source), "mapping": mapper.sha256}
    stamp = _stamp(loaded)
    made, said = cases_of(source, mapper, mapping)
    parts = _Parts(target, {"shape": _SHAPE, "chunk": CHUNK, "digests": digests, "stamp": stamp, "rows": setup.rows})
    try:
        resumed = _evaluate_all(made, parts, loaded, jobs, progress)
    finally:
        parts.leave()
    tally = _tally(parts, loaded.policies.vocabulary.currency.digits)
    rejects = target.with_name(target.name + ".rejects.csv")
    report_file = target.with_name(target.name + ".report.json")
    write_rejects(rejects, (one for one in parts.lines() if "problems" in one))
    write_table(
        target,
        (one for one in parts.lines() if "problems" not in one),
        setup.rows,
        setup.lang,
        loaded.policies.vocabulary.currency,
    )
    digests = {**digests, "target": _digest(target), "rejects": _digest(rejects)}
    report = Report(
        str(target), resumed=resumed, seconds=time.monotonic() - begun, digests=digests, stamp=stamp, said=said, **tally
    )
    with whole(report_file) as temporary:
        temporary.write_text(json.dumps(report.as_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    if parts.folder.exists():
        parts.done()
    return report


def _check(source: Path, target: Path, setup: Setup, jobs: int) -> None:
    kind = target.suffix.lower()
    if kind not in TARGETS:
        raise UsageError(f"'{target.name}' is not a table that is written; these are: {' '.join(TARGETS)}")
    if setup.rows not in ROWS:
        raise UsageError(f"rows is '{setup.rows}'; it can be: {', '.join(ROWS)}")
    if setup.rows == "full" and kind != ".jsonl":
        raise UsageError("whole results are written as JSON lines (.jsonl)")
    if jobs < 1:
        raise UsageError("jobs is the number of processes, 1 or more")
    if source.exists() and target.exists() and source.samefile(target):
        raise UsageError(f"'{target}' would be written over what is read")


def _evaluate_all(made: Iterator[Made], parts: _Parts, loaded: Loaded, jobs: int, progress: Progress | None) -> int:
    """Evaluate every chunk that is not kept yet; return how many cases were kept already."""
    read = enumerate(_chunks(made))
    first = list(islice(read, 2))
    chunks = chain(first, read)
    done = resumed = 0
    with _workers(loaded, jobs if len(first) > 1 else 1) as submit:
        waiting: deque[tuple[int, int, Callable[[], list[Line]]]] = deque()

        def finish() -> None:
            nonlocal done
            number, size, result = waiting.popleft()
            parts.keep(number, result())
            done += size
            if progress is not None:
                progress(done)

        for number, chunk in chunks:
            if parts.has(number):
                resumed += len(chunk)
                done += len(chunk)
                continue
            waiting.append((number, len(chunk), submit(chunk)))
            if len(waiting) >= jobs * _AHEAD:
                finish()
        while waiting:
            finish()
    return resumed


def _chunks(made: Iterator[Made]) -> Iterator[list[Made]]:
    while chunk := list(islice(made, CHUNK)):
        yield chunk


class _workers:  # noqa: N801 - used as a function is
    """Gives `submit`: work for this process when its result is asked for, or for others at once."""

    def __init__(self, loaded: Loaded, jobs: int) -> None:
        self.loaded = loaded
        self.pool: ProcessPoolExecutor | None = None
        if jobs > 1:
            context = get_context("spawn")
            self.pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(loaded.setup,))

    def __enter__(self) -> Callable[[list[Made]], Callable[[], list[Line]]]:
        return self.submit

    def submit(self, chunk: list[Made]) -> Callable[[], list[Line]]:
        if self.pool is None:
            return lambda: [line_of(one, self.loaded) for one in chunk]
        future: Future[list[Line]] = self.pool.submit(_work, chunk)
        return future.result

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self.pool is not None:
            self.pool.shutdown(wait=True, cancel_futures=kind is not None)


class _Parts:
    """What is kept of a run until it is whole: a file for each chunk, and what they were made from."""

    def __init__(self, target: Path, made_from: Mapping[str, object]) -> None:
        self.folder = target.with_name(f".{target.name}.partial")
        manifest = self.folder / "made_from.json"
        text = json.dumps(made_from, ensure_ascii=False, sort_keys=True)
        if self.folder.exists() and (not manifest.exists() or manifest.read_text(encoding="utf-8") != text):
            shutil.rmtree(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        if not manifest.exists():
            with whole(manifest) as temporary:
                temporary.write_text(text, encoding="utf-8")

    def file(self, number: int) -> Path:
        return self.folder / f"{number:08d}.jsonl"

    def has(self, number: int) -> bool:
        return self.file(number).exists()

    def keep(self, number: int, lines: Iterable[Line]) -> None:
        with whole(self.file(number)) as temporary:
            temporary.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def lines(self) -> Iterator[dict[str, Any]]:
        for file in sorted(self.folder.glob("[0-9]*.jsonl")):
            with file.open(encoding="utf-8") as stream:
                for line in stream:
                    yield json.loads(line)

    def leave(self) -> None:
        """Leave no folder in which nothing is kept."""
        if not any(self.folder.glob("[0-9]*.jsonl")):
            self.done()

    def done(self) -> None:
        shutil.rmtree(self.folder)


def _tally(parts: _Parts, digits: int) -> dict[str, Any]:
    """Count, and add up the totals of each kind for themselves: an at-most is never added to an exact."""
    cases = rejected = awards = 0
    sums: dict[str, list[Any]] = {}
    for line in parts.lines():
        if "problems" in line:
            rejected += 1
            continue
        cases += 1
        awards += len(line["awards"])
        case = line["case"]
        row = sums.setdefault(case["kind"], [0, Fraction(0), Fraction(0)])
        row[0] += 1
        row[1] += Fraction(case["min"])
        row[2] = None if row[2] is None or case["max"] is None else row[2] + Fraction(case["max"])
    totals = {
        kind: {"cases": count, "min": _money(least, digits), "max": None if most is None else _money(most, digits)}
        for kind, (count, least, most) in sorted(sums.items())
    }
    return {"cases": cases, "rejected": rejected, "awards": awards, "totals": totals}


def _money(value: Fraction, digits: int) -> str:
    scaled = int(value * 10**digits)
    return f"{scaled // 10**digits}.{scaled % 10**digits:0{digits}d}" if digits else str(scaled)


def _stamp(loaded: Loaded) -> dict[str, object]:
    return {
        "library": __version__,
        "rules": {plan.id: plan.meaning_sha256 for plan in loaded.policies.plans},
        "guides": [guide.sha256 for guide in loaded.guides],
        "readings": dict(loaded.setup.readings),
        "as_of": loaded.setup.as_of,
        "lang": loaded.setup.lang,
    }


def _digest(file: Path) -> str:
    made = hashlib.sha256()
    try:
        with file.open("rb") as stream:
            while chunk := stream.read(2**20):
                made.update(chunk)
    except (OSError, ValueError) as error:  # a name that the system can't write is a ValueError
        from subsidy_rules.sheets.cells import problem  # noqa: PLC0415 - the same words as the reader's

        missing = isinstance(error, FileNotFoundError)
        what = ("没有此文件", "there is no such file") if missing else ("不能读取该文件", "the file can't be read")
        raise InputError([problem("unreadable", str(file), "", what)]) from error
    return made.hexdigest()


def cores() -> int:
    """Return how many processes can work at once here."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1
