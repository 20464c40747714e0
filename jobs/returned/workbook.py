"""The returned workbook: a new file with every sheet of the original, the refused cells marked, and a summary.

Nothing of the original runs: a formula comes as its stored result, and no text becomes a formula (`jobs.returned.safe`).
Pictures, charts and links are left out. Rows are streamed out; the original is held once.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.dimensions import ColumnDimension

from jobs.returned.marks import Marks, Note, SheetMarks
from jobs.returned.original import Merged, OriginalCell, OriginalSheet, lines_in, reference
from jobs.returned.safe import put, writable
from jobs.returned.summary import Summary, SummarySheet, WordLists
from jobs.sources.rows import RETURN_CODE, RETURN_REASON, RETURN_SUMMARY

AUTHOR = "yeji"

REFUSED = PatternFill("solid", fgColor="FFFFC8CF")
RETURNED = PatternFill("solid", fgColor="FFFFF1CD")
ADDED_HEADING = PatternFill("solid", fgColor="FFD9DADB")
OURS = {fill.fgColor.rgb for fill in (REFUSED, RETURNED, ADDED_HEADING)}
"""Shades that no palette has: a file that comes back for the second time does not keep the marks of the first."""

THIN = Side(style="thin", color="FFBFBFBF")
REASON_WIDTH, CODE_WIDTH = 70.0, 20.0
LINE_HEIGHT = 15.0
TITLE_AT_MOST = 31
TYPED_LATER = 200
"""So many rows below the last one get the drop-downs too."""


def write(
    target: Path,
    sheets: Sequence[OriginalSheet],
    marks: Marks,
    summary: Summary,
    refused_only: bool = False,
) -> None:
    """Write one delivered file's returned workbook.

    With `refused_only` it holds the sheets that the contract reads, with their headings and the refused rows alone.
    """
    book = Workbook(write_only=True)
    styles = _Styles()
    titles = _titles(sheets, summary.file)
    kept = [s for s in sheets if s.name != RETURN_SUMMARY and (s.name in marks or not refused_only)]
    plan = SummarySheet(summary, marks, titles)
    of_summary = None if summary.is_csv else book.create_sheet(RETURN_SUMMARY)
    moved: dict[str | None, dict[int, int]] = {}
    for sheet in kept:
        out = book.create_sheet(titles[sheet.name])
        moved[sheet.name] = _Sheet(out, sheet, marks.get(sheet.name), styles, refused_only).write(plan.words)
    plan.write(of_summary or book.create_sheet(RETURN_SUMMARY), moved)
    book.active = 0
    book.save(target)


def _titles(sheets: Sequence[OriginalSheet], file: str) -> dict[str | None, str]:
    """What each sheet is called: its own name; for a CSV the file's, as far as a sheet can be called so."""
    of_file = re.sub(r"[\[\]:*?/\\']", " ", Path(file).stem).strip()[:TITLE_AT_MOST] or "자료"
    return {sheet.name: sheet.name if sheet.name is not None else of_file for sheet in sheets}


class _Styles:
    """Looks of the original in the new book, each made once."""

    def __init__(self) -> None:
        self._made: dict[tuple[tuple[int, ...] | None, str], StyleArray] = {}

    def give(self, cell: Cell, look: Cell | None, mark: str) -> None:
        key = (tuple(look._style) if look is not None else None, mark)
        if key not in self._made:
            self._made[key] = _made(WriteOnlyCell(cell.parent), look, mark)
        cell._style = copy(self._made[key])


def _made(cell: Cell, look: Cell | None, mark: str) -> StyleArray:
    if look is not None and look.has_style:
        cell.font, cell.border, cell.alignment = copy(look.font), copy(look.border), copy(look.alignment)
        cell.number_format = look.number_format
        if look.fill.fgColor.rgb not in OURS:
            cell.fill = copy(look.fill)
    match mark:
        case "refused":
            cell.fill = REFUSED
        case "text":
            cell.number_format = "@"
        case "refused text":
            cell.fill, cell.number_format = REFUSED, "@"
        case "heading":
            cell.fill, cell.font = ADDED_HEADING, Font(bold=True)
            cell.alignment = Alignment(horizontal="center", vertical="center")
            cell.border = Border(THIN, THIN, THIN, THIN)
        case "returned":
            cell.fill, cell.number_format = RETURNED, "@"
            cell.alignment = Alignment(vertical="center", wrap_text=True)
    return cell._style


class _Sheet:
    """One sheet on its way into the new book."""

    def __init__(
        self,
        out: WriteOnlyWorksheet,
        original: OriginalSheet,
        marks: SheetMarks | None,
        styles: _Styles,
        refused_only: bool,
    ) -> None:
        self.out, self.original, self.marks, self.styles = out, original, marks, styles
        self.refused_only = refused_only
        refused = marks.codes if marks and not refused_only else ()
        self.anchors = _anchors(original.merged, refused, original.width)
        self.notes: dict[int, dict[int, list[Note]]] = {}
        self.reasons: dict[int, list[Note]] = {}
        self.reason_at = self.code_at = 0
        if marks:
            self.reason_at = marks.column_of(RETURN_REASON) or original.width + 1
            self.code_at = marks.column_of(RETURN_CODE) or max(original.width, self.reason_at) + 1
            for note in marks.notes:
                self.reasons.setdefault(note.row, []).append(note)
                if note.column:
                    row, column = self.anchors.get((note.row, note.column), (note.row, note.column))
                    self.notes.setdefault(row, {}).setdefault(column, []).append(note)

    @property
    def heading_ends(self) -> int:
        return self.marks.heading_row + self.marks.heading_rows - 1 if self.marks else 0

    def write(self, lists: WordLists) -> dict[int, int]:
        """Write the sheet; where the rows of the original have gone (row there -> row here)."""
        self._lay_out()
        moved: dict[int, int] = {}
        written = 0
        for row, cells in self._rows():
            to = row if not self.refused_only or row <= self.heading_ends else max(written, self.heading_ends) + 1
            for blank in range(written + 1, to):
                self.out.append(self._cells(blank, []) if not self.refused_only else [])
            if to > self.heading_ends and (height := self._height(row)):
                self.out.row_dimensions[to].height = height
            self.out.append(self._cells(row, cells))
            moved[row], written = to, to
        if self.marks:
            self._offer_words(lists, max(written, self.heading_ends))
            self.out.auto_filter.ref = (
                f"A{self.heading_ends}:{reference(max(written, self.heading_ends), self.code_at)}"
            )
        return moved

    def _rows(self) -> Iterator[tuple[int, list[OriginalCell]]]:
        """The rows to be written, in order: all, or the head and the refused ones, as a reader sees them."""
        if not self.refused_only:
            yield from self.original.rows()
            return
        refused = set(self.marks.codes) if self.marks else set()
        held = _Held(self.original.merged)
        for row, cells in self.original.rows():
            seen = held.shown(row, cells)
            if row <= self.heading_ends:
                yield row, cells
            elif row in refused:
                yield row, seen

    def _height(self, row: int) -> float | None:
        """The row's own height, and of a refused one enough for its reasons; None leaves it to the spreadsheet."""
        own = self.original.heights.get(row)
        if row not in self.reasons:
            return own
        lines = sum(lines_in(note.text, REASON_WIDTH) for note in self.reasons[row])
        return max(own or 0, LINE_HEIGHT * max(lines, 1) + 2)

    def _lay_out(self) -> None:
        out, original = self.out, self.original
        told_of = {note.column for note in self.marks.notes} if self.marks else set()
        for column in original.columns:
            last = min(column.last, (self.reason_at - 1) if self.marks else column.last)
            if column.first <= last:
                out.column_dimensions[get_column_letter(column.first)] = ColumnDimension(
                    out,
                    index=get_column_letter(column.first),
                    min=column.first,
                    max=last,
                    width=column.width,
                    customWidth=True,
                    hidden=column.hidden and not any(column.first <= at <= last for at in told_of),
                )
        if self.marks:
            out.column_dimensions[get_column_letter(self.reason_at)].width = REASON_WIDTH
            out.column_dimensions[get_column_letter(self.code_at)].width = CODE_WIDTH
        for row, height in original.heights.items():
            if not self.refused_only or row <= self.heading_ends:
                out.row_dimensions[row].height = height
        if not self.refused_only:
            for row in original.hidden_rows - set(self.reasons):
                out.row_dimensions[row].hidden = True
        for merged in original.merged:
            if not self.refused_only or merged.last_row <= self.heading_ends:
                out.merged_cells.add(f"{reference(*merged[:2])}:{reference(*merged[2:])}")
        if self.marks and self.marks.heading_rows > 1:
            for at, name in ((self.reason_at, RETURN_REASON), (self.code_at, RETURN_CODE)):
                if self.marks.column_of(name) is None:
                    first = reference(self.marks.heading_row, at)
                    out.merged_cells.add(f"{first}:{reference(self.heading_ends, at)}")
        out.freeze_panes = original.freeze_panes or (f"A{self.heading_ends + 1}" if self.marks else None)
        out.sheet_state = "hidden" if original.is_hidden and not self.reasons else "visible"
        out.page_setup.orientation = "landscape"
        out.page_setup.fitToHeight = 0
        out.sheet_properties.pageSetUpPr.fitToPage = True

    def _cells(self, row: int, cells: Sequence[OriginalCell]) -> list[Cell | None]:
        """A row of the new sheet: the original's cells, the marks, and the columns that are added."""
        there = {cell.column: cell for cell in cells}
        added = self._added(row)
        marked = self.notes.get(row, {})
        last = max([*there, *added, *marked], default=0)
        written: list[Cell | None] = []
        for column in range(1, last + 1):
            if column in added:
                written.append(self._cell(added[column][0], None, added[column][1]))
            elif column in there or column in marked:
                written.append(self._own(row, column, there.get(column)))
            else:
                written.append(None)
        return written

    def _own(self, row: int, column: int, cell: OriginalCell | None) -> Cell:
        value, look = (cell.value, cell.look) if cell else (None, None)
        notes = self.notes.get(row, {}).get(column, ())
        is_text = self.original.name is None and (isinstance(value, str) or value is None)
        if self.original.name is None and self.marks and row == self.marks.heading_row:
            return self._cell(value, look, "heading")
        mark = " ".join(word for word in ("refused" if notes else "", "text" if is_text else "") if word)
        made = self._cell(value, look, mark)
        theirs = look.comment if look is not None and look.comment and look.comment.author != AUTHOR else None
        told = list(dict.fromkeys(note.text for note in notes))
        if theirs:
            told.append(theirs.text)
        if told:
            made.comment = _comment("\n".join(told), theirs.author if theirs and not notes else AUTHOR)
        return made

    def _cell(self, value: Any, look: Cell | None, mark: str) -> Cell:
        made = WriteOnlyCell(self.out)
        self.styles.give(made, look, mark)
        put(made, value)
        return made

    def _added(self, row: int) -> dict[int, tuple[str | None, str]]:
        """What stands in the added columns of a row, with its look: the headings, or why the row was refused."""
        if not self.marks:
            return {}
        if row == self.marks.heading_row:
            return {self.reason_at: (RETURN_REASON, "heading"), self.code_at: (RETURN_CODE, "heading")}
        if row in self.marks.codes:
            sentences = [note.text.replace("\n", " ") for note in self.reasons.get(row, ())]
            why = "\n".join(dict.fromkeys(sentences))
            return {self.reason_at: (why, "returned"), self.code_at: (self.marks.codes[row], "returned")}
        if row > self.heading_ends:  # a file that comes back again: what was said of the row is settled
            return {at: (None, "") for at in (self.reason_at, self.code_at) if at <= self.original.width}
        return {}

    def _offer_words(self, lists: WordLists, last_row: int) -> None:
        """Drop-downs of the words that the contract knows; another word is only warned of."""
        for column, range_ in lists.get(self.out.title, {}).items():
            offered = DataValidation(type="list", formula1=range_, allow_blank=True, errorStyle="warning")
            offered.errorTitle, offered.error = "목록에 없는 말", "목록에 있는 말을 골라 주세요."
            offered.showErrorMessage = True
            offered.add(f"{reference(self.heading_ends + 1, column)}:{reference(last_row + TYPED_LATER, column)}")
            self.out.data_validations.append(offered)


class _Held:
    """Values of cells merged downwards, which a row torn from its place takes along."""

    def __init__(self, merged: Sequence[Merged]) -> None:
        self._by_row: dict[int, list[Merged]] = {}
        for range_ in merged:
            if range_.last_row > range_.first_row:
                self._by_row.setdefault(range_.first_row, []).append(range_)
        self._held: dict[int, tuple[int, OriginalCell]] = {}

    def shown(self, row: int, cells: Sequence[OriginalCell]) -> list[OriginalCell]:
        """A row's cells with what hangs down into it. Rows are asked for in order."""
        there = {cell.column: cell for cell in cells}
        for column, (last, cell) in list(self._held.items()):
            if row > last:
                del self._held[column]
            else:
                there[column] = cell
        for range_ in self._by_row.get(row, ()):
            if range_.first_column in there:
                self._held[range_.first_column] = (range_.last_row, there[range_.first_column])
        return [there[column] for column in sorted(there)]


def _anchors(merged: Sequence[Merged], rows: Iterable[int], width: int) -> dict[tuple[int, int], tuple[int, int]]:
    """Cells of some rows that a merged range hides -> the cell that is shown in their place."""
    wanted = sorted(rows)
    return {
        (row, column): (range_.first_row, range_.first_column)
        for range_ in merged
        for row in wanted[bisect_left(wanted, range_.first_row) : bisect_right(wanted, range_.last_row)]
        for column in range(range_.first_column, min(range_.last_column, width) + 1)
    }


def _comment(text: str, author: str) -> Comment:
    text = writable(text)
    lines = sum(1 + len(line) // 24 for line in text.split("\n"))
    return Comment(text, author or AUTHOR, height=24 + 20 * lines, width=340)
