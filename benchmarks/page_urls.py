"""The product's addresses and two more, for the bench of pages."""

from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from branches.models import Branch
from pairing.urls import urlpatterns as product

TABLE = """{% extends "base.html" %}{% load ui %}
{% block title %}党组织{% endblock %}
{% block content %}{% page_header title="党组织" %}{% endpage_header %}
{% ledger caption="党组织" %}<tbody>{% for branch in branches %}
<tr>
<th scope="row">{{ branch.name }}</th>
<td>{{ branch.get_kind_display }}</td><td>{{ branch.member_count }}</td></tr>
{% endfor %}</tbody>{% endledger %}{% endblock %}"""


@login_not_required
def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


@login_not_required
def rows(request: HttpRequest) -> HttpResponse:
    page = _template().render({"branches": Branch.objects.order_by("serial")}, request)
    return HttpResponse(page)


@cache
def _template() -> Any:
    return engines["django"].from_string(TABLE)


urlpatterns = [path("bare/", bare), path("rows/", rows), *product]
