"""The form that takes a workbook, and the one that says which of its columns is which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from openpyxl.utils import get_column_letter

from core.errors import DomainError
from core.forms import PickSelect
from core.workbooks.columns import Column
from core.workbooks.dates import Reading
from core.workbooks.errors import CellError
from core.workbooks.guards import MAX_FILE_BYTES, check_outside, too_big
from core.workbooks.headings import Heading
from core.workbooks.recognition import Match
from core.workbooks.values import Day, is_blank, shown

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAMPLES, SAMPLE_LENGTH = 3, 12  # what a list shows of a column of the file
LONG_LIST = 20  # choices; more are searched
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
    """One choice for each column of the ledger: which column of the file it is.

    A required one that the file does not have may be `given` once for all rows, where that makes sense.
    `offered` are the texts to choose from, by the name of the column.
    """

    def __init__(
        self,
        match: Match,
        columns: Sequence[Column],
        offered: Mapping[str, Sequence[str]],
        *args: Any,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.columns = columns
        missing = {column.name for column in match.missing(columns)}
        self.lost = [column.header for column in columns if column.name in missing]
        self.plain = (
            {c.name for c in columns} - match.guessed - match.doubled.keys() - missing - match.given.keys()
        )
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
            if column.required and column.may_be_given and self[column.name].value() in {"", None}:
                words = column.words or offered.get(column.name, [])
                usual = words[0] if len(words) == 1 else column.usual
                given = match.given.get(column.name, usual)
                self.fields[_given(column.name)] = _given_field(column, words, given)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        taken: dict[int, str] = {}
        for column in self.columns:
            place = cleaned.get(column.name)
            if place is None:
                self._clean_given(column, cleaned)
            elif place in taken:
                self.add_error(column.name, f"这一列已用作“{taken[place]}”，请另选一列。")
            else:
                taken[place] = column.header
        return cleaned

    def _clean_given(self, column: Column, cleaned: dict[str, Any]) -> None:
        if not column.required or column.name in self.errors:
            return
        text = cleaned.get(_given(column.name), "")
        if not text:
            or_given = "；文件里没有，就填各行都用的值" if column.may_be_given else ""
            self.add_error(column.name, f"“{column.header}”必填，请指明是文件里的哪一列{or_given}。")
            return
        try:
            column.read(text, Reading(as_of=timezone.localdate()))
        except CellError as error:
            self.add_error(_given(column.name), f"“{text}”{error}。")

    @property
    def places(self) -> dict[str, int]:
        chosen = {column.name: self.cleaned_data.get(column.name) for column in self.columns}
        return {name: place for name, place in chosen.items() if place is not None}

    @property
    def given(self) -> dict[str, str]:
        """What holds for all rows in place of a column; empty for one that a file need not fill."""
        absent = [column for column in self.columns if column.name not in self.places and not column.optional]
        return {column.name: self.cleaned_data.get(_given(column.name), "") for column in absent}

    @property
    def open_groups(self) -> list[list[forms.BoundField]]:
        """What a person should look at, each with what may be given instead: guesses, columns that were not
        found, and mistakes."""
        names = [column.name for column in self.columns if not self._is_plain(column)]
        return [[self[each] for each in (name, _given(name)) if each in self.fields] for name in names]

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        """The columns that were found by their own names, and those that a file may well lack."""
        return [self[column.name] for column in self.columns if self._is_plain(column)]

    def _is_plain(self, column: Column) -> bool:
        """Whether nobody need look; a person who has just taken a column away has a value to give instead."""
        is_given = _given(column.name) in self.fields
        return column.name in self.plain and column.name not in self.errors and not is_given


def _given(name: str) -> str:
    """The name of the field for what holds for all rows."""
    return f"given_{name}"


def _given_field(column: Column, words: Sequence[str], usual: str) -> forms.CharField:
    """One of `words`, or any text where there are none."""
    widget: forms.Widget = forms.TextInput()
    if words:
        widget = PickSelect() if len(words) > LONG_LIST else forms.Select()
        widget.choices = [("", "（请选择）"), *((word, word) for word in words)]
    return forms.CharField(
        label=f"没有的话，各行的{column.header}都填",
        required=False,
        max_length=100,
        initial=usual,
        help_text="“今天”是上传时填的推算日期。" if isinstance(column.parse, Day) else "",
        widget=widget,
    )


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
    if column.name not in match.places and not (column.optional or column.required):
        return "确实没有就不选，都当作空着。"
    return "必填" if column.required and column.name in match.places else ""
