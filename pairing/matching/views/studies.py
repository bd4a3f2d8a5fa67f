"""The county's studies: what nobody can do, what nobody uses, and who should pair with whom."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from branches.requests import Request
from core.pages import page_of
from pairing.matching.selectors.gaps import (
    Gap,
    Gaps,
    Kind,
    county_gaps,
    gap_table,
    idle_promises,
    idle_resources,
)
from pairing.matching.selectors.studies import repairing_study

view_studies = permission_required("matching.view_studies", raise_exception=True)
KINDS: dict[Kind, str] = {"none": "全县都没有资源能办", "elsewhere": "结对支部办不了，别的支部能办"}
WINDOWS = {"90": "近三个月", "180": "近半年", "365": "近一年"}


@require_safe
@view_studies
def gap_list(request: Request) -> HttpResponse:
    """Demands without a resource, counted by aspect and area; each count leads to its rows."""
    gaps = county_gaps(today=timezone.localdate())
    kind: Kind = "elsewhere" if request.GET.get("kind") == "elsewhere" else "none"
    rows = gaps.of(kind)
    aspects, table = gap_table(rows)
    chosen = _chosen(request, rows)
    context = {
        "gaps": gaps,
        "kind": kind,
        "kinds": _kinds(gaps),
        "title": KINDS[kind],
        "aspects": aspects,
        "table": table,
        "total": len(rows),
        "is_narrowed": len(chosen) < len(rows),
        "page": page_of(request, chosen),
    }
    return render(request, "matching/gap_list.html", context)


def _kinds(gaps: Gaps) -> list[tuple[Kind, str, int]]:
    return [(kind, label, len(gaps.of(kind))) for kind, label in KINDS.items()]


def _chosen(request: Request, rows: list[Gap]) -> list[Gap]:
    """The rows of the aspect and the area that the address names."""
    aspect, area = request.GET.get("aspect", ""), request.GET.get("area", "")
    return [
        row for row in rows if aspect in ("", str(row.demand.aspect_id)) and area in ("", str(row.area.pk))
    ]


@require_safe
@view_studies
def idle_list(request: Request) -> HttpResponse:
    """Resources nobody used within a window, each with what it could do now."""
    today = timezone.localdate()
    wanted = request.GET.get("days", "")
    days = wanted if wanted in WINDOWS else "180"
    rows = idle_resources(since=today - timedelta(days=int(days)), today=today)
    page = page_of(request, rows)
    promises = idle_promises(list(page), today=today)
    context = {
        "days": days,
        "windows": [(key, label, urlencode({"days": key})) for key, label in WINDOWS.items()],
        "window": WINDOWS[days],
        "page": page,
        "lines": [(row, promises.get(row.pk, [])) for row in page],
    }
    return render(request, "matching/idle_list.html", context)


@require_safe
@view_studies
def repairing_detail(request: Request) -> HttpResponse:
    """Today's pairs beside the best ones: a study, nothing on this page changes a pairing."""
    whole_year = request.GET.get("of") == "year"
    study = repairing_study(today=timezone.localdate(), whole_year=whole_year)
    context = {
        "study": study,
        "ended": page_of(request, study.ended, "ended"),
        "begun": page_of(request, study.begun, "begun"),
        "kept": page_of(request, study.kept),
        "whole_year": whole_year,
        "totals": f"今天 {study.today} 分，最好 {study.best} 分",
    }
    return render(request, "matching/repairing_detail.html", context)
