"""Sheets as counties really have them: headers of two lines, merges, hidden columns, loose dates."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from branches.models import Branch
from ledgers.models import Demand
from pairing.imports.models import ColumnChoice
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import DemandFactory
from tests.security.world import logged_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def branch() -> Branch:
    return BranchFactory(name="甲支部")


@pytest.fixture
def secretary(branch: Branch) -> Client:
    return logged_in(UserFactory(secretary_of=branch))


TOP = ["序号", "支部", "需求", None, "轻重缓急", "时间", None, "状态", "解决日期", "联系", None]
BELOW = [None, None, "方面", "问题", None, "提出", "完成时限", None, None, "姓名", "电话"]
MERGES = ("C3:D3", "F3:G3", "J3:K3", "A3:A4", "B3:B4", "E3:E4", "H3:H4", "I3:I4", "B5:B6")


def messy(*rows: list[Any], top: list[Any] = TOP) -> bytes:
    """A 填表说明 first, then the ledger under a title, with two lines of header and the branch merged."""
    book = Workbook()
    book.active.title = "填表说明"
    book.active.append(["请各支部认真填写"])
    page: Worksheet = book.create_sheet("2025年")
    for row in (["某县需求汇总表"], ["填报单位：某县"], top, BELOW, *rows):
        page.append(row)
    for cell in (each for row in page.iter_rows() for each in row if each.data_type == "f"):
        cell.data_type = "s"  # typed with an apostrophe before it: text, no formula
    for merge in MERGES:
        page.merge_cells(merge)
    page.column_dimensions["K"].hidden = True
    page.row_dimensions[6].hidden = True
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


# fmt: off
ROWS = [
    ["１", " 甲支部　", "乡村振兴", "=门前路\u200b灯不亮", "一般", "3月5日", "10月底前", "待认领", None,
     "王某", 13800000001],
    [2, None, "乡村振兴", "活动室漏雨", "紧急", 2025.3, "下半年", "待认领", None,
     "李某", "+86 138 0000 0002"],
    [None, None, None, None, None, None, None, None, None, None, None],
    ["合计", "2条"],
]
FAULTY = [1, "乙支部", "乡村振兴", "路灯不亮", "一般", "01/02/2026", "2025.1.1", "待认领",
          None, None, 1.38e18]
HEADER = ["序号", "提出单位", "需求方面", "需求内容", "紧急程度", "提出日期", "期望完成时限",
          "状态", "解决日期"]
PLACES = {
    "serial": 0, "branch": 1, "aspect": 2, "title": 3, "urgency": 4, "raised_on": 5, "deadline_on": 6,
    "state": 7, "closed_on": 8, "contact_name": 9, "contact_phone": 10,
}
# fmt: on


def upload(client: Client, content: bytes, name: str = "表.xlsx", as_of: str = "2025-11-28") -> Any:
    data = {"file": SimpleUploadedFile(name, content), "as_of": as_of}
    return client.post(reverse("import_upload", args=["demands"]), data, follow=True)


def test_messy_sheet_is_understood_and_the_choice_remembered(secretary: Client, branch: Branch) -> None:
    content = messy(*ROWS)
    page = upload(secretary, content)
    assert page.resolver_match.url_name == "import_columns"
    form = page.context["form"]
    guessed = {name: form[name].initial for name in form.fields if form[name].initial != ""}
    assert guessed == PLACES
    assert "D 列 需求问题：=门前路灯不亮、活动室漏雨" in page.content.decode()

    url = page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"]
    twice = secretary.post(url, guessed | {"title": 2})
    assert (twice.status_code, list(twice.context["form"].errors)) == (422, ["title"])
    assert secretary.post(url, {**guessed, "title": ""}).status_code == 422
    preview = secretary.post(url, guessed, follow=True)
    result = preview.context["result"]
    assert (result.errors, result.created) == ([], 2)
    assert result.notes == [
        "读取的是工作表“2025年”，没有读：填表说明。",
        "K 列“联系电话”在 Excel 里是隐藏的，也一并读取。",
        "“提出单位”有 1 处合并单元格，已逐行填入同样的内容。",
        "有 3 个日期没写年份，按离 2025-11-28 最近的年份读取：第 5 行提出日期“3月5日”读作 2025-03-05；"
        "第 5 行期望完成时限“10月底前”读作 2025-10-31；第 6 行期望完成时限“下半年”读作 2025-12-31。",
        "第 6 行（共 1 行）在 Excel 里是隐藏的，也一并读取。",
    ]

    assert ColumnChoice.objects.get().branch == branch
    third = [3, "甲支部", "乡村振兴", "缺书", "一般", "2025.3", "长期", "待认领"]
    again = upload(secretary, messy(*ROWS, third))
    assert again.resolver_match.url_name == "import_preview"
    data = {"upload": again.context["upload"].token}
    secretary.post(reverse("import_confirm", args=["demands"]), data)
    assert list(
        Demand.objects.order_by("serial").values_list("title", "raised_on__month", "contact_phone")
    ) == [
        ("=门前路灯不亮", 3, "13800000001"),
        ("活动室漏雨", 3, "13800000002"),
        ("缺书", 3, ""),
    ]


def two_years(first_row: int) -> bytes:
    """The same table on a sheet for each year, under so many rows of preface, in headers of its own."""
    book = Workbook()
    for title, year in (("2024年", 2024), ("2025年", 2025)):
        page = book.active if title == "2024年" else book.create_sheet(title)
        page.title = title
        for number in range(1, first_row):
            page.cell(number, 1, f"编制说明之{number}")
        for column, value in enumerate(STRANGE, 1):
            page.cell(first_row, column, value)
        for column, value in enumerate([1, "甲支部", "乡村振兴", f"{year}年的路灯", "一般", "长期"], 1):
            page.cell(first_row + 1, column, value)
        page.cell(first_row + 1, 7, f"{year}-03-05")
        page.cell(first_row + 1, 8, "待认领")
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


STRANGE = ["号", "谁提的", "哪一类", "什么事", "急不急", "要到几时", "哪天", "到哪步", "几时了的"]
MEANT = {
    "serial": 0, "branch": 1, "aspect": 2, "title": 3, "urgency": 4, "deadline_on": 5, "raised_on": 6,
    "state": 7, "closed_on": 8,
}  # fmt: skip


def test_header_nobody_would_guess_is_pointed_out_and_remembered(secretary: Client) -> None:
    refused = upload(secretary, two_years(14))
    assert refused.status_code == 422
    by_hand = refused.context["by_hand_url"]
    assert refused.context["form"].errors["file"][0].startswith("前 10 行里没有找到“需求账单”的表头")
    page = secretary.get(by_hand)
    headers = page.context["headers"]["header"]
    assert [(sheet, [text for _, text in rows]) for sheet, rows in headers.field.choices] == [
        (f"工作表“{year}年”", [f"第 14 行：{head}……", f"第 15 行：1、甲支部、乡村振兴、{year}年的路灯……"])
        for year, head in (("2024", "号、谁提的、哪一类、什么事"), ("2025", "号、谁提的、哪一类、什么事"))
    ]
    assert (page.status_code, headers.initial) == (200, 0)

    assert secretary.get(f"{by_hand}&header=9").context["heading"].sheet.title == "2024年"
    assert secretary.get(f"{by_hand}&header=x").context["heading"].sheet.title == "2024年"
    assert secretary.get(f"{by_hand}&header=2").context["heading"].sheet.title == "2025年"
    faulty = secretary.post(f"{by_hand}&header=2", MEANT | {"title": ""})
    assert (faulty.status_code, faulty.context["heading"].sheet.title) == (422, "2025年")
    preview = secretary.post(f"{by_hand}&header=2", MEANT, follow=True)
    result = preview.context["result"]
    assert (result.errors, [change.key for change in result.changes]) == ([], ["2025年的路灯"])

    again = upload(secretary, two_years(12))  # a line has gone from the preface: the same header all the same
    assert again.resolver_match.url_name == "import_preview"
    assert [change.key for change in again.context["result"].changes] == ["2025年的路灯"]
    other = logged_in(UserFactory(secretary_of=BranchFactory(name="乙支部")))
    assert upload(other, two_years(12)).status_code == 422


LACKING = [
    ["诉求内容", "解决时限", "联系人", "联系方式", "提报单位"],
    ["老人不会用手机挂号", "年底前", "王某", "0738-6821234", "甲支部"],
    ["缺一间会议室", "2025年12月底前", None, None, "甲支部"],
]
GIVEN = {
    "given_aspect": "客户服务",
    "given_urgency": "紧急",
    "given_raised_on": "今天",
    "given_state": "待认领",
}


def plain(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_column_that_a_sheet_lacks_is_given_once_for_all_rows(secretary: Client) -> None:
    page = upload(secretary, plain(*LACKING))
    form = page.context["form"]
    assert page.resolver_match.url_name == "import_columns"
    assert {name: form[name].value() for name in form.fields if name.startswith("given_")} == {
        "given_aspect": "",
        "given_urgency": "一般",
        "given_raised_on": "今天",
        "given_state": "待认领",
    }
    places = {name: form[name].value() for name in form.fields if not name.startswith("given_")}

    url = page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"]
    left_out = secretary.post(url, places)
    assert left_out.context["form"].errors == {
        name: [f"“{header}”必填，请指明是文件里的哪一列；文件里没有，就填各行都用的值。"]
        for name, header in (
            ("aspect", "需求方面"),
            ("urgency", "紧急程度"),
            ("raised_on", "提出日期"),
            ("state", "状态"),
        )
    }
    wrong = secretary.post(url, places | GIVEN | {"given_raised_on": "01/02/2026"})
    assert list(wrong.context["form"].errors) == ["given_raised_on"]
    told = (
        secretary.post(url, places | GIVEN | {"given_aspect": "天文"}, follow=True).context["result"].errors
    )
    assert [(error.row, error.column, error.value) for error in told] == [(2, "需求方面", "天文")]

    result = secretary.post(url, places | GIVEN, follow=True).context["result"]
    assert (result.errors, result.created) == ([], 2)
    assert result.notes[:4] == [
        "文件里没有“需求方面”，各行都按“客户服务”读取。",
        "文件里没有“紧急程度”，各行都按“紧急”读取。",
        "文件里没有“提出日期”，各行都按“今天”读取。",
        "文件里没有“状态”，各行都按“待认领”读取。",
    ]
    later = upload(secretary, plain(*LACKING, ["路灯", "长期", None, None, "甲支部"]), as_of="2025-11-29")
    assert later.resolver_match.url_name == "import_columns"  # how far things have got may have changed
    form = later.context["form"]
    assert form.lost == ["状态"]
    sent = {name: form[name].value() for name in form.fields}
    assert sent == places | GIVEN
    url = later.request["PATH_INFO"] + "?" + later.request["QUERY_STRING"]
    settled = secretary.post(url, sent, follow=True)
    secretary.post(reverse("import_confirm", args=["demands"]), {"upload": settled.context["upload"].token})
    rows = Demand.objects.order_by("serial").values_list("title", "urgency", "raised_on", "deadline_on")
    assert [(title, urgency, str(raised), str(due)) for title, urgency, raised, due in rows] == [
        ("老人不会用手机挂号", 1, "2025-11-29", "2025-12-31"),
        ("缺一间会议室", 1, "2025-11-29", "2025-12-31"),
        ("路灯", 1, "2025-11-29", "None"),
    ]


def test_secretary_need_not_say_whose_the_rows_are(secretary: Client, branch: Branch) -> None:
    """The sheet of one branch seldom has a column for the branch; that of a county office must."""
    rows = [
        ["序号", "需求方面", "需求内容", "紧急程度", "提出日期", "期望完成时限", "状态"],
        [1, "乡村振兴", "路灯不亮", "一般", "2025-03-05", "长期", "待认领"],
    ]
    page = upload(secretary, plain(*rows))
    form = page.context["form"]
    assert form["given_branch"].value() == "甲支部"
    assert [[field.name for field in group] for group in form.open_groups] == [["branch", "given_branch"]]
    url = page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"]
    sent = {name: form[name].value() for name in form.fields}
    assert secretary.post(url, sent, follow=True).context["result"].created == 1

    office = logged_in(UserFactory(office=True))
    page = upload(office, plain(*rows))
    assert page.context["form"]["given_branch"].value() == ""
    url = page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"]
    unknown = office.post(url, sent | {"given_branch": "甲支"}, follow=True).context["result"].errors
    assert [error.reason for error in unknown] == [
        "没有这个党组织，相近的有：甲支部。请改正名称，或先导入组织清单"
    ]


def test_what_the_office_gives_for_one_file_is_not_taken_for_the_next(branch: Branch) -> None:
    """The sheets of two branches look alike; the second must not write over the demands of the first."""
    DemandFactory(branch=branch, serial=1, title="甲的事")
    BranchFactory(name="乙支部")
    office = logged_in(UserFactory(office=True))
    header = ["序号", "需求方面", "需求内容", "紧急程度", "期望完成时限"]
    given = {"given_state": "待认领", "given_raised_on": "2025-11-03"}
    first = upload(office, plain(header, [1, "乡村振兴", "甲的事", "一般", "长期"]))
    url = first.request["PATH_INFO"] + "?" + first.request["QUERY_STRING"]
    form = first.context["form"]
    places = {name: form[name].value() for name in form.fields if not name.startswith("given_")}
    shown = office.post(url, places | given | {"given_branch": "甲支部"}, follow=True)
    assert [change.key for change in shown.context["result"].changes] == ["甲的事"]

    second = upload(office, plain(header, [1, "乡村振兴", "乙的事", "一般", "长期"]))
    assert second.resolver_match.url_name == "import_columns"
    form = second.context["form"]
    assert (form.lost, form["given_branch"].value()) == (["提出单位", "提出日期", "状态"], "")
    assert form["given_raised_on"].value() == "今天"
    assert form["title"].value() == places["title"]

    token = second.context["opened"].upload.token
    unasked = office.post(reverse("import_confirm", args=["demands"]), {"upload": token})
    lost = [error.column for error in unasked.context["result"].errors]
    assert (unasked.status_code, lost) == (409, ["提出单位", "提出日期", "状态"])
    url = second.request["PATH_INFO"] + "?" + second.request["QUERY_STRING"]
    settled = office.post(url, places | given | {"given_branch": "乙支部"}, follow=True)
    office.post(reverse("import_confirm", args=["demands"]), {"upload": settled.context["upload"].token})
    assert set(Demand.objects.values_list("branch__name", "title")) == {
        ("甲支部", "甲的事"),
        ("乙支部", "乙的事"),
    }


def test_what_was_shown_is_confirmed_though_another_clerk_settled_it_otherwise(branch: Branch) -> None:
    """Two clerks of the office share what is remembered; neither's file is read as the other's."""
    header = ["序号", "提出单位", "需求方面", "甲栏", "乙栏", "紧急程度", "提出日期", "期望完成时限", "状态"]
    row = [1, "甲支部", "乡村振兴", "路灯不亮", "缺一台水泵", "一般", "2025-11-03", "长期", "待认领"]
    places = {
        "serial": 0, "branch": 1, "aspect": 2, "urgency": 5, "raised_on": 6, "deadline_on": 7, "state": 8
    }  # fmt: skip
    previews = []
    for column in (3, 4):
        clerk = logged_in(UserFactory(office=True))
        page = upload(clerk, plain(header, row))  # the second one is read as the first clerk settled it
        token = parse_qs(page.request["QUERY_STRING"])["upload"][0]
        url = f"{reverse('import_columns', args=['demands'])}?{urlencode({'upload': token})}"
        previews.append((clerk, clerk.post(url, places | {"title": column}, follow=True)))
    (first, shown), (_, other) = previews
    assert [[change.key for change in page.context["result"].changes] for page in (shown, other)] == [
        ["路灯不亮"],
        ["缺一台水泵"],
    ]
    again = first.get(f"{reverse('import_preview', args=['demands'])}?{shown.request['QUERY_STRING']}")
    assert [change.key for change in again.context["result"].changes] == ["路灯不亮"]
    first.post(reverse("import_confirm", args=["demands"]), {"upload": shown.context["upload"].token})
    assert Demand.objects.get().title == "路灯不亮"


def test_secretary_of_one_branch_is_not_asked_again_whose_the_rows_are(secretary: Client) -> None:
    header = ["序号", "需求方面", "需求内容", "紧急程度", "提出日期", "期望完成时限", "状态"]
    row = [1, "乡村振兴", "路灯不亮", "一般", "2025-03-05", "长期", "待认领"]
    page = upload(secretary, plain(header, row))
    form = page.context["form"]
    url = page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"]
    secretary.post(url, {name: form[name].value() for name in form.fields})
    assert upload(secretary, plain(header, [2, *row[1:]])).resolver_match.url_name == "import_preview"


def test_value_given_for_a_column_taken_away_is_shown_with_what_is_wrong_there(secretary: Client) -> None:
    content = plain(HEADER, [1, "甲支部", "乡村振兴", "路灯", "一般", "2025-03-05", "长期", "待认领", None])
    page = upload(secretary, content)
    columns = page.context["columns_url"]
    form = secretary.get(columns).context["form"]
    places = {name: form[name].value() for name in form.fields}
    wrong = secretary.post(columns, places | {"raised_on": "", "given_raised_on": "01/02/2026"})
    form = wrong.context["form"]
    assert list(form.errors) == ["given_raised_on"]
    assert [[field.name for field in group] for group in form.open_groups] == [
        ["raised_on", "given_raised_on"]
    ]
    assert 'name="given_raised_on"' in wrong.content.decode()


def test_guess_is_overruled_and_the_last_word_holds(secretary: Client) -> None:
    content = two_sheets()
    page = upload(secretary, content)
    assert page.context["result"].changes[0].key == "旧事"
    columns = page.context["columns_url"]
    for header, title in ((2, "新事"), (0, "旧事")):
        form = secretary.get(f"{columns}&header={header}").context["form"]
        places = {name: form[name].initial for name in form.fields}
        preview = secretary.post(f"{columns}&header={header}", places, follow=True)
        assert [change.key for change in preview.context["result"].changes] == [title]
        token = {"upload": upload(secretary, content).context["upload"].token}
        assert token["upload"]
    secretary.post(reverse("import_confirm", args=["demands"]), token)
    assert Demand.objects.get().title == "旧事"


def two_sheets() -> bytes:
    book = Workbook()
    for page, title in ((book.active, "旧事"), (book.create_sheet("改过的"), "新事")):
        page.append(HEADER)
        page.append([1, "甲支部", "乡村振兴", title, "一般", "2025-03-05", "长期", "待认领", None])
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_errors_come_back_as_the_own_file_with_marks(secretary: Client) -> None:
    query = upload(secretary, messy(FAULTY)).request["QUERY_STRING"]
    secretary.post(f"{reverse('import_columns', args=['demands'])}?{query}", PLACES)
    answer = secretary.get(f"{reverse('import_errors', args=['demands'])}?{query}")
    book = load_workbook(BytesIO(answer.content))
    page, faults = book.worksheets
    assert (page.title, page["D5"].value, faults.title) == ("2025年", "路灯不亮", "错误清单")
    marked = {cell.coordinate for row in page for cell in row if cell.comment}
    assert marked == {"B5", "F5", "K5"}
    assert page["F5"].comment.text.startswith("日期有歧义")
    assert page["F5"].fill.fgColor.rgb == "00FFD6D6"
    assert [row[2].value for row in faults.iter_rows(min_row=2)] == ["B5", "F5", "K5"]
    assert {str(merge) for merge in page.merged_cells.ranges} == set(MERGES)


def test_preview_shows_likely_duplicates_side_by_side(secretary: Client, branch: Branch) -> None:
    DemandFactory(branch=branch, serial=7, title="活动室屋顶漏雨")
    rest = ["一般", "2025-03-05", "长期", "待认领", None]
    rows = [
        [1, "甲支部", "乡村振兴", "活动室屋顶漏雨。", *rest],
        [2, "甲支部", "乡村振兴", "缺少图书", *rest],
        [3, "甲支部", "乡村振兴", "缺少 图书", *rest],
    ]
    book = Workbook()
    for row in (HEADER, *rows):
        book.active.append(row)
    buffer = BytesIO()
    book.save(buffer)
    twins = upload(secretary, buffer.getvalue()).context["result"].twins
    assert [(twin.row, twin.where) for twin in twins] == [(2, "系统里已有"), (4, "本文件第 3 行")]
    assert twins[0].pairs[:2] == [("序号", "1", "7"), ("需求内容", "活动室屋顶漏雨。", "活动室屋顶漏雨")]


CSV = (
    "序号,提出单位,需求方面,需求内容,紧急程度,提出日期,期望完成时限,状态,解决日期\r\n"
    '1,甲支部,乡村振兴,"路灯,\r\n不亮",一般,2025-03-05,长期,待认领,\r\n'
)


@pytest.mark.parametrize(
    "content",
    [
        CSV.encode(),
        CSV.encode("utf-8-sig"),
        CSV.encode("gbk"),
        CSV.encode("utf-16"),
        CSV.replace('"路灯,', '"路灯').replace(",", ";").encode(),
        CSV.replace('"路灯,', '"路灯').replace(",", "\t").encode("gb18030"),
    ],
    ids=["utf-8", "with BOM", "gbk", "utf-16", "semicolons", "tabs"],
)
def test_csv_is_read_in_any_usual_form(content: bytes, secretary: Client) -> None:
    result = upload(secretary, content, "表.csv").context["result"]
    assert (result.errors, result.created) == ([], 1)
