"""销号台账 as a workbook: the closed ones among the rows of the demand ledger as it is filtered."""

from __future__ import annotations

from django.http import FileResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from branches.requests import Request
from ledgers.views.common import unit_of
from ledgers.views.export import download, rows_in_order
from ledgers.views.lists import DEMAND_SORTS, filtered_demands
from pairing.reports.closed import closure_rows
from pairing.reports.exchange import TITLE, closure_workbook


@require_safe
def closure_export(request: Request) -> FileResponse:
    today = timezone.localdate()
    closed = closure_rows(filtered_demands(request).qs, request.user)
    rows = rows_in_order(request, closed, DEMAND_SORTS)
    content = closure_workbook(rows, user=request.user, unit=unit_of(request.user), today=today)
    return download(TITLE, content, today)
