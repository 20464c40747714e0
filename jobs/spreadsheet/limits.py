"""What reading one file may cost, and how large a table may be."""

from dataclasses import dataclass

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
MAX_TEXT = 32_767
"""Excel's own limits: rows of a sheet, columns of a row, characters of a cell."""

MAX_ROW_TEXT = 4_000_000
"""Characters of a row, all cells together."""


@dataclass(frozen=True)
class Limits:
    """What reading one workbook may take: memory of the process, seconds, and MiB that it unpacks to."""

    memory_mib: int = 512
    seconds: int = 30
    unpacked_mib: int = 200
