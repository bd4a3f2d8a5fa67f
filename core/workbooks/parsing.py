"""The child that parses one file: bytes on standard input, one JSON object on standard output.

It limits itself before it looks at the file. It imports nothing but the standard library, and little of that,
for each file pays for it anew.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

from core.workbooks.errors import WorkbookError
from core.workbooks.sheets import Book, to_json

MEMORY_BYTES = 512 * 1024 * 1024  # of address space
CPU_SECONDS = 20


def main() -> None:
    """Parse standard input; a refusal is an answer too, only a fault of ours ends with a status."""
    _limit()
    content = sys.stdin.buffer.read()
    try:
        answer: dict[str, Any] = {"book": to_json(_parse(content))}
    except WorkbookError as error:
        answer = {"refused": error.message, "status": error.status}
    except MemoryError:
        answer = {"refused": "文件过大，读取超出了限度，请拆分成几个文件后分别导入。", "status": 413}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode())


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _parse(content: bytes) -> Book:
    if not content.startswith(b"PK"):
        from core.workbooks.delimited import parse_delimited

        return parse_delimited(content)
    from core.workbooks.spreadsheet import parse_spreadsheet

    return parse_spreadsheet(content)
