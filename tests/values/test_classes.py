"""Our `dataclass` is the standard one in all that this library uses of it."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import field, fields, is_dataclass, replace
from functools import cached_property
from typing import Any, Generic, TypeVar

import pytest

from subsidy_rules.values import classes

T = TypeVar("T")
Decorator = Callable[..., Callable[[type], Any]]


def family(dataclass: Decorator) -> tuple[Any, ...]:
    """Make the same classes with one decorator or the other."""

    @dataclass(frozen=True, slots=True)
    class Plain(Generic[T]):
        a: int
        b: str = "b"
        c: list[int] = field(default_factory=list, compare=False)
        d: int = field(init=False, default=4)
        e: list[int] = field(init=False, default_factory=list, repr=False)
        f: int = field(init=False, repr=False, compare=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "f", self.a + 1)

    @dataclass(frozen=True)
    class Open:
        a: int

        @cached_property
        def twice(self) -> int:
            return self.a * 2

    @dataclass(slots=True)
    class Loose:
        a: int
        b: int = 0

    @dataclass(frozen=True, slots=True)
    class Empty:
        pass

    @dataclass(frozen=True, slots=True)
    class Own:  # noqa: PLW1641 - the decorator is to give the hash
        a: int

        def __eq__(self, other: object) -> bool:
            return True

        def __repr__(self) -> str:
            return "own"

    @dataclass(frozen=True, slots=True)
    class Hashed:
        a: int

        def __hash__(self) -> int:
            return 7

    return Plain, Open, Loose, Empty, Own, Hashed


OURS, THEIRS = family(classes.dataclass), family(dataclasses.dataclass)
PLAIN, OPEN, LOOSE, EMPTY, OWN, HASHED = OURS


def told(made: Callable[[], object]) -> object:
    """Return what a call gives, or what it raises."""
    try:
        return made()
    except (TypeError, AttributeError) as error:
        return type(error)


CALLS: tuple[Callable[..., object], ...] = (
    lambda p, *_: repr(p(1)),
    lambda p, *_: repr(p(1, "x", [2])),
    lambda p, *_: repr(p(b="x", a=1)),
    lambda p, *_: p(),
    lambda p, *_: p(1, 2, 3, 4),
    lambda p, *_: p(1, z=2),
    lambda p, *_: (p(1).f, p(1).d, p(1).e),
    lambda p, *_: p(1) == p(1, c=[9]),
    lambda p, *_: p(1) == p(2),
    lambda p, o, *_: p(1) == o(1),
    lambda p, *_: p(1).c is p(1).c,
    lambda p, *_: len({p(1).d, p(1).d}),
    lambda p, *_: p.__match_args__,
    lambda p, *_: [one.name for one in fields(p)],
    lambda p, *_: is_dataclass(p),
    lambda p, *_: setattr(p(1), "a", 2),
    lambda p, *_: delattr(p(1), "a"),
    lambda p, *_: hasattr(p(1), "__dict__"),
    lambda p, *_: repr(replace(p(1), b="z")),
    lambda p, *_: p[int] is not None,
    lambda _, o, *__: (o(2).twice, hash(o(2)) == hash(o(2)), len({o(1), o(1), o(2)})),
    lambda _, o, *__: setattr(o(2), "a", 1),
    lambda _, __, loose, *___: hash(loose(1)),
    lambda _, __, loose, *___: repr(loose(1)),
    lambda _, __, loose, *___: setattr(loose(1), "b", 2),
    lambda _, __, loose, *___: setattr(loose(1), "z", 2),
    lambda _, __, ___, e, *____: (repr(e()), e() == e(), len({e(), e()})),
    lambda *all_: (all_[4](1) == all_[4](2), repr(all_[4](1)), hash(all_[4](1)) == hash(all_[4](1))),
    lambda *all_: hash(all_[5](1)),
)


@pytest.mark.parametrize("place", range(len(CALLS)))
def test_every_call_gives_what_the_standard_decorator_gives(place: int) -> None:
    ours, theirs = (told(lambda classes=classes: CALLS[place](*classes)) for classes in (OURS, THEIRS))  # type: ignore[misc]
    assert str(ours) == str(theirs)


@classes.dataclass(frozen=True, slots=True)
class Kept:
    """A class that can be pickled."""

    a: int
    b: tuple[int, ...] = ()


@classes.dataclass(frozen=True, slots=True)
class Ring:
    """A class whose objects may hold themselves."""

    inside: list[object]


def test_a_frozen_class_with_slots_survives_pickling_and_copying() -> None:
    one = Kept(1, (2,))
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - our own
    assert copy.deepcopy(one) == one
    assert copy.copy(one) == one


def test_an_object_inside_itself_can_be_printed() -> None:
    ring = Ring([])
    ring.inside.append(ring)
    assert repr(ring) == "Ring(inside=[...])"


def test_what_a_class_is_called_with_is_told_by_its_own_name() -> None:
    assert Kept(1) == Kept(1)
    with pytest.raises(TypeError, match=r"Kept\.__init__\(\) missing 1 required positional argument: 'a'"):
        Kept()  # type: ignore[call-arg]
