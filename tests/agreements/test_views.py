"""Pages of agreements: written from the template, signed, kept; the same queries at any size."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.wording import cn_date
from pairing.activities.dictionary import seed_dictionary
from pairing.plans.enums import AgreementState
from pairing.plans.models import Agreement
from tests.factories.agreements import AgreementClauseFactory
from tests.factories.branches import UserFactory
from tests.factories.plans import AgreementFactory, PairingFactory, scan

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def log_in(client, **seat):
    user = UserFactory(**seat)
    client.force_login(user)
    return user


def typed(page):
    """What a browser would send of a form that was only looked at."""
    forms = page.context["forms"]
    parts = [*(forms.form or []), *[field for row in forms.clauses for field in row]]
    data = {field.html_name: field.value() for field in parts if field.value() is not None}
    return data | {
        "clauses-TOTAL_FORMS": len(forms.clauses.forms),
        "clauses-INITIAL_FORMS": 0,
    }


def test_agreement_is_written_from_the_template_sent_and_signed(client):
    seed_dictionary()
    pairing = PairingFactory()
    log_in(client, secretary_of=pairing.branch_a)
    url = reverse("agreement_new", args=[pairing.pk])
    data = typed(client.get(url))
    refused = client.post(url, data | {"clauses-3-target": ""})
    assert (refused.status_code, refused.context["forms"].clauses[3].errors) == (
        422,
        {"target": ["选了计数内容，请写明次数和周期。"]},
    )
    summary = '<a href="#id_clauses-3-target">第 4 条，不少于：选了计数内容，请写明次数和周期。</a>'
    assert summary in refused.content.decode()
    assert client.post(url, data | {"number": "2026-共建-01", "clauses-0-words": ""}).status_code == 422
    answer = client.post(url, data | {"number": "2026-共建-01"})
    agreement = Agreement.objects.get()
    assert answer.headers["Location"] == agreement.get_absolute_url()
    assert [clause.promise for clause in agreement.clauses.current()] == [
        "沟通每月不少于 1 次",
        "调度每季不少于 1 次",
        "研讨每年不少于 1 次",
        "主题党日每季不少于 2 次",
        "联合志愿服务每季不少于 1 次",
        "跟班学习每年不少于 1 次",
        "办成定单每季不少于 1 件",
    ]
    assert agreement.principles.startswith("坚持党建引领")
    client.post(reverse("agreement_send", args=[agreement.pk]), {"version": 1})
    sign = {"version": 1, "signed_on": timezone.localdate().isoformat()}
    client.post(reverse("agreement_sign", args=[agreement.pk]), sign)
    log_in(client, secretary_of=pairing.branch_b)
    client.post(reverse("agreement_sign", args=[agreement.pk]), sign)
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.IN_FORCE
    client.post(reverse("attachment_add", args=["agreement", agreement.pk]), {"file": scan("协议.pdf")})
    (paper,) = agreement.files.all()
    assert (paper.name, client.get(reverse("attachment_file", args=[paper.pk])).content) == (
        "协议.pdf",
        scan().read(),
    )
    archive = client.get(reverse("pairing_detail", args=[pairing.pk]), {"tab": "archive"})
    assert archive.content.decode().count(f'href="{agreement.get_absolute_url()}#attachments"') == 1
    word = client.get(reverse("agreement_word", args=[agreement.pk]))
    assert word.headers["Content-Type"].endswith("wordprocessingml.document")


def test_renewal_starts_the_day_after_and_carries_text_and_clauses_over(client):
    ends_on = timezone.localdate() + timedelta(days=20)
    old = AgreementFactory(ends_on=ends_on, mechanism="逢五沟通")
    AgreementClauseFactory(agreement=old, counting="visit")
    log_in(client, liaison_of=old.pairing.branch_b)
    page = client.get(reverse("agreement_new", args=[old.pairing_id]))
    data = typed(page)
    assert (page.context["title"], data["starts_on"], data["mechanism"]) == (
        "续签协议",
        ends_on + timedelta(days=1),
        "逢五沟通",
    )
    assert (data["clauses-0-counts"], data["clauses-0-target"]) == ("visit", 1)


def test_term_that_ends_before_it_starts_is_refused_beside_its_end(client):
    pairing = PairingFactory()
    log_in(client, secretary_of=pairing.branch_a)
    url = reverse("agreement_new", args=[pairing.pk])
    days = {"number": "2026-共建-01", "starts_on": "2026-05-01", "ends_on": "2026-04-30"}
    refused = client.post(url, typed(client.get(url)) | days)
    assert (refused.status_code, refused.context["forms"].form.errors) == (
        422,
        {"ends_on": ["结束日期不能早于开始日期。"]},
    )


def test_term_to_the_end_of_time_is_refused(client):
    """No day comes after 9999-12-31, which the form of its renewal would have to begin with."""
    pairing = PairingFactory()
    log_in(client, secretary_of=pairing.branch_a)
    url = reverse("agreement_new", args=[pairing.pk])
    days = {"number": "2026-共建-01", "starts_on": "2026-05-01", "ends_on": "9999-12-31"}
    refused = client.post(url, typed(client.get(url)) | days)
    assert (refused.status_code, refused.context["forms"].form.errors) == (
        422,
        {"ends_on": ["年份 9999 不合理，请写成 2026-03-01 这样。"]},
    )


def test_renewal_signed_early_says_from_when_it_counts(client):
    starts_on = timezone.localdate() + timedelta(days=21)
    old = AgreementFactory(ends_on=starts_on - timedelta(days=1), state=AgreementState.RENEWED)
    new = AgreementFactory(
        pairing=old.pairing, renews=old, starts_on=starts_on, signed_on=timezone.localdate()
    )
    log_in(client, liaison_of=old.pairing.branch_b)
    page = client.get(new.get_absolute_url()).content.decode()
    assert f"双方都已签订，{cn_date(starts_on)}起执行，在此之前仍按原协议办。" in page


def test_stale_edit_is_refused_and_keeps_what_was_typed(client):
    agreement = AgreementFactory(draft=True)
    AgreementClauseFactory(agreement=agreement)
    log_in(client, secretary_of=agreement.pairing.branch_a)
    url = reverse("agreement_edit", args=[agreement.pk])
    data = typed(client.get(url))
    assert client.post(url, data).status_code == 302
    answer = client.post(url, data | {"aims": "我的修改"})
    assert answer.status_code == 409
    assert answer.context["refusal"].startswith("您看的是第 1 版，现在已是第 2 版。")
    assert answer.context["forms"].form["aims"].value() == "我的修改"


@pytest.mark.parametrize("count", ["0", "9" * 25, "-1", "一"])
def test_clauses_of_a_form_without_rows_are_refused_in_a_sentence(client, count):
    agreement = AgreementFactory()
    log_in(client, secretary_of=agreement.pairing.branch_a)
    url = reverse("agreement_clauses", args=[agreement.pk])
    answer = client.post(url, {"clauses-TOTAL_FORMS": count, "clauses-INITIAL_FORMS": "0"})
    forms = answer.context["forms"]
    sentences = [*forms.main.non_field_errors(), *forms.clauses.non_form_errors()]
    assert (answer.status_code, len(sentences)) == (422, 1)
    assert sentences[0] in answer.content.decode()


@pytest.mark.parametrize(("name", "queries"), [("agreement_detail", 10), ("agreement_edit", 8)])
def test_pages_ask_the_same_queries_at_any_size(client, django_assert_num_queries, name, queries):
    agreement = AgreementFactory(draft=name == "agreement_edit")
    log_in(client, secretary_of=agreement.pairing.branch_a)
    AgreementClauseFactory(agreement=agreement, counting="visit")
    url = reverse(name, args=[agreement.pk])
    client.get(url)  # what a process asks once, the content type of files, is not counted
    with django_assert_num_queries(queries):
        assert client.get(url).status_code == 200
    for counting in ("activity", "order", "dispatch"):
        AgreementClauseFactory(agreement=agreement, counting=counting)
    with django_assert_num_queries(queries):
        assert client.get(url).status_code == 200
