"""The returned workbook: what a firm gets back of a delivery, marked so that a clerk can mend it without a manual."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from jobs.contracts import Contract
from jobs.contracts.model import SourceTable
from jobs.errors import UsageError
from jobs.landing import Delivery
from jobs.returned.apart import Job, write_apart
from jobs.returned.around import RefusedRow
from jobs.returned.marks import marks_of
from jobs.returned.sentences import Reason
from jobs.returned.summary import Summary, write_notice
from jobs.sources.files import DELIVERY_DATE
from jobs.sources.rows import RETURN_CODE, RETURN_SUMMARY, RETURNED, RETURNED_ROWS, is_of_refused_rows
from jobs.spreadsheet.limits import Limits

__all__ = ["Reason", "RefusedRow", "ReturnedFile", "return_delivery", "write_refusals"]


SENT_ON = "(다시 보내는 날, 2026-01-31 꼴)"


@dataclass(frozen=True)
class ReturnedFile:
    """One file that was written: the delivered file's name, where the workbook is, its rows and those refused.

    `file` is empty where the workbook is of no file, but tells which were refused.
    """

    file: str
    path: Path
    rows: int
    refused: int


def return_delivery(
    contract: Contract,
    delivery: Delivery,
    refused: Iterable[RefusedRow],
    folder: Path,
    refused_only: bool = False,
    notes: Sequence[str] = (),
    files_refused: Sequence[str] = (),
    limits: Limits | None = None,
) -> list[ReturnedFile]:
    """Write a workbook for every delivered file (with `refused_only`: for those with refused rows, these rows alone).

    `refused` are the delivery's rows in the quarantine, `notes` what else its firm is told, `files_refused` the Korean
    sentences of its files that were not taken in, `limits` what reading one of its files may take.
    """
    limits = limits or Limits()
    if contract.reads.has_columns:
        raise UsageError(
            f"{contract.source}: its deliveries are tables of a database or Parquet, which nobody mends by hand; "
            f"see `yeji quarantine {contract.source}`"
        )
    by_file: dict[str, list[RefusedRow]] = defaultdict(list)
    for row in refused:
        by_file[row.file].append(row)
    tables: dict[str, list[str]] = defaultdict(list)
    paths: dict[str, Path] = {}
    for file in delivery.files:
        tables[file.name].append(file.table)
        paths[file.name] = delivery.path(file)
    written = []
    for name, of_file in tables.items():
        if refused_only and not by_file[name]:
            continue
        marks = marks_of(paths[name], name, of_file, contract, delivery.delivery_date, by_file[name], limits)
        holds_refused_alone = refused_only or is_of_refused_rows(name)  # such a file comes back under its own name
        target = _target(name, list(tables), holds_refused_alone)
        summary = Summary(
            title=contract.title,
            source=contract.source,
            delivery_date=delivery.delivery_date,
            file=name,
            send_back=_send_back(contract, of_file[0], target, delivery.delivery_date, holds_refused_alone),
            notes=tuple(notes),
            refused=(*files_refused, *([_send_files(contract, is_all=False)] if files_refused else [])),
            is_csv=contract.reads.kind == "csv",
        )
        job = Job(paths[name], name, of_file[0], contract, marks, summary, refused_only)
        write_apart(folder / target, job, limits)
        rows = sum(len(found.data_rows) for found in marks.values())
        written.append(ReturnedFile(name, folder / target, rows, len(by_file[name])))
    return written


def write_refusals(
    contract: Contract, delivery_date: date, why: Sequence[str], folder: Path, is_all: bool
) -> ReturnedFile:
    """Write a workbook that says why files were not taken in (`is_all`: the whole delivery), in the sentences of `why`."""
    send_back = (_send_files(contract, is_all),)
    summary = Summary(contract.title, contract.source, delivery_date, "", send_back, refused=tuple(why))
    target = folder / f"{RETURN_SUMMARY}.xlsx"
    write_notice(target, summary)
    return ReturnedFile("", target, 0, 0)


def _send_files(contract: Contract, is_all: bool) -> str:
    """How files that were not taken in are sent again."""
    paths = dict.fromkeys(table.path.replace(DELIVERY_DATE, SENT_ON) for table in contract.reads.sources.values())
    alone = contract.delivers == "changes" and not is_all
    which = "고친 파일만" if alone else "고치지 않은 파일까지 그날 보낸 파일을 모두"
    return f"적힌 대로 고친 뒤, {which} 다음 자리에 넣어 다시 보내 주세요: {', '.join(paths)}"


def _target(name: str, names: Sequence[str], refused_only: bool) -> PurePosixPath:
    """What a file's workbook is called: its stem, or its whole name where another file has the stem too."""
    own = PurePosixPath(name)
    is_only = sum(own.with_name(_stem(own)) == PurePosixPath(n).with_name(_stem(PurePosixPath(n))) for n in names) == 1
    return own.with_name(f"{_stem(own) if is_only else own.name}{RETURNED_ROWS if refused_only else RETURNED}.xlsx")


def _stem(name: PurePosixPath) -> str:
    """A file's name without its ending, and without what it was given when it went back before."""
    return name.stem.removesuffix(RETURNED_ROWS).removesuffix(RETURNED) or name.stem


def _send_back(
    contract: Contract, table: str, target: PurePosixPath, delivery_date: date, refused_only: bool
) -> tuple[str, ...]:
    """How a mended file is sent back, in the words of the summary."""
    stated = contract.reads.sources[table]
    folder, _, name = stated.path.replace(DELIVERY_DATE, SENT_ON).rpartition("/")
    stem = _stem(target).replace(str(delivery_date), SENT_ON) if SENT_ON in name else _stem(target)
    marked = f"{stem}{RETURNED_ROWS if refused_only else RETURNED}.xlsx"
    as_csv = f"{stem}{RETURNED_ROWS if refused_only else ''}{PurePosixPath(name).suffix}"
    return (
        *_how_much(contract, refused_only),
        f"이 파일을 저장하여 다음 자리에 넣습니다: {folder}/{marked}",
        *([_as_csv(stated, f"{folder}/{as_csv}")] if contract.reads.kind == "csv" else []),
        "고치지 못한 행은 그대로 두어도 됩니다. 다시 되돌아올 뿐, 받은 행에는 영향이 없습니다. "
        "수식은 계산된 값으로 옮겼고, 그림과 차트는 옮기지 않았습니다.",
    )


def _how_much(contract: Contract, refused_only: bool) -> tuple[str, ...]:
    """Which rows a mended file must hold."""
    if contract.delivers == "changes":
        return ("고친 행만 남겨서 보내도 되고, 전체를 보내도 됩니다.",)
    if refused_only:
        return (
            "이 파일에는 되돌린 행만 있습니다. 고쳐서 보내면 되고, 새 행을 아래에 더 적어도 됩니다. 이 파일에 없는 행은 "
            f"취소되지 않습니다. 그렇게 알아볼 수 있도록 파일 이름의 ‘{RETURNED_ROWS}’은 지우지 마세요.",
        )
    return (
        "고치지 않은 행까지 모두 남긴 채로 전체를 보내거나(새 행을 더 적어도 됩니다), 고친 행만 남기고 나머지 행을 모두 "
        "지워서 보냅니다.",
        f"고친 행만 보낼 때에는 한 시트에 ‘{RETURN_CODE}’가 없는 행이 하나도 없어야 합니다. 하나라도 있으면 그 시트는 전체를 "
        "보낸 것으로 보아, 거기에 없는 행은 취소됩니다(받아 둔 기록이 절반 넘게 취소될 때에는 받지 않고 여쭙니다).",
    )


def _as_csv(stated: SourceTable, place: str) -> str:
    """How to save it as CSV, for those who would rather."""
    kind = _csv_kind(stated.encoding, stated.delimiter)
    return f"CSV로 보내려면 자료 시트를 연 채로 ‘다른 이름으로 저장’에서 {kind} 골라 다음 자리에 넣습니다: {place}"


def _csv_kind(encoding: str | None, delimiter: str | None) -> str:
    """What Excel calls the kind of file that the contract reads."""
    if delimiter == "\t":
        return "‘텍스트(탭으로 분리)’를"
    is_utf8 = encoding is None or encoding.lower().replace("_", "-").startswith("utf-8")
    return "‘CSV UTF-8(쉼표로 분리)’을" if is_utf8 else "‘CSV(쉼표로 분리)’를"
