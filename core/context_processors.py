"""What the shell around every page shows: navigation, unread count, the role in force."""

from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString

from core.renderers import draw
from core.wording import cn_date


class Entry(NamedTuple):
    """One line of the navigation. `audience`: all, county (reads everything),
    manage (the office) or admin (runs the system). `also`: how the names of pages elsewhere begin that
    belong to this line; of several lines the last one takes the page."""

    label: str
    url_name: str
    icon: str
    audience: str = "all"
    also: tuple[str, ...] = ()


class Link(NamedTuple):
    """A navigation line as the template sees it."""

    label: str
    url: str
    icon: str
    name: str
    is_active: bool


Line = tuple[Entry, str]  # with its address
Section = tuple[str, tuple[Line, ...]]  # with its heading


class Group(NamedTuple):
    label: str
    links: tuple[Link, ...]


NAVIGATION: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    ("", (Entry("工作台", "workbench", "house", also=("workbench_",)),)),
    (
        "三单",
        (
            Entry("资源清单", "resource_list", "box-seam"),
            Entry("需求账单", "demand_list", "clipboard-heart", also=("solved_problem_", "duplicate_")),
            Entry("计划定单", "plan_order_list", "file-earmark-check", also=("claim_",)),
            Entry("认领大厅", "hall_list", "shop-window"),
            Entry("智能匹配", "matching", "shuffle", also=("match_run_",)),
        ),
    ),
    (
        "四联",
        (
            Entry("活动日历", "calendar", "calendar3", also=("closure_", "activity_reschedule")),
            Entry("活动", "activity_list", "people"),
            Entry("结对", "pairing_list", "link-45deg", also=("agreement_", "branch_detail")),
        ),
    ),
    (
        "调度",
        (
            Entry("沟通·调度·研讨", "review_list", "chat-square-text"),
            Entry("提醒与通知", "notification_list", "bell", also=("delivery_",)),
            Entry("缺口与闲置", "gap_list", "puzzle", "county", ("idle_", "repairing_")),
            Entry("驾驶舱", "dashboard", "speedometer2", "county"),
        ),
    ),
    (
        "管理",
        (
            Entry("数据导入", "import_list", "file-earmark-arrow-up", "manage"),
            Entry("组织", "branch_list", "diagram-3", "county", ("branch_",)),
            Entry("用户", "user_list", "person-gear", "admin", ("membership_",)),
            Entry("交接", "handover_list", "box-arrow-right", "admin", ("handover_",)),
            Entry("服务目录", "service_item_list", "book", "county", ("service_aspect_",)),
            Entry("匹配权重", "weights_edit", "sliders", "admin"),
            Entry("工作日历", "working_day_list", "calendar-week", "admin"),
            Entry("留痕", "audit_list", "journal-check", "county"),
        ),
    ),
)
PAGES = ("workbench", "search", "notification_list", "account", "password_change", "logout")
BOTTOM_BAR = (
    "workbench",
    "demand_list",
    "matching",
    "calendar",
)  # the fifth place, 我的, opens the whole menu
LEDGERS = ("resource_list", "demand_list", "plan_order_list")


class Shell:
    """The shell of one request; every part is worked out only when a template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.user: Any = request.user

    @cached_property
    def unread_count(self) -> int:
        """Read along with the person by the login backend; None there stands for none."""
        return self.user.unread or 0

    @cached_property
    def role(self) -> str:
        """The role in force, in the office's words; the widest one when a person holds several."""
        if self.user.is_admin:
            return "管理员"
        if self.user.is_office:
            return "县党建办"
        if self.user.is_auditor:
            return "审计员"
        return next((seat.get_role_display() for seat in self.user.seats), "未任职")

    @cached_property
    def unseated(self) -> str:
        """Why somebody without a seat sees empty pages, and what to do; "" for everybody else."""
        if self.user.seats or self.user.is_superuser:
            return ""
        if self.user.seated_from:
            day = cn_date(self.user.seated_from)
            return f"您的任职从{day}开始，在那之前看不到支部的内容，也不能办理。"
        return "您的账号现在没有任职，看不到支部的内容，也不能办理。请联系县党建办的管理员登记。"

    @cached_property
    def branch_name(self) -> str:
        return self.user.branch_name

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The navigation this person may use, without pages that do not exist."""
        audiences = {"all"}
        if self.user.is_admin or self.user.is_office:
            audiences |= {"county", "manage"}
        elif self.user.is_auditor:
            audiences.add("county")
        if self.user.is_admin:
            audiences.add("admin")
        sections = _sections(frozenset(audiences), settings.ROOT_URLCONF)
        return _groups(sections, self._active([line for _, lines in sections for line in lines]))

    def _active(self, lines: list[Line]) -> str | None:
        """The navigation address of the line that claims the page by name, else the longest it lies under."""
        page = self.request.resolver_match
        named = [url for entry, url in lines if page and (page.url_name or "").startswith(entry.also)]
        if named:
            return named[-1]
        path = self.request.path
        under = [url for _, url in lines if path == url or (url != "/" and path.startswith(url))]
        return max(under, key=len, default=None)

    @cached_property
    def links(self) -> dict[str, Link]:
        return {link.name: link for group in self.groups for link in group.links}

    @cached_property
    def bottom_bar(self) -> list[Link]:
        links = [self.links[name] for name in BOTTOM_BAR if name in self.links]
        return [_as_ledgers(link, self.ledgers) if link.name == "demand_list" else link for link in links]

    @cached_property
    def ledgers(self) -> list[Link]:
        """The three ledgers, offered as tabs on a phone."""
        return [self.links[name] for name in LEDGERS if name in self.links]

    @cached_property
    def in_ledgers(self) -> bool:
        return any(link.is_active for link in self.ledgers)

    @cached_property
    def pages(self) -> dict[str, str]:
        """The addresses of the pages that the shell names beside the navigation."""
        return _pages(settings.ROOT_URLCONF)

    @property
    def mark(self) -> str:
        return static("mark.svg")

    @property
    def searched(self) -> str:
        return self.request.GET.get("q", "")

    @property
    def topbar(self) -> SafeString:
        return self._draw("topbar")

    @cached_property
    def navigation(self) -> SafeString:
        """Drawn once for the two places where it stands, as is the account."""
        return self._draw("navigation")

    @cached_property
    def account(self) -> SafeString:
        return self._draw("account")

    @property
    def ledger_tabs(self) -> SafeString:
        return self._draw("ledger_tabs")

    @property
    def phone_bar(self) -> SafeString:
        return self._draw("phone_bar")

    def _draw(self, part: str) -> SafeString:
        return draw(f"shell/{part}.html", {"shell": self}, self.request)


def _as_ledgers(link: Link, ledgers: list[Link]) -> Link:
    return link._replace(
        label="三单", icon="card-checklist", is_active=any(each.is_active for each in ledgers)
    )


def _reverse(name: str) -> str:
    """Give the address of a page, or nothing when this installation does not have the page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@lru_cache
def _pages(_urlconf: str) -> dict[str, str]:
    return {name: _reverse(name) for name in PAGES}


@lru_cache
def _sections(audiences: frozenset[str], _urlconf: str) -> tuple[Section, ...]:
    """The lines for these audiences; their addresses never change while the program runs."""
    return tuple((label, tuple(_reversed(entries, audiences))) for label, entries in NAVIGATION)


def _reversed(entries: tuple[Entry, ...], audiences: frozenset[str]) -> Iterator[Line]:
    for entry in entries:
        if entry.audience in audiences and (url := _reverse(entry.url_name)):
            yield entry, url


@lru_cache
def _groups(sections: tuple[Section, ...], active: str | None) -> tuple[Group, ...]:
    """The sections that have a line, as the template sees them while the page at `active` is open."""
    return tuple(
        Group(label, tuple(Link(e.label, url, e.icon, e.url_name, url == active) for e, url in lines))
        for label, lines in sections
        if lines
    )


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give templates the shell; nothing, and no query, for somebody who is not logged in."""
    user = getattr(request, "user", None)
    return {"shell": Shell(request)} if user is not None and user.is_authenticated else {}
