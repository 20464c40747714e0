"""`yeji champion …`: who is, and who was, the model in force."""

from datetime import datetime
from typing import Annotated, Any

import typer

from jobs.champions import Champions, Move
from jobs.cli.printing import Json, print_json, say
from jobs.errors import DataError, UsageError
from jobs.ledger import Ledger
from jobs.settings import settings


def champion(
    population: Annotated[str, typer.Argument(help="A population that was trained.")],
    on: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d"], help="The champion at the end of this date (UTC); now without."),
    ] = None,
    is_rolled_back: Annotated[
        bool, typer.Option("--roll-back", help="Make the champion before the present one champion again.")
    ] = False,
    to: Annotated[int | None, typer.Option("--to", help="With --roll-back: the version to roll back to.")] = None,
    as_json: Json = False,
) -> None:
    """Who is champion of a population, or was on a past date, and every move since the first.

    Example: yeji champion sme --on 2026-01-31
    """
    if (to is not None and not is_rolled_back) or (on and is_rolled_back):
        raise UsageError("--to goes with --roll-back, and --on without it; see yeji champion --help")
    if is_rolled_back:
        from jobs.steps import Context
        from jobs.steps.champion import roll_back

        roll_back(Context(settings()), population, to)
    champions = Champions(Ledger(settings().ledger_url))
    moves = champions.history(population)
    found = champions.on(population, on.date() if on else None)
    if as_json:
        print_json({"champion": found and vars(found), "moves": [vars(move) for move in moves]})
    elif found:
        say(f"champion of {population}{f' on {on.date()}' if on else ''}: {_named(found)}, since {found.moved_at_utc}")
        for move in reversed(moves):
            say(f"  {_line(move)}")
        if is_rolled_back:
            say("its predictions come with the next scoring of each source: yeji score SOURCE")
    if found is None:
        raise DataError(
            f"{population} had no champion on {on and on.date()}: the first was made {moves[0].moved_at_utc}"
        )


def _named(move: Move) -> str:
    return f"version {move.to_version}, {move.candidate}{' (a baseline)' if move.is_baseline else ''}"


def _line(move: Move) -> str:
    told: list[Any] = [
        move.moved_at_utc,
        f"{move.action:<9}",
        f"{move.from_version or '–'} → {move.to_version}",
        move.reason,
    ]
    return "  ".join(told)
