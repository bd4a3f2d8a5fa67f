"""The component catalogue, the shell and the two middlewares."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.template import engines
from django.test import Client, RequestFactory
from django.urls import path, resolve
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from branches.backends import PersonBackend
from core import wording
from core.context_processors import NAVIGATION, Shell, shell
from core.enums import Channel, NotificationState
from core.errors import ConflictError
from core.middleware import private_pages
from core.models import Notification
from core.tones import STATES
from tests.factories.branches import BranchFactory, UserFactory

REFUSAL = "会议室已被占用，请换一个时间。"


def refuse(request):
    raise ConflictError(REFUSAL, field="starts_at")


def plain(request):
    return HttpResponse("内容")


urlpatterns = [
    path("refuse/", refuse),
    path("plain/", plain, name="workbench"),
    path("out/", plain, name="login"),
]


def render(source: str, query: str = "", **context: object) -> str:
    request = RequestFactory().get(f"/x/{query}")
    request.user = AnonymousUser()
    return engines["django"].from_string("{% load ui lists %}" + source).render(context, request)


class DemandForm(forms.Form):
    title = forms.CharField(label="需求内容")
    nature = forms.ChoiceField(label="性质", choices=[("a", "问题"), ("b", "困难")], widget=forms.RadioSelect)
    people = forms.IntegerField(label="人数", required=False)
    f4, f5, f6, f7 = (forms.CharField(label=f"第{n}项", required=False) for n in (4, 5, 6, 7))
    note = forms.CharField(label="备注", required=False, max_length=3)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (wording.cn_date(date(2025, 11, 28)), "2025年11月28日"),
        (wording.cn_date(datetime(2025, 11, 27, 17, 0, tzinfo=UTC)), "2025年11月28日"),
        (wording.short_date(date(2025, 11, 28)), "11-28 周五"),
        (wording.short_datetime(datetime(2025, 11, 28, 6, 30, tzinfo=UTC)), "11-28 周五 14:30"),
        (wording.cn_date(None), "—"),
        (wording.quantity(12000), "12,000"),
        (wording.quantity(3.50), "3.5"),
        (wording.quantity(100), "100"),
        (wording.approx(12000), "约 12,000"),
        (wording.approx(36, False), "36"),
        (wording.relative_day(date(2025, 11, 26), date(2025, 11, 28)), "已过 2 天"),
        (wording.relative_day(date(2025, 12, 1), date(2025, 11, 28)), "3 天后"),
    ],
)
def test_wording_of_dates_and_quantities(written, words):
    assert written == words


def test_every_state_of_every_model_has_a_look():
    fields = [field for model in apps.get_models() for field in model._meta.fields if field.name == "state"]
    unknown = {value for field in fields for value, _ in field.choices or () if value not in STATES}
    assert unknown == set()


def test_state_badge_shows_icon_and_word():
    demand = SimpleNamespace(state="open", get_state_display=lambda: "待认领")
    assert render("{% state_badge demand %}", demand=demand) == (
        '<span class="badge-state tone-info"><i class="bi bi-megaphone" aria-hidden="true"></i>待认领</span>'
    )


def test_state_badge_escapes_its_word():
    assert "<b>" not in render('{% state_badge "open" label %}', label="<b>")


def test_due_of_a_passed_day_carries_icon_and_distance():
    html = render("{% due day today %}", day=date(2025, 11, 26), today=date(2025, 11, 28))
    assert html == (
        '<span class="due tone-danger"><i class="bi bi-exclamation-triangle" aria-hidden="true"></i>'
        '<time datetime="2025-11-26">11-26 周三</time> <small>已过 2 天</small></span>'
    )


def test_page_header_keeps_its_buttons_as_markup():
    source = '{% page_header title=title %}<a class="btn" href="/n/">新增</a>{% endpage_header %}'
    html = render(source, title="A<b>")
    assert html.count('<a class="btn" href="/n/">新增</a>') == 1
    assert html.count("<h1>A&lt;b&gt;</h1>") == 1


def test_pagination_keeps_the_filters_of_the_address():
    page = Paginator(range(30), 10).get_page(2)
    html = render('{% pagination page "条" %}', "?state=open&page=2", page=page)
    assert html.count('href="?state=open&amp;page=3"') == 2  # the number and 下一页
    assert html.count("第 11–20 条") == 1


def test_sort_head_turns_the_direction_around():
    html = render('{% sort "title" "需求" %}', "?sort=title&page=4")
    assert html.count('aria-sort="ascending"') == 1
    assert html.count('href="?sort=-title"') == 1


def test_filter_bar_shows_the_filter_in_force_with_its_way_out():
    class Filter(forms.Form):
        state = forms.ChoiceField(label="状态", choices=[("", "全部"), ("open", "待认领")], required=False)

    html = render(
        '{% filter_bar form=form count=3 noun="条" %}{% endfilter_bar %}',
        "?state=open&sort=title&page=2",
        form=Filter({"state": "open"}),
    )
    assert html.count("状态：待认领") == 1
    assert html.count('href="?sort=title"') == 1


def test_form_shows_seven_fields_and_keeps_the_rest_under_more():
    html = render('{% include "components/form.html" %}', form=DemandForm())
    first, rest = html.split('<details class="more-fields"')
    assert (first.count('id="div_id_'), rest.count('id="div_id_')) == (7, 1)
    assert rest.split(">")[0].strip() == ""  # closed


def test_form_with_a_faulty_hidden_field_opens_more():
    form = DemandForm({"title": "x", "nature": "a", "note": "太长的备注"})
    html = render('{% include "components/form.html" %}', form=form)
    assert html.split('<details class="more-fields"')[1].split(">")[0].strip() == "open"


def test_field_of_a_form_that_comes_back_names_the_file_to_choose_again():
    class ScanForm(forms.Form):
        reason = forms.CharField(label="理由")
        scan = forms.FileField(label="扫描件")

    words = "“意见.png”没有保留下来，请再选一次。"
    files = MultiValueDict({"scan": [SimpleUploadedFile("意见.png", b"1")]})
    template = "{% include 'components/field.html' with field=form.scan %}"
    assert words in render(template, form=ScanForm({"reason": ""}, files))
    assert "没有保留下来" not in render(template, form=ScanForm({"reason": ""}))
    assert "没有保留下来" not in render(template, form=ScanForm())


def test_error_summary_links_lead_to_elements_of_the_form():
    html = render('{% include "components/form.html" %}', form=DemandForm({}))
    links = [part.split('"')[0] for part in html.split('href="#')[1:]]
    assert links == ["id_title", "div_id_nature"]
    assert [html.count(f'id="{link}"') for link in links] == [1, 1]


def test_post_button_with_blockers_is_grey_and_says_why():
    html = render(
        '{% include "components/post_button.html" with url="/a/" label="确认" %}', blockers=["先签协议。"]
    )
    assert html.count("disabled") == 1
    assert html.count("先签协议。") == 1


def test_chart_carries_its_option_as_data_and_its_table():
    table = {"head": ["月"], "rows": [["1月"]]}
    html = render('{% chart "m" "逐月上升" option table %}', option={"x": "</script>"}, table=table)
    data = html.split('<script id="m-option" type="application/json">')[1].split("</script>")[0]
    assert json.loads(data) == {"x": "</script>"}
    assert html.count("查看数据") == 1


def test_templates_have_no_inline_style_or_handler():
    offenders = [
        str(file)
        for place in ("templates", "core/jinja2")
        for file in (settings.BASE_DIR / place).rglob("*.html")
        if any(word in file.read_text("utf-8") for word in (' style="', " onclick=", "<style", "hx-on"))
    ]
    assert offenders == []


def test_vendored_versions_are_the_pinned_ones():
    pinned = json.loads((settings.BASE_DIR / "package.json").read_text("utf-8"))["dependencies"]
    vendor = settings.BASE_DIR / "static" / "vendor"
    assert json.loads((vendor / "versions.json").read_text("utf-8")) == pinned
    assert [str(f) for f in vendor.rglob("*.js") if "sourceMappingURL" in f.read_text("utf-8")] == []
    assert all(list(folder.glob("LICENSE*")) for folder in vendor.iterdir() if folder.is_dir())


def test_lock_file_names_no_registry():
    lock = json.loads(Path(settings.BASE_DIR / "package-lock.json").read_text("utf-8"))
    assert [name for name, entry in lock["packages"].items() if "resolved" in entry] == []


def request_of(user, address="/"):
    request = RequestFactory().get(address)
    request.user = user
    return request


def test_shell_of_a_stranger_is_empty():
    assert shell(request_of(AnonymousUser())) == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("seat", "role", "audiences"),
    [
        ("secretary_of", "支部书记", {"all"}),
        ("liaison_of", "支部联络员", {"all"}),
        ("office", "县党建办", {"all", "county", "manage"}),
        ("auditor", "审计员", {"all", "county"}),
        ("admin", "管理员", {"all", "county", "manage", "admin"}),
    ],
)
def test_shell_navigation_follows_the_role(seat, role, audiences):
    user = UserFactory(**{seat: BranchFactory() if seat.endswith("_of") else True})
    page = Shell(request_of(user, "/demands/12/"))
    expected = [e.url_name for _, entries in NAVIGATION for e in entries if e.audience in audiences]
    assert list(page.links) == expected
    assert page.role == role
    assert [link.name for link in page.links.values() if link.is_active] == ["demand_list"]
    assert [link.label for link in page.bottom_bar] == ["工作台", "三单", "智能匹配", "活动日历"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("page", "secretary", "office"),
    [
        ("/claims/7/", "plan_order_list", "plan_order_list"),
        ("/agreements/7/clauses/", "pairing_list", "pairing_list"),
        ("/branches/7/", "pairing_list", "branch_list"),
        ("/matching/idle/", "matching", "gap_list"),
        ("/activities/reschedule/", "calendar", "calendar"),
        ("/activities/7/record/", "activity_list", "activity_list"),
        ("/workbench/pairings/", "workbench", "workbench"),
        ("/account/", None, None),
    ],
)
def test_shell_marks_the_line_a_page_belongs_to(page, secretary, office):
    for user, line in (
        (UserFactory(secretary_of=BranchFactory()), secretary),
        (UserFactory(office=True), office),
    ):
        request = request_of(user, page)
        request.resolver_match = resolve(page)
        marked = [link.name for link in Shell(request).links.values() if link.is_active]
        assert marked == ([line] if line else [])


@pytest.mark.django_db
def test_shell_escapes_what_people_wrote():
    branch = BranchFactory(name="城北<b>社区")
    user = UserFactory(secretary_of=branch, display_name="<i>张三")
    page = Shell(request_of(user, '/?q="><script>'))
    html = page.topbar + page.phone_bar
    assert [html.count(tag) for tag in ("<b>", "<i>", "<script>")] == [0, 0, 0]
    assert [html.count(words) for words in ("城北&lt;b&gt;社区", "&lt;i&gt;张三", "&lt;script&gt;")] == [
        3,
        3,
        1,
    ]


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_shell_skips_pages_that_do_not_exist():
    assert list(Shell(request_of(UserFactory(secretary_of=BranchFactory()))).links) == ["workbench"]


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_shell_needs_one_query(django_assert_num_queries):
    user = UserFactory(secretary_of=BranchFactory())
    now = timezone.now()
    for number, (person, read_at) in enumerate([(user, None), (user, now), (UserFactory(), None)]):
        Notification.objects.create(
            recipient=person,
            channel=Channel.IN_APP,
            dedupe_key=f"n{number}",
            subject="提醒",
            state=NotificationState.SENT,
            sent_at=now,
            read_at=read_at,
        )
    page = Shell(request_of(PersonBackend().get_user(user.pk)))
    with django_assert_num_queries(1):
        words = (page.role, page.branch_name, page.unread_count, [group.label for group in page.groups])
    assert words[:3] == ("支部书记", user.branch_name, 1)


@pytest.fixture
def somebody(client: Client) -> Client:
    client.force_login(UserFactory(secretary_of=BranchFactory()))
    return client


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_private_page_is_never_cached(somebody):
    response = somebody.get("/plain/")
    assert response["Cache-Control"] == "no-store, private"
    assert "HX-Request" in response["Vary"].split(", ")


def test_public_answer_keeps_its_caching():
    response = private_pages(lambda request: HttpResponse())(request_of(AnonymousUser()))
    assert "Cache-Control" not in response


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_refused_post_says_so_and_goes_back(somebody):
    response = somebody.post("/refuse/", headers={"referer": "http://testserver/plain/?a=1"})
    assert (response.status_code, response["Location"]) == (302, "/plain/?a=1")
    assert [str(message) for message in get_messages(response.wsgi_request)] == [REFUSAL]


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_refused_post_never_follows_another_site(somebody):
    assert somebody.post("/refuse/", headers={"referer": "https://elsewhere.example/x/"})["Location"] == "/"


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_refused_fragment_is_a_sentence_at_the_top(somebody):
    response = somebody.post("/refuse/", headers={"hx-request": "true"})
    assert (response.status_code, response["HX-Retarget"]) == (409, "#flash")
    assert response.content.decode().count(REFUSAL) == 1


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_refused_program_gets_json(somebody):
    response = somebody.post("/refuse/", headers={"accept": "application/json"})
    assert response.status_code == 409
    assert response.json() == {"error": REFUSAL, "field": "starts_at"}


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_refused_page_is_an_error_page(somebody):
    response = somebody.get("/refuse/")
    assert response.status_code == 409
    assert response.content.decode().count(REFUSAL) == 1
