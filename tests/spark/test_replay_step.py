"""`yeji replay` on a lake: the champion's recipe at the contract's costs, what it prints, and what it refuses."""

import json
from datetime import date
from types import SimpleNamespace

import pytest

from jobs.contracts.model import Costs
from jobs.errors import DataError, UsageError
from jobs.settings import Settings
from jobs.steps import Context, Scope, known_population, prices
from jobs.steps import replay as step
from models import replay
from models.gate import Champion
from tests.spark.test_model_steps import CONTRACT, write_landmarks
from tests.support.command import command
from tests.support.landmarks import landmark_frame

WITH_COSTS = CONTRACT.model_copy(update={"costs": Costs(failure=40e6, planned=5e6, downtime_h=1e6)})
START = date(2022, 1, 1)
JOBS = (
    ("sample", "corrective", 10.0, date(2019, 1, 1)),
    ("sample", "corrective", 20.0, date(2019, 1, 1)),
    ("sample", "preventive", 4.0, date(2019, 1, 1)),
    ("sample", "corrective", 900.0, date(2023, 1, 1)),
)
"""Mean hours before the start: 15 for a failure, 4 for a planned job."""


@pytest.fixture(scope="module")
def context(spark, tmp_path_factory):
    found = Context(Settings(home=tmp_path_factory.mktemp("home")))
    write_landmarks(found, landmark_frame(60, is_aligned=True).assign(repairs_count=0.0))
    return found


@pytest.fixture
def population(context, monkeypatch):
    """A population `test` of one source; the contract and the champion that are set count."""

    champion = Champion(3, "kaplan_meier", {}, "digest", is_baseline=True)
    found = SimpleNamespace(contract=WITH_COSTS, champion=champion)
    jobs = context.spark.createDataFrame(
        list(JOBS), "_source string, category string, downtime_h double, recorded_on date"
    )
    monkeypatch.setattr(prices, "current", lambda *_: jobs)
    monkeypatch.setattr(step, "in_force", lambda *_: (found.champion, 1))
    monkeypatch.setattr(context, "contracts", {"sample": found.contract}, raising=False)

    def scope_of(_: Context, name: str) -> Scope:
        known = known_population(context.contracts, name)
        return Scope(known, {"sample": found.contract}, {"sample": date(2024, 1, 1)})

    monkeypatch.setattr(step, "scope_of", scope_of)
    monkeypatch.setattr("jobs.steps.Context", lambda _: context)
    return found


@pytest.fixture
def yeji(monkeypatch, capsys):
    return command(monkeypatch, capsys)


def test_the_champions_recipe_is_replayed_at_the_contracts_costs_and_hours_known_then(context, population):
    told = step.replayed(context, START, "test")
    assert (told.candidate, told.version, told.without_costs) == ("kaplan_meier", 3, ())
    assert told.prices == {"sample": (40e6 + 15e6, 5e6 + 4e6)}
    assert (told.found.start, told.found.end, told.found.items) == (START, date(2024, 1, 1), 60)
    came = told.found.came
    paid = came["run_to_failure"].cost[0] - told.found.failures * 55e6
    assert 0 < paid <= 60 * 9e6
    assert came["plan"].jobs > 0
    assert came["plan"].caught[0] + came["plan"].missed[0] == told.found.failures


def test_the_command_tells_each_rule_and_what_the_plan_saves(yeji, population):
    code, out, _ = yeji("replay", "--from", "2022", "--population", "test")
    assert code == 0
    assert "test, 2022-01-01 to 2024-01-01: 60 items" in out
    for line in (
        "run to failure",
        "failures caught",
        "failures missed",
        "the plan saves over fixed interval, million KRW: ",
    ):
        assert line in out
    code, out, _ = yeji("replay", "--from", "2022-01-01", "--json")
    assert code == 0
    (told,) = json.loads(out)
    assert set(told["found"]["came"]) == set(replay.RULES)
    assert told["found"]["savings"]["run_to_failure"][0]["units"] == 60


def test_contracts_without_costs_are_named(context, population):
    population.contract = CONTRACT
    with pytest.raises(UsageError, match=r"test: none of its contracts says what a failure .* to sample\.yaml"):
        step.replayed(context, START, "test")


def test_without_a_champion_there_is_no_plan_to_replay(context, population):
    population.champion = None
    with pytest.raises(UsageError, match="test has no champion whose plan could be replayed: yeji train test"):
        step.replayed(context, START, "test")


def test_a_champion_of_a_candidate_that_is_gone_is_refused(context, population):
    population.champion = Champion(3, "gone", {}, "digest")
    with pytest.raises(DataError, match="made by gone, which is no candidate here"):
        step.replayed(context, START, "test")


def test_a_start_before_the_records_is_refused_in_a_sentence(yeji, population):
    code, _, err = yeji("replay", "--from", "2013", "--population", "test")
    assert (code, "failed rows were recorded before 20" in err) == (1, True), err


def test_an_unknown_population_is_wrong_usage(yeji, population):
    code, _, err = yeji("replay", "--from", "2022", "--population", "nobody")
    assert (code, "no population nobody; the contracts name test" in err) == (2, True), err
