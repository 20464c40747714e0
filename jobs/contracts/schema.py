"""The contract's JSON Schema, for editors: `python -m jobs.contracts.schema` rewrites it.

It is pydantic's, with what the lake's tables know: which columns each table has, what they mean, and their codes. An
editor that reads `# yaml-language-server: $schema=…` completes and explains from it. It is no judge: `yeji contract
check` also says what must agree with what.
"""

import json
import os
from pathlib import Path
from typing import Any

from jobs.contracts.checks import DERIVED, OCCURRED
from jobs.contracts.model import Contract
from jobs.tables import SILVER, Field, Table

FILE = Path(__file__).resolve().parents[2] / "docs" / "generated" / "contract.schema.json"


def contract_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a contract."""
    schema = Contract.model_json_schema(by_alias=True)
    schema["properties"]["tables"] = {
        "type": "object",
        "description": schema["properties"]["tables"]["description"],
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {name: {"$ref": f"#/$defs/{name}"} for name in SILVER},
    }
    generic = schema["$defs"].pop("TableContract")
    for name, table in SILVER.items():
        schema["$defs"][name] = _table_schema(generic, table)
    for part in (schema, *schema["$defs"].values()):
        part["properties"] = {key: _if_written(value) for key, value in part["properties"].items()}
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, **schema, "title": "yeji contract"}


def _if_written(value: dict[str, Any]) -> dict[str, Any]:
    """What may stand at an optional key: leaving it out is how nothing is said, so an editor need not offer null."""
    options = [option for option in value.get("anyOf", ()) if option != {"type": "null"}]
    if len(options) != 1 or len(value["anyOf"]) == 1:
        return value
    return {**options[0], **{key: said for key, said in value.items() if key not in ("anyOf", "default")}}


def _table_schema(generic: dict[str, Any], table: Table) -> dict[str, Any]:
    own = [f for f in table.fields if not f.name.startswith("_") and f.name not in DERIVED]
    columns = {field.name: _rule_schema(field) for field in own}
    if OCCURRED not in columns and "occurred_from" in table.names:
        columns[OCCURRED] = {"$ref": "#/$defs/ColumnRule", "description": "When it happened."}
    filled = {**generic["properties"]["columns"], "properties": columns, "additionalProperties": False}
    filled.pop("propertyNames", None)
    filled.pop("patternProperties", None)
    properties = {**generic["properties"], "columns": filled}
    return {**generic, "title": table.name, "description": table.description, "properties": properties}


def _rule_schema(field: Field) -> dict[str, Any]:
    """A column's rule, explained; where the column is coded, its map may only lead to the column's codes."""
    label = f"{field.label}: " if field.label else ""
    unit = f" [{field.unit}]" if field.unit else ""
    rule: dict[str, Any] = {"$ref": "#/$defs/ColumnRule", "description": f"{label}{field.description}{unit}"}
    if field.codes:
        codes = list(field.codes)
        rule["properties"] = {
            "codes": {"additionalProperties": {"enum": [*codes, None]}},
            "default": {"enum": [*codes, None]},
            "value": {"enum": [*codes, None]},
        }
    return rule


def schema_line(contract: Path) -> str:
    """The comment by which an editor finds the schema from a contract file."""
    return f"# yaml-language-server: $schema={os.path.relpath(FILE, contract.absolute().parent)}"


def written() -> str:
    """The schema as its file holds it."""
    return json.dumps(contract_schema(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
