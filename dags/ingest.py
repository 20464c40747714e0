"""Nightly ingest of one source, and the scoring that follows it: two Dags per contract, made from the contract.

`ingest_<source>`: land → conform → check → publish.

- **Purpose**: take what a source delivered for a date into the lake, checked.
- **Inputs**: the source's contract (`YEJI_SOURCES`) and its delivery (`YEJI_INBOX`).
- **Outputs**: the delivery date's partition of bronze, of the silver tables and of quarantine; Data Docs, to which the
  task `check` has a button, passed or refused.
- **Params**: none; the partition key is the delivery date, `%Y-%m-%d` in the contract's time zone.
- **Impact of failure**: this date of this source stays unpublished; other sources and dates are untouched, and readers
  see what was published before. Where `check` refused the batch, nothing of it was committed to silver.
- **Rerun**: mend the cause, then clear the run (`airflow dags clear ingest_<source> --partition-key 2026-01-31`) or
  trigger the Dag with that partition key. A rerun leaves the same tables as a clean run.

`score_<source>`: lives → landmarks → code_life → score → plan.

- **Purpose**: what the code (API 570) and the population's champion say of the source's assets from what is now published.
- **Inputs**: published silver rows; the registered model.
- **Outputs**: the source's rows of `life`, `landmark`, `code_life`, `remaining_life` and `plan`.
- **Params**: none; follows `ingest_<source>` by the same partition key.
- **Impact of failure**: predictions of the day before stay. Before a population's first training there is no champion,
  and the plan holds only what the code and the law date.
- **Rerun**: clear the run; the source's rows are replaced whole.

A contract that cannot be read still has its `ingest_<source>`: one task that fails and says what to mend.
"""

from airflow.sdk import (
    DAG,
    CronPartitionTimetable,
    IdentityMapper,
    PartitionedAssetTimetable,
    PartitionedAtRuntime,
    chain,
    task,
)
from airflow.sdk.exceptions import AirflowFailException

from dags.common.assets import published
from dags.common.data_docs import DataDocs
from dags.common.defaults import COMMON, step
from jobs.contracts import Contract, read_folder
from jobs.settings import settings


def ingest(contract: Contract) -> DAG:
    """The Dag that takes one delivery of a source into the lake."""
    source = contract.source
    with DAG(
        f"ingest_{source}",
        description=contract.title,
        doc_md=__doc__,
        schedule=CronPartitionTimetable(contract.schedule, timezone=contract.timezone, key_format="%Y-%m-%d"),
        **COMMON,
        tags=["ingest", source],
    ) as dag:
        landed = step("land", source=source, connection=contract.reads.connection)
        conformed = step("conform", source=source, landed=landed)
        checked = step("check", source=source, landed=landed, links=[DataDocs()])
        publication = step("publish", source=source, landed=landed, outlets=[published(source)])
        landed >> conformed >> checked >> publication  # nothing is published before the verdict on the whole batch
    return dag


def score(contract: Contract) -> DAG:
    """The Dag that predicts for a source's assets once a delivery of it is published."""
    source = contract.source
    with DAG(
        f"score_{source}",
        description=f"Remaining lives: {contract.title}",
        doc_md=__doc__,
        schedule=PartitionedAssetTimetable(assets=published(source), default_partition_mapper=IdentityMapper()),
        **COMMON,
        tags=["score", source],
    ) as dag:
        chain(*(step(name, source=source) for name in ("lives", "landmarks", "code_life", "score", "plan")))
    return dag


def broken(source: str, problems: str) -> DAG:
    """The place of a source whose contract cannot be read: visible, and red when run."""
    with DAG(
        f"ingest_{source}",
        description="The contract is wrong",
        doc_md=f"The contract is wrong:\n\n```\n{problems}\n```",
        schedule=PartitionedAtRuntime(),
        **COMMON,
        tags=["ingest", "broken_contract"],
    ) as dag:

        @task
        def read_contract() -> None:
            raise AirflowFailException(problems)

        read_contract()
    return dag


contracts, wrong = read_folder(settings().sources, deep=False)
for contract in contracts.values():
    globals()[f"ingest_{contract.source}"] = ingest(contract)
    if contract.lives:
        globals()[f"score_{contract.source}"] = score(contract)
for stem, problems in wrong.items():
    globals()[f"ingest_{stem}"] = broken(stem, problems)
