"""CSV files: encoding, delimiter and quotation mark found by trial, then proven by the heading.

A detector is not trusted: it calls an ASCII-heavy CP949 log cp1250. A wrong encoding that decodes all the same (GB18030
read as CP949) is caught because the headings then do not match. A file is read line by line, and no line or row may be
longer than a table's can be, so that reading holds little whatever the file is.
"""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from jobs.contracts import Contract
from jobs.refusals import CSV, Refused, either
from jobs.sources.rows import HEADING_WITHIN, RawRow, classified, find_heading
from jobs.spreadsheet.cells import Value
from jobs.spreadsheet.limits import MAX_COLUMNS, MAX_ROW_TEXT
from jobs.spreadsheet.signature import EMPTY_ZIP, OLE, ZIP, foreign, hangul, start_of

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
TRIED = ("utf-8", "cp949")
DELIMITERS = (",", ";", "\t", "|")
QUOTES = ('"', "'")
"""Quotation marks; the single one only in a file whose first lines hold no double one."""
CHUNK = 1 << 20

END = ["\0"]
"""The row that is read after the last; no line of the file may hold a NUL."""


def _wider(error: UnicodeError) -> tuple[str, int]:
    """Read what Windows reads as CP949 and Python's strict codecs refuse; raises the error for all else.

    That is, under the name of EUC-KR, the syllables that CP949 (UHC) adds to it; and in CP949 the characters that a firm
    made for itself, which keep their places in Unicode's private use area.
    """
    if isinstance(error, UnicodeDecodeError) and error.encoding in ("cp949", "euc_kr"):
        pair = error.object[error.start : error.start + 2]
        if len(pair) == 2 and pair[0] in (0xC9, 0xFE) and 0xA1 <= pair[1] <= 0xFE:
            return chr(0xE000 + 94 * (pair[0] == 0xFE) + pair[1] - 0xA1), error.start + 2
        if error.encoding == "euc_kr":
            return pair.decode("cp949"), error.start + 2
    raise error


WIDER = "wider_cp949"
codecs.register_error(WIDER, _wider)


def open_text(path: Path, encoding: str) -> TextIO:
    """A csv file as text, opened for reading; CP949 as wide as Windows has it."""
    return path.open(encoding=encoding, errors=WIDER, newline="")


@dataclass(frozen=True)
class Dialect:
    """How a CSV file is written."""

    encoding: str
    delimiter: str
    quote: str


def read_delimited(path: Path, table: str, contract: Contract, name: str) -> tuple[Dialect, Iterator[RawRow]]:
    """How a csv file is written, and its rows. A quotation mark inside a quoted field is doubled (RFC 4180)."""
    _refuse_other_kinds(path, name)
    dialect = find_dialect(path, table, contract, name)
    return dialect, classified(delimited_rows(path, dialect, name), contract, table, {"file": name}, sheet=None)


def _refuse_other_kinds(path: Path, name: str) -> None:
    start = start_of(path)
    if start.startswith((ZIP, EMPTY_ZIP, OLE)):
        raise Refused(hangul(path.read_bytes(), name) or "packed_as_csv", {"file": name}, **CSV)
    if known := foreign(start):
        raise Refused(known, {"file": name}, **CSV)


def find_encoding(path: Path, stated: str | None, name: str) -> str:
    """The stated encoding, else the byte order mark's, else the first of UTF-8 and CP949 that reads the whole file."""
    with path.open("rb") as file:
        start = file.read(4)
    marked = next((encoding for bom, encoding in BOMS if start.startswith(bom)), None)
    tried = (stated,) if stated else (marked,) if marked else TRIED
    furthest = 0
    for encoding in tried:
        bad_line = _undecodable_line(path, encoding)
        if not bad_line:
            return encoding
        furthest = max(furthest, bad_line)
    raise Refused("no_text", {"file": name, "line": furthest}, encodings=either(tried))


def _undecodable_line(path: Path, encoding: str) -> int:
    """The number of the first line that is no text in an encoding; 0 where all are."""
    decoder = codecs.getincrementaldecoder(encoding)(errors=WIDER)
    lines = 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK)
            try:
                lines += decoder.decode(chunk, final=not chunk).count("\n")
            except UnicodeError as error:
                read = error.object[: error.start] if isinstance(error, UnicodeDecodeError) else b""
                return lines + bytes(read).count(b"\n")
            if not chunk:
                return 0


def find_dialect(path: Path, table: str, contract: Contract, name: str) -> Dialect:
    """What the contract states, and beyond it that under which most of the contract's headings are found.

    A comma and double quotation marks where none is.
    """
    stated = contract.reads.sources[table]
    encoding = find_encoding(path, stated.encoding, name)

    def found(dialect: Dialect) -> int:
        rows = delimited_rows(path, dialect, name)
        try:
            first = [[text or "" for text, *_ in row] for row in islice(rows, HEADING_WITHIN)]
        except Refused:  # under a wrong delimiter quotes may mean nothing; the right one is refused when it is read
            return 0
        heading = find_heading(first, contract, table)
        return len(heading.names) if heading else 0

    delimiters = (stated.delimiter,) if stated.delimiter else DELIMITERS
    doubled = any(QUOTES[0] in line for line in islice(_lines(path, encoding, name), HEADING_WITHIN))
    quotes = QUOTES[:1] if doubled else QUOTES
    return max((Dialect(encoding, delimiter, quote) for quote in quotes for delimiter in delimiters), key=found)


def delimited_rows(path: Path, dialect: Dialect, name: str) -> Iterator[list[Value]]:
    """Rows as csv reads them. Raises Refused where a quote is left open, or a line or row is longer than any table's."""
    of_row: list[str] = []
    began = 1

    def remembered() -> Iterator[str]:
        for line in chain(_lines(path, dialect.encoding, name), END):
            of_row.append(line)
            yield line

    quote = dialect.quote
    reader = csv.reader(remembered(), delimiter=dialect.delimiter, quotechar=quote)
    try:
        for row in reader:
            if row == END:
                return
            if of_row[-1] in END:
                raise Refused("quote_open", {"file": name, "line": began})
            if len(of_row) > 1 and _is_torn(of_row, dialect):
                raise Refused("quote_torn", {"file": name, "line": began}, closed=reader.line_num, quote=quote)
            if len(row) > MAX_COLUMNS:
                raise Refused("many_columns", {"file": name, "line": began}, columns=len(row), most=MAX_COLUMNS)
            yield [(text or None, None, None) for text in row]
            of_row.clear()
            began = reader.line_num + 1
    except csv.Error:
        raise Refused("long_field", {"file": name, "line": began}, most=csv.field_size_limit()) from None


def _is_torn(lines: list[str], dialect: Dialect) -> bool:
    """Whether a row of several lines has a closing quote with text after it: then the quotes do not pair as meant."""
    try:
        list(csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote, strict=True))
    except csv.Error:
        return True
    return False


def _lines(path: Path, encoding: str, name: str) -> Iterator[str]:
    """The lines of the file, none of them longer than a row may be."""
    with open_text(path, encoding) as file:
        number = 0
        while line := file.readline(MAX_ROW_TEXT + 1):
            number += 1
            if len(line) > MAX_ROW_TEXT:
                raise Refused("long_line", {"file": name, "line": number}, most=MAX_ROW_TEXT)
            if "\0" in line:
                raise Refused("nul_bytes", {"file": name, "line": number})
            yield line
