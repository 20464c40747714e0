"""Runs and models in MLflow; nothing else imports it.

A training is one parent run with a child per candidate. A model version carries data only (JSON), the hashes of its
files stand in the version's tags, and the alias `champion` moves last: a reader never meets half a version. The
platform loads versions by `load`, which checks the hashes and runs no artifact's code; for others each version is also
an MLflow pyfunc (models from code, with this package beside it).
"""

import hashlib
import json
import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd

from models.errors import ModelError, UntrustedModel
from models.gate import Champion, Verdict
from models.served import HORIZONS_D, Served

ALIAS = "champion"
DATA = "served"
MANIFEST = "sha256"
PACKAGES = ("numpy", "pandas", "scipy", "scikit-learn", "scikit-survival", "lifelines", "xgboost-cpu")

PYFUNC = '''"""The served model as an MLflow pyfunc: feature rows in, remaining life out."""

from pathlib import Path

import mlflow
import pandas as pd

from models.served import Served


class RemainingLife(mlflow.pyfunc.PythonModel):
    def load_context(self, context):
        self.served = Served.load(Path(context.artifacts["served"]))

    def predict(self, context, model_input: pd.DataFrame, params=None):
        return self.served.predict(model_input)


mlflow.models.set_model(RemainingLife())
'''


@dataclass(frozen=True)
class Tracking:
    """Where runs are kept: an SQLAlchemy URL (or a server's) and the folder of artifacts."""

    uri: str
    artifacts: Path


@dataclass(frozen=True)
class Training:
    """What a training is logged with.

    `example`: a few rows of features. `data_versions`: the path and version of every Delta table it rests on.
    `params`: each candidate's settings.
    """

    population: str
    example: pd.DataFrame
    data_versions: Mapping[str, int]
    data_digest: str
    params: Mapping[str, Mapping[str, Any]]
    scores: pd.DataFrame
    facts: Mapping[str, Any]


def champion(tracking: Tracking, population: str) -> Champion | None:
    """The population's present champion."""
    found = _champion_version(_mlflow(tracking), population)
    return None if found is None else _as_champion(found)


def log(tracking: Tracking, training: Training, verdict: Verdict, served: Path | None) -> tuple[str, int | None]:
    """Log a training with its verdict; register `served` (a folder of `Served.dump`) where the verdict lets it.

    Returns the parent run's id and the new version, None where the verdict moves nothing. What is champion already
    is not registered again, so that a repeated step changes nothing.
    """
    mlflow = _mlflow(tracking)
    experiment = _experiment(mlflow, tracking, training.population)
    with mlflow.start_run(experiment_id=experiment, run_name=f"train_{training.population}") as parent:
        mlflow.log_params(dict(training.facts))
        mlflow.set_tags({"population": training.population, "verdict": verdict.action, "reason": verdict.reason})
        mlflow.log_dict(verdict.as_json(), "verdict.json")
        mlflow.log_text(training.scores.to_csv(index=False), "scores.csv")
        datasets = _datasets(training)
        for dataset in datasets:
            mlflow.log_input(dataset, context="training")
        if verdict.candidate in training.params:
            mlflow.log_metrics(_metrics(training.scores, str(verdict.candidate)))
        for name, params in training.params.items():
            with mlflow.start_run(experiment_id=experiment, run_name=name, nested=True):
                mlflow.log_params({"candidate": name, **params})
                mlflow.log_metrics(_metrics(training.scores, name))
                mlflow.set_tags({"candidate": name, "is_chosen": str(name == verdict.candidate).lower()})
                for dataset in datasets:
                    mlflow.log_input(dataset, context="training")
        if verdict.action not in ("promote", "refresh") or served is None:
            return parent.info.run_id, None
        return parent.info.run_id, _register(mlflow, training, verdict, served)


def load(tracking: Tracking, population: str, alias: str = ALIAS) -> tuple[Served, Champion]:
    """The served model behind an alias, from data only, each file's hash checked against the version's tags."""
    mlflow = _mlflow(tracking)
    found = _champion_version(mlflow, population, alias)
    if found is None:
        raise ModelError(f"{population} has no model under the alias {alias}: train the population first")
    with tempfile.TemporaryDirectory() as copy:
        uri = f"models:/{population}/{found.version}/artifacts/{DATA}"
        folder = Path(mlflow.artifacts.download_artifacts(uri, dst_path=copy))
        check_hashes(folder, json.loads(found.tags[MANIFEST]), f"{population} version {found.version}")
        return Served.load(folder), _as_champion(found)


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of each file, by its name."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def check_hashes(folder: Path, manifest: Mapping[str, str], what: str) -> None:
    """Refuse a folder that is not, file by file, what was registered."""
    if not folder.is_dir() or hashes(folder) != dict(manifest):
        raise UntrustedModel(f"{what}: its files are not those that were registered; move the alias to a sound version")


def _mlflow(tracking: Tracking) -> ModuleType:
    """MLflow, pointed at our store; imported here because it takes two seconds."""
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    import mlflow

    logging.getLogger("mlflow").setLevel(logging.WARNING)
    if tracking.uri.startswith("sqlite:///"):
        Path(tracking.uri.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    mlflow.set_tracking_uri(tracking.uri)
    mlflow.set_registry_uri(tracking.uri)
    return mlflow


def _experiment(mlflow: ModuleType, tracking: Tracking, population: str) -> str:
    if found := mlflow.get_experiment_by_name(population):
        return found.experiment_id
    tracking.artifacts.mkdir(parents=True, exist_ok=True)
    return mlflow.create_experiment(population, artifact_location=(tracking.artifacts / population).as_uri())


def _champion_version(mlflow: ModuleType, population: str, alias: str = ALIAS) -> Any:
    """The version behind the alias, None where there is none."""
    try:
        return mlflow.MlflowClient().get_model_version_by_alias(population, alias)
    except mlflow.exceptions.MlflowException as error:
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise


def _as_champion(found: Any) -> Champion:
    tags = found.tags
    return Champion(int(found.version), tags["candidate"], json.loads(tags["params"]), tags["data_digest"])


def _datasets(training: Training) -> list[Any]:
    """The Delta tables at the versions read, as MLflow's datasets."""
    from mlflow.data.delta_dataset_source import DeltaDatasetSource
    from mlflow.data.meta_dataset import MetaDataset

    return [
        MetaDataset(
            DeltaDatasetSource(path=path, delta_table_version=number),
            name=f"{Path(path).name}@{number}",
            digest=training.data_digest[:32],
        )
        for path, number in training.data_versions.items()
    ]


def _metrics(scores: pd.DataFrame, name: str) -> dict[str, float]:
    """Scores by a name that MLflow's comparison sorts well: known_assets_later/observed_expected_90d, …_low, …_high."""
    found: dict[str, float] = {}
    for score in scores[scores["candidate"] == name].to_dict("records"):
        horizon = f"_{score['horizon_d']}d" if score["metric"] == "observed_expected" else ""
        key = f"{score['test']}/{score['metric']}{horizon}"
        bounds = {key: score["value"], f"{key}_low": score["low"], f"{key}_high": score["high"]}
        found |= {metric: float(value) for metric, value in bounds.items() if pd.notna(value)}
    return found


def _register(mlflow: ModuleType, training: Training, verdict: Verdict, served: Path) -> int:
    """A new version with everything it needs, then the alias."""
    model = Served.load(served)
    present = _champion_version(mlflow, training.population)
    if present and json.loads(present.tags[MANIFEST]) == hashes(served):
        return int(present.version)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow asks for type hints in place of the signature it is given
        code, data = Path(folder) / "remaining_life.py", Path(folder) / DATA
        code.write_text(PYFUNC)
        shutil.copytree(served, data)
        info = mlflow.pyfunc.log_model(
            name=str(verdict.candidate),
            python_model=str(code),
            artifacts={DATA: str(data)},
            code_paths=[str(Path(__file__).parent)],
            signature=_signature(training.example, model.predict(training.example)),
            input_example=training.example,
            pip_requirements=[f"{name}=={version(name)}" for name in ("mlflow", *PACKAGES)],
            metadata={"horizons_d": list(HORIZONS_D), "is_baseline": verdict.is_baseline},
        )
    tags = {
        "candidate": model.name,
        "is_baseline": str(verdict.is_baseline).lower(),
        "params": json.dumps(model.candidate.get_params()),
        "data_digest": training.data_digest,
        "verdict": verdict.reason,
        MANIFEST: json.dumps(hashes(served)),
    }
    client = mlflow.MlflowClient()
    if not client.search_registered_models(filter_string=f"name = '{training.population}'"):
        client.create_registered_model(training.population)
    made = client.create_model_version(
        training.population, info.model_uri, info.run_id, tags=tags, model_id=info.model_id
    )
    client.set_registered_model_alias(training.population, ALIAS, made.version)
    return int(made.version)


def _signature(inputs: pd.DataFrame, outputs: pd.DataFrame) -> Any:
    """Every feature may be missing, every quantile null."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema

    def schema(frame: pd.DataFrame) -> Any:
        kinds = {name: "double" if pd.api.types.is_numeric_dtype(frame[name]) else "string" for name in frame}
        return Schema([ColSpec(kind, name, required=False) for name, kind in kinds.items()])

    return ModelSignature(schema(inputs), schema(outputs))
