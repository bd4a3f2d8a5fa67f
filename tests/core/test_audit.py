"""Who did what: written with its effect, read by the county and auditors only."""

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pgtrigger
import pytest
from django.db import connection
from django.urls import reverse

from branches.services.branches import branch_update
from core import audit
from core.actions import VERBS, WHOLE, action_words
from core.models import AuditEntry
from core.selectors import audit_actions
from pairing.reviews.models import ActionItem
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.reviews import ActionItemFactory

pytestmark = pytest.mark.django_db
URL = "/manage/audit/"
ACTION = re.compile(r'audit\.action\(\s*f?"([a-z_]+\.[a-z_]+)"')


def entry(action="branch.update", actor=None, at=None):
    branch = BranchFactory()
    with audit.action(action, actor=actor or UserFactory(), target=branch, reason="更名") as record:
        record.changes = {"名称": ["旧", "新"]}
    found = AuditEntry.objects.latest("pk")
    if at:
        with pgtrigger.ignore("core.AuditEntry:append_only"):
            AuditEntry.objects.filter(pk=found.pk).update(at=at)
    return found


def test_action_writes_one_entry_with_its_target_and_reason():
    actor = UserFactory()
    row = entry(actor=actor)
    assert (row.actor, row.action, row.target_type, row.reason) == (
        actor,
        "branch.update",
        "branches.branch",
        "更名",
    )
    assert row.words == "修改党组织"


def test_action_without_a_target_is_a_bug():
    with pytest.raises(ValueError, match="without a target"), audit.action("x.y", actor=None):
        pass
    assert AuditEntry.objects.count() == 0


def test_action_that_fails_leaves_no_entry():
    with pytest.raises(RuntimeError), audit.action("x.y", actor=None, target=BranchFactory()):
        raise RuntimeError
    assert AuditEntry.objects.count() == 0


def test_history_event_carries_actor_action_and_reason():
    item, actor = ActionItemFactory(), UserFactory()
    with audit.action("action_item.done", actor=actor, target=item, reason="已办"):
        ActionItem.objects.filter(pk=item.pk).update(title="改过")
    event = item.events.latest("pgh_id")
    assert event.pgh_context.metadata == {
        "actor": actor.pk,
        "action": "action_item.done",
        "reason": "已办",
    }


def test_history_events_after_an_action_are_not_its_own():
    """In one transaction: an action, a row written by nobody, an action around another."""
    item, actor = ActionItemFactory(), UserFactory()

    def write(title):
        ActionItem.objects.filter(pk=item.pk).update(title=title)

    with audit.action("action_item.first", actor=actor, target=item):
        write("一")
    write("无人")
    with audit.action("action_item.outer", actor=actor, target=item):
        with audit.action("action_item.inner", actor=actor, target=item):
            write("二")
        write("三")
    write("又无人")
    contexts = [event.pgh_context for event in item.events.order_by("pgh_id").select_related("pgh_context")]
    assert [context and context.metadata["action"] for context in contexts] == [
        None,
        "action_item.first",
        None,
        "action_item.outer",
        "action_item.outer",
        None,
    ]


def test_action_words_of_an_unknown_verb_or_table():
    assert action_words("plan_order.confirm", "plans.planorder") == "确认计划定单"
    assert action_words("ledger.import", "imports.importbatch") == "导入记录"
    assert action_words("thing.twist", "gone.thing") == "twistgone.thing"


def test_every_action_that_a_service_names_has_words():
    root = Path(audit.__file__).parents[1]
    sources = [
        path for app in ("core", "branches", "ledgers", "pairing") for path in (root / app).rglob("*.py")
    ]
    found = [ACTION.findall(path.read_text("utf-8")) for path in sources]
    actions = {action for each in found for action in each}
    assert len(actions) > 60
    assert {each for each in actions if each not in WHOLE and each.rpartition(".")[2] not in VERBS} == set()


def test_audit_list_says_changes_in_the_words_of_the_forms(client):
    branch = BranchFactory(kind="office", phone="0738-6821234", parent=None)
    branch_update(
        branch=branch, actor=UserFactory(), kind="village", phone="", parent=BranchFactory(name="县委")
    )
    with audit.action("x.y", actor=UserFactory(), target=branch) as record:
        record.changes = {"同义说法": ["", "划龙船"], "dissolved_on": ["None", "2026-03-01"]}
    client.force_login(UserFactory(auditor=True))

    latest, before = client.get(URL).context["page"]

    assert set(latest.changes_in_words) == {"同义说法：空 → 划龙船", "撤销日期：空 → 2026年3月1日"}
    assert set(before.changes_in_words) == {
        "组织类型：机关 → 村",
        "联系电话：073****1234 → 空",
        "上级党组织：空 → 县委",
    }


@pytest.mark.parametrize(
    ("seat", "status"), [({}, 403), ({"office": True}, 200), ({"auditor": True}, 200), ({"admin": True}, 200)]
)
def test_audit_list_is_for_those_who_see_the_county(client, seat, status):
    client.force_login(UserFactory(**seat))
    assert client.get(URL).status_code == status


def test_audit_list_of_somebody_not_logged_in(client):
    response = client.get(URL)
    assert (response.status_code, response["Location"]) == (302, f"{reverse('login')}?next={URL}")


def test_audit_list_filters_by_action_actor_words_and_local_days(client):
    client.force_login(UserFactory(auditor=True))
    shanghai = ZoneInfo("Asia/Shanghai")
    late = entry(at=datetime(2026, 3, 31, 23, 30, tzinfo=shanghai))
    early = entry("branch.create", at=datetime(2026, 4, 1, 0, 30, tzinfo=shanghai))

    def listed(**query):
        return list(client.get(URL, query).context["page"])

    assert listed() == [early, late]
    assert listed(since="2026-03-31", until="2026-03-31") == [late]
    assert listed(since="2026-04-01") == [early]
    assert listed(action="branch.create") == [early]
    assert listed(actor=late.actor_id) == [late]
    assert listed(actor=late.actor_id, since="2026-04-01") == []
    assert listed(words=early.target_label) == [early]
    assert listed(words="更名") == [early, late]
    assert listed(words="没有这个词") == []
    assert listed(since="0001-01-01", until="9999-12-31") == [early, late]


def test_audit_list_needs_the_same_queries_for_one_and_three_rows(client, django_assert_num_queries):
    client.force_login(UserFactory(auditor=True))
    actor = UserFactory()
    entry(actor=actor)
    with django_assert_num_queries(7):
        client.get(URL)
    entry(actor=actor)
    entry(actor=actor)
    with django_assert_num_queries(7):
        client.get(URL)


def test_actions_on_record_are_found_by_one_row_each(django_assert_num_queries):
    """With few rows the planner would not care for the index."""
    told = [("b.edit", 30), ("a.edit", 40), ("c.edit", 1)]
    about = {"target_type": "branches.branch", "target_id": 1, "target_label": "一"}
    AuditEntry.objects.bulk_create(AuditEntry(action=name, **about) for name, n in told for _ in range(n))
    with django_assert_num_queries(1) as asked:
        assert [entry.action for entry in audit_actions()] == ["a.edit", "b.edit", "c.edit"]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {asked[0]['sql']}")
        [[plan]] = cursor.fetchone()
    assert _rows_read(plan["Plan"], "core_auditentry") == len(told)


def _rows_read(node, table: str) -> int:
    own = node["Actual Rows"] * node["Actual Loops"] if node.get("Relation Name") == table else 0
    return round(own) + sum(_rows_read(each, table) for each in node.get("Plans", ()))
