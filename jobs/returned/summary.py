"""The summary sheet (반송 요약): what was refused and why, how to mend it and send it back, and the words to choose from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.hyperlink import Hyperlink

from jobs.returned.marks import Group, Marks, groups
from jobs.returned.original import lines_in, reference
from jobs.returned.safe import put
from jobs.sources.rows import RETURN_CODE, RETURN_REASON, RETURN_SUMMARY

WordLists = Mapping[str, Mapping[int, str]]
"""Where the words of a column are listed: sheet title -> column -> a range of the summary."""

PLACES_SHOWN = 6
WIDTHS = (16, 18, 28, 8, 44, 46)
LAST = len(WIDTHS)
FONT = "맑은 고딕"
THIN = Side(style="thin", color="FFBFBFBF")
HEADING = PatternFill("solid", fgColor="FFDDEBF7")


@dataclass(frozen=True)
class Summary:
    """What the summary says of the whole file.

    `send_back` are the sentences that say how it is sent back, `notes` what else there is to look at in the delivery,
    `refused` why files of it were not taken in; `is_csv` says that the firm may save it as CSV.
    """

    title: str
    source: str
    delivery_date: date
    file: str
    send_back: tuple[str, ...]
    notes: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    is_csv: bool = False


@dataclass(frozen=True)
class _Line:
    """A row of the sheet: its values, their look, and whether the last value runs to the last column."""

    values: tuple[Any, ...]
    look: str = "plain"
    runs_on: bool = False
    link: Group | None = None


class SummarySheet:
    """The sheet, planned before the others are written so that they can refer to its word lists."""

    def __init__(self, summary: Summary, marks: Marks, titles: Mapping[str | None, str]) -> None:
        self.titles = titles
        self.lines = [*_head(summary, marks), *_why(marks, titles), *_damaged(marks, titles)]
        self.words: dict[str, dict[int, str]] = {titles[sheet]: {} for sheet in marks}
        self._list_words(marks)

    def _list_words(self, marks: Marks) -> None:
        listed = [
            (sheet, column, found.names[column - 1], words)
            for sheet, found in marks.items()
            for column, words in sorted(found.words.items())
        ]
        if not listed:
            return
        self.lines += [
            _Line(()),
            _Line(("골라 쓸 수 있는 말(자료의 칸을 누르면 같은 목록이 열립니다)",), "section", True),
        ]
        self.lines.append(_Line(tuple(self.titles[sheet] for sheet, *_ in listed), "heading"))
        self.lines.append(_Line(tuple(heading for _, _, heading, _ in listed), "heading"))
        first = len(self.lines) + 1
        for at in range(max(len(words) for *_, words in listed)):
            self.lines.append(_Line(tuple(words[at] if at < len(words) else None for *_, words in listed), "cell"))
        for at, (sheet, column, _, words) in enumerate(listed, start=1):
            last = first + len(words) - 1
            range_ = f"'{RETURN_SUMMARY}'!{_fixed(first, at)}:{_fixed(last, at)}"
            self.words[self.titles[sheet]][column] = range_

    def write(self, out: WriteOnlyWorksheet, moved: Mapping[str | None, Mapping[int, int]]) -> None:
        """Write the sheet; `moved` says where the rows of each original sheet have gone."""
        _lay_out(out, self.lines)
        for line in self.lines:
            out.append([self._cell(out, line, at, value, moved) for at, value in enumerate(line.values)])

    def _cell(
        self, out: WriteOnlyWorksheet, line: _Line, at: int, value: Any, moved: Mapping[str | None, Mapping[int, int]]
    ) -> Cell:
        cell = _plain(out, line, at, value)
        if line.link is not None and at == PLACE_AT:
            places = [(moved[line.link.sheet][row], column) for row, column in line.link.places]
            put(cell, _places(places))
            target = f"'{self.titles[line.link.sheet].replace(chr(39), chr(39) * 2)}'!{reference(places[0][0], places[0][1] or 1)}"
            cell.hyperlink = Hyperlink(ref="", location=target)
            cell.font = Font(name=FONT, size=10, color="FF0563C1", underline="single")
        return cell


def write_notice(target: Path, summary: Summary) -> None:
    """Write a workbook of the summary alone, for a delivery of which no file goes back: what was not taken in, and why."""
    book = Workbook(write_only=True)
    out = book.create_sheet(RETURN_SUMMARY)
    lines = [
        *_title(summary, ()),
        *_refused(summary),
        *_steps(summary.send_back),
    ]
    _lay_out(out, lines)
    for line in lines:
        out.append([_plain(out, line, at, value) for at, value in enumerate(line.values)])
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)


def _lay_out(out: WriteOnlyWorksheet, lines: Sequence[_Line]) -> None:
    """Page, widths, heights and merged cells, before the lines are written."""
    out.sheet_view.showGridLines = False
    out.page_setup.orientation = "landscape"
    out.page_setup.fitToHeight = 0
    out.sheet_properties.pageSetUpPr.fitToPage = True
    for at, width in enumerate(WIDTHS, start=1):
        out.column_dimensions[get_column_letter(at)].width = width
    for row, line in enumerate(lines, start=1):
        if line.runs_on:
            out.merged_cells.add(f"{reference(row, len(line.values))}:{reference(row, LAST)}")
        if line.look == "title":
            out.row_dimensions[row].height = 30
        elif line.look == "step":
            out.row_dimensions[row].height = 4 + 15 * lines_in(line.values[0], sum(WIDTHS))


def _plain(out: WriteOnlyWorksheet, line: _Line, at: int, value: Any) -> Cell:
    cell = WriteOnlyCell(out)
    _look(cell, line.look, at)
    put(cell, value)
    return cell


COUNT_AT, PLACE_AT = 3, 4
"""Where the counts and the places stand, from 0."""


def _head(summary: Summary, marks: Marks) -> list[_Line]:
    read = sum(len(found.data_rows) for found in marks.values())
    refused = sum(len(found.codes) for found in marks.values())
    facts = (
        ("파일", summary.file),
        ("읽은 행", f"{read:,}행 가운데 {refused:,}행을 되돌립니다. 나머지는 모두 받았습니다."),
    )
    steps = (
        "색이 있는 칸이 받지 못한 칸입니다. 까닭과 고치는 법은 그 칸의 메모와 "
        f"맨 뒤의 ‘{RETURN_REASON}’ 열에 있습니다(둘은 같습니다).",
        f"칸의 값을 고칩니다. ‘{RETURN_CODE}’ 열은 그대로 두세요: 고친 행이 어느 행인지 이 코드로 알아봅니다.",
        *summary.send_back,
    )
    return [
        *_title(summary, facts),
        *_steps(steps),
        *_refused(summary),
        *([_Line(("그 밖에 확인할 것",), "section", True)] if summary.notes else []),
        *[line for note in summary.notes for line in (_Line((note,), "step", True), _Line(()))],
    ]


def _title(summary: Summary, facts: Sequence[tuple[str, str]]) -> list[_Line]:
    of_delivery = (("보낸 곳", f"{summary.title} ({summary.source})"), ("보낸 날", str(summary.delivery_date)))
    return [
        _Line((f"반송 요약: {summary.title}",), "title", True),
        _Line(()),
        *[_Line(fact, "fact", True) for fact in (*of_delivery, *facts)],
        _Line(()),
    ]


def _steps(steps: Sequence[str]) -> list[_Line]:
    numbered = [f"{number}. {step}" for number, step in enumerate(steps, start=1)]
    return [
        _Line(("고쳐서 다시 보내는 법",), "section", True),
        *[_Line((step,), "step", True) for step in numbered],
        _Line(()),
    ]


def _refused(summary: Summary) -> list[_Line]:
    if not summary.refused:
        return []
    head = _Line(("받지 못한 파일과 그 까닭",), "section", True)
    return [head, *[_Line((sentence,), "step", True) for sentence in summary.refused], _Line(())]


def _why(marks: Marks, titles: Mapping[str | None, str]) -> list[_Line]:
    found = groups(marks)
    if not found:
        return [_Line(("되돌린 행이 없습니다.",), "section", True)]
    lines = [_Line((titles[g.sheet], g.heading, g.title, len(g.places), "", g.remedy), "cell", link=g) for g in found]
    head = _Line(("시트", "열", "무엇이 문제인가", "건수", "어디", "어떻게 하나"), "heading")
    return [_Line(("되돌린 까닭",), "section", True), head, *lines]


def _damaged(marks: Marks, titles: Mapping[str | None, str]) -> list[_Line]:
    found = [
        (titles[sheet], row, typed) for sheet, of_sheet in marks.items() for row, typed in of_sheet.damaged.items()
    ]
    if not found:
        return []
    return [
        _Line(()),
        _Line((f"잘못 적힌 ‘{RETURN_CODE}’ (되돌려 받은 파일에서 다시 복사해 주세요)",), "section", True),
        *[_Line((title, f"{row}행", typed), "cell") for title, row, typed in found[:50]],
    ]


def _places(places: list[tuple[int, int]]) -> str:
    shown = [reference(row, column) if column else f"{row}행" for row, column in places[:PLACES_SHOWN]]
    more = len(places) - len(shown)
    return ", ".join(shown) + (f" 외 {more:,}곳" if more else "")


def _fixed(row: int, column: int) -> str:
    return f"${get_column_letter(column)}${row}"


def _look(cell: Cell, look: str, at: int) -> None:
    cell.font = Font(name=FONT, size=10)
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    match look:
        case "title":
            cell.font = Font(name=FONT, size=16, bold=True)
        case "section":
            cell.font = Font(name=FONT, size=12, bold=True)
        case "fact" if at == 0:
            cell.font = Font(name=FONT, size=10, bold=True)
        case "cell" if at == COUNT_AT:
            cell.border = Border(THIN, THIN, THIN, THIN)
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        case "heading":
            cell.font, cell.fill = Font(name=FONT, size=10, bold=True), HEADING
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
            cell.border = Border(THIN, THIN, THIN, THIN)
        case "cell":
            cell.border = Border(THIN, THIN, THIN, THIN)
