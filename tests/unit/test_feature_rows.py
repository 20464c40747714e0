"""What was measured, dealt out into columns."""

import numpy as np
import pyarrow as pa
import pytest

from jobs.steps import feature_rows
from jobs.steps.feature_rows import measured_columns

READ = pa.list_(pa.struct([("name", pa.string()), ("value", pa.float64())]))


def lists(*rows: dict[str, float] | None) -> pa.ListArray:
    return pa.array([None if row is None else list(row.items()) for row in rows], READ)


def test_each_name_is_a_column_and_a_row_without_it_has_a_gap():
    found = measured_columns(lists({"b": 1.0, "a": 2.0}, None, {}, {"b": 3.0}))
    assert list(found) == ["a", "b"]
    np.testing.assert_array_equal(found["a"], [2.0, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(found["b"], [1.0, np.nan, np.nan, 3.0])


def test_where_nothing_was_measured_there_are_no_columns():
    assert measured_columns(lists(None, None)).shape == (2, 0)


def test_of_too_many_names_the_commonest_are_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(feature_rows, "MOST_MEASURED", 2)
    found = measured_columns(lists({"a": 1.0, "b": 1.0, "c": 1.0}, {"c": 1.0, "b": 1.0}, {"c": 1.0}))
    assert list(found) == ["b", "c"]
