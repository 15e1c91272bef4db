"""What one client's doings never give another: authenticated connections, names, records, the answer to somebody else's request."""
import base64
import glob
import itertools
import os
import re
import signal
import socket
import struct
import threading
import time

import pytest
from harness import Weir, wait_for
from test_wire import POLICY, connect, get, post
from test_wire_replies import ok, visits_of
from wire import WAYS, Origin, Reader, client, connections, in_ways, new_address, send

UPGRADE = (b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", b"Sec-WebSocket-Version: 13")


@pytest.fixture(scope="module")
def weir():
    """One event loop: each has idle connections of its own, and who gets whose is asked here."""
    with Weir(policy=POLICY, config={"proxy": {"event-loops": 1}}) as server:
        yield server


def reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def to(origin, data):
    return data.replace(b"ORIGIN", b"o.test:%d" % origin.port)


class Asking:
    """One client's connection, asked one thing after the other."""

    def __init__(self, weir, address=None, way="whole"):
        self.address, self.way = address or new_address(), way
        self.s = client(weir.port, self.address)
        self.reader = Reader(self.s)

    def ask(self, data, method="GET"):
        send(self.s, data, self.way)
        return self.reader.final(method)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.s.close()


# MARK: Connections that an origin takes for one user's


def handshake(scheme, way="whole"):
    """An origin that authenticates the connection: one question, one answer, and then everything on it is that user's."""
    def serve(c):
        user = None
        while head := c.request():
            said = re.search(rb"(?i)\r\nauthorization: (\w+) (\w+)", head)
            if user is None and said and said[2].startswith(b"last"):
                user = said[2]
            if user:
                c.send(ok(b"Persistent-Auth: true", b"Content-Length: %d" % len(user), body=user), way)
            elif said:
                c.send(ok(b"WWW-Authenticate: " + scheme + b" challenge", b"Content-Length: 0", status=b"401 Unauthorized", body=b""), way)
            else:
                c.send(ok(b'WWW-Authenticate: Basic realm="x, y", ' + scheme, b"Content-Length: 0", status=b"401 Unauthorized", body=b""), way)
    return serve


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("scheme", [b"NTLM", b"negotiate"])
def test_authenticated_connection_is_its_users(weir, scheme, way):
    """X14: what NTLM and Negotiate authenticate is the connection: all legs go over one, nobody else's request does, and it ends with the client."""
    with Origin(serve=handshake(scheme, way)) as origin:
        plain, leg = to(origin, get()), lambda token: to(origin, get(b"Authorization: " + scheme + b" " + token))
        with Asking(weir, way=way) as alice, Asking(weir, way=way) as bob:
            first = alice.ask(plain)
            assert first.status == 401 and first.field("Proxy-Support") == "Session-Based-Authentication"
            # Somebody else in between.
            assert bob.ask(plain).status == 401
            assert alice.ask(leg(b"first")).status == 401
            assert bob.ask(plain).status == 401
            assert alice.ask(leg(b"lastalice")).body == b"lastalice"
            assert alice.ask(plain).body == b"lastalice"
            assert bob.ask(plain).status == 401
            assert len(origin.seen) == 2
            with Asking(weir, way=way) as carol:
                assert carol.ask(plain).status == 401
            # Nothing but the client's own FIN ends it.
            assert origin.ended[:2] == [None, None]
        assert sorted(v["status"] for v in visits_of(weir, alice.address, 4)) == [200, 200, 401, 401]
        wait_for(lambda: origin.ended == ["eof"] * 3, 3)


def test_credentials_alone_pin(weir):
    """An origin that says nothing of its scheme, and one whose reply does not even ask: the request's own field is enough."""
    with Origin() as origin:
        with Asking(weir) as alice, Asking(weir) as bob:
            assert alice.ask(to(origin, get(b"Authorization: NTLM TlRMTVNTUAABAAA="))).status == 200
            assert bob.ask(to(origin, get())).status == 200
            assert alice.ask(to(origin, get())).status == 200
            assert [head.count(b"GET ") for head in origin.seen] == [2, 1]
        wait_for(lambda: origin.ended[0] == "eof", 3)


def test_other_schemes_share(weir):
    """Basic, Bearer and the like speak for one request: connections are shared as ever."""
    reply = ok(b'WWW-Authenticate: Basic realm="NTLM Negotiate"', b"Content-Length: 0", status=b"401 Unauthorized", body=b"")
    with Origin(reply=reply) as origin:
        for scheme in (b"Basic x", b"Bearer ntlm", b"Digest a=b, negotiate=c"):
            with Asking(weir) as one:
                assert one.ask(to(origin, get(b"Authorization: " + scheme))).status == 401
        assert len(origin.seen) == 1


def test_two_users_of_one_front_proxy():
    """Behind a trusted peer's one connection are many people: each has an authenticated connection of his own, or none."""
    with Weir(policy=POLICY, config={"proxy": {"event-loops": 1, "trusted-peers": ["127.31.0.1"], "allow-clients": ["any"]}}) as server, Origin(serve=handshake(b"NTLM")) as origin:
        of = lambda who, *fields: to(origin, get(b"X-Forwarded-For: " + who, *fields))
        with Asking(server, "127.31.0.1") as front:
            assert front.ask(of(b"10.1.1.1", b"Authorization: NTLM first")).status == 401
            assert front.ask(of(b"10.1.1.1", b"Authorization: NTLM lastalice")).body == b"lastalice"
            assert front.ask(of(b"10.2.2.2")).status == 401
            assert front.ask(of(b"10.1.1.1")).status in (200, 401)
            assert front.ask(of(b"10.2.2.2")).status == 401


# MARK: Who asks inside a CONNECT


def test_identity_inside_a_connect():
    """B7: whoever writes the head inside a CONNECT is the user, so what it says of its address counts for nothing; and what does not become a WebSocket ends."""
    config = {"proxy": {"trusted-peers": ["127.32.0.1"], "allow-clients": ["any"], "connect-ports": [443], "http-ports": ["1024-65535"], "forwarded-for": "on"}}
    with Weir(policy=POLICY, config=config) as server, Origin() as origin:
        target = b"o.test:%d" % origin.port
        forgeries = ([b"X-Forwarded-For: 10.2.2.2"], [], [b"X-Forwarded-For: 10.3.3.3, 127.32.0.1"])
        for number, (forged, way) in enumerate((forged, way) for forged in forgeries for way in WAYS):
            outer = b"10.1.1.%d" % (number + 1)
            with Asking(server, "127.32.0.1", way) as front:
                assert front.ask(connect(target, b"X-Forwarded-For: " + outer), "CONNECT").status == 200
                reply = front.ask(get(*forged, *UPGRADE, line=b"GET /x HTTP/1.1", host=b"Host: " + target))
                assert reply.status == 200 and reply.field("Connection") == "close"
                # What follows is nobody's request.
                front.s.sendall(get(b"X-Forwarded-For: 10.9.9.9", line=b"GET http://" + target + b"/after HTTP/1.1", host=b"Host: " + target))
                assert front.reader.to_end() == b""
            (visit,) = visits_of(server, outer.decode())
            assert (visit["client"], visit["outcome"], visit["status"]) == (outer.decode(), "complete", 200)
            # On whichever connection it went.
            assert outer in [seen.split(b"X-Forwarded-For: ")[-1].split(b"\r\n")[0].split(b", ")[-1] for seen in origin.seen]
        assert b"/after" not in origin.bytes
        assert not {"10.2.2.2", "10.3.3.3", "10.9.9.9", "127.32.0.1"} & {v["address"] for v in server.visits()}


# MARK: Whoever leaves while a password is checked


def test_left_while_a_password_is_checked():
    """B9: a request that was read whole leaves a visit, whenever its client goes."""
    with Weir(policy=POLICY, config={"proxy": {"authentication": "basic"}}) as server:
        server.mine("user", "add", "kim", "--role", "user", "--password-stdin", input="correct horse battery\n")
        address = new_address()
        for number in range(6):
            secret = base64.b64encode(b"nobody%d:x" % number)
            s = client(server.port, address)
            send(s, get(b"Proxy-Authorization: Basic " + secret, line=b"GET http://gone.test/%d HTTP/1.1" % number, host=b"Host: gone.test"), WAYS[number % 3])
            time.sleep(0.01)
            reset(s)
        visits = visits_of(server, address, 6)
        assert sorted(v["path"] for v in visits) == ["/%d" % n for n in range(6)]
        assert all(v["verdict"] == "reject" and v["user"] is None for v in visits)
        assert {(v["reason"], v["outcome"], v["status"]) for v in visits} <= {("credentials-unchecked", "client-abort", None), ("credentials-required", "rejected", 407)}
        assert "credentials-unchecked" in {v["reason"] for v in visits}


# MARK: Replies that are cut


def cut_reply(reply, resets, way):
    def serve(c):
        if c.request():
            c.send(reply, way)
            time.sleep(0.2)
            if resets:
                reset(c.s)
    return serve


@pytest.mark.parametrize("version", [b"1.1", b"1.0"])
@pytest.mark.parametrize("name,reply,resets", [
    ("until close, reset", ok(body=b"half of it"), True),
    ("chunks", ok(b"Transfer-Encoding: chunked", body=b"a\r\nhalf of it\r\n"), False),
    ("chunks, reset", ok(b"Transfer-Encoding: chunked", body=b"a\r\nhalf of it\r\n"), True),
    ("broken chunks", ok(b"Transfer-Encoding: chunked", body=b"a\r\nhalf of it\r\nzz\r\n"), False),
    ("length", ok(b"Content-Length: 100", body=b"half of it"), False),
])
def test_cut_reply_is_not_taken_for_whole(weir, name, reply, resets, version):
    """F16: where nothing but the end of the connection ends a reply, one that was cut ends in a reset (RFC 9112, 8)."""
    def cut(way):
        with Origin(serve=cut_reply(reply, resets, way)) as origin, Asking(weir) as one:
            one.s.sendall(to(origin, get(line=b"GET http://ORIGIN/x HTTP/" + version)))
            head = one.reader.until(b"\r\n\r\n")
            rest = one.reader.to_end()
            assert b"half of it" in rest and b"\r\n0\r\n" not in rest
            framed = b"Content-Length" in head or b"Transfer-Encoding" in head
            assert framed or one.reader.ended == "reset"
            assert origin.bytes.count(b"GET /x") == 1
        return one.address

    addresses = in_ways(cut)
    for way, address in addresses.items():
        (visit,) = visits_of(weir, address)
        assert (visit["outcome"], visit["status"], visit["down"]) == ("truncated", 200, 10), way


def test_whole_reply_ends_cleanly(weir):
    with Origin(reply=ok(body=b"all of it"), close=True) as origin, Asking(weir) as one:
        reply = one.ask(to(origin, get()))
        assert reply.body == b"all of it" and one.reader.ended == "eof"
        assert visits_of(weir, one.address)[0]["outcome"] == "complete"


# MARK: Origins that answer what they have not read


@pytest.mark.parametrize("way", WAYS)
def test_answer_without_a_100(weir, way):
    """X8, X9: an origin that neither asked for the body nor read it may take it for the next request: its connection serves nobody else."""
    def serve(c):
        while c.head():
            c.send(ok(b"Content-Length: 4", body=b"next" if b"/smuggled" in c.origin.seen[c.index] else b"mine"), way)

    smuggled = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
    with Origin(serve=serve) as origin, Asking(weir, way=way) as one, Asking(weir) as other:
        assert one.ask(to(origin, post(b"Expect: 100-continue", b"Content-Length: %d" % len(smuggled), body=smuggled))).body is not None
        assert other.ask(to(origin, get())).body == b"mine"
        assert len(origin.seen) == 2 and origin.seen[1].count(b"GET ") == 1


def test_expected_and_asked_for(weir):
    """The same with a 100 is pooled as ever; so is a body that was sent before anything was answered."""
    def serve(c):
        while head := c.head():
            if b"Expect" in head:
                c.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            while b"POST" in head and len(c.buffer) < 4:
                if not c.more():
                    return
            c.buffer = b""
            c.send(ok(b"Content-Length: 2"))

    with Origin(serve=serve) as origin:
        for fields in ([b"Expect: 100-continue"], [], [b"Expect: 100-continue"]):
            with Asking(weir) as one:
                assert one.ask(to(origin, post(*fields, b"Content-Length: 4", body=b"body"))).status == 200
        assert len(origin.seen) == 1


@pytest.mark.parametrize("way", WAYS)
def test_answer_before_the_body(weir, way):
    """X9: a reply that began before the request was complete."""
    def serve(c):
        while c.head():
            c.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha", way)
            time.sleep(0.3)
            c.send(b"lf")

    with Origin(serve=serve) as origin:
        with Asking(weir) as one:
            send(one.s, to(origin, post(b"Content-Length: 4", body=b"bo")), way)
            one.reader.until(b"ha")
            send(one.s, b"dy", way)
            assert one.reader.take(2) == b"lf"
        with Asking(weir) as other:
            other.s.sendall(to(origin, get()))
            other.reader.until(b"half")
        assert len(origin.seen) == 2


def test_unasked_bytes_between_two_requests(weir):
    """X9: what an origin sends unasked before the next request is never its answer, be it seen together with that request and after it."""
    heard, sent = threading.Event(), threading.Event()

    def serve(c):
        while c.request():
            c.send(ok(b"Content-Length: 2"))
            if c.index == 0:
                heard.wait(5)
                c.send(ok(b"Content-Length: 4", body=b"evil"))
                sent.set()

    for _ in range(4):
        heard.clear()
        sent.clear()
        with Origin(serve=serve) as origin, Asking(weir) as one:
            assert one.ask(to(origin, get())).body == b"ok"
            os.kill(weir.process.pid, signal.SIGSTOP)
            try:
                # Threads stop one after the other: until all have.
                wait_for(lambda: all(open(stat).read().rsplit(")", 1)[1].split()[0] == "T" for stat in glob.glob(f"/proc/{weir.process.pid}/task/*/stat")), 5, 0.01)
                one.s.sendall(to(origin, get()))
                time.sleep(0.05)
                heard.set()
                assert sent.wait(5)
                # Sent is not yet come: until our kernel keeps it for the proxy.
                inner = origin.sockets[0].getpeername()[1]
                wait_for(lambda: any(row[3] > 0 for row in connections(inner, origin.port)), 5, 0.01)
            finally:
                os.kill(weir.process.pid, signal.SIGCONT)
            assert one.reader.final().body == b"ok"
            assert len(origin.seen) == 2


# MARK: What an origin says in our name


def test_proxy_status_of_others(weir):
    """RFC 9209: members that bear our own name are taken out of replies, heads and trailers alike."""
    fields = [b"Proxy-Status: weir; error=http_request_denied", b'Proxy-Status: cdn; details="weir, not us", "WEIR";error=x', b"Proxy-Status: other"]
    with Origin(reply=ok(*fields, b"Content-Length: 2")) as origin, Asking(weir) as one:
        reply = one.ask(to(origin, get()))
        assert (reply.status, reply.all("Proxy-Status")) == (200, ['cdn; details="weir, not us"', "other"])
    trailed = ok(b"Transfer-Encoding: chunked", body=b"2\r\nok\r\n0\r\nProxy-Status: weir; error=x\r\nX-T: 1\r\n\r\n")
    with Origin(reply=trailed) as origin, Asking(weir) as one:
        reply = one.ask(to(origin, get(b"TE: trailers", b"Connection: TE")))
        assert reply.all("X-T") == ["1"] and not reply.all("Proxy-Status")


# MARK: Each client's share


def test_cap_behind_a_trusted_peer():
    """D2: the cap is each client's: a balancer that says who asks has none of its own, and those behind it have theirs."""
    config = {"proxy": {"trusted-peers": ["127.33.0.1"], "allow-clients": ["any"]}, "limits": {"connections-per-client": 3}}
    with Weir(policy=POLICY, config=config) as server, Origin() as origin:
        ways = itertools.cycle(WAYS)

        def through(who):
            one = Asking(server, "127.33.0.1", next(ways))
            return one, one.ask(b"PROXY TCP%d %s %s 1000 3128\r\n" % ((6, who, b"::1") if b":" in who else (4, who, b"127.0.0.1")) + to(origin, get()))

        held = [through(b"10.1.1.%d" % n) for n in range(1, 13)]
        assert {reply.status for _, reply in held} == {200}
        mine = [through(b"10.1.1.1") for _ in range(4)]
        assert [reply.status for _, reply in mine] == [200, 200, 503, 503]
        assert mine[-1][1].field("Proxy-Status").startswith("weir; error=connection_limit_reached")
        # Whoever leaves makes room.
        mine[0][0].s.close()
        wait_for(lambda: through(b"10.1.1.1")[1].status == 200, 3)
        # All of an IPv6 network is one client.
        six = [through(b"2001:db8:0:%d::%d" % (n // 4, n)) for n in range(8)]
        assert [reply.status for _, reply in six] == [200, 200, 200, 503] * 2
        held += six
        for one, _ in held + mine:
            one.s.close()
