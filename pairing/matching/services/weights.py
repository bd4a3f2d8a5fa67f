"""Changing what matching counts: every change is a version with its reason."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from branches.models import User
from core import audit
from core.errors import DomainError, StaleVersionError, refuse
from pairing.matching.adapter import weights_of
from pairing.matching.engine import Weights
from pairing.matching.models import ScoreWeights
from pairing.matching.weight_words import LABELS

FIT = ("item", "aspect", "help", "audience", "text")
STALE = "有人刚刚保存了新的权重，您改的是旧的一版。请刷新页面，看过新的一版再改。"


@transaction.atomic
def weights_change(
    *, weights: Weights, reason: str, base: int | None, actor: User, now: datetime
) -> ScoreWeights:
    """Put edited weights in force; the version before stays on record.

    Args:
        weights: every number in [0, 1], at least one of the terms that say what a resource can do above 0.
        base: the version that was edited, None for the weights a new county starts with.

    Raises:
        DomainError: a number is out of bounds, or nothing was changed.
        StaleVersionError: somebody else has saved a version since.
    """
    refuse(weights_blockers(weights))
    current = ScoreWeights.objects.select_for_update(no_key=True).filter(is_current=True).first()
    if (current.pk if current else None) != base:
        raise StaleVersionError(STALE)
    changes = _changes(weights_of(current), weights)
    if not changes:
        raise DomainError("没有改动，不需要保存。改一个数字，或者返回。")
    with audit.action("score_weights.change", actor=actor, reason=reason) as entry:
        ScoreWeights.objects.filter(is_current=True).update(is_current=False)
        entry.target = version = _create(weights, reason, actor, now)
        entry.summary = f"改了 {len(changes)} 项"
        entry.changes = changes
    return version


def weights_blockers(weights: Weights) -> list[str]:
    """Why these weights cannot be used, as sentences."""
    numbers = weights.as_dict()
    blockers = []
    if not all(0 <= value <= 1 for value in numbers.values()):
        blockers.append("每个数字都须在 0 到 1 之间。")
    if not any(numbers[name] > 0 for name in FIT):
        blockers.append("“能不能办”的五项不能都是 0，否则看不出哪项资源能办。至少给一项大于 0 的权重。")
    return blockers


def _changes(before: Weights, after: Weights) -> dict[str, list[float]]:
    old, new = before.as_dict(), after.as_dict()
    return {LABELS[name]: [old[name], new[name]] for name in new if old[name] != new[name]}


def _create(weights: Weights, reason: str, actor: User, now: datetime) -> ScoreWeights:
    """Insert the version in force.

    Raises:
        StaleVersionError: another first version was made at the same moment; there was no row to lock.
    """
    numbers = weights.as_dict()
    try:
        with transaction.atomic():
            return ScoreWeights.objects.create(
                floor=numbers.pop("floor"), weights=numbers, note=reason, made_by=actor, made_at=now
            )
    except IntegrityError as error:
        raise StaleVersionError(STALE) from error
