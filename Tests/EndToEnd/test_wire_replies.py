"""What an origin may and may not send, and what passes unchanged: the F and X rows of replies and of good requests."""
import os
import pathlib
import re
import signal
import socket
import threading
import time

import pytest
from harness import Weir, wait_for
from test_wire import LAST, POLICY, chunked, connect, get, many, post
from wire import WAYS, Origin, Reader, Shown, all_at_once, ask, client, in_ways, new_address, send, with_visits

VIA = re.compile(rb"Via: 1\.[01] weir-[a-z0-9]+\r\n")
# What an origin sees of get().
ASKED = b"GET /x HTTP/1.1\r\nHost: ORIGIN\r\nVIA\r\n"


def ok(*fields, body=b"ok", status=b"200 OK"):
    return b"\r\n".join([b"HTTP/1.1 " + status, *fields, b"", b""]) + body


# Row, what is wrong, the reply: discarded, 502.
BROKEN = [
    ("F1", "both", ok(b"Content-Length: 2", b"Transfer-Encoding: chunked", body=b"2\r\nok\r\n" + LAST)),
    ("F2", "different", ok(b"Content-Length: 2", b"Content-Length: 3")),
    ("F2", "list", ok(b"Content-Length: 2, 3")),
    *[("F3", repr(v), ok(b"Content-Length: " + v)) for v in (b"", b"+2", b"-1", b"0x2", b"2_0", b"1e1", b"2 2", b"%d" % 2**63, b"%d" % (2**64 + 2))],
    *[("F4", repr(v), ok(b"Transfer-Encoding: " + v, body=b"2\r\nok\r\n" + LAST))
      for v in (b"identity", b"", b",chunked", b"chunked;p", b"chunked, chunked", b"\x0bchunked", b"chunked\x0c", b"\x85chunked", b"chunked\xa0", b"gzip", b"gzip, chunked", b"chunked, gzip", b"chunked,\r\n gzip")],
    ("F5", "1.0", b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n" + LAST),
    *[("F6", n.decode(), ok(n + b":\r\n 2" if n == b"Content-Length" else n + b": a\r\n b", *([] if n == b"Content-Length" else [b"Content-Length: 2"])))
      for n in (b"Content-Length", b"Connection", b"Set-Cookie", b"Host")],
    ("F6", "Transfer-Encoding", ok(b"Transfer-Encoding:\r\n chunked", body=b"2\r\nok\r\n" + LAST)),
    ("F8", "first field", ok(b" X: 1", b"Content-Length: 2")),
    ("F9", "status line", b"HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\nok"),
    ("F9", "field", b"HTTP/1.1 200 OK\r\nContent-Length: 2\nX: y\r\n\r\nok"),
    ("F9", "end", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\nok"),
    *[("F10", repr(v), ok(b"X-A: a" + v + b"b", b"Content-Length: 2")) for v in (b"\r", b"\0", b"\x01", b"\x7f")],
    ("F10", "CR in the end", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\rX: 1\r\n\r\nok"),
    ("F10", "CR CR LF", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\r\n\r\nok"),
    ("F10", "name", ok(b"X-\x80: 1", b"Content-Length: 2")),
    *[("F11", repr(v), ok(v, b"Content-Length: 2")) for v in (b": x", b"nocolon", b"X@: 1")],
    ("F18", "head", ok(*[b"X-%d: " % i + b"v" * 1000 for i in range(70)], b"Content-Length: 2")),
    ("F18", "fields", ok(*many(201), b"Content-Length: 2")),
    ("F18", "field", ok(b"X-A: " + b"v" * 33000, b"Content-Length: 2")),
    *[("start", repr(v), v + b"\r\nContent-Length: 2\r\n\r\nok")
      for v in (b"HTTP/1.1", b"HTTP/1.1 20 OK", b"HTTP/1.1 2000 OK", b"HTTP/1.1 099 OK", b"HTTP/1.1  200 OK", b"http/1.1 200 OK", b"HTTP/2.0 200 OK", b"ICY 200 OK", b"HTTP/1.1 2x0 OK", b"hello")],
    ("X6", "unasked 101", ok(b"Upgrade: websocket", b"Connection: Upgrade", status=b"101 Switching Protocols", body=b"raw")),
    ("X7", "50 x 103", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 50 + ok(b"Content-Length: 2")),
    ("X7", "50 x 100", b"HTTP/1.1 100 Continue\r\n\r\n" * 50 + ok(b"Content-Length: 2")),
]

# Row, what, reply as sent, what the client gets of the fields named, body.
MENDED = [
    ("F2", "same", ok(b"Content-Length: 2", b"Content-Length: 2"), {"Content-Length": ["2"]}),
    ("F2", "same list", ok(b"Content-Length: 2, 2"), {"Content-Length": ["2"]}),
    ("F3", "005", ok(b"Content-Length: 002"), {"Content-Length": ["2"]}),
    ("F6", "fold", ok(b"X-A: a\r\n\t b", b"Content-Length: 2"), {"X-A": ["a b"]}),
    ("F7", "space", ok(b"X-A : a", b"Content-Length: 2"), {"X-A": ["a"]}),
    ("F7", "tab", ok(b"X-A\t: a", b"Content-Length: 2"), {"X-A": ["a"]}),
    ("F7", "length", ok(b"Content-Length : 2"), {"Content-Length": ["2"]}),
    ("F7", "coding", ok(b"Transfer-Encoding : chunked", body=b"2\r\nok\r\n" + LAST), {"Transfer-Encoding": ["chunked"]}),
    ("F11", "underscore", ok(b"Content_Length: 5", b"Transfer_Encoding: chunked", b"Content-Length: 2"), {"Content-Length": ["2"], "Content_Length": ["5"], "Transfer_Encoding": ["chunked"]}),
    ("X7", "15 x 100", b"HTTP/1.1 100 Continue\r\n\r\n" * 15 + ok(b"Content-Length: 2"), {"Content-Length": ["2"]}),
    ("F10", "high", ok(b"X-A: \x80\xff", b"Content-Length: 2"), {"X-A": ["\x80\xff"]}),
    ("X11", "nominated", ok(b"Connection: X-A, x-b", b"X-A: 1", b"X-B: 1", b"X-C: 1", b"Keep-Alive: timeout=5", b"Proxy-Connection: close", b"Content-Length: 2"),
     {"X-A": [], "X-B": [], "X-C": ["1"], "Keep-Alive": [], "Proxy-Connection": []}),
    ("X14", "challenge", ok(b"Proxy-Authenticate: Basic", b"Proxy-Authentication-Info: x", b"Content-Length: 2"), {"Proxy-Authentication-Info": []}),
    ("F13", "extensions", ok(b"Transfer-Encoding: chunked", body=b'2;a="b;c"\r\nok\r\n0;x\r\n\r\n'), {"Transfer-Encoding": ["chunked"]}),
    ("F15", "trailers unasked", ok(b"Transfer-Encoding: chunked", body=b"2\r\nok\r\n0\r\nX-T: 1\r\n\r\n"), {"X-T": []}),
    ("close", "1.0", b"HTTP/1.0 200 OK\r\n\r\nok", {}),
]


@pytest.fixture(scope="module")
def weir():
    with Weir(policy=POLICY) as server:
        yield server


@pytest.fixture(scope="module")
def shown(weir):
    jobs = {("broken", row, name, way): (lambda d=data, w=way: answered(weir, d, w)) for row, name, data in BROKEN for way in WAYS}
    jobs |= {("mended", row, name, way): (lambda d=data, w=way, c=row == "close": answered(weir, d, w, close=c)) for row, name, data, _ in MENDED for way in WAYS}
    return with_visits(weir, all_at_once(jobs))


def answered(weir, data, way, **options):
    def serve(connection):
        while connection.request():
            connection.send(data, way)
            if options.get("close"):
                connection.s.close()
                return
    return ask(weir.port, get(), quiet=0.05, upstreams_end=not options, serve=serve)


@pytest.mark.parametrize("row,name,way", [(r, n, w) for r, n, _ in BROKEN for w in WAYS], ids=str)
def test_broken_reply(shown, row, name, way):
    s = shown["broken", row, name, way]
    assert s.error is None, s.error
    assert s.status == 502 and s.replies[-1].field("Proxy-Status") and s.rest == b""
    assert not s.ended and not s.replies[-1].field("Connection"), "the client's is not"
    assert s.upstreams == 1 and all(s.upstream_ended), "the upstream connection is closed"
    assert VIA.sub(b"VIA", s.origin) == ASKED.replace(b"ORIGIN", b"o.test:%d" % s.port), "asked once"
    assert [(v["verdict"], v["outcome"], v["status"]) for v in s.visits] == [("allow", "upstream-error", 502)]


@pytest.mark.parametrize("row,name,way,fields", [(r, n, w, f) for r, n, d, f in MENDED for w in WAYS], ids=lambda v: v if isinstance(v, str) else "")
def test_reply_passes(shown, row, name, way, fields):
    s = shown["mended", row, name, way]
    assert s.error is None, s.error
    reply = s.replies[-1]
    assert (reply.status, reply.body) == (200, b"ok")
    assert {k: reply.all(k) for k in fields} == fields
    assert reply.field("Via")
    assert (s.rest, s.ended) == (b"", "eof" if row == "close" else None), "the connection is kept, unless it is the reply's only end"
    assert s.upstreams == 1 and VIA.sub(b"VIA", s.origin) == ASKED.replace(b"ORIGIN", b"o.test:%d" % s.port), "asked once"
    assert [(v["verdict"], v["outcome"], v["status"], v["down"]) for v in s.visits] == [("allow", "complete", 200, 2)]


# Row, what, what the client sends, what the origin gets, ORIGIN and VIA standing for theirs.
HEAD = b"Host: ORIGIN\r\n"
PASSING = [
    ("F3", "005", post(b"Content-Length: 005", body=b"hello"), b"POST /x HTTP/1.1\r\nHost: ORIGIN\r\nContent-Length: 5\r\nVIA\r\nhello"),
    ("F10", "high value", get(b"X-A: \x80\xff\xc3"), b"GET /x HTTP/1.1\r\nHost: ORIGIN\r\nX-A: \x80\xff\xc3\r\nVIA\r\n"),
    ("F11", "underscore", get(b"Content_Length: 5", b"Transfer_Encoding: chunked"), b"GET /x HTTP/1.1\r\nHost: ORIGIN\r\nContent_Length: 5\r\nTransfer_Encoding: chunked\r\nVIA\r\n"),
    ("F13", "extensions", chunked(b'5;a=b;c="d"\r\nhello\r\n0;x\r\n\r\n'), b"POST /x HTTP/1.1\r\nHost: ORIGIN\r\nTransfer-Encoding: chunked\r\nVIA\r\n5\r\nhello\r\n0\r\n\r\n"),
    ("F15", "trailers", chunked(b"5\r\nhello\r\n0\r\nContent-Length: 9\r\nHost: x\r\nAuthorization: y\r\nSet-Cookie: z\r\nTE: trailers\r\nTrailer: X-A\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\n\r\n"),
     b"POST /x HTTP/1.1\r\nHost: ORIGIN\r\nTransfer-Encoding: chunked\r\nVIA\r\n5\r\nhello\r\n0\r\n\r\n"),
    ("F17", "four empty lines", b"\r\n" * 4 + get(), b"GET /x HTTP/1.1\r\nHost: ORIGIN\r\nVIA\r\n"),
    ("F18", "199 fields", get(*many(198)), b"GET /x HTTP/1.1\r\nHost: ORIGIN\r\n" + b"".join(f + b"\r\n" for f in many(198)) + b"VIA\r\n"),
    ("F19", "8,000", get(line=b"GET http://ORIGIN/" + b"x" * 8000 + b" HTTP/1.1"), b"GET /" + b"x" * 8000 + b" HTTP/1.1\r\nHost: ORIGIN\r\nVIA\r\n"),
    ("F20", "FROB", get(line=b"FROB http://ORIGIN/x HTTP/1.1"), b"FROB /x HTTP/1.1\r\nHost: ORIGIN\r\nVIA\r\n"),
    ("F20", "get", get(line=b"get http://ORIGIN/x HTTP/1.1"), b"get /x HTTP/1.1\r\nHost: ORIGIN\r\nVIA\r\n"),
    ("F22", "another host", get(host=b"Host: other.test"), b"GET /x HTTP/1.1\r\nHost: ORIGIN\r\nVIA\r\n"),
    ("F22", "blocked host", get(host=b"Host: blocked.test"), b"GET /x HTTP/1.1\r\nHost: ORIGIN\r\nVIA\r\n"),
    ("F23", "empty path", get(line=b"GET http://ORIGIN HTTP/1.1"), b"GET / HTTP/1.1\r\nHost: ORIGIN\r\nVIA\r\n"),
    ("F23", "empty path, query", get(line=b"GET http://ORIGIN?a HTTP/1.1"), b"GET /?a HTTP/1.1\r\nHost: ORIGIN\r\nVIA\r\n"),
    ("X11", "nominated", get(b"Connection: X-A, Cookie, keep-alive", b"X-A: 1", b"cookie: 2", b"X-B: 3", b"Keep-Alive: timeout=5", b"Proxy-Connection: keep-alive", b"TE: trailers, gzip"),
     b"GET /x HTTP/1.1\r\nHost: ORIGIN\r\nX-B: 3\r\nVIA\r\n"),
    ("X12", "via kept", get(b"Via: 1.0 fred, 1.1 other"), b"GET /x HTTP/1.1\r\nHost: ORIGIN\r\nVia: 1.0 fred, 1.1 other\r\nVIA\r\n"),
    ("X13", "options 3", get(b"Max-Forwards: 3", line=b"OPTIONS http://ORIGIN/x HTTP/1.1"), b"OPTIONS /x HTTP/1.1\r\nHost: ORIGIN\r\nMax-Forwards: 2\r\nVIA\r\n"),
    ("X13", "not for GET", get(b"Max-Forwards: 0"), b"GET /x HTTP/1.1\r\nHost: ORIGIN\r\nMax-Forwards: 0\r\nVIA\r\n"),
    ("X14", "credentials", get(b"Proxy-Authorization: Basic YTpi", b"Authorization: Basic YTpi"), b"GET /x HTTP/1.1\r\nHost: ORIGIN\r\nAuthorization: Basic YTpi\r\nVIA\r\n"),
    ("X16", "target", get(line=b"GET http://ORIGIN/a%2Fb/../c//d;e?a|b{c}^%zz HTTP/1.1"), b"GET /a%2Fb/../c//d;e?a|b{c}^%zz HTTP/1.1\r\nHost: ORIGIN\r\nVIA\r\n"),
    ("X16", "raw target", get(line=b"GET http://ORIGIN/\xc3\xa9?\xff HTTP/1.1"), b"GET /\xc3\xa9?\xff HTTP/1.1\r\nHost: ORIGIN\r\nVIA\r\n"),
    ("X16", "values", get(b"x-ODD:value", b"X-Odd:   a  b \t", b"X-odd:", b"Accept: */*", b"ACCEPT: a/b"),
     b"GET /x HTTP/1.1\r\nHost: ORIGIN\r\nx-ODD:value\r\nX-Odd:   a  b \t\r\nX-odd:\r\nAccept: */*\r\nACCEPT: a/b\r\nVIA\r\n"),
    ("X16", "cookie", get(b"Cookie: " + b"c" * 8192), b"GET /x HTTP/1.1\r\nHost: ORIGIN\r\nCookie: " + b"c" * 8192 + b"\r\nVIA\r\n"),
    ("B7", "forged", get(b"X-Forwarded-For: 1.2.3.4", b"Forwarded: for=1.2.3.4"), b"GET /x HTTP/1.1\r\nHost: ORIGIN\r\nVIA\r\n"),
    ("3.2.4", "options", get(line=b"OPTIONS http://ORIGIN HTTP/1.1"), b"OPTIONS * HTTP/1.1\r\nHost: ORIGIN\r\nVIA\r\n"),
    ("3.2.4", "options of the root", get(line=b"OPTIONS http://ORIGIN/ HTTP/1.1"), b"OPTIONS / HTTP/1.1\r\nHost: ORIGIN\r\nVIA\r\n"),
    ("X6", "h2c", get(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQAAP__"), b"GET /x HTTP/1.1\r\nHost: ORIGIN\r\nVIA\r\n"),
    ("X6", "unknown", get(b"Connection: Upgrade", b"Upgrade: foo/2"), b"GET /x HTTP/1.1\r\nHost: ORIGIN\r\nVIA\r\n"),
    ("1.0", "no host", get(line=b"GET http://ORIGIN/x HTTP/1.0", host=None), b"GET /x HTTP/1.1\r\nHost: ORIGIN\r\nVIA\r\n"),
    ("D4", "10,000 elements", get(b"X-F: " + b"a," * 10000), b"GET /x HTTP/1.1\r\nHost: ORIGIN\r\nX-F: " + b"a," * 10000 + b"\r\nVIA\r\n"),
]


@pytest.fixture(scope="module")
def passed(weir):
    return with_visits(weir, all_at_once({(r, n, w): (lambda d=d, w=w: ask(weir.port, d, w)) for r, n, d, _ in PASSING for w in WAYS}))


@pytest.mark.parametrize("row,name,way,expected", [(r, n, w, e) for r, n, _, e in PASSING for w in WAYS], ids=lambda v: v if isinstance(v, str) else "")
def test_origin_sees(passed, row, name, way, expected):
    s = passed[row, name, way]
    assert s.error is None, s.error
    assert (s.status, s.replies[-1].body, s.rest) == (200, b"ok", b"")
    assert s.ended == ("eof" if row == "1.0" else None) and s.upstreams == 1
    assert VIA.sub(b"VIA", s.origin) == expected.replace(b"ORIGIN", b"o.test:%d" % s.port)
    assert [(v["verdict"], v["outcome"], v["host"]) for v in s.visits] == [("allow", "complete", "o.test")]


# A reply that breaks off: what came, then a hard end, and no forged terminator.
CUT = [
    ("length", ok(b"Content-Length: 10", body=b"half"), b"half"),
    ("chunk", ok(b"Transfer-Encoding: chunked", body=b"a\r\nhalf"), b"half"),
    ("no last chunk", ok(b"Transfer-Encoding: chunked", body=b"4\r\nhalf\r\n"), b"half"),
    ("no end of trailers", ok(b"Transfer-Encoding: chunked", body=b"4\r\nhalf\r\n0\r\n"), b"half"),
    ("bad chunk", ok(b"Transfer-Encoding: chunked", body=b"4\r\nhalf\r\nzz\r\n"), b"half"),
    # F9, F12 to F15: what of an origin's chunks is not to be read ends like what broke off.
    *[("bad " + repr(v), ok(b"Transfer-Encoding: chunked", body=b"4\r\nhalf\r\n" + v), b"half")
      for v in (b"1\nx\r\n0\r\n\r\n", b"1;a=b\nx\r\n0\r\n\r\n", b"0\n\r\n", b"0\r\n\n", b"0\r\nX: y\n\r\n", b"\r\nx\r\n", b"0x1\r\nx\r\n", b"+1\r\nx\r\n", b"-1\r\nx\r\n", b" 1\r\nx\r\n", b"1 \r\nx\r\n", b"1_0\r\nx\r\n",
                b"0" * 16 + b"1\r\nx\r\n", b"8000000000000000\r\nx\r\n", b"1;" + b"a" * 300 + b"\r\nx\r\n", b"1;\r\nx\r\n", b"1;a=\0\r\nx\r\n", b"0\r\nX A: 1\r\n\r\n", b"0\r\n" + b"X: 1\r\n" * 250 + b"\r\n")],
]


@pytest.mark.parametrize("name,data,part", CUT, ids=[c[0] for c in CUT])
@pytest.mark.parametrize("way", WAYS)
def test_truncated_reply(weir, name, data, part, way):
    address = new_address()

    def serve(connection):
        connection.request()
        connection.send(data, way)
        if not name.startswith("bad "):
            connection.s.close()
        else:
            connection.drain()

    with Origin(serve=serve) as origin:
        s = client(weir.port, address)
        s.sendall(get().replace(b"ORIGIN", b"o.test:%d" % origin.port))
        got = Reader(s).to_end()
        s.close()
        assert VIA.sub(b"VIA", origin.bytes) == ASKED.replace(b"ORIGIN", b"o.test:%d" % origin.port), "asked once"
        # What cannot be read further is not waited for: the connection ends here, or there already.
        wait_for(lambda: not name.startswith("bad ") or all(origin.ended), 3, 0.01)
    assert got.startswith(b"HTTP/1.1 200") and part in got
    assert not re.search(rb"\r\n0+\r\n", got.partition(b"\r\n\r\n")[2])
    (visit,) = visits_of(weir, address)
    assert (visit["verdict"], visit["outcome"], visit["status"]) == ("allow", "truncated", 200)
    # One byte of a chunk that turns out broken behind it may have gone on.
    assert 4 <= visit["down"] <= 5


def visits_of(weir, address, count=1):
    """The visits of an address once `count` are there and have ended; a machine under load gets its time: that they come, and not when, is asked."""
    end = time.monotonic() + 20
    while True:
        rows = [v for v in weir.visits() if v["address"] == address]
        if len(rows) >= count and all(v["outcome"] != "open" for v in rows):
            return rows
        assert time.monotonic() < end, rows
        time.sleep(0.1)


def exchange(weir, data, serve, methods=("GET",), then=None, way="whole"):
    """One client, one origin of the test's own: the replies, what follows, the visits."""
    address = new_address()
    with Origin(serve=serve) as origin:
        s = client(weir.port, address)
        send(s, data.replace(b"ORIGIN", b"o.test:%d" % origin.port), way)
        reader = Reader(s)
        replies = [reader.final(m) for m in methods]
        rest = b""
        if then:
            rest = then(s, reader)
        s.close()
        time.sleep(0.05)
    return replies, rest, visits_of(weir, address, len(methods)), origin


@pytest.mark.parametrize("way", WAYS)
def test_cut_inside_the_head(weir, way):
    def serve(c):
        c.request()
        c.send(b"HTTP/1.1 200 OK\r\nContent-Le", way)
        c.s.close()
    (reply,), rest, (visit,), origin = exchange(weir, get(), serve, then=quiet)
    assert reply.status == 502 and reply.field("Proxy-Status") and rest == b""
    assert origin.bytes.count(b"GET /x") == len(origin.seen) == 1
    assert (visit["outcome"], visit["status"]) == ("upstream-error", 502)


@pytest.mark.parametrize("way", WAYS)
def test_nothing_at_all(weir, way):
    """The origin leaves without a byte: the request comes in three ways."""
    def serve(c):
        c.request()
        c.s.close()
    (reply,), _, (visit,), origin = exchange(weir, post(b"Content-Length: 1", body=b"x"), serve, way=way)
    assert reply.status == 502 and len(origin.seen) == 1, "X15: a POST is never sent twice"
    assert visit["outcome"] == "upstream-error"


@pytest.mark.parametrize("way", WAYS)
def test_client_leaves_mid_upload(weir, way):
    """F16: the origin never sees a whole request."""
    address = new_address()
    with Origin() as origin:
        s = client(weir.port, address)
        send(s, chunked(b"5\r\nhello\r\n").replace(b"ORIGIN", b"o.test:%d" % origin.port), way)
        wait_for(lambda: origin.bytes.endswith(b"5\r\nhello\r\n"), 5, 0.01)
        s.close()
        (visit,) = visits_of(weir, address)
        wait_for(lambda: all(origin.ended), 3, 0.01)
        assert origin.bytes.endswith(b"5\r\nhello\r\n") and len(origin.seen) == 1
    assert (visit["outcome"], visit["up"]) == ("client-abort", 5)


@pytest.mark.parametrize("way", WAYS)
def test_bytes_after_the_last_chunk(weir, way):
    """F14: they are the next request's, and no request."""
    data = chunked(b"1\r\na\r\n0\r\n\r\nXYZ\r\n\r\n")
    s = ask(weir.port, data, way, methods=("POST", "GET"), wait_end=True)
    assert [r.status for r in s.replies] == [200, 400] and (s.rest, s.ended) == (b"", "eof")
    assert s.upstreams == 1 and s.origin.endswith(b"\r\n\r\n1\r\na\r\n0\r\n\r\n")
    rows = visits_of(weir, s.address, 2)
    assert [v["verdict"] for v in rows] == ["allow", "reject"]


@pytest.mark.parametrize("way", WAYS)
def test_trailers_asked_for(weir, way):
    def serve(c):
        c.request()
        c.send(ok(b"Transfer-Encoding: chunked", b"Trailer: X-T", body=b"2\r\nok\r\n0\r\nX-T: 1\r\nContent-Length: 9\r\nSet-Cookie: a\r\n\r\n"), way)
        c.drain()
    replies, rest, (visit,), origin = exchange(weir, get(b"Connection: TE", b"TE: trailers"), serve, then=quiet, way=way)
    assert replies[0].all("X-T") == ["1"] and not replies[0].all("Set-Cookie") and not replies[0].all("Content-Length") and rest == b""
    assert VIA.sub(b"VIA", origin.bytes) == ASKED.replace(b"ORIGIN", b"o.test:%d" % origin.port), "TE is for us"
    assert (visit["outcome"], visit["status"], visit["down"]) == ("complete", 200, 2)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("status,fields", [(b"204 No Content", []), (b"304 Not Modified", [b"Content-Length: 5"]), (b"204 No Content", [b"Content-Length: 5"]), (b"304 Not Modified", [b"Transfer-Encoding: chunked"])])
def test_no_body_where_none_may_be(weir, status, fields, way):
    """X9: bytes behind such a reply never reach the next request, though that is here already."""
    forged = threading.Event()

    def serve(c):
        if c.request():
            if c.index > 0:
                c.send(Origin.OK)
            else:
                c.send(ok(*fields, status=status, body=b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"), way)
                forged.set()
            c.drain()

    # A reply that says nothing of a body may be followed by a request at once: bytes that come after that are an answer to it for anybody.
    is_late = way != "whole" and not fields
    with Origin(serve=serve) as origin:
        s = client(weir.port, address := new_address())
        reader = Reader(s)
        one = get().replace(b"ORIGIN", b"o.test:%d" % origin.port)
        s.sendall(one if is_late else one + one)
        first = reader.final()
        if is_late:
            assert forged.wait(5)
            s.sendall(one)
        second = reader.final()
        assert (first.status, first.body, second.status, second.body) == (int(status[:3]), b"", 200, b"ok")
        assert [seen.count(b"GET /x") for seen in origin.seen] == [1, 1], "not used again"
        s.close()
    assert [(v["outcome"], v["status"], v["down"]) for v in visits_of(weir, address, 2)] == [("complete", first.status, 0), ("complete", 200, 2)]


@pytest.mark.parametrize("way", WAYS)
def test_head_with_a_body(weir, way):
    def serve(c):
        c.request()
        c.send(ok(b"Content-Length: 2"), way)
        c.drain()
    line = get(line=b"HEAD http://ORIGIN/x HTTP/1.1")
    replies, rest, (visit,), origin = exchange(weir, line, serve, ("HEAD",), quiet, way)
    assert rest == b"" and replies[0].field("Content-Length") == "2" and (visit["outcome"], visit["status"], visit["down"]) == ("complete", 200, 0)
    assert len(origin.seen) == 1 and all(origin.ended), "the upstream connection is not used again"


def quiet(s, reader, seconds=0.3):
    s.settimeout(seconds)
    try:
        return reader.to_end()
    except TimeoutError:
        return reader.rest


@pytest.mark.parametrize("way", WAYS)
def test_extra_bytes_after_a_reply(weir, way):
    def serve(c):
        if c.request():
            c.send(Origin.OK + Origin.OK.replace(b"ok", b"xx"), way)
            c.drain()
    with Origin(serve=serve) as origin:
        address = new_address()
        s = client(weir.port, address)
        reader = Reader(s)
        for n in range(2):
            send(s, get().replace(b"ORIGIN", b"o.test:%d" % origin.port), way)
            assert reader.final().body == b"ok"
            # The first of what is too much ends it.
            wait_for(lambda: len([end for end in origin.ended if end]) == n + 1, 3, 0.01)
        assert len(origin.seen) == 2 and quiet(s, reader, 0.1) == b""
        s.close()
    assert [(v["outcome"], v["status"], v["down"]) for v in visits_of(weir, address, 2)] == [("complete", 200, 2)] * 2


@pytest.mark.parametrize("behind,second", [
    (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", get(line=b"GET http://ORIGIN/second HTTP/1.1")),
    (b"x", get(line=b"GET http://ORIGIN/second HTTP/1.1")),
    (None, post(b"Content-Length: 5", body=b"hello"))], ids=["a reply", "a byte", "an end"])
@pytest.mark.parametrize("size", [65_536, 1_000])
def test_what_lies_behind_a_whole_reading(size, behind, second):
    """X9: what the kernel still has behind a reply that ends with a reading, an end too, never meets the next request, though that is here already."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
    length = size - len(head % size) + (len(str(size)) - len(str(size - len(head % size))))
    whole = head % length + b"a" * length
    assert len(whole) == size

    def serve(c):
        if c.index > 0:
            while c.request():
                c.send(Origin.OK)
            return
        c.request()
        # All of it is there before any is read.
        os.kill(server.process.pid, signal.SIGSTOP)
        tasks = pathlib.Path(f"/proc/{server.process.pid}/task")
        wait_for(lambda: all((task / "stat").read_text().rsplit(") ", 1)[1].startswith("T") for task in tasks.iterdir()), every=0.005)
        c.s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        c.send(whole + (behind or b""))
        if behind is None:
            c.s.shutdown(socket.SHUT_WR)
        time.sleep(0.2)
        os.kill(server.process.pid, signal.SIGCONT)
        c.drain()

    with Weir(policy=POLICY, config={"proxy": {"event-loops": 1}}) as server, Origin(serve=serve) as origin:
        s = client(server.port)
        s.sendall((get() + second).replace(b"ORIGIN", b"o.test:%d" % origin.port))
        reader = Reader(s)
        assert reader.final().body == b"a" * length
        reply = reader.final("POST" if behind is None else "GET")
        assert (reply.status, reply.body) == (200, b"ok"), reply
        assert len(origin.seen) == 2 and b"second" not in origin.seen[0] and b"POST" not in origin.seen[0]
        s.close()


@pytest.mark.parametrize("way", WAYS)
def test_reply_before_the_request_is_complete(weir, way):
    def serve(c):
        c.head()
        c.send(ok(b"Content-Length: 2", status=b"413 Content Too Large"), way)
        c.drain()
    replies, rest, (visit,), origin = exchange(weir, post(b"Content-Length: 10", body=b"hel"), serve, ("POST",), quiet, way)
    assert replies[0].status == 413 and replies[0].body == b"ok" and rest == b"" and len(origin.seen) == 1 and all(origin.ended), "not used again"
    assert origin.bytes.partition(b"\r\n\r\n")[2] in (b"", b"h", b"he", b"hel"), "what was sent, and no end made up"
    assert (visit["status"], visit["verdict"]) == (413, "allow")


def test_interim_replies(weir):
    """Passed on to whoever speaks 1.1, dropped for 1.0; the visit is the final reply's."""
    way = "whole"

    def serve(c):
        c.request()
        c.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + b"HTTP/1.1 102 Processing\r\nContent-Length: 5\r\n\r\n" + Origin.OK, way)
        c.drain()

    def recorded(address):
        return [(v["outcome"], v["status"], v["verdict"], v["down"]) for v in visits_of(weir, address)]

    for way in WAYS:
        with Origin(serve=serve) as origin:
            s = client(weir.port, address := new_address())
            s.sendall(get().replace(b"ORIGIN", b"o.test:%d" % origin.port))
            reader = Reader(s)
            first, second, last = reader.reply(), reader.reply(), reader.reply()
            assert (first.status, first.field("Link")) == (103, "</a>")
            assert second.status == 102 and not second.field("Content-Length")
            assert (last.status, last.body) == (200, b"ok")
            s.close()
        assert recorded(address) == [("complete", 200, "allow", 2)]
        with Origin(serve=serve) as origin:
            s = client(weir.port, address := new_address())
            s.sendall(get(line=b"GET http://ORIGIN/x HTTP/1.0").replace(b"ORIGIN", b"o.test:%d" % origin.port))
            raw = Reader(s).to_end()
            assert raw.startswith(b"HTTP/1.1 200") and raw.endswith(b"\r\n\r\nok") and raw.count(b"HTTP/1.1") == 1 and b"Link" not in raw
            s.close()
        assert recorded(address) == [("complete", 200, "allow", 2)]


def test_expect_in_a_pipeline(weir):
    """A request that waits for its 100, right behind another with its body: each gets its own, in order, and the second's body goes nowhere before."""
    def serve(c):
        while c.head():
            c.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            while len(c.buffer) < 2:
                if not c.more():
                    return
            bodies.append(c.buffer[:2])
            c.buffer = c.buffer[2:]
            c.send(Origin.OK)

    for way in WAYS:
        bodies = []
        one, address = post(b"Expect: 100-continue", b"Content-Length: 2"), new_address()
        with Origin(serve=serve) as origin:
            s = client(weir.port, address)
            reader = Reader(s)
            send(s, (one + b"ab" + one).replace(b"ORIGIN", b"o.test:%d" % origin.port), way)
            # The first one's 100 may be left out: its body is there.
            assert reader.final().status == 200 and bodies == [b"ab"]
            assert reader.reply().status == 100
            assert origin.bytes.count(b"POST ") == 2 and bodies == [b"ab"]
            s.sendall(b"cd")
            assert (reader.reply().status, bodies) == (200, [b"ab", b"cd"])
            assert quiet(s, reader) == b""
            s.close()
        assert [(v["outcome"], v["status"], v["up"]) for v in visits_of(weir, address, 2)] == [("complete", 200, 2)] * 2


@pytest.mark.parametrize("path", [b"/a\xe2\x80\xaeb", b"/\xff\xfe", b"/%0d%0aX", b"/" + b"x" * 12000])
def test_odd_paths_are_one_line(weir, path):
    shown = with_visits(weir, in_ways(lambda way: ask(weir.port, get(line=b"GET http://blocked.test" + path + b" HTTP/1.1"), way, quiet=0.02)))
    for s in shown.values():
        assert s.status == 403 and s.upstreams == 0
        (visit,) = s.visits
        assert visit["verdict"] == "block" and visit["path"] == shown["whole"].visits[0]["path"]
    for form in ("table", "jsonl", "squid"):
        text = weir.mine("visits", "--format", form, "--client", visit["client"]).stdout
        assert not re.search("[\u202a-\u202e\x00-\x09\x0b\x0c\x0e-\x1f\x7f]", text), (form, text)
        assert len(text.strip().splitlines()) <= 2


HOSTS = [b"BLOCKED.test", b"blocked.test.", b"www.blocked.test", b"bl%6fcked.test", b"blocked.test:80", b"blocked.test:443", "ｂlocked.test".encode(), b"xn--bcher-kva.test", b"XN--BCHER-KVA.test", "BÜCHER.test".encode(), b"b%C3%BCcher.test",
         b"127.0.0.9", b"0x7f.0.0.9", b"0177.0.0.9", b"2130706441", b"127.9", b"0x7f000009", b"017700000011", b"[::ffff:127.0.0.9]", b"[0:0:0:0:0:ffff:7f00:9]", b"127.0.0.9.", b"[::ffff:127.0.0.9%25lo]", "１２７.0.0.9".encode()]
PATHS = [(b"/secret", 403), (b"/%73ecret", 403), (b"/x/../secret", 403), (b"/x/%2e%2e/secret", 403), (b"/x/%2E./secret", 403), (b"//secret", 403), (b"/secret;x", 403), (b"/secret/a", 403), (b"/secret?x", 403), (b"/./secret", 403), (b"/secret/../x", 403),
         (b"/Secret", 200), (b"/secrets", 200), (b"/x\\..\\secret", 400), (b"/" + b"a/../" * 3000 + b"secret", 403), (b"/%2573ecret", 200), (b"/a/../%2e%2e//b;x", 200), (b"/" + b"x" * 16_000 + b"/../secret", 403)]


@pytest.fixture(scope="module")
def forms(weir):
    jobs = {}
    for way in WAYS:
        for host in HOSTS:
            # To an origin that is there, unless the form has a port: whatever came through would be seen.
            where = host if re.search(rb"[a-z]:\d+$", host) else host + b":PORT"
            jobs["GET", host, way] = get(line=b"GET http://" + where + b"/x HTTP/1.1", host=b"Host: a.test")
            jobs["CONNECT", host, way] = connect(where)
        for path, _ in PATHS:
            jobs["path", path, way] = get(line=b"GET http://paths.test:PORT" + path + b" HTTP/1.1", host=b"Host: paths.test:PORT")
    return with_visits(weir, all_at_once({key: (lambda k=key, d=data: ask(weir.port, d, k[2], quiet=0.02)) for key, data in jobs.items()}))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("method", ["GET", "CONNECT"])
def test_host_forms_meet_the_same_verdict(forms, host, method, way):
    """B1."""
    s = forms[method, host, way]
    (visit,), reply = s.visits, s.replies[0]
    assert reply.status == visit["status"] and s.upstreams == 0
    assert (reply.status, visit["verdict"]) in ((403, "block"), (400, "reject")), reply
    assert s.rest == b"" and (s.ended == "eof") == (reply.field("Connection") == "close") and (reply.status == 403 or s.ended)
    if host.isascii() and b"%" not in host:
        assert visit["verdict"] == "block"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("path,status", PATHS, ids=lambda v: v[-20:].decode() if isinstance(v, bytes) else "")
def test_path_forms(forms, path, status, way):
    """B2: what tightens looks at both forms; what passes goes on byte for byte."""
    s = forms["path", path, way]
    assert s.replies[0].status == status and s.ended == ("eof" if status == 400 else None)
    assert (s.origin.startswith(b"GET " + path + b" HTTP/1.1\r\n"), s.upstreams) == ((True, 1) if status == 200 else (False, 0))
    (visit,) = s.visits
    assert visit["verdict"] == {403: "block", 200: "allow", 400: "reject"}[status]


@pytest.mark.parametrize("method,fields,status", [(b"TRACE", [b"Max-Forwards: 0", b"Cookie: secret"], 405), (b"TRACE", [], 405), (b"OPTIONS", [b"Max-Forwards: 0"], 200)])
def test_trace_and_options(weir, method, fields, status):
    """X13."""
    for way, s in with_visits(weir, in_ways(lambda way: ask(weir.port, get(*fields, line=method + b" http://ORIGIN/x HTTP/1.1"), way))).items():
        assert (s.status, s.upstreams, s.rest) == (status, 0, b"") and b"secret" not in s.replies[0].body, way
        assert (s.ended == "eof") == (s.replies[0].field("Connection") == "close") and bool(s.replies[0].field("Proxy-Status")) == (status == 405), way
        assert [(v["method"], v["status"]) for v in s.visits] == [(method.decode(), status)], way


def test_retry(weir):
    """X15: only a reused connection that died before any byte, and no POST."""
    def serve(c):
        c.request()
        c.send(Origin.OK)
        if c.request():  # the connection's second request: gone without an answer
            c.s.close()

    def again(method, fields, body, expected, way):
        with Origin(serve=serve) as origin:
            s = client(weir.port, address := new_address())
            reader = Reader(s)
            line = lambda m, *f, body=b"": get(*f, line=m + b" http://ORIGIN/x HTTP/1.1", body=body).replace(b"ORIGIN", b"o.test:%d" % origin.port)
            s.sendall(line(b"GET"))
            assert reader.final().status == 200
            send(s, line(method, *fields, body=body), way)
            assert reader.final(method.decode()).status == expected, (method, way)
            assert [seen.count(b" /x HTTP/1.1\r\n") for seen in origin.seen] == ([2, 1] if expected == 200 else [2]), (method, way)
            assert quiet(s, reader, 0.1) == b"" and not reader.ended
            s.close()
        return Shown(address, [])

    # `get` is another method than GET, and not known to be safe (F20); what has a body is not sent again, whatever the method.
    cases = ((b"GET", [], b"", 200), (b"HEAD", [], b"", 200), (b"POST", [], b"", 502), (b"PUT", [], b"", 502), (b"get", [], b"", 502), (b"FROB", [], b"", 502),
             (b"GET", [b"Content-Length: 1"], b"x", 502), (b"GET", [b"Transfer-Encoding: chunked"], LAST, 502))
    jobs = {(*map(str, case), way): (lambda c=case, w=way: (c[3], again(*c, w))) for case in cases for way in WAYS}
    results = all_at_once(jobs)
    with_visits(weir, {key: shown for key, (_, shown) in results.items()})
    for key, (expected, shown) in results.items():
        assert sorted(v["status"] for v in shown.visits) == [200, expected], key


@pytest.mark.parametrize("way", WAYS)
def test_websocket(weir, way):
    """X6: a tunnel only after 101 and a whole request; bytes before it stay HTTP."""
    def serve(c):
        c.head()
        c.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhello", way)
        while c.more():
            c.send(c.buffer)
            c.buffer = b""
    address = new_address()
    with Origin(serve=serve) as origin:
        s = client(weir.port, address)
        send(s, get(b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Key: x", b"Sec-WebSocket-Version: 13").replace(b"ORIGIN", b"o.test:%d" % origin.port) + b"early", way)
        reader = Reader(s)
        assert reader.final().status == 101
        assert reader.take(10) == b"helloearly"
        s.sendall(b"more")
        assert reader.take(4) == b"more"
        s.shutdown(socket.SHUT_WR)
        assert reader.to_end() == b""
        s.close()
        assert b"Upgrade: websocket" in origin.bytes
    (visit,) = visits_of(weir, address)
    assert (visit["scheme"], visit["verdict"], visit["status"], visit["up"], visit["down"], visit["outcome"]) == ("ws", "allow", 101, 9, 14, "complete")


@pytest.mark.parametrize("way", WAYS)
def test_upgrade_declined(weir, way):
    serve = lambda c: [c.send(Origin.OK, way) for _ in iter(c.request, None)]
    replies, rest, rows, origin = exchange(weir, get(b"Connection: Upgrade", b"Upgrade: websocket") + get(), serve, ("GET", "GET"), quiet, way)
    assert [r.status for r in replies] == [200, 200] and rest == b"" and origin.bytes.count(b"GET /x") == 2
    assert [(v["scheme"], v["status"], v["outcome"]) for v in rows] == [("ws", 200, "complete"), ("http", 200, "complete")]


@pytest.mark.parametrize("way", WAYS)
def test_nothing_after_close(weir, way):
    """A request that closes is the last."""
    s = ask(weir.port, get(b"Connection: close") + get(line=b"GET http://ORIGIN/second HTTP/1.1"), way, wait_end=True)
    assert s.status == 200 and s.ended == "eof" and s.rest == b"" and b"second" not in s.origin
    assert s.replies[0].field("Connection") == "close" and len(visits_of(weir, s.address)) == 1


def test_old_clients(weir):
    """HTTP/1.0: no chunks, no 100, and the end is the connection's."""
    s = ask(weir.port, get(line=b"GET http://ORIGIN/x HTTP/1.0"), reply=ok(b"Transfer-Encoding: chunked", body=b"2\r\nok\r\n" + LAST), wait_end=True)
    assert (s.status, s.replies[0].body, s.ended) == (200, b"ok", "eof") and not s.replies[0].field("Transfer-Encoding")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fields,body", [([b"Content-Length: 1000"], b"x" * 1000), ([b"Transfer-Encoding: chunked"], b"5\r\nhello\r\n0\r\nX: y\r\n\r\n")], ids=["length", "chunked"])
def test_block_page_keeps_the_connection(weir, way, fields, body):
    """The unread body is read away; what follows is a request again."""
    first = get(*fields, line=b"POST http://blocked.test/x HTTP/1.1", body=body)
    s = ask(weir.port, first + get(), way, methods=("POST", "GET"))
    assert [r.status for r in s.replies] == [403, 200] and s.error is None
    assert s.replies[0].field("Connection") != "close" and s.origin.count(b"HTTP/1.1\r\n") == 1
    rows = visits_of(weir, s.address, 2)
    assert [(v["verdict"], v["status"], v["down"]) for v in rows] == [("block", 403, 0), ("allow", 200, 2)]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fields", [[b"Content-Length: 1000000"], [b"Content-Length: 5", b"Expect: 100-continue"]])
def test_block_page_closes_behind_large_or_withheld_bodies(weir, fields, way):
    """More than 64 KiB is not read away; nobody is told to go on with a body that is not wanted."""
    s = ask(weir.port, get(*fields, line=b"POST http://blocked.test/x HTTP/1.1", body=b"" if len(fields) > 1 else b"x" * 200_000), way, methods=("POST",), wait_end=True)
    assert s.status == 403 and s.rest == b"" and s.ended in ("eof", "reset")
    assert len(visits_of(weir, s.address)) == 1


def test_an_engine_error_blocks():
    """B4, B5: an expression that runs away blocks what it was tried on."""
    policy = "weir: 1\ntimezone: UTC\ncategories:\n  odd: { expressions: ['(a+)+(b|c)+$'] }\ngroups:\n  default: { rules: [ { block: [odd] } ], default: allow }\n"
    with Weir(policy=policy) as server:
        for s in with_visits(server, in_ways(lambda way: ask(server.port, get(line=b"GET http://ORIGIN/" + b"a" * 4000 + b"!b HTTP/1.1"), way))).values():
            assert s.seconds < 6 and s.status in (403, 500, 503) and s.upstreams == 0, s
            assert [(v["verdict"], v["rule"]) for v in s.visits] == [("block", "policy-error")], s.visits
        assert ask(server.port, get()).status == 200


@pytest.mark.parametrize("way", WAYS)
def test_overlong_targets_are_marked(weir, way):
    """B9: what was cut says how long it was."""
    s = ask(weir.port, get(line=b"GET http://ORIGIN/" + b"x" * 60000 + b" HTTP/1.1"), way, wait_end=True)
    assert s.status == 414 and (s.rest, s.ended, s.upstreams) == (b"", "eof", 0)
    (visit,) = visits_of(weir, s.address)
    assert visit["verdict"] == "reject" and len(visit["path"] or "") < 17000
    assert visit["path"].startswith("/xxx") and re.search(r"…\+more, \d{5} read, sha256:[0-9a-f]{64}$", visit["path"]), visit["path"][-100:]


def test_every_request_of_a_connection_is_judged():
    """B6: a kept connection does not outlive its permission."""
    begun = threading.Barrier(len(WAYS) + 1)

    def ask_on(way):
        s = client(server.port, address := new_address())
        reader, statuses = Reader(s), []
        while not statuses or statuses[-1] == 200 and time.monotonic() < end:
            send(s, get().replace(b"ORIGIN", b"o.test:%d" % origin.port), way)
            statuses.append(reader.final().status)
            if len(statuses) == 1:
                begun.wait(10)
            time.sleep(0.1)
        s.close()
        return address, statuses

    with Weir(policy=POLICY) as server, Origin() as origin:
        def change():
            begun.wait(10)
            server.policy.write_text(POLICY.replace("blocked.test,", "blocked.test, o.test,"))

        end = time.monotonic() + 6
        threading.Thread(target=change, daemon=True).start()
        asked = 0
        for way, (address, statuses) in in_ways(ask_on).items():
            assert statuses[0] == 200 and statuses[-1] == 403, (way, statuses)
            assert sorted(v["status"] for v in visits_of(server, address, len(statuses))) == statuses, way
            asked += len(statuses) - 1
        assert origin.bytes.count(b"GET /x") == asked


# MARK: X10, B9, last because each look at the visits takes longer for the thousands there are then


@pytest.mark.parametrize("way", WAYS)
def test_pipeline_with_a_bad_one(weir, way):
    """X10: 499 answers in order, then 400; nothing after it. However many are sent, few are asked for before the first is answered."""
    lock, going = threading.Lock(), threading.Event()
    under_way, most = [0], [0]

    def serve(c):
        while (request := c.request()):
            with lock:
                under_way[0] += 1
                most[0] = max(most[0], under_way[0])
            # The first is kept waiting until everything is sent and nothing more comes.
            going.wait(20)
            path = request.split()[1]
            with lock:
                under_way[0] -= 1
            c.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(path) + path)

    address = new_address()
    with Origin(serve=serve) as origin:
        s = client(weir.port, address, timeout=30)
        def one(i):
            return get(line=b"GET http://ORIGIN/%d HTTP/1.1" % i) if i != 499 else get(b"bad field", line=b"GET http://ORIGIN/499 HTTP/1.1")
        data = b"".join(one(i) for i in range(1000)).replace(b"ORIGIN", b"o.test:%d" % origin.port)
        threading.Thread(target=lambda: send(s, data, way), daemon=True).start()
        wait_for(lambda: under_way[0], 5)
        time.sleep(0.5)
        asked = origin.bytes.count(b"GET ")
        assert 1 <= asked <= 16 and most[0] <= 16, (asked, most)
        going.set()
        reader = Reader(s)
        for i in range(499):
            reply = reader.final()
            assert (reply.status, reply.body) == (200, b"/%d" % i)
        assert reader.final().status == 400
        assert reader.to_end() == b"" and most[0] <= 16
        assert origin.bytes.count(b"GET ") == 499, "none behind the bad one was asked for"
        s.close()
    rows = visits_of(weir, address, 500)
    assert len(rows) == 500 and sum(v["verdict"] == "reject" for v in rows) == 1


def test_ten_thousand_in_one_packet(weir):
    """B9: every decision is recorded once."""
    address = new_address()
    s = client(weir.port, address, timeout=30)
    one = b"GET http://blocked.test/ HTTP/1.1\r\nHost: blocked.test\r\n\r\n"
    threading.Thread(target=lambda: s.sendall(one * 10000), daemon=True).start()
    reader = Reader(s)
    for _ in range(10000):
        assert reader.final().status == 403
    s.close()
    assert len(visits_of(weir, address, 10000)) == 10000
