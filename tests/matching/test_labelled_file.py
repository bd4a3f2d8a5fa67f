"""What a labelled county's file may say, and that every fault of it is named with where it stands."""

import json
from copy import deepcopy

import pytest
from django.core.management import CommandError

from tests.matching.evaluating import TINY, run

ABSENT = object()
TEXT = '须是加引号的文字，不能空着，例如 "义诊"。'
DAY = '须是加引号的日期，写成 "2026-03-01" 这样。'
VISITS = "须是 0 到 999999 的整数，不加引号；不限次数就写 null。"
GRADE = "须是 2（直接能办）或 1（能办一部分），办不了的写 0 或不写。"
UNKNOWN = "里没有这个编号，请改正，或补上这一条。"
DOUBLE = "：编号不能重复，请改一个。"


def changed(changes):
    """The tiny county with a value put (or, ABSENT, taken away) at each path."""
    county = deepcopy(TINY)
    for path, value in changes:
        *way, last = path
        place = county
        for step in way:
            place = place[step]
        if value is ABSENT:
            del place[last]
        else:
            place[last] = value
    return county


def write(path, county):
    path.write_text(json.dumps(county, ensure_ascii=False), encoding="utf-8")


def refusal(path, *arguments):
    with pytest.raises(CommandError) as refused:
        run(path, *arguments)
    return str(refused.value)


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("as_of",), ABSENT, "文件没有 as_of：这一项必须有，请补上。"),
        (("as_of",), "2026年3月", f'文件的 as_of 是 "2026年3月"：{DAY}'),
        (("as_of",), "0026-03-01", '文件的 as_of 是 "0026-03-01"：年份须在 1901 到 2100 之间。'),
        (("demands",), ABSENT, "文件没有 demands：这一项必须有，请补上。"),
        (("pairings",), {}, "文件的 pairings 是 {}：须是列表，写成 […] 这样。"),
        (("labels",), None, "文件的 labels 是 null：须是对象，写成 {…} 这样。"),
        (("labels",), [1], "文件的 labels 是 [1]：须是对象，写成 {…} 这样。"),
        (("branches", 0, "name"), None, f'branches 第 1 条（"A"）的 name 是 null：{TEXT}'),
        (
            ("branches",),
            [*TINY["branches"], {"id": "A", "name": "丙校"}],
            f'branches 第 3 条（"A"）的 id 与 branches 第 1 条（"A"）相同{DOUBLE}',
        ),
        (("pairings", 0), "P", 'pairings 第 1 条是 "P"：须是对象，写成 {…} 这样。'),
        (("pairings", 0, "branch_b"), "C", f'pairings 第 1 条（"P"）的 branch_b 是 "C"：branches {UNKNOWN}'),
        (
            ("pairings", 0, "branch_b"),
            "A",
            'pairings 第 1 条（"P"）的 branch_a 和 branch_b 相同：支部不能和自己结对，请改正。',
        ),
        (
            ("resources", 1, "id"),
            "r1",
            f'resources 第 2 条（"r1"）的 id 与 resources 第 1 条（"r1"）相同{DOUBLE}',
        ),
        (("resources", 1, "id"), None, 'resources 第 2 条的 id 是 null：编号须是文字或整数，例如 "d1"。'),
        (
            ("resources", 1, "owner_branch"),
            "C",
            f'resources 第 2 条（"r2"）的 owner_branch 是 "C"：branches {UNKNOWN}',
        ),
        (("resources", 1, "category"), 3, f'resources 第 2 条（"r2"）的 category 是 3：{TEXT}'),
        (
            ("resources", 1, "capacity_per_month"),
            "两次",
            f'resources 第 2 条（"r2"）的 capacity_per_month 是 "两次"：{VISITS}',
        ),
        (
            ("resources", 1, "capacity_per_month"),
            -1,
            f'resources 第 2 条（"r2"）的 capacity_per_month 是 -1：{VISITS}',
        ),
        (("demands", 1, "id"), "d1", f'demands 第 2 条（"d1"）的 id 与 demands 第 1 条（"d1"）相同{DOUBLE}'),
        (("demands", 1, "branch"), ABSENT, 'demands 第 2 条（"d2"）没有 branch：这一项必须有，请补上。'),
        (("demands", 1, "branch"), "C", f'demands 第 2 条（"d2"）的 branch 是 "C"：branches {UNKNOWN}'),
        (("demands", 1, "name"), ["桥"], f'demands 第 2 条（"d2"）的 name 是 ["桥"]：{TEXT}'),
        (("demands", 1, "aspect"), ["交通"], f'demands 第 2 条（"d2"）的 aspect 是 ["交通"]：{TEXT}'),
        (
            ("demands", 1, "description"),
            "缺\a钱",
            'demands 第 2 条（"d2"）的 description 是 "缺\\u0007钱"：含有不可见的控制字符，请删去。',
        ),
        (("county",), "小\0县", '文件的 county 是 "小\\u0000县"：含有不可见的控制字符，请删去。'),
        (("demands", 1, "deadline"), "月底", f'demands 第 2 条（"d2"）的 deadline 是 "月底"：{DAY}'),
        (("labels", "d9"), {}, f'labels 里有一个需求是 "d9"：demands {UNKNOWN}'),
        (("labels", "d2"), ["r1"], 'labels 里 "d2" 的标注是 ["r1"]：须是对象，写成 {…} 这样。'),
        (("labels", "d2", "r9"), 1, f'labels 里 "d2" 下有一个资源是 "r9"：resources {UNKNOWN}'),
        (("labels", "d1", "r1"), "2", f'labels 里 "d1" 下 "r1" 的等级是 "2"：{GRADE}'),
        (("labels", "d1", "r1"), None, f'labels 里 "d1" 下 "r1" 的等级是 null：{GRADE}'),
        (("labels", "d1", "r1"), 9000, f'labels 里 "d1" 下 "r1" 的等级是 9000：{GRADE}'),
        (("labels", "d1", "r1"), -1, f'labels 里 "d1" 下 "r1" 的等级是 -1：{GRADE}'),
    ],
)
def test_county_with_a_fault_is_refused_with_where_it_stands(tmp_path, path, value, sentence):
    """A changed id would leave labels behind that name nothing: there the labels are taken away."""
    file, target = tmp_path / "county.json", tmp_path / "out.json"
    changes = [(path, value)]
    if path[-1] == "id":
        changes.append((("labels",), ABSENT))
    write(file, changed(changes))
    assert refusal(file, "--confirmed", "--predictions", target) == f"county.json 有 1 处问题：\n{sentence}"
    assert not target.exists()


def test_county_is_refused_with_all_its_faults_at_once(tmp_path):
    file = tmp_path / "county.json"
    faults = {
        ("as_of",): "明天",
        ("branches", 0, "name"): None,
        ("demands", 0, "name"): "",
        ("demands", 0, "branch"): "C",
        ("labels", "d1", "r1"): 3,
    }
    write(file, changed(faults.items()))
    assert refusal(file).startswith("county.json 有 5 处问题：\n")


def test_county_may_leave_out_what_the_format_says(tmp_path):
    """Absent, null and empty are one; what is not part of the format is not looked at."""
    file = tmp_path / "county.json"
    write(file, TINY)
    figures = run(file)
    empty = [
        (("resources", 0, name), None) for name in ("capacity_per_month", "target_group", "availability")
    ]
    empty += [(("demands", 0, name), blank) for name, blank in (("deadline", None), ("raised_on", ""))]
    empty.append((("labels", "d1", "r2"), 0))  # does not serve, said aloud
    write(file, changed([*empty, (("remarks",), [1]), (("demands", 0, "latitude"), "?")]))
    assert run(file) == figures


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (json.dumps(TINY, ensure_ascii=False).encode("gbk"), "不是 UTF-8 编码，请另存为 UTF-8。"),
        (b'{\n"county": ', "不是完整的 JSON，第 2 行第 11 个字符处读不下去。请检查那里的逗号、引号和括号。"),
        (b'{"d1": 1, "d1": 2}', "同一个对象里重复写了 “d1”，只有最后一个会算数。请只留一个。"),
        (b"[" * 200 + b"]" * 200, "括号套得太深，请检查是不是少了右括号。"),
        (b"[" * 100_000, "括号套得太深，请检查是不是少了右括号。"),
        (b"9" * 5_000, "有一个数字太长，请改短。"),
        (b"[]", "有 1 处问题：\n文件是 []：须是对象，写成 {…} 这样。"),
    ],
)
def test_file_that_is_no_json_object_is_refused(tmp_path, content, sentence):
    file = tmp_path / "county.json"
    file.write_bytes(content)
    assert refusal(file).removeprefix("county.json").lstrip(" ：") == sentence


def test_file_that_is_not_there_is_refused(tmp_path):
    assert refusal(tmp_path / "nowhere.json") == "nowhere.json：没有这个文件，请检查路径。"
    assert refusal(tmp_path).endswith("：打不开，请检查它是不是文件、有没有读取的权限。")


def test_file_with_a_byte_order_mark_is_read(tmp_path):
    file = tmp_path / "county.json"
    file.write_text(json.dumps(TINY), encoding="utf-8-sig")
    assert run(file).startswith("小县：需求 2 条，资源 2 项\n")
