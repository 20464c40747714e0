"""The lake's tables, one module each: schema, key, units and description.

`TABLES` maps a table's name to its declaration; nothing in the lake exists that is not declared here.
"""

from jobs.tables.bronze import CELLS, source_table
from jobs.tables.code_life import CODE_LIFE
from jobs.tables.equipment import EQUIPMENT
from jobs.tables.failure import FAILURE
from jobs.tables.landmark import LANDMARK
from jobs.tables.life import LIFE
from jobs.tables.maintenance import MAINTENANCE
from jobs.tables.measurement import MEASUREMENT
from jobs.tables.plan import PLAN
from jobs.tables.quarantine import QUARANTINE
from jobs.tables.remaining_life import REMAINING_LIFE
from jobs.tables.table import NOT_IN_CONTENT_HASH, PROVENANCE, Field, Table
from jobs.tables.withdrawal import WITHDRAWAL

SILVER = {table.name: table for table in (EQUIPMENT, MAINTENANCE, FAILURE, MEASUREMENT)}
"""The tables a contract can feed."""

CURRENT = {name: table.current() for name, table in SILVER.items()}
"""One row per business key beside each silver table, by the silver table's name."""

GOLD = {table.name: table for table in (LIFE, LANDMARK, REMAINING_LIFE, CODE_LIFE, PLAN)}

TABLES = {
    table.name: table
    for table in (CELLS, *SILVER.values(), *CURRENT.values(), WITHDRAWAL, QUARANTINE, *GOLD.values())
}

__all__ = [
    "CELLS",
    "CURRENT",
    "GOLD",
    "NOT_IN_CONTENT_HASH",
    "PROVENANCE",
    "QUARANTINE",
    "SILVER",
    "TABLES",
    "WITHDRAWAL",
    "Field",
    "Table",
    "source_table",
]
