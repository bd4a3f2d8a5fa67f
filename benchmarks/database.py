"""A database of its own for a bench: empty, or with 100,000 rows in each ledger."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import islice, product
from pathlib import Path
from random import Random

COPIES = 50  # of every written row; what is measured depends on how many rows there are, not on how they came
BRANCHES = 400
CACHE = (
    "--shared_buffers=512MB"  # holds the ledgers, as a server of their size would; the demo's own is small
)
PLACES = (
    "城北",
    "城南",
    "永丰",
    "荷叶",
    "青树坪",
    "花门",
    "走马街",
    "井字",
    "梓门桥",
    "杏子铺",
    "长冲",
    "重山",
)
KINDS = ("社区", "村", "卫生院", "中学", "供电所", "信用社", "税务分局", "烟草站", "法庭", "派出所")
DOINGS = ("公职律师普法讲座", "路灯维修", "烟草许可证上门办理", "健康义诊", "电路安全检查", "金融反诈宣讲")
WHOM = ("老年人", "留守儿童", "种烟农户", "零售商户", "困难家庭", "青年职工")
DESCRIPTION = "每月第二周的周三下午,在服务大厅一楼集中办理,行动不便的可以预约上门,请提前三天联系。"


def set_up(name: str = "bench_ledgers", settings: str = "pairing.settings_test") -> None:
    """Point Django at the database of this name; for the bench, and for every process it starts."""
    from core.embedded import places, postgres

    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    flags = (*postgres.TEST_FLAGS, CACHE)
    postgres.ensure_running(places.test_cluster(), name=name, extra_flags=flags)
    kept = "?conn_max_age=600&conn_health_checks=true"  # connections are kept as in service, not as in tests
    # A helper's work would go unseen by `work`; and joins are planned as in service, not as in tests.
    usual = {"max_parallel_workers_per_gather": 0, "join_collapse_limit": 8, "from_collapse_limit": 8}
    alone = "&options=" + "%20".join(f"-c%20{name}%3D{value}" for name, value in usual.items())
    os.environ["DATABASE_URL"] = postgres.url(places.test_cluster(), name) + kept + alone
    import django

    django.setup()


def work() -> float:
    """Return the seconds a processor has worked so far for this process and for its database connection.

    A clock for `race`: whoever else uses the computer does not move it.
    """
    from django.db import connection

    connection.ensure_connection()
    return time.process_time() + seconds_of(connection.connection.info.backend_pid)


def seconds_of(process: int) -> float:
    """Return the seconds processors have worked so far for the threads of a process."""
    threads = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


@contextmanager
def ledger_database() -> Iterator[None]:
    """Create a database with full ledgers and drop it at the end; Django is set up to use it."""
    with scratch_database("bench_ledgers"):
        fill(Random(2026))  # noqa: S311  a repeatable county, no secret
        yield


@contextmanager
def scratch_database(name: str, settings: str = "pairing.settings_test") -> Iterator[None]:
    """Create an empty database with all tables and drop them at the end; Django is set up to use it."""
    set_up(name, settings)
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    call_command("migrate", verbosity=0)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        connection.close()


def fill(random: Random) -> None:
    """Write 400 branches in 200 pairs, and 100,000 rows of each ledger."""
    from branches.models import Branch, Membership, User
    from ledgers.models import Demand, Resource, ServiceAspect
    from pairing.plans.models import Pairing

    names = [f"双峰县{place}{kind}第{n}党支部" for place, kind, n in product(PLACES, KINDS, range(1, 9))]
    branches = Branch.objects.bulk_create(
        Branch(name=name, serial=n) for n, name in enumerate(names[:BRANCHES])
    )
    start = date.today() - timedelta(days=100)  # noqa: DTZ011  a bench has no user's zone
    Pairing.objects.bulk_create(
        Pairing(branch_a=a, branch_b=b, starts_on=start)
        for a, b in zip(branches[::2], branches[1::2], strict=True)
    )
    aspects = list(islice(ServiceAspect.objects.all(), 12))
    said = product(PLACES, KINDS, DOINGS, WHOM)
    titles = [f"{place}{kind}{doing}（{whom}）" for place, kind, doing, whom in said]
    random.shuffle(titles)
    common = [
        {"branch": branches[n % BRANCHES], "serial": n, "title": titles[n], "description": DESCRIPTION}
        for n in range(2000)
    ]
    Demand.objects.bulk_create(
        Demand(
            **row,
            aspect=random.choice(aspects),
            state=random.choice(("open", "open", "in_progress", "draft", "claimed")),
            raised_on=start,
            deadline_on=start + timedelta(days=random.randrange(20, 300)),
            expected_people=random.randrange(200),
        )
        for row in common
    )
    resources = Resource.objects.bulk_create(
        Resource(
            **row,
            kind=random.choice(("professional", "position", "volunteers", "goods")),
            state=random.choice(("published", "published", "published", "draft", "withdrawn")),
            sharing=random.choice(("pair", "pair", "county")),
            capacity_per_month=random.randrange(1, 9),
        )
        for row in common
    )
    through = Resource.aspects.through
    through.objects.bulk_create(
        through(resource=row, serviceaspect=random.choice(aspects)) for row in resources
    )
    _copy()
    for name, role, branch in (("office", "county_office", None), ("secretary", "secretary", branches[0])):
        user = User.objects.create(username=name)
        seat = branch or Branch.objects.create(name="县党建办")
        Membership.objects.create(user=user, branch=seat, role=role, starts_on=start)


def _copy() -> None:
    """Write every row of the ledgers again and again under new serials, without histories."""
    from django.db import connection

    from ledgers.models import Demand, Resource

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DROP INDEX resource_search, demand_search")  # made again when all rows are there
        for model in (Demand, Resource):
            columns = [field.column for field in model._meta.concrete_fields if not field.primary_key]
            wanted = ["t.serial + 2000 * n" if name == "serial" else f't."{name}"' for name in columns]
            table, listed = model._meta.db_table, ", ".join(f'"{column}"' for column in columns)
            cursor.execute(
                f"INSERT INTO {table} ({listed})"  # noqa: S608  names of the models' own columns
                f" SELECT {', '.join(wanted)} FROM {table} t, generate_series(1, {COPIES - 1}) n"
            )
        cursor.execute(
            "INSERT INTO ledgers_resource_aspects (resource_id, serviceaspect_id)"
            " SELECT r.id, a.serviceaspect_id FROM ledgers_resource r"
            " JOIN ledgers_resource o ON o.branch_id = r.branch_id AND o.serial = r.serial %% 2000"
            " JOIN ledgers_resource_aspects a ON a.resource_id = o.id WHERE r.serial >= 2000",
            [],
        )
        cursor.execute("SET session_replication_role = origin")
        for name in ("resource", "demand"):
            cursor.execute(f"CREATE INDEX {name}_search ON ledgers_{name} USING gin (search)")
        cursor.execute("VACUUM ANALYZE")
