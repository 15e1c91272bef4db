"""What is left of SECURITY.md's rows once requests, replies, reach and limits have files of their own; and that each row has a test."""
import ast
import json
import pathlib
import re
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import time

import pytest
from harness import WEIR, Weir, wait_for
from test_wire import POLICY, connect, get, post
from test_wire_limits import metric
from test_wire_replies import quiet, visits_of
from wire import WAYS, Origin, Reader, ask, client, in_ways, new_address, send, with_visits

TESTS = pathlib.Path(__file__).parent


@pytest.fixture(scope="module")
def weir():
    with Weir(policy=POLICY) as server:
        yield server


# MARK: X8, an origin of HTTP/1.0 knows nothing of Expect


@pytest.mark.parametrize("way", WAYS)
def test_expect_to_an_old_origin(weir, way):
    """X8: it sends no 100; the client's patience ends, the body goes on, and the reply comes back once."""
    def serve(c):
        c.head()
        while b"hello" not in c.buffer and c.more():
            pass
        c.send(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", way)

    address = new_address()
    with Origin(serve=serve) as origin:
        s = client(weir.port, address)
        send(s, post(b"Expect: 100-continue", b"Content-Length: 5").replace(b"ORIGIN", b"o.test:%d" % origin.port), way)
        time.sleep(0.4)
        send(s, b"hello", way)
        reader = Reader(s)
        statuses = [reader.reply().status]
        while statuses[-1] < 200:
            statuses.append(reader.reply().status)
        assert statuses in ([200], [100, 200]), "forwarded, or answered once"
        assert origin.bytes.endswith(b"\r\n\r\nhello") and origin.bytes.count(b"hello") == 1
        s.close()
    (visit,) = visits_of(weir, address)
    assert (visit["verdict"], visit["status"], visit["outcome"], visit["up"]) == ("allow", 200, "complete", 5)


@pytest.mark.parametrize("way", WAYS)
def test_old_origin_that_does_not_wait(weir, way):
    """X8: a final reply before the body: nothing of the withheld body is taken for a request, and nobody waits for it."""
    def serve(c):
        c.head()
        c.send(b"HTTP/1.0 401 No\r\nContent-Length: 2\r\n\r\nno", way)
        c.s.close()

    address = new_address()
    with Origin(serve=serve) as origin:
        s = client(weir.port, address)
        send(s, post(b"Expect: 100-continue", b"Content-Length: 40").replace(b"ORIGIN", b"o.test:%d" % origin.port), way)
        reader = Reader(s)
        assert reader.final().status == 401
        send(s, b"GET http://o.test/smuggled HTTP/1.1\r\nHost: o.test\r\n\r\n")
        assert b"HTTP/1.1" not in quiet(s, reader, 0.5)
        s.close()
        assert b"smuggled" not in origin.bytes.partition(b"\r\n\r\n")[0]
    assert [v["status"] for v in visits_of(weir, address)] == [401]


# MARK: X13, TRACE where it is switched on


@pytest.fixture(scope="module")
def tracing():
    with Weir(policy=POLICY, config={"proxy": {"trace": True}}) as server:
        yield server


SECRETS = [b"Cookie: secret=1", b"Authorization: Basic secret", b"Proxy-Authorization: Basic secret", b"cookie: secret2"]


@pytest.mark.parametrize("way", WAYS)
def test_trace_is_echoed_without_secrets(tracing, way):
    s = ask(tracing.port, get(b"Max-Forwards: 0", b"X-Mine: yes", *SECRETS, line=b"TRACE http://ORIGIN/x HTTP/1.1"), way)
    assert s.status == 200 and s.upstreams == 0 and s.replies[0].field("Content-Type") == "message/http"
    assert b"X-Mine: yes" in s.replies[0].body and b"secret" not in s.replies[0].body and s.replies[0].body.startswith(b"TRACE http://o.test:")
    (visit,) = visits_of(tracing, s.address)
    assert (visit["method"], visit["verdict"], visit["status"]) == ("TRACE", "allow", 200)


@pytest.mark.parametrize("way", WAYS)
def test_trace_is_forwarded_without_secrets(tracing, way):
    s = ask(tracing.port, get(b"Max-Forwards: 3", b"X-Mine: yes", *SECRETS, line=b"TRACE http://ORIGIN/x HTTP/1.1"), way)
    assert s.status == 200 and b"Max-Forwards: 2\r\n" in s.origin and b"X-Mine: yes" in s.origin and b"secret" not in s.origin
    assert len(visits_of(tracing, s.address)) == 1


@pytest.mark.parametrize("way", WAYS)
def test_trace_has_no_body(tracing, way):
    s = ask(tracing.port, get(b"Content-Length: 5", line=b"TRACE http://ORIGIN/x HTTP/1.1", body=b"hello"), way, wait_end=True)
    assert s.status == 400 and s.upstreams == 0 and s.ended == "eof" and s.replies[0].field("Proxy-Status")
    (visit,) = visits_of(tracing, s.address)
    assert (visit["verdict"], visit["outcome"]) == ("reject", "rejected")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("value", [b"-1", b"x", b"1" + b"0" * 30])
def test_trace_with_bad_max_forwards(tracing, value, way):
    s = ask(tracing.port, get(b"Max-Forwards: " + value, line=b"TRACE http://ORIGIN/x HTTP/1.1"), way, wait_end=True)
    assert s.status == 400 and (s.rest, s.ended, s.upstreams) == (b"", "eof", 0) and s.replies[0].field("Proxy-Status")
    assert [(v["verdict"], v["outcome"], v["status"]) for v in visits_of(tracing, s.address)] == [("reject", "rejected", 400)]


# MARK: D4, very many elements and very deep ones


MILLION = 1_000_000
ELEMENTS = {b"X-Forwarded-For": b"1.2.3.4,", b"Via": b"1.1 a,", b"Range": b"0-1,", b"Cookie": b"a=b; ", b"Connection": b"x,", b"TE": b"a,", b"Accept-Language": b"de,", b"Forwarded": b"for=a,"}


@pytest.mark.parametrize("name", list(ELEMENTS) + [b"X"])
def test_a_million_elements(weir, name):
    """D4: 431 as soon as the limit is passed, whatever else is on its way; in one field, and in a million."""
    if name == b"X":
        data = get(*[b"X: 1"] * MILLION)
    else:
        data = get(name + b": " + (b"bytes=" if name == b"Range" else b"") + ELEMENTS[name] * MILLION)
    for way, s in with_visits(weir, in_ways(lambda way: ask(weir.port, data, way, wait_end=True))).items():
        assert s.status == 431 and (s.rest, s.upstreams) == (b"", 0) and s.replies[0].field("Proxy-Status") and s.replies[0].field("Connection") == "close", (way, s.error)
        assert s.seconds < 8, way
        assert [(v["verdict"], v["outcome"], v["status"]) for v in s.visits] == [("reject", "rejected", 431)], way


DEEP = [(b"Via", b"1.1 a " + b"(" * 15_000 + b")" * 15_000), (b"Via", b"1.1 a " + b"(" * 30_000), (b"Cookie", b'a="' + b"\\" * 30_000), (b"Accept-Language", b"de;q=" + b"0" * 30_000),
        (b"Forwarded", b'for="' + b"[" * 30_000), (b"X-Forwarded-For", b"[" * 30_000), (b"Range", b"bytes=" + b"-" * 30_000), (b"User-Agent", b"(" * 30_000), (b"Referer", b"http://" + b"[" * 30_000)]


@pytest.fixture(scope="module")
def trusting():
    with Weir(policy=POLICY, config={"proxy": {"trusted-peers": ["private"], "forwarded-for": "on"}}) as server:
        yield server


@pytest.mark.parametrize("name,value", DEEP, ids=lambda v: v[:12].decode())
def test_deep_nesting(trusting, name, value):
    """D4: nothing goes into itself; from those who may speak for others too."""
    for way, s in with_visits(trusting, in_ways(lambda way: ask(trusting.port, get(name + b": " + value), way))).items():
        assert s.status in (200, 400) and s.rest == b"" and s.upstreams == (s.status == 200), (way, s.error)
        assert (s.ended == "eof") == (s.replies[0].field("Connection") == "close"), way
        assert [v["status"] for v in s.visits] == [s.status], way
    assert trusting.process.poll() is None and ask(trusting.port, get()).status == 200


# MARK: D2, everybody at once


def times_of_another(server, seconds):
    """Latencies in milliseconds of one quiet client's requests on a kept connection, answered by the proxy itself."""
    s = client(server.port, new_address())
    reader, times, end = Reader(s), [], time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        s.sendall(b"GET http://blocked.test/ HTTP/1.1\r\nHost: blocked.test\r\n\r\n")
        assert reader.final().status == 403
        times.append((time.monotonic() - began) * 1000)
        time.sleep(0.003)
    s.close()
    return sorted(times)


# A process of its own: its work and the measuring would share one interpreter's lock. First the client takes its share, each connection of
# it kept open by a request; then it opens more, always 300 ahead of the one whose answer it waits for.
FLOOD = """
import collections, socket, sys
port, address, waiting, turned = int(sys.argv[1]), sys.argv[2], collections.deque(), 0
def open_one():
    s = socket.socket()
    s.settimeout(20)
    s.bind((address, 0))
    s.connect(("127.0.0.1", port))
    return s
def answer(s):
    try:
        return s.recv(20)
    except ConnectionError:
        return b""
    except TimeoutError:
        return None
share = [open_one() for _ in range(256)]
for s in share:
    s.sendall(b"GET http://blocked.test/ HTTP/1.1\\r\\nHost: blocked.test\\r\\n\\r\\n")
for s in share:
    assert answer(s).startswith(b"HTTP/1.1 403")
for opened in range(20000):
    waiting.append(open_one())
    if len(waiting) > 300 or opened == 19999:
        for s in [waiting.popleft() for _ in range(len(waiting) if opened == 19999 else 1)]:
            turned += answer(s) in (b"", b"HTTP/1.1 503 Service")
            s.close()
print(turned)
"""


def test_twenty_thousand_connects(weir):
    """D2: one client opens 20,000 connections as fast as it can; it gets its share, another one hardly notices."""
    calm = times_of_another(weir, 3)
    flood = subprocess.Popen([sys.executable, "-c", FLOOD, str(weir.port), new_address()], stdout=subprocess.PIPE, text=True)
    busy = []
    began = time.monotonic()
    while flood.poll() is None:
        busy += times_of_another(weir, 0.5)
    seconds = time.monotonic() - began
    turned = int(flood.stdout.read())
    busy.sort()
    p99 = lambda values: values[int(len(values) * 0.99)]
    print(f"{turned} turned away; p99 of another client: {p99(calm):.2f} ms; while {20_000 / seconds:.0f} connections a second come {p99(busy):.2f} ms")
    assert turned == 20_000, turned
    # The row's figure, twice, is an optimised build's (docs/decisions/0019). One with every check in it takes half a core for refusing alone,
    # and the flood the other: there a bound has to do.
    assert p99(busy) < max(2 * p99(calm), 2 if "release" in WEIR else 25), (p99(calm), p99(busy))
    wait_for(lambda: metric(weir, "weir_connections") < 10, 10)
    assert ask(weir.port, get()).status == 200


# MARK: B4, an engine that cannot answer


RUNAWAYS = ["(a+)+(b|c)+$", "(.*a){20}x$", "(a|aa)+y$", "(?=(a+)+z)a", "(a*)*(a*)*(a*)*q$", "((a{1,30}){1,30}){1,30}w$"]


@pytest.mark.parametrize("expression", RUNAWAYS)
def test_no_expression_makes_it_allow(expression):
    """B4, B5: by the match limit, by memory or by time: blocked where it cannot be answered, told by its own code, others are served."""
    policy = f"weir: 1\ntimezone: UTC\ncategories:\n  odd: {{ expressions: ['{expression}'] }}\ngroups:\n  default: {{ rules: [ {{ block: [odd] }} ], default: allow }}\n"
    with Weir(policy=policy) as server:
        shown = with_visits(server, in_ways(lambda way: ask(server.port, get(line=b"GET http://ORIGIN/" + b"a" * 4000 + b"!b HTTP/1.1"), way)))
        for way, s in shown.items():
            assert s.seconds < 6 and s.rest == b"", way
            (visit,) = s.visits
            if s.status == 200:
                # Answered within the limits: then it truly does not match.
                assert visit["verdict"] == "allow" and visit["rule"] != "policy-error" and s.upstreams == 1, way
            else:
                assert s.status in (403, 503) and s.upstreams == 0 and (visit["verdict"], visit["rule"]) == ("block", "policy-error"), (way, visit)
                assert "policy-error" in s.replies[0].field("Proxy-Status"), way
        assert metric(server, "weir_policy_failures_total") == sum(s.status != 200 for s in shown.values())
        assert ask(server.port, get()).status == 200


def test_a_list_that_changes_meanwhile():
    """B4, L4: while its list is written anew again and again nobody gets through."""
    policy = "weir: 1\ntimezone: UTC\nlists:\n  bad: { source: bad.txt, format: domains }\ncategories:\n  bad: { lists: [bad] }\ngroups:\n  default: { rules: [ { block: [bad] } ], default: allow }\n"
    blocked = b"GET http://blocked.test/ HTTP/1.1\r\nHost: blocked.test\r\n\r\n"
    server = Weir(policy=policy)
    listed = server.directory / "bad.txt"
    listed.write_text("blocked.test\n")
    with server:
        wait_for(lambda: ask(server.port, blocked, quiet=0.01).status == 403, 15, 0.2)
        stop, seen = threading.Event(), []

        def ask_on(way):
            s = client(server.port, new_address())
            reader = Reader(s)
            while not stop.is_set():
                send(s, blocked, way)
                seen.append(reader.final().status)
                # What is waited for is the list, and not these.
                time.sleep(0.005)
            s.close()

        threads = [threading.Thread(target=ask_on, args=(way,)) for way in WAYS]
        for thread in threads:
            thread.start()
        generation = lambda: metric(server, "weir_policy_generation")
        first = generation()
        for n in range(10):
            listed.write_text("blocked.test\n" + "".join(f"n{n}-{i}.test\n" for i in range(2000)))
            server.mine("lists", "update", "bad", check=False)
            time.sleep(0.1)
        wait_for(lambda: generation() > first, 10)
        stop.set()
        for thread in threads:
            thread.join()
        assert len(seen) > 100 and set(seen) == {403}, (len(seen), set(seen))


def test_a_database_that_is_busy(weir):
    """B4: a writer that holds every database keeps no decision waiting and changes none; what was decided is there afterwards."""
    addresses = {}
    holders = []
    for file in sorted(weir.data.rglob("*.sqlite")) + sorted(weir.data.rglob("*.db")):
        holder = sqlite3.connect(file, timeout=5, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        holders.append(holder)
    assert holders
    with Origin() as origin:
        cases = (("block", b"GET http://blocked.test/ HTTP/1.1\r\nHost: blocked.test\r\n\r\n"), ("allow", get().replace(b"ORIGIN", b"o.test:%d" % origin.port)))
        for name, data, way in ((*case, way) for case in cases for way in WAYS):
            addresses[name, way] = address = new_address()
            s = client(weir.port, address)
            began = time.monotonic()
            send(s, data, way)
            assert Reader(s).final().status == (403 if name == "block" else 200)
            assert time.monotonic() - began < 1
            s.close()
        assert origin.bytes.count(b"GET /x") == 3
    for holder in holders:
        holder.execute("ROLLBACK")
        holder.close()
    for (name, _), address in addresses.items():
        assert [v["verdict"] for v in visits_of(weir, address)] == [name]


# MARK: B6, times


def test_clocks_of_the_policy():
    """B6: civil time of the configured zone, through the hour that is left out and the one that comes twice, and in another zone."""
    policy = """
weir: 1
timezone: {zone}
schedules:
  night: {{ weekly: [ {{ days: mon-sun, from: "02:15", to: "02:45" }} ] }}
categories:
  bad: {{ sites: [blocked.test] }}
groups:
  default:
    rules:
      - block: [bad]
        during: night
    default: allow
"""
    with Weir(policy=policy.format(zone="Europe/Berlin")) as server:
        def verdict(moment, zone=None):
            if zone:
                server.policy.write_text(policy.format(zone=zone))
            result = server.command("explain", "--policy", str(server.policy), "--at", moment, "--json", "http://blocked.test/", check=False)
            assert result.stdout, result.stderr
            return json.loads(result.stdout)["verdict"]

        # 29 March 2026: 02:00 is 03:00, the window does not happen.
        assert verdict("2026-03-29T00:30:00Z") == verdict("2026-03-29T01:30:00Z") == "allow"
        # 25 October 2026: 02:30 happens twice.
        assert verdict("2026-10-25T00:30:00Z") == verdict("2026-10-25T01:30:00Z") == "block"
        assert verdict("2026-10-25T02:30:00Z") == "allow"
        # The same moment in another zone.
        assert verdict("2026-06-01T00:30:00Z") == "block" and verdict("2026-06-01T00:30:00Z", zone="UTC") == "allow"
        assert verdict("2026-06-01T02:30:00Z") == "block"


def test_another_zone_cuts_what_runs():
    """B6: a policy with another time zone, in whose hours the destination is closed, cuts a tunnel and a kept connection within five seconds."""
    now = time.gmtime()
    window = f'{{ days: mon-sun, from: "{(now.tm_hour + 5) % 24:02}:00", to: "{(now.tm_hour + 8) % 24:02}:00" }}'
    policy = f"""
weir: 1
timezone: ZONE
schedules:
  shut: {{ weekly: [ {window} ] }}
groups:
  default:
    rules:
      - block: [all]
        during: shut
        reason: "Shut"
    default: allow
"""
    with Weir(policy=policy.replace("ZONE", "UTC")) as server, Origin(serve=lambda c: c.drain()) as origin, Origin() as other:
        open_ones = []
        for way in WAYS:
            address = new_address()
            s, kept = client(server.port, address), client(server.port)
            send(s, connect(b"o.test:%d" % origin.port) + b"abc", way)
            assert Reader(s).reply("CONNECT").status == 200
            reader = Reader(kept)
            send(kept, get().replace(b"ORIGIN", b"o.test:%d" % other.port), way)
            assert reader.final().status == 200
            open_ones.append((way, s, address, kept, reader))
        # UTC+6: there it is one to two hours into the window.
        server.policy.write_text(policy.replace("ZONE", "Etc/GMT-6"))
        began = time.monotonic()
        for way, s, _, kept, reader in open_ones:
            assert Reader(s).to_end() == b"" and time.monotonic() - began < 5, way
            send(kept, get().replace(b"ORIGIN", b"o.test:%d" % other.port), way)
            assert reader.final().status == 403, way
        for way, _, address, _, _ in open_ones:
            (visit,) = visits_of(server, address)
            assert (visit["outcome"], visit["reason"]) == ("closed-by-policy", "Shut"), way
        assert other.bytes.count(b"GET /x") == 3 and origin.bytes == b"abc" * 3


# MARK: B9, nobody gets away unrecorded


@pytest.mark.parametrize("how", ["fin", "reset"])
def test_leaving_early_is_recorded(weir, how):
    """B9: whoever asks and is gone at once has a visit for every request that was decided, and never two."""
    addresses = []
    with Origin() as origin:
        for n in range(102):
            addresses.append(new_address())
            s = client(weir.port, addresses[-1])
            send(s, get().replace(b"ORIGIN", b"o.test:%d" % origin.port), WAYS[n % 3])
            if how == "reset":
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            s.close()
        time.sleep(0.5)
        asked = sum(seen.count(b"GET /x HTTP/1.1") for seen in origin.seen)
    wait_for(lambda: all(v["outcome"] != "open" for v in weir.visits()), 10, 0.2)
    by = [v["address"] for v in weir.visits() if v["address"] in set(addresses)]
    assert len(by) == len(set(by)) >= asked, (len(by), asked)
    # A reset may come before the request was read: then nothing was decided and nothing sent.
    assert how == "reset" or len(by) == 102


# MARK: RFC 8305, over the wire


def queue_that_is_full(address, family, port):
    """A listener that drops what comes: nobody accepts, and its queue is full."""
    full = socket.socket(family)
    full.bind((address, port))
    full.listen(0)
    held = []
    for _ in range(4):
        s = socket.socket(family)
        s.setblocking(False)
        s.connect_ex((address, full.getsockname()[1]))
        held.append(s)
    time.sleep(0.1)
    return full, held


def waiting(server, port):
    """Connections that the process has begun and that are not answered."""
    inodes = set()
    for link in pathlib.Path(f"/proc/{server.process.pid}/fd").iterdir():
        try:
            inodes.add(link.readlink().name)
        except OSError:
            continue
    count = 0
    for table in ("tcp", "tcp6"):
        for line in pathlib.Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "02" and int(fields[2].rsplit(":", 1)[1], 16) == port and f"socket:[{fields[9]}]" in inodes:
                count += 1
    return count


def has_six():
    try:
        with socket.socket(socket.AF_INET6) as s:
            s.bind(("::1", 0))
        return True
    except OSError:
        return False


@pytest.mark.skipif(not has_six(), reason="this machine has no IPv6 loopback")
@pytest.mark.parametrize("silent", ["::1", "127.0.0.1", "refused"])
@pytest.mark.parametrize("method", ["GET", "CONNECT"])
def test_families_are_raced(silent, method):
    """A family that does not answer costs 250 ms, one that refuses nothing; the loser is let go; both were checked."""
    from nameserver import TinyDNS
    with Origin() as origin:
        dns = TinyDNS({"race.example": [("A", "127.0.0.1", 60), ("AAAA", "::1", 60)], "good.example": [("A", "127.0.0.1", 60)]})
        with Weir(policy=POLICY, config={"names": {"servers": [f"127.0.0.1:{dns.port}"]}, "limits": {"connect-seconds": 5}}) as server:
            port, full, held = origin.port, None, []
            if silent == "::1":
                full, held = queue_that_is_full("::1", socket.AF_INET6, port)
            elif silent == "127.0.0.1":
                # The other way about: IPv6 answers, IPv4 would not.
                six = socket.create_server(("::1", 0), family=socket.AF_INET6)
                port = six.getsockname()[1]
                full, held = queue_that_is_full("127.0.0.1", socket.AF_INET, port)
                threading.Thread(target=lambda: [six.accept()[0].sendall(Origin.OK) for _ in range(2)], daemon=True).start()
            address = new_address()
            s = client(server.port, address)
            began = time.monotonic()
            s.sendall(connect(b"race.example:%d" % port) if method == "CONNECT" else get(line=b"GET http://race.example:%d/x HTTP/1.1" % port, host=b"Host: x"))
            reply = Reader(s).final(method)
            seconds = time.monotonic() - began
            assert reply.status == 200
            # Half a second for a machine under load; a first family that is silent takes 250 ms and no connect time-out.
            assert seconds < 1.5 and (silent != "::1" or seconds > 0.2), seconds
            # The loser is let go as soon as there is a winner: where there was one it is gone by the time the reply is here, or a moment later.
            wait_for(lambda: waiting(server, port) == 0, 0.5, 0.01)
            s.close()
            assert len(visits_of(server, address)) == 1
            for one in (*held, *([full] if full else [])):
                one.close()


# MARK: Every row has a test


# Row: the tests that hold it, each a function of this folder or of the unit tests.
ROWS = {
    **{f"F{n}": ["test_refused_head"] for n in (5, 8, 17, 19, 21, 23)}, **{f"F{n}": ["test_refused_head", "test_broken_reply"] for n in (1, 4, 10, 11)},
    **{f"F{n}": ["test_refused_head", "test_broken_reply", "test_reply_passes"] for n in (2, 3, 6)}, "F7": ["test_refused_head", "test_reply_passes"],
    "F18": ["test_refused_head", "test_broken_reply", "test_memory_of_heads"],
    "F9": ["test_refused_head", "test_refused_body", "test_broken_reply", "test_truncated_reply"], "F12": ["test_refused_body", "test_truncated_reply", "test_a_body_that_breaks_behind_the_reply"], "F13": ["test_refused_body", "test_reply_passes"],
    "F14": ["test_refused_body", "test_bytes_after_the_last_chunk", "test_a_body_without_its_end"],
    "F15": ["test_refused_body", "test_origin_sees", "test_reply_passes", "test_trailers_asked_for"],
    "F16": ["test_truncated_reply", "test_cut_inside_the_head", "test_nothing_at_all", "test_client_leaves_mid_upload", "test_the_end_behind_a_pipeline"], "F20": ["test_refused_head", "test_origin_sees", "test_retry"],
    "F22": ["test_origin_sees", "test_another_host_is_an_event"],
    "X1": ["test_refused_head"], "X2": ["test_refused_head", "test_connect_with_length_zero"], "X3": ["test_forbidden_destinations", "test_connect_to_an_http_port", "test_ports_as_they_come"],
    "X4": ["test_refused_connect_closes", "test_authentication"],
    "X5": ["test_connect_accepted", "test_origin_half_closes_first", "test_a_tunnel_is_recorded_from_its_beginning", "test_early_bytes_wait_for_the_policy", "test_who_ends_while_its_password_is_checked", "test_the_end_behind_a_pipeline"],
    "X6": ["test_websocket", "test_upgrade_declined", "test_origin_sees", "test_broken_reply", "test_switching_before_the_request_is_complete"],
    "X7": ["test_interim_replies", "test_endless_interim_replies", "test_broken_reply", "test_reply_passes", "test_client_leaves_during_interim_replies"],
    "X8": ["test_refused_head", "test_expect_in_a_pipeline", "test_expect_to_an_old_origin", "test_old_origin_that_does_not_wait"],
    "X9": ["test_head_with_a_body", "test_what_lies_behind_a_whole_reading", "test_extra_bytes_after_a_reply", "test_reply_before_the_request_is_complete"], "X10": ["test_pipeline_with_a_bad_one"],
    "X11": ["test_refused_head", "test_origin_sees", "test_reply_passes"], "X12": ["test_loops", "test_own_listeners_stay_unreachable", "test_origin_sees"],
    "X13": ["test_refused_head", "test_origin_sees", "test_trace_and_options", "test_trace_is_echoed_without_secrets", "test_trace_is_forwarded_without_secrets", "test_trace_has_no_body"],
    "X14": ["test_authentication", "test_origin_sees", "test_who_ends_while_its_password_is_checked"], "X15": ["test_retry", "test_nothing_at_all"], "X16": ["test_origin_sees"],
    "B1": ["test_host_forms_meet_the_same_verdict", "test_refused_head"], "B2": ["test_path_forms", "test_what_loosens"],
    "B3": ["test_both_names_are_judged", "test_opaque_tunnels", "test_opaque_by_address_and_by_early_bytes", "test_another_host_inside_a_connect", "test_early_bytes_wait_for_the_policy"],
    "B4": ["test_an_engine_error_blocks", "test_what_the_engine_cannot_do_is_blocked", "test_no_expression_makes_it_allow", "test_a_list_that_changes_meanwhile", "test_a_database_that_is_busy", "test_servers_that_do_not_answer"],
    "B5": ["test_an_engine_error_blocks", "test_no_expression_makes_it_allow", "test_what_the_engine_cannot_do_is_blocked", "backtrackingEndsAtTheLimit", "manySlowExpressionsFailTheBudget", "compiledSizeIsLimited"],
    "B6": ["test_clocks_of_the_policy", "test_a_kept_connection_outlives_nothing", "test_another_zone_cuts_what_runs", "test_a_changed_policy_cuts_what_runs", "test_every_request_of_a_connection_is_judged", "clockSetBack", "schedule"],
    "B7": ["test_trusted_peers", "test_authentication", "test_origin_sees", "test_an_address_cannot_be_swapped"],
    "B9": ["test_a_thousand_at_once_are_a_thousand_visits", "test_odd_characters_are_recorded_once", "test_what_was_cut_is_marked", "test_ten_thousand_in_one_packet", "test_odd_paths_are_one_line", "test_overlong_targets_are_marked", "test_leaving_early_is_recorded"],
    "S1": ["test_own_listeners_stay_unreachable", "test_own_ports_by_any_name"], "S2": ["test_forbidden_destinations", "test_spellings_of_the_inside", "literal"],
    "S3": ["test_any_forbidden_answer_denies", "test_rebinding", "test_a_public_name_with_a_private_answer"], "S5": ["test_not_a_client", "test_an_open_proxy_is_said_to_be_one", "test_as_it_comes_strangers_stay_out"],
    "D1": ["test_head_deadline", "test_idle_connections", "test_slow_body", "test_silent_origin", "test_who_does_not_read_is_cut", "test_who_reads_slowly_is_not", "test_an_origin_that_has_left_is_let_go", "test_the_end_of_a_long_reply_waits_for_its_reader"],
    "D2": ["test_a_name_with_many_silent_addresses", "test_the_proxy_behind_a_full_portal_port", "test_silence_at_the_admin_site", "test_connections_of_one_client", "test_connections_of_all", "test_few_descriptors", "test_twenty_thousand_connects", "test_accepting_pauses", "test_room_for_the_admin_site"],
    "D3": ["test_back_pressure", "test_memory_of_a_slow_pair", "test_chunks_of_one_byte", "test_time_is_linear", "test_endless_interim_replies"], "D4": ["test_a_million_elements", "test_deep_nesting", "test_origin_sees"],
    "D6": ["test_any_bytes_on_any_port", "test_nothing_is_left_behind", "test_a_name_server_that_lies", "anything"],
}


# Tests of ROWS that send what they send as it is, and why: everything else comes whole, split at CR and LF, and byte by byte.
AS_IT_IS = {
    "test_memory_of_heads": "what is kept is measured, of heads that test_refused_head sends in each way",
    "test_what_lies_behind_a_whole_reading": "it is about one reading of the kernel's",
    "test_ten_thousand_in_one_packet": "one packet is the point; test_a_thousand_at_once_are_a_thousand_visits cuts it up",
    "test_clocks_of_the_policy": "asked of the command line",
    "test_an_open_proxy_is_said_to_be_one": "nobody sends anything: what is said at the start",
    "test_slow_body": "one byte twice a second is the point",
    "test_an_origin_that_has_left_is_let_go": "it begins once the tunnel is full: how its head came is long past",
    "test_who_reads_slowly_is_not": "each way of moving bytes begins with a head in one of the three ways, in turn",
    "test_silence_at_the_admin_site": "one says nothing, one says a byte now and then",
    "test_twenty_thousand_connects": "20,000 connections that say nothing, and whose times are compared with the same client's before",
    "test_time_is_linear": "a hundred megabytes in chunks of one byte; test_chunks_of_one_byte cuts fewer of them up",
    "test_a_name_server_that_lies": "the lies are datagrams",
}


def first_rows():
    """The P1 rows of F, X, B, S and D: all of F and X but those marked otherwise, of the others those that say 1."""
    rows = []
    for line in (TESTS.parent.parent / "docs/security.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) < 4 or not re.fullmatch(r"[FXBSD]\d+( \(P2\))?", cells[1]):
            continue
        if cells[1][0] in "FX" and "P2" not in cells[1] or cells[1][0] in "BSD" and cells[2] == "1":
            rows.append(cells[1])
    return rows


def functions():
    """The text of each function of this folder's tests by its name, decorators and all; where there are several of one name, of each."""
    texts = {}
    for file in TESTS.glob("test_*.py"):
        lines = file.read_text().splitlines()
        for node in ast.walk(ast.parse("\n".join(lines))):
            if isinstance(node, ast.FunctionDef):
                texts.setdefault(node.name, []).append("\n".join(lines[min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1:node.end_lineno]))
    return texts


def test_every_row_comes_in_three_ways():
    """Each of these tests sends in all ways, or it is said why not."""
    texts = functions()
    asked = {test for tests in ROWS.values() for test in tests if test in texts}
    in_one = {test for test in asked if not any(re.search(r"\bWAYS\b|\bin_ways\b|(?<=[(,])( *)way\b", text) for text in texts[test])}
    assert len(asked) > 80 and in_one == set(AS_IT_IS), in_one ^ set(AS_IT_IS)


def test_every_row_has_a_test():
    """Each first-rank row of SECURITY names tests that there are; a row that is written anew needs one."""
    rows = first_rows()
    assert len(rows) > 50 and sorted(rows) == sorted(ROWS), set(rows) ^ set(ROWS)
    known = set(functions())
    for file in TESTS.parent.rglob("*Tests.swift"):
        known |= set(re.findall(r"func (\w+)\(", file.read_text()))
    for row, tests in ROWS.items():
        assert tests and all(test in known for test in tests), (row, [test for test in tests if test not in known])
    # The tables of requests and replies name their rows one by one.
    tables = (TESTS / "test_wire.py").read_text() + (TESTS / "test_wire_replies.py").read_text()
    for row, tests in ROWS.items():
        if set(tests) & {"test_refused_head", "test_refused_body", "test_broken_reply", "test_reply_passes", "test_origin_sees"}:
            assert f'("{row}", ' in tables, row
