"""Budgets of a running proxy: what was used counts across kills and restarts, and is what reports say."""
import contextlib
import json
import signal
import time

import pytest
from harness import Origin, Weir, connect, raw_origin, read_head, wait_for
from test_wire_reach import hello

POLICY = """
weir: 1
timezone: UTC
groups:
  default:
    rules:
      - limit: ["site:pages.test"]
        to: 4 visits per week
      - limit: ["site:bytes.test"]
        to: 200kB per week
    default: allow
"""
PAGE = ["-H", "Accept: text/html,application/xhtml+xml", "-H", "Sec-Fetch-Dest: document", "-H", "Sec-Fetch-Mode: navigate"]
RESTARTS = {"killed": lambda weir: weir.kill(), "stopped": lambda weir: weir.stop(signal.SIGTERM)}


@pytest.mark.parametrize("how", RESTARTS)
def test_restarts_give_nothing_back(how):
    with Origin(pages={"/half": ("text/plain", b"x" * 90_000)}) as origin, Weir(policy=POLICY) as weir:
        def again():
            # What the last reply moved is journalled a moment after it ended.
            wait_for(lambda: all(visit["outcome"] != "open" for visit in weir.visits()), 5)
            RESTARTS[how](weir)
            weir.start()

        def page():
            return weir.curl(*PAGE, f"http://pages.test:{origin.port}/").status

        def half():
            return weir.curl(f"http://bytes.test:{origin.port}/half").status

        assert [page(), page(), half(), half()] == [200] * 4
        again()
        # What a page loads beside itself is no visit.
        assert weir.curl("-H", "Sec-Fetch-Dest: image", f"http://pages.test:{origin.port}/x.png").status == 200
        assert [page(), half()] == [200] * 2
        again()
        assert half() == 403
        assert [page(), page()] == [200, 403]
        again()
        assert [page(), half()] == [403, 403]
        report = json.loads(weir.mine("report", "budgets", "--from", "2020-01-01", "--format", "json").stdout)["rows"]
        rows = {row["rule"]: row for row in report}
        assert rows["groups.default.rules[0]"]["pageviews"] == 4
        assert rows["groups.default.rules[1]"]["bytes"] == 270_000


GIVEN = """
weir: 1
timezone: UTC
groups:
  default:
    rules:
      - block: "type:video/*"
      - limit: ["site:one.test"]
        to: 1 visit per week
      - limit: ["site:two.test"]
        to: 2 visits per week
    default: allow
"""
PLAIN = GIVEN.replace('      - block: "type:video/*"\n', "")


@pytest.mark.parametrize("policy, number", [(GIVEN, 1), (PLAIN, 0)], ids=["media type", "plain"])
def test_visits_are_given_whole(policy, number):
    """A budget of visits gives as many as it says, its last one to its end: wire, explain and ledger alike."""
    def slow(s):
        with s:
            head = read_head(s)
            if not head.startswith(b"GET /slow"):
                return s.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
            s.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 30000\r\nConnection: close\r\n\r\n")
            for _ in range(30):
                s.sendall(b"x" * 1000)
                time.sleep(0.1)

    with raw_origin(slow) as port, Weir(policy=policy) as weir:
        def page(host, path="/p"):
            return weir.curl(*PAGE, f"http://{host}:{port}{path}")

        def used(rule, visits):
            text = f"groups.default.rules[{rule}]={visits} visits"
            return json.loads(weir.mine("explain", "--json", "--used", text, f"http://two.test:{port}/p").stdout)["verdict"]

        assert page("one.test").status == 200
        assert page("one.test").status == 403
        assert page("two.test").status == 200
        assert used(number + 1, 1) == "allow" and used(number + 1, 2) == "block"
        last = page("two.test", "/slow")
        assert (last.code, last.status, len(last.body)) == (0, 200, 30_000)
        assert [page("two.test").status for _ in range(2)] == [403, 403]
        wait_for(lambda: all(visit["outcome"] != "open" for visit in weir.visits()), 5)
        two = [visit["verdict"] for visit in weir.visits() if visit["host"] == "two.test"]
        assert sorted(two) == ["allow"] * 2 + ["block"] * 2
        assert not [visit for visit in weir.visits() if visit["outcome"] == "closed-by-policy"]
        rows = json.loads(weir.mine("report", "budgets", "--from", "2020-01-01", "--format", "json").stdout)["rows"]
        assert {row["rule"][-3:]: row["pageviews"] for row in rows} == {f"[{number}]": 1, f"[{number + 1}]": 2}


@pytest.mark.parametrize("asked, shown", [("one.test", "one.test"), ("one.test", "www.one.test"), ("plain.test", "one.test")])
def test_the_last_tunnel_stays(asked, shown):
    """A tunnel is a visit, which a name it shows under the same limit does not make two."""
    def echo(s):
        with s:
            while data := s.recv(65536):
                s.sendall(data)

    with raw_origin(echo) as port, Weir(policy=GIVEN) as weir:
        def tunnel():
            s = connect(weir.port)
            s.sendall(f"CONNECT {asked}:{port} HTTP/1.1\r\nHost: {asked}:{port}\r\n\r\n".encode())
            return s, read_head(s).startswith(b"HTTP/1.1 200")

        s, isOpen = tunnel()
        with s:
            assert isOpen
            first = hello(shown)
            s.sendall(first)
            got = b""
            while len(got) < len(first):
                got += s.recv(65536)
            for _ in range(3):
                time.sleep(1)
                s.sendall(b"more")
                assert s.recv(100) == b"more"
            assert weir.curl(*PAGE, f"http://one.test:{port}/").status == 403
        wait_for(lambda: all(visit["outcome"] != "open" for visit in weir.visits()), 5)
        assert [(visit["verdict"], visit["outcome"]) for visit in weir.visits("--verdict", "allow")] == [("allow", "complete")]


LATER = """
weir: 1
timezone: UTC
groups:
  default:
    rules:
      - limit: ["type:video/*"]
        to: 200kB per week
      - limit: [games]
        to: 200kB per week
    default: allow
categories: { games: { sites: [games.test] } }
"""


@pytest.mark.parametrize("how", RESTARTS)
def test_what_is_limited_later_is_recorded(how):
    """A media type is known with the reply, a TLS name in the tunnel: both were begun without a budget, and draw on one all the same."""
    def drain(s):
        with s, contextlib.suppress(ConnectionResetError):
            while s.recv(65536):
                pass

    def budgets(weir):
        rows = json.loads(weir.mine("report", "budgets", "--from", "2020-01-01", "--format", "json").stdout)["rows"]
        return {row["rule"]: (row["minutes"], row["bytes"]) for row in rows}

    with Origin(pages={"/v": ("video/mp4", b"x" * 90_000)}) as origin, raw_origin(drain) as port, Weir(policy=LATER) as weir:
        def video():
            return weir.curl(f"http://pages.test:{origin.port}/v").status

        def tunnel():
            with connect(weir.port) as s:
                s.sendall(f"CONNECT plain.test:{port} HTTP/1.1\r\nHost: plain.test:{port}\r\n\r\n".encode())
                if not read_head(s).startswith(b"HTTP/1.1 200"):
                    return "refused"
                first = hello("games.test")
                try:
                    s.sendall(first + b"x" * (90_000 - len(first)))
                    s.shutdown(1)
                    return "cut" if s.recv(1) else "passed"
                except OSError:
                    return "cut"

        def ended():
            wait_for(lambda: all(visit["outcome"] != "open" for visit in weir.visits()), 5)

        assert [video(), video(), tunnel(), tunnel()] == [200, 200, "passed", "passed"]
        ended()
        RESTARTS[how](weir)
        weir.start()
        assert video() == 200
        tunnel()
        ended()
        assert video() == 403
        # Used up to its last byte: a tunnel that shows this name moves nothing any more.
        moved = sum(visit["up"] for visit in weir.visits() if visit["host"] == "plain.test")
        tunnel()
        ended()
        assert sum(visit["up"] for visit in weir.visits() if visit["host"] == "plain.test") == moved >= 200_000
        # Every number leads to the visits behind it.
        behind = weir.visits("--rule", "groups.default.rules[1]")
        assert {visit["host"] for visit in behind} == {"plain.test"} and sum(visit["verdict"] == "allow" for visit in behind) >= 2
        report = wait_for(lambda: (found := budgets(weir)) and len(found) == 2 and found, 5)
        assert report["groups.default.rules[0]"][1] == 270_000
        assert report["groups.default.rules[1]"][1] == moved
        spent = json.loads(weir.mine("report", "time-spent", "--from", "2020-01-01", "--format", "json").stdout)["rows"]
        games = next(row for row in spent if row["category"] == "games")
        assert games["minutes"] == report["groups.default.rules[1]"][0] >= 1
