"""A source of a few rows, for tests of the steps: an equipment register and a maintenance log, as CSV."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jobs.settings import Settings

JANUARY, FEBRUARY = date(2026, 1, 31), date(2026, 2, 28)

CONTRACT = """\
source: {source}
firm: {source}
title: 시험 정비이력
reads:
  kind: csv
  tables:
    log: {{path: "{source}/{{delivery_date}}/log*.csv"}}
    register: {{path: "{source}/{{delivery_date}}/register.csv"}}
schedule: "0 2 * * *"
delivers: everything
tables:
  equipment:
    from: register
    key: [equipment_tag]
    columns:
      equipment_tag: {{from: [설비번호], parse: tag}}
      equipment_class: {{from: [종류], codes: {{펌프: PU, 전동기: EM}}}}
      commissioned_on: {{from: [가동일], parse: korean_date}}
  maintenance:
    from: log
    key: [maintenance_id]
    columns:
      maintenance_id: {{from: [작업번호]}}
      equipment_tag: {{from: [설비번호], parse: tag}}
      occurred: {{from: [작업일], parse: korean_date}}
      category: {{from: [구분], codes: {{고장: corrective, 예방: preventive}}}}
      activity: {{from: [작업], codes: {{교체: replace, 수리: repair}}}}
      downtime_h: {{from: [정지시간], parse: duration, unit: h}}
lives:
  population: test
  item: equipment_tag
  ends: {{category: [corrective]}}
  records_complete_from: {{maintenance: 2020-01-01}}
sharing: {{purposes: [pooled_training], until: 2030-12-31}}
"""

REGISTER = [
    "설비번호,종류,가동일",
    *(f"P-{100 + i}A,펌프,201{i % 10}.3.5" for i in range(20)),
]

LOG = [
    "작업번호,설비번호,작업일,구분,작업,정지시간",
    *(f"W{i:03d},P-{100 + i % 20}A,202{i % 5}.{1 + i % 12}.{1 + i % 28},고장,수리,{i % 7}시간" for i in range(40)),
]


@dataclass(frozen=True)
class Firm:
    """A source under a home of its own."""

    settings: Settings
    source: str = "firm_a"

    def write_contract(self, text: str = CONTRACT) -> None:
        self.settings.sources.mkdir(parents=True, exist_ok=True)
        (self.settings.sources / f"{self.source}.yaml").write_text(text.format(source=self.source), encoding="utf-8")

    def folder(self, delivery_date: date) -> Path:
        return self.settings.inbox_dir / self.source / str(delivery_date)

    def deliver(self, delivery_date: date, log: list[str], register: list[str] | None = None) -> None:
        """Put a delivery into the inbox."""
        folder = self.folder(delivery_date)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "log.csv").write_text("\n".join(log) + "\n", encoding="utf-8")
        (folder / "register.csv").write_text("\n".join(register or REGISTER) + "\n", encoding="utf-8")


def firm(settings: Settings, source: str = "firm_a") -> Firm:
    """A firm with its contract written, and nothing delivered yet."""
    made = Firm(settings, source)
    made.write_contract()
    return made
