"""Attachments: what is refused and in which words, what is kept of a picture, who reads and changes them."""

from __future__ import annotations

import zipfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageSequence

from core.attachments import services
from core.attachments.content import EICAR, MAX_BYTES, OLE, shown_name
from core.attachments.services import attachment_add, attachment_remove
from core.audit import entries_of
from core.errors import DomainError
from core.models import Attachment
from tests.factories.activities import ActivityFactory
from tests.factories.branches import BranchFactory, MembershipFactory, UserFactory
from tests.factories.core import AttachmentFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory
from tests.factories.plans import AgreementFactory, OnBehalfFactory, PairingFactory, PlanOrderFactory

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
LOOPING_PDF = PDF[:9] + b"1 0 obj<</Next 1 0 R>>endobj\n" * 10_000 + b"%%EOF"
HTML = b"<html><script>alert(1)</script></html>"


def picture(form: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: Any) -> bytes:
    buffer = BytesIO()
    Image.new(mode, size, 120 if mode in {"L", "P"} else None).save(buffer, form, **options)
    return buffer.getvalue()


def office_file(*names: str) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(name, "<x/>")
    return buffer.getvalue()


def in_the_directory(package: bytes, place: int, byte: int) -> bytes:
    """The package with a byte changed in the last entry of its table of contents."""
    content = bytearray(package)
    content[content.rindex(b"PK\x01\x02") + place] = byte
    return bytes(content)


def flood() -> bytes:
    """A picture of 50,000 × 50,000 pixels in a few bytes: only its head says so."""
    content = bytearray(picture("PNG"))
    content[16:24] = (50_000).to_bytes(4, "big") * 2
    from zlib import crc32

    content[29:33] = crc32(bytes(content[12:29])).to_bytes(4, "big")
    return bytes(content)


def animation() -> bytes:
    frames = [Image.new("RGB", (50, 50), color) for color in ("red", "green", "blue")]
    buffer = BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=50)
    return buffer.getvalue()


@pytest.fixture(autouse=True)
def media(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def demand(db):
    return DemandFactory(branch=BranchFactory(name="甲支部"))


@pytest.fixture
def secretary(demand):
    return UserFactory(secretary_of=demand.branch)


def stored_bytes(file: Any) -> bytes:
    with file.storage.open(file.name) as opened:
        return opened.read()


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def add(demand, actor, name: str, content: bytes) -> Attachment:
    upload = SimpleUploadedFile("x", content)
    upload._name = name  # as it comes from a client that Django's own cleaning does not know of
    return attachment_add(target=demand, upload=upload, actor=actor, now=timezone.now())


NOT_TAKEN = "这种文件不能上传"
NOT_AS_NAMED = "的内容和扩展名不符，或者文件不完整"
REFUSED = {
    "exe": ("tool.exe", b"MZ" + b"\0" * 90, NOT_TAKEN),
    "html": ("page.html", HTML, NOT_TAKEN),
    "svg": ("logo.svg", b"<svg onload='alert(1)'/>", NOT_TAKEN),
    "script": ("run.js", b"alert(1)", NOT_TAKEN),
    "php": ("shell.php", b"<?php", NOT_TAKEN),
    "macros by name": ("a.docm", office_file("word/document.xml"), NOT_TAKEN),
    "macros by content": ("a.docx", office_file("word/document.xml", "word/vbaProject.bin"), NOT_AS_NAMED),
    "double extension": ("a.pdf.exe", PDF, NOT_TAKEN),
    "active extension inside": ("a.exe.pdf", PDF, NOT_TAKEN),
    "percent NUL": ("a.php%00.pdf", PDF, NOT_TAKEN),
    "NUL": ("a.php\x00.pdf", PDF, NOT_TAKEN),
    "no extension": ("README", b"words", NOT_TAKEN),
    "html named jpg": ("a.jpg", HTML, NOT_AS_NAMED),
    "png named jpg": ("a.jpg", picture("PNG"), NOT_AS_NAMED),
    "zip named xlsx": ("a.xlsx", office_file("word/document.xml"), NOT_AS_NAMED),
    "binary named txt": ("a.txt", b"MZ\0\0", NOT_AS_NAMED),
    "picture named txt": ("a.txt", picture("GIF"), NOT_AS_NAMED),
    "polyglot of gif and script": ("a.gif", b"GIF89a=1;alert(1)//", "打不开或不完整"),
    "pixel flood": ("a.png", flood(), "的像素太多（上限 4000 万）"),
    "virus test string": ("a.txt", b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + EICAR + b"!$H+H*", "病毒测试特征"),
    "virus in a pdf": ("a.pdf", PDF[:9] + EICAR + PDF[9:], "病毒测试特征"),
    "picture cut at half": ("a.jpg", picture(size=(900, 900))[:2000], "打不开或不完整"),
    "pdf cut at half": ("a.pdf", PDF[:20], NOT_AS_NAMED),
    "docx of ten thousand parts": (
        "a.docx",
        office_file(*map("word/{}".format, range(10_000))),
        NOT_AS_NAMED,
    ),
    "docx of another age": (
        "a.docx",
        in_the_directory(office_file("word/document.xml"), 6, 200),
        NOT_AS_NAMED,
    ),
    "docx with a broken name": (
        "a.docx",
        in_the_directory(office_file("word/文.xml"), 49, 0xFF),
        NOT_AS_NAMED,
    ),
    "docx cut at half": ("a.docx", office_file("word/document.xml")[:60], NOT_AS_NAMED),
    "no bytes": ("a.pdf", b"", "是空的（0 字节）"),
    "too big": ("a.pdf", PDF + b"\0" * MAX_BYTES, "超过 20 MB"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_file_is_refused_in_words_and_leaves_nothing(case, demand, secretary, media):
    name, content, words = REFUSED[case]

    with pytest.raises(DomainError) as refusal:
        add(demand, secretary, name, content)

    assert words in refusal.value.message
    assert (Attachment.objects.count(), files(media), entries_of(demand).count()) == (0, [], 0)


KEPT = {
    "pdf": ("协议.pdf", PDF, "application/pdf"),
    "endless pdf": ("loop.pdf", LOOPING_PDF, "application/pdf"),
    "old word": ("旧.doc", OLE + b"\0" * 100, "application/msword"),
    "text in GBK": ("名单.txt", "座谈会名单".encode("gbk"), "text/plain"),
    "table": ("名单.csv", "姓名,单位\n".encode("utf-8-sig"), "text/csv"),
}


@pytest.mark.parametrize("case", KEPT)
def test_document_is_kept_as_it_came(case, demand, secretary, media):
    name, content, media_type = KEPT[case]

    kept = add(demand, secretary, name, content)

    assert (kept.name, kept.media_type, kept.size) == (name, media_type, len(content))
    assert kept.sha256 == sha256(content).hexdigest()
    assert [path.read_bytes() for path in files(media)] == [content]
    assert Path(kept.file.name).stem.isalnum()
    assert name.rpartition(".")[0] not in kept.file.name
    assert [entry.summary for entry in entries_of(demand)] == [name]


@pytest.mark.parametrize(
    ("name", "content", "shown", "mode"),
    [
        ("照片.JPG", picture(), "照片.jpg", "RGB"),
        ("印章.png", picture("PNG", mode="RGBA"), "印章.png", "RGBA"),
        ("扫描.png", picture("PNG", mode="L"), "扫描.jpg", "RGB"),
        ("图.webp", picture("WEBP"), "图.jpg", "RGB"),
        ("动图.gif", animation(), "动图.jpg", "RGB"),
    ],
)
def test_picture_is_drawn_anew_with_a_thumbnail(name, content, shown, mode, demand, secretary):
    kept = add(demand, secretary, name, content)

    content = stored_bytes(kept.file)
    with Image.open(BytesIO(content)) as stored, Image.open(BytesIO(stored_bytes(kept.thumbnail))) as small:
        assert (kept.name, stored.mode, len(list(ImageSequence.Iterator(stored)))) == (shown, mode, 1)
        assert max(small.size) <= 320
    assert sha256(content).hexdigest() == kept.sha256


def test_picture_loses_place_and_comment_and_stands_upright(demand, secretary):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "canary-camera"
    exif.get_ifd(0x8825)[1] = "N"
    content = picture(size=(60, 40), exif=exif, comment=b"canary-comment")
    assert content.count(b"canary") == 2

    kept = add(demand, secretary, "现场.jpg", content)

    stored = stored_bytes(kept.file)
    with Image.open(BytesIO(stored)) as image:
        assert (image.size, dict(image.getexif())) == ((40, 60), {})
    assert b"canary" not in stored


def test_picture_with_broken_exif_is_kept(demand, secretary):
    content = picture(exif=b"Exif\0\0II*\0\xff\xff\xff\xff broken")

    assert add(demand, secretary, "现场.jpg", content).media_type == "image/jpeg"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/说明.txt", "说明.txt"),
        ("C:\\Users\\x\\说明.txt", "说明.txt"),
        ("/etc/说明.txt", "说明.txt"),
        ("a\r\nSet-Cookie: x=1.txt", "aSet-Cookie: x=1.txt"),
        ("图\u202etxt.jpg", "图txt.jpg"),
        ("长" * 300 + ".pdf", "长" * 116 + ".pdf"),
        ("👍\"'引号.txt", "👍\"'引号.txt"),
        ("CON.txt", "CON.txt"),
    ],
)
def test_shown_name_holds_no_folder_and_nothing_unseen(name, shown):
    assert shown_name(name) == shown


def test_same_file_twice_is_one_attachment(demand, secretary, media):
    first = add(demand, secretary, "a.pdf", PDF)

    assert add(demand, secretary, "b.pdf", PDF) == first
    assert len(files(media)) == 1


def test_row_holds_so_many_files_and_bytes(demand, secretary, monkeypatch):
    monkeypatch.setattr(services, "MAX_FILES", 1)
    add(demand, secretary, "a.pdf", PDF)
    with pytest.raises(DomainError, match="最多放 1 个附件，已经放满"):
        add(demand, secretary, "b.txt", b"words")
    monkeypatch.setattr(services, "MAX_FILES", 9)
    monkeypatch.setattr(services, "MAX_TOTAL", len(PDF) + 4)
    with pytest.raises(DomainError, match="合计最多 200 MB"):
        add(demand, secretary, "b.txt", b"words")


def test_file_counts_in_the_space_of_the_branch_whose_row_it_is(demand, settings):
    """Not in that of another seat of who adds it, whatever the order of their keys."""
    settings.ATTACHMENT_BRANCH_MB = 1
    other = BranchFactory(name="乙支部")
    actor = UserFactory(secretary_of=demand.branch)
    MembershipFactory(user=actor, branch=other)
    rows = [(DemandFactory(branch=branch), branch) for branch in (demand.branch, other)]
    half = b"words " * 100_000
    for row, branch in rows:
        assert add(row, actor, "一.txt", half).space == branch.pk
        with pytest.raises(DomainError, match=f"{branch}的附件合计最多 1 MB，已用 0 MB"):
            add(row, actor, "二.txt", half + b".")


def test_file_of_a_pair_counts_for_the_side_that_adds_it(db, settings):
    """The office works for neither side: what it adds counts for the first, and the sentence says so."""
    settings.ATTACHMENT_BRANCH_MB = 1
    pairing = PairingFactory()
    order, agreement = PlanOrderFactory(pairing=pairing), AgreementFactory(pairing=pairing)
    half = b"words " * 100_000
    assert add(order, UserFactory(secretary_of=pairing.branch_b), "b.txt", half).space == pairing.branch_b_id
    assert add(agreement, UserFactory(office=True), "a.txt", half).space == pairing.branch_a_id
    with pytest.raises(DomainError, match=f"{pairing.branch_a}的附件合计最多 1 MB"):
        add(agreement, UserFactory(office=True), "c.txt", half + b".")


def test_paper_behind_a_step_fills_nobodys_space(db, settings):
    """Nobody may remove it, so it must never be what keeps the office from working."""
    settings.ATTACHMENT_BRANCH_MB = 0
    row = OnBehalfFactory()
    Attachment.objects.of(row).delete()

    assert add(row, UserFactory(office=True), "意见.pdf", PDF).space is None


def test_file_goes_when_its_row_cannot_be_written(demand, secretary, media, monkeypatch):
    monkeypatch.setattr(Attachment, "save", lambda self, **_options: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        add(demand, secretary, "a.jpg", picture())

    assert files(media) == []


def test_removed_attachment_takes_its_files_along(
    demand, secretary, media, django_capture_on_commit_callbacks
):
    kept = add(demand, secretary, "a.jpg", picture())
    assert len(files(media)) == 2

    with django_capture_on_commit_callbacks(execute=True):
        attachment_remove(attachment=kept, actor=secretary)

    assert (files(media), Attachment.objects.count()) == ([], 0)
    assert [entry.action for entry in entries_of(demand)] == ["demand.detach", "demand.attach"]


def test_attachment_is_added_on_the_page_and_sent_as_a_download(client, demand, secretary):
    client.force_login(secretary)
    page = reverse("demand_detail", args=[demand.pk])
    upload = SimpleUploadedFile('会议"纪要".txt', b"<script>alert(1)</script>")

    client.post(reverse("attachment_add", args=["demand", demand.pk]), {"file": [upload]})

    kept = Attachment.objects.get()
    assert kept.name in client.get(page).content.decode().replace("&quot;", '"')
    sent = client.get(reverse("attachment_file", args=[kept.pk]))
    assert sent.content == b"<script>alert(1)</script>"
    assert sent["Content-Type"] == "text/plain"
    assert sent["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in [part.strip() for part in sent["Content-Security-Policy"].split(";")]
    assert sent["Content-Disposition"].startswith("attachment; filename*=utf-8''%E4%BC%9A")
    assert client.get(reverse("attachment_picture", args=[kept.pk])).status_code == 404


def test_attachment_follows_its_row(client, demand):
    """The partner reads it; a draft's, and everybody's to a stranger, is as if it were not there."""
    pairing = PairingFactory(branch_a=demand.branch)
    draft = DemandFactory(branch=demand.branch, draft=True)
    county_wide = AttachmentFactory(target=ResourceFactory(branch=demand.branch, sharing="county"))
    shown, hidden = AttachmentFactory(target=demand), AttachmentFactory(target=draft)
    partner, stranger = (
        UserFactory(secretary_of=pairing.branch_b),
        UserFactory(secretary_of=BranchFactory()),
    )

    assert set(Attachment.objects.visible_to(partner)) == {shown, county_wide}
    assert set(Attachment.objects.visible_to(stranger)) == {county_wide}
    client.force_login(partner)
    answers = [client.get(reverse("attachment_file", args=[each.pk])).status_code for each in (shown, hidden)]
    assert answers == [200, 404]
    assert client.post(reverse("attachment_remove", args=[shown.pk])).status_code == 403
    assert client.post(reverse("attachment_add", args=["demand", demand.pk])).status_code == 403
    assert client.post(reverse("attachment_add", args=["user", partner.pk])).status_code == 404


@pytest.mark.parametrize("kind", ["plan_order", "activity"])
def test_papers_of_a_pair_are_added_by_either_side_and_hidden_from_strangers(client, db, kind):
    row = {"plan_order": PlanOrderFactory, "activity": ActivityFactory}[kind]()
    side, other = (UserFactory(secretary_of=branch) for branch in row.pairing.branches)
    client.force_login(side)
    add = reverse("attachment_add", args=[kind, row.pk])
    client.post(add, {"file": [SimpleUploadedFile("纪要.txt", b"words")]})

    kept = Attachment.objects.get()
    sent = reverse("attachment_file", args=[kept.pk])
    client.force_login(other)
    assert f'href="{sent}"' in client.get(row.get_absolute_url()).content.decode()
    assert client.get(sent).content == b"words"
    client.force_login(UserFactory(secretary_of=BranchFactory()))
    assert [client.get(sent).status_code, client.post(add).status_code] == [404, 404]


def test_upload_without_a_file_is_answered_with_a_sentence(client, demand, secretary):
    client.force_login(secretary)

    answer = client.post(reverse("attachment_add", args=["demand", demand.pk]), follow=True)

    assert [str(message) for message in answer.context["messages"]] == ["请先选择要上传的文件。"]
