"""What is not known of the ends of lives, told as a range."""

import pytest

from models import backtest, candidates, splits, training
from models.ranges import earliest, latest, ranges, takes_intervals
from tests.support.landmarks import FEATURES, landmark_frame, with_findings

HORIZONS = (30, 90, 365)
KNOWN = candidates.find()


@pytest.fixture(scope="module")
def rows():
    frame = splits.landmarks(with_findings(landmark_frame(60)))
    return splits.recensor(frame, splits.end_of_records(frame).date())


def test_of_a_row_the_first_and_the_last_day_are_told(rows):
    between = rows["event"] & (rows["upper_d"] > rows["time_d"])
    assert between.any()
    assert (earliest(rows)["upper_d"] == rows["time_d"])[rows["event"]].all()
    assert (latest(rows)["time_d"] == rows["upper_d"])[rows["event"]].all()
    assert (latest(rows)["time_d"] == rows["time_d"])[~rows["event"]].all()


def test_candidates_say_whether_they_take_intervals():
    assert {name for name, of in KNOWN.items() if takes_intervals(of())} == {"weibull_aft", "xgb_aft"}


def test_a_candidate_that_takes_intervals_needs_no_day(rows):
    asked: list[str] = []

    def chances(made, place):
        asked.append(place)
        return {90: {"today": 0.2, "findings": 0.25}[place]}

    [found] = ranges(KNOWN["weibull_aft"](), rows, chances)
    assert (found.unknown, found.low, found.value, found.high) == ("reason_of_renewal", 0.2, 0.2, 0.25)
    assert found.rows == int((~rows["event"] & rows["upper_d"].notna()).sum()) > 0
    assert set(asked) == {"today", "findings"}


def test_where_all_is_known_nothing_is_fitted_again(rows):
    def chances(made, place):
        raise AssertionError(place)

    seen = rows[~(rows["upper_d"] > rows["time_d"])]
    assert ranges(KNOWN["cox"](), seen, chances) == []


def test_more_failures_and_earlier_ones_raise_the_probability(tmp_path, monkeypatch):
    monkeypatch.setattr(candidates, "find", lambda: {name: KNOWN[name] for name in ("kaplan_meier", "weibull_aft")})
    done = training.train(with_findings(landmark_frame(60)), None, FEATURES, HORIZONS, tmp_path / "work")
    of_reason = {name: [r for r in found if r.unknown == "reason_of_renewal"] for name, found in done.ranges.items()}
    assert all(r.low == r.value < r.high for found in of_reason.values() for r in found)
    of_day = [r for r in done.ranges["kaplan_meier"] if r.unknown == "day_of_failure"]
    assert [r.horizon_d for r in of_day] == list(HORIZONS)
    assert all(r.low < r.value < r.high for r in of_day)
    assert training.load(tmp_path / "work").ranges == done.ranges


def test_intervals_reach_the_likelihood(rows):
    """A candidate that is told the whole interval predicts otherwise than one that is told its first day."""
    X = backtest.inputs(rows, FEATURES)
    for name in ("weibull_aft", "xgb_aft"):
        told, first = (backtest.fit(KNOWN[name](), made, FEATURES, 0) for made in (rows, earliest(rows)))
        lives = [model.predict_survival_function(X).sum(axis=1).mean() for model in (told, first)]
        assert lives[0] > lives[1], name
