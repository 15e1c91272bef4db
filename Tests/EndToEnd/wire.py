"""Raw bytes in, raw bytes out: a client with an address of its own for every case, and an origin that remembers every byte."""
import concurrent.futures
import dataclasses
import itertools
import re
import socket
import threading
import time

WAYS = ("whole", "lines", "bytes")
# So many bytes are cut up, more than every limit has; what is behind them comes whole.
CUT_UP = 120_000
_numbers = itertools.count(1)
_lock = threading.Lock()


def new_address():
    """A loopback address nobody else has: visits are told apart by it."""
    with _lock:
        n = next(_numbers)
    return f"127.{20 + n // 60000}.{n // 250 % 240}.{n % 250 + 1}"


def pieces(data, way):
    """The bytes whole, one by one, or split around every CR and LF."""
    first, rest = data[:CUT_UP], [data[CUT_UP:]] if len(data) > CUT_UP else []
    if way == "bytes":
        return [first[i:i + 1] for i in range(len(first))] + rest
    if way == "lines":
        return re.findall(rb"[^\r\n]+|\r|\n", first) + rest
    return [data]


def send(s, data, way="whole"):
    """False where the other side went away meanwhile."""
    parts = pieces(data, way)
    try:
        for part in parts:
            s.sendall(part)
            if 1 < len(parts) < 1500:
                time.sleep(0.0003)
        return True
    except OSError:
        return False


def connections(local=None, remote=None):
    """The kernel's own table of IPv4 connections: local and remote port, bytes it has to send or to have acknowledged, bytes it keeps for the reader, the socket's inode (0 where nobody has it any more)."""
    rows, wanted = [], [f":{port:04X} " for port in (local, remote) if port is not None]
    for line in open("/proc/net/tcp").read().splitlines()[1:]:
        # There may be tens of thousands of lines, of connections of other tests that are long over.
        if not all(port in line for port in wanted):
            continue
        fields = line.split()
        ports = [int(fields[at].split(":")[1], 16) for at in (1, 2)]
        if local in (None, ports[0]) and remote in (None, ports[1]):
            out, kept = (int(part, 16) for part in fields[4].split(":"))
            rows.append((*ports, out, kept, int(fields[9])))
    return rows


def in_kernel(sender, receiver):
    """Bytes that were given to the kernel at one port and not yet taken out of it at the other."""
    return sum(row[2] for row in connections(sender, receiver)) + sum(row[3] for row in connections(receiver, sender))


def fill(give, kept, least=4_096, most=24_000):
    """Gives small pieces until between `least` and `most` of them are kept in the proxy itself, because the kernel takes no more behind it.
    give(bytes) sends some, kept(total) says how many of all those given are kept. Returns how many were given; None where more are kept at once than `most`."""
    total = 0
    while total < 60_000_000:
        give(b"x" * 8_000)
        total += 8_000
        # What is only on its way is not kept: it is so for a while.
        for _ in range(60):
            now = kept(total)
            if total < 100_000 or now < least:
                break
            time.sleep(0.005)
        else:
            return total if now <= most else None
    raise AssertionError("the kernel takes everything")


def client(port, address=None, timeout=15):
    s = socket.socket()
    s.settimeout(timeout)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    s.bind((address or new_address(), 0))
    s.connect(("127.0.0.1", port))
    return s


@dataclasses.dataclass
class Message:
    status: int
    fields: list
    body: bytes
    line: str = ""

    def all(self, name):
        return [v for k, v in self.fields if k.lower() == name.lower()]

    def field(self, name):
        return next(iter(self.all(name)), None)


class Reader:
    """Takes replies off a socket strictly: what is no well-formed reply raises."""

    def __init__(self, s):
        self.s, self.rest, self.ended = s, b"", None

    def more(self):
        if self.ended:
            return False
        try:
            chunk = self.s.recv(65536)
        except (ConnectionError, BrokenPipeError):
            self.ended = "reset"
            return False
        if not chunk:
            self.ended = "eof"
            return False
        self.rest += chunk
        return True

    def until(self, mark):
        while mark not in self.rest:
            if not self.more():
                raise EOFError(f"{self.ended} after {self.rest[:300]!r}")
        taken, _, self.rest = self.rest.partition(mark)
        return taken + mark

    def take(self, count):
        while len(self.rest) < count:
            if not self.more():
                raise EOFError(f"{self.ended} after {len(self.rest)} of {count}")
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def to_end(self):
        while self.more():
            pass
        taken, self.rest = self.rest, b""
        return taken

    def reply(self, method="GET"):
        """The next reply, interim ones too."""
        lines = self.until(b"\r\n\r\n")[:-4].decode("latin-1").split("\r\n")
        version, status = lines[0].split(" ")[:2]
        assert version in ("HTTP/1.1", "HTTP/1.0"), lines[0]
        message = Message(int(status), [tuple(p.strip(" \t") for p in l.split(":", 1)) for l in lines[1:]], b"", lines[0])
        lengths, coded = message.all("Content-Length"), message.all("Transfer-Encoding")
        assert not (lengths and coded) and len(lengths) < 2, lines
        if method == "HEAD" or message.status in (204, 304) or message.status < 200 or (method == "CONNECT" and message.status == 200):
            return message
        if coded:
            while size := int(self.until(b"\r\n").split(b";")[0], 16):
                message.body += self.take(size)
                assert self.take(2) == b"\r\n"
            while (line := self.until(b"\r\n")) != b"\r\n":
                message.fields.append(tuple(p.strip(" \t") for p in line.decode("latin-1")[:-2].split(":", 1)))
        elif lengths:
            message.body = self.take(int(lengths[0]))
        else:
            message.body = self.to_end()
        return message

    def final(self, method="GET"):
        while (message := self.reply(method)).status < 200 and message.status != 101:
            pass
        return message


class Origin:
    """A listener that keeps what each connection brought; `reply` follows each request head, or serve(connection) does it all."""

    OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    def __init__(self, reply=OK, way="whole", close=False, serve=None, address="127.0.0.1", port=0):
        self.reply_bytes, self.way, self.close_after, self.serve = reply, way, close, serve
        self.seen, self.ended = [], []
        self.sockets = []
        self.listener = socket.create_server((address, port), backlog=512)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                s, _ = self.listener.accept()
            except OSError:
                return
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with _lock:
                index = len(self.seen)
                self.seen.append(b"")
                self.ended.append(None)
                self.sockets.append(s)
            threading.Thread(target=self._run, args=(s, index), daemon=True).start()

    def _run(self, s, index):
        try:
            if self.serve:
                self.serve(Connection(self, s, index))
            else:
                self._answer(Connection(self, s, index))
        except OSError:
            self.ended[index] = self.ended[index] or "reset"
        s.close()

    def _answer(self, connection):
        while connection.request():
            connection.send(self.reply_bytes, self.way)
            if self.close_after:
                return

    @property
    def bytes(self):
        return b"".join(self.seen)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        for s in self.sockets:
            s.close()


class Connection:
    """One upstream connection as the origin sees it."""

    def __init__(self, origin, s, index):
        self.origin, self.s, self.index, self.buffer = origin, s, index, b""

    def more(self):
        chunk = self.s.recv(65536)
        if not chunk:
            self.origin.ended[self.index] = "eof"
            return False
        self.origin.seen[self.index] += chunk
        self.buffer += chunk
        return True

    def head(self):
        while b"\r\n\r\n" not in self.buffer:
            if not self.more():
                return None
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        return head + b"\r\n\r\n"

    def request(self):
        """A whole request, or None at the end."""
        head = self.head()
        if head is None:
            return None
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        if re.search(rb"(?i)\r\ntransfer-encoding: *chunked", head):
            while not re.search(rb"(?:^|\r\n)0\r\n\r\n", self.buffer):
                if not self.more():
                    return None
            body, _, self.buffer = self.buffer.partition(b"0\r\n\r\n")
        else:
            count = int(length[1]) if length else 0
            while len(self.buffer) < count:
                if not self.more():
                    return None
            body, self.buffer = self.buffer[:count], self.buffer[count:]
        return head + body

    def send(self, data, way="whole"):
        send(self.s, data, way)

    def drain(self):
        while self.more():
            pass


@dataclasses.dataclass
class Shown:
    """What a case showed on every side."""
    address: str
    replies: list
    rest: bytes = b""
    ended: str = None
    seconds: float = 0.0
    # From the last reply to the end.
    lingered: float = 0.0
    origin: bytes = b""
    upstreams: int = 0
    error: str = None
    visits: list = dataclasses.field(default_factory=list)
    port: int = 0
    upstream_ended: list = dataclasses.field(default_factory=list)

    @property
    def status(self):
        return self.replies[-1].status if self.replies else None


def ask(port, data, way="whole", methods=("GET",), half_close=False, wait_end=False, quiet=0.15, upstreams_end=False, **origin_options):
    """Sends one case. ORIGIN in the bytes is the case's own origin, PORT its port. Reads one final reply for each method; then what follows, to the end or for `quiet` seconds (four at least where it must end).
    Where the origin's connections must end they are given three seconds for it."""
    address = new_address()
    with Origin(**origin_options) as origin:
        shown = Shown(address, [], port=origin.port)
        s = client(port, address)
        began = time.monotonic()
        try:
            send(s, data.replace(b"ORIGIN", b"o.test:%d" % origin.port).replace(b"PORT", b"%d" % origin.port), way)
            if half_close:
                s.shutdown(socket.SHUT_WR)
            reader = Reader(s)
            for method in methods:
                shown.replies.append(reader.final(method))
            s.settimeout(max(4, quiet) if wait_end else quiet)
            replied = time.monotonic()
            try:
                shown.rest = reader.to_end()
            except TimeoutError:
                shown.rest = reader.rest
            shown.ended, shown.lingered = reader.ended, time.monotonic() - replied
        except (EOFError, TimeoutError, OSError, AssertionError, ValueError) as error:
            shown.error = f"{type(error).__name__}: {error}"
        finally:
            shown.seconds = time.monotonic() - began
            s.close()
        time.sleep(0.02)
        latest = time.monotonic() + 3
        while upstreams_end and not all(origin.ended) and time.monotonic() < latest:
            time.sleep(0.01)
        shown.origin, shown.upstreams, shown.upstream_ended = origin.bytes, len(origin.seen), list(origin.ended)
    return shown


def all_at_once(jobs, threads=24):
    """Runs each key's job in a pool; the results by key."""
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        futures = {key: pool.submit(job) for key, job in jobs.items()}
        return {key: future.result() for key, future in futures.items()}


def in_ways(job):
    """job(way) for each way of sending, at the same time; the results by way."""
    return all_at_once({way: (lambda w=way: job(w)) for way in WAYS})


def with_visits(weir, results):
    """Gives every result the visits of its address, once all have ended."""
    end = time.monotonic() + 20
    addresses = {r.address for r in results.values()}
    while True:
        rows = weir.visits()
        mine = [v for v in rows if v["address"] in addresses]
        if all(v["outcome"] != "open" for v in mine) or time.monotonic() > end:
            break
        time.sleep(0.3)
    by = {}
    for visit in mine:
        by.setdefault(visit["address"], []).append(visit)
    for result in results.values():
        result.visits = by.get(result.address, [])
    return results
