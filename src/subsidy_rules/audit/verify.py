"""Hold every line against the award that it pays: `audit` gives verdicts, one for each award, with its lines.

The steps, each of which sees only what the one before left: a line finds its case (`knowledge`), its case is computed
for the line's own day under the rules of that day (`desk`), the line is matched to an award (`matching`), lines of one
award are added up, corrections below zero with them, and the sum is judged (`judging`).

>>> verdicts = audit(load_list(["paid.csv"]), open_desk(), load_book(["cases"])).verdicts      # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from subsidy_rules.audit.columns import NO_MAP, Map
from subsidy_rules.audit.desk import Desk
from subsidy_rules.audit.judging import Class, Judged, judged
from subsidy_rules.audit.knowledge import Book, Days, Known, dated, identity, sketched
from subsidy_rules.audit.lines import PaidLine, PaidList
from subsidy_rules.audit.matching import Candidate, Match, Named, match, name_of, paying_of, silent_of
from subsidy_rules.audit.record import Basis, Names, Record, put
from subsidy_rules.audit.stated import squeezed
from subsidy_rules.award.figures import Figures
from subsidy_rules.award.model import Award
from subsidy_rules.errors import CaseError, UsageError
from subsidy_rules.facts.case import Case, Facts
from subsidy_rules.facts.vocabulary import Vocabulary
from subsidy_rules.plan import PolicyPlan
from subsidy_rules.values.amount import Four
from subsidy_rules.values.quantity import INFINITY, ZERO, Number

NOTHING: Four = (ZERO, ZERO, ZERO, ZERO)
ANYTHING: Four = (ZERO, ZERO, INFINITY, INFINITY)
BOUNDS = frozenset({"discretion", "guide_missing", "unstated_cumulation"})
THOROUGH = 5000
"""Up to how many lines every award is recorded in full; beyond, those that are not simply right are."""
FEW = 500
"""Up to how many lines one process is enough, whatever `jobs` says."""
KEPT = 500
"""How many computed cases are kept for the next line."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of one award: its lines, what they pay together, what is due, the class and why.

    Amounts are in fen. `among` are the awards that could be meant where no one is; `record` holds the candidates that
    were matched, and what of the evaluation belongs to them.
    """

    lines: tuple[PaidLine, ...]
    judged: Judged
    paid: Fraction
    due: Four
    award_id: str = ""
    record: Record | None = None
    why: str = ""
    flags: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    among: tuple[str, ...] = ()
    case: str = ""
    days: Days | None = None
    rivals: tuple[str, ...] = ()
    wrong_case: CaseError | None = None
    near: str = ""
    """Where there are no facts: whose there are of nearly that name."""

    @property
    def name(self) -> Class:
        """The class."""
        return self.judged.name

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """What it was matched to."""
        return () if self.record is None else self.record.taken[0]

    @property
    def basis(self) -> Basis | None:
        """The stamp and the facts that it rests on; `None` where the figures alone were computed."""
        return None if self.record is None else self.record.taken[1]

    @property
    def award(self) -> Award | None:
        """The award in full, where it is one."""
        return self.candidates[0].award if len(self.candidates) == 1 else None


@dataclass(frozen=True, slots=True)
class Audit:
    """What was read, and the verdicts in the order of the first line of each."""

    paid: PaidList
    verdicts: tuple[Verdict, ...]
    desk: Desk
    use: Map = NO_MAP
    thorough: bool = True
    """Whether lines that are right are recorded in full too."""


@dataclass(slots=True)
class _Computed:
    """One case for one day under some rules."""

    figures: Figures
    case: Case
    known: Known | None
    days: Days | None
    vocabulary: Vocabulary

    @property
    def facts(self) -> Facts:
        """The case as it was read to be computed."""
        return self.case.facts_of(self.vocabulary)


@dataclass(slots=True)
class _Group:
    """The lines that pay one award."""

    computed: _Computed
    match: Match
    lines: list[PaidLine] = field(default_factory=list)
    others: set[Four] = field(default_factory=set)


def audit(  # noqa: PLR0913 - what is judged, by what, and how it is run
    paid: PaidList,
    desk: Desk,
    book: Book | None = None,
    use: Map = NO_MAP,
    *,
    as_of: Days | None = None,
    progress: Progress | None = None,
    jobs: int = 1,
    thorough: bool | None = None,
) -> Audit:
    """Judge every line. `as_of` is the decision date of lines that state none; `progress` is told how far it is.

    `jobs` is the number of processes; the outcome is the same with any. Where `thorough` is true every line is recorded
    in full, where it is false those that are simply right have figures alone; unless it is given, it is true for lists
    of up to 5,000 lines.

    Raises nothing for what is wrong with a line or its case: that is a verdict (`cant_tell`) with its reason. Raises
    `UsageError` where `jobs` is below 1, or a process was ended from outside.
    """
    if jobs < 1:
        raise UsageError("jobs is the number of processes, 1 or more")
    whole = len(paid.lines) <= THOROUGH if thorough is None else thorough
    auditor = Auditor(desk, use, as_of, whole=whole)
    found = recipients(paid.lines, book or Book())
    told = progress or (lambda _done, _every: None)
    if jobs > 1 and len(paid.lines) > FEW:
        from subsidy_rules.audit.processes import judged_at_once  # noqa: PLC0415 - only for long lists

        verdicts = judged_at_once(found, auditor, paid.lines, jobs, told)
    else:
        verdicts, done = [], 0
        for lines in found:
            verdicts += auditor.judge_recipient(lines)
            done += len(lines)
            told(done, len(paid.lines))
    known = book or Book()
    verdicts = [replace(one, near=known.near(one.lines[0])) if one.why == "no_facts" else one for one in verdicts]
    order = {line.place: at for at, line in enumerate(paid.lines)}
    verdicts.sort(key=lambda one: order[one.lines[0].place])
    return Audit(paid, tuple(verdicts), desk, use, whole)


@dataclass(frozen=True, slots=True)
class Asked:
    """A line, the case that it is computed from, and why there is none."""

    line: PaidLine
    known: Known | None
    why: str


def recipients(lines: Iterable[PaidLine], book: Book) -> list[list[Asked]]:
    """Return the lines of each recipient: of one case, else of one code or name."""
    found: dict[object, list[Asked]] = {}
    for line in lines:
        known, why = book.find(line)
        key = id(known) if known is not None else identity(line.applicant) or squeezed(line.uscc)
        found.setdefault(key, []).append(Asked(line, known, why))
    return list(found.values())


class Auditor:
    """Judges the lines of one recipient after those of another, so that what was computed can be let go."""

    def __init__(self, desk: Desk, use: Map, as_of: Days | None, *, whole: bool) -> None:
        """Take the rules, the words of the list, the day of lines that state none, and whether all is recorded."""
        self.desk, self.use, self.as_of, self.whole = desk, use, as_of, whole
        self.names = Names.of(desk.plans)
        self.computed: dict[tuple[object, ...], _Computed] = {}
        self.cases: dict[tuple[int, Days | None], Case] = {}
        self.groups: dict[tuple[object, ...], _Group] = {}

    def forget(self) -> None:
        """Let go of what was computed: cases that come later may have its place in memory."""
        self.computed.clear()
        self.cases.clear()

    def judge_recipient(self, asked: Sequence[Asked]) -> list[Verdict]:
        """Return the verdicts on all lines of one recipient."""
        self.groups.clear()
        loose: list[Verdict] = []
        waiting: list[tuple[PaidLine, Verdict]] = []
        for one in asked:
            left = self.take(one)
            if left is not None and left.paid < ZERO:
                waiting.append((one.line, left))
            elif left is not None:
                loose.append(left)
        loose += filter(None, (self.correct(line, left) for line, left in waiting))
        by_person = self.paid_awards()
        return [*loose, *(self.judge(group, by_person[_whose(group)]) for group in self.groups.values())]

    def take(self, asked: Asked) -> Verdict | None:
        """Put a line to its award; return the verdict of one that has none."""
        line, known = asked.line, asked.known
        stated = line.tested
        if stated is None or any(fault.field in ("granted", "paid", "applicant") for fault in line.faults):
            return self.left(line, "unreadable")
        days = line.decided or self.as_of
        named = name_of(line, self.desk, self.use.clauses)
        if asked.why == "several":
            return self.left(line, "several_cases")
        if known is None and not named.clause_named:
            return self.left(line, "no_facts")
        plans = named.plans if named.policy_named or named.clause_named else ()
        if len({plan.id for plan in plans}) < len(plans):
            plans = tuple(plan for plan in self.desk.in_force(days) if plan in plans)
        try:
            computed = self.compute(known, days, named, plans if named.policy_named or len(plans) == 1 else ())
            _ = computed.facts
        except CaseError as error:
            return replace(self.left(line, "wrong_case"), wrong_case=error)
        matched = self.matched(line, computed, named, whole=self.whole or known is None)
        if matched.why:
            why_not = matched.why if known is not None or matched.why in _OWN else "no_facts"
            verdict = self.left(line, why_not, computed)
            return replace(verdict, among=matched.among)
        self.group(line, computed, matched)
        return None

    def matched(self, line: PaidLine, computed: _Computed, named: Named, *, whole: bool) -> Match:
        """Match a line to what pays; only where nothing does is it asked what does not, and why."""
        figures, facts = computed.figures, computed.facts
        paying = paying_of(figures, self.desk, named, whole=whole)
        found = match(line, paying, named, facts)
        sure = not _DOUBTS.intersection(found.how)
        if sure and len(found.chosen) == 1 and (named.clause_named or found.chosen[0].state == "award"):
            return found
        if not whole and figures.quick:
            paying = paying_of(figures, self.desk, named, whole=True)
        return match(line, [*paying, *silent_of(figures, self.desk, named)], named, facts)

    def compute(self, known: Known | None, days: Days | None, named: Named, plans: Sequence[PolicyPlan]) -> _Computed:
        """Return what a line's case comes to on its day; the same case is computed once a day."""
        if known is None:
            clause = None
            if len(named.sentences) >= 1:
                plan = next(one for one in named.plans if one.id == named.sentences[0].policy)
                clause = self.desk.owner(plan, named.sentences[0].id)
            case = sketched(days, clause)
            who: object = tuple((one.policy, one.id) for one in named.sentences)
        else:
            case, who = self.of_day(known, days), id(known)
        under = self.desk.policies(case, days, plans)
        key = (who, days, tuple(map(id, under)))
        if key not in self.computed:
            calculator = self.desk.calculator(under)
            figures = calculator.figures(case)
            if len(self.computed) > KEPT:
                self.computed.clear()
            self.computed[key] = _Computed(figures, case, known, days, calculator.policies.vocabulary)
        return self.computed[key]

    def of_day(self, known: Known, days: Days | None) -> Case:
        """Return a case with the decision date of a line; the last ones are kept, since their lines stand together."""
        if (id(known), days) not in self.cases:
            if len(self.cases) > KEPT:
                self.cases.clear()
            self.cases[id(known), days] = dated(known.case, days)
        return self.cases[id(known), days]

    def group(self, line: PaidLine, computed: _Computed, matched: Match) -> None:
        """Add a line to those of its award."""
        first = matched.chosen[0]
        who = id(computed.known) if computed.known is not None else (squeezed(line.uscc) or identity(line.applicant))
        thing = "*" if len(matched.chosen) > 1 else first.thing
        what = identity(line.project) if computed.known is None else ""
        key = (who, first.policy, first.clause, thing, what)
        group = self.groups.setdefault(key, _Group(computed, matched))
        group.lines.append(line)
        if computed is not group.computed:
            group.others.add(due_of(matched, computed.figures)[0])

    def correct(self, line: PaidLine, left: Verdict) -> Verdict | None:
        """Tie a correction that names no award to the one that it corrects: of the same enterprise and project.

        Return its verdict where there is none, or more than one.
        """
        who = (squeezed(line.uscc), identity(line.applicant))
        own = [
            group
            for group in self.groups.values()
            if any((squeezed(one.uscc), identity(one.applicant)) == who for one in group.lines)
        ]
        same = [
            group
            for group in own
            if line.project and any(identity(one.project) == identity(line.project) for one in group.lines)
        ]
        chosen = same if line.project else own
        if len(chosen) == 1:
            chosen[0].lines.append(line)
            return None
        return replace(left, why="correction_of_nothing" if not chosen else "correction_of_several")

    def left(self, line: PaidLine, why: str, computed: _Computed | None = None) -> Verdict:
        """Return the verdict of a line that is matched to no award."""
        paid = line.tested.fen if line.tested is not None else ZERO
        known = None if computed is None else computed.known
        case = "" if known is None else known.source
        days = line.decided or self.as_of
        record = self.recorded((), computed.figures) if computed is not None and self.whole else None
        unknown = Judged("cant_tell", "none")
        return Verdict((line,), unknown, paid, ANYTHING, record=record, why=why, case=case, days=days)

    def recorded(self, candidates: tuple[Candidate, ...], figures: Figures | None) -> Record:
        """Put away what a verdict rests on; `figures` where its evaluation belongs to it."""
        basis = None if figures is None else Basis.of(figures.entitlement, candidates)
        return put(candidates, basis, self.names)

    def paid_awards(self) -> Mapping[object, frozenset[str]]:
        """Return the awards that the lists pay, by whom they are paid to."""
        found: dict[object, set[str]] = {}
        for group in self.groups.values():
            for one in group.match.chosen:
                found.setdefault(_whose(group), set()).add(one.id)
        return {who: frozenset(ids) for who, ids in found.items()}

    def judge(self, group: _Group, paid_ids: frozenset[str]) -> Verdict:
        """Judge the lines of one award together; what is not simply right is recorded in full."""
        verdict = self.verdict(group, paid_ids)
        if verdict.name != "right" and group.match.chosen[0].quick is not None:
            first = group.lines[0]
            named = name_of(first, self.desk, self.use.clauses)
            again = self.matched(first, group.computed, named, whole=True)
            if not again.why:
                verdict = self.verdict(replace(group, match=again), paid_ids)
        return verdict

    def verdict(self, group: _Group, paid_ids: frozenset[str]) -> Verdict:
        """Return the verdict on the lines of one award, as it was matched."""
        lines = tuple(group.lines)
        stated = [one.tested for one in lines if one.tested is not None]
        paid = sum((one.fen for one in stated), ZERO)
        coarse = [one.digit for one in stated if one.coarse]
        chosen = group.match.chosen
        due, law_open, flags, rivals = due_of(group.match, group.computed.figures, paid_ids)
        if due is NOTHING or all(one.state in ("refused", "gives_nothing") for one in chosen):
            found = Judged("not_eligible", "none", cut=max(paid, ZERO)) if paid > ZERO else Judged("right", "none")
        else:
            found = judged(paid, due, max(coarse, default=ZERO), law_open=law_open)
        flags = [*group.match.how, *flags, *found.flags]
        if group.computed.known is None:
            flags = [flag for flag in flags if flag not in _OF_FACTS]
        if len(lines) > 1:
            flags.append("summed")
        if any(one.fen < ZERO for one in stated):
            flags.append("corrected")
        if group.others - {due}:
            flags.append("due_differs_by_date")
        if paid < ZERO:
            flags.append("below_zero")
        full = chosen[0].quick is None and (self.whole or found.name != "right")
        kept = chosen if full else tuple(replace(one, award=None) for one in chosen)
        known = group.computed.known
        if known is not None and known.decided and not _is_day(known.decided, group.computed.days):
            flags.append("facts_of_another_day")
        return Verdict(
            lines,
            found,
            paid,
            due,
            "+".join(dict.fromkeys(one.id for one in chosen)),
            self.recorded(kept, group.computed.figures if full else None),
            "" if known is not None else "no_facts",
            tuple(dict.fromkeys(flags)),
            _needs(chosen) if found.name in ("cant_tell", "too_much", "too_little") else (),
            (),
            "" if known is None else known.source,
            group.computed.days,
            rivals,
        )


_DOUBTS = frozenset({"project_not_in_facts", "matched_by_part_of_the_name"})
_OF_FACTS = frozenset({"contender_alone", "project_not_in_facts"})
_OWN = frozenset({"no_such_clause", "policy_not_loaded"})


def _whose(group: _Group) -> object:
    known = group.computed.known
    return id(known) if known is not None else identity(group.lines[0].applicant)


def _is_day(text: str, days: Days | None) -> bool:
    from subsidy_rules.values.quantity import QuantityError, parse_date  # noqa: PLC0415

    try:
        return days is None or (Fraction(days[0]) == parse_date(text) == Fraction(days[1]))
    except QuantityError:
        return False


def _needs(chosen: Iterable[Candidate]) -> tuple[str, ...]:
    found: list[str] = []
    for one in chosen:
        found += one.lists if one.state == "not_asked" else ()
        found += one.award.needs if one.award is not None else ()
    return tuple(dict.fromkeys(found))


def due_of(
    matched: Match, figures: Figures, paid_ids: frozenset[str] = frozenset()
) -> tuple[Four, bool, list[str], tuple[str, ...]]:
    """Return what is due for what a line was matched to: the four numbers, whether the law leaves it open, flags.

    Of several awards it is their sum. The last are the awards that were paid too and may not both be due.
    """
    whole: Four = NOTHING
    law_open = False
    flags: list[str] = []
    rivals: list[str] = []
    for one in matched.chosen:
        part, open_, said, others = _due(one, figures, paid_ids)
        whole = part if len(matched.chosen) == 1 else tuple(a + b for a, b in zip(whole, part, strict=True))  # type: ignore[assignment]
        law_open, flags, rivals = law_open or open_, flags + said, rivals + list(others)
    return whole, law_open, flags, tuple(dict.fromkeys(rivals))


def _due(one: Candidate, figures: Figures, paid_ids: frozenset[str]) -> tuple[Four, bool, list[str], tuple[str, ...]]:
    if one.state in ("refused", "gives_nothing"):
        return NOTHING, False, [], ()
    if one.state == "not_asked":
        return ANYTHING, False, ["not_asked"], ()
    if one.award is None:
        return (NOTHING if one.status == "outranked" else one.quick or ANYTHING), False, [], ()
    award = one.award
    result = figures.entitlement
    rivals = tuple(
        other
        for group in result.cumulation
        if award.id in group.members
        for other in group.members
        if other != award.id and other in paid_ids
    )
    gated, flags = award.gated.numbers, sorted({*award.reasons} & {"discretion", "guide_missing", "no_figure_in_text"})
    law_open = bool(award.gated.reasons - BOUNDS - {"unknown_fact"} - {"no_figure_in_text"})
    law_open = law_open and any(reason.startswith("why:") or reason in _OPEN for reason in award.gated.reasons)
    if award.status == "barred":
        return NOTHING, False, ["barred"], award.barred_by
    if award.status == "outranked":
        return (NOTHING if rivals else gated), False, ["outranked" if rivals else "outranked_alone"], rivals
    if award.status == "contender":
        if rivals:
            return award.net.numbers, True, [*flags, "unstated_cumulation"], rivals
        return gated, law_open, [*flags, "contender_alone"], ()
    if award.status == "reduced":
        return award.net.numbers, law_open, [*flags, "ceiling"], rivals
    parts = [part for part in result.instalments if part.award == award.id]
    if parts:
        due = [part.amount.numbers for part in parts if part.state == "due"]
        most = [part.amount.numbers for part in parts if part.state != "not_due"]
        whole = (_sum(due, 0), _sum(due, 1), _sum(due, 2), _sum(most, 3))
        return whole, law_open, [*flags, "instalments"], ()
    return gated, law_open, flags, ()


def _sum(parts: Iterable[Four], at: int) -> Number:
    whole: Number = ZERO
    for numbers in parts:
        whole = whole + numbers[at]
    return whole


_OPEN = frozenset({"open_reading", "open_list"})
