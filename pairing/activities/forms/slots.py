"""Choosing a time: a new activity, another time for one, or none any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from branches.models import Branch, User
from core.forms import DateInput, ReasonForm, TimeInput
from core.pages import number, text_of
from core.wording import short_datetime
from pairing.activities.half_days import Span, half_day, local_instant
from pairing.activities.models import Activity, ActivityKind
from pairing.activities.scheduling import Slot
from pairing.activities.services.judging import Offer, asked_for
from pairing.activities.taken import HALVES
from pairing.plans.models import Pairing

TIMES = ("starts_at", "ends_at")
OWN = ("day", "starts", "ends")  # a time of one's own


class SlotField(forms.ChoiceField):
    """The half-days on offer. Another one is no fault: the booking decides, not the offer."""

    def valid_value(self, value: Any) -> bool:
        return True


class SlotForm(forms.Form):
    """A time: one of the free half-days offered, or a day and hours of one's own."""

    slot = SlotField(
        label="双方都有空的半天",
        required=False,
        widget=forms.RadioSelect,
        help_text="已避开双方、场地和人员的其他安排。想用别的时间，填写“另选日期”即可，以填写的为准。",
    )
    day = forms.DateField(label="另选日期", required=False, widget=DateInput())
    starts = forms.TimeField(label="开始时间", required=False, widget=TimeInput())
    ends = forms.TimeField(label="结束时间", required=False, widget=TimeInput())

    insist = forms.BooleanField(
        label="仍然这样安排",
        required=False,
        help_text="规则不赞成的时间（如周末、超过时限），确有需要可勾选；已被占用的时段不能勾选放行。",
    )

    def __init__(self, *args: Any, offers: Sequence[Offer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        slot = self.fields["slot"]
        assert isinstance(slot, SlotField)
        free = [offer.span for offer in offers if not offer.reasons]
        slot.choices = [(slot_value(each), slot_label(each)) for each in free]
        self.refused = [(half_day_label(offer.slot), offer.reasons) for offer in offers if offer.reasons]

    @property
    def asked_as(self) -> dict[str, str]:
        """What speaks against a time stands beside the half-days, or beside a day of one's own."""
        chosen = "day" if self["day"].data else "slot"
        return dict.fromkeys((*TIMES, "day"), chosen)

    def chosen_before(self) -> Span | None:
        """The time an address has filled in, before anybody has pressed a button."""
        own = [self.initial.get(name) for name in OWN]
        return (local_instant(own[0], own[1]), local_instant(own[0], own[2])) if all(own) else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        own = [data.get(name) for name in OWN]
        if any(own):
            if not all(own):
                self._ask_for_the_rest()
                return data
            data["starts_at"], data["ends_at"] = local_instant(own[0], own[1]), local_instant(own[0], own[2])
        elif data.get("slot"):
            data["starts_at"], data["ends_at"] = self._chosen(data["slot"])
        elif not self.errors:
            self.add_error("slot", "请选一个空闲的半天，或填写另选的日期和时间。")
        if data.get("starts_at") and data["ends_at"] <= data["starts_at"]:
            self.add_error("ends" if own[2] else "slot", "结束时间须晚于开始时间。")
        return data

    def _ask_for_the_rest(self) -> None:
        """Say beside each field of another time that is still empty what it needs."""
        for name in OWN:
            if not self.cleaned_data.get(name) and name not in self.errors:
                self.add_error(name, "要用另选的时间，日期、开始时间和结束时间都要填。")

    def _chosen(self, value: str) -> Span:
        try:
            starts_at, ends_at = (
                timezone.localtime(datetime.fromisoformat(part)) for part in value.split("/")
            )
        except (ValueError, OverflowError):  # localtime refuses what has no zone or leaves the calendar
            raise ValidationError({"slot": "没有认出所选的半天，请重新选一个。"}) from None
        return starts_at, ends_at


def _asks_for_slots() -> dict[str, str]:
    """Attributes that let a changed field fetch the free half-days anew."""
    return {
        "hx-get": "",
        "hx-trigger": "change",
        "hx-target": "#slots",
        "hx-swap": "outerHTML",
        "hx-include": "[name=pairing],[name=venue],[name=person],[name=guests],[name=slot]:checked",
    }


class ActivityForm(SlotForm):
    """A free-standing activity of a pairing."""

    pairing = forms.ModelChoiceField(label="结对", queryset=Pairing.objects.none(), empty_label=None)
    kind = forms.ModelChoiceField(
        label="活动类型", queryset=ActivityKind.objects.filter(retired_on=None), empty_label="请选择"
    )
    title = forms.CharField(label="活动名称", max_length=120)
    venue = forms.CharField(label="地点", max_length=200, required=False)
    person = forms.CharField(
        label="主讲/带队",
        max_length=60,
        required=False,
        help_text="多人用“、”隔开；填写后会一并避开他们的其他安排。",
    )
    guests = forms.ModelMultipleChoiceField(
        label="其他参加支部",
        queryset=Branch.objects.none(),
        required=False,
        widget=forms.SelectMultiple(attrs={"data-pick": ""}),
    )
    field_order = (
        "pairing", "kind", "title", "venue", "slot", "day", "starts", "ends", "person", "guests", "insist",
    )  # fmt: skip
    more_fields = ("day", "starts", "ends", "person", "guests", "insist")

    def __init__(self, *args: Any, pairings: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("pairing", "venue", "person", "guests"):
            self.fields[name].widget.attrs |= _asks_for_slots()
        for name, rows in (("pairing", pairings), ("guests", Branch.objects.active())):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of `activity_create` but actor and now."""
        names = (
            *("pairing", "kind", "title", "venue", "person", "guests"),
            *("starts_at", "ends_at", "insist"),
        )
        return {name: self.cleaned_data[name] for name in names}


class SeenForm(forms.Form):
    """A step on an activity as its reader has seen it."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def seen_now(self, activity: Activity, sentence: str) -> None:
        """Say what changed meanwhile; what was typed stays, and sending it again means it all the same."""
        self.add_error(None, sentence)
        self.data = self.data.copy()
        self.data["version"] = str(activity.version)


class ActivityMoveForm(SlotForm, SeenForm):
    """Another time and why."""

    field_order = ("slot", "reason", "day", "starts", "ends", "insist", "version")
    reason = forms.CharField(
        label="改期理由",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="会随改期通知发给参加的支部。",
        error_messages={"required": "这项活动已经通知双方，请写明改期的理由。"},
    )

    def __init__(self, *args: Any, is_announced: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = is_announced

    @property
    def arguments(self) -> dict[str, Any]:
        names = ("starts_at", "ends_at", "reason", "insist", "version")
        return {name: self.cleaned_data[name] for name in names}


class ActivityLeadForm(SeenForm):
    """Who leads instead."""

    asked_as = {"starts_at": "person"}  # the time stands: whom it finds elsewhere is the fault
    person = forms.CharField(
        label="主讲/带队",
        max_length=60,
        required=False,
        help_text="多人用“、”隔开；会检查他们那个时间有没有别的活动。还没有定的可以留空。",
    )
    field_order = ("person", "version")


class ActivityCancelForm(ReasonForm):
    """Why the activity does not take place, and whether its order still wants one."""

    again = forms.BooleanField(
        label="定单还要办，另排一次",
        required=False,
        help_text="勾选后，系统会为这张定单重新安排一次活动。",
    )

    def __init__(self, *args: Any, may_again: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = "会随取消通知发给参加的支部。"
        if not may_again:
            del self.fields["again"]


def slot_value(slot: Span) -> str:
    return "/".join(timezone.localtime(end).isoformat(timespec="minutes") for end in slot)


def slot_label(slot: Span) -> str:
    return f"{short_datetime(slot[0])}–{timezone.localtime(slot[1]):%H:%M}"


def half_day_label(slot: Slot) -> str:
    """A half-day by its own hours, whatever is open of it."""
    return slot_label(half_day(slot.day, HALVES[slot.half]))


def own_pairings(user: User) -> Any:
    """The running pairings in whose name this person may enter activities."""
    rows = Pairing.objects.active().of_branches(user.staff_branch_ids)
    return rows.select_related("branch_a", "branch_b")


def offered_slots(typed: QueryDict, pairings: Any, *, now: datetime) -> list[Offer]:
    """The half-days for what has been filled in so far; the first pairing until one is chosen."""
    chosen = number(typed.get("pairing", ""))
    rows = pairings if chosen is None else pairings.filter(pk=chosen)
    pairing = rows.first()
    if pairing is None:
        return []
    question = asked_for(
        pairing,
        now=now,
        venue=text_of(typed, "venue"),
        person=text_of(typed, "person"),
        guests=Branch.objects.filter(pk__in=[pk for text in typed.getlist("guests") if (pk := number(text))]),
    )
    return question.offers()


def time_in_address(query: QueryDict) -> dict[str, Any]:
    """The time that a drag on the calendar has put into ?starts_at=&ends_at=, as initial values."""
    try:
        starts_at, ends_at = (_localtime(query[name]) for name in TIMES)
    except (KeyError, ValueError, OverflowError):
        return {}
    return {"day": starts_at.date(), "starts": starts_at.time(), "ends": ends_at.time()}


def _localtime(text: str) -> datetime:
    value = datetime.fromisoformat(text)
    return timezone.make_aware(value) if timezone.is_naive(value) else timezone.localtime(value)
