"""Addresses of static files, worked out once: they do not change while the program runs."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib.staticfiles import storage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class _Remembered:
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.url = cache(super().url)  # type: ignore[misc]


class PlainStorage(_Remembered, storage.StaticFilesStorage):
    """For the demo and the tests, where nothing is collected."""


class ManifestStorage(_Remembered, CompressedManifestStaticFilesStorage):
    """For production: a file's name carries its digest."""
