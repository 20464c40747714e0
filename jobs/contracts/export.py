"""A contract as the Open Data Contract Standard (ODCS) v3.1 writes it, for catalogues and partners' own tools.

It describes the lake's tables as this source fills them: their fields, keys, units and checks. What the standard has no
place for (headings, parse rules, code maps, what a life is) stands in `customProperties`. What a failure costs the firm
stays out, for an export is made to be handed on.
"""

import io
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from jobs.contracts.checks import DERIVED, OCCURRED
from jobs.contracts.flow import scalar
from jobs.contracts.model import ColumnRule, Contract, Expectation, SourceTable, TableContract
from jobs.tables import SILVER, Field
from jobs.tables.table import EVENT_TIME

API_VERSION = "v3.1.0"
LOGICAL = {
    "string": "string", "double": "number", "int": "integer", "bigint": "integer", "date": "date",
    "timestamp": "timestamp", "boolean": "boolean",
}  # fmt: skip
FORMATS = {"workbook": "xlsx", "csv": "csv", "parquet": "parquet"}


def odcs(contract: Contract) -> dict[str, Any]:
    """The contract as an ODCS document."""
    document: dict[str, Any] = {
        "apiVersion": API_VERSION,
        "kind": "DataContract",
        "id": contract.source,
        "version": contract.digest[:12],
        "name": contract.title,
        "status": "active",
        "description": {"purpose": contract.title, "usage": "Maintenance records and registers, per ISO 14224."},
        "servers": _servers(contract),
        "schema": [_table(contract, name, feed) for name, feed in contract.tables.items()],
        "team": {"name": contract.firm},
        "slaProperties": _sla(contract),
        "customProperties": _custom(contract.model_dump(mode="json", by_alias=True, exclude_defaults=True),
                                    ("delivers", "timezone", "lives", "sharing")),
    }  # fmt: skip
    if contract.sharing and contract.sharing.purposes:
        shared = ", ".join(contract.sharing.purposes)
        document["roles"] = [{"role": "platform", "access": "read", "description": f"Agreed purposes: {shared}."}]
        document["description"]["limitations"] = (
            f"Outside the firm only for {shared}, of at least {contract.sharing.k} firms together, until "
            f"{contract.sharing.until}; never {', '.join(contract.sharing.withhold) or 'with names'}."
        )
    return document


def odcs_text(contract: Contract) -> str:
    """The document as YAML."""
    yaml, text = YAML(), io.StringIO()
    yaml.width = 4096
    yaml.dump(_for_every_reader(odcs(contract)), text)
    return text.getvalue()


def _for_every_reader(value: Any) -> Any:
    """The value with quotes around every text that a reader of YAML 1.1 would take for something else, such as No."""
    if isinstance(value, dict):
        return {_for_every_reader(key): _for_every_reader(of) for key, of in value.items()}
    if isinstance(value, list):
        return [_for_every_reader(of) for of in value]
    if isinstance(value, str) and scalar(value) != value:
        return DoubleQuotedScalarString(value)
    return value


def _servers(contract: Contract) -> list[dict[str, Any]]:
    """Where each table of the source is handed over: below the inbox, or in a database known by its connection's name."""
    return [_server(contract, name, table) for name, table in contract.reads.sources.items()]


def _server(contract: Contract, name: str, table: SourceTable) -> dict[str, Any]:
    reads = contract.reads
    if reads.kind == "jdbc":
        server: dict[str, Any] = {"server": f"database_{name.lower()}", "type": "custom"}
        own = {"connection": reads.connection, **table.model_dump(mode="json", exclude_defaults=True)}
    else:
        server = {"server": f"inbox_{name.lower()}", "type": "local", "path": table.path, "format": FORMATS[reads.kind]}
        if table.encoding:
            server["encoding"] = table.encoding
        own = table.model_dump(mode="json", exclude_defaults=True, include={"sheet", "header_rows", "delimiter"})
    return server | ({"customProperties": custom} if (custom := _custom(own, tuple(own))) else {})


def _sla(contract: Contract) -> list[dict[str, Any]]:
    sla: list[dict[str, Any]] = [
        {"property": "frequency", "value": 1, "unit": "d", "scheduler": "cron", "schedule": contract.schedule,
         "description": f"Deliveries are looked for by this schedule, {contract.timezone}."},
    ]  # fmt: skip
    if contract.lives:
        sla += [
            {"property": "generalAvailability", "value": str(day), "element": table,
             "description": "From this day on nothing is missing."}
            for table, day in contract.lives.records_complete_from.items()
        ]  # fmt: skip
        sla.append({"property": "latency", "value": contract.lives.record_lag_days, "unit": "d",
                    "description": "From an event to its record, where no date tells."})  # fmt: skip
    if contract.sharing:
        sla.append({"property": "endOfSupport", "value": str(contract.sharing.until),
                    "description": "Last day of the agreement to share."})  # fmt: skip
    return sla


def _table(contract: Contract, name: str, feed: TableContract) -> dict[str, Any]:
    table = SILVER[name]
    times = {f.name for f in EVENT_TIME if OCCURRED in feed.columns}
    filled = [f for f in table.fields if f.name in feed.columns or f.name in times]
    rules = {
        f.name: feed.columns.get(f.name) or (feed.columns[OCCURRED] if f.name in DERIVED else None) for f in filled
    }
    about: dict[str, Any] = {
        "name": name,
        "physicalName": f"{table.layer}.{name}",
        "physicalType": "table",
        "logicalType": "object",
        "description": table.description,
        "dataGranularityDescription": f"One row per {', '.join(feed.key)} and delivery.",
        "properties": [_property(f, rules[f.name], feed) for f in filled],
        "customProperties": [{"property": "sourceTable", "value": contract.feeds(name)}],
    }
    own = feed.model_dump(
        mode="json", by_alias=True, exclude_defaults=True, include={"join", "where", "withdrawn_when"}
    )
    about["customProperties"] += _custom(own, tuple(own))
    quality = [_quality(e) for e in feed.expect if not e.column]
    quality.append({"metric": "duplicateValues", "mustBe": 0, "unit": "rows", "severity": "error",
                    "dimension": "uniqueness", "arguments": {"properties": list(feed.key)}})  # fmt: skip
    return {**about, "quality": quality}


def _property(field: Field, rule: ColumnRule | None, feed: TableContract) -> dict[str, Any]:
    about: dict[str, Any] = {
        "name": field.name,
        **({"businessName": field.label} if field.label else {}),
        "logicalType": LOGICAL[str(field.type)],
        "physicalType": str(field.type),
        "description": field.comment,
        "required": not field.nullable,
    }
    if field.name in feed.key:
        about |= {"primaryKey": True, "primaryKeyPosition": feed.key.index(field.name) + 1}
    if rule:
        said = rule.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"from_"})
        if rule.headings:
            about["transformSourceObjects"] = list(rule.headings)
        about["customProperties"] = _custom(said, tuple(said))
    quality = [_quality(e) for e in feed.expect if e.column == field.name]
    if not field.nullable:
        quality.append({"metric": "nullValues", "mustBe": 0, "unit": "rows", "dimension": "completeness",
                        "severity": "error"})  # fmt: skip
    if field.codes:
        quality.append({"metric": "invalidValues", "mustBe": 0, "unit": "rows", "dimension": "conformity",
                        "severity": "error", "arguments": {"validValues": list(field.codes)}})  # fmt: skip
    return {**about, "quality": quality} if quality else about


def _quality(expectation: Expectation) -> dict[str, Any]:
    """An expectation as a metric of the standard where it has one, else as Great Expectations' own."""
    common = {"severity": "error" if expectation.severity == "critical" else "warning"}
    at_most = {"mustBeLessOrEqualTo": round(100 * (1 - expectation.mostly), 6), "unit": "percent"}
    name = expectation.expect.removeprefix("expect_")
    if name == "column_values_to_not_be_null":
        return {"metric": "nullValues", **at_most, **common}
    if name == "column_values_to_be_unique":
        return {"metric": "duplicateValues", **at_most, **common}
    if name == "column_values_to_be_in_set" and expectation.value_set:
        return {
            "metric": "invalidValues",
            "arguments": {"validValues": list(expectation.value_set)},
            **at_most,
            **common,
        }
    if name == "column_values_to_match_regex" and expectation.regex:
        return {"metric": "invalidValues", "arguments": {"pattern": expectation.regex}, **at_most, **common}
    kwargs = expectation.model_dump(mode="json", exclude_none=True, exclude={"expect", "severity", "min_rows"})
    check = {"expectation_type": f"expect_{name}", "kwargs": kwargs}
    return {"type": "custom", "engine": "greatExpectations", "implementation": check, **common}


def _custom(said: dict[str, Any], names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{"property": _camel(name), "value": said[name]} for name in names if name in said]


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
