"""Files as they were delivered: which there are, and their rows as raw cells with the place where they stood."""

from jobs.sources.files import DeliveredFile, beside, deliveries, files, misnamed, paths_of
from jobs.sources.grids import Described, Grid, grids
from jobs.sources.read import opened, read_rows
from jobs.sources.rows import RawCell, RawRow, missing_columns, missing_of_joined, unknown_headings

__all__ = [
    "DeliveredFile",
    "Described",
    "Grid",
    "RawCell",
    "RawRow",
    "beside",
    "deliveries",
    "files",
    "grids",
    "misnamed",
    "missing_columns",
    "missing_of_joined",
    "opened",
    "paths_of",
    "read_rows",
    "unknown_headings",
]
