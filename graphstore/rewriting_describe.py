"""What DESCRIBE describes: SPARQL leaves it open, and the engine gives the outgoing triples only.

Here the description of a thing is ([SPARQL 1.1 §16.4](https://www.w3.org/TR/sparql11-query/#describe)):

- the triples with the thing as subject;
- those with it as object, the records of evidence and rdf:type apart; of a concept none, since
  what is classified by it does not describe it;
- the triples of what has no label of its own and is linked with it in either direction:
  participations, memberships and other n-ary nodes, blank nodes (these followed three deep);
- the label of whatever is named in one of these.

The query is put as the CONSTRUCT that says so. All is bounded by what is linked with the thing.
"""

from __future__ import annotations

import re
from typing import Final

from graphstore.rewritable import RewritableQuery, Step
from graphstore.sparql_edits import Edit, Part
from graphstore.sparql_syntax import Node
from ontology.namespaces import OA, PROV, RDF, RDFS, SKOS

_TYPE: Final = f"<{RDF}type>"
_LABEL: Final = f"<{RDFS}label>"
_RECORDS: Final = f"<{OA}hasSource>, <{PROV}wasDerivedFrom>, <{PROV}wasGeneratedBy>"
_DESCRIPTION: Final = f"""\
{{ {{ ?r ?p ?o BIND(?r AS ?s) }}
  UNION {{ ?s ?p ?r INCOMING(?p) BIND(?r AS ?o) }}
  UNION {{ ?r ?q ?s FILTER(?q != {_TYPE}) NAMELESS(?s) ?s ?p ?o }}
  UNION {{ ?s ?q ?r INCOMING(?q) NAMELESS(?s) ?s ?p ?o }}
  UNION {{ ?r ?q ?n FILTER(isBlank(?n)) ?n ?t ?s FILTER(isBlank(?s)) ?s ?p ?o }}
  UNION {{ ?r ?q ?n FILTER(isBlank(?n)) ?n ?t ?m FILTER(isBlank(?m)) ?m ?u ?s \
FILTER(isBlank(?s)) ?s ?p ?o }}
  UNION {{ ?r ?q ?s OPTIONAL {{ ?s {_LABEL} ?o }} BIND({_LABEL} AS ?p) }}
  UNION {{ ?s ?q ?r INCOMING(?q) OPTIONAL {{ ?s {_LABEL} ?o }} BIND({_LABEL} AS ?p) }}
  UNION {{ ?r ?q ?n FILTER(?q != {_TYPE}) NAMELESS(?n) ?n ?t ?s \
OPTIONAL {{ ?s {_LABEL} ?o }} BIND({_LABEL} AS ?p) }}
  UNION {{ ?n ?q ?r INCOMING(?q) NAMELESS(?n) ?n ?t ?s \
OPTIONAL {{ ?s {_LABEL} ?o }} BIND({_LABEL} AS ?p) }} }}"""
_INCOMING: Final = (
    f"FILTER({{0}} NOT IN ({_TYPE}, {_RECORDS})) FILTER NOT EXISTS {{{{ ?r a <{SKOS}Concept> }}}}"
)
_VARIABLE: Final = re.compile(r"\?([a-z])\b")
_NAMELESS: Final = f"FILTER NOT EXISTS {{{{ {{0}} {_LABEL} ?l }}}}"


def describe_with_context(query: RewritableQuery) -> Step | None:
    """Propose the CONSTRUCT that gives the descriptions which a DESCRIBE asks for."""
    describe = query.text.root.first("DescribeQuery")
    if describe is None:
        return None
    ours = _Names(query)
    described = _described(query, describe, ours)
    if not described:
        return None
    datasets: list[Part] = []
    for clause in describe.every("DatasetClause"):
        datasets += [(clause.start, clause.end), " "]
    return Step(
        "description",
        "SPARQL leaves open what a description is; here it has what points at the thing, the nodes "
        "that stand between it and others, and labels, too",
        describe.start,
        (
            Edit(
                describe.start,
                query.text.root.children[-1].start,
                (
                    ours.of("CONSTRUCT { ?s ?p ?o } "),
                    *datasets,
                    ours.of("WHERE { { SELECT DISTINCT ?r { "),
                    *described,
                    ours.of(" FILTER(isIRI(?r) || isBlank(?r)) } }\n"),
                    ours.of(f"{_description()} }}"),
                ),
            ),
        ),
    )


class _Names:
    """Gives the variables of our own texts names that the query does not use."""

    def __init__(self, query: RewritableQuery) -> None:
        taken = query.variables(query.text.root)
        self._prefix = "d"
        while any(name.startswith(self._prefix) for name in taken):
            self._prefix += "_"

    def of(self, text: str) -> str:
        """Return one of our texts with its variables named."""
        return _VARIABLE.sub(rf"?{self._prefix}\1", text)


def _described(query: RewritableQuery, describe: Node, ours: _Names) -> list[Part]:
    """Return a union that binds ?r to what is to be described."""
    where = describe.first("WhereClause")
    targets = describe.every("Var", "iri")
    iris = [query.source(node) for node in targets if node.kind == "iri"]
    names = list(dict.fromkeys(f"?{query.name(node)}" for node in targets if node.kind == "Var"))
    if describe.first("*") is not None and query.where is not None:
        names = [f"?{name}" for name in sorted(query.where.possible)]
    parts: list[Part] = [ours.of("{ VALUES ?r { ") + " ".join(iris) + " } }"] if iris else []
    if names and where is not None:
        modifier, values = describe.children[-1], query.text.root.children[-2]
        parts += [" UNION "] if parts else []
        parts += [f"{{ {{ SELECT {' '.join(names)} ", (where.start, where.end), " "]
        parts += [(modifier.start, modifier.end), " ", (values.start, values.end)]
        parts += [" } ", *_each(names, ours), " }"]
    return parts


def _each(names: list[str], ours: _Names) -> list[Part]:
    """Return what binds ?r to each of the variables in turn, or to a literal where it is unbound.

    The engine must see that ?r is always bound: else it compares everything with everything.
    """
    if len(names) == 1:
        return [f'BIND(COALESCE({names[0]}, "") {ours.of("AS ?r")})']
    term, turn = names[-1], ours.of("?i")
    for number, name in reversed(list(enumerate(names[:-1]))):
        term = f"IF({turn} = {number}, {name}, {term})"
    numbers = " ".join(str(number) for number in range(len(names)))
    return [f'VALUES {turn} {{ {numbers} }} BIND(COALESCE({term}, "") {ours.of("AS ?r")})']


def _description() -> str:
    text = _DESCRIPTION
    for variable in ("?s", "?n", "?p", "?q"):
        text = text.replace(f"INCOMING({variable})", _INCOMING.format(variable))
        text = text.replace(f"NAMELESS({variable})", _NAMELESS.format(variable))
    return text
