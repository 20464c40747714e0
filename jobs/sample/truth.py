"""The truth beside the inbox, and what follows from it: every asset's law and drawn lives, and its true survival.

`assets.parquet`: one row per asset, its law, covariates, hidden frailty and policy. `lives.parquet`: one row per spell
since commissioning, with the age at which it would have failed without preventive replacement (`life_d`) and what ended
it under today's practice. `dirt.parquet`: every planted cell. `files.parquet`: rows of each firm's sheets by kind.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from jobs.sample.kinds import KINDS
from jobs.sample.laws import LAWS, TERMS, Floats, Hazard
from jobs.sample.lives import ENDED_BY, Assets, Spells


def assets_table(source: str, tags: pa.Array, assets: Assets, origin: Floats) -> pa.Table:
    """One row per asset; days as dates, hazard terms as columns scale_d_k and shape_k."""
    hazard = assets.hazard
    return pa.table(
        {
            "source": pa.repeat(source, len(assets)),
            "equipment_tag": tags,
            "kind": pa.array([k.word for k in KINDS]).take(pa.array(assets.kind)),
            "law": pa.array(assets.law),
            "service": pa.array(assets.services),
            "maker": pa.array(assets.makers),
            "load_share": assets.load_share,
            "commissioned_on": _dates(assets.commissioned),
            "origin_on": _dates(origin),
            "observed_from": _dates(assets.observed_from),
            "is_monitored": pa.array(assets.is_monitored),
            "calendar_d": assets.calendar_d,
            "seen_share": assets.seen,
            "sensed_share": assets.sensed,
            "frailty": hazard.frailty,
            "frailty_variance": np.array([LAWS[name].frailty_variance for name in assets.law]),
            "log_factor": hazard.log_factor,
            "repair_effect": hazard.repair,
            **{f"scale_d_{k}": hazard.scale_d[:, k] for k in range(TERMS)},
            **{f"shape_{k}": hazard.shape[:, k] for k in range(TERMS)},
        }
    )


def lives_table(source: str, tags: pa.Array, assets: Assets, spells: Spells) -> pa.Table:
    """One row per spell; moments to the microsecond, ages in days."""
    index = pa.array(spells.asset)
    return pa.table(
        {
            "source": pa.repeat(source, len(spells)),
            "equipment_tag": tags.take(index),
            "started_at": _moments(spells.started),
            "ended_at": _moments(spells.ended),
            "entered_d": spells.entered_d,
            "life_d": spells.life_d,
            "ended_d": spells.ended_d,
            "ended_by": pa.array(ENDED_BY).take(pa.array(spells.ended_by)),
            "is_renewed": pa.array(spells.is_renewed),
            "repairs": spells.repairs,
            "is_recorded": pa.array(spells.is_seen(assets)),
        }
    )


def _dates(day: Floats) -> pa.Array:
    return pa.array(np.floor(day).astype(np.int32), pa.int32()).cast(pa.date32())


def _moments(day: Floats) -> pa.Array:
    return pa.array(np.round(day * 86_400_000_000).astype(np.int64)).cast(pa.timestamp("us"))


def true_survival(
    assets: pd.DataFrame, lives: pd.DataFrame, as_of: date, horizons_d: Sequence[int], is_frailty_known: bool = True
) -> pd.DataFrame:
    """The probability that each asset in service on `as_of` survives each horizon if nobody intervenes.

    It is conditional on the asset standing then, at its true age and after its true repairs. With the frailty known it
    is S = exp(−z·f·ΔH). Integrated out it is what someone knows who knows the law and the asset's recorded history but
    not z: z is gamma with shape 1/θ + d and rate 1/θ + Λ, so S = ((1/θ + Λ) / (1/θ + Λ + f·ΔH))^(1/θ + d), with d the
    recorded ends by failure (or forestalled on a condition, whose drawn life counts as seen) and Λ the hazard borne
    under observation at z = 1. That a watched asset has not been replaced yet is not used.

    Parameters
    ----------
    assets, lives
        `truth/assets.parquet` and `truth/lives.parquet`, or some rows of them.
    as_of
        The date, as of its midnight; only assets under observation by then are given.
    horizons_d
        Horizons in days.

    Returns
    -------
    One row per asset and horizon: source, equipment_tag, horizon_d, survival.
    """
    stands = standing(assets, lives, as_of)
    frames = []
    for horizon in horizons_d:
        borne = stands.hazard_until(horizon)
        integrated = (stands.rate / (stands.rate + borne)) ** stands.shape
        survival = np.exp(-stands.hazard.frailty * borne) if is_frailty_known else integrated
        frames.append(stands.keys.assign(horizon_d=horizon, survival=survival))
    return pd.concat(frames, ignore_index=True)


@dataclass(frozen=True)
class Standing:
    """Assets in service on a date, n of them: their keys (source, equipment_tag), their hazards, true ages (days) and
    true repairs, and shape and rate of what the recorded history says of the frailty (gamma)."""

    keys: pd.DataFrame
    hazard: Hazard
    age_d: Floats
    repairs: Floats
    shape: Floats
    rate: Floats

    def hazard_until(self, days: float) -> Floats:
        """(n,): the cumulative hazard from now on at frailty 1."""
        ahead = self.hazard.cumulative(self.age_d + days) - self.hazard.cumulative(self.age_d)
        return self.hazard.factor(self.repairs) * ahead

    def new_hazard_until(self, days: float) -> Floats:
        """(n,): that of a new unit in the same place."""
        return self.hazard.factor(np.zeros_like(self.repairs)) * self.hazard.cumulative(np.full_like(self.age_d, days))


def standing(assets: pd.DataFrame, lives: pd.DataFrame, as_of: date) -> Standing:
    """The assets under observation and in service on `as_of`, as of its midnight (`assets` and `lives` as for
    `true_survival`)."""
    at = pd.Timestamp(as_of)
    here = lives.merge(assets, on=["source", "equipment_tag"], how="inner", validate="many_to_one")
    past = here[here["started_at"] <= at]
    now = past[(past["ended_at"] > at) & (pd.to_datetime(past["observed_from"]) <= at)]
    shape, rate = _frailty_posterior(past, at).reindex(_keys(now)).to_numpy().T
    keys = now[["source", "equipment_tag"]].reset_index(drop=True)
    return Standing(keys, _hazard(now), _age_at(now, at), now["repairs"].to_numpy(), shape, rate)


def expected_failures(assets: pd.DataFrame, lives: pd.DataFrame, as_of: date) -> pd.Series:
    """The failures that each asset's law, frailty included, has led to expect by `as_of`, by (source, equipment_tag).

    A unit that was taken out on a condition is counted to the age at which it would have failed; so the difference between
    two dates has the mean of the failures between them, had nobody forestalled any.
    """
    at = pd.Timestamp(as_of)
    past = lives[lives["started_at"] < at].merge(assets, on=["source", "equipment_tag"], validate="many_to_one")
    is_forestalled = past["ended_by"].isin(["condition", "unknown_preventive"])
    until_d = np.where(past["ended_at"] > at, _age_at(past, at), past["ended_d"].mask(is_forestalled, past["life_d"]))
    hazard = _hazard(past)
    borne = hazard.cumulative(until_d) - hazard.cumulative(past["entered_d"].to_numpy())
    borne = hazard.frailty * hazard.factor(past["repairs"].to_numpy()) * borne
    return pd.Series(borne, index=_keys(past)).groupby(level=[0, 1]).sum()


def _frailty_posterior(past: pd.DataFrame, at: pd.Timestamp) -> pd.DataFrame:
    """Shape and rate of each asset's frailty, by (source, equipment_tag), from what was observed before `at`."""
    seen = past.assign(
        entered_at=np.maximum(past["started_at"], pd.to_datetime(past["observed_from"])),
        left_at=past["ended_at"].where(past["ended_at"] < at, at),
    ).query("left_at > entered_at")
    is_over = seen["ended_at"] <= at
    is_event = (is_over & seen["ended_by"].isin(["failure", "condition", "unknown_preventive"])).to_numpy()
    left_d = np.where(is_event, seen["life_d"], _age_at(seen, seen["left_at"]))
    hazard = _hazard(seen)
    borne = hazard.cumulative(left_d) - hazard.cumulative(_age_at(seen, seen["entered_at"]))
    per_spell = pd.DataFrame(
        {
            "events": is_event.astype(float),
            "borne": borne * hazard.factor(seen["repairs"].to_numpy()),
            "prior": 1 / seen["frailty_variance"].to_numpy(),
        },
        index=_keys(seen),
    )
    total = per_spell.groupby(level=[0, 1]).agg({"events": "sum", "borne": "sum", "prior": "first"})
    return pd.DataFrame({"shape": total["prior"] + total["events"], "rate": total["prior"] + total["borne"]})


def _keys(frame: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(frame[["source", "equipment_tag"]])


def _age_at(spells: pd.DataFrame, at: "pd.Timestamp | pd.Series[pd.Timestamp]") -> Floats:
    elapsed = (at - spells["started_at"]).dt.total_seconds() / 86400
    return (spells["entered_d"] + elapsed).to_numpy()


def _hazard(frame: pd.DataFrame) -> Hazard:
    """The hazards of a frame that has the columns of `assets_table`."""
    return Hazard(
        scale_d=frame[[f"scale_d_{k}" for k in range(TERMS)]].to_numpy(),
        shape=frame[[f"shape_{k}" for k in range(TERMS)]].to_numpy(),
        log_factor=frame["log_factor"].to_numpy(),
        repair=frame["repair_effect"].to_numpy(),
        frailty=frame["frailty"].to_numpy(),
    )
