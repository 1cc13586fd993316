"""Cases with their results that any engine of the language can be held against, ours or another.

A file of `conformance/` names rule files and holds cases, each with the policies that are asked, the readings and
guides that are chosen, the case and the answer. An answer is a result without words: each award with its list, status,
kind and ends, what is refused and not asked, what is owed, and the total. `docs/conformance.md` describes both.

Another engine is a command. It reads a line of JSON and writes one:

    {"conformance": "1", "packs": {"xian_30": {…}}}                      {"ready": "true"}
    {"policies": ["xian_30"], "readings": {}, "guides": [], "case": {…}}  {"awards": {…}, "total": {…}}
"""

from __future__ import annotations

import json
import shlex
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, TypeAlias, cast

from subsidy_rules.author.expected import Desk
from subsidy_rules.award.evaluate import evaluate
from subsidy_rules.award.model import Entitlement, Json, ends_of
from subsidy_rules.errors import InputError, UsageError, path_to
from subsidy_rules.facts.case import Case
from subsidy_rules.plan import Policies, compile_policy, gather, guide_from_document
from subsidy_rules.policy.source import read_policy
from subsidy_rules.values import document as doc
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.document import Plain
from subsidy_rules.values.findings import Findings
from subsidy_rules.values.quantity import Currency

__all__ = ["Failure", "Question", "another", "answer_of", "find_cases", "hold", "ours", "respond"]

VERSION: Final = "1"
NO_END: Final = "∞"
CONFIRMED: Final = ("hand", "oracle")
_OF_FILE: Final = ("conformance", "packs", "cases")
_OF_CASE: Final = ("id", "from", "confirmed", "policies", "readings", "guides", "case", "expect")
PARTS: Final = ("awards", "not_eligible", "not_asked", "obligations", "adjustments", "instalments", "total")
"""The parts of an answer; one that is empty may be left out."""

Answer: TypeAlias = dict[str, Json]
Packs: TypeAlias = Mapping[str, Plain]
Engine: TypeAlias = Callable[["Question"], Answer]


@dataclass(frozen=True, slots=True)
class Question:
    """One case of a file: what an engine is given, and what it must answer. Every leaf is a text."""

    file: Path
    id: str
    source: str
    confirmed: str
    packs: Packs
    policies: tuple[str, ...]
    readings: Mapping[str, str]
    guides: tuple[Plain, ...]
    case: Plain
    expect: Answer

    def asked(self) -> dict[str, Json]:
        """Return what is sent to another engine."""
        given = {"policies": self.policies, "readings": self.readings, "guides": self.guides, "case": self.case}
        return cast("dict[str, Json]", json.loads(json.dumps(given)))


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that an engine answers otherwise: where in the answer, what was expected, what came."""

    question: Question
    at: str
    wanted: str
    got: str


# files


def find_cases(folder: str | Path) -> list[Question]:
    """Read the cases of a folder, or of one file.

    Raises `UsageError` where there are none, `InputError` for a file that is wrong.
    """
    path = Path(folder)
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path] if path.is_file() else []
    found = [one for file in files for one in _Reader(file).read()]
    if not found:
        raise UsageError(f"no conformance cases at '{folder}'")
    return found


class _Reader:
    """Reads one file; rule files are read once for all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.desk = Desk(Findings(doc.read(path)))

    def read(self) -> Iterator[Question]:
        desk, findings = self.desk, self.desk.findings
        entries = desk.entries(findings.document.root, "", _OF_FILE, _OF_FILE)
        if "conformance" in entries and desk.word(entries["conformance"], "conformance").value != VERSION:
            said = f"this library reads conformance: {VERSION}", f"本库只读取 conformance: {VERSION}"
            findings.add("bad-version", entries["conformance"], "conformance", *said)
        findings.raise_as(InputError)
        packs: dict[str, Plain] = {}
        for node in findings.items(entries["packs"], "packs"):
            file = self.path.parent / desk.word(node, "packs").value
            packs[file.stem] = doc.plain(doc.read(file).root)
        cases = enumerate(findings.items(entries["cases"], "cases"))
        made = [self._case(node, path_to("cases", at), packs) for at, node in cases]
        findings.raise_as(InputError)
        yield from (one for one in made if one is not None)

    def _case(self, node: doc.Node, path: str, packs: Packs) -> Question | None:
        desk = self.desk
        parts = desk.entries(node, path, _OF_CASE, ("id", "from", "confirmed", "policies", "case", "expect"))
        trees = {key: doc.plain(value) for key, value in parts.items()}
        confirmed, policies, expect = trees.get("confirmed"), trees.get("policies"), trees.get("expect")
        if not isinstance(policies, list) or not isinstance(expect, dict) or not isinstance(trees.get("case"), dict):
            what = "policies is a list, case and expect are mappings", "policies 是列表，case 与 expect 是映射"
            desk.findings.add("wrong-type", node, path, *what)
            return None
        if confirmed not in CONFIRMED:
            desk.findings.unknown("unknown-member", parts.get("confirmed", node), path, str(confirmed), CONFIRMED)
        for name in policies:
            if name not in packs:
                desk.findings.unknown("unknown-name", parts["policies"], path_to(path, "policies"), str(name), packs)
        readings, guides = trees.get("readings", {}), trees.get("guides", [])
        return Question(
            self.path,
            str(trees.get("id", "")),
            str(trees.get("from", "")),
            str(confirmed),
            packs,
            tuple(map(str, policies)),
            {key: str(value) for key, value in readings.items()} if isinstance(readings, dict) else {},
            tuple(guides) if isinstance(guides, list) else (),
            trees["case"],
            cast("Answer", expect),
        )


# our engine


def ours() -> Engine:
    """Return this library as an engine; policies are compiled once."""
    made: dict[tuple[int, tuple[str, ...]], Policies] = {}

    def answer(question: Question) -> Answer:
        key = (id(question.packs), question.policies)
        if key not in made:
            texts = [json.dumps(question.packs[name], ensure_ascii=False) for name in question.policies]
            made[key] = gather(compile_policy(read_policy(text)) for text in texts)
        policies = made[key]
        guides = [guide_from_document(doc.from_python(one), policies) for one in question.guides]
        case = Case(doc.from_python(question.case))
        return answer_of(evaluate(case, policies, readings=question.readings, guides=guides))

    return answer


def answer_of(result: Entitlement) -> Answer:
    """Return a result without its words, every leaf a text; a greatest figure that nothing bounds is `∞`."""
    money = result.currency
    awards: Answer = {}
    for name, listed in (("awards", result.awards), ("undecided", result.undecided)):
        for one in listed:
            awards[one.id] = {
                "list": name,
                "status": one.status,
                "kind": one.kind,
                "gross": _ends(one.amount, money),
                "net": _ends(one.net, money),
                "reasons": [*sorted(one.reasons)],
            }
    totals = (("decided", result.total.decided), ("possible", result.total.possible))
    parts: dict[str, Json] = {}
    for part in result.instalments:
        parts[f"{part.award} {part.name}"] = [part.state, *_ends(part.amount, money)]
    whole: dict[str, Json] = {
        "awards": awards,
        "not_eligible": [*sorted(one.id for one in result.not_eligible)],
        "not_asked": [*sorted(f"{one.policy}/{one.clause}" for one in result.not_asked)],
        "obligations": {one.id: [*_ends(one.amount, money), _text(one.decided)] for one in result.obligations},
        "adjustments": {one.award: one.as_json()["amount"] for one in result.adjustments},
        "instalments": parts,
        "total": {name: [amount.kind, *_ends(amount, money)] for name, amount in totals},
    }
    return {name: said for name, said in whole.items() if said}


def _ends(amount: Amount, currency: Currency) -> list[Json]:
    ends = ends_of(amount, currency)
    return [ends["min"], NO_END if ends["max"] is None else ends["max"]]


# another engine


@contextmanager
def another(command: str, seconds: float = 60) -> Iterator[Engine]:
    """Run a command as an engine, a line of JSON each way; it is ended after, or where it does not answer in time.

    Raises `UsageError` where it can't be started.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - the user's own command
            shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        )
    except (OSError, ValueError) as error:
        raise UsageError(f"the engine '{command}' can't be started: {error}") from error
    known: list[Packs] = []

    def said(message: Mapping[str, Json]) -> Answer:
        timer = threading.Timer(seconds, process.kill)
        timer.start()
        try:
            return _asked(cast("IO[str]", process.stdin), cast("IO[str]", process.stdout), message)
        finally:
            timer.cancel()

    def answer(question: Question) -> Answer:
        if known != [question.packs]:
            known[:] = [question.packs]
            said({"conformance": VERSION, "packs": cast("Json", question.packs)})
        return said(question.asked())

    try:
        yield answer
    finally:
        process.kill()
        process.communicate()


def _asked(there: IO[str], back: IO[str], message: Mapping[str, Json]) -> Answer:
    """Send a line and read one; what can't be read is an answer that nothing is equal to."""
    try:
        there.write(json.dumps(message, ensure_ascii=False) + "\n")
        there.flush()
        line = back.readline()
    except (OSError, ValueError) as error:
        return {"error": f"the engine has ended ({error})"}
    if not line:
        return {"error": "the engine has ended, or did not answer in time"}
    try:
        made = json.loads(line)
    except ValueError:
        return {"error": f"not JSON: {line[:80].rstrip()}"}
    return made if isinstance(made, dict) else {"error": f"no mapping: {line[:80].rstrip()}"}


def respond(lines: Iterable[str]) -> Iterator[str]:
    """Answer as another engine would: each line of JSON with one."""
    engine, packs = ours(), cast("Packs", {})
    for line in lines:
        message = json.loads(line)
        if "packs" in message:
            packs = message["packs"]
            yield json.dumps({"ready": "true"})
            continue
        policies, guides = tuple(message["policies"]), tuple(message["guides"])
        question = Question(Path(), "", "", "", packs, policies, message["readings"], guides, message["case"], {})
        yield json.dumps(engine(question), ensure_ascii=False)


# comparing


def hold(
    questions: Iterable[Question], engine: Engine, told: Callable[[Question], None] = lambda _: None
) -> Iterator[Failure]:
    """Ask an engine each case, and yield where it answers otherwise; `told` hears of each case when it is done."""
    for question in questions:
        try:
            answer = engine(question)
        except (InputError, UsageError) as error:
            answer = {"error": str(error)}
        yield from differences(question, answer)
        told(question)


def differences(question: Question, answer: Answer) -> Iterator[Failure]:
    """Yield where an answer is not the one expected; lists of names in any order, empty parts left out or not."""
    wanted, got = (dict(_leaves(_kept(one), "")) for one in (question.expect, answer))
    for at in [*wanted, *(one for one in got if one not in wanted)]:
        if wanted.get(at) != got.get(at):
            yield Failure(question, at, wanted.get(at, "(none)"), got.get(at, "(none)"))


def _kept(answer: Answer) -> Answer:
    return {name: part for name, part in answer.items() if part or name not in PARTS}


def _leaves(node: Json, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _leaves(value, f"{path} {key}".strip())
    elif isinstance(node, list) and path.endswith(("reasons", "not_eligible", "not_asked")):
        yield path, ", ".join(sorted(map(_text, node)))
    else:
        yield path, _text(node)


def _text(node: Json) -> str:
    if isinstance(node, list):
        return " ".join(map(_text, node))
    return NO_END if node is None else str(node).lower() if isinstance(node, bool) else str(node)
