"""`dataclass`, as the standard library has it, with methods that are shared or written when they are first called.

The standard decorator writes and compiles six functions for each frozen class, which with a hundred classes was most of
what importing this library cost. Here the standard decorator finds the fields and makes the slots; comparing, hashing
and printing are shared functions that go by the names of the fields, and `__init__` is written when the first object is
made. Only what this library uses is offered: `frozen` and `slots`; `kw_only` fields and `InitVar` are not.

>>> @dataclass(frozen=True, slots=True)
... class Point:
...     x: int
...     y: int = 0
>>> Point(1), Point(1) == Point(1, 0), hash(Point(1)) == hash(Point(1))
(Point(x=1, y=0), True, True)
"""

from __future__ import annotations

import dataclasses
from dataclasses import MISSING, Field, FrozenInstanceError
from operator import attrgetter
from reprlib import recursive_repr
from types import MemberDescriptorType
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 - to a type checker it is the standard one
else:

    def dataclass(*, frozen: bool = False, slots: bool = False) -> Callable[[type[T]], type[T]]:
        """Make a class a dataclass. A frozen one has a hash; one that is not has none."""
        plain = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)
        return lambda cls: _completed(plain(cls), frozen=frozen)


T = TypeVar("T")


def _completed(cls: type[T], *, frozen: bool) -> type[T]:
    """Give a class, whose fields are found, the methods that it does not define itself."""
    fields: tuple[Field[Any], ...] = dataclasses.fields(cls)  # type: ignore[arg-type]
    names = [one.name for one in fields]
    compared = _getter([one.name for one in fields if one.compare])

    def __eq__(self: T, other: object) -> bool:  # noqa: N807
        return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: T) -> int:  # noqa: N807
        return hash(compared(self))

    @recursive_repr()
    def __repr__(self: T) -> str:  # noqa: N807
        shown = ", ".join(f"{one.name}={getattr(self, one.name)!r}" for one in fields if one.repr)
        return f"{self.__class__.__qualname__}({shown})"

    def __init__(self: T, *args: object, **kwargs: object) -> None:  # noqa: N807
        cls.__init__ = _written(cls, fields, frozen=frozen)  # type: ignore[method-assign]
        cls.__init__(self, *args, **kwargs)

    def __getstate__(self: T) -> list[object]:  # noqa: N807
        return [getattr(self, name) for name in names]

    def __setstate__(self: T, state: list[object]) -> None:  # noqa: N807
        for name, value in zip(names, state, strict=True):
            object.__setattr__(self, name, value)

    methods: list[Callable[..., object]] = [__eq__, __repr__, __init__]
    if frozen:
        methods += [__hash__, _no_setattr, _no_delattr]
    if frozen and "__slots__" in vars(cls):
        methods += [__getstate__, __setstate__]
    own = vars(cls)
    for method in methods:
        name = method.__name__
        # A class that defines `__eq__` alone has None for a hash, which is not its own wish.
        if name not in own or (name == "__hash__" and own[name] is None):
            setattr(cls, name, method)
    if not frozen and "__hash__" not in own:
        cls.__hash__ = None  # type: ignore[assignment]
    return cls


def _getter(names: list[str]) -> Callable[[object], tuple[object, ...]]:
    """Return what reads some attributes as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda self: tuple(getattr(self, name) for name in names)


def _no_setattr(_: object, name: str, __: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _no_delattr(_: object, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


_no_setattr.__name__, _no_delattr.__name__ = "__setattr__", "__delattr__"


def _written(cls: type, fields: tuple[Field[Any], ...], *, frozen: bool) -> Callable[..., None]:
    """Write the `__init__` of a class."""
    given: list[str] = []
    lines: list[str] = []
    names: dict[str, object] = {"_MISSING": MISSING, "_put": object.__setattr__}
    for place, one in enumerate(fields):
        value = one.name
        if one.default_factory is not MISSING:
            names[f"_make{place}"] = one.default_factory
            value = f"_make{place}() if {one.name} is _MISSING else {one.name}" if one.init else f"_make{place}()"
            default = "_MISSING"
        elif one.default is not MISSING:
            names[default := f"_default{place}"] = one.default
            value = value if one.init else default
        elif one.init:
            default = ""
        else:
            continue
        if one.init:
            given.append(f"{one.name}={default}" if default else one.name)
        slot = vars(cls).get(one.name)
        if not frozen:
            lines.append(f"self.{one.name} = {value}")
        elif isinstance(slot, MemberDescriptorType):  # a third quicker than by its name
            names[f"_put{place}"] = slot.__set__
            lines.append(f"_put{place}(self, {value})")
        else:
            lines.append(f"_put(self, {one.name!r}, {value})")
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    body = "\n    ".join(lines or ["pass"])
    exec(f"def __init__({', '.join(['self', *given])}):\n    {body}\n", names)  # noqa: S102 - names of fields, nothing else
    made: Any = names["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    made.__module__ = cls.__module__
    return made  # type: ignore[no-any-return]
