"""`certify`: a result is read alone, and each proof in it holds or is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.serve.test_cli import EXAMPLE, run

if TYPE_CHECKING:
    from pathlib import Path

HIGHER = [f"--reading=xian_{number}/unstated_cumulation=higher_of" for number in (30, 31)]


@pytest.fixture(scope="module")
def told() -> str:
    return run("evaluate", EXAMPLE, *HIGHER, "--format", "json").out


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "3 组相互重叠的奖补，1 份证明: 全部成立"), ("en", "groups 3, proofs 1: all hold")]
)
def test_the_proofs_of_a_result_hold(tmp_path: Path, told: str, lang: str, said: str) -> None:
    path = tmp_path / "result.json"
    path.write_text(told, encoding="utf-8")
    ran = run("certify", str(path), "--lang", lang)
    assert (ran.code, ran.out.strip()) == (0, said)


def test_a_result_of_which_a_figure_was_changed_is_told(tmp_path: Path, told: str) -> None:
    changed = json.loads(told)
    proof = next(proof for group in changed["cumulation"] for proof in group["choice"]["proofs"])
    proof["worth"] = "1.00"
    path = tmp_path / "result.json"
    path.write_text(json.dumps(changed), encoding="utf-8")
    for lang, said in (("zh", "合计不等于入选各项"), ("en", "the worth is not what the chosen awards come to")):
        ran = run("certify", str(path), "--lang", lang)
        assert ran.code == 1
        assert said in ran.out
        assert "proofs" not in ran.out


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("", "不是 JSON：第 1 行第 1 列", "is not JSON, line 1 column 1"),
        ("[" * 200_000, "嵌套过深", "it nests too deep"),
        (f'{{"cumulation": {"9" * 5000}}}', "过长的数字", "a number that is too long"),
        ('{"total": "1.00", "total": "2.00"}', "中键“total”出现两次", "has the key 'total' twice"),
        ('{"total": NaN}', "“NaN”不是数", "has the word 'NaN', which is no figure"),
        ("[]", "这不是带有选择证明的结果", "this is no result with certificates"),
        ('{"awards": [], "undecided": [], "cumulation": [{}]}', "这不是带有选择证明的结果", "this is no result"),
        ("合计", "不是 UTF-8 编码", "it is not UTF-8"),
        (None, "没有结果文件", "no result at"),
    ],
)
def test_what_is_no_result_is_refused(tmp_path: Path, text: str | None, zh: str, en: str) -> None:
    path = tmp_path / "result.json"
    if text is not None:
        path.write_bytes(text.encode("gbk"))
    for lang, said in (("zh", zh), ("en", en)):
        ran = run("certify", str(path), "--lang", lang)
        assert ran.code == 2
        assert said in ran.err
