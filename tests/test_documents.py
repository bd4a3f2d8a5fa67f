"""The documents speak of what is there: paths, commands and a word for every table."""

from __future__ import annotations

import re

import pytest
from django.apps import apps

from core.embedded.places import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
OURS = ("core", "branches", "ledgers", "pairing")
TABLES = [
    model.__name__
    for model in apps.get_models()
    if model.__module__.partition(".")[0] in OURS and not hasattr(model, "pgh_id")
]
A_PATH = re.compile(
    r"(?<![\w/])(?:benchmarks|core|docs|ledgers|pairing|scripts|static|templates|tests)/[\w./-]*\w"
)


def found(pattern: str | re.Pattern[str], text: str) -> set[str]:
    return set(re.findall(pattern, text))


@pytest.mark.parametrize("table", TABLES)
def test_glossary_has_a_word_for_every_table(table: str) -> None:
    assert f"`{table}`" in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").replace(", ", "`, `")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_document_names_paths_and_commands_that_are_there(document) -> None:
    text = document.read_text(encoding="utf-8")
    missing = {path for path in found(A_PATH, text) if not (ROOT / path).exists()}
    missing |= {path for path in found(r"\]\(([\w./-]+)\)", text) if not (document.parent / path).exists()}
    targets = found(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert (missing, found(r"(?:`|^)make ([a-z-]+)", text) - targets) == (set(), set())
