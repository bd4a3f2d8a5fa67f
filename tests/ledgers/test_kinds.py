"""What each kind of resource tells: one table for form, page, workbook and validation."""

from __future__ import annotations

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import DomainError
from core.workbooks.errors import CellError
from ledgers.enums import ResourceKind
from ledgers.exchange.resources import import_resources
from ledgers.kinds import DETAILS, as_text, from_text, settled
from ledgers.models import Resource
from ledgers.services.resources import resource_update
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import ResourceFactory
from tests.imports.test_ledgers import resource as book_row
from tests.imports.workbooks import TERMS, book, short

TYPED = {
    "position": {"area": "１００.5 平方米", "seats": "60", "facilities": "投影；音响"},
    "station": {"open_days": "每月5日", "services": "代办社保"},
    "professional": {"field": "行政执法", "qualification": "公职律师", "qualified_until": "2027-03-01"},
    "policy": {"category": "subsidy", "issuer": "县财政局", "document_number": "双财〔2025〕3号"},
    "goods": {"goods": "办公电脑", "quantity": "12", "quantity_unit": "台"},
    "volunteers": {"people": "15", "skills": "电工、法律咨询"},
    "other": {},
}
STORED = TYPED | {
    "position": {"area": 100.5, "seats": 60, "facilities": "投影；音响"},
    "goods": {"goods": "办公电脑", "quantity": 12, "quantity_unit": "台"},
    "volunteers": {"people": 15, "skills": "电工、法律咨询"},
}


@pytest.fixture
def branch(db):
    return BranchFactory(name="甲支部")


@pytest.fixture
def page(client, branch):
    client.force_login(UserFactory(liaison_of=branch))
    return client


def test_every_kind_has_a_row_in_the_table_and_shares_no_name_with_another_meaning():
    assert set(DETAILS) == set(ResourceKind)
    meanings: dict[str, set[str]] = {}
    for field in (field for fields in DETAILS.values() for field in fields):
        meanings.setdefault(field.name, set()).add(field.label)
    assert {name for name, labels in meanings.items() if len(labels) > 1} == set()


@pytest.mark.parametrize("kind", DETAILS)
def test_details_are_typed_kept_shown_and_stand_in_the_workbook(kind, page, branch):
    typed = {f"detail_{name}": value for name, value in TYPED[kind].items()}

    page.post(reverse("resource_new"), {"title": "某资源", "kind": kind, "sharing": "pair", **typed})

    resource = Resource.objects.get()
    assert resource.details == STORED[kind]
    text = as_text(kind, resource.details)
    assert from_text(kind, text) == STORED[kind]
    shown = page.get(reverse("resource_detail", args=[resource.pk])).content.decode()
    assert [
        words for part in text.split("；") if part for words in part.split("：") if words not in shown
    ] == []


@pytest.mark.parametrize(
    ("kind", "name", "value", "reason"),
    [
        ("position", "area", "很大", "应为数字，请只填数字。"),
        ("position", "seats", "0", "不能小于 1，请改正。"),
        ("position", "seats", "2.5", "应为整数，请去掉小数。"),
        ("position", "facilities", "设" * 201, "最多 200 个字，现有 201 个字，请缩短。"),
        (
            "professional",
            "qualified_until",
            "2026-02-30",
            "日历上没有这一天，请写成 2025-01-09 或 2025年1月9日。",
        ),
        ("policy", "category", "nonsense", None),
    ],
)
def test_detail_out_of_bounds_is_refused_beside_its_field(kind, name, value, reason, page):
    data = {"title": "某资源", "kind": kind, "sharing": "pair", f"detail_{name}": value}

    form = page.post(reverse("resource_new"), data).context["form"]

    assert set(form.errors) == {f"detail_{name}"}
    assert reason is None or form.errors[f"detail_{name}"] == [reason]
    assert not Resource.objects.exists()


def test_change_of_kind_draws_its_fields_and_loses_nothing_typed(page):
    typed = {"title": "某资源", "kind": "station", "detail_area": "120", "detail_open_days": "每月5日"}

    answer = page.post(reverse("resource_new"), typed | {"redraw": "kind"}, headers={"HX-Request": "true"})

    form = answer.context["form"]
    assert [field.name for field in form.kind_fields] == [
        "detail_facilities",
        "detail_open_days",
        "detail_services",
        "valid_from",
        "valid_to",
    ]
    assert form["detail_open_days"].value() == "每月5日"
    assert '<input type="hidden" name="detail_area" value="120"' in answer.content.decode()
    assert "<html" not in answer.content.decode()
    assert not Resource.objects.exists()


def test_policy_names_its_validity_in_its_own_words_and_an_end_before_the_start_is_refused(page):
    data = {"title": "政策", "kind": "policy", "sharing": "pair", "valid_from": "2026-05-01"}

    form = page.post(reverse("resource_new"), data | {"valid_to": "2026-04-01"}).context["form"]

    assert form.errors == {"valid_to": ["失效日期不能早于生效日期。"]}


def test_change_of_kind_keeps_what_both_kinds_tell(page, branch):
    resource = ResourceFactory(branch=branch, kind="position", details={"area": 120, "open_days": "每月5日"})
    data = {"title": "某资源", "kind": "station", "sharing": "pair", "detail_open_days": "每月5日"}

    page.post(reverse("resource_edit", args=[resource.pk]), data)

    resource.refresh_from_db()
    assert (resource.kind, resource.details) == ("station", {"open_days": "每月5日"})


def test_service_refuses_details_the_kind_cannot_have(branch):
    resource = ResourceFactory(branch=branch, kind="position")

    with pytest.raises(DomainError, match="座位不能小于 1，请改正。"):
        resource_update(resource=resource, actor=UserFactory(secretary_of=branch), details={"seats": -3})


def test_import_reads_details_by_the_kind_of_the_row_and_says_what_it_cannot_read(branch):
    rows = [
        book_row(1, 资源类别="党建阵地", 分类信息="面积:120；座位：60个；设施：投影；音响"),
        book_row(2, 资源类别="专业人才", 分类信息=None),
    ]
    assert import_resources(book("resources", *rows), TERMS).errors == []
    assert list(Resource.objects.order_by("serial").values_list("details", flat=True)) == [
        {"area": 120, "seats": 60, "facilities": "投影；音响"},
        {},
    ]
    rows[0]["分类信息"], rows[1]["分类信息"] = "面积：很大", "座位：3"
    assert short(import_resources(book("resources", *rows), TERMS).errors) == [
        (4, "分类信息", "面积：很大", "面积应为数字，请只填数字"),
        (
            5,
            "分类信息",
            "座位：3",
            "不明白“座位：3”，请写成“名称：内容”，用分号隔开，可写：专业领域、职称或资格、资格有效期至",
        ),
    ]


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs"]), max_size=60)


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(list(DETAILS["station"])), TEXTS)
def test_details_survive_the_workbook_whatever_is_typed(field, text):
    try:
        details = settled("station", {field.name: text})
    except CellError:
        return
    assert from_text("station", as_text("station", details)) == details
