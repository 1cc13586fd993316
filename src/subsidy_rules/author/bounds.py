"""Boundary cases proposed for review: one unit below, at, and one unit above every threshold and every cap.

    - id: growth/enterprise.revenue_growth_below_20%
      # review: enterprise.revenue_growth is 0.01% below 20% (from growth/at_the_threshold)
      facts: {enterprise: {revenue_growth: 19.99%}}
      expect: {growth@enterprise: awards exact 20万元}

Each starts from a case that passes in which the sentence has something to say, or, where there is none, from the least
case that meets its conditions. What is expected is what is computed now, so nothing is shown by a proposed case until
somebody has worked it out by hand. A cap is reached by moving one amount of which the award depends in a straight line.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import yaml

from subsidy_rules.author.between import BETWEEN, between
from subsidy_rules.author.expected import SEPARATOR, USUAL_REASONS
from subsidy_rules.author.moves import Finder, Move, choices_of, own_parts, thing_of, tried
from subsidy_rules.author.spelling import Said, spell_span
from subsidy_rules.author.suite import CaseTest, Suite
from subsidy_rules.author.trial import Outcome
from subsidy_rules.award.model import Award, Both, Entitlement, whys_of
from subsidy_rules.errors import Lang
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.plan import ClausePlan, PolicyPlan
from subsidy_rules.policy.source import shipped_rules
from subsidy_rules.values import document as doc
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.document import Plain

SIDES: Final = ("below", "at", "above")
_SAID: Final[Mapping[str, Mapping[str, Both]]] = {
    "fact": {
        "below": ("比 {bound} 小 {unit}", "is {unit} below {bound}"),
        "at": ("恰为 {bound}", "is exactly {bound}"),
        "above": ("比 {bound} 大 {unit}", "is {unit} above {bound}"),
    },
    "value": {
        "below": ("使 {subject} 略低于 {bound}", "leaves {subject} just below {bound}"),
        "at": ("使 {subject} 达到 {bound}", "takes {subject} to {bound}"),
        "above": ("使 {subject} 略高于 {bound}", "takes {subject} just above {bound}"),
    },
    "cap": {
        "below": ("使金额比上限 {bound} 少 {unit}", "leaves the amount {unit} below the cap of {bound}"),
        "at": ("使金额恰达上限 {bound}", "takes the amount to the cap of {bound}"),
        "above": ("使金额超出上限 {bound}，须截至上限", "takes the amount above the cap of {bound}"),
    },
    "ceiling": {
        "below": ("使合计比 {bound} 的余额少 {unit}", "leaves the sum {unit} below what {bound} has left"),
        "at": ("使合计恰为 {bound} 的余额", "takes the sum to what {bound} has left"),
        "above": (
            "使合计比 {bound} 的余额多 {unit}，须削减",
            "takes the sum {unit} above what {bound} has left",
        ),
    },
    "higher": {
        "below": ("使 {subject} 比 {bound} 少 {unit}", "leaves {subject} {unit} below {bound}"),
        "at": ("使 {subject} 与 {bound} 相等", "makes {subject} equal to {bound}"),
        "above": ("使 {subject} 比 {bound} 多 {unit}", "takes {subject} {unit} above {bound}"),
    },
}
"""How a proposed value stands to its bound."""


def propose(suite: Suite, outcomes: Sequence[Outcome], lang: Lang, folder: Path) -> str:
    """Return a test file with the boundary cases of a suite's policies, to be written into `folder`."""
    return _Proposer(suite, outcomes, lang).text(folder)


class Trials:
    """Cases around the bounds of a sentence, each with what is moved in it, for whatever holds two policies equal."""

    def __init__(self, suite: Suite, outcomes: Sequence[Outcome]) -> None:
        """Make them from the tests of a file that pass."""
        self._finder = Finder(suite, outcomes, "en")

    def around(self, plan: PolicyPlan, clause: ClausePlan) -> Iterator[tuple[str, CaseTest]]:
        """Yield each case below, at and above a bound of the sentence, as this plan has it."""
        for move in self._finder.moves(plan, clause, set()):
            for value in move.values:
                if value < 0 and not move.spec.signed:
                    continue
                test = self._finder.moved(move.start, move.thing, move.spec, value)
                if test is not None and tried(test) is not None:
                    said = self._finder.number(value, move.spec.measure)
                    yield f"{move.path} = {said} ({move.start.name[1]})", test

    def choices(self, plan: PolicyPlan, clause: ClausePlan, other: ClausePlan) -> Iterator[tuple[str, CaseTest]]:
        """Yield cases in which a fact is otherwise that a condition reads which only one of two sentences has."""
        nodes = [
            gate.truth for one, two in ((clause, other), (other, clause)) for gate in one.gates if gate not in two.gates
        ]
        facts = dict.fromkeys(part for node in nodes for part in own_parts(node) if isinstance(part, op.Fact))
        for start in self._finder.starts(plan, clause):
            for fact in facts:
                thing = None if fact.of_kind else thing_of(start, fact)
                if thing is None:
                    continue
                for value in choices_of(fact.spec):
                    made = self._finder.given(start, thing.path, fact.spec, value)
                    if made is not None and tried(made) is not None:
                        yield f"{thing.path}.{fact.spec.name} = {value} ({start.name[1]})", made


class _Plain(yaml.SafeDumper):
    """Writes texts without quotes where they need none: the reader takes every scalar as text."""


_Plain.yaml_implicit_resolvers = {}


def _flow(value: object) -> str:
    """Write a value on one line."""
    text = str(
        yaml.dump(value, None, _Plain, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10**6)
    )
    return text.removesuffix("\n").removesuffix("\n...")


class _Proposer(Finder):
    """Writes a case for each bound of each policy's sentences, as it is computed."""

    def __init__(self, suite: Suite, outcomes: Sequence[Outcome], lang: Lang) -> None:
        super().__init__(suite, outcomes, lang)
        self.base = doc.plain(suite.base) if suite.base is not None else {}
        self.ids = {one.test.id for one in outcomes}
        self.rules = {f"{plan.id}/{rule.id}" for plan in self.policies.plans for rule in plan.rules}

    def text(self, folder: Path) -> str:
        lines = [
            f"# {_HEAD[self.at].format(file=self.suite.path.name)}",
            "tests: 1",
            f"policies: {_flow(self._packs(folder))}",
        ]
        if isinstance(self.base, dict) and self.base:
            lines += ["base:", *(f"  {_flow({key: value})[1:-1]}" for key, value in self.base.items())]
        cases = [case for plan in self.policies.plans for case in self._cases(plan)]
        lines += ["cases:", *cases] if cases else ["cases: []"]
        lines += [f"# {_LEFT[self.at]}{one}" for one in self.left]
        return "\n".join(lines) + "\n"

    def _packs(self, folder: Path) -> list[str]:
        """Name the packs: those that ship by their ids, others by a path from where the file will stand."""
        ships = shipped_rules()
        return [
            pack.stem if pack.parent == ships else Path(os.path.relpath(pack, folder)).as_posix()
            for pack in self.suite.packs
        ]

    # bounds

    def _cases(self, plan: PolicyPlan) -> Iterator[str]:
        seen: set[tuple[object, ...]] = set()
        for clause in plan.clauses:
            own = {(plan.id, one.id) for one in clause.sentences}
            for move in self.moves(plan, clause, seen):
                yield from self._around(clause.sentence.id, own, move)
        for rule in plan.rules:
            found = between(self, plan, rule)
            own = {(plan.id, name) for name in (*rule.clauses, *rule.against)}
            for move in found:
                yield from self._around(rule.id, own, move)
            if not found and rule.kind in BETWEEN:
                self.left.append(f"{rule.id}: {rule.kind} {rule.quote}".rstrip())

    # writing

    def _around(self, owner: str, own: Collection[tuple[str, str]], move: Move) -> Iterator[str]:
        """Write the cases below, at and above a bound."""
        for side, value in zip(SIDES, move.values, strict=True):
            if value < 0 and not move.spec.signed:
                continue
            test = self.moved(move.start, move.thing, move.spec, value)
            found = None if test is None else tried(test)
            name = self._fresh(f"{owner}/{move.label.format(side=side)}")
            if test is None or found is None:
                self.left.append(name)
                continue
            said = _SAID[move.words][side][self.at].format(bound=move.bound, unit=move.unit, subject=move.subject)
            sign = "：" if self.lang == "zh" else ": "
            brackets = ("（", "）") if self.lang == "zh" else (" (", ")")
            remark = f"# review{sign}{move.path} {said}{brackets[0]}{move.start.name[self.at]}{brackets[1]}"
            yield "\n".join([f"- {_flow({'id': name})[1:-1]}", f"  {remark}", *self._body(own, test, found.result)])

    def _fresh(self, name: str) -> str:
        """Return an id that no case has."""
        made, count = name, 1
        while made in self.ids:
            count += 1
            made = f"{name}_{count}"
        self.ids.add(made)
        return made

    def _body(self, own: Collection[tuple[str, str]], test: CaseTest, result: Entitlement) -> Iterator[str]:
        tree = doc.plain(test.case.document.root)
        changes = _changes(self.base, tree) if isinstance(self.base, dict) and isinstance(tree, dict) else tree
        yield f"  facts: {_flow(changes)}"
        if test.readings:
            yield f"  readings: {_flow(dict(test.readings))}"
        rows: dict[str, object] = {}
        for listing, awards in (("awards", result.awards), ("undecided", result.undecided)):
            rows.update({test.short(award.id): self.row(listing, award) for award in awards})
        for refused in result.not_eligible:
            if (refused.policy, refused.clause) in own:
                failed = [SEPARATOR.join((one.fact, one.read, one.required)) for one in refused.failed]
                rows[test.short(refused.id)] = failed
        yield "  expect:" if rows else "  expect: {}"
        yield from (f"    {_flow({name: row})[1:-1]}" for name, row in rows.items())
        total, decided = result.total.possible, result.total.decided
        yield f"  total: {self.said(total.kind, total)}"
        if self.said(decided.kind, decided) != self.said(total.kind, total):
            yield f"  decided: {self.said(decided.kind, decided)}"

    def row(self, listing: str, award: Award) -> object:
        """Write what is expected of an award: one text where nothing is out of the ordinary."""
        text = f"{listing} {self.said(award.kind, award.amount)}"
        more: dict[str, object] = {}
        if tuple(award.reasons) != USUAL_REASONS.get(award.kind):
            more["reasons"] = list(award.reasons)
        if award.status != "counted":
            more["status"] = award.status
            more["net"] = spell_span(award.net.minimum, award.net.maximum, self.currency)
            if award.rule in self.rules:
                more["rule"] = award.rule
        if award.needs:
            more["needs"] = list(award.needs)
        whys = whys_of(award.gated)
        if whys:
            more["why"] = list(whys)
        return {"is": text, **more} if more else text

    def said(self, kind: str, amount: Amount) -> Said:
        return Said.of(kind, amount, self.currency)


_DAY: Final[Both] = ("一天", "a day")
_HEAD: Final[Both] = (
    "门槛和上限两侧的案例，由 {file} 提出；期望值是现在算出的数，逐个核对后再收入",
    "Cases around thresholds and caps, proposed from {file}; what is expected is what is computed now: review each",
)
_LEFT: Final[Both] = ("没有提出案例：", "no case proposed: ")


def _changes(base: Mapping[str, Plain], tree: Mapping[str, Plain]) -> dict[str, Plain]:
    """Return what makes a case of `base`: what differs, and `~` for what is not there."""
    made: dict[str, Plain] = {}
    for key, value in tree.items():
        known = base.get(key)
        if key == "enterprise" and isinstance(known, dict) and isinstance(value, dict):
            inner = _changes(known, value)
            made |= {key: inner} if inner else {}
        elif known != value:
            made[key] = value
    return made | {key: "~" for key in base if key not in tree}
