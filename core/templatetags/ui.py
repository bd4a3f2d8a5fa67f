"""What every page is put together from: the component catalogue (docs/interface.md)."""

from datetime import date, datetime
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import components, submissions, wording
from core.tones import LIGHTS, STATES, TONES

register = template.Library()

for _name in ("cn_date", "cn_datetime", "short_date", "short_datetime", "quantity", "approx"):
    register.filter(_name, getattr(wording, _name))


@register.simple_tag
def submit_token() -> SafeString:
    """Give the hidden field by which a form sent twice is answered once; stands beside every csrf_token."""
    value = submissions.new_token()
    return format_html('<input type="hidden" name="{}" value="{}">', submissions.FIELD, value)


@register.simple_tag
def icon(name: str) -> SafeString:
    """Give a decorative icon; the word beside it carries the meaning."""
    return format_html('<i class="bi bi-{}" aria-hidden="true"></i>', name)


@register.simple_tag
def badge(label: str, tone: str = "neutral", icon: str = "") -> SafeString:
    """Give a badge: icon + word + tone."""
    look = TONES[tone]
    return format_html(
        '<span class="badge-state tone-{}"><i class="bi bi-{}" aria-hidden="true"></i>{}</span>',
        look.tone,
        icon or look.icon,
        label,
    )


@register.simple_tag
def state_badge(state: Any, label: str = "", tone: str = "", icon: str = "") -> SafeString:
    """Give the badge of a state.

    Args:
        state: a model instance with a `state` choice field, a TextChoices member, or a plain value.
        label: the word; needed for a plain value only.
        tone, icon: override the STATES table, e.g. for a computed state such as 已逾期.
    """
    value = str(getattr(state, "state", state))
    if not label:
        display = getattr(state, "get_state_display", None)
        label = display() if display else getattr(state, "label", value)
    look = STATES.get(value, TONES["neutral"])
    return badge(str(label), tone or look.tone, icon or (TONES[tone].icon if tone else look.icon))


@register.simple_tag
def light(level: str, label: str = "") -> SafeString:
    """Give a 绿/黄/红 light: coloured dot with its own shape, and the word."""
    tone, shape, word = LIGHTS[str(level)]
    return format_html(
        '<span class="light tone-{}"><i class="bi bi-{}" aria-hidden="true"></i>{}</span>',
        tone,
        shape,
        label or word,
    )


@register.simple_tag
def due(value: date | None, today: date | None = None, done: bool = False) -> SafeString:
    """Give a deadline with its distance from today beside it; late and near ones carry an icon."""
    if not value:
        return format_html('<span class="muted">{}</span>', "未定")
    today = today or timezone.localdate()
    days = (value - today).days
    tone, shape = ("danger", "exclamation-triangle") if days < 0 else ("warning", "hourglass-split")
    mark = "" if done or days > 7 else format_html('<i class="bi bi-{}" aria-hidden="true"></i>', shape)
    return format_html(
        '<span class="due {}">{}<time datetime="{}">{}</time>{}</span>',
        f"tone-{tone}" if mark else "",
        mark,
        value.isoformat(),
        wording.short_date(value) if value.year == today.year else wording.cn_date(value),
        "" if done else format_html(" <small>{}</small>", wording.relative_day(value, today)),
    )


@register.inclusion_tag("components/stat.html")
def stat(
    label: str, value: Any, unit: str = "", url: str = "", icon: str = "", tone: str = "", hint: str = ""
) -> dict[str, Any]:
    """Show one figure with its unit, linking to the rows behind it."""
    number = value if isinstance(value, str) else wording.quantity(value)
    return {
        "label": label,
        "value": number,
        "unit": unit,
        "url": url,
        "icon": icon,
        "tone": tone,
        "hint": hint,
    }


@register.inclusion_tag("components/progress.html")
def progress(
    value: float, total: float = 100, label: str = "", unit: str = "", tone: str = ""
) -> dict[str, Any]:
    """Show done of total as a bar and in words."""
    percent = round(100 * min(value, total) / total) if total else 0
    return {"value": value, "total": total, "percent": percent, "label": label, "unit": unit, "tone": tone}


@register.simple_block_tag(takes_context=True)
def page_header(
    context: Context, content: str, title: str, lead: str = "", back_url: str = "", back_label: str = "返回"
) -> SafeString:
    """Show the one title, the one sentence, and the buttons written between the tags."""
    values = {
        "title": title,
        "lead": lead,
        "back_url": back_url,
        "back_label": back_label,
        "actions": SafeString(content.strip()),
    }
    return components.render(context, "page_header", values)


@register.simple_block_tag(takes_context=True)
def panel(
    context: Context,
    content: str,
    title: str = "",
    icon: str = "",
    count: int | None = None,
    more_url: str = "",
    more_label: str = "查看全部",
    id: str = "",
    flush: bool = False,
) -> SafeString:
    """Show a card with a head; `flush` for a table that reaches the card's edge."""
    values = {
        "title": title,
        "icon": icon,
        "count": count,
        "more_url": more_url,
        "more_label": more_label,
        "id": id,
        "flush": flush,
        "body": content,
    }
    return components.render(context, "panel", values)


@register.simple_block_tag(takes_context=True)
def action_bar(context: Context, content: str, note: str = "") -> SafeString:
    """Show the buttons of a page: in a row on a desktop, fixed at the thumb on a phone."""
    return components.render(context, "action_bar", {"body": content, "note": note})


@register.simple_block_tag(takes_context=True)
def ledger(context: Context, content: str, caption: str, id: str = "", sticky: bool = False) -> SafeString:
    """Wrap thead and tbody into a ledger table that turns into cards on a phone."""
    values = {"body": content, "caption": caption, "id": id, "sticky": sticky}
    return components.render(context, "ledger", values)


@register.filter
def moment(value: date | datetime | None) -> str:
    """Write an instant with its clock time, a day without."""
    return wording.cn_datetime(value) if isinstance(value, datetime) else wording.cn_date(value)


@register.inclusion_tag("components/chart.html")
def chart(
    id: str, title: str, option: dict[str, Any], table: dict[str, Any] | None = None, tall: bool = False
) -> dict[str, Any]:
    """Show an ECharts chart with its numbers as a table under 查看数据.

    Args:
        title: the one message of the chart, as a sentence.
        option: an ECharts option as plain JSON data; formatters as string templates, never functions.
        table: {"head": [...], "rows": [[...], ...]}.
    """
    return {
        "id": id,
        "option_id": f"{id}-option",
        "title": title,
        "option": option,
        "table": table,
        "tall": tall,
    }


@register.filter
def iso(value: date | datetime | None) -> str:
    """Give the machine form of a date for <time datetime>."""
    return value.isoformat() if value else ""
