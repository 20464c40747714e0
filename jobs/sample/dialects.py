"""How small firms write: headings, words, dates, durations, and the files they keep them in.

A firm's tables arrive here as rows of values by canonical column; a dialect lays them out as cells and writes them.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

DATE_FORMATS = {
    "iso": "{0:%Y-%m-%d}",
    "dots": "{0.year}.{0.month}.{0.day}",
    "dots_end": "{0:%Y.%m.%d}.",
    "short": "{0:%y}/{0.month}/{0.day}",
    "hangul": "{0.year}년 {0.month}월 {0.day}일",
}
"""How a day is written; "cell" is a true date cell of a workbook."""

Words = Mapping[str, Mapping[str, str]]

NATIVE: Words = {
    "category": {"corrective": "고장", "preventive": "예방"},
    "activity": {"replace": "교체", "repair": "수리", "adjust": "조정", "inspection": "점검", "service": "주유·청소"},
    "preventive_basis": {"calendar": "주기", "condition": "상태", "unknown": "현장판단"},
    "impact": {"stopped": "정지", "leaked": "누출", "degraded": "성능저하", "none": "영향없음"},
}
KONGLISH: Words = {
    "category": {"corrective": "BM", "preventive": "PM"},
    "activity": {"replace": "신품 교체", "repair": "보수", "adjust": "셋팅", "inspection": "점검", "service": "윤활"},
    "preventive_basis": {"calendar": "TBM", "condition": "CBM", "unknown": "기타"},
    "impact": {"stopped": "다운", "leaked": "리크", "degraded": "성능저하", "none": "무영향"},
}
FORMAL: Words = {
    "category": {"corrective": "사후정비", "preventive": "예방정비"},
    "activity": {"replace": "부품교환", "repair": "수리", "adjust": "조정", "inspection": "검사", "service": "서비스"},
    "preventive_basis": {"calendar": "정기", "condition": "측정", "unknown": "자체판단"},
    "impact": {"stopped": "가동중지", "leaked": "누설", "degraded": "기능저하", "none": "이상없음"},
}


@dataclass(frozen=True)
class Dialect:
    """How one firm writes.

    `log` and `register` give the heading of each canonical column, in the order of the sheet; where `layout` is
    "two_row" the log's heading "작업 일자" stands as 일자 under 작업. A tidy firm has no subtotals and no blank rows.
    """

    layout: Literal["two_row", "sheet", "months", "csv"]
    words: Words
    log: dict[str, str]
    register: dict[str, str]
    dates: tuple[str, ...] = ("iso",)
    duration: Literal["clock", "hours", "minutes", "number"] = "number"
    cost_unit: int = 1
    encoding: str = "utf-8"
    is_tidy: bool = False

    def day(self, day: date, turn: int) -> Any:
        """The day in one of the firm's ways; `turn` picks which."""
        way = self.dates[turn % len(self.dates)]
        return datetime(day.year, day.month, day.day) if way == "cell" else DATE_FORMATS[way].format(day)

    def hours(self, hours: float) -> Any:
        """A duration of whole minutes."""
        minutes = round(hours * 60)
        if self.duration == "clock":
            return " ".join(f"{n}{unit}" for n, unit in ((minutes // 60, "시간"), (minutes % 60, "분")) if n) or "0분"
        if self.duration == "hours":
            return f"{round(minutes / 60, 2):g}h"
        return minutes if self.duration == "minutes" else round(minutes / 60, 2)

    def cost(self, krw: float) -> Any:
        """A cost, with commas where it is written in full."""
        return round(krw / self.cost_unit) if self.cost_unit > 1 else f"{round(krw):,}"

    def word(self, column: str, code: str) -> str:
        return self.words[column][code] if code else ""

    def can_write(self, text: str) -> bool:
        try:
            text.encode(self.encoding)
        except UnicodeEncodeError:
            return False
        return True


@dataclass
class Row:
    """A row as it will stand: cells by canonical column, the record's key and day, and the dirt on it.

    `dirt` holds (kind, column, clean, dirty, fate). A row with a `label` is a subtotal, one without cells is blank.
    """

    cells: dict[str, Any]
    key: str = ""
    day: date = date.min
    label: str = ""
    dirt: list[tuple[str, str, str, str, str]] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return "subtotal" if self.label else "data" if self.cells else "blank"


@dataclass(frozen=True)
class Sheet:
    """One table of the source as it stands on a sheet or in a file; a title takes two rows above the heading."""

    table: str
    file: str
    name: str | None
    headings: dict[str, str]
    rows: list[Row]
    title: str = ""
    is_two_row: bool = False

    @property
    def first_row(self) -> int:
        """Number of the first row after the heading, counted from 1."""
        return 1 + (2 if self.title else 0) + (2 if self.is_two_row else 1)

    def grid(self) -> Iterable[list[Any]]:
        """Every row of cells, from the title on."""
        width = len(self.headings)
        if self.title:
            yield [self.title, *[None] * (width - 1)]
            yield [None] * width
        if self.is_two_row:
            yield from _two_rows(list(self.headings.values()))
        else:
            yield list(self.headings.values())
        for row in self.rows:
            cells = [row.cells.get(column) for column in self.headings]
            yield [row.label, *cells[1:]] if row.label else cells


def _two_rows(headings: Sequence[str]) -> tuple[list[str | None], list[str | None]]:
    """The heading 작업 일자 as 작업 over 일자. A group's name stands on its first column only, as in a merged cell."""
    parts = [heading.split(" ", 1) for heading in headings]
    top: list[str | None] = []
    for i, part in enumerate(parts):
        is_continued = i > 0 and len(part) == 2 and len(parts[i - 1]) == 2 and parts[i - 1][0] == part[0]
        top.append(None if is_continued else part[0])
    return top, [part[1] if len(part) == 2 else None for part in parts]


def sheets(dialect: Dialect, title: str, as_of: date, log: list[Row], register: list[Row]) -> list[Sheet]:
    """The firm's log and register as the sheets of its files."""
    if dialect.layout == "csv":
        return [
            Sheet("log", "정비이력.csv", None, dialect.log, log),
            Sheet("register", "설비대장.csv", None, dialect.register, register),
        ]
    if dialect.layout == "months":
        by_month: dict[str, list[Row]] = {}
        for row in sorted(log, key=lambda row: (row.day.year, row.day.month)):
            by_month.setdefault(f"{row.day:%Y-%m}", []).append(row)
        pages = [
            Sheet("log", f"정비일지_{month[:4]}.xlsx", month, dialect.log, [*rows, _month_end(rows)])
            for month, rows in by_month.items()
        ]
        return [*pages, Sheet("register", "설비대장.xlsx", "설비대장", dialect.register, register)]
    is_two_row = dialect.layout == "two_row"
    heading = f"{title} 설비 정비이력 ({as_of:%Y.%m.%d} 기준)" if is_two_row else ""
    file = "정비관리대장.xlsx"
    return [
        Sheet("log", file, "정비이력", dialect.log, log, heading, is_two_row),
        Sheet("register", file, "설비대장", dialect.register, register),
    ]


def _month_end(rows: list[Row]) -> Row:
    return subtotal([row.cells["cost_krw"] for row in rows if row.cells], f"{rows[0].day.month}월 소계", rows[0].day)


def subtotal(costs: Iterable[Any], label: str, day: date) -> Row:
    """A row that sums costs."""
    numbers = [n for cost in costs if re.fullmatch(r"\d+", n := str(cost).replace(",", ""))]
    dirt = ("subtotal_row", "", "", label, "set_aside")
    return Row({"cost_krw": sum(map(int, numbers))}, day=day, label=label, dirt=[dirt])


def write(folder: Path, dialect: Dialect, grids: list[Sheet]) -> None:
    """Write the sheets to their files; the same sheets give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in dict.fromkeys(sheet.file for sheet in grids):
        of_file = [sheet for sheet in grids if sheet.file == file]
        content = _csv(of_file[0], dialect.encoding) if dialect.layout == "csv" else _xlsx(of_file)
        (folder / file).write_bytes(content)


def _csv(sheet: Sheet, encoding: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(sheet.grid())
    return text.getvalue().encode(encoding)


def _xlsx(of_file: list[Sheet]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in of_file:
        page = book.create_sheet(sheet.name)
        for cells in sheet.grid():
            page.append(cells)
        _dress(page, sheet)
    content = io.BytesIO()
    book.save(content)
    return _timeless(content.getvalue())


def _dress(page: Worksheet, sheet: Sheet) -> None:
    """Merge the title and the grouped headings, as such sheets have them, and widen the columns."""
    last = len(sheet.headings)
    heading_row = sheet.first_row - (2 if sheet.is_two_row else 1)
    if sheet.title:
        page.merge_cells(start_row=1, end_row=1, start_column=1, end_column=last)
        page.cell(1, 1).font = Font(bold=True, size=14)
    for column in range(1, last + 1):
        page.cell(heading_row, column).font = Font(bold=True)
        page.column_dimensions[get_column_letter(column)].width = 14
    if not sheet.is_two_row:
        return
    top, bottom = _two_rows(list(sheet.headings.values()))
    starts = [i for i, name in enumerate(top) if name]
    for start, following in zip(starts, [*starts[1:], last], strict=True):
        page.cell(heading_row, start + 1).alignment = Alignment(horizontal="center", vertical="center")
        end_row = heading_row + (1 if bottom[start] is None else 0)
        if end_row > heading_row or following > start + 1:
            page.merge_cells(start_row=heading_row, end_row=end_row, start_column=start + 1, end_column=following)


def _timeless(content: bytes) -> bytes:
    """The same workbook without the moment it was saved: in its properties and in the zip's entries."""
    stamp = b"2026-01-31T00:00:00Z"
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            part = source.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", stamp, part)
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 31, 0, 0, 0)), part, zipfile.ZIP_DEFLATED)
    return target.getvalue()
