"""What a plan's codes are called."""

ACTIONS = {"inspect": ("점검", "inspect"), "replace": ("교체·수리", "replace or repair")}
BOUNDS = {
    "code_inspection": ("두께검사 기한", "thickness inspection due"),
    "legal_due": ("법정검사 기한", "legal inspection due"),
    "required_thickness": ("필요두께 도달일", "required thickness"),
    "risk": ("10 % 수명", "10 % life"),
    "lead_time": ("예비품 납기", "spare's lead time"),
    "window": ("정기보수", "shutdown"),
    "no_window": ("정기보수 없음", "no shutdown known"),
    "capacity": ("작업량", "capacity"),
}
OVERRIDES = {
    "over_capacity": ("작업량보다 법이 우선", "law over capacity"),
    "over_lead_time": ("납기보다 법이 우선", "law over lead time"),
    "over_window": ("정기보수보다 법이 우선", "law over shutdowns"),
    "overdue": ("기한 지남", "overdue"),
}
"""In Korean and in English."""
