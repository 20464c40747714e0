"""What a failure and a planned job cost, by the contracts and the hours on record."""

from datetime import date

from pyspark.sql import functions as F

from jobs.steps import Context, Scope
from jobs.steps.item_events import current

CATEGORIES = ("corrective", "preventive")
"""Whose hours of downtime a failure and a planned job cost."""


def prices_by(context: Context, scope: Scope, until: date) -> dict[str, tuple[float, float]]:
    """By source with costs, what a failure and a planned job cost: the contract's, with the mean hours that the
    equipment was down for one by the records before a day."""
    recorded = current(context.lake, "maintenance", scope).where(F.col("recorded_on") < F.lit(until))
    means = recorded.groupBy("_source", "category").agg(F.avg("downtime_h").alias("hours")).toPandas()
    known = means.dropna()
    hours = dict(zip(zip(known["_source"], known["category"], strict=True), known["hours"], strict=True))
    found = {}
    for name, contract in scope.contracts.items():
        if costs := contract.costs:
            failure, planned = (costs.downtime_h * hours.get((name, category), 0.0) for category in CATEGORIES)
            found[name] = costs.failure + failure, costs.planned + planned
    return found
