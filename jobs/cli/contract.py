"""`yeji contract …`: one YAML file per source."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jobs.cli.printing import Json, can_be_written, check_files, console, is_there, print_json, say

if TYPE_CHECKING:
    from jobs.sources import Grid

app = typer.Typer(no_args_is_help=True, help="Contracts: one YAML file per source.")


@app.command("check")
def check_contracts(files: Annotated[list[Path], typer.Argument(help="Contract files.")]) -> None:
    """Read contracts and say what is wrong with them, one line per problem.

    Example: yeji contract check infra/sources/hanbit_chem.yaml
    """
    from jobs.contracts import load
    from jobs.steps.suites import check_suites

    def fine(file: Path) -> str:
        check_suites(load(file))
        return "fine"

    check_files(files, fine)


@app.command("draft")
def draft_contract(
    files: Annotated[
        list[str],
        typer.Argument(help="Workbooks (xlsx, xls) and csv files of one firm; with --connection tables, or a schema."),
    ],
    connection: Annotated[
        str | None, typer.Option(help="A database instead of files: the connection's name (AIRFLOW_CONN_<NAME>).")
    ] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Write it here, not to the screen.")] = None,
) -> None:
    """Propose a contract from a firm's files: each column with its confidence and evidence, what is doubtful left open.

    Example: yeji contract draft inbox/hanbit_chem/2026-01-31/*.xlsx -o infra/sources/hanbit_chem.yaml
    """
    from jobs.contracts.draft import draft, draft_of_database

    if out:
        can_be_written(out)
    if not connection:
        for file in files:
            is_there(Path(file))
    with console.status("reading") if console.is_terminal else nullcontext():
        proposed = (
            draft_of_database(_tables(connection, files), out) if connection else draft(list(map(Path, files)), out)
        )
    if out:
        out.write_text(proposed.text, encoding="utf-8")
        say(f"{out}: {'passes' if not proposed.problems else 'needs a person before it passes'} yeji contract check")
    else:
        print(proposed.text, end="")
    for problem in proposed.problems:
        print(problem, file=sys.stderr)


def _tables(connection: str, names: list[str]) -> "list[Grid]":
    """The first rows of a database's tables."""
    from jobs.session import session
    from jobs.sources import connections
    from jobs.sources.jdbc import Database, database_grids

    known = connections.connection(connection)
    return list(database_grids(Database(session(), known), names))


@app.command("template")
def contract_template(
    firm: Annotated[str, typer.Argument(help="The firm's short name, such as hanbit_chem.")],
    folder: Annotated[Path, typer.Option(help="Where both files are written.")] = Path(),
) -> None:
    """Write an empty workbook to type records into, and its contract, for a firm that has them on paper.

    Example: yeji contract template hanbit_chem --folder new_firm
    """
    from jobs.contracts.template import template

    book, contract = template(firm, folder)
    say(f"{book}: to be filled in\n{contract}: its contract")


@app.command("export")
def export_contract(file: Annotated[Path, typer.Argument(help="A contract file.")]) -> None:
    """Print a contract as the Open Data Contract Standard (ODCS) v3.1 has it.

    Example: yeji contract export infra/sources/hanbit_chem.yaml
    """
    from jobs.contracts import load
    from jobs.contracts.export import odcs_text

    print(odcs_text(load(is_there(file))), end="")


@app.command("diff")
def diff_contracts(
    old: Annotated[Path, typer.Argument(help="The contract as it was.")],
    new: Annotated[Path, typer.Argument(help="The contract as it is to be.")],
    as_json: Json = False,
) -> None:
    """Say what changes between two contracts, one line each; exit code 1 if anything breaks.

    The files may be called as you like: a copy of before, a proposal.

    Example: yeji contract diff hanbit_before.yaml infra/sources/hanbit_chem.yaml
    """
    from jobs.contracts import load
    from jobs.contracts.diff import diff

    changes = diff(*(load(is_there(path), is_in_force=False) for path in (old, new)))
    if as_json:
        print_json([vars(change) for change in changes])
    else:
        for change in changes:
            say(str(change))
        if not changes:
            say("nothing changes")
    raise typer.Exit(1 if any(change.breaks for change in changes) else 0)
