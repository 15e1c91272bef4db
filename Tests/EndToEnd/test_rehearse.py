"""What would change under another policy, and why anything was decided at any moment: over real recorded visits."""
import json
import os
import signal
import subprocess
import time

import pytest
from harness import Origin, Weir, connect, wait_for

POLICY = """
weir: 1
timezone: UTC
clients:
  mia: { group: kids, addresses: [192.168.1.20] }
groups:
  kids:
    rules:
      - block: [games]
      - limit: ["site:video.test"]
        to: 3 visits per day
      - warn: ["site:shop.test"]
      - block: ["type:image/png"]
  default: { default: allow }
categories:
  games: { title: Games, sites: [games.test] }
"""
HOSTS = ["games.test", "news.test", "www.news.test", "video.test", "shop.test", "plain.test"]


def ask(weir, address, host, path="/"):
    with connect(weir.port) as s:
        s.sendall(f"GET http://{host}:{weir.origin}{path} HTTP/1.1\r\nHost: {host}:{weir.origin}\r\nX-Forwarded-For: {address}\r\n"
                  "Sec-Fetch-Dest: document\r\nConnection: close\r\n\r\n".encode())
        reply = b""
        while data := s.recv(65536):
            reply += data
    return int(reply.split()[1])


@pytest.fixture(scope="module")
def weir():
    with Weir(policy=POLICY, database=True, config={"proxy": {"trusted-peers": ["127.0.0.1"]}}) as house, \
            Origin(pages={"/a.png": ("image/png", b"png")}) as origin:
        house.setup().mine("policy", "apply", str(house.policy))
        house.origin = origin.port
        for turn in range(5):
            for host in HOSTS:
                ask(house, "192.168.1.20", host, f"/{turn}")
                ask(house, "192.168.1.99", host, f"/{turn}")
        ask(house, "192.168.1.20", "plain.test", "/a.png")
        with connect(house.port) as s:  # malformed: no rule judges it
            s.sendall(b"GET http://news.test/ HTTP/1.1\r\nHost: a\r\nHost: b\r\nX-Forwarded-For: 192.168.1.20\r\n\r\n")
            s.recv(1000)
        wait_for(lambda: len(house.visits()) == 62)
        yield house


def rehearse(weir, draft, *options):
    return json.loads(weir.mine("policy", "rehearse", "-", "--format", "json", *options, input=draft).stdout)


def test_the_recorded_visits_hold_every_kind(weir):
    mine = [v for v in weir.visits() if v["client"] == "mia"]
    video = [v["verdict"] for v in mine if v["host"] == "video.test"]
    assert video == ["allow"] * 3 + ["block"] * 2
    assert {v["verdict"] for v in mine if v["host"] == "shop.test"} == {"warn"}
    assert [v["verdict"] for v in mine if v["path"] == "/a.png"] == ["block"]


def test_the_policy_that_recorded_changes_nothing(weir):
    for options in ([], ["--against", "running"], ["--days", "30"]):
        found = rehearse(weir, POLICY, *options)
        assert found["changes"] == {"blocked": 0, "allowed": 0, "warned": 0}, found["examples"]
        assert found["judged"] == found["unchanged"] == 61 and found["notJudged"] == 1
        assert found["drifted"] == 0 and found["byAnotherRule"] == 0 and found["examples"] == []
    text = weir.mine("policy", "rehearse", str(weir.policy)).stdout
    assert "61 visits judged" in text and "61 unchanged, 0 newly blocked" in text


def test_one_site_blocked_changes_exactly_its_visits(weir):
    found = rehearse(weir, POLICY.replace("sites: [games.test]", "sites: [games.test, news.test]"))
    assert found["changes"] == {"blocked": 10, "allowed": 0, "warned": 0}
    row = {"blocked": 10, "allowed": 0, "warned": 0}
    assert found["sites"] == [{"name": "news.test", **row}] and found["clients"] == [{"name": "mia", **row}]
    assert found["groups"] == [{"name": "kids", **row}] and found["categories"] == [{"name": "games", **row}]
    assert found["rules"] == [{"name": "groups.kids.rules[0]", **row}]
    example = found["examples"][0]
    assert (example["before"], example["after"], example["change"]) == ("allow", "block", "blocked")
    expected = {v["id"] for v in weir.visits() if v["client"] == "mia" and v["host"].endswith("news.test")}
    assert {e["visit"] for e in found["examples"]} <= expected and len(expected) == 10


def test_budgets_are_counted_again(weir):
    found = rehearse(weir, POLICY.replace("3 visits per day", "1 visit per day"))
    assert found["changes"] == {"blocked": 2, "allowed": 0, "warned": 0} and found["sites"][0]["name"] == "video.test"
    found = rehearse(weir, POLICY.replace("3 visits per day", "4 visits per day"))
    assert found["changes"] == {"blocked": 0, "allowed": 1, "warned": 0}


def test_what_the_running_policy_changed_already_is_told_apart(weir):
    draft = POLICY.replace("default: { default: allow }", "default: { default: block }")
    assert rehearse(weir, draft)["changes"]["blocked"] == 30
    weir.mine("policy", "apply", "-", input=draft)
    try:
        found = rehearse(weir, draft)
        assert found["changes"]["blocked"] == found["alreadyToday"] == found["drifted"] == 30
        assert rehearse(weir, draft, "--against", "running")["changes"] == {"blocked": 0, "allowed": 0, "warned": 0}
        old = json.loads(weir.mine("policy", "rehearse", "--revision", "2", "--format", "json").stdout)
        assert old["changes"]["blocked"] == 0 and old["drifted"] == 30
    finally:
        weir.mine("policy", "apply", str(weir.policy))


def test_a_span_leaves_the_rest_out(weir):
    found = rehearse(weir, POLICY, "--from", "2020-01-01", "--to", "2020-02-01")
    assert found["judged"] == 0 and found["changes"] == {"blocked": 0, "allowed": 0, "warned": 0}


@pytest.mark.parametrize("draft, place", [("weir: 1\ngroups:\n  default: { rules: [ { block: [gmaes] } ] }\n", "3:"), ("", "1:1"), ("weir: [" * 3000, "1:")])
def test_a_hostile_draft_is_told_where_it_is_wrong(weir, tmp_path, draft, place):
    file = tmp_path / "draft.yaml"
    file.write_text(draft)
    reply = weir.mine("policy", "rehearse", str(file), check=False)
    assert reply.returncode == 1 and reply.stdout == "" and f"{file}:{place}" in reply.stderr


@pytest.mark.parametrize("options", [[], ["x.yaml", "--revision", "1"], ["x.yaml", "--days", "0"], ["x.yaml", "--days", "3", "--from", "2026-01-01"],
                                     ["x.yaml", "--against", "nothing"]])
def test_a_wrong_command_line(weir, options):
    assert weir.mine("policy", "rehearse", *options, check=False).returncode in (2, 64)


def test_the_same_through_the_api(weir):
    draft = POLICY.replace("sites: [games.test]", "sites: [games.test, news.test]")
    begun = weir.api("POST", "/api/policy/rehearsals", {"text": draft, "days": 2})
    ended = wait_for(lambda: (lambda a: a if a["state"] != "going" else None)(weir.api("GET", f"/api/policy/rehearsals/{begun['id']}")))
    assert ended["state"] == "done" and ended["report"]["changes"]["blocked"] == 10
    assert ended["report"]["clients"] == rehearse(weir, draft)["clients"]


def test_a_user_stops_it(weir):
    """Ctrl-C ends the command, in the midst of it too; the server goes on and keeps nothing of it."""
    for delay in (0.0, 0.05, 0.2):
        command = subprocess.Popen(
            [os.environ["WEIR"], "policy", "rehearse", str(weir.policy), "--days", "3000", "--config", str(weir.config)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(delay)
        command.send_signal(signal.SIGINT)
        command.communicate(timeout=5)
        assert command.returncode in (-signal.SIGINT, 130, 0)
    assert weir.serving() and ask(weir, "192.168.1.77", "unseen.test") == 200
    begun = weir.api("POST", "/api/policy/rehearsals", {"text": POLICY, "days": 3000})
    stopped = weir.api("DELETE", f"/api/policy/rehearsals/{begun['id']}")
    ended = wait_for(lambda: (lambda a: a if a["state"] != "going" else None)(weir.api("GET", f"/api/policy/rehearsals/{begun['id']}")))
    assert stopped["id"] == begun["id"] and ended["state"] in ("stopped", "done")
    # Another one may begin at once.
    assert weir.api("POST", "/api/policy/rehearsals", {"text": POLICY})["id"] != begun["id"]


# ---------------------------------------------------------------------------------------------------------------------- explain


def explain(weir, url, *options):
    return json.loads(weir.mine("explain", "--json", "--trace", *options, url).stdout)


def test_explain_asks_the_stored_policy(weir):
    answer = explain(weir, "http://games.test/", "--client", "192.168.1.20")
    assert (answer["verdict"], answer["rule"], answer["client"], answer["group"]) == ("block", "groups.kids.rules[0]", "mia", "kids")
    assert [(s["by"], s["found"]) for s in answer["recognition"]] == [("user", None), ("mac", None), ("address", "mia")]
    assert answer["recognition"][2]["settlesClient"] and answer["recognition"][2]["entry"] == "192.168.1.20/32"
    assert answer["memberships"][0]["category"] == "games" and answer["memberships"][0]["evidence"]["entry"] == "games.test"
    assert answer["trace"][-1]["result"] == "decided" and answer["unreached"][0]["rule"] == "groups.kids.rules[1]"
    other = explain(weir, "http://games.test/", "--client", "192.168.1.99")
    assert [s["by"] for s in other["recognition"]] == ["user", "mac", "address", "group-user", "group-address", "none"]
    assert other["recognition"][-1]["settlesGroup"] and other["verdict"] == "allow"
    text = weir.mine("explain", "http://games.test/", "--client", "192.168.1.20").stdout
    assert "→ address 192.168.1.20: mia" in text and "groups.kids.rules[1]: Limit video.test" in text and "Not reached." in text


def test_explain_asks_any_revision(weir):
    newest = json.loads(weir.mine("policy", "history", "--json").stdout)[0]["revision"]
    assert explain(weir, "http://games.test/", "--client", "192.168.1.20", "--revision", str(newest))["revision"] == newest
    # The first revision is the home policy, which knows no mia.
    assert explain(weir, "http://games.test/", "--client", "192.168.1.20", "--revision", "1")["client"] == "192.168.1.20"
    reply = weir.mine("explain", "http://games.test/", "--revision", "999", check=False)
    assert reply.returncode == 1 and "no revision 999" in reply.stderr


def test_budgets_and_pauses_as_they_were(weir):
    visits = [v for v in weir.visits() if v["client"] == "mia" and v["host"] == "video.test"]
    # Budgets are known by the hour and its minutes: after the last visit the budget is used up, a day before it was not.
    used = wait_for(lambda: (lambda a: a if a["verdict"] == "block" else None)(
        explain(weir, "http://video.test/", "--client", "192.168.1.20", "--at", visits[-1]["time"])))
    assert used["rule"] == "groups.kids.rules[1]" and used["budgets"][0]["used"] == 3
    assert explain(weir, "http://video.test/", "--client", "192.168.1.20", "--at", "2025-01-01T12:00:00Z")["verdict"] == "allow"
    pause = weir.api("POST", "/api/grants", {"scope": "client", "name": "mia", "verb": "block", "target": "all", "minutes": 5})
    time.sleep(1.2)
    moment = json.loads(json.dumps(weir.api("GET", "/api/grants")))["grants"][0]
    weir.api("DELETE", f"/api/grants/{pause['id']}")
    assert explain(weir, "http://plain.test/", "--client", "192.168.1.20")["verdict"] == "allow"
    begun = moment["from"]
    then = explain(weir, "http://plain.test/", "--client", "192.168.1.20", "--at", begun.replace("Z", "+00:00"))
    assert then["verdict"] == "block" and then["rule"] == f"grants[{pause['id']}]"


def test_what_was_used_can_be_supposed(weir):
    def verdict(*options):
        reply = weir.mine("explain", "--json", "http://video.test/", "--client", "192.168.1.20", "--at", "2025-01-01T12:00:00Z", *options, check=False)
        return json.loads(reply.stdout)["verdict"] if reply.returncode == 0 else reply
    assert verdict() == "allow" and verdict("--used", "groups.kids.rules[1]=2 visits") == "allow"
    assert verdict("--used", "groups.kids.rules[1]=3 visits") == "block"
    unknown = verdict("--used", "groups.kids.rules[0]=3 visits")
    assert unknown.returncode == 1 and "its limits: groups.kids.rules[1]" in unknown.stderr
    assert verdict("--used", "groups.kids.rules[1]").returncode == 2
    alone = weir.command("explain", "--policy", str(weir.policy), "--client", "192.168.1.20", "--used", "groups.kids.rules[1]=3 visits", "--json", "http://video.test/")
    assert json.loads(alone.stdout)["rule"] == "groups.kids.rules[1]" and json.loads(alone.stdout)["verdict"] == "block"


def test_a_visit_leads_to_the_policy_that_judged_it(weir):
    visit = next(v for v in weir.visits() if v["client"] == "mia" and v["host"] == "games.test")
    query = f"/api/explain?url=http://games.test/&address=192.168.1.20&at={visit['time']}&generation={visit['generation']}"
    answer = weir.api("GET", query)
    assert answer["explanation"]["rule"] == visit["rule"] and answer["revision"] == 2
    assert answer["path"]["recognition"][2]["found"] == "mia"


def test_a_batch_asks_the_stored_policy(weir):
    lines = "".join(json.dumps({"id": i, "client": "192.168.1.20", "url": f"http://{h}/"}) + "\n" for i, h in enumerate(HOSTS))
    answers = [json.loads(line) for line in weir.mine("explain", "--batch", input=lines).stdout.splitlines()]
    assert [a["verdict"] for a in answers][:3] == ["block", "allow", "allow"] and [a["id"] for a in answers] == list(range(len(HOSTS)))
