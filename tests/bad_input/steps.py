"""What takes more than one request to show, each a function of the desk."""

from __future__ import annotations

import socket
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse
from openpyxl import load_workbook

from core.attachments.services import MAX_FILES
from core.bodies import whole_bodies
from core.middleware import CUT_OFF
from core.models import Attachment
from core.submissions import FIELD, new_token
from ledgers.models import Demand
from pairing.imports.services import intake
from tests.bad_input.cases import Desk, attach, attach_all
from tests.bad_input.clamd import Clamd
from tests.bad_input.sheets import HEADERS, SOUND, archive, demand, demands, under
from tests.factories.branches import BranchFactory
from tests.imports.bombs import SHEET, package
from tests.security.targets import body
from tests.security.world import Watch, fingerprint

ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:{}/e">]>'


def token_of(answer: Any) -> str:
    return str(answer.context["upload"].token)


def confirm(desk: Desk, token: str, actor: str = "office", **data: str) -> Any:
    url = reverse("import_confirm", args=["demands"])
    return desk.world.clients[actor].post(url, {"upload": token, **data})


def nothing_outside_is_fetched(desk: Desk) -> None:
    """An entity, a link to another book, macros and an object: a listener on this very host hears nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/x".encode()
        outside = {
            "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0macro",
            "xl/externalLinks/externalLink1.xml": b"<externalLink/>",
            "xl/externalLinks/_rels/externalLink1.xml.rels": b'<r Target="' + address + b'"/>',
            "xl/embeddings/oleObject1.bin": b"\0" * 100,
        }
        assert desk.command(archive(SOUND, **outside), "demands")[1]["created"] == 1
        sheet = ENTITY.format(listener.getsockname()[1]) + SHEET.format("", "")
        answer = desk.upload(package({"xl/worksheets/sheet1.xml": sheet}), "demands")
        assert answer.status_code == 422
        with pytest.raises(BlockingIOError):
            listener.accept()


def lacking_column_is_asked_for(desk: Desk) -> None:
    """A sheet without the branch: the page asks for it or for one value, the command says so."""
    watch, content = Watch(desk.world), under(HEADERS[:1] + HEADERS[2:], demand())
    page = desk.upload(content, "demands")
    sent = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    url = f"{page.request['PATH_INFO']}?{page.request['QUERY_STRING']}"
    answer = desk.world.clients["office"].post(url, sent)
    assert (answer.status_code, dict(answer.context["form"].errors)) == (
        422,
        {"branch": ["“提出单位”必填，请指明是文件里的哪一列；文件里没有，就填各行都用的值。"]},
    )
    status, result = desk.command(content, "demands")
    (error,) = result["errors"]
    assert (status, error["row"], error["column"], watch.saw_a_change) == (1, 3, "提出单位", False)
    assert error["reason"] == "缺少这一列，请补上这一列，或在“列的对应”里指明是哪一列，或各行都填什么"


def same_file_again_is_recognised(desk: Desk) -> None:
    confirm(desk, token_of(desk.upload(SOUND, "demands")))
    page = desk.upload(SOUND, "demands").context["result"]
    status, command = desk.command(SOUND, "demands")
    assert (status, command["unchanged"], command["notes"]) == (0, 1, page.notes)
    assert [note[:6] for note in page.notes] == ["该文件已于 "]


def sent_twice_imports_once(desk: Desk) -> None:
    before = Demand.objects.count()
    token, form = token_of(desk.upload(SOUND, "demands")), {FIELD: new_token()}
    answers = [confirm(desk, token, **form) for _ in range(2)]
    assert [answer.headers["Location"] for answer in answers] == [reverse("import_list")] * 2
    assert Demand.objects.count() - before == 1


def changed_after_preview_is_refused(desk: Desk) -> None:
    watch, token = Watch(desk.world), token_of(desk.upload(SOUND, "demands"))
    (kept,) = (desk.folder.parent / "media/imports").iterdir()
    kept.write_bytes(demands(demand(2)))
    answer = confirm(desk, token)
    assert answer.context["form"].errors["file"] == ["预览后文件已变化，请重新上传、预览。"]
    assert (answer.status_code, watch.saw_a_change) == (409, False)


def foreign_token_is_refused(desk: Desk) -> None:
    watch, token = Watch(desk.world), token_of(desk.upload(SOUND, "demands"))
    for actor, sent in (
        ("admin", token),
        ("office", token[:-2] + "xx"),
        ("office", ""),
        ("office", "x" * 9000),
    ):
        answer = confirm(desk, sent, actor)
        assert answer.context["form"].errors["file"] == ["预览已过期，或这个文件已经导入。请重新上传。"]
        assert answer.status_code == 409
    assert not watch.saw_a_change


def broken_half_way_writes_nothing(desk: Desk) -> None:
    """The rows are written, then the record of the import fails: the rows go too."""
    token = token_of(desk.upload(SOUND, "demands"))
    before = fingerprint()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake.ImportBatch.objects, "create", lambda **_values: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            confirm(desk, token)
    assert fingerprint() == before


def people_have_no_column(desk: Desk) -> None:
    """No ledger holds people: such columns are named and what stands in them is kept nowhere."""
    people = {"身份证号": "11010119000230123x", "出生日期": "1900-02-30"}
    _, result = desk.command(demands(demand(**people)), "demands")
    assert (result["created"], result["notes"]) == (1, ["有不认识的列，没有导入：身份证号、出生日期。"])
    made = Demand.objects.order_by("pk").values().last()
    assert [name for name, value in made.items() if "110101" in str(value)] == []


def existing_row_is_shown_old_and_new(desk: Desk) -> None:
    """A row that exists with other data is shown as 旧 → 新; only the confirmation writes it."""
    confirm(desk, token_of(desk.upload(SOUND, "demands")))
    made = Demand.objects.order_by("pk").last()
    page = desk.upload(demands(需求内容="另一件"), "demands")
    (change,) = page.context["result"].changes
    assert change.fields == {"需求内容": ["需求1", "另一件"]}
    made.refresh_from_db()
    assert made.title == "需求1"
    confirm(desk, token_of(page))
    made.refresh_from_db()
    assert made.title == "另一件"


def foreign_branch_is_not_revealed(desk: Desk) -> None:
    """Branch staff: the whole file is refused, alike for a branch that exists and for one that does not."""
    reasons = set()
    for name in ("乙党支部", "没有的支部"):
        content = demands(demand(1), demand(2, 提出单位=name))
        (error,) = desk.upload(content, "demands", actor="secretary_a").context["result"].errors
        reasons.add((error.row, error.column, error.reason))
    assert reasons == {
        (5, "提出单位", "只能导入本支部（甲党支部）的数据，请删去这一行再上传；整个文件没有导入")
    }


def ambiguous_branch_names_candidates(desk: Desk) -> None:
    """Two branches whose names differ in brackets only: both are named, neither is taken."""
    for serial, name in enumerate(("双名（东）支部", "双名(东)支部")):
        BranchFactory(name=name, serial=serial)
    (error,) = desk.command(demands(提出单位="双名（东） 支部"), "demands")[1]["errors"]
    assert error["reason"] == (
        "有 2 个党组织都可能是它：双名（东）支部、双名(东)支部。请照其中一个的全称逐字填写"
    )


def import_is_named_in_full(desk: Desk) -> None:
    """The kept upload has a name of ours, whatever the file was called, and its name is shown as text."""
    names = ("../../../etc/x.xlsx", "<script>alert(1)</script>.xlsx", "长" * 300, "\u202exslx.exe", "CON")
    for name in names:
        answer = desk.upload(SOUND, "demands", name=name)
        assert answer.status_code in {200, 422}
        assert b"<script>alert(1)" not in answer.content
    kept = [path.name for path in desk.files() if path.parent.name == "imports"]
    assert {len(name) for name in kept} == {32}


def said_of(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def scanner_decides(desk: Desk) -> None:
    """A scanner is shown every byte of an upload, whatever the form, and what it finds is not kept."""
    big = b"words " * 40_000
    with Clamd() as scanner, override_settings(CLAMD_ADDRESS=scanner.address):
        attach(desk.world, "说明.txt", big)
        assert scanner.seen == [big]
        assert Attachment.objects.order_by("pk").last().size == len(big)
        watch, files = Watch(desk.world), desk.files()
        scanner.answer = b"stream: Win.Test.EICAR_HDB-1 FOUND"
        sentence = "里查出病毒（Win.Test.EICAR_HDB-1），没有保存。请先杀毒，换一份干净的再传。"
        assert said_of(attach(desk.world, "乙.txt", b"bad"))[-1] == f"“乙.txt”{sentence}"
        assert said_of(desk.upload(SOUND, "demands"))[-1] == f"“台账.xlsx”{sentence}"
        assert scanner.seen[1:] == [b"bad", SOUND]
        assert (watch.saw_a_change, desk.files()) == (False, files)


def nothing_is_taken_unseen(desk: Desk) -> None:
    """A scanner that is not there, hangs up, or cannot tell: the file is refused until it can."""
    watch, files = Watch(desk.world), desk.files()
    with Clamd() as scanner:
        for answer in (b"", b"INSTREAM size limit exceeded. ERROR", b"stream: OK maybe"):
            scanner.answer = answer
            with override_settings(CLAMD_ADDRESS=scanner.address):
                assert (
                    "病毒检查暂不可用，“甲.txt”没有保存。请稍后再传"
                    in said_of(attach(desk.world, "甲.txt", b"words"))[-1]
                )
    for address in (scanner.address, f"unix:{desk.folder}/nobody.ctl"):
        with override_settings(CLAMD_ADDRESS=address):
            assert "暂不可用" in said_of(attach(desk.world, "甲.txt", b"words"))[-1]
            assert "暂不可用" in said_of(desk.upload(SOUND, "demands"))[-1]
    assert (watch.saw_a_change, desk.files()) == (False, files)


def text_cut_off_is_not_kept(desk: Desk) -> None:
    """A text has no end that could be missing: only the length that was announced tells that it is cut."""
    watch, files, world = Watch(desk.world), desk.files(), desk.world
    url = reverse("attachment_add", args=["demand", world.rows["demand"].pk])
    sent = encode_multipart(BOUNDARY, {"file": SimpleUploadedFile("说明.txt", b"words " * 9000)})
    client = world.clients["secretary_b"]
    whole = whole_bodies(lambda environ, _: client.handler(environ), seconds=60)
    for cut in (sent[: len(sent) // 2], sent[:-1]):
        environ = client._base_environ(
            PATH_INFO=url,
            REQUEST_METHOD="POST",
            CONTENT_TYPE=MULTIPART_CONTENT,
            CONTENT_LENGTH=str(len(sent)),
        )
        answer = whole({**environ, "wsgi.input": BytesIO(cut)}, lambda *_: None)
        assert (answer.status_code, answer.content.decode()) == (400, CUT_OFF)
    assert (watch.saw_a_change, desk.files()) == (False, files)


def quota_of_a_row_is_named(desk: Desk) -> None:
    """A row holds thirty files; the others of the same upload are told so."""
    held = Attachment.objects.of(desk.world.rows["demand"])
    answer = attach_all(desk.world, {f"{n}.txt": f"words {n}".encode() for n in range(MAX_FILES + 10)})
    assert said_of(answer)[-1] == f"这里最多放 {MAX_FILES} 个附件，已经放满。请先删去不用的。"
    assert held.count() == MAX_FILES


def quota_of_a_branch_is_named(desk: Desk) -> None:
    """What hangs on the rows of one branch counts together, and the sentence names the branch."""
    half = b"words " * 100_000
    with override_settings(ATTACHMENT_BRANCH_MB=1):
        attach(desk.world, "一.txt", half)
        watch, files = Watch(desk.world), desk.files()
        answer = attach(desk.world, "二.txt", half + b".")
        assert said_of(answer)[-1] == (
            f"{desk.world.rows['branch_b']}的附件合计最多 1 MB，已用 0 MB，再加这一个就超过了。"
            "请先删去不用的，或请系统管理员放宽。"
        )
        assert (watch.saw_a_change, desk.files()) == (False, files)


def thousand_files_at_once_are_refused(desk: Desk) -> None:
    watch, files = Watch(desk.world), desk.files()
    answer = attach_all(desk.world, {f"{n}.txt": b"words" for n in range(1000)})
    assert (answer.status_code, "请" in answer.content.decode()) == (400, True)
    assert (watch.saw_a_change, desk.files()) == (False, files)


# ---- words, numbers and bytes


def first_fault(desk: Desk, **cells: object) -> tuple[str, str]:
    """Column and reason of the first fault of a file with one row, the same at the page and the command."""
    content = demands(**cells)
    page = desk.upload(content, "demands").context["result"].errors
    status, result = desk.command(content, "demands")
    assert (status, [error._asdict() for error in page]) == (1, result["errors"])
    return page[0].column, page[0].reason


def script_in_a_file_is_shown_as_text(desk: Desk) -> None:
    answer = desk.upload(demands(需求内容="<script>alert(1)</script>"), "demands")
    assert answer.status_code == 200
    assert "&lt;script&gt;alert(1)" in answer.content.decode()
    assert b"<script>alert" not in answer.content


def formula_is_stored_and_escaped_on_export(desk: Desk) -> None:
    """A cell that a spreadsheet would run is kept as typed, and leaves as text with an apostrophe."""
    texts = ["=1+1", "+1", "-1+2", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠x"]
    rows = [
        demand(number, 提出单位="乙党支部", 需求内容=f"'{text}") for number, text in enumerate(texts, 901)
    ]
    assert desk.command(demands(*rows), "demands")[1]["created"] == len(texts)
    for number, text in enumerate(texts, 901):
        Demand.objects.filter(serial=number).update(title=text)
    answer = desk.world.clients["secretary_b"].get(reverse("demand_export"))
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    page = load_workbook(BytesIO(content)).worksheets[0]
    written = {cell.value: (cell.data_type, cell.quotePrefix) for row in page.iter_rows() for cell in row}
    assert {text: written.get(text) for text in texts} == dict.fromkeys(texts, ("s", True))


def control_characters_in_a_file_are_named(desk: Desk) -> None:
    column, reason = first_fault(desk, 需求内容="前\u0090后")
    assert (column, reason) == ("需求内容", "含有不可见的控制字符，请重新录入这一格")


def broken_bytes_are_answered(desk: Desk) -> None:
    """Lone surrogates and bytes that are no text at all."""
    watch = Watch(desk.world)
    for raw in (b"title=%ED%A0%80&aspect=%FF%FE", b"title=\xed\xa0\x80", b"\xff" * 99):
        answer = desk.world.clients["secretary_b"].post(
            reverse("demand_new"), raw, content_type="application/x-www-form-urlencoded"
        )
        assert (answer.status_code, bool(answer.context["form"].errors)) == (200, True)
    assert not watch.saw_a_change


def rare_characters_come_through_files(desk: Desk) -> None:
    title = "㛃𠮷䶮·阿依古丽 👨‍👩‍👧"
    assert desk.command(demands(需求内容=title), "demands")[1]["created"] == 1
    assert Demand.objects.filter(title=title).count() == 1
    found = desk.world.clients["office"].get(reverse("demand_list"), {"q": "𠮷䶮"})
    assert [row.title for row in found.context["page"]] == [title]


def ten_megabytes_of_text_are_refused(desk: Desk) -> None:
    watch, client = Watch(desk.world), desk.world.clients["secretary_b"]
    data = body("demand_new", desk.world) | {"description": "长" * 3_500_000}
    answer = client.post(reverse("demand_new"), data)
    assert (answer.status_code, watch.saw_a_change) == (400, False)
    assert "请" in answer.content.decode()


def lengths_in_a_file_are_named(desk: Desk) -> None:
    assert first_fault(desk, 需求内容="长" * 121) == ("需求内容", "最多 120 个字，现有 121 个字，请缩短")
    assert first_fault(desk, 需求内容=" 　 ") == ("需求内容", "必填，不能为空，请补填")


def line_break_never_reaches_a_header(desk: Desk) -> None:
    """A line break in a file's name: the answer and its headers stay one, and the download names one file."""
    answer = desk.upload(SOUND, "demands", name="a\r\nSet-Cookie: x=1.xlsx")
    assert answer.status_code == 200
    errors = f"{reverse('import_errors', args=['demands'])}?{answer.request['QUERY_STRING']}"
    header = desk.world.clients["office"].get(errors)["Content-Disposition"]
    assert ("\r" in header, "\n" in header) == (False, False)


def json_is_no_form(desk: Desk) -> None:
    """No address takes JSON: however deep, doubled or endless, it is a form without its fields."""
    watch = Watch(desk.world)
    for text in ("[" * 100_000, '{"title": 1, "title": NaN, "people": 1e999}', "{"):
        answer = desk.world.clients["secretary_b"].post(
            reverse("demand_new"), text, content_type="application/json"
        )
        assert (answer.status_code, answer.context["form"].errors["title"]) == (200, ["请填写需求内容。"])
    assert not watch.saw_a_change


def numbers_in_a_file_are_named(desk: Desk) -> None:
    for value, reason in (
        (-5, "不能为负数，请改正"),
        ("1e999", "应为数字，请只填数字"),
        ("Ⅻ", "应为数字，请只填数字"),
        (1.5, "应为整数，请去掉小数"),
        (10**12, "不能大于 999999999，请改正"),
    ):
        assert first_fault(desk, 预计受益人数=value) == ("预计受益人数", reason)
    assert first_fault(desk, 序号=0) == ("序号", "不能小于 1，请改正")


def foreign_fields_change_nothing(desk: Desk) -> None:
    """Fields a form does not have: the new row is the sender's own, in the state everybody's begins in."""
    client, data = desk.world.clients["secretary_b"], body("demand_new", desk.world)
    made = []
    for more in ({}, {"state": "closed", "branch": "1", "county_id": "1", "id": "1"}):
        client.post(reverse("demand_new"), data | more)
        made.append(Demand.objects.order_by("pk").last())
    assert made[0].pk != made[1].pk
    assert (made[0].state, made[0].branch) == (made[1].state, desk.world.rows["branch_b"])
    edit = {"is_staff": "1", "is_superuser": "1", "display_name": "改名"}
    person = desk.world.rows["person"]
    desk.world.clients["admin"].post(reverse("user_edit", args=[person.pk]), edit)
    person.refresh_from_db()
    assert (person.is_staff, person.is_superuser) == (False, False)
