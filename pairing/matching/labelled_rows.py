"""What is read of a labelled county's file: its parts, their fields, and what may stand in each.

A field without a default has to be there, one with a default may be absent, null or empty. What else the
file says is not looked at. Ids are text; a whole number counts as its digits, because the keys of `labels`
can only be text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from datetime import date
from typing import Annotated, Any, NamedTuple, get_type_hints

from core.faults import CONTROLS
from core.periods import YEARS

MOST_VISITS = 999_999  # a month; more is a typing error
GRADES = (0, 1, 2)


def text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError('须是加引号的文字，不能空着，例如 "义诊"')
    if "\0" in value or CONTROLS.search(value):
        raise ValueError("含有不可见的控制字符，请删去")
    return value


def identity(value: Any) -> str:
    if type(value) is int:
        return str(value)
    if not isinstance(value, str):
        raise ValueError('编号须是文字或整数，例如 "d1"')
    return text(value)


def day(value: Any) -> date:
    try:
        found = date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise ValueError('须是加引号的日期，写成 "2026-03-01" 这样') from error
    if found.year not in YEARS:
        raise ValueError(f"年份须在 {YEARS[0]} 到 {YEARS[-1]} 之间")
    return found


def visits(value: Any) -> int:
    is_whole = type(value) is int or (type(value) is float and value.is_integer())
    if not is_whole or not 0 <= value <= MOST_VISITS:
        raise ValueError(f"须是 0 到 {MOST_VISITS} 的整数，不加引号；不限次数就写 null")
    return int(value)


def grade(value: Any) -> int:
    if type(value) is not int or value not in GRADES:
        raise ValueError("须是 2（直接能办）或 1（能办一部分），办不了的写 0 或不写")
    return value


def listing(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("须是列表，写成 […] 这样")
    return value


def mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("须是对象，写成 {…} 这样")
    return value


class Read(NamedTuple):
    """`read` raises ValueError with what it wants; `of` is the list whose id it names."""

    read: Callable[[Any], Any]
    of: str = ""
    may_be_null: bool = True  # where the field has a default


class Field(NamedTuple):
    name: str
    how: Read
    is_needed: bool


def fields_of(kind: Any) -> list[Field]:
    """The fields of one of the records below."""
    hints = get_type_hints(kind, include_extras=True)
    return [
        Field(each.name, hints[each.name].__metadata__[0], each.default is MISSING) for each in fields(kind)
    ]


Id = Annotated[str, Read(identity)]
BranchId = Annotated[str, Read(identity, of="branches")]
Text = Annotated[str, Read(text)]
Part = Annotated[list[Any], Read(listing)]


@dataclass(frozen=True, slots=True)
class Whole:
    """The object at the top."""

    as_of: Annotated[date, Read(day)]
    branches: Part
    resources: Part
    demands: Part
    county: Text = ""
    pairings: Annotated[list[Any] | None, Read(listing, may_be_null=False)] = None
    labels: Annotated[dict[str, Any] | None, Read(mapping, may_be_null=False)] = None


@dataclass(frozen=True, slots=True)
class BranchRow:
    id: Id
    name: Text


@dataclass(frozen=True, slots=True)
class PairingRow:
    branch_a: BranchId
    branch_b: BranchId


@dataclass(frozen=True, slots=True)
class ResourceRow:
    id: Id
    owner_branch: BranchId
    name: Text
    description: Text = ""
    target_group: Text = ""
    category: Text = ""
    capacity_per_month: Annotated[int | None, Read(visits)] = None


@dataclass(frozen=True, slots=True)
class DemandRow:
    id: Id
    branch: BranchId
    name: Text
    description: Text = ""
    target_group: Text = ""
    aspect: Annotated[str | None, Read(text)] = None
    urgency: Text = ""
    raised_on: Annotated[date | None, Read(day)] = None
    deadline: Annotated[date | None, Read(day)] = None
