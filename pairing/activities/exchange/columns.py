"""The columns of the 活动台账."""

from __future__ import annotations

from core.workbooks.columns import Column
from core.workbooks.values import Clock, Day, Label, Number, Several, Text, Whole
from pairing.plans.enums import Line

TITLE = "活动台账"
OUTCOMES = (1, 2, 3, 4)  # how many pairs of 成效指标n and 成效数值n a row may have
REQUIRED_OUTCOMES = 2  # how many of them every template has


def _outcome_columns() -> list[Column]:
    columns = []
    for n in OUTCOMES:
        is_optional = n > REQUIRED_OUTCOMES
        columns.append(Column(f"成效指标{n}", f"metric_{n}", Text(40), optional=is_optional))
        columns.append(Column(f"成效数值{n}", f"value_{n}", Number(), optional=is_optional))
    return columns


COLUMNS = (
    Column("序号", "serial", Whole(minimum=1), required=True),
    Column("甲方", "party_a", Text(100), required=True),
    Column("乙方", "party_b", Text(100), required=True),
    Column("其他参加支部", "others", Several(100)),
    Column("四联类别", "line", Label(Line), required=True),
    Column("活动类型", "kind", Text(40), required=True),
    Column("活动名称", "title", Text(120), required=True),
    Column("日期", "day", Day(), required=True),
    Column("开始时间", "starts", Clock(), required=True),
    Column("结束时间", "ends", Clock(), required=True),
    Column("地点", "venue", Text(200)),
    Column("主讲/带队", "person", Text(60), optional=True),
    Column("参加党员数", "member_count", Whole()),
    Column("服务群众人次", "served_count", Whole()),
    *_outcome_columns(),
    Column("对应定单编号", "plan_order", Text(40)),
    Column("纪实", "record", Text(4000, multiline=True)),
)
