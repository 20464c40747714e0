"""One silver table's canonical columns from a row's cells."""

from collections.abc import Callable, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.conform.codes import is_unmapped
from jobs.conform.columns import constant, expected, is_unreadable, nothing_for, prepared, read
from jobs.conform.dates import earliest, latest, sap_nothing
from jobs.conform.lexicon import Lexicon, single_code
from jobs.conform.personal import has_personal_data
from jobs.conform.repairs import altered, repairs, used
from jobs.conform.text import clean, nothing_as_null
from jobs.contracts import ColumnRule, TableContract
from jobs.contracts.checks import DERIVED, OCCURRED, OPTIONAL
from jobs.tables import SILVER, Field
from jobs.tables.quarantine import REASONS

Cell = Callable[[str], Column]
"""Gives the text of a heading's cell in the row at hand."""


def conform_table(
    frame: DataFrame,
    name: str,
    feed: TableContract,
    cell: Cell,
    record_lag_days: int,
    nothing: Sequence[str] = (),
    keeps_bad_values: bool = False,
    lexicon: Lexicon | None = None,
    cells: str | None = None,
) -> DataFrame:
    """Read each row as a record of the silver table `name`; the frame with three more columns.

    `<name>` is a struct of the table's own columns in its order; `_reasons_<name>` (to refuse the row) and
    `_warnings_<name>` are arrays of struct `code`, `column`, `value`, `expected`, empty where there are none.
    A text that its rule cannot read gives the reason `bad_<parse>`; a required column without a value
    `missing_<column>`; a code without a mapping the warning `unmapped_code`. Without a date of record, `recorded_on` is
    `record_lag_days` after the event, and marked as assumed. `nothing` are the source's own words for "no value".
    With `keeps_bad_values` a text that cannot be read is a warning, and a repair `ignored`, where the column may be empty.
    Where the contract asks for tags, `lexicon` reads them in the text. `cells` is the column that `cell` reads, where
    it holds cells that may be filled from above (`jobs.conform.repairs`).

    Each stage is a projection of its own, so that no stage repeats the work of an earlier one.
    """
    kept = frame.columns
    rules = {column: rule for column, rule in feed.columns.items() if rule.from_ is not None}
    own = [field for field in SILVER[name].fields if not field.name.startswith("_")]
    units = {field.name: field.unit for field in own}
    headings = list(dict.fromkeys(heading for rule in rules.values() for heading in rule.headings))
    at = {heading: f"_cell_{i}" for i, heading in enumerate(headings)}

    frame = frame.withColumns({at[heading]: cell(heading) for heading in headings})
    frame = frame.withColumns({column: clean(column) for column in at.values()})
    frame = frame.withColumns(_said(rules, at, tuple(nothing)))
    frame = frame.withColumns({f"_found_{c}": prepared(rule, F.col(f"_text_{c}")) for c, rule in rules.items()})
    frame = frame.withColumns({f"_value_{c}": _value(c, rule, units.get(c, "")) for c, rule in feed.columns.items()})
    values = _values(own, feed, record_lag_days)
    required, is_bad = required_columns(own), _is_bad(rules)
    excused = {column: holds for column, holds in is_bad.items() if keeps_bad_values and column not in required}
    frame = frame.withColumns(
        {f"_own_{column}": value for column, value in values.items()}
        | {"_altered": altered(rules, units, excused), "_used": used(rules, at)}
    )
    if feed.tags and lexicon:
        frame = frame.withColumn("_own_text_tags", lexicon.tagged(F.col(f"_own_{feed.tags.from_}")))
        for kind in feed.tags.fills:
            frame = frame.withColumn(f"_own_{kind}", _or_said(kind, rules))
    bad = _bad(rules, units, is_bad)
    filled = {field.name: F.col(f"_own_{field.name}") for field in own}
    filled["repairs"] = repairs("_altered", "_used", cells)
    if "has_personal_data" in filled:
        filled["has_personal_data"] = has_personal_data(*(filled[c] for c in ("text", "cause") if c in filled))
    return frame.select(
        *kept,
        F.struct(*[value.alias(column) for column, value in filled.items()]).alias(name),
        _listed([*(why for column, why in bad.items() if column not in excused), *_missing(required, rules)]).alias(
            f"_reasons_{name}"
        ),
        _listed([*(why for column, why in bad.items() if column in excused), *_unmapped(rules)]).alias(
            f"_warnings_{name}"
        ),
    )


def _said(rules: dict[str, ColumnRule], at: dict[str, str], nothing: tuple[str, ...]) -> dict[str, Column]:
    """The text that each rule reads, null where nothing is said: the first of the alternatives, or date and time."""
    said: dict[str, Column] = {}
    for column, rule in rules.items():
        words = nothing_for(rule, nothing)
        texts = [nothing_as_null(F.col(at[heading]), words) for heading in rule.headings]
        if rule.parse in ("sap_date", "sap_timestamp"):
            texts[0] = sap_nothing(texts[0])
        if rule.needs_all_headings:
            said[f"_text_{column}"], said[f"_time_{column}"] = texts
        else:
            said[f"_text_{column}"] = texts[0] if len(texts) == 1 else F.coalesce(*texts)
    return said


def _value(column: str, rule: ColumnRule, unit: str) -> Column:
    if rule.from_ is None:
        return constant(rule)
    texts = [F.col(f"_text_{column}"), *([F.col(f"_time_{column}")] if rule.needs_all_headings else [])]
    return read(rule, texts, F.col(f"_found_{column}"), unit)


def _from(column: str, rule: ColumnRule) -> Column:
    value = F.col(f"_value_{column}")
    return earliest(value) if rule.parse == "korean_date" else value


def _to(column: str, rule: ColumnRule) -> Column:
    value = F.col(f"_value_{column}")
    return latest(value) if rule.parse == "korean_date" else value


def _values(own: Sequence[Field], feed: TableContract, lag_days: int) -> dict[str, Column]:
    """The table's own columns, typed; of a month, a date column takes the first day, `recorded_on` the last."""
    values = {field.name: F.lit(None).cast(field.spark_type) for field in own}
    types = {field.name: field.spark_type for field in own}
    for column, rule in feed.columns.items():
        if column != OCCURRED:
            end = _to if column in OPTIONAL else _from
            values[column] = end(column, rule).cast(types[column])
    if OCCURRED in feed.columns:
        first, last = (end(OCCURRED, feed.columns[OCCURRED]) for end in (_from, _to))
        values |= _event_time(first, last, values["recorded_on"], lag_days)
    return values


def _or_said(kind: str, rules: dict[str, ColumnRule]) -> Column:
    """What the source states, or where it states nothing, the one code of this kind that the text says."""
    stated = F.col(f"_own_{kind}")
    is_silent = stated.isNull() & (F.col(f"_text_{kind}").isNull() if kind in rules else F.lit(True))
    return F.when(is_silent, single_code("_own_text_tags", kind)).otherwise(stated)


def _event_time(first: Column, last: Column, recorded_on: Column, lag_days: int) -> dict[str, Column]:
    """When it happened and when that was known: never before it had happened."""
    happened_by = last.cast("date")
    known_on = F.when(recorded_on.isNull(), F.date_add(happened_by, lag_days)).otherwise(
        F.greatest(recorded_on, happened_by)
    )
    return {
        "occurred_from": first,
        "occurred_to": last,
        "recorded_on": known_on,
        "is_recorded_on_assumed": recorded_on.isNull(),
    }


def _is_bad(rules: dict[str, ColumnRule]) -> dict[str, Column]:
    """By column, whether its text cannot be read; never null."""
    found = {}
    for column, rule in rules.items():
        text = F.col(f"_text_{column}")
        is_bad = is_unreadable(text) if rule.codes else _from(column, rule).isNull()
        found[column] = text.isNotNull() & is_bad
    return found


def _bad(rules: dict[str, ColumnRule], units: dict[str, str], is_bad: dict[str, Column]) -> dict[str, Column]:
    """By column, the reason where a text cannot be read."""
    found = {}
    for column, rule in rules.items():
        text = F.col(f"_text_{column}")
        said = F.concat_ws(" ", text, f"_time_{column}") if rule.needs_all_headings else text
        found[column] = F.when(
            is_bad[column], _reason(f"bad_{rule.parse}", column, said, expected(rule, units.get(column, "")))
        )
    return found


def required_columns(own: Sequence[Field]) -> dict[str, str]:
    """The contract's columns that a row needs, with the field that each of them fills."""
    required = {f.name: f.name for f in own if not f.nullable and f.name not in (*DERIVED, *OPTIONAL)}
    if any(field.name == "occurred_from" for field in own):
        required[OCCURRED] = "occurred_from"
    return required


def _missing(required: dict[str, str], rules: dict[str, ColumnRule]) -> list[Column]:
    """A required column that has no value though no text of it was refused."""
    found = []
    for column, field_name in required.items():
        is_missing = F.col(f"_own_{field_name}").isNull()
        text: Column = F.lit(None)
        if column in rules:
            text = F.col(f"_text_{column}")
            if not rules[column].codes:
                is_missing = is_missing & text.isNull()
        found.append(F.when(is_missing, _reason(f"missing_{column}", column, text, "a value")))
    return found


def _unmapped(rules: dict[str, ColumnRule]) -> list[Column]:
    return [
        F.when(
            is_unmapped(F.col(f"_found_{column}"), rule.codes),
            _reason("unmapped_code", column, F.col(f"_text_{column}"), "a code that the contract maps"),
        )
        for column, rule in rules.items()
        if rule.codes
    ]


def _reason(code: str, column: str, value: Column, expected: str) -> Column:
    return F.struct(
        F.lit(code).alias("code"),
        F.lit(column).alias("column"),
        value.cast("string").alias("value"),
        F.lit(expected).alias("expected"),
    )


def _listed(found: Sequence[Column]) -> Column:
    return F.array_compact(F.array(*found)).cast(REASONS)
