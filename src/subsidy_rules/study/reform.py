"""Reforms as data: a policy as it would be, without touching its file.

A reform names what it changes by path (`paths`), carries a name and a reason, and makes other policies of those that it
is applied to, which stay as they are:

    reform: 1
    name: 设备更新上限提高到3000万元
    reason: 预算会议方案二
    changes:
      xian_30/equipment_renewal.cap: 3000万元
      xian_30/informatisation: off

>>> from subsidy_rules import load_policies
>>> reform = Reform.of({"xian_30/equipment_renewal.cap": "3000万元"}, name="上限提高")
>>> after = reform.apply(load_policies())
>>> after.by_id["xian_30"].reforms[0].name
'上限提高'

What stands at a path is changed in the tree of the rule file, and the whole file is compiled again with every check
that `subsidy-rules check` makes (30 to 150 ms a policy); a number that moves often is a `Lever`, which compiles none.
`off` takes a sentence, a rule, a step or a condition out of force, while the names in it stay read: a sentence is
refused, a step is not taken, a condition holds. What was changed is in the plan, and so in every stamp.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from subsidy_rules.award.model import Citation
from subsidy_rules.errors import InputError, Place, Problem, RuleError, UsageError, expect
from subsidy_rules.mechanisms.words import WORDS
from subsidy_rules.plan import Guide, Policies, PolicyPlan, ReformMark, compile_policy, gather, load_guide
from subsidy_rules.plan.lint import lint
from subsidy_rules.plan.policies import keep_source, source_of
from subsidy_rules.policy.model import ReformFile, RuleFile
from subsidy_rules.policy.shape import shape_of
from subsidy_rules.policy.source import RuleSource
from subsidy_rules.study.paths import Loc, PathError, Spot, literals, node_of, put, resolve
from subsidy_rules.values import document as doc
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.findings import Findings
from subsidy_rules.values.quantity import Currency, QuantityError, parse_count, parse_date, parse_money, parse_ratio

OFF: Final = ("off", "停用")
NEVER, ALWAYS = "false", "true"
_CONDITIONS: Final = ("when", "where")


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing that a reform changed: its path, what stood there and what stands there now, as they are written.

    `citation` is the sentence or rule that it is in, of the text in force; where it is in none, the document alone.
    """

    path: str
    policy: str
    before: str | None
    after: str | None
    clause: str
    citation: Citation

    def as_json(self) -> dict[str, object]:
        """Write it with its keys in order."""
        return {
            "path": self.path,
            "before": self.before,
            "after": self.after,
            "policy": self.policy,
            "clause": self.clause or None,
            "citation": self.citation.as_json(),
        }


class Reform:
    """What would be changed, why, and under which name."""

    __slots__ = ("document", "file", "folder")

    def __init__(self, document: doc.Document, folder: Path) -> None:
        """Hold a document against the shape of a reform; its guides are looked for from `folder`."""
        shape = shape_of(document, ReformFile)
        if shape.model is None or shape.problems:
            raise RuleError(shape.problems)
        self.document, self.file, self.folder = document, shape.model, folder

    @staticmethod
    def load(path: str | Path) -> Reform:
        """Read a reform file, YAML or JSON. Raises `RuleError` with every problem of its shape."""
        expect(path, str | Path, "a reform is read from a path: Reform.load(FILE)")
        return Reform(doc.read(Path(path), error=RuleError), Path(path).parent)

    @staticmethod
    def from_text(text: str, *, name: str = "reform") -> Reform:
        """Read a reform from its text. Raises as `load` does."""
        expect(text, str, "a reform is read from a text: Reform.from_text(TEXT)")
        return Reform(doc.read(text, name=name, error=RuleError), Path())

    @staticmethod
    def of(changes: Mapping[str, object], *, name: str, reason: str = "", guides: Iterable[str | Path] = ()) -> Reform:
        """Make a reform of paths and values: text, whole numbers, dates, lists and mappings of such; no float.

        Raises `RuleError` for what has no exact spelling.
        """
        expect(changes, Mapping, "a reform is of a mapping of paths to values: Reform.of({PATH: VALUE}, name=…)")
        made = {"reform": "1", "name": name, "reason": reason, "changes": dict(changes)}
        made["guides"] = [str(one) for one in guides]
        return Reform(doc.from_python(made, name=name, error=RuleError), Path())

    @property
    def name(self) -> str:
        """What it is called."""
        return self.file.name

    @property
    def reason(self) -> str:
        """Why."""
        return self.file.reason

    @property
    def mark(self) -> ReformMark:
        """What the policies that it changed carry."""
        return ReformMark(self.name, self.reason, self.document.sha256)

    def apply(self, policies: Policies) -> Policies:
        """Return the policies as they would be; those that are given stay as they are.

        Raises `RuleError` for a path that names nothing, a figure of another unit, and whatever `check` refuses.
        """
        return _Applied(self, policies).policies

    def changes(self, policies: Policies) -> tuple[Changed, ...]:
        """Return what it changes in these policies, in its own order. Raises as `apply` does."""
        return tuple(_Applied(self, policies).changed)

    def guides(self, policies: Policies) -> tuple[Guide, ...]:
        """Return the guides that it brings, for the policies as they are with it. Raises `RuleError`."""
        return tuple(load_guide(self.folder / one, policies) for one in self.file.guides)

    def warnings(self, policies: Policies) -> tuple[Problem, ...]:
        """Return what `check` warns of only with the reform.

        That a figure is not printed in the text is what a reform is for, and so is that nothing reaches what is `off`.
        """
        made = _Applied(self, policies)
        off = any(one.after in OFF for one in made.changed)
        meant = {"unprinted-figure", "unused-figure", *(("unreachable",) if off else ())}
        found: list[Problem] = []
        for name, source in made.sources.items():
            before = policies.by_id[name]
            known = {(one.code, one.path) for one in lint(source_of(before), before)}
            told = lint(source, made.policies.by_id[name])
            found += [one for one in told if (one.code, one.path) not in known and one.code not in meant]
        return tuple(_told(found, self))


def reformed(policies: Policies, *reforms: Reform) -> Policies:
    """Return policies with reforms applied one after the other, each to what the one before left."""
    for one in reforms:
        expect(one, Reform, "a reform is a Reform: Reform.load(FILE) or Reform.of({…}, name=…)")
        policies = one.apply(policies)
    return policies


def spelled(node: doc.Node | None) -> str | None:
    """Write a node in one line: a text as it is, a list or a mapping as JSON."""
    if node is None:
        return None
    return node.text if isinstance(node, doc.Scalar) else json.dumps(doc.plain(node), ensure_ascii=False)


def _said(node: doc.Node | None) -> str | None:
    """Write a node in one line; a sentence, a rule or a step by its words in the text."""
    quote = node.get("quote") if isinstance(node, doc.Mapping) else None
    return spelled(node if quote is None else quote)


class _Applied:
    """A reform applied to policies."""

    def __init__(self, reform: Reform, policies: Policies) -> None:
        expect(policies, Policies, "a reform is applied to Policies: load_policies(…)")
        self.reform, self.given = reform, policies
        self.findings = Findings(reform.document)
        self.changed: list[Changed] = []
        self.roots: dict[str, doc.Node] = {}
        self.sources: dict[str, RuleSource] = {}
        changes = reform.document.root.get("changes") if isinstance(reform.document.root, doc.Mapping) else None
        for key, value in changes.entries if isinstance(changes, doc.Mapping) else ():
            self._change(key, value)
        self.findings.raise_as(RuleError)
        self.policies = self._compiled()

    def _change(self, key: doc.Scalar, value: doc.Node) -> None:
        name, slash, rest = key.text.partition("/")
        at = f"changes.{key.text}"
        if not slash or name not in self.given.by_id:
            options = [f"{one}/{rest}" if slash else one for one in self.given.by_id]
            self.findings.unknown("unknown-name", key, at, key.text if slash else name, options)
            return
        plan = self.given.by_id[name]
        root = self.roots.get(name)
        if root is None:
            root = self.roots[name] = source_of(plan).document.root
        try:
            spot = resolve(root, rest)
        except PathError as error:
            if error.what:
                self.findings.add("unknown-name", key, at, error.what, error.what_zh, "", "")
            else:
                self.findings.unknown("unknown-name", key, at, error.word, error.options)
            return
        made = self._put(plan, root, spot, key, value)
        if made is not None:
            self.roots[name] = made
            before = node_of(root, spot.loc)
            after = value if spelled(value) in OFF else node_of(made, spot.loc)
            told = (_said(before), _said(after))
            if _is_parameter(spot) and isinstance(value, doc.Scalar):
                told = (_said(node_of(root, (*spot.loc, "values"))), value.text)
            if spot.figure is not None and isinstance(before, doc.Scalar) and isinstance(value, doc.Scalar):
                told = (literals(before.text)[spot.figure][2], value.text)
            clause = next((one.id for one in plan.sentences if one.id == _id_of(root, spot.owner)), "")
            self.changed.append(Changed(key.text, name, *told, clause, _citation(plan, root, spot.owner)))

    def _put(self, plan: PolicyPlan, root: doc.Node, spot: Spot, key: doc.Scalar, value: doc.Node) -> doc.Node | None:
        at = f"changes.{key.text}"
        node = node_of(root, spot.loc)
        if isinstance(value, doc.Scalar) and value.text in OFF:
            return self._off(root, spot, key, value)
        if spot.loc == ("policy", "id"):
            self.findings.add("unknown-name", key, at, "the id of a policy is not changed", "政策编号不能修改", "", "")
            return None
        if spot.figure is not None and isinstance(node, doc.Scalar):
            begin, end, old = literals(node.text)[spot.figure]
            new = self.findings.text(value, at)
            if new is None:
                return None
            currency = plan.vocabulary.currency
            if measure_of(new, currency) != measure_of(old, currency):
                what = f"'{new}' is not of the kind of '{old}', which stands there"
                self.findings.add("wrong-type", value, at, what, f"“{new}”与原有的“{old}”单位不符", "", "")
                return None
            return put(root, spot.loc, doc.Scalar(node.text[:begin] + new + node.text[end:], value.place), key)
        if _is_parameter(spot) and isinstance(value, doc.Scalar):
            return self._fill(root, spot.loc, key, value)
        if node is not None and type(node) is not type(value) and not isinstance(node, doc.Scalar) and not spot.step:
            self.findings.add("wrong-type", value, at, f"'{key.text}' is {_form(node)[0]}", f"此处是{_form(node)[1]}")
            return None
        return put(root, spot.loc, value, key)

    def _fill(self, root: doc.Node, loc: Loc, key: doc.Scalar, value: doc.Scalar) -> doc.Node:
        """Let a parameter have one value, whatever its keys and its day."""
        by, on = node_of(root, (*loc, "by")), node_of(root, (*loc, "on"))
        keys = tuple(doc.Scalar("*", value.place) for _ in (by.items if isinstance(by, doc.Sequence) else ()))
        entries: list[tuple[doc.Scalar, doc.Node]] = []
        if keys:
            entries.append((doc.Scalar("is", value.place), doc.Sequence(keys, value.place)))
        if on is not None:
            entries.append((doc.Scalar("from", value.place), doc.Scalar("1900-01-01", value.place)))
        entries.append((doc.Scalar("value", value.place), value))
        return put(root, (*loc, "values"), doc.Sequence((doc.Mapping(tuple(entries), value.place),), value.place), key)

    def _off(self, root: doc.Node, spot: Spot, key: doc.Scalar, value: doc.Scalar) -> doc.Node | None:
        """Take out of force what a path names, or a key that may be left out."""
        loc, place = spot.loc, value.place
        never = doc.Scalar(NEVER, place)
        if loc == spot.owner and loc[0] == "clauses":
            when = node_of(root, (*loc, "when"))
            items = when.items if isinstance(when, doc.Sequence) else ()
            if _is_given(root, loc):
                return put(root, (*loc, "when"), doc.Sequence((never, *items), place), key)
        elif loc == spot.owner and loc:
            return put(root, (*loc, "when"), _joined(f"{NEVER} and", node_of(root, (*loc, "when")), place), key)
        elif spot.step and loc[:-1] == spot.step and loc[-1] in WORDS:
            way = (*spot.step, "when")
            return put(root, way, _joined(f"{NEVER} and", node_of(root, way), place), key)
        elif len(loc) > 1 and loc[-2] in _CONDITIONS and isinstance(loc[-1], int):
            return put(root, loc, _joined(f"{ALWAYS} or", node_of(root, loc), place), key)
        elif len(loc) > 1 and loc[-2] == "doubt":
            return put(root, (*loc, "when"), _joined(f"{NEVER} and", node_of(root, (*loc, "when")), place), key)
        elif node_of(root, loc) is not None and _may_go(loc):
            return put(root, loc, None, key)
        what = f"'{key.text}' can't be switched off"
        remedy = (
            "switch off a sentence that gives something, a rule, a step, a condition, or a key that may be left out"
        )
        remedy_zh = "可停用的是给予奖补的条款、规则、步骤、条件，以及可以不写的键"
        self.findings.add("wrong-type", key, f"changes.{key.text}", what, f"“{key.text}”不能停用", remedy, remedy_zh)
        return None

    def _compiled(self) -> Policies:
        plans: list[PolicyPlan] = []
        problems: list[Problem] = []
        for plan in self.given.plans:
            if plan.id not in self.roots:
                plans.append(plan)
                continue
            original = source_of(plan).document
            document = doc.Document(original.name, original.text, self.roots[plan.id])
            source = RuleSource(document, shape_of(document, RuleFile))
            try:
                made = compile_policy(source)
            except RuleError as error:
                problems += _told(error.problems, self.reform)
                continue
            keep_source(source)
            self.sources[plan.id] = source
            vocabulary = plan.vocabulary if made.vocabulary == plan.vocabulary else made.vocabulary
            plans.append(replace(made, vocabulary=vocabulary, reforms=(*plan.reforms, self.reform.mark)))
        if problems:
            raise RuleError(problems)
        same = all(plan.vocabulary is self.given.by_id[plan.id].vocabulary for plan in plans)
        vocabulary = self.given.vocabulary if same else gather(plans).vocabulary
        return Policies(tuple(plans), vocabulary, {plan.id: plan for plan in plans})


def _told(problems: Iterable[Problem], reform: Reform) -> list[Problem]:
    """Tell problems of a changed rule file: at their place in the reform, or as what the reform leads to elsewhere."""
    made: list[Problem] = []
    for one in problems:
        if one.place.file == reform.document.name:
            excerpt = reform.document.excerpt(one.place)
            made.append(replace(one, excerpt=excerpt, caret=-1))
        else:
            what, what_zh = f"with '{reform.name}': {one.what}", f"按“{reform.name}”修改后：{one.what_zh}"
            made.append(replace(one, what=what, what_zh=what_zh))
    return made


def measure_of(literal: str, currency: Currency) -> str:
    """Return what a literal measures: `money`, `ratio`, `date`, `number`, a unit as it is written, or nothing."""
    for measure, reads in (
        ("number", parse_count),
        ("date", parse_date),
        ("money", lambda text: parse_money(text, currency=currency)),
        ("ratio", parse_ratio),
    ):
        try:
            reads(literal)
        except QuantityError:
            continue
        return measure
    return literal.lstrip("0123456789. ")


def _is_parameter(spot: Spot) -> bool:
    return len(spot.loc) == 2 and spot.loc[0] == "parameters"  # noqa: PLR2004 - a section and a name


def _joined(head: str, node: doc.Node | None, place: Place) -> doc.Scalar:
    """Return a condition with another before it."""
    return doc.Scalar(f"{head} ({node.text})" if isinstance(node, doc.Scalar) else head.split(maxsplit=1)[0], place)


def _is_given(root: doc.Node, loc: Loc) -> bool:
    """Whether a sentence gives something, or stands in place of what another gives."""
    return any(node_of(root, (*loc, key)) is not None for key in ("award", "rows", "obligation", "replaces"))


def _may_go(loc: Loc) -> bool:
    """Whether what stands at a place may be left out: a key of the head's window, an option of a step, and the like."""
    return len(loc) > 2 and loc[0] in ("policy", "clauses", "cumulation")  # noqa: PLR2004 - deeper than what must stand


def _form(node: doc.Node) -> tuple[str, str]:
    return ("a list", "列表") if isinstance(node, doc.Sequence) else ("a mapping", "键值对")


def _id_of(root: doc.Node, owner: Loc) -> str:
    node = node_of(root, (*owner, "id")) if owner else None
    return node.text if isinstance(node, doc.Scalar) else ""


def _citation(plan: PolicyPlan, root: doc.Node, owner: Loc) -> Citation:
    """Return where the text in force has what is changed."""
    header, name = plan.header, _id_of(root, owner)
    path, number, quote = "", 0, ""
    for sentence in plan.sentences:
        if owner[:1] == ("clauses",) and sentence.id == name:
            path, number, quote = sentence.printed or sentence.path, sentence.sentence, sentence.quote
    for rule in plan.rules:
        if owner[:1] == ("cumulation",) and rule.id == name:
            quote = rule.quote
    return Citation(header.issuer, header.document, path, number, quote, header.address)


def setting(text: str) -> Reform:
    """Read `PATH=VALUE` as a reform of that one path. Raises `UsageError` for another form, `RuleError` as `load`."""
    path, sign, value = text.partition("=")
    if not sign or not path.strip() or not value.strip():
        raise UsageError(f"--set is PATH=VALUE, not '{text}'")
    given: object = value.strip()
    if value.strip().startswith(("{", "[")):
        given = doc.plain(doc.read(value.strip(), name="--set", error=RuleError).root)
    made = {"reform": "1", "name": text, "changes": {path.strip(): given}}
    try:
        return Reform(doc.from_python(made, name="--set", error=RuleError), Path())
    except InputError as error:
        raise RuleError(error.problems) from error
