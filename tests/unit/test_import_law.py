"""The import law (docs/architecture.md), read from the source: who may import whom."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.paths import CHECKOUT

OURS = ("dags", "jobs", "models", "expectations", "portal")


def modules() -> dict[str, Path]:
    """Every module of ours by its dotted name."""
    found = {}
    for package in OURS:
        for path in sorted((CHECKOUT / package).rglob("*.py")):
            parts = path.relative_to(CHECKOUT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imports(tree: ast.AST) -> Iterator[str]:
    """Dotted names a tree imports, wherever it does; `from a import b` counts as `a.b`, as b may be a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are absolute here"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imported_at_import(tree: ast.Module) -> Iterator[str]:
    """As `imports`, but not inside functions."""
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from imports(node)


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def violations(
    importers: tuple[str, ...],
    forbidden: tuple[str, ...],
    allowed: tuple[str, ...] = (),
    except_in: tuple[str, ...] = (),
) -> list[str]:
    """`module imports name` for each import that a rule forbids."""
    return [
        f"{module} imports {name}"
        for module, path in MODULES.items()
        if within(module, *importers) and not within(module, *except_in)
        for name in imports(ast.parse(path.read_text()))
        if within(name, *forbidden) and not within(name, *allowed)
    ]


RULES = {
    "nothing imports dags": violations(OURS, ("dags",), except_in=("dags",)),
    "nothing imports portal": violations(OURS, ("portal",), except_in=("portal",)),
    "only dags import airflow": violations(OURS, ("airflow",), except_in=("dags",)),
    "vocabulary stays inside jobs": violations(
        ("jobs.tables", "jobs.conform", "jobs.contracts"), ("dags", "models", "expectations", "portal")
    ),
    "expectations know tables and contracts only": violations(
        ("expectations",), ("jobs", "models"), allowed=("jobs.tables", "jobs.contracts")
    ),
    "what reads strangers' files knows nothing else of ours": violations(
        ("jobs.spreadsheet",), OURS, allowed=("jobs.spreadsheet", "jobs.errors", "jobs.refusals")
    ),
    "what says why a file is refused knows nothing else of ours": violations(
        ("jobs.refusals", "jobs.korean"), OURS, allowed=("jobs.errors", "jobs.korean")
    ),
    "models know nothing else of ours": violations(("models",), ("jobs", "expectations")),
    "models know no Spark": violations(("models",), ("pyspark",)),
    "only steps cross into models and expectations": violations(
        ("jobs",), ("models", "expectations"), except_in=("jobs.steps",)
    ),
    "the returned workbook knows no step and no Spark": violations(("jobs.returned",), ("jobs.steps", "pyspark")),
    "only the registry imports mlflow": violations(OURS, ("mlflow",), except_in=("models.registry",)),
    "only validate imports great_expectations": violations(
        OURS, ("great_expectations",), except_in=("expectations.validate",)
    ),
    "dags call jobs by step, not its engine": violations(("dags",), ("models", "expectations", "jobs.lake")),
}


@pytest.mark.parametrize("rule", RULES)
def test_import_law(rule: str) -> None:
    assert not RULES[rule]


def test_the_law_is_read_from_something() -> None:
    assert {"jobs.steps", "dags.ingest", "models", "expectations"} <= MODULES.keys()
    assert "jobs.steps.run_step" in imports(ast.parse(MODULES["dags.common.defaults"].read_text()))


@pytest.mark.parametrize("module", [name for name in MODULES if within(name, "dags")])
def test_dags_import_no_engine_when_parsed(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text())
    assert not [n for n in imported_at_import(tree) if within(n, "pyspark", "mlflow", "pandas", "numpy", "xgboost")]


def test_one_session_builder() -> None:
    """`SparkSession.builder` stands in one module."""
    users = [
        module
        for module, path in MODULES.items()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "builder" and ast.unparse(node.value) == "SparkSession"
    ]
    assert set(users) == {"jobs.session"}


def test_one_door_to_delta() -> None:
    """The format's name stands in one module: no other reads or writes Delta tables."""
    users = {
        module
        for module, path in MODULES.items()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and node.value == "delta"
    }
    assert users == {"jobs.lake"}
