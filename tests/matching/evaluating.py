"""A county of two demands, and the command that judges it."""

from io import StringIO

from django.core.management import call_command

TINY = {
    "county": "小县",
    "as_of": "2026-03-01",
    "branches": [{"id": "A", "name": "甲村", "type": "村"}, {"id": "B", "name": "乙院", "type": "医院"}],
    "pairings": [{"id": "P", "branch_a": "A", "branch_b": "B"}],
    "resources": [
        {
            "id": "r1",
            "owner_branch": "B",
            "category": "人才",
            "name": "义诊队",
            "description": "大夫下乡看病",
        },
        {
            "id": "r2",
            "owner_branch": "A",
            "category": "人才",
            "name": "义诊队",
            "description": "大夫下乡看病",
        },
    ],
    "demands": [
        {"id": "d1", "branch": "A", "aspect": "健康", "name": "老人没处看病", "description": "想请大夫来"},
        {"id": "d2", "branch": "A", "aspect": "交通", "name": "要修一座大桥", "description": "缺三百万"},
    ],
    "labels": {"d1": {"r1": 2}, "d2": {}},
}


def run(*arguments):
    out = StringIO()
    call_command("matching_evaluate", *map(str, arguments), stdout=out)
    return out.getvalue()
