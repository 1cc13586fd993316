"""What a policy declares, made into what its names mean: vocabulary, lists, parameters, definitions."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Final

from subsidy_rules.errors import brief
from subsidy_rules.facts.vocabulary import SECTIONS, Member
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.expression import AwardOf, NamedList, Parameter, Scope
from subsidy_rules.mechanisms.step import Loc
from subsidy_rules.plan.compiling import Compiling
from subsidy_rules.plan.declared import Declared
from subsidy_rules.plan.model import (
    ROUNDING_UNITS,
)
from subsidy_rules.policy.model import (
    ParameterModel,
)
from subsidy_rules.values import document as doc
from subsidy_rules.values.quantity import CNY, QuantityError, parse_money

_TOKEN: Final = re.compile(r'"[^"]*"|\w[\w.–-]*|[^\w\s]')
_MEMBERS: Final = re.compile(r"\[[^\]]*\]")
_BEFORE: Final = frozenset({"", "and", "or", "not", "where", "if", "else", "to", "from", *"(,+-*/<>="})
"""What a definition's name may stand behind; elsewhere the same word is a member or a path."""
_SHOWN: Final = 6
_LARGEST: Final = 2_000
_LARGEST_OF_ALL: Final = 200_000
"""Words of one definition, and of all where they are used, with everything in them written out: the plan holds them."""


class Names(Compiling):
    """Reads what the policy declares."""

    def _vocabulary(self) -> None:
        declared = Declared(self.file, self._say, self._near)
        self.vocabulary, self.own_facts, self.own_things = declared.vocabulary, declared.facts, declared.things
        self.refused |= declared.refused
        for path, added_members in self.file.vocabulary.items():
            spec_found = self._field(path, ("vocabulary", path))
            if spec_found is not None and spec_found.type not in ("enum", "set"):
                self._say(("vocabulary", path), "wrong-type", f"{path} has no members", f"{path}没有取值表")
            elif spec_found is not None:
                added = [
                    Member(name, model.zh or name, model.en, model.genus or "", model.list or name)
                    for name, model in added_members.items()
                ]
                self.vocabulary = self.vocabulary.with_members(spec_found.entity, spec_found.name, added)
        ids = [Member(f"{self.id}/{clause.id}") for clause in self.file.clauses]
        for entity in ("project", "title", "grant"):
            self.vocabulary = self.vocabulary.with_members(entity, "claims", ids)

    def _parameter(self, name: str, model: ParameterModel) -> Parameter:
        """Return a parameter; a row of its own values that is wrong is told, and left out."""
        rows = []
        specs = [self.vocabulary.field(*text.partition(".")[::2]) for text in model.by]
        for place, row in enumerate(model.values or ()):
            loc: Loc = ("parameters", name, "values", place)
            found = len(self.findings.problems) + len(self.problems)
            if len(row.is_) != len(model.by):
                self._say(loc, "bad-table", "a row needs one member for each key", "每行取值个数应与键一致")
            for key, spec in zip(row.is_, specs, strict=False):
                if key != "*" and spec is not None and spec.named(key) is None:
                    self._near((*loc, "is"), "unknown-member", key, spec.members)
            if (row.from_ is not None) != bool(model.on):
                what = "a table by date ('on') has 'from' in every row, and no other has"
                self._say(loc, "bad-table", what, "按日期查的表（on）每行须有from，其他表不得有")
            elif row.from_ is not None:
                self._date(row.from_, (*loc, "from"))
            self._desk(Scope(self.vocabulary, self.pool)).constant(row.value, (*loc, "value"), model.type)
            if len(self.findings.problems) + len(self.problems) == found:
                keys = tuple(spec.named(key) or key if spec else key for key, spec in zip(row.is_, specs, strict=True))
                rows.append((keys, row.from_ or "", row.value))
        return Parameter(f"{self.id}/{name}", model.type, tuple(model.by), model.document, model.on, tuple(rows))

    def _awards(self) -> dict[str, AwardOf]:
        """Return the sentences whose awards others may name: not those that pay by groups, which have no one name."""
        lists = {spec.entity: spec for spec in self.vocabulary.lists["case"].values()}
        found = {}
        for clause in self.file.clauses:
            if (clause.award is not None or clause.rows is not None) and isinstance(clause.per, str):
                spec = lists.get(clause.per)
                source = None if spec is None else op.Source(spec.name, spec.entity)
                found[clause.id] = AwardOf(source, clause.per)
        return found

    def _lists(self) -> dict[str, NamedList]:
        found = {}
        for name, model in self.file.lists.items():
            loc = ("lists", name)
            spec = self._field(model.of, (*loc, "of"))
            if spec is None:
                self.refused.add(name)
                continue
            members = [spec.named(member) or member for member in model.members]
            if model.section is not None:
                members += [f"{division:02d}" for division, section in SECTIONS.items() if section in model.section]
            for place, member in enumerate(model.members):
                if spec.named(member) is None:
                    self._near((*loc, "members", place), "unknown-member", member, tuple(spec.members))
            genera = frozenset(spec.members[member].genus for member in members if member in spec.members)
            found[name] = NamedList(model.of, op.Listing(frozenset(members), model.open, genera - {""}))
        return found

    def _definitions(self) -> dict[str, str]:
        """Return the definitions; those that rest on themselves or grow too large are refused, and stand for true."""
        texts = self.file.define
        uses = {name: uses_of(text, texts) for name, text in texts.items()}
        sizes = _sizes(texts, uses)
        refused = [name for name in texts if sizes.get(name, 0) > _LARGEST]
        for name in refused:
            what = f"definition '{brief(name)}' has over {_LARGEST} words with every definition in it written out"
            what_zh = f"定义“{brief(name)}”中的定义全部展开后超过{_LARGEST}个词"
            self._say(("define", name), "too-large", what, what_zh)
        for circle in _circles({name: used for name, used in uses.items() if name not in sizes}):
            for place, name in enumerate(circle):
                turned = [*circle[place:], *circle[:place]][:_SHOWN]
                path = " → ".join([*map(brief, turned), *(["…"] if len(circle) > _SHOWN else []), brief(name)])
                self._say(
                    ("define", name), "circular", f"this definition rests on itself: {path}", f"定义循环引用：{path}"
                )
                if self.findings.full:
                    break
        total = 0
        for loc, text in texts_of(self.source.document.root):
            total += sum(sizes.get(one, 0) for one in uses_of(text, texts))
            if total > _LARGEST_OF_ALL:
                what = f"up to here the definitions that are used have over {_LARGEST_OF_ALL} words"
                self._say(loc, "too-large", what, f"至此所用定义展开后超过{_LARGEST_OF_ALL}个词")
                return dict.fromkeys(texts, "true")
        return {name: text if sizes.get(name, _LARGEST + 1) <= _LARGEST else "true" for name, text in texts.items()}

    def _rounding(self, text: str) -> int:
        """Return the rounding unit in the smallest unit of the policy's currency."""
        loc: Loc = ("policy", "rounding", "unit")
        currency = self.vocabulary.currency
        if currency == CNY:
            if text not in ROUNDING_UNITS:
                self._near(loc, "unknown-member", text, ROUNDING_UNITS)
            return ROUNDING_UNITS.get(text, 1)
        try:
            unit = parse_money(f"1 {text}" if text in dict(currency.units) else text, currency=currency)
        except QuantityError as error:
            self._say(loc, error.code, error.what, error.what_zh, error.remedy, error.remedy_zh)
            return 1
        if unit == 0:
            self._say(loc, "negative", f"'{text}' is not above zero", f"“{text}”不大于零")
        return int(unit) or 1


def uses_of(text: str, definitions: Container[str]) -> list[str]:
    """Return the definitions that an expression names, as often as it names them; what is in `[…]` are members."""
    tokens = ["", "", *_TOKEN.findall(_MEMBERS.sub("[]", text))]
    return [
        token
        for earlier, before, token in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if token in definitions and before in _BEFORE and (earlier, before) != ("is", "not")
    ]


def _sizes(texts: Mapping[str, str], uses: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return how many words each definition has with every one in it written out; those on no circle only.

    What is over the limit is not counted further.
    """
    users: dict[str, list[str]] = {name: [] for name in texts}
    for name, used in uses.items():
        for one in dict.fromkeys(used):
            users[one].append(name)
    missing = {name: len(set(used)) for name, used in uses.items()}
    ready = [name for name, count in missing.items() if count == 0]
    sizes: dict[str, int] = {}
    for name in ready:
        size = len(_TOKEN.findall(texts[name])) + sum(sizes[one] for one in uses[name])
        sizes[name] = min(size, _LARGEST + 1)
        for user in users[name]:
            missing[user] -= 1
            if missing[user] == 0:
                ready.append(user)
    return sizes


def _circles(uses: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Return the circles that following the first use of each definition leads into; each definition has one."""
    seen: set[str] = set()
    for start in uses:
        chain: dict[str, int] = {}
        name = start
        while name not in seen and name not in chain:
            chain[name] = len(chain)
            name = next(one for one in uses[name] if one in uses)
        if name in chain:
            yield list(chain)[chain[name] :]
        seen.update(chain)


def texts_of(root: doc.Node) -> Iterator[tuple[Loc, str]]:
    """Return the texts of the clauses and of the rules between awards but for the quotes, in the order of the file."""
    waiting: list[tuple[Loc, doc.Node]] = [((), root)]
    while waiting:
        loc, node = waiting.pop()
        if isinstance(node, doc.Scalar):
            yield loc, node.text
        elif isinstance(node, doc.Sequence):
            waiting += [((*loc, place), item) for place, item in reversed([*enumerate(node.items)])]
        else:
            waiting += [
                ((*loc, key.text), inner)
                for key, inner in reversed(node.entries)
                if (loc and key.text != "quote") or key.text in ("clauses", "cumulation")
            ]
