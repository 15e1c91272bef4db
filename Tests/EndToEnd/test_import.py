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


def preview(origin, path):
    done = run("--from", origin, path, "--preview", "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_preview_names_what_nothing_uses(tmp_path):
    squid = tmp_path / "squid.conf"
    squid.write_text("acl all src all\nacl a src 10.0.0.1\nacl a src 10.0.0.2\nacl b dst 192.0.2.0/24\nacl any any-of a b\n"
                     "http_access deny b\nhttp_access allow all\n")
    lines = {line["line"]: line for line in preview("squid", squid)}
    assert sorted(lines) == list(range(1, 8))
    assert [lines[n]["outcome"] for n in (1, 2, 3, 5)] == ["mapped", "ignored", "ignored", "ignored"]
    assert lines[6]["allowsMore"] and not lines[4]["allowsMore"]
    guard = tmp_path / "squidGuard.conf"
    guard.write_text("time t {\nweekly\nmtwhf\n}\nsrc s {\nip 10.0.0.1 - 10.0.0.9,\n10.0.1.0 /24\n}\ndest d {\ndomainlist x\nwithin t\n}\n"
                     "rew r {\ns@a@b@i\n}\nacl {\ndefault {\npass ! d,\nall\nlog x\n}\n}\n")
    told = {line["line"] for line in preview("squidguard", guard)}
    assert told >= {1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 17, 18, 19, 20}
    (tmp_path / "e2/lists").mkdir(parents=True)
    (tmp_path / "e2/e2guardianf1.conf").write_text("groupname = 'x'\nbannedsitelist = 'lists/bannedsitelist'\n")
    (tmp_path / "e2/lists/bannedsitelist").write_text("bad.test\n")
    (tmp_path / "e2/lists/spare").write_text("spare.test\n")
    told = {(line["file"].rsplit("/", 1)[1], line["line"]) for line in preview("e2guardian", tmp_path / "e2")}
    assert told >= {("e2guardianf1.conf", 1), ("e2guardianf1.conf", 2), ("bannedsitelist", 1), ("spare", 1)}


def test_a_folder_of_e2guardians_lists(tmp_path):
    (tmp_path / "bannedsitelist").write_text("bad.example # why\n.Include<more/x>\n")
    (tmp_path / "bannedregexpurllist").write_text("\\.exe$ # programs\n")
    (tmp_path / "exceptionsitelist").write_text("good.bad.example\n")
    (tmp_path / "more").mkdir()
    (tmp_path / "more/x").write_text("more.example\n")
    policy = tmp_path / "policy.yaml"
    done = run("--from", "e2guardian", tmp_path, "--output", policy)
    assert done.returncode == 0 and "no e2guardianf1.conf" in done.stderr, done.stderr
    for url, verdict in [("http://www.bad.example/", "block"), ("http://good.bad.example/", "allow"), ("http://more.example/", "block"),
                         ("http://x.example/setup.exe", "block"), ("http://x.example/", "allow")]:
        assert explain(policy, "10.0.0.1", url) == verdict, url
    told = {line["text"] for line in preview("e2guardian", tmp_path)}
    assert told >= {"bannedsitelist", "bannedregexpurllist", "exceptionsitelist"}


def test_a_broken_configuration_is_told_with_its_line(tmp_path):
    configuration = tmp_path / "squidGuard.conf"
    configuration.write_text("src a {\n  ip 10.0.0.300\n}\nacl {\n}\n")
    done = run("--from", "squidguard", configuration)
    assert done.returncode == 1 and done.stdout == ""
    assert f"{configuration}:2:1: " in done.stderr
    missing = run("--from", "squid", tmp_path / "nowhere.conf")
    assert missing.returncode == 1 and "no such file" in missing.stderr
