"""The attachments of a row, for any page."""

from typing import Any

from django import template
from django.db.models import Model
from django.template import Context

from core.attachments import registry
from core.attachments.content import ALLOWED, KINDS
from core.models import Attachment

register = template.Library()


@register.inclusion_tag("components/attachments.html", takes_context=True)
def attachments(context: Context, row: Model) -> dict[str, Any]:
    """Show the files of `row` with a place to add one; the page has checked that the row may be read."""
    user, place = context["request"].user, registry.of_row(row)
    return {
        "place": place,
        "row": row,
        "files": Attachment.objects.of(row).select_related("uploaded_by"),
        "may_change": user.has_perm(place.change, row),
        "allowed": ALLOWED,
        "accept": ",".join(f".{extension}" for extension in KINDS),
        "request": context["request"],
    }
