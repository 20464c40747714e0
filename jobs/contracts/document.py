"""A YAML document with the line of each of its parts.

YAML is read as nodes and converted here, because a plain load loses what a contract needs: keys stay the text that was
written (a code `010`, `ON` or `1.0` is text, not a number or a truth value), equal keys are refused instead of the last
one winning, and each part keeps its line.
"""

import difflib
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Location = tuple[str | int, ...]

MOST_PARTS = 50_000
"""Keys, items and values of a contract, those of its aliases each time that they stand for; a long list of codes has some
thousands."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a part of a document, in words that follow "field: "."""

    where: Location
    says: str


@dataclass
class Document:
    """The content of a YAML file, the line of each part, and what is wrong with it as YAML."""

    content: Any = None
    lines: dict[Location, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, where: Location) -> int:
        """Line of the part, or of the nearest part around it that is written."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)


def read_document(path: Path) -> Document:
    """Read a YAML file; faults of form are problems, not exceptions."""
    document = Document()
    try:
        node = YAML(typ="safe", pure=True).compose(path.read_text(encoding="utf-8-sig"))
        if node is not None:
            document.content = _convert(node, (), document, open_nodes=())
    except UnicodeDecodeError:
        return _unreadable(1, "expected UTF-8 text; save the file as UTF-8")
    except RecursionError:
        return _unreadable(1, "expected a contract; its brackets are nested beyond reason")
    except _TooLarge as error:
        return _unreadable(
            error.line, f"expected a contract; it has more than {MOST_PARTS:,} parts here; write out its aliases (*…)"
        )
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return _unreadable(line, f"expected YAML: {error.problem or 'this cannot be read'}")
    if node is None:
        return _unreadable(1, "expected a contract; the file is empty")
    return document


class _TooLarge(Exception):
    """A document has too many parts; the first line of the part of the document that is read then."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


def _unreadable(line: int, says: str) -> Document:
    return Document(lines={(): line}, problems=[Problem((), says)])


def _convert(node: Node, where: Location, document: Document, open_nodes: tuple[int, ...]) -> Any:
    document.lines.setdefault(where, node.start_mark.line + 1)
    if len(document.lines) > MOST_PARTS:
        raise _TooLarge(document.line(where[:1]))
    if id(node) in open_nodes:
        document.problems.append(Problem(where, "expected a value; this alias contains itself"))
        return None
    inside = (*open_nodes, id(node))
    if isinstance(node, ScalarNode):
        return _scalar(node)
    if isinstance(node, SequenceNode):
        return [_convert(item, (*where, i), document, inside) for i, item in enumerate(node.value)]
    content: dict[str, Any] = {}
    assert isinstance(node, MappingNode)
    for key_node, value_node in node.value:
        if not isinstance(key_node, ScalarNode):
            document.problems.append(Problem(where, "expected a plain key"))
            continue
        key = key_node.value
        if key in content:
            first = document.lines[(*where, key)]
            document.lines[(*where, key, "again")] = key_node.start_mark.line + 1
            document.problems.append(Problem((*where, key, "again"), f"is given twice (first on line {first})"))
            continue
        document.lines[(*where, key)] = key_node.start_mark.line + 1
        content[key] = _convert(value_node, (*where, key), document, inside)
    return content


def _scalar(node: ScalarNode) -> str | int | float | bool | None:
    """The value of a plain scalar by YAML 1.2's core schema; text where it is not exactly a number, bool or null."""
    kind, text = str(node.tag).rsplit(":", 1)[-1], node.value
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind in ("int", "float"):
        try:
            return int(text) if kind == "int" else _finite(text)
        except ValueError:
            return text
    return text


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def nearest(word: str, known: Iterable[str]) -> str:
    """` (did you mean 'x'?)`, or nothing where no known word is near."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" (did you mean {close[0]!r}?)" if close else ""
