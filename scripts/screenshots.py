"""Take the pictures of the documents from a demo that runs in another window (`make demo`)."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from test_tools import BROWSERS

ROOT = Path(__file__).resolve().parent.parent
ACCOUNTS = Path(os.environ.get("VAR_DIR", ROOT / "var")) / "demo-accounts.txt"
IMAGES = ROOT / "docs" / "images"
DESKTOP, PHONE = (1366, 768), (390, 844)
PICTURES = (
    ("dashboard", "office", "/dashboard/", DESKTOP),
    ("matching", "chengbei", "/matching/", DESKTOP),
    ("workbench-phone", "chengbei", "/", PHONE),
)


def passwords() -> dict[str, str]:
    if not ACCOUNTS.exists():
        sys.exit(f"{ACCOUNTS} is missing: start the demo first with `make demo`.")
    rows = (line.split("\t") for line in ACCOUNTS.read_text(encoding="utf-8").splitlines())
    return {row[0]: row[1] for row in rows if len(row) > 1}


def shoot(
    browser: Browser, origin: str, person: str, password: str, path: str, size: tuple[int, int]
) -> bytes:
    """The page as one person sees it."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
    page.goto(f"{origin}/login/?next={path}")
    page.fill("input[name=username]", person)
    page.fill("input[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_load_state("networkidle")
    picture = page.screenshot()
    page.close()
    return picture


def main() -> None:
    origin = f"http://localhost:{os.environ.get('PORT', '8000')}"
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if chromium is None:
        sys.exit("Chromium is missing: install the package chromium.")
    known = passwords()
    IMAGES.mkdir(parents=True, exist_ok=True)
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        for name, person, path, size in PICTURES:
            (IMAGES / f"{name}.png").write_bytes(shoot(browser, origin, person, known[person], path, size))
            sys.stdout.write(f"docs/images/{name}.png\n")


if __name__ == "__main__":
    main()
