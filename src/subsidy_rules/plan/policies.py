"""Policies that are evaluated together, and the guides that fill their open parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from subsidy_rules.errors import RuleError, UsageError
from subsidy_rules.facts.vocabulary import FieldSpec, Vocabulary
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.expression import Scope
from subsidy_rules.mechanisms.step import Desk, Loc, Table
from subsidy_rules.plan.compile import ConstantPool, compile_policy
from subsidy_rules.plan.model import PolicyPlan, Sentence
from subsidy_rules.policy.model import GuideFile
from subsidy_rules.policy.source import GuideSource, node_at, read_guide, read_policy, shipped_rules
from subsidy_rules.values.findings import Findings


@dataclass(frozen=True, slots=True)
class Policies:
    """Policies that are evaluated together, and the vocabulary of all of them."""

    plans: tuple[PolicyPlan, ...]
    vocabulary: Vocabulary
    by_id: Mapping[str, PolicyPlan] = field(default_factory=dict)

    def sentence(self, policy: str, clause: str) -> Sentence:
        """Return a sentence by policy and clause id. Raises `UsageError` where there is none."""
        for plan in self.plans:
            for sentence in plan.sentences:
                if plan.id == policy and sentence.id == clause:
                    return sentence
        raise UsageError(f"no clause '{policy}/{clause}' in the loaded policies")

    def only(self, *ids: str) -> Policies:
        """Return the named policies alone. Raises `UsageError` for a name that is not loaded."""
        for name in ids:
            if name not in self.by_id:
                raise UsageError(f"no policy '{name}'; loaded: {', '.join(self.by_id)}")
        return gather(plan for plan in self.plans if plan.id in ids)


def gather(plans: Iterable[PolicyPlan]) -> Policies:
    """Put policies together. Raises `UsageError` where two share an id or declare one fact differently."""
    made = tuple(plans)
    vocabulary = Vocabulary.core()
    by_id: dict[str, PolicyPlan] = {}
    for plan in made:
        if plan.id in by_id:
            raise UsageError(f"two policies have the id '{plan.id}'")
        by_id[plan.id] = plan
        vocabulary = _merged(vocabulary, plan)
    return Policies(made, vocabulary, by_id)


def _merged(vocabulary: Vocabulary, plan: PolicyPlan) -> Vocabulary:
    for entity, fields in plan.vocabulary.fields.items():
        for name, spec in fields.items():
            known = vocabulary.field(entity, name)
            if known is None:
                vocabulary = vocabulary.with_field(spec)
                continue
            if (known.type, known.sort) != (spec.type, spec.sort):
                raise UsageError(f"{plan.id} declares {entity}.{name} as {spec.type}; another policy as {known.type}")
            for member in spec.members.values():
                other = known.members.get(member.name)
                if other is not None and (other.genus, other.list) != (member.genus, member.list):
                    raise UsageError(f"{plan.id} declares '{member.name}' of {entity}.{name} unlike another policy")
            fresh = [member for member in spec.members.values() if member.name not in known.members]
            if fresh:
                vocabulary = vocabulary.with_members(entity, name, fresh)
    return vocabulary.with_zones(plan.vocabulary.zones)


def load_policies(paths: Iterable[str | Path] | None = None) -> Policies:
    """Load rule files: the packs that ship with the library, or those at `paths` (files or folders).

    Raises `RuleError` for a file that is wrong, `UsageError` for a path that is not there.
    """
    files: list[Path] = []
    for given in [shipped_rules()] if paths is None else [Path(path) for path in paths]:
        if given.is_dir():
            files += sorted(given.glob("*.yaml"))
        elif given.is_file():
            files.append(given)
        else:
            raise UsageError(f"no rule file at '{given}'")
    return gather(compile_policy(read_policy(file)) for file in files)


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide ready for use: each parameter's table, row by row (`'*'` matches all), and the document to cite."""

    file: GuideFile
    fills: Mapping[str, tuple[tuple[tuple[str, ...], Fraction], ...]]
    sha256: str


def load_guide(path: str | Path, policies: Policies) -> Guide:
    """Read a guide for the loaded policies. Raises `RuleError` where it fills what is no open parameter (S24)."""
    return _guide(read_guide(Path(path)), policies)


def guide_from_text(text: str, policies: Policies) -> Guide:
    """Read a guide from its text. Raises as `load_guide` does."""
    return _guide(read_guide(text), policies)


def _guide(source: GuideSource, policies: Policies) -> Guide:
    findings = Findings(source.document)
    parameters = {name: one for plan in policies.plans for name, one in plan.parameters.items()}
    fills: dict[str, tuple[tuple[tuple[str, ...], Fraction], ...]] = {}
    for name, given in source.file.fills.items():
        loc: Loc = ("fills", name)
        node, path = node_at(source.document, loc)
        parameter = parameters.get(name)
        if parameter is None:
            findings.unknown("guide-conflict", node, path, name, parameters)
            continue
        rows: list[tuple[tuple[str, ...], str, Loc]] = []
        if isinstance(given, str):
            rows.append((("*",) * len(parameter.by), given, loc))
        else:
            by = (given.by,) if isinstance(given.by, str) else tuple(given.by)
            if by != parameter.by:
                findings.add(
                    "bad-table",
                    node,
                    path,
                    f"'{name}' is looked up by {list(parameter.by)}",
                    f"“{name}”按{list(parameter.by)}查表",
                )
                continue
            rows += _guide_rows(given, loc)
        made = []
        for keys, text, where in rows:
            at, at_path = node_at(source.document, where)
            pool = ConstantPool()
            desk = Desk(Scope(policies.vocabulary, pool), {}, [])
            figure = desk.figure(text, where, parameter.type)
            specs = [_spec_of(policies.vocabulary, text) for text in parameter.by]
            for key, spec in zip(keys, specs, strict=False):
                if key != "*" and spec is not None and key not in spec.members:
                    findings.unknown("unknown-member", at, at_path, key, spec.members)
            if len(keys) != len(parameter.by):
                findings.add("bad-table", at, at_path, "a row needs one member for each key", "每行取值个数应与键一致")
            elif desk.problems or not isinstance(figure, op.Constant):
                findings.add(
                    "bad-parameter", at, at_path, f"'{text}' is not {parameter.type}", f"“{text}”不是{parameter.type}"
                )
            else:
                made.append((keys, list(pool.index)[figure.index][0]))
        fills[name] = tuple(made)
    findings.raise_as(RuleError)
    return Guide(source.file, fills, source.document.sha256)


def _spec_of(vocabulary: Vocabulary, path: str) -> FieldSpec | None:
    entity, _, name = path.partition(".")
    return vocabulary.field(entity, name)


def _guide_rows(given: Table, loc: Loc) -> list[tuple[tuple[str, ...], str, Loc]]:
    if isinstance(given.rows, dict):
        return [((key,), value, (*loc, "rows", key)) for key, value in given.rows.items()]
    return [(tuple(row.is_), row.value, (*loc, "rows", place)) for place, row in enumerate(given.rows)]
