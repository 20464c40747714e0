"""The ledger: one row per step of a partition and attempt, in the platform's SQL database.

It answers in milliseconds and holds attempt numbers; whether something was committed is read from Delta.
"""

import json
import subprocess
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from jobs.errors import DataError, NoDelivery, YejiError
from jobs.refusals import Refused

METADATA = sa.MetaData()

ATTEMPT = sa.Table(
    "attempt",
    METADATA,
    sa.Column("source", sa.String, primary_key=True),
    sa.Column("delivery_date", sa.String, primary_key=True),
    sa.Column("attempt", sa.Integer, primary_key=True),
    sa.Column("started_at_utc", sa.String, nullable=False),
)

PARTITION_RUN = sa.Table(
    "partition_run",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source", sa.String, nullable=False, index=True),
    sa.Column("delivery_date", sa.String, nullable=False),
    sa.Column("step", sa.String, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("rows_in", sa.Integer),
    sa.Column("rows_valid", sa.Integer),
    sa.Column("rows_quarantined", sa.Integer),
    sa.Column("rows_set_aside", sa.Integer),
    sa.Column("content_hash", sa.String),
    sa.Column("contract_digest", sa.String),
    sa.Column("code_version", sa.String, nullable=False),
    sa.Column("facts", sa.String),
    sa.Column("error_class", sa.String),
    sa.Column("error", sa.String),
    sa.Column("started_at_utc", sa.String, nullable=False),
    sa.Column("seconds", sa.Float),
)

CHAMPION_MOVE = sa.Table(
    "champion_move",
    METADATA,
    sa.Column("population", sa.String, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("moved_at_utc", sa.String, nullable=False),
    sa.Column("action", sa.String, nullable=False),
    sa.Column("from_version", sa.Integer),
    sa.Column("to_version", sa.Integer, nullable=False),
    sa.Column("candidate", sa.String, nullable=False),
    sa.Column("is_baseline", sa.Boolean, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("mlflow_run", sa.String),
)

COUNTS = ("rows_in", "rows_valid", "rows_quarantined", "rows_set_aside", "content_hash")

INGEST = ("land", "conform", "check", "publish")
"""The steps that make a partition, in order."""


@dataclass
class Entry:
    """What a step tells the ledger while it runs; `facts` is anything else worth keeping, as JSON."""

    contract_digest: str | None = None
    counts: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)


class Ledger:
    """The ledger in one database (SQLite in WAL mode, or PostgreSQL)."""

    def __init__(self, url: str) -> None:
        if url.startswith("sqlite:///"):
            Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        self.engine = sa.create_engine(url)
        if self.engine.dialect.name == "sqlite":
            sa.event.listen(self.engine, "connect", _sqlite_pragmas)
        METADATA.create_all(self.engine)

    def new_attempt(self, source: str, delivery_date: str) -> int:
        """The next attempt number of a partition; never given twice, even to two callers at once."""
        for _ in range(20):
            try:
                with self.engine.begin() as connection:
                    last = connection.scalar(
                        sa.select(sa.func.max(ATTEMPT.c.attempt)).where(
                            ATTEMPT.c.source == source, ATTEMPT.c.delivery_date == delivery_date
                        )
                    )
                    number = (last or 0) + 1
                    connection.execute(
                        ATTEMPT.insert().values(
                            source=source, delivery_date=delivery_date, attempt=number, started_at_utc=now_utc()
                        )
                    )
                    return number
            except sa.exc.IntegrityError:
                continue
        raise YejiError(f"{source}|{delivery_date}: no attempt number after 20 tries; is the ledger being flooded?")

    @contextmanager
    def step(self, step: str, source: str, delivery_date: str, attempt: int) -> Iterator[Entry]:
        """Record a step from start to end.

        It ends `done`, `refused` (the data is at fault), `failed` (the platform is) or `absent` (nothing was delivered).
        """
        entry = Entry()
        started = datetime.now(UTC)
        with self.engine.begin() as connection:
            row_id = connection.scalar(
                PARTITION_RUN.insert()
                .values(
                    source=source,
                    delivery_date=delivery_date,
                    step=step,
                    attempt=attempt,
                    status="running",
                    code_version=code_version(),
                    started_at_utc=now_utc(),
                )
                .returning(PARTITION_RUN.c.id)
            )
        status, error_class, error = "done", None, None
        try:
            yield entry
        except BaseException as problem:
            status = _status_of(problem)
            error_class, error = type(problem).__name__, str(problem)
            if isinstance(problem, Refused):
                entry.facts["error_korean"] = problem.korean
            raise
        finally:
            with self.engine.begin() as connection:
                connection.execute(
                    PARTITION_RUN.update()
                    .where(PARTITION_RUN.c.id == row_id)
                    .values(
                        status=status,
                        error_class=error_class,
                        error=error,
                        contract_digest=entry.contract_digest,
                        facts=json.dumps(entry.facts, ensure_ascii=False, default=str) if entry.facts else None,
                        seconds=(datetime.now(UTC) - started).total_seconds(),
                        **{name: entry.counts[name] for name in COUNTS if name in entry.counts},
                    )
                )

    def runs(self, source: str | None = None, delivery_date: str | None = None) -> list[Mapping[str, Any]]:
        """Step rows, oldest first."""
        query = sa.select(PARTITION_RUN).order_by(PARTITION_RUN.c.id)
        if source:
            query = query.where(PARTITION_RUN.c.source == source)
        if delivery_date:
            query = query.where(PARTITION_RUN.c.delivery_date == delivery_date)
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def partitions(self) -> list[dict[str, Any]]:
        """One row per partition, as its latest attempt left it.

        `status` is published, refused, failed or running; `step` is the last step taken. `content_hash` is that of the
        partition's rows, `records_hash` that of what they say, whatever file or format they came in. `refused_files`
        tells which files of the delivery were not taken in, and why: a partition can be published without them.
        `unread_files` tells what lay beside them and is asked for by no table, or was read under another name. Why the
        whole delivery was not is its `error`, and for the firm, where it is to mend it, `error_korean`.
        `doubtful_keys` are the rows that are kept and do not count, or withdraw nothing; `corrections` are the
        source tables of which the delivery held corrections alone; `warnings` are the sentences of its check that
        did not stop it, `docs` is its place in the Data Docs, relative to `YEJI_HOME`.
        """
        latest: dict[tuple[str, str], dict[str, Any]] = {}
        for run in self.runs():
            if run["step"] not in INGEST or run["status"] == "absent":
                continue
            key = (run["source"], run["delivery_date"])
            known = latest.get(key)
            if known is None or run["attempt"] > known["attempts"]:
                known = latest[key] = {
                    "source": run["source"],
                    "delivery_date": run["delivery_date"],
                    **dict.fromkeys(COUNTS),
                    "records_hash": None,
                    "refused_files": [],
                    "unread_files": [],
                    "doubtful_keys": [],
                    "corrections": [],
                    "warnings": [],
                    "docs": None,
                    "attempts": run["attempt"],
                    "seconds": 0.0,
                }
            known |= {name: run[name] for name in COUNTS if run[name] is not None}
            facts = json.loads(run["facts"] or "{}")
            if run["step"] == "land" and facts:
                known |= {name: facts.get(name, []) for name in ("refused_files", "unread_files", "corrections")}
            if run["step"] == "check" and facts:
                known |= {name: facts.get(name) for name in ("records_hash", "docs")}
                known |= {"doubtful_keys": facts.get("doubtful_keys", []), "warnings": warnings_of(facts)}
            known["seconds"] += run["seconds"] or 0.0
            known |= {"step": run["step"], "status": run["status"], "error": run["error"]}
            known["error_korean"] = facts.get("error_korean")
            if run["status"] == "done":
                known["status"] = "published" if run["step"] == "publish" else "running"
        return [latest[key] for key in sorted(latest)]

    def last_checks(self, source: str) -> dict[str, Mapping[str, Any]]:
        """The last finished or refused `check` of each of a source's deliveries, by delivery date."""
        checks = [run for run in self.runs(source) if run["step"] == "check" and run["facts"]]
        return {run["delivery_date"]: run for run in checks if run["status"] in ("done", "refused")}

    def published_checks(
        self, source: str, before: str, count: int, without: Collection[str] = ()
    ) -> list[Mapping[str, Any]]:
        """The `check` of each of a source's last published deliveries of dates before one, oldest first; not `without`.

        It is the check of the attempt that was published: a later one that was refused has changed nothing.
        """
        run = PARTITION_RUN.c
        of_source = (run.source == source, run.delivery_date < before)
        publishing = (
            sa.select(run.delivery_date, run.attempt, run.status)
            .where(*of_source, run.step == "publish", run.status != "refused")
            .order_by(run.id)
        )
        with self.engine.connect() as connection:
            last = {row.delivery_date: row for row in connection.execute(publishing)}
            published = sorted(d for d, row in last.items() if row.status == "done" and d not in without)[-count:]
            attempts = sa.tuple_(run.delivery_date, run.attempt).in_([(d, last[d].attempt) for d in published])
            checks = sa.select(PARTITION_RUN).where(*of_source, run.step == "check", run.status == "done", attempts)
            found = {row["delivery_date"]: dict(row) for row in connection.execute(checks.order_by(run.id)).mappings()}
        return [found[delivery_date] for delivery_date in sorted(found)]

    def docs(self, source: str) -> str | None:
        """Where the source's latest check stands in the Data Docs, relative to `YEJI_HOME`."""
        run = PARTITION_RUN.c
        latest = sa.select(run.facts).where(run.source == source, run.step == "check").order_by(run.id.desc()).limit(1)
        with self.engine.connect() as connection:
            facts = connection.scalar(latest)
        return json.loads(facts).get("docs") if facts else None

    def refused_files(self, source: str) -> dict[str, list[dict[str, str]]]:
        """The files that could not be read (`RefusedFile`), by delivery date; the last landing of each counts."""
        last = {day: facts.get("refused_files", []) for day, facts in self.landed(source).items()}
        return {day: files for day, files in last.items() if files}

    def unread_files(self, source: str) -> dict[str, list[dict[str, str]]]:
        """What lay with each delivery and no table reads (`RefusedFile`), by delivery date, if anything did."""
        found = {day: facts.get("unread_files", []) for day, facts in self.landed(source).items()}
        return {day: files for day, files in found.items() if files}

    def corrections(self, source: str) -> dict[str, list[str]]:
        """The source tables of which a delivery held corrections alone, or beside such no row, by its date."""
        return {day: facts["corrections"] for day, facts in self.landed(source).items() if facts.get("corrections")}

    def incomplete(self, source: str, table: str) -> set[str]:
        """Dates of the deliveries that cannot tell which records of a source table are withdrawn: those missing may be in
        force."""
        corrections = {day for day, tables in self.corrections(source).items() if table in tables}
        return corrections | self.refused_files(source).keys()

    def landed(self, source: str) -> dict[str, dict[str, Any]]:
        """What the last landing of each delivery found, by its date."""
        landed = [run for run in self.runs(source) if run["step"] == "land" and run["status"] == "done"]
        return {run["delivery_date"]: json.loads(run["facts"] or "{}") for run in landed}

    def published(self) -> set[tuple[str, str]]:
        """Partitions whose last publishing was finished; only these are read by training and scoring (law 3)."""
        return {partition for partition, status in self._publishing().items() if status == "done"}

    def half_published(self) -> set[tuple[str, str]]:
        """Partitions whose last publishing goes on, or was cut off: some tables have their new rows, some have not."""
        return {partition for partition, status in self._publishing().items() if status != "done"}

    def _publishing(self) -> dict[tuple[str, str], str]:
        """The status of each partition's last publishing; one that was refused had not begun."""
        query = (
            sa.select(PARTITION_RUN.c.source, PARTITION_RUN.c.delivery_date, PARTITION_RUN.c.status)
            .where(PARTITION_RUN.c.step == "publish", PARTITION_RUN.c.status != "refused")
            .order_by(PARTITION_RUN.c.id)
        )
        with self.engine.connect() as connection:
            return {(row.source, row.delivery_date): row.status for row in connection.execute(query)}


def warnings_of(facts: Mapping[str, Any]) -> list[str]:
    """What a `check` only told: expectations that were not met, records that resolve to nothing, trends."""
    verdict = facts.get("verdict", {"warnings": []})
    return [*unmet(verdict), *verdict["warnings"], *facts.get("trends", [])]


def unmet(verdict: Mapping[str, Any]) -> Sequence[str]:
    """The sentences of a verdict that stopped nothing; those of one that stopped the delivery are its error."""
    return () if verdict.get("stops", True) else verdict["failures"]


@cache
def code_version() -> str:
    """The installed version, with the commit where there is a checkout."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=Path(__file__).parent, check=False
    ).stdout.strip()
    return f"{version('yeji')}+{commit}" if commit else version("yeji")


def _status_of(problem: BaseException) -> str:
    if isinstance(problem, NoDelivery):
        return "absent"
    return "refused" if isinstance(problem, DataError) else "failed"


def now_utc() -> str:
    """The time as the ledger writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _sqlite_pragmas(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA busy_timeout=30000")
