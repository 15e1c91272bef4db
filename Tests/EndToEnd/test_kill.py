"""SIGKILL under load, 20 rounds: nothing a client saw is missing afterwards, nothing is there twice."""
import random
import signal
import socket
import threading
import time

from harness import Origin, Weir, connect, free_port

ROUNDS, CLIENTS = 20, 8
POLICY = """
weir: 1
timezone: UTC
groups: { default: { rules: [ { block: ["url:a.test/blocked"] } ], default: allow } }
"""


def read_reply(s, buffer):
    """One reply with a Content-Length off a kept connection."""
    while b"\r\n\r\n" not in buffer:
        chunk = s.recv(65536)
        if not chunk:
            return None, b""
        buffer += chunk
    head, _, rest = buffer.partition(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    while len(rest) < length:
        chunk = s.recv(65536)
        if not chunk:
            return None, b""
        rest += chunk
    return head, rest[length:]


def load(weir, origin, name, seen, stop):
    number = 0
    while not stop.is_set():
        try:
            s, buffer = connect(weir.port), b""
            while not stop.is_set():
                kind = "blocked/" if number % 5 == 0 else "tunnel" if number % 7 == 0 else ""
                path = f"/{kind}{name}-{number}"
                number += 1
                if kind == "tunnel":
                    with connect(weir.port) as t:
                        host = f"t{name}-{number}.test"
                        t.sendall(f"CONNECT {host}:{origin.port} HTTP/1.1\r\nHost: {host}:{origin.port}\r\n\r\n".encode())
                        if t.recv(1000).startswith(b"HTTP/1.1 200"):
                            seen.append(host)
                    continue
                s.sendall(f"GET http://a.test:{origin.port}{path} HTTP/1.1\r\nHost: a.test:{origin.port}\r\n\r\n".encode())
                head, buffer = read_reply(s, buffer)
                if head is None:
                    break
                seen.append(path)
        except OSError:
            time.sleep(0.005)


def test_sigkill_under_load():
    seen, random_ = [], random.Random(7)
    weir = Weir(policy=POLICY)
    with Origin() as origin, weir:
        for round in range(ROUNDS):
            stop = threading.Event()
            threads = [
                threading.Thread(target=load, args=(weir, origin, f"r{round}c{i}", seen, stop), daemon=True) for i in range(CLIENTS)]
            for thread in threads:
                thread.start()
            time.sleep(0.2 + random_.random() * 0.5)
            weir.kill()
            stop.set()
            for thread in threads:
                thread.join()
            weir.start()
        visits = weir.visits()
        recorded = {}
        for visit in visits:
            key = visit["path"] if visit["method"] != "CONNECT" else visit["host"]
            recorded[key] = recorded.get(key, 0) + 1
        assert len(seen) > ROUNDS * CLIENTS
        missing = [path for path in seen if path not in recorded]
        twice = [path for path, count in recorded.items() if count > 1]
        assert missing == [] and twice == []
        assert len({v["id"] for v in visits}) == len(visits)
        assert {v["outcome"] for v in visits} <= {"complete", "client-abort", "interrupted", "upstream-error", "open"}
        assert [v for v in visits if v["outcome"] == "open"] == []
        status = weir.mine("status", "--json").stdout
        assert '"missing":0' in status.replace(" ", "")
        print(f"{len(seen)} replies seen, {len(visits)} visits")
        assert weir.stop(signal.SIGTERM) == 0
