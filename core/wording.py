"""Chinese wording of dates, periods and quantities, shared by pages, workbooks and documents."""

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

WEEKDAYS = "一二三四五六日"
DASH = "—"


def _local(value: date | datetime) -> date | datetime:
    """Give an aware instant in local time; leave dates and naive values alone."""
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


def cn_date(value: date | datetime | None) -> str:
    """Write 2025年11月28日; nothing becomes a dash."""
    if not value:
        return DASH
    value = _local(value)
    return f"{value.year}年{value.month}月{value.day}日"


def cn_datetime(value: datetime | None) -> str:
    """Write 2025年11月28日 14:30 in local time."""
    if not value:
        return DASH
    return f"{cn_date(value)} {_local(value):%H:%M}"


def short_date(value: date | datetime | None) -> str:
    """Write 11-28 周五, for rows where the year is plain from the context."""
    if not value:
        return DASH
    value = _local(value)
    return f"{value:%m-%d} 周{WEEKDAYS[value.weekday()]}"


def short_datetime(value: datetime | None) -> str:
    """Write 11-28 周五 14:30 in local time."""
    if not value:
        return DASH
    return f"{short_date(value)} {_local(value):%H:%M}"


def relative_day(value: date | None, today: date) -> str:
    """Say how far a day is from today: 今天, 3 天后, 已过 2 天. Only ever shown beside the date itself."""
    if not value:
        return ""
    days = (value - today).days
    if days == 0:
        return "今天"
    if days == 1:
        return "明天"
    return f"{days} 天后" if days > 0 else f"已过 {-days} 天"


def quantity(value: int | float | Decimal | None) -> str:
    """Write a number with thousands separators and no idle zeros: 12,000 or 3.5."""
    if value is None or value == "":
        return DASH
    text = f"{Decimal(str(value)):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def approx(value: int | float | Decimal | None, is_approximate: bool = True) -> str:
    """Write 约 12,000 for an estimate, the bare quantity otherwise."""
    if value is None or value == "":
        return DASH
    return f"约 {quantity(value)}" if is_approximate else quantity(value)
