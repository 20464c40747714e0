"""Values in one line of YAML, as `jobs.contracts.document` reads them back."""

import json
import re
from collections.abc import Mapping

PLAIN = re.compile(r"[A-Za-z가-힣_](?:[\w가-힣·/()%.~+-]| (?=[\w가-힣(]))*")
NOT_PLAIN = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def scalar(text: str) -> str:
    """A text as YAML reads it back: quoted where it could be taken for anything else."""
    if PLAIN.fullmatch(text) and text.casefold() not in NOT_PLAIN:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in quoted)


def flow(value: object) -> str:
    """A value in one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(str(key))}: {flow(of)}" for key, of in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(of) for of in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return scalar(str(value))
