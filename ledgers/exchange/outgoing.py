"""The two ledgers written out in the columns they are read in; a round trip changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from branches.contacts import Contacts
from branches.models import User
from core.wording import cn_date
from core.workbooks.columns import Column
from core.workbooks.filing import Sheet, write_sheet
from ledgers.exchange import demands, resources
from ledgers.kinds import as_text
from ledgers.models import Demand, Resource

Getter = Callable[[Any], Any]


def resource_workbook(rows: Iterable[Resource], *, user: User, unit: str, today: date) -> bytes:
    """资源清单 of `rows`; phone numbers the reader may not see stay masked."""
    found = list(rows)
    special: dict[str, Getter] = {
        "aspects": lambda row: [aspect.name for aspect in row.aspects.all()],
        "details": lambda row: as_text(row.kind, row.details),
    }
    totals = {
        "title": f"{len(found)}项",
        "capacity_per_month": sum(row.capacity_per_month or 0 for row in found),
    }
    return _workbook(resources.TITLE, resources.COLUMNS, found, special, totals, user, unit, today)


def demand_workbook(rows: Iterable[Demand], *, user: User, unit: str, today: date) -> bytes:
    """需求账单 of `rows`; a demand without a deadline is 长期."""
    found = list(rows)
    special: dict[str, Getter] = {
        "aspect": lambda row: row.aspect.name,
        "deadline_on": lambda row: row.deadline_on or "长期",
    }
    totals = {
        "title": f"{len(found)}条",
        "expected_people": sum(row.expected_people or 0 for row in found),
    }
    return _workbook(demands.TITLE, demands.COLUMNS, found, special, totals, user, unit, today)


def _workbook(
    title: str,
    columns: tuple[Column, ...],
    rows: list[Any],
    special: Mapping[str, Getter],
    totals: Mapping[str, Any],
    user: User,
    unit: str,
    today: date,
) -> bytes:
    contacts = Contacts(user)
    getters: dict[str, Getter] = {
        "branch": lambda row: row.branch.name,
        "contact_phone": lambda row: contacts.phone(row.branch_id, row.contact_phone),
        **special,
    }
    return write_sheet(
        Sheet(
            title=title,
            heading=f"{unit}{today.year}年度{title}",
            filed_by=f"填报单位：{unit}        填报人：{user}        填报日期：{cn_date(today)}",
            columns=columns,
            rows=[[_value(row, column, getters) for column in columns] for row in rows],
            totals=totals,
        )
    )


def _value(row: Any, column: Column, getters: Mapping[str, Getter]) -> Any:
    getter = getters.get(column.name)
    return getter(row) if getter else getattr(row, column.name)
