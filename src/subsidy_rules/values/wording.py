"""Every sentence that `document` says about a file it refuses, in English and Chinese.

The reader's code names a saying (`"anchor"`); the sentence, its code in the registry and the remedy
stand here together, so that a translator reads one table and the reader stays short. A word in
braces is filled in by the reader, already quoted and bounded.

>>> SAYINGS["anchor"].code
'yaml-anchor'
"""

from __future__ import annotations

from typing import Final, NamedTuple

__all__ = ["SAYINGS", "YAML_REASONS", "Reason", "Saying"]


class Saying(NamedTuple):
    """A code, what is wrong and what to do."""

    code: str
    what: str
    what_zh: str
    remedy: str
    remedy_zh: str


class Reason(NamedTuple):
    """What to say when a YAML parser says `piece`: at the place it stopped, or where the thing opened."""

    piece: str
    reason: str
    reason_zh: str
    remedy: str
    remedy_zh: str
    opening: bool = False


_SPELL_OUT = ("write the value out where it is needed", "请在使用处把内容完整写出")
_SPLIT = ("split it into smaller files", "请拆分为较小的文件")
_UTF8 = (
    "save the file as UTF-8 without a byte order mark (files of Windows programs are often GBK or UTF-16)",
    "请另存为不带 BOM 的 UTF-8（Windows 程序常存为 GBK 或 UTF-16）",
)

SAYINGS: Final[dict[str, Saying]] = {
    "unreadable": Saying(
        "unreadable",
        "the file cannot be read: {reason}",
        "无法读取文件：{reason}",
        "check the path and its permissions",
        "请检查路径和权限",
    ),
    "too many bytes": Saying("too-large", "the text is over {limit} bytes", "文本超过 {limit} 字节", *_SPLIT),
    "too many nodes": Saying("too-large", "the text holds over {limit} values", "内容超过 {limit} 项", *_SPLIT),
    "long scalar": Saying(
        "too-large",
        "this text is {length} characters long; the limit is {limit}",
        "此处文本长 {length} 个字符，上限为 {limit}",
        "shorten it",
        "请缩短",
    ),
    "long number": Saying(
        "too-large",
        "this number has thousands of digits",
        "此数有数千位",
        "no amount, rate or count is that long; check where it comes from",
        "金额、比例、数量都不会这么长，请检查来源",
    ),
    "too deep": Saying(
        "too-deep",
        "the nesting is over {limit} levels deep here",
        "此处嵌套超过 {limit} 层",
        "flatten the file; from Python, check that no list contains itself",
        "请减少嵌套；若来自 Python，请检查是否有列表包含自身",
    ),
    "bom": Saying(
        "bad-encoding",
        "the file begins with a byte order mark",
        "文件以字节顺序标记（BOM）开头",
        *_UTF8,
    ),
    "not utf-8": Saying("bad-encoding", "this is not UTF-8", "此处不是 UTF-8 编码", *_UTF8),
    "hidden": Saying(
        "not-text",
        "the character {char} stands here and cannot be seen",
        "此处有不可见字符 {char}",
        "delete it",
        "请删除",
    ),
    "tab": Saying(
        "yaml-syntax",
        "a tab is used to indent",
        "缩进使用了制表符",
        "indent with spaces",
        "请用空格缩进",
    ),
    "yaml": Saying(
        "yaml-syntax", "this is not YAML: {reason}", "不是合法的 YAML：{reason_zh}", "{remedy}", "{remedy_zh}"
    ),
    "directive": Saying(
        "yaml-syntax",
        "a YAML directive (%…) is not read",
        "不支持 YAML 指令（%…）",
        "delete the line",
        "请删除该行",
    ),
    "second document": Saying(
        "yaml-syntax",
        "a second document begins here",
        "此处开始了第二个文档",
        "keep one document in a file: put the rest into a file of its own, or delete the ---",
        "一个文件只放一个文档：请另存其余部分，或删除 ---",
    ),
    "anchor": Saying("yaml-anchor", "the anchor &{name} is not read", "不支持锚点 &{name}", *_SPELL_OUT),
    "alias": Saying(
        "yaml-alias",
        "the alias *{name} is not read",
        "不支持别名 *{name}",
        "write the value out where it is needed, or quote a text that begins with *",
        "请在使用处把内容完整写出；若文本以 * 开头，请加引号",
    ),
    "tag": Saying(
        "yaml-tag",
        "the tag {name} is not read",
        "不支持标签 {name}",
        "delete it: every value is text; or quote a text that begins with !",
        "请删除：所有值都是文本；若文本以 ! 开头，请加引号",
    ),
    "merge": Saying("unknown-key", "the merge key << is not read", "不支持合并键 <<", *_SPELL_OUT),
    "key": Saying(
        "wrong-type",
        "a key must be text; this is {got}",
        "键必须是文本，此处是{got_zh}",
        "write a word",
        "请写成文字",
    ),
    "duplicate": Saying(
        "duplicate-key",
        "the key {key} stands here and on line {line}",
        "键 {key} 在此处与第 {line} 行重复",
        "delete one of the two",
        "请删去其中一个",
    ),
    "empty file": Saying("wrong-type", "the text is empty", "文本是空的", "write the content", "请写入内容"),
    "empty": Saying(
        "wrong-type",
        "an empty value",
        "空值",
        "write the value; leave the key out if it is not known, [] for an empty list, '' for an empty text",
        "请填写；未知则整项不写，空列表写 []，空文本写 ''",
    ),
    "json": Saying(
        "json-syntax",
        "this is not JSON: {expected} should stand here",
        "不是合法的 JSON：此处应为{expected_zh}",
        "mend it: a text that begins with {{ or [ is read as JSON; YAML is written in lines, 'key: value'",
        "请改正：以 {{ 或 [ 开头的文本按 JSON 读取；YAML 请逐行写成“键: 值”",
    ),
    "not finite": Saying(
        "bad-number",
        "{got} is not a number",
        "{got} 不是数",
        "write the figure, or leave the key out",
        "请写出数值，或整项不写",
    ),
    "float": Saying(
        "not-text",
        "floats are not exact",
        "浮点数不精确",
        "write text with a unit, such as '12.5万元' or '15%'; a count may be an int",
        "请写带单位的文本，如“12.5万元”“15%”；个数可用 int",
    ),
    "time of day": Saying(
        "bad-date",
        "a datetime is not a date",
        "datetime 不是日期",
        "pass its .date(), taken in China's time zone",
        "请按北京时间取 .date()",
    ),
    "type": Saying(
        "wrong-type",
        "a value of type {got} is not read",
        "不支持 {got} 类型的值",
        "use dict, list, tuple, str, bool, int, Decimal or date",
        "请用 dict、list、tuple、str、bool、int、Decimal 或 date",
    ),
}

YAML_REASONS: Final[tuple[Reason, ...]] = (
    Reason(
        "mapping values are not allowed",
        "a ':' that cannot begin a value",
        "此处的“:”不能开始一个值",
        "quote a text that has ': ' in it, and check the indentation",
        "含“: ”的文本请加引号，并检查缩进",
    ),
    Reason(
        "could not find expected ':'",
        "a line without ':'",
        "此行缺少“:”",
        "write 'key: value', and close every quote",
        "请写成“键: 值”，并检查引号是否成对",
        opening=True,
    ),
    Reason(
        "cannot start any token",
        "a character that cannot begin a text",
        "此字符不能作为文本的开头",
        "quote the text",
        "请给文本加引号",
    ),
    Reason(
        "unexpected end of stream",
        "a quote that is never closed",
        "引号没有闭合",
        "close the quote",
        "请补上引号",
        opening=True,
    ),
    Reason(
        "escape",
        "a backslash that means nothing",
        "反斜杠用法无效",
        "use single quotes, in which a backslash is a backslash",
        "请用单引号，其中反斜杠就是反斜杠",
    ),
    Reason(
        "",
        "this does not fit the lines above",
        "与上文不相接",
        "check the indentation, and that quotes and brackets are closed",
        "请检查缩进、引号和括号",
    ),
)
"""The first that matches is used; the last matches all."""
