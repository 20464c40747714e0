"""Tables written as text, for specifications: `a | b` lines in, rows out."""

from collections.abc import Callable, Sequence
from typing import Any

from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F


def rows(table: str) -> list[list[str]]:
    """The rows of a text table without its heading and rule; cells are trimmed, '' is a cell of blanks kept in quotes."""
    lines = [line for line in table.strip().splitlines() if line.strip() and set(line.strip()) - set("-+| ")]
    split = [[cell.strip() for cell in line.split("|")] for line in lines[1:]]
    return [[cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == "'" else cell for cell in row] for row in split]


def check(spark: SparkSession, table: str, function: Callable[..., Column | Sequence[Column]]) -> None:
    """Apply a column function to the columns of a text table and compare with the columns after `=>`.

    The cell `null` stands for null, on both sides.
    """
    given, wanted = [], []
    for row in rows(table):
        at = row.index("=>")
        given.append([None if cell == "null" else cell for cell in row[:at]])
        wanted.append(row[at + 1 :])
    names = [f"c{i}" for i in range(len(given[0]))]
    frame = spark.createDataFrame([tuple(r) for r in given], ", ".join(f"{n} string" for n in names)).coalesce(1)
    result = function(*[F.col(n) for n in names])
    columns = list(result) if isinstance(result, list | tuple) else [result]
    got = frame.select(*[column.alias(f"r{i}") for i, column in enumerate(columns)]).collect()
    shown = [[_text(value) for value in row] for row in got]
    assert [(g, s) for g, s in zip(given, shown, strict=True)] == list(zip(given, wanted, strict=True))


def _text(value: Any) -> str:
    return "null" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
