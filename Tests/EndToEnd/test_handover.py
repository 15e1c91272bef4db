"""A new process takes over, and no connection is refused: SIGUSR2, and sockets given by systemd."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time

import harness
import pytest
from harness import Origin, Weir, connect, raw_origin, read_head, wait_for


def status(weir):
    return json.loads(weir.mine("status", "--json").stdout)


def process_of(weir):
    """The process that serves now; None while none answers."""
    result = weir.mine("status", "--json", check=False)
    return json.loads(result.stdout)["pid"] if result.returncode == 0 else None


@contextlib.contextmanager
def running(weir):
    """Whatever serves in the end is ended."""
    with weir:
        try:
            yield weir
        finally:
            pid = process_of(weir)
            if pid:
                os.kill(pid, signal.SIGKILL)


class Load:
    """Clients that ask one thing a connection, without pause."""

    def __init__(self, weir, origin, threads=6):
        self.seen, self.failed, self.slowest, self.stopped = [], [], 0.0, False
        self.weir, self.origin = weir, origin
        self.threads = [threading.Thread(target=self.run, args=(n,), daemon=True) for n in range(threads)]
        for thread in self.threads:
            thread.start()

    def run(self, name):
        number = 0
        while not self.stopped:
            path, number = f"/{name}-{number}", number + 1
            began = time.monotonic()
            try:
                with connect(self.weir.port) as s:
                    s.sendall(f"GET http://a.test:{self.origin.port}{path} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n".encode())
                    data = b"".join(iter(lambda: s.recv(65536), b""))
                if data.startswith(b"HTTP/1.1 200") and path.encode() in data:
                    self.seen.append(path)
                else:
                    self.failed.append((path, data[:100]))
            except OSError as error:
                self.failed.append((path, error))
            self.slowest = max(self.slowest, time.monotonic() - began)

    def stop(self):
        self.stopped = True
        for thread in self.threads:
            thread.join(20)


def echo(s):
    with contextlib.suppress(OSError):
        while data := s.recv(65536):
            s.sendall(data)


def tunnel(weir, port):
    s = connect(weir.port)
    s.sendall(f"CONNECT echo.test:{port} HTTP/1.1\r\nHost: echo.test:{port}\r\n\r\n".encode())
    assert read_head(s).startswith(b"HTTP/1.1 200")
    return s


def says(s, text):
    s.sendall(text)
    return s.recv(100) == text


def test_new_process_takes_over_under_load():
    with Origin() as origin, raw_origin(echo) as port, running(Weir(policy="{weir: 1, groups: {default: {default: allow}}}")) as weir:
        load = Load(weir, origin)
        first = process_of(weir)
        assert first == weir.process.pid
        wait_for(lambda: len(load.seen) > 50)
        open_tunnel = tunnel(weir, port)
        assert says(open_tunnel, b"before")
        weir.process.send_signal(signal.SIGUSR2)
        second = wait_for(lambda: (p := process_of(weir)) != first and p, 20)
        assert weir.process.poll() is None, "the old one still has a tunnel"
        assert says(open_tunnel, b"after"), "what ran goes on"
        count = len(load.seen)
        wait_for(lambda: len(load.seen) > count + 50)
        new_tunnel = tunnel(weir, port)
        assert says(new_tunnel, b"new")
        assert status(weir)["recording"] == "ok"
        # Left alone, the old process ends within its ten seconds, and cuts what is left.
        assert weir.process.wait(20) == 0
        with pytest.raises(ConnectionResetError):
            open_tunnel.recv(100)
        # Once more, from the successor: it stays possible.
        os.kill(second, signal.SIGUSR2)
        third = wait_for(lambda: (p := process_of(weir)) not in (second, None) and p, 20)
        new_tunnel.close()
        wait_for(lambda: not pathlib.Path(f"/proc/{second}").exists() or "Z" in pathlib.Path(f"/proc/{second}/stat").read_text(), 20)
        load.stop()
        assert load.failed == []
        assert load.slowest < 5, "nobody waited for the old process to end"
        assert len({first, second, third}) == 3

        def all_recorded():
            rows = weir.visits()
            return all(row["outcome"] != "open" for row in rows) and rows
        rows = wait_for(all_recorded, 20)
        paths = [row["path"] for row in rows if row["method"] == "GET"]
        assert sorted(paths) == sorted(load.seen), "each once, whichever process it met"
        tunnels = [row for row in rows if row["method"] == "CONNECT"]
        assert sorted(row["down"] for row in tunnels) == [len("new"), len("beforeafter")]
        assert {row["outcome"] for row in rows} <= {"complete", "interrupted", "client-abort"}
        assert status(weir)["visits"]["missing"] == 0


LIMIT = """
weir: 1
timezone: UTC
groups: { default: { default: allow, rules: [ { limit: ["site:echo.test"], to: 1MB per day } ] } }
"""


def test_what_the_old_process_still_uses_counts_in_the_new_one():
    with raw_origin(echo) as port, running(Weir(policy=LIMIT)) as weir:
        first = process_of(weir)
        old = tunnel(weir, port)
        assert says(old, b"before")
        weir.process.send_signal(signal.SIGUSR2)
        wait_for(lambda: process_of(weir) not in (first, None), 20)
        new = tunnel(weir, port)
        assert says(new, b"nothing is used up yet")
        new.close()
        sent = 0
        with contextlib.suppress(OSError):
            while sent < 1_500_000:
                old.sendall(b"x" * 50_000)
                sent += 50_000
                got = 0
                while got < 50_000:
                    data = old.recv(65536)
                    if not data:
                        raise OSError("cut")
                    got += len(data)
        old.close()

        def refused():
            with connect(weir.port) as s:
                s.sendall(f"CONNECT echo.test:{port} HTTP/1.1\r\nHost: echo.test:{port}\r\n\r\n".encode())
                return b" 403 " in read_head(s).split(b"\r\n")[0]
        # Well before the old process is gone and its journal in the database.
        wait_for(refused, 3)
        weir.process.wait(20)
        assert refused()
        # And in the database, once that is so.
        wait_for(lambda: json.loads(
            weir.mine("explain", f"echo.test:{port}", "--method", "CONNECT", "--client", "127.0.0.1", "--json").stdout)["verdict"] == "block")


def test_broken_configuration_is_not_handed_over_to():
    with running(Weir(policy="{weir: 1, groups: {default: {default: allow}}}")) as weir:
        pid = process_of(weir)
        good = weir.config.read_text()
        weir.config.write_text("proxxy: {}\n")
        weir.process.send_signal(signal.SIGUSR2)
        wait_for(lambda: "not handed over" in weir.log.read_text())
        weir.config.write_text(good)
        assert process_of(weir) == pid
        assert weir.serving()


def test_program_that_does_not_start_is_not_the_end(tmp_path):
    program = tmp_path / "weir"
    shutil.copy(harness.WEIR, program)
    weir = Weir(policy="{weir: 1, groups: {default: {default: allow}}}")
    with Origin() as origin, running(weir):
        weir.stop()
        weir.process = subprocess.Popen(
            [program, "serve", "--config", str(weir.config)], stdin=subprocess.DEVNULL, stdout=open(weir.log, "ab"),
            stderr=subprocess.STDOUT)
        wait_for(weir.serving, 20)
        load = Load(weir, origin, threads=2)
        wait_for(lambda: len(load.seen) > 10)
        # As an upgrade does it: another file under the same name.
        broken = tmp_path / "broken"
        broken.write_text("#!/bin/sh\nexit 3\n")
        broken.chmod(0o755)
        broken.rename(program)
        weir.process.send_signal(signal.SIGUSR2)
        wait_for(lambda: "did not start" in weir.log.read_text(), 40)
        count = len(load.seen)
        wait_for(lambda: len(load.seen) > count + 50, 40)
        load.stop()
        assert load.failed == []
        assert weir.process.poll() is None
        assert process_of(weir) == weir.process.pid, "the same process, begun anew"
        assert sorted(row["path"] for row in weir.visits()) == sorted(load.seen)


def started_with_socket(weir, listener):
    """As systemd starts a unit with a socket: descriptor 3, and the process' own number in the environment."""
    def pass_on():
        os.dup2(listener.fileno(), 3)
        os.set_inheritable(3, True)

    environment = {**os.environ, "LISTEN_FDS": "1"}
    return subprocess.Popen(
        ["sh", "-c", 'LISTEN_PID=$$ exec "$@"', "sh", harness.WEIR, "serve", "--config", str(weir.config)], env=environment, close_fds=False,
        preexec_fn=pass_on, stdin=subprocess.DEVNULL, stdout=open(weir.log, "ab"), stderr=subprocess.STDOUT)


def test_socket_given_by_systemd_outlives_the_process():
    weir = Weir(policy="{weir: 1, groups: {default: {default: allow}}}")
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener, Origin() as origin:
        weir.port = listener.getsockname()[1]
        settings = json.loads(weir.config.read_text())
        settings["proxy"]["listen"] = [f"127.0.0.1:{weir.port}"]
        weir.config.write_text(json.dumps(settings))
        weir.process = started_with_socket(weir, listener)
        load = Load(weir, origin)
        try:
            wait_for(lambda: len(load.seen) > 50, 20)
            for kind in signal.SIGTERM, signal.SIGTERM:
                weir.process.send_signal(kind)
                assert weir.process.wait(15) == 0
                count = len(load.seen)
                weir.process = started_with_socket(weir, listener)
                wait_for(lambda: len(load.seen) > count + 50, 20)
            load.stop()
            assert load.failed == []
            wait_for(lambda: process_of(weir) == weir.process.pid)
            assert sorted(row["path"] for row in weir.visits()) == sorted(load.seen)
        finally:
            load.stopped = True
            weir.process.kill()
            weir.process.wait()
            shutil.rmtree(weir.directory, ignore_errors=True)
