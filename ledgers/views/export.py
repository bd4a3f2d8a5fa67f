"""The two ledgers as workbooks: exactly the rows of the list, in the office's own columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import IO

from django.db.models import QuerySet
from django.http import FileResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from branches.requests import Request
from core.pages import M, in_order
from core.workbooks.filing import CONTENT_TYPE
from ledgers.exchange.outgoing import demand_workbook, resource_workbook
from ledgers.selectors.rows import with_aspect_names
from ledgers.views.common import unit_of
from ledgers.views.lists import DEMAND_SORTS, RESOURCE_SORTS, filtered_demands, filtered_resources

AT_ONCE = 1000  # rows held in memory


@require_safe
def resource_export(request: Request) -> FileResponse:
    today = timezone.localdate()
    rows = rows_in_order(request, with_aspect_names(filtered_resources(request).qs), RESOURCE_SORTS)
    content = resource_workbook(rows, user=request.user, unit=unit_of(request.user), today=today)
    return download("资源清单", content, today)


@require_safe
def demand_export(request: Request) -> FileResponse:
    today = timezone.localdate()
    rows = rows_in_order(request, filtered_demands(request).qs, DEMAND_SORTS)
    content = demand_workbook(rows, user=request.user, unit=unit_of(request.user), today=today)
    return download("需求账单", content, today)


def rows_in_order(request: Request, rows: QuerySet[M], sorts: Mapping[str, str]) -> Iterator[M]:
    """The rows as the list sorts them, fetched a thousand at a time from a cursor of the server."""
    return in_order(request, rows, sorts).iterator(chunk_size=AT_ONCE)


def download(name: str, content: IO[bytes], today: date) -> FileResponse:
    """The file under its Chinese name and the day; it is read from disk while it is sent."""
    file_name = f"{name}{today:%Y%m%d}.xlsx"
    return FileResponse(content, as_attachment=True, filename=file_name, content_type=CONTENT_TYPE)
