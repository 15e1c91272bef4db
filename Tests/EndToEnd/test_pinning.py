"""What an old policy or list leaves behind: nothing, however long the traffic lives that it let through."""
import pathlib
import threading
import time

from harness import Weir, wait_for
from test_wire import connect, get
from test_wire_reach import hello
from wire import Origin, Reader, client, new_address

POLICY = """
weir: 1
timezone: UTC
lists:
  fine: { source: FILE }
categories:
  fine: { lists: [fine] }
schedules:
  evening: { weekly: [ { days: mon-sun, from: "00:00", to: "24:00" } ] }
groups:
  default:
    rules:
      - allow: [fine]
        during: evening
      - limit: ['site:budget.test']
        to: 20h per day
    default: allow
    note: "NOTE"
"""


def images(server):
    """Compiled images the process has mapped, by inode: one that was replaced keeps it, and changes its name."""
    lines = pathlib.Path(f"/proc/{server.process.pid}/maps").read_text().splitlines()
    data = str(server.data.resolve())
    return {line.split()[4] for line in lines if data in line and ".image" in line}


def serve(connection):
    """Downloads that drip, sockets that echo, and replies at once."""
    while (head := connection.head()):
        if b"/drip" in head:
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while True:
                connection.send(b"x")
                time.sleep(0.1)
        if b"websocket" in head:
            connection.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
            break
        if b"/part" in head:
            # Half a reply, and the rest later than the test.
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            break
        connection.send(Origin.OK)
    connection.drain()


def test_what_lives_for_a_week_pins_nothing(tmp_path):
    """Lists and policies change under an open tunnel, one that showed another TLS name, a WebSocket, a download, half a reply, half a request
    and an idle connection: a second and a little later the old image's mapping is gone, again and again, and all of them live."""
    listed = tmp_path / "fine.txt"

    def write(n):
        listed.write_text("o.test\nbudget.test\n" + "".join(f"n{n}-{i}.test\n" for i in range(20_000)))

    write(0)
    # Half a request may wait longer than the swaps take, however busy the machine is.
    patient = {"limits": {"head-seconds": 600, "idle-seconds": 600}}
    weir = Weir(policy=POLICY.replace("FILE", str(listed)), config=patient)
    with weir as server, Origin(serve=serve) as origin, Origin(serve=lambda c: c.drain()) as raw:
        wait_for(lambda: len(images(server)) == 1, 20)
        alive = {}

        def begin(name, data, expected=b"", method="GET"):
            alive[name] = s = client(server.port, new_address(), timeout=20)
            s.sendall(data.replace(b"ORIGIN", b"o.test:%d" % origin.port))
            if expected:
                Reader(s).until(expected)

        begin("tunnel", connect(b"o.test:%d" % raw.port) + b"SSH-2.0-x\r\n", b"\r\n\r\n")
        begin("other name", connect(b"o.test:%d" % raw.port) + hello("other.test"), b"\r\n\r\n")
        begin("under a budget", connect(b"budget.test:%d" % raw.port) + b"SSH-2.0-x\r\n", b"\r\n\r\n")
        begin("websocket", get(b"Connection: Upgrade", b"Upgrade: websocket"), b"\r\n\r\n")
        begin("download", get(line=b"GET http://ORIGIN/drip HTTP/1.1"), b"\r\n\r\n")
        begin("half a reply", get(line=b"GET http://ORIGIN/part HTTP/1.1"), b"half")
        begin("half a request", get()[:-3])
        begin("idle", get(), b"ok")
        begin("blank", b"")
        for n in range(1, 6):
            old = images(server)
            if n % 2:
                write(n)
                server.mine("lists", "update", "fine")
            else:
                text = server.policy.read_text()
                write(n)
                server.policy.write_text(text.replace("NOTE", "NOTE%d" % n))
                server.mine("lists", "update", "fine")
            wait_for(lambda: images(server) - old, 20, 0.02)
            swapped = time.monotonic()
            wait_for(lambda: not images(server) & old, 10, 0.02)
            seconds = time.monotonic() - swapped
            # One second is the grace; letting go is the work of a thread that yields to all others.
            assert seconds < 3, seconds
            assert len(images(server)) == 1
        for name, s in alive.items():
            s.setblocking(False)
            try:
                assert s.recv(65536) or name == "none", f"{name} was closed"
            except BlockingIOError:
                pass
        s = alive["idle"]
        s.setblocking(True)
        s.sendall(get().replace(b"ORIGIN", b"o.test:%d" % origin.port))
        assert Reader(s).final().status == 200
        alive["half a request"].setblocking(True)
        alive["half a request"].sendall(get()[-3:])
        assert b"200" in Reader(alive["half a request"]).until(b"ok")
        for s in alive.values():
            s.close()
