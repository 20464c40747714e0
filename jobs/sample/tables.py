"""Parquet files that grow block by block."""

from collections import Counter
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq


class TableFiles:
    """The Parquet files of a folder's tables, written one row group per call.

    With `rows_a_file`, a table goes on in a next file (`NAME-0000.parquet`, `NAME-0001.parquet`, …) once one is full.
    """

    def __init__(self, folder: Path, rows_a_file: int | None = None) -> None:
        self.rows: Counter[str] = Counter()
        self._folder = folder
        self._rows_a_file = rows_a_file
        self._files: Counter[str] = Counter()
        self._open: dict[str, tuple[pq.ParquetWriter, str, int]] = {}

    def write(self, name: str, table: pa.Table) -> tuple[str, int]:
        """Append rows; gives the file's name and how many rows it held before."""
        writer, file, before = self._open.get(name) or self._next(name, table.schema)
        writer.write_table(table)
        self.rows[name] += len(table)
        self._open[name] = (writer, file, before + len(table))
        if self._rows_a_file and before + len(table) >= self._rows_a_file:
            self._open.pop(name)[0].close()
        return file, before

    def _next(self, name: str, schema: pa.Schema) -> tuple[pq.ParquetWriter, str, int]:
        file = f"{name}-{self._files[name]:04d}.parquet" if self._rows_a_file else f"{name}.parquet"
        self._files[name] += 1
        self._folder.mkdir(parents=True, exist_ok=True)
        return pq.ParquetWriter(self._folder / file, schema), file, 0

    def __enter__(self) -> "TableFiles":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer, _, _ in self._open.values():
            writer.close()
