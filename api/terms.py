"""The RDF terms that this room looks up, as constants."""

from __future__ import annotations

from typing import Final

from pyoxigraph import DefaultGraph, NamedNode

from ontology.namespaces import (
    CV,
    DCT,
    DURE,
    FOAF,
    OA,
    OPENGOV,
    ORG,
    PROV,
    RDF,
    RDFS,
    SCHEMA,
    SEM,
    SKOS,
    SKOSXL,
    TIME,
)

DEFAULT: Final = DefaultGraph()

RDF_TYPE: Final = NamedNode(f"{RDF}type")
LABEL: Final = NamedNode(f"{RDFS}label")
SUBCLASS: Final = NamedNode(f"{RDFS}subClassOf")
PREF_LABEL: Final = NamedNode(f"{SKOS}prefLabel")
ALT_LABEL: Final = NamedNode(f"{SKOS}altLabel")
HIDDEN_LABEL: Final = NamedNode(f"{SKOS}hiddenLabel")
XL_ALT_LABEL: Final = NamedNode(f"{SKOSXL}altLabel")
LITERAL_FORM: Final = NamedNode(f"{SKOSXL}literalForm")
DEFINITION: Final = NamedNode(f"{SKOS}definition")
IN_SCHEME: Final = NamedNode(f"{SKOS}inScheme")
BROADER: Final = NamedNode(f"{SKOS}broader")
RELATED: Final = NamedNode(f"{SKOS}related")

TITLE: Final = NamedNode(f"{DCT}title")
DC_TYPE: Final = NamedNode(f"{DCT}type")
DC_LANGUAGE: Final = NamedNode(f"{DCT}language")
DESCRIPTION: Final = NamedNode(f"{DCT}description")
IS_PART_OF: Final = NamedNode(f"{DCT}isPartOf")
IS_VERSION_OF: Final = NamedNode(f"{DCT}isVersionOf")
REPLACED_BY: Final = NamedNode(f"{DCT}isReplacedBy")
SPATIAL: Final = NamedNode(f"{DCT}spatial")
SUBJECT: Final = NamedNode(f"{DCT}subject")

DERIVED_FROM: Final = NamedNode(f"{PROV}wasDerivedFrom")
GENERATED_AT: Final = NamedNode(f"{PROV}generatedAtTime")
GENERATED_BY: Final = NamedNode(f"{PROV}wasGeneratedBy")
ASSOCIATED_WITH: Final = NamedNode(f"{PROV}wasAssociatedWith")
ATTRIBUTED_TO: Final = NamedNode(f"{PROV}wasAttributedTo")
INVALIDATED_AT: Final = NamedNode(f"{PROV}invalidatedAtTime")

HAS_SOURCE: Final = NamedNode(f"{OA}hasSource")
START: Final = NamedNode(f"{OA}start")
END: Final = NamedNode(f"{OA}end")
SHA256: Final = NamedNode(f"{SCHEMA}sha256")
CHARACTER_COUNT: Final = NamedNode(f"{DURE}characterCount")
SUPPORT: Final = NamedNode(f"{DURE}support")
SUPPORT_NOTE: Final = NamedNode(f"{DURE}supportNote")
RANK: Final = NamedNode(f"{DURE}rank")
DEPRECATED: Final = NamedNode(f"{DURE}Deprecated")

ASSERTION: Final = NamedNode(f"{DURE}Assertion")
SNAPSHOT: Final = NamedNode(f"{DURE}Snapshot")

PARTICIPATION: Final = NamedNode(f"{CV}Participation")
MEMBERSHIP: Final = NamedNode(f"{ORG}Membership")
TENURE: Final = NamedNode(f"{DURE}Tenure")
OBSERVATION: Final = NamedNode(f"{SCHEMA}Observation")
FUNDING: Final = NamedNode(f"{DURE}FundingCommitment")
STATEMENT: Final = NamedNode(f"{DURE}Statement")
CHANGE: Final = NamedNode(f"{ORG}ChangeEvent")
MILESTONE: Final = NamedNode(f"{DURE}Milestone")
QUANTITY: Final = NamedNode(f"{SCHEMA}QuantitativeValue")
MONEY: Final = NamedNode(f"{SCHEMA}MonetaryAmount")
XL_LABEL: Final = NamedNode(f"{SKOSXL}Label")
INSTANT: Final = NamedNode(f"{TIME}Instant")
DATE_TIME_DESCRIPTION: Final = NamedNode(f"{TIME}DateTimeDescription")

HAS_PARTICIPATION: Final = NamedNode(f"{CV}hasParticipation")
HAS_PARTICIPANT: Final = NamedNode(f"{CV}hasParticipant")
ROLE: Final = NamedNode(f"{CV}role")
LEVEL: Final = NamedNode(f"{CV}level")
FRAMEWORK: Final = NamedNode(f"{CV}hasFormalFramework")
MEMBER: Final = NamedNode(f"{ORG}member")
ORGANIZATION: Final = NamedNode(f"{ORG}organization")
ORG_ROLE: Final = NamedNode(f"{ORG}role")
CLASSIFICATION: Final = NamedNode(f"{ORG}classification")
RESULTED_FROM: Final = NamedNode(f"{ORG}resultedFrom")
POST: Final = NamedNode(f"{OPENGOV}post")
ON_BEHALF_OF: Final = NamedNode(f"{OPENGOV}onBehalfOf")
IN_CAPACITY: Final = NamedNode(f"{DURE}inCapacity")
REPRESENTED_BY: Final = NamedNode(f"{DURE}representedBy")

START_DATE: Final = NamedNode(f"{SCHEMA}startDate")
END_DATE: Final = NamedNode(f"{SCHEMA}endDate")
ATTESTED_ON: Final = NamedNode(f"{DURE}attestedOn")
OBSERVATION_DATE: Final = NamedNode(f"{SCHEMA}observationDate")
EARLIEST_BEGIN: Final = NamedNode(f"{SEM}hasEarliestBeginTimeStamp")
LATEST_BEGIN: Final = NamedNode(f"{SEM}hasLatestBeginTimeStamp")
EARLIEST_END: Final = NamedNode(f"{SEM}hasEarliestEndTimeStamp")
LATEST_END: Final = NamedNode(f"{SEM}hasLatestEndTimeStamp")

SUPER_EVENT: Final = NamedNode(f"{SCHEMA}superEvent")
LOCATION: Final = NamedNode(f"{SCHEMA}location")
RECORDED_AT: Final = NamedNode(f"{SCHEMA}recordedAt")
ABOUT: Final = NamedNode(f"{SCHEMA}about")
AUTHOR: Final = NamedNode(f"{SCHEMA}author")
ABSTRACT: Final = NamedNode(f"{SCHEMA}abstract")
AFFECTS: Final = NamedNode(f"{DURE}affects")
SUBMITTED_TO: Final = NamedNode(f"{DURE}submittedTo")
FUNDER: Final = NamedNode(f"{SCHEMA}funder")
FUNDED_ITEM: Final = NamedNode(f"{SCHEMA}fundedItem")
BENEFICIARY: Final = NamedNode(f"{DURE}beneficiary")
AMOUNT: Final = NamedNode(f"{SCHEMA}amount")
OBSERVATION_ABOUT: Final = NamedNode(f"{SCHEMA}observationAbout")
INDICATOR: Final = NamedNode(f"{SCHEMA}variableMeasured")
DENOMINATOR: Final = NamedNode(f"{SCHEMA}measurementDenominator")
VALUE: Final = NamedNode(f"{SCHEMA}value")
MIN_VALUE: Final = NamedNode(f"{SCHEMA}minValue")
MAX_VALUE: Final = NamedNode(f"{SCHEMA}maxValue")
UNIT_TEXT: Final = NamedNode(f"{SCHEMA}unitText")
UNIT_CODE: Final = NamedNode(f"{SCHEMA}unitCode")
CURRENCY: Final = NamedNode(f"{SCHEMA}currency")
CURRENCY_AS_PRINTED: Final = NamedNode(f"{DURE}currencyAsPrinted")
STATED_EQUIVALENT: Final = NamedNode(f"{DURE}statedEquivalent")
BOUND: Final = NamedNode(f"{DURE}bound")
HOMEPAGE: Final = NamedNode(f"{FOAF}homepage")
HEADCOUNT: Final = NamedNode(f"{DURE}headcount")
HAS_TIME: Final = NamedNode(f"{TIME}hasTime")
IN_DATE_TIME: Final = NamedNode(f"{TIME}inDateTime")
CONTAINED_IN: Final = NamedNode(f"{SCHEMA}containedInPlace")
