"""Choices and state machines of pairings, claims and plan orders."""

from __future__ import annotations

from django.db.models import TextChoices


class Line(TextChoices):
    """四联: the four joint lines."""

    ORGANISATION = "organisation", "组织联建"
    ACTIVITY = "activity", "活动联办"
    TALENT = "talent", "人才联育"
    WORK = "work", "工作联抓"


class PairingKind(TextChoices):
    """For a term, or for one matter: a branch helps another one it is not paired with."""

    TERM = "term", "结对"
    SUPPORT = "support", "县内支援"


class PairingState(TextChoices):
    ACTIVE = "active", "结对中"
    ENDED = "ended", "已结束"


PAIRING_TRANSITIONS = {
    PairingState.ACTIVE: frozenset({PairingState.ENDED}),
    PairingState.ENDED: frozenset(),
}


class AgreementState(TextChoices):
    DRAFT = "draft", "草稿"
    TO_SIGN = "to_sign", "待签"
    IN_FORCE = "in_force", "生效"
    RENEWED = "renewed", "已续签"
    TERMINATED = "terminated", "终止"


AGREEMENT_TRANSITIONS = {
    AgreementState.DRAFT: frozenset({AgreementState.TO_SIGN, AgreementState.TERMINATED}),
    AgreementState.TO_SIGN: frozenset(
        {AgreementState.DRAFT, AgreementState.IN_FORCE, AgreementState.TERMINATED}
    ),
    AgreementState.IN_FORCE: frozenset({AgreementState.RENEWED, AgreementState.TERMINATED}),
    AgreementState.RENEWED: frozenset(),
    AgreementState.TERMINATED: frozenset(),
}


AGREEMENT_OPEN = (AgreementState.DRAFT, AgreementState.TO_SIGN)


class ClaimState(TextChoices):
    PROPOSED = "proposed", "待对方确认"
    COUNTERED = "countered", "已改议"
    AGREED = "agreed", "已同意，待齐"
    ACCEPTED = "accepted", "已确认"
    DECLINED = "declined", "已婉拒"
    WITHDRAWN = "withdrawn", "已撤回"
    EXPIRED = "expired", "已失效"


_ANSWERS = frozenset(
    {
        ClaimState.COUNTERED,
        ClaimState.AGREED,
        ClaimState.ACCEPTED,
        ClaimState.DECLINED,
        ClaimState.WITHDRAWN,
        ClaimState.EXPIRED,
    }
)
CLAIM_TRANSITIONS = {
    ClaimState.PROPOSED: _ANSWERS,
    ClaimState.COUNTERED: _ANSWERS,
    ClaimState.AGREED: frozenset({ClaimState.ACCEPTED, ClaimState.EXPIRED}),
    ClaimState.ACCEPTED: frozenset(),
    ClaimState.DECLINED: frozenset(),
    ClaimState.WITHDRAWN: frozenset(),
    ClaimState.EXPIRED: frozenset(),
}
CLAIM_PENDING = (ClaimState.PROPOSED, ClaimState.COUNTERED)  # somebody's answer is due
CLAIM_UNDECIDED = (*CLAIM_PENDING, ClaimState.AGREED)


class PlanOrderState(TextChoices):
    DRAFT = "draft", "草稿"
    TO_CONFIRM = "to_confirm", "待双方确认"
    CONFIRMED = "confirmed", "已确认"
    IN_PROGRESS = "in_progress", "实施中"
    AWAITING_ACCEPTANCE = "awaiting_acceptance", "待验收"
    COMPLETED = "completed", "已完成"
    CANCELLED = "cancelled", "取消"


PLAN_ORDER_TRANSITIONS = {
    PlanOrderState.DRAFT: frozenset({PlanOrderState.TO_CONFIRM, PlanOrderState.CANCELLED}),
    PlanOrderState.TO_CONFIRM: frozenset(
        {PlanOrderState.DRAFT, PlanOrderState.CONFIRMED, PlanOrderState.CANCELLED}
    ),
    PlanOrderState.CONFIRMED: frozenset({PlanOrderState.IN_PROGRESS, PlanOrderState.CANCELLED}),
    PlanOrderState.IN_PROGRESS: frozenset({PlanOrderState.AWAITING_ACCEPTANCE, PlanOrderState.CANCELLED}),
    PlanOrderState.AWAITING_ACCEPTANCE: frozenset({PlanOrderState.IN_PROGRESS, PlanOrderState.COMPLETED}),
    PlanOrderState.COMPLETED: frozenset(),
    PlanOrderState.CANCELLED: frozenset(),
}
PLAN_ORDER_LIVE = (
    PlanOrderState.DRAFT,
    PlanOrderState.TO_CONFIRM,
    PlanOrderState.CONFIRMED,
    PlanOrderState.IN_PROGRESS,
    PlanOrderState.AWAITING_ACCEPTANCE,
)


class ChangeState(TextChoices):
    PROPOSED = "proposed", "待对方答复"
    ACCEPTED = "accepted", "已同意"
    DECLINED = "declined", "未同意"
    WITHDRAWN = "withdrawn", "已撤回"
    LAPSED = "lapsed", "已失效"


CHANGE_TRANSITIONS = {
    ChangeState.PROPOSED: frozenset(
        {ChangeState.ACCEPTED, ChangeState.DECLINED, ChangeState.WITHDRAWN, ChangeState.LAPSED}
    ),
    ChangeState.ACCEPTED: frozenset(),
    ChangeState.DECLINED: frozenset(),
    ChangeState.WITHDRAWN: frozenset(),
    ChangeState.LAPSED: frozenset(),
}


class TaskKind(TextChoices):
    PREPARATION = "preparation", "准备"
    ACTIVITY = "activity", "联办活动"
    FOLLOW_UP = "follow_up", "跟进"


class OnBehalfStep(TextChoices):
    """What the county office can do in the name of a branch that does not answer."""

    CLAIM_ACCEPT = "claim_accept", "同意认领"
    ORDER_CONFIRM = "order_confirm", "确认定单"
    ORDER_ACCEPT = "order_accept", "验收销号"
    AGREEMENT_SIGN = "agreement_sign", "签订协议"
    CHANGE_ACCEPT = "change_accept", "同意变更"
    CHANGE_DECLINE = "change_decline", "不同意变更"


# The steps that stand for the confirmation of a version.
CONFIRMING_STEPS = (OnBehalfStep.ORDER_CONFIRM, OnBehalfStep.CHANGE_ACCEPT)


class Aggregation(TextChoices):
    SUM = "sum", "累计"
    LATEST = "latest", "取最新"
