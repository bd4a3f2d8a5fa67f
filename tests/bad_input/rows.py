"""Items 17–26: what stands in the rows of a file – dates, numbers, telephones, people, branches."""

from __future__ import annotations

from datetime import date

from tests.bad_input import steps
from tests.bad_input.cases import Refused, Steps, Table, Taken
from tests.bad_input.sheets import OWN, counted_from_1904, demand, demands, put

FORM = "，请写成 2025-01-09 或 2025年1月9日"
CUT = "是被 Excel 截断的号码，请把这一列设为文本格式后重新填写"
RAISED, PHONE = "提出日期", "联系电话"


def raised(value: object, words: str) -> Refused:
    return Refused(demands(提出日期=value), words, (4, RAISED))


def raised_on(value: object, day: date) -> Taken:
    return Taken(demands(提出日期=value), {"raised_on": day})


def phone(value: object, kept: str) -> Taken:
    return Taken(demands(联系电话=value), {"contact_phone": kept})


ROWS: Table = {
    17: (
        "impossible-date",
        (
            raised("2026/2/30", "没有这一天"),
            raised("0206-03-01", "不合理"),
            raised("找时间", FORM),
            raised_on("2026.3.5", date(2026, 3, 5)),
            raised_on("3月5日", date(2025, 3, 5)),
            raised_on("２０２５年３月５日", date(2025, 3, 5)),
            raised_on(46000, date(2025, 12, 9)),
            Taken(counted_from_1904(), {"raised_on": date(2025, 1, 9)}),
        ),
    ),
    18: ("ambiguous-date", (raised("01/02/2026", f"日期有歧义，分不清年月日的先后{FORM}"),)),
    19: (
        "number-cut-by-excel",
        (
            Refused(demands(联系电话="1.38E+10"), CUT, (4, PHONE)),
            Refused(demands(联系人=430381199001011234.0), CUT, (4, "联系人")),
            Refused(demands(备注=430381199001011234), CUT, (4, "备注")),
        ),
    ),
    20: (
        "width-and-invisible-characters",
        (
            Taken(demands(demand("１")), {"serial": 1}),
            Taken(demands(需求内容="\u200b 门前\u00a0路面 \ufeff"), {"title": "门前\u00a0路面"}),
            Taken(demands(提出单位=f" {OWN}　"), {"title": "需求1"}),
            Taken(put("D5", "'0012"), {"title": "'0012"}),
        ),
    ),
    21: ("identity-numbers", (Steps(steps.people_have_no_column),)),
    22: (
        "telephones",
        (
            phone("+86 138 0000 0001", "13800000001"),
            phone(13800000001, "13800000001"),
            phone("0738-6821234", "0738-6821234"),
            Refused(demands(联系电话="1380000000"), "手机号应为 11 位，现有 10 位，请核对", (4, PHONE)),
            Refused(demands(联系电话=138000000012), "手机号应为 11 位，现有 12 位，请核对", (4, PHONE)),
        ),
    ),
    23: (
        "same-row-twice",
        (
            Refused(
                demands(demand(1), demand("１ ", 提出单位=f"{OWN[:1]} {OWN[1:]}")),
                "与第 4 行重复，请删去其中一行，或改正这一格",
                (5, "序号"),
            ),
        ),
    ),
    24: ("row-with-other-data", (Steps(steps.existing_row_is_shown_old_and_new),)),
    25: (
        "unknown-branch",
        (
            Refused(demands(提出单位="甲班党支部"), f"没有这个党组织，相近的有：{OWN}", (4, "提出单位")),
            Steps(steps.ambiguous_branch_names_candidates),
        ),
    ),
    26: ("foreign-branch", (Steps(steps.foreign_branch_is_not_revealed),)),
}
