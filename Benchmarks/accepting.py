#!/usr/bin/env python3
"""One socket for each event loop (SO_REUSEPORT), or one for all, whose loop hands connections on: the same program, two loops, in turns.

    WEIR=.build/release/weir Benchmarks/accepting.py [--repeats 3] [--seconds 3]

The one socket is passed as systemd passes it. `kept` keeps so many connections busy, `new` opens one for each request. `uneven` is the busier
loop's share of both loops' CPU: 0.5 is even. Needs gcc, nginx and two cores, which load, origin and proxy share. Prints lines of JSON.
"""
import argparse
import json
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import tempfile
import time

here = pathlib.Path(__file__).resolve().parent
WAYS = {"a socket each": False, "one acceptor": True}
LOADS = {"kept 8": ["-c", "8"], "kept 256": ["-c", "256"], "kept 1000": ["-c", "1000"], "new 64": ["-c", "64", "-n", "1"]}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def threads(pid):
    """CPU seconds of each thread, the busiest first."""
    ticks = []
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        fields = (task / "stat").read_text().rpartition(")")[2].split()
        ticks.append((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))
    return sorted(ticks, reverse=True)


def start(directory, one):
    port = free_port()
    config = directory / "weir.yaml"
    config.write_text(json.dumps({
        "data": str(directory / "data"), "policy": str(here.parent / "policies/home.yaml"),
        "proxy": {"listen": [f"127.0.0.1:{port}"], "http-ports": ["1-65535"], "event-loops": 2},
        "egress": {"allow": ["127.0.0.0/8"]}, "admin": {"listen": [f"127.0.0.1:{free_port()}"]},
        "limits": {"connections-per-client": 18_000}, "log": {"level": "warning"}}))
    command, given = [os.environ["WEIR"], "serve", "--config", str(config)], None
    if one:
        given = socket.create_server(("127.0.0.1", port), backlog=4096)
        command = ["sh", "-c", 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"', "sh", *command]
    process = subprocess.Popen(command, close_fds=given is None, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               preexec_fn=(lambda: (os.dup2(given.fileno(), 3), os.set_inheritable(3, True))) if one else None)
    for _ in range(400):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.05)
    time.sleep(1)
    return process, port, given


def measure(load, options, process, port, target, seconds):
    before = threads(process.pid)
    command = [load, "-s", f"127.0.0.1:{port}", "-u", target, "-d", str(seconds), "-w", "0", *options]
    line = subprocess.run(command, capture_output=True, text=True).stdout
    found = {k: float(v) for k, v in (x.split("=") for x in line.split() if "=" in x) if v.replace(".", "", 1).isdigit()}
    loops = [a - b for a, b in zip(threads(process.pid), before)][:2]
    return {"cpu_us": 1e6 * (sum(threads(process.pid)) - sum(before)) / max(found["req"], 1), "p50_ms": found["p50"] / 1000,
            "p99_ms": found["p99"] / 1000, "requests_per_second": found["req"] / seconds, "uneven": max(loops) / max(sum(loops), 1e-9),
            "failed": found["err"] + found["other"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="weir-accepting.") as name:
        directory = pathlib.Path(name)
        load, port = str(directory / "load"), free_port()
        subprocess.run(["gcc", "-O2", str(here / "peers/load.c"), "-o", load], check=True)
        (directory / "1k").write_bytes(b"x" * 1024)
        (directory / "nginx.conf").write_text(
            f"daemon off; pid {directory}/pid; error_log {directory}/error; worker_processes 1; events {{ worker_connections 4096; }}\n"
            f"http {{ access_log off; keepalive_requests 1000000; server {{ listen 127.0.0.1:{port} backlog=4096; root {directory}; }} }}\n")
        os.chmod(directory, 0o755)
        origin = subprocess.Popen(["nginx", "-c", str(directory / "nginx.conf")])
        results = {}
        try:
            for _ in range(options.repeats):
                for way, one in WAYS.items():
                    place = pathlib.Path(tempfile.mkdtemp(dir=directory))
                    process, proxy, given = start(place, one)
                    try:
                        for kind, arguments in LOADS.items():
                            figures = measure(load, arguments, process, proxy, f"127.0.0.1:{port}/1k", options.seconds)
                            results.setdefault((kind, way), []).append(figures)
                    finally:
                        process.send_signal(signal.SIGTERM)
                        process.wait()
                        if given:
                            given.close()
        finally:
            origin.terminate()
            origin.wait()
        for (kind, way), runs in sorted(results.items()):
            print(json.dumps({"load": kind, "way": way} | {k: round(statistics.median(r[k] for r in runs), 3) for k in runs[0]}), flush=True)


main()
