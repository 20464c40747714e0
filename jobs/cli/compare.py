"""`yeji compare`: is one candidate really better than another, for whom, and by how much."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from jobs.cli.printing import Json, console, print_json, say
from jobs.settings import settings

COLOURS = {"better": "green", "worse": "red"}
METRICS = {
    "integrated_brier": "integrated Brier",
    "harrell_c": "Harrell's C",
    "uno_c": "Uno's C",
    "observed_expected": "O/E",
}
MANY = 3
"""Of more candidates than this only the score that decides is printed."""


def compare(
    named: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CANDIDATE|RUN]...", help="The first of several is what the others are held against."),
    ] = None,
    population: Annotated[str | None, typer.Option(help="Whose; not needed where there is one, or for runs.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the page with its figures here.")] = None,
    as_json: Json = False,
) -> None:
    """Is one candidate really better than another, for whom, and by how much.

    Without names, all candidates of the last training against the champion's recipe, or the best baseline; MLflow run ids
    compare across trainings, on the rows they share.

    Example: yeji compare weibull_aft xgb_aft --population sme --html compare.html
    """
    from jobs.steps import Context
    from jobs.steps import compare as step

    with console.status("comparing") if console.is_terminal and not as_json else nullcontext():
        found = step.compare(Context(settings()), named or [], population)
        if html:
            html.write_text(step.html(found), encoding="utf-8")
    told = found.as_json()
    if as_json:
        print_json(told)
        return
    wide, is_many = Console(highlight=False, width=max(console.width, 130)), len(told["candidates"]) > MANY
    say(f"{told['population']}: {told['rows']:,} rows of {told['units']:,} assets, {told['failures']:,} failures")
    say(f"trainings: {'; '.join(told['runs'])}")
    for sentence in told["sentences"].values():
        say(sentence)
    for table in (_scores(told, is_many), *(() if is_many else (_groups(told), _gains(told)))):
        wide.print()
        wide.print(table)
    wide.print()
    for name, text in told["checkable"].items():
        say(f"{name}: {text}")
    if is_many:
        say("every score, for whom, and what it is worth: name one or two, or use --html or --json")
    if html:
        say(f"the page: {html.absolute().as_uri()}")


def _scores(told: Mapping[str, Any], is_short: bool) -> Table:
    rows = [
        (
            d["candidate"],
            "known" if d["test"] == "known_assets_later" else "unseen",
            f"{METRICS[d['metric']]} {d['horizon_d']} d",
            _number(d["reference_score"]),
            _number(d["score"]),
            *_claim(d["difference"]),
            _finding(d["finding"]),
        )
        for d in told["differences"]
        if d["metric"] == "integrated_brier" or not is_short
    ]
    title = f"Differences from {told['reference']} (of O/E in |log|: how far from 1)"
    return _table(title, ("candidate", "assets", "score", "reference", "candidate", "difference", "95 %", ""), rows)


def _groups(told: Mapping[str, Any]) -> Table:
    rows = [
        (
            g["candidate"],
            f"{g['kind']} {g['group']}",
            f"{g['difference']['units']:,}",
            f"{g['difference']['failures']:,}",
            *_claim(g["difference"]),
            _finding(g["finding"]),
        )
        for g in told["groups"]
    ]
    title = "For whom (integrated Brier; intervals hold for all groups of a kind together)"
    return _table(title, ("candidate", "group", "assets", "failures", "difference", "95 %", ""), rows)


def _gains(told: Mapping[str, Any]) -> Table:
    rows = [
        (
            g["candidate"],
            f"{g['horizon_d']} d",
            f"{g['threshold']:.0%}",
            *_claim(g["difference"], 1000, 1),
            _finding(g["finding"]),
        )
        for g in told["gains"]
    ]
    title = f"Failures met more per 1,000 assets at no more needless jobs (thresholds: {told['thresholds_from']})"
    return _table(title, ("candidate", "within", "a job from", "difference", "95 %", ""), rows)


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = Table(title=title, title_justify="left", box=None)
    for place, name in enumerate(columns):
        table.add_column(name, justify="left" if place < 2 or not name else "right", no_wrap=True, min_width=len(name))
    for row in rows:
        table.add_row(*row)
    return table


def _claim(claim: Mapping[str, Any], times: float = 1.0, places: int = 4) -> tuple[str, str]:
    """The value, and its interval or why there is none."""
    if claim["low"] is None:
        return _number(claim["value"], times, places, "+"), claim["reason"]
    low, high = (_number(claim[bound], times, places, "+") for bound in ("low", "high"))
    return _number(claim["value"], times, places, "+"), f"{low} to {high}"


def _number(value: float | None, times: float = 1.0, places: int = 4, sign: str = "") -> str:
    return "" if value is None else f"{times * value:{sign}.{places}f}"


def _finding(finding: str) -> str:
    return f"[{COLOURS[finding]}]{finding}[/]" if finding in COLOURS else finding
