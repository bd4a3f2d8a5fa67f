"""What every test may rely on: a real PostgreSQL, started when the first test asks for it."""

import os
from collections.abc import Iterator

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import TransactionTestCase
from django.test.signals import template_rendered
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker
from template_partials.templatetags.partials import TemplateProxy

from core.embedded import places, postgres
from core.embedded.errors import EmbeddedError
from core.garbage import look_seldom
from tests import crowd, database

SERVER_RAN_BEFORE = "TEST_SERVER_RAN_BEFORE"

# Nothing in the suite is timed: a busy computer is no fault of the code.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_configure() -> None:
    """Note before any worker starts, in a variable they inherit, whose server it is: several share one."""
    if not os.environ.get("DATABASE_URL"):
        os.environ.setdefault(SERVER_RAN_BEFORE, str(int(postgres.is_running(places.test_cluster()))))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server that this run started, once all workers have ended: each drops its database last."""
    is_worker = hasattr(config, "workerinput")
    if os.environ.get("DATABASE_URL") or is_worker or os.environ[SERVER_RAN_BEFORE] != "0":
        return
    cluster = places.test_cluster()
    if postgres.is_running(cluster) and not postgres.has_clients(cluster):
        postgres.stop(cluster)


def pytest_xdist_auto_num_workers() -> int:
    """One more worker than there are cores: while one waits for a browser or a program, another computes."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)  # pytest-django sorts, too
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that may take long, so that in the end no worker is alone with one of them."""
    items.sort(key=lambda item: -max((mark.args[0] for mark in item.iter_markers("timeout")), default=0))


def pytest_collection_finish() -> None:
    """What the modules made stays to the end."""
    look_seldom()


@pytest.fixture(scope="session", autouse=True)
def pages_only(django_test_environment: None) -> None:
    """Keep for `response.context` what a page was given, not a copy of it for each of its hundred parts."""

    def render(template: Template | TemplateProxy, context: Context) -> str:
        if context.template is template:  # the page itself, not what it includes or extends
            template_rendered.send(sender=template, template=template, context=context)
        return template.nodelist.render(context)

    Template._render = TemplateProxy._render = render


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Run the embedded test cluster unless DATABASE_URL names a server (by a superuser of it)."""
    if not os.environ.get("DATABASE_URL"):
        try:
            postgres.ensure_running(places.test_cluster(), extra_flags=postgres.TEST_FLAGS)
        except EmbeddedError as error:
            pytest.exit(str(error), returncode=1)
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = database.template()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Put back what a test that commits has changed, instead of truncating every table and seeding anew."""
    with django_db_blocker.unblock():
        database.NEW.take()
    TransactionTestCase._fixture_teardown = lambda self: database.put_back()
    yield
    with django_db_blocker.unblock():
        crowd.go_home()
        database.end_other_sessions()
