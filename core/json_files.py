"""JSON files that people write by hand: read whole, or refused with a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from core.errors import DomainError

DEEPEST = 50  # no file of ours needs more than a few, and whoever quotes a value must be able to write it


def read_json(path: Path) -> Any:
    """What a UTF-8 file says; a byte order mark before it is passed over.

    Raises:
        DomainError: the file cannot be opened, is not UTF-8 or not JSON, or names a key of one object twice.
    """
    repeated: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            repeated.extend(key for key in found if keys.count(key) > 1)
        return found

    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=once)
        _check_depth(data)
    except (OSError, ValueError, RecursionError) as error:
        raise DomainError(f"{path.name}：{_reason(error)}") from error
    if repeated:
        names = "、".join(f"“{key}”" for key in repeated)
        raise DomainError(f"{path.name}：同一个对象里重复写了 {names}，只有最后一个会算数。请只留一个。")
    return data


def _check_depth(data: Any) -> None:
    """Raise the error that deeper data raise by themselves."""
    level = [data]
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            for inner in (
                outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ()
            )
        ]
    if level:
        raise RecursionError


def _reason(error: Exception) -> str:
    match error:
        case FileNotFoundError():
            return "没有这个文件，请检查路径。"
        case OSError():
            return "打不开，请检查它是不是文件、有没有读取的权限。"
        case UnicodeDecodeError():
            return "不是 UTF-8 编码，请另存为 UTF-8。"
        case json.JSONDecodeError(lineno=line, colno=column):
            return (
                f"不是完整的 JSON，第 {line} 行第 {column} 个字符处读不下去。请检查那里的逗号、引号和括号。"
            )
        case RecursionError():
            return "括号套得太深，请检查是不是少了右括号。"
        case _:
            return "有一个数字太长，请改短。"
