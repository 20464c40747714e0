"""Landmarks straight from a region's truth (bench/clean_records.py): spells in, rows out."""

from datetime import date

import pandas as pd

from bench.clean_records import landmarks
from jobs.contracts import Lives
from tests.support.tables import rows as cells

SPELLS = """
tag | from       | to         | ended by | renewed
P-1 | 1965-03-01 | 1969-06-01 | failure  | no
P-1 | 1969-06-01 | 1970-03-02 | calendar | yes
P-1 | 1970-03-02 | 1970-06-10 | failure  | no
P-1 | 1970-06-10 | 1970-09-18 | failure  | yes
P-1 | 1970-09-18 | 1971-02-25 | condition | yes
P-1 | 1971-02-25 | 1971-03-01 | end_of_surveillance | no
P-2 | 1968-01-01 | 1971-03-01 | end_of_surveillance | no
"""

ASSETS = """
tag | new since  | watched from
P-1 | 1965-03-01 | 1970-01-01
P-2 | 1968-01-01 | 1970-06-30
"""

ROWS = """
tag | as of      | days | latest | event | age  | exposure | failures | in a year | since | gap | repairs | preventive | job
P-1 | 1970-01-01 | 60   | -      | no    | 1767 | 0        | 0        | 0         | -     | -   | 0       | 0          | -
P-1 | 1970-07-20 | 60   | 60     | yes   | 140  | 200      | 1        | 1         | 40    | -   | 1       | 1          | 40
P-1 | 1971-02-05 | 20   | 50     | yes   | 140  | 400      | 2        | 2         | 140   | 100 | 0       | 1          | 140
P-2 | 1970-07-20 | 224  | -      | no    | 931  | 20       | 0        | 0         | -     | -   | 0       | 0          | -
P-2 | 1971-02-05 | 24   | -      | no    | 1131 | 220      | 0        | 0         | -     | -   | 0       | 0          | -
P-1 | 1971-03-01 | 0    | -      | no    | 4    | 424      | 2        | 2         | 164   | 100 | 0       | 2          | 4
P-2 | 1971-03-01 | 0    | -      | no    | 1155 | 244      | 0        | 0         | -     | -   | 0       | 0          | -
"""

COLUMNS = (
    "time_d", "upper_d", "event", "age_d", "exposure_d", "failures_count", "failures_365d_count", "days_since_failure_d",
    "mean_gap_d", "repairs_count", "preventive_365d_count", "days_since_maintenance_d",
)  # fmt: skip


def shown(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if pd.isna(value) else f"{value:g}"


def test_rows():
    spells = pd.DataFrame(cells(SPELLS), columns=["equipment_tag", "started_at", "ended_at", "ended_by", "is_renewed"])
    dates = {name: pd.to_datetime(spells[name]) for name in ("started_at", "ended_at")}
    lives = spells.assign(source="s", is_renewed=spells["is_renewed"] == "yes", **dates)
    register = pd.DataFrame(cells(ASSETS), columns=["equipment_tag", "origin_on", "observed_from"])
    assets = register.assign(source="s", kind="원심펌프", maker="동진펌프", service="산", load_share=0.7)
    rules = Lives(population="test", item="equipment_tag", ends={}, imminent_within_days=30, landmark_every_d=200)
    found = landmarks(assets, lives, date(1971, 3, 1), rules)
    table = [
        [row["equipment_tag"], f"{row['as_of']:%Y-%m-%d}", *(shown(row[name]) for name in COLUMNS)]
        for row in found.to_dict("records")
    ]
    assert table == cells(ROWS)
    assert list(found["is_scored"]) == [False] * 5 + [True] * 2
    assert set(found["equipment_class"]) == {"PU"}
