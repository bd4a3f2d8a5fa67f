"""Gives every bomb to the parsing child; prints what the child cost and how it answered, as JSON.

`python -m tests.imports.measure_bombs [NAME…]`
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from tempfile import TemporaryFile

from core.embedded.places import ROOT
from tests.imports.bombs import BOMBS

# The kernel's own account of a child counts what its parent held before it; this line is the child's alone.
CHILD = """
import re, sys
from core.workbooks import parsing
parsing.main()
sys.stderr.write(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
"""


def cost_of(content: bytes) -> dict[str, object]:
    """Seconds of the clock and of the processor, the most megabytes the child held, and its answer."""
    start = time.monotonic()
    with TemporaryFile() as given, TemporaryFile() as answered, TemporaryFile() as told:
        given.write(content)
        given.seek(0)
        child = subprocess.Popen(
            [sys.executable, "-S", "-c", CHILD],
            stdin=given,
            stdout=answered,
            stderr=told,
            cwd=ROOT,
            env={},
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        answered.seek(0)
        told.seek(0)
        answer = json.load(answered) if child.returncode == 0 else {"refused": f"ended: {child.returncode}"}
        kilobytes = int(told.read() or 0)
    return {
        "seconds": round(time.monotonic() - start, 2),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2),
        "megabytes": kilobytes // 1024,
        "answer": answer.get("refused", "read"),
    }


def main() -> None:
    for name in sys.argv[1:] or BOMBS:
        print(json.dumps({"bomb": name, **cost_of(BOMBS[name]())}, ensure_ascii=False))  # noqa: T201


if __name__ == "__main__":
    main()
