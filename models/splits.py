"""Which rows train and which rows test (law 5).

A landmark frame (`gold.landmark`) has one row per item and as-of date. At a cut, the training rows are those before the
cut, with their labels as they were known at the cut; the test rows are each item's first row from the cut on.

- *Known assets, later*: the items of both may be the same. This is the gate's test.
- *Unseen assets, later*: no equipment is in both; a new firm's case.

The unit of time is the day.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from models.errors import BadRows, TooFewFailures

WINDOW_D = 92
"""Test rows stand at most this many days after the cut: one step of a quarterly grid."""

RECORD_LAG_SHARE = 0.95


@dataclass(frozen=True)
class Split:
    """Training rows with labels as known at the cut; test rows with labels as known today."""

    cut: date
    train: pd.DataFrame
    test: pd.DataFrame


def landmarks(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows in a fixed order, their dates as datetime64, with `unit`: the equipment that resampling draws.

    Where there is no `upper_d`, every failure was seen.
    """
    rows = frame.sort_values(["_source", "item_id", "as_of"], ignore_index=True)
    if "upper_d" not in rows:
        rows = rows.assign(upper_d=rows["time_d"].where(rows["event"].astype(bool)))
    return rows.assign(
        as_of=pd.to_datetime(rows["as_of"]),
        event_recorded_on=pd.to_datetime(rows["event_recorded_on"]),
        event=rows["event"].astype(bool),
        unit=rows["_source"] + "|" + rows["equipment_tag"],
    )


def require_times(rows: pd.DataFrame) -> None:
    """Refuse rows with a time that is none."""
    is_bad = ~(np.isfinite(rows["time_d"]) & (rows["time_d"] >= 0)) | (rows["upper_d"] < rows["time_d"])
    if is_bad.any():
        first = rows[is_bad].iloc[0]
        raise BadRows("bad_times", rows=int(is_bad.sum()), item=first["item_id"], as_of=str(first["as_of"].date()))


def labelled(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that have a label: not those at the extract date."""
    return frame[~frame["is_scored"].astype(bool) & (frame["time_d"] > 0)]


def end_of_records(frame: pd.DataFrame) -> pd.Timestamp:
    """The last day that any row knows of."""
    return (frame["as_of"] + pd.to_timedelta(frame["time_d"], unit="D")).max().normalize()


def record_lag_d(frame: pd.DataFrame, cut: date) -> pd.Series:
    """Days within which 95 % of a source's failures were recorded, by source, from failures recorded by the cut."""
    is_known = frame["event"] & (frame["event_recorded_on"] <= pd.Timestamp(cut))
    known = frame.loc[is_known, ["_source", "as_of", "time_d", "event_recorded_on"]]
    happened = known["as_of"] + pd.to_timedelta(known["time_d"], unit="D")
    lag = (known["event_recorded_on"] - happened).dt.days.clip(lower=0)
    return lag.groupby(known["_source"]).quantile(RECORD_LAG_SHARE)


def recensor(frame: pd.DataFrame, cut: date) -> pd.DataFrame:
    """The training rows at a cut: those before it, their labels as known then, weights 1/n over the item's n rows
    left."""
    rows = labelled(frame)
    rows = known_by(rows[rows["as_of"] < pd.Timestamp(cut)], cut, record_lag_d(frame, cut))
    return evenly_weighted(rows[rows["time_d"] > 0])


def known_by(rows: pd.DataFrame, cut: date, lag_d: pd.Series) -> pd.DataFrame:
    """The rows with their labels (time_d, event) as known at the cut; a failure counts only if recorded by then.

    Labels end at the cut minus the source's record lag: later failures are mostly not recorded yet and would be
    learned as survivals. A failure or renewal before that day which is recorded after the cut had not happened yet, as far
    as was known then. A finding that was recorded by the cut tells of the failure that it forestalled, though the latest
    day of that may lie after the cut.
    """
    limit = (pd.Timestamp(cut) - rows["as_of"]).dt.days - rows["_source"].map(lag_d).fillna(0.0)
    has_record = rows["event"] | rows["event_recorded_on"].notna()
    is_late = has_record & ~(rows["event_recorded_on"] <= pd.Timestamp(cut))
    is_known = ~is_late & (rows["time_d"] <= limit)
    time_d = rows["time_d"].mask(is_late, limit).clip(upper=limit)
    return rows.assign(time_d=time_d, upper_d=rows["upper_d"].where(is_known), event=rows["event"] & is_known)


def at_middle(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with each failure that lies within an interval in its middle, as scores take it."""
    time_d = rows["time_d"].mask(rows["event"], (rows["time_d"] + rows["upper_d"]) / 2)
    return rows.assign(time_d=time_d, upper_d=time_d.where(rows["event"]))


def reasons_as_findings(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with every renewal for an unknown reason taken as one that a finding caused: the other end of the range."""
    return rows.assign(event=rows["event"] | rows["upper_d"].notna())


def evenly_weighted(rows: pd.DataFrame) -> pd.DataFrame:
    """Weight 1/n over each item's n rows."""
    return rows.assign(weight=1.0 / rows.groupby(["_source", "item_id"])["item_id"].transform("size"))


def window_d(frame: pd.DataFrame) -> int:
    """Days after a cut within which every item has a row: a step of the coarsest source's grid, at most `WINDOW_D`.

    A longer one would cost short records the last of their failures, which could only be tested, not learned.
    """
    steps = frame.groupby(["_source", "item_id"])["as_of"].diff().dt.days
    of_source = steps[steps > 0].groupby(frame["_source"]).median()
    return WINDOW_D if of_source.empty else min(int(of_source.max()) + 1, WINDOW_D)


def known_assets_later(frame: pd.DataFrame, cut: date) -> Split:
    """Train on all items before the cut, test on all items from the cut on."""
    return Split(cut, recensor(frame, cut), first_rows(frame, cut, window_d(frame)))


def unseen_assets_later(frame: pd.DataFrame, cut: date, fold: int, folds: int = 5) -> Split:
    """As `known_assets_later`, but the equipment of one fold is only tested and that of the others only trained on."""
    later = first_rows(frame, cut, window_d(frame))
    learned = recensor(frame[~in_fold(frame["unit"], fold, folds)], cut)
    return Split(cut, learned, later[in_fold(later["unit"], fold, folds)])


def in_fold(unit: pd.Series, fold: int, folds: int) -> pd.Series:
    """Whether equipment belongs to the fold, by a hash that is the same on every machine and every day."""
    hashes = {name: zlib.crc32(name.encode()) % folds for name in unit.unique()}
    return unit.map(hashes) == fold % folds


def first_rows(frame: pd.DataFrame, cut: date, within_d: int) -> pd.DataFrame:
    """Each item's first labelled row within `within_d` days from the cut on, labels as known today; each weighs 1.

    A failure within an interval lies in its middle.
    """
    rows = labelled(frame)
    days = (rows["as_of"] - pd.Timestamp(cut)).dt.days
    today = end_of_records(frame)
    rows = at_middle(known_by(rows[(days >= 0) & (days < within_d)], today, record_lag_d(frame, today)))
    rows = rows[rows["time_d"] > 0]
    return rows.groupby(["_source", "item_id"], as_index=False).head(1).assign(weight=1.0)


def usable_horizons(frame: pd.DataFrame, horizons_d: Sequence[int]) -> tuple[int, ...]:
    """The horizons (days) that the records are long enough to test: at most 40 % of their span."""
    span = (end_of_records(frame) - frame["as_of"].min()).days
    usable = tuple(h for h in sorted(horizons_d) if h <= 0.4 * span)
    if not usable:
        shortest = min(horizons_d)
        raise TooFewFailures("short_records", span=span, horizon=shortest, needed=int(shortest / 0.4) + 1)
    return usable


def rolling_cuts(frame: pd.DataFrame, horizon_d: int, count: int) -> tuple[date, ...]:
    """Dates at which the past is cut, ascending: the last leaves `horizon_d` days of records after its window's last
    row.

    They lie `horizon_d` apart where the records are long enough, else closer; none before a quarter of the rows.
    """
    last = end_of_records(frame) - timedelta(days=horizon_d + window_d(frame))
    first = pd.Timestamp(labelled(frame)["as_of"].quantile(0.25))
    room = max((last - first).days, 0)
    step = min(horizon_d, room // (count - 1))
    cuts = {(last - timedelta(days=step * back)).date() for back in range(count)}
    return tuple(sorted(cuts))


def capped(rows: pd.DataFrame, cap: int, seed: int) -> pd.DataFrame:
    """At most about `cap` rows: the same share of the failed and of the censored rows of each class."""
    if len(rows) <= cap:
        return rows
    strata = [rows["event"], rows["equipment_class"].fillna("")]
    kept = rows.groupby(strata, group_keys=False).sample(frac=cap / len(rows), random_state=np.random.default_rng(seed))
    return evenly_weighted(kept.sort_index())
