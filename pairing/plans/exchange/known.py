"""A file of 结对协议 held against what the county has: numbers, terms, and what still runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from core.wording import cn_date
from core.workbooks.tables import Row, Table
from pairing.plans.enums import PLAN_ORDER_LIVE, AgreementState, PairingKind, PairingState
from pairing.plans.exchange.pairs import PARTIES, Pair, pair_of
from pairing.plans.models import Agreement, Pairing, PlanOrder
from pairing.plans.services.pairing_ending import live_orders_refusal
from pairing.plans.services.pairings import overlap_refusal

NO_REASON = "写了共建总结就是结束结对，请写明结束的理由；不结束的请清空总结"
NO_SUMMARY = "结束结对要有共建总结：做成了什么、留下什么经验，几句话即可"
NOT_LATEST = "这份协议之后还有续签，请把结束理由和共建总结写在最新一份协议的那一行"


def check_known(table: Table) -> None:
    """Refuse rows that take another pair's number, overlap what stands, or end what still runs."""
    rows = [row for row in table.rows if row.has("number", *PARTIES)]
    numbers = [row.values["number"] for row in rows]
    known = {
        each.number: each
        for each in Agreement.objects.filter(number__in=numbers).select_related(
            "pairing__branch_a", "pairing__branch_b"
        )
    }
    own = [row for row in rows if _is_of_its_pair(table, row, known) and row.has("starts_on", "ends_on")]
    beside = _standing_beside(known)
    _check_agreements(table, own, beside)
    _check_earlier(table, [row for row in own if row.values["number"] not in known])
    open_rows = [row for row in own if _may_end(known.get(row.values["number"]))]
    _check_ending(table, open_rows, beside)


def _is_of_its_pair(table: Table, row: Row, known: dict[str, Agreement]) -> bool:
    """A number that is already another pair's agreement is a slip of the pen, not a change of parties."""
    agreement = known.get(row.values["number"])
    if agreement is None or all(agreement.pairing.has(pk) for pk in pair_of(row)):
        return True
    table.fail(row, "number", f"这个编号已是“{agreement.pairing}”的协议，请改正编号")
    return False


def _may_end(agreement: Agreement | None) -> bool:
    """What has ended stays as it is, whatever its row says."""
    return agreement is None or agreement.pairing.is_active


def _standing_beside(known: Iterable[str]) -> list[Agreement]:
    """The signed agreements of running pairs that the file does not name."""
    signed = Agreement.objects.filter(state__in=[AgreementState.IN_FORCE, AgreementState.RENEWED])
    beside = signed.filter(pairing__state=PairingState.ACTIVE).exclude(number__in=list(known))
    return list(beside.select_related("pairing").order_by("starts_on"))


def _check_agreements(table: Table, rows: list[Row], beside: list[Agreement]) -> None:
    """Two agreements of one pair are a renewal, so their terms may not overlap."""
    for row in rows:
        starts_on, ends_on = row.values["starts_on"], row.values["ends_on"] or date.max
        for each in beside:
            is_same = sides(each.pairing) == pair_of(row)
            if is_same and each.starts_on <= ends_on and starts_on <= (each.ends_on or date.max):
                until = cn_date(each.ends_on) if each.ends_on else "长期"
                standing = f"{each.number}（{cn_date(each.starts_on)}至{until}）"
                table.fail(row, "starts_on", f"与系统里的协议 {standing}期限重叠，请核对起止日期")


def _check_earlier(table: Table, rows: list[Row]) -> None:
    """A pair that begins anew does so after the pairing before has ended."""
    ended: dict[Pair, Pairing] = {}
    pairings = Pairing.objects.filter(kind=PairingKind.TERM).select_related("branch_a", "branch_b")
    running = {sides(each) for each in pairings if each.is_active}
    for each in pairings.filter(state=PairingState.ENDED).order_by("ends_on"):
        ended[sides(each)] = each
    for row in rows:
        earlier = None if pair_of(row) in running else ended.get(pair_of(row))
        if earlier and (refusal := overlap_refusal(earlier, row.values["starts_on"])):
            table.fail(row, "starts_on", refusal)


def _check_ending(table: Table, rows: list[Row], beside: list[Agreement]) -> None:
    """A pairing ends by its latest agreement, with reason and summary, and with no order still running."""
    latest: dict[Pair, date] = {}
    for pair, day in (
        *((sides(each.pairing), each.starts_on) for each in beside),
        *((pair_of(row), row.values["starts_on"]) for row in rows),
    ):
        latest[pair] = max(day, latest.get(pair, day))
    ending = [row for row in rows if row.get("end_reason") or row.get("end_summary")]
    live = _live_counts() if ending else {}
    for row in ending:
        if not row.get("end_reason"):
            table.fail(row, "end_reason", NO_REASON)
        if not row.get("end_summary"):
            table.fail(row, "end_summary", NO_SUMMARY)
        if row.values["starts_on"] < latest[pair_of(row)]:
            table.fail(row, "end_summary", NOT_LATEST)
        if refusal := live_orders_refusal(live.get(pair_of(row), 0)):
            table.fail(row, "end_reason", refusal)


def _live_counts() -> dict[Pair, int]:
    """How many orders of each pair are still running."""
    live = PlanOrder.objects.filter(state__in=PLAN_ORDER_LIVE, pairing__kind=PairingKind.TERM)
    return Counter(frozenset(both) for both in live.values_list("pairing__branch_a", "pairing__branch_b"))


def sides(pairing: Pairing) -> Pair:
    return frozenset({pairing.branch_a_id, pairing.branch_b_id})
