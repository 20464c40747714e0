"""Free texts with the number of their records: of a CSV file, or of a source as the lake holds it now."""

from collections import Counter
from pathlib import Path

from pyspark.sql import functions as F

from jobs.contracts import Contract
from jobs.errors import DataError
from jobs.sources import read_rows
from jobs.steps import Context
from jobs.tables import CURRENT


def texts_of_csv(path: Path, column: str) -> Counter[str]:
    """The texts of one column, read as a contract would: encoding and delimiter by trial, titles and subtotals set aside.

    Raises DataError, in one sentence with the remedy, where the file or its column cannot be read.
    """
    contract = Contract.model_validate(
        {
            "source": "csv_file",
            "firm": "csv_file",
            "title": path.name,
            "reads": {"kind": "csv", "path": path.name, "delivered_on": "2000-01-01"},
            "schedule": "0 0 * * *",
            "delivers": "everything",
            "tables": {"maintenance": {"key": "maintenance_id", "columns": {"text": {"from": column}}}},
        }
    )
    table = contract.feeds("maintenance")
    try:
        rows = [row.cells for row in read_rows(path, table, contract) if row.kind == "data"]
    except DataError as error:
        said = str(error).replace("correct the contract", f"name another column than {column!r}")
        raise DataError(said) from None
    return Counter(next((cell.text for cell in row if cell.heading == column), None) or "" for row in rows)


def texts_of_source(context: Context, source: str) -> Counter[str]:
    """The texts of a source's maintenance and failure records that count now."""
    texts = Counter[str]()
    contract = context.contract(source)
    for name in ("maintenance", "failure"):
        if name in contract.tables:
            rows = context.lake.read(CURRENT[name]).where(F.col("_source") == source)
            counted = rows.groupBy(F.coalesce("text", F.lit("")).alias("text")).count()
            texts.update({row["text"]: row["count"] for row in counted.collect()})
    return texts
