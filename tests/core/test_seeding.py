"""What an app ships with comes by `migrate`, and only where there are tables to put it in."""

import pytest
from django.apps import apps
from django.db.migrations.state import ProjectState
from django.db.models.signals import post_migrate

from core.models import WorkingDay

pytestmark = pytest.mark.django_db


def migrated(**given):
    config = apps.get_app_config("core")
    post_migrate.send(
        sender=config, app_config=config, verbosity=0, interactive=False, using="default", **given
    )


def test_empty_table_is_filled_by_migrate_and_by_flush():
    for given in ({"apps": apps}, {}):
        WorkingDay.objects.all().delete()
        migrated(**given)
        assert WorkingDay.objects.exists()


def test_migration_that_takes_the_tables_away_is_not_followed_by_a_look_into_them():
    WorkingDay.objects.all().delete()
    migrated(apps=ProjectState().apps)
    assert not WorkingDay.objects.exists()
