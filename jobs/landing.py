"""A delivery's bytes, kept once and for all.

What a source handed over for a date is copied under a manifest (file names, sizes, SHA-256, when received) before
anything reads it; every later step and every rerun reads the copy, never the source (law 2).
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from jobs.contracts import Contract
from jobs.errors import DataError, NoDelivery, YejiError
from jobs.refusals import Refusal
from jobs.sources import DeliveredFile, beside, files, paths_of

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class LandedFile:
    """One file of a delivery: the source table it belongs to, its name in the delivery, and its bytes' fingerprint."""

    table: str
    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class RefusedFile:
    """A file of a delivery that is not taken in, and the sentence that says why and what to do; `korean` for its firm."""

    table: str
    name: str
    sentence: str
    korean: str = ""

    @classmethod
    def of(cls, table: str, name: str, refusal: Refusal) -> "RefusedFile":
        """A file with both sentences of its refusal."""
        return cls(table, name, refusal.english, refusal.korean)


@dataclass(frozen=True)
class Delivery:
    """What one source handed over for one date, as it was received.

    `refused` is what lay in a file's place but could not be kept (a link out of the inbox, a folder); `doubles` names files
    that held the same bytes as another, which is kept once; `unread` tells these, and what lay beside the files that the
    contract asks for; `windows` says of each table of a database what was read of it.
    """

    source: str
    delivery_date: date
    received_at_utc: datetime
    files: tuple[LandedFile, ...]
    refused: tuple[RefusedFile, ...]
    folder: Path
    doubles: tuple[str, ...] = ()
    unread: tuple[RefusedFile, ...] = ()
    windows: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def of(self, table: str) -> list[LandedFile]:
        """The files of one source table, in manifest order."""
        return [f for f in self.files if f.table == table]

    def path(self, file: LandedFile) -> Path:
        return self.folder / file.table / file.name


@dataclass
class Received:
    """What a source has handed over, put into a folder: see `Delivery`."""

    files: list[LandedFile]
    refused: list[RefusedFile] = field(default_factory=list)
    doubles: list[str] = field(default_factory=list)
    unread: list[RefusedFile] = field(default_factory=list)
    windows: dict[str, dict[str, Any]] = field(default_factory=dict)


def land(contract: Contract, landing: Path, delivery_date: date, receive: Callable[[Path], Received]) -> Delivery:
    """The landed delivery; landed now, as its first revision, if it is the first time.

    `receive` puts what the source hands over into a folder. What it raises is raised, and nothing is landed then: what
    is landed stays as it is, so nothing is until all of it is whole.
    """
    revisions = _revisions(landing, contract.source, delivery_date)
    if revisions:
        return read(revisions[-1])
    folder = landing / contract.source / str(delivery_date) / "r0001"
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        received = receive(draft)
    except YejiError:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    manifest = {
        "source": contract.source,
        "delivery_date": str(delivery_date),
        "received_at_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        **asdict(received),
    }
    draft.mkdir(parents=True, exist_ok=True)
    (draft / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
    draft.rename(folder)
    return read(folder)


def from_inbox(
    contract: Contract, inbox: Path, delivery_date: date, draft: Path, others: Iterable[Contract] = ()
) -> Received:
    """The delivery's files, copied. Raises NoDelivery where there are none, DataError where one is still being written.

    `others` are the contracts of other sources, which may read what lies beside them.
    """
    found = files(contract, inbox, delivery_date)
    if not found:
        raise NoDelivery(
            f"{contract.source}: no delivery of {delivery_date} in {inbox}. "
            f"Put its files where the contract looks for them ({paths_of(contract)}) and run it again."
        )
    landed = [_copied(file, draft / file.table / file.name) for file in found if not file.problem]
    kept, doubles = _once(landed, draft)
    told = {name: Refusal("twin", {"file": name, "other": other}) for name, other in doubles.items()}
    told |= beside(contract, inbox, delivery_date, found, others)
    return Received(
        kept,
        refused=[RefusedFile.of(f.table, f.name, f.problem) for f in found if f.problem],
        doubles=list(doubles),
        unread=[RefusedFile.of("", name, says) for name, says in told.items()],
    )


def kept(table: str, path: Path) -> LandedFile:
    """A file that lies in a draft's folder, as the manifest tells it."""
    return LandedFile(table, path.name, path.stat().st_size, _sha256(path))


def _once(landed: list[LandedFile], draft: Path) -> tuple[list[LandedFile], dict[str, str]]:
    """The files without those that hold the same bytes as an earlier one of their table; of these the name of that one."""
    kept: dict[tuple[str, str], LandedFile] = {}
    for file in landed:
        if kept.setdefault((file.table, file.sha256), file) is not file:
            (draft / file.table / file.name).unlink()
    first = list(kept.values())
    return first, {file.name: kept[file.table, file.sha256].name for file in landed if file not in first}


def _copied(file: DeliveredFile, copy: Path) -> LandedFile:
    """A file's bytes, copied. Raises DataError where they change meanwhile, or may not be read."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    try:
        before = file.path.stat()
        shutil.copyfile(file.path, copy)
        after = file.path.stat()
    except (FileNotFoundError, PermissionError) as error:
        raise DataError(
            f"{file.name}: it cannot be read ({error.strerror}); let this account read it, and run it again"
        ) from None
    size = copy.stat().st_size
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or size != after.st_size:
        raise DataError(f"{file.name}: it is still being written; run it again when it is whole (nothing was landed)")
    return LandedFile(file.table, file.name, size, _sha256(copy))


def delivered(landing: Path, source: str, delivery_date: date) -> Delivery:
    """The newest revision of what was landed."""
    revisions = _revisions(landing, source, delivery_date)
    if not revisions:
        raise DataError(f"{source}|{delivery_date}: nothing is landed yet; run `land` first")
    return read(revisions[-1])


def size_of(contract: Contract, inbox: Path, landing: Path, delivery_date: date) -> int | None:
    """Bytes of a delivery: as it was landed, else as it lies in the inbox; None for a database's window, not yet read."""
    revisions = _revisions(landing, contract.source, delivery_date)
    if revisions:
        return sum(file.size for file in read(revisions[-1]).files)
    if contract.reads.kind == "jdbc":
        return None
    return sum(file.path.stat().st_size for file in files(contract, inbox, delivery_date) if not file.problem)


def landed_dates(landing: Path, source: str) -> list[date]:
    """The dates of a source's landed deliveries, in order."""
    return sorted({date.fromisoformat(m.parts[-3]) for m in (landing / source).glob(f"*/r*/{MANIFEST}")})


def _revisions(landing: Path, source: str, delivery_date: date) -> list[Path]:
    """The complete landings of a delivery, oldest first; one without its manifest was never finished."""
    return sorted(file.parent for file in (landing / source / str(delivery_date)).glob(f"r*/{MANIFEST}"))


def read(folder: Path) -> Delivery:
    """The delivery that a landed folder holds."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return Delivery(
        source=manifest["source"],
        delivery_date=date.fromisoformat(manifest["delivery_date"]),
        received_at_utc=datetime.fromisoformat(manifest["received_at_utc"]),
        files=tuple(LandedFile(**f) for f in manifest["files"]),
        refused=tuple(RefusedFile(**f) for f in manifest.get("refused", ())),
        folder=folder,
        doubles=tuple(manifest["doubles"]),
        unread=tuple(RefusedFile(**f) for f in manifest.get("unread", ())),
        windows=manifest.get("windows", {}),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
