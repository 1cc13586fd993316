"""The cookbook: a recipe for each thing that a policy does to a figure, made from `recipes/NAME.yaml` and run.

A recipe is the phrase as a policy says it, its clause, and cases worked by hand. `recipes/index.yaml` puts them in
their order and into groups, a page for each. A recipe whose case gives anything but the figure that was worked out by
hand makes no page, and so stops the build.

    en: A whole amount takes the rate of its band
    zh: 分档
    phrase: 总投资1000万元以下的按10%，1000万元及以上的按15%给予补助
    note: What the words mean, and the trap in them.
    rules: …          # what stands below the shared header; a whole file where it begins with `language:`
    guide: …          # a guide file, where there is one
    cases:
    - by_hand: 700万元 × 10% = 70万元
      facts: …        # what stands below the two first lines of a case
      show: formula   # what is printed: formula (the default), explain, evaluate
      expect:
        retrofit@p1: awards exact 70万元
        retrofit@p2: {is: awards exact 70万元, net: 60万元, status: reduced, payers: {市级: 40万元}}
        retrofit@p3: refused
      total: exact 70万元

>>> _figure("1.5万元"), _ends("0元..3分")
(Fraction(1500000, 1), (Fraction(0, 1), Fraction(3, 1)))
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from yaml import BaseLoader, load

from subsidy_rules import INFINITY, Amount, Award, Case, Entitlement, evaluate, load_guide, load_policies
from tests.docs.blocks import filled
from tests.docs.words import CASE, POLICY

RECIPES: Final = Path(__file__).parent / "recipes"
PLACE: Final = "authoring/cookbook"
_UNITS: Final = {"亿元": 10**10, "万元": 10**6, "元": 100, "分": 1}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Row(_Strict):
    """What is expected of one award besides its own figure: what is left of it, its status, who pays, what is due."""

    is_: str = Field(alias="is")
    net: str = ""
    status: str = "counted"
    reasons: list[str] | None = None
    needs: list[str] = Field(default_factory=list)
    flags: list[str] = Field(default_factory=list)
    payers: dict[str, str] = Field(default_factory=dict)


class Worked(_Strict):
    """One case, its arithmetic by hand, and what is expected of it."""

    by_hand: str
    facts: str
    show: Literal["formula", "explain", "evaluate"] = "formula"
    expect: dict[str, str | Row]
    obligations: dict[str, str] = Field(default_factory=dict)
    adjustments: dict[str, str] = Field(default_factory=dict)
    instalments: dict[str, str] = Field(default_factory=dict)
    total: str = ""


class Recipe(_Strict):
    """One recipe."""

    en: str
    zh: str
    phrase: str
    note: str
    rules: str
    guide: str = ""
    cases: list[Worked]


class Group(_Strict):
    """A page of recipes, in their order."""

    en: str
    zh: str
    note: str
    recipes: list[str]


@cache
def groups() -> Mapping[str, Group]:
    """Return the pages by name. Raises `ValueError` where a recipe stands on no page, or on two."""
    root = load((RECIPES / "index.yaml").read_text(encoding="utf-8"), BaseLoader)  # noqa: S506 - all scalars as text
    found = {name: Group.model_validate(one) for name, one in root.items()}
    listed = sorted(name for group in found.values() for name in group.recipes)
    written = sorted(path.stem for path in RECIPES.glob("*.yaml") if path.stem != "index")
    if listed != written:
        raise ValueError(f"recipes that stand on no page, on two, or nowhere: {_unlike(listed, written)}")
    return found


def _unlike(listed: list[str], written: list[str]) -> list[str]:
    return sorted({name for name in (*listed, *written) if listed.count(name) != written.count(name)})


def recipe(name: str) -> Recipe:
    """Return a recipe by its name."""
    text = (RECIPES / f"{name}.yaml").read_text(encoding="utf-8")
    return Recipe.model_validate(load(text, BaseLoader))  # noqa: S506 - all scalars as text


def cookbook_page(name: str) -> str:
    """Return a page of recipes, each of them run. Raises `ValueError` where one gives another figure."""
    group = groups()[name]
    parts = [
        f"# {group.en} · {group.zh}\n",
        f"{group.note.strip()}\n",
        "Each clause stands below the [header of the cookbook](../cookbook.md#the-header); all were run.\n",
        *(_section(one) for one in group.recipes),
    ]
    return "\n".join(parts)


def cookbook_index() -> str:
    """Return the page that lists the recipes by what a policy says."""
    parts = [
        "# The cookbook · 条文怎样写成规则\n",
        (
            "For each thing that a policy does to a figure, here is the phrase as a policy says it, the clause that\n"
            "encodes it, and a case worked by hand whose amount the build compares to the fen. Find your phrase,\n"
            "copy the clause, put your policy's numbers and words in. What a word of the clause means in full\n"
            "stands on its page under [Mechanisms](../mechanisms/index.md); the [phrase guide](phrases.md) goes\n"
            "from single words to YAML.\n"
        ),
        "## The header\n",
        "Every recipe stands below this header, if it does not show another:\n",
        f'```yaml title="my_city.yaml"\n{POLICY}```\n',
        (
            "Save header and clause as one file, and the case as another, then\n\n"
            "```text\nsubsidy-rules check my_city.yaml --lang en\n"
            "subsidy-rules explain case.yaml CLAUSE --rules my_city.yaml --formula --lang en\n```\n\n"
            "prints the line that the recipe shows. Without `--formula` every step stands there with its words;\n"
            "`subsidy-rules evaluate case.yaml --rules my_city.yaml --lang en` gives the whole answer.\n"
        ),
        "## By phrase\n",
    ]
    for name, group in groups().items():
        parts.append(f"### [{group.en} · {group.zh}](cookbook/{name}.md)\n")
        rows = [(one, recipe(one)) for one in group.recipes]
        lines = [f"| {one.phrase} | [{one.en}](cookbook/{name}.md#{_anchor(key)}) |\n" for key, one in rows]
        parts.append(f"| the policy says | recipe |\n|---|---|\n{''.join(lines)}")
    return "\n".join(parts)


def _anchor(name: str) -> str:
    return name.replace("_", "-")


def _section(name: str) -> str:
    """Return one recipe as a section of its page, run and held against the figures that were worked by hand."""
    one = recipe(name)
    whole = one.rules if one.rules.startswith("language:") else POLICY + one.rules
    wrong = [text for worked in one.cases for text in _differences(one, whole, worked)]
    if wrong:
        raise ValueError("\n".join([f"recipe {name} does not give what was worked by hand:", *wrong]))
    head = (
        f"## {one.en} · {one.zh} {{ #{_anchor(name)} }}\n\n> {one.phrase}\n\n{one.note.strip()}\n\n"
        f'```yaml title="{name}.yaml"\n'
    )
    guide = f'```yaml title="guide.yaml"\n{one.guide}```\n\n' if one.guide else ""
    cases = "".join(_case(name, one, worked, place) for place, worked in enumerate(one.cases))
    made = filled(f"{head}{whole}```\n\n{guide}{cases}", f"{PLACE}/{name}.yaml")
    return made.replace(f"{head}{POLICY}", head, 1)


def _case(name: str, one: Recipe, worked: Worked, place: int) -> str:
    file = "case.yaml" if len(one.cases) == 1 else f"case_{place + 1}.yaml"
    tail = f"--rules {name}.yaml{' --guide guide.yaml' if one.guide else ''}"
    rows = dict.fromkeys(row.partition("@")[0] for row in (*worked.expect, *worked.obligations))
    if worked.show == "evaluate":
        commands = f"$ subsidy-rules evaluate {file} {tail} --lang en\n"
    else:
        tail += " --formula" if worked.show == "formula" else ""
        commands = "".join(f"$ subsidy-rules explain {file} {row} {tail} --lang en\n" for row in rows)
    return (
        f"By hand: {worked.by_hand.strip()}\n\n"
        f'```yaml title="{file}"\n{CASE}{worked.facts}```\n\n'
        f"```console\n{commands}```\n\n"
    )


# what a case gives, against what was worked by hand


def _differences(one: Recipe, rules: str, worked: Worked) -> Iterator[str]:
    with TemporaryDirectory() as folder:
        file, guide = Path(folder) / "rules.yaml", Path(folder) / "guide.yaml"
        file.write_text(rules, encoding="utf-8")
        policies = load_policies([file])
        guide.write_text(one.guide, encoding="utf-8")
        guides = [load_guide(guide, policies)] if one.guide else []
    result = evaluate(Case.from_text(CASE + worked.facts), policies, guides=guides)
    found = {
        _short(award.id): (where, award)
        for where, awards in (("awards", result.awards), ("undecided", result.undecided))
        for award in awards
    }
    refused = {_short(row.id) for row in result.not_eligible}
    for name, wanted in worked.expect.items():
        if wanted == "refused":
            yield from _differ(f"{name} is refused", wanted=True, found=name in refused)
        elif name in found:
            yield from _award(
                name, Row.model_validate({"is": wanted}) if isinstance(wanted, str) else wanted, *found[name]
            )
        else:
            yield f"{name}: worked {wanted}, found none; refused: {sorted(refused)}"
    yield from (
        f"{name}: not worked, found {_text(one)}" for name, (_, one) in found.items() if name not in worked.expect
    )
    yield from _others(worked, result)


def _others(worked: Worked, result: Entitlement) -> Iterator[str]:
    if worked.total:
        kind, _, rest = worked.total.partition(" ")
        total = result.total.possible
        yield from _differ("total", wanted=(kind, _ends(rest)), found=(total.kind, _both(total)))
    least = {_short(one.id): one.amount.minimum for one in result.obligations}
    yield from _differ("obligations", wanted=_figures(worked.obligations), found=least)
    parts = {f"{_short(one.award)} {one.name}": f"{one.state} {_exact(one.amount)}" for one in result.instalments}
    yield from _differ("instalments", wanted=worked.instalments, found=parts)
    signed = {_short(one.award): one.amount for one in result.adjustments}
    yield from _differ("adjustments", wanted=_figures(worked.adjustments), found=signed)


def _award(name: str, row: Row, where: str, award: Award) -> Iterator[str]:
    listing, kind, *figure = row.is_.split()
    wanted = (listing, kind, _ends(figure[0])) if figure else (listing, kind)
    found = (where, award.kind, _both(award.amount)) if figure else (where, award.kind)
    yield from _differ(name, wanted=wanted, found=found)
    yield from _differ(f"{name} status", wanted=row.status, found=award.status)
    yield from _differ(f"{name} needs", wanted=sorted(row.needs), found=sorted(award.needs))
    yield from (f"{name}: no flag {flag}" for flag in row.flags if flag not in award.flags)
    if row.reasons is not None:
        yield from _differ(f"{name} reasons", wanted=sorted(row.reasons), found=sorted(award.reasons))
    if row.net:
        yield from _differ(f"{name} net", wanted=_ends(row.net), found=_both(award.net))
    if row.payers:
        parts = {payer: _both(part) for payer, part in award.payers}
        yield from _differ(f"{name} payers", wanted=_all_ends(row.payers), found=parts)


def _differ(what: str, *, wanted: object, found: object) -> Iterator[str]:
    if wanted != found:
        yield f"{what}: worked {wanted}, found {found}"


def _short(name: str) -> str:
    return name.rpartition("/")[2]


def _text(award: Award) -> str:
    return f"{award.kind} {_both(award.amount)}"


def _both(amount: Amount) -> tuple[object, object]:
    return amount.minimum, amount.maximum


def _exact(amount: Amount) -> str:
    """Write an exact amount in 元, as a recipe does."""
    figure = amount.minimum
    if not isinstance(figure, Fraction) or figure != amount.maximum:
        return "not exact"
    return "{}.{:02}元".format(*divmod(int(figure), 100))


def _figure(text: str) -> object:
    if text == "∞":
        return INFINITY
    unit = next(unit for unit in _UNITS if text.endswith(unit))
    return Fraction(text.removesuffix(unit)) * _UNITS[unit]


def _ends(text: str) -> tuple[object, object]:
    least, _, greatest = text.rpartition("..")
    return _figure(least or greatest), _figure(greatest)


def _figures(texts: Mapping[str, str]) -> dict[str, object]:
    return {name: _figure(text) for name, text in texts.items()}


def _all_ends(texts: Mapping[str, str]) -> dict[str, tuple[object, object]]:
    return {name: _ends(text) for name, text in texts.items()}
