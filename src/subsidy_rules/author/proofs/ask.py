"""Asking the solver: whether there is a case at all that does something, and which, the plainest first.

The wide translation is asked first: where no case is in it, none of any size does it. Then the exact one. What the
solver may take is counted in its own steps, not in seconds, so that every machine comes to the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

import z3

from subsidy_rules.author.proofs.finding import Status
from subsidy_rules.author.proofs.symbols import Found, Symbols
from subsidy_rules.author.proofs.translate import Translator
from subsidy_rules.plan import Policies, PolicyPlan

EFFORT: Final = 10_000_000
"""Steps of the solver for one question."""
SECONDS: Final = 3
"""What it may take at most besides, where products of unknowns make a step long."""
_PLAIN: Final = 3
"""A plainer case may take one part in so many of those steps."""

Answer: TypeAlias = Literal["none", "unknown", "some"]
Ways: Final = ((True, True), (False, True), (False, False))
"""Wide and loose, then over a bounded number of things, then exactly."""
Formula: TypeAlias = Callable[[Translator], z3.BoolRef]


def symbols_of(policies: Policies, size: int) -> Symbols:
    """Return the case that stands for all cases of these policies."""
    readings = {
        reading.id: (tuple(reading.options), reading.default)
        for plan in policies.plans
        for reading in plan.readings.values()
    }
    return Symbols(policies.vocabulary, size, readings)


@dataclass(slots=True)
class Asked:
    """A question: the unknowns, what is asked of them, and the solver's answer."""

    symbols: Symbols
    wanted: z3.BoolRef
    effort: int = EFFORT
    wishes: list[z3.BoolRef] = field(default_factory=list)
    solver: z3.Solver = field(init=False)
    answer: Answer = field(init=False)
    first: z3.ModelRef = field(init=False)

    def __post_init__(self) -> None:
        """Ask."""
        self.solver = z3.Solver()
        self.solver.add(*self.symbols.known, self.wanted)
        self.answer = self._check(self.effort)
        if self.answer == "unknown" and self._check(self.effort, *self.symbols.pinned()) == "some":
            self.answer = "some"
        if self.answer == "some":
            self.first = self.solver.model()

    def _check(self, effort: int, *extra: z3.BoolRef) -> Answer:
        if z3.is_false(self.wanted):
            return "none"
        self.solver.set("rlimit", effort)
        self.solver.set("timeout", SECONDS * 1000 * effort // self.effort)
        found = self.solver.check(*extra)
        return "some" if found == z3.sat else "none" if found == z3.unsat else "unknown"

    def models(self) -> Iterator[z3.ModelRef]:
        """Yield models, those of the plainest cases first."""
        usual, plainly, briefly = self.symbols.usual(), self.symbols.plainly(), self.symbols.briefly()
        plainest = [*usual, *plainly, *briefly]
        pinned = [*usual, *self.symbols.pinned()]
        for extra in ([*plainest, *self.wishes], plainest, pinned, [*usual, *briefly], briefly, usual):
            if self._check(self.effort // _PLAIN, *extra) == "some":
                yield self.solver.model()
        yield self.first

    def cases(self) -> Iterator[Found]:
        """Yield cases, the plainest first."""
        for model in self.models():
            yield self.symbols.found(model)

    def pairs(self) -> Iterator[tuple[Found, Found]]:
        """Yield pairs of cases that differ in what is moved."""
        for model in self.models():
            yield self.symbols.found(model), self.symbols.found(model, moved=True)


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks questions of one policy among those it is loaded with."""

    policies: Policies
    plan: PolicyPlan
    size: int = 2
    effort: int = EFFORT

    def ask(self, formula: Formula, *, wide: bool, loose: bool) -> tuple[Asked, bool]:
        """Ask whether a case satisfies a formula; and say whether more than the exact cases may have answered."""
        symbols = symbols_of(self.policies, self.size)
        translator = Translator(symbols, self.plan, wide, loose)
        wanted = formula(translator)
        return Asked(symbols, wanted, self.effort, translator.wishes), translator.widened


def settled(ask: Callable[[bool, bool], tuple[Asked, bool]]) -> tuple[Status, Asked | None]:
    """Ask in the widest way first; return what is proved, or the exact question to which there is a case."""
    for place, (wide, loose) in enumerate(Ways):
        asked, widened = ask(wide, loose)
        if asked.answer == "none":
            return ("bounded" if place else "proved"), None
        if not widened:
            return ("refuted", asked) if asked.answer == "some" else ("timed_out", None)
    return "timed_out", None
