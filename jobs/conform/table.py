"""One silver table's canonical columns from a row's cells."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform.columns import Conformed, as_field, conform_column
from jobs.contracts import TableContract
from jobs.contracts.checks import DERIVED, OCCURRED, OPTIONAL
from jobs.tables import SILVER
from jobs.tables.quarantine import REASONS

Cell = Callable[[str], Column]
"""Gives the text of a heading's cell in the row at hand."""


@dataclass(frozen=True)
class ConformedTable:
    """`values`: a struct of the table's own columns, in its order. `reasons` to refuse the row and `warnings`: arrays of
    struct `code`, `column`, `value`, `expected`, empty where there are none."""

    values: Column
    reasons: Column
    warnings: Column


def conform_table(
    name: str, feed: TableContract, cell: Cell, record_lag_days: int, nothing: Sequence[str] = ()
) -> ConformedTable:
    """Read a row as a record of the silver table `name`.

    A text that its rule cannot read gives the reason `bad_<parse>`; a required column without a value
    `missing_<column>`; a code without a mapping the warning `unmapped_code`. Without a date of record, `recorded_on` is
    `record_lag_days` after the event, and marked as assumed. `nothing` are the source's own words for "no value".
    """
    table = SILVER[name]
    own = [field for field in table.fields if not field.name.startswith("_")]
    units = {field.name: field.unit for field in own}
    read = {
        column: conform_column(rule, [cell(h) for h in rule.headings], units.get(column, ""), nothing)
        for column, rule in feed.columns.items()
    }
    values = {
        field.name: as_field(read[field.name].value, feed.columns[field.name], str(field.type), field.name in OPTIONAL)
        if field.name in read
        else F.lit(None).cast(str(field.type))
        for field in own
    }
    if OCCURRED in read:
        values |= _event_time(read[OCCURRED].value, values["recorded_on"], record_lag_days)
    required = [f.name for f in own if not f.nullable and f.name not in (*DERIVED, *OPTIONAL)]
    reasons = [
        *[_bad(column, feed.columns[column].parse, found) for column, found in read.items()],
        *[_missing(column, values[column], read.get(column)) for column in required],
        *([_missing(OCCURRED, values["occurred_from"], read[OCCURRED])] if OCCURRED in read else []),
    ]
    warnings = [_unmapped(column, found) for column, found in read.items() if feed.columns[column].codes]
    return ConformedTable(
        F.struct(*[values[field.name].alias(field.name) for field in own]), _listed(reasons), _listed(warnings)
    )


def _event_time(occurred: Column, recorded_on: Column, lag_days: int) -> dict[str, Column]:
    """When it happened and when that was known: never before it had happened."""
    happened_by = occurred["to"].cast("date")
    return {
        "occurred_from": occurred["from"],
        "occurred_to": occurred["to"],
        "recorded_on": F.when(recorded_on.isNull(), F.date_add(happened_by, lag_days)).otherwise(
            F.greatest(recorded_on, happened_by)
        ),
        "is_recorded_on_assumed": recorded_on.isNull(),
    }


def _bad(column: str, parse: str, found: Conformed) -> Column:
    return F.when(found.is_bad, _reason(f"bad_{parse}", column, found.text, found.expected))


def _missing(column: str, value: Column, found: Conformed | None) -> Column:
    is_missing = value.isNull() & ~found.is_bad if found else value.isNull()
    text = found.text if found else F.lit(None)
    return F.when(is_missing, _reason(f"missing_{column}", column, text, "a value"))


def _unmapped(column: str, found: Conformed) -> Column:
    return F.when(found.is_unmapped, _reason("unmapped_code", column, found.text, "a code that the contract maps"))


def _reason(code: str, column: str, value: Column, expected: str) -> Column:
    return F.struct(
        F.lit(code).alias("code"),
        F.lit(column).alias("column"),
        value.cast("string").alias("value"),
        F.lit(expected).alias("expected"),
    )


def _listed(found: Sequence[Column]) -> Column:
    return F.array_compact(F.array(*found)).cast(REASONS)
