"""组织清单: the tree, and every fault of a file at once."""

from __future__ import annotations

import pytest

from branches.models import Branch
from pairing.imports.registry import LEDGERS
from tests.factories.branches import BranchFactory
from tests.imports.workbooks import TERMS, book, short

pytestmark = pytest.mark.django_db


def branch(name: str, superior: str | None = None, **cells: object) -> dict[str, object]:
    return {"党组织名称": name, "上级党组织": superior, "组织类型": "村", **cells}


def take_in(*rows: dict[str, object]):
    return LEDGERS["branches"].take_in(book("branches", *rows), TERMS)


def test_branches_superior_may_come_later() -> None:
    result = take_in(branch("甲支部", "乙总支"), branch("乙总支", "丙党委"))
    assert (result.errors, result.created) == ([], 2)
    assert result.notes == ["上级党组织“丙党委”不在清单里，随本次导入作为顶层组织新建。"]
    assert Branch.objects.get(name="甲支部").parent.parent.name == "丙党委"


def test_branches_likely_slip_of_a_superior_is_pointed_out() -> None:
    result = take_in(branch("青树坪镇中心党总支部委员会"), branch("甲支部", "青树坪镇中心党总支委员会"))
    assert result.notes == [
        "上级党组织“青树坪镇中心党总支委员会”不在清单里，随本次导入作为顶层组织新建；"
        "如果本意是青树坪镇中心党总支部委员会，请改正后重新导入。"
    ]


def test_branches_brackets_of_another_width_are_the_same_name() -> None:
    take_in(branch("双峰县局（公司）党总支"))
    result = take_in(branch("双峰县局(公司)党总支", 联络员="杨同志"))
    assert (result.created, result.changed) == (0, 1)
    assert result.changes[0].fields == {"联络员": ["", "杨同志"]}
    assert Branch.objects.get().name == "双峰县局（公司）党总支"


def test_branches_faults_are_told_at_once_and_nothing_is_written() -> None:
    result = take_in(
        branch("甲支部", "甲支部"),
        branch("乙支部", "丙支部", 党员人数=-3, 组织类型="社团"),
        branch("丙支部", "乙支部", 书记="长" * 61),
        branch("甲支部", 党员人数="二十"),
        branch("—", 经度=112.1),
        branch("丁支部", 经度=112.1, 纬度=99),
    )
    kinds = "机关、所站、社区、村、公安、市局科室、学校、医院、企业、法院、银行、供电、其他"
    assert short(result.errors) == [
        (4, "上级党组织", "甲支部", "上级不能是自己，请改正"),
        (5, "上级党组织", "丙支部", "上级关系绕成了圈：乙支部→丙支部→乙支部，请改正"),
        (5, "组织类型", "社团", f"不在可选范围内，可填：{kinds}"),
        (5, "党员人数", "-3", "不能为负数，请改正"),
        (6, "上级党组织", "乙支部", "上级关系绕成了圈：丙支部→乙支部→丙支部，请改正"),
        (6, "书记", "长" * 59 + "…", "最多 60 个字，现有 61 个字，请缩短"),
        (7, "党组织名称", "甲支部", "与第 4 行重复，请删去其中一行，或改正这一格"),
        (7, "党员人数", "二十", "应为数字，请只填数字"),
        (8, "党组织名称", "—", "必填，不能为空，请补填"),
        (8, "纬度", "", "经度和纬度要么都填，要么都不填，请补填或清空"),
        (9, "纬度", "99", "不能大于 90，请改正"),
    ]
    assert {error.sheet for error in result.errors} == {"组织清单"}
    assert (result.rows, result.created) == (6, 0)
    assert Branch.objects.count() == 0


@pytest.mark.parametrize(("there", "missing"), [("经度", "纬度"), ("纬度", "经度")])
def test_branches_with_a_column_of_one_coordinate_are_refused_once(there: str, missing: str) -> None:
    """Also where every cell is blank: that would clear half a place."""
    for cell in (27.5, None):
        result = take_in(branch("甲支部", **{there: cell}), branch("乙支部", **{there: 27.6}))
        assert short(result.errors) == [
            (4, there, str(cell or ""), f"文件里没有{missing}这一列，请补上，或把这一列也删去")
        ]


def test_branches_circle_through_the_database_is_refused() -> None:
    root = BranchFactory(name="甲总支")
    BranchFactory(name="乙支部", parent=root)
    result = take_in(branch("甲总支", "乙支部"))
    assert short(result.errors) == [
        (4, "上级党组织", "乙支部", "上级关系绕成了圈：甲总支→乙支部→甲总支，请改正")
    ]
