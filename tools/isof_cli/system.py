"""Programs of the system that tests drive: found, installed where we may, or done without."""

import dataclasses
import functools
import os
import shutil

from . import config
from .console import Failure, say, step
from .programs import run_logged


@dataclasses.dataclass(frozen=True)
class Program:
    """A program that comes with the system's packages.

    ``names`` are those of its command, in the order in which who uses it looks for them;
    ``package`` is Debian's.
    """

    title: str
    names: tuple
    package: str
    advice: str

    def find(self):
        """Return the path of the command that would be taken, or None."""
        return next(filter(None, map(shutil.which, self.names)), None)

    def ensure(self):
        """Have the program: found, installed where we may, or a clear word about its absence."""
        if self.find():
            return
        if can_install():
            try:
                with step(f"{self.title} from the system's packages"):
                    self._install()
            except Failure as failure:
                say(f"  {failure}")
        if self.find():
            return
        if config.in_ci():
            raise Failure(f"No {self.title}, and with CI set no test may be skipped. {self.advice}")
        say(f"• No {self.title}: the tests that need it are skipped. {self.advice}")

    def describe(self):
        """Return what ``ensure`` finds, or would do; fail where it would."""
        if found := self.find():
            return found
        if can_install():
            return "to be installed by ./isof test"
        if config.in_ci():
            raise Failure(self.advice)
        return f"none: tests that need it will be skipped. {self.advice}"

    def _install(self):
        _update()
        command = ["apt-get", "-q", "install", "-y", "--no-install-recommends", self.package]
        run_logged(command, _log(f"install-{self.package}"), env=_environ())


# Odoo's tests look for these names in this order.
BROWSER = Program(
    "Chromium",
    ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable"),
    "chromium",
    "Install Chromium or Chrome, on Debian for example: apt install chromium",
)
OFFICE = Program(
    "LibreOffice",
    ("soffice",),
    "libreoffice-calc",
    "Install LibreOffice Calc, on Debian for example: apt install libreoffice-calc",
)


def can_install():
    """Whether we may install programs by the system's packages."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


@functools.cache
def _update():
    run_logged(["apt-get", "-q", "update"], _log("update-system"), env=_environ())


def _environ():
    return os.environ | {"DEBIAN_FRONTEND": "noninteractive"}


def _log(what):
    return config.home() / "log" / f"apt-{what}.log"
