"""The two ledgers as workbooks: exactly the rows of the list, in the office's own columns."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from core.pages import in_order
from core.workbooks.filing import CONTENT_TYPE
from ledgers.exchange.outgoing import demand_workbook, resource_workbook
from ledgers.views.common import unit_of
from ledgers.views.lists import DEMAND_SORTS, RESOURCE_SORTS, filtered_demands, filtered_resources


@require_safe
def resource_export(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    rows = in_order(request, filtered_resources(request).qs, RESOURCE_SORTS)
    content = resource_workbook(rows, user=request.user, unit=unit_of(request.user), today=today)
    return _download("资源清单", content, today)


@require_safe
def demand_export(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    rows = in_order(request, filtered_demands(request).qs, DEMAND_SORTS)
    content = demand_workbook(rows, user=request.user, unit=unit_of(request.user), today=today)
    return _download("需求账单", content, today)


def _download(name: str, content: bytes, today: date) -> HttpResponse:
    response = HttpResponse(content, content_type=CONTENT_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}{today:%Y%m%d}.xlsx")
    return response
