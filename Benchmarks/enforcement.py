#!/usr/bin/env python3
"""What judging again costs with thousands of open tunnels: idle, when a policy is published, and when a window opens.

    WEIR=.build/release/weir Benchmarks/enforcement.py [--tunnels 9000] [--loops 1]

Everything is on loopback. A probe asks for a small page on a kept connection a few hundred times a second and tells how long it ever waited.
Prints one line of JSON for each scenario: milliseconds, CPU seconds of the proxy.
"""
import argparse
import json
import multiprocessing
import os
import pathlib
import resource
import select
import socket
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Tests/EndToEnd"))
import harness  # noqa: E402

POLICY = """
weir: 1
timezone: UTC
groups:
  default:
    rules:
      - block: all
        during: night
      - RULE
    default: allow
schedules:
  night: { weekly: [ { from: "FROM", to: "TO" } ] }
"""


def policy(rule="block: ['site:other.test']", start="23:58", end="23:59", block=None):
    text = POLICY.replace("RULE", rule).replace("FROM", start).replace("TO", end)
    return text.replace("block: all", f"block: {block}") if block else text


def origin(pipe):
    """Takes every connection; answers requests on those of the probe."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (20000, 20000))
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    pipe.send(listener.getsockname()[1])
    poll = select.epoll()
    poll.register(listener, select.EPOLLIN)
    connections = {}
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == listener.fileno():
                connection, _ = listener.accept()
                connections[connection.fileno()] = connection
                poll.register(connection, select.EPOLLIN)
                continue
            data = connections[descriptor].recv(65536)
            if not data:
                poll.unregister(descriptor)
                connections.pop(descriptor).close()
            elif data.startswith(b"GET"):
                connections[descriptor].sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


class Probe(threading.Thread):
    """Asks again and again; `waits` are milliseconds."""

    def __init__(self, port, origin_port):
        super().__init__(daemon=True)
        self.request = f"GET http://probe.test:{origin_port}/ HTTP/1.1\r\nHost: probe.test:{origin_port}\r\n\r\n".encode()
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.waits, self.on = [], True

    def run(self):
        try:
            self.ask()
        except OSError:
            if self.on:
                raise

    def ask(self):
        while self.on:
            begun = time.monotonic()
            self.socket.sendall(self.request)
            answer = b""
            while not answer.endswith(b"ok"):
                more = self.socket.recv(65536)
                if not more:
                    return
                answer += more
            self.waits.append((time.monotonic() - begun) * 1000)
            time.sleep(0.002)

    def take(self):
        waits, self.waits = sorted(self.waits), []
        return {"probes": len(waits), "p50": round(waits[len(waits) // 2], 2), "worst": round(waits[-1], 2)}


def cpu(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def open_tunnels(port, target, count):
    sockets = []
    for _ in range(count):
        s = socket.create_connection(("127.0.0.1", port))
        s.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        sockets.append(s)
        if len(sockets) % 100 == 0:
            for s in sockets[-100:]:
                assert s.recv(1024).startswith(b"HTTP/1.1 200"), "no tunnel"
    return sockets


def closed(sockets, since, seconds=30):
    """Milliseconds from `since` until the first and until the last of them is closed."""
    poll = select.epoll()
    left = {s.fileno(): s for s in sockets}
    for s in sockets:
        poll.register(s, select.EPOLLIN)
    first = last = None
    while left and time.time() < since + seconds:
        for descriptor, _ in poll.poll(1):
            last = (time.time() - since) * 1000
            first = first or last
            poll.unregister(descriptor)
            left.pop(descriptor).close()
    return {"first-closed": first and round(first), "last-closed": last and round(last), "left-open": len(left)}


def publish(weir, text):
    other = weir.policy.with_suffix(".new")
    other.write_text(text)
    os.replace(other, weir.policy)


def metric(weir, name):
    import urllib.request
    try:
        text = urllib.request.urlopen(f"http://127.0.0.1:{weir.admin}/metrics", timeout=5).read().decode()
    except OSError:
        return None
    return next((float(line.split()[-1]) for line in text.splitlines() if line.startswith(name + " ")), None)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tunnels", type=int, default=9000)
    parser.add_argument("--loops", type=int, default=1)
    parser.add_argument("--scenarios", default="idle,publish,cut,window")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (20000, 20000))
    ours, theirs = multiprocessing.Pipe()
    multiprocessing.Process(target=origin, args=(theirs,), daemon=True).start()
    origin_port = ours.recv()
    config = {
        "proxy": {"listen": [], "connect-ports": ["1-65535"], "http-ports": ["1-65535"], "event-loops": options.loops},
        "limits": {"connections": 19900, "connections-per-client": 19900},
    }
    for scenario in options.scenarios.split(","):
        config["proxy"]["listen"] = []
        weir = harness.Weir(policy=policy(), config=config)
        text = json.loads(weir.config.read_text())
        text["proxy"]["listen"] = [f"127.0.0.1:{weir.port}"]
        weir.config.write_text(json.dumps(text))
        with weir:
            sockets = open_tunnels(weir.port, f"tunnel.test:{origin_port}", options.tunnels)
            probe = Probe(weir.port, origin_port)
            probe.start()
            time.sleep(4)
            probe.take()
            print(json.dumps({"scenario": scenario, "tunnels": len(sockets), **SCENARIOS[scenario](weir, sockets, probe)}), flush=True)
            probe.on = False
            probe.join()
            for s in sockets:
                s.close()


def idle(weir, sockets, probe):
    """A minute's edge lies within: what scans at it shows."""
    quiet = probe.take() if probe.waits else {}
    probe.on = False
    probe.join()
    judged = metric(weir, "weir_judged_again_total")
    before = cpu(weir.process)
    time.sleep(65)
    return {"cpu-seconds-in-65": round(cpu(weir.process) - before, 2),
            "judged-again": None if judged is None else metric(weir, "weir_judged_again_total") - judged, **quiet}


def publish_same(weir, sockets, probe):
    publish(weir, policy(rule="block: ['site:another.test']"))
    before = cpu(weir.process)
    time.sleep(6)
    return {**probe.take(), "cpu-seconds": round(cpu(weir.process) - before, 2), "judged-again": metric(weir, "weir_judged_again_total")}


def cut(weir, sockets, probe):
    since = time.time()
    publish(weir, policy(rule="block: ['site:tunnel.test']"))
    times = closed(sockets, since)
    return {**probe.take(), **times}


def window(weir, sockets, probe):
    """A window opens on the next minute's edge."""
    edge = (int(time.time()) // 60 + 1) * 60
    if edge - time.time() < 5:
        edge += 60
    start, end = (time.strftime("%H:%M", time.gmtime(moment)) for moment in (edge, edge + 600))
    publish(weir, policy(start=start, end=end, block="['site:tunnel.test']"))
    time.sleep(max(0, edge - time.time() - 1))
    probe.take()
    return {**closed(sockets, edge), **probe.take()}


SCENARIOS = {"idle": idle, "publish": publish_same, "cut": cut, "window": window}

if __name__ == "__main__":
    main()
