"""The gate's rules on made-up back-tests, and the gate on a real one: planted effect, negative control."""

import json

import numpy as np
import pandas as pd

from jobs.summary import METRICS
from models import backtest, candidates, gate, splits
from models.backtest import KNOWN
from models.gate import Champion
from tests.support.landmarks import FEATURES, landmark_frame, permuted_features

BASE = {"kaplan_meier": True, "weibull_aft": True, "xgb_aft": False}
HORIZONS = (30, 90, 365)


def backtested(units=300, seed=0, calibrated=True, p10_d=np.nan, **gains):
    """A back-test in which each candidate's Brier parts lie `gains` below Kaplan-Meier's, with noise per row."""
    rng = np.random.default_rng(seed)
    time_d = rng.exponential(300.0, units)
    rows = pd.DataFrame({"test": KNOWN, "unit": np.arange(units).astype(str), "time_d": time_d, "event": True})
    common = rng.uniform(0.1, 0.3, units)
    for name in BASE:
        rows[f"{name}.integrated_brier"] = common - gains.get(name, 0.0) + rng.normal(0.0, 0.02, units)
        mean_d = 300.0 if calibrated else 3000.0
        rows[f"{name}.s_365"] = np.exp(-365.0 / mean_d)
        rows[f"{name}.at_end"] = np.exp(-np.minimum(time_d, 365.0) / mean_d)
        rows[f"{name}.p10_d"] = p10_d
    return rows


def decide(rows, champion=None, recipe=None, digest="now"):
    return gate.decide(rows, BASE, champion, recipe, digest)


def champion(name, digest="before"):
    return Champion(version=3, candidate=name, params={}, data_digest=digest)


def standing(verdict, name):
    return next(s for s in verdict.standings if s.candidate == name)


def test_a_clear_gain_is_promoted():
    verdict = decide(backtested(xgb_aft=0.02))
    assert (verdict.action, verdict.candidate, verdict.is_baseline) == ("promote", "xgb_aft", False)
    assert standing(verdict, "xgb_aft").gain_low > 0


def test_without_skill_the_first_champion_is_the_best_baseline_and_says_so():
    verdict = decide(backtested(weibull_aft=0.01, xgb_aft=0.01))
    assert (verdict.action, verdict.candidate, verdict.is_baseline) == ("promote", "weibull_aft", True)
    assert "no skill shown over weibull_aft" in standing(verdict, "xgb_aft").reasons[0]


def test_the_bar_is_the_best_of_the_baselines():
    verdict = decide(backtested(weibull_aft=0.05, xgb_aft=0.03))
    assert standing(verdict, "xgb_aft").bar == "weibull_aft"
    assert verdict.candidate == "weibull_aft"


def test_an_uncalibrated_gain_is_refused_and_the_champion_stays():
    verdict = decide(backtested(xgb_aft=0.02, calibrated=False), champion("kaplan_meier"), "kaplan_meier")
    assert (verdict.action, verdict.candidate) == ("stay", "kaplan_meier")
    assert any(
        reason.startswith("not calibrated: observed/expected") for reason in standing(verdict, "xgb_aft").reasons
    )


def test_too_early_a_p10_is_refused_where_there_are_enough_rows():
    true_p10_d = -300.0 * np.log(0.9)
    for p10_d, units, is_refused in (
        (true_p10_d, 1500, False),
        (true_p10_d * 2, 1500, True),
        (true_p10_d * 2, 300, False),
    ):
        earned = standing(decide(backtested(units, p10_d=p10_d, xgb_aft=0.02)), "xgb_aft")
        assert ("failed by p10, allowed 7% to 13%" in " ".join(earned.reasons)) == is_refused


def test_a_gain_over_the_baselines_but_not_over_the_champion_is_refused():
    rows = backtested(weibull_aft=0.02, xgb_aft=0.02)
    verdict = gate.decide(rows, {**BASE, "weibull_aft": False}, champion("weibull_aft"), "weibull_aft", "now")
    assert standing(verdict, "xgb_aft").bar == "weibull_aft"
    assert (verdict.action, verdict.candidate) == ("refresh", "weibull_aft")


def test_a_better_baseline_takes_the_place_of_another():
    verdict = decide(backtested(weibull_aft=0.02, xgb_aft=0.0), champion("kaplan_meier"), "kaplan_meier")
    assert (verdict.action, verdict.candidate, verdict.is_baseline) == ("promote", "weibull_aft", True)


def test_the_same_data_and_recipe_change_nothing():
    rows = backtested(xgb_aft=0.02)
    first = decide(rows)
    second = decide(rows, champion(first.candidate, digest="now"), first.candidate)
    assert (second.action, second.candidate) == ("stay", "xgb_aft")
    assert decide(rows) == first


def test_the_verdict_tells_d_calibration_of_what_was_seen():
    right, wrong = (standing(decide(backtested(1500, calibrated=ok)), "xgb_aft") for ok in (True, False))
    assert right.d_calibration > 0.01 > wrong.d_calibration
    assert right.d_calibration_bins == 7  # by 365 days the true survival has fallen to 0.296


def test_the_champion_refitted_is_judged_at_horizons_with_enough_failures_only():
    rows = backtested(300)
    for name in BASE:
        rows[f"{name}.s_30"] = 0.5
    assert decide(rows, champion("xgb_aft"), "xgb_aft").action == "refresh"
    many = decide(
        rows.assign(time_d=np.where(np.arange(300) < 150, 20.0, rows["time_d"])), champion("xgb_aft"), "xgb_aft"
    )
    assert many.action == "stay" and "not calibrated" in many.reason


def test_no_gain_is_claimed_under_twenty_units():
    verdict = decide(backtested(units=15, xgb_aft=0.05))
    assert standing(verdict, "xgb_aft").gain_low is None
    assert "15 units: 20 are needed" in standing(verdict, "xgb_aft").reasons[0]
    assert verdict.is_baseline


def test_more_candidates_ask_for_more():
    rows = backtested(xgb_aft=0.02)
    few = standing(gate.decide(rows, {"kaplan_meier": True, "xgb_aft": False}, None, None, "now"), "xgb_aft").gain_low
    more = {f"other_{k}": False for k in range(10)}
    for k, name in enumerate(more):
        rows[f"{name}.integrated_brier"] = rows["kaplan_meier.integrated_brier"] + np.random.default_rng(k).normal(
            0.0, 0.02, len(rows)
        )
        for what in ("s_365", "p10_d", "at_end"):
            rows[f"{name}.{what}"] = rows[f"kaplan_meier.{what}"]
    many = gate.decide(rows, {"kaplan_meier": True, "xgb_aft": False, **more}, None, None, "now")
    assert standing(many, "xgb_aft").gain_low < few


def test_candidates_that_err_alike_pay_for_one():
    rows = backtested(xgb_aft=0.02)
    one = standing(gate.decide(rows, {"kaplan_meier": True, "xgb_aft": False}, None, None, "now"), "xgb_aft").gain_low
    twin = rows.assign(
        **{f"twin.{what}": rows[f"xgb_aft.{what}"] for what in ("integrated_brier", "s_365", "p10_d", "at_end")}
    )
    two = gate.decide(twin, {"kaplan_meier": True, "xgb_aft": False, "twin": False}, None, None, "now")
    assert standing(two, "xgb_aft").gain_low == one


def test_a_champion_that_cannot_be_refitted_stays_unless_beaten():
    assert decide(backtested(), champion("retired")).action == "stay"
    assert decide(backtested(xgb_aft=0.02), champion("retired")).candidate == "xgb_aft"


def test_nothing_comparable_leaves_kaplan_meier_so_labelled():
    verdict = gate.without_comparison("7 failures: 20 are needed", None, 7, "now")
    assert (verdict.action, verdict.candidate, verdict.is_baseline) == ("promote", "kaplan_meier", True)
    assert gate.without_comparison("7 failures", champion("xgb_aft"), 7, "now").action == "stay"


def test_the_verdict_is_json():
    stored = json.loads(json.dumps(decide(backtested(xgb_aft=0.02)).as_json()))
    assert stored["rules"]["observed_expected"] == [0.85, 1.15]
    assert {s["candidate"] for s in stored["standings"]} == set(BASE)


def judged(frame):
    recipes = {name: of() for name, of in candidates.find().items() if name in BASE}
    result = backtest.run(splits.landmarks(frame), recipes, FEATURES, HORIZONS, seed=0)
    return result, decide(result.rows)


def test_a_planted_effect_is_promoted():
    result, verdict = judged(landmark_frame(500, extremes_factor=0.4))
    assert (verdict.action, verdict.candidate) == ("promote", "xgb_aft")
    assert set(result.scores["test"]) == {backtest.KNOWN, backtest.UNSEEN}
    assert set(result.scores["metric"]) == set(METRICS), "each score has its heading on the page of a run"


def test_the_negative_control_shows_no_skill():
    _, verdict = judged(permuted_features(landmark_frame(500, extremes_factor=0.4), seed=1))
    assert verdict.is_baseline
    assert standing(verdict, "xgb_aft").reasons[0].startswith("no skill shown")


def test_a_candidate_that_fails_stops_no_other():
    class Broken(candidates.find()["kaplan_meier"]):
        def fit(self, X, y, sample_weight=None):
            raise ValueError("cannot be fitted")

    recipes = {"broken": Broken(), "kaplan_meier": candidates.find()["kaplan_meier"]()}
    result = backtest.run(splits.landmarks(landmark_frame(60)), recipes, FEATURES, HORIZONS, seed=0)
    assert result.failed == {"broken": "ValueError: cannot be fitted"}
    assert list(result.calibrations) == ["kaplan_meier"]
