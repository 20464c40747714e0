"""Engines run to failure with sensors (NASA C-MAPSS FD001), by their contract alone: from files to predictions in cycles."""

from pathlib import Path

import pandas as pd
import pytest

from bench import cmapss
from jobs.settings import Settings
from jobs.steps import Context, run_step
from jobs.tables import CURRENT, GOLD
from tests.support.paths import CHECKOUT, shared_data

ENGINES = 6
"""Of the training and of the test engines each, the first so many."""

T50 = 9
"""NASA's column of the temperature behind the turbine."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """NASA's files, cut to a few engines."""
    kept = tmp_path_factory.mktemp("cmapss")
    for name in ("train_FD001.txt", "test_FD001.txt"):
        lines = (shared_data("cmapss") / name).read_text().splitlines(keepends=True)
        (kept / name).write_text("".join(line for line in lines if int(line.split()[0]) <= ENGINES))
    return kept


@pytest.fixture(scope="module")
def settings(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    made = tmp_path_factory.mktemp("home")
    (made / "sources").mkdir()
    contract = CHECKOUT / "infra" / "sources" / "prepared" / "cmapss.yaml"
    (made / "sources" / contract.name).write_bytes(contract.read_bytes())
    cmapss.deliver(folder, made / "inbox")
    return Settings(home=made, inbox=made / "inbox", sources=made / "sources")


@pytest.fixture(scope="module")
def landmarks(spark: object, settings: Settings) -> pd.DataFrame:
    return cmapss.taken_in(settings)


def test_every_engine_lives_as_many_days_as_it_had_cycles(landmarks: pd.DataFrame, settings: Settings, folder: Path):
    read = {name: pd.read_csv(folder / f"{name}_FD001.txt", sep=r"\s+", header=None) for name in ("train", "test")}
    lake = Context(settings).lake
    assert lake.read(CURRENT["measurement"]).count() == 24 * sum(map(len, read.values()))
    lives = lake.read(GOLD["life"]).toPandas().set_index("item_id")
    assert lives["event"].sum() == ENGINES and len(lives) == 2 * ENGINES
    for name, table in read.items():
        cycles = table.groupby(0)[1].max()
        lived = lives.loc[[f"{name}-{engine:03d}".upper() for engine in cycles.index], "ended_d"]
        assert lived.to_numpy() == pytest.approx(cycles.to_numpy())


def test_what_is_measured_at_the_extract_date_is_what_the_last_cycles_read(landmarks: pd.DataFrame, folder: Path):
    read = pd.read_csv(folder / "test_FD001.txt", sep=r"\s+", header=None)
    scored = landmarks[landmarks["is_scored"]].sort_values("item_id", ignore_index=True)
    last = read.groupby(0)[T50 - 1].agg(lambda values: values.iloc[-1])
    assert scored["measured_t50_degr_level"].to_numpy() == pytest.approx(last.to_numpy())
    recent = read.groupby(0)[T50 - 1].agg(lambda values: values.tail(30).mean())
    assert scored["measured_t50_degr_mean"].to_numpy() == pytest.approx(recent.to_numpy())
    assert set(landmarks["regime"].dropna()) == {"altitude_kft=0"}


def test_predictions_are_in_cycles_and_a_baseline_s_where_few_engines_failed(
    landmarks: pd.DataFrame, settings: Settings
):
    for step in ("fit", "gate", "register", "score"):
        run_step(step, population="cmapss", settings=settings)
    found = Context(settings).lake.read(GOLD["remaining_life"]).toPandas()
    assert sorted(found["item_id"]) == sorted(landmarks.loc[landmarks["is_scored"], "item_id"])
    assert set(found["time_unit"]) == {"cycles"}
    assert found["is_baseline"].all(), "6 failures are too few to compare candidates"
