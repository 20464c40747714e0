"""The landmarks that a generated region would have if its records were clean and every one of them made on its day.

`jobs.steps.landmarks` makes them of silver tables, in Spark; here they come straight from the region's truth, by the same
definitions (`jobs.tables.features`), so that tens of thousands of assets take seconds. What the truth does not hold
(downtime, readings) is left out. A failure is a corrective job, which renews where the truth says so; any other end is a
preventive renewal.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from jobs.contracts import Lives
from jobs.sample.kinds import KINDS
from models.candidate import Floats

FEATURES = [
    "age_d", "is_origin_known", "exposure_d", "failures_count", "failures_365d_count", "days_since_failure_d",
    "mean_gap_d", "repairs_count", "preventive_365d_count", "days_since_maintenance_d", "load_share",
    "equipment_class", "equipment_type", "manufacturer", "service",
]  # fmt: skip
YEAR_D = 365
FIRST = date(1970, 1, 1)
SPAN = 1e6
"""Days: more than any calendar here, so that one sorted axis holds all assets."""


@dataclass(frozen=True)
class Axis:
    """Marks on the calendars of many assets in order, as places on one axis; days are whole ones since 1970-01-01."""

    at: Floats

    @classmethod
    def of(cls, asset: np.ndarray, day: Floats) -> "Axis":
        return cls(np.sort(_place(asset, day)))

    def until(self, asset: np.ndarray, day: Floats) -> np.ndarray:
        """How many marks there are up to and with a day, all earlier assets' among them."""
        return np.searchsorted(self.at, _place(asset, day), side="right")

    def count(self, asset: np.ndarray, day: Floats, last_d: float = np.inf) -> Floats:
        """An asset's marks within the last `last_d` days up to a day."""
        start = np.maximum(_place(asset, day) - last_d, asset * SPAN)
        return (self.until(asset, day) - np.searchsorted(self.at, start, side="right")).astype(float)

    def last(self, asset: np.ndarray, day: Floats) -> Floats:
        """The day of an asset's last mark up to a day; NaN without one."""
        found = np.concatenate([[-1.0], self.at])[self.until(asset, day)]
        return np.where(found >= asset * SPAN, found - _place(asset, 0.0), np.nan)

    def first(self, asset: np.ndarray) -> Floats:
        """The day of each asset's first mark; meaningless where it has none."""
        return np.append(self.at, np.nan)[np.searchsorted(self.at, asset * SPAN)] - _place(asset, 0.0)


def _place(asset: np.ndarray, day: Floats | float) -> Floats:
    return (asset + 0.5) * SPAN + day


def landmarks(assets: pd.DataFrame, lives: pd.DataFrame, as_of: date, rules: Lives) -> pd.DataFrame:
    """`gold.landmark` rows with `FEATURES`, of the grid and of the day `as_of`.

    assets, lives : `truth/assets.parquet` and `truth/lives.parquet`, or some rows of them. rules : of their contracts.
    A renewal on a condition forestalled a failure that was due within the contract's `imminent_within_days`, one for an
    unknown reason may have (law 6).
    """
    assets = assets.reset_index(drop=True)
    number = pd.MultiIndex.from_frame(assets[["source", "equipment_tag"]])
    asset = number.get_indexer(pd.MultiIndex.from_frame(lives[["source", "equipment_tag"]]))
    order = np.lexsort((lives["started_at"].to_numpy(), asset))
    asset, lives = asset[order], lives.iloc[order].reset_index(drop=True)
    ended, ended_by = _day(lives["ended_at"]), lives["ended_by"].to_numpy()
    watched_from, today = _day(assets["observed_from"]), _number(as_of)
    is_seen = (ended > watched_from[asset]) & (ended_by != "end_of_surveillance") & (ended <= today)
    is_failure = is_seen & (ended_by == "failure")
    is_renewal = is_seen & lives["is_renewed"].to_numpy(bool)
    failures, renewals, events, preventive = (
        Axis.of(asset[of], ended[of]) for of in (is_failure, is_renewal, is_seen, is_seen & ~is_failure)
    )
    unit, day, is_scored = _points(watched_from, today, rules.landmark_every_d, _number(rules.landmarks_from or FIRST))
    next_event = events.until(unit, day)
    following = np.append(events.at, np.inf)[next_event]
    ends = (following < (unit + 1) * SPAN) & ~is_scored
    end = np.where(ends, following - _place(unit, 0.0), today)
    by = _ended_by(asset, ended, ended_by, is_seen)[np.minimum(next_event, len(events.at) - 1)]
    event = ends & np.isin(by, ["failure", "condition"])
    is_forestalled = ends & np.isin(by, ["condition", "unknown_preventive"])
    latest = np.where(is_forestalled, end + (rules.imminent_within_days or 0), np.where(event, end, np.nan))
    failed, renewed = failures.last(unit, day), renewals.last(unit, day)
    first_failed = failures.first(unit)
    count = failures.count(unit, day)
    at_renewal = np.where(np.isnan(renewed), 0.0, failures.count(unit, np.nan_to_num(renewed)))
    origin = np.fmax(renewed, _day(assets["origin_on"])[unit])
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_gap = np.where(count >= 2, (failed - first_failed) / (count - 1), np.nan)
    kinds = {kind.word: kind for kind in KINDS}
    of_asset = assets.take(unit).reset_index(drop=True)
    weight = 1.0 / np.maximum(np.bincount(unit[~is_scored], minlength=len(assets)), 1)
    return pd.DataFrame(
        {
            "population": rules.population,
            "_source": of_asset["source"],
            "item_id": of_asset["equipment_tag"],
            "equipment_tag": of_asset["equipment_tag"],
            "as_of": pd.to_datetime(day, unit="D"),
            "time_d": end - day,
            "upper_d": latest - day,
            "event": event,
            "event_recorded_on": pd.to_datetime(np.where(ends, end, np.nan), unit="D"),
            "ended_by": np.where(ends, by, "end_of_surveillance"),
            "weight": np.where(is_scored, 1.0, weight[unit]),
            "is_scored": is_scored,
            "age_d": day - origin,
            "is_origin_known": 1.0,
            "exposure_d": day - watched_from[unit],
            "failures_count": count,
            "failures_365d_count": failures.count(unit, day, YEAR_D),
            "days_since_failure_d": day - failed,
            "mean_gap_d": mean_gap,
            "repairs_count": count - at_renewal,
            "preventive_365d_count": preventive.count(unit, day, YEAR_D),
            "days_since_maintenance_d": day - events.last(unit, day),
            "load_share": of_asset["load_share"],
            "equipment_class": of_asset["kind"].map({word: kind.equipment_class for word, kind in kinds.items()}),
            "equipment_type": of_asset["kind"].map({word: kind.type for word, kind in kinds.items()}),
            "manufacturer": of_asset["maker"],
            "service": of_asset["service"],
        }
    )


def _points(watched_from: Floats, today: float, every_d: int, first: float) -> tuple[np.ndarray, Floats, np.ndarray]:
    """Asset, day and whether it is the last: the grid's days under surveillance, and today."""
    low = np.ceil(np.maximum(watched_from, first) / every_d).astype(int)
    count = np.maximum(int(np.ceil(today / every_d)) - low, 0)
    unit = np.repeat(np.arange(len(low)), count)
    step = np.arange(len(unit)) - np.repeat(np.cumsum(count) - count, count)
    watched = np.flatnonzero(watched_from <= today)
    return (
        np.concatenate([unit, watched]),
        np.concatenate([(low[unit] + step) * float(every_d), np.full(len(watched), today)]),
        np.concatenate([np.zeros(len(unit), bool), np.ones(len(watched), bool)]),
    )


def _ended_by(asset: np.ndarray, ended: Floats, ended_by: np.ndarray, is_seen: np.ndarray) -> np.ndarray:
    """What each event was, in the order of `Axis.of`."""
    order = np.argsort(_place(asset[is_seen], ended[is_seen]), kind="stable")
    return ended_by[is_seen][order]


def _number(day: date) -> float:
    return float((pd.Timestamp(day) - pd.Timestamp(0)).days)


def _day(when: pd.Series) -> Floats:
    return np.floor((pd.to_datetime(when) - pd.Timestamp(0)).dt.total_seconds().to_numpy() / 86_400)
