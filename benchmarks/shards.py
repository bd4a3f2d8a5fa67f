"""Runs over real rows: a county end to end beside its bare steps, and counties on one and on two workers.

Costs are processor seconds of the workers and of their database connections, told beside the wall clock: a
computer that others use too delays a worker, but does not make its work more.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from benchmarks.cities import fill_city
from benchmarks.counties import TODAY
from benchmarks.database import scratch_database
from benchmarks.results import Options, Result

BENCH = "shards"
COUNTIES = (1, 10, 100)
SIZE = {"branches": 20, "resources": 60, "demands": 100}  # of each county
WHOLE = {"branches": 300, "resources": 3_000, "demands": 5_000}
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 2, tzinfo=UTC)
ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # so that a second worker is a second core
WORKER = """
import sys
import django
django.setup()
from datetime import datetime
from benchmarks.database import work
from pairing.matching.engine import MatchProblem, Need, Offer, suggest
from pairing.matching.services.shards import match_shard_execute
now = datetime.fromisoformat(sys.argv[2])
suggest(MatchProblem((Offer(1, 1, "讲法律"),), (Need(1, 2, "讲法律"),), now.date()))  # loads the word table
print("ready", flush=True)
sys.stdin.readline()
started = work()
while match_shard_execute(now=now, run_id=int(sys.argv[1])):
    pass
print(work() - started, flush=True)
"""


def cases(options: Options) -> Iterator[Result]:
    """Seconds, speed-up, and what a thousand demands cost; all with the database."""
    with scratch_database("bench_shards"):
        yield _end_to_end(options)
        for counties in COUNTIES:
            city = fill_city(options.seed + counties, counties, **SIZE)
            yield from _workers(city, counties)


def _workers(city: int, counties: int) -> Iterator[Result]:
    """The same city solved by one worker and by two.

    The speed-up is that of two free processors: the work of the one worker by that of the busier of two.
    """
    (wall, alone), (wall_two, two) = (_solve(city, workers) for workers in (1, 2))
    thousands = counties * SIZE["demands"] / 1000
    case = f"{counties} counties of {SIZE['demands']} demands"
    detail = {"on_the_wall": round(wall / wall_two, 2), "load": round(os.getloadavg()[0], 1)}
    yield Result.figure(BENCH, f"{case}: speed-up by a second worker", sum(alone) / max(two), **detail)
    for name, spent, clock in (("one worker", alone, wall), ("two workers", two, wall_two)):
        detail = {"wall_s": round(clock / thousands, 2)}
        yield Result.figure(
            BENCH, f"{case}: processor seconds per 1k demands, {name}", sum(spent) / thousands, **detail
        )


def _end_to_end(options: Options) -> Result:
    """A whole county scored, planned and explained by its worker, beside scoring and the bare flow."""
    from ledgers.reading.bearings import forget_texts
    from ledgers.reading.reader import forget_readings
    from pairing.matching.adapter import pose_run
    from pairing.matching.engine.circulation import lay_out
    from pairing.matching.engine.edges import edges_of
    from pairing.matching.engine.frame import Frame
    from pairing.matching.engine.network import solve_circulation
    from pairing.matching.engine.scoring import score_pairs
    from pairing.matching.models import MatchShard
    from pairing.matching.services.solving import solve_shard

    run = _order(fill_city(options.seed, 1, **WHOLE))
    shard = max(
        MatchShard.objects.select_related("run__parent").filter(run=run),
        key=lambda each: len(each.branch_ids),
    )
    spent = solve_shard(shard).timings_ms
    forget_texts()  # the worker read them anew, and so does the bare side
    forget_readings()
    problem = pose_run(shard.run, shard.branch_ids).problem  # read in context here, as the worker's was
    started = time.perf_counter()
    table = score_pairs(problem)
    frame = Frame.of(problem)
    network = lay_out(problem, frame, edges_of(problem, table, frame)).network
    solve_circulation(network)
    raw = 1000 * (time.perf_counter() - started)
    whole = spent["score"] + spent["solve"] + spent["explain"]
    case = f"{WHOLE['demands']} demands: end to end / raw steps"
    return Result.at_most(BENCH, case, whole / raw, 1.5, raw_ms=round(raw), **spent)


def _order(city: int) -> int:
    from branches.enums import Role
    from branches.models import Branch, Membership, User
    from pairing.matching.services.runs import match_run_start

    office, _ = User.objects.get_or_create(username="office")
    area = Branch.objects.get(pk=city)
    Membership.objects.get_or_create(user=office, branch=area, role=Role.COUNTY_OFFICE)
    actor = User.objects.get(pk=office.pk)
    return match_run_start(actor=actor, now=NOW, area=area).pk


def _solve(city: int, workers: int) -> tuple[float, list[float]]:
    """Return the seconds from the word go until no worker finds more to do, and the work of each."""
    from pairing.matching.models import MatchRun

    run = _order(city)
    command = [sys.executable, "-c", WORKER, str(run), NOW.isoformat()]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | ONE_CORE)  # noqa: S603
        for _ in range(workers)
    ]
    for process in processes:
        process.stdout.readline()  # type: ignore[union-attr]
    started = time.perf_counter()
    for process in processes:
        process.stdin.write(b"\n")  # type: ignore[union-attr]
        process.stdin.flush()  # type: ignore[union-attr]
    spent = [float(process.stdout.readline()) for process in processes]  # type: ignore[union-attr]
    wall = time.perf_counter() - started
    for process in processes:
        process.communicate()
    if not MatchRun.objects.get(pk=run).is_done:
        raise RuntimeError("the run was not finished")
    return wall, spent
