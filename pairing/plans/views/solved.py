"""账外解决的问题: the list, and a new one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from branches.requests import Request
from core.forms import submit
from core.pages import get_or_post, page_of, posted
from pairing.plans.forms.solved import SolvedProblemForm
from pairing.plans.models import SolvedProblem
from pairing.plans.services.solved import solved_problem_record


@require_safe
def solved_problem_list(request: Request) -> HttpResponse:
    rows = SolvedProblem.objects.visible_to(request.user).select_related("branch", "helper", "recorded_by")
    page = page_of(request, rows)
    may_record = request.user.has_perm("plans.add_claim")
    return render(request, "plans/solved_problem_list.html", {"page": page, "may_record": may_record})


@get_or_post
@permission_required("plans.add_claim", raise_exception=True)
def solved_problem_new(request: Request) -> HttpResponse:
    form = SolvedProblemForm(posted(request), user=request.user)
    if request.method == "POST" and submit(
        form, solved_problem_record, actor=request.user, now=timezone.now()
    ):
        messages.success(request, "已登记，单独计数，不占需求账单。")
        return redirect("solved_problem_list")
    status = 422 if form.errors else 200
    return render(request, "plans/solved_problem_new.html", {"form": form}, status=status)
