"""Starts the real binary and real origins on loopback, and asks them things."""
import contextlib
import http.server
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.request

WEIR = os.environ.get("WEIR", "weir")


_given = set()


def free_port():
    """One that nobody listens at, and that was not given before: two of one server's are never the same."""
    while True:
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        if port not in _given:
            _given.add(port)
            return port


def wait_for(what, seconds=10.0, every=0.05):
    """Returns the first true answer of what()."""
    end = time.monotonic() + seconds
    while True:
        answer = what()
        if answer:
            return answer
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(every)


class Weir:
    """A running `weir serve` with its own directory, ports and accounts."""

    def __init__(self, directory=None, policy=None, config=None, database=False):
        self.directory = pathlib.Path(directory or tempfile.mkdtemp(prefix="weir-test."))
        self.port, self.admin = free_port(), free_port()
        self.data = self.directory / "data"
        self.config = self.directory / "weir.yaml"
        settings = {
            "data": str(self.data),
            "proxy": {"listen": [f"127.0.0.1:{self.port}", f"[::1]:{self.port}"], "connect-ports": ["1-65535"], "http-ports": ["1-65535"]},
            "egress": {"allow": ["127.0.0.0/8", "::1"]},
            "names": {"hosts": {"*.test": "127.0.0.1"}},
            "admin": {"listen": [f"127.0.0.1:{self.admin}"]},
        }
        if policy is not None:
            self.policy = self.directory / "policy.yaml"
            self.policy.write_text(policy)
            if not database:
                settings["policy"] = str(self.policy)
        for key, value in (config or {}).items():
            if isinstance(value, dict) and isinstance(settings.get(key), dict):
                settings[key].update(value)
            else:
                settings[key] = value
        self.config.write_text(json.dumps(settings))  # JSON is YAML
        self.log = self.directory / "log"
        self.process = None
        self.token = None

    def start(self, wait=True):
        self.process = subprocess.Popen(
            [WEIR, "serve", "--config", str(self.config)], stdin=subprocess.DEVNULL, stdout=open(self.log, "ab"), stderr=subprocess.STDOUT)
        if wait:
            wait_for(self.serving, 20)
        return self

    def serving(self):
        assert self.process.poll() is None, "weir ended:\n" + self.log.read_text()
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/healthz", timeout=5).status == 200
        except OSError:
            return False

    def stop(self, with_signal=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(with_signal)
            return self.process.wait(20)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def memory(self):
        """KiB of its memory that is resident and shared with no file."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("RssAnon:")[1].split()[0])

    def settled_memory(self, every=0.1, within=64):
        """The same once it no longer changes by so many KiB."""
        last = self.memory()
        for _ in range(40):
            time.sleep(every)
            now = self.memory()
            if abs(now - last) < within:
                return now
            last = now
        return last

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, error, trace):
        if kind is not None and self.log.exists():
            print("--- weir's log\n" + self.log.read_text()[-40000:])
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def command(self, *arguments, input=None, check=True):
        result = subprocess.run([WEIR, *arguments], input=input, capture_output=True, text=True, timeout=60)
        if check:
            assert result.returncode == 0, f"weir {' '.join(arguments)}: {result.returncode}\n{result.stdout}\n{result.stderr}"
        return result

    def mine(self, *arguments, **options):
        """A command with this server's configuration."""
        return self.command(*arguments, "--config", str(self.config), **options)

    def visits(self, *filters):
        return [json.loads(line) for line in self.mine("visits", "--format", "jsonl", *filters).stdout.splitlines()]

    def setup(self, user="ada", password="correct horse battery"):
        """Makes the first account and a token for the API."""
        token = (self.data / "setup-token").read_text().strip()
        self.api("POST", "/api/setup", {"token": token, "user": user, "password": password}, anonymous=True)
        self.token = self.mine("user", "token", user).stdout.strip().splitlines()[-1]
        return self

    def api(self, method, path, body=None, anonymous=False):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.admin}{path}", method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **({} if anonymous else {"Authorization": f"Bearer {self.token}"})})
        try:
            with urllib.request.urlopen(request, timeout=20) as reply:
                text = reply.read()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read()[:500]}") from None
        return json.loads(text) if text else None

    def curl(self, *arguments, proxy=True):
        """curl through this proxy; status in .status, body in .body, head in .head."""
        command = ["curl", "-sS", "-g", "-m", "20", "-D", "-"]
        if proxy:
            command += ["-x", f"http://127.0.0.1:{self.port}"]
        result = subprocess.run(command + list(arguments), capture_output=True, timeout=60)
        return Reply(result)


class Reply:
    """What curl -D - printed: the last head and the body."""

    def __init__(self, result):
        self.code, self.errors = result.returncode, result.stderr.decode()
        self.heads, rest = [], result.stdout
        while rest.startswith(b"HTTP/"):
            head, _, rest = rest.partition(b"\r\n\r\n")
            self.heads.append(head.decode("latin-1"))
        self.body = rest
        self.head = self.heads[-1] if self.heads else ""
        self.status = int(self.head.split()[1]) if self.head else 0

    def field(self, name):
        for line in self.head.split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.lower() == name.lower():
                return value.strip()


class Origin:
    """A threaded HTTP or HTTPS origin that remembers what it was asked."""

    def __init__(self, tls=False, address="127.0.0.1", pages=None, port=0):
        self.requests, origin, self.pages = [], self, pages or {}

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                if self.headers.get("Transfer-Encoding") == "chunked":
                    body = b""
                    while size := int(self.rfile.readline().split(b";")[0], 16):
                        body += self.rfile.read(size)
                        self.rfile.readline()
                    self.rfile.readline()
                else:
                    body = self.rfile.read(length)
                origin.requests.append((self.command, self.path, dict(self.headers), body, self.request_version))
                page = origin.pages.get(self.path.split("?")[0])
                kind, text = page if page else ("text/plain", f"{self.command} {self.path} {len(body)}\n".encode())
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(text)

            do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = do_OPTIONS = answer

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
            daemon_threads = True
            request_queue_size = 256

        self.server = Server((address, port), Handler)
        self.port = self.server.server_address[1]
        self.directory = None
        if tls:
            self.directory = tempfile.mkdtemp(prefix="weir-origin.")
            key, certificate = f"{self.directory}/key.pem", f"{self.directory}/cert.pem"
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj",
                 "/CN=origin.test", "-addext", "subjectAltName=DNS:*.test,IP:127.0.0.1", "-keyout", key, "-out", certificate],
                check=True, capture_output=True)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
            self.certificate = certificate
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        if self.directory:
            shutil.rmtree(self.directory, ignore_errors=True)


@contextlib.contextmanager
def raw_origin(serve, address="127.0.0.1"):
    """A listener whose connections are handled by serve(socket), each in a thread."""
    listener = socket.create_server((address, 0), family=socket.AF_INET6 if ":" in address else socket.AF_INET, backlog=128)
    port = listener.getsockname()[1]

    def accept():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield port
    finally:
        listener.close()


def connect(port, address="127.0.0.1"):
    s = socket.create_connection((address, port), timeout=10)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def read_head(s):
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = s.recv(1)
        if not chunk:
            break
        data += chunk
    return data
