"""The reason of a step that the other side of a pairing gets to read."""

from __future__ import annotations

from typing import Any

from django import forms

from core.forms import ReasonForm


class SharedReasonForm(ReasonForm):
    """The reason that a refusal, return, cancellation or ending carries."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = "对方支部会看到，也会留痕。"


class DeclineForm(SharedReasonForm):
    """Why a claim is declined, and whether another time would do."""

    is_unfit = forms.BooleanField(
        label="这项资源办不了这件事",
        required=False,
        help_text="只是时间排不开就不勾。勾选后，以后相似的需求也少推荐这一类资源。",
    )
