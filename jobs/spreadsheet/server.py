"""The process that reads workbooks: `python -m jobs.spreadsheet.server`, started and spoken to by `jobs.sources.guard`.

The server itself reads nothing. It is small and has one thread, so it may fork; each file is read in a fork of it that
may use so much memory, so much processor time, and write no file. A second fork watches the first and tells how it
ended. What is read goes down the file's own pipe as lines of JSON, and never as pickles: whoever reads them need not
trust who wrote them. `jobs.returned.server` serves so too, and writes.

    request   {"path", "name", "sheets": pattern, "limits"} with the pipe's end as a descriptor; answered by a process id
    lines     {"sheet": 0, "title": …, "rows": [[[text, display format, above], …], …]} any number of times, then one of
              {"end": true}, {"refused": {"kind", "facts"}}, {"died": signal, "why": traceback where there is one}
"""

import json
import os
import resource
import signal
import socket
import sys
import traceback
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

BATCH_ROWS = 500
BATCH_TEXT = 1_000_000

Work = Callable[[dict[str, Any], int], None]
"""Does what a request asks for; it may write lines down the file's pipe."""


def serve(work: Work, may_write: bool = False) -> None:
    """Serve until the other side is gone. Work that may write makes files of at most the size that one may unpack to."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries who has ended
    with socket.socket(fileno=0) as control:
        while True:
            message, pipes, *_ = socket.recv_fds(control, 1 << 16, 1)
            if not message:
                return
            watcher = os.fork()
            if watcher == 0:
                try:
                    control.close()  # none but the server may answer
                    _watch(work, json.loads(message), pipes[0], may_write)
                finally:
                    os._exit(0)
            with suppress(OSError):  # it may have ended already
                os.setpgid(watcher, watcher)
            os.close(pipes[0])
            control.sendall(f"{watcher}\n".encode())


def _watch(work: Work, request: dict[str, Any], pipe: int, may_write: bool) -> None:
    """Work in a fork; where that is killed, say by which signal."""
    with suppress(OSError):
        os.setpgid(0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    reader = os.fork()
    if reader == 0:
        try:
            _work(work, request, pipe, may_write)
        finally:
            os._exit(0)
    _, status = os.waitpid(reader, 0)
    if os.WIFSIGNALED(status):
        _write(pipe, {"died": os.WTERMSIG(status)})


def _work(work: Work, request: dict[str, Any], pipe: int, may_write: bool) -> None:
    from jobs.refusals import Refused
    from jobs.spreadsheet.limits import Limits

    limits = Limits(**request["limits"])
    _confine(limits.memory_mib << 20, limits.seconds, limits.unpacked_mib << 20 if may_write else 0)
    last: dict[str, Any]
    try:
        work(request, pipe)
        last = {"end": True}
    except Refused as error:
        last = {"refused": error.told()}
    except MemoryError:
        last = {"died": signal.SIGABRT}
    except BrokenPipeError:
        return
    except BaseException as error:  # a panic of calamine's is no Exception
        last = {"died": signal.SIGSEGV, "why": traceback.format_exc()}
        if isinstance(error, zlib.error) and str(error).startswith("Error -4"):  # how zlib says that there is no memory
            last = {"died": signal.SIGABRT}
    _write(pipe, last)


def _read(request: dict[str, Any], pipe: int) -> None:
    from jobs.spreadsheet.limits import Limits
    from jobs.spreadsheet.names import nfc
    from jobs.spreadsheet.workbook import sheets

    limits = Limits(**request["limits"])
    for i, (title, rows) in enumerate(sheets(Path(request["path"]), request["name"], limits)):
        wanted = fnmatchcase(nfc(title), request["sheets"])
        for batch in _batches(rows) if wanted else ([],):
            _write(pipe, {"sheet": i, "title": title, "rows": batch})


def _confine(memory: int, seconds: int, file_size: int) -> None:
    """Limits from which there is no way back; what a library prints when it breaks is no news to anyone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    for kind, most, at_last in (
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_CPU, seconds, seconds + 1),  # at the first it is ended by SIGXCPU, which tells it from others
        (resource.RLIMIT_FSIZE, file_size, file_size),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        with suppress(ValueError, OSError):  # a stricter limit is in force, or (macOS) none of the kind is known
            resource.setrlimit(kind, (most, at_last))


def _batches(rows: Iterator[list[Any]]) -> Iterator[list[list[Any]]]:
    """Rows in batches that are bounded in rows and in text; one empty batch for a sheet without rows."""
    batch: list[list[Any]] = []
    size, some = 0, False
    for row in rows:
        batch.append(row)
        size += sum(len(text or above or "") for text, _, above in row)
        if len(batch) == BATCH_ROWS or size > BATCH_TEXT:
            yield batch
            batch, size, some = [], 0, True
    if batch or not some:
        yield batch


def _write(pipe: int, message: dict[str, Any]) -> None:
    """One line, begun anew: what was killed before may have left half a line."""
    line = memoryview(f"\n{json.dumps(message, ensure_ascii=False)}\n".encode(errors="replace"))
    while line:
        line = line[os.write(pipe, line) :]


if __name__ == "__main__":
    sys.modules["numpy"] = None  # type: ignore[assignment]  # openpyxl would import it, for 0.2 s and much address space
    import jobs.spreadsheet.workbook  # noqa: F401  # once, for all forks

    serve(_read)
