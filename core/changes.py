"""What an action changed: kept as field → [old, new], told in the words of the forms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone

from core.wording import cn_date

Changes = dict[str, list[str]]
BLANK = frozenset({"", "None"})
YES_NO = {"True": "是", "False": "否"}
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def changes_of(row: models.Model, values: Mapping[str, Any]) -> Changes:
    """Field → [old, new] for each of `values` that differs from the row's own."""
    return {column.name: texts for column, texts in differing(row, values)}


def differing(row: models.Model, values: Mapping[str, Any]) -> Iterator[tuple[Any, list[str]]]:
    """The same with the column instead of its name."""
    for name, new in values.items():
        column: Any = row._meta.get_field(name)
        old = getattr(row, column.attname)
        if old != (new.pk if isinstance(new, models.Model) else new):
            shown = getattr(row, name) if column.is_relation and old is not None else old
            yield column, [as_text(column, shown), as_text(column, new)]


def links_of(row: models.Model, links: Mapping[str, Iterable[models.Model]]) -> dict[str, list[list[str]]]:
    """Field → [names before, names after] for each many-to-many field that is to lead to other rows."""
    found = {}
    for name, rows in links.items():
        before = {each.pk: str(each) for each in getattr(row, name).all()}
        after = {each.pk: str(each) for each in rows}
        if before.keys() != after.keys():
            found[name] = [[*before.values()], [*after.values()]]
    return found


def as_text(column: Any, value: Any) -> str:
    """A field's value in the words of its choices."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        words = dict(getattr(column, "base_field", column).flatchoices)
        return "、".join(str(words.get(each, each)) for each in value)
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    return str(value)


def in_words(table: str, name: str, pair: Any, *, most: int | None = None) -> str:
    """Say one kept change: state, draft → published of a resource is 状态：草稿 → 可用.

    Of a field that holds names of other rows it says which have come and gone: 服务事项：增加送餐，去掉理发.

    Args:
        table: the label of its model, which may be gone by now.
        name: its field; what is none is a label already.
        most: characters; of a longer text, and of what is no text, only the label is said.
    """
    column = _column(table, name)
    label = str(getattr(column, "verbose_name", "") or getattr(_related(column), "verbose_name", "") or name)
    if isinstance(pair[0], list):
        return f"{label}：{_come_and_gone(*pair)}"
    old, new = (value_in_words(column, value) for value in pair)
    if old.startswith(("[", "{")) or new.startswith(("[", "{")) or (most and max(len(old), len(new)) > most):
        return label
    return f"{label}：{old} → {new}"


def _come_and_gone(before: list[str], after: list[str]) -> str:
    come = "、".join(name for name in after if name not in before)
    gone = "、".join(name for name in before if name not in after)
    return "，".join([*([f"增加{come}"] if come else []), *([f"去掉{gone}"] if gone else [])])


def _column(table: str, name: str) -> Any:
    try:
        return apps.get_model(table)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return None


def _related(column: Any) -> Any:
    """What a column that other rows point through says of itself by theirs: the tasks of an order."""
    return getattr(getattr(column, "related_model", None), "_meta", None)


def value_in_words(column: Any, value: Any) -> str:
    """A kept value of a column, or of none, as pages write it: a choice by its words, a day in Chinese."""
    text = str(value)
    if DAY.fullmatch(text):
        with suppress(ValueError):  # a text that only looks like a day
            return cn_date(date.fromisoformat(text))
    words = {str(key): str(word) for key, word in getattr(column, "flatchoices", None) or ()}
    return "空" if text in BLANK else words.get(text, YES_NO.get(text, text))
