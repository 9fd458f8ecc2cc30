"""The browser that Odoo's tests drive."""

import os
import shutil

from . import config
from .console import Failure, say, step
from .programs import run_logged

NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
ADVICE = "Install Chromium or Chrome, on Debian for example: apt install chromium"


def find():
    """Return the path of the browser that Odoo would take, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def can_install():
    """Whether we may install one by the system's packages."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def ensure():
    """Have a browser: found, installed where we may, or a clear word about its absence."""
    if find():
        return
    if can_install():
        try:
            with step("Chromium from the system's packages"):
                _install()
        except Failure as failure:
            say(f"  {failure}")
    if find():
        return
    if config.in_ci():
        raise Failure(f"No browser, and with CI set no test may be skipped. {ADVICE}")
    say(f"• No browser: the tests that need one are skipped. {ADVICE}")


def _install():
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    logs = config.home() / "log"
    run_logged(["apt-get", "-q", "update"], logs / "apt-update-system.log", env=environ)
    run_logged(
        ["apt-get", "-q", "install", "-y", "--no-install-recommends", "chromium"],
        logs / "apt-install-chromium.log",
        env=environ,
    )
