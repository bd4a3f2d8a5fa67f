"""Conditions shared by several figures, each the written rule of what counts."""

from __future__ import annotations

from django.db.models import Q

from ledgers.enums import DemandState, ResourceState
from pairing.activities.enums import ActivityState
from pairing.reports.metrics.measure import Window


def usable(window: Window) -> Q:
    """Published resources whose validity covers the last day of the window."""
    return (
        Q(state=ResourceState.PUBLISHED)
        & (Q(valid_from=None) | Q(valid_from__lte=window.last))
        & (Q(valid_to=None) | Q(valid_to__gte=window.last))
    )


def raised(window: Window) -> Q:
    """Demands raised in the window; drafts and withdrawn ones do not count."""
    return window.holds("raised_on") & ~Q(state__in=[DemandState.DRAFT, DemandState.WITHDRAWN])


def solved(window: Window) -> Q:
    """Demands closed in the window, whenever they were raised."""
    return Q(state=DemandState.CLOSED) & window.holds("closed_on")


def held(window: Window, *kinds: str, prefix: str = "") -> Q:
    """Recorded activities that started in the window, of the named kinds if any are named.

    An activity of several branches is one row and so counts once.
    """
    condition = Q(
        **{
            f"{prefix}state": ActivityState.ARCHIVED,
            f"{prefix}starts_at__gte": window.starts_at,
            f"{prefix}starts_at__lt": window.ends_before,
        }
    )
    return condition & Q(**{f"{prefix}kind__name__in": kinds}) if kinds else condition


def measured(window: Window, kind: str, metric: str) -> Q:
    """Outcomes of one metric, of recorded activities of one kind that started in the window."""
    return held(window, kind, prefix="activity__") & Q(metric__name=metric)
