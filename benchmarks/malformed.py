"""Requests that no honest client sends: bytes that are hardly HTTP, and HTTP that is not so."""

# ruff: noqa: E501 — a request is easier to read in one line

from __future__ import annotations

from benchmarks.load_client import Address


def raw_requests(address: Address) -> list[tuple[str, bytes]]:
    """Return requests that no honest client sends, each with a name."""
    path, host = address.path.encode(), b"Host: x\r\n"
    start = b"POST " + path + b" HTTP/1.1\r\n" + host
    query, form = (
        b"Content-Type: application/sparql-query\r\n",
        b"application/x-www-form-urlencoded",
    )
    posted = start + b"Content-Type: " + form + b"\r\n"
    ten_megabytes = b"SELECT * { ?s ?p ?o } #" + b"x" * 10_000_000

    def sized(head: bytes, body: bytes, more: bytes = b"") -> bytes:
        return head + more + b"Content-Length: %d\r\n\r\n" % len(body) + body

    def chunked(head: bytes, chunks: bytes) -> bytes:
        return head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks

    def got(target: bytes, more: bytes = b"") -> bytes:
        return b"GET " + target + b" HTTP/1.1\r\n" + host + more + b"\r\n"

    return [
        ("garbage", bytes(range(256)) * 40 + b"\r\n\r\n"),
        ("TLS", bytes.fromhex("16030100f1010000ed0303") + b"\x00" * 240),
        ("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("HTTP/0.9", b"GET " + path + b"\r\n\r\n"),
        ("HTTP/9.9", b"GET " + path + b" HTTP/9.9\r\n\r\n"),
        ("no host", b"GET " + path + b"?query=ASK%7B%7D HTTP/1.1\r\n\r\n"),
        ("strange method", b"F\x00O " + path + b" HTTP/1.1\r\n" + host + b"\r\n"),
        ("TRACE", b"TRACE " + path + b" HTTP/1.1\r\n" + host + b"\r\n"),
        ("CONNECT", b"CONNECT 127.0.0.1:1 HTTP/1.1\r\n" + host + b"\r\n"),
        ("absolute target", got(b"http://127.0.0.1:1/sparql?query=ASK%7B%7D")),
        ("dots in the path", got(b"/../../../../etc/passwd")),
        ("encoded dots", got(b"/%2e%2e%2f%2e%2e%2fetc/passwd")),
        ("long target", got(path + b"?query=" + b"A" * 1_000_000)),
        ("long header", got(path + b"?query=ASK%7B%7D", b"X: " + b"y" * 1_000_000 + b"\r\n")),
        ("many headers", got(path + b"?query=ASK%7B%7D", b"X: y\r\n" * 20_000)),
        ("folded header", got(path + b"?query=ASK%7B%7D", b"X: y\r\n z\r\n")),
        ("header without colon", got(path + b"?query=ASK%7B%7D", b"nonsense\r\n")),
        ("NUL in header", got(path + b"?query=ASK%7B%7D", b"Accept: a\x00b\r\n")),
        ("bytes in Accept", got(path + b"?query=ASK%7B%7D", b"Accept: \xff\xfe/\xc3\x28\r\n")),
        ("bytes in token", got(path + b"?query=ASK%7B%7D", b"Authorization: Bearer \xff\xff\r\n")),
        ("Range", got(path + b"?query=ASK%7B%7D", b"Range: bytes=0-1,5-,-9\r\n")),
        ("Expect", sized(start + query, b"ASK{}", b"Expect: 100-continue\r\n")),
        ("Upgrade", got(path, b"Connection: Upgrade\r\nUpgrade: websocket\r\n")),
        ("odd If-None-Match", got(path + b"?query=ASK%7B%7D", b'If-None-Match: W/"\xff", ,,*\r\n')),
        ("latin-1 query", got(path + b"?query=ASK%7B%3Cx%3Ay%E9%3E+%3Fp+%3Fo%7D")),
        ("lone surrogate", got(path + b"?query=ASK%7B%22%ED%A0%80%22+%3Fp+%3Fo%7D")),
        ("half an escape", got(path + b"?query=ASK%7B%7D%")),
        ("escape of nothing", got(path + b"?query=%zz%u0041")),
        ("NUL in query", got(path + b"?query=ASK%00%7B%7D")),
        ("raw bytes in target", got(path + b"?query=ASK\xff\xfe{}")),
        ("spaces in target", got(path + b"?query=ASK {}")),
        ("bytes in body", sized(start + query, b"ASK {} # \xff\xfe\xc3\x28")),
        ("bytes in form", sized(posted, b"query=ASK%7B%7D%ff&x=\xff")),
        ("a thousand fields", sized(posted, b"query=ASK%7B%7D&" + b"a=b&" * 200_000)),
        ("UTF-16", sized(start + query[:-2] + b"; charset=utf-16\r\n", "ASK {}".encode("utf-16"))),
        ("charset of nothing", sized(start + query[:-2] + b"; charset=\r\n", b"ASK {}")),
        ("gzip that is none", sized(start + query, b"ASK {}", b"Content-Encoding: gzip\r\n")),
        ("no media type", sized(start, b"ASK {}")),
        ("multipart", sized(start + b"Content-Type: multipart/form-data; boundary=\r\n", b"--\r\n")),
        ("XML body", sized(start + b"Content-Type: text/xml\r\n", b"<!DOCTYPE a [<!ENTITY b 'c'>]>")),
        ("no length", start + query + b"\r\nASK {}"),
        ("negative length", start + query + b"Content-Length: -5\r\n\r\nASK {}"),
        ("vast length", start + query + b"Content-Length: 99999999999999999999\r\n\r\nASK {}"),
        ("long length", start + query + b"Content-Length: 1048576\r\n\r\nASK {}"),
        ("two lengths", start + query + b"Content-Length: 6\r\nContent-Length: 7\r\n\r\nASK {}x"),
        ("length and chunks", chunked(start + query + b"Content-Length: 3\r\n", b"6\r\nASK {}\r\n0\r\n\r\n")),
        ("bad chunk size", chunked(start + query, b"zz\r\nASK {}\r\n0\r\n\r\n")),
        ("negative chunk", chunked(start + query, b"-6\r\nASK {}\r\n0\r\n\r\n")),
        ("vast chunk", chunked(start + query, b"ffffffffffffffff\r\nASK {}")),
        ("chunk too short", chunked(start + query, b"9\r\nASK {}\r\n0\r\n\r\n")),
        ("tiny chunks", chunked(start + query, b"1\r\n \r\n" * 50_000 + b"6\r\nASK {}\r\n0\r\n\r\n")),
        ("ten megabytes", sized(start + query, ten_megabytes)),
        ("ten megabytes in chunks", chunked(start + query, b"989680\r\n" + b"x" * 10_000_000 + b"\r\n0\r\n\r\n")),
        ("ten megabytes as form", sized(posted, b"query=" + b"%20" * 3_300_000)),
        ("update without a token", sized(posted, b"update=CLEAR+ALL")),
        ("update, false token", sized(posted, b"update=CLEAR+ALL", b"Authorization: Bearer x\r\n")),
        ("update by GET", got(path + b"?update=CLEAR%20ALL")),
        ("both operations", sized(posted, b"query=ASK%7B%7D&update=CLEAR+ALL")),
        ("cancel another's", b"DELETE " + path + b"/queries/same HTTP/1.1\r\n" + host + b"\r\n"),
        ("list of queries", got(path + b"/queries")),
        ("forged sender", got(path + b"?query=ASK%7B%7D", b"X-Forwarded-For: 127.0.2.1\r\n" * 9)),
        ("method override", got(path, b"X-HTTP-Method-Override: DELETE\r\n")),
        ("store without a token", b"DELETE /rdf-graph-store?default HTTP/1.1\r\n" + host + b"\r\n"),
        ("heavy HEAD", b"HEAD " + path + b"?query=SELECT+*+%7B%3Fa+%3Fb+%3Fc.%3Fd+%3Fe+%3Ff%7D HTTP/1.1\r\n" + host + b"\r\n"),
    ]  # fmt: skip
