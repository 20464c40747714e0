"""The data dictionary, made from the tables' own declarations: `python -m jobs.tables.dictionary` rewrites it."""

from pathlib import Path

from jobs.tables import GOLD, QUARANTINE, SILVER, WITHDRAWAL
from jobs.tables.bronze import CELLS
from jobs.tables.repairs import KINDS
from jobs.tables.table import Table

FILE = Path(__file__).resolve().parents[2] / "docs" / "generated" / "data-dictionary.md"

INTRODUCTION = """# Data dictionary

Made from `jobs/tables` by `make docs`; a test fails where it has drifted. Beside each silver table stands
`<table>_current`, with the same fields and two more: `newest_refused_on` (the delivery whose later version was refused or
is another record under the same key) and `is_withdrawn`; one row per source and business key. Parquet and JDBC sources have bronze
tables of their own, `bronze_<source>_<table>`: the provenance fields and `_kind` below, then the source's own columns
as text.
"""


def dictionary() -> str:
    """Every table with its fields, as Markdown."""
    tables = (CELLS, *SILVER.values(), WITHDRAWAL, QUARANTINE, *GOLD.values())
    return "\n".join([INTRODUCTION, *(_section(table) for table in tables), _repairs()])


def _section(table: Table) -> str:
    facts = [f"Layer: {table.layer}."]
    if table.key:
        facts.append(f"Key: `_source`, {', '.join(f'`{name}`' for name in table.key)}.")
    if table.partitioned_by:
        facts.append(f"Partitioned by {', '.join(f'`{name}`' for name in table.partitioned_by)}.")
    facts += [f"CHECK `{name}`: `{condition}`." for name, condition in table.checks]
    rows = [
        f"| `{f.name}` | {f.spark_type.simpleString()} | {'' if f.nullable else 'yes'} | {f.unit} | {f.label} "
        f"| {f.description}{' One of ' + ', '.join(f.codes) + '.' if f.codes else ''} |"
        for f in table.fields
    ]
    head = "| field | type | required | unit | 한국어 | what it is |\n|---|---|---|---|---|---|"
    return "\n".join([f"## {table.name}\n", table.description, "", " ".join(facts), "", head, *rows, ""])


def _repairs() -> str:
    rows = [f"| `{k}` | {v.written or '(empty)'} | {v.read_as} | {v.english} | {v.korean} |" for k, v in KINDS.items()]
    head = "| kind | written | read as | what was done | 한국어 |\n|---|---|---|---|---|"
    return "\n".join(["## repairs\n", "The kinds of entries in the field `repairs` of the silver tables.", "", head, *rows, ""])


if __name__ == "__main__":
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(dictionary(), encoding="utf-8")
