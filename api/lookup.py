"""Finding entities: by id, by name, and what a wrong id may have meant."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import NamedNode

from api.errors import EntityNotFound
from api.listings import entity_rows, matching
from api.names import Match, name_index
from api.paging import Key
from api.reader import Reader
from api.references import class_iri, entity_iri
from ontology.namespaces import ID


@dataclass(frozen=True)
class Found:
    """An entity of the answer and its place in the order."""

    iri: str
    key: Key
    match: Match | None = None


def found_entities(
    reader: Reader, q: str | None, type_name: str | None, source: str | None
) -> list[Found]:
    """Return the entities that a search means, in order: by score with `q`, else by label."""
    rows = entity_rows(reader)
    kept = {row.iri for row in rows}
    if type_name:
        kept &= matching(reader, "entities-by-type", class_iri(reader, type_name))
    if source:
        document = entity_iri(reader, "source", source)
        kept &= matching(reader, "entities-by-source", document)
    if q is None or not q.strip():
        return [Found(row.iri, row.key) for row in rows if row.iri in kept]
    matches = name_index(reader.dataset, reader.memory).search(q)
    return [
        Found(x.iri, (-x.score, len(x.name), x.name, x.iri), x) for x in matches if x.iri in kept
    ]


def existing_entity(reader: Reader, slug: str) -> NamedNode:
    """Return the IRI of an entity; raises `EntityNotFound` with ids that look like `slug`."""
    try:
        iri = NamedNode(f"{ID}{slug}")
    except ValueError:
        raise EntityNotFound(slug, ()) from None
    if not reader.exists(iri):
        raise EntityNotFound(slug, near_ids(reader, slug))
    return iri


def near_ids(reader: Reader, slug: str) -> list[str]:
    """Return up to five ids of entities that `slug` may have meant."""
    readable = slug.rpartition("-")[0] or slug
    ids = [row.iri[len(ID) :] for row in entity_rows(reader)]
    same = [x for x in ids if x.rpartition("-")[0] in {slug, readable}]
    index = name_index(reader.dataset, reader.memory)
    named = [
        x.iri[len(ID) :]
        for x in index.search(slug.replace("-", " ")) + index.search(readable.replace("-", " "))
        if x.iri.startswith(ID)
    ]
    return list(dict.fromkeys(same + named))[:5]
