"""The command line as the manual promises it: exit codes, formats, what reaches a running server."""
import csv
import io
import json
import os
import pathlib
import signal
import stat
import subprocess
import time
import urllib.request

import pytest
from harness import WEIR, Origin, Weir, connect, read_head, wait_for

TOP = pathlib.Path(__file__).resolve().parents[2]
POLICY = """
weir: 1
timezone: UTC
categories:
  games: { sites: [games.test] }
groups:
  default:
    rules:
      - block: [games]
    default: allow
"""


def run(*arguments, input=None, cwd=None):
    return subprocess.run([WEIR, *arguments], input=input, capture_output=True, text=True, timeout=60, cwd=cwd)


@pytest.fixture(scope="module")
def weir():
    with Weir(policy=POLICY, database=True) as server:
        server.setup()
        server.mine("policy", "apply", str(server.policy))
        yield server


def test_every_command_has_help():
    top = run("--help")
    assert top.returncode == 0
    for command in ("serve", "check", "explain", "lists", "visits", "report", "policy", "user", "status"):
        assert command in top.stdout
        reply = run(command, "--help")
        assert reply.returncode == 0 and "USAGE: weir " + command in reply.stdout


def test_wrong_command_line():
    assert run("nonsense").returncode == 2
    assert run("check").returncode == 2
    reply = run("visits", "--format", "nonsense")
    assert reply.returncode == 2 and reply.stdout == "" and "--format" in reply.stderr


@pytest.mark.parametrize("name", ["home", "school", "isp"])
def test_shipped_policies_are_good(name):
    reply = run("check", str(TOP / "policies" / f"{name}.yaml"))
    assert reply.returncode == 0, reply.stdout + reply.stderr


def test_check_names_the_place(tmp_path):
    policy = tmp_path / "p.yaml"
    policy.write_text("weir: 1\ngroups:\n  default:\n    rules:\n      - blok: all\n    default: allow\n")
    reply = run("check", str(policy))
    assert reply.returncode == 1
    assert f"{policy}:5:" in reply.stderr and "block" in reply.stderr
    assert run("check", str(tmp_path / "absent.yaml")).returncode == 1


def test_explain(tmp_path):
    policy = tmp_path / "p.yaml"
    policy.write_text(POLICY)
    reply = run("explain", "--policy", str(policy), "--client", "192.0.2.1", "--at", "2026-09-01T08:30:00Z", "--json", "https://www.games.test/x")
    answer = json.loads(reply.stdout)
    assert (answer["verdict"], answer["rule"], answer["category"]) == ("block", "groups.default.rules[0]", "games")
    text = run("explain", "--policy", str(policy), "https://www.games.test/x")
    assert text.returncode == 0 and "block" in text.stdout and "groups.default.rules[0]" in text.stdout
    assert run("explain", "--policy", str(policy), "/nothing").returncode == 1
    lines = "".join(json.dumps({"id": i, "client": "192.0.2.1", "at": "2026-09-01T08:30:00Z", "url": u}) + "\n"
                    for i, u in enumerate(["https://games.test/", "https://other.test/", "nothing"]))
    batch = run("explain", "--policy", str(policy), "--batch", input=lines)
    answers = [json.loads(line) for line in batch.stdout.splitlines()]
    assert [a["id"] for a in answers] == [0, 1, 2]
    assert [a.get("verdict") for a in answers] == ["block", "allow", None] and "error" in answers[2]


def test_explain_names_the_expression_that_gave_up(tmp_path):
    (tmp_path / "words.txt").write_text("one\ntwo\n(a+)+(b|c)+$\nthree\n")
    policy = tmp_path / "p.yaml"
    policy.write_text("weir: 1\nlists: { words: { source: words.txt, format: expressions } }\ncategories: { c: { lists: [words] } }\n"
                      "groups: { default: { rules: [ { block: [c] } ], default: allow } }\n")
    url = "http://x.test/" + "a" * 3000 + "!b"
    answer = json.loads(run("explain", "--policy", str(policy), "--json", url).stdout)
    assert (answer["verdict"], answer["rule"]) == ("block", "policy-error")
    assert answer["evidence"] == {"list": "words", "entry": "(a+)+(b|c)+$", "line": 3}
    assert "words, line 3: (a+)+(b|c)+$" in run("explain", "--policy", str(policy), url).stdout


def test_unknown_keys_and_wrong_values_are_refused(tmp_path):
    config = tmp_path / "weir.yaml"
    config.write_text("data: ./d\nproxy:\n  lisen: [\"127.0.0.1:1\"]\n  event-loops: many\nlimits: { head-bytes: -1 }\n")
    reply = run("serve", "--config", str(config))
    assert reply.returncode == 1
    for place in (":3:3:", ":4:16:", ":5:"):
        assert f"{config}{place}" in reply.stderr, reply.stderr
    assert "listen" in reply.stderr
    config.write_text("admin: { listen: [\"0.0.0.0:8080\"] }\n")
    reply = run("serve", "--config", str(config))
    assert reply.returncode == 1 and "insecure" in reply.stderr


def test_status(weir):
    status = json.loads(weir.mine("status", "--json").stdout)
    assert status["recording"] == "ok"
    assert status["policy"]["generation"] >= 1 and status["policy"]["errors"] == []
    assert set(status["visits"]) >= {"stored", "journal", "missing", "refused"}
    assert status["visits"]["missing"] == 0
    assert "recording" in weir.mine("status").stdout


def test_files_are_private(weir):
    assert stat.S_IMODE(os.stat(weir.data).st_mode) == 0o700
    assert stat.S_IMODE(os.stat(weir.data / "control").st_mode) == 0o600


def test_visits_formats(weir):
    with Origin() as origin:
        assert weir.curl(f"http://a.test:{origin.port}/one?q=1").status == 200
        assert weir.curl(f"http://games.test:{origin.port}/two").status == 403
    rows = weir.visits("--site", "a.test") + weir.visits("--verdict", "block")
    assert [r["verdict"] for r in rows] == ["allow", "block"]
    assert list(rows[0]) == ("id time client address user group method scheme host port path verdict rule category status up down ms outcome "
                             "reason generation").split()
    assert rows[0]["path"] == "/one?q=1" and rows[0]["time"].count(".") == 1
    table = weir.mine("visits").stdout
    assert "a.test" in table and "block" in table
    parsed = list(csv.DictReader(io.StringIO(weir.mine("visits", "--format", "csv").stdout)))
    assert {r["host"] for r in parsed} >= {"a.test", "games.test"}
    squid = weir.mine("visits", "--format", "squid").stdout
    assert f"http://a.test:{origin.port}/one?q=1" in squid and "/403 " in squid
    assert weir.visits("--from", "2001-01-01", "--to", "2001-01-02") == []
    assert weir.mine("visits", "--from", "gibberish", check=False).returncode in (1, 2)


def test_reports(weir):
    with Origin() as origin:
        assert weir.curl("-H", "Sec-Fetch-Dest: document", f"http://r.test:{origin.port}/page").status == 200
    reply = wait_for(lambda: next((r for r in json.loads(weir.mine("report", "top-sites", "--format", "json").stdout)["rows"]
                                   if r["name"] == "r.test"), None), 5, 0.2)
    assert set(reply) >= {"name", "visits", "pageviews", "up", "down", "minutes", "blocked"}
    assert reply["visits"] == 1 and reply["minutes"] == 1
    report = json.loads(weir.mine("report", "top-clients", "--format", "json").stdout)
    assert {"report", "from", "to", "timezone", "complete", "missing", "columns", "rows"} <= set(report)
    assert report["report"] == "top-clients" and report["complete"] is True and report["missing"] == 0
    assert "<svg" in weir.mine("report", "top-sites", "--format", "svg").stdout
    assert "<table" in weir.mine("report", "top-sites", "--format", "html").stdout
    assert "r.test" in weir.mine("report", "top-sites", "--format", "csv").stdout
    assert "r.test" in weir.mine("report", "top-sites").stdout
    assert weir.mine("report", "no-such-report", check=False).returncode == 1


def test_policy_revisions(weir, tmp_path):
    before = weir.mine("policy", "export").stdout
    changed = tmp_path / "new.yaml"
    changed.write_text(before.replace("games.test", "chess.test"))
    with Origin() as origin:
        assert weir.curl(f"http://chess.test:{origin.port}/").status == 200
        weir.mine("policy", "apply", str(changed))
        assert weir.curl(f"http://chess.test:{origin.port}/").status == 403
        assert weir.mine("policy", "export").stdout == changed.read_text()
        changed.write_text("weir: 1\ngroups: { default: { blok: all } }\n")
        broken = weir.mine("policy", "apply", str(changed), check=False)
        assert broken.returncode == 1 and ":2:" in broken.stderr
        assert weir.curl(f"http://chess.test:{origin.port}/").status == 403
        history = json.loads(weir.mine("policy", "history", "--json").stdout)
        assert len(history) >= 3
        weir.mine("policy", "revert", str(history[1]["revision"]))
        assert weir.mine("policy", "export").stdout == before
        assert weir.curl(f"http://chess.test:{origin.port}/").status == 200


def test_users(weir):
    weir.mine("user", "add", "vera", "--role", "viewer", "--password-stdin", input="a long enough secret\n")
    assert weir.mine("user", "add", "vera", "--role", "viewer", "--password-stdin", input="a long enough secret\n", check=False).returncode == 1
    users = json.loads(weir.mine("user", "list", "--json").stdout)
    assert {u["name"]: u["role"] for u in users} == {"ada": "owner", "vera": "viewer"}
    weir.mine("user", "passwd", "vera", "--password-stdin", input="another long secret\n")
    weir.mine("user", "remove", "vera")
    assert "vera" not in weir.mine("user", "list").stdout


def test_policy_file_is_the_truth():
    with Weir(policy=POLICY) as weir, Origin() as origin:
        assert weir.curl(f"http://chess.test:{origin.port}/").status == 200
        good = weir.policy.read_text()
        weir.policy.write_text(good.replace("games.test", "chess.test"))
        wait_for(lambda: weir.curl(f"http://chess.test:{origin.port}/").status == 403, 5, 0.1)
        weir.policy.write_text("weir: 1\ngroups: { default: { blok: all } }\n")
        wait_for(lambda: json.loads(weir.mine("status", "--json").stdout)["policy"]["errors"], 5, 0.1)
        assert weir.curl(f"http://chess.test:{origin.port}/").status == 403
        weir.policy.write_text(good)
        weir.process.send_signal(signal.SIGHUP)
        wait_for(lambda: weir.curl(f"http://chess.test:{origin.port}/").status == 200, 5, 0.1)


def test_sighup_reads_the_configuration():
    with Weir(policy=POLICY) as weir, Origin() as origin:
        assert weir.curl(f"http://a.test:{origin.port}/").status == 200
        settings = json.loads(weir.config.read_text())
        settings["proxy"]["http-ports"] = [80]
        weir.config.write_text(json.dumps(settings))
        weir.process.send_signal(signal.SIGHUP)
        wait_for(lambda: weir.curl(f"http://a.test:{origin.port}/").status == 403, 5, 0.1)
        settings["proxy"]["nonsense"] = 1
        weir.config.write_text(json.dumps(settings))
        weir.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "unknown key" in weir.log.read_text(), 5, 0.1)
        assert weir.curl(f"http://a.test:{origin.port}/").status == 403


def test_sigterm_drains():
    with Weir(policy=POLICY) as weir, Origin() as origin:
        tunnel = connect(weir.port)
        tunnel.sendall(f"CONNECT t.test:{origin.port} HTTP/1.1\r\nHost: t.test:{origin.port}\r\n\r\n".encode())
        assert read_head(tunnel).startswith(b"HTTP/1.1 200")
        assert weir.curl(f"http://a.test:{origin.port}/before").status == 200
        began = time.monotonic()
        assert weir.stop() == 0
        assert time.monotonic() - began < 12
        visits = weir.visits()  # without a server, from the data alone
        assert [v["outcome"] for v in visits if v["path"] == "/before"] == ["complete"]
        assert [v["outcome"] for v in visits if v["host"] == "t.test"][0] not in ("open", None)


def test_first_run_prints_the_link():
    with Weir() as weir:
        log = weir.log.read_text()
        token = (weir.data / "setup-token").read_text().strip()
        assert f"http://127.0.0.1:{weir.admin}/setup?token={token}" in log
        assert "revision 1" in log or json.loads(weir.mine("policy", "history", "--json").stdout)[0]["revision"] == 1


def test_lists_from_the_command_line(tmp_path):
    with Weir(database=True) as weir, Origin(pages={"/ads.hosts": ("text/plain", b"# ads\n0.0.0.0 ads.test\n0.0.0.0 bad_host!\n")}) as origin:
        weir.mine("lists", "import", "ads", f"http://127.0.0.1:{origin.port}/ads.hosts", "--format", "hosts", "--category", "ads")
        status = wait_for(lambda: next((l for l in json.loads(weir.mine("lists", "status", "--json").stdout)
                                        if l["name"] == "ads" and l["state"] == "ready"), None), 10, 0.1)
        assert status["entries"] == 1 and status["rejected"] == 1
        origin.pages["/ads.hosts"] = ("text/plain", b"0.0.0.0 ads.test\n0.0.0.0 more.test\n")
        weir.mine("lists", "update", "ads")
        wait_for(lambda: json.loads(weir.mine("lists", "status", "--json").stdout)[0]["entries"] == 2, 10, 0.1)


@pytest.mark.parametrize("format", ["squid", "json"])
def test_access_log(tmp_path, format):
    log = tmp_path / "access.log"
    with Weir(policy=POLICY, config={"log": {"access-log": {"path": str(log), "format": format}}}) as weir, Origin() as origin:
        for i in range(5):
            assert weir.curl(f"http://a.test:{origin.port}/line{i}").status == 200
        assert weir.stop() == 0
        lines = [line for line in log.read_text().splitlines() if "/line" in line]
        assert len(lines) == 5
        if format == "json":
            assert sorted(json.loads(line)["path"] for line in lines) == [f"/line{i}" for i in range(5)]
        else:
            assert all(len(line.split()) == 10 and "/200 " in line for line in lines)


def test_the_admin_sites_pac_names_the_proxy():
    with Weir(policy=POLICY) as weir:
        for path in ("/proxy.pac", "/wpad.dat"):
            script = urllib.request.urlopen(f"http://127.0.0.1:{weir.admin}{path}", timeout=5).read().decode()
            assert f"PROXY 127.0.0.1:{weir.port}" in script


def test_a_taken_port_is_named():
    with Weir(policy=POLICY) as weir:
        other = Weir(policy=POLICY, config={"proxy": {"listen": [f"127.0.0.1:{weir.port}"]}})
        reply = other.mine("serve", check=False)
        assert reply.returncode == 1 and f"proxy.listen: 127.0.0.1:{weir.port}: Address already in use" in reply.stderr


def test_sites_only_keeps_no_path_of_anything():
    policy = POLICY.replace("default:\n    rules", "default:\n    record: site\n    rules")
    assert "record: site" in policy
    with Weir(policy=policy) as weir:
        s = connect(weir.port)
        s.sendall(b"GET http://a.test/private?x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")
        assert read_head(s).startswith(b"HTTP/1.1 400")
        visit = wait_for(lambda: weir.visits(), 5, 0.1)[-1]
        assert (visit["host"], visit["path"], visit["verdict"]) == ("a.test", None, "reject")
