"""A model as it is served: a fitted candidate with its calibration, reference items and follow-up, and nothing else.

It is stored as JSON files only, so that loading one runs no code of its own (see `registry`).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from models import candidates, curves, explain
from models.calibration import Calibration
from models.candidate import Candidate, Floats, Storable
from models.errors import UntrustedModel

HORIZONS_D = (30, 90, 365)
"""The horizons (days) of every prediction."""

CHUNK = 20_000


@dataclass(frozen=True)
class Served:
    """`follow_up_d`: by class ("" for all) the longest time (days) any of its items was followed; no quantile is
    claimed beyond it. `references`: by class the reference item that explanations start from. `time_unit`: what every
    time of it is counted in (`lives.time` of the contracts); where it is not days, read it for "days"."""

    candidate: Candidate
    calibration: Calibration
    features: tuple[str, ...]
    references: pd.DataFrame
    follow_up_d: dict[str, float]
    time_unit: str = "days"

    @classmethod
    def of(
        cls,
        fitted: Candidate,
        calibration: Calibration,
        rows: pd.DataFrame,
        features: Sequence[str],
        time_unit: str = "days",
    ) -> "Served":
        """From a fitted candidate and the training rows it is served for."""
        longest = rows[rows["equipment_class"].fillna("") != ""].groupby("equipment_class")["time_d"].max()
        follow_up = {"": float(rows["time_d"].max()), **{str(k): float(v) for k, v in longest.items()}}
        references = explain.reference_items(rows, features)
        return cls(fitted, calibration, tuple(features), references, follow_up, time_unit)

    @property
    def name(self) -> str:
        """The candidate's module."""
        return type(self.candidate).__module__.rpartition(".")[2]

    @property
    def is_baseline(self) -> bool:
        return self.candidate.is_baseline

    @property
    def times(self) -> Floats:
        """The grid (days) on which curves are computed."""
        return np.union1d(curves.time_grid(max(self.follow_up_d.values())), HORIZONS_D).astype(float)

    def hazard(self, X: pd.DataFrame) -> Floats:
        """(n, m): the calibrated cumulative hazard on `times`."""
        return self.calibration.apply(self.times, curves.cumulative_hazard(self.candidate, X, self.times))

    def predict(self, rows: pd.DataFrame, labels: Mapping[str, explain.Label] | None = None) -> pd.DataFrame:
        """One row per row of landmarks, in its order: quantiles, failure probabilities and, given labels, drivers."""
        parts = [self._predict(rows.iloc[i : i + CHUNK], labels) for i in range(0, max(len(rows), 1), CHUNK)]
        return pd.concat(parts, ignore_index=True)

    def answer(self, rows: pd.DataFrame) -> pd.DataFrame:
        """As `predict`, for those who ask over HTTP: a feature that is left out is not known, and what is null is None, for JSON
        has no NaN."""
        absent = {name: np.nan if self._is_number(name) else None for name in self.features if name not in rows}
        found = self.predict(rows.assign(**absent)) if len(rows) else self.predict(self.references.head(1)).head(0)
        return found.astype(object).mask(found.isna(), None)

    def _is_number(self, feature: str) -> bool:
        return pd.api.types.is_numeric_dtype(self.references[feature])

    def mean_fail_prob(self, rows: pd.DataFrame) -> dict[int, float]:
        """The mean probability of having failed by each of `HORIZONS_D`, over rows of landmarks."""
        at = self.hazard(rows[list(self.features)])[:, np.searchsorted(self.times, HORIZONS_D)]
        return dict(zip(HORIZONS_D, curves.fail_prob(at).mean(axis=0).tolist(), strict=True))

    def faithfulness(self, rows: pd.DataFrame, seed: int) -> float | None:
        """How much further taking away the named factors moves the p50 than taking away as many others."""
        X, references = self._beside_references(rows)
        return explain.faithfulness(X, references, self._on_log_scale(np.ones(len(X), bool)), seed)

    def dump(self, folder: Path) -> None:
        """Store as `candidate.json` (what was learned) and `served.json` (the rest)."""
        if not isinstance(self.candidate, Storable):
            raise UntrustedModel(f"{self.name} cannot be stored as data: it can be compared, not served")
        folder.mkdir(parents=True, exist_ok=True)
        rest = {
            "name": self.name,
            "params": self.candidate.get_params(),
            "calibration": asdict(self.calibration),
            "features": list(self.features),
            "numbers": [name for name in self.features if self._is_number(name)],
            "references": {str(k): {f: _json(v) for f, v in row.items()} for k, row in self.references.T.items()},
            "follow_up_d": self.follow_up_d,
            "time_unit": self.time_unit,
        }
        (folder / "candidate.json").write_text(json.dumps(self.candidate.state()))
        (folder / "served.json").write_text(json.dumps(rest, ensure_ascii=False))

    @classmethod
    def load(cls, folder: Path) -> "Served":
        """Read back what `dump` stored."""
        rest = json.loads((folder / "served.json").read_text())
        known = candidates.find()
        if rest["name"] not in known:
            raise UntrustedModel(f"this version of yeji has no candidate {rest['name']}")
        fitted = known[rest["name"]](**rest["params"])
        fitted.restore(json.loads((folder / "candidate.json").read_text()))
        references = pd.DataFrame.from_dict(rest["references"], orient="index")[rest["features"]]
        return cls(
            fitted,
            Calibration(tuple(rest["calibration"]["horizons_d"]), tuple(rest["calibration"]["factors"])),
            tuple(rest["features"]),
            references.astype(dict.fromkeys(rest["numbers"], float)),
            rest["follow_up_d"],
            rest.get("time_unit", "days"),  # versions made before there were others
        )

    def _predict(self, rows: pd.DataFrame, labels: Mapping[str, explain.Label] | None) -> pd.DataFrame:
        X, references = self._beside_references(rows)
        longer_than = np.array([self.follow_up_d[name] for name in self._class_of(X)])
        of_item, of_reference = self._figures(X, longer_than), self._figures(references, longer_than)
        found = of_item.assign(
            time_unit=self.time_unit,
            longer_than_d=longer_than,
            reference_p50_d=of_reference["p50_d"],
            reference_fail_prob_365d=of_reference["fail_prob_365d"],
        )
        if labels is not None:
            found = found.assign(drivers=pd.Series(self._drivers(X, references, found, labels)))
        return found

    def _class_of(self, X: pd.DataFrame) -> pd.Series:
        """The class by which an item is judged: its own, or all where nothing was learned of it."""
        classes = X["equipment_class"].fillna("")
        return classes.where(classes.isin(self.follow_up_d), "")

    def _beside_references(self, rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The features, and row by row those of the reference item."""
        X = rows[list(self.features)].reset_index(drop=True)
        return X, self.references.loc[self._class_of(X)].reset_index(drop=True)

    def _figures(self, X: pd.DataFrame, longer_than_d: Floats) -> pd.DataFrame:
        """Quantiles (NaN beyond the follow-up) and failure probabilities."""
        hazard = self.hazard(X)
        quantiles = {f"p{share}_d": curves.quantile(self.times, hazard, share / 100) for share in (10, 50, 90)}
        shown = {name: np.where(days <= longer_than_d, days, np.nan) for name, days in quantiles.items()}
        at = {h: hazard[:, np.searchsorted(self.times, h)] for h in HORIZONS_D}
        return pd.DataFrame(shown | {f"fail_prob_{h}d": curves.fail_prob(at[h]) for h in HORIZONS_D})

    def _drivers(
        self, X: pd.DataFrame, references: pd.DataFrame, found: pd.DataFrame, labels: Mapping[str, explain.Label]
    ) -> list[list[explain.Driver]]:
        """Factors on the p50; on the failure probability at 365 days where the item's or the reference's p50 is
        null."""
        explains_life = (found["p50_d"].notna() & found["reference_p50_d"].notna()).to_numpy()

        predict = self._on_log_scale(explains_life)
        factors = explain.shares(X, references, predict)
        kinds = ["life" if is_life else "fail_prob" for is_life in explains_life]
        return explain.drivers(X, factors, kinds, labels, self.time_unit)

    def _on_log_scale(self, explains_life: np.ndarray) -> Callable[[pd.DataFrame, np.ndarray], Floats]:
        """What explanations are about: the logarithm of the p50, or of the failure probability at 365 days."""

        def predict(mixed: pd.DataFrame, at: np.ndarray) -> Floats:
            hazard = self.hazard(mixed)
            life = np.log(curves.quantile(self.times, hazard, 0.5))
            probability = curves.fail_prob(hazard[:, np.searchsorted(self.times, 365)])
            return np.where(explains_life[at], life, np.log(np.maximum(probability, curves.SMALLEST_SURVIVAL)))

        return predict


def _json(value: float | str | None) -> float | str | None:
    return None if pd.isna(value) else value
