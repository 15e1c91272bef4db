"""Getting around the policy, as a patient child tries it: SECURITY's B and S rows, and what of the F and X rows needs a conversation."""
import json
import re
import signal
import socket
import subprocess
import threading
import time

import pytest
from harness import WEIR, Weir, free_port, wait_for
from test_wire import POLICY, chunked, connect, get, post
from test_wire_limits import metric
from test_wire_reach import echo, hello, tunnel
from test_wire_replies import quiet, visits_of
from wire import WAYS, Origin, Reader, all_at_once, ask, client, in_ways, new_address, send, with_visits


@pytest.fixture(scope="module")
def weir():
    with Weir(policy=POLICY) as server:
        yield server


# MARK: F12, F14: bodies that break when something has been answered, or that just stop


@pytest.mark.parametrize("bad", [b"zz\r\n", b"5\nhello\r\n", b"-1\r\n", b"5\r\nhelloX\r\n"])
@pytest.mark.parametrize("way", WAYS)
def test_a_body_that_breaks_behind_the_reply(weir, way, bad):
    """F12: a head has been sent to the client already: the connection is closed, without an end that is none, and the origin's is cut."""
    def serve(c):
        c.head()
        c.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
        c.drain()

    address = new_address()
    with Origin(serve=serve) as origin:
        s = client(weir.port, address)
        send(s, chunked(b"5\r\nhello\r\n").replace(b"ORIGIN", b"o.test:%d" % origin.port), way)
        reader = Reader(s)
        assert b"200" in reader.until(b"\r\n\r\n") and reader.until(b"half\r\n")
        send(s, bad, way)
        rest = reader.to_end()
        s.close()
        wait_for(lambda: all(origin.ended), 5)
        assert rest == b"" and not re.search(rb"\r\n0+\r\n", origin.bytes.partition(b"\r\n\r\n")[2])
    (visit,) = visits_of(weir, address)
    assert visit["status"] == 200 and visit["outcome"] in ("rejected", "client-abort") and visit["up"] >= 5


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("data", [chunked(b"5\r\nhello\r\n"), chunked(b"5\r\nhel"), chunked(b"5\r\nhello\r\n0\r\n"), post(b"Content-Length: 10", body=b"hello")], ids=["no last chunk", "in a chunk", "in the trailers", "length"])
def test_a_body_without_its_end(weir, way, data):
    """F14, F16: FIN within the body: the origin is left without an end, and nothing is taken for one."""
    s = ask(weir.port, data, way, half_close=True, methods=(), wait_end=True, upstreams_end=True, serve=lambda c: (c.head(), c.drain()))
    assert s.ended in ("eof", "reset") and not re.search(rb"\r\n0+\r\n", s.origin.partition(b"\r\n\r\n")[2])
    assert s.upstreams <= 1 and all(s.upstream_ended)
    assert s.rest == b"" or s.rest.startswith(b"HTTP/1.1 400")
    (visit,) = visits_of(weir, s.address)
    assert visit["outcome"] in ("client-abort", "rejected")


# MARK: F22


@pytest.mark.parametrize("way", WAYS)
def test_another_host_is_an_event(weir, way):
    """F22: the target wins for policy and record, and the event is counted."""
    before = metric(weir, "weir_host_mismatch_total")
    s = ask(weir.port, get(host=b"Host: blocked.test"), way)
    assert s.status == 200 and b"blocked" not in s.origin
    assert [v["host"] for v in visits_of(weir, s.address)] == ["o.test"]
    s = ask(weir.port, get(line=b"GET http://blocked.test/ HTTP/1.1"), way)
    assert s.status == 403 and s.upstreams == 0
    assert metric(weir, "weir_host_mismatch_total") == before + 2


# MARK: X3, X5


def test_ports_as_they_come():
    """X3: without a word in the configuration 443 is the only port of a tunnel; mail and shells stay shut, HTTP ports take an upgrade alone."""
    server = Weir(policy=POLICY)
    settings = json.loads(server.config.read_text())
    settings["proxy"] = {"listen": settings["proxy"]["listen"]}
    server.config.write_text(json.dumps(settings))
    with server:
        jobs = {(port, way): (lambda p=port, w=way: ask(server.port, connect(b"o.test:%d" % p), w, wait_end=True)) for port in (22, 25, 110, 465, 587, 993, 1, 21, 23) for way in WAYS}
        for key, s in with_visits(server, all_at_once(jobs)).items():
            assert s.status == 403 and (s.rest, s.ended) == (b"", "eof") and s.replies[0].field("Connection") == "close" and s.replies[0].field("Proxy-Status"), key
            assert [(v["verdict"], v["reason"], v["status"]) for v in s.visits] == [("reject", "port-not-allowed", 403)], (key, s.visits)
        for way, s in with_visits(server, in_ways(lambda way: ask(server.port, connect(b"o.test:443"), way, methods=("CONNECT",)))).items():
            assert s.status in (200, 502) and [v["verdict"] for v in s.visits] == ["allow"], (way, "reached, or nobody there")

        def mail(port, way):
            return ask(server.port, connect(b"o.test:%d" % port) + b"EHLO x\r\n", way, methods=("CONNECT", "GET"), wait_end=True)

        for key, s in with_visits(server, all_at_once({(port, way): (lambda p=port, w=way: mail(p, w)) for port in (80, 8443) for way in WAYS})).items():
            assert [r.status for r in s.replies] == [200, 403] and (s.rest, s.ended) == (b"", "eof") and s.replies[1].field("Proxy-Status"), (key, s)
            assert [(v["verdict"], v["reason"], v["up"]) for v in s.visits] == [("reject", "port-not-allowed", 0)], (key, s.visits)


@pytest.mark.parametrize("way", WAYS)
def test_a_tunnel_is_recorded_from_its_beginning(weir, way):
    """X5: a begin record while it is open, an end record with the bytes of both ways."""
    with Origin(serve=echo) as origin:
        s, reader, address = tunnel(weir, origin, b"early", way=way)
        assert reader.reply("CONNECT").status == 200 and reader.take(5) == b"early"
        (visit,) = wait_for(lambda: [v for v in weir.visits() if v["address"] == address], 10)
        assert (visit["outcome"], visit["verdict"], visit["host"]) == ("open", "allow", "o.test")
        s.close()
    (visit,) = visits_of(weir, address)
    assert (visit["outcome"], visit["up"], visit["down"]) == ("client-abort", 5, 5) or visit["outcome"] == "complete"


@pytest.mark.parametrize("way", WAYS)
def test_early_bytes_wait_for_the_policy(weir, way):
    """X5, B3: a ClientHello sent right behind the CONNECT reaches nobody where its name is blocked."""
    with Origin(serve=echo) as origin:
        s, reader, address = tunnel(weir, origin, hello("blocked.test"), way=way)
        assert reader.reply("CONNECT").status == 200 and reader.to_end() == b""
        s.close()
        time.sleep(0.05)
        assert origin.bytes == b""
    (visit,) = visits_of(weir, address)
    assert (visit["verdict"], visit["outcome"]) == ("block", "closed-by-policy")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", ["connect", "websocket", "post"])
def test_much_that_comes_early_arrives(weir, kind, way):
    """X5, X6: what is sent behind a request without waiting is held, however much it is, and all of it arrives once the origin is there."""
    early = bytes(range(256)) * 4000

    def serve(c):
        if kind == "websocket":
            c.head()
            time.sleep(0.3)
            c.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
        if kind == "post":
            c.request()
            return c.send(Origin.OK)
        while len(c.buffer) < len(early) and c.more():
            pass
        c.send(b"done")

    with Origin(serve=serve) as origin:
        s = client(weir.port, address := new_address())
        head = {"connect": connect(b"o.test:%d" % origin.port), "websocket": get(b"Connection: Upgrade", b"Upgrade: websocket"), "post": post(b"Content-Length: %d" % len(early))}[kind]
        threading.Thread(target=lambda: send(s, head.replace(b"ORIGIN", b"o.test:%d" % origin.port) + early, way), daemon=True).start()
        reader = Reader(s)
        assert reader.final("CONNECT" if kind == "connect" else "GET").status == {"connect": 200, "websocket": 101, "post": 200}[kind]
        if kind != "post":
            assert reader.take(4) == b"done"
        assert origin.bytes.endswith(early)
        s.close()
    (visit,) = visits_of(weir, address)
    assert visit["up"] == len(early)


# MARK: X6, X7


@pytest.mark.parametrize("way", WAYS)
def test_switching_before_the_request_is_complete(weir, way):
    """X6: a 101 while the body is under way is no reply; no byte becomes a tunnel's."""
    def serve(c):
        c.head()
        c.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nraw", way)
        c.drain()

    address = new_address()
    with Origin(serve=serve) as origin:
        s = client(weir.port, address)
        send(s, post(b"Connection: Upgrade", b"Upgrade: websocket", b"Content-Length: 10", body=b"hel").replace(b"ORIGIN", b"o.test:%d" % origin.port), way)
        reader = Reader(s)
        reply = reader.final()
        assert reply.status == 502 and reply.field("Proxy-Status") and b"raw" not in reply.body
        assert b"raw" not in quiet(s, reader)
        s.close()
    (visit,) = visits_of(weir, address)
    assert (visit["status"], visit["outcome"]) == (502, "upstream-error")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("leaves", ["fin", "close"])
def test_client_leaves_during_interim_replies(weir, leaves, way):
    """X7: nobody falls over a client that goes away between a 103 and the reply."""
    gate = threading.Event()

    def serve(c):
        c.request()
        c.send(b"HTTP/1.1 103 Early Hints\r\n\r\n", way)
        gate.wait(5)
        c.send(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 5 + Origin.OK, way)
        c.drain()

    address = new_address()
    with Origin(serve=serve) as origin:
        s = client(weir.port, address)
        s.sendall(get().replace(b"ORIGIN", b"o.test:%d" % origin.port))
        reader = Reader(s)
        assert reader.reply().status == 103
        if leaves == "fin":
            s.shutdown(socket.SHUT_WR)
            gate.set()
            assert reader.final().status == 200
        s.close()
        gate.set()
        (visit,) = visits_of(weir, address)
    # FIN alone says no more than that it sends nothing more: its going shows only when it is answered.
    assert visit["outcome"] in (("complete",) if leaves == "fin" else ("client-abort", "complete"))
    assert origin.bytes.count(b"GET /x") == len(origin.seen) == 1
    assert weir.process.poll() is None and ask(weir.port, get()).status == 200


# MARK: B2, what loosens looks at the canonical form alone


LOOSE = """
weir: 1
timezone: UTC
categories:
  fine: { urls: [paths.test/ok, paths.test/a%2Fb] }
groups:
  default:
    rules:
      - allow: [fine]
    default: block
"""


@pytest.fixture(scope="module")
def loose():
    with Weir(policy=LOOSE) as server:
        yield server


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("path,passes", [(b"/ok", True), (b"/x/../ok", True), (b"/%6fk", True), (b"//ok", True), (b"/x/%2e%2e/ok", True), (b"/ok/x", True), (b"/" + b"a/../" * 3000 + b"ok", True), (b"/a%2fb", True),
                                         (b"/ok/../x", False), (b"/ok/%2e%2e/x", False), (b"/ok/../../x", False), (b"/ok/x/../../secret", False), (b"/ok%2f..%2fx/../../y", False), (b"/OK", False), (b"/okay", False),
                                         (b"/a/b", False), (b"/" + b"ok/../" * 2500 + b"x", False)], ids=lambda v: v[-24:].decode() if isinstance(v, bytes) else "")
def test_what_loosens(loose, way, path, passes):
    """B2: the canonical form alone opens; the origin sees the bytes the client sent."""
    s = ask(loose.port, get(line=b"GET http://paths.test:PORT" + path + b" HTTP/1.1", host=b"Host: x"), way, quiet=0.05)
    assert s.error is None and (s.rest, s.ended) == (b"", None)
    assert s.status == (200 if passes else 403)
    assert s.upstreams == passes and s.origin.startswith(b"GET " + path + b" HTTP/1.1\r\n" if passes else b"")
    (visit,) = visits_of(loose, s.address)
    assert (visit["verdict"], visit["status"]) == (("allow", 200) if passes else ("block", 403))


# MARK: B3


def test_opaque_by_address_and_by_early_bytes():
    """B3: an address in place of a name shows its name in the handshake or is closed; the name it shows is judged like any other."""
    policy = POLICY.replace("  default:\n    rules:", "  default:\n    opaque: block\n    rules:")
    assert "opaque: block" in policy
    with Weir(policy=policy) as server, Origin(serve=echo) as origin:
        for data, verdict in ((hello(None), "block"), (b"SSH-2.0-x\r\n", "block"), (hello("blocked.test"), "block"), (hello("o.test"), "allow")):
            for way in WAYS:
                address = new_address()
                seen = len(origin.bytes)
                s, reader, address = tunnel(server, origin, data, host=b"127.0.0.1", way=way)
                assert reader.reply("CONNECT").status == 200
                if verdict == "allow":
                    assert reader.take(len(data)) == data
                else:
                    assert reader.to_end() == b"" and len(origin.bytes) == seen
                s.close()
                (visit,) = visits_of(server, address)
                assert visit["verdict"] == verdict and (verdict == "allow" or visit["reason"] and visit["outcome"] == "closed-by-policy"), visit


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("inner,passes", [(b"o.test:PORT", True), (b"blocked.test", False), (b"other.test", False), (b"blocked.test:PORT", False)])
def test_another_host_inside_a_connect(way, inner, passes):
    """B3: inside a CONNECT to an HTTP port a request for somebody else is not let through, by whatever name it was asked for."""
    def serve(c):
        c.head()
        c.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
        echo(c)

    with Weir(policy=POLICY, config={"proxy": {"connect-ports": [443], "http-ports": ["1024-65535"]}}) as server, Origin(serve=serve) as origin:
        s, reader, address = tunnel(server, origin)
        assert reader.reply("CONNECT").status == 200
        send(s, b"GET /chat HTTP/1.1\r\nHost: " + inner.replace(b"PORT", b"%d" % origin.port) + b"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", way)
        reply = reader.final()
        assert reply.status == (101 if passes else 403)
        s.close()
        assert passes or origin.seen == []
        assert len(visits_of(server, address)) == 1


# MARK: B4


ODD = r"""
weir: 1
timezone: UTC
categories:
  runaway: { expressions: ['^http://run\.test/(a+)+(b|c)+$'] }
  deep: { expressions: ['^http://deep\.test/(?:(a)|(b))*c$'] }
  around: { expressions: ['^http://look\.test/(?=(a+)+!)(?!.*z)(.*a){20}$'] }
groups:
  default: { rules: [ { block: [runaway, deep, around] } ], default: allow }
"""


@pytest.fixture(scope="module")
def odd():
    with Weir(policy=ODD) as server:
        yield server


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("target,is_error", [(b"run.test/" + b"a" * 4000 + b"!b", True), (b"deep.test/" + b"ab" * 7000 + b"c", None), (b"look.test/" + b"a" * 3000 + b"!" + b"a" * 3000, None)], ids=["match limit", "depth", "lookarounds"])
def test_what_the_engine_cannot_do_is_blocked(odd, way, target, is_error):
    """B4, B5: matched or given up, it is never let through; giving up is an event."""
    before = metric(odd, "weir_policy_failures_total")
    began = time.monotonic()
    s = ask(odd.port, get(line=b"GET http://" + target + b" HTTP/1.1"), way)
    assert s.status == 403 and s.upstreams == 0 and s.replies[0].field("Proxy-Status"), s.error
    assert way == "bytes" or time.monotonic() - began < 3
    (visit,) = visits_of(odd, s.address)
    assert visit["verdict"] == "block"
    if is_error:
        assert metric(odd, "weir_policy_failures_total") == before + 1 and visit["rule"] == "policy-error", visit
        # The event names who asked for what, and the expression; it is told once in a while, not every time.
        event = next(line for line in odd.log.read_text().splitlines() if "event=policy_error" in line)
        assert all(part in event for part in ("client=127.", "host=run.test", "line=5", "(a+)+(b|c)+", "unreported=0")), event
        assert visit["reason"] == "policy-error: line 5", visit
    assert ask(odd.port, get()).status == 200


# MARK: B6


SHUT = """
weir: 1
timezone: UTC
groups:
  default:
    rules:
      - block: ['site:closed.test']
    default: allow
"""


@pytest.mark.parametrize("way", WAYS)
def test_a_kept_connection_outlives_nothing(way):
    """B6: within five seconds of a change a request that is half in, one that follows on a kept connection, and an open tunnel all meet the new verdict."""
    with Weir(policy=SHUT) as server, Origin() as origin, Origin(serve=lambda c: c.drain()) as quiet_origin:
        kept = client(server.port)
        reader = Reader(kept)
        send(kept, get().replace(b"ORIGIN", b"o.test:%d" % origin.port), way)
        assert reader.final().status == 200
        half = client(server.port, half_address := new_address())
        request = get().replace(b"ORIGIN", b"o.test:%d" % origin.port)
        send(half, request[:-3], way)
        open_one = client(server.port, address := new_address())
        send(open_one, connect(b"o.test:%d" % quiet_origin.port) + b"abc", way)
        assert Reader(open_one).reply("CONNECT").status == 200
        server.policy.write_text(SHUT.replace("closed.test", "o.test"))
        began = time.monotonic()
        assert Reader(open_one).to_end() == b"" and time.monotonic() - began < 5
        send(kept, get().replace(b"ORIGIN", b"o.test:%d" % origin.port), way)
        assert reader.final().status == 403
        send(half, request[-3:], way)
        assert Reader(half).final().status == 403
        for s in (kept, half, open_one):
            s.close()
        assert [v["outcome"] for v in visits_of(server, address)] == ["closed-by-policy"]
        assert [v["verdict"] for v in visits_of(server, half_address)] == ["block"]
        assert origin.bytes.count(b"GET /x") == 1


# MARK: B7


def test_an_address_cannot_be_swapped():
    """B7: who a connection is, is its peer's address; what it says in passing changes nothing, request after request."""
    policy = SHUT.replace("groups:", "groups:\n  grown: { addresses: [127.45.0.9], default: allow }").replace("closed.test", "o.test")
    with Weir(policy=policy, config={"proxy": {"trusted-peers": ["127.45.0.1"]}}) as server, Origin() as origin:
        request = lambda *f: get(*f).replace(b"ORIGIN", b"o.test:%d" % origin.port)
        forged = [b"X-Forwarded-For: 127.45.0.9", b"Forwarded: for=127.45.0.9", b"X-Real-IP: 127.45.0.9", b"Client-IP: 127.45.0.9", b"Via: 1.1 127.45.0.9"]

        def swap(way):
            s = client(server.port, "127.45.0.2")
            reader = Reader(s)
            for field in forged:
                send(s, request(field), way)
                assert reader.final().status == 403, (way, field)
            send(s, b"PROXY TCP4 127.45.0.9 127.0.0.1 1 2\r\n" + request(), way)
            assert reader.final().status == 400 and reader.to_end() == b"" and reader.ended == "eof", way
            s.close()
            # A trusted peer speaks for each of its clients, and only the last address before it counts.
            s = client(server.port, "127.45.0.1")
            reader = Reader(s)
            for value, status in ((b"127.45.0.9", 200), (b"127.45.0.3", 403), (b"127.45.0.9, 127.45.0.3", 403), (b"127.45.0.3, 127.45.0.9", 200), (b"nonsense", 403)):
                send(s, request(b"X-Forwarded-For: " + value), way)
                assert reader.final().status == status, (way, value)
            s.close()

        in_ways(swap)
        assert origin.bytes.count(b"GET /x") == 6
        assert sorted(v["status"] for v in visits_of(server, "127.45.0.2", 18)) == [400] * 3 + [403] * 15
        assert [v["status"] for v in visits_of(server, "127.45.0.9", 6)] == [200] * 6


# MARK: B9


@pytest.mark.parametrize("way", WAYS)
def test_a_thousand_at_once_are_a_thousand_visits(weir, way):
    """B9: however the packets are cut."""
    count = 1000
    s = client(weir.port, address := new_address(), timeout=60)
    one = b"GET http://blocked.test/ HTTP/1.1\r\nHost: blocked.test\r\n\r\n"
    threading.Thread(target=lambda: send(s, one * count, way), daemon=True).start()
    reader = Reader(s)
    for _ in range(count):
        assert reader.final().status == 403
    s.close()
    rows = visits_of(weir, address, count)
    assert len(rows) == count == len({v["id"] for v in rows}) and {v["verdict"] for v in rows} == {"block"}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("path", [b"/a\xe2\x80\xaeb", b"/\xff\xfe", b"/%0d%0aX", b"/\xc2\x85x", b"/\xef\xbb\xbf", b"/<script>"])
def test_odd_characters_are_recorded_once(weir, way, path):
    s = ask(weir.port, get(line=b"GET http://blocked.test" + path + b" HTTP/1.1"), way)
    assert s.status == 403 and b"<script" not in s.replies[0].body
    (visit,) = visits_of(weir, s.address)
    assert visit["verdict"] == "block"
    for form in ("table", "jsonl", "squid"):
        text = weir.mine("visits", "--format", form, "--client", visit["client"]).stdout
        assert "/" in text and not re.search("[\u202a-\u202e\x00-\x09\x0b-\x1f\x7f-\x9f]", text), (form, text)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("length", [16_500, 60_000])
def test_what_was_cut_is_marked(weir, way, length):
    s = ask(weir.port, get(line=b"GET http://ORIGIN/" + b"x" * length + b" HTTP/1.1"), way, wait_end=True)
    assert s.status == 414 and s.upstreams == 0
    (visit,) = visits_of(weir, s.address)
    assert visit["verdict"] == "reject" and re.search(r"…\+more, \d{5} read, sha256:[0-9a-f]{64}$", visit["path"])


# MARK: S1, S2


def own_addresses():
    """The machine's own, beside loopback."""
    text = subprocess.run(["hostname", "-I"], capture_output=True, text=True).stdout
    return [a for a in text.split() if not a.startswith("fe80")]


@pytest.mark.parametrize("method", ["GET", "CONNECT"])
def test_own_ports_by_any_name(method):
    """S1: admin with its metrics, proxy and portal, by every local address and name there is, though the rules let everything through."""
    plain = free_port()
    hosts = {"*.test": "127.0.0.1", "me.test": "::1", "both.test": "127.0.0.77"}
    with Weir(policy=POLICY, config={"portal": {"listen": [f"127.0.0.1:{plain}"]}, "egress": {"deny": [], "allow": ["0.0.0.0/0", "::/0"]}, "names": {"hosts": hosts}}) as server:
        names = ["127.0.0.1", "127.1", "127.0.0.2", "2130706433", "0x7f.1", "0177.0.0.1", "%31%32%37.0.0.1", "１２７.0.0.1", "127.0.0.1.", "localhost", "LOCALHOST.", "a.test", "me.test", "both.test", "[::1]", "[0:0::1]",
                 "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "0", "[::]", socket.gethostname(), *(f"[{a}]" if ":" in a else a for a in own_addresses())]
        jobs = {}
        for port in (server.admin, server.port, plain):
            for name in names:
                target = f"{name}:{port}".encode()
                jobs[name, port] = get(line=b"GET http://" + target + b"/metrics HTTP/1.1", host=b"Host: a.test") if method == "GET" else connect(target)
        results = with_visits(server, all_at_once({(*key, way): (lambda d=data, w=way: ask(server.port, d, w, wait_end=True)) for key, data in jobs.items() for way in WAYS}))
        for (name, port, way), s in results.items():
            # Written so in a CONNECT some are no authority at all.
            assert s.status in (403, 502) or s.status == 400 and (not name.isascii() or "%" in name), (name, port, way, s)
            assert s.status != 502 or name == socket.gethostname(), name
            assert s.replies[0].field("Proxy-Status") and b"weir_" not in s.replies[0].body and (s.rest, s.ended) == (b"", "eof")
            assert [v["verdict"] for v in s.visits] == (["allow"] if s.status == 502 else ["reject"]), (name, s.visits)


SPELLINGS = ["127.1", "127.0.1", "0177.1", "017700000001", "0x7f000001", "0x7f.0.0x1", "127.0.0.1.", "%31%32%37.0.0.1", "１２７.0.0.1", "127。0。0。1", "0", "0x0", "00000000", "10.1", "0xa.1", "012.0.0.1", "3232235777", "192.168.257",
             "169.254.43518", "0xa9fea9fe", "[::ffff:0:127.0.0.1]", "[::7f00:1]", "[0:0:0:0:0:0:0:1]", "[::FFFF:7F00:1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::10.0.0.1]", "[2002:0a00:0001::1]", "[2002:c0a8:101::]",
             "[fec0::1]", "[febf::1]", "[fd12:3456::1]", "[ff05::2]", "[ff0e::1]", "localhost", "LocalHost", "localhost.", "a.localhost", "[100::1]", "[2001:0:7f00:1::]", "[::ffff:169.254.169.254]"]


@pytest.fixture(scope="module")
def closed():
    config = {"egress": {"allow": []}, "names": {"hosts": {"*.test": "127.0.0.1"}, "servers": ["127.0.0.1:9"]}, "limits": {"connect-seconds": 1}}
    with Weir(policy=POLICY, config=config) as server:
        yield server


@pytest.fixture(scope="module")
def spelt(closed):
    jobs = {}
    for host in SPELLINGS:
        # The port of an origin that is there: what came through on loopback would be seen.
        jobs["GET", host] = get(line=f"GET http://{host}:PORT/ HTTP/1.1".encode(), host=b"Host: a.test")
        jobs["CONNECT", host] = connect(f"{host}:PORT".encode())
    return with_visits(closed, all_at_once({(key, way): (lambda d=data, w=way: ask(closed.port, d, w, wait_end=True)) for key, data in jobs.items() for way in WAYS}))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("method", ["GET", "CONNECT"])
@pytest.mark.parametrize("host", SPELLINGS)
def test_spellings_of_the_inside(spelt, method, host, way):
    """S2: whatever the spelling, the address behind it counts; what stands for no address is no request."""
    s = spelt[(method, host), way]
    assert s.error is None and s.replies[0].field("Proxy-Status") and s.replies[0].field("Connection") == "close"
    assert (s.rest, s.ended, s.upstreams) == (b"", "eof", 0)
    assert s.status == 403 or s.status == 400 and not host.isascii() or s.status == 400 and "%" in host, (host, s.status)
    assert [(v["verdict"], v["outcome"]) for v in s.visits] == [("reject", "rejected")]


# MARK: S5


@pytest.mark.parametrize("clients,authentication,said", [
    (["any"], "off", True), (["0.0.0.0/0", "::/0"], "off", True), (["private", "0.0.0.0/1", "128.0.0.0/1"], "off", True), (["2000::/3"], "off", True),
    (["private"], "off", False), (["10.0.0.0/8", "fc00::/7"], "off", False), (["any"], "basic", False)])
def test_an_open_proxy_is_said_to_be_one(clients, authentication, said):
    """S5: who opens the proxy to everybody who reaches it hears so, and what to do, at every start and reading, whatever the log leaves out, and from `weir check`."""
    port = free_port()
    proxy = {"listen": [f"0.0.0.0:{port}"], "allow-clients": clients, "authentication": authentication}
    with Weir(policy=POLICY, config={"proxy": proxy, "log": {"level": "error"}}) as server:
        log = server.log.read_text()
        assert ("anybody who reaches" in log) == said and ("`authentication: basic`" in log) == said
        server.process.send_signal(signal.SIGHUP)
        wait_for(lambda: server.log.read_text().count("anybody who reaches") == 2 * said, 5)
        reply = server.command("check", str(server.policy), "--config", str(server.config))
        assert (f"{server.config}:1:" in reply.stderr and "warning: anybody who reaches" in reply.stderr) == said
        findings = json.loads(server.command("check", str(server.policy), "--config", str(server.config), "--json").stdout)
        assert [f["severity"] for f in findings if "anybody" in f["message"]] == ["warning"] * said
        server.config.write_text("proxy:\n  allow-client: any\n")
        reply = server.command("check", str(server.policy), "--config", str(server.config), check=False)
        assert reply.returncode == 1 and f"{server.config}:2:3: unknown key `proxy.allow-client`" in reply.stderr


def test_as_it_comes_strangers_stay_out():
    """S5: without a word in the configuration only private addresses are clients, whatever address the proxy is reached by."""
    server = Weir(policy=POLICY)
    settings = json.loads(server.config.read_text())
    settings["proxy"] = {"listen": [f"0.0.0.0:{server.port}"], "trusted-peers": ["127.46.0.1"]}
    server.config.write_text(json.dumps(settings))
    with server, Origin() as origin:
        def come(who, way):
            s = client(server.port, "127.46.0.1")
            family = 6 if ":" in who else 4
            send(s, f"PROXY TCP{family} {who} {'::1' if family == 6 else '127.0.0.1'} 1000 3128\r\n".encode() + get().replace(b"ORIGIN", b"o.test:%d" % origin.port), way)
            reader = Reader(s)
            reply = reader.final()
            assert reply.status == 200 or (reader.to_end(), reader.ended) == (b"", "eof"), who
            s.close()
            return reply

        for who, status in (("8.8.8.8", 403), ("172.32.0.1", 403), ("100.64.0.1", 403), ("2001:db8::1", 403), ("192.168.7.7", 200), ("fd00::7", 200)):
            for way, reply in in_ways(lambda way: come(who, way)).items():
                assert reply.status == status and (status == 200 or "not-a-client" in reply.field("Proxy-Status")), (who, way)
            assert [(v["verdict"], v["status"]) for v in visits_of(server, who, 3)] == [("allow" if status == 200 else "reject", status)] * 3, who
        assert origin.bytes.count(b"GET /x") == 6
