"""Where Airflow's pages lead to a check's Data Docs."""

from typing import Any

from airflow.sdk import BaseOperatorLink
from airflow.sdk.configuration import conf

from jobs.ledger import Ledger
from jobs.settings import settings

SERVED_AT = "/yeji/docs"
"""Where Airflow's web server has the Data Docs (`dags/plugins/data_docs.py`)."""


class DataDocs(BaseOperatorLink):
    """A button of the task `check`: what this run came to, whether it passed or was refused.

    Airflow asks for it when the task has ended and keeps the answer for its pages, which read no file of ours.
    """

    name = "Data Docs"
    xcom_key = "data_docs"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        docs = Ledger(settings().ledger_url).docs(ti_key.dag_id.removeprefix("ingest_"))
        if not docs:
            return ""
        return (
            f"{conf.get('api', 'base_url', fallback='').rstrip('/')}{SERVED_AT}{docs.removeprefix(settings().docs(''))}"
        )
