"""People, their passwords and their seats in the browser."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from branches.enums import Role
from branches.models import Membership, User
from core.models import AuditEntry
from core.wording import cn_date
from tests.factories.branches import BranchFactory, MembershipFactory, UserFactory
from tests.factories.handovers import HandoverFactory

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "shan-gu-you-feng-2025"


@pytest.fixture
def admin():
    return UserFactory(admin=True)


@pytest.fixture
def page(client, admin):
    client.force_login(admin)
    return client


def test_user_list_shows_people_with_their_seats(page):
    branch = BranchFactory()
    person = UserFactory(secretary_of=branch)
    UserFactory()

    response = page.get(reverse("user_list"), {"branch": branch.pk, "role": "secretary"})

    rows = list(response.context["page"])
    assert [(row.pk, [seat.branch for seat in row.current_seats]) for row in rows] == [(person.pk, [branch])]


def test_user_list_needs_the_same_few_queries_for_any_length(
    page, django_assert_max_num_queries, django_assert_num_queries
):
    with django_assert_max_num_queries(12) as captured:
        page.get(reverse("user_list"))
    for _ in range(10):
        UserFactory(member_of=BranchFactory())

    with django_assert_num_queries(len(captured)):
        page.get(reverse("user_list"))


@pytest.mark.parametrize("name", ["user_list", "user_new", "working_day_list"])
def test_management_pages_are_for_administrators(client, name):
    client.force_login(UserFactory(office=True))

    assert client.get(reverse(name)).status_code == 403


def test_user_new_shows_a_password_that_works_once_and_must_be_changed(page):
    response = page.post(reverse("user_new"), {"display_name": "王同志", "username": "wang"})

    person, password = User.objects.get(username="wang"), response.context["password"]
    browser = Client()
    browser.post(reverse("login"), {"username": "wang", "password": password})
    assert person.check_password(password)
    assert browser.get(reverse("demand_list")).url == reverse("password_change")
    assert browser.get(reverse("demand_list"), headers={"HX-Request": "true"})["HX-Redirect"] == reverse(
        "password_change"
    )

    browser.post(
        reverse("password_change"),
        {"old_password": password, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD},
    )
    assert browser.get(reverse("demand_list")).status_code == 200
    person.refresh_from_db()
    assert (person.check_password(password), person.must_change_password) == (False, False)


def test_user_new_with_a_taken_name_is_refused_beside_the_field(page, admin):
    response = page.post(reverse("user_new"), {"display_name": "王同志", "username": admin.username})

    assert response.context["form"].errors == {"username": ["这个用户名已经有人用了，请换一个。"]}
    assert response.context["form"]["display_name"].value() == "王同志"


def test_user_new_with_a_taken_name_in_capitals_is_refused_too(page):
    UserFactory(username="wangwu")

    response = page.post(reverse("user_new"), {"display_name": "王五", "username": "WangWu"})

    assert response.context["form"].errors == {"username": ["这个用户名已经有人用了，请换一个。"]}


def test_database_holds_no_name_in_capitals():
    with pytest.raises(IntegrityError, match="user_name_lower_case"):
        User.objects.bulk_create([User(username="WangWu")])


def test_membership_new_of_a_seat_held_says_since_when_beside_the_organisation(page):
    branch = BranchFactory(name="城北社区党支部")
    person = UserFactory(display_name="王五")
    MembershipFactory(user=person, branch=branch, role=Role.SECRETARY, starts_on=date(2027, 3, 1))
    typed = {"role": "secretary", "branch": branch.pk, "starts_on": "2026-03-01"}

    response = page.post(reverse("membership_new", args=[person.pk]), typed)

    assert response.context["form"].errors == {
        "branch": ["王五 在城北社区党支部的支部书记任职已登记，自2027年3月1日起，不用再登记。"]
    }


def test_pages_say_why_they_are_empty_to_somebody_without_a_seat(client):
    person = UserFactory(display_name="王五")
    client.force_login(person)
    page = client.get(reverse("demand_list"))
    assertContains(page, "您的账号现在没有任职，看不到支部的内容，也不能办理。请联系县党建办的管理员登记。")

    start = timezone.localdate() + timedelta(days=40)
    seat = MembershipFactory(user=person, branch=BranchFactory(), role=Role.SECRETARY, starts_on=start)
    sentence = f"您的任职从{cn_date(start)}开始，在那之前看不到支部的内容，也不能办理。"
    assertContains(client.get(reverse("demand_list")), sentence)
    assert list(client.get(reverse("account")).context["seats"]) == [seat]

    client.force_login(UserFactory(admin=True))
    assertNotContains(client.get(reverse("demand_list")), "seatless")
    assert list(client.get(reverse("branch_detail", args=[seat.branch_id])).context["people"]) == [seat]


def test_no_password_is_written_into_the_audit_trail(page):
    password = page.post(reverse("user_new"), {"display_name": "王同志", "username": "wang"}).context[
        "password"
    ]

    entry = AuditEntry.objects.get(action="user.create")
    assert password not in f"{entry.summary}{entry.changes}"


def test_user_edit_saves(page):
    person = UserFactory()

    page.post(reverse("user_edit", args=[person.pk]), {"display_name": "李同志", "username": person.username})

    person.refresh_from_db()
    assert person.display_name == "李同志"


def test_user_edit_with_a_bad_phone_is_refused_beside_the_field(page):
    person = UserFactory()

    response = page.post(
        reverse("user_edit", args=[person.pk]),
        {"display_name": "李同志", "username": person.username, "phone": "打办公室", "email": "li@"},
    )

    assert response.context["form"].errors == {
        "phone": ["没有认出电话号码：至少要有 5 位数字，请核对，或留空。"],
        "email": ["电子邮箱要写完整，例如 name@example.com；没有请留空。"],
    }


def test_user_deactivate_refuses_the_person_on_the_next_request(page):
    person = UserFactory(secretary_of=BranchFactory())
    browser = Client()
    browser.force_login(person)
    assert browser.get(reverse("demand_list")).status_code == 200

    page.post(reverse("user_deactivate", args=[person.pk]), {"reason": "调离"})

    assert browser.get(reverse("demand_list")).status_code == 302


def test_user_deactivate_of_oneself_is_refused(page, admin):
    response = page.post(reverse("user_deactivate", args=[admin.pk]), {"reason": "试试"})

    admin.refresh_from_db()
    assert admin.is_active
    assert response.context["blockers"] == ["不能停用自己的账号，请由另一位管理员办理。"]


def test_user_activate_lets_the_person_in_again(page):
    person = UserFactory(is_active=False)

    page.post(reverse("user_activate", args=[person.pk]))

    person.refresh_from_db()
    assert person.is_active


def test_user_reset_password_ends_every_session(page):
    person = UserFactory(secretary_of=BranchFactory())
    browser = Client()
    browser.force_login(person)

    response = page.post(reverse("user_reset_password", args=[person.pk]))

    person.refresh_from_db()
    assert person.check_password(response.context["password"])
    assert browser.get(reverse("demand_list")).status_code == 302


def test_membership_new_gives_a_seat(page):
    person, branch = UserFactory(), BranchFactory()
    data = {"role": "liaison", "branch": branch.pk, "starts_on": timezone.localdate().isoformat()}

    page.post(reverse("membership_new", args=[person.pk]), data)

    assert User.objects.get(pk=person.pk).staff_branch_ids == {branch.pk}


def test_membership_end_takes_the_rights_away_after_its_last_day(page):
    seat = MembershipFactory()
    yesterday = timezone.localdate() - timedelta(days=1)

    page.post(reverse("membership_end", args=[seat.pk]), {"ends_on": yesterday.isoformat()})

    assert User.objects.get(pk=seat.user.pk).staff_branch_ids == frozenset()


def test_membership_end_before_a_seat_that_was_held_is_refused_beside_the_field(page):
    yesterday = timezone.localdate() - timedelta(days=1)
    seat = MembershipFactory(starts_on=yesterday)
    before = yesterday - timedelta(days=1)

    response = page.post(reverse("membership_end", args=[seat.pk]), {"ends_on": before.isoformat()})

    assert response.context["form"].errors == {"ends_on": ["结束日期不能早于任职开始日期。"]}


def test_membership_end_before_a_seat_to_come_takes_it_back(page):
    start = timezone.localdate() + timedelta(days=30)
    seat = MembershipFactory(starts_on=start)
    url = reverse("membership_end", args=[seat.pk])
    proposed = page.get(url).context["form"].fields["ends_on"].initial

    response = page.post(url, {"ends_on": proposed.isoformat()}, follow=True)

    assert [str(each) for each in response.context["messages"]] == ["任职登记已撤回。"]
    assert not Membership.objects.filter(pk=seat.pk).exists()
    [entry] = AuditEntry.objects.filter(action="membership.delete", target_id=seat.pk)
    assert (entry.words, entry.summary) == ("删除任职", f"登记有误，原定{cn_date(start)}开始")


def test_membership_end_takes_back_no_seat_that_is_to_be_handed_over(page):
    seat = HandoverFactory(seat__starts_on=timezone.localdate()).seat
    yesterday = timezone.localdate() - timedelta(days=1)

    response = page.post(reverse("membership_end", args=[seat.pk]), {"ends_on": yesterday.isoformat()})

    assert response.context["form"].errors == {
        "ends_on": ["这个任职办过交接，不能撤回登记，请填开始日期或以后。"]
    }


def test_membership_end_of_the_last_administrator_is_refused(page, admin):
    seat = Membership.objects.get(user=admin)

    response = page.post(
        reverse("membership_end", args=[seat.pk]), {"ends_on": timezone.localdate().isoformat()}
    )

    seat.refresh_from_db()
    assert seat.ends_on is None
    assert response.context["blockers"] == ["此后就没有管理员了，请先给另一个人管理员身份。"]


def test_administrator_who_is_to_leave_does_not_let_the_other_one_go(page, admin):
    leaving = UserFactory(admin=True)
    seats = [Membership.objects.get(user=each) for each in (leaving, admin)]
    days = [(timezone.localdate() + timedelta(days=n)).isoformat() for n in (30, 0)]

    answers = [
        page.post(reverse("membership_end", args=[seat.pk]), {"ends_on": day})
        for seat, day in zip(seats, days, strict=True)
    ]

    assert [answer.status_code for answer in answers] == [302, 200]
    assert answers[1].context["blockers"] == ["此后就没有管理员了，请先给另一个人管理员身份。"]


def test_administrator_with_two_seats_may_leave_one(page, admin):
    seat = MembershipFactory(user=admin, role=Role.ADMIN)

    answer = page.post(
        reverse("membership_end", args=[seat.pk]), {"ends_on": timezone.localdate().isoformat()}
    )

    assert answer.status_code == 302


def test_account_shows_who_i_am(client):
    branch = BranchFactory()
    client.force_login(UserFactory(secretary_of=branch))

    seats = client.get(reverse("account")).context["seats"]

    assert [(seat.branch, seat.role) for seat in seats] == [(branch, "secretary")]


def test_password_change_with_a_weak_one_is_refused_beside_the_field(client):
    person = UserFactory()
    person.set_password("qi-shi-hen-hao-1")
    person.save()
    client.force_login(person)

    response = client.post(
        reverse("password_change"),
        {"old_password": "qi-shi-hen-hao-1", "new_password1": "12345", "new_password2": "12345"},
    )

    assert list(response.context["form"].errors) == ["new_password1"]


def test_password_change_without_the_old_one_is_refused_in_our_words(client):
    client.force_login(UserFactory())
    new = {"new_password1": "hua-men-zhen-88", "new_password2": "hua-men-zhen-88"}

    response = client.post(reverse("password_change"), {"old_password": "bu-dui", **new})

    assert response.context["form"].errors == {"old_password": ["旧密码不对，请重新输入。"]}


def test_user_edit_needs_few_queries(page, django_assert_max_num_queries):
    person = UserFactory()
    MembershipFactory.create_batch(3, user=person)

    with django_assert_max_num_queries(12):
        page.get(reverse("user_edit", args=[person.pk]))
