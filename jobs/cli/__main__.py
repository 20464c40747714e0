"""`python -m jobs.cli`: the command without its script."""

from jobs.cli import main

main()
