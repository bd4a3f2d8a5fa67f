"""What the county office states and attaches when it confirms for a branch."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from branches.models import Branch
from core.attachments.content import MAX_BYTES, kind_of, shown_name
from core.errors import DomainError
from core.forms import ReasonForm
from pairing.plans.forms.orders import AcceptanceForm
from pairing.plans.models import PlanOrder

SCANS = ("application/pdf", "image/png", "image/jpeg")


class ScanField(forms.FileField):
    """A scanned paper: an attachment as any other (see core.attachments), but PDF, PNG or JPEG only."""

    widget = forms.ClearableFileInput(attrs={"accept": ",".join(SCANS)})

    def to_python(self, data: Any) -> UploadedFile | None:
        file = super().to_python(data)
        if file is None:
            return None
        try:
            kind = kind_of(shown_name(file.name), file.read(MAX_BYTES + 1))
        except DomainError as refusal:
            raise ValidationError(refusal.message) from refusal
        file.seek(0)
        if kind.content_type not in SCANS:
            raise ValidationError("只收 PDF、PNG 或 JPG 扫描件，请另存后再上传。")
        return file


class OnBehalfForm(ReasonForm):
    """Why the office confirms for the branch, with the paper that shows the branch's consent."""

    scan = ScanField(
        label="依据扫描件",
        help_text="支部盖章或书记签字的纸质意见，PDF、PNG 或 JPG，20 MB 以内。",
        error_messages={"required": "请上传支部盖章或签字的扫描件。"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = "例如：对方支部还没有账号，书记电话同意。双方都会看到，也会留痕。"


class OrderOnBehalfForm(OnBehalfForm):
    """The side that has not confirmed, and the version that the page showed."""

    branch = forms.ModelChoiceField(label="代哪个支部确认", queryset=Branch.objects.none(), empty_label=None)
    version = forms.IntegerField(widget=forms.HiddenInput)
    field_order = ("branch", "reason", "scan", "version")

    def __init__(self, *args: Any, order: PlanOrder, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sides = (
            (order.pairing.branch_a_id, order.is_confirmed_a),
            (order.pairing.branch_b_id, order.is_confirmed_b),
        )
        waiting = [branch_id for branch_id, is_confirmed in sides if not is_confirmed]
        self.fields["branch"].queryset = Branch.objects.filter(pk__in=waiting)
        self.initial.setdefault("version", order.version)


class ChangeOnBehalfForm(OnBehalfForm):
    """What the branch has answered on paper to a change that its partner asks for."""

    is_accepted = forms.TypedChoiceField(
        label="支部的答复",
        choices=[("yes", "同意变更"), ("no", "不同意变更，仍按原来的办")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择支部在纸面上的答复。"},
    )
    field_order = ("is_accepted", "reason", "scan")


class AcceptanceOnBehalfForm(AcceptanceForm, OnBehalfForm):
    """The verdict that the branch gave on paper."""

    field_order = ("satisfaction", "words", "reason", "scan")
