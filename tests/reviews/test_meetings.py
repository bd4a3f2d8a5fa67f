"""Recording a review by hand, and finishing its decisions."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from core.errors import DomainError, TransitionError
from core.models import AuditEntry, Notification
from pairing.reviews.enums import HeldBy, ReviewKind, ReviewState
from pairing.reviews.models import ActionItem
from pairing.reviews.services.meetings import Decision, action_item_done, review_record
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.plans import PairingFactory
from tests.factories.reviews import ActionItemFactory, ReviewFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 25, 15, tzinfo=ZoneInfo("Asia/Shanghai"))


def review(kind=ReviewKind.COMMUNICATION, pairing=None):
    return ReviewFactory(
        series__kind=kind, series__pairing=pairing or PairingFactory(), due_on=date(2026, 3, 31)
    )


def record(*reviews, **changes):
    arguments = {
        "actor": UserFactory(),
        "now": NOW,
        "held_on": date(2026, 3, 24),
        "held_by": HeldBy.MEETING,
        "minutes": "商定四月安排。",
    }
    return review_record(reviews=reviews, **arguments | changes)


def test_review_record_in_time_is_held():
    due = review()
    [held] = record(due)
    assert (held.state, held.held_on, held.minutes) == (
        ReviewState.HELD,
        date(2026, 3, 24),
        "商定四月安排。",
    )
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target_id, entry.summary) == (
        "review.record",
        due.pk,
        "2026年3月24日会议，已召开",
    )


def test_review_record_puts_its_decisions_on_record_with_their_author():
    due, author = review(), UserFactory()
    decision = Decision("落实四月宣讲", due.series.pairing.branch_a, date(2026, 4, 10))
    record(due, actor=author, action_items=[decision])
    event = ActionItem.objects.get().events.get()
    assert (event.pgh_context.metadata["actor"], event.pgh_context.metadata["action"]) == (
        author.pk,
        "review.record",
    )
    assert AuditEntry.objects.get().summary == "2026年3月24日会议，已召开，议定督办事项 1 项"


def test_review_record_after_the_due_date_is_held_late():
    due = review()
    april = datetime(2026, 4, 8, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    [held] = record(due, now=april, held_on=date(2026, 4, 7))
    assert held.state == ReviewState.HELD_LATE


def test_review_record_serves_several_kinds_and_pairs():
    talk, dispatch, elsewhere = review(), review(ReviewKind.DISPATCH), review()
    owner = elsewhere.series.pairing.branch_b
    decision = Decision("补齐台账", owner, date(2026, 4, 10), "李同志")
    held = record(talk, dispatch, elsewhere, action_items=[decision])
    assert [each.state for each in held] == [ReviewState.HELD] * 3
    item = ActionItem.objects.get()
    assert (item.review, item.owner, item.due_on) == (elsewhere, owner, date(2026, 4, 10))


def test_review_record_tells_the_staff_of_both_branches_but_not_the_writer():
    due = review()
    writer = UserFactory(secretary_of=due.series.pairing.branch_a)
    partner = UserFactory(liaison_of=due.series.pairing.branch_b)
    record(due, actor=writer)
    notice = Notification.objects.get()
    assert (notice.recipient, notice.url) == (partner, f"/reviews/{due.pk}/")


@pytest.mark.parametrize("way", [HeldBy.CALL, HeldBy.VISIT])
def test_call_or_visit_counts_as_communication_only(way):
    [held] = record(review(), held_by=way)
    assert held.held_by == way
    due = review(ReviewKind.DISPATCH)
    with pytest.raises(DomainError) as refusal:
        record(due, held_by=way)
    assert refusal.value.message == (
        f"{way.label}只能算作沟通，不能算作{due.series.pairing} 2026年3月调度；"
        "请把方式改为“会议”，或只记录沟通。"
    )
    assert refusal.value.field == "held_by"


def test_review_record_in_the_future_is_refused():
    with pytest.raises(DomainError, match="召开日期不能晚于今天"):
        record(review(), held_on=date(2026, 3, 26))


def test_review_record_before_the_period_is_refused():
    with pytest.raises(DomainError, match="早于这一期"):
        record(review(), held_on=date(2026, 2, 28))


def test_review_record_twice_is_refused():
    due = review()
    record(due)
    with pytest.raises(TransitionError):
        record(due)


def test_review_record_with_a_decision_of_a_stranger_writes_nothing():
    due = review()
    with pytest.raises(DomainError, match="不在这次会议的结对双方之中"):
        record(due, action_items=[Decision("补齐台账", BranchFactory(), date(2026, 4, 1))])
    due.refresh_from_db()
    assert due.state == ReviewState.DUE


def test_review_record_with_a_decision_due_before_the_meeting_is_refused():
    due = review()
    with pytest.raises(DomainError, match="早于召开日期"):
        record(due, action_items=[Decision("补", due.series.pairing.branch_a, date(2026, 3, 1))])


def test_review_record_of_nothing_is_refused():
    with pytest.raises(DomainError, match="至少选择一次"):
        record()


def test_action_item_done_keeps_the_first_day():
    item, actor = ActionItemFactory(), UserFactory()
    action_item_done(item=item, actor=actor, today=date(2026, 4, 1))
    item = action_item_done(item=item, actor=actor, today=date(2026, 4, 2))
    assert item.done_on == date(2026, 4, 1)
    assert AuditEntry.objects.filter(action="action_item.done").count() == 1
