"""The only writers of saved views."""

from __future__ import annotations

from django.db import transaction
from django.http import QueryDict

from branches.models import User
from core.errors import DomainError
from ledgers.enums import LedgerPage
from ledgers.models import SavedView

MAX_VIEWS = 20  # of one person for one list
NOT_KEPT = ("page", "all")  # where one stood in the list, not what one looked for


@transaction.atomic
def saved_view_save(
    *, user: User, page: LedgerPage, name: str, query: str, is_default: bool = False
) -> SavedView:
    """Keep the address of a list under a name; the same name again replaces what it stood for.

    Raises:
        DomainError: when there is no name or no condition, or too many views are kept already.
    """
    name, query = name.strip()[:20], _kept(query)
    if not name:
        raise DomainError("请给这个视图起个名字。", field="name")
    if not query:
        raise DomainError("现在没有筛选、排序或选列，没有什么可保存的。请先筛选，再保存。")
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    views = SavedView.objects.filter(user=user, page=page)
    if views.exclude(name=name).count() >= MAX_VIEWS:
        raise DomainError(f"一个列表最多保存 {MAX_VIEWS} 个视图，请先删掉不用的。")
    if is_default:
        views.update(is_default=False)
    values = {"query": query, "is_default": is_default}
    return SavedView.objects.update_or_create(user=user, page=page, name=name, defaults=values)[0]


def saved_view_remove(*, view: SavedView) -> None:
    """Forget a view."""
    view.delete()


def _kept(query: str) -> str:
    """The conditions of an address, without the page and without empty ones."""
    asked = QueryDict(query, mutable=True)
    for name in {*NOT_KEPT, *(key for key, values in asked.lists() if not any(values))}:
        asked.pop(name, None)
    kept = asked.urlencode()
    if len(kept) > 1000:
        raise DomainError("条件太长，保存不下。请少选几项再保存。")
    return kept
