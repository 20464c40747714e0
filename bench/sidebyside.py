"""Methods on the same rows: Harrell's C and the integrated Brier score of each, and how far ours is ahead, paired.

Every interval is a 95 % percentile bootstrap over units (what is drawn together: an asset's rows), the same draws for
all methods, so that what is common to a row falls out of the differences.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from models import backtest, candidates, gate, metrics, splits, training
from models.candidate import Floats, Storable
from models.curves import resample
from models.gate import Verdict
from models.served import Served

CHECKOUT = Path(__file__).resolve().parents[1]
DRAWS = 1_000
SEED = 20_260_101
WIDTH = 150


@dataclass(frozen=True)
class Prediction:
    """`risk` (n,): higher for shorter lives; `survival` (n, m): at the times that are scored."""

    risk: Floats
    survival: Floats

    @classmethod
    def of_curves(cls, survival: Floats) -> "Prediction":
        """Ranked by the expected failures over the times."""
        return cls(-np.log(np.clip(survival, 1e-12, 1.0)).sum(axis=1), survival)


def shared_data(name: str) -> Path:
    """The folder of a real data set; ends with a sentence where it is absent."""
    root = Path(os.environ.get("YEJI_SHARED_DATA", CHECKOUT.parent / "shared" / "data"))
    if not (root / name).is_dir():
        raise SystemExit(f"no {root / name}: set YEJI_SHARED_DATA to the folder that holds {name}/")
    return root / name


def served(frame: pd.DataFrame, features: Sequence[str], horizons_d: Sequence[int]) -> tuple[Served, Verdict]:
    """What `models.training` would serve after a training on rows of `gold.landmark`, and the gate's verdict. Candidates
    that cannot be served, which the gate leaves out, are not fitted."""
    rows = splits.landmarks(frame)
    learned = splits.recensor(rows, splits.end_of_records(rows).date())
    recipes = {name: of() for name, of in candidates.find().items() if isinstance(of(), Storable)}
    result = backtest.run(rows, recipes, features, horizons_d, training.SEED)
    compared = {name: recipes[name].is_baseline for name in result.calibrations}
    verdict = gate.decide(result.rows, compared, None, None, "", failed=result.failed, seed=training.SEED)
    fitted = backtest.fit(recipes[str(verdict.candidate)], learned, features, training.SEED)
    made = Served.of(fitted, result.calibrations[str(verdict.candidate)], learned, features)
    return made, verdict


def default_path(
    train: pd.DataFrame, test: pd.DataFrame, features: Sequence[str], horizons_d: Sequence[int], times: Floats
) -> tuple[Prediction, Verdict]:
    """The test rows as the platform would see them after a training on the training rows; and the gate's verdict."""
    made, verdict = served(train, features, horizons_d)
    hazard = resample(made.times, made.hazard(test[list(made.features)]), times)
    return Prediction.of_curves(np.exp(-hazard)), verdict


def compared(rows: pd.DataFrame, times: Floats, found: Mapping[str, Prediction], ours: str) -> list[dict]:
    """One row per method: `c` and `ibs` with their intervals, and by how much `ours` is ahead of it in each (above 0 is
    ahead; None for ours).

    rows : time_d, event and unit of the rows that are scored. times : (m,) days, between which Brier is integrated.
    """
    time_d, event = rows["time_d"].to_numpy(float), rows["event"].to_numpy(bool)
    names, unit = np.unique(rows["unit"].to_numpy(), return_inverse=True)
    weight = np.vstack([np.ones(len(rows)), metrics.draws(len(names), DRAWS, SEED)[:, unit]])
    scores = {name: _scores(time_d, event, times, prediction, weight) for name, prediction in found.items()}
    c, ibs = scores[ours]
    return [
        {
            "method": name,
            "c": interval(of_c),
            "ibs": interval(of_ibs),
            "ahead_c": None if name == ours else interval(c - of_c),
            "ahead_ibs": None if name == ours else interval(of_ibs - ibs),
        }
        for name, (of_c, of_ibs) in scores.items()
    ]


def interval(drawn: Floats) -> dict[str, float]:
    """The value (first) and the 95 % percentile interval of the draws after it."""
    low, high = np.quantile(drawn[1:][np.isfinite(drawn[1:])], [0.025, 0.975])
    return {"value": float(drawn[0]), "low": float(low), "high": float(high)}


def console() -> Console:
    """Wide enough for the tables, wherever it prints to."""
    return Console(highlight=False, width=max(WIDTH, Console().width))


def show(lines: list[dict], to: Console) -> None:
    """An aligned table of `compared`."""
    table = Table("method", box=None)
    for heading in ("C", "integrated Brier", "ours ahead in C", "ours ahead in Brier"):
        table.add_column(heading, justify="right")
    for line in lines:
        ahead = (_text(line[name], signed=True) for name in ("ahead_c", "ahead_ibs"))
        table.add_row(line["method"], _text(line["c"]), _text(line["ibs"], places=4), *ahead)
    to.print(table)


def _scores(time_d: Floats, event: np.ndarray, times: Floats, of: Prediction, weight: Floats) -> tuple[Floats, Floats]:
    """(1 + draws,) of Harrell's C and of the integrated Brier score."""
    brier = metrics.brier_rows(time_d, event, of.survival, times)
    return metrics.harrell_c(time_d, event, of.risk, weight), metrics.weighted_mean(brier, weight)


def _text(of: dict[str, float] | None, places: int = 3, signed: bool = False) -> str:
    if of is None:
        return "–"
    form = f"{{:{'+' if signed else ''}.{places + signed}f}}"
    value, low, high = (form.format(of[name]) for name in ("value", "low", "high"))
    return f"{value} ({low} to {high})"
