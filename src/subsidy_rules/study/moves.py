"""What a change of the law moves: cases held against two versions of a policy, and why each award is another one.

    found = diff("rules/superseded/my_city.0123456789ab.yaml", "rules/my_city.yaml", cases=["cases"])
    for change in found.changes: ...
    for case in found.cases:
        for move in case.moves:
            tell(move.award, move.step, move.cause)

Both versions are taken as if each were in force for every case: the question is what the change does, not which version
a date chooses. Nothing is computed here: every figure is that of `evaluate`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final, Literal, TypeAlias

from subsidy_rules.award.evaluate import evaluate
from subsidy_rules.award.model import Award, Both, Entitlement, NotAsked, NotEligible, Step
from subsidy_rules.award.phrases import Names, cell_amount, say_failed
from subsidy_rules.errors import CaseError, UsageError
from subsidy_rules.facts.case import Case
from subsidy_rules.plan import ClausePlan, Policies, PolicyPlan, load_guide, load_policies
from subsidy_rules.policy.source import RuleSource, read_policy, shipped_rules
from subsidy_rules.study.changes import Change, changes, same_sentences
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.quantity import CNY, Currency

Row: TypeAlias = Award | NotEligible | NotAsked
Key: TypeAlias = tuple[str, str]
NONE: Final[Both] = ("无", "none")


@dataclass(frozen=True, slots=True)
class Edition:
    """One side: the policies of a file or folder, each with its version (else its document) and digest."""

    policy: str
    version: str
    document: str
    source_sha256: str


@dataclass(frozen=True, slots=True)
class StepMoved:
    """A step of an award that is another one: its word, both texts, and what it leaves in yuan as text, in both."""

    word: str
    old: str
    new: str
    old_value: str
    new_value: str


@dataclass(frozen=True, slots=True)
class Move:
    """An award that is another one: what it was and is, and the clause, step and version that moved it.

    `by` is `step`, `condition` (it is, or is no longer, refused or open), `sentence` (new or gone), or `cumulation` (a
    rule between awards). `step` is the one that decides, `steps` all that are another one. `old` and `new` say what it
    comes to, and `cause` why, in Chinese and English; `old_net` and `new_net` are what counts, in fen. `changes` are
    those of the same sentence.
    """

    award: str
    clause: str
    path: str
    old: Both
    new: Both
    old_net: Amount | None
    new_net: Amount | None
    by: Literal["step", "condition", "sentence", "cumulation"]
    step: StepMoved | None
    steps: tuple[StepMoved, ...]
    cause: Both
    versions: tuple[str, str]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class CaseMoves:
    """One case under both versions: the totals, and every award that is another one."""

    case: str
    old: Amount
    new: Amount
    moves: tuple[Move, ...]
    currency: Currency = CNY


@dataclass(frozen=True, slots=True)
class Diff:
    """What changed between two packs, and what that moves in the cases given."""

    old: tuple[Edition, ...]
    new: tuple[Edition, ...]
    changes: tuple[Change, ...]
    cases: tuple[CaseMoves, ...]

    @property
    def equal(self) -> bool:
        """Whether nothing changed, and nothing moved."""
        return not self.changes and not any(one.moves for one in self.cases)


def diff(
    old: str | Path, new: str | Path, cases: Sequence[str | Path | Case] = (), *, guides: Sequence[str | Path] = ()
) -> Diff:
    """Compare two packs (files, or folders of them), and what cases (files, folders, or `Case`) come to under each.

    Policies are matched by their id, else as versions of one policy, else as the only one of either side.

    Raises `UsageError` for a path that is not there, `RuleError` and `CaseError` for a file that is wrong.
    """
    sides = [_sources(old), _sources(new)]
    pairs = list(_matched(*sides))
    found: list[Change] = []
    names: dict[Key, Key] = {}
    for a, b in pairs:
        if a is not None and b is not None:
            found += changes(a, b)
            ids = a.file.policy.id, b.file.policy.id
            names |= {(ids[0], one): (ids[1], other) for one, other in same_sentences(a, b).items()}
        else:
            found += _whole(a, b)
    held = list(_cases(cases))
    policies = _loaded(sides, held)
    editions = [tuple(_edition(plan) for plan in each.plans) for each in policies]
    filled = [[load_guide(path, each) for path in guides] for each in policies]
    ready = [_as_if_in_force(each) for each in policies]
    made = []
    for name, case in held:
        was, now = (evaluate(case, each, guides=given) for each, given in zip(ready, filled, strict=True))
        moves = tuple(_Moves(was, now, ready[0], ready[1], names, tuple(found), editions).all())
        made.append(CaseMoves(name, was.total.possible, now.total.possible, moves, now.currency))
    return Diff(editions[0], editions[1], tuple(found), tuple(made))


# The two sides


def _sources(path: str | Path) -> list[RuleSource]:
    given = Path(path)
    files = sorted(given.glob("*.yaml")) if given.is_dir() else [given]
    kept = [one for one in files if not one.name.endswith(".tests.yaml")]
    if not kept or not kept[0].exists():
        raise UsageError(f"no rule file at '{given}'")
    return [read_policy(one) for one in kept]


def _loaded(sides: Sequence[Sequence[RuleSource]], cases: Sequence[tuple[str, Case]]) -> list[Policies]:
    """Return the policies of both sides; where a case needs them, with the words of the packs that ship."""
    own = [[Path(one.document.name) for one in side] for side in sides]
    alone = [load_policies(files) for files in own]
    try:
        for each in alone:
            for _, case in cases:
                case.facts_of(each.vocabulary)
    except CaseError:
        ids = [list(each.by_id) for each in alone]
        lent = [path for path in sorted(shipped_rules().glob("*.yaml")) if path.stem not in {*ids[0], *ids[1]}]
        try:
            return [load_policies([*files, *lent]).only(*names) for files, names in zip(own, ids, strict=True)]
        except UsageError:  # another currency, or other words for the same: the case is told what is wrong with it
            return alone
    return alone


def _matched(
    old: Sequence[RuleSource], new: Sequence[RuleSource]
) -> Iterator[tuple[RuleSource | None, RuleSource | None]]:
    if len(old) == len(new) == 1:
        yield old[0], new[0]
        return
    left = {_family(one): one for one in old} | {one.file.policy.id: one for one in old}
    taken: set[int] = set()
    for one in new:
        twin = left.get(one.file.policy.id) or left.get(_family(one))
        taken.add(id(twin))
        yield twin, one
    yield from ((one, None) for one in old if id(one) not in taken)


def _family(source: RuleSource) -> str:
    version = source.file.policy.version
    return source.file.policy.id if version is None else version.of


def _whole(old: RuleSource | None, new: RuleSource | None) -> Iterator[Change]:
    """Tell that a policy is new or gone as a whole."""
    for source, kind in ((old, "removed"), (new, "added")):
        if source is not None:
            head = source.file.policy
            said = f"{head.title}（{head.document}）"
            sides = (said, "") if kind == "removed" else ("", said)
            yield Change("removed" if kind == "removed" else "added", "policy", "", "", "", head.id, *sides)


def _edition(plan: PolicyPlan) -> Edition:
    version = plan.header.version
    return Edition(plan.id, "" if version is None else version.name, plan.header.document, plan.source_sha256)


def _said(editions: Sequence[Edition], policy: str) -> str:
    one = next(one for one in editions if one.policy == policy)
    return f"{one.policy} {one.version or one.document} {one.source_sha256[:12]}"


def _as_if_in_force(policies: Policies) -> Policies:
    """Return the policies without the gates that choose among versions by date."""

    def freed(clause: ClausePlan) -> ClausePlan:
        return replace(clause, gates=tuple(gate for gate in clause.gates if gate.role != "version"))

    plans = tuple(
        replace(
            plan,
            header=replace(plan.header, version=None),
            clauses=tuple(map(freed, plan.clauses)),
            obligations=tuple(map(freed, plan.obligations)),
        )
        if plan.header.version is not None
        else plan
        for plan in policies.plans
    )
    return Policies(plans, policies.vocabulary, {plan.id: plan for plan in plans})


def _cases(given: Sequence[str | Path | Case]) -> Iterator[tuple[str, Case]]:
    for place, one in enumerate(given, 1):
        if isinstance(one, Case):
            yield f"case {place}", one
            continue
        path = Path(one)
        if not path.exists():
            raise UsageError(f"no file or folder at '{path}'")
        files = (
            sorted(each for each in path.iterdir() if each.suffix in (".yaml", ".yml", ".json"))
            if path.is_dir()
            else [path]
        )
        yield from ((str(file), Case.load(file)) for file in files)


# One case


class _Moves:
    """Holds the two results of one case against each other."""

    def __init__(
        self,
        was: Entitlement,
        now: Entitlement,
        old: Policies,
        new: Policies,
        names: Mapping[Key, Key],
        found: tuple[Change, ...],
        editions: Sequence[Sequence[Edition]],
    ) -> None:
        self.was, self.now, self.names, self.changes, self.editions = was, now, names, found, editions
        self.speaks = Names(old), Names(new)
        self.sides = self._rows(was, names), self._rows(now, {})

    def _rows(self, found: Entitlement, names: Mapping[Key, Key]) -> dict[tuple[Key, str], Row]:
        made: dict[tuple[Key, str], Row] = {}
        rows: list[Row] = [*found.not_asked, *found.not_eligible, *found.undecided, *found.awards]
        for row in rows:
            key = names.get((row.policy, row.clause), (row.policy, row.clause))
            named = "" if isinstance(row, NotAsked) else row.id.partition("@")[2]
            made[key, named] = row
        return made

    def all(self) -> Iterator[Move]:
        """Return every award that is another one, in the order of the new version; what is gone last."""
        old, new = self.sides
        for key in dict.fromkeys([*new, *old]):
            a, b = old.get(key), new.get(key)
            if (isinstance(a, Award) or isinstance(b, Award)) and self._state(a, 0) != self._state(b, 1):
                yield self._move(key, a, b)

    def _state(self, row: Row | None, side: int) -> tuple[object, ...]:
        if not isinstance(row, Award):
            return ("", *NONE)
        found = (self.was, self.now)[side]
        open_ = row in found.undecided
        return row.status, open_, row.gated.numbers, row.net.numbers, row.amount.numbers

    def _figure(self, row: Row | None, side: int) -> Both:
        """Say what an award comes to, in the total and by itself where that is another figure."""
        if not isinstance(row, Award):
            return NONE if row is None or isinstance(row, NotAsked) else ("不享受", "not eligible")
        open_ = row in (self.was, self.now)[side].undecided
        amount = row.amount if open_ else row.net
        zh, en = cell_amount(amount, "zh", row.currency), cell_amount(amount, "en", row.currency)
        return (f"未定，如享受则{zh}", f"undecided, if eligible {en}") if open_ else (zh, en)

    def _move(self, key: tuple[Key, str], a: Row | None, b: Row | None) -> Move:
        (policy, clause), thing = key
        row = b if isinstance(b, Award) or a is None else a
        steps = _steps(a, b)
        step = _decisive(a, b, steps)
        by, cause = self._cause(a, b, step)
        own = tuple(
            one for one in self.changes if one.clause == clause or (row is not None and one.clause == row.clause)
        )
        olds = {new: old for (old, _), (new, _) in self.names.items()}
        before = olds.get(policy, policy)
        labels = tuple(
            _said(side, name) if any(one.policy == name for one in side) else ""
            for side, name in zip(self.editions, (before, policy), strict=True)
        )
        sentence = row.sentence if row is not None else None
        where = "" if sentence is None else f"{sentence.path}#{sentence.sentence}"
        name = f"{policy}/{clause}@{thing}"
        said, figures = (self._figure(a, 0), self._figure(b, 1)), (_net(a), _net(b))
        pair = labels[0], labels[1]
        return Move(name, clause, where, *said, *figures, by, step, steps, cause, pair, own)

    def _cause(
        self, a: Row | None, b: Row | None, step: StepMoved | None
    ) -> tuple[Literal["step", "condition", "sentence", "cumulation"], Both]:
        if a is None:
            return "sentence", ("新增的条款", "a new sentence")
        if b is None:
            return "sentence", ("条款已删除", "the sentence is gone")
        for row, side, head in ((b, 1, ("现在不符合：", "now fails: ")), (a, 0, ("原来不符合：", "failed before: "))):
            if isinstance(row, NotEligible):
                zh, en = ("；".join(dict.fromkeys(self._failed(row, side, lang))) for lang in (0, 1))
                return "condition", (head[0] + zh, head[1] + en)
        if step is not None:
            return "step", (
                f"步骤 {step.word}：{step.old or '无'} → {step.new or '无'}",
                f"step {step.word}: {step.old or 'none'} → {step.new or 'none'}",
            )
        if isinstance(a, Award) and isinstance(b, Award) and (a in self.was.undecided) == (b in self.now.undecided):
            rules = f"{a.rule or '—'} → {b.rule or '—'}, {a.status} → {b.status}"
            return "cumulation", (f"奖补之间的规则：{rules}", f"rules between awards: {rules}")
        return "condition", ("条件是否满足有变化", "whether its conditions are settled changed")

    def _failed(self, row: NotEligible, side: int, lang: int) -> Iterator[str]:
        for one in row.failed:
            yield say_failed(one, "en" if lang else "zh", self.speaks[side])


def _steps(a: Row | None, b: Row | None) -> tuple[StepMoved, ...]:
    """Return the steps of two awards that say another thing; where none does, the first that leaves another value."""
    if not (isinstance(a, Award) and isinstance(b, Award)):
        return ()
    pairs = list(_side_by_side(a.steps, b.steps))
    said = [pair for pair in pairs if _text_of(pair[0]) != _text_of(pair[1])]
    moved = said or [pair for pair in pairs if _value_of(pair[0]) != _value_of(pair[1])][:1]
    return tuple(
        StepMoved((other or one).word, _text_of(one), _text_of(other), _value_of(one), _value_of(other))  # type: ignore[union-attr]
        for one, other in moved
    )


def _decisive(a: Row | None, b: Row | None, moved: Sequence[StepMoved]) -> StepMoved | None:
    """Return the step that moved an award: the last that is another one and, in either version, leaves its mark.

    A cap that does not bind in either has moved nothing; one that binds decides, whatever the rate before it.
    """
    if not (isinstance(a, Award) and isinstance(b, Award)) or not moved or _end(a) == _end(b):
        return None
    marks = {_mark(step, row.steps[at - 1] if at else None) for row in (a, b) for at, step in enumerate(row.steps)}
    live = [one for one in moved if {(one.word, one.old, one.old_value), (one.word, one.new, one.new_value)} & marks]
    return (live or list(moved))[-1]


def _net(row: Row | None) -> Amount | None:
    return row.net if isinstance(row, Award) else None


def _end(row: Award) -> str | None:
    return row.steps[-1].value if row.steps else None


def _mark(step: Step, before: Step | None) -> tuple[str, str, str] | None:
    """Return a step that leaves another value than it found, by what it says."""
    return None if before is not None and before.value == step.value else (step.word, step.text, step.value or "")


def _side_by_side(old: Sequence[Step], new: Sequence[Step]) -> Iterator[tuple[Step | None, Step | None]]:
    """Return the steps of two awards in pairs of one word, in their order; what has no counterpart alone."""
    words = [step.word for step in old], [step.word for step in new]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, words[0], words[1], autojunk=False).get_opcodes():
        if tag == "equal":
            yield from zip(old[i1:i2], new[j1:j2], strict=True)
            continue
        yield from ((step, None) for step in old[i1:i2])
        yield from ((None, step) for step in new[j1:j2])


def _text_of(step: Step | None) -> str:
    return "" if step is None else step.text


def _value_of(step: Step | None) -> str:
    return "" if step is None or step.value is None else step.value
