"""Every candidate by the laws all must keep; the laws by candidates that break them; and how an outsider drops in."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from sksurv.linear_model import CoxPHSurvivalAnalysis

from jobs.errors import UsageError
from jobs.steps.candidates import check
from models import candidate, candidate_laws, candidates, curves, splits
from models.backtest import fit, inputs
from models.candidate import Storable, survival
from models.candidate_laws import LAWS
from models.candidates import cox, kaplan_meier, survival_forest, weibull_aft, xgb_aft
from models.encode import FURTHEST, Encoder
from models.errors import UntrustedModel
from tests.support.landmarks import FEATURES, SHAPE, landmark_frame
from tests.support.paths import CHECKOUT

KNOWN = candidates.find()


class Outsider(candidate.Candidate):
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


def test_the_folder_is_the_list():
    assert list(KNOWN) == ["blend", "cox", "kaplan_meier", "survival_forest", "weibull_aft", "xgb_aft", "xgb_cox"]
    assert [name for name, of in KNOWN.items() if of.is_baseline] == ["kaplan_meier", "weibull_aft"]
    assert [name for name, of in KNOWN.items() if not issubclass(of, Storable)] == ["survival_forest"]


@pytest.mark.parametrize("name", KNOWN)
def test_every_candidate_keeps_every_law(name):
    assert {found.law: found.wrong for found in candidate_laws.check(KNOWN[name])} == dict.fromkeys(LAWS, "")


def test_an_outsider_is_told_the_one_law_it_breaks():
    broken = [found for found in candidate_laws.check(Outsider) if found.wrong]
    assert [found.law for found in broken] == ["weights count"]


class DropsTheCensored(cox.Candidate):
    def fit(self, X, y, sample_weight=None):
        return super().fit(X[y["event"]], y[y["event"]])


class TakesCensoringForFailure(cox.Candidate):
    def fit(self, X, y, sample_weight=None):
        y = y.copy()
        y["event"] = True
        return super().fit(X, y, sample_weight)


class Rises(kaplan_meier.Candidate):
    def predict_survival_function(self, X, return_array=True):
        return super().predict_survival_function(X)[:, ::-1]


class Shuffled(survival_forest.Candidate):
    def fit(self, X, y, sample_weight=None):
        self.random_state = int(np.random.default_rng().integers(1_000_000))
        return super().fit(X, y, sample_weight)


class LooksAround(weibull_aft.Candidate):
    def predict_survival_function(self, X, return_array=True):
        return super().predict_survival_function(X.assign(load_share=X["load_share"].rank(pct=True)))


class FillsIn(weibull_aft.Candidate):
    def fit(self, X, y, sample_weight=None):
        X["load_share"] = X["load_share"].fillna(0.0)
        return super().fit(X, y, sample_weight)


class SeesNothing(kaplan_meier.Candidate):
    is_baseline = False


class Optimist(weibull_aft.Candidate):
    def predict_survival_function(self, X, return_array=True):
        return super().predict_survival_function(X) ** 0.5


class Forgets(weibull_aft.Candidate):
    def restore(self, state):
        return super().restore(state | {"law": state["law"] | {"shape": 1.0}})


class Tuple(kaplan_meier.Candidate):
    def __init__(self, edges=(1, 2)):
        self.edges = edges
        super().__init__()


class Chokes(cox.Candidate):
    def predict_survival_function(self, X, return_array=True):
        if X["load_share"].isin([np.inf]).any():
            raise ValueError("infinite")
        return super().predict_survival_function(X)


@pytest.mark.parametrize(
    ("wrong", "law"),
    [
        (DropsTheCensored, "censored lives count"),
        (TakesCensoringForFailure, "chances are those observed"),
        (Rises, "curves fall from one"),
        (Shuffled, "fitting twice gives the same"),
        (LooksAround, "a row is predicted alone"),
        (FillsIn, "training rows stay as they are"),
        (SeesNothing, "what shortens lives raises the risk"),
        (Optimist, "chances are those observed"),
        (Forgets, "stored it predicts the same"),
        (Tuple, "settings are parameters"),
        (Chokes, "gaps and news are taken"),
        (Outsider, "weights count"),
    ],
)
def test_each_law_finds_who_breaks_it(wrong, law):
    assert candidate_laws.wrong_with(wrong, law)


def test_weibull_finds_the_shape_of_new_items(rows):
    new = rows[rows["age_d"] < 30]
    model = fit(KNOWN["weibull_aft"](), new, FEATURES, seed=0)
    assert model.law_.shape == pytest.approx(SHAPE, rel=0.15)


def test_weibull_keeps_to_the_class_with_few_failures(rows):
    few = pd.concat([rows[rows["event"]].head(30), rows[~rows["event"]].head(100)])
    model = fit(KNOWN["weibull_aft"](), few, FEATURES, seed=0)
    assert {name.partition("=")[0] for name in model.law_.coefficients} <= {"equipment_class"}


def test_kaplan_meier_of_a_thin_class_is_that_of_all(rows):
    few = rows.assign(equipment_class=np.where(np.arange(len(rows)) < 5, "TA", "PU"))
    model = fit(KNOWN["kaplan_meier"](), few, FEATURES, seed=0)
    thin, all_ = model.predict_survival_function(pd.DataFrame({"equipment_class": ["TA", "unheard of"]}))
    assert (thin == all_).all()


def test_a_tree_that_points_outside_itself_is_refused(rows):
    state = json.loads(json.dumps(fit(KNOWN["xgb_aft"](), rows, FEATURES, seed=0).state()))
    tree = state["booster"]["learner"]["gradient_booster"]["model"]["trees"][0]
    tree["left_children"][0] = 99_999
    with pytest.raises(UntrustedModel, match="points outside itself"):
        KNOWN["xgb_aft"]().restore(state)


@pytest.mark.parametrize(("scale", "distribution"), [(0.25, "normal"), (0.5, "logistic"), (1.0, "extreme")])
def test_trees_learn_how_far_lives_spread(scale, distribution):
    """Of runs to failure whose law is that of the grid; other distributions come close to it at a neighbouring scale."""
    rng = np.random.default_rng(5)
    load = rng.normal(size=3_000)
    law = xgb_aft.DISTRIBUTIONS[distribution]
    life = np.exp(6.0 - load + scale * law.rvs(size=len(load), random_state=rng))
    X = pd.DataFrame({"load_share": load, "equipment_class": "PU"}, index=[f"E-{n}" for n in range(len(load))])
    model = xgb_aft.Candidate().fit(X, survival(life, np.ones(len(load), bool)))
    found = model.spread_
    deviation = found.scale * xgb_aft.DISTRIBUTIONS[found.distribution].std()
    assert deviation == pytest.approx(scale * law.std(), rel=0.25)
    assert model.restore(json.loads(json.dumps(model.state()))).spread_ == found


def test_encoder_learns_from_its_own_rows_only(rows):
    X = inputs(rows, FEATURES)
    train, other = X.head(500), X.tail(500)
    encoder = Encoder.fit(train)
    before = encoder.transform(train)
    encoder.transform(other.assign(load_share=9.0, manufacturer="new"))
    pd.testing.assert_frame_equal(encoder.transform(train), before)
    assert Encoder.restore(json.loads(json.dumps(encoder.state()))) == encoder


def test_what_lies_far_beyond_the_training_rows_enters_at_the_edge(rows):
    X = inputs(rows, FEATURES)
    encoded = Encoder.fit(X).transform(X.head(2).assign(load_share=[1e300, -1e300]))
    assert encoded["load_share"].abs().max() <= FURTHEST


def test_quantile_inverts_the_curve():
    times = curves.time_grid(1000.0)
    hazard = (times / 400.0)[None]
    assert curves.quantile(times, hazard, 0.5)[0] == pytest.approx(400 * np.log(2), rel=1e-3)
    assert curves.quantile(times, hazard / 100, 0.5)[0] == pytest.approx(40_000 * np.log(2), rel=1e-3)
    assert curves.at_own_time(times, hazard, np.array([200.0]))[0] == pytest.approx(0.5, rel=1e-3)


def test_the_example_of_the_docs_keeps_every_law(tmp_path):
    text = (CHECKOUT / "docs" / "candidates.md").read_text(encoding="utf-8")
    example = text.partition("```python\n")[2].partition("```")[0]
    assert len(example.splitlines()) < 40
    (tmp_path / "boosting.py").write_text(example)
    assert not [found for found in check(str(tmp_path / "boosting.py")) if found["wrong"]]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("import nothing_of_the_kind", "cannot be run: ModuleNotFoundError: No module named 'nothing_of_the_kind'"),
        ("class Candidate: pass", "has no class Candidate made of models.candidate.Candidate"),
        ("", "has no class Candidate made of models.candidate.Candidate"),
    ],
)
def test_a_file_without_a_candidate_is_refused_with_a_sentence(text, sentence, tmp_path):
    (tmp_path / "wrong.py").write_text(text)
    with pytest.raises(UsageError, match=re.escape(sentence)):
        check(str(tmp_path / "wrong.py"))
    with pytest.raises(UsageError, match="there are blend, cox, kaplan_meier"):
        check("boosting")
