"""The command of who checks a result without the case: `certify` verifies the proofs of what was chosen among awards.

subsidy-rules evaluate case.yaml --format json > result.json
subsidy-rules certify result.json
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from subsidy_rules.audit.result_file import read_result
from subsidy_rules.errors import UsageError
from subsidy_rules.serve.cli import Lang, Language, app, reported, write

FAILED: Final = 1
WRONG: Final = {
    "lawful": (
        "入选的奖补互相排斥，或漏掉了没有被排斥的",
        "chosen awards exclude each other, or one is left out for nothing",
    ),
    "lost": ("未入选的奖补没有写对被哪一项排斥", "what an award lost to is not what excludes it"),
    "worth": ("合计不等于入选各项在上限内的数额", "the worth is not what the chosen awards come to under the ceilings"),
    "bound": ("上界没有得到证明", "the bound is not what the branches prove"),
    "gross": ("所用数额超过该项奖补", "a figure is more than the award comes to"),
    "decided": ("上界高于合计，却写成已确定", "the bound is above the worth, and yet it is called decided"),
}


@app.command()
def certify(
    result: Annotated[str, typer.Argument(metavar="RESULT", help="A result in JSON, as evaluate writes it.")],
    lang: Language = Lang.zh,
) -> None:
    """Verify the proofs of which awards are paid where not all may be, from the result alone.

    No case, no policy and no search is needed: each proof is held against the figures and the rules that it names.
    Exit code 1 where one does not hold.
    """
    with reported(lang):
        from subsidy_rules.award.choice import check_choices, count_proofs

        told = _read(result)
        wrong = check_choices(told)
        for one in wrong:
            awards, _, what = one.rpartition(": ")
            write(f"{awards}: {WRONG[what][lang is Lang.en]}\n")
        groups, proofs = count_proofs(told)
        held = f"{groups} 组相互重叠的奖补，{proofs} 份证明" if lang is Lang.zh else f"groups {groups}, proofs {proofs}"
        if wrong:
            raise typer.Exit(FAILED)
        write(f"{held}: 全部成立\n" if lang is Lang.zh else f"{held}: all hold\n")


def _read(path: str) -> dict[str, object]:
    if not Path(path).is_file():
        raise UsageError(f"no result at '{path}'")
    told = read_result(path)
    if not isinstance(told, dict):
        raise UsageError("this is no result with certificates: no mapping")
    return told
