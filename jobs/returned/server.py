"""The process that writes returned workbooks: `python -m jobs.returned.server`, started by `jobs.returned.apart`.

How a workbook looks is only told by a library that opens it whole and believes what it says, so it is opened where it can
take nothing down. `jobs.spreadsheet.server` says how that is served.
"""

import pickle
import sys
import tempfile
from pathlib import Path
from typing import Any


def _write(request: dict[str, Any], _pipe: int) -> None:
    """Write the workbook that was asked for; what it is made of was pickled by the process that asks."""
    from jobs.returned.original import sheets_of
    from jobs.returned.workbook import write

    folder = Path(request["folder"])
    tempfile.tempdir = str(folder)
    job = pickle.loads((folder / "job").read_bytes())
    original = sheets_of(job.path, job.table, job.contract, job.name)
    write(folder / "made.xlsx", original, job.marks, job.summary, job.refused_only)


if __name__ == "__main__":
    sys.modules["numpy"] = None  # type: ignore[assignment]  # openpyxl would import it, for 0.2 s and much address space
    import jobs.returned  # noqa: F401  # once, for all forks
    from jobs.spreadsheet.server import serve

    serve(_write, may_write=True)
