"""The imports that were made, and taking one back."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from branches.requests import Request
from core.pages import found, get_or_post, sorted_page
from core.wording import cn_datetime
from pairing.imports.selectors import batches
from pairing.imports.services.undo import batch_undo, undo_blockers


@require_safe
@permission_required("imports.import_any", raise_exception=True)
def import_history(request: Request) -> HttpResponse:
    """Every import the reader may see, newest first, with what it did."""
    page = sorted_page(request, batches(request.user), {})
    return render(request, "imports/import_history.html", {"page": page})


@get_or_post
def import_undo(request: Request, pk: int) -> HttpResponse:
    """Say what taking the import back would do, or what stands against it; then do it."""
    batch = found(batches(request.user), pk, request.user, "imports.undo_batch")
    if request.method == "POST":
        batch_undo(batch=batch, actor=request.user, now=timezone.now())
        messages.success(request, f"已撤销“{batch.file_name}”的导入。")
        return redirect("import_history")
    context = {
        "title": "撤销这次导入",
        "lead": str(batch),
        "rows": [
            ("导入时间", cn_datetime(batch.imported_at)),
            ("导入人", str(batch.imported_by or "命令行")),
            ("写入", f"新增 {batch.created} 行，更新 {batch.changed} 行"),
        ],
        "effects": [
            *([f"删除这次新增的 {batch.created} 行。"] if batch.created else []),
            *([f"把这次更新的 {batch.changed} 行还原成导入前的样子。"] if batch.changed else []),
            "随导入加入字典的词保留不动。",
        ],
        "blockers": undo_blockers(batch),
        "submit": "撤销导入",
        "cancel_url": reverse("import_history"),
    }
    return render(request, "components/confirm_page.html", context)
