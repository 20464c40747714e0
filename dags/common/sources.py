"""The contracts as Dags read them: each for itself, so that a wrong one stops no other source."""

from pathlib import Path

from jobs.contracts import Contract, ContractError, load


def read_contracts(folder: Path) -> tuple[dict[str, Contract], dict[str, str]]:
    """The contracts that can be read, by source, and what is wrong with the others, by the file's stem."""
    good, wrong = {}, {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            good[path.stem] = load(path, deep=False)
        except ContractError as error:
            wrong[path.stem] = str(error)
    return good, wrong
