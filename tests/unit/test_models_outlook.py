"""Whether replacing pays, by the law of age and what a learned curve adds to it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.outlook import LONGEST_D, Outlook, known_periods, weight_of
from models.replacement import opportunities
from models.splits import landmarks
from tests.support.landmarks import END, landmark_frame

ATTRIBUTES = ("load_share", "equipment_class", "manufacturer")
PRICES = {"sample": (30e6, 4e6)}
WINDOW_D = 28.0
TIMES = opportunities(np.array([LONGEST_D]), WINDOW_D)
YEAR = np.array([365.0])


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return landmarks(landmark_frame(150, is_aligned=True).assign(repairs_count=0.0))


@pytest.fixture(scope="module")
def outlook(frame: pd.DataFrame) -> Outlook:
    return Outlook.learned(known_periods(frame, END), ATTRIBUTES)


def of_age(frame: pd.DataFrame, *ages_d: float) -> pd.DataFrame:
    return frame[frame["equipment_class"] == "PU"].iloc[[0] * len(ages_d)].assign(age_d=ages_d)


def test_replacing_pays_for_the_worn_and_not_for_the_new(outlook: Outlook, frame: pd.DataFrame) -> None:
    rows = of_age(frame, 10.0, 900.0)
    by_curve = outlook.law.hazard(rows, YEAR)[:, 0]
    found = outlook.decide(rows, np.ones(2), by_curve, PRICES, TIMES, WINDOW_D)
    assert found.tolist() == [False, True]
    as_dear = {"sample": (4e6, 4e6)}
    assert not outlook.decide(rows, np.ones(2), by_curve, as_dear, TIMES, WINDOW_D).any()


def test_an_opinion_counts_by_its_weight_alone(outlook: Outlook, frame: pd.DataFrame) -> None:
    rows = of_age(frame, 120.0)
    much_worse = 6 * outlook.law.hazard(rows, YEAR)[:, 0]
    opinion = outlook.opinion(rows, np.ones(1), much_worse)
    assert opinion == pytest.approx(np.log(6))
    believed = Outlook(outlook.law, 1.0)
    decided = [one.decide(rows, np.ones(1), much_worse, PRICES, TIMES, WINDOW_D).item() for one in (outlook, believed)]
    assert decided == [False, True]


def test_the_weight_is_that_with_which_the_curves_were_right(outlook: Outlook, frame: pd.DataFrame) -> None:
    rng = np.random.default_rng(3)
    rows = frame[~frame["is_scored"]].sample(4000, random_state=1).assign(days=90.0)
    by_law = outlook.law.hazard(rows, np.array([90.0]))[:, 0]
    opinion = rng.normal(0, 0.8, len(rows))
    by_curve = outlook.law.hazard(rows, YEAR)[:, 0] * np.exp(opinion)
    for true, low, high in ((0.0, 0.0, 0.1), (0.6, 0.5, 0.7), (1.5, 1.0, 1.0)):
        failed = rng.random(len(rows)) < -np.expm1(-by_law * np.exp(true * np.clip(opinion, -2, 2)))
        found = weight_of([outlook.borne_out(rows.assign(failed=failed), np.ones(len(rows)), by_curve)])
        assert low <= found <= high, true
    assert weight_of([]) == 0.0


def test_what_is_stored_decides_as_before(outlook: Outlook, frame: pd.DataFrame, tmp_path: Path) -> None:
    kept = Outlook(outlook.law, 0.4)
    kept.dump(tmp_path / "outlook.json")
    again = Outlook.load(tmp_path / "outlook.json")
    rows = frame.groupby("item_id").tail(1)
    periods = known_periods(frame, END)
    frailty = kept.law.frailty(periods, rows)
    by_curve = 2 * kept.law.hazard(rows, YEAR)[:, 0]
    assert again.law.frailty(periods, rows) == pytest.approx(frailty, rel=1e-12)
    first, second = (one.decide(rows, frailty, by_curve, PRICES, TIMES, WINDOW_D) for one in (kept, again))
    assert first.tolist() == second.tolist()
    assert first.any() and not first.all()
