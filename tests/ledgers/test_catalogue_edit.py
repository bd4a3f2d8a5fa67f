"""Administrators keep the catalogue: what they write takes effect, nothing that is used is lost."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from core.errors import ConflictError, DomainError, StaleVersionError
from core.models import AuditEntry
from ledgers.enums import Relation
from ledgers.models import LexiconTerm, ServiceAspect, ServiceItem
from ledgers.selectors.lexicon import catalogue_version, county_lexicon
from ledgers.selectors.suggestions import entry_suggestions
from ledgers.selectors.uses import uses_of
from ledgers.services import catalogue
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory, ServiceAspectFactory, ServiceItemFactory

pytestmark = pytest.mark.django_db
WORDS = {"synonym": ["划龙船"], "colloquial": ["端午划船"], "negative": ["龙舟票"]}


@pytest.fixture
def admin(db):
    return UserFactory(admin=True)


@pytest.fixture
def page(client, admin):
    client.force_login(admin)
    return client


@pytest.fixture
def aspect(db):
    return ServiceAspectFactory(name="水上活动", position=900)


@pytest.fixture
def boats(aspect, admin):
    return catalogue.item_create(
        aspect=aspect, name="龙舟赛事", help_kinds=["labour"], words=WORDS, actor=admin
    )


def terms(item) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for term in LexiconTerm.objects.filter(item=item).order_by("text"):
        found.setdefault(term.relation, []).append(term.text)
    return found


def changed(item, **values):
    own = {
        "version": item.version,
        "aspect": item.aspect,
        "name": item.name,
        "position": item.position,
        "help_kinds": item.help_kinds,
        "audiences": item.audiences,
        "words": WORDS,
    }
    return own | values | {"item": item}


def suggested(text: str) -> list[str]:
    return [choice.label for choice in entry_suggestions(text, "", asked=True).items]


def form(item, **values) -> dict[str, object]:
    own = {"aspect": item.aspect_id, "name": item.name, "version": item.version, "synonym": "划龙船"}
    return own | values


# ---- what an edit does


def test_new_item_is_suggested_at_once_with_its_words_and_moves_the_version(aspect, admin):
    text, before = "五月初五想办一场划龙船比赛", catalogue_version()
    assert "龙舟赛事" not in suggested(text)
    item = catalogue.item_create(aspect=aspect, name="龙舟赛事", words=WORDS, actor=admin)
    assert (item.position, terms(item)) == (1, WORDS)
    [best] = [each for each in entry_suggestions(text, "", asked=True).items if each.value == item.pk]
    assert best.words == ("划龙船",)
    assert catalogue_version() != before
    [entry] = AuditEntry.objects.filter(action="service_item.create")
    assert (entry.actor, entry.target_id) == (admin, item.pk)
    assert entry.changes == {"同义说法": ["", "划龙船"], "口语": ["", "端午划船"], "排除词": ["", "龙舟票"]}


def test_removed_word_and_added_negative_cue_take_effect_on_a_shipped_item(admin):
    law = ServiceItem.objects.get(name="普法宣讲")
    text = "零售户法律意识薄弱"
    assert (suggested(text)[0], "法律意识" in county_words(law)) == ("普法宣讲", True)
    words = {key: [] for key in Relation.values} | {"synonym": ["普法讲座"], "negative": ["零售户"]}
    catalogue.item_update(**changed(law, words=words), actor=admin)
    assert county_words(law) == {"普法讲座"}
    assert "普法宣讲" not in suggested(text)


def county_words(item) -> set[str]:
    return {word for each in county_lexicon().items if each.name == item.name for word in each.terms}


@pytest.mark.parametrize(
    "values",
    [
        {"name": "龙舟大赛"},
        {"position": 7},
        {"help_kinds": ["advice"]},
        {"audiences": ["elderly"]},
        {"words": WORDS | {"object": ["龙头"]}},
    ],
)
def test_every_edit_is_a_version_of_item_and_catalogue(boats, admin, values):
    before = catalogue_version()
    saved = catalogue.item_update(**changed(boats, **values), actor=admin)
    assert (saved.version, catalogue_version() != before) == (2, True)
    assert AuditEntry.objects.filter(action="service_item.update", target_id=boats.pk).count() == 1


def test_save_without_a_change_leaves_no_trace(boats, admin):
    before = catalogue_version()
    saved = catalogue.item_update(**changed(boats), actor=admin)
    assert (saved.version, catalogue_version(), AuditEntry.objects.count()) == (1, before, 1)


def test_word_moves_from_one_kind_to_another(boats, admin):
    words = {"synonym": [], "colloquial": ["划龙船"], "negative": []}
    catalogue.item_update(**changed(boats, words=words), actor=admin)
    assert terms(boats) == {"colloquial": ["划龙船"]}


# ---- what is refused


def test_second_of_two_administrators_is_told_and_overwrites_only_knowingly(page, boats, admin):
    other = UserFactory(admin=True, display_name="王同志")
    url = reverse("service_item_edit", args=[boats.pk])
    catalogue.item_update(**changed(boats, name="龙舟大赛"), actor=other)
    answer = page.post(url, form(boats, synonym="赛龙舟"))
    assert answer.status_code == 409
    assert "王同志" in answer.content.decode()
    assert ("名称", "龙舟赛事", "龙舟大赛") in answer.context["differences"]
    assert ("同义说法", "赛龙舟", "划龙船") in answer.context["differences"]
    assert ServiceItem.objects.get(pk=boats.pk).name == "龙舟大赛"
    again = answer.context["form"]
    assert (again["synonym"].value(), str(again["version"].value())) == ("赛龙舟", "2")
    assert page.post(url, form(boats, synonym="赛龙舟", version=2)).status_code == 302
    assert terms(boats) == {"synonym": ["赛龙舟"]}


def test_stale_aspect_is_refused_too(aspect, admin):
    catalogue.aspect_update(aspect=aspect, version=1, name="水上文体", position=None, actor=admin)
    with pytest.raises(StaleVersionError, match="您打开的是第 1 版，现在已是第 2 版。"):
        catalogue.aspect_update(aspect=aspect, version=1, name="水上", position=3, actor=admin)


def test_name_in_use_or_retired_is_refused_with_what_to_do(boats, aspect, admin):
    with pytest.raises(ConflictError, match="已经有“龙舟赛事”了。请换个名称。"):
        catalogue.item_create(aspect=aspect, name="龙舟赛事", words={}, actor=admin)
    catalogue.entry_retire(entry=boats, reason="不办了", actor=admin, today=timezone.localdate())
    with pytest.raises(ConflictError, match="不过已停用，恢复它就能用"):
        catalogue.item_create(aspect=aspect, name="龙舟赛事", words={}, actor=admin)


def test_faulty_words_are_told_all_at_once_beside_their_fields(boats, admin):
    words = {
        "synonym": ["船", "划，龙船", "赛龙舟"],
        "colloquial": ["赛龙舟"],
        "negative": ["龙舟"],
        "object": [f"龙头{number}" for number in range(61)],
    }
    with pytest.raises(ValidationError) as refused:
        catalogue.item_update(**changed(boats, words=words), actor=admin)
    assert refused.value.message_dict == {
        "synonym": [
            "“船”须在 2 到 40 个字之间，请改写或删去；“划，龙船”里有标点或空格，读文字时对不上，请去掉。"
        ],
        "colloquial": ["“赛龙舟”写了两遍，一个词只归一类，请留一处。"],
        "negative": ["“龙舟”就在本事项自己的词“龙舟赛事”“赛龙舟”里，会把它抵消，请改写。"],
        "object": ["最多 60 个词，现有 61 个，请删去不常用的。"],
    }
    assert terms(boats) == WORDS


def test_used_line_is_retired_and_never_deleted(page, boats, aspect, admin):
    demand = DemandFactory(aspect=aspect)
    demand.items.add(boats)
    ResourceFactory(items=[boats])
    assert dict(uses_of(boats)) == {"资源": 1, "需求": 1}
    assert dict(uses_of(aspect))["服务事项"] == 1
    for entry in (boats, aspect):
        with pytest.raises(DomainError, match="不能删除；不再需要时请停用"):
            catalogue.entry_delete(entry=entry, actor=admin)
    page.post(reverse("service_item_delete", args=[boats.pk]))
    assert ServiceItem.objects.filter(pk=boats.pk).exists()


def test_unused_line_may_be_deleted_with_its_words(page, boats, aspect):
    assert page.post(reverse("service_item_delete", args=[boats.pk])).status_code == 302
    assert page.post(reverse("service_aspect_delete", args=[aspect.pk])).status_code == 302
    assert not ServiceAspect.objects.filter(pk=aspect.pk).exists()
    assert not LexiconTerm.objects.filter(item=boats.pk).exists()
    assert AuditEntry.objects.filter(action="service_item.delete", target_label="龙舟赛事").count() == 1


# ---- retired and brought back


def test_retired_item_leaves_forms_and_suggestions_and_stays_on_old_rows(client, boats, admin):
    branch = BranchFactory()
    old = DemandFactory(branch=branch, title="五月初五想办一场划龙船比赛")
    old.items.add(boats)
    client.force_login(UserFactory(secretary_of=branch))
    before = catalogue_version()
    catalogue.entry_retire(entry=boats, reason="县里统一办了", actor=admin, today=timezone.localdate())
    assert (catalogue_version() != before, "龙舟赛事" in suggested(old.title)) == (True, False)
    offered = client.get(reverse("demand_new")).context["form"].fields["items"].queryset
    assert boats not in offered
    assert "龙舟赛事" in client.get(reverse("demand_detail", args=[old.pk])).content.decode()
    edit = reverse("demand_edit", args=[old.pk])
    assert "龙舟赛事（已停用）" in client.get(edit).content.decode()
    data = {
        "title": "改过的标题",
        "aspect": old.aspect_id,
        "urgency": 0,
        "nature": "problem",
        "source": "other",
    }
    answer = client.post(edit, data | {"items": [boats.pk], "raised_on": old.raised_on.isoformat()})
    assert answer.status_code == 302
    assert [item.name for item in old.items.all()] == ["龙舟赛事"]
    catalogue.entry_restore(entry=boats, actor=admin)
    assert "龙舟赛事" in suggested(old.title)


def test_aspect_takes_its_items_along_and_brings_them_back(aspect, boats, admin):
    today = timezone.localdate()
    alone = ServiceItemFactory(aspect=aspect, name="钓鱼")
    catalogue.entry_retire(entry=alone, reason="没人要", actor=admin, today=today)
    catalogue.entry_retire(entry=aspect, reason="归并", actor=admin, today=today)
    assert [item.name for item in aspect.items.in_use()] == []
    with pytest.raises(ConflictError, match="方面“水上活动”已停用"):
        catalogue.entry_restore(entry=boats, actor=admin)
    with pytest.raises(ConflictError, match="方面“水上活动”已停用"):
        aspect.refresh_from_db()
        catalogue.item_create(aspect=aspect, name="游泳", words={}, actor=admin)
    catalogue.entry_restore(entry=aspect, actor=admin)
    assert [item.name for item in aspect.items.in_use()] == ["龙舟赛事"]


def test_retiring_asks_for_a_reason_and_shows_it_apart(page, boats):
    url = reverse("service_item_retire", args=[boats.pk])
    assert page.post(url, {"reason": ""}).context["form"].errors["reason"] == ["请写明理由。"]
    page.post(url, {"reason": "县里统一办了"})
    shown = page.get(reverse("service_item_list"), {"aspect": "retired"})
    assert ([item.name for item in shown.context["page"].retired_items], shown.context["shown"]) == (
        ["龙舟赛事"],
        [],
    )
    assert "县里统一办了" in shown.content.decode()
    page.post(reverse("service_item_restore", args=[boats.pk]))
    assert ServiceItem.objects.get(pk=boats.pk).retired_on is None


# ---- the pages


def test_item_is_added_and_changed_in_the_browser(page, aspect):
    data = {
        "aspect": aspect.pk,
        "name": "龙舟赛事",
        "colloquial": "端午划船、 划龙船\n赛龙舟,赛龙舟",
        "help_kinds": "labour",
    }
    answer = page.post(reverse("service_item_new"), data)
    item = ServiceItem.objects.get(name="龙舟赛事")
    assert answer.url == f"{reverse('service_item_list')}?aspect={aspect.pk}"
    assert (terms(item), item.help_kinds) == ({"colloquial": ["划龙船", "端午划船", "赛龙舟"]}, ["labour"])
    shown = page.get(reverse("service_item_edit", args=[item.pk])).context["form"]
    assert shown["colloquial"].value() == "端午划船、划龙船、赛龙舟"


def test_faulty_form_keeps_what_was_typed(page, boats):
    answer = page.post(reverse("service_item_edit", args=[boats.pk]), form(boats, synonym="船"))
    assert (answer.status_code, answer.context["form"]["synonym"].value()) == (422, "船")
    assert list(answer.context["form"].errors) == ["synonym"]


def test_list_filters_and_counts_uses(page, boats, django_assert_max_num_queries):
    ResourceFactory(items=[boats])
    with django_assert_max_num_queries(12):
        shown = page.get(reverse("service_item_list"), {"q": "划龙船", "help_kind": "labour"}).context[
            "shown"
        ]
    [item] = [item for each in shown for item in each.shown_items]
    assert (item.name, item.resource_count, item.demand_count) == ("龙舟赛事", 1, 0)
    none = page.get(reverse("service_item_list"), {"q": "划龙船", "audience": "elderly"})
    assert "没有这样的事项" in none.content.decode()


def test_sentence_is_tried_as_saved_and_as_typed(page, boats):
    text = {"text": "想学凤舟巡游", "side": "demand"}
    saved = page.get(reverse("service_item_try"), text).context["found"]
    assert "龙舟赛事" not in [each.label for each in saved.items]
    typed = form(boats, synonym="凤舟巡游、巡游凤舟、学凤舟") | text | {"try": "yes"}
    url = reverse("service_item_edit", args=[boats.pk])
    found = page.post(url, typed).context["found"]
    assert [each.words for each in found.items if each.label == "龙舟赛事"] == [("凤舟巡游", "学凤舟")]
    ruled = page.post(url, typed | {"negative": "巡游"}).context["found"]
    assert ruled.ruled_out == ["龙舟赛事"]
    assert terms(boats) == WORDS
    assert page.get(reverse("service_item_try"), {"text": ""}).context["found"] is None


@pytest.mark.parametrize("name", ["service_item_new", "service_aspect_new"])
def test_only_administrators_write(client, name):
    for person in (UserFactory(office=True), UserFactory(secretary_of=BranchFactory())):
        client.force_login(person)
        assert client.get(reverse(name)).status_code == 403
