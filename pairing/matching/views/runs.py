"""整单方案: order a plan, read it, change it, accept it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from branches.requests import Request
from core.doorbell import ring
from core.errors import DomainError
from core.forms import submit
from core.pages import found, get_or_post, posted
from ledgers.models import Resource
from pairing.matching.enums import MatchEditKind, MatchRunState
from pairing.matching.forms import ConditionsForm, PinForm, RunForm
from pairing.matching.models import MatchEdit, MatchRun
from pairing.matching.selectors.run_lines import demands_of, partner_resources
from pairing.matching.selectors.run_news import match_run_news
from pairing.matching.selectors.run_progress import match_run_progress
from pairing.matching.selectors.runs import match_run_line, match_run_page, match_run_rows
from pairing.matching.services.acceptance import Acceptance
from pairing.matching.services.acceptance import match_run_accept as accept
from pairing.matching.services.acceptance import match_run_accept_all as accept_all
from pairing.matching.services.drafts import match_edit_set
from pairing.matching.services.retrying import match_run_retry as retry
from pairing.matching.services.runs import match_run_resolve as resolve
from pairing.matching.services.runs import match_run_start
from pairing.matching.services.runs import match_run_update as update

SHOWN_REFUSALS = 10


@require_safe
def match_run_list(request: Request) -> HttpResponse:
    return _list(request, RunForm(user=request.user))


def _list(request: Request, form: RunForm, status: int = 200) -> HttpResponse:
    page = Paginator(match_run_rows(request.user), 20).get_page(request.GET.get("page"))
    can_start = form.is_county or bool(request.user.partner_ids) or form.has_pairings
    context = {"page": page, "form": form, "can_start": can_start}
    return render(request, "matching/match_run_list.html", context, status=status)


@require_POST
def match_run_new(request: Request) -> HttpResponse:
    """Order the plan of one pairing, of a group, or of the county."""
    form = RunForm(request.POST, user=request.user)
    run = submit(form, match_run_start, actor=request.user, now=timezone.now())
    return _solve(request, run) if run else _list(request, form, status=422)


def _solve(request: Request, run: MatchRun) -> HttpResponse:
    for _ in range(run.shards.filter(state=MatchRunState.QUEUED).count()):
        ring("match_shard_queued", run.pk)
    return redirect(run)


@require_safe
def match_run_detail(request: Request, pk: int) -> HttpResponse:
    """A plan; while it is being solved its progress, once a second, and the plan as soon as there is one.

    `?part=news` is what has changed since.
    """
    run: Any = found(match_run_rows(request.user), pk, request.user)  # with annotations
    is_open = run.pairing is None or run.pairing.is_active
    can_change = is_open and request.user.has_perm("matching.change_run", run)
    if request.htmx and request.GET.get("part") == "news":
        news = match_run_news(run, timezone.localdate())
        context = {"run": run, "news": news, "can_change": can_change}
        return render(request, "matching/match_run_news.html", context)
    if request.htmx:
        progress = match_run_progress(run, now=timezone.now())
        answer = render(request, "matching/match_run_job.html", {"run": run, "progress": progress})
        if not run.is_live:
            answer["HX-Refresh"] = "true"
        return answer
    is_today = run.as_of == timezone.localdate()
    context = {
        "run": run,
        "can_change": can_change,
        "can_retry": can_change and is_today and run.shards_failed and run.latest_pk <= run.pk,
        "progress": match_run_progress(run, now=timezone.now()),
    }
    if run.is_done:
        context["plan"] = match_run_page(
            run,
            number=request.GET.get("page"),
            gap_number=request.GET.get("gaps"),
            today=timezone.localdate(),
        )
        context["form"] = ConditionsForm(run=run)
    return render(request, "matching/match_run_detail.html", context)


def _changeable(request: Request, pk: int) -> MatchRun:
    return found(match_run_rows(request.user), pk, request.user, "matching.change_run")


@require_POST
def match_run_edit(request: Request, pk: int) -> HttpResponse:
    """Pin, forbid or clear one candidate: ?edit=pin:DEMAND:RESOURCE; the answer is the demand's own row."""
    run = _changeable(request, pk)
    verb, demand_id, resource_id = _edit(request.POST.get("edit", ""))
    kind = MatchEditKind(verb) if verb in MatchEditKind.values else None
    match_edit_set(run=run, demand_id=demand_id, resource_id=resource_id, kind=kind, actor=request.user)
    if not request.htmx:
        return redirect(f"{run.get_absolute_url()}#line-{demand_id}")
    line, edit_count = match_run_line(run, demand_id, today=timezone.localdate())
    context = {"run": run, "line": line, "edit_count": edit_count, "can_change": True, "is_answer": True}
    return render(request, "matching/match_run_line.html", context)


def _edit(value: str) -> tuple[str, int, int]:
    verb, *ids = value.split(":")
    if verb not in {*MatchEditKind.values, "clear"} or len(ids) != 2:
        raise DomainError("没有看懂这条意见，请刷新页面后再试。")
    if not all(each.isdecimal() and len(each) < 19 for each in ids):
        raise DomainError("没有看懂这条意见，请刷新页面后再试。")
    return verb, int(ids[0]), int(ids[1])


@get_or_post
def match_run_pin(request: Request, pk: int, demand_pk: int) -> HttpResponse:
    """Pin any of the partners' resources to a demand of a draft, listed for it or not."""
    run = _changeable(request, pk)
    demand = found(demands_of(run).select_related("branch"), demand_pk, request.user)
    back = run.get_absolute_url() + _same_pages(request)
    form = PinForm(posted(request), resources=partner_resources(run, demand.pk))
    if request.method == "POST" and submit(form, _pin, run=run, demand_id=demand.pk, actor=request.user):
        messages.success(request, "已记下您的意见，按意见重算后生效。")
        return redirect(f"{back}#line-{demand.pk}")
    context = {"run": run, "demand": demand, "form": form, "back": back}
    return render(request, "matching/match_run_pin.html", context, status=422 if form.errors else 200)


def _pin(*, resource: Resource, **said: Any) -> MatchEdit | None:
    return match_edit_set(resource_id=resource.pk, kind=MatchEditKind.PIN, **said)


@require_POST
def match_run_resolve(request: Request, pk: int) -> HttpResponse:
    """Solve a draft again around what was pinned and forbidden, under new bounds."""
    run = _changeable(request, pk)
    form = ConditionsForm(request.POST, run=run)
    child = submit(form, resolve, run=run, actor=request.user, now=timezone.now())
    if child:
        return _solve(request, child)
    plan = match_run_page(run, number=1, today=timezone.localdate()) if run.is_done else None
    context = {"run": run, "plan": plan, "form": form, "can_change": True}
    return render(request, "matching/match_run_detail.html", context, status=422)


@require_POST
def match_run_update(request: Request, pk: int) -> HttpResponse:
    """Bring a plan up to the ledgers of today."""
    return _solve(request, update(run=_changeable(request, pk), actor=request.user, now=timezone.now()))


@require_POST
def match_run_retry(request: Request, pk: int) -> HttpResponse:
    """Solve the parts that have failed once more."""
    return _solve(request, retry(run=_changeable(request, pk), actor=request.user, now=timezone.now()))


@require_POST
def match_run_accept(request: Request, pk: int) -> HttpResponse:
    """Claim the ticked matches, or all of the draft. No submit token: each pair has a transaction of its own,
    and the matches remember their claims, so a second copy of the form finds everything done."""
    run = _changeable(request, pk)
    now = timezone.now()
    if "all" in request.POST:
        accepted = accept_all(run=run, actor=request.user, now=now)
    else:
        chosen = [int(each) for each in request.POST.getlist("match") if each.isdecimal() and len(each) < 19]
        accepted = accept(run=run, match_ids=chosen, actor=request.user, now=now)
    ring("notification_queued")
    _say(request, accepted)
    return redirect(run.get_absolute_url() + _same_pages(request))


def _same_pages(request: Request) -> str:
    """The pages of both lists that a form was sent from, as a query."""
    pages = {name: number for name in ("page", "gaps") if (number := request.GET.get(name, "")).isdecimal()}
    return f"?{urlencode(pages)}" if pages else ""


def _say(request: Request, accepted: Acceptance) -> None:
    if accepted.claims:
        messages.success(request, f"已采纳 {len(accepted.claims)} 条，认领已发给对方支部，等对方答复。")
    if accepted.left:
        messages.warning(request, f"一次办不完，还有 {accepted.left} 条，请再点一次“采纳全部”。")
    for refusal in accepted.refusals[:SHOWN_REFUSALS]:
        messages.error(request, refusal)
    if len(accepted.refusals) > SHOWN_REFUSALS:
        rest = len(accepted.refusals) - SHOWN_REFUSALS
        messages.error(request, f"另有 {rest} 条没有办成，请更新方案后再看。")
