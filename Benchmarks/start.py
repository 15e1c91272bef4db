#!/usr/bin/env python3
"""Benchmarks/start.py [--domains N] [--expressions N] [--starts N] [--lists DIR]: from exec to the first request with everything compiled before.

A first start compiles the lists; then the weir of $WEIR (else of the release build) is started again, with nothing left to compile, as often as
asked. Told of each start: seconds until a request has come back through the proxy, and what the process holds for itself (`Private_Dirty` and
`Anonymous` of smaps_rollup; the mapped lists are shared pages). After the last start each expression is made a candidate by a request of its own
that holds one of its words, and memory is read again. Lines of JSON, the figure wanted beside the one measured.
"""
import argparse, http.client, http.server, json, os, pathlib, random, re, signal, socket, statistics, subprocess, sys, tempfile, threading, time

here = pathlib.Path(__file__).resolve().parent
weir = os.environ.get("WEIR", str(here.parent / ".build/release/weir"))


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


def figure(name, value, unit, wanted=None, note=None):
    row = {"name": name, "value": round(value, 4), "unit": unit} | ({"wanted": wanted} if wanted else {}) | ({"note": note} if note else {})
    print(json.dumps(row, sort_keys=True), flush=True)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def write_configuration(d, lists, port, admin):
    bench = d / "lists/bench"
    bench.mkdir(parents=True)
    (bench / "domains").symlink_to(lists / "domains.txt")
    (bench / "expressions").symlink_to(lists / "regexes.txt")
    (d / "policy.yaml").write_text(
        "weir: 1\ntimezone: UTC\ngroups:\n  default: { rules: [ { block: [bench] } ], default: allow }\n"
        "lists: { bench: { source: lists, format: squidguard } }\ncategories: { bench: { lists: [bench/bench] } }\n")
    (d / "weir.yaml").write_text(
        f'data: {d}/data\npolicy: {d}/policy.yaml\nproxy: {{ listen: ["127.0.0.1:{port}"], http-ports: ["1-65535"] }}\n'
        f'admin: {{ listen: ["127.0.0.1:{admin}"] }}\negress: {{ deny: [] }}\nnames: {{ hosts: {{ "*": 127.0.0.1 }} }}\nlog: {{ level: warning }}\n')


def answer(port, url):
    """The status of one GET through the proxy; None where there is none yet."""
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as s:
            s.sendall(f"GET {url} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            head = s.recv(4096)
        return int(head.split()[1]) if head.startswith(b"HTTP/1.1 ") else None
    except (OSError, IndexError, ValueError):
        return None


def until(port, url, status, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer(port, url) == status:
            return
        time.sleep(0.002)
    raise SystemExit(f"{url} was not answered {status} within {seconds} s")


def memory(pid):
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return {key: int(re.search(rf"^{key}:\s+(\d+)", text, re.M)[1]) / 1024 for key in ("Private_Dirty", "Anonymous", "Rss")}


def stop(process):
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def touch(port, lists, allowed):
    """One request for each expression, with a word of it between separators. Returns how many were answered 403."""
    proxy, blocked = http.client.HTTPConnection("127.0.0.1", port, timeout=30), 0
    expressions = (lists / "regexes.txt").read_text().split("\n")[:-1]
    for expression in expressions:
        words = [w for w in re.findall(r"[a-z]{4,}", expression) if w not in ("https", "http", "info")]
        proxy.request("GET", f"http://{allowed}/" + "/".join(words[:3]) + "/index.html")
        reply = proxy.getresponse()
        reply.read()
        blocked += reply.status == 403
    return blocked, len(expressions)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--domains", type=int, default=5_000_000)
    ap.add_argument("--expressions", type=int, default=10_000)
    ap.add_argument("--starts", type=int, default=5)
    ap.add_argument("--lists", type=pathlib.Path, help="a directory that peers/gen-lists.py made (default: one is made)")
    a = ap.parse_args()
    origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    origin.daemon_threads = True
    threading.Thread(target=origin.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="weir-start-") as name:
        d = pathlib.Path(name)
        lists = a.lists.resolve() if a.lists else d / "made"
        if not a.lists:
            subprocess.run([sys.executable, here / "peers/gen-lists.py", "--domains", str(a.domains), "--regexes", str(a.expressions),
                            "--hosts", "300", lists], check=True, stdout=subprocess.DEVNULL)
        port = free_port()
        write_configuration(d, lists, port, free_port())
        with open(lists / "domains.txt") as f:
            blocked = f"http://{f.readline().strip()}:{origin.server_port}/"
        allowed = f"not-in-any-list-{random.randrange(10**9)}.example:{origin.server_port}"
        log = open(d / "log", "ab")

        def start():
            begun = time.monotonic()
            return begun, subprocess.Popen([weir, "serve", "--config", d / "weir.yaml"], stdout=log, stderr=log)

        begun, process = start()
        try:
            until(port, blocked, 403, 120)
            figure("start-with-compiling", time.monotonic() - begun, "s", note="until the list is in effect")
            took, private = [], []
            for _ in range(a.starts):
                stop(process)
                begun, process = start()
                until(port, f"http://{allowed}/", 200, 60)
                took.append(time.monotonic() - begun)
                if answer(port, blocked) != 403:
                    raise SystemExit("a start did not know the list")
                private.append(memory(process.pid))
            figure("start-to-first-request", statistics.median(took), "s", wanted=0.25, note=f"median of {a.starts}, longest {max(took):.3f}")
            for key, unit in (("Private_Dirty", "start-private"), ("Anonymous", "start-anonymous")):
                figure(unit, max(m[key] for m in private), "MiB", wanted=80, note=f"mapped lists apart: all resident {private[-1]['Rss']:.0f}")
            begun = time.monotonic()
            found, count = touch(port, lists, allowed)
            passed = time.monotonic() - begun
            after = memory(process.pid)
            figure("touched-private", after["Private_Dirty"], "MiB", wanted=80, note=f"after {count} requests, {found} blocked, in {passed:.1f} s")
            figure("touched-anonymous", after["Anonymous"], "MiB", wanted=80)
        finally:
            stop(process)


if __name__ == "__main__":
    main()
