"""The rows of one delivered file, whatever its kind."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from jobs.contracts import Contract
from jobs.refusals import Refused
from jobs.sources.delimited import Dialect, read_delimited
from jobs.sources.rows import RETURN_CODE, RawRow
from jobs.sources.workbook import read_workbook
from jobs.spreadsheet.limits import Limits


def read_rows(
    path: Path, table: str, contract: Contract, name: str = "", limits: Limits | None = None
) -> Iterator[RawRow]:
    """Rows of a csv file or a workbook that holds the source table `table` of the contract; see `opened`."""
    return opened(path, table, contract, name, limits)[1]


def opened(
    path: Path, table: str, contract: Contract, name: str = "", limits: Limits | None = None
) -> tuple[Dialect | None, Iterator[RawRow]]:
    """How a csv file is written (of a workbook nothing), and its rows: it holds the source table `table` of the contract.

    `name` is what people call the file, where it is kept under another name; `limits` is what reading a workbook may
    take. Raises Refused, in one sentence with the remedy, for a file that cannot be read as the contract says.
    """
    name = name or path.name
    if not path.is_file():
        raise Refused("no_file", {"file": name})
    if path.stat().st_size == 0:
        raise Refused("empty_file", {"file": name})
    if is_workbook(name, contract):
        return None, read_workbook(path, table, contract, name, limits or Limits())
    return read_delimited(path, table, contract, name)


def is_workbook(name: str, contract: Contract) -> bool:
    """Whether a delivered file is read as a workbook: a source of CSV files may send back the .xlsx that went to it."""
    return contract.reads.kind == "workbook" or PurePosixPath(name).suffix.lower() == ".xlsx"


def is_returned(path: Path, table: str, contract: Contract, name: str) -> bool:
    """Whether a workbook is one that went back: it has the column of return codes. One that cannot be read is none."""
    try:
        heading = next((row for row in read_rows(path, table, contract, name) if row.kind == "heading"), None)
    except Refused:
        return False
    return heading is not None and any(cell.heading == RETURN_CODE for cell in heading.cells)
