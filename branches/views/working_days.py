"""工作日历: the days that differ from Monday–Friday, a year at a time."""

from __future__ import annotations

import re

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches.forms import WorkingDayForm
from branches.requests import Request
from branches.selectors import working_day_years
from branches.services.working_days import working_day_create, working_day_delete
from core.forms import attempt
from core.models import WorkingDay
from core.pages import get_or_post, posted

YEAR = re.compile(r"20\d\d", re.ASCII)
manage_calendar = permission_required("branches.manage_calendar", raise_exception=True)


def _year_of(request: Request) -> int:
    """The year the address asks for, within what a calendar holds; this one otherwise."""
    wanted = request.GET.get("year", "")
    return int(wanted) if YEAR.fullmatch(wanted) else timezone.localdate().year


def _list_url(year: int) -> str:
    return f"{reverse('working_day_list')}?year={year}"


@get_or_post
@manage_calendar
def working_day_list(request: Request) -> HttpResponse:
    """The exceptions of one year, and the form that adds one."""
    form = WorkingDayForm(posted(request))
    if form.is_valid():
        row = attempt(form, lambda: working_day_create(actor=request.user, **form.cleaned_data))
        if row:
            messages.success(request, f"{row} 已登记。")
            return redirect(_list_url(row.day.year))
    year = _year_of(request)
    context = {
        "form": form,
        "year": year,
        "years": working_day_years(year),
        "rows": WorkingDay.objects.filter(day__year=year),
    }
    return render(request, "branches/working_day_list.html", context)


@require_POST
@manage_calendar
def working_day_remove(request: Request, pk: int) -> HttpResponse:
    row = working_day_delete(row=get_object_or_404(WorkingDay, pk=pk), actor=request.user)
    messages.success(request, f"{row} 已删除，这一天恢复平常安排。")
    return redirect(_list_url(row.day.year))
