"""The audit trail as the timeline of a page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.changes import value_in_words
from core.models import AuditEntry
from pairing.plans.models import Agreement, Claim, Pairing, PlanOrder

ICONS = {
    "claim.propose": "hand-index",
    "claim.counter": "arrow-left-right",
    "claim.agree": "check",
    "claim.withdraw": "arrow-counterclockwise",
    "claim.accept": "check-circle",
    "claim.decline": "x-circle",
    "claim.expire": "clock-history",
    "plan_order.draft": "file-earmark-plus",
    "plan_order.edit": "pencil",
    "plan_order.ask_change": "pencil-square",
    "plan_order.change": "check2-all",
    "plan_order.keep": "x-circle",
    "plan_order.unask_change": "arrow-counterclockwise",
    "plan_order.confirm": "check2-all",
    "plan_order.start": "calendar-check",
    "plan_order.task_done": "check2-square",
    "plan_order.hand_in": "clipboard-check",
    "plan_order.accept": "check-circle-fill",
    "plan_order.return": "arrow-return-left",
    "plan_order.cancel": "x-circle",
    "pairing.create": "link-45deg",
    "pairing.end": "stop-circle",
    "agreement.draft": "file-earmark-plus",
    "agreement.edit": "pencil",
    "agreement.send": "send",
    "agreement.sign": "pen",
    "agreement.terminate": "stop-circle",
}


def timeline(entries: Iterable[AuditEntry]) -> list[dict[str, Any]]:
    """Give what happened, in the order of the entries, as the timeline component takes it."""
    return [
        {
            "at": entry.at,
            "title": entry.summary or entry.action,
            "text": "；".join(filter(None, [entry.reason and f"理由：{entry.reason}", _moved(entry)])),
            "actor": entry.actor or "系统",
            "icon": ICONS.get(entry.action, "dot"),
        }
        for entry in entries
    ]


FIELDS = {
    field.name: field for model in (Agreement, Pairing, Claim, PlanOrder) for field in model._meta.fields
}
LISTED = {"tasks": "任务清单", "targets": "预期指标"}  # too long to be quoted


def _moved(entry: AuditEntry) -> str:
    """Say old → new of edited fields; a change of state is in the title already."""
    listed = [f"{label}有改动" for name, label in LISTED.items() if name in entry.changes]
    moved = [
        f"{FIELDS[name].verbose_name}：{_word(name, old)} → {_word(name, new)}"
        for name, (old, new) in entry.changes.items()
        if name != "state" and name in FIELDS
    ]
    return "；".join([*moved, *listed])


def _word(name: str, value: str) -> str:
    return value_in_words(FIELDS[name], value)
