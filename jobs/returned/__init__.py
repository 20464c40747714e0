"""The returned workbook: what a firm gets back of a delivery, marked so that a clerk can mend it without a manual."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from jobs.contracts import Contract
from jobs.errors import UsageError
from jobs.landing import Delivery
from jobs.returned.marks import RefusedRow, marks_of
from jobs.returned.original import sheets_of
from jobs.returned.sentences import Reason
from jobs.returned.summary import Summary
from jobs.returned.workbook import write
from jobs.sources.files import DELIVERY_DATE

__all__ = ["Reason", "RefusedRow", "ReturnedFile", "return_delivery"]


@dataclass(frozen=True)
class ReturnedFile:
    """One file that was written: the delivered file's name, where the workbook is, its rows and those refused."""

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
) -> list[ReturnedFile]:
    """Write a workbook for every delivered file (with `refused_only`: for those with refused rows, these rows alone).

    `refused` are the delivery's rows in the quarantine, `notes` what else its firm is told.
    """
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
        marks = marks_of(paths[name], name, of_file, contract, delivery.delivery_date, by_file[name])
        summary = Summary(
            title=contract.title,
            source=contract.source,
            delivery_date=delivery.delivery_date,
            file=name,
            send_back=_send_back(contract, of_file[0], name, refused_only),
            notes=tuple(notes),
            is_csv=contract.reads.kind == "csv",
        )
        target = folder / _target(name, list(tables), refused_only)
        write(target, sheets_of(paths[name], of_file[0], contract, name), marks, summary, refused_only)
        rows = sum(len(found.data_rows) for found in marks.values())
        written.append(ReturnedFile(name, target, rows, len(by_file[name])))
    return written


def _target(name: str, names: Sequence[str], refused_only: bool) -> PurePosixPath:
    """What a file's workbook is called: its stem, or its whole name where another file has the stem too."""
    own = PurePosixPath(name)
    is_only = sum(PurePosixPath(other).with_suffix("") == own.with_suffix("") for other in names) == 1
    return own.with_name(f"{own.stem if is_only else own.name}_{'반송행만' if refused_only else '반송'}.xlsx")


def _send_back(contract: Contract, table: str, name: str, refused_only: bool) -> tuple[str, ...]:
    """How a mended file is sent back, in the words of the summary."""
    stated = contract.reads.sources[table]
    where = stated.path.replace(DELIVERY_DATE, "(다시 보내는 날, 2026-01-31 꼴)")
    sentences = []
    if contract.delivers == "everything" and refused_only:
        sentences.append(
            "이 파일에는 되돌린 행만 있습니다. 늘 전체를 보내는 자료이므로, 고친 행을 반송코드까지 원래 파일에 옮겨 적고 "
            "원래 파일 전체를 보내 주세요."
        )
    elif contract.delivers == "everything":
        sentences.append("늘 전체를 보내는 자료이므로 고치지 않은 행까지 모두 남긴 채로 보내 주세요.")
    else:
        sentences.append("고친 행만 남겨서 보내도 되고, 전체를 보내도 됩니다.")
    if contract.reads.kind == "csv":
        sentences.append(
            f"자료 시트를 연 채로 ‘다른 이름으로 저장’에서 {_csv_kind(stated.encoding, stated.delimiter)} 고릅니다."
        )
    sentences.append(f"저장한 파일을 다음 자리에 넣습니다: {where}")
    sentences.append(
        "고치지 못한 행은 그대로 두어도 됩니다. 다시 되돌아올 뿐, 받은 행에는 영향이 없습니다. "
        "수식은 계산된 값으로 옮겼고, 그림과 차트는 옮기지 않았습니다."
    )
    return tuple(sentences)


def _csv_kind(encoding: str | None, delimiter: str | None) -> str:
    """What Excel calls the kind of file that the contract reads."""
    if delimiter == "\t":
        return "‘텍스트(탭으로 분리)’를"
    is_utf8 = encoding is None or encoding.lower().replace("_", "-").startswith("utf-8")
    return "‘CSV UTF-8(쉼표로 분리)’을" if is_utf8 else "‘CSV(쉼표로 분리)’를"
