"""Every limit and time-out, and what holds when there is no room: connections, disk, time."""
import json
import os
import random
import re
import resource
import signal
import socket
import subprocess
import threading
import time
import urllib.request

import pytest
from harness import WEIR, Weir, free_port, wait_for
from test_wire import POLICY, chunked, connect, get, many, post
from test_wire_replies import visits_of
from wire import WAYS, Origin, Reader, Shown, all_at_once, ask, client, in_ways, new_address, send, with_visits

SHORT = {"head-seconds": 1, "idle-seconds": 1, "connect-seconds": 1, "response-seconds": 1, "tunnel-idle-seconds": 1, "head-bytes": 8000, "head-fields": 20, "field-bytes": 2000, "target-bytes": 1000}


@pytest.fixture(scope="module")
def short():
    with Weir(policy=POLICY, config={"limits": SHORT}) as server:
        yield server


@pytest.fixture(scope="module")
def slow_body():
    """D1: under 500 bytes a second over 30 seconds. Runs beside the other tests of this file."""
    server = Weir(policy=POLICY).start()
    origin = Origin()
    seen = {}

    def trickle():
        seen["address"] = address = new_address()
        s = client(server.port, address, timeout=60)
        s.sendall(post(b"Content-Length: 100000").replace(b"ORIGIN", b"o.test:%d" % origin.port))
        began = time.monotonic()
        while time.monotonic() - began < 45:
            try:
                s.sendall(b"x")
                s.settimeout(0.5)
                seen["reply"] = s.recv(65536)
                break
            except TimeoutError:
                continue
            except OSError:
                break
        seen["seconds"] = time.monotonic() - began

    thread = threading.Thread(target=trickle)
    thread.start()
    yield server, thread, seen
    thread.join()
    server.__exit__(None, None, None)
    origin.__exit__(None, None, None)


@pytest.fixture(scope="module", autouse=True)
def start_early(slow_body):
    pass


def metric(server, name):
    text = urllib.request.urlopen(f"http://127.0.0.1:{server.admin}/metrics", timeout=5).read().decode()
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if re.match(name + r"[ {]", line))


def ended_within(s, low, high, trickle=None):
    """What came until the end, which must come between low and high seconds."""
    began, got = time.monotonic(), b""
    s.settimeout(0.2)
    while time.monotonic() - began < high + 1:
        try:
            if trickle:
                s.sendall(trickle)
            chunk = s.recv(65536)
            if not chunk:
                break
            got += chunk
        except TimeoutError:
            continue
        except OSError:
            break
    assert low <= time.monotonic() - began <= high, time.monotonic() - began
    return got


# MARK: D1, times


def test_head_deadline(short):
    """Single bytes do not move it."""
    def late(begin, way):
        s = client(short.port, address := new_address())
        send(s, begin, way)
        got = ended_within(s, 0.6, 4, b"a")
        s.close()
        return Shown(address, [], rest=got)

    begun = (b"GET http://o.test/", b"G", b"GET http://o.test/ HTTP/1.1\r\nX-A: ", b"CONNECT o")
    jobs = {(begin, way): (lambda b=begin, w=way: late(b, w)) for begin in begun for way in WAYS}
    for key, s in with_visits(short, all_at_once(jobs)).items():
        assert s.rest.startswith(b"HTTP/1.1 408") and b"Connection: close" in s.rest and b"Proxy-Status" in s.rest, key
        (visit,) = s.visits
        assert (visit["verdict"], visit["status"], visit["outcome"]) == ("reject", 408, "rejected") and visit["reason"], key


def test_idle_connections(short):
    s = client(short.port, new_address())
    assert ended_within(s, 0.6, 4) == b""

    def idle(way):
        s = client(short.port, address := new_address())
        send(s, get().replace(b"ORIGIN", b"o.test:%d" % origin.port), way)
        assert Reader(s).final().status == 200
        assert ended_within(s, 0.6, 4) == b""
        s = client(short.port, address)
        send(s, (get() + b"GET http://ORIGIN/").replace(b"ORIGIN", b"o.test:%d" % origin.port), way)
        reader = Reader(s)
        assert reader.final().status == 200
        rest = reader.rest + ended_within(s, 0.6, 4)
        assert rest.startswith(b"HTTP/1.1 408") and b"\r\nProxy-Status: weir" in rest
        return Shown(address, [])

    with Origin() as origin:
        for way, s in with_visits(short, in_ways(idle)).items():
            assert sorted(v["status"] for v in s.visits) == [200, 200, 408], way
        assert origin.bytes.count(b"GET /x") == 6


def test_silent_origin(short):
    def serve(c):
        while c.more():
            pass
    for way, s in with_visits(short, in_ways(lambda way: ask(short.port, get(), way, serve=serve, upstreams_end=True))).items():
        assert s.status == 504 and 0.9 < s.seconds < 5 and s.replies[0].field("Proxy-Status") and s.rest == b"", way
        assert s.origin.count(b"GET /x") == s.upstreams == 1 and all(s.upstream_ended), way
        assert [(v["verdict"], v["outcome"], v["status"]) for v in s.visits] == [("allow", "timeout", 504)], way


@pytest.mark.parametrize("ahead", [b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"])
def test_trickling_origin(short, ahead):
    """Single bytes of a reply's head do not move the moment by which it must be whole."""
    def serve(c):
        c.head()
        c.send(ahead)
        for byte in b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 100:
            c.s.sendall(bytes([byte]))
            time.sleep(0.25)
    began = time.monotonic()
    s = ask(short.port, get(), serve=serve)
    assert s.status == 504 and 0.9 < time.monotonic() - began < 4, s
    (visit,) = visits_of(short, s.address)
    assert (visit["verdict"], visit["outcome"], visit["status"], visit["reason"]) == ("allow", "timeout", 504, "response-timeout")


def test_slow_but_whole_heads(short):
    """Each head has its own time, and a body has as long as its bytes come."""
    def serve(c):
        c.head()
        for _ in range(3):
            c.send(b"HTTP/1.1 103 Early")
            time.sleep(0.5)
            c.send(b" Hints\r\n\r\n")
        c.send(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n")
        for _ in range(8):
            time.sleep(0.25)
            c.send(b"x")
    s = ask(short.port, get(), serve=serve)
    assert s.status == 200 and s.replies[-1].body == b"x" * 8, s


def test_destination_that_does_not_answer(short):
    """A listener whose queue is full drops what comes."""
    full = socket.socket()
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    port, held = full.getsockname()[1], []
    for _ in range(4):
        s = socket.socket()
        s.setblocking(False)
        s.connect_ex(("127.0.0.1", port))
        held.append(s)
    time.sleep(0.1)
    for data in (get(line=b"GET http://o.test:%d/ HTTP/1.1" % port, host=b"Host: x"), connect(b"o.test:%d" % port)):
        for way, s in with_visits(short, in_ways(lambda way: ask(short.port, data, way))).items():
            assert s.status == 504 and 0.9 < s.seconds < 4 and s.replies[0].field("Proxy-Status"), way
            assert [(v["verdict"], v["outcome"], v["status"]) for v in s.visits] == [("allow", "timeout", 504)], way
    for s in (*held, full):
        s.close()


def test_silent_tunnel(short):
    def serve(c):
        while c.more():
            pass
    address = new_address()
    with Origin(serve=serve) as origin:
        s = client(short.port, address)
        s.sendall(connect(b"o.test:%d" % origin.port) + b"abc")
        assert Reader(s).reply("CONNECT").status == 200
        assert ended_within(s, 0.6, 4) == b""
    (visit,) = visits_of(short, address)
    assert (visit["outcome"], visit["status"], visit["up"]) == ("timeout", 200, 3)


def test_tunnel_that_shows_no_name():
    """Whoever may pass with a TLS name only has as long for it as for a head, however it trickles; elsewhere silence is a tunnel's own business."""
    policy = POLICY.replace("  default:\n    rules:", "  default:\n    opaque: block\n    rules:")
    for rules, low, high in ((policy, 0.6, 3), (POLICY, 3.5, 7)):
        with Weir(policy=rules, config={"limits": {**SHORT, "tunnel-idle-seconds": 4}}) as server, Origin(serve=lambda c: c.drain()) as origin:
            for trickle in (None, b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03"):
                if trickle and rules is POLICY:
                    continue
                address = new_address()
                s = client(server.port, address)
                s.sendall(connect(b"o.test:%d" % origin.port))
                assert Reader(s).reply("CONNECT").status == 200
                began, left = time.monotonic(), trickle
                s.settimeout(0.3)
                while time.monotonic() - began < high + 1:
                    try:
                        if left:
                            s.sendall(left[:1])
                            left = left[1:]
                        if not s.recv(100):
                            break
                    except TimeoutError:
                        continue
                    except OSError:
                        break
                assert low < time.monotonic() - began < high
                (visit,) = visits_of(server, address)
                assert (visit["outcome"], visit["status"], visit["up"]) == ("timeout", 200, 0)
                assert origin.bytes == b""


@pytest.mark.parametrize("name,data,status", [
    ("head", get(*[b"X-%d: " % i + b"v" * 700 for i in range(15)]), 431), ("fields", get(*many(25)), 431), ("field", get(b"X: " + b"v" * 2100), 431),
    ("target", get(line=b"GET http://ORIGIN/" + b"x" * 1100 + b" HTTP/1.1"), 414), ("fits", get(*many(15)), 200)])
def test_sizes_are_settings(short, name, data, status):
    s = ask(short.port, data)
    assert s.status == status
    assert len(visits_of(short, s.address)) == 1


def test_limits_are_counted(short):
    test_head_deadline(short)
    text = urllib.request.urlopen(f"http://127.0.0.1:{short.admin}/metrics", timeout=5).read().decode()
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
    counted = {k: float(v) for k, v in values.items() if "limit" in k or "timeout" in k}
    assert sum(1 for v in counted.values() if v > 0) >= 3, counted


# MARK: D2, connections


@pytest.fixture
def capped():
    """A server of each test's own: a connection to an origin that another left idle has a place, too, and gives it up on its own loop."""
    with Weir(policy=POLICY, config={"limits": {"connections": 40, "connections-per-client": 4}}) as server:
        yield server


def turned_away(s):
    """Closed at once or told so with 503."""
    s.settimeout(2)
    try:
        got = s.recv(65536)
    except ConnectionError:
        return True
    return got == b"" or got.startswith(b"HTTP/1.1 503")


def test_connections_of_one_client(capped):
    """Whoever has as many as it may is turned away before it says anything: what the others say comes in three ways."""
    address = new_address()
    held = [client(capped.port, address) for _ in range(4)]
    time.sleep(0.1)
    assert all(turned_away(client(capped.port, address)) for _ in range(5))
    for way, s in with_visits(capped, in_ways(lambda way: ask(capped.port, get(), way))).items():
        assert s.status == 200 and s.origin.count(b"GET /x") == 1 and [v["status"] for v in s.visits] == [200], (way, "others are served")
    held.pop().close()
    time.sleep(0.3)
    s = client(capped.port, address)
    reader = Reader(s)
    for way in WAYS:
        send(s, b"GET http://blocked.test/ HTTP/1.1\r\nHost: x\r\n\r\n", way)
        assert reader.final().status == 403
    s.close()
    assert [v["status"] for v in visits_of(capped, address, 3)] == [403] * 3
    for s in held:
        s.close()


def test_connections_of_all(capped):
    time.sleep(0.3)
    held = [client(capped.port, new_address()) for _ in range(40)]
    time.sleep(0.2)
    assert sum(turned_away(client(capped.port, new_address())) for _ in range(10)) == 10
    assert urllib.request.urlopen(f"http://127.0.0.1:{capped.admin}/healthz", timeout=5).status == 200
    for s in held:
        s.close()
    wait_for(lambda: ask(capped.port, get()).status == 200, 5, 0.1)
    for way, s in with_visits(capped, in_ways(lambda way: ask(capped.port, get(), way))).items():
        assert s.status == 200 and s.origin.count(b"GET /x") == 1 and [v["status"] for v in s.visits] == [200], way


def processor(server):
    """Seconds of processor time."""
    fields = open(f"/proc/{server.process.pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("connections", [None, 1000])
def test_few_descriptors(connections):
    """The number of connections is cut to what fits, the default and what was asked for; a flood leaves the admin site and the recording alone."""
    limits = {"connections-per-client": 100000, **({"connections": connections} if connections else {})}
    server = Weir(policy=POLICY, config={"limits": limits})
    server.process = subprocess.Popen([WEIR, "serve", "--config", str(server.config)], stdin=subprocess.DEVNULL, stdout=open(server.log, "ab"), stderr=subprocess.STDOUT,
                                      preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256)))
    try:
        wait_for(server.serving, 20)
        held = []
        for _ in range(400):
            try:
                held.append(client(server.port, new_address(), timeout=1))
            except OSError:
                break
        time.sleep(1)
        assert urllib.request.urlopen(f"http://127.0.0.1:{server.admin}/healthz", timeout=5).status == 200
        before = processor(server)
        time.sleep(1)
        assert processor(server) - before < 0.2, "no spinning while connections wait to be accepted"
        assert server.process.poll() is None
        for s in held:
            s.close()
        wait_for(lambda: ask(server.port, get()).status == 200, 5, 0.2)
        for way, s in with_visits(server, in_ways(lambda way: ask(server.port, get(), way))).items():
            assert s.status == 200 and [v["status"] for v in s.visits] == [200], way
    finally:
        server.__exit__(None, None, None)


# MARK: D3, D6


def test_back_pressure():
    """An endless body to a client that does not read stays where it is, both ways."""
    sent = [0]

    def serve(c):
        c.head()
        c.s.settimeout(2)
        c.s.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 400000000\r\n\r\n")
        try:
            for _ in range(4000):
                c.s.sendall(b"x" * 100000)
                sent[0] += 100000
        except OSError:
            pass

    with Weir(policy=POLICY) as server, Origin(serve=serve) as origin:
        rss = lambda: int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{server.process.pid}/status").read())[1])
        before = rss()
        held = []
        for n in range(5):
            s = socket.socket()
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.connect(("127.0.0.1", server.port))
            send(s, get().replace(b"ORIGIN", b"o.test:%d" % origin.port), WAYS[n % 3])
            held.append(s)
        time.sleep(2.5)
        assert sent[0] < 5 * 12_000_000, "the origin is held back"
        assert rss() - before < 5 * 1024 + 8192, "at most 256 KiB a pair"
        for s in held:
            s.close()
        # And up: an origin that reads nothing.
        with Origin(serve=lambda c: time.sleep(4)) as deaf:
            s = client(server.port)
            s.sendall(post(b"Content-Length: 400000000").replace(b"ORIGIN", b"o.test:%d" % deaf.port))
            s.settimeout(1)
            up = 0
            try:
                while up < 100_000_000:
                    up += s.send(b"x" * 100000)
            except TimeoutError:
                pass
            assert up < 30_000_000 and rss() - before < 5 * 1024 + 8192
            s.close()


@pytest.mark.parametrize("way", WAYS)
def test_chunks_of_one_byte(short, way):
    """D3, to the origin; so many that all of them are cut up where they are."""
    count = 100_000 if way == "whole" else 19_000
    body = b"1\r\nx\r\n" * count + b"0\r\n\r\n"
    began = time.monotonic()
    address = new_address()
    with Origin() as origin:
        s = client(short.port, address, timeout=30)
        send(s, chunked(body).replace(b"ORIGIN", b"o.test:%d" % origin.port), way)
        assert Reader(s).final().status == 200
        s.close()
        assert origin.bytes.endswith(b"\r\n\r\n" + body)
    assert time.monotonic() - began < 10
    (visit,) = visits_of(short, address)
    assert (visit["up"], visit["outcome"], visit["status"]) == (count, "complete", 200)


def test_endless_interim_replies(short):
    def interim(way):
        def serve(c):
            c.request()
            while send(c.s, b"HTTP/1.1 103 Early Hints\r\n\r\n", way):
                pass
            c.origin.ended[c.index] = "reset"
        return ask(short.port, get(), serve=serve, upstreams_end=True)

    for way, s in with_visits(short, in_ways(interim)).items():
        assert s.status == 502 and s.replies[-1].field("Proxy-Status") and s.rest == b"" and s.upstream_ended == ["reset"], (way, s)
        assert [(v["outcome"], v["status"]) for v in s.visits] == [("upstream-error", 502)], way


def test_urgent_bytes_hold_nothing_up():
    """D6: the kernel ends a reading before a byte that is marked urgent; what lies behind it is passed on all the same."""
    def serve(c):
        c.s.settimeout(3)
        seen = b""
        while not seen.endswith(b"behind"):
            piece = c.s.recv(100)
            if not piece:
                return
            seen += piece
        c.s.sendall(b"all")

    with Weir(policy=POLICY) as server, Origin(serve=serve) as origin:
        for _ in range(20):
            with client(server.port, timeout=3) as s:
                s.sendall(connect(b"o.test:%d" % origin.port))
                assert b" 200 " in s.recv(4096)
                s.sendall(b"SSH-2.0-x\r\nbefore")
                s.send(b"!", socket.MSG_OOB)
                s.sendall(b"behind")
                assert s.recv(100) == b"all"


def test_any_bytes_on_any_port():
    """D6: the process never exits, and goes on serving."""
    plain = free_port()
    config = {"portal": {"listen": [f"127.0.0.1:{plain}"]}, "proxy": {"trusted-peers": ["127.31.0.0/16"]}, "limits": {"head-seconds": 2}}
    rng = random.Random(9112)
    seeds = [get().replace(b"ORIGIN", b"o.test:1"), connect(b"o.test:1") + b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", chunked(b"5\r\nhello\r\n0\r\nX: y\r\n\r\n").replace(b"ORIGIN", b"o.test:1"),
             b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + get(), b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes(12) + get(),
             b"GET /proxy.pac HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n\r\n", b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + bytes(160)]

    def spoil(seed):
        data = bytearray(seed)
        for _ in range(rng.randrange(0, 6)):
            at = rng.randrange(len(data))
            match rng.randrange(4):
                case 0: data[at] = rng.randrange(256)
                case 1: data[at:at] = rng.randbytes(rng.randrange(1, 9))
                case 2: del data[at:at + rng.randrange(1, 9)]
                case 3: data[at:at] = data[:rng.randrange(1, 40)]
            data = data or bytearray(b"x")
        return bytes(data)

    with Weir(policy=POLICY, config=config) as server:
        def one(port, data, address, way):
            try:
                s = client(port, address, timeout=0.15)
                send(s, data, way)
                s.recv(65536)
                s.close()
            except OSError:
                pass
        jobs = {}
        for i in range(900):
            data = spoil(seeds[i % len(seeds)]) if i % 5 else rng.randbytes(rng.randrange(1, 3000))
            port = (server.port, server.port, server.admin, plain)[i // len(seeds) % 4]
            address = f"127.31.{i % 200}.{i // 200 + 1}" if i % 3 else new_address()
            # 32 of them, of each port in turn, before the way is another.
            jobs[i] = lambda p=port, d=data, a=address, w=WAYS[i // 32 % 3]: one(p, d, a, w)
        all_at_once(jobs, 32)
        assert server.process.poll() is None, server.log.read_text()[-2000:]
        assert ask(server.port, get()).status == 200 and server.serving()
        pac = Reader(asked(plain, b"GET /proxy.pac HTTP/1.1\r\nHost: x\r\n\r\n")).final()
        assert pac.status == 200 and b"FindProxyForURL" in pac.body and str(server.port).encode() in pac.body
        assert Reader(asked(plain, b"GET /wpad.dat HTTP/1.0\r\n\r\n")).final().status == 200
        for line in (b"GET / HTTP/1.1", b"GET /portal HTTP/1.1", b"GET /healthz HTTP/1.1", b"GET /api/status HTTP/1.1", b"GET /proxy.pac/../x HTTP/1.1"):
            assert Reader(asked(plain, line + b"\r\nHost: x\r\n\r\n")).final().status == 404, line
        with Origin() as origin:
            for data in (get(), connect(b"ORIGIN")):
                Reader(asked(plain, data.replace(b"ORIGIN", b"o.test:%d" % origin.port))).final()
            assert origin.seen == [], "it is no proxy"


def asked(port, data):
    s = client(port)
    s.sendall(data)
    return s


# MARK: Reloading and ending


def test_sighup():
    """Keys without sockets take effect; a broken file changes nothing; what needs a restart is said."""
    with Weir(policy=POLICY) as server, Origin() as origin:
        settings = json.loads(server.config.read_text())

        def reload(wait=None, **sections):
            for section, values in sections.items():
                settings.setdefault(section, {}).update(values)
            count = server.log.read_text().count("configuration ")
            server.config.write_text(json.dumps(settings))
            server.process.send_signal(signal.SIGHUP)
            wait_for(lambda: server.log.read_text().count("configuration ") > count, 5)
            time.sleep(0.1)

        def status(host=b"o.test", data=None):
            s = client(server.port, "127.0.0.77")
            s.sendall(data or get(line=b"GET http://" + host + b":%d/ HTTP/1.1" % origin.port, host=b"Host: x"))
            try:
                return Reader(s).final().status
            finally:
                s.close()

        assert status() == 200 and status(b"new.example") != 200
        reload(names={"hosts": {"*.test": "127.0.0.1", "new.example": "127.0.0.1"}})
        assert status(b"new.example") == 200
        reload(egress={"allow": []})
        assert status() == 403
        reload(egress={"allow": ["127.0.0.1"]}, limits={"target-bytes": 500})
        assert status() == 200
        assert status(data=get(line=b"GET http://o.test/" + b"x" * 600 + b" HTTP/1.1")) == 414
        reload(proxy={"allow-clients": ["10.0.0.0/8"]})
        assert status() == 403
        reload(proxy={"allow-clients": ["private"], "authentication": "basic"})
        assert status() == 407
        reload(proxy={"authentication": "off", "connect-ports": [443], "http-ports": [80, "1024-65535"]})
        assert status() == 200
        assert status(data=connect(b"o.test:22")) == 403
        good = server.config.read_text()
        server.config.write_text("proxy: { connect-ports: nonsense")
        server.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "configuration not changed" in server.log.read_text(), 5)
        assert status() == 200
        server.config.write_text(good)
        reload(proxy={"listen": [f"127.0.0.1:{server.port}", f"127.0.0.1:{free_port()}"]})
        assert "restart" in server.log.read_text()


def test_a_changed_policy_cuts_what_runs():
    """B6: within five seconds, tunnels and downloads alike, recorded with the reason."""
    def serve(c):
        c.head()
        try:
            c.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
            while True:
                c.s.sendall(b"x" * 100)
                time.sleep(0.1)
        except OSError:
            pass
    with Weir(policy=POLICY) as server, Origin(serve=serve) as origin:
        addresses, sockets = [new_address() for _ in range(6)], []
        cases = [(data, way) for data in (get(), connect(b"o.test:%d" % origin.port) + b"GET / HTTP/1.1\r\n\r\n") for way in WAYS]
        for address, (data, way) in zip(addresses, cases):
            s = client(server.port, address)
            send(s, data.replace(b"ORIGIN", b"o.test:%d" % origin.port), way)
            s.recv(10)
            sockets.append(s)
        server.policy.write_text(POLICY.replace("blocked.test,", "blocked.test, o.test,").replace("Not here", "Shut now"))
        began = time.monotonic()
        for s in sockets:
            Reader(s).to_end()
            assert time.monotonic() - began < 6
        for address in addresses:
            (visit,) = visits_of(server, address)
            assert (visit["outcome"], visit["reason"]) == ("closed-by-policy", "Shut now")


def test_draining():
    """SIGTERM: what is idle goes at once, what runs may end within ten seconds, the rest is cut; everything is recorded."""
    def serve(c):
        head = c.head() or b""
        if b"/quick" in head:
            time.sleep(2)
            c.send(Origin.OK)
        elif b"/endless" in head:
            c.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx")
        c.drain()

    with Weir(policy=POLICY) as server, Origin(serve=serve) as origin:
        idle = client(server.port)
        running = {}
        for path in (b"/quick", b"/endless"):
            address = new_address()
            running[path] = s = client(server.port, address)
            s.sendall(get(line=b"GET http://o.test:%d" % origin.port + path + b" HTTP/1.1", host=b"Host: x"))
        tunnel = client(server.port)
        tunnel.sendall(connect(b"o.test:%d" % origin.port))
        assert Reader(tunnel).reply("CONNECT").status == 200
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert Reader(idle).to_end() == b"" and time.monotonic() - began < 2
        reply = Reader(running[b"/quick"]).final()
        assert (reply.status, reply.body) == (200, b"ok")
        with pytest.raises(OSError):
            late = client(server.port)
            late.sendall(get())
            if not late.recv(10):
                raise ConnectionResetError
        assert server.process.wait(15) == 0
        assert time.monotonic() - began < 12
        outcomes = {v["path"] or v["method"]: v["outcome"] for v in server.visits()}
        assert outcomes == {"/quick": "complete", "/endless": "interrupted", "CONNECT": "interrupted"}


# MARK: Recording


class Small(Weir):
    """A server whose data lies on a small file system of its own, in a mount namespace of its own."""

    def begin(self, size):
        self.data.mkdir(parents=True, exist_ok=True)
        self.process = subprocess.Popen(
            ["unshare", "-m", "bash", "-c", f'mount -t tmpfs -o size={size} none "$0" && exec "$1" serve --config "$2"', str(self.data), WEIR, str(self.config)],
            stdin=subprocess.DEVNULL, stdout=open(self.log, "ab"), stderr=subprocess.STDOUT)
        wait_for(self.serving, 20)
        return self

    def command(self, *arguments, input=None, check=True):
        result = subprocess.run(["nsenter", "-t", str(self.process.pid), "-m", WEIR, *arguments], input=input, capture_output=True, text=True, timeout=60)
        assert not check or result.returncode == 0, result.stderr
        return result

    @property
    def inside(self):
        return f"/proc/{self.process.pid}/root{self.data}"

    def fill(self):
        with open(f"{self.inside}/fill", "wb", buffering=0) as f:
            try:
                while True:
                    f.write(b"x" * 4096)
            except OSError:
                pass


def may_mount():
    return os.geteuid() == 0 and subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0


LONG = b"GET http://blocked.test/" + b"y" * 15000 + b" HTTP/1.1\r\nHost: blocked.test\r\n\r\n"


@pytest.mark.skipif(not may_mount(), reason="needs to mount a file system")
@pytest.mark.parametrize("mode", ["record-or-block", "serve-and-count"])
def test_full_disk(mode):
    with pytest.MonkeyPatch.context():
        server = Small(policy=POLICY, config={"visits": {"when-full": mode}})
    try:
        server.begin("96m")
        address = new_address()
        s = client(server.port, address, timeout=10)
        reader = Reader(s)
        served = 0
        s.sendall(LONG)
        assert reader.final().status == 403
        served += 1
        server.fill()
        stopped = False
        for _ in range(4000):
            s.sendall(LONG)
            status = reader.final().status
            if status == 503:
                stopped = True
                break
            assert status == 403
            served += 1
            if mode == "serve-and-count" and served % 200 == 0 and json.loads(server.mine("status", "--json").stdout)["recording"] == "stopped":
                stopped = True
                break
        assert stopped
        state = json.loads(server.mine("status", "--json").stdout)
        assert state["recording"] == "stopped"
        with Origin() as origin:
            t = client(server.port, new_address())
            t.sendall(get().replace(b"ORIGIN", b"o.test:%d" % origin.port))
            reply = Reader(t).final()
            t.close()
            assert reply.status == (503 if mode == "record-or-block" else 200)
            t = client(server.port, new_address())
            t.sendall(connect(b"o.test:%d" % origin.port))
            assert Reader(t).final("CONNECT").status == (503 if mode == "record-or-block" else 200)
            t.close()
        os.unlink(f"{server.inside}/fill")
        began = time.monotonic()
        fresh = new_address()

        def again():
            t = client(server.port, fresh)
            t.sendall(b"GET http://blocked.test/back HTTP/1.1\r\nHost: blocked.test\r\n\r\n")
            status = Reader(t).final().status
            t.close()
            return status == 403 and json.loads(server.mine("status", "--json").stdout)["recording"] == "ok"
        wait_for(again, 5, 0.2)
        assert again()
        s.close()
        time.sleep(1)
        rows = server.visits()
        state = json.loads(server.mine("status", "--json").stdout)
        mine = [v for v in rows if v["address"] == address and v["status"] == 403]
        counted = state["visits"]["missing"] + state["visits"]["refused"]
        if mode == "record-or-block":
            assert len(mine) == served, "what a client was shown is recorded"
            assert state["visits"]["refused"] > 0
        else:
            assert len(mine) + state["visits"]["missing"] >= served and state["visits"]["missing"] > 0
        assert len(rows) == len({v["id"] for v in rows})
        assert any(v["path"] == "/back" for v in rows) and counted
    finally:
        server.__exit__(None, None, None)


@pytest.mark.parametrize("durability", ["strict", "standard"])
def test_durability(durability):
    """What a client saw is there after a kill."""
    with Weir(policy=POLICY, config={"visits": {"durability": durability}}) as server, Origin() as origin:
        addresses = []
        for _ in range(20):
            address = new_address()
            s = client(server.port, address)
            s.sendall(get().replace(b"ORIGIN", b"o.test:%d" % origin.port))
            assert Reader(s).final().status == 200
            addresses.append(address)
        server.kill()
        server.start()
        wait_for(lambda: {v["address"] for v in server.visits()} >= set(addresses), 5)
        rows = [v for v in server.visits() if v["address"] in addresses]
        assert len(rows) == 20 and all(v["outcome"] in ("complete", "interrupted") for v in rows)


def test_slow_body(slow_body):
    server, thread, seen = slow_body
    thread.join(50)
    assert 29 <= seen["seconds"] <= 40, seen
    # The origin has not answered: the client is told, and a request whose body never came is nobody's reply.
    reply = seen["reply"]
    assert reply.startswith(b"HTTP/1.1 408") and b"\r\nConnection: close\r\n" in reply and b"Proxy-Status" in reply
    (visit,) = visits_of(server, seen["address"])
    assert (visit["outcome"], visit["status"], visit["verdict"]) == ("rejected", 408, "reject") and 30 <= visit["up"] < 1_000
