"""Files as they were delivered: which there are, and their rows as raw cells with the place where they stood."""

from jobs.sources.files import DeliveredFile, deliveries, files, misnamed
from jobs.sources.grids import Described, Grid, grids
from jobs.sources.read import opened, read_rows
from jobs.sources.rows import RawCell, RawRow, missing_columns, unknown_headings

__all__ = [
    "DeliveredFile",
    "Described",
    "Grid",
    "RawCell",
    "RawRow",
    "deliveries",
    "files",
    "grids",
    "misnamed",
    "missing_columns",
    "opened",
    "read_rows",
    "unknown_headings",
]
