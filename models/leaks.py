"""Leaks: features that tell what was not known at their date, whatever they are called.

Three ways to find one, each over landmark rows (`gold.landmark`) and none by its name:

- *Other than on record*: at a date, the feature differs from the one built from what had been recorded by that date alone, and
  the difference tells which items fail. A register that was filled in for all alike tells nothing.
- *Gone when told later*: it tells failures within the first horizon well, and no longer does once every record becomes known
  `DELAY_D` days later. So do records that are dated before they were written.
- *Filled in after the failure*: before any failure, the items that fail later have it and the others do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from models.errors import LeakingFeature

KEY = ("_source", "item_id")

DELAY_D = 30
"""Days by which records are moved."""

MOST_REVISED = 0.02
"""Share of items whose feature may differ from the record in any case: corrections and records that came meanwhile."""

FORETELLS = 0.1
"""Area under the ROC curve, over chance, from which a difference from the record tells of failures; with `MOST_ITEMS` three
standard errors (Hanley and McNeil, Radiology 143 (1982) 29)."""

TELLING = 0.8
"""Area under the ROC curve from which a single feature tells too much to vanish with a month's delay."""

LOST = 0.5
"""Share of its lead over chance that it loses then."""

MOST_OF, FEW_OF = 0.5, 0.05
"""Shares of the failing and of the others that have a value which is filled in after the failure."""

FEWEST = 20
"""Items of a kind under which nothing is said."""

MOST_ITEMS = 400
"""Items that a sample has at most."""


@dataclass(frozen=True)
class Leak:
    """A feature that tells of what came later, and how that was found, in English and in Korean."""

    feature: str
    text_en: str
    text_ko: str


def refuse(leaks: Sequence[Leak]) -> None:
    """Raise LeakingFeature, naming every feature, where there is any."""
    if leaks:
        raise LeakingFeature(
            "; ".join(f"{leak.feature} {leak.text_en}" for leak in leaks)
            + "; nothing was trained: mend the column in its contract or at its source, or leave it out",
            "; ".join(f"{leak.feature}: {leak.text_ko}" for leak in leaks)
            + ". 학습을 중단했습니다. 계약이나 원천에서 이 열을 바로잡거나 빼 주세요.",
        )


def sample(rows: pd.DataFrame, horizon_d: float) -> pd.DataFrame:
    """Rows of one date, at most `MOST_ITEMS`, half of them failing within the horizon as far as there are such (`fails`).

    rows : labelled landmark rows. The date is the latest of those with most failures within the horizon. Empty where no row's
    label reaches that far.
    """
    told = rows[rows["event"] | (rows["time_d"] >= horizon_d)]
    told = told.assign(fails=told["event"] & (told["time_d"] <= horizon_d))
    failures = told.groupby("as_of")["fails"].sum()
    at = told[told["as_of"] == failures[::-1].idxmax()] if len(told) else told
    failing, others = (at[at["fails"] == fails] for fails in (True, False))
    failing = failing.sample(min(MOST_ITEMS // 2, len(failing)), random_state=0)
    return pd.concat([failing, others.sample(min(MOST_ITEMS - len(failing), len(others)), random_state=0)])


def other_than_on_record(kept: pd.DataFrame, rebuilt: pd.DataFrame, features: Sequence[str]) -> list[Leak]:
    """Features of items at a date that are not those built from what had been recorded by then, and tell failures by it.

    kept : rows of one date with `fails` (bool). rebuilt : the same items at that date; items that only one of them has are
    not compared.
    """
    both = kept.merge(rebuilt, on=list(KEY), suffixes=("", "_rebuilt"))
    fails = both["fails"].to_numpy(bool)
    if min(fails.sum(), (~fails).sum()) < FEWEST:
        return []
    found = []
    for name in features:
        now, then = both[name], both[f"{name}_rebuilt"]
        differs = _differs(now, then)
        if differs.mean() > MOST_REVISED and _foretells(now, then, differs, fails):
            row = both[differs].iloc[0]
            share, was, is_now = differs.mean(), _said(row[f"{name}_rebuilt"]), _said(row[name])
            found.append(
                Leak(
                    name,
                    f"is not what was on record on its date for {share:.0%} of the items compared "
                    f"(item {row['item_id']}: {is_now}, on record {was})",
                    f"비교한 설비의 {share:.0%}에서 그 날짜의 기록과 다릅니다"
                    f"(설비 {row['item_id']}: {is_now}, 당시 기록 {was})",
                )
            )
    return found


def gone_when_told_later(
    kept: pd.DataFrame, later: pd.DataFrame, features: Sequence[str], horizon_d: float
) -> list[Leak]:
    """Features that tell which items fail within the horizon, and do not when every record is known `DELAY_D` days later.

    kept : rows of one date with `fails` (bool). later : the same items at that date, rebuilt with the delay; only numbers
    are looked at.
    """
    both = kept.merge(later, on=list(KEY), suffixes=("", "_later"))
    fails = both["fails"].to_numpy(bool)
    if min(fails.sum(), (~fails).sum()) < FEWEST:
        return []
    found = []
    for name in features:
        if not pd.api.types.is_numeric_dtype(both[name]):
            continue
        told, left = discrimination(both[name], fails), discrimination(both[f"{name}_later"], fails)
        if told >= TELLING and left - 0.5 <= (1 - LOST) * (told - 0.5):
            found.append(
                Leak(
                    name,
                    f"tells the failures of the next {horizon_d:g} days (area under the curve {told:.2f}) only as long as "
                    f"records are taken at their dates: {DELAY_D} days later it is {left:.2f}",
                    f"앞으로 {horizon_d:g}일의 고장을 가려내지만(AUC {told:.2f}), 기록이 {DELAY_D}일 늦게 알려졌다고 보면 "
                    f"{left:.2f}로 떨어집니다",
                )
            )
    return found


def filled_in_after_failure(rows: pd.DataFrame, features: Sequence[str]) -> list[Leak]:
    """Features that the items of a source which fail later have already, and the others do not.

    rows : labelled landmark rows. Each item is seen at its first row, before any failure of it can have been recorded.
    """
    order = rows.sort_values("as_of").groupby([*KEY], sort=False)
    first = order.head(1).set_index([*KEY])
    fails = order["event"].any().reindex(first.index)
    found = []
    for name in features:
        has = first[name].notna()
        for source, of in fails.groupby(level="_source"):
            share, rest = has[of.index][of].mean(), has[of.index][~of].mean()
            if min(of.sum(), (~of).sum()) >= FEWEST and share >= MOST_OF and rest <= FEW_OF:
                found.append(
                    Leak(
                        name,
                        f"is filled in for {share:.0%} of the items of {source} that fail later and {rest:.0%} of the others",
                        f"{source}에서 나중에 고장 난 설비는 {share:.0%}, 나머지는 {rest:.0%}만 값이 있습니다",
                    )
                )
                break
    return found


def discrimination(values: pd.Series, fails: np.ndarray) -> float:
    """Area under the ROC curve (Mann–Whitney), of the direction that tells more; a gap ranks lowest."""
    x = values.to_numpy(float, na_value=np.nan)
    ranks = rankdata(np.where(np.isfinite(x), x, -np.inf))
    failing, others = int(fails.sum()), int((~fails).sum())
    area = (ranks[fails].sum() - failing * (failing + 1) / 2) / (failing * others)
    return float(max(area, 1 - area))


def _foretells(now: pd.Series, then: pd.Series, differs: pd.Series, fails: np.ndarray) -> bool:
    """Whether it tells of failures that a feature differs, or by how much more its values tell than those on record."""
    if discrimination(differs.astype(float), fails) - 0.5 >= FORETELLS:
        return True
    is_number = pd.api.types.is_numeric_dtype(now) and pd.api.types.is_numeric_dtype(then)
    return is_number and discrimination(now, fails) - discrimination(then, fails) >= FORETELLS


def _differs(a: pd.Series, b: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(a) and pd.api.types.is_numeric_dtype(b):
        same = np.isclose(a.to_numpy(float, na_value=np.nan), b.to_numpy(float, na_value=np.nan), equal_nan=True)
        return pd.Series(~same, index=a.index)
    return (a != b) & ~(a.isna() & b.isna())


def _said(value: float | str | None) -> str:
    return "nothing" if pd.isna(value) else f"{value:g}" if isinstance(value, float) else str(value)
