"""The documentation: what its pages show is what happens, its made pages leave nothing out, its links lead somewhere.

`RECORD=1` writes what the blocks of the pages really print into them anew; review the difference.
"""

from __future__ import annotations

import doctest
import importlib
import os
import posixpath
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

from subsidy_rules.mechanisms.words import WORDS
from tests.docs import policies, recipes, words
from tests.docs.blocks import Block, filled, parts_of, run, shown
from tests.docs.offline import asked
from tests.docs.pages import makers
from tests.docs.policies import PACKS, plan_of
from tests.test_clauses import cases_of

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
WRITTEN = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
MADE = makers()
ID = re.compile(r"\{ #([\w-]+) \}")


@cache
def made(place: str) -> str:
    return MADE[place]()


@cache
def text_of(place: str) -> str:
    return made(place) if place in MADE else (DOCS / place).read_text(encoding="utf-8")


# what is shown


@pytest.mark.parametrize("place", WRITTEN)
def test_what_a_page_shows_is_what_happens(place: str) -> None:
    page = DOCS / place
    text, differences = run(page.read_text(encoding="utf-8"), place)
    if os.environ.get("RECORD") == "1":
        page.write_text(text, encoding="utf-8", newline="\n")
        return
    assert differences == []


@pytest.mark.parametrize("place", sorted(MADE))
def test_a_page_that_is_made_shows_something_that_was_run(place: str) -> None:
    assert made(place).startswith("# ")
    if not place.endswith(("index.md", "changes.md", "cookbook.md")):
        assert re.search(r"^\$ subsidy-rules .*\n(?!```)", made(place), re.MULTILINE)


PYTHON = "```python\nprint('a')\n```\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("```console\n$ subsidy-rules --version\n9.9.9\n```\n", "page.md:2: shown 9.9.9, printed subsidy-rules"),
        ("```console\n$ subsidy-rules evaluate none.yaml\n```\n", "page.md:2: shown , printed none.yaml: unreadable"),
        ("```console\n$ echo $?\n1\n```\n", "page.md:2: shown 1, printed 0"),
        ("```console\n$ rm case.yaml\n```\n", "page.md:2: 'rm' is no command that a page can run"),
        ("```console\nwhat it prints\n```\n", "page.md:1: a console block is commands that begin with '$ '"),
        (f"{PYTHON}\n```output\nb\n```\n", "page.md:5: shown b, printed a"),
        (f"{PYTHON}Words.\n", "page.md: what a Python block prints is not shown: a"),
        (PYTHON, "page.md: what a Python block prints is not shown: a"),
        ("```output\nb\n```\n", "page.md:1: no Python block stands before this output"),
        ("```python\nx = 1\n1 / 0\n```\n", "page.md:3: raised ZeroDivisionError"),
        ("```sh\nmake demo\n```\n", "page.md:1: a block of 'sh' is not run"),
        ("```\nmake demo\n```\n", "page.md:1: a block of '' is not run"),
        ("```yaml\na: 1\n```\n", "page.md:1: a block of 'yaml' is not run"),
        ("~~~python\nx\n~~~\n", "page.md:1: a fence that is indented"),
        ("- a\n\n  ```text\n  x\n  ```\n", "page.md:3: a fence that is indented"),
        ("```text\nnot closed\n", "page.md:1: a fence that is indented, of ~, or not closed"),
        ('```yaml from="rules/xian_30.yaml"\n- id: nobody\n```\n', "page.md:1: these lines do not stand in rules/"),
    ],
)
def test_a_page_that_shows_something_else_is_refused(text: str, told: str) -> None:
    _, differences = run(text, "page.md")
    assert differences
    assert differences[0].startswith(told)


def test_the_blocks_of_a_page_are_run_in_its_folder_and_in_its_order() -> None:
    page = (
        '```text title="texts/a.txt"\none\n```\n\n```text title="texts/a.txt" append\ntwo\n```\n\n'
        "```python\nfrom pathlib import Path\n```\n\n"
        "```python\nprint(Path('texts/a.txt').read_text('utf-8'), sorted(map(str, Path().iterdir())))\n```\n\n"
        "```output\none\ntwo\n ['examples', 'rules', 'texts']\n```\n"
    )
    assert run(page, "page.md") == (page, [])


def test_a_page_is_recorded_with_what_it_prints() -> None:
    page = f"{PYTHON}\nWords.\n\n```console\n$ subsidy-rules evaluate none.yaml --lang en\n$ echo $?\n```\n"
    recorded, differences = run(page, "page.md")
    assert len(differences) == 3
    assert "```output\na\n```" in recorded
    assert "$ echo $?\n2\n" in recorded
    assert run(recorded, "page.md")[1] == []


def test_a_page_that_is_made_holds_no_command_that_fails() -> None:
    with pytest.raises(ValueError, match="left with 2"):
        filled("```console\n$ subsidy-rules evaluate none.yaml\n$ subsidy-rules --version\n```\n", "page.md")
    with pytest.raises(ValueError, match="raised"):
        filled("```python\n1 / 0\n```\n", "page.md")


def test_what_only_the_run_reads_is_not_shown() -> None:
    page = '```yaml from="rules/a.yaml"\na\n```\n```yaml title="b.yaml" append\na\n```\n```output\na\n```\n'
    assert [part.info for part in parts_of(shown(page)) if isinstance(part, Block)] == [
        'yaml title="rules/a.yaml"',
        'yaml title="b.yaml"',
        "text",
    ]


# what is made


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("pack", PACKS)
def test_the_page_of_a_policy_leaves_nothing_out(pack: str, lang: str) -> None:
    page, plan = made(f"{lang}/policies/{pack}.md"), plan_of(pack)
    anchors = ID.findall(page)
    assert len(anchors) == len(set(anchors))
    for sentence in plan.sentences:
        assert sentence.id in anchors
        assert f"> {sentence.quote}\n" in page
    for name in (*plan.readings, plan.silence):
        assert f"reading-{name.rpartition('/')[2].lower().replace('_', '-')}" in anchors
    for reading in plan.readings.values():
        assert reading.asks in page
        assert all(f"`{option}`" in page for option in reading.options)
    for name in plan.parameters:
        assert f"`{name}`" in page
    for rule in plan.rules:
        assert f"> {rule.quote}\n" in page
    lines = [part.body for part in parts_of(page) if isinstance(part, Block) and part.info.startswith("yaml from=")]
    rules = (ROOT / "rules" / f"{pack}.yaml").read_text(encoding="utf-8")
    assert all(one in rules for one in lines)
    for name, entry in policies.entries(rules, "clauses").items():
        whole = "".join(lines)
        assert f"- id: {name}\n" in whole
        assert all(line in whole for line in entry.splitlines())


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("pack", PACKS)
def test_every_sentence_that_gives_something_has_a_worked_case(pack: str, lang: str) -> None:
    page = made(f"{lang}/policies/{pack}.md")
    giving = [one for one in plan_of(pack).sentences if one.gives in ("award", "obligation") or one.replaces]
    assert giving
    for sentence in giving:
        assert f'```yaml title="{sentence.id}.yaml"\n' in page
        assert f"$ subsidy-rules explain {sentence.id}.yaml {pack}/" in page


def test_a_case_that_gives_another_figure_than_was_worked_out_makes_no_page() -> None:
    case = next(one for one in cases_of("xian_30") if one.id == "xian_30/intrinsic_safety/taken")
    assert policies._outcome(case, {}, case.spec).awards
    with pytest.raises(ValueError, match="expected exact 1元"):
        policies._outcome(case, {}, {"expect": {"equipment_renewal@p1": "awards exact 1元"}})


def test_every_word_and_every_kind_of_rule_has_its_page() -> None:
    assert set(words.steps()) == set(WORDS)
    pages = {place.partition("/")[2].removesuffix(".md") for place in MADE if place.startswith("mechanisms/")}
    assert pages == {*WORDS, *words.rule_kinds(), "index"}


def test_a_word_without_an_example_makes_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "EXAMPLES", words.EXAMPLES.with_name("nowhere"))
    with pytest.raises(ValueError, match=r"write tests/docs/nowhere/cap\.yaml"):
        words.word_page("cap")


def test_every_recipe_stands_on_one_page_and_in_the_index() -> None:
    index = made("authoring/cookbook.md")
    for name, group in recipes.groups().items():
        page = made(f"authoring/cookbook/{name}.md")
        for one in map(recipes.recipe, group.recipes):
            assert f"> {one.phrase}\n" in page
            assert f"| {one.phrase} |" in index


WRONG = {
    "awards exact 470万元": "awards exact 471万元",
    "investment@p1": "investment@p2",
    "awards exact": "undecided exact",
    "expect: {": "total: exact 1元\n  expect: {",
    "  expect: {investment@p1: awards exact 470万元}": "  expect: {investment@p1: refused}",
    "  expect": "  adjustments: {investment@p1: 1元}\n  expect",
}


@pytest.mark.parametrize(("right", "wrong"), WRONG.items())
def test_a_recipe_that_gives_another_figure_than_was_worked_out_makes_no_page(
    right: str, wrong: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = (recipes.RECIPES / "slices.yaml").read_text(encoding="utf-8")
    assert right in text
    (tmp_path / "slices.yaml").write_text(text.replace(right, wrong), encoding="utf-8")
    note = "{bands: {en: a, zh: b, note: c, recipes: [slices]}}"
    (tmp_path / "index.yaml").write_text(note, encoding="utf-8")
    monkeypatch.setattr(recipes, "RECIPES", tmp_path)
    recipes.groups.cache_clear()
    with pytest.raises(ValueError, match="recipe slices does not give what was worked by hand"):
        recipes.cookbook_page("bands")
    (tmp_path / "lost.yaml").write_text(text, encoding="utf-8")
    recipes.groups.cache_clear()
    with pytest.raises(ValueError, match="lost"):
        recipes.groups()
    recipes.groups.cache_clear()


def test_what_the_phrase_guide_writes_stands_in_a_recipe() -> None:
    written = " ".join(" ".join(path.read_text(encoding="utf-8").split()) for path in recipes.RECIPES.glob("*.yaml"))
    rows = re.findall(r"^\| [^|]+ \| ([^|]+) \| [^|]+ \|$", text_of("authoring/phrases.md"), re.MULTILINE)
    codes = [code.strip() for row in rows for code in re.findall(r"`([^`]+)`", row)]
    assert len(codes) > 50
    assert [code for code in codes if code not in written] == []


# how it hangs together


def leaves(nav: object) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    for one in nav if isinstance(nav, list) else nav.values() if isinstance(nav, dict) else ():
        yield from leaves(one)


def test_the_navigation_lists_every_page_once() -> None:
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    assert sorted(leaves(nav)) == sorted([*WRITTEN, *MADE])


@cache
def anchors_of(place: str) -> set[str]:
    prose = "".join(part for part in parts_of(text_of(place)) if isinstance(part, str))
    heads = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    slugs = {re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", head).strip().lower()) for head in heads}
    return slugs | set(ID.findall(prose))


@pytest.mark.parametrize("place", [*WRITTEN, *sorted(MADE)])
def test_the_links_of_a_page_lead_somewhere(place: str) -> None:
    prose = "".join(part for part in parts_of(text_of(place)) if isinstance(part, str))
    for link in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "", prose)):
        if link.startswith("https://"):
            continue  # followed by a reader, not by the site
        target, _, anchor = link.partition("#")
        page = posixpath.normpath(posixpath.join(posixpath.dirname(place), target)) if target else place
        assert page in MADE or (DOCS / page).is_file(), link
        assert not anchor or anchor in anchors_of(page), link


@pytest.mark.parametrize(
    ("zh", "en"), [("zh/first-award.md", "en/first-award.md"), ("zh/hour.md", "authoring/hour.md")]
)
def test_the_two_tutorials_do_the_same(zh: str, en: str) -> None:
    both = []
    for place in (zh, en):
        blocks = [part for part in parts_of(text_of(place)) if isinstance(part, Block)]
        commands = [line for one in blocks for line in one.body.splitlines() if line.startswith("$ ")]
        files = [one.body for one in blocks if "title=" in one.info]
        both.append(([one.removesuffix(" --lang en") for one in commands], files, [one.info for one in blocks]))
    assert both[0] == both[1]


def test_the_picture_shows_the_rooms_of_the_import_contract() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = config["tool"]["importlinter"]["contracts"]
    layers = [layer for layer in reversed(contract["layers"]) if layer != "errors"]
    drawn = [
        element.text
        for element in ET.parse(DOCS / "rooms.svg").iter("{http://www.w3.org/2000/svg}text")  # noqa: S314 - it is ours
        if element.get("class") == "name"
    ]
    assert drawn == layers


@pytest.mark.parametrize("place", [*WRITTEN, *sorted(MADE)])
def test_no_page_names_a_machine(place: str) -> None:
    for word in ("/work", "/home", "/root", "localhost"):
        assert word not in text_of(place)


# the built site


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("a.html", '<script src="https://cdn.example/x.js"></script>'),
        ("a.html", '<link rel="stylesheet" href="//fonts.example/css">'),
        ("a.html", '<img src="http://pictures.example/x.png">'),
        ("a.html", "<style>@font-face { src: url(https://fonts.example/x.woff2) }</style>"),
        ("a.html", '<p style="background: url(https://pictures.example/x.png)">'),
        ("a.html", '<pre class="mermaid"><code>graph LR</code></pre>'),
        ("a.css", "@import 'https://fonts.example/css';"),
        ("a.svg", "<style>text { fill: url(https://pictures.example/x.svg#a) }</style>"),
    ],
)
def test_a_site_that_asks_another_host_is_refused(file: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "good.html").write_text('<a href="https://example.org">a link</a><img src="x.png">', encoding="utf-8")
    assert asked(tmp_path) == []
    (tmp_path / file).write_text(text, encoding="utf-8")
    assert len(asked(tmp_path)) >= 1


@pytest.mark.parametrize("name", ["blocks", "offline", "pages", "policies", "recipes", "words"])
def test_the_examples_of_the_documentation_s_own_modules_hold(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(f"tests.docs.{name}"))
    assert failed == 0
