"""Pictures: an award against the number that moves it, one award step by step, before and after, what moves a total.

Made with Altair; saved as HTML that needs no network, PNG or SVG (the extra `[study]`). What is written in a picture is
computed exactly; only where things are drawn is a binary fraction, of a pixel. Chinese needs a font that has it:
`save_chart` returns what to install where a picture with Chinese is drawn without one.
"""

from __future__ import annotations

import shutil
import subprocess
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TypeAlias

from subsidy_rules.award.model import Award
from subsidy_rules.errors import Lang, UsageError
from subsidy_rules.study.compare import Comparison
from subsidy_rules.study.sweep import Sweep
from subsidy_rules.study.tornado import Tornado
from subsidy_rules.values.quantity import Infinity, Number, format_money

Chart: TypeAlias = Any
"""A chart of Altair, which is imported where one is drawn."""
WIDTH, HEIGHT = 640, 320
FEN_OF_WAN: Final = 1_000_000
FONTS: Final = "Noto Sans CJK SC, WenQuanYi Micro Hei, Microsoft YaHei, PingFang SC, Noto Serif CJK SC, sans-serif"
UP, DOWN = "#2a7f62", "#b5443c"
NO_FONT: Final = (
    "no font with Chinese characters was found: they are drawn as boxes; on Debian: apt-get install fonts-wqy-microhei"
)
ENDINGS: Final = (".html", ".png", ".svg")


def sweep_chart(found: Sweep, award: str, lang: Lang = "zh") -> Chart:
    """Draw an award (or `total`) against the number that a sweep moves, its breaks marked. Money is in 万元.

    Raises `UsageError` for an award that the sweep doesn't have, or without the extra.
    """
    alt = _altair()
    scale = FEN_OF_WAN if found.spec.type == "money" else 1
    rows = []
    for piece in found.line(award).pieces:
        for place, ends in ((piece.first, piece.low), (piece.last, piece.high)):
            if not isinstance(ends[1], Infinity):
                told = format_money(ends[1])
                rows.append({"x": float(place / scale), "y": _wan(ends[1]), "at": found.said(place), "award": told})
    breaks = [{"x": float(one.first / scale), "at": found.said(one.first)} for one in found.line(award).pieces[1:]]
    zh = lang == "zh"
    name = found.spec.zh if zh else found.spec.en or found.spec.name
    unit = "（万元）" if zh and scale > 1 else " (10,000 yuan)" if scale > 1 else ""
    y = "奖补（万元）" if zh else "award (10,000 yuan)"
    line = alt.Chart(alt.Data(values=rows)).mark_line(point=True)
    line = line.encode(x=alt.X("x:Q", title=name + unit), y=alt.Y("y:Q", title=y), tooltip=["at:N", "award:N"])
    rules = alt.Chart(alt.Data(values=breaks)).mark_rule(strokeDash=[4, 4], color="#888").encode(x="x:Q")
    said = alt.Chart(alt.Data(values=breaks)).mark_text(align="left", dx=4, baseline="top", color="#555")
    said = said.encode(x="x:Q", y=alt.value(2), text="at:N")
    return _titled(alt.layer(line, rules, said), award)


def waterfall_chart(award: Award, lang: Lang = "zh") -> Chart:
    """Draw one award step by step: what each step leaves, and what counts after other awards. Money is in 万元."""
    alt = _altair()
    rows: list[dict[str, object]] = []
    before = 0.0
    for number, step in enumerate(award.steps, 1):
        if step.amount is None or isinstance(step.amount.maximum, Infinity):
            continue
        after = _wan(step.amount.maximum)
        text = step.text if lang == "zh" else step.text_en
        label = f"{number}. {text}"
        left = format_money(step.amount.maximum)
        rows.append({"step": label, "from": before, "to": after, "top": max(before, after), "left": left})
        before = after
    if not isinstance(award.net.maximum, Infinity):
        end = "计入" if lang == "zh" else "counts"
        net, left = _wan(award.net.maximum), format_money(award.net.maximum)
        rows.append({"step": end, "from": 0.0, "to": net, "top": net, "left": left})
    order = [row["step"] for row in rows]
    chart = alt.Chart(alt.Data(values=rows))
    x = alt.X("step:N", sort=order, title=None, axis=alt.Axis(labelAngle=-20, labelLimit=220))
    colour = alt.condition("datum.to < datum.from", alt.value(DOWN), alt.value(UP))
    y = alt.Y("from:Q", title="万元" if lang == "zh" else "10,000 yuan")
    bars = chart.mark_bar().encode(x=x, y=y, y2="to:Q", color=colour)
    said = chart.mark_text(dy=-6).encode(x=x, y="top:Q", text="left:N")
    return _titled(alt.layer(bars, said), award.id)


def comparison_chart(found: Comparison, lang: Lang = "zh") -> Chart:
    """Draw, for each sentence that a change moves, by how much its sum of exact awards moves. Money is in 万元."""
    alt = _altair()
    rows: list[dict[str, object]] = []
    for clause, group in found.clauses.items():
        change = group.change.exact
        if change:
            rows.append({"clause": clause, "by": _wan(change), "said": format_money(change)})
    title = "变化（万元）" if lang == "zh" else "change (10,000 yuan)"
    chart = alt.Chart(alt.Data(values=rows)).mark_bar()
    colour = alt.condition("datum.by > 0", alt.value(UP), alt.value(DOWN))
    chart = chart.encode(
        x=alt.X("by:Q", title=title), y=alt.Y("clause:N", title=None), color=colour, tooltip=["said:N"]
    )
    return _titled(chart, "")


def tornado_chart(found: Tornado, lang: Lang = "zh") -> Chart:
    """Draw what moves a total, the most on top: the range of the total at each thing that it may say. In 万元."""
    alt = _altair()
    rows: list[dict[str, object]] = []
    for bar in found.bars:
        for option, low, high in bar.options:
            if not isinstance(low, Infinity) and not isinstance(high, Infinity):
                said = f"{format_money(low)} – {format_money(high)}"
                what = f"{bar.label or bar.name}：{option}" if lang == "zh" else f"{bar.name}: {option}"
                rows.append({"what": what, "of": bar.name, "low": _wan(low), "high": _wan(high), "said": said})
    chart = alt.Chart(alt.Data(values=rows))
    y = alt.Y("what:N", sort=[row["what"] for row in rows], title=None, axis=alt.Axis(labelLimit=260))
    title = "总额（万元）" if lang == "zh" else "total (10,000 yuan)"
    colour = alt.Color("of:N", legend=None)
    x = alt.X("low:Q", title=title)
    bars = chart.mark_bar(height=12).encode(x=x, x2="high:Q", y=y, color=colour, tooltip=["said:N"])
    said_ = chart.mark_text(align="left", dx=4).encode(x="high:Q", y=y, text="said:N")
    return _titled(alt.layer(bars, said_), "")


def save_chart(chart: Chart, path: str | Path) -> str | None:
    """Write a picture: `.html` (whole in itself, no network), `.png`, `.svg`.

    Returns what is to be told: that Chinese was drawn into a PNG or SVG and no font has it; None where all is well.
    Raises `UsageError` for another ending.
    """
    target = Path(path)
    if target.suffix not in ENDINGS:
        raise UsageError(f"a picture is written as {', '.join(ENDINGS)}, not as '{target.name}'")
    if target.suffix == ".html":
        chart.save(str(target), inline=True)
        return None
    chart.save(str(target), scale_factor=2 if target.suffix == ".png" else 1)
    chinese = any("\u4e00" <= char <= "\u9fff" for char in chart.to_json(ensure_ascii=False))
    return NO_FONT if chinese and not _has_chinese() else None


def _has_chinese() -> bool:
    """Whether the machine has one of the fonts that have Chinese characters."""
    found = shutil.which("fc-list")
    if found is None:
        return True  # it can't be told, and most desks have one
    said = subprocess.run([found, ":lang=zh"], capture_output=True, check=False)  # noqa: S603 - the one that was found
    return bool(said.stdout.strip())


def _altair() -> Any:  # noqa: ANN401 - the module
    try:
        return import_module("altair")
    except ImportError:
        raise UsageError("pictures need the extra [study]: pip install 'subsidy-rules[study]'") from None


def _titled(chart: Chart, title: str) -> Chart:
    made = chart.properties(width=WIDTH, height=HEIGHT, **({"title": title} if title else {}))
    return made.configure(font=FONTS)


def _wan(fen: Number) -> float:
    """Where a figure is drawn, in 万元: a pixel, not an amount."""
    return 0.0 if isinstance(fen, Infinity) else float(fen / FEN_OF_WAN)
