"""The command line `dure`: every job of the service without the service.

Each command has `--help` with an example. Exit codes are meant for scripts: 0 done, 1 the answer is
no (validation failed, verification found something, nothing there), 2 the call was wrong.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from pydantic import ValidationError
from rich.console import Console

from curation.errors import CurationError
from dure import (
    asking,
    authoring_commands,
    serving,
    source_commands,
    store_commands,
    token_commands,
)
from graphstore.errors import DataNotConforming, GraphStoreError
from queries.errors import QuestionError

app = typer.Typer(
    name="dure",
    help="A knowledge graph of actors, policies and events of the social and solidarity economy.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
serving.register(app)
store_commands.register(app)
asking.register(app)
app.add_typer(source_commands.app, name="source")
app.add_typer(authoring_commands.app, name="data")
app.add_typer(token_commands.app, name="token")


@contextmanager
def _told() -> Iterator[None]:
    """Turn what goes wrong below into one clear message and an exit code."""
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    try:
        yield
    except DataNotConforming as error:
        console.print(error.report.to_text("en"), markup=False)
        console.print("Nothing was committed.", style="bold red")
        sys.exit(1)
    except (GraphStoreError, CurationError, QuestionError) as error:
        console.print(f"dure: {error}", style="red", markup=False)
        sys.exit(1)
    except ValidationError as error:
        for fault in error.errors():
            name = "_".join(str(part) for part in fault["loc"])
            told = f"dure: DURE_{name.upper()}: {fault['msg']} (given: {fault['input']})"
            console.print(told, style="red", markup=False)
        sys.exit(2)
    except BrokenPipeError:
        # The reader of our output (head, less) has seen enough.
        sys.stderr.close()
        sys.exit(0)
    except FileNotFoundError as error:
        console.print(f"dure: there is no {error.filename}", style="red", markup=False)
        sys.exit(2)
    except PermissionError as error:
        console.print(f"dure: no permission for {error.filename}", style="red", markup=False)
        sys.exit(2)
    except OSError as error:
        place = error.filename2 or error.filename
        console.print(f"dure: {place}: {error.strerror}", style="red", markup=False)
        sys.exit(2)


def main() -> None:
    """Run the command line; the entry point of the installed package."""
    with _told():
        app()


if __name__ == "__main__":
    main()
