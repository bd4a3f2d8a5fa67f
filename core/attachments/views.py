"""Adding, reading and removing attachments. Reading is always a download; only redrawn pictures are shown."""

from __future__ import annotations

from typing import Any

from csp.decorators import csp_update
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from core.attachments import registry
from core.attachments.services import attachment_add as add
from core.attachments.services import attachment_remove as remove
from core.errors import DomainError
from core.models import Attachment
from core.pages import found

sandboxed: Any = csp_update({"sandbox": [""]})  # its type knows no view with arguments


@require_POST
def attachment_add(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Keep every file sent; the first that is refused stops, and says what was kept before it."""
    place = registry.by_name(kind)
    if place is None:
        raise Http404
    target = found(place.rows(request.user), pk, request.user, place.change)
    uploads = request.FILES.getlist("file")
    if not uploads:
        raise DomainError("请先选择要上传的文件。", field="file")
    for upload in uploads:
        kept = add(target=target, upload=upload, actor=request.user, now=timezone.now())
        messages.success(request, f"已上传“{kept.name}”。")
    return redirect(f"{place.url(target)}#attachments")


@require_safe
@sandboxed
def attachment_file(request: HttpRequest, pk: int) -> HttpResponse:
    attachment = get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk)
    return _sent(attachment.file, attachment, is_download=True)


@require_safe
@sandboxed
def attachment_thumbnail(request: HttpRequest, pk: int) -> HttpResponse:
    pictures = Attachment.objects.visible_to(request.user).exclude(thumbnail="")
    attachment = get_object_or_404(pictures, pk=pk)
    return _sent(attachment.thumbnail, attachment, is_download=False)


@require_safe
@sandboxed
def attachment_picture(request: HttpRequest, pk: int) -> HttpResponse:
    """A picture in full size in the browser: it is the copy drawn here, never the bytes that came."""
    pictures = Attachment.objects.visible_to(request.user).exclude(thumbnail="")
    attachment = get_object_or_404(pictures, pk=pk)
    return _sent(attachment.file, attachment, is_download=False)


@require_POST
def attachment_remove(request: HttpRequest, pk: int) -> HttpResponse:
    attachment = get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk)
    target: Any = attachment.target
    place = registry.of_row(target)
    if not request.user.has_perm(place.change, target):
        raise PermissionDenied
    remove(attachment=attachment, actor=request.user)
    messages.success(request, f"已删除附件“{attachment.name}”。")
    return redirect(f"{place.url(target)}#attachments")


def _sent(stored: FieldFile, attachment: Attachment, *, is_download: bool) -> HttpResponse:
    """The file under its shown name (RFC 6266), as the type that was checked when it came."""
    with stored.open("rb") as content:
        response = HttpResponse(content.read(), content_type=attachment.media_type)
    response["Content-Disposition"] = content_disposition_header(is_download, attachment.name) or "attachment"
    return response
