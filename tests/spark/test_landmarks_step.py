"""The lives and landmarks steps, from the current silver tables to gold."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from jobs.contracts import load
from jobs.lake import content_hash
from jobs.ledger import Entry
from jobs.settings import Settings
from jobs.steps import Context, Scope, landmarks, lives
from jobs.tables import CURRENT, GOLD
from tests.support.lives import Records, happened
from tests.support.paths import CHECKOUT
from tests.support.silver import filled

SOURCES = ("hanbit_chem", "daon_oleo")
AS_OF = date(2024, 6, 30)


def day(number: int) -> date:
    return date(2020, 1, 1) + timedelta(days=number)


def order(source: str, number: int, **values: Any) -> dict[str, Any]:
    key = {"_source": source, "equipment_tag": "P-101", "maintenance_id": f"W{number}"}
    return {**key, **happened(day(number), recorded_on=day(number + 3)), **values}


STOPPED = {"category": "corrective", "impact": "stopped", "activity": "replace", "downtime_h": 4.0}

SILVER = Records(
    equipment=[
        {"_source": source, "equipment_tag": tag, "commissioned_on": day(0), "surveillance_from": day(0)}
        for source in SOURCES
        for tag in ("P-101", "P-102")
    ],
    maintenance=[
        order("hanbit_chem", 400, **STOPPED),
        order("hanbit_chem", 401, **STOPPED),
        order("hanbit_chem", 900, category="preventive", activity="overhaul", preventive_basis="calendar"),
        order("daon_oleo", 100, category="corrective", impact="none", activity="repair"),
    ],
    measurement=[
        {"_source": "hanbit_chem", "equipment_tag": "P-101", "measurement_id": "M1", "quantity": "vibration_mm_s",
         "value": 3.0, **happened(day(1600))}
    ],
)  # fmt: skip


@pytest.fixture
def context(spark: Any, home: Settings) -> Context:
    """A lake that holds the current silver rows of two firms."""
    made = Context(home)
    for name in ("equipment", "maintenance", "measurement"):
        for source in sorted({row["_source"] for row in getattr(SILVER, name)}):
            rows = filled(SILVER.frame(spark, name), CURRENT[name]).where(f"_source = '{source}'")
            made.lake.replace(CURRENT[name], rows, {"_source": source}, {})
    made.lake.ensure(replace(GOLD["landmark"], fields=GOLD["landmark"].fields[:-3]))
    return made


def scope(*sources: str, one: str | None = None) -> Scope:
    contracts = {name: load(CHECKOUT / "infra" / "sources" / f"{name}.yaml") for name in sources}
    return Scope("sme", contracts, dict.fromkeys(sources, AS_OF), one)


def test_a_population_then_one_source_of_it(context: Context) -> None:
    entry = Entry()
    lives.run(context, scope(*SOURCES), entry)
    expected = {"lives": 7, "items": 4, "failures": 1, "records": 4, "records_without_item": 0, "zero_gaps": 0}
    assert entry.counts.items() >= expected.items()
    landmarks.run(context, scope(*SOURCES), entry)
    assert entry.counts["scored"] == 4  # in a table that an earlier version made, without the newest features
    gold = {name: content_hash(context.lake.read(GOLD[name])) for name in ("life", "landmark")}

    scored = context.lake.read(GOLD["landmark"]).where("is_scored AND _source = 'hanbit_chem' AND item_id = 'P-101'")
    row = scored.first()
    assert row["as_of"] == AS_OF
    known = {
        "age_d": (AS_OF - day(900)).days, "failures_count": 1.0, "days_since_failure_d": (AS_OF - day(401)).days,
        "readings_90d_count": 1.0, "preventive_365d_count": 0.0, "exposure_d": (AS_OF - day(0)).days,
    }  # fmt: skip
    assert {name: row[name] for name in known} == known

    for step in (lives, landmarks):
        step.run(context, scope("daon_oleo", one="daon_oleo"), Entry())
    assert gold == {name: content_hash(context.lake.read(GOLD[name])) for name in gold}
