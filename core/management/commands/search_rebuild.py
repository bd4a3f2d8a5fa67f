"""Fill the search columns of all rows anew, as after a change of place_names.txt."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from core.services import search_rebuild


class Command(BaseCommand):
    help = "重建全部检索词和拼音排序键（改过地名读音以后运行）。"

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"已重建 {search_rebuild()} 行的检索词。")
