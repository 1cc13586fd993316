"""Policies that are evaluated together, and what a guide gives their open parameters.

What compiled without a problem is kept as data (`values.kept`), by the bytes of the rule files: those that have not
changed are neither read as YAML nor compiled again, and pydantic is imported only where one is.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import field
from dataclasses import fields as fields_of
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from subsidy_rules.errors import UsageError, expect
from subsidy_rules.facts import vocabulary as vocabulary_
from subsidy_rules.facts.vocabulary import ListSpec, Vocabulary
from subsidy_rules.mechanisms import lowered, operations
from subsidy_rules.plan import model
from subsidy_rules.plan.model import PolicyPlan, Sentence
from subsidy_rules.policy.shipped import shipped_rules
from subsidy_rules.values import amount, quantity
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.coding import Codec
from subsidy_rules.values.document import MAX_BYTES
from subsidy_rules.values.kept import kept

if TYPE_CHECKING:
    from subsidy_rules.policy.model import GuideFile
    from subsidy_rules.policy.source import RuleSource


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
        """Return the named policies alone, with the words of all: a case of many policies can be asked of one.

        Raises `UsageError` for a name that is not loaded.
        """
        for name in ids:
            expect(name, str, 'a policy is named by its id: only("xian_30", "xian_31")')
            if name not in self.by_id:
                raise UsageError(f"no policy '{name}'; loaded: {', '.join(self.by_id)}")
        kept = tuple(plan for plan in self.plans if plan.id in ids)
        return Policies(kept, self.vocabulary, {plan.id: plan for plan in kept})


def gather(plans: Iterable[PolicyPlan]) -> Policies:
    """Put policies together. Raises `UsageError` where two share an id, or differ in a fact or in money."""
    made = tuple(plans)
    currencies = {plan.vocabulary.currency.code: plan for plan in made}
    if len(currencies) > 1:
        told = ", ".join(f"{plan.id} in {code}" for code, plan in currencies.items())
        raise UsageError(f"policies of several currencies are not evaluated together: {told}")
    vocabulary = Vocabulary.core()
    for plan in made[:1]:
        vocabulary = vocabulary.with_currency(plan.vocabulary.currency)
    by_id: dict[str, PolicyPlan] = {}
    for plan in made:
        if plan.id in by_id:
            raise UsageError(f"two policies have the id '{plan.id}'")
        by_id[plan.id] = plan
        vocabulary = _merged(vocabulary, plan)
    for entity in vocabulary.fields:
        words = Counter(vocabulary.words(entity))
        for word in (one for one, count in words.items() if count > 1):
            raise UsageError(f"two policies declare '{word}' of {entity} as two different facts")
    return Policies(made, vocabulary, by_id)


def _merged(vocabulary: Vocabulary, plan: PolicyPlan) -> Vocabulary:
    if plan.vocabulary.currency != vocabulary.currency:
        code = plan.vocabulary.currency.code
        raise UsageError(f"{plan.id} counts in {code} with other units than another policy")
    for owned in plan.vocabulary.lists.values():
        for one in owned.values():
            vocabulary = _with_list(vocabulary, one, plan)
    for entity, fields in plan.vocabulary.fields.items():
        for name, spec in fields.items():
            known = vocabulary.field(entity, name)
            if known is None:
                vocabulary = vocabulary.with_field(spec)
                continue
            if known.type != spec.type:
                raise UsageError(f"{plan.id} declares {entity}.{name} as {spec.type}; another policy as {known.type}")
            if known != spec:
                told = ", ".join(f.name for f in fields_of(spec) if getattr(known, f.name) != getattr(spec, f.name))
                raise UsageError(f"{plan.id} declares {entity}.{name} unlike another policy ({told})")
            for member in spec.members.values():
                other = known.members.get(member.name)
                if other is not None and (other.genus, other.list) != (member.genus, member.list):
                    raise UsageError(f"{plan.id} declares '{member.name}' of {entity}.{name} unlike another policy")
            fresh = [member for member in spec.members.values() if member.name not in known.members]
            if fresh:
                vocabulary = vocabulary.with_members(entity, name, fresh)
    for unit, scale in plan.vocabulary.units.items():
        if vocabulary.units.get(unit, scale) != scale:
            raise UsageError(f"{plan.id} declares the unit '{unit}' unlike another policy")
    return vocabulary.with_units(plan.vocabulary.units).with_zones(plan.vocabulary.zones)


def _with_list(vocabulary: Vocabulary, spec: ListSpec, plan: PolicyPlan) -> Vocabulary:
    """Return the vocabulary with a list. Raises `UsageError` where its name is one of another list or thing."""
    named = vocabulary.list_of(spec.entity)
    others = [one for table in vocabulary.lists.values() for one in table.values() if one.name == spec.name]
    if named is None and not others:
        return vocabulary.with_list(spec)
    if named != spec or others != [spec]:
        raise UsageError(f"{plan.id} declares '{spec.entity}' (list {spec.name}) unlike another policy")
    return vocabulary


def load_policies(paths: str | Path | Iterable[str | Path] | None = None) -> Policies:
    """Load rule files: the packs that ship with the library, or those at `paths` (a file or folder, or several).

    Raises `RuleError` for a file that is wrong, `UsageError` for a path that is not there.
    """
    files: list[Path] = []
    said = "rule files are a path, or several: load_policies(['my_city.yaml'])"
    expect(paths, str | Path | Iterable | None, said)
    several = [paths] if isinstance(paths, str | Path) else None if paths is None else list(paths)
    for one in several or ():
        expect(one, str | Path, said)
    for given in [shipped_rules()] if several is None else [Path(path) for path in several]:
        if given.is_dir():
            files += sorted(given.glob("*.yaml"))
        elif given.is_file():
            files.append(given)
        else:
            raise UsageError(f"no rule file at '{given}'")
    return _loaded([(file, _bytes_of(file)) for file in files])


def _bytes_of(file: Path) -> bytes | None:
    """Return the bytes of a file, no more than are read of one; None where the reader will say why there are none."""
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError:
        return None


def _loaded(files: list[tuple[Path, bytes | None]]) -> Policies:
    """Return the policies of files, as they were kept or by reading and compiling them."""

    def compiled() -> Policies:
        from subsidy_rules.plan.compile import compile_policy  # noqa: PLC0415 - it needs pydantic and YAML
        from subsidy_rules.plan.versions import raise_faults  # noqa: PLC0415
        from subsidy_rules.policy.source import read_policy  # noqa: PLC0415

        sources = [read_policy(file) if raw is None else read_policy(raw, name=str(file)) for file, raw in files]
        made = gather(compile_policy(source) for source in sources)
        raise_faults(sources)
        return made

    _TEXTS.update((sha256(raw).hexdigest(), (str(file), raw)) for file, raw in files if raw is not None)
    digests = [sha256(raw).hexdigest() for _, raw in files if raw is not None]
    return kept("policies", digests, CODEC, compiled, Policies) if len(digests) == len(files) else compiled()


_TEXTS: Final[dict[str, tuple[str, bytes]]] = {}
"""The rule files that were loaded, by the digest of their bytes: a plan holds nothing of the file but that."""
_SOURCES: Final[dict[str, RuleSource]] = {}
"""Those that were read, or made from others, by the digest of their document."""


def source_of(plan: PolicyPlan) -> RuleSource:
    """Return the rule file that a policy was made from, as it was read. Raises `UsageError` where it was not loaded."""
    from subsidy_rules.policy.source import read_policy  # noqa: PLC0415 - it needs pydantic and YAML

    if plan.source_sha256 not in _SOURCES:
        if plan.source_sha256 not in _TEXTS:
            raise UsageError(f"the rule file of '{plan.id}' is not known; load it with load_policies")
        name, raw = _TEXTS[plan.source_sha256]
        _SOURCES[plan.source_sha256] = read_policy(raw, name=name)
    return _SOURCES[plan.source_sha256]


def keep_source(source: RuleSource) -> None:
    """Let the policy that is compiled from a source be asked for it."""
    _SOURCES[source.document.sha256] = source


CODEC: Final = Codec(vocabulary_, operations, lowered, model, amount, quantity, sys.modules[__name__])
"""Plans are made of the dataclasses of these modules."""


Fill: TypeAlias = tuple[tuple[tuple[str, ...], Fraction | None, Fraction], ...]
"""A parameter's rows: the keys, the first day on which the row holds if it has one, the value."""


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide ready for use: each parameter's table, and the document to cite.

    Of the rows that match, the first holds; `'*'` matches all, and of a table by date the latest rows come first.
    """

    file: GuideFile
    fills: Mapping[str, Fill]
    sha256: str
