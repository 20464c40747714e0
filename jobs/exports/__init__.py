"""A source's plan as other programs take it: a table for Excel, a calendar, and work orders for an ERP.

Each is a pure function from the rows of `gold.plan` to a text; docs/plan.md says what stands in which column.
"""

from jobs.exports.calendar import calendar
from jobs.exports.orders import orders
from jobs.exports.table import table

__all__ = ["calendar", "orders", "table"]
