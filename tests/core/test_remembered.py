"""What is worked out once a process says what Django would say each time."""

from __future__ import annotations

from django.apps import apps
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.db.models import Model
from whitenoise.storage import CompressedManifestStaticFilesStorage

from core.models import TimeStampedModel
from core.staticfiles import ManifestStorage, PlainStorage


def test_words_of_a_choice_are_djangos():
    """Of every choice, of none, and of a value that is no choice any more."""
    tried = 0
    for model in filter(lambda each: issubclass(each, TimeStampedModel), apps.get_models()):
        for field in (each for each in model._meta.concrete_fields if each.choices):
            for value in [*(value for value, _ in field.flatchoices), None, "gone"]:
                row = model(**{field.attname: value})
                ours, djangos = (kind._get_FIELD_display(row, field) for kind in (model, Model))
                assert (ours, type(ours)) == (djangos, type(djangos)), field
                tried += 1
    assert tried > 100


def test_address_of_a_static_file_is_djangos(tmp_path):
    assert PlainStorage().url("app.css") == StaticFilesStorage().url("app.css") == "/static/app.css"
    (tmp_path / "app.css").write_text("body{}")
    djangos = CompressedManifestStaticFilesStorage(location=tmp_path, base_url="/static/")
    list(djangos.post_process({"app.css": (djangos, "app.css")}))
    ours = ManifestStorage(location=tmp_path, base_url="/static/")
    assert ours.url("app.css") == djangos.url("app.css") != "/static/app.css"
