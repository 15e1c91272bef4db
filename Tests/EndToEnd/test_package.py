"""The Debian package: made by script/package, installed in a fresh Debian with what it depends on, run there as its unit runs it."""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import urllib.request

import pytest

import harness
from harness import Origin, free_port, wait_for

TOP = pathlib.Path(__file__).resolve().parents[2]
MIRROR = "http://deb.debian.org/debian"


def run(*command, **options):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=600, **options)
    assert result.returncode == 0, f"{command}: {result.returncode}\n{result.stdout}\n{result.stderr}"
    return result.stdout


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    output = tmp_path_factory.mktemp("package")
    return pathlib.Path(run(TOP / "script/package", "--program", harness.WEIR, "--output", output).strip())


@pytest.fixture(scope="module")
def debian(tmp_path_factory, package):
    """A minimal Debian with the package installed; commands run in it by the function given."""
    if os.geteuid() != 0:
        pytest.skip("a system of its own takes root to make")
    if not shutil.which("debootstrap"):
        pytest.skip("debootstrap is not installed")
    root = tmp_path_factory.mktemp("debian")
    root.chmod(0o755)
    run("debootstrap", "--variant=minbase", "--include=ca-certificates", "bookworm", root, MIRROR)
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    sources = [f"deb {MIRROR} bookworm main", f"deb {MIRROR} bookworm-updates main", f"deb {MIRROR}-security bookworm-security main"]
    (root / "etc/apt/sources.list").write_text("\n".join(sources) + "\n")
    shutil.copy(package, root / "root/weir.deb")

    def inside(*command, **options):
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
        return run("unshare", "--mount", "--pid", "--fork", f"--mount-proc={root}/proc", "chroot", root, *command, env=environment, **options)

    inside("apt-get", "update", "-qq")
    inside("apt-get", "install", "-y", "-qq", "--no-install-recommends", "/root/weir.deb")
    return root, inside


def test_units_are_hardened_and_well_formed(debian):
    root, _ = debian
    units = root / "lib/systemd/system"
    report = run("systemd-analyze", "security", "--offline=yes", units / "weir.service")
    exposure = float(re.search(r"Overall exposure level for weir.service: ([0-9.]+)", report)[1])
    assert exposure <= 2.0
    complaints = subprocess.run(
        ["systemd-analyze", "verify", f"--root={root}", "weir.service", "weir.socket"], capture_output=True, text=True).stderr
    # The small system has neither systemd, whose units these build upon, nor procps.
    assert [line for line in complaints.splitlines() if "weir" in line and not re.search(r"Unit \S+ not found|/bin/kill is not", line)] == []


def test_installed_as_a_system_service_is(debian):
    root, inside = debian
    assert inside("stat", "-c", "%U:%G %a", "/var/lib/weir").strip() == "weir:weir 700"
    assert inside("weir", "--version").startswith("weir ")
    for policy in "home", "school", "isp":
        inside("weir", "check", f"/usr/share/doc/weir/policies/{policy}.yaml")
    assert "not found" not in inside("ldd", "/usr/lib/weir/weir")
    assert (root / "usr/share/doc/weir/manual/README.md").exists()


def test_serves_as_its_user_and_tells_systemd(debian):
    root, inside = debian
    port, admin = free_port(), free_port()
    config = root / "etc/weir/weir.yaml"
    text = config.read_text().replace("3128", str(port)).replace("8080", str(admin))
    config.write_text(text + 'egress: { allow: ["127.0.0.0/8"] }\nnames: { hosts: { "*.test": 127.0.0.1 } }\n')
    told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    told.bind(str(root / "run/notify"))
    (root / "run/notify").chmod(0o777)
    told.settimeout(20)
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "NOTIFY_SOCKET": "/run/notify", "WATCHDOG_USEC": "400000"}
    log = open(root / "root/log", "ab")
    process = subprocess.Popen(
        ["unshare", "--mount", "--pid", "--fork", "--kill-child", f"--mount-proc={root}/proc", "chroot", "--userspec=weir:weir", root,
         "/usr/bin/weir", "serve", "--config", "/etc/weir/weir.yaml"], env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        assert told.recv(1000) == b"READY=1"
        with Origin() as origin:
            result = subprocess.run(
                ["curl", "-sS", "-x", f"http://127.0.0.1:{port}", f"http://a.test:{origin.port}/x"], capture_output=True, text=True)
            assert result.stdout == "GET /x 0\n", result.stderr
        assert told.recv(1000) == b"WATCHDOG=1"
        assert urllib.request.urlopen(f"http://127.0.0.1:{admin}/healthz").status == 200
        # The program is the child of those that put it into its place.
        weir = int(wait_for(lambda: subprocess.run(
            ["pgrep", "-P", str(process.pid)], capture_output=True, text=True).stdout.strip()))
        owner = pathlib.Path(f"/proc/{weir}/status").read_text()
        assert re.search(r"^Uid:\s+0\b", owner, re.M) is None
        assert int(re.search(r"^CapEff:\s+(\w+)", owner, re.M)[1], 16) == 0
        os.kill(weir, signal.SIGTERM)
        while (text := told.recv(1000)) == b"WATCHDOG=1":
            pass
        assert text == b"STOPPING=1"
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
        print((root / "root/log").read_text()[-3000:])
    rows = [json.loads(line) for line in inside("weir", "visits", "--config", "/etc/weir/weir.yaml", "--format", "jsonl").splitlines()]
    assert [row["path"] for row in rows] == ["/x"]


def test_reinstalling_keeps_what_was_changed_and_purging_leaves_nothing(debian):
    root, inside = debian
    config = (root / "etc/weir/weir.yaml").read_text()
    inside("apt-get", "install", "-y", "-qq", "--reinstall", "/root/weir.deb")
    assert (root / "etc/weir/weir.yaml").read_text() == config
    assert (root / "var/lib/weir/visits.sqlite").exists()
    inside("apt-get", "remove", "-y", "-qq", "weir")
    assert (root / "var/lib/weir/visits.sqlite").exists(), "what was recorded outlives a removal"
    inside("apt-get", "purge", "-y", "-qq", "weir")
    for path in "var/lib/weir", "etc/weir", "usr/lib/weir", "usr/bin/weir":
        assert not (root / path).exists(), path
