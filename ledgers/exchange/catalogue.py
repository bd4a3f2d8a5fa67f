"""服务目录 out and in: one line an aspect, one an item with its words; a round trip changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import IO, Any

from branches.models import User
from core.wording import cn_date
from core.workbooks.columns import Column
from core.workbooks.filing import Sheet, write_sheet
from core.workbooks.values import Day, Several, Text, Whole
from ledgers.enums import Audience, HelpKind, Relation
from ledgers.models import ServiceAspect, ServiceItem
from ledgers.selectors.catalogue import catalogue_rows
from ledgers.services.lexicon import LONGEST, words_of

TITLE = "服务目录"
WORDS = {str(relation): str(relation.label) for relation in Relation}
COLUMNS = (
    Column("方面", "aspect", Text(40), required=True, also=("需求方面", "服务方向"), spans=True),
    Column("服务事项", "item", Text(40), also=("事项", "事项名称")),
    Column("排序", "position", Whole(maximum=9999), optional=True),
    Column("服务方式", "help_kinds", Several(LONGEST), optional=True),
    Column("服务对象", "audiences", Several(LONGEST), optional=True),
    *(Column(label, relation, Several(200), optional=True) for relation, label in WORDS.items()),
    Column("停用日期", "retired_on", Day(), optional=True),
    Column("停用理由", "retired_reason", Text(300), optional=True),
)


def catalogue_workbook(*, user: User, unit: str, today: date) -> IO[bytes]:
    """The whole catalogue; a line without 服务事项 is an aspect itself."""
    return write_sheet(
        Sheet(
            title=TITLE,
            heading=TITLE,
            filed_by=f"填报单位：{unit}        填报人：{user}        填报日期：{cn_date(today)}",
            columns=COLUMNS,
            rows=_lines(),
            counted=("item", "行"),
        )
    )


def _lines() -> Iterator[list[Any]]:
    blank = [None] * (len(COLUMNS) - 5)
    for aspect in catalogue_rows():
        yield [aspect.name, None, aspect.position, *blank, aspect.retired_on, aspect.retired_reason]
        for item in aspect.items.all():
            yield _line(aspect, item)


def _line(aspect: ServiceAspect, item: ServiceItem) -> list[Any]:
    return [
        aspect.name,
        item.name,
        item.position,
        [HelpKind(kind).label for kind in item.help_kinds],
        [Audience(audience).label for audience in item.audiences],
        *words_of(item).values(),
        item.retired_on,
        item.retired_reason,
    ]
