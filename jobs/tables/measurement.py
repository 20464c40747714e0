"""Readings at measuring points."""

from jobs.tables.repairs import REPAIRS_FIELD
from jobs.tables.table import BY_DELIVERY, EVENT_TIME, PROVENANCE, Field, Table

MEASUREMENT = Table(
    name="measurement",
    layer="silver",
    description="One reading at a measuring point (wall thickness, vibration, counter, error code).",
    fields=(
        *PROVENANCE,
        Field("measurement_id", "string", "Reading's document number.", nullable=False, label="측정번호"),
        Field("equipment_tag", "string", "Tag number of the equipment measured, normalised.", nullable=False, label="설비번호"),
        *EVENT_TIME,
        Field("point", "string", "Measuring point.", label="측정점"),
        Field("quantity", "string", "What is measured, with its unit: wall_thickness_mm, vibration_mm_s, run_time_h.", nullable=False, label="측정항목"),
        Field("value", "double", "The reading, in the unit that `quantity` names.", nullable=False, label="측정값"),
        REPAIRS_FIELD,
    ),
    key=("measurement_id",),
    identity=("equipment_tag", "occurred_from"),
    partitioned_by=BY_DELIVERY,
    checks=(("has_id", "length(measurement_id) > 0"), ("has_time", "occurred_from <= occurred_to")),
)
