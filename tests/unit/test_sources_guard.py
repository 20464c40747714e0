"""The process that reads workbooks: what it may take, what becomes of it, and that it can take nothing down."""

import os
import signal
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import psutil
import pytest

from jobs.errors import DataError
from jobs.sources import guard
from jobs.spreadsheet.limits import Limits
from tests.support.corpus import HEADING, ROWS, log
from tests.support.packages import edited

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def server() -> psutil.Process:
    """The server of this process, started if it was not yet."""
    return psutil.Process(guard._server(os.getpid(), guard.READER)._process.pid)


def texts(batches: Iterator[tuple[int, str, list]]) -> list[list[str | None]]:
    return [[text for text, *_ in row] for _, _, rows in batches for row in rows]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "log.xlsx"
    path.write_bytes(log())
    return path


@pytest.fixture(scope="module")
def large(tmp_path_factory) -> Path:
    """A workbook of 300,000 cells: more than a pipe holds, and seconds to read."""
    path = tmp_path_factory.mktemp("large") / "log.xlsx"
    cells = (
        f'<row r="{i + 1}">' + "".join(f'<c t="s"><v>{i * 30 + j}</v></c>' for j in range(30)) for i in range(10_000)
    )
    texts = (f"<si><t>W{i}</t></si>" for i in range(300_000))
    sheet, strings = (
        f"<worksheet {MAIN}><sheetData>{'</row>'.join(cells)}</row></sheetData></worksheet>",
        "".join(texts),
    )
    parts = {"xl/worksheets/sheet1.xml": sheet, "xl/sharedStrings.xml": f"<sst {MAIN}>{strings}</sst>"}
    path.write_bytes(edited(log(), {name: part.encode() for name, part in parts.items()}))
    return path


def test_rows_come_by_sheet_with_their_formats(small):
    assert texts(guard.sheets(small, "log.xlsx", "*", Limits())) == [HEADING, *ROWS]
    assert texts(guard.sheets(small, "log.xlsx", "다른 시트", Limits())) == []


def test_a_file_that_takes_too_much_processor_time_ends_its_reader(large):
    request = {"path": str(large), "name": "b.xlsx", "sheets": "*", "limits": {"seconds": 1}}
    *_, last = guard.answers(request, Limits(seconds=600), guard.READER)
    assert last == {"died": signal.SIGXCPU}


def test_a_file_that_takes_too_long_is_refused_with_the_limit(large):
    with pytest.raises(DataError, match=r"^b\.xlsx: reading it takes more than 1 s \(limit: YEJI_READER_SECONDS\); "):
        texts(guard.sheets(large, "b.xlsx", "*", Limits(seconds=1)))


def test_a_file_that_is_waited_for_too_long_is_refused_and_its_reader_ended(tmp_path):
    os.mkfifo(tmp_path / "b.xlsx")
    with pytest.raises(DataError, match=r"^b\.xlsx: reading it takes more than 1 s"):
        texts(guard.sheets(tmp_path / "b.xlsx", "b.xlsx", "*", Limits(seconds=1)))
    assert gone(server())


def test_a_file_that_takes_too_much_memory_is_refused_with_the_limit(large):
    with pytest.raises(
        DataError, match=r"^b\.xlsx: reading it takes more than 70 MiB of memory \(limit: YEJI_READER_MEM"
    ):
        texts(guard.sheets(large, "b.xlsx", "*", Limits(memory_mib=70)))


def test_a_reader_that_is_killed_is_told_and_takes_nothing_with_it(large, small):
    batches = guard.sheets(large, "b.xlsx", "*", Limits())
    next(batches)
    [watcher] = server().children()
    [reader] = watcher.children()
    reader.send_signal(signal.SIGSEGV)
    with pytest.raises(DataError, match=r"^b\.xlsx: it is damaged; open it in Excel"):
        texts(batches)
    assert texts(guard.sheets(small, "log.xlsx", "*", Limits())) == [HEADING, *ROWS]


def test_a_reader_that_nobody_listens_to_any_more_is_ended(large):
    batches = guard.sheets(large, "b.xlsx", "*", Limits())
    next(batches)
    batches.close()
    assert gone(server())


def test_two_files_are_read_side_by_side(large, small):
    first = guard.sheets(large, "a.xlsx", "*", Limits())
    assert len(list(islice(first, 3))) == 3
    assert texts(guard.sheets(small, "log.xlsx", "*", Limits())) == [HEADING, *ROWS]
    assert len(texts(first)) == 10_000 - 3 * 500


def test_a_server_that_someone_ended_is_started_anew(small):
    texts(guard.sheets(small, "log.xlsx", "*", Limits()))
    server().kill()
    assert texts(guard.sheets(small, "log.xlsx", "*", Limits())) == [HEADING, *ROWS]


def test_the_server_knows_no_secret_and_little_else(monkeypatch, small):
    monkeypatch.setenv("YEJI_DATABASE_URL", "postgresql://user:secret@host/ledger")
    server().kill()
    texts(guard.sheets(small, "log.xlsx", "*", Limits()))
    assert "YEJI_DATABASE_URL" not in server().environ()
    loaded = {Path(region.path).name.split(".")[0] for region in server().memory_maps()}
    assert not loaded & {"_multiarray_umath", "lib", "_pydantic_core"}, "imports are what starting it costs"


def gone(process: psutil.Process) -> bool:
    """Whether a process has no child any more, or has none within some seconds."""
    for _ in range(50):
        if not process.children():
            return True
        time.sleep(0.1)
    return False
