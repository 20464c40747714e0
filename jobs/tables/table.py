"""What a table is: fields with units and descriptions, a key, and how it lies on disk."""

from dataclasses import dataclass, replace
from functools import cached_property

from pyspark.sql.types import (
    ArrayType,
    BooleanType,
    DataType,
    DateType,
    DoubleType,
    IntegerType,
    LongType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)

SCALARS: dict[str, DataType] = {
    "boolean": BooleanType(),
    "bigint": LongType(),
    "date": DateType(),
    "double": DoubleType(),
    "int": IntegerType(),
    "string": StringType(),
    "timestamp": TimestampType(),
}


def array_of(**fields: str) -> DataType:
    """An array of structs, by field name and scalar type."""
    return ArrayType(StructType([StructField(name, SCALARS[kind]) for name, kind in fields.items()]))


@dataclass(frozen=True)
class Field:
    """One column.

    `unit` is the unit of the stored value ("h", "KRW", "d", "mm"); empty where there is none.
    `codes` are the values a coded column may hold; empty means any.
    `label` is the Korean label shown to people.
    """

    name: str
    type: str | DataType
    description: str
    unit: str = ""
    nullable: bool = True
    codes: tuple[str, ...] = ()
    label: str = ""

    @property
    def spark_type(self) -> DataType:
        return SCALARS[self.type] if isinstance(self.type, str) else self.type

    @property
    def comment(self) -> str:
        return f"{self.description} [{self.unit}]" if self.unit else self.description


@dataclass(frozen=True)
class Table:
    """A table of the lake.

    `key` is the business key within a source; `identity` what stays the same as long as it is the same record;
    `checks` are Delta CHECK constraints by name.
    A table is either partitioned or clustered, never both (Delta refuses it).
    """

    name: str
    layer: str
    description: str
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()
    partitioned_by: tuple[str, ...] = ()
    clustered_by: tuple[str, ...] = ()
    checks: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if self.partitioned_by and self.clustered_by:
            raise ValueError(f"{self.name}: a Delta table is partitioned or clustered, not both")
        if unknown := {*self.key, *self.identity, *self.partitioned_by, *self.clustered_by} - set(self.names):
            raise ValueError(f"{self.name}: no such field: {', '.join(sorted(unknown))}")

    @cached_property
    def schema(self) -> StructType:
        """The StructType enforced on read and on write."""
        return StructType(
            [StructField(f.name, f.spark_type, f.nullable, {"comment": f.comment}) for f in self.fields]
        )

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f.name for f in self.fields)

    def field(self, name: str) -> Field:
        return next(f for f in self.fields if f.name == name)

    def current(self) -> "Table":
        """The table of latest rows, one per business key, that stands beside a history table."""
        return replace(
            self,
            name=f"{self.name}_current",
            description=f"The row of `{self.name}` that counts now, one per source and business key.",
            fields=(*self.fields, *STATE),
            partitioned_by=(),
            clustered_by=("_source", *self.key),
        )


SOURCE = Field("_source", "string", "Slug of the source, as in its contract.", nullable=False)
DELIVERY_DATE = Field("_delivery_date", "date", "The date of the delivery that brought the row.", nullable=False)

PROVENANCE = (
    SOURCE,
    DELIVERY_DATE,
    Field("_table", "string", "Table of the source that the row stood in, as the contract names it.", nullable=False),
    Field("_file", "string", "File within the delivery.", nullable=False),
    Field("_sheet", "string", "Sheet of the workbook; null for other files."),
    Field("_row", "bigint", "Row in the file or sheet as a person counts it, from 1.", nullable=False),
    Field("_row_hash", "string", "SHA-256 of the raw row's cells.", nullable=False),
    Field("_attempt", "int", "The attempt that wrote the row.", nullable=False),
    Field("_landed_at_utc", "timestamp", "When the delivery's bytes were received.", nullable=False),
)
"""Where a row came from; every bronze, silver and quarantine row carries it."""

NOT_IN_CONTENT_HASH = ("_attempt", "_landed_at_utc")
"""What may differ between a rerun and a clean run (law 2)."""

EVENT_TIME = (
    Field("occurred_from", "timestamp", "Earliest moment it can have happened, site wall-clock time.", nullable=False),
    Field("occurred_to", "timestamp", "Latest moment it can have happened; equal to occurred_from where the time is known.", nullable=False),
    Field("recorded_on", "date", "Day from which the record was known to its source.", nullable=False),
    Field("is_recorded_on_assumed", "boolean", "True where recorded_on is occurred_to plus the contract's record lag.", nullable=False),
)
"""When something happened and when it became known (law 5)."""

STATE = (
    Field("newest_refused_on", "date", "The delivery whose later version was refused, or is another record under the same key; null where none is."),
    Field("is_withdrawn", "boolean", "True where the key's newest row is a tombstone, or its source delivers everything and the newest complete delivery has no such key.", nullable=False),
)
"""What is known of a row that counts, besides itself."""

BY_DELIVERY = ("_source", "_delivery_date")
