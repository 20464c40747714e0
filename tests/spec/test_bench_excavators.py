"""What the excavators' figures rest on (bench/excavators.py): rows, ties, zero gaps, labels at the split."""

from datetime import date

import pandas as pd
import pytest

from bench.excavators import SPLIT, ZERO_GAPS, divided, orders, rows
from bench.lexicon import work_orders
from tests.support.paths import shared_data
from tests.support.tables import rows as cells

ORDERS = """
machine | system | on         | order
A       | 1      | 2008-01-01 | failure
A       | 1      | 2008-01-11 | failure renewed
A       | 1      | 2008-01-11 | failure
A       | 1      | 2008-01-31 | suspension
A       | 1      | 2008-03-01 | failure
A       | 2      | 2008-02-10 | failure
A       | 2      | 2008-03-11 | failure
B       | 1      | 2008-01-05 | suspension renewed
B       | 1      | 2008-01-06 | suspension
"""

ROWS = {
    "half": """
unit | as of      | days | event | age | exposure | failures | since | mean gap | repairs | preventive
A|1  | 2008-01-01 | 10   | yes   | 0   | 0        | 1        | 0     | -        | 1       | 0
A|1  | 2008-01-11 | 0.5  | yes   | 0   | 10       | 2        | 0     | 10       | 0       | 0
A|1  | 2008-01-11 | 20   | no    | 0   | 10       | 3        | 0     | 5        | 1       | 0
A|1  | 2008-01-31 | 30   | yes   | 20  | 30       | 3        | 20    | 5        | 1       | 1
A|1  | 2008-03-01 | 10   | no    | 50  | 60       | 4        | 0     | 20       | 2       | 1
A|2  | 2008-02-10 | 30   | yes   | 40  | 40       | 1        | 0     | -        | 1       | 0
B|1  | 2008-01-05 | 1    | no    | 0   | 0        | 0        | -     | -        | 0       | 1
""",
    "merge": """
unit | as of      | days | event | age | exposure | failures | since | mean gap | repairs | preventive
A|1  | 2008-01-01 | 10   | yes   | 0   | 0        | 1        | 0     | -        | 1       | 0
A|1  | 2008-01-11 | 20   | no    | 0   | 10       | 2        | 0     | 10       | 0       | 0
A|1  | 2008-01-31 | 30   | yes   | 20  | 30       | 2        | 20    | 10       | 0       | 1
A|1  | 2008-03-01 | 10   | no    | 50  | 60       | 3        | 0     | 30       | 1       | 1
A|2  | 2008-02-10 | 30   | yes   | 40  | 40       | 1        | 0     | -        | 1       | 0
B|1  | 2008-01-05 | 1    | no    | 0   | 0        | 0        | -     | -        | 0       | 1
""",
}

AT_SPLIT = """
unit | as of      | days | event
A|1  | 2008-01-01 | 10   | yes
A|1  | 2008-01-11 | 0.5  | yes
A|1  | 2008-01-11 | 9    | no
B|1  | 2008-01-05 | 1    | no
"""


def given():
    table = pd.DataFrame(cells(ORDERS), columns=["machine", "system", "on", "order"])
    return pd.DataFrame(
        {
            "machine": table["machine"],
            "system": table["system"],
            "on": pd.to_datetime(table["on"]),
            "is_failure": table["order"].str.startswith("failure"),
            "is_renewal": table["order"].str.endswith("renewed"),
        }
    )


def shown(table, columns):
    def text(value):
        if isinstance(value, bool):
            return "yes" if value else "no"
        return "-" if pd.isna(value) else f"{value:g}"

    dates = table["as_of"].dt.strftime("%Y-%m-%d")
    values = zip(table["equipment_tag"].str.split("|"), dates, *(table[name] for name in columns), strict=True)
    return [[*unit, day, *map(text, rest)] for unit, day, *rest in values]


@pytest.mark.parametrize("zero_gaps", ZERO_GAPS)
def test_rows(zero_gaps):
    columns = ["time_d", "event", "age_d", "exposure_d", "failures_count", "days_since_failure_d", "mean_gap_d",
               "repairs_count", "preventive_365d_count"]  # fmt: skip
    assert shown(rows(given(), zero_gaps), columns) == cells(ROWS[zero_gaps])


def test_training_labels_end_at_the_split():
    train, test = divided(rows(given(), "half"), date(2008, 1, 20))
    assert shown(train, ["time_d", "event"]) == cells(AT_SPLIT)
    assert (test["as_of"] >= "2008-01-20").all() and len(train) + len(test) == 7


@pytest.fixture(scope="module")
def real():
    return orders(shared_data("excavators"))


def test_the_blocks_of_the_published_file_are_its_machines_and_systems(real):
    """The authors' own time since the last order of the same machine and system is the gap within the block."""
    cells_read = pd.Series([row["RunningTime"] for row in work_orders(shared_data("excavators"))])
    told = pd.to_numeric(cells_read, errors="coerce")
    gap_d = real.groupby(["machine", "system"])["on"].diff().dt.days
    assert len(real) == 5485
    assert real.groupby(["machine", "system"]).ngroups == 150
    assert (told.notna().sum(), (gap_d == told).sum(), (told.notna() & gap_d.isna()).sum()) == (5328, 5304, 0)


@pytest.mark.parametrize(
    ("zero_gaps", "expected"), [("half", (3706, 1773, 1626, 95)), ("merge", (3423, 1561, 1435, 95))]
)
def test_real_rows(real, zero_gaps, expected):
    train, test = divided(rows(real, zero_gaps), SPLIT)
    assert (len(train), len(test), int(test["event"].sum()), test["unit"].nunique()) == expected
    assert (train["as_of"] + pd.to_timedelta(train["time_d"], unit="D")).max() <= pd.Timestamp(SPLIT)
