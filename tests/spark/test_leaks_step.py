"""Leaks planted in a lake, each under the name of a feature: all are found, and nothing else is."""

from datetime import date, timedelta
from typing import Any

from jobs.contracts import load
from jobs.ledger import Entry
from jobs.settings import Settings
from jobs.steps import Context, Scope, fit, landmarks, leaks, lives
from jobs.tables import CURRENT, GOLD, SILVER
from tests.support.lives import Records, happened
from tests.support.paths import CHECKOUT
from tests.support.silver import filled

SOURCE = "hanbit_chem"
GRID = date.fromordinal(date(1970, 1, 1).toordinal() + 91 * 210)
"""The date of the grid after which half of the pumps fail within a month."""

BEFORE, AFTER = GRID - timedelta(days=40), GRID + timedelta(days=300)
"""Two deliveries."""

TAGS = [f"P-{n:03d}" for n in range(80)]
FAILING = TAGS[::2]


def order(tag: str, kind: str, day: date, **values: Any) -> dict[str, Any]:
    key = {"_source": SOURCE, "equipment_tag": tag, "maintenance_id": f"{tag}-{kind}"}
    return {**key, **happened(day), **values}


def unit(tag: str, delivered: date, **values: Any) -> dict[str, Any]:
    began = date(2015, 1, 1)
    key = {"_source": SOURCE, "_delivery_date": delivered, "equipment_tag": tag}
    return {**key, "equipment_class": "PU", "commissioned_on": began, "surveillance_from": began, **values}


def failures() -> list[dict[str, Any]]:
    """An honest past: a failure of every pump years ago, and the failures that are to be foretold."""
    past = [order(tag, "old", GRID - timedelta(days=900 + n), **STOPPED) for n, tag in enumerate(TAGS)]
    return past + [order(tag, "new", GRID + timedelta(days=20 + n % 9), **STOPPED) for n, tag in enumerate(FAILING)]


STOPPED = {"category": "corrective", "impact": "stopped", "activity": "repair", "downtime_h": 4.0}
NOW = [unit(tag, AFTER, load_share=0.9 if tag in FAILING else None) for tag in TAGS]

BACK_DATED = [
    order(tag, "seen", GRID - timedelta(days=1 + n % 5), category="preventive", activity="check")
    for n, tag in enumerate(FAILING)
]
"""Checks that are entered after the failure, as if made and recorded before it."""


def test_planted_leaks_are_named_and_nothing_else(spark: Any, home: Settings) -> None:
    context = Context(home)
    for table, rows in (
        (CURRENT["equipment"], Records(equipment=NOW).frame(spark, "equipment")),
        (CURRENT["maintenance"], Records(maintenance=failures() + BACK_DATED).frame(spark, "maintenance")),
    ):
        context.lake.replace(table, filled(rows, table), {"_source": SOURCE}, {})
    for delivered, units in ((BEFORE, [unit(tag, BEFORE) for tag in TAGS]), (AFTER, NOW)):
        table, where = SILVER["equipment"], {"_source": SOURCE, "_delivery_date": delivered}
        context.lake.replace(table, filled(Records(equipment=units).frame(spark, "equipment"), table), where, {})
        with context.ledger.step("publish", SOURCE, str(delivered), 1):
            pass
    contract = load(CHECKOUT / "infra" / "sources" / f"{SOURCE}.yaml")
    scope = Scope("sme", {SOURCE: contract}, {SOURCE: AFTER})
    for step in (lives, landmarks):
        step.run(context, scope, Entry())
    rows = fit.landmarks(context.lake, scope, context.lake.version(GOLD["landmark"]))
    told = rows.assign(failures_count=rows["failures_count"] + rows["event"] * (rows["time_d"] < 365))

    found = {leak.feature: leak.text_en for leak in leaks.found(context, scope, told, 30)}
    assert set(found) == {"failures_count", "load_share", "preventive_365d_count", "days_since_maintenance_d"}
    assert "is not what was on record" in found["failures_count"]
    assert "0.9, on record nothing" in found["load_share"]
    assert "tells the failures of the next 30 days" in found["preventive_365d_count"]
