"""A small seeded landmark frame whose law is known: Weibull lives with stated effects, censored at the end of
records."""

from datetime import date

import numpy as np
import pandas as pd

START = date(2014, 1, 1)
END = date(2024, 1, 1)
SHAPE = 1.5
SCALE_D = 900.0
LOAD_EFFECT = -0.4
"""Log life per unit of (load_share - 0.7) / 0.2."""

MAKERS = ("한빛", "동해", "대성")
FEATURES = ("age_d", "failures_count", "load_share", "days_since_failure_d", "equipment_class", "manufacturer")


def landmark_frame(
    items: int = 300,
    seed: int = 0,
    load_effect: float = LOAD_EFFECT,
    extremes_factor: float = 1.0,
    every_d: int = 91,
    record_lag_d: int = 5,
    source: str = "sample",
    is_aligned: bool = False,
) -> pd.DataFrame:
    """`gold.landmark` of items that are replaced at every failure; half are pumps, which live 0.7 times as long.

    `extremes_factor` multiplies the lives of items that run far from the middle load: an effect that no straight line
    finds. Each item has dates of its own, or all have the same where they are aligned, as on the platform's grid.
    """
    rng = np.random.default_rng(seed)
    is_pump = rng.random(items) < 0.5
    load = rng.uniform(0.4, 1.0, items)
    maker = rng.integers(len(MAKERS), size=items)
    scale = SCALE_D * np.where(is_pump, 0.7, 1.0) * np.exp(load_effect * (load - 0.7) / 0.2)
    scale = scale * np.where(np.abs(load - 0.7) > 0.15, extremes_factor, 1.0)
    last = (END - START).days
    tables = []
    for i in range(items):
        gaps = np.maximum(scale[i] * rng.weibull(SHAPE, 60), 1.0).round()
        failed = np.cumsum(gaps) - rng.uniform(0, scale[i])
        failed = failed[failed > 0].round()
        grid = np.append(np.arange(0 if is_aligned else int(rng.integers(0, every_d)), last, every_d), last).astype(
            float
        )
        after = np.searchsorted(failed, grid, side="right")
        next_failure = np.append(failed, np.inf)[after]
        before = np.where(after > 0, failed[after - 1], 0.0)
        event = next_failure <= last
        tables.append(
            pd.DataFrame(
                {
                    "item_id": f"P-{i:04d}",
                    "day": grid,
                    "time_d": np.minimum(next_failure, last) - grid,
                    "event": event,
                    "event_day": np.where(event, next_failure + record_lag_d, np.nan),
                    "weight": 1.0 / max(len(grid) - 1, 1),
                    "is_scored": grid == last,
                    "age_d": grid - before,
                    "failures_count": after.astype(float),
                    "days_since_failure_d": np.where(after > 0, grid - before, np.nan),
                    "load_share": load[i],
                    "equipment_class": "PU" if is_pump[i] else "VE",
                    "manufacturer": MAKERS[maker[i]],
                }
            )
        )
    rows = pd.concat(tables, ignore_index=True)
    start = pd.Timestamp(START)
    return rows.assign(
        population="test",
        _source=source,
        equipment_tag=rows["item_id"],
        as_of=(start + pd.to_timedelta(rows["day"], unit="D")).dt.date,
        event_recorded_on=(start + pd.to_timedelta(rows["event_day"], unit="D")).dt.date,
        ended_by=np.where(rows["event"], "failure", "end_of_surveillance"),
    ).drop(columns=["day", "event_day"])


def with_findings(frame: pd.DataFrame, within_d: int = 30, seed: int = 0) -> pd.DataFrame:
    """A third of the failures forestalled by a finding up to `within_d` days before, a tenth renewed as early for a reason
    that nobody wrote down."""
    as_of, recorded_on = pd.to_datetime(frame["as_of"]), pd.to_datetime(frame["event_recorded_on"])
    failures = [frame["item_id"], as_of + pd.to_timedelta(frame["time_d"], unit="D")]
    rng = np.random.default_rng(seed)
    share, early_d = (
        pd.Series(values).groupby(failures).transform("first")
        for values in (rng.random(len(frame)), rng.integers(0, within_d, len(frame)).astype(float))
    )
    is_found, is_unknown = frame["event"] & (share < 0.33), frame["event"] & share.between(0.33, 0.43)
    is_early = is_found | is_unknown
    early_d = np.minimum(early_d, frame["time_d"] - 1).where(is_early, 0.0)
    time_d = frame["time_d"] - early_d
    return frame.assign(
        time_d=time_d,
        upper_d=time_d.where(frame["event"]) + np.where(is_early, within_d, 0),
        event=frame["event"] & ~is_unknown,
        ended_by=np.select([is_found, is_unknown], ["condition", "unknown_preventive"], frame["ended_by"]),
        event_recorded_on=(recorded_on - pd.to_timedelta(early_d, unit="D")).dt.date,
    )


def permuted_features(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Whole feature histories given to other items, age kept: nothing but age can be learned (negative control)."""
    names = frame["item_id"].unique()
    other = dict(zip(names, np.random.default_rng(seed).permutation(names), strict=True))
    place = frame.groupby("item_id").cumcount()
    moved = frame.assign(place=place).set_index(["item_id", "place"])
    keys = list(zip(frame["item_id"].map(other), place, strict=True))
    columns = [name for name in FEATURES if name != "age_d"]
    taken = moved[columns].reindex(keys).reset_index(drop=True)
    return frame.assign(**{name: taken[name].to_numpy() for name in columns})
