"""Factors that multiply to what is shown."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models import backtest, candidates, explain, splits
from models.calibration import Calibration
from models.candidate import Storable
from models.explain import Label
from models.served import Served
from tests.support.landmarks import FEATURES, landmark_frame

LABELS = {name: Label(f"{name} 값", name, "d" if name.endswith("_d") else "1") for name in FEATURES}


@pytest.fixture(scope="module")
def frame():
    return splits.landmarks(landmark_frame(150))


@pytest.fixture(scope="module", params=sorted(candidates.find()))
def served(frame, request):
    learned = splits.recensor(frame, splits.end_of_records(frame).date())
    fitted = backtest.fit(candidates.find()[request.param](), learned, FEATURES, seed=0)
    return Served.of(fitted, Calibration((30, 90, 365), (1.2, 0.9, 1.1)), learned, FEATURES)


def product(drivers):
    return np.array([np.prod([driver.factor for driver in of_item]) for of_item in drivers])


def test_factors_multiply_from_the_reference_to_the_p50_shown(served, frame):
    found = served.predict(frame[frame["is_scored"]], LABELS)
    assert found["p50_d"].notna().all()
    assert product(found["drivers"]) * found["reference_p50_d"].to_numpy() == pytest.approx(
        found["p50_d"].to_numpy(), rel=0.01
    )


def test_beyond_the_follow_up_they_multiply_to_the_failure_probability(served, frame):
    short = Served(
        served.candidate,
        served.calibration,
        served.features,
        served.references,
        dict.fromkeys(served.follow_up_d, 60.0),
    )
    found = short.predict(frame[frame["is_scored"]], LABELS)
    assert found["p50_d"].isna().all()
    assert (found["longer_than_d"] == 60.0).all()
    assert product(found["drivers"]) * found["reference_fail_prob_365d"].to_numpy() == pytest.approx(
        found["fail_prob_365d"].to_numpy(), rel=0.01
    )


def test_at_most_five_factors_and_the_others(served, frame):
    for of_item in served.predict(frame[frame["is_scored"]], LABELS)["drivers"]:
        names = [driver.feature for driver in of_item]
        assert len([name for name in names if name != "other"]) <= explain.MOST
        assert names.count("other") <= 1
        assert "other" not in names[:-1]


def test_taking_away_what_is_named_moves_the_prediction_most(served, frame):
    if served.name != "kaplan_meier":  # it knows the class alone, which a reference shares
        assert served.faithfulness(frame.groupby("item_id").head(4), seed=0) >= 2


def test_more_than_three_are_named_only_where_they_matter():
    logs = np.array(
        [[1.0, 0.9, 0.8, 0.7, 0.6, 0.5], [3.0, 0.1, 0.1, 0.05, 0.05, 0.0], [0.005, 0.2, 0.0, 0.0, 0.0, 0.0]]
    )
    assert [list(named) for named in explain.named_factors(logs)] == [[0, 1, 2, 3, 4], [0, 1, 2], [1]]


def test_the_effect_that_was_planted_is_named(frame):
    learned = splits.recensor(frame, splits.end_of_records(frame).date())
    fitted = backtest.fit(candidates.find()["weibull_aft"](), learned, FEATURES, seed=0)
    model = Served.of(fitted, Calibration.none(), learned, FEATURES)
    items = frame[frame["is_scored"] & (frame["load_share"] > 0.95)]
    for of_item in model.predict(items, LABELS)["drivers"]:
        assert of_item[0].feature == "load_share"
        assert of_item[0].factor < 0.8


def test_shares_of_a_product_are_exact():
    items = pd.DataFrame({"a": [2.0, np.nan], "b": ["x", "y"]})
    references = pd.DataFrame({"a": [1.0, np.nan], "b": ["x", "x"]})

    def predict(X, at):
        return X["a"].fillna(0.0).to_numpy() * 3.0 + np.where(X["b"] == "y", 0.5, 0.0)

    assert explain.shares(items, references, predict) == pytest.approx(np.array([[3.0, 0.0], [0.0, 0.5]]))


def test_sentences_in_both_languages():
    items = pd.DataFrame({"failures_count": [3.0], "days_since_failure_d": [np.nan], "equipment_class": ["PU"]})
    labels = {
        "failures_count": Label("고장 횟수", "failures recorded", "1"),
        "load_share": Label("부하율", "usual load", "%", is_changeable=True),
        "days_since_failure_d": Label("마지막 고장 후 일수", "days since the last failure", "d"),
        "equipment_class": Label("설비종류", "class"),
    }
    logs = np.log([[0.6, 1.5, 1.0]])
    life = explain.drivers(items, logs, ["life"], labels)[0]
    assert life[0].text_ko == "고장 횟수 3인 설비의 수명은 기준 설비의 0.60배"
    assert life[0].text_en == "assets like this (failures recorded: 3) lived 0.60 × as long as the reference"
    assert life[1].text_ko == "마지막 고장 후 일수 기록이 없는 설비의 수명은 기준 설비의 1.50배"
    assert life[1].text_en.startswith("assets like this (no record yet of days since the last failure) lived 1.50 ×")
    loaded = explain.drivers(pd.DataFrame({"load_share": [0.9]}), np.log([[0.8]]), ["life"], labels)[0][0]
    assert loaded.is_changeable and not life[0].is_changeable
    assert loaded.text_ko == "부하율 90%인 설비의 수명은 기준 설비의 0.80배 (바꿀 수 있음)"
    chance = explain.drivers(items, logs, ["fail_prob"], labels)[0]
    assert chance[0].text_ko == "고장 횟수 3인 설비의 1년 내 고장확률은 기준 설비의 0.60배"
    flown = explain.drivers(items, logs, ["fail_prob"], labels, "cycles")[0]
    assert flown[0].text_ko == "고장 횟수 3인 설비의 365사이클 내 고장확률은 기준 설비의 0.60배"
    assert "failed within 365 cycles 0.60 × as often" in flown[0].text_en


@pytest.mark.parametrize(
    ("value", "unit", "ko", "en"),
    [
        (8_254_403.0, "d", "22,599년", "22,599 years"),
        (400.0, "d", "400일", "400 days"),
        (3.01e-05, "mm/d", "0.0000301 mm/d", "0.0000301 mm/d"),
        (411_000.0, "KRW", "411,000원", "411,000 KRW"),
        (0.0424, "1/y", "0.0424회/년", "0.0424 a year"),
        (0.0, "yes", "아니요", "no"),
        (23.0, "1", "23", "23"),
        ("동진펌프", "", "동진펌프", "동진펌프"),
    ],
)
def test_values_are_told_with_their_unit(value, unit, ko, en):
    items = pd.DataFrame({"x": [value]})
    (told,) = explain.drivers(items, np.log([[0.5]]), ["life"], {"x": Label("값", "value", unit)})[0]
    assert told.text_ko == f"값 {ko}인 설비의 수명은 기준 설비의 0.50배"
    assert f"(value: {en})" in told.text_en


def test_the_time_unit_travels_with_every_prediction(served, frame, tmp_path):
    flown = replace(served, time_unit="cycles")
    if isinstance(served.candidate, Storable):
        flown.dump(tmp_path)
        flown = Served.load(tmp_path)
    assert set(flown.predict(frame.head(3))["time_unit"]) == {"cycles"}


def test_predictions_lie_in_order(served, frame):
    found = served.predict(frame[frame["is_scored"]])
    assert (found["p10_d"] <= found["p50_d"]).all()
    known = found.dropna(subset=["p90_d"])
    assert (known["p50_d"] <= known["p90_d"]).all()
    probabilities = found[["fail_prob_30d", "fail_prob_90d", "fail_prob_365d"]].to_numpy()
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    assert (np.diff(probabilities, axis=1) >= 0).all()
