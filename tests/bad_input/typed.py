"""Items 33–45: what people, or programs in their name, type into forms."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from tests.bad_input import steps
from tests.bad_input.cases import Steps as By
from tests.bad_input.cases import Stored, Table, Typed

WHOLE, TIME, ORDER = "请填整数。", "时间不对，请写成 14:30 这样。", "结束时间须晚于开始时间。"
UNSEEN = "含有不可见的控制字符，请删去后重新录入这一格。"


def demand(words: str, **data: str) -> Typed:
    return Typed("demand_new", data, words)


def hours(words: str, starts: str, ends: str, field: str = "ends") -> Typed:
    return Typed("activity_new", {"starts": starts, "ends": ends}, words, field)


def in_days(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def title(*texts: str) -> tuple[Stored, ...]:
    """Each is kept as it was typed."""
    return tuple(Stored({"title": text}, {"title": text}) for text in texts)


TYPED: Table = {
    33: (
        "scripts",
        (
            *title(
                "<script>alert(1)</script>",
                "<img src=x onerror=alert(1)>",
                "javascript:alert(1)",
                "<svg onload=alert(1)>",
            ),
            By(steps.script_in_a_file_is_shown_as_text),
        ),
    ),
    34: ("injections", title("' OR 1=1--", "{{7*7}}", "${7*7}", "%s %x", "../../etc/passwd")),
    35: ("formulas", (By(steps.formula_is_stored_and_escaped_on_export),)),
    36: (
        "control-characters",
        (
            demand(UNSEEN, title="前\x00后"),
            demand(UNSEEN, title="前\x01后"),
            demand(UNSEEN, description="前\x1b[31m后"),
            By(steps.control_characters_in_a_file_are_named),
            By(steps.broken_bytes_are_answered),
        ),
    ),
    37: (
        "rare-characters",
        (*title("㛃𠮷䶮 阿依古丽·买买提 👨‍👩‍👧"), By(steps.rare_characters_come_through_files)),
    ),
    38: (
        "names-that-deceive",
        (
            Typed("user_new", {"username": "adm\u202ein"}, "用户名"),
            Typed("user_new", {"username": "\u0430dmin"}, "用户名只能用英文字母、数字"),
        ),
    ),
    39: (
        "lengths",
        (
            demand("请填写需求内容。", title="　 \t"),
            *title("a", "长" * 120),
            demand("最多 120 个字，现在是 121 个。", title="长" * 121),
            demand("最多 2000 个字", description="长" * 2001),
            By(steps.ten_megabytes_of_text_are_refused),
            By(steps.lengths_in_a_file_are_named),
        ),
    ),
    40: (
        "line-breaks-in-headers",
        (
            Stored({"title": "路灯\r\nBcc: a@example.invalid"}, {"title": "路灯\nBcc: a@example.invalid"}),
            By(steps.line_break_never_reaches_a_header),
        ),
    ),
    41: ("deep-json", (By(steps.json_is_no_form),)),
    42: (
        "numbers",
        (
            demand("不能小于 0。", expected_people="-1"),
            *(demand(WHOLE, expected_people=text) for text in ("1.5", "1e9", "Ⅻ", "NaN", "1e999")),
            Stored({"expected_people": "１２"}, {"expected_people": 12}),  # noqa: RUF001
            By(steps.numbers_in_a_file_are_named),
        ),
    ),
    43: (
        "choices-and-foreign-fields",
        (
            demand("没有“7”这个选项，请从列出的选项里选一个。", urgency="7"),
            demand("没有“x”这个选项，请从列出的选项里选一个。", source="x"),
            demand("没有这个选项，请从列出的选项里选一个。", aspect="999999"),
            Stored(
                {"state": "closed", "is_staff": "1", "branch_id": "1", "serial": "9999"},
                {"title": "门前路面破损", "satisfaction": None, "closed_on": None},
            ),
            By(steps.foreign_fields_change_nothing),
        ),
    ),
    44: (
        "spans",
        (
            hours(ORDER, "11:00", "09:00"),
            hours(ORDER, "09:00", "09:00"),
            hours(ORDER, "23:59", "00:01"),
            hours(TIME, "09:00", "34:00"),
            Typed("activity_new", {"day": in_days(3653)}, "活动最远可以安排到"),
            demand("日期不对，请写成 2026-03-01 这样。", raised_on="2026-02-30"),
            demand("期望完成时限不能早于提出日期。", deadline_on="2000-01-01"),
        ),
    ),
    45: (
        "holidays",
        (
            Typed(
                "activity_new",
                {"day": in_days(26 - timezone.localdate().weekday())},
                "不是工作日。请换一个时间；确要这样安排，请勾选“仍然这样安排”。",
                "insist",
            ),
        ),
    ),
}
