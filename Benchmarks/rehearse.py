#!/usr/bin/env python3
"""What rehearsing a draft costs: visits a second, memory as the visits grow, and what the proxy's clients notice of it.

    WEIR=.build/release/weir Benchmarks/rehearse.py [--visits 1000000,4000000] [--rate 1000] [--seconds 10]

The visits are written into the database itself: seeded, 300 clients, 20,000 hosts, skewed as people are, over so many days, with tunnels that
last and a limit that they use. The draft blocks a category that the running policy allows. `speed` rehearses with the command, once for each
number of visits; `beside` asks a proxy on one loop for a small page so many times a second, alone, beside the command and beside a rehearsal
that the admin site runs. Needs gcc and nginx. Prints lines of JSON.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

top = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(top / "Tests/EndToEnd"))
os.environ.setdefault("WEIR", str(top / ".build/release/weir"))
import harness  # noqa: E402

CLIENTS, HOSTS, DAYS, LISTED = 300, 20_000, 30, 100_000
POLICY = """
weir: 1
timezone: Europe/Berlin
clients:
CLIENTS
groups:
  staff:
    addresses: [10.0.1.0/24]
    rules:
      - block: [ads]
      - block: ["site:host7.test", "url:host8.test/section7"]
  pupils:
    addresses: [10.0.0.0/24]
    rules:
      - block: [ads, games]
        during: lessons
      - limit: [video]
        to: 2h per day
      - limit: ["site:host3.test"]
        to: 500MB per day
      - warn: ["site:host9.test"]
      - block: ["type:video/*"]
      - block: all
        during: night
  default: { default: allow }
rules:
  - allow: ["site:host0.test"]
  - block: [malware]
schedules:
  lessons: { weekly: [ { days: mon-fri, from: "08:00", to: "13:00" } ] }
  night: { weekly: [ { from: "22:00", to: "06:00" } ] }
lists:
  listed: { source: listed.hosts, format: hosts }
categories:
  ads: { title: Ads, lists: [listed] }
  games: { title: Games, sites: [host5.test, host11.test, host12.test] }
  video: { title: Video, sites: [host2.test, host4.test] }
  malware: { title: Malware, sites: [host19999.test] }
  NEW
"""


def policy(draft=False):
    clients = "\n".join(f"  c{n}: {{ group: {'pupils' if n % 3 else 'staff'}, addresses: [10.1.{n // 250}.{n % 250}] }}" for n in range(100))
    text = POLICY.replace("CLIENTS", clients).replace("NEW", "social: { title: Social, sites: [host1.test, host6.test, host8.test] }" if draft else "")
    return text.replace("block: [malware]", "block: [malware, social]") if draft else text


def furnish(database, count, end):
    """`count` visits of the last days, written as the drain writes them, without the roll-ups that a rehearsal does not read."""
    chance = random.Random(7)
    db = sqlite3.connect(database)
    db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; DELETE FROM visit; DELETE FROM activity;")
    db.execute("INSERT INTO boot (code, kernel, is_done) VALUES (77, 1, 1) ON CONFLICT DO NOTHING")
    boot = db.execute("SELECT id FROM boot WHERE code = 77").fetchone()[0]

    def term(kind, text):
        db.execute("INSERT INTO term (kind, text) VALUES (?, ?) ON CONFLICT DO NOTHING", (kind, text))
        return db.execute("SELECT id FROM term WHERE kind = ? AND text = ?", (kind, text)).fetchone()[0]

    rule, get, connect, http, https, html = term(2, "groups.pupils.default"), term(6, "GET"), term(6, "CONNECT"), term(7, "http"), term(7, "https"), term(9, "text/html")
    groups = [term(4, "staff"), term(4, "pupils")]
    addresses = [term(8, f"10.1.{n // 250}.{n % 250}" if n < 100 else f"10.0.{n % 2}.{n // 2}") for n in range(CLIENTS)]
    db.executemany("INSERT INTO client (name, first_seen, last_seen) VALUES (?, 0, 0) ON CONFLICT DO NOTHING", ((f"c{n}",) for n in range(CLIENTS)))
    clients = [db.execute("SELECT id FROM client WHERE name = ?", (f"c{n}",)).fetchone()[0] for n in range(CLIENTS)]
    db.executemany("INSERT INTO site (name, first_seen) VALUES (?, 0) ON CONFLICT DO NOTHING", ((f"host{n}.test",) for n in range(HOSTS)))
    db.executemany(
        "INSERT INTO host (name, site) SELECT ?, id FROM site WHERE name = ? ON CONFLICT DO NOTHING", ((f"www.host{n}.test", f"host{n}.test") for n in range(HOSTS)))
    hosts = [db.execute("SELECT id FROM host WHERE name = ?", (f"www.host{n}.test",)).fetchone()[0] for n in range(HOSTS)]
    begin = end - DAYS * 86_400_000

    def visits():
        for number in range(count):
            time = begin + number * DAYS * 86_400_000 // count
            client = min(CLIENTS - 1, int(chance.paretovariate(0.6)) - 1)
            host = min(HOSTS - 1, int(chance.paretovariate(0.5)) - 1)
            tunnel = number % 2
            ms = 600_000 if number % 50 == 1 else chance.randrange(2_000)
            yield (number + 1, boot, 0, number + 1, time, clients[client], addresses[client], groups[client % 2], connect if tunnel else get,
                   https if tunnel else http, hosts[host], 443 if tunnel else 80, None if tunnel else f"/section{number % 40}/page-{chance.randrange(10**6):x}.html?from=home",
                   1, rule, 200, 500, chance.randrange(60_000), ms, 1, 1 - tunnel, None if tunnel else html, 3)

    with db:
        db.executemany(
            "INSERT INTO visit (id, boot, stream, sequence, time, client, address, grp, method, scheme, host, port, path, verdict, rule, status, up, down, ms, outcome, "
            "is_page, media_type, generation) VALUES (" + ",".join("?" * 23) + ")", visits())
        # Tunnels that last ten minutes have traffic in each.
        db.execute("INSERT INTO activity SELECT id, time / 900000, 32767 & (-1 << (time / 60000 % 15)), up, down FROM visit WHERE ms = 600000")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


class Place(harness.Weir):
    """A house with a list and a policy; the origin of its requests is `origin`."""

    def __init__(self, origin, data=None):
        super().__init__(policy=policy(), database=True, config={
            "proxy": {"event-loops": 1, "trusted-peers": []}, "names": {"hosts": {"*": "127.0.0.1"}}, "visits": {"keep": {"raw": "3650d"}}})
        (self.data / "lists").mkdir(parents=True)
        self.data.chmod(0o700)
        (self.data / "lists" / "listed.hosts").write_text("".join(f"0.0.0.0 ad{n}.net{n % 97}.test\n" for n in range(LISTED)))
        self.draft = self.directory / "draft.yaml"
        self.draft.write_text(policy(draft=True))

    def furnish(self, count):
        if self.process is None:
            self.start()
            self.setup().mine("policy", "apply", str(self.policy))
            harness.wait_for(lambda: all(one["state"] == "ready" for one in self.api("GET", "/api/lists")["lists"]), 60)
            self.stop()
        furnish(self.data / "visits.sqlite", count, int(time.time() * 1000))


def rehearse(place):
    """Seconds, peak bytes and the answer of the command."""
    command = [harness.WEIR, "policy", "rehearse", str(place.draft), "--days", str(DAYS + 1), "--format", "json", "--config", str(place.config)]
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    answer = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, status
    return time.monotonic() - begun, usage, json.loads(answer)


def speed(counts):
    place = Place(None)
    try:
        for count in counts:
            place.furnish(count)
            seconds, usage, found = rehearse(place)
            print(json.dumps({
                "part": "speed", "visits": found["judged"], "changed": sum(found["changes"].values()), "seconds": round(seconds, 2),
                "visits/s": round(found["judged"] / seconds), "cpu-us/visit": round((usage.ru_utime + usage.ru_stime) * 1e6 / found["judged"], 2),
                "peak-MB": round(usage.ru_maxrss / 1024, 1)}), flush=True)
    finally:
        shutil.rmtree(place.directory, ignore_errors=True)


NGINX = """
worker_processes 1; error_log stderr crit; pid DIR/pid; daemon off;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 1000000; server { listen 127.0.0.1:PORT; location / { return 200 "0123456789abcdef"; } } }
"""


def load(client, place, origin, options):
    out = subprocess.run(
        [client, "-s", f"127.0.0.1:{place.port}", "-u", f"www.host1.test:{origin}/1k?@@@@@@@@", "-c", "32", "-r", str(options.rate), "-d", str(options.seconds), "-w", "1"],
        capture_output=True, text=True, check=True).stdout
    found = dict(pair.split("=") for pair in out.split())
    return {key: float(found[key]) for key in ("rps", "p50", "p99", "p999", "max", "err")}


def beside(options):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="weir-bench."))
    client, port = str(folder / "load"), harness.free_port()
    subprocess.run(["gcc", "-O2", "-o", client, str(top / "Benchmarks/peers/load.c")], check=True)
    (folder / "nginx.conf").write_text(NGINX.replace("DIR", str(folder)).replace("PORT", str(port)))
    origin = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")])
    place = Place(port)
    try:
        place.furnish(max(options.visits))
        place.start()
        load(client, place, port, options)
        for turn in range(options.turns):
            print(json.dumps({"part": "beside", "what": "nothing", **load(client, place, port, options)}), flush=True)
            command = subprocess.Popen(
                [harness.WEIR, "policy", "rehearse", str(place.draft), "--days", str(DAYS + 1), "--format", "json", "--config", str(place.config)],
                stdout=subprocess.DEVNULL)
            print(json.dumps({"part": "beside", "what": "command", **load(client, place, port, options), "still": command.poll() is None}), flush=True)
            command.terminate()
            command.wait()
            job = place.api("POST", "/api/policy/rehearsals", {"text": place.draft.read_text(), "days": DAYS + 1})
            figures = load(client, place, port, options)
            job = place.api("GET", f"/api/policy/rehearsals/{job['id']}")
            print(json.dumps({"part": "beside", "what": "site", **figures, "still": job["state"] == "going", "visits": job["visits"]}), flush=True)
            before = time.monotonic()
            place.api("DELETE", f"/api/policy/rehearsals/{job['id']}")
            harness.wait_for(lambda: place.api("GET", f"/api/policy/rehearsals/{job['id']}")["state"] != "going")
            print(json.dumps({"part": "beside", "what": "stop", "ms": round((time.monotonic() - before) * 1000)}), flush=True)
    finally:
        place.stop()
        origin.terminate()
        shutil.rmtree(place.directory, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=lambda text: [int(one) for one in text.split(",")], default=[1_000_000, 2_000_000, 4_000_000])
    parser.add_argument("--rate", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("parts", nargs="*", default=["speed", "beside"])
    options = parser.parse_args()
    if "speed" in options.parts:
        speed(options.visits)
    if "beside" in options.parts:
        beside(options)


if __name__ == "__main__":
    main()
