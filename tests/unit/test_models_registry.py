"""MLflow: what is logged, what moves the alias, and that only what was registered is loaded."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path

import mlflow
import pandas as pd
import pytest

from models import candidates, card, code, registry, training
from models.candidate import Storable
from models.errors import ModelError, UntrustedModel
from models.explain import Label
from models.registry import Tracking
from tests.support.landmarks import FEATURES, landmark_frame

TABLES = {"/lake/gold/landmark": 7, "/lake/gold/life": 4}
FEW = ("kaplan_meier", "weibull_aft", "xgb_aft")
LABELS = {name: Label(f"{name}의 이름", name) for name in FEATURES}


@pytest.fixture(scope="module")
def tracking(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mlflow")
    return Tracking(f"sqlite:///{folder / 'mlflow.db'}", folder / "artifacts")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("train") / "work"
    frame = landmark_frame(80).assign(repairs_count=0.0)
    with pytest.MonkeyPatch.context() as patched:
        known = candidates.find()
        patched.setattr(candidates, "find", lambda: {name: known[name] for name in FEW})
        lasting = ("load_share", "equipment_class", "manufacturer")
        done = training.train(frame, None, FEATURES, (30, 90, 365), folder, attributes=lasting)
    return done, folder, frame


def registered(tracking, trained, population, recipe=None, **verdict):
    """Log a training, register its model, and let the alias follow: the run, the version, the verdict."""
    done, folder, frame = trained
    logged = registry.Training(
        population,
        frame.loc[frame["is_scored"], list(FEATURES)].head(5).reset_index(drop=True),
        TABLES,
        done.data_digest,
        done.params,
        training.scores(folder),
        {"rows": done.rows_learned},
        done.learned,
        LABELS,
        [name for name, is_baseline in done.is_baseline.items() if is_baseline],
    )
    judged = replace(training.judge(folder), **verdict)
    run_id = registry.log(tracking, logged, judged)
    recipe = recipe or judged.candidate
    version = registry.register(tracking, logged, run_id, recipe, training.served_folder(folder, recipe))
    registry.point(tracking, population, "champion", version)
    return run_id, version, judged


def test_one_parent_with_a_child_per_candidate_and_the_tables_it_read(tracking, trained):
    run_id, version, verdict = registered(tracking, trained, "whole")
    client = mlflow.MlflowClient(tracking.uri)
    parent = client.get_run(run_id)
    assert version == 1
    assert {d.dataset.name for d in parent.inputs.dataset_inputs} == {"landmark@7", "life@4"}
    children = client.search_runs([parent.info.experiment_id], f"tags.mlflow.parentRunId = '{run_id}'")
    assert {child.data.tags["candidate"] for child in children} == set(FEW)
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
    _, _, verdict = registered(tracking, trained, "loaded")
    model, champion = registry.load(tracking, "loaded")
    assert champion == registry.champion(tracking, "loaded")
    assert (champion.candidate, champion.data_digest) == (verdict.candidate, done.data_digest)
    own = training.Served.load(training.served_folder(folder, verdict.candidate))
    items = frame[frame["is_scored"]]
    pd.testing.assert_frame_equal(model.predict(items), own.predict(items))


def test_a_refusal_is_logged_and_moves_nothing(tracking, trained):
    """The run says why; nothing of it is registered."""
    run_id, _, _ = registered(tracking, trained, "refused", action="stay", reason="no skill shown")
    client = mlflow.MlflowClient(tracking.uri)
    assert client.get_run(run_id).data.tags["reason"] == "no skill shown"
    assert "verdict.json" in {a.path for a in client.list_artifacts(run_id)}


def test_registering_the_same_again_registers_nothing_new(tracking, trained):
    assert registered(tracking, trained, "again")[1] == registered(tracking, trained, "again")[1] == 1


def test_another_model_is_another_version_and_the_alias_moves(tracking, trained):
    registered(tracking, trained, "moved")
    assert registered(tracking, trained, "moved", "xgb_aft")[1] == 2
    assert registry.champion(tracking, "moved").candidate == "xgb_aft"
    assert registry.load(tracking, "moved")[0].is_baseline is False
    assert registry.version_of(tracking, "moved", 1).is_baseline is True
    registry.point(tracking, "moved", "champion", None)
    assert registry.champion(tracking, "moved") is None
    with pytest.raises(ModelError, match="no version 9 of moved"):
        registry.point(tracking, "moved", "champion", 9)


def test_a_changed_file_is_refused(tracking, trained):
    registered(tracking, trained, "tampered")
    (stored,) = tracking.artifacts.glob("tampered/models/*/artifacts/artifacts/served/served.json")
    stored.write_text(stored.read_text().replace('"factors": [', '"factors": [9.0, '))
    with pytest.raises(UntrustedModel, match=r"not those that were registered \(served/served.json\); roll back"):
        registry.load(tracking, "tampered")


def test_a_version_carries_by_what_replacements_are_decided(tracking, trained):
    registered(tracking, trained, "outlook")
    found = registry.load_outlook(tracking, "outlook")
    assert found is not None and set(found.law.renewed) == {"", "PU", "VE"}
    assert 0 <= found.weight <= 1
    (stored,) = tracking.artifacts.glob("outlook/models/*/artifacts/artifacts/served/outlook.json")
    stored.write_text(stored.read_text().replace('"weight": ', '"weight": 0.5, "was": '))
    with pytest.raises(UntrustedModel, match=r"\(served/outlook.json\); roll back"):
        registry.load_outlook(tracking, "outlook")


def test_a_changed_module_beside_the_pyfunc_is_told_and_the_platform_runs_none(tracking, trained):
    registered(tracking, trained, "changed")
    registry.verify(tracking, "changed", 1)
    (module,) = tracking.artifacts.glob("changed/models/*/artifacts/code/models/served.py")
    module.write_text("raise SystemExit('run')")
    with pytest.raises(UntrustedModel, match=r"\(code/models/served.py\)"):
        registry.verify(tracking, "changed", 1)
    registry.load(tracking, "changed")


def test_a_card_says_what_it_is_whom_it_is_not_for_and_what_it_was_made_with(tracking, trained):
    registered(tracking, trained, "carded")
    (folder,) = tracking.artifacts.glob("carded/models/*/artifacts/artifacts/card")
    card = json.loads((folder / "model_card.json").read_text())
    assert card["learned"]["items"] == 80
    assert sum(card["learned"]["lives_by_end"].values()) == card["learned"]["lives"]
    assert card["learned"]["lives_by_end"]["failure"] == card["learned"]["failed_lives"]
    assert set(card["learned"]["failures_by_class"]) == set(card["follow_up_d"]) - {""} == {"PU", "VE"}
    assert {score["candidate"] for score in card["scores"]} == {"kaplan_meier", "weibull_aft"}
    assert card["data_versions"] == TABLES
    assert card["environment"]["mlflow"] == mlflow.__version__
    assert "It is a baseline: no candidate has earned its place over it." in card["not_for"]
    text = (folder / "model_card.md").read_text()
    for said in (
        "age_d의 이름",
        "observed_expected",
        "/lake/gold/landmark at version 7",
        "Items outside the population",
    ):
        assert said in text
    described = mlflow.MlflowClient(tracking.uri).get_model_version("carded", "1").description
    assert text.startswith(described)
    assert "Who it should not be used for" in described


def test_classes_with_few_failures_are_named_as_not_for_them(trained):
    done, folder, _ = trained
    learned = {**done.learned, "failures_by_class": {"PU": 19, "": 3, "VE": 20}, "failures_by_source": {"sample": 400}}
    served = training.Served.load(training.served_folder(folder, "xgb_aft"))
    said = card.not_for("test", served, learned, training.scores(folder))
    assert "Whether 80 % of lives end between p10 and p90 is not yet checkable beyond 365 days." in said
    assert "By class, under 20 failures were learned from: PU (19), unknown (3)." in said
    assert not any("source" in sentence or "baseline" in sentence for sentence in said)


def test_where_nothing_was_compared_coverage_is_checkable_nowhere():
    told = card.not_checkable(pd.DataFrame(columns=["horizon_d"]))
    assert (
        told
        == "Whether 80 % of lives end between p10 and p90 is not yet checkable on any day: nothing could be compared."
    )


def test_the_modules_beside_a_pyfunc_are_enough_and_no_more_than_it_needs(tmp_path):
    """Each candidate that can serve is imported in a clean process from a package of its own modules alone."""
    names = [name for name, of in candidates.find().items() if issubclass(of, Storable)]
    for name in names:
        code.copy(name, tmp_path / name)
        beside = {path.stem for path in code.modules(name)}
        assert not beside & {"registry", "gate", "backtest", "training", "splits", "lives", "card", "code"}
    imports = f"""
import sys; sys.path += {site()!r}
for name in {names!r}:
    for module in [m for m in sys.modules if m.partition(".")[0] == "models"]:
        del sys.modules[module]
    sys.path[0] = name
    import models.candidates, models.served
    models.candidates.import_module(f"models.candidates.{{name}}").Candidate()
    assert models.__file__.endswith(f"{{name}}/models/__init__.py"), models.__file__
"""
    subprocess.run([sys.executable, "-S", "-c", imports], cwd=tmp_path, env=clean(), check=True)


def test_without_a_champion(tracking):
    assert registry.champion(tracking, "nobody") is None
    with pytest.raises(ModelError, match="train the population first"):
        registry.load(tracking, "nobody")


def site() -> list[str]:
    """Where packages are installed; an editable install of this checkout is not among them."""
    return [path for path in sys.path if path.endswith("site-packages")]


def test_others_load_and_serve_it_without_this_checkout(tracking, trained, tmp_path: Path):
    """A clean process loads the pyfunc; `mlflow models serve` answers an HTTP request with the same figures."""
    registered(tracking, trained, "served", "xgb_aft")
    example = trained[2].loc[lambda f: f["is_scored"], list(FEATURES)].head(3)
    example.to_parquet(tmp_path / "rows.parquet")
    loads = f"""
import sys; sys.path += {site()!r}
import mlflow, pyarrow.parquet as pq
mlflow.set_tracking_uri({tracking.uri!r})
model = mlflow.pyfunc.load_model("models:/served@champion")
import models; print(models.__file__)
print(model.predict(pq.read_table("rows.parquet").to_pandas())["fail_prob_90d"].to_list())
"""
    (tmp_path / "uvicorn").write_text(f"""#!{sys.executable} -S
import sys; sys.path += {site()!r}
from uvicorn.main import main
main()
""")
    (tmp_path / "uvicorn").chmod(0o755)
    port = free_port()
    environment = clean() | {"MLFLOW_TRACKING_URI": tracking.uri, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    served = ("serve", "-m", "models:/served@champion", "-p", str(port), "--env-manager", "local")
    server = subprocess.Popen(
        [sys.executable, "-m", "mlflow", "models", *served], cwd=tmp_path, env=environment, start_new_session=True
    )
    try:
        done = subprocess.run(
            [sys.executable, "-S", "-c", loads],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        where, figures = done.stdout.strip().splitlines()[-2:]
        assert str(tracking.artifacts) in where
        rows = example.to_json(orient="split", index=False, force_ascii=False)
        answered = json.loads(asked(port, '{"dataframe_split": ' + rows + "}"))["predictions"]
        little = asked(port, '{"dataframe_records": [{"equipment_class": "PU", "age_d": 30}]}')
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()
    assert [row["fail_prob_90d"] for row in answered] == pytest.approx(json.loads(figures))
    (of_little,) = json.loads(little, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))["predictions"]
    assert 0 < of_little["fail_prob_90d"] < 1, "features that are left out are not known"


def test_who_asks_with_no_rows_gets_none(trained):
    served = training.Served.load(training.served_folder(trained[1], "xgb_aft"))
    none = served.answer(trained[2].head(0)[list(FEATURES)])
    assert len(none) == 0 and "p50_d" in none


def test_items_of_no_known_class_are_judged_by_all(trained):
    rows = trained[2].assign(equipment_class=lambda f: f["equipment_class"].where(f["item_id"] > "P-0005"))
    made = training.Served.of(None, None, rows, FEATURES)
    assert made.follow_up_d[""] == rows["time_d"].max()
    assert made.references.loc[""]["load_share"] == rows["load_share"].median()


def clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def asked(port: int, body: str) -> str:
    """The server's answer, which it gives as soon as it is up."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/invocations", body.encode(), {"Content-Type": "application/json"}
    )
    for _ in range(300):
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from error
        except OSError:
            time.sleep(0.2)
    raise AssertionError("no answer within a minute")
