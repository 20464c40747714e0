"""`yeji candidates …`: the models that compete."""

from typing import Annotated

import typer

from jobs.cli.printing import Json, print_json, say

app = typer.Typer(help="Candidates: the models that compete; alone, the list of them.")


@app.callback(invoke_without_command=True)
def list_candidates(context: typer.Context, as_json: Json = False) -> None:
    """The models that compete: a module each in models/candidates.

    Example: yeji candidates
    """
    from jobs.steps.candidates import known

    if context.invoked_subcommand:
        return
    found = known()
    if as_json:
        print_json(found)
        return
    for one in found:
        role = "a baseline" if one["is_baseline"] else "" if one["can_be_champion"] else "compared, never promoted"
        say(f"{one['name']:<16} {role:<25} {one['description']}")


@app.command("check")
def check_candidate(
    name: Annotated[str, typer.Argument(help="A candidate's name, or a Python file with a class Candidate.")],
    as_json: Json = False,
) -> None:
    """Try a candidate on lives whose law is known: the laws that all must keep, and what is wrong. Exit code 1 if any is.

    Example: yeji candidates check my_candidate.py
    """
    from jobs.steps.candidates import check

    found = check(name)
    if as_json:
        print_json(found)
    else:
        for one in found:
            say(f"{'broken' if one['wrong'] else 'kept':<7} {one['law']:<38} {one['wrong']}".rstrip())
    raise typer.Exit(1 if any(one["wrong"] for one in found) else 0)
