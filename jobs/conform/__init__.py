"""From a source's text to the lake's columns: pure functions on Spark columns, no UDF, no session.

`conform_table` is the entry: with a contract's rules and the row's cells it gives the canonical columns, the reasons
for which the row is refused, and warnings.
"""

from jobs.conform.table import conform_table

__all__ = ["conform_table"]
