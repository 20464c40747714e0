"""A training from end to end, and what it does with too little."""

import json
from dataclasses import replace
from datetime import date
from unittest import mock

import pandas as pd
import pytest

from models import backtest, candidates, splits, training, tuning
from models.candidate import Storable
from models.candidates import blend, xgb_aft
from models.errors import TooFewFailures
from models.gate import Champion
from models.served import Served
from tests.support.landmarks import FEATURES, landmark_frame

HORIZONS = (30, 90, 365)


FEW = ("kaplan_meier", "weibull_aft", "xgb_aft")


@pytest.fixture(scope="module", autouse=True)
def few_candidates():
    """A baseline, a regression and trees: what is tested here is not about the candidates."""
    known = candidates.find()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates, "find", lambda: {name: known[name] for name in FEW})
        yield


@pytest.fixture(scope="module")
def frame():
    return landmark_frame(100)


@pytest.fixture(scope="module")
def trained(few_candidates, frame, tmp_path_factory):
    folder = tmp_path_factory.mktemp("train") / "work"
    return training.train(frame, None, FEATURES, HORIZONS, folder), folder


def test_every_recipe_is_scored_and_ready_to_serve(trained, frame):
    done, folder = trained
    assert list(done.params) == list(candidates.find())
    assert set(training.scores(folder)["candidate"]) == set(done.params)
    servable = {name for name, of in candidates.find().items() if issubclass(of, Storable)}
    assert {path.name for path in (folder / "candidates").iterdir()} == servable
    assert set(done.faithfulness) == servable and done.faithfulness["kaplan_meier"] is None
    assert all(times >= 2 for name, times in done.faithfulness.items() if name != "kaplan_meier")
    for name in servable:
        model = Served.load(training.served_folder(folder, name))
        assert model.name == name
        assert len(model.predict(frame[frame["is_scored"]])) == 100


def test_what_is_stored_is_what_was_done(trained):
    done, folder = trained
    assert training.load(folder) == replace(done, params={k: dict(v) for k, v in done.params.items()})
    assert training.judge(folder) == training.judge(folder)


def test_the_order_of_rows_does_not_matter(trained, frame, tmp_path):
    done, folder = trained
    again = training.train(frame.sample(frac=1.0, random_state=3), None, FEATURES, HORIZONS, tmp_path / "work")
    assert again.data_digest == done.data_digest
    assert training.judge(tmp_path / "work") == training.judge(folder)


def test_the_same_data_with_the_champion_it_made_changes_nothing(trained, frame, tmp_path):
    done, folder = trained
    first = training.judge(folder)
    champion = Champion(1, first.candidate, done.params[first.candidate], done.data_digest)
    training.train(frame, champion, FEATURES, HORIZONS, tmp_path / "work")
    verdict = training.judge(tmp_path / "work")
    assert (verdict.action, verdict.candidate) == ("stay", first.candidate)


@pytest.mark.usefixtures("few_candidates")
def test_what_was_rolled_back_is_not_taken_again_on_the_same_data(frame, tmp_path):
    """Champion is an older version of the same recipe; its refit on this data was champion, and was rolled back."""
    settings = {name: candidates.find()[name]().get_params() for name in FEW}
    before = Champion(1, "kaplan_meier", settings["kaplan_meier"], "older data", True)
    digest = training.data_digest(splits.landmarks(frame))
    former = [Champion(2 + k, name, settings[name], digest) for k, name in enumerate(FEW)]
    training.train(
        frame, before, FEATURES, HORIZONS, tmp_path, rolled_back=[replace(f, data_digest="older data") for f in former]
    )
    moved = training.judge(tmp_path)
    assert moved.action in ("promote", "refresh")
    assert training.train(frame, before, FEATURES, HORIZONS, tmp_path, rolled_back=former).rolled_back == FEW
    stays = training.judge(tmp_path)
    assert (stays.action, stays.candidate) == ("stay", "kaplan_meier")
    assert "rolled back on this very data and not taken again: kaplan_meier, weibull_aft, xgb_aft" in stays.reason
    assert stays.challenger in ("weibull_aft", "xgb_aft")


def test_a_champion_of_other_settings_takes_part_with_its_own():
    made = {name: of() for name, of in candidates.find().items()}
    compared, name = training.with_champion(made, Champion(4, "xgb_aft", {"max_depth": 2}, "before"))
    assert name == "champion"
    assert compared["champion"].get_params()["max_depth"] == 2
    assert training.with_champion(made, Champion(4, "weibull_aft", {"penalizer": 0.01}, "before"))[1] == "weibull_aft"


def test_tuning_sees_no_test_window_and_is_the_same_again():
    frame = splits.landmarks(landmark_frame(60))
    tests = backtest.plan(frame, HORIZONS)
    cut = backtest.known_splits(frame, tests)[-backtest.TESTED].cut
    is_later = frame["event_recorded_on"] > pd.Timestamp(cut)
    later = frame.assign(
        load_share=frame["load_share"].mask(frame["as_of"] >= pd.Timestamp(cut), 9.0),
        time_d=frame["time_d"].mask(is_later & (frame["time_d"] > 400), 400.0 + frame["time_d"] / 10),
    )
    recipe = candidates.find()["xgb_aft"](max_rounds=20)
    once, again, changed = (
        tuning.tune(rows, {"xgb_aft": recipe}, FEATURES, tests, cut, 3, seed=0) for rows in (frame, frame, later)
    )
    assert once.trials == again.trials == changed.trials
    assert len(once.trials) == 3 and once.trials[0].settings["max_depth"] == recipe.max_depth
    best = min(once.trials, key=lambda trial: trial.score)
    assert once.recipes["xgb_aft"].get_params() == {**recipe.get_params(), **best.settings}


def test_a_training_with_trials_is_served_with_the_settings_found(tmp_path):
    done = training.train(landmark_frame(40), None, FEATURES, HORIZONS, tmp_path / "work", trials=2)
    tried = json.loads((tmp_path / "work" / "tuning.json").read_text())
    best = min(tried, key=lambda trial: trial["score"])
    assert done.params["xgb_aft"] == {**done.params["xgb_aft"], **best["settings"]}
    assert (
        Served.load(training.served_folder(tmp_path / "work", "xgb_aft")).candidate.get_params()
        == done.params["xgb_aft"]
    )


def test_a_blend_takes_its_members_settings():
    frame = splits.landmarks(landmark_frame(40))
    tests = backtest.plan(frame, HORIZONS)
    of = {name: module.Candidate for name, module in (("blend", blend), ("xgb_aft", xgb_aft))}
    made = {"blend": of["blend"](), "xgb_aft": of["xgb_aft"](max_rounds=20)}
    found = tuning.tune(
        frame, made, FEATURES, tests, backtest.known_splits(frame, tests)[-backtest.TESTED].cut, 2, seed=0
    )
    assert found.recipes["blend"].settings == {"xgb_aft": found.recipes["xgb_aft"].get_params()}


def test_a_blend_made_of_fits_that_were_there_is_the_blend_fitted_alone():
    """Every member is fitted once, and the curves are the same."""
    rows = splits.recensor(splits.landmarks(landmark_frame(40)), date(2023, 1, 1))
    X = backtest.inputs(rows, FEATURES)
    recipe = blend.Candidate(settings={"xgb_aft": {"max_rounds": 20}})
    recipes = {**recipe.parts(), "blend": recipe}
    fits = backtest.Fits(recipes.values(), FEATURES, seed=0)
    with mock.patch("models.backtest.fit", wraps=backtest.fit) as fitted:
        made = {name: fits.of(one, rows, "here") for name, one in recipes.items()}
        assert fitted.call_count == len(recipe.parts())
        fits.of(recipe, rows, "elsewhere")
        assert fitted.call_count == 2 * len(recipe.parts())
    assert made["blend"].members_["xgb_aft"] is made["xgb_aft"]
    alone = backtest.fit(recipe, rows, FEATURES, 0)
    assert (made["blend"].predict_survival_function(X) == alone.predict_survival_function(X)).all()


def test_few_failures_leave_kaplan_meier_with_the_reason(frame, tmp_path):
    failed = frame["event"] & (frame.groupby("item_id").cumcount() > 2) & (frame["item_id"] > "P-0004")
    few = frame.assign(event=frame["event"] & ~failed)
    done = training.train(few, None, FEATURES, HORIZONS, tmp_path / "work")
    verdict = training.judge(tmp_path / "work")
    assert "20 are needed" in done.not_compared
    assert (verdict.action, verdict.candidate, verdict.is_baseline) == ("promote", "kaplan_meier", True)
    assert Served.load(training.served_folder(tmp_path / "work", "kaplan_meier")).is_baseline
    assert training.scores(tmp_path / "work").empty


def test_no_failure_at_all_is_refused(frame, tmp_path):
    with pytest.raises(TooFewFailures, match="no failure among"):
        training.train(frame.assign(event=False), None, FEATURES, HORIZONS, tmp_path / "work")


def test_short_records_are_compared_at_short_horizons(frame, tmp_path):
    short = frame[pd.to_datetime(frame["as_of"]) >= "2023-01-01"]
    done = training.train(short, None, FEATURES, HORIZONS, tmp_path / "work")
    assert done.horizons_d == (30, 90)


def test_constant_and_empty_features_do_no_harm(frame, tmp_path):
    dull = frame.assign(load_share=0.7, failures_count=float("nan"), manufacturer=None)
    done = training.train(dull, None, FEATURES, HORIZONS, tmp_path / "work")
    assert not done.failed


@pytest.mark.parametrize(("items", "every_d"), [(1, 91), (3, 30), (12, 91), (40, 400)])
def test_small_populations_end_in_a_model_that_serves(items, every_d, tmp_path):
    frame = landmark_frame(items, every_d=every_d)
    training.train(frame, None, FEATURES, HORIZONS, tmp_path / "work")
    verdict = training.judge(tmp_path / "work")
    assert verdict.action == "promote"
    assert verdict.is_baseline
    model = Served.load(training.served_folder(tmp_path / "work", verdict.candidate))
    assert len(model.predict(frame[frame["is_scored"]])) == items
    assert model.predict(frame.head(0)).empty


def test_items_that_were_never_watched_are_refused(frame, tmp_path):
    with pytest.raises(TooFewFailures, match="no landmark has a label"):
        training.train(frame[frame["is_scored"]], None, FEATURES, HORIZONS, tmp_path / "work")
