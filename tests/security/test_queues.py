"""Who has waited for a row decides by what it says then, and nobody waits in a circle."""

from __future__ import annotations

from copy import copy
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from branches.enums import Role
from branches.models import Branch, Membership, User
from branches.services.branches import branch_create, branch_dissolve, branch_update
from branches.services.handover import seat_hand_over
from branches.services.users import membership_end, user_create, user_update
from branches.services.working_days import working_day_delete
from core.attachments.services import attachment_remove
from core.audit import entries_of
from core.models import WorkingDay
from core.wording import cn_date
from ledgers.models import Demand
from ledgers.services.demands import demand_update
from pairing.activities.services.rescheduling import closure_note, closure_remove
from pairing.activities.subjects import branch_subject
from pairing.agreements.services.signing import agreement_sign, agreement_terminate
from pairing.imports.services.intake import ledger_import
from pairing.imports.services.undo import batch_undo
from pairing.plans.enums import ClaimState
from pairing.plans.models import Agreement, Claim, Pairing, Series
from pairing.plans.services import claim_answers, claims, hall
from pairing.plans.services.pairing_ending import pairing_end
from pairing.reviews.models import Review, ReviewSeries
from pairing.reviews.services.meetings import review_record
from pairing.reviews.services.obligations import reviews_materialise
from tests.crowd import queued
from tests.factories.branches import BranchFactory, MembershipFactory, UserFactory
from tests.factories.core import AttachmentFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory
from tests.factories.plans import AgreementFactory, ClaimFactory, PairingFactory
from tests.imports.test_branches import branch as branch_row
from tests.imports.test_ledgers import demand as demand_row
from tests.imports.test_pairings import agreement as agreement_row
from tests.imports.test_undo import taken_in
from tests.imports.workbooks import TERMS, book
from tests.security.clicks import audited

pytestmark = pytest.mark.django_db(transaction=True)


def held(row: Any) -> Any:
    """What keeps a row until the transaction ends."""
    return lambda: type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)


def accept(claim: Claim) -> Any:
    actor, now = UserFactory(secretary_of=claim.awaiting), timezone.now()
    return lambda: claim_answers.claim_accept(claim=claim, actor=actor, now=now)


def end(pairing: Any) -> Any:
    actor, now = UserFactory(admin=True), timezone.now()
    return lambda: pairing_end(pairing=pairing, reason="到期", summary="办成三件事", actor=actor, now=now)


def test_a_pairing_does_not_end_over_an_order_that_is_just_drafted():
    claim = ClaimFactory()
    accepted, refused = queued(held(claim), accept(claim), end(claim.pairing))
    claim.pairing.refresh_from_db()
    assert accepted.state == ClaimState.ACCEPTED
    assert str(refused) == "还有 1 张定单没有办完，请先验收或取消这些定单，再结束结对。"
    assert claim.pairing.state == "active"


def test_a_pairing_that_ends_and_a_partner_of_its_joint_claim_do_not_lock_each_other_out():
    branch, series = BranchFactory(), Series.objects.create(title="联合办理")
    pairs = [PairingFactory(branch_b=branch) for _ in range(2)]
    demand = DemandFactory(branch=branch, state="claimed")
    parts = [
        ClaimFactory(pairing=pair, demand=demand, series=series, proposed_by=branch, awaiting=pair.branch_a)
        for pair in pairs
    ]
    agreed, ended = queued(held(parts[0]), accept(parts[0]), end(pairs[1]))
    assert (agreed.state, ended.state) == (ClaimState.AGREED, "ended")
    assert {part.state for part in Claim.objects.all()} == {ClaimState.EXPIRED}


def test_a_branch_dissolved_while_a_seat_of_it_moves_does_not_lock_both_out():
    seat, admin = MembershipFactory(role=Role.LIAISON), UserFactory(admin=True)
    successor, today = UserFactory(), timezone.localdate()
    moved, dissolved = queued(
        held(seat),
        lambda: seat_hand_over(seat=seat, successor=successor, on=today, actor=admin),
        lambda: branch_dissolve(branch=seat.branch, actor=admin, today=today, reason="撤并"),
    )
    assert (moved.user, dissolved.dissolved_on) == (successor, today)
    assert not Membership.objects.filter(branch=seat.branch, ends_on=None).exists()


def test_a_branch_dissolved_while_a_seat_of_it_ends_does_not_lock_both_out():
    seat, today = MembershipFactory(role=Role.LIAISON), timezone.localdate()
    admin = UserFactory(admin=True)  # whose seat comes after it
    ended, dissolved = queued(
        held(admin.memberships.get()),
        lambda: membership_end(seat=seat, ends_on=today, actor=admin, today=today),
        lambda: branch_dissolve(branch=seat.branch, actor=admin, today=today, reason="撤并"),
    )
    assert (ended.ends_on, dissolved.dissolved_on) == (today, today)


def test_a_seat_taken_back_twice_at_once_says_so():
    tomorrow, today = timezone.localdate() + timedelta(days=1), timezone.localdate()
    seat, admin = MembershipFactory(role=Role.LIAISON, starts_on=tomorrow), UserFactory(admin=True)
    take_back = partial(membership_end, seat=seat, ends_on=today, actor=admin, today=today)
    gone, refused = queued(held(seat), take_back, take_back)
    assert gone.pk == seat.pk
    assert str(refused) == "这个任职的登记已经撤回，不用再结束。请刷新页面。"


def test_a_user_name_that_was_just_taken_is_refused_beside_its_field():
    admin, other = UserFactory(admin=True), UserFactory()
    taken = partial(user_create, actor=admin, username="newcomer", display_name="甲", password="k3vd-9xqh")
    for call in (taken, partial(user_update, user=other, actor=admin, username="newcomer")):
        User.objects.filter(username="newcomer").delete()
        (refused,) = queued(taken, call)
        assert list(refused.message_dict) == ["username"]


def test_what_is_taken_away_twice_at_once_is_on_record_once():
    admin, demand = UserFactory(admin=True), DemandFactory()
    closure = closure_note(
        subject=branch_subject(demand.branch),
        first_day=timezone.localdate(),
        last_day=timezone.localdate(),
        reason="停电",
        actor=admin,
        now=timezone.now(),
    )
    attachment = AttachmentFactory(target=demand)
    holiday = WorkingDay.objects.create(day="2031-03-03", is_working=False, name="放假")
    for row, action, take_away in (
        (attachment, "demand.detach", lambda row: attachment_remove(attachment=row, actor=admin)),
        (closure, "closure.remove", lambda row: closure_remove(closure=row, actor=admin)),
        (holiday, "working_day.delete", lambda row: working_day_delete(row=row, actor=admin)),
    ):
        _, refused = queued(held(row), *(partial(take_away, copy(row)) for _ in range(2)))
        assert str(refused).endswith("请刷新页面。")
        assert audited(action) == 1


def test_no_branch_comes_below_one_that_is_just_dissolved():
    superior, admin = BranchFactory(name="甲总支"), UserFactory(admin=True)
    dissolved, refused = queued(
        held(superior),
        lambda: branch_dissolve(branch=superior, actor=admin, today=timezone.localdate(), reason="撤并"),
        lambda: branch_create(actor=admin, name="乙支部", kind="village", parent=superior),
    )
    assert dissolved.dissolved_on == timezone.localdate()
    assert str(refused) == "甲总支已撤销，不能再当上级，请换一个。"


def test_an_agreement_terminated_while_its_renewal_is_signed_stays_terminated():
    before, now = AgreementFactory(), timezone.now()
    admin, signer = UserFactory(admin=True), UserFactory(secretary_of=before.pairing.branch_b)
    renewal = AgreementFactory(pairing=before.pairing, to_sign=True, renews=before)
    Agreement.objects.filter(pk=renewal.pk).update(signed_on_a=timezone.localdate(now))
    ended, signed = queued(
        held(before),
        lambda: agreement_terminate(agreement=before, summary="双方商定终止", actor=admin, now=now),
        lambda: agreement_sign(
            agreement=renewal, version=1, signed_on=timezone.localdate(now), actor=signer, now=now
        ),
    )
    before.refresh_from_db()
    assert (ended.state, before.state, before.end_summary) == ("terminated", "terminated", "双方商定终止")
    assert (signed.state, signed.renews) == ("in_force", None)


def test_an_agreement_signed_while_a_workbook_brings_the_same_does_not_lock_both_out():
    pair = PairingFactory(branch_a__name="甲支部", branch_b__name="乙支部")
    paper, now = AgreementFactory(pairing=pair, to_sign=True, number="1号"), timezone.now()
    Agreement.objects.filter(pk=paper.pk).update(signed_on_a=timezone.localdate(now))
    signer = UserFactory(secretary_of=pair.branch_b)
    sheet = book("pairings", agreement_row("1号"))
    taken, refused = queued(
        held(paper),
        lambda: ledger_import(kind="pairings", file_name="协议.xlsx", content=sheet, actor=None, terms=TERMS),
        lambda: agreement_sign(
            agreement=paper, version=1, signed_on=timezone.localdate(now), actor=signer, now=now
        ),
    )
    assert (taken.errors, taken.changed) == ([], 1)
    assert str(refused) == "这份协议已经是“生效”，这一步办过了，不必再办。"


def test_an_edit_made_while_its_import_is_taken_back_is_not_lost():
    branch, office, now = BranchFactory(name="甲支部"), UserFactory(office=True), timezone.now()
    editor = UserFactory(liaison_of=branch)
    taken_in("demands", book("demands", demand_row(1, 需求内容="路灯不亮")))
    batch = taken_in("demands", book("demands", demand_row(1, 需求内容="路灯全不亮")))
    demand = Demand.objects.get()
    edited, refused = queued(
        held(demand),
        lambda: demand_update(demand=demand, actor=editor, now=now, note="后来补的"),
        lambda: batch_undo(batch=batch, actor=office, now=now),
    )
    assert edited.note == "后来补的"
    assert str(refused) == "需求“路灯全不亮”在导入以后又改过，不能整份撤销，请逐条改正。"
    assert list(Demand.objects.values_list("title", "note")) == [("路灯全不亮", "后来补的")]


def test_a_branch_edited_while_an_import_of_its_superior_is_taken_back_does_not_lock_both_out():
    office, admin = UserFactory(office=True), UserFactory(admin=True)
    taken_in("branches", book("branches", branch_row("甲支部"), branch_row("乙支部", "丙党委")))
    sheet = book("branches", branch_row("甲支部", 书记="张同志"), branch_row("乙支部", "甲支部"))
    batch = taken_in("branches", sheet)
    first, second = (Branch.objects.get(name=name) for name in ("甲支部", "乙支部"))
    undone, edited = queued(
        held(second),
        lambda: batch_undo(batch=batch, actor=office, now=timezone.now()),
        lambda: branch_update(branch=first, actor=admin, phone="0738-6821234"),
    )
    first.refresh_from_db()
    second.refresh_from_db()
    assert (undone.undone_by, edited.phone) == (office, "0738-6821234")
    assert (first.secretary_name, first.phone, second.parent.name) == ("", "0738-6821234", "丙党委")


def test_two_ticks_announce_a_demand_once_and_none_that_was_claimed_meanwhile():
    today, now = timezone.localdate(), timezone.now()
    demand, resource = DemandFactory(hall_on=today), ResourceFactory()
    opened = queued(held(demand), lambda: hall.hall_open(now=now), lambda: hall.hall_open(now=now))
    assert opened == [1, 0]
    assert entries_of(demand).filter(action="demand.hall").count() == 1
    pair = PairingFactory(branch_a=resource.branch)
    other, actor = DemandFactory(branch=pair.branch_b, hall_on=today), UserFactory(liaison_of=resource.branch)
    claimed, opened = queued(
        held(other),
        lambda: claims.claim_propose(
            demand=other, resource=resource, by_branch=resource.branch, proposer=actor, now=now
        ),
        lambda: hall.hall_open(now=now),
    )
    assert (claimed.state, opened) == (ClaimState.PROPOSED, 0)
    assert not entries_of(other).filter(action="demand.hall").exists()


def test_a_branch_that_is_just_dissolved_offers_no_support():
    demand, resource = DemandFactory(hall_on=timezone.localdate()), ResourceFactory()
    helper, admin = UserFactory(liaison_of=resource.branch), UserFactory(admin=True)
    today = timezone.localdate()
    [refused] = queued(
        lambda: branch_dissolve(branch=resource.branch, actor=admin, today=today, reason="撤并"),
        lambda: claims.claim_propose(
            demand=demand, resource=resource, by_branch=resource.branch, proposer=helper, now=timezone.now()
        ),
    )
    assert str(refused) == f"{resource.branch}已在{cn_date(today)}撤销，请换一项资源。"
    assert not Pairing.objects.exists()


def test_a_claim_countered_at_the_last_minute_does_not_lapse():
    claim = ClaimFactory(expires_on=timezone.localdate())
    actor, now = UserFactory(secretary_of=claim.awaiting), timezone.now()
    tomorrow = now + timedelta(days=1)
    countered, _ = queued(
        held(claim),
        lambda: claims.claim_counter(claim=claim, actor=actor, now=now, visit_count=2, wanted_on=None),
        lambda: claim_answers.claims_expire(now=tomorrow),
    )
    claim.refresh_from_db()
    assert (countered.state, claim.state) == (ClaimState.COUNTERED, ClaimState.COUNTERED)


def test_a_meeting_recorded_while_its_term_is_cut_short_stays_on_record():
    agreement, today = AgreementFactory(), timezone.localdate()
    reviews_materialise(today=today)
    review = Review.objects.filter(series__kind="communication", due_on__lt=today).latest("due_on")
    ReviewSeries.objects.update(ends_on=review.period_starts_on)
    Agreement.objects.update(ends_on=review.period_starts_on)
    actor, now = UserFactory(secretary_of=agreement.pairing.branch_a), timezone.now()
    queued(
        held(review),
        lambda: review_record(
            reviews=[review],
            actor=actor,
            now=now,
            held_on=review.due_on,
            held_by="call",
            minutes="商定三件事",
        ),
        lambda: reviews_materialise(today=today),
    )
    assert Review.objects.get(pk=review.pk).minutes == "商定三件事"
