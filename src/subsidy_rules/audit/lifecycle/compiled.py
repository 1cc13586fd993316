"""A lifecycle file with every name resolved: its conditions and figures are the expressions of the clause language.

In an expression `state.NAME` is a figure of the application (before the event; in an invariant after it), `state.now`
its state, `event.NAME` a field of the
event (`event.at` is its day), `reading.NAME` a reading. They are read as strictly as those of a policy, so a misspelt
name is told when the file is loaded, with its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from subsidy_rules.audit.lifecycle.model import Deadline, Event, Known, LifecycleFile
from subsidy_rules.award.engine import Number, Test, number, truth
from subsidy_rules.errors import RuleError, UsageError, brief
from subsidy_rules.facts.vocabulary import FieldSpec, Member, Vocabulary
from subsidy_rules.mechanisms.expression import Scope
from subsidy_rules.mechanisms.step import Desk, Loc
from subsidy_rules.plan.compile import ConstantPool
from subsidy_rules.policy.model import CurrencyModel, Reading
from subsidy_rules.policy.shape import node_at, shape_of
from subsidy_rules.policy.source import shipped_rules
from subsidy_rules.values import document as doc
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.findings import Findings
from subsidy_rules.values.quantity import CNY, Currency, QuantityError, parse_number

_CODE: Final = re.compile(r"[A-Z]{3}", re.ASCII)
MOST_DIGITS: Final = 4
STATE: Final = "state"
NOW: Final = "now"
AT, BY, KIND, NOTE = "at", "by", "event", "note"
COMMON: Final = (KIND, AT, BY, NOTE)
"""What every event says of itself: what it is, its day, who did it, and a remark if any."""


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a rule of the lifecycle stands: the policy, the place, the operative words."""

    policy: str
    path: str
    sentence: int
    quote: str


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition with its article, and what is said where it does not hold (Chinese, English)."""

    text: str
    test: Test
    citation: Citation
    said: tuple[str, str]
    id: str = ""


@dataclass(frozen=True, slots=True)
class Transition:
    """An event with its expressions resolved. `outcomes` lead to states; `sets` gives figures their new values."""

    event: Event
    citation: Citation
    outcomes: tuple[tuple[str, Test], ...]
    requires: tuple[Condition, ...]
    sets: tuple[tuple[str, Number], ...]


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline with its day resolved."""

    deadline: Deadline
    citation: Citation
    day: Number


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """A lifecycle that is ready to replay logs; `sha256` is that of its file."""

    file: LifecycleFile
    sha256: str
    vocabulary: Vocabulary
    constants: tuple[Amount, ...]
    transitions: Mapping[str, Transition]
    invariants: tuple[Condition, ...]
    deadlines: tuple[Due, ...]
    starts: Mapping[str, Amount]

    @property
    def id(self) -> str:
        """The id of the lifecycle."""
        return self.file.id

    def reading(self, name: str) -> Reading:
        """Return a reading by its name."""
        return self.file.readings[name]


def load_lifecycle(source: str | Path) -> Lifecycle:
    """Read a lifecycle: a path, or the id of one that is shipped. Raises `RuleError` with every problem found.

    Raises `UsageError` where no lifecycle of that id is shipped.
    """
    if isinstance(source, Path):
        return compile_lifecycle(doc.read(source, error=RuleError))
    folder = shipped_rules() / "lifecycles"
    found = folder / f"{source}.yaml"
    if found not in set(folder.glob("*.yaml")):
        shipped = ", ".join(sorted(one.stem for one in folder.glob("*.yaml")))
        raise UsageError(f"no lifecycle '{source[:80]}' is shipped; there is: {shipped}")
    return compile_lifecycle(doc.read(found, error=RuleError))


def compile_lifecycle(document: doc.Document) -> Lifecycle:
    """Resolve the names of a lifecycle file. Raises `RuleError` with every problem found."""
    shape = shape_of(document, LifecycleFile)
    if shape.model is None or shape.problems:
        raise RuleError(shape.problems)
    return _Compiler(document, shape.model).compile()


class _Compiler:
    """Resolves one file; problems are collected with their places."""

    def __init__(self, document: doc.Document, file: LifecycleFile) -> None:
        self.document, self.file = document, file
        self.findings = Findings(document)
        self.pool = ConstantPool()
        self.events = {event.id: event for event in file.events}
        members = {name: Member(name, one.zh, one.en) for name, one in file.states.items()}
        now = FieldSpec(STATE, NOW, "enum", "状态", "state", members)
        entities = {STATE: {NOW: now, **_specs(STATE, file.figures)}}
        for event in file.events:
            own = {AT: Known(type="date", zh="日期", en="day"), **event.fields}
            entities[event.id] = _specs(event.id, own)
        core = Vocabulary.core()
        money = core.currency if file.currency is None else self._money(file.currency)
        self.vocabulary = Vocabulary(entities, {name: {} for name in entities}, core.zones, core.units, money)

    def compile(self) -> Lifecycle:
        file = self.file
        self._names()
        transitions = {event.id: self._event(event, place) for place, event in enumerate(file.events)}
        invariants = tuple(
            self._condition(
                one.that, self._scope(), ("invariants", place, "that"), self._cite(one), (one.zh, one.en), one.id
            )
            for place, one in enumerate(file.invariants)
        )
        deadlines = tuple(
            Due(
                one,
                self._cite(one),
                self._number(one.due, self._scope(one.begins), ("deadlines", place, "due"), "date"),
            )
            for place, one in enumerate(file.deadlines)
            if one.begins in self.events
        )
        starts = {}
        for name, figure in file.figures.items():
            if figure.starts is not None:
                starts[name] = self._start(figure, ("figures", name, "starts"))
        self.findings.raise_as(RuleError)
        constants = tuple(Amount.exact(value) for value, _ in self.pool.index)
        return Lifecycle(
            file, self.document.sha256, self.vocabulary, constants, transitions, invariants, deadlines, starts
        )

    def _money(self, given: CurrencyModel) -> Currency:
        """Return the money of a lifecycle that does not count in yuan, as its policy writes it."""
        one, units = 10**given.digits, {}
        for name, text in [*((name, "1") for name in given.written or [given.code]), *given.units.items()]:
            try:
                size = parse_number(text) * one
            except QuantityError as error:
                self._say(error.code, ("currency", "units", name), error.what, error.what_zh)
                continue
            if size.denominator != 1 or size <= 0 or not name or any(char.isdigit() for char in name):
                what = f"'{brief(name)}' is no unit of whole amounts of the smallest unit of money"
                self._say("bad-fact", ("currency",), what, f"“{brief(name)}”不是最小货币单位整数倍的单位")
            units[name] = int(size)
        if not _CODE.fullmatch(given.code) or given.code == CNY.code or given.digits > MOST_DIGITS:
            what = "a currency has three letters of ISO 4217, other than CNY, and at most four decimals"
            self._say("bad-fact", ("currency",), what, "货币须为ISO 4217的三个字母（CNY不写），至多四位小数")
        return Currency(given.code, given.zh, given.en, given.digits, tuple(units.items()) or ((given.code, one),))

    # names

    def _names(self) -> None:
        """Hold every id that is named against those that there are."""
        file, states = self.file, self.file.states
        self._one_of(file.begins, states, ("begins",))
        seen: set[str] = set()
        for place, event in enumerate(file.events):
            loc: Loc = ("events", place)
            if event.id in seen:
                self._say("bad-clause", (*loc, "id"), f"'{event.id}' is there already", f"“{event.id}”已有")
            seen.add(event.id)
            for at, state in enumerate([] if event.from_ == "any" else event.from_):
                self._one_of(state, states, (*loc, "from", at))
            if isinstance(event.to, str):
                self._one_of(event.to, states, (*loc, "to"))
            for at, outcome in enumerate(event.to if isinstance(event.to, list) else ()):
                self._one_of(outcome.to, states, (*loc, "to", at, "to"))
            for name in event.sets:
                self._one_of(name, file.figures, (*loc, "sets", name))
            for name in (*COMMON,):
                if name in event.fields:
                    self._say(
                        "bad-clause",
                        (*loc, "fields", name),
                        f"every event has '{name}' already",
                        f"各事件已有“{name}”",
                        "give this one another name",
                        "另取名称",
                    )
        for place, one in enumerate(file.deadlines):
            self._one_of(one.begins, self.events, ("deadlines", place, "begins"))
            for at, name in enumerate(one.met_by):
                self._one_of(name, self.events, ("deadlines", place, "met_by", at))
        for name, reading in file.readings.items():
            self._one_of(reading.default, reading.options, ("readings", name, "default"))
        self._unreached()

    def _unreached(self) -> None:
        """Say which states no event leads to: they are there for nothing."""
        reached = {self.file.begins}
        for event in self.file.events:
            reached |= {event.to} if isinstance(event.to, str) else {one.to for one in event.to or ()}
        for state in self.file.states:
            if state not in reached:
                self._say("unreachable", ("states", state), f"no event leads to '{state}'", f"没有事件通向“{state}”")

    # events

    def _event(self, event: Event, place: int) -> Transition:
        loc: Loc = ("events", place)
        scope = self._scope(event.id)
        cited = self._cite(event)
        requires = tuple(
            self._condition(one.that, scope, (*loc, "requires", at, "that"), self._cite(one), (one.zh, one.en))
            for at, one in enumerate(event.requires)
        )
        sets = tuple(
            (name, self._number(text, scope, (*loc, "sets", name), self.file.figures[name].type))
            for name, text in event.sets.items()
            if name in self.file.figures
        )
        return Transition(event, cited, self._outcomes(event, scope, loc), requires, sets)

    def _outcomes(self, event: Event, scope: Scope, loc: Loc) -> tuple[tuple[str, Test], ...]:
        if not isinstance(event.to, list):
            return ((event.to or "", truth(Desk(scope, []).conditions([], loc))),)
        made = []
        for at, one in enumerate(event.to):
            here: Loc = (*loc, "to", at, "when")
            last = at == len(event.to) - 1
            if (one.when is None) != last:
                self._say(
                    "bad-clause",
                    (*loc, "to", at),
                    "every outcome but the last has a condition, and the last has none",
                    "除最后一项外，各去向均须写明条件，最后一项不写",
                )
            texts = [] if one.when is None else [one.when]
            made.append((one.to, self._test(texts, scope, here)))
        return tuple(made)

    # expressions

    def _scope(self, event: str = "") -> Scope:
        bound = {STATE: STATE} | ({"event": event} if event else {})
        readings = {name: (f"{self.file.id}/{name}", tuple(one.options)) for name, one in self.file.readings.items()}
        return Scope(self.vocabulary, self.pool, bound, readings=readings)

    def _condition(
        self, text: str, scope: Scope, loc: Loc, cited: Citation, said: tuple[str, str], name: str = ""
    ) -> Condition:
        return Condition(text, self._test([text], scope, loc), cited, said, name)

    def _test(self, texts: list[str], scope: Scope, loc: Loc) -> Test:
        desk = Desk(scope, [])
        made = desk.conditions(texts, loc)
        self._told(desk, loc)
        return truth(made)

    def _number(self, text: str, scope: Scope, loc: Loc, type_: str) -> Number:
        desk = Desk(scope, [])
        made = desk.value(text, loc, type_)
        self._told(desk, loc)
        return number(made)

    def _start(self, figure: Known, loc: Loc) -> Amount:
        desk = Desk(self._scope(), [])
        made = desk.constant(figure.starts or "", loc, figure.type)
        self._told(desk, loc)
        return Amount.exact(list(self.pool.index)[made.index][0] if not desk.problems else Fraction(0))

    def _told(self, desk: Desk, loc: Loc) -> None:
        for problem in desk.problems:
            wrong = problem.error
            node, path = node_at(self.document, loc)
            if wrong.word:
                self.findings.unknown(wrong.code, node, path, wrong.word, wrong.options)
            else:
                self._say(wrong.code, loc, wrong.what, wrong.what_zh, wrong.remedy, wrong.remedy_zh)

    def _cite(self, one: Event | Deadline | object) -> Citation:
        path, sentence, quote = (getattr(one, name) for name in ("path", "sentence", "quote"))
        return Citation(self.file.policy, path, sentence, quote)

    def _one_of(self, name: str, known: Iterable[str], loc: Loc) -> None:
        names = list(known)
        if name not in names:
            node, path = node_at(self.document, loc)
            self.findings.unknown("unknown-name", node, path, name, names)

    def _say(
        self, code: str, loc: Loc, what: str, what_zh: str, remedy: str | None = None, remedy_zh: str | None = None
    ) -> None:
        node, path = node_at(self.document, loc)
        self.findings.add(code, node, path, what, what_zh, remedy, remedy_zh)


def _specs(entity: str, known: Mapping[str, Known]) -> dict[str, FieldSpec]:
    return {
        name: FieldSpec(entity, name, one.type, one.zh, one.en, {member: Member(member) for member in one.members})
        for name, one in known.items()
    }
