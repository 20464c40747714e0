"""Keys that their source withdrew by a row of its own."""

from jobs.tables.table import BY_DELIVERY, PROVENANCE, Field, Table

WITHDRAWAL = Table(
    name="withdrawal",
    layer="silver",
    description="A record that its source withdrew by a row of its own (a tombstone, as the contract's `withdrawn_when` says).",
    fields=(
        *PROVENANCE,
        Field("record_table", "string", "The silver table that holds the record.", nullable=False),
        Field("record_key", "string", "The record's key in it.", nullable=False),
    ),
    partitioned_by=BY_DELIVERY,
    checks=(("has_key", "length(record_key) > 0"),),
)
