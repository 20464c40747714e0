"""Generating the region."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from jobs.errors import UsageError
from jobs.sample.archive import SOURCE, write_archive
from jobs.sample.firms import FIRMS, write_firms
from jobs.sample.tables import TableFiles

VERSION = 3
"""Raised whenever the same scale and seed give other content."""
FIRST_DELIVERY, SECOND_DELIVERY = date(2026, 1, 31), date(2026, 2, 28)
CARD = "region.json"


@dataclass(frozen=True)
class Summary:
    """What was generated: archive rows by table, log rows by firm, assets, lives, and dirt by expected fate."""

    folder: Path
    archive_tables: dict[str, int]
    firm_rows: dict[str, int]
    assets: int
    lives: int
    planted: dict[str, int]

    @property
    def archive_records(self) -> int:
        return sum(self.archive_tables.values())

    @property
    def firms(self) -> int:
        return len(self.firm_rows)

    @property
    def planted_cells(self) -> int:
        return sum(self.planted.values())


def generate(
    folder: Path, scale: float = 1.0, seed: int = 1, progress: Callable[[str, int, int], None] | None = None
) -> Summary:
    """Generate the region of a scale and seed into a folder; the same two give the same bytes.

    Scale 1 is about 200,000 archive records over 10,000 assets, scale 60 about 12 million; memory stays the same.
    Below scale 1 the firms shrink too (by its square root). `progress(stage, done, total)` is called as blocks of the
    archive and firms are written. A region that stands in the folder is replaced; a folder that holds anything else, or
    where a file was put among the region's own, is refused.
    """
    if scale <= 0:
        raise UsageError(f"the scale must be above 0, not {scale}; 1 gives about 200,000 archive records")
    if folder.exists() and any(folder.iterdir()) and not (folder / CARD).exists():
        raise UsageError(f"{folder} is not empty and holds no region ({CARD}); name an empty or a new folder")
    if found := _put_by_others(folder):
        others = ", ".join(found[:3]) + (f" and {len(found) - 3:,} more" if len(found) > 3 else "")
        raise UsageError(
            f"{folder} holds files that are none of the region's and would be lost: {others}; move them away, or name "
            "another folder"
        )
    report = progress or (lambda stage, done, total: None)
    inbox, deliveries = folder / "inbox", (FIRST_DELIVERY, SECOND_DELIVERY)
    card = {"scale": scale, "seed": seed, "version": VERSION, "deliveries": [str(d) for d in deliveries]}
    _clear(folder)
    _write_card(folder, {**card, "is_complete": False})
    with TableFiles(folder / "truth") as truth:
        archive_tables, archive_dirt = write_archive(inbox, truth, scale, seed, deliveries, report)
        firm_rows, firm_dirt = write_firms(inbox, truth, scale, seed, deliveries, report)
    _write_card(folder, {**card, "is_complete": True, "files": _files(folder)})
    return Summary(
        folder, archive_tables, firm_rows, truth.rows["assets"], truth.rows["lives"], dict(archive_dirt + firm_dirt)
    )


def stands(folder: Path, scale: float, seed: int) -> bool:
    """True where the folder holds the whole region of this scale and seed, as this version generates it."""
    if not (folder / CARD).exists():
        return False
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    wanted = {"scale": scale, "seed": seed, "version": VERSION, "is_complete": True}
    return all(card.get(name) == value for name, value in wanted.items())


def _put_by_others(folder: Path) -> list[str]:
    """Files among the region's own that it did not make; of a region that was not finished nothing is known."""
    if not (folder / CARD).exists():
        return []
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    made = set(card.get("files", ()))
    return [name for name in _files(folder) if name not in made] if card["is_complete"] else []


def _files(folder: Path) -> list[str]:
    """The files that a region made there would take the place of."""
    found = (path for own in _own(folder) for path in own.rglob("*") if not path.is_dir())
    return sorted(path.relative_to(folder).as_posix() for path in found)


def _own(folder: Path) -> list[Path]:
    """The folders of the region's own sources and its truth."""
    sources = (SOURCE, *(firm.slug for firm in FIRMS))
    return [folder / "truth", *(folder / "inbox" / source for source in sources)]


def _clear(folder: Path) -> None:
    """Remove the region's own sources and truth; what else lies in the inbox stays."""
    for path in _own(folder):
        shutil.rmtree(path, ignore_errors=True)


def _write_card(folder: Path, card: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CARD).write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
