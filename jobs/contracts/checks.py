"""What must agree within a contract, and between a contract and the lake's tables."""

import re
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from croniter import croniter  # type: ignore[import-untyped]

from jobs.contracts.document import Location, Problem, nearest
from jobs.contracts.model import (
    DATE_PARSES,
    FILES_ONLY,
    JDBC_ONLY,
    UNIT_PARSES,
    ColumnRule,
    Contract,
    Reads,
    SourceTable,
    TableContract,
)

DELIVERY_DATE = "{delivery_date}"
OCCURRED = "occurred"
"""Pseudo-column that becomes occurred_from and occurred_to."""
DERIVED = ("occurred_from", "occurred_to", "is_recorded_on_assumed", "text_tags", "has_personal_data", "repairs")
"""Columns that no rule fills directly."""
OPTIONAL = ("recorded_on",)
"""Required columns that have a stated substitute (`lives.record_lag_days`)."""


def cross_problems(contract: Contract, stem: str) -> list[Problem]:
    """What does not agree within the contract; `stem` is the file's name without its ending."""
    problems = list(_head_problems(contract, stem))
    for name, table in contract.reads.sources.items():
        at = ("reads", "tables", name) if contract.reads.tables else ("reads",)
        problems += _source_table_problems(name, table, at, contract)
    for name, feed in contract.tables.items():
        problems += _feed_problems(contract, name, feed)
    return [*problems, *_lives_problems(contract), *_plan_problems(contract)]


def _head_problems(contract: Contract, stem: str) -> Iterator[Problem]:
    if contract.source != stem:
        yield Problem(("source",), f"expected {stem!r}, the file's name")
    if not _is_cron(contract.schedule):
        yield Problem(("schedule",), "expected a cron expression of five fields, such as '0 2 * * *'")
    if not _is_timezone(contract.timezone):
        yield Problem(("timezone",), "expected a time zone, such as Asia/Seoul")
    yield from _jdbc_problems(contract) if contract.reads.kind == "jdbc" else _file_problems(contract.reads)


def _file_problems(reads: Reads) -> Iterator[Problem]:
    for option in ("connection", "parallel", "late_by_hours"):
        if option in reads.model_fields_set:
            yield Problem(("reads", option), "expected nothing here: only a database (kind: jdbc) has it")
    if bool(reads.tables) == bool(reads.path):
        yield Problem(("reads",), "expected either `path` or `tables`")
    dated = {DELIVERY_DATE in table.path for table in reads.sources.values()}
    if dated == {True, False}:
        yield Problem(("reads", "tables"), f"expected {DELIVERY_DATE} in every path or in none")
    elif dated == {True} and reads.delivered_on:
        yield Problem(("reads", "delivered_on"), f"expected nothing here: the path holds {DELIVERY_DATE}")
    elif dated == {False} and not reads.delivered_on:
        yield Problem(("reads",), f"expected {DELIVERY_DATE} in the path, or `delivered_on`")


def _jdbc_problems(contract: Contract) -> Iterator[Problem]:
    reads = contract.reads
    if reads.connection is None:
        yield Problem(("reads",), "expected `connection`, the name of the database's connection (AIRFLOW_CONN_<NAME>)")
    if reads.delivered_on:
        yield Problem(("reads", "delivered_on"), "expected nothing here: a database is read night by night")
    if bool(reads.tables) == (reads.table is not None):
        yield Problem(("reads",), "expected either `table` or `tables`")
    if contract.delivers == "changes" and not any(table.changed for table in reads.sources.values()):
        yield Problem(
            ("delivers",), "expected everything, or `changed` in a table: the columns that say when a row was changed"
        )


def _is_cron(expression: str) -> bool:
    return len(expression.split()) == 5 and croniter.is_valid(expression)


def _is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _source_table_problems(name: str, table: SourceTable, at: Location, contract: Contract) -> Iterator[Problem]:
    kind = contract.reads.kind
    foreign = FILES_ONLY if kind == "jdbc" else JDBC_ONLY
    of = "files have" if kind == "jdbc" else "a database (kind: jdbc) has"
    for option in foreign:
        if option in table.model_fields_set and getattr(table, option) != SourceTable.model_fields[option].default:
            yield Problem((*at, option), f"expected nothing here: only {of} it")
    if kind == "jdbc":
        yield from _database_table_problems(name, table, at, contract)
        return
    if why := unsafe_path(table.path):
        yield Problem((*at, "path"), why)
    if table.encoding and not _is_encoding(table.encoding):
        yield Problem((*at, "encoding"), "expected a text encoding, such as utf-8 or cp949")
    for option, only in (("sheet", "workbook"), ("encoding", "csv"), ("delimiter", "csv")):
        if option in table.model_fields_set and getattr(table, option) not in (None, "*") and kind != only:
            yield Problem((*at, option), f"expected nothing here: only a {only} has it")


def _database_table_problems(name: str, table: SourceTable, at: Location, contract: Contract) -> Iterator[Problem]:
    if table.table is None:
        yield Problem(at, "expected `table`, its name in the database")
    if contract.delivers == "everything":
        for option in ("changed", "key"):
            if getattr(table, option):
                said = "expected nothing here: a source that delivers everything is read whole every time"
                yield Problem((*at, option), said)
    elif table.key and not any(contract.feeds(fed) == name for fed in contract.tables):
        said = "expected nothing here: what is deleted from a joined table shows when the row it belongs to changes"
        yield Problem((*at, "key"), said)


def unsafe_path(path: str) -> str:
    """Why a contract's path is refused, or nothing: it must stay below the inbox."""
    rest = path.replace(DELIVERY_DATE, "", 1)
    if path.startswith(("/", "~")) or re.match(r"^[A-Za-z]:", path) or "\\" in path:
        return "expected a path relative to the inbox, with / between folders"
    if ".." in path.split("/"):
        return "expected a path below the inbox, without '..'"
    if re.search(r"[{}\x00-\x1f]", rest):
        return f"expected at most one {DELIVERY_DATE} and no other braces"
    return "" if path else "expected a path"


def _is_encoding(name: str) -> bool:
    try:
        return isinstance("".encode(name), bytes)
    except LookupError:
        return False


def _feed_problems(contract: Contract, name: str, feed: TableContract) -> Iterator[Problem]:
    at: Location = ("tables", name)
    sources = contract.reads.sources
    if feed.from_ is None and len(sources) > 1:
        yield Problem((*at, "from"), f"is missing; expected one of {', '.join(sources)}")
    if feed.from_ is not None and feed.from_ not in sources:
        yield Problem((*at, "from"), f"expected one of {', '.join(sources)}{nearest(feed.from_, sources)}")
    for i, join in enumerate(feed.join):
        if join.table not in sources:
            yield Problem(
                (*at, "join", i, "table"), f"expected one of {', '.join(sources)}{nearest(join.table, sources)}"
            )
        elif join.table == contract.feeds(name):
            yield Problem((*at, "join", i, "table"), "expected another table than the one joined to")
    for column in feed.key:
        if column not in feed.columns:
            yield Problem((*at, "key"), f"expected declared columns; {column} is none{nearest(column, feed.columns)}")
    for column in feed.where:
        if column not in feed.columns:
            yield Problem((*at, "where", column), f"expected a declared column{nearest(column, feed.columns)}")
    for heading, words in feed.withdrawn_when.items():
        if not all(word.strip() for word in words):
            yield Problem(
                (*at, "withdrawn_when", heading), "expected words, such as X: an empty cell withdraws nothing"
            )
    for column, rule in feed.columns.items():
        yield from _rule_problems(rule, (*at, "columns", column))
        if rule.row_number and not contract.reads.delivered_on:
            where = (*at, "columns", column, "row_number")
            yield Problem(where, "expected an id of the source: rows move between deliveries (see `delivered_on`)")
    if OCCURRED in feed.columns and feed.columns[OCCURRED].parse not in DATE_PARSES:
        yield Problem((*at, "columns", OCCURRED, "parse"), f"expected one of {', '.join(sorted(DATE_PARSES))}")


def _rule_problems(rule: ColumnRule, at: Location) -> Iterator[Problem]:
    given = [
        name
        for name in ("from", "value", "row_number")
        if getattr(rule, "from_" if name == "from" else name) is not None
    ]
    if len(given) != 1:
        yield Problem(at, f"expected exactly one of from, value, row_number{'; ' + ', '.join(given) if given else ''}")
    if rule.codes is not None and rule.parse != "text":
        yield Problem((*at, "codes"), f"expected no codes with parse: {rule.parse}")
    if rule.default is not None and rule.codes is None:
        yield Problem((*at, "default"), "expected codes beside a default")
    if rule.unit is not None and rule.parse not in UNIT_PARSES:
        yield Problem((*at, "unit"), f"expected no unit with parse: {rule.parse}")
    if rule.parse == "sap_timestamp" and len(rule.headings) != 2:
        yield Problem((*at, "from"), "expected two headings, the date's and the time's")


def _lives_problems(contract: Contract) -> Iterator[Problem]:
    lives = contract.lives
    if lives is None:
        return
    ends = lives.ends
    feed = contract.tables.get(ends.table)
    if feed is None:
        yield Problem(
            ("lives", "ends", "table"), f"expected a table that the contract fills: {', '.join(contract.tables)}"
        )
        return
    for column in lives.item:
        if column not in feed.columns:
            yield Problem(
                ("lives", "item"), f"expected columns of {ends.table}; {column} is none{nearest(column, feed.columns)}"
            )
    for column in ends.conditions:
        if column not in feed.columns:
            yield Problem(("lives", "ends", column), f"expected a column that tables.{ends.table} fills")
    if list(lives.horizons_d) != sorted(set(lives.horizons_d)) or not lives.horizons_d:
        yield Problem(("lives", "horizons_d"), "expected days in rising order")
    yield from _regime_problems(contract, lives.regimes)
    for table in lives.records_complete_from:
        if table not in contract.tables:
            yield Problem(("lives", "records_complete_from", table), "expected a table that the contract fills")


def _regime_problems(contract: Contract, regimes: Iterable[str]) -> Iterator[Problem]:
    """Settings that the contract never measures."""
    feed = contract.tables.get("measurement")
    rule = feed.columns.get("quantity") if feed else None
    known = {str(code) for code in (*(rule.codes or {}).values(), rule.default, rule.value) if code} if rule else set()
    for quantity in regimes:
        if rule is None:
            yield Problem(("lives", "regimes"), "expected a contract that fills tables.measurement")
            return
        if known and quantity not in known:
            yield Problem(
                ("lives", "regimes", quantity), f"expected a quantity of tables.measurement{nearest(quantity, known)}"
            )


def _plan_problems(contract: Contract) -> Iterator[Problem]:
    if "plan" in contract.model_fields_set and contract.costs is None:
        yield Problem(("plan",), "expected `costs` beside it: by what a failure costs, jobs are ranked")
    if "plan" in contract.model_fields_set and contract.lives is None:
        yield Problem(
            ("plan",), "expected `lives` beside it: nothing is planned of a source of which nothing is learned"
        )
    shutdowns = contract.plan.shutdowns
    for i, shutdown in enumerate(shutdowns):
        if shutdown.to < shutdown.from_:
            yield Problem(("plan", "shutdowns", i, "to"), f"expected a day from {shutdown.from_} on, its first day")
        elif i and shutdown.from_ <= shutdowns[i - 1].to:
            said = f"expected a day after {shutdowns[i - 1].to}, the last of the shutdown before: in their order, none over another"
            yield Problem(("plan", "shutdowns", i, "from"), said)


def table_problems(contract: Contract) -> list[Problem]:
    """What does not agree with the lake's tables: columns, codes, types and units."""
    problems: list[Problem] = []
    for name, feed in contract.tables.items():
        problems += _column_problems(name, feed)
    return [*problems, *_life_code_problems(contract), *_sharing_problems(contract)]


def _column_problems(name: str, feed: TableContract) -> Iterator[Problem]:
    from jobs.tables import SILVER

    table, at = SILVER[name], ("tables", name)
    own = [f.name for f in table.fields if not f.name.startswith("_")]
    has_time = "occurred_from" in own
    fillable = [*([OCCURRED] if has_time else []), *(n for n in own if n not in DERIVED)]
    needed = [f.name for f in table.fields if f.name in fillable and not f.nullable and f.name not in OPTIONAL]
    for column in [*([OCCURRED] if has_time else []), *needed]:
        if column not in feed.columns:
            yield Problem((*at, "columns"), f"expected a rule for {column}, which every {name} record has")
    if set(feed.key) != set(table.key):
        yield Problem((*at, "key"), f"expected [{', '.join(table.key)}], the key of {name}")
    for column, rule in feed.columns.items():
        here: Location = (*at, "columns", column)
        if column not in fillable:
            yield Problem(
                here, f"unknown column of {name}; expected one of {', '.join(fillable)}{nearest(column, fillable)}"
            )
        elif column != OCCURRED:
            field = table.field(column)
            yield from _type_problems(rule, str(field.type), here)
            yield from _code_problems(rule, field.codes, here)
            yield from _unit_problems(rule, field.unit, here)
    for column, values in feed.where.items():
        if column in fillable and column != OCCURRED:
            yield from _unknown_codes(values, table.field(column).codes, (*at, "where", column))
    yield from _tags_problems(name, feed, own)
    for i, expectation in enumerate(feed.expect):
        for column in [*([expectation.column] if expectation.column else []), *(expectation.column_list or ())]:
            if column not in own:
                yield Problem((*at, "expect", i, "column"), f"expected a column of {name}{nearest(column, own)}")


def _tags_problems(name: str, feed: TableContract, own: list[str]) -> Iterator[Problem]:
    from jobs.tables import SILVER
    from jobs.tables.text_tags import KINDS

    if feed.tags is None:
        return
    at: Location = ("tables", name, "tags")
    if "text_tags" not in own:
        yield Problem(at, f"expected no tags: {name} has no free text")
        return
    texts = [column for column in feed.columns if column in own and SILVER[name].field(column).type == "string"]
    if feed.tags.from_ not in texts:
        yield Problem((*at, "from"), f"expected a column of text that is declared{nearest(feed.tags.from_, texts)}")
    for i, column in enumerate(feed.tags.fills):
        if column not in own:
            fillable = ", ".join(kind for kind in KINDS if kind in own)
            yield Problem((*at, "fills", i), f"expected one of {fillable}, which {name} has")


PARSES_FOR = {
    "string": ("text", "tag", "sap_number"),
    "double": ("number", "integer", "duration"),
    "int": ("integer",),
    "date": tuple(sorted(DATE_PARSES)),
    "timestamp": tuple(sorted(DATE_PARSES)),
    "boolean": ("boolean",),
}
"""Parse rules that give a value of each type."""


def _type_problems(rule: ColumnRule, kind: str, at: Location) -> Iterator[Problem]:
    if rule.from_ is not None and rule.parse not in PARSES_FOR[kind]:
        yield Problem((*at, "parse"), f"expected one of {', '.join(PARSES_FOR[kind])} for a column of type {kind}")
    if rule.value is not None and (isinstance(rule.value, str) != (kind == "string")):
        yield Problem((*at, "value"), f"expected a value of type {kind}")
    if rule.row_number and kind != "string":
        yield Problem((*at, "row_number"), f"expected no row number in a column of type {kind}")


def _code_problems(rule: ColumnRule, codes: tuple[str, ...], at: Location) -> Iterator[Problem]:
    for code, meaning in (rule.codes or {}).items():
        if meaning is not None:
            yield from _unknown_codes((meaning,), codes, (*at, "codes", code))
    if rule.default is not None:
        yield from _unknown_codes((rule.default,), codes, (*at, "default"))
    if isinstance(rule.value, str):
        yield from _unknown_codes((rule.value,), codes, (*at, "value"))


def _unknown_codes(values: Iterable[str], codes: tuple[str, ...], at: Location) -> Iterator[Problem]:
    for value in values:
        if codes and value not in codes:
            yield Problem(at, f"expected one of {', '.join(codes)}, not {value!r}{nearest(value, codes)}")


def _unit_problems(rule: ColumnRule, unit: str, at: Location) -> Iterator[Problem]:
    from jobs.conform.units import factor, units_like

    if rule.unit is None:
        return
    wanted = units_like(unit or rule.unit)
    if factor(rule.unit, unit or rule.unit) is None:
        yield Problem(
            (*at, "unit"), f"expected one of {', '.join(wanted) or 'the known units'}{nearest(rule.unit, wanted)}"
        )


def _life_code_problems(contract: Contract) -> Iterator[Problem]:
    from jobs.tables import SILVER

    lives = contract.lives
    if lives is None:
        return
    for column, values in lives.ends.conditions.items():
        if column not in SILVER[lives.ends.table].names:
            yield Problem(("lives", "ends", column), f"expected no condition on {column}: {lives.ends.table} has none")
        else:
            yield from _unknown_codes(values, SILVER[lives.ends.table].field(column).codes, ("lives", "ends", column))
    yield from _unknown_codes(lives.renews, SILVER["maintenance"].field("activity").codes, ("lives", "renews"))


def _sharing_problems(contract: Contract) -> Iterator[Problem]:
    from jobs.tables import SILVER

    known = sorted({name for table in SILVER.values() for name in table.names if not name.startswith("_")})
    for i, column in enumerate(contract.sharing.withhold if contract.sharing else ()):
        if column not in known:
            yield Problem(("sharing", "withhold", i), f"expected a column of the lake{nearest(column, known)}")
