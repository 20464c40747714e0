"""Which candidate becomes champion (law 7). The rules are data; the verdict holds every number and is kept on refusal
too.

The score is the integrated Brier score at the contract's horizons on *known assets, later*. A challenger's gain is the
best score of its bar (Kaplan–Meier, Weibull and the champion's recipe, each refitted at each cut; the best is chosen
anew in every draw) minus its own, over the same rows, resampled by equipment.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from models import metrics
from models.backtest import KNOWN, MIN_FAILURES
from models.candidate import Floats

Action = Literal["promote", "refresh", "stay", "refuse", "superseded"]
"""promote: another recipe becomes champion; refresh: the champion's recipe, refitted on newer data, takes its place;
stay: the present champion goes on; refuse: nothing may be served; superseded: the champion was moved after the training
had begun, so what it was judged against is champion no more."""

FALLBACK = "kaplan_meier"
BLOCK = 100


@dataclass(frozen=True)
class Rules:
    """What a challenger must show: a lower score `primary` (of `Backtest.rows`), and calibration.

    `confidence` holds for all candidates compared together: their lower bounds are as many errors below their gains as
    the largest of all errors is in that share of draws (max-T; Romano and Wolf, Econometrica 73 (2005) 1237). Candidates
    that err alike so pay for one, where Bonferroni's correction would have each pay for all.
    """

    primary: str = "integrated_brier"
    confidence: float = 0.95
    observed_expected: tuple[float, float] = (0.85, 1.15)
    min_failures_at_horizon: int = 100
    failed_by_p10: tuple[float, float] = (0.07, 0.13)
    min_rows_with_p10: int = 400
    min_units: int = metrics.MIN_UNITS
    draws: int = 2_000


@dataclass(frozen=True)
class Champion:
    """The present champion: its version, the candidate and parameters it was made with, and the data it learned
    from."""

    version: int
    candidate: str
    params: Mapping[str, Any]
    data_digest: str
    is_baseline: bool = False


@dataclass(frozen=True)
class Standing:
    """How one candidate did against its bar. `gain_low` is the lower confidence bound of `gain`; None where not
    claimed. `d_calibration`: the p of the first `d_calibration_bins` tenths of survival, those in which enough failures were
    seen, being as full as they should be; told, not judged, for with many rows it refuses what is harmless. Coverage of p10
    to p90 is not among the numbers: it cannot be known beyond the horizons."""

    candidate: str
    is_baseline: bool
    score: float
    bar: str
    gain: float
    gain_low: float | None
    observed_expected: Mapping[str, float]
    failures: Mapping[str, int]
    failed_by_p10: float | None
    d_calibration: float | None
    d_calibration_bins: int
    reasons: tuple[str, ...]

    @property
    def is_better(self) -> bool:
        return not self.reasons


@dataclass(frozen=True)
class Verdict:
    """What becomes of the population's champion, and why. `challenger`: the best of the candidates that do not serve."""

    action: Action
    candidate: str | None
    is_baseline: bool
    reason: str
    champion_before: str | None
    rows: int
    units: int
    failures: int
    data_digest: str
    rules: Rules
    standings: tuple[Standing, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)
    challenger: str | None = None

    def as_json(self) -> dict[str, Any]:
        """JSON's own types only."""
        return asdict(self)


def decide(
    rows: pd.DataFrame,
    candidates: Mapping[str, bool],
    champion: Champion | None,
    champion_recipe: str | None,
    data_digest: str,
    rules: Rules = Rules(),
    failed: Mapping[str, str] | None = None,
    seed: int = 0,
    rolled_back: Collection[str] = (),
) -> Verdict:
    """The verdict on a back-test.

    rows : `Backtest.rows`. candidates : name to is_baseline, of those that were fitted at every cut.
    champion_recipe : which of the candidates is the champion's recipe. rolled_back : those whose model of this very data
    was champion and was rolled back; none becomes champion again until there is newer data.
    """
    known = rows[rows["test"] == KNOWN]
    standings = _standings(known, candidates, champion_recipe, rules, seed)
    action, name, reason = _choose(standings, champion, champion_recipe, data_digest, rules, rolled_back)
    if barred := [name for name in standings if name in rolled_back]:
        reason += f"; rolled back on this very data and not taken again: {', '.join(barred)}"
    others = [
        s for s in standings.values() if s.candidate not in (name, champion_recipe if action != "promote" else None)
    ]
    return Verdict(
        action=action,
        candidate=name,
        is_baseline=bool(name and candidates.get(name)),
        reason=reason,
        champion_before=champion.candidate if champion else None,
        rows=len(known),
        units=int(known["unit"].nunique()),
        failures=int(known["event"].sum()),
        data_digest=data_digest,
        rules=rules,
        standings=tuple(standings.values()),
        failed=failed or {},
        challenger=min(others, key=lambda s: s.score).candidate if others else None,
    )


def without_comparison(reason: str, champion: Champion | None, failures: int, data_digest: str) -> Verdict:
    """The verdict where nothing could be compared: the champion stays; where there is none, Kaplan–Meier, so
    labelled."""
    before = champion.candidate if champion else None
    action: Action = "stay" if champion else "promote"
    name = before or FALLBACK
    return Verdict(action, name, name == FALLBACK, reason, before, 0, 0, failures, data_digest, Rules())


def _choose(
    standings: Mapping[str, Standing],
    champion: Champion | None,
    champion_recipe: str | None,
    data_digest: str,
    rules: Rules,
    rolled_back: Collection[str],
) -> tuple[Action, str | None, str]:
    if not standings:
        return ("stay" if champion else "refuse"), (champion.candidate if champion else None), "no candidate was scored"
    earned = [s for s in standings.values() if s.is_better and s.candidate not in (champion_recipe, *rolled_back)]
    if earned and (champion or any(not s.is_baseline for s in earned)):
        best = min((s for s in earned if champion or not s.is_baseline), key=lambda s: s.score)
        return (
            "promote",
            best.candidate,
            (
                f"{best.candidate} beats {best.bar} by {best.gain:.5f}, at least {best.gain_low:.5f} with "
                f"{rules.confidence:.0%} confidence over {len(standings)} candidates"
            ),
        )
    if champion is None:
        best = min((s for s in standings.values() if s.is_baseline), key=lambda s: s.score)
        return "promote", best.candidate, f"no candidate earned it; {best.candidate} is the best baseline"
    if champion_recipe is None or champion_recipe not in standings:
        return "stay", champion.candidate, "no candidate earned it, and the champion's recipe could not be refitted"
    if champion.data_digest == data_digest:
        return "stay", champion.candidate, "the same data and the same recipe"
    if champion_recipe in rolled_back:
        return "stay", champion.candidate, "no candidate earned it"
    if bad := _uncalibrated(standings[champion_recipe], rules):
        return "stay", champion.candidate, f"no candidate earned it; the champion refitted is not calibrated: {bad}"
    return "refresh", champion_recipe, "no candidate earned it; the champion refitted on newer data is calibrated"


def _standings(
    rows: pd.DataFrame, candidates: Mapping[str, bool], champion_recipe: str | None, rules: Rules, seed: int
) -> dict[str, Standing]:
    if not candidates:
        return {}
    units, index = np.unique(rows["unit"].to_numpy(), return_inverse=True)
    sums = {
        name: np.bincount(index, rows[f"{name}.{rules.primary}"].to_numpy()).astype(np.float64) for name in candidates
    }
    counts = np.bincount(index).astype(float)
    resampled = _resampled(sums, counts, rules.draws, seed)
    scores = {name: float(total.sum() / counts.sum()) for name, total in sums.items()}
    bars = {
        name: [bar for bar in candidates if bar != name and (candidates[bar] or bar == champion_recipe)]
        for name in candidates
    }
    gains = {name: min(scores[bar] for bar in bars[name]) - scores[name] for name in candidates if bars[name]}
    drawn = {name: np.min([resampled[bar] for bar in bars[name]], axis=0) - resampled[name] for name in gains}
    lows = _lower_bounds(gains, drawn, rules.confidence) if len(units) >= rules.min_units else {}
    return {
        name: _standing(
            rows,
            name,
            candidates[name],
            score=scores[name],
            bar=min(bars[name], key=lambda bar: scores[bar], default=""),
            gain=gains.get(name, 0.0),
            low=lows.get(name),
            units=len(units),
            rules=rules,
        )
        for name in candidates
    }


def _lower_bounds(gains: Mapping[str, float], drawn: Mapping[str, Floats], confidence: float) -> dict[str, float]:
    """The bounds over which all gains lie with the confidence, from each gain in every draw (max-T)."""
    errors = {name: float(drawn[name].std()) for name in gains}
    deviations = [(drawn[name] - gains[name]) / errors[name] for name in gains if errors[name] > 0]
    largest = float(np.quantile(np.max(deviations, axis=0), confidence)) if deviations else 0.0
    return {name: gain - largest * errors[name] for name, gain in gains.items()}


def _resampled(sums: Mapping[str, Floats], counts: Floats, draws: int, seed: int) -> dict[str, Floats]:
    """Each candidate's mean score in every draw of units; in blocks, so that memory stays small."""
    blocks: dict[str, list[Floats]] = {name: [] for name in sums}
    for block in range(0, draws, BLOCK):
        drawn = metrics.draws(len(counts), min(BLOCK, draws - block), seed + block)
        for name, total in sums.items():
            blocks[name].append((drawn @ total) / (drawn @ counts))
    return {name: np.concatenate(scores) for name, scores in blocks.items()}


def _standing(
    rows: pd.DataFrame,
    name: str,
    is_baseline: bool,
    score: float,
    bar: str,
    gain: float,
    low: float | None,
    units: int,
    rules: Rules,
) -> Standing:
    ratios, failures = _observed_expected(rows, name)
    reasons = []
    if not bar:
        reasons.append("there is no baseline to compare with")
    elif low is None:
        reasons.append(f"{units} units: {rules.min_units} are needed to claim a gain")
    elif low <= 0:
        reasons.append(f"no skill shown over {bar}: gain {gain:.5f}, lower bound {low:.5f}")
    by_p10 = _failed_by_p10(rows, name, rules.min_rows_with_p10)
    bins, even = _d_calibration(rows, name, max(map(int, ratios)))
    found = Standing(name, is_baseline, score, bar, gain, low, ratios, failures, by_p10, even, bins, tuple(reasons))
    bad = _uncalibrated(found, rules)
    return replace(found, reasons=(*reasons, f"not calibrated: {bad}")) if bad else found


def _observed_expected(rows: pd.DataFrame, name: str) -> tuple[dict[str, float], dict[str, int]]:
    """Observed over expected failures, and failures observed, by horizon in days."""
    time_d, event, one = rows["time_d"].to_numpy(float), rows["event"].to_numpy(bool), np.ones(len(rows))
    ratios, failures = {}, {}
    for column in rows.columns[rows.columns.str.startswith(f"{name}.s_")]:
        horizon = column.removeprefix(f"{name}.s_")
        at = rows[column].to_numpy(float)
        ratios[horizon] = float(metrics.observed_expected(time_d, event, at, int(horizon), one))
        failures[horizon] = int((event & (time_d <= int(horizon))).sum())
    return ratios, failures


def _failed_by_p10(rows: pd.DataFrame, name: str, min_rows: int) -> float | None:
    """Share failed by p10, of the rows whose p10 lies within the horizon; None where there are too few to tell."""
    has_p10 = rows[rows[f"{name}.p10_d"].notna()]
    if len(has_p10) < min_rows or not has_p10["event"].any():
        return None
    time_d, event, p10_d = (has_p10[c].to_numpy() for c in ("time_d", "event", f"{name}.p10_d"))
    return float(metrics.failed_by(time_d.astype(float), event.astype(bool), p10_d, np.ones(len(has_p10))))


def _d_calibration(rows: pd.DataFrame, name: str, last_d: int) -> tuple[int, float | None]:
    """Bins in which enough failures were seen by the longest horizon, and the p of their being as full as they should."""
    event = (rows["event"] & (rows["time_d"] <= last_d)).to_numpy(bool)
    return metrics.evenness(*metrics.d_calibration(rows[f"{name}.at_end"].to_numpy(float), event), MIN_FAILURES)


def _uncalibrated(standing: Standing, rules: Rules) -> str:
    """What is not calibrated: at every horizon with enough failures, and of p10 where enough rows tell."""
    low, high = rules.observed_expected
    bad = [
        f"observed/expected {ratio:.2f} at {h} d, allowed {low} to {high}"
        for h, ratio in standing.observed_expected.items()
        if standing.failures[h] >= rules.min_failures_at_horizon and not low <= ratio <= high
    ]
    by_p10, (least, most) = standing.failed_by_p10, rules.failed_by_p10
    if by_p10 is not None and not least <= by_p10 <= most:
        bad.append(f"{by_p10:.1%} failed by p10, allowed {least:.0%} to {most:.0%}")
    return ", ".join(bad)
