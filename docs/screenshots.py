#!/usr/bin/env python3
"""Take the pictures of the README and of the add-ons' pages from the running product.

Start ``./isof run``, then ``docs/screenshots.py``. Needs Chromium or Chrome, nothing else: it is
driven through pipes by the DevTools protocol.
"""

import argparse
import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
ROOT = Path(__file__).parents[1]
PATIENCE = 3  # seconds that charts take to be drawn
ACTIVITIES = "isof-activities"
FIRST_ROW = ".o_data_row .o_data_cell[name=name], .o_data_row .o_data_cell[name=complete_name]"
CHAIN_BUTTON = "button[name=action_open_chain]"
DASHBOARD = ".o_spreadsheet_dashboard_action canvas"


class Page(NamedTuple):
    """A picture of what somebody sees at a path of the web client, once something is there."""

    addon: str
    path: str
    selector: str
    login: str = "anna"
    click: str = ""


PAGES = {
    "my_day": Page("isof_crm", "isof-my-day", ".o_isof_my_day"),
    "calendar": Page("isof_crm", "isof-calendar", ".fc-event"),
    "action_plan": Page("isof_crm", "isof-action-plan", ".o_data_row"),
    "register": Page("isof_crm", ACTIVITIES, ".o_data_row"),
    "activity": Page("isof_crm", ACTIVITIES, ".o_form_view .o_field_widget", click=FIRST_ROW),
    "chain": Page("isof_crm", ACTIVITIES, ".o_isof_timeline_card", click=CHAIN_BUTTON),
    "segments": Page("isof_crm", "isof-segments", ".o_data_row", "magda"),
    "planner": Page("isof_crm_resources", "isof-planner", ".o_timeline_view, .vis-item"),
    "resources": Page("isof_crm_resources", "isof-resources", ".o_kanban_record, .o_data_row"),
    "dashboard": Page("isof_crm_analytics", "dashboards", DASHBOARD, "marek"),
    "statement": Page(
        "isof_crm_analytics", "isof-sale-statement", ".o_pivot td.o_pivot_cell_value", "marek"
    ),
    "saved_analysis": Page(
        "isof_crm_analytics",
        "isof-analyses",
        ".o_isof_analysis_table",
        "marek",
        ".o_kanban_record:nth-child(4)",
    ),
}


class Browser:
    """A headless browser with one page."""

    def __init__(self, width, height):
        program = next(filter(None, map(shutil.which, BROWSERS)), None)
        if not program:
            raise SystemExit("No browser found. Install Chromium: apt install chromium")
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_browser, self._to = os.pipe()
        self._from, from_browser = os.pipe()

        def take_pipes():
            # the protocol's file descriptors; moved out of the way first, as they may be 3 and 4
            reading, writing = os.dup(to_browser), os.dup(from_browser)
            os.dup2(reading, 3)
            os.dup2(writing, 4)

        self._process = subprocess.Popen(
            [
                program,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--hide-scrollbars",
                "--remote-debugging-pipe",
                f"--window-size={width},{height}",
                f"--user-data-dir={self._profile.name}",
            ],
            preexec_fn=take_pipes,
            close_fds=False,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._number = 0
        self._rest = b""
        self._session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        self.call("Page.enable")

    def call(self, method, **params):
        """Return the result of a call of the DevTools protocol."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def _read(self):
        while b"\0" not in self._rest:
            self._rest += os.read(self._from, 1 << 16)
        message, self._rest = self._rest.split(b"\0", 1)
        return json.loads(message)

    def run(self, script):
        """Return what a script on the page evaluates to."""
        result = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        return result["result"].get("value")

    def wait(self, selector, seconds=30):
        """Wait until something is on the page, and the page has come to rest."""
        deadline = time.monotonic() + seconds
        while not self.run(f"Boolean(document.querySelector({json.dumps(selector)}))"):
            if time.monotonic() > deadline:
                raise SystemExit(f"{self.run('location.href')}: no {selector} within {seconds} s")
            time.sleep(0.2)
        time.sleep(1.5)

    def open(self, url, selector):
        """Go to an address and wait for something on its page."""
        self.call("Page.navigate", url=url)
        self.wait(selector)

    def click(self, selector):
        """Click on the first element of a selector."""
        self.run(f"document.querySelector({json.dumps(selector)}).click()")

    def shoot(self, path):
        """Write a picture of the page."""
        picture = self.call("Page.captureScreenshot", format="png")["data"]
        path.write_bytes(base64.b64decode(picture))

    def close(self):
        """End the browser."""
        self._process.terminate()
        self._process.wait()
        self._profile.cleanup()


def find_chain(url, browser):
    """Return the address of the page of the longest chain that the user may see."""
    script = """
        fetch("/web/dataset/call_kw/isof.activity/formatted_read_group", {
            method: "POST",
            headers: {"Content-Type": "application/json"},
            body: JSON.stringify({params: {
                model: "isof.activity", method: "formatted_read_group", args: [],
                kwargs: {domain: [], groupby: ["root_id"], aggregates: ["__count"],
                         order: "__count desc", limit: 1},
            }}),
        }).then(r => r.json()).then(r => r.result[0].root_id[0])
    """
    return f"{url}/odoo/isof-activities/{browser.run(script)}"


def log_in(browser, url, login):
    """Log in as somebody whose password is the login, whoever was logged in."""
    browser.open(f"{url}/web/session/logout", "body")
    browser.open(f"{url}/web/login", "input[name=password]")
    for name in ("login", "password"):
        browser.run(f"document.querySelector('input[name={name}]').value = '{login}'")
    browser.click("button[type=submit]")
    browser.wait(".o_main_navbar")


def take(browser, url, name):
    """Take one picture, and return its path."""
    page = PAGES[name]
    address = find_chain(url, browser) if name == "chain" else f"{url}/odoo/{page.path}"
    browser.open(address, page.click or page.selector)
    if page.click:
        browser.click(page.click)
        browser.wait(page.selector)
    time.sleep(PATIENCE)
    path = ROOT / page.addon / "static" / "description" / f"{name}.png"
    browser.shoot(path)
    return path


def main():
    """Take every picture, or those that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://localhost:8069")
    parser.add_argument("pages", nargs="*", metavar="PAGE", help=f"of {', '.join(PAGES)}")
    options = parser.parse_args()
    browser = Browser(1400, 900)
    try:
        user = None
        for name in options.pages or PAGES:
            if PAGES[name].login != user:
                user = PAGES[name].login
                log_in(browser, options.url, user)
            print(take(browser, options.url, name))
    finally:
        browser.close()


if __name__ == "__main__":
    main()
