"""The kinds of bad input, and what must be true of each: a sentence with place, reason and remedy."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from core.models import Attachment
from ledgers.models import Demand, Resource
from tests.security.targets import address, body
from tests.security.world import Watch, World

LEDGER = {"demands": Demand, "resources": Resource}
# The command prints with every fault what to do about it.
REMEDY = re.compile("请|可填|可先下载|只能导入|可以上传")
SENDERS = {"demand_new": "secretary_b", "activity_new": "secretary_a", "closure_new": "secretary_a"}


@dataclass
class Desk:
    """Where bad input is handed in: the world's rows and people, and a folder for the command's files."""

    world: World
    folder: Path

    def upload(self, content: bytes, kind: str, name: str = "台账.xlsx", actor: str = "office") -> Any:
        """The page that the import page's form leads to."""
        data = {"file": SimpleUploadedFile(name, content), "as_of": "2025-11-28"}
        return self.world.clients[actor].post(reverse("import_upload", args=[kind]), data, follow=True)

    def command(self, content: bytes, kind: str) -> tuple[int, dict[str, Any]]:
        """Exit status of `import_ledger` and the result it prints."""
        (self.folder / "台账.xlsx").write_bytes(content)
        out, status = StringIO(), 0
        args = ("import_ledger", kind, str(self.folder / "台账.xlsx"), "--json", "--as-of", "2025-11-28")
        try:
            call_command(*args, stdout=out, stderr=StringIO())
        except SystemExit as end:
            status = int(end.code or 0)
        return status, json.loads(out.getvalue())

    def files(self) -> list[Path]:
        """What is kept on the disk."""
        return sorted(path for path in self.folder.parent.rglob("media/**/*") if path.is_file())


Content = bytes | Callable[[], bytes]


@dataclass(frozen=True)
class Refused:
    """A file refused by page and command with the same faults, of which the first is at `at` for `words`."""

    content: Content
    words: str
    at: tuple[int, str] = (0, "")  # row and column; a file that is not read at all has neither
    status: int = 200  # of the page: a preview with faults, or the upload form again
    kind: str = "demands"

    def check(self, desk: Desk) -> None:
        content = self.content() if callable(self.content) else self.content
        watch = Watch(desk.world)
        page = desk.upload(content, self.kind)
        exit_status, result = desk.command(content, self.kind)
        shown = [
            (error["sheet"], error["row"], error["column"], error["reason"]) for error in result["errors"]
        ]
        assert (page.status_code, _faults_on(page)) == (self.status, shown)
        assert (shown[0][1:3], self.words in shown[0][3]) == (self.at, True), shown
        assert [reason for *_, reason in shown if not REMEDY.search(reason)] == []
        assert (exit_status, result["ok"], result["created"], watch.saw_a_change) == (1, False, 0, False)


@dataclass(frozen=True)
class Taken:
    """A file that is odd but clear: taken in by the command, with `row` of it as told and `notes` said."""

    content: Content
    row: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    kind: str = "demands"

    def check(self, desk: Desk) -> None:
        content = self.content() if callable(self.content) else self.content
        page = desk.upload(content, self.kind)
        exit_status, result = desk.command(content, self.kind)
        assert (page.status_code, exit_status, result["errors"]) == (200, 0, [])
        assert page.context["result"].created == result["created"] == result["rows"]
        assert [note for note in self.notes if not any(note in told for told in result["notes"])] == []
        made = LEDGER[self.kind]._default_manager.order_by("pk").last()
        assert {name: getattr(made, name) for name in self.row} == self.row


@dataclass(frozen=True)
class Typed:
    """A form with something bad typed into it: refused beside `field`, and what was typed is still there."""

    route: str
    data: dict[str, Any]
    words: str
    field: str | None = None  # by default the one that was typed into; "" is above the form

    def check(self, desk: Desk) -> None:
        world, watch = desk.world, Watch(desk.world)
        actor = SENDERS.get(self.route, "admin")
        answer = world.clients[actor].post(address(self.route, world), body(self.route, world) | self.data)
        name = next(iter(self.data)) if self.field is None else self.field
        assert answer.status_code in {200, 422}, answer.status_code
        form = answer.context["form"]
        assert self.words in " ".join(form.errors[name or "__all__"]), form.errors
        kept = {key: form[key].value() for key in self.data if key in form.fields}
        assert kept == {key: value for key, value in self.data.items() if key in kept}
        assert not watch.saw_a_change


@dataclass(frozen=True)
class Stored:
    """A form with something odd typed into it that is taken as text, or left out: `row` is what is kept."""

    data: dict[str, Any]
    row: dict[str, Any]

    def check(self, desk: Desk) -> None:
        world = desk.world
        answer = world.clients["secretary_b"].post(
            address("demand_new", world), body("demand_new", world) | self.data
        )
        assert answer.status_code == 302, answer.context and answer.context["form"].errors
        made = Demand.objects.order_by("pk").last()
        assert {name: getattr(made, name) for name in self.row} == self.row
        page = world.clients["secretary_b"].get(answer["Location"])
        assert (page.status_code, b"<script>alert" in page.content) == (200, False)


@dataclass(frozen=True)
class Attached:
    """A file added to a demand on its page: refused with `words`, nothing of it kept."""

    name: str
    content: Content
    words: str

    def check(self, desk: Desk) -> None:
        world, watch, files = desk.world, Watch(desk.world), desk.files()
        content = self.content() if callable(self.content) else self.content
        answer = attach(world, self.name, content)
        said = [str(message) for message in answer.context["messages"]]
        assert (answer.status_code, self.words in said[-1]) == (200, True), said
        assert REMEDY.search(said[-1]), said
        assert (watch.saw_a_change, desk.files()) == (False, files)


@dataclass(frozen=True)
class Kept:
    """A file added to a demand that is kept, under a name of ours, and only ever leaves as a download."""

    name: str
    content: Content
    shown: str

    def check(self, desk: Desk) -> None:
        content = self.content() if callable(self.content) else self.content
        attach(desk.world, self.name, content)
        kept = Attachment.objects.order_by("pk").last()
        assert kept.name == self.shown
        assert re.fullmatch(r"[0-9a-f]{32}\.\w+", Path(kept.file.name).name), kept.file.name
        sent = desk.world.clients["secretary_b"].get(reverse("attachment_file", args=[kept.pk]))
        assert sent["X-Content-Type-Options"] == "nosniff"
        header = sent["Content-Disposition"]
        assert re.fullmatch(r"attachment; filename(\*=utf-8''|=\")[^\r\n]+", header), header


@dataclass(frozen=True)
class Steps:
    """What one answer cannot show."""

    check: Callable[[Desk], None]


Case = Refused | Taken | Typed | Stored | Attached | Kept | Steps
Table = dict[int, tuple[str, tuple[Case, ...]]]


def attach(world: World, name: str, content: bytes) -> Any:
    """Add a file to the demand as a client that does not clean its names."""
    return attach_all(world, {name: content})


def attach_all(world: World, contents: dict[str, bytes]) -> Any:
    """Add files to the demand in one request."""
    uploads = [SimpleUploadedFile("x", content) for content in contents.values()]
    for upload, name in zip(uploads, contents, strict=True):
        upload._name = name
    demand = world.rows["demand"]
    page = reverse("demand_detail", args=[demand.pk])
    return world.clients["secretary_b"].post(
        reverse("attachment_add", args=["demand", demand.pk]),
        {"file": uploads},
        follow=True,
        headers={"Referer": f"http://testserver{page}"},
    )


def _faults_on(page: Any) -> list[tuple[str, int, str, str]]:
    if page.context.get("form") is not None:
        return [("", 0, "", sentence) for sentence in page.context["form"].errors["file"]]
    return [(error.sheet, error.row, error.column, error.reason) for error in page.context["result"].errors]
