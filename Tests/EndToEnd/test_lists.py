"""Lists end to end: every format, every way a source can misbehave, and what the proxy serves meanwhile."""
import bz2
import concurrent.futures
import gzip
import http.server
import io
import json
import lzma
import os
import pathlib
import random
import shutil
import signal
import struct
import subprocess
import tarfile
import threading
import time
import zlib

import pytest
from harness import WEIR, Origin, Weir, wait_for

# One list in every format: the hosts in and the hosts out are the same wherever the format can say so.
FORMATS = {
    "domains": "# a comment\nblock.test\nBÜCHER.test\nDot.Test.\n",
    "wildcard": "# a comment\n*.block.test\n*.bücher.test\n*.dot.test\n",
    "dnsmasq": "address=/block.test/bücher.test/#\nserver=/dot.test/\n# end\n",
    "unbound": "server:\nlocal-zone: \"block.test.\" always_null\nlocal-zone: \"xn--bcher-kva.test\" static # why\nlocal-zone: \"dot.test.\" refuse\n",
    "adblock": "[Adblock Plus 2.0]\n! a comment\n||block.test^\n||xn--bcher-kva.test^\n||dot.test^\nexample.org##.banner\n",
    "dstdomain": "# a comment\n.block.test\n.xn--bcher-kva.test\n.dot.test\n",
    "e2guardian": "#listcategory: \"x\"\nblock.test\nxn--bcher-kva.test # why\ndot.test\n",
    "rpz": "$ORIGIN rpz.example.\n$TTL 60\n@ SOA localhost. root.localhost. 1 2 3 4 5\n  NS localhost.\nblock.test CNAME .\n*.block.test CNAME .\n"
           "xn--bcher-kva.test CNAME *.\n*.xn--bcher-kva.test CNAME .\ndot.test CNAME .\n*.dot.test CNAME .\n",
}
IN = ["http://block.test/", "http://www.block.test/", "https://xn--bcher-kva.test/x", "http://a.b.dot.test/"]
OUT = ["http://notblock.test/", "http://test/", "http://example.org/", "http://block.test.evil.example/"]


def explain(policy, urls):
    questions = "".join(json.dumps({"id": i, "at": "2026-09-01T08:30:00Z", "url": u}) + "\n" for i, u in enumerate(urls))
    reply = subprocess.run([WEIR, "explain", "--policy", str(policy), "--batch"], input=questions, capture_output=True, text=True, timeout=60)
    assert reply.returncode == 0, reply.stderr
    return [json.loads(line) for line in reply.stdout.splitlines()]


def one_list(format, source, more=""):
    return (f"weir: 1\ntimezone: UTC\nlists:\n  it: {{ source: {json.dumps(str(source))}, format: {format}{more} }}\n"
            "categories: { c: { lists: [it] } }\ngroups: { default: { rules: [ { block: [c] } ], default: allow } }\n")


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("dress", ["plain", "auto", "crlf and BOM", "gzip"])
def test_every_format_says_the_same(tmp_path, format, dress):
    text = FORMATS[format]
    content = ("\ufeff" + text.replace("\n", "\r\n") if dress == "crlf and BOM" else text).encode()
    # Bare names have no format of their own: how they are to be read has to be said.
    declared = "auto" if dress == "auto" and format != "dstdomain" else format
    (tmp_path / "list.txt").write_bytes(gzip.compress(content) if dress == "gzip" else content)
    policy = tmp_path / "p.yaml"
    policy.write_text(one_list(declared, "list.txt"))
    answers = explain(policy, IN + OUT)
    assert [a["verdict"] for a in answers] == ["block"] * len(IN) + ["allow"] * len(OUT)
    assert answers[0]["evidence"]["list"] == "it" and answers[0]["category"] == "c"
    line = answers[0]["evidence"]["line"]
    assert "block.test" in text.split("\n")[line - 1], f"line {line}"


@pytest.mark.parametrize("format, text, urls", [
    ("hosts", "127.0.0.1 localhost\n0.0.0.0 a.test b.test # c\n::1 ip6-localhost\n192.0.2.9 real.test\n0.0.0.0\n",
     {"http://a.test/": 1, "http://b.test/": 1, "http://www.a.test/": 0, "http://localhost/": 0, "http://real.test/": 0}),
    ("domains, match: exact", "a.test\n*.b.test\n", {"http://a.test/": 1, "http://x.a.test/": 0, "http://x.b.test/": 1}),
    ("dstdomain", "a.test\n.b.test\n", {"http://a.test/": 1, "http://x.a.test/": 0, "http://b.test/": 1, "http://x.b.test/": 1}),
    ("adblock", "||a.test^\n@@||ok.a.test^\n||video.test/embed/$domain=x.test\n||page.test/ads/\n|https://start.test/\n",
     {"http://a.test/": 1, "http://ok.a.test/": 0, "http://video.test/": 0, "http://page.test/": 0}),
    ("dnsmasq", "address=/a.test/0.0.0.0\nserver=/ok.a.test/#\naddress=/*.b.test/\nlocal=/c.test/\n",
     {"http://x.a.test/": 1, "http://ok.a.test/": 0, "http://b.test/": 0, "http://x.b.test/": 1, "http://c.test/": 1}),
    ("unbound", "server:\nlocal-zone: \"a.test.\" always_null\nlocal-zone: \"ok.a.test.\" transparent\nlocal-data: \"b.test. A 192.0.2.1\"\n",
     {"http://a.test/": 1, "http://x.a.test/": 1, "http://ok.a.test/": 0, "http://b.test/": 0}),
    ("rpz", "$TTL 1\n@ SOA a. b. 1 2 3 4 5\n@ NS a.\nonly.test CNAME .\n*.below.test CNAME .\nok.below.test CNAME rpz-passthru.\n",
     {"http://only.test/": 1, "http://x.only.test/": 0, "http://below.test/": 0, "http://x.below.test/": 1, "http://ok.below.test/": 0}),
])
def test_what_a_format_means(tmp_path, format, text, urls):
    (tmp_path / "list.txt").write_text(text)
    policy = tmp_path / "p.yaml"
    policy.write_text(one_list(format, "list.txt"))
    answers = explain(policy, list(urls))
    assert {u: int(a["verdict"] == "block") for u, a in zip(urls, answers)} == urls


MEMBERS = {
    "gambling/domains": b"bet.test\n198.51.100.7\n",
    "gambling/urls": b"club.test/Room/%7Eone/\nclub.test/q?a=1\n",
    "gambling/usage": b"# what it is for\nblack\ngambling\n",
    "adult/domains": b"adult.test\n",
    "adult/expressions": b"(^|[./])peep[0-9]+\\.\nbad(one\n",
    "good/domains": b"good.test\n",
    "good/usage": b"white\n",
}
UT1 = """
weir: 1
timezone: UTC
lists: { ut1: { source: SOURCE, format: ut1 } }
categories:
  gambling: { lists: [ut1/gambling] }
  alias: { lists: [ut1/bets] }
  adult: { lists: [ut1/adult] }
  lost: { lists: [ut1/nowhere] }
groups: { default: { rules: [ { block: [gambling, adult, lost] } ], default: allow } }
"""
UT1_ANSWERS = {
    "http://www.bet.test/": ("block", "ut1/gambling", 1), "http://198.51.100.7/": ("block", "ut1/gambling", 2),
    "http://club.test/room/~one/x": ("block", "ut1/gambling", 1), "http://club.test/q?A=1": ("block", "ut1/gambling", 2),
    "http://club.test/q?a=12": ("allow",), "http://club.test/": ("allow",), "http://www.PEEP12.test/": ("block", "ut1/adult", 1),
    "http://good.test/": ("allow",), "http://adult.test/": ("block", "ut1/adult", 1),
}


def archive(members, links=(), mode="w:gz", top="blacklists/"):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as tar:
        for name, content in members.items():
            entry = tarfile.TarInfo(top + name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
        for name, target in links:
            entry = tarfile.TarInfo(top + name)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            tar.addfile(entry)
    return buffer.getvalue()


@pytest.mark.parametrize("shape", ["tar.gz", "tar", "directory"])
def test_ut1_shape(tmp_path, shape):
    if shape == "directory":
        for name, content in MEMBERS.items():
            file = tmp_path / "ut1" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        (tmp_path / "ut1/bets").symlink_to("gambling")
        source = "ut1"
    else:
        source = f"ut1.{shape}"
        (tmp_path / source).write_bytes(archive(MEMBERS, [("bets", "gambling"), ("dangling", "nowhere")], "w:gz" if shape == "tar.gz" else "w"))
    policy = tmp_path / "p.yaml"
    policy.write_text(UT1.replace("SOURCE", source))
    for (url, expected), answer in zip(UT1_ANSWERS.items(), explain(policy, UT1_ANSWERS)):
        evidence = answer["evidence"] or {}
        assert (answer["verdict"], evidence.get("list"), evidence.get("line"))[:len(expected)] == expected, (url, answer)
        if expected[0] == "block" and "gambling" in expected[1]:
            assert answer["categories"] == ["gambling", "alias"]


class Source:
    """A list's address: what it answers can be changed, and what it was asked is remembered."""

    def __init__(self, body=b"", kind="text/plain"):
        self.body, self.kind, self.status, self.length, self.delay, self.asked, self.version = body, kind, 200, None, 0, [], 1
        source = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                source.asked.append(dict(self.headers))
                time.sleep(source.delay)
                tag = f'"v{source.version}"'
                if self.headers.get("If-None-Match") == tag and source.status == 200:
                    self.send_response(304)
                    self.end_headers()
                    return
                self.send_response(source.status)
                self.send_header("Content-Type", source.kind)
                self.send_header("ETag", tag)
                self.send_header("Content-Length", str(source.length or len(source.body)))
                self.end_headers()
                self.wfile.write(source.body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/list.txt"

    def give(self, body, kind="text/plain", status=200, length=None):
        self.body, self.kind, self.status, self.length, self.version = body, kind, status, length, self.version + 1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def status(weir, name="it"):
    return next(l for l in json.loads(weir.mine("lists", "status", "--json").stdout) if l["name"] == name)


def ready(weir, name="it"):
    return wait_for(lambda: (l := status(weir, name))["state"] == "ready" and l, 15, 0.1)


def update(weir, name="it"):
    """What came of it: the state afterwards, whether the command said it failed or not."""
    weir.mine("lists", "update", name, check=False)
    return status(weir, name)


def names(*hosts):
    return "".join(f"{host}\n" for host in hosts).encode()


HUNDRED = [f"h{i}.test" for i in range(100)]


def test_a_list_from_an_address_through_its_life():
    with Source(names("old.test", *HUNDRED)) as source, Weir(policy=one_list("domains", source.url)) as weir, Origin() as origin:
        def fetch(host):
            return weir.curl(f"http://{host}:{origin.port}/").status

        first = ready(weir)
        assert (first["entries"], first["rejected"], first["serving"]) == (101, 0, True)
        assert fetch("old.test") == 403 and fetch("new.test") == 200
        refused = weir.mine("lists", "diff", "it", check=False)
        assert refused.returncode == 1 and refused.stdout == "" and "no version before" in refused.stderr

        # Unchanged: asked with its tag, nothing is replaced.
        assert update(weir)["error"] is None
        assert source.asked[-1]["If-None-Match"] == '"v1"'

        # What is no list keeps the old one and is said.
        page = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><p>block.test</p></body></html>\n"
        for body, kind, code, length in [
            (page, "text/html", 200, None), (page, "text/plain", 200, None), (b"", "text/plain", 200, None), (b"gone", "text/plain", 404, None),
            (b"oops", "text/plain", 500, None), (names("new.test", *HUNDRED), "text/plain", 200, 1_000_000), (b"\0\1\2\3" * 500, "text/plain", 200, None),
            (b"\x1f\x8b\x08\0broken", "application/gzip", 200, None),
        ]:
            source.give(body, kind, code, length)
            after = update(weir)
            assert after["error"], (body[:30], code, after)
            assert after["entries"] == 101 and after["serving"] and after["state"] in ("failed", "held"), after
        assert fetch("old.test") == 403 and fetch("new.test") == 200
        text = weir.mine("lists", "status").stdout
        assert "it" in text and "failed" in text or "held" in text

        # Far smaller: held until somebody confirms it.
        source.give(names("new.test"))
        after = update(weir)
        assert after["state"] == "held" and after["entries"] == 101 and after["error"], after
        assert fetch("old.test") == 403
        waiting = json.loads(weir.mine("lists", "diff", "it", "--json").stdout)
        assert (waiting["pending"], waiting["added"], waiting["removed"]) == (True, 1, 101)

        # A whole one replaces it.
        source.give(names("new.test", *HUNDRED) + b"not a host!\n")
        after = update(weir)
        assert (after["state"], after["entries"], after["rejected"], after["error"]) == ("ready", 101, 1, None), after
        assert fetch("old.test") == 200 and fetch("new.test") == 403
        change = json.loads(weir.mine("lists", "diff", "it", "--json").stdout)
        assert change == {"name": "it", "pending": False, "added": 1, "removed": 1, "addedEntries": ["new.test"], "removedEntries": ["old.test"]}
        assert weir.mine("lists", "diff", "it").stdout.splitlines() == ["it: 1 added, 1 removed", "- old.test", "+ new.test"]
        assert weir.mine("lists", "diff", "nothing", check=False).returncode == 1

        # A restart serves it without asking anybody.
        asked = len(source.asked)
        assert weir.stop() == 0
        assert json.loads(weir.mine("lists", "diff", "it", "--json").stdout) == change
        weir.start()
        assert fetch("new.test") == 403 and fetch("old.test") == 200
        assert len(source.asked) == asked
        # Nor does a source that is down: the list is there when it starts.
        weir.stop()
        source.server.shutdown()
        source.server.server_close()
        weir.start()
        assert fetch("new.test") == 403


def test_rejected_lines_name_their_place():
    text = b"good.test\nbad host\nx..y\n" + b"a" * 5000 + b".test\n\xff\xfe.test\nfine.test\n"
    with Source(text) as source, Weir(policy=one_list("domains", source.url)) as weir:
        weir.setup()
        found = ready(weir)
        assert found["entries"] == 2 and found["rejected"] == 4
        lines = weir.api("GET", "/api/lists/it/rejected")
        lines = lines if isinstance(lines, list) else next(v for v in lines.values() if isinstance(v, list))
        assert [l["line"] for l in lines] == [2, 3, 4, 5] and all(l["reason"] for l in lines)


def test_hostile_archives_keep_the_old_list():
    good = archive(MEMBERS, [("bets", "gambling")])
    with Source(good, "application/gzip") as source:
        source.url = source.url.replace("list.txt", "list.tar.gz")
        with Weir(policy=UT1.replace("SOURCE", source.url)) as weir, Origin() as origin:
            assert ready(weir, "ut1")["entries"] > 0

            def still():
                return weir.curl(f"http://bet.test:{origin.port}/").status == 403 and weir.curl(f"http://free.test:{origin.port}/").status == 200

            assert still()
            bomb = archive({"gambling/domains": b"a.test\n" * 10_000_000})
            many = archive({f"m{i}/domains": b"x.test\n" for i in range(10_050)})
            for body in [good[:len(good) // 2], bomb, many, b"PK\3\4" + b"\0" * 100, gzip.compress(b"no archive at all \1\2" * 100)]:
                source.give(body, "application/gzip")
                after = update(weir, "ut1")
                assert after["error"] and after["serving"] and still(), after
            # What points outside is left out; the rest of the archive is taken.
            outside = archive(dict(MEMBERS, **{"../../../../tmp/evil/domains": b"evil.test\n", "gambling/domains": b"bet.test\nmore.test\n"}),
                              [("bets", "gambling"), ("etc", "/etc"), ("up", "../../.."), ("loop", "loop"), ("gambling/extra", "/etc/passwd")])
            source.give(outside, "application/gzip")
            after = update(weir, "ut1")
            assert after["state"] in ("ready", "held", "failed") and still(), after
            if after["state"] == "ready":
                assert weir.curl(f"http://more.test:{origin.port}/").status == 403
            assert weir.curl(f"http://evil.test:{origin.port}/").status == 200


def zip_entry(name, data, at=None):
    """A stored member's local header, or with its place the central one."""
    name = name.encode()
    sizes = struct.pack("<HHIIIHH", 0, 33, zlib.crc32(data), len(data), len(data), len(name), 0)
    if at is None:
        return b"PK\3\4" + struct.pack("<HHH", 20, 0, 0) + sizes + name
    return b"PK\1\2" + struct.pack("<HHHH", 20, 20, 0, 0) + sizes + struct.pack("<HHHII", 0, 0, 0, 0, at) + name


def zip_end(count, central, at):
    return b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, count, count, len(central), at, 0)


def zip_of(members):
    out, central = b"", b""
    for name, data in members:
        central += zip_entry(name, data, len(out))
        out += zip_entry(name, data) + data
    return out + central + zip_end(len(members), central, len(out))


def overlapping_zip():
    """Each member's data is all that follows its header, the headers of the other members included: 2 MB that unpack to 300."""
    tail, members = b"evil.test\n" * 200_000, []
    for i in range(150):
        members.append((f"m{i}/domains", tail))
        tail = zip_entry(*members[-1]) + tail
    central, at = b"", 0
    for name, data in reversed(members):
        central += zip_entry(name, data, at)
        at += len(zip_entry(name, data))
    return tail + central + zip_end(len(members), central, len(tail))


def gzipped(piece, times):
    """As many repetitions of a packed piece: a stream of many members."""
    return gzip.compress(piece, 9) * times


def a_million_members():
    blocks = io.BytesIO()
    with tarfile.open(fileobj=blocks, mode="w") as tar:
        for i in range(10_000):
            tar.addfile(tarfile.TarInfo(f"m{i}/domains"))
    body = blocks.getvalue()
    return gzipped(body[:10_000 * 512], 100)


def deep_bomb():
    body = b"0" * (4 << 20)
    for level in range(4):
        body = zip_of([(f"level{level}-{i}.zip", body) for i in range(3)]) if level < 2 else gzip.compress(body)
    return body


# SECURITY.md L1 and L2, clause by clause: what a source may send instead of a list. Whatever it is, the list before stays in force.
HOSTILE = {
    "overlapping zip": overlapping_zip,
    "a million entries": a_million_members,
    "nested": lambda: zip_of([("inner.zip", zip_of([("gambling/domains", b"evil.test\n")]))]),
    "nested and growing": deep_bomb,
    "a name with NUL": lambda: zip_of([("gambling#/domains", b"evil.test\n")]).replace(b"gambling#", b"gambling\0"),
    "a line of a gibibyte": lambda: gzipped(b"a" * (64 << 20), 16),
    "a line of 32 MiB": lambda: b"a" * (32 << 20),
    "truncated": lambda: archive(MEMBERS)[:-400],
    "UTF-16": lambda: "".join(f"h{i}.test\n" for i in range(500)).encode("utf-16"),
    "invalid UTF-8": lambda: b"\xc3\x28\n\xa0\xa1\n\xe2\x28\xa1\n" * 50,
    "everything": lambda: archive({"gambling/expressions": b".*\n"}),
    "a web page": lambda: b"<html><head><title>x</title></head><body>gambling</body></html>",
    "empty": lambda: b"",
    "an empty archive": lambda: archive({}),
}


def test_whatever_a_source_sends_the_list_before_stays():
    good = archive(MEMBERS, [("bets", "gambling")])
    with Source(good, "application/octet-stream") as source:
        source.url = source.url.replace("list.txt", "list.tar.gz")
        with Weir(policy=UT1.replace("SOURCE", source.url)) as weir, Origin() as origin:
            entries = ready(weir, "ut1")["entries"]
            assert entries > 0
            for what, make in HOSTILE.items():
                source.give(make(), "application/octet-stream")
                began = time.monotonic()
                after = update(weir, "ut1")
                assert after["error"] and after["serving"] and after["entries"] == entries, (what, after)
                assert time.monotonic() - began < 60, what
                assert weir.curl(f"http://bet.test:{origin.port}/").status == 403, what
                assert weir.curl(f"http://evil.test:{origin.port}/").status == 200, what
            assert weir.log.read_text().count("event=list_rejected") >= len(HOSTILE) - 2  # what is held is told as `list_held`
            # Nothing was left behind, in the data directory or beside it.
            assert not list((weir.data / "incoming").iterdir()) and not list((weir.data / "scratch").iterdir())
            assert len(list((weir.data / "subscriptions" / "ut1").iterdir())) <= 2


def test_rolling_back_and_forward():
    with Source(names("one.test", "always.test")) as source, Weir(policy=one_list("domains", source.url)) as weir, Origin() as origin:
        def blocked():
            return [h for h in ("one", "two", "three") if weir.curl(f"http://{h}.test:{origin.port}/").status == 403]

        ready(weir)
        assert weir.mine("lists", "rollback", "it", check=False).returncode == 1
        source.give(names("two.test", "always.test"))
        update(weir)
        assert blocked() == ["two"]
        [back] = json.loads(weir.mine("lists", "rollback", "it", "--json").stdout)
        assert blocked() == ["one"] and back["rollback"]["author"] == "command line"
        assert [v["role"] for v in back["versions"]] == ["serving", "kept"]
        # The source still offers what was gone back from.
        assert update(weir)["rollback"] and blocked() == ["one"]
        assert "rolled back" in weir.mine("lists", "status").stdout
        assert weir.stop() == 0
        weir.start()
        assert blocked() == ["one"]
        weir.mine("lists", "rollback", "it", "--undo")
        assert blocked() == ["two"]
        weir.mine("lists", "rollback", "it", "--to", back["versions"][0]["id"])
        assert blocked() == ["one"]
        source.give(names("three.test", "always.test"))
        assert update(weir)["rollback"] is None and blocked() == ["three"]


def test_overlap(tmp_path):
    (tmp_path / "a.txt").write_text("x.test\nwide.test\n")
    (tmp_path / "b.txt").write_text("x.test\nsub.wide.test\nown.test\n")
    policy = ("weir: 1\ntimezone: UTC\nlists:\n" + "".join(f"  {n}: {{ source: {json.dumps(str(tmp_path / n))}.txt, format: domains }}\n".replace('".txt', '.txt"') for n in "ab")
              + "categories: { c: { lists: [a, b] } }\ngroups: { default: { rules: [ { block: [c] } ], default: allow } }\n")
    with Weir(policy=policy) as weir:
        found = json.loads(weir.mine("lists", "overlap", "--format", "json").stdout)
        assert found["parts"] == [{"list": "a", "entries": 2}, {"list": "b", "entries": 3}]
        [pair] = found["pairs"]
        assert (pair["first"], pair["second"], pair["same"], pair["firstCovered"], pair["secondCovered"]) == ("b", "a", 1, 1, 0)
        assert "66.7 %" in weir.mine("lists", "overlap").stdout


def test_hits_of_lists_and_rules_and_dead_rules(tmp_path):
    (tmp_path / "ads.txt").write_text("ads.test\n")
    (tmp_path / "idle.txt").write_text("nobody-asks.test\n")
    policy = (f"weir: 1\ntimezone: UTC\nlists:\n  ads: {{ source: {tmp_path}/ads.txt, format: domains }}\n  idle: {{ source: {tmp_path}/idle.txt, format: domains }}\n"
              "categories: { listed: { lists: [idle, ads], sites: [own.test] }, never: { sites: [unvisited.test] } }\n"
              "groups: { default: { rules: [ { block: [never] }, { block: [listed] } ], default: allow } }\n")
    with Weir(policy=policy) as weir, Origin() as origin:
        def report(name):
            return json.loads(weir.mine("report", name, "--format", "json").stdout)["rows"]

        for host, expected in [("ads.test", 403), ("www.ads.test", 403), ("own.test", 403), ("free.test", 200)]:
            assert weir.curl(f"http://{host}:{origin.port}/").status == expected
        hits = wait_for(lambda: (h := {l["name"]: l["hits"] for l in json.loads(weir.mine("lists", "status", "--json").stdout)}) and h["ads"]["visits"] == 2 and h, 10, 0.1)
        assert hits["ads"]["blocked"] == 2 and hits["ads"]["last"] and hits["idle"] == {"visits": 0, "blocked": 0, "last": None}
        assert "HITS" in weir.mine("lists", "status").stdout
        assert {v["host"] for v in weir.visits("--list", "ads")} == {"ads.test", "www.ads.test"}
        rows = report("list-hits")
        assert [(r["name"], r["visits"]) for r in rows] == [("ads", 2), ("idle", 0)], rows
        rows = report("rule-hits")
        assert [(r["name"], r["visits"], r["blocked"]) for r in rows] == [("groups.default.rules[1]", 3, 3), ("groups.default.rules[0]", 0, 0)], rows
        assert [r["name"] for r in report("dead-rules")] == ["groups.default.rules[0]"]
        # An edit puts another rule in the place: what it says is told, and it has yet to decide something.
        weir.policy.write_text(policy.replace("{ block: [never] }, ", ""))
        wait_for(lambda: [(r["name"], r["visits"]) for r in report("rule-hits")] == [("groups.default.rules[0]", 0)], 15, 0.2)
        assert "listed" in report("dead-rules")[0]["sentence"]
        assert weir.curl(f"http://ads.test:{origin.port}/").status == 403
        wait_for(lambda: report("dead-rules") == [] and report("rule-hits")[0]["visits"] == 1, 15, 0.2)


@pytest.mark.parametrize("damage", ["emptied", "one name changed"])
def test_a_stored_version_that_is_damaged_is_fetched_anew(damage):
    """A version is held to the SHA-256 it was stored with before a line of it is compiled: it never serves damaged, and the list heals by itself."""
    with Source(names("old.test", *HUNDRED)) as source, Weir(policy=one_list("domains", source.url)) as weir, Origin() as origin:
        def blocked(*hosts):
            return [h for h in hosts if weir.curl(f"http://{h}:{origin.port}/").status == 403]

        def damaged(*versions):
            assert weir.stop() == 0
            for file in (weir.data / "subscriptions" / "it").iterdir():
                if not versions or any(file.name.startswith(v) for v in versions):
                    file.write_bytes(b"" if damage == "emptied" else file.read_bytes().replace(b"h7.test", b"z7.test"))
            for made in ("compiled", "compiled-runs"):
                shutil.rmtree(weir.data / made)

        first = ready(weir)
        # The source is gone while it starts: nothing of what is damaged serves, and it is said.
        damaged()
        source.give(b"gone", status=500)
        weir.start()
        told = wait_for(lambda: (l := status(weir))["state"] == "failed" and l, 15, 0.1)
        assert not told["serving"] and told["entries"] == 0 and any("damaged" in w for w in told["warnings"]), told
        assert blocked("h7.test", "z7.test", "h99.test") == []
        assert "list_damaged" in weir.log.read_text() and first["hash"][:12] in weir.log.read_text()
        # It is back, with what it had: the answer to whoever asks with the tag would be 304.
        source.body, source.status, source.version = names("old.test", *HUNDRED), 200, 1
        update(weir)
        healed = ready(weir)
        assert not {"If-None-Match", "If-Modified-Since"} & source.asked[-1].keys()
        assert healed["hash"] == first["hash"] and healed["entries"] == 101 and healed["warnings"] == first["warnings"]
        assert blocked("old.test", "h7.test", "z7.test", "h99.test") == ["old.test", "h7.test", "h99.test"]

        # Where the version before it is whole, that one serves meanwhile.
        source.give(names("new.test", *HUNDRED))
        second = update(weir)
        damaged(second["hash"][:16])
        body, source.status = source.body, 500
        weir.start()
        meanwhile = status(weir)
        assert meanwhile["serving"] and meanwhile["hash"] == first["hash"], meanwhile
        assert blocked("old.test", "new.test", "h7.test", "z7.test") == ["old.test", "h7.test"]
        source.body, source.status = body, 200
        update(weir)
        assert ready(weir)["hash"] == second["hash"] and blocked("old.test", "new.test", "h7.test") == ["new.test", "h7.test"]


def test_a_version_that_is_held_says_which_lines_are_at_fault():
    with Source(b"foo\n.*\n(bad\nbar\n") as source, Weir(policy=one_list("expressions", source.url)) as weir:
        held = wait_for(lambda: (l := status(weir))["state"] == "held" and l, 15, 0.1)
        assert held["format"] == "expressions" and not held["serving"] and "common sites" in held["error"]
        assert [w.split(": ")[0] for w in held["warnings"][1:]] == ["the version held, line 2", "the version held, line 3"], held["warnings"]
        assert [v["rejected"] for v in held["versions"]] == [1]
        weir.setup()
        [line] = weir.api("GET", "/api/lists/it/rejected")["rejected"]
        assert (line["line"], line["text"]) == (3, "(bad")


def test_a_kill_at_any_moment_of_a_swap():
    """SECURITY.md L4: whenever the power goes, the old version or the new one serves afterwards, whole."""
    hosts = {version: [f"{version}{i}.test" for i in range(2_000)] + ["always.test"] for version in "ab"}
    with Source(names(*hosts["a"])) as source, Weir(policy=one_list("domains", source.url)) as weir, Origin() as origin:
        ready(weir)
        seen = set()
        for step in range(16):
            version = "ba"[step % 2]
            source.give(names(*hosts[version]))
            asking = subprocess.Popen([WEIR, "lists", "update", "it", "--config", str(weir.config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(0.02 + 0.03 * step)
            weir.kill()
            asking.wait()
            weir.start()
            blocked = {h for h in ("a0", "a1999", "b0", "b1999", "always") if weir.curl(f"http://{h}.test:{origin.port}/").status == 403}
            assert blocked in ({"a0", "a1999", "always"}, {"b0", "b1999", "always"}), (step, blocked)
            assert status(weir)["serving"] and not list((weir.data / "incoming").iterdir())
            seen.add("b0" in blocked)
        assert seen == {True, False}


def children(pid):
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) == pid:
                    found.append(int(entry.name))
            except (OSError, ValueError):
                pass
    return found


def test_a_kill_while_a_list_is_put_together_from_runs():
    """SECURITY.md L4: killed with its child while runs are written, and a run cut in half besides: what serves afterwards is whole."""
    kept = [f"kept{i}.test" for i in range(60_000)]
    hosts = {version: kept[:20_000] + [f"{version}0.test"] + kept[20_000:] + [f"{version}1.test"] for version in "ab"}
    asked = ("a0", "a1", "b0", "b1", "kept0", "kept59999")
    choose = random.Random(3)
    with Source(names(*hosts["a"])) as source, Weir(policy=one_list("domains", source.url)) as weir, Origin() as origin:
        ready(weir)
        runs = weir.data / "compiled-runs"
        assert len(list(runs.glob("*.run"))) > 2
        seen = set()
        for step in range(12):
            source.give(names(*hosts["ba"[step % 2]]))
            asking = subprocess.Popen([WEIR, "lists", "update", "it", "--config", str(weir.config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(0.05 + 0.08 * step)
            for child in children(weir.process.pid):
                try:
                    os.kill(child, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            weir.kill()
            asking.wait()
            half = choose.choice(sorted(runs.glob("*.run")))
            half.write_bytes(half.read_bytes()[: half.stat().st_size // 2])
            weir.start()
            blocked = {h for h in asked if weir.curl(f"http://{h}.test:{origin.port}/").status == 403}
            assert blocked in ({"a0", "a1", "kept0", "kept59999"}, {"b0", "b1", "kept0", "kept59999"}), (step, blocked)
            seen.add("b0" in blocked)
        assert seen == {True, False}
        # What a kill left half done is gone with the next version.
        source.give(names(*hosts["b"], "last.test"))
        update(weir)
        wait_for(lambda: weir.curl(f"http://last.test:{origin.port}/").status == 403, 20, 0.2)
        assert all(path.suffix in (".run", ".json") for path in runs.iterdir())


def test_required_and_missing():
    with Source(b"oops") as source:
        source.status = 500
        policy = one_list("domains", source.url, ", required: on").replace("{ c:", "{ free: { sites: [free.test] }, c:").replace(
            "rules: [", "rules: [ { allow: [free] },")
        with Weir(policy=policy) as weir, Origin() as origin:
            assert weir.curl(f"http://any.test:{origin.port}/").status == 503
            assert "list-missing: it" in weir.mine("visits", "--format", "jsonl").stdout
            assert weir.curl(f"http://free.test:{origin.port}/").status == 200
            assert status(weir)["state"] in ("missing", "failed") and not status(weir)["serving"]
            assert "it" in json.dumps(json.loads(weir.mine("status", "--json").stdout)["lists"])
            source.give(names("any.test"))
            weir.mine("lists", "update", "it")
            assert weir.curl(f"http://any.test:{origin.port}/").status == 403
            assert weir.curl(f"http://other.test:{origin.port}/").status == 200


def test_importing_a_file(tmp_path):
    file = tmp_path / "ads.hosts"
    file.write_text("0.0.0.0 ads.test\n")
    with Weir(database=True) as weir:
        imported = json.loads(weir.mine("lists", "import", "ads", str(file), "--format", "hosts", "--category", "advertising", "--json").stdout)[0]
        assert imported["source"] == "ads-ads.hosts"
        assert ready(weir, "ads")["entries"] == 1
        file.unlink()  # the copy serves
        assert "advertising" in weir.mine("policy", "export").stdout
        absent = weir.mine("lists", "import", "more", str(tmp_path / "absent"), check=False)
        assert absent.returncode == 1 and absent.stderr
        file.write_text("0.0.0.0 ads.test\n")
        assert weir.mine("lists", "import", "BAD", str(file), check=False).returncode == 1
        assert sorted(f.name for f in (weir.data / "lists").iterdir()) == ["ads-ads.hosts"]


NO_LISTS = {
    "page.html": b"<!DOCTYPE html><html><body>Not found</body></html>\n", "list.bz2": bz2.compress(b"ads.test\n" * 1000),
    "list.xz": lzma.compress(b"ads.test\n" * 1000), "binary": bytes(range(256)) * 16,
}


@pytest.mark.parametrize("file", NO_LISTS)
def test_importing_what_is_no_list(tmp_path, file):
    """As an update of the same does: 1, and why on standard error."""
    (tmp_path / file).write_bytes(NO_LISTS[file])
    with Weir(database=True) as weir:
        for command in (("import", "it", str(tmp_path / file)), ("update", "it")):
            reply = weir.mine("lists", *command, check=False)
            failed = json.loads(weir.mine("lists", "status", "--json").stdout)[0]
            assert (reply.returncode, reply.stderr.strip()) == (1, f"list it: {failed['error']}") and failed["state"] == "failed"
            assert "missing, failed" in reply.stdout
        (tmp_path / "good").write_bytes(b"ads.test\n")
        assert weir.mine("lists", "import", "good", str(tmp_path / "good")).stderr == ""


def test_swapping_a_list_drops_no_request():
    first, second = names(*(f"a{i}.test" for i in range(10_000))), names(*(f"b{i}.test" for i in range(10_000)))
    common = names("always.test")
    with Source(first + common) as source, Weir(policy=one_list("domains", source.url)) as weir, Origin() as origin:
        ready(weir)
        answers, ended = [], threading.Event()

        def ask(number):
            import http.client
            connection = http.client.HTTPConnection("127.0.0.1", weir.port, timeout=10)
            while not ended.is_set():
                host = ("always.test", "never.test")[number % 2]
                connection.request("GET", f"http://{host}:{origin.port}/{number}", headers={"Host": f"{host}:{origin.port}"})
                reply = connection.getresponse()
                reply.read()
                answers.append((host, reply.status))
                time.sleep(0.03)
            connection.close()

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            askers = [pool.submit(ask, i) for i in range(8)]
            try:
                for body in (second, first, second):
                    # The name in both is blocked throughout, so an instant without a list would show.
                    source.give(body + common)
                    after = update(weir)
                    assert after["error"] is None, after
                time.sleep(0.3)
            finally:
                ended.set()
            for asker in askers:
                asker.result()
        assert len(answers) > 80
        assert {host: {status for h, status in answers if h == host} for host in ("always.test", "never.test")} == {
            "always.test": {403}, "never.test": {200}}
        assert weir.curl(f"http://b7.test:{origin.port}/").status == 403 and weir.curl(f"http://a7.test:{origin.port}/").status == 200
