"""Two pairs and everybody who could come to a page: what the security tests attack."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pghistory
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from branches.models import User
from core.enums import NotificationState
from core.models import WorkingDay
from ledgers.enums import DemandState
from ledgers.models import SavedView
from pairing.activities.models import Activity, Closure
from pairing.activities.subjects import branch_subject
from pairing.imports.models import ColumnChoice
from pairing.matching.enums import MatchRunState
from pairing.plans.enums import TaskKind
from pairing.plans.models import Series, SolvedProblem
from tests.factories.activities import (
    ActivityFactory,
    ActivityKindFactory,
    MetricFactory,
    OutcomeFactory,
    ParticipationFactory,
)
from tests.factories.agreements import AgreementClauseFactory
from tests.factories.branches import BranchFactory, MembershipFactory, UserFactory
from tests.factories.core import AttachmentFactory, NotificationFactory
from tests.factories.handovers import HandoverFactory
from tests.factories.imports import ImportBatchFactory
from tests.factories.ledgers import (
    DemandFactory,
    DemandOriginFactory,
    ResourceFactory,
    ServiceAspectFactory,
    ServiceItemFactory,
)
from tests.factories.matching import MatchFactory, MatchRunFactory, MatchShardFactory
from tests.factories.plans import (
    AgreementFactory,
    ChangeRequestFactory,
    ClaimFactory,
    OnBehalfFactory,
    PairingFactory,
    PlanOrderFactory,
    PlanTaskFactory,
)
from tests.factories.reviews import ActionItemFactory, ReviewFactory, ReviewSeriesFactory
from tests.security.permissions import ACTORS


@dataclass
class World:
    """The rows of one pair by name, a client for each actor, and the people."""

    rows: dict[str, Any] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    untouched: dict[str, tuple[int, str]] = field(default_factory=dict)  # the fingerprint of what was built

    def with_new_windows(self) -> World:
        """The same people, still logged in, in browser windows that have shown nothing yet."""
        return replace(self, clients={name: window_of(client) for name, client in self.clients.items()})


def build() -> World:
    world = World(build_pair())
    rows = world.rows
    stranger_branch = BranchFactory(name="丙党支部")
    PairingFactory(branch_a=stranger_branch, branch_b=BranchFactory(name="丁党支部"))
    world.people = {
        "member": UserFactory(member_of=rows["branch_a"]),
        "secretary_a": UserFactory(secretary_of=rows["branch_a"]),
        "secretary_b": UserFactory(secretary_of=rows["branch_b"]),
        "stranger": UserFactory(secretary_of=stranger_branch),
        "office": UserFactory(office=True),
        "admin": UserFactory(admin=True),
        "auditor": UserFactory(auditor=True),
        "seatless": UserFactory(),
        "deactivated": UserFactory(secretary_of=rows["branch_a"]),
    }
    world.clients = {"anonymous": Client()} | {
        name: logged_in(person) for name, person in world.people.items()
    }
    assert set(world.clients) == {"anonymous", *ACTORS, "deactivated"}
    User.objects.filter(pk=world.people["deactivated"].pk).update(is_active=False)
    rows["view"] = SavedView.objects.create(
        user=world.people["secretary_a"], page="resource_list", name="常用", query="state=published"
    )
    rows["message"] = NotificationFactory(recipient=world.people["secretary_a"], url="/claims/")
    world.untouched = fingerprint()
    return world


def logged_in(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="branches.backends.PersonBackend")
    return client


def window_of(client: Client) -> Client:
    """Another window of one browser: the same session, a connection of its own."""
    window = Client()
    window.handler = client.handler  # the server behind it is the same, its middleware loaded once
    window.cookies = client.cookies.copy()
    return window


def build_pair() -> dict[str, Any]:
    """甲 and 乙 with one row in each state that a route acts on; 甲 owns the resources, 乙 the demands."""
    branch_a, branch_b = BranchFactory(name="甲党支部"), BranchFactory(name="乙党支部")
    pairing = PairingFactory(branch_a=branch_a, branch_b=branch_b)
    aspect = ServiceAspectFactory()
    sides = {"pairing": pairing, "demand__aspect": aspect}
    rows: dict[str, Any] = {"branch_a": branch_a, "branch_b": branch_b, "pairing": pairing, "aspect": aspect}
    rows["agreement"] = AgreementFactory(pairing=pairing)
    rows["resource"] = ResourceFactory(branch=branch_a, aspects=[aspect])
    rows["series"] = Series.objects.create(title="长期的事")
    rows["second_resource"] = ResourceFactory(branch=branch_a)
    rows["draft_resource"] = ResourceFactory(branch=branch_a, draft=True)
    rows["demand"] = DemandFactory(branch=branch_b, aspect=aspect)
    rows["hall_demand"] = DemandFactory(branch=branch_b, aspect=aspect, hall_on=timezone.localdate())
    rows["claim"] = ClaimFactory(**sides)
    rows["order"] = PlanOrderFactory(series=rows["series"], **sides)
    rows["running_order"] = PlanOrderFactory(in_progress=True, **sides)
    rows["handed_in_order"] = PlanOrderFactory(awaiting_acceptance=True, **sides)
    rows["on_behalf"] = OnBehalfFactory(order=rows["running_order"])
    rows["changing_order"] = PlanOrderFactory(in_progress=True, **sides)
    rows["change"] = ChangeRequestFactory(plan_order=rows["changing_order"])
    rows["task"] = PlanTaskFactory(plan_order=rows["running_order"], kind=TaskKind.PREPARATION)
    for state in ("draft", "returned", "suspended"):
        reason = "" if state == "draft" else "资料不全"
        rows[f"{state}_demand"] = DemandFactory(
            branch=branch_b, aspect=aspect, state=DemandState(state), state_reason=reason
        )
    rows["origin"] = DemandOriginFactory(demand=rows["draft_demand"])
    rows["attachment"] = AttachmentFactory(target=rows["demand"])
    rows |= activities_of(pairing) | reviews_of(pairing)
    rows["quiet_pairing"] = PairingFactory(branch_a=branch_a)
    rows["draft_agreement"] = AgreementFactory(pairing=PairingFactory(branch_a=branch_a), draft=True)
    AgreementClauseFactory(agreement=rows["draft_agreement"])
    rows["sent_agreement"] = AgreementFactory(pairing=PairingFactory(branch_a=branch_a), to_sign=True)
    rows["run"] = MatchRunFactory(pairing=pairing)
    MatchShardFactory(run=rows["run"], state=MatchRunState.FAILED)
    rows["match"] = MatchFactory(run=rows["run"], demand=rows["demand"], resource=rows["resource"])
    rows["person"] = UserFactory(member_of=branch_b)
    rows["closure"] = closure_over(rows["activity"], rows["person"])
    rows["inactive_person"] = UserFactory(is_active=False)
    rows["seat"] = MembershipFactory(branch=branch_b, role="liaison")
    rows["handover"] = HandoverFactory(seat=MembershipFactory(branch=branch_b, role="liaison"))
    rows["closing_branch"] = BranchFactory(name="将撤销党支部")
    rows["failed_mail"] = NotificationFactory(pending_email=True, recipient=rows["person"])
    type(rows["failed_mail"]).objects.update(state=NotificationState.FAILED)
    rows["batch"] = batch_of(branch_b, aspect)
    rows["solved_problem"] = SolvedProblem.objects.create(
        branch=branch_b,
        helper=branch_a,
        title="停水",
        how="电话联系抢修",
        solved_on=timezone.localdate(),
        recorded_by=rows["person"],
    )
    rows["column_choice"] = ColumnChoice.objects.create(
        branch=branch_b, kind="resources", shape="0" * 64, chosen_at=timezone.now()
    )
    rows |= catalogue_of(aspect)
    rows["holiday"] = WorkingDay.objects.create(day="2031-01-01", is_working=False)
    return rows


def batch_of(branch: Any, aspect: Any) -> Any:
    """An import that can be undone, for nobody has touched its row since."""
    with pghistory.context() as running:
        DemandFactory(branch=branch, aspect=aspect)
    return ImportBatchFactory(created=1, context=running.id)


def catalogue_of(aspect: Any) -> dict[str, Any]:
    """A line of each level of the catalogue that nothing uses, and a retired one."""
    retired = {"retired_on": timezone.localdate(), "retired_reason": "没人用"}
    return {
        "service_item": ServiceItemFactory(aspect=aspect, name="旧龙舟赛事"),
        "retired_service_item": ServiceItemFactory(aspect=aspect, name="已停用事项", **retired),
        "service_aspect": ServiceAspectFactory(name="旧水上活动"),
        "retired_service_aspect": ServiceAspectFactory(name="已停用方面", **retired),
    }


def activities_of(pairing: Any) -> dict[str, Activity]:
    kind = ActivityKindFactory()
    made = {
        "activity": ActivityFactory(pairing=pairing, kind=kind, announced=True),
        "past_activity": ActivityFactory(pairing=pairing, kind=kind, to_record=True),
        "archived_activity": ActivityFactory(pairing=pairing, kind=kind, archived=True),
    }
    for activity in made.values():
        ParticipationFactory(activity=activity, branch=pairing.branch_a)
    OutcomeFactory(activity=made["archived_activity"], metric=MetricFactory())
    return made


def closure_over(activity: Activity, noted_by: Any) -> Closure:
    """甲 is away when the activity should take place."""
    subject = branch_subject(activity.pairing.branch_a)
    subject.save()
    period = (activity.starts_at, activity.ends_at)
    return Closure.objects.create(subject=subject, period=period, reason="换届", noted_by=noted_by)


def reviews_of(pairing: Any) -> dict[str, Any]:
    today = timezone.localdate()
    series = ReviewSeriesFactory(pairing=pairing)
    held_day = today - timedelta(days=40)
    held = ReviewFactory(
        series=series, due_on=held_day, state="held", held_on=held_day, held_by="meeting", minutes="已开"
    )
    return {
        "review": ReviewFactory(series=series, due_on=today),
        "held_review": held,
        "item": ActionItemFactory(review=held),
    }


# What a request may write without being a change of the business: who is logged in, which forms were sent.
NOT_BUSINESS = frozenset({"django_session", "core_submittoken"})


def tables() -> list[str]:
    """Every table, histories and audit trail included, but those of NOT_BUSINESS."""
    return sorted(set(connection.introspection.table_names()) - NOT_BUSINESS)


def fingerprint(names: Iterable[str] | None = None) -> dict[str, tuple[int, str]]:
    """Count and digest of every table, or of those named: equal before and after, nothing was written."""
    query = "SELECT count(*), md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {} t"
    with connection.cursor() as cursor:
        found = {}
        for table in tables() if names is None else names:
            cursor.execute(query.format(connection.ops.quote_name(table)))
            found[table] = cursor.fetchone()
    return found


def written() -> dict[str, int]:
    """How many rows of each table this transaction has written so far; those undone count too.

    What the view pg_stat_xact_user_tables does, without the joins that take longer than a page's queries.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM (SELECT relname, pg_stat_get_xact_tuples_inserted(oid)"
            " + pg_stat_get_xact_tuples_updated(oid) + pg_stat_get_xact_tuples_deleted(oid) AS count"
            " FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace) AS counted"
            " WHERE count > 0 AND NOT relname = ANY(%s)",
            [list(NOT_BUSINESS)],
        )
        return dict(cursor.fetchall())


class Watch:
    """Whether something was written since; digests the tables that the counters name, for it is slow."""

    def __init__(self, world: World) -> None:
        self.world, self.start = world, written()

    @property
    def saw_a_change(self) -> bool:
        touched = [table for table, count in written().items() if count != self.start.get(table, 0)]
        return any(found != self.world.untouched[table] for table, found in fingerprint(touched).items())


def content_of(response: Any) -> bytes:
    """What was answered; reading a download to its end closes its file, as the server does."""
    return b"".join(response) if response.streaming else response.content


def readable(answer: HttpResponse) -> str:
    """The text of a page or of every part of a workbook, and where the answer leads."""
    content = content_of(answer)
    if content.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            content = b"\n".join(archive.read(name) for name in archive.namelist())
    return content.decode(errors="replace") + answer.headers.get("Location", "")
