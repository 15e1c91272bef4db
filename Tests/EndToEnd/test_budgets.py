"""Budgets of a running proxy: what was used counts across kills and restarts, and is what reports say."""
import json
import signal

import pytest
from harness import Origin, Weir, wait_for

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
