"""A faulty demand ledger in a real browser: settle a column, mend the marked cells, confirm, take it back."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from ledgers.models import Demand
from pairing.imports.forms import SPREADSHEET
from pairing.imports.services.intake import ledger_import
from tests.browser.watch import Watched
from tests.factories.branches import UserFactory
from tests.imports.workbooks import TERMS, demo_book

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
PASSWORD = "mend-it-in-your-own-file-2025"
PLANTED = {"I4": ("提出日期", "01/02/2026"), "G5": ("预计受益人数", -3)}


def faulty_book() -> bytes:
    """The demo's 需求账单 with a column nobody knows by that name and two faults planted."""
    book = load_workbook(demo_book("demands"))
    page = book.active
    for cell in page[3]:
        if cell.value == "期望完成时限":
            cell.value = "希望何时前完成"
    for place, (header, value) in PLANTED.items():
        assert page[f"{place[0]}3"].value == header
        page[place] = value
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def upload(watched: Watched, content: bytes) -> None:
    watched.goto("/imports/demands/")
    file = {"name": "需求.xlsx", "mimeType": SPREADSHEET, "buffer": content}
    watched.page.set_input_files("input[type=file]", file)
    press(watched, "上传并预览")


def press(watched: Watched, text: str) -> None:
    with watched.page.expect_navigation():
        watched.page.locator("main").get_by_text(text, exact=True).first.click()


def test_faulty_ledger_is_mended_confirmed_and_taken_back(window, settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    content = demo_book("branches").read_bytes()
    ledger_import(kind="branches", file_name="组织清单.xlsx", content=content, actor=None, terms=TERMS)
    user = UserFactory(username="office", office=True)
    user.set_password(PASSWORD)
    user.save()
    watched = window("desktop")
    page = watched.page
    watched.login("office", PASSWORD)

    upload(watched, faulty_book())
    expect(page.locator("h1")).to_have_text("列的对应")
    column = page.locator("select[name=deadline_on]")
    page.screenshot(path=str(tmp_path / "columns.png"), full_page=True)
    column.select_option(label=column.locator("option", has_text="希望何时前完成").inner_text())
    press(watched, "记住并预览")

    faults = page.locator("tbody tr")
    expect(faults).to_have_count(len(PLANTED))
    expect(faults.first).to_contain_text("日期有歧义")
    page.screenshot(path=str(tmp_path / "errors.png"), full_page=True)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载标注好的表格").click()
    book = load_workbook(BytesIO(download.value.path().read_bytes()))
    sheet = book.worksheets[0]
    marked = {cell.coordinate for row in sheet for cell in row if cell.comment}
    assert marked == set(PLANTED)
    sheet["I4"], sheet["G5"] = "2025-01-03", 3
    buffer = BytesIO()
    book.save(buffer)

    upload(watched, buffer.getvalue())  # the column is remembered: straight to the preview
    expect(page.locator("h1")).to_have_text("预览需求账单")
    page.screenshot(path=str(tmp_path / "preview.png"), full_page=True)
    press(watched, "确认导入")
    assert Demand.objects.count() == 53

    watched.goto("/imports/history/")
    page.screenshot(path=str(tmp_path / "history.png"), full_page=True)
    with page.expect_navigation():
        page.locator("tbody tr", has_text="需求.xlsx").get_by_role("link").click()
    press(watched, "撤销导入")
    expect(page.locator("main")).to_contain_text("已撤销")
    assert Demand.objects.count() == 0
