"""Workbooks read in another process (`jobs.spreadsheet.server`), so that no file can take this one down.

This process has a JVM, threads and secrets, and is never forked: a small server is started once and forks for each
file. What may be used is bounded there (memory, processor time) and here (how long this side waits for the next rows,
all in all). Rows come as a stream; no more than a batch of them is held.
"""

import atexit
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from dataclasses import asdict
from functools import cache
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any

from jobs.errors import YejiError
from jobs.refusals import Refused, from_told
from jobs.spreadsheet.cells import Value
from jobs.spreadsheet.limits import Limits

CHECKOUT = Path(__file__).resolve().parents[2]
READ_BYTES = 1 << 18
MAX_LINE = 64 << 20
"""Bytes of a batch: several times what the longest row takes."""

READER = "jobs.spreadsheet.server"


def sheets(path: Path, name: str, pattern: str, limits: Limits) -> Iterator[tuple[int, str, list[list[Value]]]]:
    """A workbook's rows in batches, each with its sheet's place and title; no rows of sheets that do not match.

    Raises Refused with what the reader found wrong, and where reading the file takes more than the limits allow.
    """
    request = {"path": str(path.absolute()), "name": name, "sheets": pattern, "limits": asdict(limits)}
    with closing(answers(request, limits, READER)) as found:
        for answer in found:
            if "rows" in answer:
                yield answer["sheet"], answer["title"], answer["rows"]
            elif "refused" in answer:
                raise from_told(answer["refused"], {"file": name})
            elif "died" in answer:
                raise _died(answer["died"], name, limits)
            else:
                return
    raise _died(signal.SIGKILL, name, limits)


def _died(by: int, name: str, limits: Limits) -> Refused:
    """Why the reading of a file ended without an end."""
    if by in (signal.SIGXCPU, signal.SIGALRM):
        return Refused("slow", {"file": name}, seconds=limits.seconds)
    if by in (signal.SIGABRT, signal.SIGKILL):
        return Refused("large", {"file": name}, memory=limits.memory_mib)
    return Refused("reader_broke", {"file": name})


def answers(request: dict[str, Any], limits: Limits, server: str) -> Generator[dict[str, Any]]:
    """The lines that come down the file's pipe; who writes them is killed when they are not wanted any more.

    `server` is the module that serves (`jobs.spreadsheet.server` says what it is asked and answers).
    """
    watcher, pipe = _start(request, server)
    ended = False
    try:
        for line in _lines(pipe, limits.seconds):
            with suppress(ValueError):  # half a line of one that was killed; how it died is the next
                yield json.loads(line)
        ended = True
    except TimeoutError:
        yield {"died": signal.SIGALRM}
    except OverflowError:
        yield {"died": signal.SIGSEGV}
    finally:
        os.close(pipe)
        if not ended:
            with suppress(ProcessLookupError):
                os.killpg(watcher, signal.SIGKILL)


def _lines(pipe: int, seconds: float) -> Iterator[bytes]:
    """Lines that are not empty.

    Raises TimeoutError once all waiting for them has taken so long, OverflowError for a line that no reader sends.
    """
    held: list[bytes] = []
    left, size = seconds, 0
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            began = monotonic()
            if not selector.select(max(left, 0)):
                raise TimeoutError
            left -= monotonic() - began
            chunk = os.read(pipe, READ_BYTES)
            if not chunk:
                return
            *whole, rest = chunk.split(b"\n")
            for piece in whole:
                line = b"".join([*held, piece])
                held, size = [], 0
                if line:
                    yield line
            held.append(rest)
            size += len(rest)
            if size > MAX_LINE:
                raise OverflowError


def _start(request: dict[str, Any], server: str) -> tuple[int, int]:
    """The process that does what is asked, and the pipe to hear it by. A server that someone has ended is started anew."""
    for _ in range(2):
        try:
            return _server(os.getpid(), server).ask(request)
        except OSError:
            _server.cache_clear()
    raise YejiError(f"the process that opens workbooks does not start (python -m {server})")


@cache
def _server(_process: int, module: str) -> "_Server":
    """A server of this process: one that was forked from it has to start its own."""
    return _Server(module)


class _Server:
    """A running server, ended when this process ends."""

    def __init__(self, module: str) -> None:
        self._lock = Lock()
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                cwd=CHECKOUT,
                env={"PYTHONUTF8": "1"},  # no secret of this process
                start_new_session=True,  # Ctrl-C is for this process to answer
            )
        atexit.register(self._end)

    def ask(self, request: dict[str, Any]) -> tuple[int, int]:
        """Have something done: the process group that does it, and the pipe's reading end."""
        ours, theirs = os.pipe()
        try:
            with self._lock:
                socket.send_fds(self._control, [json.dumps(request).encode()], [theirs])
                answer = self._control.recv(32)
            if not answer:
                raise ConnectionError
        except OSError:
            os.close(ours)
            raise
        finally:
            os.close(theirs)
        return int(answer), ours

    def _end(self) -> None:
        self._control.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
