"""What stands in the sample's plants: kinds of equipment, their makers and fluids, and how they are looked after."""

from dataclasses import dataclass
from typing import NamedTuple


class Symptom(NamedTuple):
    """A way to fail: ISO 14224 mode and mechanism, the subunit, whether it leaks, and what people write."""

    mode: str
    mechanism: str
    subunit: str
    is_leak: bool
    text: str


@dataclass(frozen=True)
class Kind:
    """A kind of equipment.

    `calendar_share` of the assets are replaced every `calendar_y` years of age; `replaced` is the share of failures
    that end in a new unit rather than a repair. `seen` and `sensed` are the shares of failures that are forestalled on
    an observed condition (where the asset is monitored) and on one nobody wrote down.
    """

    code: str
    equipment_class: str
    type: str
    word: str
    prefix: str
    law: str
    makers: tuple[str, ...]
    services: tuple[str, ...]
    symptoms: tuple[Symptom, ...]
    archive_share: float
    firm_share: float
    replaced: float
    calendar_share: float
    calendar_y: float
    seen: float
    sensed: float
    quantity: str = ""


FLUIDS = ("산", "슬러리", "유기용제", "탄화수소", "스팀", "용수", "질소")
ROTATING_MAKERS = ("동진펌프", "태성펌프", "서광기공")
SHELL_MAKERS = ("한도중공", "남해강관", "가온플랜트")

KINDS = (
    Kind(
        "PU", "PU", "centrifugal", "원심펌프", "P", "pump", ROTATING_MAKERS, FLUIDS,
        (
            Symptom("ELP", "leakage", "seal", True, "메카니컬 씰 누유"),
            Symptom("VIB", "vibration", "bearing", False, "베어링 진동 과다"),
            Symptom("NOI", "wear", "bearing", False, "베어링 소음"),
            Symptom("LOO", "wear", "impeller", False, "토출압 저하, 임펠러 마모"),
            Symptom("BRD", "breakage", "shaft", False, "샤프트 파손 정지"),
        ),
        0.06, 0.25, replaced=0.25,
        calendar_share=0.15, calendar_y=4.0, seen=0.35, sensed=0.06, quantity="vibration_mm_s",
    ),
    Kind(
        "EM", "EM", "induction", "유도전동기", "M", "motor", ("신우전기", "한별전기", "대륜모터"), ("옥내", "옥외"),
        (
            Symptom("OHE", "overheating", "winding", False, "모터 과열 트립"),
            Symptom("VIB", "vibration", "bearing", False, "모터 베어링 진동"),
            Symptom("BRD", "breakage", "winding", False, "권선 소손"),
        ),
        0.07, 0.20, replaced=0.45,
        calendar_share=0.15, calendar_y=9.0, seen=0.30, sensed=0.06, quantity="vibration_mm_s",
    ),
    Kind(
        "CO", "OT", "compressor", "압축기", "C", "compressor", ROTATING_MAKERS, ("탄화수소", "질소", "스팀"),
        (
            Symptom("VIB", "vibration", "bearing", False, "컴프레서 진동 트립"),
            Symptom("OHE", "overheating", "cooling", False, "토출온도 상승"),
            Symptom("ELP", "leakage", "seal", True, "가스 씰 리크"),
        ),
        0.01, 0.0, replaced=0.15,
        calendar_share=0.2, calendar_y=4.0, seen=0.40, sensed=0.05, quantity="vibration_mm_s",
    ),
    Kind(
        "AG", "AG", "mixer", "교반기", "A", "agitator", ROTATING_MAKERS, ("산", "슬러리", "유기용제"),
        (
            Symptom("ELP", "leakage", "seal", True, "교반기 씰 누유"),
            Symptom("VIB", "vibration", "shaft", False, "교반축 흔들림"),
            Symptom("BRD", "breakage", "gearbox", False, "감속기 파손"),
        ),
        0.0, 0.12, replaced=0.25,
        calendar_share=0.15, calendar_y=4.5, seen=0.25, sensed=0.06, quantity="vibration_mm_s",
    ),
    Kind(
        "HE", "HE", "shell and tube", "열교환기", "E", "exchanger", SHELL_MAKERS, FLUIDS,
        (
            Symptom("IHT", "corrosion", "tube bundle", False, "튜브 스케일, 전열 불량 정지"),
            Symptom("INL", "corrosion", "tube bundle", True, "튜브 내부 누설"),
            Symptom("ELP", "leakage", "gasket", True, "플랜지 가스켓 리크"),
        ),
        0.07, 0.12, replaced=0.30,
        calendar_share=0.10, calendar_y=12.0, seen=0.15, sensed=0.05,
    ),
    Kind(
        "VE", "VE", "pressure vessel", "압력용기", "V", "vessel", SHELL_MAKERS, FLUIDS,
        (
            Symptom("STD", "corrosion", "shell", False, "동체 부식 감육"),
            Symptom("ELP", "leakage", "nozzle", True, "노즐부 누출"),
        ),
        0.07, 0.08, replaced=0.30,
        calendar_share=0.08, calendar_y=25.0, seen=0.30, sensed=0.05, quantity="wall_thickness_mm",
    ),
    Kind(
        "TA", "TA", "atmospheric", "저장탱크", "TK", "vessel", SHELL_MAKERS, FLUIDS,
        (
            Symptom("ELP", "corrosion", "bottom plate", True, "바닥판 부식 누설"),
            Symptom("STD", "corrosion", "roof", False, "지붕판 손상"),
        ),
        0.05, 0.10, replaced=0.25,
        calendar_share=0.08, calendar_y=25.0, seen=0.15, sensed=0.05,
    ),
    Kind(
        "VA", "VA", "control", "조절밸브", "CV", "valve", ("유성밸브", "다온밸브"), FLUIDS,
        (
            Symptom("FTC", "wear", "seat", False, "밸브 닫힘 불량"),
            Symptom("FTO", "breakage", "actuator", False, "액추에이터 작동 불량"),
            Symptom("ELP", "leakage", "packing", True, "그랜드 패킹 누설"),
        ),
        0.05, 0.08, replaced=0.40,
        calendar_share=0.10, calendar_y=8.0, seen=0.10, sensed=0.06,
    ),
    Kind(
        "PI", "PI", "carbon steel", "배관", "L", "piping", SHELL_MAKERS, FLUIDS,
        (
            Symptom("ELP", "corrosion", "pipe", True, "배관 부식 누출"),
            Symptom("ELP", "erosion", "elbow", True, "엘보 침식 핀홀"),
            Symptom("STD", "corrosion", "pipe", False, "배관 감육으로 정지"),
        ),
        0.50, 0.05, replaced=0.40,
        calendar_share=0.08, calendar_y=25.0, seen=0.35, sensed=0.05, quantity="wall_thickness_mm",
    ),
    Kind(
        "BD", "BD", "structure", "건축물", "B", "building", ("자체시공", "가온플랜트"), ("내륙", "해안"),
        (
            Symptom("STD", "breakage", "structure", False, "기둥 균열로 사용 중지"),
            Symptom("STD", "other", "roof", False, "지붕 누수로 가동 중지"),
        ),
        0.12, 0.0, replaced=0.20,
        calendar_share=0.10, calendar_y=20.0, seen=0.0, sensed=0.05,
    ),
)  # fmt: skip
"""Every kind; the shares over a population add up to 1."""
