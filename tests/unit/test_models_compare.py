"""What a comparison claims, against known answers."""

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models import compare, compare_page, metrics, plots
from models.backtest import KNOWN
from models.errors import NotComparable
from models.metrics import brier_rows

HORIZONS = (30, 90, 365)
TIMES = np.unique([*np.linspace(30, 365, 25), 90.0])
SHAPE = 1.5


def backtested(items=400, seed=0, follow_up_d=(200.0, 900.0), **longer):
    """Rows as `Backtest.rows` has them, of lives whose law is known; candidate `right` is the law itself, each other
    believes in lives so many times as long (`only_pu_…`: of pumps alone)."""
    rng = np.random.default_rng(seed)
    scale = 500.0 * np.exp(rng.normal(0.0, 0.6, items))
    life, end = np.ceil(scale * rng.weibull(SHAPE, items)), np.ceil(rng.uniform(*follow_up_d, items))
    rows = pd.DataFrame(
        {
            "test": KNOWN,
            "cut": pd.Timestamp("2023-01-01"),
            "unit": [f"sample|P-{i}" for i in range(items)],
            "_source": "sample",
            "item_id": [f"P-{i}" for i in range(items)],
            "equipment_class": np.where(np.arange(items) % 2, "PU", "VE"),
            "age_d": rng.uniform(0, 5000, items),
            "as_of": pd.Timestamp("2023-02-01"),
            "time_d": np.minimum(life, end),
            "event": life <= end,
        }
    )
    for name, factor in {"right": 1.0, **longer}.items():
        is_longer = (rows["equipment_class"] == "PU") | (not name.startswith("only_pu"))
        rows = rows.assign(**predicted(rows, name, scale * np.where(is_longer, factor, 1.0)))
    return rows


def predicted(rows, name, scale):
    time_d, event = rows["time_d"].to_numpy(), rows["event"].to_numpy()
    curve = np.exp(-((TIMES / scale[:, None]) ** SHAPE))
    columns = {f"s_{h}": curve[:, np.searchsorted(TIMES, h)] for h in HORIZONS}
    for percent in (10, 50, 90):
        days = scale * (-np.log1p(-percent / 100)) ** (1 / SHAPE)
        columns[f"p{percent}_d"] = np.where(days <= 365, days, np.nan)
    columns["at_end"] = np.exp(-((np.minimum(time_d, 365) / scale) ** SHAPE))
    columns["integrated_brier"] = brier_rows(time_d, event, curve, TIMES)
    return {f"{name}.{column}": values for column, values in columns.items()}


def compared(rows, *names, reference="right", costs=(0.15,)):
    return compare.compare(rows, names, reference, HORIZONS, "test", costs)


def of(found, metric, horizon_d, candidate):
    key = (metric, horizon_d, candidate)
    return next(d for d in found.differences if (d.metric, d.horizon_d, d.candidate) == key)


@pytest.fixture(scope="module")
def rows():
    return backtested(items=1500, same=1.0, tripled=3.0, only_pu_wrong=3.0)


@pytest.fixture(scope="module")
def found(rows):
    return compared(rows, "same", "tripled", "only_pu_wrong")


def test_who_predicts_the_same_differs_by_nothing(found):
    own = [d for d in found.differences if d.candidate == "same"]
    assert {d.metric for d in own} == set(plots.METRICS)
    assert {(d.difference.value, d.difference.low, d.difference.high, d.finding) for d in own} == {
        (0, 0, 0, "the same")
    }
    assert found.sentences["same"] == "same and right predict the same on 1,500 rows of 1,500 assets."
    assert {g.finding for g in found.gains if g.candidate == "same"} == {"the same"}


def test_lives_three_times_too_long_are_worse_save_in_their_order(found):
    brier = of(found, "integrated_brier", 365, "tripled")
    assert (brier.finding, brier.score > brier.reference_score) == ("worse", True)
    assert brier.difference.low < brier.difference.value < brier.difference.high
    for horizon_d in (90, 365):
        ratio = of(found, "observed_expected", horizon_d, "tripled")
        assert (ratio.finding, ratio.score > 2.5) == ("worse", True)
        assert ratio.reference_score == pytest.approx(1.0, abs=0.15)
    for metric in ("harrell_c", "uno_c"):
        assert of(found, metric, 365, "tripled").difference.value == pytest.approx(0, abs=1e-4)
    assert found.sentences["tripled"].startswith("tripled is worse than right by 0.")
    assert "It foresees too few failures: observed/expected" in found.sentences["tripled"]


def test_the_order_of_the_two_turns_the_difference_round(rows):
    there = of(compared(rows, "tripled"), "integrated_brier", 365, "tripled").difference
    back = of(compared(rows, "right", reference="tripled"), "integrated_brier", 365, "right")
    assert (back.difference.value, back.difference.low) == (pytest.approx(-there.value), pytest.approx(-there.high))
    assert back.finding == "better"


def test_noise_is_not_a_difference():
    """Two that err alike, each in its own way: in few of many trials is one declared better."""
    rng = np.random.default_rng(3)
    base = backtested(200)
    trials = []
    for seed in range(20):
        noisy = base.assign(
            **{f"other.{c.removeprefix('right.')}": base[c] for c in base if c.startswith("right.")}
        ).assign(**{"other.integrated_brier": base["right.integrated_brier"] + rng.normal(0, 0.05, len(base))})
        sample = compare.Sample.of(noisy, seed)
        trials.append(compare.primary(sample, ["other"], "right", seed)["other"].finding(lower_is_better=True))
    assert trials.count("not shown") >= 16


def test_for_whom_finds_the_class_and_only_that(found):
    own = {g.group: g for g in found.groups if g.candidate == "only_pu_wrong" and g.kind == "class"}
    assert (own["PU"].finding, own["VE"].finding) == ("worse", "the same")
    assert "most for class PU; not shown for VE" in found.sentences["only_pu_wrong"]
    ages = [g for g in found.groups if g.candidate == "tripled" and g.kind == "age"]
    assert [g.group for g in ages] == list(compare.AGES_D)
    assert not [g for g in found.groups if g.kind == "source"], "one source only"
    assert sum(g.difference.rows for g in ages) == 1500


def test_small_groups_and_small_tests_claim_nothing(rows):
    rows = rows.assign(equipment_class=np.where(rows.index < 15, "TA", "PU"))
    by_class = [g for g in compare.groups(rows, ["tripled"], "right", 0) if g.kind == "class"]
    small, large = sorted(by_class, key=lambda g: g.difference.units)
    assert (small.group, small.finding, small.difference.low) == ("TA", "too few to tell", None)
    assert small.difference.reason == "15 units; 20 are needed"
    assert large.finding == "worse"
    few = compared(rows.head(12), "tripled")
    assert few.sentences["tripled"] == "tripled against right: too few to tell (12 units; 20 are needed)."
    assert {d.finding for d in few.differences} == {"too few to tell"}
    rare = rows.assign(event=rows["event"] & (rows.index < 25))
    assert {g.finding for g in compare.groups(rare.tail(1485), ["tripled"], "right", 0)} == {"too few to tell"}


def test_d_calibration_is_even_under_the_true_law_and_not_otherwise(rows):
    law = compare.distribution(rows, "right", 365)
    wrong = compare.distribution(rows, "tripled", 365)
    assert law.p > 0.01
    assert law.shares == pytest.approx([0.1] * 10, abs=0.03)
    assert sum(law.shares) == pytest.approx(1.0)
    assert all(seen <= share + 1e-12 for seen, share in zip(law.seen, law.shares, strict=True))
    assert wrong.p < 1e-6


def test_d_calibration_without_censoring_counts_and_of_censored_alone_is_the_models_own():
    at_end = np.array([1.0, 0.95, 0.55, 0.05, 0.0])
    counts, seen = metrics.d_calibration(at_end, np.ones(5, bool))
    assert counts.tolist() == seen.tolist() == [2, 0, 0, 0, 1, 0, 0, 0, 0, 2]
    counts, seen = metrics.d_calibration(np.array([1.0, 0.5]), np.zeros(2, bool))
    assert seen.sum() == 0
    assert counts == pytest.approx([0.1] * 5 + [0.3] * 5)


def test_what_was_hardly_seen_is_not_judged():
    few = compare.distribution(backtested(400).head(100), "right", 365)
    assert few.observable == 0
    assert few.p is None
    some = compare.distribution(backtested(400), "right", 365)
    assert 2 <= some.observable < 10
    assert some.p > 0.01
    nobody_failed = backtested(400).assign(event=False)
    assert compare.distribution(nobody_failed, "right", 365).p is None


def test_calibration_lies_on_the_diagonal_for_the_law_and_above_it_for_lives_too_long(rows):
    sample = compare.Sample.of(rows, 0)
    law, wrong = (list(compare.deciles(sample, name, 365)) for name in ("right", "tripled"))
    assert len(law) == len(wrong) == 10
    assert sum(d.observed.low <= d.predicted <= d.observed.high for d in law) >= 8
    assert all(d.observed.low > d.predicted for d in wrong[3:])
    constant = compare.Sample.of(rows.assign(**{"right.s_365": 0.5}), 0)
    assert len(list(compare.deciles(constant, "right", 365))) == 1


def test_coverage_is_told_where_it_can_be_known_and_nowhere_else():
    rows = backtested(3000, follow_up_d=(300.0, 900.0))
    covered = {(c.kind, c.horizon_d): c for c in compare.coverage(compare.Sample.of(rows, 0), "right", HORIZONS)}
    for kind, expected in {"p10": 0.1, "p50": 0.5, "p10-p90": 0.8}.items():
        told = covered[kind, 365]
        assert told.expected == pytest.approx(expected)
        assert told.share.low <= expected <= told.share.high
    assert covered["p10-p90", 30].share.low is None
    assert covered["p10-p90", 365].reach < covered["p10", 365].reach < 1
    told = compare.checkable(list(covered.values()), "days")
    assert "80% is right" in told
    assert told.endswith("not yet checkable beyond 365 days")
    far = backtested(300).assign(**{"right.p90_d": np.nan})
    told = compare.checkable(list(compare.coverage(compare.Sample.of(far, 0), "right", HORIZONS)), "days")
    assert told == "p10 to p90: not yet checkable beyond 365 days; 0% of rows have their p90 within these"


def test_net_benefit_of_known_choices(rows):
    time_d, event, one = rows["time_d"].to_numpy(), rows["event"].to_numpy(), np.ones(len(rows))

    def benefit(risk, threshold, weight=one):
        return metrics.net_benefit(time_d, event, risk, 365, threshold, weight)

    nobody, everybody = np.zeros(len(rows)), np.ones(len(rows))
    failed = metrics.observed(time_d, event, 365, one)
    assert benefit(nobody, 0.2) == 0
    assert benefit(nobody, 0.2, np.ones((3, len(rows)))).tolist() == [0, 0, 0]
    assert benefit(everybody, 0.2) == pytest.approx(failed - (1 - failed) * 0.25)
    assert benefit(everybody, 0.5) == pytest.approx(2 * failed - 1)
    law = 1 - rows["right.s_365"].to_numpy()
    assert benefit(law, 0.5) > max(benefit(1 - rows["tripled.s_365"].to_numpy(), 0.5), benefit(everybody, 0.5), 0)


def test_net_benefit_without_censoring_is_vickers_count():
    time_d, event = np.array([10.0, 20.0, 400.0, 400.0]), np.array([True, True, True, True])
    risk = np.array([0.9, 0.1, 0.8, 0.1])
    found = metrics.net_benefit(time_d, event, risk, 365, 0.2, np.ones(4))
    assert found == pytest.approx(1 / 4 - 1 / 4 * 0.25)


def test_the_thresholds_are_the_contracts_where_they_say(rows):
    assert compared(rows, "tripled", costs=(0.15, 0.144, 0.142, 3.0)).thresholds == (0.14, 0.15)
    ranged = compared(rows, "tripled", costs=())
    assert (ranged.thresholds, ranged.thresholds_from) == (compare.THRESHOLDS, "a range, as no contract states costs")


def test_runs_are_compared_on_the_rows_that_both_have(rows):
    a = compare.renamed(rows, "right", "right@1")
    b = compare.renamed(rows.sample(frac=1.0, random_state=1).head(900), "tripled", "tripled@2")
    both = compare.shared(a, b)
    assert len(both) == 900
    assert of(compared(both, "tripled@2", reference="right@1"), "integrated_brier", 365, "tripled@2").finding == "worse"


def test_runs_without_common_rows_or_with_other_outcomes_are_refused(rows):
    a, b = compare.renamed(rows, "right", "a"), compare.renamed(rows, "tripled", "b")
    with pytest.raises(NotComparable, match=r"no row in common: run A has 1,500 rows from the cuts 2023-01-01, run B"):
        compare.shared(a, b.assign(cut=pd.Timestamp("2024-01-01")), "run A", "run B")
    with pytest.raises(NotComparable, match="different outcomes of 50% of their 1500 common rows"):
        compare.shared(a, b.assign(time_d=b["time_d"] + (b.index % 2)), "run A", "run B")
    corrected = b.assign(event=b["event"] ^ (b.index < 3))
    assert len(compare.shared(a, corrected)) == 1497


def test_the_page_is_small_alone_and_tells_what_was_found(found):
    figures = plots.figures(found)
    page = compare_page.page(replace(found, population="중소 <b>기업"), figures)
    assert len(page.encode()) < 300 * 1024
    assert not re.search(r"""(?:src|href)=["']?(?!#)|@import|url\(h""", re.sub(r"xlink:href", "x", page))
    assert "중소 &lt;b&gt;기업" in page
    assert all(sentence in page for sentence in found.sentences.values())
    assert page.count("<svg") == len(figures) == 7
    assert ">−0.02<" in figures["forest"] or ">0.02<" in figures["forest"], "tick labels keep their digits"


def test_the_page_stays_small_with_as_many_candidates_and_groups_as_there_may_be(rows):
    names = [f"candidate_{i}" for i in range(9)]
    tripled = [column for column in rows if column.startswith("tripled.")]
    many = rows.assign(
        **{c.replace("tripled", name): rows[c] for name in names for c in tripled},
        _source=[f"firm_{i % 14}" for i in range(len(rows))],
        equipment_class=[("PU", "VE", "HE", "EM", "TA", "PI", "AG", "VA")[i % 8] for i in range(len(rows))],
    )
    found = compared(many, *names)
    assert len(compare_page.page(found, plots.figures(found)).encode()) < 300 * 1024


def test_json_has_its_own_types_only(rows):
    rare = rows.assign(event=rows["event"] & (rows["time_d"] > 60))
    told = compared(rare, "tripled").as_json()
    assert json.loads(json.dumps(told, allow_nan=False))["reference"] == "right"
