"""What a resource says it does not do is read as that."""

import pytest

from ledgers.reading.limits import done, limits, ruled_out

CLINIC = "内科、骨科、妇科各一名医生,看病开方、建档随访。不含眼科、口腔科。"


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        (CLINIC, ("不含眼科、口腔科",)),
        ("来取瓶按要求装样，五天出数。污水不做。", ("污水不做",)),
        ("有事打电话，大棚菜不归我们组。", ("大棚菜不归我们组",)),
        ("合同咋看、官司咋打，不代写状子", ("不代写状子",)),
        ("造林苗免费领。没有草籽。", ("没有草籽",)),
        ("换阀门、通下水，高压容器、车辆不修", ("高压容器、车辆不修",)),
        ("食用菌我们没有专门的人", ("食用菌我们没有专门的人",)),
        ("汛期上路抢险时除外", ("汛期上路抢险时除外",)),
        ("带便携B超心电，单位也可约。不打疫苗。", ("不打疫苗",)),
        ("一天两千亩。山林、果园不飞。", ("山林、果园不飞",)),
        ("小麦玉米都烘，水稻烘不了", ("水稻烘不了",)),
        ("管欠薪，货款、工程款不受理", ("货款、工程款不受理",)),
        ("查表箱，厂内路不在职责内", ("厂内路不在职责内",)),
        ("有证就登记，技术工这里没有", ("技术工这里没有",)),
        ("成人体检，幼儿不接待", ("幼儿不接待",)),
    ],
)
def test_a_clause_that_says_what_is_not_done_is_found(text: str, clauses: tuple[str, ...]) -> None:
    assert limits(text) == clauses
    assert not any(clause in done(text) for clause in clauses)


@pytest.mark.parametrize(
    "text",
    [
        "上门不收费，不收一分钱",
        "进场不带费用，车辆不误时",
        "到没有网点的村去",
        "小区管不管都能来问",
        "无偿提供，无需预约，无人机两架",
        "额度不低于三万，办理不超过两天",
        "无抵押最高二十万",
        "无息小额贷款，无花果栽培、修剪指导，无损检测甲醛",
        "不出村就能办社保认证、医保缴费",
        "不管山里多远都上门理发",
        "不收取困难群众任何费用",
        "血糖检测，不看科室直接测",
        "没有挂号的现场做听力检查，没有基础也能学",
        "费用不收，押金不要，工钱不要",
        "行动不便、腿脚不好、走不动的可上门",
        "男女不限，首次不罚",
        "不出镇就能打证明，不挑颜色",
        "不会用智能手机的老人手把手教，不懂政策的上门讲",
        "不会说、不识字的成年群众，不会可以带",
        "不下井的时候可以出来推雪，不下雨都能飞",
        "不打烊，不放假，不放心的先试，不会耽误农时",
    ],
)
def test_what_costs_nothing_or_whom_it_reaches_is_no_limit(text: str) -> None:
    assert limits(text) == ()
    assert done(text) == text


def test_the_thing_named_in_the_limit_is_ruled_out_and_nothing_else() -> None:
    assert ruled_out("一嘴烂牙，想请口腔科的来涂氟", "巡诊队", CLINIC) == "不含眼科、口腔科"
    assert ruled_out("老人想量血压看慢病", "巡诊队", CLINIC) == ""


def test_what_the_resource_does_all_the_same_is_not_ruled_out() -> None:
    assert ruled_out("官司怎么打", "法律咨询", "官司怎么打都能问，不代理官司") == ""
    assert ruled_out("眼科检查", "眼科义诊", "每月一次，不做眼科") == ""


def test_a_thing_of_several_words_is_ruled_out_by_the_one_that_tells_most() -> None:
    assert ruled_out("货款拖着不给", "欠薪维权窗口", "管欠薪，货款、工程款不受理") == "货款、工程款不受理"
    assert ruled_out("想坐客运班车赶集", "定制公交", "企业包车，不含乡村客运") == "不含乡村客运"
    assert ruled_out("乡村办晚会", "定制公交", "企业包车，不含乡村客运") == ""


def test_a_word_that_is_in_no_table_is_needed_beside_the_one_that_is() -> None:
    assert ruled_out("空调不制冷", "家电上门维修", "随叫随到，不含空调加氟、移机") == ""
    assert ruled_out("空调要加氟", "家电上门维修", "随叫随到，不含空调加氟、移机") == "不含空调加氟、移机"
