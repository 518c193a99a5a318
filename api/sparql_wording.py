"""The words of the SPARQL page and of receipts, in English and Korean."""

from __future__ import annotations

# key → (English, Korean)
TEXTS: dict[str, tuple[str, str]] = {
    "sparql_intro": (
        "Ask in SPARQL 1.1. The default graph holds every live fact once; each assertion's named "
        "graph holds what its evidence supports.",
        "SPARQL 1.1로 물어보세요. 기본 그래프에는 유효한 사실이 한 번씩, 이름 있는 그래프에는 "
        "근거마다 뒷받침하는 내용이 있습니다.",
    ),
    "query": ("Query", "질의"),
    "run_query": ("Run query", "질의 실행"),
    "explain": ("Explain", "설명 보기"),
    "cancel": ("Cancel", "취소"),
    "query_running": ("The query is running:", "질의 실행 중:"),
    "format": ("Format", "형식"),
    "this_page": ("on this page", "이 쪽에서 보기"),
    "max_rows": ("Rows at most", "최대 행 수"),
    "timeout": ("Seconds at most", "최대 시간(초)"),
    "at_most": ("no more than", "최대"),
    "as_known_at": ("As known at", "기준 시점"),
    "as_known_at_hint": ("commit or date", "커밋 또는 날짜"),
    "asked_graphs": ("Asked of these graphs:", "다음 그래프에 질의:"),
    "line": ("line", "줄"),
    "column": ("column", "칸"),
    "hints": ("Hints", "도움말"),
    "explained": ("What runs", "실제로 실행되는 질의"),
    "rewritten": (
        "The query is rewritten into one with the same answer, which the engine runs faster:",
        "같은 답을 더 빨리 내는 다음 질의로 바꾸어 실행합니다:",
    ),
    "rewritten_short": ("Rewritten", "바꾼 부분"),
    "not_rewritten": (
        "The query runs as it is written.",
        "쓰인 그대로 실행합니다.",
    ),
    "kind_of_answer": ("Kind of answer", "답의 종류"),
    "kind_solutions": ("rows", "행"),
    "kind_boolean": ("yes or no", "예/아니요"),
    "kind_graph": ("triples", "트리플"),
    "limits": ("Limits", "제한"),
    "version": ("Version", "판"),
    "query_hash": ("SHA-256 of the query", "질의의 SHA-256"),
    "cut_off": ("This is not the whole answer.", "답의 일부입니다."),
    "cut_off_at": ("It was cut off at", "다음에서 잘렸습니다:"),
    "cut_off_rest": (
        "Download the whole answer below, or ask for other rows with OFFSET.",
        "아래에서 전체 답을 내려받거나 OFFSET으로 다른 행을 요청하세요.",
    ),
    "no_rows_query": (
        "Nothing in the graph matches the query.",
        "질의에 맞는 것이 그래프에 없습니다.",
    ),
    "cite": ("Cite this answer", "이 답 인용하기"),
    "permalink": ("Permalink", "고유 링크"),
    "permalink_of_answer": (
        "The same answer at any later time",
        "나중에도 같은 답을 주는 주소",
    ),
    "receipt": ("Receipt", "답 확인서"),
    "receipt_of_answer": (
        "What was asked, of which version, within which limits",
        "무엇을, 어느 판에, 어떤 제한으로 물었는지",
    ),
    "receipt_intro": (
        "What an answer was an answer to. The permalink gives the same bytes however much is "
        "added to the graph later.",
        "무엇에 대한 답인지 알려 줍니다. 고유 링크는 그래프에 무엇이 더해져도 같은 바이트를 "
        "돌려줍니다.",
    ),
    "not_reproducible": ("differs each time", "물을 때마다 다름"),
    "not_reproducible_long": (
        "The query asks for the time, something random or new blank nodes: its answer differs "
        "each time.",
        "시각이나 임의의 값, 새 빈 노드를 묻는 질의여서 답이 매번 다릅니다.",
    ),
}
