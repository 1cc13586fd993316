"""What goes wrong, and how it is said.

The tree, drawn once::

    SubsidyRulesError
    ├── InputError        a file or a dictionary is wrong; carries every problem found in it
    │   ├── RuleError     … a rule pack or a guide
    │   └── CaseError     … a case
    └── UsageError        a call is wrong (also a ValueError): fix the program, not the data

Wrong data is collected and wrong calls raise at once. A reader of a file therefore never stops
at the first mistake it could step over: it gathers `Problem` values and raises one `InputError`
with all of them. A problem answers four questions, always in this order: where, what stands
there, what is wrong with it, what to do. It says them in English and in Chinese.

>>> problem = Problem(
...     code="unknown-key", place=Place("case.yaml", 3, 5), path="projects[0].amuont",
...     excerpt="    amuont: 300万元",
...     what="'amuont' is not a key of a project", what_zh="项目没有“amuont”这一项",
...     remedy="did you mean 'amount'?", remedy_zh="是否应为“amount”？",
... )
>>> print(problem)
case.yaml:3:5: unknown-key: 'amuont' is not a key of a project
        amuont: 300万元
        ^
  did you mean 'amount'?

The codes are a closed list, `CODES`, in which each has its meaning and what to do about it: the error
page of the documentation has one entry for each, and a problem with any other code cannot be made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from types import MappingProxyType, UnionType
from typing import TYPE_CHECKING, Final, Literal, NamedTuple
from unicodedata import east_asian_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "CODES",
    "HIDDEN",
    "WARNINGS",
    "CaseError",
    "Code",
    "InputError",
    "Lang",
    "Place",
    "Problem",
    "RuleError",
    "SubsidyRulesError",
    "UsageError",
    "brief",
    "check_lang",
    "expect",
    "path_to",
    "shown",
    "suggest",
]

Lang = Literal["en", "zh"]


class Code(NamedTuple):
    """An entry of the registry: what a code means, and what to do where a problem has no remedy of its own."""

    meaning: str
    meaning_zh: str
    remedy: str
    remedy_zh: str


CODES: Final[Mapping[str, Code]] = MappingProxyType(
    {
        "bad-clause": Code(
            "a clause does not hold together",
            "条款的各部分不相符",
            "give a sentence exactly what the language asks of its form",
            "请按语言对该类条款的要求书写",
        ),
        "bad-count": Code(
            "a count is not a whole number written in ASCII digits",
            "数量不是用半角数字写的整数",
            "write a whole number, zero or more: 3",
            "请写不小于零的整数，如 3",
        ),
        "bad-date": Code(
            "a date is not a day of the calendar written YYYY-MM-DD",
            "日期不是按 YYYY-MM-DD 书写的日历日",
            "write the day as 2025-09-01",
            "请写成 2025-09-01",
        ),
        "bad-encoding": Code(
            "the file is not UTF-8 without a byte order mark",
            "文件不是不带 BOM 的 UTF-8",
            "save the file as UTF-8 without a byte order mark",
            "请另存为不带 BOM 的 UTF-8",
        ),
        "bad-expression": Code(
            "a condition or an expression does not parse",
            "条件或算式不合语法",
            "write it as the page on the language shows",
            "请按语言说明书写",
        ),
        "bad-fact": Code(
            "a declared thing, fact or unit does not hold together",
            "声明的清单、事实或单位不相符",
            "declare it as the page on the language shows",
            "请按语言说明声明",
        ),
        "bad-money": Code(
            "an amount is not ASCII digits with a unit of money",
            "金额不是半角数字加货币单位",
            "write plain digits and a unit: 2800万元, 67198148.55元",
            "请写半角数字加单位，如 2800万元、67198148.55元",
        ),
        "bad-number": Code(
            "a number is not written in plain ASCII digits",
            "数不是用半角数字写的",
            "write plain digits: no exponent, no separator, no sign but '-'",
            "请写半角数字，不用指数、分隔符，符号只用“-”",
        ),
        "bad-parameter": Code(
            "an open parameter is declared or filled wrongly",
            "待定参数的声明或填写有误",
            "let the parameter, the step that uses it and the guide agree in type and keys",
            "参数、使用它的步骤和细则的类型与键应一致",
        ),
        "bad-ratio": Code(
            "a rate is not a percentage, a permille, a ratio or a fraction",
            "比例不是百分数、千分数或比值",
            "write 15%, 5‰ or 1:0.5",
            "请写 15%、5‰ 或 1:0.5",
        ),
        "bad-reference": Code(
            "an id points at nothing, or at something of another kind",
            "编号没有对应的对象，或对象类型不符",
            "write the id of a thing in the same case, or leave the reference out",
            "请写本案例中已有的编号，或不写此引用",
        ),
        "bad-rounding": Code(
            "a rounding rule contradicts itself",
            "取整规则自相矛盾",
            "write a mode only where the policy states one (stated: true)",
            "只有政策规定了取整方式才写mode（stated: true）",
        ),
        "bad-sheet": Code(
            "a file of tables holds what cannot be read safely and exactly",
            "表格文件中有不能安全、准确读取的内容",
            "save the values alone as a new file: no macros, no links to other files, no formulas without results",
            "请把数值另存为新文件：不带宏、不链接其他文件、公式都有计算结果",
        ),
        "bad-step": Code(
            "a step of an award is not one that the language has",
            "奖补步骤不是语言中的步骤",
            "write one word of the language in each step",
            "每个步骤写一个语言用词",
        ),
        "bad-table": Code(
            "a table has a gap, an overlap or a row of the wrong shape",
            "表有缺口、重叠或形式不对的行",
            "give each row one member for each key, and a value",
            "每行应为每个键写一个取值，并写出数值",
        ),
        "bad-uscc": Code(
            "a unified social credit code does not fit its check character",
            "统一社会信用代码与校验码不符",
            "copy the 18 characters from the licence again",
            "请对照营业执照重新抄录18位代码",
        ),
        "bad-version": Code(
            "the version of the language or of the schema is not one that is read",
            "语言或格式的版本不受支持",
            "write version 1, or use a library that reads the other",
            "请写版本 1，或改用支持该版本的库",
        ),
        "both-names": Code(
            "one fact is given under its name and under its label",
            "同一事实同时用两个名称给出",
            "keep one",
            "保留一个",
        ),
        "bound-wording": Code(
            "a warning: the words of a bound and the step do not agree",
            "警告：限额措辞与步骤不一致",
            "let 不超过, 最高, up to be a cap, an at_most or {at_most: …}, and quote these words beside one",
            "不超过、最高等限额措辞写作cap、at_most或{at_most: …}，这些步骤也应引用限额措辞",
        ),
        "branch-gap": Code(
            "a warning: a value between two branches (rows, steps, table rows) falls in none",
            "警告：两个分支（行、步骤、表的行）之间有数值不落入任何一个",
            "let one begin where the other ends, with >= on one side; a gap of the text is a row of its own",
            "各分支首尾相接，一侧写>=；条文确有的空档也写成一行",
        ),
        "branch-overlap": Code(
            "a warning: a case falls in two branches of which one was meant",
            "警告：同一情形落入两个分支，而应只有一个",
            "write both ends of each, and 'not' where one goes before the other",
            "写出每个分支的上下限；有先后的，用not排除",
        ),
        "circular": Code(
            "a definition rests on itself",
            "定义循环引用",
            "write one of them out without the other",
            "请将其中一个改为不引用另一个",
        ),
        "coarse-rounding": Code(
            "a warning: a printed sum is no multiple of the unit that awards are rounded to",
            "警告：条文的金额不是取整单位的整数倍",
            "write the unit that the policy states, or 分",
            "请写政策规定的取整单位，没有规定的写分",
        ),
        "conflicting-exceptions": Code(
            "a warning: two exceptions to one step can hold together",
            "警告：同一步骤的两项例外可能同时成立",
            "let the conditions of one leave the other out, as the text orders them",
            "按条文的先后，在其中一项的条件中排除另一项",
        ),
        "contradictory-dates": Code(
            "two dates cannot both be true",
            "两个日期不能同时成立",
            "correct one of the two dates",
            "请更正其中一个日期",
        ),
        "contradictory-range": Code(
            "a range ends before it begins",
            "区间的上限低于下限",
            "write the lower end as min and the upper end as max",
            "min 写下限，max 写上限",
        ),
        "dead-reading": Code(
            "an option of a reading changes nothing",
            "解读的某一选项没有作用",
            "let a condition tell the options apart, or delete the option; if none is left, write a note",
            "请用条件区分各选项，或删去该选项；若无可选，改写为note",
        ),
        "duplicate-id": Code(
            "two things have one id",
            "两个对象使用同一编号",
            "give each thing an id of its own",
            "请为每个对象使用不同的编号",
        ),
        "duplicate-key": Code(
            "one mapping has a key twice",
            "同一映射中键重复",
            "delete one of the two",
            "请删去其中一个",
        ),
        "edge-wording": Code(
            "a warning: a condition and its words differ on the number itself",
            "警告：条件与原文在是否包括本数上不一致",
            "write >= or <= where the words include the number (以上, 不少于), > or < where they don't (超过)",
            "原文含本数的（以上、以下、不少于）写>=、<=，不含本数的（超过、不满）写>、<",
        ),
        "ended-window": Code(
            "a warning: the window of a policy ends before the day that is asked about",
            "警告：政策有效期在所问日期之前届满",
            "look for the text that extends or replaces the policy",
            "请查找延期或替代该政策的文件",
        ),
        "guide-conflict": Code(
            "two guides fill one parameter, or a guide contradicts the text",
            "两个细则填写同一参数，或细则与条文矛盾",
            "fill only what the policies leave open; a figure of the text changes by a reform, not by a guide",
            "细则只填待定参数；条文已有的数值须通过修订改变",
        ),
        "json-syntax": Code(
            "a text that begins as JSON is not JSON",
            "以 JSON 开头的文本不是 JSON",
            "mend the JSON",
            "请改正 JSON",
        ),
        "missing-key": Code(
            "a key that must be there is not",
            "缺少必须填写的键",
            "write the key",
            "请写上该键",
        ),
        "missing-quote": Code(
            "a quote is absent, or does not stand in the official text",
            "缺少引文，或引文不在正式文本中",
            "copy the words of the official text",
            "请照录正式文本的原文",
        ),
        "negative": Code(
            "a quantity that cannot be negative is",
            "不能为负的数为负",
            "write zero or more; check the sign",
            "请写不小于零的数，并检查符号",
        ),
        "not-text": Code(
            "a value is not text: a binary float, or text with hidden characters",
            "取值不是文本：二进制浮点数，或含不可见字符",
            "write visible text",
            "请写可见的文本",
        ),
        "not-whole-fen": Code(
            "an amount of money is not a whole number of fen",
            "金额不是整分",
            "write the amount as it was paid, to the fen at most",
            "请按实际金额书写，最多精确到分",
        ),
        "out-of-domain": Code(
            "a figure is outside the domain that a policy declares for it",
            "数值超出政策为其声明的范围",
            "check the figure and its unit",
            "请检查数值和单位",
        ),
        "part-exceeds-whole": Code(
            "a part is larger than the whole that it belongs to",
            "部分大于所属的总额",
            "check the unit (元 or 万元) of the whole and of its parts",
            "请检查总额与各部分的单位（元、万元）",
        ),
        "suspect-amount": Code(
            "a warning: the basis of an award is under 10,000 yuan or over 100 billion yuan",
            "警告：计算基数低于1万元或高于1000亿元",
            "check the unit; if the figure is right, nothing needs to be done",
            "请检查单位；若数值无误，不必处理",
        ),
        "suspect-unit": Code(
            "a warning: a part and its whole differ by exactly 10,000",
            "警告：部分与总额恰相差一万倍",
            "one of the two may be in 元 for 万元; if both are right, nothing needs to be done",
            "其中之一可能把万元写成了元；若都无误，不必处理",
        ),
        "tier-gap": Code(
            "a figure between two bands falls in neither",
            "两档之间的数额不属于任何一档",
            "let one band include the edge, or write the band between, with 'gives: none' where nothing is given",
            "请让其中一档包含该界点，或写出中间的一档；条文不给予的写gives: none",
        ),
        "tier-overlap": Code(
            "a figure falls in two bands",
            "数额同时落入两档",
            "end one band where the next begins: 'from' and 'to' include the edge, 'over' and 'below' don't",
            "请让各档首尾相接：from、to含本数，over、below不含本数",
        ),
        "too-deep": Code(
            "the nesting is deeper than any real file's",
            "嵌套过深",
            "flatten it",
            "请减少嵌套",
        ),
        "too-large": Code(
            "a file, a text or a number is larger than any real one",
            "文件、文本或数过大",
            "shorten or split it",
            "请缩短或拆分",
        ),
        "unequal-lists": Code(
            "a warning: the lists that 分别 matches are not of one length",
            "警告：“分别”所对应的各列长度不一",
            "compare the quote with the official text; where it is so printed, say in a note how 分别 matches them",
            "请与正式文本核对；原文如此的，在notes中写明“分别”如何对应",
        ),
        "unknown-key": Code(
            "a mapping has a key that means nothing here",
            "映射中有此处无意义的键",
            "delete the key, or write the one that is meant",
            "请删去该键，或改为所指的键",
        ),
        "unknown-member": Code(
            "a value is not one of the declared ones",
            "取值不在已声明的取值之中",
            "write one of the declared values, or declare it",
            "请写已声明的取值，或先声明",
        ),
        "unknown-name": Code(
            "a name is not that of a fact, a clause or a list",
            "名称不是已有的事实、条款或清单",
            "write a name that is declared, or declare it",
            "请写已声明的名称，或先声明",
        ),
        "unknown-unit": Code(
            "a unit is not one that this quantity has",
            "单位不属于该类数量",
            "write the unit: 元, 万元, 亿元 or 分",
            "请写单位：元、万元、亿元、分",
        ),
        "unprinted-figure": Code(
            "a warning: a rule uses a figure that its quote does not print",
            "警告：规则使用了所引原文没有的数",
            "quote the words that print it, or say in a note of the clause, with the figure, where it comes from",
            "引用写有该数的原文，或在条款的notes中写出该数及其出处",
        ),
        "unreachable": Code(
            "a warning: no case can reach a branch, a row, an exception or an award",
            "警告：没有案例能达到的分支、行、例外或奖补",
            "correct the condition, or delete what it guards",
            "请改正条件，或删去其所限定的内容",
        ),
        "unread-fact": Code(
            "a fact is declared and no clause reads it",
            "声明的事实没有条文使用",
            "use it in a clause, or delete it",
            "请在条文中使用，或删去",
        ),
        "unread-name": Code(
            "a definition or a list is declared and nothing uses it",
            "声明的定义或清单没有条文使用",
            "use it in a condition, or delete it",
            "请在条件中使用，或删去",
        ),
        "unread-reading": Code(
            "a reading is declared and no clause reads it",
            "声明的解读没有条文使用",
            "use it in a condition, or delete it; an ambiguity that switches nothing is a note",
            "请在条件中使用，或删去；不改变结果的歧义写作note",
        ),
        "unreadable": Code(
            "the file cannot be opened",
            "文件无法打开",
            "check the path and its permissions",
            "请检查路径和权限",
        ),
        "unused-figure": Code(
            "a warning: a sentence prints a figure that nothing of its clause uses",
            "警告：原文写有条款没有使用的数",
            "use it, or say in a note of the clause, with the figure, why it moves no amount",
            "请使用该数，或在条款的notes中写出该数，说明其不影响金额的理由",
        ),
        "version-conflict": Code(
            "the versions of a policy, or the amendments of a sentence, do not fit together",
            "政策的各版本或者条款的变更不一致",
            "on every day exactly one version is in force; say what a later document changed, and from when",
            "任何一天应恰有一个有效版本；写明后续文件改变了什么、自何日起",
        ),
        "wrong-type": Code(
            "a value has the wrong shape: empty, a list for a text, and the like",
            "取值的形式不对：为空、以列表代替文本等",
            "write the value in the shape that is asked for",
            "请按所要求的形式填写",
        ),
        "yaml-alias": Code(
            "a YAML alias",
            "YAML 别名",
            "write the value out where it is needed",
            "请在使用处把内容完整写出",
        ),
        "yaml-anchor": Code(
            "a YAML anchor",
            "YAML 锚点",
            "write the value out where it is needed",
            "请在使用处把内容完整写出",
        ),
        "yaml-syntax": Code(
            "the text is not YAML",
            "文本不是 YAML",
            "check indentation, quotes and brackets",
            "请检查缩进、引号和括号",
        ),
        "yaml-tag": Code(
            "a YAML tag",
            "YAML 标签",
            "delete it: every value is text",
            "请删除：所有值都是文本",
        ),
    }
)

WARNINGS: Final = frozenset(
    {
        "bound-wording",
        "branch-gap",
        "branch-overlap",
        "coarse-rounding",
        "conflicting-exceptions",
        "edge-wording",
        "ended-window",
        "suspect-amount",
        "suspect-unit",
        "unequal-lists",
        "unprinted-figure",
        "unreachable",
        "unused-figure",
    }
)
"""The codes that warn: they say that something is unlikely, and nothing is refused because of them."""

HIDDEN: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
"""Characters that a reader of the file cannot see: controls, marks of direction, lone surrogates."""

_EXCERPT: Final = 200
_SENTENCE: Final = 400
_WORD: Final = 64
_OPTIONS: Final = 1000


class SubsidyRulesError(Exception):
    """The root: everything this library raises on purpose."""


class UsageError(SubsidyRulesError, ValueError):
    """The call is wrong, whatever the data."""


@dataclass(frozen=True, slots=True)
class Place:
    """A point in a file, counted from 1. Line 0 is a value that came from Python, not from text."""

    file: str
    line: int = 0
    col: int = 0

    def __str__(self) -> str:
        """`file:line:col`, which editors and terminals turn into a link."""
        return f"{self.file}:{self.line}:{self.col}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where it is, the line it stands in, what is wrong, what to do.

    `excerpt` is given as the whole line; it is kept to 200 characters around the column, with
    hidden characters shown as `·`, and `caret` is the place (from 0) of the column in what is kept.
    What is said of it is one line as well, however long the names are that it quotes.
    """

    code: str
    place: Place
    path: str
    excerpt: str
    what: str
    what_zh: str
    remedy: str
    remedy_zh: str
    caret: int = -1

    def __post_init__(self) -> None:
        """Refuse a code outside the registry; bound the excerpt and the sentences."""
        if self.code not in CODES:
            msg = f"{shown(self.code)} is not one of the codes in subsidy_rules.errors.CODES"
            raise UsageError(msg)
        for name in ("what", "what_zh", "remedy", "remedy_zh"):
            object.__setattr__(self, name, _one_line(getattr(self, name)))
        if self.caret < 0:
            excerpt, caret = _clip(self.excerpt, max(self.place.col - 1, 0))
            object.__setattr__(self, "excerpt", excerpt)
            object.__setattr__(self, "caret", caret)

    def __str__(self) -> str:
        """Return the problem in English."""
        return self.render("en")

    def render(self, lang: Lang = "en") -> str:
        """Where, excerpt, what, what to do: in English (`en`) or Chinese (`zh`)."""
        check_lang(lang)
        what, remedy = (self.what_zh, self.remedy_zh) if lang == "zh" else (self.what, self.remedy)
        path = self.path if self.place.line == 0 else ""
        kind = "" if self.code not in WARNINGS else "警告" if lang == "zh" else "warning"
        lines = [": ".join(part for part in (str(self.place), path, kind, self.code, what) if part)]
        if self.excerpt:
            indent = sum(2 if east_asian_width(char) in "WF" else 1 for char in self.excerpt[: self.caret])
            lines += [f"    {self.excerpt}", " " * (4 + indent) + "^"]
        if remedy:
            lines.append(f"  {remedy}")
        return "\n".join(lines)


class InputError(SubsidyRulesError):
    """The data is wrong. `problems` has everything that was found, in the order it was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Carry at least one problem."""
        self.problems: tuple[Problem, ...] = tuple(problems)
        if not self.problems:
            msg = "an InputError needs at least one problem"
            raise UsageError(msg)
        super().__init__(self.problems)

    def __str__(self) -> str:
        """Return all problems in English."""
        return self.render("en")

    def render(self, lang: Lang = "en") -> str:
        """All problems, one under the other, in English (`en`) or Chinese (`zh`)."""
        return "\n".join(problem.render(lang) for problem in self.problems)


class RuleError(InputError):
    """A rule pack or a guide is wrong."""


class CaseError(InputError):
    """A case is wrong."""


def brief(word: str) -> str:
    """Keep a word from a file to one line of 64 characters, with hidden ones shown as `·`."""
    return _visible(word if len(word) <= _WORD else word[: _WORD - 1] + "…")


def shown(word: str) -> str:
    """Put a word from a file into a message: `brief`, and quoted.

    >>> shown("amuont"), shown("x" * 100) == f"'{'x' * 63}…'"
    ("'amuont'", True)
    """
    return f"'{brief(word)}'"


def path_to(path: str, step: str | int) -> str:
    """Write the path of a child.

    >>> path_to(path_to(path_to("", "projects"), 0), "costs")
    'projects[0].costs'
    """
    if isinstance(step, int):
        return f"{path}[{step}]"
    return f"{path}.{brief(step)}" if path else brief(step)


def suggest(word: str, options: Iterable[str], labels: Mapping[str, str] | None = None) -> str | None:
    """Find the option that was most likely meant, by its name or by its (Chinese) label.

    A word of over 64 characters is nobody's slip of the finger and is not compared; nor is a word
    compared with more than a thousand names.

    >>> suggest("equipmnet", ["equipment", "civil"], {"civil": "土建工程"})
    'equipment'
    >>> suggest("土建工成", ["equipment", "civil"], {"civil": "土建工程"})
    'civil'
    """
    if len(word) > _WORD:
        return None
    names: dict[str, str] = {}
    for option in islice(options, _OPTIONS):
        for name in (option, (labels or {}).get(option, option)):
            if len(name) <= _WORD:
                names.setdefault(name.casefold(), option)
    near = get_close_matches(word.casefold(), names, n=1)
    return names[near[0]] if near else None


def expect(given: object, kind: type | UnionType, said: str) -> None:
    """Refuse an argument of another type, at the call and by its name.

    `said` is what the argument is. Raises `UsageError`.

    >>> expect(["A5"], dict, "readings is a mapping of a reading's id to an option")
    Traceback (most recent call last):
    subsidy_rules.errors.UsageError: readings is a mapping of a reading's id to an option, not list
    """
    if not isinstance(given, kind):
        msg = f"{said}, not {type(given).__name__}"
        raise UsageError(msg)


def _one_line(sentence: str) -> str:
    """Keep a sentence to one line of 400 characters; what is quoted in its middle is cut, not what is said of it."""
    if len(sentence) > _SENTENCE:
        sentence = f"{sentence[: _SENTENCE // 2 - 1]}…{sentence[-_SENTENCE // 2 :]}"
    return _visible(sentence)


def _visible(text: str) -> str:
    return text if text.isprintable() else HIDDEN.sub("·", text).replace("\n", "·").replace("\t", "·")


def _clip(line: str, caret: int) -> tuple[str, int]:
    caret = min(caret, len(line))
    if len(line) > _EXCERPT:
        start = max(0, min(caret - _EXCERPT // 2, len(line) - _EXCERPT))
        end = start + _EXCERPT
        left, right = "…" if start else "", "…" if end < len(line) else ""
        line = left + line[start + len(left) : end - len(right)] + right
        caret -= start
    return HIDDEN.sub("·", line).replace("\n", "·").replace("\t", " "), caret


def check_lang(lang: str) -> None:
    """Refuse a language in which nothing is said. Raises `UsageError`, which names those that there are."""
    if lang not in ("en", "zh"):
        msg = f"lang is {shown(lang)}; it can be 'en' or 'zh'"
        raise UsageError(msg)
