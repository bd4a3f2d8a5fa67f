"""Which importer reads which ledger; the one list that command, pages and demo go by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from branches import exchange as branches
from core.workbooks.columns import Column
from core.workbooks.results import ImportResult, ImportTerms
from core.workbooks.sheets import Book
from ledgers.exchange import catalogue, demands, resources
from pairing.activities.exchange import activities
from pairing.activities.exchange import columns as activity_columns
from pairing.imports.enums import LedgerKind
from pairing.plans.exchange import orders, pairings


@dataclass(frozen=True)
class Ledger:
    """One ledger: its columns, what it is for, and the function that takes its file in."""

    kind: LedgerKind
    columns: Sequence[Column]
    lead: str
    take_in: Callable[[bytes | Book, ImportTerms], ImportResult]

    @property
    def title(self) -> str:
        return self.kind.label


LEDGERS: dict[LedgerKind, Ledger] = {
    ledger.kind: ledger
    for ledger in (
        Ledger(
            LedgerKind.BRANCHES,
            branches.COLUMNS,
            "党组织及上下级关系，其他各表都引用这里的名称。",
            branches.import_branches,
        ),
        Ledger(
            LedgerKind.PAIRINGS,
            pairings.COLUMNS,
            "哪两个支部结对、协议的期限和内容。",
            pairings.import_pairings,
        ),
        Ledger(
            LedgerKind.RESOURCES,
            resources.COLUMNS,
            "各支部能提供什么，按“单位＋序号”识别。",
            resources.import_resources,
        ),
        Ledger(
            LedgerKind.DEMANDS,
            demands.COLUMNS,
            "各支部需要什么帮助，按“单位＋序号”识别。",
            demands.import_demands,
        ),
        Ledger(
            LedgerKind.PLAN_ORDERS,
            orders.COLUMNS,
            "一方的需求由另一方的哪项资源来办。",
            orders.import_plan_orders,
        ),
        Ledger(
            LedgerKind.ACTIVITIES,
            activity_columns.COLUMNS,
            "已经开展和已经定下日期的共建活动及成效。",
            activities.import_activities,
        ),
        Ledger(
            LedgerKind.CATALOGUE,
            catalogue.COLUMNS,
            "服务事项和大家说起它的词，按名称识别；先导出、在表里改好再导入最省事。",
            catalogue.import_catalogue,
        ),
    )
}

# What the branches have and do. The catalogue comes seeded, and no county needs a book of it to begin.
BOOKS = {kind: ledger for kind, ledger in LEDGERS.items() if kind != LedgerKind.CATALOGUE}
