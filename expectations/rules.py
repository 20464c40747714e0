"""Suites compiled to Spark columns: one pass gives every expectation's counts, and every row's reasons.

The counts are those of stock Great Expectations on Spark (`tests/laws/test_rules_equal_gx.py`): nulls pass every
expectation but `not_null`, and a row expectation judges the rows whose column is not null.

A *staged* frame has one struct column per silver table, null where the row does not feed that table; `value` gives the
column of a field (`F.col("maintenance.downtime_h")`), `present` whether the row feeds the table.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import reduce
from operator import and_, or_
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from expectations.suites.expectation import Expectation

Value = Callable[[str], Column]

NO_REASONS = "array<struct<code:string,column:string,value:string,expected:string>>"


@dataclass(frozen=True)
class Rule:
    """An expectation ready for Spark; `id` names its counts within the table."""

    id: str
    expectation: Expectation
    expected: str

    def judges(self, value: Value, present: Column) -> Column:
        """True for the rows in the expectation's domain."""
        where = self.expectation.where
        return present & value(where[0]).eqNullSafe(F.lit(where[1])) if where else present

    def missing(self, value: Value) -> Column:
        """True for the rows that it passes over because there is nothing to judge."""
        column, kwargs = self.expectation.column, self.expectation.kwargs
        if self.expectation.code == "a_greater_than_b":
            a, b = value(column).isNull(), value(kwargs["column_B"]).isNull()
            return a & b if kwargs["ignore_row_if"] == "both_values_are_missing" else a | b
        if self.expectation.code == "unique_together":
            nulls = [value(name).isNull() for name in kwargs["column_list"]]
            return reduce(and_ if kwargs["ignore_row_if"] == "all_values_are_missing" else or_, nulls)
        return value(column).isNull() if column else F.lit(False)

    @property
    def counts_repeats(self) -> bool:
        """True where it asks how often a value is there, which no single row can tell."""
        return self.expectation.code in ("unique", "unique_together")

    def breaks(self, value: Value) -> Column:
        """True for the rows that break it, never null."""
        return F.coalesce(_BREAKS[self.expectation.code](self.expectation, value), F.lit(False))


@dataclass(frozen=True)
class Count:
    """What one expectation found: rows in its domain, rows with nothing to judge, rows that break it.

    `error` is why it could not be evaluated, else empty; `observed` what was found of the column as a whole.
    """

    rows: int = 0
    missing: int = 0
    unexpected: int = 0
    error: str = ""
    observed: float | None = None


@dataclass(frozen=True)
class TableCounts:
    """One table's row count, the columns it has, and its expectations' counts by rule id."""

    rows: int
    columns: frozenset[str]
    counts: Mapping[str, Count] = field(default_factory=dict)

    def repeats(self, suite: Sequence[Expectation]) -> bool:
        """Whether a value that is to be unique, by an expectation of the suite that was counted, is there twice."""
        return any(
            rule.counts_repeats and self.counts.get(rule.id, Count()).unexpected for rule in compile_rules(suite)
        )


def compile_rules(suite: Sequence[Expectation]) -> list[Rule]:
    """One rule per expectation, in order."""
    return [Rule(f"{i:03d}", expectation, expected(expectation)) for i, expectation in enumerate(suite)]


def expected(expectation: Expectation) -> str:
    """What was expected, for a person: `0 to 8760`, `one of high, medium, low`."""
    kwargs = expectation.kwargs
    match expectation.code:
        case "not_null":
            return "a value"
        case "null":
            return "no value"
        case "in_set":
            return f"one of {', '.join(map(str, kwargs['value_set']))}"
        case "not_in_set":
            return f"none of {', '.join(map(str, kwargs['value_set']))}"
        case "length_between":
            return f"length {_range(kwargs)}"
        case "match_regex":
            return f"text like {kwargs['regex']}"
        case "not_match_regex":
            return f"no text like {kwargs['regex']}"
        case "a_greater_than_b":
            return f"{'not before' if kwargs.get('or_equal') else 'after'} {kwargs['column_B']}"
        case "unique" | "unique_together":
            return "no other row of the same value"
        case "row_count":
            return f"rows {_range(kwargs)}"
        case _:
            return _range(kwargs)


def reasons(rules: Iterable[Rule], value: Value, present: Column) -> Column:
    """The reasons for which a row is quarantined: array<struct<code, column, value, expected>>, empty when fine."""
    broken = [
        F.when(
            rule.judges(value, present) & rule.breaks(value),
            F.struct(
                F.lit(rule.expectation.code).alias("code"),
                F.lit(rule.expectation.column).alias("column"),
                value(rule.expectation.column).cast("string").alias("value"),
                F.lit(rule.expected).alias("expected"),
            ),
        )
        for rule in rules
        if rule.expectation.row
    ]
    if not broken:
        return F.array().cast(NO_REASONS)
    return F.array_compact(F.array(*broken)).cast(NO_REASONS)


def counts(rules: Sequence[Rule], value: Value, present: Column, prefix: str) -> list[Column]:
    """Aggregates for `df.agg(...)`: the table's rows and, by rule, what `read_counts` reads back.

    Names start with `prefix` (the table's name). Equal counts are taken once: nulls by column, rows by table.
    """
    columns = {f"{prefix}_rows": F.count_if(present)}
    for rule in rules:
        judged = rule.judges(value, present)
        rows, missing, unexpected = _names(rule, prefix)
        columns.setdefault(rows, F.count_if(judged))
        if rule.expectation.code != "row_count":
            columns.setdefault(missing, F.count_if(judged & rule.missing(value)))
        if rule.expectation.code in _BREAKS:
            columns.setdefault(unexpected, F.count_if(judged & rule.breaks(value)))
    return [column.alias(name) for name, column in columns.items()]


def read_counts(rules: Iterable[Rule], found: Mapping[str, Any], prefix: str) -> dict[str, Count]:
    """Counts by rule id from the row that `df.agg(*counts(...))` gave."""
    return {rule.id: _read(rule, found, prefix) for rule in rules}


def _read(rule: Rule, found: Mapping[str, Any], prefix: str) -> Count:
    rows, missing, unexpected = _names(rule, prefix)
    return Count(int(found[rows]), int(found.get(missing, 0)), int(found.get(unexpected, 0)))


def _names(rule: Rule, prefix: str) -> tuple[str, str, str]:
    """The aggregates' names: rows in the domain, rows with nothing to judge, rows that break it."""
    expectation = rule.expectation
    rows = f"{prefix}_{rule.id}_rows" if expectation.where else f"{prefix}_rows"
    own = expectation.where or expectation.code in ("a_greater_than_b", "unique_together")
    missing = f"{prefix}_{rule.id}_missing" if own else f"{prefix}_{expectation.column}_missing"
    return rows, missing, missing if expectation.code == "not_null" else f"{prefix}_{rule.id}_unexpected"


def measure(staged: DataFrame, suites: Mapping[str, Sequence[Expectation]]) -> dict[str, TableCounts]:
    """Every table's counts, in one Spark action over the staged frame; not of what Great Expectations itself evaluates.

    An expectation that names a column which is not there, or that Spark refuses to evaluate, keeps its place with an
    error; the others are evaluated.
    """
    tables = {table: _Table(table, compile_rules(suite), _columns(staged, table)) for table, suite in suites.items()}
    try:
        return _measure(staged, tables)
    except Exception:  # find out which rule it was: each alone, so that the others keep their counts
        alone = {name: _one_by_one(staged, table) for name, table in tables.items()}
        if all(count.error for table in alone.values() for count in table.counts.values()):
            raise  # not a rule's fault: nothing can be read
        return alone


@dataclass(frozen=True)
class _Table:
    name: str
    rules: Sequence[Rule]
    columns: frozenset[str]

    @property
    def known(self) -> list[Rule]:
        counted = [rule for rule in self.rules if rule.expectation.kind.is_counted]
        return [rule for rule in counted if self.columns.issuperset(rule.expectation.columns)]

    @property
    def present(self) -> Column:
        return F.col(self.name).isNotNull()

    def value(self, column: str) -> Column:
        return F.col(self.name).getField(column)


def _columns(staged: DataFrame, table: str) -> frozenset[str]:
    if table not in staged.columns:
        return frozenset()
    return frozenset(staged.schema[table].dataType.names)


def _measure(staged: DataFrame, tables: Mapping[str, _Table]) -> dict[str, TableCounts]:
    here = [table for table in tables.values() if table.columns]
    repeating = [(table, rule) for table in here for rule in table.known if rule.counts_repeats]
    found: dict[str, Any] = {}
    if here:
        totals = staged.agg(*(c for t in here for c in counts(t.known, t.value, t.present, t.name)))
        frame = totals.crossJoin(_repeated(staged, repeating)) if repeating else totals
        found = frame.collect()[0].asDict()
    return {
        name: TableCounts(
            rows=int(found.get(f"{name}_rows", 0)),
            columns=table.columns,
            counts=read_counts(table.known, found, name),
        )
        for name, table in tables.items()
    }


def _repeated(staged: DataFrame, repeating: Sequence[tuple[_Table, Rule]]) -> DataFrame:
    """One row: for each rule, how many rows hold a value that another row holds too."""
    names = {_names(rule, table.name)[2]: (table, rule) for table, rule in repeating}
    values = [
        F.when(
            rule.judges(table.value, table.present) & ~rule.missing(table.value),
            F.struct(
                F.lit(name).alias("rule"),
                F.to_json(F.array(*(table.value(c).cast("string") for c in _counted(rule)))).alias("value"),
            ),
        )
        for name, (table, rule) in names.items()
    ]
    each = staged.select(F.explode(F.array_compact(F.array(*values))).alias("held")).select("held.rule", "held.value")
    held = each.groupBy("rule", "value").agg(F.count(F.lit(1)).alias("n"))
    repeats = [F.sum(F.when((F.col("rule") == name) & (F.col("n") > 1), F.col("n")).otherwise(0)) for name in names]
    return held.agg(*(F.coalesce(n, F.lit(0)).alias(name) for n, name in zip(repeats, names, strict=True)))


def _counted(rule: Rule) -> tuple[str, ...]:
    return tuple(rule.expectation.kwargs.get("column_list", (rule.expectation.column,)))


def _one_by_one(staged: DataFrame, table: _Table) -> TableCounts:
    alone: dict[str, Count] = {}
    rows = 0
    for rule in table.known:
        try:
            one = _measure(staged, {table.name: _Table(table.name, [rule], table.columns)})[table.name]
            rows = max(rows, one.rows)
            alone |= one.counts
        except Exception as error:  # any failure of an expectation is its own verdict
            alone[rule.id] = Count(error=str(error).strip().splitlines()[0][:300])
    return TableCounts(rows, table.columns, alone)


def _range(kwargs: Mapping[str, Any]) -> str:
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    parts = [
        f"{'above' if kwargs.get('strict_min') else 'from'} {_shown(low)}" if low is not None else "",
        f"{'below' if kwargs.get('strict_max') else 'to'} {_shown(high)}" if high is not None else "",
    ]
    return " ".join(part for part in parts if part)


def _shown(bound: Any) -> str:
    if isinstance(bound, datetime):
        return bound.isoformat(sep=" ")
    return f"{bound:,.10g}" if isinstance(bound, float) else str(bound)


def _literal(value: Any) -> Column:
    """A literal; moments as text cast in the session's time zone, for Python's own follow the machine's."""
    if isinstance(value, datetime):
        return F.lit(value.isoformat(sep=" ")).cast("timestamp")
    if isinstance(value, date):
        return F.lit(value.isoformat()).cast("date")
    return F.lit(value)


def _within(column: Column, kwargs: Mapping[str, Any]) -> Column:
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    tests = []
    if low is not None:
        tests.append(column > _literal(low) if kwargs.get("strict_min") else column >= _literal(low))
    if high is not None:
        tests.append(column < _literal(high) if kwargs.get("strict_max") else column <= _literal(high))
    return reduce(and_, tests)


def _not_greater(expectation: Expectation, value: Value) -> Column:
    a, b = value(expectation.column), value(expectation.kwargs["column_B"])
    return ~((a >= b) | a.eqNullSafe(b)) if expectation.kwargs.get("or_equal") else ~(a > b)


_BREAKS: Mapping[str, Callable[[Expectation, Value], Column]] = {
    "not_null": lambda e, v: v(e.column).isNull(),
    "null": lambda e, v: v(e.column).isNotNull(),
    "in_set": lambda e, v: ~v(e.column).isin([_literal(m) for m in e.kwargs["value_set"]]),
    "not_in_set": lambda e, v: v(e.column).isin([_literal(m) for m in e.kwargs["value_set"]]),
    "between": lambda e, v: ~_within(v(e.column), e.kwargs),
    "length_between": lambda e, v: ~_within(F.length(v(e.column)), e.kwargs),
    "match_regex": lambda e, v: ~v(e.column).rlike(e.kwargs["regex"]),
    "not_match_regex": lambda e, v: v(e.column).rlike(e.kwargs["regex"]),
    "a_greater_than_b": _not_greater,
}
"""When a row breaks an expectation, by the expectation's code; null counts as not breaking it."""
