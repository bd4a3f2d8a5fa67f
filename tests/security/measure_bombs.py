"""Reads every bomb in a child process of its own; prints what it cost and how it was answered, as JSON."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable

import django

MOST_SECONDS = 20  # a child that needs longer is ended; the test's own limit is far below
MOST_MEMORY = 1_500_000_000  # bytes a child may map, so that a bomb cannot take the machine with it


def cost_of(content: bytes, read: Callable[[bytes], object]) -> dict[str, object]:
    """Seconds, megabytes beyond those of the parent, and the answer."""
    receiver, sender = os.pipe()
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
        try:
            answer = str(read(content))
        except Exception as error:
            answer = f"{type(error).__name__}: {error}"
        spent = time.process_time() - start
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        os.write(sender, json.dumps([round(spent, 2), round(grown), answer[:300]]).encode())
        os._exit(0)
    os.close(sender)
    with os.fdopen(receiver) as told:
        text = told.read()
    os.waitpid(child, 0)
    seconds, megabytes, answer = json.loads(text) if text else (MOST_SECONDS, 0, "ended")
    return {"seconds": seconds, "megabytes": megabytes, "answer": answer}


def main() -> None:
    django.setup()
    from core.workbooks.reader import read_table
    from ledgers.exchange import resources
    from tests.security.bombs import BOMBS

    names = sys.argv[1:] or BOMBS
    costs = {
        name: cost_of(BOMBS[name](), lambda data: read_table(data, resources.COLUMNS, title="资源清单"))
        for name in names
    }
    json.dump(costs, sys.stdout, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()
