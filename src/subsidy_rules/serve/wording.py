"""What is wrong with a call, in Chinese: the library says it in English, to programmers, and the command to clerks."""

from __future__ import annotations

import re
from typing import Final

from subsidy_rules.errors import UsageError

_CALLS: Final = tuple(
    (re.compile(pattern, re.DOTALL), said)
    for pattern, said in (
        (r"--readings can be 'all', not '(.*)'", "--readings 只能写 all，不能写“{}”"),
        (r"--reading is ID=OPTION, not '(.*)'", "--reading 应写成 编号=选项，不能写“{}”"),
        (r"no rule file at '(.*)'", "“{}”没有规则文件"),
        (r"the rule packs are not installed beside the library", "没有随库安装规则文件"),
        (r"no clause '(.*)' in the loaded policies", "已加载的政策没有条款“{}”"),
        (r"no policy '(.*)'; loaded: (.*)", "没有政策“{}”；已加载：{}"),
        (r"two policies have the id '(.*)'", "两项政策使用同一编号“{}”"),
        (r"(.*) declares (.*) as (.*); another policy as (.*)", "{} 声明 {} 的类型是 {}，另一项政策声明的是 {}"),
        (r"(.*) declares '(.*)' of (.*) unlike another policy", "{} 声明的“{}”（{}）与另一项政策不同"),
        (r"(.*) declares '(.*)' \(list (.*)\) unlike another policy", "{} 声明的“{}”（清单 {}）与另一项政策不同"),
        (r"(.*) declares the unit '(.*)' unlike another policy", "{} 声明的单位“{}”与另一项政策不同"),
        (r"(.*) declares (.*) unlike another policy \((.*)\)", "{} 声明的 {} 与另一项政策不同（{}）"),
        (r"(.*) counts in (.*) with other units than another policy", "{} 的货币 {} 的单位与另一项政策不同"),
        (r"two policies declare '(.*)' of (.*) as two different facts", "两项政策用“{}”声明 {} 的两个不同事实"),
        (r"policies of several currencies are not evaluated together: (.*)", "不同货币的政策不能一并计算：{}"),
        (r"lang is '(.*)'; it can be 'en' or 'zh'", "语言“{}”不可用；可用：en、zh"),
        (r"no reading '(.*)'", "没有解读“{}”"),
        (r"reading '(.*?)' is not unique: (.*)", "解读“{}”不唯一，请写全编号：{}"),
        (r"reading '(.*?)' is unknown: (.*)", "没有解读“{}”；可用：{}"),
        (r"reading '(.*?)' has no option '(.*?)': (.*)", "解读“{}”没有选项“{}”；可用：{}"),
        (r"only the schema of a case depends on policies", "只有案例的模式与政策有关"),
        (r"no schema of '(.*)'; there are: (.*)", "没有“{}”的模式；可用：{}"),
        (r"two guides fill '(.*)'", "两个细则填写同一参数“{}”"),
        (r"decision_date is given in the case and in the call, and they differ", "案例与命令给出的决定日期不同"),
        (r"decision_date: (.*)", "决定日期：{}"),
        (r"--as-of: (.*)", "--as-of：{}"),
        (r"'(.*)' is not a folder of texts", "“{}”不是存放原文的文件夹"),
        (r"'(.*)' is not UTF-8: (.*) at byte (.*)", "“{0}”不是 UTF-8（第 {2} 字节）"),
        (r"no list of digests at '(.*)': (.*)", "“{}”不是摘要清单：{}"),
        (r"'(.*)' line (.*) is not a digest and a file name, .*", "“{}”第 {} 行不是 sha256sum 格式的摘要和文件名"),
        (r"'(.*)' line (.*): '(.*)' stands there twice", "“{0}”第 {1} 行：“{2}”重复"),
        (r"no test file at '(.*)'", "“{}”没有测试文件"),
        (r"--out is for what --generate proposes", "--out 只用于 --generate"),
        (r"--generate goes with no (.*)", "--generate 不能与 --coverage、--fail-under、--junit、--mutate 同用"),
        (r"--generate takes one test file", "--generate 每次只能用于一个测试文件"),
        (r"'(.*)' is no JSON: (.*)", "“{}”不是 JSON：{}"),
        (r"no result at '(.*)'", "“{}”没有结果文件"),
        (r"this is no result with certificates: (.*)", "这不是带有选择证明的结果：{}"),
        (r"'(.*)' exists and is not written over", "“{}”已存在，不覆盖"),
        (r"'(.*)' is no unit of money: (.*)", "“{}”不是金额单位；可用：{}"),
        (r"no facts at '(.*)'", "“{}”没有事实"),
        (r"no case files in '(.*)'", "“{}”中没有案例文件"),
        (r"a sample has at least one line, not (.*)", "抽样至少一行，不能是{}"),
        (r"'(.*)' is no id of a policy: .*", "“{}”不能作政策编号：应为小写字母、数字和下划线，以字母开头"),
        (
            r"no pack of '(.*)' has the digest (.*), neither among those that ship or did nor in any other folder",
            "没有找到“{}”摘要为 {} 的规则文件：随库的和被取代的规则中都没有；请用 --rules 写明其文件夹",
        ),
        (
            r"no pack of '(.*)' has the digest (.*), neither among those that ship or did nor in (.*)",
            "没有找到“{}”摘要为 {} 的规则文件：随库的和被取代的规则以及 {} 中都没有",
        ),
        (r"no guide has the digest (.*); name its file or folder", "没有找到摘要为 {} 的细则；请写明其文件或文件夹"),
        (r"no case has the digest (.*); name its file or folder", "没有找到摘要为 {} 的案例；请写明其文件或文件夹"),
        (r"the case has the digest (.*), the result was made from (.*)", "案例的摘要是 {}，结果所用案例的摘要是 {}"),
        (r"no file or folder at '(.*)'", "“{}”没有文件或文件夹"),
        (r"'(.*)' is not JSON: (.*)", "“{}”不是 JSON：{}"),
        (r"'(.*)' is no result of the schema (.*)", "“{}”不是模式 {} 的结果"),
        (r"'(.*)' is no whole result: it has no '(.*)'", "“{}”不是完整的结果：缺少“{}”"),
        (r"'(.*)' of the result is no mapping", "结果的“{}”应为键值对"),
        (r"the rule file of '(.*)' is not known; load it with load_policies", "没有“{}”的规则文件，请先加载"),
        (r"--set is PATH=VALUE, not '(.*)'", "--set 应写成 路径=值，不能写“{}”"),
        (r"data frames need polars; install .*", "数据框需要 polars：请安装 subsidy-rules[study]"),
        (r"--envelope is OF=AMOUNT, not '(.*)'", "--envelope 应写成 资金=金额，不能写“{}”"),
        (r"--uptake is OF=SHARE, not '(.*)'", "--uptake 应写成 范围=比例，不能写“{}”"),
        (r"--fit is PATH=LOW\.\.HIGH, not '(.*)'", "--fit 应写成 路径=下限..上限，不能写“{}”"),
        (r"--fit takes one --envelope", "--fit 须有且只有一个 --envelope"),
        (r"uptake needs a seed, .*", "申报率须给出种子（--seed），才能重复同样的抽样"),
        (r"a probability of uptake is at most 100%", "申报率不大于100%"),
        (r"'(.*)' is no fund, policy or clause of the loaded policies", "已加载的政策没有资金、政策或条款“{}”"),
        (r"the range (.*) is empty", "区间 {} 为空"),
        (r"the demand does not depend on '(.*)' in this range", "在此区间内需求与“{}”无关"),
        (r"no figure of '(.*)' in this range fits the envelope", "在此区间内“{}”取任何值都超出额度"),
        (r"the demand does not go one way with '(.*)': .*", "需求随“{}”的变化不是单向的，没有恰好够用的一个值"),
        (r"'(.*)' is no amount, ratio, number or date: (.*)", "“{}”不是金额、比例、数或日期：{}"),
        (r"'(.*)' is no amount, ratio, number or date", "“{}”不是金额、比例、数或日期"),
        (r"'(.*)' is not of the kind of '(.*)'", "“{}”与原有的“{}”单位不符"),
        (r"nothing is changed; give .*", "没有修改：请写 --reform、--set 或 --to-reading"),
        (r"no case in '(.*)'", "“{}”中没有案例"),
        (r"no case at '(.*)'", "“{}”没有案例"),
        (r"'(.*)' is no path of a fact, .*", "“{}”不是事实的路径，如 projects[0].costs[0].amount"),
        (r"'(.*)': the case has (.*) there, counted from 0", "“{}”：案例该处有 {} 项，从0起数"),
        (r"'(.*)' leads to nothing in this case", "“{}”在本案例中没有对应"),
        (r"'(.*)' is no key of a group; did you mean '(.*)'\?", "“{}”不是分组的键；是否为“{}”？"),
        (r"'(.*)' is no key of a group", "“{}”不是分组的键"),
        (r"'(.*)' is no unit of money; there are: (.*)", "“{}”不是货币单位；可用：{}"),
        (r"a workbook is in 元 or 万元; .*", "工作簿只能用元或万元；其他货币请写 JSON"),
        (r"'(.*)' ends in none of (.*)", "“{}”的后缀不可用；可用：{}"),
        (r"proofs need z3: (.*)", "证明需要 z3：{}"),
        (r"a list has one thing at least: (.*)", "每个清单至少一个对象：{}"),
        (r"'(.*)' is the id of a policy that ships", "“{}”是随库政策的编号"),
        (r"the ledger needs the extra \[ledger\]: (.*)", "台账需要安装 [ledger]：{}"),
        (r"'(.*)' is neither a file nor the address of a database", "“{}”不是文件，也不是数据库地址"),
        (r"a ledger is kept in SQLite or PostgreSQL, not in (.*)", "台账可存于 SQLite 或 PostgreSQL，不能存于 {}"),
        (r"another writer holds the ledger: (.*)", "台账正由他人写入：{}"),
        (r"the ledger can't be read or written: (.*)", "台账不能读写：{}"),
        (r"entry '(.*)' is in the ledger and says something else", "台账已有“{}”，内容不同"),
        (r"an entry is one of (.*), not '(.*)'", "记录的种类为 {}，不能写“{}”"),
        (r"entry '(.*)': the amount is whole fen, below 2\^63", "记录“{}”：金额须为整数分，且小于2的63次方"),
        (r"an entry has an id and a beneficiary", "记录须有编号和申报主体"),
        (
            r"entry '(.*)': a succession, and no other entry, says what was formerly",
            "记录“{}”：只有更名、合并须写原主体",
        ),
        (r"entry '(.*)': '(.*)' is no day, YYYY-MM-DD", "记录“{}”：“{}”不是日期，应写成 YYYY-MM-DD"),
        (r"no entry: (.*)", "不是台账记录：{}"),
        (r"the case lists its own (.*): leave them to the ledger, .*", "案例已列出 {}：由台账提供时不得另列"),
        (r"the ledger is broken at entry (.*)", "台账在第 {} 条断开"),
        (r"no lifecycle '(.*)' is shipped; there is: (.*)", "没有随库的流程“{}”；可用：{}"),
        (r"'(.*)' is no whole log: its last line does not end", "“{}”不完整：最后一行没有结束"),
        (r"line (.*) of '(.*)' is no JSON", "“{1}”第 {0} 行不是 JSON"),
        (
            r"line (.*) of '(.*)' does not follow from the line before it: .*",
            "“{1}”第 {0} 行与上一行不衔接：日志被改动过",
        ),
        (r"events are added to a log of JSON lines, .*", "事件只能加到 *.jsonl 日志"),
        (r"a new log needs the application that it is of: .*", "新日志须用 --of 写明是哪个项目"),
        (r"--on DATE is needed: .*", "须用 --on 写明按哪一天看期限"),
        (r"--on: (.*)", "--on：{}"),
        (r"'(.*)' is not allowed now .*", "此时不能发生{}"),
        (r"--add is one event: (.*)", "--add 是一个事件：{}"),
        (r"the case gives no award '(.*)'", "案例没有奖补“{}”"),
        (r"no conformance cases at '(.*)'", "“{}”没有一致性案例"),
        (r"the engine '(.*)' can't be started: (.*)", "无法启动引擎“{}”：{}"),
        (r"nothing is written: in today's language the file would not keep its comments", "未写入：迁移后注释不全"),
        (r"--clause is for what --mutate changes", "--clause 只用于 --mutate"),
        (r"'(.*)' fails without any change: (.*)", "“{}”未作改动即有测试不通过：{}"),
        (r"no sentence '(.*)' in (.*)", "{1} 中没有条款“{0}”"),
        (r"no file or folder at '(.*)'", "“{}”没有文件或文件夹"),
        (r"no rules, tests, guide or case in YAML at '(.*)'", "“{}”没有 YAML 格式的规则、测试、细则或案例"),
        (r"'(.*)' is not written: laid out twice it would not be the same", "未写入“{}”：重排两次结果不同"),
        (r"'(.*)' is not written: laid out it could not be read", "未写入“{}”：重排后无法读取"),
        (r"'(.*)' is not written: laid out it would not say the same", "未写入“{}”：重排后内容不同"),
        (r"'(.*)' is not written: laid out it would not keep its comments", "未写入“{}”：重排后注释不全"),
        (r"'(.*)' is not written: laid out it would not mean the same", "未写入“{}”：重排后含义摘要不同"),
    )
)


def in_chinese(error: UsageError) -> str:
    """Say in Chinese what is wrong with a call; as it stands where the library has said it in Chinese already.

    >>> in_chinese(UsageError("no policy 'xian'; loaded: xian_30, xian_31"))
    '没有政策“xian”；已加载：xian_30, xian_31'
    """
    cause = getattr(error.__cause__, "what_zh", None)
    for pattern, said in _CALLS:
        found = pattern.fullmatch(str(error))
        if found is not None:
            return said.format(*((cause,) if cause else found.groups()))
    return str(error)
