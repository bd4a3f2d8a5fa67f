"""Finding rows by words, by two characters and by pinyin; and that no write can leave a row unfindable."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from branches.models import Branch
from core.pinyin import sort_key, syllables
from core.search import words
from core.services import search_fill, searchable_models
from ledgers.models import Demand, Resource
from tests.factories.branches import BranchFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=2, max_size=30)


@pytest.mark.parametrize(
    ("name", "sound"),
    [
        ("重庆", "chongqing"),
        ("长沙", "changsha"),
        ("双峰", "shuangfeng"),
        ("六安", "luan"),
        ("乐清", "yueqing"),
        ("洪洞", "hongtong"),
        ("丰都", "fengdu"),
        ("长冲村", "changchongcun"),
        ("曾家湾", "zengjiawan"),
        ("校长", "xiaozhang"),
        ("重点", "zhongdian"),
        ("银行行长", "yinhanghangzhang"),
    ],
)
def test_syllables_of_polyphonic_names(name, sound):
    assert "".join(syllables(name)) == sound


def test_sort_key_orders_as_a_reader_expects():
    names = ["重庆路社区", "长沙路社区", "城北社区", "安置办"]
    assert sorted(names, key=sort_key) == ["安置办", "长沙路社区", "城北社区", "重庆路社区"]


@pytest.fixture
def branch(db):
    return BranchFactory(name="双峰县城北社区党支部", address="")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("城北", True),
        ("北社", True),  # any two characters, though no dictionary has this word
        ("城北社区", True),
        ("社区城北", True),  # words, in whatever order
        ("支", True),
        ("部", True),  # also the last character
        ("cbsq", True),
        ("CBSQ", True),
        ("\uff43\uff42\uff53\uff51", True),
        ("chengbei", True),
        ("cheng bei", True),
        ("shuangf", True),
        ("sf cb", True),
        ("双峰 cbsq", True),
        ("城南", False),
        ("bsqc", False),
        ("城北 城南", False),
        ("，。", False),
        ("", False),
        ("'", False),
        ("a:* | 'b' & !c <-> \\", False),
    ],
)
def test_branch_is_found_by(branch, typed, found):
    BranchFactory(name="第二支队")
    assert (branch in Branch.objects.find(typed)) is found


@pytest.mark.django_db
@settings(max_examples=25, deadline=None)
@given(text=HAN, data=st.data())
def test_any_two_neighbours_and_any_part_find_the_text(text, data):
    start = data.draw(st.integers(0, len(text) - 2))
    end = data.draw(st.integers(start + 2, len(text)))
    assert holds(words.vector([text], []), text[start : start + 2])
    assert holds(words.vector([text], []), text[start:end])


@pytest.mark.django_db
@settings(max_examples=50, deadline=None)
@given(typed=st.text(max_size=60).map(lambda text: text.replace("\x00", "").replace("\ud800", "")))
def test_whatever_is_typed_makes_a_query_and_a_vector(typed):
    typed = typed.encode("utf-8", "ignore").decode()
    assert holds(words.vector([typed], [typed]), typed) is bool(words.query(typed))


def holds(vector: str, typed: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::tsvector @@ %s::tsquery", [vector, words.query(typed)])
        return cursor.fetchone()[0]


def test_vectors_of_different_texts_differ_even_in_a_comma():
    assert words.vector(["修路，修桥"], ["修路"]) != words.vector(["修路修桥"], ["修路"])


def save(row):
    row.title = "普法讲座"
    row.save()


def save_one_column(row):
    row.title = "普法讲座"
    row.save(update_fields=["title"])


def save_deferred(row):
    row = type(row).objects.only("pk", "title").get(pk=row.pk)
    row.title = "普法讲座"
    row.save()


def bulk_update(row):
    row.title = "普法讲座"
    type(row).objects.bulk_update([row], ["title"])


def update(row):
    type(row).objects.filter(pk=row.pk).update(title="普法讲座")


def plain_sql(row):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {row._meta.db_table} SET title = '普法讲座' WHERE id = %s", [row.pk])


@pytest.mark.django_db
@pytest.mark.parametrize("write", [save, save_one_column, save_deferred, bulk_update, update, plain_sql])
@pytest.mark.parametrize("factory", [ResourceFactory, DemandFactory])
def test_no_write_leaves_the_old_words_behind(factory, write):
    row = factory(title="路灯维修")
    model = type(row)
    model.objects.bulk_create([model(**{f: getattr(row, f) for f in copied(model)}, serial=999)])

    write(row)

    assert [each.serial for each in model.objects.find("路灯")] == [999]
    assert model.objects.find("普法").get() == row
    search_fill()
    assert model.objects.find("pfjz").get() == row
    assert model.objects.get(pk=row.pk).title_key == "pu fa jiang zuo"


def copied(model) -> list[str]:
    skipped = {"id", "serial", "search", "title_key", "created_at", "updated_at"}
    return [field.name for field in model._meta.concrete_fields if field.name not in skipped]


def test_every_searchable_model_lists_trigger_and_index_over_its_texts():
    assert {Branch, Demand, Resource} <= set(searchable_models())
    for model in searchable_models():
        triggers = {each.name: each for each in model._meta.triggers}
        assert set(triggers["search_stale"].condition.fields) == set(model.SEARCH_TEXTS)
        assert ["search"] in [index.fields for index in model._meta.indexes]


@pytest.mark.django_db
def test_rebuild_fills_every_row(capsys):
    row = ResourceFactory(title="路灯维修")
    Resource.objects.update(search="'nonsense'")

    call_command("search_rebuild")

    assert Resource.objects.find("ldwx").get() == row
    assert "已重建 2 行的检索词" in capsys.readouterr().out  # the resource and its branch
