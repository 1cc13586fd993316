"""Figures alone: what each award comes to, for many cases (S26).

`evaluate` gives the whole record of one case. A `Calculator` gives the figures of many: which sentences pay, how much
of each counts, and the total, each with its sentence, in whole fen.

>>> from subsidy_rules import Case, load_policies
>>> calculator = Calculator(load_policies().only("xian_31"))
>>> figures = calculator.figures(Case.from_text('''
... case: 1
... decision_date: 2025-09-01
... enterprise: {type: enterprise, place: "610113"}
... projects:
... - {id: p1, nature: 新建, kinds: [], whole_digital: true, costs: [{kind: equipment, amount: 1亿元, stage: paid}]}
... '''))
>>> figures.awards[0].id, figures.awards[0].net, figures.quick
('xian_31/digital_factory@p1', Range(lo=Fraction(500000000, 1), hi=Fraction(500000000, 1)), True)

Where everything that the policies ask is given, and nothing between the awards needs a search, the figures come from
one generated function over all sentences; else from `evaluate`, and they are the same. `entitlement` is always there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property

from subsidy_rules.award.contest import Status
from subsidy_rules.award.evaluate import evaluate, resolve_readings, shipped_policies
from subsidy_rules.award.generate import NAME
from subsidy_rules.award.model import Award, Entitlement
from subsidy_rules.award.sheet import Found, Paying, Run, Sheet, Stated, sheet_of
from subsidy_rules.award.untrusted import PlainReader, reader_of
from subsidy_rules.errors import UsageError
from subsidy_rules.facts.case import Case
from subsidy_rules.plan import Guide, Policies, Sentence
from subsidy_rules.values.amount import Range
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.quantity import ZERO


@dataclass(frozen=True, slots=True)
class AwardFigures:
    """What one sentence gives for one thing. `gross` and `net` (what counts after cumulation) are in fen.

    `steps` are, where they were traced, the words of its arithmetic, each with what it leaves, exact and in fen.
    """

    sentence: Sentence
    object: str
    status: Status
    gross: Range
    net: Range
    steps: tuple[tuple[str, Range], ...] = ()

    @property
    def id(self) -> str:
        """`policy/clause@object`, as `Award.id`."""
        return f"{self.sentence.policy}/{self.sentence.id}@{self.object}"


class Figures:
    """The figures of one case: its awards and their total."""

    __slots__ = ("_case", "_entitlement", "_found")

    def __init__(self, case: Stated, found: Found[Calculator]) -> None:
        """Keep what was found; nothing pays where the figures are those of `evaluate`."""
        self._case = case
        self._found = found

    @property
    def quick(self) -> bool:
        """Whether generated code gave the figures."""
        return self._found[1] is not None

    @property
    def entitlement(self) -> Entitlement:
        """The whole record of the case, evaluated when it is first read.

        Raises `UsageError` where the case was stated as a mapping that has other figures since.
        """
        if not hasattr(self, "_entitlement"):
            self._entitlement = self._found[0].evaluate(self._as_case())
        return self._entitlement

    def _as_case(self) -> Case:
        if isinstance(self._case, Case):
            return self._case
        case = Case.from_dict(self._case)
        now = self._found[0].figures(case)
        if (now.total, now.awards) != (self.total, self.awards):
            raise UsageError("the mapping was changed after its figures were given; hand over a copy")
        return case

    @property
    def total(self) -> Range:
        """What the awards come to together: least and greatest, in fen (as `total.possible`)."""
        _, paying, least, most = self._found
        if paying is None:
            possible = self.entitlement.total.possible
            return Range(possible.minimum, possible.maximum)
        return Range(Fraction(least), Fraction(most))

    @property
    def awards(self) -> tuple[AwardFigures, ...]:
        """The awards, decided or not, in the order of the policies."""
        calculator, paying, _, _ = self._found
        if paying is None:
            decided = self.entitlement.awards, self.entitlement.undecided
            return tuple(_figures_of(award) for awards in decided for award in awards)
        outranked = calculator.sheet.outranked(paying)
        return tuple(
            _award(calculator.sheet, one, outranked=position in outranked) for position, one in enumerate(paying)
        )


def _award(sheet: Sheet, paying: Paying, *, outranked: bool) -> AwardFigures:
    place, thing, least, most, left = paying
    clause = sheet.clause(place)
    gross = Range(Fraction(least), Fraction(most))
    net = Range(ZERO, ZERO) if outranked else gross
    steps = tuple(
        (step.word, Range(Fraction(lo, over), Fraction(hi, over)))
        for step, (lo, hi, over) in zip(clause.steps, left, strict=False)
    )
    return AwardFigures(clause.sentence, str(thing[NAME]), "outranked" if outranked else "counted", gross, net, steps)


def _figures_of(award: Award) -> AwardFigures:
    gross, net = (Range(amount.minimum, amount.maximum) for amount in (award.gated, award.net))
    return AwardFigures(award.sentence, award.object, award.status, gross, net)


class Calculator:
    """Policies, readings and guides, made ready to give the figures of many cases."""

    def __init__(
        self,
        policies: Policies | None = None,
        *,
        readings: Mapping[str, str] | None = None,
        guides: Sequence[Guide] = (),
    ) -> None:
        """Take what `evaluate` takes beside the case. Raises `UsageError` as it does."""
        self.policies = shipped_policies() if policies is None else policies
        self.readings, self.guides = dict(readings or {}), tuple(guides)
        self._asked = policies
        self.sheet = sheet_of(self.policies)
        self._vocabulary = id(self.policies.vocabulary)
        self._run = self._function(self.sheet)

    @cached_property
    def _run_traced(self) -> Run[Figures]:
        return self._function(sheet_of(self.policies, traced=True))

    def _function(self, sheet: Sheet) -> Run[Figures]:
        filled = frozenset(name for guide in self.guides for name in guide.fills)
        return sheet.function(resolve_readings(self.policies, self.readings), filled, Figures, self)

    @cached_property
    def _read(self) -> PlainReader:
        return reader_of(self.policies.vocabulary)

    def figures(self, case: Stated) -> Figures:
        """Return the figures of a case, or of a mapping that `Case.from_dict` would take.

        Raises `CaseError` where the case is wrong.
        """
        if type(case) is Case and self._vocabulary in case.plain:
            root, enterprise = case.plain[self._vocabulary]
            return self._run(case, root, enterprise)
        return self._given(self._run, case)

    def traced(self, case: Stated) -> Figures:
        """Return the figures of a case with what each step leaves, as `figures` does."""
        return self._given(self._run_traced, case)

    def _given(self, run: Run[Figures], case: Stated) -> Figures:
        """Read a case, or what states one, quickly where it is plain."""
        if not isinstance(case, Case):
            try:
                root, enterprise = self._read(case)
            except KeyError:
                pass
            else:
                figures = run(case, root, enterprise)
                if figures.quick:
                    return figures
            case = Case.from_dict(case)
        if self._vocabulary not in case.plain:
            case.plain[self._vocabulary] = self.sheet.plain(case)
        root, enterprise = case.plain[self._vocabulary]
        return run(case, root, enterprise)

    def evaluate(self, case: Case) -> Entitlement:
        """Return the whole record of a case, as `evaluate` does."""
        return evaluate(case, self._asked, readings=self.readings, guides=self.guides)
