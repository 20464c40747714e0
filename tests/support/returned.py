"""Deliveries and their refused rows, for tests of the returned workbook without Spark."""

import re
import zipfile
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from jobs.contracts import Contract
from jobs.landing import Delivery, LandedFile
from jobs.returned import Reason, RefusedRow
from jobs.sources import read_rows

DELIVERED = date(2026, 1, 31)


def delivery_of(folder: Path, contract: Contract, *names: str, delivery_date: date = DELIVERED) -> Delivery:
    """A landed delivery of the files that lie in `folder/<table>` for every table of the contract."""
    files = [
        LandedFile(table, name, (folder / table / name).stat().st_size, "")
        for table in contract.reads.sources
        for name in names
        if (folder / table / name).is_file()
    ]
    return Delivery(contract.source, delivery_date, datetime(2026, 2, 1, tzinfo=UTC), tuple(files), (), folder)


def refused_rows(
    delivery: Delivery, contract: Contract, reasons: Mapping[tuple[str | None, int], list[Reason]]
) -> list[RefusedRow]:
    """The rows at (sheet, row) as the quarantine holds them."""
    found = []
    for file in delivery.files:
        for row in read_rows(delivery.path(file), file.table, contract, file.name):
            if row.kind == "data" and (row.sheet, row.row) in reasons:
                cells = [(cell.heading, cell.text) for cell in row.cells]
                why = reasons[row.sheet, row.row]
                found.append(RefusedRow(file.table, file.name, row.sheet, row.row, f"hash {row.row}", cells, why))
    return found


def store_result(path: Path, cell: str, result: str) -> None:
    """Give a formula's cell the stored result that Excel would have written (openpyxl writes none)."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            pattern = rf'(<c r="{cell}"[^>]*><f>[^<]*</f>)<v ?/>|(<c r="{cell}"[^>]*><f>[^<]*</f>)<v></v>'
            mended = re.sub(
                pattern, lambda m: f"{m[1] or m[2]}<v>{result}</v>", content.decode("utf-8", "surrogateescape")
            )
            book.writestr(name, mended.encode("utf-8", "surrogateescape"))


def formulas(path: Path) -> list[str]:
    """Every formula of a workbook's sheets, read from its XML."""
    with zipfile.ZipFile(path) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    return [found for xml in sheets for found in re.findall(r"<f[ >].*?</f>", xml)]
