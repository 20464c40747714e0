"""Law 5 for labels: what was recorded after a cut changes nothing that is trained on at the cut."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from models import splits
from tests.support.landmarks import FEATURES, landmark_frame, with_findings

FRAME = with_findings(landmark_frame(25))
DATES = st.dates(date(2015, 6, 1), date(2023, 6, 1))


def training_rows(frame: pd.DataFrame, cut: date) -> pd.DataFrame:
    return splits.known_assets_later(splits.landmarks(frame), cut).train.drop(columns=["event_recorded_on", "ended_by"])


def another_tomorrow(frame: pd.DataFrame, cut: date, seed: int) -> pd.DataFrame:
    """The same frame with another course of everything that was not recorded by the cut."""
    rng = np.random.default_rng(seed)
    as_of = pd.to_datetime(frame["as_of"])
    until_cut = (pd.Timestamp(cut) - as_of).dt.days
    is_recorded = frame["event_recorded_on"].notna() & (pd.to_datetime(frame["event_recorded_on"]) <= pd.Timestamp(cut))
    is_open = ~is_recorded & ((frame["time_d"] >= until_cut) | frame["event_recorded_on"].notna())
    event = rng.random(len(frame)) < 0.5
    time_d = np.maximum(until_cut, 0) + rng.integers(1, 900, len(frame))
    recorded_on = [a + timedelta(days=int(t) + 5) for a, t in zip(frame["as_of"], time_d, strict=True)]
    changed = frame.assign(
        time_d=frame["time_d"].where(~is_open, time_d.astype(float)),
        upper_d=frame["upper_d"].where(~is_open, np.where(event, time_d + rng.integers(0, 60, len(frame)), np.nan)),
        event=frame["event"].where(~is_open, event),
        event_recorded_on=frame["event_recorded_on"].where(~is_open, pd.Series(recorded_on).where(event)),
    )
    later = pd.to_datetime(changed["as_of"]) >= pd.Timestamp(cut)
    noise = {name: changed[name].where(~later, rng.normal(0.0, 9.0, len(frame))) for name in FEATURES[:3]}
    return changed.assign(**noise)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(cut=DATES, seed=st.integers(0, 2**31))
def test_training_rows_do_not_know_what_was_recorded_later(cut: date, seed: int) -> None:
    pd.testing.assert_frame_equal(
        training_rows(FRAME, cut), training_rows(another_tomorrow(FRAME, cut, seed), cut), check_like=True
    )


@settings(max_examples=25, deadline=None, derandomize=True)
@given(cut=DATES, fold=st.integers(0, 4))
def test_no_equipment_is_on_both_sides_of_the_unseen_test(cut: date, fold: int) -> None:
    split = splits.unseen_assets_later(splits.landmarks(FRAME), cut, fold)
    assert not set(split.train["unit"]) & set(split.test["unit"])
    assert (split.train["as_of"] < pd.Timestamp(cut)).all()
    assert (split.test["as_of"] >= pd.Timestamp(cut)).all()
