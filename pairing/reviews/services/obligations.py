"""Keep the reviews of every pairing complete: owed ones exist, held meetings count, nothing else stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from core import audit
from core.periods import day_starts, period_of
from pairing.activities.models import Activity
from pairing.plans.enums import AgreementState, PairingState
from pairing.plans.models import Agreement
from pairing.reviews.cadence import horizon, is_owed, last_day, obligations
from pairing.reviews.enums import (
    MEETING_KIND,
    PERIOD_UNIT,
    RHYTHM_LABEL,
    HeldBy,
    ReviewKind,
    ReviewState,
)
from pairing.reviews.models import Review, ReviewSeries


@transaction.atomic
def reviews_materialise(*, today: date) -> int:
    """Create every review that active pairings owe, to the end of the period after today's.

    Looks at all periods from the start of each term, so that a tick after any downtime makes up for it.
    Two runs at once are safe: rows go in with ON CONFLICT DO NOTHING on the series and its period.

    Returns:
        The number of reviews that were missing.
    """
    with audit.history("review.materialise"):
        series = _series()
        existing = set(
            Review.objects.filter(series__in=series).order_by().values_list("series", "period_key")
        )
        missing = [
            review for review in _owed(series, today) if (review.series_id, review.period_key) not in existing
        ]
        Review.objects.bulk_create(missing, ignore_conflicts=True)
        _follow_changed_terms()
    return len(missing)


def _series() -> list[ReviewSeries]:
    """The three series of every active pairing with an agreement in force, over that agreement's term."""
    agreements = list(
        Agreement.objects.filter(state=AgreementState.IN_FORCE, pairing__state=PairingState.ACTIVE).order_by(
            "pairing"
        )
    )
    ReviewSeries.objects.bulk_create(
        [
            ReviewSeries(
                pairing_id=agreement.pairing_id,
                kind=kind,
                starts_on=agreement.starts_on,
                ends_on=agreement.ends_on,
            )
            for agreement in agreements
            for kind in ReviewKind
        ],
        ignore_conflicts=True,
    )
    terms = {agreement.pairing_id: agreement for agreement in agreements}
    series = list(ReviewSeries.objects.filter(pairing__in=terms).order_by("pk"))
    _renew(series, terms)
    return series


def _renew(series: list[ReviewSeries], terms: dict[int, Agreement]) -> None:
    """Carry a renewed agreement over: the end moves, the beginning stays where the first agreement put it."""
    changed = []
    for each in series:
        agreement = terms[each.pairing_id]
        term = (min(each.starts_on, agreement.starts_on), agreement.ends_on)
        if (each.starts_on, each.ends_on) != term:
            each.starts_on, each.ends_on = term
            changed.append(each)
    ReviewSeries.objects.bulk_update(changed, ["starts_on", "ends_on"])


def _owed(series: Iterable[ReviewSeries], today: date) -> Iterator[Review]:
    for each in series:
        unit = PERIOD_UNIT[ReviewKind(each.kind)]
        for duty in obligations(unit, each.starts_on, each.ends_on, horizon(unit, today)):
            yield Review(
                series=each,
                period_key=duty.period.key,
                period_starts_on=duty.period.starts_on,
                due_on=duty.due_on,
            )


def _follow_changed_terms() -> None:
    """Move or drop waiting reviews whose term was renewed or cut short; held ones are history and stay."""
    for review in Review.objects.due().select_related("series").order_by("pk"):
        series = review.series
        period = period_of(PERIOD_UNIT[ReviewKind(series.kind)], review.period_starts_on)
        waiting = Review.objects.filter(pk=review.pk, state=ReviewState.DUE)
        if not is_owed(period, series.starts_on, series.ends_on):
            if waiting.select_for_update().first():  # held: Django deletes by the key alone
                waiting.delete()
        elif review.due_on != (due_on := last_day(period, series.ends_on)):
            waiting.update(due_on=due_on)


@transaction.atomic
def reviews_settle(*, now: datetime) -> int:
    """Mark reviews held for which an archived 结对共建会议 of the pairing lies in their period.

    The title says what the meeting was: 一月一沟通, 一季一调度, 一年一研讨, else the words 沟通, 调度, 研讨;
    one meeting may name several. The first meeting of a period settles it. A meeting that makes up for an
    earlier period cannot be told from its date: it is recorded by hand with `review_record`.

    Returns:
        The number of reviews settled.
    """
    waiting = {
        (review.series.pairing_id, review.series.kind, review.period_key): review
        for review in Review.objects.due()
        .filter(period_starts_on__lte=timezone.localdate(now))
        .select_related("series")
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    }
    settled = []
    for activity in _meetings(waiting.values()):
        held_on = timezone.localdate(activity.starts_at)
        for kind in kinds_of_title(activity.title):
            key = (activity.pairing_id, kind, period_of(PERIOD_UNIT[kind], held_on).key)
            if (review := waiting.pop(key, None)) is not None:
                review.activity = activity
                review.held_on, review.held_by = held_on, HeldBy.MEETING
                review.state = held_state(review, held_on)
                review.updated_at = now
                settled.append(review)
    with audit.history("review.settle"):
        Review.objects.bulk_update(settled, ["activity", "held_on", "held_by", "state", "updated_at"])
    return len(settled)


def _meetings(reviews: Iterable[Review]) -> Iterable[Activity]:
    """The archived meetings that could settle any of `reviews`, earliest first."""
    reviews = list(reviews)
    if not reviews:
        return []
    earliest = min(review.period_starts_on for review in reviews)
    return (
        Activity.objects.held()
        .filter(
            kind__name=MEETING_KIND,
            pairing__in={review.series.pairing_id for review in reviews},
            starts_at__gte=day_starts(earliest),
        )
        .order_by("starts_at", "pk")
    )


def kinds_of_title(title: str) -> list[ReviewKind]:
    """Which reviews a meeting with this title holds."""
    named = [kind for kind in ReviewKind if RHYTHM_LABEL[kind] in title]
    return named or [kind for kind in ReviewKind if kind.label in title]


def held_state(review: Review, held_on: date) -> ReviewState:
    """已召开 when held by the due date, 补开 when later."""
    return ReviewState.HELD if held_on <= review.due_on else ReviewState.HELD_LATE
