from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from api.answer_cache import AnswerCache, Prepared


def prepared(size: int) -> Prepared:
    start = {"type": "http.response.start", "status": 200, "headers": []}
    body = {"type": "http.response.body", "body": b"x" * size}
    return Prepared(start, body, start, b'W/"x"', size)


def test_what_was_used_least_goes_first() -> None:
    cache: AnswerCache[Prepared] = AnswerCache(100_000)
    for key in range(9):
        assert cache.put(key, prepared(8_000))
        cache.get(0)
    assert cache.put("new", prepared(8_000))
    assert cache.put("newer", prepared(8_000))
    assert cache.get(0) is not None
    assert cache.get(1) is None
    assert cache.bytes <= cache.limit_bytes


def test_no_answer_fills_the_cache() -> None:
    cache: AnswerCache[Prepared] = AnswerCache(100_000)
    assert not cache.put("large", prepared(50_000))
    assert cache.get("large") is None


def test_a_cache_of_nothing_keeps_nothing() -> None:
    cache: AnswerCache[Prepared] = AnswerCache(0)
    assert not cache.put("key", prepared(0))


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 30_000)), max_size=60))
def test_the_bytes_are_bounded(puts: list[tuple[int, int]]) -> None:
    cache: AnswerCache[Prepared] = AnswerCache(200_000)
    for key, size in puts:
        kept = cache.put(key, prepared(size), key_bytes=10)
        assert (cache.get(key) is not None) >= kept
        assert 0 <= cache.bytes <= cache.limit_bytes
    held = [found for key in range(21) if (found := cache.get(key))]
    assert cache.bytes == sum(item.size + 10 + 3_000 for item in held)
