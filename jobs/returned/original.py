"""A delivered file as its firm made it: every sheet, every cell with its look, and how the sheet is laid out."""

import csv
import math
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby, islice, zip_longest
from pathlib import Path
from typing import Any, NamedTuple
from unicodedata import east_asian_width

import openpyxl
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from jobs.contracts import Contract
from jobs.refusals import Refused
from jobs.returned.safe import typed
from jobs.sources.delimited import find_dialect, open_text
from jobs.sources.read import is_workbook
from jobs.spreadsheet.container import MERGED
from jobs.spreadsheet.signature import OLE


class OriginalCell(NamedTuple):
    """A cell: its column from 1, its value (of a formula the stored result), and the openpyxl cell that shows its look."""

    column: int
    value: Any
    look: Cell | None = None


class Merged(NamedTuple):
    """A range of cells shown as one; all counted from 1."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True)
class Column:
    """How columns `first` to `last` are shown."""

    first: int
    last: int
    width: float
    hidden: bool = False


@dataclass
class OriginalSheet:
    """A sheet; `name` is None for a CSV file. `rows` gives (row from 1, its cells) of the rows that hold any, in order."""

    name: str | None
    rows: Callable[[], Iterator[tuple[int, list[OriginalCell]]]]
    width: int
    merged: list[Merged] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    heights: dict[int, float] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    freeze_panes: str | None = None
    is_hidden: bool = False


def sheets_of(path: Path, table: str, contract: Contract, name: str) -> list[OriginalSheet]:
    """Every sheet of a landed file, in order; the file has been read as `table` before and is known to be safe."""
    if not is_workbook(name, contract):
        return [_csv_sheet(path, table, contract, name)]
    with path.open("rb") as file:
        is_xls = file.read(len(OLE)) == OLE
    if is_xls:
        return _xls_sheets(path)
    _refuse_wide_merges(path, name)
    book = openpyxl.load_workbook(path, data_only=True, keep_links=False)
    return [_xlsx_sheet(sheet) for sheet in book.worksheets]


def _refuse_wide_merges(path: Path, name: str) -> None:
    """Raise Refused where merged ranges cover more cells than any table has: each would be held in memory."""
    with zipfile.ZipFile(path) as archive:
        for part in archive.namelist():
            if part.startswith("xl/worksheets/"):
                ranges = (range_boundaries(found.decode()) for found in MERGED.findall(archive.read(part)))
                covered = sum((right - left + 1) * (last - first + 1) for left, first, right, last in ranges)
                if covered > MERGED_AT_MOST:
                    raise Refused("wide_merges", {"file": name}, cells=covered, part=part)


def _xlsx_sheet(sheet: Worksheet) -> OriginalSheet:
    filled = {
        place: cell for place, cell in sheet._cells.items() if cell.value is not None or cell.has_style or cell.comment
    }

    def rows() -> Iterator[tuple[int, list[OriginalCell]]]:
        for row, places in groupby(sorted(filled), key=lambda place: place[0]):
            yield row, [OriginalCell(column, filled[row, column].value, filled[row, column]) for _, column in places]

    return OriginalSheet(
        name=sheet.title,
        rows=rows,
        width=max((column for (_, column), cell in filled.items() if cell.value is not None), default=0),
        merged=[Merged(r.min_row, r.min_col, r.max_row, r.max_col) for r in sheet.merged_cells.ranges],
        columns=_xlsx_columns(sheet, filled),
        heights={row: d.height for row, d in sheet.row_dimensions.items() if d.height},
        hidden_rows={row for row, d in sheet.row_dimensions.items() if d.hidden},
        freeze_panes=sheet.freeze_panes,
        is_hidden=sheet.sheet_state != "visible",
    )


def _xlsx_columns(sheet: Worksheet, filled: Mapping[tuple[int, int], Cell]) -> list[Column]:
    """The columns as they are laid out; one without a width of its own is made to show its first rows."""
    stated = [
        Column(c.min, c.max, c.width, bool(c.hidden)) for c in sheet.column_dimensions.values() if c.min and c.max
    ]
    laid_out = {at for column in stated for at in range(column.first, min(column.last, MOST_COLUMNS) + 1)}
    over_columns = {(r.min_row, r.min_col) for r in sheet.merged_cells.ranges if r.max_col > r.min_col}
    widths: dict[int, float] = {}
    for (row, column), cell in filled.items():
        is_first = row <= LOOKED_AT_FOR_WIDTH and column not in laid_out
        if is_first and cell.value is not None and (row, column) not in over_columns:
            text = str(cell.value)[:DATE_DIGITS] if cell.is_date else str(cell.value)
            widths[column] = max(widths.get(column, 0), _fitting(text))
    return sorted([*stated, *(Column(at, at, width) for at, width in widths.items())], key=lambda column: column.first)


def _fitting(text: str) -> float:
    return min(max(_shown_width(text), NARROWEST), WIDEST)


def _xls_sheets(path: Path) -> list[OriginalSheet]:
    """An old workbook's values; its looks and widths are not read."""
    book = CalamineWorkbook.from_path(path)
    found = []
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        grid = sheet.to_python(skip_empty_area=False)
        merged = [Merged(a + 1, b + 1, c + 1, d + 1) for (a, b), (c, d) in sheet.merged_cell_ranges or ()]
        titles = {(range_.first_row, range_.first_column) for range_ in merged}
        columns = _fitted(
            [
                ["" if (at, column) in titles else str(value) for column, value in enumerate(row, start=1)]
                for at, row in enumerate(grid[:LOOKED_AT_FOR_WIDTH], start=1)
            ]
        )
        width = max(map(len, grid), default=0)
        found.append(OriginalSheet(name, partial(_grid, grid), width, merged, columns))
    return found


def _grid(grid: list[list[Any]]) -> Iterator[tuple[int, list[OriginalCell]]]:
    for at, row in enumerate(grid, start=1):
        cells = [OriginalCell(column, value) for column, value in enumerate(row, start=1) if value not in (None, "")]
        if cells:
            yield at, cells


def _csv_sheet(path: Path, table: str, contract: Contract, name: str) -> OriginalSheet:
    dialect = find_dialect(path, table, contract, name)

    def records() -> Iterator[list[str]]:
        with open_text(path, dialect.encoding) as file:
            yield from csv.reader(file, delimiter=dialect.delimiter, quotechar=dialect.quote)

    def rows() -> Iterator[tuple[int, list[OriginalCell]]]:
        for at, record in enumerate(records(), start=1):
            values = ((column, typed(text)) for column, text in enumerate(record, start=1))
            yield at, [OriginalCell(column, value) for column, value in values if value is not None]

    width = max((len(record) for record in records()), default=0)
    return OriginalSheet(None, rows, width, columns=_fitted(list(islice(records(), LOOKED_AT_FOR_WIDTH))))


LOOKED_AT_FOR_WIDTH = 200
NARROWEST, WIDEST = 9.0, 40.0
DATE_DIGITS = len("2026-01-31")
MOST_COLUMNS = 16_384
MERGED_AT_MOST = 1_000_000
WIDE = 1.8
"""How many digits a Hangul syllable is wide."""


def _fitted(rows: list[list[str]]) -> list[Column]:
    """Columns that show the texts of the first rows."""
    return [
        Column(at, at, max(_fitting(text or "") for text in texts))
        for at, texts in enumerate(zip_longest(*rows), start=1)
    ]


def _shown_width(text: str) -> float:
    """How wide a column shows a text, in digits."""
    return sum(WIDE if east_asian_width(char) in "WF" else 1.0 for char in text) + 2.0


def lines_in(text: str, width: float) -> int:
    """How many lines a text takes in a cell of a width."""
    return max(1, math.ceil(_shown_width(text) / width))


def reference(row: int, column: int) -> str:
    """B12, as a spreadsheet names a cell."""
    return f"{get_column_letter(column)}{row}"
