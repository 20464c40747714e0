"""Units that sources write, and their factors to the lake's units.

Each kind of quantity lists its units with the factor to the first one. Spellings are those after NFKC and in small
letters (㎜ → mm, ㎏/㎠ → kg/cm2).
"""

import unicodedata

_KINDS: tuple[dict[str, float], ...] = (
    {"h": 1, "hr": 1, "hrs": 1, "시간": 1, "min": 1 / 60, "분": 1 / 60, "s": 1 / 3600, "초": 1 / 3600, "d": 24, "일": 24},
    {"krw": 1, "원": 1, "₩": 1, "천원": 1e3, "만원": 1e4, "백만원": 1e6, "억원": 1e8},
    {"mm": 1, "cm": 10, "m": 1000, "μm": 1e-3, "um": 1e-3, "in": 25.4, '"': 25.4},
    {"mm/s": 1, "cm/s": 10, "in/s": 25.4},
    {"mpa": 1, "kpa": 1e-3, "bar": 0.1, "kgf/cm2": 0.0980665, "kg/cm2": 0.0980665, "psi": 0.00689476},
    {"°c": 1, "degc": 1},
    {"1": 1, "%": 0.01},
    {"kg": 1, "g": 1e-3, "t": 1000, "ton": 1000},
    {"rpm": 1},
    {"a": 1, "ma": 1e-3},
    {"kw": 1, "w": 1e-3, "hp": 0.7457},
    {"ea": 1, "개": 1, "회": 1, "건": 1},
)  # fmt: skip

_ALSO_WRITTEN = (
    *("㎜", "㎝", "㎛", "㎜/s", "㎝/s", "㎫", "㎪", "㎏/㎠", "㎏f/㎠", "kg/㎠", "kgf/㎠"),
    *("℃", "㎏", "㎃", "㎾", "％"),
)
"""Compatibility characters that Korean input methods offer for units."""


def spelling(unit: str) -> str:
    """The unit as the tables above spell it."""
    return unicodedata.normalize("NFKC", unit).replace(" ", "").lower()


def units_like(unit: str) -> dict[str, float]:
    """Every spelling of the units of the same kind, with its factor to `unit`; empty for an unknown unit."""
    name = spelling(unit)
    kind = next((kind for kind in _KINDS if name in kind), {})
    spellings = {**{u: u for u in kind}, **{u: spelling(u) for u in _ALSO_WRITTEN if spelling(u) in kind}}
    return {written: kind[u] / kind[name] for written, u in spellings.items()}


def factor(unit: str, to: str) -> float | None:
    """What a value in `unit` is multiplied with to be in `to`; None where that is impossible."""
    return units_like(to).get(spelling(unit))
