"""Small contracts for tests."""

from typing import Any

from jobs.contracts import Contract

COLUMNS = {
    "maintenance_id": {"from": "작업번호"},
    "equipment_tag": {"from": ["설비번호", "설비 번호"], "parse": "tag"},
    "occurred": {"from": "작업일", "parse": "korean_date"},
}


def contract_of(
    path: str | None = None,
    kind: str = "workbook",
    columns: dict[str, Any] | None = None,
    delivers: str = "everything",
    withdrawn_when: dict[str, Any] | None = None,
    **reads: Any,
) -> Contract:
    """A contract that fills `maintenance` from one source table."""
    reads = {"kind": kind, **({"path": path or "{delivery_date}/*"} if "tables" not in reads else {}), **reads}
    feed = {"from": "rows", "key": "maintenance_id", "columns": columns or COLUMNS}
    feed |= {"withdrawn_when": withdrawn_when} if withdrawn_when else {}
    return Contract.model_validate(
        {
            "source": "firm_a",
            "firm": "firm_a",
            "title": "가나정밀",
            "reads": reads,
            "schedule": "0 2 * * *",
            "delivers": delivers,
            "tables": {"maintenance": feed},
        }
    )
