"""What a test expects, read from its file: every row of the awards, and whatever else it names.

    expect:
      retrofit@p1: awards exact 280万元
      titles@t1: {is: undecided at_most 80万元, reasons: [discretion, unknown_fact], needs: ["titles[0].grade"]}
      retrofit@p2: ["projects[1].nature | 新建 | 改扩建"]
    total: exact 280万元

Each kind of expectation is a small frozen value that knows the place where it stands, so that what fails points there.
Keys that mean nothing, clauses and readings that no loaded pack has, amounts without a kind are problems of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from subsidy_rules.author.entries import Desk
from subsidy_rules.author.expectation import (
    ABSENT,
    DUE,
    LISTINGS,
    NOT_ASKED,
    NOT_ELIGIBLE,
    REST,
    SEPARATOR,
    STATUSES,
    USUAL_REASONS,
    AwardExpected,
    Expected,
    FailedExpected,
    GroupExpected,
    Named,
    ObligationExpected,
    RefusalExpected,
    RowExpected,
    SilenceExpected,
    Span,
    TotalExpected,
)
from subsidy_rules.author.spelling import read_money, read_said, read_span, spell_span
from subsidy_rules.award.phrases import FLAGS
from subsidy_rules.award.record import SILENCE_OPTIONS
from subsidy_rules.errors import Place, path_to
from subsidy_rules.plan import Policies, PolicyPlan
from subsidy_rules.values import document as doc
from subsidy_rules.values.quantity import Currency, Number, QuantityError

__all__ = [
    "ABSENT",
    "DUE",
    "LISTINGS",
    "NOT_ASKED",
    "NOT_ELIGIBLE",
    "PARTS",
    "REST",
    "SEPARATOR",
    "STATUSES",
    "USUAL_REASONS",
    "AwardExpected",
    "Desk",
    "Expected",
    "ExpectedReader",
    "FailedExpected",
    "GroupExpected",
    "Named",
    "ObligationExpected",
    "RefusalExpected",
    "RowExpected",
    "SilenceExpected",
    "Span",
    "TotalExpected",
    "base_of",
]

PARTS: Final = (
    "expect",
    "total",
    "decided",
    "covers",
    "open_ended",
    "groups",
    "asks",
    "obligations",
    "adjustments",
    "instalments",
    "moves",
)
"""The keys of what is expected, in a case and under other readings."""
_OF_AWARD: Final = (
    "is",
    "net",
    "status",
    "reasons",
    "needs",
    "why",
    "flags",
    "no_flags",
    "ceiling",
    "cites",
    "rule",
    "payers",
    "readings",
)
_OF_GROUP: Final = ("members", "option", "rule", "additive", "lower", "sum")


class ExpectedReader:
    """Reads what a test expects of the policies that it names; the first is meant where an id names none."""

    def __init__(self, desk: Desk, policies: Policies, first: str) -> None:
        self.desk, self.findings = desk, desk.findings
        self.first, self.currency = first, policies.vocabulary.currency
        self.clauses = {
            f"{plan.id}/{name}"
            for plan in policies.plans
            for name in (
                *(one.id for one in plan.sentences),
                *(one.sentence.id for one in (*plan.clauses, *plan.obligations)),
            )
        }
        self.flags = {flag for plan in policies.plans for flag in _flags_of(plan)} | FLAGS.keys()
        self.rules = {f"{plan.id}/{rule.id}" for plan in policies.plans for rule in plan.rules}
        self.options = {one.id: tuple(one.options) for plan in policies.plans for one in plan.readings.values()}
        self.options |= {plan.silence: SILENCE_OPTIONS for plan in policies.plans}

    def full(self, name: str) -> str:
        """Write a name with its policy."""
        return name if "/" in name.partition("@")[0] else f"{self.first}/{name}"

    def clause(self, key: doc.Node, text: str, path: str) -> str:
        """Return the full id of a row, whose clause must be one of the policies'."""
        name = self.full(text)
        clause = name.partition("@")[0]
        if clause not in self.clauses:
            short = clause if "/" in text.partition("@")[0] else clause.partition("/")[2]
            options = sorted(self.clauses)
            if short != clause:
                options = [one.partition("/")[2] for one in options if one.startswith(f"{self.first}/")] + options
            self.findings.unknown("unknown-name", key, path, short, options)
        return name

    def read(self, entries: Mapping[str, doc.Node], place: Place, path: str) -> Expected:
        """Read what is expected of one result."""
        rows = {}
        expect = entries.get("expect")
        if expect is not None:
            for key, value, where in self.desk.pairs(expect, path_to(path, "expect")):
                name, row = self.clause(key, key.text, where), self.row(key, value, where)
                if row is not None:
                    rows[name] = row
        parts: dict[str, object] = {}
        for name, read in _READERS.items():
            if name in entries:
                parts[name] = read(self, entries[name], path_to(path, name))
        if "total" in parts:
            parts.setdefault("decided", parts["total"])
        return Expected(place, rows, **parts)  # type: ignore[arg-type]

    def row(self, key: doc.Scalar, node: doc.Node, path: str) -> RowExpected | None:
        """Read what is expected of one row."""
        if isinstance(node, doc.Sequence):
            return RefusalExpected(key.place, self.failed(node, path))
        if isinstance(node, doc.Mapping):
            if node.get("failed") is not None:
                found = self.desk.entries(node, path, ("failed", "readings"))
                readings = found.get("readings")
                return RefusalExpected(
                    key.place,
                    self.failed(found["failed"], path_to(path, "failed")),
                    None if readings is None else self.alternatives(readings, path_to(path, "readings"), listed=True),
                )
            return self.award(key, self.desk.entries(node, path, _OF_AWARD, ("is",)), path)
        if node.text in (NOT_ASKED, ABSENT):
            return SilenceExpected(key.place, node.text)
        return self.award(key, {"is": node}, path)

    def failed(self, node: doc.Node, path: str) -> tuple[FailedExpected, ...]:
        """Read the conditions that fail."""
        made = []
        for at, item in enumerate(self.findings.items(node, path)):
            where = path_to(path, at)
            text = self.findings.text(item, where)
            parts = (text or "").split(SEPARATOR)
            if len(parts) == 3:  # noqa: PLR2004 - fact, read, required
                made.append(FailedExpected(*parts))
            elif text is not None:
                self.findings.add(
                    "wrong-type",
                    item,
                    where,
                    "a condition that fails is 'fact | value read | value required'",
                    "不符合的条件应写成“事实 | 读到的值 | 要求的值”",
                    'write it in quotes: "projects[0].nature | 新建 | 改扩建"',
                    '请加引号书写，如 "projects[0].nature | 新建 | 改扩建"',
                )
        return tuple(made)

    def award(self, key: doc.Scalar, entries: Mapping[str, doc.Node], path: str) -> AwardExpected | None:
        """Read what is expected of a row of awards or of what is undecided."""
        desk, place = self.desk, key.place
        if "is" not in entries:
            return None
        text = self.findings.text(entries["is"], path)
        listing, _, rest = (text or "").partition(" ")
        if text is None:
            return None
        if listing not in LISTINGS:
            self.findings.add(
                "wrong-type",
                entries["is"],
                path,
                f"'{text}' does not say where the row stands: awards or undecided, then the kind and the amount",
                f"“{text}”没有写明所在列表：先写 awards 或 undecided，再写类别和金额",
                "such as: awards exact 280万元, undecided at_most 80万元, not_asked, absent; "
                'a refusal is the list of what fails: ["fact | value read | value required"]',
                "如 awards exact 280万元、undecided at_most 80万元、not_asked、absent；"
                '不符合的写未满足的条件：["事实 | 读到的值 | 要求的值"]',
            )
            return None
        said = desk.quantity(entries["is"], path, lambda _: read_said(rest, self.currency))
        if said is None:
            return None
        if "reasons" not in entries and said.value.kind not in USUAL_REASONS:
            kind = said.value.kind
            self.findings.add(
                "missing-key",
                entries["is"],
                path,
                f"what is '{kind}' says its reasons: expected 'reasons'",
                f"类别为“{kind}”的应写明原因：缺少“reasons”",
                "such as: {is: awards between 0元..24万元, reasons: [unknown_fact]}",
                "如 {is: awards between 0元..24万元, reasons: [unknown_fact]}",
            )
        parts: dict[str, object] = {
            "reasons": Named(USUAL_REASONS.get(said.value.kind, ()), place),
            "status": Named("counted", place),
            "needs": Named((), place),
            "why": Named((), place),
        }
        for name, read in _AWARD_READERS.items():
            if name in entries:
                parts[name] = read(self, entries[name], path_to(path, name))
        return AwardExpected(place, listing, said.value, **parts)  # type: ignore[arg-type]

    def status(self, node: doc.Node, path: str) -> Named[str]:
        """Read a status."""
        return self.desk.word(node, path, STATUSES)

    def span(self, node: doc.Node, path: str) -> Named[Span] | None:
        """Read one figure or two."""
        return self.desk.quantity(node, path, lambda text: read_span(text, self.currency))

    def money(self, node: doc.Node, path: str) -> Named[Number] | None:
        """Read one figure."""
        return self.desk.quantity(node, path, lambda text: read_money(text, self.currency))

    def rule(self, node: doc.Node, path: str) -> Named[str]:
        """Read the id of a rule between awards."""
        found = self.desk.word(node, path)
        name = self.full(found.value)
        if found.value and name not in self.rules:
            self.findings.unknown("unknown-name", node, path, name, sorted(self.rules))
        return Named(name, node.place)

    def payers(self, node: doc.Node, path: str) -> Named[Mapping[str, Span]]:
        """Read who pays which part."""
        found = {key.text: self.span(value, where) for key, value, where in self.desk.pairs(node, path)}
        return Named({name: one.value for name, one in found.items() if one is not None}, node.place)

    def flag_names(self, node: doc.Node, path: str) -> Named[tuple[str, ...]]:
        """Read flags, which must be some that an award can have."""
        for at, item in enumerate(self.findings.items(node, path)):
            flag = self.desk.word(item, path_to(path, at)).value
            if flag and flag not in self.flags:
                self.findings.unknown("unknown-member", item, path_to(path, at), flag, sorted(self.flags))
        return self.desk.words(node, path)

    def award_readings(self, node: doc.Node, path: str) -> Named[Mapping[str, str]]:
        """Read what an award would be under the options that were not taken."""
        return self.alternatives(node, path, listed=True)

    def alternatives(self, node: doc.Node, path: str, *, listed: bool) -> Named[Mapping[str, str]]:
        """Read, for each reading and option, what there would be: `awards exact 40万元`, `not_eligible`."""
        made: dict[str, str] = {}
        for key, options, where in self.desk.pairs(node, path):
            reading = self.reading(key, key.text, where)
            for option, value, at in self.desk.pairs(options, where):
                self.chosen(option, reading, option.text, at)
                said = self.desk.quantity(value, at, lambda text: _alternative(text, self.currency, listed=listed))
                if said is not None:
                    made[f"{reading}={option.text}"] = said.value
        return Named(made, node.place)

    def reading(self, node: doc.Node, text: str, path: str) -> str:
        """Return the full id of a reading, which must be one of the policies'."""
        name = self.full(text)
        clause = name.rpartition("/")[0]
        if base_of(name) not in self.options:
            self.findings.unknown("unknown-name", node, path, name, sorted(self.options))
        elif "/" in clause and clause not in self.clauses:
            self.findings.unknown("unknown-name", node, path, clause, sorted(self.clauses))
        return name

    def chosen(self, node: doc.Node, reading: str, option: str, path: str) -> str:
        """Return the option of a reading, which must be one of its own."""
        options = self.options.get(base_of(reading), (option,))
        if option not in options:
            self.findings.unknown("unknown-member", node, path, option, options)
        return option

    def total(self, node: doc.Node, path: str) -> TotalExpected | None:
        """Read a total: its kind and amount, and its reasons where they are named."""
        figure: doc.Node | None = node
        reasons: doc.Node | None = None
        if isinstance(node, doc.Mapping):
            entries = self.desk.entries(node, path, ("is", "reasons"), ("is",))
            figure, reasons = entries.get("is"), entries.get("reasons")
        said = None if figure is None else self.desk.quantity(figure, path, lambda text: read_said(text, self.currency))
        if said is None:
            return None
        words = None if reasons is None else self.desk.words(reasons, path_to(path, "reasons"))
        return TotalExpected(node.place, said.value, words)

    def rows(self, node: doc.Node, path: str) -> Named[tuple[str, ...]]:
        """Read ids of rows."""
        items = enumerate(self.findings.items(node, path))
        texts = [(item, self.desk.word(item, path_to(path, at)).value, path_to(path, at)) for at, item in items]
        return Named(tuple(self.clause(item, text, where) for item, text, where in texts if text), node.place)

    def groups(self, node: doc.Node, path: str) -> Named[tuple[GroupExpected, ...]]:
        """Read the groups of awards that meet."""
        made = []
        for at, item in enumerate(self.findings.items(node, path)):
            where = path_to(path, at)
            entries = self.desk.entries(item, where, _OF_GROUP, ("members",))
            parts: dict[str, object] = {
                name: read(self, entries[name], path_to(where, name))
                for name, read in _GROUP_READERS.items()
                if name in entries
            }
            if "members" in entries:
                members = self.rows(entries["members"], path_to(where, "members"))
                made.append(GroupExpected(item.place, tuple(sorted(members.value)), **parts))  # type: ignore[arg-type]
        return Named(tuple(made), node.place)

    def truth(self, node: doc.Node, path: str) -> Named[bool]:
        """Read a truth."""
        return Named(self.desk.word(node, path, ("true", "false")).value == "true", node.place)

    def option(self, node: doc.Node, path: str) -> Named[str]:
        """Read the option of a reading that decided."""
        return self.desk.word(node, path)

    def obligations(self, node: doc.Node, path: str) -> Named[Mapping[str, ObligationExpected]]:
        """Read the minima: decided and in need of no fact, unless the test says what it needs."""
        made = {}
        for key, value, where in self.desk.pairs(node, path):
            entries = {"is": value}
            if isinstance(value, doc.Mapping):
                entries = self.desk.entries(value, where, ("is", "needs", "decided"), ("is",))
            span = self.span(entries["is"], where) if "is" in entries else None
            needs: Named[tuple[str, ...]] = Named((), key.place)
            decided: Named[bool] | None = Named(value=True, place=key.place)
            if "needs" in entries:
                needs, decided = self.desk.words(entries["needs"], path_to(where, "needs")), None
            if "decided" in entries:
                decided = self.truth(entries["decided"], path_to(where, "decided"))
            if span is not None:
                made[self.clause(key, key.text, where)] = ObligationExpected(key.place, span.value, needs, decided)
        return Named(made, node.place)

    def adjustments(self, node: doc.Node, path: str) -> Named[Mapping[str, Named[Number]]]:
        """Read the signed corrections."""
        made = {}
        for key, value, where in self.desk.pairs(node, path):
            amount = self.desk.quantity(value, where, lambda text: read_money(text, self.currency, signed=True))
            if amount is not None:
                made[self.clause(key, key.text, where)] = Named(amount.value, key.place)
        return Named(made, node.place)

    def instalments(self, node: doc.Node, path: str) -> Named[tuple[str, ...]]:
        """Read the parts of awards that are paid at their times: `{retrofit@p1: {首付: due 60万元}}`."""
        made = []
        for key, parts, where in self.desk.pairs(node, path):
            award = self.clause(key, key.text, where)
            for name, value, at in self.desk.pairs(parts, where):
                said = self.desk.quantity(value, at, lambda text: _instalment(text, self.currency))
                if said is not None:
                    made.append(f"{award} {name.text} {said.value}")
        return Named(tuple(made), node.place)

    def moves(self, node: doc.Node, path: str) -> Named[Mapping[str, str]]:
        """Read every reading that moves the total, with the total under its other options."""
        return self.alternatives(node, path, listed=False)

    def words(self, node: doc.Node, path: str) -> Named[tuple[str, ...]]:
        """Read a list of texts."""
        return self.desk.words(node, path)

    def word(self, node: doc.Node, path: str) -> Named[str]:
        """Read a text."""
        return self.desk.word(node, path)


def _instalment(text: str, currency: Currency) -> str:
    """Write a part that is paid at its time as the result does: whether it is due, and how much."""
    state, _, rest = text.partition(" ")
    if state not in DUE:
        what = f"'{text}' does not say whether it is due: one of {', '.join(DUE)}, then the amount"
        what_zh = f"“{text}”没有写明是否到期：先写 {'、'.join(DUE)} 之一，再写金额"
        raise QuantityError("wrong-type", what, what_zh)
    return f"{state} {spell_span(*read_span(rest, currency), currency)}"


def _flags_of(plan: PolicyPlan) -> Iterator[str]:
    """Yield the flags that a policy itself puts on awards."""
    header = plan.header
    yield from header.flags
    yield from (f"unencoded:{plan.id}:{one.path}#{one.sentence}" for one in plan.not_modelled)
    if header.start_flag is not None:
        yield header.start_flag
    for sentence in plan.sentences:
        yield from sentence.flags
    for clause in plan.clauses:
        yield from clause.sentence.flags


def base_of(reading: str) -> str:
    """Return a reading's own id, where it is chosen for one clause alone: `pack/A5` of `pack/clause/A5`."""
    return f"{reading.partition('/')[0]}/{reading.rpartition('/')[2]}"


def _alternative(text: str, currency: Currency, *, listed: bool) -> str:
    """Write what there would be under an option as the result does: where the row would stand, the kind, the amount."""
    if not listed:
        return str(read_said(text, currency))
    listing, _, rest = text.partition(" ")
    if listing not in (*LISTINGS, NOT_ELIGIBLE) or (listing != NOT_ELIGIBLE and not rest):
        what = f"'{text}' is not what a row could be: awards …, undecided …, not_eligible"
        raise QuantityError("wrong-type", what, f"“{text}”不是可能的结果：awards …、undecided …、not_eligible")
    return f"{listing} {read_said(rest, currency)}" if rest else listing


_Read: TypeAlias = Callable[[ExpectedReader, doc.Node, str], object]
_READERS: Final[Mapping[str, _Read]] = {
    "total": ExpectedReader.total,
    "decided": ExpectedReader.total,
    "covers": ExpectedReader.word,
    "open_ended": ExpectedReader.rows,
    "groups": ExpectedReader.groups,
    "asks": ExpectedReader.words,
    "obligations": ExpectedReader.obligations,
    "adjustments": ExpectedReader.adjustments,
    "instalments": ExpectedReader.instalments,
    "moves": ExpectedReader.moves,
}
_AWARD_READERS: Final[Mapping[str, _Read]] = {
    "net": ExpectedReader.span,
    "status": ExpectedReader.status,
    "reasons": ExpectedReader.words,
    "needs": ExpectedReader.words,
    "why": ExpectedReader.words,
    "flags": ExpectedReader.flag_names,
    "no_flags": ExpectedReader.flag_names,
    "ceiling": ExpectedReader.span,
    "cites": ExpectedReader.words,
    "rule": ExpectedReader.rule,
    "payers": ExpectedReader.payers,
    "readings": ExpectedReader.award_readings,
}
_GROUP_READERS: Final[Mapping[str, _Read]] = {
    "option": ExpectedReader.option,
    "rule": ExpectedReader.rule,
    "additive": ExpectedReader.truth,
    "lower": ExpectedReader.money,
    "sum": ExpectedReader.money,
}
