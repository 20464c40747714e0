"""The cells of a workbook: .xlsx with openpyxl (values and number formats), .xls with calamine (which knows no formats).

Nothing that a file says of its own size is believed: a sheet's `dimension` is ignored, a row's and a cell's place is
checked before room is made for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import WorkSheetParser
from python_calamine import CalamineError, CalamineWorkbook

from jobs.refusals import Place, Refused
from jobs.spreadsheet.cells import EMPTY, SINCE_1904, Value
from jobs.spreadsheet.container import SheetFacts, counts_since_1904, inspect, is_old_workbook
from jobs.spreadsheet.limits import MAX_COLUMNS, MAX_ROW_TEXT, MAX_ROWS, MAX_TEXT, Limits
from jobs.spreadsheet.names import shown

Rows = Iterator[list[Value]]

MergedDown = Mapping[int, Sequence[tuple[int, int]]]
"""The columns and last rows of the ranges that are merged over rows, by their first row."""


def sheets(path: Path, name: str, limits: Limits) -> Iterator[tuple[str, Rows]]:
    """The sheets of a workbook in its order, each with its rows from the first on; cells after a row's last are left out.

    Raises Refused, in one sentence with the remedy, where the file is no workbook or a damaged or hostile one.
    """
    if is_old_workbook(path, name):
        return _xls_sheets(path, name)
    return _xlsx_sheets(path, name, inspect(path, name, limits))


def _xlsx_sheets(path: Path, name: str, facts: dict[str, SheetFacts]) -> Iterator[tuple[str, Rows]]:
    with path.open("rb") as file:  # by its content: given a path, openpyxl would judge the name
        try:
            reader = ExcelReader(file, read_only=True, data_only=True, keep_links=False)
            reader.read()
            rels, parts = reader.parser.rels, reader.valid_files
            lost = [s.name for s in reader.parser.sheets if not s.id or rels[s.id].target not in parts]
        except MemoryError:
            raise
        except Exception:  # openpyxl lets many kinds through for a damaged file
            raise Refused("cannot_be_opened", {"file": name}) from None
        if lost:
            raise Refused("sheet_lost", {"file": name, "sheet": shown(lost[0])})
        for sheet in reader.wb.worksheets:
            yield sheet.title, _sheet_rows(sheet, name, facts.get(sheet._worksheet_path, SheetFacts()))


def _sheet_rows(sheet: ReadOnlyWorksheet, name: str, facts: SheetFacts) -> Rows:
    """Rows from the first on."""
    place: Place = {"file": name, "sheet": shown(sheet.title)}
    if facts.uncalculated:
        raise Refused("no_result", {**place, "cell": facts.uncalculated})
    held = _Held(facts.merged_down)
    last = 0
    try:
        for number, cells in _parsed_rows(sheet):
            if number <= last:
                raise Refused("row_order", place, number=number, last=last)
            if number > MAX_ROWS:
                raise Refused("row_beyond", place, number=number, last=MAX_ROWS)
            for _ in range(last + 1, number):
                yield []
            last = number
            of_row: Place = {**place, "row": number}
            row = _row(sheet, cells, of_row)
            held.fill(row, number, of_row)
            yield _bounded(row, of_row)
    except (Refused, MemoryError):
        raise
    except Exception:  # a damaged part shows itself only while it is read
        raise _damaged(place, last) from None


def _damaged(place: Place, after: int) -> Refused:
    """A sheet that is damaged: all of it, or after a row."""
    return Refused("sheet_damaged_after", place, after=after) if after else Refused("sheet_damaged", place)


class _Held:
    """What the cells that are merged downwards say, while their rows are read."""

    def __init__(self, merged_down: MergedDown) -> None:
        self._merged_down = merged_down
        self._held: dict[int, tuple[int, str]] = {}

    def fill(self, row: list[Value], number: int, place: Place) -> None:
        """Give the empty cells of a row what is said by those above that they are merged with."""
        for column, (until, said) in list(self._held.items()):
            if number > until:
                del self._held[column]
                continue
            row += [EMPTY] * (column - len(row))
            text = row[column - 1][0]
            if text not in (None, said):
                raise Refused("merged_apart", {**place, "column": get_column_letter(column)})
            row[column - 1] = (text, row[column - 1][1], None if text else said)
        for column, until in self._merged_down.get(number, ()):
            if column <= len(row) and (text := row[column - 1][0]):
                self._held[column] = (until, text)


def _parsed_rows(sheet: ReadOnlyWorksheet) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """A row's number and its cells, as they stand in the sheet's part."""
    book = sheet.parent
    with sheet._get_source() as source:
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        yield from parser.parse()


def _row(sheet: ReadOnlyWorksheet, cells: list[dict[str, Any]], place: Place) -> list[Value]:
    width = max((cell["column"] for cell in cells if cell["value"] is not None), default=0)
    if width > MAX_COLUMNS:
        raise Refused("column_beyond", place, number=width, most=MAX_COLUMNS)
    row = [EMPTY] * width
    for cell in cells:
        content, column = cell["value"], cell["column"]
        if content is None:
            continue
        if row[column - 1] is not EMPTY:
            raise Refused("cell_twice", {**place, "column": get_column_letter(column)})
        book = sheet.parent
        row[column - 1] = value(content, _display_format(book, cell["style_id"]), book.epoch == CALENDAR_MAC_1904)
    return row


def _bounded(row: list[Value], place: Place) -> list[Value]:
    """The row, unless a cell or all together hold more text than a sheet can."""
    size = 0
    for i, (text, _, above) in enumerate(row):
        if text and len(text) > MAX_TEXT:
            raise Refused("long_cell", {**place, "column": get_column_letter(i + 1)}, size=len(text), most=MAX_TEXT)
        size += len(text or above or "")
    if size > MAX_ROW_TEXT:
        raise Refused("long_row", place, size=size, most=MAX_ROW_TEXT)
    return row


@cache
def _display_format(book: Any, style_id: int) -> str | None:
    """The number format of a style; None for General."""
    number = book._cell_styles[style_id].numFmtId
    if number >= BUILTIN_FORMATS_MAX_SIZE:
        return str(book._number_formats[number - BUILTIN_FORMATS_MAX_SIZE])
    return BUILTIN_FORMATS.get(number, "General")


def value(content: Any, display_format: str | None, is_since_1904: bool) -> Value:
    """A cell's value as text: dates as ISO 8601, numbers with at most Excel's 15 digits and no trailing zeros."""
    if is_since_1904 and isinstance(content, int | float) and not isinstance(content, bool):
        display_format = SINCE_1904
    shown = None if display_format == "General" else display_format
    return _text(content), shown, None


def _text(content: Any) -> str | None:
    if content is None or content == "":
        return None
    if isinstance(content, bool):
        return "TRUE" if content else "FALSE"
    if isinstance(content, datetime):
        return content.date().isoformat() if content.time() == time() else content.isoformat(" ", "seconds")
    if isinstance(content, date | time):
        return content.isoformat()
    if isinstance(content, timedelta):
        seconds = round(content.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if isinstance(content, float):
        return number_text(content)
    return str(content)


def number_text(number: float) -> str:
    """12.0 → 12, 0.1 + 0.2 → 0.3, 1e15 → 1000000000000000."""
    text = f"{number:.15g}"
    return format(Decimal(text), "f") if "e" in text and "n" not in text else text


def _xls_sheets(path: Path, name: str) -> Iterator[tuple[str, Rows]]:
    try:
        with path.open("rb") as file:  # by its content: given a path, calamine would judge the name
            book = CalamineWorkbook.from_filelike(file)
        is_since_1904 = counts_since_1904(path)
        for title in book.sheet_names:
            yield title, _xls_rows(book, title, name, is_since_1904)
    except (CalamineError, OSError):
        raise Refused("cannot_be_opened", {"file": name}) from None


def _xls_rows(book: CalamineWorkbook, title: str, name: str, is_since_1904: bool) -> Rows:
    place: Place = {"file": name, "sheet": shown(title)}
    try:
        sheet = book.get_sheet_by_name(title)
        grid, ranges = sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges or ()
    except CalamineError:
        raise _damaged(place, 0) from None
    merged_down: dict[int, list[tuple[int, int]]] = {}
    for (first, column), (last, _) in ranges:
        if last > first:
            merged_down.setdefault(first + 1, []).append((column + 1, last + 1))
    held = _Held(merged_down)
    for number, cells in enumerate(grid, start=1):
        row = [value(cell, None, is_since_1904) for cell in cells]
        while row and row[-1][0] is None:
            row.pop()
        of_row: Place = {**place, "row": number}
        held.fill(row, number, of_row)
        yield _bounded(row, of_row)
