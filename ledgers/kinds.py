"""What each kind of resource tells beyond the common fields: declared once, in DETAILS.

Form, detail page, validation, export and import follow from the table. `Resource.details` holds the values by
name; two kinds that use the same name mean the same thing by it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices

from core.wording import cn_date
from core.workbooks.errors import CellError
from core.workbooks.values import Day, Label, Number, Parser, Reading, Text, Whole, is_blank
from ledgers.enums import ResourceKind

READING = Reading()


class PolicyCategory(TextChoices):
    """What a document or notice is about."""

    SUBSIDY = "subsidy", "惠民补贴"
    INDUSTRY = "industry", "产业扶持"
    EMPLOYMENT = "employment", "就业创业"
    SOCIAL = "social", "社会保障"
    TAX = "tax", "税费优惠"
    FINANCE = "finance", "金融信贷"
    LAW = "law", "法规制度"
    OTHER = "other", "其他"


@dataclass(frozen=True)
class DetailField:
    """One field of a kind. `parse` says its type and bounds; `unit` stands behind the number."""

    name: str
    label: str
    parse: Parser
    unit: str = ""
    help_text: str = ""

    def read(self, value: Any) -> Any:
        """Give what `Resource.details` holds for a typed value; None for a blank one.

        Raises:
            CellError: with the reason, when the value is of another type or out of bounds.
        """
        if isinstance(value, str):
            value = value.strip("；; \n").removesuffix(self.unit or " ")
        if is_blank(value):
            return None
        if isinstance(self.parse, Label):
            known = value in self.parse.choices.values
            return str(value) if known else str(self.parse(value, READING))
        return as_json(self.parse(value, READING))

    def words(self, value: Any) -> str:
        """The stored value as a person reads it: 120 平方米."""
        if isinstance(self.parse, Label):
            return str(self.parse.choices(value).label)
        text = cn_date(date.fromisoformat(value)) if isinstance(self.parse, Day) else str(value)
        return f"{text} {self.unit}" if self.unit else text


FACILITIES = DetailField("facilities", "设施", Text(200), help_text="例如“投影、音响、无障碍通道”。")
OPEN_DAYS = DetailField("open_days", "开放日", Text(100), help_text="例如“每月5日主题党日”。")

DETAILS: Mapping[ResourceKind, tuple[DetailField, ...]] = {
    ResourceKind.POSITION: (
        DetailField("area", "面积", Number(minimum=1, maximum=1_000_000, places=1), "平方米"),
        DetailField("seats", "座位", Whole(minimum=1, maximum=100_000), "个"),
        FACILITIES,
        OPEN_DAYS,
    ),
    ResourceKind.STATION: (
        FACILITIES,
        OPEN_DAYS,
        DetailField("services", "服务内容", Text(200), help_text="例如“代办社保、测血压、义务理发”。"),
    ),
    ResourceKind.PROFESSIONAL: (
        DetailField("field", "专业领域", Text(60), help_text="例如“行政执法”“果树栽培”。"),
        DetailField("qualification", "职称或资格", Text(60), help_text="例如“公职律师”“高级农艺师”。"),
        DetailField("qualified_until", "资格有效期至", Day(), help_text="没有期限的请留空。"),
    ),
    ResourceKind.POLICY: (
        DetailField("category", "政策类别", Label(PolicyCategory)),
        DetailField("issuer", "发布单位", Text(100)),
        DetailField("document_number", "文号", Text(60), help_text="例如“双政发〔2025〕3号”。"),
    ),
    ResourceKind.GOODS: (
        DetailField("goods", "物资种类", Text(100), help_text="例如“办公电脑”“帮扶资金”。"),
        DetailField("quantity", "数量", Number(minimum=0, maximum=100_000_000)),
        DetailField("quantity_unit", "计量单位", Text(10), help_text="例如“台”“万元”。"),
    ),
    ResourceKind.VOLUNTEERS: (
        DetailField("people", "人数", Whole(minimum=1, maximum=100_000), "人"),
        DetailField("skills", "特长", Text(200), help_text="例如“电工、法律咨询、心理疏导”。"),
    ),
    ResourceKind.OTHER: (),
}
# How a kind names the common fields, where the office has its own words for them.
COMMON_LABELS: Mapping[ResourceKind, Mapping[str, str]] = {
    ResourceKind.POLICY: {"valid_from": "生效日期", "valid_to": "失效日期"},
}


def details_of(kind: str) -> tuple[DetailField, ...]:
    """The fields of a kind; none while it is not chosen, or for a value that is no kind."""
    return DETAILS[ResourceKind(kind)] if kind in ResourceKind.values else ()


def common_labels(kind: str) -> Mapping[str, str]:
    return COMMON_LABELS.get(ResourceKind(kind), {}) if kind in ResourceKind.values else {}


def as_json(value: Any) -> Any:
    """A parsed value as JSON can hold it: days in ISO form, numbers without needless decimals."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value


def settled(kind: str, details: Mapping[str, Any]) -> dict[str, Any]:
    """`details` as stored for a kind: its own fields in their order, read anew, without the blank ones.

    Raises:
        CellError: naming the field whose value cannot be.
    """
    values = {}
    for field in details_of(kind):
        try:
            values[field.name] = field.read(details.get(field.name))
        except CellError as error:
            raise CellError(f"{field.label}{error}") from error
    return {name: value for name, value in values.items() if value is not None}


def in_words(kind: str, details: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Label and words of what is known, in the order of the table."""
    return [
        (field.label, field.words(details[field.name])) for field in details_of(kind) if field.name in details
    ]


def as_text(kind: str, details: Mapping[str, Any]) -> str:
    """`details` in one cell of a workbook: 面积：120 平方米；座位：60 个."""
    return "；".join(f"{label}：{words}" for label, words in in_words(kind, details))


def from_text(kind: str, text: str) -> dict[str, Any]:
    """What `as_text` wrote, or an office typed in its manner; a ；that no label follows belongs to the text.

    Raises:
        CellError: for words under no label of this kind, and for a value that cannot be.
    """
    if is_blank(text):
        return {}
    labels = {field.label: field.name for field in details_of(kind)}
    head = "|".join(map(re.escape, labels)) or "(?!)"
    values: dict[str, str] = {}
    for part in re.split(rf"\s*[；;\n]\s*(?=(?:{head})\s*[：:])", text.strip()):
        label, colon, value = re.sub(r"\s*[：:]\s*", "：", part, count=1).partition("：")
        if not colon or label not in labels:
            known = "、".join(labels) or "（这一类没有分类信息，请留空）"
            raise CellError(f"不明白“{part[:30]}”，请写成“名称：内容”，用分号隔开，可写：{known}")
        values[labels[label]] = value
    return settled(kind, values)
