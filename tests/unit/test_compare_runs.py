"""`yeji compare` reads back what trainings keep in MLflow, and says why where it cannot compare."""

import json

import mlflow
import pandas as pd
import pytest

from jobs.settings import Settings
from jobs.steps.champion import tracking
from models import candidates, compare_page, registry, training
from models.splits import landmarks
from tests.support.command import command
from tests.support.landmarks import FEATURES, landmark_frame

FEW = ("kaplan_meier", "weibull_aft", "xgb_aft")


def logged(home, folder, frame, population="sme"):
    """Log a training as the step does; the parent run's id."""
    done = training.load(folder)
    what = registry.Training(
        population,
        landmarks(frame)[list(FEATURES)].head(5),
        {"/lake/gold/landmark": 1},
        done.data_digest,
        done.params,
        training.scores(folder),
        {"rows": done.rows_learned},
        done.learned,
        {},
        [],
        folder / "compare" if (folder / "compare").exists() else None,
    )
    return registry.log(tracking(home), what, training.judge(folder))


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return Settings(home=tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def runs(home, tmp_path_factory):
    """One training kept twice, once more as if its cuts lay a year earlier, and one too small to compare."""
    known, folder = candidates.find(), tmp_path_factory.mktemp("train")
    frame, small = landmark_frame(150), landmark_frame(3, every_d=30)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates, "find", lambda: {name: known[name] for name in FEW})
        training.train(small, None, FEATURES, (30, 90, 365), folder / "small")
        training.train(frame, None, FEATURES, (30, 90, 365), folder / "whole")
    assert training.comparison(folder / "small", "sme", ()) is None
    rows, compared = training.comparison(folder / "whole", "sme", ())
    compare_page.keep(folder / "whole" / "compare", rows, compared)
    found = {name: logged(home, folder / "whole", frame) for name in ("first", "second")}
    earlier = rows.assign(cut=rows["cut"] - pd.Timedelta(days=365))
    earlier.to_parquet(folder / "whole" / "compare" / registry.ROWS)
    found |= {"earlier": logged(home, folder / "whole", frame), "small": logged(home, folder / "small", small)}
    compare_page.keep(folder / "whole" / "compare", rows, compared)
    return found | {"last": logged(home, folder / "whole", frame)}


@pytest.fixture
def yeji(home, monkeypatch, capsys):
    """Run a command; its exit code, output and errors."""
    monkeypatch.setattr("jobs.cli.compare.settings", lambda: home)
    return command(monkeypatch, capsys)


def child(runs, name, candidate):
    client = mlflow.MlflowClient()
    experiment = client.get_run(runs[name]).info.experiment_id
    found = client.search_runs([experiment], f"tags.mlflow.parentRunId = '{runs[name]}'")
    return next(run.info.run_id for run in found if run.data.tags["candidate"] == candidate)


def test_the_last_trainings_candidates_against_the_best_baseline(runs, yeji, tmp_path):
    code, out, err = yeji("compare", "--population", "sme", "--html", str(tmp_path / "page.html"))
    assert (code, err) == (0, "")
    assert "weibull_aft" in out
    assert "For whom" in out
    assert "name one or two" not in out
    page = (tmp_path / "page.html").read_text()
    assert page.count("<svg") == 7
    code, out, _ = yeji("compare", "--population", "sme", "--json")
    told = json.loads(out)
    assert code == 0
    assert (told["reference"], set(told["candidates"])) == ("weibull_aft", set(FEW))
    assert told["thresholds_from"] == "the contracts' costs"


def test_what_is_kept_is_what_was_scored_and_small(runs, home):
    kept = registry.kept(tracking(home), runs["second"])
    assert (kept.candidate, kept.candidates[0], kept.horizons_d) == (None, "weibull_aft", (30, 90, 365))
    names = {file.path for file in mlflow.MlflowClient().list_artifacts(runs["second"], "compare")}
    assert {"compare/rows.parquet", "compare/compare.html", "compare/forest.svg"} <= names
    scored = mlflow.artifacts.load_text(f"runs:/{runs['second']}/scores.csv")
    brier = kept.rows.loc[kept.rows["test"] == "known_assets_later", "xgb_aft.integrated_brier"].mean()
    line = next(line for line in scored.splitlines() if line.startswith("known_assets_later,xgb_aft,integrated_brier"))
    assert float(line.split(",")[4]) == pytest.approx(brier, rel=1e-5)


def test_two_candidates_by_name_the_first_is_the_reference(runs, yeji):
    told = json.loads(yeji("compare", "kaplan_meier", "xgb_aft", "--population", "sme", "--json")[1])
    assert told["candidates"] == ["kaplan_meier", "xgb_aft"]
    told = json.loads(yeji("compare", "xgb_aft", "--population", "sme", "--json")[1])
    assert told["candidates"] == ["weibull_aft", "xgb_aft"]


def test_runs_across_trainings_on_the_same_records(runs, yeji):
    a, b = child(runs, "first", "xgb_aft"), child(runs, "second", "xgb_aft")
    told = json.loads(yeji("compare", a, b, "--json")[1])
    labels = [f"xgb_aft@{runs[name][:8]}" for name in ("first", "second")]
    assert told["candidates"] == labels
    assert told["sentences"][labels[1]].startswith(f"{labels[1]} and {labels[0]} predict the same on ")
    chosen = json.loads(yeji("compare", runs["first"], b, "--json")[1])["candidates"]
    assert chosen[0] == f"weibull_aft@{runs['first'][:8]}"
    assert set(json.loads(yeji("compare", runs["first"], "--json")[1])["candidates"]) == set(FEW)


def test_what_cannot_be_compared_is_refused_with_the_reason(runs, yeji):
    code, _, err = yeji("compare", runs["earlier"], runs["first"])
    assert code == 1
    assert "have no row in common" in err
    assert "train both on the same records" in err
    code, _, err = yeji("compare", runs["small"], runs["first"])
    assert (code, "keeps no back-test" in err) == (1, True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["f" * 32, "--population", "sme"], "MLflow has no run ffff"),
        (["xgb", "--population", "sme"], "neither a run nor a candidate of"),
        (["weibull_aft", "--population", "sme"], "weibull_aft is compared with itself"),
        (["--population", "nobody"], "no population nobody; the contracts name sme, complex"),
        ([], "say --population; the contracts name sme, complex"),
        (["--population", "complex"], "complex was never trained: yeji train complex"),
    ],
)
def test_wrong_use_names_the_remedy(runs, yeji, words, told):
    code, _, err = yeji("compare", *words)
    assert code == 2
    assert told in err
    assert "Traceback" not in err
    if words and words[0] in ("f" * 32, "xgb"):
        assert all(run in err for run in runs.values()), "the latest trainings are listed"
