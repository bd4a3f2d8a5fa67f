"""Importing in the browser: choose a ledger, upload, look at what would happen, confirm."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header, urlencode
from django.views.decorators.http import require_POST, require_safe
from rules import has_perm

from core.errors import DomainError
from core.pages import get_or_post
from core.workbooks.results import ImportResult
from core.workbooks.template import template
from pairing.imports.enums import LedgerKind
from pairing.imports.forms import SPREADSHEET, UploadForm
from pairing.imports.registry import LEDGERS
from pairing.imports.selectors import import_lines
from pairing.imports.services import ledger_import, ledger_preview, terms_for
from pairing.imports.uploads import Upload, upload_delete, upload_load, upload_store

SHOWN_ROWS = 200  # rows of a preview; its counts speak of all


@require_safe
@permission_required("imports.import_any", raise_exception=True)
def import_list(request: HttpRequest) -> HttpResponse:
    """The ledgers in the order an empty database needs, with what each is and when it was last imported."""
    lines = import_lines(request.user, [(ledger.kind, ledger.lead) for ledger in LEDGERS.values()])
    return render(request, "imports/import_list.html", {"lines": lines})


@get_or_post
def import_upload(request: HttpRequest, kind: LedgerKind) -> HttpResponse:
    """Take a file for preview; nothing is written yet."""
    _check_permission(request, kind)
    if request.method != "POST":
        return _upload_page(request, kind, UploadForm())
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _upload_page(request, kind, form)
    name = form.cleaned_data["file"].name
    token = upload_store(user=request.user, kind=kind, file_name=name, content=form.content)
    return redirect(f"{reverse('import_preview', args=[kind])}?{urlencode({'upload': token})}")


@require_safe
def import_preview(request: HttpRequest, kind: LedgerKind) -> HttpResponse:
    """Say what the uploaded file would do, row by row, or everything that is wrong with it."""
    _check_permission(request, kind)
    try:
        upload = upload_load(user=request.user, kind=kind, token=request.GET.get("upload", ""))
        terms = terms_for(request.user, now=timezone.now())
        result = ledger_preview(kind=kind, content=upload.content, terms=terms)
    except DomainError as error:
        return _refused(request, kind, error)
    return _preview_page(request, kind, upload, result, HTTPStatus.OK)


@require_POST
def import_confirm(request: HttpRequest, kind: LedgerKind) -> HttpResponse:
    """Import the very file that was previewed."""
    _check_permission(request, kind)
    try:
        upload = upload_load(user=request.user, kind=kind, token=request.POST.get("upload", ""))
        result = ledger_import(
            kind=kind,
            file_name=upload.file_name,
            content=upload.content,
            actor=request.user,
            terms=terms_for(request.user, now=timezone.now()),
        )
    except DomainError as error:
        return _refused(request, kind, error)
    if result.errors:  # the database moved on since the preview
        return _preview_page(request, kind, upload, result, HTTPStatus.CONFLICT)
    upload_delete(upload)
    messages.success(request, _told(kind, result))
    return redirect("import_list")


@require_safe
def import_template(request: HttpRequest, kind: LedgerKind) -> HttpResponse:
    """An empty workbook with the ledger's columns."""
    _check_permission(request, kind)
    disposition = content_disposition_header(True, f"{kind.label}模板.xlsx")
    content = template(kind.label, LEDGERS[kind].columns)
    return HttpResponse(content, SPREADSHEET, headers={"Content-Disposition": disposition})


def _check_permission(request: HttpRequest, kind: LedgerKind) -> None:
    if not has_perm("imports.import_ledger", request.user, kind):
        raise PermissionDenied


def _upload_page(request: HttpRequest, kind: LedgerKind, form: UploadForm) -> HttpResponse:
    status = form.status if form.errors else HTTPStatus.OK
    return render(
        request, "imports/import_upload.html", {"ledger": LEDGERS[kind], "form": form}, status=status
    )


def _refused(request: HttpRequest, kind: LedgerKind, error: DomainError) -> HttpResponse:
    """The upload page again, with the reason why the file did not get through."""
    form = UploadForm({}, {})
    form.errors.clear()
    form.refuse(error)
    return _upload_page(request, kind, form)


def _preview_page(
    request: HttpRequest, kind: LedgerKind, upload: Upload, result: ImportResult, status: int
) -> HttpResponse:
    context = {
        "ledger": LEDGERS[kind],
        "upload": upload,
        "result": result,
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
