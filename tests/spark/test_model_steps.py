"""fit, gate, register and score on a lake: from `gold.landmark` to `gold.remaining_life`."""

from datetime import date

import mlflow
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyspark.sql.pandas.types import to_arrow_schema

from jobs.contracts import Contract
from jobs.errors import DataError
from jobs.ledger import Entry
from jobs.settings import Settings
from jobs.steps import Context, Scope, champion, fit, gate, register, score
from jobs.tables.features import FEATURES
from jobs.tables.landmark import LANDMARK
from jobs.tables.remaining_life import REMAINING_LIFE
from models import candidates, registry
from tests.support.landmarks import landmark_frame

CONTRACT = Contract.model_validate(
    {
        "source": "sample",
        "firm": "sample",
        "title": "표본",
        "reads": {"kind": "csv", "path": "sample/{delivery_date}/*.csv"},
        "schedule": "0 2 * * *",
        "delivers": "everything",
        "tables": {"maintenance": {"key": ["maintenance_id"], "columns": {"maintenance_id": {"from": ["번호"]}}}},
        "lives": {"population": "test", "ends": {"category": ["corrective"]}},
    }
)
SCOPE = Scope("test", {"sample": CONTRACT}, {"sample": date(2024, 1, 1)})


MEASURED = "measured_vibration_mm_s_mean"


def write_landmarks(context: Context, frame: pd.DataFrame) -> None:
    absent = [f for f in FEATURES if f.name not in frame]
    rows = frame.assign(
        upper_d=frame["time_d"].where(frame["event"]),
        measured=[[{"name": MEASURED, "value": load}] if load > 0.45 else None for load in frame["load_share"]],
        **{f.name: np.nan if f.type == "double" else None for f in absent},
    )
    table = pa.Table.from_pandas(rows[list(LANDMARK.names)], to_arrow_schema(LANDMARK.schema))
    context.lake.replace(LANDMARK, context.spark.createDataFrame(table), SCOPE.where, {})


def run(context: Context, step, scope: Scope = SCOPE) -> dict:
    entry = Entry()
    step.run(context, scope, entry)
    return entry.counts


@pytest.fixture(scope="module")
def context(spark, tmp_path_factory):
    return Context(Settings(home=tmp_path_factory.mktemp("home")))


def test_before_any_training_nothing_is_scored(context):
    write_landmarks(context, landmark_frame(120))
    assert run(context, score) == {"scored": 0, "champion": None}


def test_a_training_ends_in_predictions_for_every_item_in_service(context):
    frame = landmark_frame(120, extremes_factor=0.3)
    write_landmarks(context, frame)
    assert run(context, fit)["candidates"] == len(candidates.find())
    decided = run(context, gate)
    assert decided["action"] == "promote"
    assert run(context, register) == {"registered_version": 1, "challenger_version": 2}
    assert run(context, score)["scored"] == 120
    found = context.lake.read(REMAINING_LIFE).toPandas()
    assert set(found["item_id"]) == set(frame["item_id"])
    assert set(found["candidate"]) == {decided["candidate"]}
    assert set(found["is_baseline"]) == {decided["is_baseline"]}
    assert (found["as_of"] == date(2024, 1, 1)).all()
    shown = found.dropna(subset=["p50_d", "reference_p50_d"])
    products = [np.prod([driver["factor"] for driver in drivers]) for drivers in shown["drivers"]]
    named = [driver for drivers in found["drivers"] for driver in drivers if driver["feature"] == MEASURED]
    assert named
    assert named[0]["text_en"].startswith("assets like this (vibration, mean of the latest 30 days read: ")
    assert named[0]["text_ko"].startswith("진동 평균 ")
    assert shown["reference_p50_d"].to_numpy() * products == pytest.approx(shown["p50_d"].to_numpy(), rel=0.01)


def test_training_again_on_the_same_data_changes_nothing(context):
    before = context.lake.read(REMAINING_LIFE).toPandas()
    run(context, fit)
    assert run(context, gate)["action"] == "stay"
    assert run(context, register) == {"registered_version": None, "challenger_version": 2}
    run(context, score)
    order = ["item_id"]
    after = context.lake.read(REMAINING_LIFE).toPandas()
    assert after.sort_values(order).to_json() == before.sort_values(order).to_json()


def test_the_run_names_the_table_and_version_it_read(context):
    tracking = champion.tracking(context.settings)
    assert registry.champion(tracking, "test").version == 1
    client = mlflow.MlflowClient(tracking.uri)
    run_id = client.get_model_version("test", "1").run_id
    (dataset,) = client.get_run(run_id).inputs.dataset_inputs
    assert dataset.dataset.name == f"landmark@{context.lake.version(LANDMARK)}"


def test_a_leak_is_refused_by_its_name_and_the_champion_goes_on(context):
    frame = landmark_frame(120)
    survives = frame["item_id"].isin(frame["item_id"].unique()[:40])
    leaking = frame.assign(event=frame["event"] & ~survives, service=np.where(survives, None, "수리 완료"))
    write_landmarks(context, leaking)
    with pytest.raises(DataError, match=r"test: service is filled in for 100% .* of sample that fail later") as refused:
        run(context, fit)
    assert "test: service: sample에서 나중에 고장 난 설비는 100%" in refused.value.korean
    assert refused.value.exit_code == 1
    assert registry.champion(champion.tracking(context.settings), "test").version == 1
    assert run(context, score)["model_version"] == 1


def test_without_a_failure_the_population_is_refused_and_the_champion_goes_on(context):
    write_landmarks(context, landmark_frame(30).assign(event=False))
    with pytest.raises(DataError, match=r"test: no failure among \d+ rows"):
        run(context, fit)
    assert registry.champion(champion.tracking(context.settings), "test").version == 1
