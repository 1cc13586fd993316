"""Pictures: an award against the number that moves it, one award step by step, before and after, what moves a total.

Made with Altair; saved as HTML that needs no network, PNG or SVG (the extra `[study]`). What is written in a picture is
computed exactly and says of what kind it is: no ceiling is drawn as a sum that is owed, and what has no upper end is
named under the title instead of drawn. Only where things are drawn is a binary fraction, of a pixel.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from fractions import Fraction
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, TypeAlias

from subsidy_rules.award.model import Award
from subsidy_rules.award.phrases import KINDS, say_amount, word
from subsidy_rules.award.written import write_amount, write_money
from subsidy_rules.errors import Lang, UsageError
from subsidy_rules.study.compare import Comparison
from subsidy_rules.study.plane import Band, Cell, Plane
from subsidy_rules.study.sweep import Sweep
from subsidy_rules.study.tally import Tally
from subsidy_rules.study.told_plane import SURE
from subsidy_rules.study.tornado import Tornado
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.quantity import CNY, Currency, Infinity, Number

Chart: TypeAlias = Any
"""A chart of Altair, which is imported where one is drawn."""
Row: TypeAlias = dict[str, object]
WIDTH, HEIGHT, LINE = 640, 320, 26
UP, DOWN = "#2a7f62", "#b5443c"
FONTS: Final = "Noto Sans CJK SC, WenQuanYi Micro Hei, Microsoft YaHei, PingFang SC, Noto Serif CJK SC, sans-serif"
INSTALL: Final = "on Debian: apt-get install fonts-wqy-microhei"
NO_FONT: Final = f"no font with Chinese characters was found: they are drawn as boxes; {INSTALL}"
NOT_TOLD: Final = f"whether a font has Chinese characters can't be told here (no fc-list); if they are boxes, {INSTALL}"
ENDINGS: Final = (".html", ".png", ".svg")
TILES: Final = 40
"""How many tiles a heat map has at most, across and up: a matter of pixels."""


def sweep_chart(found: Sweep, award: str, lang: Lang = "zh") -> Chart:
    """Draw an award (or `total`) against the number that a sweep moves: its greatest as a line, coloured by its kind.

    What is between the least and the greatest is shaded, and every break is marked. Raises `UsageError` for an award
    that the sweep doesn't have, or without the extra.
    """
    alt, scale, unit = _altair(), *_unit(found.currency, lang)
    zh, place_unit = lang == "zh", found.spec.type == "money"
    rows: list[Row] = []
    breaks: list[Row] = []
    for number, piece in enumerate(found.line(award).pieces):
        if number:
            breaks.append({"x": _pixel(piece.first, scale if place_unit else 1), "at": found.said(piece.first, lang)})
        for place, amount in ((piece.first, piece.low), (piece.last, piece.high)):
            if not isinstance(amount.maximum, Infinity):
                row = _drawn(amount, scale, lang, found.currency)
                x = _pixel(place, scale if place_unit else 1)
                rows.append({**row, "piece": number, "x": x, "at": found.said(place, lang)})
    name = found.spec.zh if zh else found.spec.en or found.spec.name
    x = alt.X("x:Q", title=f"{name} ({unit})" if place_unit else name)
    y = alt.Y("high:Q", title=f"{'奖补' if zh else 'award'} ({unit})")
    colour = alt.Color("kind:N", title="类型" if zh else "kind")
    chart = alt.Chart(alt.Data(values=rows))
    shade = chart.mark_area(opacity=0.2).encode(x=x, y="low:Q", y2="high:Q", color=colour, detail="piece:N")
    line = chart.mark_line(point=True).encode(x=x, y=y, color=colour, detail="piece:N", tooltip=["at:N", "said:N"])
    marks = alt.Chart(alt.Data(values=breaks))
    rules = marks.mark_rule(strokeDash=[4, 4], color="#888").encode(x="x:Q")
    said = marks.mark_text(align="left", dx=4, baseline="top", color="#555").encode(
        x="x:Q", y=alt.value(2), text="at:N"
    )
    left = sum(
        isinstance(end.maximum, Infinity) for piece in found.line(award).pieces for end in (piece.low, piece.high)
    )
    return _titled(alt.layer(shade, line, rules, said), award, _not_drawn(left, lang))


def plane_chart(found: Plane, lang: Lang = "zh") -> Chart:
    """Draw a sweep in two dimensions as a heat map: its exact borders, and between them the greatest by its colour.

    Colours are laid out from the corners of the cells that were found, not evaluated; bands that were left open stay
    white, and so does what has no upper end. Raises `UsageError` without the extra.
    """
    alt, scale, unit = _altair(), *_unit(found.currency, lang)
    zh = lang == "zh"
    scales = [scale if axis.spec.type == "money" else 1 for axis in (found.along, found.across)]
    rows: list[Row] = []
    borders: list[Row] = []
    for band in found.bands:
        for cell in band.cells:
            rows += _tiles(found, band, cell, scales, scale, lang)
            borders += _borders(band, cell, scales)
    ends = [
        {
            "title": f"{axis.spec.zh if zh else axis.spec.en or axis.spec.name} {axis.path}"
            + (f" ({unit})" if axis.spec.type == "money" else ""),
            "scale": alt.Scale(domain=[_pixel(axis.first, one), _pixel(axis.last, one)], nice=False),
        }
        for axis, one in zip((found.along, found.across), scales, strict=True)
    ]
    x, y = alt.X("x:Q", **ends[0]), alt.Y("y:Q", **ends[1])
    colour = alt.Color(
        "high:Q", title=f"{'至多' if zh else 'at most'} ({unit})", scale=alt.Scale(scheme="yellowgreenblue")
    )
    chart = alt.Chart(alt.Data(values=rows))
    tiles = chart.mark_rect(strokeWidth=0.6).encode(
        x=x, x2="x2:Q", y=y, y2="y2:Q", color=colour, stroke=colour, tooltip=["said:N", "sure:N"]
    )
    lines = alt.Chart(alt.Data(values=borders)).mark_line(color="#333", strokeWidth=1).encode(x=x, y=y, detail="line:N")
    left = sum(isinstance(one.maximum, Infinity) for band in found.bands for cell in band.cells for one in cell.corners)
    under = [
        "边界为所找到的精确位置，颜色由各角推出"
        if zh
        else "borders stand where they were found, colours between corners"
    ]
    under += _not_drawn(left, lang)
    if not found.complete:
        under.append("空白：未找" if zh else "blank: not searched")
    return _titled(alt.layer(tiles, lines), found.award, under)


def _tiles(found: Plane, band: Band, cell: Cell, scales: list[int], scale: int, lang: Lang) -> Iterable[Row]:
    """Cut a cell into tiles, each as high as it is at its middle: a cell leans, and a tile does not."""
    if any(isinstance(one.maximum, Infinity) for one in cell.corners):
        return
    high = [[_pixel(one.maximum, scale) for one in (edge.low, edge.high)] for edge in (cell.first, cell.last)]
    ends = [[_pixel(one, scales[0]) for one in (edge.first, edge.last)] for edge in (cell.first, cell.last)]
    bottom, top = _pixel(band.first, scales[1]), _pixel(band.last, scales[1])
    said = " … ".join(dict.fromkeys(write_money(one, lang, found.currency) for one in _span_of(cell)))
    height = _pixel(found.across.last - found.across.first, scales[1])
    up = max(1, min(TILES, round(TILES * (top - bottom) / height)))
    for row in range(up):
        at = (row + 0.5) / up
        left, right = (ends[0][end] + (ends[1][end] - ends[0][end]) * at for end in (0, 1))
        wide = high[0] != high[1] or high[0][0] != high[0][1]
        for column in range(TILES if wide else 1):
            part = [one / (TILES if wide else 1) for one in (column, column + 0.5, column + 1)]
            low, much = (high[0][end] + (high[1][end] - high[0][end]) * at for end in (0, 1))
            yield {
                "x": left + (right - left) * part[0],
                "x2": left + (right - left) * part[2],
                "y": bottom + (top - bottom) * row / up,
                "y2": bottom + (top - bottom) * (row + 1) / up,
                "high": low + (much - low) * part[1],
                "said": f"{word(KINDS, cell.kind, lang)} {said}",
                "sure": SURE[cell.sure][lang != "zh"],
            }


def _span_of(cell: Cell) -> list[Fraction]:
    found = [one.maximum for one in cell.corners if not isinstance(one.maximum, Infinity)]
    return [min(found), max(found)]


def _borders(band: Band, cell: Cell, scales: list[int]) -> Iterable[Row]:
    """Give the outline of a cell: exact corners, and straight between them."""
    corners = [
        (cell.first.first, band.first),
        (cell.first.last, band.first),
        (cell.last.last, band.last),
        (cell.last.first, band.last),
        (cell.first.first, band.first),
    ]
    name = f"{band.first} {cell.first.first} {cell.last.last}"
    for (a, b), (c, d) in pairwise(corners):
        line = f"{name} {a} {b} {c} {d}"
        yield from (
            {"x": _pixel(at, scales[0]), "y": _pixel(on, scales[1]), "line": line} for at, on in ((a, b), (c, d))
        )


def waterfall_chart(award: Award, lang: Lang = "zh") -> Chart:
    """Draw one award step by step: what each step leaves at most, and what counts after other awards, with its kind."""
    alt, scale, unit = _altair(), *_unit(award.currency, lang)
    rows: list[Row] = []
    before, left = 0.0, 0
    for number, step in enumerate(award.steps, 1):
        if step.amount is None or isinstance(step.amount.maximum, Infinity):
            left += 1
            continue
        after = _pixel(step.amount.maximum, scale)
        label = f"{number}. {step.text if lang == 'zh' else step.text_en}"
        said = write_amount(step.amount, "money", lang, award.currency)
        rows.append({"step": label, "from": before, "to": after, "top": max(before, after), "said": said})
        before = after
    if isinstance(award.net.maximum, Infinity):
        left += 1
    else:
        net = _pixel(award.net.maximum, scale)
        said = write_amount(award.net, "money", lang, award.currency)
        end = f"{'计入' if lang == 'zh' else 'counts'}: {word(KINDS, award.kind, lang)}"
        rows.append({"step": end, "from": 0.0, "to": net, "top": net, "said": said})
    chart = alt.Chart(alt.Data(values=rows))
    axis = alt.Axis(labelAngle=-20, labelLimit=220)
    x = alt.X("step:N", sort=[row["step"] for row in rows], title=None, axis=axis)
    colour = alt.condition("datum.to < datum.from", alt.value(DOWN), alt.value(UP))
    bars = chart.mark_bar(minBandSize=2).encode(x=x, y=alt.Y("from:Q", title=unit), y2="to:Q", color=colour)
    told = chart.mark_text(dy=-6).encode(x=x, y="top:Q", text="said:N")
    counted = say_amount(award.net, lang, award.currency)
    return _titled(alt.layer(bars, told), award.id, [counted, *_not_drawn(left, lang)])


def comparison_chart(found: Comparison, lang: Lang = "zh") -> Chart:
    """Draw, for each sentence of which a sum moves, what it comes to before and after, the kinds apart.

    Exact sums, ceilings and open ranges are never added to each other; sentences without an upper end are named.
    """
    alt, scale, unit = _altair(), *_unit(found.currency, lang)
    zh = lang == "zh"
    rows: list[Row] = []
    left = 0
    for clause, group in found.clauses.items():
        if group.before == group.after:
            continue
        left += bool(group.before.undetermined or group.after.undetermined)
        for side, tally in (
            (("之前", "之后")[0] if zh else "before", group.before),
            ("之后" if zh else "after", group.after),
        ):
            rows += [{"clause": clause, "side": side, **row} for row in _sums(tally, scale, lang, found.currency)]
    chart = alt.Chart(alt.Data(values=rows))
    sides = ["之前", "之后"] if zh else ["before", "after"]
    y = alt.Y("row:N", title=None, sort=None, axis=alt.Axis(labelLimit=320))
    chart = chart.transform_calculate(row="datum.clause + ' · ' + datum.kind + ' · ' + datum.side")
    colour = alt.Color("side:N", title=None, sort=sides, scale=alt.Scale(domain=sides, range=["#9aa7b8", UP]))
    bars = chart.mark_bar(height=14).encode(x=alt.X("low:Q", title=unit), x2="high:Q", y=y, color=colour)
    told = chart.mark_text(align="left", dx=4).encode(x="high:Q", y=y, text="said:N")
    title = "按条款：之前与之后" if zh else "by sentence, before and after"
    return _titled(alt.layer(bars, told), title, _not_drawn(left, lang), height=max(1, len(rows)) * LINE)


def gains_chart(found: Comparison, lang: Lang = "zh") -> Chart:
    """Draw the distribution of gains: by how much each case that moves moves, the greatest loss first.

    A case whose two ends move differently is a span from one to the other, never their mean. Cases that stay as they
    are, and those that are counted and not kept, are said under the title.
    """
    alt, scale, unit = _altair(), *_unit(found.currency, lang)
    zh = lang == "zh"
    moved = []
    for row in found.rows:
        ends = row.after.least - row.before.least, row.after.most - row.before.most
        moved.append((min(ends), max(ends), row.name))
    rows: list[Row] = []
    for rank, (low, high, name) in enumerate(sorted(moved), 1):
        told = " – ".join(
            dict.fromkeys(("+" if end > 0 else "") + write_money(end, lang, found.currency) for end in (low, high))
        )
        span = (min(low, Fraction(0)) if low == high else low, max(high, Fraction(0)) if low == high else high)
        rows.append(
            {"case": name, "rank": rank, "low": _pixel(span[0], scale), "high": _pixel(span[1], scale), "said": told}
        )
    chart = alt.Chart(alt.Data(values=rows))
    x = alt.X(
        "rank:O",
        title="案例，按变化排列" if zh else "cases, by how much they move",
        axis=alt.Axis(labels=False, ticks=False),
    )
    y = alt.Y("low:Q", title=f"{'变化' if zh else 'change'} ({unit})")
    colour = alt.condition("datum.high <= 0", alt.value(DOWN), alt.value(UP))
    bars = chart.mark_bar().encode(x=x, y=y, y2="high:Q", color=colour, tooltip=["case:N", "said:N"])
    counts = found.cases, found.gainers, found.losers, found.mixed, found.unchanged
    said = (
        "案例 {}：增加 {}，减少 {}，方向不一 {}，不变 {}"
        if zh
        else "{} cases: {} gain, {} lose, {} mixed, {} unchanged"
    )
    under = [said.format(*counts)]
    left = found.gainers + found.losers + found.mixed - len(found.rows)
    if left > 0:
        under.append(f"未画出：{left} 个" if zh else f"not drawn: {left}")
    return _titled(bars, "增减的分布" if zh else "distribution of gains", under)


def tornado_chart(found: Tornado, lang: Lang = "zh") -> Chart:
    """Draw what moves a total, the most on top: the range of the total at each thing that it may say."""
    alt, scale, unit = _altair(), *_unit(found.currency, lang)
    zh = lang == "zh"
    rows: list[Row] = []
    left = 0
    for bar in found.bars:
        for option, total in bar.options:
            if isinstance(total.maximum, Infinity):
                left += 1
                continue
            said = {"true": "是", "false": "否"}.get(option, option) if zh else option
            what = f"{bar.label or bar.name}：{said}" if zh else f"{bar.name}: {said}"
            rows.append({"what": what, "of": bar.name, **_drawn(total, scale, lang, found.currency)})
    chart = alt.Chart(alt.Data(values=rows))
    y = alt.Y("what:N", sort=[row["what"] for row in rows], title=None, axis=alt.Axis(labelLimit=320))
    x = alt.X("low:Q", title=f"{'总额' if zh else 'total'} ({unit})")
    bars = chart.mark_bar(height=12).encode(x=x, x2="high:Q", y=y, color=alt.Color("of:N", legend=None))
    told = chart.mark_text(align="left", dx=4).encode(x="high:Q", y=y, text="said:N")
    now = say_amount(found.total, lang, found.currency)
    title = f"总额 {now}" if zh else f"total {now}"
    return _titled(alt.layer(bars, told), title, _not_drawn(left, lang), height=max(1, len(rows)) * LINE)


def save_chart(chart: Chart, path: str | Path) -> str | None:
    """Write a picture: `.html` (whole in itself, no network), `.png`, `.svg`.

    Returns what is to be told: that Chinese was drawn into a PNG or SVG and no font has it, or that this can't be told;
    None where all is well. Raises `UsageError` for another ending.
    """
    target = Path(path)
    if target.suffix not in ENDINGS:
        raise UsageError(f"a picture is written as {', '.join(ENDINGS)}, not as '{target.name}'")
    if target.suffix == ".html":
        chart.save(str(target), inline=True)
        return None
    chart.save(str(target), scale_factor=2 if target.suffix == ".png" else 1)
    chinese = any("\u4e00" <= char <= "\u9fff" for char in chart.to_json(ensure_ascii=False))
    return _about_fonts() if chinese else None


def _about_fonts() -> str | None:
    """Say what is to be told of the machine's fonts; None where one has Chinese characters."""
    found = shutil.which("fc-list")
    if found is None:
        return NOT_TOLD
    said = subprocess.run([found, ":lang=zh"], capture_output=True, check=False)  # noqa: S603 - the one that was found
    return None if said.stdout.strip() else NO_FONT


def _altair() -> Chart:
    try:
        import_module("vl_convert")
        return import_module("altair")
    except ImportError:
        raise UsageError("pictures need the extra [study]: pip install 'subsidy-rules[study]'") from None


def _titled(chart: Chart, title: str, under: Iterable[str] = (), *, height: int = HEIGHT) -> Chart:
    told = {"text": title, "subtitle": list(under), "anchor": "start", "offset": 16}
    return chart.properties(width=WIDTH, height=height, title=told).configure(font=FONTS)


def _not_drawn(left: int, lang: Lang) -> list[str]:
    if not left:
        return []
    return [f"未画出：{left} 处没有上限" if lang == "zh" else f"not drawn: {left} without an upper end"]


def _unit(currency: Currency, lang: Lang) -> tuple[int, str]:
    """Return the unit of the axes: how many of the smallest it is, and its name. 万元 for yuan, else the usual one."""
    if currency == CNY:
        return dict(currency.units)["万元"], "万元" if lang == "zh" else "CNY 10,000"
    return currency.one, currency.zh if lang == "zh" else currency.code


def _drawn(amount: Amount, scale: int, lang: Lang, currency: Currency) -> Row:
    """Return where an amount is drawn, and what is written beside it."""
    ends = [0.0 if isinstance(end, Infinity) else _pixel(end, scale) for end in (amount.minimum, amount.maximum)]
    kind = word(KINDS, amount.kind, lang)
    return {"low": ends[0], "high": ends[1], "kind": kind, "said": say_amount(amount, lang, currency)}


def _sums(tally: Tally, scale: int, lang: Lang, currency: Currency) -> Iterable[Row]:
    """Give the sums of each kind that there are."""
    spans = {
        "exact": (tally.exact, tally.exact),
        "at_most": (tally.at_most, tally.at_most),
        "open": (tally.from_, tally.to),
    }
    names = {"exact": word(KINDS, "exact", lang), "at_most": word(KINDS, "at_most", lang)}
    names["open"] = "待定" if lang == "zh" else "open"
    for kind, (low, high) in spans.items():
        if low or high:
            start = 0.0 if kind != "open" else _pixel(low, scale)
            told = dict.fromkeys(write_money(end, lang, currency) for end in (low, high))
            yield {"kind": names[kind], "low": start, "high": _pixel(high, scale), "said": " – ".join(told)}


def _pixel(number: Number, scale: int) -> float:
    """Where a figure is drawn: a pixel, not an amount."""
    return 0.0 if isinstance(number, Infinity) else float(number / scale)
