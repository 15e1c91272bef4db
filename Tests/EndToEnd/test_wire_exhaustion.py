"""Whoever takes as much as can be had: memory, descriptors, processor time, labels and log lines stay bounded, and others are served."""
import contextlib
import itertools
import json
import os
import re
import resource
import socket
import subprocess
import threading
import time
import urllib.request

import pytest
from harness import Weir, free_port, wait_for
from nameserver import TinyDNS
from test_wire import POLICY, chunked, connect, get, post
from test_wire_limits import metric, processor
from test_wire_replies import visits_of
from test_wire_rows import queue_that_is_full, waiting
from wire import WAYS, Origin, Reader, all_at_once, ask, client, connections, fill, in_kernel, new_address, send


@pytest.fixture(scope="module")
def weir():
    with Weir(policy=POLICY, config={"limits": {"head-seconds": 60, "idle-seconds": 60}}) as server:
        yield server


STEADY = [("download", 5_000), ("download", 100_000), ("download", 400_000), ("tunnel down", 100_000), ("upload", 5_000), ("upload", 100_000), ("tunnel up", 100_000)]


def steady(server, way, rate, sent):
    """Moves so many bytes a second for a minute and a half, always fewer than the faster side has ready. Counts them, and the seconds until it was cut."""
    state = {"way": way, "rate": rate, "bytes": 0, "cut": None, "done": threading.Event()}

    def slow(s):
        began = time.monotonic()
        while time.monotonic() - began < 95:
            try:
                piece = s.recv(max(1, rate // 20))
            except OSError:
                piece = b""
            if not piece:
                state["cut"] = time.monotonic() - began
                break
            state["bytes"] += len(piece)
            time.sleep(0.05)
        state["done"].set()

    def fast(s):
        try:
            while not state["done"].is_set():
                s.sendall(b"x" * 100_000)
        except OSError:
            pass

    def serve(c):
        if "tunnel" not in way:
            c.head()
        if way == "download":
            c.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4000000000\r\n\r\n")
        (slow if "up" in way else fast)(c.s)

    def run():
        with Origin(serve=serve) as origin:
            s = client(server.port, new_address(), timeout=100)
            head = connect(b"ORIGIN") + b"SSH-2.0-x\r\n" if "tunnel" in way else get() if way == "download" else post(b"Content-Length: 4000000000")
            send(s, head.replace(b"ORIGIN", b"o.test:%d" % origin.port), sent)
            (fast if "up" in way else slow)(s)
            state["done"].wait(5)
            s.close()

    threading.Thread(target=run, daemon=True).start()
    return state


def deaf_origin(server):
    """A tunnel whose origin has sent its FIN and takes nothing, and whose client leaves while the proxy has bytes for the origin: seconds until the proxy lets go of it."""
    state = {"done": threading.Event()}
    leaving = threading.Event()

    def serve(c):
        c.s.shutdown(socket.SHUT_WR)
        leaving.wait(120)

    def run():
        with Origin(serve=serve) as origin:
            s = client(server.port, timeout=10)
            s.sendall(connect(b"o.test:%d" % origin.port))
            assert Reader(s).reply("CONNECT").status == 200
            s.sendall(b"SSH-2.0-x\r\n")
            inner = wait_for(lambda: origin.sockets)[0].getpeername()[1]
            outer = s.getsockname()[1]
            state["given"] = fill(s.sendall, lambda total: total - in_kernel(outer, server.port) - in_kernel(inner, origin.port))
            s.close()
            left = last = time.monotonic()
            # The table is read in pieces, and others open and close beside that: a line may be missed once.
            while last - left < 100 and time.monotonic() - last < 1:
                if any(row[4] for row in connections(inner, origin.port)):
                    last = time.monotonic()
                time.sleep(0.2)
            state["seconds"] = last - left
            leaving.set()
            state["done"].set()

    threading.Thread(target=run, daemon=True).start()
    return state


@pytest.fixture(scope="module")
def stalled():
    """D1: who takes nothing for 60 seconds. Runs beside the other tests of this file."""
    server = Weir(policy=POLICY).start()
    seen = {"let go": 0}

    def serve(c):
        c.head()
        c.send(b"HTTP/1.1 200 OK\r\nContent-Length: 400000000\r\n\r\n")
        try:
            while True:
                c.s.sendall(b"x" * 100_000)
        except OSError:
            seen["let go"] += 1

    origin = Origin(serve=serve)
    seen["steady"] = [steady(server, way, rate, WAYS[n % 3]) for n, (way, rate) in enumerate(STEADY)]
    seen["deaf"] = deaf_origin(server)
    seen["addresses"], held = {}, []
    for way in WAYS:
        seen["addresses"][way] = address = new_address()
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.bind((address, 0))
        s.connect(("127.0.0.1", server.port))
        send(s, get().replace(b"ORIGIN", b"o.test:%d" % origin.port), way)
        held.append(s)
    yield server, seen
    for s in held:
        s.close()
    server.__exit__(None, None, None)
    origin.__exit__(None, None, None)


@pytest.fixture(scope="module", autouse=True)
def start_early(stalled):
    pass


# MARK: F18, memory


@pytest.mark.parametrize("kind", ["field", "fields", "target", "bytes"])
def test_memory_of_heads(kind):
    """F18: a head that is never finished costs no more than its limit and 16 KiB."""
    with Weir(policy=POLICY, config={"limits": {"head-seconds": 60}}) as server:
        memory_of_heads(server, kind)


def memory_of_heads(weir, kind, count=150):
    data = {"field": b"GET http://o.test/ HTTP/1.1\r\nHost: o.test\r\n" + b"X: " + b"v" * 32_000 + b"\r\nY: " + b"v" * 32_000,
            "fields": b"GET http://o.test/ HTTP/1.1\r\nHost: o.test\r\n" + b"".join(b"X-%d: " % i + b"v" * 320 + b"\r\n" for i in range(195)),
            "target": b"GET http://o.test/" + b"x" * 16_300, "bytes": b"GET http://o.test/" + b"x" * 16_300}[kind]
    held = [client(weir.port, new_address()) for _ in range(count)]
    for s in held:
        s.sendall(b"G")
    before = weir.settled_memory()
    for s in held:
        if kind == "bytes":
            for i in range(1, len(data), 700):
                s.sendall(data[i:i + 700])
        else:
            s.sendall(data[1:])
    time.sleep(0.5)
    each = (weir.settled_memory() - before) / count
    print(f"{kind}: {each:.1f} KiB for a head of {len(data) / 1024:.1f} KiB")
    assert each < 80, each
    assert len({s.fileno() for s in held}) == count
    for s in held:
        s.close()


# MARK: D3, a pair


@pytest.mark.parametrize("way", ["down", "up", "tunnel down", "tunnel up"])
def test_memory_of_a_slow_pair(way):
    """D3: an endless body to a client, or an origin, that does not read: at most 256 KiB a pair, and the other side is held back."""
    with Weir(policy=POLICY) as server:
        memory_of_a_slow_pair(server, way)


def memory_of_a_slow_pair(weir, way, count=40):
    sent = [0]
    block = b"x" * 65_536

    def serve(c):
        c.s.settimeout(1.5)
        if way == "down":
            c.head()
            c.send(b"HTTP/1.1 200 OK\r\nContent-Length: 400000000\r\n\r\n")
        if "up" in way:
            time.sleep(6)
            return
        try:
            while True:
                c.s.sendall(block)
                sent[0] += len(block)
        except OSError:
            time.sleep(4)

    with Origin(serve=serve) as origin:
        before = weir.settled_memory()
        held = []
        head = connect(b"ORIGIN") + b"SSH-2.0-x\r\n" if "tunnel" in way else get() if way == "down" else post(b"Content-Length: 400000000")
        for n in range(count):
            s = socket.socket()
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.bind((new_address(), 0))
            s.connect(("127.0.0.1", weir.port))
            send(s, head.replace(b"ORIGIN", b"o.test:%d" % origin.port), WAYS[n % 3])
            s.setblocking(False)
            held.append(s)
        end = time.monotonic() + 2
        while time.monotonic() < end:
            for s in held if "up" in way else []:
                try:
                    sent[0] += s.send(block)
                except BlockingIOError:
                    pass
            time.sleep(0.01)
        each = (weir.settled_memory() - before) / count
        print(f"{way}: {each:.0f} KiB a pair, {sent[0] / count / 1e6:.1f} MB taken from whoever sends")
        assert each < 256, each
        # What the kernel's own buffers take comes on top.
        assert sent[0] / count < 12_000_000
        for s in held:
            s.close()


def test_requests_whose_replies_nobody_reads(weir):
    """D3: whoever asks and asks and takes no reply is asked to wait, and has every reply in the end."""
    request = b"OPTIONS * HTTP/1.1\r\nHost: o.test\r\n\r\n"
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        s.bind((new_address(), 0))
        s.connect(("127.0.0.1", weir.port))
        s.settimeout(1)
        before, sent = weir.settled_memory(), 0
        with pytest.raises(TimeoutError):
            while sent < 20_000_000:
                sent += s.send(request * 100)
        assert weir.settled_memory() - before < 8_192
        s.settimeout(10)
        replies, tail = 0, b""
        while replies < sent // len(request):
            piece = s.recv(65_536)
            assert piece, (replies, sent // len(request))
            replies += (tail + piece).count(b"HTTP/1.1 200")
            tail = (tail + piece)[-11:]


def test_memory_of_made_up_programs():
    """D3: each request says another program's name of 1 KiB: those that are recorded are not all kept in memory."""
    def ask_for(count):
        with client(server.port) as s:
            tail = b""
            for _ in range(count // 50):
                s.sendall(b"".join(b"OPTIONS * HTTP/1.1\r\nHost: a\r\nUser-Agent: " + os.urandom(500).hex().encode() + b"\r\n\r\n" for _ in range(50)))
                replies = 0
                while replies < 50:
                    piece = s.recv(65_536)
                    assert piece
                    tail += piece
                    replies += tail.count(b"HTTP/1.1 200")
                    tail = tail[-11:]

    with Weir(policy=POLICY) as server:
        def stored(count):
            wait_for(lambda: metric(server, "weir_visits_stored_total") >= count, 60, 0.2)
            return server.settled_memory()

        ask_for(4_000)
        before = stored(4_000)
        ask_for(40_000)
        more = stored(44_000) - before
        print(f"{more} KiB for 40,000 names of 1 KiB")
        assert more < 24_576, more


def test_time_is_linear(weir):
    """D3: a hundred megabytes in chunks of one byte, both ways: they cost as much for each as five do, and no memory."""
    block = b"1\r\nx\r\n" * 10_000

    def cost(count):
        """Seconds of processor time for so many chunks there, and as many back."""
        seen = {}

        def give(s):
            for _ in range(count // 10_000):
                s.sendall(block)
            s.sendall(b"0\r\n\r\n")

        def take(s, tail):
            """Counts what comes behind a head until the last chunk."""
            taken, buffer = len(tail), bytearray(262_144)
            while not tail.endswith(b"\r\n0\r\n\r\n"):
                length = s.recv_into(buffer)
                assert length, "cut"
                taken, tail = taken + length, (tail + bytes(buffer[max(0, length - 16):length]))[-16:]
            return taken

        def serve(c):
            c.head()
            seen["up"] = take(c.s, c.buffer)
            c.s.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            give(c.s)
            c.s.recv(1)

        with Origin(serve=serve) as origin:
            before = processor(weir)
            s = client(weir.port, timeout=120)
            s.sendall(chunked(b"").replace(b"ORIGIN", b"o.test:%d" % origin.port))
            give(s)
            reader = Reader(s)
            reader.until(b"\r\n\r\n")
            seen["down"] = take(s, reader.rest)
            s.close()
            # Without the last chunk's own five bytes each is six.
            assert (seen["up"] - 5, seen["down"] - 5) == (count * 6, count * 6)
            return processor(weir) - before

    cost(100_000)
    memory = weir.settled_memory()
    few, many = cost(5_000_000), cost(100_000_000)
    more = weir.settled_memory() - memory
    print(f"{few:.2f} s for 5 MB in chunks of one byte there and back, {many:.2f} s for 100 MB; {more} KiB more memory")
    assert many < 20 * few * 1.5 + 0.1 and more < 8_192, (few, many, more)


# MARK: D2, descriptors


@pytest.mark.parametrize("way", ["head", "tunnel"])
def test_accepting_pauses(way):
    """D2: without a free descriptor nothing spins; when there are some again, everybody who waits is served. Refused dials are 503, in no time."""
    with Weir(policy=POLICY, config={"limits": {"connections-per-client": 1000}}) as server, Origin(serve=lambda c: c.drain()) as origin:
        held = [client(server.port, "127.46.0.1") for _ in range(30)]
        time.sleep(0.3)
        open_now = len(os.listdir(f"/proc/{server.process.pid}/fd"))
        limits = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
        # As many as there are, and in the one case some more, which the tunnels' other halves would need.
        room = 0 if way == "head" else 3
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (open_now + room, limits[1]))
        if way == "tunnel":
            for n, s in enumerate(held[:8]):
                send(s, connect(b"o.test:%d" % origin.port), WAYS[n % 3])
            replies = []
            for s in held[:8]:
                began = time.monotonic()
                reply = Reader(s).reply("CONNECT")
                replies.append(reply.status)
                # Without one even for the journal nothing can be recorded, and so nothing is let through.
                assert reply.status == 200 or reply.status == 503 and re.search("connection_limit_reached|recording-stopped", reply.field("Proxy-Status"))
                assert time.monotonic() - began < 2
            assert 503 in replies
        waiting = [client(server.port, "127.46.0.2") for _ in range(20)]
        time.sleep(0.5)
        before = processor(server)
        time.sleep(3)
        spent = processor(server) - before
        print(f"{spent:.2f} s of processor time in 3 s while 20 connections wait")
        assert spent < 0.3, spent
        assert server.process.poll() is None
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, limits)
        # Where even the journal had none, recording begins again first.
        wait_for(lambda: json.loads(server.mine("status", "--json").stdout)["recording"] == "ok", 10)
        for n, s in enumerate(waiting):
            send(s, b"GET http://blocked.test/ HTTP/1.1\r\nHost: blocked.test\r\n\r\n", WAYS[n % 3])
        for s in waiting:
            assert Reader(s).final().status == 403
        for s in (*held, *waiting):
            s.close()


def test_room_for_the_admin_site():
    """D2: whatever the configuration asks for, what is kept for the admin site and the databases stays free, and it is said that it was cut."""
    server = Weir(policy=POLICY, config={"limits": {"connections": 5000, "connections-per-client": 5000}})
    server.process = subprocess.Popen([os.environ.get("WEIR", "weir"), "serve", "--config", str(server.config)], stdin=subprocess.DEVNULL, stdout=open(server.log, "ab"), stderr=subprocess.STDOUT,
                                      preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (400, 400)))
    try:
        wait_for(server.serving, 20)
        assert "limits.connections is cut from 5000 to 176" in server.log.read_text()
        held = []
        for _ in range(600):
            held.append(client(server.port, new_address(), timeout=2))
        time.sleep(0.5)
        # All of the admin site's at once, while the proxy is full.
        admin = [client(server.admin, new_address(), timeout=5) for _ in range(48)]
        for n, s in enumerate(admin):
            send(s, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", WAYS[n % 3])
        assert [Reader(s).final().status for s in admin] == [200] * 48
        # And many more that say nothing: those that came first give way, and whoever asks is answered.
        silent = [client(server.admin, new_address(), timeout=5) for _ in range(400)]
        wait_for(lambda: sum(is_held(s) for s in (*admin, *silent)) <= 48, 5)
        assert server.serving() and metric(server, "weir_limit_reached_total") > 0
        count = len(os.listdir(f"/proc/{server.process.pid}/fd"))
        print(f"{count} of 400 descriptors open")
        assert count <= 400 - 32
        for s in held:
            s.close()
        # The proxy serves, and records, whoever holds the admin site.
        silent += [client(server.admin, new_address(), timeout=5) for _ in range(60)]
        shown = wait_for(lambda: (shown := ask(server.port, get())).status == 200 and shown, 5, 0.2)
        assert visits_of(server, shown.address)[0]["status"] == 200
        assert 40 <= sum(is_held(s) for s in silent) <= 48
        for s in (*admin, *silent):
            s.close()
    finally:
        server.__exit__(None, None, None)


def test_silence_at_the_admin_site():
    """D2: half of the admin site's connections for one address; a head has ten seconds, however it comes; a connection that has been answered may wait."""
    with Weir(policy=POLICY) as server, contextlib.ExitStack() as stack:
        # 512 where there are descriptors enough.
        address = new_address()
        held = [stack.enter_context(client(server.admin, address)) for _ in range(300)]
        time.sleep(0.5)
        assert sum(is_held(s) for s in held) == 256
        assert server.serving()
        for s in held:
            s.close()
        began = time.monotonic()
        silent, slow, quiet = (stack.enter_context(client(server.admin, address)) for _ in range(3))
        slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ")
        quiet.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert Reader(quiet).final().status == 200
        while time.monotonic() - began < 9:
            slow.sendall(b"x")
            time.sleep(0.2)
        assert is_held(silent) and is_held(slow)
        for s in (silent, slow):
            s.settimeout(4)
            assert Reader(s).to_end() == b""
        assert 9.5 < time.monotonic() - began < 13
        quiet.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        assert Reader(quiet).final().status == 200


def test_streams_of_requests_at_the_admin_site():
    """D1, D3: nobody has more than a few requests read that are not answered, so nobody has the process keep a stream of them."""
    with Weir(policy=POLICY) as server, contextlib.ExitStack() as stack:
        before = server.memory()
        address = new_address()
        streams = [stack.enter_context(client(server.admin, address)) for _ in range(100)]
        for s in streams:
            s.setblocking(False)
            with contextlib.suppress(OSError):
                s.send(b"GET /static/weir.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 1000)
        time.sleep(2)
        grown = server.memory() - before
        print(f"{grown} KiB for {len(streams)} streams")
        assert grown < 32 << 10 and server.serving()


def few_places():
    """A server with so few descriptors that its admin site takes 48 connections."""
    server = Weir(policy=POLICY)
    server.process = subprocess.Popen([os.environ.get("WEIR", "weir"), "serve", "--config", str(server.config)], stdin=subprocess.DEVNULL, stdout=open(server.log, "ab"), stderr=subprocess.STDOUT,
                                      preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (400, 400)))
    wait_for(server.serving, 20)
    return server


def full_site(stack, server, text, buffer=None):
    """All 48 places taken by two addresses that have said `text`."""
    held = []
    for address in (new_address(), new_address()):
        for _ in range(24):
            s = stack.enter_context(contextlib.closing(socket.socket()))
            if buffer:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
            s.bind((address, 0))
            s.settimeout(5)
            s.connect(("127.0.0.1", server.admin))
            s.sendall(text)
            held.append(s)
    time.sleep(0.5)
    return held


def test_requests_without_their_bodies_at_the_admin_site():
    """D2: who owes the rest of a request gives way to who asks, however many addresses owe."""
    server = few_places()
    try:
        with contextlib.ExitStack() as stack:
            full_site(stack, server, b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\n")
            for _ in range(30):
                assert urllib.request.urlopen(f"http://127.0.0.1:{server.admin}/healthz", timeout=5).status == 200
    finally:
        server.__exit__(None, None, None)


def test_who_reads_nothing_at_the_admin_site():
    """D2: two addresses that take every place and read nothing keep the site from nobody for longer than ten seconds."""
    server = few_places()
    try:
        with contextlib.ExitStack() as stack:
            held = full_site(stack, server, b"GET /static/weir.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 8, buffer=16 << 10)
            time.sleep(11)
            for _ in range(30):
                assert urllib.request.urlopen(f"http://127.0.0.1:{server.admin}/healthz", timeout=5).status == 200
            # Whoever begins to read before his minute is over gets all of it.
            slow = held[-1]
            text, ended = b"", time.monotonic() + 60
            while text.count(b"HTTP/1.1 200 OK") < 8 and time.monotonic() < ended:
                text += slow.recv(2048)
            assert text.count(b"HTTP/1.1 200 OK") == 8
    finally:
        server.__exit__(None, None, None)


def full_queues(stack, addresses, port):
    """Addresses whose SYNs nobody answers."""
    for address in addresses:
        full, held = queue_that_is_full(address, socket.AF_INET, port)
        for one in (full, *held):
            stack.callback(one.close)


def test_a_name_with_many_silent_addresses():
    """D2: whoever owns a name says how many addresses it has; a request for it has three attempts open at once and no more, and others are served meanwhile."""
    with contextlib.ExitStack() as stack:
        port = free_port()
        silent = [f"127.9.{n // 250}.{n % 250 + 1}" for n in range(60)]
        full_queues(stack, silent[:12], port)
        dns = TinyDNS({"many.example": [("A", address, 60) for address in silent]})
        server = stack.enter_context(Weir(policy=POLICY, config={"names": {"servers": [f"127.0.0.1:{dns.port}"], "hosts": {"*.test": "127.0.0.1"}}, "limits": {"connections": 400, "connect-seconds": 8}}))
        address, most, statuses = new_address(), 0, []
        asking = [client(server.port, address, timeout=20) for _ in range(60)]
        for n, s in enumerate(asking):
            stack.callback(s.close)
            send(s, get(line=b"GET http://many.example:%d/ HTTP/1.1" % port, host=b"Host: x"), WAYS[n % 3])
        began = time.monotonic()
        while time.monotonic() - began < 4:
            most = max(most, waiting(server, port))
            statuses.append(ask(server.port, get(), quiet=0).status)
        print(f"{most} attempts at once for 60 requests; {len(statuses)} requests of others meanwhile")
        # Some of each, or nothing was tried at all.
        assert 120 <= most <= 180, most
        assert set(statuses) == {200}, statuses
        assert [Reader(s).final().status for s in asking] == [504] * 60
        visits = visits_of(server, address, 60)
        assert len(visits) == 60 and {v["outcome"] for v in visits} == {"timeout"}
        assert waiting(server, port) == 0


ADDRESSES = [
    # Before the one that answers: so many that refuse, so many that are silent; what comes of it, seconds at least and at most.
    (7, 0, 200, 0, 1.5),
    (8, 0, 502, 0, 1.5),
    (0, 2, 200, 0.45, 2),
    (0, 3, 200, 2.4, 4),
    (0, 5, 200, 6.4, 8),
    (5, 2, 200, 0.45, 2),
    (6, 2, 504, 7.9, 9.5),
]


def test_which_of_many_addresses_are_tried():
    """D2: eight of a name's addresses are tried. Silent ones do not keep a later one from being tried: over three at once the oldest gives way."""
    with contextlib.ExitStack() as stack:
        origin = stack.enter_context(Origin(address="127.8.0.1"))
        silent = [f"127.8.2.{n + 1}" for n in range(6)]
        full_queues(stack, silent, origin.port)
        table = {f"n{n}.example": [("A", f"127.8.1.{i + 1}", 60) for i in range(refusing)] + [("A", a, 60) for a in silent[:quiet]] + [("A", "127.8.0.1", 60)]
                 for n, (refusing, quiet, *_) in enumerate(ADDRESSES)}
        dns = TinyDNS(table)
        server = stack.enter_context(Weir(policy=POLICY, config={"names": {"servers": [f"127.0.0.1:{dns.port}"]}, "limits": {"connect-seconds": 8}}))

        def one(n):
            s = client(server.port, timeout=15)
            began = time.monotonic()
            s.sendall(get(line=b"GET http://n%d.example:%d/ HTTP/1.1" % (n, origin.port), host=b"Host: x"))
            status = Reader(s).final().status
            s.close()
            return status, time.monotonic() - began

        results = all_at_once({n: lambda n=n: one(n) for n in range(len(ADDRESSES))})
        for n, (refusing, quiet, status, least, most) in enumerate(ADDRESSES):
            assert results[n][0] == status and least <= results[n][1] <= most, (refusing, quiet, results[n])


def test_the_proxy_behind_a_full_portal_port():
    """D2: the port that gives devices the PAC file takes few connections of one client and few of all: the proxy has its places whoever holds that port."""
    plain = free_port()
    config = {"portal": {"listen": [f"127.0.0.1:{plain}"]}, "limits": {"connections": 160, "connections-per-client": 100, "head-seconds": 30}}
    pac = b"GET /proxy.pac HTTP/1.1\r\nHost: x\r\n\r\n"

    ways = itertools.cycle(WAYS)

    def served(address=None):
        """Whether a device at this address gets the file."""
        with client(plain, address) as s:
            send(s, pac, next(ways))
            return Reader(s).final().status

    with Weir(policy=POLICY, config=config) as server, contextlib.ExitStack() as stack:
        def hold(address, count):
            sockets = [stack.enter_context(client(plain, address)) for _ in range(count)]
            # Those that are turned away with a reply, a few at once, are gone after half a second: then the next one has its reply too.
            time.sleep(1)
            return sum(is_held(s) for s in sockets)

        one = new_address()
        # An eighth of all is 20, and 16 for one client.
        assert hold(one, 100) == 16
        assert (served(one), served(), ask(server.port, get()).status) == (503, 200, 200)
        assert hold(new_address(), 100) == 4
        assert (served(), ask(server.port, get()).status) == (503, 200)
        assert metric(server, r'weir_limit_reached_total\{limit="connections-per-client"\}') >= 84, "turned away and counted"
        # Through the proxy the client that holds that port is served as before, 100 connections of it and no more.
        with contextlib.ExitStack() as own:
            mine = [own.enter_context(client(server.port, one)) for _ in range(101)]
            wait_for(lambda: sum(is_held(s) for s in mine) == 100, 5)
            turned, = [s for s in mine if not is_held(s)]
            assert Reader(turned).final().status == 503
        stack.close()
        wait_for(lambda: served(one) == 200, 5)


def is_held(s):
    """Whether the other side keeps a connection that says nothing: neither a reply nor its end has come."""
    s.setblocking(False)
    try:
        s.recv(1, socket.MSG_PEEK)
        return False
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        s.settimeout(15)


def test_overload_is_answered_at_once():
    with Weir(policy=POLICY, config={"limits": {"connections": 64}}) as server:
        held = [client(server.port, new_address()) for _ in range(64)]
        time.sleep(0.3)
        times, told = [], 0
        for _ in range(50):
            began = time.monotonic()
            s = client(server.port, new_address())
            reply = Reader(s).final()
            times.append(time.monotonic() - began)
            told += reply.status == 503 and reply.field("Retry-After") == "1" and "connection_limit_reached" in reply.field("Proxy-Status")
            s.close()
            time.sleep(0.01)
        times.sort()
        print(f"503 after {times[25] * 1000:.1f} ms (median), {times[-1] * 1000:.1f} ms at most")
        assert told == 50 and times[25] < 0.2 and times[-1] < 2
        for s in held:
            s.close()


# MARK: Metrics, logs


def test_labels_are_bounded(weir):
    """Nothing a client says becomes a label: ten thousand hosts, methods and errors later there are as many series as before."""
    def series():
        text = urllib.request.urlopen(f"http://127.0.0.1:{weir.admin}/metrics", timeout=5).read().decode()
        return {line.rsplit(" ", 1)[0] for line in text.splitlines() if line and not line.startswith("#")}

    # One of each kind of refusal first: a reason code's series begins with its first.
    odd = [get(b"no colon"), get(line=b"GET /x HTTP/1.1"), post(b"Content-Length: x"), get(host=b"Host: a b"), get(line=b"G@T http://o.test/ HTTP/1.1"), b"PRI * HTTP/2.0\r\n\r\n"]
    for data in odd:
        ask(weir.port, data, quiet=0.01)
    before = series()
    s = client(weir.port, new_address(), timeout=60)
    one = lambda i: b"M%d http://blocked.test/%d?%d HTTP/1.1\r\nHost: h%d.test\r\nUser-Agent: u%d\r\nX-%d: 1\r\n\r\n" % (i, i, i, i, i, i)
    threading.Thread(target=lambda: s.sendall(b"".join(one(i) for i in range(3000))), daemon=True).start()
    reader = Reader(s)
    for _ in range(3000):
        assert reader.final().status == 403
    s.close()
    for i in range(200):
        ask(weir.port, odd[i % len(odd)].replace(b"x", b"x%d" % i), quiet=0.005)
    after = series()
    assert len(after - before) <= 2 and len(after) < 120, after - before
    assert not [one for one in after if re.search(r"test|M\d|u\d", one.partition("{")[2])]


@pytest.mark.parametrize("form", ["json", "text"])
def test_log_lines(form, tmp_path):
    """One line an event, whatever a client writes; JSON with time, level and message."""
    access = tmp_path / "access"
    config = {"log": {"format": form, "level": "debug", "access-log": {"path": str(access), "format": "json"}}, "proxy": {"allow-clients": ["127.0.0.1"]}}
    with Weir(policy=POLICY, config=config) as server:
        for path in (b"/\xe2\x80\xae", b"/%0a%0dx", b'/"}', b"/\xff\xfe", b"/\x7f", b"/" + b"y" * 9000):
            for address in ("127.0.0.1", new_address()):
                s = client(server.port, address)
                s.sendall(b"GET http://blocked.test" + path + b" HTTP/1.1\r\nHost: blocked.test\r\nUser-Agent: \xc2\x9b31m\r\n\r\n")
                Reader(s).final()
                s.close()
        wait_for(lambda: access.exists() and len(access.read_text().splitlines()) == 12, 10)
        server.stop()
        # What is for people to read once, the way to the first account, is no event.
        lines = [line for line in server.log.read_text().splitlines() if line.strip() and "setup?token" not in line and "Nobody has an account" not in line]
        assert lines
        for line in lines:
            assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", line), line
            if form == "json":
                event = json.loads(line)
                assert {"time", "level", "message"} <= set(event) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", event["time"]), line
            else:
                assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z (trace|debug|info|notice|warning|error|critical) ", line), line
        for line in access.read_text().splitlines():
            assert json.loads(line)["verdict"] in ("block", "reject") and not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e]", line), line


# MARK: D1, the one that takes a minute


def test_who_does_not_read_is_cut(stalled):
    """D1: a stalled write ends the exchange after a minute, absolutely; the origin's connection with it."""
    server, seen = stalled
    for way, address in seen["addresses"].items():
        (visit,) = wait_for(lambda: [v for v in server.visits() if v["address"] == address and v["outcome"] != "open"], 90, 0.5)
        assert visit["outcome"] == "timeout" and 58 <= visit["ms"] / 1000 <= 72, (way, visit)
    wait_for(lambda: seen["let go"] == len(WAYS), 3)
    assert metric(server, r'weir_limit_reached_total\{limit="stalled-write"\}') == len(WAYS)


@pytest.mark.parametrize("number", range(len(STEADY)), ids=[f"{way} {rate}" for way, rate in STEADY])
def test_who_reads_slowly_is_not(stalled, number):
    """D1: whoever is fed faster than it takes always has something waiting; that alone is no reason to cut anybody."""
    state = stalled[1]["steady"][number]
    assert state["done"].wait(110)
    assert state["cut"] is None and state["bytes"] > state["rate"] * 20, state


def test_an_origin_that_has_left_is_let_go(stalled):
    """D1: what is unsent for an origin that sent its FIN is kept for it for a minute, and not for ever, though the tunnel is over."""
    state = stalled[1]["deaf"]
    assert state["done"].wait(180), "no bytes were kept in the proxy"
    assert 50 < state["seconds"] < 75, state


@pytest.mark.parametrize("ends,way", [("chunks", "lines"), ("close", "bytes")])
def test_the_end_of_a_long_reply_waits_for_its_reader(weir, ends, way):
    """D1: a client that reads nothing for five seconds while the last bytes of its last reply are kept for it has all of them afterwards."""
    port, given = [], []

    def serve(c):
        c.head()
        head = b"Transfer-Encoding: chunked\r\n" if ends == "chunks" else b""
        c.s.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n" + head + b"\r\n")
        piece = (lambda data: c.s.sendall(b"%x\r\n%s\r\n" % (len(data), data))) if ends == "chunks" else c.s.sendall
        inner = c.s.getpeername()[1]
        given.append(fill(piece, lambda sent: sent - in_kernel(weir.port, port[0]) - in_kernel(c.origin.port, inner)))
        if ends == "chunks" and given[-1]:
            c.s.sendall(b"0\r\n\r\n")

    def asking():
        """A client for whom something is kept."""
        for _ in range(5):
            s = socket.socket()
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
            s.settimeout(20)
            address = new_address()
            s.bind((address, 0))
            s.connect(("127.0.0.1", weir.port))
            port[:], given[:] = [s.getsockname()[1]], []
            send(s, get(b"Connection: close").replace(b"ORIGIN", b"o.test:%d" % origin.port), way)
            if wait_for(lambda: given, 120)[0]:
                return s, address
            s.close()
        raise AssertionError("more came to be kept at once, five times")

    with Origin(serve=serve) as origin:
        s, address = asking()
        time.sleep(5)
        reader = Reader(s)
        assert len(reader.final().body) == given[0] and reader.ended in (None, "eof")
        s.close()
    (visit,) = visits_of(weir, address)
    assert (visit["outcome"], visit["down"]) == ("complete", given[0])
