"""Test files: cases with what is expected of them, in YAML beside the pack.

    tests: 1
    base:
      case: 1
      decision_date: 2025-09-01
      enterprise: {type: enterprise, place: "330100", industry: "34"}
      assume_none: [titles, grants, earlier_awards]
    things:
      project: {id: p1, nature: [改扩建], reads: [数字转型]}
    cases:
    - id: retrofit/pays
      facts: {projects: [{like: project, costs: [{kind: equipment, amount: 2800万元}]}]}
      expect: {retrofit@p1: awards exact 280万元}
      total: exact 280万元

`NAME.tests.yaml` is of the pack `NAME.yaml` beside it; `policies:` names other packs, by the id of one that ships or by
a path. A case is `base` with the changes that `facts` makes: a list takes the place of a list, `enterprise` is merged,
`~` takes away; `{like: project, …}` stands for that thing with these changes. `guides` names guides that several cases
use. Cases keep the places of the test file, so what is wrong with a fact is told with its line here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from subsidy_rules.author.expected import PARTS, Desk, Expected, ExpectedReader
from subsidy_rules.errors import InputError, Problem, UsageError, path_to
from subsidy_rules.facts.case import Case
from subsidy_rules.plan import Guide, Policies, guide_from_document, load_guide, load_policies
from subsidy_rules.policy.source import shipped_rules
from subsidy_rules.values import document as doc
from subsidy_rules.values.findings import Findings

TESTS_VERSION: Final = "1"
ENDING: Final = ".tests.yaml"
GONE: Final = "~"
"""Takes a fact or a list away."""
LIKE: Final = "like"
_HEADER: Final = re.compile(rb"^tests:", re.MULTILINE)
_RULES: Final = re.compile(rb"^language:", re.MULTILINE)
KEYS_OF_FILE: Final = ("tests", "policies", "base", "things", "guides", "cases")
KEYS_OF_CASE: Final = ("id", "policies", "facts", "readings", "guides", *PARTS, "under")
_GUIDE: Final = {"issuer": "测试", "title": "测试细则"}
"""The document of a guide that a test writes out."""


@dataclass(frozen=True, slots=True)
class Under:
    """The same case under other readings: `A5=cap_lifted A7=each`, and what is then expected."""

    name: str
    readings: Mapping[str, str]
    expected: Expected


@dataclass(frozen=True, slots=True)
class CaseTest:
    """One case of a test file, ready to be evaluated, with what is expected of it."""

    id: str
    names: tuple[str, ...]
    policies: Policies
    case: Case
    readings: Mapping[str, str]
    guides: tuple[Guide, ...]
    expected: Expected
    under: tuple[Under, ...] = ()

    def short(self, name: str) -> str:
        """Write the id of a row without the policy that is meant where none is named."""
        return name.removeprefix(f"{self.names[0]}/")


@dataclass(frozen=True, slots=True)
class Suite:
    """The cases of one test file."""

    path: Path
    document: doc.Document
    packs: tuple[Path, ...]
    policies: Policies
    cases: tuple[CaseTest, ...]
    base: doc.Mapping | None = field(default=None, repr=False)


def find_suites(given: Iterable[str | Path]) -> list[Path]:
    """Return the test files at paths: a test file, a rule file with `NAME.tests.yaml` beside it, a folder of either.

    In a folder a test file is one that is named so or has `tests:` at its top. Raises `UsageError` where there is none.
    """
    found: dict[Path, None] = {}
    for path in map(Path, given):
        if path.is_dir():
            inside = [one for one in sorted(path.glob("*.yaml")) if _is_suite(one)]
        elif not path.exists():
            raise UsageError(f"no test file at '{path}'")
        elif _is_suite(path):
            inside = [path]
        elif beside(path).exists():
            inside = [beside(path)]
        else:
            inside = [] if _RULES.search(path.read_bytes()) else [path]
        if not inside:
            raise UsageError(f"no test file at '{path}'")
        found.update(dict.fromkeys(inside))
    return list(found)


def beside(rules: Path) -> Path:
    """Return where the tests of a rule file stand."""
    return rules.with_name(rules.name.removesuffix(rules.suffix) + ENDING)


def _is_suite(path: Path) -> bool:
    return path.name.endswith(ENDING) or bool(_HEADER.search(path.read_bytes()))


def load_suite(path: str | Path) -> Suite:
    """Read a test file and the packs that it is of.

    Raises `InputError` with every problem of the file and of its cases, `RuleError` for a pack or a guide that is
    wrong.
    """
    source = Path(path)
    return _SuiteReader(source, doc.read(source, blank=GONE)).read()


class _SuiteReader:
    """Reads one test file."""

    def __init__(self, path: Path, document: doc.Document) -> None:
        self.path, self.document = path, document
        self.findings = Findings(document)
        self.desk = Desk(self.findings)
        self.loaded: dict[tuple[Path, ...], Policies] = {}
        self.things: dict[str, doc.Node] = {}
        self.guides: dict[str, doc.Node] = {}
        self.base: doc.Mapping | None = None
        self.problems: list[Problem] = []

    def read(self) -> Suite:
        entries = self.desk.entries(self.document.root, "", KEYS_OF_FILE, ("tests", "cases"))
        self._stop()
        if self.desk.word(entries["tests"], "tests").value != TESTS_VERSION:
            self.findings.add(
                "bad-version", entries["tests"], "tests", "this library reads tests: 1", "本库只读取 tests: 1"
            )
        packs = self._packs(entries.get("policies"), "policies")
        self._stop()
        packs = packs or (self._own(),)
        if "base" in entries:
            self.base = self.findings.mapping(entries["base"], "base")
        if "things" in entries:
            self.things = {key.text: value for key, value, _ in self.desk.pairs(entries["things"], "things")}
        if "guides" in entries:
            self.guides = {key.text: value for key, value, _ in self.desk.pairs(entries["guides"], "guides")}
        policies = self._policies(packs)
        cases: list[CaseTest] = []
        seen: dict[str, doc.Node] = {}
        for at, node in enumerate(self.findings.items(entries["cases"], "cases")):
            made = self._case(node, path_to("cases", at), packs, seen)
            cases += [] if made is None else [made]
        self._stop()
        return Suite(self.path, self.document, packs, policies, tuple(cases), self.base)

    def _stop(self) -> None:
        """Raise what was found, in the order of the file."""
        problems = dict.fromkeys([*self.findings.problems, *self.problems])
        if problems:
            raise InputError(sorted(problems, key=lambda one: (one.place.line, one.place.col))[: doc.MAX_PROBLEMS])

    def _own(self) -> Path:
        """Return the pack that a test file is of by its name."""
        pack = self.path.with_name(f"{self.path.name.removesuffix(ENDING)}.yaml")
        if not self.path.name.endswith(ENDING) or not pack.exists():
            self.findings.add(
                "missing-key",
                self.document.root,
                "policies",
                f"which policies are tested is not said, and '{self.path.name}' has no rule file of its name beside it",
                f"没有写明测试哪些政策，“{self.path.name}”旁也没有同名的规则文件",
                "name NAME.tests.yaml after NAME.yaml, or write 'policies: [ID or path]'",
                "请与 NAME.yaml 对应命名为 NAME.tests.yaml，或写 policies: [编号或路径]",
            )
            self._stop()
        return pack

    def _packs(self, node: doc.Node | None, path: str) -> tuple[Path, ...]:
        """Return the rule files that are named: by a path beside the test file, or by the id of one that ships."""
        found = []
        for at, item in enumerate(() if node is None else self.findings.items(node, path)):
            where = path_to(path, at)
            text = self.desk.word(item, where).value
            is_path = "/" in text or text.endswith((".yaml", ".json"))
            file = self.path.parent / text if is_path else shipped_rules() / f"{text}.yaml"
            if file.is_file():
                found.append(file)
            elif is_path:
                self.findings.add("unreadable", item, where, f"no rule file at '{file}'", f"“{file}”没有规则文件")
            else:
                ids = sorted(one.stem for one in shipped_rules().glob("*.yaml"))
                self.findings.unknown("unknown-name", item, where, text, ids)
        if isinstance(node, doc.Sequence) and not node.items:
            self.findings.add("wrong-type", node, path, "expected at least one policy", "至少应写一项政策")
        return tuple(found)

    def _policies(self, packs: tuple[Path, ...]) -> Policies:
        if packs not in self.loaded:
            self.loaded[packs] = load_policies(packs)
        return self.loaded[packs]

    def _case(self, node: doc.Node, path: str, packs: tuple[Path, ...], seen: dict[str, doc.Node]) -> CaseTest | None:
        entries = self.desk.entries(node, path, KEYS_OF_CASE, ("id",))
        identity = self.desk.word(entries["id"], path_to(path, "id")).value if "id" in entries else ""
        if identity in seen:
            line = seen[identity].place.line
            what, what_zh = f"the id '{identity}' stands here and on line {line}", f"编号“{identity}”在第{line}行已用"
            self.findings.add("duplicate-id", entries["id"], path_to(path, "id"), what, what_zh)
        if not identity:
            return None
        seen[identity] = entries["id"]
        policies = self._policies(self._packs(entries.get("policies"), path_to(path, "policies")) or packs)
        names = tuple(plan.id for plan in policies.plans)
        reader = ExpectedReader(self.desk, policies, names[0])
        readings = self._readings(reader, entries.get("readings"), path_to(path, "readings"))
        guides = self._guides(reader, entries.get("guides"), path_to(path, "guides"), policies)
        case = self._facts(entries.get("facts"), path_to(path, "facts"), policies, node)
        expected = reader.read(entries, entries["id"].place, path)
        under = []
        if "under" in entries:
            for key, inner, where in self.desk.pairs(entries["under"], path_to(path, "under")):
                chosen = self._choices(reader, key, where)
                parts = self.desk.entries(inner, where, PARTS)
                under.append(Under(key.text, {**readings, **chosen}, reader.read(parts, key.place, where)))
        if case is None:
            return None
        return CaseTest(identity, names, policies, case, readings, guides, expected, tuple(under))

    # readings and guides

    def _readings(self, reader: ExpectedReader, node: doc.Node | None, path: str) -> dict[str, str]:
        made = {}
        for key, value, where in () if node is None else self.desk.pairs(node, path):
            option = self.desk.word(value, where).value
            made.update(self._chosen(reader, key, value, (key.text, option), where))
        return made

    def _choices(self, reader: ExpectedReader, key: doc.Scalar, path: str) -> dict[str, str]:
        """Read `A5=cap_lifted A7=each`."""
        made = {}
        for pair in key.text.split():
            name, sign, option = pair.partition("=")
            if not sign:
                what, what_zh = f"'{pair}' is not READING=OPTION", f"“{pair}”应写成 解读=选项"
                self.findings.add("wrong-type", key, path, what, what_zh)
            else:
                made.update(self._chosen(reader, key, key, (name, option), path))
        return made

    def _chosen(
        self,
        reader: ExpectedReader,
        key: doc.Node,
        value: doc.Node,
        choice: tuple[str, str],
        path: str,
    ) -> dict[str, str]:
        full = reader.reading(key, choice[0], path)
        return {full: reader.chosen(value, full, choice[1], path)}

    def _guides(
        self, reader: ExpectedReader, node: doc.Node | None, path: str, policies: Policies
    ) -> tuple[Guide, ...]:
        """Read the guides: files, or one that is written out as `parameter: value`, here or under a name."""
        if isinstance(node, doc.Scalar):
            name = node.text
            if name not in self.guides:
                self.findings.unknown("unknown-name", node, path, name, self.guides)
            node, path = self.guides.get(name), path_to("guides", name)
        if node is None:
            return ()
        if isinstance(node, doc.Sequence):
            texts = [self.desk.word(item, path_to(path, at)).value for at, item in enumerate(node.items)]
            return tuple(load_guide(self.path.parent / text, policies) for text in texts if text)
        fills = tuple(
            (doc.Scalar(reader.full(key.text), key.place), value) for key, value, _ in self.desk.pairs(node, path)
        )
        place = node.place
        header = tuple((doc.Scalar(name, place), doc.Scalar(text, place)) for name, text in _GUIDE.items())
        root = doc.Mapping(
            (
                (doc.Scalar("guide", place), doc.Scalar("1", place)),
                (doc.Scalar("document", place), doc.Mapping(header, place)),
                (doc.Scalar("fills", place), doc.Mapping(fills, place)),
            ),
            place,
        )
        try:
            return (guide_from_document(doc.Document(self.document.name, self.document.text, root), policies),)
        except InputError as error:
            self.problems += error.problems
            return ()

    # facts

    def _facts(self, node: doc.Node | None, path: str, policies: Policies, owner: doc.Node) -> Case | None:
        """Return the case: `base` with the changes of `facts`, in which things are likened to others."""
        changes = None if node is None else self.findings.mapping(node, path)
        root = _merged(self.base, changes) or doc.Mapping((), owner.place)
        known = len(self.findings.problems)
        whole = self._likened(root, path, ())
        if len(self.findings.problems) > known:
            return None
        case = Case(doc.Document(self.document.name, self.document.text, whole))
        try:
            case.facts_of(policies.vocabulary)
        except InputError as error:
            self.problems += error.problems
            return None
        return case

    def _likened(self, node: doc.Node, path: str, inside: tuple[str, ...]) -> doc.Node:
        """Put named things in their places with the changes beside the name, and take away what is to go."""
        if isinstance(node, doc.Sequence):
            items = (self._likened(item, path_to(path, at), inside) for at, item in enumerate(node.items))
            return replace(node, items=tuple(items))
        if not isinstance(node, doc.Mapping):
            return node
        like = node.get(LIKE)
        if like is not None:
            name = self.desk.word(like, path_to(path, LIKE)).value
            thing = self._thing(like, name, path, inside)
            if thing is None:
                return node
            own = replace(node, entries=tuple(one for one in node.entries if one[0].text != LIKE))
            return self._likened(_over(thing, own), path, (*inside, name))
        entries = (
            (key, self._likened(value, path_to(path, key.text), inside))
            for key, value in node.entries
            if not (isinstance(value, doc.Scalar) and value.text == GONE)
        )
        return replace(node, entries=tuple(entries))

    def _thing(self, like: doc.Node, name: str, path: str, inside: tuple[str, ...]) -> doc.Mapping | None:
        if name in inside:
            circle = " → ".join((*inside, name))
            self.findings.add(
                "circular",
                like,
                path_to(path, LIKE),
                f"this thing is like itself: {circle}",
                f"对象循环引用：{circle}",
                "write one of them out without the other",
                "请将其中一个改为不引用另一个",
            )
            return None
        if name not in self.things:
            if name:
                self.findings.unknown("unknown-name", like, path_to(path, LIKE), name, self.things)
            return None
        return self.findings.mapping(self.things[name], path_to("things", name))


def _merged(base: doc.Mapping | None, changes: doc.Mapping | None) -> doc.Mapping | None:
    """Return a case with changes: lists and facts are replaced, the enterprise is merged."""
    if base is None or changes is None:
        return base or changes
    enterprise, other = base.get("enterprise"), changes.get("enterprise")
    if isinstance(enterprise, doc.Mapping) and isinstance(other, doc.Mapping):
        whole = _over(enterprise, other)
        entries = tuple((key, whole if key.text == "enterprise" else value) for key, value in changes.entries)
        changes = replace(changes, entries=entries)
    return _over(base, changes)


def _over(under: doc.Mapping, over: doc.Mapping) -> doc.Mapping:
    """Return two mappings as one; what stands in both is that of the second."""
    fresh = {key.text for key, _ in over.entries}
    return doc.Mapping((*(one for one in under.entries if one[0].text not in fresh), *over.entries), over.place)
