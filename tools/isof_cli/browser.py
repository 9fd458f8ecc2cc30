"""A browser for what no test framework is needed for: driven by the DevTools protocol, in pipes."""

import base64
import json
import os
import resource
import subprocess
import tempfile
import time

from . import system


class Browser:
    """A headless browser with one page."""

    def __init__(self, width, height):
        program = system.BROWSER.find()
        if not program:
            raise SystemExit(system.BROWSER.advice)
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_browser, self._to = os.pipe()
        self._from, from_browser = os.pipe()

        def prepare():
            # an Odoo that starts it has a limit that no browser starts with
            hard = resource.getrlimit(resource.RLIMIT_AS)[1]
            resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
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
            preexec_fn=prepare,  # noqa: PLW1509  nobody else has threads here yet
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
            read = os.read(self._from, 1 << 16)
            if not read:
                raise SystemExit("The browser has ended.")
            self._rest += read
        message, self._rest = self._rest.split(b"\0", 1)
        return json.loads(message)

    def run(self, script):
        """Return what a script on the page evaluates to."""
        result = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        return result["result"].get("value")

    def wait(self, selector, seconds=30, rest=1.5):
        """Wait until something is on the page, and for the page to come to rest."""
        deadline = time.monotonic() + seconds
        while not self.run(f"Boolean(document.querySelector({json.dumps(selector)}))"):
            if time.monotonic() > deadline:
                raise SystemExit(f"{self.run('location.href')}: no {selector} within {seconds} s")
            time.sleep(0.2)
        time.sleep(rest)

    def open(self, url, selector, rest=1.5):
        """Go to an address and wait for something on its page."""
        self.call("Page.navigate", url=url)
        self.wait(selector, rest=rest)

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


def log_in(browser, url, login):
    """Log in as somebody whose password is the login, whoever was logged in."""
    browser.open(f"{url}/web/session/logout", "body")
    browser.open(f"{url}/web/login", "input[name=password]")
    for name in ("login", "password"):
        browser.run(f"document.querySelector('input[name={name}]').value = '{login}'")
    browser.click("button[type=submit]")
    browser.wait(".o_main_navbar", seconds=120)
