"""A page for each policy, in Chinese and in English, made from its rule file and from the cases worked by hand for it.

Each sentence has its place, its words, its kind, the lines of the rule file, and a case of `tests/clauses`: the figure
worked by hand, and what the command says of it. A case that gives anything but what was worked out stops the build.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

import yaml

from subsidy_rules import Award, Case, Entitlement, Sentence, evaluate
from subsidy_rules.award.kinds import kinds_of
from subsidy_rules.award.phrases import FLAGS, FUNDS, GIVES, KINDS, SILENCE, SILENCE_ASKS_EN, say_amount, word
from subsidy_rules.award.written import write_money, write_place
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.plan import PolicyPlan, RulePlan
from subsidy_rules.plan.model import ReadingPlan
from subsidy_rules.policy.model import RuleFile
from subsidy_rules.policy.source import read_policy
from subsidy_rules.values.quantity import ZERO
from tests.docs.blocks import ROOT, filled
from tests.test_clauses import Clause, Tree, cases_of, ends, figure, guides_of, mapping, policies_of, result_differs

Lang = Literal["zh", "en"]
PACKS: Final = ("xian_30", "xian_31", "shenyang", "xianyang_70")
NAMES_EN: Final[Mapping[str, str]] = {
    "xian_30": "Xi'an, document 30 of 2024",
    "xian_31": "Xi'an, document 31 of 2024",
    "shenyang": "Shenyang, pilot plan and fund measures",
    "xianyang_70": "Xianyang, document 70 of 2025",
}
RULE_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "ceiling": ("累计上限", "ceiling over several awards"),
    "higher_of": ("就高", "the higher of"),
    "bar": ("不重复支持", "bar"),
    "stacks": ("可以叠加", "these add up"),
}
LABELS: Final[Mapping[str, tuple[str, str]]] = {
    "made": (
        "本页由规则文件和 `tests/clauses` 中手工计算的案例生成；每个案例在生成时运行并核对。",
        (
            "This page is made from the rule file and from the cases worked by hand in `tests/clauses`; each case is "
            "run and compared when the page is made. The policy's words and the pack's remarks stay in Chinese."
        ),
    ),
    "other": ("English", "中文"),
    "item": ("项目", "item"),
    "content": ("内容", "content"),
    "issuer": ("发文机关", "issuer"),
    "document": ("文号或文件", "document"),
    "title": ("标题", "title"),
    "place": ("适用地域", "place"),
    "window": ("有效期", "validity"),
    "from": ("自", "from"),
    "other_start": ("另一可能的起始日", "the other tenable start"),
    "to": ("至", "to"),
    "no_end": ("文本没有写终止日；参照期限", "the text states no end; horizon"),
    "rounding": ("取整", "rounding"),
    "rounding_said": ("取整到{unit}", "to the {unit}"),
    "unstated": ("（文本没有写）", " (the text says nothing)"),
    "digest": ("规则文件 SHA-256", "SHA-256 of the rule file"),
    "flags_all": ("每项奖补的标记", "flags on every award"),
    "sentences": ("条款", "Sentences"),
    "nth": ("{n} 句", "{n} sentences"),
    "where": ("位置", "place"),
    "id": ("编号", "id"),
    "kind": ("类型", "kind"),
    "words": ("原文", "words"),
    "fund": ("资金", "fund"),
    "readings_on": ("解读", "readings"),
    "as_printed": ("原文印作", "printed as"),
    "replaces": ("其步骤替代", "its step takes the place of one of"),
    "rule_text": ("规则文件", "Rule file"),
    "worked": ("案例", "Worked case"),
    "worked_said": (
        "手工计算的结果（`{id}`）：**{figure}**。",
        "Worked by hand (`{id}`): **{figure}**.",
    ),
    "case_file": ("案例文件", "The case"),
    "guide_file": ("所用细则（测试用）", "The guide, made up for the case"),
    "least": ("至少", "at least"),
    "most": ("至多", "at most"),
    "table": (
        "以下各句互相排斥，合为一项奖补，只适用其中一句。",
        "The sentences below exclude each other: they are one award, of which one applies.",
    ),
    "no_case": ("没有金额，因此没有案例。", "There is no figure, so there is no case."),
    "flags": ("标记", "Flags"),
    "notes": ("附注", "Notes"),
    "readings": ("解读", "Readings"),
    "readings_said": (
        (
            "条文可以有两种理解、且影响金额的地方。默认选项用粗体；`--reading 编号=选项` 换用另一选项。"
            "“结果”一列是同一案例在各选项下的结果。"
        ),
        (
            "Where the text can be read in two ways and a figure moves. The default is in bold; `--reading ID=OPTION` "
            "takes another. The last column shows one case under each option."
        ),
    ),
    "option": ("选项", "option"),
    "meaning": ("含义", "meaning"),
    "result": ("结果", "result"),
    "reason": ("理由", "Reason"),
    "read_by": ("用到的条款", "Read by"),
    "example": ("所用案例：`{id}`", "The case: `{id}`"),
    "total": ("合计", "total"),
    "asks_silence": (
        "同一项目、同一认定或同一梯次的奖补能否叠加，条文没有写时怎样计算",
        SILENCE_ASKS_EN[0].upper() + SILENCE_ASKS_EN[1:],
    ),
    "parameters": ("待定参数", "Open parameters"),
    "parameters_said": (
        "条文留给另一份文件的数字。`--guide FILE` 装入该文件；没有装入时该数字未定。",
        "Figures that the text leaves to another document. `--guide FILE` loads it; until then the figure is open.",
    ),
    "parameter": ("参数", "parameter"),
    "type": ("类型", "type"),
    "by": ("查表依据", "looked up by"),
    "from_document": ("由哪份文件规定", "document that gives it"),
    "rules": ("奖补之间的规则", "Rules between awards"),
    "none": ("无。", "None."),
    "defined": ("本政策自己的词汇、事实、清单和定义", "Vocabulary, facts, lists and definitions of this policy"),
    "on": ("按日期", "of the day"),
    "bears_on": ("适用条款", "bears on"),
    "not_eligible": ("不符合条件", "not eligible"),
    "open": ("待定", "undecided"),
    "policies": ("政策", "Policies"),
    "policies_said": (
        (
            "随库附带四份政策，逐句编码。每份政策一页：每句的位置、原文、类型、规则文件中的行和一个案例，"
            "以及各项解读和待定参数。"
        ),
        (
            "Four policies ship with the library, encoded sentence by sentence. Each has a page: the place, words and "
            "kind of every sentence, its lines in the rule file and a worked case; then readings and open parameters."
        ),
    ),
    "count": ("句数", "sentences"),
    "not_modelled": ("未编码", "Not encoded"),
}


def colon(key: str, lang: Lang) -> str:
    """Return a label with what follows a label."""
    return f"{label(key, lang)}：" if lang == "zh" else f"{label(key, lang)}: "


def label(key: str, lang: Lang) -> str:
    """Return a label of the pages."""
    return LABELS[key][lang == "en"]


class _Plain(yaml.SafeDumper):
    """Writes texts without quotes, as a person writes a case: our reader takes every scalar as text."""


_Plain.yaml_implicit_resolvers = {}


def case_text(facts: Mapping[str, Tree]) -> str:
    """Write a case as a file: short things on one line, the enterprise a line for each fact."""
    made = []
    for key, value in facts.items():
        short = None if isinstance(value, list) else False  # what stands in braces at the top of a file is JSON
        written = yaml.dump(
            {key: value}, None, _Plain, default_flow_style=short, sort_keys=False, allow_unicode=True, width=100
        )
        made.append(str(written))
    return "".join(made)


@dataclass(frozen=True, slots=True)
class Worked:
    """A case in which a sentence gives something: the id of its row, and what was worked out by hand."""

    case: Clause
    id: str
    expected: str


@cache
def outcome(case_id: str) -> Entitlement:
    """Evaluate a worked case. Raises `ValueError` where the result is not what was worked out."""
    case = next(one for one in cases_of(case_id.partition("/")[0]) if one.id == case_id)
    return _outcome(case, {}, case.spec)


def _outcome(case: Clause, changed: Mapping[str, str], spec: Mapping[str, Tree]) -> Entitlement:
    policies = policies_of(case.policies)
    with TemporaryDirectory() as folder:
        guides = guides_of(case.spec, policies, Path(folder))
    result = evaluate(Case.from_dict(case.facts), policies, readings={**case.readings, **changed}, guides=guides)
    differences = list(result_differs(case, dict(spec), result))
    if differences:
        raise ValueError(f"{case.id}: {differences}")
    return result


def worked(plan: PolicyPlan, sentence: Sentence) -> Worked | None:
    """Return the clearest case in which a sentence gives something; `None` where it gives no figure."""
    kind = kinds_of(plan)[sentence.id]
    if kind in ("none", "rule") and not sentence.replaces:
        return None
    home = next(
        (one.sentence.id for one in (*plan.clauses, *plan.obligations) if sentence in one.sentences), sentence.id
    )
    plain = [one for one in cases_of(plan.id) if not one.readings]
    themes = (home, sentence.id)
    plain.sort(
        key=lambda one: ("guides" in one.spec, -themes.index(theme) if (theme := one.id.split("/")[1]) in themes else 1)
    )
    seconds: list[Worked] = []
    for case in plain:
        for found, clear in _paid(plan, sentence, case, kind):
            if clear:
                return found
            seconds.append(found)
    if not seconds:
        raise ValueError(f"no case of tests/clauses shows {plan.id}/{sentence.id}")
    return seconds[0]


def _paid(plan: PolicyPlan, sentence: Sentence, case: Clause, kind: str) -> Iterator[tuple[Worked, bool]]:
    """Give the rows of a case that cite a sentence, and whether each is of its plain kind."""
    place = (plan.id, sentence.path, sentence.sentence)
    expected = mapping(case.spec.get("expect", {}))
    minima = mapping(case.spec.get("obligations", {}))
    mentioned = {case.full(name.partition("@")[0]) for name in (*expected, *minima)}
    own = {f"{plan.id}/{one}" for one in (sentence.id, *_homes(plan, sentence))}
    if not mentioned & own:
        return
    result = outcome(case.id)
    for award in result.awards:
        name = award.id.removeprefix(f"{plan.id}/")
        cited = {(award.policy, one.path, one.sentence) for one in award.citations}
        if place in cited and name in expected and award.amount.maximum != ZERO:
            said = expected[name]
            text = said if isinstance(said, str) else str(mapping(said)["is"])
            yield Worked(case, award.id, text.partition(" ")[2]), award.kind == kind and award.status == "counted"
    for one in result.obligations:
        name = one.id.removeprefix(f"{plan.id}/")
        own_row = (one.policy, one.clause) == (plan.id, sentence.id)
        if own_row and isinstance(minima.get(name), str) and one.amount.maximum != ZERO:
            yield Worked(case, one.id, f"obligation {minima[name]}"), True


@cache
def _homes_of(pack: str) -> Mapping[str, str]:
    plan = plan_of(pack)
    return {one.id: clause.sentence.id for clause in plan.clauses for one in clause.sentences}


def _homes(plan: PolicyPlan, sentence: Sentence) -> tuple[str, ...]:
    home = _homes_of(plan.id).get(sentence.id)
    return () if home is None else (home,)


def plan_of(pack: str) -> PolicyPlan:
    """Return the plan of a shipped pack."""
    return policies_of((pack,)).plans[0]


@cache
def file_of(pack: str) -> RuleFile:
    """Return a shipped rule file as it is written."""
    return read_policy(ROOT / "rules" / f"{pack}.yaml").file


def rule_text(pack: str) -> str:
    """Return the text of a shipped rule file."""
    return (ROOT / "rules" / f"{pack}.yaml").read_text(encoding="utf-8")


def section(text: str, name: str) -> str:
    """Return the lines of one section of a rule file, or nothing."""
    found = re.search(rf"^{name}:.*\n(?:(?:[ \-].*)?\n)*", text, re.MULTILINE)
    return found.group().rstrip("\n") + "\n" if found else ""


def entries(text: str, name: str) -> dict[str, str]:
    """Return the lines of each entry of a list of a rule file, by its id."""
    found = re.finditer(r"^- (?:\{)?id: (\w+).*\n(?:(?:[ ].*)?\n)*", section(text, name), re.MULTILINE)
    return {one.group(1): one.group().rstrip("\n") + "\n" for one in found}


def table_of(lines: str) -> tuple[str, dict[str, str], str]:
    """Return the lines of an entry that is a table: those before its rows, each row's by its id, those after."""
    head, mark, rest = lines.partition("\n  rows:\n")
    inside = re.match(r"(?:(?:  - |    ).*\n)*", rest)
    rows = inside.group() if inside else ""
    found = re.finditer(r"^  - id: (\w+)\n(?:    .*\n)*", rows, re.MULTILINE)
    return head + mark, {one.group(1): one.group() for one in found}, rest.removeprefix(rows)


def say_expected(text: str, lang: Lang) -> str:
    """Write what was worked out, `exact 280万元`, for people."""
    kind, _, rest = text.partition(" ")
    least, greatest = ends(kind, rest.strip())

    def money(fen: object) -> str:
        return "∞" if fen == "∞" else write_money(figure(fen) if isinstance(fen, str) else fen, lang)  # type: ignore[arg-type]

    if kind == "obligation":
        return f"{label('least', lang)} {money(greatest)}"
    span = money(least) if least == greatest else f"{money(least)} – {money(greatest)}"
    span = f"{label('most', lang)} {money(greatest)}" if kind == "at_most" else span
    said = word(KINDS, kind, lang)
    return f"{span}（{said}）" if lang == "zh" else f"{span} ({said})"


def guide_of(spec: Mapping[str, Tree]) -> dict[str, Tree]:
    """Return the guide that fills the open parameters of a worked case."""
    return {"guide": "1", "document": {"issuer": "测试", "title": "测试细则"}, "fills": spec["guides"]}


def options_of(case: Clause, lang: Lang) -> str:
    """Return the options with which the command evaluates a case."""
    policies = "".join(f" --policy {one}" for one in case.policies)
    readings = "".join(f" --reading {name}={option}" for name, option in case.readings.items())
    return policies + readings + (" --lang en" if lang == "en" else "")


def policy_page(pack: str, lang: Lang) -> str:
    """Return the page of a policy, with every case run."""
    plan, text = plan_of(pack), rule_text(pack)
    parts = [
        f"# {_name(plan, lang)}\n",
        f"{label('made', lang)} [{label('other', lang)}](../../{'en' if lang == 'zh' else 'zh'}/policies/{pack}.md)\n",
        _header(plan, lang),
        f"## {label('sentences', lang)}\n",
        _overview(plan, lang),
        *(_clause(plan, name, lines, lang) for name, lines in entries(text, "clauses").items()),
        _readings(plan, lang),
        _parameters(plan, lang),
        _rules(plan, entries(text, "cumulation"), lang),
        _not_modelled(plan, lang),
        f"## {label('defined', lang)}\n",
        *(
            _source(pack, lines)
            for name in ("vocabulary", "facts", "lists", "define", "ladders")
            if (lines := section(text, name))
        ),
    ]
    return filled("\n".join(parts), f"{lang}/policies/{pack}.md")


def _name(plan: PolicyPlan, lang: Lang) -> str:
    return NAMES_EN[plan.id] if lang == "en" else plan.header.title


def _source(pack: str, lines: str) -> str:
    return f'```yaml from="rules/{pack}.yaml"\n{lines}```\n'


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join(f"| {' | '.join(_cell(one) for one in row)} |\n" for row in lines)


def _flags(names: tuple[str, ...] | list[str], lang: Lang) -> str:
    return "".join(f"- `{name}`: {word(FLAGS, name, lang)}\n" for name in names)


def _header(plan: PolicyPlan, lang: Lang) -> str:
    head = file_of(plan.id).policy
    window = head.window
    span = f"{label('from', lang)} {window.start}"
    if window.start_other:
        span += f" ({label('other_start', lang)} {window.start_other})"
    span += f", {label('to', lang)} {window.end}" if window.end else f"; {label('no_end', lang)} {window.horizon}"
    rounding = label("rounding_said", lang).format(unit=head.rounding.unit)
    rows = [
        (label("title", lang), head.title),
        (label("issuer", lang), head.issuer),
        (label("document", lang), head.document),
        (label("place", lang), "、".join([head.place.code, *head.place.zones])),
        (label("window", lang), span),
        (label("rounding", lang), rounding + ("" if head.rounding.stated else label("unstated", lang))),
    ]
    flags = f"\n{colon('flags_all', lang)}\n\n{_flags(head.flags, lang)}" if head.flags else ""
    digest = f"\n{colon('digest', lang)}`{plan.source_sha256}`\n"
    return _table((label("item", lang), label("content", lang)), rows) + digest + flags


def _overview(plan: PolicyPlan, lang: Lang) -> str:
    kinds = kinds_of(plan)
    rows = [
        (
            write_place(one.path, one.sentence, lang),
            f"[`{one.id}`](#{one.id})",
            word(KINDS, kinds[one.id], lang),
            one.quote if len(one.quote) <= 40 else f"{one.quote[:40]}…",
        )
        for one in plan.sentences
    ]
    heads = tuple(label(key, lang) for key in ("where", "id", "kind", "words"))
    return f"{label('nth', lang).format(n=len(rows))}\n\n{_table(heads, rows)}"


def _clause(plan: PolicyPlan, name: str, lines: str, lang: Lang) -> str:
    """One entry of the rule file: its sentences, its lines, a case for each sentence."""
    elsewhere = entries(rule_text(plan.id), "clauses")
    inside = [
        one
        for one in plan.sentences
        if one.id == name or (_homes_of(plan.id).get(one.id) == name and one.id not in elsewhere)
    ]
    if any(one.id == name for one in inside):
        return "\n".join(_sentence(plan, one, lines if one.id == name else "", lang) for one in inside)
    head, rows, tail = table_of(lines)
    made = [f"### {_human(name, lang)} {{ #{name} }}\n", f"{label('table', lang)}\n", _source(plan.id, head)]
    made += [_source(plan.id, tail)] if tail else []
    return "\n".join([*made, *(_sentence(plan, one, rows[one.id], lang) for one in inside)])


def _human(name: str, lang: Lang) -> str:
    return name.replace("_", " ").capitalize() if lang == "en" else f"`{name}`"


def _sentence(plan: PolicyPlan, one: Sentence, lines: str, lang: Lang) -> str:
    kind = kinds_of(plan)[one.id]
    place = write_place(one.path, one.sentence, lang)
    title = f"{place}: {_human(one.id, 'en')}" if lang == "en" else f"{place} `{one.id}`"
    clause = next((each for each in plan.clauses if one in each.sentences), None)
    facts = [f"**{word(KINDS, kind, lang)}**", f"`{plan.id}/{one.id}`"]
    facts += [f"{colon('fund', lang)}{word(FUNDS, clause.fund, lang)}"] if clause is not None and clause.fund else []
    facts += [f"{label('as_printed', lang)} {one.printed}"] if one.printed else []
    if one.replaces and one.id in entries(rule_text(plan.id), "clauses"):
        facts.append(f"{label('replaces', lang)} [`{one.replaces}`](#{one.replaces})")
    if one.readings:
        links = ", ".join(f"[{name}](#{_anchor(name)})" for name in one.readings)
        facts.append(f"{colon('readings_on', lang)}{links}")
    made = [f"### {title} {{ #{one.id} }}\n", f"> {one.quote}\n", f"{' · '.join(facts)}\n"]
    made += [_source(plan.id, lines)] if lines else []
    made.append(_case(plan, one, lang))
    if one.flags:
        made.append(f"{colon('flags', lang)}\n\n{_flags(one.flags, lang)}")
    if one.notes:
        made.append(f"{colon('notes', lang)}\n\n" + "".join(f"- `{note}`: {text}\n" for note, text in one.notes))
    return "\n".join(made)


def _case(plan: PolicyPlan, one: Sentence, lang: Lang) -> str:
    found = worked(plan, one)
    if found is None:
        return f"{word(GIVES, one.gives, lang)} {label('no_case', lang)}\n"
    file = f"{one.id}.yaml"
    said = label("worked_said", lang).format(id=found.case.id, figure=say_expected(found.expected, lang))
    guide, guided = "", ""
    if "guides" in found.case.spec:
        name = f"{one.id}_guide.yaml"
        guide = _folded(label("guide_file", lang), name, case_text(guide_of(found.case.spec))) + "\n"
        guided = f" --guide {name}"
    command = f"subsidy-rules explain {file} {found.id}{guided}{options_of(found.case, lang)}"
    return (
        f"{said}\n\n{_folded(label('case_file', lang), file, case_text(found.case.facts))}\n{guide}"
        f"```console\n$ {command}\n```\n"
    )


def _code(title: str) -> str:
    """Write the code of a summary as HTML: Markdown is not read there."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", title)


def _folded(title: str, file: str, text: str) -> str:
    return (
        f'<details markdown="1"><summary>{_code(title)}</summary>\n\n```yaml title="{file}"\n{text}```\n\n</details>\n'
    )


def _anchor(reading: str) -> str:
    return f"reading-{reading.rpartition('/')[2].lower().replace('_', '-')}"


def _readings(plan: PolicyPlan, lang: Lang) -> str:
    made = [f"## {label('readings', lang)}\n", f"{label('readings_said', lang)}\n"]
    made += [_reading(plan, one, lang) for one in plan.readings.values()]
    silence = {name: word(SILENCE, name, lang) for name in SILENCE}
    default = plan.header.unstated_cumulation
    made.append(_reading(plan, ReadingPlan(plan.silence, label("asks_silence", lang), silence, default, ""), lang))
    return "\n".join(made)


def _reading(plan: PolicyPlan, reading: ReadingPlan, lang: Lang) -> str:
    name, options, default = reading.id, reading.options, reading.default
    short = name.rpartition("/")[2]
    readers = [f"[`{one.id}`](#{one.id})" for one in plan.sentences if name in one.readings]
    readers += [f"[`{one.id}`]({rule_anchor(one.id)})" for one in plan.rules if name in _readings_of(one)]
    case, rows = _shown_under(name, options, default, lang)
    heads = (label("option", lang), label("meaning", lang), *((label("result", lang),) if case is not None else ()))
    table = [
        (
            f"**`{option}`**" if option == default else f"`{option}`",
            meaning,
            *((rows[option],) if case is not None else ()),
        )
        for option, meaning in options.items()
    ]
    made = [f"### {short} {{ #{_anchor(name)} }}\n", f"{reading.asks}\n", _table(heads, table)]
    made += [f"{colon('reason', lang)}{reading.reason}\n"] if reading.reason else []
    made += [f"{colon('read_by', lang)}{', '.join(readers)}\n"] if readers else []
    if case is not None:
        file = f"{_anchor(name).replace('-', '_')}.yaml"
        made.append(_folded(label("example", lang).format(id=case.id), file, case_text(case.facts)))
    return "\n".join(made)


def rule_anchor(name: str) -> str:
    """Return the link to a rule between awards on the page of its policy."""
    return f"#rule-{name.replace('_', '-')}"


def _readings_of(rule: RulePlan) -> set[str]:
    nodes = [node for clause in {*rule.when, *rule.cap, *rule.by} for node in rule.nodes_of(clause)]
    return {part.reading for node in nodes for part in op.walk(node) if isinstance(part, op.ReadingIs)}


def _shown_under(
    name: str, options: Mapping[str, str], default: str, lang: Lang
) -> tuple[Clause | None, dict[str, str]]:
    """Return the worked case that shows most options of a reading, and what each gives in it."""
    best: tuple[Clause | None, Mapping[str, Mapping[str, Tree]]] = (None, {})
    for case in cases_of(name.partition("/")[0]):
        if "guides" in case.spec or case.readings.get(name, default) != default:
            continue
        found: dict[str, Mapping[str, Tree]] = {}
        for key, node in mapping(case.spec.get("under", {})).items():
            reading, _, option = key.partition("=")
            if case.full(reading) == name and option in options:
                found[option] = mapping(node)
        if len(found) > len(best[1]):
            best = (case, found)
    shown, specs = best
    if shown is None:
        return None, {}
    base = outcome(shown.id)
    others = {option: _outcome(shown, {name: option}, spec) for option, spec in specs.items()}
    rows = dict.fromkeys(options, "–")
    for option, result in {**others, default: base}.items():
        rows[option] = _differing(result, [base, *others.values()], lang)
    return shown, rows


def _differing(result: Entitlement, others: list[Entitlement], lang: Lang) -> str:
    """Say of a result what differs from others: the rows, then the total."""
    rows = [_rows(one, lang) for one in (result, *others)]
    names = sorted({name for one in rows for name in one if any(one.get(name) != other.get(name) for other in rows)})
    total = say_amount(result.total.possible, lang)
    each = [(name, rows[0].get(name, label("not_eligible", lang))) for name in names]
    said = [f"`{name.partition('/')[2]}` {text}" for name, text in each if len(each) > 1 or text != total]
    return "; ".join([*said, f"{label('total', lang)} {total}"])


def _rows(result: Entitlement, lang: Lang) -> dict[str, str]:
    made = {award.id: _row(award, lang, "") for award in result.awards}
    made.update({award.id: _row(award, lang, f"{colon('open', lang)}") for award in result.undecided})
    return made


def _row(award: Award, lang: Lang, head: str) -> str:
    return head + say_amount(award.amount, lang)


def _parameters(plan: PolicyPlan, lang: Lang) -> str:
    head = f"## {label('parameters', lang)}\n\n"
    parameters = file_of(plan.id).parameters
    if not parameters:
        return head + label("none", lang) + "\n"
    rows = [
        (
            f"`{plan.id}/{name}`",
            one.type,
            ", ".join(f"`{each}`" for each in one.by) + (f"; {label('on', lang)} `{one.on}`" if one.on else ""),
            one.document,
        )
        for name, one in parameters.items()
    ]
    heads = tuple(label(key, lang) for key in ("parameter", "type", "by", "from_document"))
    return f"{head}{label('parameters_said', lang)}\n\n{_table(heads, rows)}"


def _rules(plan: PolicyPlan, lines: Mapping[str, str], lang: Lang) -> str:
    made = [f"## {label('rules', lang)}\n"]
    for rule in plan.rules:
        clauses = ", ".join(f"[`{one}`](#{one})" for one in (*rule.clauses, *rule.against))
        kind = RULE_KINDS[rule.kind][lang == "en"]
        made += [
            f"### {rule.id} {{ {rule_anchor(rule.id)} }}\n",
            f"> {rule.quote}\n",
            f"**{kind}** · {colon('bears_on', lang)}{clauses}\n",
            _source(plan.id, lines[rule.id]),
        ]
    return "\n".join(made) if plan.rules else f"{made[0]}\n{label('none', lang)}\n"


def _not_modelled(plan: PolicyPlan, lang: Lang) -> str:
    if not plan.not_modelled:
        return ""
    rows = [(one.path, one.quote, one.reason) for one in plan.not_modelled]
    heads = tuple(label(key, lang) for key in ("where", "words", "reason"))
    return f"## {label('not_modelled', lang)}\n\n{_table(heads, rows)}"


def policy_index(lang: Lang) -> str:
    """Return the page that lists the policies."""
    rows = []
    for pack in PACKS:
        plan = plan_of(pack)
        head = plan.header
        rows.append((f"[`{pack}`]({pack}.md)", _name(plan, lang), head.issuer, head.document, str(len(plan.sentences))))
    heads = tuple(label(key, lang) for key in ("id", "title", "issuer", "document", "count"))
    return f"# {label('policies', lang)}\n\n{label('policies_said', lang)}\n\n{_table(heads, rows)}"
