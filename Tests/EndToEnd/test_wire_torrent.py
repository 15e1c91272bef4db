"""Many clients at once, each with its own seed: sizes, framings, paces and endings at random; every byte must arrive, both ways, and every visit count them."""
import hashlib
import random
import re
import socket
import threading
import time

import pytest
from harness import Weir
from test_wire import POLICY, connect
from wire import Origin, Reader, all_at_once, client, new_address

SIZES = [0, 1, 100, 8_191, 8_192, 16_383, 16_384, 16_385, 32_768, 65_535, 65_536, 65_537, 200_000, 700_000]


@pytest.fixture(scope="module", params=["standard", "strict"])
def weir(request):
    limits = {"connections-per-client": 1000}
    with Weir(policy=POLICY, config={"visits": {"durability": request.param}, "limits": limits}) as server:
        yield server


def noise(rng, size):
    return rng.randbytes(size)


def cuts(rng, data):
    """The bytes in pieces: all, few, or many small ones at one end."""
    match rng.randrange(4):
        case 0: return [data]
        case 1:
            at = sorted(rng.randrange(len(data) + 1) for _ in range(rng.randrange(1, 8)))
            return [data[a:b] for a, b in zip([0, *at], [*at, len(data)])]
        case 2: return [data[i:i + 1] for i in range(min(len(data), 60))] + [data[60:]]
        case _: return [data[:-40]] + [data[i:i + 1] for i in range(max(0, len(data) - 40), len(data))]


def pour(rng, s, data):
    for piece in cuts(rng, data):
        if piece:
            s.sendall(piece)
        if rng.random() < 0.05:
            time.sleep(rng.random() * 0.02)


def framed(rng, body):
    """Fields and bytes of a body: by its length or in chunks."""
    if rng.random() < 0.5:
        return b"Content-Length: %d\r\n" % len(body), body
    parts, at = [], 0
    while at < len(body):
        size = min(len(body) - at, rng.choice([1, 7, 1000, 16_384, 70_000]) if at < 3000 else 70_000)
        parts.append(b"%x\r\n" % size + body[at:at + size] + b"\r\n")
        at += size
    return b"Transfer-Encoding: chunked\r\n", b"".join(parts) + b"0\r\n\r\n"


def answer(connection):
    """Each request has its own seed in its path: the origin knows what to expect and what to say."""
    while (request := connection.head()):
        seed = int(re.search(rb"/(\d+)", request)[1])
        up, down = bodies(seed)
        rng = random.Random(seed + 1)
        got = b""
        if b"POST" in request:
            if b"chunked" in request.lower():
                while size := int(line(connection), 16):
                    got += take(connection, size)
                    assert take(connection, 2) == b"\r\n"
                assert line(connection) == b""
            else:
                got = take(connection, len(up))
        right = got == (up if b"POST" in request else b"")
        field, body = framed(rng, down)
        leaves = rng.random() < 0.1
        pour(rng, connection.s, b"HTTP/1.1 200 OK\r\nX-Right: %d\r\n" % right + (b"Connection: close\r\n" if leaves else b"") + field + b"\r\n" + body)
        if leaves:
            return


def line(connection):
    while b"\r\n" not in connection.buffer:
        assert connection.more()
    taken, _, connection.buffer = connection.buffer.partition(b"\r\n")
    return taken


def take(connection, size):
    while len(connection.buffer) < size:
        assert connection.more()
    taken, connection.buffer = connection.buffer[:size], connection.buffer[size:]
    return taken


def bodies(seed):
    rng = random.Random(seed)
    return noise(rng, rng.choice(SIZES)), noise(rng, rng.choice(SIZES))


class Slow:
    """A socket that reads as little and as late as its seed says."""

    def __init__(self, s, rng):
        self.s, self.rng, self.most = s, rng, rng.choice([1_000, 5_000, 65_536, 65_536])

    def recv(self, _):
        if self.rng.random() < 0.03:
            time.sleep(self.rng.random() * 0.03)
        return self.s.recv(self.most if self.rng.random() < 0.5 else 65_536)


def browse(weir, port, seed):
    """Up to twelve requests on a kept connection, some sent before the answer to the last is there."""
    rng = random.Random(seed)
    address = new_address()
    s = client(weir.port, address, timeout=40)
    is_small = rng.random() < 0.3
    if is_small:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    # A small window waits for delayed acknowledgements: a few requests are enough for it.
    seeds = [seed * 100 + n for n in range(rng.randrange(1, 4 if is_small else 13))]
    methods = [rng.choice([b"GET", b"POST"]) for _ in seeds]

    def ask():
        for one, method in zip(seeds, methods):
            field, body = framed(random.Random(one + 2), bodies(one)[0]) if method == b"POST" else (b"", b"")
            pour(rng, s, method + b" http://o.test:%d/%d HTTP/1.1\r\nHost: o.test:%d\r\n" % (port, one, port) + field + b"\r\n" + body)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    reader = Reader(Slow(s, random.Random(seed + 3)))
    counts = []
    for one, method in zip(seeds, methods):
        reply = reader.final()
        up, down = bodies(one)
        assert reply.status == 200 and reply.field("X-Right") == "1", (one, method, reply.status)
        assert hashlib.sha1(reply.body).digest() == hashlib.sha1(down).digest(), (one, len(reply.body), len(down))
        counts.append((len(up) if method == b"POST" else 0, len(down)))
    thread.join(40)
    s.close()
    return address, counts


def talk(weir, seed):
    """A tunnel both sides of which say what they have at their own pace; either may be done first."""
    rng = random.Random(seed)
    up, down = noise(rng, rng.choice(SIZES[1:])), noise(rng, rng.choice(SIZES[1:]))
    address, seen = new_address(), {}

    def serve(c):
        mine = random.Random(seed + 1)
        if mine.random() < 0.3:
            c.s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        writer = threading.Thread(target=lambda: (pour(mine, c.s, down), c.s.shutdown(socket.SHUT_WR)), daemon=True)
        writer.start()
        slow = Slow(c.s, random.Random(seed + 2))
        got = b""
        while (piece := slow.recv(0)):
            got += piece
        seen["up"] = got
        writer.join(40)

    with Origin(serve=serve) as origin:
        s = client(weir.port, address, timeout=40)
        head = connect(b"o.test:%d" % origin.port)
        waits, opened = rng.random() < 0.5, threading.Event()
        reader = Reader(Slow(s, random.Random(seed + 3)))
        if waits:
            s.sendall(head)
            assert reader.reply("CONNECT").status == 200
            opened.set()
        # Whoever ends before its tunnel is up has gone.
        writer = threading.Thread(target=lambda: (pour(rng, s, up if waits else head + up), opened.wait(40), s.shutdown(socket.SHUT_WR)), daemon=True)
        writer.start()
        if not waits:
            assert reader.reply("CONNECT").status == 200
            opened.set()
        got = reader.to_end()
        writer.join(40)
        end = time.monotonic() + 20
        while "up" not in seen and time.monotonic() < end:
            time.sleep(0.01)
        s.close()
    assert hashlib.sha1(got).digest() == hashlib.sha1(down).digest(), (seed, len(got), len(down))
    assert hashlib.sha1(seen["up"]).digest() == hashlib.sha1(up).digest(), (seed, len(seen["up"]), len(up))
    return address, [(len(up), len(down))]


@pytest.mark.parametrize("seed", [1, 2])
def test_every_byte_arrives(weir, seed):
    with Origin(serve=answer) as origin:
        jobs = {("browse", n): (lambda n=n: browse(weir, origin.port, seed * 1000 + n)) for n in range(40)}
        jobs |= {("talk", n): (lambda n=n: talk(weir, seed * 1000 + 500 + n)) for n in range(40)}
        results = all_at_once(jobs, 40)
    assert weir.process.poll() is None
    end = time.monotonic() + 20
    expected = {address: counts for address, counts in results.values()}
    while True:
        rows = [v for v in weir.visits() if v["address"] in expected and v["outcome"] != "open"]
        if len(rows) >= sum(map(len, expected.values())) or time.monotonic() > end:
            break
        time.sleep(0.3)
    by = {}
    for v in rows:
        by.setdefault(v["address"], []).append((v["up"], v["down"]))
    for address, counts in expected.items():
        got = sorted(by.get(address, []))
        assert got == sorted(counts), (address, counts, got)
