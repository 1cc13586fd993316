"""Several versions of a policy side by side, and sentences that a later document suspended, repealed or corrected.

Each version is a rule file of its own; its head says of which policy it is a version, on which days it is in force, and
which date of a case chooses it. A transitional provision keeps another version where its condition holds:

    version:
      of: green_city
      name: 2025年版
      from: 2025-07-01
      by: case.applied_on
      transitional:
      - per: project
        when: project.started_on < 2025-07-01
        version: 2023年版
        quote: 本办法施行前已开工的项目，按原办法执行

All of that becomes gates: whatever is not known of the dates leaves a sentence open as any other condition does.
`faults` holds the versions of one policy against each other: on every day exactly one is in force.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from subsidy_rules.errors import RuleError
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.step import Desk, Loc
from subsidy_rules.plan.model import Amendment, Gate, Per, Review, Transition, Version
from subsidy_rules.policy import model
from subsidy_rules.policy.source import RuleSource, node_at
from subsidy_rules.values.findings import Findings
from subsidy_rules.values.quantity import QuantityError, parse_date

if TYPE_CHECKING:
    from subsidy_rules.errors import Problem

NEVER: Final = op.Not(op.ALWAYS)
ELSE: Final = "else"
AT: Final[Loc] = ("policy", "version")
DECISION: Final = "case.decision_date"
ONE_DAY: Final = timedelta(days=1)
_Say = Callable[..., None]


def version_of(given: model.VersionModel | None) -> Version | None:
    """Return what a head says of its version, as the plan keeps it."""
    if given is None:
        return None
    passing = tuple(Transition(o.version, o.per, o.when, o.document, o.path, o.quote) for o in given.transitional)
    return Version(given.of, given.name, given.from_, given.until or "", tuple(_by(given).items()), passing)


def reviews_of(given: Iterable[model.Review]) -> tuple[Review, ...]:
    """Return who has reviewed or approved a file, as the plan keeps it."""
    return tuple(Review(one.by, one.on, one.document, one.note) for one in given)


def amendments_of(given: Iterable[model.AmendmentModel]) -> tuple[Amendment, ...]:
    """Return what became of a sentence, as the plan keeps it."""
    return tuple(Amendment(o.kind, o.from_, o.until or "", o.issuer, o.document, o.path, o.quote, o.was) for o in given)


def _by(given: model.VersionModel) -> Mapping[str, str]:
    return {ELSE: given.by} if isinstance(given.by, str) else given.by


class Versions:
    """Makes the gates that the version of a policy and the amendments of its sentences are."""

    def __init__(self, version: model.VersionModel | None, say: _Say) -> None:
        """Take what the head says, and what tells a problem at its place."""
        self.version, self._say = version, say
        if version is not None:
            self._dates(version.from_, version.until, AT)

    def gates(self, per: Per, desk: Desk) -> tuple[Gate, ...]:
        """Return the gate that this version applies to a sentence, if the head has versions."""
        if self.version is None:
            return ()
        version = self.version
        truth = self._within(self._day(per, desk), version.from_, version.until, desk, AT)
        passing = [(place, one) for place, one in enumerate(version.transitional) if _speaks_of(one.per, per)]
        for place, one in reversed(passing):
            kept: op.Truth = op.ALWAYS if one.version == version.name else NEVER
            truth = op.IfTruth(desk.condition(one.when, (*AT, "transitional", place, "when")), kept, truth)
        return (Gate("version", _told(version.from_, version.until, version.name), truth),)

    def amended(self, given: Sequence[model.AmendmentModel], per: Per, desk: Desk, loc: Loc) -> tuple[Gate, ...]:
        """Return the gates that a sentence is not suspended or repealed."""
        made = []
        for place, one in enumerate(given):
            at = (*loc, "amended", place)
            if one.kind == "corrected":
                continue
            day = self._day(per, desk) if one.by is None else desk.value(one.by, (*at, "by"), "date")
            during = self._within(day, one.from_, one.until if one.kind == "suspended" else None, desk, at)
            made.append(Gate(one.kind, _told(one.from_, one.until, one.document), op.Not(during)))
        return tuple(made)

    def check(self, given: Sequence[model.AmendmentModel], loc: Loc) -> None:
        """Refuse amendments that contradict themselves, whatever the sentence gives."""
        for place, one in enumerate(given):
            self._dates(one.from_, one.until, (*loc, "amended", place))
            self._form(one, (*loc, "amended", place))

    def _form(self, one: model.AmendmentModel, at: Loc) -> None:
        """Refuse what a kind of amendment can't have."""
        if one.until is not None and one.kind != "suspended":
            what, what_zh = f"what is {one.kind} has no last day", "废止或者更正没有终止日"
            self._say((*at, "until"), "version-conflict", what, what_zh, "leave 'until' out", "不写until")
        if bool(one.was) != (one.kind == "corrected"):
            what = "a correction says what stood there before ('was'), and nothing else does"
            self._say(
                at,
                "version-conflict",
                what,
                "更正须写明原文（was），暂停和废止不写",
                "write or leave out 'was'",
                "补写或删去was",
            )

    def _day(self, per: Per, desk: Desk) -> op.Value:
        """Return the date that chooses the version of a sentence; without versions, that of the decision."""
        if self.version is None:
            return desk.value(DECISION, AT, "date")
        by = _by(self.version)
        named = next((name for name in (per.name, per.parent) if name in by), ELSE)
        if named not in by:
            what = f"no date says which version applies to what is paid per {per.name}"
            what_zh = f"没有写明按{per.name}奖补的句子依哪个日期确定版本"
            self._say(
                (*AT, "by"),
                "version-conflict",
                what,
                what_zh,
                f"write '{per.name}', or 'else'",
                f"补写{per.name}或else",
            )
            return desk.value(DECISION, (*AT, "by"), "date")
        loc: Loc = (*AT, "by") if isinstance(self.version.by, str) else (*AT, "by", named)
        return desk.value(by[named], loc, "date")

    def _within(self, day: op.Value, first: str, last: str | None, desk: Desk, loc: Loc) -> op.Truth:
        begun = op.Compare(">=", day, self._constant(first, desk, (*loc, "from")))
        if last is None:
            return begun
        return op.All((begun, op.Compare(">=", self._constant(last, desk, (*loc, "until")), day)))

    def _constant(self, text: str, desk: Desk, loc: Loc) -> op.Value:
        try:
            return desk.number(parse_date(text), "date")
        except QuantityError as error:
            self._say(loc, error.code, error.what, error.what_zh, error.remedy, error.remedy_zh)
            return desk.number(Fraction(0), "date")

    def _dates(self, first: str, last: str | None, loc: Loc) -> None:
        if last is not None and (_day_of(first) or date.min) > (_day_of(last) or date.max):
            what = f"it ends on {last}, before it begins on {first}"
            self._say((*loc, "until"), "contradictory-dates", what, f"止于{last}，早于起始的{first}")


def _speaks_of(named: str, per: Per) -> bool:
    return not named or named in (per.name, per.parent)


def _told(first: str, last: str | None, what: str) -> str:
    return f"{first} – {last or '…'}, {what}"


def _day_of(text: str) -> date | None:
    """Return a day; None for what is none, which is told where it is read."""
    try:
        parse_date(text)
    except QuantityError:
        return None
    return date.fromisoformat(text)


# Versions against each other


def faults(sources: Sequence[RuleSource]) -> tuple[Problem, ...]:
    """Return where the versions of one policy overlap, leave days without a version, or choose by different dates."""
    families: dict[str, list[RuleSource]] = {}
    for source in sources:
        version = source.file.policy.version
        if version is not None:
            families.setdefault(version.of, []).append(source)
    return tuple(problem for family in families.values() for problem in _faults_of(family))


def raise_faults(sources: Sequence[RuleSource]) -> None:
    """Raise `RuleError` with every fault of versions that are loaded together."""
    found = faults(sources)
    if found:
        raise RuleError(list(found))


def _faults_of(family: Sequence[RuleSource]) -> Iterator[Problem]:
    ordered = sorted(
        ((one.file.policy.version, one) for one in family), key=lambda pair: pair[0].from_ if pair[0] else ""
    )
    names = [version.name for version, _ in ordered if version is not None]
    for place, (version, source) in enumerate(ordered):
        if version is None:
            continue
        found = Findings(source.document)

        def say(keys: Loc, *words: str, source: RuleSource = source, found: Findings = found) -> None:
            node, path = node_at(source.document, (*AT, *keys))
            found.add("version-conflict", node, path, *words)

        for at, one in enumerate(version.transitional):
            if one.version not in names and len(family) > 1:
                said = ", ".join(names)
                say(
                    ("transitional", at, "version"),
                    f"'{one.version}' is no version of {version.of}",
                    f"“{one.version}”不是{version.of}的版本",
                    f"one of: {said}",
                    f"可用：{said}",
                )
        if place:
            before, other = ordered[place - 1]
            if before is not None:
                _against(before, other, version, names, say)
        yield from found.problems


def _against(
    before: model.VersionModel,
    other: RuleSource,
    version: model.VersionModel,
    names: list[str],
    say: Callable[..., None],
) -> None:
    """Say how a version and the one before it do not fit together."""
    where = other.document.name
    first, last = _day_of(version.from_), None if before.until is None else _day_of(before.until)
    if names.count(version.name) > 1:
        say(
            ("name",),
            f"two versions are called '{version.name}'",
            f"两个版本都叫“{version.name}”",
            "give each version a name of its own",
            "各版本使用不同名称",
        )
    if first is None or (before.until is not None and last is None):
        return
    eve = (first - ONE_DAY).isoformat()
    if last is None or last >= first:
        until = before.until or "…"
        say(
            ("from",),
            f"from {version.from_} on also '{before.name}' is in force (until {until}, in {where})",
            f"自{version.from_}起，“{before.name}”仍然有效（至{until}，见{where}）",
            f"write 'until: {eve}' there, or a later 'from' here",
            f"在该文件写until: {eve}，或在此写更晚的from",
        )
    elif last + ONE_DAY < first:
        gap = (last + ONE_DAY).isoformat()
        say(
            ("from",),
            f"from {gap} to {eve} no version is in force; '{before.name}' ends on {before.until} (in {where})",
            f"{gap}至{eve}没有有效的版本；“{before.name}”止于{before.until}（见{where}）",
            f"write 'from: {gap}', or add the version in between",
            f"写from: {gap}，或补上其间的版本",
        )
    if _by(version) != _by(before):
        say(
            ("by",),
            f"'{before.name}' is chosen by another date (in {where})",
            f"“{before.name}”依另一日期确定（见{where}）",
            "all versions are chosen by the same date",
            "各版本应依同一日期确定",
        )
    if version.transitional != before.transitional:
        say(
            ("transitional",) if version.transitional else (),
            f"'{before.name}' has other transitional provisions (in {where})",
            f"“{before.name}”的过渡条款不同（见{where}）",
            "write the same 'transitional' in every version",
            "各版本写同样的transitional",
        )
