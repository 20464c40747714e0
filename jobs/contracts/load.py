"""Reading contracts: a wrong one is refused with one line per problem.

A line reads `file:line: field: expected …`, with the nearest right spelling where there is one.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from jobs.contracts.checks import cross_problems, table_problems
from jobs.contracts.document import Document, Location, Problem, nearest, read_document
from jobs.contracts.model import Contract
from jobs.errors import UsageError


class ContractError(UsageError):
    """A contract is wrong; one line per problem."""


def load(path: Path | str, deep: bool = True, is_in_force: bool = True) -> Contract:
    """Read and check one contract; one in force is called as its source is.

    `deep` also checks it against the lake's tables (names of columns, codes, units). That costs an import of Spark's
    types, which Dags do without: they read contracts that `yeji` has checked.
    """
    path = Path(path)
    if not path.is_file():
        raise ContractError(f"{path}: no such contract")
    stat = path.stat()
    return _load(path, stat.st_mtime_ns, stat.st_size, deep, is_in_force)


@lru_cache(maxsize=1024)
def _load(path: Path, _mtime_ns: int, _size: int, deep: bool, is_in_force: bool) -> Contract:
    """Read a file once as long as it stays as it is: every step of every partition asks for it."""
    document = read_document(path)
    contract, problems = _validate(document)
    if contract is not None:
        problems = [*problems, *cross_problems(contract, path.stem if is_in_force else contract.source)]
        if deep:
            problems = [*problems, *table_problems(contract)]
    if contract is None or problems:
        raise ContractError("\n".join(_lines(path, document, problems)))
    return contract


def read_folder(folder: Path | str, deep: bool = True) -> tuple[dict[str, Contract], dict[str, str]]:
    """The contracts of a folder by source, and what is wrong with the others by file stem: one stops no other."""
    folder = Path(folder)
    if not folder.is_dir():
        raise ContractError(f"{folder}: no such folder of contracts; set YEJI_SOURCES to the one you mean")
    good: dict[str, Contract] = {}
    wrong: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            good[path.stem] = load(path, deep)
        except ContractError as error:
            wrong[path.stem] = str(error)
    return good, wrong


def _validate(document: Document) -> tuple[Contract | None, list[Problem]]:
    if document.content is None and document.problems:
        return None, document.problems
    if not isinstance(document.content, dict):
        return None, [*document.problems, Problem((), "expected keys and values, such as `source: my_firm`")]
    try:
        return Contract.model_validate(document.content), document.problems
    except ValidationError as error:
        schema = Contract.model_json_schema()
        found = [_problem(e, schema) for e in error.errors(include_url=False)]
        return None, [*document.problems, *dict.fromkeys(found)]


def _lines(path: Path, document: Document, problems: Iterable[Problem]) -> list[str]:
    shown = _shown(path)
    placed = sorted(((document.line(p.where), p) for p in problems), key=lambda pair: pair[0])
    return [f"{shown}:{line}: {_dotted(p.where)}{p.says}" for line, p in placed]


def _shown(path: Path) -> Path:
    """The path as a person would write it: from the working folder where it lies below it."""
    here = Path.cwd()
    return path.absolute().relative_to(here) if path.absolute().is_relative_to(here) else path


def _dotted(where: Location) -> str:
    parts = [part for part in where if part != "again"]
    return ".".join(str(part) for part in parts) + ": " if parts else ""


def _problem(error: Any, schema: dict[str, Any]) -> Problem:
    """A pydantic error in a clerk's words."""
    where = _written(error["loc"], schema)
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing":
        return Problem(where, "is missing; it is required")
    if kind == "extra_forbidden":
        known = _keys(where[:-1], schema)
        return Problem(where, f"unknown key; expected one of {', '.join(known)}{nearest(str(where[-1]), known)}")
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", context["expected"]) or [context["expected"]]
        return Problem(where, f"expected {_one_of(allowed)}{nearest(str(error['input']), allowed)}")
    if kind in ("string_type", "string_sub_type"):
        return Problem(where, f"expected text; put {error['input']!r} in quotes" if error["input"] is not None
                       else "expected text; nothing is given")  # fmt: skip
    if kind == "string_pattern_mismatch":
        return Problem(
            where, f"expected {_PATTERNS.get(context['pattern'], 'other characters')}, not {error['input']!r}"
        )
    if kind in _NUMBERS:
        given = f", not {error['input']!r}" if error["input"] is not None else "; nothing is given"
        return Problem(where, f"expected {_NUMBERS[kind]}{given}")
    said = re.sub(r"^(Input|Value|String|Dictionary|Tuple|List) should (be|have|match) ?", "", error["msg"])
    return Problem(where, f"expected {said}, not {error['input']!r}" if said != error["msg"] else f"expected: {said}")


_PATTERNS = {
    r"^[a-z][a-z0-9_]{1,39}$": "2 to 40 small letters, digits and _, a letter first",
    r"^[A-Za-z][A-Za-z0-9_]{0,39}$": "up to 40 letters, digits and _, a letter first",
    r"^[a-z][a-z0-9_]{0,39}$": "a column name (small letters, digits and _)",
    r"^[^\x00-\x1f]+$": "a heading without line breaks or tabs (join the rows of a heading with one blank)",
}


_NUMBERS = {
    **dict.fromkeys(("float_type", "float_parsing"), "a number"),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "a whole number"),
}


def _one_of(allowed: list[str]) -> str:
    return allowed[0] if len(allowed) == 1 else f"one of {', '.join(allowed)}"


def _resolve(node: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The alternatives that a schema node stands for."""
    if "$ref" in node:
        return _resolve(schema["$defs"][node["$ref"].rsplit("/", 1)[-1]], schema)
    if "anyOf" in node:
        return [found for option in node["anyOf"] for found in _resolve(option, schema)]
    return [node]


def _step(node: dict[str, Any], part: str | int, schema: dict[str, Any]) -> dict[str, Any] | None:
    """The schema of a part of a node, or None where the part is no part of the document (a union's tag)."""
    for option in _resolve(node, schema):
        if isinstance(part, int) and option.get("type") == "array":
            return option.get("items", {})
        if isinstance(part, str) and part in option.get("properties", {}):
            return option["properties"][part]
        if isinstance(part, str) and option.get("type") == "object" and "properties" not in option:
            patterns = [*option.get("patternProperties", {}).values(), option.get("additionalProperties")]
            return next((p for p in patterns if isinstance(p, dict)), {})
    return None


def _written(loc: Location, schema: dict[str, Any]) -> Location:
    """The location as it is written in the file: without the tags that pydantic adds for unions and keys."""
    node: dict[str, Any] | None = schema
    where: list[str | int] = []
    for i, part in enumerate(loc):
        if part == "[key]":
            continue
        found = _step(node, part, schema) if node is not None else None
        if found is None and i < len(loc) - 1:
            continue
        where.append(part)
        node = found
    return tuple(where)


def _keys(where: Location, schema: dict[str, Any]) -> list[str]:
    """The keys that may stand at a location."""
    node: dict[str, Any] = schema
    for part in where:
        node = _step(node, part, schema) or {}
    return [key for option in _resolve(node, schema) for key in option.get("properties", {})]
