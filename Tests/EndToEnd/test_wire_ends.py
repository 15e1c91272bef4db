"""Connections that end in every way at every moment: afterwards nothing is open, nothing runs, and every visit has its end."""
import os
import pathlib
import random
import socket
import struct
import threading
import time

from harness import Weir, wait_for
from test_wire import POLICY, chunked, connect, get, post
from test_wire_limits import metric
from wire import WAYS, Origin, client, new_address, send

ASKED = [get(), post(b"Content-Length: 5", body=b"hello"), post(b"Content-Length: 10", body=b"hello"), chunked(b"5\r\nhello\r\n0\r\n\r\n"), chunked(b"5\r\nhel"),
         get(line=b"GET http://blocked.test/ HTTP/1.1", host=b"Host: blocked.test"), post(b"Content-Length: 5", b"Expect: 100-continue"), connect(b"ORIGIN", body=b"SSH-2.0-x\r\n"), connect(b"ORIGIN"),
         get(line=b"GET http://weir.internal/ HTTP/1.1", host=b"Host: weir.internal"), get(line=b"POST http://weir.internal/ask HTTP/1.1", host=b"Host: weir.internal", body=b""), b"OPTIONS * HTTP/1.1\r\nHost: o.test\r\n\r\n",
         get(b"Upgrade: websocket", b"Connection: upgrade"), b"GET http://o.test/ HT", b"\r\n\r\n", get(b"bad line"), connect(b"blocked.test:443")]


def reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def test_nothing_is_left_behind():
    """D6, B9, X5: 1,500 connections, by a seed: pipelines, whole, by lines and byte by byte, cut or ended or reset on either side, before, between and behind requests and replies."""
    origins = random.Random(7)

    def serve(c):
        with lock:
            way = origins.randrange(9)
        if way == 0:
            return reset(c.s)
        if way == 1:
            c.s.shutdown(socket.SHUT_WR)
        while True:
            piece = c.s.recv(65536)
            if not piece:
                return
            if way == 2:
                return
            if way == 3:
                return reset(c.s)
            if way == 4:
                time.sleep(0.3)
            reply = Origin.OK if way != 5 else b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome"
            c.s.sendall(reply + (b"behind" if way == 6 else b""))
            if way in (5, 7):
                return

    lock = threading.Lock()
    with Weir(policy=POLICY, config={"limits": {"head-seconds": 3, "idle-seconds": 3, "connections-per-client": 1000}}) as server, Origin(serve=serve) as origin:
        def sockets():
            count = 0
            for link in pathlib.Path(f"/proc/{server.process.pid}/fd").iterdir():
                try:
                    count += os.readlink(link).startswith("socket:")
                except FileNotFoundError:
                    continue
            return count

        before = sockets()

        def one(seed):
            chance = random.Random(seed)
            data = b"".join(chance.choice(ASKED) for _ in range(chance.randrange(1, 4))).replace(b"ORIGIN", b"o.test:%d" % origin.port)
            s = client(server.port, new_address(), timeout=chance.choice([0.01, 0.1, 0.5]))
            try:
                cut = chance.randrange(len(data)) if chance.random() < 0.3 else len(data)
                send(s, data[:cut], WAYS[seed % 3])
                if chance.random() < 0.5:
                    time.sleep(chance.choice([0, 0.001, 0.01, 0.1]))
                end = chance.randrange(4)
                if end == 0:
                    return reset(s)
                if end == 1:
                    s.shutdown(socket.SHUT_WR)
                if end < 3:
                    while s.recv(65536):
                        pass
            except OSError:
                pass
            s.close()

        def some(numbers):
            for number in numbers:
                one(number)

        threads = [threading.Thread(target=some, args=(range(start, 1500, 25),)) for start in range(25)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert server.process.poll() is None
        for s in origin.sockets:
            s.close()
        wait_for(lambda: metric(server, "weir_connections") == 0, 20, 0.2)
        # Kept connections of origins are idle for half a minute; one of the question's own may be open.
        wait_for(lambda: metric(server, "weir_tunnels") == metric(server, "weir_upstream_connections") == 0, 40, 0.5)
        wait_for(lambda: sockets() <= before + 1, 5, 0.2)
        # The last of what ended is stored, and nothing is said to be open.
        wait_for(lambda: not [v for v in server.visits() if v["outcome"] == "open"], 10, 0.3)
        assert len({v["id"] for v in server.visits()}) == len(server.visits()) > 1000
        assert server.stop() == 0
