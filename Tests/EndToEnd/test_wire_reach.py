"""Where a client may get to and as whom: CONNECT, egress rules on resolved addresses, names, trusted peers, authentication."""
import base64
import json
import re
import socket
import ssl
import struct
import time

import pytest
from harness import Weir, wait_for
from nameserver import TinyDNS
from test_wire import POLICY, connect, get, post
from test_wire_replies import visits_of
from wire import WAYS, Origin, Reader, all_at_once, ask, client, in_ways, new_address, send, with_visits


@pytest.fixture(scope="module")
def weir():
    with Weir(policy=POLICY) as server:
        yield server


def hello(name):
    """A ClientHello as a real TLS stack writes it."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        context.wrap_bio(incoming, outgoing, server_hostname=name).do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def echo(connection):
    while connection.more():
        connection.send(connection.buffer)
        connection.buffer = b""


def tunnel(weir, origin, early=b"", host=b"o.test", address=None, way="whole"):
    address = address or new_address()
    s = client(weir.port, address)
    target = host + b":%d" % origin.port
    send(s, connect(target) + early, way)
    return s, Reader(s), address


# MARK: CONNECT


@pytest.mark.parametrize("way", WAYS)
def test_connect_accepted(weir, way):
    """X5: early bytes are held and arrive; FIN passes each way; bytes of both ways are counted."""
    with Origin(serve=echo) as origin:
        s, reader, address = tunnel(weir, origin, b"early", way=way)
        reply = reader.reply("CONNECT")
        assert reply.status == 200 and not reply.all("Content-Length") and not reply.all("Transfer-Encoding")
        assert reader.take(5) == b"early"
        s.sendall(b"later")
        assert reader.take(5) == b"later"
        s.shutdown(socket.SHUT_WR)
        assert reader.to_end() == b"" and reader.ended == "eof"
        s.close()
        assert origin.bytes == b"earlylater"
    (visit,) = visits_of(weir, address)
    assert (visit["method"], visit["verdict"], visit["outcome"], visit["status"], visit["up"], visit["down"]) == ("CONNECT", "allow", "complete", 200, 10, 10)


@pytest.mark.parametrize("way", WAYS)
def test_origin_half_closes_first(weir, way):
    def serve(c):
        c.send(b"hello", way)
        c.s.shutdown(socket.SHUT_WR)
        while c.more():
            pass
    with Origin(serve=serve) as origin:
        s, reader, address = tunnel(weir, origin, b"x", way=way)
        assert reader.reply("CONNECT").status == 200
        assert reader.to_end() == b"hello"
        send(s, b"still", way)
        s.shutdown(socket.SHUT_WR)
        wait_for(lambda: origin.bytes == b"xstill" and origin.ended == ["eof"], 3)
        s.close()
    (visit,) = visits_of(weir, address)
    assert (visit["outcome"], visit["up"], visit["down"]) == ("complete", 6, 5)


@pytest.mark.parametrize("way", WAYS)
def test_connect_with_length_zero(weir, way):
    """X2: it says nothing and is dropped."""
    with Origin(serve=echo) as origin:
        s = client(weir.port, address := new_address())
        send(s, connect(b"o.test:%d" % origin.port, b"Content-Length: 0") + b"abc", way)
        reader = Reader(s)
        assert reader.reply("CONNECT").status == 200 and reader.take(3) == b"abc"
        s.shutdown(socket.SHUT_WR)
        assert reader.to_end() == b"" and origin.bytes == b"abc"
        s.close()
    (visit,) = visits_of(weir, address)
    assert (visit["outcome"], visit["status"], visit["up"], visit["down"]) == ("complete", 200, 3, 3)


# Who refuses, what is asked for, the status and what is recorded.
REFUSED = [
    ("policy", "weir", b"blocked.test:443", 403, "block", "Not here"), ("dial", "weir", b"o.test:1", 502, "allow", "connect-failed"), ("name", "named", b"no-such.example:443", 502, "allow", "dns-error"),
    ("egress", "named", b"denied.test:443", 403, "reject", "egress-denied"), ("port", "closed", b"o.test:22", 403, "reject", "port-not-allowed"), ("password", "locked", b"ORIGIN", 407, "reject", "credentials-required"),
    ("client", "strange", b"ORIGIN", 403, "reject", "not-a-client"), ("request", "weir", b"o.test", 400, "reject", None)]


@pytest.fixture(scope="module")
def locked():
    with Weir(policy=POLICY, config={"proxy": {"authentication": "basic"}}) as server:
        yield server


@pytest.fixture(scope="module")
def strange():
    with Weir(policy=POLICY, config={"proxy": {"allow-clients": ["127.0.0.1"]}}) as server:
        yield server


@pytest.mark.parametrize("name,server,target,status,verdict,reason", REFUSED, ids=[row[0] for row in REFUSED])
def test_refused_connect_closes(request, name, server, target, status, verdict, reason):
    """X4: what follows a refused CONNECT is never parsed, and reaches nobody."""
    server = request.getfixturevalue(server)
    early = b"GET http://ORIGIN/smuggled HTTP/1.1\r\nHost: ORIGIN\r\n\r\n"
    for way, s in with_visits(server, in_ways(lambda way: ask(server.port, connect(target) + early, way, wait_end=True))).items():
        assert s.error is None and s.status == status, (way, s)
        assert s.replies[0].field("Connection") == "close" and s.replies[0].field("Proxy-Status"), (way, s)
        assert (s.rest, s.ended, s.upstreams) == (b"", "eof", 0), (way, s)
        assert [(v["status"], v["verdict"]) for v in s.visits] == [(status, verdict)], (way, s.visits)
        assert s.visits[0]["reason"] == (reason or s.visits[0]["reason"]) and s.visits[0]["up"] == 0, (way, s.visits)


@pytest.mark.parametrize("sni,allowed", [("o.test", True), ("other.test", True), ("blocked.test", False), ("www.blocked.test", False), ("BLOCKED.test", False)])
@pytest.mark.parametrize("way", WAYS)
def test_both_names_are_judged(weir, sni, allowed, way):
    """B3: the origin sees nothing of a ClientHello whose name is not allowed."""
    with Origin(serve=echo) as origin:
        s, reader, address = tunnel(weir, origin)
        assert reader.reply("CONNECT").status == 200
        data = hello(sni)
        send(s, data, way)
        if allowed:
            assert reader.take(len(data)) == data
        else:
            assert reader.to_end() == b""
            time.sleep(0.05)
            assert origin.bytes == b""
        s.close()
    (visit,) = visits_of(weir, address)
    assert visit["verdict"] == ("allow" if allowed else "block")
    if not allowed:
        assert visit["outcome"] == "closed-by-policy"
        assert visit["rule"] == "groups.default.rules[0]" and visit["category"] == "bad" and visit["reason"] == "Not here"


def test_opaque_tunnels():
    """B3: no name, another protocol or silence: closed with a reason where the group says so."""
    policy = "weir: 1\ntimezone: UTC\ngroups:\n  default: { opaque: block, default: allow }\n"
    with Weir(policy=policy) as server, Origin(serve=echo) as origin:
        def opaque(data, way):
            s, reader, address = tunnel(server, origin, way=way)
            status = reader.reply("CONNECT").status
            assert status in (200, 403)
            if status == 200:
                send(s, data, way)
                assert reader.to_end() == b""
            s.close()
            return address

        for data in (b"SSH-2.0-x\r\n", hello(None), b"GET / HTTP/1.1\r\nHost: o.test\r\n\r\n", b"\x16\x03\x01\x00\x05hello"):
            for address in in_ways(lambda way: opaque(data, way)).values():
                (visit,) = visits_of(server, address)
                assert visit["verdict"] == "block" and visit["reason"] and visit["outcome"] in ("closed-by-policy", "rejected"), visit
        assert origin.bytes == b""
        for way in WAYS:
            s, reader, _ = tunnel(server, origin, way=way)
            reader.reply("CONNECT")
            data = hello("o.test")
            send(s, data, way)
            assert reader.take(len(data)) == data
            s.close()


def test_broken_hello(weir):
    """B3: what begins as TLS and cannot be judged is no other protocol, whatever an origin would make of it: it is closed where `opaque: allow` too."""
    record = lambda part: b"\x16\x03\x01" + struct.pack(">H", len(part)) + part
    long = b"\x01" + struct.pack(">I", 33_000)[1:] + hello("blocked.test")[9:] + b"\0" * 33_000
    cases = (b"".join(record(long[at:at + 16_000]) for at in range(0, 33_004, 16_000)), b"\x16\x03\x01\0\0" + hello("blocked.test"), record(b"\x01\0\0\x01\0"))
    with Origin(serve=echo) as origin:
        for data, way in ((data, way) for data in cases for way in WAYS):
            s, reader, address = tunnel(weir, origin)
            assert reader.reply("CONNECT").status == 200
            send(s, data, way)
            assert reader.to_end() == b""
            s.close()
            (visit,) = visits_of(weir, address)
            assert (visit["verdict"], visit["reason"], visit["outcome"], visit["up"]) == ("reject", "bad-client-hello", "closed-by-policy", 0)
        assert origin.bytes == b""


# MARK: Ports, egress, own listeners


@pytest.fixture(scope="module")
def closed():
    """Egress and ports as they come."""
    hosts = {"metadata.test": "169.254.169.254", "six.test": "fd00:ec2::254", "private.test": "10.1.2.3", "*.test": "127.0.0.1", "mapped.test": "::ffff:127.0.0.1"}
    with Weir(policy=POLICY, config={"egress": {"allow": []}, "names": {"hosts": hosts}, "proxy": {"connect-ports": [443], "http-ports": [80, 443, "1024-65535"]}}) as server:
        yield server


FORBIDDEN = ["127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.1.1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1",
             "[::1]", "[::]", "[fe80::1]", "[fd00:ec2::254]", "[fc00::1]", "[ff02::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::a00:1]", "[64:ff9b:1::a00:1]", "[2002:7f00:1::]", "[2002:a00:1::1]",
             "[::127.0.0.1]", "2130706433", "0x7f.1", "metadata.test", "six.test", "private.test", "a.test", "mapped.test", "192.0.0.1", "198.18.0.1", "[2001:db8::1]", "192.0.2.1", "100.100.100.200"]


PORTS = [22, 25, 587, 79, 465, 993, 1]


@pytest.fixture(scope="module")
def refused(closed):
    """Every forbidden destination and port, by GET and by CONNECT."""
    jobs = {}
    for host in FORBIDDEN:
        # The port of an origin that is there: what came through on loopback would be seen.
        jobs["GET", host] = get(line=f"GET http://{host}:PORT/ HTTP/1.1".encode(), host=b"Host: a.test")
        jobs["CONNECT", host] = connect(f"{host}:443".encode())
    for port in PORTS:
        jobs["GET", port] = get(line=b"GET http://a.test:%d/ HTTP/1.1" % port, host=b"Host: a.test:%d" % port)
        jobs["CONNECT", port] = connect(b"a.test:%d" % port)
    return with_visits(closed, all_at_once({(*key, way): (lambda d=data, w=way: ask(closed.port, d, w, wait_end=True)) for key, data in jobs.items() for way in WAYS}))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("method", ["GET", "CONNECT"])
@pytest.mark.parametrize("where", FORBIDDEN + PORTS)
def test_forbidden_destinations(refused, method, where, way):
    """S2, X3: by the resolved address, whatever the spelling, and by port."""
    s = refused[method, where, way]
    assert s.error is None and s.status == 403 and s.replies[0].field("Proxy-Status")
    assert (s.rest, s.ended, s.upstreams) == (b"", "eof", 0) and s.replies[0].field("Connection") == "close"
    reason = "port-not-allowed" if isinstance(where, int) else "egress-denied"
    assert [(v["verdict"], v["reason"], v["outcome"]) for v in s.visits] == [("reject", reason, "rejected")]


def test_own_listeners_stay_unreachable(weir):
    """S1: by any address or name, though egress allows loopback."""
    jobs = {}
    for port in (weir.admin, weir.port):
        for host in ("127.0.0.1", "127.0.0.5", "localhost", "a.test", "[::1]", "0.0.0.0", "[::ffff:127.0.0.1]"):
            jobs[host, port, "GET"] = get(line=f"GET http://{host}:{port}/ HTTP/1.1".encode(), host=b"Host: x")
            jobs[host, port, "CONNECT"] = connect(f"{host}:{port}".encode())
    results = all_at_once({(*key, way): (lambda d=data, w=way: ask(weir.port, d, w, wait_end=True)) for key, data in jobs.items() for way in WAYS})
    for key, s in with_visits(weir, results).items():
        assert s.error is None and s.rest == b"" and s.status == 403 and s.ended == "eof" and "destination_ip_prohibited" in s.replies[0].field("Proxy-Status"), (key, s)
        assert [(v["verdict"], v["reason"], v["outcome"], v["status"]) for v in s.visits] == [("reject", "egress-denied", "rejected", 403)], (key, s.visits)


def test_connect_to_an_http_port(weir):
    """X3: an upgrade inside a CONNECT to an HTTP port is judged and recorded as what it is; anything else is not let through."""
    def serve(c):
        c.head()
        c.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
        echo(c)

    with Weir(policy=POLICY, config={"proxy": {"connect-ports": [443], "http-ports": ["1024-65535"]}}) as server, Origin(serve=serve) as origin:
        inside = b"GET /chat HTTP/1.1\r\nHost: o.test:%d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" % origin.port
        for way in WAYS:
            s, reader, address = tunnel(server, origin, way=way)
            assert reader.reply("CONNECT").status == 200
            send(s, inside, way)
            assert reader.reply().status == 101
            send(s, b"abc", way)
            assert reader.take(3) == b"abc"
            s.close()
            visits = visits_of(server, address)
            assert len(visits) == 1 and (visits[0]["scheme"], visits[0]["path"], visits[0]["status"], visits[0]["verdict"]) == ("ws", "/chat", 101, "allow"), visits

        def not_an_upgrade(data, way):
            s, reader, address = tunnel(server, origin, way=way)
            assert reader.reply("CONNECT").status == 200
            send(s, data, way)
            rest = reader.to_end()
            s.close()
            assert rest == b"" or rest.startswith(b"HTTP/1.1 4") and b"\r\nProxy-Status: weir" in rest, rest
            return address

        for data in (b"SSH-2.0-OpenSSH\r\n\r\n", hello("o.test"), b"GET /plain HTTP/1.1\r\nHost: o.test:%d\r\n\r\n" % origin.port):
            for address in in_ways(lambda way: not_an_upgrade(data, way)).values():
                (visit,) = visits_of(server, address)
                assert visit["verdict"] == "reject" and visit["reason"], visit
        assert origin.bytes.count(b"GET /chat") == len(origin.seen) == 3
        assert b"SSH" not in origin.bytes and b"plain" not in origin.bytes and hello("o.test")[:3] not in origin.bytes


def test_loops(weir):
    """X12: our own id in Via, and nothing else, is a loop."""
    s = ask(weir.port, get())
    own = re.search(rb"Via: 1\.1 (\S+)", s.origin)[1]
    jobs = {(via, way): (lambda v=via, w=way: ask(weir.port, get(b"Via: " + v), w, wait_end=True))
            for via in (b"1.1 " + own, b"1.0 a, 1.1 " + own + b" (comment)", b"HTTP/1.1 " + own) for way in WAYS}
    for key, s in with_visits(weir, all_at_once(jobs)).items():
        assert s.status == 502 and (s.rest, s.ended, s.upstreams) == (b"", "eof", 0), key
        assert "proxy_loop_detected" in s.replies[0].field("Proxy-Status")
        assert [(v["status"], v["reason"]) for v in s.visits] == [(502, "proxy-loop")], (key, s.visits)
    assert ask(weir.port, get(b"Via: 1.1 x" + own)).status == 200


def test_not_a_client(strange):
    """S5."""
    server = strange
    for data in (get(), connect(b"ORIGIN") + b"x"):
        for way, s in with_visits(server, in_ways(lambda way: ask(server.port, data, way, wait_end=True))).items():
            assert s.status == 403 and (s.rest, s.ended, s.upstreams) == (b"", "eof", 0), (way, s)
            assert s.replies[0].field("Connection") == "close" and "not-a-client" in s.replies[0].field("Proxy-Status"), (way, s)
            assert [(v["verdict"], v["reason"], v["outcome"], v["status"]) for v in s.visits] == [("reject", "not-a-client", "rejected", 403)], (way, s.visits)
    all_at_once({n: lambda: ask(server.port, get(), quiet=0.01) for n in range(200)})
    assert server.log.read_text().count("may not use") + server.log.read_text().count("not-a-client") < 20


# MARK: Names


@pytest.fixture(scope="module")
def named():
    table = {
        "good.example": [("A", "127.0.0.1", 60)],
        "mixed.example": [("A", "127.0.0.1", 60), ("A", "10.0.0.1", 60)],
        "mixed6.example": [("A", "127.0.0.1", 60), ("AAAA", "fd00::1", 60)],
        "private.example": [("A", "192.168.0.1", 60)],
        "alias.example": [("CNAME", "inner.example", 60), (("inner.example", "A"), "10.0.0.1", 60)],
        **{f"rebind-{way}.example": (lambda flip=iter(["127.0.0.1"] + ["10.0.0.1"] * 50): [("A", next(flip), 0)]) for way in WAYS},
        "fresh.example": [("A", "127.0.0.1", 0)],
        "silent.example": None,
        "garbage.example": b"ID\x81\x80\0\1\xff\xff\0\0\0\0\xc0\x0c\xc0\x0c\xff",
        "short.example": b"ID\x81",
    }
    dns = TinyDNS(table)
    hosts = {"exact.wild.test": "127.0.0.2", "*.wild.test": "127.0.0.3", "*.test": "127.0.0.1", "denied.test": "10.0.0.1"}
    with Weir(policy=POLICY, config={"names": {"servers": [f"127.0.0.1:{dns.port}"], "hosts": hosts}, "limits": {"connect-seconds": 2}}) as server:
        server.dns = dns
        yield server


def by_name(server, host, address="127.0.0.1", way="whole"):
    origin = Origin(address=address)
    with origin:
        client_address = new_address()
        s = client(server.port, client_address)
        send(s, get(line=f"GET http://{host}:{origin.port}/ HTTP/1.1".encode(), host=b"Host: x"), way)
        reader = Reader(s)
        reply = reader.final()
        if reply.field("Connection") == "close":
            assert reader.to_end() == b"" and reader.ended == "eof"
        s.close()
    return reply, visits_of(server, client_address)[0], origin


def test_names_from_a_server(named):
    reply, visit, _ = by_name(named, "good.example")
    assert reply.status == 200 and visit["host"] == "good.example"
    asked = len([n for n, _ in named.dns.asked if n == "good.example"])
    assert by_name(named, "good.example")[0].status == 200
    assert len([n for n, _ in named.dns.asked if n == "good.example"]) == asked, "cached for its TTL"
    reply, visit, _ = by_name(named, "no-such.example")
    assert reply.status == 502 and reply.field("Proxy-Status") and (visit["outcome"], visit["verdict"]) == ("upstream-error", "allow")


@pytest.mark.parametrize("host", ["mixed.example", "mixed6.example", "private.example", "alias.example", "denied.test"])
def test_any_forbidden_answer_denies(named, host):
    """S3. A name server's answer is one datagram: it is the request that comes in three ways."""
    for way, (reply, visit, origin) in in_ways(lambda way: by_name(named, host, way=way)).items():
        assert reply.status == 403 and reply.field("Connection") == "close" and reply.field("Proxy-Status"), way
        assert (visit["verdict"], visit["reason"], visit["outcome"]) == ("reject", "egress-denied", "rejected"), way
        assert origin.seen == [], way


def test_rebinding(named):
    """S3: a name that turns is judged by each answer."""
    for way, shown in in_ways(lambda way: [by_name(named, f"rebind-{way}.example", way=way) for _ in range(3)]).items():
        statuses = [reply.status for reply, _, _ in shown]
        assert statuses[0] == 200 and 403 in statuses[1:] and statuses[-1] == 403, way
        for reply, visit, origin in shown:
            assert (visit["status"], visit["verdict"], len(origin.seen)) == ((200, "allow", 1) if reply.status == 200 else (403, "reject", 0)), way


@pytest.mark.parametrize("host", ["silent.example", "garbage.example", "short.example"])
def test_servers_that_do_not_answer(named, host):
    began = time.monotonic()
    for way, (reply, visit, origin) in in_ways(lambda way: by_name(named, host, way=way)).items():
        assert reply.status in (502, 504) and reply.field("Proxy-Status") and origin.seen == [], way
        assert visit["outcome"] in ("upstream-error", "timeout"), way
    assert time.monotonic() - began < 15
    assert by_name(named, "good.example")[0].status == 200


@pytest.mark.parametrize("host,address", [("exact.wild.test", "127.0.0.2"), ("a.wild.test", "127.0.0.3"), ("a.b.wild.test", "127.0.0.3"), ("EXACT.wild.test.", "127.0.0.2"), ("b.test", "127.0.0.1"), ("x.exact.wild.test", "127.0.0.3")])
def test_fixed_names(named, host, address):
    reply, _, origin = by_name(named, host, address)
    assert reply.status == 200 and len(origin.seen) == 1


# MARK: Who asks


def test_authentication():
    """X14: for each request, never passed on, stored or echoed."""
    with Weir(policy=POLICY, config={"proxy": {"authentication": "basic"}}) as server:
        server.mine("user", "add", "kim", "--role", "user", "--password-stdin", input="correct horse battery\n")
        secret = base64.b64encode(b"kim:correct horse battery")
        good, bad = b"Proxy-Authorization: Basic " + secret, b"Proxy-Authorization: Basic " + base64.b64encode(b"kim:wrong")
        for fields in ([], [bad], [b"Proxy-Authorization: Bearer x"], [b"Proxy-Authorization: Basic %%%"], [good, good], [b"Authorization: Basic " + secret]):
            for way, s in with_visits(server, in_ways(lambda way: ask(server.port, get(*fields), way))).items():
                assert s.status in (407, 400) and s.upstreams == 0 and s.rest == b"", (way, fields)
                assert s.replies[0].field("Proxy-Status") and (s.ended == "eof") == (s.replies[0].field("Connection") == "close"), (way, fields)
                if s.status == 407:
                    assert s.replies[0].field("Proxy-Authenticate").startswith("Basic"), way
                assert secret not in s.replies[0].body and b"battery" not in s.replies[0].body, way
                assert [(v["status"], v["user"], v["verdict"]) for v in s.visits] == [(s.status, None, "reject")], (way, s.visits)
        for way, s in with_visits(server, in_ways(lambda way: ask(server.port, get(good) + get(), way, methods=("GET", "GET")))).items():
            assert [r.status for r in s.replies] == [200, 407] and s.upstreams == 1 and s.origin.count(b"GET /x") == 1 and secret not in s.origin, way
            assert sorted((v["status"], v["user"] or "", v["verdict"]) for v in s.visits) == [(200, "kim", "allow"), (407, "", "reject")], (way, s.visits)
        for way, s in with_visits(server, in_ways(lambda way: ask(server.port, connect(b"ORIGIN") + b"early", way, wait_end=True))).items():
            assert s.status == 407 and (s.rest, s.ended, s.upstreams) == (b"", "eof", 0), way
            assert [(v["status"], v["up"]) for v in s.visits] == [(407, 0)], (way, s.visits)
        for way, s in with_visits(server, in_ways(lambda way: ask(server.port, get(good, line=b"GET http://blocked.test/ HTTP/1.1", host=b"Host: x"), way))).items():
            assert s.status == 403 and secret not in s.replies[0].body, way
            assert [(v["user"], v["verdict"]) for v in s.visits] == [("kim", "block")], (way, s.visits)
        text = server.mine("visits", "--format", "jsonl").stdout + server.log.read_text()
        assert secret.decode() not in text and "battery" not in text


def test_guesses_lock_nobody_else_out():
    """A2: wrong passwords at the proxy's port are counted for the name at that address: nobody else is told "wrong", and the owner signs in."""
    with Weir(policy=POLICY, config={"proxy": {"authentication": "basic"}}) as server:
        server.setup("kim", "correct horse battery")

        def status(password, address, user=b"kim"):
            with client(server.port, address) as s:
                s.sendall(get(b"Proxy-Authorization: Basic " + base64.b64encode(user + b":" + password), line=b"GET http://blocked.test/ HTTP/1.1", host=b"Host: x"))
                return Reader(s).final()

        bad, good = new_address(), new_address()
        assert [status(b"wrong %d" % n, bad).status for n in range(10)] == [407] * 10
        # Not looked at: the visit says so, and nothing of it is remembered.
        reply = status(b"correct horse battery", bad)
        assert reply.status == 429 and 1 <= int(reply.field("Retry-After")) <= 30 and reply.field("Proxy-Status") and not reply.field("Proxy-Authenticate")
        visits = visits_of(server, bad, 11)
        assert [v["reason"] for v in visits].count("credentials-not-checked") == 1 and {v["verdict"] for v in visits} == {"reject"}
        assert status(b"correct horse battery", good).status == 403, "the block page"
        assert status(b"wrong", bad, b"lee").status == 407
        # The same account at the admin site: signed in, with the attacker's own address.
        with client(server.admin, bad) as s:
            body = b"user=kim&password=correct+horse+battery"
            s.sendall(b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nOrigin: http://127.0.0.1:%d\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n" % (server.admin, server.admin, len(body)) + body)
            reply = Reader(s).final()
        assert reply.status == 303 and reply.field("Set-Cookie").startswith("weir="), reply


@pytest.mark.parametrize("password", [b"correct horse battery", b"wrong"])
def test_who_ends_while_its_password_is_checked(password):
    """X5, X14: a FIN that comes while the password is being looked at, which takes its time, counts for what was asked for as it would at any other moment."""
    with Weir(policy=POLICY, config={"proxy": {"authentication": "basic"}}) as server:
        for way in WAYS:
            server.mine("user", "add", way, "--role", "user", "--password-stdin", input="correct horse battery\n")
        n = 0

        def ended(data, methods=(), **options):
            """Each way under another user's name, and another each time where the password is wrong: nobody's is known yet."""
            nonlocal n
            n += 1
            # An account that changed makes the proxy ask anew.
            server.mine("user", "add", f"other{n}", "--role", "user", "--password-stdin", input="correct horse battery\n")

            def one(way):
                name = way.encode() + (b"%d" % n if password == b"wrong" else b"")
                field = b"Proxy-Authorization: Basic " + base64.b64encode(name + b":" + password)
                return ask(server.port, data(field), way, half_close=True, methods=methods, wait_end=True, quiet=15, upstreams_end=not methods, **options)

            shown = with_visits(server, in_ways(one)).values()
            assert all(s.ended == "eof" and (methods or all(s.upstream_ended)) for s in shown), shown
            return shown

        drain = {"serve": lambda c: (c.head(), c.drain())}
        if password == b"wrong":
            for data in (lambda f: connect(b"ORIGIN", f), lambda f: get(f), lambda f: post(f, b"Content-Length: 10", body=b"hello")):
                for s in ended(data, ("GET",)):
                    assert s.status == 407 and s.upstreams == 0 and [v["verdict"] for v in s.visits] == ["reject"], s
            return
        for s in ended(lambda f: connect(b"ORIGIN", f), **drain):
            assert s.rest == b"" and [(v["outcome"], v["status"]) for v in s.visits] == [("client-abort", None)], s
        for s in ended(lambda f: post(f, b"Content-Length: 10", body=b"hello"), **drain):
            assert s.rest == b"" and [v["outcome"] for v in s.visits] == ["client-abort"] and b"hello" not in s.origin, s
        for s in ended(lambda f: get(f), ("GET",)):
            assert s.status == 200 and [(v["outcome"], v["status"]) for v in s.visits] == [("complete", 200)], s
        for s in ended(lambda f: post(f, b"Content-Length: 5", body=b"hello"), ("POST",)):
            assert s.status == 200 and s.origin.endswith(b"hello") and [v["up"] for v in s.visits] == [5], s
        # What follows the first request hears of it as well.
        for s in ended(lambda f: get(f) + connect(b"ORIGIN", f), ("GET",)):
            assert s.status == 200 and s.rest == b"" and [v["outcome"] for v in s.visits] == ["complete", "client-abort"], s


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name,data,replies,outcomes", [
    ("tunnel", lambda: get() + connect(b"ORIGIN"), 1, ["complete", "client-abort"]),
    ("half a body", lambda: get() + post(b"Content-Length: 10", body=b"hello"), 1, ["complete", "client-abort"]),
    ("a whole body", lambda: get() + post(b"Content-Length: 5", body=b"hello"), 2, ["complete", "complete"]),
    ("half a head", lambda: get() + b"GET http://o.test/", 1, ["complete"])])
def test_the_end_behind_a_pipeline(weir, name, data, replies, outcomes, way):
    """X5, X10, F16: a FIN behind several requests is told to each when its turn comes, and not only to the one that was under way."""
    def serve(c):
        while c.request():
            time.sleep(0.2)
            c.send(Origin.OK)

    s = ask(weir.port, data(), way, half_close=True, methods=("GET",) * replies, wait_end=True, serve=serve)
    assert [r.status for r in s.replies] == [200] * replies and s.rest == b"" and s.ended == "eof"
    assert [v["outcome"] for v in visits_of(weir, s.address, len(outcomes))] == outcomes


V2 = b"\r\n\r\n\0\r\nQUIT\n"


def test_trusted_peers():
    """B7: who may speak for others is in the configuration; from anybody else it is a forgery."""
    config = {"proxy": {"trusted-peers": ["127.30.0.1"], "forwarded-for": "on"}}
    with Weir(policy=POLICY, config=config) as server:
        def one(address, data, way):
            with Origin() as origin:
                s = client(server.port, address)
                send(s, data + get().replace(b"ORIGIN", b"o.test:%d" % origin.port), way)
                reader = Reader(s)
                try:
                    reply = reader.final()
                    assert reply.status == 200 or reply.field("Proxy-Status") and reader.to_end() == b"" and reader.ended == "eof"
                except EOFError:
                    reply = None
                s.close()
                return reply, origin.bytes

        v2 = lambda command, family, body: V2 + bytes([0x20 | command, family]) + struct.pack(">H", len(body)) + body
        four = socket.inet_aton("192.168.7.8") + socket.inet_aton("127.0.0.1") + struct.pack(">HH", 1000, 3128)
        six = socket.inet_pton(socket.AF_INET6, "fd00::9") + socket.inet_pton(socket.AF_INET6, "::1") + struct.pack(">HH", 1000, 3128)
        for header, address in ((b"PROXY TCP4 192.168.7.7 127.0.0.1 1000 3128\r\n", "192.168.7.7"), (b"PROXY TCP6 fd00::7 ::1 1000 3128\r\n", "fd00::7"),
                                (v2(1, 0x11, four), "192.168.7.8"), (v2(1, 0x21, six), "fd00::9"), (v2(1, 0x11, four + b"\x04\0\1x"), "192.168.7.8"),
                                (b"PROXY UNKNOWN\r\n", "127.30.0.1"), (v2(0, 0, b""), "127.30.0.1"), (b"", "127.30.0.1")):
            before = len([v for v in server.visits() if v["address"] == address])
            for way, (reply, seen) in in_ways(lambda way: one("127.30.0.1", header, way)).items():
                assert reply and reply.status == 200, (way, header)
                assert b"X-Forwarded-For: " + address.encode() in seen, (way, header)
            assert len(visits_of(server, address, before + 3)) == before + 3
        # By field, from the trusted and from others.
        with Origin() as origin:
            for peer, expected in (("127.30.0.1", "192.168.9.9"), ("127.30.0.2", "127.30.0.2")):
                for way in WAYS:
                    s = client(server.port, peer)
                    send(s, get(b"X-Forwarded-For: 10.9.9.9, 192.168.9.9").replace(b"ORIGIN", b"o.test:%d" % origin.port), way)
                    assert Reader(s).final().status == 200
                    s.close()
                assert len(visits_of(server, expected, 3)) == 3
        for bad in (b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n", v2(1, 0x11, four)):
            for way, (reply, seen) in in_ways(lambda way: one("127.30.0.3", bad, way)).items():
                assert (reply is None or reply.status == 400) and seen == b"", (way, bad)
        # Whatever they forged is nobody's visit.
        assert not [v for v in server.visits() if v["address"] in ("1.2.3.4", "10.9.9.9")]
        for bad in (b"PROXY TCP4 300.1.1.1 1.1.1.1 1 2\r\n", b"PROXY " + b"x" * 200 + b"\r\n", V2 + b"\x31\x11\0\0", V2 + b"\x21\x11\0\4abcd", b"PROXY TCP4\r\n"):
            for way, (reply, seen) in in_ways(lambda way: one("127.30.0.1", bad, way)).items():
                assert (reply is None or reply.status == 400) and seen == b"", (way, bad)
        # Another address that may not use the proxy stays out, whoever speaks for it.
        for way, (reply, seen) in in_ways(lambda way: one("127.30.0.1", b"PROXY TCP4 8.8.8.8 127.0.0.1 1000 3128\r\n", way)).items():
            assert reply.status == 403 and seen == b"", way
        assert [v["reason"] for v in visits_of(server, "8.8.8.8", 3)] == ["not-a-client"] * 3


def test_via_and_forwarded_for_off():
    for mode, expected in (("off", b"X-Forwarded-For: 1.2.3.4\r\n"), ("delete", None)):
        with Weir(policy=POLICY, config={"proxy": {"via": False, "forwarded-for": mode}}) as server:
            s = ask(server.port, get(b"X-Forwarded-For: 1.2.3.4"))
            assert b"Via:" not in s.origin and not s.replies[0].field("Via")
            assert expected in s.origin if expected else b"Forwarded" not in s.origin


def test_names_of_everything_and_no_rules():
    """`*` stands for every name but the portal's; with no rule on addresses our own listeners still stay out of reach."""
    config = {"names": {"hosts": {"*": "127.0.0.1", "exact.example": "127.0.0.2"}}, "egress": {"deny": [], "allow": []}}
    with Weir(policy=POLICY, config=config) as server:
        assert by_name(server, "any.where.example")[0].status == by_name(server, "exact.example", "127.0.0.2")[0].status == 200
        s = ask(server.port, get(line=b"GET http://weir.internal/ HTTP/1.1"))
        assert s.status == 200 and s.upstreams == 0
        (visit,) = visits_of(server, s.address)
        assert (visit["verdict"], visit["host"], visit["down"], visit["outcome"]) == ("allow", "weir.internal", 0, "complete")
        assert ask(server.port, get(line=b"GET http://anything.example:%d/ HTTP/1.1" % server.admin)).status == 403


def test_access_log(tmp_path):
    """One line a visit."""
    path = tmp_path / "access.log"
    with Weir(policy=POLICY, config={"log": {"format": "json", "access-log": {"path": str(path), "format": "json"}}}) as server:
        addresses = [ask(server.port, data).address for data in (get(), get(line=b"GET http://blocked.test/\xe2\x80\xae HTTP/1.1"), get(b"bad field"))]
        wait_for(lambda: path.exists() and len(path.read_text().splitlines()) == 3, 5)
        assert [json.loads(line)["address"] for line in path.read_text().splitlines()] == addresses
        assert "\u202e" not in path.read_text()
