"""The form that takes a workbook, and the one that says which of its columns is which."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from openpyxl.utils import get_column_letter

from core.errors import DomainError
from core.workbooks.columns import Column
from core.workbooks.guards import MAX_FILE_BYTES, check_outside, too_big
from core.workbooks.headings import Heading
from core.workbooks.recognition import Match
from core.workbooks.values import is_blank, shown

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAMPLES, SAMPLE_LENGTH = 3, 12  # what a list shows of a column of the file
LABELS = 4  # of a header, by which a list tells it from others


class UploadForm(forms.Form):
    """One .xlsx file. `refusal` keeps the sentence of a file that is not read, with its status."""

    file = forms.FileField(
        label="Excel 文件",
        help_text=(
            f"收 .xlsx 和 .csv，最大 {MAX_FILE_BYTES // 1024 // 1024} MB。表头在前 10 行之内，列的先后不限。"
        ),
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": f".xlsx,.csv,{SPREADSHEET},text/csv"}),
    )

    as_of = forms.DateField(
        label="日期没写年份时，按哪天推算",
        help_text="例如“10月底前”“下半年”，取离这一天最近的年份。",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
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


class HeaderForm(forms.Form):
    """Which of the rows that may be a header is the one; its value is a place in `offered` (0-based)."""

    header = forms.TypedChoiceField(
        label="工作表和表头行",
        coerce=int,
        required=False,
        empty_value=None,
        help_text="认错了表头，就在这里另选一行；下面各列随之改变。",
        widget=forms.Select(attrs={"data-submit-on-change": True}),
    )

    def __init__(self, offered: Sequence[Heading], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        sheets: dict[str, list[tuple[str, str]]] = {}
        for place, heading in enumerate(offered):
            sheets.setdefault(f"工作表“{heading.sheet.title}”", []).append((str(place), _named(heading)))
        self.fields["header"].choices = list(sheets.items())  # type: ignore[attr-defined]


class ColumnsForm(forms.Form):
    """One choice for each column of the ledger: which column of the file it is."""

    def __init__(self, match: Match, columns: Sequence[Column], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.columns = columns
        labels = match.heading.labels
        choices = [("", "（文件里没有这一列）")]
        choices += [
            (str(place), _told(place, labels[place], match)) for place in range(len(labels)) if labels[place]
        ]
        for column in columns:
            self.fields[column.name] = forms.TypedChoiceField(
                label=column.header,
                choices=choices,
                coerce=int,
                empty_value=None,
                required=False,
                initial=match.places.get(column.name, ""),
                help_text=_help(column, match),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        taken: dict[int, str] = {}
        for column in self.columns:
            place = cleaned.get(column.name)
            if place is None:
                if column.required and column.name not in self.errors:
                    self.add_error(column.name, f"“{column.header}”必填，请指明是文件里的哪一列。")
            elif place in taken:
                self.add_error(column.name, f"这一列已用作“{taken[place]}”，请另选一列。")
            else:
                taken[place] = column.header
        return cleaned

    @property
    def places(self) -> dict[str, int]:
        return {name: place for name, place in self.cleaned_data.items() if place is not None}


def _named(heading: Heading) -> str:
    """A row that may be a header, by the first labels in it."""
    labels = [label for label in heading.labels if label]
    more = "……" if len(labels) > LABELS else ""
    return f"{heading.rows_told}：{'、'.join(label[:SAMPLE_LENGTH] for label in labels[:LABELS])}{more}"


def _told(place: int, label: str, match: Match) -> str:
    """A column of the file in a list: its letter, its header and the first things written under it."""
    samples = "、".join(_samples(match, place))
    return f"{get_column_letter(place + 1)} 列 {label}" + (f"：{samples}" if samples else "")


def _samples(match: Match, place: int) -> list[str]:
    below = match.heading.sheet.rows[match.heading.last_row :]
    found = (
        shown(row[place])[:SAMPLE_LENGTH] for row in below if place < len(row) and not is_blank(row[place])
    )
    return list(islice(dict.fromkeys(islice(found, SAMPLES * 10)), SAMPLES))


def _help(column: Column, match: Match) -> str:
    if column.name in match.guessed:
        return "这是按相近的表头猜的，请核对。"
    if column.required:
        return "必填"
    return "" if column.optional else "文件里要有这一列，格子可以空着。"
