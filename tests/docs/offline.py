"""The built site asks nothing of a network: no script, style, font, picture or frame of another host.

Links that a reader may follow are not meant.

>>> from tempfile import TemporaryDirectory
>>> with TemporaryDirectory() as folder:
...     page = Path(folder) / "index.html"
...     _ = page.write_text('<script src="https://cdn.example/x.js"></script><a href="https://example.org">out</a>')
...     asked(Path(folder))
['index.html: script src https://cdn.example/x.js']
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

LOADED: Final = {"src", "srcset", "data", "poster"}
"""Attributes whose address is fetched when a page is shown, whatever the tag."""
REMOTE: Final = re.compile(r"(?:https?:)?//", re.IGNORECASE)
IN_CSS: Final = re.compile(r"(?:url\(\s*|@import\s+)['\"]?((?:https?:)?//[^'\")\s]+)", re.IGNORECASE)
MERMAID: Final = re.compile(r"""class=["'][^"']*\bmermaid\b""")
"""The theme fetches Mermaid from another host where a page has such a diagram, and only there."""


class _Page(HTMLParser):
    """Collects the addresses that a page fetches."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            fetched = name in LOADED or (name == "href" and tag in {"link", "image", "use"})
            if fetched and value and REMOTE.match(value.strip()):
                self.found.append(f"{tag} {name} {value}")
            if name == "style" and value:
                self.found += [f"{tag} style {address}" for address in IN_CSS.findall(value)]


def asked(site: Path) -> list[str]:
    """Return what the pages and styles below a folder would fetch from another host."""
    made: list[str] = []
    for path in sorted(site.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        page = _Page()
        page.feed(text)
        found = [*page.found, *(f"css {address}" for address in IN_CSS.findall(text))]
        found += ["a Mermaid diagram"] if MERMAID.search(text) else []
        made += [f"{path.relative_to(site).as_posix()}: {one}" for one in found]
    for path in sorted([*site.rglob("*.css"), *site.rglob("*.svg")]):
        text = path.read_text(encoding="utf-8")
        made += [f"{path.relative_to(site).as_posix()}: css {address}" for address in IN_CSS.findall(text)]
    return made
