"""A case as plain dictionaries, read quickly into what generated code reads.

What a program hands over (a form, a row of a database, a request) is mostly whole and right. `PlainReader` reads such a
case straight into figures, with every check of the strict reader, and leaves to that reader whatever is not as plain:

>>> from subsidy_rules.facts.vocabulary import Vocabulary
>>> read = PlainReader(Vocabulary.core())
>>> root, enterprise = read({"case": 1, "enterprise": {"type": "企业", "size": "中型"}})
>>> enterprise["type"], enterprise["size"]
('enterprise', 'medium')
>>> read({"case": 1, "enterprise": {"size": "不详"}})
Traceback (most recent call last):
KeyError: '不详'

There is no second opinion of what a value means. What one value of one fact says is asked of the strict reader, the
first time that it is met, and kept; a value that it refuses is not plain. What is left to be seen here is what lies
between the values: keys, ids, references, a whole and its parts, the size of it all. Where any of that could be wrong,
or a fact is a range, the case is not plain either: `KeyError` is raised, and the strict reader says what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Final, TypeAlias

from subsidy_rules.award.exact import Plain
from subsidy_rules.award.generate import GIVEN, LIST, NAME, OVER, SELF
from subsidy_rules.errors import CaseError
from subsidy_rules.facts.figures import bounds_of, read_in_domain
from subsidy_rules.facts.reader import CASE_VERSION, OF_ROOT, read_alone
from subsidy_rules.facts.things import Members, Ref, Value
from subsidy_rules.facts.vocabulary import DENSE, NUMERIC, FieldSpec, Vocabulary
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.quantity import CNY, QuantityError
from subsidy_rules.values.reading import MAX_NODES

Given: TypeAlias = dict[str, object]
"""A mapping of a case, as a program hands it over."""

_MOST: Final = 4096
"""How many values of a kind are kept."""
_SMALL: Final = 64
"""How long a text may be to be kept, and how many values a list or a mapping within a fact may have to be plain."""
_MANY: Final = 1000
"""How many things a case may have to be plain."""
_LONG: Final = 10**40
_COSTS: Final = LIST + "costs"


class Said(dict[object, object]):
    """What each value of a fact says, asked once."""

    __slots__ = ("_ask",)

    def __init__(self, ask: Callable[[object], object]) -> None:
        """Ask `ask`, which raises `KeyError` for what is not plain."""
        super().__init__()
        self._ask = ask

    def __missing__(self, value: object) -> object:
        """Ask, and keep the answer; where very many are kept, begin anew."""
        found = self._ask(value)
        if type(value) is str and len(value) > _SMALL:
            return found
        if len(self) >= _MOST:
            self.clear()
        self[value] = found
        return found


class Several:
    """What lists and mappings say of a fact; of a list of texts it is asked once."""

    __slots__ = ("_ask", "_said")

    def __init__(self, ask: Callable[[object], object]) -> None:
        """Ask `ask`, which raises `KeyError` for what is not plain."""
        self._ask = ask
        self._said = Said(lambda texts: ask(list(texts)))  # type: ignore[call-overload]

    def __getitem__(self, value: object) -> object:
        """Return what it says. Raises `KeyError` for one that is not plain."""
        if has_more_nodes(value, _SMALL):
            raise KeyError
        if type(value) is list and all(type(one) is str and len(one) <= _SMALL for one in value):
            return self._said[tuple(value)]
        return self._ask(value)


def has_more_nodes(tree: object, most: int) -> bool:
    """Whether a tree of dictionaries and lists has more values than so many, itself counted."""
    left = [tree]
    for seen in range(most + 1):
        if not left:
            return False
        one = left.pop()
        if type(one) is dict:
            left.extend(one.values())
        elif type(one) is list:
            left.extend(one)
        if seen + len(left) > most:
            return True
    return True


class _Entity:
    """How the things of one entity are read."""

    __slots__ = ("dense", "labels", "lists", "name", "nested", "refs", "values")

    def __init__(self, vocabulary: Vocabulary, name: str, shared: dict[object, Said]) -> None:
        fields, lists = vocabulary.fields[name], vocabulary.lists[name]
        of_root = OF_ROOT if name == "case" else {}
        zh = {key: spec.zh for key, spec in fields.items()} | {key: spec.zh for key, spec in lists.items()} | of_root
        self.name = name
        self.labels = {label: key for key, label in zh.items() if label}
        self.lists = {key: (LIST + key, one.entity) for key, one in lists.items()}
        self.nested = bool(lists or of_root)
        self.refs = tuple((key, spec.target) for key, spec in fields.items() if spec.type == "ref")
        self.dense = tuple((key, key + OVER) for key, spec in fields.items() if spec.type in DENSE)
        asking = {key: _asking(spec, vocabulary) for key, spec in fields.items()}
        texts = {key: _texts(spec, vocabulary, asking[key], shared) for key, spec in fields.items()}
        one = {key: Said(ask) for key, ask in asking.items()}
        several = {key: Several(ask) for key, ask in asking.items()}
        numbers = {key: Said(_as_digits(said)) for key, said in texts.items()}
        self.values: dict[type, Mapping[str, Said | Several]] = {
            str: texts,
            bool: one,
            int: numbers,
            date: one,
            **dict.fromkeys((list, dict), several),
        }


def _asking(spec: FieldSpec, vocabulary: Vocabulary) -> Callable[[object], object]:
    """Return what asks the strict reader what a value says of a fact, and says it as generated code reads it."""

    def ask(value: object) -> object:
        try:
            return _plain(spec, read_alone(spec, value, vocabulary))
        except CaseError:
            raise KeyError(value) from None

    return ask


def _plain(spec: FieldSpec, value: Value) -> object:
    """Return a value as generated code reads it. Raises `KeyError` for one that is open, or not in the vocabulary."""
    match value:
        case Amount() if value.decided and isinstance(value.minimum, Fraction):
            return value.minimum.as_integer_ratio() if spec.type in DENSE else value.minimum.numerator
        case Ref(identity):
            return identity
        case Members(names, ()):
            return names
        case str() | bool():
            return value
        case _:
            raise KeyError(spec.name)


def _texts(
    spec: FieldSpec, vocabulary: Vocabulary, ask: Callable[[object], object], shared: dict[object, Said]
) -> Said:
    """Return what texts say of a fact; numbers of one kind are kept together."""
    if spec.type not in NUMERIC or (spec.type == "money" and vocabulary.currency != CNY):
        return Said(ask)

    def figure_of(text: object) -> object:
        try:
            figure = read_in_domain(spec, str(text), vocabulary)
        except QuantityError:
            raise KeyError(text) from None
        return figure.as_integer_ratio() if spec.type in DENSE else figure.numerator

    return shared.setdefault((spec.type, spec.unit, bounds_of(spec)), Said(figure_of))


def _as_digits(texts: Mapping[object, object]) -> Callable[[object], object]:
    """Return what says of a whole number what its digits say."""

    def ask(number: object) -> object:
        if not isinstance(number, int) or abs(number) >= _LONG:
            raise KeyError(number)
        return texts[str(number)]

    return ask


class PlainReader:
    """Reads cases of one vocabulary. Threads may share it."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Read with this vocabulary."""
        shared: dict[object, Said] = {}
        self._entities = {name: _Entity(vocabulary, name, shared) for name in vocabulary.fields}
        # So many things, the case and its enterprise beside them, can't be too much together.
        self._few = MAX_NODES // (_SMALL + 1) // max(map(len, vocabulary.fields.values())) - 3
        self._root, self._enterprise = self._entities["case"], self._entities["enterprise"]

    def __call__(self, given: Mapping[str, object]) -> tuple[Plain, Plain]:
        """Return the facts of the case and of its enterprise. Raises `KeyError` where the case is not plain."""
        if type(given) is not dict:
            raise KeyError
        top = given if "case" in given and "enterprise" in given else _named(self._root, given)
        version, own = top["case"], top.get("enterprise", {})
        if type(version) not in (str, int) or str(version) != CASE_VERSION:
            raise KeyError(version)
        seen: list[tuple[_Entity, Plain]] = []
        root = self._thing(self._root, top, "", seen)
        enterprise = self._thing(self._enterprise, own, "enterprise", seen)
        if "assume_none" in top:
            self._assume(top["assume_none"], root)
        if self._enterprise.refs or "id" in enterprise:
            seen.append((self._enterprise, enterprise))
        if seen:
            _settle(seen)
            if len(seen) > self._few and has_more_nodes(given, MAX_NODES):
                raise KeyError
        return root, enterprise

    def _thing(self, entity: _Entity, given: object, path: str, seen: list[tuple[_Entity, Plain]]) -> Plain:
        if type(given) is not dict:
            raise KeyError(path)
        values, before = entity.values, len(seen)
        try:
            if entity.nested:
                made = self._with_lists(entity, given, path, seen)
            else:
                made = {key: values[type(one)][key][one] for key, one in given.items()}
        except KeyError:
            named = _named(entity, given)
            if named.keys() == given.keys():
                raise
            del seen[before:]
            return self._thing(entity, named, path, seen)
        for key, over in entity.dense:
            if key in made:
                made[key], made[over] = made[key]  # type: ignore[misc]
        made[GIVEN] = given.keys()
        made[SELF] = path
        made[NAME] = made.get("id") or path
        return made

    def _with_lists(self, entity: _Entity, given: Given, path: str, seen: list[tuple[_Entity, Plain]]) -> Plain:
        made: Plain = {}
        for key, one in given.items():
            if key in entity.lists:
                listed, inner = entity.lists[key]
                made[listed] = self._things(self._entities[inner], one, f"{path}.{key}" if path else key, seen)
            elif path or key not in OF_ROOT:
                made[key] = entity.values[type(one)][key][one]
        return made

    def _things(self, entity: _Entity, given: object, path: str, seen: list[tuple[_Entity, Plain]]) -> list[Plain]:
        if type(given) is not list or len(seen) + len(given) > _MANY:
            raise KeyError(path)
        made = [self._thing(entity, one, f"{path}[{place}]", seen) for place, one in enumerate(given)]
        seen += [(entity, one) for one in made]
        return made

    def _assume(self, names: object, root: Plain) -> None:
        """Note the lists that are assumed to be empty."""
        if type(names) is not list:
            raise KeyError
        lists, labels = self._root.lists, self._root.labels
        none = [lists[labels.get(str(name), str(name))][0] for name in names]
        if not root.keys().isdisjoint(none):
            raise KeyError
        root.update({listed: [] for listed in none})


def _named(entity: _Entity, given: Given) -> Given:
    """Return a mapping by names where it is by labels. Raises `KeyError` where something is given by both."""
    made = {entity.labels.get(key, key): one for key, one in given.items()}
    if len(made) != len(given):
        raise KeyError
    return made


def _settle(seen: list[tuple[_Entity, Plain]]) -> None:
    """Let references name what they stand for. Raises `KeyError` where things may contradict each other."""
    index: dict[object, tuple[str, Plain]] = {}
    for entity, made in seen:
        if "id" in made and index.setdefault(made["id"], (entity.name, made))[1] is not made:
            raise KeyError(made["id"])
    for entity, made in seen:
        for key, target in entity.refs:
            if key in made:
                kind, other = index[made[key]]
                if kind not in target:
                    raise KeyError(key)
                made[key] = other[SELF]
        if entity.name == "project" and _may_be_wrong(made):
            raise KeyError(made[SELF])


def _may_be_wrong(project: Plain) -> bool:
    """Whether a project is another too, costs more than its total, or is done before it is begun."""
    parts = sum(cost.get("amount", 0) for cost in project.get(_COSTS, ()))  # type: ignore[attr-defined]
    began, done = project.get("started", 0), project.get("completed")
    below = project.get("total", parts) < parts  # type: ignore[operator]
    return "same_as" in project or below or (done is not None and done < began)  # type: ignore[operator]


_READERS: dict[int, tuple[Vocabulary, PlainReader]] = {}
_MOST_READERS: Final = 8


def reader_of(vocabulary: Vocabulary) -> PlainReader:
    """Return the reader of a vocabulary, made once."""
    found = _READERS.get(id(vocabulary))
    if found is None:
        if len(_READERS) >= _MOST_READERS:
            _READERS.clear()
        found = _READERS[id(vocabulary)] = (vocabulary, PlainReader(vocabulary))
    return found[1]
