"""Talking to the user: steps with their seconds, failures that say what to do.

Everything goes to standard error; standard output belongs to the commands.
"""

import contextlib
import sys
import time


class Failure(Exception):  # noqa: N818
    """Something expected went wrong; the message says what and what to do."""


def say(text=""):
    """Print a line for the user."""
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(title):
    """Show a step that takes a while, and how long it took."""
    say(f"• {title} …")
    start = time.monotonic()
    yield
    say(f"  done in {time.monotonic() - start:.0f} s")
