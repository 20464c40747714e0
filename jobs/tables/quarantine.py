"""Rows that were refused, with their raw cells and every reason."""

from jobs.tables.bronze import RAW_CELLS
from jobs.tables.table import BY_DELIVERY, PROVENANCE, Field, Table, array_of

REASONS = array_of(code="string", column="string", value="string", expected="string")
"""Why a row was refused: a code (`bad_date`, `missing_key`, a rule's name), the canonical column, the cell's text,
and what was expected."""

RECORD_KEYS = array_of(table="string", key="string")

QUARANTINE = Table(
    name="quarantine",
    layer="silver",
    description="A refused row: where it stood, its raw cells, and all reasons.",
    fields=(
        *PROVENANCE,
        Field("_cells", RAW_CELLS, "The row's cells as received; `filled` is what a merged cell or a ditto mark stands for.", nullable=False),
        Field("reasons", REASONS, "Every reason for the refusal.", nullable=False),
        Field("record_keys", RECORD_KEYS, "The silver tables it would have fed, and its key in each, where it could be read.", nullable=False),
    ),
    partitioned_by=BY_DELIVERY,
)
