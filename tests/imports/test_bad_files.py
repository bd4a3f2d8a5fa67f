"""Bad files at the import page and at the command: each refused in a sentence, nothing written, no 5xx."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from core.submissions import FIELD, new_token
from core.workbooks.errors import WorkbookError
from core.workbooks.guards import ENCRYPTED_MARK, MAX_FILE_BYTES, OLE_MAGIC
from core.workbooks.opening import open_book
from core.workbooks.reader import read_table
from ledgers.exchange import resources
from ledgers.models import Demand, Resource
from pairing.imports.models import ImportBatch
from pairing.imports.registry import LEDGERS
from pairing.imports.services import intake as services
from tests.factories.branches import BranchFactory, UserFactory
from tests.imports.bombs import BOMBS, package
from tests.imports.test_ledgers import demand, resource
from tests.imports.workbooks import TERMS, book, sheet
from tests.security.world import fingerprint, logged_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path / "imports"


@pytest.fixture
def branch():
    return BranchFactory(name="甲支部")


@pytest.fixture
def office(branch) -> Client:
    return logged_in(UserFactory(office=True))


def upload(client: Client, content: bytes, kind: str = "resources", name: str = "台账.xlsx") -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("import_upload", args=[kind]), {"file": file}, follow=True)


def command(folder: Path, content: bytes, kind: str = "resources") -> tuple[int, dict[str, Any]]:
    """Exit status of the command and the result it prints."""
    (folder / "台账.xlsx").write_bytes(content)
    out, status = StringIO(), 0
    try:
        call_command(
            "import_ledger", kind, str(folder / "台账.xlsx"), "--json", stdout=out, stderr=StringIO()
        )
    except SystemExit as end:
        status = int(end.code or 0)
    return status, json.loads(out.getvalue())


# ---- files that are not read at all (items 1–10, 27–29 of the matrix)


def workbook_with(**parts: bytes) -> bytes:
    """A sound workbook with further parts in its archive."""
    buffer = BytesIO(book("resources", resource(1)))
    with zipfile.ZipFile(buffer, "a") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def open_document() -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<office/>")
    return buffer.getvalue()


SOUND = book("resources", resource(1))
NOT_XLSX = (
    "文件不是 .xlsx 工作簿（可能是 .xls、.et、.ods 改了名），"
    "请用 Excel 或 WPS 打开，另存为“Excel 工作簿(.xlsx)”后再导入。"
)
SAVE_AGAIN = "，请用 Excel 打开，另存为“Excel 工作簿(.xlsx)”后再导入。"
DAMAGED = "文件已损坏，无法读取。请用 Excel 打开并另存为一份新的 .xlsx 再试。"
UNREADABLE: dict[str, tuple[bytes, int, str]] = {
    "old xls": (OLE_MAGIC + b"\0" * 2000, 415, NOT_XLSX),
    "ods": (open_document(), 415, NOT_XLSX),
    "password": (
        OLE_MAGIC + b"\0" * 600 + ENCRYPTED_MARK,
        415,
        "文件已加密，请在 Excel 里取消密码、保存后再导入。",
    ),
    "cut off": (SOUND[: len(SOUND) // 2], 422, DAMAGED),
    "flipped bits": (SOUND[:400] + bytes(byte ^ 0xFF for byte in SOUND[400:900]) + SOUND[900:], 422, DAMAGED),
    "no bytes": (b"", 422, "文件是空的（0 字节），没有数据行。请重新选择文件。"),
    "too many bytes": (
        b"PK" + b"\0" * MAX_FILE_BYTES,
        413,
        "文件超过 10 MB，请拆分成几个文件后分别导入。",
    ),
    "csv with NUL": (b'a,b\n\0,"x', 422, f"CSV 文件第 2 行有 NUL 字节（不可见字符）{SAVE_AGAIN}"),
    "csv with an open quote": (b'a,b\n1,"x\n2,y', 422, f"CSV 文件第 2 行的双引号没有成对{SAVE_AGAIN}"),
    "csv in two encodings": (
        "序号,单位\n".encode() + "1,甲支部\n".encode("gbk"),
        422,
        f"CSV 文件第 2 行有无法识别的字符，文件可能混用了两种编码{SAVE_AGAIN}",
    ),
    "one field of 9 MB": (
        b"a," + b"x" * 9_000_000,
        422,
        f"CSV 文件第 1 行有一格超过 32767 个字{SAVE_AGAIN}",
    ),
    "a million columns": (
        b"a," * 1_000_000,
        413,
        "CSV 文件第 1 行超过 60 列，请拆分成几个文件后分别导入。",
    ),
    "html": (b"<html><script>alert(1)</script>", 415, NOT_XLSX),
    "png": (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, 415, NOT_XLSX),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_unreadable_file_is_refused_on_the_page(case: str, office: Client):
    content, status, sentence = UNREADABLE[case]
    before = fingerprint()
    answer = upload(office, content)
    assert (answer.status_code, answer.context["form"].errors["file"]) == (status, [sentence])
    assert fingerprint() == before


@pytest.mark.parametrize("case", UNREADABLE)
def test_unreadable_file_is_refused_by_the_command(case: str, branch, tmp_path: Path):
    content, _, sentence = UNREADABLE[case]
    before = fingerprint()
    status, result = command(tmp_path, content)
    assert (status, [error["reason"] for error in result["errors"]]) == (1, [sentence])
    assert fingerprint() == before


# ---- files that are read, with faults in them (items 4, 11–26)


HEADERS = [column.header for column in LEDGERS["demands"].columns if not column.optional]


def odd(header: str) -> str:
    return f" {header[:1]}\n{header[1:]}　"


def styled(tweak: Callable[[Any], Any], *rows: dict[str, Any]) -> bytes:
    return book("demands", *(rows or (demand(1), demand(2))), tweak=tweak)


def two_sheets() -> bytes:
    workbook = Workbook()
    workbook.active.title = "说明"
    buffer = BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


FAULTY: dict[str, tuple[bytes, str, str]] = {
    # name: the file, the place that is named, a part of the reason
    "header only": (book("demands"), "", "没有数据行"),
    "blank sheet": (two_sheets(), "", "没有数据行"),
    "another table": (sheet("别的", ["姓名", "电话"], [{"姓名": "甲"}]), "", "表头"),
    "column missing": (
        sheet("需求账单", HEADERS[1:], [demand(1)]),
        "序号",
        "缺少这一列，请补上这一列，或在“列的对应”里指明是哪一列",
    ),
    "header twice": (
        sheet("需求账单", [*HEADERS, "序号"], [demand(1)]),
        "序号",
        "表头重复，出现在第 1 列、第 ",
    ),
    "formula error": (styled(lambda page: page.__setitem__("A4", "#REF!")), "序号", "公式错误"),
    "formula without value": (
        styled(lambda page: page.__setitem__("A4", "=1+1")),
        "序号",
        "公式没有保存计算结果",
    ),
    "merged cells": (styled(lambda page: page.merge_cells("A4:A5")), "序号", "合并单元格"),
    "day that is none": (book("demands", demand(1, 提出日期="2026/2/30")), "提出日期", "没有这一天"),
    "day both ways": (book("demands", demand(1, 提出日期="01/02/2026")), "提出日期", "歧义"),
    "year 206": (book("demands", demand(1, 提出日期="0206-03-01")), "提出日期", "不合理"),
    "infinite number": (book("demands", demand(1, 序号="1e999")), "序号", "数字"),
    "too large a number": (book("demands", demand(1, 序号=10**20)), "序号", "不能大于"),
    "fraction": (book("demands", demand(1, 序号=1.5)), "序号", "整数"),
    "same row twice": (
        book("demands", demand(1), demand(1)),
        "序号",
        "与第 4 行重复，请删去其中一行，或改正这一格",
    ),
    "unknown branch": (book("demands", demand(1, 提出单位="没有的支部")), "提出单位", "支部"),
    "control character": (book("demands", demand(1, 需求内容="前\u0090后")), "需求内容", "控制字符"),
    "far too long": (book("demands", demand(1, 需求内容="长" * 30_000)), "需求内容", "最多"),
}


def page_errors(answer: Any) -> list[tuple[str, str]]:
    if answer.context.get("form") is not None:
        return [("", sentence) for sentence in answer.context["form"].errors["file"]]
    return [(error.column, error.reason) for error in answer.context["result"].errors]


@pytest.mark.parametrize("case", FAULTY)
def test_faulty_file_names_place_and_reason(case: str, office: Client, branch, tmp_path: Path):
    content, place, reason = FAULTY[case]
    before = fingerprint()
    answer = upload(office, content, "demands")
    assert answer.status_code < 500
    on_page = page_errors(answer)
    status, result = command(tmp_path, content, "demands")
    on_command = [(error["column"], error["reason"]) for error in result["errors"]]
    assert on_page == on_command
    assert [column for column, words in on_page if reason in words][:1] == [place], on_page
    assert status == 1
    assert fingerprint() == before


ACCEPTED: dict[str, bytes] = {
    "columns in another order": sheet("需求账单", reversed(HEADERS), [demand(1)]),
    "headers with spaces and lines": sheet(
        "需求账单",
        [odd(header) for header in HEADERS],
        [{odd(header): value for header, value in demand(1).items()}],
    ),
    "full width": book("demands", demand("１")),
    "invisible characters": book("demands", demand(1, 需求内容="\u200b 门前\u00a0路面 \ufeff")),
    "day with dots": book("demands", demand(1, 提出日期="2026.3.5")),
    "day as a number": book("demands", demand(1, 提出日期=46000)),
    "hidden row": styled(lambda page: page.row_dimensions.__getitem__(5).__setattr__("hidden", True)),
    "filter": styled(lambda page: page.auto_filter.__setattr__("ref", "A3:C9")),
    "rare characters": book("demands", demand(1, 需求内容="㛃𠮷䶮·阿依古丽 👨‍👩‍👧")),
    "formula as text": book("demands", demand(1, 需求内容="'=cmd|'/c calc'!A1")),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_odd_but_clear_file_is_taken_in(case: str, branch, tmp_path: Path):
    status, result = command(tmp_path, ACCEPTED[case], "demands")
    assert (status, result["errors"]) == (0, [])
    assert Demand.objects.filter(branch=branch).count() == result["rows"]


def test_macros_and_outside_links_are_never_followed(branch, tmp_path: Path):
    """Macros, embedded objects and links lie in the archive and are not looked at; no socket is opened."""
    content = workbook_with(
        **{
            "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0macro",
            "xl/externalLinks/externalLink1.xml": b"<externalLink/>",
            "xl/embeddings/oleObject1.bin": b"\0" * 100,
        }
    )
    status, result = command(tmp_path, content)
    assert (status, result["created"]) == (0, 1)


NAMES = (
    "../../../etc/x.xlsx",
    "C:\\x.xlsx",
    "a\r\nb.xlsx",
    "<script>alert(1)</script>.xlsx",
    "长" * 300,
    "\u202exslx.exe",
    "CON",
)


@pytest.mark.parametrize("name", NAMES)
def test_file_name_is_shown_as_text_and_never_a_path(name: str, office: Client, media: Path):
    answer = upload(office, SOUND, name=name)
    assert answer.status_code in {200, 413, 422}
    assert b"<script>alert(1)" not in answer.content
    assert [path.parent for path in media.rglob("*") if path.is_file()] == [media]
    assert all(len(path.name) == 32 for path in media.iterdir())


# ---- the way from preview to confirmation (items 30–32)


def token_of(answer: Any) -> str:
    return str(answer.context["upload"].token)


def test_upload_of_somebody_else_or_a_forged_one_is_refused(office: Client, branch):
    token = token_of(upload(office, SOUND))
    stranger = logged_in(UserFactory(office=True))
    confirm = reverse("import_confirm", args=["resources"])
    for client, sent in ((stranger, token), (office, token[:-2] + "xx"), (office, ""), (office, "x" * 9000)):
        assert client.post(confirm, {"upload": sent}).status_code == 409
    assert Resource.objects.count() == 0


def test_file_that_changed_after_the_preview_is_refused(office: Client, media: Path, branch):
    token = token_of(upload(office, SOUND))
    next(media.iterdir()).write_bytes(book("resources", resource(2)))
    answer = office.post(reverse("import_confirm", args=["resources"]), {"upload": token})
    assert answer.context["form"].errors["file"] == ["预览后文件已变化，请重新上传、预览。"]
    assert Resource.objects.count() == 0


def test_confirmation_sent_twice_imports_once_and_answers_alike(office: Client, branch):
    data = {"upload": token_of(upload(office, SOUND)), FIELD: new_token()}
    confirm = reverse("import_confirm", args=["resources"])
    answers = [office.post(confirm, data) for _ in range(2)]
    assert [(answer.status_code, answer.headers["Location"]) for answer in answers] == [
        (302, reverse("import_list"))
    ] * 2
    assert (Resource.objects.count(), ImportBatch.objects.count()) == (1, 1)


def test_same_file_again_says_when_it_was_imported(office: Client, branch):
    office.post(reverse("import_confirm", args=["resources"]), {"upload": token_of(upload(office, SOUND))})
    again = upload(office, SOUND)
    assert [note[:6] for note in again.context["result"].notes] == ["该文件已于 "]


def test_import_that_breaks_half_way_writes_nothing(office: Client, branch, monkeypatch: pytest.MonkeyPatch):
    """The rows are written, then the record of the import fails: the rows go too."""
    token = token_of(upload(office, SOUND))
    before = fingerprint()
    monkeypatch.setattr(services.ImportBatch.objects, "create", lambda **_values: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        office.post(reverse("import_confirm", args=["resources"]), {"upload": token})
    assert fingerprint() == before


def test_row_of_a_foreign_branch_refuses_the_whole_file(branch):
    """Existing or not, a branch that is not one's own is answered alike."""
    secretary = logged_in(UserFactory(secretary_of=branch))
    BranchFactory(name="乙支部")
    reasons = set()
    for name in ("乙支部", "没有的支部"):
        answer = upload(secretary, book("resources", resource(1), resource(2, 提供单位=name)))
        [(column, reason)] = page_errors(answer)
        reasons.add((column, reason.replace(name, "…")))
    assert (len(reasons), Resource.objects.count()) == (1, 0)


# ---- bombs

WITHIN_THE_LIMITS = frozenset({"just within the limits", "styles within the limits"})  # read to the end


@pytest.mark.parametrize("bomb", [name for name in BOMBS if name not in WITHIN_THE_LIMITS])
def test_bomb_is_refused_in_words(bomb: str):
    """What it costs is measured by tests.imports.measure_bombs; here only that it is refused."""
    with pytest.raises(WorkbookError) as refusal:
        open_book(BOMBS[bomb]())
    assert "passwd" not in refusal.value.message
    assert "请" in refusal.value.message


def test_bomb_on_the_page_is_a_sentence(office: Client):
    answer = upload(office, BOMBS["one sheet many times"]())
    assert (answer.status_code, answer.context["form"].errors["file"]) == (422, [DAMAGED])


def test_package_of_the_bombs_is_sound():
    """Positive control: without a charge the package is read as an empty workbook, not a broken one."""
    with pytest.raises(WorkbookError, match="工作表是空的"):
        read_table(package({}), resources.COLUMNS, title="资源清单", terms=TERMS)
