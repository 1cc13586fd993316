"""The chart of `docs/benchmarks.md`: how each figure stands to what is wished of it.

A bar is the measured ratio over the wished one (the other way round where at least so much is wished), so that all can
be read against one line: what ends before it is as wished. It is plain SVG, light enough to stand in the repository.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final, TypeAlias

Bar: TypeAlias = tuple[str, float, str]
"""What was measured, its share of what is wished, and the figure as it is written."""

WIDTH, LEFT, RIGHT, LINE, TOP = 860, 380, 110, 26, 34
MOST: Final = 2.0
"""A bar is drawn no longer than so many times what is wished."""


def svg(bars: Sequence[Bar]) -> str:
    """Draw the bars."""
    height = TOP + LINE * len(bars) + 10
    one = (WIDTH - LEFT - RIGHT) / MOST
    made = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif"',
        ' font-size="13">',
        "<title>Measured figures over the wished ones</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    for place, (what, share, said) in enumerate(bars):
        middle, long = TOP + LINE * place + LINE / 2, min(share, MOST) * one
        colour = "#3b6ea5" if share <= 1 else "#c0562f"
        made += [
            f'<text x="{LEFT - 8}" y="{middle + 4:.0f}" text-anchor="end" fill="#222222">{escape(what)}</text>',
            f'<rect x="{LEFT}" y="{middle - 8:.0f}" width="{long:.1f}" height="16" fill="{colour}"/>',
            f'<text x="{WIDTH - RIGHT + 6}" y="{middle + 4:.0f}" fill="#222222">{escape(said)}</text>',
        ]
    at = LEFT + one
    made += [
        f'<line x1="{at:.1f}" y1="{TOP - 4}" x2="{at:.1f}" y2="{height - 8}" stroke="#222222" stroke-dasharray="4 3"/>',
        f'<text x="{at:.1f}" y="{TOP - 12}" text-anchor="middle" fill="#222222">as wished</text>',
        "</svg>",
    ]
    return "\n".join(made) + "\n"
