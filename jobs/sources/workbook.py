"""Workbooks: the rows of every sheet that a contract matches. Their cells are read by `jobs.spreadsheet`, guarded."""

from collections.abc import Iterator
from itertools import chain, groupby, repeat
from pathlib import Path

from jobs.contracts import Contract
from jobs.refusals import Both, Refused
from jobs.sources import guard
from jobs.sources.rows import RETURN_SUMMARY, RawRow, classified
from jobs.spreadsheet.cells import Value
from jobs.spreadsheet.limits import Limits
from jobs.spreadsheet.names import nfc, shown


def read_workbook(path: Path, table: str, contract: Contract, name: str, limits: Limits) -> Iterator[RawRow]:
    """Rows of every sheet whose name the contract matches, in the workbook's order. Sheets without a cell are skipped."""
    pattern = nfc(contract.reads.sources[table].sheet)
    names, read = [], False
    batches = guard.sheets(path, name, pattern, limits)
    for (_, sheet), found in groupby(batches, key=lambda batch: batch[:2]):
        names.append(shown(sheet))
        if nfc(sheet) == RETURN_SUMMARY:
            continue
        filled = _unless_empty(row for _, _, rows in found for row in rows)
        if filled is not None:
            read = True
            yield from classified(filled, contract, table, {"file": name, "sheet": shown(sheet)}, sheet)
    if not read:
        found_names = ", ".join(names)
        there = Both(found_names or "none", found_names or "없음")
        raise Refused("no_sheet", {"file": name}, pattern=pattern, sheets=there)


def sheets(path: Path, name: str, limits: Limits) -> Iterator[tuple[str, Iterator[list[Value]]]]:
    """Every sheet of a workbook with its rows, in the workbook's order; read one sheet's rows before the next sheet."""
    for (_, sheet), found in groupby(guard.sheets(path, name, "*", limits), key=lambda batch: batch[:2]):
        yield sheet, (row for _, _, rows in found for row in rows)


def _unless_empty(rows: Iterator[list[Value]]) -> Iterator[list[Value]] | None:
    """The rows, or None where no cell holds anything."""
    for skipped, row in enumerate(rows):
        if any(text for text, *_ in row):
            return chain(repeat([], skipped), [row], rows)
    return None
