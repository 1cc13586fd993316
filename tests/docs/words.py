"""A page for each mechanism: the words of an award's steps, and the kinds of rules between awards.

The words are those of the registry, the kinds those of the model, and each has one small example that runs:
`words/WORD.yaml` and `rules/KIND.yaml` hold what a rule file says after its header, `---`, and what a case says after
its own. What a word means is said by its module, what a kind means by the comment at the top of its example; the
shipped packs show where they are used.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, get_args

from subsidy_rules import load_policies
from subsidy_rules.award import phrases
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.step import Lowered, Step
from subsidy_rules.mechanisms.words import WORDS, AnyStep
from subsidy_rules.plan import ClausePlan
from subsidy_rules.policy.model import Rule
from tests.docs.blocks import ROOT, filled
from tests.docs.policies import PACKS, RULE_KINDS, plan_of, rule_anchor

EXAMPLES: Final = Path(__file__).parent / "words"
POLICY: Final = """\
language: 1
policy:
  id: my_city
  title: 某市产业扶持办法
  issuer: 某市工业和信息化局
  document: 某工信〔2025〕1号
  place: {code: "330100"}
  window: {start: 2025-01-01, end: 2027-12-31}
  rounding: {unit: 分, stated: false}
  unstated_cumulation: undecided
"""
CASE: Final = """\
case: 1
decision_date: 2025-09-01
"""


def steps() -> dict[str, type[Step]]:
    """Return the class of each word: the registry is the union of steps."""
    union, _ = get_args(AnyStep)
    classes = [get_args(member)[0] for member in get_args(union)]
    return {one.word: one for one in classes}


def word_page(word: str) -> str:
    """Return the page of a word, with its example run. Raises `ValueError` where it has none."""
    path = EXAMPLES / f"{word}.yaml"
    if not path.exists():
        raise ValueError(f"the word {word} has no example: write {path.relative_to(ROOT)}")
    rules, _, facts = path.read_text(encoding="utf-8").partition("---\n")
    kind = steps()[word]
    module = inspect.getdoc(sys.modules[kind.__module__]) or ""
    zh, en = phrases.WORDS[word]
    parts = [
        f"# `{word}` · {zh}\n",
        f"In an explanation it is called *{en}*, {zh} in Chinese.\n",
        f"{_row(word)}\n",
        "## What it means\n",
        f"{_prose(module)}\n",
        f"Written: {inspect.getdoc(kind)}\n",
        "Every step may also have a `quote` and a condition `when`: see [the clause language](../language.md).\n",
        "## An example\n",
        f'```yaml title="my_city.yaml"\n{POLICY}{rules}```\n',
        f'```yaml title="case.yaml"\n{CASE}{facts}```\n',
        f"```console\n$ subsidy-rules explain case.yaml {_clause(rules)} --rules my_city.yaml --lang en\n```\n",
        "## What it becomes\n",
        f"Every engine runs these operations and knows no word. In the example:\n\n{_operations(word, POLICY + rules)}",
        "## Where the packs use it\n",
        _uses(word),
    ]
    return filled("\n".join(parts), f"mechanisms/{word}.md")


def _clause(rules: str) -> str:
    found = re.search(r"^- id: (\w+)", rules[rules.index("clauses:") :], re.MULTILINE)
    if found is None:
        raise ValueError("an example has one clause with an id")
    return found.group(1)


def _row(word: str) -> str:
    """Return what the table of steps says of a word."""
    page = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    found = re.search(rf"^\| `{word}` \| (?P<value>.*?) \| (?P<effect>[^|]*) \|$", page, re.MULTILINE)
    if found is None:
        raise ValueError(f"docs/language.md has no row of {word}")
    return f"| value | effect on the running amount |\n|---|---|\n| {found['value']} | {found['effect']} |\n"


def _prose(docstring: str) -> str:
    """Return a docstring as a page can hold it: its examples are pieces, and not run; the S-numbers are of no page.

    >>> _prose("At most the whole (S2), less what is paid (S2, the top-up).")
    'At most the whole, less what is paid (the top-up).\\n'
    """
    made: list[str] = []
    numberless = re.sub(r"\(S\d+a?, ", "(", re.sub(r" \(S\d+a?\)", "", docstring))
    for paragraph in numberless.split("\n\n"):
        if paragraph.startswith("    "):
            lines = "\n".join(line.removeprefix("    ") for line in paragraph.rstrip().splitlines())
            made.append(f"```text\n{lines}\n```")
        else:
            made.append(paragraph)
    return "\n\n".join(made) + "\n"


def _inside(found: Iterable[Lowered]) -> Iterator[Lowered]:
    for one in found:
        yield one
        yield from _inside(one.inner)


def _steps_of(clause: ClausePlan) -> Iterator[Lowered]:
    yield from _inside(clause.steps)
    for row in clause.rows:
        yield from _inside(row.steps)


def _operations(word: str, rules: str) -> str:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "my_city.yaml"
        file.write_text(rules, encoding="utf-8")
        (plan,) = load_policies([file]).plans
    lowered = [step for clause in plan.clauses for step in _steps_of(clause) if step.word == word]
    if not lowered:
        raise ValueError(f"the example of {word} has no step {word}")
    kinds = list(dict.fromkeys(type(part) for step in lowered for part in op.walk(step.value)))
    return "".join(f"- `{kind.__name__}`: {(inspect.getdoc(kind) or '').splitlines()[0]}\n" for kind in kinds)


def _uses(word: str) -> str:
    made = []
    for pack in PACKS:
        plan = plan_of(pack)
        names = [
            one.sentence.id
            for one in (*plan.clauses, *plan.obligations)
            if any(step.word == word for step in _steps_of(one))
        ]
        links = ", ".join(f"[`{name}`](../en/policies/{pack}.md#{name})" for name in names)
        made.append(f"- `{pack}`: {links or 'no sentence'}\n")
    return "".join(made)


def rule_kinds() -> tuple[str, ...]:
    """Return the kinds of rules between awards, as the model of a rule file has them."""
    return tuple(get_args(Rule.model_fields["kind"].annotation))


def rule_page(kind: str) -> str:
    """Return the page of a kind of rule between awards. Raises `ValueError` where it has no example."""
    path = EXAMPLES.with_name("rules") / f"{kind}.yaml"
    if not path.exists():
        raise ValueError(f"the rule {kind} has no example: write {path.relative_to(ROOT)}")
    text, _, facts = path.read_text(encoding="utf-8").partition("---\n")
    lines = text.splitlines(keepends=True)
    prose = "".join(line.removeprefix("# ") for line in lines if line.startswith("#"))
    rules = "".join(line for line in lines if not line.startswith("#"))
    zh, en = RULE_KINDS[kind]
    uses = []
    for pack in PACKS:
        names = [rule.id for rule in plan_of(pack).rules if rule.kind == kind]
        links = ", ".join(f"[`{name}`](../en/policies/{pack}.md{rule_anchor(name)})" for name in names)
        uses.append(f"- `{pack}`: {links or 'no rule'}\n")
    parts = [
        f"# `{kind}` · {zh}\n",
        f"A rule between awards: {en}.\n",
        f"{prose}\nWhat overlaps, and what holds without a rule: [semantics](../semantics.md#between-awards).\n",
        "## An example\n",
        f'```yaml title="my_city.yaml"\n{POLICY}{rules}```\n',
        f'```yaml title="case.yaml"\n{CASE}{facts}```\n',
        "```console\n$ subsidy-rules evaluate case.yaml --rules my_city.yaml --lang en\n```\n",
        "## Where the packs use it\n",
        "".join(uses),
    ]
    return filled("\n".join(parts), f"mechanisms/{kind}.md")


def word_index() -> str:
    """Return the page that lists the words."""
    rows = "".join(
        f"| [`{word}`]({word}.md) | {phrases.WORDS[word][1]} | {phrases.WORDS[word][0]} |\n" for word in WORDS
    )
    kinds = "".join(f"| [`{one}`]({one}.md) | {RULE_KINDS[one][1]} | {RULE_KINDS[one][0]} |\n" for one in rule_kinds())
    return (
        "# Mechanisms\n\n"
        "An award is a list of steps, and a step is one word: a word for each thing that a policy does to a figure.\n"
        "Each has a page: what it means, an example that runs, the operations that it becomes, where it is used.\n\n"
        f"| word | English | 中文 |\n|---|---|---|\n{rows}\n"
        "What holds between awards is a rule of one of these kinds.\n\n"
        f"| kind | English | 中文 |\n|---|---|---|\n{kinds}"
    )
