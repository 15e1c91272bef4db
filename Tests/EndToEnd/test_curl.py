"""curl in all its proxy modes: the status, what the origin received, and exactly one visit each."""
import json
import socket
import subprocess
import threading
import time

import pytest
from harness import Origin, Weir, connect, raw_origin, read_head, wait_for

POLICY = """
weir: 1
timezone: UTC
groups:
  default:
    rules:
      - block: ["site:blocked.test"]
        reason: "Not here"
    default: allow
"""


@pytest.fixture(scope="module")
def weir():
    with Weir(policy=POLICY) as server:
        yield server


@pytest.fixture(scope="module")
def origin():
    with Origin() as o:
        yield o


@pytest.fixture(scope="module")
def secure():
    with Origin(tls=True) as o:
        yield o


def last_visit(weir, path_or_host, count=1):
    def found():
        rows = [v for v in weir.visits() if path_or_host in ((v["path"] or "") + " " + (v["host"] or "")) and v["outcome"] != "open"]
        return rows if len(rows) >= count else None

    rows = wait_for(found, 5, 0.1)
    assert len(rows) == count, rows
    return rows[-1]


@pytest.mark.parametrize("version", ["--http1.0", "--http1.1"])
def test_get(weir, origin, version):
    path = f"/get{version}"
    reply = weir.curl(version, f"http://a.test:{origin.port}{path}")
    assert (reply.status, reply.body) == (200, f"GET {path} 0\n".encode())
    method, target, fields, _, _ = origin.requests[-1]
    assert (method, target) == ("GET", path)
    assert fields["Host"] == f"a.test:{origin.port}"
    assert "Proxy-Connection" not in fields and "Via" in fields
    visit = last_visit(weir, path)
    assert (visit["verdict"], visit["status"], visit["outcome"], visit["method"]) == ("allow", 200, "complete", "GET")
    assert (visit["host"], visit["port"], visit["scheme"]) == ("a.test", origin.port, "http")
    assert visit["down"] == len(reply.body) and visit["up"] == 0


def test_head(weir, origin):
    reply = weir.curl("-I", "-o", "/dev/null", f"http://a.test:{origin.port}/head")
    assert reply.status == 200
    assert last_visit(weir, "/head")["down"] == 0


def test_upload(weir, origin, tmp_path):
    data = tmp_path / "upload"
    data.write_bytes(b"x" * 300_000)
    reply = weir.curl("-T", str(data), f"http://a.test:{origin.port}/upload")
    assert (reply.status, reply.body) == (200, b"PUT /upload 300000\n")
    assert last_visit(weir, "/upload")["up"] == 300_000


def test_expect_continue(weir, origin):
    reply = weir.curl("-H", "Expect: 100-continue", "--data-binary", "y" * 5000, f"http://a.test:{origin.port}/expect")
    assert (reply.status, reply.body) == (200, b"POST /expect 5000\n")


def test_chunked_upload(weir, origin, tmp_path):
    data = tmp_path / "chunked"
    data.write_bytes(b"z" * 70_000)
    reply = weir.curl("-H", "Transfer-Encoding: chunked", "-X", "POST", "-T", str(data), f"http://a.test:{origin.port}/chunked")
    assert (reply.status, reply.body) == (200, b"POST /chunked 70000\n")
    assert last_visit(weir, "/chunked")["up"] == 70_000


def test_keep_alive(weir, origin):
    urls = [f"http://a.test:{origin.port}/keep{i}" for i in range(5)]
    result = subprocess.run(
        ["curl", "-sS", "-v", "-x", f"http://127.0.0.1:{weir.port}", *urls], capture_output=True, text=True, timeout=30)
    assert result.stdout == "".join(f"GET /keep{i} 0\n" for i in range(5))
    assert result.stderr.count("Re-using existing") == 4


def test_connect(weir, secure):
    reply = weir.curl("-k", f"https://s.test:{secure.port}/inside")
    assert (reply.status, reply.body) == (200, b"GET /inside 0\n")
    assert "Content-Length" not in reply.heads[0] and "Transfer-Encoding" not in reply.heads[0]
    visit = last_visit(weir, "s.test")
    assert (visit["method"], visit["scheme"], visit["path"], visit["verdict"]) == ("CONNECT", "https", None, "allow")
    assert visit["up"] > 100 and visit["down"] > 500


def test_plain_tunnel(weir, origin):
    """curl -p: a tunnel for http. Non-TLS on a port that is no TLS port of the group's is an HTTP port's business."""
    reply = weir.curl("-p", f"http://a.test:{origin.port}/tunnelled")
    assert reply.heads[0].split()[1] in ("200", "403")


def test_ipv6_client_and_origin(weir):
    with Origin(address="::1") as six:
        result = subprocess.run(
            ["curl", "-sS", "-g", "-x", f"http://[::1]:{weir.port}", f"http://[::1]:{six.port}/six"], capture_output=True, text=True, timeout=30)
        assert result.stdout == "GET /six 0\n"
        visit = last_visit(weir, "/six")
        assert visit["host"] == "::1" and visit["address"] == "::1"


def test_blocked_page_keeps_the_connection(weir, origin):
    before = len(origin.requests)
    reply = weir.curl(f"http://www.blocked.test:{origin.port}/page", f"http://www.blocked.test:{origin.port}/page2")
    assert reply.status == 403 and b"Not here" in reply.body
    assert reply.field("Cache-Control") == "no-store" and reply.field("Proxy-Status")
    assert (reply.field("Connection") or "").lower() != "close"
    assert len(origin.requests) == before
    visit = last_visit(weir, "/page2")
    assert (visit["verdict"], visit["status"], visit["rule"], visit["reason"]) == ("block", 403, "groups.default.rules[0]", "Not here")
    assert visit["down"] == 0


def test_blocked_tunnel(weir, secure):
    reply = weir.curl("-k", f"https://tunnel.blocked.test:{secure.port}/")
    assert reply.heads[0].split()[1] == "403" and reply.code != 0
    assert last_visit(weir, "tunnel.blocked.test")["verdict"] == "block"


def test_aborted_download(weir):
    stop = threading.Event()

    def serve(s):
        read_head(s)
        s.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        try:
            while not stop.is_set():
                s.sendall(b"d" * 10_000)
                time.sleep(0.02)
        except OSError:
            pass

    with raw_origin(serve) as port:
        result = subprocess.run(
            ["curl", "-sS", "-m", "1", "-o", "/dev/null", "-x", f"http://127.0.0.1:{weir.port}", f"http://a.test:{port}/aborted"],
            capture_output=True, timeout=20)
        assert result.returncode == 28
        visit = last_visit(weir, "/aborted")
        assert visit["outcome"] == "client-abort" and 0 < visit["down"] < 100_000_000
        stop.set()


def test_origin_breaks_off(weir):
    def serve(s):
        read_head(s)
        s.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort")
        s.close()

    with raw_origin(serve) as port:
        reply = weir.curl(f"http://a.test:{port}/truncated")
        assert reply.code == 18 and reply.body == b"short"
        assert last_visit(weir, "/truncated")["outcome"] == "truncated"


def test_no_origin(weir):
    reply = weir.curl("http://a.test:1/nobody")
    assert reply.status in (502, 504) and "error=" in reply.field("Proxy-Status")
    assert last_visit(weir, "/nobody")["outcome"] == "upstream-error"


def test_websocket(weir):
    received = []

    def serve(s):
        head = read_head(s)
        received.append(head)
        s.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n")
        while data := s.recv(100):
            s.sendall(data.upper())
        s.close()

    with raw_origin(serve) as port:
        s = connect(weir.port)
        s.sendall((f"GET http://ws.test:{port}/chat HTTP/1.1\r\nHost: ws.test:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                   "Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        head = read_head(s)
        assert head.startswith(b"HTTP/1.1 101")
        s.sendall(b"hello")
        assert s.recv(100) == b"HELLO"
        s.close()
        assert b"Upgrade: websocket" in received[0]
        visit = last_visit(weir, "/chat")
        assert visit["status"] == 101 and visit["up"] == 5 and visit["down"] == 5


def test_malformed_is_one_reject(weir):
    s = connect(weir.port)
    s.sendall(b"GET http://a.test/bad HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
    head = read_head(s)
    assert head.startswith(b"HTTP/1.1 400") and b"Connection: close" in head and b"Proxy-Status" in head
    visit = wait_for(lambda: [v for v in weir.visits() if v["reason"] == "bad-framing"], 5, 0.1)[-1]
    assert (visit["verdict"], visit["outcome"], visit["status"]) == ("reject", "rejected", 400)


def test_egress_and_own_admin():
    with Origin() as origin, Weir(policy=POLICY, config={"egress": {"deny": ["private"], "allow": ["127.0.0.0/8"]}}) as weir:
        assert weir.curl(f"http://127.0.0.1:{origin.port}/").status == 200
        # Weir's own listeners stay unreachable whatever the exceptions say
        assert weir.curl(f"http://127.0.0.1:{weir.admin}/healthz").status == 403
        assert weir.curl(f"http://admin.test:{weir.admin}/healthz").status == 403
        assert weir.curl("http://10.0.0.1/").status == 403
        assert [v["reason"] for v in weir.visits() if v["verdict"] == "reject"] == ["egress-denied"] * 3


def test_proxy_authentication():
    with Origin() as origin, Weir(policy=POLICY, config={"proxy": {"authentication": "basic"}}) as weir:
        weir.mine("user", "add", "bob", "--role", "user", "--password-stdin", input="open sesame now\n")
        assert weir.curl(f"http://a.test:{origin.port}/x").status == 407
        assert weir.curl("-U", "bob:wrong", f"http://a.test:{origin.port}/x").status == 407
        reply = weir.curl("-U", "bob:open sesame now", f"http://a.test:{origin.port}/x")
        assert reply.status == 200
        assert "Proxy-Authorization" not in origin.requests[-1][2]
        assert weir.visits()[-1]["user"] == "bob" and weir.visits()[-1]["client"] == "bob"


def test_loop_is_found(weir):
    reply = weir.curl(f"http://127.0.0.1:{weir.port}/")
    assert reply.status in (403, 502)


def test_pipelining(weir, origin):
    s = connect(weir.port)
    s.sendall(b"".join(f"GET http://a.test:{origin.port}/pipe{i} HTTP/1.1\r\nHost: a.test:{origin.port}\r\n\r\n".encode() for i in range(20)))
    data = b""
    while data.count(b"HTTP/1.1 200") < 20 or not data.endswith(b"/pipe19 0\n"):
        chunk = s.recv(65536)
        assert chunk, data[-300:]
        data += chunk
    order = [int(line[9:].split()[0]) for line in data.split(b"\n") if line.startswith(b"GET /pipe")]
    assert order == list(range(20))


def test_every_request_has_one_visit(weir, origin):
    """After all of the above: one visit each, none open for long."""
    ids = [v["id"] for v in weir.visits()]
    assert len(ids) == len(set(ids))
