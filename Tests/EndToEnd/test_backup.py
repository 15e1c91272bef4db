"""Everything in one file, taken while the server runs, and put back: on the same machine, on another one, and not at all where it is damaged."""
import json
import os
import re
import shutil
import signal
import sqlite3
import stat
import subprocess
import tarfile

import pytest
from harness import Origin, Weir, connect, wait_for

POLICY = """
weir: 1
timezone: UTC
groups:
  default:
    rules:
      - block: [games]
      - limit: ["site:video.test"]
        to: 3 visits per day
    default: allow
lists:
  own: { source: own.hosts, format: hosts }
categories:
  games: { title: Games, sites: [games.test], lists: [own] }
"""


def ask(weir, host, path="/"):
    with connect(weir.port) as s:
        s.sendall(f"GET http://{host}:{weir.origin}{path} HTTP/1.1\r\nHost: {host}:{weir.origin}\r\nSec-Fetch-Dest: document\r\nConnection: close\r\n\r\n".encode())
        reply = b""
        while data := s.recv(65536):
            reply += data
    return int(reply.split()[1])


@pytest.fixture
def weir():
    with Weir(policy=POLICY, database=True) as house, Origin() as origin:
        house.origin = origin.port
        (house.data / "lists" / "own.hosts").write_text("0.0.0.0 listed.test\n")
        house.setup().mine("policy", "apply", str(house.policy))
        wait_for(lambda: all(one["state"] == "ready" for one in house.api("GET", "/api/lists")["lists"]))
        for number in range(5):
            ask(house, "games.test", f"/{number}")
            ask(house, "video.test", f"/{number}")
        assert ask(house, "listed.test") == 403
        wait_for(lambda: len(house.visits()) == 11)
        yield house


def backup(weir, name="backup.tar"):
    path = weir.directory / name
    return path, json.loads(weir.mine("backup", str(path), "--json").stdout)


def test_taken_while_it_runs_and_put_back(weir):
    path, told = backup(weir)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and told["bytes"] == path.stat().st_size
    assert {"policy.sqlite", "visits.sqlite", "lists/own.hosts"} <= {f["name"] for f in told["files"]}
    assert all(re.fullmatch("[0-9a-f]{64}", f["sha256"]) for f in told["files"])
    with tarfile.open(path) as tar:  # any tar reads it
        assert tar.getnames()[-1] == "manifest.json"
        manifest = json.load(tar.extractfile("manifest.json"))
    assert manifest["files"] == told["files"] and manifest["format"] == 1
    assert [n for n in os.listdir(weir.data) if n.startswith("backup-")] == []
    before = weir.visits()

    # A server that runs keeps what it has.
    refused = weir.mine("restore", str(path), check=False)
    assert refused.returncode == 1 and "in use" in refused.stderr and weir.serving()

    for number in range(7):
        ask(weir, "later.test", f"/{number}")
    weir.mine("policy", "apply", "-", input=POLICY.replace("games.test", "other.test"))
    weir.mine("user", "add", "ben", "--role", "viewer", "--password-stdin", input="correct horse battery\n")
    wait_for(lambda: len(weir.visits()) == 18)
    weir.stop()
    answer = json.loads(weir.mine("restore", str(path), "--json").stdout)
    assert weir.visits() == before
    assert os.path.exists(f"{answer['before']}/visits.sqlite") and os.path.exists(f"{answer['before']}/lists/own.hosts")
    weir.start()
    assert [u["name"] for u in json.loads(weir.mine("user", "list", "--json").stdout)] == ["ada"]
    assert weir.mine("policy", "export").stdout == POLICY
    assert weir.api("GET", "/api/policy")  # its token is still good
    assert ask(weir, "games.test") == 403 and ask(weir, "listed.test") == 403 and ask(weir, "other.test") == 200
    assert ask(weir, "video.test") == 403, "its budget is as used up as it was"
    # What had been recorded since is said to be missing.
    report = json.loads(weir.mine("report", "coverage", "--format", "json").stdout)
    assert report["missing"] == 7 and report["complete"] is False


def test_put_back_on_another_machine(weir):
    path, _ = backup(weir)
    weir.stop()
    without, _ = backup(weir, "without-server.tar")
    for file in (path, without):
        with Weir(database=True) as other:
            other.stop()
            shutil.rmtree(other.data)
            other.mine("restore", str(file))
            assert [v["id"] for v in other.visits()] == [v["id"] for v in weir.visits()]
            other.start()
            other.origin = weir.origin
            assert ask(other, "games.test") == 403 and ask(other, "listed.test") == 403
            report = json.loads(other.mine("report", "coverage", "--format", "json").stdout)
            assert report["missing"] == 0


def test_a_damaged_one_changes_nothing(weir):
    path, _ = backup(weir)
    good = path.read_bytes()
    weir.stop()
    before = weir.visits()
    hostile = weir.directory / "hostile.tar"
    with tarfile.open(hostile, "w") as tar:
        tar.add("/etc/hostname", "../../owned")
        tar.add("/etc/hostname", "policy.sqlite")
    place = good.index(b"/games.test") if b"/games.test" in good else good.index(b"groups.default")
    for number, bytes in enumerate([b"", b"no backup", good[:len(good) // 2], good[:place] + b"X" + good[place + 1:], good[:-3000], hostile.read_bytes()]):
        bad = weir.directory / "bad.tar"
        bad.write_bytes(bytes)
        answer = weir.mine("restore", str(bad), check=False)
        assert answer.returncode == 1 and str(bad) in answer.stderr and answer.stdout == "", number
        assert [n for n in os.listdir(weir.data) if "restor" in n] == [], number
        assert weir.visits() == before, number
    weir.start()
    assert weir.mine("policy", "export").stdout == POLICY


def test_killed_halfway(weir):
    """Whenever the command dies: everything is as it was, or all of it as it was backed up."""
    path, _ = backup(weir)
    for number in range(300):
        ask(weir, "later.test", f"/{number}")
    wait_for(lambda: len(weir.visits()) == 311)
    weir.stop()
    outcomes = set()
    for delay in (0.0, 0.02, 0.05, 0.08, 0.12, 0.2, 0.4, 0.8):
        command = subprocess.Popen([os.environ["WEIR"], "restore", str(path), "--config", str(weir.config)], stdout=subprocess.DEVNULL)
        try:
            command.wait(delay)
        except subprocess.TimeoutExpired:
            command.send_signal(signal.SIGKILL)
            command.wait()
        weir.start()
        count = len(weir.visits())
        assert count in (11, 311), count
        assert weir.mine("policy", "export").stdout == POLICY
        outcomes.add(count)
        weir.stop()
        if count == 11:
            break
    assert 11 in outcomes


def test_a_plan_is_finished_by_who_comes_next(weir):
    """As a machine that lost power in the midst of the renames leaves it."""
    path, _ = backup(weir)
    for number in range(5):
        ask(weir, "later.test", f"/{number}")
    wait_for(lambda: len(weir.visits()) == 16)
    weir.stop()
    copy = weir.directory / "copy"
    shutil.copytree(weir.data, copy)
    answer = json.loads(weir.mine("restore", str(path), "--json").stdout)
    old, new = weir.data / "old", weir.data / "restore-1"
    # Back to the moment before the last name changed: new files wait, old ones are out of the way or not yet.
    for moved in (False, True):
        shutil.rmtree(weir.directory / "again", ignore_errors=True)
        again = weir.directory / "again"
        shutil.copytree(copy, again)
        scratch = again / "restore-1" / "new"
        scratch.mkdir(parents=True)
        for name in ("policy.sqlite", "visits.sqlite"):
            shutil.copy(weir.data / name, scratch / name)
        shutil.copytree(weir.data / "lists", scratch / "lists")
        (again / "restoring").write_text(json.dumps({"scratch": "restore-1", "before": "before-restore-1"}))
        if moved:
            (again / "before-restore-1").mkdir()
            for name in ("policy.sqlite", "visits.sqlite", "lists", "subscriptions", "journal"):
                if (again / name).exists():
                    (again / name).rename(again / "before-restore-1" / name)
            (scratch / ".moved").touch()
            (scratch / "policy.sqlite").rename(again / "policy.sqlite")
        with Weir(database=True, config={"data": str(again)}) as other:
            assert len(other.visits()) == 11
            assert other.mine("policy", "export").stdout == POLICY
            assert not (again / "restoring").exists() and not (again / "restore-1").exists()
            assert sqlite3.connect(again / "before-restore-1" / "visits.sqlite").execute("SELECT count(*) FROM visit").fetchone()[0] == 16
    assert os.path.isdir(answer["before"]) and not old.exists() and not new.exists()


@pytest.mark.parametrize("arguments", [["backup"], ["restore"], ["backup", "a", "b"], ["restore", "--nothing", "x"]])
def test_a_wrong_command_line(weir, arguments):
    assert weir.mine(*arguments, check=False).returncode == 2


def test_mistakes(weir):
    path, _ = backup(weir)
    again = weir.mine("backup", str(path), check=False)
    assert again.returncode == 1 and "is there already" in again.stderr
    nowhere = weir.mine("backup", "/nonexistent/backup.tar", check=False)
    assert nowhere.returncode == 1 and "/nonexistent/backup.tar" in nowhere.stderr
    weir.stop()
    missing = weir.mine("restore", "/nonexistent/backup.tar", check=False)
    assert missing.returncode == 1 and "/nonexistent/backup.tar" in missing.stderr
    for command in ("backup", "restore"):
        assert "--json" in weir.command(command, "--help").stdout
