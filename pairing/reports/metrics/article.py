"""The 31 figures of the published report, in its order. Source: the article on Shuangfeng's first year."""

from __future__ import annotations

from django.db.models import Q

from branches.enums import BranchKind
from branches.models import Branch
from ledgers.enums import ResourceKind
from ledgers.models import Demand, Resource, ServiceAspect
from pairing.activities.models import Outcome
from pairing.plans.models import Agreement
from pairing.reports.metrics.conditions import measured, raised, solved, usable
from pairing.reports.metrics.held import activities, people
from pairing.reports.metrics.measure import Measure, Register, Topic, Window, count, distinct, total

ARTICLE = Register()
figure = ARTICLE.figure


@figure("党建阵地", "个", Topic.RESOURCES)
def positions(window: Window) -> Measure:
    """资源清单中类别为党建阵地、期末可用且在有效期内的资源数。"""
    return count(Resource, usable(window) & Q(kind=ResourceKind.POSITION))


@figure("党员服务站", "个", Topic.RESOURCES)
def stations(window: Window) -> Measure:
    """资源清单中类别为党员服务站、期末可用且在有效期内的资源数。"""
    return count(Resource, usable(window) & Q(kind=ResourceKind.STATION))


@figure("专业人才", "名", Topic.RESOURCES)
def professionals(window: Window) -> Measure:
    """资源清单中类别为专业人才、期末可用且在有效期内的资源数，一人一行。"""
    return count(Resource, usable(window) & Q(kind=ResourceKind.PROFESSIONAL))


@figure("政策信息", "大类", Topic.RESOURCES)
def policy_categories(window: Window) -> Measure:
    """资源清单中类别为政策信息、期末可用且在有效期内的资源数，一类一行。"""
    return count(Resource, usable(window) & Q(kind=ResourceKind.POLICY))


@figure("结对共建支部", "个", Topic.ORGANISATION)
def partner_branches(window: Window) -> Measure:
    """期内有已签协议的不同乙方支部数；没有签协议而只参加活动的支部不计。"""
    in_term = Q(starts_on__lte=window.last) & (Q(ends_on=None) | Q(ends_on__gte=window.first))
    return distinct(Agreement, in_term & Q(signed_on__lte=window.last), "pairing__branch_b", Branch)


@figure("走访座谈", "次", Topic.DEMANDS)
def symposia(window: Window) -> Measure:
    """期内已归档、类型为座谈的活动数。"""
    return activities(window, "座谈")


@figure("需求方面", "个", Topic.DEMANDS)
def demand_aspects(window: Window) -> Measure:
    """期内提出的需求分属的不同方面数；草稿和撤销的不计。"""
    return distinct(Demand, raised(window), "aspect", ServiceAspect)


@figure("需求", "条", Topic.DEMANDS)
def demands(window: Window) -> Measure:
    """期内提出的需求数；草稿和撤销的不计。"""
    return count(Demand, raised(window))


@figure("完成结对签约", "对", Topic.ORGANISATION)
def pairings_signed(window: Window) -> Measure:
    """签约日期在期内的共建协议数。"""
    return count(Agreement, window.holds("signed_on"))


@figure("结对共建会议", "次", Topic.ORGANISATION)
def meetings(window: Window) -> Measure:
    """期内已归档的结对共建会议数，沟通、调度、研讨合计。"""
    return activities(window, "结对共建会议")


@figure("红色走读", "次", Topic.ACTIVITY)
def red_walks(window: Window) -> Measure:
    """期内已归档的红色走读活动数。"""
    return activities(window, "红色走读")


@figure("书香支部", "次", Topic.ACTIVITY)
def book_branch(window: Window) -> Measure:
    """期内已归档的书香支部活动数。"""
    return activities(window, "书香支部")


@figure("田间课堂", "期", Topic.ACTIVITY)
def field_classes(window: Window) -> Measure:
    """期内已归档的田间课堂期数。"""
    return activities(window, "田间课堂")


@figure("主题党日", "场", Topic.ACTIVITY)
def theme_party_days(window: Window) -> Measure:
    """期内已归档的主题党日场数。"""
    return activities(window, "主题党日")


@figure("送政策送服务送温暖", "次", Topic.ACTIVITY)
def three_sends(window: Window) -> Measure:
    """期内已归档的“三送”活动数。"""
    return activities(window, "三送")


@figure("“三送”服务群众", "人次", Topic.ACTIVITY)
def three_sends_people(window: Window) -> Measure:
    """期内“三送”活动记录的服务群众人次之和；同一人参加两次计两次。"""
    return people(window, "三送")


@figure("青年论坛", "期", Topic.TALENT)
def youth_forums(window: Window) -> Measure:
    """期内已归档的青年论坛期数。"""
    return activities(window, "青年论坛")


@figure("“清廉”青年说", "期", Topic.TALENT)
def integrity_talks(window: Window) -> Measure:
    """期内已归档的清廉青年说期数。"""
    return activities(window, "清廉青年说")


@figure("业务沙龙", "期", Topic.TALENT)
def salons(window: Window) -> Measure:
    """期内已归档的业务沙龙期数。"""
    return activities(window, "业务沙龙")


@figure("到派出所跟班学习", "名", Topic.TALENT)
def secondments_out(window: Window) -> Measure:
    """期内乙方为公安支部的跟班学习活动中，指标“跟班学习人数”之和。"""
    where = measured(window, "跟班学习", "跟班学习人数")
    return total(Outcome, where & Q(activity__pairing__branch_b__kind=BranchKind.POLICE), "value")


@figure("市局指导培养骨干", "名", Topic.TALENT)
def secondments_in(window: Window) -> Measure:
    """期内乙方为市局科室支部的跟班学习活动中，指标“跟班学习人数”之和。"""
    where = measured(window, "跟班学习", "跟班学习人数")
    return total(Outcome, where & Q(activity__pairing__branch_b__kind=BranchKind.CITY_SECTION), "value")


@figure("联合专项行动", "次", Topic.WORK)
def special_actions(window: Window) -> Measure:
    """期内已归档的专项行动次数。"""
    return activities(window, "专项行动")


@figure("查处违法案件", "起", Topic.WORK)
def cases(window: Window) -> Measure:
    """期内专项行动记录的指标“查处案件”之和。"""
    return total(Outcome, measured(window, "专项行动", "查处案件"), "value")


@figure("焕新现代零售终端", "家", Topic.WORK)
def terminals(window: Window) -> Measure:
    """期内终端提质活动记录的指标“焕新终端”之和。"""
    return total(Outcome, measured(window, "终端提质", "焕新终端"), "value")


@figure("“一户一策”帮扶", "户", Topic.WORK)
def households(window: Window) -> Measure:
    """期内困难客户帮扶活动记录的指标“一户一策”之和。"""
    return total(Outcome, measured(window, "困难客户帮扶", "一户一策"), "value")


@figure("直播助农", "场次", Topic.WORK)
def live_streams(window: Window) -> Measure:
    """期内已归档的直播场次。"""
    return activities(window, "直播")


@figure("直播观看", "人次", Topic.WORK)
def live_views(window: Window) -> Measure:
    """期内直播记录的指标“观看人次”之和。"""
    return total(Outcome, measured(window, "直播", "观看人次"), "value")


@figure("直播成交额", "元", Topic.WORK)
def live_sales_yuan(window: Window) -> Measure:
    """期内直播记录的指标“成交金额(元)”之和。"""
    return total(Outcome, measured(window, "直播", "成交金额(元)"), "value")


@figure("解决急难愁盼问题", "项", Topic.RESULT)
def problems_solved(window: Window) -> Measure:
    """解决日期在期内、状态为已办结的需求数，不论何时提出。"""
    return count(Demand, solved(window))


@figure("联合志愿服务", "场", Topic.RESULT)
def volunteer_services(window: Window) -> Measure:
    """期内已归档、类型在字典中标为“计入联合志愿服务”的活动数。"""
    return activities(window, is_volunteer_service=True)


@figure("志愿服务惠及", "人次", Topic.RESULT)
def volunteer_people(window: Window) -> Measure:
    """期内计入联合志愿服务的活动记录的服务群众人次之和。"""
    return people(window, is_volunteer_service=True)
