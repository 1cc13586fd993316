"""The case that stands for all cases: each fact of each thing is an unknown of the solver, within its domain.

Of each list there are as many things as are asked for (two, unless told), each there or not. Money, counts and days are
whole numbers, ratios and quantities rationals, members of an enumeration numbers from one table, sets a truth for each
member, references the thing that they name. A reading is any of its options, a parameter any figure that is not below
zero, so that what is proved holds under every reading and whatever a guide says. `Found` is what a solver has found for
all of it: the case as a file would hold it, the readings, the figures for a guide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

import z3

from subsidy_rules.author.minimal import SAMPLES
from subsidy_rules.author.proofs.terms import YES, number
from subsidy_rules.author.spelling import spell_number
from subsidy_rules.facts.case import bounds_of
from subsidy_rules.facts.vocabulary import DENSE, NUMERIC, FieldSpec, Vocabulary
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.values.document import Plain
from subsidy_rules.values.quantity import Currency, parse_date

OTHER: Final = "?"
"""Stands for a member that no vocabulary lists."""
FIRST_DAY: Final = parse_date("1990-01-01")
LAST_DAY: Final = parse_date("2060-12-31")
"""Days outside are in no case here."""
ELSEWHERE: Final = "000000"
_LONG: Final = 12
_PARTS: Final = {"ratio": Fraction(10_000), "quantity": Fraction(100)}
_FAR: Final = Fraction(10**30)


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing of the case: its entity, its path as a case writes it, its id, whether it is there, what it is of."""

    entity: str
    path: str
    id: str
    there: z3.BoolRef = field(compare=False)
    parent: Thing | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One case that a solver has found, with the readings and the guide's figures it is under."""

    case: Mapping[str, Plain]
    readings: Mapping[str, str]
    guide: Mapping[str, Fraction]


@dataclass(slots=True)
class Symbols:
    """The unknowns of one question, made when they are first asked for, and what is known of each."""

    vocabulary: Vocabulary
    size: int
    readings: Mapping[str, tuple[tuple[str, ...], str]]
    known: list[z3.BoolRef] = field(default_factory=list)
    facts: dict[tuple[Thing, str, str], tuple[z3.ExprRef, FieldSpec]] = field(default_factory=dict)
    given: dict[tuple[Thing, str], z3.BoolRef] = field(default_factory=dict)
    lists: dict[tuple[str, str], tuple[Thing, ...]] = field(default_factory=dict)
    options: dict[str, z3.ArithRef] = field(default_factory=dict)
    parameters: dict[str, tuple[z3.ExprRef, z3.BoolRef]] = field(default_factory=dict)
    moved: dict[tuple[Thing, str], z3.ExprRef] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)
    case: Thing = Thing("case", "", "", YES)
    enterprise: Thing = Thing("enterprise", "enterprise", "", YES)

    def word(self, text: str) -> int:
        """Return the number that stands for a member, a text, a place or a thing."""
        return self.words.setdefault(text, len(self.words))

    def things(self, source: op.Source, owner: Thing) -> tuple[Thing, ...]:
        """Return the things of a list: of the case, or of the thing that owns it."""
        key = (owner.path, source.name)
        if key not in self.lists:
            made: list[Thing] = []
            for place in range(self.size):
                path = f"{owner.path}.{source.name}[{place}]".strip(".")
                there = z3.Bool(f"{path} is there")
                if made:
                    self.known.append(z3.Implies(there, made[-1].there))
                kept = None if owner.entity == "case" else owner
                made.append(Thing(source.entity, path, f"{source.entity}{owner.id}_{place + 1}", there, kept))
            self.lists[key] = tuple(made)
        return self.lists[key]

    @property
    def endless(self) -> z3.ArithRef:
        """Return what stands for a figure that nothing bounds: more than any that a text or a case names."""
        made = z3.Real("∞")
        if "∞" not in self.words:
            self.word("∞")
            self.known.append(made >= number(_FAR))
        return made

    def wholes(self) -> Iterator[tuple[z3.ExprRef, z3.ExprRef]]:
        """Yield each total of a project with the sum of its costs, as they are in the second of two cases."""
        fields = self.vocabulary.fields
        for (project, name, _), (total, _) in list(self.facts.items()):
            costs = [one for one in self.lists.get((project.path, "costs"), ()) if (one, "amount", "") in self.facts]
            if project.entity == "project" and name == "total" and costs:
                amount = fields["cost"]["amount"]
                parts = [z3.If(one.there, self._moved(one, amount), 0) for one in costs]
                yield self.moved.get((project, name), total), z3.Sum(parts)

    def _moved(self, thing: Thing, spec: FieldSpec) -> z3.ExprRef:
        return self.moved.get((thing, spec.name), self.facts[thing, spec.name, ""][0])

    # facts

    def number(self, thing: Thing, spec: FieldSpec) -> z3.ArithRef:
        """Return a numeric fact as a rational term."""
        moved = self.moved.get((thing, spec.name))
        found = self._fact(thing, spec) if moved is None else moved
        return found if spec.type in DENSE else z3.ToReal(found)

    def twin(self, thing: Thing, spec: FieldSpec) -> z3.ExprRef:
        """Return another unknown in the domain of a numeric fact: what it is in a second case."""
        made = self._new(f"{thing.path}.{spec.name}'", spec)
        self.known += list(_domain(made, spec))
        return made

    def _new(self, name: str, spec: FieldSpec) -> z3.ExprRef:
        return z3.Real(name) if spec.type in DENSE else z3.Int(name)

    def _fact(self, thing: Thing, spec: FieldSpec, member: str = "") -> z3.ExprRef:
        key = (thing, spec.name, member)
        if key not in self.facts:
            name = f"{thing.path}.{spec.name}{'.' * bool(member)}{member}"
            if member or spec.type == "bool":
                made: z3.ExprRef = z3.Bool(name)
            else:
                made = self._new(name, spec)
                self.known += list(_domain(made, spec) if spec.type in NUMERIC else self._members(made, thing, spec))
            self.facts[key] = (made, spec)
            self._hang_together(thing, spec)
        return self.facts[key][0]

    def _members(self, made: z3.ArithRef, thing: Thing, spec: FieldSpec) -> Iterable[z3.BoolRef]:
        if spec.type == "enum":
            full = self.vocabulary.fields[thing.entity][spec.name]
            allowed = [made == self.word(name) for name in full.members]
            yield z3.Or([*allowed, *([made == self.word(OTHER)] if full.open else [])])
        elif spec.type == "ref":
            targets = [one for entity in spec.target for one in self._of(entity)]
            allowed = [z3.And(made == self.word(one.path), one.there) for one in targets]
            yield z3.Or([*allowed, *([made == -1] if spec.absent == "none" or not targets else [])])

    def _of(self, entity: str) -> tuple[Thing, ...]:
        """Return the things of an entity that a reference may name."""
        if entity == "enterprise":
            return ()
        listed = self.vocabulary.list_of(entity)
        if listed is None or listed.owner != "case":
            return ()
        return self.things(op.Source(listed.name, entity), self.case)

    def truth(self, thing: Thing, spec: FieldSpec) -> z3.BoolRef:
        """Return a fact that is true or false."""
        return self._fact(thing, spec)

    def member(self, thing: Thing, spec: FieldSpec, name: str) -> z3.BoolRef:
        """Return whether a set has a member."""
        return self._fact(thing, spec, name)

    def code(self, thing: Thing, spec: FieldSpec) -> z3.ArithRef:
        """Return what stands for the member, text, place or thing that a fact names; -1 where it names none."""
        return self._fact(thing, spec)

    def is_given(self, thing: Thing, spec: FieldSpec) -> z3.BoolRef:
        """Return whether the case gives a fact; where nothing asks, it does."""
        key = (thing, spec.name)
        if key not in self.given:
            self.given[key] = z3.Bool(f"{thing.path}.{spec.name} is given")
        return self.given[key]

    def reading(self, name: str) -> z3.ArithRef:
        """Return the place of the option that a reading has."""
        if name not in self.options:
            made = z3.Int(f"reading {name}")
            self.options[name] = made
            self.known.append(z3.And(made >= 0, made < len(self.readings[name][0])))
        return self.options[name]

    def parameter(self, name: str, type_: str) -> tuple[z3.ArithRef, z3.BoolRef]:
        """Return the figure that a guide gives a parameter, not below zero, and whether a guide is loaded."""
        if name not in self.parameters:
            whole = type_ in ("money", "count")
            made = z3.Int(f"guide {name}") if whole else z3.Real(f"guide {name}")
            self.known.append(made >= 0)
            self.parameters[name] = (made, z3.Bool(f"guide {name} is loaded"))
        found, loaded = self.parameters[name]
        return (found if found.is_real() else z3.ToReal(found)), loaded

    def _hang_together(self, thing: Thing, spec: FieldSpec) -> None:
        """Note what a case is refused for: a total below the sum of its costs, an end before its beginning."""
        fields = self.vocabulary.fields[thing.entity]

        def known(name: str) -> bool:
            return (thing, name, "") in self.facts

        if (
            thing.entity == "project"
            and spec.name in ("started", "completed")
            and known("started")
            and known("completed")
        ):
            self.known.append(self._fact(thing, fields["completed"]) >= self._fact(thing, fields["started"]))
        project = thing if thing.entity == "project" else thing.parent
        if (thing.entity, spec.name) in (("project", "total"), ("cost", "amount")) and project is not None:
            costs = [one for one in self.lists.get((project.path, "costs"), ()) if (one, "amount", "") in self.facts]
            if (project, "total", "") in self.facts and costs:
                total, amount = self.facts[project, "total", ""][0], self.vocabulary.fields["cost"]["amount"]
                parts = [z3.If(one.there, self._fact(one, amount), 0) for one in costs]
                self.known.append(total >= z3.Sum(parts))

    # what is found

    def plainly(self) -> list[z3.BoolRef]:
        """Return what makes a case easy to read: one thing in each list, money in 万元, days from 2000 on."""
        made = [z3.Not(one.there) for members in self.lists.values() for one in members[1:]]
        for value, spec in self._numbers():
            if spec.type == "money":
                made.append(value % (10_000 * self.vocabulary.currency.one) == 0)
            elif spec.type == "date":
                made.append(value >= int(parse_date("2000-01-01")))
        return made

    def briefly(self) -> list[z3.BoolRef]:
        """Return that ratios and quantities have few digits, and are not below zero."""
        made: list[z3.BoolRef] = []
        for place, (value, spec) in enumerate(self._numbers()):
            if spec.type in DENSE:
                parts = z3.Int(f"plain {place}")
                made += [value * number(_PARTS[spec.type]) == z3.ToReal(parts), parts >= 0]
        for place, (value, _) in enumerate(self.parameters.values()):
            if value.is_real():
                made.append(value * number(_PARTS["ratio"]) == z3.ToReal(z3.Int(f"plain guide {place}")))
        return made

    def pinned(self) -> list[z3.BoolRef]:
        """Return that ratios, counts and quantities are samples, so that what is multiplied by them is linear."""
        made = [value == number(SAMPLES[spec.type]) for value, spec in self._first() if spec.type in DENSE]
        made += [value == int(SAMPLES["count"]) for value, spec in self._first() if spec.type == "count"]
        return made + [value == number(SAMPLES["ratio"]) for value, _ in self.parameters.values() if value.is_real()]

    def _first(self) -> list[tuple[z3.ExprRef, FieldSpec]]:
        return [found for (thing, name, _), found in self.facts.items() if (thing, name) not in self.moved]

    def _numbers(self) -> list[tuple[z3.ExprRef, FieldSpec]]:
        """Return the numeric facts, as they are in both of two cases."""
        moved = [(value, self.facts[thing, name, ""][1]) for (thing, name), value in self.moved.items()]
        return [(value, spec) for value, spec in (*self.facts.values(), *moved) if spec.type in NUMERIC]

    def usual(self) -> list[z3.BoolRef]:
        """Return that each reading is the one that is taken unless told."""
        return [value == self.readings[name][0].index(self.readings[name][1]) for name, value in self.options.items()]

    def found(self, model: z3.ModelRef, *, moved: bool = False) -> Found:
        """Return the case of a model; with `moved`, the second case of two."""
        words = {place: text for text, place in self.words.items()}
        things: dict[str, dict[str, Plain]] = {"": {"case": "1"}, "enterprise": {}}
        listed: dict[tuple[str, str], list[Thing]] = {}
        for (owner, name), members in self.lists.items():
            there = [one for one in members if z3.is_true(model.eval(one.there, model_completion=True))]
            listed[owner, name] = there
            for one in there:
                things[one.path] = {"id": one.id}
        for (thing, name, member), (value, spec) in self.facts.items():
            if thing.path not in things or self._is_left_out(model, thing, name):
                continue
            shown = self.moved.get((thing, name), value) if moved else value
            self._write(things[thing.path], name, member, model.eval(shown, model_completion=True), spec, words)
        for (owner, name), kept in sorted(listed.items(), key=lambda one: -one[0][0].count("[")):
            if owner in things:
                things[owner][name] = [things[one.path] for one in kept]
        root = things[""]
        root["enterprise"] = things["enterprise"]
        root["assume_none"] = [name for name in self.vocabulary.lists["case"] if name not in root]
        readings = {
            name: self.readings[name][0][model.eval(value, model_completion=True).as_long()]
            for name, value in self.options.items()
        }
        guide = {
            name: _fraction(model.eval(value, model_completion=True))
            for name, (value, loaded) in self.parameters.items()
            if z3.is_true(model.eval(loaded, model_completion=True))
        }
        return Found(root, readings, guide)

    def _is_left_out(self, model: z3.ModelRef, thing: Thing, name: str) -> bool:
        given = self.given.get((thing, name))
        return given is not None and not z3.is_true(model.eval(given, model_completion=True))

    def _write(
        self,
        into: dict[str, Plain],
        name: str,
        member: str,
        value: z3.ExprRef,
        spec: FieldSpec,
        words: Mapping[int, str],
    ) -> None:
        if member:
            held = into.setdefault(name, [])
            if isinstance(held, list) and z3.is_true(value):
                held.append({"other": "其他"} if member == OTHER else member)
        elif spec.type == "bool":
            into[name] = "true" if z3.is_true(value) else "false"
        elif spec.type in NUMERIC:
            into[name] = written(_fraction(value), spec.measure, self.vocabulary.currency)
        elif spec.type == "ref":
            paths = {one.path: one.id for members in self.lists.values() for one in members}
            if value.as_long() >= 0 and words[value.as_long()] in paths:
                into[name] = paths[words[value.as_long()]]
        else:
            text = words.get(value.as_long(), f"某{value.as_long()}")
            into[name] = {"other": "其他"} if text == OTHER else text


def written(value: Fraction, measure: str, currency: Currency) -> str:
    """Write a figure as a case does; a ratio that has no end in percent as `3:1`."""
    if measure == "ratio" and value >= 0 and not _ends(value):
        return f"{value.denominator}:{value.numerator}"
    return spell_number(value, measure, currency)


def _ends(value: Fraction) -> bool:
    """Whether a number has a short end in decimals."""
    return (value * 10**_LONG).denominator == 1


def _fraction(value: z3.ExprRef) -> Fraction:
    if z3.is_algebraic_value(value):
        value = value.approx(_LONG)
    return Fraction(value.as_long()) if z3.is_int_value(value) else Fraction(value.as_fraction())


def _domain(made: z3.ExprRef, spec: FieldSpec) -> Iterable[z3.BoolRef]:
    lowest, highest = bounds_of(spec)
    if spec.type == "date":
        yield made >= int(FIRST_DAY)
        yield made <= int(LAST_DAY)
    elif spec.type in DENSE:
        yield made >= number(lowest)
        yield from () if not isinstance(highest, Fraction) else (made <= number(highest),)
    else:
        yield made >= -(-lowest.numerator // lowest.denominator)
        yield from () if not isinstance(highest, Fraction) else (made <= highest.numerator // highest.denominator,)
