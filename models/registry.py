"""Runs and models in MLflow; nothing else imports it.

A training is one parent run with a child per candidate. A model version carries data only (JSON), the hashes of its
files and of the code beside it stand in the version's tags, and the alias moves last: a reader never meets half a
version. The platform loads versions by `load`, which checks the hashes and runs no artifact's code; for others each
version is also an MLflow pyfunc (models from code, with the modules that it needs beside it).

Where the alias `champion` stands is not decided here: it follows the record of moves (`jobs.champions`).
"""

import hashlib
import json
import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from models import card as cards
from models import code, outlook
from models.errors import ModelError, NotComparable, UnknownRun, UntrustedModel
from models.explain import Label
from models.gate import Champion, Verdict
from models.outlook import Outlook
from models.ranges import Range
from models.served import HORIZONS_D, Served

ALIAS = "champion"
CHALLENGER = "challenger"
DATA = "served"
CARD = "card"
PYFUNC_FILE = "remaining_life.py"
MANIFEST = "sha256"
"""The tag that holds the hash of every file that a version predicts with, by its path: `served/…` and `code/…`."""
DIGEST = "digest"
"""The tag that holds one hash over all of them."""
MOST_DESCRIBED = 5000
COMPARISON, ROWS, ABOUT = "compare", "rows.parquet", "about.json"
LATEST = 10

PYFUNC = '''"""The served model as an MLflow pyfunc: feature rows in, remaining life out."""

from pathlib import Path

import mlflow
import pandas as pd

from models.served import Served


class RemainingLife(mlflow.pyfunc.PythonModel):
    def load_context(self, context):
        self.served = Served.load(Path(context.artifacts["served"]))

    def predict(self, context, model_input: pd.DataFrame, params=None):
        return self.served.answer(model_input)


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
    `params`: each candidate's settings. For the model card `learned` (`card.learned`), what people call the features, and
    the baselines that a version's scores are shown beside.
    `ranges`: how far each candidate rests on what is not known of the ends of lives.
    `comparison`: the folder of `compare_page.keep`, where anything was compared.
    """

    population: str
    example: pd.DataFrame
    data_versions: Mapping[str, int]
    data_digest: str
    params: Mapping[str, Mapping[str, Any]]
    scores: pd.DataFrame
    facts: Mapping[str, Any]
    learned: Mapping[str, Any]
    labels: Mapping[str, Label]
    baselines: Sequence[str]
    comparison: Path | None = None
    ranges: Mapping[str, Sequence[Range]] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """A training; `candidate`: the one that its verdict chose."""

    run_id: str
    population: str
    started: datetime
    candidate: str | None
    reason: str


@dataclass(frozen=True)
class Kept:
    """The back-test that a run keeps: `compare_page.keep`'s rows and what they are of. `candidate`: the one that a child
    run is of; None of a training."""

    run: Run
    candidate: str | None
    rows: pd.DataFrame
    reference: str
    candidates: tuple[str, ...]
    horizons_d: tuple[int, ...]
    time_unit: str


def champion(tracking: Tracking, population: str, alias: str = ALIAS) -> Champion | None:
    """The version behind an alias; None where there is none."""
    found = _version_behind(_mlflow(tracking), population, alias)
    return None if found is None else _as_champion(found)


def version_of(tracking: Tracking, population: str, number: int) -> Champion:
    """A version by its number."""
    return _as_champion(_version(_mlflow(tracking), population, number))


def log(tracking: Tracking, training: Training, verdict: Verdict) -> str:
    """Log a training with its verdict; the parent run's id."""
    mlflow = _mlflow(tracking)
    experiment = _experiment(mlflow, tracking, training.population)
    with mlflow.start_run(experiment_id=experiment, run_name=f"train_{training.population}") as parent:
        mlflow.log_params(dict(training.facts))
        mlflow.set_tags({"population": training.population, "verdict": verdict.action, "reason": verdict.reason})
        mlflow.log_dict(verdict.as_json(), "verdict.json")
        mlflow.log_text(training.scores.to_csv(index=False), "scores.csv")
        if training.comparison:
            mlflow.log_artifacts(str(training.comparison), COMPARISON)
        datasets = _datasets(training)
        for dataset in datasets:
            mlflow.log_input(dataset, context="training")
        if verdict.candidate in training.params:
            mlflow.log_metrics(_metrics(training.scores, str(verdict.candidate)))
        for name, params in training.params.items():
            with mlflow.start_run(experiment_id=experiment, run_name=name, nested=True):
                mlflow.log_params({"candidate": name, **params})
                mlflow.log_metrics(_metrics(training.scores, name) | _range_metrics(training.ranges.get(name, ())))
                mlflow.set_tags({"candidate": name, "is_chosen": str(name == verdict.candidate).lower()})
                for dataset in datasets:
                    mlflow.log_input(dataset, context="training")
        return str(parent.info.run_id)


def supersede(tracking: Tracking, run_id: str, verdict: Verdict) -> None:
    """Give a logged training the verdict that its own has become; the numbers stay as logged."""
    client = _mlflow(tracking).MlflowClient()
    client.set_tag(run_id, "verdict", verdict.action)
    client.set_tag(run_id, "reason", verdict.reason)


def register(tracking: Tracking, training: Training, run_id: str, recipe: str, served: Path) -> int:
    """A version of a recipe's model (a folder of `Served.dump`), complete, without an alias.

    What was registered before, file by file the same, is not registered again: its version is returned.
    """
    mlflow = _mlflow(tracking)
    model = Served.load(served)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow asks for type hints in place of the signature it is given
        parts = _laid_out(Path(folder), model, served, training, recipe)
        manifest = _manifest(parts[DATA], parts["code"])
        digest = hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()
        client = mlflow.MlflowClient()
        same = f"name = '{training.population}' and tags.{DIGEST} = '{digest}'"
        if known := client.search_model_versions(same):
            return max(int(found.version) for found in known)
        with mlflow.start_run(run_id=run_id):
            info = mlflow.pyfunc.log_model(
                name=recipe,
                python_model=str(parts["pyfunc"]),
                artifacts={name: str(parts[name]) for name in (DATA, CARD)},
                code_paths=[str(parts["code"])],
                signature=_signature(training.example, model.predict(training.example)),
                input_example=training.example,
                pip_requirements=[f"{name}=={version(name)}" for name in ("mlflow", *code.packages(model.name))],
                metadata={"horizons_d": list(HORIZONS_D), "is_baseline": model.is_baseline},
            )
        described = (parts[CARD] / "model_card.json").read_text()
    tags = {
        "candidate": model.name,
        "is_baseline": str(model.is_baseline).lower(),
        "params": json.dumps(model.candidate.get_params()),
        "data_digest": training.data_digest,
        MANIFEST: json.dumps(manifest),
        DIGEST: digest,
    }
    if not client.search_registered_models(filter_string=f"name = '{training.population}'"):
        client.create_registered_model(training.population)
    made = client.create_model_version(
        training.population,
        info.model_uri,
        run_id,
        tags=tags,
        description=cards.markdown(json.loads(described), MOST_DESCRIBED),
        model_id=info.model_id,
    )
    return int(made.version)


def point(tracking: Tracking, population: str, alias: str, number: int | None) -> None:
    """Move an alias to a version, or take it away. Writes nothing where it stands there already."""
    mlflow = _mlflow(tracking)
    present = _version_behind(mlflow, population, alias)
    if number is None:
        if present:
            mlflow.MlflowClient().delete_registered_model_alias(population, alias)
    elif present is None or int(present.version) != number:
        _version(mlflow, population, number)
        mlflow.MlflowClient().set_registered_model_alias(population, alias, str(number))


def load(tracking: Tracking, population: str, alias: str = ALIAS) -> tuple[Served, Champion]:
    """The served model behind an alias, from data only, each file's hash checked against the version's tags."""
    with _data(tracking, population, alias) as (folder, found):
        return Served.load(folder), _as_champion(found)


def load_outlook(tracking: Tracking, population: str, alias: str = ALIAS) -> Outlook | None:
    """By what replacements are decided of the items that the model behind an alias predicts, read as `load` reads; None
    where too few failures were known to learn it."""
    with _data(tracking, population, alias) as (folder, _):
        path = folder / outlook.FILE
        return Outlook.load(path) if path.exists() else None


@contextmanager
def _data(tracking: Tracking, population: str, alias: str) -> Iterator[tuple[Path, Any]]:
    """A copy of the data of the version behind an alias, checked, and the version."""
    mlflow = _mlflow(tracking)
    found = _version_behind(mlflow, population, alias)
    if found is None:
        raise ModelError(f"{population} has no model under the alias {alias}: train the population first")
    with tempfile.TemporaryDirectory() as copy:
        folder = _download(mlflow, found, f"artifacts/{DATA}", copy)
        of_data = {name: sha256 for name, sha256 in _pinned(found).items() if name.startswith(f"{DATA}/")}
        _check(_hashes(folder, DATA), of_data, found)
        yield folder, found


def verify(tracking: Tracking, population: str, number: int) -> None:
    """Refuse a version whose data, or whose code beside the pyfunc, is not file by file what was registered."""
    mlflow = _mlflow(tracking)
    found = _version(mlflow, population, number)
    with tempfile.TemporaryDirectory() as copy:
        data = _download(mlflow, found, f"artifacts/{DATA}", copy)
        package = _download(mlflow, found, f"code/{code.PACKAGE.name}", copy)
        _check(_manifest(data, package), _pinned(found), found)


def runs(tracking: Tracking, population: str, most: int = LATEST) -> list[Run]:
    """The population's latest trainings, the last one first."""
    mlflow = _mlflow(tracking)
    experiment = mlflow.get_experiment_by_name(population)
    if experiment is None:
        return []
    found = mlflow.MlflowClient().search_runs(
        [experiment.experiment_id],
        f"tags.population = '{population}' and attributes.status = 'FINISHED'",
        max_results=most,
        order_by=["attributes.start_time DESC"],
    )
    return [_run(mlflow, run) for run in found]


def kept(tracking: Tracking, run_id: str) -> Kept:
    """The back-test that a training, or one candidate's child run, keeps."""
    mlflow = _mlflow(tracking)
    client = mlflow.MlflowClient()
    try:
        asked = client.get_run(run_id)
        parent = client.get_run(asked.data.tags.get("mlflow.parentRunId", run_id))
    except mlflow.exceptions.MlflowException as error:
        raise UnknownRun(f"MLflow has no run {run_id}") from error
    if "population" not in parent.data.tags:
        raise UnknownRun(f"run {run_id} is no training of ours")
    if not any(found.path == COMPARISON for found in client.list_artifacts(parent.info.run_id)):
        raise NotComparable(
            f"run {parent.info.run_id} keeps no back-test: too few failures to compare, or trained before they were kept; "
            "train again"
        )
    with tempfile.TemporaryDirectory() as copy:
        uri = f"runs:/{parent.info.run_id}/{COMPARISON}/"
        rows, about = (mlflow.artifacts.download_artifacts(uri + name, dst_path=copy) for name in (ROWS, ABOUT))
        told = json.loads(Path(about).read_text(encoding="utf-8"))
        return Kept(
            _run(mlflow, parent),
            asked.data.tags["candidate"] if run_id != parent.info.run_id else None,
            pq.read_table(rows).to_pandas(),
            told["reference"],
            tuple(told["candidates"]),
            tuple(told["horizons_d"]),
            told.get("time_unit", "days"),
        )


def _laid_out(folder: Path, model: Served, served: Path, training: Training, recipe: str) -> dict[str, Path]:
    """Everything a version is made of, laid out in a folder: the data, the code, the pyfunc and the card."""
    parts = {"pyfunc": folder / PYFUNC_FILE, DATA: folder / DATA, CARD: folder / CARD}
    parts["pyfunc"].write_text(PYFUNC)
    shutil.copytree(served, parts[DATA])
    parts[CARD].mkdir()
    packages = code.packages(model.name)
    shown = (recipe, *(name for name in training.baselines if name != recipe))
    made = cards.card(
        training.population,
        model,
        training.learned,
        training.scores,
        shown,
        training.labels,
        training.data_versions,
        training.data_digest,
        ("mlflow", *packages),
        training.ranges.get(recipe, ()),
    )
    (parts[CARD] / "model_card.json").write_text(json.dumps(made, ensure_ascii=False, indent=1))
    (parts[CARD] / "model_card.md").write_text(cards.markdown(made))
    return parts | {"code": code.copy(model.name, folder / "code")}


def _manifest(data: Path, package: Path) -> dict[str, str]:
    """What a version predicts with: every file's SHA-256."""
    return _hashes(data, DATA) | _hashes(package, f"code/{code.PACKAGE.name}")


def _hashes(folder: Path, under: str) -> dict[str, str]:
    """SHA-256 of each file, by its path below `under`; not of what Python caches beside its modules."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
    return {f"{under}/{path.relative_to(folder)}": hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _pinned(found: Any) -> dict[str, str]:
    return dict(json.loads(found.tags[MANIFEST]))


def _check(hashes: Mapping[str, str], pinned: Mapping[str, str], found: Any) -> None:
    changed = sorted(name for name in {*hashes, *pinned} if hashes.get(name) != pinned.get(name))
    if changed:
        raise UntrustedModel(
            f"{found.name} version {found.version}: its files are not those that were registered "
            f"({', '.join(changed)}); roll back to a sound version: yeji champion {found.name} --roll-back"
        )


def _download(mlflow: ModuleType, found: Any, path: str, folder: str) -> Path:
    """A part of a version, copied into a folder; an empty folder where it is not there any more."""
    try:
        uri = f"models:/{found.name}/{found.version}/{path}"
        return Path(mlflow.artifacts.download_artifacts(uri, dst_path=folder))
    except (OSError, mlflow.exceptions.MlflowException):
        return Path(tempfile.mkdtemp(dir=folder))


def _run(mlflow: ModuleType, found: Any) -> Run:
    """A training, with the candidate that its verdict chose."""
    tags = found.data.tags
    verdict = mlflow.artifacts.load_dict(f"runs:/{found.info.run_id}/verdict.json")
    started = datetime.fromtimestamp(found.info.start_time / 1000, UTC)
    return Run(found.info.run_id, tags["population"], started, verdict["candidate"], tags["reason"])


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


def _version_behind(mlflow: ModuleType, population: str, alias: str) -> Any:
    """The version behind the alias, None where there is none."""
    try:
        return mlflow.MlflowClient().get_model_version_by_alias(population, alias)
    except mlflow.exceptions.MlflowException as error:
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise


def _version(mlflow: ModuleType, population: str, number: int) -> Any:
    try:
        return mlflow.MlflowClient().get_model_version(population, str(number))
    except mlflow.exceptions.MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            raise ModelError(f"MLflow has no version {number} of {population} (any more)") from None
        raise


def _as_champion(found: Any) -> Champion:
    tags = found.tags
    return Champion(
        int(found.version),
        tags["candidate"],
        json.loads(tags["params"]),
        tags["data_digest"],
        tags["is_baseline"] == "true",
    )


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


def _range_metrics(ranges: Sequence[Range]) -> dict[str, float]:
    """Both ends of each range: unknown_reason_of_renewal/fail_prob_90d_low, …_high."""
    return {
        f"unknown_{r.unknown}/fail_prob_{r.horizon_d}d_{end}": value
        for r in ranges
        for end, value in (("low", r.low), ("high", r.high))
    }


def _signature(inputs: pd.DataFrame, outputs: pd.DataFrame) -> Any:
    """Every feature may be missing, every quantile null."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema

    def schema(frame: pd.DataFrame) -> Any:
        kinds = {name: "double" if pd.api.types.is_numeric_dtype(frame[name]) else "string" for name in frame}
        return Schema([ColSpec(kind, name, required=False) for name, kind in kinds.items()])

    return ModelSignature(schema(inputs), schema(outputs))
