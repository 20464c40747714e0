"""CSV files: encoding and delimiter found by trial, then proven by the heading.

A detector is not trusted: it calls an ASCII-heavy CP949 log cp1250. A wrong encoding that decodes all the same (GB18030
read as CP949) is caught because the headings then do not match.
"""

import codecs
import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from jobs.contracts import Contract
from jobs.errors import DataError
from jobs.sources.rows import HEADING_WITHIN, RawRow, Value, classified, find_heading

BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
TRIED = ("utf-8", "cp949")
DELIMITERS = (",", ";", "\t", "|")
CHUNK = 1 << 20


def read_delimited(path: Path, table: str, contract: Contract, name: str) -> Iterator[RawRow]:
    """Rows of a csv file. Fields may be quoted with ", doubled inside (RFC 4180); the text is kept as it is."""
    stated = contract.reads.sources[table]
    encoding = find_encoding(path, stated.encoding, name)
    delimiter = stated.delimiter or find_delimiter(path, encoding, contract, table)
    return classified(delimited_rows(path, encoding, delimiter, name), contract, table, name, sheet=None)


def find_encoding(path: Path, stated: str | None, name: str) -> str:
    """The stated encoding, else the byte order mark's, else the first of UTF-8 and CP949 that reads the whole file."""
    with path.open("rb") as file:
        start = file.read(4)
    for bom, encoding in BOMS:
        if not stated and start.startswith(bom):
            return encoding
    tried = (stated,) if stated else TRIED
    for encoding in tried:
        if _decodes(path, encoding):
            return encoding
    raise DataError(
        f"{name}: it is no text in {' or '.join(tried)}; save it as CSV UTF-8, or state its `encoding` in the contract"
    )


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def find_delimiter(path: Path, encoding: str, contract: Contract, table: str) -> str:
    """The delimiter under which most of the contract's headings are found; a comma where none is."""

    def found(delimiter: str) -> int:
        first = [
            [text or "" for text, _ in row]
            for row in islice(delimited_rows(path, encoding, delimiter, ""), HEADING_WITHIN)
        ]
        heading = find_heading(first, contract, table)
        return len(heading.names) if heading else 0

    return max(DELIMITERS, key=found)


def delimited_rows(path: Path, encoding: str, delimiter: str, name: str) -> Iterator[list[Value]]:
    """Rows of fields. Raises DataError, naming the file, for what is no CSV."""
    with path.open(encoding=encoding, newline="") as file:
        try:
            for row in csv.reader(file, delimiter=delimiter):
                yield [(text or None, None) for text in row]
        except csv.Error as error:
            raise DataError(f"{name}: it cannot be read as CSV ({error}); save it again as CSV UTF-8") from None
