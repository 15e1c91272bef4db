"""Names from a real DNS server, dnsmasq, on a port of its own: what it says is respected, and no more than it says."""
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

import pytest
from harness import Weir, free_port, wait_for
from nameserver import Liar
from test_wire import POLICY, connect, get
from test_wire_replies import visits_of
from test_wire_rows import has_six
from wire import Origin, Reader, all_at_once, client, in_ways, new_address, send

pytestmark = pytest.mark.skipif(not shutil.which("dnsmasq"), reason="dnsmasq is not installed")
TTL = 2


class Dnsmasq:
    """Answers from a file of hosts that a test may write anew; remembers what it was asked."""

    def __init__(self, hosts, *options, port=None):
        self.port = port or free_port()
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="weir-dns."))
        self.directory.chmod(0o755)
        self.hosts, self.log = self.directory / "hosts", self.directory / "log"
        self.hosts.write_text(hosts)
        self.process = subprocess.Popen(
            ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", f"--addn-hosts={self.hosts}", f"--port={self.port}", "--listen-address=127.0.0.1", "--bind-interfaces", "--user=root",
             "--pid-file=", "--log-queries", f"--log-facility={self.log}", f"--local-ttl={TTL}", "--local=/example/", "--local=/lan/", "--local=/local/", "--local=/home.arpa/", *options],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self.answers, 10)

    def answers(self):
        assert self.process.poll() is None
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def asked(self, name, kind="A"):
        return self.log.read_text().count(f"query[{kind}] {name} from")

    def change(self, hosts):
        """The file anew, and known to it."""
        before = self.log.read_text().count(f"read {self.hosts}")
        self.hosts.write_text(hosts)
        self.process.send_signal(signal.SIGHUP)
        wait_for(lambda: self.log.read_text().count(f"read {self.hosts}") > before, 5, 0.01)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


def served(*servers, **config):
    return Weir(policy=POLICY, config={"names": {"servers": [f"127.0.0.1:{getattr(s, 'port', s)}" for s in servers]}, **config})


def fetch(server, host, origin, method="GET", recorded=True, way="whole", address=None):
    """Status, seconds, the visit."""
    s = client(server.port, address := address or new_address())
    began = time.monotonic()
    target = f"{host}:{origin.port}".encode()
    send(s, get(line=b"GET http://" + target + b"/ HTTP/1.1", host=b"Host: x") if method == "GET" else connect(target), way)
    reply = Reader(s).final(method)
    seconds = time.monotonic() - began
    s.close()
    return reply.status, seconds, visits_of(server, address)[0] if recorded else None


@pytest.mark.parametrize("method", ["GET", "CONNECT"])
def test_both_families_are_asked(method):
    hosts = "127.0.0.1 four.example both.example\n::1 six.example both.example\n"
    with Dnsmasq(hosts) as dns, served(dns) as server, Origin() as origin:
        assert fetch(server, "four.example", origin, method)[0] == 200
        assert fetch(server, "both.example", origin, method)[0] == 200, "one family is enough"
        assert dns.asked("both.example") == dns.asked("both.example", "AAAA") == 1
        if has_six():
            six = socket.create_server(("::1", 0), family=socket.AF_INET6)
            origin_six = Origin.__new__(Origin)
            origin_six.port = six.getsockname()[1]
            threading.Thread(target=lambda: six.accept()[0].sendall(Origin.OK), daemon=True).start()
            assert fetch(server, "six.example", origin_six, method)[0] == 200
            six.close()


def test_ttl_is_respected():
    """Not asked again before it is over, asked again after; the answer that has changed meanwhile counts then, for requests on kept connections too."""
    with Dnsmasq("127.0.0.1 moves.example\n") as dns, served(dns) as server, Origin() as first:
        second = Origin(address="127.0.0.2", port=first.port)
        with second:
            s = client(server.port)
            reader = Reader(s)

            def ask_again():
                s.sendall(get(line=f"GET http://moves.example:{first.port}/ HTTP/1.1".encode(), host=b"Host: x"))
                assert reader.final().status == 200

            began = time.monotonic()
            for _ in range(10):
                ask_again()
            assert dns.asked("moves.example") == 1 and time.monotonic() - began < TTL
            dns.change("127.0.0.2 moves.example\n")
            ask_again()
            if time.monotonic() - began < TTL - 0.2:
                assert dns.asked("moves.example") == 1 and second.seen == []
            time.sleep(max(0, TTL + 0.3 - (time.monotonic() - began)))
            ask_again()
            assert dns.asked("moves.example") == 2
            wait_for(lambda: second.bytes.count(b"GET / ") == 1, 2)
            s.close()


def test_what_is_not_there_is_remembered():
    """A name that does not exist is asked for once for a while, and found when that is over (10 seconds where the zone says nothing)."""
    with Dnsmasq("127.0.0.1 other.example\n") as dns, served(dns) as server, Origin() as origin:
        began = time.monotonic()
        for _ in range(5):
            status, _, visit = fetch(server, "late.example", origin)
            assert status == 502 and (visit["verdict"], visit["outcome"], visit["reason"]) == ("allow", "upstream-error", "dns-error")
        if time.monotonic() - began < 9:
            assert dns.asked("late.example") == 1
        dns.change("127.0.0.1 late.example\n")
        wait_for(lambda: fetch(server, "late.example", origin)[0] == 200, 15, 0.5)


@pytest.mark.parametrize("host", ["box.lan", "box.local", "box.home.arpa", "deep.under.box.lan"])
def test_local_names(host):
    """Names under a domain of the house are names like any other; a bare one is not completed by guessing."""
    with Dnsmasq(f"127.0.0.1 {host}\n") as dns, served(dns) as server, Origin() as origin:
        assert fetch(server, host, origin)[0] == 200
        assert fetch(server, "box", origin)[0] == 502
        asked = dns.log.read_text()
        assert "query[A] box from" in asked and asked.count("query[A] box.") == (1 if host.startswith("box.") else 0)


@pytest.mark.parametrize("method", ["GET", "CONNECT"])
def test_a_public_name_with_a_private_answer(method):
    """S3: at first, among others, and when it turns: never dialled."""
    def refused(host):
        address = new_address()
        assert [status for status, _, _ in in_ways(lambda way: fetch(server, host, origin, method, False, way, address)).values()] == [403] * 3, host
        assert [(v["verdict"], v["reason"]) for v in visits_of(server, address, 3)] == [("reject", "egress-denied")] * 3, host

    hosts = "127.0.0.1 turns.example\n10.0.0.1 inside.example mixed.example\n127.0.0.1 mixed.example\nfd00::1 six.example\n127.0.0.1 six.example\n169.254.169.254 meta.example\n"
    with Dnsmasq(hosts, "--cname=alias.example,inside.example") as dns, served(dns) as server, Origin() as origin:
        assert fetch(server, "turns.example", origin, method)[0] == 200
        for host in ("inside.example", "mixed.example", "six.example", "meta.example", "alias.example"):
            refused(host)
        seen = len(origin.seen)
        dns.change(hosts.replace("127.0.0.1 turns", "192.168.1.1 turns"))
        time.sleep(TTL + 0.3)
        refused("turns.example")
        assert len(origin.seen) == seen


@pytest.mark.parametrize("how", ["closed", "silent", "dies"])
def test_the_second_server(how):
    """The first is not there, says nothing, or dies on the way: the next one is asked, and nobody waits long."""
    with Dnsmasq("127.0.0.1 a.example b.example c.example\n") as first, Dnsmasq("127.0.0.1 a.example b.example c.example\n") as second, Origin() as origin:
        if how == "silent":
            first.process.send_signal(signal.SIGSTOP)
        with served(free_port() if how == "closed" else first, second) as server:
            if how == "dies":
                assert fetch(server, "c.example", origin)[0] == 200 and second.asked("c.example") == 0
                first.process.kill()
                first.process.wait()
            for name in ("a.example", "b.example"):
                status, seconds, _ = fetch(server, name, origin)
                # A server that is silent is given its time-out of 1.5 seconds; one that refuses costs nothing.
                assert status == 200 and seconds < (6 if how == "silent" else 2), seconds
                assert second.asked(name) >= 1


def test_an_answer_that_is_too_long_for_a_packet():
    """What UDP cuts off is asked for again over TCP."""
    many = "".join(f"127.{i // 200}.{i % 200}.1 many.example\n" for i in range(120))
    with Dnsmasq(many, "--edns-packet-max=600") as dns, served(dns) as server, Origin() as origin:
        status, _, visit = fetch(server, "many.example", origin)
        # Nobody listens at most of the addresses: that one of them was dialled, and none was refused, is enough.
        assert status in (200, 502) and visit["reason"] != "dns-error", visit


def test_a_name_server_that_lies():
    """D6: whatever comes back, nobody falls over it and nothing is dialled that was not checked."""
    liar = Liar(20261123)
    with served(liar, **{"egress": {"allow": ["127.0.0.1"]}, "limits": {"connect-seconds": 2}}) as server, Origin() as origin:
        jobs = {i: (lambda i=i: fetch(server, f"n{i}.example", origin, recorded=False)) for i in range(160)}
        assert {status for status, _, _ in all_at_once(jobs, 80).values()} <= {200, 403, 502, 504}
        wait_for(lambda: len([v for v in server.visits() if v["outcome"] != "open"]) == 160, 20, 0.3)
        assert liar.answered > 160 and server.process.poll() is None
        assert fetch(server, "good.example", origin)[0] == 200
