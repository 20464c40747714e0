"""Whether a partition's records resolve to the equipment register, and whether their failure modes suit its classes.

Nothing is lost for it: a record of unknown equipment, and one whose mode ISO 14224 does not define for the class, are
kept and counted. The class stands in another table than the failure, so this is asked of the whole partition, against
its own register and what `equipment_current` holds of the source.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.contracts import Contract
from jobs.steps import Context
from jobs.steps.staging import fed_by, feeds
from jobs.tables import CURRENT
from jobs.tables.iso14224 import is_defined

RECORDS = ("maintenance", "failure", "measurement")
PARENT = "equipment.parent_tag"


@dataclass(frozen=True)
class Hierarchy:
    """Records, and those among them without equipment in the register, by the column that names it; failures whose mode
    is not defined for their equipment's class, by mode and class."""

    records: Mapping[str, int] = field(default_factory=dict)
    orphans: Mapping[str, int] = field(default_factory=dict)
    undefined: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @property
    def warnings(self) -> dict[str, int]:
        """Counts by code and column, as those of the rows are kept."""
        found = {f"orphan {column}": count for column, count in self.orphans.items()}
        return found | (
            {"mode_not_of_class failure.failure_mode": sum(self.undefined.values())} if self.undefined else {}
        )

    @property
    def sentences(self) -> list[str]:
        """What was found, a sentence each."""
        return [
            f"{column}: {count:,} of {self.records[column]:,} records name equipment that is not in the register; "
            "they are kept. Add it to the register, or correct the tag"
            for column, count in self.orphans.items()
        ] + [
            f"failure.failure_mode: {count:,} records have the mode {mode}, which ISO 14224 does not define for "
            f"equipment of class {equipment_class}; they are kept. Correct the code, or the class"
            for (mode, equipment_class), count in self.undefined.items()
        ]


def hierarchy_of(context: Context, contract: Contract, staged: Mapping[str, DataFrame]) -> Hierarchy:
    """What the staged rows, by source table, come to; nothing where the source keeps no register."""
    if "equipment" not in contract.tables:
        return Hierarchy()
    named = [rows for name, frame in staged.items() for rows in _named(frame, fed_by(contract, name))]
    register = _register(context, contract, staged[contract.feeds("equipment")])
    found = (
        reduce(DataFrame.unionByName, named)
        .join(register, "tag", "left")
        .groupBy("column", "failure_mode", "equipment_class", F.col("is_known").isNull().alias("is_orphan"))
        .count()
        .collect()
    )
    records: dict[str, int] = {}
    orphans: dict[str, int] = {}
    undefined: dict[tuple[str, str], int] = {}
    for row in sorted(found, key=str):
        records[row["column"]] = records.get(row["column"], 0) + row["count"]
        if row["is_orphan"]:
            orphans[row["column"]] = orphans.get(row["column"], 0) + row["count"]
        if not is_defined(row["failure_mode"], row["equipment_class"]):
            undefined[row["failure_mode"], row["equipment_class"]] = row["count"]
    return Hierarchy(records, orphans, undefined)


def _named(frame: DataFrame, tables: list[str]) -> list[DataFrame]:
    """The equipment that valid records name, with the column that names it and a failure's mode."""
    no_mode = F.lit(None).cast("string")
    found = [
        frame.where(feeds(table)).select(
            F.lit(f"{table}.equipment_tag").alias("column"),
            F.col(f"{table}.equipment_tag").alias("tag"),
            (F.col("failure.failure_mode") if table == "failure" else no_mode).alias("failure_mode"),
        )
        for table in tables
        if table in RECORDS
    ]
    if "equipment" in tables:
        parent = F.col("equipment.parent_tag")
        parents = frame.where(feeds("equipment") & parent.isNotNull())
        found.append(parents.select(F.lit(PARENT).alias("column"), parent.alias("tag"), no_mode.alias("failure_mode")))
    return found


def _register(context: Context, contract: Contract, staged: DataFrame) -> DataFrame:
    """Equipment by tag with its class: as this delivery has it, else as the source had it last."""
    held = context.lake.read(CURRENT["equipment"]).where(F.col("_source") == contract.source)
    columns = ("equipment_tag", "equipment_class")
    delivered = staged.where(feeds("equipment")).select(
        F.lit(True).alias("is_new"), "_file", "_row", *(F.col(f"equipment.{name}").alias(name) for name in columns)
    )
    known = delivered.unionByName(held.select(F.lit(False).alias("is_new"), "_file", "_row", *columns))
    newest = F.max_by("equipment_class", F.struct("is_new", "_file", "_row")).alias("equipment_class")
    return known.groupBy(F.col("equipment_tag").alias("tag")).agg(newest, F.lit(True).alias("is_known"))
