"""The ledgers that can be imported, in the order an empty database needs; the catalogue it has already."""

from __future__ import annotations

from django.db.models import TextChoices


class LedgerKind(TextChoices):
    BRANCHES = "branches", "组织清单"
    PAIRINGS = "pairings", "结对协议"
    RESOURCES = "resources", "资源清单"
    DEMANDS = "demands", "需求账单"
    PLAN_ORDERS = "plan_orders", "计划定单"
    ACTIVITIES = "activities", "活动台账"
    CATALOGUE = "catalogue", "服务目录"


# What one branch declares may be imported by that branch itself.
OWN_LEDGERS = frozenset({LedgerKind.RESOURCES, LedgerKind.DEMANDS})
