"""What an item's records say of its faults and its cost, as running sums over what became known of it.

`jobs.steps.landmarks` lays the records out by day; each function here gives columns for one of its stages. Which faults
there are is declared in `jobs.tables.features`.
"""

from pyspark.sql import Column, WindowSpec
from pyspark.sql import functions as F

from jobs.tables.features import FAULTS

OF_RECORD = ("faults", "cost_krw")
"""What these features need to know of a record."""

MONEY = "decimal(18,2)"
"""Sums of it do not depend on their order."""


def faults(mode: Column, mechanism: Column, text_tags: Column) -> Column:
    """The names of the faults a record tells of: by its mode and mechanism, or by its text where it has neither."""
    read = F.filter(text_tags, lambda tag: tag["kind"].isin("failure_mode", "mechanism"))
    is_coded = mode.isNotNull() | mechanism.isNotNull()
    codes = F.when(is_coded, F.array(mode, mechanism)).otherwise(F.transform(read, lambda tag: tag["code"]))
    found = F.array_compact(codes)
    told = [F.when(F.arrays_overlap(found, _literals(fault.codes)), F.lit(fault.name)) for fault in FAULTS]
    return F.array_compact(F.array(*told))


def changes(new_on: Column, sign: Column) -> dict[str, Column]:
    """What a record changes on a day: the days of its faults, its cost as it comes and goes.

    new_on : the day on which it happened, where it has just become known; else null.
    """
    told = {f"{f.name}_on": F.when(F.array_contains("record.faults", f.name), new_on) for f in FAULTS}
    return told | {"cost_365d": F.col("record.cost_krw").cast(MONEY) * sign}


def known_by(by_then: WindowSpec) -> dict[str, Column]:
    """What is known by a day."""
    counts = {f"{fault.name}_count": F.count(f"{fault.name}_on").over(by_then).cast("double") for fault in FAULTS}
    latest = {f"{fault.name}_on": F.max(f"{fault.name}_on").over(by_then) for fault in FAULTS}
    cost = F.coalesce(F.sum("cost_365d").over(by_then), F.lit(0)).cast("double")
    return counts | latest | {"cost_365d": cost}


def features() -> dict[str, Column]:
    """The features of a point from what is known by it."""
    start = F.col("item.surveillance_from")
    counts = {f"{fault.name}_count": F.col(f"{fault.name}_count") for fault in FAULTS}
    spans = {f"days_without_{f.name}_d": F.datediff("on", F.coalesce(f"{f.name}_on", start)) for f in FAULTS}
    return counts | {name: days.cast("double") for name, days in spans.items()} | {"cost_365d_krw": F.col("cost_365d")}


def _literals(words: tuple[str, ...]) -> Column:
    return F.array(*map(F.lit, words))
