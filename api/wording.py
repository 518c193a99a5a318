"""The words of the pages in English and Korean, and how facts are headed in words."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import NamedNode

from api import sparql_wording
from api import terms as t
from ontology.namespaces import CV, DCT, DURE, ELI, FOAF, ORG, SCHEMA

# key → (English, Korean)
TEXTS: dict[str, tuple[str, str]] = {
    **sparql_wording.TEXTS,
    "tagline": (
        "Who works with whom in the social and solidarity economy, and who says so",
        "사회연대경제에서 누가 누구와 함께 일하는가, 그리고 누가 그렇게 말하는가",
    ),
    "skip": ("Skip to content", "본문으로 건너뛰기"),
    "home": ("Home", "처음"),
    "explore": ("Explore", "둘러보기"),
    "questions": ("Questions", "질문"),
    "sources": ("Sources", "출처"),
    "ontology": ("Ontology", "온톨로지"),
    "sparql": ("SPARQL", "SPARQL"),
    "api": ("API", "API"),
    "search": ("Search", "검색"),
    "search_label": (
        "Search by any name, in any script",
        "어떤 이름으로든, 어떤 문자로든 검색",
    ),
    "search_hint": ("A person, city, network, event …", "사람, 도시, 네트워크, 행사 …"),
    "main_navigation": ("Main navigation", "주 메뉴"),
    "language": ("Language", "언어"),
    "results_for": ("Results for", "검색 결과:"),
    "no_results": ("Nothing has a name like this.", "이런 이름을 가진 것이 없습니다."),
    "no_results_hint": (
        "Try fewer letters, another spelling, or browse the lists.",
        "글자를 줄이거나 다른 표기로 찾아보거나 목록을 둘러보세요.",
    ),
    "matched": ("found as", "찾은 이름:"),
    "next_page": ("Next page", "다음 쪽"),
    "in_numbers": ("The graph in numbers", "숫자로 보는 그래프"),
    "count_actors": ("actors", "행위자"),
    "count_events": ("events and agenda items", "행사와 일정 항목"),
    "count_policies": ("policies and their parts", "정책과 구성 요소"),
    "count_statistics": ("statistics", "통계"),
    "count_places": ("places", "장소"),
    "count_sources": ("source documents", "출처 문서"),
    "count_assertions": ("sourced facts", "출처 있는 사실"),
    "ask": ("Ask the graph", "그래프에 묻기"),
    "all_questions": ("All questions", "모든 질문"),
    "ask_intro": (
        "Each question is a SPARQL query with a form; the answer names its sources.",
        "각 질문은 양식이 딸린 SPARQL 질의이며, 답에는 출처가 함께 나옵니다.",
    ),
    "parameters": ("Parameters", "매개변수"),
    "run": ("Answer", "답 보기"),
    "required": ("required", "필수"),
    "optional": ("optional", "선택"),
    "example": ("Example", "예"),
    "try_example": ("Try an example", "예시로 실행"),
    "answer": ("Answer", "답"),
    "rows": ("rows", "행"),
    "row": ("row", "행"),
    "no_rows": ("No answer for these values.", "이 값에 대한 답이 없습니다."),
    "sparql_text": ("The query", "질의문"),
    "download": ("Download", "내려받기"),
    "other_formats": ("Other formats", "다른 형식"),
    "first_rows": (
        "The first rows are shown; the downloads hold all.",
        "처음 일부만 보입니다. 내려받으면 모두 있습니다.",
    ),
    "names": ("Names", "이름"),
    "facts": ("Facts", "사실"),
    "contents": ("On this page", "이 쪽의 내용"),
    "source_list": ("Where this comes from", "근거"),
    "source_intro": (
        "Each number leads to the passage of the document that says so: a range of characters, "
        "counted from 0.",
        "번호마다 그렇게 말하는 문서의 구절(0부터 센 글자 범위)로 이어집니다.",
    ),
    "characters": ("characters", "글자"),
    "quotation": ("In the document", "문서 본문"),
    "support_inferred": ("inferred", "추론"),
    "support_contextual": ("from the context", "맥락"),
    "support_explicit": ("said outright", "명시"),
    "editorial": ("editorial", "편집"),
    "editorial_help": ("set by an editor, not by a document", "문서가 아니라 편집자가 정함"),
    "derived": ("derived", "파생"),
    "evidence": ("Evidence", "근거 기록"),
    "timeline": ("Timeline", "연표"),
    "no_facts": (
        "No document says anything about it yet.",
        "아직 이에 대해 말하는 문서가 없습니다.",
    ),
    "document": ("Document", "문서"),
    "document_record": ("Record of the document", "문서 기록"),
    "document_facts": ("What it says, in order of the text", "본문 순서대로 본 내용"),
    "captured_text": ("captured text", "수집한 본문"),
    "passage": ("Passage", "구절"),
    "fact": ("Fact", "사실"),
    "support": ("Support", "뒷받침"),
    "note": ("Note", "설명"),
    "sha256": ("SHA-256", "SHA-256"),
    "assertion": ("Assertion", "주장"),
    "assertion_intro": (
        "One assertion: what one piece of evidence supports.",
        "하나의 근거가 뒷받침하는 내용입니다.",
    ),
    "subject": ("Subject", "주어"),
    "property": ("Property", "속성"),
    "value": ("Value", "값"),
    "concept_scheme": ("Concept scheme", "개념 체계"),
    "concepts": ("Concepts", "개념"),
    "used_by": ("Used by", "이 개념을 쓰는 것"),
    "classes": ("Classes", "클래스"),
    "properties": ("Properties", "속성"),
    "schemes": ("Concept schemes", "개념 체계"),
    "ontology_intro": (
        "The words in which the graph speaks: classes, properties and concept schemes.",
        "그래프가 쓰는 말: 클래스, 속성, 개념 체계.",
    ),
    "shapes": ("Shapes (SHACL)", "제약(SHACL)"),
    "context": ("JSON-LD context", "JSON-LD 컨텍스트"),
    "yes": ("Yes", "예"),
    "no": ("No", "아니요"),
    "endpoint": ("Endpoint", "엔드포인트"),
    "api_intro": (
        "Every address of the API, from its OpenAPI document.",
        "OpenAPI 문서에서 만든 API 주소 목록입니다.",
    ),
    "go_home": ("Back to the home page", "처음으로 돌아가기"),
    "problem": ("Problem", "문제"),
    "what_helps": ("What helps", "해결 방법"),
    "near": ("Did you mean", "혹시 찾으신 것"),
    "status": ("Status", "상태 코드"),
    "list_events": ("Events", "행사"),
    "list_actors": ("Actors", "행위자"),
    "list_policies": ("Policies", "정책"),
    "list_declarations": ("Declarations", "선언문"),
    "list_sources": ("Source documents", "출처 문서"),
    "list_statistics": ("Statistics", "통계"),
    "list_topics": ("Topics", "주제"),
    "list_places": ("Places", "장소"),
    "filters": ("Filters", "거르기"),
    "apply": ("Apply", "적용"),
    "name": ("Name", "이름"),
    "kind": ("Kind", "종류"),
    "when": ("When", "때"),
    "where": ("Where", "곳"),
    "counts": ("Counts", "개수"),
    "certain": ("certain", "확실"),
    "possible": ("possible", "가능"),
    "commit": ("Commit", "커밋"),
    "licence": ("Data: CC BY 4.0", "데이터: CC BY 4.0"),
    "built": ("As of commit", "기준 커밋"),
    "empty_graph": (
        "The graph is empty. The operator loads it with 'dure load'.",
        "그래프가 비어 있습니다. 운영자가 'dure load'로 채웁니다.",
    ),
    "machine": ("For programs", "프로그램용"),
    "as_data": ("This page as data", "데이터로 보기"),
    "said_by": ("said by", "발언자"),
    "any": ("any", "모두"),
}

SECTIONS: dict[str, tuple[str, str]] = {
    "about": ("About", "개요"),
    "founding": ("Founding", "설립"),
    "posts": ("Posts", "직위"),
    "memberships": ("Memberships", "소속"),
    "people": ("Who took part", "참여"),
    "parts": ("Parts", "구성"),
    "events": ("Events", "행사"),
    "outcomes": ("Outcomes", "결과물"),
    "money": ("Money", "재정"),
    "statistics": ("Statistics", "통계"),
    "milestones": ("Milestones", "경과"),
    "members": ("Members and officers", "회원과 임원"),
    "structure": ("Structure", "조직 구조"),
    "here": ("In this place", "이곳에서"),
    "works": ("Works", "저작과 사업"),
    "statements": ("Statements", "발언"),
    "topics": ("About it", "이를 다루는 것"),
    "documents": ("Documents", "문서"),
    "other": ("Also said", "그 밖의 언급"),
}


@dataclass(frozen=True)
class Heading:
    """Where a kind of fact stands on a page, and under which words."""

    section: str
    words: tuple[str, str] | None


def _n(base: str, name: str) -> NamedNode:
    return NamedNode(f"{base}{name}")


# Plain facts that point at the thing: property → heading.
INVERSE: dict[NamedNode, Heading] = {
    t.SUPER_EVENT: Heading("parts", ("Parts and editions", "구성 행사")),
    _n(CV, "hasPreviousEvent"): Heading("parts", ("Followed by", "다음 행사")),
    t.IS_PART_OF: Heading("parts", ("Parts", "구성 요소")),
    _n(ELI, "is_part_of"): Heading("parts", ("Articles", "조문")),
    _n(DURE, "realises"): Heading("parts", ("Realised by", "이를 구현하는 것")),
    _n(DURE, "linksPolicy"): Heading("parts", ("Linked from", "이를 연계한 것")),
    t.LOCATION: Heading("here", ("Here", "이곳에 있는 것")),
    t.CONTAINED_IN: Heading("here", ("Places within", "이 안의 장소")),
    t.SPATIAL: Heading("here", ("Territory or field of", "이 지역을 관할하거나 다루는 것")),
    _n(SCHEMA, "birthPlace"): Heading("here", ("Born here", "이곳 출생")),
    _n(SCHEMA, "homeLocation"): Heading("here", ("From here", "이곳 출신")),
    _n(SCHEMA, "nationality"): Heading("here", ("Nationals", "이 나라 국적")),
    _n(DURE, "placeOfOrigin"): Heading("here", ("From here", "이곳 출신")),
    _n(DURE, "operatedBy"): Heading("works", ("Operates", "운영하는 곳")),
    t.SUBJECT: Heading("topics", ("About this", "이 주제를 다루는 것")),
    t.ABOUT: Heading("topics", ("About this", "이를 다루는 것")),
    _n(ORG, "unitOf"): Heading("structure", ("Units", "하위 단위")),
    _n(ORG, "subOrganizationOf"): Heading("structure", ("Sub-organisations", "하위 조직")),
    _n(ORG, "postIn"): Heading("structure", ("Posts", "직위")),
    _n(ORG, "linkedTo"): Heading("structure", ("Linked organisations", "연계 조직")),
    _n(DURE, "adoptedAt"): Heading("outcomes", ("Adopted here", "여기서 채택된 것")),
    _n(DURE, "adoptedBy"): Heading("outcomes", ("Adopted", "채택한 것")),
    _n(DURE, "outputOf"): Heading("outcomes", ("Came out of it", "산출물")),
    _n(DURE, "interviewee"): Heading("outcomes", ("Interviewed in", "인터뷰")),
    _n(DCT, "publisher"): Heading("works", ("Published", "발행한 것")),
    _n(DCT, "creator"): Heading("works", ("Made", "만든 것")),
    _n(DCT, "contributor"): Heading("works", ("Contributed to", "기여한 것")),
    _n(DCT, "rightsHolder"): Heading("works", ("Holds the rights to", "권리를 가진 것")),
    _n(ELI, "passed_by"): Heading("works", ("Passed", "제정한 것")),
    _n(ELI, "jurisdiction"): Heading("works", ("Laws", "적용 법규")),
    _n(DCT, "references"): Heading("works", ("Referred to in", "이를 언급한 것")),
    t.MEMBER: Heading("memberships", ("Belongs to the group", "속한 집단")),
    _n(FOAF, "member"): Heading("memberships", ("Belongs to the group", "속한 집단")),
    t.IS_VERSION_OF: Heading("documents", ("Captured as", "수집본")),
}

# N-ary facts: (kind, linking property, inverse) → heading; no words: the node's role says it.
NODES: dict[tuple[NamedNode, NamedNode, bool], Heading] = {
    (t.PARTICIPATION, t.HAS_PARTICIPATION, False): Heading("people", None),
    (t.PARTICIPATION, t.HAS_PARTICIPANT, True): Heading("events", None),
    (t.PARTICIPATION, t.ON_BEHALF_OF, True): Heading("events", ("Represented", "대리 참석")),
    (t.TENURE, t.MEMBER, True): Heading("posts", ("Posts held", "맡은 직위")),
    (t.TENURE, t.POST, True): Heading("posts", ("Held by", "재임자")),
    (t.TENURE, t.ORGANIZATION, True): Heading("structure", ("Office holders", "재임자")),
    (t.MEMBERSHIP, t.MEMBER, True): Heading("memberships", None),
    (t.MEMBERSHIP, t.ORGANIZATION, True): Heading("members", None),
    (t.MEMBERSHIP, t.REPRESENTED_BY, True): Heading("memberships", ("Represents", "대표하는 소속")),
    (t.OBSERVATION, t.OBSERVATION_ABOUT, True): Heading("statistics", ("Figures", "수치")),
    (t.OBSERVATION, t.INDICATOR, True): Heading("statistics", ("Figures", "수치")),
    (t.OBSERVATION, t.DENOMINATOR, True): Heading("statistics", ("Shares of it", "이에 대한 비율")),
    (t.OBSERVATION, t.ATTRIBUTED_TO, True): Heading(
        "statistics", ("Counted by them", "집계한 수치")
    ),
    (t.FUNDING, t.FUNDER, True): Heading("money", ("Pays for", "지원하는 것")),
    (t.FUNDING, t.FUNDED_ITEM, True): Heading("money", ("Paid for by", "자금 제공자")),
    (t.FUNDING, t.BENEFICIARY, True): Heading("money", ("Receives", "지원받는 것")),
    (t.STATEMENT, t.AUTHOR, True): Heading("statements", ("Says", "발언")),
    (t.STATEMENT, t.ABOUT, True): Heading("statements", ("Said about it", "이에 대한 발언")),
    (t.STATEMENT, t.RECORDED_AT, True): Heading("statements", ("Said here", "여기서 나온 발언")),
    (t.STATEMENT, t.SUBJECT, True): Heading("statements", ("Said about it", "이에 대한 발언")),
    (t.CHANGE, t.RESULTED_FROM, False): Heading("founding", ("Founded", "설립")),
    (t.CHANGE, t.ASSOCIATED_WITH, True): Heading(
        "founding", ("Founded by them", "설립에 참여한 것")
    ),
    (t.CHANGE, t.FRAMEWORK, True): Heading("founding", ("Legal basis of", "법적 근거가 된 것")),
    (t.MILESTONE, t.AFFECTS, True): Heading("milestones", ("Steps", "단계")),
    (t.MILESTONE, t.ASSOCIATED_WITH, True): Heading("milestones", ("Steps taken", "취한 조치")),
    (t.MILESTONE, t.RECORDED_AT, True): Heading(
        "milestones", ("Steps taken here", "여기서 취한 조치")
    ),
    (t.MILESTONE, t.SUBMITTED_TO, True): Heading(
        "milestones", ("Submitted to them", "제출받은 것")
    ),
}

# Plain facts of the thing itself, where the property's label would be stiff.
FORWARD: dict[NamedNode, tuple[str, str]] = {
    t.DC_TYPE: ("Kind", "종류"),
    t.CLASSIFICATION: ("Classification", "분류"),
    t.DESCRIPTION: ("Description", "설명"),
    t.AUTHOR: ("Said by", "발언자"),
    t.START_DATE: ("Begins", "시작"),
    t.END_DATE: ("Ends", "끝"),
    t.LOCATION: ("Place", "장소"),
    t.SPATIAL: ("Area", "지역"),
    t.CONTAINED_IN: ("Lies in", "상위 장소"),
    t.SUPER_EVENT: ("Part of", "상위 행사"),
    t.IS_PART_OF: ("Part of", "상위 항목"),
    t.SUBJECT: ("Topics", "주제"),
    t.MEMBER: ("Members", "구성원"),
    t.DC_LANGUAGE: ("Language", "언어"),
}

# What a qualifier is called on a page, where its property's label would be stiff.
QUALIFIERS: dict[NamedNode, tuple[str, str]] = {
    t.ABSTRACT: ("", ""),
    t.IN_CAPACITY: ("as", "자격"),
    t.HAS_PARTICIPANT: ("by", "참석자"),
    t.ON_BEHALF_OF: ("on behalf of", "대표"),
    t.REPRESENTED_BY: ("represented by", "대표자"),
    t.ASSOCIATED_WITH: ("by", "주체"),
    t.FRAMEWORK: ("under", "근거"),
    t.RECORDED_AT: ("at", "자리"),
    t.ATTRIBUTED_TO: ("counted by", "집계"),
    t.DENOMINATOR: ("share of", "비율의 기준"),
    t.ABOUT: ("about", "대상"),
    t.SUBJECT: ("on", "주제"),
    t.AFFECTS: ("of", "대상"),
    t.SUBMITTED_TO: ("to", "제출처"),
    t.ORGANIZATION: ("at", "소속"),
    t.MEMBER: ("holder", "재임자"),
    t.AMOUNT: ("amount", "금액"),
    t.FUNDER: ("from", "제공"),
    t.BENEFICIARY: ("for", "수혜"),
    t.FUNDED_ITEM: ("for", "대상"),
    t.OBSERVATION_ABOUT: ("of", "대상"),
}


def words(key: str, language: str) -> str:
    """Return a text of the pages in a language."""
    return TEXTS[key][language == "ko"]
