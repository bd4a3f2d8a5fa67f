"""What a list has beside its rows: filters, sorting, pages (docs/interface.md)."""

from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.template import Context
from django.utils.safestring import SafeString

from core import components

register = template.Library()


@register.simple_block_tag(takes_context=True)
def filter_bar(
    context: Context,
    content: str,
    form: BaseForm,
    count: int | None = None,
    noun: str = "条",
    visible: int = 4,
    clear: str = "",
) -> SafeString:
    """Show the filters of a list (a drawer on a phone), the count, and the filters in force.

    `clear` is the address without any filter; the page's own, unless that one opens a saved view.
    """
    fields = form.visible_fields()
    values = {
        "form": form,
        "first": fields[:visible],
        "rest": fields[visible:],
        "chosen": [(field.label, words, field.html_name) for field in fields if (words := _chosen(field))],
        "count": count,
        "noun": noun,
        "clear": clear or context["request"].path,
        "extra": SafeString(content.strip()),
    }
    return components.render(context, "filter_bar", values)


def _chosen(field: BoundField) -> str:
    """Give the words of a filter in force, or nothing."""
    value = field.value()
    if value in (None, "", [], False):
        return ""
    choices = {str(key): str(label) for key, label in getattr(field.field, "choices", None) or ()}
    values = value if isinstance(value, list | tuple) else [value]
    words = [choices.get(str(each), str(each)) for each in values if each not in (None, "")]
    return "、".join(words) if value is not True else "是"


@register.simple_tag(takes_context=True)
def querystring_without(context: Context, name: str) -> str:
    """Give the address of this page without one filter, and back on its first page."""
    query = context["request"].GET.copy()
    for each in (name, f"{name}_min", f"{name}_max", "page"):
        query.pop(each, None)
    return f"?{query.urlencode()}"


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(
    context: Context, page: Page, noun: str = "条", param: str = "page", at: str = ""
) -> dict[str, Any]:
    """Show the pager of a page of rows; the other query parameters stay in the address.

    Args:
        param: the parameter that has the number, where a page has several lists.
        at: the id of the list, to which a turned page comes back where it does not stand at the top.
    """
    pages = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    shown = {"page": page, "pages": list(pages), "noun": noun}
    return shown | {"param": param, "at": at, "request": context["request"]}


@register.simple_tag(takes_context=True)
def querystring_page(context: Context, number: int) -> str:
    """Give the address of another page of a pager's list."""
    query = context["request"].GET.copy()
    query[context["param"]] = str(number)
    place = f"#{context['at']}" if context["at"] else ""
    return f"?{query.urlencode()}{place}"


@register.inclusion_tag("components/sort.html", takes_context=True)
def sort(context: Context, field: str, label: str, css: str = "") -> dict[str, Any]:
    """Show a sortable column head; the address carries `sort=field` or `sort=-field`."""
    request = context["request"]
    current = request.GET.get("sort", "")
    direction = {field: "ascending", f"-{field}": "descending"}.get(current, "none")
    target = f"-{field}" if direction == "ascending" else field
    return {"label": label, "direction": direction, "target": target, "css": css, "request": request}
