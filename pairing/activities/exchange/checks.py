"""What must be true of the rows of an imported 活动台账; every check records faults and settles names."""

from __future__ import annotations

from decimal import Decimal

from branches.naming import BranchNames
from core.workbooks.results import ImportTerms
from core.workbooks.tables import Row, Table
from core.workbooks.values import folded
from pairing.activities.exchange.columns import OUTCOMES
from pairing.activities.models import Activity, ActivityKind
from pairing.plans.models import Metric, PlanOrder


def settle_others(table: Table, names: BranchNames) -> None:
    """Replace 其他参加支部 by branches; the two parties are taking part anyway."""
    for row in table.rows:
        found = []
        for text in row.values.pop("others", ()):
            branch = names.find(text)
            if branch is None:
                table.fail(row, "others", f"“{text}”：{names.refusal(text)}")
            elif branch in {row.get("party_a"), row.get("party_b")}:
                table.fail(row, "others", f"“{text}”已是甲方或乙方，不要重复填写")
            else:
                found.append(branch)
        row.values["others"] = found


def settle_kinds(table: Table, terms: ImportTerms) -> None:
    """Write kinds as the dictionary does; a kind's 四联类别 must be the dictionary's, a new kind is noted."""
    known = {folded(kind.name): (kind.name, kind.line) for kind in ActivityKind.objects.all()}
    for row in table.rows:
        if not row.has("kind", "line"):
            continue
        key, line = folded(row.values["kind"]), row.values["line"]
        if key not in known and not terms.may_extend:
            allowed = "、".join(name for name, _ in known.values())
            table.fail(row, "kind", f"没有这个活动类型，可填：{allowed}")
            continue
        if key not in known:
            known[key] = (row.values["kind"], line)
            table.notes.append(f"“{row.values['kind']}”是新的活动类型，随本次导入按“{line.label}”加入字典。")
        row.values["kind"], expected = known[key]
        if line != expected:
            table.fail(
                row,
                "line",
                f"活动类型“{row.values['kind']}”属于“{type(line)(expected).label}”，请改正四联类别",
            )


def settle_outcomes(table: Table, terms: ImportTerms) -> None:
    """Gather the pairs of 成效指标 and 成效数值 of each row as `outcomes`; a new metric is noted."""
    known = {folded(metric.name): metric.name for metric in Metric.objects.all()}
    for row in table.rows:
        outcomes: list[tuple[str, Decimal]] = []
        for n in OUTCOMES:
            pair = _pair(table, row, n)
            if pair is None or not _knows_metric(table, row, n, known, terms):
                continue
            name = known[folded(pair[0])]
            if name in [other for other, _ in outcomes]:
                table.fail(row, f"metric_{n}", "同一活动里这个指标写了两次，请删去一处")
            outcomes.append((name, pair[1]))
        row.values["outcomes"] = outcomes


def _knows_metric(table: Table, row: Row, n: int, known: dict[str, str], terms: ImportTerms) -> bool:
    """Whether metric number `n` of the row is in the dictionary, or is now."""
    name = row.values[f"metric_{n}"]
    if folded(name) in known:
        return True
    if not terms.may_extend:
        table.fail(row, f"metric_{n}", f"没有这个指标，可填：{'、'.join(known.values())}")
        return False
    known[folded(name)] = name
    table.notes.append(f"“{name}”是新的成效指标，随本次导入加入字典。")
    return True


def settle_orders(table: Table) -> None:
    """Replace 对应定单编号 by the plan order, which must be one of the same pairing."""
    numbers = {row.get("plan_order") for row in table.rows if row.get("plan_order")}
    orders = PlanOrder.objects.filter(number__in=numbers).select_related(
        "pairing__branch_a", "pairing__branch_b"
    )
    by_number = {order.number: order for order in orders}
    for row in table.rows:
        number = row.values.pop("plan_order", "")
        order = by_number.get(number)
        if number and order is None:
            table.fail(row, "plan_order", "没有这张定单，请先导入计划定单或改正编号")
        elif order and row.has("pairing") and order.pairing_id != row.values["pairing"].pk:
            table.fail(row, "plan_order", f"这张定单是“{order.pairing}”的，与甲方、乙方不符，请改正编号")
        else:
            row.values["plan_order"] = order


def check_times(table: Table) -> None:
    for row in table.rows:
        starts, ends = row.get("starts"), row.get("ends")
        if starts and ends and ends <= starts:
            table.fail(row, "ends", "须晚于开始时间，请核对")


def check_serials(table: Table) -> None:
    """A number that the system itself gave to another activity cannot be used for this one."""
    table.fail_repeated("serial")
    serials = [row.get("serial") for row in table.rows if row.get("serial")]
    own = Activity.objects.filter(serial__in=serials, task__isnull=False)
    titles = dict(own.values_list("serial", "title"))
    for row in table.rows:
        title = titles.get(row.get("serial"))
        if title is not None and row.has("title") and row.values["title"] != title:
            table.fail(row, "serial", f"系统里的活动“{title}”已用了这个序号，请换一个")


def _pair(table: Table, row: Row, n: int) -> tuple[str, Decimal] | None:
    """Metric and value number `n`; one without the other is a fault."""
    metric, value = f"metric_{n}", f"value_{n}"
    if not row.has(metric, value):
        return None
    if row.values[metric] and row.values[value] is None:
        table.fail(row, value, f"写了成效指标{n}，还要写数值")
    elif row.values[value] is not None and not row.values[metric]:
        table.fail(row, metric, f"写了成效数值{n}，还要写指标名称")
    elif row.values[metric]:
        return row.values[metric], row.values[value]
    return None
