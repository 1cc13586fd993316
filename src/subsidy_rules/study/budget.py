"""Budgets: does an envelope cover what a table of cases may ask for, and which figure of the rules would just fit?

>>> from subsidy_rules.study.budget import budget, fit
>>> found = budget("cases.jsonl", {"city": "1亿元"})                            # doctest: +SKIP
>>> found.lines[0].scale, found.lines[0].demand.at_most                       # doctest: +SKIP
>>> fit("cases.jsonl", "xian_30/equipment_renewal.cap", "1亿元", fund="city").text   # doctest: +SKIP

Demand keeps its kinds apart: what is owed exactly, and what is owed at most. Coverage and the scale factor are exact
fractions, of either. A figure that just fits is found by bisection over its smallest unit, on cases whose demand
depends on it, and is then evaluated for every case there and one unit beyond; where demand does not go one way, it is
refused. How many apply is asked of nobody but the user: a share for each fund, policy or clause, and a seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random
from typing import Final, Literal, NamedTuple, TypeAlias

from subsidy_rules.errors import UsageError, expect
from subsidy_rules.study.cases import Cases, Named, cases_of
from subsidy_rules.study.lever import Lever
from subsidy_rules.study.side import AwardSide, Given, Scenario, Side, scenario_of
from subsidy_rules.study.tally import Tally
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.quantity import Currency, parse_money, parse_ratio

Ends: TypeAlias = Literal["exact", "most"]
"""What is held against an envelope: what is owed exactly, or all that may be owed."""
ALL: Final = "*"
DRAWS: Final = 1000


class Line(NamedTuple):
    """One envelope and what is asked of it. Amounts in fen; a fraction is None where nothing is asked."""

    key: str
    envelope: Fraction
    demand: Tally

    def asked(self, ends: Ends) -> Fraction:
        """Return what is owed exactly, or all that may be owed."""
        return self.demand.exact if ends == "exact" else self.demand.most

    def coverage(self, ends: Ends) -> Fraction | None:
        """Return the envelope over what is asked; above 1 it is more than that."""
        asked = self.asked(ends)
        return self.envelope / asked if asked else None

    def scale(self, ends: Ends) -> Fraction:
        """Return by what every award would be multiplied so that the envelope covers them: 1 where it does."""
        return min(Fraction(1), self.coverage(ends) or Fraction(1))

    def scaled(self, amount: Fraction, ends: Ends = "exact") -> Fraction:
        """Return what is left of an award, in whole fen: rounded down, so that all together fit."""
        return Fraction(int(amount * self.scale(ends)))

    @property
    def left(self) -> Fraction:
        """What the exact demand leaves of the envelope; below zero it is what is missing."""
        return self.envelope - self.demand.exact


@dataclass(frozen=True, slots=True)
class Draws:
    """What the demand comes to when only some apply: one total for each draw, in order of size, in fen."""

    key: str
    envelope: Fraction
    totals: tuple[Fraction, ...]
    seed: int

    def quantile(self, share: Fraction) -> Fraction:
        """Return the least total that at least this share of the draws does not exceed."""
        at = -(-len(self.totals) * share.numerator // share.denominator)
        return self.totals[max(int(at) - 1, 0)]

    @property
    def within(self) -> Fraction:
        """In which share of the draws the envelope covers the demand."""
        return Fraction(sum(1 for one in self.totals if one <= self.envelope), len(self.totals))


@dataclass(frozen=True, slots=True)
class Budget:
    """Envelopes and what cases ask of them."""

    cases: int
    currency: Currency
    lines: tuple[Line, ...]
    others: Tally
    """What is asked of no envelope."""
    draws: tuple[Draws, ...] = ()


@dataclass(frozen=True, slots=True)
class Fit:
    """A figure that just fits an envelope. Amounts in fen.

    `text` is the figure as a rule file writes it, `demand` what is asked with it; `beyond` the figure one unit further
    and `demand_beyond` what is asked with that, which is more than the envelope; None where the end of the range fits.
    """

    path: str
    text: str
    envelope: Fraction
    demand: Fraction
    beyond: str | None
    demand_beyond: Fraction | None
    rising: bool
    probes: int
    cases: int
    undetermined: int


def budget(
    cases: Cases,
    envelopes: Mapping[str, str],
    scenario: Given = None,
    *,
    uptake: Mapping[str, str] | None = None,
    seed: int | None = None,
    draws: int = DRAWS,
) -> Budget:
    """Hold cases against envelopes.

    `envelopes` are amounts by fund (`city`), policy or clause (`xian_30/equipment_renewal`), or `*` for all. `uptake`
    says with which probability an applicant applies, by the same keys (`{"*": "60%"}`); it needs a `seed`, and gives
    `draws` totals of what would be owed exactly or at most. Raises `UsageError`, `QuantityError`, and as `compare`.
    """
    side = Side(scenario_of(scenario, Scenario()))
    currency = side.policies.vocabulary.currency
    limits = {key: parse_money(amount, currency=currency) for key, amount in envelopes.items()}
    _check_keys(side, limits)
    shares = {key: parse_ratio(text) for key, text in (uptake or {}).items()}
    _check_keys(side, shares)
    if shares and seed is None:
        raise UsageError("uptake needs a seed, so that the same draws can be made again")
    if any(share > 1 for share in shares.values()):
        raise UsageError("a probability of uptake is at most 100%")
    demand = dict.fromkeys(limits, Tally())
    others, count = Tally(), 0
    chance = Random(seed)  # noqa: S311 - it draws samples, no secrets
    totals = {key: [Fraction(0)] * draws for key in limits} if shares else {}
    for _, case in cases_of(cases):
        count += 1
        drawn: dict[Fraction, list[bool]] = {}
        for award in side.answer(case, caps=False).awards.values():
            keys = [key for key in limits if _is_of(award, key)]
            for key in keys:
                demand[key] = demand[key].plus(award.net)
            if not keys:
                others = others.plus(award.net)
            if shares and keys:
                share = _share(shares, award)
                if share not in drawn:
                    drawn[share] = _drawn(chance, share, draws)
                most = Tally().plus(award.net).most
                for key in keys:
                    totals[key] = [
                        total + most if one else total for total, one in zip(totals[key], drawn[share], strict=True)
                    ]
    lines = tuple(Line(key, limits[key], demand[key]) for key in limits)
    made = tuple(Draws(key, limits[key], tuple(sorted(row)), seed or 0) for key, row in totals.items())
    return Budget(count, currency, lines, others, made)


def _drawn(chance: Random, share: Fraction, draws: int) -> list[bool]:
    """Draw whether an applicant applies, exactly with a probability."""
    return [chance.randrange(share.denominator) < share.numerator for _ in range(draws)]


def _share(shares: Mapping[str, Fraction], award: AwardSide) -> Fraction:
    for key in (award.clause, award.clause.partition("/")[0], award.fund, ALL):
        if key in shares:
            return shares[key]
    return Fraction(1)


def _is_of(award: AwardSide, key: str) -> bool:
    return key in (ALL, award.fund, award.clause, award.clause.partition("/")[0])


def _check_keys(side: Side, keys: Mapping[str, object]) -> None:
    known = {ALL}
    for plan in side.policies.plans:
        known |= {plan.id, *(one.fund for one in plan.clauses)}
        known |= {f"{plan.id}/{one.sentence.id}" for one in plan.clauses}
    for key in keys:
        expect(key, str, "an envelope is of a fund, a policy, a clause, or * for all")
        if key not in known:
            raise UsageError(f"'{key}' is no fund, policy or clause of the loaded policies")


def fit(  # noqa: PLR0913 - each is an option of its own
    cases: Cases,
    path: str,
    envelope: str,
    *,
    low: str,
    high: str,
    fund: str = ALL,
    scenario: Given = None,
    ends: Ends = "most",
) -> Fit:
    """Return the figure at `path`, between `low` and `high`, with which an envelope is just not exceeded.

    It is the greatest where demand rises with it (a cap, a rate), the least where it falls (a threshold). `fund` is a
    fund, a policy or a clause as for `budget`; `ends` says whether all that may be owed is held against the envelope,
    or what is owed exactly. Raises `UsageError` where no figure of the range fits, or demand does not depend on it, or
    does not go one way.
    """
    return _Search(cases, path, envelope, low, high, fund, scenario, ends).found()


class _Search:
    """Bisection over the smallest unit of a figure."""

    def __init__(  # noqa: PLR0913, PLR0917 - what `fit` is asked
        self,
        cases: Cases,
        path: str,
        envelope: str,
        low: str,
        high: str,
        fund: str,
        scenario: Given,
        ends: Ends,
    ) -> None:
        self.side = Side(scenario_of(scenario, Scenario()))
        _check_keys(self.side, {fund: None})
        self.lever = Lever(self.side.policies, path)
        self.fund, self.ends = fund, ends
        self.envelope = parse_money(envelope, currency=self.lever.currency)
        self.low, self.high = self.lever.read(low), self.lever.read(high)
        if self.low >= self.high:
            raise UsageError(f"the range {low}..{high} is empty")
        self.probes: dict[Fraction, Fraction] = {}
        self.side = first = self._at(self.low)  # the others run on its code
        last = self._at(self.high)
        self.fixed = Fraction(0)
        self.moving: list[Named] = []
        self.count = self.undetermined = 0
        totals = [Fraction(0), Fraction(0)]
        for named in cases_of(cases):
            self.count += 1
            one, other = self._ask(first, named), self._ask(last, named)
            totals[0] += one[0]
            totals[1] += other[0]
            self.undetermined += other[1]
            if one[0] == other[0]:
                self.fixed += one[0]
            else:
                self.moving.append(named)
        self.probes = {self.low: totals[0], self.high: totals[1]}
        self.cases = cases

    def _at(self, value: Fraction) -> Side:
        return self.side.with_policies(self.lever.at(value))

    def _ask(self, side: Side, named: Named) -> tuple[Fraction, int]:
        """Return what a case asks of the envelope, and how many of its awards have no upper end."""
        tally = Tally()
        for award in side.answer(named.case, caps=False).awards.values():
            if _is_of(award, self.fund):
                tally = tally.plus(award.net)
        return (tally.exact if self.ends == "exact" else tally.most), tally.undetermined

    def demand(self, value: Fraction) -> Fraction:
        """Return the demand with a figure."""
        if value not in self.probes:
            side = self._at(value)
            self.probes[value] = self.fixed + sum((self._ask(side, one)[0] for one in self.moving), Fraction(0))
        return self.probes[value]

    def found(self) -> Fit:
        """Return the figure that just fits."""
        least, most = self.probes[self.low], self.probes[self.high]
        if least == most:
            raise UsageError(f"the demand does not depend on '{self.lever.path}' in this range")
        rising = most > least
        fits, exceeds = (self.low, self.high) if rising else (self.high, self.low)
        if self.probes[fits] > self.envelope:
            raise UsageError(f"no figure of '{self.lever.path}' in this range fits the envelope")
        if self.probes[exceeds] <= self.envelope:
            return self._fit(exceeds, None, rising=rising)
        step = self.lever.step
        while abs(exceeds - fits) > step:
            middle = fits + (int((exceeds - fits) / step / 2)) * step
            if middle == fits:
                middle = fits + (step if exceeds > fits else -step)
            if self.demand(middle) <= self.envelope:
                fits = middle
            else:
                exceeds = middle
        self._check_one_way(rising=rising)
        return self._fit(fits, exceeds, rising=rising)

    def _check_one_way(self, *, rising: bool) -> None:
        """Refuse where what was asked on the way does not go one way."""
        asked = [self.probes[value] for value in sorted(self.probes)]
        if asked != sorted(asked, reverse=not rising):
            raise UsageError(f"the demand does not go one way with '{self.lever.path}': no single figure just fits")

    def _fit(self, value: Fraction, beyond: Fraction | None, *, rising: bool) -> Fit:
        """Return an answer, of policies that pass every check and of every case."""
        self.lever.reform(value).apply(self.lever.policies)
        totals = [self._whole(one) for one in (value, beyond) if one is not None]
        known = [self.probes[one] for one in (value, beyond) if one is not None]
        if totals != known:
            raise UsageError(f"the demand does not go one way with '{self.lever.path}': no single figure just fits")
        spell = self.lever.spell
        return Fit(
            self.lever.path,
            spell(value),
            self.envelope,
            totals[0],
            None if beyond is None else spell(beyond),
            None if beyond is None else totals[1],
            rising,
            len(self.probes),
            self.count,
            self.undetermined,
        )

    def _whole(self, value: Fraction) -> Fraction:
        """Return the demand of every case, those that did not move between the ends of the range too."""
        side = self._at(value)
        return sum((self._ask(side, named)[0] for named in cases_of(self.cases)), Fraction(0))
