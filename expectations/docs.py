"""The front of the Data Docs: every source, and what came of its last runs, in sentences.

Great Expectations writes a page for each table of a run; its own index would list them one by one. What a person asks
is what came of a delivery, so `index.html` lists the sources, `sources/<source>.html` a source's last runs with their
verdicts, and each run leads to the pages of its tables. These two load nothing from the internet.
"""

import fcntl
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from html import escape
from pathlib import Path

RUNS_KEPT = 30
"""Runs of each source that the Data Docs show; the ledger keeps every verdict."""

STYLE = """\
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse }
th, td { text-align: left; padding: .3rem 1.5rem .3rem 0; border-bottom: 1px solid #8884 }
section { border-left: .3rem solid; margin: 1rem 0; padding: .3rem 1rem }
.passed { border-color: #2a8 } .warned { border-color: #d90 } .stopped { border-color: #d33 }
section:target { background: #8883 }
h2 { font-size: 1.1rem; margin: 0 }
small { font-weight: normal; opacity: .7 }
ul { margin: .3rem 0; padding-left: 1.2rem }
"""

VERDICTS = {
    "passed": "passed",
    "warned": "passed, with warnings",
    "stopped": "stopped: nothing was published",
}


@dataclass(frozen=True)
class Run:
    """One check of a delivery: its verdict in sentences, and the page of each table, relative to the docs.

    `failures` are the verdict's, `unusual` what is only told beside it; `checked_at` is in UTC.
    """

    delivery_date: str
    attempt: int
    checked_at: str
    stops: bool
    failures: Sequence[str] = ()
    unusual: Sequence[str] = ()
    pages: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.delivery_date}-{self.attempt}"

    @property
    def verdict(self) -> str:
        """stopped, warned or passed."""
        return "stopped" if self.stops else "warned" if self.failures or self.unusual else "passed"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One process at a time writes the Data Docs of a folder; another waits."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "docs.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def enter(folder: Path, source: str, run: Run) -> list[Run]:
    """Put a run on the page of its source, in place of one of its name, and bring the list of sources up to date.

    Of each source the last `RUNS_KEPT` by delivery date and attempt stay, the run at hand among them. Returns those that
    left. The caller holds `alone`.
    """
    others = sorted((one for one in runs(folder, source) if one.name != run.name), key=_order)
    room = max(len(others) + 1 - RUNS_KEPT, 0)
    kept = sorted([*others[room:], run], key=_order)
    record = json.dumps([asdict(one) for one in kept], ensure_ascii=False, indent=1)
    docs = folder / "data_docs"
    _replace(_record(folder, source), record)
    _replace(docs / "sources" / f"{source}.html", _source_page(source, kept))
    sources = sorted(path.stem for path in (folder / "runs").glob("*.json"))
    _replace(docs / "index.html", _index_page({name: runs(folder, name) for name in sources}))
    return others[:room]


def runs(folder: Path, source: str) -> list[Run]:
    """The runs of a source that the Data Docs show, oldest first."""
    record = _record(folder, source)
    return [Run(**one) for one in json.loads(record.read_text(encoding="utf-8"))] if record.exists() else []


def place(source: str, run: Run) -> str:
    """Where a run stands, relative to the docs. Once the run has left, the link still leads to its source."""
    return f"sources/{source}.html#{run.name}"


def _order(run: Run) -> tuple[str, int]:
    return run.delivery_date, run.attempt


def _record(folder: Path, source: str) -> Path:
    return folder / "runs" / f"{source}.json"


def _index_page(listed: Mapping[str, Sequence[Run]]) -> str:
    rows = [
        f'<tr><td><a href="sources/{source}.html">{source}</a></td><td>{last.delivery_date}</td>'
        f"<td>{VERDICTS[last.verdict]}</td><td>{len(known)}</td></tr>"
        for source, known in listed.items()
        for last in known[-1:]
    ]
    heads = "".join(f"<th>{head}</th>" for head in ("source", "newest delivery", "its checks", "runs kept"))
    return _page("Data Docs", [f"<table><tr>{heads}</tr>", *rows, "</table>"])


def _source_page(source: str, known: Sequence[Run]) -> str:
    up = '<p><a href="../index.html">all sources</a></p>'
    return _page(source, [up, *(line for run in reversed(known) for line in _section(run))])


def _section(run: Run) -> Iterator[str]:
    yield f'<section id="{run.name}" class="{run.verdict}">'
    yield f"<h2>{run.delivery_date} <small>attempt {run.attempt}, checked {run.checked_at} UTC</small></h2>"
    yield f"<p>{VERDICTS[run.verdict]}</p>"
    if told := [*run.failures, *run.unusual]:
        yield f"<ul>{''.join(f'<li>{escape(sentence)}</li>' for sentence in told)}</ul>"
    links = [f'<a href="../{escape(page)}">{table}</a>' for table, page in run.pages.items()]
    yield f"<p>expectation by expectation: {', '.join(links)}</p></section>"


def _page(title: str, body: Sequence[str]) -> str:
    head = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
    )
    lines = [f"{head}<title>{title}</title><style>\n{STYLE}</style></head><body>", f"<h1>{title}</h1>", *body]
    return "\n".join([*lines, "</body></html>\n"])


def _replace(path: Path, text: str) -> None:
    """Write a file whole: who reads it meanwhile has the one before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=path.parent)) / path.name
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
    draft.parent.rmdir()
