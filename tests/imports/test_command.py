"""manage.py import_ledger: what it prints and its exit status when a file is not taken in."""

from __future__ import annotations

import json
import os
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core.models import AuditEntry
from ledgers.models import Demand, ServiceAspect
from pairing.activities.models import Activity
from pairing.imports.models import ImportBatch
from pairing.imports.registry import BOOKS
from pairing.plans.models import Metric
from tests.factories.branches import BranchFactory
from tests.factories.plans import PairingFactory
from tests.imports.test_activities import activity
from tests.imports.test_ledgers import demand
from tests.imports.workbooks import book, demo_book, sheet

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def branch():
    return BranchFactory(name="甲支部")


def saved(folder: Path, content: bytes) -> str:
    path = folder / "台账.xlsx"
    path.write_bytes(content)
    return str(path)


def run(*args: str) -> tuple[int, str, str]:
    """Exit status, output and errors of the command."""
    out, err = StringIO(), StringIO()
    try:
        call_command("import_ledger", *args, stdout=out, stderr=err)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_import_ledger_takes_a_file_whose_name_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"\xff.xlsx")
    file.write_bytes(book("demands", demand(1)))
    assert run("demands", str(file))[0] == 0
    assert ImportBatch.objects.get().file_name == "\ufffd.xlsx"


def test_import_ledger_with_errors_exits_1_and_writes_nothing(tmp_path: Path) -> None:
    aspects = ServiceAspect.objects.count()
    file = saved(tmp_path, book("demands", demand(1, 需求方面="天文"), demand(2, 状态="好")))
    status, out, _ = run("demands", file, "--json")
    result = json.loads(out)
    errors = result.pop("errors")
    assert (status, result) == (
        1,
        {
            "ok": False,
            "rows": 2,
            "created": 0,
            "changed": 0,
            "unchanged": 0,
            "notes": ["“天文”是新的需求方面，随本次导入加入服务目录。"],
        },
    )
    assert [{**error, "reason": error["reason"].split("，")[0]} for error in errors] == [
        {"sheet": "需求账单", "row": 5, "column": "状态", "value": "好", "reason": "不在可选范围内"}
    ]
    assert (Demand.objects.count(), ServiceAspect.objects.count()) == (0, aspects)
    assert (ImportBatch.objects.count(), AuditEntry.objects.count()) == (0, 0)


def test_import_ledger_prints_errors_for_people(tmp_path: Path) -> None:
    file = saved(tmp_path, book("demands", demand(1, 预计受益人数=-5)))
    assert run("demands", file) == (
        1,
        "需求账单：有 1 处错误，什么都没有写入。\n",
        "需求账单 第 4 行 预计受益人数“-5”：不能为负数，请改正\n",
    )


def test_import_ledger_refuses_an_unreadable_file_in_json(tmp_path: Path) -> None:
    status, out, _ = run("demands", saved(tmp_path, b"%PDF no workbook"), "--json")
    assert (status, json.loads(out)["errors"]) == (
        1,
        [
            {
                "sheet": "",
                "row": 0,
                "column": "",
                "value": "台账.xlsx",
                "reason": "文件不是 .xlsx 工作簿（可能是 .xls、.et、.ods 改了名），请用 Excel 或 WPS 打开，"
                "另存为“Excel 工作簿(.xlsx)”后再导入。",
            }
        ],
    )


def test_import_ledger_without_the_file_says_so(tmp_path: Path) -> None:
    path = str(tmp_path / "nothing.xlsx")
    words = "文件读不了（No such file or directory），请核对路径和权限。"
    assert run("demands", path) == (
        1,
        "需求账单：有 1 处错误，什么都没有写入。\n",
        f"“{path}”：{words}\n",
    )
    status, out, _ = run("demands", path, "--json")
    assert (status, json.loads(out)["errors"]) == (
        1,
        [{"sheet": "", "row": 0, "column": "", "value": path, "reason": words}],
    )


def test_import_ledger_as_of_decides_what_has_been_held(branch, tmp_path: Path) -> None:
    PairingFactory(branch_a=branch, branch_b=BranchFactory(name="乙支部"))
    file = saved(tmp_path, book("activities", activity(1, 日期="2025-05-09"), activity(2, 日期="2025-05-10")))
    assert run("activities", file, "--as-of", "2025-05-09")[0] == 0
    assert dict(Activity.objects.values_list("serial", "state")) == {1: "archived", 2: "announced"}


def test_import_ledger_that_fails_in_the_end_leaves_the_dictionaries_alone(branch, tmp_path: Path) -> None:
    PairingFactory(branch_a=branch, branch_b=BranchFactory(name="乙支部"))
    clashing = book("activities", activity(1, 成效指标1="义诊人次", 成效数值1=3), activity(2))
    status, _, _ = run("activities", saved(tmp_path, clashing))
    assert (status, Activity.objects.count()) == (1, 0)
    assert Metric.objects.filter(name="义诊人次").count() == 0


def test_import_ledger_is_given_the_columns_a_file_lacks(branch, tmp_path: Path) -> None:
    rows = [demand(1, 期望完成时限="12月底前"), demand(2, 期望完成时限="长期")]
    headers = ["序号", "提出单位", "需求方面", "需求内容", "期望完成时限"]
    file = saved(tmp_path, sheet("需求账单", headers, rows))
    status, out, _ = run("demands", file, "--json")
    lost = [(error["column"], error["row"]) for error in json.loads(out)["errors"]]
    assert (status, lost) == (1, [("紧急程度", 3), ("提出日期", 3), ("状态", 3)])

    given = ["紧急程度=紧急", "提出日期=2025-11-03", "状态=待认领"]
    options = [part for each in given for part in ("--given", each)]
    status, out, _ = run("demands", file, "--json", "--as-of", "2025-11-28", *options)
    assert (status, json.loads(out)["created"]) == (0, 2)
    assert set(Demand.objects.values_list("urgency", "state", "raised_on__day")) == {(1, "open", 3)}
    again = json.loads(run("demands", file, "--json", *options, "--given", "提出单位=乙支部")[1])
    assert again["notes"][0] == "文件里有“提出单位”这一列，按各行写的读取，--given 没有用上。"
    assert set(Demand.objects.values_list("branch__name", flat=True)) == {"甲支部"}
    with pytest.raises(CommandError) as refusal:
        run("demands", file, "--given", "需求内容=路灯")
    assert str(refusal.value) == (
        "--given 需求内容: not all rows can say the same there. "
        "It may be 提出单位、需求方面、紧急程度、提出日期、状态."
    )
    with pytest.raises(CommandError, match="--given 颜色: no such column"):
        run("demands", file, "--given", "颜色=红")
    with pytest.raises(CommandError, match="紧急程度 is not like 紧急程度=一般"):
        run("demands", file, "--given", "紧急程度")


@pytest.mark.parametrize("kind", [kind for kind in BOOKS if kind != "activities"])
def test_import_ledger_sees_that_the_file_is_another_ledgers(kind: str) -> None:
    status, out, _ = run(kind, str(demo_book("activities")), "--json")
    [error] = json.loads(out)["errors"]
    assert (status, error["reason"]) == (
        1,
        f"这份文件的表头是“活动台账”的，不是“{BOOKS[kind].title}”的：请到“活动台账”那里导入。",
    )
