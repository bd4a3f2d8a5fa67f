"""A real Chromium for the browser tests; a missing one is a failure that says what to install."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from scripts.test_tools import BROWSERS
from tests.browser.watch import Watched, open_window

FLAGS = [
    "--no-first-run",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.fail("Chromium is missing: install the package chromium, or run `make test`, which does.")
    # Playwright's loop runs in this thread; Django must not take the tests for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *sandbox])
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def window(chromium: Browser, live_server) -> Iterator[Callable[[str], Watched]]:
    """Open windows with `window("desktop")` or `window("phone")`; none may have met a fault at the end."""
    opened: list[Watched] = []

    def new(viewport: str) -> Watched:
        opened.append(open_window(chromium, live_server.url, viewport))
        return opened[-1]

    yield new
    for watched in opened:
        watched.context.close()
    faults = [fault for watched in opened for fault in watched.faults]
    assert not faults, "\n".join(faults)
