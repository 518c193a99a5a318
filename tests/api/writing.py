"""A service with tokens, and clients that may write, for the tests of raw writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from api.settings import Settings
from api.tokens import Role, TokenBook
from graphstore.dataset import Dataset
from tests.api.conftest import serving

UPDATE = "application/sparql-update"
TURTLE = "text/turtle"
N_TRIPLES = "application/n-triples"


@dataclass
class Writer:
    """A client of a service, with the token of an administrator, and the folder of the service."""

    client: httpx.Client
    folder: Path
    authorization: dict[str, str]

    def update(self, text: str, **params: Any) -> httpx.Response:
        """Send an update as the body itself; underscores in names of parameters are hyphens."""
        headers = {"Content-Type": UPDATE} | self.authorization | params.pop("headers", {})
        query = {name.replace("_", "-"): value for name, value in params.items()}
        return self.client.post("/sparql", params=query, content=text, headers=headers)

    def send(
        self, method: str, address: str, body: str | bytes | None = None, **headers: str
    ) -> httpx.Response:
        """Send a request to the graph store; underscores in names of headers are hyphens."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            given.setdefault("Content-Type", TURTLE)
        return self.client.request(
            method,
            f"/rdf-graph-store{address}",
            content=body,
            headers=self.authorization | given,
        )

    def triples(self, address: str = "?default") -> list[str]:
        """Return the triples of a graph as sorted lines; labels of blank nodes are left out."""
        answer = self.client.get(f"/rdf-graph-store{address}", headers={"Accept": N_TRIPLES})
        assert answer.status_code == 200, answer.text
        return sorted(answer.text.splitlines())

    def begin_again(self) -> None:
        """Have one token again, and an empty dataset."""
        book = TokenBook(self.folder)
        for token in book.tokens():
            book.revoke(token.name)
        self.authorization = {"Authorization": f"Bearer {book.create('ana', Role.ADMINISTRATOR)}"}
        assert self.update("DROP ALL").status_code == 204

    def head(self) -> str:
        """Return the id of the head commit."""
        return self.client.get("/health").headers["dure-commit"]

    def log(self) -> list[Any]:
        """Return the commits so far, read from the folder."""
        with Dataset.open(self.folder, read_only=True) as dataset:
            return list(dataset.log)


@contextmanager
def writing(folder: Path, dataset: Dataset | None = None, **settings: Any) -> Iterator[Writer]:
    """Serve a data folder, or a dataset, for the time of the block."""
    with serving(Settings(data=folder, **settings), dataset) as client:
        writer = Writer(client, folder, {})
        if dataset is None:
            writer.begin_again()
        else:
            token = TokenBook(folder).create("ana", Role.ADMINISTRATOR)
            writer.authorization = {"Authorization": f"Bearer {token}"}
        yield writer
