"""Audited actions in the words an auditor reads: plan_order.confirm → 确认计划定单."""

from __future__ import annotations

from django.apps import apps

VERBS = {
    "accept": "接受",
    "agree": "同意",
    "add_clauses": "补录条款",
    "ask_change": "申请变更",
    "attach": "上传附件到",
    "awaiting_acceptance": "提交验收",
    "cancel": "取消",
    "change": "修改",
    "claimed": "认领",
    "close": "办结",
    "closed": "办结",
    "confirm": "确认",
    "counter": "改议",
    "create": "新增",
    "decline": "婉拒",
    "delete": "删除",
    "detach": "删除附件自",
    "done": "办结",
    "draft": "起草",
    "edit": "修改",
    "end": "结束",
    "execute": "办理",
    "expire": "到期失效",
    "hand_in": "提交验收",
    "hall": "开放认领",
    "keep": "不同意变更",
    "hand_over": "交接",
    "import": "导入",
    "keep_scan": "上传扫描件",
    "in_progress": "开始办理",
    "merge": "合并",
    "move": "改期",
    "open": "开放",
    "pick_up": "生成",
    "plan": "安排",
    "propose": "发起",
    "publish": "发布",
    "record": "记录",
    "resend": "重发",
    "restore": "恢复",
    "retire": "停用",
    "published": "发布",
    "return": "退回",
    "returned": "退回",
    "schedule": "排期",
    "send": "送签",
    "settle": "核实",
    "sign": "签订",
    "split": "拆分",
    "start": "开始实施",
    "suspend": "挂起",
    "suspended": "挂起",
    "task_done": "办结任务",
    "terminate": "终止",
    "unask_change": "撤回变更",
    "update": "修改",
    "urge": "催办",
    "withdraw": "撤销",
    "withdrawn": "撤销",
}


def action_words(action: str, target_type: str) -> str:
    """Say an action in Chinese; a verb without a word here is shown as it is stored."""
    verb = action.rpartition(".")[2]
    words, noun = VERBS.get(verb, verb), target_noun(target_type)
    return noun if noun.startswith(words) else f"{words}{noun}"


def target_noun(target_type: str) -> str:
    """The Chinese name of a table, or its stored name when the table is gone."""
    try:
        return str(apps.get_model(target_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return target_type
