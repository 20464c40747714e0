"""MLflow: what is logged, what moves the alias, and that only what was registered is loaded."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import mlflow
import pandas as pd
import pytest

from models import candidates, registry, training
from models.errors import ModelError, UntrustedModel
from models.registry import Tracking
from tests.support.landmarks import FEATURES, landmark_frame

TABLES = {"/lake/gold/landmark": 7, "/lake/gold/life": 4}


@pytest.fixture(scope="module")
def tracking(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mlflow")
    return Tracking(f"sqlite:///{folder / 'mlflow.db'}", folder / "artifacts")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("train") / "work"
    frame = landmark_frame(80)
    done = training.train(frame, None, FEATURES, (30, 90, 365), folder)
    return done, folder, frame


def log(tracking, trained, population, **verdict):
    done, folder, frame = trained
    logged = registry.Training(
        population,
        frame.loc[frame["is_scored"], list(FEATURES)].head(5).reset_index(drop=True),
        TABLES,
        done.data_digest,
        done.params,
        training.scores(folder),
        {"rows": done.rows_learned},
    )
    judged = replace(training.judge(folder), **verdict)
    return registry.log(tracking, logged, judged, training.served_folder(folder, judged.candidate)), judged


def test_one_parent_with_a_child_per_candidate_and_the_tables_it_read(tracking, trained):
    (run_id, version), verdict = log(tracking, trained, "whole")
    client = mlflow.MlflowClient(tracking.uri)
    parent = client.get_run(run_id)
    assert version == 1
    assert {d.dataset.name for d in parent.inputs.dataset_inputs} == {"landmark@7", "life@4"}
    children = client.search_runs([parent.info.experiment_id], f"tags.mlflow.parentRunId = '{run_id}'")
    assert {child.data.tags["candidate"] for child in children} == set(candidates.find())
    for child in children:
        metrics = child.data.metrics
        at = "known_assets_later/integrated_brier"
        assert metrics[f"{at}_low"] < metrics[at] < metrics[f"{at}_high"]
        assert "unseen_assets_later/observed_expected_365d" in metrics
    assert {a.path for a in client.list_artifacts(run_id)} >= {"verdict.json", "scores.csv"}
    tags = client.get_model_version_by_alias("whole", "champion").tags
    assert (tags["candidate"], tags["is_baseline"]) == (verdict.candidate, "true")


def test_what_is_loaded_predicts_as_what_was_trained(tracking, trained):
    done, folder, frame = trained
    _, verdict = log(tracking, trained, "loaded")
    model, champion = registry.load(tracking, "loaded")
    assert champion == registry.champion(tracking, "loaded")
    assert (champion.candidate, champion.data_digest) == (verdict.candidate, done.data_digest)
    own = training.Served.load(training.served_folder(folder, verdict.candidate))
    items = frame[frame["is_scored"]]
    pd.testing.assert_frame_equal(model.predict(items), own.predict(items))


def test_a_refusal_is_logged_and_moves_nothing(tracking, trained):
    log(tracking, trained, "refused")
    (run_id, version), _ = log(tracking, trained, "refused", action="stay", reason="no skill shown")
    client = mlflow.MlflowClient(tracking.uri)
    assert version is None
    assert client.get_run(run_id).data.tags["reason"] == "no skill shown"
    assert "verdict.json" in {a.path for a in client.list_artifacts(run_id)}
    assert client.get_model_version_by_alias("refused", "champion").version == 1


def test_logging_the_same_again_registers_nothing_new(tracking, trained):
    assert log(tracking, trained, "again")[0][1] == log(tracking, trained, "again")[0][1] == 1


def test_a_promotion_moves_the_alias_and_keeps_the_former_version(tracking, trained):
    log(tracking, trained, "moved")
    (_, version), _ = log(tracking, trained, "moved", action="promote", candidate="xgb_aft", is_baseline=False)
    assert version == 2
    assert registry.champion(tracking, "moved").candidate == "xgb_aft"
    assert registry.load(tracking, "moved")[0].is_baseline is False
    assert mlflow.MlflowClient(tracking.uri).get_model_version("moved", "1").tags["is_baseline"] == "true"


def test_a_changed_file_is_refused(tracking, trained):
    log(tracking, trained, "tampered")
    (stored,) = tracking.artifacts.glob("tampered/models/*/artifacts/artifacts/served/served.json")
    stored.write_text(stored.read_text().replace('"factors": [', '"factors": [9.0, '))
    with pytest.raises(UntrustedModel, match="not those that were registered"):
        registry.load(tracking, "tampered")


def test_without_a_champion(tracking):
    assert registry.champion(tracking, "nobody") is None
    with pytest.raises(ModelError, match="train the population first"):
        registry.load(tracking, "nobody")


def test_others_load_it_as_a_pyfunc_without_this_checkout(tracking, trained, tmp_path: Path):
    log(tracking, trained, "served")
    example = trained[2].loc[lambda f: f["is_scored"], list(FEATURES)].head(3)
    example.to_parquet(tmp_path / "rows.parquet")
    code = f"""
import sys; sys.path = [p for p in sys.path if "__editable__" not in p]; sys.meta_path = [
    f for f in sys.meta_path if "__editable__" not in getattr(f, "__module__", "")]
import mlflow, pyarrow.parquet as pq
mlflow.set_tracking_uri({tracking.uri!r})
model = mlflow.pyfunc.load_model("models:/served@champion")
import models; print(models.__file__)
print(len(model.predict(pq.read_table("rows.parquet").to_pandas())), "rows")
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    where, rows = done.stdout.strip().splitlines()[-2:]
    assert str(tracking.artifacts) in where
    assert rows == "3 rows"
