"""Other headers under which offices write the columns of the two ledgers, and other words for values."""

from __future__ import annotations

from ledgers.enums import DemandState, ResourceKind, Urgency

BRANCH = (
    "单位",
    "单位名称",
    "支部",
    "支部名称",
    "党支部",
    "党组织",
    "所属支部",
    "填报支部",
    "申报单位",
    "提报单位",
    "提报支部",
    "报送单位",
    "上报单位",
    "责任单位",
)
ASPECT = ("方面", "大类", "领域", "类别", "需求类别", "需求类型", "所属方面", "服务方面", "服务领域")
KIND = ("类别", "大类", "类型", "资源类型", "资源种类")
RESOURCE_TITLE = (
    "名称",
    "资源",
    "资源项目",
    "项目名称",
    "可提供资源",
    "能提供什么",
    "可提供的服务",
    "服务项目",
)
DEMAND_TITLE = (
    "需求",
    "需求名称",
    "需求事项",
    "具体需求",
    "诉求",
    "诉求内容",
    "诉求事项",
    "内容",
    "事项",
    "问题",
    "问题事项",
    "存在问题",
    "存在的问题",
    "困难问题",
    "困难和问题",
    "需解决的问题",
    "需要解决的问题",
    "想解决的问题",
    "想解决的事",
    "想办的事",
    "需要什么帮助",
    "项目名称",
)
DETAIL = (
    "说明",
    "详细说明",
    "详细描述",
    "情况说明",
    "具体内容",
    "具体情况",
    "问题描述",
    "需求描述",
    "资源描述",
    "资源简介",
    "简介",
)
UNBOUNDED = ("不限", "不限次数", "无限制", "不限次")
CAPACITY = ("每月次数", "月承接次数", "月可承接次数", "每月可服务次数", "每月几次", "一个月几次", "承接能力")
AVAILABILITY = ("服务时间", "可用时间", "开放时间", "服务时段")
PLACE = ("地址", "服务地点", "所在地", "位置")
CONTACT = ("联络员", "负责人", "联络人", "姓名", "经办人")
PHONE = ("电话", "手机", "手机号", "手机号码", "联系方式", "电话号码")
AUDIENCE = ("对象", "受益对象", "服务人群", "受益群体", "涉及人群", "涉及群体")
PEOPLE = ("人数", "受益人数", "预计人数", "服务人数", "涉及人数")
URGENCY = ("紧急度", "缓急程度", "急缓程度", "轻重缓急", "是否紧急", "紧急情况")
RAISED = (
    "登记日期",
    "提出时间",
    "登记时间",
    "上报时间",
    "上报日期",
    "提报时间",
    "提报日期",
    "反映时间",
    "收集时间",
    "收集日期",
)
STATE = ("办理状态", "当前状态", "办理情况", "进展情况", "解决情况", "办结情况")
DEADLINE = (
    "时限",
    "完成时限",
    "办理时限",
    "解决时限",
    "解决期限",
    "办结时限",
    "完成期限",
    "时间要求",
    "希望解决时间",
    "要求完成时间",
    "要求办结时间",
    "计划完成时间",
    "预计完成时间",
    "期望解决时间",
    "期望时限",
    "截止日期",
    "最晚什么时候",
    "什么时候要",
    "希望完成时间",
    "期望完成时间",
)
CLOSED = ("办结日期", "办结时间", "解决时间", "完成时间", "完成日期", "实际完成时间", "销号日期", "销号时间")

URGENCIES = {
    "普通": Urgency.NORMAL,
    "不急": Urgency.NORMAL,
    "不紧急": Urgency.NORMAL,
    "否": Urgency.NORMAL,
    "急": Urgency.URGENT,
    "较急": Urgency.URGENT,
    "比较紧急": Urgency.URGENT,
    "是": Urgency.URGENT,
    "非常紧急": Urgency.CRITICAL,
    "十分紧急": Urgency.CRITICAL,
    "特别紧急": Urgency.CRITICAL,
}
OFFICE_STATES = {"已解决": DemandState.CLOSED}
STATES = {
    "未解决": DemandState.OPEN,
    "待解决": DemandState.OPEN,
    "未办理": DemandState.OPEN,
    "未办结": DemandState.OPEN,
    "未完成": DemandState.OPEN,
    "未销号": DemandState.OPEN,
    "待办理": DemandState.OPEN,
    "待对接": DemandState.OPEN,
    "未认领": DemandState.OPEN,
    "正在办理": DemandState.IN_PROGRESS,
    "解决中": DemandState.IN_PROGRESS,
    "进行中": DemandState.IN_PROGRESS,
    "办结": DemandState.CLOSED,
    "已完成": DemandState.CLOSED,
    "已销号": DemandState.CLOSED,
    "已撤销": DemandState.WITHDRAWN,
    "已退回": DemandState.RETURNED,
}
KINDS = {
    "阵地": ResourceKind.POSITION,
    "活动阵地": ResourceKind.POSITION,
    "场地": ResourceKind.POSITION,
    "服务站": ResourceKind.STATION,
    "人才": ResourceKind.PROFESSIONAL,
    "专家": ResourceKind.PROFESSIONAL,
    "政策": ResourceKind.POLICY,
    "资金": ResourceKind.GOODS,
    "物资": ResourceKind.GOODS,
    "队伍": ResourceKind.VOLUNTEERS,
    "志愿者": ResourceKind.VOLUNTEERS,
    "志愿服务队": ResourceKind.VOLUNTEERS,
}
