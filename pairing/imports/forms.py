"""The form that takes a workbook."""

from __future__ import annotations

from django import forms
from django.core.files.uploadedfile import UploadedFile

from core.errors import DomainError
from core.workbooks.guards import MAX_FILE_BYTES, check_outside, too_big

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UploadForm(forms.Form):
    """One .xlsx file. `refusal` keeps the sentence of a file that is not read, with its status."""

    file = forms.FileField(
        label="Excel 文件",
        help_text=f"只收 .xlsx，最大 {MAX_FILE_BYTES // 1024 // 1024} MB。表头在前 10 行之内，列的先后不限。",
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": f".xlsx,{SPREADSHEET}"}),
    )

    refusal: DomainError | None = None

    def clean_file(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["file"]
        try:
            if (upload.size or 0) > MAX_FILE_BYTES:  # told before a byte of it is looked at
                raise too_big(f"文件超过 {MAX_FILE_BYTES // 1024 // 1024} MB")
            self.content = upload.read()
            check_outside(self.content)
        except DomainError as error:
            self.refuse(error)
        return upload

    def refuse(self, error: DomainError) -> None:
        """Show a refusal of the file beside its field."""
        self.refusal = error
        self.add_error("file", error.message)

    @property
    def status(self) -> int:
        return self.refusal.status if self.refusal else 422
