"""What is one of a few words is kept to them by the database, whoever writes to it."""

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import IntegrityError, connection, models, transaction

from core.fields import OneOfField, SomeOfField
from ledgers.models import Demand
from tests.factories.ledgers import DemandFactory
from tests.factories.reviews import ReviewFactory

OURS = ("core", "branches", "ledgers", "pairing")
FIELDS = [
    field
    for model in apps.get_models()
    if model.__module__.partition(".")[0] in OURS and not hasattr(model, "pgh_id")
    for field in model._meta.local_fields
]
CHOSEN = [field for field in FIELDS if field.choices and isinstance(field, models.CharField)]
LISTS = [field for field in FIELDS if isinstance(field, ArrayField) and field.base_field.choices]


@pytest.mark.parametrize("field", CHOSEN, ids=str)
def test_every_text_with_choices_is_kept_to_them(field):
    assert isinstance(field, OneOfField)


@pytest.mark.parametrize("field", LISTS, ids=str)
def test_every_list_with_choices_is_kept_to_them(field):
    assert isinstance(field, SomeOfField)


@pytest.mark.django_db
def test_other_value_is_refused_and_every_choice_taken():
    demand = DemandFactory()
    for value in ("odd", "", "OPEN"):
        with pytest.raises(IntegrityError, match="ledgers_demand_source_check"), transaction.atomic():
            type(demand).objects.filter(pk=demand.pk).update(source=value)
    for value in demand._meta.get_field("source").choices:
        assert type(demand).objects.filter(pk=demand.pk).update(source=value[0]) == 1


@pytest.mark.django_db
def test_list_holds_choices_alone():
    rows = type(DemandFactory()).objects.all()
    for value in (["odd"], ["members", "odd"], [None]):
        with pytest.raises(IntegrityError, match="ledgers_demand_audiences_check"), transaction.atomic():
            rows.update(audiences=value)
    every = [value for value, _ in Demand._meta.get_field("audiences").base_field.choices]
    assert (rows.update(audiences=[]), rows.update(audiences=every)) == (1, 1)


@pytest.mark.parametrize(("name", "value"), [("source", "letter"), ("audiences", ["guests"])])
@pytest.mark.django_db
def test_choice_that_a_migration_adds_is_taken(name, value):
    before, after = Demand._meta.get_field(name), Demand._meta.get_field(name).clone()
    kind = getattr(after, "base_field", after)
    kind.choices = [*kind.choices, ("letter", "来信"), ("guests", "来宾")]
    after.set_attributes_from_name(name)
    after.model = Demand
    with connection.schema_editor() as editor:
        editor.alter_field(Demand, before, after)
    DemandFactory()
    assert Demand.objects.update(**{name: value}) == 1


@pytest.mark.django_db
def test_blank_is_taken_where_it_may_be():
    review = ReviewFactory()
    assert type(review).objects.filter(pk=review.pk).update(held_by="") == 1
    with pytest.raises(IntegrityError, match="reviews_review_held_by_check"), transaction.atomic():
        type(review).objects.filter(pk=review.pk).update(held_by="letter")


@pytest.mark.django_db
def test_history_keeps_words_that_were_given_up():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_constraint"
            " WHERE contype = 'c' AND conrelid = 'reviews_reviewevent'::regclass AND conname LIKE '%state%'"
        )
        assert cursor.fetchone() == (0,)


class Odd(models.TextChoices):
    QUOTED = "it's", "引号"


def test_value_that_would_need_quoting_is_a_mistake_of_ours():
    field = OneOfField("词", max_length=10, choices=Odd)
    field.set_attributes_from_name("word")
    field.model = models.Model
    with pytest.raises(ValueError, match="cannot stand in a check"):
        field.db_check(connection)
