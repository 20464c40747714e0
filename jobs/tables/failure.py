"""Failure records (ISO 14224 table 6)."""

from jobs.tables import iso14224
from jobs.tables.personal import PERSONAL_FIELD
from jobs.tables.repairs import REPAIRS_FIELD
from jobs.tables.table import BY_DELIVERY, EVENT_TIME, PROVENANCE, Field, Table
from jobs.tables.text_tags import TEXT_TAGS_FIELD

MODES = tuple(iso14224.MODES)
"""Failure mode codes, ISO 14224 tables B.6 to B.15."""

MECHANISMS = (
    "leakage", "vibration", "looseness", "cavitation", "corrosion", "erosion", "wear", "breakage", "fatigue", "overheating",
    "blockage", "contamination", "other", "unknown",
)
"""Failure mechanisms, ISO 14224 table B.2 (the ones met in this domain)."""

FAILURE = Table(
    name="failure",
    layer="silver",
    description="One failure record (ISO 14224, failure data).",
    fields=(
        *PROVENANCE,
        Field("failure_id", "string", "Failure record or notification number.", nullable=False, label="고장번호"),
        Field("equipment_tag", "string", "Tag number of the equipment that failed, normalised.", nullable=False, label="설비번호"),
        Field("subunit", "string", "Subunit that failed.", label="하위장치"),
        Field("maintainable_item", "string", "Maintainable item that failed.", label="부품"),
        *EVENT_TIME,
        Field("failure_mode", "string", "How it failed.", codes=MODES, label="고장유형"),
        Field("mechanism", "string", "What led to the failure, physically.", codes=MECHANISMS, label="고장기구"),
        Field("cause", "string", "Root cause as recorded.", label="고장원인"),
        Field("impact", "string", "What it did to operation.", codes=("stopped", "leaked", "degraded", "none"), label="영향"),
        Field("detection", "string", "How it was detected.", label="발견방법"),
        Field("downtime_h", "double", "Time the equipment was down.", unit="h", label="정지시간"),
        Field("text", "string", "What was written.", label="내용"),
        TEXT_TAGS_FIELD,
        PERSONAL_FIELD,
        REPAIRS_FIELD,
    ),
    key=("failure_id",),
    identity=("equipment_tag", "occurred_from"),
    partitioned_by=BY_DELIVERY,
    checks=(("has_id", "length(failure_id) > 0"), ("has_time", "occurred_from <= occurred_to")),
)
