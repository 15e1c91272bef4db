"""Whoever leaves, or is told to, is seen to do so: resets stay resets, places are given up, and what was begun is recorded as whose it was."""
import os
import signal
import socket
import struct
import threading
import time

import pytest
from harness import Weir, free_port, wait_for
from nameserver import TinyDNS
from test_wire import POLICY, connect, get
from test_wire_ends import reset
from test_wire_limits import ended_within, metric
from test_wire_reach import V2, echo, hello, tunnel
from test_wire_replies import visits_of
from wire import Origin, Reader, client, new_address, send


@pytest.fixture(scope="module")
def weir():
    with Weir(policy=POLICY) as server:
        yield server


def end_of(reader, seconds=5):
    """What came, and whether it ended with a FIN or a reset."""
    reader.s.settimeout(seconds)
    got = reader.to_end()
    return got, reader.ended


# MARK: D2, idle connections to origins


@pytest.mark.parametrize("loops", [1, 2])
def test_idle_connections_to_origins_are_few(loops):
    """D2: one client that asks for many hosts leaves a quarter of the sockets idle at most, and room for everybody."""
    config = {"proxy": {"event-loops": loops, "listen": [f"127.0.0.1:{free_port()}"]}, "limits": {"connections": 80}}
    with Weir(policy=POLICY, config=config) as server, Origin() as origin:
        server.port = int(config["proxy"]["listen"][0].rpartition(":")[2])
        ask = lambda reader, host: (reader.s.sendall(get().replace(b"ORIGIN", b"%s.test:%d" % (host, origin.port))), reader.final().status)[1]
        one = Reader(client(server.port, "127.47.0.1"))
        assert [ask(one, b"h%d" % i) for i in range(200)] == [200] * 200
        assert 0 < metric(server, "weir_upstream_connections") <= 80 / 4 / loops + 1
        others = [Reader(client(server.port, new_address())) for _ in range(30)]
        assert [ask(other, b"o") for other in others] == [200] * 30
        for reader in (one, *others):
            reader.s.close()


def test_idle_connections_to_origins_give_way():
    """D2: where every socket is taken those that wait for nobody are closed, the oldest first; whoever comes, and whoever asks, gets them."""
    config = {"proxy": {"event-loops": 1, "listen": [f"127.0.0.1:{free_port()}"]}, "limits": {"connections": 40}}
    with Weir(policy=POLICY, config=config) as server, Origin() as origin:
        server.port = int(config["proxy"]["listen"][0].rpartition(":")[2])
        ask = lambda reader, host: (reader.s.sendall(get().replace(b"ORIGIN", b"%s.test:%d" % (host, origin.port))), reader.final().status)[1]
        one = Reader(client(server.port, "127.47.0.1"))
        assert [ask(one, b"h%d" % i) for i in range(10)] == [200] * 10
        # With those ten and the one there are forty; five more come all the same, and each of them gets what it asks for.
        others = [Reader(client(server.port, new_address())) for _ in range(29)]
        # Ages are told by a clock that ticks four times a second.
        time.sleep(0.6)
        assert [ask(one, b"h%d" % i) for i in range(5, 10)] == [200] * 5
        time.sleep(0.6)
        dialled = len(origin.seen)
        more = [Reader(client(server.port, new_address())) for _ in range(5)]
        assert [ask(other, b"new%d" % i) for i, other in enumerate(more)] == [200] * 5
        assert len(origin.seen) == dialled + 5
        # The oldest gave way.
        assert ask(one, b"new4") == 200 and len(origin.seen) == dialled + 5
        assert ask(one, b"h0") == 200 and len(origin.seen) == dialled + 6
        for reader in (one, *others, *more):
            reader.s.close()


# MARK: B3, what comes before a ClientHello


@pytest.mark.parametrize("way", ["whole", "bytes", "split"])
@pytest.mark.parametrize("before", ["1503030002015a", "150301000201ff", "140303000101", "1703030001ff", "160303000400000000"], ids=["alert", "fatal alert", "change cipher", "data", "hello request"])
def test_nothing_hides_a_hello(weir, before, way):
    """B3: a TLS record before the ClientHello is no other protocol: some origins read on behind it, and the name there is not judged."""
    with Origin(serve=echo) as origin:
        s, reader, address = tunnel(weir, origin)
        assert reader.reply("CONNECT").status == 200
        first = bytes.fromhex(before)
        if way == "split":
            for part in (first[:1], first[1:6], first[6:], hello("blocked.test")):
                send(s, part)
                time.sleep(0.02)
        else:
            send(s, first + hello("blocked.test"), way)
        assert reader.to_end() == b""
        s.close()
        (visit,) = visits_of(weir, address)
        assert (visit["verdict"], visit["reason"], visit["outcome"], visit["up"]) == ("reject", "bad-client-hello", "closed-by-policy", 0)
        assert origin.bytes == b""


# MARK: F16 and X5, resets in tunnels


UPGRADE = get(b"Connection: Upgrade", b"Upgrade: websocket")


def begin(server, origin, kind):
    s = client(server.port, address := new_address())
    s.sendall((connect(b"o.test:%d" % origin.port) if kind == "CONNECT" else UPGRADE.replace(b"ORIGIN", b"o.test:%d" % origin.port)))
    reader = Reader(s)
    assert reader.reply("CONNECT").status == (200 if kind == "CONNECT" else 101)
    return s, reader, address


def accept(c, kind):
    if kind == "101":
        c.head()
        c.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")


@pytest.mark.parametrize("half_closed", [False, True], ids=["open", "half-closed"])
@pytest.mark.parametrize("kind", ["CONNECT", "101"])
def test_an_origin_that_resets(weir, kind, half_closed):
    """F16, X5: half of what an origin had to say is not its end: the client has what came, and a reset."""
    def serve(c):
        accept(c, kind)
        while c.more() and not c.buffer.endswith(b"hi"):
            pass
        c.send(b"half")
        time.sleep(0.3)
        reset(c.s)

    with Origin(serve=serve) as origin:
        s, reader, address = begin(weir, origin, kind)
        s.sendall(b"hi")
        if half_closed:
            s.shutdown(socket.SHUT_WR)
        assert end_of(reader) == (b"half", "reset")
        s.close()
    (visit,) = visits_of(weir, address)
    assert (visit["outcome"], visit["down"]) == ("upstream-error", 4)


@pytest.mark.parametrize("kind", ["CONNECT", "101"])
def test_an_origin_that_resets_while_its_client_is_slow(weir, kind):
    """F16, X5: where the client is far behind, what it is given up to the reset is the beginning of what was sent, and no end follows it."""
    block = bytes(range(256)) * 256
    sent = {}

    def serve(c):
        accept(c, kind)
        c.s.settimeout(1)
        sent["bytes"] = 0
        try:
            while True:
                sent["bytes"] += c.s.send(block[sent["bytes"] % 256:])
        except TimeoutError:
            reset(c.s)
        sent["done"] = True

    with Origin(serve=serve) as origin:
        s, reader, address = begin(weir, origin, kind)
        wait_for(lambda: "done" in sent, 30)
        time.sleep(0.3)
        got, end = end_of(reader, 15)
        s.close()
    assert end == "reset" and got == (block * (len(got) // len(block) + 1))[:len(got)] and len(got) < sent["bytes"]
    assert visits_of(weir, address)[0]["outcome"] == "upstream-error"


@pytest.mark.parametrize("kind", ["CONNECT", "101"])
def test_a_client_that_resets(weir, kind):
    """F16, X5: half an upload is not whole for its origin."""
    seen = {}

    def serve(c):
        accept(c, kind)
        c.buffer = b""
        c.s.settimeout(5)
        seen["got"], seen["end"] = end_of(Reader(c.s))

    with Origin(serve=serve) as origin:
        s, reader, address = begin(weir, origin, kind)
        s.sendall(b"half an upload")
        time.sleep(0.3)
        reset(s)
        wait_for(lambda: "end" in seen)
    assert (seen["got"], seen["end"]) == (b"half an upload", "reset")
    (visit,) = visits_of(weir, address)
    assert (visit["outcome"], visit["up"]) == ("client-abort", 14)


@pytest.mark.parametrize("kind", ["CONNECT", "101"])
def test_an_origin_that_had_ended_before_it_reset(weir, kind):
    """X5: what an origin said before its FIN is whole, whatever becomes of its connection afterwards: the client has it, and an end."""
    def serve(c):
        accept(c, kind)
        c.send(b"all of it")
        c.s.shutdown(socket.SHUT_WR)
        time.sleep(0.2)
        reset(c.s)

    with Origin(serve=serve) as origin:
        s, reader, address = begin(weir, origin, kind)
        assert end_of(reader) == (b"all of it", "eof")
        time.sleep(0.3)
        s.close()
    assert visits_of(weir, address)[0]["outcome"] == "complete"


@pytest.mark.parametrize("why", ["policy", "silence", "shutdown"])
def test_a_tunnel_that_is_cut(why):
    """F16, X5: neither side takes a cut by Weir itself for the other's end."""
    seen = {}

    def serve(c):
        c.s.sendall(b"half")
        seen["got"], seen["end"] = end_of(Reader(c.s), 20)

    with Weir(policy=POLICY, config={"limits": {"tunnel-idle-seconds": 2 if why == "silence" else 60}}) as server, Origin(serve=serve) as origin:
        s, reader, address = begin(server, origin, "CONNECT")
        s.sendall(b"SSH-2.0-x\r\n")
        assert reader.take(4) == b"half"
        if why == "policy":
            server.policy.write_text(POLICY.replace("default: allow", "default: block"))
            server.process.send_signal(signal.SIGHUP)
        ended = {}
        waiting = threading.Thread(target=lambda: ended.update(end=end_of(reader, 20)))
        waiting.start()
        if why == "shutdown":
            server.stop()
        waiting.join()
        wait_for(lambda: "end" in seen)
        assert ended["end"] == (b"", "reset") and (seen["got"], seen["end"]) == (b"SSH-2.0-x\r\n", "reset")
        s.close()


# MARK: B7 and B9, inside a CONNECT to an HTTP port


@pytest.mark.parametrize("name,inside,end,recorded", [
    ("nothing", b"", "close", ("no-upgrade", "client-abort")),
    ("half a method", b"GE", "close", ("no-upgrade", "client-abort")),
    ("half a head", b"GET / HTTP/1.1\r\nHost: o.t", "close", ("no-upgrade", "client-abort")),
    ("half a head, reset", b"GET /secret HTTP/1.1\r\nHost: o.t", "reset", ("no-upgrade", "client-abort")),
    ("a bad head", b"GET / HTTP/1.1\r\nBad Header\r\n\r\n", "wait", ("bad-request", "rejected")),
    ("a bad length", b"GET / HTTP/1.1\r\nHost: ORIGIN\r\nContent-Length: x\r\n\r\n", "wait", ("bad-framing", "rejected")),
    ("a slow head", b"GET / HTTP/1.1\r\nHost", "wait", ("timeout", "rejected"))])
def test_inside_a_connect(name, inside, end, recorded, inner_port):
    """B7, B9: what comes, or does not come, inside a CONNECT to an HTTP port leaves one visit, and it is that of whoever brought the CONNECT."""
    server, origin = inner_port
    who = "127.41.0." + str(1 + sum(name.encode()) % 250)
    s = client(server.port, "127.0.0.9")
    s.sendall(connect(b"o.test:%d" % origin.port, b"X-Forwarded-For: " + who.encode()))
    reader = Reader(s)
    assert reader.reply("CONNECT").status == 200
    before = metric(server, "weir_clients_unread_total")
    s.sendall(inside.replace(b"ORIGIN", b"o.test:%d" % origin.port))
    if end == "wait":
        reader.to_end()
    else:
        time.sleep(0.3)
    reset(s) if end == "reset" else s.close()
    (visit,) = visits_of(server, who)
    assert (visit["verdict"], visit["reason"], visit["outcome"]) == ("reject", *recorded)
    assert not [v for v in server.visits() if v["address"] == "127.0.0.9"]
    assert metric(server, "weir_clients_unread_total") == before


@pytest.fixture(scope="module")
def inner_port():
    port = free_port()
    config = {"proxy": {"trusted-peers": ["127.0.0.9"], "listen": [f"127.0.0.1:{port}"], "connect-ports": [443], "http-ports": ["1-65535"]}, "limits": {"head-seconds": 2}}
    with Weir(policy=POLICY, config=config) as server, Origin() as origin:
        server.port = port
        yield server, origin


def test_a_proxy_header_in_two_pieces():
    """D1: the clock of a PROXY header ends with it: who has sent nothing else is idle, and not late."""
    port = free_port()
    config = {"proxy": {"trusted-peers": ["127.0.0.9"], "listen": [f"127.0.0.1:{port}"]}, "limits": {"head-seconds": 1, "idle-seconds": 4}}
    body = socket.inet_aton("127.77.0.1") + socket.inet_aton("127.0.0.1") + struct.pack(">HH", 1, 2)
    header = V2 + b"\x21\x11" + struct.pack(">H", len(body)) + body
    with Weir(policy=POLICY, config=config) as server:
        for parts in ([header], [header[:10], header[10:]]):
            s = client(port, "127.0.0.9")
            for part in parts:
                s.sendall(part)
                time.sleep(0.2)
            assert ended_within(s, 3, 6) == b""
            s.close()
        # Half a header, and half a head behind a whole one, have as long as a head has.
        for data in (header[:10], header + b"GET http://o"):
            s = client(port, "127.0.0.9")
            s.sendall(data)
            ended_within(s, 0.5, 3)
            s.close()


def test_a_pipeline_that_is_reset(weir):
    """B9: a request behind the one under way that nobody came to read is counted when its client resets."""
    with Origin(serve=lambda c: c.drain()) as origin:
        before = metric(weir, "weir_clients_unread_total")
        for behind, counted in ((b"", 0), (get() + get(), 1)):
            s = client(weir.port, new_address())
            s.sendall((get() + behind).replace(b"ORIGIN", b"o.test:%d" % origin.port))
            time.sleep(0.3)
            reset(s)
            wait_for(lambda: metric(weir, "weir_clients_unread_total") == before + counted, 5)


# MARK: D2, sockets of questions


def udp_sockets(process):
    """The process's own, by the kernel's table."""
    known = {line.split()[9] for line in open("/proc/net/udp").read().splitlines()[1:]}
    count = 0
    for one in os.listdir(f"/proc/{process}/fd"):
        try:
            link = os.readlink(f"/proc/{process}/fd/{one}")
        except OSError:
            continue
        count += link.startswith("socket:[") and link[8:-1] in known
    return count


def test_sockets_of_questions_are_few():
    """D2: a hundred names that three servers are silent about take no more sockets than are kept for them, and nobody else's name waits for theirs."""
    table = {"good.example": [("A", "127.0.0.1", 60)], **{f"n{number}.example": None for number in range(100)}}
    servers = [TinyDNS(table) for _ in range(3)]
    config = {"names": {"hosts": {}, "servers": [f"127.0.0.1:{one.port}" for one in servers]}}
    with Weir(policy=POLICY, config=config) as server, Origin() as origin:
        held = [client(server.port, new_address()) for _ in range(100)]
        for number, s in enumerate(held):
            s.sendall(get().replace(b"ORIGIN", b"n%d.example" % number))
        time.sleep(0.5)
        asked = time.monotonic()
        s = client(server.port, new_address())
        s.sendall(get().replace(b"ORIGIN", b"good.example:%d" % origin.port))
        assert Reader(s).final().status == 200 and time.monotonic() - asked < 1
        most, end = 0, time.monotonic() + 7
        while time.monotonic() < end:
            most = max(most, udp_sockets(server.process.pid))
            time.sleep(0.1)
        print(f"{most} UDP sockets at most")
        assert 3 <= most <= 64
        for s in held:
            s.close()


def test_refusals_are_few_over_all_loops():
    """D2: being told that there is no room takes no more descriptors than are kept for it, however many loops there are."""
    port = free_port()
    config = {"proxy": {"event-loops": 16, "listen": [f"127.0.0.1:{port}"]}, "limits": {"connections": 16}}
    with Weir(policy=POLICY, config=config) as server:
        files = lambda: len(os.listdir(f"/proc/{server.process.pid}/fd"))
        held = [client(port, new_address()) for _ in range(16)]
        wait_for(lambda: metric(server, "weir_connections") == 16, 5)
        time.sleep(0.5)
        before, most, refused = files(), 0, []
        # Within the half second that a refusal waits for its client to go.
        for number in range(300):
            refused.append(client(port, new_address()))
            if number % 10 == 9:
                most = max(most, files() - before)
        print(f"{most} descriptors for refusals")
        # Each loop may have one in its hand that it is about to close.
        assert 16 <= most <= 32 + 16
        told = 0
        for s in refused:
            got = end_of(Reader(s))[0]
            told += got.startswith(b"HTTP/1.1 503 ")
            s.close()
        assert told >= 16
        for s in held:
            s.close()
