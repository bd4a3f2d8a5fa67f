"""Opens a file in a child process of its own, so that no file can take the server's memory or time."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

from core.workbooks.errors import WorkbookError, WorkbookFormatError, WorkbookTooBigError
from core.workbooks.guards import check_outside, damaged, too_big
from core.workbooks.sheets import Book, from_json

SECONDS = 60  # of the clock; the child's own limit of processor time is lower
ROOT = Path(__file__).resolve().parents[2]
# -S leaves out what is installed beside the standard library: the child does without, and starts sooner.
COMMAND = (sys.executable, "-S", "-c", "from core.workbooks.parsing import main; main()")
REFUSALS = {kind.status: kind for kind in (WorkbookError, WorkbookFormatError, WorkbookTooBigError)}

logger = logging.getLogger(__name__)


def open_book(content: bytes) -> Book:
    """The sheets of an .xlsx or .csv file, as plain values.

    Raises:
        WorkbookFormatError: another format, or encrypted.
        WorkbookTooBigError: beyond the limits, or too costly to read.
        WorkbookError: empty or damaged.
    """
    check_outside(content)
    answer = _answer_of_child(content)
    if "refused" in answer:
        raise REFUSALS[answer["status"]](answer["refused"])
    return from_json(answer["book"])


def _answer_of_child(content: bytes) -> dict:
    try:
        done = subprocess.run(  # noqa: S603  our own module
            COMMAND,
            input=content,
            capture_output=True,
            timeout=SECONDS,
            cwd=ROOT,
            env={},  # the server's holds its secrets
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise too_big("文件读取超时，内容过多") from error
    if done.returncode < 0:  # ended by a signal: the limit of processor time or memory
        raise too_big("文件过大，读取超出了限度")
    if done.returncode:
        logger.warning("The parsing child failed: %s", done.stderr.decode(errors="replace")[-2000:])
        raise damaged()
    return json.loads(done.stdout)
