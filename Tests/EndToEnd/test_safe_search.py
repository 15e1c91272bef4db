"""Search and video services kept to their restricted form, as curl sees it."""
import json
import pathlib
import subprocess

import pytest
from harness import WEIR, Origin, Weir, wait_for

POLICY = """
weir: 1
timezone: UTC
clients:
  grown-up: { group: free, addresses: [127.0.0.9] }
groups:
  default: { safe-search: on, youtube: moderate, default: allow }
  free: { default: allow }
"""
SERVICES = {
    "www.google.com": "forcesafesearch.google.com", "google.co.uk": "forcesafesearch.google.com", "www.bing.com": "strict.bing.com",
    "duckduckgo.com": "safe.duckduckgo.com", "www.youtube.com": "restrictmoderate.youtube.com", "yandex.ru": "familysearch.yandex.ru",
    "pixabay.com": "safesearch.pixabay.com", "www.ecosia.org": "strict-safe-search.ecosia.org",
}


@pytest.fixture(scope="module")
def weir():
    hosts = {"*.test": "127.0.0.1", "search.yahoo.com": "127.0.0.1", **{name: "127.0.0.1" for name in SERVICES}}
    hosts.update({name: "127.0.0.2" for name in SERVICES.values()})
    # Nobody knows where its restricted form is.
    hosts["search.brave.com"] = "127.0.0.1"
    names = {"hosts": hosts, "servers": ["127.0.0.1:9"], "timeout": 100}
    with Weir(policy=POLICY, config={"names": {"hosts": hosts, "servers": names["servers"]}}) as server:
        yield server


def pair(tls):
    """The service, and its restricted form at another address with the same port."""
    for _ in range(20):
        service = Origin(tls=tls, pages={"/": ("text/plain", b"open")})
        try:
            return service, Origin(tls=tls, address="127.0.0.2", port=service.port, pages={"/": ("text/plain", b"restricted")})
        except OSError:
            service.server.server_close()
    raise AssertionError("no port is free at both addresses")


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "tls"])
def services(request):
    service, restricted = pair(request.param)
    with service, restricted:
        yield "https" if request.param else "http", service, restricted


@pytest.mark.parametrize("host", SERVICES)
def test_service(weir, services, host):
    scheme, service, _ = services
    url = f"{scheme}://{host}:{service.port}/"
    reply = weir.curl("-k", url)
    assert (reply.status, reply.body) == (200, b"restricted")
    # Whoever is not restricted gets the service itself.
    assert weir.curl("-k", "--interface", "127.0.0.9", url).body == b"open"
    visits = wait_for(lambda: [v for v in weir.visits() if v["host"] == host and v["outcome"] != "open"])
    assert {v["verdict"] for v in visits} == {"allow"}
    assert not [v for v in weir.visits() if v["host"] == SERVICES[host]]


def test_unresolved(weir, services):
    scheme, service, restricted = services
    before = len(service.requests) + len(restricted.requests)
    reply = weir.curl("-k", f"{scheme}://search.brave.com:{service.port}/")
    assert "502" in reply.heads[0] if reply.heads else reply.code == 56
    assert len(service.requests) + len(restricted.requests) == before
    visit = wait_for(lambda: [v for v in weir.visits() if v["host"] == "search.brave.com" and v["outcome"] == "upstream-error"])[-1]
    assert visit["reason"] == "safe-search-unresolved"
    assert "restricted form of a service has no address" in weir.log.read_text()


def test_parameter_and_header(weir):
    service, restricted = pair(False)
    with service, restricted:
        weir.curl(f"http://www.google.com:{service.port}/search?q=x&safe=off")
        weir.curl("-H", "YouTube-Restrict: none", f"http://www.youtube.com:{service.port}/watch")
        weir.curl(f"http://search.yahoo.com:{service.port}/search?p=x&vm=p")
        (_, google, *_), (_, watch, fields, *_) = restricted.requests
        assert google == "/search?q=x&safe=active"
        assert (watch, fields["YouTube-Restrict"]) == ("/watch", "Moderate")
        assert service.requests[0][1] == "/search?p=x&vm=r"


def test_explain(weir):
    for host, substitute in SERVICES.items():
        answer = json.loads(weir.command("explain", "--policy", str(weir.policy), "--json", f"https://{host}/").stdout)
        assert answer["restriction"]["substitute"] == substitute
        assert list(answer)[-1] == "restriction"
    said = weir.command("explain", "--policy", str(weir.policy), "http://www.youtube.com/").stdout
    assert "by youtube: connects to restrictmoderate.youtube.com, asks with YouTube-Restrict: Moderate" in said
    free = weir.command("explain", "--policy", str(weir.policy), "--json", "--client", "127.0.0.9", "https://www.google.com/").stdout
    assert "restriction" not in json.loads(free)


def test_check_names_what_stays_open(tmp_path):
    """`weir check` says, with the line, which searches no setting restricts inside a tunnel; the policies that come with Weir close them."""
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY)
    result = subprocess.run([WEIR, "check", str(file)], capture_output=True, text=True)
    lines = [line for line in (result.stdout + result.stderr).splitlines() if "warning" in line]
    assert result.returncode == 0 and len(lines) == 1 and f"{file}:7:" in lines[0], result
    assert "cn.bing.com, html.duckduckgo.com, lite.duckduckgo.com, search.yahoo.com" in lines[0]
    for policy in (pathlib.Path(__file__).parent.parent.parent / "policies").glob("*.yaml"):
        result = subprocess.run([WEIR, "check", str(policy)], capture_output=True, text=True)
        assert result.returncode == 0 and "warning" not in result.stdout + result.stderr, policy
