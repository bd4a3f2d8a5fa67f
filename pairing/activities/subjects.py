"""What an activity occupies, and by which key two activities turn out to occupy the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from branches.models import Branch
from pairing.activities.enums import SubjectKind
from pairing.activities.models import Activity, Subject
from pairing.plans.models import Pairing, PlanOrder

_SEPARATORS = re.compile(r"[、,，;；/\n]+")


def venue_key(name: str) -> str:
    """The name of a place without what people write differently: width, case, spaces, brackets."""
    return re.sub(r"[\s()（）·.。]", "", unicodedata.normalize("NFKC", name)).casefold()


def subjects_of(activity: Activity) -> list[Subject]:
    """The unsaved subjects an activity occupies: its branches, its venue, its people."""
    return subjects_for(
        branches=branches_of(activity),
        venue=activity.venue,
        person=activity.person,
        home=home_of(activity),
    )


def home_of(activity: Activity) -> Branch:
    """The branch whose people lead: the one that serves; 甲方 where no order says so."""
    order = activity.plan_order
    return serving(order, activity.pairing) if order else activity.pairing.branch_a


def serving(order: PlanOrder, pairing: Pairing) -> Branch:
    """The side of the pairing that carries an order out, with a resource of its list or without."""
    return order.resource.branch if order.resource else pairing.partner_of(order.demand.branch_id)


def subjects_for(*, branches: Iterable[Branch], venue: str, person: str, home: Branch) -> list[Subject]:
    """The unsaved subjects of branches, a place, and the people of `home` who lead.

    `person` may name several people; “唐同志” of two branches are two persons.
    """
    return [
        *(branch_subject(branch) for branch in branches),
        *_venue_subjects(venue),
        *_person_subjects(person, home),
    ]


def branches_of(activity: Activity) -> list[Branch]:
    """Every branch on record as taking part; before anybody is on record, both sides of the pairing."""
    taking_part = [row.branch for row in activity.participations.all()]
    return taking_part or [activity.pairing.branch_a, activity.pairing.branch_b]


def branch_subject(branch: Branch) -> Subject:
    """The unsaved subject that stands for a branch."""
    return Subject(kind=SubjectKind.BRANCH, key=f"branch:{branch.pk}", name=branch.name)


def _venue_subjects(venue: str) -> list[Subject]:
    key = venue_key(venue)
    return [Subject(kind=SubjectKind.VENUE, key=f"venue:{key}", name=venue.strip())] if key else []


def people_in(text: str) -> list[str]:
    """The names that a field for people holds, in its order."""
    return [name.strip() for name in _SEPARATORS.split(text) if name.strip()]


def person_subject(name: str, home: Branch) -> Subject:
    """The unsaved subject that stands for a person of a branch."""
    return Subject(kind=SubjectKind.PERSON, key=f"person:{home.pk}/{name}", name=f"{name}（{home.name}）")


def _person_subjects(person: str, home: Branch) -> list[Subject]:
    return [person_subject(name, home) for name in people_in(person)]
