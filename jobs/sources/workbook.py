"""Workbooks: .xlsx with openpyxl (values and number formats), .xls with calamine (which knows no formats).

The zip container is judged before it is unpacked, and every part may declare no DOCTYPE (entity bombs).
"""

import re
import unicodedata
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import range_boundaries
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from python_calamine import CalamineError, CalamineWorkbook

from jobs.contracts import Contract
from jobs.errors import DataError
from jobs.sources.rows import RETURN_SUMMARY, RawRow, Value, classified

MAX_BYTES = 200 << 20
MAX_RATIO = 100
RATIO_FROM_BYTES = 10 << 20
MAX_MEMBERS = 1000
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"')
UNCALCULATED = re.compile(rb'<c r="([A-Z]+\d+)"[^>]*><f[^>]*>[^<]*</f>(?:<v\s*/>|<v></v>)?</c>')


def read_workbook(path: Path, table: str, contract: Contract, name: str) -> Iterator[RawRow]:
    """Rows of every sheet whose name the contract matches, in the workbook's order. Sheets without a cell are skipped."""
    pattern = _nfc(contract.reads.sources[table].sheet)
    names, read = [], False
    for sheet, rows in sheets(path, name):
        names.append(sheet)
        if not fnmatchcase(_nfc(sheet), pattern) or _nfc(sheet) == RETURN_SUMMARY:
            continue
        filled = _unless_empty(rows)
        if filled is not None:
            read = True
            yield from classified(filled, contract, table, f"{name}, sheet {sheet}", sheet)
    if not read:
        raise DataError(
            f"{name}: no sheet named {pattern!r} holds a row (sheets: {', '.join(names) or 'none'}); "
            "rename the sheet, or correct `sheet` in the contract"
        )


def sheets(path: Path, name: str) -> Iterator[tuple[str, Iterator[list[Value]]]]:
    """Every sheet of a workbook with its rows, in the workbook's order; read one sheet's rows before the next sheet."""
    return _xls_sheets(path, name) if _is_ole(path) else _xlsx_sheets(path, name)


def _unless_empty(rows: Iterator[list[Value]]) -> Iterator[list[Value]] | None:
    """The rows, or None where no cell holds anything."""
    skipped: list[list[Value]] = []
    for row in rows:
        skipped.append(row)
        if any(text for text, _ in row):
            return _chain(skipped, rows)
    return None


def _chain(first: list[list[Value]], rest: Iterator[list[Value]]) -> Iterator[list[Value]]:
    yield from first
    yield from rest


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _is_ole(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(OLE)) == OLE


def _xlsx_sheets(path: Path, name: str) -> Iterator[tuple[str, Iterator[list[Value]]]]:
    refuse_unsafe_zip(path, name)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # openpyxl lets many kinds through for a damaged file
        raise DataError(f"{name}: it is no readable workbook ({_first_line(error)}); save it again as .xlsx") from None
    try:
        for sheet in book.worksheets:
            yield sheet.title, _sheet_rows(sheet, name)
    finally:
        book.close()


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)[:120]


def refuse_unsafe_zip(path: Path, name: str) -> None:
    """Raise DataError unless the file is a zip that is safe to unpack: few parts, bounded sizes, no DOCTYPE."""
    if not zipfile.is_zipfile(path):
        raise DataError(f"{name}: it is no workbook (.xlsx); open it in Excel or 한글 and save it as .xlsx")
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        names = [member.filename for member in members]
        size = sum(member.file_size for member in members)
        packed = sum(member.compress_size for member in members)
        if "xl/workbook.xml" not in names:
            raise DataError(f"{name}: it is a zip but no workbook (.xlsx); save it as .xlsx")
        bomb = size > MAX_BYTES or (size > RATIO_FROM_BYTES and size > MAX_RATIO * packed)
        if bomb or len(members) > MAX_MEMBERS or len(set(names)) < len(names):
            raise DataError(f"{name}: it would unpack to {size >> 20} MiB in {len(members)} parts; split it")
        for member in members:
            try:
                with archive.open(member) as part:
                    start = part.read(4096)
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError) as error:
                raise DataError(f"{name}: it is damaged or locked ({_first_line(error)}); save it again") from None
            if re.search(rb"<!(DOCTYPE|ENTITY)", start, re.I):
                raise DataError(f"{name}: {member.filename} declares a DOCTYPE, which no workbook needs; save it again")


def _sheet_rows(sheet: ReadOnlyWorksheet, name: str) -> Iterator[list[Value]]:
    """Rows from the first on. A cell merged downwards says the same on each of its rows, as a reader sees it."""
    xml = sheet.parent._archive.read(sheet._worksheet_path)
    if found := UNCALCULATED.search(xml):
        raise DataError(
            f"{name}, sheet {sheet.title}, cell {found[1].decode()}: the formula has no stored result; "
            "open the file in Excel and save it"
        )
    down = _merged_down(xml)
    sheet.reset_dimensions()
    held: dict[int, tuple[int, Value]] = {}
    try:
        for i, cells in enumerate(sheet.iter_rows(), start=1):
            row = [value(cell.value, cell.number_format if cell.value is not None else None) for cell in cells]
            for column, (last, kept) in list(held.items()):
                if i > last:
                    del held[column]
                elif column <= len(row):
                    row[column - 1] = kept
            for column, last in down.get(i, ()):
                if column <= len(row):
                    held[column] = (last, row[column - 1])
            yield row
    except DataError:
        raise
    except Exception as error:  # a damaged part shows itself only while it is read
        raise DataError(
            f"{name}, sheet {sheet.title}: it cannot be read ({_first_line(error)}); save it again as .xlsx"
        ) from None


def _merged_down(xml: bytes) -> dict[int, list[tuple[int, int]]]:
    """First row of each range merged over rows -> (its first column, its last row)."""
    ranges: dict[int, list[tuple[int, int]]] = {}
    for reference in MERGED.findall(xml):
        column, first, _, last = range_boundaries(reference.decode())
        if last > first:
            ranges.setdefault(first, []).append((column, last))
    return ranges


def value(content: Any, display_format: str | None) -> Value:
    """A cell's value as text: dates as ISO 8601, numbers with at most Excel's 15 digits and no trailing zeros."""
    shown = None if display_format == "General" else display_format
    return _text(content), shown


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


def _xls_sheets(path: Path, name: str) -> Iterator[tuple[str, Iterator[list[Value]]]]:
    try:
        book = CalamineWorkbook.from_path(path)
        for sheet in book.sheet_names:
            rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            yield sheet, iter([[value(cell, None) for cell in row] for row in rows])
    except (CalamineError, OSError) as error:
        raise DataError(
            f"{name}: it cannot be opened ({_first_line(error)}); remove its password and save it as .xlsx"
        ) from None
