"""Training of one population: one Dag each, weekly and on demand, never once per delivery.

`train_<population>`: lives → landmarks → code_life → fit → gate → register → score → plan.

- **Purpose**: compare the candidates on what is published, promote a better one, predict for every asset in service.
- **Inputs**: published silver rows of every source whose contract names the population.
- **Outputs**: the population's rows of `life`, `landmark`, `code_life`, `remaining_life` and `plan`; an MLflow run with a child per
  candidate; the registered model's alias `champion`, moved only if the gate lets it and nobody moved it meanwhile; its
  alias `challenger`, the best candidate that does not serve.
- **Params**: none.
- **Impact of failure**: the present champion and its predictions stay in force. A challenger that the gate refuses is
  no failure: the refusal is logged with its numbers.
- **Rerun**: clear the run, or trigger the Dag.
"""

from airflow.sdk import DAG, CronTriggerTimetable, chain

from dags.common.defaults import COMMON, step
from jobs.contracts import read_folder
from jobs.settings import settings


def train(population: str) -> DAG:
    """The Dag that learns one population's remaining lives."""
    with DAG(
        f"train_{population}",
        description=f"Remaining-life model of {population}",
        doc_md=__doc__,
        schedule=CronTriggerTimetable("0 6 * * 0", timezone="Asia/Seoul"),
        **COMMON,
        tags=["train", population],
    ) as dag:
        names = ("lives", "landmarks", "code_life", "fit", "gate", "register", "score", "plan")
        chain(*(step(name, population=population) for name in names))  # none is registered that the gate has not seen
    return dag


contracts, _ = read_folder(settings().sources, deep=False)
for population in sorted({contract.lives.population for contract in contracts.values() if contract.lives}):
    globals()[f"train_{population}"] = train(population)
