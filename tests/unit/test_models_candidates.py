"""Every candidate, by what all must do; and how an outsider drops in."""

import json

import numpy as np
import pandas as pd
import pytest
from sksurv.linear_model import CoxPHSurvivalAnalysis
from sksurv.metrics import concordance_index_censored

from models import candidate, candidates, curves, splits
from models.backtest import fit, inputs
from models.candidate import Storable
from models.encode import Encoder
from models.errors import UntrustedModel
from tests.support.landmarks import FEATURES, SHAPE, landmark_frame

NAMES = sorted(candidates.find())


class Cox(candidate.Candidate):
    """A scikit-survival estimator as a candidate."""

    def fit(self, X, y, sample_weight=None):
        self.encoder_ = Encoder.fit(X)
        self.model_ = CoxPHSurvivalAnalysis(alpha=1.0).fit(self.encoder_.transform(X), y)
        self.unique_times_ = self.model_.unique_times_
        return self

    def predict_survival_function(self, X, return_array=True):
        return self.model_.predict_survival_function(self.encoder_.transform(X), return_array=return_array)


@pytest.fixture(scope="module")
def rows():
    frame = splits.landmarks(landmark_frame(200))
    return splits.recensor(frame, splits.end_of_records(frame).date())


@pytest.fixture(scope="module")
def fitted(rows):
    made = {name: of() for name, of in candidates.find().items()} | {"cox": Cox()}
    return {name: fit(recipe, rows, FEATURES, seed=0) for name, recipe in made.items()}


def test_the_folder_is_the_list():
    assert NAMES == ["kaplan_meier", "weibull_aft", "xgb_aft"]
    assert [of.is_baseline for of in candidates.find().values()] == [True, True, False]


@pytest.mark.parametrize("name", [*NAMES, "cox"])
def test_curves_fall_from_one(fitted, rows, name):
    model, X = fitted[name], inputs(rows, FEATURES).head(50)
    survival = model.predict_survival_function(X, return_array=True)
    assert survival.shape == (50, len(model.unique_times_))
    assert (np.diff(survival, axis=1) <= 1e-12).all()
    assert ((survival >= 0) & (survival <= 1)).all()


@pytest.mark.parametrize("name", ["weibull_aft", "xgb_aft", "cox"])
def test_what_shortens_lives_raises_the_risk(fitted, rows, name):
    risk = fitted[name].predict(inputs(rows, FEATURES))
    assert concordance_index_censored(rows["event"].to_numpy(), rows["time_d"].to_numpy(), risk)[0] > 0.62


@pytest.mark.parametrize("name", NAMES)
def test_what_is_stored_predicts_the_same(fitted, rows, name):
    model, X = fitted[name], inputs(rows, FEATURES).head(50)
    assert isinstance(model, Storable)
    restored = type(model)(**model.get_params()).restore(json.loads(json.dumps(model.state())))
    np.testing.assert_allclose(restored.predict_survival_function(X), model.predict_survival_function(X), atol=1e-6)


@pytest.mark.parametrize("name", [*NAMES, "cox"])
def test_gaps_infinities_and_new_categories_are_taken(fitted, rows, name):
    X = inputs(rows, FEATURES).head(3).copy()
    X["load_share"] = [np.nan, np.inf, -np.inf]
    X["equipment_class"] = ["never seen", None, "PU"]
    assert np.isfinite(fitted[name].predict_survival_function(X, return_array=True)).all()


@pytest.mark.parametrize("name", NAMES)
def test_fitting_twice_gives_the_same(fitted, rows, name):
    X = inputs(rows, FEATURES).head(50)
    again = fit(candidates.find()[name](), rows, FEATURES, seed=0)
    assert (again.predict_survival_function(X) == fitted[name].predict_survival_function(X)).all()


def test_weibull_finds_the_shape_of_new_items(rows):
    new = rows[rows["age_d"] < 30]
    model = fit(candidates.find()["weibull_aft"](), new, FEATURES, seed=0)
    assert model.shape_ == pytest.approx(SHAPE, rel=0.15)


def test_weibull_keeps_to_the_class_with_few_failures(rows):
    few = pd.concat([rows[rows["event"]].head(30), rows[~rows["event"]].head(100)])
    model = fit(candidates.find()["weibull_aft"](), few, FEATURES, seed=0)
    assert {name.partition("=")[0] for name in model.coefficients_} <= {"equipment_class"}


def test_kaplan_meier_of_a_thin_class_is_that_of_all(rows):
    few = rows.assign(equipment_class=np.where(np.arange(len(rows)) < 5, "TA", "PU"))
    model = fit(candidates.find()["kaplan_meier"](), few, FEATURES, seed=0)
    thin, all_ = model.predict_survival_function(pd.DataFrame({"equipment_class": ["TA", "unheard of"]}))
    assert (thin == all_).all()


def test_a_tree_that_points_outside_itself_is_refused(fitted):
    state = json.loads(json.dumps(fitted["xgb_aft"].state()))
    tree = state["booster"]["learner"]["gradient_booster"]["model"]["trees"][0]
    tree["left_children"][0] = 99_999
    with pytest.raises(UntrustedModel, match="points outside itself"):
        candidates.find()["xgb_aft"]().restore(state)


def test_encoder_learns_from_its_own_rows_only(rows):
    X = inputs(rows, FEATURES)
    train, other = X.head(500), X.tail(500)
    encoder = Encoder.fit(train)
    before = encoder.transform(train)
    encoder.transform(other.assign(load_share=9.0, manufacturer="new"))
    pd.testing.assert_frame_equal(encoder.transform(train), before)
    assert Encoder.restore(json.loads(json.dumps(encoder.state()))) == encoder


def test_quantile_inverts_the_curve():
    times = curves.time_grid(1000.0)
    hazard = (times / 400.0)[None]
    assert curves.quantile(times, hazard, 0.5)[0] == pytest.approx(400 * np.log(2), rel=1e-3)
    assert curves.quantile(times, hazard / 100, 0.5)[0] == pytest.approx(40_000 * np.log(2), rel=1e-3)
    assert curves.at_own_time(times, hazard, np.array([200.0]))[0] == pytest.approx(0.5, rel=1e-3)
