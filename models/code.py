"""Which modules of this package a served model needs, read from their import statements; no other goes with it."""

import ast
import shutil
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

PACKAGE = Path(__file__).parent


def modules(candidate: str) -> list[Path]:
    """The modules, relative to the package's parent, without which a served candidate does not predict."""
    found: set[Path] = set()
    waiting = {f"{PACKAGE.name}.served", f"{PACKAGE.name}.candidates.{candidate}"}
    while waiting:
        path = _path(waiting.pop())
        if path is None or path in found:
            continue
        packages = [parent / "__init__.py" for parent in path.parents if parent.name]
        found |= {path, *packages}
        waiting |= {name for file in (path, *packages) for name in _imports(file)}
    return sorted(found)


def packages(candidate: str) -> list[str]:
    """The distributions that those modules import, without what they need themselves."""
    names = {name.partition(".")[0] for path in modules(candidate) for name in _imports(path)}
    known = packages_distributions()
    return sorted({known[name][0] for name in names if name in known and name != PACKAGE.name})


def copy(candidate: str, folder: Path) -> Path:
    """Those modules as a package in a folder; returns the package."""
    for path in modules(candidate):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PACKAGE.parent / path, target)
    return folder / PACKAGE.name


def _path(name: str) -> Path | None:
    """The file of one of our modules; None for what is no module of ours."""
    path = Path(*name.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if path.parts[0] == PACKAGE.name and (PACKAGE.parent / file).is_file():
            return file
    return None


def _imports(path: Path) -> Iterator[str]:
    """Dotted names; `from a import b` gives both `a` and `a.b`, as b may be a module."""
    for node in ast.walk(ast.parse((PACKAGE.parent / path).read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
