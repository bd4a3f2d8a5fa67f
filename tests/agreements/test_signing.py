"""An agreement from draft over both signatures to renewal and end, and every refusal in a sentence."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.errors import DomainError, StaleVersionError
from core.models import AuditEntry, Notification
from core.wording import cn_date
from pairing.agreements.enums import ClauseKind, ClausePeriod
from pairing.agreements.services import drafting, signing
from pairing.agreements.services.drafting import ClauseTerms
from pairing.plans.enums import AgreementState, Line
from pairing.plans.models import Agreement, OnBehalf
from tests.factories.agreements import AgreementClauseFactory
from tests.factories.branches import UserFactory
from tests.factories.plans import AgreementFactory, PairingFactory, scan

pytestmark = pytest.mark.django_db
COUNTED = ClauseTerms(
    Line.ORGANISATION, "定期走访", kind=ClauseKind.VISIT, target=1, period=ClausePeriod.MONTH
)
WORDS = ClauseTerms(Line.WORK, "联合处置投诉")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def pair():
    return PairingFactory()


@pytest.fixture
def secretaries(pair):
    return [UserFactory(secretary_of=branch) for branch in (pair.branch_a, pair.branch_b)]


def today(days=0):
    return timezone.localdate() + timedelta(days=days)


def draft(pairing, actor, **terms):
    values = {"number": "2026-共建-01", "starts_on": today(), "ends_on": today(700), "aims": "共建"}
    return drafting.agreement_draft(
        pairing=pairing, clauses=[COUNTED, WORDS], actor=actor, now=timezone.now(), **values | terms
    )


def edit(agreement, actor, version, **terms):
    names = ("number", "starts_on", "ends_on")
    values = {name: getattr(agreement, name) for name in names} | terms
    return drafting.agreement_edit(
        agreement=agreement, version=version, clauses=[WORDS], actor=actor, now=timezone.now(), **values
    )


def send(agreement, actor):
    return signing.agreement_send(
        agreement=agreement, version=agreement.version, actor=actor, now=timezone.now()
    )


def sign(agreement, actor, day=None, version=None):
    return signing.agreement_sign(
        agreement=agreement,
        version=version or agreement.version,
        signed_on=day or today(),
        actor=actor,
        now=timezone.now(),
    )


def refusal(call, *args, **options):
    with pytest.raises(DomainError) as error:
        call(*args, **options)
    return error.value.message


def test_agreement_is_drafted_edited_signed_by_both_and_renews_the_one_before(pair, secretaries):
    first, second = secretaries
    old = AgreementFactory(pairing=pair, starts_on=today(-700), ends_on=today(20))
    new = draft(pair, first, starts_on=today(21), number="2026-共建-02")
    assert (new.state, new.version, new.renews) == (AgreementState.DRAFT, 1, old)
    new = edit(new, second, 1, aims="共建共治", ends_on=today(800), starts_on=today(21))
    assert [(c.version, c.words) for c in new.clauses.all()] == [
        (1, "定期走访"),
        (1, "联合处置投诉"),
        (2, "联合处置投诉"),
    ]
    assert [c.words for c in new.clauses.current()] == ["联合处置投诉"]
    with pytest.raises(StaleVersionError):
        edit(new, first, 1)
    new = sign(send(new, first), first, day=today(-1))
    assert (new.state, new.signed_on_a, new.signed_on_b) == (AgreementState.TO_SIGN, today(-1), None)
    with pytest.raises(StaleVersionError):
        sign(new, second, version=1)
    new = sign(new, second)
    for row in (old, pair):
        row.refresh_from_db()
    assert (new.state, new.signed_on, new.renews) == (AgreementState.IN_FORCE, today(), old)
    assert (old.state, pair.ends_on, pair.aims) == (AgreementState.RENEWED, today(800), "共建共治")
    told = Notification.objects.filter(recipient=first).values_list("subject", flat=True)
    assert list(told.order_by("pk")) == [
        "2026-共建-02 共建协议改为第 2 版，请核对",
        f"共建协议 2026-共建-02 双方已签，{cn_date(today(21))}起执行",
    ]


def test_edit_of_a_sent_agreement_voids_the_signature(pair, secretaries):
    first, second = secretaries
    agreement = sign(send(draft(pair, first), first), first)
    agreement = edit(agreement, second, 1)
    assert (agreement.state, agreement.version, agreement.signed_on_a) == (AgreementState.DRAFT, 2, None)


def test_agreement_is_signed_on_behalf_and_marked(pair, secretaries):
    first, office = secretaries[0], UserFactory(office=True)
    agreement = sign(send(draft(pair, first), first), first)
    terms = {
        "agreement": agreement,
        "version": 1,
        "signed_on": today(),
        "reason": "对方还没有账号",
        "now": timezone.now(),
    }
    on_behalf = signing.agreement_sign_on_behalf
    words = refusal(on_behalf, branch=pair.branch_a, actor=office, scan=scan(), **terms)
    assert words == f"{pair.branch_a}不是这份协议的签约方，或者已经签过第 1 版。"
    words = refusal(on_behalf, branch=pair.branch_b, actor=secretaries[1], scan=scan(), **terms)
    assert words == "只有县党建办能代支部确认。"
    agreement = on_behalf(branch=pair.branch_b, actor=office, scan=scan(), **terms)
    assert agreement.state == AgreementState.IN_FORCE
    row = OnBehalf.objects.get()
    assert (row.agreement, row.branch, row.version) == (agreement, pair.branch_b, 1)
    entry = AuditEntry.objects.filter(action="agreement.sign").latest("pk")
    assert entry.summary.startswith(f"县党建办代{pair.branch_b}签订第 1 版")


def test_steps_of_an_agreement_are_refused_in_sentences(pair, secretaries):
    first, second = secretaries
    liaison, stranger = (
        UserFactory(liaison_of=pair.branch_a),
        UserFactory(secretary_of=PairingFactory().branch_a),
    )
    not_staff = "只有结对双方的书记、联络员或县党建办能起草和修改协议。"
    assert refusal(draft, pair, stranger) == not_staff
    assert refusal(draft, pair, first, ends_on=today(-1)) == "结束日期不能早于开始日期。"
    agreement = draft(pair, liaison)
    assert refusal(draft, pair, first, number="2").startswith("已有一份协议 2026-共建-01（草稿）")
    assert refusal(edit, agreement, stranger, 1) == not_staff
    assert refusal(sign, agreement, first).startswith("这份协议现在是“草稿”，不能改为“生效”")
    send(agreement, liaison)
    assert refusal(sign, agreement, liaison).startswith("签订协议要由结对双方的支部书记操作")
    assert refusal(sign, agreement, first, day=today(1)) == "签约日期不能晚于今天；签了字再来登记。"
    sign(agreement, first)
    assert refusal(sign, agreement, first) == "本支部已经签过这一版，正在等对方签订。"
    sign(agreement, second)
    assert refusal(edit, agreement, first, 1).startswith("协议现在是“生效”，双方签过的内容不能再改")
    words = refusal(draft, pair, first, number="3", starts_on=today(700))
    assert words.startswith("与协议 2026-共建-01 的期限（至")
    other = AgreementFactory(draft=True).pairing
    staff = UserFactory(secretary_of=other.branch_a)
    mine = other.agreements.get()
    assert (
        refusal(edit, mine, staff, 1, number="2026-共建-01")
        == "协议编号 2026-共建-01 已被使用，请换一个编号。"
    )
    assert refusal(send, mine, staff) == "协议还没有条款，请先修改协议，至少写一条。"


def test_agreement_terminate_needs_a_summary_and_an_administrator_once_in_force(pair, secretaries):
    admin = UserFactory(admin=True)

    def end(agreement, actor, summary="执行完毕"):
        return signing.agreement_terminate(
            agreement=agreement, summary=summary, actor=actor, now=timezone.now()
        )

    agreement = AgreementFactory(pairing=pair)
    assert (
        refusal(end, agreement, secretaries[0]) == "生效的协议由系统管理员终止，请联系县党建办的系统管理员。"
    )
    assert refusal(end, agreement, admin, " ") == "请写明终止的原因和协议执行情况，几句话即可。"
    ended = end(agreement, admin)
    assert (ended.state, ended.end_summary) == (AgreementState.TERMINATED, "执行完毕")
    pair.refresh_from_db()
    assert pair.is_active
    assert end(draft(pair, secretaries[0]), secretaries[1]).state == AgreementState.TERMINATED


def test_clauses_are_added_once_to_a_paper_signed_before(pair, secretaries):
    agreement = AgreementFactory(pairing=pair)
    add = drafting.agreement_clauses_add
    terms = {"agreement": agreement, "actor": secretaries[0], "now": timezone.now()}
    assert refusal(add, clauses=[], **terms) == "协议要有 1 到 30 条条款，现在是 0 条。"
    add(clauses=[COUNTED], **terms)
    assert refusal(add, clauses=[COUNTED], **terms) == "这份协议已有条款，签过的内容不能再改。"
    assert [clause.promise for clause in agreement.clauses.current()] == ["走访每月不少于 1 次"]


def test_standing_computes_what_the_dates_say():
    agreement = Agreement(state=AgreementState.IN_FORCE, starts_on=today(-100), ends_on=today(60))
    assert [agreement.standing(today(days))[1] for days in (-101, -100, -1, 0, 60, 61)] == [
        "已签待执行",
        "生效",
        "生效",
        "即将到期",
        "即将到期",
        "已到期",
    ]
    assert (
        AgreementClauseFactory.build(agreement=agreement, counting="order").promise
        == "办成定单每季不少于 1 件"
    )
