"""What a client may and may not send: the F, X and B rows of requests, whole, line by line and byte by byte."""
import re

import pytest
from harness import Weir
from wire import WAYS, all_at_once, ask, with_visits

POLICY = """
weir: 1
timezone: UTC
categories:
  bad: { sites: [blocked.test, "127.0.0.9", "bücher.test"], urls: [paths.test/secret] }
groups:
  default:
    rules:
      - block: [bad]
        reason: "Not here"
    default: allow
"""


def get(*fields, line=b"GET http://ORIGIN/x HTTP/1.1", host=b"Host: ORIGIN", body=b""):
    return b"\r\n".join([line, *([host] if host is not None else []), *fields, b"", b""]) + body


def post(*fields, body=b""):
    return get(*fields, line=b"POST http://ORIGIN/x HTTP/1.1", body=body)


def chunked(body, *fields):
    return post(b"Transfer-Encoding: chunked", *fields, body=body)


def connect(target, *fields, body=b""):
    return get(*fields, line=b"CONNECT " + target + b" HTTP/1.1", host=b"Host: " + target, body=body)


LAST = b"0\r\n\r\n"
many = lambda n: [b"X-%d: 1" % i for i in range(n)]

# Row, what is wrong, the request, the status.
HEADS = [
    ("F1", "length and coding", post(b"Content-Length: 5", b"Transfer-Encoding: chunked", body=LAST), 400),
    ("F1", "coding and length", post(b"Transfer-Encoding: chunked", b"Content-Length: 5", body=LAST), 400),
    ("F2", "different", post(b"Content-Length: 5", b"Content-Length: 6", body=b"hello"), 400),
    ("F2", "same", post(b"Content-Length: 5", b"Content-Length: 5", body=b"hello"), 400),
    ("F2", "list", post(b"Content-Length: 5, 5", body=b"hello"), 400),
    *[("F3", repr(v), post(b"Content-Length: " + v, body=b"hello"), 400)
      for v in (b"", b"+5", b"-1", b"0x5", b"5_0", b"1e1", b"5 5", b"%d" % 2**63, b"%d" % (2**64 + 5), b"5\x0b", b"5,", "５".encode())],
    *[("F4", repr(v), post(b"Transfer-Encoding: " + v, body=LAST), 400)
      for v in (b"identity", b"", b",chunked", b"chunked;p", b"chunked;p=1", b"chunked, chunked", b"\x0bchunked", b"chunked\x0c", b"\x85chunked", b"chunked\xa0",
                b"chunked,\r\n identity", b"\r\n chunked", b"chunked, gzip", b"chunked, identity", b"xchunked", b'"chunked"', b"chunked, ", b"chunke\x64\x00")],
    ("F4", "twice", post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked", body=LAST), 400),
    ("F4", "twice, identity", post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity", body=LAST), 400),
    ("F4", "gzip, chunked", post(b"Transfer-Encoding: gzip, chunked", body=LAST), 501),
    ("F4", "gzip then chunked", post(b"Transfer-Encoding: gzip", b"Transfer-Encoding: chunked", body=LAST), 501),
    ("F5", "1.0", get(b"Transfer-Encoding: chunked", line=b"POST http://ORIGIN/x HTTP/1.0", body=LAST), 400),
    ("F6", "space", get(b"X-A: 1\r\n 2"), 400),
    ("F6", "tab", get(b"X-A: 1\r\n\t2"), 400),
    ("F6", "empty", get(b"X-A: 1\r\n ", b"X-B: 2"), 400),
    ("F6", "host", get(host=b"Host:\r\n ORIGIN"), 400),
    ("F7", "space", get(b"X-A : 1"), 400),
    ("F7", "tab", get(b"X-A\t: 1"), 400),
    ("F7", "length", post(b"Content-Length : 5", body=b"hello"), 400),
    ("F7", "host", get(host=b"Host : ORIGIN"), 400),
    ("F8", "space", get(host=b" Host: ORIGIN"), 400),
    ("F8", "tab", get(host=b"\tHost: ORIGIN"), 400),
    ("F8", "blanks", get(host=b"  "), 400),
    ("F9", "start line", b"GET http://ORIGIN/x HTTP/1.1\nHost: ORIGIN\r\n\r\n", 400),
    ("F9", "field", b"GET http://ORIGIN/x HTTP/1.1\r\nHost: ORIGIN\nX-A: 1\r\n\r\n", 400),
    ("F9", "end", b"GET http://ORIGIN/x HTTP/1.1\r\nHost: ORIGIN\r\n\n", 400),
    ("F9", "end of field and head", b"GET http://ORIGIN/x HTTP/1.1\r\nHost: ORIGIN\n\n", 400),
    ("F9", "0.9", b"GET /x\nHost: ORIGIN\r\n\r\n", 400),
    ("F9", "leading", b"\nGET http://ORIGIN/x HTTP/1.1\r\nHost: ORIGIN\r\n\r\n", 400),
    *[("F10", repr(v), get(b"X-A: a" + v + b"b"), 400) for v in (b"\r", b"\0", b"\x01", b"\x08", b"\x0b", b"\x1b", b"\x7f")],
    ("F10", "CR in the end", b"GET http://ORIGIN/x HTTP/1.1\r\nHost: ORIGIN\r\n\rX: 1\r\n\r\n", 400),
    ("F10", "CR CR LF", b"GET http://ORIGIN/x HTTP/1.1\r\nHost: ORIGIN\r\r\n\r\n", 400),
    ("F10", "name", get(b"X-\x80: 1"), 400),
    ("F10", "utf-8 name", get("X-é: 1".encode()), 400),
    *[("F11", repr(v), get(v), 400) for v in (b": x", b"nocolon", b"X@A: 1", b"X A: 1", b"(x): 1", b"X[: 1", b'"x": 1', b"X/A: 1", b"X{}: 1")],
    *[("F17", repr(v), get(line=v), 400) for v in (
        b"GET  http://ORIGIN/x HTTP/1.1", b"GET http://ORIGIN/x  HTTP/1.1", b"GET\thttp://ORIGIN/x HTTP/1.1", b"GET http://ORIGIN/x\tHTTP/1.1",
        b"GET http://ORIGIN/x HTTP/1.1 ", b" GET http://ORIGIN/x HTTP/1.1", b"GET http://ORIGIN/x http/1.1", b"GET http://ORIGIN/x HTTP/1.2", b"GET http://ORIGIN/x",
        b"GET http://ORIGIN/x RTSP/1.0", b"GET http://ORIGIN/\x01 HTTP/1.1", b"GET http://ORIGIN/\0 HTTP/1.1", b"GET http://ORIGIN/\x7f HTTP/1.1", b"GET http://ORIGIN/a b HTTP/1.1",
        b"GET http://ORIGIN/x HTTP/1.", b"GET http://ORIGIN/x HTTP/11", b"GET http://ORIGIN/x HTTP/1.10", b"GET http://ORIGIN/x HTTP/01.1", b"GET", b"GET ", b"GET http://ORIGIN/x HTTP/1,1")],
    ("F17", "2.0", get(line=b"GET http://ORIGIN/x HTTP/2.0"), 505),
    ("F17", "3.0", get(line=b"GET http://ORIGIN/x HTTP/3.0"), 505),
    ("F17", "preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400, 505)),
    ("F17", "five empty lines", b"\r\n" * 5 + get(), 400),
    ("F18", "head", get(*[b"X-%d: " % i + b"v" * 1000 for i in range(70)]), 431),
    ("F18", "fields", get(*many(201)), 431),
    ("F18", "field", get(b"X-A: " + b"v" * 33000), 431),
    ("F18", "name", get(b"X" * 33000 + b": 1"), 431),
    ("F19", "target", get(line=b"GET http://ORIGIN/" + b"x" * 17000 + b" HTTP/1.1"), 414),
    ("F19", "endless", b"GET http://ORIGIN/" + b"x" * 70000, 414),
    ("F20", "no token", get(line=b"G@T http://ORIGIN/x HTTP/1.1"), 501),
    ("F20", "no token, high", get(line=b"G\xc3\x89T http://ORIGIN/x HTTP/1.1"), 501),
    ("F21", "missing", get(host=None), 400),
    ("F21", "twice", get(b"Host: ORIGIN"), 400),
    *[("F21", repr(v), get(host=b"Host: " + v), 400)
      for v in (b"a.test, b.test", b"u@a.test", b"a.test/x", b"a b", b"a.test:99999", b"a.test:x", b"a.test:-1", b"a.test?", b"a.test#x", b"[::1", b"::1", b"a.test:80:80", b"a\\b", b"http://a.test")],
    ("F23", "origin-form", get(line=b"GET /x HTTP/1.1"), 400),
    ("F23", "asterisk", get(line=b"GET * HTTP/1.1"), 400),
    ("F23", "fragment", get(line=b"GET http://ORIGIN/x#f HTTP/1.1"), 400),
    ("F23", "userinfo", get(line=b"GET http://u:p@ORIGIN/x HTTP/1.1"), 400),
    ("F23", "empty userinfo", get(line=b"GET http://@ORIGIN/x HTTP/1.1"), 400),
    ("F23", "authority-form", get(line=b"GET ORIGIN HTTP/1.1"), 400),
    ("F23", "no host", get(line=b"GET http:///x HTTP/1.1"), 400),
    ("F23", "port only", get(line=b"GET http://:80/x HTTP/1.1"), 400),
    *[("F23", repr(v), get(line=b"GET " + v + b" HTTP/1.1"), 400)
      for v in (b"file:///etc/passwd", b"urn:isbn:1", b"cache_object://ORIGIN/info", b"javascript:alert(1)", b"ws://ORIGIN/x", b"https://ORIGIN/x", b"wss://ORIGIN/", b"http:ORIGIN/x", b"http:/ORIGIN/x",
                b"http:\\\\ORIGIN\\x")],
    *[("X1", repr(v), connect(v), 400)
      for v in (b"o.test", b"o.test:", b"o.test:0", b"o.test:65536", b"o.test:+443", b"o.test:4 3", b"/x", b"http://ORIGIN/", b"::1:443", b"[::1]", b"[::1]443", b"u@o.test:443", b"o.test:443/", b":443",
                b"o.test:00000000000443x", b"*")],
    ("X2", "length", connect(b"ORIGIN", b"Content-Length: 5", body=b"hello"), 400),
    ("X2", "coding", connect(b"ORIGIN", b"Transfer-Encoding: chunked", body=LAST), 400),
    *[("X8", repr(v), post(b"Expect: " + v, b"Content-Length: 1", body=b"x"), 417) for v in (b"x", b"y 100-continue", b"100-continue, x", b"100-continue=1")],
    *[("X11", repr(v), get(b"Connection: " + v, b"TE: trailers"), 400)
      for v in (b"Host", b"Content-Length", b"Transfer-Encoding", b"close, host", b"HOST")],
    *[("X13", repr(v), get(b"Max-Forwards: " + v, line=b"OPTIONS http://ORIGIN/x HTTP/1.1"), 400) for v in (b"-1", b"x", b"", b"1.0", b"+1", b"1" + b"0" * 30)],
    *[("B1", repr(v), get(line=b"GET http://" + v + b"/x HTTP/1.1", host=b"Host: a.test"), 400)
      for v in (b"[fe80::1%25eth0]", b"[fe80::1%eth0]", b"256.1.1.1", b"1.2.3.4.5", b"0x100000000", b"a.test:0x50", b"a%00.test", b"a%2ftest", b"a..test", b"[1.2.3.4]", b"a b.test", b"127.0.0.1.1")],
]

# A body that breaks the framing: the head may have gone on, the end of the message never does.
BODIES = [
    *[("F9", repr(v), v) for v in (b"5\nhello\r\n0\r\n\r\n", b"5;a=b\nhello\r\n0\r\n\r\n", b"5\r\nhello\n0\r\n\r\n", b"5\r\nhello\r\n0\n\r\n", b"5\r\nhello\r\n0\r\n\n", b"0\r\nX: y\n\r\n", b"0\r\nX: y\r\n\n")],
    *[("F12", repr(v), v + b"\r\nx\r\n0\r\n\r\n")
      for v in (b"", b"0x1", b"+1", b"-1", b"1_0", b" 1", b"1 ", b"\t1", b"0" * 16 + b"1", b"8000000000000000", b"FFFFFFFFFFFFFFFF", b"g", b"1\r", "１".encode())],
    ("F13", "line", b"1;" + b"a" * 300 + b"\r\nx\r\n" + LAST),
    ("F13", "message", (b"1;a=" + b"b" * 200 + b"\r\nx\r\n") * 25 + LAST),
    *[("F13", repr(v), b"1" + v + b"\r\nx\r\n" + LAST) for v in (b";", b";a=\0", b";a=\rb", b';a="b\r\nc"', b";;", b";=b", b';a="b', b";a=b;")],
    ("F14", "longer", b"1\r\nab\r\n" + LAST),
    ("F14", "no CRLF", b"1\r\na0\r\n\r\n"),
    ("F14", "no CRLF at all", b"1\r\na1\r\na" + LAST),
    ("F15", "trailers", b"0\r\n" + b"".join(b"X-%d: 1\r\n" % i for i in range(10000)) + b"\r\n"),
    ("F13", "line feed", b"1;a\n;b\r\nx\r\n" + LAST),
    ("F15", "bad trailer", b"0\r\nX A: 1\r\n\r\n"),
    ("F15", "no colon", b"0\r\nnocolon\r\n\r\n"),
]


@pytest.fixture(scope="module")
def weir():
    with Weir(policy=POLICY) as server:
        yield server


@pytest.fixture(scope="module")
def shown(weir):
    jobs = {("head", row, name, way): (lambda d=data, w=way: ask(weir.port, d, w, wait_end=True)) for row, name, data, _ in HEADS for way in WAYS}
    jobs |= {("body", row, name, way): (lambda d=chunked(data), w=way: ask(weir.port, d, w, wait_end=True, upstreams_end=True)) for row, name, data in BODIES for way in WAYS}
    return with_visits(weir, all_at_once(jobs))


def closes(s):
    reply = s.replies[-1]
    assert reply.field("Connection") == "close" and reply.field("Proxy-Status"), reply
    assert (s.rest, s.ended) == (b"", "eof"), s
    assert s.lingered < 4
    # No text of a stack, no echo of the request.
    assert not re.search(rb"<script|Fatal error|\.swift|/x HTTP|o\.test:%d" % s.port, reply.body), reply.body


@pytest.mark.parametrize("row,name,way,status", [(r, n, w, s) for r, n, _, s in HEADS for w in WAYS], ids=str)
def test_refused_head(shown, row, name, way, status):
    s = shown["head", row, name, way]
    assert s.error is None, s.error
    assert s.status in (status if isinstance(status, tuple) else (status,))
    closes(s)
    assert (s.upstreams, s.origin) == (0, b"")
    assert [(v["verdict"], v["outcome"], v["status"]) for v in s.visits] == [("reject", "rejected", s.status)]
    assert s.visits[0]["reason"] and s.visits[0]["up"] == s.visits[0]["down"] == 0
    # F23: userinfo is stored nowhere.
    assert "u:p" not in str(s.visits) and b"u:p" not in s.replies[-1].body


@pytest.mark.parametrize("row,name,way", [(r, n, w) for r, n, _ in BODIES for w in WAYS], ids=str)
def test_refused_body(shown, row, name, way):
    s = shown["body", row, name, way]
    assert s.error is None, s.error
    assert s.status == (431 if name == "trailers" else 400)
    closes(s)
    # What went on is of this one request, and has no end.
    assert s.upstreams <= 1 and s.origin.count(b" HTTP/1.1\r\n") <= s.upstreams and b"\r\n0\r\n" not in s.origin
    assert all(end for end in s.upstream_ended)
    assert len(s.visits) == 1 and s.visits[0]["status"] == s.status and s.visits[0]["reason"], s.visits
    assert s.visits[0]["outcome"] == "rejected"
