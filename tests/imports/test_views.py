"""Importing in the browser: who may, preview without writing, confirm of the very file that was shown."""

from __future__ import annotations

import os
import re
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from branches.models import Branch
from core.audit import entries_of
from core.workbooks.guards import MAX_FILE_BYTES
from ledgers.models import Demand, Resource
from pairing.imports.enums import LedgerKind
from pairing.imports.models import ImportBatch
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.plans import PairingFactory
from tests.imports.test_ledgers import demand, resource
from tests.imports.workbooks import book, demo_book, sheet

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path / "imports"


@pytest.fixture
def branch():
    return BranchFactory(name="甲支部")


NOT_XLSX = (
    "文件不是 .xlsx 工作簿（可能是 .xls、.et、.ods 改了名），"
    "请用 Excel 或 WPS 打开，另存为“Excel 工作簿(.xlsx)”后再导入。"
)


def logged_in(**seat: object) -> Client:
    client = Client()
    client.force_login(UserFactory(**seat))
    return client


def upload(client: Client, kind: str, content: bytes, name: str = "台账.xlsx", **options: object):
    return client.post(
        reverse("import_upload", args=[kind]), {"file": SimpleUploadedFile(name, content)}, **options
    )


def previewed(client: Client, kind: str, content: bytes):
    return upload(client, kind, content, follow=True)


def confirm(client: Client, kind: str, page, **options: object):
    data = {"upload": page.context["upload"].token}
    return client.post(reverse("import_confirm", args=[kind]), data, **options)


def test_import_is_previewed_then_confirmed(media: Path) -> None:
    client = logged_in(office=True)
    before = Branch.objects.count()
    page = previewed(client, "branches", demo_book("branches").read_bytes())
    assert (page.status_code, page.context["result"].created) == (200, 12)
    assert Branch.objects.count() == before
    assert len(list(media.iterdir())) == 1

    done = confirm(client, "branches", page, follow=True)
    assert [str(message) for message in done.context["messages"]] == [
        "组织清单已导入：新增 12 行，更新 0 行，0 行没有变化。"
    ]
    assert Branch.objects.count() == before + 18
    batch = ImportBatch.objects.get()
    assert (batch.kind, batch.file_name, batch.rows, batch.created) == ("branches", "台账.xlsx", 12, 12)
    entry = entries_of(batch).get()
    assert (entry.action, entry.actor, entry.summary) == (
        "ledger.import",
        batch.imported_by,
        "共 12 行：新增 12，更新 0",
    )
    assert list(media.iterdir()) == []


def test_import_of_a_file_with_errors_lists_them_and_offers_no_confirmation(branch) -> None:
    page = previewed(logged_in(office=True), "demands", book("demands", demand(1), demand(1, 状态="好")))
    assert page.status_code == 200
    assert [(error.row, error.column) for error in page.context["result"].errors] == [
        (5, "序号"),
        (5, "状态"),
    ]
    html = page.content.decode()
    assert ("与第 4 行重复，请删去其中一行，或改正这一格" in html, "确认导入" in html) == (True, False)


def test_import_of_the_same_file_says_so(branch) -> None:
    client = logged_in(office=True)
    content = book("resources", resource(1))
    confirm(client, "resources", previewed(client, "resources", content))
    page = previewed(client, "resources", content)
    assert page.context["has_changes"] is False
    assert [note.split(" ")[0] for note in page.context["result"].notes] == ["该文件已于"]
    assert "没有变化" in page.content.decode()


def test_import_confirm_notices_a_changed_file(branch, media: Path) -> None:
    client = logged_in(office=True)
    page = previewed(client, "resources", book("resources", resource(1)))
    next(media.iterdir()).write_bytes(book("resources", resource(2)))
    answer = confirm(client, "resources", page)
    assert answer.context["form"].errors["file"] == ["预览后文件已变化，请重新上传、预览。"]
    assert Resource.objects.count() == 0


def test_import_confirm_twice_says_that_it_is_done(branch) -> None:
    client = logged_in(office=True)
    page = previewed(client, "resources", book("resources", resource(1)))
    confirm(client, "resources", page)
    answer = confirm(client, "resources", page)
    assert answer.context["form"].errors["file"] == ["预览已过期，或这个文件已经导入。请重新上传。"]
    assert (Resource.objects.count(), ImportBatch.objects.count()) == (1, 1)


@pytest.mark.parametrize("name", ["import_preview", "import_columns", "import_errors", "import_confirm"])
def test_upload_form_that_is_drawn_again_takes_the_next_file(branch, name: str) -> None:
    """On whatever page it says “请重新上传”, sent from there as a browser would."""
    client, url = logged_in(office=True), reverse(name, args=["resources"])
    page = getattr(client, "post" if name == "import_confirm" else "get")(url, {"upload": "long gone"})
    assert page.context["form"].errors["file"] == ["预览已过期，或这个文件已经导入。请重新上传。"]
    form = re.search(r'<form method="post"\s+class="sheet"[^>]*>', page.content.decode())
    action = form and re.search(r'action="([^"]+)"', form[0])
    file = SimpleUploadedFile("台账.xlsx", book("resources", resource(1)))
    answer = client.post(action[1] if action else f"{url}?upload=long+gone", {"file": file}, follow=True)
    assert (answer.status_code, answer.context["result"].created) == (200, 1)


def test_import_confirm_belongs_to_the_person_and_ledger_of_the_upload(branch) -> None:
    page = previewed(logged_in(office=True), "resources", book("resources", resource(1)))
    other = logged_in(office=True)
    assert confirm(other, "resources", page).status_code == 409
    assert confirm(other, "demands", page).status_code == 409
    assert Resource.objects.count() == 0


def test_import_confirm_checks_again_what_has_happened_since_the_preview(branch) -> None:
    client = logged_in(office=True)
    page = previewed(client, "resources", book("resources", resource(1)))
    Branch.objects.filter(pk=branch.pk).update(name="改名的支部")
    answer = confirm(client, "resources", page)
    assert (answer.status_code, [error.column for error in answer.context["result"].errors]) == (
        409,
        ["提供单位"],
    )
    assert Resource.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "content", "status", "message"),
    [
        (
            "台账.xls",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            415,
            NOT_XLSX,
        ),
        ("台账.xlsx", b"", 422, "文件是空的（0 字节），没有数据行。请重新选择文件。"),
        ("台账.xlsx", b"PK" + b"\0" * MAX_FILE_BYTES, 413, "文件超过 10 MB，请拆分成几个文件后分别导入。"),
    ],
)
def test_import_of_an_unreadable_file_is_refused(
    name: str, content: bytes, status: int, message: str
) -> None:
    page = upload(logged_in(office=True), "resources", content, name)
    assert (page.status_code, page.context["form"].errors["file"]) == (status, [message])


def test_import_of_another_ledger_is_refused_at_the_preview(branch) -> None:
    page = previewed(logged_in(office=True), "activities", book("resources", resource(1)))
    assert page.status_code == 422
    assert page.context["form"].errors["file"] == [
        "这份文件的表头是“资源清单”的，不是“活动台账”的：请到“资源清单”那里导入。"
    ]


def test_import_of_another_table_is_refused_at_the_preview(branch) -> None:
    other = sheet("食堂", ["菜名", "价钱"], [{"菜名": "剁椒鱼头", "价钱": 38}])
    page = previewed(logged_in(office=True), "activities", other)
    assert page.status_code == 422
    assert page.context["form"].errors["file"][0].startswith("前 10 行里没有找到“活动台账”的表头")


def test_branch_staff_import_their_own_two_ledgers(branch) -> None:
    client = logged_in(secretary_of=branch)
    page = client.get(reverse("import_list"))
    assert [line.kind for line in page.context["lines"]] == [LedgerKind.RESOURCES, LedgerKind.DEMANDS]
    confirm(client, "demands", previewed(client, "demands", book("demands", demand(1))))
    assert Demand.objects.get().branch == branch


def test_branch_staff_cannot_import_rows_of_another_branch(branch) -> None:
    PairingFactory(branch_a=branch, branch_b=BranchFactory(name="乙支部"))
    client = logged_in(secretary_of=branch)
    content = book("demands", demand(1), demand(2, 提出单位="乙支部"))
    page = previewed(client, "demands", content)
    assert [(error.row, error.reason) for error in page.context["result"].errors] == [
        (5, "只能导入本支部（甲支部）的数据，请删去这一行再上传；整个文件没有导入")
    ]
    assert confirm(client, "demands", page).status_code == 409
    assert Demand.objects.count() == 0


@pytest.mark.parametrize("name", ["import_upload", "import_template", "import_preview"])
def test_branch_staff_are_kept_from_other_ledgers(branch, name: str) -> None:
    assert logged_in(secretary_of=branch).get(reverse(name, args=["branches"])).status_code == 403


def test_members_and_auditors_do_not_import(branch) -> None:
    assert logged_in(member_of=branch).get(reverse("import_list")).status_code == 403
    assert logged_in(auditor=True).get(reverse("import_list")).status_code == 403
    assert upload(logged_in(member_of=branch), "demands", b"").status_code == 403


def test_strangers_are_sent_to_the_login() -> None:
    answer = Client().get(reverse("import_list"))
    assert (answer.status_code, answer.url) == (302, f"{reverse('login')}?next={reverse('import_list')}")


def test_import_list_shows_the_order_and_the_last_import(branch, django_assert_num_queries) -> None:
    client = logged_in(office=True)
    confirm(client, "resources", previewed(client, "resources", book("resources", resource(1))))
    with django_assert_num_queries(4):  # session, user, seats, last imports, unread count
        page = client.get(reverse("import_list"))
    assert [line.kind for line in page.context["lines"]] == list(LedgerKind)[:-1]  # all but the catalogue
    assert [bool(line.last) for line in page.context["lines"]] == [False, False, True, False, False, False]


@pytest.mark.parametrize("kind", LedgerKind)
def test_import_template_has_every_column(kind: LedgerKind) -> None:
    answer = logged_in(admin=True).get(reverse("import_template", args=[kind]))
    sheet = load_workbook(BytesIO(answer.content)).active
    assert (sheet.title, sheet["A3"].value) in {
        ("结对协议", "协议编号*"),
        ("计划定单", "定单编号*"),
        ("活动台账", "序号*"),
        ("服务目录", "方面*"),
        *((title, "序号") for title in ("组织清单", "资源清单", "需求账单")),
    }


def test_import_paths_use_hyphens() -> None:
    assert reverse("import_upload", args=[LedgerKind.PLAN_ORDERS]) == "/imports/plan-orders/"
    assert logged_in(office=True).get("/imports/nothing/").status_code == 404


def test_import_preview_escapes_what_a_file_says(branch) -> None:
    content = book("demands", demand(1, 需求内容="<script>alert(1)</script>"))
    html = previewed(logged_in(office=True), "demands", content).content.decode()
    assert ("<script>alert" in html, "&lt;script&gt;alert" in html) == (False, True)


def test_upload_forgets_files_nobody_confirmed(branch, media: Path) -> None:
    client = logged_in(office=True)
    previewed(client, "resources", book("resources", resource(1)))
    for path in media.iterdir():
        os.utime(path, (0, 0))
    previewed(client, "resources", book("resources", resource(2)))
    assert len(list(media.iterdir())) == 1
