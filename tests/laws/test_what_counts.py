"""What counts of a record depends on its versions alone: Spark finds what plain Python finds, in any order of arrival."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from jobs.current import counting, refused_keys, withdrawn_keys
from tests.support.past import MAINTENANCE, REFUSED, WITHDRAWN, counts, reference, said_rows

DATES = [date(2026, 1, 31) + timedelta(days=30 * i) for i in range(4)]
ROWS = st.lists(st.sampled_from(["text", "text", "text@P-999", WITHDRAWN, REFUSED]), max_size=3)
PASTS = st.lists(st.tuples(*[ROWS] * len(DATES)), min_size=80, max_size=80)
"""What each delivery says of a key; eighty keys in one plan."""


@settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(PASTS, st.permutations(DATES), st.sampled_from(DATES), st.none() | st.sets(st.sampled_from(DATES), max_size=2))
def test_law_2_what_counts_is_the_same_in_any_order_of_arrival(spark: SparkSession, pasts, arrived, until, incomplete):
    """Of all deliveries up to a day; `incomplete` are those that are not complete, none of a source of changes."""
    deliveries = {
        day: {
            f"W{k}": [said.replace("text", f"{day} {i}") for i, said in enumerate(past[DATES.index(day)])]
            for k, past in enumerate(pasts)
        }
        for day in arrived
    }
    complete = [day for day in arrived if incomplete is not None and day <= until and day not in incomplete]
    newest = max(complete, default=None)
    rows, withdrawals, quarantine = (f.where(F.col("_delivery_date") <= until) for f in said_rows(spark, deliveries))
    withdrawn, refused = withdrawn_keys(withdrawals, MAINTENANCE), refused_keys(quarantine, MAINTENANCE)
    wanted = reference({day: said for day, said in deliveries.items() if day <= until}, newest)
    assert counts(counting(rows, withdrawn, refused, MAINTENANCE, newest)) == wanted
