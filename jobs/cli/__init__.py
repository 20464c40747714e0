"""`yeji`: the same steps that Airflow runs, for people.

Exit codes: 0 done, 1 the data or the model was refused, 2 wrong usage, 3 the platform failed.
"""

import sys
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.exceptions import TyperException

from jobs.cli import candidates, champion, compare, contract, explain, lexicon, plan
from jobs.cli.printing import Json, console, print_json, say, sentence_of
from jobs.cli.replay import replay
from jobs.errors import DataError, UsageError, YejiError
from jobs.settings import settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
app.add_typer(contract.app, name="contract")
app.add_typer(lexicon.app, name="lexicon")
app.add_typer(candidates.app, name="candidates")
app.command()(replay)
app.command("champion")(champion.champion)
app.command()(compare.compare)
app.command()(plan.plan)
app.command()(explain.explain)

Delivery = Annotated[datetime, typer.Option("--delivery", formats=["%Y-%m-%d"], help="The delivery's date.")]


@app.command()
def sample(
    folder: Annotated[Path, typer.Argument(help="Where the region is made.")],
    scale: Annotated[float, typer.Option(help="1 is about 200,000 archive records, 60 about 12 million.")] = 1.0,
    seed: Annotated[int, typer.Option(help="The same seed makes the same region.")] = 7,
    as_json: Json = False,
) -> None:
    """Make a region whose true lives are known: one archive and its small firms.

    The inbox that other commands read is $YEJI_HOME/region/inbox, unless YEJI_INBOX names another folder.

    Example: yeji sample .yeji/region --scale 0.1 --seed 7
    """
    from jobs.sample import generate, stands

    if stands(folder, scale, seed):
        told: dict[str, Any] = {"folder": folder, "stands": True}
    else:
        with console.status("making the region") if console.is_terminal else nullcontext():
            made = generate(folder, scale=scale, seed=seed)
        told = {"archive_records": made.archive_records, "firms": made.firms, **vars(made)}
    if as_json:
        print_json(told)
    elif told.get("stands"):
        say(f"region in {folder}: scale {scale:g}, seed {seed}, as it stands")
    else:
        say(f"region in {folder}: {made.archive_records:,} archive records, {made.firms} small firms")


@app.command()
def run(as_json: Json = False) -> None:
    """Ingest every delivery, then learn and score every population, without Airflow.

    Example: YEJI_INBOX=another/inbox yeji run
    """
    from jobs.pipeline import alone, night
    from jobs.summary import show

    with alone(settings()):
        outcomes = list(night(settings(), _report(as_json)))
    raise typer.Exit(show(settings(), outcomes, as_json=as_json))


@app.command()
def ingest(source: str, delivery: Delivery, as_json: Json = False) -> None:
    """Take one delivery of one source into the lake: land, conform, check, publish.

    Example: yeji ingest hanbit_chem --delivery 2026-01-31
    """
    from jobs.pipeline import ingest as ingest_partition

    _finish([ingest_partition(settings(), source, delivery.date(), _report(as_json))], as_json)


@app.command()
def train(population: str, as_json: Json = False) -> None:
    """Learn one population's remaining lives and score its assets.

    Example: yeji train sme
    """
    from jobs.pipeline import train as train_population

    _finish([train_population(settings(), population, _report(as_json))], as_json)


@app.command()
def score(source: str, as_json: Json = False) -> None:
    """Predict for one source's assets with its population's champion.

    Example: yeji score hanbit_chem
    """
    from jobs.pipeline import score as score_source

    _finish([score_source(settings(), source, _report(as_json))], as_json)


@app.command()
def partitions(as_json: Json = False) -> None:
    """Every partition as its latest attempt left it: status, rows, warnings, attempts, and where its checks are told.

    Example: yeji partitions --json
    """
    from jobs.ledger import Ledger
    from jobs.summary import partition_table, print_notes

    found = Ledger(settings().ledger_url).partitions()
    if as_json:
        print_json(found)
    elif found:
        Console(highlight=False, width=max(console.width, 150)).print(partition_table(found))
        print_notes(console, found)
        if (index := settings().docs_dir / "index.html").exists():
            say(f"what each was checked for: {index.as_uri()}")
    else:
        say(f"no partitions yet in {settings().ledger_url}")


@app.command()
def quality(source: str, as_json: Json = False) -> None:
    """A source's grade, A to E, over its last deliveries, with the reasons.

    Example: yeji quality hanbit_chem
    """
    from jobs.ledger import Ledger
    from jobs.quality import quality as graded
    from jobs.steps import Context

    ledger = Ledger(settings().ledger_url)
    checks = sorted(ledger.last_checks(source).items())
    found = graded(source, [check for _, check in checks], [p for p in ledger.partitions() if p["source"] == source])
    if found is None:
        Context(settings()).contract(source)
        raise UsageError(f"{source}: nothing of it was checked yet; yeji partitions lists what was taken in")
    if as_json:
        print_json(vars(found))
        return
    say(f"{source}: {found.grade} ({found.deliveries} {'delivery' if found.deliveries == 1 else 'deliveries'})")
    for reason in found.reasons:
        say(f"  {reason}")
    for repair, cells in found.repairs.items():
        say(f"  read otherwise than written: {repair}, {cells:,} cells")
    if found.reasons:
        say(f"row by row: yeji quarantine {source} --open")


@app.command()
def returned(
    source: str,
    delivery: Delivery,
    folder: Annotated[Path | None, typer.Option("--output", "-o", help="Where the workbooks are written.")] = None,
    refused_only: Annotated[bool, typer.Option("--refused-only", help="Only the refused rows, with headings.")] = False,
    as_json: Json = False,
) -> None:
    """Write what a firm gets back of a delivery: its files as workbooks, refused cells and files explained in Korean.

    Example: yeji returned hanbit_chem --delivery 2026-01-31 -o returned
    """
    from jobs.steps import Context
    from jobs.steps.quarantine import give_back

    context = Context(settings())
    folder = folder or settings().returned_dir / source / str(delivery.date())
    written = give_back(context, context.contract(source), delivery.date(), folder, refused_only)
    if as_json:
        print_json([vars(file) for file in written])
        return
    for file in written:
        if file.file:
            say(f"{file.file}: {file.refused:,} of {file.rows:,} rows go back → {file.path}")
        else:
            say(f"what could not be taken in, and why, for the firm → {file.path}")
    if not written:
        say(f"{source}|{delivery.date()}: no row was refused")


@app.command()
def quarantine(
    source: str,
    is_open: Annotated[bool, typer.Option("--open", help="Only rows that no later delivery has mended.")] = False,
    as_json: Json = False,
) -> None:
    """The refused rows of a source: return code, place, reasons, and the delivery that resolved each.

    Example: yeji quarantine hanbit_chem --open
    """
    from jobs.steps import Context
    from jobs.steps.quarantine import listed

    context = Context(settings())
    rows = list(listed(context, context.contract(source), is_open))
    if as_json:
        print_json(rows)
        return
    for row in rows:
        place = " ".join(str(part) for part in (row["file"], row["sheet"], f"row {row['row']}") if part)
        why = ", ".join(f"{reason['code']} {reason['column']}" for reason in row["reasons"])
        state = f"resolved by {row['resolved_by']}" if row["resolved_by"] else "open"
        say(f"{row['return_code']}  {row['delivery_date']}  {place}  {why}  {state}")
    still = sum(row["resolved_by"] is None for row in rows)
    say(f"{source}: {len(rows):,} refused rows, {still:,} of them open")


@app.command("show")
def show_records(
    table: Annotated[str, typer.Argument(help="equipment, maintenance, failure or measurement.")],
    source: Annotated[str | None, typer.Option(help="One source; all where it is left out.")] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help="What the deliveries up to this date said; now without."),
    ] = None,
    keys: Annotated[list[str] | None, typer.Option("--key", help="A record's key; may be given several times.")] = None,
    as_json: Json = False,
) -> None:
    """The records of a table that count, now or on a past date, and which are withdrawn or in doubt.

    Example: yeji show maintenance --source hanbit_chem --as-of 2026-01-31 --key W-1042
    """
    from jobs.steps import Context
    from jobs.steps.records import records, told

    if source == "" or "" in (keys or ()):
        raise UsageError("--source and --key want a name; leave them out to see all")
    found = records(Context(settings()), table, source, as_of.date() if as_of else None, keys or ())
    if as_json:
        print_json(list(found))
        return
    for line in told(found, table, keys or ()):
        say(line)


def report_step(subject: str, key: str, step: str, told: dict[str, Any], seconds: float) -> None:
    """One line a step, as it ends."""
    counts = {name: told[name] for name in told if name not in ("source", "delivery_date", "attempt", "scope", "as_of")}
    shown = "  ".join(f"{name} {_shown(value)}" for name, value in counts.items() if name != "content_hash")
    say(f"{subject:<24} {key:<10} {step:<10} {seconds:6.1f} s  {shown}")


def main() -> None:
    """The command: one sentence and an exit code for everything that can go wrong."""
    try:
        sys.exit(app(standalone_mode=False))
    except YejiError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
    except TyperException as error:
        print(f"{error.format_message()} See: yeji --help", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        home = settings().home.absolute()
        if error.filename and not Path(error.filename).absolute().is_relative_to(home):
            print(sentence_of(error), file=sys.stderr)
            sys.exit(2)
        print(f"{error.filename or home}: {error.strerror or error}; see YEJI_HOME", file=sys.stderr)
        sys.exit(3)
    except (KeyboardInterrupt, typer.Abort):
        print("stopped; run it again to go on", file=sys.stderr)
        sys.exit(130)


def _report(as_json: bool) -> Any:
    return (lambda *_: None) if as_json else report_step


def _finish(outcomes: list, as_json: bool) -> None:
    if as_json:
        print_json([vars(outcome) for outcome in outcomes])
    for outcome in outcomes:
        if not as_json:
            from jobs.summary import files_told

            for line in files_told(outcome.subject, outcome.key, outcome.refused_files, outcome.unread_files):
                say(line)
        if outcome.status == "refused":
            raise DataError("\n".join(filter(None, (outcome.error, outcome.error_korean))))
        if outcome.status == "failed":
            is_usage = outcome.exit_code == UsageError.exit_code
            raise (UsageError if is_usage else YejiError)(outcome.error)
        if outcome.status == "skipped" and not as_json:
            say(outcome.error)
        if outcome.warnings and not as_json:
            say(
                f"warnings of {outcome.subject} {outcome.key}: {outcome.warnings:,}; `yeji partitions --json` holds their "
                f"sentences, `yeji quality {outcome.subject}` what they come to"
            )


def _shown(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
