"""Bronze: rows as they were received, all text, with the place they stood."""

from collections.abc import Sequence

from jobs.tables.table import BY_DELIVERY, PROVENANCE, Field, Table, array_of

RAW_CELLS = array_of(heading="string", text="string", display_format="string", filled="string")
"""Raw cells: each column's heading, the value as text, and the workbook's number format (null elsewhere; "1904" for a
plain number where days are counted from 1904). `filled` is what a cell stands for that does not say it itself, null for
all others: merged with the one above, a ditto mark, a day's number that is counted from 1904."""

KIND = Field(
    "_kind",
    "string",
    "What the row is: data, or set aside as title, heading, subtotal or blank.",
    nullable=False,
    codes=("data", "title", "heading", "subtotal", "blank"),
)

CELLS = Table(
    name="bronze_cells",
    layer="bronze",
    description="One row of a file as received (CSV, workbook), whatever its headings.",
    fields=(*PROVENANCE, KIND, Field("_cells", RAW_CELLS, "The row's cells in order, each as received; `filled` is what a merged cell or a ditto mark stands for.", nullable=False)),
    partitioned_by=BY_DELIVERY,
)


def source_table(source: str, table: str, columns: Sequence[str]) -> Table:
    """The bronze table of one Parquet or JDBC table: the source's own columns, kept as text."""
    return Table(
        name=f"bronze_{source}_{table.lower()}",
        layer="bronze",
        description=f"Rows of {table} of {source} as received.",
        fields=(*PROVENANCE, KIND, *(Field(c, "string", f"{table}.{c} as received.") for c in columns)),
        partitioned_by=BY_DELIVERY,
    )
