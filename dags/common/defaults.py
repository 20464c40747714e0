"""What every Dag has in common: owner, tags, retries, timeouts, what is said when a task fails, and the task itself."""

import logging
import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import Asset, BaseOperatorLink, Connection, XComArg, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowNotFoundException, AirflowSkipException

OWNER = "data_engineering"
TAGS = frozenset({"ingest", "score", "train", "broken_contract"})
"""The tags a Dag may bear, besides the names of its source and population."""


def log_failure(context: Mapping[str, Any]) -> None:
    """Say in one line which partition failed, where, and why."""
    ti, key = context["ti"], context.get("partition_key") or "on demand"
    logging.getLogger("yeji").error("%s %s %s: %s", ti.dag_id, key, ti.task_id, context.get("exception"))


START = datetime(2020, 1, 1)
"""Before any delivery by cron; Dags do not catch up, so nothing is made for the days since."""

COMMON: dict[str, Any] = {
    "start_date": START,
    "catchup": False,
    "max_active_runs": 1,
    "dagrun_timeout": timedelta(hours=12),
    "default_args": {
        "owner": OWNER,
        "retries": 2,
        "retry_delay": timedelta(minutes=1),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=10),
        "execution_timeout": timedelta(hours=4),
        "on_failure_callback": log_failure,
    },
}
"""What every Dag is made with."""


def _hand_over(connection: str) -> None:
    """Tell `jobs`, which knows no Airflow, how a database is reached, wherever Airflow keeps it."""
    from jobs.sources.connections import variable

    with suppress(AirflowNotFoundException):  # then the step says what is missing
        os.environ[variable(connection)] = Connection.get(connection).get_uri()


def step(
    name: str,
    *,
    source: str | None = None,
    population: str | None = None,
    landed: XComArg | None = None,
    outlets: Collection[Asset] = (),
    links: Collection[BaseOperatorLink] = (),
    connection: str | None = None,
) -> XComArg:
    """One step of `jobs` as a task of the same name; its counts go to XCom, never data.

    The run's partition key is the delivery date, and `landed`, what the task `land` returned, carries the attempt that
    the later steps belong to. `links` become buttons of the task; `connection` is the database that the step reads,
    as Airflow knows it. Refused data or a wrong contract fails at once: trying again changes neither.
    """

    @task(task_id=name, outlets=list(outlets), multiple_outputs=False)
    def run(landed: dict[str, Any] | None) -> dict[str, Any]:
        from jobs.errors import DataError, NoDelivery, UsageError
        from jobs.steps import run_step

        key = get_current_context().get("partition_key")
        attempt = landed["attempt"] if landed else None
        if connection:
            _hand_over(connection)
        try:
            return run_step(name, source=source, population=population, delivery_date=key, attempt=attempt)
        except NoDelivery as error:
            raise AirflowSkipException(str(error)) from error
        except (DataError, UsageError) as error:
            raise AirflowFailException(str(error)) from error

    made = run(landed)
    made.operator.operator_extra_links = tuple(links)
    return made
