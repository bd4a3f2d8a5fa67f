"""Importing in the browser: choose a ledger, upload, look at what would happen, confirm."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import content_disposition_header, urlencode
from django.views.decorators.http import require_POST, require_safe
from rules import has_perm

from branches.requests import Request
from core.errors import DomainError
from core.pages import get_or_post, posted
from core.workbooks.errors import HeadingError
from core.workbooks.marking import marked_book
from core.workbooks.recognition import choose_columns
from core.workbooks.results import ImportResult, ImportTerms
from core.workbooks.template import template
from pairing.imports.enums import LedgerKind
from pairing.imports.forms import SPREADSHEET, ColumnsForm, HeaderForm, UploadForm
from pairing.imports.mistaken import check_meant
from pairing.imports.opening import Opened, upload_open
from pairing.imports.registry import LEDGERS
from pairing.imports.selectors import given_texts, import_lines, rows_to_confirm
from pairing.imports.services.choices import column_choice_save
from pairing.imports.services.intake import ledger_import, ledger_preview, terms_for
from pairing.imports.uploads import Upload, upload_delete, upload_store

SHOWN_ROWS = 200  # rows of a preview; its counts speak of all


@require_safe
@permission_required("imports.import_any", raise_exception=True)
def import_list(request: Request) -> HttpResponse:
    """The ledgers in the order an empty database needs, with what each is and when it was last imported."""
    lines = import_lines(request.user, [(ledger.kind, ledger.lead) for ledger in LEDGERS.values()])
    return render(request, "imports/import_list.html", {"lines": lines})


@get_or_post
def import_upload(request: Request, kind: LedgerKind) -> HttpResponse:
    """Take a file for preview; nothing is written yet."""
    _check_permission(request, kind)
    if request.method != "POST":
        return _upload_page(request, kind, UploadForm())
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _upload_page(request, kind, form)
    name = form.cleaned_data["file"].name
    as_of = form.cleaned_data["as_of"] or timezone.localdate()
    token = upload_store(user=request.user, kind=kind, file_name=name, content=form.content, as_of=as_of)
    return redirect(f"{reverse('import_preview', args=[kind])}?{urlencode({'upload': token})}")


@require_safe
def import_preview(request: Request, kind: LedgerKind) -> HttpResponse:
    """Say what the uploaded file would do, row by row, or everything that is wrong with it.

    Where a column was guessed and nobody has settled it yet, or something has to be given for this very
    file, that is asked first.
    """
    _check_permission(request, kind)
    try:
        opened = _open(request, kind)
        if opened.match.is_doubtful(LEDGERS[kind].columns):
            check_meant(opened.book, kind, opened.match)
            return redirect(_page("import_columns", kind, opened.upload.token))
        result = _previewed(request, kind, opened)
    except DomainError as error:
        return _refused(request, kind, error)
    return _preview_page(request, kind, opened.sealed(), result, HTTPStatus.OK)


@get_or_post
def import_columns(request: Request, kind: LedgerKind) -> HttpResponse:
    """Show which row is taken for the header and which column for which; keep what a person settles."""
    _check_permission(request, kind)
    ledger = LEDGERS[kind]
    try:
        opened = _open(request, kind, header=request.GET.get("header", ""), by_hand=True)
    except DomainError as error:
        return _refused(request, kind, error)
    heading = opened.match.heading
    form = ColumnsForm(opened.match, ledger.columns, given_texts(request.user), posted(request))
    if request.method == "POST" and form.is_valid():
        match = choose_columns(heading, form.places, form.given)
        column_choice_save(user=request.user, kind=kind, match=match, now=timezone.now())
        return redirect(_page("import_preview", kind, opened.sealed(match).token))
    status = 422 if form.errors else HTTPStatus.OK
    headers = HeaderForm(opened.offered, initial={"header": opened.place})
    context = {"ledger": ledger, "opened": opened, "form": form, "headers": headers, "heading": heading}
    return render(request, "imports/import_columns.html", context, status=status)


@require_safe
def import_errors(request: Request, kind: LedgerKind) -> HttpResponse:
    """The uploaded file with its bad cells marked and a list of the faults, to be mended and sent again."""
    _check_permission(request, kind)
    try:
        opened = _open(request, kind)
        result = _previewed(request, kind, opened)
    except DomainError as error:
        return _refused(request, kind, error)
    headers = {column.name: column.header for column in LEDGERS[kind].columns}
    places = {headers[name]: place for name, place in opened.match.places.items()}
    content = marked_book(opened.match.heading.sheet, result.errors, places)
    disposition = content_disposition_header(True, f"{Path(opened.upload.file_name).stem}-错误标注.xlsx")
    return HttpResponse(content, SPREADSHEET, headers={"Content-Disposition": disposition})


@require_POST
def import_confirm(request: Request, kind: LedgerKind) -> HttpResponse:
    """Import the very file that was previewed."""
    _check_permission(request, kind)
    try:
        opened = _open(request, kind)
        upload = opened.upload
        result = ledger_import(
            kind=kind,
            file_name=upload.file_name,
            content=upload.content,
            actor=request.user,
            terms=_terms(request, opened),
            book=opened.book,
        )
    except DomainError as error:
        return _refused(request, kind, error)
    if result.errors:  # the database moved on since the preview
        return _preview_page(request, kind, opened.sealed(), result, HTTPStatus.CONFLICT)
    upload_delete(upload)
    messages.success(request, _told(kind, result))
    if count := rows_to_confirm(result):
        messages.info(request, _to_confirm(request, count))
    return redirect("import_list")


@require_safe
def import_template(request: Request, kind: LedgerKind) -> HttpResponse:
    """An empty workbook with the ledger's columns."""
    _check_permission(request, kind)
    disposition = content_disposition_header(True, f"{kind.label}模板.xlsx")
    content = template(kind.label, LEDGERS[kind].columns)
    return HttpResponse(content, SPREADSHEET, headers={"Content-Disposition": disposition})


def _open(request: Request, kind: LedgerKind, header: str = "", by_hand: bool = False) -> Opened:
    token = request.POST.get("upload") or request.GET.get("upload", "")
    return upload_open(user=request.user, kind=kind, token=token, header=header, by_hand=by_hand)


def _terms(request: Request, opened: Opened) -> ImportTerms:
    as_of = opened.upload.as_of
    return terms_for(request.user, now=timezone.now(), as_of=as_of, match=opened.match)


def _previewed(request: Request, kind: LedgerKind, opened: Opened) -> ImportResult:
    content, terms = opened.upload.content, _terms(request, opened)
    return ledger_preview(kind=kind, content=content, terms=terms, book=opened.book)


def _page(name: str, kind: LedgerKind, token: str) -> str:
    return f"{reverse(name, args=[kind])}?{urlencode({'upload': token})}"


def _check_permission(request: Request, kind: LedgerKind) -> None:
    if not has_perm("imports.import_ledger", request.user, kind):
        raise PermissionDenied


def _upload_page(request: Request, kind: LedgerKind, form: UploadForm, by_hand_url: str = "") -> HttpResponse:
    """The form that takes a file, on whatever page it is drawn again."""
    status = form.status if form.errors else HTTPStatus.OK
    action = reverse("import_upload", args=[kind])
    context = {"ledger": LEDGERS[kind], "form": form, "action": action, "by_hand_url": by_hand_url}
    return render(request, "imports/import_upload.html", context, status=status)


def _refused(request: Request, kind: LedgerKind, error: DomainError) -> HttpResponse:
    """The upload page again, with the reason why the file did not get through.

    Where only its header was not found, a link leads to saying by hand which row it is.
    """
    form = UploadForm({})
    form.errors.clear()
    form.refuse(error)
    has_rows = isinstance(error, HeadingError) and request.GET.get("upload")
    by_hand_url = _page("import_columns", kind, request.GET["upload"]) if has_rows else ""
    return _upload_page(request, kind, form, by_hand_url)


def _preview_page(
    request: Request, kind: LedgerKind, upload: Upload, result: ImportResult, status: int
) -> HttpResponse:
    context = {
        "ledger": LEDGERS[kind],
        "upload": upload,
        "columns_url": _page("import_columns", kind, upload.token),
        "errors_url": _page("import_errors", kind, upload.token),
        "result": result,
        "shown_twins": result.twins[:SHOWN_ROWS],
        "has_changes": bool(result.created or result.changed),
        "shown_changes": [change for change in result.changes if change.fields][:SHOWN_ROWS],
        "shown_errors": result.errors[:SHOWN_ROWS],
    }
    return render(request, "imports/import_preview.html", context, status=status)


def _told(kind: LedgerKind, result: ImportResult) -> str:
    if not (result.created or result.changed):
        return f"{kind.label}共 {result.rows} 行，与系统里的一致，没有变化。"
    return (
        f"{kind.label}已导入：新增 {result.created} 行，更新 {result.changed} 行，"
        f"{result.unchanged} 行没有变化。"
    )


def _to_confirm(request: Request, count: int) -> str:
    """What is left to do with the new rows: for their branches, or for the importer of one."""
    if not has_perm("ledgers.add_demand", request.user):
        return f"其中 {count} 行还没有服务事项，已列在各支部的工作台，请支部核对。"
    words = '其中 {} 行还没有服务事项，系统已按文字猜好，<a href="{}">去核对，一次确认</a>。'
    return format_html(words, count, reverse("item_confirm"))
