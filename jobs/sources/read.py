"""The rows of one delivered file, whatever its kind."""

from collections.abc import Iterator
from pathlib import Path

from jobs.contracts import Contract
from jobs.errors import DataError
from jobs.sources.delimited import read_delimited
from jobs.sources.rows import RawRow
from jobs.sources.workbook import read_workbook


def read_rows(path: Path, table: str, contract: Contract, name: str = "") -> Iterator[RawRow]:
    """Rows of a csv file or a workbook that holds the source table `table` of the contract.

    `name` is what people call the file, where it is kept under another name. Raises DataError, in one sentence with the
    remedy, for a file that cannot be read as the contract says.
    """
    name = name or path.name
    if not path.is_file():
        raise DataError(f"{name}: no such file")
    if path.stat().st_size == 0:
        raise DataError(f"{name}: the file is empty (0 bytes); deliver it again")
    read = read_workbook if contract.reads.kind == "workbook" else read_delimited
    return read(path, table, contract, name)
