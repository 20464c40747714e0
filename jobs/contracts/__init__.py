"""Contracts: one YAML file per source, refused when read if it is wrong.

Importing this package costs no Spark: Dags are made from contracts each time the scheduler parses them.
"""

from jobs.contracts.load import ContractError, load, read_folder
from jobs.contracts.model import DELETED, ColumnRule, Contract, Expectation, Join, Lives, SourceTable, TableContract

__all__ = [
    "DELETED",
    "ColumnRule",
    "Contract",
    "ContractError",
    "Expectation",
    "Join",
    "Lives",
    "SourceTable",
    "TableContract",
    "load",
    "read_folder",
]
