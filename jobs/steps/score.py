"""score: remaining life of every item in service, as the population's champion sees it."""

from dataclasses import asdict

import pandas as pd
import pyarrow as pa
from pyspark.sql.pandas.types import to_arrow_schema

from jobs.errors import DataError
from jobs.lake import matches
from jobs.ledger import Entry
from jobs.steps import Context, Scope
from jobs.steps.champion import in_force, tracking
from jobs.tables.features import CHANGEABLE, FEATURES
from jobs.tables.landmark import LANDMARK
from jobs.tables.remaining_life import REMAINING_LIFE
from models import registry
from models.errors import ModelError
from models.explain import Label
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
    rows = context.lake.read(LANDMARK, version).where(matches(scope.where)).where("is_scored").toPandas()
    table = pa.Table.from_pandas(predictions(rows, served, champion), to_arrow_schema(REMAINING_LIFE.schema))
    facts = {"step": "score", "landmark_version": version, "model_version": champion.version}
    commit = context.lake.replace(REMAINING_LIFE, context.spark.createDataFrame(table), scope.where, facts)
    entry.counts |= {"scored": commit.rows, "champion": champion.candidate, "model_version": champion.version}


def predictions(rows: pd.DataFrame, served: Served, champion: Champion) -> pd.DataFrame:
    """The rows of `gold.remaining_life` for items as they stand today."""
    found = served.predict(rows, labels())
    items = rows[["population", "_source", "item_id", "equipment_tag", "as_of"]].reset_index(drop=True)
    drivers = [[asdict(driver) for driver in of_item] for of_item in found["drivers"]]
    return pd.concat([items, found], axis=1).assign(
        model_name=rows["population"].to_numpy(),
        model_version=champion.version,
        candidate=served.name,
        is_baseline=served.is_baseline,
        drivers=pd.Series(drivers),
    )[list(REMAINING_LIFE.names)]


def labels() -> dict[str, Label]:
    """What people call the features: the Korean label, and the first words of the description."""
    return {
        f.name: Label(f.label, f.description.partition(";")[0].rstrip("."), f.unit, f.name in CHANGEABLE)
        for f in FEATURES
    }
