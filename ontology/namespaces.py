"""Names of the vocabularies, of the graphs and of the base under which all data lives.

Constants only: plain strings, so that every room can use them with its own term model.
"""

from __future__ import annotations

from typing import Final

BASE: Final = "https://w3id.org/dure/"

DURE: Final = f"{BASE}ontology#"
SHAPES_NS: Final = f"{BASE}shapes#"
ID: Final = f"{BASE}id/"
DOC: Final = f"{BASE}doc/"
ASSERTION: Final = f"{BASE}assertion/"
SUBMISSION: Final = f"{BASE}submission/"
CONCEPT: Final = f"{BASE}concept/"

ORG: Final = "http://www.w3.org/ns/org#"
FOAF: Final = "http://xmlns.com/foaf/0.1/"
CV: Final = "http://data.europa.eu/m8g/"
SCHEMA: Final = "https://schema.org/"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
SKOSXL: Final = "http://www.w3.org/2008/05/skos-xl#"
DCT: Final = "http://purl.org/dc/terms/"
PROV: Final = "http://www.w3.org/ns/prov#"
OA: Final = "http://www.w3.org/ns/oa#"
TIME: Final = "http://www.w3.org/2006/time#"
SEM: Final = "http://semanticweb.cs.vu.nl/2009/11/sem/"
ELI: Final = "http://data.europa.eu/eli/ontology#"
OPENGOV: Final = "http://www.w3.org/ns/opengov#"
EDTF: Final = "http://id.loc.gov/datatypes/edtf/"
SH: Final = "http://www.w3.org/ns/shacl#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"

GRAPH_EDITORIAL: Final = f"{BASE}graph/editorial"
GRAPH_DERIVED: Final = f"{BASE}graph/derived"
GRAPH_ONTOLOGY: Final = f"{BASE}graph/ontology"
GRAPH_CONCEPTS: Final = f"{BASE}graph/concepts"
GRAPH_HEAD: Final = f"{BASE}graph/head"
GRAPH_EMPTY: Final = f"{BASE}graph/empty"

PREFIXES: Final[dict[str, str]] = {
    "dure": DURE,
    "id": ID,
    "doc": DOC,
    "as": ASSERTION,
    "concept": CONCEPT,
    "role": f"{CONCEPT}role/",
    "etype": f"{CONCEPT}event-type/",
    "lvl": f"{CONCEPT}gov-level/",
    "topic": f"{CONCEPT}topic/",
    "indicator": f"{CONCEPT}indicator/",
    "element": f"{CONCEPT}plan-element/",
    "status": f"{CONCEPT}event-status/",
    "org": ORG,
    "foaf": FOAF,
    "cv": CV,
    "schema": SCHEMA,
    "skos": SKOS,
    "skosxl": SKOSXL,
    "dct": DCT,
    "prov": PROV,
    "oa": OA,
    "time": TIME,
    "sem": SEM,
    "eli": ELI,
    "opengov": OPENGOV,
    "edtf": EDTF,
    "rdf": RDF,
    "rdfs": RDFS,
    "owl": OWL,
    "xsd": XSD,
}
