"""The only module that imports Great Expectations: its verdict on our counts, its store, its Data Docs.

Great Expectations asks an expectation for the metrics it depends on, and the expectation judges them. Here the metrics
come from the one Spark pass of `expectations.rules.measure`, so that a suite costs no Spark job of its own; the
judgement, the suites, the stored results and the pages are Great Expectations' own (docs/adr/0002-one-pass-checks.md).
The import takes seconds, so it is made when first needed.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations import docs
from expectations.rules import Count, TableCounts, compile_rules
from expectations.suites.expectation import Expectation
from expectations.verdict import TableVerdict, Verdict, evaluated, judge_table

if TYPE_CHECKING:
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult
    from great_expectations.data_context import FileDataContext
    from pyspark.sql import DataFrame

CONFIG = """\
# Written by expectations/validate.py.
config_version: 4.0
analytics_enabled: false
progress_bars: {globally: false}
config_variables_file_path: uncommitted/config_variables.yml
plugins_directory: plugins/
expectations_store_name: expectations_store
validation_results_store_name: validation_results_store
checkpoint_store_name: checkpoint_store
stores:
  expectations_store:
    class_name: ExpectationsStore
    store_backend: {class_name: TupleFilesystemStoreBackend, base_directory: expectations/}
  validation_results_store:
    class_name: ValidationResultsStore
    store_backend: {class_name: TupleFilesystemStoreBackend, base_directory: uncommitted/validations/}
  checkpoint_store:
    class_name: CheckpointStore
    store_backend: {class_name: TupleFilesystemStoreBackend, base_directory: checkpoints/}
  validation_definition_store:
    class_name: ValidationDefinitionStore
    store_backend: {class_name: TupleFilesystemStoreBackend, base_directory: validation_definitions/}
data_docs_sites: {}
"""

OFFLINE = Path(__file__).with_name("offline.html").read_text(encoding="utf-8")
"""What stands in where the styles and scripts of the pages cannot be loaded."""

REMOTE_LOGO = re.compile(r"https://great-expectations-web-assets[^\"'\s]*")

RESULT_FORMAT = {"result_format": "BASIC", "exclude_unexpected_values": True}
"""Counts, and no firm's values, in the results and the pages; the rows themselves stand in quarantine."""


Results = Mapping[str, "Sequence[ExpectationValidationResult]"]
"""Great Expectations' results by table, in the order of the table's suite."""


def validate(
    measured: Mapping[str, TableCounts],
    suites: Mapping[str, Sequence[Expectation]],
    rows: "Mapping[str, DataFrame]",
    partition: str,
    failures: Sequence[str] = (),
) -> tuple[Verdict, Results]:
    """The verdict on one partition's conformed batch, and the results that it rests on.

    `measured` is what `rules.measure` counted of the same suites. `rows` are the staged frames by table; what the one
    pass does not count is asked of them. `failures` are what stops the partition whatever the suites say.
    """
    tables: list[TableVerdict] = []
    results: dict[str, list[ExpectationValidationResult]] = {}
    for table, suite in suites.items():
        found = measured.get(table, TableCounts(0, frozenset()))
        results[table], counts = [], dict(found.counts)
        for rule in compile_rules(suite):
            if rule.expectation.kind.is_counted or not found.columns.issuperset(rule.expectation.columns):
                result = judged_by_gx(rule.expectation, _count(rule.id, rule.expectation, found))
            else:
                frame = rows[table].where(f"{table} IS NOT NULL").select(f"{table}.*")
                result, counts[rule.id] = evaluated_by_gx(rule.expectation, frame, found.rows)
            results[table].append(result)
        met = [bool(result.success) for result in results[table]]
        tables.append(judge_table(table, suite, replace(found, counts=counts), met))
    return Verdict(partition, tuple(tables), tuple(failures)), results


def evaluated_by_gx(
    expectation: Expectation, frame: "DataFrame", rows: int
) -> "tuple[ExpectationValidationResult, Count]":
    """An expectation that the one pass does not count, in Great Expectations' own Spark engine: result and count.

    `frame` is the table's whole batch, of so many `rows`.
    """
    from great_expectations.execution_engine import SparkDFExecutionEngine
    from great_expectations.validator.metrics_calculator import MetricsCalculator

    engine = SparkDFExecutionEngine(spark=frame.sparkSession)
    engine.load_batch_data("batch", frame)
    gx, form = in_gx(expectation), {"result_format": dict(RESULT_FORMAT)}
    needed = gx.get_validation_dependencies(execution_engine=engine, runtime_configuration=form)
    values, aborted = MetricsCalculator(engine).compute_metrics(needed.get_metric_configurations())
    if aborted:
        why = str(next(iter(aborted.values()))["exception_info"].exception_message)
        count = Count(error=why.strip().splitlines()[0][:300])
        return judged_by_gx(expectation, count), count
    result = gx.metrics_validate(metrics=values, execution_engine=engine, runtime_configuration=form)
    observed = result.result["observed_value"]
    return result, Count(rows, rows if observed is None else 0, observed=observed)


def write_docs(
    folder: Path,
    suites: Mapping[str, Sequence[Expectation]],
    verdict: Verdict,
    results: Results,
    *,
    source: str,
    delivery_date: str,
    attempt: int,
    checked_at: datetime,
    unusual: Sequence[str] = (),
) -> str:
    """Store a run's results in the Data Context at `folder`, write its Data Docs, and return the run's place in them.

    A run of the same attempt is replaced. `checked_at` is in UTC; `unusual` is told beside the verdict.
    """
    checked = f"{checked_at:%Y-%m-%d %H:%M}"
    run = docs.Run(delivery_date, attempt, checked, verdict.stops, verdict.sentences(), list(unusual))
    with docs.alone(folder):
        _remove(folder, source, run)
        pages = {
            table.table: _write(folder, source, run.name, checked_at, suites[table.table], results[table.table], table)
            for table in verdict.tables
        }
        for gone in docs.enter(folder, source, replace(run, pages=pages)):
            _remove(folder, source, gone)
    return docs.place(source, run)


def _count(rule_id: str, expectation: Expectation, found: TableCounts) -> Count:
    if missing := sorted(set(expectation.columns) - found.columns):
        return Count(error=f"missing_column: no column {', '.join(missing)}")
    return found.counts.get(rule_id, Count(error="it gave no result"))


def judged_by_gx(expectation: Expectation, count: Count) -> "ExpectationValidationResult":
    """Great Expectations' result for one expectation, given the counts its metrics ask for."""
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult

    gx = in_gx(expectation)
    if count.error:
        failure = {"raised_exception": True, "exception_message": count.error, "exception_traceback": ""}
        return ExpectationValidationResult(success=False, expectation_config=gx.configuration, exception_info=failure)
    return gx.metrics_validate(
        metrics=_Metrics(expectation, count),
        execution_engine=_engine(),
        runtime_configuration={"result_format": dict(RESULT_FORMAT)},
    )


class _Metrics(dict[tuple[str, ...], Any]):
    """The metrics that an expectation asks for, each made of the counts when it is asked for by its id."""

    def __init__(self, expectation: Expectation, count: Count) -> None:
        super().__init__()
        self.expectation, self.count = expectation, count

    def __contains__(self, metric_id: object) -> bool:
        return True

    def __missing__(self, metric_id: tuple[str, ...]) -> Any:
        return _metric(metric_id[0], self.expectation, self.count)


def in_gx(expectation: Expectation) -> Any:
    """The expectation as Great Expectations' own object."""
    import great_expectations.expectations as gxe
    from great_expectations.expectations.row_conditions import Column

    kwargs = dict(expectation.kwargs)
    if expectation.column:
        kwargs["column_A" if "column_B" in kwargs else "column"] = expectation.column
    if expectation.where:
        column, wanted = expectation.where
        kwargs["row_condition"] = Column(column) == wanted
    if expectation.kind.is_counted and expectation.code != "row_count":
        kwargs["mostly"] = expectation.mostly
    kind = "".join(part.title() for part in expectation.expect.split("_"))
    return getattr(gxe, kind)(**kwargs, severity=expectation.severity)


def _metric(name: str, expectation: Expectation, count: Count) -> Any:
    """The value of a metric by its name in Great Expectations; an unknown one raises, and is never assumed."""
    if name == "table.row_count":
        return count.rows
    if name == "column_values.nonnull.unexpected_count":
        return count.missing
    if name.endswith(".unexpected_count"):
        return count.unexpected
    if name.endswith(".filtered_row_count"):
        return evaluated(expectation, count)
    if name.endswith(".unexpected_values"):
        return []
    raise LookupError(f"{expectation.name}: Great Expectations asks for {name}, which the one pass does not count")


def _write_page(site: Path, place: str, renderer: str, document: Any) -> None:
    """Write a page of Great Expectations' rendering, readable without the internet.

    Its remote logo would be asked for with the time; nobody is told when a firm's checks are read.
    """
    renderers, view = _renderers()
    html = view.render(renderers[renderer].render(document), show_how_to_buttons=False)
    html = REMOTE_LOGO.sub(f"{'../' * place.count('/')}static/images/logo-long.png", html)
    page = site / place
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(html.replace("</head>", f"{OFFLINE}</head>", 1), encoding="utf-8")


def _remove(folder: Path, source: str, run: docs.Run) -> None:
    """Remove a run's results and their pages."""
    for root in (folder / "uncommitted", folder / "data_docs"):
        for results in (root / "validations" / source).glob(f"*/{run.name}"):
            shutil.rmtree(results)


def _write(
    folder: Path,
    source: str,
    run: str,
    checked_at: datetime,
    suite: Sequence[Expectation],
    results: "Sequence[ExpectationValidationResult]",
    verdict: TableVerdict,
) -> str:
    """Store a table's suite and results, and write their pages; the results' page, relative to the docs.

    The result is a success only where the verdict is: on its own, Great Expectations succeeds where nothing was judged.
    """
    from great_expectations import ExpectationSuite, __version__
    from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    name = f"{source}.{verdict.table}"
    run_id = RunIdentifier(run_name=run, run_time=checked_at)
    declared = ExpectationSuite(name=name, expectations=[in_gx(e) for e in suite])
    met = sum(bool(result.success) for result in results)
    outcome = ExpectationSuiteValidationResult(
        success=verdict.passed and met == len(results),
        results=list(results),
        suite_name=name,
        statistics={
            "evaluated_expectations": verdict.evaluated,
            "successful_expectations": met,
            "unsuccessful_expectations": len(results) - met,
            "success_percent": 100 * met / len(results) if results else None,
        },
        meta={
            "great_expectations_version": __version__,
            "run_id": run_id,
            "validation_time": checked_at.isoformat(),
            "batch_spec": {"datasource": source, "data_asset_name": verdict.table},
            "batch_markers": {},
        },
        batch_id=f"{source}-{verdict.table}-{run}",
    )
    key = ValidationResultIdentifier(ExpectationSuiteIdentifier(name), run_id, f"{source}-{verdict.table}-{run}")
    context, site = _context(folder), folder / "data_docs"
    context.suites.add_or_update(declared)
    context.validation_results_store.add_or_update(key, outcome)
    page = f"{'/'.join(('validations', *key.to_tuple()))}.html"
    _write_page(site, page, "results", outcome)
    _write_page(site, f"expectations/{source}/{verdict.table}.html", "suite", declared)
    return page


@cache
def _renderers() -> tuple[dict[str, Any], Any]:
    """Great Expectations' renderers of results and of suites, and the view that makes pages of what they render."""
    from great_expectations.render.renderer import ExpectationSuitePageRenderer, ValidationResultsPageRenderer
    from great_expectations.render.view import DefaultJinjaPageView

    return {"results": ValidationResultsPageRenderer(), "suite": ExpectationSuitePageRenderer()}, DefaultJinjaPageView()


@cache
def _engine() -> Any:
    """An engine that is asked which metrics an expectation needs, and never for a metric."""
    from great_expectations.execution_engine import PandasExecutionEngine

    return PandasExecutionEngine()


@cache
def _context(folder: Path) -> "FileDataContext":
    """The file Data Context at `folder`, without telemetry and progress bars."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx

    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "great_expectations.yml"
    if not config.exists() or config.read_text() != CONFIG:
        with tempfile.NamedTemporaryFile("w", dir=folder, delete=False) as draft:  # others may be reading it
            draft.write(CONFIG)
        Path(draft.name).replace(config)
    shutil.copytree(Path(gx.__file__).parent / "render/view/static", folder / "data_docs/static", dirs_exist_ok=True)
    return gx.get_context(mode="file", context_root_dir=folder)
