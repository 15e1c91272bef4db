"""weir policy import: another filter's configuration as a policy, its preview, its errors."""

import json
import subprocess

from harness import WEIR

SQUIDGUARD = """dbhome {db}
src kids {{
    ip 10.0.5.0/24
}}
dest bad {{
    domainlist bad/domains
    redirect http://proxy/
}}
acl {{
    kids {{
        pass !bad all
    }}
    default {{
        pass none
        redirect http://proxy/
    }}
}}
"""

SQUID = """acl kids src 10.0.5.0/24
acl bad dstdomain "{base}/bad.txt"
acl work time MTWHF 08:00-17:00
http_access deny kids bad work
http_access allow kids
http_access deny all
"""


def run(*arguments):
    return subprocess.run([WEIR, "policy", "import", *map(str, arguments)], capture_output=True, text=True, timeout=60)


def explain(policy, client, url, at="2026-11-23T10:00:00Z"):
    done = subprocess.run(
        [WEIR, "explain", "--policy", str(policy), "--client", client, "--at", at, "--json", url],
        capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["verdict"]


def test_squidguard_becomes_a_policy_that_decides_the_same(tmp_path):
    (tmp_path / "db/bad").mkdir(parents=True)
    (tmp_path / "db/bad/domains").write_text("bad.example\n")
    configuration = tmp_path / "squidGuard.conf"
    configuration.write_text(SQUIDGUARD.format(db=tmp_path / "db"))
    policy = tmp_path / "policy.yaml"
    done = run("--from", "squidguard", configuration, "--output", policy)
    assert done.returncode == 0 and done.stdout == "", done.stderr
    assert "DIFFERS" in done.stderr and "squidGuard.conf:7" in done.stderr
    assert subprocess.run([WEIR, "check", str(policy)]).returncode == 0
    assert explain(policy, "10.0.5.9", "http://www.bad.example/") == "block"
    assert explain(policy, "10.0.5.9", "http://other.example/") == "allow"
    assert explain(policy, "10.0.6.9", "http://other.example/") == "block"


def test_squid_becomes_a_policy_that_decides_the_same(tmp_path):
    (tmp_path / "bad.txt").write_text(".bad.example\n")
    configuration = tmp_path / "squid.conf"
    configuration.write_text(SQUID.format(base=tmp_path))
    done = run("--from", "squid", configuration)
    assert done.returncode == 0, done.stderr
    policy = tmp_path / "policy.yaml"
    policy.write_text(done.stdout)
    assert explain(policy, "10.0.5.9", "http://www.bad.example/") == "block"
    assert explain(policy, "10.0.5.9", "http://www.bad.example/", "2026-11-23T17:01:00Z") == "allow"
    assert explain(policy, "10.0.6.9", "http://other.example/") == "block"


def test_e2guardian_directory(tmp_path):
    lists = tmp_path / "lists"
    lists.mkdir()
    (tmp_path / "e2guardianf1.conf").write_text("bannedsitelist = '/etc/e2guardian/lists/bannedsitelist'\n")
    (lists / "bannedsitelist").write_text("bad.example\n.Include</etc/e2guardian/lists/more>\n.Include</etc/hostname>\n")
    (lists / "more").write_text("more.example\n")
    policy = tmp_path / "policy.yaml"
    done = run("--from", "e2guardian", tmp_path, "--output", policy)
    assert done.returncode == 0, done.stderr
    assert "NOT MAPPED" in done.stderr and "bannedsitelist:3" in done.stderr
    assert explain(policy, "10.0.0.1", "http://www.more.example/") == "block"
    assert explain(policy, "10.0.0.1", "http://other.example/") == "allow"


def test_the_preview_names_every_line(tmp_path):
    configuration = tmp_path / "squid.conf"
    configuration.write_text("acl old browser msie\nhttp_access allow old\nhttp_access deny all\ncache_mem 64 MB\n")
    done = run("--from", "squid", configuration, "--preview", "--format", "json")
    assert done.returncode == 0, done.stderr
    lines = {line["line"]: line["outcome"] for line in json.loads(done.stdout)}
    assert lines == {1: "unmapped", 2: "unmapped", 3: "mapped", 4: "ignored"}
    table = run("--from", "squid", configuration, "--preview").stdout
    assert "NOT MAPPED" in table and "squid.conf:2" in table


def test_a_broken_configuration_is_told_with_its_line(tmp_path):
    configuration = tmp_path / "squidGuard.conf"
    configuration.write_text("src a {\n  ip 10.0.0.300\n}\nacl {\n}\n")
    done = run("--from", "squidguard", configuration)
    assert done.returncode == 1 and done.stdout == ""
    assert f"{configuration}:2:1: " in done.stderr
    missing = run("--from", "squid", tmp_path / "nowhere.conf")
    assert missing.returncode == 1 and "no such file" in missing.stderr
