"""The tables of a file as they stand, before there is a contract that says how to read them."""

import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from jobs.errors import DataError
from jobs.refusals import Refused
from jobs.sources.delimited import DELIMITERS, QUOTES, Dialect, delimited_rows, find_encoding
from jobs.sources.rows import HEADING_WITHIN, said
from jobs.sources.workbook import sheets
from jobs.spreadsheet.cells import Value
from jobs.spreadsheet.limits import Limits

WORKBOOKS = (".xlsx", ".xlsm", ".xls")
OTHER_DELIMITERS = tuple("^~!#$&*:")
"""Separators that a contract must state, for they are not tried when a delivery is read."""


@dataclass(frozen=True)
class Described:
    """What a database says of a table: its name, its primary key (nothing where it may not be seen), columns of moments."""

    connection: str
    table: str
    key: tuple[str, ...]
    moments: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """A sheet, a csv file or a table of a database: rows of texts, "" for an empty cell.

    `encoding` and `delimiter` are a csv's, `described` a database's.
    """

    path: Path
    sheet: str | None
    encoding: str | None
    delimiter: str | None
    rows: list[list[str]]
    described: Described | None = None

    @property
    def place(self) -> str:
        """What people call it: the file, and the sheet."""
        return self.path.name + (f", {self.sheet}" if self.sheet else "")


def grids(path: Path) -> Iterator[Grid]:
    """Every table of a workbook or a csv file that holds anything. Raises DataError, with the remedy, for another file."""
    if not path.is_file():
        raise DataError(f"{path}: no such file")
    if path.stat().st_size == 0:
        raise DataError(f"{path}: the file is empty (0 bytes)")
    if path.suffix.lower() in (".hwp", ".hwpx"):
        raise DataError(f"{path}: it is a 한글 document; copy its table into Excel and save it as .xlsx, or start from "
                        "the workbook that `yeji contract template` writes")  # fmt: skip
    if path.suffix.lower() in WORKBOOKS:
        for sheet, rows in sheets(path, path.name, Limits()):
            texts = _texts(rows)
            if texts:
                yield Grid(path, sheet, None, None, texts)
        return
    encoding = find_encoding(path, None, path.name)
    dialect = Dialect(encoding, likely_delimiter(path, encoding), QUOTES[0])
    yield Grid(path, None, encoding, dialect.delimiter, _texts(delimited_rows(path, dialect, path.name)))


def likely_delimiter(path: Path, encoding: str) -> str:
    """The delimiter that cuts most of the first rows into the same number of fields, at least two."""

    def evenness(delimiter: str) -> tuple[float, int]:
        try:
            rows = delimited_rows(path, Dialect(encoding, delimiter, QUOTES[0]), "")
            widths = [len(row) for row in islice(rows, HEADING_WITHIN) if row]
        except Refused:  # under a wrong delimiter quotes may mean nothing
            return 0.0, 1
        width, times = Counter(widths).most_common(1)[0] if widths else (1, 0)
        return (times / len(widths), width) if width > 1 else (0.0, 1)

    best = max(DELIMITERS, key=evenness)
    return best if evenness(best) > (0.5, 2) else max((*DELIMITERS, *OTHER_DELIMITERS), key=evenness)


def _texts(rows: Iterator[list[Value]]) -> list[list[str]]:
    texts = [[unicodedata.normalize("NFC", said(value) or "").strip() for value in row] for row in rows]
    while texts and not any(texts[-1]):
        texts.pop()
    return texts
