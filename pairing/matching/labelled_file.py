"""The file of a labelled county, read into plain records or refused with everything that is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from core.errors import DomainError
from core.json_files import read_json
from pairing.matching.labelled_rows import (
    BranchRow,
    DemandRow,
    PairingRow,
    ResourceRow,
    Whole,
    fields_of,
    grade,
    mapping,
)

ROWS: dict[str, Callable[..., Any]] = {
    "branches": BranchRow,
    "pairings": PairingRow,
    "resources": ResourceRow,
    "demands": DemandRow,
}
SHOWN = 40  # characters of a faulty value


@dataclass(frozen=True, slots=True)
class CountyFile:
    """What a file without faults says: ids are unique in their list, and whatever is named exists.

    `labels` is demand id → {resource id: 1 or 2}, what does not serve left out; None where the file has none.
    """

    county: str
    as_of: date
    branches: tuple[BranchRow, ...]
    pairings: tuple[PairingRow, ...]
    resources: tuple[ResourceRow, ...]
    demands: tuple[DemandRow, ...]
    labels: dict[str, dict[str, int]] | None


def read_county(path: Path) -> CountyFile:
    """Read and check a whole file.

    Raises:
        DomainError: it cannot be read as JSON, or has faults; the message names all of them, one a line.
    """
    return _Reading(read_json(path)).county(path.name)


class _Row(NamedTuple):
    """One entry of a list: where it stands, in words, and its readable fields."""

    where: str
    values: dict[str, Any]


class _Reading:
    """One pass over a file. `faults` gathers a sentence for everything that is wrong."""

    def __init__(self, data: Any) -> None:
        self.faults: list[str] = []
        self.whole = self._fields(Whole, data, "文件")
        self.rows = {part: self._rows(part) for part in ROWS}
        self.ids = {part: self._ids(part) for part in ("branches", "resources", "demands")}
        for part in ROWS:
            self._check_names(part)
        self._check_pairings()
        self.labels = self._labels()

    def county(self, name: str) -> CountyFile:
        """The records.

        Raises:
            DomainError: there are faults.
        """
        if self.faults:
            raise DomainError("\n".join([f"{name} 有 {len(self.faults)} 处问题：", *self.faults]))
        parts = {part: tuple(kind(**row.values) for row in self.rows[part]) for part, kind in ROWS.items()}
        return CountyFile(
            county=self.whole.get("county", ""), as_of=self.whole["as_of"], labels=self.labels, **parts
        )

    def _rows(self, part: str) -> list[_Row]:
        rows = []
        for number, row in enumerate(self.whole.get(part, ()), start=1):
            where = f"{part} 第 {number} 条"
            if isinstance(row, dict) and isinstance(row.get("id"), int | str):
                where += f"（{_shown(row['id'])}）"
            rows.append(_Row(where, self._fields(ROWS[part], row, where)))
        return rows

    def _fields(self, kind: Any, row: Any, where: str) -> dict[str, Any]:
        """The fields of one record that can be read, by name."""
        found: dict[str, Any] = {}
        for name, how, is_needed in fields_of(kind) if self._read(mapping, row, where) is not None else ():
            if name not in row:
                if is_needed:
                    self.faults.append(f"{where}没有 {name}：这一项必须有，请补上。")
            elif is_needed or not (how.may_be_null and _is_blank(row[name])):
                value = self._read(how.read, row[name], f"{where}的 {name} ")
                if value is not None:
                    found[name] = value
        return found

    def _read(self, read: Callable[[Any], Any], value: Any, where: str) -> Any:
        """The value, or None after noting why it cannot be read."""
        try:
            return read(value)
        except ValueError as error:
            self.faults.append(f"{where}是 {_shown(value)}：{error}。")
            return None

    def _ids(self, part: str) -> dict[str, str]:
        """Every id of a list → where it stands first."""
        first: dict[str, str] = {}
        for where, values in self.rows[part]:
            if "id" in values and first.setdefault(values["id"], where) != where:
                self.faults.append(f"{where}的 id 与 {first[values['id']]}相同：编号不能重复，请改一个。")
        return first

    def _check_names(self, part: str) -> None:
        for where, values in self.rows[part]:
            for name, how, _ in fields_of(ROWS[part]):
                if how.of and name in values:
                    self._check_known(how.of, values[name], f"{where}的 {name} ")

    def _check_known(self, part: str, name: str, where: str) -> None:
        if part in self.whole and name not in self.ids[part]:
            self.faults.append(f"{where}是 {_shown(name)}：{part} 里没有这个编号，请改正，或补上这一条。")

    def _check_pairings(self) -> None:
        for where, values in self.rows["pairings"]:
            if "branch_a" in values and values["branch_a"] == values.get("branch_b"):
                self.faults.append(f"{where}的 branch_a 和 branch_b 相同：支部不能和自己结对，请改正。")

    def _labels(self) -> dict[str, dict[str, int]] | None:
        if "labels" not in self.whole:
            return None
        return {demand: self._grades(demand, each) for demand, each in self.whole["labels"].items()}

    def _grades(self, demand: str, grades: Any) -> dict[str, int]:
        self._check_known("demands", demand, "labels 里有一个需求")
        where = f"labels 里 {_shown(demand)} "
        known: Mapping[str, Any] = self._read(mapping, grades, f"{where}的标注") or {}
        for resource, value in known.items():
            self._check_known("resources", resource, f"{where}下有一个资源")
            self._read(grade, value, f"{where}下 {_shown(resource)} 的等级")
        return {resource: value for resource, value in known.items() if value}


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _shown(value: Any) -> str:
    """A value as the file has it, cut short."""
    words = json.dumps(value, ensure_ascii=False)
    return words if len(words) <= SHOWN else f"{words[:SHOWN]}…"
