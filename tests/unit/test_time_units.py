"""What times are counted in: one unit per population, named wherever people read a time."""

from pathlib import Path

import pytest

from jobs.contracts import Contract
from jobs.errors import UsageError
from jobs.settings import Settings
from jobs.steps import Context, scope_of
from jobs.steps.score import labels


def contract(source: str, time: str) -> Contract:
    return Contract.model_validate(
        {
            "source": source,
            "firm": source,
            "title": source,
            "reads": {"kind": "csv", "path": "*.csv"},
            "schedule": "0 2 * * *",
            "delivers": "everything",
            "tables": {"maintenance": {"key": ["maintenance_id"], "columns": {"maintenance_id": {"from": ["번호"]}}}},
            "lives": {"population": "fleet", "time": time, "ends": {"category": "corrective"}},
        }
    )


def test_sources_that_count_differently_are_not_learned_together(tmp_path: Path):
    context = Context(Settings(home=tmp_path))
    context.contracts = {"press": contract("press", "days"), "turbofan": contract("turbofan", "cycles")}
    with pytest.raises(UsageError, match="population fleet: press in days, turbofan in cycles; lives that are counted"):
        scope_of(context, "fleet")
    with pytest.raises(UsageError, match="press in days, turbofan in cycles"):
        scope_of(context, source="press")


def test_features_that_count_time_are_named_in_the_unit():
    names = ["days_since_failure_d", "failures_365d_count", "downtime_365d_h", "measured_t24_r_slope"]
    days, cycles = labels(names, "days"), labels(names, "cycles")
    assert days["days_since_failure_d"].en == "Days since the last recorded failure"
    flown = cycles["days_since_failure_d"]
    assert (flown.ko, flown.en, flown.unit) == (
        "마지막 고장 후 사이클 수",
        "Cycles since the last recorded failure",
        "cycles",
    )
    assert cycles["failures_365d_count"].ko == "최근 365사이클 고장 횟수"
    assert cycles["downtime_365d_h"].unit == "h"
    assert cycles["measured_t24_r_slope"].ko == "t24_r 기울기"
    slope, level = "measured_vibration_mm_s_slope", "measured_wall_thickness_mm_level"
    told = labels([slope, level], "days")
    assert (told[slope].ko, told[slope].unit) == ("진동 기울기", "mm/s/d")
    assert (told[level].ko, told[level].en, told[level].unit) == (
        "두께 최근값",
        "wall thickness, the latest reading",
        "mm",
    )
