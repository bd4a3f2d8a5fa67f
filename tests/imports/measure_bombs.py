"""Gives every bomb to the parsing child; prints what the child cost and how it answered, as JSON.

`python -m tests.imports.measure_bombs [NAME…]`
"""

from __future__ import annotations

import json
import subprocess
import sys

from core.embedded.places import ROOT
from tests.imports.bombs import BOMBS

# The time to load the library is left out, for children find it loaded; the memory it takes is not.
CHILD = """
import json, re, resource, sys
from core.workbooks import parsing

def spent():
    return sum(resource.getrusage(resource.RUSAGE_SELF)[:2])

parse = parsing.parser_for(b"PK")
before = spent()
parsing.limit()
answer = parsing.answer(sys.stdin.buffer.read(), parse)
json.dumps(answer)
kilobytes = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
cost = {"cpu_seconds": round(spent() - before, 2), "megabytes": kilobytes // 1024}
print(json.dumps(cost | {"answer": answer.get("refused", "read")}))
"""


def cost_of(content: bytes) -> dict[str, object]:
    """Seconds of the processor, the most megabytes the child held, and its answer."""
    command = [sys.executable, "-W", "ignore", "-c", CHILD]
    done = subprocess.run(command, input=content, stdout=subprocess.PIPE, cwd=ROOT, env={}, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else {"answer": f"ended: {done.returncode}"}


def main() -> None:
    for name in sys.argv[1:] or BOMBS:
        print(json.dumps({"bomb": name, **cost_of(BOMBS[name]())}, ensure_ascii=False))  # noqa: T201


if __name__ == "__main__":
    main()
