"""The ledgers as workbooks: the list's own rows, safe to open, and the same after coming back in."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core.wording import cn_date
from core.workbooks.results import ImportTerms
from ledgers.enums import DemandNature, DemandSource, DemandState, ResourceKind, Sharing, Urgency
from ledgers.exchange.demands import import_demands
from ledgers.exchange.resources import import_resources
from ledgers.kinds import details_of
from ledgers.models import Demand, Resource
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory, ServiceAspectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def branch():
    return BranchFactory(name="专卖党支部")


@pytest.fixture
def page(client, branch):
    client.force_login(UserFactory(secretary_of=branch, display_name="杨同志"))
    return client


def sheet_of(response):
    return load_workbook(BytesIO(response.getvalue())).active


def terms() -> ImportTerms:
    return ImportTerms(now=timezone.now(), as_of=timezone.localdate())


def snapshot(model) -> list[dict[str, object]]:
    return list(model.objects.order_by("pk").values())


def test_demand_export_has_title_filing_line_header_rows_and_totals(page, branch):
    DemandFactory(
        branch=branch,
        serial=1,
        title="办证难",
        expected_people=12,
        urgency=Urgency.URGENT,
        deadline_on=None,
        raised_on=date(2025, 1, 9),
    )
    DemandFactory(branch=branch, serial=2, expected_people=30, closed=True)

    response = page.get(reverse("demand_export"))

    rows = list(sheet_of(response).iter_rows(values_only=True))
    first = dict(zip(rows[2], rows[3], strict=True))
    today = timezone.localdate()
    assert rows[0][0] == f"专卖党支部{today.year}年度需求账单"
    assert rows[1][0] == f"填报单位：专卖党支部        填报人：杨同志        填报日期：{cn_date(today)}"
    assert (first["提出单位"], first["需求内容"], first["紧急程度"]) == ("专卖党支部", "办证难", "紧急")
    assert (first["期望完成时限"], first["提出日期"].date()) == ("长期", date(2025, 1, 9))
    assert dict(zip(rows[2], rows[4], strict=True))["状态"] == "已解决"
    totals = dict(zip(rows[2], rows[5], strict=True))
    assert (totals["序号"], totals["需求内容"], totals["预计受益人数"]) == ("合计", "2条", 42)
    assert rows[6][0] == "填表人：杨同志        负责人："


@pytest.mark.parametrize("name", ["resource_export", "demand_export", "closure_export"])
def test_export_prints_on_a4_landscape_as_wide_as_the_paper(page, name):
    printed = sheet_of(page.get(reverse(name)))
    setup = printed.page_setup
    assert (setup.paperSize, setup.orientation, setup.fitToHeight) == (9, "landscape", 0)
    assert printed.sheet_properties.pageSetUpPr.fitToPage is True


def test_demand_export_holds_exactly_the_filtered_rows(page, branch):
    DemandFactory(branch=branch, title="办证难")
    DemandFactory(branch=branch, title="路灯不亮")
    DemandFactory(title="别家的事")

    response = page.get(reverse("demand_export"), {"q": "路灯"})

    titles = [row[3] for row in sheet_of(response).iter_rows(min_row=4, values_only=True)]
    assert titles == ["路灯不亮", "1条", None]


def test_export_follows_the_order_of_the_list(page, branch):
    for title in ("乙", "甲"):
        DemandFactory(branch=branch, title=title, urgency=Urgency.URGENT if title == "甲" else 0)

    response = page.get(reverse("demand_export"), {"sort": "-urgency"})

    assert [row[3] for row in sheet_of(response).iter_rows(min_row=4, max_row=5, values_only=True)] == [
        "甲",
        "乙",
    ]


@pytest.mark.parametrize(
    "title", ["=1+1", "+8613800000000", "-5°C 冷库", "@全体党员", "＝1+1", "＋86", "－5", "＠全体"]
)
def test_export_marks_what_looks_like_a_formula_as_text(page, branch, title):
    ResourceFactory(branch=branch, title=title)

    cell = sheet_of(page.get(reverse("resource_export"))).cell(4, 4)

    assert (cell.value, cell.data_type, cell.quotePrefix) == (title, "s", True)


def test_export_masks_phones_the_reader_may_not_see(page):
    ResourceFactory(sharing=Sharing.COUNTY, contact_phone="13812341234")

    row = next(sheet_of(page.get(reverse("resource_export"))).iter_rows(min_row=4, values_only=True))

    assert "138****1234" in row


def test_demand_export_comes_back_in_without_change(page, branch):
    today = timezone.localdate()
    DemandFactory(branch=branch, title="=1+1", description="第一行\n第二行", deadline_on=None)
    DemandFactory(branch=branch, urgency=Urgency.CRITICAL, audience_text="零售户", expected_people=0)
    DemandFactory(branch=branch, closed=True, note="座谈会提出")
    DemandFactory(branch=branch, draft=True, deadline_on=today + timedelta(days=3))
    DemandFactory(branch=branch, state=DemandState.CLAIMED)
    DemandFactory(branch=branch, state=DemandState.SUSPENDED, state_reason="等经费", note="请先联系")
    DemandFactory(branch=branch, state=DemandState.WITHDRAWN, state_reason="已自行解决")
    DemandFactory(branch=branch, closed=True, state_reason="镇里统一办了")
    before = snapshot(Demand)

    result = import_demands(page.get(reverse("demand_export")).getvalue(), terms())

    assert result.errors == []
    assert (result.created, result.changed, result.unchanged) == (0, 0, 8)
    assert snapshot(Demand) == before


def test_resource_export_comes_back_in_without_change(page, branch):
    aspects = [ServiceAspectFactory(name=name) for name in ("市场监管", "乡村振兴")]
    ResourceFactory(branch=branch, aspects=aspects, capacity_per_month=3, place="三楼")
    ResourceFactory(branch=branch, title="-5°C 冷库", description="一行\n又一行", place="@三楼")
    ResourceFactory(branch=branch, title="＝一加一", description="＋86 开头", note="-5")
    ResourceFactory(branch=branch, draft=True, note="-", place="——")
    before = snapshot(Resource)

    result = import_resources(page.get(reverse("resource_export")).getvalue(), terms())

    assert result.errors == []
    assert (result.created, result.changed, result.unchanged) == (0, 0, 4)
    assert snapshot(Resource) == before


FILLED = {
    "area": 120.5, "seats": 60, "facilities": "投影；音响：两套", "open_days": "每月5日",
    "services": "代办社保、测血压", "field": "行政执法", "qualification": "公职律师；二级",
    "qualified_until": "2027-06-30", "category": "subsidy", "issuer": "县人社局",
    "document_number": "双政发〔2025〕3号", "goods": "办公电脑", "quantity": 12.5, "quantity_unit": "万元",
    "people": 24, "skills": "电工、法律咨询",
}  # fmt: skip


def test_own_fields_of_every_kind_come_back_in_without_change(page, branch):
    """Filled and empty, of each kind: the workbook, read back, says that nothing has changed."""
    for kind in ResourceKind:
        details = {field.name: FILLED[field.name] for field in details_of(kind)}
        ResourceFactory(branch=branch, kind=kind, details=details, aspects=[ServiceAspectFactory()])
        ResourceFactory(branch=branch, kind=kind, details={})
    before = snapshot(Resource)
    content = page.get(reverse("resource_export")).getvalue()

    result = import_resources(content, terms())

    assert result.errors == []
    assert (result.created, result.changed, result.unchanged) == (0, 0, 2 * len(ResourceKind))
    assert snapshot(Resource) == before

    Resource.objects.update(details={})
    assert import_resources(content, terms()).changed == len(ResourceKind) - 1  # 其他 has no fields
    assert snapshot(Resource)[0]["details"] == before[0]["details"]


def test_demands_of_every_nature_source_and_state_come_back_in_without_change(page, branch):
    today = timezone.localdate()
    for number, state in enumerate(DemandState):
        DemandFactory(
            branch=branch,
            state=state,
            state_reason=f"理由{number}",
            nature=list(DemandNature)[number % len(DemandNature)],
            source=list(DemandSource)[number % len(DemandSource)],
            urgency=list(Urgency)[number % len(Urgency)],
            raised_on=today,
            deadline_on=today + timedelta(days=number) if number else None,
            contact_name="杨同志",
            contact_phone="13812341234",
            closed_on=today if state == DemandState.CLOSED else None,
            satisfaction=4 if state == DemandState.CLOSED else None,
        )
    before = snapshot(Demand)

    result = import_demands(page.get(reverse("demand_export")).getvalue(), terms())

    assert result.errors == []
    assert (result.created, result.changed, result.unchanged) == (0, 0, len(DemandState))
    assert snapshot(Demand) == before
