"""The only module that imports Great Expectations: its verdict on our counts, its store, its Data Docs.

Great Expectations asks an expectation for the metrics it depends on, and the expectation judges them. Here the metrics
come from the one Spark pass of `expectations.rules.measure`, so that a suite costs no Spark job of its own; the
judgement, the suites, the stored results and the pages are Great Expectations' own (docs/adr/0002-one-pass-checks.md).
The import takes seconds, so it is made when first needed.
"""

import os
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.rules import Count, TableCounts, compile_rules
from expectations.suites.expectation import Expectation
from expectations.verdict import Verdict, evaluated, judge_table

if TYPE_CHECKING:
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult
    from great_expectations.data_context import FileDataContext
    from great_expectations.data_context.types.resource_identifiers import ValidationResultIdentifier

RUNS_KEPT = 30
"""Runs of each source that the Data Docs show; the ledger keeps every verdict."""

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
data_docs_sites:
  docs:
    class_name: SiteBuilder
    show_how_to_buttons: false
    store_backend: {class_name: TupleFilesystemStoreBackend, base_directory: data_docs/}
    site_index_builder: {class_name: DefaultSiteIndexBuilder, show_cta_footer: false}
"""

OFFLINE = Path(__file__).with_name("offline.html")
"""What stands in where the styles and scripts of the pages cannot be loaded."""

REMOTE_LOGO = re.compile(r"https://great-expectations-web-assets[^\"'\s]*")

RESULT_FORMAT = {"result_format": "BASIC", "exclude_unexpected_values": True}
"""Counts, and no firm's values, in the results and the pages; the rows themselves stand in quarantine."""


def validate(
    measured: Mapping[str, TableCounts],
    suites: Mapping[str, Sequence[Expectation]],
    *,
    source: str,
    delivery_date: str,
    attempt: int,
    checked_at: datetime,
    folder: Path,
) -> Verdict:
    """The verdict on one partition's conformed batch; its results are stored in `folder` for the Data Docs.

    `measured` is what `rules.measure` counted of the same suites. `checked_at` (UTC) is when, for the docs' order.
    """
    run = f"{delivery_date}-{attempt}"
    tables = []
    for table, suite in suites.items():
        found = measured.get(table, TableCounts(0, frozenset()))
        results = [
            judged_by_gx(rule.expectation, _count(rule.id, rule.expectation, found)) for rule in compile_rules(suite)
        ]
        tables.append(judge_table(table, suite, found, [bool(result.success) for result in results]))
        _store(folder, source, table, run, checked_at, suite, results, tables[-1].statistics)
    return Verdict(f"{source} {run}", tuple(tables))


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
    needed = gx.get_validation_dependencies(
        execution_engine=_engine(), runtime_configuration={"result_format": RESULT_FORMAT}
    )
    metrics = {metric.id: _metric(name, expectation, count) for name, metric in needed.metric_configurations.items()}
    return gx.metrics_validate(
        metrics=metrics, execution_engine=_engine(), runtime_configuration={"result_format": dict(RESULT_FORMAT)}
    )


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
    if expectation.code != "row_count":
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


def build_docs(folder: Path, runs_kept: int = RUNS_KEPT) -> Path:
    """Bring the Data Docs up to date and return their index page.

    Called once at the end of a run: results without a page get one, and of each source the newest runs are kept.
    """
    context = _context(folder)
    results = context.validation_results_store
    keys: list[ValidationResultIdentifier] = results.list_keys()
    by_source: dict[str, dict[str, list[ValidationResultIdentifier]]] = defaultdict(lambda: defaultdict(list))
    for key in keys:
        by_source[_source(key)][key.run_id.run_time.isoformat()].append(key)
    for runs in by_source.values():
        for moment in sorted(runs)[:-runs_kept]:
            for key in runs[moment]:
                results.remove_key(key)
    index = folder / "data_docs" / "index.html"
    fresh = [key for key in results.list_keys() if not _page(folder, key).exists()]
    if fresh or not index.exists():
        suites = {key.expectation_suite_identifier.name: key.expectation_suite_identifier for key in fresh}
        began = time.time()
        context.build_data_docs(site_names=["docs"], resource_identifiers=[*fresh, *suites.values()])
        for page in index.parent.rglob("*.html"):
            if page.stat().st_mtime >= began - 1:
                _on_its_own(page, index.parent)
    return index


def _on_its_own(page: Path, docs: Path) -> None:
    """Make a page useful without the internet, and show the logo that lies beside the pages.

    The remote logo is asked for with the context's id and the time; nobody is told when a firm's checks are read.
    """
    logo = f"{'../' * (len(page.relative_to(docs).parts) - 1)}static/images/logo-long.png"
    html = REMOTE_LOGO.sub(logo, page.read_text(encoding="utf-8"))
    page.write_text(html.replace("</head>", f"{OFFLINE.read_text(encoding='utf-8')}</head>", 1), encoding="utf-8")


def _source(key: "ValidationResultIdentifier") -> str:
    return str(key.expectation_suite_identifier.name).split(".", 1)[0]


def _page(folder: Path, key: "ValidationResultIdentifier") -> Path:
    return folder.joinpath("data_docs", "validations", *key.to_tuple()).with_suffix(".html")


def _store(
    folder: Path,
    source: str,
    table: str,
    run: str,
    checked_at: datetime,
    suite: Sequence[Expectation],
    results: "Sequence[ExpectationValidationResult]",
    statistics: Mapping[str, int],
) -> None:
    """Keep the suite and its results where the Data Docs read them."""
    from great_expectations import ExpectationSuite
    from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    context = _context(folder)
    name = f"{source}.{table}"
    run_id = RunIdentifier(run_name=run, run_time=checked_at)
    context.suites.add_or_update(ExpectationSuite(name=name, expectations=[in_gx(e) for e in suite]))
    met = sum(bool(result.success) for result in results)
    outcome = ExpectationSuiteValidationResult(
        success=met == len(results) > 0,
        results=list(results),
        suite_name=name,
        statistics={
            "evaluated_expectations": statistics["evaluated"],
            "successful_expectations": met,
            "unsuccessful_expectations": len(results) - met,
            "success_percent": 100 * met / len(results) if results else None,
        },
        meta={
            "run_id": run_id,
            "validation_time": checked_at.isoformat(),
            "batch_spec": {"datasource": source, "data_asset_name": table},
            "batch_markers": {},
        },
        batch_id=f"{source}-{table}-{run}",
    )
    key = ValidationResultIdentifier(ExpectationSuiteIdentifier(name), run_id, f"{source}-{table}-{run}")
    context.validation_results_store.add_or_update(key, outcome)


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
    return gx.get_context(mode="file", context_root_dir=folder)
