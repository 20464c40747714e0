"""What is expected of a table, declared as data: Great Expectations' vocabulary, and a severity."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from jobs.tables import Table

Severity = Literal["critical", "warning"]

TEXT = ("string",)
ORDERED = ("int", "bigint", "double", "date", "timestamp")
NUMBERS = ("int", "bigint", "double")
EXACT = ("string", "int", "bigint", "date", "timestamp", "boolean")
ANY = (*EXACT, "double")


class SuiteError(ValueError):
    """An expectation is declared wrongly; the sentence says which and what was expected."""


@dataclass(frozen=True)
class Kind:
    """An expectation the platform evaluates.

    `code` is the short name that stands in a quarantined row's reasons, `types` the column types it is meant for,
    `takes` its arguments beside the column, `row` whether it judges single rows, `is_counted` whether the one pass
    answers it; the rest run in Great Expectations' own engine.
    """

    code: str
    types: tuple[str, ...] = ANY
    takes: tuple[str, ...] = ()
    row: bool = True
    is_counted: bool = True


def _whole(code: str, types: tuple[str, ...]) -> Kind:
    return Kind(code, types, ("min_value", "max_value"), row=False, is_counted=False)


KINDS: Mapping[str, Kind] = {
    "expect_column_values_to_not_be_null": Kind("not_null"),
    "expect_column_values_to_be_null": Kind("null"),
    "expect_column_values_to_be_in_set": Kind("in_set", EXACT, ("value_set",)),
    "expect_column_values_to_not_be_in_set": Kind("not_in_set", EXACT, ("value_set",)),
    "expect_column_values_to_be_between": Kind(
        "between", ORDERED, ("min_value", "max_value", "strict_min", "strict_max")
    ),
    "expect_column_value_lengths_to_be_between": Kind("length_between", TEXT, ("min_value", "max_value")),
    "expect_column_values_to_match_regex": Kind("match_regex", TEXT, ("regex",)),
    "expect_column_values_to_not_match_regex": Kind("not_match_regex", TEXT, ("regex",)),
    "expect_column_pair_values_a_to_be_greater_than_b": Kind(
        "a_greater_than_b", ORDERED, ("column_B", "or_equal", "ignore_row_if")
    ),
    "expect_column_values_to_be_unique": Kind("unique", EXACT, row=False),
    "expect_compound_columns_to_be_unique": Kind("unique_together", (), ("column_list", "ignore_row_if"), row=False),
    "expect_table_row_count_to_be_between": Kind("row_count", (), ("min_value", "max_value"), row=False),
    "expect_column_mean_to_be_between": _whole("mean", NUMBERS),
    "expect_column_median_to_be_between": _whole("median", NUMBERS),
    "expect_column_stdev_to_be_between": _whole("stdev", NUMBERS),
    "expect_column_sum_to_be_between": _whole("sum", NUMBERS),
    "expect_column_unique_value_count_to_be_between": _whole("unique_values", ANY),
    "expect_column_proportion_of_unique_values_to_be_between": _whole("unique_share", ANY),
}
"""What can be declared, by Great Expectations' name."""


@dataclass(frozen=True)
class Expectation:
    """One line of a suite.

    A row expectation (`row`) quarantines the rows that break it whatever its severity; its severity speaks when the
    share of good rows among those it judges falls below `mostly`: `critical` stops the partition, `warning` is only
    reported.
    `where` restricts it to the rows whose column holds a value: ("quantity", "temperature_c").
    In a delivery of fewer than `min_rows` rows the share says nothing and no severity speaks.
    `column` is column A of a pair, and empty for an expectation of several columns or of the whole table.
    """

    expect: str
    column: str = ""
    kwargs: Mapping[str, Any] = field(default_factory=dict, hash=False)
    severity: Severity = "critical"
    mostly: float = 0.95
    min_rows: int = 20
    row: bool = True
    where: tuple[str, str] | None = None

    @property
    def kind(self) -> Kind:
        return KINDS[self.expect]

    @property
    def code(self) -> str:
        return self.kind.code

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column it reads."""
        restricted = self.where[:1] if self.where else ()
        together = self.kwargs.get("column_list", ())
        return tuple(name for name in (self.column, self.kwargs.get("column_B", ""), *together, *restricted) if name)

    @property
    def name(self) -> str:
        """What it is called in messages: maintenance_id not_null, value between (quantity = temperature_c)."""
        restricted = f" ({self.where[0]} = {self.where[1]})" if self.where else ""
        return " ".join((*self.columns[: len(self.columns) - bool(restricted)], self.code)) + restricted

    @property
    def place(self) -> tuple[str, tuple[str, ...], tuple[str, str] | None]:
        """What it asks of which columns; a later declaration for the same place replaces it."""
        return self.expect, self.columns, self.where


def merge(base: Iterable[Expectation], extra: Iterable[Expectation]) -> list[Expectation]:
    """The two declarations as one; one of `extra` replaces one of `base` that asks the same of the same column."""
    declared = {expectation.place: expectation for expectation in base}
    declared.update({expectation.place: expectation for expectation in extra})
    return list(declared.values())


def from_contract(line: Iterable[tuple[str, Any]] | Mapping[str, Any]) -> Expectation:
    """A contract's `expect` line: its own settings, and the expectation's arguments beside them."""
    given = {key: value for key, value in dict(line).items() if value is not None}
    own = {key: given.pop(key) for key in ("column", "severity", "mostly", "min_rows") if key in given}
    name = given.pop("expect")
    return Expectation(name if name.startswith("expect_") else f"expect_{name}", kwargs=given, **own)


def checked(expectation: Expectation, table: Table) -> Expectation:
    """The expectation with its bounds in the column's type; refused if it cannot be meant so."""
    where = f"{table.name}: {expectation.expect}"
    if expectation.expect not in KINDS:
        raise SuiteError(f"{where}: no such expectation{_nearest(expectation.expect, KINDS)}")
    kind = expectation.kind
    if unknown := set(expectation.kwargs) - set(kind.takes):
        raise SuiteError(f"{where}: unknown argument {', '.join(sorted(unknown))}; it takes {', '.join(kind.takes)}")
    if not 0 <= expectation.mostly <= 1:
        raise SuiteError(f"{where}: mostly is a share from 0 to 1, not {expectation.mostly}")
    if expectation.severity not in ("critical", "warning"):
        raise SuiteError(f"{where}: severity is critical or warning, not {expectation.severity}")
    if bool(expectation.column) != bool(kind.types):
        raise SuiteError(f"{where}: {'it needs a column' if kind.types else 'it takes no single column'}")
    if "column_list" in kind.takes and len(expectation.columns) < 2:
        raise SuiteError(f"{where}: it needs column_list, two columns or more")
    for name in expectation.columns:
        if name not in table.names:
            raise SuiteError(f"{where}: {table.name} has no column {name}{_nearest(name, table.names)}")
        if name in (expectation.column, expectation.kwargs.get("column_B")) and _type(table, name) not in kind.types:
            raise SuiteError(f"{where}: {name} is {_type(table, name)}; it is meant for {', '.join(kind.types)}")
    return replace(expectation, row=expectation.row and kind.row, kwargs=_typed(expectation, table, where))


def _typed(expectation: Expectation, table: Table, where: str) -> dict[str, Any]:
    kwargs = dict(expectation.kwargs)
    code = expectation.code
    if "min_value" in expectation.kind.takes:
        kind = _type(table, expectation.column) if code == "between" else "double"
        bounds = {k: _bound(kwargs[k], kind, where) for k in ("min_value", "max_value") if kwargs.get(k) is not None}
        if not bounds:
            raise SuiteError(f"{where}: it needs min_value, max_value or both")
        if len(bounds) == 2 and bounds["min_value"] > bounds["max_value"]:
            raise SuiteError(f"{where}: min_value {bounds['min_value']} is above max_value {bounds['max_value']}")
        kwargs |= bounds
    if code in ("in_set", "not_in_set"):
        values = kwargs.get("value_set")
        if not isinstance(values, list | tuple) or not values:
            raise SuiteError(f"{where}: it needs value_set, a list of values")
        kwargs["value_set"] = [_member(v, _type(table, expectation.column), where) for v in values]
    if code in ("match_regex", "not_match_regex"):
        try:
            re.compile(kwargs.get("regex") or "(")
        except (re.error, TypeError) as error:
            raise SuiteError(f"{where}: it needs a regular expression: {error}") from error
    if code == "a_greater_than_b":
        if not kwargs.get("column_B"):
            raise SuiteError(f"{where}: it needs column_B")
        if _type(table, expectation.column) != _type(table, kwargs["column_B"]):
            raise SuiteError(f"{where}: {expectation.column} and {kwargs['column_B']} are not of one type")
        _choose(kwargs, ("both_values_are_missing", "either_value_is_missing"), where)
    if code == "unique_together":
        _choose(kwargs, ("all_values_are_missing", "any_value_is_missing"), where)
    return kwargs


def _choose(kwargs: dict[str, Any], choices: tuple[str, ...], where: str) -> None:
    if kwargs.setdefault("ignore_row_if", choices[0]) not in choices:
        raise SuiteError(f"{where}: ignore_row_if is {' or '.join(choices)}")


def _type(table: Table, column: str) -> str:
    kind = table.field(column).type
    return kind if isinstance(kind, str) else "array"


def _bound(value: Any, kind: str, where: str) -> Any:
    try:
        if kind == "timestamp":
            moment = value if isinstance(value, date) else datetime.fromisoformat(str(value))
            return moment if isinstance(moment, datetime) else datetime.combine(moment, datetime.min.time())
        if kind == "date":
            return date.fromisoformat(str(value)[:10])
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError
    except ValueError:
        raise SuiteError(f"{where}: {value!r} is no bound for a column of type {kind}") from None
    return value


def _member(value: Any, kind: str, where: str) -> Any:
    readers: dict[str, Callable[[str], Any]] = {
        "string": str, "int": int, "bigint": int, "date": date.fromisoformat, "timestamp": datetime.fromisoformat,
        "boolean": {"true": True, "false": False}.__getitem__,
    }  # fmt: skip
    try:
        return readers[kind](str(value) if kind != "boolean" else str(value).lower())
    except (KeyError, ValueError):
        raise SuiteError(f"{where}: {value!r} is no value of a column of type {kind}") from None


def _nearest(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(names), 1)
    return f" (did you mean {near[0]}?)" if near else ""
