"""Replay: is a result of long ago still what its packs say of its case?

A result names in its stamp what it was made from, by digest: the packs, the guides, the case, the readings. `replay`
finds those files, computes again, and says that the result is equal or what differs, field by field:

    found = replay(Path("2025-09-01.result.json"), cases=["archive/cases"])
    if not found.equal:
        for one in found.differences:
            tell(one.path, one.was, one.now)

Packs are looked for among those that ship, those that they superseded (`rules/superseded`), and in the files and
folders that are given. A pack of which only the layout or a comment changed has other bytes and the same meaning, and
is taken where none has the bytes; the replay says so. A digest that is found nowhere is an error, not a difference.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from subsidy_rules.audit.result_file import read_result
from subsidy_rules.award.evaluate import evaluate
from subsidy_rules.award.model import SCHEMA, Entitlement, Json, ends_of
from subsidy_rules.errors import InputError, UsageError, expect
from subsidy_rules.facts.case import Case
from subsidy_rules.plan import Guide, Policies, compile_policy, load_guide, load_policies
from subsidy_rules.policy.shipped import shipped_rules
from subsidy_rules.policy.source import read_policy
from subsidy_rules.report.schema import schema_of
from subsidy_rules.report.tables import one_at_a_time

Files: TypeAlias = Sequence[str | Path]
SUFFIXES: Final = (".yaml", ".yml", ".json")
SUPERSEDED: Final = "superseded"
NOWHERE: Final = "—"
"""What stands for a field that one side does not have."""
_KEYS: Final = ("id", "policy", "group", "path", "award", "option")
"""What tells the items of a list apart, where they have it."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack as it was found: its id and digests, the file, and whether its bytes or only its meaning are the same."""

    policy: str
    source_sha256: str
    meaning_sha256: str
    path: Path
    by: Literal["bytes", "meaning"]


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field of the result that is not the same: where it stands, what it was, what it is now."""

    path: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of computing a result again. `library` is the version that made it, `now` the result of this one.

    `added` are the keys that results did not have when it was made, which are no difference.
    """

    packs: tuple[Pack, ...]
    case: Path | None
    library: str
    now: Entitlement = field(repr=False)
    differences: tuple[FieldDifference, ...]
    added: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        """Whether every field is the same."""
        return not self.differences


def replay(
    result: str | Path | Mapping[str, Json],
    *,
    case: Case | None = None,
    cases: Files = (),
    rules: Files = (),
    guides: Files = (),
) -> Replay:
    """Compute a result again from what its stamp names, and compare.

    `result` is a file or the JSON itself; `case` is its case, or it is looked for by its digest in `cases` (files and
    folders) and beside the result's file. `rules` and `guides` are files and folders to search beside the packs that
    ship and those that they superseded.

    Raises `UsageError` where it is no result, or where a pack, a guide or the case of its stamp is not found;
    `RuleError` or `CaseError` where what is found is no longer read.
    """
    expect(result, str | Path | Mapping, "a result is a file, or its JSON as a mapping: replay('result.json')")
    expect(case, Case | None, "a case is a Case: Case.load(FILE)")
    beside = () if isinstance(result, Mapping) else (Path(result).parent,)
    was = _read(result)
    stamp = _mapping(was["stamp"], "stamp")
    found, path = (case, None) if case is not None else _find_case(str(stamp["case_sha256"]), cases, beside)
    if found.sha256 != stamp["case_sha256"]:
        raise UsageError(f"the case has the digest {found.sha256[:12]}, the result was made from {_short(stamp)}")
    packs = tuple(_find_packs(stamp, [*rules, *beside]))
    files = [*guides, *rules, *beside]
    wanted = [str(one) for one in _items(stamp.get("guides"))]
    made: list[tuple[Entitlement, tuple[FieldDifference, ...]]] = []
    error: InputError | UsageError | None = None
    for policies in _vocabularies(packs, rules):
        try:
            now = _evaluate(was, stamp, found, policies, wanted, files)
        except (InputError, UsageError) as caught:
            error = error or caught
            continue
        made.append((now, tuple(_compare(was, _as_then(was, now), packs))))
        if not _telling(made[-1][1]):
            break
    if not made:
        assert error is not None  # noqa: S101 - there is at least one way to load the packs
        raise error
    now, found_now = min(made, key=lambda one: len(_telling(one[1])))
    added = tuple(one.path for one in found_now if _is_added(one))
    return Replay(packs, path, str(stamp["library"]), now, _telling(found_now), added)


def _evaluate(
    was: Mapping[str, Json], stamp: Mapping[str, Json], case: Case, policies: Policies, guides: list[str], files: Files
) -> Entitlement:
    day = was.get("decision_date")
    return evaluate(
        case,
        policies,
        None if day is None else str(day),
        readings={name: str(option) for name, option in _mapping(stamp["readings"], "stamp.readings").items()},
        guides=[_find_guide(one, files, policies) for one in guides],
    )


# What the stamp names


def _read(result: str | Path | Mapping[str, Json]) -> Mapping[str, Json]:
    """Return a result as it was written. Raises `UsageError` for what is none."""
    name = "<result>" if isinstance(result, Mapping) else str(result)
    found = result if isinstance(result, Mapping) else read_result(result)
    if not isinstance(found, Mapping) or found.get("schema") != SCHEMA:
        raise UsageError(f"'{name}' is no result of the schema {SCHEMA}")
    for key in ("stamp", "awards", "total"):
        if key not in found:
            raise UsageError(f"'{name}' is no whole result: it has no '{key}'")
    stamp = found["stamp"]
    for key in ("library", "rules", "case_sha256", "readings"):
        if not isinstance(stamp, Mapping) or key not in stamp:
            raise UsageError(f"'{name}' is no whole result: it has no 'stamp.{key}'")
    return found


def _mapping(node: Json, name: str) -> Mapping[str, Json]:
    if not isinstance(node, Mapping):
        raise UsageError(f"'{name}' of the result is no mapping")
    return node


def _items(node: Json) -> list[Json]:
    return node if isinstance(node, list) else []


def _short(stamp: Mapping[str, Json]) -> str:
    return str(stamp["case_sha256"])[:12]


def files_in(given: Iterable[str | Path]) -> Iterator[Path]:
    """Return the files that may be packs, guides or cases: those given, and those in the folders, with theirs.

    Raises `UsageError` for a path that is not there.
    """
    for path in map(Path, given):
        if path.is_dir():
            yield from sorted(one for one in path.rglob("*") if one.suffix in SUFFIXES and one.is_file())
        elif path.is_file():
            yield path
        else:
            raise UsageError(f"no file or folder at '{path}'")


def _find_packs(stamp: Mapping[str, Json], rules: Files) -> Iterator[Pack]:
    """Find each pack of a stamp, first by its bytes. Raises `UsageError` for one that is nowhere."""
    files = list(dict.fromkeys(files_in([shipped_rules(), *rules])))
    digests = {sha256(path.read_bytes()).hexdigest(): path for path in reversed(files)}
    for entry in _items(stamp["rules"]):
        one = _mapping(entry, "stamp.rules")
        policy, source, meaning = (str(one.get(key)) for key in ("policy", "source_sha256", "meaning_sha256"))
        if source in digests:
            yield Pack(policy, source, meaning, digests[source], "bytes")
            continue
        path = next((path for path in files if _meaning_of(path, policy) == meaning), None)
        if path is None:
            where = ", ".join(map(str, dict.fromkeys(rules))) or "any other folder"
            short = source[:12]
            raise UsageError(
                f"no pack of '{policy}' has the digest {short}, neither among those that ship or did nor in {where}"
            )
        yield Pack(policy, source, meaning, path, "meaning")


def _meaning_of(path: Path, policy: str) -> str:
    """Return the digest of the meaning of a pack; nothing for what is no pack of that policy."""
    if policy.encode() not in path.read_bytes():
        return ""
    try:
        source = read_policy(path)
        return compile_policy(source).meaning_sha256 if source.file.policy.id == policy else ""
    except InputError:
        return ""


def _find_guide(digest: str, files: Files, policies: Policies) -> Guide:
    for path in files_in(files):
        if sha256(path.read_bytes()).hexdigest() == digest:
            return load_guide(path, policies)
    raise UsageError(f"no guide has the digest {digest[:12]}; name its file or folder")


def _find_case(digest: str, cases: Files, beside: Files) -> tuple[Case, Path]:
    """Return the case of a digest among files. Raises `UsageError` where there is none."""
    only = [Path(one) for one in cases]
    for path in files_in([*cases, *beside]):
        try:
            case = Case.load(path)
        except InputError:
            if path in only:  # who names one file is told what is wrong with it
                raise
            continue
        if case.sha256 == digest:
            return case, path
        if only == [path]:
            raise UsageError(f"the case has the digest {case.sha256[:12]}, the result was made from {digest[:12]}")
    raise UsageError(f"no case has the digest {digest[:12]}; name its file or folder")


def _vocabularies(packs: Sequence[Pack], rules: Files) -> Iterator[Policies]:
    """Return the packs with the words of nothing else, of those that ship, and of the rules that are given.

    A stamp names the packs that applied, not those that were loaded beside them and lent a case their words.
    """
    ids = [pack.policy for pack in packs]
    own = [pack.path for pack in packs]
    yield load_policies(own)
    shipped = [path for path in sorted(shipped_rules().glob("*.yaml")) if path.stem not in ids]
    given = [path for each in map(Path, rules) for path in (sorted(each.glob("*.yaml")) if each.is_dir() else [each])]
    for others in (shipped, given):
        try:
            lent = [path for path in others if others is shipped or not set(load_policies(path).by_id) & set(ids)]
            yield load_policies([*own, *lent]).only(*ids)
        except (InputError, UsageError):
            continue


# What differs


def _as_then(was: Mapping[str, Json], now: Entitlement) -> dict[str, Json]:
    """Return the new result in the form that the old one has: with the spread where that has it."""
    made = now.as_json()
    if "spread" not in was:
        return made
    joint, taken, single = (
        {"kind": amount.kind, **ends_of(amount, now.currency)}
        for amount in (now.spread, now.total.possible, one_at_a_time(now))
    )
    return {**made, "spread": {**joint, "taken": taken, "one_at_a_time": single}}


def _compare(was: Mapping[str, Json], now: Mapping[str, Json], packs: Sequence[Pack]) -> Iterator[FieldDifference]:
    """Return every field that differs, but for the library's version, and the bytes of a pack of the same meaning."""
    ignored = {"stamp.library"} | {
        f"stamp.rules[{pack.policy}].source_sha256" for pack in packs if pack.by == "meaning"
    }
    for one in differing(was, now):
        if one.path not in ignored:
            yield one


def _telling(found: Iterable[FieldDifference]) -> tuple[FieldDifference, ...]:
    return tuple(one for one in found if not _is_added(one))


def _is_added(one: FieldDifference) -> bool:
    """Whether only the new result has a key that results of this schema need not have: it came later."""
    key = one.path.rpartition(".")[2]
    return one.was == NOWHERE and not key.endswith("]") and key not in _required()


@cache
def _required() -> frozenset[str]:
    """The keys that every result has: what is gone of them was taken out."""
    schema: Any = schema_of("result")
    return frozenset(key for one in (schema, *schema["$defs"].values()) for key in one.get("required", ()))


def differing(
    was: Json | Mapping[str, Json], now: Json | Mapping[str, Json], path: str = ""
) -> Iterator[FieldDifference]:
    """Return every field in which two trees of JSON differ, in the order of the first.

    >>> [one] = differing({"awards": [{"id": "a", "net": "1.00"}]}, {"awards": [{"id": "a", "net": "2.00"}]})
    >>> one.path, one.was, one.now
    ('awards[a].net', '1.00', '2.00')
    """
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        for key in dict.fromkeys([*was, *now]):
            at = f"{path}.{key}" if path else key
            if key in was and key in now:
                yield from differing(was[key], now[key], at)
            else:
                yield FieldDifference(at, _said(was, key), _said(now, key))
    elif isinstance(was, list) and isinstance(now, list):
        yield from _lists(was, now, path)
    elif was != now or type(was) is not type(now):
        yield FieldDifference(path, _write(was), _write(now))


def _lists(was: list[Json], now: list[Json], path: str) -> Iterator[FieldDifference]:
    """Compare two lists by what tells their items apart; in another order they differ too."""
    olds, news = (_named(items, by_name=_tells(was) and _tells(now)) for items in (was, now))
    for key in dict.fromkeys([*olds, *news]):
        at = f"{path}[{key}]"
        if key in olds and key in news:
            yield from differing(olds[key], news[key], at)
        else:
            yield FieldDifference(at, _said(olds, key), _said(news, key))
    if olds.keys() == news.keys() and list(olds) != list(news):
        yield FieldDifference(path, ", ".join(olds), ", ".join(news))


def _tells(items: list[Json]) -> bool:
    """Whether the items of a list can be told apart by a name of theirs."""
    names = [_name(one) for one in items]
    return "" not in names and len(set(names)) == len(names)


def _name(one: Json) -> str:
    return next((str(one[key]) for key in _KEYS if key in one), "") if isinstance(one, dict) else ""


def _named(items: list[Json], *, by_name: bool) -> dict[str, Json]:
    names = map(_name, items) if by_name else map(str, range(len(items)))
    return dict(zip(names, items, strict=True))


def _said(tree: Mapping[str, Json], key: str) -> str:
    return _write(tree[key]) if key in tree else NOWHERE


def _write(node: Json | Mapping[str, Json]) -> str:
    return node if isinstance(node, str) else json.dumps(node, ensure_ascii=False)
