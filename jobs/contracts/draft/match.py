"""Which heading fills which column of one of the lake's tables, how sure that is, and what speaks for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from jobs.contracts.checks import DERIVED, OCCURRED
from jobs.contracts.draft.columns import Values, fit
from jobs.contracts.vocabulary import heading_score
from jobs.contracts.words import HEADINGS
from jobs.tables import SILVER, Field

SURE, WORTH_A_LOOK = 0.55, 0.3
"""From these confidences on a column is proposed, and suggested in a comment."""
CLEARLY = 0.04
"""A heading that means a column more than another by at least so much is the one that is meant."""
KEYS = {name: table.key[0] for name, table in SILVER.items()}
"""The column that numbers the records of each table."""


@dataclass(frozen=True)
class Match:
    """A heading that may fill a column, how sure that is (0..1), and what speaks for it.

    `named` is what its heading alone says (0..1); `rivals` are headings that may fill the column just as well.
    """

    column: str
    values: Values
    confidence: float
    evidence: str
    named: float
    rivals: tuple["Match", ...] = ()


def fillable(kind: str) -> dict[str, Field | None]:
    """The columns of a lake's table that headings can fill; `occurred` has no field of its own."""
    own: dict[str, Field | None] = {
        f.name: f for f in SILVER[kind].fields if not f.name.startswith("_") and f.name not in DERIVED
    }
    if kind == "equipment":
        return own
    before = (KEYS[kind], "equipment_tag")
    return {name: own[name] for name in before} | {OCCURRED: None} | own


def matched(columns: Sequence[Values], kind: str) -> list[Match]:
    """The assignment of headings to a table's columns, one to one, whose confidences sum highest.

    What is sure is assigned first, so that no doubtful match takes a heading from a sure one.
    """
    fields = [(name, f) for name, f in fillable(kind).items() if name in HEADINGS[kind]]
    options = [[_match(values, kind, name, f) for name, f in fields] for values in columns]
    found: dict[int, Match] = {}
    for least in (SURE, WORTH_A_LOOK):
        taken = {match.column for match in found.values()}
        weights = np.array(
            [
                [
                    m.confidence if i not in found and m.column not in taken and m.confidence >= least else 0.0
                    for m in row
                ]
                for i, row in enumerate(options)
            ]
        ).reshape(len(options), len(fields))
        rows, picked = linear_sum_assignment(weights, maximize=True)
        found |= {i: options[i][j] for i, j in zip(rows, picked, strict=True) if weights[i, j] > 0}
    free = [match for i, row in enumerate(options) if i not in found for match in row if match.confidence >= SURE]
    return [_meant(match, [other for other in free if other.column == match.column]) for match in found.values()]


def _meant(match: Match, others: Sequence[Match]) -> Match:
    """Of a column's match and the headings that fill nothing else, the one whose heading means it most.

    Cleaner values are no reason to take another one; headings that mean it as much are its rivals.
    """
    others = [other for other in others if other.values.texts != match.values.texts]
    best = max([match, *others], key=lambda of: of.named)
    chosen = best if best.named >= match.named + CLEARLY else match
    alike = [of for of in (match, *others) if of is not chosen and of.named > chosen.named - CLEARLY]
    return replace(chosen, rivals=tuple(alike))


BY_VALUES_ALONE = {OCCURRED: 0.6, "equipment_tag": 0.7, "maintenance_id": 0.4, "downtime_h": 0.4}
"""How far values alone make sure of a column whose heading says nothing; of coded columns, `BY_CODES_ALONE`."""
BY_CODES_ALONE = 0.7


def _match(values: Values, kind: str, column: str, lake_field: Field | None) -> Match:
    named, word = heading_score(values.heading, kind, column)
    fits, seen = fit(values, column, lake_field)
    if not named:
        alone = BY_CODES_ALONE if lake_field and lake_field.codes and len(values.words) > 1 else 0.0
        return Match(column, values, BY_VALUES_ALONE.get(column, alone) * _alone(values, column, fits), seen, 0.0)
    confidence = named * (0.6 + 0.4 * fits) if fits >= 0.2 else 0.3 * named
    confidence *= 0.95 + 0.05 * values.rows / max(1, len(values.texts))
    return Match(column, values, round(confidence, 2), f"제목이 '{word}', {seen}", named)


def _alone(values: Values, column: str, fits: float) -> float:
    """What values that fit are worth without a heading: nothing where many other columns would look the same."""
    if column == "equipment_tag":
        return fits if values.tags >= 0.8 else 0.0
    if column == "downtime_h":
        return fits if values.numbers < 0.5 else 0.0
    return fits if fits >= 0.8 else 0.0
