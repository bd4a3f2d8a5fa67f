"""The county office confirms for a branch that has no account or does not answer, and it shows everywhere."""

from hashlib import sha256

import pytest
from django.urls import reverse
from django.utils import timezone

from core.errors import DomainError, StaleVersionError
from core.models import Attachment, AuditEntry, Notification
from ledgers.enums import DemandState
from pairing.plans.enums import ChangeState, ClaimState, OnBehalfStep, PlanOrderState
from pairing.plans.models import OnBehalf, PlanOrder
from pairing.plans.selectors.on_behalf import on_behalf_words
from pairing.plans.selectors.timeline import timeline
from pairing.plans.services import claim_answers, claims, on_behalf, order_contents
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory
from tests.factories.plans import (
    ChangeRequestFactory,
    ClaimFactory,
    OnBehalfFactory,
    PairingFactory,
    PlanOrderFactory,
    scan,
)

pytestmark = pytest.mark.django_db
REASON = "对方还没有账号，书记已在纸上签字"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def office():
    return UserFactory(office=True)


def test_claim_is_accepted_on_behalf_and_says_so_on_page_timeline_and_record(client, office, media):
    claim = ClaimFactory()
    staff = UserFactory(secretary_of=claim.pairing.branch_b)
    client.force_login(office)
    url = reverse("claim_accept_on_behalf", args=[claim.pk])
    refused = client.post(url, {"reason": "", "scan": scan(content=b"MZ not a paper")})
    assert refused.context["form"].errors == {
        "reason": ["请写明理由。"],
        "scan": ["“意见.pdf”的内容和扩展名不符，或者文件不完整，没有保存。请用原来的软件打开、另存后再传。"],
    }
    text = client.post(url, {"reason": REASON, "scan": scan("意见.txt", "同意".encode())})
    assert text.context["form"].errors == {"scan": ["只收 PDF、PNG 或 JPG 扫描件，请另存后再上传。"]}
    assert client.post(url, {"reason": REASON, "scan": scan()}).status_code == 302
    claim.refresh_from_db()
    row = OnBehalf.objects.get()
    assert (claim.state, claim.plan_order.state) == (ClaimState.ACCEPTED, PlanOrderState.DRAFT)
    assert (row.step, row.branch, row.reason) == (OnBehalfStep.CLAIM_ACCEPT, claim.awaiting, REASON)
    entry = AuditEntry.objects.get(action="claim.accept")
    assert (entry.summary, entry.reason) == (f"县党建办代{claim.awaiting}同意认领", REASON)
    assert Notification.objects.filter(recipient=staff).count() == 1
    page = client.get(claim.get_absolute_url()).content.decode()
    assert page.count(f"代{claim.awaiting}：同意认领") == 1
    client.force_login(staff)
    answer = client.get(reverse("on_behalf_scan", args=[row.pk]))
    assert answer.content == scan().read()
    paper = Attachment.objects.of(row).get()
    assert (paper.name, paper.sha256) == ("意见.pdf", sha256(scan().read()).hexdigest())
    assert client.post(reverse("attachment_remove", args=[paper.pk])).status_code == 403
    client.force_login(UserFactory(secretary_of=PairingFactory().branch_a))
    assert client.get(reverse("on_behalf_scan", args=[row.pk])).status_code == 404


def test_parts_of_a_joint_claim_are_accepted_on_behalf_one_by_one(office):
    """The office answers for one branch only; the orders wait for the other one, who answers itself."""
    branch = BranchFactory()
    pairings = [PairingFactory(branch_b=branch) for _ in range(2)]
    first, second = claims.claims_propose_jointly(
        demand=DemandFactory(branch=branch),
        resources=[ResourceFactory(branch=pairing.branch_a) for pairing in pairings],
        by_branch=branch,
        proposer=UserFactory(secretary_of=branch),
        now=timezone.now(),
    )
    terms = {"reason": REASON, "now": timezone.now()}
    first = on_behalf.claim_accept_on_behalf(claim=first, actor=office, scan=scan(), **terms)
    assert (first.state, PlanOrder.objects.count()) == (ClaimState.AGREED, 0)
    with pytest.raises(DomainError, match="已同意承办自己的一份"):
        on_behalf.claim_accept_on_behalf(claim=first, actor=office, scan=scan(), **terms)
    secretary = UserFactory(secretary_of=second.awaiting)
    claim_answers.claim_accept(claim=second, actor=secretary, now=timezone.now())
    assert list(PlanOrder.objects.order_by("pk").values_list("claim__state", "series")) == [
        (ClaimState.ACCEPTED, first.series_id)
    ] * len(pairings)
    assert list(OnBehalf.objects.values_list("claim", "branch")) == [(first.pk, first.awaiting_id)]


def confirm(order, office, **options):
    terms = {"branch": order.pairing.branch_b, "version": order.version, "reason": REASON, "scan": scan()}
    return on_behalf.plan_order_confirm_on_behalf(
        order=order, actor=office, now=timezone.now(), **terms | options
    )


def test_plan_order_confirmed_on_behalf_carries_the_mark_of_that_version_only(client, office):
    order = confirm(PlanOrderFactory(to_confirm=True), office)
    assert (order.state, order.is_on_behalf_a, order.is_on_behalf_b) == (
        PlanOrderState.CONFIRMED,
        False,
        True,
    )
    client.force_login(UserFactory(secretary_of=order.pairing.branch_a))
    page = client.get(order.get_absolute_url())
    assert page.content.decode().count("县党建办代确认</span>") == 1
    assert page.context["timeline"][0]["title"] == f"县党建办代{order.pairing.branch_b}确认第 1 版"

    draft = confirm(PlanOrderFactory(), office)
    order_contents.plan_order_edit(
        order=draft,
        version=1,
        actor=UserFactory(liaison_of=draft.pairing.branch_a),
        now=timezone.now(),
        place="村部",
    )
    draft = PlanOrder.objects.get(pk=draft.pk)
    assert (draft.version, draft.is_confirmed_b, draft.is_on_behalf_b) == (2, False, False)
    assert confirm(draft, office).is_on_behalf_b


def test_plan_order_confirm_on_behalf_is_refused_in_a_sentence(office):
    order = PlanOrderFactory(to_confirm=True)
    stranger = PairingFactory().branch_a
    refusals = {
        "只有县党建办能代支部确认。": {"office": UserFactory(secretary_of=order.pairing.branch_b)},
        f"{order.pairing.branch_a}不是这张定单的结对双方，或者已确认过第 1 版。": {
            "branch": order.pairing.branch_a
        },
        f"{stranger}不是这张定单的结对双方，或者已确认过第 1 版。": {"branch": stranger},
        "请写明代确认的理由，对方支部会看到。": {"reason": "  "},
    }
    for words, options in refusals.items():
        with pytest.raises(DomainError) as refusal:
            confirm(order, **{"office": office} | options)
        assert refusal.value.message == words
    with pytest.raises(StaleVersionError):
        confirm(order, office, version=9)
    assert OnBehalf.objects.count() == 0
    order.refresh_from_db()
    assert order.state == PlanOrderState.TO_CONFIRM


def test_plan_order_accepted_on_behalf_closes_the_demand(client, office):
    order = PlanOrderFactory(awaiting_acceptance=True)
    client.force_login(office)
    page = client.get(reverse("plan_order_detail", args=[order.pk])).content.decode()
    url = reverse("plan_order_accept_on_behalf", args=[order.pk])
    assert page.count(f'href="{url}"') == 1
    client.post(url, {"satisfaction": "4", "words": "村里满意", "reason": REASON, "scan": scan()})
    order.refresh_from_db()
    assert (order.state, order.demand.state, order.demand.satisfaction) == (
        PlanOrderState.COMPLETED,
        DemandState.CLOSED,
        4,
    )
    entry = AuditEntry.objects.get(action="plan_order.accept")
    assert entry.summary == f"县党建办代{order.demand.branch}验收通过，满意度 4 分，需求已销号"
    again = client.post(url, {"satisfaction": "4", "reason": REASON, "scan": scan()})
    assert again.status_code == 422
    assert OnBehalf.objects.count() == 1


def answer_change(client, office, verdict):
    change = ChangeRequestFactory()
    order = change.plan_order
    client.force_login(office)
    url = reverse("change_request_answer_on_behalf", args=[order.pk, change.pk])
    assert client.get(order.get_absolute_url()).content.decode().count(f'href="{url}"') == 1
    assert client.post(url, {"reason": REASON, "scan": scan()}).context["form"].errors == {
        "is_accepted": ["请选择支部在纸面上的答复。"]
    }
    client.post(url, {"is_accepted": verdict, "reason": REASON, "scan": scan()})
    again = client.post(url, {"is_accepted": verdict, "reason": REASON, "scan": scan()})
    assert again.status_code == 422
    return PlanOrder.objects.get(pk=order.pk), OnBehalf.objects.get()


def test_change_is_agreed_to_on_behalf_and_its_version_carries_the_mark(client, office):
    order, row = answer_change(client, office, "yes")
    side = order.pairing.branch_b
    assert (row.step, row.branch, row.version) == (OnBehalfStep.CHANGE_ACCEPT, side, 2)
    assert (order.place, order.version, order.is_confirmed_a, order.is_confirmed_b) == (
        "镇政府",
        2,
        True,
        True,
    )
    assert (order.is_on_behalf_a, order.is_on_behalf_b) == (False, True)
    entry = AuditEntry.objects.get(action="plan_order.change")
    assert entry.summary == f"县党建办代{side}同意变更，成为第 2 版"
    client.force_login(UserFactory(secretary_of=order.pairing.branch_a))
    page = client.get(order.get_absolute_url()).content.decode()
    assert (page.count("县党建办代确认</span>"), page.count(f"代{side}：同意变更（第 2 版）")) == (2, 1)
    assert on_behalf_words(order) == f"县党建办代{side}同意变更"
    assert timeline([entry])[0]["text"] == "理由：原场地维修；地点意向：党群服务中心 → 镇政府"


def test_change_is_declined_on_behalf_and_the_order_stays(client, office):
    order, row = answer_change(client, office, "no")
    change = order.changes.get()
    assert (row.step, row.change, row.version) == (OnBehalfStep.CHANGE_DECLINE, change, 1)
    assert (order.place, order.version, change.state, change.answer) == (
        "党群服务中心",
        1,
        ChangeState.DECLINED,
        REASON,
    )
    assert order.is_on_behalf_b is False
    entry = AuditEntry.objects.get(action="plan_order.keep")
    assert entry.summary == f"县党建办代{order.pairing.branch_b}不同意变更"


def test_change_is_not_answered_on_behalf_by_a_branch(client):
    change = ChangeRequestFactory()
    secretary = UserFactory(secretary_of=change.plan_order.pairing.branch_b)
    with pytest.raises(DomainError, match="只有县党建办能代支部确认。"):
        on_behalf.change_request_answer_on_behalf(
            request=change,
            is_accepted=True,
            actor=secretary,
            reason=REASON,
            scan=scan(),
            now=timezone.now(),
        )
    assert OnBehalf.objects.count() == 0


def test_mark_of_the_office_stands_in_every_list_and_chain(client, office):
    claim = on_behalf.claim_accept_on_behalf(
        claim=ClaimFactory(), actor=office, reason=REASON, scan=scan(), now=timezone.now()
    )
    PlanOrderFactory(pairing=claim.pairing)
    client.force_login(UserFactory(secretary_of=claim.pairing.branch_b))
    orders = reverse("plan_order_list")
    pages = [
        reverse("claim_list"),
        orders,
        f"{orders}?view=board",
        f"{orders}?view=gantt",
        reverse("demand_detail", args=[claim.demand_id]),
        reverse("resource_detail", args=[claim.resource_id]),
        f"{claim.pairing.get_absolute_url()}?tab=orders",
    ]
    marks = {page: client.get(page).content.decode().count("县党建办代办") for page in pages}
    assert marks == dict.fromkeys(pages, 1)


def test_pages_of_on_behalf_ask_the_same_queries_at_one_and_three_rows(client, django_assert_num_queries):
    order = PlanOrderFactory()
    client.force_login(UserFactory(secretary_of=order.pairing.branch_a))
    OnBehalfFactory(order=order)
    client.get(order.get_absolute_url())  # a process asks for its content types once
    with django_assert_num_queries(11):
        client.get(order.get_absolute_url())
    OnBehalfFactory(order=order, branch=order.pairing.branch_a)
    OnBehalfFactory(order=order, version=2)
    with django_assert_num_queries(11):
        client.get(order.get_absolute_url())
