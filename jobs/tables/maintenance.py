"""Maintenance records (ISO 14224 table 8)."""

from jobs.tables.personal import PERSONAL_FIELD
from jobs.tables.repairs import REPAIRS_FIELD
from jobs.tables.table import BY_DELIVERY, EVENT_TIME, PROVENANCE, Field, Table
from jobs.tables.text_tags import TEXT_TAGS_FIELD

ACTIVITIES = (
    "replace", "repair", "modify", "adjust", "refit", "check", "service", "test", "inspection", "overhaul",
    "combination", "other",
)
"""Maintenance activities, ISO 14224 table B.5."""

MAINTENANCE = Table(
    name="maintenance",
    layer="silver",
    description="One maintenance record or work order (ISO 14224, maintenance data).",
    fields=(
        *PROVENANCE,
        Field("maintenance_id", "string", "Record or work order number.", nullable=False, label="작업번호"),
        Field("equipment_tag", "string", "Tag number of the equipment worked on, normalised.", nullable=False, label="설비번호"),
        Field("subunit", "string", "Subunit worked on.", label="하위장치"),
        Field("maintainable_item", "string", "Maintainable item worked on.", label="부품"),
        *EVENT_TIME,
        Field("category", "string", "Why: after a failure, or to prevent one.", codes=("corrective", "preventive", "other"), label="구분"),
        Field("activity", "string", "What was done.", codes=ACTIVITIES, label="작업내용"),
        Field(
            "preventive_basis", "string", "What a preventive job was triggered by (law 6).",
            codes=("calendar", "condition", "unknown"), label="예방정비 근거",
        ),
        Field("impact", "string", "What the failure behind it did to operation.", codes=("stopped", "leaked", "degraded", "none"), label="영향"),
        Field("failure_id", "string", "Failure record it answers.", label="고장번호"),
        Field("priority", "string", "Owner's priority code.", label="우선순위"),
        Field("man_hours_h", "double", "Work time of all persons.", unit="h", label="작업공수"),
        Field("downtime_h", "double", "Time the equipment was down.", unit="h", label="정지시간"),
        Field("cost_krw", "double", "Cost of the job.", unit="KRW", label="비용"),
        Field("text", "string", "What was written.", label="내용"),
        TEXT_TAGS_FIELD,
        PERSONAL_FIELD,
        REPAIRS_FIELD,
    ),
    key=("maintenance_id",),
    identity=("equipment_tag", "occurred_from"),
    partitioned_by=BY_DELIVERY,
    checks=(("has_id", "length(maintenance_id) > 0"), ("has_time", "occurred_from <= occurred_to")),
)
