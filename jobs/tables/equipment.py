"""Equipment units (ISO 14224 table 5)."""

from jobs.tables import iso14224
from jobs.tables.repairs import REPAIRS_FIELD
from jobs.tables.table import BY_DELIVERY, PROVENANCE, Field, Table

CLASSES = tuple(iso14224.CLASSES)
"""Equipment class codes: ISO 14224's as used by the reference lists, plus BD (building) and OT (other)."""

EQUIPMENT = Table(
    name="equipment",
    layer="silver",
    description="One equipment unit as its owner described it in one delivery (ISO 14224, equipment data).",
    fields=(
        *PROVENANCE,
        Field("equipment_tag", "string", "Tag number, normalised.", nullable=False, label="설비번호"),
        Field("description", "string", "What the owner calls it.", label="설비명"),
        Field("equipment_class", "string", "Equipment class code.", codes=CLASSES, label="설비종류"),
        Field("equipment_type", "string", "Type within the class.", label="형식"),
        Field("manufacturer", "string", "Maker.", label="제작사"),
        Field("model", "string", "Maker's model.", label="모델"),
        Field("serial_number", "string", "Maker's serial number.", label="제조번호"),
        Field("service", "string", "Fluid or duty it serves.", label="용도"),
        Field("unit", "string", "Plant or process unit it belongs to.", label="공정"),
        Field("parent_tag", "string", "Tag of the unit it is part of.", label="상위설비"),
        Field("load_share", "double", "Usual load as a share of the rated load.", unit="1", label="부하율"),
        Field("commissioned_on", "date", "First day in operation.", label="가동일"),
        Field("current_service_since", "date", "First day in the present service.", label="현용도 시작일"),
        Field("surveillance_from", "date", "First day on which its failures would have been recorded.", label="기록 시작일"),
        Field("surveillance_to", "date", "Last such day; null while it is in service.", label="기록 종료일"),
        Field("criticality_safety", "string", "Consequence for safety.", codes=("high", "medium", "low"), label="안전 중요도"),
        Field("criticality_environment", "string", "Consequence for the environment.", codes=("high", "medium", "low"), label="환경 중요도"),
        Field("criticality_production", "string", "Consequence for production.", codes=("high", "medium", "low"), label="생산 중요도"),
        Field("has_spare", "boolean", "An installed or stored spare exists.", label="예비품"),
        Field("spare_lead_d", "int", "Lead time of a spare.", unit="d", label="예비품 납기"),
        Field("is_shutdown_only", "boolean", "Work on it is possible in a shutdown only.", label="정지 중 작업"),
        Field("legal_inspection_due_on", "date", "Next inspection required by law.", label="법정검사 기한"),
        Field("legal_inspection_basis", "string", "The law or notice that requires it.", label="법정검사 근거"),
        Field("nominal_thickness_mm", "double", "Wall thickness of the drawing.", unit="mm", label="공칭두께"),
        Field("required_thickness_mm", "double", "Wall thickness at which it must be repaired or replaced (API 570).", unit="mm", label="필요두께"),
        Field("piping_class", "int", "Piping service class of API 570, 1 to 4; 1 has the gravest consequence.", label="배관등급"),
        REPAIRS_FIELD,
    ),
    key=("equipment_tag",),
    partitioned_by=BY_DELIVERY,
    checks=(("has_tag", "length(equipment_tag) > 0"),),
)
