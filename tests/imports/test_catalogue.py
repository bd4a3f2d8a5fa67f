"""服务目录 out and in: a round trip without change, edits that take effect, one file with all its faults."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core.models import AuditEntry
from ledgers.models import LexiconTerm, ServiceAspect, ServiceItem
from ledgers.selectors.lexicon import catalogue_version, county_lexicon
from ledgers.services import catalogue
from pairing.imports.models import ImportBatch
from pairing.imports.services.intake import ledger_import, ledger_preview
from tests.factories.branches import BranchFactory, UserFactory
from tests.imports.workbooks import TERMS, book, short

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(db):
    return UserFactory(admin=True)


@pytest.fixture
def page(admin) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def exported(page: Client) -> bytes:
    return b"".join(page.get(reverse("service_item_export")).streaming_content)


def taken(content: bytes):
    return ledger_import(kind="catalogue", file_name="目录.xlsx", content=content, actor=None, terms=TERMS)


def line(aspect: str, item: str = "", **cells) -> dict[str, object]:
    return {"方面": aspect, "服务事项": item, **cells}


def words_of(name: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for relation, text in LexiconTerm.objects.filter(item__name=name).values_list("relation", "text"):
        found.setdefault(relation, set()).add(text)
    return found


def test_exported_catalogue_comes_back_without_a_change(page, admin):
    today, law = timezone.localdate(), ServiceItem.objects.get(name="普法宣讲")
    catalogue.entry_retire(entry=law, reason="并入别的事项", actor=admin, today=today)
    catalogue.entry_retire(entry=ServiceAspect.objects.last(), reason="归并", actor=admin, today=today)
    before, content = catalogue_version(), exported(page)
    count = ServiceItem.objects.count() + ServiceAspect.objects.count()
    result = ledger_preview(kind="catalogue", content=content, terms=TERMS)
    assert (short(result.errors), result.notes) == ([], [])
    assert (result.rows, result.created, result.changed, result.unchanged) == (count, 0, 0, count)
    assert taken(content).unchanged == count
    assert (catalogue_version(), ImportBatch.objects.count()) == (before, 0)


def test_lines_are_added_changed_and_retired_and_take_effect(admin):
    law = ServiceItem.objects.get(name="普法宣讲")
    content = book(
        "catalogue",
        line("水上活动", 排序=900),
        line(
            "水上活动",
            "龙舟赛事",
            服务方式="人力，宣讲",
            服务对象="村民",
            同义说法="划龙船、赛龙舟",
            排除词="看龙舟",
        ),
        line("普法宣传与基层治理", "普法宣讲", 口语="不懂法、讲讲法"),
        line("客户服务", "证照办理上门", 停用日期="2025-11-01", 停用理由="改由政务中心统一办"),
    )
    old = words_of("普法宣讲")
    result = taken(content)
    assert (short(result.errors), result.created, result.changed) == ([], 2, 2)
    item = ServiceItem.objects.get(name="龙舟赛事")
    assert (item.aspect.name, item.aspect.position, item.help_kinds) == (
        "水上活动",
        900,
        ["labour", "lecture"],
    )
    assert words_of("龙舟赛事") == {"synonym": {"划龙船", "赛龙舟"}, "negative": {"看龙舟"}}
    assert words_of("普法宣讲")["colloquial"] == {"不懂法", "讲讲法"}
    assert words_of("普法宣讲").keys() == old.keys() - {"synonym", "negative"}  # columns that were left blank
    law.refresh_from_db()
    retired = ServiceItem.objects.get(name="证照办理上门")
    assert (law.version, retired.version, retired.retired_reason) == (2, 2, "改由政务中心统一办")
    names = {each.name for each in county_lexicon().items}
    assert ("龙舟赛事" in names, "证照办理上门" in names) == (True, False)
    assert AuditEntry.objects.filter(action="ledger.import").count() == 1
    version = catalogue_version()
    again = taken(content)
    assert (again.created, again.changed, again.unchanged, catalogue_version()) == (0, 0, 4, version)


def test_every_fault_of_a_file_is_told_at_once_and_nothing_is_written():
    before = catalogue_version()
    content = book(
        "catalogue",
        line("水上活动", "龙舟赛事", 服务方式="人力、飞行", 同义说法="船、划龙船", 排除词="龙舟"),
        line("水上活动", "龙舟赛事"),
        line("水上活动", 口语="划船"),
        line("", "钓鱼比赛"),
        line("客户服务", "证照办理上门", 停用日期="2025-11-01"),
        line("客户服务", 停用日期="2025-11-01", 停用理由="归并"),
        line("客户服务", "经营诊断指导", 服务对象="外星人", 排序=-1),
        line("水上活动", "泳"),
    )
    result = taken(content)
    assert short(result.errors) == [
        (
            4,
            "服务方式",
            "人力、飞行",
            "没有“飞行”，可填：咨询、宣讲、上门办理、场地、物资、人力、资金、培训、调解、维修",
        ),
        (4, "同义说法", "船、划龙船", "“船”须在 2 到 40 个字之间，请改写或删去"),
        (4, "排除词", "龙舟", "“龙舟”就在本事项自己的词“龙舟赛事”里，会把它抵消，请改写"),
        (5, "服务事项", "龙舟赛事", "与第 4 行重复，请删去其中一行，或改正这一格"),
        (6, "口语", "划船", "这一行没写服务事项，是方面本身，这一格请清空，或补填服务事项"),
        (7, "方面", "", "必填，不能为空，请补填"),
        (8, "停用理由", "", "停用的要写明停用理由，请补填；没停用就清空停用日期"),
        (9, "停用日期", "2025-11-01", left_in_use("客户服务", {"证照办理上门", "经营诊断指导"})),
        (10, "方面", "客户服务", "方面“客户服务”是停用的，请换一个方面，或把这一行也停用"),
        (10, "排序", "-1", "不能为负数，请改正"),
        (
            10,
            "服务对象",
            "外星人",
            "没有“外星人”，可填：党员干部、居民群众、村民、老年人、儿童青少年、留守儿童、残疾人、困难家庭、"
            "种养农户、商户经营者、企业、执法和工作人员、青年职工、妇女、退役军人",
        ),
        (11, "服务事项", "泳", "名称至少 2 个字，请写全"),
    ]
    assert catalogue_version() == before


def left_in_use(aspect: str, named: set[str]) -> str:
    rest = ServiceItem.objects.filter(aspect__name=aspect).exclude(name__in=named)
    return f"它下面还有在用的“{rest[0].name}”等 {len(rest)} 个事项，请一并停用"


def test_preview_says_in_words_what_changes():
    content = book("catalogue", line("客户服务", "证照办理上门", 服务方式="咨询", 口语="帮我办证"))
    [change] = ledger_preview(kind="catalogue", content=content, terms=TERMS).changes
    assert change.fields["服务方式"] == ["上门办理", "咨询"]
    assert change.fields["口语"][1] == "帮我办证"


def test_import_is_the_administrators_alone_and_is_not_undone_as_a_whole(page, admin):
    for person in (UserFactory(office=True), UserFactory(secretary_of=BranchFactory())):
        client = Client()
        client.force_login(person)
        assert client.get(reverse("import_upload", args=["catalogue"])).status_code == 403
    assert page.get(reverse("import_upload", args=["catalogue"])).status_code == 200
    taken(book("catalogue", line("水上活动", "龙舟赛事")))
    shown = page.get(reverse("import_undo", args=[ImportBatch.objects.get().pk]))
    assert shown.context["blockers"][0].startswith("服务目录的导入不能整份撤销")


def test_workbook_names_every_kind_of_word(page):
    sheet = load_workbook(BytesIO(exported(page))).active
    assert [cell.value for cell in sheet[3]] == [
        "方面",
        "服务事项",
        "排序",
        "服务方式",
        "服务对象",
        "同义说法",
        "口语",
        "简称",
        "常提到的事物",
        "大类说法",
        "排除词",
        "停用日期",
        "停用理由",
    ]
    assert [cell.value for cell in sheet[4]][:3] == ["市场监管", None, 1]
