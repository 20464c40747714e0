"""Training and test rows at a cut."""

from datetime import date
from itertools import pairwise

import pandas as pd
import pytest

from models import splits
from models.errors import TooFewFailures
from tests.support.landmarks import landmark_frame

CUT = date(2020, 1, 1)


@pytest.fixture(scope="module")
def frame():
    return splits.landmarks(landmark_frame(120))


def one_row(as_of, time_d, event, recorded_on, **others):
    return splits.landmarks(
        pd.DataFrame(
            {
                "_source": ["s"], "item_id": ["P-1"], "equipment_tag": ["P-1"], "as_of": [date.fromisoformat(as_of)],
                "time_d": [time_d], "event": [event], "event_recorded_on": [recorded_on], "is_scored": [False],
                **{name: [value] for name, value in others.items()},
            }
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("time_d", "event", "recorded_on", "expected"),
    [
        (100.0, True, date(2019, 10, 12), (100.0, True)),  # failed and recorded before the cut
        (100.0, True, date(2020, 3, 1), (184.0, False)),  # failed before, recorded after: alive as far as was known
        (300.0, True, date(2020, 4, 28), (184.0, False)),  # failed after
        (150.0, False, None, (150.0, False)),  # replaced before
        (900.0, False, None, (184.0, False)),  # still followed after
    ],
)
def test_a_label_is_what_was_known_at_the_cut(time_d, event, recorded_on, expected):
    row = one_row("2019-07-01", time_d, event, recorded_on)
    known = splits.known_by(row, CUT, pd.Series(dtype=float)).iloc[0]
    assert (known["time_d"], known["event"]) == expected


@pytest.mark.parametrize(
    ("time_d", "event", "recorded_on", "expected"),
    [
        (100.0, True, date(2019, 10, 12), (100.0, 130.0, True)),  # a finding before the cut
        (180.0, True, date(2019, 12, 31), (180.0, 210.0, True)),  # of a failure that may lie after it
        (100.0, True, date(2020, 3, 1), (184.0, None, False)),  # recorded after it
        (300.0, True, date(2020, 4, 28), (184.0, None, False)),  # found after it
        (100.0, False, date(2019, 10, 12), (100.0, 130.0, False)),  # renewed for an unknown reason
        (100.0, False, date(2020, 3, 1), (184.0, None, False)),  # which was recorded after the cut
    ],
)
def test_an_interval_is_known_once_its_finding_is_recorded(time_d, event, recorded_on, expected):
    row = one_row("2019-07-01", time_d, event, recorded_on, upper_d=time_d + 30.0)
    known = splits.known_by(row, CUT, pd.Series(dtype=float)).iloc[0]
    upper_d = None if pd.isna(known["upper_d"]) else known["upper_d"]
    assert (known["time_d"], upper_d, known["event"]) == expected


def test_scores_take_a_failure_in_the_middle_of_its_interval():
    row = one_row("2019-07-01", 100.0, True, date(2019, 10, 12), upper_d=130.0)
    assert splits.at_middle(row)[["time_d", "upper_d"]].to_numpy().tolist() == [[115.0, 115.0]]


def test_a_renewal_for_an_unknown_reason_is_censored_or_a_failure_within_its_window():
    rows = pd.concat(
        [one_row("2019-07-01", 100.0, False, None, upper_d=130.0), one_row("2019-07-01", 90.0, False, None)]
    )
    assert rows["event"].tolist() == [False, False]
    assert splits.reasons_as_findings(rows)["event"].tolist() == [True, False]


def test_labels_end_a_record_lag_before_the_cut():
    row = one_row("2019-07-01", 900.0, False, None)
    assert splits.known_by(row, CUT, pd.Series({"s": 30.0})).iloc[0]["time_d"] == 154.0


def test_record_lag_is_learned_from_what_was_recorded(frame):
    assert splits.record_lag_d(frame, CUT)["sample"] == 5.0


def test_training_rows_lie_before_the_cut_and_weigh_one_item_each(frame):
    split = splits.known_assets_later(frame, CUT)
    assert split.train["as_of"].max() < pd.Timestamp(CUT)
    assert split.train.groupby("item_id")["weight"].sum().to_numpy() == pytest.approx(1.0)
    assert not split.train["is_scored"].any()


def test_test_rows_are_each_items_first_from_the_cut_on(frame):
    test = splits.known_assets_later(frame, CUT).test
    assert test["item_id"].is_unique
    assert test["as_of"].min() >= pd.Timestamp(CUT)
    assert test["as_of"].max() < pd.Timestamp(CUT) + pd.Timedelta(days=splits.WINDOW_D)


def test_unseen_assets_share_no_equipment_with_training(frame):
    tested = set()
    for fold in range(5):
        split = splits.unseen_assets_later(frame, CUT, fold)
        assert not set(split.train["unit"]) & set(split.test["unit"])
        tested |= set(split.test["unit"])
    assert tested == set(splits.known_assets_later(frame, CUT).test["unit"])


def test_subunits_of_one_equipment_stay_together(frame):
    parts = frame.assign(item_id=frame["item_id"] + "|seal")
    both = splits.landmarks(pd.concat([frame, parts]).drop(columns="unit"))
    split = splits.unseen_assets_later(both, CUT, fold=0)
    assert not set(split.train["equipment_tag"]) & set(split.test["equipment_tag"])


def test_cuts_are_a_horizon_apart_and_leave_one_after_the_last_window(frame):
    cuts = splits.rolling_cuts(frame, 365, 4)
    assert {(b - a).days for a, b in pairwise(cuts)} == {365}
    assert (splits.end_of_records(frame).date() - cuts[-1]).days == 365 + splits.WINDOW_D


def test_short_records_allow_short_horizons_only(frame):
    short = frame[frame["as_of"] >= "2023-01-01"]
    assert splits.usable_horizons(short, (30, 90, 365)) == (30, 90)
    with pytest.raises(TooFewFailures, match="913 days are needed"):
        splits.usable_horizons(short, (365,))


def test_capping_keeps_the_share_of_failures(frame):
    train = splits.known_assets_later(frame, CUT).train
    kept = splits.capped(train, 500, seed=0)
    assert abs(len(kept) - 500) <= 4
    assert kept["event"].mean() == pytest.approx(train["event"].mean(), abs=0.01)
    assert kept.groupby("item_id")["weight"].sum().to_numpy() == pytest.approx(1.0)


def test_a_finer_grid_is_tested_over_one_step_of_it():
    monthly = splits.landmarks(landmark_frame(20, every_d=28))
    assert splits.window_d(monthly) == 29
    assert (splits.end_of_records(monthly).date() - splits.rolling_cuts(monthly, 365, 4)[-1]).days == 365 + 29
    assert len(splits.known_assets_later(monthly, CUT).test) == 20


def test_items_of_one_row_each_are_tested_over_a_quarter(frame):
    assert splits.window_d(frame.assign(item_id=frame.index.astype(str))) == splits.WINDOW_D
