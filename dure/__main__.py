"""`python -m dure` is the command `dure`."""

from dure.cli import main

main()
