#!/usr/bin/env python3
"""How soon a start serves with so many visits in the journal that the database does not have.

    WEIR=.build/release/weir Benchmarks/replay.py [--visits 1000000]

Somebody holds the database's write lock, so that the journal grows, while 250 clients ask for pages of 20,000 hosts; part of it is under a limit (or all is decided by
a category: --policy). Then the server is killed, and started anew with the lock let go: milliseconds to the first answer through the proxy,
seconds until all is stored, CPU for storing one. Needs gcc and nginx. Prints a line of JSON.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

top = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(top / "Tests/EndToEnd"))
sys.path.insert(0, str(top / "Benchmarks"))
os.environ.setdefault("WEIR", str(top / ".build/release/weir"))
import harness  # noqa: E402
from rehearse import NGINX  # noqa: E402

HOSTS, NAMED = 20_000, 200
HEAD = "weir: 1\ntimezone: UTC\ngroups:\n  default: { rules: [ RULE ], default: allow }\n"
POLICIES = {
    "limit": HEAD.replace("RULE", '{ limit: ["site:host0.test"], to: 100000000 visits per day }'),
    # The same category by entries of its own and by a list: what is written of hits per list is the difference.
    "entries": HEAD.replace("RULE", "{ allow: [named] }") + "categories:\n  named: { title: Named, sites: [" + ", ".join(f"host{n}.test" for n in range(NAMED)) + "] }\n",
    "list": HEAD.replace("RULE", "{ allow: [named] }") + "categories:\n  named: { title: Named, lists: [names] }\nlists:\n  names: { source: names.hosts, format: domains }\n",
}


def asked(port, target):
    """Whether a request through the proxy is answered."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as s:
            s.sendall(f"GET http://{target}/ HTTP/1.1\r\nHost: {target}\r\nConnection: close\r\n\r\n".encode())
            return s.recv(100).startswith(b"HTTP/1.1 ")
    except OSError:
        return False


def cpu(pid):
    """Seconds that a process has used."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, default=1_000_000)
    parser.add_argument("--policy", choices=POLICIES, default="limit", help="What decides: a limit on half of the visits, a category's own entries, a list.")
    parser.add_argument("--keep", help="Leave what the killed server left in this folder, or take it from there.")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="weir-bench."))
    client, port = str(folder / "load"), harness.free_port()
    subprocess.run(["gcc", "-O2", "-o", client, str(top / "Benchmarks/peers/load.c")], check=True)
    (folder / "nginx.conf").write_text(NGINX.replace("DIR", str(folder)).replace("PORT", str(port)))
    origin = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")])
    weir = harness.Weir(policy=POLICIES[options.policy], config={"names": {"hosts": {"*": "127.0.0.1"}}, "proxy": {"event-loops": 1}})
    (weir.directory / "names.hosts").write_text("".join(f"host{n}.test\n" for n in range(NAMED)))
    chance = random.Random(7)
    (folder / "targets").write_text("".join(
        f"www.host{min(HOSTS - 1, int(chance.paretovariate(0.5)) - 1)}.test:{port}/page/{n}?@@@@@@@@\n" for n in range(100_000)))
    try:
        if options.keep and pathlib.Path(options.keep).exists():
            shutil.copytree(options.keep, weir.data)
            weir.data.chmod(0o700)
        else:
            weir.start()
            lock = sqlite3.connect(weir.data / "visits.sqlite", isolation_level=None)
            lock.execute("BEGIN IMMEDIATE")
            written = 0
            while written < options.visits:
                out = subprocess.run(
                    [client, "-s", f"127.0.0.1:{weir.port}", "-H", str(folder / "targets"), "-S", "250", "-c", "250", "-d", "10", "-w", "0"],
                    capture_output=True, text=True, check=True).stdout
                written += int(dict(pair.split("=") for pair in out.split())["all"])
            time.sleep(1.5)
            weir.kill()
            lock.rollback()
            lock.close()
            if options.keep:
                shutil.copytree(weir.data, options.keep, ignore=shutil.ignore_patterns("control"))
        journal = sum(f.stat().st_size for f in (weir.data / "journal").glob("*.wj"))
        begun = time.monotonic()
        weir.start(wait=False)
        while not asked(weir.port, f"host3.test:{port}"):
            assert weir.process.poll() is None, weir.log.read_text()
            time.sleep(0.002)
        first = time.monotonic() - begun
        used = cpu(weir.process.pid)
        # Commands are answered a moment later.
        harness.wait_for(lambda: weir.mine("status", check=False).returncode == 0)
        status = json.loads(weir.mine("status", "--json").stdout)
        harness.wait_for(lambda: json.loads(weir.mine("status", "--json").stdout)["visits"]["journal"] == 0, 300, 0.2)
        stored = time.monotonic() - begun
        used = cpu(weir.process.pid) - used
        rss = next(line.split()[1] for line in open(f"/proc/{weir.process.pid}/status") if line.startswith("VmHWM"))
        print(json.dumps({
            "policy": options.policy, "journal-MB": round(journal / 1e6), "to-replay": status["visits"]["journal"], "first-answer-ms": round(first * 1000), "all-stored-s": round(stored, 1),
            "cpu-us/visit": round(used * 1e6 / max(1, status["visits"]["journal"]), 2), "peak-MB": round(int(rss) / 1024)}))
    finally:
        if weir.process and weir.process.poll() is None:
            weir.kill()
        origin.terminate()
        shutil.rmtree(weir.directory, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
