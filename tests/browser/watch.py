"""A browser page that notices whatever a user must never meet."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import APIResponse, Browser, BrowserContext, ConsoleMessage, Page, Request, Response

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
GRAVE = ["serious", "critical"]
CONTRAST = "color-contrast"
# FullCalendar labels a day's cell by its date alone, whatever entries stand in it.
CALENDAR_CELL = ("label-content-name-mismatch", "fc-dom")
# The frame around every page: judged on a window's first page, not a hundred times over.
SHELL = [".sidebar", ".topbar", ".bottom-bar", "#mine"]
# Every violation of a rule has the impact of the rule: those that are never grave need not run.
LOOK = """async ([apart, grave, leftOut]) => {
  const rules = axe._audit.rules.filter(rule => !grave.includes(rule.impact) || leftOut.includes(rule.id));
  const {violations} = await axe.run({exclude: apart.map(each => [each])}, {
    resultTypes: ["violations"], preload: false,
    rules: Object.fromEntries(rules.map(rule => [rule.id, {enabled: false}])),
  });
  return {wide: document.documentElement.scrollWidth, seen: window.innerWidth, violations};
}"""
VIEWPORTS = {"desktop": (1366, 768), "phone": (390, 844)}
REPORT_CSP = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


@dataclass
class Watched:
    """One logged-in person's window. `faults` collects console errors, CSP violations, strangers, 5xx."""

    context: BrowserContext
    page: Page
    origin: str
    faults: list[str] = field(default_factory=list)
    expected_statuses: set[int] = field(default_factory=set)
    shells_seen: set[str] = field(default_factory=set)  # in which sizes
    in_flight: set[Request] = field(default_factory=set)

    def goto(self, path: str) -> Response:
        response = self.page.goto(path if path.startswith("http") else f"{self.origin}{path}")
        assert response is not None
        return response

    def fetch(self, path: str) -> APIResponse:
        """The same answer without drawing it."""
        return self.context.request.get(path if path.startswith("http") else f"{self.origin}{path}")

    def login(self, username: str, password: str) -> None:
        self.goto("/login/")
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", password)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url(lambda url: "/login/" not in url)

    def settle(self) -> None:
        """Wait until the page has what it asked for; to wait for silence takes half a second a page."""
        self.page.wait_for_load_state("load")
        while self.in_flight:
            self.page.wait_for_timeout(10)

    @property
    def size(self) -> str:
        return f"{self.page.viewport_size}"

    def resize(self, viewport: str) -> None:
        """Make the window as wide as an office PC or a phone; it stays a PC's in all but its size."""
        width, height = VIEWPORTS[viewport]
        self.page.set_viewport_size({"width": width, "height": height})

    def look(self, *, at_colours: bool = True) -> None:
        """Note what is wrong with the page now shown: it scrolls sideways, or axe finds something grave.

        To judge the contrast of all colours takes as long as everything else.
        """
        left_out = [] if at_colours else [CONTRAST]
        where = f"{self.page.url.removeprefix(self.origin)} at {self.size}"
        apart = SHELL if self.size in self.shells_seen else []
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE)
        found = self.page.evaluate(LOOK, [apart, GRAVE, left_out])
        if found["wide"] > found["seen"]:
            self.faults.append(f"{where}: scrolls sideways ({found['wide']} > {found['seen']})")
        self.shells_seen.add(self.size)
        self.faults += [
            f"{where}: axe {each['id']} {node['target']} {node['failureSummary'][:200]}"
            for each in found["violations"]
            if each["impact"] in GRAVE
            for node in each["nodes"]
            if not (each["id"] == CALENDAR_CELL[0] and CALENDAR_CELL[1] in str(node["target"]))
        ]

    def _console(self, message: ConsoleMessage) -> None:
        refused = any(f"status of {status}" in message.text for status in self.expected_statuses)
        if message.type == "error" and not refused:
            self.faults.append(f"{self.page.url.removeprefix(self.origin)}: console {message.text}")

    def _request(self, request: Request) -> None:
        self.in_flight.add(request)
        if not request.url.startswith((self.origin, "data:", "blob:")):
            self.faults.append(f"request to another origin: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status} {response.url.removeprefix(self.origin)}")


def open_window(browser: Browser, origin: str, viewport: str) -> Watched:
    """A fresh window, as wide as an office PC or a phone."""
    width, height = VIEWPORTS[viewport]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        has_touch=viewport == "phone",
        is_mobile=viewport == "phone",
    )
    context.set_default_timeout(30_000)
    context.add_init_script(REPORT_CSP)
    page = context.new_page()
    watched = Watched(context, page, origin)
    page.on("console", watched._console)
    page.on("pageerror", lambda error: watched.faults.append(f"{page.url}: script error {error}"))
    page.on("request", watched._request)
    page.on("response", watched._response)
    page.on("requestfinished", lambda request: watched.in_flight.discard(request))
    page.on("requestfailed", lambda request: watched.in_flight.discard(request))
    return watched
