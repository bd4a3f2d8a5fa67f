"""操作留痕 of one row, in the words of its own form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.changes import in_words
from core.models import AuditEntry

SHORT = 40  # longer texts are only named, not quoted
VERBS = {
    "create": "登记",
    "update": "修改",
    "published": "启用",
    "withdrawn": "停用",
    "open": "提交（待认领）",
    "claimed": "被认领",
    "in_progress": "开始办理",
    "awaiting_acceptance": "提请验收",
    "returned": "退回",
    "suspended": "挂起",
    "hall": "进入认领大厅",
    "urge": "县党建办催办",
    "close": "销号",
    "confirm": "确认仍可用",
    "split": "拆分",
    "attach": "上传附件",
    "detach": "删除附件",
    "merge": "合并",
}
EXCEPTIONS = {"demand.withdrawn": "撤销"}


def trail(entries: Iterable[AuditEntry]) -> list[dict[str, Any]]:
    """Audited actions on a row as entries of the timeline component."""
    return [_told(entry) for entry in entries]


def _told(entry: AuditEntry) -> dict[str, Any]:
    verb = entry.action.rpartition(".")[2]
    sentences = [entry.summary, *_changes(entry), entry.reason and f"理由：{entry.reason}"]
    return {
        "at": entry.at,
        "title": EXCEPTIONS.get(entry.action) or VERBS.get(verb, entry.action),
        "actor": str(entry.actor) if entry.actor else "系统",
        "text": "；".join(filter(None, sentences)),
    }


def _changes(entry: AuditEntry) -> list[str]:
    """What changed, the state left out because the title says it."""
    return [
        in_words(entry.target_type, name, pair, most=SHORT)
        for name, pair in entry.changes.items()
        if name != "state"
    ]
