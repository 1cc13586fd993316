"""What a comparison of two packs says: as text, as Markdown, as JSON, in two languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from subsidy_rules.award.model import ends_of
from subsidy_rules.award.phrases import cell_amount

if TYPE_CHECKING:
    from subsidy_rules.award.model import Json
    from subsidy_rules.errors import Lang
    from subsidy_rules.study.changes import Change
    from subsidy_rules.study.moves import CaseMoves, Diff, Edition, Move, StepMoved

SCHEMA: Final = "subsidy-rules/diff/1"
KINDS: Final = {
    "added": ("新增", "added"),
    "removed": ("删除", "removed"),
    "changed": ("变更", "changed"),
    "repealed": ("废止", "repealed"),
    "suspended": ("暂停执行", "suspended"),
    "corrected": ("更正", "corrected"),
}
NATURES: Final = {
    "sentence": ("条款", "sentence"),
    "rate": ("比例", "rate"),
    "cap": ("上限", "cap"),
    "lump_sum": ("定额", "fixed sum"),
    "at_most": ("限额", "at most"),
    "threshold": ("门槛", "threshold"),
    "band": ("档次", "band"),
    "date": ("日期", "date"),
    "inclusivity": ("含本数", "inclusivity"),
    "condition": ("条件", "condition"),
    "reading": ("解读", "reading"),
    "quote": ("原文", "quote"),
    "place": ("位置", "place in the text"),
    "order": ("先后", "order"),
    "rule between awards": ("奖补之间的规则", "rule between awards"),
    "rounding": ("取整", "rounding"),
    "version": ("版本", "version"),
    "policy": ("政策", "policy"),
    "head": ("文件", "head"),
    "reviewed_by": ("审核", "review"),
    "approved_by": ("批准", "approval"),
    "list": ("名单", "list"),
    "fact": ("事实", "fact"),
    "word": ("取值", "member"),
    "unit": ("单位", "unit"),
    "parameter": ("参数", "parameter"),
    "ladder": ("等级", "ladder"),
    "left out": ("未编码", "left out"),
    "fund": ("资金", "fund"),
    "beneficiary": ("申报主体", "beneficiary"),
    "per": ("计算单位", "per"),
    "basis": ("基数", "basis"),
    "interest": ("利息", "interest"),
    "minimum": ("保底", "minimum"),
    "payer": ("承担方", "payer"),
    "instalment": ("分期", "instalment"),
    "effect": ("效力", "effect"),
    "notes": ("附注", "note"),
    "flags": ("标记", "flag"),
}


def text(found: Diff, lang: Lang, *, markdown: bool = False) -> str:
    """Say a comparison: the change sentence by sentence, then each case with what moved."""
    zh = lang == "zh"
    made = [_head(found, lang, markdown=markdown)]
    made += [*_changes(found, lang, markdown=markdown)]
    for case in found.cases:
        made += [*_case(case, lang, markdown=markdown)]
    if not found.changes:
        made.append("没有变化" if zh else "no change")
    return "\n".join(made) + "\n"


def _head(found: Diff, lang: Lang, *, markdown: bool) -> str:
    sign = "、" if lang == "zh" else ", "
    old, new = (sign.join(map(_edition, side)) for side in (found.old, found.new))
    said = f"{old} → {new}"
    return f"# {said}\n" if markdown else said


def _edition(one: Edition) -> str:
    return f"{one.policy} {one.version or one.document} ({one.source_sha256[:12]})"


def _changes(found: Diff, lang: Lang, *, markdown: bool) -> Iterator[str]:
    zh = lang == "zh"
    count = len(found.changes)
    said = f"变化 {count} 处" if zh else f"{count} change{'' if count == 1 else 's'}"
    if not count:
        return
    if markdown:
        yield f"## {said}\n"
        yield "| 条文 | 变化 | 原 | 新 |" if zh else "| sentence | change | old | new |"
        yield "|---|---|---|---|"
        for one in found.changes:
            cells = (_where(one, lang), _what(one, lang), one.old, one.new)
            yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
        yield ""
        return
    yield said
    before = ""
    for one in found.changes:
        where = _where(one, lang)
        if where != before:
            yield f"  {where}"
            before = where
        yield f"    {_what(one, lang)}{'：' if zh else ': '}{_sides(one.old, one.new, lang)}"


def _where(one: Change, lang: Lang) -> str:
    if not one.clause:
        return one.place
    place = f"{one.path} " + (f"第{one.sentence}句" if lang == "zh" else f"sentence {one.sentence}") if one.path else ""
    return f"{one.clause} {place}".strip()


def _what(one: Change, lang: Lang) -> str:
    zh = lang == "zh"
    nature, kind = (
        table[0] if zh else table[1] for table in (NATURES.get(one.nature, (one.nature,) * 2), KINDS[one.kind])
    )
    said = f"{nature}{kind}" if zh else f"{nature} {kind}"
    if not one.document:
        return said
    return f"{said}（{one.document}）" if zh else f"{said} ({one.document})"


def _sides(old: str, new: str, lang: Lang) -> str:
    none = "无" if lang == "zh" else "none"
    return f"{old or none} → {new or none}"


def _case(case: CaseMoves, lang: Lang, *, markdown: bool) -> Iterator[str]:
    old, new = (cell_amount(one, lang, case.currency) for one in (case.old, case.new))
    zh = lang == "zh"
    total = f"合计 {old} → {new}" if zh else f"total {old} → {new}"
    yield f"## {case.case}{'：' if zh else ': '}{total}\n" if markdown else f"{case.case}{'：' if zh else ': '}{total}"
    if not case.moves:
        said = "没有奖补变动" if zh else "no award is another one"
        yield f"- {said}\n" if markdown else f"  {said}"
    for one in case.moves:
        lines = [*_move(one, lang)]
        yield f"- {lines[0]}" if markdown else f"  {lines[0]}"
        yield from (f"  - {line}" if markdown else f"    {line}" for line in lines[1:])
    if case.moves and markdown:
        yield ""


def _move(one: Move, lang: Lang) -> Iterator[str]:
    at, zh = lang == "en", lang == "zh"
    yield f"{one.award}{'：' if zh else ': '}{one.old[at]} → {one.new[at]}"
    yield f"{one.clause} {one.path}{'：' if zh else ': '}{one.cause[at]}"
    if one.step is not None and one.by == "step":
        values = _sides(one.step.old_value, one.step.new_value, lang)
        yield f"此步之后 {values}" if zh else f"after this step {values}"
    versions = _sides(*one.versions, lang)
    yield f"版本 {versions}" if zh else f"version {versions}"


def as_json(found: Diff) -> dict[str, Json]:
    """Return a comparison as data, its keys in order; amounts as results have them."""
    return {
        "schema": SCHEMA,
        "old": [_side(one) for one in found.old],
        "new": [_side(one) for one in found.new],
        "changes": [_change(one) for one in found.changes],
        "cases": [
            {
                "case": one.case,
                "old": ends_of(one.old, one.currency),
                "new": ends_of(one.new, one.currency),
                "moves": [_moved(move, one) for move in one.moves],
            }
            for one in found.cases
        ],
    }


def _side(one: Edition) -> dict[str, Json]:
    return {
        "policy": one.policy,
        "version": one.version or None,
        "document": one.document,
        "source_sha256": one.source_sha256,
    }


def _change(one: Change) -> dict[str, Json]:
    return {
        "kind": one.kind,
        "nature": one.nature,
        "clause": one.clause or None,
        "path": one.path or None,
        "sentence": one.sentence or None,
        "place": one.place,
        "old": one.old or None,
        "new": one.new or None,
        "document": one.document or None,
    }


def _moved(one: Move, case: CaseMoves) -> dict[str, Json]:
    return {
        "award": one.award,
        "clause": one.clause,
        "path": one.path,
        "old": None if one.old_net is None else ends_of(one.old_net, case.currency),
        "new": None if one.new_net is None else ends_of(one.new_net, case.currency),
        "by": one.by,
        "step": None if one.step is None else _stepped(one.step),
        "steps": [_stepped(each) for each in one.steps],
        "cause": {"zh": one.cause[0], "en": one.cause[1]},
        "versions": list(one.versions),
        "changes": [_change(each) for each in one.changes],
    }


def _stepped(one: StepMoved) -> dict[str, Json]:
    return {
        "word": one.word,
        "old": one.old or None,
        "new": one.new or None,
        "old_value": one.old_value or None,
        "new_value": one.new_value or None,
    }
