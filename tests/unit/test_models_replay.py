"""A replay follows the record until a rule leaves it, and decides with what was recorded then."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from models import outlook, replay
from models.candidates import kaplan_meier
from models.errors import TooFewFailures
from models.replacement import Costs
from models.replay import Decided
from models.splits import landmarks
from tests.support.landmarks import landmark_frame

FEATURES = ("age_d", "failures_count", "load_share", "equipment_class", "manufacturer")
ATTRIBUTES = ("load_share", "equipment_class", "manufacturer")
PRICES = {"sample": (10.0, 1.0)}
START = date(2020, 1, 1)


def terms(**changed) -> replay.Terms:
    return replace(replay.Terms(kaplan_meier.Candidate(), FEATURES, ATTRIBUTES, PRICES, START, 1), **changed)


def record(*rows: tuple) -> pd.DataFrame:
    """One item's rows: day, age_d, time_d, event, ended_by."""
    frame = pd.DataFrame(rows, columns=["day", "age_d", "time_d", "event", "ended_by"])
    as_of = pd.Timestamp("2020-01-01") + pd.to_timedelta(frame["day"], unit="D")
    return frame.assign(as_of=as_of, _source="sample", item_id="P-1", unit="sample|P-1", equipment_class="PU")


REPAIRED_THEN_RENEWED = record(
    (0, 500.0, 150.0, True, "failure"),
    (100, 600.0, 50.0, True, "failure"),
    (200, 700.0, 80.0, True, "failure"),
    (300, 20.0, 30.0, False, "calendar"),
    (400, 70.0, 60.0, False, "end_of_surveillance"),
)
"""Fails at 150 and is repaired, fails at 280 and is replaced, is replaced by the calendar at 330, stands at 460."""


def test_the_record_is_cut_where_an_item_was_renewed():
    found = replay.stretches(REPAIRED_THEN_RENEWED)
    assert found["gap_d"].tolist() == [100, 100, 100, 100, 60]
    assert found["failed"].tolist() == [False, True, True, False, False]
    assert found["replaced"].tolist() == [False, False, False, True, False]
    assert found["stretch"].tolist() == [1, 1, 1, 2, 3]


def came(is_due: list[bool]) -> replay.Came:
    rows = replay.stretches(REPAIRED_THEN_RENEWED)
    none = np.zeros(len(rows), bool)
    due = {"run_to_failure": none, "fixed_interval": none, "plan": np.array(is_due)}
    decided = Decided(rows, due, np.full(len(rows), np.inf), {}, np.array([100.0]), 100)
    per_day = {"plan": np.full(len(rows), 0.001), "fixed_interval": np.full(len(rows), 9.0)}
    costs = Costs(np.full(len(rows), 10.0), np.full(len(rows), 1.0), np.full(len(rows), 0.5))
    used_up = np.full(len(rows), 0.25)
    told = replay.told(decided, costs, per_day, used_up, date(2021, 4, 5), terms())
    assert (told.items, told.failures, told.replaced) == (1, 2, 1)
    assert told.came["run_to_failure"] == replay.Came(0, (0, 0), (2, 3), (20.25, 30.25))
    return told.came["plan"]


def test_a_plan_that_does_nothing_comes_to_what_running_to_failure_does():
    assert came([False] * 5) == replay.Came(0, (0, 0), (2, 3), (20.25, 30.25))


def test_what_comes_after_a_replacement_is_caught_and_the_new_unit_is_paid_for_until_the_renewal():
    plan = came([False, True, False, False, False])
    assert (plan.jobs, plan.caught, plan.missed) == (1, (2, 2), (0, 1))
    assert plan.cost == pytest.approx((1.0 + 200 * 0.001 + 0.25, 1.0 + 200 * 0.001 + 10.0 + 0.25))


def test_a_unit_that_history_took_out_would_have_been_caught_or_not():
    plan = came([False, False, False, True, False])
    assert (plan.jobs, plan.caught, plan.missed) == (1, (0, 1), (2, 2))
    assert plan.cost == pytest.approx((20.0 + 1.0 + 0.1 + 0.25, 20.0 + 1.0 + 0.1 + 0.25))


def test_an_item_is_taken_out_once_a_stretch():
    rows = replay.stretches(REPAIRED_THEN_RENEWED)
    is_out, is_job = replay.taken_out(rows, np.array([True, False, True, True, False]))
    assert is_out.tolist() == [True, True, True, True, False]
    assert is_job.tolist() == [True, False, False, True, False]


def test_a_replacement_on_a_finding_is_a_failure_once_it_was_known():
    frame = REPAIRED_THEN_RENEWED.assign(
        event=[True] * 4 + [False],
        upper_d=[150.0, 50.0, 80.0, 60.0, None],
        ended_by=["failure"] * 3 + ["condition", "end_of_surveillance"],
        event_recorded_on=pd.to_datetime(["2020-05-30"] * 2 + ["2020-10-07", "2020-11-28", None]),
        is_scored=False,
    )
    before, after = (outlook.known_periods(frame, day) for day in (date(2020, 11, 20), date(2020, 12, 31)))
    assert before["failed"].tolist() == [False, True, True, False]
    assert after["failed"].tolist() == [False, True, True, True]
    assert outlook.renewed_shares(after) == pytest.approx({"": 0.5, "PU": 0.5})


def test_shares_of_failures_that_renew_are_drawn_towards_that_of_all():
    past = pd.DataFrame(
        {
            "failed": True,
            "ended_by": "failure",
            "is_renewed": [True] * 30 + [False] * 10,
            "equipment_class": ["A"] * 30 + ["B"] * 10,
        }
    )
    shares = outlook.renewed_shares(past)
    assert shares == pytest.approx({"": 0.75, "A": (30 + 7.5) / 40, "B": 7.5 / 20})


def ages(failed_from_d: float) -> pd.DataFrame:
    """Forty items watched over ten windows; half of those older than some age fail in each."""
    age_d = np.tile(91.0 * np.arange(10), 40)
    item = np.repeat(np.arange(40), 10)
    failed = (age_d >= failed_from_d) & (item % 2 == 0)
    return pd.DataFrame(
        {"age_d": age_d, "days": 91.0, "failed": failed, "unit": item.astype(str), "equipment_class": "PU"}
    )


def test_the_best_fixed_interval_ends_before_the_ages_at_which_items_fail():
    past = ages(failed_from_d=5 * 91)
    costs = Costs(np.full(400, 10.0), np.full(400, 1.0), np.zeros(400))
    each, told = replay.best_intervals(past, past, costs, np.array([910.0]), 91)
    assert told == {"PU": 5 * 91}
    assert (each == 5 * 91).all()


def test_there_is_no_interval_where_age_does_not_matter():
    past = ages(failed_from_d=0)
    costs = Costs(np.full(400, 10.0), np.full(400, 1.0), np.zeros(400))
    each, told = replay.best_intervals(past, past, costs, np.array([910.0]), 91)
    assert told == {"PU": None}
    assert np.isinf(each).all()


@pytest.fixture(scope="module")
def frame():
    return landmarks(landmark_frame(60, is_aligned=True).assign(repairs_count=0.0))


def decided(frame: pd.DataFrame) -> replay.Decided:
    return replay.decisions(frame, terms())


def test_law_5_no_decision_rests_on_what_was_recorded_later(frame):
    until = pd.Timestamp("2022-03-01")
    is_later = frame["event"] & (frame["event_recorded_on"] > until)
    moved = frame.assign(
        time_d=frame["time_d"].mask(is_later, (pd.Timestamp("2024-01-01") - frame["as_of"]).dt.days - 1.0),
        event=frame["event"] & ~is_later,
        event_recorded_on=frame["event_recorded_on"].mask(is_later),
    )
    later = moved["as_of"] > until
    moved.loc[later, "failures_count"] += 7
    first, second = (decided(rows) for rows in (frame, moved))
    for rule in replay.RULES:
        then = [d.is_due[rule][(d.rows["as_of"] <= until).to_numpy()] for d in (first, second)]
        assert then[0].tolist() == then[1].tolist()
    assert first.is_due["plan"].any()
    assert is_later.any()


def test_on_items_that_wear_the_plan_costs_less_than_running_to_failure(frame):
    told = replay.replay(frame, terms())
    for rule, (none, each) in told.savings.items():
        assert none == each, rule
    assert told.savings["run_to_failure"][0].low > 0
    assert told.came["plan"].caught[0] + told.came["plan"].missed[0] == told.failures


def test_where_a_planned_job_costs_what_a_failure_does_every_rule_runs_to_failure(frame):
    prices = {"sample": (1.0, 1.0)}
    told = replay.replay(frame, terms(prices=prices, start=date(2022, 1, 1)))
    assert set(told.intervals_d.values()) == {None}
    assert told.came["run_to_failure"] == told.came["fixed_interval"] == told.came["plan"]


def test_before_any_failure_was_recorded_there_is_nothing_to_decide_with(frame):
    with pytest.raises(TooFewFailures, match="failed rows were recorded before 20"):
        replay.replay(frame, terms(start=date(2014, 6, 1)))


def test_a_start_after_the_records_is_refused(frame):
    with pytest.raises(TooFewFailures, match="no landmark with a label lies after 2031-01-01"):
        replay.replay(frame, terms(start=date(2031, 1, 1)))
