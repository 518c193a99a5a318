"""`dure token`: who may do more than read."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

import typer
from rich.table import Table

from api.tokens import NameTaken, Role, TokenBook
from dure.options import DataFolder, data_folder, notes
from dure.tables import screen

app = typer.Typer(
    help="Access tokens: make, list and revoke them; a running service sees changes at once.",
    no_args_is_help=True,
)


@app.command()
def create(
    role: Annotated[Role, typer.Option(help="What the token allows.")],
    name: Annotated[str, typer.Option(help="Who will use it; the author of what is written.")],
    expires: Annotated[
        str | None,
        typer.Option(help="Last day (2027-01-31) or end (2027-01-31T12:00Z); never if not given."),
    ] = None,
    data: DataFolder = None,
) -> None:
    """Make a token and print it, alone, on the standard output. It is not shown again.

    A contributor submits, a curator reviews as well, an administrator also writes directly. The
    file keeps only the token's hash.

    Example: dure token create --role administrator --name ana --expires 2027-01-31
    """
    end = None if expires is None else _end(expires)
    try:
        secret = TokenBook(data_folder(data)).create(name, role, end)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--name") from error
    except NameTaken as error:
        notes.print(
            f"dure: there is a token named {name}; choose another name or revoke it first",
            style="red",
            markup=False,
        )
        raise typer.Exit(1) from error
    typer.echo(secret)


@app.command("list")
def list_(
    data: DataFolder = None,
    json_: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List the tokens: name, role, when made, when they end. The tokens themselves are not kept.

    Example: dure token list
    """
    now = datetime.now(UTC)
    table = Table("name", "role", "created", "expires", box=None)
    for token in TokenBook(data_folder(data)).tokens():
        expires = token.expires.isoformat(timespec="minutes") if token.expires else None
        if json_:
            described = {
                "name": token.name,
                "role": token.role.value,
                "created": token.created.isoformat(),
                "expires": token.expires.isoformat() if token.expires else None,
                "valid": token.is_valid(now),
            }
            typer.echo(json.dumps(described, ensure_ascii=False))
            continue
        ended = "" if token.is_valid(now) else " (expired)"
        created = token.created.isoformat(timespec="minutes")
        table.add_row(token.name, token.role.value, created, f"{expires or 'never'}{ended}")
    if not json_:
        screen().print(table)


@app.command()
def revoke(
    name: Annotated[str, typer.Argument(help="The name that the token was made with.")],
    data: DataFolder = None,
) -> None:
    """Take a token back; requests with it are refused from now on.

    Exit code 1: there is no token of that name.

    Example: dure token revoke ana
    """
    if not TokenBook(data_folder(data)).revoke(name):
        notes.print(f"dure: there is no token named {name}", style="red", markup=False)
        raise typer.Exit(1)
    notes.print(f"revoked: {name}", markup=False)


def _end(text: str) -> datetime:
    """Return when a token ends: with the day given, in UTC, or at the time given."""
    try:
        if len(text) == len("2027-01-31"):
            day = date.fromisoformat(text) + timedelta(days=1)
            end = datetime.combine(day, time(), UTC)
        else:
            end = datetime.fromisoformat(text)
            end = end if end.tzinfo else end.replace(tzinfo=UTC)
    except ValueError as error:
        raise typer.BadParameter(
            "is a day like 2027-01-31 or a time like 2027-01-31T12:00Z", param_hint="--expires"
        ) from error
    if end <= datetime.now(UTC):
        raise typer.BadParameter("is over already", param_hint="--expires")
    return end
