"""The ontology and the concept schemes: complete in both languages, and known to the context."""

from __future__ import annotations

import csv
import re
from importlib.resources import files

import pytest
from pyshacl import validate
from rdflib import DCTERMS, FOAF, ORG, OWL, PROV, RDF, RDFS, SDO, SH, SKOS, TIME, Graph, URIRef
from rdflib.namespace import DefinedNamespace
from rdflib.term import Node

from ontology import resources
from ontology.namespaces import BASE, CONCEPT, DURE, SHAPES_NS

ONTOLOGY = Graph().parse(data=resources.ontology_turtle(), format="turtle")
RULES = Graph().parse(data=resources.ontology_shapes_turtle(), format="turtle")
CODE = URIRef(f"{SHAPES_NS}code")
CODES = sorted({str(code) for code in RULES.objects(None, CODE)})

PREFIXES = f"""
@prefix concept: <{CONCEPT}> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix dure: <{DURE}> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
BAD = {
    "O01": 'org:Site a owl:Class ; rdfs:label "site"@en .',
    "O02": 'org:Site a owl:Class ; rdfs:comment "A place of work."@en .',
    "O03": "org:Site a owl:Class .",
    "O04": 'dure:Site a owl:Class ; skos:definition "A place of work."@en .',
    "O05": "dure:Site a owl:Class ; dct:source org:Site .",
    "O06": "dure:work_site a owl:Class .",
    "O07": "dure:Works_at a owl:ObjectProperty .",
    "O08": f'<{BASE}ontology> a owl:Ontology ; dct:title "Dure ontology"@en .',
    "O09": 'concept:a a skos:Concept ; skos:prefLabel "one"@en .',
    "O10": 'concept:a a skos:Concept ; skos:definition "One."@en .',
    "O11": "concept:a a skos:Concept ; skos:inScheme concept:s .",
    "O12": 'concept:s a skos:ConceptScheme ; skos:prefLabel "letters"@en , "글자"@ko .',
    "O13": "dure:Site a owl:Class ; rdfs:subClassOf org:Site .",
    "O14": "dure:worksAt a owl:ObjectProperty ; rdfs:domain dure:Site .",
}
# Terms of schema.org that are younger than the list rdflib has; looked up at schema.org.
YOUNGER = {
    "StatisticalVariable",
    "measurementDenominator",
    "measurementMethod",
    "observationAbout",
    "observationPeriod",
}


def codes_found(data: Graph) -> set[str]:
    _, report, _ = validate(data, shacl_graph=RULES)
    assert isinstance(report, Graph)
    return {
        str(RULES.value(source, CODE))
        for source in report.objects(None, SH.sourceShape)
        if (source, CODE, None) in RULES
    }


def test_the_ontology_and_the_schemes_meet_their_shapes() -> None:
    data = Graph().parse(data=resources.ontology_turtle(), format="turtle")
    for content in resources.concept_files().values():
        data.parse(data=content, format="turtle")
    conforms, _, text = validate(data, shacl_graph=RULES)
    assert conforms, text


def test_every_rule_for_the_ontology_has_a_bad_example() -> None:
    assert sorted(BAD) == CODES


@pytest.mark.parametrize("code", CODES)
def test_a_bad_ontology_is_caught(code: str) -> None:
    assert code in codes_found(Graph().parse(data=PREFIXES + BAD[code], format="turtle"))


@pytest.mark.parametrize("rule", sorted(set(RULES.subjects(CODE)), key=str), ids=str)
def test_a_rule_for_the_ontology_speaks_both_languages(rule: Node) -> None:
    messages = list(RULES.objects(rule, SH.message))
    assert sorted(str(getattr(message, "language", "")) for message in messages) == ["en", "ko"]
    assert all(str(message).startswith(f"{RULES.value(rule, CODE)} ") for message in messages)


def context_terms() -> dict[str, str]:
    terms = resources.context()["@context"]
    spaces = {
        name: value
        for name, value in terms.items()
        if isinstance(value, str) and value.endswith(("/", "#"))
    }
    curies = {
        name: value["@id"] if isinstance(value, dict) else value
        for name, value in terms.items()
        if name not in spaces and not name.startswith("@")
    }
    return {
        name: spaces[curie.partition(":")[0]] + curie.partition(":")[2]
        for name, curie in curies.items()
        if isinstance(curie, str) and not curie.startswith("@")
    }


@pytest.mark.parametrize(("term", "iri"), sorted(context_terms().items()))
def test_a_term_of_the_context_is_declared(term: str, iri: str) -> None:
    properties = {OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty}
    kinds = {OWL.Class} if term[0].isupper() else properties
    assert kinds & set(ONTOLOGY.objects(URIRef(iri), RDF.type))


@pytest.mark.parametrize(
    "kind", [OWL.ObjectProperty, OWL.DatatypeProperty], ids=["resource", "literal"]
)
def test_the_context_writes_resources_as_resources(kind: URIRef) -> None:
    terms = resources.context()["@context"]
    for term, iri in context_terms().items():
        if (URIRef(iri), RDF.type, kind) in ONTOLOGY and isinstance(terms[term], dict):
            is_resource = terms[term].get("@type") == "@id"
            assert is_resource is (kind == OWL.ObjectProperty), term


@pytest.mark.parametrize(
    "namespace", [DCTERMS, FOAF, ORG, PROV, SDO, SKOS, TIME], ids=lambda n: str(n)
)
def test_a_reused_term_exists_in_its_vocabulary(namespace: type[DefinedNamespace]) -> None:
    start = str(namespace)
    reused = {
        str(term).removeprefix(start)
        for kind in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
        for term in ONTOLOGY.subjects(RDF.type, kind)
        if str(term).startswith(start)
    }
    assert {name for name in reused if name not in namespace} <= YOUNGER


def test_only_declared_classes_of_ours_are_in_the_hierarchy() -> None:
    for lower, upper in ONTOLOGY.subject_objects(RDFS.subClassOf):
        assert (lower, RDF.type, OWL.Class) in ONTOLOGY
        assert (upper, RDF.type, OWL.Class) in ONTOLOGY
    assert (None, OWL.imports, None) not in ONTOLOGY


def test_the_changelog_has_the_version() -> None:
    version = ONTOLOGY.value(URIRef(f"{BASE}ontology"), OWL.versionInfo)
    changelog = files("ontology").joinpath("CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## (\S+)", changelog, re.MULTILINE)[1] == str(version)  # type: ignore[index]
    iri = URIRef(f"{BASE}ontology/{version}")
    assert (URIRef(f"{BASE}ontology"), OWL.versionIRI, iri) in ONTOLOGY


def test_the_mappings_agree_with_the_ontology() -> None:
    """A mapping file in SSSOM, https://mapping-commons.github.io/sssom/spec-formats-tsv/."""
    text = files("ontology").joinpath("mappings.sssom.tsv").read_text(encoding="utf-8")
    header = [line[2:] for line in text.splitlines() if line.startswith("# ")]
    prefixes = dict(re.findall(r"^  (\w+): (\S+)$", "\n".join(header), re.MULTILINE))
    body = [line for line in text.splitlines() if not line.startswith("#")]

    def iri(curie: str) -> URIRef:
        prefix, _, local = curie.partition(":")
        return URIRef(prefixes[prefix] + local)

    rows = list(csv.DictReader(body, delimiter="\t"))
    assert rows
    for row in rows:
        assert iri(row["mapping_justification"])
        labels = {str(label) for label in ONTOLOGY.objects(iri(row["subject_id"]), RDFS.label)}
        assert row["subject_label"] in labels
        if row["predicate_id"] == "rdfs:subClassOf":
            above = ONTOLOGY.transitive_objects(iri(row["subject_id"]), RDFS.subClassOf)
            assert iri(row["object_id"]) in set(above)
    stated = {(s, o) for s, o in ONTOLOGY.subject_objects(SKOS.closeMatch)}
    mapped = {(iri(row["subject_id"]), iri(row["object_id"])) for row in rows}
    assert stated <= mapped
