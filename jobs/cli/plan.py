"""`yeji plan …`: what to do next, and the same for Excel, a calendar and an ERP."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from jobs.cli.printing import Json, print_json, say
from jobs.settings import settings

FIRST = 20
"""Lines that are printed; files and JSON hold all."""


def plan(
    source: Annotated[str | None, typer.Argument(help="One source; all where it is left out.")] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write the plan as a table for Excel.")] = None,
    ics: Annotated[Path | None, typer.Option("--ics", help="Write it as a calendar (iCalendar).")] = None,
    orders: Annotated[Path | None, typer.Option("--orders", help="Write it as work orders for an ERP.")] = None,
    as_json: Json = False,
) -> None:
    """What to do on which day, by what is risked, and what no law lets wait; as the last scoring left it.

    Files that are named are written anew.

    Example: yeji plan hanbit_chem --csv plan.csv --ics plan.ics --orders orders.csv
    """
    from jobs import exports
    from jobs.steps import Context
    from jobs.steps.planned import planned, told

    rows = planned(Context(settings()), source)
    files = {
        path: made for path, made in ((csv, exports.table), (ics, exports.calendar), (orders, exports.orders)) if path
    }
    for path, made in files.items():
        path.write_text(made(rows), encoding="utf-8", newline="")
    if as_json:
        print_json(rows)
        return
    for line in told(rows, FIRST):
        say(line)
    actions = Counter(row["action"] for row in rows)
    counted = ", ".join(f"{count:,} {action}" for action, count in sorted(actions.items()))
    by_law = sum(row["limit_on"] is not None for row in rows)
    say(
        f"{source or 'all sources'}: {len(rows):,} actions ({counted}), {by_law:,} of them with a date that the law sets"
    )
    say(
        "P: the probability of failing before the first day on which the work could be done; risk: P times what a failure costs"
    )
    if len(rows) > FIRST:
        say(f"the first {FIRST} are shown; " + ("the files hold all" if files else "--csv FILE writes all of them"))
    for path in files:
        say(f"written: {path}")
