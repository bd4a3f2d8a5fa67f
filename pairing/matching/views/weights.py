"""The weights editor: a number for each term, tried on past decisions before it is saved."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from branches.requests import Request
from core.forms import attempt
from core.pages import get_or_post, posted
from pairing.matching.adapter import weights_of
from pairing.matching.engine import Weights
from pairing.matching.models import ScoreWeights
from pairing.matching.selectors.weights import weights_current, weights_preview, weights_version
from pairing.matching.services.weights import weights_blockers, weights_change
from pairing.matching.weight_forms import WeightsForm, WeightsSaveForm
from pairing.matching.weight_words import LINES

VERSIONS_SHOWN = 10
PAGE = "matching/weights_edit.html"
change_weights = permission_required("matching.change_weights", raise_exception=True)


@get_or_post
@change_weights
def weights_edit(request: Request) -> HttpResponse:
    """The editor; asked by htmx, what the numbers in the address would have made of past decisions."""
    if request.method != "POST" and request.htmx:
        return _preview(request)
    version = weights_version()
    current = weights_of(version)
    base = version.pk if version else None
    form = WeightsSaveForm(posted(request), current=_offered(request, current), initial={"base": base})
    if form.is_valid() and attempt(form, partial(_save, request, form)) is not None:
        messages.success(request, "新的权重已生效：以后的推荐和整单方案按它计算，已有的方案不变。")
        return redirect("weights_edit")
    versions = ScoreWeights.objects.select_related("made_by")[:VERSIONS_SHOWN]
    context = {
        "form": form,
        "version": version,
        "versions": [(row, _query(weights_of(row))) for row in versions],
        "factory_query": _query(Weights.default()),
    }
    return render(request, PAGE, context)


def _save(request: Request, form: WeightsSaveForm) -> ScoreWeights:
    return weights_change(
        weights=form.weights,
        reason=form.cleaned_data["reason"],
        base=form.cleaned_data["base"],
        actor=request.user,
        now=timezone.now(),
    )


def _preview(request: Request) -> HttpResponse:
    """The fragment beside the form; faults of the numbers stand where the figures would."""
    current = weights_current()
    form = WeightsForm(request.GET, current=current)
    faults = [str(sentence) for errors in form.errors.values() for sentence in errors]
    faults = faults or weights_blockers(form.weights)
    if faults:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return render(request, f"{PAGE}#preview", {"faults": faults}, status=status)
    preview = weights_preview(form.weights, current=current, today=timezone.localdate())
    return render(request, f"{PAGE}#preview", {"preview": preview})


def _offered(request: Request, current: Weights) -> Weights:
    """The numbers the form starts with: those of the address, so that an old version can be taken up."""
    form = WeightsForm(request.GET, current=current)
    return form.weights if form.is_valid() else current


def _query(weights: Weights) -> str:
    numbers = weights.as_dict()
    return urlencode({line.name: numbers[line.name] for line in LINES})
