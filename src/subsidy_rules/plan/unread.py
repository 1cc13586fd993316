"""What a policy declares and nothing reads, and readings whose options change nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.plan.compiling import Compiling, readings_in
from subsidy_rules.plan.model import (
    ClausePlan,
    ReadingPlan,
    RulePlan,
)
from subsidy_rules.plan.names import texts_of, uses_of

_NAME: Final = re.compile(r"\w+")


class Unread(Compiling):
    """Finds what nothing reads."""

    def _unread(self, clauses: Sequence[ClausePlan], rules: Sequence[RulePlan]) -> None:
        nodes: list[op.Node] = []
        for plan in clauses:
            nodes += [gate.truth for gate in plan.gates] + [step.value for step in plan.steps] + list(plan.per.keys)
            nodes += plan.division
        for one in self.obligations:
            nodes += [gate.truth for gate in one.gates] + [step.value for step in one.steps]
        for rule in rules:
            nodes += [*rule.when.values(), *rule.cap.values(), *(key for keys in rule.by.values() for key in keys)]
        # What does not parse may still name a thing: then only what no text names is surely not read.
        doubtful = bool(self.problems or self.source.shape.aside) or self.scope.definitions != self.file.define
        texts = [text for _, text in texts_of(self.source.document.root)]
        texts += self.file.define.values()
        named = {word for text in texts for word in _NAME.findall(text)}
        maybe = named if doubtful else frozenset()
        read = {part for node in nodes for part in op.walk(node)}
        asking: dict[str, list[op.Node]] = {}
        for node in nodes:
            for reading in readings_in([node]):
                asking.setdefault(reading, []).append(node)
        for name, plan_ in self.readings.items():
            if plan_.id in asking and not doubtful:
                self._dead(name, plan_, asking[plan_.id])
            elif plan_.id not in asking and name not in maybe:
                what, what_zh = f"nothing reads reading '{name}'", f"没有条文使用解读“{name}”"
                self._say(("readings", name), "unread-reading", what, what_zh)
        facts = {(part.spec.entity, part.spec.name) for part in read if isinstance(part, op.Fact)}
        for entity, name in self.own_facts:
            places = name == "project" and entity in dict(self.own_things)  # it says on what its awards meet others
            if (entity, name) not in facts and name not in maybe and not places:
                what, what_zh = f"nothing reads '{entity}.{name}'", f"没有条文使用“{entity}.{name}”"
                self._say(("facts", entity, name), "unread-fact", what, what_zh)
        filled = {part.parameter for part in read if isinstance(part, op.Open)}
        for name, parameter in self.parameters.items():
            if parameter.id not in filled and name not in maybe:
                what, what_zh = f"nothing uses parameter '{name}'", f"没有条文使用参数“{name}”"
                self._say(("parameters", name), "bad-parameter", what, what_zh)
        named_conditions = {name for text in texts for name in uses_of(text, self.file.define)}
        unused = [("define", name) for name in self.file.define if name not in named_conditions]
        unused += [("things", name) for name, one in self.own_things if named.isdisjoint((name, one.list))]
        unused += [("lists", name) for name in self.file.lists if name not in named]
        for section, name in unused:
            self._say((section, name), "unread-name", f"nothing uses '{name}'", f"没有条文使用“{name}”")
        self._ladders()

    def _dead(self, name: str, reading: ReadingPlan, nodes: Iterable[op.Node]) -> None:
        """Refuse options between which no condition tells (S22)."""
        said = [vector for node in nodes for vector in _choices(node, reading)]
        columns: dict[tuple[bool, ...], str] = {}
        for place, option in enumerate(reading.options):
            column = tuple(vector[place] for vector in said)
            if column in columns:
                what = f"options '{columns[column]}' and '{option}' of {name} change nothing between them"
                what_zh = f"解读{name}的选项“{columns[column]}”与“{option}”没有区别"
                self._say(("readings", name, "options"), "dead-reading", what, what_zh)
            columns.setdefault(column, option)

    def _ladders(self) -> None:
        for name, ladder in self.file.ladders.items():
            kinds = self.vocabulary.fields["title"]["kind"].members
            for place, member in enumerate(ladder.members):
                if member not in kinds:
                    self._near(("ladders", name, "members", place), "unknown-member", member, tuple(kinds))


def _choices(node: op.Node, reading: ReadingPlan) -> Iterator[tuple[bool, ...]]:
    """Return what each greatest part of a condition that asks this reading alone says under each option."""
    if isinstance(node, op.All | op.AnyOf):
        pure = tuple(one for one in node.truths if _asks_only(one, reading.id))
        if pure:
            yield tuple(_says(replace(node, truths=pure), option) for option in reading.options)
        for one in node.truths:
            if one not in pure:
                yield from _choices(one, reading)
    elif _asks_only(node, reading.id):
        yield tuple(_says(node, option) for option in reading.options)
    else:
        for child in op.children(node):
            yield from _choices(child, reading)


def _asks_only(node: op.Node, reading: str) -> bool:
    if isinstance(node, op.ReadingIs):
        return node.reading == reading
    inner = op.children(node)
    return isinstance(node, op.All | op.AnyOf | op.Not) and bool(inner) and all(_asks_only(o, reading) for o in inner)


def _says(node: op.Node, option: str) -> bool:
    match node:
        case op.ReadingIs(_, wanted):
            return wanted == option
        case op.Not(inner):
            return not _says(inner, option)
        case op.AnyOf(truths):
            return any(_says(one, option) for one in truths)
        case _:
            return all(_says(one, option) for one in op.children(node))
