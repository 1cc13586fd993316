"""What `check` finds in a policy that is not refused: tiers with holes, dead branches, words that say something else.

Each finding is a warning with its place. Nothing is refused because of one, and an award is worked out the same; but a
pack without any has been read twice. The conditions are decided by `reach`, the words compared by `wording`:

    rows: [{when: [project.total < 500万元], …}, {when: [project.total > 500万元], …}]
    branch-gap: project.total = 5,000,000.00元 falls in no row
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Final

from subsidy_rules.errors import CODES, Problem, brief
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.cap import Cap
from subsidy_rules.mechanisms.step import NOTHING, Loc
from subsidy_rules.mechanisms.tiers import Tiers
from subsidy_rules.mechanisms.words import Each
from subsidy_rules.plan.model import PolicyPlan
from subsidy_rules.plan.reach import Reach, Witness, atoms, figure, named, regions, walk_own
from subsidy_rules.plan.sites import ClauseSite, ExceptionSite, GateSite, SentenceSite, StepSite, sites
from subsidy_rules.plan.wording import Wording, table_of
from subsidy_rules.policy.source import RuleSource, node_at
from subsidy_rules.values.findings import Findings
from subsidy_rules.values.quantity import format_date, parse_date

Progress = Callable[[int, int], None]
"""Called after each clause with how many are done, and of how many."""

_ONE_OF: Final = frozenset({"rate", "lump_sum", "at_most"})
_ITSELF: Final = (": this condition contradicts itself", "：此条件自相矛盾")
_SUMS: Final = frozenset({"lump_sum", "cap", "at_most"})


def lint(
    source: RuleSource, plan: PolicyPlan, *, as_of: str | None = None, progress: Progress | None = None
) -> tuple[Problem, ...]:
    """Return what is unlikely to be meant in a policy, in the order of its file. Raises `QuantityError` for `as_of`.

    `as_of` is a day, `YYYY-MM-DD`: a policy whose window ends before it is told too.
    """
    linter = _Linter(source, plan)
    if as_of is not None:
        linter.ended(parse_date(as_of))
    found = list(sites(source.file, plan))
    for place, site in enumerate(found, start=1):
        linter.clause(site)
        if progress is not None:
            progress(place, len(found))
    linter.rules()
    told = dict.fromkeys(linter.findings.problems)
    return tuple(sorted(told, key=lambda one: (one.place.line, one.place.col)))


@dataclass(frozen=True, slots=True)
class _Tiers:
    """Conditions of which one must hold, and the condition under which they are asked.

    `limits` says whether what the latter leaves out is an end of the tiers, as what they cover is.
    """

    given: op.Truth
    parts: tuple[op.Truth, ...]
    limits: bool = True

    @property
    def covered(self) -> op.Truth:
        """Whether any of them holds."""
        return op.AnyOf(self.parts)


class _Linter:
    """Looks at one policy; findings are collected."""

    def __init__(self, source: RuleSource, plan: PolicyPlan) -> None:
        self.source, self.plan = source, plan
        self.findings = Findings(source.document)
        self.reach = Reach(plan)
        self.wording = Wording(plan, source.file, self.say)

    def say(self, code: str, loc: Loc, what: str, what_zh: str) -> None:
        """Note a finding at a place of the file."""
        node, path = node_at(self.source.document, loc)
        usual = CODES[code]
        self.findings.add(code, node, path, what, what_zh, usual.remedy, usual.remedy_zh)

    def _figure(self, value: Fraction, type_: str) -> str:
        return figure(value, type_, self.plan.vocabulary.currency)

    def ended(self, day: Fraction) -> None:
        """Say that the window ends before a day."""
        window = self.source.file.policy.window
        name, last = ("end", window.end) if window.end is not None else ("horizon", window.horizon)
        if last is not None and parse_date(last) < day:
            shown = format_date(day)
            what = f"the window of the policy ends on {last}, before {shown}"
            self.say("ended-window", ("policy", "window", name), what, f"政策有效期止于{last}，早于{shown}")

    def clause(self, site: ClauseSite) -> None:
        """Look at one clause."""
        self.wording.check(site)
        self._doubts(site)
        if self._unreachable(site):
            return
        self._rows(site)
        taken: list[op.Truth] = []
        for sentence in site.sentences:
            given = (
                site.given
                if sentence.model is site.model
                else op.All((site.given, sentence.truth, *map(op.Not, taken)))
            )
            for step in sentence.steps:
                self._step(step, op.All((given, step.inside)))
            self._alternating(sentence, given)
            taken.append(sentence.truth)
        self._exceptions(site)

    def rules(self) -> None:
        """Look at the rules between awards."""
        self.wording.rules()
        given = {site.model.id: site.given for site in sites(self.source.file, self.plan)}
        for place, rule in enumerate(self.plan.rules):
            cases = [(given[name], when) for name, when in rule.when.items() if name in given]
            if cases and all(self.reach.never(*case) for case in cases):
                self._dead(("cumulation", place, "when"), "this rule", "此规则")

    # Branches that nothing reaches

    def _dead(self, loc: Loc, thing: str, thing_zh: str, why: str = "", why_zh: str = "") -> None:
        self.say("unreachable", loc, f"no case reaches {thing}{why}", f"没有案例能达到{thing_zh}{why_zh}")

    def _contradicts(self, truth: op.Truth, gates: Sequence[GateSite]) -> tuple[str, str]:
        """Say what a condition contradicts: itself, one of those beside it, or several together."""
        if self.reach.never(truth):
            return _ITSELF
        for one in gates:
            if self.reach.never(one.gate.truth, truth):
                text = brief(one.gate.text)
                return f": this condition contradicts '{text}'", f"：此条件与“{text}”矛盾"
        return ": this condition contradicts those beside it taken together", "：此条件与其他条件合起来矛盾"

    def _unreachable(self, site: ClauseSite) -> bool:
        """Tell conditions of a clause that cannot hold with those above them; whether there are any."""
        who = op.All(tuple(gate.truth for gate in site.plan.gates if gate.role == "beneficiary"))
        held: list[op.Truth] = [who]
        for place, one in enumerate(site.gates):
            held.append(one.gate.truth)
            if self.reach.never(*held):
                why = self._contradicts(one.gate.truth, site.gates[:place])
                if self.reach.never(who, one.gate.truth) and not self.reach.never(one.gate.truth):
                    why = (": this condition leaves none of the beneficiaries", "：符合此条件的都不是奖补对象")
                self._dead(one.loc, "this award", "此项奖补", *why)
                return True
        for one in (*site.gates, *(gate for row in site.sentences if row.table for gate in row.gates)):
            self._parts(one, op.ALWAYS if self._defined(one.gate.text) else site.given)
        return False

    def _defined(self, text: str) -> bool:
        return any(name in text for name in self.source.file.define)

    def _parts(self, site: GateSite, given: op.Truth) -> None:
        """Tell the alternatives of a condition that cannot hold, and the lists of which nothing is asked for."""
        for part in walk_own(site.gate.truth):
            if isinstance(part, op.Exists | op.Aggregate) and self.reach.never(part.where):
                self._dead(site.loc, f"a thing of '{part.source.name}'", f"“{part.source.name}”中的任何一项", *_ITSELF)
        for alternative in _alternatives(site.gate.truth):
            if self.reach.never(given, alternative):
                self._dead(site.loc, "one alternative of this condition", "此条件的一个选项")
                return

    def _doubts(self, site: ClauseSite) -> None:
        gates = [gate for gate in site.plan.gates if gate.role == "doubt"]
        for place, gate in enumerate(gates):
            if self.reach.never(gate.truth):
                self._dead((*site.loc, "doubt", place, "when"), "this doubt", "此存疑情形", *_ITSELF)

    # Rows and tables

    def _rows(self, site: ClauseSite) -> None:
        """Tell what is wrong with exclusive rows: one that nothing reaches, two that hold together, a hole between."""
        rows = [one for one in site.sentences if one.table or one.model is not site.model]
        if not rows:
            return
        above: list[SentenceSite] = []
        alive: list[SentenceSite] = []
        for row in rows:
            if self._reached(row, above, site):
                self._overlap(row, alive, site)
                alive.append(row)
            above.append(row)
        self._gap(_Tiers(site.given, tuple(row.truth for row in rows)), (*site.loc, "rows"), "row", "行")

    def _reached(self, row: SentenceSite, above: Sequence[SentenceSite], site: ClauseSite) -> bool:
        loc: Loc = (*row.loc, "when")
        held: list[op.Truth] = [site.given]
        for place, one in enumerate(row.gates):
            held.append(one.gate.truth)
            if self.reach.never(*held):
                self._dead(
                    one.loc, "this row", "此行", *self._contradicts(one.gate.truth, (*site.gates, *row.gates[:place]))
                )
                return False
        if above and self.reach.never(*held, *(op.Not(one.truth) for one in above)):
            whole = next((one for one in above if self.reach.never(*held, op.Not(one.truth))), None)
            name, name_zh = (
                ("the rows above take all of it", "上面各行已全部包含")
                if whole is None
                else (f"'{whole.model.id}' takes all of it", f"“{whole.model.id}”已全部包含")
            )
            self._dead(loc, "this row", "此行", f": {name}", f"：{name_zh}")
            return False
        return True

    def _overlap(self, row: SentenceSite, above: Sequence[SentenceSite], site: ClauseSite) -> None:
        for other in above:
            case = self.reach.witness(op.All((other.truth, row.truth)), site.given)
            if case is not None:
                names = f"'{other.model.id}' and '{row.model.id}'"
                what = f"{case} falls in both {names}; the first is taken"
                what_zh = f"{case} 同时落入“{other.model.id}”和“{row.model.id}”，按前一行计算"
                self.say("branch-overlap", (*row.loc, "when"), what, what_zh)
                return

    def _gap(self, tiers: _Tiers, loc: Loc, thing: str, thing_zh: str) -> None:
        """Tell the first value, to the fen, of each hole between tiers."""
        for axis, values, holes in self._holes(tiers):
            for place, hole in enumerate(holes):
                if hole is not None and (place == 0 or holes[place - 1] is None):
                    case = self._case(axis, values[place], hole)
                    self.say("branch-gap", loc, f"{case} falls in no {thing}", f"{case} 不落入任何一{thing_zh}")

    def _left_over(self, parts: tuple[op.Truth, ...], last: op.Value, given: op.Truth, loc: Loc) -> None:
        """Tell a hole between the branches of an expression: one value, or any that the last branch gives nothing."""
        nothing = isinstance(last, op.Constant) and self.reach.number(last) == 0
        for axis, values, holes in self._holes(_Tiers(given, parts, limits=False)):
            for place, hole in enumerate(holes):
                alone = place + 1 == len(holes) or holes[place + 1] is None
                if hole is not None and holes[place - 1] is None and (alone or nothing):
                    case = self._case(axis, values[place], hole)
                    what = f"{case} lies between two branches, and takes the last one"
                    self.say("branch-gap", loc, what, f"{case} 夹在两个分支之间，按最后一个分支计算")

    def _case(self, axis: op.Value, value: Fraction, others: Witness) -> str:
        return ", ".join(filter(None, (f"{named(axis)} = {self._figure(value, axis.type)}", str(others))))

    def _holes(self, tiers: _Tiers) -> Iterator[tuple[op.Value, list[Fraction], list[Witness | None]]]:
        """Return each number that tiers go by, its values in their order, and where it is in no tier a case."""
        for axis, marks in self.reach.axes(tiers.covered).items():
            limits = self.reach.axes(tiers.given).get(axis, [])
            values = regions(axis, {*marks, *limits})
            yield axis, values, [self._hole(tiers, axis, values, place) for place in range(len(values))]

    def _hole(self, tiers: _Tiers, axis: op.Value, values: Sequence[Fraction], place: int) -> Witness | None:
        """Return a case at one value that is in no tier, though on both sides the tiers go on, or nothing is asked."""
        here = self.reach.at(op.Not(tiers.covered), axis, values[place])
        sides = [self._beside(tiers, axis, side) for side in (values[:place], values[place + 1 :])]
        return self.reach.witness(here, op.All((self.reach.at(tiers.given, axis, values[place]), *sides)))

    def _beside(self, tiers: _Tiers, axis: op.Value, values: Sequence[Fraction]) -> op.Truth:
        """Return the condition that the tiers go on on one side, or that the clause does not ask for what is there."""
        covered = [self.reach.at(op.All((tiers.given, tiers.covered)), axis, value) for value in values]
        limited = tiers.limits and axis in self.reach.axes(tiers.given)
        outside = [self.reach.at(op.Not(tiers.given), axis, value) for value in values] if limited else []
        return op.AnyOf((*covered, *outside))

    def _table(self, step: StepSite, given: op.Truth) -> None:
        """Tell a hole between the numbers of a table, and a member that the clause names and no row has."""
        loc: Loc = (*step.loc, step.lowered.word)
        listed = next(one for one in map(_rows_of, step.lowered.requires) if one is not None)
        self._gap(_Tiers(given, listed.truths), loc, "row", "行")
        keys = {part.fact for part in atoms(listed) if isinstance(part, op.In)}
        for asked in (part for part in atoms(given) if isinstance(part, op.In) and part.fact in keys):
            for member in sorted(asked.listing.members):
                only = op.In(asked.fact, op.Listing(frozenset({member})))
                if self.reach.never(given, only, listed) and self.reach.witness(only, given) is not None:
                    case = f"{named(asked.fact)} = {member}"
                    what = f"{case} meets the conditions and falls in no row"
                    self.say("branch-gap", loc, what, f"{case} 符合条件，却不落入任何一行")
                    return

    # Steps

    def _step(self, step: StepSite, given: op.Truth) -> None:
        """Look at one step: its condition, its cap's exception, its table, the branches of its expressions."""
        model, value = step.model, step.lowered.value
        if model.when is not None and isinstance(value, op.Choose):
            if self.reach.never(given, step.lowered.applies):
                self._dead((*step.loc, "when"), "this step", "此步骤")
                return
            given, value = op.All((given, step.lowered.applies)), value.branches[0][1]
        if isinstance(model, Cap) and model.unless is not None and isinstance(value, op.Choose):
            lifted = value.branches[0][0]
            if self.reach.never(given, lifted):
                self._dead((*step.loc, "unless"), "the exception to this cap", "此上限的例外")
            elif self.reach.never(given, op.Not(lifted)):
                self._dead((*step.loc, "unless"), "this cap: it is always lifted", "此上限：例外总成立")
            value = value.otherwise
        if isinstance(model, Each):
            if self.reach.never(given, step.inside) or (step.lowered.items and self.reach.never(step.lowered.items[2])):
                self._dead((*step.loc, "where"), "a thing of this list", "此清单中的任何一项")
            return
        if isinstance(model, Tiers):
            self._bands(step, model, given)
            return
        self._coarse(step)
        tabled = table_of(step.model) is not None
        if tabled:
            self._table(step, given)
        self._branches(value, given, (*step.loc, step.lowered.word), tabled=tabled)

    def _bands(self, step: StepSite, model: Tiers, given: op.Truth) -> None:
        """Tell the bands that the conditions of the clause leave out; that they meet is held where they are read."""
        kept = [place for place, row in enumerate(model.rows) if row.gives is None]
        for place, band in zip(kept, step.lowered.bands, strict=True):
            if self.reach.never(given, band.truth):
                self._dead((*step.loc, "rows", place), "this band", "此档")

    def _alternating(self, sentence: SentenceSite, given: op.Truth) -> None:
        """Tell steps of one word, each with its `when`, of which two are taken together, or none between two."""
        for word, group in groupby(sentence.steps, lambda step: step.lowered.word if step.model.when else ""):
            steps = list(group)
            if word not in _ONE_OF or len(steps) == 1 or len({step.loc[:-1] for step in steps}) > 1:
                continue
            asked = op.All((given, steps[0].inside))
            parts = tuple(step.lowered.applies for step in steps)
            for place, step in enumerate(steps):
                cases = (self.reach.witness(op.All((one, parts[place])), asked) for one in parts[:place])
                case = next((one for one in cases if one is not None), None)
                if case is not None:
                    what, what_zh = f"{case}: two steps '{word}' are taken", f"{case} 时，两个“{word}”步骤都适用"
                    self.say("branch-overlap", (*step.loc, "when"), what, what_zh)
            self._gap(_Tiers(asked, parts), (*steps[0].loc, "when"), f"step '{word}'", f"个“{word}”步骤")

    def _coarse(self, step: StepSite) -> None:
        """Tell a printed sum that the rounding of the policy cannot give."""
        if step.lowered.word not in _SUMS or step.lowered.operand is None:
            return
        for part in op.walk(step.lowered.operand):
            value = self.reach.number(part) if isinstance(part, op.Constant) and part.type == "money" else None
            if value is not None and value % self.plan.unit:
                shown, unit = self._figure(value, "money"), self.plan.header.unit
                what = f"awards are rounded to the {unit}, and {shown} is no multiple of it"
                self.say(
                    "coarse-rounding",
                    (*step.loc, step.lowered.word),
                    what,
                    f"按{unit}取整，而{shown}不是{unit}的整数倍",
                )
                return

    def _branches(self, node: op.Node, given: op.Truth, loc: Loc, *, tabled: bool = False, before: int = 0) -> None:
        """Tell the branches of an expression, or the rows of a table, that nothing reaches, and a hole between them.

        `before` is how many branches of the same expression go before.
        """
        match node:
            case op.Choose(branches, otherwise, _):
                if not tabled and not before:
                    self._left_over(*_chain(node), given, loc)
                for number, (truth, value) in enumerate(branches, start=before + 1):
                    if self.reach.never(given, truth):
                        name, name_zh = _numbered(number, tabled=tabled)
                        self._dead(loc, name, name_zh, *(_ITSELF if self.reach.never(truth) else ("", "")))
                    else:
                        self._branches(value, op.All((given, truth)), loc)
                    given = op.All((given, op.Not(truth)))
                if tabled or otherwise == NOTHING:
                    return
                number = before + len(branches)
                if self.reach.never(given):
                    self._dead(loc, *_numbered(number + 1, tabled=False))
                else:
                    self._branches(otherwise, given, loc, before=number if isinstance(otherwise, op.Choose) else 0)
            case op.Awarded():
                return
            case op.Aggregate(_, source, _, where, value, _):
                if self.reach.never(where):
                    self._dead(loc, f"a thing of '{source.name}'", f"“{source.name}”中的任何一项", *_ITSELF)
                self._branches(value, where, loc)
            case _:
                for child in op.children(node):
                    self._branches(child, given, loc, tabled=tabled)

    # Exceptions

    def _exceptions(self, site: ClauseSite) -> None:
        """Tell an exception that never holds, and two of one step that hold together."""
        alive: list[ExceptionSite] = []
        for one in site.exceptions:
            truth = one.replacement.truth
            if self.reach.never(site.given, truth):
                self._dead((*one.loc, "when"), "this exception", "此例外", *self._contradicts(truth, site.gates))
                continue
            for other in alive:
                if other.replacement.step == one.replacement.step:
                    case = self.reach.witness(op.All((other.replacement.truth, truth)), site.given)
                    if case is not None:
                        names = f"'{other.model.id}' and '{one.model.id}'"
                        what = f"{case}: both {names} hold; the one that stands later is taken"
                        what_zh = f"{case} 时，“{other.model.id}”和“{one.model.id}”都成立，按后一句计算"
                        self.say("conflicting-exceptions", (*one.loc, "replaces"), what, what_zh)
                        break
            alive.append(one)


def _numbered(number: int, *, tabled: bool) -> tuple[str, str]:
    """Name a branch of an expression or a row of a table, counted from 1."""
    if tabled:
        return f"row {number} of this table", f"此表的第{number}行"
    return f"branch {number} of this expression", f"此算式的第{number}个分支"


def _alternatives(truth: op.Truth) -> Iterator[op.Truth]:
    """Return what stands between the ors of a condition, at any depth."""
    match truth:
        case op.AnyOf(truths):
            for one in truths:
                yield one
                yield from _alternatives(one)
        case op.All(truths):
            for one in truths:
                yield from _alternatives(one)
        case op.Not(inner):
            yield from _alternatives(inner)
        case op.IfTruth(_, then, otherwise):
            yield from _alternatives(then)
            yield from _alternatives(otherwise)
        case _:
            return


def _chain(node: op.Choose) -> tuple[tuple[op.Truth, ...], op.Value]:
    """Return the conditions of `A if C else B if D else E`, and the last value."""
    parts: list[op.Truth] = []
    last: op.Value = node
    while isinstance(last, op.Choose):
        parts += [truth for truth, _ in last.branches]
        last = last.otherwise
    return tuple(parts), last


def _rows_of(truth: op.Truth) -> op.AnyOf | None:
    """Return the rows of a table from the truth that one holds; a step with `when` asks that only where it is taken."""
    if isinstance(truth, op.IfTruth):
        return _rows_of(truth.then)
    return truth if isinstance(truth, op.AnyOf) else None
