"""A proposal as the YAML that a person reads: a line per column, behind it how sure it is and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jobs.contracts.flow import flow


@dataclass(frozen=True)
class Line:
    """A column's rule as it stands in the contract; `is_open` where a person must say so first."""

    column: str
    rule: Mapping[str, object]
    confidence: float
    evidence: str
    is_open: bool = False


@dataclass
class TableLines:
    """What is proposed for one of the lake's tables."""

    name: str
    source: str
    key: str
    lines: list[Line]
    unread: list[str] = field(default_factory=list)
    joins: list[dict[str, object]] = field(default_factory=list)


def table_text(table: TableLines) -> list[str]:
    """The lines of one table's part: what is proposed, then what is open, then what is not read."""
    width = max((len(line.column) for line in table.lines), default=0) + 1
    texts = [f"  {table.name}:", f"    from: {table.source}"]
    if table.joins:
        texts.append(f"    join: {flow(table.joins)}")
    texts += [f"    key: [{table.key}]", "    columns:"]
    for line in sorted(table.lines, key=lambda line: line.is_open):
        rule = f"{line.column + ':':<{width}} {flow(line.rule)}"
        mark = "# 열림: " if line.is_open else ""
        texts.append(f"      {mark}{rule}   # {line.confidence:.2f} {_one_line(line.evidence)}")
    if table.unread:
        texts.append(f"      # 읽지 않는 열: {_one_line(', '.join(table.unread))}")
    return texts


def comment(text: str) -> str:
    return f"# {_one_line(text)}"


def notes(open_questions: Sequence[str]) -> list[str]:
    return [comment(f"열림: {question}") for question in open_questions]


def _one_line(text: str) -> str:
    """The text without what would end a comment or what YAML does not allow in one."""
    return "".join(c if c.isprintable() else " " for c in text)
