"""score: remaining life of every item in service, as the population's champion sees it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd
import pyarrow as pa
from pyspark.sql.pandas.types import to_arrow_schema

from jobs.errors import DataError
from jobs.lake import matches
from jobs.ledger import Entry
from jobs.steps import Context, Scope
from jobs.steps.champion import in_force, tracking
from jobs.steps.code_life import of_equipment
from jobs.steps.feature_rows import feature_rows, with_measured
from jobs.tables.code_life import CODE_LIFE
from jobs.tables.features import CHANGEABLE, FEATURES, MEASURED, STATISTICS
from jobs.tables.landmark import LANDMARK
from jobs.tables.measurement import quantity_label
from jobs.tables.remaining_life import REMAINING_LIFE
from jobs.tables.table import Field
from models import registry
from models.both_lives import Code, Learned, both_lives
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
    found = beside_code(predictions(rows, served, champion), code_dates(context, scope))
    table = pa.Table.from_pandas(found[list(REMAINING_LIFE.names)], to_arrow_schema(REMAINING_LIFE.schema))
    facts = {"step": "score", "landmark_version": version, "model_version": champion.version}
    commit = context.lake.replace(REMAINING_LIFE, context.spark.createDataFrame(table), scope.where, facts)
    entry.counts |= {"scored": commit.rows, "champion": champion.candidate, "model_version": champion.version}


def predictions(rows: pd.DataFrame, served: Served, champion: Champion) -> pd.DataFrame:
    """The rows of `gold.remaining_life` for items as they stand today, but for what the code says of them."""
    found = served.predict(with_measured(rows, served.features), labels(served.features, served.time_unit))
    items = rows[["population", "_source", "item_id", "equipment_tag", "as_of"]].reset_index(drop=True)
    drivers = [[asdict(driver) for driver in of_item] for of_item in found["drivers"]]
    return pd.concat([items, found], axis=1).assign(
        model_name=rows["population"].to_numpy(),
        model_version=champion.version,
        candidate=served.name,
        is_baseline=served.is_baseline,
        drivers=pd.Series(drivers),
    )


def code_dates(context: Context, scope: Scope) -> dict[tuple[str, str], Code]:
    """What the code says of the scope's equipment, by source and tag."""
    rows = of_equipment(context.lake.read(CODE_LIFE).where(matches(scope.where))).collect()
    return {
        (row["_source"], row["equipment_tag"]): Code(
            row["code_inspection_on"], row["code_required_on"], row["code_guards"]
        )
        for row in rows
    }


def beside_code(predicted: pd.DataFrame, code: Mapping[tuple[str, str], Code]) -> pd.DataFrame:
    """The predictions, and on the same line the code's dates and, where lives are counted in days, how the two compare
    (law 8)."""
    columns = ["_source", "equipment_tag", "as_of", "p10_d", "p90_d", "longer_than_d", "time_unit"]
    lives = predicted[columns].astype(object)
    told = [_code_columns(life, code.get((life[0], life[1]))) for life in lives.itertuples(index=False, name=None)]
    return predicted.assign(**pd.DataFrame(told, columns=list(CODE_COLUMNS), index=predicted.index, dtype=object))


CODE_COLUMNS = ("code_inspection_on", "code_required_on", "code_act_by", "lives_ko", "lives_en")


def _code_columns(life: tuple[Any, ...], code: Code | None) -> tuple[Any, ...]:
    if code is None:
        return (None,) * len(CODE_COLUMNS)
    as_of, p10_d, p90_d, longer_than_d, time_unit = life[2:]
    low, high = (None if pd.isna(days) else float(days) for days in (p10_d, p90_d))
    both = both_lives(Learned(as_of, low, high, longer_than_d) if time_unit == "days" else None, code)
    return code.next_inspection_on, code.required_reached_on, both.act_by, both.said.ko or None, both.said.en or None


COUNTED = {"days": ("d", "일수", "days"), "hours": ("h", "시간", "hours"), "cycles": ("cycles", "사이클 수", "cycles")}
"""By time unit: the unit of a feature that counts time, and how labels in Korean and English name it."""


def labels(features: Iterable[str], time_unit: str) -> dict[str, Label]:
    """What people call the features: the Korean label, and the first words of the description, in the time unit."""
    declared = {f.name: _label(f, time_unit) for f in FEATURES}
    return {n: _label_of_measured(n, time_unit) if n.startswith(MEASURED) else declared[n] for n in features}


def _label(feature: Field, time_unit: str) -> Label:
    unit, ko, en = COUNTED[time_unit]
    said = feature.description.partition(";")[0].rstrip(".").replace("Days", en.title()).replace("days", en)
    counted = unit if feature.unit == "d" else _unit(feature)
    return Label(
        feature.label.replace("일수", ko).replace("1년", YEAR[time_unit][0]), said, counted, feature.name in CHANGEABLE
    )


def _unit(feature: Field) -> str:
    """The unit as people read it: a share in per cent, yes or no for 1 or 0."""
    return "%" if feature.name.endswith("_share") else "yes" if feature.name.startswith("is_") else feature.unit or ""


def _label_of_measured(name: str, time_unit: str) -> Label:
    """`measured_vibration_mm_s_mean`: the quantity, the statistic's own label and description, and the unit."""
    quantity, _, statistic = name.removeprefix(MEASURED).rpartition("_")
    of = {s.name: s for s in STATISTICS}[statistic]
    ko, en, unit = quantity_label(quantity)
    per = f"/{COUNTED[time_unit][0]}" if unit and statistic == "slope" else ""
    return Label(f"{ko} {of.label}", f"{en}, {of.description.partition(';')[0].rstrip('.').lower()}", unit + per)
