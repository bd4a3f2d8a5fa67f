"""Sheets that other clerks keep for themselves, brought in by the command as they are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from ledgers.models import Demand, Resource
from tests.factories.branches import BranchFactory
from tests.factories.ledgers import DemandFactory

pytestmark = pytest.mark.django_db
A, B = "城北社区党支部", "专卖党支部"


@pytest.fixture(autouse=True)
def branches() -> list[Any]:
    return [BranchFactory(name=name, serial=number) for number, name in enumerate((A, B), 1)]


def page(book: Workbook, title: str, *rows: Sequence[Any], merges: str = "") -> Worksheet:
    sheet = book.create_sheet(title)
    for row in rows:
        sheet.append(list(row))
    for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
        cell.data_type = "s"  # typed with an apostrophe before it
    for merge in merges.split():
        sheet.merge_cells(merge)
    return sheet


def blank_book() -> Workbook:
    book = Workbook()
    book.remove(book.active)
    return book


def run(kind: str, book: Workbook, folder: Path, *given: str) -> dict[str, Any]:
    """What the command prints, with its exit status."""
    path, out, status = folder / "表.xlsx", StringIO(), 0
    if not path.exists():  # saved again it would be another file
        book.save(path)
    options = [part for each in given for part in ("--given", each)]
    try:
        call_command(
            "import_ledger", kind, str(path), "--json", "--as-of", "2025-11-28", *options, stdout=out
        )
    except SystemExit as end:
        status = int(end.code or 0)
    return json.loads(out.getvalue()) | {"status": status}


def faults(result: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(error["row"], error["column"], error["reason"]) for error in result["errors"]]


def demands(*names: str) -> list[tuple[Any, ...]]:
    return list(Demand.objects.order_by("pk").values_list("branch__name", "serial", *names))


def test_summary_with_two_lines_of_header_totals_and_signatures(tmp_path: Path) -> None:
    book = blank_book()
    page(book, "填表说明", ["1.请各支部于每月25日前报送"], ["序号", "说明"])
    page(
        book,
        "诉求汇总",
        ["2025年党支部诉求汇总表"],
        ["填报单位：县委组织部", None, None, None, None, None, "填报日期：2025.11.20"],
        ["序号", "提报单位", "诉求", None, "轻重缓急", "提报时间", "解决时限", "办理情况", "联系人"],
        [None, None, "类别", "内容", None, None, None, None, "姓名", "电话"],
        [
            1,
            A,
            "客户服务",
            "想请律师讲讲物业纠纷",
            "一般",
            "2025.3",
            "10月底前",
            "未解决",
            "王某",
            13800000001,
        ],
        [2, None, "乡村振兴", "=村口路灯不亮", "比较紧急", date(2025, 3, 5), "下半年", "未办结"],
        ["小计（2条）", 2],
        [3, B, "客户服务", "零售户不会用新系统", "不急", "3月5日", "长期", "正在办理"],
        ["合计", "3条"],
        ["填表人：张某", None, None, None, "负责人（签字）：李某"],
        merges="A3:A4 B3:B4 C3:D3 E3:E4 F3:F4 G3:G4 H3:H4 I3:J3 B5:B6 A1:J1",
    )
    result = run("demands", book, tmp_path)
    assert (result["status"], result["rows"], result["errors"]) == (0, 3, [])
    assert "第 10 行是说明文字，已略过。" in result["notes"]
    assert demands("title", "urgency", "raised_on", "deadline_on", "state") == [
        (A, 1, "想请律师讲讲物业纠纷", 0, date(2025, 3, 1), date(2025, 10, 31), "open"),
        (A, 2, "=村口路灯不亮", 1, date(2025, 3, 5), date(2025, 12, 31), "open"),
        (B, 3, "零售户不会用新系统", 0, date(2025, 3, 5), None, "in_progress"),
    ]


def test_list_of_one_branch_that_names_it_in_its_title_only(tmp_path: Path) -> None:
    book = blank_book()
    page(
        book,
        "11月",
        [f"{A}困难问题清单"],
        [],
        ["序号", "方面", "困难和问题", "是否紧急", "提出时间", "要求完成时间", "状态"],
        [1, "客户服务", "物业纠纷", "是", "2025/11/3", "2025-12-31", "未解决"],
        [2, "客户服务", "　 邻里 漏水\u200b", "否", 45960, "12月中旬", "待解决"],
        ["共2条"],
    )
    asked = faults(run("demands", book, tmp_path))
    assert asked == [
        (3, "提出单位", "缺少这一列，请补上这一列，或在“列的对应”里指明是哪一列，或各行都填什么")
    ]
    assert run("demands", book, tmp_path, f"提出单位={A}")["status"] == 0
    assert demands("title", "urgency", "raised_on", "deadline_on") == [
        (A, 1, "物业纠纷", 1, date(2025, 11, 3), date(2025, 12, 31)),
        (A, 2, "邻里 漏水", 0, date(2025, 10, 30), date(2025, 12, 20)),
    ]


def test_sheet_with_hidden_parts_and_true_errors_tells_all_at_once(tmp_path: Path) -> None:
    book = blank_book()
    sheet = page(
        book,
        "需求账单",
        ["序号*", "提出单位\n（全称）", "需求方面", "需求内容（120字以内）", "紧急程度", "提出日期",
         "期望完成时限", "状态", "备注", "内部编号"],
        ["１", A, "客户服务", "讲法律", "一般", "20251103", "2025年内", "待认领", None, "X1"],
        ["2", A, "客户服务", "讲政策", "特急", "01/02/2026", "2025.1.1", "待认领", "-", "X2"],
        [None] * 10,
        ["3", "城北支部", "客户服务", "讲安全", "一般", "2025.11.3", "明年6月", "待认领", "/", "X3"],
        ["4", A, "客户服务", None, "一般", "2025.11.3", "尽快", "已解决", "/", "X4"],
        ["5"],
        ["6"],
        ["注：紧急程度分一般、紧急、特急"],
    )  # fmt: skip
    sheet.column_dimensions["I"].hidden = True
    sheet.row_dimensions[2].hidden = True
    result = run("demands", book, tmp_path)
    form = "请写成 2025-01-09 或 2025年1月9日"
    assert (result["status"], result["created"], faults(result)) == (
        1,
        0,
        [
            (3, "提出日期", f"日期有歧义，分不清年月日的先后，{form}"),
            (5, "提出单位", f"没有这个党组织，相近的有：{A}。请改正名称，或先导入组织清单"),
            (6, "需求内容", "必填，不能为空，请补填"),
            (6, "期望完成时限", f"不是日期，{form}；没有期限的写“长期”"),
            (6, "解决日期", "状态是已解决，请填写解决日期"),
        ],
    )
    assert result["notes"] == [
        "有不认识的列，没有导入：内部编号。",
        "I 列“备注”在 Excel 里是隐藏的，也一并读取。",
        "第 9 行是说明文字，已略过。",
        "有 2 行只有序号（第 7 行起），已略过。",
        "第 2 行（共 1 行）在 Excel 里是隐藏的，也一并读取。",
    ]


def test_resources_with_units_beside_their_numbers(tmp_path: Path) -> None:
    book = blank_book()
    page(
        book,
        "资源表",
        ["党建资源统计表"],
        [
            "序号",
            "支部名称",
            "类型",
            "可提供资源",
            "简介",
            "服务领域",
            "每月可服务次数",
            "开放时间",
            "手机号",
        ],
        [
            1,
            A,
            "阵地",
            "党群服务中心会议室",
            "可坐40人",
            "客户服务",
            "约4次",
            "周一至周五上午",
            "138 0000 0001",
        ],
        [None, A, "志愿者", "红马甲", None, None, "不限", "周末"],
        [None, B, "专家", "法律顾问", None, "客户服务、市场监管", 2, "每月第二周周三下午", "+86 13800000002"],
        ["合计", 3],
    )
    assert run("resources", book, tmp_path)["errors"] == []
    names = ("title", "kind", "serial", "capacity_per_month", "contact_phone", "description")
    assert list(Resource.objects.order_by("pk").values_list(*names)) == [
        ("党群服务中心会议室", "position", 1, 4, "13800000001", "可坐40人"),
        ("红马甲", "volunteers", 2, None, "", ""),
        ("法律顾问", "professional", 1, 2, "13800000002", ""),
    ]


def test_header_below_four_lines_of_preface_with_closed_demands(tmp_path: Path) -> None:
    book = blank_book()
    page(
        book,
        "台账",
        *([["工作台账（此表由各支部填报，请勿改动格式）"]] * 4),
        [
            "支部",
            "需求类型",
            "事项",
            "紧急\n程度",
            "登记时间",
            "要求完成时间",
            "进展情况",
            "办结时间",
            "联系 人",
        ],
        [A, "客户服务", "协调停车位", "紧急", "2025年11月", "12月31日之前", "已办结", "2025.11.20", "王某"],
        [A, "客户服务", "维修路灯", "一般", "2025年11月上旬", "2026年第一季度", "未办结", None, "王某"],
        [B, "客户服务", "培训扫码", "一般", "11月", "无", "办理中"],
    )
    result = run("demands", book, tmp_path)
    assert (result["status"], result["errors"]) == (0, [])
    assert demands("state", "raised_on", "deadline_on", "closed_on") == [
        (A, 1, "closed", date(2025, 11, 1), date(2025, 12, 31), date(2025, 11, 20)),
        (A, 2, "open", date(2025, 11, 1), date(2026, 3, 31), None),
        (B, 1, "in_progress", date(2025, 11, 1), None, None),
    ]
    again = run("demands", book, tmp_path)
    assert (again["status"], again["unchanged"]) == (0, 3)
    assert again["notes"][0].startswith("该文件已于 ")


def test_sheet_for_each_month_whose_numbers_begin_anew(branches, tmp_path: Path) -> None:
    """Only one sheet is read, and no demand of last month is silently written over."""
    DemandFactory(branch=branches[0], serial=1, title="活动室屋顶漏雨")
    header = ["序号", "提出单位", "需求方面", "需求内容", "紧急程度", "提出日期", "期望完成时限", "状态"]
    book = blank_book()
    for month in (10, 11):
        row = [1, A, "客户服务", f"{month}月缺图书", "一般", f"2025.{month}.03", "长期", "待认领"]
        page(book, f"{month}月", header, row)
    result = run("demands", book, tmp_path)
    assert (result["status"], result["changed"], result["notes"]) == (
        0,
        1,
        [
            "读取的是工作表“10月”，没有读：11月。",
            "11月的表头和它一样。一次读一张：这张导入后再上传，在“列的对应”里换一张。",
            "第 2 行：序号 1 原来是“活动室屋顶漏雨”，将改成“10月缺图书”。"
            "如果是另一件事，请清空这一行的序号再上传，会接着编号。",
        ],
    )
