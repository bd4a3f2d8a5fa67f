"""Words put into every text of a pair's rows, by which a page that says too much is found."""

from __future__ import annotations

import re
from typing import Any

import pgtrigger
from django.apps import apps
from django.db import models

from branches.models import User
from core.models import AuditEntry, Notification
from ledgers.enums import Sharing
from ledgers.services.resources import resource_update
from pairing.matching.enums import MatchEditKind
from pairing.matching.models import MatchEdit, MatchGap
from pairing.plans.models import Pairing
from tests.factories.ledgers import ResourceFactory
from tests.security.world import World

READERS = ("stranger", "seatless")  # of whom nothing is hidden from themselves
CANARY = re.compile(r"canary-[a-z]+-\w+-\d+")
OWN_APPS = {
    "core",
    "branches",
    "ledgers",
    "plans",
    "activities",
    "matching",
    "reviews",
    "reminders",
    "imports",
}
# Texts that everybody may read (names of organisations and dictionaries), or that no page shows.
OPEN_MODELS = {
    "branches.Branch",
    "ledgers.ServiceAspect",
    "ledgers.ServiceItem",
    "ledgers.LexiconTerm",
    "activities.ActivityKind",
    "plans.Metric",
    "core.WorkingDay",
    "core.Heartbeat",
    "core.SubmitToken",
}
# Written by background runs and by the office; the route table closes their pages to the stranger.
UNUSED_MODELS = {
    "activities.Subject",
    "imports.ImportBatch",
    "matching.MatchShard",
    "matching.ScoreWeights",
    "matching.TextContext",  # numbers; no page shows them
    "matching.SecondOpinion",  # its order moves rows of a page, its texts never leave the table
    "reminders.Reminder",
}
KEYS = {
    "username",
    "password",
    "key",
    "dedupe_key",
    "scope_key",
    "period_key",
    "url",
    "action",
    "target_type",
}


# What the hall says of its demands to everybody with a seat, by design; the contact is not among it.
HALL_WORDS = ("title", "description", "audience_text")


def own_models() -> list[type[models.Model]]:
    """The product's own tables without the histories."""
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label in OWN_APPS and not model.__name__.endswith("Event") and model._meta.managed
    ]


def texts_of(model: type[models.Model]) -> list[models.Field]:
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not field.choices
        and field.name not in KEYS
    ]


def sow(world: World) -> set[str]:
    """Put a canary into every text of the pair's rows, none into the READERS'; give the models reached."""
    rows = world.rows
    target = {"target_type": "ledgers.demand", "target_id": rows["demand"].pk}
    AuditEntry.objects.create(action="demand.update", **target)
    MatchGap.objects.create(run=rows["run"], demand=rows["returned_demand"])
    MatchEdit.objects.create(
        run=rows["run"],
        demand=rows["demand"],
        resource=rows["resource"],
        kind=MatchEditKind.FORBID,
        made_by=world.people["secretary_a"],
    )
    sown = set()
    for model in own_models():
        if model._meta.label in OPEN_MODELS | UNUSED_MODELS:
            continue
        texts = texts_of(model)
        for row in _foreign_rows(model, world) if texts else ():
            values = {field.name: _canary(field, row) for field in texts}
            with pgtrigger.ignore("core.AuditEntry:append_only"):
                model.objects.filter(pk=row.pk).update(**values)
            sown.add(model._meta.label)
    with pgtrigger.ignore("core.AuditEntry:append_only"):
        AuditEntry.objects.update(changes={"title": ["canary-audit-old-1", "canary-audit-new-1"]})
    return sown


def _foreign_rows(model: type[models.Model], world: World) -> Any:
    """Every row but the readers' own persons, messages and pairing."""
    readers = [world.people[name] for name in READERS]
    if model is User:
        return model.objects.exclude(pk__in=[reader.pk for reader in readers])
    if model is Notification:
        return model.objects.exclude(recipient__in=readers)
    if model is Pairing:
        return model.objects.filter(pk__in=[world.rows["pairing"].pk, world.rows["quiet_pairing"].pk])
    return model.objects.all()


def _canary(field: models.Field, row: models.Model) -> str:
    return f"canary-{row._meta.model_name}-{field.name}-{row.pk}"[: field.max_length or 60]


def share_with_the_county(world: World) -> re.Pattern[str]:
    """Share a resource, change its number, and give the pattern of every number a stranger must not read."""
    resource = ResourceFactory(branch=world.rows["branch_a"], sharing=Sharing.COUNTY)
    old, new = resource.contact_phone, "13755556666"
    resource_update(resource=resource, actor=world.people["secretary_a"], contact_phone=new)
    world.rows["shared"] = resource
    rows = [world.rows[name] for name in ("branch_a", "branch_b", "resource", "demand", "hall_demand")]
    return re.compile("|".join(sorted({*map(_phone_of, rows), old, new})))


def _phone_of(row: models.Model) -> str:
    """What stands where a phone number belongs, be it a canary."""
    row = type(row).objects.get(pk=row.pk)
    return getattr(row, "phone", "") or row.contact_phone


def hall_words(world: World) -> set[str]:
    """The canaries that stand in the hall by design."""
    return {f"canary-demand-{name}-{world.rows['hall_demand'].pk}" for name in HALL_WORDS}


def in_the_hall(found: dict[str, set[str]]) -> set[str]:
    """Take the pages of the hall out of what was found, and give all that they said."""
    pages = [url for url in found if url.removeprefix("POST ").startswith("/hall/")]
    return set().union(*(found.pop(url) for url in pages))
