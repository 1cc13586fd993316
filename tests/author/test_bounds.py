"""`subsidy-rules test --generate`: cases on both sides of every threshold and cap, as they are computed now."""

from __future__ import annotations

import re
import shutil
from contextlib import chdir
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from subsidy_rules.author.scaffold import filled
from tests.serve.test_cli import run

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTHING = "tests: 1\npolicies: [PACK.yaml]\ncases: []\n"
CAP = """\
- id: equipment/cap_below_500万元
  # review: projects[0].costs[0].amount leaves the amount 0.01元 below the cap of 500万元 (from equipment/pays)
  facts: {projects: [{id: p1, nature: [改扩建], kinds: [], key_industry: false, total: 1亿元, costs: [{kind: equipment, amount: 49999999.9元}]}]}
  expect:
    equipment@p1: awards exact 4999999.99元
    key_industry@p1: ['projects[0].key_industry | 否 | 是']
  total: exact 4999999.99元
- id: equipment/cap_at_500万元
  # review: projects[0].costs[0].amount takes the amount to the cap of 500万元 (from equipment/pays)
  facts: {projects: [{id: p1, nature: [改扩建], kinds: [], key_industry: false, total: 1亿元, costs: [{kind: equipment, amount: 5000万元}]}]}
  expect:
    equipment@p1: awards exact 500万元
    key_industry@p1: ['projects[0].key_industry | 否 | 是']
  total: exact 500万元
- id: equipment/cap_above_500万元
  # review: projects[0].costs[0].amount takes the amount above the cap of 500万元 (from equipment/pays)
  facts: {projects: [{id: p1, nature: [改扩建], kinds: [], key_industry: false, total: 1亿元, costs: [{kind: equipment, amount: 50000000.1元}]}]}
  expect:
    equipment@p1: awards exact 500万元
    key_industry@p1: ['projects[0].key_industry | 否 | 是']
  total: exact 500万元
"""  # noqa: E501 - as it is printed
THRESHOLD = """\
- id: growth/enterprise.revenue_growth_below_20%
  # review: enterprise.revenue_growth is 0.01% below 20% (from growth/at_the_threshold)
  facts: {enterprise: {revenue_growth: 19.99%}}
  expect:
    growth@enterprise: awards exact 20万元
  total: exact 20万元
- id: growth/enterprise.revenue_growth_at_20%
  # review: enterprise.revenue_growth is exactly 20% (from growth/at_the_threshold)
  facts: {enterprise: {revenue_growth: 20%}}
  expect:
    growth@enterprise: awards exact 50万元
  total: exact 50万元
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "my_city.yaml").write_text(filled("pack.yaml", "my_city", "en"), encoding="utf-8")
    (tmp_path / "my_city.tests.yaml").write_text(filled("tests.yaml", "my_city", "en"), encoding="utf-8")
    shutil.copy(Path(__file__).parent / "shapes.yaml", tmp_path)
    with chdir(tmp_path):
        yield tmp_path


def ids(text: str) -> list[str]:
    return [line.removeprefix("- id: ") for line in text.splitlines() if line.startswith("- id: ")]


def test_what_is_proposed(desk: Path) -> None:
    ran = run("test", "my_city.yaml", "--generate", "--lang", "en")
    assert ran.code == 0
    assert CAP in ran.out
    assert THRESHOLD in ran.out
    assert ran.out.endswith(
        "# no case proposed: upgrade: cap 最高30万元\n"
        "# no case proposed: factory_ceiling: ceiling 每户示范工厂奖励累计不超过120万元\n"
    )
    made = ids(ran.out)
    assert len(made) == len(set(made))
    assert all("# review: " in block for block in ran.out.split("- id: ")[1:])
    assert sorted(path.name for path in desk.iterdir()) == ["my_city.tests.yaml", "my_city.yaml", "shapes.yaml"]
    zh = run("test", "my_city.yaml", "--generate").out
    assert "# review：enterprise.revenue_growth 比 20% 小 0.01%（取自 growth/at_the_threshold）" in zh
    assert ids(zh) == made


@pytest.mark.parametrize("pack", ["my_city", "shapes"])
def test_what_is_proposed_passes_and_reaches_more(pack: str, desk: Path) -> None:
    """Also from nothing: then each case starts from the least one that its sentence is about."""
    (desk / "nothing.yaml").write_text(NOTHING.replace("PACK", pack), encoding="utf-8")
    assert run("test", "nothing.yaml", "--generate", "--out", "made.yaml", "--lang", "en").code == 0
    text = (desk / "made.yaml").read_text(encoding="utf-8")
    assert "(from the least case)" in text
    ran = run("test", "made.yaml", "--coverage", "--lang", "en")
    assert ran.code == 0, ran.out
    assert ran.out.startswith(f"made.yaml: {pack}: {len(ids(text))} tests, all passed\n")
    assert int(re.findall(r"\((\d+)%\)", ran.out)[0]) > 30


@pytest.mark.parametrize(
    ("pack", "unit"), [("bayern", " EUR"), ("green_city", "吨"), ("tokyo", " JPY"), ("kuwait", " KWD")]
)
def test_other_money_and_quantities_are_written_in_their_units(pack: str, unit: str, desk: Path) -> None:
    shutil.copy(Path(__file__).parents[1] / "own" / f"{pack}.yaml", desk)
    (desk / "nothing.yaml").write_text(NOTHING.replace("PACK", pack), encoding="utf-8")
    assert run("test", "nothing.yaml", "--generate", "--out", "made.yaml").code == 0
    assert unit in (desk / "made.yaml").read_text(encoding="utf-8")
    ran = run("test", "made.yaml", "--lang", "en")
    assert ran.code == 0, ran.out
    text = (desk / "made.yaml").read_text(encoding="utf-8").replace("awards exact ", "awards exact 1", 1)
    (desk / "made.yaml").write_text(text, encoding="utf-8")
    assert run("test", "made.yaml", "--lang", "en").code == 1


def test_figures_that_are_computed_have_both_sides(desk: Path) -> None:
    (desk / "nothing.yaml").write_text(NOTHING.replace("PACK", "shapes"), encoding="utf-8")
    made = run("test", "nothing.yaml", "--generate", "--lang", "en").out
    block = next(one for one in made.split("- id: ") if "_below_1000万元" in one)
    assert "amount: 9999999.99元" in block
    assert "deep@p1: awards exact 55万元" in block  # 5% of it and a tenth more: 549,999.99945, to the fen
    block = next(one for one in made.split("- id: ") if "_at_1000万元" in one)
    assert "deep@p1: awards exact 110万元" in block  # 10%, and at most 10万元 more


def test_conditions_of_every_form_are_met_and_what_has_no_plain_way_is_said(desk: Path) -> None:
    shutil.copy(Path(__file__).parent / "asks.yaml", desk)
    (desk / "nothing.yaml").write_text(NOTHING.replace("PACK", "asks"), encoding="utf-8")
    assert run("test", "nothing.yaml", "--generate", "--out", "made.yaml", "--lang", "en").code == 0
    text = (desk / "made.yaml").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.startswith("# no case proposed")] == [
        "# no case proposed: either: number of titles 1",
        "# no case proposed: no_plain_way: enterprise.revenue_growth 8%",
    ]
    ran = run("test", "made.yaml", "--coverage", "--lang", "en")
    assert ran.code == 0, ran.out
    assert "refusals: paid" not in ran.out
    assert "bounds: paid" not in ran.out
    assert "interest: cap binds" not in ran.out


def test_another_threshold_makes_a_proposed_case_fail(desk: Path) -> None:
    """A case that was taken holds the figure: a pack that changes it is told."""
    assert run("test", "my_city.yaml", "--generate", "--out", "made.yaml").code == 0
    pack = desk / "my_city.yaml"
    text = pack.read_text(encoding="utf-8")
    pack.write_text(text.replace("from: 20%", "from: 20.01%").replace("below: 20%", "below: 20.01%"), encoding="utf-8")
    ran = run("test", "made.yaml", "--lang", "en")
    assert ran.code == 1
    assert "growth/enterprise.revenue_growth_at_20%: growth@enterprise: amount" in ran.out


def test_nothing_is_written_over_and_one_file_is_taken(desk: Path) -> None:
    (desk / "made.yaml").write_text("mine", encoding="utf-8")
    ran = run("test", "my_city.yaml", "--generate", "--out", "made.yaml", "--lang", "en")
    assert (ran.code, (desk / "made.yaml").read_text(encoding="utf-8")) == (2, "mine")
    (desk / "nothing.yaml").write_text(NOTHING.replace("PACK", "shapes"), encoding="utf-8")
    ran = run("test", "my_city.yaml", "nothing.yaml", "--generate", "--lang", "en")
    assert (ran.code, ran.err) == (2, "error: --generate takes one test file\n")


EDGES = """\
interest@enterprise 2999999.99元 outranked 0元 | rent@enterprise 300万元 counted 300万元
interest@enterprise 300万元 counted 300万元 | rent@enterprise 300万元 outranked 0元
interest@enterprise 3000000.01元 counted 3000000.01元 | rent@enterprise 300万元 outranked 0元
training@enterprise 3万元 counted 3万元 | earlier 69999.99元
training@enterprise 3万元 counted 3万元 | earlier 7万元
training@enterprise 3万元 reduced 29999.99元 | earlier 70000.01元
graduates@enterprise 2万元 counted 2万元 | fee 20000.01元
graduates@enterprise 2万元 counted 2万元 | fee 2万元
graduates@enterprise 2万元 reduced 19999.99元 | fee 19999.99元
"""


def test_what_holds_between_awards_has_both_sides_of_its_edge(desk: Path) -> None:
    shutil.copy(Path(__file__).parent / "between.yaml", desk)
    (desk / "nothing.yaml").write_text(NOTHING.replace("PACK", "between"), encoding="utf-8")
    assert run("test", "nothing.yaml", "--generate", "--out", "made.yaml", "--lang", "en").code == 0
    ran = run("test", "made.yaml", "--coverage", "--lang", "en")
    assert ran.code == 0, ran.out
    assert "rules between awards: 3 of 3" in ran.out
    text = (desk / "made.yaml").read_text(encoding="utf-8")
    assert "# no case proposed" not in text
    told = ""
    for block in text.split("- id: ")[1:]:
        if block.startswith(("higher/", "of_the_year/", "of_the_fee/")):
            rows = re.findall(r"    (interest|rent|training|graduates)@enterprise: (.*)", block)
            said = [one for name, row in rows if (one := said_of(name, row))]
            fact = re.search(r"clause: training, amount: ([^,]*),|fee: ([^,}]*)", block)
            found = [] if fact is None else [f"earlier {fact[1]}" if fact[1] else f"fee {fact[2]}"]
            told += " | ".join([*said, *found]) + "\n"
    assert told == EDGES


def said_of(name: str, row: str) -> str:
    """Write a row that is decided: its amount, what became of it, what is left."""
    amount = re.search(r"awards exact ([^,}\n]*)", row)
    if amount is None:
        return ""
    status, net = re.search(r"status: (\w+)", row), re.search(r"net: ([^,}]*)", row)
    return f"{name}@enterprise {amount[1]} {status[1] if status else 'counted'} {net[1] if net else amount[1]}"


@pytest.mark.slow
def test_a_ceiling_over_awards_that_have_caps_is_reached_with_less_of_one(desk: Path) -> None:
    folder = Path(__file__).parents[1] / "policies"
    for name in ("qinghe.yaml", "qinghe.tests.yaml"):
        shutil.copy(folder / name, desk)
    made = run("test", "qinghe.tests.yaml", "--generate", "--lang", "en").out
    blocks = {one.partition("\n")[0]: one for one in made.split("- id: ")}
    cut = [
        name
        for name in blocks
        if name.startswith("stores_together/") and "rule: qinghe/stores_together" in blocks[name]
    ]
    assert cut == ["stores_together/ceiling_above"]
