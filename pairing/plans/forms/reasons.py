"""The reason of a step that the other side of a pairing gets to read."""

from __future__ import annotations

from typing import Any

from core.forms import ReasonForm


class SharedReasonForm(ReasonForm):
    """The reason that a refusal, return, cancellation or ending carries."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = "对方支部会看到，也会留痕。"
