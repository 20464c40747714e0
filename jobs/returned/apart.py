"""Returned workbooks, written in a process of its own (`jobs.returned.server`) under limits."""

import pickle
import signal
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jobs.contracts import Contract
from jobs.errors import DataError, YejiError
from jobs.refusals import from_told
from jobs.returned.marks import Marks
from jobs.returned.summary import Summary
from jobs.sources import guard
from jobs.spreadsheet.limits import Limits

WRITER = "jobs.returned.server"

TIMES = 4
"""A workbook that is held whole with its looks, and written, takes about so much more than one that is read by rows."""


@dataclass(frozen=True)
class Job:
    """A workbook to be written: the original's path, its name for people, a source table it holds, and what is marked."""

    path: Path
    name: str
    table: str
    contract: Contract
    marks: Marks
    summary: Summary
    refused_only: bool


def write_apart(target: Path, job: Job, limits: Limits) -> None:
    """Write one delivered file's returned workbook, whole or not at all; `limits` are those of the reader.

    Raises DataError, with the remedy, for a file that cannot be opened whole within so many times the limits.
    """
    own = Limits(*(TIMES * most for most in asdict(limits).values()))
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".", dir=target.parent) as folder:
        (Path(folder) / "job").write_bytes(pickle.dumps(replace(job, path=job.path.absolute())))
        request = {"folder": str(Path(folder).absolute()), "limits": asdict(own)}
        with closing(guard.answers(request, own, WRITER)) as answers:
            last: dict[str, Any] = next(answers, {"died": signal.SIGKILL})
        if "refused" in last:
            raise from_told(last["refused"], {"file": job.name})
        if "why" in last:
            *_, what = last["why"].strip().splitlines()
            failed = YejiError(f"{job.name}: its returned workbook was not written: {what}")
            failed.add_note(last["why"])
            raise failed
        if "died" in last:
            raise DataError(
                f"{job.name}: to open it whole takes more than {own.memory_mib:,} MiB of memory or {own.seconds} s "
                f"({TIMES} times YEJI_READER_MEMORY_MIB and YEJI_READER_SECONDS); raise them, or have it delivered in parts"
            )
        (Path(folder) / "made.xlsx").replace(target)
