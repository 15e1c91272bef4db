"""What the manual's pages on configuration and commands promise, asked the way a stranger would."""
import json
import os
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import pytest
from harness import WEIR, Origin, Weir, free_port, wait_for

POLICY = """
weir: 1
timezone: UTC
groups: { default: { rules: [ { block: "site:games.test" } ], default: allow } }
"""


def run(*arguments, **options):
    return subprocess.run([WEIR, *arguments], capture_output=True, text=True, timeout=60, **options)


def change(weir, **sections):
    """Writes the configuration with these sections changed and has it read."""
    settings = json.loads(weir.config.read_text())
    for key, value in sections.items():
        if isinstance(settings.get(key), dict) and isinstance(value, dict):
            settings[key].update(value)
        else:
            settings[key] = value
    weir.config.write_text(json.dumps(settings))
    before = len(weir.log.read_text())
    weir.process.send_signal(signal.SIGHUP)
    # Twice: what the log says at its new level may be nothing.
    time.sleep(0.5)
    return weir.log.read_text()[before:]


@pytest.mark.parametrize("command", [[], ["policy"], ["user"], ["lists"]])
def test_a_command_that_is_missing_is_a_wrong_command_line(command):
    reply = run(*command)
    assert reply.returncode == 2 and reply.stdout == "" and "USAGE: weir" in reply.stderr


@pytest.mark.parametrize("given", ["-", "/dev/stdin"])
def test_a_policy_is_checked_from_a_pipe(given):
    assert run("check", given, input=POLICY).returncode == 0
    reply = run("check", given, input=POLICY.replace("default: allow", "default: maybe"))
    assert reply.returncode == 1 and ":4:" in reply.stderr


def test_what_cannot_be_read_is_said_with_the_systems_reason(tmp_path):
    assert run("check", str(tmp_path)).stderr == f"{tmp_path}: Is a directory\n"
    assert run("check", str(tmp_path / "absent")).stderr == f"{tmp_path / 'absent'}: no such file\n"
    assert run("check", "/dev/null").stderr.startswith("/dev/null:1:1: ")
    weir = Weir(config={"data": "/proc/weir"})
    reply = weir.mine("serve", check=False)
    assert reply.returncode == 1 and reply.stderr == "/proc/weir: cannot be made: No such file or directory\n"


def test_a_name_that_could_never_be_asked_for_is_refused():
    weir = Weir(config={"names": {"hosts": {"a.*.test": "127.0.0.1"}}})
    reply = weir.mine("serve", check=False)
    assert reply.returncode == 1 and 'names.hosts`: "a.*.test" is not a host name' in reply.stderr


def test_a_changed_password_holds_at_once():
    with Weir(policy=POLICY, config={"proxy": {"authentication": "basic"}}) as weir, Origin() as origin:
        weir.mine("user", "add", "ann", "--role", "user", "--password-stdin", input="the first password\n")

        def statuses(password):
            return {weir.curl("-U", f"ann:{password}", f"http://a.test:{origin.port}/").status for _ in range(6)}

        assert statuses("the first password") == {200}
        weir.mine("user", "passwd", "ann", "--password-stdin", input="the second password\n")
        assert statuses("the first password") == {407}
        assert statuses("the second password") == {200}
        weir.mine("user", "remove", "ann")
        assert statuses("the second password") == {407}


def test_a_broken_policy_file_is_no_new_generation():
    with Weir(policy=POLICY) as weir:
        def policy():
            return json.loads(weir.mine("status", "--json").stdout)["policy"]

        before = policy()["generation"]
        weir.policy.write_text("weir: 1\ngroups: {\n")
        wait_for(lambda: policy()["errors"], 5, 0.1)
        weir.process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        assert policy()["generation"] == before
        weir.policy.write_text(POLICY)
        wait_for(lambda: not policy()["errors"], 5, 0.1)
        assert policy()["generation"] > before


def test_sighup_takes_every_key_that_needs_no_new_socket(tmp_path):
    with Weir(policy=POLICY) as weir, Origin() as origin:
        said = change(weir, log={"level": "info", "format": "json", "access-log": {"path": str(tmp_path / "a.log"), "format": "json"}})
        assert "restart" not in said and json.loads(said.splitlines()[-1])["level"] == "info"
        weir.curl(f"http://a.test:{origin.port}/one")
        wait_for(lambda: "/one" in (tmp_path / "a.log").read_text(), 5, 0.1)
        # Moved away, as log rotation does.
        (tmp_path / "a.log").rename(tmp_path / "a.log.1")
        change(weir)
        weir.curl(f"http://a.test:{origin.port}/two")
        wait_for(lambda: "/two" in (tmp_path / "a.log").read_text(), 5, 0.1)
        assert "/two" not in (tmp_path / "a.log.1").read_text()

        def admin_says(host):
            request = urllib.request.Request(f"http://127.0.0.1:{weir.admin}/healthz", headers={"Host": host})
            try:
                return urllib.request.urlopen(request, timeout=5).status
            except urllib.error.HTTPError as error:
                return error.code

        assert admin_says("weir.example") == 421
        change(weir, admin={"names": ["weir.example"]}, visits={"keep": {"raw": "7d"}, "when-full": "serve-and-count"})
        assert admin_says("weir.example") == 200
        said = change(weir, portal={"name": "other.internal"}, proxy={"event-loops": 3}, log={"format": "text"})
        assert "`portal` has changed: restart" in said and "`proxy.event-loops` has changed: restart" in said
        # Said as long as it is so.
        assert "`portal` has changed: restart" in change(weir)
        assert "configuration read" not in change(weir, log={"level": "critical"})
        assert change(weir) == ""


def certificate(directory, name):
    key, path = f"{directory}/key.pem", f"{directory}/cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj", f"/CN={name}",
         "-addext", f"subjectAltName=DNS:{name}", "-keyout", key, "-out", path], check=True, capture_output=True)
    return {"certificate": path, "key": key}


def shown(port):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with context.wrap_socket(plain) as tls:
            return tls.getpeercert(binary_form=True)


def test_sighup_reads_certificates():
    with tempfile.TemporaryDirectory() as directory:
        weir = Weir(policy=POLICY, config={"admin": {"tls": certificate(directory, "first.test")}})
        weir.start(wait=False)
        try:
            wait_for(lambda: weir.log.exists() and "Server started" in weir.log.read_text(), 20)
            first = shown(weir.admin)
            certificate(directory, "second.test")
            change(weir)
            second = shown(weir.admin)
            assert second != first and b"second.test" in second
            # A pair that is none changes nothing.
            with open(f"{directory}/key.pem", "w") as key:
                key.write("no key")
            assert f"configuration not changed: admin.tls: {directory}/key.pem: does not hold a private key as PEM" in change(weir)
            assert shown(weir.admin) == second
            certificate(directory, "third.test")
            kept = open(f"{directory}/key.pem").read()
            certificate(directory, "fourth.test")
            with open(f"{directory}/key.pem", "w") as key:
                key.write(kept)
            assert "is not the key of" in change(weir)
            assert shown(weir.admin) == second
        finally:
            weir.stop()


def test_the_link_leads_to_where_the_site_listens():
    port = free_port()
    with tempfile.TemporaryDirectory() as directory:
        weir = Weir(directory, config={"admin": {"listen": [f"[::1]:{port}"]}})
        weir.start(wait=False)
        try:
            link = wait_for(lambda: next((line.strip() for line in weir.log.read_text().splitlines() if "/setup?token=" in line), None), 20)
            assert link.startswith(f"http://[::1]:{port}/setup?token=")

            def answers():
                # The link is printed before the site listens.
                try:
                    return urllib.request.urlopen(link, timeout=5).status == 200
                except OSError:
                    return False

            wait_for(answers, 20)
        finally:
            weir.stop()


def test_a_proxy_may_have_no_admin_site():
    weir = Weir(policy=POLICY, config={"admin": {"listen": []}})
    weir.start(wait=False)
    try:
        wait_for(lambda: weir.log.exists() and "no admin site" in weir.log.read_text(), 20)
        with Origin() as origin:
            assert wait_for(lambda: weir.curl(f"http://a.test:{origin.port}/").status, 5) == 200
        assert json.loads(weir.mine("status", "--json").stdout)["recording"] == "ok"
    finally:
        assert weir.stop() == 0


def test_a_taken_port_of_the_admin_site_is_named():
    with Weir(policy=POLICY) as weir:
        other = Weir(policy=POLICY, config={"admin": {"listen": [f"127.0.0.1:{weir.admin}"]}})
        reply = other.mine("serve", check=False)
        assert reply.returncode == 1 and f"admin.listen: 127.0.0.1:{weir.admin}: Address already in use" in reply.stderr


def test_whoever_reads_the_log_may_go():
    weir = Weir(policy=POLICY)
    reader, writer = os.pipe()
    weir.process = subprocess.Popen([WEIR, "serve", "--config", str(weir.config)], stdin=subprocess.DEVNULL, stdout=writer, stderr=writer)
    os.close(writer)
    try:
        os.read(reader, 1)
        os.close(reader)
        wait_for(lambda: weir.mine("status", check=False).returncode == 0, 20)
        weir.process.send_signal(signal.SIGHUP)  # which logs
        time.sleep(0.5)
        with Origin() as origin:
            assert weir.curl(f"http://a.test:{origin.port}/").status == 200
    finally:
        assert weir.stop() == 0


def test_asks_are_listed_open_ones_first():
    with Weir(policy=POLICY, database=True) as weir:
        weir.setup()
        weir.mine("policy", "apply", str(weir.policy))
        page = weir.curl("http://games.test/").body.decode()
        token = page.split('class="ask"')[1].split('name="token" value="')[1].split('"')[0]
        assert weir.curl("-d", f"token={token}", "-d", "note=please", "http://weir.internal/ask").status == 303
        asked = wait_for(lambda: weir.api("GET", "/api/requests")["requests"], 5)
        assert [a["note"] for a in asked] == ["please"]
        assert weir.api("GET", "/api/requests?state=decided")["requests"] == []
        weir.api("POST", f"/api/requests/{asked[0]['id']}", {"decision": "deny"})
        assert weir.api("GET", "/api/requests?state=open")["requests"] == []
        assert len(weir.api("GET", "/api/requests")["requests"]) == len(weir.api("GET", "/api/requests?state=decided")["requests"]) == 1
        with pytest.raises(AssertionError, match="400"):
            weir.api("GET", "/api/requests?state=any")


def test_a_refused_request_has_no_generation():
    with Weir(policy=POLICY) as weir:
        weir.curl("http://a.test:0/")
        visit = wait_for(lambda: weir.visits(), 5, 0.1)[-1]
        assert visit["verdict"] == "reject" and visit["generation"] is None


def test_reports_follow_the_policys_zone():
    with Weir(policy=POLICY, database=True) as weir, Origin() as origin:
        weir.mine("policy", "apply", str(weir.policy))
        weir.curl(f"http://a.test:{origin.port}/")

        def report():
            return json.loads(weir.mine("report", "top-sites", "--format", "json").stdout)

        wait_for(lambda: report()["rows"], 10, 0.2)
        assert report()["timezone"] in ("UTC", "Etc/UTC")
        weir.policy.write_text(POLICY.replace("timezone: UTC", "timezone: Asia/Kolkata"))
        weir.mine("policy", "apply", str(weir.policy))
        wait_for(lambda: report()["timezone"] == "Asia/Kolkata", 10, 0.2)
        answer = report()
        assert answer["from"].endswith("T00:00:00+05:30") and answer["rows"][0]["visits"] == 1
        weir.curl(f"http://a.test:{origin.port}/")
        wait_for(lambda: report()["rows"][0]["visits"] == 2, 10, 0.2)
        assert weir.stop() == 0
        assert report()["timezone"] == "Asia/Kolkata" and report()["rows"][0]["visits"] == 2


def test_a_list_nobody_uses_yet_has_its_entries(tmp_path):
    with Weir(database=True) as weir, Origin(pages={"/empty": ("text/plain", b"")}) as origin:
        (tmp_path / "ads.txt").write_text("0.0.0.0 ads.test\n0.0.0.0 more.test\n")
        weir.mine("lists", "import", "ads", str(tmp_path / "ads.txt"), "--format", "hosts")
        ads = json.loads(weir.mine("lists", "status", "--json").stdout)[0]
        assert (ads["entries"], ads["state"], ads["warnings"]) == (2, "ready", ["no category uses it"])
        weir.mine("lists", "update", "ads")
        weir.mine("lists", "import", "empty", f"http://127.0.0.1:{origin.port}/empty", "--format", "hosts", check=False)
        reply = weir.mine("lists", "update", "empty", check=False)
        assert reply.returncode == 1 and "empty  missing, failed" in reply.stdout


def test_threads_have_names():
    """`top -H` and `ps -L` show which thread is which."""
    with Weir(policy=POLICY, config={"proxy": {"event-loops": 3}}) as weir:
        names = [open(f"/proc/{weir.process.pid}/task/{task}/comm").read().strip() for task in os.listdir(f"/proc/{weir.process.pid}/task")]
        assert {"weir-loop-0", "weir-loop-1", "weir-loop-2", "weir-names", "weir-links", "weir-visits", "weir-journal"} <= set(names), names


NOBODY = 65534


@pytest.mark.skipif(os.geteuid() != 0, reason="only root works on another user's data")
def test_what_root_makes_is_the_servers_to_use():
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        weir = Weir(directory)
        weir.data.mkdir()
        os.chown(weir.data, NOBODY, NOBODY)
        weir.mine("user", "add", "ada", "--role", "owner", "--password-stdin", input="correct horse battery\n")
        weir.mine("policy", "history")
        weir.data.joinpath("lists").mkdir(exist_ok=True)
        os.chown(weir.data / "lists", NOBODY, NOBODY)
        owners = lambda: {f.lstat().st_uid for f in weir.data.rglob("*")}
        assert len(list(weir.data.rglob("*"))) > 3 and owners() == {NOBODY}
        # A backup is root's own, in root's own folder; putting it back makes what the server may use.
        home = weir.directory / "root"
        home.mkdir(mode=0o700)
        weir.mine("backup", str(home / "backup.tar"))
        assert (home / "backup.tar").stat().st_uid == 0 and owners() == {NOBODY} and not list(weir.data.glob("backup-*"))
        before = json.loads(weir.mine("restore", str(home / "backup.tar"), "--json").stdout)["before"]
        assert owners() == {NOBODY} and os.path.exists(f"{before}/policy.sqlite")
        assert [u["name"] for u in json.loads(weir.mine("user", "list", "--json").stdout)] == ["ada"]


@pytest.mark.skipif(os.geteuid() != 0, reason="whose data it is cannot be changed")
def test_data_that_may_not_be_read_is_not_called_empty():
    with Weir(policy=POLICY) as weir:
        for path in (weir.directory, weir.config, weir.policy):
            os.chmod(path, 0o755)
        reply = weir.command("visits", "--config", str(weir.config), check=False)
        assert reply.returncode == 0
        other = run("visits", "--config", str(weir.config), user=NOBODY, group=NOBODY, extra_groups=[])
        assert other.returncode == 1 and other.stderr == f"{weir.data}/visits.sqlite: Permission denied\n"


def test_a_log_in_json_is_nothing_else():
    with Weir(config={"log": {"format": "json", "level": "error"}}) as weir:
        assert weir.stop() == 0
        lines = [json.loads(line) for line in weir.log.read_text().splitlines()]
        assert all({"time", "level", "message"} <= set(line) for line in lines)
        assert [f"http://127.0.0.1:{weir.admin}/setup?token=" in line["message"] for line in lines] == [True]


def test_the_portals_name_in_any_spelling():
    with Weir(policy=POLICY, config={"portal": {"name": "Wall.Example."}}) as weir:
        assert weir.curl("http://wall.example/").status == 200


def test_a_missing_list_is_red_on_a_terminal():
    policy = POLICY + 'lists: { gone: { source: nowhere.txt, format: domains } }\ncategories: { ads: { lists: [gone] } }\n'
    with Weir(policy=policy) as weir:
        status = json.loads(weir.mine("status", "--json").stdout)
        assert [(entry["name"], entry["state"]) for entry in status["lists"]] == [("gone", "missing")] and "nowhere.txt" in status["lists"][0]["error"]
        assert "\x1b" not in weir.mine("status").stdout
        for command in ("status", "lists status"):
            shown = subprocess.run(
                ["script", "-qec", f"{WEIR} {command} --config {weir.config}", "/dev/null"], capture_output=True, text=True, timeout=60,
                stdin=subprocess.DEVNULL, env={k: v for k, v in os.environ.items() if k != "NO_COLOR"}).stdout
            line = next(line for line in shown.splitlines() if "gone" in line)
            assert line.startswith("\x1b[31m") and line.endswith("\x1b[0m") and "missing" in line


def test_a_small_limit_is_the_limit():
    with Weir(policy=POLICY, config={"limits": {"connections": 4}}) as weir, Origin() as origin:
        held = [socket.create_connection(("127.0.0.1", weir.port), timeout=5) for _ in range(4)]
        wait_for(lambda: weir.curl(f"http://a.test:{origin.port}/").status in (0, 503), 5, 0.1)
        for s in held:
            s.close()
        wait_for(lambda: weir.curl(f"http://a.test:{origin.port}/").status == 200, 5, 0.1)


KINDS = {"string": str, "integer": int, "boolean": bool, "array": list}


def test_the_apis_description_is_what_it_does():
    with Weir(policy=POLICY, database=True) as weir:
        weir.setup()
        description = weir.api("GET", "/api/openapi.json")
        asked = [
            ("post", "/api/accounts", {}, {"user": "eve", "password": "password of eve", "role": "viewer"}),
            ("delete", "/api/accounts/{user}", {"user": "eve"}, None),
            ("put", "/api/clients/{name}", {"name": "tablet"},
             {"group": "kids", "addresses": ["192.0.2.7"], "macs": ["02:00:00:00:00:07"], "users": ["eve"], "note": "hers"}),
            ("delete", "/api/clients/{name}", {"name": "tablet"}, None),
            ("put", "/api/schedules/{name}", {"name": "night"}, {"weekly": [{"days": ["mon"], "from": "20:00", "to": "07:00"}]}),
            ("post", "/api/grants", {}, {"scope": "everyone", "verb": "block", "target": "all", "minutes": 5}),
            ("delete", "/api/grants/{id}", {"id": "1"}, None),
            ("post", "/api/lists", {}, {"name": "more", "source": "https://192.0.2.1/list.txt", "format": "hosts"}),
            ("post", "/api/lists/{name}/refresh", {"name": "more"}, None),
            ("put", "/api/policy", {}, {"text": POLICY, "note": "back"}),
            ("post", "/api/policy/revert", {}, {"revision": 1}),
            ("post", "/api/policy/check", {}, {"text": POLICY}),
        ]
        for method, path, names, body in asked:
            operation = description["paths"][path][method]
            if body:
                fields = operation["requestBody"]["content"]["application/json"]["schema"]["properties"]
                assert all(isinstance(value, KINDS[fields[key]["type"]]) for key, value in body.items()), path
            request = urllib.request.Request(
                f"http://127.0.0.1:{weir.admin}{path.format(**names)}", method=method.upper(), data=json.dumps(body).encode() if body else None,
                headers={"Content-Type": "application/json", "Authorization": f"Bearer {weir.token}"})
            with urllib.request.urlopen(request, timeout=20) as reply:
                assert str(reply.status) in operation["responses"], (method, path, reply.status)
        with pytest.raises(AssertionError, match="404"):
            weir.api("DELETE", "/api/clients/tablet")


def own_address():
    """An address of this machine that is not loopback; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address = s.getsockname()[0]
        return None if address.startswith("127.") else address


@pytest.mark.skipif(own_address() is None, reason="this machine has loopback alone")
def test_programs_from_elsewhere_are_told_and_not_sent_to_a_page():
    port, address = free_port(), own_address()
    with tempfile.TemporaryDirectory() as directory:
        weir = Weir(directory, policy=POLICY, config={"admin": {"listen": [f"0.0.0.0:{port}"], "insecure": True}})
        weir.start(wait=False)
        try:
            wait_for(lambda: weir.log.exists() and "Server started" in weir.log.read_text(), 20)
            for path in ("/healthz", "/readyz", "/metrics"):
                assert urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5).status == 200
                with pytest.raises(urllib.error.HTTPError) as error:
                    urllib.request.urlopen(f"http://{address}:{port}{path}", timeout=5)
                assert error.value.code == 401 and error.value.headers["Content-Type"] == "application/json"
        finally:
            weir.stop()
