"""Choices and state machines of the two ledgers."""

from __future__ import annotations

from django.db.models import IntegerChoices, TextChoices


class ResourceKind(TextChoices):
    POSITION = "position", "党建阵地"
    STATION = "station", "党员服务站"
    PROFESSIONAL = "professional", "专业人才"
    POLICY = "policy", "政策信息"
    GOODS = "goods", "资金物资"
    VOLUNTEERS = "volunteers", "志愿队伍"
    OTHER = "other", "其他"


class HelpKind(TextChoices):
    """服务方式: how a resource helps; one way does not serve a demand for another."""

    ADVICE = "advice", "咨询"
    LECTURE = "lecture", "宣讲"
    HOME_SERVICE = "home_service", "上门办理"
    VENUE = "venue", "场地"
    GOODS = "goods", "物资"
    LABOUR = "labour", "人力"
    FUNDING = "funding", "资金"
    TRAINING = "training", "培训"
    MEDIATION = "mediation", "调解"
    REPAIR = "repair", "维修"


class Audience(TextChoices):
    """服务对象."""

    MEMBERS = "members", "党员干部"
    RESIDENTS = "residents", "居民群众"
    VILLAGERS = "villagers", "村民"
    ELDERLY = "elderly", "老年人"
    CHILDREN = "children", "儿童青少年"
    LEFT_BEHIND = "left_behind", "留守儿童"
    DISABLED = "disabled", "残疾人"
    HARDSHIP = "hardship", "困难家庭"
    FARMERS = "farmers", "种养农户"
    MERCHANTS = "merchants", "商户经营者"
    COMPANIES = "companies", "企业"
    STAFF = "staff", "执法和工作人员"
    YOUTH = "youth", "青年职工"
    WOMEN = "women", "妇女"
    VETERANS = "veterans", "退役军人"


class Sharing(TextChoices):
    PAIR = "pair", "结对支部可见"
    COUNTY = "county", "全县可见"


class ResourceState(TextChoices):
    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "可用"
    WITHDRAWN = "withdrawn", "停用"


RESOURCE_TRANSITIONS = {
    ResourceState.DRAFT: frozenset({ResourceState.PUBLISHED, ResourceState.WITHDRAWN}),
    ResourceState.PUBLISHED: frozenset({ResourceState.WITHDRAWN}),
    ResourceState.WITHDRAWN: frozenset({ResourceState.PUBLISHED}),
}


class LedgerPage(TextChoices):
    """The lists that views can be kept of; the values are the names of their pages."""

    RESOURCES = "resource_list", "资源清单"
    DEMANDS = "demand_list", "需求账单"


class Urgency(IntegerChoices):
    NORMAL = 0, "一般"
    URGENT = 1, "紧急"
    CRITICAL = 2, "特急"


class DemandSource(TextChoices):
    SYMPOSIUM = "symposium", "座谈"
    VISIT = "visit", "走访"
    PUBLIC = "public", "群众反映"
    SUPERIOR = "superior", "上级交办"
    OTHER = "other", "其他"


class DemandNature(TextChoices):
    PROBLEM = "problem", "当前存在的矛盾问题"
    FORESEEN = "foreseen", "未来面临的困难挑战"


class DemandState(TextChoices):
    DRAFT = "draft", "草稿"
    OPEN = "open", "待认领"
    CLAIMED = "claimed", "已认领待确认"
    IN_PROGRESS = "in_progress", "办理中"
    AWAITING_ACCEPTANCE = "awaiting_acceptance", "待验收"
    CLOSED = "closed", "已办结"
    RETURNED = "returned", "退回"
    SUSPENDED = "suspended", "挂起"
    WITHDRAWN = "withdrawn", "撤销"


DEMAND_TRANSITIONS = {
    DemandState.DRAFT: frozenset({DemandState.OPEN, DemandState.WITHDRAWN}),
    DemandState.OPEN: frozenset(
        {
            DemandState.CLAIMED,
            DemandState.IN_PROGRESS,  # an order drawn up by hand
            DemandState.AWAITING_ACCEPTANCE,  # an imported order handed in
            DemandState.RETURNED,
            DemandState.SUSPENDED,
            DemandState.WITHDRAWN,
            DemandState.CLOSED,
        }
    ),
    DemandState.CLAIMED: frozenset(
        {DemandState.OPEN, DemandState.IN_PROGRESS, DemandState.AWAITING_ACCEPTANCE}
    ),
    DemandState.IN_PROGRESS: frozenset(
        {DemandState.AWAITING_ACCEPTANCE, DemandState.OPEN, DemandState.SUSPENDED}
    ),
    DemandState.AWAITING_ACCEPTANCE: frozenset({DemandState.CLOSED, DemandState.IN_PROGRESS}),
    DemandState.CLOSED: frozenset(),
    DemandState.RETURNED: frozenset({DemandState.DRAFT, DemandState.OPEN, DemandState.WITHDRAWN}),
    DemandState.SUSPENDED: frozenset({DemandState.OPEN, DemandState.WITHDRAWN}),
    DemandState.WITHDRAWN: frozenset(),
}


# Nothing is left to do: not yet begun, done, or given up.
DEMAND_FINISHED = (DemandState.DRAFT, DemandState.CLOSED, DemandState.WITHDRAWN)


class OriginKind(TextChoices):
    """How one demand came out of another."""

    SPLIT = "split", "拆分"
    MERGE = "merge", "合并"


class Relation(TextChoices):
    """How a lexicon term stands to its service item."""

    SYNONYM = "synonym", "同义说法"
    COLLOQUIAL = "colloquial", "口语"
    ABBREVIATION = "abbreviation", "简称"
    OBJECT = "object", "常提到的事物"
    HYPERNYM = "hypernym", "大类说法"
    NEGATIVE = "negative", "排除词"
