"""Every reply of Weir's own that is an error says so in Proxy-Status (RFC 9209): one test for each code there is in the sources, each asked for in three ways, and a check that there are no more."""
import pathlib
import re
import socket

import pytest
from harness import Weir, free_port
from nameserver import TinyDNS
from test_wire import chunked, connect, get, many, post
from test_wire_replies import ok
from wire import WAYS, Origin, Reader, all_at_once, ask, client, in_ways, new_address, send, with_visits

SOURCES = pathlib.Path(__file__).parent.parent.parent / "Sources"

POLICY = """
weir: 1
timezone: UTC
lists:
  absent: { source: "https://absent.test:1/list.txt", required: on }
categories:
  bad: { sites: [blocked.test] }
  odd: { expressions: ['^http://odd\\.test/(a+)+(b|c)+$'] }
  gone: { lists: [absent] }
groups:
  default:
    safe-search: on
    rules:
      - block: [bad, odd]
      - warn: ['site:warned.test']
    default: allow
  other:
    addresses: [127.44.0.1]
    rules:
      - block: [gone]
    default: allow
"""


def weir_of(names, **proxy):
    hosts = {"*.test": "127.0.0.1", "denied.test": "10.0.0.1"}
    limits = {"head-seconds": 5, "response-seconds": 1, "connect-seconds": 1, "target-bytes": 1000, "head-fields": 20, "connections-per-client": 3}
    proxy = {"trusted-peers": ["127.44.0.2"], **proxy}
    return Weir(policy=POLICY, config={"names": {"servers": [f"127.0.0.1:{names.port}"], "hosts": hosts}, "limits": limits, "proxy": {"connect-ports": [443, "1024-65535"], "http-ports": [80, "1024-65535"], **proxy}})


@pytest.fixture(scope="module")
def names():
    return TinyDNS({"silent.example": None, "www.google.com": [("A", "127.0.0.1", 60)]})


@pytest.fixture(scope="module")
def weir(names):
    with weir_of(names) as server:
        yield server


@pytest.fixture(scope="module")
def strict(names):
    """Asks for a password, and lets in few."""
    with weir_of(names, authentication="basic", **{"allow-clients": ["127.0.0.1"]}) as server:
        yield server


def to(host, *fields, method=b"GET"):
    return get(*fields, line=method + b" http://" + host + b"/ HTTP/1.1", host=b"Host: x")


PORTAL = b"weir.internal"
FORM = b"Content-Type: application/x-www-form-urlencoded"


def posted(path, body, *fields):
    return get(b"Content-Length: %d" % len(body), *fields, line=b"POST http://weir.internal" + path + b" HTTP/1.1", host=b"Host: x", body=body)


# Code, status, what kind of error, the request; the options of the origin.
MADE = [
    ("bad-request", 400, "http_request_error", get(b"no colon"), {}),
    ("bad-framing", 400, "http_request_error", post(b"Content-Length: x"), {}),
    ("bad-framing", 400, "http_request_error", chunked(b"zz\r\n"), {}),
    ("bad-target", 400, "http_request_error", get(line=b"GET /x HTTP/1.1"), {}),
    ("bad-host", 400, "http_request_error", get(host=b"Host: a b"), {}),
    ("bad-method", 501, "http_request_error", get(line=b"G@T http://ORIGIN/ HTTP/1.1"), {}),
    ("bad-version", 505, "http_request_error", get(line=b"GET http://ORIGIN/ HTTP/3.0"), {}),
    ("bad-expectation", 417, "http_request_error", post(b"Expect: x", b"Content-Length: 1", body=b"x"), {}),
    ("target-too-long", 414, "http_request_error", to(b"o.test/" + b"x" * 1100), {}),
    ("head-too-large", 431, "http_request_error", get(*many(30)), {}),
    ("timeout", 408, "http_request_error", b"GET http://o.test/", {}),
    ("method-not-allowed", 405, "http_request_error", get(line=b"TRACE http://ORIGIN/ HTTP/1.1"), {}),
    ("proxy-loop", 502, "proxy_loop_detected", "loop", {}),
    ("port-not-allowed", 403, "http_request_denied", connect(b"o.test:22"), {}),
    ("egress-denied", 403, "destination_ip_prohibited", to(b"denied.test"), {}),
    ("egress-denied", 403, "destination_ip_prohibited", connect(b"denied.test:443"), {}),
    ("policy", 403, "http_request_denied", to(b"blocked.test"), {}),
    ("policy", 403, "http_request_denied", to(b"warned.test"), {}),
    ("policy", 403, "http_request_denied", connect(b"blocked.test:443"), {}),
    ("policy-error", 403, "http_request_denied", to(b"odd.test/" + b"a" * 900 + b"!b"), {}),
    ("dns-error", 502, "dns_error", to(b"no-such.example"), {}),
    ("dns-error", 502, "dns_error", connect(b"no-such.example:443"), {}),
    ("dns-timeout", 504, "dns_timeout", to(b"silent.example"), {}),
    ("safe-search-unresolved", 502, "dns_error", to(b"www.google.com"), {}),
    ("safe-search-unresolved", 502, "dns_error", connect(b"www.google.com:443"), {}),
    ("connect-failed", 502, "connection_refused", to(b"o.test:1024"), {}),
    ("connect-failed", 502, "connection_refused", connect(b"o.test:1024"), {}),
    ("response-timeout", 504, "http_response_timeout", get(), {"serve": lambda c: c.drain()}),
    ("origin-closed", 502, "connection_terminated", get(), {"serve": lambda c: c.request()}),
    ("bad-response", 502, "http_protocol_error", get(), {"reply": b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"}),
    ("response-head-too-large", 502, "http_response_header_section_size", get(), {"reply": ok(*many(250))}),
    ("not-found", 404, "http_request_error", to(PORTAL + b"/none"), {}),
    ("method-not-allowed", 405, "http_request_error", to(PORTAL, method=b"DELETE"), {}),
    ("not-a-form", 415, "http_request_error", posted(b"/ask", b"x"), {}),
    ("bad-form", 403, "http_request_error", posted(b"/ask", b"token=x", FORM), {}),
    ("bad-form", 403, "http_request_error", posted(b"/continue", b"token=x", FORM), {}),
    ("body-too-large", 413, "http_request_error", posted(b"/ask", b"x" * 66_000, FORM), {}),
]


def says(reply, code, status, error):
    assert reply.status == status, reply
    assert reply.all("Proxy-Status") == [f'weir; error={error}; details="{code}"'], reply.fields


@pytest.fixture(scope="module")
def made(weir):
    loop = get(b"Via: " + re.search(rb"Via: (1\.1 \S+)", ask(weir.port, get()).origin)[1])
    return with_visits(weir, all_at_once({(number, way): (lambda d=loop if data == "loop" else data, w=way, o=origin: ask(weir.port, d, w, quiet=0.1, **o))
                                          for number, (_, _, _, data, origin) in enumerate(MADE) for way in WAYS}))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("number", range(len(MADE)), ids=[row[0] for row in MADE])
def test_self_made(made, number, way):
    code, status, error, _, _ = MADE[number]
    s = made[number, way]
    assert s.error is None, s.error
    says(s.replies[-1], code, status, error)
    assert s.rest == b"" and (s.ended == "eof") == (s.replies[-1].field("Connection") == "close")
    assert [v["status"] for v in s.visits] == [status], s.visits


@pytest.mark.parametrize("way", WAYS)
def test_who_may_not(strict, way):
    s = ask(strict.port, get(), way, quiet=0.05)
    says(s.replies[-1], "not-a-client", 403, "http_request_denied")
    own = client(strict.port, "127.0.0.1")
    send(own, to(b"o.test"), way)
    says(Reader(own).final(), "credentials-required", 407, "http_request_denied")
    own.close()


# What is refused by configuration, by syntax, by policy, by what is not there.
@pytest.mark.parametrize("fields,host", [((), b"o.test:80"), ((b"no colon",), b"o.test:80"), ((), b"blocked.test"), ((), b"denied.test"), ((), b"o.test:1")])
def test_no_body_for_head(weir, strict, fields, host):
    """RFC 9110, 9.3.2: a body would be read as the next reply."""
    for server in (weir, strict):
        for way, s in in_ways(lambda way: ask(server.port, to(host, *fields, method=b"HEAD"), way, methods=("HEAD",), quiet=0.2)).items():
            assert s.error is None and s.status >= 400 and s.replies[0].field("Proxy-Status") and int(s.replies[0].field("Content-Length")) > 0, way
            assert s.rest == b"", way


def test_a_list_that_is_missing(weir):
    for data, method in ((to(b"any.test"), "GET"), (connect(b"any.test:443"), "CONNECT")):
        for way in WAYS:
            s = client(weir.port, "127.44.0.1")
            send(s, data, way)
            says(Reader(s).final(method), "list-missing", 503, "proxy_internal_error")
            s.close()


@pytest.mark.parametrize("way", WAYS)
def test_a_peer_that_speaks_nonsense(weir, way):
    s = client(weir.port, "127.44.0.2")
    send(s, b"PROXY TCP4 300.1.1.1 1.1.1.1 1 2\r\n", way)
    says(Reader(s).final(), "bad-proxy-header", 400, "http_request_error")
    s.close()


def test_too_many_connections(weir):
    """Turned away before it says anything: there is nothing to cut up."""
    address = new_address()
    held = [client(weir.port, address) for _ in range(3)]
    for s in held:
        s.sendall(to(b"blocked.test"))
        assert Reader(s).final().status == 403
    over = client(weir.port, address)
    says(Reader(over).final(), "connection-limit", 503, "connection_limit_reached")
    for s in (*held, over):
        s.close()


def test_destination_that_does_not_answer(weir):
    full = socket.socket()
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    held = []
    for _ in range(4):
        s = socket.socket()
        s.setblocking(False)
        s.connect_ex(full.getsockname())
        held.append(s)
    for data, method in ((to(b"o.test:%d" % full.getsockname()[1]), "GET"), (connect(b"o.test:%d" % full.getsockname()[1]), "CONNECT")):
        for s in in_ways(lambda way: ask(weir.port, data, way, methods=(method,), quiet=0.05)).values():
            says(s.replies[-1], "connect-timeout", 504, "connection_timeout")
    for s in (*held, full):
        s.close()


def test_upgrade_that_does_not_come(names):
    """A CONNECT to an HTTP port has had its 200; the refusal of what is inside comes as a reply of its own."""
    with weir_of(names, **{"connect-ports": [443], "http-ports": ["1024-65535"]}) as server, Origin() as origin:
        cases = (b"SSH-2.0-x\r\n\r\n", b"GET /x HTTP/1.1\r\nHost: o.test:%d\r\n\r\n" % origin.port)
        for inside, way in ((inside, way) for inside in cases for way in WAYS):
            s = client(server.port)
            send(s, connect(b"o.test:%d" % origin.port), way)
            reader = Reader(s)
            assert reader.reply("CONNECT").status == 200
            send(s, inside, way)
            says(reader.final(), "port-not-allowed", 403, "http_request_denied")
            s.close()


def test_plain_listener():
    port = free_port()
    with Weir(policy=POLICY, config={"portal": {"listen": [f"127.0.0.1:{port}"]}, "limits": {"head-fields": 20}}):
        for data, code, status in ((b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n", "not-found", 404), (b"POST /proxy.pac HTTP/1.1\r\nHost: x\r\n\r\n", "method-not-allowed", 405),
                                   (b"bad\r\n\r\n", "bad-request", 400), (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: 1\r\n" * 30 + b"\r\n", "head-too-large", 431)):
            for way in WAYS:
                s = client(port)
                send(s, data, way)
                says(Reader(s).final(), code, status, "http_request_error")
                s.close()


# Shown where the state they need is made: a full disk, a form that has grown old or is another device's, a name server nobody can ask in time,
# a start without a policy.
ELSEWHERE = {"recording-stopped": "test_full_disk", "other-device": "PortalTests", "too-old": "PortalTests", "changed": "PortalTests", "too-many": "PortalTests",
             "dns-overloaded": "RouteFailureTests", "no-policy": "RouteFailureTests"}


def test_no_code_is_forgotten():
    """Each reason code that a reply of 400 or more is made with, as it stands in the sources, is asked for above."""
    found = set()
    for folder in ("ProxyProtocols", "ProxyServer"):
        for file in (SOURCES / folder).rglob("*.swift"):
            text = file.read_text()
            found |= set(re.findall(r'(?:status: \w+|503), code: "([a-z-]+)"', text)) | set(re.findall(r'notice\(\d+, "([a-z-]+)"', text))
            if file.name == "Route.swift":
                found |= set(re.findall(r'\(\d{3}, "([a-z-]+)", \.', text))
            found |= set(re.findall(r'failed\(\d+, "([a-z-]+)"', text)) | set(re.findall(r'refusal\?\.code \?\? "([a-z-]+)"', text))
    asked = {row[0] for row in MADE} | {"not-a-client", "credentials-required", "list-missing", "connection-limit", "connect-timeout", "bad-proxy-header", "credentials-not-checked"}
    assert len(found) > 30 and found <= asked | set(ELSEWHERE), found - asked - set(ELSEWHERE)
    tests = SOURCES.parent / "Tests"
    for code, where in ELSEWHERE.items():
        assert any(where in file.read_text() for file in [*tests.rglob("*Tests.swift"), *tests.rglob("test_*.py")] if file.name != pathlib.Path(__file__).name), (code, where)
