"""Leaks under neutral names, each planted in landmark rows, and what must not be taken for one."""

import numpy as np
import pandas as pd
import pytest

from models import leaks
from models.errors import LeakingFeature
from tests.support.landmarks import FEATURES, START, landmark_frame

HORIZON_D = 90
NAMES = [*FEATURES, "x1"]


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """Labelled rows of 600 items, all on one grid; `x1` says nothing."""
    frame = landmark_frame(600, seed=3)
    told = frame[~frame["is_scored"] & (frame["time_d"] > 0)]
    on_grid = pd.Timestamp(START) + pd.to_timedelta(told.groupby("item_id").cumcount() * 91, unit="D")
    return told.assign(x1=np.random.default_rng(1).random(len(told)), as_of=on_grid.dt.date)


def named(found: list[leaks.Leak]) -> list[str]:
    return [leak.feature for leak in found]


def test_the_sample_is_of_one_date_and_half_of_it_fails(rows: pd.DataFrame) -> None:
    sample = leaks.sample(rows, HORIZON_D)
    assert sample["as_of"].nunique() == 1
    assert leaks.FEWEST <= sample["fails"].sum() <= len(sample) / 2 <= leaks.MOST_ITEMS / 2
    assert (sample["time_d"][sample["fails"]] <= HORIZON_D).all()
    assert leaks.sample(rows.head(0), HORIZON_D).empty


def test_a_clean_table_is_not_refused(rows: pd.DataFrame) -> None:
    sample = leaks.sample(rows, HORIZON_D)
    later = sample.assign(days_since_failure_d=sample["days_since_failure_d"] - leaks.DELAY_D)
    found = leaks.other_than_on_record(sample, sample.sample(frac=1, random_state=0), NAMES)
    found += leaks.gone_when_told_later(sample, later, NAMES, HORIZON_D)
    found += leaks.filled_in_after_failure(rows, NAMES)
    leaks.refuse(found)
    assert found == []


def test_a_count_of_the_future(rows: pd.DataFrame) -> None:
    sample = leaks.sample(rows, HORIZON_D)
    planted = sample.assign(x1=sample["failures_count"] + sample["fails"])
    found = leaks.other_than_on_record(planted, sample.assign(x1=sample["failures_count"]), NAMES)
    assert named(found) == ["x1"]


def test_days_to_the_next_planned_order(rows: pd.DataFrame) -> None:
    sample = leaks.sample(rows, HORIZON_D)
    next_order_d = np.ceil(sample["time_d"] / 30) * 30
    on_record = sample.assign(x1=np.nan)
    found = leaks.other_than_on_record(sample.assign(x1=next_order_d), on_record, NAMES)
    assert named(found) == ["x1"]
    assert "on record nothing" in found[0].text_en
    told_later = sample.assign(x1=next_order_d.sample(frac=1, random_state=0).to_numpy())
    assert named(leaks.gone_when_told_later(sample.assign(x1=next_order_d), told_later, NAMES, HORIZON_D)) == ["x1"]


def test_a_back_dated_record(rows: pd.DataFrame) -> None:
    sample = leaks.sample(rows, HORIZON_D)
    planted = sample.assign(x1=sample["fails"].astype(float))
    found = leaks.gone_when_told_later(planted, sample.assign(x1=0.0), NAMES, HORIZON_D)
    assert named(found) == ["x1"]
    assert "30 days later it is 0.50" in found[0].text_en
    assert "0.50로 떨어집니다" in found[0].text_ko


def test_a_field_filled_in_only_after_the_failure(rows: pd.DataFrame) -> None:
    survives = rows["item_id"].isin(rows["item_id"].unique()[:60])
    planted = rows.assign(event=rows["event"] & ~survives, x1=np.where(survives, np.nan, 4.0))
    found = leaks.filled_in_after_failure(planted, NAMES)
    assert named(found) == ["x1"]
    assert found[0].text_en == "is filled in for 100% of the items of sample that fail later and 0% of the others"


def test_early_failures_after_a_renewal_are_no_leak(rows: pd.DataFrame) -> None:
    """A feature that a delay takes a part of its lead from, or that never had a great one."""
    sample, rng = leaks.sample(rows, HORIZON_D), np.random.default_rng(2)
    age = rng.exponential(np.where(sample["fails"], 200.0, 400.0))
    told_later = np.where(age < leaks.DELAY_D, 400.0, age)
    found = leaks.gone_when_told_later(sample.assign(x1=age), sample.assign(x1=told_later), NAMES, HORIZON_D)
    assert found == []


def test_a_few_corrections_are_no_leak(rows: pd.DataFrame) -> None:
    sample = leaks.sample(rows, HORIZON_D)
    corrected = sample["x1"].mask(np.arange(len(sample)) < leaks.MOST_REVISED * len(sample) - 1, 7.0)
    assert leaks.other_than_on_record(sample.assign(x1=corrected), sample, NAMES) == []


def test_a_register_filled_in_for_all_is_no_leak(rows: pd.DataFrame) -> None:
    """Nor one of which half was filled in, whichever half it was."""
    sample = leaks.sample(rows, HORIZON_D)
    empty = sample.assign(x1=np.nan)
    assert leaks.other_than_on_record(sample.assign(x1=4.0), empty, NAMES) == []
    half = np.where(np.arange(len(sample)) % 2, 4.0, np.nan)
    assert leaks.other_than_on_record(sample.assign(x1=half), empty, NAMES) == []


def test_the_refusal_names_every_column_in_both_languages() -> None:
    found = [leaks.Leak("x1", "is late", "늦습니다"), leaks.Leak("x2", "is later", "더 늦습니다")]
    with pytest.raises(LeakingFeature, match="x1 is late; x2 is later; nothing was trained") as refused:
        leaks.refuse(found)
    assert "x1: 늦습니다; x2: 더 늦습니다" in refused.value.korean
    assert "학습을 중단했습니다" in refused.value.korean


def test_discrimination_is_the_area_under_the_curve() -> None:
    fails = np.array([True, True, False, False])
    assert leaks.discrimination(pd.Series([3.0, 4.0, 1.0, 2.0]), fails) == 1.0
    assert leaks.discrimination(pd.Series([1.0, 2.0, 3.0, 4.0]), fails) == 1.0
    assert leaks.discrimination(pd.Series([1.0, 1.0, 1.0, 1.0]), fails) == 0.5
    assert leaks.discrimination(pd.Series([np.nan, 2.0, np.nan, 1.0]), fails) == 0.625
