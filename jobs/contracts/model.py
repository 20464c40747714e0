"""A contract: everything the platform knows about one source, in one YAML file (law 10).

This module says what shape a contract has; `jobs.contracts.checks` says what must agree with what.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

if TYPE_CHECKING:
    SilverName = str  # the rest of the project asks by plain names
else:
    SilverName = Literal["equipment", "maintenance", "failure", "measurement"]
Parse = Literal[
    "text",
    "tag",
    "korean_date",
    "sap_date",
    "sap_timestamp",
    "iso_timestamp",
    "number",
    "integer",
    "duration",
    "boolean",
    "sap_number",
]
DATE_PARSES = frozenset({"korean_date", "sap_date", "sap_timestamp", "iso_timestamp"})
UNIT_PARSES = frozenset({"number", "integer", "duration"})

DELETED = "_deleted"
"""The heading that says of a row that it was deleted from the database it comes from."""

ONLY_TABLE = "rows"
"""What the source table is called where a contract has only one."""


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


def _text_or_list(item: dict[str, Any]) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]})


Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
TableName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")]
ColumnName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Heading = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
TABLE_IN_DATABASE = r"^[^\W\d][\w$#]*(\.[^\W\d][\w$#]*){0,2}$"
DatabaseTable = Annotated[str, Field(pattern=TABLE_IN_DATABASE)]
Headings = Annotated[
    tuple[Heading, ...], BeforeValidator(_listed), Field(min_length=1), _text_or_list({"type": "string"})
]
Values = Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1), _text_or_list({"type": "string"})]
ColumnNames = Annotated[
    tuple[ColumnName, ...], BeforeValidator(_listed), Field(min_length=1), _text_or_list({"type": "string"})
]


class Part(BaseModel):
    """A part of a contract: immutable, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, str_strip_whitespace=False)


class SourceTable(Part):
    """One table of the source: which files hold it, or its name in a database, and how it is read."""

    path: str = Field("", description="Files, relative to the inbox: a glob; `{delivery_date}` stands for YYYY-MM-DD.")
    sheet: str = Field("*", description="Glob over sheet names (workbooks).")
    header_rows: int = Field(1, ge=1, le=4, description="Rows that the heading takes.")
    encoding: str | None = Field(None, description="Text encoding (csv); found by trial where absent.")
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = Field(
        None, description="Field separator (csv); found by trial where absent."
    )
    table: DatabaseTable | None = Field(None, description="Table or view, spelled as in the database (jdbc).")
    changed: Headings | None = Field(
        None, description="Columns that say when a row was made or changed; the latest counts (jdbc)."
    )
    key: Headings | None = Field(
        None, description="Columns that tell a row from every other: by them deleted rows are found (jdbc)."
    )
    split_by: Heading | None = Field(
        None, description="Column of numbers (also as text) or dates over which parallel reads are spread (jdbc)."
    )


JDBC_ONLY = ("table", "changed", "key", "split_by")
"""What only a table of a database has."""
FILES_ONLY = ("path", "sheet", "header_rows", "encoding", "delimiter")
"""What only files have."""


class Reads(SourceTable):
    """Where the source's tables are: one (path, sheet, … directly here) or several under `tables`."""

    kind: Literal["workbook", "csv", "parquet", "jdbc"] = Field(
        description="What is read: files (xlsx or xls, csv, Parquet), or a database."
    )
    tables: dict[TableName, SourceTable] = Field(
        default_factory=dict, description="The source's tables by a name of your own, where it has several."
    )
    connection: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")] | None = Field(
        None, description="Name of the database's connection, as Airflow knows it: AIRFLOW_CONN_<NAME> (jdbc)."
    )
    parallel: int = Field(4, ge=1, le=64, description="Connections opened at once for a table with `split_by` (jdbc).")
    late_by_hours: int = Field(
        24, ge=0, description="How far back a window reaches for rows that were committed late (jdbc)."
    )
    delivered_on: date | None = Field(None, description="Date of the one delivery, where paths name none.")
    nothing: tuple[str, ...] = Field(
        (), description="Words that mean nothing here, beside 해당없음, 없음, -, N/A, 미상."
    )

    @cached_property
    def sources(self) -> dict[str, SourceTable]:
        """The source tables by name; the only one is called "rows"."""
        if self.tables or not (self.path or self.table):
            return self.tables
        return {ONLY_TABLE: SourceTable(**self.model_dump(include=set(SourceTable.model_fields)))}

    @property
    def has_columns(self) -> bool:
        """Whether rows come with columns of their own, not as cells under a heading that has to be found."""
        return self.kind in ("parquet", "jdbc")


class ColumnRule(Part):
    """How a canonical column is filled: from headings, with a constant, or with the row's place."""

    from_: Headings | None = Field(
        None,
        alias="from",
        description="Headings. The first that holds a value counts; for sap_timestamp, a date and a time heading.",
    )
    parse: Parse = Field("text", description="How the cell's text is read.")
    codes: dict[str, str | None] | None = Field(
        None, description="The source's code -> canonical code; null for a code that means nothing here."
    )
    default: str | None = Field(None, description="Canonical code for an empty cell and for a code not in `codes`.")
    unit: str | None = Field(None, description="Unit of a cell that states none.")
    value: str | float | None = Field(None, description="A constant.")
    row_number: Literal[True] | None = Field(
        None, description="An id made of the file's name, the sheet and the row, for a source without one."
    )

    @property
    def headings(self) -> tuple[str, ...]:
        return self.from_ or ()

    @property
    def needs_all_headings(self) -> bool:
        """True where the headings are fields of one value, false where they are alternatives."""
        return self.parse == "sap_timestamp"


class Join(Part):
    """A source table whose columns are added (left join); it holds at most one row per key."""

    table: TableName = Field(description="Source table that is joined.")
    on: dict[str, str] | Headings = Field(
        description="Headings equal in both, or a map: heading here -> heading there."
    )

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """(heading here, heading there) of each part of the key."""
        return tuple(self.on.items()) if isinstance(self.on, dict) else tuple((name, name) for name in self.on)


class Expectation(Part):
    """An expectation of this source, beside those of the silver table's suite."""

    expect: str = Field(
        pattern=r"^[a-z_]+$", description="Great Expectations' name of it, such as expect_column_values_to_not_be_null."
    )
    column: ColumnName | None = Field(None, description="Canonical column it is about.")
    column_list: ColumnNames | None = Field(None, description="Canonical columns it is about, where it takes several.")
    value_set: tuple[str, ...] | None = Field(None, description="The values that are allowed.")
    min_value: float | None = Field(None, description="Smallest value that is allowed.")
    max_value: float | None = Field(None, description="Largest value that is allowed.")
    regex: str | None = Field(None, description="Pattern that values must match.")
    severity: Literal["critical", "warning"] = Field("warning", description="`critical` stops the delivery.")
    mostly: float = Field(0.95, gt=0, le=1, description="Share of rows that must meet it.")
    min_rows: int = Field(20, ge=1, description="Below so many rows it is not judged.")


class Tags(Part):
    """Which columns are filled from a column of free text, by a lexicon, where the source itself states nothing."""

    from_: ColumnName = Field("text", alias="from", description="The column of the silver table that holds the text.")
    fills: Annotated[
        tuple[Literal["subunit", "maintainable_item", "failure_mode", "mechanism"], ...], BeforeValidator(_listed)
    ] = Field((), description="Columns filled where the text says exactly one code; `text_tags` holds all it says.")
    lexicon: Slug = Field("process", description="A file of infra/lexicon, without its ending.")


class TableContract(Part):
    """How one silver table is filled from one source table."""

    from_: TableName | None = Field(
        None, alias="from", description="Source table; may be left out if there is only one."
    )
    join: tuple[Join, ...] = Field((), description="Source tables whose columns are added.")
    where: dict[ColumnName, Values] = Field(
        default_factory=dict, description="Only rows with these values feed the table."
    )
    withdrawn_when: dict[Heading, Values] = Field(
        default_factory=dict,
        description="Heading -> words by which a row withdraws the record of its key; it needs no other cell.",
    )
    key: ColumnNames = Field(description="The table's key: what tells one record from every other, for ever.")
    columns: dict[ColumnName, ColumnRule] = Field(description="Canonical column -> how it is filled.")
    tags: Tags | None = Field(None, description="Columns that a lexicon fills from free text.")
    expect: tuple[Expectation, ...] = Field((), description="Checks of this source, beside those of every source.")


class Ends(Part):
    """Which records end a life: all of the conditions hold."""

    table: Literal["maintenance", "failure"] = Field("maintenance", description="Table whose records end lives.")
    category: Values | None = Field(None, description="Categories that end a life, such as corrective.")
    impact: Values | None = Field(None, description="Impacts that end a life, such as stopped.")

    @property
    def conditions(self) -> dict[str, tuple[str, ...]]:
        """Column -> the values it must have."""
        return {name: values for name in ("category", "impact") if (values := getattr(self, name))}


class Lives(Part):
    """What a life is for this source (laws 5 and 6)."""

    population: Slug = Field(description="Who is learned together; one registered model each.")
    item: ColumnNames = Field(("equipment_tag",), description="Columns that name what has a life.")
    ends: Ends = Field(description="Which records end a life.")
    renews: Values = Field(("replace", "overhaul"), description="Activities in `maintenance` that make the item new.")
    merge_within_days: int = Field(0, ge=0, le=365, description="Ends within so many days are one.")
    zero_gaps: Literal["merge", "half"] = Field("merge", description="A gap of 0 days: one event, or half a day.")
    record_lag_days: int = Field(7, ge=0, le=3650, description="From the event to its record, where no date tells.")
    imminent_within_days: int = Field(
        30, ge=0, le=3650, description="Within so many days an item replaced on its condition would have failed."
    )
    time: Literal["days", "hours", "cycles"] = Field(
        "days",
        description="What a day of the source's dates stands for: a day, or, where its dates are made from a counter, an hour "
        "of running or a cycle. Every time in this part and every prediction is counted in it.",
    )
    regimes: dict[Slug, Annotated[float, Field(gt=0)]] = Field(
        default_factory=dict,
        description="Measured quantity -> width of its bands: a setting on which other readings depend (load, altitude). Readings "
        "are compared within one regime, the same band of every setting.",
    )
    horizons_d: tuple[Annotated[int, Field(gt=0)], ...] = Field(
        (30, 90, 365), description="Days ahead for which a probability is claimed."
    )
    records_complete_from: dict[SilverName, date] = Field(
        default_factory=dict, description="Table -> day from which nothing is missing in it."
    )
    landmark_every_d: int = Field(91, ge=1, description="Days between two landmarks.")
    landmarks_from: date | None = Field(None, description="No landmark before this day.")


class Costs(Part):
    """What a failure, a planned job and an hour of downtime cost, in KRW."""

    failure: float = Field(ge=0, description="A failure.")
    planned: float = Field(ge=0, description="A planned job.")
    downtime_h: float = Field(0.0, ge=0, description="An hour of downtime.")


class Shutdown(Part):
    """A planned shutdown (정기보수)."""

    from_: date = Field(alias="from", description="First day.")
    to: date = Field(description="Last day.")
    jobs: int | None = Field(None, ge=1, description="So many jobs at most; no bound where it is left out.")


class Plan(Part):
    """When work can be done: what the plan of the source's equipment keeps to."""

    shutdowns: tuple[Shutdown, ...] = Field((), description="Shutdowns that are known, in their order (정기보수).")
    jobs_per_week: int | None = Field(
        None, ge=1, description="Jobs at most a week outside shutdowns; no bound where it is left out."
    )
    lead_d: int = Field(
        30, ge=0, le=3650, description="Lead time of a spare for which the register states none, in days."
    )
    horizon_d: int = Field(365, ge=28, le=3650, description="How far ahead is planned, in days.")


class Sharing(Part):
    """The written terms under which the firm's data leave the firm; nothing without."""

    purposes: tuple[Literal["pooled_training", "benchmark", "release"], ...] = Field(
        (), description="What the firm agreed to."
    )
    withhold: tuple[ColumnName, ...] = Field((), description="Columns that never leave the firm.")
    k: int = Field(5, ge=2, description="At least so many firms stand behind anything that is shown.")
    until: date = Field(description="Last day of the agreement.")


OnChange = Literal["quarantine", "freeze", "ignore"]
"""`freeze` refuses the delivery, `quarantine` the rows concerned; `ignore` takes them as if nothing were there, counted."""


class Contract(Part):
    """One source."""

    source: Slug = Field(description="The source's name: the file's name without .yaml.")
    firm: Slug = Field(description="Whose records they are.")
    title: str = Field(min_length=1, description="What people call the source.")
    reads: Reads = Field(description="Where the source's tables are.")
    schedule: str = Field(description="When deliveries are looked for: cron, five fields.")
    timezone: str = Field("Asia/Seoul", description="Clock of the schedule and of the site.")
    delivers: Literal["everything", "changes"] = Field(
        description="`everything`: a key missing from the next delivery is withdrawn, but where it holds corrections alone; "
        "`changes`: it stays until a row withdraws it (`withdrawn_when`)."
    )
    on_new_column: OnChange = Field("ignore", description="What a heading that the contract does not know means.")
    on_missing_column: OnChange = Field("freeze", description="What a heading that a delivery lacks means.")
    on_bad_value: OnChange = Field("quarantine", description="What a text that its rule cannot read means.")
    tables: dict[SilverName, TableContract] = Field(min_length=1, description="The lake's tables that it fills.")
    lives: Lives | None = Field(None, description="What a life is; without it nothing is learned or predicted.")
    thickness_error_mm: float = Field(
        0.1, gt=0, le=10, description="What one reading of a wall's thickness can be wrong by, in mm."
    )
    costs: Costs | None = Field(None, description="What failures and jobs cost, in KRW.")
    plan: Plan = Field(default_factory=lambda: Plan.model_validate({}), description="When work can be done.")
    sharing: Sharing | None = Field(None, description="Written terms of sharing; nothing is shared without.")

    def feeds(self, table: str) -> str:
        """Name of the source table that feeds a silver table."""
        return self.tables[table].from_ or next(iter(self.reads.sources))

    def withdrawals(self, table: str) -> Mapping[str, tuple[str, ...]]:
        """The headings and words by which a row withdraws its record; deletion, where the rows of a database have keys."""
        deleted = {DELETED: ("true",)} if self.reads.sources[self.feeds(table)].key else {}
        return {**self.tables[table].withdrawn_when, **deleted}

    def headings(self, source_table: str) -> Mapping[str, tuple[tuple[str, ...], ...]]:
        """The headings needed of a source table, by the canonical column or join that needs them.

        Each need is a tuple of alternatives: one of them must be there.
        """
        needs: dict[str, tuple[tuple[str, ...], ...]] = {}
        for name, table in self.tables.items():
            joined = {join.table for join in table.join}
            if self.feeds(name) == source_table:
                for column, rule in table.columns.items():
                    if not rule.headings:
                        continue
                    if rule.needs_all_headings:
                        needs[f"{name}.{column}"] = tuple((heading,) for heading in rule.headings)
                    else:
                        needs[f"{name}.{column}"] = (rule.headings,)
                if table.withdrawn_when:
                    needs[f"{name}.withdrawn_when"] = tuple((heading,) for heading in table.withdrawn_when)
                for join in table.join:
                    needs[f"{name}.join.{join.table}"] = tuple((here,) for here, _ in join.pairs)
            elif source_table in joined:
                for join in table.join:
                    if join.table == source_table:
                        needs[f"{name}.join.{join.table}"] = tuple((there,) for _, there in join.pairs)
        return needs

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what the contract says; comments, order of keys and stated defaults do not count."""
        content = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
