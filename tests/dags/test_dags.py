"""The Dags as the scheduler sees them: all there, owned, retried, and with the edges that safety rests on."""

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dags.common.airflow_home import DAGS
from tests.support.paths import CHECKOUT

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag

Parse = Callable[[Path], "DagBag"]

FILES = {
    "ingest.py": {"ingest_east", "ingest_west", "ingest_north", "ingest_typo", "score_east", "score_west"},
    "train.py": {"train_small_firms"},
}
HELPERS = {"airflow_home.py", "assets.py", "data_docs.py", "defaults.py", "night.py", "progress.py"}


@pytest.mark.parametrize("folder", [CHECKOUT / "infra" / "sources", CHECKOUT / "infra" / "sources" / "real"], ids=str)
def test_the_contracts_that_come_with_the_project_make_their_dags(folder: Path, parse: Parse) -> None:
    stems = {path.stem for path in folder.glob("*.yaml")}
    bag = parse(folder)
    assert stems
    assert not bag.import_errors
    assert {f"ingest_{stem}" for stem in stems} <= bag.dags.keys()
    assert any(dag_id.startswith("train_") for dag_id in bag.dags)
    assert not [dag_id for dag_id, dag in bag.dags.items() if "broken_contract" in dag.tags]


def test_every_file_is_accounted_for(sources: Path, parse: Parse) -> None:
    bag = parse(sources)
    assert not bag.import_errors
    made: dict[str, set[str]] = {}
    for dag in bag.dags.values():
        made.setdefault(Path(dag.fileloc).name, set()).add(dag.dag_id)
    assert made == FILES
    assert {path.name for path in DAGS.glob("*.py")} - {"__init__.py"} == FILES.keys()
    assert {path.name for path in DAGS.glob("common/*.py")} - {"__init__.py"} == HELPERS


def test_every_dag_is_owned_tagged_documented_and_retried(sources: Path, parse: Parse) -> None:
    from dags.common.defaults import TAGS

    for dag in parse(sources).dags.values():
        assert dag.owner == "data_engineering"
        assert dag.tags & TAGS, dag.dag_id
        assert dag.tags - TAGS <= {"east", "west", "north", "small_firms"}
        assert dag.doc_md
        assert not dag.catchup
        for task in dag.tasks:
            assert task.retries == 2
            assert task.retry_exponential_backoff
            assert task.execution_timeout <= timedelta(hours=4)
            assert task.on_failure_callback


@pytest.mark.parametrize("word", ["Purpose", "Inputs", "Outputs", "Params", "Impact of failure", "Rerun"])
def test_docs_say_what_an_operator_asks(word: str, sources: Path, parse: Parse) -> None:
    bag = parse(sources)
    for dag_id in ("ingest_east", "score_east", "train_small_firms"):
        assert f"**{word}**" in bag.dags[dag_id].doc_md


@pytest.mark.parametrize(
    ("dag_id", "steps"),
    [
        ("ingest_east", ["land", "conform", "check", "publish"]),
        ("score_east", ["lives", "landmarks", "code_life", "score", "plan"]),
        ("train_small_firms", ["lives", "landmarks", "code_life", "fit", "gate", "register", "score", "plan"]),
    ],
)
def test_steps_follow_one_another(dag_id: str, steps: list[str], sources: Path, parse: Parse) -> None:
    """The verdict precedes publishing, the gate precedes registering (laws 3 and 7)."""
    dag = parse(sources).dags[dag_id]
    assert set(dag.task_ids) == set(steps)
    for before, after in pairwise(steps):
        assert before in dag.task_dict[after].upstream_task_ids
        assert dag.task_dict[after].trigger_rule == "all_success"


def test_the_check_has_a_button_to_its_data_docs(sources: Path, parse: Parse) -> None:
    links = {
        task.task_id: [link.name for link in task.operator_extra_links]
        for task in parse(sources).dags["ingest_east"].tasks
    }
    assert links == {"land": [], "conform": [], "check": ["Data Docs"], "publish": []}


def test_ingest_is_keyed_by_delivery_date_in_the_contracts_time_zone(sources: Path, parse: Parse) -> None:
    from airflow.sdk import CronPartitionTimetable

    timetable = parse(sources).dags["ingest_east"].timetable
    assert isinstance(timetable, CronPartitionTimetable)
    assert (timetable.key_format, str(timetable.timezone)) == ("%Y-%m-%d", "Asia/Seoul")


def test_score_follows_publishing_by_the_same_key(sources: Path, parse: Parse) -> None:
    from airflow.sdk import IdentityMapper, PartitionedAssetTimetable

    bag = parse(sources)
    timetable = bag.dags["score_east"].timetable
    assert isinstance(timetable, PartitionedAssetTimetable)
    assert isinstance(timetable.default_partition_mapper, IdentityMapper)
    assert bag.dags["ingest_east"].task_dict["publish"].outlets == [timetable.asset_condition]


def test_training_follows_no_delivery(sources: Path, parse: Parse) -> None:
    from airflow.sdk import CronTriggerTimetable

    assert type(parse(sources).dags["train_small_firms"].timetable) is CronTriggerTimetable


def test_a_contract_with_a_typo_breaks_no_other_dag(sources: Path, parse: Parse) -> None:
    bag = parse(sources)
    broken = bag.dags["ingest_typo"]
    assert "broken_contract" in broken.tags
    assert "typo.yaml:13" in broken.doc_md
    assert "korean_date" in broken.doc_md
    assert "score_typo" not in bag.dags
    assert set(bag.dags["ingest_east"].task_ids) == {"land", "conform", "check", "publish"}


def test_parsing_loads_no_engine(sources: Path) -> None:
    program = (
        "import sys, dags.ingest, dags.train\n"
        "print(sorted({'pyspark', 'mlflow', 'pandas', 'xgboost', 'great_expectations'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=CHECKOUT)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_databases_connection_is_handed_over_from_wherever_airflow_keeps_it(monkeypatch: pytest.MonkeyPatch):
    from airflow.sdk import Connection

    from dags.common.defaults import _hand_over
    from jobs.sources.connections import connection

    kept = Connection(conn_id="pm", conn_type="postgres", host="db", login="me", password="p@/", schema="pm", port=5433)
    monkeypatch.setattr(Connection, "get", classmethod(lambda cls, name: kept))
    monkeypatch.setenv("AIRFLOW_CONN_PM", "")
    _hand_over("pm")
    assert connection("pm").options["url"] == "jdbc:postgresql://db:5433/pm"
    assert connection("pm").options["password"] == "p@/"
