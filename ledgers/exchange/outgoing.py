"""The two ledgers written out in the columns they are read in; a round trip changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import IO, Any

from branches.contacts import Contacts
from branches.models import User
from core.wording import cn_date
from core.workbooks.columns import Column
from core.workbooks.filing import Sheet, write_sheet
from ledgers.exchange import demands, resources
from ledgers.kinds import as_text
from ledgers.models import Demand, Resource

Getter = Callable[[Any], Any]


def resource_workbook(rows: Iterable[Resource], *, user: User, unit: str, today: date) -> IO[bytes]:
    """资源清单 of `rows` with their `aspect_names`; phone numbers the reader may not see stay masked."""
    special: dict[str, Getter] = {
        "aspects": attrgetter("aspect_names"),
        "details": lambda row: as_text(row.kind, row.details),
    }
    total = {"counted": ("title", "项"), "summed": ("capacity_per_month",)}
    return ledger_workbook(resources.TITLE, resources.COLUMNS, rows, special, total, user, unit, today)


def demand_workbook(rows: Iterable[Demand], *, user: User, unit: str, today: date) -> IO[bytes]:
    """需求账单 of `rows`; a demand without a deadline is 长期."""
    special: dict[str, Getter] = {
        "aspect": lambda row: row.aspect.name,
        "deadline_on": lambda row: row.deadline_on or "长期",
    }
    total = {"counted": ("title", "条"), "summed": ("expected_people",)}
    return ledger_workbook(demands.TITLE, demands.COLUMNS, rows, special, total, user, unit, today)


def ledger_workbook(
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Any],
    special: Mapping[str, Getter],
    total: Mapping[str, Any],
    user: User,
    unit: str,
    today: date,
) -> IO[bytes]:
    """A ledger as the office files it, written row by row.

    Args:
        special: how a column's value is got where it is not the row's attribute of that name.
        total: what stands under the rows, as `Sheet` has it.
    """
    contacts = Contacts(user)
    getters: dict[str, Getter] = {
        "branch": lambda row: row.branch.name,
        "contact_phone": lambda row: contacts.phone(row.branch_id, row.contact_phone),
        **special,
    }
    wanted = [getters.get(column.name) or attrgetter(column.name) for column in columns]
    return write_sheet(
        Sheet(
            title=title,
            heading=f"{unit}{today.year}年度{title}",
            filed_by=f"填报单位：{unit}        填报人：{user}        填报日期：{cn_date(today)}",
            columns=columns,
            rows=([get(row) for get in wanted] for row in rows),
            signed=f"填表人：{user}        负责人：",
            **total,
        )
    )
