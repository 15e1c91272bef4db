"""The whole story in two real browsers: a person's, with Weir as its proxy, and the admin's."""
import datetime
import re
import socket
import ssl
import time

from browser import Browser
from harness import Origin, Weir, connect, read_head, wait_for

POLICY = """
weir: 1
timezone: UTC
categories:
  games: { title: Games, sites: [games.test] }
schedules:
  open: { weekly: [ { from: "%s", to: "%s" } ] }
groups:
  default:
    rules:
      - block: [games]
        reason: "Homework first"
      - block: ["site:tunnel.test"]
        except-during: open
        reason: "Closed for today"
    default: allow
"""
PAGE = ("text/html; charset=utf-8", b"<!DOCTYPE html><title>A page</title><h1>Hello from the origin</h1>")


def test_the_story():
    # The window closes at a full minute, far enough away for what comes first.
    now = datetime.datetime.now(datetime.timezone.utc)
    closing = (now + datetime.timedelta(seconds=100)).replace(second=0, microsecond=0)
    policy = POLICY % ((now - datetime.timedelta(hours=1)).strftime("%H:%M"), closing.strftime("%H:%M"))
    pages = {"/": PAGE, "/play": PAGE}
    with Origin(pages=pages) as origin, Origin(tls=True, pages=pages) as secure, Weir(policy=policy, database=True) as weir:
        with Browser(name="admin") as admin, Browser(proxy=weir.port, name="person") as person:
            # Set-up by the printed link.
            link = wait_for(lambda: re.search(r"http://127\.0\.0\.1:\d+/setup\?token=\S+", weir.log.read_text()))
            admin.open(link[0], "set-up")
            admin.fill("input[name=user]", "ada")
            admin.fill("input[name=password]", "correct horse battery")
            admin.fill("input[name=again]", "correct horse battery")
            admin.go("form button.main")
            admin.picture("connect-a-device")
            assert "setup" not in admin.driver.current_url
            weir.mine("policy", "apply", str(weir.policy))

            # An open tunnel, for later.
            tunnel = ssl_tunnel(weir.port, secure.port)

            # Allowed pages load, over HTTP and HTTPS.
            person.open(f"http://allowed.test:{origin.port}/", "allowed")
            assert "Hello from the origin" in person.text
            person.open(f"https://secure.test:{secure.port}/", "allowed-https")
            assert "Hello from the origin" in person.text

            # A blocked one shows why.
            person.open(f"http://www.games.test:{origin.port}/play", "blocked")
            assert "Games" in person.text and "groups.default.rules[0]" in person.text and "Homework first" in person.text
            assert "Hello" not in person.text

            # Ask for access.
            person.fill("form.ask textarea", "Only for ten minutes, please")
            person.go("form.ask button")
            person.picture("asked")

            # The portal knows what was blocked.
            person.open("http://weir.internal/", "portal")
            assert "www.games.test" in person.text

            # Approve it.
            admin.open(f"http://127.0.0.1:{weir.admin}/requests", "requests")
            assert "Only for ten minutes, please" in admin.text
            admin.go("button[value=approve]")
            admin.picture("approved")

            # It loads.
            person.open(f"http://www.games.test:{origin.port}/play", "granted")
            assert "Hello from the origin" in person.text

            # Both are in the live page, the visits and the reports, with their verdicts.
            admin.open(f"http://127.0.0.1:{weir.admin}/live")
            admin.wait(lambda: "www.games.test" in admin.text)
            person.open(f"http://fresh.test:{origin.port}/")
            admin.wait(lambda: "fresh.test" in admin.text)
            admin.picture("live")
            admin.open(f"http://127.0.0.1:{weir.admin}/visits?site=games.test", "visits")
            assert "blocked" in admin.text.lower() and "allowed" in admin.text.lower()
            wait_for(lambda: "games.test" in admin.open(f"http://127.0.0.1:{weir.admin}/reports/top-sites").text, 10, 0.5)
            admin.picture("report")

            # A name added in the browser is blocked at the next request.
            person.open(f"http://added.test:{origin.port}/")
            assert "Hello from the origin" in person.text
            admin.open(f"http://127.0.0.1:{weir.admin}/categories/games")
            admin.fill("textarea[name=entries]", "added.test")
            admin.go("form.stack button.main")
            admin.picture("entry-added")
            person.open(f"http://added.test:{origin.port}/", "blocked-at-once")
            assert "Homework first" in person.text

            # The window closes: the tunnel is cut within five seconds.
            cut = watch(tunnel, closing + datetime.timedelta(seconds=8))
            assert cut is not None, "the tunnel was not cut"
            late = (cut - closing).total_seconds()
            assert -0.5 <= late <= 5, late
            visit = wait_for(lambda: next((v for v in weir.visits() if v["host"] == "www.tunnel.test" and v["outcome"] != "open"), None), 5)
            assert (visit["outcome"], visit["reason"]) == ("closed-by-policy", "Closed for today")
            person.open("http://weir.internal/", "portal-after")
            assert admin.errors() == []


def ssl_tunnel(proxy, port):
    s = connect(proxy)
    s.sendall(f"CONNECT www.tunnel.test:{port} HTTP/1.1\r\nHost: www.tunnel.test:{port}\r\n\r\n".encode())
    assert read_head(s).startswith(b"HTTP/1.1 200")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    inside = context.wrap_socket(s, server_hostname="www.tunnel.test")
    inside.sendall(f"GET / HTTP/1.1\r\nHost: www.tunnel.test:{port}\r\n\r\n".encode())
    assert inside.recv(100).startswith(b"HTTP/1.1 200")
    return inside


def watch(tunnel, until):
    """When the tunnel was cut; None if it was not."""
    tunnel.settimeout(0.2)
    while (now := datetime.datetime.now(datetime.timezone.utc)) < until:
        try:
            if tunnel.recv(65536) == b"":
                return datetime.datetime.now(datetime.timezone.utc)
        except (socket.timeout, TimeoutError, ssl.SSLWantReadError):
            pass
        except OSError:
            return datetime.datetime.now(datetime.timezone.utc)
    return None
