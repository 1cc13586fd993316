"""What a replay says: for a person in two languages, and for a program as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from subsidy_rules.audit.replay import Replay
    from subsidy_rules.award.model import Json
    from subsidy_rules.errors import Lang

REPLAY: Final = "subsidy-rules/replay/1"


def replayed(found: Replay, lang: Lang) -> str:
    """Say that a result is equal, or each field that is not, and from which files it was computed again."""
    zh = lang == "zh"
    lines = [_verdict(found, lang)]
    for one in found.differences:
        lines.append(f"  {one.path}")
        lines.append(f"    {'原来' if zh else 'was'}  {one.was}")
        lines.append(f"    {'现在' if zh else 'now'}  {one.now}")
    colon = "：" if zh else ": "
    for pack in found.packs:
        same = "" if pack.by == "bytes" else "，文字不同，含义相同" if zh else ", other bytes, the same meaning"
        head = f"{'规则' if zh else 'pack'} {pack.policy} {pack.source_sha256[:12]}"
        lines.append(f"{head}{colon}{pack.path.name}{same}")
    if found.case is not None:
        head = f"{'案例' if zh else 'case'} {found.now.stamp.case_sha256[:12]}"
        lines.append(f"{head}{colon}{found.case.name}")
    if found.added:
        names = ("、" if zh else ", ").join(found.added)
        lines.append(f"当时的结果还没有的字段：{names}" if zh else f"keys that results did not have then: {names}")
    then, now = found.library, found.now.stamp.library
    if then != now:
        lines.append(f"库版本：当时 {then}，现在 {now}" if zh else f"library: {then} then, {now} now")
    return "\n".join(lines) + "\n"


def _verdict(found: Replay, lang: Lang) -> str:
    count = len(found.differences)
    if lang == "zh":
        return "相同：重新计算的每个字段都与原结果一致" if found.equal else f"不同：{count} 个字段"
    return "equal: every field is as it was" if found.equal else f"different: {count} field{'s' if count > 1 else ''}"


def as_json(found: Replay) -> dict[str, Json]:
    """Return a replay as data, its keys in order."""
    return {
        "schema": REPLAY,
        "equal": found.equal,
        "library": {"then": found.library, "now": found.now.stamp.library},
        "packs": [
            {"policy": one.policy, "source_sha256": one.source_sha256, "file": one.path.name, "found_by": one.by}
            for one in found.packs
        ],
        "differences": [{"path": one.path, "was": one.was, "now": one.now} for one in found.differences],
        "added": list(found.added),
    }
