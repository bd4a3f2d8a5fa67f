"""A column of a ledger, declared once: the same list drives template, preview, import and export."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.workbooks.dates import Reading
from core.workbooks.errors import CellError
from core.workbooks.values import Label, Parser, is_blank


@dataclass(frozen=True)
class Column:
    """One column: its header in the workbook, the name its value goes by in code, and how a cell is read.

    `required` cells may not be blank; an `optional` column may be missing from the file altogether.
    `also` are other headers it is known by. Where `spans`, one merged cell may hold for several rows.
    `usual` is offered where a file has no such column and one value holds for all its rows.
    """

    header: str
    name: str
    parse: Parser
    required: bool = False
    optional: bool = False
    also: tuple[str, ...] = ()
    spans: bool = False
    usual: str = ""

    @property
    def may_be_given(self) -> bool:
        """Whether one value may hold for all rows of a file; nobody's demands are all called the same."""
        return self.spans or bool(self.words)

    @property
    def words(self) -> list[str]:
        """The words that may stand in this column; empty when anything may."""
        return self.parse.words if isinstance(self.parse, Label) else []

    def read(self, value: Any, reading: Reading) -> Any:
        """Give the value of a cell.

        Raises:
            CellError: with the reason, when it is blank but required, or cannot be understood.
        """
        if is_blank(value):
            if self.required:
                raise CellError("必填，不能为空，请补填")
            return self.parse.empty
        return self.parse(value, reading)
