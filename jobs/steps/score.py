"""score: remaining life of every item in service, as the population's champion sees it."""

from collections.abc import Iterable
from dataclasses import asdict

import pandas as pd
import pyarrow as pa
from pyspark.sql.pandas.types import to_arrow_schema

from jobs.errors import DataError
from jobs.lake import matches
from jobs.ledger import Entry
from jobs.steps import Context, Scope
from jobs.steps.champion import in_force, tracking
from jobs.steps.feature_rows import feature_rows, with_measured
from jobs.tables.features import CHANGEABLE, FEATURES, MEASURED, STATISTICS
from jobs.tables.landmark import LANDMARK
from jobs.tables.remaining_life import REMAINING_LIFE
from jobs.tables.table import Field
from models import registry
from models.errors import ModelError
from models.explain import YEAR, Label
from models.gate import Champion
from models.served import Served


def run(context: Context, scope: Scope, entry: Entry) -> None:
    """Replace the scope's predictions; without a champion there is nothing to predict with and nothing is changed."""
    if in_force(context, scope.population)[0] is None:
        entry.counts |= {"scored": 0, "champion": None}
        return
    try:
        served, champion = registry.load(tracking(context.settings), scope.population)
    except ModelError as error:
        raise DataError(str(error)) from error
    version = context.lake.version(LANDMARK)
    rows = feature_rows(context.lake.read(LANDMARK, version).where(matches(scope.where)).where("is_scored"))
    table = pa.Table.from_pandas(predictions(rows, served, champion), to_arrow_schema(REMAINING_LIFE.schema))
    facts = {"step": "score", "landmark_version": version, "model_version": champion.version}
    commit = context.lake.replace(REMAINING_LIFE, context.spark.createDataFrame(table), scope.where, facts)
    entry.counts |= {"scored": commit.rows, "champion": champion.candidate, "model_version": champion.version}


def predictions(rows: pd.DataFrame, served: Served, champion: Champion) -> pd.DataFrame:
    """The rows of `gold.remaining_life` for items as they stand today."""
    found = served.predict(with_measured(rows, served.features), labels(served.features, served.time_unit))
    items = rows[["population", "_source", "item_id", "equipment_tag", "as_of"]].reset_index(drop=True)
    drivers = [[asdict(driver) for driver in of_item] for of_item in found["drivers"]]
    return pd.concat([items, found], axis=1).assign(
        model_name=rows["population"].to_numpy(),
        model_version=champion.version,
        candidate=served.name,
        is_baseline=served.is_baseline,
        drivers=pd.Series(drivers),
    )[list(REMAINING_LIFE.names)]


COUNTED = {"days": ("d", "일수", "days"), "hours": ("h", "시간", "hours"), "cycles": ("cycles", "사이클 수", "cycles")}
"""By time unit: the unit of a feature that counts time, and how labels in Korean and English name it."""


def labels(features: Iterable[str], time_unit: str) -> dict[str, Label]:
    """What people call the features: the Korean label, and the first words of the description, in the time unit."""
    declared = {f.name: _label(f, time_unit) for f in FEATURES}
    return {name: _label_of_measured(name) if name.startswith(MEASURED) else declared[name] for name in features}


def _label(feature: Field, time_unit: str) -> Label:
    unit, ko, en = COUNTED[time_unit]
    said = feature.description.partition(";")[0].rstrip(".").replace("Days", en.title()).replace("days", en)
    counted = unit if feature.unit == "d" else feature.unit
    return Label(
        feature.label.replace("일수", ko).replace("1년", YEAR[time_unit][0]), said, counted, feature.name in CHANGEABLE
    )


def _label_of_measured(name: str) -> Label:
    """`measured_vibration_mm_s_mean`: the quantity, and the statistic's own label and description."""
    quantity, _, statistic = name.removeprefix(MEASURED).rpartition("_")
    of = {s.name: s for s in STATISTICS}[statistic]
    return Label(f"{quantity} {of.label}", f"{quantity}, {of.description.partition(';')[0].rstrip('.').lower()}")
