"""The closed set of operations that every word of the language becomes (S25).

A plan is made of these and nothing else, so an engine is complete when it can do each of them. Numbers, dates and
readings' choices stay outside, in the constants of a policy, and are named here by position or by id.

Values: `Constant` `Fact` `Arithmetic` `Least` `Greatest` `Kept` `Rounded` `Calendar` `Elapsed` `Bounded` `Fixed` `Open`
`Decided` `Choose` `Aggregate` `Running` `Chain` `Awarded`.
Truths: `Compare` `In` `Same` `Within` `All` `AnyOf` `Not` `IfTruth` `LawOpen` `Holds` `Given` `Exists` `ReadingIs`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeVar, cast, get_args

from subsidy_rules.values.classes import dataclass

if TYPE_CHECKING:
    from subsidy_rules.facts.vocabulary import FieldSpec


@dataclass(frozen=True, slots=True)
class Constant:
    """A number of the text, by its position in the constants."""

    index: int
    type: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One field of the thing bound to a name. `of_kind` reads an attribute of the member instead (`title.list`)."""

    name: str
    spec: FieldSpec
    of_kind: bool = False

    @property
    def type(self) -> str:
        """The type of the field; of a quantity with its unit."""
        return self.spec.measure


@dataclass(frozen=True, slots=True)
class Bound:
    """The thing that a name is bound to, compared as such: `title.project is project`."""

    name: str
    entity: str
    type: str = "ref"


@dataclass(frozen=True, slots=True)
class Words:
    """A text on the right of `is`, for facts that are text."""

    text: str
    type: str = "text"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """a + b, a - b, a × b or a ÷ b."""

    sign: Literal["+", "-", "*", "/"]
    left: Value
    right: Value
    type: str


@dataclass(frozen=True, slots=True)
class Least:
    """The lesser of the two. `printed` where the text prints the cap; `flag` marks an award in which it binds."""

    left: Value
    right: Value
    printed: bool
    type: str
    flag: str = ""


@dataclass(frozen=True, slots=True)
class Greatest:
    """The greater of the two. With `raises` only what is above zero is lifted: a minimum award lifts no zero."""

    left: Value
    right: Value
    type: str
    raises: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A value where it comes to at least a least figure, else nothing; `flag` marks an award that comes to less."""

    value: Value
    least: Value
    type: str
    flag: str = ""


@dataclass(frozen=True, slots=True)
class Rounded:
    """A value as a multiple of a constant: `mode` as `values.amount` numbers them; 0 is the path's own (S3)."""

    value: Value
    unit: Constant
    mode: int
    type: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """The `year` of a date; or, with `months`, the date so many months later (the last day of a shorter month)."""

    date: Value
    months: Value | None
    type: str


@dataclass(frozen=True, slots=True)
class Elapsed:
    """How many times so many months (1, or 12) lie between two dates: whole ones, or with the one that is `begun`."""

    first: Value
    last: Value
    months: int
    begun: bool
    type: str = "count"


@dataclass(frozen=True, slots=True)
class Bounded:
    """What bound wording (不超过) leaves of a value: floor 0, the ceiling as it is, rounding down."""

    value: Value
    type: str


@dataclass(frozen=True, slots=True)
class Fixed:
    """A value that the text fixes: it rounds half up where the text is silent, up where it is a required minimum."""

    value: Value
    type: str
    up: bool = False


@dataclass(frozen=True, slots=True)
class Open:
    """What another document must give, looked up by keys and the day it is of: a guide's value, else [0, ∞)."""

    parameter: str
    keys: tuple[Fact, ...]
    otherwise: Value | None
    type: str
    on: Value | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What an authority has fixed within the law's ceiling: exactly, or at least (a part already granted)."""

    value: Value
    facts: tuple[Fact, ...]
    exact: bool
    type: str = "money"


@dataclass(frozen=True, slots=True)
class Choose:
    """The value of the first truth that holds, else `otherwise`."""

    branches: tuple[tuple[Truth, Value], ...]
    otherwise: Value
    type: str


@dataclass(frozen=True, slots=True)
class Source:
    """A list of things: at the root of the case, inside a bound thing, or the members of a group."""

    name: str
    entity: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Aggregate:
    """The sum, count, least or greatest of a value over the things of a list for which a truth holds.

    Where only so many may count, the sum is of that `most`, the highest; 0 is all.
    """

    how: Literal["sum", "count", "min", "max"]
    source: Source
    alias: str
    where: Truth
    value: Value
    type: str
    most: int = 0


@dataclass(frozen=True, slots=True)
class Running:
    """The amount as the step before left it."""

    type: str = "money"


@dataclass(frozen=True, slots=True)
class Chain:
    """Steps in their order; the value of the last one."""

    values: tuple[Value, ...]
    type: str = "money"


@dataclass(frozen=True, slots=True)
class Awarded:
    """What another sentence of the policy comes to, before rules between awards: read as that sentence reads facts."""

    clause: str
    value: Value
    type: str = "money"
    named_elsewhere: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """a >= b, a > b, a == b of numbers or dates."""

    sign: Literal[">=", ">", "=="]
    left: Value
    right: Value


@dataclass(frozen=True, slots=True)
class Listing:
    """The right side of a membership: the members, and what an open list leaves open (S6)."""

    members: frozenset[str]
    open: bool = False
    genera: frozenset[str] = frozenset()
    named_elsewhere: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class In:
    """A fact is one of a list's members; for a set-valued fact, any (or all) of its members is."""

    fact: Fact
    listing: Listing
    all: bool = False


@dataclass(frozen=True, slots=True)
class Same:
    """Two facts, or a fact and a bound thing, or a fact and a text, are the same."""

    left: Fact | Bound
    right: Fact | Bound | Words


@dataclass(frozen=True, slots=True)
class Within:
    """A place is within one of these codes' areas or is one of these zones. The first fact that is given decides."""

    facts: tuple[Fact, ...]
    codes: tuple[str, ...]
    zones: frozenset[str]


@dataclass(frozen=True, slots=True)
class All:
    """Every one holds. `All(())` is true."""

    truths: tuple[Truth, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one holds. `AnyOf(())` is false."""

    truths: tuple[Truth, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """It does not hold."""

    truth: Truth


@dataclass(frozen=True, slots=True)
class IfTruth:
    """One truth where a condition holds, another where it doesn't."""

    condition: Truth
    then: Truth
    otherwise: Truth


@dataclass(frozen=True, slots=True)
class LawOpen:
    """What no fact can decide, with the reason."""

    why: str


@dataclass(frozen=True, slots=True)
class Holds:
    """A bool fact."""

    fact: Fact


@dataclass(frozen=True, slots=True)
class Given:
    """The case gives the fact. Nothing is unknown about that: what is not given is not given."""

    fact: Fact


@dataclass(frozen=True, slots=True)
class Exists:
    """There is a thing in the list for which it holds."""

    source: Source
    alias: str
    where: Truth


@dataclass(frozen=True, slots=True)
class ReadingIs:
    """A reading has this option."""

    reading: str
    option: str


Value: TypeAlias = (
    Constant
    | Fact
    | Bound
    | Words
    | Arithmetic
    | Least
    | Greatest
    | Kept
    | Rounded
    | Calendar
    | Elapsed
    | Bounded
    | Fixed
    | Open
    | Decided
    | Choose
    | Aggregate
    | Running
    | Chain
    | Awarded
)
Truth: TypeAlias = (
    Compare | In | Same | Within | All | AnyOf | Not | IfTruth | LawOpen | Holds | Given | Exists | ReadingIs
)
Node: TypeAlias = Value | Truth

ALWAYS = All(())
"""The truth that always holds."""


def children(node: Node) -> tuple[Node, ...]:  # noqa: C901, PLR0911, PLR0912 - one case for each shape
    """Return the operations that an operation is made of, in order."""
    match node:
        case Arithmetic(_, left, right, _) | Least(left, right) | Greatest(left, right) | Compare(_, left, right):
            return (left, right)
        case Same(left, right) | Kept(left, right) | Elapsed(left, right):
            return (left, right)
        case Bounded(value) | Fixed(value) | Awarded(_, value):
            return (value,)
        case Rounded(value, unit):
            return (value, unit)
        case Calendar(day, months):
            return (day,) if months is None else (day, months)
        case Open(_, keys, otherwise, _, on):
            return (*keys, *(one for one in (otherwise, on) if one is not None))
        case Decided(value, facts, _, _):
            return (value, *facts)
        case Choose(branches, otherwise, _):
            return (*(part for branch in branches for part in branch), otherwise)
        case Aggregate(_, _, _, where, value, _):
            return (where, value)
        case Exists(_, _, where):
            return (where,)
        case Chain(values, _):
            return values
        case All(truths) | AnyOf(truths):
            return truths
        case Not(truth):
            return (truth,)
        case IfTruth(condition, then, otherwise):
            return (condition, then, otherwise)
        case In(fact, _, _) | Holds(fact) | Given(fact):
            return (fact,)
        case Within(facts, _, _):
            return facts
        case _:
            return ()


def walk(node: Node) -> list[Node]:
    """Return the operation and all that it is made of, itself first."""
    found = [node]
    for child in children(node):
        found.extend(walk(child))
    return found


Part = TypeVar("Part")


_NODES: Final = get_args(Node)


def rebuilt(part: Part, change: Callable[[Node], Node | None]) -> Part:
    """Return an operation, or what is made of operations, with every operation for which `change` has another in it."""
    if isinstance(part, tuple):
        items = tuple(rebuilt(one, change) for one in part)
        return part if all(a is b for a, b in zip(items, part, strict=True)) else items  # type: ignore[return-value]
    if not is_dataclass(part):
        return part
    other = change(part) if isinstance(part, _NODES) else None
    if other is not None:
        return other  # type: ignore[return-value]
    made = {one.name: rebuilt(getattr(part, one.name), change) for one in fields(part)}
    moved = {name: value for name, value in made.items() if value is not getattr(part, name)}
    return cast("Part", replace(part, **moved)) if moved else part  # type: ignore[type-var]
