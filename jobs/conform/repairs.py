"""What was read otherwise than it was written: the entries of `repairs` (`jobs.tables.repairs` lists their kinds)."""

from collections.abc import Mapping

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform.dates import is_past_midnight, is_serial, is_short_year, latest
from jobs.conform.numbers import is_about, is_converted, is_duration_converted
from jobs.contracts import ColumnRule
from jobs.contracts.checks import OCCURRED, OPTIONAL
from jobs.tables.repairs import REPAIRS

SINCE_1904 = "^[0-9.]+$"
"""A cell that stands for another text, and is neither empty nor a ditto mark, is a day's number."""


def altered(rules: Mapping[str, ColumnRule], units: Mapping[str, str], ignored: Mapping[str, Column]) -> Column:
    """An array with a struct `column`, `kinds`, `written`, `read_as` for each column whose reading may be a repair.

    The frame has what `conform_table` finds: `_text_`, `_found_` and `_value_` of each column. `ignored` says by column
    whether its text is left out because it cannot be read. `kinds` is empty where the cell was read as it was written.
    `repairs` makes the entries of it.
    """
    found = [
        F.struct(
            F.lit(column).alias("column"),
            F.when(is_ignored, F.array(F.lit("ignored"))).otherwise(_those(kinds)).alias("kinds"),
            F.col(f"_text_{column}").alias("written"),
            F.when(~is_ignored, _shown(column, rule, rules, units.get(column, ""))).alias("read_as"),
        )
        for column, rule in rules.items()
        if (kinds := _kinds(column, rule, rules, units.get(column, ""))) or column in ignored
        for is_ignored in [ignored.get(column, F.lit(False))]
    ]
    return F.array(*found) if found else F.array().cast(ALTERED)


ALTERED = "array<struct<column:string,kinds:array<string>,written:string,read_as:string>>"


def _those(kinds: Mapping[str, Column]) -> Column:
    """The kinds that hold."""
    return F.array_compact(F.array(*[F.when(holds, F.lit(kind)) for kind, holds in kinds.items()])).cast(
        "array<string>"
    )


def _kinds(column: str, rule: ColumnRule, rules: Mapping[str, ColumnRule], unit: str) -> dict[str, Column]:
    """By kind, whether a column's cell is repaired so; of an unreadable text it does not matter."""
    text, found, value = (F.col(f"_{what}_{column}") for what in ("text", "found", "value"))
    written_in, wanted = rule.unit or unit, unit or rule.unit or ""
    match rule.parse:
        case "tag":
            return {"tag": value != text}
        case "number" | "integer":
            return {"about": is_about(text), "unit": is_converted(found, written_in, wanted)}
        case "duration":
            return {"about": is_about(text), "unit": is_duration_converted(found, written_in or wanted, wanted)}
        case "korean_date":
            dated = {
                "century": is_short_year(found),
                "serial": is_serial(text) & value["at"].isNotNull(),
                "past_midnight": is_past_midnight(found),
            }
            month = {} if column == OCCURRED else {"month": value["is_month"]}
            return dated | month | _early(column, rules)
        case "sap_date" | "iso_timestamp":
            return _early(column, rules)
        case _:
            return {}


def _early(column: str, rules: Mapping[str, ColumnRule]) -> dict[str, Column]:
    """Whether a record's day lies before the event, so that it is put off to the event's."""
    if column not in OPTIONAL or OCCURRED not in rules:
        return {}
    return {"recorded_early": _day(column, rules[column]) < _day(OCCURRED, rules[OCCURRED])}


def _day(column: str, rule: ColumnRule) -> Column:
    value = F.col(f"_value_{column}")
    return (latest(value) if rule.parse == "korean_date" else value).cast("date")


def _shown(column: str, rule: ColumnRule, rules: Mapping[str, ColumnRule], unit: str) -> Column:
    """A value as people read it: a number with its unit, a day without a time of midnight."""
    value = F.col(f"_value_{column}")
    match rule.parse:
        case "tag":
            return value
        case "number" | "integer" | "duration":
            plain = F.call_function("format_number", value, F.lit("0.##########"))
            shown = unit or rule.unit or ""
            return F.concat_ws(" ", plain, F.lit(shown)) if shown not in ("", "1") else plain
        case _ if column in OPTIONAL and OCCURRED in rules:
            return F.greatest(_day(column, rule), _day(OCCURRED, rules[OCCURRED])).cast("string")
        case _ if column in OPTIONAL:
            return _day(column, rule).cast("string")
        case "korean_date":
            return F.regexp_replace(value["at"].cast("string"), " 00:00:00$", "")
        case _:
            return value.cast("string")


def used(rules: Mapping[str, ColumnRule], at: Mapping[str, str]) -> Column:
    """An array with a struct `column`, `heading` for each column: of its alternative headings the one in use.

    `at` names the columns that hold the headings' texts. `repairs` makes the entries of what was filled from above.
    """
    uses = []
    for column, rule in rules.items():
        used = F.lit(rule.headings[0])
        if len(rule.headings) > 1:
            said = F.col(f"_text_{column}")
            used = F.coalesce(*[F.when(F.col(at[heading]) == said, F.lit(heading)) for heading in rule.headings])
        uses.append(F.struct(F.lit(column).alias("column"), used.alias("heading")))
    return F.array(*uses)


def repairs(altered: str, used: str, cells: str | None) -> Column:
    """All repairs of a row, from columns that hold what `altered` and `used` give.

    `cells` is a column of the row's cells with `heading`, `text` as it is read, `written`, and `is_filled`; None where
    nothing is filled from above. It is SQL because each lambda that Python builds costs 20 ms.
    """
    entry = "named_struct('column', {}.column, 'kind', {}, 'written', {}, 'read_as', {})"
    changed = (
        f"flatten(transform({altered}, one -> transform(one.kinds, kind -> "
        f"{entry.format('one', 'kind', 'one.written', 'one.read_as')})))"
    )
    if not cells:
        return F.expr(changed).cast(REPAIRS)
    found = (
        f"transform({used}, use -> named_struct('column', use.column, "
        f"'cell', get({cells}, cast(array_position({cells}.heading, use.heading) - 1 AS int))))"
    )
    kind = (
        "CASE WHEN one.cell.written IS NULL THEN 'merged' "
        f"WHEN one.cell.written RLIKE '{SINCE_1904}' THEN 'since_1904' ELSE 'ditto' END"
    )
    given = (
        f"CASE WHEN exists({cells}, cell -> cell.is_filled) THEN transform(filter({found}, one -> one.cell.is_filled), "
        f"one -> {entry.format('one', kind, 'one.cell.written', 'one.cell.text')}) ELSE array() END"
    )
    return F.concat(F.expr(given).cast(REPAIRS), F.expr(changed).cast(REPAIRS))
