"""`python -m benchmarks [--only NAME] [--large] [--most SIZE]`: run the benches.

A JSON line for each figure, then a table.
Every bench runs in a process of its own, so that none warms up or fills the memory of another. The status is
1 when a goal was missed or a bench broke.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.results import Options, Result
from core.garbage import keep_freed

HERE = Path(__file__).parent


def names() -> list[str]:
    """Return the modules of this package that are benches."""
    found = (each.name for each in pkgutil.iter_modules([str(HERE)]))
    return sorted(name for name in found if "\ndef cases(" in (HERE / f"{name}.py").read_text("utf-8"))


def run_here(name: str, options: Options) -> int:
    """Run one bench in this process and print its lines."""
    keep_freed()  # as the web server and the worker do
    for result in importlib.import_module(f"benchmarks.{name}").cases(options):
        sys.stdout.write(result.line() + "\n")
        sys.stdout.flush()
    return 0


def run_apart(name: str, arguments: list[str]) -> tuple[list[Result], bool]:
    """Run one bench in its own process, pass its lines on, and return them and whether it came to its end."""
    command = [sys.executable, "-m", "benchmarks", "--here", name, *arguments]
    results = []
    own = os.environ | {"OPENBLAS_NUM_THREADS": "1"}  # the product's setting; a bench loads numpy before it
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=own) as process:  # noqa: S603
        for line in process.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            results.append(Result(**json.loads(line)))
    return results, process.returncode == 0


def table_of(results: list[Result], broken: list[str]) -> Table:
    table = Table("bench", "case", "value", "goal", "")
    for each in results:
        verdict = "" if not each.goal else "[green]met[/]" if each.ok else "[red]missed[/]"
        table.add_row(each.bench, each.case, f"{each.value:.4g}", each.goal, verdict)
    for name in broken:
        table.add_row(name, "", "", "", "[red]broke[/]")
    return table


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", choices=names(), help="one bench instead of all")
    parser.add_argument("--large", action="store_true", help="add the sizes that take minutes")
    parser.add_argument("--most", type=int, default=Options().most, help="no list of activities longer")
    parser.add_argument("--seed", type=int, default=Options().seed, help="of the generated counties")
    parser.add_argument("--here", choices=names(), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.here:
        return run_here(asked.here, Options(asked.large, asked.seed, asked.most))
    passed_on = [*(["--large"] if asked.large else []), "--seed", str(asked.seed), "--most", str(asked.most)]
    results: list[Result] = []
    broken = []
    for name in [asked.only] if asked.only else names():
        found, whole = run_apart(name, passed_on)
        results += found
        broken += [] if whole else [name]
    Console().print(table_of(results, broken))
    return int(bool(broken) or not all(each.ok for each in results))


if __name__ == "__main__":
    sys.exit(main())
