"""Audited actions in the words an auditor reads: plan_order.confirm → 确认计划定单."""

from __future__ import annotations

from django.apps import apps

VERBS = {
    "accept": "接受",
    "activate": "启用",
    "add_clauses": "补录条款",
    "agree": "同意",
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
    "deactivate": "停用",
    "decline": "婉拒",
    "delete": "删除",
    "detach": "删除附件自",
    "dissolve": "撤销",
    "done": "办结",
    "draft": "起草",
    "edit": "修改",
    "end": "结束",
    "execute": "办理",
    "expire": "到期失效",
    "hall": "开放认领",
    "hand_in": "提交验收",
    "hand_over": "交接",
    "import": "导入",
    "in_progress": "开始办理",
    "keep": "不同意变更",
    "keep_scan": "上传扫描件",
    "merge": "合并",
    "move": "改期",
    "note": "登记",
    "open": "开放",
    "pick_up": "生成",
    "plan": "安排",
    "propose": "发起",
    "publish": "发布",
    "published": "发布",
    "record": "记录",
    "remove": "删除",
    "resend": "重发",
    "restore": "恢复",
    "retire": "停用",
    "retry": "重算",
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
    "undo": "撤销",
    "update": "修改",
    "urge": "催办",
    "withdraw": "撤销",
    "withdrawn": "撤销",
}


WHOLE = {  # actions whose words are not their verb before the name of their table
    "activity.correct": "更正活动记录",
    "activity.lead": "更换活动的主讲/带队",
    "activity.to_record": "活动时间已过，待补记录",
    "activity.under_way": "活动开始",
    "claim.withdraw": "撤回认领",
    "demand.awaiting_acceptance": "需求提请验收",
    "demand.hall": "需求进入认领大厅",
    "demand.item_confirm": "核对需求的服务事项",
    "plan_order.accept": "验收计划定单",
    "plan_order.hand_in": "计划定单提交验收",
    "plan_order.task_add": "增加计划定单的任务",
    "plan_order.task_done": "完成计划定单的任务",
    "resource.confirm": "确认资源仍可用",
    "resource.item_confirm": "核对资源的服务事项",
    "resource.withdrawn": "停用资源",
    "user.change_password": "修改自己的密码",
    "user.reset_password": "重置用户密码",
}


def action_words(action: str, target_type: str) -> str:
    """Say an action in Chinese; a verb without a word here is shown as it is stored."""
    if action in WHOLE:
        return WHOLE[action]
    verb = action.rpartition(".")[2]
    words, noun = VERBS.get(verb, verb), target_noun(target_type)
    return noun if noun.startswith(words) else f"{words}{noun}"


def target_noun(target_type: str) -> str:
    """The Chinese name of a table, or its stored name when the table is gone."""
    try:
        return str(apps.get_model(target_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return target_type
