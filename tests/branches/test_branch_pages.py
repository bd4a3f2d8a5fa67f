"""Organisations in the browser."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from branches.models import Branch, Membership
from branches.services.branches import branch_update
from core.errors import DomainError
from core.wording import cn_date
from ledgers.enums import DemandState, ResourceState
from ledgers.services.resources import resource_create, resources_withdraw_of_dissolved
from pairing.plans.services.claims import claim_propose
from tests.factories.branches import BranchFactory, MembershipFactory, UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory
from tests.factories.plans import PairingFactory

pytestmark = pytest.mark.django_db
LONG_NAME = "双峰县人力资源和社会保障局机关委员会离退休干部第一党支部" * 4


@pytest.fixture
def admin():
    return UserFactory(admin=True)


@pytest.fixture
def page(client, admin):
    client.force_login(admin)
    return client


def form_data(**changes) -> dict[str, object]:
    return {"name": "花门镇党支部", "kind": "village", "member_count": 20, **changes}


def test_branch_list_shows_the_tree_in_order(page, admin):
    root = BranchFactory(name="党总支", serial=1)
    child = BranchFactory(name="机关党支部", parent=root, serial=2)
    PairingFactory(branch_a=child, branch_b=BranchFactory(name="村党支部", serial=3))

    rows = page.get(reverse("branch_list")).context["rows"]

    found = [(row.name, len(row.place.above), row.pairing_count) for row in rows if row.serial]
    assert found == [("党总支", 0, 0), ("机关党支部", 1, 1), ("村党支部", 0, 1)]


def test_pages_show_who_holds_the_seat_and_the_card_where_nobody_does(page):
    today = timezone.localdate()
    named = {"secretary_name": "老书记", "liaison_name": "老联络"}
    seated, bare = (
        BranchFactory(name="有人在任的支部", **named),
        BranchFactory(name="没人在任的支部", **named),
    )
    for branch, person, role, ends_on in (
        (seated, "新书记", "secretary", None),
        (seated, "新联络", "liaison", None),
        (bare, "离任的", "secretary", today - timedelta(days=1)),
    ):
        user = UserFactory(display_name=person)
        starts_on = today - timedelta(days=9)
        MembershipFactory(user=user, branch=branch, role=role, starts_on=starts_on, ends_on=ends_on)

    listed = page.get(reverse("branch_list"), {"q": "在任的支部"}).content.decode()
    assert re.findall(r'<td data-label="书记">(.*?)</td>', listed) == ["老书记", "新书记"]
    for branch, names in ((seated, ["新书记", "新联络"]), (bare, ["老书记", "老联络"])):
        detail = page.get(reverse("branch_detail", args=[branch.pk])).content.decode()
        assert re.findall(r"<dt>(?:书记|联络员)</dt><dd>(.*?)</dd>", detail) == names


def test_stranger_reads_the_card_and_no_persons_name(client):
    """Only who may call a branch is told who holds its seats."""
    branch = BranchFactory(secretary_name="老书记")
    UserFactory(display_name="新书记", secretary_of=branch)
    for person, name in ((UserFactory(), "老书记"), (UserFactory(member_of=branch), "新书记")):
        client.force_login(person)
        detail = client.get(reverse("branch_detail", args=[branch.pk])).content.decode()
        assert re.findall(r"<dt>书记</dt><dd>(.*?)</dd>", detail) == [name]


def test_branch_list_needs_the_same_few_queries_for_any_length(
    page, django_assert_max_num_queries, django_assert_num_queries
):
    with django_assert_max_num_queries(12) as captured:
        page.get(reverse("branch_list"))
    root = BranchFactory(name=LONG_NAME[:100])
    BranchFactory.create_batch(10, parent=root)

    with django_assert_num_queries(len(captured)):
        page.get(reverse("branch_list"))


def test_branch_list_is_for_the_county(client):
    client.force_login(UserFactory(secretary_of=BranchFactory()))

    assert client.get(reverse("branch_list")).status_code == 403


@pytest.mark.parametrize(("seat", "phone"), [("auditor", "138****1234"), ("office", "13812341234")])
def test_branch_detail_masks_the_phone_outside_pairs_and_the_office(client, seat, phone):
    client.force_login(UserFactory(**{seat: True}))
    branch = BranchFactory(phone="13812341234")

    assert client.get(reverse("branch_detail", args=[branch.pk])).context["phone"] == phone


def test_branch_detail_shows_the_partner_the_phone(client):
    own = BranchFactory()
    partner = PairingFactory(branch_b=own, branch_a__phone="13812341234").branch_a
    client.force_login(UserFactory(member_of=own))

    response = client.get(reverse("branch_detail", args=[partner.pk]))

    assert response.context["phone"] == "13812341234"
    assert (response.context["people"], list(response.context["partners"])) == (None, [own])


def test_branch_new_sorts_by_pinyin(page):
    page.post(reverse("branch_new"), form_data())

    branch = Branch.objects.get(name="花门镇党支部")
    assert branch.name_key == "hua men zhen dang zhi bu"


def test_branch_new_with_a_taken_name_is_refused_beside_the_field(page):
    BranchFactory(name="花门镇党支部")

    form = page.post(reverse("branch_new"), form_data(secretary_name="王同志")).context["form"]

    assert form.errors == {"name": ["已有同名的党组织，请核对，或在名称里加以区别。"]}
    assert form["secretary_name"].value() == "王同志"


def test_branch_new_with_half_a_place_is_refused_beside_the_field(page):
    response = page.post(reverse("branch_new"), form_data(longitude="500", latitude=""))

    assert response.context["form"].errors == {
        "longitude": ["经度须在 -180 到 180 之间。"],
        "latitude": ["经度、纬度要一起填：请补上纬度，或者两个都清空。"],
    }


def test_branch_edit_below_itself_is_refused(page):
    branch = BranchFactory()
    below = BranchFactory(parent=branch)

    response = page.post(reverse("branch_edit", args=[branch.pk]), form_data(parent=below.pk))

    branch.refresh_from_db()
    assert response.status_code == 200
    assert branch.parent is None


def test_branch_edit_offers_no_organisation_below_as_superior(page):
    above, branch = BranchFactory(), BranchFactory()
    lowest = BranchFactory(parent=BranchFactory(parent=branch))

    form = page.get(reverse("branch_edit", args=[branch.pk])).context["form"]

    offered = set(form.fields["parent"].queryset)
    assert above in offered
    assert offered & {branch, lowest, lowest.parent} == set()
    with pytest.raises(ValidationError) as refusal:
        branch_update(branch=branch, actor=UserFactory(), parent=lowest)
    assert refusal.value.message_dict == {
        "parent": ["这个组织是本组织的下级，不能再当上级；请选别的，或先把它改到别处。"]
    }


@pytest.mark.parametrize("name", ["branch_edit", "branch_dissolve"])
def test_branch_upkeep_is_forbidden_to_the_office(client, name):
    client.force_login(UserFactory(office=True))

    assert client.get(reverse(name, args=[BranchFactory().pk])).status_code == 403


def test_office_is_told_that_the_administrator_can(client):
    client.force_login(UserFactory(office=True))
    pages = [client.get(reverse(name)) for name in ("branch_new", "weights_edit")]
    client.force_login(UserFactory(secretary_of=BranchFactory()))
    pages.append(client.get(reverse("weights_edit")))

    told = [re.search("请联系(.*?)。", page.content.decode()) for page in pages]
    assert [each and each[1] for each in told] == ["系统管理员", "系统管理员", "本支部书记或县党建办"]


def test_branch_dissolve_ends_its_seats(page):
    branch, today = BranchFactory(), timezone.localdate()
    person = UserFactory(secretary_of=branch)
    leaving, left = (MembershipFactory(branch=branch, ends_on=today + timedelta(days=n)) for n in (30, -30))
    to_come = MembershipFactory(branch=branch, starts_on=today + timedelta(days=1))

    page.post(reverse("branch_dissolve", args=[branch.pk]), {"reason": "并入社区党支部"})

    branch.refresh_from_db()
    assert branch.dissolved_on == person.memberships.get().ends_on == today
    assert [Membership.objects.get(pk=seat.pk).ends_on for seat in (leaving, left)] == [today, left.ends_on]
    assert not Membership.objects.filter(pk=to_come.pk).exists()


def test_branch_dissolve_leaves_nothing_to_claim_and_nobody_enters_more(page):
    resource = ResourceFactory()
    liaison, pair = UserFactory(liaison_of=resource.branch), PairingFactory()
    demand = DemandFactory(branch=pair.branch_a, hall_on=timezone.localdate())

    page.post(reverse("branch_dissolve", args=[resource.branch_id]), {"reason": "并入社区党支部"})

    said = f"{resource.branch}已在{cn_date(timezone.localdate())}撤销，"
    with pytest.raises(DomainError, match=f"^{said}请换一项资源。$"):
        claim_propose(
            demand=demand,
            resource=resource,
            by_branch=resource.branch,
            proposer=liaison,
            now=timezone.now(),
        )
    with pytest.raises(DomainError, match=f"^{said}不能再登记"):
        resource_create(branch=resource.branch, actor=liaison, publish=True, kind="other", title="讲座")
    assert resources_withdraw_of_dissolved(today=timezone.localdate()) == 1
    assert resources_withdraw_of_dissolved(today=timezone.localdate()) == 0
    resource.refresh_from_db()
    assert resource.state == ResourceState.WITHDRAWN


def test_branch_dissolve_names_everything_that_stands_in_the_way(page):
    branch = BranchFactory()
    PairingFactory(branch_a=branch, branch_b__name="和谐村党支部")
    DemandFactory(branch=branch)
    DemandFactory(branch=branch, state=DemandState.DRAFT)
    BranchFactory(parent=branch)
    PairingFactory(branch_b=branch, branch_a__name="城关派出所党支部", kind="support")

    response = page.post(reverse("branch_dissolve", args=[branch.pk]), {"reason": "合并"})

    branch.refresh_from_db()
    assert branch.dissolved_on is None
    assert response.context["blockers"] == [
        "还在和和谐村党支部结对，请先结束结对。",
        "和城关派出所党支部之间的县内支援还没有了结，请先办结或取消。",
        "还有 1 条需求没有办结，请先销号或撤销。",
        "下面还有 1 个党组织，请先把它们改到别的上级。",
    ]
    assert len(response.context["form"].non_field_errors()) == 1


def test_branch_dissolve_of_the_last_administrator_s_is_refused(page, admin):
    home = admin.memberships.get().branch

    response = page.post(reverse("branch_dissolve", args=[home.pk]), {"reason": "合并"})

    assert response.context["blockers"] == ["系统管理员都在这个党组织任职，请先给别的党组织的人管理员身份。"]
    assert Membership.objects.get(user=admin).ends_on is None


def test_branch_detail_needs_few_queries(page, django_assert_max_num_queries):
    branch = PairingFactory().branch_a
    for _ in range(3):
        UserFactory(member_of=branch)

    with django_assert_max_num_queries(12):
        page.get(reverse("branch_detail", args=[branch.pk]))


def test_branch_detail_of_a_dissolved_one_still_opens(page):
    branch = BranchFactory(dissolved_on=date(2026, 1, 1))

    assert page.get(reverse("branch_detail", args=[branch.pk])).status_code == 200
