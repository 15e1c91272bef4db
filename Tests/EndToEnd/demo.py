"""A family's house with a week behind it: a policy, its lists, and what five devices did, all through a real proxy.

The past is made with libfaketime where it is installed: the server's clock stands at each moment in turn while its devices ask. Without it
everything happened today.
"""
import atexit
import contextlib
import ctypes
import datetime
import functools
import glob
import http.server
import os
import random
import socket
import socketserver
import ssl
import subprocess
import tempfile
import threading
from multiprocessing import shared_memory

from harness import Weir, connect, read_head, wait_for

ORIGIN = "127.0.0.80"
USER, PASSWORD = "ada", "correct horse battery"
FAKETIME = next(iter(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")), None)

POLICY = """\
# The house of Ada, Ben and their children.
weir: 1
timezone: UTC

clients:
  mia-tablet: { group: kids, addresses: [192.168.1.20], note: "Mia, third grade" }
  tom-laptop: { group: teens, addresses: [192.168.1.21, "fd00::21"], macs: ["3c:22:fb:01:02:03"], note: "Tom's school laptop" }
  ada-phone: { group: parents, addresses: [192.168.1.10] }
  ben-laptop: { group: parents, addresses: [192.168.1.11] }
  television: { group: kids, addresses: [192.168.1.30], note: "In the living room" }

groups:
  kids:
    note: Primary school age
    safe-search: on
    youtube: strict
    rules:
      - allow: [homework]
      - block: [adult, gambling]
        reason: "Not for children"
      - block: all
        during: bedtime
        reason: "It is bedtime. See you tomorrow!"
      - limit: [games]
        to: 45m per day
        reason: "That was enough for today"
      - limit: [video]
        to: 2h per day
        reason: "Time to go outside"
      - block: [social]
        reason: "Ask us first"
      - warn: [shopping]
        reason: "Ask before you buy anything"
        for: 30m
    default: allow
  teens:
    note: The same care with a longer leash
    youtube: moderate
    rules:
      - allow: [homework]
      - block: [adult, gambling]
        reason: "Not before you are 18"
      - block: [games, video, social]
        during: school-nights
        reason: "Sleep well. Homework sites still work."
      - limit: [games]
        to: 2h per day
      - limit: [social]
        to: 90m per day
    default: allow
  parents:
    note: No rules beyond those of the house
    default: allow
  default:
    note: Everything without a name
    rules:
      - block: [adult, gambling]
        reason: "This device is not named in Weir yet"
    default: allow

rules:
  - block: [malware]
    reason: "This site is known to do harm"
    final: true
  - block: [trackers]

schedules:
  bedtime:
    weekly:
      - { days: sun-thu, from: "20:00", to: "06:30" }
      - { days: fri-sat, from: "21:00", to: "07:30" }
    except: [holidays]
  school-nights:
    weekly:
      - { days: sun-thu, from: "22:00", to: "06:30" }
    except: [holidays]
  holidays:
    dates: [ "*-12-24", "*-12-25", { from: 2026-12-19, to: 2027-01-04 } ]

lists:
  trackers: { source: trackers.hosts, format: hosts }
  malware: { source: malware.txt, format: domains }

categories:
  homework: { title: Homework, sites: [wikipedia.org, khanacademy.org, duolingo.com, scratch.mit.edu, bbc.co.uk] }
  games: { title: Games, sites: [roblox.com, chess.com, minecraft.net, poki.com] }
  video: { title: Video, sites: [youtube.com, netflix.com, twitch.tv] }
  social: { title: Social networks, sites: [instagram.com, tiktok.com, reddit.com] }
  shopping: { title: Shopping, sites: [amazon.com, etsy.com, toyshop.example.com] }
  news: { title: News, sites: [theguardian.com, nytimes.com] }
  adult: { title: Adult content, sites: [adult.example.com] }
  gambling: { title: Gambling, expressions: ['\\bcasino\\d*\\b'] }
  malware: { title: Malware and phishing, lists: [malware] }
  trackers: { title: Trackers, lists: [trackers] }
"""
LISTS = {
    "trackers.hosts": "# Trackers\n" + "".join(f"0.0.0.0 metrics{n}.adserver.example.com\n" for n in range(1, 180))
    + "0.0.0.0 doubleclick.net\n0.0.0.0 www.google-analytics.com\n0.0.0.0 not a host\n0.0.0.0 -broken-.example\n::1 localhost\n0.0.0.0 a..b.example\n",
    "malware.txt": "".join(f"bad{n}.example.com\n" for n in range(60)) + "free-robux.example.com\nphish..ing.example\n",
}

# Who asks: address, what it calls itself, the hours it is awake, and how much it asks.
AGENTS = {
    "android": "Mozilla/5.0 (Linux; Android 14; SM-X200) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "mac": "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
    "iphone": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    "tv": "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/94.0.4606.128 Safari/537.36 WebAppManager",
    "printer": "HP-ePrint/2.1",
}
MINIS = [("www.google-analytics.com", "/collect", 40), ("metrics7.adserver.example.com", "/pixel.gif", 43)]
DEVICES = {
    "192.168.1.20": ("android", (7, 8, 15, 16, 17, 18, 19, 20), 4, ["en.wikipedia.org", "www.duolingo.com", "chess.com", "www.roblox.com", "poki.com", "www.youtube.com",
                     "www.amazon.com", "www.instagram.com", "www.youtube.com", "chess.com"]),
    "192.168.1.21": ("mac", (7, 14, 15, 16, 17, 18, 19, 20, 21, 22), 5, ["en.wikipedia.org", "scratch.mit.edu", "www.reddit.com", "www.instagram.com", "www.minecraft.net",
                     "www.twitch.tv", "www.khanacademy.org", "www.youtube.com", "lucky-casino7.example.com", "github.com"]),
    "192.168.1.10": ("iphone", (6, 7, 8, 12, 13, 17, 18, 19, 20, 21, 22), 4, ["www.theguardian.com", "www.instagram.com", "maps.openstreetmap.org", "www.etsy.com", "mail.proton.me"]),
    "192.168.1.11": ("mac", (8, 9, 10, 11, 13, 14, 15, 16, 17, 21), 5, ["github.com", "docs.swift.org", "www.nytimes.com", "news.ycombinator.com", "www.theguardian.com", "mail.proton.me"]),
    "192.168.1.30": ("tv", (16, 17, 18, 19, 20), 3, ["www.netflix.com", "www.youtube.com"]),
    "192.168.1.57": ("printer", (9, 14), 1, ["updates.printer.example.com"]),
}
PATHS = {
    "en.wikipedia.org": ["/wiki/Photosynthesis", "/wiki/Blue_whale", "/wiki/Roman_Empire"], "chess.com": ["/play/online", "/puzzles/rated"],
    "www.youtube.com": ["/watch?v=aqz-KE-bpKQ", "/watch?v=eRsGyueVLvQ"], "www.reddit.com": ["/r/swift/", "/r/aww/"], "www.amazon.com": ["/dp/B08N5WRWNW", "/gp/cart/view.html"],
    "github.com": ["/apple/swift-nio/pulls", "/trending"], "www.theguardian.com": ["/international", "/world/europe-news"],
}
LARGE = {"www.netflix.com": 700_000, "www.youtube.com": 420_000, "www.twitch.tv": 380_000, "www.instagram.com": 120_000}
SECURE = {"www.netflix.com", "github.com", "mail.proton.me", "www.instagram.com", "www.reddit.com", "docs.swift.org"}


class Sites(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """Every site of the demo at one address, on the ports the web uses, so that addresses look as they do outside."""
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128


class Site(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        host = self.headers.get("Host", "").split(":")[0]
        head = f"<!doctype html><html lang=en><title>{len(host)}</title><h1>A page</h1>".encode()
        body = head + b" " * (LARGE.get(host, 18_000 + 37 * len(self.path)))
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def sites():
    """The sites of the demo; needs the right to listen on ports 80 and 443."""
    plain, secure = Sites((ORIGIN, 80), Site), Sites((ORIGIN, 443), Site)
    with tempfile.TemporaryDirectory(prefix="weir-demo.") as directory:
        key, certificate = f"{directory}/key.pem", f"{directory}/cert.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj", "/CN=demo",
                        "-keyout", key, "-out", certificate], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        secure.socket = context.wrap_socket(secure.socket, server_side=True, do_handshake_on_connect=False)
        for server in (plain, secure):
            threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            for server in (plain, secure):
                server.shutdown()
                server.server_close()


class House(Weir):
    """Weir with the family's policy in its database and a clock that can be set."""

    def __init__(self):
        super().__init__(config={
            "proxy": {"listen": [f"127.0.0.1:{(port := free())}"], "trusted-peers": ["127.0.0.1"]},
            "egress": {"allow": [ORIGIN]},
            "names": {"hosts": {"*": ORIGIN}, "servers": ["127.0.0.1:9"]},
        })
        self.port = port
        (self.data / "lists").mkdir(parents=True)
        self.data.chmod(0o700)
        for name, text in LISTS.items():
            (self.data / "lists" / name).write_text(text)
        self.clock = self.directory / "clock"
        self.shift = datetime.timedelta(0)
        self.set_clock(self.shift)

    def start(self, wait=True):
        before = dict(os.environ)
        if FAKETIME:
            os.environ.update(LD_PRELOAD=FAKETIME, FAKETIME_SHARED=shared_state(), FAKETIME_TIMESTAMP_FILE=str(self.clock), FAKETIME_NO_CACHE="1",
                              FAKETIME_DONT_FAKE_MONOTONIC="1", DONT_FAKE_MONOTONIC="1")
        try:
            return super().start(wait)
        finally:
            os.environ.clear()
            os.environ.update(before)

    def set_clock(self, shift):
        """The server's clock runs this much beside the machine's from now on."""
        self.shift = shift
        fresh = self.clock.with_suffix(".new")
        fresh.write_text(f"{shift.total_seconds():+.0f}\n")
        fresh.rename(self.clock)

    def furnish(self):
        """The policy, once there is an account."""
        path = self.directory / "house.yaml"
        path.write_text(POLICY)
        self.mine("policy", "apply", str(path))
        wait_for(lambda: all(one["state"] == "ready" for one in self.api("GET", "/api/lists")["lists"]), 20)


@functools.cache
def shared_state():
    """What libfaketime would make itself; but then it changes the environment, and Swift no longer finds the arguments that lie before it."""
    memory = shared_memory.SharedMemory(f"weir-demo-{os.getpid()}", create=True, size=4096)
    semaphore = f"/weir-demo-{os.getpid()}"
    libc = ctypes.CDLL(None)
    libc.sem_open.restype = ctypes.c_void_p
    libc.sem_open(semaphore.encode(), os.O_CREAT, 0o600, 1)
    atexit.register(libc.sem_unlink, semaphore.encode())
    atexit.register(memory.unlink)
    return f"{semaphore} /{memory.name}"


def free():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def visit(house, address, host, path="/", agent="mac"):
    """One request of one device, plain or through a tunnel; a refusal is an answer like another."""
    s = connect(house.port)
    s.settimeout(10)
    fields = f"User-Agent: {AGENTS.get(agent, agent)}\r\nX-Forwarded-For: {address}\r\n"
    try:
        if host in SECURE:
            s.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n{fields}\r\n".encode())
            if not read_head(s).startswith(b"HTTP/1.1 200"):
                return
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            with context.wrap_socket(s, server_hostname=host) as inside:
                inside.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
                while inside.recv(1 << 20):
                    pass
            return
        s.sendall(f"GET http://{host}{path} HTTP/1.1\r\nHost: {host}\r\n{fields}Accept: text/html\r\nSec-Fetch-Dest: document\r\nConnection: close\r\n\r\n".encode())
        while s.recv(1 << 20):
            pass
    except OSError:
        pass  # a tunnel that was closed by a schedule, say
    finally:
        s.close()


def live(house, days=7, until=datetime.time(19, 10), seed=7):
    """A week of the family. Afterwards the server's clock is at `until` of today, where clocks can be set."""
    chance = random.Random(seed)
    now = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
    end = now.replace(hour=until.hour, minute=until.minute) if FAKETIME else now
    moments = []
    for day in range(days if FAKETIME else 1):
        start = (end - datetime.timedelta(days=day)).replace(hour=0, minute=0)
        for address, (agent, hours, often, hosts) in DEVICES.items():
            if day > 2 and address.endswith(".57"):
                continue
            for hour in hours:
                for _ in range(often if chance.random() < 0.85 else 1):
                    host = chance.choice(hosts)
                    minutes = [chance.randrange(60)]
                    if host in LARGE or host in ("chess.com", "poki.com", "www.roblox.com"):
                        minutes = [min(59, minutes[0] + 2 * n) for n in range(4 if day else 6)]
                    for minute in minutes:
                        moment = start + datetime.timedelta(hours=hour, minutes=minute)
                        if moment < end:
                            moments.append((moment if FAKETIME else end, address, agent, host))
    moments.sort()
    for moment, address, agent, host in moments:
        if FAKETIME and moment != getattr(house, "moment", None):
            house.moment = moment
            house.set_clock(moment - datetime.datetime.now(datetime.timezone.utc))
        visit(house, address, host, chance.choice(PATHS.get(host, ["/"])), agent)
        if chance.random() < 0.12 and agent != "printer":
            visit(house, address, *MINIS[chance.randrange(2)][:2], agent)
    if FAKETIME:
        house.set_clock(end - datetime.datetime.now(datetime.timezone.utc))
    for address, host, path, agent in [("192.168.1.20", "free-robux.example.com", "/", "android"), ("192.168.1.21", "www.reddit.com", "/r/swift/", "mac")]:
        visit(house, address, host, path, agent)
    return len(moments)
