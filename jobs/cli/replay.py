"""`yeji replay`: what the plan would have caught, missed and cost in the past."""

from contextlib import nullcontext
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from jobs.cli.printing import Json, console, print_json, say
from jobs.errors import UsageError
from jobs.settings import settings

RULES = {"run_to_failure": "run to failure", "fixed_interval": "fixed interval", "plan": "plan"}
MILLION = 1e6


def replay(
    start: Annotated[
        datetime, typer.Option("--from", formats=["%Y", "%Y-%m-%d"], help="The year or day of the first decision.")
    ],
    population: Annotated[str | None, typer.Option(help="Whose; all where it is left out.")] = None,
    as_json: Json = False,
) -> None:
    """What the plan would have caught, missed and cost from a date on, decided with what was recorded then.

    Beside it: run to failure, and the best fixed interval chosen from the past. Costs are the contracts'.

    Example: yeji replay --from 2019 --population sme
    """
    from jobs.steps import Context, populations
    from jobs.steps import replay as step

    context = Context(settings())
    told, refused = [], []
    with console.status("replaying") if console.is_terminal and not as_json else nullcontext():
        for name in [population] if population else populations(context.contracts):
            try:
                told.append(step.replayed(context, start.date(), name))
            except UsageError as error:
                refused.append(str(error))
    if not told:
        raise UsageError("\n".join(refused))
    if as_json:
        print_json([one.as_json() for one in told])
        return
    for one in told:
        _show(one.as_json())
    for sentence in refused:
        say(sentence)


def _show(told: dict[str, Any]) -> None:
    found = told["found"]
    say(
        f"{told['population']}, {found['start']} to {found['end']}: {found['items']:,} items, {found['failures']:,} recorded "
        f"failures, {found['replaced']:,} items replaced preventively"
    )
    say(
        f"every {found['window_d']} days, by the recipe of the champion ({told['candidate']}, version {told['version']}), "
        f"learned anew each year from what was recorded by then"
    )
    if told["without_costs"]:
        say(f"left out, as their contracts name no costs: {', '.join(told['without_costs'])}")
    table = Table(box=None)
    table.add_column("")
    for rule in RULES.values():
        table.add_column(rule, justify="right", no_wrap=True)
    came = [found["came"][rule] for rule in RULES]
    table.add_row("planned jobs", *(f"{one['jobs']:,}" for one in came))
    table.add_row("failures caught", *(_range(one["caught"]) for one in came))
    table.add_row("failures missed", *(_range(one["missed"]) for one in came))
    table.add_row("cost, million KRW", *(_range([krw / MILLION for krw in one["cost"]]) for one in came))
    wide = Console(highlight=False, width=max(console.width, 110))
    wide.print()
    wide.print(table)
    wide.print()
    for rule, ends in found["savings"].items():
        low, high = (_saving(end) for end in ends)
        say(f"the plan saves over {RULES[rule]}, million KRW: {low} to {high}")
    chosen = ", ".join(f"{name} {f'{days:,} d' if days else 'none'}" for name, days in found["intervals_d"].items())
    say(f"fixed intervals chosen last: {chosen}")
    say("ranges: as if no item that history replaced preventively would have failed, to as if each had")


def _range(ends: Any) -> str:
    low, high = sorted(round(end) for end in ends)
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"


def _saving(interval: dict[str, Any]) -> str:
    value = f"{interval['value'] / MILLION:,.0f}"
    if interval["low"] is None:
        return f"{value} ({interval['reason']})"
    return f"{value} (95 %: {interval['low'] / MILLION:,.0f} to {interval['high'] / MILLION:,.0f})"
