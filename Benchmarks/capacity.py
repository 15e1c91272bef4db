#!/usr/bin/env python3
"""Benchmarks/capacity.py [--clients N] [--tunnels N] [--json]: what idle connections cost, what a slow pair holds, how an overload is answered.

Starts the weir of $WEIR (else of the release build), holds idle keep-alive clients, then idle tunnels, and reads its resident memory.
As many are held as the limit on open files leaves room for: 18,000 and 9,000 with a limit of 20,000.
"""
import argparse, json, os, pathlib, resource, select, signal, socket, subprocess, sys, tempfile, time

top = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(top / "Tests/EndToEnd"))
os.environ.setdefault("WEIR", str(top / ".build/release/weir"))
import harness  # noqa: E402

POLICY = "weir: 1\ntimezone: UTC\ngroups:\n  default: { default: allow }\n"
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def origin(kind):
    """A process with a listener of its own: `small` answers requests and echoes anything else, `endless` never stops, `deaf` never reads."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    port = listener.getsockname()[1]
    pid = os.fork()
    if pid:
        listener.close()
        return pid, port
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    listener.setblocking(False)
    poll, sockets = select.epoll(), {}
    poll.register(listener, select.EPOLLIN)
    block = b"x" * 65536
    while True:
        for fd, event in poll.poll():
            if fd == listener.fileno():
                try:
                    while True:
                        s, _ = listener.accept()
                        s.setblocking(False)
                        sockets[s.fileno()] = s
                        if kind != "deaf":
                            poll.register(s, select.EPOLLIN)
                except BlockingIOError:
                    continue
            s = sockets[fd]
            try:
                if event & select.EPOLLOUT:
                    s.send(block)
                    continue
                data = s.recv(65536)
                if not data:
                    raise ConnectionError
                if kind == "endless":
                    s.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n")
                    poll.modify(s, select.EPOLLOUT)
                else:
                    s.send(REPLY if data.startswith(b"GET") else data)
            except BlockingIOError:
                pass
            except OSError:
                poll.unregister(s)
                del sockets[fd]
                s.close()


def settled(server): return server.settled_memory(every=0.25, within=32)


def connection(server, number, receive=None):
    s = socket.socket()
    if receive:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
    s.settimeout(20)
    s.bind((f"127.40.{number // 200 % 250}.{number % 200 + 1}", 0))
    s.connect(("127.0.0.1", server.port))
    return s


def get(port):
    return b"GET http://o.test:%d/x HTTP/1.1\r\nHost: o.test:%d\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: */*\r\n\r\n" % (port, port)


def hold(server, count, opener):
    """Opens them one after the other. KiB each, seconds taken, the sockets."""
    before, began = settled(server), time.monotonic()
    held = [opener(number) for number in range(count)]
    seconds = time.monotonic() - began
    return (settled(server) - before) / count, seconds, held


def keep_alive(server, port):
    def opener(number):
        s = connection(server, number)
        s.sendall(get(port))
        data = b""
        while not data.endswith(b"ok"):
            piece = s.recv(4096)
            assert piece, data
            data += piece
        return s
    return opener


def tunnel(server, port):
    def opener(number):
        s = connection(server, number)
        s.sendall(b"CONNECT o.test:%d HTTP/1.1\r\nHost: o.test:%d\r\n\r\n" % (port, port))
        assert s.recv(4096).startswith(b"HTTP/1.1 200")
        s.sendall(b"SSH-2.0-x\r\n")
        assert s.recv(4096)
        return s
    return opener


def overload(server, number):
    """Milliseconds until a connection over the limit has its 503, for 200 of them: median and the slowest; how many got one."""
    times, told = [], 0
    for i in range(200):
        began = time.monotonic()
        s = connection(server, number + i)
        try:
            told += s.recv(4096).startswith(b"HTTP/1.1 503")
        except OSError:
            pass
        times.append((time.monotonic() - began) * 1000)
        s.close()
        time.sleep(0.005)
    times.sort()
    return times[100], times[-1], told


def slow_pairs(server, ports, count):
    """KiB that a pair holds: an endless reply to a client that does not read, and an endless body to an origin that does not."""
    before = settled(server)
    readers = []
    for number in range(count):
        s = connection(server, 40_000 + number, receive=4096)
        s.sendall(get(ports["endless"]))
        readers.append(s)
    time.sleep(3)
    down = (settled(server) - before) / count
    for s in readers:
        s.close()
    before = settled(server)
    writers = []
    for number in range(count):
        s = connection(server, 41_000 + number)
        s.sendall(b"POST http://o.test:%d/x HTTP/1.1\r\nHost: o.test:%d\r\nContent-Length: 100000000000\r\n\r\n" % (ports["deaf"], ports["deaf"]))
        s.setblocking(False)
        writers.append(s)
    end, block = time.monotonic() + 3, b"x" * 65536
    while time.monotonic() < end:
        for s in writers:
            try:
                s.send(block)
            except BlockingIOError:
                pass
        time.sleep(0.01)
    up = (settled(server) - before) / count
    for s in writers:
        s.close()
    return down, up


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=18_000)
    parser.add_argument("--tunnels", type=int, default=9_000)
    parser.add_argument("--pairs", type=int, default=50)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    clients, tunnels = min(options.clients, limit - 2_000), min(options.tunnels, limit // 2 - 1_000)
    processes = {kind: origin(kind) for kind in ("small", "endless", "deaf")}
    ports = {kind: port for kind, (_, port) in processes.items()}
    limits = {"connections": limit - 400, "connections-per-client": 100_000, "idle-seconds": 900, "tunnel-idle-seconds": 900}
    figures = {}
    try:
        for part in ("clients", "tunnels", "pairs"):
            server = harness.Weir(tempfile.mkdtemp(prefix="weir-capacity."), policy=POLICY, config={"limits": limits})
            if part == "clients":
                limits_of = dict(limits, connections=clients + 64)
                server = harness.Weir(tempfile.mkdtemp(prefix="weir-capacity."), policy=POLICY, config={"limits": limits_of})
            with server:
                for s in [keep_alive(server, ports["small"])(30_000 + n) for n in range(300)]:
                    s.close()
                if part == "clients":
                    kib, seconds, held = hold(server, clients, keep_alive(server, ports["small"]))
                    figures["clients"] = {"held": len(held), "kib_each": round(kib, 2), "opened_per_second": round(len(held) / seconds)}
                    rest = [connection(server, 35_000 + n) for n in range(64)]
                    median, slowest, told = overload(server, 36_000)
                    figures["overload"] = {"answered_503_of_200": told, "median_ms": round(median, 2), "slowest_ms": round(slowest, 2)}
                    held += rest
                elif part == "tunnels":
                    kib, seconds, held = hold(server, tunnels, tunnel(server, ports["small"]))
                    figures["tunnels"] = {"held": len(held), "kib_each": round(kib, 2), "opened_per_second": round(len(held) / seconds)}
                else:
                    down, up = slow_pairs(server, ports, options.pairs)
                    figures["pairs"] = {"pairs": options.pairs, "kib_each_down": round(down, 1), "kib_each_up": round(up, 1)}
                    held = []
                for s in held:
                    s.close()
    finally:
        for pid, _ in processes.values():
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    for name, values in figures.items():
        print(json.dumps({"what": name, **values}) if options.json else f"{name:9} " + "  ".join(f"{key} {value}" for key, value in values.items()))


main()
