"""What a person types into the demand ledger."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.forms import BoundField
from django.utils import timezone

from core.forms import DateInput
from ledgers.enums import Audience
from ledgers.forms.common import LedgerForm, several
from ledgers.models import Demand, ServiceAspect

# Shown below what the title suggests.
DEMAND_PARTS = ("aspect", "urgency", "description", "deadline_on", "expected_people")
# Kept under 更多: a row is complete without it.
DEMAND_MORE = (
    "items",
    "help_kinds",
    "audiences",
    "audience_text",
    "visits_wanted",
    "nature",
    "source",
    "source_event",
    "source_on",
    "raised_on",
    "preferred_time",
    "place",
    "contact_name",
    "contact_phone",
    "note",
)


class DemandForm(LedgerForm):
    audiences = several("服务对象类别", Audience)
    more_fields = DEMAND_MORE
    apart_fields = DEMAND_PARTS
    wide_fields = ("title",)

    class Meta:
        model = Demand
        fields = (
            "branch",
            "title",
            *DEMAND_PARTS,
            *DEMAND_MORE,
        )
        widgets = {"deadline_on": DateInput(), "raised_on": DateInput(), "source_on": DateInput()}
        help_texts = {
            "title": "一句话说清要办什么事。",
            "aspect": "勾了服务事项就可以不选，按事项所属的方面记。",
            "description": "现在卡在哪里、希望对方帮什么；写得具体，匹配才准。",
            "deadline_on": "最晚什么时候办好；长期的事请留空。",
            "expected_people": "大约多少人受益。",
            "source_event": "例如“11月20日零售户座谈会”；从会上、走访中听来的写明哪一次。",
            "preferred_time": "例如“周末上午”“农闲时”。",
            "audience_text": "例如“城区守法卷烟零售户”。",
            "visits_wanted": "要办好几次、可由几家分着办的，填总次数；一家一次办完的留空。",
        }
        error_messages = {"title": {"required": "请填写需求内容。"}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["aspect"].queryset = ServiceAspect.objects.filter(
            Q(retired_on=None) | Q(pk=self.instance.aspect_id)
        )
        self.fields["aspect"].empty_label = "请选择需求方面"
        self.fields["aspect"].required = False
        self.fields["raised_on"].widget.attrs["max"] = timezone.localdate().isoformat()

    @property
    def parts(self) -> list[BoundField]:
        """What stands below the suggestions, so that these are at the thumb when the title is typed."""
        return [self[name] for name in self.apart_fields]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not data.get("aspect") and "aspect" not in self.errors:
            self._take_aspect_of_item(data)
        self.refuse_order("raised_on", "deadline_on", "期望完成时限不能早于提出日期。")
        self.refuse_order("source_on", "raised_on", "提出日期不能早于来源日期。")
        return data

    def _take_aspect_of_item(self, data: dict[str, Any]) -> None:
        """One tick on a suggested item names its aspect too."""
        if item := next(iter(data.get("items") or ()), None):
            data["aspect"] = item.aspect
        else:
            self.add_error("aspect", "请选择需求方面，或勾选一个服务事项。")
