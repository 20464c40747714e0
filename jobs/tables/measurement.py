"""Readings at measuring points."""

from jobs.tables.repairs import REPAIRS_FIELD
from jobs.tables.table import BY_DELIVERY, EVENT_TIME, PROVENANCE, Field, Table

UNITS = {
    "mm_s": "mm/s", "mm": "mm", "um": "µm", "c": "°C", "bar": "bar", "kpa": "kPa", "mpa": "MPa", "a": "A", "v": "V", "kw": "kW",
    "rpm": "rpm", "hz": "Hz", "m3_h": "m³/h", "l_min": "L/min", "pct": "%", "h": "h",
}  # fmt: skip
"""Units that a quantity's name ends with, as people write them."""

QUANTITIES = {
    "vibration": "진동", "wall_thickness": "두께", "temperature": "온도", "pressure": "압력", "flow": "유량", "current": "전류",
    "voltage": "전압", "power": "전력", "speed": "회전수", "rotation": "회전수", "level": "액위", "run_time": "운전시간",
    "noise": "소음", "humidity": "습도",
}  # fmt: skip
"""What usual quantities are called in Korean, by their name without the unit."""


def quantity_label(quantity: str) -> tuple[str, str, str]:
    """What people call a quantity in Korean and in English, and its unit ("" where its name ends with none that is known)."""
    known = sorted((unit for unit in UNITS if quantity.endswith(f"_{unit}")), key=len)
    if not known:
        return quantity, quantity, ""
    name = quantity.removesuffix(f"_{known[-1]}")
    english = name.replace("_", " ")
    return QUANTITIES.get(name, english), english, UNITS[known[-1]]


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
