"""Rows of `gold.landmark` as models take them: a column per feature, those that were measured too."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame

from jobs.tables.features import FEATURES, MEASURED

MOST_MEASURED = 200
"""Measured features of a population; of more, those that most rows have."""


def feature_rows(landmarks: DataFrame) -> pd.DataFrame:
    """The rows, `measured` dealt out into a column per name; NaN where a row has none of it."""
    table = landmarks.toArrow()
    rows = table.drop_columns(["measured"]).to_pandas()
    return pd.concat([rows, measured_columns(table["measured"].combine_chunks())], axis=1)


def measured_columns(measured: pa.ListArray) -> pd.DataFrame:
    """One column per name in (n,) lists of (name, value), in the order of names."""
    stated = measured.flatten()
    names = pc.struct_field(stated, "name").dictionary_encode()
    known, code = names.dictionary.to_pylist(), names.indices.to_numpy()
    values = np.full((len(measured), len(known)), np.nan)
    values[pc.list_parent_indices(measured).to_numpy(), code] = pc.struct_field(stated, "value").to_numpy()
    commonest = np.argsort(-np.bincount(code, minlength=len(known)), kind="stable")[:MOST_MEASURED]
    kept = sorted(known[i] for i in commonest)
    return pd.DataFrame(values, columns=known)[kept]


def with_measured(rows: pd.DataFrame, features: Iterable[str]) -> pd.DataFrame:
    """The rows with every measured feature that a model knows, NaN where none of them has it."""
    absent = [name for name in features if name.startswith(MEASURED) and name not in rows]
    return rows.assign(**dict.fromkeys(absent, np.nan))


def feature_names(rows: pd.DataFrame) -> list[str]:
    """The features that rows have: the declared ones, then those that were measured."""
    return [feature.name for feature in FEATURES] + [name for name in rows.columns if name.startswith(MEASURED)]
