"""What the county office states and attaches when it confirms for a branch."""

from __future__ import annotations

from typing import Any

import filetype
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from branches.models import Branch
from core.forms import ReasonForm
from pairing.plans.forms.orders import AcceptanceForm
from pairing.plans.models import PlanOrder

SCAN_BYTES = 10 * 1024 * 1024
SCAN_SUFFIXES = {"pdf": ".pdf", "png": ".png", "jpg": ".jpg"}


class ScanField(forms.FileField):
    """A scanned paper: PDF, PNG or JPEG by its content, whatever its name says, at most SCAN_BYTES."""

    widget = forms.ClearableFileInput(attrs={"accept": "application/pdf,image/png,image/jpeg"})

    def to_python(self, data: Any) -> UploadedFile | None:
        file = super().to_python(data)
        if file is None:
            return None
        if file.size > SCAN_BYTES:
            raise ValidationError("扫描件超过 10 MB，请压缩或分开扫描后再上传。")
        kind = filetype.guess(file.read(261))
        file.seek(0)
        if kind is None or kind.extension not in SCAN_SUFFIXES:
            raise ValidationError("只收 PDF、PNG 或 JPG 扫描件，请另存后再上传。")
        file.name = f"scan{SCAN_SUFFIXES[kind.extension]}"
        return file


class OnBehalfForm(ReasonForm):
    """Why the office confirms for the branch, with the paper that shows the branch's consent."""

    scan = ScanField(
        label="依据扫描件",
        help_text="支部盖章或书记签字的纸质意见，PDF、PNG 或 JPG，10 MB 以内。",
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


class AcceptanceOnBehalfForm(AcceptanceForm, OnBehalfForm):
    """The verdict that the branch gave on paper."""

    field_order = ("satisfaction", "words", "reason", "scan")
