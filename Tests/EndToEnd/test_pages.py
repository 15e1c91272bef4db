"""Every page in a real browser: it answers, complains of nothing, fits a phone, satisfies axe-core, works without scripts, and runs nothing others wrote."""
import os
import pathlib

import pytest
from browser import Browser
from harness import Origin, Weir, connect, free_port, wait_for
from test_lists import Source, names

SIZES = [(1280, 900, "light"), (390, 844, "dark")]
RUN = "window.owned=1"
LONG = "a" * 60
LONG_LIST = "a-list-with-a-name-that-is-really-far-too-long-for-any-column-one-could-think-of"

POLICY = """
weir: 1
timezone: UTC
clients:
  mia-tablet: { group: kids, addresses: [192.168.1.20], note: "<b>Mia</b>'s \\"tablet\\"" }
  a-device-with-a-name-that-is-really-far-too-long-for-any-column-one-could-think-of: { group: kids, addresses: [192.168.1.21] }
groups:
  kids:
    rules:
      - block: [games]
        reason: "<script>window.owned=1</script> Homework first"
      - limit: [video]
        to: 1h per day
      - warn: ["site:shop.test"]
  default: { default: allow }
rules:
  - block: [trackers]
schedules:
  bedtime: { weekly: [ { days: mon-fri, from: "20:00", to: "07:00" } ] }
lists:
  trackers: { source: trackers.hosts, format: hosts }
  fetched: { source: "FETCHED", format: domains }
  a-list-with-a-name-that-is-really-far-too-long-for-any-column-one-could-think-of: { source: long.txt, format: domains }
categories:
  games: { title: "Games & <i>play</i>", sites: [games.test, games0.test, games1.test, games2.test, games3.test] }
  video: { title: Video, sites: [video.test] }
  trackers: { title: Trackers, lists: [trackers, fetched, a-list-with-a-name-that-is-really-far-too-long-for-any-column-one-could-think-of] }
"""
# A list from an address, before it shrinks too much to be taken unseen.
FETCHED = [f"tracker{n}.test" for n in range(3000)] + [f"{LONG}.{LONG}.{LONG}.test"]
SQUIDGUARD = f"""dbdir /var/lib/squidguard/db
time work {{ weekly mtwhf 08:00 - 16:30 }}
src kids {{ ip 192.168.1.0/24 }}
dest ads {{ domainlist ads/domains urllist ads/urls expressionlist ads/expressions }}
dest {LONG} {{ domainlist "<script>{RUN}</script>/domains" }}
rew safe {{ s@(google\\..*/search.*)@\\1&safe=active@i }}
acl {{ kids within work {{ pass !ads !in-addr all }} default {{ pass none redirect http://filter.test/?u=%u }} }}
"""
HOSTS = ["games.test", "video.test", "shop.test", "constructor.test", "under_score.test", "xn--mnchen-3ya.test", f"{LONG}.{LONG}.{LONG}.test", "tracker1.test"]
PATHS = [
    "/plain", f"/<script>{RUN}</script>", f"/\"'><img/src=x/onerror={RUN}>", f"/?q=</td></table><svg/onload={RUN}>", "/{{{main}}}{{t.title}}", "/" + "w" * 3000,
    "/%E2%80%AEgnp.exe", "/caf\u00e9/\u202etxt", f"/?u=javascript:{RUN}", "/'--%27;DROP%20TABLE%20visits", "/%00%0d%0aSet-Cookie:a=b", "/&lt;b&gt;&#x3c;",
]
AGENTS = [f"<script>{RUN}</script>", f"\" onmouseover=\"{RUN}", "A" * 900, "{{t.title}}", "Mozilla/5.0 (X11; Linux x86_64)"]
NOTES = [f"<script>{RUN}</script>", f"<img src=x onerror={RUN}>", "W" * 480, "\u202eplease\u202c \U0001f9e9 {{note}} \"'`"]

ADMIN = [
    "/", "/live", "/visits", "/visits?client=mia-tablet&verdict=block", "/visits?site=nothing.example", "/visits?text=%3Cscript%3Ewindow.owned%3D1%3C%2Fscript%3E", "/reports",
    "/reports/overview", "/reports/top-sites", "/reports/top-clients", "/reports/top-categories", "/reports/blocked", "/reports/blocked-sites", "/reports/time-spent",
    "/reports/bandwidth", "/reports/heat-map", "/reports/budgets", "/reports/client-day?client=mia-tablet", "/reports/first-seen", "/reports/rules", "/reports/comparison",
    "/reports/coverage", "/clients", "/clients/mia-tablet", "/clients/192.168.1.99", "/groups/kids", "/lists", "/lists?find=tracker1.test", "/lists/trackers",
    "/lists/trackers/changes", "/lists/fetched", "/lists/fetched/changes", f"/lists/{LONG_LIST}", "/overlap", "/policy/import",
    "/categories/games", "/policy", "/policy/text", "/policy/revisions", "/policy/revisions/2", "/schedules/bedtime", "/why",
    "/why?url=http%3A%2F%2Fgames.test%2F%3Cscript%3Ewindow.owned%3D1%3C%2Fscript%3E&client=mia-tablet", "/requests", "/connect", "/settings", "/mine",
]


def axe():
    """axe-core's script: the file WEIR_AXE names, or that of the package in requirements.txt."""
    if named := os.environ.get("WEIR_AXE"):
        return pathlib.Path(named).read_text()
    package = pytest.importorskip("axe_core_python", reason="pip install -r Tests/EndToEnd/requirements.txt")
    return (pathlib.Path(package.__file__).parent / "axe.min.js").read_text()


@pytest.fixture(scope="module")
def weir():
    source = Source(names(*FETCHED))
    house = Weir(policy=POLICY.replace("FETCHED", source.url), database=True, config={"proxy": {"trusted-peers": ["127.0.0.1"]}})
    (house.data / "lists").mkdir(parents=True)
    house.data.chmod(0o700)
    (house.data / "lists" / "trackers.hosts").write_text(f"0.0.0.0 tracker1.test\n0.0.0.0 <script>{RUN}</script>\n0.0.0.0 a..b.test\n")
    (house.data / "lists" / "long.txt").write_text("".join(f"{host}\n" for host in ["tracker1.test", *FETCHED[-2:]]))
    with source, house, Origin() as origin:
        house.setup().mine("policy", "apply", str(house.policy))
        wait_for(lambda: all(one["state"] == "ready" for one in house.api("GET", "/api/lists")["lists"]))
        change_lists(house, source)
        house.origin = origin.port
        for number, path in enumerate(PATHS):
            for host in HOSTS:
                ask(house, f"192.168.1.{20 + number % 3}", host, path, AGENTS[number % len(AGENTS)])
        ask(house, "192.168.1.99", "plain.test", "/", AGENTS[0])
        ask(house, "192.168.1.99", "<script>.test", "/", AGENTS[0])
        wait_for(lambda: len(house.visits()) > len(PATHS) * len(HOSTS))
        yield house


def change_lists(house, source):
    """One list has an older version and was rolled back, another has a version that waits to be looked at."""
    trackers = house.data / "lists" / "trackers.hosts"
    trackers.write_text(trackers.read_text() + f"0.0.0.0 added.test\n0.0.0.0 {FETCHED[-1]}\n")
    house.mine("lists", "update", "trackers")
    house.mine("lists", "rollback", "trackers")
    source.give(names(*FETCHED[:40], f"new.{FETCHED[-1]}"))
    house.mine("lists", "update", "fetched", check=False)
    wait_for(lambda: any(one["state"] == "held" for one in house.api("GET", "/api/lists")["lists"]))


def ask(weir, address, host, path, agent):
    with connect(weir.port) as s:
        s.sendall(f"GET http://{host}:{weir.origin}{path} HTTP/1.1\r\nHost: {host}:{weir.origin}\r\nUser-Agent: {agent}\r\nX-Forwarded-For: {address}\r\n"
                  "Sec-Fetch-Dest: document\r\nConnection: close\r\n\r\n".encode())
        while s.recv(65536):
            pass


@pytest.fixture(scope="module")
def admin(weir):
    with Browser(name="pages") as browser:
        sign_in(weir, browser)
        yield browser


def sign_in(weir, browser):
    browser.open(f"http://127.0.0.1:{weir.admin}/sign-in")
    browser.fill("input[name=user]", "ada")
    browser.fill("input[name=password]", "correct horse battery")
    browser.go("main form button")


def look(browser, where, script, status=200, picture=None):
    """What is wrong with the page that is open, at both widths and in both schemes."""
    wrong, run = [], browser.driver.execute_script
    for width, height, scheme in SIZES:
        browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
        browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}]})
        if (wide := run("return document.documentElement.scrollWidth")) > width:
            wrong.append(f"{where}: {wide} px wide at {width}")
        if picture:
            browser.picture(f"{picture}-{width}-{scheme}")
        if not run("return !!window.axe"):
            run(script)
        found = browser.driver.execute_async_script(
            "const done = arguments[0]; axe.run(document, {resultTypes: ['violations'], preload: false}).then(r => done(r.violations.map(v => v.id + ': ' + "
            "v.nodes.slice(0, 3).map(n => n.target + ' ' + (n.any[0] || n.all[0] || n.none[0] || {}).message).join(' | '))), e => done([String(e)]))")
        wrong += [f"{where} at {width}, {scheme}: {one}" for one in found]
    if (got := run("return performance.getEntriesByType('navigation')[0].responseStatus")) != status:
        wrong.append(f"{where}: {got}")
    if run("return !!window.owned || !!document.querySelector('a[href^=\"javascript:\" i], form[action^=\"javascript:\" i]')"):
        wrong.append(f"{where}: what others wrote runs")
    return wrong


def test_admin_pages(weir, admin):
    script, wrong = axe(), []
    for path in ADMIN:
        admin.open(f"http://127.0.0.1:{weir.admin}{path}")
        wrong += look(admin, path, script)
    wrong += admin.errors()
    assert not wrong, "\n".join(wrong)


def rehearsals(weir):
    """A draft that changes much with names others chose, one that changes nothing, a stored revision."""
    draft = POLICY.replace("games3.test]", "games3.test, constructor.test, plain.test, under_score.test]").replace("default: { default: allow }", "default: { default: block }")
    found = []
    for question in ({"text": draft}, {"text": POLICY, "against": "running"}, {"revision": 1}):
        begun = weir.api("POST", "/api/policy/rehearsals", {"days": 3, **question})
        wait_for(lambda: weir.api("GET", f"/api/policy/rehearsals/{begun['id']}")["state"] == "done")
        found.append(f"/policy/rehearsals/{begun['id']}")
    return found


@pytest.mark.parametrize("language, word", [("en", "newly blocked"), ("de", "neu gesperrt")])
def test_asking_and_rehearsing(weir, language, word):
    """Rehearsals, the path to a verdict and the history of the policy, in both languages."""
    script, wrong = axe(), []
    visit = next(v for v in weir.visits("--client", "mia-tablet") if v["host"] == "games.test")
    moment = visit["time"].replace(":", "%3A")
    pages = rehearsals(weir) + [
        "/policy/revisions", "/policy/revisions/1", "/policy/revisions/2", "/why?url=http%3A%2F%2Fvideo.test%2Fa&client=mia-tablet",
        f"/why?url=http%3A%2F%2Fgames.test%2F&client=mia-tablet&at={moment}&generation={visit['generation']}",
        "/why?url=http%3A%2F%2Ftracker1.test%2F&address=192.168.1.99&revision=2", "/why?url=not+a+url", "/policy/text",
    ]
    with Browser(name=f"rehearse-{language}") as browser:
        browser.driver.execute_cdp_cmd("Network.enable", {})
        browser.driver.execute_cdp_cmd("Network.setExtraHTTPHeaders", {"headers": {"Accept-Language": language}})
        sign_in(weir, browser)
        for number, path in enumerate(pages):
            browser.open(f"http://127.0.0.1:{weir.admin}{path}")
            assert browser.find("html").get_attribute("lang") == language
            if number == 0:
                assert word in browser.text
            wrong += look(browser, path, script, picture=f"{number:02d}")
        wrong += [e for e in browser.errors() if "the server responded with a status of" not in e]
    assert not wrong, "\n".join(wrong)


def test_pages_of_mistakes(weir, admin):
    script = axe()
    admin.open(f"http://127.0.0.1:{weir.admin}/nothing-<script>{RUN}</script>")
    wrong = look(admin, "not found", script, 404)
    admin.open(f"http://127.0.0.1:{weir.admin}/policy/text")
    admin.fill("input[name=note]", f"<script>{RUN}</script>")
    admin.driver.execute_script("document.querySelector('textarea[name=text]').value = 'weir: 1\\ngroups:\\n  default: { default: <script>window.owned=1</script> }\\n'")
    admin.go("button[name=check]")
    assert "3:" in admin.text
    status = admin.driver.execute_script("return performance.getEntriesByType('navigation')[0].responseStatus")
    wrong += look(admin, "policy with an error", script, status)
    assert status < 500
    wrong += [e for e in admin.errors() if "the server responded with a status of" not in e]
    assert not wrong, "\n".join(wrong)


def test_page_of_an_import(weir, admin):
    script = axe()
    admin.open(f"http://127.0.0.1:{weir.admin}/policy/import")
    admin.driver.execute_script("document.querySelector('textarea[name=text]').value = arguments[0]", SQUIDGUARD)
    admin.go("form[action='/policy/import'] button.main")
    assert "192.168.1.0/24" in admin.text and "in-addr" in admin.text
    wrong = look(admin, "import", script) + admin.errors()
    assert not wrong, "\n".join(wrong)


def test_pages_of_the_proxy(weir):
    script, wrong = axe(), []
    with Browser(proxy=weir.port, name="person") as person:
        person.driver.execute_cdp_cmd("Network.enable", {})
        person.driver.execute_cdp_cmd("Network.setExtraHTTPHeaders", {"headers": {"X-Forwarded-For": "192.168.1.20"}})
        for number, note in enumerate(NOTES):
            person.open(f"http://www.games{number}.test:{weir.origin}{PATHS[number]}")
            assert "Homework first" in person.text
            if number == 0:
                wrong += look(person, "blocked", script, 403)
            # Keys cannot type every character: the value is set as a paste would.
            person.driver.execute_script("document.querySelector('form.ask textarea').value = arguments[0]", note)
            person.go("form.ask button")
        wrong += look(person, "asked", script)
        person.open(f"http://shop.test:{weir.origin}/")
        wrong += look(person, "warned", script, person.driver.execute_script("return performance.getEntriesByType('navigation')[0].responseStatus"))
        for path in ("/", "/me"):
            person.open(f"http://weir.internal{path}")
            wrong += look(person, f"portal {path}", script)
        person.open(f"http://closed.test:{free_port()}/")
        wrong += look(person, "failure", script, 502)
        refused = [e for e in person.errors() if "the server responded with a status of" not in e]
    with Browser(name="parent") as parent:
        sign_in(weir, parent)
        parent.open(f"http://127.0.0.1:{weir.admin}/requests")
        said = parent.driver.execute_script("return document.body.textContent")
        assert [note for note in NOTES if note not in said] == []
        wrong += look(parent, "requests", script)
        refused += parent.errors()
    assert not wrong + refused, "\n".join(wrong + refused)


def test_without_scripts(weir):
    with Browser(name="no-scripts") as plain:
        plain.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        sign_in(weir, plain)
        for path in ADMIN:
            plain.open(f"http://127.0.0.1:{weir.admin}{path}")
            assert plain.find("main h1").text, path
        # From a stored revision to what it would change, by its form alone; the page asks again by itself until it is done.
        plain.open(f"http://127.0.0.1:{weir.admin}/policy/revisions/1")
        plain.go("form[action='/policy/rehearse'] button")
        plain.wait(lambda: any(word in plain.driver.page_source for word in ("newly blocked", "Nothing would change")), 20)
        plain.open(f"http://127.0.0.1:{weir.admin}/clients/mia-tablet")
        plain.fill("input[name=reason]", "Dinner")
        plain.go("button[value=pause]")
        plain.open(f"http://127.0.0.1:{weir.admin}/clients")
        assert plain.all("main .tag.block"), "the pause shows"
