"""Airflow's settings, in one place: everything under `YEJI_HOME`, on the loopback address, without telemetry.

Airflow reads them from the environment, so a process enters them before it imports airflow. For Airflow's own commands:
`python -m dags.common.airflow_home airflow dags list`.
"""

import os
import sys
from pathlib import Path

from jobs.settings import settings

DAGS = Path(__file__).resolve().parents[1]


def environment(home: Path) -> dict[str, str]:
    """The `AIRFLOW_*` variables of the platform whose home this is."""
    folder = home.absolute() / "airflow"
    return {
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(DAGS / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(folder / "passwords.json"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{folder / 'airflow.db'}",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(folder / "logs"),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    }


if __name__ == "__main__":
    os.environ |= environment(settings().home)
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # `standalone` starts its parts by name
    os.umask(0o077)  # Airflow writes its admin's password and its signing key below its home
    os.execvp(sys.argv[1], sys.argv[1:])
