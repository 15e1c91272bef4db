"""The policy language through `weir check` and `weir explain`, from its specification alone."""
import json
import select
import subprocess

import pytest
from harness import WEIR

HEAD = "weir: 1\ntimezone: UTC\n"
DEFAULT = "groups: { default: { default: block } }\n"
AT = "2026-09-01T08:30:00Z"


def check(tmp_path, content):
    """Exit code, and the lines without the file's name."""
    file = tmp_path / "p.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    reply = subprocess.run([WEIR, "check", str(file)], capture_output=True, timeout=60)
    assert reply.stdout == b""
    lines = reply.stderr.decode().splitlines()
    assert all(line.startswith(f"{file}:") for line in lines), lines
    return reply.returncode, [line[len(str(file)) + 1:] for line in lines]


def ask(tmp_path, policy, *questions):
    file = tmp_path / "p.yaml"
    file.write_text(policy)
    lines = "".join((q if isinstance(q, str) else json.dumps({"id": i, "at": AT, **q})) + "\n" for i, q in enumerate(questions))
    reply = subprocess.run([WEIR, "explain", "--policy", str(file), "--batch"], input=lines, capture_output=True, text=True, timeout=60)
    assert reply.returncode == 0 and reply.stderr == "", reply.stderr
    answers = [json.loads(line) for line in reply.stdout.splitlines()]
    assert len(answers) == len(questions)
    return answers


# -------------------------------------------------------------------------------------------------------------------- the text


@pytest.mark.parametrize("content", [
    HEAD + DEFAULT,
    "---\n" + HEAD + DEFAULT + "...\n",
    "\ufeff" + HEAD + DEFAULT,
    (HEAD + DEFAULT).replace("\n", "\r\n"),
    HEAD + DEFAULT + "# " + "x" * 1_000_000,
    HEAD + "groups:\n  default: &all { default: !!str block }\n  kids: *all\n",
    # What YAML makes booleans, numbers, dates and nothing of are names here.
    HEAD + "groups: { on: {}, no: {}, 1: {}, 2026-01-01: {}, null: {}, default: {} }\nclients: { yes: { group: on }, 12: { group: 1 }, off: { group: null } }\n",
    HEAD + "schedules: { s: { weekly: { from: 21:00, to: 07:30 }, except: 2026-12-24 } }\n" + DEFAULT,
    HEAD + "categories: { c: { sites: [no, on, 1.5, 0x10] } }\n" + DEFAULT,
    HEAD + "groups: { default: { safe-search: YES, youtube: off, opaque: block, record: site, inspect: off, note: 1, rules: } }\n",
], ids=range(10))
def test_good_texts(tmp_path, content):
    code, said = check(tmp_path, content)
    assert code == 0 and all("warning: safe-search cannot" in line for line in said)


@pytest.mark.parametrize("content, place", [
    ("", "1:1"), ("# nothing\n", "1:1"), ("hello\n", "1:1"), ("- a\n", "1:1"), (HEAD + DEFAULT + "---\n" + HEAD + DEFAULT, "4:1"),
    (HEAD + DEFAULT + "x: \0\n", "4:4"), (HEAD + DEFAULT + "x: a\u0007b\n", "4:5"),
    ((HEAD + DEFAULT).encode() + b"# caf\xe9\n", "4:6"), ((HEAD + DEFAULT).encode("utf-16"), "1:1"),
    (HEAD + "groups:\n\tdefault: {}\n", "4:1"), (HEAD + "groups: " + "[" * 20_000 + "]" * 20_000, "3:"),
    (HEAD + "groups: &a { default: *a }\n", "3:"), (HEAD + "groups: { default: {} }\nweir: 1\n", "4:1"),
    (HEAD + "groups:\n  default: {}\n  \"default\": {}\n", "5:3"), ("weir: 2\n" + DEFAULT, "1:7"),
    (HEAD + DEFAULT + "x: &a [" + "y," * 9 + "y]\n" + "".join(f"x{i}: [" + "*a," * 9 + "*a]\n" for i in range(120)), "105:8"),
    (HEAD + "groups: [default]\n", "3:"), (HEAD + "groups: { default: { inherit: a }, a: { inherit: default } }\n", "3:"),
    (HEAD + "groups: { all: {}, default: {} }\n", "3:11"), (HEAD + "categories: { ip-host: {} }\n" + DEFAULT, "3:15"),
    (HEAD + "clients: { a: { users: x }, b: { users: [y, x] } }\n" + DEFAULT, "3:"),
    (HEAD + "clients: { a: { macs: [\"3c:22:fb:01:02:03\"] }, b: { macs: [\"3C-22-FB-01-02-03\"] } }\n" + DEFAULT, "3:"),
    (HEAD + "clients: { a: { addresses: [\"::ffff:10.0.0.1\"] }, b: { addresses: [10.0.0.1/32] } }\n" + DEFAULT, "3:"),
    (HEAD + "groups: { a: { addresses: [10.0.0.0/8] }, b: { addresses: [10.9.9.9/8] }, default: {} }\n", "3:"),
], ids=range(24))
def test_bad_texts(tmp_path, content, place):
    code, lines = check(tmp_path, content)
    assert code == 1 and lines and lines[0].startswith(place), lines


def rule(text, house=""):
    return (HEAD + "categories: { c: { sites: [c.test] } }\nschedules: { s: { weekly: [ {} ] } }\nclients: { kim: { addresses: [10.0.0.1] } }\n" + house
            + "groups: { kids: { addresses: [10.1.0.0/16] }, default: { rules: [ " + text + " ] } }\n")


@pytest.mark.parametrize("text", [
    "{ block: c }", "{ block: [all] }", "{ block: c, during: s, except-during: [s] }", "{ block: c, only: [kim, kids], except: ip-host, reason: on }",
    "{ warn: uncategorized, for: 1h30m }", "{ limit: c, to: 1h per day, resets: 04:00, shared: on }", "{ limit: c, to: 500 MiB per week }",
    "{ limit: c, to: 1 visit per hour }", "{ allow: [\"site:=a.test\", \"url:a.test/x\", 'expr:a\\d', \"type:video/*\", \"ext:.exe\", \"method:POST\", \"port:1\"] }",
])
def test_good_rules(tmp_path, text):
    assert check(tmp_path, rule(text)) == (0, [])


@pytest.mark.parametrize("text", [
    "{}", "{ reason: x }", "~", "{ block: c, allow: c }", "{ block: c, block: c }", "{ block: [] }", "{ block: ~ }", "{ block: \"\" }", "{ block: [[c]] }",
    "{ block: d }", "{ block: \"site:\" }", "{ block: \"site:a b\" }", "{ block: \"type:video\" }", "{ block: \"port:0\" }", "{ block: \"port:65536\" }",
    "{ block: \"expr:a(\" }", "{ block: \"cat:c\" }", "{ block: c, during: [] }", "{ block: c, during: t }", "{ block: c, only: nobody }", "{ block: c, final: on }",
    "{ block: c, to: 1h per day }", "{ allow: c, for: 5m }", "{ warn: c, resets: \"04:00\" }", "{ warn: c, for: 0m }", "{ warn: c, for: 15 }", "{ limit: c }",
    "{ limit: c, to: 1h }", "{ limit: c, to: 0m per day }", "{ limit: c, to: 1h per month }", "{ limit: c, to: 99999999999999999999GB per day }",
    "{ limit: c, to: 1h per day, resets: \"25:00\" }", "{ limit: c, to: 1h per day, shared: maybe }", "{ blok: c }",
])
def test_bad_rules(tmp_path, text):
    code, lines = check(tmp_path, rule(text))
    assert code == 1 and lines and lines[0].startswith("6:"), lines


def test_house_rules_may_be_final(tmp_path):
    assert check(tmp_path, rule("{ block: c }", "rules: [ { block: c, final: yes } ]\n")) == (0, [])


# --------------------------------------------------------------------------------------------------------------- the canonical URL


def blocking(target_or_category):
    categories = f"categories:\n  c: {target_or_category}\n" if target_or_category.startswith("{") else ""
    target = "c" if categories else json.dumps(target_or_category)
    return HEAD + categories + f"groups:\n  default:\n    rules:\n      - block: {target}\n    default: allow\n"


@pytest.mark.parametrize("target, inside, outside", [
    ('{ urls: ["u.test/a/b", "q.test/s?x=1", "d.test/dir/", "é.test/é", "p.test:8443/p", "k.test/k=", "root.test/"] }',
     ["u.test/a/b", "u.test/a/b/", "u.test/a/b?x", "u.test/a/b&y", "u.test/a/b=1", "u.test/a/b;j", "u.test//a//b", "u.test/a/./b", "u.test/a/c/../b", "u.test/%61/b",
      "www.U.test/a/b", "u.test:81/a/b", "u.test/x/%2E%2e/a/b", "x:y@u.test/a/b#f", "q.test/s?x=%31&y", "d.test/dir", "d.test/dir?x", "xn--9ca.test/%c3%a9",
      "p.test:8443/p", "k.test/k=zzz", "root.test", "root.test/any"],
     ["u.test/a/bc", "u.test/A/b", "u.test/a%2Fb", "u.test/a/b-", "u.test/a", "notu.test/a/b", "q.test/s?x=12", "d.test/dirx", "p.test/p", "p.test:8444/p", "k.test/k",
      "q.test//s/?x=1"]),
    ('{ sites: [ex.test, "=only.test", "*.sub.test", tld, 192.0.2.7, 198.51.100.0/24, "2001:db8::/32", "bücher.test", "ＦＵＬＬ.test", "dot.test."] }',
     ["ex.test", "a.b.EX.test.", "only.test", "a.b.sub.test", "x.tld", "tld", "192.0.2.7", "0xc0.0.2.7", "3221225991", "0300.0.519", "[::ffff:c000:207]",
      "198.51.100.200:99", "[2001:DB8:0::1]", "xn--bcher-kva.test", "BÜCHER.test", "full.test", "dot.test", "192.0.2.7.", "ex%2Etest", "ex.test:", "ex.test:080"],
     ["notex.test", "www.only.test", "sub.test", "tld.x", "192.0.2.8", "198.51.101.1", "[2001:db9::1]", "ex.test.evil", "7.2.0.192.test"]),
    ("ext:exe", ["x/a.exe", "x/a.EXE", "x/b.tar.exe?x", "x/a.e%78e"], ["x/exe", "x/a.exe/", "x/a.exe.zip", "x.exe/", "x/?f=a.exe"]),
    ("port:80", ["x/"], ["x:81/"]),
    ("ip-host", ["1.2.3.4/", "[::1]/", "0x7f.1/"], ["x.test/", "1.2.3.4.test/"]),
    ("expr:/AD/", ["x/ad/", "x/AD/"], ["x/a"]),
    ("expr:(?-i)/AD/", ["x/AD/"], ["x/ad/"]),
    ("expr:^http://x/$", ["x", "x:80"], ["x/a"]),
], ids=["urls", "sites", "ext", "port", "ip-host", "expr", "expr-case", "expr-whole"])
def test_what_matches(tmp_path, target, inside, outside):
    answers = ask(tmp_path, blocking(target), *[{"url": "http://" + u} for u in inside + outside])
    wrong = [(u, a) for u, a, v in zip(inside + outside, answers, ["block"] * len(inside) + ["allow"] * len(outside)) if a.get("verdict") != v]
    assert not wrong


def test_what_cannot_be_judged(tmp_path):
    urls = ["", "foo", "/path", "http://", "http:///x", "http://1.2.3.4.5/", "http://256.1.1.1/", "http://0x1.0x2.3.08/", "http://[fe80::1%eth0]/", "http://a\\b/",
            "http://a:99999/", "http://a:-1/", "http://a:x/", "http://a b/", "http://[::1/", "http://a..b/", "http://%00/", "http://999999999999/"]
    answers = ask(tmp_path, HEAD + DEFAULT, *[{"url": u} for u in urls])
    assert [(u, a) for u, a in zip(urls, answers) if set(a) != {"id", "error"}] == []


def test_as_sent_tightens_and_never_loosens(tmp_path):
    policy = (HEAD + 'categories:\n  c: { urls: [s.test/q], expressions: ["//x"] }\ngroups:\n  default:\n    rules:\n      - allow: ["url:s.test/ok"]\n'
              '      - block: c\n        except: ["url:s.test/fine"]\n    default: allow\n')
    cases = {"http://s.test/c/../q": "block", "http://s.test//x": "block", "http://s.test/x": "allow", "http://s.test/fine/../q": "block",
             "http://s.test/q/../fine/q": "allow", "http://s.test/ok/../q": "block", "http://s.test/q/../ok": "allow"}
    assert {u: a["verdict"] for u, a in zip(cases, ask(tmp_path, policy, *[{"url": u} for u in cases]))} == cases


def test_connect_is_judged_by_what_is_known(tmp_path):
    policy = (HEAD + "categories:\n  c: { urls: [x.test/a], sites: [y.test] }\ngroups:\n  default:\n    rules:\n      - allow: [\"port:9443\"]\n"
              "      - block: [c, \"type:text/*\", \"method:POST\"]\n        except: [\"url:y.test/ok\"]\n    default: allow\n")
    cases = {"x.test:443": "allow", "y.test:443": "block", "https://y.test/": "block", "https://y.test:9443/": "allow", "y.test:9443": "allow", "[::1]:443": "allow",
             "y.test": None, "y.test:0": None, "y.test:70000": None}
    answers = ask(tmp_path, policy, *[{"url": u, "method": "CONNECT"} for u in cases])
    assert {u: a.get("verdict") for u, a in zip(cases, answers)} == cases
    plain = ask(tmp_path, policy, {"url": "https://y.test/ok"}, {"url": "http://z.test/", "type": "Text/HTML; charset=x"}, {"url": "http://z.test/", "method": "POST"})
    assert [a["verdict"] for a in plain] == ["allow", "block", "block"]


# ------------------------------------------------------------------------------------------------------------------ the answer

FIELDS = "id verdict rule client group category categories evidence schedule until reason".split()


def test_an_answer_whole(tmp_path):
    policy = (HEAD + "clients: { kim: { addresses: [10.0.0.1] } }\ncategories:\n  games:\n    sites:\n      - one.test\n      - two.test\n  both: { sites: [two.test] }\n"
              "schedules: { all-day: { weekly: [ {} ] }, day: { weekly: [ { from: 08:00, to: 09:00 } ] } }\n"
              "groups:\n  default:\n    rules:\n      - block: [both, games]\n        during: day\n        reason: Later\n      - block: uncategorized\n    default: allow\n")
    answers = ask(tmp_path, policy, {"url": "http://a.two.test/", "client": "10.0.0.1"}, {"url": "http://one.test/"}, {"url": "http://three.test/"},
                  {"url": "http://one.test/", "at": "2026-09-01T10:00:00Z"})
    for answer in answers:
        assert list(answer) == FIELDS
    assert answers[0] | {"until": None} == {
        "id": 0, "verdict": "block", "rule": "groups.default.rules[0]", "client": "kim", "group": "default", "category": "both", "categories": ["games", "both"],
        "evidence": {"list": None, "entry": "two.test", "line": 9}, "schedule": "day", "until": None, "reason": "Later"}
    assert answers[0]["until"] in ("2026-09-01T09:00:00Z", "2026-09-01T09:00:00+00:00")
    assert answers[1]["evidence"] == {"list": None, "entry": "one.test", "line": 7} and answers[1]["client"] is None
    assert (answers[2]["category"], answers[2]["categories"], answers[2]["evidence"]) == ("uncategorized", [], None)
    assert (answers[3]["verdict"], answers[3]["rule"], answers[3]["category"], answers[3]["schedule"]) == ("allow", "groups.default.default", None, None)


def test_odd_questions(tmp_path):
    lines = ['{}', '[]', 'null', 'not json', '{"id":1', '{"id":7,"url":5}', '{"id":7,"url":"http://a/","client":"300.1.1.1"}', '{"id":7,"url":"http://a/","at":"noon"}',
             '{"id":7,"url":"http://a/","used":{"x":{"minutes":-1}}}', "[" * 100_000]
    answers = ask(tmp_path, HEAD + DEFAULT, *lines)
    assert all(set(a) == {"id", "error"} for a in answers)
    assert [a["id"] for a in answers] == [None] * 4 + [1] + [7] * 4 + [None], "what stood before the fault is known"
    good = ask(tmp_path, HEAD + DEFAULT, '{"id":{"a":[1,"x"]},"url":"http://a/","client":null,"user":null,"mac":null,"method":null,"used":null,"at":null}',
               {"url": "http://a/" + "x" * 300_000}, {"url": "http://a/", "client": "::ffff:10.0.0.1"})
    assert good[0]["id"] == {"a": [1, "x"]} and [a["verdict"] for a in good] == ["block"] * 3 and good[2]["client"] == "10.0.0.1"


def test_a_batch_may_ask_and_read_in_turn(tmp_path):
    file = tmp_path / "p.yaml"
    file.write_text(HEAD + DEFAULT)
    with subprocess.Popen([WEIR, "explain", "--policy", str(file), "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        for number in range(3):
            process.stdin.write(json.dumps({"id": number, "at": AT, "url": "http://a/"}).encode() + b"\r\n\n")
            process.stdin.flush()
            assert select.select([process.stdout], [], [], 20)[0], "no answer before the next question"
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.write(b'{"id":"last","url":"http://a/"}')
        process.stdin.close()
        assert json.loads(process.stdout.readline())["id"] == "last"
        assert process.wait(20) == 0


def test_explain_one_url(tmp_path):
    file = tmp_path / "p.yaml"
    file.write_text(HEAD + DEFAULT)

    def run(*arguments):
        return subprocess.run([WEIR, "explain", "--policy", str(file), *arguments], capture_output=True, text=True, timeout=60)

    assert json.loads(run("--json", "http://a.test/").stdout)["verdict"] == "block"
    for arguments, code in [(["/nothing"], 1), (["--at", "noon", "http://a/"], 2), (["--client", "x", "http://a/"], 2), (["--mac", "x", "http://a/"], 2), ([], 2),
                            (["--batch", "http://a/"], 2)]:
        reply = run(*arguments)
        assert (reply.returncode, reply.stdout) == (code, "") and reply.stderr, arguments
    file.write_text("weir: 1\ngroups: { default: { blok: all } }\n")
    reply = run("http://a/")
    assert reply.returncode == 1 and f"{file}:2:" in reply.stderr and reply.stdout == ""


# ---------------------------------------------------------------------------------------------------------------- budgets, time


def limit(to, more="", zone="UTC"):
    return f"weir: 1\ntimezone: {zone}\ngroups:\n  default:\n    rules:\n      - limit: all\n        to: {to}\n{more}    default: allow\n"


@pytest.mark.parametrize("to, unit, amount", [
    ("1h per day", "minutes", 60), ("1h30m per day", "minutes", 90), ("500MB per day", "bytes", 500 * 10**6), ("2 kB per hour", "bytes", 2000), ("2KiB per hour", "bytes", 2048),
    ("1MiB per day", "bytes", 2**20), ("1GB per week", "bytes", 10**9), ("1GiB per day", "bytes", 2**30), ("1TB per week", "bytes", 10**12), ("20 visits per day", "visits", 20),
])
def test_budgets(tmp_path, to, unit, amount):
    used = [{"url": "http://a/", "used": {"groups.default.rules[0]": {unit: n}}} for n in (0, amount - 1, amount, amount * 2)]
    assert [a["verdict"] for a in ask(tmp_path, limit(to), *used)] == ["allow", "allow", "block", "block"]


@pytest.mark.parametrize("policy, at, until", [
    (limit("60m per day", zone="Asia/Kathmandu"), "2026-09-01T08:30:00Z", "2026-09-02T00:00:00+05:45"),
    (limit("60m per day", zone="Europe/Berlin"), "2026-10-25T01:30:00+02:00", "2026-10-26T00:00:00+01:00"),
    (limit("60m per day", '        resets: "04:00"\n', "Europe/Berlin"), "2026-09-01T03:59:59+02:00", "2026-09-01T04:00:00+02:00"),
    (limit("60m per day", '        resets: "04:00"\n', "Europe/Berlin"), "2026-09-01T04:00:00+02:00", "2026-09-02T04:00:00+02:00"),
    (limit("60m per day", '        resets: "02:30"\n', "Europe/Berlin"), "2027-03-28T01:00:00+01:00", "2027-03-28T03:00:00+02:00"),
    (limit("60m per day", zone="Africa/Cairo"), "2026-04-23T20:00:00+02:00", "2026-04-24T01:00:00+03:00"),
    (limit("60m per week", zone="Europe/Berlin"), "2026-09-06T23:59:59+02:00", "2026-09-07T00:00:00+02:00"),
    (limit("60m per week", '        resets: "04:00"\n', "Europe/Berlin"), "2026-09-07T03:59:59+02:00", "2026-09-07T04:00:00+02:00"),
    (limit("60m per hour", zone="Asia/Kolkata"), "2026-09-01T08:45:00Z", "2026-09-01T15:00:00+05:30"),
    (limit("60m per hour", zone="Europe/Berlin"), "2026-10-25T02:40:00+02:00", "2026-10-25T02:00:00+01:00"),
    (limit("60m per hour", zone="Europe/Berlin"), "2027-03-28T01:40:00+01:00", "2027-03-28T03:00:00+02:00"),
], ids=range(11))
def test_when_a_budget_comes_back(tmp_path, policy, at, until):
    answer, = ask(tmp_path, policy, {"url": "http://a/", "at": at, "used": {"groups.default.rules[0]": {"minutes": 60}}})
    assert (answer["verdict"], answer["until"]) == ("block", until)


def during(schedules, rules="      - block: all\n        during: s\n"):
    return f"weir: 1\ntimezone: Europe/Paris\nschedules:\n{schedules}groups:\n  default:\n    rules:\n{rules}    default: allow\n"


@pytest.mark.parametrize("policy, at, verdict, until", [
    (during('  s: { weekly: [ { from: "17:00", to: "20:00" } ] }\n'), "2026-09-01T19:59:59+02:00", "block", "2026-09-01T20:00:00+02:00"),
    (during('  s: { weekly: [ { from: "17:00", to: "20:00" } ] }\n'), "2026-09-01T20:00:00+02:00", "allow", "2026-09-02T17:00:00+02:00"),
    (during('  s: { weekly: [ { from: "08:00", to: "12:00" }, { from: "12:00", to: "14:00" } ] }\n'), "2026-09-01T09:00:00+02:00", "block", "2026-09-01T14:00:00+02:00"),
    (during('  s: { weekly: [ {} ] }\n'), "2026-09-01T09:00:00+02:00", "block", None),
    (during('  s: { dates: [2020-01-01] }\n'), "2026-09-01T09:00:00+02:00", "allow", None),
    (during('  s: { dates: ["*-02-29"] }\n'), "2026-09-01T09:00:00+02:00", "allow", "2028-02-29T00:00:00+01:00"),
    (during('  s: { weekly: [ { from: "21:00", to: "07:00" } ], except: [2026-09-02] }\n'), "2026-09-02T03:00:00+02:00", "block", "2026-09-02T07:00:00+02:00"),
    (during('  s: { weekly: [ { from: "21:00", to: "07:00" } ], except: [2026-09-02] }\n'), "2026-09-02T22:00:00+02:00", "allow", "2026-09-03T21:00:00+02:00"),
    (during('  s: { weekly: [ { from: "08:00", to: "18:00" } ], except: [noon] }\n  noon: { weekly: [ { days: mon-fri, from: "12:00", to: "13:00" } ] }\n'),
     "2026-09-01T12:30:00+02:00", "allow", "2026-09-01T13:00:00+02:00"),
    (during('  s: { weekly: [ {} ], except: [h] }\n  h: { dates: [ { from: 2026-09-01, to: 2026-09-03 } ], except: [2026-09-02] }\n'),
     "2026-09-02T12:00:00+02:00", "block", "2026-09-03T00:00:00+02:00"),
    (during('  s: { weekly: [ { from: "17:00", to: "20:00" } ] }\n', "      - allow: all\n        during: s\n"), "2026-09-01T09:00:00+02:00", "allow", "2026-09-01T17:00:00+02:00"),
    (during('  s: { weekly: [ { from: "17:00", to: "20:00" } ] }\n', "      - block: [\"site:b.test\"]\n        during: s\n"), "2026-09-01T09:00:00+02:00", "allow", None),
    (during('  s: { weekly: [ { from: "17:00", to: "20:00" } ] }\n', "      - block: all\n        except-during: s\n"), "2026-09-01T09:00:00+02:00", "block", "2026-09-01T17:00:00+02:00"),
], ids=range(13))
def test_when_a_verdict_changes(tmp_path, policy, at, verdict, until):
    answer, = ask(tmp_path, policy, {"url": "http://a.test/", "at": at})
    assert (answer["verdict"], answer["until"]) == (verdict, until)
